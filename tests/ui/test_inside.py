"""The view inside the networks: what the page is sent, what it explains, and how it is used."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from browser_helpers import DESKTOP, PHONE, draw, verdict
from conftest import TINY
from helpers import photo_of

from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.forward_pass import ForwardPass
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.ui.inside import HOLLOW, PEAK, frame
from fmnist_demo.ui.inside.explanation import Opened, explanation_html, number, power, steps

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect

ONE = "3 hidden layers"


@pytest.fixture(scope="module")
def pixels(validation) -> np.ndarray:
    return validation.images[0].numpy()


@pytest.fixture(scope="module")
def network(weights) -> Checkpoint:
    return Collection(weights).get(3, "none")


@pytest.fixture(scope="module")
def sparse() -> Checkpoint:
    """A shipped network with units that have no path."""
    return Collection().get(3, "l1")


def sent(networks, pixels, opened=None) -> dict:
    return json.loads(frame(networks, pixels, opened))


def units(layer: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(layer["units"]), np.uint8)


def numbers(html: str) -> list[float]:
    """The numbers of a piece of HTML, in order."""
    text = re.sub("<[^>]+>", " ", str(html)).replace("−", "-")
    return [float(found) for found in re.findall(r"[+-]?\d+\.\d+", text)]


# What the page is sent


def test_a_frame_has_every_activation_of_every_network(network, sparse, pixels):
    headings = {ONE: network, "Yours": sparse}
    data = sent(headings, pixels)
    assert base64.b64decode(data["pixels"]) == pixels.tobytes()
    assert [one["heading"] for one in data["networks"]] == list(headings)
    for one, checkpoint in zip(data["networks"], headings.values(), strict=True):
        forward = ForwardPass(checkpoint.model, pixels)
        paths = checkpoint.active_units.units
        for layer, activations, path in zip(one["layers"], forward.activations, paths, strict=True):
            levels = units(layer)
            assert ((levels == HOLLOW) == ~path).all()
            shown = levels[path] / PEAK * layer["largest"]
            assert shown == pytest.approx(activations[path], abs=layer["largest"] / PEAK + 1e-3)
            assert ((levels[path] > 0) == (activations[path] > 1e-6)).mean() > 0.99
        assert sum(one["shares"]) == pytest.approx(1, abs=1e-3)


def test_only_l1_has_hollow_units(network, sparse, pixels):
    for checkpoint, some in ((network, False), (sparse, True)):
        (one,) = sent({ONE: checkpoint}, pixels)["networks"]
        assert any((units(layer) == HOLLOW).any() for layer in one["layers"]) == some


def test_a_network_that_computes_infinity_is_shown(network, pixels):
    with np.errstate(all="ignore"):
        model = MLP(TINY).eval()
        model.hidden[0][0].weight.data.fill_(3e38)
        huge = replace(network, model=model)
        for opened in (Opened(ONE, 0, 3), Opened(ONE, 1, 3), Opened(ONE, 3, 3)):
            text = frame({ONE: huge}, pixels, opened)
            assert "NaN" not in text
            assert "Infinity" not in text
            assert json.loads(text)["explanation"]
        for step in range(6):
            assert explanation_html({ONE: huge}, pixels, Opened(ONE, step=step))


def test_without_a_picture_everything_is_dark(network):
    data = sent({ONE: network}, None, Opened(ONE, 0, 3))
    (one,) = data["networks"]
    assert data["pixels"] is None
    assert one["shares"] is None
    assert not any(units(layer).any() for layer in one["layers"])
    assert data["explanation"] == ""


def test_a_network_with_an_output_for_none_of_these_shows_eleven(network, pixels):
    shape = replace(TINY, none_of_these=True)
    eleven = replace(
        network, model=MLP(shape, 1).eval(), metadata=replace(network.metadata, model=shape)
    )
    (one,) = sent({ONE: eleven}, pixels)["networks"]
    assert one["outputs"][-1] == "None of these"
    assert len(one["shares"]) == len(one["outputs"]) == 11
    html = explanation_html({ONE: eleven}, pixels, Opened(ONE, 3, 10))
    assert "Output: None of these" in html


# What it explains


@pytest.mark.parametrize("layer", range(4))
def test_the_numbers_of_a_unit_add_up_on_the_page(network, pixels, layer):
    forward = ForwardPass(network.model, pixels)
    for index in range(10):
        unit = forward.unit(layer, index)
        html = explanation_html({ONE: network}, pixels, Opened(ONE, layer, index))
        terms, _, after = html.partition('<tr class="sum">')
        terms = terms.partition("<caption>It adds up")[2]
        values = re.findall(r'<td class="(?:for|against)"[^>]*>([^<]*)</td>', terms)
        total = sum(float(value.replace("−", "-")) for value in values)
        assert total == pytest.approx(unit.sum, abs=len(values) * 5e-4)
        assert number(unit.sum, True) in after
        assert number(unit.output) in after
        assert len(values) == (3 if layer == 0 else 12)


def test_the_steps_walk_from_the_picture_to_the_softmax(network, pixels):
    forward = ForwardPass(network.model, pixels)
    walked = [
        explanation_html({ONE: network}, pixels, Opened(ONE, step=step))
        for step in range(steps(network))
    ]
    titles = [re.search("<h3>(.*?)</h3>", html)[1] for html in walked]
    assert titles == ["Your picture", "Layer 1", "Layer 2", "Layer 3", "Logits", "Softmax"]
    for activations, html in zip(forward.activations, walked[1:4], strict=True):
        assert f"<strong>{(activations > 0).sum()}</strong>" in html
        assert number(activations.max()) in html
    for logit in forward.logits:
        assert number(logit, True) in walked[4]
        assert number(logit) in walked[5]
    share = walked[5].rpartition('class="formula"')[2].partition("%")[0].rpartition(">")[2]
    answer = sent({ONE: network}, pixels)["networks"][0]["shares"]
    assert float(share) == pytest.approx(100 * max(answer), abs=0.06)


@pytest.mark.parametrize(
    "opened",
    [
        None,
        Opened("another network", 0, 0),
        Opened(ONE, 0, 32),
        Opened(ONE, -1, 0),
        Opened(ONE, 4, 0),
        Opened(ONE, step=6),
        Opened(ONE, step=-1),
    ],
)
def test_what_does_not_exist_is_not_explained(network, pixels, opened):
    assert explanation_html({ONE: network}, pixels, opened) == ""


@pytest.mark.parametrize(
    "data", ["wrong", 7, [1], {"network": ONE}, {"network": 3, "step": 1}, {"step": 1}]
)
def test_what_the_page_does_not_send_is_an_error(data):
    with pytest.raises(UserError, match="no part of a network"):
        Opened.parse(data)


def test_what_the_page_sends_is_understood():
    assert Opened.parse({"network": ONE, "layer": 2, "unit": 7}) == Opened(ONE, 2, 7)
    assert Opened.parse({"network": ONE, "step": 4}) == Opened(ONE, step=4)
    assert Opened.parse({}) is None


def test_numbers_are_short_and_have_a_true_minus_sign():
    assert [number(x) for x in (-0.25, 0, -0.0001, 3)] == ["−0.250", "0.000", "0.000", "3.000"]
    assert number(0.5, signed=True) == "+0.500"
    assert [power(x) for x in (0.0312, 1194.2, 2.1e9, 4e-7, np.inf)] == [
        *("0.0312", "1,194", "2.1 × 10⁹", "4.0 × 10⁻⁷", "∞")
    ]


# In the browser


def look_inside(page, example=None):
    page.get_by_role("checkbox", name="Look inside the networks").first.check()
    expect(view(page)).to_be_visible()
    if example:
        page.get_by_role("button", name=f"Example drawing: {example}").click()
        expect(caption(page)).to_have_text(re.compile("[1-9]\\d* of 848 units lit"))


def view(page):
    return page.locator(".view:visible")


def caption(page, layer=0):
    return page.locator(".view:visible .layer").nth(layer).locator(".caption")


def title(page):
    return page.locator(".view:visible .explained h3")


def point(page, layer, unit):
    """The place of a unit on the screen."""
    canvas = page.locator(".view:visible .strip canvas").nth(layer)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    side, columns = canvas.evaluate(
        """canvas => {
          const strip = canvas.getBoundingClientRect();
          const {data, width} = canvas.getContext("2d").getImageData(0, 0, canvas.width, 1);
          let pitch = 1;
          while (data[4 * pitch]) pitch++;
          return [(pitch + 1) * strip.width / width, width / (pitch + 1)];
        }"""
    )
    return (
        box["x"] + (unit % round(columns) + 0.5) * side,
        box["y"] + (unit // round(columns) + 0.5) * side,
    )


def test_the_layers_follow_the_pen(open_page):
    page = open_page(**DESKTOP)
    expect(page.locator(".view").first).to_be_hidden()
    look_inside(page)
    expect(caption(page)).to_have_text("Layer 1 0 of 848 units lit")
    draw(page, lift=False)
    expect(caption(page)).not_to_have_text("Layer 1 0 of 848 units lit")
    page.mouse.up()
    expect(verdict(page)).to_contain_text("T-shirt")
    expect(page.locator(".view:visible .outputs li").first).to_contain_text("9")
    assert page.locator(".view:visible .layer").count() == 3
    page.get_by_role("button", name="Clear the drawing").click()
    expect(caption(page)).to_have_text("Layer 1 0 of 848 units lit")
    page.get_by_role("checkbox", name="Look inside the networks").first.uncheck()
    expect(page.locator(".view").first).to_be_hidden()


def test_a_unit_opens_under_the_mouse_and_a_click_keeps_it(open_page):
    page = open_page(**DESKTOP)
    look_inside(page, "Coat")
    page.mouse.move(*point(page, 0, 6))
    expect(title(page)).to_have_text("Layer 1, unit 7")
    expect(page.locator(".view:visible .product img")).to_have_count(3)
    page.mouse.move(*point(page, 1, 70))
    expect(title(page)).to_have_text("Layer 2, unit 71")
    expect(page.locator(".view:visible .links path")).not_to_have_count(0)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(*point(page, 2, 5))
    page.wait_for_timeout(400)
    expect(title(page)).to_have_text("Layer 2, unit 71")
    before = page.locator(".view:visible .explained").inner_text()
    page.get_by_role("button", name="Example drawing: Bag").click()
    expect(verdict(page)).to_contain_text("Bag")
    expect(page.locator(".view:visible .explained")).not_to_have_text(before)
    expect(title(page)).to_have_text("Layer 2, unit 71")


def test_the_page_shows_the_numbers_of_the_model(open_page):
    page = open_page(**DESKTOP)
    look_inside(page, "Coat")
    page.mouse.move(*point(page, 1, 70))
    expect(title(page)).to_have_text("Layer 2, unit 71")
    picture = base64.b64decode(
        page.locator(".view:visible .picture canvas").evaluate(
            """canvas => {
              const {data, width} = canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height);
              const pitch = width / 28;
              const pixels = Array.from({length: 784}, (_, i) =>
                data[4 * (Math.floor(i / 28) * pitch * width + (i % 28) * pitch)]);
              return btoa(String.fromCharCode(...pixels));
            }"""
        )
    )
    pixels = np.frombuffer(picture, np.uint8).reshape(28, 28)
    unit = ForwardPass(Collection().get(3, "none").model, pixels).unit(1, 70)
    row = page.locator(".view:visible .explained tr.sum td")
    expect(row.first).to_have_text(number(unit.sum, True))
    expect(row.last).to_have_text(number(unit.output))


def test_the_arrow_keys_walk_from_unit_to_unit_and_layer_to_layer(open_page):
    page = open_page(**DESKTOP)
    look_inside(page, "Coat")
    page.get_by_role("button", name="Next").press("Tab")
    layers = page.locator(".view:visible .layers")
    expect(layers).to_be_focused()
    expect(title(page)).to_have_text(re.compile(r"Layer 1, unit \d+"))
    said = page.locator(".view:visible .said")
    for key, place in [
        ("Home", "Layer 1, unit 1"),
        ("ArrowRight", "Layer 1, unit 2"),
        ("PageDown", "Layer 2, unit 2"),
        ("ArrowLeft", "Layer 2, unit 1"),
        ("ArrowUp", "Layer 1, unit "),
        ("End", "Layer 1, unit 848"),
        ("ArrowRight", "Layer 2, unit "),
        ("PageDown", "Layer 3, unit "),
        ("PageDown", "Output: "),
        ("Home", "Output: T-shirt"),
        ("ArrowDown", "Output: Trouser"),
    ]:
        page.keyboard.press(key)
        expect(title(page)).to_contain_text(place)
        expect(said).to_contain_text(place.replace("Output:", "Output"))
    scrolled = page.evaluate("scrollY")
    page.keyboard.press("Escape")
    expect(title(page)).to_have_count(0)
    assert page.evaluate("scrollY") == scrolled


def test_next_and_back_walk_one_forward_pass(open_page):
    page = open_page(**DESKTOP)
    look_inside(page, "Coat")
    forth, back = (page.get_by_role("button", name=name, exact=True) for name in ("Next", "Back"))
    for i, name in enumerate(
        ["Your picture", "Layer 1", "Layer 2", "Layer 3", "Logits", "Softmax"]
    ):
        forth.press("Enter")
        expect(title(page)).to_have_text(name)
        expect(page.locator(".view:visible .at")).to_have_text(f"Step {i + 1} of 6")
    expect(page.locator(".view:visible .formula")).to_contain_text("%")
    forth.press("Enter")
    expect(title(page)).to_have_text("Softmax")
    back.press("Enter")
    expect(title(page)).to_have_text("Logits")
    expect(back).to_be_focused()


def test_the_networks_stand_side_by_side_and_follow_the_comparison(open_page, sparse):
    page = open_page(**DESKTOP)
    look_inside(page, "Coat")
    page.get_by_role("button", name="Side by side").click()
    nets = page.locator(".view:visible .net")
    expect(nets).to_have_count(3)
    tops = nets.evaluate_all("nets => nets.map(net => net.getBoundingClientRect().top)")
    assert max(tops) - min(tops) < 1
    expect(page.get_by_role("button", name="Side by side")).to_be_focused()
    page.get_by_role("radio", name="L1").first.check()
    hollow = int((~sparse.active_units.units[0]).sum())
    assert hollow > 0
    expect(caption(page)).to_contain_text(f"{hollow} without a path")
    page.get_by_role("radio", name="All").first.check()
    expect(nets).to_have_count(9)


def test_a_tap_opens_a_unit_under_its_layer_without_a_jump(open_page):
    page = open_page(**PHONE)
    look_inside(page, "Bag")
    for layer in (0, 1, 0):
        x, y = point(page, layer, 30)
        page.touchscreen.tap(x, y)
        expect(title(page)).to_have_text(f"Layer {layer + 1}, unit 31")
        page.wait_for_timeout(200)
        strips = page.locator(".view:visible .strip canvas")
        box = strips.nth(layer).bounding_box()
        assert box["y"] <= y <= box["y"] + box["height"]
        assert title(page).bounding_box()["y"] > box["y"] + box["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_explanation_fits(open_page, width):
    page = open_page(viewport={"width": width, "height": 844})
    look_inside(page, "Coat")
    forth = page.get_by_role("button", name="Next", exact=True)
    for opens in (
        *[lambda i=i: page.locator(".view:visible .strip").nth(i).click() for i in range(3)],
        lambda: page.locator(".view:visible .outputs li").last.click(),
        *[forth.click] * 6,
    ):
        before = page.locator(".view:visible .explained").inner_text()
        opens()
        expect(page.locator(".view:visible .explained")).not_to_have_text(before)
        frame = page.locator(".view:visible .explanation").bounding_box()
        inner = page.locator(".view:visible .explained")
        assert inner.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        assert frame["x"] >= 0
        assert frame["x"] + frame["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_next_stays_in_reach(open_page):
    page = open_page(**PHONE)
    look_inside(page, "Bag")
    forth = page.get_by_role("button", name="Next", exact=True)
    for name in ("Your picture", "Layer 1", "Layer 2", "Layer 3"):
        forth.tap()
        expect(title(page)).to_have_text(name)
        expect(title(page)).to_be_in_viewport()
        expect(forth).to_be_in_viewport()


def test_the_view_on_the_photo_tab_shows_the_photo(open_page, tmp_path):
    photo_of(0).save(tmp_path / "photo.jpg")
    page = open_page(**DESKTOP)
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("checkbox", name="Look inside the networks").last.check()
    page.set_input_files("#picture input[type=file]", tmp_path / "photo.jpg")
    expect(verdict(page)).to_be_visible()
    expect(caption(page)).to_have_text(re.compile("[1-9]\\d* of 848 units lit"))


def test_moving_the_mouse_over_the_view_does_not_move_the_page(open_page):
    page = open_page(**DESKTOP)
    look_inside(page, "Coat")
    page.mouse.move(*point(page, 0, 100))
    expect(title(page)).to_be_visible()
    below = page.locator(".seen:visible h2")
    before = (page.evaluate("scrollY"), below.bounding_box())
    for unit in (10, 200, 300, 90):
        page.mouse.move(*point(page, 0, unit))
        expect(title(page)).to_have_text(f"Layer 1, unit {unit + 1}")
        assert (page.evaluate("scrollY"), below.bounding_box()) == before
