"""The README and the shipped results match the code and the networks."""

import json
import re
import shlex
from dataclasses import asdict

import pytest

from benchmarks import pages
from benchmarks.__main__ import all_documents
from fmnist_demo import evaluation
from fmnist_demo.__main__ import parser
from fmnist_demo.data import fashion_mnist
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.inference import probabilities
from fmnist_demo.networks.metrics import accuracy
from fmnist_demo.networks.regularisation import REGULARISERS, total_zeros
from fmnist_demo.results import RESULTS_FILE
from fmnist_demo.training.config import TrainConfig

ROOT = checkpoints.WEIGHTS.parent
DOCS = [path.relative_to(ROOT) for path in sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results() -> list[dict]:
    return json.loads((checkpoints.WEIGHTS / RESULTS_FILE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped() -> checkpoints.Collection:
    return checkpoints.Collection()


def test_all_nine_networks_are_shipped_and_load(shipped):
    assert shipped.problems == []
    assert [(c.layers, c.regulariser) for c in shipped] == [
        (layers, name) for layers in (3, 5, 7) for name in REGULARISERS
    ]
    size = sum(path.stat().st_size for path in checkpoints.WEIGHTS.iterdir())
    assert size <= 40e6


def test_the_shipped_networks_were_trained_as_the_docs_say(shipped):
    assert {c.metadata.stop_reason for c in shipped} <= {"all epochs", "early stopping"}
    assert len({c.metadata.split_hash for c in shipped}) == 1
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    rounds = re.findall(r"^\| \d, `--from` .*$", page, re.MULTILINE)
    *_, before, last = [[cell.strip() for cell in row.strip("|").split("|")] for row in rounds]
    for checkpoint in shipped:
        assert checkpoint.metadata.training == _training(checkpoint.regulariser, last)
        assert checkpoint.metadata.pretraining["epochs"] == int(before[1])


def _training(regulariser: str, row: list[str]) -> dict:
    """The settings of the round of training that a row of the table in the docs describes."""
    _, epochs, synthetic, sets, learning_rate, l1, seed = row
    strength = float(l1) if regulariser == "l1" else REGULARISERS[regulariser].strength
    return asdict(
        TrainConfig(
            regulariser=regulariser,
            strength=strength,
            epochs=int(epochs),
            synthetic=int(synthetic.replace(",", "")),
            synthetic_sets=int(sets),
            learning_rate=float(learning_rate),
            seed=int(seed),
            precision="bfloat16",
        )
    )


def test_only_l1_has_zeros(shipped):
    for checkpoint in shipped:
        assert (total_zeros(checkpoint.model) > 0) == (checkpoint.regulariser == "l1")


def test_the_results_belong_to_the_shipped_networks(results, shipped):
    assert [r["name"] for r in results] == [c.name for c in shipped]
    for result, checkpoint in zip(results, shipped, strict=True):
        assert result["zeros"] == total_zeros(checkpoint.model)
        assert result["strength"] == checkpoint.metadata.strength
        assert result["parameters"] == checkpoint.metadata.model.parameters
        assert result["validation_accuracy"] == checkpoint.metadata.validation["accuracy"]


@pytest.mark.slow
def test_the_results_are_reproduced_on_the_real_test_set(results, shipped, real_data):
    test = fashion_mnist.load_test(real_data)
    for result, checkpoint in zip(results, shipped, strict=True):
        measured = accuracy(probabilities(checkpoint, test.images), test.labels.numpy())
        assert measured == pytest.approx(result["test_accuracy"], abs=2e-4)
        assert measured >= 0.885


def test_the_readme_and_the_docs_show_the_results(results):
    assert pages.replaced(README, "summary", evaluation.summary(results)) == README
    page = pages.RESULTS.read_text(encoding="utf-8")
    assert pages.replaced(page, "results", evaluation.table(results)) == page
    assert pages.replaced(page, "changes", evaluation.variants_table(results)) == page
    assert pages.replaced(page, "others", evaluation.others_table(results)) == page


def test_the_summary_gives_the_range_over_the_depths(results):
    summary = evaluation.summary(results).splitlines()
    assert len(summary) == 2 + len(REGULARISERS)
    accuracies = [r["test_accuracy"] for r in results if r["regulariser"] == "l1"]
    (row,) = [line for line in summary if line.startswith("| L1 ")]
    assert f"{min(accuracies) * 100:.1f}–{max(accuracies) * 100:.1f}%" in row


def test_the_readme_fits_on_a_few_screens():
    assert len(README.splitlines()) <= 160


def test_the_readme_lists_every_package_and_module():
    listed = set(re.findall(r"^\| `fmnist_demo/(\w+)[/.]", README, re.MULTILINE))
    there = {path.stem for path in (ROOT / "fmnist_demo").iterdir() if path.suffix in ("", ".py")}
    assert listed == {name for name in there if not name.startswith("__")}


def test_the_commands_in_the_readme_parse():
    commands = re.findall(r"^python -m fmnist_demo (.*)$", README, re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        parser().parse_args(shlex.split(command))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *map(str, DOCS)])
def test_links_lead_to_files_that_exist(page):
    path = ROOT / page
    for target in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_speed_table_shows_the_benchmark_results():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert pages.replaced(page, "benchmarks", all_documents()) == page
