"""The regularisation path: its trainings, and its summary against one computed by hand."""

import json
import random
from dataclasses import replace
from itertools import pairwise, product

import pytest
from conftest import QUICK, TINY
from helpers import DIVERGED, SOME, assert_one_sentence

from fmnist_demo.errors import UserError
from fmnist_demo.experiments.path import (
    PATH_EPOCHS,
    PATH_METRICS,
    PATH_STRENGTHS,
    summary,
    trainings,
)
from fmnist_demo.experiments.sweep import Metrics, Training
from fmnist_demo.networks.regularisation import REGULARISERS


def result(strength: float, seed: int, metrics: Metrics, name: str = "l1"):
    config = replace(QUICK, regulariser=name, strength=strength, seed=seed)
    return Training(TINY, config), metrics


def test_the_default_strengths_have_a_wide_range_around_the_shipped_one():
    assert set(PATH_STRENGTHS) == set(REGULARISERS) - {"none"}
    for name, strengths in PATH_STRENGTHS.items():
        assert len(strengths) >= 8
        assert strengths[0] * 2 < REGULARISERS[name].strength < strengths[-1] / 2
        assert strengths[-1] >= 1e4 * strengths[0]
        assert all(1 < high / low < 11 for low, high in pairwise(strengths))


def test_the_lowest_l2_strength_hardly_shrinks_weights_and_the_highest_removes_them():
    """The mean learning rate of the one-cycle schedule is about half its peak."""
    total = PATH_EPOCHS * 108 * 2e-3 / 2
    assert 1 - PATH_STRENGTHS["l2"][0] * total > 0.95
    assert PATH_STRENGTHS["l2"][-1] * 2e-3 > 1


def test_every_strength_is_trained_with_every_seed_and_nothing_else_changes():
    strengths = {"l1": (0.3, 0.1, 0.3), "l2": (2.0,)}
    planned = trainings(TINY, QUICK, strengths, seeds=3)
    settings = [(t.config.regulariser, t.config.strength, t.config.seed) for t in planned]
    expected = product([("l1", 0.1), ("l1", 0.3), ("l2", 2.0)], range(3))
    assert sorted(settings) == sorted((*point, seed) for point, seed in expected)
    assert [seed for *_, seed in settings] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    for training in planned:
        assert training.shape == TINY
        assert replace(training.config, regulariser="none", strength=None, seed=0) == QUICK


@pytest.mark.parametrize(
    ("strengths", "seeds"), [((0.0,), 1), ((0.1, -1.0), 1), ((float("nan"),), 1), ((0.1,), 0)]
)
def test_an_invalid_path_is_rejected_in_one_sentence(strengths, seeds):
    with pytest.raises(UserError) as error:
        trainings(TINY, QUICK, {"l1": strengths}, seeds)
    assert_one_sentence(str(error.value))


def test_mean_and_sample_standard_deviation_match_those_computed_by_hand():
    accuracies = [0.5, 0.7, 0.9]  # mean 0.7, deviations -0.2, 0, 0.2: 0.08 / 2 is 0.2 squared
    units = [10, 11, 15]  # mean 12, deviations -2, -1, 3: 14 / 2 is 7
    results = [
        result(0.1, seed, replace(SOME, test_accuracy=accuracy, active_units=count))
        for seed, (accuracy, count) in enumerate(zip(accuracies, units, strict=True))
    ]
    (point,) = summary(results)["points"]
    assert point["n"] == 3
    assert point["test_accuracy"]["mean"] == pytest.approx(0.7)
    assert point["test_accuracy"]["std"] == pytest.approx(0.2)
    assert point["test_accuracy"]["values"] == accuracies
    assert point["active_units"]["mean"] == 12
    assert point["active_units"]["std"] == pytest.approx(7**0.5)
    assert point["zeros"] == {"mean": 0.25, "std": 0, "values": [0.25] * 3}


def test_one_seed_has_no_spread():
    (point,) = summary([result(0.1, 0, SOME)])["points"]
    assert {point[name]["std"] for name in PATH_METRICS} == {0}
    assert point["weight_norm"] == {"mean": 3, "std": 0, "values": [3]}


def test_diverged_trainings_are_counted_and_left_out_of_the_mean():
    results = [result(0.1, 0, SOME), result(0.1, 1, DIVERGED), result(0.2, 0, DIVERGED)]
    some, none = summary(results)["points"]
    assert (some["n"], some["diverged"]) == (2, 1)
    assert some["zeros"] == {"mean": 0.25, "std": 0, "values": [0.25, None]}
    assert (none["n"], none["diverged"]) == (1, 1)
    assert none["zeros"] == {"mean": None, "std": None, "values": [None]}


def test_points_and_values_are_sorted_whatever_the_order_of_the_results():
    results = [
        result(strength, seed, replace(SOME, weight_norm=strength + seed), name)
        for name in ("l2", "l1")
        for strength in (10.0, 9.0)
        for seed in (0, 1)
    ]
    random.Random(1).shuffle(results)
    path = summary(results)
    order = [(point["regulariser"], point["strength"]) for point in path["points"]]
    assert order == [("l1", 9), ("l1", 10), ("l2", 9), ("l2", 10)]
    for point in path["points"]:
        assert point["weight_norm"]["values"] == [point["strength"], point["strength"] + 1]


def test_the_summary_is_json_with_the_shared_settings():
    path = summary([result(strength, seed, SOME) for strength in (0.1, 0.2) for seed in (0, 1)])
    assert json.loads(json.dumps(path)) == path
    assert (path["layers"], path["width"], path["epochs"], path["seeds"]) == (3, 32, 2, 2)
    assert path["training"]["batch_size"] == 10
    assert path["training"]["synthetic"] == 0
    assert {"regulariser", "strength", "seed"}.isdisjoint(path["training"])
