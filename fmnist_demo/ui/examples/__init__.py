"""Example drawings for the canvas, one per class, as files: drawing them needs OpenCV, which is
slow to load.
"""

import base64
from pathlib import Path

import numpy as np
from PIL import Image

from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.drawings import draw

SEEDS = (14, 7, 2, 9, 27, 8, 31, 4, 3, 3)
"""One seed per class, chosen by eye so that each drawing clearly shows its class."""

FILES = [Path(__file__).parent / f"{label}.png" for label in range(len(CLASS_NAMES))]


def redraw(label: int) -> np.ndarray:
    """The drawing that stands for a class, drawn again: uint8 (128, 128)."""
    return draw(label, np.random.default_rng((SEEDS[label], label)))


def save() -> None:
    """Draw all examples again and save them."""
    for label, file in enumerate(FILES):
        Image.fromarray(redraw(label)).save(file, optimize=True)


def load() -> list[dict]:
    """The examples as `DrawPad` takes them: label, and picture as a PNG data URL."""
    return [
        {"label": name, "src": f"data:image/png;base64,{base64.b64encode(png).decode()}"}
        for name, png in zip(CLASS_NAMES, map(Path.read_bytes, FILES), strict=True)
    ]
