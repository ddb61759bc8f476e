"""The lab: a visitor's own training, from the settings to the finished network.

All visitors share one queue, and one training runs at a time. Knows nothing of the page.
"""

import math
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, replace
from threading import Event, Thread

import numpy as np
import torch

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.training import stop_reasons
from fmnist_demo.training.examples import Examples, NoData
from fmnist_demo.training.loop import EpochResult, fit, stop_reason, validate
from fmnist_demo.training.precision import AUTO, choose_precision
from fmnist_demo.training.queue import TrainingQueue
from fmnist_demo.training.result import trained_checkpoint
from fmnist_demo.training.settings import Settings
from fmnist_demo.training.updates import (
    Failed,
    Finished,
    Preparing,
    Run,
    Snapshot,
    Update,
    Waiting,
    snapshot,
)

INTERVAL = 0.5
"""Seconds between two updates."""

TIME_LIMIT = 180.0
"""Seconds that a training may take, not counting pauses and the wait in the queue."""

PAUSE_LIMIT = 60.0
"""Seconds that all pauses of a training may take together."""

ACCURACY_EXAMPLES = 5_000
"""Training examples on which the accuracy of a finished network is measured."""


@dataclass
class Control:
    """What the visitor asks of a training while it runs."""

    paused: bool = False
    stopped: bool = False


class Lab:
    """What all visitors share: the examples and the queue. `trainer` trains as `run` does."""

    def __init__(self, trainer: Callable[..., Iterator[Update]] | None = None):
        self.examples = Examples()
        self.queue = TrainingQueue()
        self.trainer = trainer or run

    def train(self, settings: Settings, control: Control) -> Iterator[Update]:
        """Train in a thread and yield an update about every `INTERVAL` seconds.

        The last one is `Finished` or `Failed`. Closing the generator stops the training.
        """
        try:
            yield from live(self._updates(settings, control))
        finally:
            control.stopped = True

    def _updates(self, settings: Settings, control: Control) -> Iterator[Update]:
        """Wait for our turn, get the examples and train; an error becomes `Failed`."""
        try:
            with self.queue.entry() as entry:
                while ahead := self.queue.ahead(entry):
                    yield Waiting(ahead)
                    time.sleep(INTERVAL)
                    _check_not_stopped(control)
                yield (preparing := Preparing(0.0, "Loading the examples"))

                def report(share: float, what: str) -> None:
                    _check_not_stopped(control)
                    preparing.share, preparing.what = share, what

                examples = self.examples.get(settings.source, report)
                examples = replace(examples, train=examples.train.first(settings.examples))
                drawings = self.examples.held_out_drawings
                with closing(self.trainer(settings, examples, drawings, control)) as updates:
                    yield from updates
        except UserError as error:
            yield Failed(str(error), isinstance(error, NoData))
        except Exception:
            traceback.print_exc()
            yield Failed("The training failed because of an error in this app; see its log.")


def live(updates: Iterator[Update]) -> Iterator[Update]:
    """Iterate over `updates` in a thread, and yield the newest about every `INTERVAL` seconds.

    So whoever shows the updates does not hold up their source. The last update is always yielded;
    while there is no new one, the previous one is repeated. Closing this generator closes
    `updates` after its next one.
    """
    newest, closed = deque(maxlen=1), Event()

    def pump() -> None:
        with closing(updates):
            for update in updates:
                newest.append(update)
                if closed.is_set():
                    return

    # In the context of the visitor's request, which tells ZeroGPU whose quota to charge.
    thread = Thread(target=copy_context().run, args=(pump,), daemon=True)
    thread.start()
    try:
        ended = False
        while not ended:
            thread.join(INTERVAL)
            ended = not thread.is_alive()
            for update in list(newest):
                ended = ended or isinstance(update, Finished | Failed)
                yield update
    finally:
        closed.set()


def run(
    settings: Settings,
    examples: TrainingData,
    held_out_drawings: Split,
    control: Control,
    device: torch.device | str = "cpu",
    limit: float = TIME_LIMIT,
) -> Iterator[Snapshot | Finished]:
    """Train a network as `control` says; yield snapshots, at last `Finished`.

    A snapshot comes at the start, after every epoch, and whenever `INTERVAL` seconds have passed,
    during a pause too. `held_out_drawings` set the confidence threshold. `limit`: seconds of
    training.

    Raises `UserError` if the training fails, or ends before its first epoch does.
    """
    model = MLP(settings.shape)
    config = replace(settings.training_config, precision=choose_precision(AUTO, device))
    history: list[EpochResult] = []
    limits = Limits(limit)
    share, shown_at, recorded = 0.0, -math.inf, stop_reasons.INTERRUPTED
    yield (latest := snapshot(model, share, history))
    with closing(fit(model, examples.train, examples.validation, config, device=device)) as events:
        for event in events:
            if isinstance(event, EpochResult):
                history.append(event)
            else:
                share = event.share
                while control.paused and not limits.reached(control):
                    limits.pause()
                    yield latest
                if reason := limits.reached(control):
                    break
            if isinstance(event, EpochResult) or time.monotonic() - shown_at > INTERVAL:
                current, shown_at = snapshot(model, share, history), time.monotonic()
                if np.isfinite(current.weights).all():  # otherwise `fit` is about to say so
                    yield (latest := current)
        else:
            reason = recorded = stop_reason(history, config)
    if not history:
        raise UserError("The training ended before its first epoch, so there is no network.")

    train_accuracy = validate(model, examples.train.first(ACCURACY_EXAMPLES))[1]
    checkpoint = trained_checkpoint(model, config, examples, held_out_drawings, history, recorded)
    yield Finished(
        Run(settings, history, reason, train_accuracy), checkpoint, snapshot(model, 1.0, history)
    )


class Limits:
    """How long a training may still run or be paused; `seconds` bounds the time without pauses."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._start, self._paused = time.monotonic(), 0.0

    def pause(self) -> None:
        """Let `INTERVAL` seconds pass as part of a pause."""
        before = time.monotonic()
        time.sleep(INTERVAL)
        self._paused += time.monotonic() - before

    def reached(self, control: Control) -> str | None:
        """Why the training has to end now, one of `stop_reasons`, or None."""
        if control.stopped:
            return stop_reasons.STOPPED
        if self._paused > PAUSE_LIMIT:
            return stop_reasons.PAUSE_LIMIT
        if time.monotonic() - self._start - self._paused > self.seconds:
            return stop_reasons.TIME_LIMIT
        return None


def _check_not_stopped(control: Control) -> None:
    if control.stopped:
        raise UserError("The training stopped before it began, so there is no network.")
