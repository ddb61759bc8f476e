"""The colours of the page and the figures: three families, each with its own meaning.

*Series* tell networks, penalties and runs apart. *Signs* say what is positive, or speaks for an
answer, and what is negative, or speaks against it. *States* say whether networks agree. No colour
is in two families, and none stands alone: a label, a line or a mark always says the same.

`tests/test_palette.py` holds the contrasts, also as people with a colour vision deficiency see
them.
"""

import numpy as np

INK = "#123456"
"""Text and axes, and the first series. On the page it becomes the colour of the text."""

SERIES = (INK, *"#d6408e #7566e8 #a5714a #6f8500 #a978d8 #0a8f9c #8b8f98".split())

SIGNS = {"for": "#2f7fc1", "against": "#d9730d"}

STATES = {
    "agree": ("#0f766e", "#ffffff"),
    "disagree": ("#eab308", "#1c1917"),
    "not-sure": ("#334155", "#ffffff"),
    "alert": ("#b91c1c", "#ffffff"),
}
"""The ground and the mark on it."""


def rgb(colour: str) -> tuple[int, int, int]:
    """`#2f7fc1` -> (47, 127, 193)."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def tint(positive: np.ndarray) -> np.ndarray:
    """The colour of each number's sign: booleans, whether it is above zero, (...) -> (..., 3)."""
    return np.where(positive[..., None], rgb(SIGNS["for"]), rgb(SIGNS["against"]))


def css() -> str:
    """The signs and states as custom properties: `--for`, `--agree`, `--agree-mark` and so on."""
    colours = dict(SIGNS)
    for name, (ground, mark) in STATES.items():
        colours |= {name: ground, f"{name}-mark": mark}
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in colours.items())} }}"
