"""What several test modules need and no fixture is for."""

import cv2
import numpy as np
from PIL import Image

from fmnist_demo.garments import GARMENTS


def assert_one_sentence(text: str) -> None:
    """What a person is told is one sentence: no line break, no traceback, a full stop."""
    assert text.endswith("."), text
    assert "\n" not in text
    assert "Traceback" not in text


def photo_of(label: int, seed: int = 5) -> Image.Image:
    """A stand-in for a phone photo: a dark blue garment of class `label` on a wooden floor."""
    rng = np.random.default_rng(seed)
    height, width = 533, 400
    planks = 170 + 20 * np.sin(np.arange(width) / 9)[None, :, None]
    floor = planks * [1.0, 0.85, 0.65] + rng.normal(0, 6, (height, width, 3))
    picture = floor.clip(0, 255).astype(np.uint8)
    outline = GARMENTS[label](rng).outlines[0]
    low, extent = outline.min(axis=0), np.ptp(outline, axis=0)
    scale = 0.72 * min(width / extent[0], height / extent[1])
    corner = (np.array([width, height]) - extent * scale) / 2
    points = ((outline - low) * scale + corner).round().astype(np.int32)
    cv2.fillPoly(picture, [points], (40, 50, 110), cv2.LINE_AA)
    return Image.fromarray(picture)
