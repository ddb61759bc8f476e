"""Pictures for the tests, and checks that every result must pass."""

import io

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image, ImageDraw, ImageFilter

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import STAGE_EDGE

T_SHIRT = np.array(
    [
        *[(3, 1), (4, 1), (5, 1.5), (6, 1), (7, 1), (10, 3), (9, 5), (7.6, 4), (7.6, 10)],
        *[(2.4, 10), (2.4, 4), (1, 5), (0, 3)],
    ]
)
"""The outline of a T-shirt, x and y: 10 wide and 9 high."""

few = settings(max_examples=25, deadline=None)
"""Settings for property tests whose examples are slow."""


def outline(size=160, scale=12.0, x=15.0, y=15.0, pen=5) -> np.ndarray:
    """A T-shirt drawn with a dark pen on a white canvas: uint8 (size, size)."""
    big = Image.new("L", (size * 4, size * 4), 255)
    points = [tuple(p) for p in (T_SHIRT * scale + (x, y)) * 4]
    ImageDraw.Draw(big).line([*points, *points[:2]], fill=0, width=pen * 4, joint="curve")
    return np.asarray(big.resize((size, size), Image.Resampling.BOX))


def garment(size=(280, 280), cloth=(60, 60, 60), ground=(255, 255, 255), mode="RGB"):
    """A filled T-shirt, nearly as wide as the frame."""
    image = Image.new("RGB", size, ground)
    scale = min(size) / 10.5
    points = [tuple(p) for p in (T_SHIRT - (5, 5.5)) * scale + np.array(size) / 2]
    ImageDraw.Draw(image).polygon(points, fill=cloth)
    return image.convert(mode)


def phone_photo(size=(300, 400), cloth=(30, 60, 140), seed=0) -> Image.Image:
    """A T-shirt on a grained, unevenly lit floor."""
    noise = np.random.default_rng(seed).normal(0, 10, (size[1], size[0], 3))
    floor = np.linspace(120, 190, size[0])[None, :, None] * np.array([1.0, 0.85, 0.6])
    picture = np.broadcast_to(floor, noise.shape).copy()
    mask = Image.new("L", size, 0)
    points = [tuple(p) for p in T_SHIRT * (size[0] * 0.065) + (size[0] * 0.175, size[1] * 0.25)]
    ImageDraw.Draw(mask).polygon(points, fill=255)
    picture[np.asarray(mask) > 0] = cloth
    return Image.fromarray((picture + noise).clip(0, 255).astype(np.uint8))


def photographed_drawing() -> np.ndarray:
    """A drawing on paper that is lit from one side, with grain: uint8 (160, 160)."""
    light = np.linspace(110, 230, 160)[None, :]
    noise = np.random.default_rng(0).normal(0, 2, (160, 160))
    return ((outline(pen=3) / 255 * 0.75 + 0.25) * light + noise).clip(0, 255).astype(np.uint8)


def silhouette(pixels: np.ndarray) -> np.ndarray:
    """Where a framed garment is, without faint pixels: bool, of the same shape."""
    return pixels > 48


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """The share of bright pixels within one pixel of the other picture's: the lower, 0..1."""
    a, b = silhouette(first), silhouette(second)
    return min((a & thickened(b)).sum() / a.sum(), (b & thickened(a)).sum() / b.sum())


def thickened(mask: np.ndarray) -> np.ndarray:
    """The mask and the pixels next to it: bool (H, W)."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(image.filter(ImageFilter.MaxFilter(3))) > 0


def encoded(image: Image.Image, kind="PNG", **options) -> bytes:
    """The bytes of a file of this picture."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def check(prepared) -> None:
    """Check what is true of every result."""
    assert prepared.pixels.dtype == np.uint8
    assert prepared.pixels.shape == (28, 28)
    assert prepared.pixels.any()
    for stage in prepared.stages:
        assert stage.image.dtype == np.uint8
        assert stage.image.ndim == 2 or stage.image.shape[2] == 3
        assert max(stage.image.shape[:2]) <= STAGE_EDGE
        assert stage.name
        assert "\n" not in stage.note
    if prepared.stages:
        assert np.array_equal(prepared.stages[-1].image, prepared.pixels)


def refused(call, *arguments) -> str:
    """The message of the `UserError` that `call` must raise: one sentence."""
    with pytest.raises(UserError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 220
    return message


def result_or_sentence(call, argument):
    """What `call` returns, or None if it raises a `UserError` of one sentence."""
    try:
        return call(argument)
    except UserError as error:
        sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return None
