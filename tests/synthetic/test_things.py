"""Drawings of what is no garment: everyday things, icons and characters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.images.strokes import SIZE
from fmnist_demo.synthetic import glyphs, icons
from fmnist_demo.synthetic.drawings import draw_glyph, draw_lines
from fmnist_demo.synthetic.held_out import HELD_OUT, is_held_out
from fmnist_demo.synthetic.things import kinds
from fmnist_demo.synthetic.things.kinds import MODULES, THINGS

seeds = st.integers(0, 2**32)
SOURCES = (kinds, icons, glyphs)
CHARACTERS = [(font, *block) for font in glyphs.FONTS for block in set(glyphs.BLOCKS)]


def test_there_are_many_kinds_and_no_two_of_a_name():
    assert len(THINGS) >= 100
    assert len({kind.__module__ for kind in THINGS.values()}) == len(MODULES)
    assert all(THINGS[kind.__name__] is kind for kind in THINGS.values())


@pytest.mark.parametrize("kind", THINGS.values(), ids=THINGS)
def test_every_kind_is_finite_strokes_that_can_be_drawn_and_prepared(kind):
    for seed in range(12):
        rng = np.random.default_rng(seed)
        lines = kind(rng)
        for line in lines:
            assert line.ndim == 2
            assert line.shape[1] == 2
            assert len(line) >= 2
            assert np.isfinite(line).all()
        picture = draw_lines(lines, rng)
        assert (picture.shape, picture.dtype) == ((SIZE, SIZE), np.uint8)
        assert picture[[0, -1]].min() > 230  # but for a thick pen's soft edge
        pixels = from_drawing(picture, stages=False).pixels
        assert 0.02 < (pixels > 64).mean() < 0.95


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("held_out", [False, True])
@given(seed=seeds)
@settings(max_examples=20)
def test_the_seed_decides_the_strokes(source, held_out, seed):
    first, again = (source.strokes(np.random.default_rng(seed), held_out) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize("names", [kinds._names, icons._names])
def test_about_one_name_in_six_is_held_out(names):
    trained, held_out = set(names(False)), set(names(True))
    assert trained.isdisjoint(held_out)
    assert 0.7 < len(held_out) * HELD_OUT / len(trained | held_out) < 1.3


def test_what_is_held_out_stays_so():
    assert [name for name in ("apple", "bicycle", "cup", "house") if is_held_out(name)] == [
        "bicycle",
        "cup",
    ]


def test_the_variants_of_an_icon_are_held_out_with_it():
    trained, held_out = ({name.split("-")[0] for name in icons._names(k)} for k in (False, True))
    assert trained.isdisjoint(held_out)


def test_no_icon_shows_a_garment():
    names = {*icons._names(False), *icons._names(True)}
    assert len(names) > 4_000
    for name in ("shirt", "shirt-sport", "shoe", "sock", "jacket", "tie", "hanger-2", "backpack",
                 "briefcase", "paper-bag", "shopping-bag-heart", "luggage", "lock-open", "basket",
                 "clothes-rack", "flip-flops"):  # fmt: skip
        assert icons.is_garment(name)
        assert name not in names
    assert {"cat", "clock", "horseshoe", "letter-case"} <= names


@pytest.mark.slow
def test_every_icon_is_strokes_within_its_picture():
    for held_out in (False, True):
        for name in icons._names(held_out):
            points = np.concatenate(icons._lines(name))
            assert points.min() > -1
            assert points.max() < 25
            assert np.ptp(points, axis=0).max() > 0


def test_characters_are_held_out_with_their_accents():
    for block in CHARACTERS:
        trained, held_out = (set(map(glyphs._letter, glyphs._codes(*block, k))) for k in (0, 1))
        assert trained.isdisjoint(held_out)


@pytest.mark.slow
@pytest.mark.parametrize("block", CHARACTERS, ids=str)
def test_no_character_is_blank_or_a_hole(block):
    for code in [*glyphs._codes(*block, False), *glyphs._codes(*block, True)]:
        outlines = glyphs._outlines(block[0], code)
        assert outlines
        assert not glyphs.is_hole(outlines[0])


@given(seeds)
@settings(max_examples=40)
def test_characters_can_be_prepared(seed):
    rng = np.random.default_rng(seed)
    pixels = from_drawing(draw_glyph(glyphs.strokes(rng), rng), stages=False).pixels
    assert pixels.max() > 128
    assert (pixels > 64).mean() > 0.01


def test_the_hole_of_a_letter_is_paper():
    outer, hole = glyphs._outlines("DejaVuSans-Bold", ord("O"))
    assert not glyphs.is_hole(outer)
    assert glyphs.is_hole(hole)
