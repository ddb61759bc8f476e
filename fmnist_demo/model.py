"""The network: a plain multilayer perceptron. Knows nothing of training or files."""

import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_linear_bn_eval

from fmnist_demo.errors import UserError
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE, normalise

MAX_PARAMETERS = 2_500_000
"""The largest network that is built; nine of them must be quick on a laptop without a GPU."""

PARAMETER_BUDGET = 2_160_000
"""Shipped networks of every depth have about this many, so that depth alone differs."""

NORMS = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm, "none": nn.Identity}


@dataclass(frozen=True)
class MLPConfig:
    """The shape of a network.

    `layers`: hidden layers, 1 to 7. `width`: units in each of them. `dropout`: probability of
    dropping a unit after each hidden layer, in [0, 1). `norm`: a key of `NORMS`.

    Raises `UserError` for values out of range or more than `MAX_PARAMETERS` parameters.
    """

    layers: int = 3
    width: int = 512
    dropout: float = 0.0
    norm: str = "batch"

    def __post_init__(self):
        if not 1 <= self.layers <= 7:
            raise UserError(f"{self.layers} hidden layers are out of range: choose 1 to 7.")
        if not 1 <= self.width <= 4096:
            raise UserError(f"A width of {self.width} is out of range: choose 1 to 4096 units.")
        if not 0 <= self.dropout < 1:
            raise UserError(f"A dropout of {self.dropout} is out of range: choose 0 to below 1.")
        if self.norm not in NORMS:
            raise UserError(f"Unknown normalisation “{self.norm}”: choose {', '.join(NORMS)}.")
        if self.parameters > MAX_PARAMETERS:
            raise UserError(
                f"{self.layers} hidden layers of {self.width} units have {self.parameters:,} "
                f"parameters, more than {MAX_PARAMETERS:,}: choose a smaller width."
            )

    @property
    def sizes(self) -> list[int]:
        """Units of each layer, input and output included."""
        return [IMAGE_SIZE**2, *[self.width] * self.layers, len(CLASS_NAMES)]

    @property
    def parameters(self) -> int:
        """Number of trained parameters: weights, biases and the normalisation's two a unit."""
        linear = sum(n_in * n_out + n_out for n_in, n_out in pairwise(self.sizes))
        return linear + (0 if self.norm == "none" else 2 * self.width * self.layers)


def budget_width(layers: int) -> int:
    """The largest width, a multiple of 16, that keeps `layers` within `PARAMETER_BUDGET`."""
    return max(
        width
        for width in range(16, 4096, 16)
        if width * (IMAGE_SIZE**2 + (layers - 1) * width + 3 * layers + len(CLASS_NAMES))
        <= PARAMETER_BUDGET
    )


class MLP(nn.Module):
    """Hidden layers of Linear, normalisation, ReLU and dropout, then one Linear to the logits.

    The initial weights follow `seed` alone; the global random state is left as it was.
    """

    def __init__(self, config: MLPConfig, seed: int = 0):
        super().__init__()
        self.config = config
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.hidden = nn.ModuleList(
                nn.Sequential(
                    nn.Linear(n_in, n_out),
                    NORMS[config.norm](n_out),
                    nn.ReLU(),
                    nn.Dropout(config.dropout),
                )
                for n_in, n_out in pairwise(config.sizes[:-1])
            )
            self.output = nn.Linear(config.width, len(CLASS_NAMES))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Normalised images (N, 1, 28, 28) or (N, 28, 28) -> logits (N, 10)."""
        x = images.flatten(1)
        for layer in self.hidden:
            x = layer(x)
        return self.output(x)


@torch.no_grad()
def predict_logits(model: nn.Module, images: torch.Tensor, batch_size: int = 2048) -> torch.Tensor:
    """Logits of pictures as stored: uint8 (N, 28, 28) -> float32 (N, 10), on the model's device.

    Dropout is off and normalisation uses its running statistics; the model's mode is restored.
    """
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    try:
        return torch.cat(
            [model(normalise(chunk.to(device))).float() for chunk in images.split(batch_size)]
        )
    finally:
        model.train(training)


class OneByOne:
    """A network's answers to single pictures, in a fraction of the time that `MLP` takes for one.

    That time is spent on reading the weights. So the normalisation of pixels and of batches is
    multiplied into them once, and those of black pixels and of silent units, which add nothing, are
    not read. The weights are a copy: what becomes of `model` later is not followed.
    """

    def __init__(self, model: MLP):
        model, steps = copy.deepcopy(model).eval(), []
        for linear, norm, *_ in model.hidden:
            if isinstance(norm, nn.BatchNorm1d):
                linear, norm = fuse_linear_bn_eval(linear, norm), None
            steps.append((*_by_input(linear), norm))
        (weight, bias, norm), *others = steps
        black, white = normalise(0.0), normalise(255.0)
        bias = bias + (weight.sum(0) * black).numpy()
        steps = [(weight * ((white - black) / 255), bias, norm), *others]
        self._hidden, self._output = steps, _by_input(model.output)

    @torch.inference_mode()
    def logits(self, picture: np.ndarray) -> np.ndarray:
        """A picture as stored, uint8 (28, 28) -> float32 (10,).

        NumPy does all but the products: it is sooner at work than PyTorch, and there is little of
        it.
        """
        x = picture.ravel().astype(np.float32)
        for weight, bias, norm in self._hidden:
            x = _product(x, weight) + bias
            x = np.maximum(norm(torch.from_numpy(x)).numpy() if norm else x, 0)
        weight, bias = self._output
        return _product(x, weight) + bias


def _by_input(linear: nn.Linear) -> tuple[torch.Tensor, np.ndarray]:
    """The weights (n_in, n_out), a row an input, and the biases (n_out,)."""
    return linear.weight.detach().T.contiguous(), linear.bias.detach().numpy()


def _product(x: np.ndarray, weight: torch.Tensor) -> np.ndarray:
    """`x @ weight`, (n_in,) and (n_in, n_out) -> (n_out,), reading no row whose `x` is zero."""
    rows = np.flatnonzero(x)
    shares = torch.from_numpy(x[rows])
    rows = torch.from_numpy(rows)
    return F.embedding_bag(rows, weight, _START, mode="sum", per_sample_weights=shares)[0].numpy()


_START = torch.zeros(1, dtype=torch.int64)
"""One sum, of all rows from the first on: what `embedding_bag` calls a bag."""
