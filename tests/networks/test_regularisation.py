"""Which weights each penalty changes, how, and when."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from conftest import TINY
from helpers import assert_one_sentence
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fmnist_demo import __main__ as cli
from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import (
    FREEZE,
    OUTPUT_SHARE,
    RAMP_END,
    RAMP_START,
    REGULARISERS,
    Penalty,
    Regulariser,
    check_regulariser,
    count_zeros,
    decay_,
    soft_threshold_,
    total_zeros,
    weight_matrices,
)
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import Step, fit

FULL_STRENGTH = (RAMP_END + FREEZE) / 2
"""A progress at which every penalty acts with full strength."""

some_weights = arrays(np.float32, st.integers(1, 20), elements=st.floats(-4, 4, width=32))
amounts = st.floats(0, 3, width=32)


@given(some_weights, amounts)
def test_soft_threshold_matches_its_formula(weights, amount):
    w = torch.from_numpy(weights.copy())
    soft_threshold_(w, amount)
    expected = np.sign(weights) * np.maximum(np.abs(weights) - np.float32(amount), 0)
    assert w.numpy() == pytest.approx(expected, abs=1e-6)


@given(some_weights, amounts)
def test_a_weight_that_would_cross_zero_becomes_exactly_zero(weights, amount):
    w = torch.from_numpy(weights.copy())
    soft_threshold_(w, amount)
    assert ((w == 0).numpy() == (np.abs(weights) <= np.float32(amount))).all()
    assert (w.numpy() * weights >= 0).all()


@given(some_weights, st.floats(0, 0.9))
def test_decay_shrinks_every_weight_by_the_same_share(weights, amount):
    w = torch.from_numpy(weights.copy())
    decay_(w, amount)
    assert w.numpy() == pytest.approx(weights * (1 - amount), rel=1e-5, abs=1e-30)


@pytest.mark.parametrize("name", REGULARISERS)
def test_penalties_do_not_change_biases_or_normalisation(name):
    model = MLP(TINY)
    before = {key: p.clone() for key, p in model.named_parameters()}
    penalty = Penalty(model, name, strength=0.1)
    penalty.before_step()
    penalty.after_step(0.1, FULL_STRENGTH)
    changed = {key for key, p in model.named_parameters() if not torch.equal(p, before[key])}
    assert changed == (set() if name == "none" else set(weight_matrices(model)))


def test_weights_that_are_zero_from_the_start_stay_zero_under_l1():
    model = MLP(TINY)
    first = model.hidden[0][0].weight
    with torch.no_grad():
        first[0] = 0
    penalty = Penalty(model, "l1")
    penalty.before_step()
    with torch.no_grad():
        first += 1
    penalty.after_step(0.1, progress=0)
    assert (first[0] == 0).all()
    assert (first[1:] != 0).all()


def test_only_the_matrices_are_penalised_input_layer_first():
    assert list(weight_matrices(MLP(TINY))) == [
        "hidden.0.0.weight",
        "hidden.1.0.weight",
        "hidden.2.0.weight",
        "output.weight",
    ]


@pytest.mark.parametrize(
    ("progress", "share"),
    [
        *((0, 0), (RAMP_START, 0), ((RAMP_START + RAMP_END) / 2, 0.5), (RAMP_END, 1)),
        *((FREEZE, 1), (FREEZE + 0.01, 0), (1, 0)),
    ],
)
def test_l1_follows_its_schedule(progress, share):
    model = MLP(TINY)
    expected = [w.detach().clone() for w in weight_matrices(model).values()]
    Penalty(model, "l1", 0.5).after_step(0.02, progress)
    for w, scale in zip(expected, [1, 1, 1, OUTPUT_SHARE], strict=True):
        soft_threshold_(w, 0.02 * 0.5 * share * scale)
    for w, target in zip(weight_matrices(model).values(), expected, strict=True):
        assert torch.allclose(w, target, atol=1e-7)


def test_l1_is_divided_by_the_scale_of_each_weight():
    model = MLP(TINY)
    expected = [w.detach().clone() for w in weight_matrices(model).values()]
    scales = {id(w): torch.rand_like(w) + 0.1 for w in weight_matrices(model).values()}
    scale_list = [scales[id(w)] for w in weight_matrices(model).values()]
    Penalty(model, "l1", 0.5, lambda w: scales[id(w)]).after_step(0.02, FULL_STRENGTH)
    for w, scale, share in zip(expected, scale_list, [1, 1, 1, OUTPUT_SHARE], strict=True):
        w.copy_(w.sign() * (w.abs() - 0.02 * 0.5 * share / scale).clamp_min(0))
    for w, target in zip(weight_matrices(model).values(), expected, strict=True):
        assert torch.allclose(w, target, atol=1e-7)


def test_l2_is_the_same_in_every_step_and_layer():
    model = MLP(TINY)
    before = [w.detach().clone() for w in weight_matrices(model).values()]
    penalty = Penalty(model, "l2", 0.5)
    for progress in (0, 0.5, 1):
        penalty.after_step(0.1, progress)
    for w, initial in zip(weight_matrices(model).values(), before, strict=True):
        assert torch.allclose(w, initial * 0.95**3)


def test_zeros_are_counted_by_matrix_and_in_total():
    model = MLP(TINY)
    assert set(count_zeros(model).values()) == {0}
    with torch.no_grad():
        model.output.weight[:5] = 0
        model.output.bias.zero_()  # not a weight
    assert count_zeros(model)["output.weight"] == 0.5
    assert total_zeros(model) == pytest.approx(160 / (784 * 32 + 2 * 32 * 32 + 320))


@pytest.mark.parametrize("strength", [-0.1, math.inf, math.nan])
def test_an_invalid_strength_is_rejected(strength):
    with pytest.raises(UserError) as error:
        check_regulariser("l1", strength)
    assert_one_sentence(str(error.value))


def test_an_unknown_name_is_reported_with_the_known_ones():
    with pytest.raises(UserError) as error:
        check_regulariser("l3", None)
    assert_one_sentence(str(error.value))
    assert all(name in str(error.value) for name in ("l3", *REGULARISERS))


def test_a_new_regulariser_takes_one_entry_in_the_registry(monkeypatch):
    halving = Regulariser("Halving", 1.0, lambda weights, amount: weights.mul_(0.5))
    monkeypatch.setitem(REGULARISERS, "half", halving)
    args = cli.parser().parse_args(["train", "--layers", "3", "--regulariser", "half"])
    model = MLP(TINY)
    before = model.output.weight.detach().clone()
    Penalty(model, args.regulariser).after_step(0.1, 0.5)
    assert torch.equal(model.output.weight, before / 2)


def learn(train: Split, validation: Split, regulariser: str, strength: float, on_step=None) -> MLP:
    model = MLP(TINY)
    config = TrainConfig(regulariser, strength, epochs=10, batch_size=60, augment=False)
    for event in fit(model, train, validation, config):
        if on_step and isinstance(event, Step):
            on_step(event.share, model)
    return model


def test_l1_makes_no_zeros_before_the_ramp_and_keeps_those_it_makes(train, validation):
    seen = []

    def watch(share, model):
        mask = torch.cat([(w == 0).flatten() for w in weight_matrices(model).values()])
        seen.append((share, mask))

    model = learn(train, validation, "l1", 0.01, watch)
    assert not any(mask.any() for share, mask in seen if share <= RAMP_START)
    for (_, before), (share, after) in pairwise(seen):
        assert not (before & ~after).any()
        if share > FREEZE:
            assert torch.equal(before, after)
    final = torch.cat([(w == 0).flatten() for w in weight_matrices(model).values()])
    assert torch.equal(final, seen[-1][1])
    assert 0.05 < total_zeros(model) < 1


def test_l2_shrinks_the_weights_and_makes_no_zeros(train, validation):
    def size(model):
        return sum(w.square().sum().item() for w in weight_matrices(model).values())

    shrunk, free = (learn(train, validation, "l2", strength) for strength in (5.0, 0.0))
    assert size(shrunk) < 0.9 * size(free)
    assert total_zeros(shrunk) == 0


def test_l1_removes_the_weights_of_pixels_that_are_always_black_first(train, validation):
    images, dark = train.images.clone(), torch.zeros(28, 28, dtype=torch.bool)
    dark[:6] = True
    images[:, dark] = 0
    model = learn(Split(images, train.labels), validation, "l1", 2e-3)
    first = next(iter(weight_matrices(model).values()))
    assert (first[:, dark.flatten()] == 0).all()
    assert (first[:, ~dark.flatten()] != 0).float().mean() > 0.02
