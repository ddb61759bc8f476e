"""The lines of which garments and scribbles consist."""

from collections.abc import Callable

import numpy as np

from fmnist_demo.images.strokes import Line


def line(*points) -> Line:
    """A line through `points`, pairs of x and y."""
    return np.array(points, dtype=float)


def across(half_width, y) -> Line:
    """A horizontal line at height `y` from -`half_width` to `half_width`."""
    return line([-half_width, y], [half_width, y])


def arc(x, y, rx, ry, start=0.0, end=2 * np.pi, points=16) -> Line:
    """Part of an ellipse around (x, y); angles in radians, clockwise from the right."""
    t = np.linspace(start, end, points)
    return np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], axis=1)


def rotation(angle: float) -> np.ndarray:
    """The matrix (2, 2) that turns `line @ matrix` clockwise by `angle` radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


def sometimes(
    rng: np.random.Generator, *parts: tuple[float, Callable[[], list[Line]]]
) -> list[Line]:
    """The lines of those `parts` that chance picks: each is a probability and what draws it."""
    return [line for share, draw in parts if rng.random() < share for line in draw()]
