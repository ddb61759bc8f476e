"""Turn a picture by quarter turns, where a visitor says how it lies."""

from PIL import Image

_CLOCKWISE = {
    1: Image.Transpose.ROTATE_270,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}


def turned(image: Image.Image, quarter_turns: int) -> Image.Image:
    """`image` turned clockwise by quarter turns of 90 degrees; a negative number turns it back."""
    quarter_turns %= 4
    return image.transpose(_CLOCKWISE[quarter_turns]) if quarter_turns else image
