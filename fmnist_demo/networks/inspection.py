"""Inspects a network: its weights, active units, used pixels and strongest filters."""

from dataclasses import dataclass

import numpy as np
import torch

from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import weight_matrices
from fmnist_demo.spec import IMAGE_SIZE


@dataclass(frozen=True)
class ActiveUnits:
    """The pixels and hidden units that can influence an output.

    A pixel or unit is active if a path of non-zero weights leads from a pixel through it to an
    output. `pixels` is bool (28, 28), `units` has one bool array (width,) per hidden layer.
    """

    pixels: np.ndarray
    units: list[np.ndarray]

    @property
    def unused_pixels(self) -> int:
        """How many of the 784 pixels influence no output."""
        return int((~self.pixels).sum())

    @property
    def dead_units(self) -> list[int]:
        """How many units of each hidden layer are not active."""
        return [int((~layer).sum()) for layer in self.units]


def active_units(model: MLP) -> ActiveUnits:
    """Follow the non-zero weights forwards from the pixels and backwards from the outputs."""
    links = [matrix.numpy() != 0 for matrix in matrices(model)]  # (out, in)
    reached_from_pixels = [np.ones(links[0].shape[1], bool)]
    for link in links:
        reached_from_pixels.append(link[:, reached_from_pixels[-1]].any(axis=1))
    reached_from_outputs = [np.ones(links[-1].shape[0], bool)]
    for link in reversed(links):
        reached_from_outputs.append(link[reached_from_outputs[-1]].any(axis=0))
    pixels, *units, _ = map(np.logical_and, reached_from_pixels, reversed(reached_from_outputs))
    return ActiveUnits(pixels.reshape(IMAGE_SIZE, IMAGE_SIZE), units)


def matrices(model: MLP) -> list[torch.Tensor]:
    """The weight matrices (out, in), input layer first, detached and on the CPU."""
    return [matrix.detach().cpu() for matrix in weight_matrices(model).values()]


def weights(model: MLP) -> np.ndarray:
    """All weights in one array: float32 (n,)."""
    return torch.cat([matrix.flatten() for matrix in matrices(model)]).numpy()


def weight_norm(model: MLP) -> float:
    """The Euclidean norm of all weights, without biases and normalisation."""
    return float(np.linalg.norm(weights(model).astype(np.float64)))


def pixel_use(model: MLP) -> np.ndarray:
    """The sum of |w| over the first layer's weights on each pixel: float32 (28, 28)."""
    return matrices(model)[0].abs().sum(0).reshape(IMAGE_SIZE, IMAGE_SIZE).numpy()


def strongest_filters(model: MLP, count: int) -> np.ndarray:
    """The weights of the `count` first-layer units with the largest Euclidean norm, as images.

    float32 (count, 28, 28), by decreasing norm; each is scaled so that its largest magnitude is 1.
    """
    first = matrices(model)[0]
    order = first.norm(dim=1).argsort(descending=True, stable=True)[:count]
    filters = first[order]
    scaled = filters / filters.abs().amax(1, keepdim=True).clamp_min(1e-12)
    return scaled.reshape(-1, IMAGE_SIZE, IMAGE_SIZE).numpy()
