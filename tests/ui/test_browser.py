"""The Draw, Photo and L1 and L2 tabs in a browser, with the shipped networks."""

import re
import time
from itertools import pairwise

import numpy as np
import pytest
from browser_helpers import DESKTOP, PHONE, T_SHIRT, corners, draw, networks, verdict
from helpers import assert_one_sentence, photo_of

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect

SPIRAL = [
    (0.5 + 0.4 * t * np.cos(8 * np.pi * t), 0.5 + 0.4 * t * np.sin(8 * np.pi * t))
    for t in np.linspace(0.05, 1, 80)
]


def test_a_t_shirt_is_classified_while_it_is_drawn(open_page):
    page = open_page(**DESKTOP)
    draw(page, lift=False)
    expect(verdict(page)).to_contain_text("T-shirt")
    page.mouse.up()
    expect(verdict(page)).to_have_text(re.compile("^All three agree: T-shirt"))
    assert networks(page) == ["mlp3-none", "mlp5-none", "mlp7-none"]
    assert page.locator(".card:visible li").count() == 15
    assert page.locator(".stages:visible figure").count() == 4


def test_a_spiral_is_not_classified_as_clothing(open_page):
    page = open_page(**DESKTOP)
    draw(page, SPIRAL, steps=1)
    expect(verdict(page)).to_have_text(
        "Not sure: this looks like none of the ten kinds of clothing."
    )
    tops = page.locator(".card:visible .top")
    expect(tops).to_have_text(["Not sure"] * 3)


REASONS_FIT_LABELS = """() => [...document.querySelectorAll(".card")]
  .filter((card) => card.checkVisibility())
  .every((card) => {
    const label = card.querySelector("li").firstChild.textContent;
    return card.querySelector("img.why").alt.startsWith(`Which pixels mattered for ${label}: `);
  })"""


def test_saliency_can_be_shown_and_hidden(open_page):
    page = open_page(**DESKTOP)
    draw(page)
    expect(verdict(page)).to_be_visible()
    reasons = page.locator(".card:visible img.why")
    expect(reasons).to_have_count(0)
    why = page.get_by_role("checkbox", name="Show which pixels mattered").first
    why.check()
    expect(reasons).to_have_count(3)
    page.wait_for_function(REASONS_FIT_LABELS)  # an answer to the last strokes may still come
    for reason in reasons.all():
        assert reason.evaluate("image => image.decode().then(() => image.naturalWidth)") == 28
    why.uncheck()
    expect(reasons).to_have_count(0)


def test_networks_are_compared_by_depth_by_penalty_and_all(open_page):
    page = open_page(**DESKTOP)
    draw(page)
    expect(verdict(page)).to_be_visible()
    page.get_by_role("radio", name="L1").first.check()
    expect(page.locator("[data-network=mlp7-l1]").first).to_be_visible()
    assert networks(page) == ["mlp3-l1", "mlp5-l1", "mlp7-l1"]
    page.get_by_role("radio", name="Penalties").first.check()
    expect(page.locator("[data-network=mlp3-l2]").first).to_be_visible()
    page.get_by_role("radio", name="7", exact=True).first.check()
    expect(page.locator("[data-network=mlp7-l2]").first).to_be_visible()
    assert networks(page) == ["mlp7-none", "mlp7-l1", "mlp7-l2"]
    page.get_by_role("radio", name="All", exact=True).first.check()
    cells = page.locator(".nine td[data-network]:visible")
    expect(cells).to_have_count(9)
    expect(cells.locator(".top")).to_have_text(["T-shirt"] * 9)
    page.get_by_role("tab", name="Findings").click()
    page.get_by_role("tab", name="Draw").click()
    expect(cells).to_have_count(9)


@pytest.mark.parametrize("window", [DESKTOP, PHONE])
def test_nothing_moves_while_a_drawing_is_made(open_page, window):
    """From the empty canvas over a T-shirt to what is no garment."""
    page = open_page(**window)
    tops = """() => [...document.querySelectorAll(".card, .seen:not(.seen .seen)")]
      .filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().top + scrollY)"""
    before = page.evaluate(tops)
    assert len(before) == 4
    for shape in (T_SHIRT, SPIRAL):
        draw(page, shape, steps=2)
        expect(verdict(page)).to_be_visible()
        page.wait_for_timeout(500)
        assert page.evaluate(tops) == pytest.approx(before, abs=1)
    page.get_by_role("checkbox", name="Show which pixels mattered").first.check()
    expect(page.locator(".card:visible img.why")).to_have_count(3)
    assert page.evaluate(tops)[:3] == pytest.approx(before[:3], abs=1)


def test_undo_clear_and_eraser_work(open_page):
    page = open_page(**DESKTOP)
    undo, clear, eraser = (
        page.get_by_role("button", name=name)
        for name in ("Undo the last stroke", "Clear the drawing", "Eraser")
    )
    assert undo.is_disabled()
    assert clear.is_disabled()
    draw(page)
    expect(verdict(page)).to_be_visible()
    first = ink(page)
    clear.click()
    expect(verdict(page)).to_have_count(0)
    assert ink(page) == 0
    undo.click()
    expect(verdict(page)).to_be_visible()
    assert ink(page) == first
    eraser.click()
    draw(page, [(0.2, 0.85), (0.8, 0.85)])
    assert 0 < ink(page) < first
    undo.click()
    assert ink(page) == first


def ink(page):
    """How many pixels of the canvas are dark."""
    return page.locator("canvas").evaluate(
        """canvas => {
            const {width, height} = canvas;
            const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
            return data.filter((value, i) => i % 4 === 0 && value < 128).length;
        }"""
    )


def test_a_wider_pen_draws_more_ink(open_page):
    page = open_page(**DESKTOP)
    amounts = []
    for width in ("8", "40"):
        page.get_by_label("Pen width").fill(width)
        draw(page, [(0.2, 0.5), (0.8, 0.5)])
        amounts.append(ink(page))
        page.get_by_role("button", name="Clear the drawing").click()
    assert amounts[1] > 3 * amounts[0]


def test_an_example_is_classified_and_can_be_drawn_on(open_page):
    page = open_page(**DESKTOP)
    page.get_by_role("button", name="Example drawing: Ankle boot").click()
    expect(verdict(page)).to_contain_text("Ankle boot")
    before = ink(page)
    draw(page, [(0.1, 0.1), (0.9, 0.1)])
    assert ink(page) > before


def test_the_keyboard_alone_can_draw(open_page):
    page = open_page(**DESKTOP)
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
        for _ in range(6):
            page.keyboard.press(key)
    page.keyboard.press(" ")
    expect(verdict(page)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(verdict(page)).to_have_count(0)


def test_touch_draws_on_a_phone_and_the_answer_stays_in_view(open_page):
    page = open_page(**PHONE)
    touch = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(interpolate(corners(page))):
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(verdict(page)).to_contain_text("T-shirt")
    expect(verdict(page)).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def interpolate(points, steps=6):
    for (x0, y0), (x1, y1) in pairwise(points):
        for t in np.linspace(0, 1, steps, endpoint=False):
            yield x0 + (x1 - x0) * t, y0 + (y1 - y0) * t


def test_an_uploaded_photo_is_classified(open_page, tmp_path):
    photo_of(0).save(tmp_path / "photo.jpg")
    page = open_page(**DESKTOP)
    page.get_by_role("tab", name="Photo").click()
    page.set_input_files("#picture input[type=file]", tmp_path / "photo.jpg")
    expect(verdict(page)).to_contain_text("T-shirt")
    assert page.locator(".stages:visible figure").count() == 5
    page.get_by_role("radio", name="L2").last.check()
    expect(page.locator("[data-network=mlp3-l2]")).to_be_visible()


def test_a_photo_is_turned_with_the_keyboard_and_by_touch(open_page, tmp_path):
    photo_of(0).rotate(90, expand=True).save(tmp_path / "photo.png")
    page = open_page(**PHONE)
    page.get_by_role("tab", name="Photo").click()
    page.set_input_files("#picture input[type=file]", tmp_path / "photo.png")
    expect(verdict(page)).to_be_visible()
    left, right = (page.get_by_role("button", name=f"Turn {side}") for side in ("left", "right"))
    for turn in (left.tap, right.tap, lambda: right.press("Enter")):
        before = page.locator("#picture img").get_attribute("src")
        turn()
        expect(page.locator("#picture img")).not_to_have_attribute("src", before)
    expect(verdict(page)).to_have_text(re.compile("T-shirt"))


def test_a_broken_upload_shows_a_one_sentence_error(open_page, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"this is no picture at all")
    page = open_page(**DESKTOP)
    page.get_by_role("tab", name="Photo").click()
    page.set_input_files("#picture input[type=file]", tmp_path / "broken.png")
    alert = page.locator(".message.alert:visible")
    expect(alert).to_be_visible()
    assert_one_sentence(alert.inner_text())


def test_the_last_of_several_quick_changes_is_answered(open_page):
    page = open_page(**DESKTOP)
    draw(page)
    page.get_by_role("button", name="Clear the drawing").click()
    page.get_by_role("button", name="Example drawing: Trouser").click()
    page.get_by_role("button", name="Example drawing: Bag").click()
    expect(verdict(page)).to_contain_text("Bag")
    time.sleep(1)
    expect(verdict(page)).to_contain_text("Bag")


def test_the_drawing_survives_switching_tabs(open_page):
    page = open_page(**DESKTOP)
    draw(page)
    expect(verdict(page)).to_be_visible()
    before = ink(page)
    page.get_by_role("tab", name="Photo").click()
    expect(verdict(page)).to_have_count(0)
    page.get_by_role("tab", name="Draw").click()
    expect(verdict(page)).to_be_visible()
    assert ink(page) == before


def open_regularisation(page):
    """Open the L1 and L2 tab and wait for its figures."""
    page.get_by_role("tab", name="L1 and L2").click()
    expect(page.locator("#chart-filters svg")).to_be_visible()
    expect(page.locator(".overview .answer strong")).to_have_count(3)


def test_the_pruning_slider_moves_the_marker_and_changes_the_answers(open_page):
    page = open_page(**DESKTOP)
    draw(page)
    expect(verdict(page)).to_contain_text("T-shirt")
    open_regularisation(page)
    overview, marker = page.locator(".overview"), page.locator("#chart-pruning .marker line")
    answers, slider = overview.locator(".answer"), overview.get_by_role("slider")
    expect(overview.locator("figcaption")).to_have_text("Your drawing")
    expect(answers.first).to_contain_text("T-shirt")
    whole, place = answers.all_inner_texts(), float(marker.get_attribute("x1"))
    slider.press("End")
    expect(overview.locator(".share")).to_contain_text("99.9%")
    expect(answers).not_to_have_text(whole)
    expect(overview.locator(".left").first).to_contain_text("(0.1%)")
    moved = float(page.locator("#chart-pruning .marker line").get_attribute("x1"))
    assert moved > place + 100
    slider.press("Home")
    expect(answers.first).to_contain_text("T-shirt")
    expect(overview.locator(".left").first).to_contain_text("(100%)")


def inked(canvas):
    """How many of a spy plot's device pixels have ink on them, and how many there are."""
    return canvas.evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let inked = 0;
          for (let i = 3; i < data.length; i += 4) inked += data[i] > 0;
          return [inked, data.length / 4];
        }"""
    )


def test_the_slider_thins_the_spy_plots_and_a_click_zooms(open_page):
    page = open_page(**DESKTOP)
    open_regularisation(page)
    spy, slider = page.locator(".overview .spy"), page.locator(".overview").get_by_role("slider")
    expect(spy).to_have_count(3)
    page.wait_for_function("document.querySelector('.overview .spy').width > 100")
    before, area = inked(spy.first)
    assert before == area
    slider.press("End")
    after, _ = inked(spy.first)
    assert after < area / 2

    spy.first.click()
    expect(spy.first).to_have_attribute("aria-pressed", "true")
    zoomed, _ = inked(spy.first)
    assert zoomed < after
    spy.first.press("Escape")
    expect(spy.first).to_have_attribute("aria-pressed", "false")
    assert inked(spy.first)[0] == after
    spy.first.press("Enter")
    expect(spy.first).to_have_attribute("aria-pressed", "true")


def test_the_comparison_is_on_one_screen(open_page):
    page = open_page(viewport={"width": 1280, "height": 720})
    open_regularisation(page)
    boxes = [each.bounding_box() for each in page.locator(".overview .filters img").all()]
    assert len(boxes) == 6
    for box in boxes:
        assert box["y"] + box["height"] <= 720
        assert box["width"] >= 100


def test_the_figures_follow_the_depth_and_can_be_saved(open_page, tmp_path):
    page = open_page(**DESKTOP)
    open_regularisation(page)
    figure = page.locator("#chart-zeros")
    shallow = figure.locator("svg").get_attribute("aria-label")
    page.get_by_role("radio", name="7 hidden layers").check()
    expect(figure.locator("svg")).not_to_have_attribute("aria-label", shallow)
    for button, kind in (("PNG", b"\x89PNG"), ("CSV", b"layer,none,l1,l2")):
        with page.expect_download() as download:
            figure.get_by_text(button, exact=True).click()
        assert download.value.suggested_filename == f"mlp7-zeros.{button.lower()}"
        download.value.save_as(tmp_path / button)
        assert (tmp_path / button).read_bytes().startswith(kind)


def test_hovering_over_a_bar_shows_its_number(open_page):
    page = open_page(**DESKTOP)
    open_regularisation(page)
    figure = page.locator("#chart-zeros")
    figure.locator(".spot").nth(4).hover()
    expect(figure.locator(".tip")).to_have_text(re.compile(r"^L1, layer 1: 9\d\.\d%$"))


def test_the_figures_fit_a_phone(open_page):
    page = open_page(**PHONE)
    open_regularisation(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert page.locator("#chart-weights svg").bounding_box()["width"] > 300
