"""A drawing on a sheet of paper on a desk, and on lined or squared paper."""

import cv2
import numpy as np
import pytest
from picture_helpers import agreement, garment, outline, phone_photo

from fmnist_demo.images.preprocessing import from_drawing, from_photo, prepare
from fmnist_demo.images.rules import without_rules
from fmnist_demo.images.sheet import find_sheet
from fmnist_demo.synthetic.drawings import draw

UPRIGHT = [(130, 90), (430, 90), (430, 390), (130, 390)]
SLANTED = [(150, 70), (450, 110), (425, 400), (105, 360)]


def desk(wood=(165, 115, 70), height=480, width=560) -> np.ndarray:
    """Wood with its grain, uint8 (H, W, 3)."""
    y, x = np.mgrid[:height, :width]
    waves = 1 + 0.12 * np.sin(y / 9 + 3 * np.sin(x / 90))[..., None]
    noise = np.random.default_rng(0).normal(0, 3, (height, width, 1))
    return (waves * wood + noise).clip(0, 255).astype(np.uint8)


def laid(drawing: np.ndarray, corners, ground: np.ndarray, brightness=0.93) -> np.ndarray:
    """A sheet with a drawing, uint8 (H, W) or (H, W, 3), on a desk between four corners."""
    sheet = drawing if drawing.ndim == 3 else np.dstack([drawing] * 3)
    height, width = sheet.shape[:2]
    edges = np.float32([(0, 0), (width, 0), (width, height), (0, height)])
    matrix = cv2.getPerspectiveTransform(edges, np.float32(corners))
    size = ground.shape[1::-1]
    shown = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_AREA) * brightness
    on = cv2.warpPerspective(np.ones((height, width, 1), np.float32), matrix, size)[..., None]
    return (shown * on + ground * (1 - on)).astype(np.uint8)


def ruled(drawing: np.ndarray, squared=False, ink=(150, 180, 225)) -> np.ndarray:
    """A drawing, uint8 (H, W), on lined or squared paper: uint8 (H, W, 3)."""
    paper = np.full((*drawing.shape, 3), 255)
    for start in range(9, len(drawing), 20):
        paper[start : start + 2] = ink
        if squared:
            paper[:, start : start + 2] = ink
    return (paper * (drawing[..., None] / 255)).astype(np.uint8)


def large(pen=8) -> np.ndarray:
    return outline(size=320, scale=24, x=35, y=40, pen=pen)


@pytest.mark.parametrize("corners", [UPRIGHT, SLANTED])
@pytest.mark.parametrize("wood", [(165, 115, 70), (90, 60, 40), (60, 70, 60), (205, 175, 130)])
def test_the_drawing_on_a_sheet_on_a_desk_is_found(corners, wood):
    prepared = prepare(laid(large(), corners, desk(wood)))
    assert agreement(prepared.pixels, from_drawing(large()).pixels) > 0.9
    assert [stage.name for stage in prepared.stages][:4] == ["Photo", "Sheet", "Drawing", "Ink"]


def test_a_sheet_is_straightened():
    sheet = find_sheet(laid(large(), SLANTED, desk()))
    height, width, _ = sheet.shape
    assert 270 < height < 310
    assert 290 < width < 330
    assert np.median(sheet[[0, -1]]) > 220
    assert np.median(sheet[:, [0, -1]]) > 220


def test_what_is_drawn_up_to_the_edge_of_the_sheet_is_found():
    close = large()[30:280, 25:300]
    prepared = prepare(laid(close, UPRIGHT, desk()))
    wide = np.asarray(cv2.resize(close, (300, 300), interpolation=cv2.INTER_AREA))
    assert agreement(prepared.pixels, from_drawing(wide).pixels) > 0.85


def filled() -> np.ndarray:
    return np.pad(np.asarray(garment((240, 240), (90, 90, 90), mode="L")), 40, constant_values=255)


def test_a_filled_shape_on_a_sheet_is_cut_out_of_the_sheet():
    prepared = prepare(laid(filled(), SLANTED, desk()))
    assert agreement(prepared.pixels, from_drawing(filled()).pixels) > 0.9


@pytest.mark.parametrize(
    "picture",
    [
        desk(),
        laid(np.full((320, 320), 255, np.uint8), SLANTED, desk()),  # nothing drawn
        np.asarray(phone_photo()),
        np.asarray(phone_photo(cloth=(235, 235, 230))),  # white cloth, but no sheet
        np.dstack([large()] * 3),
        (np.dstack([large()] * 3) * np.linspace(0.4, 1, 320)[None, :, None]).astype(np.uint8),
        laid(large(), UPRIGHT, np.zeros((480, 560, 3), np.uint8)),
    ],
    ids=["desk", "empty", "garment", "white garment", "drawing", "shade", "black"],
)
def test_no_sheet_is_found_where_there_is_none(picture):
    assert find_sheet(picture) is None


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("ink", [(150, 180, 225), (205, 210, 215), (120, 120, 120)])
@pytest.mark.parametrize("prepare_image", [from_drawing, prepare])
def test_the_rules_of_paper_do_not_count(prepare_image, squared, ink):
    prepared = prepare_image(ruled(large(), squared, ink))
    assert agreement(prepared.pixels, from_drawing(large()).pixels) > 0.95
    assert np.mean(prepared.pixels > 8) < 1.15 * np.mean(from_drawing(large()).pixels > 8)


def test_a_filled_shape_on_lined_paper_stays_filled():
    pixels = prepare(ruled(filled())).pixels
    assert np.abs(pixels.astype(int) - from_drawing(filled()).pixels).mean() < 6


@pytest.mark.parametrize("squared", [False, True])
def test_a_tilted_and_shaded_photo_of_ruled_paper_is_a_drawing(squared):
    turned = cv2.getRotationMatrix2D((160, 160), 1.2, 1.08)
    paper = cv2.warpAffine(ruled(large(), squared), turned, (320, 320))
    shade = np.linspace(0.6, 0.95, 320)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 2, paper.shape)
    photo = (cv2.GaussianBlur(paper, (0, 0), 0.8) * shade + noise).clip(0, 255).astype(np.uint8)
    expected = from_drawing(cv2.warpAffine(large(), turned, (320, 320), borderValue=255)).pixels
    assert agreement(prepare(photo).pixels, expected) > 0.9


def test_lined_paper_on_a_desk_shows_its_drawing():
    prepared = prepare(laid(ruled(large()), SLANTED, desk()))
    assert agreement(prepared.pixels, from_drawing(large()).pixels) > 0.9


def test_a_pen_keeps_its_ink_where_it_crosses_a_rule():
    upright = np.full((320, 320), 255, np.uint8)
    upright[60:260, 150:158] = 0
    ink = 255 - ruled(upright).min(axis=2)
    assert np.array_equal(without_rules(ink), 255 - upright)


def test_plain_paper_is_returned_as_it_is():
    striped = 255 - large()
    striped[100:104, 60:260] = striped[140:144, 60:260] = striped[180:184, 60:260] = 255
    grounded = striped.copy()
    grounded[300:304] = 255
    rng = np.random.default_rng(3)
    for ink in (striped, grounded, *(255 - draw(label, rng) for label in range(10))):
        assert without_rules(ink) is ink


def test_a_problem_on_a_sheet_is_a_problem():
    """A printed photo that fills its own rectangle is no garment."""
    noise = np.random.default_rng(0).integers(0, 200, (150, 200, 3), dtype=np.uint8)
    noise = cv2.resize(noise[::10, ::10], (200, 150), interpolation=cv2.INTER_NEAREST)
    picture = laid(
        np.pad(noise, ((80, 80), (60, 60), (0, 0)), constant_values=255), UPRIGHT, desk()
    )
    sheet = find_sheet(picture)
    assert sheet is not None
    expected = from_photo(sheet).problem
    assert expected
    assert prepare(picture).problem == expected


def striped_floor(rng: np.random.Generator) -> np.ndarray:
    """Boards or threads of different widths, unevenly lit: uint8 (400, 300, 3)."""
    widths = rng.uniform(3, 30, 120)
    tone = np.repeat(rng.normal(1, 0.08, 120), widths.astype(int) + 1)[:400]
    seams = np.zeros(400)
    seams[np.cumsum(widths.astype(int) + 1)[:12] % 400] = 0.3
    light = np.linspace(0.8, 1.1, 300)[None, :]
    return ((tone * (1 - seams))[:, None] * light)[..., None] * np.array([175, 172, 165])


@pytest.mark.parametrize("seed", range(8))
def test_a_garment_on_boards_or_threads_is_no_drawing_on_ruled_paper(seed):
    rng = np.random.default_rng(seed)
    floor = striped_floor(rng)
    shown = np.asarray(garment((300, 400), (70, 90, 160), ground=(255, 255, 255)), float)
    photo = np.where((shown == 255).all(axis=2, keepdims=True), floor, shown)
    photo = (photo + rng.normal(0, 3, photo.shape)).clip(0, 255).astype(np.uint8)
    assert [stage.name for stage in prepare(photo).stages][:2] == ["Photo", "Garment"]


def test_unevenly_spaced_lines_are_no_rules():
    rows = [12, 31, 45, 81, 99, 140, 150, 203, 222, 290]
    ink = np.zeros((320, 320), np.uint8)
    for row in rows:
        ink[row : row + 2] = 120
    assert without_rules(ink) is ink
    ink = np.zeros((320, 320), np.uint8)
    for row in range(10, 300, 29):
        ink[row : row + 2] = 120
    assert not without_rules(ink).any()


def test_a_lighter_part_of_the_floor_is_no_sheet():
    """Its sides are the photo's, or the light beyond them is the same."""
    photo = np.full((400, 300, 3), 190, np.uint8)
    photo[:80] = 90
    photo[150:320, 90:210] = (40, 60, 120)
    assert find_sheet(photo) is None
    photo[:80] = 190
    photo[:, :40] = photo[:, 260:] = 90
    assert find_sheet(photo) is None


@pytest.mark.parametrize("paper", [(245, 244, 238), (240, 225, 190)])
def test_paper_has_hardly_any_colour(paper):
    drawn = large()[..., None] / 255 * np.array(paper)
    assert find_sheet(laid(drawn.astype(np.uint8), SLANTED, desk())) is not None
    cloth = large()[..., None] / 255 * np.array((150, 90, 220))
    assert find_sheet(laid(cloth.astype(np.uint8), SLANTED, desk((60, 40, 30)))) is None
