"""Separate a garment from its background in a photo, and give it the tone of Fashion-MNIST."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.grabcut import Cut, cut
from fmnist_demo.images.masks import main_parts
from fmnist_demo.images.pixels import (
    LUMA_WEIGHTS,
    as_rgb,
    border_pixels,
    difference,
    luma,
    shrunk,
    upper_median,
)
from fmnist_demo.images.reading import Picture

OVERLAY_EDGE = 256
"""Longest edge in pixels of a photo with its background faded."""

PLAUSIBLE = 1.8
"""The least score of a cut that the answers trust.

Of 300 made-up photos (docs/experiments.md), 6 % of the good cuts and 31 % of the others score less.
"""


DARKEST = 90
"""No pixel of a garment in a photo is darker than this, 0..255."""


@dataclass(frozen=True)
class Cutout:
    """A garment, cut out of a photo."""

    garment: np.ndarray
    """uint8, (H, W): bright on black, as large as the photo or smaller."""
    overlay: np.ndarray
    """uint8, (H, W, 3) or (H, W): the photo with its background faded to grey."""
    note: str
    """A short explanation of how the garment was found."""
    threshold: int = 16
    """Pixels of `garment` up to this value, 0..255, are background."""
    problem: str | None = None
    """One sentence on why this may not be the garment, and what to do, or None."""


def find_garment(picture: Picture) -> Cutout:
    """Cut the garment out of a photo that shows one garment.

    Tries in turn: the opaque part of a picture with a transparent background; everything that
    differs from a plain background; GrabCut, which learns the background from the picture's margin.
    If even that finds nothing, the garment is the whole picture. What is not plausible has a
    `problem`.

    Raises `UserError` if nearly all of the picture is transparent.
    """
    colour = picture.on_white
    return _opaque_part(picture) or _on_plain(colour) or _grab(colour)


def _opaque_part(picture: Picture) -> Cutout | None:
    """The opaque part of a picture, as in a shop's product photos, or None if all is opaque."""
    if picture.alpha is None or np.mean(picture.alpha < 32) < 0.01:
        return None
    mask = picture.alpha >= 128
    if mask.mean() < 0.005:
        raise UserError("The picture is transparent: choose one that shows a garment.")
    return Cutout(
        _negated(picture.colour, mask),
        _dimmed(picture.on_white, mask),
        "the transparent background is removed",
    )


def _on_plain(colour: np.ndarray) -> Cutout | None:
    """Everything that differs from a plain background, or None if the background is not plain."""
    border = border_pixels(colour, max(1, max(colour.shape[:2]) // 100))
    plain = upper_median(border)
    level = float(plain @ LUMA_WEIGHTS if plain.ndim else plain)
    same = np.mean(difference(border, plain) <= 12)
    # A garment that fills the frame, as in Fashion-MNIST itself, leaves little of the border.
    if same < (0.4 if level < 16 or level > 245 else 0.97):
        return None
    mask = difference(colour, plain) > 20
    if not 0.01 < mask.mean() < 0.98:
        return None
    note = "everything that differs from the plain background"
    if level < 40 and (grey := luma(colour))[mask].mean() > level + 20:
        bright = np.round((grey - level).clip(0, 255)).astype(np.uint8)
        return Cutout(bright, _dimmed(colour, mask), note)
    main = main_parts(mask, 0.1)  # without specks and captions
    if main.sum() < 0.7 * mask.sum() or main.sum() < 0.003 * main.size:
        return None
    garment = _negated(colour, main) if level > 200 else _stretched(colour, main)
    return Cutout(garment, _dimmed(colour, main), note)


def _grab(colour: np.ndarray) -> Cutout:
    """What GrabCut separates from the background, or the whole picture."""
    found = cut(colour)
    if found is None:
        small = shrunk(colour, OVERLAY_EDGE)
        everything = np.ones(small.shape[:2], bool)
        note = "the whole picture is used, because no garment was found in it"
        return Cutout(_stretched(small, everything), small, note, problem=_problem(colour))
    return Cutout(
        _stretched(found.colour, found.mask),
        _overlay(colour, found),
        "separated from the background at the photo's margin",
        problem=None if found.score >= PLAUSIBLE else _problem(colour),
    )


def _problem(colour: np.ndarray) -> str:
    """Why the garment may not have been found, and what to do."""
    level = upper_median(border_pixels(luma(shrunk(colour, OVERLAY_EDGE))))
    advice = "photograph it on a plain ground of another colour"
    if level > 170 and luma(shrunk(colour, OVERLAY_EDGE)).min() > level - 60:
        advice = "it is pale on a pale ground, so photograph it on a darker one"
    return f"The garment could not be told from the background: {advice}."


def _overlay(colour: np.ndarray, found: Cut) -> np.ndarray:
    """The photo with its background faded to grey."""
    mask = np.zeros(colour.shape[:2], bool)
    height, width = mask[found.part].shape
    image = Image.fromarray(found.mask).resize((width, height))
    mask[found.part] = np.asarray(image)
    height, width = shrunk(colour, OVERLAY_EDGE).shape[:2]
    small = Image.fromarray(mask).resize((width, height))
    return _dimmed(shrunk(colour, OVERLAY_EDGE), np.asarray(small))


def _negated(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The negative, as in the data set, brightened where a pale garment would vanish."""
    value = 255 - luma(colour)
    strong = float(np.percentile(value[mask], 98))
    value *= max(1.0, 160 / max(strong, 1.0))
    return (value.clip(60, 255) * mask).astype(np.uint8)


def _stretched(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The negative, stretched."""
    return stretch(255 - luma(colour), mask)


def stretch(value: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Stretch the garment's range to `DARKEST`..245, because the light is unknown: uint8 (H, W).

    `value` (H, W) is the negative's brightness, 0..255, and `mask` bool (H, W). Fashion-MNIST
    leaves out white garments, so no part of a garment is darker than `DARKEST`. A range below 60 is
    plain cloth, and is stretched less so that it does not look like a pattern.
    """
    low, high = np.percentile(value[mask], [2, 98])
    value = 245 - (high - value) * ((245 - DARKEST) / max(high - low, 60))
    return (value.clip(DARKEST, 255) * mask).astype(np.uint8)


def _dimmed(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with its background faded to grey, to show the garment."""
    rgb = as_rgb(colour)
    return np.where(mask[:, :, None], rgb, rgb // 5 + 100).astype(np.uint8)
