"""The project installs as a package: with its files, its networks and the command `fmnist-demo`."""

import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from fmnist_demo.__main__ import parser

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "fmnist_demo" / "ui" / "examples" / "0.png"

pytestmark = pytest.mark.slow


def run(*command, **options) -> str:
    result = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=300, **options
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of the project's files: building leaves files beside them."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--quiet")
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, checkout)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_has_every_file_of_the_package_and_the_networks(wheel, checkout):
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = set()
    for folder, prefix in (("fmnist_demo", ""), ("weights", "fmnist_demo/")):
        for path in (checkout / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                expected.add(prefix + path.relative_to(checkout).as_posix())
    assert packed == expected


@pytest.mark.parametrize("editable", [False, True])
def test_the_installed_command_classifies_a_drawing_from_any_folder(
    editable, wheel, checkout, tmp_path
):
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])").strip())
    (site / "dependencies.pth").write_text(str(Path(pytest.__file__).parents[1]))
    source = ("--editable", checkout) if editable else (wheel,)
    options = ("--no-deps", "--no-build-isolation", "--quiet")
    run(python, "-m", "pip", "install", *options, *source)
    command = python.with_name("fmnist-demo")
    assert run(command, "--help", cwd=tmp_path).startswith("usage: fmnist-demo ")
    assert "T-shirt" in run(command, "classify", DRAWING, cwd=tmp_path)
    missing = subprocess.run([command, "classify", "missing.png"], cwd=tmp_path, check=False)
    assert missing.returncode == 2


def test_the_extras_are_those_of_the_requirements_files(wheel):
    def listed(*names):
        texts = [(ROOT / f"requirements-{name}.txt").read_text(encoding="utf-8") for name in names]
        return {line for line in "\n".join(texts).splitlines() if line and line[0] != "#"}

    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        fields = archive.read(name).decode().splitlines()
    extras = {name: [name] for name in ("benchmarks", "heic", "ray", "train")}
    extras["dev"] = ["tests", *extras]
    for extra, names in extras.items():
        dependencies = {
            Requirement(line.removeprefix("Requires-Dist: ").partition(";")[0]).name
            for line in fields
            if line.endswith(f'extra == "{extra}"')
        }
        assert dependencies == {Requirement(line).name for line in listed(*names)}


def test_the_requirements_for_development_name_every_other_file():
    names = {path.name for path in ROOT.glob("requirements*.txt")} - {"requirements-dev.txt"}
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert {line for line in text.splitlines() if line[0] != "#"} == {f"-r {n}" for n in names}


def test_the_module_names_itself_in_its_help():
    assert parser().format_usage().startswith("usage: python -m fmnist_demo ")
