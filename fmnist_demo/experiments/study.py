"""The study: which trainings answer which question, and their figures summed up by question.

Every network is trained on a part of the photographs, without augmentation or label smoothing
unless that is the question, and measured as it is after the last epoch: so that there is something
to overfit, and nothing but the question's method against it. Knows nothing of how trainings are
run, or of what their figures mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from fmnist_demo.experiments.sweep import Figures, Training, in_rounds, over_seeds, seeded
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
"""The training that all others are changes of; of its photographs there are 55,000 in all."""

LAYERS = (1, 2, 3, 4, 5, 6, 7)

DROPOUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)

PATIENCES = (1, 2, 3, 5, 10)

STRENGTHS = {"l1": (3e-5, 1e-4, 3e-4, 1e-3), "l2": (0.1, 0.3, 1.0, 3.0)}
"""Above 0; a strength of 0 is the network without a penalty, which both have in common."""

FULL = "never"
"""In place of a patience: all epochs are run, and the last one is kept."""

ACCURACIES = ("validation_accuracy", "test_accuracy")

MEASURED = {
    "depth": (*ACCURACIES, "plain_train_accuracy", "gap"),
    "dropout": (*ACCURACIES, "plain_train_accuracy", "gap"),
    "stopping": (*ACCURACIES, "epochs", "gap"),
    "penalties": (
        *(*ACCURACIES, "gap", "zeros", "ece", "calibrated_ece"),
        *("noise_accuracy", "shift_accuracy"),
    ),
    "drawings": (*ACCURACIES, "drawings_accuracy"),
}
"""The questions by name, and the attributes of `sweep.Figures` that answer them."""


@dataclass(frozen=True)
class Point:
    """One place in a question's picture: a series, a setting on the axis, and its training.

    The training is that of seed 0; the others differ in nothing else.
    """

    series: str
    setting: float | str
    training: Training


def plan(base: Training = BASE) -> dict[str, list[Point]]:
    """The points of every question, all of them changes of `base`, which several share."""

    def shaped(**changes) -> Training:
        return replace(base, shape=replace(base.shape, **changes))

    def trained(one: Training = base, **changes) -> Training:
        return replace(one, config=replace(base.config, **changes))

    depth = [Point("depth", n, shaped(layers=n)) for n in LAYERS]
    plain = [Point("plain", p, shaped(dropout=p)) for p in (0.0, *DROPOUTS)]
    augmented = [
        Point("augmented", point.setting, trained(point.training, augment=True)) for point in plain
    ]
    stopping = [
        Point("stopping", n, replace(trained(patience=n), keep_best=True)) for n in PATIENCES
    ]
    penalties = {
        name: [
            Point(name, 0.0, base),
            *(Point(name, s, trained(regulariser=name, strength=s)) for s in strengths),
        ]
        for name, strengths in STRENGTHS.items()
    }
    methods = [
        *(replace(point, series="dropout") for point in plain[1:]),
        *(point for several in penalties.values() for point in several[1:]),
    ]
    return {
        "depth": depth,
        "dropout": [*plain, *augmented],
        "stopping": [*stopping, Point("stopping", FULL, base)],
        "penalties": [point for several in penalties.values() for point in several],
        "drawings": [
            Point("nothing", "", base),
            depth[-1],
            *stopping,
            *methods,
            Point("augmentation", "", augmented[0].training),
        ],
    }


def trainings(points: Mapping[str, Sequence[Point]], seeds: int) -> list[Training]:
    """Every training of these questions once, with each of the seeds 0 to `seeds` - 1.

    Everything with one seed comes before the next seed. Raises `UserError` for less than one seed.
    """
    return in_rounds((point.training for several in points.values() for point in several), seeds)


def summary(
    base: Training,
    points: Mapping[str, Sequence[Point]],
    results: Mapping[Training, Figures],
    seeds: int,
) -> dict:
    """The study as JSON holds it: the settings of `base`, and the points of each question.

    A point has its `series`, its `setting`, and what `MEASURED` names, summed up by
    `sweep.over_seeds`.
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
                    [(one, results[one]) for one in seeded(point.training, seeds)],
                    MEASURED[name],
                )
                for point in several
            ]
            for name, several in points.items()
        },
    }
