"""Calls run on the chosen engine, and invalid requests are rejected (Ray: see test_ray.py)."""

import builtins
import os

import pytest
from helpers import assert_one_sentence
from joblib import delayed

from fmnist_demo.errors import UserError
from fmnist_demo.experiments import engines

CALLS = [delayed(divmod)(number, 3) for number in range(7)]


@pytest.mark.parametrize("jobs", [None, 1, 2])
def test_every_call_is_made_once(jobs):
    assert sorted(engines.run(CALLS, jobs)) == [divmod(number, 3) for number in range(7)]


def test_one_job_runs_in_this_process_and_yields_immediately():
    called = []
    results = engines.run([delayed(called.append)(number) for number in range(3)], 1)
    next(results)
    assert called == [0]
    assert len(list(results)) == 2
    assert list(engines.run([delayed(os.getpid)()])) == [os.getpid()]


def test_no_calls_need_no_engine():
    assert list(engines.run([], engine="ray", address="nowhere")) == []


@pytest.mark.parametrize(
    "invalid",
    [{"jobs": 0}, {"engine": "dask"}, {"address": "host"}, {"jobs": 1, "engine": "ray"}],
)
def test_an_invalid_request_is_rejected_in_one_sentence(invalid):
    with pytest.raises(UserError) as error:
        list(engines.run(CALLS, **invalid))
    assert_one_sentence(str(error.value))


def test_missing_ray_is_reported(monkeypatch):
    real = builtins.__import__

    def without_ray(name, *rest):
        if name.split(".")[0] == "ray":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_ray)
    with pytest.raises(UserError, match="requirements-ray") as error:
        list(engines.run(CALLS, engine="ray"))
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:x", "127.0.0.1:99999", ":1"])
def test_a_cluster_that_does_not_answer_is_reported(address):
    pytest.importorskip("ray")
    with pytest.raises(UserError, match="no Ray cluster at") as error:
        list(engines.run(CALLS, engine="ray", address=address))
    assert_one_sentence(str(error.value))
