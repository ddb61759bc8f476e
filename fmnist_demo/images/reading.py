"""Read picture files, PIL images and arrays of any kind as checked uint8 pictures.

Every picture from outside enters here. This module alone handles size, format, frames, orientation,
mode and transparency.
"""

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from fmnist_demo.errors import UserError

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
"""The file formats that `open_image` reads, as Pillow names them; JPEG includes MPO of phones.

It reads HEIC too if `pillow-heif` is installed.
"""

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
"""What the bytes 8 to 12 of a HEIC file are (ISO/IEC 23008-12)."""

MISSING = 0.02
"""The share of a JPEG's rows that may be missing at its end."""

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 64_000_000
LARGE_PIXELS = 4_000_000
"""Larger pictures are decoded one at a time. Few JPEGs are larger: they shrink while decoding."""

LARGE_PATIENCE = 20.0
"""Seconds after which reading a large picture fails, including the wait for others."""

END_OF_JPEG = b"\xff\xd9"
MAX_JPEG_SCANS = 200
MIN_EDGE = 8
MAX_ASPECT = 16

WORKING_EDGE = 1024
"""Longest edge in pixels after reading."""

_WARNINGS_LOCK = Lock()
_LARGE = ThreadPoolExecutor(1, "large-pictures")
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its orientation in EXIF."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A checked picture."""

    colour: np.ndarray
    """uint8, (H, W) grey or (H, W, 3) RGB."""
    alpha: np.ndarray | None
    """uint8, (H, W), or None if the picture is opaque."""

    @cached_property
    def on_white(self) -> np.ndarray:
        """The picture on white paper: uint8 of the shape of `colour`."""
        if self.alpha is None:
            return self.colour
        alpha = self.alpha if self.colour.ndim == 2 else self.alpha[..., None]
        share = alpha.astype(np.uint16)
        return ((self.colour * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)


def open_image(source: str | Path | bytes) -> Image.Image:
    """Read a picture file: a path, or the file's bytes.

    Returns the first frame in mode L, LA, RGB or RGBA, fully decoded, rotated according to its
    EXIF data, and with at most `WORKING_EDGE` pixels on the long edge. The size is checked before
    any pixel is decoded.

    A JPEG or PNG without its end marker is read, because every viewer shows it.

    Raises `UserError` if the file is missing, empty, larger than `MAX_BYTES`, not in one of the
    `FORMATS`, damaged, or if a visible part of it is missing; and if it has more than `MAX_PIXELS`
    pixels, or is too small or too narrow to show a garment.
    """
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    if not data:
        raise UserError("The file is empty: choose a picture file.")
    if len(data) > MAX_BYTES:
        raise UserError(
            f"The file is larger than {MAX_BYTES // 2**20} MB: shrink the picture and try again."
        )
    complete = _ends(data)
    if not complete:
        data += END_OF_JPEG
    formats = FORMATS
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        _register_heic()
        formats = ("HEIF", "AVIF")  # either may have the brand mif1
    with _readable():
        # Pillow warns about large pictures and damaged metadata, of which little else is used.
        with _WARNINGS_LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(BytesIO(data), formats=formats)
        _check_size(*image.size)
        # A progressive JPEG can contain thousands of scans of all its pixels, of a few bytes each.
        if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
            raise UserError("The JPEG has too many scans: save it again and use the copy.")
        image.draft(None, (WORKING_EDGE, WORKING_EDGE))
        decoded = _decoded(image)
    if not complete:
        _check_last_rows(decoded)
    return decoded


def to_picture(image: Image.Image | np.ndarray) -> Picture:
    """Check an image and separate its colour from its alpha channel.

    `image` is a PIL image of any mode, which is shrunk to at most `WORKING_EDGE` pixels on the long
    edge, or an array (H, W), (H, W, 1), (H, W, 2) with alpha, (H, W, 3), or (H, W, 4) with alpha,
    which keeps its size. Floats and wider integers are read as 0..255, booleans as black and white.

    Raises `UserError` if the image is too large, too small, too narrow, damaged, or not a picture.
    """
    if isinstance(image, Image.Image):
        _check_size(*image.size)
        with _readable():
            array = np.asarray(_simplified(image))
    else:
        array = _checked_array(image)
    if array.ndim == 2 or array.shape[2] == 3:
        return Picture(array, None)
    colour, alpha = array[:, :, :-1], array[:, :, -1]
    colour = colour[:, :, 0] if colour.shape[2] == 1 else colour
    return Picture(colour, None if alpha.min() == 255 else alpha)


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
            f"“{path.name[:80]}” cannot be read: check that it exists and that you may open it."
        ) from None


@contextmanager
def _readable() -> Iterator[None]:
    """Turn every exception into a `UserError`: Pillow raises any kind on damaged files."""
    try:
        yield
    except UserError:
        raise
    except UnidentifiedImageError:
        raise UserError(
            "The file is not a picture that can be read: "
            "use a JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF file."
        ) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except MemoryError:
        raise UserError("The picture does not fit in memory: shrink it and try again.") from None
    except Exception as error:
        raise UserError(
            "The picture is damaged or of an unusual kind: save it again as PNG or JPEG."
        ) from error


def _ends(data: bytes) -> bool:
    """Whether a file has an end marker after its last pixels; only a JPEG must have one."""
    return not data.startswith(b"\xff\xd8") or data.rfind(END_OF_JPEG) > data.rfind(b"\xff\xda")


def _check_last_rows(image: Image.Image) -> None:
    """Refuse a picture whose last rows are missing: the decoder fills them with one colour."""
    pixels = np.asarray(image)
    differs = (pixels != pixels[-1, -1]).reshape(len(pixels), -1).any(axis=1)
    shown = np.flatnonzero(differs)
    if not len(shown) or len(pixels) - 1 - shown[-1] > MISSING * len(pixels):
        raise UserError("A part of the picture is missing: copy or download the file again.")


def _register_heic() -> None:
    """Let Pillow read HEIC. Raises `UserError` if `pillow-heif` is not installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise UserError(
            "HEIC pictures cannot be read here: save the picture as JPEG and use the copy."
        ) from None
    register_heif_opener()


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
            f"The picture is too narrow, {width} × {height} pixels: crop it to the garment."
        )


def _too_many_pixels() -> UserError:
    return UserError(
        f"The picture has more than {MAX_PIXELS // 10**6} million pixels: shrink it and try again."
    )


def _decoded(image: Image.Image) -> Image.Image:
    """Decode large pictures one at a time, because several at once would not fit in memory.

    A single thread does this: the C library keeps freed memory for every thread that used it.
    """
    if image.width * image.height <= LARGE_PIXELS:
        return _decode(image)
    waiting = _LARGE.submit(_decode, image)
    try:
        return waiting.result(LARGE_PATIENCE)
    except FutureTimeoutError:
        waiting.cancel()
        raise UserError(
            "Too many large pictures are being read: shrink this one or try again later."
        ) from None


def _decode(image: Image.Image) -> Image.Image:
    image.load()
    turn = None
    with suppress(Exception):  # a picture with damaged metadata is still a picture
        turn = _UPRIGHT.get(int(image.getexif()[ExifTags.Base.Orientation]))
    simplified = _simplified(image)
    return simplified if turn is None else simplified.transpose(turn)


def _simplified(image: Image.Image) -> Image.Image:
    """Convert to L, LA, RGB or RGBA, shrink to `WORKING_EDGE` and drop the metadata."""
    if image.mode[0] in "IF":
        image = Image.fromarray(_from_range(image))
    elif image.mode != "LA":
        opaque = "L" if image.mode in ("1", "L") else "RGB"
        image = image.convert("RGBA" if image.has_transparency_data else opaque)
    scale = WORKING_EDGE / max(image.size)
    if scale < 1:
        size = tuple(max(1, round(edge * scale)) for edge in image.size)
        image = image.resize(size, Image.Resampling.BOX)
    image.info = {}
    return image


def _from_range(image: Image.Image) -> np.ndarray:
    """Convert 16-bit, 32-bit or floating-point grey to uint8 (H, W).

    Black is 0, or the lowest value if it is negative. White is the first of 1 (floats only) and the
    maxima of 8, 10, 12, 14 and 16 bits that no value exceeds, or else the highest value: cameras
    and scanners store fewer bits in 16.
    """
    step = max(1, max(image.size) // (2 * WORKING_EDGE))  # limits memory
    values = np.asarray(image)[::step, ::step].astype(np.float32)
    if not np.isfinite(values).all():
        raise UserError("The picture contains values that are not numbers: save it again as PNG.")
    low, high = min(float(values.min()), 0.0), float(values.max())
    scales = (255, 1023, 4095, 16383, 65535)
    if image.mode == "F":
        scales = (1, *scales)
    white = next((scale for scale in scales if low == 0 and high <= scale), high - low)
    return np.round((values - low) * (255 / max(white, 1e-9))).clip(0, 255).astype(np.uint8)


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
        raise UserError("The picture has values outside 0 to 255: scale them first.")
    return np.round(array).astype(np.uint8)
