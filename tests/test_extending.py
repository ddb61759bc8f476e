"""What docs/architecture.md says about adding things: the registries, and the table of packages."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_imports import ALLOWED

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

NEW_PENALTY = """
import sys
from dataclasses import asdict

from fmnist_demo.networks.regularisation import REGULARISERS, Regulariser

REGULARISERS["half"] = Regulariser("Halving", 0.7, lambda weights, amount: weights.mul_(0.5))

from fmnist_demo.__main__ import parser
from fmnist_demo.networks.checkpoints import Collection, Metadata, save
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.settings import default_strength, from_query
from fmnist_demo.ui import layout, regularisation_tab

folder, shape = sys.argv[1], MLPConfig(layers=3, width=16)
training = asdict(TrainConfig(regulariser="half", strength=0.7))
metadata = Metadata(shape, training, "0" * 12, validation={"loss": 1.0, "accuracy": 0.5})
save(f"{folder}/mlp3-half.safetensors", MLP(shape), metadata)
collection = Collection(folder)
assert not collection.problems, collection.problems

app = layout.build(collection)
choices = [str(getattr(block, "choices", "")) for block in app.blocks.values()]
print("menus:", sum("half" in choice for choice in choices))
print("link:", from_query({"regulariser": "half"})[0].strength, default_strength("half"))
print("charts:", regularisation_tab.depth_charts({"half": collection.get(3, "half")})["weights"])
print("option:", parser().parse_args(["train", "--regulariser", "half"]).regulariser)
"""


@pytest.mark.slow
def test_a_new_penalty_is_one_entry_in_the_registry(tmp_path):
    command = [sys.executable, "-c", NEW_PENALTY, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    menus = int(re.search(r"menus: (\d+)", run.stdout)[1])
    assert menus >= 4  # Draw, Photo, Train, API
    assert "link: 0.7 0.7" in run.stdout
    assert "Halving" in re.search(r"charts: (.*)", run.stdout, re.DOTALL)[1]
    assert "option: half" in run.stdout


def test_the_architecture_lists_what_each_package_may_import():
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", ARCHITECTURE, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", imports)) for name, imports in rows} == ALLOWED


def test_the_architecture_names_modules_and_folders_that_exist():
    paths = re.findall(r"`((?:\w+/)+\w+\.\w+|\w+/)`", ARCHITECTURE)
    assert len(paths) > 8
    for path in paths:
        assert any((root / path).exists() for root in (ROOT, ROOT / "fmnist_demo")), path


def test_the_architecture_names_functions_that_exist():
    names = re.findall(r"`((?:\w+\.)+\w+)`", ARCHITECTURE)
    names = [name for name in names if name.split(".")[0] in ALLOWED and not name.endswith(".py")]
    assert len(names) > 10
    for name in names:
        pkgutil.resolve_name(f"fmnist_demo.{name}")
