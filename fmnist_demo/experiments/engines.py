"""Where independent calls run: in this process, in several processes, or on a Ray cluster.

joblib does the work. Ray is imported only when it is asked for.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from joblib import Parallel, parallel_config

from fmnist_demo.errors import UserError

ENGINES = ("joblib", "ray")

CALLS_PER_JOB = 4
"""Calls per job that are sent to the cluster at a time: Ray's backend returns results only when all
of them are done."""

RESTARTS = 5
"""How often a job that was lost with its machine is restarted on another one."""

PORT = 6379
"""The default port of the head of a Ray cluster."""

CONNECT_TIMEOUT = 5
"""Seconds to wait for the head of a cluster."""


def run(
    calls: Sequence, jobs: int | None = None, engine: str = "joblib", address: str | None = None
) -> Iterator:
    """Yield the results of `calls`, each made with `joblib.delayed`, in any order.

    `joblib` runs `jobs` calls at a time on this machine, by default one; a single job runs in this
    process. `ray` runs `jobs` calls at a time on a Ray cluster, by default as many as it has cores.
    The cluster is the one at `address`; without an address, the one that this machine belongs to,
    or a new one on this machine. Calls that are lost with a machine run again on another.

    Raises `UserError` for a number of jobs out of range, a missing Ray or cluster, or a process
    that the system has stopped.
    """
    if engine not in ENGINES:
        raise UserError(f"Unknown engine “{engine}”: choose {' or '.join(ENGINES)}.")
    if engine == "joblib" and address:
        raise UserError("--address is for Ray clusters only: add --engine ray.")
    least = 2 if engine == "ray" else 1
    if jobs is not None and jobs < least:
        raise UserError(f"{jobs} jobs are too few: choose {least} or more with {engine}.")
    if not calls:
        return
    try:
        if engine == "joblib":
            yield from Parallel(jobs or 1, return_as="generator_unordered", batch_size=1)(calls)
        else:
            yield from _on_ray(calls, jobs, address)
    except BrokenProcessPool as error:
        raise UserError(
            "The system stopped a training, probably because memory ran out: run the command again "
            "with fewer jobs to continue."
        ) from error


def _on_ray(calls: Sequence, jobs: int | None, address: str | None) -> Iterator:
    with _cluster(address) as ray:
        # Half a core each: Ray first fills each machine to half, so every machine gets one
        # job per core and still has room for the jobs of a lost machine.
        options = {
            "num_cpus": 0.5,
            "max_restarts": RESTARTS,
            "max_task_retries": -1,  # several fail before Ray counts a machine as lost
        }
        cores = int(ray.cluster_resources()["CPU"])
        jobs = jobs or cores
        if jobs > cores:
            raise UserError(f"The Ray cluster has {cores} cores: choose at most {cores} jobs.")
        size = CALLS_PER_JOB * jobs
        try:
            with (
                parallel_config("ray", n_jobs=jobs, ray_remote_args=options),
                Parallel(batch_size=1) as parallel,
            ):
                for start in range(0, len(calls), size):
                    yield from parallel(calls[start : start + size])
        except ray.exceptions.RayActorError as error:
            raise UserError(
                f"The Ray cluster lost a training {RESTARTS + 1} times: check its machines, then "
                "run the command again to continue."
            ) from error


@contextmanager
def _cluster(address: str | None) -> Iterator:
    """Connect to a cluster, register it with joblib and yield the module `ray`."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report to its makers
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise UserError(
            "Ray is not installed: run pip install -r requirements-ray.txt, or omit --engine ray."
        ) from error
    try:
        ray.init(address=address and _head(address), log_to_driver=False, logging_level="WARNING")
    except (ConnectionError, ValueError, RuntimeError) as error:
        where = f"at {address}" if address else "on this machine"
        raise UserError(
            f"There is no Ray cluster {where} that this machine belongs to: check --address, or "
            "join the cluster with ray start."
        ) from error
    try:
        register_ray()
        yield ray
    finally:
        ray.shutdown()


def _head(address: str) -> str:
    """`host` or `host:port` -> `host:port`, once something answers there.

    Raises `ConnectionError` if nothing does.
    """
    host, _, port = address.partition(":")
    port = port or PORT
    try:
        # Ray itself would try for minutes.
        socket.create_connection((host, int(port)), CONNECT_TIMEOUT).close()
    except (OSError, ValueError, OverflowError) as error:
        raise ConnectionError(address) from error
    return f"{host}:{port}"
