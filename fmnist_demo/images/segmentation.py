"""Telling a garment from its background in a photo, and giving it Fashion-MNIST's tone.

Knows neither files nor framing: colour and alpha come from `pictures.channels`, and what leaves is
as large as the photo, or smaller. OpenCV is loaded at the first photo that needs it.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.images.pixels import (
    LUMA_WEIGHTS,
    border_pixels,
    luma,
    on_white,
    shrunk,
    upper_median,
)

CUT_EDGE = 176
"""Longest edge in pixels at which a garment is cut out of a photo."""

FLAT = 0.9
"""A picture of which more is flat than this, 0..1, is no photo as a camera takes it."""


@dataclass(frozen=True)
class Found:
    """A garment in a photo."""

    garment: np.ndarray
    """uint8, (H, W): bright on black."""
    overlay: np.ndarray
    """uint8, (H, W, 3) or (H, W): the photo, what was left out faded towards grey."""
    note: str
    """How it was found: one short plain phrase."""
    threshold: int = 16
    """Where `garment` is not brighter than this, 0..255, it is background."""


def find_garment(colour: np.ndarray, alpha: np.ndarray | None) -> Found:
    """The garment in a photo of one, from the photo's `pictures.channels`.

    `colour` is uint8 (H, W) or (H, W, 3); `alpha` is uint8 (H, W), or None if the photo is opaque.
    The garment is, in this order: what a transparent background leaves (a cut-out); what differs
    from a plain background; what GrabCut (Rother, Kolmogorov and Blake 2004, doi
    10.1145/1015706.1015720) tells apart from the picture's margin. Where none of these gives a
    plausible garment, the whole picture is taken, and the note says so.

    Raises `UserError` if nearly all of the picture is transparent.
    """
    flat = on_white(colour, alpha)
    return _cut_out(colour, alpha) or _on_plain(flat) or _grab(flat) or _whole(flat)


def _cut_out(colour: np.ndarray, alpha: np.ndarray | None) -> Found | None:
    """What a transparent background leaves, as in a shop's cut-outs."""
    if alpha is None or np.mean(alpha < 32) < 0.01:
        return None
    mask = alpha >= 128
    if mask.mean() < 0.005:
        raise UserError("The picture is transparent: choose one that shows a garment.")
    return Found(
        _negated(colour, mask),
        _dimmed(on_white(colour, alpha), mask),
        "the transparent background is left out",
    )


def _on_plain(colour: np.ndarray) -> Found | None:
    """What differs from a background of one colour, or None if the border is not of one."""
    border = border_pixels(colour, max(1, max(colour.shape[:2]) // 100))
    plain = upper_median(border)
    level = float(plain @ LUMA_WEIGHTS if plain.ndim else plain)
    same = np.mean(_distance(border, plain) <= 12)
    # A garment that fills the frame, as in Fashion-MNIST itself, leaves little of the border.
    if same < (0.4 if level < 16 or level > 245 else 0.97):
        return None
    away = _distance(colour, plain)
    mask = away > 20
    if not 0.01 < mask.mean() < 0.98:
        return None
    note = "what differs from the plain background"
    if level < 40 and (grey := luma(colour))[mask].mean() > level + 20:
        bright = np.round((grey - level).clip(0, 255)).astype(np.uint8)
        return Found(bright, _dimmed(colour, mask), note)
    mask = _main_parts(mask)
    garment = _negated(colour, mask) if level > 200 else _stretched(colour, mask)
    return Found(garment, _dimmed(colour, mask), note)


def _grab(colour: np.ndarray) -> Found | None:
    """What GrabCut tells apart from the margin, or None if that cannot be a garment."""
    small = shrunk(colour, CUT_EDGE)
    height, width = small.shape[:2]
    if min(height, width) < 32:
        return None
    for gap in (True, False):
        mask = _grabcut(small, gap)
        if 0.04 < mask.mean() < 0.8 and _long_enough(mask):
            note = "what differs from the picture's margin"
            return Found(_stretched(small, mask), _dimmed(small, mask), note)
    return None


def _whole(colour: np.ndarray) -> Found:
    small = shrunk(colour, CUT_EDGE)
    everything = np.ones(small.shape[:2], bool)
    return Found(
        _stretched(small, everything),
        small,
        "the garment could not be told apart from the background; the whole picture is used",
    )


def _grabcut(colour: np.ndarray, gap: bool) -> np.ndarray:
    """bool (H, W): the largest part that GrabCut finds, its small holes filled.

    With `gap`, it starts from the guess that the middle of the lower half is background, as between
    the legs of trousers; of a dress it finds out that this is cloth.
    """
    import cv2  # slow to load, and drawings do without

    rgb = np.repeat(colour[:, :, None], 3, axis=2) if colour.ndim == 2 else colour
    rgb = _grained(rgb) if _flatness(rgb) > FLAT else rgb
    height, width = rgb.shape[:2]
    y = np.linspace(0, 1, height)[:, None]
    x = np.linspace(0, 1, width)[None]
    # People hold the camera so that the garment is in the middle and the margin is floor or wall.
    # The sure seed lies above the centre: in trousers the centre is the gap between the legs.
    margin = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    seeds = np.where(margin > 0.12, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if gap:
        seeds[(np.abs(x - 0.5) < 0.06) & (y > 0.55)] = cv2.GC_PR_BGD
    seeds[margin < 0.03] = cv2.GC_BGD
    seeds[(np.abs(x - 0.5) < 0.06) & (np.abs(y - 0.38) < 0.06)] = cv2.GC_FGD
    cv2.setRNGSeed(0)  # the same photo gives the same answer
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    mode = cv2.GC_INIT_WITH_MASK
    cv2.grabCut(np.ascontiguousarray(rgb), seeds, None, background, foreground, 4, mode)
    mask = ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.medianBlur(mask, 5)
    return _without_small_holes(_largest_part(mask)) > 0


def _flatness(rgb: np.ndarray) -> float:
    """The share of pixels, 0..1, that are exactly as their neighbour to the right is."""
    return float(np.mean((rgb[:, 1:] == rgb[:, :-1]).all(axis=2)))


def _grained(rgb: np.ndarray) -> np.ndarray:
    """With the least noise: GrabCut takes a hundred times longer on areas of exactly one colour."""
    grain = np.random.default_rng(0).integers(-1, 2, rgb.shape)
    return (rgb + grain).clip(0, 255).astype(np.uint8)


def _largest_part(mask: np.ndarray) -> np.ndarray:
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if len(stats) < 2:
        return mask
    return (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(np.uint8)


def _without_small_holes(mask: np.ndarray) -> np.ndarray:
    """Fill the holes below 4 % of the garment: prints. Larger ones are, say, a bag's handle."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask)
    small = stats[:, cv2.CC_STAT_AREA] < 0.04 * mask.sum()
    small[0] = False  # the label 0 is the garment itself
    return np.where(small[labels], 1, mask).astype(np.uint8)


def _main_parts(mask: np.ndarray) -> np.ndarray:
    """Without specks and captions: the parts of at least a tenth of the largest part's area."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0  # the label 0 is the background
    return (area >= 0.1 * area.max())[labels] & mask


def _long_enough(mask: np.ndarray) -> bool:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    longest = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    return bool(longest > max(mask.shape) / 4)


def _distance(colour: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The largest difference in any channel, 0..255."""
    away = np.maximum(colour, other) - np.minimum(colour, other)
    if other.ndim == 0:
        return away
    return reduce(np.maximum, np.moveaxis(away, -1, 0))  # away.max(axis=-1) is twenty times slower


def _negated(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The data set's own tone: the negative, lifted where a pale garment would vanish."""
    value = 255 - luma(colour)
    strong = float(np.percentile(value[mask], 98))
    value *= max(1.0, 160 / max(strong, 1.0))
    return (value.clip(60, 255) * mask).astype(np.uint8)


def _stretched(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The negative, its range within the garment stretched to 90..245, as the light is unknown.

    White garments were left out of Fashion-MNIST, so nothing of a garment is darker than 90. A
    range below 60 is of cloth without pattern, and is not blown up to one.
    """
    value = 255 - luma(colour)
    low, high = np.percentile(value[mask], [2, 98])
    value = 245 - (high - value) * (155 / max(high - low, 60))
    return (value.clip(90, 255) * mask).astype(np.uint8)


def _dimmed(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with its background faded towards grey, to show what was found."""
    rgb = np.repeat(colour[:, :, None], 3, axis=2) if colour.ndim == 2 else colour
    return np.where(mask[:, :, None], rgb, rgb // 5 + 100).astype(np.uint8)
