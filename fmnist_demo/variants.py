"""Change a picture as people's pictures differ: what it shows remains the same garment.

Each change takes a picture and a random generator, and returns a picture, or a file's bytes where
the file is what changes.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

Change = Callable[[Image.Image, np.random.Generator], "Image.Image | bytes"]

SHEET, CANVAS = 600, 448
"""Edges in pixels of a sheet of paper on a desk, and of other drawings."""

WOOD = (176, 128, 84)


def unchanged(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The picture as it is, to compare with."""
    return picture


def bars(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo with black bars at the left and right."""
    bar = round(photo.width * rng.uniform(0.15, 0.35))
    return _framed(photo, (bar, 0), "black")


def frame(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo with a thin white frame."""
    edge = max(2, round(max(photo.size) * rng.uniform(0.015, 0.04)))
    return _framed(photo, (edge, edge), "white")


def screenshot(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo as a phone shows it: as wide as the screen, with bars and symbols of an app."""
    dark = rng.random() < 0.5
    ground, ink = ((18, 18, 20), "white") if dark else ((250, 250, 250), (60, 60, 60))
    width = 540
    height = max(1170, round(photo.height * width / photo.width) + 240)
    screen = Image.new("RGB", (width, height), ground)
    shown = photo.convert("RGB").resize((width, round(photo.height * width / photo.width)))
    screen.paste(shown, (0, (height - shown.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((30, 18, 84, 36), fill=ink)  # the time
    draw.rectangle((470, 18, 510, 36), outline=ink, width=3)  # the battery
    draw.line((24, 84, 40, 68), fill=ink, width=4)
    draw.line((24, 84, 40, 100), fill=ink, width=4)
    for column in range(4):
        left = 50 + 130 * column
        draw.ellipse((left, height - 84, left + 40, height - 44), outline=ink, width=4)
    draw.rectangle((190, height - 14, 350, height - 8), fill=ink)
    return screen


def quarter_turn(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo that lies on its left or right side."""
    sides = Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270
    return photo.transpose(sides[rng.integers(2)])


def half_turn(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo upside down."""
    return photo.transpose(Image.Transpose.ROTATE_180)


def tilted(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo tilted by 15 degrees, to the left or right, on more of its own background."""
    angle = 15 if rng.random() < 0.5 else -15
    wide = _surrounded(photo, 0.25).rotate(angle, Image.Resampling.BICUBIC)
    left, top = (wide.width - photo.width) // 2, (wide.height - photo.height) // 2
    return wide.crop((left, top, left + photo.width, top + photo.height))


def half_as_large(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo taken from twice as far: its own background goes on around it."""
    return _surrounded(photo, 0.5).resize(photo.size, Image.Resampling.BOX)


def cut_off(photo: Image.Image, rng: np.random.Generator) -> bytes:
    """A JPEG file without its last two bytes, which mark its end."""
    buffer = io.BytesIO()
    photo.convert("RGB").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()[:-2]


def stray_dot(drawing: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A drawing in one corner of the canvas, and a dot in the opposite corner."""
    size = round(CANVAS * rng.uniform(0.5, 0.7))
    right, low = rng.integers(0, 2, 2)
    canvas = _on_canvas(drawing, size, right * (CANVAS - size), low * (CANVAS - size))
    radius = CANVAS * rng.uniform(0.01, 0.02)
    x, y = (CANVAS * (0.04 + 0.92 * (1 - side)) for side in (right, low))
    ImageDraw.Draw(canvas).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return canvas


def ground_line(drawing: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A drawing above a line across the canvas."""
    size = round(CANVAS * rng.uniform(0.7, 0.82))
    canvas = _on_canvas(drawing, size, (CANVAS - size) // 2, round(0.03 * CANVAS))
    y = CANVAS * rng.uniform(0.9, 0.95)
    line = (CANVAS * 0.02, y, CANVAS * 0.98, y + rng.uniform(-4, 4))
    ImageDraw.Draw(canvas).line(line, fill=0, width=int(rng.integers(5, 12)))
    return canvas


def on_desk(drawing: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A photo of a drawing on a sheet of paper on a wooden desk, at a slant."""
    edge = 900
    y, x = np.mgrid[:edge, :edge]
    waves = 1 + 0.12 * np.sin(y / rng.uniform(8, 20) + 2 * np.sin(x / 120))
    light = 1 + rng.uniform(-0.15, 0.15) * (x / edge - 0.5) + rng.uniform(-0.1, 0.1) * y / edge
    wood = np.array(WOOD) * rng.uniform(0.6, 1.1) * waves[..., None]
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * SHEET + (edge - SHEET) / 2
    corners = corners + rng.uniform(-45, 45, (4, 2))
    shown = _slanted(_on_canvas(drawing, SHEET, 0, 0, SHEET), corners, edge)
    sheet = _slanted(Image.new("L", (SHEET, SHEET), 255), corners, edge) / 255
    paper = np.array((248, 247, 240)) * (0.1 + 0.9 * shown[..., None] / 255)
    picture = (wood + (paper - wood) * sheet[..., None]) * light[..., None]
    grain = rng.normal(0, 3, (edge, edge, 1))
    return Image.fromarray((picture + grain).clip(0, 255).astype(np.uint8))


def on_lined_paper(drawing: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A drawing on lined paper."""
    step, thick = int(rng.integers(20, 36)), int(rng.integers(1, 4))
    paper = np.full((CANVAS, CANVAS, 3), 255)
    for top in range(int(rng.integers(step)), CANVAS, step):
        paper[top : top + thick] = (150, 180, 225)
    ink = np.asarray(_on_canvas(drawing, CANVAS, 0, 0))[..., None] / 255
    return Image.fromarray((paper * ink).astype(np.uint8))


def white_ink(drawing: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A drawing in white ink on a transparent ground."""
    alpha = 255 - np.asarray(_on_canvas(drawing, CANVAS, 0, 0))
    return Image.fromarray(np.dstack([np.full_like(alpha, 255)] * 3 + [alpha]))


PHOTOS: dict[str, Change] = {
    "as it is": unchanged,
    "bars at the sides": bars,
    "thin white frame": frame,
    "phone screenshot": screenshot,
    "turned 90°": quarter_turn,
    "turned 180°": half_turn,
    "tilted 15°": tilted,
    "garment half as large": half_as_large,
    "JPEG less its last 2 bytes": cut_off,
}
"""The changes of a photo, by name."""

DRAWINGS: dict[str, Change] = {
    "as it is": unchanged,
    "stray dot": stray_dot,
    "ground line": ground_line,
    "sheet on a desk": on_desk,
    "lined paper": on_lined_paper,
    "white ink on transparent": white_ink,
}
"""The changes of a drawing in black on white, by name."""

CHANGES = {"drawings": DRAWINGS, "photos": PHOTOS}
"""The changes by the kind of picture."""


def _framed(photo: Image.Image, edges: tuple[int, int], colour: str) -> Image.Image:
    size = photo.width + 2 * edges[0], photo.height + 2 * edges[1]
    framed = Image.new("RGB", size, colour)
    framed.paste(photo.convert("RGB"), edges)
    return framed


def _surrounded(photo: Image.Image, share: float) -> Image.Image:
    """The photo on more of its own background: its outermost strips, mirrored again and again.

    `share` of the photo's height and width is added on each side.
    """
    colour = np.asarray(photo.convert("RGB"))
    rows, columns = (_mirrored(length, round(length * share)) for length in colour.shape[:2])
    return Image.fromarray(colour[rows][:, columns])


def _mirrored(length: int, more: int) -> np.ndarray:
    """Indices into a line of `length` pixels that go on for `more` at both ends."""
    strip = max(1, length // 25)
    swing = np.r_[np.arange(strip), np.arange(strip)[::-1]]
    beyond = np.resize(swing, more)
    return np.r_[beyond[::-1], np.arange(length), length - 1 - beyond]


def _on_canvas(
    drawing: Image.Image, size: int, left: int, top: int, canvas: int = CANVAS
) -> Image.Image:
    """The drawing, `size` pixels high and wide, on a white canvas: mode L."""
    white = Image.new("L", (canvas, canvas), 255)
    white.paste(drawing.convert("L").resize((size, size), Image.Resampling.BICUBIC), (left, top))
    return white


def _slanted(picture: Image.Image, corners: np.ndarray, edge: int) -> np.ndarray:
    """A picture whose corners come to lie at `corners` (4, 2), on black: float (edge, edge)."""
    width, height = picture.size
    source = [(0, 0), (width, 0), (width, height), (0, height)]
    rows = []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    matrix = np.linalg.solve(np.array(rows, float), np.ravel(source))
    method, resample = Image.Transform.PERSPECTIVE, Image.Resampling.BILINEAR
    return np.asarray(picture.transform((edge, edge), method, matrix, resample), float)
