"""The lines that drawings of things are made of.

x grows to the right and y downwards; angles are in degrees, clockwise from the right. A line whose
last point is its first one is closed.
"""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.shapes import line


def ring(*points) -> Line:
    """A polygon: from point to point and back to the first one."""
    return line(*points, points[0])


def box(left, top, right, bottom) -> Line:
    """A rectangle."""
    return ring((left, top), (right, top), (right, bottom), (left, bottom))


def arc(x, y, rx, ry, start=0.0, end=360.0) -> Line:
    """Part of an ellipse around (x, y), closed if it goes all the way round."""
    t = np.radians(np.linspace(start, end, max(5, round(abs(end - start) / 18) + 1)))
    points = np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], axis=1)
    if end - start == 360:
        points[-1] = points[0]
    return points


def circle(x, y, radius) -> Line:
    """A circle around (x, y)."""
    return arc(x, y, radius, radius)


def dot(x, y) -> Line:
    """The mark of a pen that hardly moves."""
    return line((x, y), (x + 0.01, y + 0.01))


def curve(*points, steps: int = 5) -> Line:
    """A smooth line through the points, closed if its first one is its last: a Catmull-Rom spline.

    Source: Catmull and Rom 1974, "A class of local interpolating splines".
    """
    p = line(*points)
    closed = len(p) > 3 and np.array_equal(p[0], p[-1])
    before, after = (p[-2], p[1]) if closed else (2 * p[0] - p[1], 2 * p[-1] - p[-2])
    q = np.concatenate([[before], p, [after]])
    t = np.arange(steps)[:, None, None] / steps
    a, b, c, d = q[:-3], q[1:-2], q[2:-1], q[3:]
    spans = b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([spans.swapaxes(0, 1).reshape(-1, 2), p[-1:]])


def blob(*points) -> Line:
    """A smooth closed line through the points."""
    return curve(*points, points[0])


def bumps(x, y, rx, ry, count, depth=0.2, start=0.0, end=360.0) -> Line:
    """An ellipse, or a part of one, with a wavy edge: a cloud, a crown of leaves, a splash."""
    t = np.linspace(0, 1, 6 * count + 1)
    reach = 1 + depth * np.abs(np.sin(t * np.pi * count))
    angle = np.radians(start + t * (end - start))
    points = np.stack([x + rx * reach * np.cos(angle), y + ry * reach * np.sin(angle)], axis=1)
    if end - start == 360:
        points[-1] = points[0]
    return points


def rays(x, y, inner, outer, count, start=0.0, end=360.0) -> list[Line]:
    """Short lines that point away from (x, y)."""
    angles = np.radians(np.linspace(start, end, count, endpoint=end - start != 360))
    return [
        line((x, y), (x, y)) + np.array([[inner], [outer]]) * [np.cos(angle), np.sin(angle)]
        for angle in angles
    ]


def mirrored(lines: list[Line], x: float = 0.0) -> list[Line]:
    """The lines, and their mirror images at the vertical through `x`."""
    return lines + [each * [-1, 1] + [2 * x, 0] for each in lines]


def moved(lines: list[Line], x=0.0, y=0.0, scale=1.0, turn=0.0) -> list[Line]:
    """The lines scaled, turned by degrees around the origin, then moved."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return [each * scale @ np.array([[c, s], [-s, c]]) + [x, y] for each in lines]


def is_closed(stroke: Line) -> bool:
    """Whether a line ends where it starts."""
    return len(stroke) > 3 and np.array_equal(stroke[0], stroke[-1])
