"""The network: a multilayer perceptron."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_linear_bn_weights

from fmnist_demo.errors import UserError
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE, normalise

MAX_LAYERS = 7

MAX_PARAMETERS = 2_500_000
"""The limit for one network: nine of them must run fast on a laptop without a GPU."""

PARAMETER_BUDGET = 2_160_000
"""The shipped networks have about this many parameters, whatever their depth."""

NORMS = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm, "none": nn.Identity}


@dataclass(frozen=True)
class MLPConfig:
    """The shape of a network.

    `layers`: the number of hidden layers, 1 to `MAX_LAYERS`. `width`: units per hidden layer, 1 to
    4096. `dropout`: the probability of dropping a hidden unit, in [0, 1). `norm`: a key of `NORMS`.
    `none_of_these`: an eleventh output, for pictures of no garment.

    Raises `UserError` for a value out of range or more than `MAX_PARAMETERS` parameters.
    """

    layers: int = 3
    width: int = 512
    dropout: float = 0.0
    norm: str = "batch"
    none_of_these: bool = False

    def __post_init__(self):
        if not 1 <= self.layers <= MAX_LAYERS:
            raise UserError(
                f"{self.layers} hidden layers are out of range: choose 1 to {MAX_LAYERS}."
            )
        if not 1 <= self.width <= 4096:
            raise UserError(f"A width of {self.width} is out of range: choose 1 to 4096 units.")
        if not 0 <= self.dropout < 1:
            raise UserError(
                f"A dropout of {self.dropout} is out of range: choose 0 or more, but less than 1."
            )
        if self.norm not in NORMS:
            raise UserError(f"Unknown normalisation “{self.norm}”: choose {', '.join(NORMS)}.")
        if self.parameters > MAX_PARAMETERS:
            raise UserError(
                f"{self.layers} hidden layers of {self.width} units have {self.parameters:,} "
                f"parameters, more than {MAX_PARAMETERS:,}: choose a smaller width."
            )

    @property
    def sizes(self) -> list[int]:
        """The number of units in each layer, from input to output."""
        outputs = len(CLASS_NAMES) + self.none_of_these
        return [IMAGE_SIZE**2, *[self.width] * self.layers, outputs]

    @property
    def parameters(self) -> int:
        """The number of trained parameters: weights, biases and normalisation."""
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


class _Blank(nn.Linear):
    """A linear layer without initial weights: drawing them takes longer than reading a file."""

    def reset_parameters(self):
        pass


class MLP(nn.Module):
    """Hidden layers of Linear, normalisation, ReLU and dropout, then one Linear to the logits.

    The initial weights depend only on `seed`; the global random state does not change. If it is
    None, they are undefined until they are read from a file.
    """

    def __init__(self, config: MLPConfig, seed: int | None = 0):
        super().__init__()
        self.config = config
        linear = _Blank if seed is None else nn.Linear
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed or 0)
            self.hidden = nn.ModuleList(
                nn.Sequential(
                    linear(n_in, n_out),
                    NORMS[config.norm](n_out),
                    nn.ReLU(),
                    nn.Dropout(config.dropout),
                )
                for n_in, n_out in pairwise(config.sizes[:-1])
            )
            self.output = linear(*config.sizes[-2:])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Normalised images (N, 1, 28, 28) or (N, 28, 28) -> logits (N, 10 or 11)."""
        x = images.flatten(1)
        for layer in self.hidden:
            x = layer(x)
        return self.output(x)

    @torch.no_grad()
    def copy_weights(self, other: "MLP") -> None:
        """Take the weights and running statistics of a network of the same shape.

        If only this one has an output for none of the classes, that keeps its own weights.
        """
        for name, values in self.state_dict().items():
            others = other.state_dict()[name]
            values.view(-1)[: others.numel()] = others.view(-1)


@torch.no_grad()
def predict_logits(model: nn.Module, images: torch.Tensor, batch_size: int = 2048) -> torch.Tensor:
    """Logits of raw images: uint8 (N, 28, 28) -> float32 (N, 10 or 11), on the model's device.

    The model predicts in evaluation mode; its previous mode is restored afterwards.
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


@torch.no_grad()
def folded(model: MLP) -> list[tuple[torch.Tensor, torch.Tensor, nn.Module | None]]:
    """Weights (n_out, n_in), biases (n_out,) and normalisation of each layer, in evaluation mode.

    Batch normalisation is folded into weights and biases: None takes its place. It is also None for
    the output layer, which comes last. What is not folded is shared with the network.
    """
    layers = []
    for linear, norm, *_ in [*model.hidden, (model.output, None)]:
        weight, bias = linear.weight.detach(), linear.bias.detach()
        if isinstance(norm, nn.BatchNorm1d):
            statistics = norm.running_mean, norm.running_var, norm.eps
            weight, bias = fuse_linear_bn_weights(weight, bias, *statistics, norm.weight, norm.bias)
            norm = None
        layers.append((weight, bias, norm))
    return layers
