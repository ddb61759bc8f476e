"""The load test's own parts, and a small crowd at the app in this process."""

import asyncio
import importlib
import json
import secrets

import httpx
import pytest

from benchmarks import load, pages, reliability
from benchmarks.load import Crowd, Visitor, Wiring
from benchmarks.server import endpoint, listener
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import layout

VISITORS = 6


@pytest.fixture(scope="module")
def wiring(app_url):
    config = httpx.get(f"{app_url}config", timeout=120).json()
    return Wiring(listener(config, "drawpad", "input"), endpoint(config, "classify"))


@pytest.fixture(scope="module")
def visitors(wiring):
    made = load.questions(VISITORS * 2, wiring, layout.build(Collection()))
    return [Visitor(secrets.token_hex(5), made[n::VISITORS]) for n in range(VISITORS)]


def crowd_at(app_url, wiring, visitors, count) -> tuple[Crowd, list[float]]:
    async def come():
        async with httpx.AsyncClient(base_url=app_url, timeout=120) as client:
            crowd = Crowd(client, wiring, visitors)
            return crowd, await load.at_rate(crowd.both, count, 100, "requests")

    return asyncio.run(come())


def test_each_visitor_gets_the_answer_to_their_own_drawing(app_url, wiring, visitors):
    pages = {tuple(question.page) for visitor in visitors for question in visitor.questions}
    assert len(pages) == VISITORS * 2  # another's answer would be seen
    crowd, latencies = crowd_at(app_url, wiring, visitors, VISITORS * 4)
    assert (crowd.errors, crowd.crossed) == ([], 0)
    assert len(latencies) == VISITORS * 4
    assert latencies == sorted(latencies)


def test_another_visitors_answer_is_seen(app_url, wiring, visitors):
    one, other = visitors[0].questions[0], visitors[1].questions[0]
    swapped = load.Question(other.url, other.controls, one.page, other.layers, "none", {})
    crowd, _ = crowd_at(app_url, wiring, [Visitor("swapped", [swapped])], 2)
    assert crowd.errors == []
    assert crowd.crossed == 2  # one from the canvas, one from /classify


def test_a_failure_is_counted(app_url, visitors):
    crowd, _ = crowd_at(app_url, Wiring(10**6, 10**6), visitors[:1], 2)
    assert len(crowd.errors) == 2


@pytest.mark.parametrize("name", ["load", "fuzz", "kills"])
def test_the_page_on_reliability_shows_its_figures(name):
    page = reliability.PAGE.read_text(encoding="utf-8")
    table = "Not measured yet."
    if reliability.FIGURES.exists():
        kept = json.loads(reliability.FIGURES.read_text(encoding="utf-8"))
        if name in kept:
            table = importlib.import_module(f"benchmarks.{name}").table(kept[name])
    assert pages.replaced(page, name, table) == page


def test_a_table_is_put_between_its_marks_and_nothing_else_changes():
    page = "A\n<!-- load -->\nold\nlines\n<!-- /load -->\nB\n<!-- fuzz -->\nx\n<!-- /fuzz -->\n"
    assert pages.replaced(page, "load", "new") == page.replace("old\nlines", "new")
