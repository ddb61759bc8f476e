"""Drawings of nothing in particular: lines, spirals, polygons, digits, letters, scrawls.

Each function takes a random generator and returns strokes, arrays (n, 2) of x and y in units of
about one drawing's width, y downwards. `drawings` adds the hand and the pen.
"""

from collections.abc import Callable

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.shapes import arc, line


def _circle(x, y, radius, turns=1.0, start=0.0, points=28) -> Line:
    return arc(x, y, radius, radius, start, start + 2 * np.pi * turns, points)


def straight_lines(rng) -> list[Line]:
    """One to four straight strokes anywhere."""
    return [rng.random((2, 2)) for _ in range(rng.integers(1, 5))]


def cross(rng) -> list[Line]:
    """A plus, a cross or an asterisk."""
    start = rng.uniform(0, np.pi)
    angles = start + np.arange(k := rng.integers(2, 5)) * np.pi / k
    arms = np.stack([np.cos(angles), np.sin(angles)], axis=1) / 2
    return [np.stack([-arm, arm]) for arm in arms]


def spiral(rng) -> list[Line]:
    """A spiral of one and a half to five turns."""
    t = np.linspace(0.1, 1, 80)
    angle = t * 2 * np.pi * rng.uniform(1.5, 5) + rng.uniform(0, 2 * np.pi)
    return [np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1) / 2]


def wave(rng) -> list[Line]:
    """A wavy line or a zigzag."""
    x = np.linspace(0, 1, 60)
    y = rng.uniform(0.05, 0.3) * np.sin(x * 2 * np.pi * rng.uniform(1, 6))
    if rng.random() < 0.5:
        corners = rng.integers(4, 10)
        x = np.linspace(0, 1, corners)
        y = np.where(np.arange(corners) % 2, 1, -1) * rng.uniform(0.1, 0.4)
    return [np.stack([x, y], axis=1)]


def scrawl(rng) -> list[Line]:
    """A pen that wanders about, from a loop or two to a dense tangle."""
    steps = rng.normal(0, 1, (rng.integers(8, 60), 2))
    if rng.random() < 0.5:
        steps = np.cumsum(steps, axis=0)
    return [steps]


def circles(rng) -> list[Line]:
    """One circle, or several: rings, bubbles, an eight."""
    count = rng.integers(1, 5)
    return [
        _circle(*rng.uniform(0, 1, 2), rng.uniform(0.15, 0.5), rng.uniform(0.85, 1.2))
        for _ in range(count)
    ]


def polygon(rng) -> list[Line]:
    """A triangle up to an octagon, or a star."""
    corners = rng.integers(3, 9)
    t = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, np.pi)
    radius = np.ones(corners)
    if rng.random() < 0.35:
        t = np.linspace(0, 2 * np.pi, 2 * corners + 2, endpoint=False)
        radius = np.where(np.arange(len(t)) % 2, rng.uniform(0.3, 0.6), 1)
    ring = np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)
    return [np.concatenate([ring, ring[:1]])]


def solid(rng) -> list[Line]:
    """A canvas filled with ink, whole or in part, by strokes to and fro."""
    rows = rng.integers(14, 30)
    y = np.repeat(np.linspace(0, rng.uniform(0.5, 1), rows), 2)
    x = np.tile([0.0, 1.0, 1.0, 0.0], rows)[: len(y)]
    return [np.stack([x, y], axis=1)]


_SEGMENTS = {
    "a": line([0, 0], [1, 0]),
    "b": line([1, 0], [1, 1]),
    "c": line([1, 1], [1, 2]),
    "d": line([1, 2], [0, 2]),
    "e": line([0, 2], [0, 1]),
    "f": line([0, 1], [0, 0]),
    "g": line([0, 1], [1, 1]),
}
_CALCULATOR_DIGITS = (
    "abcdef",
    "bc",
    "abged",
    "abgcd",
    "fgbc",
    "afgcd",
    "afedcg",
    "abc",
    "abcdefg",
    "gfabcd",
)
_ROUND_DIGITS = {
    0: [_circle(0.5, 1, 0.9)],
    6: [_circle(0.5, 1.5, 0.5), line([0.8, 0], [0.2, 0.7], [0, 1.5])],
    8: [_circle(0.5, 0.5, 0.5), _circle(0.5, 1.5, 0.55)],
    9: [_circle(0.5, 0.5, 0.5), line([1, 0.5], [0.9, 1.2], [0.5, 2])],
}


def digits(rng) -> list[Line]:
    """One digit, or two beside each other, built like a calculator's or rounded."""
    strokes = []
    for column in range(rng.integers(1, 3)):
        digit = rng.integers(10)
        drawn = [_SEGMENTS[name] for name in _CALCULATOR_DIGITS[digit]]
        if digit in _ROUND_DIGITS and rng.random() < 0.6:
            drawn = _ROUND_DIGITS[digit]
        strokes += [line + [column * 1.5, 0] for line in drawn]
    return strokes


def letters(rng) -> list[Line]:
    """A few capital letters made of straight strokes."""
    shapes = (
        [[(0, 2), (0.5, 0), (1, 2)], [(0.2, 1.2), (0.8, 1.2)]],
        [[(1, 0), (0, 0), (0, 2), (1, 2)], [(0, 1), (0.8, 1)]],
        [[(0, 0), (0, 2)], [(1, 0), (1, 2)], [(0, 1), (1, 1)]],
        [[(0, 2), (0, 0), (1, 2), (1, 0)]],
        [[(0, 0), (1, 2)], [(1, 0), (0, 2)]],
        [[(0, 0), (0.5, 1), (1, 0)], [(0.5, 1), (0.5, 2)]],
        [[(0, 2), (0, 0), (0.5, 1), (1, 0), (1, 2)]],
        [[(0, 0), (1, 0)], [(0.5, 0), (0.5, 2)]],
    )
    count = rng.integers(1, 4)
    return [
        np.array(stroke, float) + [1.4 * column, 0]
        for column in range(count)
        for stroke in shapes[rng.integers(len(shapes))]
    ]


def grid(rng) -> list[Line]:
    """Parallel lines, or a grid of them."""
    at = np.linspace(0, 1, rng.integers(2, 6))
    rows = [line([0, y], [1, y]) for y in at]
    return rows + ([line[:, ::-1] for line in rows] if rng.random() < 0.7 else [])


def dots(rng) -> list[Line]:
    """A handful of dots and short dashes."""
    at = rng.random((rng.integers(2, 9), 1, 2))
    return list(at + rng.normal(0, 0.03, (len(at), 2, 2)))


SCRIBBLES: tuple[Callable[[np.random.Generator], list[Line]], ...] = (
    straight_lines,
    cross,
    spiral,
    wave,
    scrawl,
    circles,
    polygon,
    solid,
    digits,
    letters,
    grid,
    dots,
)
"""One function per kind of scribble."""
