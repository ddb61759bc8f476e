"""Picture files of every format and mode are read, and damaged ones refused."""

import struct
import sys
import tracemalloc
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_helpers import (
    agreement,
    encoded,
    few,
    garment,
    outline,
    phone_photo,
    refused,
    result_or_sentence,
)
from PIL import Image

from fmnist_demo.images.preprocessing import from_drawing, prepare
from fmnist_demo.images.reading import MAX_BYTES, open_image


def test_a_path_or_the_bytes_of_a_file_can_be_read(tmp_path):
    path = tmp_path / "t-shirt.png"
    path.write_bytes(encoded(Image.fromarray(outline())))
    for source in (path, str(path), path.read_bytes()):
        assert np.array_equal(np.asarray(open_image(source)), outline())


def test_a_missing_file_a_folder_and_an_empty_file_are_refused(tmp_path):
    assert "nothing.png" in refused(open_image, tmp_path / "nothing.png")
    refused(open_image, tmp_path)
    refused(open_image, tmp_path / ("x" * 5000))
    refused(open_image, "a\0b.png")
    (tmp_path / "empty.png").touch()
    assert "empty" in refused(open_image, tmp_path / "empty.png")
    assert "empty" in refused(open_image, b"")


def test_a_file_with_too_many_bytes_is_refused(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(bytes(MAX_BYTES + 1))
    assert "20 MB" in refused(open_image, path)
    assert "20 MB" in refused(open_image, path.read_bytes())


@pytest.mark.parametrize(
    "data",
    [b"hello", b"<svg></svg>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", bytes(999)],
)
def test_a_file_that_is_not_a_picture_is_refused(data):
    refused(open_image, data)


def test_other_formats_are_refused():
    assert "JPEG, PNG" in refused(open_image, encoded(garment(), "PPM"))
    assert "JPEG, PNG" in refused(open_image, encoded(garment(), "ICO"))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1", "CMYK", "I;16"])
def test_pictures_in_every_mode_are_read(mode):
    drawn = Image.fromarray(outline())
    if mode == "I;16":
        image = Image.fromarray(outline().astype(np.uint16) * 257)
    else:
        image = drawn.convert("RGB").convert(mode)
    data = encoded(image, "TIFF" if mode == "CMYK" else "PNG")
    assert agreement(prepare(open_image(data)).pixels, from_drawing(drawn).pixels) > 0.85
    assert agreement(from_drawing(image).pixels, from_drawing(drawn).pixels) > 0.85


def test_sixteen_bits_are_scaled_to_eight():
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    read = np.asarray(open_image(encoded(Image.fromarray(ramp))))
    assert np.abs(read - ramp / 257).max() <= 0.51


@pytest.mark.parametrize("top", [1.0, 255.0, 65535.0])
def test_a_floating_point_tiff_is_scaled_to_eight_bits(top):
    picture = (outline() / 255 * top).astype(np.float32)
    assert np.array_equal(
        np.asarray(open_image(encoded(Image.fromarray(picture), "TIFF"))), outline()
    )


def test_a_floating_point_tiff_without_numbers_is_refused():
    refused(open_image, encoded(Image.fromarray(np.full((20, 20), np.nan, np.float32)), "TIFF"))


def test_a_palette_with_a_transparent_colour_is_read():
    image = Image.fromarray((outline() < 128).astype(np.uint8), "P")
    image.putpalette([10, 10, 10, 0, 0, 0])
    data = encoded(image, transparency=0)
    assert agreement(from_drawing(open_image(data)).pixels, from_drawing(outline()).pixels) > 0.8


def test_avif_is_read():
    read = open_image(encoded(phone_photo(), "AVIF", quality=90))
    assert np.abs(np.asarray(read).astype(int) - np.asarray(phone_photo())).mean() < 8


def test_heic_is_refused_with_advice_where_it_cannot_be_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400)
    assert "JPEG" in refused(open_image, heic)


def test_heic_is_read_where_pillow_heif_is_installed():
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    read = open_image(encoded(phone_photo(), "HEIF", quality=90))
    assert np.abs(np.asarray(read).astype(int) - np.asarray(phone_photo())).mean() < 8


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_fewer_bits_in_a_file_of_sixteen_are_scaled_by_their_own_maximum(bits):
    picture = np.round(outline() / 255 * (2**bits - 1)).astype(np.uint16)
    read = np.asarray(open_image(encoded(Image.fromarray(picture))))
    assert np.abs(read.astype(int) - outline()).max() <= 1


@pytest.mark.parametrize("missing", [1, 2, 12])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_file_without_its_end_marker_is_read(kind, missing, progressive):
    data = encoded(phone_photo(), kind, progressive=progressive)
    whole, cut = (np.asarray(open_image(d)).astype(int) for d in (data, data[:-missing]))
    assert np.mean(np.abs(whole - cut) > 8) < 0.02


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_jpeg_without_its_last_rows_is_refused(share):
    data = encoded(phone_photo(), "JPEG")
    assert "missing" in refused(open_image, data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_of_several_frames_is_read(kind):
    first, second = Image.fromarray(outline()), Image.fromarray(255 - outline())
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(first, kind, save_all=True, append_images=[second], **options)
    assert np.abs(np.asarray(open_image(data).convert("L")).astype(int) - outline()).mean() < 2


@pytest.mark.parametrize("mode", ["L", "LA", "RGB"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_rotated_according_to_their_exif_data(orientation, mode):
    turn = Image.Transpose
    undo = [None, None, turn.FLIP_LEFT_RIGHT, turn.ROTATE_180, turn.FLIP_TOP_BOTTOM]
    undo += [turn.TRANSPOSE, turn.ROTATE_90, turn.TRANSVERSE, turn.ROTATE_270]
    upright = Image.fromarray(outline()[:, :150]).convert(mode)
    stored = upright.transpose(undo[orientation]) if undo[orientation] is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("PNG", "TIFF"):
        read = open_image(encoded(stored, kind, exif=exif))
        assert np.array_equal(np.asarray(read), np.asarray(upright))


@few
@given(st.binary(max_size=60))
def test_damaged_exif_data_does_not_matter(junk):
    data = encoded(garment(), "JPEG", exif=b"Exif\0\0MM\0*" + junk)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert open_image(data).size == (280, 280)


def png_of(width: int, height: int, depth=1, colour=0) -> bytes:
    """A PNG that is valid up to its few bytes of pixel data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = zlib.compress(bytes(10_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "edges", [(40_000, 40_000), (10_000, 10_000), (8_001, 8_000), (60_000, 2_000)]
)
def test_huge_pictures_are_refused_before_they_are_decoded(edges):
    data = png_of(*edges)
    limit = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracemalloc.start()
        message = refused(open_image, data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert "64 million" in message
    assert peak < 5e6
    assert limit == Image.MAX_IMAGE_PIXELS


def test_a_large_jpeg_is_shrunk():
    data = encoded(Image.new("L", (7_000, 7_000), 200), "JPEG")
    image = open_image(data)
    assert max(image.size) <= 1024


@pytest.mark.parametrize("edges", [(1, 1), (2, 2), (1, 5000), (5000, 20), (7, 100)])
def test_tiny_and_narrow_pictures_are_refused(edges):
    assert f"{edges[0]} × {edges[1]}" in refused(open_image, encoded(Image.new("L", edges)))


def test_a_jpeg_with_too_many_scans_is_refused():
    data = encoded(garment(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    refused(open_image, data[:last] + data[last:-2] * 300 + b"\xff\xd9")


SAMPLES = {
    kind: encoded(phone_photo((60, 80)), kind)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
}


def opened_or_refused(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = result_or_sentence(open_image, data)
    if image is not None:
        assert image.mode in ("L", "LA", "RGB", "RGBA")


@few
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF"]), st.floats(0, 0.8))
def test_truncated_files_are_read_or_refused(kind, share):
    data = SAMPLES[kind]
    opened_or_refused(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_half_a_file_is_refused(kind):
    refused(open_image, SAMPLES[kind][: len(SAMPLES[kind]) // 2])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12),
    st.booleans(),
)
def test_files_with_changed_bytes_are_read_or_refused(kind, flips, in_header):
    data = bytearray(SAMPLES[kind])
    reach = min(len(data), 200) if in_header else len(data)
    for place, value in flips:
        data[int(place * (reach - 1))] = value
    opened_or_refused(bytes(data))


@few
@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0", b"BM"]),
    st.binary(max_size=400),
)
def test_random_bytes_are_read_or_refused(start, rest):
    opened_or_refused(start + rest)
