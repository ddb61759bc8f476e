"""Outline icons of everyday things: the strokes of Tabler Icons, which `pytablericons` ships.

That package is MIT licensed, as the icons are (tabler.io/icons). Only its files are used.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.held_out import is_held_out
from fmnist_demo.synthetic.variation import distorted

GARMENT_WORDS = frozenset(
    # clothing, and what hangs or washes it
    "shirt jacket vest tie sock clothes hanger hat wash ironing bleach "
    # footwear
    "shoe flops skating "
    # bags, and what looks like one: a box with a handle
    "bag briefcase backpack luggage moneybag wallet basket bucket kit lock shopee shopify".split()
)
"""An icon is left out if one of these words is in its name."""

PIECES = 6
"""Straight pieces per curve of an icon; the hand rounds them."""


def strokes(rng: np.random.Generator, held_out: bool = False) -> list[Line]:
    """The strokes of one icon that is trained on, or of one that is held out.

    Raises `UserError` if the icons are not installed.
    """
    names = _names(held_out)
    return distorted(_lines(names[rng.integers(len(names))]), rng)


def is_garment(name: str) -> bool:
    """Whether the words of an icon's name, joined by `-`, say that it may show a garment."""
    return not GARMENT_WORDS.isdisjoint(name.split("-"))


@cache
def _names(held_out: bool) -> list[str]:
    """Names of icons, in order. Icons that share the first word are held out together."""
    names = sorted(path.stem for path in _folder().glob("*.svg"))
    return [
        name
        for name in names
        if not is_garment(name) and is_held_out(name.split("-")[0]) == held_out
    ]


@cache
def _folder() -> Path:
    package = find_spec("pytablericons")
    if package is None or find_spec("svg") is None:
        raise UserError(
            "The icons to train on are not installed: run `pip install -r requirements-train.txt`."
        )
    return Path(package.submodule_search_locations[0]) / "icons" / "outline"


@cache
def _lines(name: str) -> list[Line]:
    """The lines of an icon, in pixels of its picture of 24 × 24."""
    from svg.path import Line as Straight
    from svg.path import Move, parse_path

    svg = (_folder() / f"{name}.svg").read_text(encoding="utf-8")
    lines = []
    for path in re.findall(r'<path\s[^>]*\bd="([^"]+)"', svg):
        for segment in parse_path(path):
            if isinstance(segment, Move):
                lines.append([segment.end])
            elif segment.start != segment.end:
                pieces = 1 if isinstance(segment, Straight) else PIECES
                lines[-1] += [segment.point(k / pieces) for k in range(1, pieces + 1)]
    return [np.stack([z.real, z.imag], axis=1) for z in map(np.array, lines) if len(z) > 1]
