"""Images that are harder than the training photographs: noisy, shifted, or drawn.

They are the same in every process, so networks can be compared on them.
"""

from functools import cache

import torch
from torch.nn.functional import pad

from fmnist_demo.data.splits import Split
from fmnist_demo.synthetic.dataset import dataset

NOISE_STD = 0.2
"""Standard deviation of the noise, in units of full white."""

SHIFT_PIXELS = 2
"""How far a shifted image is moved, in pixels."""

SYNTHETIC_DRAWINGS, SYNTHETIC_DRAWINGS_SEED = 1_000, 2**41
"""The number of synthetic drawings, and their seed, which no training uses."""


def noisy(split: Split) -> Split:
    """Add independent Gaussian noise to every pixel and clip it to black and white."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(split.images.shape, generator=generator) * NOISE_STD * 255
    return Split((split.images + noise).clamp(0, 255).to(torch.uint8), split.labels)


def shifted(split: Split) -> Split:
    """Move the images `SHIFT_PIXELS` left, right, up and down in turn, and fill with black."""
    images = split.images.clone()
    for turn, (right, down) in enumerate([(-1, 0), (1, 0), (0, -1), (0, 1)]):
        x, y = right * SHIFT_PIXELS, down * SHIFT_PIXELS
        images[turn::4] = pad(split.images[turn::4], (x, -x, y, -y))  # below 0, it crops
    return Split(images, split.labels)


@cache
def synthetic_drawings() -> Split:
    """`SYNTHETIC_DRAWINGS` drawings made by code, which no network was trained on."""
    return Split.from_arrays(*dataset(SYNTHETIC_DRAWINGS, SYNTHETIC_DRAWINGS_SEED, {"drawing": 1}))
