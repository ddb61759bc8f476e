"""Pictures that are harder than those that were trained on: noise, shifts, and drawings.

The same ones in every process, so that networks can be compared. Knows nothing of networks.
"""

from functools import cache

import torch

from fmnist_demo.data.splits import Split
from fmnist_demo.synthetic.dataset import dataset

NOISE = 0.2
"""Standard deviation of the noise, in units of full white."""

SHIFT = 2
"""Pixels that a picture is moved."""

DRAWINGS, DRAWINGS_SEED = 1_000, 2**41
"""How many procedural drawings there are, and their seed, which no training uses."""


def noisy(split: Split) -> Split:
    """Every pixel with independent Gaussian noise, between black and white."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(split.images.shape, generator=generator) * NOISE * 255
    return Split((split.images + noise).clamp(0, 255).to(torch.uint8), split.labels)


def shifted(split: Split) -> Split:
    """Every picture `SHIFT` pixels left, right, up or down, in turn; what moves in is black."""
    padded = torch.nn.functional.pad(split.images, (SHIFT,) * 4)
    height, width = split.images.shape[1:]
    images = split.images.clone()
    for turn, (y, x) in enumerate([(0, -1), (0, 1), (-1, 0), (1, 0)]):
        top, left = SHIFT - y * SHIFT, SHIFT - x * SHIFT
        images[turn::4] = padded[turn::4, top : top + height, left : left + width]
    return Split(images, split.labels)


@cache
def synthetic_drawings() -> Split:
    """`DRAWINGS` procedural drawings that no network was trained on; never people's."""
    return Split.from_arrays(*dataset(DRAWINGS, DRAWINGS_SEED, {"drawing": 1}))
