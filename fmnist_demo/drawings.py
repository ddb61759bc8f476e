"""Garments as pen strokes: procedural drawings, QuickDraw files, and strokes to pictures.

Knows nothing of networks. A drawing is dark ink on light paper until `preprocessing` turns it
into an example.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.garments import GARMENTS, Garment, Line
from fmnist_demo.scribbles import SCRIBBLES

SIZE = 128
"""Height and width of a rendered drawing, in pixels."""

PEN = 5.5
"""The usual pen's width in pixels of a `SIZE` drawing: that of the app's canvas."""

SHIFT = 4
"""Fractional bits of the coordinates that OpenCV is given."""


def render(strokes: list[Line], pen: float = PEN, size: int = SIZE, fills=()) -> np.ndarray:
    """Draw strokes in black on white, scaled to fill the picture but for a margin.

    `strokes`: arrays (n, 2) of x and y in any unit. `pen`: width in pixels. `fills`: pairs of a
    closed `Line` and a grey, 0 to 255, painted first. Returns uint8 (size, size).
    """
    import cv2  # slow to load

    pixels = placement([*strokes, *(line for line, _ in fills)], size, margin=pen / 2 + 2)
    picture = np.full((size, size), 255, np.uint8)
    for line, grey in fills:
        cv2.fillPoly(picture, [pixels(line)], int(grey), cv2.LINE_AA, SHIFT)
    width = max(1, round(pen))
    for line in strokes:
        cv2.polylines(picture, [pixels(line)], False, 0, width, cv2.LINE_AA, SHIFT)
    return picture


def placement(lines: list[Line], size: int, margin: float) -> Callable[[Line], np.ndarray]:
    """How to place lines so that together they fill a picture but for a margin, in pixels.

    The function returned takes a line (n, 2) to OpenCV's fixed-point coordinates, int32 (n, 2) with
    `SHIFT` fractional bits.
    """
    points = np.concatenate(lines)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = (size - 1 - 2 * margin) / max(extent.max(), 1e-9)
    offset = (size - 1 - extent * scale) / 2 - low * scale
    return lambda line: np.round((line * scale + offset) * (1 << SHIFT)).astype(np.int32)


def _subdivide(line: Line, step: float = 0.05) -> Line:
    """More points along the same corners, about `step` apart."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    counts = np.maximum(1, np.round(lengths / step)).astype(int)
    at = np.concatenate([[0], np.cumsum(counts)])
    t = np.arange(at[-1] + 1)
    corners = np.arange(len(line))
    position = np.interp(t, at, corners)
    return np.stack([np.interp(position, corners, line[:, i]) for i in (0, 1)], axis=1)


def _round_corners(line: Line, reach: int, closed: bool) -> Line:
    """A moving average over 2 `reach` + 1 points; the ends of an open line stay where they are."""
    if reach == 0 or len(line) < 4 * reach:
        return line
    padded = np.pad(line, ((reach, reach), (0, 0)), mode="wrap" if closed else "edge")
    sums = np.cumsum(np.pad(padded, ((1, 0), (0, 0))), axis=0)
    window = 2 * reach + 1
    smooth = (sums[window:] - sums[:-window]) / window
    if not closed:
        smooth[[0, -1]] = line[[0, -1]]
    return smooth


class Hand:
    """One person's way of drawing: a pen, a tremor, a slant, rounded or sharp corners, gaps.

    `tremor`: the share of the usual jitter and trembling.
    """

    def __init__(self, rng: np.random.Generator, tremor: float = 1.0):
        self.rng = rng
        self.amplitude = rng.normal(0, tremor * rng.uniform(0.004, 0.03), (2, 3))
        self.frequency = rng.uniform(2, 9, (2, 3))
        self.phase = rng.uniform(0, 2 * np.pi, (2, 3))
        self.jitter = tremor * rng.uniform(0.002, 0.028)
        self.rounding = int(rng.integers(0, 4))
        turn = rng.normal(0, 0.1)
        c, s = np.cos(turn), np.sin(turn)
        stretch, shear = np.exp(rng.normal(0, 0.12, 2)), rng.normal(0, 0.06, 2)
        self.slant = np.array([[c, s], [-s, c]]) @ np.array(
            [[stretch[0], shear[0]], [shear[1], stretch[1]]]
        )
        if rng.random() < 0.5:
            self.slant[0] *= -1
        self.pen = rng.uniform(2.5, 6.5) if rng.random() < 0.8 else rng.uniform(6.5, 9)
        self.gaps = rng.random() < 0.5
        self.strokes = rng.random() < 0.35

    def trace(self, line: Line, closed: bool) -> Line:
        """The path of the pen for corner points: jittered, rounded, trembling and slanted."""
        corners = line + self.rng.normal(0, self.jitter, line.shape)
        if closed:
            corners = np.concatenate([corners, corners[:1]])
        path = _round_corners(_subdivide(corners), self.rounding, closed)
        wave = np.stack(
            [
                (
                    self.amplitude[i]
                    * np.sin(path[:, 1 - i, None] * self.frequency[i] + self.phase[i])
                ).sum(axis=1)
                for i in (0, 1)
            ],
            axis=1,
        )
        return (path + wave) @ self.slant

    def lift(self, path: Line) -> list[Line]:
        """A closed path as this hand's strokes: with a gap or an overlap, in one or several."""
        rng, n = self.rng, len(path)
        start = int(rng.integers(n - 1))
        path = np.concatenate([path[start:-1], path[: start + 1]])
        if self.gaps:
            gap = rng.uniform(0, 0.08) if rng.random() < 0.75 else rng.uniform(0.08, 0.28)
            path = path[: max(4, int(n * (1 - gap)))]
        else:
            path = np.concatenate([path, path[1 : 1 + int(rng.integers(1, 4))]])
        if not self.strokes:
            return [path]
        cuts = np.sort(rng.choice(np.arange(1, len(path)), min(3, len(path) - 1), replace=False))
        pieces = [piece for piece in np.split(path, cuts) if len(piece) > 1]
        return [piece + rng.normal(0, 0.012, 2) for piece in pieces]


def _hatching(outline: Line, rng: np.random.Generator) -> list[Line]:
    """A zigzag across the outline's extent, as a hurried filling."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    rows = int(rng.integers(5, 12))
    inset = (high - low) * 0.18
    y = np.linspace(low[1] + inset[1], high[1] - inset[1], rows)
    x = np.where(np.arange(rows) % 2, low[0] + inset[0], high[0] - inset[0])
    return [np.stack([x, y], axis=1)]


def sketch(garment: Garment, rng: np.random.Generator) -> np.ndarray:
    """Draw a garment the way a person would, black on white: uint8 (SIZE, SIZE)."""
    hand = Hand(rng)
    outlines = [hand.trace(line, closed=True) for line in garment.outlines]
    details = [hand.trace(line, closed=False) for line in garment.details if rng.random() < 0.9]
    filling = rng.random()
    fills = []
    if filling < 0.12:
        grey = rng.uniform(0, 190)
        fills = [(line, grey) for line in outlines]
    strokes = [piece for line in outlines for piece in hand.lift(line)]
    if 0.12 <= filling < 0.15:
        details = _hatching(np.concatenate(outlines), rng)
    return render(strokes + details, hand.pen, fills=fills)


def draw(label: int, rng: np.random.Generator) -> np.ndarray:
    """One procedural drawing of class `label` (0 to 9): uint8 (SIZE, SIZE), black on white."""
    return sketch(GARMENTS[label](rng), rng)


def scribble(rng: np.random.Generator) -> np.ndarray:
    """Something that is no garment, drawn by hand: uint8 (SIZE, SIZE), black on white."""
    hand = Hand(rng)
    lines = SCRIBBLES[rng.integers(len(SCRIBBLES))](rng)
    extent = max(np.ptp(np.concatenate(lines), axis=0).max(), 1e-9)
    strokes = [hand.trace(line / extent, closed=False) for line in lines]
    return render(strokes, hand.pen)


def read_quickdraw(path: str | Path) -> list[list[Line]]:
    """Read a Quick, Draw! file of simplified drawings, one JSON object a line.

    Returns one list of strokes a drawing, each stroke (n, 2). Raises `UserError` for a file that
    cannot be read or is not in this format (github.com/googlecreativelab/quickdraw-dataset).
    """
    try:
        rows = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise UserError(
            f"{path} is not a text file in Quick, Draw!'s simplified ndjson format."
        ) from error
    drawings = [
        _strokes(row, f"Line {number} of {path}")
        for number, row in enumerate(rows, start=1)
        if row.strip()
    ]
    if not drawings:
        raise UserError(f"{path} holds no drawings.")
    return drawings


def _strokes(row: str, place: str) -> list[Line]:
    """The strokes of one JSON object; `place` says where it stands, for the error."""
    try:
        strokes = [np.array([x, y], dtype=float).T for x, y, *_ in json.loads(row)["drawing"]]
        if not strokes or any(
            s.ndim != 2 or not len(s) or not np.isfinite(s).all() for s in strokes
        ):
            raise ValueError("empty or not finite")
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(
            f"{place} is not a drawing in Quick, Draw!'s simplified ndjson format."
        ) from error
    return strokes
