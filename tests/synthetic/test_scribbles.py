"""The shapes of scribbles, without the irregularities of a hand."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_demo.synthetic import scribbles
from fmnist_demo.synthetic.scribbles import (
    SCRIBBLES,
    cross,
    digits,
    grid,
    polygon,
    solid,
    spiral,
    wave,
)

kinds = st.sampled_from(SCRIBBLES)
seeds = st.integers(0, 2**32)


def strokes(kind, seed) -> list[np.ndarray]:
    return kind(np.random.default_rng(seed))


def test_scribbles_contains_every_public_function():
    functions = dict(inspect.getmembers(scribbles, inspect.isfunction))
    public = {f for name, f in functions.items() if not name.startswith("_")}
    assert set(SCRIBBLES) == {f for f in public if f.__module__ == scribbles.__name__}
    assert len(SCRIBBLES) == len(set(SCRIBBLES))


@given(kinds, seeds)
def test_a_scribble_is_finite_strokes_with_an_extent(kind, seed):
    lines = strokes(kind, seed)
    for stroke in lines:
        assert stroke.ndim == 2
        assert stroke.shape[1] == 2
        assert len(stroke) >= 2
        assert np.isfinite(stroke).all()
    assert np.ptp(np.concatenate(lines), axis=0).max() > 0.01


@given(kinds, seeds)
def test_the_seed_decides_the_scribble(kind, seed):
    first, second = strokes(kind, seed), strokes(kind, seed)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("kind", SCRIBBLES)
def test_a_kind_varies_with_the_seed(kind):
    drawn = {b"".join(map(bytes, strokes(kind, seed))) for seed in range(30)}
    assert len(drawn) > 1


@given(seeds)
def test_a_spiral_turns_one_way_and_grows(seed):
    (line,) = strokes(spiral, seed)
    radius = np.hypot(*line.T)
    angle = np.unwrap(np.arctan2(line[:, 1], line[:, 0]))
    assert (np.diff(radius) > 0).all()
    assert (np.diff(angle) > 0).all()
    assert 1.3 < np.ptp(angle) / (2 * np.pi) < 5


@given(seeds)
def test_the_arms_of_a_cross_meet_in_its_middle(seed):
    arms = strokes(cross, seed)
    assert 2 <= len(arms) <= 4
    for arm in arms:
        assert arm.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
        assert np.hypot(*(arm[1] - arm[0])) == pytest.approx(1)


@given(seeds)
def test_a_polygon_is_closed(seed):
    (line,) = strokes(polygon, seed)
    assert np.array_equal(line[0], line[-1])
    assert len(line) >= 4


@given(seeds)
def test_a_wave_only_goes_forwards(seed):
    (line,) = strokes(wave, seed)
    assert (np.diff(line[:, 0]) > 0).all()


@given(seeds)
def test_the_strokes_of_a_solid_are_close_together(seed):
    (line,) = strokes(solid, seed)
    assert set(line[:, 0]) == {0, 1}
    assert (np.diff(line[:, 1]) >= 0).all()
    assert np.diff(line[:, 1]).max() < 0.1


@given(seeds)
def test_the_lines_of_a_grid_are_horizontal_or_vertical_and_span_it(seed):
    for (x0, y0), (x1, y1) in strokes(grid, seed):
        assert {abs(x1 - x0), abs(y1 - y0)} == {0, 1}


@given(seeds)
def test_one_or_two_digits_stay_within_their_bounds(seed):
    low, high = (
        getattr(np.concatenate(strokes(digits, seed)), side)(axis=0) for side in ("min", "max")
    )
    assert low[0] >= -0.5
    assert high[0] <= 3
    assert -0.1 <= low[1] < high[1] <= 2.2
