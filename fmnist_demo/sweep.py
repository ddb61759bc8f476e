"""Many trainings that do not depend on each other: each is run once, and its figures are kept.

Trains on photographs alone. Knows nothing of what the trainings are compared for.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed

from fmnist_demo.data import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.files import write_json
from fmnist_demo.inspection import alive, weight_norm
from fmnist_demo.model import MLP, MLPConfig
from fmnist_demo.regularisation import count_zeros, total_zeros
from fmnist_demo.training import TrainConfig, fit, validate


@dataclass(frozen=True)
class Training:
    """One training of a sweep: a network of `shape`, its weights and batches by `config.seed`.

    `config` names its strength and no pictures but the photographs; else `ValueError`.
    """

    shape: MLPConfig
    config: TrainConfig

    def __post_init__(self):
        if self.config.synthetic or self.config.strength is None:
            raise ValueError("a sweep names every strength and trains on photographs alone")

    def settings(self, split_hash: str) -> dict:
        """Everything that decides the figures, as JSON holds it."""
        return {
            "model": asdict(self.shape),
            "training": asdict(self.config),
            "split_hash": split_hash,
        }

    def key(self, split_hash: str) -> str:
        """16 hex digits that name the settings."""
        text = json.dumps(self.settings(split_hash), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Figures:
    """What came of a training: of the network that `fit` leaves, that of the best epoch.

    `train_accuracy` is over the augmented batches of the kept epoch; accuracies and zeros are 0 to
    1, the loss is in nats. `zeros_per_layer`: from the pixels to the answers. `live_neurons`, of
    all hidden layers together, and `live_pixels`, of 784, have a part in some answer. `epochs`: how
    many were run. `seconds`: of the training, by the clock.

    Where the loss was no longer a number, `diverged` is true and there is no network to measure:
    what would be measured on it is None. A network that a penalty has emptied has not diverged: it
    gives one answer to every picture, and its figures say so.
    """

    train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    test_accuracy: float | None
    zeros: float | None
    zeros_per_layer: list[float] | None
    weight_norm: float | None
    live_neurons: int | None
    live_pixels: int | None
    kept_epoch: int | None
    epochs: int
    seconds: float
    diverged: bool


def measure(training: Training, train: Split, validation: Split, test: Split) -> Figures:
    """Train one network and measure it; the test set decides nothing."""
    model = MLP(training.shape, training.config.seed)
    history, diverged = [], False
    start = time.perf_counter()
    try:
        for result in fit(model, train, validation, training.config):
            history.append(result)
    except UserError:  # the one way in which `fit` gives up
        diverged = True
    ran = {
        "epochs": len(history),
        "seconds": time.perf_counter() - start,
        "diverged": diverged,
    }
    if diverged:
        return Figures(*[None] * 10, **ran)
    kept = [result for result in history if result.best][-1]
    living = alive(model)
    return Figures(
        train_accuracy=kept.train_accuracy,
        validation_loss=kept.validation_loss,
        validation_accuracy=kept.validation_accuracy,
        test_accuracy=validate(model, test)[1],
        zeros=total_zeros(model),
        zeros_per_layer=list(count_zeros(model).values()),
        weight_norm=weight_norm(model),
        live_neurons=sum(int(layer.sum()) for layer in living.units),
        live_pixels=int(living.pixels.sum()),
        kept_epoch=kept.epoch,
        **ran,
    )


def run(
    trainings: Iterable[Training],
    examples: TrainingData,
    test: Split,
    folder: str | Path,
    jobs: int = 1,
) -> Iterator[tuple[Training, Figures]]:
    """Yield each training with its figures: first those that `folder` has, then as they get done.

    `jobs` trainings run at a time: a single one in this process and with its number of threads,
    several in processes of their own with one thread each. Each writes `<key>.json` into `folder`
    when it is done, so that nothing finished is lost or repeated however this ends.

    Raises `UserError` for fewer than one job, a file that cannot be written, or a process that the
    system has stopped.
    """
    if jobs < 1:
        raise UserError(f"Jobs must be 1 or more, not {jobs}.")
    missing = []
    for training in dict.fromkeys(trainings):
        path = Path(folder, f"{training.key(examples.split_hash)}.json")
        settings = training.settings(examples.split_hash)
        figures = _read(path, settings)
        if figures is None:
            missing.append((training, path, settings))
        else:
            yield training, figures
    if not missing:
        return
    # As arrays, for joblib writes large ones to disk once and lets every process map them.
    splits = [
        (split.images.numpy(), split.labels.numpy())
        for split in (examples.train, examples.validation, test)
    ]
    threads = torch.get_num_threads() if jobs == 1 else 1
    try:
        yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(
            delayed(_train)(*each, splits, threads) for each in missing
        )
    except BrokenProcessPool as error:
        raise UserError(
            "A training was stopped by the system, probably for lack of memory: run it again with "
            "fewer jobs, and it goes on from what is done."
        ) from error


def _train(
    training: Training,
    path: Path,
    settings: dict,
    splits: list[tuple[np.ndarray, np.ndarray]],
    threads: int,
) -> tuple[Training, Figures]:
    """Run one training, wherever this is called, and write its file."""
    torch.set_num_threads(threads)
    # Copied, for torch warns of arrays that are mapped and cannot be written to.
    tensors = [Split(*(torch.from_numpy(np.array(part)) for part in split)) for split in splits]
    figures = measure(training, *tensors)
    write_json(path, {"settings": settings, "figures": asdict(figures)})
    return training, figures


def _read(path: Path, settings: dict) -> Figures | None:
    """The figures in a file, or None if it is not the whole result of these settings."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Figures(**content["figures"]) if content["settings"] == settings else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
