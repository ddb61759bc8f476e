"""Separate a garment from its background in a photo, and give it the tone of Fashion-MNIST.

OpenCV is loaded with the first photo that needs it.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.images.pixels import LUMA_WEIGHTS, border_pixels, luma, shrunk, upper_median
from fmnist_demo.images.reading import Picture

CUT_EDGE = 176
"""Longest edge in pixels at which GrabCut segments a photo."""

FLAT = 0.9
"""If more than this share of pixels equals the pixel to the right, no camera took the picture."""


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


def find_garment(picture: Picture) -> Cutout:
    """Cut the garment out of a photo that shows one garment.

    Tries in turn: the opaque part of a picture with a transparent background; everything that
    differs from a plain background; GrabCut (Rother, Kolmogorov and Blake 2004, doi
    10.1145/1015706.1015720), which learns the background from the picture's margin. If none of
    these gives a plausible garment, returns the whole picture and says so in the note.

    Raises `UserError` if nearly all of the picture is transparent.
    """
    colour = picture.on_white
    return _opaque_part(picture) or _on_plain(colour) or _grab(colour) or _whole(colour)


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
    same = np.mean(_distance(border, plain) <= 12)
    # A garment that fills the frame, as in Fashion-MNIST itself, leaves little of the border.
    if same < (0.4 if level < 16 or level > 245 else 0.97):
        return None
    mask = _distance(colour, plain) > 20
    if not 0.01 < mask.mean() < 0.98:
        return None
    note = "everything that differs from the plain background"
    if level < 40 and (grey := luma(colour))[mask].mean() > level + 20:
        bright = np.round((grey - level).clip(0, 255)).astype(np.uint8)
        return Cutout(bright, _dimmed(colour, mask), note)
    mask = _main_parts(mask)
    garment = _negated(colour, mask) if level > 200 else _stretched(colour, mask)
    return Cutout(garment, _dimmed(colour, mask), note)


def _grab(colour: np.ndarray) -> Cutout | None:
    """What GrabCut separates from the margin, or None if that cannot be a garment."""
    small = shrunk(colour, CUT_EDGE)
    height, width = small.shape[:2]
    if min(height, width) < 32:
        return None
    for gap in (True, False):
        mask = _grabcut(small, gap)
        if 0.04 < mask.mean() < 0.8 and _length(mask) > max(mask.shape) / 4:
            note = "separated from the background at the photo's margin"
            return Cutout(_stretched(small, mask), _dimmed(small, mask), note)
    return None


def _whole(colour: np.ndarray) -> Cutout:
    small = shrunk(colour, CUT_EDGE)
    everything = np.ones(small.shape[:2], bool)
    return Cutout(
        _stretched(small, everything),
        small,
        "the garment could not be separated from the background, so the whole picture is used",
    )


def _grabcut(colour: np.ndarray, gap: bool) -> np.ndarray:
    """bool (H, W): the largest connected part that GrabCut finds, with small holes filled.

    With `gap`, it first guesses that the middle of the lower half is background, as between the
    legs of trousers. For a dress, GrabCut corrects this guess.
    """
    import cv2  # slow to load, and drawings do not need it

    rgb = _rgb(colour)
    if np.mean((rgb[:, 1:] == rgb[:, :-1]).all(axis=2)) > FLAT:
        rgb = _grained(rgb)
    height, width = rgb.shape[:2]
    y = np.linspace(0, 1, height)[:, None]
    x = np.linspace(0, 1, width)[None]
    # People centre the garment in the photo, so the margin is floor or wall. The foreground seed
    # lies above the centre, because the centre of trousers is the gap between the legs.
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
    mask = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    return _without_small_holes(_largest_part(cv2.medianBlur(mask, 5) > 0))


def _rgb(colour: np.ndarray) -> np.ndarray:
    """(H, W) or (H, W, 3) as (H, W, 3)."""
    return np.broadcast_to(np.atleast_3d(colour), (*colour.shape[:2], 3))


def _grained(rgb: np.ndarray) -> np.ndarray:
    """Add the least noise: GrabCut is a hundred times slower on areas of exactly one colour."""
    grain = np.random.default_rng(0).integers(-1, 2, rgb.shape)
    return (rgb + grain).clip(0, 255).astype(np.uint8)


def _parts(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The connected parts of a mask, bool (H, W): the part of each pixel, and each part's area.

    Part 0 is what the mask does not cover; its area counts as 0.
    """
    import cv2

    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    stats[0] = 0
    return parts, stats[:, cv2.CC_STAT_AREA]


def _largest_part(mask: np.ndarray) -> np.ndarray:
    parts, area = _parts(mask)
    return (parts == area.argmax()) & mask


def _without_small_holes(mask: np.ndarray) -> np.ndarray:
    """Fill holes below 4 % of the garment's area, such as prints; a bag's handle is larger."""
    holes, area = _parts(~mask)
    return (area < 0.04 * mask.sum())[holes] | mask


def _main_parts(mask: np.ndarray) -> np.ndarray:
    """Remove specks and captions: keep parts of at least a tenth of the largest part's area."""
    parts, area = _parts(mask)
    return (area >= 0.1 * area.max())[parts] & mask


def _length(mask: np.ndarray) -> int:
    """The height or width in pixels of what `mask` covers, whichever is larger."""
    return np.ptp(np.nonzero(mask), axis=1).max() + 1


def _distance(colour: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The largest difference in any channel, 0..255."""
    difference = np.maximum(colour, other) - np.minimum(colour, other)
    if other.ndim == 0:
        return difference
    return reduce(np.maximum, np.moveaxis(difference, -1, 0))  # max(axis=-1) is 20 times slower


def _negated(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The negative, as in the data set, brightened where a pale garment would vanish."""
    value = 255 - luma(colour)
    strong = float(np.percentile(value[mask], 98))
    value *= max(1.0, 160 / max(strong, 1.0))
    return (value.clip(60, 255) * mask).astype(np.uint8)


def _stretched(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The negative, with the garment's range stretched to 90..245, because the light is unknown.

    Fashion-MNIST leaves out white garments, so no part of a garment is darker than 90. A range
    below 60 is plain cloth, and is stretched less so that it does not look like a pattern.
    """
    value = 255 - luma(colour)
    low, high = np.percentile(value[mask], [2, 98])
    value = 245 - (high - value) * (155 / max(high - low, 60))
    return (value.clip(90, 255) * mask).astype(np.uint8)


def _dimmed(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with its background faded to grey, to show the garment."""
    rgb = _rgb(colour)
    return np.where(mask[:, :, None], rgb, rgb // 5 + 100).astype(np.uint8)
