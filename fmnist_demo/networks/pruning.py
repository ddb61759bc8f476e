"""Magnitude pruning: set the smallest weights of a network to zero."""

import copy
from collections.abc import Iterable

import numpy as np
import torch

from fmnist_demo.networks.inspection import weights
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import weight_matrices

KEPT = tuple(float(10 ** (-step / 10)) for step in range(31))
"""The shares of weights that a pruning curve keeps: 1 to 0.001, ten logarithmic steps a decade."""


def threshold(model: MLP, kept: float) -> float:
    """The smallest magnitude among the weights that remain when the share `kept`, 0 to 1, is kept.

    All matrices share one threshold; biases and normalisation are never pruned. If no weight
    remains, the threshold is infinite.
    """
    return thresholds(model, [kept])[0]


def thresholds(model: MLP, shares: Iterable[float]) -> list[float]:
    """The `threshold` for each share, from one sorting."""
    magnitudes = np.sort(np.abs(weights(model)))
    counts = [round(kept * len(magnitudes)) for kept in shares]
    return [float(magnitudes[-count]) if count else float("inf") for count in counts]


@torch.no_grad()
def pruned(model: MLP, threshold: float) -> MLP:
    """A copy of the network in which weights with a magnitude below `threshold` are zero."""
    copied = copy.deepcopy(model)
    for matrix in weight_matrices(copied).values():
        matrix.mul_(matrix.abs() >= threshold)
    return copied
