"""The questions of the study: which trainings answer each of them, and what textbooks claim.

To add a question, add it to `QUESTIONS`: its trainings, its numbers, its findings and figure, its
section on the page and its choice on the command line all follow from there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fmnist_demo.experiments.sweep import Training

DEPTHS = (1, 2, 3, 4, 5, 6, 7)

DROPOUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)

PATIENCES = (1, 2, 3, 5, 10)

STUDY_STRENGTHS = {"l1": (3e-5, 1e-4, 3e-4, 1e-3), "l2": (0.1, 0.3, 1.0, 3.0)}
"""Strengths above 0; a strength of 0 is the network without a penalty."""

FULL_SCHEDULE = "never"
"""The setting, in place of a patience, that runs all epochs and measures the last one."""

BEST = "best"
"""In a claim, stands for the setting of a series with the best validation accuracy."""

Setting = float | str


@dataclass(frozen=True)
class Point:
    """One training of a question: its series, its setting on the axis, and how it is trained.

    The training has seed 0; the study repeats it with other seeds.
    """

    series: str
    setting: Setting
    training: Training


@dataclass(frozen=True)
class Series:
    """Points that differ in one setting.

    `label` is the series in a legend. `describe` turns a setting into words for sentences and
    tables. `off` is the setting that leaves the method out; it is never the best one.
    """

    label: str
    describe: Callable[[Setting], str]
    off: Setting | None = None


@dataclass(frozen=True)
class Claim:
    """What a textbook says: the metric `rises`, or else falls, from `control` to `treatment`.

    Both are a series and a setting; `BEST` chooses among all settings but `off` and the other
    point of the claim.
    """

    text: str
    metric: str
    rises: bool
    treatment: tuple[str, Setting]
    control: tuple[str, Setting]


@dataclass(frozen=True)
class Question:
    """One question of the study.

    `text`: Markdown, shown beside the figure. `axis`: what the settings are. `metrics`: the
    attributes of `sweep.Metrics` that are summarised, `validation_accuracy` among them; `panels`:
    those in the figure. `plan`: the points, as changes of a base training. `best_only`: the figure
    compares the series by their best setting instead of showing every setting.
    """

    title: str
    text: str
    axis: str
    metrics: tuple[str, ...]
    panels: tuple[str, ...]
    series: dict[str, Series]
    plan: Callable[[Training], list[Point]]
    claims: tuple[Claim, ...]
    best_only: bool = False


def changed(base: Training, **changes) -> Training:
    """The training with other fields in its `shape` or `config`, wherever they belong."""
    of_shape = {name: changes[name] for name in changes if hasattr(base.shape, name)}
    of_config = {name: changes[name] for name in changes if name not in of_shape}
    return replace(
        base, shape=replace(base.shape, **of_shape), config=replace(base.config, **of_config)
    )


def _depth(base: Training) -> list[Point]:
    return [Point("depth", n, changed(base, layers=n)) for n in DEPTHS]


def _dropout(base: Training) -> list[Point]:
    return [
        Point(series, p, changed(base, dropout=p, augment=augment))
        for series, augment in (("plain", False), ("augmented", True))
        for p in (0.0, *DROPOUTS)
    ]


def _stopping(base: Training) -> list[Point]:
    stopped = [replace(changed(base, patience=n), keep_best=True) for n in PATIENCES]
    return [
        *(Point("stopping", n, training) for n, training in zip(PATIENCES, stopped, strict=True)),
        Point("stopping", FULL_SCHEDULE, base),
    ]


def _penalties(base: Training) -> list[Point]:
    points = []
    for name, strengths in STUDY_STRENGTHS.items():
        points.append(Point(name, 0.0, base))
        points += [Point(name, s, changed(base, regulariser=name, strength=s)) for s in strengths]
    return points


def _drawings(base: Training) -> list[Point]:
    """The networks of the other questions: the base, and each method by itself."""
    dropout = [
        replace(point, series="dropout") for point in _dropout(base) if point.series == "plain"
    ]
    methods = [*_stopping(base), *dropout, *_penalties(base)]
    return [
        Point("nothing", "", base),
        _depth(base)[-1],
        *(point for point in methods if point.training != base),
        Point("augmentation", "", changed(base, augment=True)),
    ]


def _counted(number: Setting, noun: str) -> str:
    """`1 layer`, `2 layers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _patience(epochs: Setting) -> str:
    if epochs == FULL_SCHEDULE:
        return "the full schedule"
    return f"a patience of {_counted(epochs, 'epoch')}"


def _penalty(label: str) -> Series:
    return Series(label, lambda s: f"{label} of strength {s:g}" if s else "no penalty", off=0.0)


LAYERS = Series("depth", lambda n: _counted(n, "layer"))

PATIENCE = Series("early stopping", _patience, off=FULL_SCHEDULE)

DROPOUT = Series("without augmentation", lambda p: f"dropout {p:g}" if p else "no dropout", off=0.0)

PENALTIES = {"l1": _penalty("L1"), "l2": _penalty("L2")}


def _penalty_claims(name: str, label: str) -> tuple[Claim, ...]:
    claims = {
        "test_accuracy": (f"{label} improves accuracy.", True),
        "gap": (f"{label} reduces overfitting.", False),
        "ece": (f"{label} improves calibration.", False),
        "noise_accuracy": (f"{label} makes a network robust to noise.", True),
        "shift_accuracy": (f"{label} makes a network robust to shifts.", True),
    }
    return tuple(
        Claim(text, metric, rises, (name, BEST), (name, 0.0))
        for metric, (text, rises) in claims.items()
    )


def _drawings_claim(text: str, series: str, setting: Setting = BEST) -> Claim:
    return Claim(text, "drawings_accuracy", True, (series, setting), ("nothing", ""))


ACCURACIES = ("validation_accuracy", "test_accuracy")

QUESTIONS = {
    "depth": Question(
        title="Does depth help, and does it overfit?",
        text="All networks have the same width, so the deeper ones have more weights. The *gap* is "
        "how much more accurate a network is on its training images than on the validation images. "
        "A large gap means that the network has memorised its training images: it overfits.",
        axis="hidden layers",
        metrics=(*ACCURACIES, "plain_train_accuracy", "gap"),
        panels=("test_accuracy", "gap"),
        series={"depth": LAYERS},
        plan=_depth,
        claims=(
            Claim(
                "The deepest network is more accurate than the shallowest.",
                *("test_accuracy", True, ("depth", 7), ("depth", 1)),
            ),
            Claim(
                "The best depth above one layer is more accurate than one layer.",
                *("test_accuracy", True, ("depth", BEST), ("depth", 1)),
            ),
            Claim("More layers overfit more.", "gap", True, ("depth", 7), ("depth", 1)),
        ),
    ),
    "dropout": Question(
        title="Does dropout help, with and without augmentation?",
        text="In every training step, dropout sets each hidden unit to zero with this probability; "
        "predictions use all units. Augmentation shows each image a little differently every time. "
        "Both make it harder to memorise the training images.",
        axis="dropout",
        metrics=(*ACCURACIES, "plain_train_accuracy", "gap"),
        panels=("test_accuracy", "gap"),
        series={
            "plain": DROPOUT,
            "augmented": Series(
                "with augmentation",
                lambda p: f"dropout {p:g} and augmentation" if p else "augmentation alone",
                off=0.0,
            ),
        },
        plan=_dropout,
        claims=(
            Claim(
                "Dropout improves accuracy.",
                *("test_accuracy", True, ("plain", BEST), ("plain", 0.0)),
            ),
            Claim("Dropout reduces overfitting.", "gap", False, ("plain", BEST), ("plain", 0.0)),
            Claim(
                "Dropout improves accuracy with augmentation, too.",
                *("test_accuracy", True, ("augmented", BEST), ("augmented", 0.0)),
            ),
            Claim(
                "Augmentation alone improves accuracy.",
                *("test_accuracy", True, ("augmented", 0.0), ("plain", 0.0)),
            ),
        ),
    ),
    "stopping": Question(
        title="What does early stopping save, and what does it cost?",
        text="Training stops when the validation loss has not improved for *patience* epochs, and "
        "the weights of the best epoch are restored. The full schedule keeps the last epoch. The "
        "learning rate rises over the first quarter of the schedule and then falls to zero, so a "
        "training that stops early never reaches the low learning rates.",
        axis="patience in epochs",
        metrics=(*ACCURACIES, "epochs", "gap"),
        panels=("test_accuracy", "epochs"),
        series={"stopping": PATIENCE},
        plan=_stopping,
        claims=(
            Claim(
                "Early stopping saves epochs.",
                *("epochs", False, ("stopping", BEST), ("stopping", FULL_SCHEDULE)),
            ),
            Claim(
                "Early stopping improves accuracy.",
                *("test_accuracy", True, ("stopping", BEST), ("stopping", FULL_SCHEDULE)),
            ),
            Claim(
                "Even the shortest patience improves accuracy.",
                *("test_accuracy", True, ("stopping", 1), ("stopping", FULL_SCHEDULE)),
            ),
            Claim(
                "Early stopping reduces overfitting.",
                *("gap", False, ("stopping", BEST), ("stopping", FULL_SCHEDULE)),
            ),
        ),
    ),
    "penalties": Question(
        title="L1, L2 or no penalty?",
        text="The strengths mean the same as in the tab on L1 and L2; 0 is no penalty. The "
        "*expected calibration error* is how far confidence and accuracy are apart on the test "
        "images, before and after temperature scaling on the validation set. The noise is Gaussian "
        "with a standard deviation of a fifth of full white; shifted images are moved two pixels "
        "left, right, up or down.",
        axis="strength",
        metrics=(
            *(*ACCURACIES, "gap", "zeros", "ece", "calibrated_ece"),
            *("noise_accuracy", "shift_accuracy"),
        ),
        panels=("test_accuracy", "gap", "zeros", "ece", "noise_accuracy", "shift_accuracy"),
        series=PENALTIES,
        plan=_penalties,
        claims=(
            *_penalty_claims("l1", "L1"),
            Claim("L1 sets weights to exactly zero.", "zeros", True, ("l1", BEST), ("l1", 0.0)),
            *_penalty_claims("l2", "L2"),
            Claim(
                "L2 gives a more accurate network than L1.",
                *("test_accuracy", True, ("l2", BEST), ("l1", BEST)),
            ),
        ),
    ),
    "drawings": Question(
        title="Does any of these methods help on drawings?",
        text="A thousand line drawings of the ten classes, made by the project's own generator and "
        "not by people, shown to networks that were trained on photographs alone. The figure shows "
        "each method at the setting that is best on the validation set.",
        axis="method",
        metrics=(*ACCURACIES, "drawings_accuracy"),
        panels=("drawings_accuracy", "test_accuracy"),
        series={
            "nothing": Series("baseline", lambda _: "the baseline"),
            "depth": LAYERS,
            "stopping": PATIENCE,
            "dropout": DROPOUT,
            **PENALTIES,
            "augmentation": Series("augmentation", lambda _: "augmentation"),
        },
        plan=_drawings,
        claims=(
            _drawings_claim("More layers help on drawings.", "depth", 7),
            _drawings_claim("Dropout helps on drawings.", "dropout"),
            _drawings_claim("Early stopping helps on drawings.", "stopping"),
            _drawings_claim("L1 helps on drawings.", "l1"),
            _drawings_claim("L2 helps on drawings.", "l2"),
            _drawings_claim("Augmentation helps on drawings.", "augmentation", ""),
        ),
        best_only=True,
    ),
}
"""The questions by name, in the order in which they are shown."""
