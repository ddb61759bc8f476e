"""Plants, fruit and other food."""

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.things.shapes import (
    arc,
    blob,
    box,
    bumps,
    circle,
    curve,
    line,
    mirrored,
    moved,
    rays,
    ring,
)
from fmnist_demo.synthetic.variation import any_way, maybe, pick


def tree(rng) -> list[Line]:
    w, h = rng.uniform(0.1, 0.22), rng.uniform(0.6, 1.4)
    trunk = pick(
        rng,
        [line((-w, 0), (-w, h)), line((w, 0), (w, h))],
        [line((-w, 0), (-1.5 * w, h), (1.5 * w, h), (w, 0))],
        [line((0, 0), (0, h))],
    )
    crown = pick(
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
    leafy = [*crown, *maybe(rng, 0.2, *apples)]
    return [*trunk, *pick(rng, leafy, leafy, fir, [line((0, 0), (0, -1.2)), *bare])]


def palm(rng) -> list[Line]:
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
        *maybe(rng, 0.6, trunk + [0.2, 0]),
        *leaves,
        *maybe(rng, 0.4, curve((-1, 1.5), (0.1, 1.3), (1.2, 1.5))),
    ]


def flower(rng) -> list[Line]:
    petals, radius = int(rng.integers(4, 9)), rng.uniform(0.15, 0.3)
    angles = np.radians(np.arange(petals) * 360 / petals)
    size = 0.45 * np.pi / petals + 0.1
    round_ones = [circle(0.5 * np.cos(a), 0.5 * np.sin(a), size) for a in angles]
    loops = [bumps(0, 0, radius, radius, petals, rng.uniform(0.8, 2))]
    tulip = [
        line((-0.5, -0.6), (-0.25, -0.2), (0, -0.6), (0.25, -0.2), (0.5, -0.6)),
        curve((-0.5, -0.6), (-0.4, 0.3), (0.4, 0.3), (0.5, -0.6)),
    ]
    head = pick(
        rng, [circle(0, 0, radius), *round_ones], [circle(0, 0, radius), *loops], loops, tulip
    )
    length = rng.uniform(0.7, 2)
    leaf = curve((0, 1.2), (0.5, 0.7), (0.6, 1), (0, 1.3))
    stem = curve((0, 0.5), (rng.normal(0, 0.1), 0.9), (0, 0.5 + length))
    return [
        *head,
        *maybe(rng, 0.8, stem, *maybe(rng, 0.5, leaf), *maybe(rng, 0.3, leaf * [-1, 1])),
    ]


def leaf(rng) -> list[Line]:
    w = rng.uniform(0.3, 0.7)
    veins = mirrored([line((0, y + 0.3), (0.5 * w, y)) for y in (-0.4, 0, 0.4)])
    return any_way(
        rng,
        [
            curve((0, 1), (w, 0.1), (0, -1)),
            curve((0, -1), (-w, 0.1), (0, 1)),
            line((0, 1.4), (0, rng.uniform(-0.8, 0.6))),
            *maybe(rng, 0.5, *veins),
        ],
    )


def cactus(rng) -> list[Line]:
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
    thin = [line((0, -1), (0, 1.3)), single, *maybe(rng, 0.7, single * [-1, 1] + [0, 0.3])]
    fat = [trunk, *maybe(rng, 0.85, arm), *maybe(rng, 0.6, arm * [-1, 1] - [0, 0.3])]
    return [*pick(rng, fat, fat, thin), *maybe(rng, 0.25, pot), *maybe(rng, 0.3, *spines)]


def mushroom(rng) -> list[Line]:
    w, h, flat = rng.uniform(0.15, 0.4), rng.uniform(0.5, 1.2), rng.uniform(0.5, 1)
    cap = pick(
        rng,
        np.concatenate([arc(0, 0, 1, flat, 180, 360), [[-1, 0]]]),
        blob((-1, 0), (-0.7, -0.6 * flat), (0, -flat), (0.7, -0.6 * flat), (1, 0), (0, 0.15)),
    )
    stem = curve((-w, 0), (-w, h * 0.8), (0, h), (w, h * 0.8), (w, 0))
    spots = [circle(x, -y * flat, 0.13) for x, y in ((-0.4, 0.35), (0.1, 0.65), (0.5, 0.3))]
    return [cap, stem, *maybe(rng, 0.4, *spots)]


def apple(rng) -> list[Line]:
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
        pick(rng, outline, outline, circle(0, 0, 1)),
        *maybe(rng, 0.9, stalk),
        *maybe(rng, 0.55, leaf),
    ]


def pear(rng) -> list[Line]:
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
        *maybe(rng, 0.4, curve((0.05, -1.4), (0.4, -1.7), (0.6, -1.4), (0.05, -1.4))),
    ]


def banana(rng) -> list[Line]:
    fat = rng.uniform(0.35, 0.65)
    return any_way(
        rng,
        [
            curve((-1, -0.5), (-0.5, 0.3), (0.5, 0.3), (1, -0.5)),
            curve((-1, -0.5), (-0.6, 0.3 + fat * 0.7), (0.6, 0.3 + fat * 0.7), (1, -0.5)),
            *maybe(rng, 0.5, line((1, -0.5), (1.15, -0.75))),
        ],
    )


def cherries(rng) -> list[Line]:
    x, y = rng.uniform(0.4, 0.7), rng.uniform(0.5, 1)
    stalks = [
        curve((0, -1), (-x / 2, -0.3), (-x, y - 0.35)),
        curve((0, -1), (x / 2, -0.3), (x, y - 0.35)),
    ]
    return [
        circle(-x, y, 0.38),
        circle(x, y, 0.38),
        *stalks,
        *maybe(rng, 0.4, curve((0, -1), (0.4, -1.3), (0.8, -1), (0, -1))),
    ]


def grapes(rng) -> list[Line]:
    rows = int(rng.integers(3, 5))
    berries = [
        circle(0.5 * (k - (rows - 1 - row) / 2), 0.45 * row, 0.27)
        for row in range(rows)
        for k in range(rows - row)
    ]
    return [*berries, line((0, -0.25), (0.1, -0.8))]


def carrot(rng) -> list[Line]:
    leaves = rays(0, -1, 0.05, 0.6, int(rng.integers(3, 6)), 230, 310)
    return any_way(
        rng,
        [
            curve((0, 1.3), (-0.35, -0.7), (0, -1), (0.35, -0.7), (0, 1.3)),
            *leaves,
            line((-0.25, -0.3), (0.05, -0.25)),
            line((0.2, 0.2), (-0.05, 0.25)),
        ],
    )


def ice_cream(rng) -> list[Line]:
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
        *pick(rng, tower, [bumps(0, -0.1, 0.6, 0.6, 6, 0.3, 180, 360)]),
        *maybe(rng, 0.4, *waffle),
    ]


def lollipop(rng) -> list[Line]:
    t = np.linspace(0.1, 1, 24)
    angle = np.radians(900 * t)
    swirl = 0.6 * np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1)
    return [circle(0, 0, 0.7), *maybe(rng, 0.6, swirl), line((0, 0.7), (0, rng.uniform(1.6, 2.4)))]


def pizza(rng) -> list[Line]:
    toppings = [
        circle(*at, 0.1) for at in rng.uniform((-0.3, -0.7), (0.3, 0.1), (rng.integers(2, 5), 2))
    ]
    slice_ = [
        ring((-0.8, -0.9), (0.8, -0.9), (0, 1)),
        *maybe(rng, 0.6, line((-0.7, -0.7), (0.7, -0.7))),
        *toppings,
    ]
    cuts = [
        each
        for k in range(rng.integers(2, 5))
        for each in moved([line((-1, 0), (1, 0))], turn=k * 45)
    ]
    whole = [
        circle(0, 0, 1),
        *maybe(rng, 0.5, circle(0, 0, 0.85)),
        *cuts,
        *maybe(rng, 0.6, *toppings),
    ]
    return pick(rng, any_way(rng, slice_), whole)


def cake(rng) -> list[Line]:
    tiers = [
        box(-1 + 0.3 * k, -0.6 * k, 1 - 0.3 * k, 0.6 - 0.6 * k) for k in range(rng.integers(1, 4))
    ]
    top = tiers[-1][:, 1].min()
    candles = [
        line((x, top), (x, top - 0.4)) for x in np.linspace(-0.3, 0.3, int(rng.integers(1, 4)))
    ]
    icing = bumps(0, top, 0.9 - 0.3 * (len(tiers) - 1), 0.12, 5, 0.5, 0, 180)
    return [*tiers, *candles, *maybe(rng, 0.5, icing)]


def burger(rng) -> list[Line]:
    return [
        np.concatenate([arc(0, 0, 1, 0.7, 180, 360), [[-1, 0]]]),
        bumps(0, 0.15, 1, 0.15, 5, 0.3, 0, 180),
        box(-1, 0.3, 1, 0.5),
        curve((-1, 0.55), (-0.9, 0.9), (0.9, 0.9), (1, 0.55)),
        *maybe(rng, 0.5, *(line((x, -0.4), (x + 0.08, -0.35)) for x in (-0.4, 0, 0.4))),
    ]


def egg(rng) -> list[Line]:
    return pick(
        rng,
        [blob((0, -1.2), (0.7, -0.2), (0.65, 0.6), (0, 1), (-0.65, 0.6), (-0.7, -0.2))],
        [bumps(0, 0, 1, 0.8, 5, 0.15), circle(0.1, 0, 0.35)],
    )
