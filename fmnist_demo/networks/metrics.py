"""The metrics of one network: its accuracy, and how much of it is in use.

`evaluate`, `path` and `study` all report these. The calibration error is in `calibration`.
"""

from dataclasses import dataclass

import numpy as np

from fmnist_demo.networks.inspection import active_units, weight_norm
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import count_zeros, total_zeros


@dataclass(frozen=True)
class WeightMetrics:
    """Metrics of the weights, without biases and normalisation.

    `zeros`: the fraction of weights that are exactly zero, 0 to 1. `zeros_per_layer`: the same for
    each weight matrix, input layer first. `weight_norm`: the Euclidean norm of all weights.
    `dead_units`: how many units of each hidden layer influence no output. `unused_pixels`: how many
    of the 784 pixels influence no output.
    """

    zeros: float
    zeros_per_layer: list[float]
    weight_norm: float
    dead_units: list[int]
    unused_pixels: int


def weight_metrics(model: MLP) -> WeightMetrics:
    """Measure the weights of a network."""
    active = active_units(model)
    return WeightMetrics(
        zeros=total_zeros(model),
        zeros_per_layer=list(count_zeros(model).values()),
        weight_norm=weight_norm(model),
        dead_units=active.dead_units,
        unused_pixels=active.unused_pixels,
    )


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """The fraction of images whose label has the highest score, 0 to 1.

    `scores` (N, 10) are logits or probabilities, `labels` (N,).
    """
    return float((scores.argmax(1) == labels).mean())
