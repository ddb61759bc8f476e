"""What the findings say follows from the numbers, by the rule that is stated."""

import re
from dataclasses import replace

import pytest
from helpers import DIVERGED, SOME

from fmnist_demo.experiments import findings, study
from fmnist_demo.experiments.findings import NOT_SHOWN, OPPOSITE, SHOWN

POINTS = study.plan()


def made(figures, seeds: int = 3) -> dict:
    """A study whose trainings came to what `figures` says of each."""
    results = {one: figures(one) for one in study.trainings(POINTS, seeds)}
    return study.summary(study.BASE, POINTS, results, seeds)


def nothing_matters(one):
    """Every setting comes to the same, but for the seeds."""
    return replace(SOME, test_accuracy=0.7 + 0.01 * one.config.seed)


def deeper(step: float):
    """A layer more is `step` more test accuracy; a seed more is 0.01."""

    def figures(one):
        seed = 0.01 * one.config.seed
        return replace(SOME, test_accuracy=0.7 + step * one.shape.layers + seed)

    return figures


def depth_answers(figures, seeds: int = 3) -> list[str]:
    return findings.answers("depth", made(figures, seeds)["questions"]["depth"])


def test_the_standard_error_is_that_worked_out_by_hand():
    one = {"mean": 0.9, "std": 0.03, "values": [0.87, 0.9, 0.93]}
    other = {"mean": 0.8, "std": 0.04, "values": [0.8, 0.76, 0.84, None, 0.8]}
    difference, error = findings.compare(one, other)
    assert difference == pytest.approx(0.1)
    assert error == pytest.approx((0.03**2 / 3 + 0.04**2 / 4) ** 0.5)


@pytest.mark.parametrize(
    ("step", "verdict"), [(0.01, SHOWN), (-0.01, OPPOSITE), (0, NOT_SHOWN), (0.002, NOT_SHOWN)]
)
def test_the_answer_differs_with_the_numbers(step, verdict):
    """Six layers more are `6 step`; twice its standard error is 2 sqrt(2 / 3) 0.01, or 0.0163."""
    answer = depth_answers(deeper(step))[0]
    assert f". {verdict}: test accuracy " in answer
    shown = f"{71 + 700 * step:.2f} % with a depth of 7, {71 + 100 * step:.2f} % with a depth of 1"
    assert shown in answer
    assert f"a difference of {600 * step:+.2f} ± 0.82 points." in answer


def test_a_measure_that_should_fall_shows_when_it_falls():
    def figures(one):
        return replace(SOME, plain_train_accuracy=0.9 - 0.1 * one.shape.dropout)

    points = made(figures)["questions"]["dropout"]
    _, gap, *_ = findings.answers("dropout", points)
    assert SHOWN in gap
    assert "a difference of -1.00 ± 0.00 points" in gap  # the first of equals is dropout 0.1
    points = made(lambda one: replace(SOME, plain_train_accuracy=0.8 + 0.1 * one.shape.dropout))
    assert OPPOSITE in findings.answers("dropout", points["questions"]["dropout"])[1]


def test_the_setting_is_chosen_on_validation_and_compared_on_the_test_set():
    def figures(one):
        chosen = one.config.strength == 3e-4
        best_on_test = one.config.strength == 3e-5
        return replace(
            SOME,
            validation_accuracy=0.9 if chosen else 0.8,
            test_accuracy=0.99 if best_on_test else 0.75 if chosen else 0.7,
        )

    answers = findings.answers("penalties", made(figures)["questions"]["penalties"])
    assert "75.00 % with L1 of strength 0.0003, 70.00 % with no penalty" in answers[0]


def test_no_remedy_is_never_chosen_as_the_best_of_a_remedy():
    def figures(one):
        bare = one == replace(study.BASE, config=one.config) and one.config.strength == 0
        return replace(SOME, validation_accuracy=0.99 if bare else 0.8)

    for name, points in made(figures)["questions"].items():
        for claim, answer in zip(
            findings.QUESTIONS[name].claims, findings.answers(name, points), strict=True
        ):
            if claim.one[1] is None and name != "depth":
                first = answer.split(" with ", 1)[1].split(",")[0]
                assert first not in ("no penalty", "dropout 0", "the full schedule", "no method")


def test_every_claim_is_answered_in_each_of_the_ways():
    """With no difference at all, none shows; and every claim has its points in the plan."""
    for name, points in made(nothing_matters)["questions"].items():
        answers = findings.answers(name, points)
        assert len(answers) == len(findings.QUESTIONS[name].claims)
        for answer in answers:
            assert NOT_SHOWN in answer
            assert answer.endswith(".")


@pytest.mark.parametrize("name", study.MEASURED)
def test_claims_and_panels_are_about_what_the_question_measures(name):
    question = findings.QUESTIONS[name]
    wanted = {claim.measure for claim in question.claims} | set(question.panels)
    assert wanted <= set(study.MEASURED[name]) <= set(findings.MEASURES)


def test_the_questions_are_those_of_the_study_in_its_order():
    assert list(findings.QUESTIONS) == list(study.MEASURED)


def test_one_seed_tells_nothing():
    for answer in depth_answers(deeper(0.05), seeds=1):
        assert "cannot be told" in answer


def test_trainings_that_diverged_are_not_taken_for_an_answer():
    def figures(one):
        return DIVERGED if one.shape.layers == 7 else SOME

    points = made(figures)["questions"]["depth"]
    answers = findings.answers("depth", points)
    assert "cannot be told" in answers[0]
    assert NOT_SHOWN in answers[1]
    assert "a depth of 7 (3 of 3 diverged) | – |" in findings.table("depth", points)
    assert 7 not in findings.figure("depth", points).data["setting"]


def test_the_table_has_every_point_with_mean_and_deviation():
    points = made(deeper(0.01))["questions"]["depth"]
    head, _, *rows = findings.table("depth", points).splitlines()
    assert head.startswith("| hidden layers | validation accuracy | test accuracy |")
    assert len(rows) == 7
    assert "| a depth of 2 | 80.00 ± 0.00 % | 73.00 ± 1.00 % |" in rows[1]


def test_the_picture_of_drawings_has_one_point_a_remedy():
    def figures(one):
        return replace(SOME, validation_accuracy=0.8 + 0.1 * (one.shape.dropout == 0.2))

    plot = findings.figure("drawings", made(figures)["questions"]["drawings"])
    assert plot.data["setting"] == [
        *("no method", "a depth of 7", "a patience of 1", "dropout 0.2"),
        *("L1 of strength 3e-05", "L2 of strength 0.1", "augmentation"),
    ]


def test_the_markdown_has_question_picture_answers_and_numbers():
    study_made = made(deeper(0.01))
    pictures = {name: f"![words]({name}.png)" for name in study_made["questions"]}
    text = findings.markdown(study_made, pictures)
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    assert "20,000 photographs" in parts[0]
    assert "3 seeds" in parts[0]
    for part, (name, points) in zip(parts[1:], study_made["questions"].items(), strict=True):
        assert part.startswith(findings.QUESTIONS[name].title)
        places = [part.index(pictures[name]), part.index("\n- "), part.index("\n| ")]
        assert places == sorted(places)
        for answer in findings.answers(name, points):
            assert f"\n- {answer}\n" in part
        assert findings.table(name, points) in part
    assert text != findings.markdown(made(deeper(-0.01)), pictures)
