"""From `python app.py` to the first answer, against importing Gradio and PyTorch alone."""

import json
import socket
import statistics
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
"""Seconds that the app has to answer."""


def measure(n: int) -> dict:
    """Start both `n` times, in turn, after once each to fill the disk's cache.

    Returns the seconds of every start under `imports` and `answer`, a list each, their medians
    under `imports_median` and `answer_median`, and by how much the second is larger as `ratio`.
    """
    samples = in_turn({"imports": import_alone, "answer": first_answer}, n, "cold starts")
    medians = {f"{name}_median": statistics.median(taken) for name, taken in samples.items()}
    return samples | medians | {"ratio": medians["answer_median"] / medians["imports_median"]}


def tables(n: int) -> list[Table]:
    """As a table."""
    found = measure(n)
    rows = [Row(IMPORTS, found["imports"]), Row(ANSWER, found["answer"])]
    return [Table("Cold start", rows, baseline=IMPORTS)]


def import_alone() -> None:
    """Start Python and import both; its end is not waited for with the clock."""
    command = [sys.executable, "-c", "import gradio, torch; print('done', flush=True)"]
    with _process(command) as process:
        assert process.stdout.readline() == b"done\n"


def first_answer() -> None:
    """Start the app and ask it for the name of a drawing, again and again until it answers."""
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
            except OSError:  # nobody listens yet
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
