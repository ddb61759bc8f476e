"""What the study has found: its questions, their answers by a fixed rule, pictures and tables.

Nothing here is known in advance: every answer is worked out from the numbers that `study.summary`
holds, whatever they are. A difference of two means counts if it is larger than `ERRORS` times its
standard error, which comes from the spread over the seeds. Where a method has several settings, the
one with the best mean validation accuracy is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from fmnist_demo.plots import Measure, Plot, means

ERRORS = 2
"""How many times its standard error a difference must be larger than to count."""

SHOWN, NOT_SHOWN, OPPOSITE = (
    "The numbers show it",
    "The numbers do not show it",
    "The numbers show the opposite",
)

MEASURES = {
    "validation_accuracy": Measure("validation accuracy", "%"),
    "test_accuracy": Measure("test accuracy", "%"),
    "plain_train_accuracy": Measure("training accuracy", "%"),
    "gap": Measure("gap from training to validation", "points"),
    "epochs": Measure("epochs run", "epochs", scale=1),
    "zeros": Measure("exact zeros", "%"),
    "ece": Measure("calibration error", "%"),
    "calibrated_ece": Measure("calibration error with a temperature", "%"),
    "noise_accuracy": Measure("accuracy under noise", "%"),
    "shift_accuracy": Measure("accuracy when shifted", "%"),
    "drawings_accuracy": Measure("accuracy on drawings", "%"),
}

NAMES = {
    "depth": "a depth of {}",
    "plain": "dropout {}",
    "augmented": "dropout {} with augmentation",
    "stopping": "a patience of {}",
    "l1": "L1 of strength {}",
    "l2": "L2 of strength {}",
    "nothing": "no method",
    "dropout": "dropout {}",
    "augmentation": "augmentation",
}
"""What a point is called, by its series, with its setting."""

SPECIAL = {
    ("stopping", "never"): "the full schedule",
    ("l1", 0.0): "no penalty",
    ("l2", 0.0): "no penalty",
}
"""Points that are called otherwise."""

NO_METHOD = (0.0, "never")
"""Settings that leave a network as it is without the method of the series."""


@dataclass(frozen=True)
class Claim:
    """What a textbook says: `measure` rises, or falls, from one point to the other.

    A point is a series and a setting; None in place of a setting stands for the one of the series
    that is the best on validation, `NO_METHOD` and the other point apart.
    """

    text: str
    measure: str
    rises: bool
    one: tuple[str, float | str | None]
    other: tuple[str, float | str | None]


@dataclass(frozen=True)
class Question:
    """What is asked: the axis and panels of its picture, the names of its series, its claims."""

    title: str
    axis: str
    panels: tuple[str, ...]
    series: dict[str, str]
    claims: tuple[Claim, ...]


def _penalty_claims(name: str, label: str) -> tuple[Claim, ...]:
    says = {
        "test_accuracy": (f"{label} makes a network more accurate.", True),
        "gap": (f"{label} narrows the gap.", False),
        "ece": (f"{label} makes confidence more honest.", False),
        "noise_accuracy": (f"{label} makes a network robust to noise.", True),
        "shift_accuracy": (f"{label} makes a network robust to shifts.", True),
    }
    return tuple(
        Claim(text, measure, rises, (name, None), (name, 0.0))
        for measure, (text, rises) in says.items()
    )


def _help_on_drawings(text: str, series: str, setting=None) -> Claim:
    return Claim(text, "drawings_accuracy", True, (series, setting), ("nothing", ""))


QUESTIONS = {
    "depth": Question(
        "Does depth help, and does it overfit?",
        "hidden layers",
        ("test_accuracy", "gap"),
        {"depth": "depth"},
        (
            Claim(
                "The deepest network is more accurate than the shallowest.",
                *("test_accuracy", True, ("depth", 7), ("depth", 1)),
            ),
            Claim(
                "Some depth above one layer is more accurate.",
                *("test_accuracy", True, ("depth", None), ("depth", 1)),
            ),
            Claim("More layers overfit more.", "gap", True, ("depth", 7), ("depth", 1)),
        ),
    ),
    "dropout": Question(
        "Does dropout help, with and without augmentation?",
        "dropout",
        ("test_accuracy", "gap"),
        {"plain": "without augmentation", "augmented": "with augmentation"},
        (
            Claim(
                "Dropout makes a network more accurate.",
                *("test_accuracy", True, ("plain", None), ("plain", 0.0)),
            ),
            Claim("Dropout narrows the gap.", "gap", False, ("plain", None), ("plain", 0.0)),
            Claim(
                "Dropout helps beside augmentation too.",
                *("test_accuracy", True, ("augmented", None), ("augmented", 0.0)),
            ),
            Claim(
                "Augmentation alone makes a network more accurate.",
                *("test_accuracy", True, ("augmented", 0.0), ("plain", 0.0)),
            ),
        ),
    ),
    "stopping": Question(
        "What does early stopping save, and what does it cost?",
        "patience in epochs",
        ("test_accuracy", "epochs"),
        {"stopping": "patience"},
        (
            Claim(
                "Early stopping saves epochs.",
                *("epochs", False, ("stopping", None), ("stopping", "never")),
            ),
            Claim(
                "Early stopping makes a network more accurate.",
                *("test_accuracy", True, ("stopping", None), ("stopping", "never")),
            ),
            Claim(
                "Even the least patience makes a network more accurate.",
                *("test_accuracy", True, ("stopping", 1), ("stopping", "never")),
            ),
            Claim(
                "Early stopping narrows the gap.",
                *("gap", False, ("stopping", None), ("stopping", "never")),
            ),
        ),
    ),
    "penalties": Question(
        "L1, L2 or no penalty?",
        "strength",
        ("test_accuracy", "gap", "zeros", "ece", "noise_accuracy", "shift_accuracy"),
        {"l1": "L1", "l2": "L2"},
        (
            *_penalty_claims("l1", "L1"),
            Claim("L1 makes weights exactly zero.", "zeros", True, ("l1", None), ("l1", 0.0)),
            *_penalty_claims("l2", "L2"),
            Claim(
                "L2 leaves a network more accurate than L1 does.",
                *("test_accuracy", True, ("l2", None), ("l1", None)),
            ),
        ),
    ),
    "drawings": Question(
        "Does any of it help on drawings?",
        "method",
        ("drawings_accuracy", "test_accuracy"),
        {"method": "method"},
        (
            _help_on_drawings("More layers help on drawings.", "depth", 7),
            _help_on_drawings("Dropout helps on drawings.", "dropout"),
            _help_on_drawings("Early stopping helps on drawings.", "stopping"),
            _help_on_drawings("L1 helps on drawings.", "l1"),
            _help_on_drawings("L2 helps on drawings.", "l2"),
            _help_on_drawings("Augmentation helps on drawings.", "augmentation", ""),
        ),
    ),
}
"""The questions by name, in the order in which they are shown."""


def answers(name: str, points: Sequence[dict]) -> list[str]:
    """A sentence or two on each claim of a question, from its points."""
    return [_answer(claim, points) for claim in QUESTIONS[name].claims]


def _answer(claim: Claim, points: Sequence[dict]) -> str:
    one, other = _find(claim.one, points, claim.other), _find(claim.other, points, claim.one)
    if min(_count(one[claim.measure]), _count(other[claim.measure])) < 2:
        return f"{claim.text} It cannot be told from fewer than two trainings of a kind."
    difference, error = compare(one[claim.measure], other[claim.measure])
    verdict = NOT_SHOWN
    if abs(difference) > ERRORS * error:
        verdict = SHOWN if (difference > 0) == claim.rises else OPPOSITE
    measure = MEASURES[claim.measure]
    here, there = (
        f"{measure.write(point[claim.measure]['mean'])} with {called(point)}"
        for point in (one, other)
    )
    unit = "points" if measure.unit == "%" else measure.unit
    return (
        f"{claim.text} {verdict}: {measure.label} {here}, {there}, a difference of "
        f"{difference * measure.scale:+.2f} ± {error * measure.scale:.2f} {unit}."
    )


def compare(one: dict, other: dict) -> tuple[float, float]:
    """The difference of two means and its standard error, sqrt(s1² / n1 + s2² / n2).

    Each has its `mean`, `std` and `values`, of which those that are None do not count.
    """
    variances = [each["std"] ** 2 / _count(each) for each in (one, other)]
    return one["mean"] - other["mean"], sqrt(sum(variances))


def best(points: Sequence[dict]) -> dict:
    """The point with the best mean validation accuracy; the first of several."""
    return max(points, key=lambda point: point["validation_accuracy"]["mean"] or 0)


def called(point: dict) -> str:
    """What a point is called in a sentence."""
    series, setting = point["series"], point["setting"]
    shown = f"{setting:g}" if isinstance(setting, int | float) else setting
    return SPECIAL.get((series, setting)) or NAMES[series].format(shown)


def figure(name: str, points: Sequence[dict]) -> Plot:
    """The picture of a question; points of which no training was left are out."""
    question = QUESTIONS[name]
    measured = [point for point in points if point["diverged"] < point["n"]]
    if name == "drawings":
        rows = {"method": [one | {"setting": called(one)} for one in _methods(measured)]}
    else:
        rows = {key: [p for p in measured if p["series"] == key] for key in question.series}
    panels = {key: MEASURES[key] for key in question.panels}
    return means(rows, question.series, panels, question.axis, joined=name != "drawings")


def _methods(points: Sequence[dict]) -> list[dict]:
    """One point a series: the best on validation."""
    series = dict.fromkeys(point["series"] for point in points)
    return [best([point for point in points if point["series"] == one]) for one in series]


def table(name: str, points: Sequence[dict]) -> str:
    """Every number of a question as a Markdown table: mean and standard deviation by point.

    A training that several series share has one row.
    """
    measured = [key for key in MEASURES if key in points[0]]
    rows = [
        [QUESTIONS[name].axis, *(MEASURES[key].label for key in measured)],
        ["---", *["---:"] * len(measured)],
    ]
    for point in points:
        lost = f" ({point['diverged']} of {point['n']} diverged)" if point["diverged"] else ""
        rows.append([called(point) + lost, *(_with_spread(point, key) for key in measured)])
    return "\n".join(dict.fromkeys(f"| {' | '.join(row)} |" for row in rows))


def about(study: dict) -> str:
    """How the study was made and how its answers come about, in a paragraph."""
    model, training = study["model"], study["training"]
    return (
        f"Networks of {model['layers']} hidden layers of {model['width']} units, trained for "
        f"{training['epochs']} epochs on {study['photographs']:,} photographs and measured as they "
        "are after the last one, unless the question is about that: without augmentation, dropout, "
        f"penalty or label smoothing. All numbers are means over {study['seeds']} seeds with their "
        "standard deviation. A difference counts if it is larger than twice its standard error, "
        "which follows the ±; chance alone makes one in twelve do so with 5 seeds, one in nine "
        "with 3. Where a method has several settings, the best on validation is compared."
    )


def markdown(study: dict, pictures: dict[str, str]) -> str:
    """The whole of it as Markdown; `pictures`: the address and words of each, by question."""
    parts = ["# Findings", about(study), "Written by `python -m fmnist_demo study`."]
    for name, points in study["questions"].items():
        parts += [
            f"## {QUESTIONS[name].title}",
            pictures[name],
            "\n".join(f"- {answer}" for answer in answers(name, points)),
            table(name, points),
        ]
    return "\n\n".join(parts) + "\n"


def _find(
    wanted: tuple[str, float | str | None],
    points: Sequence[dict],
    apart: tuple[str, float | str | None],
) -> dict:
    """The point of a claim; `apart` is the claim's other one."""
    series, setting = wanted
    found = [point for point in points if point["series"] == series]
    if setting is None:
        chosen = [
            p for p in found if p["setting"] not in NO_METHOD and (series, p["setting"]) != apart
        ]
        return best(chosen)
    (point,) = [point for point in found if point["setting"] == setting]
    return point


def _count(statistics: dict) -> int:
    return sum(value is not None for value in statistics["values"])


def _with_spread(point: dict, measure: str) -> str:
    mean, std = point[measure]["mean"], point[measure]["std"]
    if mean is None:
        return "–"
    shown = MEASURES[measure]
    return f"{mean * shown.scale:.2f} ± {shown.write(std)}"
