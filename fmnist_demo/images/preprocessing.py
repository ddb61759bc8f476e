"""Turn a drawing or a photo into (28, 28) pixels as in Fashion-MNIST, and show every stage.

Training, the app and the command line all use the same steps: find the garment, make it bright on
black, crop it, scale the longest edge to 28 pixels and centre it. Pixels leave here as uint8,
0 black to 255 white; `spec.normalise` scales them for the networks.
"""

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from PIL import Image, ImageDraw

from fmnist_demo.errors import UserError
from fmnist_demo.images.borders import without_borders
from fmnist_demo.images.framing import frame, trim
from fmnist_demo.images.kinds import find_drawing
from fmnist_demo.images.noise import is_noise
from fmnist_demo.images.parts import Box, find_main
from fmnist_demo.images.pixels import border_pixels, shrunk, upper_median
from fmnist_demo.images.reading import Picture, to_picture
from fmnist_demo.images.rules import without_rules
from fmnist_demo.images.segmentation import find_garment
from fmnist_demo.images.sheet import MOST_INK_AT_EDGE, find_sheet
from fmnist_demo.spec import IMAGE_SIZE

STAGE_EDGE = 256
"""Longest edge in pixels of a stage's image."""

FAINTEST_INK = 24
"""A drawing is empty if no pixel differs from the paper by at least this, 0..255."""

CROSS = (214, 90, 70)
"""The colour that crosses out what does not count."""


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
    wider integers are read as 0..255, booleans as black and white. Transparent areas become white,
    or black if the ink is white. The paper's colour is the median along the border; ink is the
    difference from it.

    `stages=False` skips the stage images, which is faster.

    Raises `UserError` if the drawing is empty, only a dot or the noise of a protected canvas, or if
    the array is not a picture.
    """
    picture = to_picture(image)
    _check_noise(picture)
    colour = _on_paper(picture)
    ink = _ink(colour)
    strongest = int(ink.max())
    if strongest < FAINTEST_INK:
        raise UserError("The canvas is empty: draw a garment first.")
    if _reaches_edges(ink):
        ink = without_rules(ink)
    main, aside = find_main(ink > strongest // 4)
    if main.size * 16 < max(ink.shape):
        raise UserError("The drawing is only a dot: draw a whole garment.")
    trimmed = _without(ink, aside)[main.slices]
    pixels = _full_strength(frame(trimmed))
    if not stages:
        return Prepared(pixels, ())
    note = "; what is crossed out does not count" if aside else ""
    return _with_stages(
        pixels,
        ("Drawing", colour),
        ("Ink", _crossed_out(ink, aside), f"bright ink on black paper{note}"),
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

    In a photographed drawing, the sheet is found and the light on it evened out first. `image` and
    the errors are as for `from_drawing` and `from_photo`.
    """
    picture = to_picture(image)
    _check_noise(picture)
    if _is_light_ink(picture):
        return from_drawing(image)
    if on_sheet := _prepare_sheet(picture):
        return on_sheet
    drawing = find_drawing(picture.on_white)
    return _prepare_photo(picture) if drawing is None else from_drawing(drawing)


def _prepare_sheet(picture: Picture) -> Prepared | None:
    """What a sheet of paper shows that lies on a desk, or None if there is no such sheet.

    What is no line drawing, such as a garment on a white table, is cut out of the sheet as from a
    photo.
    """
    sheet = find_sheet(picture.colour) if picture.alpha is None else None
    if sheet is None:
        return None
    drawing = find_drawing(sheet, MOST_INK_AT_EDGE)
    on_sheet = Picture(sheet, None)
    prepared = _prepare_photo(on_sheet) if drawing is None else from_drawing(drawing)
    found = _stage("Photo", picture.colour), _stage("Sheet", sheet, "the paper, straightened")
    return replace(prepared, stages=(*found, *prepared.stages))


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


def _check_noise(picture: Picture) -> None:
    if is_noise(picture.colour):
        raise UserError(
            "The browser returns noise in place of the drawing: allow canvas access for this page."
        )


def _on_paper(picture: Picture) -> np.ndarray:
    """The picture on white paper, or on black paper if its ink does not show on white.

    uint8 of the shape of `colour`.
    """
    if not _is_light_ink(picture):
        return picture.on_white
    alpha = picture.alpha if picture.colour.ndim == 2 else picture.alpha[..., None]
    return ((picture.colour * alpha.astype(np.uint16) + 127) // 255).astype(np.uint8)


def _is_light_ink(picture: Picture) -> bool:
    """Whether the opaque part of a picture is too light to show on white."""
    if picture.alpha is None:
        return False
    shows = np.atleast_3d(picture.on_white).min(axis=2) < 255 - 2 * FAINTEST_INK
    return bool(shows.sum() <= 0.002 * np.count_nonzero(picture.alpha))


def _with_stages(pixels: np.ndarray, *stages: tuple) -> Prepared:
    """The `stages` before `pixels`: each a name, an image and perhaps a note."""
    last = (f"{IMAGE_SIZE} × {IMAGE_SIZE}", pixels, "what the networks see")
    return Prepared(pixels, tuple(_stage(*stage) for stage in (*stages, last)))


def _stage(name: str, image: np.ndarray, note: str = "") -> Stage:
    return Stage(name, shrunk(np.ascontiguousarray(image), STAGE_EDGE), note)


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


def _without(ink: np.ndarray, boxes: list[Box]) -> np.ndarray:
    """`ink`, uint8 (H, W), with nothing in the boxes."""
    if not boxes:
        return ink
    ink = ink.copy()
    for box in boxes:
        ink[box.slices] = 0
    return ink


def _crossed_out(ink: np.ndarray, boxes: list[Box]) -> np.ndarray:
    """`ink`, uint8 (H, W), with each box crossed out and dimmed: (H, W), or (H, W, 3) in colour."""
    if not boxes:
        return ink
    dimmed = ink.copy()
    for box in boxes:
        dimmed[box.slices] //= 2
    image = Image.fromarray(dimmed).convert("RGB")
    pen, margin = max(1, max(ink.shape) // 100), max(ink.shape) // 40
    for top, bottom, left, right in boxes:
        corners = left - margin, top - margin, right + margin, bottom + margin
        for across in (corners, (corners[0], corners[3], corners[2], corners[1])):
            ImageDraw.Draw(image).line(across, CROSS, pen)
    return np.asarray(image)


def _reaches_edges(ink: np.ndarray) -> bool:
    """Whether there is anything at two opposite edges, as the rules of lined paper are."""
    pairs = (ink[:, 0], ink[:, -1]), (ink[0], ink[-1])
    return any(first.any() and last.any() for first, last in pairs)


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
