"""Who may import whom: the house's plan, held against the imports as they are written."""

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fmnist_demo"

ALLOWED = {
    "errors": set(),
    "files": {"errors"},
    "spec": {"errors"},
    "data": {"errors", "files", "spec"},
    "pictures": {"errors"},
    "segmentation": {"errors", "pictures"},
    "preprocessing": {"errors", "pictures", "segmentation", "spec"},
    "garments": set(),
    "scribbles": set(),
    "drawings": {"errors", "garments", "scribbles"},
    "fabrics": {"drawings", "garments", "preprocessing"},
    "synthetic": {"drawings", "fabrics", "preprocessing", "spec"},
    "augment": set(),
    "model": {"errors", "spec"},
    "regularisation": {"errors"},
    "inspection": {"model", "regularisation", "spec"},
    "pruning": {"inspection", "model", "regularisation"},
    "training": {"augment", "data", "errors", "model", "regularisation", "spec"},
    "robustness": {"data", "synthetic"},
    "engines": {"errors"},
    "sweep": {
        *{"calibration", "data", "engines", "errors", "files", "inspection", "model"},
        *{"regularisation", "robustness", "training"},
    },
    "path": {"errors", "model", "sweep", "training"},
    "study": {"model", "sweep", "training"},
    "calibration": {"data", "model"},
    "checkpoints": {"calibration", "errors", "files", "model"},
    "settings": {"errors", "model", "regularisation", "training"},
    "lab": {
        *{"calibration", "checkpoints", "data", "errors", "inspection", "model"},
        *{"regularisation", "settings", "synthetic", "training"},
    },
    "inference": {"checkpoints", "model", "spec"},
    "evaluation": {
        *{"calibration", "checkpoints", "data", "drawings", "errors", "inference", "inspection"},
        *{"pictures", "preprocessing", "pruning", "regularisation", "spec", "synthetic"},
    },
    "results": set(),
    "plots": {"regularisation"},
    "findings": {"plots"},
    "ui": {
        *{"checkpoints", "drawings", "errors", "evaluation", "inference", "inspection"},
        *{"findings", "lab", "pictures", "plots", "preprocessing", "pruning", "regularisation"},
        *{"results", "settings", "spec", "training"},
    },
    "__main__": {
        *{"calibration", "checkpoints", "data", "drawings", "engines", "errors", "evaluation"},
        *{"files", "findings", "inference", "inspection", "model", "path", "pictures"},
        *{"preprocessing", "pruning", "regularisation", "study", "sweep", "synthetic", "training"},
    },
    "app": {"checkpoints", "ui"},
}
"""Of our modules, those that each one may import; `ui` stands for all that is in the folder."""


def name_of(path: Path) -> str:
    """`model` for fmnist_demo/model.py, `ui.layout` for fmnist_demo/ui/layout.py, `app`."""
    if path.parent == ROOT:
        return path.stem
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {
    name_of(path): path
    for path in [ROOT / "app.py", *PACKAGE.rglob("*.py")]
    if path != PACKAGE / "__init__.py"
}


def imports(path: Path) -> set[str]:
    """The full name of everything that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(path: Path) -> set[str]:
    """The modules of ours that a file imports, by the names of `SOURCES`."""
    found = set()
    for full in imports(path):
        parts = full.split(".")
        if parts[0] == "fmnist_demo":
            names = [".".join(parts[1:end]) for end in range(len(parts), 1, -1)]
            found |= set([name for name in names if name in SOURCES][:1])
    return found


def room(module: str) -> str:
    return module.split(".")[0]


def test_every_module_is_in_the_plan():
    assert {room(module) for module in SOURCES} <= set(ALLOWED)


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_a_module_imports_only_what_the_plan_allows(module):
    imported = {room(other) for other in ours(SOURCES[module])} - {room(module)}
    assert imported <= ALLOWED[room(module)]


def test_the_plan_and_the_imports_have_no_cycle():
    TopologicalSorter(ALLOWED).prepare()  # raises CycleError
    TopologicalSorter({module: ours(path) for module, path in SOURCES.items()}).prepare()


def test_only_the_app_and_its_pages_know_gradio():
    knowing = {
        room(module)
        for module, path in SOURCES.items()
        if any(full.split(".")[0].startswith("gradio") for full in imports(path))
    }
    assert knowing <= {"app", "ui"}
    assert "ui" in knowing


IMPORT_ALL = """
import importlib, json, sys

touched = []

def watch(event, args):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib.")):
        touched.append(f"{event} {args}")
    if event == "open" and str(args[0]).startswith(sys.argv[1]):
        if not str(args[0]).endswith((".py", ".pyc")):
            touched.append(f"{event} {args}")

sys.addaudithook(watch)
for module in sys.argv[2:]:
    importlib.import_module(f"fmnist_demo.{module}")
import torch
print(json.dumps({
    "touched": touched,
    "loaded": sorted({name.split(".")[0] for name in sys.modules}),
    "cuda": torch.cuda.is_initialized(),
}))
"""


def test_importing_touches_no_file_network_or_device_and_loads_nothing_slow():
    modules = [module for module in SOURCES if room(module) not in ("app", "ui")]
    run = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_ALL, str(ROOT), *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["touched"] == []
    assert not found["cuda"]
    slow = {"torchvision", "cv2", "matplotlib", "gradio", "ray"}
    assert slow.isdisjoint(found["loaded"])
