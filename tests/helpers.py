"""Values and functions that several test modules share."""

from dataclasses import fields

import cv2
import numpy as np
from PIL import Image

from fmnist_demo.experiments.sweep import Metrics
from fmnist_demo.synthetic.garments import GARMENTS

SOME = Metrics(
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
    active_units=96,
    active_pixels=784,
    measured_epoch=2,
    epochs=2,
    seconds=1.5,
    diverged=False,
)
"""Plausible metrics of a training."""

DIVERGED = Metrics(
    **dict.fromkeys(field.name for field in fields(Metrics))
    | {"epochs": 1, "seconds": 0.5, "diverged": True}
)
"""The metrics of a training that diverged."""


def assert_one_sentence(text: str) -> None:
    """A message to the user is one sentence: no line break, no traceback, a full stop."""
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
