"""A canvas drawing or a photo -> (28, 28) pixels as in Fashion-MNIST, and every stage of the way.

The way is the same for training, the app and the command line: find the garment, make it bright on
black, trim the picture to it, shrink the longest edge to 28 pixels and centre it. That framing is
how the data set itself was made (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747, section 2).

This module knows pictures only: no network, no label, no tensor, and nothing of the normalisation,
which is `spec.normalise`. Files and modes are the affair of `pictures`, telling a garment from its
background that of `segmentation`. Pixels leave here as uint8, 0 black to 255 white.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from PIL import Image, ImageFilter

from fmnist_demo.errors import UserError
from fmnist_demo.images.pixels import border_pixels, luma, on_white, shrunk, upper_median
from fmnist_demo.images.reading import channels
from fmnist_demo.images.segmentation import find_garment
from fmnist_demo.spec import IMAGE_SIZE

STAGE_EDGE = 256
"""Longest edge in pixels of a stage's image."""

FAINTEST_INK = 24
"""A drawing whose strongest mark differs less than this from its paper is empty."""


@dataclass(frozen=True)
class Stage:
    """One step of the way, to show to people."""

    name: str
    """A short title."""
    image: np.ndarray
    """uint8, (H, W) grey or (H, W, 3) RGB, at most `STAGE_EDGE` pixels on the long edge."""
    note: str = ""
    """One short plain phrase, or nothing."""


@dataclass(frozen=True)
class Prepared:
    """A picture as the networks take it, and how it came to be."""

    pixels: np.ndarray
    """uint8, (28, 28): the garment bright on black."""
    stages: tuple[Stage, ...]
    """In order; the last one shows `pixels`. Empty if none were asked for."""


def from_drawing(image: Image.Image | np.ndarray, stages: bool = True) -> Prepared:
    """A drawing on plain paper: dark ink on light paper, or light ink on dark paper.

    `image` is a PIL image of any mode or an array, uint8 (H, W), (H, W, 3) or (H, W, 4); floats and
    wider integers are taken as 0..255, booleans as black and white. Transparency is laid on
    white. The paper's colour is the median along the border; ink is how far a pixel is from it.

    With `stages=False` no stage is made, which is faster.

    Raises `UserError` if nothing is drawn, if there is only a dot, or if the array is not a
    picture.
    """
    colour, alpha = channels(image)
    ink = _ink(on_white(colour, alpha))
    strongest = int(ink.max())
    if strongest < FAINTEST_INK:
        raise UserError("The canvas is empty: draw a garment first.")
    trimmed = trim(ink, strongest // 4)
    if max(trimmed.shape) * 16 < max(ink.shape):
        raise UserError("The drawing is only a dot: draw a whole garment.")
    pixels = _full_strength(frame(trimmed))
    if not stages:
        return Prepared(pixels, ())
    return Prepared(
        pixels,
        (
            _stage("Drawing", on_white(colour, alpha)),
            _stage("Ink", ink, "the ink is made bright, the paper black"),
            _stage("Trimmed", trimmed, "cut to what is drawn"),
            _last_stage(pixels),
        ),
    )


def from_photo(image: Image.Image | np.ndarray) -> Prepared:
    """A photo of one garment, in colour or grey, on any background.

    `image` is as for `from_drawing`. The garment is told from its background by
    `segmentation.find_garment`; where it cannot be, the whole picture is taken, and a stage's note
    says so.

    Takes about 0.1 s on one core for a photo of 400 × 533 pixels.

    Raises `UserError` if the picture is all one colour or transparent, or is no picture.
    """
    colour, alpha = channels(image)
    flat = on_white(colour, alpha)
    if alpha is None and int(flat.max()) - int(flat.min()) < FAINTEST_INK:
        raise UserError("The picture is all one colour: choose one that shows a garment.")
    found = find_garment(colour, alpha)
    trimmed = trim(found.garment, found.threshold)
    pixels = frame(trimmed)
    return Prepared(
        pixels,
        (
            _stage("Photo", flat),
            _stage("Garment found", found.overlay, found.note),
            _stage("Bright on black", found.garment),
            _stage("Trimmed", trimmed, "cut to the garment"),
            _last_stage(pixels),
        ),
    )


def looks_drawn(image: Image.Image | np.ndarray) -> bool:
    """Whether a picture is a drawing on plain paper rather than a photo.

    It is one if its paper is even (up to a slow change of light) and what stands out from it is
    either thin lines or flat fillings. `image` is as for `from_drawing`; so are the errors.
    """
    flat = on_white(*channels(image))
    return _flat_art(flat) or _line_art(flat)


def prepare(image: Image.Image | np.ndarray) -> Prepared:
    """`from_drawing` or `from_photo`, as `looks_drawn` says; for a picture of unknown kind.

    A drawing that was photographed has the light on its paper evened out first.
    """
    colour, alpha = channels(image)
    flat = on_white(colour, alpha)
    if _flat_art(flat) or (_line_art(flat) and not _is_uneven(flat)):
        return from_drawing(flat)
    if _line_art(flat):
        return from_drawing(_even_paper(flat))
    return from_photo(image)


def fit(pixels: np.ndarray, threshold: float) -> np.ndarray:
    """Frame a bright-on-black picture as Fashion-MNIST does (arXiv 1708.07747, section 2).

    `pixels` is uint8 (H, W). Trims the rows and columns at the edges in which nothing is brighter
    than `threshold`, shrinks or enlarges the longest edge to 28, keeps the aspect, centres.
    Returns uint8 (28, 28). Raises `UserError` if nothing is brighter than `threshold`.
    """
    return frame(trim(pixels, threshold))


def trim(pixels: np.ndarray, threshold: float) -> np.ndarray:
    """The smallest part of `pixels` (H, W) that holds all that is brighter than `threshold`.

    Raises `UserError` if nothing is.
    """
    rows = np.flatnonzero(pixels.max(axis=1) > threshold)
    columns = np.flatnonzero(pixels.max(axis=0) > threshold)
    if not len(rows):
        raise UserError("The picture is empty: choose one that shows a garment.")
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def frame(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W) -> uint8 (28, 28): longest edge to 28, aspect kept, centred on black."""
    height, width = (max(1, round(edge * IMAGE_SIZE / max(pixels.shape))) for edge in pixels.shape)
    # Where the margins differ, the data set has the wider one at the top and at the left.
    top, left = (IMAGE_SIZE - height + 1) // 2, (IMAGE_SIZE - width + 1) // 2
    framed = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    small = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
    framed[top : top + height, left : left + width] = small
    return framed


def _stage(name: str, image: np.ndarray, note: str = "") -> Stage:
    return Stage(name, shrunk(np.ascontiguousarray(image), STAGE_EDGE), note)


def _last_stage(pixels: np.ndarray) -> Stage:
    return Stage(f"{IMAGE_SIZE} × {IMAGE_SIZE}", pixels, "what the networks see")


def _ink(colour: np.ndarray) -> np.ndarray:
    """uint8 (H, W): how far each pixel is from the paper towards the ink's side, 0..255.

    Of three channels the farthest one counts, so that yellow on white is ink as well.
    """
    paper = upper_median(border_pixels(colour))
    dark_on_light = paper.mean() > 127
    # Channel by channel: along an axis of three NumPy takes several times as long.
    planes = zip(np.moveaxis(np.atleast_3d(colour), -1, 0), np.atleast_1d(paper), strict=True)
    away = [
        level - np.minimum(plane, level) if dark_on_light else np.maximum(plane, level) - level
        for plane, level in planes
    ]
    return reduce(np.maximum, away)


def _full_strength(pixels: np.ndarray) -> np.ndarray:
    """Scale faint ink up until its stronger tenth is white.

    Shrinking averages a thin pen away: a line one pixel wide on a canvas of 160 ends at a sixth of
    white. The maximum alone would not do, as one crossing of two lines would set it.
    """
    marks = pixels[pixels > 8]
    if not len(marks):
        return pixels
    strong = int(np.partition(marks, len(marks) * 9 // 10)[len(marks) * 9 // 10])
    if strong == 255:
        return pixels
    return np.round(np.minimum(pixels * (255 / strong), 255)).astype(np.uint8)


def _even_paper(colour: np.ndarray) -> np.ndarray:
    """uint8 (H, W): the picture divided by the brightness of its paper, so that paper is white.

    The paper's brightness is the highest in a neighbourhood wider than a pen stroke, smoothed. Of
    light ink on dark paper the negative is taken.
    """
    values = np.round(luma(shrunk(colour, STAGE_EDGE))).astype(np.uint8)
    grey = Image.fromarray(values if upper_median(border_pixels(values)) > 100 else 255 - values)
    coarse = grey.resize([max(3, edge // 4) for edge in grey.size], Image.Resampling.BOX)
    coarse = coarse.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(4))
    paper = np.asarray(coarse.resize(grey.size, Image.Resampling.BILINEAR), np.float32)
    even = np.minimum(np.asarray(grey) / np.maximum(paper, 1), 1)
    # Paper's own grain is not ink.
    return np.round(np.minimum(even / 0.9, 1) * 255).astype(np.uint8)


def _is_uneven(colour: np.ndarray) -> bool:
    """Whether the paper along the border is of more than one brightness."""
    border = border_pixels(luma(shrunk(colour, STAGE_EDGE)))
    return bool(np.mean(np.abs(border - upper_median(border)) > 8) > 0.2)


def _line_art(colour: np.ndarray) -> bool:
    """Whether evened paper bears lines, each narrower than 8 % of the picture, and little grey."""
    if min(colour.shape[:2]) < 64:  # there, a garment of the data set looks like lines too
        return False
    if upper_median(border_pixels(luma(colour))) <= 100 and _is_uneven(colour):
        return False
    even = _even_paper(colour)
    if np.mean((even > 160) & (even < 236)) > 0.05:
        return False
    ink = Image.fromarray((shrunk(even, 128) < 160).astype(np.uint8) * 255)
    marks = np.asarray(ink) > 0
    if not 0.004 < marks.mean() < 0.4 or border_pixels(marks).mean() > 0.1:
        return False
    solid = np.asarray(ink.filter(ImageFilter.MinFilter(11))) > 0
    return bool(solid.sum() < 0.02 * marks.sum())


def _flat_art(colour: np.ndarray) -> bool:
    """Whether the picture is of even paper and even ink, with next to nothing between."""
    grey = luma(
        colour[:: max(1, len(colour) // STAGE_EDGE), :: max(1, len(colour[0]) // STAGE_EDGE)]
    )
    away = np.abs(grey - upper_median(border_pixels(grey)))
    marks = away[away > 48]
    if len(marks) < 0.002 * away.size:
        return False
    even_paper = np.mean(away[away <= 48] <= 6) > 0.97 and np.mean(border_pixels(away) <= 6) > 0.7
    even_ink = np.mean(np.abs(marks - upper_median(marks)) <= 6) > 0.8
    return bool(even_paper and even_ink)
