"""What drives, sails or flies."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.parts import wheels
from fmnist_demo.synthetic.things.shapes import (
    arc,
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
from fmnist_demo.synthetic.variation import any_way, maybe, pick


def car(rng) -> list[Line]:
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
        *pick(rng, [outline], box_car, [curve(*outline[[0, 1, 3, 4, 6, 7, 0]])]),
        *wheels(rng, (-0.85, 0.85), 0.5, rng.uniform(0.2, 0.36)),
        *maybe(rng, 0.65, *windows),
    ]


def truck(rng) -> list[Line]:
    cab = ring((0.6, 0.5), (0.6, -0.4), (1.1, -0.4), (1.5, 0.1), (1.5, 0.5))
    windows = [box(x, -0.6, x + 0.35, -0.25) for x in (-1.3, -0.8, -0.3)]
    lorry = [box(-1.5, -rng.uniform(0.4, 1), 0.6, 0.5), cab]
    bus = [box(-1.5, -0.8, 1.2, 0.5), *windows]
    return [
        *pick(rng, lorry, bus),
        *wheels(rng, pick(rng, (-1, 0.9), (-1.1, -0.6, 1)), 0.6, 0.25),
    ]


def train(rng) -> list[Line]:
    wagons = [box(-1.9 - 1.5 * k, -0.5, -0.6 - 1.5 * k, 0.5) for k in range(rng.integers(0, 3))]
    engine = [box(-0.4, -0.9, 0.3, 0.5), box(0.3, -0.2, 1.2, 0.5), box(0.8, -0.6, 1, -0.2)]
    smoke = [bumps(0.7, -1.1, 0.3, 0.2, 5)]
    return [
        *engine,
        *wagons,
        *wheels(rng, (-0.1, 0.5, 0.9), 0.6, 0.2),
        *maybe(rng, 0.5, *smoke),
        *(circle(w[0, 0] + x, 0.6, 0.18) for w in wagons for x in (0.3, 1)),
    ]


def bicycle(rng) -> list[Line]:
    r, d = rng.uniform(0.4, 0.65), rng.uniform(0.8, 1)
    frame = line((-d, 0), (-0.35, -0.75), (d - 0.25, -0.8), (-0.05, 0), (-d, 0))
    simple = line((-d, 0), (-0.2, -0.7), (d - 0.2, -0.7), (d, 0))
    seat = [line((-0.05, 0), (-0.45, -1)), line((-0.65, -1), (-0.25, -1))]
    bar = line((d, 0), (d - 0.3, -1.1), (d, -1.15))
    spokes = [each for x in (-d, d) for each in rays(x, 0, 0, r, 6)]
    return [
        circle(-d, 0, r),
        circle(d, 0, r),
        *pick(rng, [frame, *seat], [simple], [frame]),
        bar,
        *maybe(rng, 0.25, *spokes),
    ]


def sailing_boat(rng) -> list[Line]:
    h = rng.uniform(1, 1.8)
    hull = pick(
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
        *pick(rng, [sail], [sail, other], [flag]),
        *maybe(rng, 0.25, waves),
    ]


def steamer(rng) -> list[Line]:
    funnels = [box(x, -0.9, x + 0.22, -0.4) for x in (-0.4, 0.1)]
    return [
        ring((-1.5, 0), (1.5, 0), (1.1, 0.6), (-1.1, 0.6)),
        box(-0.8, -0.4, 0.7, 0),
        *funnels[: rng.integers(1, 3)],
        *maybe(rng, 0.5, *(circle(x, 0.25, 0.09) for x in (-0.6, 0, 0.6))),
    ]


def plane(rng) -> list[Line]:
    sweep, span = rng.uniform(-0.1, 0.5), rng.uniform(0.6, 1.1)
    fuselage = pick(
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
    return moved(pick(rng, top, side), turn=pick(rng, 0, 0, -90, rng.uniform(-60, 60)))


def helicopter(rng) -> list[Line]:
    return [
        arc(0, 0, 0.7, 0.5),
        line((-0.65, -0.1), (-1.7, -0.2), (-1.75, -0.5)),
        line((0, -0.5), (0, -0.7)),
        line((-1, -0.72), (1, -0.7)),
        line((-0.5, 0.75), (0.6, 0.75)),
        line((-0.2, 0.48), (-0.25, 0.75)),
        line((0.3, 0.45), (0.35, 0.75)),
        *maybe(rng, 0.6, curve((0.1, -0.45), (0.15, 0), (0.7, 0))),
    ]


def rocket(rng) -> list[Line]:
    body = curve((-0.35, 0.9), (-0.4, -0.2), (0, -1.2), (0.4, -0.2), (0.35, 0.9))
    fins = mirrored([line((0.37, 0.4), (0.75, 1.1), (0.33, 0.9))])
    flame = line((-0.2, 0.95), (-0.1, 1.5), (0, 1.1), (0.1, 1.6), (0.2, 0.95))
    return any_way(
        rng,
        [
            body,
            line((-0.35, 0.9), (0.35, 0.9)),
            *fins,
            *maybe(rng, 0.7, circle(0, -0.2, 0.18)),
            *maybe(rng, 0.6, flame),
        ],
    )


def balloon(rng) -> list[Line]:
    toy = [
        arc(0, 0, 0.8, 1),
        ring((0, 1), (0.12, 1.15), (-0.12, 1.15)),
        curve((0, 1.15), (0.1, 1.6), (-0.1, 2), (0.05, 2.4)),
    ]
    hot_air = [
        circle(0, 0, 1),
        *mirrored([line((0.6, 0.8), (0.25, 1.6))]),
        box(-0.25, 1.6, 0.25, 2),
        *maybe(rng, 0.5, arc(0, 0, 0.4, 1)),
    ]
    return pick(rng, toy, hot_air)


def anchor(rng) -> list[Line]:
    return [
        circle(0, -1, 0.2),
        line((0, -0.8), (0, 1)),
        line((-0.4, -0.5), (0.4, -0.5)),
        arc(0, 0.2, 0.8, 0.8, 0, 180),
        *mirrored([line((0.6, 0.35), (0.8, 0.15), (0.95, 0.4))]),
    ]
