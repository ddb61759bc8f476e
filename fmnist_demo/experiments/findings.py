"""The findings of the study: a verdict on each claim, a figure and a table for each question.

Everything follows from the numbers of `study.summary`. A difference of two means counts if it is
larger than `STANDARD_ERRORS` times its standard error, which comes from the spread over the seeds.
"""

from collections.abc import Sequence
from math import sqrt
from pathlib import Path

from fmnist_demo.experiments.questions import BEST, QUESTIONS, Claim, Question, Setting
from fmnist_demo.experiments.sweep import METRIC_FORMATS
from fmnist_demo.files import replacing
from fmnist_demo.plots import Plot, means

STANDARD_ERRORS = 2
"""How many standard errors a difference must exceed to count."""

SUPPORTED, NOT_SUPPORTED, OPPOSITE = "Supported", "Not supported", "The opposite is true"


def answers(name: str, points: Sequence[dict]) -> list[str]:
    """Each claim of a question, followed by the verdict and its numbers."""
    question = QUESTIONS[name]
    return [f"{claim.text} {_verdict(question, claim, points)}" for claim in question.claims]


def _verdict(question: Question, claim: Claim, points: Sequence[dict]) -> str:
    pair = [
        _find(question, claim.treatment, claim.control, points),
        _find(question, claim.control, claim.treatment, points),
    ]
    treatment, control = (point[claim.metric] for point in pair)
    if min(_count(treatment), _count(control)) < 2:
        return "Unknown: a verdict takes at least two trainings of each kind that did not diverge."
    difference, error = compare(treatment, control)
    verdict, size = NOT_SUPPORTED, "within"
    if abs(difference) > STANDARD_ERRORS * error:
        verdict, size = SUPPORTED if (difference > 0) == claim.rises else OPPOSITE, "more than"
    metric = METRIC_FORMATS[claim.metric]
    values = " and ".join(
        f"{metric.write(point[claim.metric]['mean'])} with {describe(question, point)}"
        for point in pair
    )
    unit = "points" if metric.unit == "%" else metric.unit
    return (
        f"{verdict}: the {metric.label} is {values}; the difference, "
        f"{metric.number(difference, '+')} ± {metric.number(error)} {unit}, is "
        f"{size} two standard errors."
    )


def compare(treatment: dict, control: dict) -> tuple[float, float]:
    """The difference of two means and its standard error, sqrt(s1² / n1 + s2² / n2).

    Each has its `mean`, `std` and `values`; values that are None do not count.
    """
    variances = [sample["std"] ** 2 / _count(sample) for sample in (treatment, control)]
    return treatment["mean"] - control["mean"], sqrt(sum(variances))


def best(points: Sequence[dict]) -> dict:
    """The point with the highest mean validation accuracy; the first of several."""
    return max(points, key=lambda point: point["validation_accuracy"]["mean"] or 0)


def describe(question: Question, point: dict) -> str:
    """A point in words: `7 layers`, `dropout 0.2`."""
    return question.series[point["series"]].describe(point["setting"])


def figure(name: str, points: Sequence[dict]) -> Plot:
    """The figure of a question, without points at which every training diverged."""
    question = QUESTIONS[name]
    measured = [point for point in points if point["diverged"] < point["n"]]
    rows = {key: [p for p in measured if p["series"] == key] for key in question.series}
    labels = {key: series.label for key, series in question.series.items()}
    if question.best_only:
        chosen = [best(row) for row in rows.values() if row]
        rows = {"best": [point | {"setting": describe(question, point)} for point in chosen]}
        labels = {"best": "best setting"}
    panels = {key: METRIC_FORMATS[key] for key in question.panels}
    return means(rows, labels, panels, question.axis, joined=not question.best_only)


def table(name: str, points: Sequence[dict]) -> str:
    """All numbers of a question as a Markdown table: mean and standard deviation by point.

    A training that several series share has one row.
    """
    question = QUESTIONS[name]
    rows = [
        [question.axis, *(METRIC_FORMATS[key].label for key in question.metrics)],
        ["---", *["---:"] * len(question.metrics)],
    ]
    for point in points:
        diverged = f" ({point['diverged']} of {point['n']} diverged)" if point["diverged"] else ""
        cells = (_with_spread(point, key) for key in question.metrics)
        rows.append([describe(question, point) + diverged, *cells])
    return "\n".join(dict.fromkeys(f"| {' | '.join(row)} |" for row in rows))


def about(study: dict) -> str:
    """How the study was done and how its verdicts follow, as Markdown."""
    model, training = study["model"], study["training"]
    return (
        "What textbooks say about depth, dropout, early stopping, L1 and L2, tested on many small "
        "networks. Every verdict follows from the numbers by one rule.\n\n"
        f"The networks have {model['layers']} hidden layers of {model['width']} units and are "
        f"trained for {training['epochs']} epochs on {study['photographs']:,} photographs, without "
        "augmentation, dropout, penalty or label smoothing, and measured after the last epoch, "
        "unless the question is about one of these. All numbers are means and standard deviations "
        f"over {study['seeds']} seeds. A difference counts if it is more than twice its standard "
        "error, the number after the ±; by chance alone this happens once in twelve times with 5 "
        "seeds and once in nine with 3. Where a method has several settings, the one with the best "
        "validation accuracy is compared."
    )


def section(name: str, points: Sequence[dict]) -> str:
    """Title, text and answers of a question, as Markdown."""
    question = QUESTIONS[name]
    listed = "\n".join(f"- {answer}" for answer in answers(name, points))
    return f"## {question.title}\n\n{question.text}\n\n{listed}"


def write(study: dict, path: str | Path) -> None:
    """Write the findings as a Markdown file, with a PNG beside it for each question.

    Raises `UserError` if a file cannot be written.
    """
    path = Path(path)
    parts = ["# Findings", about(study), "Written by `python -m fmnist_demo study`."]
    for name, points in study["questions"].items():
        plot = figure(name, points)
        image = path.with_name(f"{path.stem}-{name}.png")
        with replacing(image) as temporary:
            plot.figure.savefig(temporary, format="png", dpi=144, facecolor="white")
        image_link = f"![{plot.alternative}]({image.name})"
        parts += [section(name, points), image_link, table(name, points)]
    with replacing(path) as temporary:
        temporary.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _find(
    question: Question,
    wanted: tuple[str, Setting],
    other: tuple[str, Setting],
    points: Sequence[dict],
) -> dict:
    """The point that a claim names; `other` is the point that it is compared with."""
    name, setting = wanted
    row = [point for point in points if point["series"] == name]
    if setting != BEST:
        return next(point for point in row if point["setting"] == setting)
    excluded = {(name, question.series[name].off), other}
    return best([point for point in row if (name, point["setting"]) not in excluded])


def _count(sample: dict) -> int:
    return sum(value is not None for value in sample["values"])


def _with_spread(point: dict, name: str) -> str:
    mean, std = point[name]["mean"], point[name]["std"]
    if mean is None:
        return "–"
    metric = METRIC_FORMATS[name]
    return f"{metric.number(mean)} ± {metric.write(std)}"
