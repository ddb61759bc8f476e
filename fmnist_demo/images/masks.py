"""Small operations on masks: bool (H, W), true where the garment is."""

import numpy as np


def parts(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The connected parts of a mask: the part of each pixel, and each part's area in pixels.

    Part 0 is what the mask does not cover; its area counts as 0.
    """
    import cv2  # slow to load, and drawings do not need it

    _, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    stats[0] = 0
    return numbers, stats[:, cv2.CC_STAT_AREA]


def main_parts(mask: np.ndarray, share: float) -> np.ndarray:
    """Only parts of at least `share` of the largest part's area, such as both shoes of a pair."""
    numbers, area = parts(mask)
    return (area >= share * area.max())[numbers] & mask


def without_small_holes(mask: np.ndarray) -> np.ndarray:
    """Fill holes below 4 % of the garment's area, such as prints; a bag's handle is larger."""
    holes, area = parts(~mask)
    return (area < 0.04 * mask.sum())[holes] | mask


def bounds(mask: np.ndarray) -> tuple[int, int, int, int]:
    """The rows and columns that `mask` covers: top, bottom, left, right; the ends excluded."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def overlap(mask: np.ndarray, other: np.ndarray) -> float:
    """The intersection of two masks over their union, 0..1."""
    return float((mask & other).sum() / max(1, (mask | other).sum()))
