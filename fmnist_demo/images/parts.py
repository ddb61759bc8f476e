"""Tell the main parts of a drawing from what must not set its frame: far specks, a ground line.

Parts are rectangles: a drawing is cut along its empty rows and columns, and each piece again (the
XY-cut of Nagy and Seth 1984). A drawing in one piece costs a few microseconds.
"""

from typing import NamedTuple

import numpy as np

FLATNESS = 0.12
"""A ground line is at most this high, in units of its width."""

OVERHANG = 1.05
"""A line close under a drawing is its hem or sole, unless it is wider than the drawing by this."""

MOST_PARTS = 64
"""A drawing in more parts is dashed or shaded, and all of it counts."""


class Box(NamedTuple):
    """A rectangle: rows `top` to `bottom` and columns `left` to `right`, without the last ones."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index of these pixels in an array (H, W)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def size(self) -> int:
        return max(self.height, self.width)

    def moved(self, rows: int, columns: int) -> "Box":
        return Box(self.top + rows, self.bottom + rows, self.left + columns, self.right + columns)

    def around(self, other: "Box") -> "Box":
        """The smallest box around both."""
        low, high = (tuple(map(f, self, other)) for f in (min, max))
        return Box(low[0], high[1], low[2], high[3])

    def gap(self, other: "Box") -> float:
        """The distance in pixels to `other`; 0 if they touch or overlap."""
        below = max(0, other.top - self.bottom, self.top - other.bottom)
        beside = max(0, other.left - self.right, self.left - other.right)
        return float(np.hypot(below, beside))


def find_main(ink: np.ndarray) -> tuple[Box, list[Box]]:
    """The frame of a drawing's main parts, and the boxes of what does not count.

    `ink` is bool (H, W), with some ink. What does not count: specks far from the main parts, as
    measured by their size and the drawing's; a ground line under the drawing, wider than it or
    apart from it; and the ends of a ground line that touches the drawing.
    """
    parts = _cut(ink)
    if 1 < len(parts) <= MOST_PARTS:
        main, aside = _grouped(parts)
    else:
        main, aside = _around(parts), []
    ends = _ground_line(ink[main.slices])
    if ends:
        line = [box.moved(main.top, main.left) for box in ends]
        rest = ink.copy()
        for box in line:
            rest[box.slices] = False
        main, aside = _bounds(rest[main.slices]).moved(main.top, main.left), aside + line
    return main, aside


def _bounds(ink: np.ndarray) -> Box:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return Box(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)


def _cut(ink: np.ndarray, axis: int = 0, whole: bool = False) -> list[Box]:
    """The parts of `ink`: cut along empty rows (axis 0) or columns (axis 1), then the other way.

    `whole`: there is nothing to cut the other way.
    """
    filled = np.flatnonzero(ink.any(axis=1 - axis))
    first, last = int(filled[0]), int(filled[-1]) + 1
    contiguous = last - first == len(filled)
    if contiguous and whole:
        return [_bounds(ink)]
    runs = [(first, last)] if contiguous else _runs(filled)
    found = []
    for start, stop in runs:
        piece = ink[start:stop] if axis == 0 else ink[:, start:stop]
        offset = (start, 0) if axis == 0 else (0, start)
        found += [box.moved(*offset) for box in _cut(piece, 1 - axis, len(runs) == 1)]
    return found


def _around(boxes: list[Box]) -> Box:
    around = boxes[0]
    for box in boxes[1:]:
        around = around.around(box)
    return around


def _grouped(parts: list[Box]) -> tuple[Box, list[Box]]:
    """The frame around the main parts, and the parts outside it."""
    main = max(parts, key=lambda box: box.height * box.width * min(box.height, box.width))
    others = [box for box in parts if box is not main]
    lines = [box for box in others if _is_line(box) and box.width > 0.5 * main.width]
    specks = [box for box in others if box not in lines]
    main, specks = _grown(main, specks)
    ground = [box for box in lines if _is_ground(box, main)]
    main = _around([main, *(box for box in lines if box not in ground)])
    main, specks = _grown(main, specks)
    return main, specks + ground


def _grown(main: Box, others: list[Box]) -> tuple[Box, list[Box]]:
    """Extend `main` by each of the `others` that is large or near; return it and those left."""
    while near := [box for box in others if _belongs(box, main)]:
        main = _around([main, *near])
        others = [box for box in others if box not in near]
    return main, others


def _belongs(box: Box, main: Box) -> bool:
    """Whether a part is a third as large as the drawing, or nearer than specks are."""
    return box.size >= main.size / 3 or main.gap(box) <= 0.08 * main.size + 0.75 * box.size


def _is_line(box: Box) -> bool:
    return box.height <= FLATNESS * box.width


def _is_ground(line: Box, main: Box) -> bool:
    """Whether a flat part is the ground under a drawing, not its hem or sole."""
    apart = line.top - main.bottom
    return apart >= 0 and (line.width > OVERHANG * main.width or apart > 0.08 * main.size)


def _ground_line(ink: np.ndarray) -> list[Box]:
    """The pieces of a ground line that touches the drawing, or none; `ink` (H, W) is cropped.

    On both sides of the drawing there is nothing but a thin line near the bottom, and the line goes
    on below all of it. What the drawing stands on remains, as its hem or sole.
    """
    height, width = ink.shape
    reach, low = max(2, width // 25), height * 7 // 10
    if height < 8 or ink[:low, :reach].any() or ink[:low, -reach:].any():
        return []
    columns = ink.any(axis=0)
    upper = ink.argmax(axis=0)
    lower = height - ink[::-1].argmax(axis=0)
    flat = columns & (upper >= low) & (lower - upper <= max(3, FLATNESS / 2 * width))
    left = int(np.argmin(flat)) if not flat.all() else width
    right = int(np.argmin(flat[::-1]))
    if left + right < 0.12 * width or left + right > 0.9 * width or min(left, right) < reach:
        return []
    thick = int(np.median((lower - upper)[flat])) + 1
    ends = np.r_[0:left, width - right : width]
    slope, level = np.polyfit(ends, lower[ends], 1)
    line = np.round(slope * np.arange(width) + level).astype(int)
    if np.mean(columns & (np.abs(lower - line) <= thick)) < 0.9:
        return []
    touched = ink[np.clip(line - 2 * thick, 0, height - 1), np.arange(width)]
    touched[:left] = touched[width - right :] = False
    base = np.flatnonzero(touched)
    free = ~touched
    if len(base) and len(base) < 0.5 * (base[-1] + 1 - base[0]):
        free[base[0] : base[-1]] = False  # the line itself is the lower edge of an open drawing
    return [
        Box(max(0, int(piece.min()) - thick), min(int(piece.max()) + thick, height), start, stop)
        for start, stop in _runs(np.flatnonzero(free))
        for piece in [line[start:stop]]
    ]


def _runs(indices: np.ndarray) -> list[tuple[int, int]]:
    """The runs of consecutive numbers in sorted `indices`: pairs of first and last + 1."""
    if not len(indices):
        return []
    breaks = np.flatnonzero(np.diff(indices) > 1)
    starts, stops = indices[[0, *breaks + 1]], indices[[*breaks, -1]] + 1
    return list(zip(starts.tolist(), stops.tolist(), strict=True))
