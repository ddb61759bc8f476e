"""What the browser tests share: windows, a T-shirt to draw, and parts of the page."""

from contextlib import contextmanager

import pytest

from fmnist_demo.training import examples

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

# Corners of a T-shirt in shares of the canvas, its short sleeves spread as people draw them.
RIGHT_HALF = [(0.6, 0.2), (0.74, 0.24), (0.87, 0.38), (0.78, 0.46), (0.7, 0.39), (0.7, 0.85)]
T_SHIRT = [
    (0.5, 0.27),
    *RIGHT_HALF,
    *[(1 - x, y) for x, y in reversed(RIGHT_HALF)],
    (0.5, 0.27),
]


def corners(page, shape=T_SHIRT):
    box = page.locator(".paper canvas").bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shape]


def draw(page, shape=T_SHIRT, lift=True, steps=8):
    first, *others = corners(page, shape)
    page.mouse.move(*first)
    page.mouse.down()
    for corner in others:
        page.mouse.move(*corner, steps=steps)
    if lift:
        page.mouse.up()


def verdict(page):
    return page.locator(".verdict:visible")


def networks(page):
    return page.locator(".card:visible").evaluate_all("cards => cards.map(c => c.dataset.network)")


@contextmanager
def few_drawings():
    """Trainings on drawings use few of them, so that they are short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "TRAINING_DRAWINGS", 600)
        patch.setattr(examples, "VALIDATION_DRAWINGS", 100)
        patch.setattr(examples, "HELD_OUT_DRAWINGS", 50)
        yield
