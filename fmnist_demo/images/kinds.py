"""Decide whether a picture is a drawing or a photo.

There are three kinds of drawing: flat art (lines or a filled shape on paper of one colour), line
art on evenly lit paper, and line art on unevenly lit paper, such as a photographed drawing.
Everything else is a photo.
"""

import numpy as np
from PIL import Image, ImageFilter

from fmnist_demo.images.pixels import (
    border_pixels,
    is_paper_coloured,
    luma,
    shrunk,
    upper_median,
)
from fmnist_demo.images.rules import without_rules

ANALYSIS_EDGE = 256
"""Longest edge in pixels at which a picture is analysed, and of a drawing with evened paper."""

MIN_LINE_ART_EDGE = 64
"""In smaller pictures, a garment of the data set looks like line art too."""


def find_drawing(colour: np.ndarray, most_ink_at_edge: float = 0.1) -> np.ndarray | None:
    """The drawing that a picture shows, on evenly lit paper, or None if it is a photo.

    `colour` is uint8 (H, W) or (H, W, 3). Flat art and line art on even paper are returned as they
    are. Line art on uneven or ruled paper is returned in grey on white paper, uint8 (H, W), with at
    most `ANALYSIS_EDGE` pixels on the long edge. The paper of line art is nearly grey, and at most
    the share `most_ink_at_edge` of the picture's border is ink.
    """
    if _is_flat_art(colour):
        return colour
    if min(colour.shape[:2]) < MIN_LINE_ART_EDGE:
        return None
    if not is_paper_coloured(upper_median(border_pixels(colour))):
        return None
    grey = luma(shrunk(colour, ANALYSIS_EDGE))
    uneven = _is_uneven(grey)
    if not uneven and (unruled := _unruled(grey)) is not None:
        return unruled
    if uneven and upper_median(border_pixels(luma(colour))) <= 100:
        return None
    evened = _even_out(grey)
    ink = 255 - evened
    unruled = without_rules(ink)
    ruled = unruled is not ink
    at_edge = border_pixels(shrunk(unruled, 128) > 95).mean()
    if at_edge > most_ink_at_edge or not _is_line_art(255 - unruled, ruled):
        return None
    return 255 - unruled if uneven or ruled else colour


def _is_flat_art(colour: np.ndarray) -> bool:
    """Whether paper and ink have one brightness each, with almost nothing in between."""
    row_step, column_step = (max(1, edge // ANALYSIS_EDGE) for edge in colour.shape[:2])
    grey = luma(colour[::row_step, ::column_step])
    contrast = np.abs(grey - upper_median(border_pixels(grey)))
    is_ink = contrast > 48
    ink = contrast[is_ink]
    if len(ink) < 0.002 * contrast.size:
        return False
    even_paper = np.mean(contrast[~is_ink] <= 6) > 0.97
    even_border = np.mean(border_pixels(contrast) <= 6) > 0.7
    even_ink = np.mean(np.abs(ink - upper_median(ink)) <= 6) > 0.8
    return bool(even_paper and even_border and even_ink)


def _is_uneven(grey: np.ndarray) -> bool:
    """Whether the brightness of the paper varies along the border."""
    border = border_pixels(grey)
    return bool(np.mean(np.abs(border - upper_median(border)) > 8) > 0.2)


def _unruled(grey: np.ndarray) -> np.ndarray | None:
    """What is drawn on evenly lit, ruled paper: in grey on white, uint8 (H, W); else None.

    Ruled paper shows a drawing, so filled shapes are as welcome as lines.
    """
    paper = float(upper_median(border_pixels(grey)))
    if paper < 160:
        return None
    ink = np.round((1 - grey / paper).clip(0, 1) * 255).astype(np.uint8)
    unruled = without_rules(ink)
    return None if unruled is ink else 255 - unruled


def _even_out(grey: np.ndarray) -> np.ndarray:
    """Divide by the brightness of the paper, so that the paper is white: uint8 (H, W).

    `grey` is float32 (H, W), 0..255. The paper's brightness is the smoothed maximum of a
    neighbourhood wider than a pen stroke. Light ink on dark paper is inverted first.
    """
    values = np.round(grey).astype(np.uint8)
    image = Image.fromarray(values if upper_median(border_pixels(values)) > 100 else 255 - values)
    coarse = image.resize([max(3, edge // 4) for edge in image.size], Image.Resampling.BOX)
    coarse = coarse.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(4))
    paper = np.asarray(coarse.resize(image.size, Image.Resampling.BILINEAR), np.float32)
    evened = np.minimum(np.asarray(image) / np.maximum(paper, 1), 1)
    # Paper at 90 % or more counts as white, so that its grain does not look like ink.
    return np.round(np.minimum(evened / 0.9, 1) * 255).astype(np.uint8)


def _is_line_art(evened: np.ndarray, ruled: bool) -> bool:
    """Whether evened paper shows lines narrower than 8 % of the picture, and little grey.

    On `ruled` paper, whose rules are removed, everything is drawn.
    """
    if not ruled and np.mean((evened > 160) & (evened < 236)) > 0.05:
        return False
    ink = shrunk(evened, 128) < 160
    if not 0.004 < ink.mean() < 0.4:
        return False
    if ruled:
        return True
    import cv2  # slow to load, and drawings on the canvas do not need it

    square = np.ones((11, 11), np.uint8)
    solid = cv2.erode(ink.astype(np.uint8), square, borderType=cv2.BORDER_REPLICATE)
    return bool(solid.sum() < 0.02 * ink.sum())
