"""The time from `python app.py` to the first answer, compared with importing Gradio and PyTorch."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from benchmarks.measuring import in_turn
from benchmarks.tables import Row, Table
from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui.drawpad import encode

IMPORTS, ANSWER = "importing gradio and torch", "from `python app.py` to the first answer"

PATIENCE = 600
"""Seconds after which the app counts as dead."""


def measure(n: int) -> list[Table]:
    """Start both `n` times, in turn, after once each to fill the disk's cache."""
    samples = in_turn({IMPORTS: import_alone, ANSWER: first_answer}, n, "cold starts")
    return [Table("Cold start", [Row(name, samples[name]) for name in samples], baseline=IMPORTS)]


def import_alone() -> None:
    """Start Python and import both. The time does not include the end of the process."""
    command = [sys.executable, "-c", "import gradio, torch; print('done', flush=True)"]
    with _process(command) as process:
        assert process.stdout.readline() == b"done\n"


def first_answer() -> None:
    """Start the app and ask it to classify a drawing, again and again until it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    drawing = encode(draw(0, np.random.default_rng((14, 0))))
    picture = {"path": None, "url": drawing, "meta": {"_type": "gradio.FileData"}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/gradio_api/run/classify",
        json.dumps({"data": [picture, 3, "none"]}).encode(),
        {"Content-Type": "application/json"},
    )
    with _process([sys.executable, "app.py", "--port", str(port)]) as process:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                    assert json.load(response)["data"][0]["label"] == "T-shirt"
                    return
            except urllib.error.HTTPError:
                raise
            except OSError:  # the app does not listen yet
                time.sleep(0.01)
    raise RuntimeError(f"The app did not answer within {PATIENCE} seconds.")


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        command, cwd=WEIGHTS.parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
