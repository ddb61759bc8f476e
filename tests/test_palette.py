"""The colours can be told apart, by everybody and on light and dark pages."""

import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

import fmnist_demo
from fmnist_demo import palette
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.plots import COLOURS

PAGES = {"light": "#ffffff", "dark": "#1e293b"}

VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""What linear RGB becomes (Machado, Oliveira and Fernandes, 2009, severity 1)."""


def linear(colour: str) -> np.ndarray:
    share = np.array(palette.rgb(colour)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    """CIE L*a*b* as seen with `vision`."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ (vision @ linear(colour)).clip(0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(
    "family",
    [
        list(COLOURS.values()),
        list(palette.SIGNS.values()),
        [ground for ground, _ in palette.STATES.values()],
    ],
    ids=["penalties", "signs", "states"],
)
def test_the_colours_of_a_family_differ_in_every_kind_of_vision(family, vision):
    for first, second in combinations(family, 2):
        distance = np.linalg.norm(lab(first, VISION[vision]) - lab(second, VISION[vision]))
        assert distance > 15, (first, second)


@pytest.mark.parametrize("page", PAGES)
def test_lines_and_bars_stand_out_from_the_page(page):
    for colour in [*palette.SERIES[1:], *palette.SIGNS.values()]:
        assert contrast(colour, PAGES[page]) >= 3, colour


@pytest.mark.parametrize("state", palette.STATES)
def test_marks_are_legible_on_their_ground(state):
    assert contrast(*palette.STATES[state]) >= 4.5


def test_no_colour_is_in_two_families():
    states = [ground for ground, _ in palette.STATES.values()]
    colours = [*palette.SERIES, *palette.SIGNS.values(), *states]
    assert len(set(colours)) == len(colours)
    coloured = [colour for colour in COLOURS.values() if colour != palette.INK]
    for series, other in product(coloured, [*palette.SIGNS.values(), *states]):
        distance = np.linalg.norm(lab(series, VISION["usual"]) - lab(other, VISION["usual"]))
        assert distance > 25, (series, other)


def test_every_penalty_has_a_colour():
    assert set(COLOURS) == set(REGULARISERS)


def test_no_other_file_names_a_colour_of_the_families():
    package = Path(fmnist_demo.__file__).parent
    colours = {*palette.SERIES, *palette.SIGNS.values()}
    colours |= {ground for ground, _ in palette.STATES.values()}
    for path in package.rglob("*"):
        if path.suffix in {".py", ".css", ".js", ".html"} and path.name != "palette.py":
            found = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8")))
            assert not found & colours, path
