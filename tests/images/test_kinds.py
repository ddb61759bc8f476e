"""Drawings are told apart from photos."""

import numpy as np
import pytest
from picture_helpers import garment, outline, phone_photo, photographed_drawing

from fmnist_demo.images.kinds import find_drawing


@pytest.mark.parametrize("pen", [1, 3, 6, 10])
def test_a_drawing_on_even_paper_is_returned_unchanged(pen):
    for drawing in (outline(pen=pen), 255 - outline(pen=pen)):
        assert np.array_equal(find_drawing(drawing), drawing)


def test_a_filled_shape_is_a_drawing():
    shape = np.asarray(garment((200, 300), (0, 0, 0)))
    assert np.array_equal(find_drawing(shape), shape)


def test_the_paper_of_a_photographed_drawing_becomes_white():
    photo = photographed_drawing()
    drawing = find_drawing(photo)
    assert (drawing.shape, drawing.dtype) == (photo.shape, np.uint8)
    assert np.median(photo) < 250
    assert np.median(drawing) == 255


@pytest.mark.parametrize("cloth", [(30, 60, 140), (20, 20, 20)])
def test_a_photo_is_not_a_drawing(cloth):
    assert find_drawing(np.asarray(phone_photo(cloth=cloth))) is None


@pytest.mark.parametrize(
    ("paper", "is_drawing"), [((1, 0.97, 0.85), True), ((0.9, 0.4, 0.5), False)]
)
def test_line_art_is_on_paper_that_is_nearly_grey(paper, is_drawing):
    photo = (photographed_drawing()[..., None] * np.array(paper)).astype(np.uint8)
    assert (find_drawing(photo) is not None) == is_drawing
