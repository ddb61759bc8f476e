"""The lab: a visitor's own training, from the settings to the verdict.

Each training has a thread of its own and a generator that tells how it goes; of all visitors'
trainings one runs at a time, the others wait in a `Line`. Knows nothing of the page.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import asdict, dataclass, replace
from queue import Empty, Queue
from threading import Lock, Thread

import numpy as np
import torch

from fmnist_demo.data import fashion_mnist
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.networks.calibration import calibrate
from fmnist_demo.networks.checkpoints import Checkpoint, Metadata
from fmnist_demo.networks.inspection import strongest_filters, weights
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import total_zeros
from fmnist_demo.synthetic import dataset
from fmnist_demo.training.loop import EpochResult, best_epoch, fit, stop_reason, validate
from fmnist_demo.training.settings import Settings

INTERVAL = 0.5
"""Seconds between two looks at a training."""

TIME_LIMIT = 180.0
"""Seconds that one training may take, pauses and waiting apart."""

PAUSE_LIMIT = 60.0
"""Seconds that one training may be paused for, all pauses together."""

LONGEST = 8
"""Trainings that may stand in the line, the one that runs included."""

DRAWINGS, DRAWINGS_ASIDE = 5_000, 500
"""Drawings to train on and to validate on where Fashion-MNIST is not used."""

HELD_OUT_DRAWINGS = 300
"""Other drawings, on which the confidence threshold is set."""

MEASURED = 5_000
"""Training examples on which a finished network is measured, as they are and without dropout."""

FILTERS = 12

ENDS = {
    "all epochs": "All {epochs} epochs trained",
    "early stopping": "Stopped early at epoch {epochs}",
    "stopped": "Stopped by you after epoch {epochs}",
    "time limit": "Stopped after epoch {epochs} by the time limit",
    "pause limit": f"Stopped after epoch {{epochs}}, paused for {PAUSE_LIMIT:g} seconds",
}
"""Why a training ended, as the verdict begins."""


@dataclass
class Control:
    """What a visitor does to a training while it runs; read before every batch."""

    paused: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class Run:
    """A finished training.

    `history`: one result an epoch, at least one. `stop_reason`: a key of `ENDS`.
    `train_accuracy`: of the best epoch, 0 to 1, on `MEASURED` training examples as they are.
    """

    settings: Settings
    history: list[EpochResult]
    stop_reason: str
    train_accuracy: float

    @property
    def best_epoch(self) -> EpochResult:
        """The epoch whose weights were kept."""
        return best_epoch(self.history)

    @property
    def gap(self) -> float:
        """By how much accuracy is better on the training than on the validation examples."""
        return self.train_accuracy - self.best_epoch.validation_accuracy

    @property
    def verdict(self) -> str:
        """One sentence: why it ended, what was kept, how good it is, the gap and the zeros."""
        best, end = self.best_epoch, ENDS[self.stop_reason].format(epochs=len(self.history))
        gap = f"an overfitting gap of {self.gap * 100:.1f} points"
        if self.gap <= 0:
            gap = "no overfitting gap"
        return (
            f"{end}, epoch {best.epoch} kept: {best.validation_accuracy:.1%} of the "
            f"validation examples right and {self.train_accuracy:.1%} of the training ones, {gap}; "
            f"{best.total_zeros:.1%} of the weights are exactly zero."
        )


@dataclass(frozen=True)
class Waiting:
    """Other trainings are `ahead` in the line."""

    ahead: int


@dataclass(frozen=True)
class Preparing:
    """The examples are being fetched or drawn: the share done, 0 to 1, and of what."""

    share: float
    what: str


@dataclass(frozen=True)
class Snapshot:
    """A training as it stands.

    `share`: of all its batches, 0 to 1. `weights`: all of them (n,). `zeros`: the share of them
    that is exactly zero. `filters`: (FILTERS, 28, 28), from -1 to 1.
    """

    share: float
    history: list[EpochResult]
    weights: np.ndarray
    zeros: float
    filters: np.ndarray


@dataclass(frozen=True)
class Finished:
    """A training that came to something: its figures, and its network."""

    run: Run
    checkpoint: Checkpoint
    snapshot: Snapshot


@dataclass(frozen=True)
class Failed:
    """A training that came to nothing, and why, in one sentence."""

    reason: str
    no_data: bool = False


Update = Waiting | Preparing | Snapshot | Finished | Failed
Post = Callable[[Update], None]
"""Told how a training goes."""


class Line:
    """Who trains next: first come, first served, one at a time."""

    def __init__(self, longest: int = LONGEST):
        self.longest = longest
        self._places: list[object] = []
        self._lock = Lock()

    def enter(self) -> object:
        """A place at the end of the line. Raises `UserError` if it is too long already."""
        with self._lock:
            if len(self._places) >= self.longest:
                raise UserError(
                    f"{self.longest} trainings are waiting or running already: try again in a few "
                    "minutes."
                )
            self._places.append(place := object())
            return place

    def ahead(self, place: object) -> int:
        """How many stand before this place; at 0 it is its turn."""
        with self._lock:
            return self._places.index(place)

    def leave(self, place: object) -> None:
        """Make way for those behind."""
        with self._lock:
            self._places.remove(place)


class NoData(UserError):
    """Fashion-MNIST cannot be had."""


class Examples:
    """Training and validation examples by source: loaded at the first use, then shared."""

    def __init__(self):
        self._loaded: dict[str, TrainingData] = {}
        self._held_out_drawings: Split | None = None

    def get(self, source: str, progress: fashion_mnist.ProgressCallback) -> TrainingData:
        """The examples of a key of `settings.SOURCES`, in an order that mixes the classes.

        Raises `NoData` if the dataset cannot be had.
        """
        if source not in self._loaded:
            load = {"fashion": _fashion, "drawings": _drawings}[source]
            self._loaded[source] = load(progress)
        return self._loaded[source]

    def held_out_drawings(self) -> Split:
        """Drawings of garments that no training reads."""
        if self._held_out_drawings is None:
            self._held_out_drawings = _drawn(HELD_OUT_DRAWINGS, seed=2)
        return self._held_out_drawings


def _fashion(progress: fashion_mnist.ProgressCallback) -> TrainingData:
    try:
        examples = fashion_mnist.load_training(progress=progress)
    except UserError as error:
        print(error, file=sys.stderr)  # for whoever runs the app; visitors cannot do what it says
        raise NoData(
            "Fashion-MNIST cannot be fetched here just now: train on the project's own drawings, "
            "or try again later."
        ) from error
    count = len(examples.train.labels)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    train = Split(examples.train.images[order], examples.train.labels[order])
    return TrainingData(train, examples.validation, examples.split_hash)


def _drawings(progress: fashion_mnist.ProgressCallback) -> TrainingData:
    def told(chunks: Iterable, total: int) -> Iterator:
        for number, chunk in enumerate(chunks):
            progress(number / total, "Drawing the examples")
            yield chunk

    train = _drawn(DRAWINGS, seed=0, progress=told)
    return TrainingData(train, _drawn(DRAWINGS_ASIDE, seed=1), "drawings")


def _drawn(count: int, seed: int, progress: Callable | None = None) -> Split:
    return Split.from_arrays(*dataset.dataset(count, seed, {"drawing": 1}, progress=progress))


class Lab:
    """What all visitors share: the examples and the line. `trainer`: what trains, as `run` does."""

    def __init__(self, trainer: Callable[..., Finished] | None = None):
        self.examples = Examples()
        self.line = Line()
        self.trainer = trainer or run

    def train(self, settings: Settings, control: Control) -> Iterator[Update]:
        """Train in a thread and yield how it goes, as `live` does.

        A closed generator stops the training, which leaves the line by itself. Raises `UserError`
        if the line is too long.
        """
        place = self.line.enter()

        def work(post: Post) -> Finished:
            try:
                while ahead := self.line.ahead(place):
                    post(Waiting(ahead))
                    time.sleep(INTERVAL)
                    _go_on(control)
                examples = self._prepare(settings, control, post)
                return self.trainer(
                    settings, examples, self.examples.held_out_drawings(), control, post
                )
            finally:
                self.line.leave(place)

        yield from live(work, control)

    def _prepare(self, settings: Settings, control: Control, post: Post) -> TrainingData:
        """The examples, of which no more are to train on than the settings say."""

        def progress(share: float, what: str) -> None:
            _go_on(control)
            post(Preparing(share, what))

        progress(0.0, "Loading the examples")
        examples = self.examples.get(settings.source, progress)
        return replace(examples, train=examples.train.first(settings.examples))


def live(work: Callable[[Post], Finished], control: Control) -> Iterator[Update]:
    """Do `work` in a thread of its own and yield what it posts about every `INTERVAL` seconds.

    The last update is `Finished` or `Failed`; while nothing is new, the one before comes again.
    A closed generator stops the work through `control`.
    """
    updates = Queue(maxsize=1)

    def post(update: Update) -> None:
        with suppress(Empty):
            updates.get_nowait()  # only the newest counts
        updates.put(update)

    def to_the_end() -> None:
        end = Failed("The training failed by a fault of this app, which stands in its log.")
        try:
            end = work(post)
        except _Ended:
            end = Failed("Stopped before the first epoch was over: there is nothing to keep.")
        except UserError as error:
            end = Failed(str(error), isinstance(error, NoData))
        finally:
            post(end)

    # With the visitor's request, by which a trainer may have to tell visitors apart.
    Thread(target=copy_context().run, args=(to_the_end,), daemon=True).start()
    update = updates.get()
    try:
        while not isinstance(update, Finished | Failed):
            yield update
            time.sleep(INTERVAL)
            with suppress(Empty):
                update = updates.get_nowait()
        yield update
    finally:
        control.stopped = True


def run(
    settings: Settings,
    examples: TrainingData,
    held_out_drawings: Split,
    control: Control,
    post: Post,
    device: torch.device | str = "cpu",
    limit: float | None = None,
) -> Finished:
    """Train a network, heed `control` and post how it goes; `limit` in seconds, or `TIME_LIMIT`.

    `held_out_drawings`: they set the confidence threshold. Raises `UserError` if it fails.
    """
    model, history = MLP(settings.shape), []
    watch = _Watch(model, history, control, post, TIME_LIMIT if limit is None else limit)
    try:
        for result in fit(
            model,
            examples.train,
            examples.validation,
            settings.training_config,
            device=device,
            on_step=watch.step,
        ):
            history.append(result)
            watch.look(result.epoch / settings.epochs)
        ended = stop_reason(history, settings.training_config)
    except _Ended as end:
        ended = end.why
    if not history:
        raise _Ended(ended)

    finished = Run(settings, history, ended, validate(model, examples.train.first(MEASURED))[1])
    metadata = Metadata(
        settings.shape,
        asdict(settings.training_config),
        examples.split_hash,
        calibrate(model, examples.validation, held_out_drawings),
        [asdict(result) for result in history],
        {
            "loss": finished.best_epoch.validation_loss,
            "accuracy": finished.best_epoch.validation_accuracy,
        },
        ended if ended in ("all epochs", "early stopping") else "interrupted",
    )
    return Finished(finished, Checkpoint(model, metadata), snapshot(model, 1.0, history))


class _Ended(Exception):
    """A training that ends before `fit` would end it: `why` is a key of `ENDS`."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


def _go_on(control: Control) -> None:
    if control.stopped:
        raise _Ended("stopped")


class _Watch:
    """Looks at a training at every batch: pauses it, ends it, and posts how it goes."""

    def __init__(
        self,
        model: MLP,
        history: list[EpochResult],
        control: Control,
        post: Post,
        limit: float,
    ):
        self.model, self.history, self.control, self.post = model, history, control, post
        self.limit = limit
        self.started, self.looked, self.paused = time.monotonic(), 0.0, 0.0

    def step(self, share: float) -> None:
        """After each batch. Raises `_Ended` if the visitor or the clock says so."""
        if self.control.paused:
            self._pause()
        _go_on(self.control)
        now = time.monotonic()
        if now - self.started - self.paused > self.limit:
            raise _Ended("time limit")
        if now - self.looked > INTERVAL:
            self.look(share)

    def look(self, share: float) -> None:
        """Post a snapshot, unless the weights are no longer numbers: `fit` is about to say so."""
        seen = snapshot(self.model, share, self.history)
        if np.isfinite(seen.weights).all():
            self.post(seen)
        self.looked = time.monotonic()

    def _pause(self) -> None:
        start, before = time.monotonic(), self.paused
        while self.control.paused and not self.control.stopped:
            time.sleep(0.05)
            self.paused = before + time.monotonic() - start
            if self.paused > PAUSE_LIMIT:
                raise _Ended("pause limit")


def snapshot(model: MLP, share: float, history: list[EpochResult]) -> Snapshot:
    """What is to be seen of a network and of its training so far."""
    return Snapshot(
        share, list(history), weights(model), total_zeros(model), strongest_filters(model, FILTERS)
    )
