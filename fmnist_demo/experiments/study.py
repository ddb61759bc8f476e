"""The study: the trainings that answer the `QUESTIONS`, and a summary of their metrics.

The networks are trained on a part of the photographs, without augmentation or label smoothing
unless the question is about it, and measured after the last epoch. So there is something to
overfit, and only the method in question works against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from fmnist_demo.experiments.questions import QUESTIONS, Point
from fmnist_demo.experiments.sweep import Metrics, Training, in_rounds, over_seeds, seeded
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.training.config import TrainConfig

BASE = Training(
    MLPConfig(layers=3, width=256),
    TrainConfig(
        strength=0.0,
        epochs=30,
        patience=30,
        batch_size=256,
        label_smoothing=0.0,
        augment=False,
        synthetic=0,
    ),
    photographs=20_000,
    keep_best=False,
)
"""The training that all others are variations of; it uses 20,000 of the 55,000 photographs."""


def plan(base: Training = BASE, names: Iterable[str] | None = None) -> dict[str, list[Point]]:
    """The points of each of the questions `names`, by default of all, in the usual order."""
    chosen = QUESTIONS if names is None else set(names)
    return {name: question.plan(base) for name, question in QUESTIONS.items() if name in chosen}


def trainings(points: Mapping[str, Sequence[Point]], seeds: int) -> list[Training]:
    """All trainings of a plan without duplicates, with each of the seeds 0 to `seeds` - 1.

    All trainings with one seed come before the next seed. Raises `UserError` for fewer than one.
    """
    planned = (point.training for of_question in points.values() for point in of_question)
    return in_rounds(planned, seeds)


def summary(
    base: Training,
    points: Mapping[str, Sequence[Point]],
    results: Mapping[Training, Metrics],
    seeds: int,
) -> dict:
    """Summarise the study, ready for JSON: the settings of `base` and the points by question.

    Each point has its `series`, its `setting`, and the question's metrics as `sweep.over_seeds`
    gives them.
    """
    return {
        "seeds": seeds,
        "photographs": base.photographs,
        "model": asdict(base.shape),
        "training": asdict(base.config),
        "questions": {
            name: [
                {"series": point.series, "setting": point.setting}
                | over_seeds(
                    [(training, results[training]) for training in seeded(point.training, seeds)],
                    QUESTIONS[name].metrics,
                )
                for point in of_question
            ]
            for name, of_question in points.items()
        },
    }
