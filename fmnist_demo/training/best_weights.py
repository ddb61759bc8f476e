"""The weights of the best epoch so far."""

import copy
import math

from fmnist_demo.networks.mlp import MLP


class BestWeights:
    """Keeps a copy of a model's weights after the epoch with the lowest validation loss.

    `epoch`: the number of that epoch, 0 before the first one.
    """

    def __init__(self, model: MLP):
        self.model = model
        self.epoch = 0
        self._loss = math.inf
        self._weights: dict | None = None

    def update(self, epoch: int, loss: float, settled: bool) -> bool:
        """Copy the weights if this epoch is the best so far, and say whether it is.

        An epoch that is not `settled` gives way to the next one, whatever its loss.
        """
        if loss >= self._loss:
            return False
        self._weights = copy.deepcopy(self.model.state_dict())
        self._loss = loss if settled else math.inf
        self.epoch = epoch
        return True

    def restore(self) -> None:
        """Give the model its best weights back, if there are any yet."""
        if self._weights is not None:
            self.model.load_state_dict(self._weights)

    def state(self) -> tuple[int, float, dict | None]:
        """What `load_state` takes."""
        return self.epoch, self._loss, self._weights

    def load_state(self, state: tuple[int, float, dict | None]) -> None:
        """Go on from the `state` of another object for the same kind of model."""
        self.epoch, self._loss, self._weights = state
