"""Regularisers by name: none, L1 (a proximal step) and L2 (decoupled weight decay).

A penalty changes the weight matrices after each step of the optimiser, but not biases or
normalisation. All that it takes from the optimiser are its learning rate and its scale.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from fmnist_demo.errors import UserError


def soft_threshold_(weights: torch.Tensor, amount: float | torch.Tensor) -> None:
    """The proximal step of the L1 norm, in place: w <- sign(w) max(|w| - amount, 0).

    Weights that would cross zero become exactly zero. `amount` is step size times strength: one
    number, or one per weight (Parikh and Boyd, Proximal Algorithms, 2014, section 6.5.2).
    """
    weights.copy_(weights.sign() * (weights.abs() - amount).clamp_min_(0))


def decay_(weights: torch.Tensor, amount: float) -> None:
    """Decoupled weight decay, in place: w <- max(1 - amount, 0) w (arXiv 1711.05101)."""
    weights.mul_(max(1 - amount, 0))


@dataclass(frozen=True)
class Regulariser:
    """A way to keep weights small.

    `label`: its name on the page. `strength`: its default. `step`: shrinks weights in place by an
    amount, the learning rate times the strength. `sparse`: it makes weights exactly zero, so it
    follows the schedule of `RAMP_START`, `RAMP_END` and `FREEZE`.
    """

    label: str
    strength: float
    step: Callable[[torch.Tensor, float | torch.Tensor], None] | None = None
    sparse: bool = False


REGULARISERS = {
    "none": Regulariser("None", 0.0),
    "l1": Regulariser("L1", 1.8e-5, soft_threshold_, sparse=True),
    "l2": Regulariser("L2", 0.1, decay_),
}
"""The regularisers by name; the choices on the command line and in the app come from here."""

RAMP_START, RAMP_END, FREEZE = 0.3, 0.6, 0.8
"""When a sparse penalty acts, as shares of training, 0 to 1.

Up to `RAMP_START` it does not act: zeros that appear before the network has learnt anything are in
the wrong places, and they are permanent. Its strength then grows until `RAMP_END` and is constant
until `FREEZE`. After that it no longer acts, so the remaining weights recover (debiasing).

A weight that has become zero stays zero. Adam takes a full step for even the smallest gradient, so
the weight would not stay zero otherwise (docs/experiments.md has the numbers)."""

OUTPUT_SHARE = 0.2
"""The share of a sparse penalty's strength on the output layer, whose few weights matter more."""


def weight_matrices(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that are penalised, by name: matrices (out, in), input layer first."""
    return {name: p for name, p in model.named_parameters() if p.ndim == 2}


def count_zeros(model: nn.Module) -> dict[str, float]:
    """The fraction of weights that are exactly zero, 0 to 1, by name of the weight matrix."""
    return {name: _zeros(weights) for name, weights in weight_matrices(model).items()}


def total_zeros(model: nn.Module) -> float:
    """The fraction of all weights that are exactly zero, 0 to 1."""
    return _zeros(nn.utils.parameters_to_vector(weight_matrices(model).values()))


def _zeros(weights: torch.Tensor) -> float:
    return 1 - torch.count_nonzero(weights).item() / weights.numel()


def check_regulariser(name: str, strength: float | None) -> None:
    """Raise `UserError` for an unknown name or a negative or infinite strength; None is allowed."""
    if name not in REGULARISERS:
        raise UserError(f"Unknown regulariser “{name}”: choose {', '.join(REGULARISERS)}.")
    if strength is not None and not 0 <= strength < float("inf"):
        raise UserError(f"A strength of {strength} is out of range: choose 0 or more.")


class Penalty:
    """Applies a regulariser to a model during training.

    Call `before_step` and `after_step` around each step of the optimiser.

    `strength` is at least 0; None means the default of the regulariser. `scale` takes a matrix and
    returns what the optimiser divides its gradient by, a tensor of the same shape. A sparse penalty
    is divided by it too, so penalty and gradient stay in proportion, and weights that the data do
    not need vanish first (Yun, Lozano and Yang, Adaptive Proximal Gradient Methods for Structured
    Neural Networks, 2021).
    """

    def __init__(
        self,
        model: nn.Module,
        name: str,
        strength: float | None = None,
        scale: Callable[[nn.Parameter], torch.Tensor] = torch.ones_like,
    ):
        self.scale = scale
        self.regulariser = REGULARISERS[name]
        self.strength = self.regulariser.strength if strength is None else strength
        self.matrices = list(weight_matrices(model).values())
        self.masks: list[torch.Tensor] = []

    def settled(self, progress: float) -> bool:
        """Whether the zeros are final at `progress`, the share of training done, 0 to 1.

        Before that, no epoch can be the best: the network still has to become sparse.
        """
        return not self.regulariser.sparse or progress > FREEZE

    def before_step(self) -> None:
        """Remember which weights are zero, before the optimiser changes them."""
        if self.regulariser.sparse:
            self.masks = [weights != 0 for weights in self.matrices]

    @torch.no_grad()
    def after_step(self, learning_rate: float, progress: float) -> None:
        """Shrink the weights once; under a sparse penalty, zeros stay zero."""
        if self.regulariser.step is None:
            return
        amount = learning_rate * self.strength
        if not self.regulariser.sparse:
            for weights in self.matrices:
                self.regulariser.step(weights, amount)
        elif ramp := self._ramp(progress):
            for weights in self.matrices:
                share = OUTPUT_SHARE if weights is self.matrices[-1] else 1.0
                self.regulariser.step(weights, amount * ramp * share / self.scale(weights))
        for weights, mask in zip(self.matrices, self.masks, strict=False):
            weights.mul_(mask)

    @staticmethod
    def _ramp(progress: float) -> float:
        """The share of a sparse penalty's strength that acts: 0, rising to 1, then 0 again."""
        if progress > FREEZE:
            return 0.0
        return min(max((progress - RAMP_START) / (RAMP_END - RAMP_START), 0.0), 1.0)
