"""What surrounds a photo is removed, and nothing else."""

import numpy as np
import pytest
from picture_helpers import agreement, encoded, garment, phone_photo
from PIL import Image, ImageDraw

from fmnist_demo.images.borders import without_borders
from fmnist_demo.images.preprocessing import from_photo
from fmnist_demo.images.reading import open_image

PHOTO = phone_photo()
BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (200, 30, 40)


def padded(photo, left=0, top=0, right=0, bottom=0, colour=BLACK) -> Image.Image:
    size = photo.width + left + right, photo.height + top + bottom
    picture = Image.new("RGB", size, colour)
    picture.paste(photo, (left, top))
    return picture


def screenshot(photo, colour=BLACK, ink=WHITE) -> Image.Image:
    """A phone's screen with the time, a title and buttons around a photo."""
    picture = padded(photo, top=150, bottom=170, colour=colour)
    draw = ImageDraw.Draw(picture)
    draw.text((10, 6), "12:41  LTE 87 %", ink)
    draw.text((12, 60), "< Photos   Today 12:41", ink)
    for x in range(20, photo.width - 30, 70):
        draw.ellipse((x, picture.height - 60, x + 25, picture.height - 35), outline=ink, width=3)
    return picture


def turned(photo, angle, expand, colour) -> Image.Image:
    return photo.rotate(angle, Image.Resampling.BILINEAR, expand, fillcolor=colour)


AROUND = {
    "bars at the sides": padded(PHOTO, left=90, right=90),
    "bars above and below": padded(PHOTO, top=80, bottom=80),
    "one bar": padded(PHOTO, bottom=70, colour=RED),
    "bars of two colours": padded(padded(PHOTO, top=60), bottom=60, colour=WHITE),
    "thin white frame": padded(PHOTO, 4, 4, 4, 4, WHITE),
    "thin red frame": padded(PHOTO, 3, 3, 3, 3, RED),
    "nested frames": padded(padded(PHOTO, 6, 6, 6, 6, WHITE), 70, 20, 70, 20),
    "wide frame": padded(PHOTO, 150, 200, 150, 200, (128, 110, 90)),
    "dark screenshot": screenshot(PHOTO),
    "light screenshot": screenshot(PHOTO, WHITE, BLACK),
    "screenshot with bars": screenshot(padded(PHOTO, left=60, right=60, colour=RED)),
}


@pytest.mark.parametrize("lossy", [False, True])
@pytest.mark.parametrize("kind", AROUND)
def test_the_photo_inside_is_found_to_a_few_pixels(kind, lossy):
    picture = AROUND[kind]
    if lossy:
        picture = open_image(encoded(picture, "JPEG", quality=80))
    inside = without_borders(np.asarray(picture))
    for found, true in zip(inside.shape, np.asarray(PHOTO).shape, strict=True):
        assert true - 8 <= found <= true + 4


@pytest.mark.parametrize("kind", AROUND)
def test_the_garment_is_the_same_with_and_without_what_surrounds_it(kind):
    prepared = from_photo(AROUND[kind])
    assert agreement(prepared.pixels, from_photo(PHOTO).pixels) > 0.9
    assert prepared.stages[1].name == "Inside"
    assert prepared.problem is None


@pytest.mark.parametrize("angle", [15, -15, 5, -20])
@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("colour", [BLACK, WHITE])
def test_a_photo_turned_by_some_degrees_is_turned_back(angle, expand, colour):
    prepared = from_photo(turned(PHOTO, angle, expand, colour))
    assert agreement(prepared.pixels, from_photo(PHOTO).pixels) > 0.9


@pytest.mark.parametrize(
    "picture",
    [
        PHOTO,
        garment(),
        garment((400, 300), (60, 90, 60)),
        garment(ground=BLACK, cloth=WHITE),
        garment(ground=(120, 40, 40)),
        garment().rotate(12, fillcolor=WHITE),
    ],
)
def test_a_photo_without_frame_and_a_plain_background_stay_whole(picture):
    picture = np.asarray(picture)
    assert without_borders(picture) is picture


def test_a_grey_photo_has_bars_too():
    grey = np.asarray(AROUND["bars at the sides"].convert("L"))
    assert abs(without_borders(grey).shape[1] - PHOTO.width) <= 4
