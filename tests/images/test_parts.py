"""What sets the frame of a drawing: its main parts, not a far speck and not the ground."""

import numpy as np
import pytest
from picture_helpers import agreement, outline

from fmnist_demo.images.parts import find_main
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.synthetic.drawings import draw

SIZE = 320


def canvas() -> np.ndarray:
    """A T-shirt in the upper left half of a large canvas: 160 wide and 128 high from (30, 30)."""
    return outline(size=SIZE, scale=16, x=30, y=14, pen=8).copy()


def unchanged(changed: np.ndarray, original: np.ndarray) -> bool:
    prepared = from_drawing(changed)
    note = next(stage.note for stage in prepared.stages if stage.name == "Ink")
    same = np.array_equal(prepared.pixels, from_drawing(original).pixels)
    return same and note.endswith("what is crossed out does not count")


@pytest.mark.parametrize("corner", [(300, 300), (300, 8), (8, 305), (100, 300)])
def test_a_far_speck_does_not_set_the_frame(corner):
    dotted = canvas()
    row, column = corner
    dotted[row - 5 : row + 5, column - 5 : column + 5] = 0
    assert unchanged(dotted, canvas())


def test_two_specks_and_a_ground_line_do_not_set_the_frame():
    busy = canvas()
    busy[290:298, 5:315] = busy[8:14, 300:306] = busy[250:256, 250:256] = 0
    assert unchanged(busy, canvas())


@pytest.mark.parametrize(("top", "left", "right"), [(280, 0, 320), (190, 10, 310), (215, 40, 180)])
def test_a_ground_line_does_not_set_the_frame(top, left, right):
    grounded = canvas()
    grounded[top : top + 7, left:right] = 0
    assert unchanged(grounded, canvas())


def test_the_ends_of_a_ground_line_that_touches_the_drawing_do_not_count():
    bottom = np.flatnonzero((canvas() < 128).any(axis=1))[-1]
    grounded = canvas()
    grounded[bottom - 4 : bottom + 3, 4:316] = 0
    assert agreement(from_drawing(grounded).pixels, from_drawing(canvas()).pixels) > 0.95


def test_what_does_not_count_is_crossed_out_in_colour():
    dotted = canvas()
    dotted[300:310, 300:310] = 0
    ink = next(stage.image for stage in from_drawing(dotted).stages if stage.name == "Ink")
    is_coloured = np.ptp(ink.astype(int), axis=2).max(axis=0) > 60
    assert is_coloured[230:].any()
    assert not is_coloured[:200].any()


@pytest.mark.parametrize(
    "part",
    [
        (slice(20, 150), slice(230, 300)),  # another shoe of the pair
        (slice(40, 48), slice(200, 260)),  # a loose sleeve or strap
        (slice(168, 174), slice(60, 160)),  # a hem that does not touch the sides
        (slice(8, 16), slice(100, 108)),  # a button or lace just above
    ],
)
def test_large_and_near_parts_set_the_frame(part):
    drawn = canvas()
    drawn[part] = 0
    box, aside = find_main(drawn < 128)
    assert aside == []
    assert (drawn < 128)[box.slices].sum() == (drawn < 128).sum()


def test_every_part_of_a_drawing_of_dashes_counts():
    dashed = canvas()
    step = np.add.outer(np.arange(SIZE), np.arange(SIZE)) // 12 % 2
    dashed[step == 0] = 255
    assert find_main(dashed < 128)[1] == []


def test_nothing_of_a_usual_drawing_is_left_out():
    rng = np.random.default_rng(11)
    assert [find_main(draw(i % 10, rng) < 192)[1] for i in range(200)] == [[]] * 200
