"""The load test's own parts, and a small crowd at the app in this process."""

import asyncio
import importlib
import json
import secrets

import httpx
import pytest

from benchmarks import pages
from benchmarks.stress import load, reliability
from benchmarks.stress.load import Crowd, FunctionIds, Query, Visitor
from benchmarks.stress.server import endpoint, listener
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import layout

VISITORS = 6


@pytest.fixture(scope="module")
def functions(app_url):
    config = httpx.get(f"{app_url}config", timeout=120).json()
    return FunctionIds(listener(config, "drawpad", "input"), endpoint(config, "classify"))


@pytest.fixture(scope="module")
def visitors(functions):
    queries = load.make_queries(VISITORS * 2, functions, layout.build(Collection()))
    return [Visitor(secrets.token_hex(5), queries[n::VISITORS]) for n in range(VISITORS)]


def crowd_at(app_url, functions, visitors, count) -> tuple[Crowd, list[float]]:
    async def send_requests():
        async with httpx.AsyncClient(base_url=app_url, timeout=120) as client:
            crowd = Crowd(client, functions, visitors)
            return crowd, await load.send_at_rate(crowd.draw_or_classify, count, 100, "requests")

    return asyncio.run(send_requests())


def test_each_visitor_gets_the_answer_to_their_own_drawing(app_url, functions, visitors):
    pages = {tuple(query.page) for visitor in visitors for query in visitor.queries}
    assert len(pages) == VISITORS * 2  # another's answer would be seen
    crowd, latencies = crowd_at(app_url, functions, visitors, VISITORS * 4)
    assert (crowd.errors, crowd.wrong_answers) == ([], 0)
    assert len(latencies) == VISITORS * 4
    assert latencies == sorted(latencies)


def test_another_visitors_answer_is_seen(app_url, functions, visitors):
    first, second = visitors[0].queries[0], visitors[1].queries[0]
    swapped = Query(second.url, second.controls, first.page, second.layers, "none", {})
    crowd, _ = crowd_at(app_url, functions, [Visitor("swapped", [swapped])], 2)
    assert crowd.errors == []
    assert crowd.wrong_answers == 2  # one from the canvas, one from /classify


def test_a_failure_is_counted(app_url, visitors):
    crowd, _ = crowd_at(app_url, FunctionIds(10**6, 10**6), visitors[:1], 2)
    assert len(crowd.errors) == 2


@pytest.mark.parametrize("name", ["load", "fuzz", "kills"])
def test_the_page_on_reliability_shows_its_figures(name):
    page = reliability.PAGE.read_text(encoding="utf-8")
    results = json.loads(reliability.RESULTS.read_text(encoding="utf-8"))[name]
    table = importlib.import_module(f"benchmarks.stress.{name}").table(results)
    assert pages.replaced(page, name, table) == page


def test_a_table_is_put_between_its_marks_and_nothing_else_changes():
    page = "A\n<!-- load -->\nold\nlines\n<!-- /load -->\nB\n<!-- fuzz -->\nx\n<!-- /fuzz -->\n"
    assert pages.replaced(page, "load", "new") == page.replace("old\nlines", "new")
