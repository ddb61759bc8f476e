"""What the lab reports about a training: while it waits, while it runs, and at its end."""

from dataclasses import dataclass

import numpy as np

from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inspection import strongest_filters, weights
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import total_zeros
from fmnist_demo.training.loop import EpochResult, best_epoch
from fmnist_demo.training.settings import Settings
from fmnist_demo.training.stop_reasons import VERDICTS

FILTERS = 12
"""First-layer units whose weights a snapshot shows."""


@dataclass(frozen=True)
class Run:
    """A finished training.

    `history`: one result for each epoch, at least one. `stop_reason`: a key of `VERDICTS`.
    `train_accuracy`: of the best epoch, 0 to 1, on training examples without augmentation.
    """

    settings: Settings
    history: list[EpochResult]
    stop_reason: str
    train_accuracy: float

    @property
    def best_epoch(self) -> EpochResult:
        """The epoch whose weights were kept."""
        return best_epoch(self.history)

    @property
    def gap(self) -> float:
        """Accuracy on the training examples minus that on the validation examples."""
        return self.train_accuracy - self.best_epoch.validation_accuracy

    @property
    def verdict(self) -> str:
        """Why it ended, the best epoch, its accuracies, the gap and the zeros."""
        best = self.best_epoch
        reason = VERDICTS[self.stop_reason].format(epochs=len(self.history))
        gap = f"a gap of {self.gap * 100:.1f} points" if self.gap > 0 else "no gap"
        return (
            f"{reason}. The best epoch is {best.epoch}, with {best.validation_accuracy:.1%} "
            f"validation accuracy and {self.train_accuracy:.1%} training accuracy ({gap}). "
            f"{best.total_zeros:.1%} of the weights are exactly zero."
        )


@dataclass(frozen=True)
class Waiting:
    """`ahead` other trainings come first."""

    ahead: int


@dataclass
class Preparing:
    """The examples are being downloaded or drawn; `share`, 0 to 1, and `what` change meanwhile."""

    share: float
    what: str


@dataclass(frozen=True)
class Snapshot:
    """A training as it stands.

    `share`: of the training done, 0 to 1. `weights`: all of them, float32 (n,). `zeros`: the share
    of them that is exactly zero. `filters`: float32 (FILTERS, 28, 28), from -1 to 1.
    """

    share: float
    history: list[EpochResult]
    weights: np.ndarray
    zeros: float
    filters: np.ndarray


@dataclass(frozen=True)
class Finished:
    """A training that completed at least one epoch, and its network."""

    run: Run
    checkpoint: Checkpoint
    snapshot: Snapshot


@dataclass(frozen=True)
class Failed:
    """A training without a result, and why, in one sentence.

    `no_data`: whether the dataset was not available.
    """

    reason: str
    no_data: bool = False


Update = Waiting | Preparing | Snapshot | Finished | Failed


def snapshot(model: MLP, share: float, history: list[EpochResult]) -> Snapshot:
    """The state of a network and of its training so far."""
    return Snapshot(
        share, list(history), weights(model), total_zeros(model), strongest_filters(model, FILTERS)
    )
