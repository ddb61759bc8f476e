"""The smallest weights go first, and the given network is left alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.networks.inspection import weights
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.pruning import KEPT, pruned, threshold
from fmnist_demo.networks.regularisation import total_zeros, weight_matrices


@pytest.fixture(scope="module")
def model() -> MLP:
    return MLP(MLPConfig(3, 20)).eval()


@given(st.floats(0, 1))
@settings(max_examples=25)
def test_the_largest_weights_are_kept(model, kept):
    before = np.abs(weights(model))
    left = weights(pruned(model, threshold(model, kept)))
    assert (left != 0).mean() == pytest.approx(kept, abs=1e-4)
    if 0 < (left != 0).sum() < len(left):
        assert before[left != 0].min() >= before[left == 0].max()
    assert set(np.abs(left[left != 0])) <= set(before)


def test_all_are_kept_at_one_and_none_at_nought(model):
    assert np.array_equal(weights(pruned(model, threshold(model, 1.0))), weights(model))
    assert total_zeros(pruned(model, threshold(model, 0.0))) == 1


def test_the_given_network_and_its_other_parameters_are_left_as_they_were(model):
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    smaller = pruned(model, threshold(model, 0.1)).state_dict()
    matrices = set(weight_matrices(model))
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
        assert torch.equal(smaller[name], tensor) == (name not in matrices)


def test_keeping_as_many_as_are_not_zero_changes_nothing(model):
    sparse = pruned(model, threshold(model, 0.05))
    again = pruned(sparse, threshold(sparse, 0.05))
    assert np.array_equal(weights(again), weights(sparse))
    everything = pruned(sparse, threshold(sparse, 0.5))
    assert np.array_equal(weights(everything), weights(sparse))


def test_the_shares_of_a_curve_fall_evenly_from_all_to_one_in_a_thousand():
    assert (KEPT[0], KEPT[-1]) == (1, pytest.approx(0.001))
    steps = np.diff(np.log(KEPT))
    assert np.allclose(steps, steps[0])
    assert steps[0] < 0
