"""Deployment: the options, the README's front matter, the upload, the container, the disk."""

import ast
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import gradio as gr
import pytest
import yaml
from PIL import Image

import app
from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.ui import examples

ROOT = WEIGHTS.parent
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
"""The colours that Spaces allow for the two ends of a card's gradient."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# The options


def test_without_options_gradio_chooses_the_address():
    options = vars(app.parser().parse_args([]))
    assert options == {"host": None, "port": None, "root_path": None}


def launched(monkeypatch, *arguments):
    given = {}
    monkeypatch.setattr(sys, "argv", ["app.py", *arguments])
    monkeypatch.setattr(gr.Blocks, "launch", lambda self, **options: given.update(options))
    app.main()
    return given


def test_the_options_reach_gradio(monkeypatch):
    arguments = ("--host", "0.0.0.0", "--port", "7000", "--root-path", "/draw")
    given = launched(monkeypatch, *arguments)
    assert given["server_name"] == "0.0.0.0"
    assert given["server_port"] == 7000
    assert given["root_path"] == "/draw"
    assert given["ssr_mode"] is False


# The README's front matter


@pytest.fixture(scope="module")
def card() -> dict:
    _, front, _ = read("README.md").split("---\n", 2)
    return yaml.safe_load(front)


def test_the_front_matter_names_the_pinned_gradio_and_a_python_of_zerogpu(card):
    (pinned,) = re.findall(r"^gradio==(\S+)$", read("requirements.txt"), re.MULTILINE)
    assert card["sdk"] == "gradio"
    assert card["sdk_version"] == pinned
    assert card["python_version"] in ("3.10", "3.12")


def test_the_front_matter_names_existing_files_and_the_licence(card):
    assert (ROOT / card["app_file"]).is_file()
    with Image.open(ROOT / card["thumbnail"]) as picture:
        assert picture.width >= 600
    assert card["license"] == "mit"
    assert read("LICENSE").startswith("MIT License")


def test_the_front_matter_is_valid_on_spaces(card):
    assert card["title"] == "Draw a garment"
    assert 0 < len(card["short_description"]) <= 60
    assert {card["colorFrom"], card["colorTo"]} <= set(COLOURS)
    assert len(card["emoji"]) <= 2
    assert not card["emoji"].isascii()
    assert card["pinned"] is False
    assert card["tags"] == list(dict.fromkeys(card["tags"]))


@pytest.mark.parametrize("version", ["2.8.0", "2.9.1", "2.10.0", "2.11.0"])
def test_the_requirements_allow_the_torch_of_zerogpu(version):
    from packaging.requirements import Requirement

    (line,) = re.findall(r"^torch[<>=].*$", read("requirements.txt"), re.MULTILINE)
    assert Requirement(line).specifier.contains(version)


# What is uploaded


@pytest.mark.parametrize("name", ["README.md", "docs/deployment.md"])
def test_the_upload_includes_only_what_the_app_needs(name):
    (line,) = re.findall(r"^hf upload .*$", read(name), re.MULTILINE)
    words = shlex.split(line)
    assert words[2:6] == ["USER/SPACE", ".", "--repo-type", "space"]
    excluded = [after for word, after in pairwise(words) if word == "--exclude"]
    assert len(words) == 6 + 2 * len(excluded)

    def is_taken(path):
        return not any(fnmatch(path, pattern) for pattern in excluded)

    needed = ["app.py", "README.md", "requirements.txt", "LICENSE"]
    for folder in ("weights", "fmnist_demo"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyi":
                needed.append(path.relative_to(ROOT).as_posix())
    assert len(needed) > 50
    assert [path for path in needed if not is_taken(path)] == []
    for path in (".venv/bin/python", "fmnist_demo/__pycache__/a.pyc", "data/a.gz", "runs/a.json"):
        assert not is_taken(path)


# The container


def dockerfile() -> list[list[str]]:
    """The words of each instruction."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE))
    return [line.split() for line in lines.splitlines() if line.strip()]


def copied() -> list[str]:
    return [source for first, *words in dockerfile() if first == "COPY" for source in words[:-1]]


def imported(path: Path) -> set[Path]:
    """The files of the project that a file imports, directly or indirectly."""
    found, left = set(), [path]
    while left:
        for node in ast.walk(ast.parse(left.pop().read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module, *[f"{node.module}.{alias.name}" for alias in node.names]]
            for name in names:
                path = ROOT / name.replace(".", "/")
                for module in (path.with_suffix(".py"), path / "__init__.py"):
                    if module.is_file() and module not in found:
                        found.add(module)
                        left.append(module)
    return found


def test_the_image_contains_everything_the_app_imports_and_reads():
    sources = copied()
    assert all((ROOT / source).exists() for source in sources)
    needed = {"app.py", "weights/results.json", "fmnist_demo/ui/page.css"}
    needed |= {path.relative_to(ROOT).as_posix() for path in imported(ROOT / "app.py")}
    assert "fmnist_demo/ui/drawpad/__init__.py" in needed
    for path in needed:
        assert any(path == source or path.startswith(f"{source}/") for source in sources), path


def test_dockerignore_allows_only_what_the_image_copies():
    lines = [line for line in read(".dockerignore").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert sorted(line[1:] for line in lines if line.startswith("!")) == sorted(copied())


def test_the_image_has_no_cuda_no_root_user_and_a_health_check():
    instructions = dockerfile()
    assert instructions[0] == ["FROM", "python:3.12-slim"]
    text = read("Dockerfile")
    assert text.index("whl/cpu") < text.index("pip install --no-cache-dir -r requirements.txt")
    (user,) = [words[1] for words in instructions if words[0] == "USER"]
    assert int(user) > 0
    assert ["EXPOSE", "7860"] in instructions
    assert "GRADIO_SERVER_NAME=0.0.0.0" in text
    assert instructions[-1] == ["CMD", '["python",', '"app.py"]']
    assert any(words[0] == "HEALTHCHECK" for words in instructions)


def test_the_app_answers_the_health_check(app_url):
    (path,) = re.findall(r"http://127.0.0.1:7860(/[\w/]+)", read("Dockerfile"))
    with urlopen(app_url.rstrip("/") + path, timeout=60) as response:
        assert response.status == 200


# No state on disk


@pytest.mark.slow
def test_the_app_runs_on_a_read_only_disk_with_temporary_files(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", READ_ONLY, str(ROOT), str(tmp_path), "--port", port],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        answer = ask(f"http://127.0.0.1:{port}/", process)
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert answer["label"] == "T-shirt", said
    assert "refused is writing" in said


READ_ONLY = """
import errno, os, runpy, sys

root, temporary, *arguments = sys.argv[1:]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
WAYS = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate")

def refuse(event, args):
    if event in WAYS or (event == "open" and args[2] & WRITING):
        path = args[0]
        if isinstance(path, (str, bytes, os.PathLike)):
            if not os.path.abspath(os.fsdecode(path)).startswith((temporary, "/dev/", "/proc/")):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

sys.addaudithook(refuse)  # the mode of a folder would not stop root
for beside in ("app.tmp", "weights/new.safetensors"):
    try:
        open(os.path.join(root, beside), "w")
    except OSError:
        print("refused is writing", beside, flush=True)
sys.path.insert(0, root)
sys.argv = ["app.py", *arguments]
runpy.run_path(os.path.join(root, "app.py"), run_name="__main__")
"""


def ask(url: str, process: subprocess.Popen) -> dict:
    """What `/classify` answers to a program that sends the example of a T-shirt."""
    from gradio_client import Client, handle_file

    end = time.monotonic() + 300
    while True:
        try:
            urlopen(f"{url}gradio_api/app_id", timeout=10).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.5)
    picture = handle_file(examples.FILES[0])
    return Client(url, verbose=False).predict(picture, 3, "none", api_name="/classify")
