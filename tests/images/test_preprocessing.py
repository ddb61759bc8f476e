"""Drawings and photos become 28 × 28 pixels; the tests generate every picture."""

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
    photographed_drawing,
    refused,
    result_or_sentence,
)
from PIL import Image

from fmnist_demo.images.framing import frame, trim
from fmnist_demo.images.preprocessing import from_drawing, from_photo, prepare
from fmnist_demo.images.reading import open_image


def test_a_drawing_becomes_bright_on_black_and_fills_the_frame():
    prepared = from_drawing(outline())
    check(prepared)
    assert prepared.pixels[:, 0].max() > 100
    assert prepared.pixels[:, -1].max() > 100
    assert prepared.pixels.max() == 255
    assert prepared.pixels[0].max() == 0  # wider than high, so there is a margin on top
    assert [stage.name for stage in prepared.stages][-1] == "28 × 28"


def test_the_pixels_are_the_same_without_stages():
    without = from_drawing(outline(), stages=False)
    assert without.stages == ()
    assert np.array_equal(without.pixels, from_drawing(outline()).pixels)


@few
@given(st.floats(5, 35), st.floats(0, 35))
def test_the_position_on_the_canvas_does_not_matter(x, y):
    moved, original = from_drawing(outline(x=x, y=y)).pixels, from_drawing(outline()).pixels
    assert agreement(moved, original) > 0.97
    assert abs(moved.mean() - original.mean()) < 6


@few
@given(st.integers(0, 30), st.integers(0, 30))
def test_moving_a_drawing_by_whole_pixels_changes_nothing(x, y):
    moved = np.roll(outline(x=3, y=0), (y, x), (0, 1))
    assert np.array_equal(from_drawing(moved).pixels, from_drawing(outline(x=3, y=0)).pixels)


@few
@given(st.floats(0.6, 2.5))
def test_the_size_of_the_canvas_does_not_matter(scale):
    size = round(160 * scale)
    other = from_drawing(np.asarray(Image.fromarray(outline()).resize((size, size)))).pixels
    assert agreement(other, from_drawing(outline()).pixels) > 0.97


@few
@given(st.integers(1, 14), st.integers(0, 200))
def test_lines_are_strong_whatever_the_pen_and_the_ink(pen, ink):
    paper_to_ink = (255 - ink) / 255
    canvas = (255 - (255 - outline(pen=pen).astype(float)) * paper_to_ink).astype(np.uint8)
    pixels = from_drawing(canvas, stages=False).pixels
    assert pixels.max() == 255
    assert np.mean(pixels[pixels > 8] > 200) > 0.1


def test_light_ink_on_dark_paper_gives_the_same_pixels():
    assert np.array_equal(from_drawing(255 - outline()).pixels, from_drawing(outline()).pixels)


@pytest.mark.parametrize("colour", [(255, 230, 0), (0, 0, 255), (200, 0, 0), (0, 160, 0)])
def test_a_coloured_pen_gives_nearly_the_same_pixels(colour):
    ink = (outline() / 255)[..., None]
    canvas = (255 * ink + np.array(colour) * (1 - ink)).astype(np.uint8)
    assert agreement(from_drawing(canvas).pixels, from_drawing(outline()).pixels) > 0.85


def test_a_transparent_canvas_counts_as_white():
    alpha = 255 - outline()
    canvas = np.dstack([np.zeros_like(alpha)] * 3 + [alpha])
    expected = from_drawing(outline()).pixels
    assert np.array_equal(from_drawing(canvas).pixels, expected)
    assert np.array_equal(from_drawing(Image.fromarray(canvas)).pixels, expected)
    assert np.array_equal(
        from_drawing(open_image(encoded(Image.fromarray(canvas)))).pixels, expected
    )


def test_arrays_of_other_types_and_shapes_give_the_same_pixels():
    drawn = outline()
    expected = from_drawing(drawn).pixels
    for array in (drawn / 1.0, drawn.astype(np.int64), drawn[..., None], np.dstack([drawn] * 3)):
        assert np.array_equal(from_drawing(array).pixels, expected)
    assert agreement(from_drawing(drawn > 127).pixels, expected) > 0.8


@pytest.mark.parametrize(
    "empty", [np.full((160, 160), 255, np.uint8), np.zeros((50, 40, 4), np.uint8)]
)
def test_an_empty_canvas_is_refused(empty):
    assert refused(from_drawing, empty) == "The canvas is empty: draw a garment first."


def test_a_dot_is_refused():
    canvas = np.full((160, 160), 255, np.uint8)
    canvas[80:83, 80:83] = 0
    assert "dot" in refused(from_drawing, canvas)


@pytest.mark.parametrize("prepare_image", [from_drawing, from_photo, prepare])
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
def test_arrays_that_are_not_pictures_are_refused(prepare_image, array):
    refused(prepare_image, array)


@few
@given(st.integers(8, 60), st.integers(8, 60), st.sampled_from([1, 3, 4]), st.integers(0, 2**32))
def test_any_array_is_prepared_or_refused_in_one_sentence(height, width, channels, seed):
    array = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    for prepare_image in (from_drawing, from_photo, prepare):
        prepared = result_or_sentence(prepare_image, array)
        if prepared is not None:
            check(prepared)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_from_the_dataset_stays_almost_unchanged(kind):
    texture = np.add.outer(np.arange(28) * 3, np.arange(28)) + 100
    original = frame(trim(np.asarray(garment((112, 112), (200,) * 3, (0,) * 3, "L")), 16))
    original = np.where(original > 99, texture, 0).astype(np.uint8)
    for scale in (1, 4, 10):
        large = Image.fromarray(original).resize((28 * scale, 28 * scale), Image.Resampling.NEAREST)
        pixels = prepare(open_image(encoded(large, kind, quality=95))).pixels
        assert np.abs(pixels.astype(int) - original).mean() < (1 if kind == "PNG" else 6)


def test_the_same_photo_gives_the_same_pixels():
    first, second = (from_photo(phone_photo(seed=3)).pixels for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("value", [0, 90, 255])
def test_a_picture_of_one_colour_is_refused(value):
    plain = np.full((90, 60, 3), value, np.uint8)
    assert "one colour" in refused(from_photo, plain)
    assert "one colour" in refused(prepare, plain)


@pytest.mark.slow
@few
@given(st.integers(60, 200), st.integers(60, 200), st.integers(0, 99))
def test_photos_of_any_shape_can_be_prepared(width, height, seed):
    check(from_photo(phone_photo((width, height), seed=seed)))


@pytest.mark.parametrize("pen", [1, 3, 6, 10])
def test_drawings_are_prepared_as_drawings(pen):
    drawn = outline(pen=pen)
    assert np.array_equal(prepare(drawn).pixels, from_drawing(drawn).pixels)


def test_the_light_on_a_photographed_drawing_is_evened_out():
    photo = photographed_drawing()
    assert agreement(prepare(photo).pixels, from_drawing(outline(pen=3)).pixels) > 0.7
    assert [stage.name for stage in prepare(photo).stages][:2] == ["Drawing", "Ink"]


def test_photos_are_prepared_as_photos():
    assert np.array_equal(prepare(phone_photo()).pixels, from_photo(phone_photo()).pixels)


@pytest.mark.parametrize("colour", [(255, 255, 255), (230, 240, 235)])
@pytest.mark.parametrize("prepare_image", [from_drawing, prepare])
def test_light_ink_on_a_transparent_canvas_is_as_good_as_black_on_white(prepare_image, colour):
    alpha = 255 - outline()
    canvas = np.dstack([np.full_like(alpha, level) for level in colour] + [alpha])
    assert agreement(prepare_image(canvas).pixels, from_drawing(outline()).pixels) > 0.97


def test_a_white_shape_with_dark_lines_keeps_its_lines_on_a_transparent_canvas():
    inside = np.asarray(garment((160, 160), (255,) * 3, (0,) * 3, "L"))
    drawn = outline()
    canvas = np.dstack([drawn] * 3 + [np.maximum(inside, 255 - drawn)])
    assert agreement(from_drawing(canvas).pixels, from_drawing(drawn).pixels) > 0.97


@pytest.mark.parametrize("ground", [(0, 0, 0), (30, 30, 34), (20, 24, 70)])
def test_a_drawing_in_dark_mode_is_as_good_as_black_on_white(ground):
    ink = 1 - outline()[..., None] / 255
    dark = (ink * (235, 235, 240) + (1 - ink) * ground).astype(np.uint8)
    for file in (dark, open_image(encoded(Image.fromarray(dark), "JPEG", quality=85))):
        assert agreement(prepare(file).pixels, from_drawing(outline()).pixels) > 0.95


PROTECTED = "The browser returns noise in place of the drawing: allow canvas access for this page."


@pytest.mark.parametrize("prepare_image", [from_drawing, prepare])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_noise_of_a_protected_canvas_is_recognised(prepare_image, channels):
    rng = np.random.default_rng(channels)
    noise = rng.integers(0, 256, (128, 128, channels), dtype=np.uint8)
    for canvas in (noise, Image.fromarray(noise.squeeze())):
        assert refused(prepare_image, canvas) == PROTECTED


@pytest.mark.parametrize("seed", range(5))
def test_random_pixels_that_repeat_are_noise_too(seed):
    few = np.random.default_rng(seed).integers(0, 256, (1, 8, 3), dtype=np.uint8)
    assert refused(from_drawing, np.tile(few, (128, 16, 1))) == PROTECTED


def test_a_drawing_with_noise_in_its_lowest_bits_is_not_taken_for_noise():
    noise = np.random.default_rng(0).integers(-3, 4, (160, 160, 3))
    canvas = (outline()[..., None] + noise).clip(0, 255).astype(np.uint8)
    assert agreement(from_drawing(canvas).pixels, from_drawing(outline()).pixels) > 0.97


def test_the_grain_of_a_photo_is_not_taken_for_noise():
    check(prepare(phone_photo()))
    grain = np.random.default_rng(0).normal(128, 6, (120, 120, 3)).astype(np.uint8)
    assert "noise" not in str(result_or_sentence(prepare, grain))
