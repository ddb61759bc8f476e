"""Find a garment on a background that is not plain.

GrabCut (Rother, Kolmogorov and Blake 2004, doi 10.1145/1015706.1015720) separates two mixtures of
colours, and what it finds depends on where it starts. So it starts several times on a small copy of
the photo. The best mask is cut again at a higher resolution, from the part of the photo around it.
"""

from dataclasses import dataclass

import numpy as np

from fmnist_demo.images.masks import bounds, main_parts, overlap, without_small_holes
from fmnist_demo.images.pixels import as_rgb, shrunk

COARSE_EDGE, FINE_EDGE = 80, 144
"""Longest edge in pixels of the small copy, and of the part that is cut again."""

MARGIN = 0.12
"""The margin around the garment in that part, as a share of the garment's longest edge."""

SMALL, WIDE = 0.5, 0.5
"""Below this share of the photo's height and width a garment is small; the margin around it then,
as a share of its longest edge."""

BAND = 0.04
"""How far the fine cut may move the outline, as a share of `FINE_EDGE`."""

MAIN = 0.35
"""The smallest part that counts, as a share of the largest part's area: shoes come in pairs."""

SHARED, EXPLAINED, OFF_CENTRE = -0.4, 1.5, (-0.5, -0.3)
"""What counts in a mask's score beside its overlap with the other masks: the colours that garment
and background share, those that background and margin share, and how far the garment's centre lies
from the photo's, vertically and horizontally. Chosen on made-up photos (docs/experiments.md)."""

BORDER = 0.06
"""The width of the margin whose colours the background should have, as a share of the photo's."""

CELLS = 8 * 16 * 16
"""The number of colours that are told apart in the score."""

FLAT = 0.9
"""If more than this share of pixels equals the pixel to the right, no camera took the picture."""


Part = tuple[slice, slice]
"""Rows and columns of a photo."""


@dataclass(frozen=True)
class Cut:
    """A garment that was found in a photo."""

    part: Part
    """The part of the photo around the garment."""
    colour: np.ndarray
    """uint8, (H, W) or (H, W, 3): this part, at most `FINE_EDGE` pixels on the long edge."""
    mask: np.ndarray
    """bool, (H, W): where the garment is in `colour`."""
    score: float
    """How plausible the mask is: at most 2.5."""


def cut(colour: np.ndarray) -> Cut | None:
    """The garment in a photo, uint8 (H, W) or (H, W, 3), or None if nothing can be a garment.

    A garment that is small in the photo is looked for again in the part of the photo around it.
    """
    whole = slice(0, colour.shape[0]), slice(0, colour.shape[1])
    found = _best(colour, whole)
    if found is None:
        return None
    if _is_small(found[0]):
        part = _around(colour, whole, found[0], WIDE)
        closer = _best(colour, part)
        if closer and closer[1] > found[1]:
            return _refined(colour, part, *closer)
    return _refined(colour, whole, *found)


def _best(colour: np.ndarray, part: Part) -> tuple[np.ndarray, float] | None:
    """The most plausible mask, bool (H, W), in a small copy of a part of the photo; its score."""
    small = shrunk(np.ascontiguousarray(colour[part]), COARSE_EDGE)
    if min(small.shape[:2]) < 16:
        return None
    rgb = _textured(as_rgb(small))
    masks = _candidates(rgb)
    colours, margin = _colours(rgb), _from_edge(rgb.shape[:2]) < BORDER
    scores = [
        _score(mask, masks, colours, margin) if _can_be_garment(mask) else -1.0 for mask in masks
    ]
    score = max(scores)
    return None if score == -1 else (masks[scores.index(score)], score)


def _is_small(mask: np.ndarray) -> bool:
    top, bottom, left, right = bounds(mask)
    return bottom - top < SMALL * mask.shape[0] and right - left < SMALL * mask.shape[1]


def _around(colour: np.ndarray, part: Part, mask: np.ndarray, margin: float) -> Part:
    """The part of the photo around a mask of `part`; the margin is a share of its longest edge."""
    rows, columns = part
    scale = (rows.stop - rows.start) / mask.shape[0], (columns.stop - columns.start) / mask.shape[1]
    top, bottom, left, right = bounds(mask) * np.repeat(scale, 2) + np.repeat(
        [rows.start, columns.start], 2
    )
    beyond = margin * max(bottom - top, right - left)
    height, width = colour.shape[:2]
    return (
        slice(max(0, int(top - beyond)), min(height, int(bottom + beyond) + 1)),
        slice(max(0, int(left - beyond)), min(width, int(right + beyond) + 1)),
    )


def _candidates(rgb: np.ndarray) -> list[np.ndarray]:
    """What four ways of looking take for the garment: masks, bool (H, W)."""
    import cv2  # slow to load, and drawings do not need it

    height, width = rgb.shape[:2]
    y = np.linspace(0, 1, height)[:, None]
    x = np.linspace(0, 1, width)[None]
    margin = _from_edge((height, width))

    # People centre the garment, so the margin is floor or wall. The foreground seed lies above the
    # centre, because the centre of trousers is the gap between the legs.
    centred = np.where(margin > 0.12, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    centred[(np.abs(x - 0.5) < 0.06) & (y > 0.55)] = cv2.GC_PR_BGD
    centred[margin < 0.03] = cv2.GC_BGD
    centred[(np.abs(x - 0.5) < 0.06) & (np.abs(y - 0.38) < 0.06)] = cv2.GC_FGD

    unlike = _unlike_margin(rgb, x, y, margin)
    from_colours = np.where(unlike & (margin > 0.015), cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    from_colours[(margin < 0.03) & ~unlike] = cv2.GC_BGD

    anywhere = np.where(margin > 0.04, cv2.GC_PR_FGD, cv2.GC_BGD)
    grown = [grabcut(rgb, seeds, 2) for seeds in (centred, from_colours, anywhere)]
    return [*grown, _smoothed(unlike)]


def _unlike_margin(rgb: np.ndarray, x: np.ndarray, y: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Where the colour differs from what the margin lets expect: bool (H, W).

    In the margin the colour, CIE Lab, is fitted by a quadratic function of the place, because the
    light varies. Outliers weigh less: a sleeve may reach into the margin. Otsu's method separates
    small from large distances.
    """
    import cv2

    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 1), cv2.COLOR_RGB2LAB).astype(np.float32)
    x, y = np.broadcast_arrays(x, y)
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    at_margin = margin < 0.06
    inputs, colours = terms[at_margin], lab[at_margin]
    weight = np.ones(len(inputs))
    for _ in range(4):
        root = np.sqrt(weight)[:, None]
        surface = np.linalg.lstsq(inputs * root, colours * root, rcond=None)[0]
        residual = colours - inputs @ surface
        size = np.abs(residual).sum(axis=1)
        weight = 1 / (1 + (size / (2 * np.median(size) + 2)) ** 2)
    covariance = np.cov(residual.T, aweights=weight) + 4 * np.eye(3)
    offset = lab - terms @ surface
    distance = np.sqrt(np.einsum("hwi,ij,hwj->hw", offset, np.linalg.inv(covariance), offset))
    scaled = (distance * (255 / np.quantile(distance, 0.98).clip(1e-6))).clip(0, 255)
    scaled = scaled.astype(np.uint8)
    threshold, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_OTSU)
    return scaled > threshold


def _can_be_garment(mask: np.ndarray) -> bool:
    """Whether a mask is no speck, does not fill the picture, and is no rectangle across it."""
    if not 0.003 < mask.mean() < 0.85:
        return False
    top, bottom, left, right = bounds(mask)
    filled = mask[top:bottom, left:right].mean()
    crosses = bottom - top == mask.shape[0] or right - left == mask.shape[1]
    return not (crosses and filled > 0.95)


def _score(
    mask: np.ndarray, masks: list[np.ndarray], colours: np.ndarray, margin: np.ndarray
) -> float:
    """How plausible a mask is; `colours` as of `_colours`, `margin` where the photo's margin is.

    The other masks agree; garment and background share few colours; the background has the colours
    of the photo's margin, so that no sleeve is left in it; and the garment is near the centre.
    """
    agreement = np.mean([overlap(mask, other) for other in masks if other is not mask])
    centre = np.argwhere(mask).mean(axis=0) / mask.shape
    return float(
        agreement
        + SHARED * _similarity(colours[mask], colours[~mask])
        + EXPLAINED * _similarity(colours[~mask & ~margin], colours[~mask & margin])
        + np.abs(centre - 0.5) @ OFF_CENTRE
    )


def _from_edge(shape: tuple[int, int]) -> np.ndarray:
    """How far each pixel is from the nearest edge, as a share of height or width: (H, W)."""
    y, x = (np.linspace(0, 1, length) for length in shape)
    return np.minimum(np.minimum(y, 1 - y)[:, None], np.minimum(x, 1 - x)[None])


def _colours(rgb: np.ndarray) -> np.ndarray:
    """The number of each pixel's cell in a coarse grid of colours, (H, W), below `CELLS`."""
    import cv2

    lightness, a, b = np.moveaxis(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB) // (32, 16, 16), -1, 0)
    return (lightness * 16 + a) * 16 + b


def _similarity(colours: np.ndarray, others: np.ndarray) -> float:
    """The Bhattacharyya coefficient of two sets of numbers below `CELLS`: 0..1, 0 if one is empty.

    Bhattacharyya 1943, "On a measure of divergence between two statistical populations".
    """
    if not len(colours) or not len(others):
        return 0.0
    first, second = (np.bincount(c, minlength=CELLS) / len(c) for c in (colours, others))
    return float(np.sqrt(first * second).sum())


def _refined(colour: np.ndarray, part: Part, mask: np.ndarray, score: float) -> Cut:
    """Cut again at a higher resolution, only near the outline of a coarse mask of `part`."""
    import cv2

    height, width = colour.shape[:2]
    near = _around(colour, part, mask, MARGIN)
    fine = shrunk(np.ascontiguousarray(colour[near]), FINE_EDGE)
    whole = np.zeros((height, width), np.float32)
    whole[part] = cv2.resize(mask.astype(np.float32), whole[part].shape[::-1])
    coarse = cv2.resize(whole[near], fine.shape[1::-1], interpolation=cv2.INTER_AREA) > 0.5
    coarse = coarse.astype(np.uint8)
    reach = 2 * int(BAND * FINE_EDGE) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
    seeds = np.where(coarse > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    seeds[cv2.erode(coarse, disc, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0] = cv2.GC_FGD
    seeds[cv2.dilate(coarse, disc) == 0] = cv2.GC_BGD
    refined = grabcut(_textured(as_rgb(fine)), seeds, 1)
    return Cut(near, fine, refined if refined.any() else coarse > 0, score)


def grabcut(rgb: np.ndarray, seeds: np.ndarray, iterations: int) -> np.ndarray:
    """The main parts of what GrabCut finds, with small holes filled: bool (H, W).

    `rgb` is uint8 (H, W, 3), `seeds` (H, W) of OpenCV's `GC_` values.
    """
    import cv2

    seeds = seeds.astype(np.uint8)
    is_foreground = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if is_foreground.all() or not is_foreground.any():  # OpenCV needs some of both
        return is_foreground
    cv2.setRNGSeed(0)  # the same photo gives the same answer
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    mode = cv2.GC_INIT_WITH_MASK
    cv2.grabCut(rgb, seeds, None, background, foreground, iterations, mode)
    return _smoothed(np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)))


def _smoothed(mask: np.ndarray) -> np.ndarray:
    import cv2

    mask = cv2.medianBlur(mask.astype(np.uint8), 5) > 0
    return without_small_holes(main_parts(mask, MAIN))


def _textured(rgb: np.ndarray) -> np.ndarray:
    """Add the least noise to areas of one colour: GrabCut is a hundred times slower there."""
    if np.mean((rgb[:, 1:] == rgb[:, :-1]).all(axis=2)) <= FLAT:
        return np.ascontiguousarray(rgb)
    grain = np.random.default_rng(0).integers(-1, 2, rgb.shape)
    return (rgb + grain).clip(0, 255).astype(np.uint8)
