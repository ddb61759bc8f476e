"""Garments made to measure."""

import numpy as np
import pytest

from fmnist_demo.images.strokes import SIZE
from fmnist_demo.synthetic.tailored import BODIES, SLEEVES, outline, tailor


@pytest.mark.parametrize("sleeve", [SLEEVES[0], 0.3, SLEEVES[1]])
@pytest.mark.parametrize("body", [*BODIES, 1.2])
def test_an_outline_is_closed_symmetric_and_as_long_as_asked(sleeve, body):
    line = outline(sleeve, body)
    assert (line[0] == line[-1]).all()
    points = {(round(x, 9), round(y, 9)) for x, y in line}
    assert points == {(round(-x, 9) + 0.0, y) for x, y in points}
    hem = line[line[:, 1] == body]
    assert len(hem) >= 2
    assert np.abs(hem[:, 0]).max() >= 0.4


def test_longer_sleeves_reach_further_out_and_down():
    lengths = np.linspace(*SLEEVES, 6)
    widths = [np.ptp(outline(length, 1.2)[:, 0]) for length in lengths]
    assert (np.diff(widths) > 0).all()


def test_a_drawing_has_no_chance_in_it():
    first, second = tailor(0.4, 1.3), tailor(0.4, 1.3)
    assert first.shape == (SIZE, SIZE)
    assert (first == second).all()
    assert first.min() == 0
    assert first.max() == 255
