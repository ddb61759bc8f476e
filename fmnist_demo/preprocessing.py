"""A canvas drawing or a photo -> (28, 28) pixels as in Fashion-MNIST, and every stage of the way.

The way is the same for training, the app and the command line: find the garment, make it bright on
black, trim the picture to it, shrink the longest edge to 28 pixels and centre it. That framing is
how the data set itself was made (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747, section 2).

This module knows pictures only: no network, no label, no tensor, and nothing of the normalisation,
which is `spec.normalise`. Pixels leave here as uint8, 0 black to 255 white.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image, ImageFilter, UnidentifiedImageError

from fmnist_demo.errors import UserError
from fmnist_demo.spec import IMAGE_SIZE

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""The file formats that `open_image` reads, by Pillow's names; JPEG includes a phone's MPO."""

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 64_000_000
MAX_JPEG_SCANS = 200
MIN_EDGE = 8
MAX_ASPECT = 16

WORKING_EDGE = 1024
"""Longest edge in pixels that a picture is kept at."""

STAGE_EDGE = 256
"""Longest edge in pixels of a stage's image."""

CUT_EDGE = 176
"""Longest edge in pixels at which a garment is cut out of a photo."""

FAINTEST_INK = 24
"""A drawing whose strongest mark differs less than this from its paper is empty."""

_GREY = np.array([0.299, 0.587, 0.114], np.float32)
_ORIENTATION_TAG = 0x0112
_WARNINGS_LOCK = Lock()


@dataclass(frozen=True)
class Stage:
    """One step of the way, to show to people."""

    name: str
    """A short title."""
    image: np.ndarray
    """uint8, (H, W) grey or (H, W, 3) RGB, at most `STAGE_EDGE` pixels on the long edge."""
    note: str = ""
    """One short plain phrase, or nothing."""


@dataclass(frozen=True)
class Prepared:
    """A picture as the networks take it, and how it came to be."""

    pixels: np.ndarray
    """uint8, (28, 28): the garment bright on black."""
    stages: tuple[Stage, ...]
    """In order; the last one shows `pixels`. Empty if none were asked for."""


# --- the public way in -------------------------------------------------------------------------


def open_image(source: str | Path | bytes) -> Image.Image:
    """Read a picture file: a path, or the file's bytes.

    Returns the first frame, fully read, turned upright as its EXIF says, of mode L, LA, RGB or
    RGBA, at most `WORKING_EDGE` pixels on the long edge. The size is checked before any pixel is
    decoded.

    Raises `UserError` for everything that can be wrong with a file: it is missing, empty, larger
    than `MAX_BYTES`, no picture of the `FORMATS`, damaged, cut short, of more than `MAX_PIXELS`
    pixels, or too small or too narrow to hold a garment.
    """
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    if not data:
        raise UserError("The file is empty: choose a picture file.")
    if len(data) > MAX_BYTES:
        raise UserError(
            f"The file is larger than {MAX_BYTES // 2**20} MB: shrink the picture and try again."
        )
    with _readable():
        image = _open_header(data)
        _check_size(*image.size)
        _check_scans(image, data)
        image.draft(None, (WORKING_EDGE, WORKING_EDGE))
        image.load()
        return _upright(_simplified(image), _orientation(image))


def from_drawing(image: Image.Image | np.ndarray, stages: bool = True) -> Prepared:
    """A drawing on plain paper: dark ink on light paper, or light ink on dark paper.

    `image` is a PIL image of any mode or an array, uint8 (H, W), (H, W, 3) or (H, W, 4); floats and
    wider integers are taken as 0..255, booleans as black and white. Transparency is laid on
    white. The paper's colour is the median along the border; ink is how far a pixel is from it.

    With `stages=False` no stage is made, which is faster.

    Raises `UserError` if nothing is drawn, if there is only a dot, or if the array is not a
    picture.
    """
    colour, alpha = _channels(image)
    ink = _ink(_on_white(colour, alpha))
    strongest = int(ink.max())
    if strongest < FAINTEST_INK:
        raise UserError("The canvas is empty: draw a garment first.")
    trimmed = trim(ink, strongest // 4)
    if max(trimmed.shape) * 16 < max(ink.shape):
        raise UserError("The drawing is only a dot: draw a whole garment.")
    pixels = _full_strength(frame(trimmed))
    if not stages:
        return Prepared(pixels, ())
    return Prepared(
        pixels,
        (
            _stage("Drawing", _on_white(colour, alpha)),
            _stage("Ink", ink, "the ink is made bright, the paper black"),
            _stage("Trimmed", trimmed, "cut to what is drawn"),
            _last_stage(pixels),
        ),
    )


def from_photo(image: Image.Image | np.ndarray) -> Prepared:
    """A photo of one garment, in colour or grey, on any background.

    `image` is as for `from_drawing`. The garment is, in this order: what a transparent background
    leaves (a cut-out); what differs from a plain background; what GrabCut (Rother, Kolmogorov and
    Blake 2004, doi 10.1145/1015706.1015720) tells apart from the picture's margin. Where none of
    these gives a plausible garment, the whole picture is taken, and a stage's note says so.

    Takes about 0.07 s on one core for a photo of 400 × 533 pixels.

    Raises `UserError` if the picture is all one colour or the array is not a picture.
    """
    colour, alpha = _channels(image)
    flat = _on_white(colour, alpha)
    if alpha is None and int(flat.max()) - int(flat.min()) < FAINTEST_INK:
        raise UserError("The picture is all one colour: choose one that shows a garment.")
    found = _cut_out(colour, alpha) or _on_plain(flat) or _grab(flat) or _whole(flat)
    trimmed = trim(found.garment, found.threshold)
    pixels = frame(trimmed)
    return Prepared(
        pixels,
        (
            _stage("Photo", flat),
            _stage("Garment found", found.overlay, found.note),
            _stage("Bright on black", found.garment),
            _stage("Trimmed", trimmed, "cut to the garment"),
            _last_stage(pixels),
        ),
    )


def looks_drawn(image: Image.Image | np.ndarray) -> bool:
    """Whether a picture is a drawing on plain paper rather than a photo.

    It is one if its paper is even (up to a slow change of light) and what stands out from it is
    either thin lines or flat fillings. `image` is as for `from_drawing`; so are the errors.
    """
    flat = _on_white(*_channels(image))
    return _flat_art(flat) or _line_art(flat)


def prepare(image: Image.Image | np.ndarray) -> Prepared:
    """`from_drawing` or `from_photo`, as `looks_drawn` says; for a picture of unknown kind.

    A drawing that was photographed has the light on its paper evened out first.
    """
    colour, alpha = _channels(image)
    flat = _on_white(colour, alpha)
    if _flat_art(flat) or (_line_art(flat) and not _is_uneven(flat)):
        return from_drawing(flat)
    if _line_art(flat):
        return from_drawing(_even_paper(flat))
    return from_photo(image)


# --- framing -----------------------------------------------------------------------------------


def fit(pixels: np.ndarray, threshold: float) -> np.ndarray:
    """Frame a bright-on-black picture as Fashion-MNIST does (arXiv 1708.07747, section 2).

    `pixels` is uint8 (H, W). Trims the rows and columns at the edges in which nothing is brighter
    than `threshold`, shrinks or enlarges the longest edge to 28, keeps the aspect, centres.
    Returns uint8 (28, 28). Raises `UserError` if nothing is brighter than `threshold`.
    """
    return frame(trim(pixels, threshold))


def trim(pixels: np.ndarray, threshold: float) -> np.ndarray:
    """The smallest part of `pixels` (H, W) that holds all that is brighter than `threshold`.

    Raises `UserError` if nothing is.
    """
    rows = np.flatnonzero(pixels.max(axis=1) > threshold)
    columns = np.flatnonzero(pixels.max(axis=0) > threshold)
    if not len(rows):
        raise UserError("The picture is empty: choose one that shows a garment.")
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def frame(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W) -> uint8 (28, 28): longest edge to 28, aspect kept, centred on black."""
    height, width = (max(1, round(edge * IMAGE_SIZE / max(pixels.shape))) for edge in pixels.shape)
    # Where the margins differ, the data set has the wider one at the top and at the left.
    top, left = (IMAGE_SIZE - height + 1) // 2, (IMAGE_SIZE - width + 1) // 2
    framed = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    small = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
    framed[top : top + height, left : left + width] = small
    return framed


# --- files -------------------------------------------------------------------------------------


def _read_file(path: Path) -> bytes:
    try:
        if not path.exists():
            raise UserError(f"There is no file “{path.name}”: check its name and folder.")
        if not path.is_file():
            raise UserError(f"“{path.name}” is not a file: choose a picture file.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        raise UserError(
            f"“{path.name[:80]!s}” cannot be read: check that it is there and may be opened."
        ) from None


@contextmanager
def _readable() -> Iterator[None]:
    """All that Pillow raises within is a `UserError`: damaged files make it raise anything."""
    try:
        yield
    except UserError:
        raise
    except UnidentifiedImageError:
        raise UserError(
            "The file is not a picture that can be read here: "
            "use a JPEG, PNG, WebP, GIF, BMP or TIFF file."
        ) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except MemoryError:
        raise UserError("The picture does not fit in memory: shrink it and try again.") from None
    except Exception as error:
        raise UserError(
            "The picture is damaged or of an unusual kind: save it again as PNG or JPEG."
        ) from error


def _open_header(data: bytes) -> Image.Image:
    # Pillow warns of large pictures, and of damaged metadata; we check the size, and need no other.
    with _WARNINGS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(BytesIO(data), formats=FORMATS)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_EDGE:
        raise UserError(
            f"The picture is {width} × {height} pixels: "
            f"use one of at least {MIN_EDGE} × {MIN_EDGE} pixels."
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise UserError(
            f"The picture is {width} × {height} pixels, too narrow a strip: crop it to the garment."
        )


def _too_many_pixels() -> UserError:
    return UserError(
        f"The picture has more than {MAX_PIXELS // 10**6} million pixels: shrink it and try again."
    )


def _check_scans(image: Image.Image, data: bytes) -> None:
    # A progressive JPEG may hold thousands of passes over all of its pixels, each a few bytes long.
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise UserError("The JPEG is made of too many passes: save it again and try that.")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # broken metadata is no reason to refuse a picture
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = Image.Transpose
    turns = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


# --- any image or array -> uint8 channels ------------------------------------------------------


def _simplified(image: Image.Image) -> Image.Image:
    """To mode L, LA, RGB or RGBA, at most `WORKING_EDGE` long; without metadata."""
    if image.mode[0] in "IF":
        image = Image.fromarray(_from_range(image))
    elif image.mode == "LA":
        pass
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode in ("1", "L"):
        image = image.convert("L")
    else:
        image = image.convert("RGB")
    scale = WORKING_EDGE / max(image.size)
    if scale < 1:
        size = tuple(max(1, round(edge * scale)) for edge in image.size)
        image = image.resize(size, Image.Resampling.BOX)
    image.info = {}
    return image


def _from_range(image: Image.Image) -> np.ndarray:
    """uint8 (H, W) from an image of 16-bit, 32-bit or floating-point grey.

    Sixteen bits are 0..65535. For the others black is 0, or the lowest value if that is negative,
    and white the first of 1 (floats only), 255 and 65535 that no value exceeds, or else the
    highest value.
    """
    step = max(1, max(image.size) // (2 * WORKING_EDGE))  # bounds the memory of what follows
    values = np.asarray(image)[::step, ::step].astype(np.float32)
    if not np.isfinite(values).all():
        raise UserError("The picture holds values that are not numbers: save it again as PNG.")
    if image.mode.startswith("I;16"):
        return np.round(values / 257).astype(np.uint8)
    low, high = min(float(values.min()), 0.0), float(values.max())
    scales = (1, 255, 65535) if image.mode == "F" else (255, 65535)
    white = next((scale for scale in scales if low == 0 and high <= scale), high - low)
    return np.round((values - low) * (255 / max(white, 1e-9))).clip(0, 255).astype(np.uint8)


def _channels(image: Image.Image | np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The colour, uint8 (H, W) or (H, W, 3), and the alpha, uint8 (H, W), or None if opaque."""
    if isinstance(image, Image.Image):
        _check_size(*image.size)
        with _readable():
            array = np.asarray(_simplified(image))
    else:
        array = _checked_array(image)
    if array.ndim == 2:
        return array, None
    if array.shape[2] == 3:
        return array, None
    colour, alpha = array[:, :, :-1], array[:, :, -1]
    colour = colour[:, :, 0] if colour.shape[2] == 1 else colour
    return colour, (None if alpha.min() == 255 else alpha)


def _checked_array(array: np.ndarray) -> np.ndarray:
    array = np.asarray(array)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (2, 3, 4))):
        raise UserError(
            f"An array of shape {array.shape} is not a picture: "
            "use (height, width) or (height, width, 3)."
        )
    _check_size(array.shape[1], array.shape[0])
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype.kind not in "iuf":
        raise UserError(f"An array of {array.dtype} is not a picture: use whole numbers 0 to 255.")
    if not (array.min() >= 0 and array.max() <= 255):  # false for NaN as well
        raise UserError("The picture's values are not all from 0 to 255: scale them first.")
    return np.round(array).astype(np.uint8)


def _on_white(colour: np.ndarray, alpha: np.ndarray | None) -> np.ndarray:
    if alpha is None:
        return colour
    share = alpha.astype(np.uint16) if colour.ndim == 2 else alpha.astype(np.uint16)[..., None]
    return ((colour * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)


def _grey(colour: np.ndarray) -> np.ndarray:
    """float32 (H, W), 0..255: luma of ITU-R BT.601, as Pillow's."""
    return colour.astype(np.float32) if colour.ndim == 2 else colour @ _GREY


def _shrunk(colour: np.ndarray, edge: int) -> np.ndarray:
    """Area-averaged to at most `edge` pixels on the long edge."""
    scale = edge / max(colour.shape[:2])
    if scale >= 1:
        return colour
    height, width = (max(1, round(length * scale)) for length in colour.shape[:2])
    return np.asarray(Image.fromarray(colour).resize((width, height), Image.Resampling.BOX))


def _stage(name: str, image: np.ndarray, note: str = "") -> Stage:
    return Stage(name, _shrunk(np.ascontiguousarray(image), STAGE_EDGE), note)


def _last_stage(pixels: np.ndarray) -> Stage:
    return Stage(f"{IMAGE_SIZE} × {IMAGE_SIZE}", pixels, "what the networks see")


# --- drawings ----------------------------------------------------------------------------------


def _border(colour: np.ndarray, width: int = 1) -> np.ndarray:
    """The pixels along the four edges: (N,) or (N, 3)."""
    tail = colour.shape[2:]
    return np.concatenate(
        [
            colour[:width].reshape(-1, *tail),
            colour[-width:].reshape(-1, *tail),
            colour[:, :width].reshape(-1, *tail),
            colour[:, -width:].reshape(-1, *tail),
        ]
    )


def _median(values: np.ndarray) -> np.ndarray:
    """The upper median along the first axis; `numpy.median` is several times slower."""
    middle = len(values) // 2
    return np.partition(values, middle, axis=0)[middle]


def _ink(colour: np.ndarray) -> np.ndarray:
    """uint8 (H, W): how far each pixel is from the paper towards the ink's side, 0..255.

    Of three channels the farthest one counts, so that yellow on white is ink as well.
    """
    paper = _median(_border(colour))
    if paper.mean() > 127:
        ink = paper - np.minimum(colour, paper)
    else:
        ink = np.maximum(colour, paper) - paper
    return ink if ink.ndim == 2 else ink.max(axis=2)


def _full_strength(pixels: np.ndarray) -> np.ndarray:
    """Scale faint ink up until its stronger tenth is white.

    Shrinking averages a thin pen away: a line one pixel wide on a canvas of 160 ends at a sixth of
    white. The maximum alone would not do, as one crossing of two lines would set it.
    """
    marks = pixels[pixels > 8]
    if not len(marks):
        return pixels
    strong = int(np.partition(marks, len(marks) * 9 // 10)[len(marks) * 9 // 10])
    if strong == 255:
        return pixels
    return np.round(np.minimum(pixels * (255 / strong), 255)).astype(np.uint8)


# --- drawing or photo? -------------------------------------------------------------------------


def _even_paper(colour: np.ndarray) -> np.ndarray:
    """uint8 (H, W): the picture divided by the brightness of its paper, so that paper is white.

    The paper's brightness is the highest in a neighbourhood wider than a pen stroke, smoothed. Of
    light ink on dark paper the negative is taken.
    """
    values = np.round(_grey(_shrunk(colour, STAGE_EDGE))).astype(np.uint8)
    grey = Image.fromarray(values if _median(_border(values)) > 100 else 255 - values)
    coarse = grey.resize([max(3, edge // 4) for edge in grey.size], Image.Resampling.BOX)
    coarse = coarse.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(4))
    paper = np.asarray(coarse.resize(grey.size, Image.Resampling.BILINEAR), np.float32)
    even = np.minimum(np.asarray(grey) / np.maximum(paper, 1), 1)
    # Paper's own grain is not ink.
    return np.round(np.minimum(even / 0.9, 1) * 255).astype(np.uint8)


def _is_uneven(colour: np.ndarray) -> bool:
    """Whether the paper along the border is of more than one brightness."""
    border = _border(_grey(_shrunk(colour, STAGE_EDGE)))
    return bool(np.mean(np.abs(border - _median(border)) > 8) > 0.2)


def _line_art(colour: np.ndarray) -> bool:
    """Whether evened paper bears lines, each narrower than 8 % of the picture, and little grey."""
    if min(colour.shape[:2]) < 64:  # there, a garment of the data set looks like lines too
        return False
    if _median(_border(_grey(colour))) <= 100 and _is_uneven(colour):
        return False
    even = _even_paper(colour)
    if np.mean((even > 160) & (even < 236)) > 0.05:
        return False
    ink = Image.fromarray((_shrunk(even, 128) < 160).astype(np.uint8) * 255)
    marks = np.asarray(ink) > 0
    if not 0.004 < marks.mean() < 0.4 or _border(marks).mean() > 0.1:
        return False
    solid = np.asarray(ink.filter(ImageFilter.MinFilter(11))) > 0
    return bool(solid.sum() < 0.02 * marks.sum())


def _flat_art(colour: np.ndarray) -> bool:
    """Whether the picture is of even paper and even ink, with next to nothing between."""
    grey = _grey(
        colour[:: max(1, len(colour) // STAGE_EDGE), :: max(1, len(colour[0]) // STAGE_EDGE)]
    )
    away = np.abs(grey - _median(_border(grey)))
    marks = away[away > 48]
    if len(marks) < 0.002 * away.size:
        return False
    even_paper = np.mean(away[away <= 48] <= 6) > 0.97 and np.mean(_border(away) <= 6) > 0.7
    even_ink = np.mean(np.abs(marks - _median(marks)) <= 6) > 0.8
    return bool(even_paper and even_ink)


# --- photos ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """A garment in a photo: `garment` is uint8 (H, W), bright on black."""

    garment: np.ndarray
    overlay: np.ndarray
    note: str
    threshold: int = 16


def _cut_out(colour: np.ndarray, alpha: np.ndarray | None) -> _Found | None:
    """What a transparent background leaves, as in a shop's cut-outs."""
    if alpha is None or np.mean(alpha < 32) < 0.01:
        return None
    mask = alpha >= 128
    if mask.mean() < 0.005:
        raise UserError("The picture is transparent: choose one that shows a garment.")
    return _Found(
        _negated(colour, mask),
        _dimmed(_on_white(colour, alpha), mask),
        "the transparent background is left out",
    )


def _on_plain(colour: np.ndarray) -> _Found | None:
    """What differs from a background of one colour, or None if the border is not of one."""
    border = _border(colour, max(1, max(colour.shape[:2]) // 100))
    plain = _median(border)
    level = float(plain @ _GREY if plain.ndim else plain)
    same = np.mean(_distance(border, plain) <= 12)
    # A garment that fills the frame, as in Fashion-MNIST itself, leaves little of the border.
    if same < (0.4 if level < 16 or level > 245 else 0.97):
        return None
    away = _distance(colour, plain)
    mask = away > 20
    if not 0.01 < mask.mean() < 0.98:
        return None
    note = "what differs from the plain background"
    if level < 40 and (grey := _grey(colour))[mask].mean() > level + 20:
        bright = np.round((grey - level).clip(0, 255)).astype(np.uint8)
        return _Found(bright, _dimmed(colour, mask), note)
    mask = _main_parts(mask)
    garment = _negated(colour, mask) if level > 200 else _stretched(colour, mask)
    return _Found(garment, _dimmed(colour, mask), note)


def _grab(colour: np.ndarray) -> _Found | None:
    """What GrabCut tells apart from the margin, or None if that cannot be a garment."""
    small = _shrunk(colour, CUT_EDGE)
    height, width = small.shape[:2]
    if min(height, width) < 32:
        return None
    for gap in (True, False):
        mask = _grabcut(small, gap)
        if 0.04 < mask.mean() < 0.8 and _long_enough(mask):
            note = "what differs from the picture's margin"
            return _Found(_stretched(small, mask), _dimmed(small, mask), note)
    return None


def _grabcut(colour: np.ndarray, gap: bool) -> np.ndarray:
    """bool (H, W): the largest part that GrabCut finds, its small holes filled.

    With `gap`, it starts from the guess that the middle of the lower half is background, as between
    the legs of trousers; of a dress it finds out that this is cloth.
    """
    import cv2  # slow to load, and drawings do without

    rgb = np.repeat(colour[:, :, None], 3, axis=2) if colour.ndim == 2 else colour
    height, width = rgb.shape[:2]
    y = np.linspace(0, 1, height)[:, None]
    x = np.linspace(0, 1, width)[None]
    # People hold the camera so that the garment is in the middle and the margin is floor or wall.
    # The sure seed lies above the centre: in trousers the centre is the gap between the legs.
    margin = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    seeds = np.where(margin > 0.12, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if gap:
        seeds[(np.abs(x - 0.5) < 0.06) & (y > 0.55)] = cv2.GC_PR_BGD
    seeds[margin < 0.03] = cv2.GC_BGD
    seeds[(np.abs(x - 0.5) < 0.06) & (np.abs(y - 0.38) < 0.06)] = cv2.GC_FGD
    cv2.setRNGSeed(0)  # the same photo gives the same answer
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    mode = cv2.GC_INIT_WITH_MASK
    cv2.grabCut(np.ascontiguousarray(rgb), seeds, None, background, foreground, 4, mode)
    mask = ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.medianBlur(mask, 5)
    return _without_small_holes(_largest_part(mask)) > 0


def _largest_part(mask: np.ndarray) -> np.ndarray:
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if len(stats) < 2:
        return mask
    return (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(np.uint8)


def _without_small_holes(mask: np.ndarray) -> np.ndarray:
    """Fill the holes below 4 % of the garment: prints. Larger ones are, say, a bag's handle."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask)
    small = stats[:, cv2.CC_STAT_AREA] < 0.04 * mask.sum()
    small[0] = False  # the label 0 is the garment itself
    return np.where(small[labels], 1, mask).astype(np.uint8)


def _whole(colour: np.ndarray) -> _Found:
    small = _shrunk(colour, CUT_EDGE)
    everything = np.ones(small.shape[:2], bool)
    return _Found(
        _stretched(small, everything),
        small,
        "the garment could not be told apart from the background; the whole picture is used",
    )


def _distance(colour: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The largest difference in any channel, 0..255."""
    away = np.maximum(colour, other) - np.minimum(colour, other)
    return away if other.ndim == 0 else away.max(axis=-1)


def _long_enough(mask: np.ndarray) -> bool:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    longest = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    return bool(longest > max(mask.shape) / 4)


def _main_parts(mask: np.ndarray) -> np.ndarray:
    """Without specks and captions: the parts of at least a tenth of the largest part's area."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0  # the label 0 is the background
    return (area >= 0.1 * area.max())[labels] & mask


def _negated(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The data set's own tone: the negative, lifted where a pale garment would vanish."""
    value = 255 - _grey(colour)
    strong = float(np.percentile(value[mask], 98))
    value *= max(1.0, 160 / max(strong, 1.0))
    return (value.clip(60, 255) * mask).astype(np.uint8)


def _stretched(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The negative, its range within the garment stretched to 90..245, as the light is unknown.

    White garments were left out of Fashion-MNIST, so nothing of a garment is darker than 90. A
    range below 60 is of cloth without pattern, and is not blown up to one.
    """
    value = 255 - _grey(colour)
    low, high = np.percentile(value[mask], [2, 98])
    value = 245 - (high - value) * (155 / max(high - low, 60))
    return (value.clip(90, 255) * mask).astype(np.uint8)


def _dimmed(colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with its background faded towards grey, to show what was found."""
    rgb = np.repeat(colour[:, :, None], 3, axis=2) if colour.ndim == 2 else colour
    return np.where(mask[:, :, None], rgb, rgb // 5 + 100).astype(np.uint8)
