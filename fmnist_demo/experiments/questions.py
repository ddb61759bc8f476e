"""The questions of the study: which trainings answer each of them, and what textbooks claim.

To add a question, add it to `QUESTIONS`: its trainings, its numbers, its findings and figure, its
section on the page and its choice on the command line all follow from there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fmnist_demo.experiments.robustness import NOISE_STD, SHIFT_PIXELS, SYNTHETIC_DRAWINGS
from fmnist_demo.experiments.sweep import Training
from fmnist_demo.networks.regularisation import REGULARISERS

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
    treatment: tuple[str, Setting]
    control: tuple[str, Setting]
    metric: str = "test_accuracy"
    rises: bool = True


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
    stopped = replace(base, keep_best=True)
    points = [Point("stopping", n, changed(stopped, patience=n)) for n in PATIENCES]
    return [*points, Point("stopping", FULL_SCHEDULE, base)]


def _penalties(base: Training) -> list[Point]:
    return [
        Point(name, s, changed(base, regulariser=name, strength=s) if s else base)
        for name, strengths in STUDY_STRENGTHS.items()
        for s in (0.0, *strengths)
    ]


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
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _patience(epochs: Setting) -> str:
    if epochs == FULL_SCHEDULE:
        return "the full schedule"
    return f"a patience of {_counted(epochs, 'epoch')}"


def _penalty(name: str) -> Series:
    label = REGULARISERS[name].label
    return Series(label, lambda s: f"{label} of strength {s:g}" if s else "no penalty", off=0.0)


LAYERS = Series("depth", lambda n: _counted(n, "layer"))

PATIENCE = Series("early stopping", _patience, off=FULL_SCHEDULE)

DROPOUT = Series("without augmentation", lambda p: f"dropout {p:g}" if p else "no dropout", off=0.0)

PENALTIES = {name: _penalty(name) for name in STUDY_STRENGTHS}


def _penalty_claims(name: str) -> tuple[Claim, ...]:
    label, penalty, nothing = PENALTIES[name].label, (name, BEST), (name, 0.0)
    return (
        Claim(f"{label} improves accuracy.", penalty, nothing),
        Claim(f"{label} reduces overfitting.", penalty, nothing, "gap", rises=False),
        Claim(f"{label} improves calibration.", penalty, nothing, "ece", rises=False),
        Claim(f"{label} makes a network robust to noise.", penalty, nothing, "noise_accuracy"),
        Claim(f"{label} makes a network robust to shifts.", penalty, nothing, "shift_accuracy"),
    )


# Points that claims compare.
SHALLOWEST, DEEPEST = ("depth", DEPTHS[0]), ("depth", DEPTHS[-1])
PLAIN, AUGMENTED = ("plain", 0.0), ("augmented", 0.0)
STOPPED, UNSTOPPED = ("stopping", BEST), ("stopping", FULL_SCHEDULE)
BASELINE = ("nothing", "")

ACCURACIES = ("validation_accuracy", "test_accuracy")
ROBUSTNESS = ("noise_accuracy", "shift_accuracy")

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
            Claim("The deepest network is more accurate than the shallowest.", DEEPEST, SHALLOWEST),
            Claim(
                "The best depth above one layer is more accurate than one layer.",
                ("depth", BEST),
                SHALLOWEST,
            ),
            Claim("More layers overfit more.", DEEPEST, SHALLOWEST, "gap"),
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
            Claim("Dropout improves accuracy.", ("plain", BEST), PLAIN),
            Claim("Dropout reduces overfitting.", ("plain", BEST), PLAIN, "gap", rises=False),
            Claim(
                "Dropout improves accuracy with augmentation, too.", ("augmented", BEST), AUGMENTED
            ),
            Claim("Augmentation alone improves accuracy.", AUGMENTED, PLAIN),
        ),
    ),
    "stopping": Question(
        title="What does early stopping save, and what does it cost?",
        text="Training stops when the validation loss has not improved for *patience* epochs, and "
        "the weights of the best epoch are restored. The full schedule keeps the last epoch. The "
        "learning rate rises over the first quarter of the schedule and then falls to zero, so a "
        "training that stops early never reaches the low learning rates.",
        axis="patience in epochs",
        metrics=(*ACCURACIES, "gap", "epochs"),
        panels=("test_accuracy", "epochs"),
        series={"stopping": PATIENCE},
        plan=_stopping,
        claims=(
            Claim("Early stopping saves epochs.", STOPPED, UNSTOPPED, "epochs", rises=False),
            Claim("Early stopping improves accuracy.", STOPPED, UNSTOPPED),
            Claim(
                "Even the shortest patience improves accuracy.",
                ("stopping", PATIENCES[0]),
                UNSTOPPED,
            ),
            Claim("Early stopping reduces overfitting.", STOPPED, UNSTOPPED, "gap", rises=False),
        ),
    ),
    "penalties": Question(
        title="L1, L2 or no penalty?",
        text="The strengths mean the same as in the tab on L1 and L2; 0 is no penalty. The "
        "*expected calibration error* is how far confidence and accuracy are apart on the test "
        "images, before and after temperature scaling on the validation set. The noise is Gaussian "
        f"with a standard deviation of {NOISE_STD:.0%} of full white; shifted images are moved "
        f"{SHIFT_PIXELS} pixels left, right, up or down.",
        axis="strength",
        metrics=(*ACCURACIES, "gap", "zeros", "ece", "calibrated_ece", *ROBUSTNESS),
        panels=("test_accuracy", "gap", "zeros", "ece", *ROBUSTNESS),
        series=PENALTIES,
        plan=_penalties,
        claims=(
            *_penalty_claims("l1"),
            Claim("L1 sets weights to exactly zero.", ("l1", BEST), ("l1", 0.0), "zeros"),
            *_penalty_claims("l2"),
            Claim("L2 gives a more accurate network than L1.", ("l2", BEST), ("l1", BEST)),
        ),
    ),
    "drawings": Question(
        title="Does any of these methods help on drawings?",
        text=f"These are {SYNTHETIC_DRAWINGS:,} line drawings of the ten classes, made by the "
        "project's own generator and not by people, and shown to networks that were trained on "
        "photographs alone. The figure shows each method at the setting that is best on the "
        "validation set.",
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
        claims=tuple(
            Claim(f"{text} on drawings.", treatment, BASELINE, "drawings_accuracy")
            for text, treatment in {
                "More layers help": DEEPEST,
                "Dropout helps": ("dropout", BEST),
                "Early stopping helps": STOPPED,
                "L1 helps": ("l1", BEST),
                "L2 helps": ("l2", BEST),
                "Augmentation helps": ("augmentation", ""),
            }.items()
        ),
        best_only=True,
    ),
}
"""The questions by name, in the order in which they are shown."""
