"""Pictures are turned by quarter turns."""

import numpy as np
import pytest
from picture_helpers import outline
from PIL import Image

from fmnist_demo.images.orientation import turned


@pytest.mark.parametrize("quarter_turns", range(-5, 6))
def test_a_picture_is_turned_clockwise(quarter_turns):
    picture = outline()[:, :150]
    image = turned(Image.fromarray(picture), quarter_turns)
    assert np.array_equal(np.asarray(image), np.rot90(picture, -quarter_turns))
