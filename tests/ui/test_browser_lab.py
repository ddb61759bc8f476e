"""The Train tab in a browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_helpers import DESKTOP, PHONE, draw, few_drawings, verdict
from helpers import assert_one_sentence

from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.training import examples

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect

SHORT = "?tab=train&source=drawings&layers=1&width=64&epochs=4&regulariser=l1&strength=0.002"
LONG = "?tab=train&source=drawings&layers=7&width=512&epochs=60&patience=60&batch_size=32"


@pytest.fixture(scope="module", autouse=True)
def short_trainings():
    with few_drawings():
        yield


@pytest.fixture
def open_lab(open_page):
    """Open the Train tab with the settings of a URL's query."""
    return lambda query, **options: open_page(query, shows="#lab-status", **options)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def status(page):
    return page.locator("#lab-status")


def load(page, path):
    with page.expect_file_chooser() as chooser:
        press(page, "Load a network (.safetensors)")
    chooser.value.set_files(path)


def trained(page):
    """Train, and wait for the verdict."""
    press(page, "Train")
    expect(status(page)).to_contain_text("exactly zero.")
    expect(page.get_by_role("button", name="Try it on your drawing")).to_be_visible()


def test_a_network_can_be_trained_compared_downloaded_and_loaded(open_lab, open_page, tmp_path):
    page = open_lab(SHORT, **DESKTOP)
    expect(status(page)).to_be_visible()
    trained(page)
    assert_one_sentence(status(page).inner_text())
    for chart in ("curves", "weights", "filters"):
        expect(page.locator(f"#lab-{chart} svg")).to_be_visible()
    trained(page)
    expect(page.locator("#lab-compared svg")).to_be_visible()
    expect(page.locator("#lab-runs tbody tr")).to_have_count(2)
    words = page.locator("#lab-compared svg").get_attribute("aria-label")
    assert "Run 1" in words
    assert "Run 2" in words

    with page.expect_download() as download:
        page.get_by_text("Download (.safetensors)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "mlp1-l1.safetensors"
    assert checkpoints.load(path).metadata.training["strength"] == 0.002

    other = open_page(**DESKTOP)
    draw(other)
    expect(verdict(other)).to_be_visible()
    load(other, path)
    expect(other.locator("[data-network=mlp1-l1]:visible h3")).to_have_text("Yours, 1 hidden layer")
    expect(other.locator(".card:visible")).to_have_count(4)
    press(other, "Remove my network")
    expect(other.locator(".card:visible")).to_have_count(3)
    expect(page.locator("#lab-runs tbody tr")).to_have_count(2)


def test_a_trained_network_answers_to_a_drawing(open_lab):
    page = open_lab(SHORT, **DESKTOP)
    trained(page)
    press(page, "Try it on your drawing")
    draw(page)
    expect(page.locator("[data-network=mlp1-l1]:visible")).to_be_visible()
    page.get_by_role("tab", name="Photo").click()
    expect(page.locator("[data-network=mlp1-l1]:visible")).to_have_count(0)


def test_a_broken_network_shows_a_one_sentence_error(open_page, tmp_path):
    (tmp_path / "broken.safetensors").write_bytes(b"no network at all")
    page = open_page(**DESKTOP)
    load(page, tmp_path / "broken.safetensors")
    alert = page.locator("#network-note .alert")
    expect(alert).to_be_visible()
    assert_one_sentence(alert.inner_text())


def test_a_training_shows_its_curve_and_can_be_paused_resumed_and_stopped(open_lab):
    page = open_lab(LONG, **DESKTOP)
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    press(page, "Train")
    curves = page.locator("#lab-curves svg")
    expect(curves).to_be_visible()
    before = curves.get_attribute("aria-label")
    expect(curves).not_to_have_attribute("aria-label", before)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    press(page, "Pause")
    expect(status(page)).to_contain_text("Paused in epoch")
    press(page, "Resume")
    expect(status(page)).not_to_contain_text("Paused")
    press(page, "Stop")
    expect(status(page)).to_contain_text("Stopped by you after epoch")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_the_second_visitor_waits_in_the_queue_until_the_first_leaves(open_lab):
    first, second = open_lab(LONG, **DESKTOP), open_lab(SHORT, **DESKTOP)
    press(first, "Train")
    expect(status(first)).to_contain_text("Epoch")
    press(second, "Train")
    expect(status(second)).to_contain_text("You are second in the queue")
    first.close()
    expect(status(second)).to_contain_text("exactly zero.")
    expect(second.locator("#lab-runs tbody tr")).to_have_count(1)


def test_each_visitor_sees_only_their_own_runs(open_lab):
    one, other = open_lab(SHORT, **DESKTOP), open_lab(SHORT + "&width=32", **DESKTOP)
    press(one, "Train")
    press(other, "Train")
    for page, shape in ((one, "1 × 64"), (other, "1 × 32")):
        expect(status(page)).to_contain_text("exactly zero.")
        expect(page.locator("#lab-runs tbody tr")).to_have_count(1)
        expect(page.locator("#lab-runs td").first).to_have_text(shape)


def test_the_address_sets_the_controls_and_follows_them(open_lab):
    page = open_lab("?tab=train&layers=5&regulariser=l2&epochs=7&augment=true", **DESKTOP)
    layers = page.locator("#lab-layers input[type=range]")
    expect(layers).to_have_value("5")
    expect(page.get_by_label("Augmentation")).to_be_checked()
    expect(page.get_by_label("Strength")).to_have_value("1")
    layers.press("ArrowRight")
    page.wait_for_url(re.compile("layers=6"))
    assert parse_qs(urlsplit(page.url).query)["epochs"] == ["7"]
    page.locator("#lab-regulariser").get_by_label("L1").check()
    page.wait_for_url(re.compile(r"(?=.*regulariser=l1)(?=.*strength=0\.0003(&|$))"))
    page.reload()
    expect(layers).to_have_value("6")
    expect(page.get_by_label("Strength")).to_have_value("0.0003")


def test_an_invalid_link_shows_an_error(open_lab):
    page = open_lab("?tab=train&layers=99", **DESKTOP)
    expect(page.locator("#lab-status .alert")).to_contain_text("Hidden layers “99”")
    expect(page.locator("#lab-layers input[type=range]")).to_have_value("3")


def test_without_the_dataset_the_lab_offers_drawings(open_lab, monkeypatch):
    def offline(**kwargs):
        raise UserError("No mirror answered.")

    monkeypatch.setattr(examples.fashion_mnist, "load_training", offline)
    page = open_lab(SHORT.replace("source=drawings", "source=fashion"), **DESKTOP)
    press(page, "Train")
    expect(page.locator("#lab-status .alert")).to_contain_text("is not available")
    press(page, "Train on drawings instead")
    expect(status(page)).to_contain_text("exactly zero.")
    expect(page.locator("#lab-runs")).to_contain_text("600 drawings")


@pytest.mark.parametrize("width", [390, 320])
def test_the_lab_fits_a_phone(open_lab, width):
    page = open_lab(SHORT, **PHONE | {"viewport": {"width": width, "height": 844}})
    trained(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_of_the_lab_has_a_name(open_lab):
    page = open_lab("?tab=train", **DESKTOP)
    expect(status(page)).to_be_visible()
    nameless = (
        page.locator(".settings")
        .locator("input:visible, button:visible")
        .evaluate_all(
            """controls => controls.filter(c =>
            !c.getAttribute("aria-label") && !c.labels?.length && !c.innerText
        ).map(c => c.outerHTML)"""
        )
    )
    assert nameless == []
