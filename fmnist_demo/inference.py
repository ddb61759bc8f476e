"""Pictures and checkpoints to ranked predictions. Knows nothing of where pictures come from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from fmnist_demo.checkpoints import Checkpoint
from fmnist_demo.model import predict_logits
from fmnist_demo.spec import CLASS_NAMES


@dataclass(frozen=True)
class Prediction:
    """One network's answer to one picture: `probabilities` (10,), by label, summing to 1."""

    checkpoint: Checkpoint
    probabilities: np.ndarray

    @property
    def label(self) -> str:
        """The most probable class's name."""
        return self.ranked[0][0]

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """Every class name with its probability, the most probable first."""
        order = np.argsort(-self.probabilities, kind="stable")
        return [(CLASS_NAMES[i], float(self.probabilities[i])) for i in order]

    def as_dict(self) -> dict:
        """As JSON holds it: which network, its label and its ranked confidences."""
        return {
            "name": self.checkpoint.name,
            "layers": self.checkpoint.layers,
            "regulariser": self.checkpoint.regulariser,
            "label": self.label,
            "confidences": [{"label": name, "confidence": p} for name, p in self.ranked],
        }


def predict(checkpoints: Iterable[Checkpoint], pixels: np.ndarray) -> list[Prediction]:
    """What each network says to one picture: uint8 (28, 28), the garment bright on black."""
    picture = torch.tensor(pixels)[None]
    return [Prediction(c, probabilities(c, picture)[0]) for c in checkpoints]


def probabilities(checkpoint: Checkpoint, images: torch.Tensor) -> np.ndarray:
    """The softmax of the logits: uint8 (N, 28, 28) -> float32 (N, 10), rows summing to 1."""
    return predict_logits(checkpoint.model, images).softmax(1).numpy()
