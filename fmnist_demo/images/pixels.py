"""Small operations on the pixels of a picture: uint8, (H, W) grey or (H, W, 3) RGB."""

from functools import reduce

import numpy as np
from PIL import Image

LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""The weights of red, green and blue in luma: ITU-R BT.601, as in Pillow."""

MOST_COLOUR = 0.35
"""How far the channels of paper's colour may lie apart, as a share of the largest one."""


def luma(colour: np.ndarray) -> np.ndarray:
    """The brightness of uint8 (H, W) or (H, W, 3): float32 (H, W), 0..255."""
    return colour.astype(np.float32) if colour.ndim == 2 else colour @ LUMA_WEIGHTS


def shrunk(colour: np.ndarray, edge: int) -> np.ndarray:
    """Shrink uint8 (H, W) or (H, W, 3) to at most `edge` pixels on the long edge, by averaging."""
    scale = edge / max(colour.shape[:2])
    if scale >= 1:
        return colour
    height, width = (max(1, round(length * scale)) for length in colour.shape[:2])
    return np.asarray(Image.fromarray(colour).resize((width, height), Image.Resampling.BOX))


def border_pixels(colour: np.ndarray, width: int = 1) -> np.ndarray:
    """The pixels of (H, W) or (H, W, 3) within `width` of the four edges: (N,) or (N, 3).

    Corner pixels appear twice.
    """
    edges = colour[:width], colour[-width:], colour[:, :width], colour[:, -width:]
    return np.concatenate([edge.reshape(-1, *colour.shape[2:]) for edge in edges])


def upper_median(values: np.ndarray) -> np.ndarray:
    """The upper median along the first axis: (N,) -> scalar, (N, 3) -> (3,), of the same type.

    `numpy.median` is several times slower.
    """
    middle = len(values) // 2
    return np.partition(values, middle, axis=0)[middle]


def difference(colour: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The largest difference in any channel between (..., 3) or (...) and one colour, 0..255."""
    gap = np.maximum(colour, other) - np.minimum(colour, other)
    if other.ndim == 0:
        return gap
    return reduce(np.maximum, np.moveaxis(gap, -1, 0))  # max(axis=-1) is 20 times slower


def as_rgb(colour: np.ndarray) -> np.ndarray:
    """(H, W) or (H, W, 3) as (H, W, 3)."""
    return np.broadcast_to(np.atleast_3d(colour), (*colour.shape[:2], 3))


def is_paper_coloured(colour: np.ndarray) -> bool:
    """Whether a colour, uint8 (3,) or one grey, is near grey, as paper is even in warm light."""
    return bool(np.ptp(colour) <= MOST_COLOUR * np.max(colour))
