"""The map of garments made to measure: what the page is sent, and how it is used."""

import base64
import json
import re
from io import BytesIO

import numpy as np
import pytest
from browser_helpers import DESKTOP, PHONE
from PIL import Image

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import predict
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.tailored import BODIES, SLEEVES, tailor
from fmnist_demo.ui.tailor import SIDE, frame

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect


@pytest.fixture(scope="module")
def networks():
    return {c.regulariser: c for c in Collection().choose(layers=3)}


@pytest.fixture(scope="module")
def sent(networks):
    return json.loads(frame(networks))


def grid(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(SIDE, SIDE)


@pytest.mark.parametrize(("column", "row"), [(0, 0), (9, 6), (SIDE - 1, 2), (3, SIDE - 1)])
def test_each_place_has_the_answer_to_its_drawing(networks, sent, column, row):
    sleeve, body = np.linspace(*SLEEVES, SIDE)[column], np.linspace(*BODIES, SIDE)[row]
    pixels = from_drawing(Image.fromarray(tailor(sleeve, body))).pixels
    sheet = np.asarray(Image.open(BytesIO(base64.b64decode(sent["sheet"].split(",")[1]))))
    assert (sheet[row * 28 :, column * 28 :][:28, :28] == pixels).all()
    for one, prediction in zip(sent["networks"], predict(networks.values(), pixels), strict=True):
        assert CLASS_NAMES[grid(one["labels"])[row, column]] == prediction.label
        confidence = grid(one["confidences"])[row, column] / 255
        assert confidence == pytest.approx(prediction.ranked[0][1], abs=0.01)


def test_every_network_knows_the_corners(sent):
    """Short sleeves are a T-shirt's, long ones a pullover's, and a long body is a dress's."""
    for one in sent["networks"]:
        labels = grid(one["labels"])
        assert CLASS_NAMES[labels[6, 6]] == "T-shirt"
        assert CLASS_NAMES[labels[4, SIDE - 1]] == "Pullover"
        assert CLASS_NAMES[labels[SIDE - 1, 0]] == "Dress"


def test_every_answer_on_the_map_has_a_colour_of_its_own(sent):
    named = {int(label) for one in sent["networks"] for label in np.unique(grid(one["labels"]))}
    assert {int(label) for label in sent["colours"]} == named
    assert len(set(sent["colours"].values())) == len(named)


def test_without_networks_there_is_no_map():
    assert frame({}) == ""


# In the browser


def open_map(page):
    """Open the tab, and wait until what is above the map has its height."""
    page.get_by_role("tab", name="L1 and L2").click()
    expect(page.locator(".overview .answer strong")).to_have_count(3)
    expect(page.locator("#chart-filters svg")).to_be_visible()
    expect(page.locator(".tailor .answer").first).to_have_text(re.compile(r"\w+ \d+%"))


def test_the_pin_is_dragged_and_the_sliders_follow(open_page):
    page = open_page(**DESKTOP)
    open_map(page)
    answer, body = page.locator(".tailor .answer").first, page.get_by_role("slider", name="Body")
    before = answer.inner_text()
    page.locator(".tailor .map").nth(1).scroll_into_view_if_needed()
    box = page.locator(".tailor canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] - 4, steps=4)
    page.mouse.up()
    expect(body).to_have_value(str(SIDE - 1))
    expect(answer).not_to_have_text(before)
    expect(page.locator(".tailor [role=status]")).to_contain_text("Dress")


def test_keys_and_sliders_move_the_pin(open_page):
    page = open_page(**DESKTOP)
    open_map(page)
    sleeves = page.get_by_role("slider", name="Sleeves")
    place = int(sleeves.input_value())
    page.locator(".tailor .map").first.press("ArrowRight")
    expect(sleeves).to_have_value(str(place + 1))
    sleeves.press("End")
    expect(page.locator(".tailor [role=status]")).to_contain_text("Pullover")
    expect(page.locator(".tailor .bench img")).to_have_attribute(
        "alt", re.compile(f"sleeves of length {SIDE - 1}")
    )


def test_a_finger_moves_the_pin_on_a_phone(open_page):
    page = open_page(**PHONE)
    open_map(page)
    canvas = page.locator(".tailor canvas").first
    canvas.scroll_into_view_if_needed()
    canvas.tap(position={"x": 5, "y": 5})
    expect(page.get_by_role("slider", name="Sleeves")).to_have_value(re.compile("^[0-2]$"))
    boxes = [one.bounding_box() for one in page.locator(".tailor canvas").all()]
    assert len({round(box["y"]) for box in boxes}) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
