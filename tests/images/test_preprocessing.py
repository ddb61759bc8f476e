"""Drawings and photos on their way to 28 × 28 pixels. Every picture is made here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_helpers import (
    agreement,
    check,
    encoded,
    few,
    garment,
    outline,
    phone_photo,
    refused,
    result_or_sentence,
)
from PIL import Image

from fmnist_demo.images.preprocessing import fit, from_drawing, from_photo, looks_drawn, prepare
from fmnist_demo.images.reading import open_image


@few
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 30), st.integers(0, 30))
def test_fit_fills_the_frame_and_centres(height, width, top, left):
    picture = np.zeros((100, 100), np.uint8)
    picture[top : top + height, left : left + width] = 200
    framed = fit(picture, 16)
    rows, columns = np.flatnonzero(framed.any(axis=1)), np.flatnonzero(framed.any(axis=0))
    assert framed.shape == (28, 28)
    assert framed.dtype == np.uint8
    assert max(len(rows), len(columns)) == 28
    for lines in (rows, columns):
        assert lines[0] - (27 - lines[-1]) in (0, 1)
    shorter = 28 * min(height, width) / max(height, width)
    assert abs(min(len(rows), len(columns)) - max(1, shorter)) <= 1


def test_fit_leaves_a_framed_picture_alone():
    picture = np.random.default_rng(0).integers(20, 255, (28, 28), dtype=np.uint8)
    assert np.array_equal(fit(picture, 10), picture)


def test_fit_of_nothing():
    refused(fit, np.zeros((30, 30), np.uint8), 16)


def test_drawing_is_bright_on_black_and_fills_the_frame():
    prepared = from_drawing(outline())
    check(prepared)
    assert prepared.pixels[:, 0].max() > 100
    assert prepared.pixels[:, -1].max() > 100
    assert prepared.pixels.max() == 255
    assert prepared.pixels[0].max() == 0  # wider than high, so there is a margin on top
    assert [stage.name for stage in prepared.stages][-1] == "28 × 28"


def test_stages_do_not_change_the_pixels():
    without = from_drawing(outline(), stages=False)
    assert without.stages == ()
    assert np.array_equal(without.pixels, from_drawing(outline()).pixels)


@few
@given(st.floats(5, 35), st.floats(0, 35))
def test_place_on_the_canvas_does_not_matter(x, y):
    moved, home = from_drawing(outline(x=x, y=y)).pixels, from_drawing(outline()).pixels
    assert agreement(moved, home) > 0.97
    assert abs(moved.mean() - home.mean()) < 6


@few
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_move_by_whole_pixels_changes_nothing(x, y):
    moved = np.roll(outline(x=3, y=0), (y, x), (0, 1))
    assert np.array_equal(from_drawing(moved).pixels, from_drawing(outline(x=3, y=0)).pixels)


@few
@given(st.floats(0.6, 2.5))
def test_size_of_the_canvas_does_not_matter(scale):
    size = round(160 * scale)
    other = from_drawing(np.asarray(Image.fromarray(outline()).resize((size, size)))).pixels
    assert agreement(other, from_drawing(outline()).pixels) > 0.97


@few
@given(st.integers(1, 14), st.integers(0, 200))
def test_pen_width_and_faintness_keep_strong_lines(pen, ink):
    paper_to_ink = (255 - ink) / 255
    canvas = (255 - (255 - outline(pen=pen).astype(float)) * paper_to_ink).astype(np.uint8)
    pixels = from_drawing(canvas, stages=False).pixels
    assert pixels.max() == 255
    assert np.mean(pixels[pixels > 8] > 200) > 0.1


def test_light_ink_on_dark_paper_is_the_same_drawing():
    assert np.array_equal(from_drawing(255 - outline()).pixels, from_drawing(outline()).pixels)


@pytest.mark.parametrize("colour", [(255, 230, 0), (0, 0, 255), (200, 0, 0), (0, 160, 0)])
def test_coloured_pen(colour):
    ink = (outline() / 255)[..., None]
    canvas = (255 * ink + np.array(colour) * (1 - ink)).astype(np.uint8)
    assert agreement(from_drawing(canvas).pixels, from_drawing(outline()).pixels) > 0.85


def test_transparent_canvas_is_laid_on_white():
    alpha = 255 - outline()
    canvas = np.dstack([np.zeros_like(alpha)] * 3 + [alpha])
    expected = from_drawing(outline()).pixels
    assert np.array_equal(from_drawing(canvas).pixels, expected)
    assert np.array_equal(from_drawing(Image.fromarray(canvas)).pixels, expected)
    assert np.array_equal(
        from_drawing(open_image(encoded(Image.fromarray(canvas)))).pixels, expected
    )


def test_arrays_of_other_kinds_are_the_same_drawing():
    drawn = outline()
    expected = from_drawing(drawn).pixels
    for same in (drawn / 1.0, drawn.astype(np.int64), drawn[..., None], np.dstack([drawn] * 3)):
        assert np.array_equal(from_drawing(same).pixels, expected)
    assert agreement(from_drawing(drawn > 127).pixels, expected) > 0.8


@pytest.mark.parametrize(
    "empty", [np.full((160, 160), 255, np.uint8), np.zeros((50, 40, 4), np.uint8)]
)
def test_empty_canvas(empty):
    assert refused(from_drawing, empty) == "The canvas is empty: draw a garment first."


def test_dot():
    canvas = np.full((160, 160), 255, np.uint8)
    canvas[80:83, 80:83] = 0
    assert "dot" in refused(from_drawing, canvas)


@pytest.mark.parametrize("way", [from_drawing, from_photo, looks_drawn, prepare])
@pytest.mark.parametrize(
    "array",
    [
        np.full((40, 40), np.nan),
        np.full((40, 40), np.inf),
        np.full((40, 40), -1),
        np.full((40, 40), 256),
        np.zeros((40, 40), complex),
        np.array([["a"] * 20] * 20),
        np.zeros(40),
        np.zeros((0, 40), np.uint8),
        np.zeros((40, 40, 5), np.uint8),
        np.zeros((2, 40, 40, 3), np.uint8),
        np.zeros((2, 2), np.uint8),
        np.zeros((9, 5000), np.uint8),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_that_are_no_pictures(way, array):
    refused(way, array)


@few
@given(st.integers(8, 60), st.integers(8, 60), st.sampled_from([1, 3, 4]), st.integers(0, 2**32))
def test_any_array_gives_pixels_or_a_sentence(height, width, channels, seed):
    array = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    for way in (from_drawing, from_photo, prepare):
        prepared = result_or_sentence(way, array)
        if prepared is not None:
            check(prepared)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_from_the_data_set_comes_out_almost_unchanged(kind):
    texture = np.add.outer(np.arange(28) * 3, np.arange(28)) + 100
    original = fit(np.asarray(garment((112, 112), (200,) * 3, (0,) * 3, "L")), 16)
    original = np.where(original > 99, texture, 0).astype(np.uint8)
    for scale in (1, 4, 10):
        large = Image.fromarray(original).resize((28 * scale, 28 * scale), Image.Resampling.NEAREST)
        pixels = prepare(open_image(encoded(large, kind, quality=95))).pixels
        assert np.abs(pixels.astype(int) - original).mean() < (1 if kind == "PNG" else 6)


def test_same_photo_same_answer():
    first, second = (from_photo(phone_photo(seed=3)).pixels for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("value", [0, 90, 255])
def test_picture_of_one_colour(value):
    plain = np.full((90, 60, 3), value, np.uint8)
    assert "one colour" in refused(from_photo, plain)
    assert "one colour" in refused(prepare, plain)


@few
@given(st.integers(60, 200), st.integers(60, 200), st.integers(0, 99))
def test_photos_of_any_shape(width, height, seed):
    check(from_photo(phone_photo((width, height), seed=seed)))


@pytest.mark.parametrize("pen", [1, 3, 6, 10])
def test_drawings_look_drawn(pen):
    assert looks_drawn(outline(pen=pen))
    assert looks_drawn(255 - outline(pen=pen))
    assert np.array_equal(prepare(outline(pen=pen)).pixels, from_drawing(outline(pen=pen)).pixels)


def test_filled_drawing_looks_drawn():
    assert looks_drawn(garment((200, 300), (0, 0, 0)))


def test_photographed_drawing_looks_drawn():
    light = np.linspace(110, 230, 160)[None, :]
    noise = np.random.default_rng(0).normal(0, 2, (160, 160))
    photo = ((outline(pen=3) / 255 * 0.75 + 0.25) * light + noise).clip(0, 255).astype(np.uint8)
    assert looks_drawn(photo)
    assert agreement(prepare(photo).pixels, from_drawing(outline(pen=3)).pixels) > 0.7


def test_photos_do_not_look_drawn():
    assert not looks_drawn(phone_photo())
    assert not looks_drawn(phone_photo(cloth=(20, 20, 20)))
