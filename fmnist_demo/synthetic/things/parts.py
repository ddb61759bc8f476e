"""What several things have: eyes, a mouth, legs, wheels."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.shapes import arc, circle, dot, line, mirrored
from fmnist_demo.synthetic.variation import maybe, pick


def eyes(rng, x, y, size) -> list[Line]:
    """A pair of eyes at ± x: dots, rings, dashes or closed."""
    size *= rng.uniform(0.7, 1.3)
    eye = pick(
        rng,
        [dot(x, y)],
        [circle(x, y, size)],
        [arc(x, y, size, 1.6 * size)],
        [circle(x, y, 1.7 * size), dot(x, y)],
        [line((x, y - size), (x, y + size))],
        [arc(x, y, 1.5 * size, size, 180, 360)],
    )
    return mirrored(eye)


def mouth(rng, y, width) -> list[Line]:
    """A smile, a frown, a straight, an open or a toothy mouth."""
    depth = width * rng.uniform(0.3, 1)
    smile = arc(0, y, width, depth, 15, 165)
    return pick(
        rng,
        [smile],
        [smile],
        [arc(0, y + depth, width, depth, 200, 340)],
        [line((-width, y + depth / 2), (width, y + depth / 2))],
        [np.concatenate([arc(0, y, width, depth, 0, 180), [[width, y]]])],
        [arc(0, y + depth / 2, width / 2, depth / 2)],
    )


def legs(rng, xs, top, bottom) -> list[Line]:
    """Legs at each x: single strokes, or two strokes and a foot each."""
    if rng.random() < 0.5:
        return [line((x, top), (x + rng.normal(0, 0.05), bottom)) for x in xs]
    return [
        line((x - 0.08, top), (x - 0.08, bottom), (x + 0.12, bottom), (x + 0.08, top)) for x in xs
    ]


def wheels(rng, xs, y, radius) -> list[Line]:
    hubs = [circle(x, y, radius * 0.4) for x in xs]
    return [*(circle(x, y, radius) for x in xs), *maybe(rng, 0.35, *hubs)]
