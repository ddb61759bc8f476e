"""Crop a garment and fit it into 28 x 28 pixels, as the makers of Fashion-MNIST did.

Source: Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747, section 2.
"""

import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.spec import IMAGE_SIZE


def trim(pixels: np.ndarray, threshold: float) -> np.ndarray:
    """Crop `pixels`, uint8 (H, W), to everything brighter than `threshold`, 0..255.

    Raises `UserError` if no pixel is brighter.
    """
    rows = np.flatnonzero(pixels.max(axis=1) > threshold)
    columns = np.flatnonzero(pixels.max(axis=0) > threshold)
    if not len(rows):
        raise UserError("The picture is empty: choose one that shows a garment.")
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def frame(pixels: np.ndarray) -> np.ndarray:
    """Scale the longest edge to 28, keep the aspect ratio and centre the result on black.

    `pixels` is uint8 (H, W); returns uint8 (28, 28).
    """
    height, width = (max(1, round(edge * IMAGE_SIZE / max(pixels.shape))) for edge in pixels.shape)
    # An odd margin is wider at the top and on the left, as in the data set.
    top, left = (IMAGE_SIZE - height + 1) // 2, (IMAGE_SIZE - width + 1) // 2
    framed = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    resized = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
    framed[top : top + height, left : left + width] = resized
    return framed
