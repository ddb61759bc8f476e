"""The app in a separate process, and the requests that its page sends.

Memory is read from /proc, so this runs only on Linux.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from fmnist_demo.networks.checkpoints import WEIGHTS

ROOT = WEIGHTS.parent
CORES = 2
"""How many cores the server may use."""

RUN = "gradio_api/run/predict"
JOIN = "gradio_api/queue/join"
FOLLOW = "gradio_api/queue/data"
UPLOAD = "gradio_api/upload"


@dataclass(frozen=True)
class Server:
    """A running app. `folder` holds its `log` and, in `files`, the visitors' uploads."""

    url: str
    process: subprocess.Popen
    folder: Path

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def memory(self) -> float:
        """Resident memory in MB."""
        return self._status("VmRSS")

    @property
    def peak(self) -> float:
        """The peak of the resident memory so far, in MB."""
        return self._status("VmHWM")

    @property
    def disk(self) -> tuple[int, float]:
        """The number of files that visitors have uploaded, and their total size in MB."""
        sizes = [path.stat().st_size for path in (self.folder / "files").rglob("*.*")]
        return len(sizes), sum(sizes) / 1e6

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _status(self, key: str) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1]) / 1024
        raise ProcessLookupError("The server has ended.")


@contextmanager
def serving(patience: float = 180):
    """Start the app on a free port of this machine; yields the `Server` once it answers.

    Raises `RuntimeError` with the log if the app ends or does not answer for `patience` seconds.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, open(Path(folder, "log"), "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=os.environ
            | {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(Path(folder, "files"))},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # this process handles Ctrl-C
        )
        os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[:CORES])
        server = Server(f"http://127.0.0.1:{port}/", process, Path(folder))
        try:
            _wait(server, time.monotonic() + patience)
            yield server
        finally:
            process.kill()
            process.wait()


def _wait(server: Server, until: float) -> None:
    while True:
        try:
            httpx.get(server.url, timeout=30).raise_for_status()
            return
        except httpx.HTTPError as error:
            if not server.alive or time.monotonic() > until:
                raise RuntimeError(f"The app does not answer:\n{server.log}") from error
            time.sleep(0.2)


def listener(config: dict, elem_id: str, event: str) -> int:
    """The number of the function that the page calls on `event` of the component `elem_id`.

    `config` is the answer of `/config`. If there are several, the first that has inputs counts.
    """
    (component,) = (c for c in config["components"] if c["props"].get("elem_id") == elem_id)
    return next(
        dependency["id"]
        for dependency in config["dependencies"]
        if [component["id"], event] in [list(target) for target in dependency["targets"]]
        and dependency["inputs"]
    )


def endpoint(config: dict, name: str) -> int:
    """The number of the function behind a named endpoint."""
    return next(
        dependency["id"] for dependency in config["dependencies"] if dependency["api_name"] == name
    )


def file_data(path: str) -> dict:
    """How a request names an uploaded file."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
