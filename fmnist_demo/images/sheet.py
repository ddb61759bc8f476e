"""Find a sheet of paper in a photo, and look at it from straight above."""

from collections.abc import Iterator

import numpy as np

from fmnist_demo.images.pixels import (
    border_pixels,
    is_paper_coloured,
    luma,
    shrunk,
    upper_median,
)

SEARCH_EDGE = 256
"""Longest edge in pixels at which a sheet is searched for."""

SMALLEST, LARGEST = 0.1, 0.97
"""The share of the photo that a sheet takes. A larger one needs no search."""

RIM = 10
"""The width in pixels of what is compared inside and outside a sheet: more than a rule of paper."""

BLACK = 8
"""No desk in a photo is darker than this, 0..255."""

MOST_INK_AT_EDGE = 0.3
"""The share of a sheet's edge that may be drawn on."""


def find_sheet(colour: np.ndarray) -> np.ndarray | None:
    """The largest bright quadrilateral in a photo, straightened, or None if there is none.

    Something is drawn or lies on it, hardly over its edges. `colour` is uint8 (H, W) or (H, W, 3);
    so is the result, cropped to the sheet without its edges.
    """
    small = shrunk(colour, SEARCH_EDGE)
    # Paper is bright in all colours, wood and skin are not bright in blue.
    paper = np.ascontiguousarray(small if small.ndim == 2 else small.min(axis=2))
    # Black surrounds the pictures of the data set, and is no desk.
    corners = None if upper_median(border_pixels(paper)) <= BLACK else _corners(paper)
    if corners is None:
        return None
    scale = np.array(colour.shape[1::-1]) / np.array(small.shape[1::-1])
    sheet = _straightened(colour, ((corners + 0.5) * scale - 0.5).astype(np.float32))
    return sheet if _is_paper(sheet) and _shows_something(sheet) else None


def _is_paper(sheet: np.ndarray) -> bool:
    """Whether the sheet's own colour, that of its brighter half, is near grey."""
    small = shrunk(sheet, SEARCH_EDGE // 4)
    grey = luma(small)
    return is_paper_coloured(upper_median(small[grey >= np.median(grey)]))


def _shows_something(sheet: np.ndarray) -> bool:
    grey = luma(shrunk(sheet, SEARCH_EDGE // 2))
    dark = grey < 0.75 * np.percentile(grey, 80)
    return bool(0.004 < dark.mean() < 0.6 and border_pixels(dark).mean() < MOST_INK_AT_EDGE)


def _corners(paper: np.ndarray) -> np.ndarray | None:
    """The corners of the sheet, (4, 2) of x and y, clockwise from the upper left, or None."""
    import cv2

    middle, _ = cv2.threshold(paper, 0, 255, cv2.THRESH_OTSU)
    bright = np.percentile(paper, 98)
    square = np.ones((5, 5), np.uint8)
    for level in (middle, (middle + bright) / 2, 0.8 * bright):
        mask = cv2.threshold(paper, level, 255, cv2.THRESH_BINARY)[1]
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, square)
        for hull in _hulls(mask):
            corners = _quadrilateral(hull)
            if corners is not None and _is_sheet(paper, mask, corners):
                return _clockwise(corners.astype(np.float32))
    return None


def _hulls(mask: np.ndarray) -> Iterator[np.ndarray]:
    """What may be the outline of a sheet in a mask of what is bright: convex hulls."""
    import cv2

    def outlines(mask: np.ndarray) -> list[np.ndarray]:
        found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        return sorted(found, key=cv2.contourArea)

    parts = outlines(mask)
    yield from map(cv2.convexHull, parts[-1:])
    # Lines drawn along the edge cut off strips of the sheet.
    strips = [part for part in parts if cv2.contourArea(part) > 0.0005 * mask.size]
    if len(strips) > 1:
        yield cv2.convexHull(np.concatenate(strips))
    # Bright specks of the desk hang on to the sheet.
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    yield from map(cv2.convexHull, outlines(opened)[-1:])


def _is_sheet(paper: np.ndarray, mask: np.ndarray, corners: np.ndarray) -> bool:
    """Whether a quadrilateral is large, mostly bright and ends where the desk begins.

    Where paper surrounds it too, a drawing has cut it out of the paper.
    """
    import cv2

    inside = np.zeros_like(mask)
    cv2.fillConvexPoly(inside, corners, 255)
    area, bright = np.mean(inside > 0), mask > 0
    return bool(
        SMALLEST < area < LARGEST
        and bright[inside > 0].mean() > 0.5
        and bright[inside == 0].mean() < 0.2
        and _has_edges(paper, inside, corners)
    )


def _has_edges(paper: np.ndarray, inside: np.ndarray, corners: np.ndarray) -> bool:
    """Whether it is darker just outside than just inside along each of the four sides.

    Light that fades is not. A side on the edge of the photo has nothing outside.
    """
    import cv2

    square = np.ones((2 * RIM + 1,) * 2, np.uint8)
    beyond = (cv2.dilate(inside, square, borderValue=0) > 0) & (inside == 0)
    for depth in _depths(inside.shape, corners):
        outside, rim = beyond & (depth < 0), (inside > 0) & (depth <= RIM)
        if not outside.any() or np.median(paper[outside]) >= 0.85 * np.median(paper[rim]):
            return False
    return True


def _depths(shape: tuple[int, int], corners: np.ndarray) -> Iterator[np.ndarray]:
    """How far each pixel lies inside each side of a quadrilateral, negative outside: (H, W)."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    centre = corners.mean(axis=0)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        across = np.array([start[1] - end[1], end[0] - start[0]]) / np.hypot(*(end - start))
        across *= np.sign((centre - start) @ across)
        yield (x - start[0]) * across[0] + (y - start[1]) * across[1]


def _quadrilateral(hull: np.ndarray) -> np.ndarray | None:
    """The quadrilateral (4, 2) that a convex hull is, or None if it is another shape."""
    import cv2

    length, area = cv2.arcLength(hull, True), cv2.contourArea(hull)
    for tolerance in (0.02, 0.035, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(corners) == 4:
            fits = 0.93 < cv2.contourArea(corners) / max(area, 1) < 1.05
            return corners[:, 0] if fits else None
    return None


def _clockwise(corners: np.ndarray) -> np.ndarray:
    """Corners in clockwise order, the one nearest to the upper left first."""
    towards = corners - corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(towards[:, 1], towards[:, 0]))]
    return np.roll(corners, -int(corners.sum(axis=1).argmin()), axis=0)


def _straightened(colour: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The sheet between `corners` as seen from straight above, without its outermost 1 %."""
    import cv2

    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = (max(8, round(float(sides[i::2].mean()))) for i in (0, 1))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners, target)
    sheet = cv2.warpPerspective(np.ascontiguousarray(colour), matrix, (width, height))
    edge = 1 + max(width, height) // 100
    return np.ascontiguousarray(sheet[edge:-edge, edge:-edge])
