"""Turn a drawing or a photo into (28, 28) pixels as in Fashion-MNIST, and show every stage.

Training, the app and the command line all use the same steps: find the garment, make it bright on
black, crop it, scale the longest edge to 28 pixels and centre it. Pixels leave here as uint8,
0 black to 255 white; `spec.normalise` scales them for the networks.
"""

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.borders import without_borders
from fmnist_demo.images.framing import frame, trim
from fmnist_demo.images.kinds import find_drawing
from fmnist_demo.images.pixels import border_pixels, shrunk, upper_median
from fmnist_demo.images.reading import Picture, to_picture
from fmnist_demo.images.segmentation import find_garment
from fmnist_demo.spec import IMAGE_SIZE

STAGE_EDGE = 256
"""Longest edge in pixels of a stage's image."""

FAINTEST_INK = 24
"""A drawing is empty if no pixel differs from the paper by at least this, 0..255."""


@dataclass(frozen=True)
class Stage:
    """One step of the preprocessing, to show on the page."""

    name: str
    """A short title."""
    image: np.ndarray
    """uint8, (H, W) grey or (H, W, 3) RGB, at most `STAGE_EDGE` pixels on the long edge."""
    note: str = ""
    """A short explanation, or nothing."""


@dataclass(frozen=True)
class Prepared:
    """A picture as the networks see it, with the stages that led there."""

    pixels: np.ndarray
    """uint8, (28, 28): the garment bright on black."""
    stages: tuple[Stage, ...]
    """In order; the last one shows `pixels`. Empty if no stages were requested."""
    problem: str | None = None
    """One sentence on why these pixels may not be the garment, and what to do, or None.

    With a problem, no prediction for these pixels counts as confident.
    """


def from_drawing(image: Image.Image | np.ndarray, stages: bool = True) -> Prepared:
    """Prepare a drawing on plain paper: dark ink on light paper, or light ink on dark paper.

    `image` is a PIL image of any mode or an array, uint8 (H, W), (H, W, 3) or (H, W, 4); floats and
    wider integers are read as 0..255, booleans as black and white. Transparent areas become white.
    The paper's colour is the median along the border; ink is the difference from it.

    `stages=False` skips the stage images, which is faster.

    Raises `UserError` if the drawing is empty or only a dot, or if the array is not a picture.
    """
    colour = to_picture(image).on_white
    ink = _ink(colour)
    strongest = int(ink.max())
    if strongest < FAINTEST_INK:
        raise UserError("The canvas is empty: draw a garment first.")
    trimmed = trim(ink, strongest // 4)
    if max(trimmed.shape) * 16 < max(ink.shape):
        raise UserError("The drawing is only a dot: draw a whole garment.")
    pixels = _full_strength(frame(trimmed))
    if not stages:
        return Prepared(pixels, ())
    return _with_stages(
        pixels,
        ("Drawing", colour),
        ("Ink", ink, "bright ink on black paper"),
        ("Cropped", trimmed, "cropped to the drawing"),
    )


def from_photo(image: Image.Image | np.ndarray) -> Prepared:
    """Prepare a photo of one garment, in colour or grey, on any background.

    `image` is as for `from_drawing`. `segmentation.find_garment` separates the garment from the
    background, after `borders.without_borders` has removed frames and bars. If the result is not
    plausible, it has a `problem`.

    Takes about 0.1 s on one core for a photo of 400 × 533 pixels.

    Raises `UserError` if the picture is a single colour or transparent, or is not a picture.
    """
    return _prepare_photo(to_picture(image))


def prepare(image: Image.Image | np.ndarray) -> Prepared:
    """Prepare a picture of unknown kind: `kinds.find_drawing` decides between drawing and photo.

    In a photographed drawing, the light on the paper is evened out first. `image` and the errors
    are as for `from_drawing` and `from_photo`.
    """
    picture = to_picture(image)
    drawing = find_drawing(picture.on_white)
    return _prepare_photo(picture) if drawing is None else from_drawing(drawing)


def _prepare_photo(picture: Picture) -> Prepared:
    colour = picture.on_white
    if picture.alpha is None and int(colour.max()) - int(colour.min()) < FAINTEST_INK:
        raise UserError("The picture is all one colour: choose one that shows a garment.")
    before: list[tuple] = [("Photo", colour)]
    if picture.alpha is None:
        inner = without_borders(colour)
        if inner is not colour:
            before.append(("Inside", inner, "what surrounds the photo is removed"))
            picture = Picture(np.ascontiguousarray(inner), None)
    cutout = find_garment(picture)
    trimmed = trim(cutout.garment, cutout.threshold)
    prepared = _with_stages(
        frame(trimmed),
        *before,
        ("Garment", cutout.overlay, cutout.note),
        ("Bright on black", cutout.garment),
        ("Cropped", trimmed, "cropped to the garment"),
    )
    return replace(prepared, problem=cutout.problem)


def _with_stages(pixels: np.ndarray, *stages: tuple) -> Prepared:
    """The `stages` before `pixels`: each a name, an image and perhaps a note."""
    last = (f"{IMAGE_SIZE} × {IMAGE_SIZE}", pixels, "what the networks see")
    small = (
        Stage(name, shrunk(np.ascontiguousarray(image), STAGE_EDGE), *note)
        for name, image, *note in (*stages, last)
    )
    return Prepared(pixels, tuple(small))


def _ink(colour: np.ndarray) -> np.ndarray:
    """uint8 (H, W): how much darker than light paper a pixel is, or brighter than dark paper.

    The channel that differs most counts, so that yellow on white is ink too.
    """
    paper = upper_median(border_pixels(colour))
    dark_on_light = paper.mean() > 127
    # NumPy takes several times as long along an axis of three as channel by channel.
    planes = zip(np.moveaxis(np.atleast_3d(colour), -1, 0), np.atleast_1d(paper), strict=True)
    differences = [
        level - np.minimum(plane, level) if dark_on_light else np.maximum(plane, level) - level
        for plane, level in planes
    ]
    return reduce(np.maximum, differences)


def _full_strength(pixels: np.ndarray) -> np.ndarray:
    """Brighten faint ink until its strongest tenth is white.

    Shrinking fades thin lines: a line one pixel wide on a canvas of 160 ends at a sixth of white.
    Scaling by the maximum would not help, because a single crossing of two lines sets it.
    """
    marks = pixels[pixels > 8]
    if not len(marks):
        return pixels
    strong = int(np.partition(marks, len(marks) * 9 // 10)[len(marks) * 9 // 10])
    if strong == 255:
        return pixels
    return np.round(np.minimum(pixels * (255 / strong), 255)).astype(np.uint8)
