"""Remove what surrounds a photo: frames, letterbox bars, a screenshot's bands, a turn's corners.

They have one colour and end in straight lines, at which nearly every pixel changes. A plain
background does not: a garment's outline is not a rectangle.
"""

import numpy as np

from fmnist_demo.images.pixels import difference, shrunk, upper_median

NESTED = 6
"""The number of frames around each other that are removed at most."""

BLUR = 8
"""The width in pixels to which scaling and compression blur a line at most."""

HALO = 16
"""The distance in pixels that JPEG's blocks of 16 x 16 pixels reach from a line at most."""

STRAIGHT = 0.85
"""The share of the pixels beside a straight line that must differ from the frame's colour."""

CLUTTER = 0.2
"""The share of a frame's pixels that may have another colour, such as a screenshot's text."""

TOUCHING = 0.06
"""The share of that clutter beside the line: sleeves touch a garment's body, text does not."""

SMALLEST = 24
"""The shortest edge in pixels of a photo inside a frame."""

ANALYSIS_EDGE = 256
"""Longest edge in pixels at which a turned photo is looked for."""

NEAR = 4
"""The distance in pixels at which a turned photo reaches the edge of the picture."""

TILTS = (2.0, 43.0)
"""The smallest and largest turn in degrees of a photo with its corners filled."""


def without_borders(colour: np.ndarray) -> np.ndarray:
    """The photo inside all frames, upright: uint8 (H, W) or (H, W, 3); `colour` if it has none."""
    inner = _without_frames(colour)
    upright = _turned_back(inner)
    return inner if upright is None else _without_frames(upright)


def _without_frames(colour: np.ndarray) -> np.ndarray:
    for _ in range(NESTED):
        box = _inside(colour)
        if box is None:
            break
        colour = colour[box]
    return colour


def _inside(colour: np.ndarray) -> tuple[slice, slice] | None:
    """The rows and columns inside the outermost frame, or None if there is no frame."""
    seen = []
    for edge in (colour[0], colour[-1], colour[:, 0], colour[:, -1]):
        plain = upper_median(edge)
        spread = difference(edge, plain)
        if any(difference(plain, other) <= 4 for other in seen) or np.mean(spread <= 12) < 0.7:
            continue
        seen.append(plain)
        tolerance = 3 + int(upper_median(spread))
        if box := _rectangle(difference(colour, plain) > tolerance):
            return box
    return None


def _rectangle(differs: np.ndarray) -> tuple[slice, slice] | None:
    """The rectangle that bool (H, W) fills along its edges and hardly exceeds, or None."""
    height, width = differs.shape
    top, bottom = _longest_run(differs.mean(axis=1))
    left, right = _longest_run(differs[top:bottom].mean(axis=0))
    top, bottom = _longest_run(differs[:, left:right].mean(axis=1))
    if min(bottom - top, right - left) < SMALLEST:
        return None
    inside = differs[top:bottom, left:right]
    outside = height * width - inside.size
    if outside == 0 or differs.sum() - inside.sum() > CLUTTER * outside:
        return None
    sides = [
        (inside, differs[:top, left:right][::-1]),
        (inside[::-1], differs[bottom:, left:right]),
        (inside.T, differs[top:bottom, :left].T[::-1]),
        (inside.T[::-1], differs[top:bottom, right:].T),
    ]
    cut = [_to_straight_line(lines, band) for lines, band in sides]
    if None in cut:
        return None
    return slice(top + cut[0], bottom - cut[1]), slice(left + cut[2], right - cut[3])


def _to_straight_line(lines: np.ndarray, band: np.ndarray) -> int | None:
    """How many of `lines` still belong to the `band` before them, or None if no straight line does.

    Both are bool (n, length), from the assumed line inwards and outwards.
    """
    if len(band) == 0:
        return 0
    if len(band) > HALO and band[HALO].mean() > TOUCHING:
        return None
    straight = np.flatnonzero(lines[:BLUR].mean(axis=1) >= STRAIGHT)
    return int(straight[0]) + 1 if len(straight) else None


def _longest_run(shares: np.ndarray) -> tuple[int, int]:
    """The start and end of the longest run of values above half of the largest."""
    high = np.concatenate([[False], shares > shares.max() / 2, [False]])
    changes = np.flatnonzero(high[1:] != high[:-1])
    starts, ends = changes[::2], changes[1::2]
    if not len(starts):
        return 0, len(shares)
    longest = (ends - starts).argmax()
    return int(starts[longest]), int(ends[longest])


def _turned_back(colour: np.ndarray) -> np.ndarray | None:
    """A photo that was turned by some degrees, upright again, or None if there is no such photo.

    Turning leaves corners of one colour. What is missing after turning back gets the colours beside
    it.
    """
    small = shrunk(colour, ANALYSIS_EDGE)
    corners = np.stack([small[y, x] for y in (1, -2) for x in (1, -2)])
    plain = upper_median(corners)
    if np.sum(difference(corners, plain) <= 8) < 3:
        return None
    import cv2  # slow to load, and drawings do not need it

    differs = (difference(small, plain) > 10).astype(np.uint8)
    differs = cv2.medianBlur(differs, 5)
    outlines, _ = cv2.findContours(differs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    if cv2.contourArea(outline) < 0.97 * cv2.contourArea(hull):
        return None
    angle = _turn(cv2.approxPolyDP(hull, 3.0, True)[:, 0], small.shape[:2])
    if angle is None:
        return None
    scale = colour.shape[1] / small.shape[1]
    return _rotated(colour, (hull * scale).astype(np.int32), angle)


def _turn(corners: np.ndarray, shape: tuple[int, int]) -> float | None:
    """The angle in degrees of a turned rectangle inside a picture of `shape`, or None.

    `corners` (n, 2), x and y: of the rectangle, as far as it lies inside the picture. It must reach
    all four edges of the picture, and all its sides must have the same angle modulo 90 degrees.
    """
    far = np.array(shape[::-1]) - 1 - NEAR
    if (corners.min(axis=0) > NEAR).any() or (corners.max(axis=0) < far).any():
        return None
    following = np.roll(corners, -1, axis=0)
    on_edge = ((corners <= NEAR) & (following <= NEAR)) | ((corners >= far) & (following >= far))
    sides = (following - corners)[~on_edge.any(axis=1)]
    sides = sides[np.hypot(*sides.T) > 0.08 * max(shape)]
    if len(sides) < 2:
        return None
    angles = (np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) + 45) % 90 - 45
    angle = float(np.average(angles, weights=np.hypot(*sides.T)))
    is_turn = TILTS[0] < abs(angle) < TILTS[1] and np.abs(angles - angle).max() < 3
    return angle if is_turn else None


def _rotated(colour: np.ndarray, hull: np.ndarray, angle: float) -> np.ndarray:
    """What is inside `hull`, int32 (n, 1, 2), turned anticlockwise by `angle` degrees.

    Pixels outside the hull get the colour of the nearest pixel inside.
    """
    import cv2

    inside = np.zeros(colour.shape[:2], np.uint8)
    cv2.fillPoly(inside, [hull], 1)
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8), borderValue=1)  # no mixed pixels
    turn = cv2.getRotationMatrix2D((0, 0), angle, 1)
    low, high = (f(cv2.transform(hull, turn)[:, 0], axis=0) for f in (np.min, np.max))
    turn[:, 2] -= low
    size = [int(length) for length in high - low]
    turned, inside = (cv2.warpAffine(image, turn, size) for image in (colour, inside))
    _, nearest = cv2.distanceTransformWithLabels(
        1 - inside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    known = inside > 0
    colours = np.zeros((nearest.max() + 1, *turned.shape[2:]), np.uint8)
    colours[nearest[known]] = turned[known]
    return colours[nearest]
