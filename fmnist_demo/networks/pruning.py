"""Magnitude pruning: set the smallest weights of a network to zero."""

import copy

import numpy as np
import torch

from fmnist_demo.networks.inspection import weights
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import weight_matrices

KEPT = tuple(float(10 ** (-step / 10)) for step in range(31))
"""The shares of weights that pruning curves keep, from all to one in a thousand, evenly on a
logarithmic scale: ten steps to each tenth."""


def threshold(model: MLP, kept: float) -> float:
    """The smallest magnitude among the largest share `kept`, 0 to 1, of the weights.

    All matrices share one threshold; biases and normalisation are never pruned.
    """
    magnitudes = np.abs(weights(model))
    count = round(kept * len(magnitudes))
    if count == 0:
        return float("inf")
    return float(np.partition(magnitudes, -count)[-count])


@torch.no_grad()
def pruned(model: MLP, threshold: float) -> MLP:
    """A copy of the network in which all weights smaller than `threshold` in magnitude are zero."""
    smaller = copy.deepcopy(model)
    for matrix in weight_matrices(smaller).values():
        matrix.mul_(matrix.abs() >= threshold)
    return smaller
