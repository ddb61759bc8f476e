"""Garments made to measure: a top whose sleeves and body have a given length, without chance."""

import numpy as np

from fmnist_demo.images.strokes import Line, render

SLEEVES, BODIES = (0.0, 0.95), (0.75, 2.2)
"""The shortest and longest sleeve and body, in units of the garment's width at the shoulders."""

ANGLE = np.deg2rad(62)
"""How far below the horizontal the sleeves point."""


def outline(sleeve: float, body: float) -> Line:
    """A top from the front, a closed line (n, 2): shoulders 1 wide at the height of the neck.

    `sleeve`: the length of the sleeves, 0 for none. `body`: from the neck to the hem.
    """
    corner, armpit = np.array([0.5, 0.08]), np.array([0.4, 0.36])
    along = np.array([np.cos(ANGLE), np.sin(ANGLE)])
    across = np.array([-along[1], along[0]])
    hem = np.array([0.4 + 0.12 * max(body - 1, 0), body])
    neck = [[0.17, 0.0], [0.12, 0.09], [0.0, 0.13]]
    half = [*neck[::-1], corner]
    if sleeve:
        cuff = corner + along * sleeve
        half += [cuff, cuff + across * 0.2]
    half = np.array([*half, armpit, hem])
    return np.concatenate([half, half[::-1] * [-1, 1], half[:1]])


def tailor(sleeve: float, body: float) -> np.ndarray:
    """Draw an `outline`: uint8 (SIZE, SIZE), black on white."""
    return render([outline(sleeve, body)])
