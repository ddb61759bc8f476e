"""Sky, weather and landscape."""

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
    moved,
    rays,
    ring,
)
from fmnist_demo.synthetic.variation import maybe, pick


def sun(rng) -> list[Line]:
    r, count = rng.uniform(0.35, 0.65), int(rng.integers(6, 15))
    ring_of_rays = rays(0, 0, r + rng.uniform(0, 0.15), rng.uniform(0.85, 1.2), count)
    spikes = [
        np.concatenate(
            [
                (
                    z := np.stack(
                        [
                            np.where(np.arange(2 * count) % 2, r, 1)
                            * f(np.arange(2 * count) * np.pi / count)
                            for f in (np.cos, np.sin)
                        ],
                        axis=1,
                    )
                ),
                z[:1],
            ]
        )
    ]
    smile = [*eyes(rng, 0.15, -0.1, 0.05), *mouth(rng, 0.05, 0.2)]
    corner = [arc(-1, -1, 0.9, 0.9, 0, 90), *rays(-1, -1, 1.05, 1.5, 5, 5, 85)]
    return pick(
        rng,
        [circle(0, 0, r), *ring_of_rays, *maybe(rng, 0.25, *smile)],
        [circle(0, 0, r), *ring_of_rays],
        [circle(0, 0, r), *spikes],
        corner,
    )


def moon(rng) -> list[Line]:
    depth = rng.uniform(-0.4, 0.6)
    crescent = [
        curve((0.2, -1), (-0.6, -0.7), (-0.9, 0), (-0.6, 0.7), (0.2, 1)),
        curve((0.2, -1), (-depth * 0.6, -0.5), (-depth, 0), (-depth * 0.6, 0.5), (0.2, 1)),
    ]
    craters = [
        circle(*at, rng.uniform(0.08, 0.2))
        for at in rng.uniform(-0.5, 0.5, (rng.integers(2, 5), 2))
    ]
    return pick(rng, crescent, crescent, [circle(0, 0, 1), *craters])


def star(rng) -> list[Line]:
    points = int(rng.choice([4, 5, 5, 5, 6, 8]))
    angles = np.radians(np.arange(2 * points) * 180 / points - 90)
    radius = np.where(np.arange(2 * points) % 2, rng.uniform(0.3, 0.6), 1)
    outline = ring(*np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1))
    five = np.radians(np.arange(6) * 144 - 90)
    return pick(rng, [outline], [np.stack([np.cos(five), np.sin(five)], axis=1)])


def cloud(rng) -> list[Line]:
    count = int(rng.integers(5, 11))
    outline = pick(
        rng,
        bumps(0, 0, 1, rng.uniform(0.45, 0.7), count, rng.uniform(0.1, 0.35)),
        np.concatenate([bumps(0, 0, 1, 0.6, count // 2 + 1, 0.3, 180, 360), [[-1, 0]]]),
    )
    drops = [
        line((x, 0.75), (x - 0.1, 1.1)) for x in np.linspace(-0.6, 0.6, int(rng.integers(3, 6)))
    ]
    return [outline, *maybe(rng, 0.3, *drops)]


def lightning(rng) -> list[Line]:
    w = rng.uniform(0.15, 0.4)
    bolt = ring(
        (0.2, -1.2),
        (-0.5, 0.1),
        (-0.05, 0.1),
        (-0.4, 1.2),
        (0.5, -0.2),
        (0.05, -0.2),
        (0.2 + w, -1.2),
    )
    zigzag = line((0.2, -1), (-0.3, -0.1), (0.2, 0), (-0.2, 1))
    return [
        *pick(rng, [bolt], [bolt], [zigzag], [zigzag, zigzag + [w, 0]]),
        *maybe(rng, 0.15, bumps(0.1, -1.4, 0.8, 0.3, 7)),
    ]


def rainbow(rng) -> list[Line]:
    return [arc(0, 0, r, r * 0.9, 180, 360) for r in np.linspace(0.5, 1, int(rng.integers(3, 6)))]


def snowflake(rng) -> list[Line]:
    arm = [
        line((0, 0), (0, -1)),
        *mirrored([line((0, -0.6), (0.2, -0.85))]),
        *maybe(rng, 0.5, *mirrored([line((0, -0.3), (0.2, -0.5))])),
    ]
    return [each for k in range(6) for each in moved(arm, turn=60 * k)]


def snowman(rng) -> list[Line]:
    sizes = np.array([0.38, 0.55, 0.75]) if rng.random() < 0.55 else np.array([0.5, 0.8])
    centres = np.cumsum(np.concatenate([[0], (sizes[:-1] + sizes[1:]) * 0.92]))
    balls = [arc(0, y, r * rng.uniform(0.9, 1.15), r) for y, r in zip(centres, sizes, strict=True)]
    top = -sizes[0] * 0.85
    hat = [
        line((-0.45, top), (0.45, top)),
        line((-0.27, top), (-0.27, top - 0.45), (0.27, top - 0.45), (0.27, top)),
    ]
    arms = mirrored([line((0.5, centres[1] - 0.1), (1.1, centres[1] - 0.4))])
    buttons = [dot(0, centres[1] + y) for y in (-0.2, 0.05, 0.3)]
    nose = line((0, 0), (0.3, 0.08), (0, 0.1))
    return [
        *balls,
        *maybe(rng, 0.6, *eyes(rng, 0.13, -0.1, 0.04)),
        *maybe(rng, 0.4, nose),
        *maybe(rng, 0.35, *hat),
        *maybe(rng, 0.5, *arms),
        *maybe(rng, 0.5, *buttons),
    ]


def mountains(rng) -> list[Line]:
    x = np.linspace(-1.5, 1.5, 2 * int(rng.integers(2, 4)) + 1)
    y = np.where(np.arange(len(x)) % 2, -rng.uniform(0.6, 1.4, len(x)), 0)
    return [
        np.stack([x, y], axis=1),
        *maybe(rng, 0.4, circle(rng.uniform(-1, 1), -1.3, 0.25)),
        *maybe(rng, 0.5, line((-1.5, 0), (1.5, 0))),
    ]


def flame(rng) -> list[Line]:
    outer = blob(
        (0, -1.2), (0.3, -0.5), (0.7, 0.3), (0.3, 0.9), (-0.3, 0.9), (-0.7, 0.3), (-0.4, -0.2)
    )
    return [outer, *maybe(rng, 0.5, blob((0, -0.1), (0.25, 0.5), (0, 0.8), (-0.25, 0.5)))]


def drop(rng) -> list[Line]:
    return [
        curve((0, -1.1), (0.55, 0.2), (0.4, 0.8), (0, 0.95), (-0.4, 0.8), (-0.55, 0.2), (0, -1.1)),
        *maybe(rng, 0.3, arc(0, 0.35, 0.3, 0.35, 90, 170)),
    ]
