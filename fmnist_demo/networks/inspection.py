"""What training made of the weights: which are zero, which units live, which pixels count.

Knows nothing of data, files or pictures of the results.
"""

from dataclasses import dataclass

import numpy as np
import torch

from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import weight_matrices
from fmnist_demo.spec import IMAGE_SIZE


@dataclass(frozen=True)
class ActiveUnits:
    """What has a part in an answer: `pixels` bool (28, 28), `units` one bool (width,) a layer.

    A pixel or unit lives if a path of weights that are not zero leads from a pixel through it to
    an answer.
    """

    pixels: np.ndarray
    units: list[np.ndarray]

    @property
    def unused_pixels(self) -> int:
        """How many of the 784 pixels no answer depends on."""
        return int((~self.pixels).sum())

    @property
    def dead_units(self) -> list[int]:
        """How many units of each hidden layer have no part in any answer."""
        return [int((~layer).sum()) for layer in self.units]


def active_units(model: MLP) -> ActiveUnits:
    """Follow the weights that are not zero, from the pixels down and from the answers up."""
    links = [matrix.numpy() != 0 for matrix in matrices(model)]  # (out, in)
    fed = [np.ones(links[0].shape[1], bool)]
    for link in links:
        fed.append(link[:, fed[-1]].any(axis=1))
    heard = [np.ones(links[-1].shape[0], bool)]
    for link in reversed(links):
        heard.append(link[heard[-1]].any(axis=0))
    both = [up & down for up, down in zip(fed, reversed(heard), strict=True)]
    return ActiveUnits(both[0].reshape(IMAGE_SIZE, IMAGE_SIZE), both[1:-1])


def matrices(model: MLP) -> list[torch.Tensor]:
    """The weight matrices (out, in), the one on the pixels first, detached and on the CPU."""
    return [matrix.detach().cpu() for matrix in weight_matrices(model).values()]


def weights(model: MLP) -> np.ndarray:
    """All weights in one row: float32 (n,)."""
    return torch.cat([matrix.flatten() for matrix in matrices(model)]).numpy()


def weight_norm(model: MLP) -> float:
    """The root of the sum of all squared weights, biases and normalisation apart."""
    return float(np.linalg.norm(weights(model).astype(np.float64)))


def pixel_use(model: MLP) -> np.ndarray:
    """The sum of |w| over the first layer's weights on each pixel: float32 (28, 28)."""
    return matrices(model)[0].abs().sum(0).reshape(IMAGE_SIZE, IMAGE_SIZE).numpy()


def strongest_filters(model: MLP, count: int) -> np.ndarray:
    """The first layer's `count` units with the largest weights, as pictures.

    float32 (count, 28, 28), by falling Euclidean norm; each is scaled so that its largest
    magnitude is 1.
    """
    first = matrices(model)[0]
    order = first.norm(dim=1).argsort(descending=True, stable=True)[:count]
    filters = first[order]
    scaled = filters / filters.abs().amax(1, keepdim=True).clamp_min(1e-12)
    return scaled.reshape(-1, IMAGE_SIZE, IMAGE_SIZE).numpy()
