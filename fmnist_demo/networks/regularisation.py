"""Regularisers by name: none, L1 (a proximal step) and L2 (decoupled weight decay).

A penalty acts on weight matrices only, after the optimiser's step; biases and normalisation are
left alone. Knows nothing of data or of the optimiser but its learning rate.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from fmnist_demo.errors import UserError


def soft_threshold_(weights: torch.Tensor, amount: float | torch.Tensor) -> None:
    """The proximal step of the L1 norm, in place: w <- sign(w) max(|w| - amount, 0).

    Weights that would cross zero become exactly zero. `amount` is step size times strength, one
    for all or one a weight (Parikh and Boyd, Proximal Algorithms, 2014, section 6.5.2).
    """
    weights.copy_(weights.sign() * (weights.abs() - amount).clamp_min_(0))


def decay_(weights: torch.Tensor, amount: float) -> None:
    """Decoupled weight decay, in place: w <- (1 - amount) w, at most to 0 (arXiv 1711.05101)."""
    weights.mul_(max(1 - amount, 0))


@dataclass(frozen=True)
class Regulariser:
    """One way to keep weights small: what to call it, its usual strength and its step."""

    label: str
    strength: float
    step: Callable[[torch.Tensor, float | torch.Tensor], None] | None = None
    sparse: bool = False


REGULARISERS = {
    "none": Regulariser("None", 0.0),
    "l1": Regulariser("L1", 1.8e-5, soft_threshold_, sparse=True),
    "l2": Regulariser("L2", 0.1, decay_),
}
"""The one list of regularisers; it feeds the command line's choices and the app's menus."""

RAMP_START, RAMP_END, FREEZE = 0.3, 0.6, 0.8
"""When a sparse penalty acts, as shares of training. Not at first, for zeros made before the
network knows its task are the wrong ones, and last; then growing, whole, and in the end no longer,
so that the weights that are left recover from the shrinking (debiasing).

A weight that the proximal step has made zero stays zero: Adam gives even the faintest gradient a
whole step, and would lift it again at once (docs/experiments.md has the figures)."""

OUTPUT_SHARE = 0.2
"""The output layer's share of an L1 strength: it is small, and each of its weights matters more."""


def weight_matrices(model: nn.Module) -> dict[str, nn.Parameter]:
    """The penalised parameters by name: matrices of shape (out, in), input layer first."""
    return {name: p for name, p in model.named_parameters() if p.ndim == 2}


def count_zeros(model: nn.Module) -> dict[str, float]:
    """The fraction of exactly-zero weights in each weight matrix, 0 to 1, by parameter name."""
    return {
        name: 1 - torch.count_nonzero(w).item() / w.numel()
        for name, w in weight_matrices(model).items()
    }


def total_zeros(model: nn.Module) -> float:
    """The fraction of exactly-zero weights over all weight matrices, 0 to 1."""
    matrices = weight_matrices(model).values()
    return 1 - sum(torch.count_nonzero(w).item() for w in matrices) / sum(
        w.numel() for w in matrices
    )


def check_regulariser(name: str, strength: float | None) -> None:
    """Raise `UserError` for an unknown name, or a strength that is neither None nor 0 or more."""
    if name not in REGULARISERS:
        raise UserError(f"Unknown regulariser “{name}”: choose {', '.join(REGULARISERS)}.")
    if strength is not None and not 0 <= strength < float("inf"):
        raise UserError(f"A strength of {strength} is out of range: choose 0 or more.")


class Penalty:
    """A regulariser at work on a model: `before_step` and `after_step` frame the optimiser's step.

    `strength` is at least 0; None means the regulariser's usual one. `scale` is what the optimiser
    divides a weight's gradient by, a tensor of the weights' shape: a sparse penalty is divided by
    it too, so that the two are weighed against each other, and weights that the data do not hold
    go first (Yun, Lozano and Yang, Adaptive Proximal Gradient Methods for Structured Neural
    Networks, 2021). Raises `UserError` for an unknown name or a strength out of range.
    """

    def __init__(
        self,
        model: nn.Module,
        name: str,
        strength: float | None = None,
        scale: Callable[[nn.Parameter], torch.Tensor] = torch.ones_like,
    ):
        check_regulariser(name, strength)
        self.scale = scale
        self.regulariser = REGULARISERS[name]
        self.strength = self.regulariser.strength if strength is None else strength
        self.matrices = list(weight_matrices(model).values())
        self.masks: list[torch.Tensor] = []

    def settled(self, progress: float) -> bool:
        """Whether the weights at `progress` (0 to 1) of training are of the final kind.

        A sparse network is dense at first: its early epochs must not be chosen as the best.
        """
        return not self.regulariser.sparse or progress > FREEZE

    def before_step(self, progress: float) -> None:
        """Note which weights are zero, before the optimiser moves them.

        `progress`: the share of training done, 0 to 1.
        """
        if self.regulariser.sparse and progress > RAMP_START:
            self.masks = [weights != 0 for weights in self.matrices]

    @torch.no_grad()
    def after_step(self, learning_rate: float, progress: float) -> None:
        """Shrink the weights once; what a sparse penalty had made zero stays zero."""
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
        for weights, mask in zip(self.matrices, self.masks, strict=False):  # no masks yet, or all
            weights.mul_(mask)

    @staticmethod
    def _ramp(progress: float) -> float:
        """The share of a sparse penalty's strength that acts: 0, growing to 1, then 0 again."""
        if progress > FREEZE:
            return 0.0
        return min(max((progress - RAMP_START) / (RAMP_END - RAMP_START), 0.0), 1.0)
