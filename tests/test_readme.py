"""The README and the shipped figures say what is so."""

import json
import re
import shlex
from dataclasses import asdict, replace

import pytest

from benchmarks import pages, tables
from fmnist_demo import evaluation
from fmnist_demo.__main__ import parser
from fmnist_demo.data import fashion_mnist
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.regularisation import REGULARISERS, total_zeros
from fmnist_demo.training.config import TrainConfig

ROOT = checkpoints.WEIGHTS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results() -> list[dict]:
    return json.loads((checkpoints.WEIGHTS / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped() -> checkpoints.Collection:
    return checkpoints.Collection()


def test_all_nine_networks_are_shipped_and_whole(shipped):
    assert shipped.problems == []
    assert [(c.layers, c.regulariser) for c in shipped] == [
        (layers, name) for layers in (3, 5, 7) for name in REGULARISERS
    ]
    size = sum(path.stat().st_size for path in checkpoints.WEIGHTS.iterdir())
    assert size <= 40e6


def test_the_shipped_networks_were_trained_alike_but_as_the_readme_says(shipped):
    assert {c.metadata.stop_reason for c in shipped} <= {"all epochs", "early stopping"}
    assert len({c.metadata.split_hash for c in shipped}) == 1
    unusual = re.findall(r"`(\S+)` with `--strength (\S+) --epochs (\d+)`", README)
    said = {name: (float(strength), int(epochs)) for name, strength, epochs in unusual}
    usual = TrainConfig(precision="bfloat16")
    for checkpoint in shipped:
        regulariser = checkpoint.regulariser
        usually = REGULARISERS[regulariser].strength, usual.epochs
        strength, epochs = said.get(checkpoint.name, usually)
        metadata = replace(usual, regulariser=regulariser, strength=strength, epochs=epochs)
        assert checkpoint.metadata.training == asdict(metadata)


def test_only_l1_has_zeros(shipped):
    for checkpoint in shipped:
        assert (total_zeros(checkpoint.model) > 0) == (checkpoint.regulariser == "l1")


def test_the_results_are_of_the_shipped_networks(results, shipped):
    assert [r["name"] for r in results] == [c.name for c in shipped]
    for result, checkpoint in zip(results, shipped, strict=True):
        assert result["zeros"] == total_zeros(checkpoint.model)
        assert result["strength"] == checkpoint.metadata.strength
        assert result["parameters"] == checkpoint.metadata.model.parameters
        assert result["validation_accuracy"] == checkpoint.metadata.validation["accuracy"]


def test_the_results_hold_on_the_real_test_set(results, shipped, real_data):
    test = fashion_mnist.load_test(real_data)
    for result, checkpoint in zip(results, shipped, strict=True):
        measured = evaluation.accuracy(checkpoint, test)
        assert measured == pytest.approx(result["test_accuracy"], abs=2e-4)
        assert measured >= 0.885


def test_the_readme_shows_the_results(results):
    assert pages.replaced(README, "results", evaluation.table(results)) == README


def test_the_readme_maps_every_package_and_module():
    listed = set(re.findall(r"^\| `fmnist_demo/(\w+)[/.]", README, re.MULTILINE))
    there = {path.stem for path in (ROOT / "fmnist_demo").iterdir() if path.suffix in ("", ".py")}
    assert listed == {name for name in there if not name.startswith("__")}


def test_the_readmes_commands_are_commands():
    commands = re.findall(r"^python -m fmnist_demo (.*)$", README, re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        parser().parse_args(shlex.split(command))


def test_the_readme_links_to_files_that_exist():
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_speed_table_is_that_of_the_benchmarks_results():
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert pages.replaced(README, "benchmarks", tables.document(results)) == README
