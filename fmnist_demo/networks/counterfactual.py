"""The fewest pixels that were found to change a network's answer: a counterfactual explanation."""

from dataclasses import dataclass

import numpy as np
import torch

from fmnist_demo.networks.mlp import MLP
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE, normalise

RIVALS = 3
"""How many other classes, those with the highest logits, are tried as the new answer."""

CANDIDATES = 24
"""How many pixels, those with the largest gradients, are tried at each step."""

MOST = 120
"""The most pixels that are switched."""


@dataclass(frozen=True)
class Change:
    """Pixels that change an answer.

    `pixels`: their indices, 0 to 783, in the order in which they are switched. `labels`: the
    indices of the class that the network names before the first, and after each of them.
    """

    pixels: list[int]
    labels: list[int]


def switched(image: np.ndarray, pixels: list[int]) -> np.ndarray:
    """A copy of the image, uint8 (28, 28), with these pixels white where dark, else black."""
    copy = image.copy()
    flat = copy.reshape(-1)
    flat[pixels] = np.where(flat[pixels] < 128, 255, 0)
    return copy


def fewest_pixels(model: MLP, image: np.ndarray) -> Change | None:
    """The fewest pixels that were found to change the answer for an image, uint8 (28, 28).

    A greedy search towards each of the `RIVALS`: the pixels whose switching should help most, by
    the gradient, are tried, and the best one is switched, until the answer changes; then pixels
    that turn out not to be needed are switched back. A smaller set may exist. None if `MOST` pixels
    do not change the answer.
    """
    original = torch.from_numpy(image.astype(np.float32)).reshape(1, -1)
    opposite = torch.where(original < 128, 255.0, 0.0)
    order = _logits(model, original)[0].argsort(descending=True)
    found = [
        pixels
        for rival in order[1 : RIVALS + 1]
        if (pixels := _towards(model, original, opposite, order[0], rival)) is not None
    ]
    if not found:
        return None
    pixels = min(found, key=len)
    stages = np.stack([switched(image, pixels[:count]) for count in range(len(pixels) + 1)])
    return Change(pixels, _logits(model, torch.from_numpy(stages)).argmax(1).tolist())


def _towards(model, original, opposite, answer, rival) -> list[int] | None:
    """The pixels to switch, so that the answer changes, by way of one rival."""
    x, pixels = original.clone(), []
    while (label := _logits(model, x).argmax()) == answer:
        if len(pixels) == MOST:
            return None
        gain = (opposite - x) * _gradient(model, x, answer, rival)
        gain[0, pixels] = -torch.inf
        candidates = gain[0].topk(CANDIDATES).indices
        tries = x.repeat(CANDIDATES, 1)
        tries[torch.arange(CANDIDATES), candidates] = opposite[0, candidates]
        logits = _logits(model, tries)
        best = int((logits[:, rival] - logits[:, answer]).argmax())
        pixels.append(int(candidates[best]))
        x = tries[best : best + 1]
    for pixel in list(pixels):
        back = x.clone()
        back[0, pixel] = original[0, pixel]
        if _logits(model, back).argmax() == label:
            x = back
            pixels.remove(pixel)
    return pixels


@torch.no_grad()
def _logits(model: MLP, x: torch.Tensor) -> torch.Tensor:
    """Images (N, 784) or (N, 28, 28), 0 to 255 -> the logits of the classes, (N, 10)."""
    return model(normalise(x.reshape(-1, IMAGE_SIZE, IMAGE_SIZE)))[:, : len(CLASS_NAMES)]


@torch.enable_grad()
def _gradient(model: MLP, x: torch.Tensor, answer: int, rival: int) -> torch.Tensor:
    """The gradient of the rival's logit less the answer's, (1, 784)."""
    x = x.detach().requires_grad_()
    (logits,) = model(normalise(x.reshape(-1, IMAGE_SIZE, IMAGE_SIZE)))
    (gradient,) = torch.autograd.grad(logits[rival] - logits[answer], x)
    return gradient
