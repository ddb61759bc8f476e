"""When to trust a prediction: temperature, calibration error and confidence threshold."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from fmnist_demo.data.splits import Split
from fmnist_demo.networks.mlp import MLP, predict_logits
from fmnist_demo.spec import CLASS_NAMES

REJECTED = 0.005
"""The share of synthetic garment drawings whose confidence falls below the threshold."""

BINS = 15
"""The number of bins of the calibration error."""


@dataclass(frozen=True)
class Calibration:
    """Turns logits into probabilities, and decides when a prediction is confident.

    The logits are divided by `temperature`, which is above 0. A prediction is confident if its
    probability is at least `confidence_threshold`, 0 to 1.
    """

    temperature: float = 1.0
    confidence_threshold: float = 0.0

    def is_confident(self, probabilities: np.ndarray) -> np.ndarray:
        """Whether the largest of `probabilities` (..., 10) reaches the threshold: bool (...).

        It must also reach the probability of none of these, which is what they lack to 1.
        """
        largest = probabilities.max(-1)
        return largest >= np.maximum(self.confidence_threshold, 1 - probabilities.sum(-1))


def calibrate(model: MLP, validation: Split, drawings: Split) -> Calibration:
    """Fit the temperature on the validation set and the threshold on synthetic drawings.

    The network must not have been trained on any of these images.
    """
    temperature = fit_temperature(predict_logits(model, validation.images), validation.labels)
    logits = predict_logits(model, drawings.images)
    confidence = (logits / temperature).softmax(1)[:, : len(CLASS_NAMES)].amax(1)
    return Calibration(temperature, confidence.quantile(REJECTED).item())


def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The temperature that minimises the cross-entropy (arXiv 1706.04599).

    `logits` (N, 10 or 11), `labels` (N,).
    """
    log_temperature = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.LBFGS([log_temperature], max_iter=50, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = F.cross_entropy(logits / log_temperature.exp(), labels)
        loss.backward()
        return loss

    optimiser.step(closure)
    return log_temperature.exp().item()


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The mean gap between confidence and accuracy over `BINS` equal bins, weighted by their size.

    `probabilities` (N, 10), `labels` (N,). The result is between 0, which is perfect, and 1
    (arXiv 1706.04599, equation 3).
    """
    confidence, correct = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, correct - confidence, BINS)
    return float(np.abs(gaps).sum() / len(labels))
