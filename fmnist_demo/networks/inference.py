"""Predicts the class of images, and shows which pixels a prediction rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.mlp import predict_logits
from fmnist_demo.spec import CLASS_NAMES, normalise


@dataclass(frozen=True)
class Prediction:
    """One network's prediction for one image.

    `probabilities`: (10,), by label. They sum to 1, or to less if the network has an output for
    none of these classes.
    """

    checkpoint: Checkpoint
    probabilities: np.ndarray

    @property
    def label(self) -> str:
        """The name of the most probable class."""
        return self.ranked[0][0]

    @property
    def confident(self) -> bool:
        """Whether the highest probability reaches the network's confidence threshold."""
        return bool(self.checkpoint.metadata.calibration.is_confident(self.probabilities))

    @cached_property
    def ranked(self) -> list[tuple[str, float]]:
        """All class names with their probabilities, the most probable first."""
        order = np.argsort(-self.probabilities, kind="stable")
        return [(CLASS_NAMES[i], float(self.probabilities[i])) for i in order]

    @property
    def ranked_with_none(self) -> list[tuple[str, float]]:
        """`ranked` with "None of these" in its place, if the network has an output for it."""
        if not self.checkpoint.metadata.model.none_of_these:
            return self.ranked
        none = ("None of these", 1 - float(self.probabilities.sum()))
        return sorted([*self.ranked, none], key=lambda pair: -pair[1])

    def as_dict(self) -> dict:
        """The prediction as the API returns it: network, label and ranked confidences."""
        return {
            "name": self.checkpoint.name,
            "layers": self.checkpoint.layers,
            "regulariser": self.checkpoint.regulariser,
            "label": self.label,
            "sure": self.confident,
            "confidences": [{"label": name, "confidence": p} for name, p in self.ranked],
        }


def predict(checkpoints: Iterable[Checkpoint], pixels: np.ndarray) -> list[Prediction]:
    """Each network's prediction for one image: uint8 (28, 28), a bright garment on black."""
    return [
        Prediction(c, _calibrated(c, torch.from_numpy(c.single_image.logits(pixels))))
        for c in checkpoints
    ]


def saliency(checkpoint: Checkpoint, pixels: np.ndarray) -> np.ndarray:
    """How much each pixel's brightness supports the prediction, or opposes it if negative.

    Gradient times input (arXiv 1704.02685, section 2.1) of the highest logit of a class, measured
    from black: uint8 (28, 28) -> float32 (28, 28), scaled so that the largest magnitude is 1.
    """
    brightness = torch.from_numpy(pixels.copy()).float().requires_grad_()
    with torch.enable_grad():
        highest = checkpoint.model(normalise(brightness)[None])[:, : len(CLASS_NAMES)].max()
        (gradient,) = torch.autograd.grad(highest, brightness)  # no gradients in the shared network
    attribution = gradient * brightness.detach()
    return (attribution / attribution.abs().max().clamp_min(1e-12)).numpy()


def probabilities(checkpoint: Checkpoint, images: torch.Tensor) -> np.ndarray:
    """Calibrated probabilities: uint8 (N, 28, 28) -> float32 (N, 10).

    Rows sum to 1, or to less if the network has an output for none of these classes.
    """
    return _calibrated(checkpoint, predict_logits(checkpoint.model, images))


def _calibrated(checkpoint: Checkpoint, logits: torch.Tensor) -> np.ndarray:
    """Logits (..., 10 or 11) -> calibrated probabilities of the classes (..., 10)."""
    shares = (logits / checkpoint.metadata.calibration.temperature).softmax(-1)
    return shares[..., : len(CLASS_NAMES)].numpy()
