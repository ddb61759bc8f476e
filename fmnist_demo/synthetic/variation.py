"""How drawings of the same thing differ, before the hand and the pen come in."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.shapes import moved


def distorted(lines: list[Line], rng: np.random.Generator) -> list[Line]:
    """The lines stretched, narrowed towards one side and bent, as nobody draws in proportion."""
    points = np.concatenate(lines)
    low, extent = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    stretch = extent * np.exp(rng.normal(0, 0.12, 2))
    narrow, bend = rng.normal(0, 0.1, 2), rng.normal(0, 0.05, 2)

    def distort(stroke: Line) -> Line:
        unit = 2 * (stroke - low) / extent - 1  # the square from -1 to 1
        other = unit[:, ::-1]
        return (unit * (1 + narrow * other) + bend * other**2) * stretch / 2

    return [distort(stroke) for stroke in lines]


def maybe(rng, probability: float, *lines: Line) -> list[Line]:
    """The lines, or nothing."""
    return list(lines) if rng.random() < probability else []


def any_way(rng, lines: list[Line]) -> list[Line]:
    """The lines turned to any side, mostly upright or lying."""
    turn = rng.choice([0, 90, 180, 270]) + rng.normal(0, 15)
    return moved(lines, turn=turn if rng.random() < 0.6 else rng.uniform(0, 360))


def pick(rng, *options):
    """One of several lists of lines."""
    return options[rng.integers(len(options))]
