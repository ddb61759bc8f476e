"""Accessibility of the page: axe-core, the keyboard, small windows, zoom and system settings.

The page is filled first: a drawing and a photo answered, figures, trainings, a broken network.
"""

import base64
import json
import shutil
from dataclasses import replace

import pytest
from browser_helpers import DESKTOP, PHONE, few_drawings, verdict
from conftest import PATIENCE, QUICK, TINY
from helpers import SOME, photo_of

from fmnist_demo.experiments import path, study
from fmnist_demo.networks.checkpoints import WEIGHTS, Collection
from fmnist_demo.ui import layout

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
expect = playwright.expect

TABS = ("Draw", "Photo", "L1 and L2", "Train", "Findings")
WINDOWS = {
    "desktop": DESKTOP["viewport"],
    "phone": PHONE["viewport"],
    "320 pixels": {"width": 320, "height": 640},
    "zoom of 200 %": {"width": 640, "height": 400},
}
"""In CSS pixels: at a zoom of 200 %, a window of 1280 by 800 has 640 by 400 of them."""

AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
SHORT = "?source=drawings&layers=1&width=32&epochs=2&regulariser=l1&strength=0.0002"
CONTROLS = "button, input, select, textarea, a[href], summary, canvas, [tabindex='0']"

SHOWN = f"""
const shown = [...document.querySelectorAll("{CONTROLS}")].filter((e) => {{
  const box = e.getBoundingClientRect();
  return !e.disabled && box.width > 1 && box.height > 1 && !e.closest("[aria-hidden=true]")
    && e.checkVisibility({{ visibilityProperty: true, opacityProperty: true }});
}});
const called = (e) => `${{e.tagName}} ${{e.ariaLabel || e.innerText || e.id || e.outerHTML}}`;
"""
"""JavaScript: `shown`, the visible and enabled controls in order; `called`, the name of one."""


@pytest.fixture(scope="module")
def app_url(tmp_path_factory):
    """The shipped networks beside a broken one, with a path and a study of made-up numbers."""
    folder = tmp_path_factory.mktemp("weights")
    for file in [*WEIGHTS.glob("*.safetensors"), *WEIGHTS.glob("results.json")]:
        shutil.copy(file, folder)
    (folder / "broken.safetensors").write_bytes(b"no network at all")
    points = study.plan()
    found = dict.fromkeys(study.trainings(points, 2), SOME)
    made = study.summary(study.BASE, points, found, 2)
    (folder / "study.json").write_text(json.dumps(made))
    walked = path.trainings(TINY, replace(QUICK, seed=0), path.PATH_STRENGTHS, 2)
    (folder / "path.json").write_text(json.dumps(path.summary([(one, SOME) for one in walked])))
    with few_drawings():
        app = layout.build(Collection(folder))
        _, url, _ = app.launch(**layout.LAUNCH, prevent_thread_lock=True, quiet=True)
        yield url
        app.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, browser, app_url, tmp_path_factory):
    """The page with something in every tab; the tests change nothing but its size and tab."""
    page = browser.new_page(**DESKTOP, color_scheme=request.param)
    page.set_default_timeout(PATIENCE)
    page.goto(app_url + SHORT)
    expect(page.locator(".problems")).to_be_visible()
    page.get_by_role("button", name="Example drawing: T-shirt").click()
    expect(verdict(page)).to_be_visible()
    page.get_by_role("checkbox", name="Show which pixels mattered").first.check()
    for view in ("Look inside the networks", "Find the connections", "Change its mind"):
        page.get_by_role("checkbox", name=view).first.check()
    expect(page.locator(".view:visible")).to_be_visible()
    page.locator(".view:visible .strip").nth(1).click()
    expect(page.locator(".view:visible .explained table")).not_to_have_count(0)
    open_tab(page, "Photo")
    photo = tmp_path_factory.mktemp("photo") / "photo.jpg"
    photo_of(0).save(photo)
    page.set_input_files("#picture input[type=file]", photo)
    expect(verdict(page)).to_be_visible()
    open_tab(page, "L1 and L2")
    expect(page.locator(".tailor .answer").first).to_contain_text("%")
    for figure in ("weights", "pruning", "path"):
        expect(page.locator(f"#chart-{figure}")).to_contain_text("CSV")
    open_tab(page, "Train")
    for _ in range(2):
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_role("button", name="Try it on your drawing")).to_be_visible()
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    expect(page.locator("#lab-compared svg")).to_be_visible()
    open_tab(page, "Findings")
    expect(page.locator("#chart-drawings svg")).to_be_visible()
    page.get_by_role("button", name="All numbers").first.click()
    expect(page.locator(".numbers:visible table")).to_be_visible()
    yield page
    page.close()


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
        "aria-selected", "true"
    )


def show(page, tab, window):
    """Open a tab in a window of this size, and wait for its animations to end."""
    page.set_viewport_size(WINDOWS[window])
    open_tab(page, tab)
    page.evaluate(
        """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
        .then(() => Promise.all(document.getAnimations()
          .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
          .map(one => one.finished.catch(() => null))))"""
    )


@pytest.mark.parametrize("window", ["desktop", "phone"])
@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_no_violation(page, tab, window):
    show(page, tab, window)
    response = axe.Axe().run(page, options=AXE).response
    found = [
        (violation["id"], violation["impact"], node["target"], node["failureSummary"])
        for violation in response["violations"]
        for node in violation["nodes"]
    ]
    assert found == []
    assert len(response["passes"]) > 10


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("tab", TABS)
def test_nothing_is_cut_off_or_overlaps(page, tab, window):
    show(page, tab, window)
    width = WINDOWS[window]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert cut_off(page) == []
    assert overlapping(page) == []
    assert page.get_by_role("button", name="More tabs").is_hidden()
    assert smallest_text(page) >= 7.5


def cut_off(page) -> list[str]:
    """Controls that extend beyond the window, and texts that do not fit their box."""
    return page.evaluate(
        f"""() => {{ {SHOWN}
        const scrolls = (e) => e.closest(".runs, .table-wrap, .numbers");
        const out = shown.filter((e) => {{
          const box = e.getBoundingClientRect();
          return !scrolls(e) && (box.left < 0 || box.right > document.documentElement.clientWidth);
        }});
        const texts = [...document.querySelectorAll("p, h1, h2, h3, li, td, label, span, button")];
        const clipped = texts.filter((e) =>
          e.checkVisibility() && getComputedStyle(e).overflowX !== "visible"
          && !e.matches(".unseen") && !scrolls(e) && e.clientWidth > 1
          && e.scrollWidth > e.clientWidth + 1);
        return [...out, ...clipped].map(called);
        }}"""
    )


def overlapping(page) -> list[str]:
    """Pairs of controls that overlap without one being inside the other."""
    return page.evaluate(
        f"""() => {{ {SHOWN}
        const boxes = shown.map((e) => [e, e.getBoundingClientRect()]);
        const cover = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
          && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        return boxes.flatMap(([a, one], i) => boxes.slice(i + 1)
          .filter(([b, two]) => !a.contains(b) && !b.contains(a) && cover(one, two))
          .map(([b]) => `${{called(a)}} / ${{called(b)}}`));
        }}"""
    )


def smallest_text(page) -> float:
    """The smallest font size on the page and in its figures, in pixels, not counting exponents."""
    return page.evaluate(
        """() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        let smallest = Infinity;
        while (walker.nextNode()) {
          const e = walker.currentNode.parentElement;
          if (!walker.currentNode.data.trim() || !e.checkVisibility()) continue;
          if (e.closest(".unseen, tspan")) continue;
          const svg = e.closest("svg");
          const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
          smallest = Math.min(smallest, scale * parseFloat(getComputedStyle(e).fontSize));
        }
        return smallest;
        }"""
    )


@pytest.mark.parametrize("window", ["desktop", "phone"])
@pytest.mark.parametrize("tab", TABS)
def test_the_tab_key_reaches_every_control_in_order_with_a_visible_focus(page, tab, window):
    show(page, tab, window)
    page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges(); }")
    page.evaluate(f"() => {{ {SHOWN} window.controls = shown; window.called = called; }}")
    page.locator("h1").click(position={"x": 1, "y": 1})
    reached, ringless, hidden = [], [], []
    for _ in range(page.evaluate("controls.length") + 2):
        page.keyboard.press("Tab")
        at, name, ring, seen = page.evaluate(FOCUS)
        if at is None:
            break
        reached.append(at)
        ringless += [] if ring else [name]
        hidden += [] if seen else [name]
    else:
        pytest.fail(f"the tab key does not leave the page: {reached}")
    missed = page.evaluate(
        "reached => controls.filter((e, i) => !reached.includes(i)).map(called)", reached
    )
    assert missed == []
    assert reached == sorted(reached)
    assert ringless == []
    assert hidden == []


FOCUS = """() => {
  const e = document.activeElement;
  if (e === document.body) return [null, "", true, true];
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const bar = [...document.querySelectorAll(".verdict")].find((one) => one.checkVisibility());
  const fixed = bar && getComputedStyle(bar).position === "fixed";
  const bottom = fixed ? bar.getBoundingClientRect().top : innerHeight;
  return [
    controls.indexOf(e),
    called(e),
    style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2,
    box.top < bottom && box.bottom > 0,
  ];
}"""
"""The focused element: its place among the controls (None if nothing has the focus), its name,
whether it has a focus ring, and whether any of it is visible."""


@pytest.mark.parametrize("tab", TABS[1:])
def test_the_keyboard_opens_a_tab_and_the_tab_names_its_panel(open_page, tab):
    page = open_page(**DESKTOP)
    go_to(page, tab)
    page.keyboard.press("Enter")
    button = page.get_by_role("tab", name=tab, exact=True)
    expect(button).to_have_attribute("aria-selected", "true")
    expect(page.locator(f"#{button.get_attribute('aria-controls')}[role=tabpanel]")).to_be_visible()


def go_to(page, name, key="Tab"):
    """Press the tab key until the control of this name has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        if (
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
            == name
        ):
            return
    pytest.fail(f"{name} is not reached")


def test_the_keyboard_chooses_clears_and_restores_an_example(open_page):
    page = open_page(**DESKTOP)
    go_to(page, "Example drawing: Bag")
    page.keyboard.press("Enter")
    expect(verdict(page)).to_contain_text("Bag")
    expect(verdict(page)).to_have_attribute("aria-live", "polite")
    go_to(page, "Clear the drawing", "Shift+Tab")
    page.keyboard.press("Space")
    expect(verdict(page)).to_have_count(0)
    expect(page.locator("canvas")).to_be_focused()
    go_to(page, "Undo the last stroke")
    page.keyboard.press("Space")
    expect(verdict(page)).to_contain_text("Bag")
    assert "upload" in page.locator("canvas").get_attribute("aria-label")


@pytest.mark.parametrize("name", ["T-shirt", "Bag", "Ankle boot"])
def test_an_uploaded_drawing_gets_the_same_answers(open_page, tmp_path, name):
    page = open_page(**DESKTOP)
    go_to(page, f"Example drawing: {name}")
    page.keyboard.press("Enter")
    expect(verdict(page)).to_be_visible()
    drawn = page.locator(".card:visible .top").all_inner_texts()
    picture = page.locator("canvas").evaluate("canvas => canvas.toDataURL('image/png')")
    (tmp_path / "drawing.png").write_bytes(base64.b64decode(picture.partition(",")[2]))
    page.get_by_role("tab", name="Photo").press("Enter")
    with page.expect_file_chooser() as chooser:
        page.locator("#picture button:has(input[type=file])").press("Enter")
    chooser.value.set_files(tmp_path / "drawing.png")
    expect(verdict(page)).to_be_visible()
    assert page.locator(".card:visible .top").all_inner_texts() == drawn
    assert len(drawn) == 3


def test_the_arrow_keys_show_the_numbers_of_a_figure(open_page):
    page = open_page(**DESKTOP)
    open_tab(page, "L1 and L2")
    figure = page.locator("#chart-zeros")
    expect(figure.locator("svg")).to_be_visible()
    numbers = figure.locator(".spot").evaluate_all("spots => spots.map(s => s.dataset.tip)")
    plot, tip = figure.locator(".plot"), figure.get_by_role("status")
    for key, told in [
        ("ArrowRight", numbers[0]),
        ("ArrowDown", numbers[1]),
        ("ArrowLeft", numbers[0]),
        ("Escape", ""),
        ("ArrowLeft", numbers[-1]),
        ("ArrowRight", numbers[-1]),
    ]:
        plot.press(key)
        expect(tip).to_have_text(told)
    page.keyboard.press("Tab")
    expect(tip).to_have_text("")
    expect(figure.get_by_role("button")).to_be_focused()


def test_reduced_motion_turns_animations_off(open_page):
    page = open_page(**DESKTOP, reduced_motion="reduce")
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll("main *")].flatMap((e) => {
          const {transitionDuration, animationDuration} = getComputedStyle(e);
          return `${transitionDuration},${animationDuration}`.split(",").map(parseFloat);
        }))"""
    )
    assert longest <= 0.001


def test_bars_stay_visible_in_forced_colours(open_page):
    page = open_page(**DESKTOP, forced_colors="active")
    page.get_by_role("button", name="Example drawing: Bag").click()
    expect(verdict(page)).to_be_visible()
    bar, card = (
        page.locator(f"{place}:visible").first.evaluate(
            "(e, part) => getComputedStyle(e, part).backgroundColor", part
        )
        for place, part in ((".card li", "::before"), (".card", None))
    )
    assert bar != card
