"""Drawings depend only on the seed and show a recognisable class; Quick, Draw! files are read."""

import json

import numpy as np
import pytest
from helpers import assert_one_sentence
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.images.strokes import FRACTION_BITS, SIZE, fit_to_canvas, read_quickdraw, render
from fmnist_demo.synthetic import drawings
from fmnist_demo.synthetic.drawings import draw, scribble
from fmnist_demo.synthetic.scribbles import SCRIBBLES

SQUARE = np.array([[0.0, 0.0], [0.0, 9.0], [9.0, 9.0], [9.0, 0.0], [0.0, 0.0]])


@pytest.mark.parametrize("label", range(10))
def test_fifty_drawings_of_a_class_can_all_be_prepared(label):
    rng = np.random.default_rng(label)
    for _ in range(50):
        picture = draw(label, rng)
        assert picture.shape == (SIZE, SIZE)
        assert picture.dtype == np.uint8
        pixels = from_drawing(picture, stages=False).pixels
        assert pixels.max() > 128
        assert (pixels == 0).any()


@given(st.sampled_from(range(10)), st.integers(0, 2**32))
@settings(max_examples=60)
def test_the_ink_nearly_fills_the_frame_and_is_in_its_middle(label, seed):
    picture = draw(label, np.random.default_rng(seed))
    rows, columns = np.nonzero(picture < 200)  # a grey filling is ink too
    low, high = np.array([rows.min(), columns.min()]), np.array([rows.max(), columns.max()])
    assert 0.85 * SIZE < max(high - low) < SIZE - 1
    assert np.abs((low + high - SIZE + 1) / 2).max() < 0.06 * SIZE


@given(st.sampled_from(range(10)), st.integers(0, 2**32))
@settings(max_examples=20)
def test_the_seed_decides_the_drawing(label, seed):
    one, again, other = (draw(label, np.random.default_rng(s)) for s in (seed, seed, seed + 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_scribbles_of_every_kind_can_be_prepared(monkeypatch):
    for kind in SCRIBBLES:
        monkeypatch.setattr(drawings, "SCRIBBLES", [kind])
        for seed in range(20):
            picture = scribble(np.random.default_rng(seed))
            assert (picture.shape, picture.dtype) == ((SIZE, SIZE), np.uint8)
            assert picture[[0, -1]].min() > 230  # the soft edge of a thick pen may touch it
            assert from_drawing(picture, stages=False).pixels.max() > 128


@given(st.integers(0, 2**32))
@settings(max_examples=20)
def test_the_seed_decides_the_scribble(seed):
    one, again, other = (scribble(np.random.default_rng(s)) for s in (seed, seed, seed + 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_nearest_mean_image_often_has_the_right_class(train, validation):
    """Even this simple classifier does far better than chance, so the drawings show their class."""
    means = np.stack([train.images[train.labels == k].float().mean(0) for k in range(10)])
    pictures = validation.images.float().numpy()
    distances = ((pictures[:, None] - means[None]) ** 2).sum((2, 3))
    assert (distances.argmin(1) == validation.labels.numpy()).mean() > 0.35


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2),
    st.floats(0, 7),
)
def test_lines_are_placed_in_the_middle_and_fill_all_but_the_margin(points, margin):
    line = np.array(points)
    assume(np.ptp(line, axis=0).max() > 1e-3)
    to_pixels = fit_to_canvas([line[:1], line[1:]], margin)
    placed = to_pixels(line) / (1 << FRACTION_BITS)
    low, extent = placed.min(axis=0), np.ptp(placed, axis=0)
    assert extent.max() == pytest.approx(SIZE - 1 - 2 * margin, abs=0.2)
    assert low + extent / 2 == pytest.approx([(SIZE - 1) / 2] * 2, abs=0.2)
    shape = np.ptp(line, axis=0) / np.ptp(line, axis=0).max()
    assert extent == pytest.approx(shape * extent.max(), abs=0.2)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 255.0, 1e6])
@pytest.mark.parametrize("shift", [0.0, -500.0])
def test_strokes_of_any_unit_fill_the_picture_alike(scale, shift):
    reference = render([SQUARE])
    shifted = render([SQUARE * scale + shift])
    assert np.abs(reference.astype(int) - shifted).mean() < 1
    assert reference.min() == 0
    assert reference[SIZE // 2, SIZE // 2] == 255


def test_a_thicker_pen_leaves_more_ink():
    ink = [(render([SQUARE], pen) < 128).sum() for pen in (1, 3, 6, 9)]
    assert ink == sorted(ink)
    assert len(set(ink)) == 4


def test_a_fill_is_under_the_strokes():
    picture = render([SQUARE], fills=[(SQUARE, 100)])
    assert picture[SIZE // 2, SIZE // 2] == 100
    assert picture.min() == 0


@pytest.mark.parametrize(
    "strokes", [[[[3.0, 3.0]]], [[[3.0, 3.0], [3.0, 3.0]]], [[[0, 0], [9, 0]]]]
)
def test_strokes_without_an_area_are_rendered_in_the_frame(strokes):
    picture = render([np.array(stroke, dtype=float) for stroke in strokes])
    assert picture.shape == (SIZE, SIZE)
    assert (picture[[0, -1]] == 255).all()


def quickdraw(*drawings) -> str:
    return "\n".join(json.dumps({"word": "shoe", "drawing": drawing}) for drawing in drawings)


TWO_STROKES = [[[0, 255, 255], [0, 0, 255]], [[10, 20], [30, 40]]]


def test_quickdraw_strokes_are_read_as_points(tmp_path):
    path = tmp_path / "shoe.ndjson"
    path.write_text(quickdraw(TWO_STROKES, TWO_STROKES[:1]) + "\n\n")
    first, second = read_quickdraw(path)
    assert [stroke.tolist() for stroke in first] == [
        [[0, 0], [255, 0], [255, 255]],
        [[10, 30], [20, 40]],
    ]
    assert len(second) == 1
    assert from_drawing(render(first)).pixels.max() > 128


def test_the_times_of_the_raw_format_are_ignored(tmp_path):
    path = tmp_path / "shoe.ndjson"
    path.write_text(quickdraw([[[0.5, 9.5], [1, 2], [0, 16]]]))
    assert read_quickdraw(path)[0][0].tolist() == [[0.5, 1], [9.5, 2]]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "{",
        "3",
        "null",
        '"text"',
        "[1, 2]",
        '{"word": "shoe"}',
        quickdraw(None),
        quickdraw([]),
        quickdraw([[]]),
        quickdraw([[[], []]]),
        quickdraw([[[1, 2]]]),
        quickdraw([[[1, 2], [3]]]),
        quickdraw([[["a"], ["b"]]]),
        quickdraw([[[1, None], [2, 3]]]),
        quickdraw([[[1, float("inf")], [2, 3]]]),
        quickdraw([[[[1]], [[2]]]]),
        quickdraw("drawing"),
        quickdraw({"x": [1], "y": [2]}),
        quickdraw([[[10**400], [2]]]),
        "[" * 100_000,
    ],
    ids=lambda line: line[:40],
)
def test_the_error_says_which_line_is_not_a_drawing_and_what_to_do(tmp_path, line):
    path = tmp_path / "shoe.ndjson"
    path.write_text(f"{quickdraw(TWO_STROKES)}\n{line}\n")
    with pytest.raises(UserError, match=r"^Line 2 is not a drawing: choose a file ") as error:
        read_quickdraw(path)
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "contains no drawings: choose"),
        (b"\n \n", "contains no drawings: choose"),
        (b"\x89PNG\r\n\x1a\n\0\xff", "is not text: choose"),
        (b"\xff" * 100, "is not text: choose"),
        (quickdraw(TWO_STROKES).encode("utf-16"), "is not text: choose"),
        (b"\0" * 100, "Line 1 is not a drawing: choose"),
    ],
)
def test_a_file_in_another_format_is_refused_in_one_sentence(tmp_path, content, problem):
    path = tmp_path / "shoe.ndjson"
    path.write_bytes(content)
    with pytest.raises(UserError, match=problem) as error:
        read_quickdraw(path)
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize(("name", "problem"), [("none.ndjson", "No such file"), (".", "directory")])
def test_a_missing_file_or_a_folder_is_refused_in_one_sentence(tmp_path, name, problem):
    with pytest.raises(UserError, match=problem) as error:
        read_quickdraw(tmp_path / name)
    assert_one_sentence(str(error.value))
