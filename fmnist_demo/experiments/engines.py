"""Where calls that do not depend on each other run: in this process, in several, or on a cluster.

Everything is joblib's; Ray's part of it is loaded only when it is asked for. Knows nothing of what
is called.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from joblib import Parallel, parallel_config

from fmnist_demo.errors import UserError

ENGINES = ("joblib", "ray")

ROUND = 4
"""Calls a job that a cluster is given at a time: Ray's backend hands over nothing until all that
it was given is done."""

RESTARTS = 5
"""How often a job of the cluster that was lost with its machine is begun again on another one."""

PORT = 6379
"""Where the head of a Ray cluster listens unless it is told otherwise."""

PATIENCE = 5
"""Seconds that the head of a cluster has to answer."""


def run(
    calls: Sequence, jobs: int | None = None, engine: str = "joblib", address: str | None = None
) -> Iterator:
    """Yield the results of `calls`, each made with `joblib.delayed`, in any order.

    `joblib` runs `jobs` of them at a time on this machine, one if not given, in this process if it
    is one. `ray` runs `jobs` on a Ray cluster, as many as it has cores if not given: that of
    `address`, or else the one that this machine belongs to, or else one of its own. What was lost
    with a machine of the cluster is run again on another.

    Raises `UserError` for a number of jobs out of range, Ray or its cluster missing, or a process
    that the system has stopped.
    """
    if engine not in ENGINES:
        raise UserError(f"Unknown engine “{engine}”: choose {' or '.join(ENGINES)}.")
    if engine == "joblib" and address:
        raise UserError("An address is that of a Ray cluster: add --engine ray.")
    least = 2 if engine == "ray" else 1
    if jobs is not None and jobs < least:
        raise UserError(f"Jobs must be {least} or more with {engine}, not {jobs}.")
    if not calls:
        return
    try:
        if engine == "joblib":
            yield from Parallel(jobs or 1, return_as="generator_unordered", batch_size=1)(calls)
        else:
            yield from _on_ray(calls, jobs, address)
    except BrokenProcessPool as error:
        raise UserError(
            "A training was stopped by the system, probably for lack of memory: run it again with "
            "fewer jobs, and it goes on from what is done."
        ) from error


def _on_ray(calls: Sequence, jobs: int | None, address: str | None) -> Iterator:
    with _cluster(address) as ray:
        # Half a core each: Ray gives every machine as many as it has cores, for it fills each to a
        # half at first, and those of a lost one find a place on the others.
        options = {
            "num_cpus": 0.5,
            "max_restarts": RESTARTS,
            "max_task_retries": -1,  # several go by until a machine counts as lost
        }
        cores = int(ray.cluster_resources()["CPU"])
        jobs = jobs or cores
        if jobs > cores:
            raise UserError(f"The Ray cluster has {cores} cores: choose no more than {cores} jobs.")
        size = ROUND * jobs
        try:
            with (
                parallel_config("ray", n_jobs=jobs, ray_remote_args=options),
                Parallel(batch_size=1) as parallel,
            ):
                for start in range(0, len(calls), size):
                    yield from parallel(calls[start : start + size])
        except ray.exceptions.RayActorError as error:
            raise UserError(
                f"The Ray cluster lost a training {RESTARTS + 1} times: look at its machines and "
                "run it again, and it goes on from what is done."
            ) from error


@contextmanager
def _cluster(address: str | None) -> Iterator:
    """The module `ray`, connected and known to joblib; disconnected at the end."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report to its makers
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise UserError(
            "Ray is not installed: run pip install -r requirements-ray.txt, or leave --engine out."
        ) from error
    try:
        ray.init(address=address and _head(address), log_to_driver=False, logging_level="WARNING")
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _no_cluster(address) from error
    try:
        register_ray()
        yield ray
    finally:
        ray.shutdown()


def _head(address: str) -> str:
    """`host` or `host:port` -> `host:port` of somebody who answers."""
    host, _, port = address.partition(":")
    port = port or PORT
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()  # Ray would try for minutes
    except (OSError, ValueError, OverflowError) as error:
        raise _no_cluster(address) from error
    return f"{host}:{port}"


def _no_cluster(address: str | None) -> UserError:
    return UserError(
        f"There is no Ray cluster at {address or 'hand'} that this machine is a part of: look at "
        "--address, or join the cluster with ray start."
    )
