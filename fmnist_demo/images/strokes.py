"""Read Quick, Draw! files and render pen strokes."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fmnist_demo.errors import UserError

Line = np.ndarray
"""Points of shape (n, 2), float64: x grows to the right and y downwards."""

SIZE = 128
"""Height and width of a rendered drawing, in pixels."""

PEN = 5.5
"""The default pen width in pixels of a `SIZE` drawing, as on the app's canvas."""

FRACTION_BITS = 4
"""Fractional bits of the coordinates passed to OpenCV."""

ADVICE = "choose a file in Quick, Draw!'s simplified ndjson format"


def render(strokes: list[Line], pen: float = PEN, fills=()) -> np.ndarray:
    """Draw strokes in black on white, scaled to fill the picture except for a margin.

    `strokes`: arrays (n, 2) of x and y in any unit. `pen`: width in pixels. `fills`: pairs of a
    closed `Line` and a grey, 0 to 255, painted first. Returns uint8 (SIZE, SIZE).
    """
    to_pixels = fit_to_canvas([*strokes, *(line for line, _ in fills)], margin=pen / 2 + 2)
    picture = np.full((SIZE, SIZE), 255, np.uint8)
    for line, grey in fills:
        paint_area(picture, to_pixels(line), int(grey))
    for line in strokes:
        paint_line(picture, to_pixels(line), 0, max(1, round(pen)))
    return picture


def paint_line(picture: np.ndarray, points: np.ndarray, value: float, width: int) -> None:
    """Paint a line, `width` pixels wide, into `picture` (H, W); `points` as of `fit_to_canvas`."""
    import cv2  # slow to load

    cv2.polylines(picture, [points], False, value, width, cv2.LINE_AA, FRACTION_BITS)


def paint_area(picture: np.ndarray, points: np.ndarray, value: float) -> None:
    """Fill the area inside a line; the arguments are those of `paint_line`."""
    import cv2

    cv2.fillPoly(picture, [points], value, cv2.LINE_AA, FRACTION_BITS)


def fit_to_canvas(lines: list[Line], margin: float) -> Callable[[Line], np.ndarray]:
    """Scale and centre lines so that together they fill SIZE x SIZE pixels but for a margin.

    Returns a function that converts a line (n, 2) to OpenCV's fixed-point coordinates, int32 (n, 2)
    with `FRACTION_BITS` fractional bits.
    """
    points = np.concatenate(lines)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = (SIZE - 1 - 2 * margin) / max(extent.max(), 1e-9)
    offset = (SIZE - 1 - extent * scale) / 2 - low * scale
    return lambda line: np.round((line * scale + offset) * (1 << FRACTION_BITS)).astype(np.int32)


def read_quickdraw(path: str | Path) -> list[list[Line]]:
    """Read a Quick, Draw! file of simplified drawings, one JSON object per line.

    Returns one list of strokes per drawing, each stroke (n, 2). Raises `UserError` for a file that
    cannot be read or is not in this format (github.com/googlecreativelab/quickdraw-dataset).
    """
    try:
        rows = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}): check its name.") from error
    except ValueError as error:
        raise UserError(f"The file is not text: {ADVICE}.") from error
    drawings = [_strokes(row, number) for number, row in enumerate(rows, start=1) if row.strip()]
    if not drawings:
        raise UserError(f"The file contains no drawings: {ADVICE}.")
    return drawings


def _strokes(row: str, number: int) -> list[Line]:
    """The strokes of one JSON object, line `number` of its file."""
    try:
        strokes = [np.array([x, y], dtype=float).T for x, y, *_ in json.loads(row)["drawing"]]
        if not strokes or any(
            s.ndim != 2 or not len(s) or not np.isfinite(s).all() for s in strokes
        ):
            raise ValueError("empty or not finite")
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(f"Line {number} is not a drawing: {ADVICE}.") from error
    return strokes
