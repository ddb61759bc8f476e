"""The trainings and the summary of the study."""

import json
from dataclasses import asdict, replace

import pytest
from helpers import DIVERGED, SOME, assert_one_sentence

from fmnist_demo.data.splits import TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import study, sweep
from fmnist_demo.experiments.questions import FULL_SCHEDULE, QUESTIONS, STUDY_STRENGTHS
from fmnist_demo.experiments.sweep import Metrics, Training

POINTS = study.plan()


def of(question: str, series: str) -> dict[float | str, Training]:
    """The trainings of a series by their setting."""
    return {p.setting: p.training for p in POINTS[question] if p.series == series}


def changes(training: Training) -> dict:
    """The settings of a training that differ from the base training."""
    old, new = (t.settings("") for t in (study.BASE, training))
    old, new = ({**s["model"], **s["training"], "keep_best": s["keep_best"]} for s in (old, new))
    return {name: value for name, value in new.items() if value != old[name]}


def test_the_base_training_can_overfit():
    config = study.BASE.config
    assert not config.augment
    assert (config.label_smoothing, config.synthetic, config.strength) == (0, 0, 0)
    assert config.patience == config.epochs
    assert study.BASE.photographs == 20_000
    assert not study.BASE.keep_best
    everything = [point.training for points in POINTS.values() for point in points]
    assert {training.photographs for training in everything} == {20_000}


def test_each_question_changes_its_method_and_nothing_else():
    assert {n: changes(t) for n, t in of("depth", "depth").items()} == {
        n: {"layers": n} if n != 3 else {} for n in range(1, 8)
    }
    dropouts = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    plain = {p: {"dropout": p} if p else {} for p in dropouts}
    assert {p: changes(t) for p, t in of("dropout", "plain").items()} == plain
    assert {p: changes(t) for p, t in of("dropout", "augmented").items()} == {
        p: plain[p] | {"augment": True} for p in dropouts
    }
    stopping = of("stopping", "stopping")
    assert changes(stopping.pop(FULL_SCHEDULE)) == {}
    for patience, training in stopping.items():
        assert changes(training) == {"patience": patience, "keep_best": True}
    for name in ("l1", "l2"):
        strengths = of("penalties", name)
        assert changes(strengths.pop(0.0)) == {}
        assert tuple(strengths) == STUDY_STRENGTHS[name]
        for strength, training in strengths.items():
            assert changes(training) == {"regulariser": name, "strength": strength}


def test_the_question_on_drawings_adds_no_trainings():
    others = {p.training for name in POINTS if name != "drawings" for p in POINTS[name]}
    assert {point.training for point in POINTS["drawings"]} < others
    assert changes(of("drawings", "augmentation")[""]) == {"augment": True}
    assert changes(of("drawings", "nothing")[""]) == {}


def test_shared_trainings_are_planned_once_per_seed():
    planned = study.trainings(POINTS, seeds=2)
    assert len(planned) == len(set(planned)) == 2 * 33
    assert len({training.key("") for training in planned}) == len(planned)
    assert [training.config.seed for training in planned] == [0] * 33 + [1] * 33
    some = {name: POINTS[name] for name in ("depth", "penalties")}
    assert len(study.trainings(some, seeds=1)) == 7 + 8


def test_zero_seeds_are_rejected():
    with pytest.raises(UserError) as error:
        study.trainings(POINTS, 0)
    assert_one_sentence(str(error.value))


def test_every_question_summarises_existing_metrics():
    assert list(QUESTIONS) == list(POINTS)
    names = set(asdict(SOME)) | {"gap"}
    for question in QUESTIONS.values():
        assert {"validation_accuracy", "test_accuracy"} <= set(question.metrics) <= names


def results(metrics) -> dict[Training, Metrics]:
    return {training: metrics(training) for training in study.trainings(POINTS, 3)}


def test_means_and_deviations_match_those_computed_by_hand():
    accuracies = [0.5, 0.7, 0.9]  # deviations -0.2, 0, 0.2: 0.08 / 2 is 0.2 squared

    def metrics(training):
        deeper = 0.01 * training.shape.layers
        return replace(SOME, test_accuracy=accuracies[training.config.seed] + deeper)

    summary = study.summary(study.BASE, POINTS, results(metrics), 3)
    assert json.loads(json.dumps(summary)) == summary
    assert summary["seeds"] == 3
    assert summary["model"]["width"] == 256
    assert summary["training"]["epochs"] == study.BASE.config.epochs
    depth = summary["questions"]["depth"]
    assert [point["setting"] for point in depth] == [1, 2, 3, 4, 5, 6, 7]
    for point in depth:
        deeper = 0.01 * point["setting"]
        assert point["n"] == 3
        assert point["test_accuracy"]["mean"] == pytest.approx(0.7 + deeper)
        assert point["test_accuracy"]["std"] == pytest.approx(0.2)
        assert point["test_accuracy"]["values"] == [a + deeper for a in accuracies]
        assert point["gap"]["mean"] == pytest.approx(0.15)  # 0.95 of training, 0.8 of validation
        assert set(point) == {"series", "setting", "n", "diverged", *QUESTIONS["depth"].metrics}


def test_diverged_trainings_are_counted_and_left_out_of_the_mean():
    def metrics(training):
        return DIVERGED if training.shape.layers == 7 and training.config.seed else SOME

    summary = study.summary(study.BASE, POINTS, results(metrics), 3)
    deepest = summary["questions"]["depth"][-1]
    assert (deepest["n"], deepest["diverged"]) == (3, 2)
    assert deepest["gap"]["values"][1:] == [None, None]
    assert deepest["gap"]["mean"] == pytest.approx(0.15)


def test_the_same_training_has_the_same_metrics_in_every_question():
    def metrics(training):
        return replace(SOME, test_accuracy=int(training.key(""), 16))

    summary = study.summary(study.BASE, POINTS, results(metrics), 3)
    by_training = {}
    for name, points in POINTS.items():
        for point, summarised in zip(points, summary["questions"][name], strict=True):
            by_training.setdefault(point.training, []).append(summarised["test_accuracy"])
    assert len(by_training) == 33
    assert len(by_training[study.BASE]) == 6  # of depth, dropout, stopping, L1, L2 and drawings
    for metric in by_training.values():
        assert all(other == metric[0] for other in metric)


def test_a_small_study_is_run_from_end_to_end(tmp_path, train, validation, monkeypatch):
    """Every training runs once, even if shared, and a second run repeats none."""
    monkeypatch.setattr(sweep, "synthetic_drawings", lambda: validation)
    base = replace(
        study.BASE,
        shape=replace(study.BASE.shape, width=8),
        config=replace(study.BASE.config, epochs=1, patience=1, batch_size=50),
    )
    points = {"depth": study.plan(base)["depth"], "stopping": study.plan(base)["stopping"]}
    planned = study.trainings(points, 1)
    examples = TrainingData(train, validation, "0" * 12)
    first = dict(sweep.run(planned, examples, validation, tmp_path))
    assert len(list(tmp_path.iterdir())) == len(planned) == 7 + 5
    monkeypatch.setattr(sweep, "measure", None)
    second = dict(sweep.run(planned, examples, validation, tmp_path))
    assert study.summary(base, points, first, 1) == study.summary(base, points, second, 1)
