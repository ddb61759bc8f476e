"""The ten classes as parametric line drawings, as people draw them.

Each function takes a random generator and returns one `Garment`. Lengths are in units of about
one garment width; x grows to the right and y downwards. `drawings` adds the hand and the pen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.shapes import across, arc, line, rotation, sometimes


@dataclass
class Garment:
    """Closed `outlines` and open `details`, each a `Line` of corner points."""

    outlines: list[Line]
    details: list[Line] = field(default_factory=list)

    def moved(self, angle: float, shift: tuple[float, float] = (0, 0)) -> "Garment":
        """This garment turned clockwise by `angle` radians, then moved."""
        turn = rotation(angle)
        return self._with_lines(lambda points: points @ turn + shift)

    def widened(self, factor: float) -> "Garment":
        """This garment stretched sideways; a negative factor mirrors it."""
        return self._with_lines(lambda points: points * [factor, 1])

    def beside(self, other: "Garment") -> "Garment":
        """Both garments as one."""
        return Garment(self.outlines + other.outlines, self.details + other.details)

    def _with_lines(self, change: Callable[[Line], Line]) -> "Garment":
        return Garment([*map(change, self.outlines)], [*map(change, self.details)])


def _both_sides(half: Line) -> list[Line]:
    return [half, half * [-1, 1]]


def _dots(x, top, bottom, count, radius) -> list[Line]:
    return [arc(x, y, radius, radius, points=8) for y in np.linspace(top, bottom, count)]


def _chance(rng, probability) -> bool:
    return rng.random() < probability


@dataclass
class _Torso:
    """A top's outline with the places where details go."""

    outline: Line
    neck: float
    neck_depth: float
    hem: float
    hem_width: float
    cuffs: list[Line]

    @property
    def neckline(self) -> Line:
        return arc(0, 0, self.neck, self.neck_depth, 0, np.pi, points=9)


@dataclass(frozen=True)
class _Cut:
    """The measures of a top, each as (minimum, maximum).

    `sleeve` is its length and `sleeve_angle` in degrees below the horizontal: near 0 the arms are
    spread, near 90 they hang. `shoulder`, `hem` and `sleeve_width` are lengths too; `chest` is a
    share of the shoulder, `flare` of the chest and `cuff` of the sleeve's width.
    """

    sleeve: tuple[float, float]
    sleeve_width: tuple[float, float]
    sleeve_angle: tuple[float, float]
    hem: tuple[float, float]
    flare: tuple[float, float] = (0.85, 1.15)
    shoulder: tuple[float, float] = (0.26, 0.42)
    chest: tuple[float, float] = (0.75, 1.02)
    cuff: tuple[float, float] = (0.65, 1.15)

    def sewn(self, sleeves: dict[str, tuple[float, float]]) -> "_Cut":
        """The cut of a real garment: people draw bodies too narrow and sleeves too thin."""
        return replace(
            self,
            **sleeves,
            hem=(self.hem[0] * 1.3, self.hem[1] * 1.15),
            flare=(max(self.flare[0], 0.92), self.flare[1]),
            shoulder=(0.34, 0.44),
            chest=(0.95, 1.15),
            cuff=(0.55, 0.95),
        )


SHORT = {"sleeve": (0.16, 0.4), "sleeve_width": (0.24, 0.38), "sleeve_angle": (5, 80)}
LONG = {"sleeve": (0.65, 1.1), "sleeve_width": (0.2, 0.34), "sleeve_angle": (30, 89)}
NO_SLEEVES = {"sleeve": (0.02, 0.06), "sleeve_width": (0.24, 0.34), "sleeve_angle": (40, 89)}
"""The sleeves of real garments."""


def _torso(rng, cut: _Cut) -> _Torso:
    """A top: neck, shoulders, two sleeves, sides and hem. A sleeve may be bent at the elbow."""
    shoulder = rng.uniform(*cut.shoulder)
    neck = shoulder * rng.uniform(0.25, 0.6)
    neck_depth = rng.uniform(0.0, 0.2)
    slope = rng.uniform(0.0, 0.14)
    angle = np.deg2rad(rng.uniform(*cut.sleeve_angle))
    length, width = rng.uniform(*cut.sleeve), rng.uniform(*cut.sleeve_width)
    chest = shoulder * rng.uniform(*cut.chest)
    bottom = rng.uniform(*cut.hem)
    hem_width = chest * rng.uniform(*cut.flare)
    bend = np.deg2rad(rng.uniform(0, 35)) if length > 0.4 and _chance(rng, 0.35) else 0.0
    uneven = rng.normal(0, 0.08, 2)

    sides, cuffs = [], []
    for side in (1, -1):
        turned = angle + side * uneven[0]
        reach = length * (1 + side * uneven[1])
        along = np.array([np.cos(turned), np.sin(turned)])
        below = np.array([np.cos(turned + bend), np.sin(turned + bend)])
        outwards = np.array([-below[1], below[0]])
        corner = np.array([shoulder, slope])
        cuff_width = width * rng.uniform(*cut.cuff)
        armpit = np.array([chest, slope + width * rng.uniform(1.0, 1.5)])
        elbow = corner + along * reach * 0.5
        top = elbow + below * reach * 0.5
        under = top + outwards * cuff_width
        half = [corner, top, under, armpit, np.array([hem_width, bottom])]
        if bend:
            inner = elbow + np.array([-along[1], along[0]]) * width
            half = [corner, elbow, top, under, inner, armpit, half[-1]]
        flip = np.array([side, 1])
        sides.append(np.array(half) * flip)
        cuffs.append(np.array([top, under]) * flip)

    collar = line([-neck, 0], [neck, 0])
    if _chance(rng, 0.75):
        collar = arc(0, 0, neck, neck_depth, np.pi, 0, points=7)
        if _chance(rng, 0.25):
            collar = line([-neck, 0], [0, neck_depth + rng.uniform(0.05, 0.2)], [neck, 0])
    outline = np.concatenate([collar, sides[0], sides[1][::-1]])
    return _Torso(outline, neck, neck_depth, bottom, hem_width, cuffs)


def _pocket(rng, x, y, size) -> Line:
    w, h = size * rng.uniform(0.8, 1.2), size * rng.uniform(0.8, 1.3)
    return line([0, 0], [w, 0], [w, h], [0, h], [0, 0]) + [x, y]


def _high_collar(rng, torso) -> Line:
    return line([-1, 0], [-1, -1], [1, -1], [1, 0]) * [torso.neck, rng.uniform(0.05, 0.15)]


def _hood(rng, torso) -> Line:
    r = torso.neck * rng.uniform(1.1, 1.6)
    y, height = -r * rng.uniform(0.3, 0.8), r * rng.uniform(0.8, 1.3)
    return arc(0, y, r, height, np.pi - 0.75, 2 * np.pi + 0.75)


def _stripes(rng, torso, top, bottom, distance) -> list[Line]:
    """Stripes over the whole width, `distance` apart: a pair (minimum, maximum)."""
    heights = np.arange(top, bottom, rng.uniform(*distance))
    return [across(torso.hem_width * 0.95, y) for y in heights]


def _inset_cuffs(torso, inset) -> list[Line]:
    centre = torso.outline.mean(axis=0)
    return [cuff + (centre - cuff.mean(axis=0)) * inset for cuff in torso.cuffs]


def t_shirt(rng, sewn=False) -> Garment:
    """Short sleeves, no opening."""
    cut = _Cut((0.1, 0.45), (0.16, 0.34), (-5, 65), (0.7, 1.2))
    torso = _torso(rng, cut.sewn(SHORT) if sewn else cut)
    details = sometimes(
        rng,
        (0.35, lambda: [torso.neckline + [0, rng.uniform(0.02, 0.06)]]),
        (0.15, lambda: _inset_cuffs(torso, 0.08)),
        (0.08, lambda: [_pocket(rng, 0.05, 0.3, 0.13)]),
        (0.08, lambda: [arc(0, 0.45, rng.uniform(0.06, 0.16), rng.uniform(0.06, 0.16))]),
        (0.06, lambda: _stripes(rng, torso, 0.35, torso.hem - 0.05, (0.1, 0.2))),
    )
    return Garment([torso.outline], details)


def trouser(rng) -> Garment:
    """Two legs, together or apart, long or short."""
    waist = rng.uniform(0.2, 0.4)
    hip = waist * rng.uniform(0.95, 1.3)
    crotch = rng.uniform(0.2, 0.55)
    length = rng.uniform(0.75, 1.7) if _chance(rng, 0.85) else rng.uniform(0.5, 0.75)
    leg = rng.uniform(0.13, 0.34)
    gap = rng.uniform(0, 0.06) if _chance(rng, 0.5) else rng.uniform(0.06, 0.5)
    tilt = rng.normal(0, 0.05)
    sides = []
    for side in (1, -1):
        inner = gap + side * tilt
        half = line(
            [waist, 0],
            [hip, crotch * rng.uniform(0.6, 1.0)],
            [inner + leg * rng.uniform(0.85, 1.15), length * rng.uniform(0.96, 1.04)],
            [max(inner, 0.01), length * rng.uniform(0.96, 1.04)],
        )
        sides.append(half * [side, 1])
    notch = rng.uniform(0, 0.08)
    fork = [[notch, crotch], [-notch, crotch]] if notch > 0.03 else [[0, crotch]]
    outline = np.concatenate([sides[0], fork, sides[1][::-1]])
    details = []
    if _chance(rng, 0.4):
        y = rng.uniform(0.05, 0.14)
        details.append(across(waist * 1.02, y))
        if _chance(rng, 0.3):
            details += _both_sides(line([-waist * 0.6, 0], [-waist * 0.6, y]))
    details += sometimes(
        rng,
        (0.3, lambda: [line([0, 0], [0, crotch])]),
        (0.25, lambda: _both_sides(line([waist * 0.5, 0.08], [waist * 0.6, 0.22], [hip, 0.24]))),
        (0.12, lambda: _both_sides(line([hip * 0.6, crotch], [gap + leg * 0.5, length]))),
        (0.1, lambda: _both_sides(line([gap, length * 0.93], [gap + leg, length * 0.93]))),
    )
    return Garment([outline], details)


def pullover(rng, sewn=False) -> Garment:
    """Long sleeves, open at the neck at most; perhaps ribs, stripes or a hood."""
    cut = _Cut((0.42, 1.0), (0.12, 0.25), (5, 88), (0.65, 1.15))
    torso = _torso(rng, cut.sewn(LONG) if sewn else cut)
    details = sometimes(
        rng,
        (0.4, lambda: [torso.neckline + [0, rng.uniform(0.03, 0.08)]]),
        (0.35, lambda: [across(torso.hem_width, torso.hem - rng.uniform(0.04, 0.12))]),
        (0.35, lambda: _inset_cuffs(torso, rng.uniform(0.08, 0.18))),
        (0.15, lambda: _stripes(rng, torso, 0.3, torso.hem, (0.1, 0.22))),
        (0.12, lambda: [arc(0, 0.45, rng.uniform(0.06, 0.18), rng.uniform(0.06, 0.18))]),
        (0.1, lambda: [_high_collar(rng, torso)]),
        (0.08, lambda: [_hood(rng, torso)]),
    )
    if _chance(rng, 0.08):
        zip_end = torso.hem * rng.uniform(0.3, 0.65)
        details.append(line([0, torso.neck_depth], [rng.uniform(-0.03, 0.03), zip_end]))
    return Garment([torso.outline], details)


def _shift_dress(rng) -> Garment:
    """A dress of one piece, as wide as a top or wider towards the hem, often with sleeves."""
    sleeves = (SHORT, LONG, NO_SLEEVES)[rng.choice(3, p=(0.4, 0.3, 0.3))]
    cut = _Cut(
        **sleeves,
        hem=(1.5, 2.1),
        flare=(0.95, 1.9),
        shoulder=(0.24, 0.36),
        chest=(0.85, 1.1),
        cuff=(0.55, 1.0),
    )
    torso = _torso(rng, cut)
    waist = torso.hem * rng.uniform(0.35, 0.55)
    width = (torso.hem_width + cut.shoulder[0]) / 2
    details = sometimes(
        rng,
        (0.35, lambda: [across(width, waist)]),
        (0.3, lambda: [torso.neckline + [0, rng.uniform(0.02, 0.06)]]),
        (0.15, lambda: [across(torso.hem_width * 0.9, torso.hem - rng.uniform(0.06, 0.3))]),
        (0.1, lambda: _dots(0, 0.15, waist, rng.integers(2, 5), 0.015)),
    )
    return Garment([torso.outline], details)


def dress(rng, sewn=False) -> Garment:
    """A bodice and a skirt: straps, short or long sleeves, or none."""
    if sewn and _chance(rng, 0.5):
        return _shift_dress(rng)
    neck, waist = rng.uniform(0.08, 0.2), rng.uniform(0.13, 0.28)
    chest = waist * rng.uniform(1.0, 1.3)
    waist_y = rng.uniform(0.38, 0.65)
    hem = rng.uniform(1.05, 1.9)
    hem_width = rng.uniform(0.32, 0.75) if _chance(rng, 0.7) else waist * rng.uniform(0.9, 1.4)
    depth = rng.uniform(0.02, 0.2)
    side = rng.random()
    if side < 0.45:
        arm = [[neck + rng.uniform(0.03, 0.1), 0], [chest * 0.95, rng.uniform(0.2, 0.3)]]
    elif side < 0.6:
        arm = [[chest, 0.1]]
        neck = chest * 0.9
    else:
        angle, length = np.deg2rad(rng.uniform(0, 75)), rng.uniform(0.1, 0.55)
        along = np.array([np.cos(angle), np.sin(angle)])
        corner = np.array([max(chest, 0.22), 0.05])
        tip = corner + along * length
        arm = [corner, tip, tip + [-along[1] * 0.16, along[0] * 0.16], [chest, 0.28]]
    skirt = [[waist, waist_y], [hem_width, hem]]
    if _chance(rng, 0.2):
        skirt.insert(1, [(waist + hem_width) * 0.6, (waist_y + hem) / 2])
    half = line(*arm, *skirt)
    outline = [arc(0, 0.02, neck, depth, np.pi, 0, points=7), half]
    if _chance(rng, 0.2):
        outline[0] = line([-neck, 0], [0, depth + 0.1], [neck, 0])
    if _chance(rng, 0.25):
        wavy = np.linspace(hem_width * 0.7, -hem_width * 0.7, 5)
        outline.append(line(*[[x, hem + 0.06] for x in wavy]))
    outline.append(half[::-1] * [-1, 1])

    def pleats():
        shares = rng.uniform(-0.8, 0.8, rng.integers(1, 5))
        return [line([waist * share, waist_y], [hem_width * share, hem]) for share in shares]

    details = []
    if _chance(rng, 0.45):
        details.append(across(waist, waist_y))
        if _chance(rng, 0.3):
            details.append(across(waist, waist_y + 0.06))
    details += sometimes(
        rng,
        (0.25, pleats),
        (0.12, lambda: [across(hem_width * 0.9, hem - rng.uniform(0.06, 0.2))]),
        (0.08, lambda: _dots(0, 0.15, waist_y, rng.integers(2, 5), 0.015)),
    )
    return Garment([np.concatenate(outline)], details)


def _front(rng, torso: _Torso) -> list[Line]:
    """The front of a coat: a line, two edges, one or two rows of buttons."""
    details = []
    top = torso.neck_depth * rng.uniform(0.5, 1.3)
    front = rng.random()
    if front < 0.5:
        ends = rng.uniform(-0.03, 0.03), rng.uniform(-0.04, 0.04)
        details.append(line([ends[0], top], [ends[1], torso.hem]))
    elif front < 0.75:
        gap, spread = rng.uniform(0.03, 0.15), rng.uniform(0.6, 1.5)
        details += _both_sides(line([gap, top], [gap * spread, torso.hem]))
    if front >= 0.75 or _chance(rng, 0.4):
        x, count, hem = rng.uniform(-0.08, 0.08), rng.integers(3, 7), torso.hem - 0.1
        details += _dots(x, rng.uniform(0.18, 0.35), hem, count, rng.uniform(0.01, 0.03))
        if _chance(rng, 0.2):
            details += _dots(-x - 0.1, 0.3, hem, count, 0.02)
    return details


def coat(rng, sewn=False) -> Garment:
    """Open down the front: a line, two edges, a zip or buttons; lapels, pockets, a hood."""
    sleeve = (0.4, 0.95)
    if _chance(rng, 0.2):  # people often stop short of the wrist
        sleeve = (0.02, 0.08) if _chance(rng, 0.35) else (0.2, 0.4)
    cut = _Cut(sleeve, (0.13, 0.28), (10, 88), (0.75, 1.55), flare=(0.85, 1.45))
    torso = _torso(rng, cut.sewn(LONG) if sewn else cut)
    details = [] if _chance(rng, 0.08) else _front(rng, torso)  # some people leave it out
    if _chance(rng, 0.45):
        tip = torso.neck * rng.uniform(1.3, 2.2), rng.uniform(0.1, 0.25)
        details += _both_sides(line([torso.neck, 0], tip, [0.02, rng.uniform(0.25, 0.5)]))
    if _chance(rng, 0.35):
        x, y = rng.uniform(0.1, 0.2), torso.hem * rng.uniform(0.6, 0.8)
        details += _both_sides(line([x, y], [x + 0.13, y + rng.uniform(-0.06, 0.06)]))
    details += sometimes(
        rng,
        (0.15, lambda: [_hood(rng, torso)]),
        (0.12, lambda: [across(torso.hem_width, torso.hem * rng.uniform(0.45, 0.6))]),
        (0.2, lambda: _inset_cuffs(torso, rng.uniform(0.06, 0.15))),
    )
    return Garment([torso.outline], details)


def _sole_from_above(rng) -> Line:
    """A single sole: an oval, a little narrower at the waist or the heel."""
    t = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    half_width = rng.uniform(0.14, 0.28)
    taper, waist = rng.uniform(-0.25, 0.3), rng.uniform(0, 0.25)
    y = 0.5 * np.sin(t)
    x = half_width * np.cos(t) * (1 - taper * np.sin(t)) * (1 - waist * np.exp(-((y / 0.18) ** 2)))
    return np.stack([x, y], axis=1)


def _flip_flop(rng) -> Garment:
    sole = _sole_from_above(rng)
    w = np.abs(sole[:, 0]).max()
    y = rng.uniform(-0.38, -0.15)
    style = rng.random()
    if style < 0.55:
        foot = y + rng.uniform(0.18, 0.5)
        left, right = w * (rng.uniform(0.75, 1.5, 2) if _chance(rng, 0.4) else np.ones(2))
        stem = rng.uniform(0.05, 0.25) if _chance(rng, 0.4) else 0.0
        details = [line([-left, foot], [0, y + stem], [right, foot])]
        if stem:
            details.append(line([0, y + stem], [rng.normal(0, 0.02), y - 0.05]))
    elif style < 0.85:
        details = [
            line([-w, y + d], [0, y + d + rng.uniform(-0.08, 0.08)], [w, y + d])
            for d in rng.uniform(0, 0.5, rng.integers(1, 4))
        ]
    else:
        details = [line([-w, y], [w, y + 0.3]), line([w, y], [-w, y + 0.3])]
    if _chance(rng, 0.2):
        details.append(line([-w, 0.25], [-w * 0.6, 0.1], [w * 0.6, 0.1], [w, 0.25]))
    return Garment([sole], details)


def _pair(rng, single: Callable[[np.random.Generator], Garment], angle: float) -> Garment:
    """Two shoes side by side, turned slightly apart."""
    a, b = single(rng), single(rng)
    apart = rng.normal(0, 0.18)
    shift = (rng.uniform(0.4, 0.75), rng.normal(0, 0.06))
    return a.moved(angle - apart).beside(b.moved(angle + apart, shift))


def _strapped_shoe(rng) -> Garment:
    """A sandal from the side: a sole, flat or with a heel, and straps over it."""
    heel = rng.uniform(0.12, 0.55) if _chance(rng, 0.5) else 0.0
    thick = rng.uniform(0.03, 0.09)
    sole = [[-0.5, -0.02], [-0.15, 0], [0.5, -heel], [0.5, -heel + thick]]
    if heel:
        slim = rng.uniform(0.03, 0.14)
        sole += [[0.5, thick], [0.5 - slim, thick], [0.5 - slim, -heel + thick + 0.05]]
    sole += [[-0.15, thick], [-0.5, thick]]
    details = []
    for x in rng.uniform(-0.42, 0.4, rng.integers(1, 5)):
        y = -max(0.0, x + 0.15) / 0.65 * heel
        radii = rng.uniform(0.05, 0.16), rng.uniform(0.1, 0.3)
        details.append(arc(x, y, *radii, np.pi, 2 * np.pi, 9))
    if _chance(rng, 0.5):
        top = -heel - rng.uniform(0.15, 0.4)
        details.append(line([0.47, -heel], [0.42, top], [0.2, top], [0.15, -heel * 0.6]))
    return Garment([line(*sole)], details)


def sandal(rng) -> Garment:
    """Flip-flops from above, one or two, or a strapped shoe from the side."""
    if _chance(rng, 0.35):
        return _strapped_shoe(rng)
    angle = rng.normal(0, 0.3) + (np.pi if _chance(rng, 0.15) else 0)  # toes up, or down
    if _chance(rng, 0.15):
        angle = rng.uniform(-np.pi, np.pi)
    if _chance(rng, 0.45):
        return _pair(rng, _flip_flop, angle)
    return _flip_flop(rng).moved(angle)


def shirt(rng, sewn=False) -> Garment:
    """A collar and a row of buttons; long or short sleeves."""
    long = _chance(rng, 0.55)
    sleeve = (0.45, 0.9) if long else (0.1, 0.4)
    cut = _Cut(sleeve, (0.13, 0.26), (5, 85), (0.8, 1.25))
    torso = _torso(rng, cut.sewn(LONG if long else SHORT) if sewn else cut)
    neck, details = torso.neck, []
    if _chance(rng, 0.85):
        out, drop = rng.uniform(1.1, 1.7), rng.uniform(0.08, 0.2)
        details += _both_sides(
            line([0, torso.neck_depth], [neck, 0], [neck * out, drop], [neck * 0.3, drop * 1.3])
        )
    if _chance(rng, 0.75):
        x = rng.uniform(-0.02, 0.02)
        details.append(line([x, torso.neck_depth], [x, torso.hem]))
        if _chance(rng, 0.25):
            details.append(line([x + 0.07, torso.neck_depth], [x + 0.07, torso.hem]))
    if _chance(rng, 0.75):
        x, count = rng.choice([0.0, 0.035]), rng.integers(3, 8)
        details += _dots(x, 0.2, torso.hem - 0.1, count, rng.uniform(0.008, 0.024))
    if _chance(rng, 0.3):
        details.append(_pocket(rng, 0.08, 0.32, 0.13))
    if long and _chance(rng, 0.35):
        details += _inset_cuffs(torso, rng.uniform(0.08, 0.15))
    return Garment([torso.outline], details)


def _laces(rng, start, end) -> list[Line]:
    """Short strokes across the line from `start` to `end`."""
    slant = rng.uniform(-0.04, 0.08)
    return [
        line(at + [-0.03, -0.04], at + [0.05 + slant, 0.06])
        for at in np.linspace(start, end, rng.integers(2, 6))
    ]


def _shoe_from_above(rng) -> Garment:
    sole = _sole_from_above(rng)
    w = np.abs(sole[:, 0]).max()
    details = [arc(0, 0.2, w * rng.uniform(0.5, 0.8), rng.uniform(0.15, 0.26))]
    details += [across(w * 0.4, y) for y in np.linspace(-0.2, 0.05, rng.integers(0, 4))]
    if _chance(rng, 0.4):
        details.append(arc(0, -0.28, w * 0.8, 0.1, np.pi, 2 * np.pi, 8))
    return Garment([sole], details)


def sneaker(rng) -> Garment:
    """A low shoe from the side with sole and laces, or a pair from above."""
    if _chance(rng, 0.1):
        return _pair(rng, _shoe_from_above, rng.normal(0, 0.3))
    height, opening, toe = rng.uniform(0.2, 0.5), rng.uniform(0.15, 0.4), rng.uniform(0.08, 0.24)
    if _chance(rng, 0.15):  # a slipper, as high at the toes as at the instep
        toe = height * rng.uniform(0.55, 0.75)
    instep = np.array([rng.uniform(-0.08, 0.12), -max(height * rng.uniform(0.5, 0.85), toe * 1.25)])
    front = np.array([-0.36, -toe * 1.3])
    outline = line(
        [0.5, 0],
        [0.5 + rng.uniform(-0.04, 0.04), -height],
        [0.5 - opening, -height * rng.uniform(0.75, 1.05)],
        instep,
        front,
        [-0.5, -toe * 0.8],
        [-0.53, 0],
    )
    details = sometimes(
        rng,
        (0.55, lambda: [line([-0.52, 0], [0.5, 0]) - [0, rng.uniform(0.03, 0.1)]]),
        (0.6, lambda: _laces(rng, instep, front)),
        (0.25, lambda: [line(front, [-0.34, 0])]),
        (0.25, lambda: [line([0.1, -0.08], [0.3, -height * 0.6], [0.2, -0.05])]),
        (0.2, lambda: [arc(0.5 - opening / 2, -height, opening / 2, 0.04)]),
    )
    return Garment([outline], details)


def bag(rng) -> Garment:
    """A body, a handle, perhaps a flap, a clasp or a pocket."""
    w, h, top = rng.uniform(0.3, 0.62), rng.uniform(0.3, 0.8), rng.uniform(0.55, 1.15)
    if _chance(rng, 0.12):
        w *= rng.uniform(0.5, 0.8)
    shape = rng.random()
    if shape < 0.65:
        body = line([-w * top, 0], [w * top, 0], [w, h], [-w, h])
    elif shape < 0.85:
        body = arc(0, h * 0.5, w, h * 0.5)
    else:
        body = np.concatenate([line([-w, 0], [w, 0]), arc(0, h * 0.4, w, h * 0.6, 0, np.pi, 9)])
    rim = w * top if shape < 0.65 else w * 0.9
    reach, rise, details = rim * rng.uniform(0.3, 1.0), rng.uniform(0.12, 0.75), []
    base = rng.uniform(-0.02, 0.12)
    if _chance(rng, 0.93):
        handle = arc(rng.normal(0, 0.03), base, reach, rise, np.pi, 2 * np.pi, 13)
        if _chance(rng, 0.2):
            handle = line([-1, 0], [-0.9, -1], [0.9, -1], [1, 0]) * [reach, rise] + [0, base]
        if _chance(rng, 0.3):
            handle = handle + (base - handle[:, 1:]) * [rng.normal(0, 0.4), 0]  # it leans
        details.append(handle)
        if _chance(rng, 0.3):
            details.append(handle * [rng.uniform(0.7, 0.9), rng.uniform(0.7, 0.9)])
    if _chance(rng, 0.35):
        y = h * rng.uniform(0.25, 0.6)
        flap = line([-rim, 0], [0, y], [rim, 0]) if _chance(rng, 0.4) else across(w, y)
        details.append(flap)
    details += sometimes(
        rng,
        (0.3, lambda: [arc(0, h * rng.uniform(0.2, 0.5), rng.uniform(0.02, 0.08), 0.05, points=9)]),
        (0.2, lambda: [_pocket(rng, -w * 0.5, h * 0.45, w)]),
        (0.1, lambda: _dots(0, h * 0.3, h * 0.8, 3, 0.02)),
    )
    return Garment([body], details)


def ankle_boot(rng) -> Garment:
    """A shoe with a shaft above the ankle, flat or heeled, from the side."""
    height, shaft, toe = rng.uniform(0.45, 1.15), rng.uniform(0.2, 0.42), rng.uniform(0.1, 0.26)
    heel = rng.uniform(0.05, 0.3) if _chance(rng, 0.45) else 0.0
    ankle = np.array([0.5 - shaft - rng.uniform(-0.03, 0.08), -toe * rng.uniform(1.5, 2.2)])
    outline = [
        [0.5, 0],
        [0.5 - rng.uniform(-0.05, 0.08), -height],
        [0.5 - shaft - rng.uniform(-0.05, 0.05), -height * rng.uniform(0.94, 1.06)],
        ankle,
        [-0.3, -toe * 1.2],
        [-0.5, -toe * 0.6],
        [-0.5, heel],
    ]
    if heel:
        outline += [[-0.1, heel], [0.2, heel * 0.2], [0.24, heel], [0.48, heel]]
    details = sometimes(
        rng,
        (0.4, lambda: [across(0.5, heel * 0.6 - 0.05)]),
        (0.4, lambda: _laces(rng, np.array([0.5 - shaft, -height * 0.9]), ankle)),
        (
            0.25,
            lambda: [line([0.5 - shaft, -height], [0.48, -height]) * [1, rng.uniform(0.8, 0.92)]],
        ),
        (0.2, lambda: [arc(0.5 - shaft / 2, -height, shaft / 2, 0.05)]),
        (0.15, lambda: [line([0.35, -height], [0.35, -toe])]),
    )
    return Garment([line(*outline)], details)


def shoes_from_above(rng, label: int) -> Garment:
    """A pair of sandals (5), sneakers (7) or ankle boots (9), as they stand on the floor.

    The two are mirror images; most pairs touch, and most point up or down the picture.
    """
    shoe = {5: _flip_flop, 7: _shoe_from_above, 9: ankle_boot}[label](rng)
    if label != 9:
        shoe = shoe.widened(rng.uniform(0.95, 1.5))
    other = shoe.widened(-1) if _chance(rng, 0.8) else shoe
    width = np.ptp(np.concatenate(shoe.outlines)[:, 0])
    apart, shift = rng.normal(0, 0.15), (width * rng.uniform(0.85, 1.15), rng.normal(0, 0.08))
    pair = shoe.moved(apart).beside(other.moved(-apart, shift))
    upright = rng.normal(0, 0.2) + (np.pi if _chance(rng, 0.4) else 0)
    return pair.moved(upright if _chance(rng, 0.7) else rng.uniform(-np.pi, np.pi))


GARMENTS: tuple[Callable[[np.random.Generator], Garment], ...] = (
    t_shirt,
    trouser,
    pullover,
    dress,
    coat,
    sandal,
    shirt,
    sneaker,
    bag,
    ankle_boot,
)
"""One function per class, in the order of `spec.CLASS_NAMES`."""
