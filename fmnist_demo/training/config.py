"""How a network is trained: the configuration and its checks."""

import math
from dataclasses import dataclass

from fmnist_demo.errors import UserError
from fmnist_demo.networks.regularisation import check_regulariser
from fmnist_demo.training.precision import PRECISIONS

MINIMUM = {
    "epochs": 1,
    "patience": 1,
    "batch_size": 2,
    "synthetic": 0,
    "synthetic_sets": 1,
    "seed": 0,
}


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained.

    `strength`: of the regulariser; None means its default. `patience`: epochs without a better
    validation loss after which training stops. `learning_rate`: the peak of the one-cycle
    schedule. `label_smoothing`: in [0, 1). `synthetic`: how many synthetic images each epoch mixes
    with the photographs; `synthetic_sets`: how many sets of them take turns. `precision`: of the
    matrix products, one of `PRECISIONS`.

    Raises `UserError` for values out of range.
    """

    regulariser: str = "none"
    strength: float | None = None
    epochs: int = 80
    patience: int = 30
    batch_size: int = 512
    learning_rate: float = 2e-3
    label_smoothing: float = 0.1
    augment: bool = True
    synthetic: int = 150_000
    synthetic_sets: int = 5
    seed: int = 0
    precision: str = "float32"

    def __post_init__(self):
        for name, minimum in MINIMUM.items():
            if getattr(self, name) < minimum:
                raise UserError(
                    f"{name.replace('_', ' ').capitalize()} must be {minimum} or more, "
                    f"not {getattr(self, name)}."
                )
        if not 0 < self.learning_rate < math.inf:
            raise UserError(f"The learning rate must be above 0, not {self.learning_rate}.")
        if not 0 <= self.label_smoothing < 1:
            raise UserError("Label smoothing must be at least 0 and below 1.")
        check_regulariser(self.regulariser, self.strength)
        if self.precision not in PRECISIONS:
            raise UserError(
                f"Unknown precision “{self.precision}”: choose {' or '.join(PRECISIONS)}."
            )
