"""Letters, digits, symbols and dingbats: outlines from the DejaVu fonts that Matplotlib ships."""

import unicodedata
from functools import cache

import numpy as np

from fmnist_demo.images.strokes import Line
from fmnist_demo.synthetic.held_out import is_held_out

FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif")

BLOCKS = (
    (0x21, 0x7E),  # letters, digits and punctuation
    (0x21, 0x7E),
    (0xA1, 0x24F),  # accented letters
    (0x391, 0x3C9),  # Greek
    (0x410, 0x44F),  # Cyrillic
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2300, 0x23FF),  # technical signs
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2600, 0x26FF),  # weather, chess, zodiac and other pictures
    (0x2701, 0x27BE),  # dingbats
    (0x1F600, 0x1F64F),  # faces
)
"""The first and last characters of the blocks, each as likely as the others; the first counts
twice."""

LIKE_GARMENTS = frozenset("LΛΠЛП∏∧∩⋀⋂Γ∥‖")
"""Characters in the shape of a boot or of trousers."""

WORD = 0.2
"""The share of words, of two to four letters."""


def strokes(rng: np.random.Generator, held_out: bool = False) -> list[Line]:
    """Closed outlines of one character, or of a few letters: in units of about one letter.

    Either of characters that are trained on, or of ones that are held out.
    """
    font = FONTS[rng.integers(len(FONTS))]
    length = int(rng.integers(2, 5)) if rng.random() < WORD else 1
    block = 0 if length > 1 else int(rng.integers(len(BLOCKS)))
    codes = _codes(font, *BLOCKS[block], held_out) or _codes(font, *BLOCKS[0], held_out)
    lines, x = [], 0.0
    for code in rng.choice(codes, length):
        outlines = [outline + [x, 0] for outline in _outlines(font, int(code))]
        x = max(points[:, 0].max() for points in outlines) + rng.uniform(0.02, 0.2)
        lines += outlines
    return lines


def is_hole(outline: Line) -> bool:
    """Whether a closed outline (n, 2) is drawn against the clock, as TrueType draws holes."""
    return _area(outline) < 0


def _area(outline: Line) -> float:
    """The area in a closed outline (n, 2), negative if it is drawn against the clock."""
    x, y = outline.T
    return float(x[:-1] @ y[1:] - y[:-1] @ x[1:]) / 2


@cache
def _codes(font: str, first: int, last: int, held_out: bool) -> list[int]:
    """The characters of a block that a font has, apart from blank ones."""
    return [
        code
        for code in range(first, last + 1)
        if code in _font(font).get_charmap()
        and chr(code) not in LIKE_GARMENTS
        and is_held_out(_letter(code)) == held_out
        and unicodedata.category(chr(code))[0] not in "CZ"  # controls and spaces
    ]


def _letter(code: int) -> str:
    """The name of a character without its accents, as one is held out with all its accents."""
    return unicodedata.name(chr(code), "").split(" WITH ")[0]


@cache
def _font(name: str):
    from matplotlib import get_data_path  # slow to load
    from matplotlib.ft2font import FT2Font

    return FT2Font(f"{get_data_path()}/fonts/ttf/{name}.ttf")


@cache
def _outlines(font: str, code: int) -> list[Line]:
    """The closed outlines of a character, largest first, so that what is inside is filled later."""
    from matplotlib.ft2font import LoadFlags
    from matplotlib.path import Path

    face = _font(font)
    face.load_char(code, flags=LoadFlags.NO_SCALE)
    path = Path(*face.get_path())
    height = face.units_per_EM / 64  # the path is in pixels, which are 64 units
    polygons = path.interpolated(1).to_polygons(closed_only=True) if len(path.vertices) else []
    outlines = [polygon * [1, -1] / height for polygon in polygons if len(polygon) > 3]
    return sorted(outlines, key=lambda outline: -abs(_area(outline)))
