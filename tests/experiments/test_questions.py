"""A question is registered in one place, and everything else follows from there."""

from dataclasses import replace

import gradio as gr
import pytest
from helpers import SOME

from fmnist_demo.__main__ import parser
from fmnist_demo.experiments import findings, study
from fmnist_demo.experiments.questions import (
    BEST,
    QUESTIONS,
    Claim,
    Point,
    Question,
    Series,
    changed,
)
from fmnist_demo.files import write_json
from fmnist_demo.results import STUDY_FILE
from fmnist_demo.ui import findings_tab

WIDTHS = (64, 128, 512)


@pytest.fixture
def width(monkeypatch) -> Question:
    """A made-up question, in the registry and nowhere else."""
    question = Question(
        title="Does width help?",
        text="Wider networks have *more* units per layer.",
        axis="units per layer",
        metrics=("validation_accuracy", "test_accuracy", "zeros"),
        panels=("test_accuracy",),
        series={"width": Series("width", lambda n: f"{n} units")},
        plan=lambda base: [Point("width", n, changed(base, width=n)) for n in WIDTHS],
        claims=(
            Claim("Wide is better.", ("width", BEST), ("width", 64)),
            Claim("Wide is emptier.", ("width", 512), ("width", 64), "zeros"),
        ),
    )
    monkeypatch.setitem(QUESTIONS, "width", question)
    return question


@pytest.fixture
def summary(width) -> dict:
    points = study.plan(names=["width"])
    results = {
        training: replace(SOME, test_accuracy=training.shape.width / 1000)
        for training in study.trainings(points, 2)
    }
    return study.summary(study.BASE, points, results, 2)


def test_it_gets_its_choice_on_the_command_line(width):
    options = parser().parse_args(["study", "--questions", "width"])
    assert options.questions == ["width"]
    with pytest.raises(SystemExit):
        parser().parse_args(["study", "--questions", "height"])


def test_it_gets_its_trainings_and_its_summary(summary):
    planned = study.trainings(study.plan(names=["width"]), 2)
    assert [training.shape.width for training in planned] == [*WIDTHS] * 2
    assert list(study.plan())[-1] == "width"
    points = summary["questions"]["width"]
    assert [point["setting"] for point in points] == [*WIDTHS]
    assert [point["test_accuracy"]["mean"] for point in points] == [0.064, 0.128, 0.512]
    assert set(points[0]) == {
        *("series", "setting", "n", "diverged"),
        *("validation_accuracy", "test_accuracy", "zeros"),
    }


def test_it_gets_its_sentences_its_figure_and_its_table(summary):
    points = summary["questions"]["width"]
    better, emptier = findings.answers("width", points)
    assert better.startswith("Wide is better. Supported: the test accuracy is 12.80% with 128 un")
    assert emptier.startswith("Wide is emptier. Not supported: the share of zero weights is 25.00")
    figure = findings.figure("width", points)
    assert figure.data["setting"] == [*WIDTHS]
    assert figure.data["test_accuracy_mean"] == [0.064, 0.128, 0.512]
    head, _, first, *_ = findings.table("width", points).splitlines()
    axis, *columns = [cell.strip() for cell in head.strip("|").split("|")]
    assert axis == "units per layer"
    assert columns == ["validation accuracy", "test accuracy", "share of zero weights"]
    assert first.startswith("| 64 units | 80.00 ± 0.00% | 6.40 ± 0.00% |")


def test_it_gets_its_section_on_the_page(summary, width, tmp_path):
    write_json(tmp_path / STUDY_FILE, summary)
    with gr.Blocks() as app, gr.Tab() as tab:
        findings_tab.build(tmp_path, tab)
    page = "\n".join(str(getattr(block, "value", "")) for block in app.blocks.values())
    points = summary["questions"]["width"]
    for text in (width.title, width.text, *findings.answers("width", points)):
        assert text in page
    assert findings.table("width", points) in page
    (chart,) = findings_tab.figures(summary)
    assert "units per layer" in chart
