"""Many trainings that do not depend on each other: each is run once, and its figures are kept.

Trains on photographs alone. Knows nothing of what the trainings are compared for.
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
from joblib import delayed

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import engines
from fmnist_demo.experiments.robustness import noisy, shifted, synthetic_drawings
from fmnist_demo.files import write_json
from fmnist_demo.networks.calibration import expected_calibration_error, fit_temperature
from fmnist_demo.networks.inspection import active_units, weight_norm
from fmnist_demo.networks.mlp import MLP, MLPConfig, predict_logits
from fmnist_demo.networks.regularisation import count_zeros, total_zeros
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import best_epoch, epochs, fit, validate


@dataclass(frozen=True)
class Training:
    """One training of a sweep: a network of `shape`, its weights and batches by `config.seed`.

    `config` names its strength and no pictures but the photographs; else `ValueError`.
    `photographs`: how many of them are trained on, the first ones; all if None. `keep_best`:
    whether the network of the best epoch is measured, as `fit` leaves it, or that of the last.
    """

    shape: MLPConfig
    config: TrainConfig
    photographs: int | None = None
    keep_best: bool = True

    def __post_init__(self):
        if self.config.synthetic or self.config.strength is None:
            raise ValueError("a sweep names every strength and trains on photographs alone")

    def settings(self, split_hash: str) -> dict:
        """Everything that decides the figures, as JSON holds it."""
        return {
            "model": asdict(self.shape),
            "training": asdict(self.config),
            "photographs": self.photographs,
            "keep_best": self.keep_best,
            "split_hash": split_hash,
        }

    def key(self, split_hash: str) -> str:
        """16 hex digits that name the settings."""
        text = json.dumps(self.settings(split_hash), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Figures:
    """What came of a training: of the network of `kept_epoch`.

    Accuracies, errors and zeros are 0 to 1, the loss is in nats. `train_accuracy` is over the
    batches of the kept epoch as they were learnt from; `plain_train_accuracy` is of the network
    when it was done, over as many training pictures as validation has, as they are. `ece` is the
    expected calibration error on the test set, `calibrated_ece` the same after the temperature was
    fitted on validation. `noise_accuracy` and `shift_accuracy` are on `robustness.noisy` and
    `shifted` test pictures, `drawings_accuracy` on its `synthetic_drawings`. `zeros_per_layer`:
    from the pixels to the answers. `live_neurons`, of all hidden layers together, and
    `live_pixels`, of 784, have a part in some answer. `epochs`: how many were run. `seconds`: of
    the training, by the clock.

    Where the loss was no longer a number, `diverged` is true and there is no network to measure:
    what would be measured on it is None. A network that a penalty has emptied has not diverged: it
    gives one answer to every picture, and its figures say so.
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
    live_neurons: int | None
    live_pixels: int | None
    kept_epoch: int | None
    epochs: int
    seconds: float
    diverged: bool

    @property
    def gap(self) -> float | None:
        """How much more accurate on training pictures than on validation, as a difference."""
        return None if self.diverged else self.plain_train_accuracy - self.validation_accuracy


def measure(
    training: Training, train: Split, validation: Split, test: Split, drawings: Split
) -> Figures:
    """Train one network and measure it; the test set and the drawings decide nothing."""
    train = train.first(training.photographs)
    model = MLP(training.shape, training.config.seed)
    history, diverged, last = [], False, None
    start = time.perf_counter()
    try:
        for result in epochs(fit(model, train, validation, training.config)):
            history.append(result)
            if not training.keep_best and result.epoch == training.config.epochs:
                last = copy.deepcopy(model).eval()  # before `fit` goes back to the best
    except UserError:  # the one way in which `fit` gives up
        diverged = True
    ran = {
        "epochs": len(history),
        "seconds": time.perf_counter() - start,
        "diverged": diverged,
    }
    if diverged:
        return Figures(**{field.name: ran.get(field.name) for field in fields(Figures)})
    model = last or model
    measured = history[-1] if last else best_epoch(history)
    active = active_units(model)
    logits = predict_logits(model, test.images)
    temperature = fit_temperature(predict_logits(model, validation.images), validation.labels)
    return Figures(
        train_accuracy=measured.train_accuracy,
        plain_train_accuracy=validate(model, train.first(len(validation.labels)))[1],
        validation_loss=measured.validation_loss,
        validation_accuracy=measured.validation_accuracy,
        test_accuracy=validate(model, test)[1],
        noise_accuracy=validate(model, noisy(test))[1],
        shift_accuracy=validate(model, shifted(test))[1],
        drawings_accuracy=validate(model, drawings)[1],
        ece=_calibration_error(logits, test),
        calibrated_ece=_calibration_error(logits / temperature, test),
        zeros=total_zeros(model),
        zeros_per_layer=list(count_zeros(model).values()),
        weight_norm=weight_norm(model),
        live_neurons=sum(int(layer.sum()) for layer in active.units),
        live_pixels=int(active.pixels.sum()),
        kept_epoch=measured.epoch,
        **ran,
    )


def _calibration_error(logits: torch.Tensor, split: Split) -> float:
    return expected_calibration_error(logits.softmax(1).numpy(), split.labels.numpy())


def seeded(training: Training, seeds: int) -> list[Training]:
    """The same training with each of the seeds 0 to `seeds` - 1. Raises `UserError` for none."""
    if seeds < 1:
        raise UserError(f"Seeds must be 1 or more, not {seeds}.")
    return [replace(training, config=replace(training.config, seed=seed)) for seed in range(seeds)]


def in_rounds(trainings: Iterable[Training], seeds: int) -> list[Training]:
    """Every one of `trainings` once with each seed: all of them with one before the next seed."""
    rounds = zip(*(seeded(training, seeds) for training in dict.fromkeys(trainings)), strict=True)
    return [training for one in rounds for training in one]


def over_seeds(results: Sequence[tuple[Training, Figures]], measured: Sequence[str]) -> dict:
    """One point of a summary: the same training with several seeds, as JSON holds it.

    `n` is the number of trainings and `diverged` how many of them were left without a network.
    Each of `measured`, attributes of `Figures`, has its `values` by rising seed (None where
    diverged), and the `mean` and the sample standard deviation `std`, n - 1, of those that are
    numbers: None and None for none, 0 for one.
    """
    figures = [figures for _, figures in sorted(results, key=lambda one: one[0].config.seed)]
    return {"n": len(figures), "diverged": sum(each.diverged for each in figures)} | {
        name: _statistics([getattr(each, name) for each in figures]) for name in measured
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
) -> Iterator[tuple[Training, Figures]]:
    """Yield each training with its figures: first those that `folder` has, then as they get done.

    `jobs`, `engine` and `address` are those of `engines.run`: a single training at a time is run
    in this process and with its number of threads, several in processes of their own with one
    thread each. Each writes `<key>.json` into `folder` when it is done, wherever it runs, so that
    nothing finished is lost or repeated however this ends; the machines of a cluster must share
    the folder.

    Raises `UserError` as `engines.run` does, and for a file that cannot be written.
    """
    folder = Path(folder).resolve()  # a process on another machine starts elsewhere
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
    # As arrays, for joblib writes large ones to disk once and lets every process map them, and Ray
    # sends each to a machine once.
    arrays = [
        part.numpy()
        for split in (examples.train, examples.validation, test, synthetic_drawings())
        for part in (split.images, split.labels)
    ]
    alone = engine == "joblib" and jobs in (None, 1)
    threads = torch.get_num_threads() if alone else 1
    calls = [delayed(_train)(*each, threads, *arrays) for each in missing]
    yield from engines.run(calls, jobs, engine, address)


def _train(
    training: Training, path: Path, settings: dict, threads: int, *arrays: np.ndarray
) -> tuple[Training, Figures]:
    """Run one training, wherever this is called, and write its file.

    `arrays`: images and labels of the splits that `measure` takes, in turn.
    """
    torch.set_num_threads(threads)
    # Copied, for torch warns of arrays that are mapped and cannot be written to.
    parts = [torch.from_numpy(np.array(array)) for array in arrays]
    figures = measure(training, *map(Split, parts[::2], parts[1::2]))
    write_json(path, {"settings": settings, "figures": asdict(figures)})
    return training, figures


def _read(path: Path, settings: dict) -> Figures | None:
    """The figures in a file, or None if it is not the whole result of these settings."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Figures(**content["figures"]) if content["settings"] == settings else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
