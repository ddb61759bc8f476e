"""Things that lie about the house."""

from itertools import pairwise

import numpy as np

from fmnist_demo.images.strokes import Line
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
    rays,
    ring,
)
from fmnist_demo.synthetic.variation import any_way, maybe, pick


def cup(rng) -> list[Line]:
    w, taper = rng.uniform(0.5, 0.8), rng.uniform(0.5, 1)
    bowl = curve((-w, -0.6), (-w * 0.8, 0.3), (0, 0.65), (w * 0.8, 0.3), (w, -0.6))
    mug = line((-w, -0.6), (-w * taper, 0.6), (w * taper, 0.6), (w, -0.6))
    rim = pick(rng, arc(0, -0.6, w, 0.15), line((-w, -0.6), (w, -0.6)))
    ear = curve((w * 0.95, -0.3), (w + 0.4, -0.35), (w + 0.35, 0.2), (w * 0.85, 0.25))
    steam = [
        curve((x, -0.9), (x + 0.08, -1.1), (x - 0.05, -1.3), (x + 0.05, -1.5))
        for x in (-0.25, 0, 0.25)
    ]
    return [
        pick(rng, bowl, mug, mug),
        rim,
        ear,
        *maybe(rng, 0.4, *steam),
        *maybe(rng, 0.25, arc(0, 0.7, w + 0.3, 0.12)),
    ]


def glass(rng) -> list[Line]:
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
    return pick(rng, wine, cocktail, straw)


def bottle(rng) -> list[Line]:
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
    return any_way(
        rng,
        [
            pick(rng, body, smooth),
            box(-neck, -1.5, neck, -1.3),
            *maybe(rng, 0.7, box(-w, 0, w, 0.6)),
        ],
    )


def umbrella(rng) -> list[Line]:
    ribs, flat = int(rng.integers(2, 5)), rng.uniform(0.6, 1)
    edge = np.linspace(-1, 1, ribs + 1)
    scallops = [arc((a + b) / 2, 0, (b - a) / 2, 0.15, 180, 360) for a, b in pairwise(edge)]
    crook = curve((0, 0), (0, 1.1), (-0.15, 1.3), (-0.35, 1.1))
    spokes = [curve((0, -flat), (x * 0.8, -0.5 * flat), (x, 0)) for x in edge[1:-1]]
    return [
        arc(0, 0, 1, flat, 180, 360),
        *pick(rng, scallops, scallops, [line((-1, 0), (1, 0))]),
        crook,
        *maybe(rng, 0.35, *spokes),
    ]


def book(rng) -> list[Line]:
    slope = rng.uniform(0.1, 0.35)
    page = ring((0, 0), (1, -slope), (1, 1 - slope), (0, 1))
    text = [
        line((0.2, 0.3 + 0.2 * k - 0.2 * slope), (0.8, 0.3 + 0.2 * k - 0.8 * slope))
        for k in range(3)
    ]
    opened = mirrored([page, *maybe(rng, 0.5, *text)])
    closed = [
        box(-0.6, -0.8, 0.6, 0.8),
        line((-0.45, -0.8), (-0.45, 0.8)),
        *maybe(rng, 0.6, line((-0.2, -0.4), (0.4, -0.4)), line((-0.2, -0.2), (0.3, -0.2))),
    ]
    solid = [
        ring((-0.7, -0.6), (0.4, -0.8), (0.7, 0.5), (-0.4, 0.7)),
        line((-0.4, 0.7), (-0.35, 0.9), (0.75, 0.7), (0.7, 0.5)),
    ]
    return pick(rng, opened, opened, closed, solid)


def envelope(rng) -> list[Line]:
    h = rng.uniform(0.5, 0.8)
    flap = line((-1, -h), (0, rng.uniform(-0.2, 0.3)), (1, -h))
    folds = mirrored([line((1, h), (0.15, 0.05))])
    return [box(-1, -h, 1, h), flap, *maybe(rng, 0.35, *folds)]


def letter(rng) -> list[Line]:
    """A sheet of paper with lines of writing on it."""

    def written(y):
        x = np.linspace(-0.5, rng.uniform(0.1, 0.55), 14)
        return np.stack([x, y + 0.06 * (-1.0) ** np.arange(14) * (rng.random() < 0.5)], axis=1)

    return [
        box(-0.7, -1, 0.7, 1),
        *(written(y) for y in np.linspace(-0.7, 0.7, int(rng.integers(3, 7)))),
    ]


def key(rng) -> list[Line]:
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
    return any_way(
        rng, [circle(0, 0, r), *maybe(rng, 0.6, circle(0, 0, r * 0.5)), *pick(rng, thin, thick)]
    )


def spoon(rng) -> list[Line]:
    length = rng.uniform(1.2, 2)
    bowl = arc(0, 0, rng.uniform(0.25, 0.4), rng.uniform(0.35, 0.55))
    stem = pick(
        rng,
        [line((0, 0.4), (0, length))],
        [curve((-0.06, 0.4), (-0.1, length), (0.1, length), (0.06, 0.4))],
    )
    return any_way(rng, [bowl, *stem])


def fork(rng) -> list[Line]:
    tines = [line((x, -0.9), (x, -0.3)) for x in np.linspace(-0.3, 0.3, int(rng.integers(3, 5)))]
    return any_way(
        rng,
        [
            *tines,
            curve((-0.3, -0.3), (-0.2, -0.05), (0, 0), (0.2, -0.05), (0.3, -0.3)),
            line((0, 0), (0, rng.uniform(0.9, 1.5))),
        ],
    )


def knife(rng) -> list[Line]:
    return any_way(
        rng,
        [
            curve((-0.1, 0.2), (-0.12, -1), (0.2, -0.5), (0.18, 0.2), (-0.1, 0.2)),
            box(-0.1, 0.2, 0.15, 1),
        ],
    )


def scissors(rng) -> list[Line]:
    a = rng.uniform(0.2, 0.5)
    halves = mirrored([line((-a, -1), (a * 0.6, 0.7)), arc(a * 0.6 + 0.15, 1, 0.25, 0.33)])
    return any_way(rng, [*halves, *maybe(rng, 0.5, dot(0, 0.15))])


def pencil(rng) -> list[Line]:
    w = rng.uniform(0.12, 0.2)
    return any_way(
        rng,
        [
            ring((-w, -1), (w, -1), (w, 0.8), (0, 1.25), (-w, 0.8)),
            line((-w, 0.8), (w, 0.8)),
            *maybe(rng, 0.6, line((-w, -0.8), (w, -0.8))),
        ],
    )


def hammer(rng) -> list[Line]:
    return any_way(rng, [box(-0.5, -1, 0.5, -0.6), box(-0.08, -0.6, 0.1, rng.uniform(0.7, 1.2))])


def phone(rng) -> list[Line]:
    w = rng.uniform(0.4, 0.6)
    keys = [
        box(x - 0.07, y, x + 0.07, y + 0.1) for x in (-0.25, 0, 0.25) for y in (0.15, 0.4, 0.65)
    ]
    smart = [
        box(-w, -1, w, 1),
        box(-w + 0.1, -0.75, w - 0.1, 0.7),
        pick(rng, circle(0, 0.85, 0.08), dot(0, 0.85)),
    ]
    old = [
        box(-w, -1, w, 1),
        box(-w + 0.12, -0.8, w - 0.12, -0.1),
        *keys,
        *maybe(rng, 0.5, line((w - 0.1, -1), (w - 0.1, -1.4))),
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
    return pick(rng, smart, old, receiver)


def camera(rng) -> list[Line]:
    h, r = rng.uniform(0.5, 0.75), rng.uniform(0.25, 0.45)
    bump = pick(
        rng,
        line((-0.35, -h), (-0.25, -h - 0.25), (0.25, -h - 0.25), (0.35, -h)),
        line((-0.8, -h), (-0.8, -h - 0.2), (-0.4, -h - 0.2), (-0.4, -h)),
    )
    return [
        box(-1, -h, 1, h),
        circle(rng.normal(0, 0.1), 0.05, r),
        *maybe(rng, 0.5, circle(0, 0.05, r * 0.5)),
        *maybe(rng, 0.75, bump),
        *maybe(rng, 0.4, box(0.6, -h + 0.12, 0.85, -h + 0.3)),
    ]


def clock(rng) -> list[Line]:
    hands = [
        line((0, 0), 0.5 * np.array([np.cos(a), np.sin(a)])) for a in rng.uniform(0, 2 * np.pi, 1)
    ]
    minute = line((0, 0), 0.75 * np.array([np.cos(a := rng.uniform(0, 2 * np.pi)), np.sin(a)]))
    bells = [*mirrored([arc(0.5, -0.95, 0.3, 0.2, 150, 400), line((0.6, 0.8), (0.8, 1.1))])]
    return [
        circle(0, 0, 1),
        *hands,
        minute,
        *maybe(rng, 0.6, *rays(0, 0, 0.82, 0.95, int(rng.choice([4, 8, 12])))),
        *maybe(rng, 0.2, *bells),
    ]


def television(rng) -> list[Line]:
    aerial = line((-0.5, -1.3), (0, -0.7), (0.5, -1.3))
    stand = [line((0, 0.7), (0, 1)), line((-0.4, 1), (0.4, 1))]
    return [
        box(-1, -0.7, 1, 0.7),
        *maybe(rng, 0.7, box(-0.85, -0.55, rng.uniform(0.4, 0.85), 0.55)),
        *pick(rng, [aerial], stand, mirrored([line((0.6, 0.7), (0.7, 1))])),
    ]


def laptop(rng) -> list[Line]:
    slope = rng.uniform(0.1, 0.4)
    keys = [line((-0.7, 0.6 + 0.12 * k), (0.7, 0.6 + 0.12 * k)) for k in (0, 1)]
    return [
        box(-0.8, -0.7, 0.8, 0.4),
        *maybe(rng, 0.6, box(-0.7, -0.6, 0.7, 0.3)),
        ring((-0.8, 0.4), (0.8, 0.4), (0.8 + slope, 0.95), (-0.8 - slope, 0.95)),
        *maybe(rng, 0.5, *keys),
    ]


def light_bulb(rng) -> list[Line]:
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
    screw = [box(-neck, 0.8, neck, 1.3), *maybe(rng, 0.5, line((-neck, 1), (neck, 0.95)))]
    filament = line((-0.1, 0.8), (-0.2, 0), (-0.05, -0.2), (0.05, 0), (0.2, -0.2), (0.1, 0.8))
    return [
        glass,
        *screw,
        *maybe(rng, 0.4, filament),
        *maybe(rng, 0.35, *rays(0, -0.1, 1.15, 1.45, 7, 160, 380)),
    ]


def candle(rng) -> list[Line]:
    w, h = rng.uniform(0.15, 0.3), rng.uniform(0.8, 1.5)
    flame = blob((0, -0.65), (0.15, -0.3), (0, -0.12), (-0.15, -0.3))
    holder = pick(
        rng,
        [],
        [arc(0, h, 0.6, 0.15)],
        [line((-0.6, h), (0.6, h)), curve((0.6, h), (0.9, h - 0.2), (0.6, h - 0.3))],
    )
    return [box(-w, 0, w, h), line((0, 0), (0, -0.15)), flame, *holder]


def guitar(rng) -> list[Line]:
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
    neck = pick(rng, [box(-0.08, -0.5 - length, 0.08, -0.5)], [line((0, 0.5), (0, -0.5 - length))])
    head = box(-0.15, -0.8 - length, 0.15, -0.5 - length)
    return any_way(
        rng,
        [
            body,
            *neck,
            *maybe(rng, 0.7, circle(0, 0.1, 0.2)),
            *maybe(rng, 0.7, head),
            *maybe(rng, 0.4, line((-0.2, 0.65), (0.2, 0.65))),
        ],
    )


def note(rng) -> list[Line]:
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
    return pick(rng, beam, single)


def ball(rng) -> list[Line]:
    return [
        circle(0, 0, 1),
        *pick(
            rng,
            [curve((-0.8, -0.6), (-0.2, 0), (-0.8, 0.6)), curve((0.8, -0.6), (0.2, 0), (0.8, 0.6))],
            [line((0, -1), (0, 1)), line((-1, 0), (1, 0)), arc(-1.1, 0, 0.7, 0.8, -60, 60)],
            rays(0, 0, 0.4, 1, 5) + [arc(0, 0, 0.4, 0.4)],
        ),
    ]


def kite(rng) -> list[Line]:
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


def dice(rng) -> list[Line]:
    spots = [
        circle(*at, 0.09)
        for at in rng.permutation([(-0.4, -0.4), (0.4, 0.4), (0, 0), (0.4, -0.4), (-0.4, 0.4)])[
            : rng.integers(1, 6)
        ]
    ]
    return [box(-0.8, -0.8, 0.8, 0.8), *spots]


def flag(rng) -> list[Line]:
    w = rng.uniform(0.9, 1.5)
    cloth = pick(
        rng,
        box(0, -1, w, -0.2),
        curve((0, -1), (w / 2, -1.15), (w, -0.95), (w, -0.2), (w / 2, -0.4), (0, -0.2)),
    )
    return [
        line((0, -1.1), (0, 1.4)),
        cloth,
        *maybe(rng, 0.4, line((0, -0.7), (w, -0.7)), line((0, -0.45), (w, -0.45))),
    ]


def sword(rng) -> list[Line]:
    return any_way(
        rng,
        [
            ring((-0.1, 0.4), (-0.1, -1.2), (0, -1.5), (0.1, -1.2), (0.1, 0.4)),
            line((-0.4, 0.45), (0.4, 0.45)),
            box(-0.07, 0.45, 0.07, 0.9),
        ],
    )


def glasses(rng) -> list[Line]:
    r = rng.uniform(0.4, 0.55)
    return [
        *mirrored(
            [
                pick(rng, circle(0.65, 0, r), box(0.65 - r, -r * 0.7, 0.65 + r, r * 0.7)),
                line((0.65 + r, 0), (1.5, -0.25)),
            ]
        ),
        arc(0, 0, 0.65 - r, 0.1, 180, 360),
    ]


def magnifier(rng) -> list[Line]:
    return any_way(
        rng,
        [circle(0, 0, 0.6), *pick(rng, [line((0, 0.6), (0, 1.5))], [box(-0.1, 0.6, 0.1, 1.5)])],
    )


def present(rng) -> list[Line]:
    bow = mirrored([curve((0, -0.7), (0.35, -1.15), (0.55, -0.85), (0, -0.7))])
    return [
        box(-0.9, -0.7, 0.9, 0.8),
        line((0, -0.7), (0, 0.8)),
        *maybe(rng, 0.6, line((-0.9, 0), (0.9, 0))),
        *bow,
    ]


def robot(rng) -> list[Line]:
    arms = mirrored([line((0.6, 0.6), (1, 0.9), (1, 1.3))])
    return [
        box(-0.45, -0.5, 0.45, 0.3),
        box(-0.6, 0.4, 0.6, 1.5),
        *mirrored([box(0.12, -0.3, 0.3, -0.12), line((0.3, 1.5), (0.3, 2.1), (0.55, 2.1))]),
        *arms,
        line((-0.2, 0.1), (0.2, 0.1)),
        *maybe(rng, 0.7, line((0, -0.5), (0, -0.8))),
    ]
