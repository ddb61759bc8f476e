"""Drawings, photos and broken files, on their way to 28 × 28 pixels. Every picture is made here."""

import io
import struct
import tracemalloc
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from fmnist_demo.errors import UserError
from fmnist_demo.preprocessing import (
    MAX_BYTES,
    STAGE_EDGE,
    fit,
    from_drawing,
    from_photo,
    looks_drawn,
    open_image,
    prepare,
)

T_SHIRT = np.array(
    [
        *[(3, 1), (4, 1), (5, 1.5), (6, 1), (7, 1), (10, 3), (9, 5), (7.6, 4), (7.6, 10)],
        *[(2.4, 10), (2.4, 4), (1, 5), (0, 3)],
    ]
)
"""A T-shirt's outline, x and y; 10 wide and 9 high."""

few = settings(max_examples=25, deadline=None)


def outline(size=160, scale=12.0, x=15.0, y=15.0, pen=5) -> np.ndarray:
    """A T-shirt drawn with a dark pen on a white canvas: uint8 (size, size)."""
    big = Image.new("L", (size * 4, size * 4), 255)
    points = [tuple(p) for p in (T_SHIRT * scale + (x, y)) * 4]
    ImageDraw.Draw(big).line([*points, *points[:2]], fill=0, width=pen * 4, joint="curve")
    return np.asarray(big.resize((size, size), Image.Resampling.BOX))


def garment(size=(280, 280), cloth=(60, 60, 60), ground=(255, 255, 255), mode="RGB"):
    """A filled T-shirt, nearly as wide as the frame."""
    image = Image.new("RGB", size, ground)
    scale = min(size) / 10.5
    points = [tuple(p) for p in (T_SHIRT - (5, 5.5)) * scale + np.array(size) / 2]
    ImageDraw.Draw(image).polygon(points, fill=cloth)
    return image.convert(mode)


def phone_photo(size=(300, 400), cloth=(30, 60, 140), seed=0) -> Image.Image:
    """A T-shirt on a grained, unevenly lit floor."""
    noise = np.random.default_rng(seed).normal(0, 10, (size[1], size[0], 3))
    floor = np.linspace(120, 190, size[0])[None, :, None] * np.array([1.0, 0.85, 0.6])
    picture = np.broadcast_to(floor, noise.shape).copy()
    mask = Image.new("L", size, 0)
    points = [tuple(p) for p in T_SHIRT * (size[0] * 0.065) + (size[0] * 0.175, size[1] * 0.25)]
    ImageDraw.Draw(mask).polygon(points, fill=255)
    picture[np.asarray(mask) > 0] = cloth
    return Image.fromarray((picture + noise).clip(0, 255).astype(np.uint8))


def silhouette(pixels: np.ndarray) -> np.ndarray:
    return pixels > 48


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """The share of the one's bright pixels within a pixel of the other's, or the reverse, 0..1."""
    a, b = silhouette(one), silhouette(other)
    return min((a & thickened(b)).sum() / a.sum(), (b & thickened(a)).sum() / b.sum())


def thickened(mask: np.ndarray) -> np.ndarray:
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(image.filter(ImageFilter.MaxFilter(3))) > 0


def encoded(image: Image.Image, kind="PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def check(prepared) -> None:
    """What holds for every result."""
    assert prepared.pixels.dtype == np.uint8
    assert prepared.pixels.shape == (28, 28)
    assert prepared.pixels.any()
    for stage in prepared.stages:
        assert stage.image.dtype == np.uint8
        assert stage.image.ndim == 2 or stage.image.shape[2] == 3
        assert max(stage.image.shape[:2]) <= STAGE_EDGE
        assert stage.name
        assert "\n" not in stage.note
    if prepared.stages:
        assert np.array_equal(prepared.stages[-1].image, prepared.pixels)


def refused(call, *arguments) -> str:
    """The message of the `UserError` that `call` must raise: one sentence for a person."""
    with pytest.raises(UserError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 220
    return message


def result_or_sentence(call, argument):
    """What `call` returns, or None if it raises a `UserError` of one sentence."""
    try:
        return call(argument)
    except UserError as error:
        sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return None


# --- framing -----------------------------------------------------------------------------------


@few
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 30), st.integers(0, 30))
def test_fit_fills_the_frame_and_centres(height, width, top, left):
    picture = np.zeros((100, 100), np.uint8)
    picture[top : top + height, left : left + width] = 200
    framed = fit(picture, 16)
    rows, columns = np.flatnonzero(framed.any(axis=1)), np.flatnonzero(framed.any(axis=0))
    assert framed.shape == (28, 28)
    assert framed.dtype == np.uint8
    assert max(len(rows), len(columns)) == 28
    for lines in (rows, columns):
        assert lines[0] - (27 - lines[-1]) in (0, 1)
    shorter = 28 * min(height, width) / max(height, width)
    assert abs(min(len(rows), len(columns)) - max(1, shorter)) <= 1


def test_fit_leaves_a_framed_picture_alone():
    picture = np.random.default_rng(0).integers(20, 255, (28, 28), dtype=np.uint8)
    assert np.array_equal(fit(picture, 10), picture)


def test_fit_of_nothing():
    refused(fit, np.zeros((30, 30), np.uint8), 16)


# --- drawings ----------------------------------------------------------------------------------


def test_drawing_is_bright_on_black_and_fills_the_frame():
    prepared = from_drawing(outline())
    check(prepared)
    assert prepared.pixels[:, 0].max() > 100
    assert prepared.pixels[:, -1].max() > 100
    assert prepared.pixels.max() == 255
    assert prepared.pixels[0].max() == 0  # wider than high, so there is a margin on top
    assert [stage.name for stage in prepared.stages][-1] == "28 × 28"


def test_stages_do_not_change_the_pixels():
    without = from_drawing(outline(), stages=False)
    assert without.stages == ()
    assert np.array_equal(without.pixels, from_drawing(outline()).pixels)


@few
@given(st.floats(5, 35), st.floats(0, 35))
def test_place_on_the_canvas_does_not_matter(x, y):
    moved, home = from_drawing(outline(x=x, y=y)).pixels, from_drawing(outline()).pixels
    assert agreement(moved, home) > 0.97
    assert abs(moved.mean() - home.mean()) < 6


@few
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_move_by_whole_pixels_changes_nothing(x, y):
    moved = np.roll(outline(x=3, y=0), (y, x), (0, 1))
    assert np.array_equal(from_drawing(moved).pixels, from_drawing(outline(x=3, y=0)).pixels)


@few
@given(st.floats(0.6, 2.5))
def test_size_of_the_canvas_does_not_matter(scale):
    size = round(160 * scale)
    other = from_drawing(np.asarray(Image.fromarray(outline()).resize((size, size)))).pixels
    assert agreement(other, from_drawing(outline()).pixels) > 0.97


@few
@given(st.integers(1, 14), st.integers(0, 200))
def test_pen_width_and_faintness_keep_strong_lines(pen, ink):
    paper_to_ink = (255 - ink) / 255
    canvas = (255 - (255 - outline(pen=pen).astype(float)) * paper_to_ink).astype(np.uint8)
    pixels = from_drawing(canvas, stages=False).pixels
    assert pixels.max() == 255
    assert np.mean(pixels[pixels > 8] > 200) > 0.1


def test_light_ink_on_dark_paper_is_the_same_drawing():
    assert np.array_equal(from_drawing(255 - outline()).pixels, from_drawing(outline()).pixels)


@pytest.mark.parametrize("colour", [(255, 230, 0), (0, 0, 255), (200, 0, 0), (0, 160, 0)])
def test_coloured_pen(colour):
    ink = (outline() / 255)[..., None]
    canvas = (255 * ink + np.array(colour) * (1 - ink)).astype(np.uint8)
    assert agreement(from_drawing(canvas).pixels, from_drawing(outline()).pixels) > 0.85


def test_transparent_canvas_is_laid_on_white():
    alpha = 255 - outline()
    canvas = np.dstack([np.zeros_like(alpha)] * 3 + [alpha])
    expected = from_drawing(outline()).pixels
    assert np.array_equal(from_drawing(canvas).pixels, expected)
    assert np.array_equal(from_drawing(Image.fromarray(canvas)).pixels, expected)
    assert np.array_equal(
        from_drawing(open_image(encoded(Image.fromarray(canvas)))).pixels, expected
    )


def test_arrays_of_other_kinds_are_the_same_drawing():
    drawn = outline()
    expected = from_drawing(drawn).pixels
    for same in (drawn / 1.0, drawn.astype(np.int64), drawn[..., None], np.dstack([drawn] * 3)):
        assert np.array_equal(from_drawing(same).pixels, expected)
    assert agreement(from_drawing(drawn > 127).pixels, expected) > 0.8


@pytest.mark.parametrize(
    "empty", [np.full((160, 160), 255, np.uint8), np.zeros((50, 40, 4), np.uint8)]
)
def test_empty_canvas(empty):
    assert refused(from_drawing, empty) == "The canvas is empty: draw a garment first."


def test_dot():
    canvas = np.full((160, 160), 255, np.uint8)
    canvas[80:83, 80:83] = 0
    assert "dot" in refused(from_drawing, canvas)


@pytest.mark.parametrize("way", [from_drawing, from_photo, looks_drawn, prepare])
@pytest.mark.parametrize(
    "array",
    [
        np.full((40, 40), np.nan),
        np.full((40, 40), np.inf),
        np.full((40, 40), -1),
        np.full((40, 40), 256),
        np.zeros((40, 40), complex),
        np.array([["a"] * 20] * 20),
        np.zeros(40),
        np.zeros((0, 40), np.uint8),
        np.zeros((40, 40, 5), np.uint8),
        np.zeros((2, 40, 40, 3), np.uint8),
        np.zeros((2, 2), np.uint8),
        np.zeros((9, 5000), np.uint8),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_that_are_no_pictures(way, array):
    refused(way, array)


@few
@given(st.integers(8, 60), st.integers(8, 60), st.sampled_from([1, 3, 4]), st.integers(0, 2**32))
def test_any_array_gives_pixels_or_a_sentence(height, width, channels, seed):
    array = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    for way in (from_drawing, from_photo, prepare):
        prepared = result_or_sentence(way, array)
        if prepared is not None:
            check(prepared)


# --- photos ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_from_the_data_set_comes_out_almost_unchanged(kind):
    texture = np.add.outer(np.arange(28) * 3, np.arange(28)) + 100
    original = fit(np.asarray(garment((112, 112), (200,) * 3, (0,) * 3, "L")), 16)
    original = np.where(original > 99, texture, 0).astype(np.uint8)
    for scale in (1, 4, 10):
        large = Image.fromarray(original).resize((28 * scale, 28 * scale), Image.Resampling.NEAREST)
        pixels = prepare(open_image(encoded(large, kind, quality=95))).pixels
        assert np.abs(pixels.astype(int) - original).mean() < (1 if kind == "PNG" else 6)


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (240, 240, 235), (120, 40, 40)])
def test_plain_backgrounds_give_the_same_silhouette(ground):
    cloth = (60, 90, 60) if sum(ground) > 100 else (200, 180, 160)
    prepared = from_photo(garment((400, 300), cloth, ground))
    check(prepared)
    assert agreement(prepared.pixels, from_drawing(garment((400, 300), (0, 0, 0))).pixels) > 0.9
    assert "plain" in prepared.stages[1].note


def test_pale_garment_on_white_is_still_seen():
    pixels = from_photo(garment(cloth=(225, 225, 225))).pixels
    assert np.median(pixels[pixels > 0]) >= 90


@pytest.mark.parametrize("cloth", [(30, 60, 140), (20, 20, 20), (245, 245, 245)])
def test_garment_on_a_grained_floor_is_found(cloth):
    prepared = from_photo(phone_photo(cloth=cloth))
    check(prepared)
    assert "margin" in prepared.stages[1].note
    assert agreement(prepared.pixels, from_drawing(garment(cloth=(0, 0, 0))).pixels) > 0.8
    assert np.percentile(prepared.pixels[silhouette(prepared.pixels)], 20) >= 90


def test_same_photo_same_answer():
    first, second = (from_photo(phone_photo(seed=3)).pixels for _ in range(2))
    assert np.array_equal(first, second)


def test_where_nothing_is_found_the_whole_picture_is_used():
    noise = np.random.default_rng(0).integers(0, 256, (20, 90, 3), dtype=np.uint8)
    prepared = from_photo(noise)
    check(prepared)
    assert "whole picture" in prepared.stages[1].note


def test_cut_out_uses_its_transparency():
    shape = np.asarray(garment(cloth=(0, 0, 0), mode="L")) < 128
    for cloth in (250, 20):  # a white garment too
        rgba = np.full((280, 280, 4), cloth, np.uint8)
        rgba[..., 3] = shape * 255
        pixels = from_photo(Image.fromarray(rgba)).pixels
        assert agreement(pixels, from_drawing(garment(cloth=(0, 0, 0))).pixels) > 0.9


def test_invisible_cut_out():
    rgba = np.full((80, 80, 4), 90, np.uint8)
    rgba[..., 3] = 0
    refused(from_photo, rgba)


@pytest.mark.parametrize("value", [0, 90, 255])
def test_picture_of_one_colour(value):
    plain = np.full((90, 60, 3), value, np.uint8)
    assert "one colour" in refused(from_photo, plain)
    assert "one colour" in refused(prepare, plain)


def test_caption_beside_a_garment_is_left_out():
    shop = garment()
    ImageDraw.Draw(shop).text((2, 265), "T-shirt, 12.99", fill=(0, 0, 0))
    assert np.array_equal(from_photo(shop).pixels, from_photo(garment()).pixels)


@few
@given(st.integers(60, 200), st.integers(60, 200), st.integers(0, 99))
def test_photos_of_any_shape(width, height, seed):
    check(from_photo(phone_photo((width, height), seed=seed)))


# --- drawing or photo? -------------------------------------------------------------------------


@pytest.mark.parametrize("pen", [1, 3, 6, 10])
def test_drawings_look_drawn(pen):
    assert looks_drawn(outline(pen=pen))
    assert looks_drawn(255 - outline(pen=pen))
    assert np.array_equal(prepare(outline(pen=pen)).pixels, from_drawing(outline(pen=pen)).pixels)


def test_filled_drawing_looks_drawn():
    assert looks_drawn(garment((200, 300), (0, 0, 0)))


def test_photographed_drawing_looks_drawn():
    light = np.linspace(110, 230, 160)[None, :]
    noise = np.random.default_rng(0).normal(0, 2, (160, 160))
    photo = ((outline(pen=3) / 255 * 0.75 + 0.25) * light + noise).clip(0, 255).astype(np.uint8)
    assert looks_drawn(photo)
    assert agreement(prepare(photo).pixels, from_drawing(outline(pen=3)).pixels) > 0.7


def test_photos_do_not_look_drawn():
    assert not looks_drawn(phone_photo())
    assert not looks_drawn(phone_photo(cloth=(20, 20, 20)))


# --- files -------------------------------------------------------------------------------------


def test_paths_and_bytes(tmp_path):
    path = tmp_path / "t-shirt.png"
    path.write_bytes(encoded(Image.fromarray(outline())))
    for source in (path, str(path), path.read_bytes()):
        assert np.array_equal(np.asarray(open_image(source)), outline())


def test_missing_file_folder_and_empty_file(tmp_path):
    assert "nothing.png" in refused(open_image, tmp_path / "nothing.png")
    refused(open_image, tmp_path)
    refused(open_image, tmp_path / ("x" * 5000))
    refused(open_image, "a\0b.png")
    (tmp_path / "empty.png").touch()
    assert "empty" in refused(open_image, tmp_path / "empty.png")
    assert "empty" in refused(open_image, b"")


def test_too_many_bytes(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(bytes(MAX_BYTES + 1))
    assert "20 MB" in refused(open_image, path)
    assert "20 MB" in refused(open_image, path.read_bytes())


@pytest.mark.parametrize(
    "data",
    [b"hello", b"<svg></svg>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", bytes(999)],
)
def test_not_a_picture(data):
    refused(open_image, data)


def test_other_formats_are_refused():
    assert "JPEG, PNG" in refused(open_image, encoded(garment(), "PPM"))
    assert "JPEG, PNG" in refused(open_image, encoded(garment(), "ICO"))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1", "CMYK", "I;16"])
def test_modes(mode):
    drawn = Image.fromarray(outline())
    if mode == "I;16":
        image = Image.fromarray(outline().astype(np.uint16) * 257)
    else:
        image = drawn.convert("RGB").convert(mode)
    data = encoded(image, "TIFF" if mode == "CMYK" else "PNG")
    assert agreement(prepare(open_image(data)).pixels, from_drawing(drawn).pixels) > 0.85
    assert agreement(from_drawing(image).pixels, from_drawing(drawn).pixels) > 0.85


def test_sixteen_bits_keep_their_range():
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    read = np.asarray(open_image(encoded(Image.fromarray(ramp))))
    assert np.abs(read - ramp / 257).max() <= 0.51


@pytest.mark.parametrize("top", [1.0, 255.0, 65535.0])
def test_floating_point_tiff(top):
    picture = (outline() / 255 * top).astype(np.float32)
    assert np.array_equal(
        np.asarray(open_image(encoded(Image.fromarray(picture), "TIFF"))), outline()
    )


def test_floating_point_tiff_without_numbers():
    refused(open_image, encoded(Image.fromarray(np.full((20, 20), np.nan, np.float32)), "TIFF"))


def test_palette_with_transparency():
    image = Image.fromarray((outline() < 128).astype(np.uint8), "P")
    image.putpalette([10, 10, 10, 0, 0, 0])
    data = encoded(image, transparency=0)
    assert agreement(from_drawing(open_image(data)).pixels, from_drawing(outline()).pixels) > 0.8


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_several(kind):
    first, second = Image.fromarray(outline()), Image.fromarray(255 - outline())
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(first, kind, save_all=True, append_images=[second], **options)
    assert np.abs(np.asarray(open_image(data).convert("L")).astype(int) - outline()).mean() < 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation(orientation):
    turn = Image.Transpose
    undo = [None, None, turn.FLIP_LEFT_RIGHT, turn.ROTATE_180, turn.FLIP_TOP_BOTTOM]
    undo += [turn.TRANSPOSE, turn.ROTATE_90, turn.TRANSVERSE, turn.ROTATE_270]
    upright = Image.fromarray(outline()[:, :150])
    stored = upright.transpose(undo[orientation]) if undo[orientation] is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("PNG", "TIFF"):
        read = open_image(encoded(stored, kind, exif=exif))
        assert np.array_equal(np.asarray(read), np.asarray(upright))


@few
@given(st.binary(max_size=60))
def test_broken_exif_does_not_matter(junk):
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
def test_huge_pictures_are_refused_by_their_header(edges):
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


def test_large_jpeg_is_decoded_small():
    data = encoded(Image.new("L", (7_000, 7_000), 200), "JPEG")
    image = open_image(data)
    assert max(image.size) <= 1024


@pytest.mark.parametrize("edges", [(1, 1), (2, 2), (1, 5000), (5000, 20), (7, 100)])
def test_tiny_and_narrow_pictures(edges):
    assert f"{edges[0]} × {edges[1]}" in refused(open_image, encoded(Image.new("L", edges)))


def test_jpeg_of_countless_passes():
    data = encoded(garment(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    refused(open_image, data[:last] + data[last:-2] * 300 + b"\xff\xd9")


SAMPLES = {
    kind: encoded(phone_photo((60, 80)), kind)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
}


def opened_or_refused(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = result_or_sentence(open_image, data)
    if image is not None:
        assert image.mode in ("L", "LA", "RGB", "RGBA")


@few
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF"]), st.floats(0, 0.8))
def test_truncated_files(kind, share):
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
def test_flipped_bytes(kind, flips, in_header):
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
def test_random_bytes(start, rest):
    opened_or_refused(start + rest)
