"""A few kills of each command; and that what a kill might leave would be seen."""

import json

import pytest

from benchmarks.stress import kills


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("command", ["path", "study", "download"])
def test_a_killed_command_leaves_nothing_that_the_next_run_would_trust_wrongly(command):
    results = kills.measure(2, 1, [command])["commands"][command]
    assert results["problems"] == []
    assert sum(results["states"].values()) == 2
    assert results["files"] >= 2


def test_a_result_that_is_not_whole_is_seen(tmp_path):
    (tmp_path / "out.json").write_text(json.dumps({"accuracy": 0.5, "seconds": 1.0}))
    whole = kills.snapshot(tmp_path)
    (tmp_path / "out.json").write_text(json.dumps({"accuracy": 0.5, "seconds": 2.0}))
    (tmp_path / ".out.json.x.part").write_text("{")
    assert kills.snapshot(tmp_path) == whole
    for spoilt in ('{"accuracy": 0.5, "sec', '{"accuracy": 0.6, "seconds": 1.0}', ""):
        (tmp_path / "out.json").write_text(spoilt)
        assert kills.snapshot(tmp_path) != whole


def test_a_network_that_is_not_whole_is_seen(weights, tmp_path):
    path = tmp_path / "mlp3-l1.safetensors"
    content = (weights / path.name).read_bytes()
    path.write_bytes(content)
    whole = kills.snapshot(tmp_path)
    for spoilt in (content[:-1], content[:-1] + b"\x01", b""):
        path.write_bytes(spoilt)
        assert kills.snapshot(tmp_path) != whole
