"""What is left of a command that is killed at any moment, and what the next run makes of it.

`python -m benchmarks.kills --count 50` runs `train`, `path`, `study` and the download of the
dataset in processes of their own, kills each with SIGKILL at a random moment of its work, and
looks: whatever lies under its final name is what an undisturbed run writes, and the same command
run again comes to what the undisturbed one came to, but for the seconds.

The trainings are tiny ones, on a few random pictures in place of the dataset, and the download is
from this machine, slowed down: so that the moments fall on the writing of files as well.
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
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path

import torch
from safetensors.torch import load_file
from tqdm import tqdm

from benchmarks import reliability
from fmnist_demo import __main__ as cli
from fmnist_demo.commands import train
from fmnist_demo.data import fashion_mnist, splits
from fmnist_demo.data.official_files import OfficialFile
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import sweep
from fmnist_demo.networks import checkpoints

COUNT = 50
PATIENCE = 300.0
"""Seconds that a run may take, undisturbed or after a kill."""

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
"""The arguments of each, run in a folder of its own; the download is a call."""

TRIES = 5
"""How often a run that ended before its moment came is run again."""

NEVER = "it had ended each time"

CHUNK, PAUSE = 2**14, 0.004
"""Bytes that the mirror sends at a time, and the seconds between."""


def _pictures(count: int, seed: int) -> Split:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, 28, 28), dtype=torch.uint8, generator=generator)
    return Split(images, torch.arange(count) % 10)


def official() -> dict[OfficialFile, bytes]:
    """Two files in place of the dataset's, and what a mirror has of them."""
    pictures = _pictures(20_000, 3)
    made = {}
    for name, values in (("images", pictures.images), ("labels", pictures.labels.to(torch.uint8))):
        header = bytes((0, 0, 8, values.dim()))
        header += b"".join(length.to_bytes(4, "big") for length in values.shape)
        idx = header + values.numpy().tobytes()
        content = gzip.compress(idx, 1, mtime=0)
        md5, idx_md5 = (
            hashlib.md5(data, usedforsecurity=False).hexdigest() for data in (content, idx)
        )
        file = OfficialFile(f"train-{name}", len(content), md5, tuple(values.shape), idx_md5)
        made[file] = content
    return made


@contextmanager
def mirror(contents: dict[OfficialFile, bytes]):
    """A slow server of these files on this machine; yields the beginning of their URLs."""
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


def work(command: str, folder: str, files: list[OfficialFile], url: str, told) -> None:
    """Run one command in `folder`, in this process: the head of a process group of its own.

    `told`: a connection that is sent something when the work begins, and when it is done.
    """
    os.setpgid(0, 0)
    os.chdir(folder)
    torch.set_num_threads(1)
    examples = TrainingData(_pictures(300, 1), _pictures(100, 2), "0" * 12)
    fashion_mnist.TRAINING_FILES, splits.VALIDATION_PER_CLASS = tuple(files), 10
    load, train.HELD_OUT = fashion_mnist.load_training, 50
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), redirect_stdout(nowhere):
        told.send(None)
        if command == "download":
            os.environ["XDG_CACHE_HOME"] = folder
            os.environ.pop("FMNIST_DATA", None)
            loaded = load(mirrors=[url])
            Path("out.json").write_text(json.dumps(_digest(loaded.train.images)))
        else:
            fashion_mnist.load_training = lambda *_: examples
            fashion_mnist.load_test = lambda *_: examples.validation
            sweep.synthetic_drawings = lambda: examples.validation
            if status := cli.main(COMMANDS[command]):
                raise SystemExit(status)
    told.send(None)


class Runs:
    """The runs of one command, and the result of an undisturbed one to hold them against."""

    def __init__(self, command: str, contents: dict[OfficialFile, bytes], url: str):
        self.command, self.contents, self.url = command, contents, url
        # Processes are forked from one that has loaded what they need, and started nothing.
        self.context = get_context("forkserver")
        self.context.set_forkserver_preload(["fmnist_demo.__main__", "torch._dynamo"])
        with tempfile.TemporaryDirectory() as folder:
            self.seconds = self.finish(folder)
            self.expected = snapshot(Path(folder))

    def _start(self, folder: str, after: float | None) -> float | None:
        """Run in `folder`, and kill it `after` so many seconds of work, or never.

        The seconds that the work took, or None if it did not come to its end.
        """
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=work, args=(self.command, folder, list(self.contents), self.url, theirs)
        )
        process.start()
        theirs.close()
        try:
            if not ours.poll(PATIENCE):
                raise RuntimeError(f"{self.command} did not begin.")
            ours.recv()
            start = time.perf_counter()
            process.join(PATIENCE if after is None else after)
            seconds = time.perf_counter() - start
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
        try:
            ours.recv()
            return seconds
        except EOFError:
            return None

    def finish(self, folder: str) -> float:
        """Run to the end: how long it took. Raises `RuntimeError` if it does not come there."""
        seconds = self._start(folder, None)
        if seconds is None:
            raise RuntimeError(f"{self.command} did not come to its end.")
        return seconds

    def kill(self, moment: float) -> tuple[str, list[str]]:
        """Kill once, at a share of the work between 0 and 1.

        What was left, in words, and what was wrong with that or with the run after it.
        """
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory() as folder:
                ended = self._start(folder, moment * self.seconds)
                if ended is None:
                    return self._look(folder)
                self.seconds = min(self.seconds, ended)  # it was busier when that was measured
        return NEVER, []

    def _look(self, folder: str) -> tuple[str, list[str]]:
        found, problems = snapshot(Path(folder)), []
        for name, content in found.items():
            if name not in self.expected:
                problems.append(f"{self.command}: {name} is left, which no run writes")
            elif content != self.expected[name]:
                problems.append(f"{self.command}: {name} is left, and not as it should be")
        parts = list(Path(folder).rglob("*.part"))
        left = (
            f"{'something' if found else 'nothing'} done, {'a' if parts else 'no'} part of a file"
        )
        try:
            self.finish(folder)
        except RuntimeError as error:
            return left, [*problems, str(error)]
        again = snapshot(Path(folder))
        problems += [
            f"{self.command}: the run after the kill came to another {name}"
            for name in sorted(self.expected.keys() | again.keys())
            if again.get(name) != self.expected.get(name)
        ]
        return left, problems


def snapshot(folder: Path) -> dict[str, object]:
    """What a reader makes of each file that has its final name; seconds are left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".part":
            found[str(path.relative_to(folder))] = _read(path)
    return found


def _read(path: Path) -> object:
    if path.suffix == ".json":
        try:
            return _timeless(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            return f"no JSON: {error}"
    if path.suffix == ".safetensors":
        try:
            metadata = checkpoints.load(path).metadata
        except UserError as error:
            return f"no checkpoint: {error}"
        tensors = {name: _digest(tensor) for name, tensor in load_file(path).items()}
        return _timeless(metadata.history), metadata.training, metadata.calibration, tensors
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _timeless(content: object) -> object:
    """JSON without what the clock has put in."""
    if isinstance(content, dict):
        return {key: _timeless(value) for key, value in content.items() if key != "seconds"}
    return [_timeless(value) for value in content] if isinstance(content, list) else content


def _digest(tensor: torch.Tensor) -> str:
    return hashlib.sha256(tensor.contiguous().numpy().tobytes()).hexdigest()


def measure(count: int, seed: int, commands=tuple(COMMANDS)) -> dict:
    """Kill `count` times in all, each command in turn, at moments that follow from `seed`."""
    rng = random.Random(seed)
    contents = official()
    figures = {"machine": reliability.measured_on(), "count": count, "seed": seed, "commands": {}}
    with mirror(contents) as url, tqdm(total=count + len(commands)) as bar:
        for place, command in enumerate(commands):
            bar.set_description(command)
            runs = Runs(command, contents, url)
            bar.update()
            left, problems = Counter(), []
            kills = len(range(place, count, len(commands)))
            for _ in range(kills):
                what, wrong = runs.kill(rng.random())
                left[what] += 1
                problems += wrong
                bar.update()
            figures["commands"][command] = {
                "kills": kills,
                "seconds": runs.seconds,
                "files": len(runs.expected),
                "left": dict(left),
                "problems": problems,
            }
    return figures


def table(figures: dict) -> str:
    """The figures as Markdown."""
    rows = []
    for command, each in figures["commands"].items():
        left = "; ".join(f"{n} × {what}" for what, n in sorted(each["left"].items()))
        rows.append(
            f"| {command} | {each['kills']} | {each['seconds']:.1f} s | {left} | "
            f"{len(each['problems'])} |"
        )
    return "\n".join(
        [
            f"{figures['count']} kills, seed {figures['seed']}, on {figures['machine']}.",
            "",
            "| command | kills | undisturbed | what was left | wrong after |",
            "| --- | ---: | ---: | --- | ---: |",
            *rows,
        ]
    )


def main(argv: list[str] | None = None) -> int:
    """Kill and look, and print the table. Returns 1 if something was wrong."""
    parser = reliability.parser("kills", __doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    return reliability.run(
        "kills",
        args,
        lambda: measure(args.count, args.seed),
        table,
        lambda figures: _problems(figures)[:20],
        _problems,
    )


def _problems(figures: dict) -> list[str]:
    return [each for one in figures["commands"].values() for each in one["problems"]]


if __name__ == "__main__":
    sys.exit(main())
