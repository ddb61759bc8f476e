"""In a browser: the time from pen up to the answer, and whether answers delay a stroke.

Compared with an app that has the same canvas and a listener that only counts its calls.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import gradio as gr
import numpy as np
from tqdm import tqdm

from benchmarks.machine import chromium
from benchmarks.measuring import threads
from benchmarks.tables import Row, Table
from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import examples
from fmnist_demo.ui.drawpad import DrawPad
from fmnist_demo.ui.layout import LAUNCH, build

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
WINDOW = {"width": 1280, "height": 900}
PROJECT, BASELINE = "this app", "the same canvas with a listener that does nothing"

STROKES_PER_ROUND = 10
"""Strokes of which the time from pen up to the answer is taken."""

LONG_STROKES_PER_ROUND = 2
"""Long strokes during which events and frames are timed."""

POINTS = 150
"""Points of a long stroke."""

PREPARE = """() => {
  const canvas = document.querySelector("canvas");
  canvas.addEventListener("pointerdown", (event) => (window.pointer = event.pointerId));
  const isStatus = ({ target }) =>
    (target.closest ? target : target.parentElement)?.closest("[data-testid=status-tracker]");
  // Calls back whenever the answer changes. Gradio's waiting overlay does not count.
  window.onAnswer = (callback) => {
    const observer = new MutationObserver((all) => all.every(isStatus) || callback());
    const changes = { subtree: true, childList: true, characterData: true };
    observer.observe(document.querySelector(".answers"), changes);
    return () => observer.disconnect();
  };
  window.quiet = (milliseconds) => new Promise((resolve) => {
    let timer = 0;
    const stop = onAnswer(wait);
    function wait() {
      clearTimeout(timer);
      timer = setTimeout(() => (stop(), resolve()), milliseconds);
    }
    wait();
  });
}"""

# The last move and pen up come together, as from a hand, so that pen up sends the drawing.
LIFT = """async ([x, y]) => {
  const canvas = document.querySelector("canvas");
  const answered = new Promise((resolve) => {
    const stop = onAnswer(() => (stop(), resolve(performance.now())));
    setTimeout(() => (stop(), resolve(null)), 10_000);
  });
  const pen = { pointerId: window.pointer, clientX: x, clientY: y, bubbles: true };
  canvas.dispatchEvent(new PointerEvent("pointermove", pen));
  const lifted = performance.now();
  canvas.dispatchEvent(new PointerEvent("pointerup", pen));
  const end = await answered;
  return end === null ? null : (end - lifted) / 1000;
}"""

WATCH = """() => {
  window.longest = { event: 0, frame: 0, answers: 0 };
  const canvas = document.querySelector("canvas");
  const seen = (event) => {
    longest.event = Math.max(longest.event, performance.now() - event.timeStamp);
  };
  canvas.addEventListener("pointermove", seen);
  let last = null, request = 0;
  const frame = (now) => {
    if (last !== null) longest.frame = Math.max(longest.frame, now - last);
    last = now;
    request = requestAnimationFrame(frame);
  };
  request = requestAnimationFrame(frame);
  const stop = onAnswer(() => (longest.answers += 1));
  window.unwatch = () => {
    canvas.removeEventListener("pointermove", seen);
    cancelAnimationFrame(request);
    stop();
    return longest;
  };
}"""


def baseline_app() -> gr.Blocks:
    """An app with the same canvas and answers that cost nothing."""
    calls = count(1)
    with gr.Blocks(analytics_enabled=False) as app:
        pad = DrawPad(examples.load())
        answers = gr.HTML("", elem_classes="answers")
        pad.input(
            lambda picture: f"<p>{next(calls)}</p>",
            pad,
            answers,
            queue=False,
            show_progress="hidden",
            trigger_mode="always_last",
            api_visibility="private",
        )
    return app


class DrawingPage:
    """An app's page in the browser, with a mouse that draws on it."""

    def __init__(self, browser, url: str):
        self.page = browser.new_page(viewport=WINDOW)
        self.page.goto(url)
        self.page.locator("canvas").wait_for()
        self.page.evaluate(PREPARE)
        self.settle()
        self.box = self.page.locator("canvas").bounding_box()

    def settle(self) -> None:
        """Wait until no answer has come for 0.4 seconds."""
        self.page.evaluate("quiet(400)")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point in shares of the canvas, in pixels of the page."""
        box = self.box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def draw(self, points: np.ndarray) -> None:
        """Put the pen down and move it along the points (N, 2), in shares of the canvas."""
        mouse = self.page.mouse
        mouse.move(*self.at(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.at(*point))

    def clear(self) -> None:
        self.page.get_by_role("button", name="Clear the drawing").click()
        self.settle()

    def stroke(self, points: np.ndarray) -> float | None:
        """Draw a stroke. Returns the seconds from pen up to the answer, or None if none came."""
        self.draw(points[:-1])
        self.settle()
        elapsed = self.page.evaluate(LIFT, self.at(*points[-1]))
        self.page.mouse.up()
        self.clear()
        return elapsed

    def long_stroke(self, points: np.ndarray) -> dict:
        """Draw a stroke.

        Returns the longest delay of an `event` and a `frame`, in ms, and the number of `answers`.
        """
        self.page.evaluate(WATCH)
        self.draw(points)
        longest = self.page.evaluate("unwatch()")
        self.page.mouse.up()
        self.clear()
        return longest


def measure(repeats: int) -> list[Table]:
    """Use one thread, as the app does. Raises `UserError` if Playwright or Chromium is missing."""
    rng = np.random.default_rng(0)
    lifts, events, frames = ({PROJECT: [], BASELINE: []} for _ in range(3))
    with threads(1), drawing_pages() as pages:
        for _ in tqdm(range(STROKES_PER_ROUND * repeats), "strokes"):
            points = rng.uniform(0.15, 0.85, (6, 2))
            for name, page in pages.items():
                if (elapsed := page.stroke(points)) is not None:
                    lifts[name].append(elapsed)
        for _ in tqdm(range(LONG_STROKES_PER_ROUND * repeats), "long strokes"):
            for name, page in pages.items():
                longest = page.long_stroke(spiral())
                events[name].append(longest["event"] / 1e3)
                frames[name].append(longest["frame"] / 1e3)

    def table(title: str, samples: dict[str, list[float]], remark: str = "") -> Table:
        return Table(title, [Row(name, samples[name]) for name in samples], BASELINE, remark=remark)

    return [
        table("From pen up to the answer on the page", lifts),
        table("Longest delay of a pointer event during a stroke", events),
        table(
            "Longest time between two frames during a stroke",
            frames,
            f"Each stroke has {POINTS} points; meanwhile the page asks for answers ten times a "
            "second.",
        ),
    ]


def spiral() -> np.ndarray:
    """A long stroke, (POINTS, 2), in shares of the canvas."""
    t = np.linspace(0.05, 1, POINTS)
    turn = 8 * np.pi * t
    return 0.5 + 0.4 * np.stack([t * np.cos(turn), t * np.sin(turn)], axis=1)


@contextmanager
def drawing_pages() -> Iterator[dict[str, DrawingPage]]:
    """The page of either app, by name; both are served on this machine."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise UserError(
            "Playwright is not installed: run pip install -r requirements-benchmarks.txt."
        ) from None
    if (path := chromium()) is None:
        raise UserError("There is no Chromium on this machine: run apt-get install chromium.")
    apps = {PROJECT: build(Collection()), BASELINE: baseline_app()}
    try:
        urls = {
            name: app.launch(**LAUNCH, prevent_thread_lock=True, quiet=True)[1]
            for name, app in apps.items()
        }
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield {name: DrawingPage(browser, url) for name, url in urls.items()}
            browser.close()
    finally:
        for app in apps.values():
            app.close()
