"""The view of the connections behind an answer: what the page is sent, and how it is used."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from browser_helpers import DESKTOP, PHONE
from conftest import TINY

from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.connections import CONNECTION, Connections
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.ui.asking import asked
from fmnist_demo.ui.connections import ALL, CONFIDENCE, DRAWN, LABEL, frame, parse_size, rank

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect


@pytest.fixture(scope="module")
def pixels(validation) -> np.ndarray:
    return validation.images[0].numpy()


@pytest.fixture(scope="module")
def networks() -> dict[str, Checkpoint]:
    return {c.regulariser: c for c in Collection().choose(layers=3)}


@pytest.fixture(scope="module")
def ranked(networks, pixels):
    return rank(networks, pixels)


def sent(ranked, pixels, size) -> list[dict]:
    data = json.loads(frame(ranked, pixels, size, "asked"))
    assert data["asked"] == "asked"
    assert base64.b64decode(data["pixels"]) == pixels.tobytes()
    return data["networks"]


def lines(one: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(one["lines"]), CONNECTION)


# What the page is sent


def test_the_whole_network_gives_the_answer_of_the_cards(ranked, networks, pixels):
    predictions = predict(networks.values(), pixels)
    for one, prediction in zip(sent(ranked, pixels, ALL), predictions, strict=True):
        assert one["outputs"][one["label"]] == prediction.label
        assert one["confidence"] == pytest.approx(prediction.ranked[0][1], abs=1e-3)
        assert one["count"] == one["total"]
        assert len(lines(one)) == min(DRAWN, one["total"])


def test_each_size_keeps_what_it_promises(ranked, networks, pixels):
    whole = sent(ranked, pixels, ALL)
    for one, all_of_it in zip(sent(ranked, pixels, LABEL), whole, strict=True):
        assert one["label"] == one["answer"] == all_of_it["label"]
    for one, all_of_it in zip(sent(ranked, pixels, CONFIDENCE), whole, strict=True):
        assert one["label"] == all_of_it["label"]
        assert one["confidence"] >= 0.9 * all_of_it["confidence"] - 1e-3
        assert one["count"] < all_of_it["total"] / 20
        assert len(lines(one)) == one["count"]


def test_a_number_of_connections_is_the_same_for_all_but_at_most_their_own(ranked, pixels):
    counts = [one["count"] for one in sent(ranked, pixels, 50_000)]
    totals = [one["total"] for one in sent(ranked, pixels, 50_000)]
    assert counts == [min(50_000, total) for total in totals]


def test_the_drawn_lines_are_those_of_the_sub_network(networks, ranked, pixels):
    for one, network in zip(sent(ranked, pixels, 120), networks.values(), strict=True):
        expected = Connections(network.model, pixels).strongest(120, 120)
        assert (lines(one)["source"] == expected["source"]).all()
        assert (
            one["label"]
            == ranked[one["heading"]]
            .confidences(Connections(network.model, pixels).logits(120))
            .argmax()
        )


def test_a_network_that_computes_infinity_is_shown(networks, pixels):
    with np.errstate(all="ignore"):
        model = MLP(TINY).eval()
        model.hidden[0][0].weight.data.fill_(3e38)
        network = networks["none"]
        metadata = replace(network.metadata, model=TINY)
        huge = rank({"Yours": replace(network, model=model, metadata=metadata)}, pixels)
        for size in (LABEL, CONFIDENCE, ALL, 100):
            text = frame(huge, pixels, size, "")
            assert "NaN" not in text
            assert "Infinity" not in text


def test_without_a_picture_there_is_nothing():
    assert rank({}, None) == {}
    assert json.loads(frame({}, None, ALL, ""))["networks"] == []


def test_what_is_asked_for_changes_with_the_picture_and_the_networks(networks, pixels):
    other = pixels[::-1].copy()
    sent_at_once = [
        asked(networks, pixels),
        asked(networks, other),
        asked({"none": networks["none"]}, pixels),
        asked({"none": networks["l1"]}, pixels),
        asked(networks, None),
    ]
    assert len(set(sent_at_once)) == len(sent_at_once)


@pytest.mark.parametrize(
    "data", [None, "", {}, {"keep": "much"}, {"count": -1}, {"count": "3"}, {"count": 1.5}, [1]]
)
def test_anything_else_is_refused(data):
    with pytest.raises(UserError, match="move the slider"):
        parse_size(data)


# In the browser


def find_connections(page, example="T-shirt"):
    page.get_by_text("Penalties", exact=True).first.click()
    page.get_by_role("checkbox", name="Find the connections").first.check()
    page.get_by_role("button", name=f"Example drawing: {example}").click()
    expect(page.locator(".behind:visible .result").first).to_have_text(re.compile(r"\d+%"))
    expect(page.locator(".behind:visible.busy")).to_have_count(0)


def results(page):
    return page.locator(".behind:visible .result")


def numbers(page):
    texts = page.locator(".behind:visible .numbers").all_inner_texts()
    return [int(text.split(" of ")[0].replace(",", "")) for text in texts]


def test_the_page_shows_the_label_that_the_sub_networks_give(open_page):
    page = open_page(**DESKTOP)
    find_connections(page)
    pressed = page.locator(".behind:visible [aria-pressed=true]")
    expect(pressed).to_have_text("90% of its confidence")
    shown = numbers(page)
    assert shown[1] < min(shown[0], shown[2])
    expect(results(page)).to_have_text([re.compile("T-shirt")] * 3)

    page.get_by_role("button", name="Same answer").click()
    expect(pressed).to_have_text("Same answer")
    assert all(few < many for few, many in zip(numbers(page), shown, strict=True))
    expect(results(page)).to_have_text([re.compile("T-shirt")] * 3)

    page.locator(".behind:visible").get_by_role("button", name="All", exact=True).click()
    expect(pressed).to_have_text("All")
    expect(page.locator(".behind:visible .numbers").first).to_contain_text("strongest are drawn")
    for card, result in zip(
        page.locator(".answers:visible .card").all(), results(page).all(), strict=True
    ):
        assert result.inner_text().split()[-1] in card.inner_text()


def test_the_slider_sets_one_number_for_all(open_page):
    page = open_page(**DESKTOP)
    find_connections(page)
    slider = page.get_by_role("slider", name="Connections")
    slider.focus()
    before = numbers(page)
    slider.press("ArrowLeft")
    expect(page.locator(".behind:visible .numbers").first).not_to_contain_text(f"{before[0]} of")
    expect(page.locator(".behind:visible.busy")).to_have_count(0)
    assert len(set(numbers(page))) == 1
    slider.press("Home")
    expect(page.locator(".behind:visible .numbers").first).to_contain_text("1 of")
    expect(page.locator(".behind:visible .result.changed").first).to_be_visible()
    expect(page.locator(".behind:visible .numbers").first).to_contain_text("no longer T-shirt")


def test_the_keys_follow_a_connection_from_unit_to_unit(open_page):
    page = open_page(**DESKTOP)
    find_connections(page)
    graph = page.locator(".behind:visible .graph").nth(1)
    graph.focus()
    followed = page.locator(".behind:visible .followed").nth(1)
    graph.press("ArrowDown")
    expect(followed).to_contain_text(re.compile(r"Layer 1, unit \d+: \d+ connections? in"))
    expect(page.locator(".behind:visible .said")).to_have_text(followed.inner_text())
    for words in ("Layer 2", "Layer 3", ": "):
        graph.press("ArrowDown")
        expect(followed).to_contain_text(words)
    assert followed.inner_text().split(":")[0] in [*CLASS_NAMES, "None of these"]
    for _ in range(4):
        graph.press("ArrowUp")
    expect(followed).to_contain_text("Pixel in row")
    graph.press("Escape")
    expect(followed).to_have_text("")


@pytest.mark.parametrize("touch", [False, True])
def test_a_pointer_follows_a_connection(open_page, touch):
    page = open_page(**(PHONE if touch else DESKTOP))
    find_connections(page)
    canvas = page.locator(".behind:visible canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    followed = page.locator(".behind:visible .followed").first
    x, y = box["x"] + box["width"] / 2, box["y"] + 12 + 168 + 62
    at = {"x": x - box["x"], "y": y - box["y"]}
    canvas.tap(position=at) if touch else canvas.hover(position=at)
    expect(followed).to_contain_text("Layer 1, unit")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_another_picture_is_looked_at_when_the_pen_rests(open_page):
    page = open_page(**DESKTOP)
    find_connections(page)
    page.get_by_role("button", name="Example drawing: Bag").click()
    expect(results(page)).to_have_text([re.compile("Bag")] * 3)
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator(".behind:visible .graphs")).to_have_css("visibility", "hidden")


def test_it_fits_a_narrow_phone(open_page):
    page = open_page(viewport={"width": 320, "height": 700})
    find_connections(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
