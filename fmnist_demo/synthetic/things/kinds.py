"""All kinds of things, and the choice among them."""

from collections.abc import Callable
from functools import cache
from inspect import getmembers, isfunction

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.held_out import is_held_out
from fmnist_demo.synthetic.things import (
    animals,
    buildings,
    food,
    objects,
    people,
    signs,
    sky,
    vehicles,
)
from fmnist_demo.synthetic.things.shapes import moved
from fmnist_demo.synthetic.variation import distorted

MODULES = (animals, buildings, food, objects, people, signs, sky, vehicles)

THINGS: dict[str, Callable[[np.random.Generator], list[Line]]] = {
    name: kind
    for module in MODULES
    for name, kind in getmembers(module, isfunction)
    if kind.__module__ == module.__name__ and not name.startswith("_")
}
"""Every kind of thing by its name."""

TWO, UNFINISHED = 0.04, 0.12
"""The shares of drawings that show two of a kind, and of those that are not finished."""


def strokes(rng: np.random.Generator, held_out: bool = False) -> list[Line]:
    """The strokes of one thing of a kind that is trained on, or of one that is held out."""
    names = _names(held_out)
    kind = THINGS[names[rng.integers(len(names))]]
    lines = distorted(kind(rng), rng)
    if rng.random() < TWO:
        gap = np.ptp(np.concatenate(lines), axis=0)[0] * rng.uniform(1.05, 1.4)
        lines += moved(distorted(kind(rng), rng), gap)
    if len(lines) > 3 and rng.random() < UNFINISHED:
        lines = lines[: int(rng.integers(len(lines) // 2, len(lines)))]
    return lines


@cache
def _names(held_out: bool) -> list[str]:
    return [name for name in sorted(THINGS) if is_held_out(name) == held_out]
