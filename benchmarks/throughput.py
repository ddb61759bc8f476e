"""On one core: photos prepared, drawings made, and trainings of the study."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from benchmarks.measuring import clocked, threads
from benchmarks.tables import Row, Table
from fmnist_demo.data.fashion_mnist import load_test, load_training
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import study, sweep
from fmnist_demo.experiments.robustness import synthetic_drawings
from fmnist_demo.images.preprocessing import prepare
from fmnist_demo.images.reading import open_image
from fmnist_demo.synthetic.dataset import examples

DRAWINGS = 500
"""Drawings a round of the benchmarks."""

TRAININGS = 2
"""Trainings of the study a round of the benchmarks."""


def measure(repeats: int, data: str | None = None, photos: str | None = None) -> list[Table]:
    """Each in turn, with one thread. Without `photos`, a folder, they are left out.

    Raises `UserError` if the folder has no photos, or Fashion-MNIST is not there.
    """
    training, test = load_training(data), load_test(data)
    synthetic_drawings()  # made once, and no part of any training
    with threads(1):
        rows = [Row("procedural drawings", list(drawing_times(DRAWINGS * repeats)))]
        if photos:
            rows.insert(0, Row("photos to 28 × 28", photo_times(Path(photos))))
        trained = [
            clocked(lambda each=each: train(each, training, test))
            for each in tqdm(some_trainings(TRAININGS * repeats), "trainings of the study")
        ]
    epochs, photographs = study.BASE.config.epochs, study.BASE.photographs
    note = f"{epochs} epochs of {photographs:,} photographs, bfloat16, and their figures"
    return [
        Table("On one core", rows),
        Table("On one core", [Row("trainings of the study", trained, note)], per="hour"),
    ]


def photo_times(folder: Path) -> list[float]:
    """The seconds from each photo's file to what the networks see."""
    files = sorted(path for path in folder.rglob("*.*") if path.is_file())
    if not files:
        raise UserError(f"{folder} holds no photos: name a folder of photos with --photos.")
    return [clocked(lambda file=file: prepare(open_image(file))) for file in tqdm(files, "photos")]


def drawing_times(count: int) -> Iterable[float]:
    """The seconds of each of `count` procedural drawings, as an example to train on."""
    made = examples(0, {"drawing": 1})
    for _ in tqdm(range(count), "drawings"):
        yield clocked(lambda: next(made))


def some_trainings(count: int) -> list[sweep.Training]:
    """Trainings of the study, evenly from the whole of it, in bfloat16."""
    whole = study.trainings(study.plan(), seeds=1)
    chosen = [whole[i * len(whole) // count] for i in range(count)]
    return [replace(one, config=replace(one.config, precision="bfloat16")) for one in chosen]


def train(one: sweep.Training, examples: TrainingData, test: Split) -> sweep.Metrics:
    """One training with all that is measured on it."""
    return sweep.measure(one, examples.train, examples.validation, test, synthetic_drawings())
