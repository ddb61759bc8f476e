"""Everyday things that are not garments, as people draw them in ten or twenty seconds.

Each function takes a random generator and returns strokes, arrays (n, 2) of x and y in any unit, y
downwards; closed strokes end where they start. `strokes` adds what all people do: they distort,
leave off and draw several. `drawings` adds the hand and the pen.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.held_out import is_held_out
from fmnist_demo.synthetic.shapes import (
    arc,
    blob,
    box,
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

Kind = Callable[[np.random.Generator], list[Line]]

THINGS: dict[str, Kind] = {}
"""Every kind of thing by its name."""


def _thing(kind: Kind) -> Kind:
    THINGS[kind.__name__] = kind
    return kind


def strokes(rng: np.random.Generator, held_out: bool = False) -> list[Line]:
    """The strokes of one thing of a kind that is trained on, or of one that is held out."""
    kind = rng.choice(_names(held_out))
    lines = distorted(THINGS[kind](rng), rng)
    if rng.random() < 0.04:  # two of a kind
        gap = np.ptp(np.concatenate(lines), axis=0)[0] * rng.uniform(1.05, 1.4)
        lines += moved(distorted(THINGS[kind](rng), rng), gap)
    if len(lines) > 3 and rng.random() < 0.12:  # unfinished
        lines = lines[: int(rng.integers(len(lines) // 2, len(lines)))]
    return lines


@cache
def _names(held_out: bool) -> list[str]:
    return [name for name in THINGS if is_held_out(name) == held_out]


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


def _maybe(rng, probability: float, *lines: Line) -> list[Line]:
    """The lines, or nothing."""
    return list(lines) if rng.random() < probability else []


def _any_way(rng, lines: list[Line]) -> list[Line]:
    """The lines turned to any side, mostly upright or lying."""
    turn = rng.choice([0, 90, 180, 270]) + rng.normal(0, 15)
    return moved(lines, turn=turn if rng.random() < 0.6 else rng.uniform(0, 360))


def _pick(rng, *options):
    """One of several lists of lines."""
    return options[rng.integers(len(options))]


# People and faces


def _eyes(rng, x, y, size) -> list[Line]:
    """A pair of eyes at ± x: dots, rings, dashes or closed."""
    size *= rng.uniform(0.7, 1.3)
    eye = _pick(
        rng,
        [dot(x, y)],
        [circle(x, y, size)],
        [arc(x, y, size, 1.6 * size)],
        [circle(x, y, 1.7 * size), dot(x, y)],
        [line((x, y - size), (x, y + size))],
        [arc(x, y, 1.5 * size, size, 180, 360)],
    )
    return mirrored(eye)


def _mouth(rng, y, width) -> list[Line]:
    """A smile, a frown, a straight, an open or a toothy mouth."""
    depth = width * rng.uniform(0.3, 1)
    smile = arc(0, y, width, depth, 15, 165)
    return _pick(
        rng,
        [smile],
        [smile],
        [arc(0, y + depth, width, depth, 200, 340)],
        [line((-width, y + depth / 2), (width, y + depth / 2))],
        [np.concatenate([arc(0, y, width, depth, 0, 180), [[width, y]]])],
        [arc(0, y + depth / 2, width / 2, depth / 2)],
    )


def _head(rng) -> Line:
    """A round or oval outline of radius 1."""
    return _pick(
        rng,
        circle(0, 0, 1),
        arc(0, 0, 0.8, 1),
        blob((0, -1), (0.8, -0.6), (0.75, 0.3), (0, 1.1), (-0.75, 0.3), (-0.8, -0.6)),
    )


@_thing
def smiley(rng):
    return [_head(rng), *_eyes(rng, rng.uniform(0.25, 0.45), -0.25, 0.1), *_mouth(rng, 0.25, 0.5)]


@_thing
def face(rng):
    hair = _pick(
        rng,
        [curve((-1, 0), (-0.9, -0.7), (0, -1.25), (0.9, -0.7), (1, 0))],
        rays(0, 0, 0.95, rng.uniform(1.1, 1.4), int(rng.integers(4, 12)), 200, 340),
        mirrored([curve((0, -1.05), (0.9, -0.9), (1.1, 0), (1.2, rng.uniform(0.6, 1.4)))]),
        [bumps(0, -0.3, 1, 0.9, 7, 0.25, 180, 360)],
        [],
    )
    nose = _pick(
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
        *_eyes(rng, 0.35, -0.2, 0.1),
        *_mouth(rng, 0.45, 0.35),
        *nose,
        *hair,
        *_maybe(rng, 0.4, *ears),
        *_maybe(rng, 0.3, *brows),
        *_maybe(rng, 0.15, *neck),
    ]


@_thing
def stick_person(rng):
    hip, hand, foot = rng.uniform(0.9, 1.3), rng.uniform(-0.4, 0.4), rng.uniform(0.15, 0.45)
    head = circle(0, -0.28, rng.uniform(0.2, 0.35))
    arms = _pick(
        rng,
        [line((-0.5, 0.3 + hand), (0, 0.2), (0.5, 0.3 + hand))],
        mirrored([line((0, 0.2), (0.4, 0.4), (0.6, 0.4 + hand))]),
        [line((-0.5, 0.3), (0.5, 0.3))],
    )
    legs = _pick(
        rng,
        [line((-foot, hip + 0.7), (0, hip), (foot, hip + 0.7))],
        mirrored([line((0, hip), (foot, hip + 0.6), (foot + 0.15, hip + 0.6))]),
    )
    smile = [dot(-0.09, -0.33), dot(0.09, -0.33), arc(0, -0.24, 0.1, 0.08, 10, 170)]
    return [head, line((0, 0), (0, hip)), *arms, *legs, *_maybe(rng, 0.3, *smile)]


@_thing
def hand(rng):
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
    return [outline, *_maybe(rng, 0.5, thumb)]


@_thing
def eye(rng):
    height, iris = rng.uniform(0.35, 0.7), rng.uniform(0.22, 0.4)
    upper, lower = (curve((-1, 0), (0, way * height), (1, 0)) for way in (-1, 1))
    lashes = rays(0, 0.3, height + 0.35, height + 0.65, int(rng.integers(3, 8)), 220, 320)
    brow = curve((-0.9, -0.7), (0, -1), (0.9, -0.7))
    return [
        upper,
        lower,
        circle(0, 0, iris),
        *_maybe(rng, 0.7, circle(0, 0, iris / 2.5)),
        *_maybe(rng, 0.45, *lashes),
        *_maybe(rng, 0.2, brow),
    ]


@_thing
def lips(rng):
    upper = curve((-1, 0), (-0.35, -0.4), (0, -0.25), (0.35, -0.4), (1, 0))
    lower = curve((1, 0), (0, rng.uniform(0.35, 0.7)), (-1, 0))
    return [upper, lower, *_maybe(rng, 0.8, curve((-1, 0), (0, rng.normal(0, 0.1)), (1, 0)))]


@_thing
def skull(rng):
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


# Animals


def _whiskers(x, y) -> list[Line]:
    return mirrored([line((x, y + 0.15 * k), (x + 0.6, y + 0.3 * k)) for k in (-1, 0, 1)])


@_thing
def cat_head(rng):
    tip = rng.uniform(1.1, 1.6)
    ears = mirrored([line((0.25, -0.9), (0.7, -tip), (0.9, -0.4))])
    pointed = ring(
        *[(-0.9, -0.3), (-0.8, -tip), (-0.3, -0.8), (0.3, -0.8), (0.8, -tip), (0.9, -0.3)],
        (0.7, 0.6),
        (0, 1),
        (-0.7, 0.6),
    )
    outline = _pick(rng, [circle(0, 0, 1), *ears], [arc(0, 0, 1.1, 0.9), *ears], [pointed])
    muzzle = [
        ring((-0.1, 0.15), (0.1, 0.15), (0, 0.3)),
        *mirrored([arc(0.15, 0.3, 0.15, 0.15, 0, 180)]),
    ]
    return [
        *outline,
        *_eyes(rng, 0.38, -0.15, 0.1),
        *_maybe(rng, 0.8, *muzzle),
        *_maybe(rng, 0.8, *_whiskers(0.35, 0.3)),
    ]


@_thing
def dog_head(rng):
    drop = rng.uniform(0.2, 1)
    ears = mirrored([curve((0.5, -0.85), (1.1, -0.8), (1.35, drop - 0.2), (1, drop), (0.75, -0.2))])
    muzzle = [arc(0, 0.35, 0.18, 0.12), line((0, 0.45), (0, 0.6)), arc(0, 0.5, 0.3, 0.2, 10, 170)]
    tongue = curve((-0.12, 0.7), (-0.12, 1), (0.12, 1), (0.12, 0.7))
    return [
        arc(0, 0, 0.85, 1),
        *ears,
        *_eyes(rng, 0.35, -0.2, 0.1),
        *muzzle,
        *_maybe(rng, 0.4, tongue),
    ]


@_thing
def bear(rng):
    ears = mirrored([circle(0.75, -0.8, rng.uniform(0.25, 0.45))])
    snout = [arc(0, 0.4, 0.4, 0.3), arc(0, 0.3, 0.12, 0.08)]
    body = [arc(0, 2, 0.9, 1.1), *mirrored([arc(0.9, 1.6, 0.25, 0.5), arc(0.6, 3, 0.35, 0.25)])]
    return [
        circle(0, 0, 1),
        *ears,
        *_eyes(rng, 0.35, -0.15, 0.09),
        *_maybe(rng, 0.8, *snout),
        *_maybe(rng, 0.35, *body),
    ]


@_thing
def rabbit(rng):
    length = rng.uniform(0.9, 1.6)
    ears = mirrored(
        [curve((0.1, -0.9), (0.15, -0.9 - length), (0.55, -0.9 - length), (0.6, -0.75))]
    )
    teeth = [box(-0.15, 0.5, 0, 0.75), box(0, 0.5, 0.15, 0.75)]
    body = [arc(0, 1.9, 0.8, 1), *mirrored([arc(0.5, 2.8, 0.35, 0.18)])]
    return [
        circle(0, 0, 1),
        *ears,
        *_eyes(rng, 0.35, -0.2, 0.1),
        dot(0, 0.15),
        *_maybe(rng, 0.4, *_whiskers(0.3, 0.3)),
        *_maybe(rng, 0.4, *teeth),
        *_maybe(rng, 0.4, *body),
    ]


def _legs(rng, xs, top, bottom) -> list[Line]:
    """Legs at each x: single strokes, or two strokes and a foot each."""
    if rng.random() < 0.5:
        return [line((x, top), (x + rng.normal(0, 0.05), bottom)) for x in xs]
    return [
        line((x - 0.08, top), (x - 0.08, bottom), (x + 0.12, bottom), (x + 0.08, top)) for x in xs
    ]


@_thing
def four_legged(rng):
    """A cat, a dog, a horse, a cow: a body, a head, legs and a tail."""
    length, girth, leg = rng.uniform(0.9, 1.4), rng.uniform(0.3, 0.5), rng.uniform(0.4, 0.9)
    neck = rng.uniform(0, 0.7)
    body = _pick(
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
    head = _pick(
        rng,
        circle(x, y, 0.35),
        arc(x + 0.1, y, 0.5, 0.28),
        ring((x - 0.3, y - 0.25), (x + 0.6, y), (x - 0.2, y + 0.3)),
    )
    ears = _pick(
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
        *_legs(rng, xs if rng.random() < 0.7 else xs[::3], girth * 0.7, girth + leg),
        tail,
        *_maybe(rng, 0.6, dot(x + 0.1, y - 0.05)),
    ]


@_thing
def fish(rng):
    fat = rng.uniform(0.3, 0.7)
    tail = rng.uniform(0.3, 0.6)
    loop = curve(
        (1.5, -tail), (0.8, 0), (0, fat), (-1, 0), (0, -fat), (0.8, 0), (1.5, tail), (1.5, -tail)
    )
    apart = [arc(0, 0, 1, fat), ring((0.95, 0), (1.5, -tail), (1.5, tail))]
    scales = [arc(x, 0, 0.12, 0.25 * fat / 0.5, 90, 270) for x in (-0.1, 0.15, 0.4)]
    fin = curve((-0.2, -fat * 0.95), (0.1, -fat - 0.35), (0.35, -fat * 0.85))
    return [
        *_pick(rng, [loop], apart),
        _pick(rng, dot(-0.65, -0.1), circle(-0.6, -0.1, 0.08)),
        *_maybe(rng, 0.35, line((-1, 0.05), (-0.75, 0.1))),
        *_maybe(rng, 0.3, arc(-0.55, 0, 0.1, fat * 0.7, -80, 80)),
        *_maybe(rng, 0.3, *scales),
        *_maybe(rng, 0.4, fin),
        *_maybe(rng, 0.25, fin * [1, -1]),
    ]


@_thing
def whale(rng):
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
        *_maybe(rng, 0.6, *spout),
        *_maybe(rng, 0.5, curve((-1.1, 0.2), (-0.7, 0.3), (-0.4, 0.15))),
    ]


@_thing
def bird(rng):
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
        *_maybe(rng, 0.7, wing),
        *_maybe(rng, 0.8, dot(0.9, -0.6)),
        *_maybe(rng, 0.7, *_legs(rng, (0, 0.3), 0.55, 1)),
    ]
    plain = [arc(0, 0, 0.8, 0.5), circle(0.8, -0.5, 0.3), beak, *_legs(rng, (-0.1, 0.2), 0.5, 0.9)]
    return _pick(rng, perched, perched, plain, seagull, flock)


@_thing
def duck(rng):
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
        *_maybe(rng, 0.4, water),
        *_maybe(rng, 0.5, curve((-0.6, 0.1), (-0.1, 0.4), (0.3, 0.1))),
    ]


@_thing
def penguin(rng):
    belly = arc(0, 0.2, 0.4, 0.75)
    wings = mirrored([curve((0.6, -0.4), (0.95, 0.2), (0.65, 0.4))])
    feet = mirrored([arc(0.25, 1.05, 0.25, 0.1)])
    return [
        arc(0, 0, 0.65, 1),
        *_maybe(rng, 0.7, belly),
        *wings,
        *_eyes(rng, 0.2, -0.6, 0.05),
        ring((-0.1, -0.45), (0.1, -0.45), (0, -0.28)),
        *feet,
    ]


@_thing
def butterfly(rng):
    top, low = rng.uniform(0.7, 1.2), rng.uniform(0.5, 0.9)
    upper = curve((0.05, -0.1), (0.4, -top), (1, -top), (1, -0.2), (0.05, 0))
    lower = curve((0.05, 0.05), (0.8, 0.15), (0.8, low), (0.3, low), (0.05, 0.2))
    body = _pick(rng, arc(0, 0.1, 0.08, 0.6), line((0, -0.5), (0, 0.7)))
    feelers = mirrored([curve((0, -0.5), (0.15, -0.9), (0.35, -1))])
    spots = mirrored([circle(0.6, -0.5, 0.15), circle(0.5, 0.4, 0.1)])
    return [*mirrored([upper, lower]), body, *_maybe(rng, 0.7, *feelers), *_maybe(rng, 0.3, *spots)]


@_thing
def spider(rng):
    legs = mirrored(
        [line((0.3, 0.1 * k), (0.8, 0.3 * k - 0.3), (1.2, 0.45 * k + 0.1)) for k in range(-2, 2)]
    )
    return [
        circle(0, 0, rng.uniform(0.3, 0.5)),
        *_maybe(rng, 0.6, circle(0, -0.5, 0.2)),
        *legs,
        *_maybe(rng, 0.4, line((0, -0.6), (0, -1.8))),
    ]


@_thing
def insect(rng):
    """A bee, a ladybird or a beetle from above."""
    legs = mirrored([line((0.5, y), (1, y + rng.normal(0, 0.15))) for y in (-0.4, 0.1, 0.5)])
    spots = mirrored([circle(0.3, -0.2, 0.1), circle(0.3, 0.4, 0.1)])
    stripes = [arc(0, y - 0.1, 0.6, 0.15, 10, 170) for y in (-0.2, 0.2, 0.5)]
    return [
        arc(0, 0.1, 0.65, 0.9),
        arc(0, -0.9, 0.35, 0.25),
        *_pick(rng, [line((0, -0.7), (0, 1)), *spots], stripes),
        *_maybe(rng, 0.7, *legs),
        *mirrored([curve((0.1, -1.1), (0.2, -1.4), (0.4, -1.5))]),
    ]


@_thing
def snail(rng):
    t = np.linspace(0.15, 1, 30)
    angle = np.radians(t * rng.uniform(500, 1000))
    shell = np.stack([0.7 * t * np.cos(angle), 0.7 * t * np.sin(angle) - 0.3], axis=1)
    foot = curve((-1, 0.5), (0, 0.4), (0.9, 0.45), (1.1, -0.2), (1.35, -0.2), (1.3, 0.6), (-1, 0.6))
    return [shell, foot, line((1.15, -0.2), (1.05, -0.6)), line((1.3, -0.2), (1.4, -0.6))]


@_thing
def snake(rng):
    waves, height = rng.integers(2, 5), rng.uniform(0.2, 0.5)
    x = np.linspace(0, 2, 30)
    y = height * np.sin(x * np.pi * waves / 1.5)
    tongue = [line((2.3, y[-1]), (2.5, y[-1])), line((2.5, y[-1]), (2.65, y[-1] - 0.08))]
    body = np.stack([x, y], axis=1)
    return [
        body,
        *_maybe(rng, 0.5, body + [0, 0.22]),
        arc(2.12, y[-1] + 0.05, 0.2, 0.15),
        *_maybe(rng, 0.5, *tongue),
    ]


@_thing
def turtle(rng):
    shell = np.concatenate([arc(0, 0, 1, rng.uniform(0.5, 0.9), 180, 360), [[-1, 0]]])
    head = curve((0.95, -0.1), (1.3, -0.5), (1.6, -0.2), (1.3, 0.05), (0.9, 0))
    return [
        shell,
        head,
        *_legs(rng, (-0.6, 0.6), 0, 0.35),
        *_maybe(rng, 0.4, line((-0.6, -0.4), (0, -0.1), (0.6, -0.4))),
        dot(1.4, -0.25),
    ]


@_thing
def elephant(rng):
    body = arc(0, 0, 1, 0.65)
    trunk = curve((1.4, -0.5), (1.7, 0), (1.6, 0.6), (1.75, 0.7))
    return [
        body,
        circle(1.1, -0.4, 0.45),
        trunk,
        trunk - [0.25, 0],
        curve((0.9, -0.8), (0.4, -0.7), (0.5, 0), (0.95, -0.1)),
        *_legs(rng, (-0.7, -0.3, 0.4, 0.7), 0.5, 1.1),
        curve((-1, 0), (-1.2, 0.2), (-1.15, 0.5)),
    ]


@_thing
def octopus(rng):
    arms = [
        curve((x, 0.5), (1.4 * x + rng.normal(0, 0.1), 0.9), (1.6 * x + rng.normal(0, 0.15), 1.5))
        for x in np.linspace(-0.7, 0.7, int(rng.integers(4, 8)))
    ]
    return [
        curve((-0.7, 0.5), (-0.8, -0.5), (0, -1), (0.8, -0.5), (0.7, 0.5)),
        *arms,
        *_eyes(rng, 0.3, -0.2, 0.1),
        *_maybe(rng, 0.5, *_mouth(rng, 0.1, 0.2)),
    ]


# Plants and food


@_thing
def tree(rng):
    w, h = rng.uniform(0.1, 0.22), rng.uniform(0.6, 1.4)
    trunk = _pick(
        rng,
        [line((-w, 0), (-w, h)), line((w, 0), (w, h))],
        [line((-w, 0), (-1.5 * w, h), (1.5 * w, h), (w, 0))],
        [line((0, 0), (0, h))],
    )
    crown = _pick(
        rng,
        [circle(0, -0.6, 0.8)],
        [bumps(0, -0.6, 0.7, 0.7, int(rng.integers(5, 10)))],
        [blob((0, -1.4), (0.8, -0.9), (0.7, -0.1), (-0.7, -0.1), (-0.8, -0.9))],
    )
    tiers = int(rng.integers(1, 4))
    fir = [
        ring(
            (0, -0.6 - 0.55 * k), (0.8 - 0.15 * k, 0.1 - 0.5 * k), (-0.8 + 0.15 * k, 0.1 - 0.5 * k)
        )
        for k in range(tiers)
    ]
    bare = [line((0, 0.3 * -k), (side * 0.6, -0.3 * k - 0.5)) for k in range(4) for side in (-1, 1)]
    apples = [
        circle(*rng.uniform((-0.4, -1), (0.4, -0.3)), 0.08) for _ in range(rng.integers(2, 5))
    ]
    leafy = [*crown, *_maybe(rng, 0.2, *apples)]
    return [*trunk, *_pick(rng, leafy, leafy, fir, [line((0, 0), (0, -1.2)), *bare])]


@_thing
def palm(rng):
    trunk = curve((0.2, 1.5), (0, 0.7), (0.1, 0))
    leaves = mirrored(
        [
            curve((0.1, 0), (0.5, -0.4), (1, rng.uniform(-0.2, 0.4))),
            curve((0.1, 0), (0.4, -0.1), (0.7, 0.4)),
        ],
        0.1,
    )
    return [
        trunk,
        *_maybe(rng, 0.6, trunk + [0.2, 0]),
        *leaves,
        *_maybe(rng, 0.4, curve((-1, 1.5), (0.1, 1.3), (1.2, 1.5))),
    ]


@_thing
def flower(rng):
    petals, radius = int(rng.integers(4, 9)), rng.uniform(0.15, 0.3)
    angles = np.radians(np.arange(petals) * 360 / petals)
    size = 0.45 * np.pi / petals + 0.1
    round_ones = [circle(0.5 * np.cos(a), 0.5 * np.sin(a), size) for a in angles]
    loops = [bumps(0, 0, radius, radius, petals, rng.uniform(0.8, 2))]
    tulip = [
        line((-0.5, -0.6), (-0.25, -0.2), (0, -0.6), (0.25, -0.2), (0.5, -0.6)),
        curve((-0.5, -0.6), (-0.4, 0.3), (0.4, 0.3), (0.5, -0.6)),
    ]
    head = _pick(
        rng, [circle(0, 0, radius), *round_ones], [circle(0, 0, radius), *loops], loops, tulip
    )
    length = rng.uniform(0.7, 2)
    leaf = curve((0, 1.2), (0.5, 0.7), (0.6, 1), (0, 1.3))
    stem = curve((0, 0.5), (rng.normal(0, 0.1), 0.9), (0, 0.5 + length))
    return [
        *head,
        *_maybe(rng, 0.8, stem, *_maybe(rng, 0.5, leaf), *_maybe(rng, 0.3, leaf * [-1, 1])),
    ]


@_thing
def leaf(rng):
    w = rng.uniform(0.3, 0.7)
    veins = mirrored([line((0, y + 0.3), (0.5 * w, y)) for y in (-0.4, 0, 0.4)])
    return _any_way(
        rng,
        [
            curve((0, 1), (w, 0.1), (0, -1)),
            curve((0, -1), (-w, 0.1), (0, 1)),
            line((0, 1.4), (0, rng.uniform(-0.8, 0.6))),
            *_maybe(rng, 0.5, *veins),
        ],
    )


@_thing
def cactus(rng):
    w, reach = rng.uniform(0.15, 0.3), rng.uniform(0.4, 0.7)
    trunk = curve((-w, 1.3), (-w, -0.7), (0, -1.1), (w, -0.7), (w, 1.3))
    arm = curve(
        (w, 0.4),
        (reach, 0.4),
        (reach + 0.1, 0),
        (reach + 0.1, -0.4),
        (reach + 0.3, -0.45),
        (reach + 0.35, 0.2),
        (reach, 0.7),
        (w, 0.7),
    )
    single = line((0, 0.4), (reach, 0.4), (reach, -0.3))
    pot = ring((-0.5, 1.3), (0.5, 1.3), (0.35, 1.9), (-0.35, 1.9))
    spines = [
        line((x, y), (x + 0.1, y - 0.05)) for x, y in rng.uniform((-w, -0.8), (w, 1.2), (6, 2))
    ]
    thin = [line((0, -1), (0, 1.3)), single, *_maybe(rng, 0.7, single * [-1, 1] + [0, 0.3])]
    fat = [trunk, *_maybe(rng, 0.85, arm), *_maybe(rng, 0.6, arm * [-1, 1] - [0, 0.3])]
    return [*_pick(rng, fat, fat, thin), *_maybe(rng, 0.25, pot), *_maybe(rng, 0.3, *spines)]


@_thing
def mushroom(rng):
    w, h, flat = rng.uniform(0.15, 0.4), rng.uniform(0.5, 1.2), rng.uniform(0.5, 1)
    cap = _pick(
        rng,
        np.concatenate([arc(0, 0, 1, flat, 180, 360), [[-1, 0]]]),
        blob((-1, 0), (-0.7, -0.6 * flat), (0, -flat), (0.7, -0.6 * flat), (1, 0), (0, 0.15)),
    )
    stem = curve((-w, 0), (-w, h * 0.8), (0, h), (w, h * 0.8), (w, 0))
    spots = [circle(x, -y * flat, 0.13) for x, y in ((-0.4, 0.35), (0.1, 0.65), (0.5, 0.3))]
    return [cap, stem, *_maybe(rng, 0.4, *spots)]


@_thing
def apple(rng):
    dip = rng.uniform(0.6, 0.85)
    outline = blob(
        (0, -dip),
        (0.5, -1),
        (1, -0.4),
        (0.7, 0.7),
        (0.2, 0.95),
        (0, 0.85),
        (-0.2, 0.95),
        (-0.7, 0.7),
        (-1, -0.4),
        (-0.5, -1),
    )
    stalk = curve((0, -dip), (0.05, -1.1), (0.2, -1.35))
    leaf = curve((0.05, -1.1), (0.4, -1.5), (0.7, -1.3), (0.05, -1.1))
    return [
        _pick(rng, outline, outline, circle(0, 0, 1)),
        *_maybe(rng, 0.9, stalk),
        *_maybe(rng, 0.55, leaf),
    ]


@_thing
def pear(rng):
    neck = rng.uniform(0.3, 0.45)
    outline = blob(
        (0, -1.2),
        (neck, -0.9),
        (0.55, -0.1),
        (0.9, 0.6),
        (0.4, 1.15),
        (-0.4, 1.15),
        (-0.9, 0.6),
        (-0.55, -0.1),
        (-neck, -0.9),
    )
    return [
        outline,
        line((0, -1.2), (0.1, -1.55)),
        *_maybe(rng, 0.4, curve((0.05, -1.4), (0.4, -1.7), (0.6, -1.4), (0.05, -1.4))),
    ]


@_thing
def banana(rng):
    fat = rng.uniform(0.35, 0.65)
    return _any_way(
        rng,
        [
            curve((-1, -0.5), (-0.5, 0.3), (0.5, 0.3), (1, -0.5)),
            curve((-1, -0.5), (-0.6, 0.3 + fat * 0.7), (0.6, 0.3 + fat * 0.7), (1, -0.5)),
            *_maybe(rng, 0.5, line((1, -0.5), (1.15, -0.75))),
        ],
    )


@_thing
def cherries(rng):
    x, y = rng.uniform(0.4, 0.7), rng.uniform(0.5, 1)
    stalks = [
        curve((0, -1), (-x / 2, -0.3), (-x, y - 0.35)),
        curve((0, -1), (x / 2, -0.3), (x, y - 0.35)),
    ]
    return [
        circle(-x, y, 0.38),
        circle(x, y, 0.38),
        *stalks,
        *_maybe(rng, 0.4, curve((0, -1), (0.4, -1.3), (0.8, -1), (0, -1))),
    ]


@_thing
def grapes(rng):
    rows = int(rng.integers(3, 5))
    berries = [
        circle(0.5 * (k - (rows - 1 - row) / 2), 0.45 * row, 0.27)
        for row in range(rows)
        for k in range(rows - row)
    ]
    return [*berries, line((0, -0.25), (0.1, -0.8))]


@_thing
def carrot(rng):
    leaves = rays(0, -1, 0.05, 0.6, int(rng.integers(3, 6)), 230, 310)
    return _any_way(
        rng,
        [
            curve((0, 1.3), (-0.35, -0.7), (0, -1), (0.35, -0.7), (0, 1.3)),
            *leaves,
            line((-0.25, -0.3), (0.05, -0.25)),
            line((0.2, 0.2), (-0.05, 0.25)),
        ],
    )


@_thing
def ice_cream(rng):
    length, scoops = rng.uniform(1, 1.8), int(rng.integers(1, 4))
    cone = line((-0.55, 0), (0, length), (0.55, 0))
    tower = [arc(0, -0.3 - 0.6 * k, 0.6 - 0.08 * k, 0.45, 160, 380) for k in range(scoops)]
    waffle = [
        line((-0.4, 0.25), (0.3, 0.4)),
        line((0.4, 0.25), (-0.3, 0.4)),
        line((-0.2, 0.7), (0.2, 0.5)),
    ]
    return [
        cone,
        line((-0.55, 0), (0.55, 0)),
        *_pick(rng, tower, [bumps(0, -0.1, 0.6, 0.6, 6, 0.3, 180, 360)]),
        *_maybe(rng, 0.4, *waffle),
    ]


@_thing
def lollipop(rng):
    t = np.linspace(0.1, 1, 24)
    angle = np.radians(900 * t)
    swirl = 0.6 * np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1)
    return [circle(0, 0, 0.7), *_maybe(rng, 0.6, swirl), line((0, 0.7), (0, rng.uniform(1.6, 2.4)))]


@_thing
def pizza(rng):
    toppings = [
        circle(*at, 0.1) for at in rng.uniform((-0.3, -0.7), (0.3, 0.1), (rng.integers(2, 5), 2))
    ]
    slice_ = [
        ring((-0.8, -0.9), (0.8, -0.9), (0, 1)),
        *_maybe(rng, 0.6, line((-0.7, -0.7), (0.7, -0.7))),
        *toppings,
    ]
    cuts = [
        each
        for k in range(rng.integers(2, 5))
        for each in moved([line((-1, 0), (1, 0))], turn=k * 45)
    ]
    whole = [
        circle(0, 0, 1),
        *_maybe(rng, 0.5, circle(0, 0, 0.85)),
        *cuts,
        *_maybe(rng, 0.6, *toppings),
    ]
    return _pick(rng, _any_way(rng, slice_), whole)


@_thing
def cake(rng):
    tiers = [
        box(-1 + 0.3 * k, -0.6 * k, 1 - 0.3 * k, 0.6 - 0.6 * k) for k in range(rng.integers(1, 4))
    ]
    top = tiers[-1][:, 1].min()
    candles = [
        line((x, top), (x, top - 0.4)) for x in np.linspace(-0.3, 0.3, int(rng.integers(1, 4)))
    ]
    icing = bumps(0, top, 0.9 - 0.3 * (len(tiers) - 1), 0.12, 5, 0.5, 0, 180)
    return [*tiers, *candles, *_maybe(rng, 0.5, icing)]


@_thing
def burger(rng):
    return [
        np.concatenate([arc(0, 0, 1, 0.7, 180, 360), [[-1, 0]]]),
        bumps(0, 0.15, 1, 0.15, 5, 0.3, 0, 180),
        box(-1, 0.3, 1, 0.5),
        curve((-1, 0.55), (-0.9, 0.9), (0.9, 0.9), (1, 0.55)),
        *_maybe(rng, 0.5, *(line((x, -0.4), (x + 0.08, -0.35)) for x in (-0.4, 0, 0.4))),
    ]


@_thing
def egg(rng):
    return _pick(
        rng,
        [blob((0, -1.2), (0.7, -0.2), (0.65, 0.6), (0, 1), (-0.65, 0.6), (-0.7, -0.2))],
        [bumps(0, 0, 1, 0.8, 5, 0.15), circle(0.1, 0, 0.35)],
    )


# Vehicles


def _wheels(rng, xs, y, radius) -> list[Line]:
    hubs = [circle(x, y, radius * 0.4) for x in xs]
    return [*(circle(x, y, radius) for x in xs), *_maybe(rng, 0.35, *hubs)]


@_thing
def car(rng):
    roof, bonnet = rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.6)
    outline = ring(
        (-1.5, 0.5),
        (-1.5, 0),
        (-1.5 + bonnet, -0.1),
        (-0.7, -roof),
        (0.4, -roof),
        (0.9, -0.1),
        (1.5, 0),
        (1.5, 0.5),
    )
    box_car = [box(-1.5, 0, 1.5, 0.5), line((-0.9, 0), (-0.6, -roof), (0.6, -roof), (0.9, 0))]
    windows = [
        ring((-0.6, -0.1), (-0.45, -roof + 0.12), (-0.05, -roof + 0.12), (-0.05, -0.1)),
        ring((0.05, -0.1), (0.05, -roof + 0.12), (0.35, -roof + 0.12), (0.6, -0.1)),
    ]
    return [
        *_pick(rng, [outline], box_car, [curve(*outline[[0, 1, 3, 4, 6, 7, 0]])]),
        *_wheels(rng, (-0.85, 0.85), 0.5, rng.uniform(0.2, 0.36)),
        *_maybe(rng, 0.65, *windows),
    ]


@_thing
def truck(rng):
    cab = ring((0.6, 0.5), (0.6, -0.4), (1.1, -0.4), (1.5, 0.1), (1.5, 0.5))
    windows = [box(x, -0.6, x + 0.35, -0.25) for x in (-1.3, -0.8, -0.3)]
    lorry = [box(-1.5, -rng.uniform(0.4, 1), 0.6, 0.5), cab]
    bus = [box(-1.5, -0.8, 1.2, 0.5), *windows]
    return [
        *_pick(rng, lorry, bus),
        *_wheels(rng, _pick(rng, (-1, 0.9), (-1.1, -0.6, 1)), 0.6, 0.25),
    ]


@_thing
def train(rng):
    wagons = [box(-1.9 - 1.5 * k, -0.5, -0.6 - 1.5 * k, 0.5) for k in range(rng.integers(0, 3))]
    engine = [box(-0.4, -0.9, 0.3, 0.5), box(0.3, -0.2, 1.2, 0.5), box(0.8, -0.6, 1, -0.2)]
    smoke = [bumps(0.7, -1.1, 0.3, 0.2, 5)]
    return [
        *engine,
        *wagons,
        *_wheels(rng, (-0.1, 0.5, 0.9), 0.6, 0.2),
        *_maybe(rng, 0.5, *smoke),
        *(circle(w[0, 0] + x, 0.6, 0.18) for w in wagons for x in (0.3, 1)),
    ]


@_thing
def bicycle(rng):
    r, d = rng.uniform(0.4, 0.65), rng.uniform(0.8, 1)
    frame = line((-d, 0), (-0.35, -0.75), (d - 0.25, -0.8), (-0.05, 0), (-d, 0))
    simple = line((-d, 0), (-0.2, -0.7), (d - 0.2, -0.7), (d, 0))
    seat = [line((-0.05, 0), (-0.45, -1)), line((-0.65, -1), (-0.25, -1))]
    bar = line((d, 0), (d - 0.3, -1.1), (d, -1.15))
    spokes = [each for x in (-d, d) for each in rays(x, 0, 0, r, 6)]
    return [
        circle(-d, 0, r),
        circle(d, 0, r),
        *_pick(rng, [frame, *seat], [simple], [frame]),
        bar,
        *_maybe(rng, 0.25, *spokes),
    ]


@_thing
def sailing_boat(rng):
    h = rng.uniform(1, 1.8)
    hull = _pick(
        rng,
        ring((-1, 0), (1, 0), (0.7, 0.5), (-0.7, 0.5)),
        np.concatenate([arc(0, 0, 1, 0.5, 0, 180), [[1, 0]]]),
    )
    sail, other = (
        ring((0.05, -0.15), (0.05, -h), (0.85, -0.15)),
        ring((-0.05, -0.15), (-0.05, -h * 0.85), (-0.6, -0.15)),
    )
    flag = ring((0, -h), (0.5, -h + 0.18), (0, -h + 0.36))
    waves = curve(*((x, 0.6 + 0.07 * (-1) ** k) for k, x in enumerate(np.linspace(-1.4, 1.4, 8))))
    return [
        hull,
        line((0, 0), (0, -h)),
        *_pick(rng, [sail], [sail, other], [flag]),
        *_maybe(rng, 0.25, waves),
    ]


@_thing
def steamer(rng):
    funnels = [box(x, -0.9, x + 0.22, -0.4) for x in (-0.4, 0.1)]
    return [
        ring((-1.5, 0), (1.5, 0), (1.1, 0.6), (-1.1, 0.6)),
        box(-0.8, -0.4, 0.7, 0),
        *funnels[: rng.integers(1, 3)],
        *_maybe(rng, 0.5, *(circle(x, 0.25, 0.09) for x in (-0.6, 0, 0.6))),
    ]


@_thing
def plane(rng):
    sweep, span = rng.uniform(-0.1, 0.5), rng.uniform(0.6, 1.1)
    fuselage = _pick(
        rng,
        arc(0, 0, 1.2, 0.18),
        curve((-1.2, -0.1), (0.9, -0.15), (1.2, 0), (0.9, 0.15), (-1.2, 0.1)),
    )
    wing = line((0.3, 0.12), (0.1 - sweep, span), (-0.2 - sweep, span), (-0.2, 0.12))
    tail = line((-0.85, 0.1), (-1.15, 0.45), (-1.3, 0.45), (-1.15, 0.08))
    windows = [dot(x, -0.05) for x in (-0.4, -0.1, 0.2, 0.5)]
    top = [fuselage, wing, wing * [1, -1], tail, tail * [1, -1]]
    side = [
        fuselage,
        line((0.2, 0.05), (-0.4, 0.6), (-0.6, 0.6), (-0.2, 0.05)),
        line((-0.9, -0.1), (-1.2, -0.6), (-1.35, -0.6), (-1.2, -0.05)),
        *windows,
    ]
    return moved(_pick(rng, top, side), turn=_pick(rng, 0, 0, -90, rng.uniform(-60, 60)))


@_thing
def helicopter(rng):
    return [
        arc(0, 0, 0.7, 0.5),
        line((-0.65, -0.1), (-1.7, -0.2), (-1.75, -0.5)),
        line((0, -0.5), (0, -0.7)),
        line((-1, -0.72), (1, -0.7)),
        line((-0.5, 0.75), (0.6, 0.75)),
        line((-0.2, 0.48), (-0.25, 0.75)),
        line((0.3, 0.45), (0.35, 0.75)),
        *_maybe(rng, 0.6, curve((0.1, -0.45), (0.15, 0), (0.7, 0))),
    ]


@_thing
def rocket(rng):
    body = curve((-0.35, 0.9), (-0.4, -0.2), (0, -1.2), (0.4, -0.2), (0.35, 0.9))
    fins = mirrored([line((0.37, 0.4), (0.75, 1.1), (0.33, 0.9))])
    flame = line((-0.2, 0.95), (-0.1, 1.5), (0, 1.1), (0.1, 1.6), (0.2, 0.95))
    return _any_way(
        rng,
        [
            body,
            line((-0.35, 0.9), (0.35, 0.9)),
            *fins,
            *_maybe(rng, 0.7, circle(0, -0.2, 0.18)),
            *_maybe(rng, 0.6, flame),
        ],
    )


@_thing
def balloon(rng):
    toy = [
        arc(0, 0, 0.8, 1),
        ring((0, 1), (0.12, 1.15), (-0.12, 1.15)),
        curve((0, 1.15), (0.1, 1.6), (-0.1, 2), (0.05, 2.4)),
    ]
    hot_air = [
        circle(0, 0, 1),
        *mirrored([line((0.6, 0.8), (0.25, 1.6))]),
        box(-0.25, 1.6, 0.25, 2),
        *_maybe(rng, 0.5, arc(0, 0, 0.4, 1)),
    ]
    return _pick(rng, toy, hot_air)


@_thing
def anchor(rng):
    return [
        circle(0, -1, 0.2),
        line((0, -0.8), (0, 1)),
        line((-0.4, -0.5), (0.4, -0.5)),
        arc(0, 0.2, 0.8, 0.8, 0, 180),
        *mirrored([line((0.6, 0.35), (0.8, 0.15), (0.95, 0.4))]),
    ]


# Buildings and furniture


@_thing
def house(rng):
    h, eaves, top = rng.uniform(0.7, 1.3), rng.uniform(0, 0.25), rng.uniform(0.4, 0.9)
    door = _pick(
        rng, box(-0.2, h - 0.6, 0.2, h), line((0.3, h), (0.3, h - 0.5), (0.65, h - 0.5), (0.65, h))
    )
    window = [
        box(-0.75, 0.2, -0.35, 0.55),
        *_maybe(rng, 0.5, line((-0.55, 0.2), (-0.55, 0.55)), line((-0.75, 0.37), (-0.35, 0.37))),
    ]
    chimney = line((0.45, -top * 0.5), (0.45, -top), (0.7, -top), (0.7, -top * 0.25))
    smoke = curve((0.6, -top - 0.1), (0.75, -top - 0.3), (0.55, -top - 0.5), (0.75, -top - 0.7))
    walls = _pick(rng, [box(-1, 0, 1, h)], [line((-1, 0), (-1, h), (1, h), (1, 0))])
    roof = line((-1 - eaves, 0), (0, -top), (1 + eaves, 0))
    one_line = ring((-1, 0), (0, -top), (1, 0), (1, h), (-1, h))
    deep = [ring((-1, 0), (-0.4, -top), (1.6, -top), (1.1, 0)), box(-1, 0, 1, h)]
    return [
        *_pick(rng, [*walls, roof], [*walls, roof], [one_line], deep),
        *_maybe(rng, 0.75, door),
        *_maybe(rng, 0.7, *window),
        *_maybe(rng, 0.35, *(w * [-1, 1] for w in window)),
        *_maybe(rng, 0.35, chimney, *_maybe(rng, 0.4, smoke)),
    ]


@_thing
def tower_block(rng):
    w, h = rng.uniform(0.4, 0.8), rng.uniform(1, 2)
    windows = [
        box(x - 0.1, y, x + 0.1, y + 0.18)
        for x in np.linspace(-w + 0.25, w - 0.25, 2)
        for y in np.arange(0.15, h - 0.3, 0.4)
    ]
    return [box(-w, 0, w, h), *windows, *_maybe(rng, 0.3, line((0, 0), (0, -0.4)))]


@_thing
def lattice_tower(rng):
    foot, curved = rng.uniform(0.5, 0.9), rng.uniform(0, 0.25)
    leg = (
        curve((0.05, -1), (0.15, 0.1), (foot, 1.2)) if curved > 0.1 else line((0, -1), (foot, 1.2))
    )
    inner = curve((0.2, 1.2), (0, 0.7), (-0.2, 1.2))
    bars = [line((-y * foot / 2 - 0.2, y), (y * foot / 2 + 0.2, y)) for y in (0.1, 0.55)]
    struts = [line((-0.3, 0.55), (0.1, 0.1)), line((0.3, 0.55), (-0.1, 0.1))]
    return [
        *mirrored([leg]),
        *_maybe(rng, 0.8, *bars),
        *_maybe(rng, 0.5, inner),
        *_maybe(rng, 0.4, *struts),
        *_maybe(rng, 0.4, line((0, -1), (0, -1.5))),
    ]


@_thing
def castle(rng):
    crown = [
        (-0.4, 1),
        (-0.4, -0.8),
        (-0.2, -0.8),
        (-0.2, -0.6),
        (0, -0.6),
        (0, -0.8),
        (0.2, -0.8),
        (0.2, -0.6),
        (0.4, -0.6),
        (0.4, -0.8),
        (0.6, -0.8),
        (0.6, 1),
    ]
    wall = [
        line((0.6, 0), (1.4, 0)),
        line((0.6, 1), (1.4, 1)),
        np.concatenate([arc(1, 0.6, 0.2, 0.3, 180, 360), [[1.2, 1], [0.8, 1]]]),
    ]
    return [
        ring(*crown),
        *_maybe(rng, 0.7, *wall, *moved([ring(*crown)], 1.8)),
        *_maybe(rng, 0.5, line((0.1, -0.8), (0.1, -1.4), (0.5, -1.25), (0.1, -1.1))),
    ]


@_thing
def door(rng):
    w = rng.uniform(0.35, 0.6)
    panels = [box(-w + 0.12, -0.85, w - 0.12, -0.1), box(-w + 0.12, 0.1, w - 0.12, 0.85)]
    arched = np.concatenate([arc(0, -0.6, w, 0.45, 180, 360), [[w, 1], [-w, 1], [-w, -0.6]]])
    knob = _pick(
        rng, dot(w - 0.15, 0.05), circle(w - 0.17, 0.05, 0.07), line((w - 0.3, 0), (w - 0.1, 0))
    )
    return [
        _pick(rng, box(-w, -1, w, 1), box(-w, -1, w, 1), arched),
        knob,
        *_maybe(rng, 0.3, *panels),
        *_maybe(
            rng, 0.3, line((-w - 0.15, 1), (-w - 0.15, -1.15), (w + 0.15, -1.15), (w + 0.15, 1))
        ),
    ]


@_thing
def window(rng):
    curtains = mirrored([curve((-0.85, -0.9), (-0.3, 0), (-0.85, 0.6))])
    sill = line((-1.2, 1.05), (1.2, 1.05))
    return [
        box(-0.9, -1, 0.9, 1),
        line((0, -1), (0, 1)),
        *_maybe(rng, 0.85, line((-0.9, 0), (0.9, 0))),
        *_maybe(rng, 0.3, box(-1.05, -1.15, 1.05, 1.15)),
        *_maybe(rng, 0.3, sill),
        *_maybe(rng, 0.2, *curtains),
    ]


@_thing
def chair(rng):
    back, leg, depth = rng.uniform(0.7, 1.2), rng.uniform(0.6, 1), rng.uniform(0.15, 0.4)
    side = [line((-0.5, -back), (-0.5, 0), (0.5, 0), (0.5, leg)), line((-0.5, 0), (-0.5, leg))]
    seat = [
        ring((-0.5, 0), (-0.5 + depth, depth), (0.6 + depth, depth), (0.6, 0)),
        ring((-0.5, 0), (-0.5, -back), (0.6, -back), (0.6, 0)),
        line((-0.5, 0), (-0.5, leg)),
        *(line((x + depth, depth), (x + depth, leg + depth)) for x in (-0.5, 0.6)),
        line((0.6, depth), (0.6, leg)),
    ]
    front = [
        box(-0.4, -back, 0.4, 0),
        *mirrored([line((0.45, 0), (0.45, leg))]),
        line((-0.5, 0.1), (0.5, 0.1)),
    ]
    return [
        *_pick(rng, side, seat, front),
        *_maybe(rng, 0.3, line((-0.5, -back / 2), (0.5, -back / 2))),
    ]


@_thing
def table(rng):
    leg, depth = rng.uniform(0.5, 1), rng.uniform(0.2, 0.5)
    flat = [line((-1, 0), (1, 0)), *mirrored([line((0.85, 0), (0.85, leg))])]
    deep = [
        ring((-1, 0), (-1 + depth, -depth), (1 + depth, -depth), (1, 0)),
        *mirrored([line((0.95, 0), (0.95, leg))]),
        line((1 + depth, -depth), (1 + depth, leg - depth)),
    ]
    round_ = [
        arc(0, 0, 1, 0.25),
        line((0, 0.25), (0, leg)),
        line((-0.4, leg + 0.1), (0, leg), (0.4, leg + 0.1)),
    ]
    return _pick(rng, flat, [box(-1, -0.15, 1, 0), *flat[1:]], deep, round_)


@_thing
def bed(rng):
    return [
        line((-1.2, -0.8), (-1.2, 0.6)),
        line((1.2, -0.2), (1.2, 0.6)),
        box(-1.2, 0, 1.2, 0.3),
        *_pick(rng, [arc(-0.85, -0.12, 0.3, 0.14)], [box(-1.1, -0.25, -0.6, 0)]),
        *_maybe(rng, 0.4, curve((-0.5, 0), (0.3, -0.4), (1.2, -0.05))),
    ]


@_thing
def lamp(rng):
    shade = ring((-0.3, -1), (0.3, -1), (0.65, -0.3), (-0.65, -0.3))
    return [
        shade,
        line((0, -0.3), (0, rng.uniform(0.5, 1.4))),
        *_maybe(rng, 0.9, arc(0, 1.2, 0.4, 0.12)),
    ]


@_thing
def ladder(rng):
    w, slope = rng.uniform(0.2, 0.4), rng.uniform(0, 0.15)
    rungs = [line((-w, y), (w, y)) for y in np.linspace(-0.8, 0.8, int(rng.integers(3, 8)))]
    return moved(
        [line((-w + slope, -1.2), (-w, 1.2)), line((w - slope, -1.2), (w, 1.2)), *rungs],
        turn=rng.normal(0, 20),
    )


@_thing
def fence(rng):
    count = int(rng.integers(3, 7))
    posts = [
        ring((x, 1), (x, 0), (x + 0.15, -0.2), (x + 0.3, 0), (x + 0.3, 1))
        for x in 0.5 * np.arange(count)
    ]
    return [*posts, line((-0.2, 0.3), (0.5 * count, 0.3)), line((-0.2, 0.7), (0.5 * count, 0.7))]


# Objects


@_thing
def cup(rng):
    w, taper = rng.uniform(0.5, 0.8), rng.uniform(0.5, 1)
    bowl = curve((-w, -0.6), (-w * 0.8, 0.3), (0, 0.65), (w * 0.8, 0.3), (w, -0.6))
    mug = line((-w, -0.6), (-w * taper, 0.6), (w * taper, 0.6), (w, -0.6))
    rim = _pick(rng, arc(0, -0.6, w, 0.15), line((-w, -0.6), (w, -0.6)))
    ear = curve((w * 0.95, -0.3), (w + 0.4, -0.35), (w + 0.35, 0.2), (w * 0.85, 0.25))
    steam = [
        curve((x, -0.9), (x + 0.08, -1.1), (x - 0.05, -1.3), (x + 0.05, -1.5))
        for x in (-0.25, 0, 0.25)
    ]
    return [
        _pick(rng, bowl, mug, mug),
        rim,
        ear,
        *_maybe(rng, 0.4, *steam),
        *_maybe(rng, 0.25, arc(0, 0.7, w + 0.3, 0.12)),
    ]


@_thing
def glass(rng):
    wine = [
        curve((-0.5, -1), (-0.5, -0.3), (0, 0.1), (0.5, -0.3), (0.5, -1)),
        line((0, 0.1), (0, 0.9)),
        line((-0.4, 0.9), (0.4, 0.9)),
        line((-0.5, -0.9), (0.5, -0.9)),
    ]
    cocktail = [
        ring((-0.8, -0.8), (0.8, -0.8), (0, 0.1)),
        line((0, 0.1), (0, 0.9)),
        line((-0.4, 0.95), (0.4, 0.95)),
        circle(0.3, -0.6, 0.12),
    ]
    straw = [
        ring((-0.5, -0.8), (0.5, -0.8), (0.38, 0.9), (-0.38, 0.9)),
        line((0.1, 0.3), (0.3, -1.2), (0.6, -1.3)),
        line((-0.47, -0.4), (0.47, -0.4)),
    ]
    return _pick(rng, wine, cocktail, straw)


@_thing
def bottle(rng):
    neck, w = rng.uniform(0.12, 0.2), rng.uniform(0.3, 0.5)
    body = ring(
        (-neck, -1.3),
        (neck, -1.3),
        (neck, -0.7),
        (w, -0.3),
        (w, 1),
        (-w, 1),
        (-w, -0.3),
        (-neck, -0.7),
    )
    smooth = curve(
        (-neck, -1.3),
        (-neck, -0.8),
        (-w, -0.2),
        (-w, 0.9),
        (0, 1),
        (w, 0.9),
        (w, -0.2),
        (neck, -0.8),
        (neck, -1.3),
    )
    return _any_way(
        rng,
        [
            _pick(rng, body, smooth),
            box(-neck, -1.5, neck, -1.3),
            *_maybe(rng, 0.7, box(-w, 0, w, 0.6)),
        ],
    )


@_thing
def umbrella(rng):
    ribs, flat = int(rng.integers(2, 5)), rng.uniform(0.6, 1)
    edge = np.linspace(-1, 1, ribs + 1)
    scallops = [
        arc((a + b) / 2, 0, (b - a) / 2, 0.15, 180, 360)
        for a, b in zip(edge, edge[1:], strict=False)
    ]
    crook = curve((0, 0), (0, 1.1), (-0.15, 1.3), (-0.35, 1.1))
    spokes = [curve((0, -flat), (x * 0.8, -0.5 * flat), (x, 0)) for x in edge[1:-1]]
    return [
        arc(0, 0, 1, flat, 180, 360),
        *_pick(rng, scallops, scallops, [line((-1, 0), (1, 0))]),
        crook,
        *_maybe(rng, 0.35, *spokes),
    ]


@_thing
def book(rng):
    slope = rng.uniform(0.1, 0.35)
    page = ring((0, 0), (1, -slope), (1, 1 - slope), (0, 1))
    text = [
        line((0.2, 0.3 + 0.2 * k - 0.2 * slope), (0.8, 0.3 + 0.2 * k - 0.8 * slope))
        for k in range(3)
    ]
    opened = mirrored([page, *_maybe(rng, 0.5, *text)])
    closed = [
        box(-0.6, -0.8, 0.6, 0.8),
        line((-0.45, -0.8), (-0.45, 0.8)),
        *_maybe(rng, 0.6, line((-0.2, -0.4), (0.4, -0.4)), line((-0.2, -0.2), (0.3, -0.2))),
    ]
    solid = [
        ring((-0.7, -0.6), (0.4, -0.8), (0.7, 0.5), (-0.4, 0.7)),
        line((-0.4, 0.7), (-0.35, 0.9), (0.75, 0.7), (0.7, 0.5)),
    ]
    return _pick(rng, opened, opened, closed, solid)


@_thing
def envelope(rng):
    h = rng.uniform(0.5, 0.8)
    flap = line((-1, -h), (0, rng.uniform(-0.2, 0.3)), (1, -h))
    folds = mirrored([line((1, h), (0.15, 0.05))])
    return [box(-1, -h, 1, h), flap, *_maybe(rng, 0.35, *folds)]


@_thing
def letter(rng):
    """A sheet of paper with lines of writing on it."""

    def written(y):
        x = np.linspace(-0.5, rng.uniform(0.1, 0.55), 14)
        return np.stack([x, y + 0.06 * (-1.0) ** np.arange(14) * (rng.random() < 0.5)], axis=1)

    return [
        box(-0.7, -1, 0.7, 1),
        *(written(y) for y in np.linspace(-0.7, 0.7, int(rng.integers(3, 7)))),
    ]


@_thing
def key(rng):
    r, length = rng.uniform(0.25, 0.45), rng.uniform(0.9, 1.6)
    teeth = [line((x, 0), (x, rng.uniform(0.15, 0.35))) for x in (length * 0.75, length * 0.9)]
    thin = [line((r, 0), (length + r, 0)), *moved(teeth, r)]
    thick = [
        line(
            (r * 0.95, -0.1),
            (length + r, -0.1),
            (length + r, 0.35),
            (length, 0.35),
            (length, 0.12),
            (length - 0.2, 0.12),
            (length - 0.2, 0.3),
            (length - 0.4, 0.3),
            (length - 0.4, 0.1),
            (r * 0.95, 0.1),
        )
    ]
    return _any_way(
        rng, [circle(0, 0, r), *_maybe(rng, 0.6, circle(0, 0, r * 0.5)), *_pick(rng, thin, thick)]
    )


@_thing
def spoon(rng):
    length = rng.uniform(1.2, 2)
    bowl = arc(0, 0, rng.uniform(0.25, 0.4), rng.uniform(0.35, 0.55))
    stem = _pick(
        rng,
        [line((0, 0.4), (0, length))],
        [curve((-0.06, 0.4), (-0.1, length), (0.1, length), (0.06, 0.4))],
    )
    return _any_way(rng, [bowl, *stem])


@_thing
def fork(rng):
    tines = [line((x, -0.9), (x, -0.3)) for x in np.linspace(-0.3, 0.3, int(rng.integers(3, 5)))]
    return _any_way(
        rng,
        [
            *tines,
            curve((-0.3, -0.3), (-0.2, -0.05), (0, 0), (0.2, -0.05), (0.3, -0.3)),
            line((0, 0), (0, rng.uniform(0.9, 1.5))),
        ],
    )


@_thing
def knife(rng):
    return _any_way(
        rng,
        [
            curve((-0.1, 0.2), (-0.12, -1), (0.2, -0.5), (0.18, 0.2), (-0.1, 0.2)),
            box(-0.1, 0.2, 0.15, 1),
        ],
    )


@_thing
def scissors(rng):
    a = rng.uniform(0.2, 0.5)
    halves = mirrored([line((-a, -1), (a * 0.6, 0.7)), arc(a * 0.6 + 0.15, 1, 0.25, 0.33)])
    return _any_way(rng, [*halves, *_maybe(rng, 0.5, dot(0, 0.15))])


@_thing
def pencil(rng):
    w = rng.uniform(0.12, 0.2)
    return _any_way(
        rng,
        [
            ring((-w, -1), (w, -1), (w, 0.8), (0, 1.25), (-w, 0.8)),
            line((-w, 0.8), (w, 0.8)),
            *_maybe(rng, 0.6, line((-w, -0.8), (w, -0.8))),
        ],
    )


@_thing
def hammer(rng):
    return _any_way(rng, [box(-0.5, -1, 0.5, -0.6), box(-0.08, -0.6, 0.1, rng.uniform(0.7, 1.2))])


@_thing
def phone(rng):
    w = rng.uniform(0.4, 0.6)
    keys = [
        box(x - 0.07, y, x + 0.07, y + 0.1) for x in (-0.25, 0, 0.25) for y in (0.15, 0.4, 0.65)
    ]
    smart = [
        box(-w, -1, w, 1),
        box(-w + 0.1, -0.75, w - 0.1, 0.7),
        _pick(rng, circle(0, 0.85, 0.08), dot(0, 0.85)),
    ]
    old = [
        box(-w, -1, w, 1),
        box(-w + 0.12, -0.8, w - 0.12, -0.1),
        *keys,
        *_maybe(rng, 0.5, line((w - 0.1, -1), (w - 0.1, -1.4))),
    ]
    receiver = [
        curve(
            (-1, 0.2),
            (-0.9, -0.4),
            (0, -0.6),
            (0.9, -0.4),
            (1, 0.2),
            (0.6, 0.2),
            (0.5, -0.1),
            (-0.5, -0.1),
            (-0.6, 0.2),
            (-1, 0.2),
        )
    ]
    return _pick(rng, smart, old, receiver)


@_thing
def camera(rng):
    h, r = rng.uniform(0.5, 0.75), rng.uniform(0.25, 0.45)
    bump = _pick(
        rng,
        line((-0.35, -h), (-0.25, -h - 0.25), (0.25, -h - 0.25), (0.35, -h)),
        line((-0.8, -h), (-0.8, -h - 0.2), (-0.4, -h - 0.2), (-0.4, -h)),
    )
    return [
        box(-1, -h, 1, h),
        circle(rng.normal(0, 0.1), 0.05, r),
        *_maybe(rng, 0.5, circle(0, 0.05, r * 0.5)),
        *_maybe(rng, 0.75, bump),
        *_maybe(rng, 0.4, box(0.6, -h + 0.12, 0.85, -h + 0.3)),
    ]


@_thing
def clock(rng):
    hands = [
        line((0, 0), 0.5 * np.array([np.cos(a), np.sin(a)])) for a in rng.uniform(0, 2 * np.pi, 1)
    ]
    minute = line((0, 0), 0.75 * np.array([np.cos(a := rng.uniform(0, 2 * np.pi)), np.sin(a)]))
    bells = [*mirrored([arc(0.5, -0.95, 0.3, 0.2, 150, 400), line((0.6, 0.8), (0.8, 1.1))])]
    return [
        circle(0, 0, 1),
        *hands,
        minute,
        *_maybe(rng, 0.6, *rays(0, 0, 0.82, 0.95, int(rng.choice([4, 8, 12])))),
        *_maybe(rng, 0.2, *bells),
    ]


@_thing
def television(rng):
    aerial = line((-0.5, -1.3), (0, -0.7), (0.5, -1.3))
    stand = [line((0, 0.7), (0, 1)), line((-0.4, 1), (0.4, 1))]
    return [
        box(-1, -0.7, 1, 0.7),
        *_maybe(rng, 0.7, box(-0.85, -0.55, rng.uniform(0.4, 0.85), 0.55)),
        *_pick(rng, [aerial], stand, mirrored([line((0.6, 0.7), (0.7, 1))])),
    ]


@_thing
def laptop(rng):
    slope = rng.uniform(0.1, 0.4)
    keys = [line((-0.7, 0.6 + 0.12 * k), (0.7, 0.6 + 0.12 * k)) for k in (0, 1)]
    return [
        box(-0.8, -0.7, 0.8, 0.4),
        *_maybe(rng, 0.6, box(-0.7, -0.6, 0.7, 0.3)),
        ring((-0.8, 0.4), (0.8, 0.4), (0.8 + slope, 0.95), (-0.8 - slope, 0.95)),
        *_maybe(rng, 0.5, *keys),
    ]


@_thing
def light_bulb(rng):
    r, neck = rng.uniform(0.7, 0.9), rng.uniform(0.22, 0.4)
    glass = curve(
        (-neck, 0.8),
        (-neck * 1.2, 0.5),
        (-r, -0.2),
        (0, -1),
        (r, -0.2),
        (neck * 1.2, 0.5),
        (neck, 0.8),
    )
    screw = [box(-neck, 0.8, neck, 1.3), *_maybe(rng, 0.5, line((-neck, 1), (neck, 0.95)))]
    filament = line((-0.1, 0.8), (-0.2, 0), (-0.05, -0.2), (0.05, 0), (0.2, -0.2), (0.1, 0.8))
    return [
        glass,
        *screw,
        *_maybe(rng, 0.4, filament),
        *_maybe(rng, 0.35, *rays(0, -0.1, 1.15, 1.45, 7, 160, 380)),
    ]


@_thing
def candle(rng):
    w, h = rng.uniform(0.15, 0.3), rng.uniform(0.8, 1.5)
    flame = blob((0, -0.65), (0.15, -0.3), (0, -0.12), (-0.15, -0.3))
    holder = _pick(
        rng,
        [],
        [arc(0, h, 0.6, 0.15)],
        [line((-0.6, h), (0.6, h)), curve((0.6, h), (0.9, h - 0.2), (0.6, h - 0.3))],
    )
    return [box(-w, 0, w, h), line((0, 0), (0, -0.15)), flame, *holder]


@_thing
def guitar(rng):
    waist, length = rng.uniform(0.3, 0.45), rng.uniform(1, 1.6)
    body = blob(
        (0, -0.6),
        (0.45, -0.45),
        (waist, 0),
        (0.65, 0.5),
        (0, 1),
        (-0.65, 0.5),
        (-waist, 0),
        (-0.45, -0.45),
    )
    neck = _pick(rng, [box(-0.08, -0.5 - length, 0.08, -0.5)], [line((0, 0.5), (0, -0.5 - length))])
    head = box(-0.15, -0.8 - length, 0.15, -0.5 - length)
    return _any_way(
        rng,
        [
            body,
            *neck,
            *_maybe(rng, 0.7, circle(0, 0.1, 0.2)),
            *_maybe(rng, 0.7, head),
            *_maybe(rng, 0.4, line((-0.2, 0.65), (0.2, 0.65))),
        ],
    )


@_thing
def note(rng):
    beam = [
        arc(-0.2, 0.9, 0.25, 0.18),
        arc(0.8, 0.8, 0.25, 0.18),
        line((0.05, 0.9), (0.05, -0.6), (1.05, -0.7), (1.05, 0.8)),
    ]
    single = [
        arc(-0.2, 0.9, 0.25, 0.18),
        line((0.05, 0.9), (0.05, -0.6)),
        curve((0.05, -0.6), (0.5, -0.2), (0.4, 0.3)),
    ]
    return _pick(rng, beam, single)


@_thing
def ball(rng):
    return [
        circle(0, 0, 1),
        *_pick(
            rng,
            [curve((-0.8, -0.6), (-0.2, 0), (-0.8, 0.6)), curve((0.8, -0.6), (0.2, 0), (0.8, 0.6))],
            [line((0, -1), (0, 1)), line((-1, 0), (1, 0)), arc(-1.1, 0, 0.7, 0.8, -60, 60)],
            rays(0, 0, 0.4, 1, 5) + [arc(0, 0, 0.4, 0.4)],
        ),
    ]


@_thing
def kite(rng):
    tail = curve((0, 1), (0.2, 1.4), (-0.1, 1.8), (0.2, 2.3))
    return moved(
        [
            ring((0, -1), (0.7, -0.2), (0, 1), (-0.7, -0.2)),
            line((0, -1), (0, 1)),
            line((-0.7, -0.2), (0.7, -0.2)),
            tail,
        ],
        turn=rng.normal(0, 25),
    )


@_thing
def dice(rng):
    spots = [
        circle(*at, 0.09)
        for at in rng.permutation([(-0.4, -0.4), (0.4, 0.4), (0, 0), (0.4, -0.4), (-0.4, 0.4)])[
            : rng.integers(1, 6)
        ]
    ]
    return [box(-0.8, -0.8, 0.8, 0.8), *spots]


@_thing
def flag(rng):
    w = rng.uniform(0.9, 1.5)
    cloth = _pick(
        rng,
        box(0, -1, w, -0.2),
        curve((0, -1), (w / 2, -1.15), (w, -0.95), (w, -0.2), (w / 2, -0.4), (0, -0.2)),
    )
    return [
        line((0, -1.1), (0, 1.4)),
        cloth,
        *_maybe(rng, 0.4, line((0, -0.7), (w, -0.7)), line((0, -0.45), (w, -0.45))),
    ]


@_thing
def sword(rng):
    return _any_way(
        rng,
        [
            ring((-0.1, 0.4), (-0.1, -1.2), (0, -1.5), (0.1, -1.2), (0.1, 0.4)),
            line((-0.4, 0.45), (0.4, 0.45)),
            box(-0.07, 0.45, 0.07, 0.9),
        ],
    )


@_thing
def glasses(rng):
    r = rng.uniform(0.4, 0.55)
    return [
        *mirrored(
            [
                _pick(rng, circle(0.65, 0, r), box(0.65 - r, -r * 0.7, 0.65 + r, r * 0.7)),
                line((0.65 + r, 0), (1.5, -0.25)),
            ]
        ),
        arc(0, 0, 0.65 - r, 0.1, 180, 360),
    ]


@_thing
def magnifier(rng):
    return _any_way(
        rng,
        [circle(0, 0, 0.6), *_pick(rng, [line((0, 0.6), (0, 1.5))], [box(-0.1, 0.6, 0.1, 1.5)])],
    )


@_thing
def present(rng):
    bow = mirrored([curve((0, -0.7), (0.35, -1.15), (0.55, -0.85), (0, -0.7))])
    return [
        box(-0.9, -0.7, 0.9, 0.8),
        line((0, -0.7), (0, 0.8)),
        *_maybe(rng, 0.6, line((-0.9, 0), (0.9, 0))),
        *bow,
    ]


@_thing
def robot(rng):
    arms = mirrored([line((0.6, 0.6), (1, 0.9), (1, 1.3))])
    return [
        box(-0.45, -0.5, 0.45, 0.3),
        box(-0.6, 0.4, 0.6, 1.5),
        *mirrored([box(0.12, -0.3, 0.3, -0.12), line((0.3, 1.5), (0.3, 2.1), (0.55, 2.1))]),
        *arms,
        line((-0.2, 0.1), (0.2, 0.1)),
        *_maybe(rng, 0.7, line((0, -0.5), (0, -0.8))),
    ]


# Sky and weather


@_thing
def sun(rng):
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
    smile = [*_eyes(rng, 0.15, -0.1, 0.05), *_mouth(rng, 0.05, 0.2)]
    corner = [arc(-1, -1, 0.9, 0.9, 0, 90), *rays(-1, -1, 1.05, 1.5, 5, 5, 85)]
    return _pick(
        rng,
        [circle(0, 0, r), *ring_of_rays, *_maybe(rng, 0.25, *smile)],
        [circle(0, 0, r), *ring_of_rays],
        [circle(0, 0, r), *spikes],
        corner,
    )


@_thing
def moon(rng):
    depth = rng.uniform(-0.4, 0.6)
    crescent = [
        curve((0.2, -1), (-0.6, -0.7), (-0.9, 0), (-0.6, 0.7), (0.2, 1)),
        curve((0.2, -1), (-depth * 0.6, -0.5), (-depth, 0), (-depth * 0.6, 0.5), (0.2, 1)),
    ]
    craters = [
        circle(*at, rng.uniform(0.08, 0.2))
        for at in rng.uniform(-0.5, 0.5, (rng.integers(2, 5), 2))
    ]
    return _pick(rng, crescent, crescent, [circle(0, 0, 1), *craters])


@_thing
def star(rng):
    points = int(rng.choice([4, 5, 5, 5, 6, 8]))
    angles = np.radians(np.arange(2 * points) * 180 / points - 90)
    radius = np.where(np.arange(2 * points) % 2, rng.uniform(0.3, 0.6), 1)
    outline = ring(*np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1))
    five = np.radians(np.arange(6) * 144 - 90)
    return _pick(rng, [outline], [np.stack([np.cos(five), np.sin(five)], axis=1)])


@_thing
def cloud(rng):
    count = int(rng.integers(5, 11))
    outline = _pick(
        rng,
        bumps(0, 0, 1, rng.uniform(0.45, 0.7), count, rng.uniform(0.1, 0.35)),
        np.concatenate([bumps(0, 0, 1, 0.6, count // 2 + 1, 0.3, 180, 360), [[-1, 0]]]),
    )
    drops = [
        line((x, 0.75), (x - 0.1, 1.1)) for x in np.linspace(-0.6, 0.6, int(rng.integers(3, 6)))
    ]
    return [outline, *_maybe(rng, 0.3, *drops)]


@_thing
def lightning(rng):
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
        *_pick(rng, [bolt], [bolt], [zigzag], [zigzag, zigzag + [w, 0]]),
        *_maybe(rng, 0.15, bumps(0.1, -1.4, 0.8, 0.3, 7)),
    ]


@_thing
def rainbow(rng):
    return [arc(0, 0, r, r * 0.9, 180, 360) for r in np.linspace(0.5, 1, int(rng.integers(3, 6)))]


@_thing
def snowflake(rng):
    arm = [
        line((0, 0), (0, -1)),
        *mirrored([line((0, -0.6), (0.2, -0.85))]),
        *_maybe(rng, 0.5, *mirrored([line((0, -0.3), (0.2, -0.5))])),
    ]
    return [each for k in range(6) for each in moved(arm, turn=60 * k)]


@_thing
def snowman(rng):
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
        *_maybe(rng, 0.6, *_eyes(rng, 0.13, -0.1, 0.04)),
        *_maybe(rng, 0.4, nose),
        *_maybe(rng, 0.35, *hat),
        *_maybe(rng, 0.5, *arms),
        *_maybe(rng, 0.5, *buttons),
    ]


@_thing
def mountains(rng):
    x = np.linspace(-1.5, 1.5, 2 * int(rng.integers(2, 4)) + 1)
    y = np.where(np.arange(len(x)) % 2, -rng.uniform(0.6, 1.4, len(x)), 0)
    return [
        np.stack([x, y], axis=1),
        *_maybe(rng, 0.4, circle(rng.uniform(-1, 1), -1.3, 0.25)),
        *_maybe(rng, 0.5, line((-1.5, 0), (1.5, 0))),
    ]


@_thing
def flame(rng):
    outer = blob(
        (0, -1.2), (0.3, -0.5), (0.7, 0.3), (0.3, 0.9), (-0.3, 0.9), (-0.7, 0.3), (-0.4, -0.2)
    )
    return [outer, *_maybe(rng, 0.5, blob((0, -0.1), (0.25, 0.5), (0, 0.8), (-0.25, 0.5)))]


@_thing
def drop(rng):
    return [
        curve((0, -1.1), (0.55, 0.2), (0.4, 0.8), (0, 0.95), (-0.4, 0.8), (-0.55, 0.2), (0, -1.1)),
        *_maybe(rng, 0.3, arc(0, 0.35, 0.3, 0.35, 90, 170)),
    ]


# Shapes and signs


@_thing
def square(rng):
    return [box(-1, -1, 1, 1)]


@_thing
def triangle(rng):
    return [ring((rng.uniform(-1, 1), -rng.uniform(0.6, 1.5)), (1, 0.5), (-1, 0.5))]


@_thing
def diamond(rng):
    gem = [
        ring((-0.5, -0.6), (0.5, -0.6), (1, -0.1), (0, 1), (-1, -0.1)),
        line((-1, -0.1), (1, -0.1)),
        *_maybe(rng, 0.6, line((-0.4, -0.1), (0, 1), (0.4, -0.1))),
    ]
    return _pick(rng, [ring((0, -1), (0.7, 0), (0, 1), (-0.7, 0))], gem)


@_thing
def cube(rng):
    d = rng.uniform(0.3, 0.7)
    front, back = box(-0.6, -0.6, 0.6, 0.6), box(-0.6 + d, -0.6 - d, 0.6 + d, 0.6 - d)
    edges = [line(a, b) for a, b in zip(front[:4], back[:4], strict=True)]
    solid = [front, line(front[0], back[0], back[1], back[2], front[2]), edges[1]]
    return _pick(rng, [front, back, *edges], solid)


@_thing
def cylinder(rng):
    h, flat = rng.uniform(0.6, 1.4), rng.uniform(0.15, 0.3)
    can = [
        arc(0, -h, 0.7, flat),
        *mirrored([line((0.7, -h), (0.7, h))]),
        arc(0, h, 0.7, flat, 0, 180),
    ]
    cone = [*mirrored([line((0, -h), (0.8, h))]), arc(0, h, 0.8, flat, 0, 180)]
    return _any_way(rng, _pick(rng, can, cone))


@_thing
def pyramid(rng):
    return [
        ring((-1, 0.6), (0, -1), (0.5, 0.8)),
        line((0, -1), (1, 0.4), (0.5, 0.8)),
        *_maybe(rng, 0.4, line((-1.4, 0.7), (1.4, 0.7))),
    ]


@_thing
def heart(rng):
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
        *_maybe(rng, 0.12, line((-1.3, 0.6), (1.3, -0.7))),
    ]


@_thing
def arrow(rng):
    head = rng.uniform(0.25, 0.5)
    thin = [line((-1, 0), (1, 0)), line((1 - head, -head), (1, 0), (1 - head, head))]
    thick = [
        ring((-1, -0.25), (0.2, -0.25), (0.2, -0.6), (1, 0), (0.2, 0.6), (0.2, 0.25), (-1, 0.25))
    ]
    bent = [
        curve((-0.8, 0.8), (-0.6, -0.3), (0.8, -0.4)),
        line((0.5, -0.7), (0.8, -0.4), (0.5, -0.1)),
    ]
    return _any_way(rng, _pick(rng, thin, thick, bent))


@_thing
def mark(rng):
    """A tick, a cross, a plus, a question mark, a peace sign."""
    question = [curve((-0.5, -0.5), (0, -1), (0.5, -0.5), (0.05, 0), (0, 0.4)), dot(0, 0.8)]
    peace = [circle(0, 0, 1), line((0, -1), (0, 1)), line((-0.7, 0.7), (0, 0), (0.7, 0.7))]
    swords = [line((-0.8, -1), (0.8, 1)), line((0.8, -1), (-0.8, 1))]
    return _pick(
        rng,
        [line((-0.8, 0), (-0.2, 0.7), (1, -0.9))],
        swords,
        [line((0, -1), (0, 1)), line((-1, 0), (1, 0))],
        question,
        peace,
    )


@_thing
def infinity(rng):
    t = np.radians(np.linspace(0, 360, 40))
    return [np.stack([np.cos(t), rng.uniform(0.6, 1.2) * np.sin(t) * np.cos(t)], axis=1)]


@_thing
def crown(rng):
    points = int(rng.integers(3, 6))
    x = np.linspace(-1, 1, 2 * points - 1)
    y = np.where(np.arange(len(x)) % 2, 0.0, -0.9)
    return [
        ring(*np.stack([x, y], axis=1), (0.9, 0.8), (-0.9, 0.8)),
        *_maybe(rng, 0.4, line((-0.9, 0.5), (0.9, 0.5))),
    ]


@_thing
def speech_bubble(rng):
    return [
        np.concatenate(
            [arc(0, 0, 1, 0.7, 130, 460), [[-0.7, 1.1]], arc(0, 0, 1, 0.7, 130, 131)[:1]]
        ),
        *_maybe(rng, 0.5, *(dot(x, 0) for x in (-0.4, 0, 0.4))),
    ]


@_thing
def chart(rng):
    axes = line((-1, -1), (-1, 1), (1.2, 1))
    bars = [
        box(x, y, x + 0.35, 1)
        for x, y in zip((-0.8, -0.3, 0.2, 0.7), rng.uniform(-0.8, 0.7, 4), strict=True)
    ]
    graph = np.stack([np.linspace(-0.9, 1, 6), rng.uniform(-0.8, 0.8, 6)], axis=1)
    return [axes, *_pick(rng, bars, [graph])]


@_thing
def plan(rng):
    """The rooms of a flat, or boxes that arrows join."""
    x, y = rng.uniform(-0.5, 0.5), rng.uniform(-0.4, 0.4)
    rooms = [
        box(-1.2, -0.9, 1.2, 0.9),
        line((x, -0.9), (x, 0.9)),
        line((x, y), (1.2, y)),
        *_maybe(rng, 0.5, line((-1.2, -y), (x, -y))),
        *_maybe(rng, 0.4, arc(x, 0.9, 0.4, 0.4, 180, 270)),
    ]
    boxes = [
        box(-1.4, -0.3, -0.6, 0.3),
        line((-0.6, 0), (0.3, 0)),
        line((0.1, -0.15), (0.3, 0), (0.1, 0.15)),
        _pick(rng, box(0.3, -0.3, 1.1, 0.3), circle(0.7, 0, 0.4)),
        *_maybe(rng, 0.5, line((0.7, 0.4), (0.7, 0.9)), box(0.3, 0.9, 1.1, 1.4)),
    ]
    return _pick(rng, rooms, boxes)


@_thing
def board(rng):
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
            _pick(
                rng,
                [circle(0, 0, 0.22)],
                [line((-0.2, -0.2), (0.2, 0.2)), line((0.2, -0.2), (-0.2, 0.2))],
            ),
            *at,
        )
    ]
    return [*thirds, *marks, *_maybe(rng, 0.3, box(-1, -1, 1, 1))]


@_thing
def handwriting(rng):
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
    return [np.stack([x, y], axis=1), *_maybe(rng, 0.3, underline)]
