"""Shapes, signs, plans and writing."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.shapes import (
    arc,
    box,
    circle,
    curve,
    dot,
    line,
    mirrored,
    moved,
    ring,
)
from fmnist_demo.synthetic.variation import any_way, maybe, pick


def square(rng) -> list[Line]:
    return [box(-1, -1, 1, 1)]


def triangle(rng) -> list[Line]:
    return [ring((rng.uniform(-1, 1), -rng.uniform(0.6, 1.5)), (1, 0.5), (-1, 0.5))]


def diamond(rng) -> list[Line]:
    gem = [
        ring((-0.5, -0.6), (0.5, -0.6), (1, -0.1), (0, 1), (-1, -0.1)),
        line((-1, -0.1), (1, -0.1)),
        *maybe(rng, 0.6, line((-0.4, -0.1), (0, 1), (0.4, -0.1))),
    ]
    return pick(rng, [ring((0, -1), (0.7, 0), (0, 1), (-0.7, 0))], gem)


def cube(rng) -> list[Line]:
    d = rng.uniform(0.3, 0.7)
    front, back = box(-0.6, -0.6, 0.6, 0.6), box(-0.6 + d, -0.6 - d, 0.6 + d, 0.6 - d)
    edges = [line(a, b) for a, b in zip(front[:4], back[:4], strict=True)]
    solid = [front, line(front[0], back[0], back[1], back[2], front[2]), edges[1]]
    return pick(rng, [front, back, *edges], solid)


def cylinder(rng) -> list[Line]:
    h, flat = rng.uniform(0.6, 1.4), rng.uniform(0.15, 0.3)
    can = [
        arc(0, -h, 0.7, flat),
        *mirrored([line((0.7, -h), (0.7, h))]),
        arc(0, h, 0.7, flat, 0, 180),
    ]
    cone = [*mirrored([line((0, -h), (0.8, h))]), arc(0, h, 0.8, flat, 0, 180)]
    return any_way(rng, pick(rng, can, cone))


def pyramid(rng) -> list[Line]:
    return [
        ring((-1, 0.6), (0, -1), (0.5, 0.8)),
        line((0, -1), (1, 0.4), (0.5, 0.8)),
        *maybe(rng, 0.4, line((-1.4, 0.7), (1.4, 0.7))),
    ]


def heart(rng) -> list[Line]:
    dip = rng.uniform(-0.6, -0.3)
    return [
        curve(
            (0, dip),
            (0.4, -0.9),
            (0.95, -0.6),
            (0.8, 0.1),
            (0, 1),
            (-0.8, 0.1),
            (-0.95, -0.6),
            (-0.4, -0.9),
            (0, dip),
        ),
        *maybe(rng, 0.12, line((-1.3, 0.6), (1.3, -0.7))),
    ]


def arrow(rng) -> list[Line]:
    head = rng.uniform(0.25, 0.5)
    thin = [line((-1, 0), (1, 0)), line((1 - head, -head), (1, 0), (1 - head, head))]
    thick = [
        ring((-1, -0.25), (0.2, -0.25), (0.2, -0.6), (1, 0), (0.2, 0.6), (0.2, 0.25), (-1, 0.25))
    ]
    bent = [
        curve((-0.8, 0.8), (-0.6, -0.3), (0.8, -0.4)),
        line((0.5, -0.7), (0.8, -0.4), (0.5, -0.1)),
    ]
    return any_way(rng, pick(rng, thin, thick, bent))


def mark(rng) -> list[Line]:
    """A tick, a cross, a plus, a question mark, a peace sign."""
    question = [curve((-0.5, -0.5), (0, -1), (0.5, -0.5), (0.05, 0), (0, 0.4)), dot(0, 0.8)]
    peace = [circle(0, 0, 1), line((0, -1), (0, 1)), line((-0.7, 0.7), (0, 0), (0.7, 0.7))]
    swords = [line((-0.8, -1), (0.8, 1)), line((0.8, -1), (-0.8, 1))]
    return pick(
        rng,
        [line((-0.8, 0), (-0.2, 0.7), (1, -0.9))],
        swords,
        [line((0, -1), (0, 1)), line((-1, 0), (1, 0))],
        question,
        peace,
    )


def infinity(rng) -> list[Line]:
    t = np.radians(np.linspace(0, 360, 40))
    return [np.stack([np.cos(t), rng.uniform(0.6, 1.2) * np.sin(t) * np.cos(t)], axis=1)]


def crown(rng) -> list[Line]:
    points = int(rng.integers(3, 6))
    x = np.linspace(-1, 1, 2 * points - 1)
    y = np.where(np.arange(len(x)) % 2, 0.0, -0.9)
    return [
        ring(*np.stack([x, y], axis=1), (0.9, 0.8), (-0.9, 0.8)),
        *maybe(rng, 0.4, line((-0.9, 0.5), (0.9, 0.5))),
    ]


def speech_bubble(rng) -> list[Line]:
    return [
        np.concatenate(
            [arc(0, 0, 1, 0.7, 130, 460), [[-0.7, 1.1]], arc(0, 0, 1, 0.7, 130, 131)[:1]]
        ),
        *maybe(rng, 0.5, *(dot(x, 0) for x in (-0.4, 0, 0.4))),
    ]


def chart(rng) -> list[Line]:
    axes = line((-1, -1), (-1, 1), (1.2, 1))
    bars = [
        box(x, y, x + 0.35, 1)
        for x, y in zip((-0.8, -0.3, 0.2, 0.7), rng.uniform(-0.8, 0.7, 4), strict=True)
    ]
    graph = np.stack([np.linspace(-0.9, 1, 6), rng.uniform(-0.8, 0.8, 6)], axis=1)
    return [axes, *pick(rng, bars, [graph])]


def plan(rng) -> list[Line]:
    """The rooms of a flat, or boxes that arrows join."""
    x, y = rng.uniform(-0.5, 0.5), rng.uniform(-0.4, 0.4)
    rooms = [
        box(-1.2, -0.9, 1.2, 0.9),
        line((x, -0.9), (x, 0.9)),
        line((x, y), (1.2, y)),
        *maybe(rng, 0.5, line((-1.2, -y), (x, -y))),
        *maybe(rng, 0.4, arc(x, 0.9, 0.4, 0.4, 180, 270)),
    ]
    boxes = [
        box(-1.4, -0.3, -0.6, 0.3),
        line((-0.6, 0), (0.3, 0)),
        line((0.1, -0.15), (0.3, 0), (0.1, 0.15)),
        pick(rng, box(0.3, -0.3, 1.1, 0.3), circle(0.7, 0, 0.4)),
        *maybe(rng, 0.5, line((0.7, 0.4), (0.7, 0.9)), box(0.3, 0.9, 1.1, 1.4)),
    ]
    return pick(rng, rooms, boxes)


def board(rng) -> list[Line]:
    """Noughts and crosses, or a grid."""
    thirds = [
        line((-0.33, -1), (-0.33, 1)),
        line((0.33, -1), (0.33, 1)),
        line((-1, -0.33), (1, -0.33)),
        line((-1, 0.33), (1, 0.33)),
    ]
    marks = [
        each
        for at in rng.permutation([(-0.66, -0.66), (0, 0), (0.66, 0), (0, -0.66), (-0.66, 0.66)])[
            : rng.integers(0, 5)
        ]
        for each in moved(
            pick(
                rng,
                [circle(0, 0, 0.22)],
                [line((-0.2, -0.2), (0.2, 0.2)), line((0.2, -0.2), (-0.2, 0.2))],
            ),
            *at,
        )
    ]
    return [*thirds, *marks, *maybe(rng, 0.3, box(-1, -1, 1, 1))]


def handwriting(rng) -> list[Line]:
    """A word in joined-up writing, or a signature."""
    letters = int(rng.integers(3, 8))
    t = np.linspace(0, letters, 9 * letters)
    loop, height = (
        rng.uniform(0.2, 0.6),
        rng.uniform(0.4, 1, letters + 1) * rng.choice([1, 1, 2], letters + 1),
    )
    x = 0.6 * t + loop * np.sin(2 * np.pi * t)
    y = -height[np.minimum(t.astype(int), letters)] * (1 - np.cos(2 * np.pi * t)) / 2
    underline = curve((0, 0.5), (0.3 * letters, 0.4), (0.6 * letters, 0.5))
    return [np.stack([x, y], axis=1), *maybe(rng, 0.3, underline)]
