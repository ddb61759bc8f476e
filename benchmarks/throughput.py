"""On one core: preprocessing photos, making synthetic drawings, and trainings of the study."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from benchmarks.measuring import seconds_of, threads
from benchmarks.tables import Row, Table
from fmnist_demo.data.fashion_mnist import load_test, load_training
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import study, sweep
from fmnist_demo.experiments.robustness import synthetic_drawings
from fmnist_demo.images.preprocessing import prepare
from fmnist_demo.images.reading import open_image
from fmnist_demo.synthetic.dataset import examples
from fmnist_demo.training.precision import AUTO, choose_precision

DRAWINGS_PER_ROUND = 500

TRAININGS_PER_ROUND = 2


def measure(repeats: int, data: str | None = None, photos: str | None = None) -> list[Table]:
    """Measure each in turn, with one thread; photos only if `photos` names a folder of them.

    Raises `UserError` if the folder has no photos or Fashion-MNIST is missing.
    """
    training, test = load_training(data), load_test(data)
    with threads(1):
        rows = [
            Row("making a synthetic drawing", list(drawing_times(DRAWINGS_PER_ROUND * repeats)))
        ]
        if photos:
            rows.insert(0, Row("preprocessing a photo", photo_times(Path(photos))))
        chosen = some_trainings(TRAININGS_PER_ROUND * repeats)
        splits = training.train, training.validation, test, synthetic_drawings()
        training_times = [
            seconds_of(lambda one=one: sweep.measure(one, *splits))
            for one in tqdm(chosen, "trainings of the study")
        ]
    epochs, photographs = study.BASE.config.epochs, study.BASE.photographs
    precision = chosen[0].config.precision
    note = f"{epochs} epochs of {photographs:,} photographs, {precision}, with all metrics"
    return [
        Table("On one core", rows),
        Table("On one core", [Row("one training of the study", training_times, note)], per="hour"),
    ]


def photo_times(folder: Path) -> list[float]:
    """The seconds from each photo's file to the input of the networks."""
    files = sorted(path for path in folder.rglob("*.*") if path.is_file())
    if not files:
        raise UserError(f"{folder} holds no photos: name a folder of photos with --photos.")
    return [
        seconds_of(lambda file=file: prepare(open_image(file))) for file in tqdm(files, "photos")
    ]


def drawing_times(count: int) -> Iterable[float]:
    """The seconds that each of `count` synthetic drawings takes, as a training example."""
    drawings = examples(0, {"drawing": 1})
    for _ in tqdm(range(count), "drawings"):
        yield seconds_of(lambda: next(drawings))


def some_trainings(count: int) -> list[sweep.Training]:
    """`count` trainings of the study, spread evenly over it, in the faster precision."""
    whole = study.trainings(study.plan(), seeds=1)
    chosen = [whole[i * len(whole) // count] for i in range(count)]
    return [
        replace(training, config=replace(training.config, precision=choose_precision(AUTO)))
        for training in chosen
    ]
