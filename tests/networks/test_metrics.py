"""Metrics against metrics computed by hand."""

import numpy as np
import pytest
import torch

from fmnist_demo.networks.inspection import weight_norm
from fmnist_demo.networks.metrics import accuracy, weight_metrics
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.regularisation import count_zeros, total_zeros


def test_accuracy_is_the_share_of_correct_first_guesses():
    scores = np.eye(10, dtype=np.float32)[:5] - 7  # logits or probabilities: only the order counts
    assert accuracy(scores, np.array([0, 1, 2, 4, 3])) == 0.6


def test_weight_metrics_match_the_values_computed_by_hand():
    model = MLP(MLPConfig(2, 8))
    with torch.no_grad():
        model.hidden[0][0].weight[:, :3] = 0  # three pixels have no outgoing weights
        model.hidden[1][0].weight[:, 5] = 0  # a unit has no outgoing weights
    metrics = weight_metrics(model)
    assert metrics.unused_pixels == 3
    assert metrics.dead_units == [1, 0]
    assert metrics.zeros_per_layer == list(count_zeros(model).values())
    assert metrics.zeros == total_zeros(model) == pytest.approx((3 * 8 + 8) / (784 * 8 + 64 + 80))
    assert metrics.weight_norm == weight_norm(model)
