"""In a browser: from pen up to the answer on the page, and whether a stroke waits for answers.

Against an app with the same canvas whose listener does nothing but count its calls.
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
from fmnist_demo.ui.draw_tab import examples
from fmnist_demo.ui.drawpad import DrawPad
from fmnist_demo.ui.layout import LAUNCH, build

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
WINDOW = {"width": 1280, "height": 900}
PROJECT, NOTHING = "this app", "the same canvas, a listener that does nothing"

STROKES = 10
"""Strokes a round of the benchmarks whose end is timed."""

LONG_STROKES = 2
"""Long strokes a round of the benchmarks during which events and frames are timed."""

POINTS = 150
"""Points of a long stroke."""

PREPARE = """() => {
  const canvas = document.querySelector("canvas");
  canvas.addEventListener("pointerdown", (event) => (window.pointer = event.pointerId));
  const isStatus = ({ target }) =>
    (target.closest ? target : target.parentElement)?.closest("[data-testid=status-tracker]");
  // Calls back whenever the answer changes; what Gradio lays over it while it waits is no answer.
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

# The last move and the lifting come at once, as from a hand: what is sent is sent by the lifting.
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


def idle() -> gr.Blocks:
    """An app with the same canvas, and answers that cost nothing."""
    calls = count(1)
    with gr.Blocks(analytics_enabled=False) as app:
        pad = DrawPad(examples=examples())
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


class Visitor:
    """A person at an app's page in the browser, drawing."""

    def __init__(self, browser, url: str):
        self.page = browser.new_page(viewport=WINDOW)
        self.page.goto(url)
        self.page.locator("canvas").wait_for()
        self.page.evaluate(PREPARE)
        self.settle()
        self.box = self.page.locator("canvas").bounding_box()

    def settle(self) -> None:
        """Wait until no answer has come for a while."""
        self.page.evaluate("quiet(400)")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the canvas, in shares of it, on the page."""
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
        """Seconds from the lifting of the pen to the answer; None if none came."""
        self.draw(points[:-1])
        self.settle()
        elapsed = self.page.evaluate(LIFT, self.at(*points[-1]))
        self.page.mouse.up()
        self.clear()
        return elapsed

    def long_stroke(self, points: np.ndarray) -> dict:
        """The longest wait of an event and of a frame, in ms, and how many answers came."""
        self.page.evaluate(WATCH)
        self.draw(points)
        longest = self.page.evaluate("unwatch()")
        self.page.mouse.up()
        self.clear()
        return longest


def measure(repeats: int) -> list[Table]:
    """With one thread, as the app runs. Raises `UserError` if Playwright or Chromium is missing."""
    rng = np.random.default_rng(0)
    lifts, events, frames = ({PROJECT: [], NOTHING: []} for _ in range(3))
    with threads(1), visitors() as drawing:
        for _ in tqdm(range(STROKES * repeats), "strokes"):
            points = rng.uniform(0.15, 0.85, (6, 2))
            for name, visitor in drawing.items():
                if (elapsed := visitor.stroke(points)) is not None:
                    lifts[name].append(elapsed)
        for _ in tqdm(range(LONG_STROKES * repeats), "long strokes"):
            for name, visitor in drawing.items():
                longest = visitor.long_stroke(spiral())
                events[name].append(longest["event"] / 1e3)
                frames[name].append(longest["frame"] / 1e3)

    def table(title: str, samples: dict[str, list[float]], remark: str = "") -> Table:
        return Table(title, [Row(name, samples[name]) for name in samples], NOTHING, remark=remark)

    return [
        table("Pen up to the answer on the page", lifts),
        table("Longest wait of a pointer event in a stroke", events),
        table(
            "Longest time between two frames in a stroke",
            frames,
            f"Strokes of {POINTS} points, while answers are asked for ten times a second.",
        ),
    ]


def spiral() -> np.ndarray:
    """A long stroke, (POINTS, 2), in shares of the canvas."""
    t = np.linspace(0.05, 1, POINTS)
    turn = 8 * np.pi * t
    return 0.5 + 0.4 * np.stack([t * np.cos(turn), t * np.sin(turn)], axis=1)


@contextmanager
def visitors() -> Iterator[dict[str, Visitor]]:
    """A visitor of either app, by name; both are served on this machine."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise UserError(
            "Playwright is not installed: run pip install -r requirements-benchmarks.txt."
        ) from None
    if (path := chromium()) is None:
        raise UserError("There is no Chromium on this machine: run apt-get install chromium.")
    apps = {PROJECT: build(Collection()), NOTHING: idle()}
    try:
        urls = {
            name: app.launch(**LAUNCH, prevent_thread_lock=True, quiet=True)[1]
            for name, app in apps.items()
        }
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield {name: Visitor(browser, url) for name, url in urls.items()}
            browser.close()
    finally:
        for app in apps.values():
            app.close()
