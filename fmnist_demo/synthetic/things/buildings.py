"""Buildings, their parts and their furniture."""

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
from fmnist_demo.synthetic.variation import maybe, pick


def house(rng) -> list[Line]:
    h, eaves, top = rng.uniform(0.7, 1.3), rng.uniform(0, 0.25), rng.uniform(0.4, 0.9)
    door = pick(
        rng, box(-0.2, h - 0.6, 0.2, h), line((0.3, h), (0.3, h - 0.5), (0.65, h - 0.5), (0.65, h))
    )
    window = [
        box(-0.75, 0.2, -0.35, 0.55),
        *maybe(rng, 0.5, line((-0.55, 0.2), (-0.55, 0.55)), line((-0.75, 0.37), (-0.35, 0.37))),
    ]
    chimney = line((0.45, -top * 0.5), (0.45, -top), (0.7, -top), (0.7, -top * 0.25))
    smoke = curve((0.6, -top - 0.1), (0.75, -top - 0.3), (0.55, -top - 0.5), (0.75, -top - 0.7))
    walls = pick(rng, [box(-1, 0, 1, h)], [line((-1, 0), (-1, h), (1, h), (1, 0))])
    roof = line((-1 - eaves, 0), (0, -top), (1 + eaves, 0))
    one_line = ring((-1, 0), (0, -top), (1, 0), (1, h), (-1, h))
    deep = [ring((-1, 0), (-0.4, -top), (1.6, -top), (1.1, 0)), box(-1, 0, 1, h)]
    return [
        *pick(rng, [*walls, roof], [*walls, roof], [one_line], deep),
        *maybe(rng, 0.75, door),
        *maybe(rng, 0.7, *window),
        *maybe(rng, 0.35, *(w * [-1, 1] for w in window)),
        *maybe(rng, 0.35, chimney, *maybe(rng, 0.4, smoke)),
    ]


def tower_block(rng) -> list[Line]:
    w, h = rng.uniform(0.4, 0.8), rng.uniform(1, 2)
    windows = [
        box(x - 0.1, y, x + 0.1, y + 0.18)
        for x in np.linspace(-w + 0.25, w - 0.25, 2)
        for y in np.arange(0.15, h - 0.3, 0.4)
    ]
    return [box(-w, 0, w, h), *windows, *maybe(rng, 0.3, line((0, 0), (0, -0.4)))]


def lattice_tower(rng) -> list[Line]:
    foot, curved = rng.uniform(0.5, 0.9), rng.uniform(0, 0.25)
    leg = (
        curve((0.05, -1), (0.15, 0.1), (foot, 1.2)) if curved > 0.1 else line((0, -1), (foot, 1.2))
    )
    inner = curve((0.2, 1.2), (0, 0.7), (-0.2, 1.2))
    bars = [line((-y * foot / 2 - 0.2, y), (y * foot / 2 + 0.2, y)) for y in (0.1, 0.55)]
    struts = [line((-0.3, 0.55), (0.1, 0.1)), line((0.3, 0.55), (-0.1, 0.1))]
    return [
        *mirrored([leg]),
        *maybe(rng, 0.8, *bars),
        *maybe(rng, 0.5, inner),
        *maybe(rng, 0.4, *struts),
        *maybe(rng, 0.4, line((0, -1), (0, -1.5))),
    ]


def castle(rng) -> list[Line]:
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
        *maybe(rng, 0.7, *wall, *moved([ring(*crown)], 1.8)),
        *maybe(rng, 0.5, line((0.1, -0.8), (0.1, -1.4), (0.5, -1.25), (0.1, -1.1))),
    ]


def door(rng) -> list[Line]:
    w = rng.uniform(0.35, 0.6)
    panels = [box(-w + 0.12, -0.85, w - 0.12, -0.1), box(-w + 0.12, 0.1, w - 0.12, 0.85)]
    arched = np.concatenate([arc(0, -0.6, w, 0.45, 180, 360), [[w, 1], [-w, 1], [-w, -0.6]]])
    knob = pick(
        rng, dot(w - 0.15, 0.05), circle(w - 0.17, 0.05, 0.07), line((w - 0.3, 0), (w - 0.1, 0))
    )
    return [
        pick(rng, box(-w, -1, w, 1), box(-w, -1, w, 1), arched),
        knob,
        *maybe(rng, 0.3, *panels),
        *maybe(
            rng, 0.3, line((-w - 0.15, 1), (-w - 0.15, -1.15), (w + 0.15, -1.15), (w + 0.15, 1))
        ),
    ]


def window(rng) -> list[Line]:
    curtains = mirrored([curve((-0.85, -0.9), (-0.3, 0), (-0.85, 0.6))])
    sill = line((-1.2, 1.05), (1.2, 1.05))
    return [
        box(-0.9, -1, 0.9, 1),
        line((0, -1), (0, 1)),
        *maybe(rng, 0.85, line((-0.9, 0), (0.9, 0))),
        *maybe(rng, 0.3, box(-1.05, -1.15, 1.05, 1.15)),
        *maybe(rng, 0.3, sill),
        *maybe(rng, 0.2, *curtains),
    ]


def chair(rng) -> list[Line]:
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
        *pick(rng, side, seat, front),
        *maybe(rng, 0.3, line((-0.5, -back / 2), (0.5, -back / 2))),
    ]


def table(rng) -> list[Line]:
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
    return pick(rng, flat, [box(-1, -0.15, 1, 0), *flat[1:]], deep, round_)


def bed(rng) -> list[Line]:
    return [
        line((-1.2, -0.8), (-1.2, 0.6)),
        line((1.2, -0.2), (1.2, 0.6)),
        box(-1.2, 0, 1.2, 0.3),
        *pick(rng, [arc(-0.85, -0.12, 0.3, 0.14)], [box(-1.1, -0.25, -0.6, 0)]),
        *maybe(rng, 0.4, curve((-0.5, 0), (0.3, -0.4), (1.2, -0.05))),
    ]


def lamp(rng) -> list[Line]:
    shade = ring((-0.3, -1), (0.3, -1), (0.65, -0.3), (-0.65, -0.3))
    return [
        shade,
        line((0, -0.3), (0, rng.uniform(0.5, 1.4))),
        *maybe(rng, 0.9, arc(0, 1.2, 0.4, 0.12)),
    ]


def ladder(rng) -> list[Line]:
    w, slope = rng.uniform(0.2, 0.4), rng.uniform(0, 0.15)
    rungs = [line((-w, y), (w, y)) for y in np.linspace(-0.8, 0.8, int(rng.integers(3, 8)))]
    return moved(
        [line((-w + slope, -1.2), (-w, 1.2)), line((w - slope, -1.2), (w, 1.2)), *rungs],
        turn=rng.normal(0, 20),
    )


def fence(rng) -> list[Line]:
    count = int(rng.integers(3, 7))
    posts = [
        ring((x, 1), (x, 0), (x + 0.15, -0.2), (x + 0.3, 0), (x + 0.3, 1))
        for x in 0.5 * np.arange(count)
    ]
    return [*posts, line((-0.2, 0.3), (0.5 * count, 0.3)), line((-0.2, 0.7), (0.5 * count, 0.7))]
