"""The findings follow from the numbers, by the documented rule."""

import re
from dataclasses import replace

import pytest
from helpers import DIVERGED, SOME
from PIL import Image

from fmnist_demo.experiments import findings, study
from fmnist_demo.experiments.findings import NOT_SUPPORTED, OPPOSITE, SUPPORTED
from fmnist_demo.experiments.questions import BEST, QUESTIONS
from fmnist_demo.experiments.sweep import METRIC_FORMATS
from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.results import read_study

POINTS = study.plan()


def summary_of(metrics, seeds: int = 3) -> dict:
    """The summary of a study in which each training has the metrics that `metrics` returns."""
    results = {training: metrics(training) for training in study.trainings(POINTS, seeds)}
    return study.summary(study.BASE, POINTS, results, seeds)


def nothing_matters(training):
    """Every setting has the same metrics; only the seeds differ."""
    return replace(SOME, test_accuracy=0.7 + 0.01 * training.config.seed)


def deeper(step: float):
    """Each layer adds `step` to the test accuracy, and each seed adds 0.01."""

    def metrics(training):
        seed = 0.01 * training.config.seed
        return replace(SOME, test_accuracy=0.7 + step * training.shape.layers + seed)

    return metrics


def points_of(question: str, metrics, seeds: int = 3) -> list[dict]:
    return summary_of(metrics, seeds)["questions"][question]


def answers_of(question: str, metrics, seeds: int = 3) -> list[str]:
    return findings.answers(question, points_of(question, metrics, seeds))


def test_the_standard_error_matches_the_one_computed_by_hand():
    treatment = {"mean": 0.9, "std": 0.03, "values": [0.87, 0.9, 0.93]}
    control = {"mean": 0.8, "std": 0.04, "values": [0.8, 0.76, 0.84, None, 0.8]}
    difference, error = findings.compare(treatment, control)
    assert difference == pytest.approx(0.1)
    assert error == pytest.approx((0.03**2 / 3 + 0.04**2 / 4) ** 0.5)


@pytest.mark.parametrize(
    ("step", "verdict"),
    [(0.01, SUPPORTED), (-0.01, OPPOSITE), (0, NOT_SUPPORTED), (0.002, NOT_SUPPORTED)],
)
def test_the_verdict_follows_from_the_numbers(step, verdict):
    """The difference is `6 step`; twice its standard error is 2 sqrt(2 / 3) 0.01, or 0.0163."""
    answer = answers_of("depth", deeper(step))[0]
    assert f". {verdict}: the test accuracy is " in answer
    values = f"{71 + 700 * step:.2f}% with 7 layers and {71 + 100 * step:.2f}% with 1 layer"
    assert values in answer
    assert f"the difference, {600 * step:+.2f} ± 0.82 points, is " in answer
    relation = "within" if verdict == NOT_SUPPORTED else "more than"
    assert answer.endswith(f" is {relation} two standard errors.")


@pytest.mark.parametrize(("change", "verdict"), [(-0.1, SUPPORTED), (0.1, OPPOSITE)])
def test_a_claim_that_a_metric_falls_is_supported_if_it_falls(change, verdict):
    """All validation accuracies are equal, so the first setting, dropout 0.1, is the best."""

    def metrics(training):
        return replace(SOME, plain_train_accuracy=0.9 + change * training.shape.dropout)

    _, gap, *_ = answers_of("dropout", metrics)
    assert verdict in gap
    assert f"the difference, {10 * change:+.2f} ± 0.00 points, is" in gap


def test_the_setting_is_chosen_on_validation_and_compared_on_the_test_set():
    def metrics(training):
        chosen = training.config.strength == 3e-4
        best_on_test = training.config.strength == 3e-5
        return replace(
            SOME,
            validation_accuracy=0.9 if chosen else 0.8,
            test_accuracy=0.99 if best_on_test else 0.75 if chosen else 0.7,
        )

    answers = answers_of("penalties", metrics)
    assert "75.00% with L1 of strength 0.0003 and 70.00% with no penalty" in answers[0]


def test_the_setting_without_the_method_is_never_its_best():
    def metrics(training):
        is_base = (
            training == replace(study.BASE, config=training.config)
            and training.config.strength == 0
        )
        return replace(SOME, validation_accuracy=0.99 if is_base else 0.8)

    for name, points in summary_of(metrics)["questions"].items():
        for claim, answer in zip(
            QUESTIONS[name].claims, findings.answers(name, points), strict=True
        ):
            if claim.treatment[1] == BEST and name != "depth":
                treatment = answer.split(" with ", 1)[1].split(" and ")[0].split(";")[0]
                off = ("no penalty", "no dropout", "augmentation alone", "the full schedule")
                assert treatment not in (*off, "the baseline")


def test_every_claim_has_an_answer_which_is_not_supported_without_a_difference():
    for name, points in summary_of(nothing_matters)["questions"].items():
        answers = findings.answers(name, points)
        assert len(answers) == len(QUESTIONS[name].claims)
        for answer in answers:
            assert NOT_SUPPORTED in answer
            assert answer.endswith(".")


@pytest.mark.parametrize("name", QUESTIONS)
def test_claims_and_panels_use_metrics_of_their_question(name):
    question = QUESTIONS[name]
    used = {claim.metric for claim in question.claims} | set(question.panels)
    assert used <= set(QUESTIONS[name].metrics) <= set(METRIC_FORMATS)


def test_one_seed_gives_no_verdict():
    for answer in answers_of("depth", deeper(0.05), seeds=1):
        assert "Unknown: " in answer


def test_diverged_trainings_give_no_verdict():
    def metrics(training):
        return DIVERGED if training.shape.layers == 7 else SOME

    points = points_of("depth", metrics)
    answers = findings.answers("depth", points)
    assert "Unknown: " in answers[0]
    assert NOT_SUPPORTED in answers[1]
    assert "| 7 layers (3 of 3 diverged) | – |" in findings.table("depth", points)
    assert 7 not in findings.figure("depth", points).data["setting"]


def test_the_table_has_every_point_with_mean_and_deviation():
    points = points_of("depth", deeper(0.01))
    head, _, *rows = findings.table("depth", points).splitlines()
    assert head.startswith("| hidden layers | validation accuracy | test accuracy |")
    assert len(rows) == 7
    assert "| 2 layers | 80.00 ± 0.00% | 73.00 ± 1.00% |" in rows[1]


def test_the_figure_of_drawings_has_one_point_per_method():
    def metrics(training):
        return replace(SOME, validation_accuracy=0.8 + 0.1 * (training.shape.dropout == 0.2))

    plot = findings.figure("drawings", points_of("drawings", metrics))
    assert plot.data["setting"] == [
        *("the baseline", "7 layers", "a patience of 1 epoch", "dropout 0.2"),
        *("L1 of strength 3e-05", "L2 of strength 0.1", "augmentation"),
    ]


@pytest.mark.slow
def test_the_file_has_every_part_of_each_question(tmp_path):
    summary = summary_of(deeper(0.01))
    findings.write(summary, tmp_path / "all.md")
    parts = re.split(r"^## ", (tmp_path / "all.md").read_text(), flags=re.MULTILINE)
    assert "20,000 photographs" in parts[0]
    assert "3 seeds" in parts[0]
    for part, (name, points) in zip(parts[1:], summary["questions"].items(), strict=True):
        question = QUESTIONS[name]
        assert part.startswith(question.title)
        positions = [part.index(text) for text in (question.text, "\n- ", "![Mean over", "\n| ")]
        assert positions == sorted(positions)
        assert f"](all-{name}.png)" in part
        with Image.open(tmp_path / f"all-{name}.png") as image:
            assert image.width > 600
        for answer in findings.answers(name, points):
            assert f"\n- {answer}\n" in part
        assert findings.table(name, points) in part
    findings.write(summary_of(deeper(-0.01)), tmp_path / "other.md")
    assert (tmp_path / "other.md").read_text() != (tmp_path / "all.md").read_text()


@pytest.mark.slow
def test_the_documented_findings_match_the_shipped_study(tmp_path):
    findings.write(read_study(WEIGHTS), tmp_path / "findings.md")
    docs = WEIGHTS.parent / "docs"
    assert (docs / "findings.md").read_text() == (tmp_path / "findings.md").read_text()
    assert {p.name for p in docs.glob("findings*")} == {p.name for p in tmp_path.iterdir()}
