"""The view that changes a network's mind: what the page is sent, and how it is used."""

import base64
import json
import re

import pytest
from browser_helpers import DESKTOP, PHONE

from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import predict
from fmnist_demo.ui.change import frame

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect


def test_the_page_is_sent_the_pixels_and_every_answer_on_the_way(validation):
    pixels = validation.images[0].numpy()
    networks = {c.regulariser: c for c in Collection().choose(layers=3)}
    data = json.loads(frame(networks, pixels))
    assert base64.b64decode(data["pixels"]) == pixels.tobytes()
    predictions = predict(networks.values(), pixels)
    for one, prediction in zip(data["networks"], predictions, strict=True):
        assert one["labels"][0] == prediction.label
        assert one["labels"][-1] != prediction.label
        assert len(one["labels"]) == len(one["pixels"]) + 1


def test_without_a_picture_there_is_nothing():
    assert json.loads(frame({}, None))["networks"] == []


def change_mind(page, example="T-shirt"):
    page.get_by_role("checkbox", name="Change its mind").first.check()
    page.get_by_role("button", name=f"Example drawing: {example}").click()
    expect(page.locator(".mind:visible .count")).to_have_text(
        [re.compile(r"\d+ pixels?: .+ →")] * 3
    )


def test_the_answers_change_on_the_page(open_page):
    page = open_page(**DESKTOP)
    change_mind(page)
    nows, counts = page.locator(".mind:visible .now"), page.locator(".mind:visible .count")
    for now, count in zip(nows.all(), counts.all(), strict=True):
        before, after = re.search(r": (.+) → (.+)", count.inner_text()).groups()
        assert before == "T-shirt"
        expect(now).to_have_text(after)
    page.get_by_role("button", name="Play again").press("Enter")
    expect(nows.first).to_have_text("T-shirt")
    expect(nows.first).not_to_have_text("T-shirt")


def test_another_drawing_and_other_networks_are_tried_too(open_page):
    page = open_page(**PHONE)
    change_mind(page)
    page.get_by_role("button", name="Example drawing: Bag").click()
    expect(page.locator(".mind:visible .count")).to_have_text([re.compile("Bag →")] * 3)
    page.get_by_text("Penalties", exact=True).first.click()
    expect(page.locator(".mind:visible h2")).to_have_text(["No penalty", "L1", "L2"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator(".mind:visible .pictures")).to_have_css("visibility", "hidden")


def test_reduced_motion_shows_the_end_at_once(open_page):
    page = open_page(**DESKTOP, reduced_motion="reduce")
    change_mind(page)
    expect(page.locator(".mind:visible .now.changed")).to_have_count(3)
