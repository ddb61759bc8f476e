"""A network's answers to single pictures, as fast as its weights can be read."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_linear_bn_eval

from fmnist_demo.networks.mlp import MLP
from fmnist_demo.spec import normalise


class SingleImageInference:
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
