"""What several test modules need and no fixture is for."""

from dataclasses import fields

import cv2
import numpy as np
from PIL import Image

from fmnist_demo.experiments.sweep import Figures
from fmnist_demo.synthetic.garments import GARMENTS

SOME = Figures(
    train_accuracy=0.9,
    plain_train_accuracy=0.95,
    validation_loss=0.5,
    validation_accuracy=0.8,
    test_accuracy=0.7,
    noise_accuracy=0.6,
    shift_accuracy=0.5,
    drawings_accuracy=0.4,
    ece=0.1,
    calibrated_ece=0.02,
    zeros=0.25,
    zeros_per_layer=[0.1, 0.2, 0.3, 0.4],
    weight_norm=3.0,
    live_neurons=96,
    live_pixels=784,
    kept_epoch=2,
    epochs=2,
    seconds=1.5,
    diverged=False,
)
"""What might have come of a training."""

DIVERGED = Figures(
    **dict.fromkeys(field.name for field in fields(Figures))
    | {"epochs": 1, "seconds": 0.5, "diverged": True}
)
"""What comes of a training whose loss is no longer a number."""


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
