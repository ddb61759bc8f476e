"""One image on its way through a network: the activations of every layer, and how one unit
computes its own.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from fmnist_demo.networks.mlp import MLP
from fmnist_demo.spec import normalise


@dataclass(frozen=True)
class Normalisation:
    """What batch or layer normalisation does to one unit: (z - mean) / deviation * scale + shift.

    `mean` and `deviation` come from the training images (batch) or from this image's layer (layer).
    """

    mean: float
    deviation: float
    scale: float
    shift: float


@dataclass(frozen=True)
class Unit:
    """How one unit computes its output from the layer before it.

    `inputs` and `weights`: (n_in,). `sum`: the inputs times the weights, plus `bias`. `normalised`
    is `sum` after `normalisation`, or `sum` itself if that is None. `output`: what the next layer
    reads; for an output of the network, its logit. `outgoing`: the next layer's weights on
    this unit, (n_out,), empty for an output of the network.
    """

    inputs: np.ndarray
    weights: np.ndarray
    bias: float
    sum: float
    normalisation: Normalisation | None
    normalised: float
    output: float
    outgoing: np.ndarray

    @property
    def terms(self) -> np.ndarray:
        """What each input adds to the sum: float32 (n_in,)."""
        return self.inputs * self.weights


class ForwardPass:
    """One image in a network, in evaluation mode: uint8 (28, 28), a bright garment on black.

    `inputs` is what each layer reads: the standardised pixels (784,), then the outputs of each
    hidden layer (width,). `sums` and `normalised` are what the hidden layers compute before and
    after normalisation, (width,) each. `logits`: (10,) or (11,).
    """

    @torch.no_grad()
    def __init__(self, model: MLP, image: np.ndarray):
        self.model = model
        x = normalise(torch.from_numpy(image.copy()).float()).flatten()[None]
        inputs, sums, normalised = [x], [], []
        for linear, norm, relu, _ in model.hidden:
            sums.append(linear(x))
            normalised.append(norm(sums[-1]))
            x = relu(normalised[-1])
            inputs.append(x)
        self.inputs, self.sums, self.normalised = (
            [values[0].numpy() for values in each] for each in (inputs, sums, normalised)
        )
        self.logits = model.output(x)[0].numpy()

    @property
    def activations(self) -> list[np.ndarray]:
        """The outputs of each hidden layer, (width,)."""
        return self.inputs[1:]

    def unit(self, layer: int, index: int) -> Unit:
        """How a unit computes its output.

        `layer`: 0 for the first hidden layer, up to the number of hidden layers for the network's
        outputs. `index`: 0 for its first unit. Raises `IndexError` if there is no such unit.
        """
        linears = [*(linear for linear, *_ in self.model.hidden), self.model.output]
        if not (0 <= layer < len(linears) and 0 <= index < linears[layer].out_features):
            raise IndexError(f"There is no unit {index} in layer {layer}.")
        linear = linears[layer]
        is_output = layer == len(self.model.hidden)
        z, y, output = (
            [self.logits[index]] * 3
            if is_output
            else [each[layer][index] for each in (self.sums, self.normalised, self.activations)]
        )
        return Unit(
            inputs=self.inputs[layer],
            weights=linear.weight[index].detach().numpy(),
            bias=linear.bias[index].item(),
            sum=float(z),
            normalisation=None if is_output else self._normalisation(layer, index),
            normalised=float(y),
            output=float(output),
            outgoing=np.empty(0, np.float32)
            if is_output
            else linears[layer + 1].weight[:, index].detach().numpy(),
        )

    def _normalisation(self, layer: int, index: int) -> Normalisation | None:
        norm = self.model.hidden[layer][1]
        if isinstance(norm, nn.BatchNorm1d):
            mean, variance = norm.running_mean[index].item(), norm.running_var[index].item()
        elif isinstance(norm, nn.LayerNorm):
            mean, variance = self.sums[layer].mean(), self.sums[layer].var()
        else:
            return None
        deviation = (variance + norm.eps) ** 0.5
        scale, shift = norm.weight[index].item(), norm.bias[index].item()
        return Normalisation(float(mean), float(deviation), scale, shift)
