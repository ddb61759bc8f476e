"""Pruning sets the smallest weights of a copy to zero."""

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
    remaining = weights(pruned(model, threshold(model, kept)))
    assert (remaining != 0).mean() == pytest.approx(kept, abs=1e-4)
    if 0 < (remaining != 0).sum() < len(remaining):
        assert before[remaining != 0].min() >= before[remaining == 0].max()
    assert set(np.abs(remaining[remaining != 0])) <= set(before)


def test_a_share_of_one_keeps_all_weights_and_zero_keeps_none(model):
    assert np.array_equal(weights(pruned(model, threshold(model, 1.0))), weights(model))
    assert total_zeros(pruned(model, threshold(model, 0.0))) == 1


def test_pruning_changes_only_the_matrices_of_the_copy(model):
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    after = pruned(model, threshold(model, 0.1)).state_dict()
    matrices = set(weight_matrices(model))
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
        assert torch.equal(after[name], tensor) == (name not in matrices)


def test_pruning_to_the_share_of_nonzero_weights_changes_nothing(model):
    sparse = pruned(model, threshold(model, 0.05))
    again = pruned(sparse, threshold(sparse, 0.05))
    assert np.array_equal(weights(again), weights(sparse))
    everything = pruned(sparse, threshold(sparse, 0.5))
    assert np.array_equal(weights(everything), weights(sparse))


def test_the_shares_of_a_curve_fall_from_1_to_0_001_in_even_logarithmic_steps():
    assert (KEPT[0], KEPT[-1]) == (1, pytest.approx(0.001))
    steps = np.diff(np.log(KEPT))
    assert np.allclose(steps, steps[0])
    assert steps[0] < 0
