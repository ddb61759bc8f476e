"""Commands that are killed at a random moment: what do they leave, and does the next run recover?

`python -m benchmarks.stress.kills --count 50` runs `train`, `path`, `study` and the download of the
dataset in separate processes and kills each with SIGKILL at a random moment of its work. Every file
that then has its final name must be what an undisturbed run writes, and the same command, run
again, must end with the files of the undisturbed run, apart from the seconds in them.

The trainings are tiny, on a few random images in place of the dataset, and the download comes from
a slow server on this machine, so that some kills happen while a file is written.
"""

import gzip
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from safetensors.torch import load_file
from tqdm import tqdm

from benchmarks.stress import reliability
from fmnist_demo import __main__ as cli
from fmnist_demo.commands import train
from fmnist_demo.data import download, fashion_mnist, splits
from fmnist_demo.data.official_files import OfficialFile
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import sweep
from fmnist_demo.networks import checkpoints

COUNT = 50
PATIENCE = 300.0
"""Seconds that a run may take if it is not killed."""

QUICK = "--width 16 --epochs 2 --threads 1".split()
COMMANDS = {
    "train": ["train", "--all", "--synthetic", "20", "--batch-size", "50", *QUICK, "--out", "."],
    "path": "path --regulariser l1 --strengths 1e-3 1e-2 --seeds 3 --runs runs --out out.json"
    " --jobs 1".split()
    + QUICK,
    "study": "study --questions depth --seeds 1 --runs runs --out out.json --markdown out.md"
    " --jobs 1".split()
    + QUICK,
    "download": [],
}
"""The arguments of each command. The download has none: it is a call of a function."""

TRIES = 5
"""How often to try again after a run that ended before it was killed."""

NEVER_KILLED = "ended before every kill"

CHUNK, PAUSE = 2**14, 0.004
"""The mirror sends this many bytes at a time and pauses for this many seconds in between."""


def _random_split(count: int, seed: int) -> Split:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, 28, 28), dtype=torch.uint8, generator=generator)
    return Split(images, torch.arange(count) % 10)


def dataset_files() -> dict[OfficialFile, bytes]:
    """Two gzipped files that stand for the dataset's, each with its description."""
    split = _random_split(20_000, 3)
    files = {}
    for name, values in (("images", split.images), ("labels", split.labels.to(torch.uint8))):
        header = bytes((0, 0, 8, values.dim()))
        header += b"".join(length.to_bytes(4, "big") for length in values.shape)
        idx = header + values.numpy().tobytes()
        content = gzip.compress(idx, 1, mtime=0)
        md5, idx_md5 = (
            hashlib.md5(data, usedforsecurity=False).hexdigest() for data in (content, idx)
        )
        file = OfficialFile(f"train-{name}", len(content), md5, tuple(values.shape), idx_md5)
        files[file] = content
    return files


@contextmanager
def mirror(contents: dict[OfficialFile, bytes]):
    """Serve the files slowly on this machine; yields the start of their URLs."""
    by_path = {f"/{file.gz}": content for file, content in contents.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = by_path[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                for start in range(0, len(content), CHUNK):
                    self.wfile.write(content[start : start + CHUNK])
                    time.sleep(PAUSE)
            except OSError:  # the client was killed
                pass

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def work(
    command: str, folder: str, files: list[OfficialFile], url: str, signals: Connection
) -> None:
    """Run one command in `folder`, in this process, as the leader of a new process group.

    Sends None through `signals` when the work begins, and again when it is done.
    """
    os.setpgid(0, 0)
    os.chdir(folder)
    torch.set_num_threads(1)
    examples = TrainingData(_random_split(300, 1), _random_split(100, 2), "0" * 12)
    fashion_mnist.TRAINING_FILES, splits.VALIDATION_PER_CLASS = tuple(files), 10
    load_training, train.HELD_OUT = fashion_mnist.load_training, 50
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), redirect_stdout(nowhere):
        signals.send(None)
        if command == "download":
            os.environ["XDG_CACHE_HOME"] = folder
            os.environ.pop("FMNIST_DATA", None)
            download.MIRRORS = [url]
            loaded = load_training()
            Path("out.json").write_text(json.dumps(_digest(loaded.train.images)))
        else:
            fashion_mnist.load_training = lambda *_: examples
            fashion_mnist.load_test = lambda *_: examples.validation
            sweep.synthetic_drawings = lambda: examples.validation
            if status := cli.main(COMMANDS[command]):
                raise SystemExit(status)
    signals.send(None)


@dataclass(frozen=True)
class Kill:
    """What one kill left, in words, and the problems with that or with the run after it."""

    state: str
    problems: list[str]


class CommandRunner:
    """Runs one command, with or without killing it.

    `expected`: the files of an undisturbed run, as `snapshot` reads them. `seconds`: how long that
    run took.
    """

    def __init__(self, command: str, files: dict[OfficialFile, bytes], url: str):
        self.command, self.files, self.url = command, files, url
        # A process that has loaded the modules and started nothing else forks the runs.
        self.context = get_context("forkserver")
        self.context.set_forkserver_preload(["fmnist_demo.__main__", "torch._dynamo"])
        with tempfile.TemporaryDirectory() as folder:
            self.seconds = self.run_to_end(folder)
            self.expected = snapshot(Path(folder))

    def run_to_end(self, folder: str) -> float:
        """Run in `folder`. Returns the seconds of work; raises `RuntimeError` if it fails."""
        seconds = self._run(folder, PATIENCE)
        if seconds is None:
            raise RuntimeError(f"{self.command} did not finish.")
        return seconds

    def kill(self, moment: float) -> Kill:
        """Start the command in a new folder, and kill it at a share of its work in 0..1."""
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory() as folder:
                seconds = self._run(folder, moment * self.seconds)
                if seconds is None:
                    return self._examine(folder)
                # It finished early: the machine was busier when the undisturbed run was timed.
                self.seconds = min(self.seconds, seconds)
        return Kill(NEVER_KILLED, [])

    def _run(self, folder: str, limit: float) -> float | None:
        """Run in `folder`, and kill after `limit` seconds of work.

        Returns the seconds that the work took, or None if it did not finish.
        """
        receiver, sender = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=work, args=(self.command, folder, list(self.files), self.url, sender)
        )
        process.start()
        sender.close()
        try:
            if not receiver.poll(PATIENCE):
                raise RuntimeError(f"{self.command} did not begin.")
            receiver.recv()
            start = time.perf_counter()
            process.join(limit)
            seconds = time.perf_counter() - start
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
        try:
            receiver.recv()
            return seconds
        except EOFError:
            return None

    def _examine(self, folder: str) -> Kill:
        """Check what a kill left in `folder`, then run again there and check the result."""
        left = snapshot(Path(folder))
        problems = [
            f"{self.command}: the kill left {name}, which "
            + ("is damaged" if name in self.expected else "no run writes")
            for name, content in left.items()
            if name not in self.expected or content != self.expected[name]
        ]
        parts = list(Path(folder).rglob("*.part"))
        state = f"{'some' if left else 'no'} finished files, {'a' if parts else 'no'} partial file"
        try:
            self.run_to_end(folder)
        except RuntimeError as error:
            return Kill(state, [*problems, str(error)])
        result = snapshot(Path(folder))
        problems += [
            f"{self.command}: {name} differs after the run that followed the kill"
            for name in sorted(self.expected.keys() | result.keys())
            if result.get(name) != self.expected.get(name)
        ]
        return Kill(state, problems)


def snapshot(folder: Path) -> dict[str, object]:
    """The content of every file that has its final name, as a reader sees it, without seconds."""
    return {
        str(path.relative_to(folder)): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".part"
    }


def _read(path: Path) -> object:
    if path.suffix == ".json":
        try:
            return json.loads(path.read_text(encoding="utf-8"), object_hook=_timeless)
        except ValueError as error:
            return f"not JSON: {error}"
    if path.suffix == ".safetensors":
        try:
            metadata = checkpoints.load(path).metadata
        except UserError as error:
            return f"not a checkpoint: {error}"
        tensors = {name: _digest(tensor) for name, tensor in load_file(path).items()}
        history = [_timeless(epoch) for epoch in metadata.history]
        return history, metadata.training, metadata.calibration, tensors
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _timeless(entry: dict) -> dict:
    """An object of a JSON file without the measured seconds."""
    return {key: value for key, value in entry.items() if key != "seconds"}


def _digest(tensor: torch.Tensor) -> str:
    return hashlib.sha256(tensor.contiguous().numpy().tobytes()).hexdigest()


def measure(count: int, seed: int, commands: Sequence[str] = tuple(COMMANDS)) -> dict:
    """Kill `count` times in total, spread over the commands, at moments that follow from `seed`.

    Returns the results as JSON holds them.
    """
    rng = random.Random(seed)
    files = dataset_files()
    results = {}
    with mirror(files) as url, tqdm(total=count + len(commands)) as bar:
        for index, command in enumerate(commands):
            bar.set_description(command)
            runner = CommandRunner(command, files, url)
            bar.update()
            kills = []
            for _ in range(index, count, len(commands)):
                kills.append(runner.kill(rng.random()))
                bar.update()
            results[command] = {
                "kills": len(kills),
                "seconds": runner.seconds,
                "files": len(runner.expected),
                "states": dict(Counter(kill.state for kill in kills)),
                "problems": [problem for kill in kills for problem in kill.problems],
            }
    return {
        "machine": reliability.measured_on(),
        "count": count,
        "seed": seed,
        "commands": results,
    }


def table(results: dict) -> str:
    """The results in Markdown."""
    rows = []
    for command, result in results["commands"].items():
        states = "; ".join(f"{n} × {state}" for state, n in sorted(result["states"].items()))
        rows.append(
            f"| {command} | {result['kills']} | {result['seconds']:.1f} s | {states} | "
            f"{len(result['problems'])} |"
        )
    return (
        f"{results['count']} kills, seed {results['seed']}. Measured on {results['machine']}.\n\n"
        "| command | kills | undisturbed run | left by the kill | problems |\n"
        "| --- | ---: | ---: | --- | ---: |\n" + "\n".join(rows)
    )


def _problems(results: dict) -> list[str]:
    return [problem for result in results["commands"].values() for problem in result["problems"]]


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns 1 if there was a problem."""
    parser = reliability.parser("kills", __doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    return reliability.run(
        args,
        measure=lambda: measure(args.count, args.seed),
        table=table,
        problems=lambda results: _problems(results)[:20],
        failed=_problems,
    )


if __name__ == "__main__":
    sys.exit(main())
