"""The garment is found on plain, grained and transparent backgrounds."""

import numpy as np
import pytest
from picture_helpers import agreement, check, garment, phone_photo, refused, silhouette
from PIL import Image, ImageDraw

from fmnist_demo.images.preprocessing import from_drawing, from_photo


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (240, 240, 235), (120, 40, 40)])
def test_the_silhouette_is_the_same_on_every_plain_background(ground):
    cloth = (60, 90, 60) if sum(ground) > 100 else (200, 180, 160)
    prepared = from_photo(garment((400, 300), cloth, ground))
    check(prepared)
    assert agreement(prepared.pixels, from_drawing(garment((400, 300), (0, 0, 0))).pixels) > 0.9
    assert "plain" in prepared.stages[1].note


def test_a_pale_garment_on_white_stays_visible():
    pixels = from_photo(garment(cloth=(225, 225, 225))).pixels
    assert np.median(pixels[pixels > 0]) >= 90


@pytest.mark.parametrize("cloth", [(30, 60, 140), (20, 20, 20), (245, 245, 245)])
def test_a_garment_on_a_grained_floor_is_found(cloth):
    prepared = from_photo(phone_photo(cloth=cloth))
    check(prepared)
    assert "margin" in prepared.stages[1].note
    assert agreement(prepared.pixels, from_drawing(garment(cloth=(0, 0, 0))).pixels) > 0.8
    assert np.percentile(prepared.pixels[silhouette(prepared.pixels)], 20) >= 90


def test_noise_has_a_problem_in_one_sentence():
    noise = np.random.default_rng(0).integers(0, 256, (200, 260, 3), dtype=np.uint8)
    prepared = from_photo(noise)
    check(prepared)
    assert prepared.problem.startswith("The garment could not be told from the background")
    assert prepared.problem.endswith(".")


def test_a_garment_that_is_found_has_no_problem():
    assert from_photo(phone_photo()).problem is None
    assert from_photo(garment()).problem is None


def test_the_whole_picture_is_used_if_it_is_too_small_to_cut():
    noise = np.random.default_rng(0).integers(0, 256, (12, 90, 3), dtype=np.uint8)
    prepared = from_photo(noise)
    check(prepared)
    assert "whole picture" in prepared.stages[1].note
    assert prepared.problem


def test_a_transparent_background_is_removed():
    shape = np.asarray(garment(cloth=(0, 0, 0), mode="L")) < 128
    for cloth in (250, 20):  # white and black
        rgba = np.full((280, 280, 4), cloth, np.uint8)
        rgba[..., 3] = shape * 255
        pixels = from_photo(Image.fromarray(rgba)).pixels
        assert agreement(pixels, from_drawing(garment(cloth=(0, 0, 0))).pixels) > 0.9


def test_a_transparent_picture_is_refused():
    rgba = np.full((80, 80, 4), 90, np.uint8)
    rgba[..., 3] = 0
    refused(from_photo, rgba)


def test_a_caption_beside_the_garment_is_removed():
    shop = garment()
    ImageDraw.Draw(shop).text((2, 265), "T-shirt, 12.99", fill=(0, 0, 0))
    assert np.array_equal(from_photo(shop).pixels, from_photo(garment()).pixels)
