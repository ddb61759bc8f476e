"""Sweeps: many independent trainings, each run once, with its metrics saved in a file.

The networks are trained on photographs alone.
"""

import copy
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import torch

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments.robustness import noisy, shifted, synthetic_drawings
from fmnist_demo.files import write_json
from fmnist_demo.networks.calibration import expected_calibration_error, fit_temperature
from fmnist_demo.networks.metrics import accuracy, weight_metrics
from fmnist_demo.networks.mlp import MLP, MLPConfig, predict_logits
from fmnist_demo.plots import Measure
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import best_epoch, epochs, fit


@dataclass(frozen=True)
class Training:
    """One training of a sweep: a network of `shape`, trained as `config` says.

    `photographs`: how many of the training photographs to use, the first ones; None means all.
    `keep_best`: measure the network of the best epoch instead of the last one.

    Raises `ValueError` if `config` has no strength or asks for synthetic images.
    """

    shape: MLPConfig
    config: TrainConfig
    photographs: int | None = None
    keep_best: bool = True

    def __post_init__(self):
        if self.config.synthetic or self.config.strength is None:
            raise ValueError("a sweep needs an explicit strength and uses photographs alone")

    def settings(self, split_hash: str) -> dict:
        """Everything that the metrics depend on, ready for JSON."""
        return {
            "model": asdict(self.shape),
            "training": asdict(self.config),
            "photographs": self.photographs,
            "keep_best": self.keep_best,
            "split_hash": split_hash,
        }

    def key(self, split_hash: str) -> str:
        """16 hex digits that identify the settings."""
        text = json.dumps(self.settings(split_hash), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Metrics:
    """What was measured on one training, for the network of `measured_epoch`.

    Accuracies, calibration errors and zeros are 0 to 1; the loss is in nats. `train_accuracy` is
    over the batches of that epoch during training. `plain_train_accuracy` is that of the finished
    network on unaugmented training images, as many as validation has. `ece` is the expected
    calibration error on the test set, `calibrated_ece` the same after temperature scaling on the
    validation set. `noise_accuracy` and `shift_accuracy` are on the `robustness.noisy` and
    `shifted` test images, `drawings_accuracy` on `synthetic_drawings`. `zeros_per_layer` starts at
    the input layer. `active_units` (of all hidden layers) and `active_pixels` (of 784) influence an
    output. `epochs` is the number of epochs run, `seconds` the training time.

    If the loss became infinite or NaN, `diverged` is true and everything that needs a network is
    None. A network whose weights a penalty has all set to zero has not diverged: it gives the same
    answer to every image, and its metrics show that.
    """

    train_accuracy: float | None
    plain_train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    test_accuracy: float | None
    noise_accuracy: float | None
    shift_accuracy: float | None
    drawings_accuracy: float | None
    ece: float | None
    calibrated_ece: float | None
    zeros: float | None
    zeros_per_layer: list[float] | None
    weight_norm: float | None
    active_units: int | None
    active_pixels: int | None
    measured_epoch: int | None
    epochs: int
    seconds: float
    diverged: bool

    @property
    def gap(self) -> float | None:
        """Training accuracy minus validation accuracy, both without augmentation."""
        return None if self.diverged else self.plain_train_accuracy - self.validation_accuracy


METRIC_FORMATS = {
    "validation_accuracy": Measure("validation accuracy", "%"),
    "test_accuracy": Measure("test accuracy", "%"),
    "plain_train_accuracy": Measure("training accuracy", "%"),
    "gap": Measure("gap between training and validation", "points"),
    "epochs": Measure("length of training", "epochs", scale=1, decimals=1),
    "zeros": Measure("share of zero weights", "%"),
    "ece": Measure("expected calibration error", "%"),
    "calibrated_ece": Measure("expected calibration error after temperature scaling", "%"),
    "noise_accuracy": Measure("accuracy on noisy images", "%"),
    "shift_accuracy": Measure("accuracy on shifted images", "%"),
    "drawings_accuracy": Measure("accuracy on drawings", "%"),
}
"""How the attributes of `Metrics` that the study reports are called and written."""


def measure(
    training: Training, train: Split, validation: Split, test: Split, drawings: Split
) -> Metrics:
    """Train one network and measure it. The test set and the drawings influence no choice."""
    train = train.first(training.photographs)
    model = MLP(training.shape, training.config.seed)
    history, diverged, last = [], False, None
    start = time.perf_counter()
    try:
        for result in epochs(fit(model, train, validation, training.config)):
            history.append(result)
            if not training.keep_best and result.epoch == training.config.epochs:
                last = copy.deepcopy(model).eval()  # before `fit` restores the best epoch
    except UserError:  # `fit` raises it only when the loss is no longer a number
        diverged = True
    run = {"epochs": len(history), "seconds": time.perf_counter() - start, "diverged": diverged}
    if diverged:
        return Metrics(**{field.name: run.get(field.name) for field in fields(Metrics)})
    model = last or model
    measured = history[-1] if last else best_epoch(history)
    logits = predict_logits(model, test.images)
    validation_logits = predict_logits(model, validation.images)
    temperature = fit_temperature(validation_logits, validation.labels)
    weights = weight_metrics(model)
    pixels, *units, _ = training.shape.sizes
    return Metrics(
        train_accuracy=measured.train_accuracy,
        plain_train_accuracy=_predicted_accuracy(model, train.first(len(validation.labels))),
        validation_loss=measured.validation_loss,
        validation_accuracy=_accuracy(validation_logits, validation),
        test_accuracy=_accuracy(logits, test),
        noise_accuracy=_predicted_accuracy(model, noisy(test)),
        shift_accuracy=_predicted_accuracy(model, shifted(test)),
        drawings_accuracy=_predicted_accuracy(model, drawings),
        ece=_calibration_error(logits, test),
        calibrated_ece=_calibration_error(logits / temperature, test),
        zeros=weights.zeros,
        zeros_per_layer=weights.zeros_per_layer,
        weight_norm=weights.weight_norm,
        active_units=sum(units) - sum(weights.dead_units),
        active_pixels=pixels - weights.unused_pixels,
        measured_epoch=measured.epoch,
        **run,
    )


def _predicted_accuracy(model: MLP, split: Split) -> float:
    return _accuracy(predict_logits(model, split.images), split)


def _accuracy(logits: torch.Tensor, split: Split) -> float:
    return accuracy(logits.numpy(), split.labels.numpy())


def _calibration_error(logits: torch.Tensor, split: Split) -> float:
    return expected_calibration_error(logits.softmax(1).numpy(), split.labels.numpy())


def seeded(training: Training, seeds: int) -> list[Training]:
    """The same training with each of the seeds 0 to `seeds` - 1. Raises `UserError` for none."""
    if seeds < 1:
        raise UserError(f"{seeds} seeds are too few: choose 1 or more.")
    return [replace(training, config=replace(training.config, seed=seed)) for seed in range(seeds)]


def in_rounds(trainings: Iterable[Training], seeds: int) -> list[Training]:
    """All distinct `trainings` with seed 0, then all of them with seed 1, and so on."""
    rounds = zip(*(seeded(training, seeds) for training in dict.fromkeys(trainings)), strict=True)
    return [training for same_seed in rounds for training in same_seed]


def over_seeds(results: Sequence[tuple[Training, Metrics]], names: Sequence[str]) -> dict:
    """Summarise one training that was run with several seeds, ready for JSON.

    `n` is the number of runs and `diverged` the number of those that diverged. Each of `names`,
    attributes of `Metrics`, has its `values` by seed (None where diverged) and the `mean` and
    sample standard deviation `std` (n - 1) of the others; both are None if all diverged, and the
    `std` of a single value is 0.
    """
    by_seed = [metrics for _, metrics in sorted(results, key=lambda pair: pair[0].config.seed)]
    return {"n": len(by_seed), "diverged": sum(metrics.diverged for metrics in by_seed)} | {
        name: _statistics([getattr(metrics, name) for metrics in by_seed]) for name in names
    }


def _statistics(values: list[float | None]) -> dict:
    numbers = [value for value in values if value is not None]
    spread = stdev(numbers) if len(numbers) > 1 else 0.0
    return {
        "mean": fmean(numbers) if numbers else None,
        "std": spread if numbers else None,
        "values": values,
    }


def run(
    trainings: Iterable[Training],
    examples: TrainingData,
    test: Split,
    folder: str | Path,
    jobs: int | None = None,
    engine: str = "joblib",
    address: str | None = None,
) -> Iterator[tuple[Training, Metrics]]:
    """Yield each training with its metrics: first those saved in `folder`, then the new ones.

    `jobs`, `engine` and `address` are those of `engines.run`. A single job runs in this process
    with its number of threads; several jobs run in their own processes with one thread each. Every
    training writes `<key>.json` into `folder` when it is done, so an interrupted sweep loses and
    repeats nothing that is finished. The machines of a cluster must share the folder.

    Raises `UserError` as `engines.run` does, and for a file that cannot be written.
    """
    folder = Path(folder).resolve()  # a process on another machine starts elsewhere
    missing = []
    for training in dict.fromkeys(trainings):
        path = Path(folder, f"{training.key(examples.split_hash)}.json")
        settings = training.settings(examples.split_hash)
        if (metrics := _read(path, settings)) is None:
            missing.append((training, path, settings))
        else:
            yield training, metrics
    if not missing:
        return
    # As arrays: joblib writes large ones to disk once for all processes to map, and Ray sends each
    # to a machine once.
    arrays = [
        array.numpy()
        for split in (examples.train, examples.validation, test, synthetic_drawings())
        for array in (split.images, split.labels)
    ]
    # Slow to load, and the page needs only the dataclasses above.
    from joblib import delayed

    from fmnist_demo.experiments import engines

    in_this_process = engine == "joblib" and jobs in (None, 1)
    threads = torch.get_num_threads() if in_this_process else 1
    calls = [delayed(_train)(*arguments, threads, *arrays) for arguments in missing]
    yield from engines.run(calls, jobs, engine, address)


def _train(
    training: Training, path: Path, settings: dict, threads: int, *arrays: np.ndarray
) -> tuple[Training, Metrics]:
    """Run one training, in whichever process this is called, and write its file.

    `arrays`: images and labels of each of the splits that `measure` takes.
    """
    torch.set_num_threads(threads)
    if finished := _read(path, settings):  # a lost machine finished it, but its answer was lost too
        return training, finished
    # Copied, because torch warns about arrays that are mapped read-only.
    tensors = [torch.from_numpy(np.array(array)) for array in arrays]
    metrics = measure(training, *map(Split, tensors[::2], tensors[1::2]))
    write_json(path, {"settings": settings, "metrics": asdict(metrics)})
    return training, metrics


def _read(path: Path, settings: dict) -> Metrics | None:
    """The metrics in a file, or None unless it holds the whole result of these settings."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Metrics(**content["metrics"]) if content["settings"] == settings else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
