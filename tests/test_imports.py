"""Which package may import which, held against the imports as they are written."""

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
    "spec": {"errors"},
    "files": {"errors"},
    "images": {"errors", "spec"},
    "synthetic": {"errors", "images", "spec"},
    "data": {"errors", "files", "spec"},
    "networks": {"data", "errors", "files", "spec"},
    "training": {"data", "errors", "files", "networks", "spec", "synthetic"},
    "palette": set(),
    "plots": {"networks", "palette"},
    "experiments": {"data", "errors", "files", "networks", "plots", "synthetic", "training"},
    "evaluation": {"data", "errors", "images", "networks", "spec", "synthetic", "variants"},
    "variants": set(),
    "results": set(),
    "ui": {
        *{"errors", "experiments", "images", "networks", "palette", "plots", "results", "spec"},
        *{"synthetic", "training"},
    },
    "commands": {
        *{"data", "errors", "evaluation", "experiments", "files", "images", "networks"},
        *{"results", "synthetic", "training", "variants"},
    },
    "__main__": {"commands", "errors"},
    "app": {"networks", "ui"},
}
"""What each package or top-level module may import of the others: this and no more, and all of it
is used. `docs/architecture.md` explains the order."""


def name_of(path: Path) -> str:
    """`networks.mlp` for fmnist_demo/networks/mlp.py, `app` for app.py."""
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


def package(module: str) -> str:
    """The package of a module, or the module itself where it stands beside the packages."""
    return module.split(".")[0]


USED = {
    name: {
        package(other)
        for module, path in SOURCES.items()
        if package(module) == name
        for other in ours(path)
    }
    - {name}
    for name in sorted({package(module) for module in SOURCES})
}


def test_every_package_has_its_rule():
    assert set(USED) == set(ALLOWED)


@pytest.mark.parametrize("name", sorted(USED))
def test_a_package_imports_what_it_may_and_all_of_it(name):
    assert USED[name] == ALLOWED[name]


def test_no_imports_go_round_in_a_circle():
    TopologicalSorter(ALLOWED).prepare()  # raises CycleError
    TopologicalSorter({module: ours(path) for module, path in SOURCES.items()}).prepare()


def test_only_the_app_and_its_pages_know_gradio():
    knowing = {
        package(module)
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
    modules = [module for module in SOURCES if package(module) not in ("app", "ui")]
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
