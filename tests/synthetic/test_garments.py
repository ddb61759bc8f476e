"""The shapes of the ten classes, without the irregularities of a hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.garments import GARMENTS, Garment, shoes_from_above

labels = st.sampled_from(range(10))
seeds = st.integers(0, 2**32)


def lines(garment: Garment) -> list[np.ndarray]:
    return garment.outlines + garment.details


def test_there_is_one_function_per_class_in_the_order_of_the_labels():
    names = [function.__name__ for function in GARMENTS]
    assert names == [name.lower().replace(" ", "_").replace("-", "_") for name in CLASS_NAMES]


@given(labels, seeds)
def test_a_garment_is_finite_lines_about_as_large_as_promised(label, seed):
    garment = GARMENTS[label](np.random.default_rng(seed))
    assert garment.outlines
    for line in lines(garment):
        assert line.ndim == 2
        assert line.shape[1] == 2
        assert len(line) >= 2
        assert np.isfinite(line).all()
    extent = np.ptp(np.concatenate(garment.outlines), axis=0)
    assert 0.3 < extent.max() < 4
    assert extent.min() > 0.02  # a sandal's sole from the side


@given(labels, seeds)
def test_an_outline_encloses_an_area(label, seed):
    for line in GARMENTS[label](np.random.default_rng(seed)).outlines:
        x, y = line.T
        area = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
        assert area > 0.01


@given(labels, seeds)
def test_the_seed_decides_the_garment(label, seed):
    first, second, other = (
        GARMENTS[label](np.random.default_rng(s)) for s in (seed, seed, seed + 1)
    )
    assert all(np.array_equal(a, b) for a, b in zip(lines(first), lines(second), strict=True))
    assert not np.array_equal(first.outlines[0], other.outlines[0])


@given(st.floats(-4, 4), st.floats(-9, 9), st.floats(-9, 9))
@settings(max_examples=30)
def test_moving_keeps_lengths_and_moves_the_origin(angle, x, y):
    line = np.array([[0.0, 0.0], [3.0, 4.0], [1.0, -1.0]])
    moved = Garment([line], [line * 2]).moved(angle, (x, y))
    assert moved.outlines[0][0] == pytest.approx([x, y])
    steps = [np.hypot(*np.diff(path, axis=0).T) for path in (line, moved.outlines[0])]
    assert steps[0] == pytest.approx(steps[1])
    assert len(moved.details[0]) == 3


def test_a_quarter_turn_is_clockwise_on_the_screen():
    moved = Garment([np.array([[1.0, 0.0]])]).moved(np.pi / 2, (0, 0))
    assert moved.outlines[0][0] == pytest.approx([0, 1])  # right becomes down, for y points down


@given(st.sampled_from([5, 7, 9]), seeds)
def test_shoes_from_above_are_a_pair_side_by_side(label, seed):
    pair = shoes_from_above(np.random.default_rng(seed), label)
    assert len(pair.outlines) == 2
    left, right = (line.mean(axis=0) for line in pair.outlines)
    assert 0.01 < np.hypot(*(right - left)) < 2
