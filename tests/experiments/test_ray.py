"""A study on two Ray nodes of this machine, one of which is killed during the study."""

import threading
import time
from dataclasses import replace

import pytest
from conftest import QUICK, skip_or_fail
from helpers import assert_one_sentence
from joblib import delayed

from fmnist_demo.data.splits import TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import engines, study, sweep
from fmnist_demo.experiments.sweep import Training


@pytest.fixture(scope="module")
def cluster():
    """Two nodes on this machine with one core each, without usage reports."""
    try:
        from ray.cluster_utils import Cluster
    except ImportError:
        skip_or_fail("Ray is not installed: pip install -r requirements-ray.txt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        fast_checks = {"health_check_period_ms": 1000, "health_check_failure_threshold": 3}
        head = {"num_cpus": 1, "include_dashboard": False, "_system_config": fast_checks}
        nodes = Cluster(initialize_head=True, head_node_args=head)
        nodes.add_node(num_cpus=1)
        nodes.wait_for_nodes()
        yield nodes
        nodes.shutdown()


def test_calls_are_shared_by_both_nodes(cluster):
    def node_of(number):
        import ray

        return number, ray.get_runtime_context().get_node_id()

    calls = [delayed(node_of)(number) for number in range(10)]
    nodes = dict(engines.run(calls, engine="ray", address=cluster.address))
    assert set(nodes) == set(range(10))
    assert len(set(nodes.values())) == 2


def test_more_jobs_than_the_cluster_has_cores_are_refused(cluster):
    with pytest.raises(UserError, match="2 cores") as error:
        list(engines.run([delayed(abs)(1)], 3, "ray", cluster.address))
    assert_one_sentence(str(error.value))


@pytest.fixture
def base(monkeypatch, validation) -> Training:
    monkeypatch.setattr(sweep, "synthetic_drawings", lambda: validation)
    config = replace(QUICK, strength=0.0, epochs=10, patience=10, batch_size=4, label_smoothing=0.0)
    shape = replace(study.BASE.shape, width=32)
    return Training(shape, config, photographs=200, keep_best=False)


def test_killing_a_node_changes_no_metric(cluster, base, train, validation, tmp_path):
    points = {"depth": study.plan(base)["depth"]}
    planned = study.trainings(points, seeds=1)
    examples = TrainingData(train, validation, "0" * 12)
    alone = dict(sweep.run(planned, examples, validation, tmp_path / "alone"))

    folder = tmp_path / "ray"
    finished = {}

    def kill():
        while not list(folder.glob("*.json")):
            time.sleep(0.05)
        finished.update({path: path.stat().st_mtime_ns for path in folder.glob("*.json")})
        (node,) = cluster.worker_nodes
        cluster.remove_node(node, allow_graceful=False)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    on_cluster = dict(
        sweep.run(planned, examples, validation, folder, engine="ray", address=cluster.address)
    )
    killer.join()
    assert not cluster.worker_nodes
    assert 0 < len(finished) < len(planned)  # it was killed during the study
    # None of these was trained again.
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert len(list(folder.iterdir())) == len(planned)
    assert study.summary(base, points, on_cluster, 1) == study.summary(base, points, alone, 1)
