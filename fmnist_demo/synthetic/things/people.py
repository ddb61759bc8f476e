"""People: faces, hands, eyes."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.parts import eyes, mouth
from fmnist_demo.synthetic.things.shapes import (
    arc,
    blob,
    bumps,
    circle,
    curve,
    dot,
    line,
    mirrored,
    rays,
    ring,
)
from fmnist_demo.synthetic.variation import maybe, pick


def _head(rng) -> Line:
    """A round or oval outline of radius 1."""
    return pick(
        rng,
        circle(0, 0, 1),
        arc(0, 0, 0.8, 1),
        blob((0, -1), (0.8, -0.6), (0.75, 0.3), (0, 1.1), (-0.75, 0.3), (-0.8, -0.6)),
    )


def smiley(rng) -> list[Line]:
    return [_head(rng), *eyes(rng, rng.uniform(0.25, 0.45), -0.25, 0.1), *mouth(rng, 0.25, 0.5)]


def face(rng) -> list[Line]:
    hair = pick(
        rng,
        [curve((-1, 0), (-0.9, -0.7), (0, -1.25), (0.9, -0.7), (1, 0))],
        rays(0, 0, 0.95, rng.uniform(1.1, 1.4), int(rng.integers(4, 12)), 200, 340),
        mirrored([curve((0, -1.05), (0.9, -0.9), (1.1, 0), (1.2, rng.uniform(0.6, 1.4)))]),
        [bumps(0, -0.3, 1, 0.9, 7, 0.25, 180, 360)],
        [],
    )
    nose = pick(
        rng,
        [line((0, -0.1), (-0.12, 0.2), (0.05, 0.22))],
        [arc(0, 0.1, 0.1, 0.08, 0, 180)],
        [dot(0, 0.1)],
        [],
    )
    ears = mirrored([arc(-0.95, 0, 0.18, 0.28, 90, 270)])
    brows = mirrored([line((-0.55, -0.45), (-0.2, -0.5 - rng.normal(0, 0.06)))])
    neck = mirrored([line((0.25, 1), (0.25, 1.4), (0.9, 1.6))])
    return [
        _head(rng),
        *eyes(rng, 0.35, -0.2, 0.1),
        *mouth(rng, 0.45, 0.35),
        *nose,
        *hair,
        *maybe(rng, 0.4, *ears),
        *maybe(rng, 0.3, *brows),
        *maybe(rng, 0.15, *neck),
    ]


def stick_person(rng) -> list[Line]:
    hip, hand, foot = rng.uniform(0.9, 1.3), rng.uniform(-0.4, 0.4), rng.uniform(0.15, 0.45)
    head = circle(0, -0.28, rng.uniform(0.2, 0.35))
    arms = pick(
        rng,
        [line((-0.5, 0.3 + hand), (0, 0.2), (0.5, 0.3 + hand))],
        mirrored([line((0, 0.2), (0.4, 0.4), (0.6, 0.4 + hand))]),
        [line((-0.5, 0.3), (0.5, 0.3))],
    )
    legs = pick(
        rng,
        [line((-foot, hip + 0.7), (0, hip), (foot, hip + 0.7))],
        mirrored([line((0, hip), (foot, hip + 0.6), (foot + 0.15, hip + 0.6))]),
    )
    smile = [dot(-0.09, -0.33), dot(0.09, -0.33), arc(0, -0.24, 0.1, 0.08, 10, 170)]
    return [head, line((0, 0), (0, hip)), *arms, *legs, *maybe(rng, 0.3, *smile)]


def hand(rng) -> list[Line]:
    fingers = int(rng.integers(3, 6))
    length, width = rng.uniform(0.5, 1.1), rng.uniform(0.6, 0.95)
    spread = np.radians(np.linspace(-1, 1, fingers) * rng.uniform(20, 55) - 90)
    points = [(-0.45, 1.3), (-0.5, 0.5)]
    for angle in spread:
        way, side = (
            np.array([np.cos(angle), np.sin(angle)]),
            np.array([-np.sin(angle), np.cos(angle)]),
        )
        side = side * width / fingers
        base = 0.5 * way + [0, 0.3]
        tip = base + way * length
        points += [base - side, tip - 0.7 * side, tip + 0.7 * side, base + side]
    points += [(0.5, 0.5), (0.45, 1.3)]
    outline = line(*points) if rng.random() < 0.3 else curve(*points, steps=2)
    thumb = curve((0.5, 0.6), (0.9, 0.3), (1.1, 0.1), (1.15, 0.25), (0.6, 1))
    return [outline, *maybe(rng, 0.5, thumb)]


def eye(rng) -> list[Line]:
    height, iris = rng.uniform(0.35, 0.7), rng.uniform(0.22, 0.4)
    upper, lower = (curve((-1, 0), (0, way * height), (1, 0)) for way in (-1, 1))
    lashes = rays(0, 0.3, height + 0.35, height + 0.65, int(rng.integers(3, 8)), 220, 320)
    brow = curve((-0.9, -0.7), (0, -1), (0.9, -0.7))
    return [
        upper,
        lower,
        circle(0, 0, iris),
        *maybe(rng, 0.7, circle(0, 0, iris / 2.5)),
        *maybe(rng, 0.45, *lashes),
        *maybe(rng, 0.2, brow),
    ]


def lips(rng) -> list[Line]:
    upper = curve((-1, 0), (-0.35, -0.4), (0, -0.25), (0.35, -0.4), (1, 0))
    lower = curve((1, 0), (0, rng.uniform(0.35, 0.7)), (-1, 0))
    return [upper, lower, *maybe(rng, 0.8, curve((-1, 0), (0, rng.normal(0, 0.1)), (1, 0)))]


def skull(rng) -> list[Line]:
    head = curve((-0.4, 0.9), (-0.45, 0.5), (-1, 0), (0, -1), (1, 0), (0.45, 0.5), (0.4, 0.9))
    teeth = [line((x, 0.6), (x, 0.9)) for x in (-0.2, 0, 0.2)]
    sockets = mirrored([arc(0.4, -0.1, 0.22, 0.25)])
    return [
        head,
        line((-0.4, 0.9), (0.4, 0.9)),
        *sockets,
        *teeth,
        ring((0, 0.2), (0.1, 0.4), (-0.1, 0.4)),
    ]
