"""Animals, whole or their heads."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.parts import eyes, legs, mouth
from fmnist_demo.synthetic.things.shapes import (
    arc,
    blob,
    box,
    circle,
    curve,
    dot,
    line,
    mirrored,
    moved,
    ring,
)
from fmnist_demo.synthetic.variation import maybe, pick


def _whiskers(x, y) -> list[Line]:
    return mirrored([line((x, y + 0.15 * k), (x + 0.6, y + 0.3 * k)) for k in (-1, 0, 1)])


def cat_head(rng) -> list[Line]:
    tip = rng.uniform(1.1, 1.6)
    ears = mirrored([line((0.25, -0.9), (0.7, -tip), (0.9, -0.4))])
    pointed = ring(
        *[(-0.9, -0.3), (-0.8, -tip), (-0.3, -0.8), (0.3, -0.8), (0.8, -tip), (0.9, -0.3)],
        (0.7, 0.6),
        (0, 1),
        (-0.7, 0.6),
    )
    outline = pick(rng, [circle(0, 0, 1), *ears], [arc(0, 0, 1.1, 0.9), *ears], [pointed])
    muzzle = [
        ring((-0.1, 0.15), (0.1, 0.15), (0, 0.3)),
        *mirrored([arc(0.15, 0.3, 0.15, 0.15, 0, 180)]),
    ]
    return [
        *outline,
        *eyes(rng, 0.38, -0.15, 0.1),
        *maybe(rng, 0.8, *muzzle),
        *maybe(rng, 0.8, *_whiskers(0.35, 0.3)),
    ]


def dog_head(rng) -> list[Line]:
    drop = rng.uniform(0.2, 1)
    ears = mirrored([curve((0.5, -0.85), (1.1, -0.8), (1.35, drop - 0.2), (1, drop), (0.75, -0.2))])
    muzzle = [arc(0, 0.35, 0.18, 0.12), line((0, 0.45), (0, 0.6)), arc(0, 0.5, 0.3, 0.2, 10, 170)]
    tongue = curve((-0.12, 0.7), (-0.12, 1), (0.12, 1), (0.12, 0.7))
    return [
        arc(0, 0, 0.85, 1),
        *ears,
        *eyes(rng, 0.35, -0.2, 0.1),
        *muzzle,
        *maybe(rng, 0.4, tongue),
    ]


def bear(rng) -> list[Line]:
    ears = mirrored([circle(0.75, -0.8, rng.uniform(0.25, 0.45))])
    snout = [arc(0, 0.4, 0.4, 0.3), arc(0, 0.3, 0.12, 0.08)]
    body = [arc(0, 2, 0.9, 1.1), *mirrored([arc(0.9, 1.6, 0.25, 0.5), arc(0.6, 3, 0.35, 0.25)])]
    return [
        circle(0, 0, 1),
        *ears,
        *eyes(rng, 0.35, -0.15, 0.09),
        *maybe(rng, 0.8, *snout),
        *maybe(rng, 0.35, *body),
    ]


def rabbit(rng) -> list[Line]:
    length = rng.uniform(0.9, 1.6)
    ears = mirrored(
        [curve((0.1, -0.9), (0.15, -0.9 - length), (0.55, -0.9 - length), (0.6, -0.75))]
    )
    teeth = [box(-0.15, 0.5, 0, 0.75), box(0, 0.5, 0.15, 0.75)]
    body = [arc(0, 1.9, 0.8, 1), *mirrored([arc(0.5, 2.8, 0.35, 0.18)])]
    return [
        circle(0, 0, 1),
        *ears,
        *eyes(rng, 0.35, -0.2, 0.1),
        dot(0, 0.15),
        *maybe(rng, 0.4, *_whiskers(0.3, 0.3)),
        *maybe(rng, 0.4, *teeth),
        *maybe(rng, 0.4, *body),
    ]


def four_legged(rng) -> list[Line]:
    """A cat, a dog, a horse, a cow: a body, a head, legs and a tail."""
    length, girth, leg = rng.uniform(0.9, 1.4), rng.uniform(0.3, 0.5), rng.uniform(0.4, 0.9)
    neck = rng.uniform(0, 0.7)
    body = pick(
        rng,
        [arc(0, 0, length, girth)],
        [box(-length, -girth, length, girth)],
        [
            curve(
                (-length, girth),
                (-length, -girth),
                (0, -girth * 0.8),
                (length, -girth),
                (length, girth),
            )
        ],
    )
    x, y = length + 0.15 + neck * 0.3, -girth - 0.2 - neck
    head = pick(
        rng,
        circle(x, y, 0.35),
        arc(x + 0.1, y, 0.5, 0.28),
        ring((x - 0.3, y - 0.25), (x + 0.6, y), (x - 0.2, y + 0.3)),
    )
    ears = pick(
        rng,
        [
            line((x - 0.25, y - 0.25), (x - 0.2, y - 0.6), (x, y - 0.3)),
            line((x + 0.05, y - 0.3), (x + 0.2, y - 0.6), (x + 0.25, y - 0.2)),
        ],
        [arc(x - 0.3, y, 0.12, 0.3)],
        [],
    )
    throat = [line((length - 0.3, -girth), (x - 0.3, y)), line((length, 0), (x, y + 0.3))]
    tail = curve(
        (-length, -0.1),
        (-length - 0.4, -0.1 + rng.normal(0, 0.3)),
        (-length - 0.5, rng.uniform(-1, 0.6)),
    )
    xs = (-0.8 * length, -0.5 * length, 0.5 * length, 0.8 * length)
    return [
        *body,
        head,
        *ears,
        *(throat if neck > 0.2 else []),
        *legs(rng, xs if rng.random() < 0.7 else xs[::3], girth * 0.7, girth + leg),
        tail,
        *maybe(rng, 0.6, dot(x + 0.1, y - 0.05)),
    ]


def fish(rng) -> list[Line]:
    fat = rng.uniform(0.3, 0.7)
    tail = rng.uniform(0.3, 0.6)
    loop = curve(
        (1.5, -tail), (0.8, 0), (0, fat), (-1, 0), (0, -fat), (0.8, 0), (1.5, tail), (1.5, -tail)
    )
    apart = [arc(0, 0, 1, fat), ring((0.95, 0), (1.5, -tail), (1.5, tail))]
    scales = [arc(x, 0, 0.12, 0.25 * fat / 0.5, 90, 270) for x in (-0.1, 0.15, 0.4)]
    fin = curve((-0.2, -fat * 0.95), (0.1, -fat - 0.35), (0.35, -fat * 0.85))
    return [
        *pick(rng, [loop], apart),
        pick(rng, dot(-0.65, -0.1), circle(-0.6, -0.1, 0.08)),
        *maybe(rng, 0.35, line((-1, 0.05), (-0.75, 0.1))),
        *maybe(rng, 0.3, arc(-0.55, 0, 0.1, fat * 0.7, -80, 80)),
        *maybe(rng, 0.3, *scales),
        *maybe(rng, 0.4, fin),
        *maybe(rng, 0.25, fin * [1, -1]),
    ]


def whale(rng) -> list[Line]:
    body = curve(
        (1.5, -0.9),
        (1.1, -0.5),
        (0.6, -0.1),
        (-0.3, -0.6),
        (-1.1, -0.3),
        (-1.1, 0.4),
        (0.2, 0.6),
        (1, 0.3),
        (1.2, -0.5),
        (0.8, -0.9),
    )
    spout = mirrored([curve((-0.4, -0.6), (-0.4, -1), (-0.1, -1.2))], -0.4)
    return [
        body,
        dot(-0.7, 0),
        *maybe(rng, 0.6, *spout),
        *maybe(rng, 0.5, curve((-1.1, 0.2), (-0.7, 0.3), (-0.4, 0.15))),
    ]


def bird(rng) -> list[Line]:
    seagull = [curve((-1, 0), (-0.5, -0.4), (0, 0.1), (0.5, -0.4), (1, 0))]
    flock = [
        each
        for k in range(rng.integers(2, 4))
        for each in moved(seagull, *rng.uniform(-1.5, 1.5, 2), 0.6)
    ]
    body = curve(
        (-1.4, -0.1),
        (-0.7, 0.1),
        (0, -0.45),
        (0.7, -0.3),
        (0.9, 0.2),
        (0.2, 0.6),
        (-0.6, 0.4),
        (-1.4, -0.1),
    )
    head = circle(0.85, -0.55, 0.33)
    beak = line((1.13, -0.7), (1.5, -0.5), (1.13, -0.45))
    wing = curve((-0.5, 0), (0, 0.4), (0.5, -0.1), (-0.5, 0))
    perched = [
        body,
        head,
        beak,
        *maybe(rng, 0.7, wing),
        *maybe(rng, 0.8, dot(0.9, -0.6)),
        *maybe(rng, 0.7, *legs(rng, (0, 0.3), 0.55, 1)),
    ]
    plain = [arc(0, 0, 0.8, 0.5), circle(0.8, -0.5, 0.3), beak, *legs(rng, (-0.1, 0.2), 0.5, 0.9)]
    return pick(rng, perched, perched, plain, seagull, flock)


def duck(rng) -> list[Line]:
    body = blob(
        (-1.2, -0.4),
        (-0.4, 0),
        (0.3, 0),
        (0.3, -0.6),
        (0.7, -1),
        (1, -0.6),
        (0.9, 0.1),
        (0.5, 0.6),
        (-0.6, 0.6),
    )
    beak = line((1, -0.75), (1.35, -0.6), (1, -0.5))
    water = curve((-1.5, 0.75), (-0.8, 0.65), (0, 0.75), (0.8, 0.65), (1.4, 0.75))
    return [
        body,
        beak,
        dot(0.75, -0.75),
        *maybe(rng, 0.4, water),
        *maybe(rng, 0.5, curve((-0.6, 0.1), (-0.1, 0.4), (0.3, 0.1))),
    ]


def penguin(rng) -> list[Line]:
    belly = arc(0, 0.2, 0.4, 0.75)
    wings = mirrored([curve((0.6, -0.4), (0.95, 0.2), (0.65, 0.4))])
    feet = mirrored([arc(0.25, 1.05, 0.25, 0.1)])
    return [
        arc(0, 0, 0.65, 1),
        *maybe(rng, 0.7, belly),
        *wings,
        *eyes(rng, 0.2, -0.6, 0.05),
        ring((-0.1, -0.45), (0.1, -0.45), (0, -0.28)),
        *feet,
    ]


def butterfly(rng) -> list[Line]:
    top, low = rng.uniform(0.7, 1.2), rng.uniform(0.5, 0.9)
    upper = curve((0.05, -0.1), (0.4, -top), (1, -top), (1, -0.2), (0.05, 0))
    lower = curve((0.05, 0.05), (0.8, 0.15), (0.8, low), (0.3, low), (0.05, 0.2))
    body = pick(rng, arc(0, 0.1, 0.08, 0.6), line((0, -0.5), (0, 0.7)))
    feelers = mirrored([curve((0, -0.5), (0.15, -0.9), (0.35, -1))])
    spots = mirrored([circle(0.6, -0.5, 0.15), circle(0.5, 0.4, 0.1)])
    return [*mirrored([upper, lower]), body, *maybe(rng, 0.7, *feelers), *maybe(rng, 0.3, *spots)]


def spider(rng) -> list[Line]:
    legs = mirrored(
        [line((0.3, 0.1 * k), (0.8, 0.3 * k - 0.3), (1.2, 0.45 * k + 0.1)) for k in range(-2, 2)]
    )
    return [
        circle(0, 0, rng.uniform(0.3, 0.5)),
        *maybe(rng, 0.6, circle(0, -0.5, 0.2)),
        *legs,
        *maybe(rng, 0.4, line((0, -0.6), (0, -1.8))),
    ]


def insect(rng) -> list[Line]:
    """A bee, a ladybird or a beetle from above."""
    legs = mirrored([line((0.5, y), (1, y + rng.normal(0, 0.15))) for y in (-0.4, 0.1, 0.5)])
    spots = mirrored([circle(0.3, -0.2, 0.1), circle(0.3, 0.4, 0.1)])
    stripes = [arc(0, y - 0.1, 0.6, 0.15, 10, 170) for y in (-0.2, 0.2, 0.5)]
    return [
        arc(0, 0.1, 0.65, 0.9),
        arc(0, -0.9, 0.35, 0.25),
        *pick(rng, [line((0, -0.7), (0, 1)), *spots], stripes),
        *maybe(rng, 0.7, *legs),
        *mirrored([curve((0.1, -1.1), (0.2, -1.4), (0.4, -1.5))]),
    ]


def snail(rng) -> list[Line]:
    t = np.linspace(0.15, 1, 30)
    angle = np.radians(t * rng.uniform(500, 1000))
    shell = np.stack([0.7 * t * np.cos(angle), 0.7 * t * np.sin(angle) - 0.3], axis=1)
    foot = curve((-1, 0.5), (0, 0.4), (0.9, 0.45), (1.1, -0.2), (1.35, -0.2), (1.3, 0.6), (-1, 0.6))
    return [shell, foot, line((1.15, -0.2), (1.05, -0.6)), line((1.3, -0.2), (1.4, -0.6))]


def snake(rng) -> list[Line]:
    waves, height = rng.integers(2, 5), rng.uniform(0.2, 0.5)
    x = np.linspace(0, 2, 30)
    y = height * np.sin(x * np.pi * waves / 1.5)
    tongue = [line((2.3, y[-1]), (2.5, y[-1])), line((2.5, y[-1]), (2.65, y[-1] - 0.08))]
    body = np.stack([x, y], axis=1)
    return [
        body,
        *maybe(rng, 0.5, body + [0, 0.22]),
        arc(2.12, y[-1] + 0.05, 0.2, 0.15),
        *maybe(rng, 0.5, *tongue),
    ]


def turtle(rng) -> list[Line]:
    shell = np.concatenate([arc(0, 0, 1, rng.uniform(0.5, 0.9), 180, 360), [[-1, 0]]])
    head = curve((0.95, -0.1), (1.3, -0.5), (1.6, -0.2), (1.3, 0.05), (0.9, 0))
    return [
        shell,
        head,
        *legs(rng, (-0.6, 0.6), 0, 0.35),
        *maybe(rng, 0.4, line((-0.6, -0.4), (0, -0.1), (0.6, -0.4))),
        dot(1.4, -0.25),
    ]


def elephant(rng) -> list[Line]:
    body = arc(0, 0, 1, 0.65)
    trunk = curve((1.4, -0.5), (1.7, 0), (1.6, 0.6), (1.75, 0.7))
    return [
        body,
        circle(1.1, -0.4, 0.45),
        trunk,
        trunk - [0.25, 0],
        curve((0.9, -0.8), (0.4, -0.7), (0.5, 0), (0.95, -0.1)),
        *legs(rng, (-0.7, -0.3, 0.4, 0.7), 0.5, 1.1),
        curve((-1, 0), (-1.2, 0.2), (-1.15, 0.5)),
    ]


def octopus(rng) -> list[Line]:
    arms = [
        curve((x, 0.5), (1.4 * x + rng.normal(0, 0.1), 0.9), (1.6 * x + rng.normal(0, 0.15), 1.5))
        for x in np.linspace(-0.7, 0.7, int(rng.integers(4, 8)))
    ]
    return [
        curve((-0.7, 0.5), (-0.8, -0.5), (0, -1), (0.8, -0.5), (0.7, 0.5)),
        *arms,
        *eyes(rng, 0.3, -0.2, 0.1),
        *maybe(rng, 0.5, *mouth(rng, 0.1, 0.2)),
    ]
