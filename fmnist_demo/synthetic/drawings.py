"""Draw garments and other things by hand: the strokes of a pen, dark ink on light paper."""

import numpy as np

from fmnist_demo.images.strokes import Line, render
from fmnist_demo.synthetic.garments import GARMENTS
from fmnist_demo.synthetic.glyphs import is_hole
from fmnist_demo.synthetic.scribbles import SCRIBBLES
from fmnist_demo.synthetic.shapes import rotation
from fmnist_demo.synthetic.things.shapes import is_closed


def _subdivide(line: Line, step: float = 0.05) -> Line:
    """Add points along a line, about `step` apart."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    counts = np.maximum(1, np.round(lengths / step)).astype(int)
    at = np.concatenate([[0], np.cumsum(counts)])
    t = np.arange(at[-1] + 1)
    corners = np.arange(len(line))
    position = np.interp(t, at, corners)
    return np.stack([np.interp(position, corners, line[:, i]) for i in (0, 1)], axis=1)


def _round_corners(line: Line, reach: int, closed: bool) -> Line:
    """A moving average over 2 `reach` + 1 points; the ends of an open line stay fixed."""
    if reach == 0 or len(line) < 4 * reach:
        return line
    before = line[-reach:] if closed else line[:1].repeat(reach, axis=0)
    after = line[:reach] if closed else line[-1:].repeat(reach, axis=0)
    sums = np.cumsum(np.concatenate([np.zeros((1, 2)), before, line, after]), axis=0)
    window = 2 * reach + 1
    smooth = (sums[window:] - sums[:-window]) / window
    if not closed:
        smooth[[0, -1]] = line[[0, -1]]
    return smooth


FILLED, HATCHED = 0.12, 0.03
"""The shares of drawings that are filled with a grey, or hatched."""


class Hand:
    """One person's way of drawing: a pen, a tremor, a slant, rounded or sharp corners, gaps.

    `tremor` scales the jitter and trembling; 1 is usual.
    """

    def __init__(self, rng: np.random.Generator, tremor: float = 1.0):
        self.rng = rng
        self.amplitude = rng.normal(0, tremor * rng.uniform(0.004, 0.03), (2, 3))
        self.frequency = rng.uniform(2, 9, (2, 3))
        self.phase = rng.uniform(0, 2 * np.pi, (2, 3))
        self.jitter = tremor * rng.uniform(0.002, 0.028)
        self.rounding = int(rng.integers(0, 4))
        turn, stretch = rotation(rng.normal(0, 0.1)), np.exp(rng.normal(0, 0.12, 2))
        shear = np.diag(rng.normal(0, 0.06, 2))[:, ::-1]
        self.slant = turn @ (np.diag(stretch) + shear)
        if rng.random() < 0.5:
            self.slant[0] *= -1
        self.pen = rng.uniform(2.5, 6.5) if rng.random() < 0.8 else rng.uniform(6.5, 9)
        self.gaps = rng.random() < 0.5
        self.strokes = rng.random() < 0.35

    def trace(self, line: Line, closed: bool) -> Line:
        """The path of the pen through corner points: jittered, rounded, trembling and slanted."""
        corners = line + self.rng.normal(0, self.jitter, line.shape)
        if closed:
            corners = np.concatenate([corners, corners[:1]])
        path = _round_corners(_subdivide(corners), self.rounding, closed)
        other_axis = path[:, ::-1, None]
        waves = self.amplitude * np.sin(other_axis * self.frequency + self.phase)
        return (path + waves.sum(axis=2)) @ self.slant

    def lift(self, path: Line) -> list[Line]:
        """Split a closed path into one or more strokes, with a gap or an overlap."""
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
    """A zigzag across the outline, as a quick way to fill it."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    rows = rng.integers(5, 12)
    inset = (high - low) * 0.18
    y = np.linspace(low[1] + inset[1], high[1] - inset[1], rows)
    x = np.where(np.arange(rows) % 2, low[0] + inset[0], high[0] - inset[0])
    return [np.stack([x, y], axis=1)]


def draw(label: int, rng: np.random.Generator) -> np.ndarray:
    """One drawing of class `label` (0 to 9) by a person: uint8 (SIZE, SIZE), black on white."""
    garment, hand = GARMENTS[label](rng), Hand(rng)
    outlines = [hand.trace(line, closed=True) for line in garment.outlines]
    details = [hand.trace(line, closed=False) for line in garment.details if rng.random() < 0.9]
    filling = rng.random()
    grey = rng.uniform(0, 190) if filling < FILLED else None
    strokes = [piece for line in outlines for piece in hand.lift(line)]
    if FILLED <= filling < FILLED + HATCHED:
        details = _hatching(np.concatenate(outlines), rng)
    fills = [(line, grey) for line in outlines] if grey is not None else []
    return render(strokes + details, hand.pen, fills)


def scribble(rng: np.random.Generator) -> np.ndarray:
    """Draw something that is not a garment: uint8 (SIZE, SIZE), black on white."""
    hand = Hand(rng)
    lines = SCRIBBLES[rng.integers(len(SCRIBBLES))](rng)
    extent = max(np.ptp(np.concatenate(lines), axis=0).max(), 1e-9)
    strokes = [hand.trace(line / extent, closed=False) for line in lines]
    return render(strokes, hand.pen)


def _scaled(lines: list[Line], rng: np.random.Generator) -> list[Line]:
    """Lines of any unit in that of the garments, and points no nearer than a garment's corners."""
    extent = max(np.ptp(np.concatenate(lines), axis=0).max(), 1e-9)
    size = rng.uniform(1, 1.5)
    return [_thinned(line * (size / extent)) for line in lines]


def _thinned(line: Line, step: float = 0.09) -> Line:
    """Leave out points that are nearer than `step` to the one before, but for both ends."""
    step = min(step, np.ptp(line, axis=0).max() / 3)
    kept = line[:1].tolist()
    for x, y in line[1:-1].tolist():
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= step:
            kept.append([x, y])
    return np.array([*kept, line[-1]])


def draw_lines(lines: list[Line], rng: np.random.Generator) -> np.ndarray:
    """Draw lines (n, 2) of any unit as garments are drawn: uint8 (SIZE, SIZE), black on white.

    The closed ones are outlines. All but the first may be forgotten.
    """
    hand = Hand(rng)
    lines = [line for i, line in enumerate(_scaled(lines, rng)) if i == 0 or rng.random() < 0.95]
    outlines = [hand.trace(line[:-1], closed=True) for line in lines if is_closed(line)]
    details = [hand.trace(line, closed=False) for line in lines if not is_closed(line)]
    filling = rng.random()
    fills = []
    if filling < FILLED:
        grey = rng.uniform(0, 190)
        fills = [(line, grey) for line in outlines]
    elif outlines and filling < FILLED + HATCHED:
        details += _hatching(max(outlines, key=lambda line: np.ptp(line, axis=0).sum()), rng)
    strokes = [piece for line in outlines for piece in hand.lift(line)]
    return render(strokes + details, hand.pen, fills=fills)


def draw_glyph(outlines: list[Line], rng: np.random.Generator) -> np.ndarray:
    """Draw characters in outline or, as often, filled: uint8 (SIZE, SIZE), black on white."""
    if rng.random() < 0.5:
        return draw_lines(outlines, rng)
    hand = Hand(rng, tremor=0.3)
    fills = [
        (hand.trace(outline[:-1], closed=True), 255 if is_hole(outline) else 0)
        for outline in _scaled(outlines, rng)
    ]
    return render([], hand.pen, fills=fills)
