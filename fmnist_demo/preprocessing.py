"""A canvas drawing or a photo -> (28, 28) pixels. First version: only `from_drawing` so far."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.spec import IMAGE_SIZE


@dataclass(frozen=True)
class Stage:
    name: str
    image: np.ndarray
    note: str = ""


@dataclass(frozen=True)
class Prepared:
    pixels: np.ndarray
    stages: tuple[Stage, ...]


def fit(pixels, threshold):
    rows = np.flatnonzero(pixels.max(axis=1) > threshold)
    columns = np.flatnonzero(pixels.max(axis=0) > threshold)
    crop = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = IMAGE_SIZE / max(crop.shape)
    height, width = (max(1, round(edge * scale)) for edge in crop.shape)
    small = Image.fromarray(crop).resize((width, height), Image.Resampling.BOX)
    top, left = (IMAGE_SIZE - height) // 2, (IMAGE_SIZE - width) // 2
    frame = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    frame[top : top + height, left : left + width] = small
    return frame


def from_drawing(image, stages=True):
    grey = np.asarray(image.convert("L") if isinstance(image, Image.Image) else image)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = 255 - grey if np.median(border) > 127 else grey
    if ink.max() < 32:
        raise UserError("The canvas is empty: draw a garment first.")
    pixels = fit(np.ascontiguousarray(ink), int(ink.max()) // 4)
    strongest = np.percentile(pixels[pixels > 16], 90)
    pixels = np.clip(pixels * (255 / strongest), 0, 255).astype(np.uint8)
    return Prepared(pixels, (Stage("28 × 28", pixels),) if stages else ())
