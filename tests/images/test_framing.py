"""Garments are cropped, scaled and centred as in Fashion-MNIST."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from picture_helpers import few, refused

from fmnist_demo.images.framing import frame, trim


@few
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 30), st.integers(0, 30))
def test_a_shape_fills_the_frame_and_is_centred(height, width, top, left):
    picture = np.zeros((100, 100), np.uint8)
    picture[top : top + height, left : left + width] = 200
    framed = frame(trim(picture, 16))
    rows, columns = np.flatnonzero(framed.any(axis=1)), np.flatnonzero(framed.any(axis=0))
    assert framed.shape == (28, 28)
    assert framed.dtype == np.uint8
    assert max(len(rows), len(columns)) == 28
    for lines in (rows, columns):
        assert lines[0] - (27 - lines[-1]) in (0, 1)
    shorter = 28 * min(height, width) / max(height, width)
    assert abs(min(len(rows), len(columns)) - max(1, shorter)) <= 1


def test_a_framed_picture_stays_unchanged():
    picture = np.random.default_rng(0).integers(20, 255, (28, 28), dtype=np.uint8)
    assert np.array_equal(frame(trim(picture, 10)), picture)


def test_an_empty_picture_is_refused():
    refused(trim, np.zeros((30, 30), np.uint8), 16)
