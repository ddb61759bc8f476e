"""A hundred visitors at once: does everyone get the answer to their own drawing, and how soon?

`python -m benchmarks.stress.load` starts the app in a separate process. Then

1. the visitors draw, through the listener of the canvas, at a fixed total rate;
2. they call `/classify` at the same rate, each time with an upload;
3. they send thousands of such requests as fast as the server answers, while the memory is watched.

Every answer is compared with the answer of the same networks in this process. A visitor has an open
page: a session and a heartbeat. A request is sent at its scheduled time whether or not earlier ones
have been answered, and its latency counts from that time.
"""

import argparse
import asyncio
import base64
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import numpy as np
import torch
from tqdm import tqdm

from benchmarks.stress import reliability
from benchmarks.stress.server import (
    CORES,
    RUN,
    UPLOAD,
    Server,
    endpoint,
    file_data,
    listener,
    serving,
)
from benchmarks.tables import grid
from fmnist_demo.networks.checkpoints import LAYERS, Collection
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui import layout
from fmnist_demo.ui.answers.compare import DEPTH, PENALTY
from fmnist_demo.ui.drawpad import DrawPad, encode

VISITORS = 100
RATE = 20.0
"""Requests a second, of all visitors together."""

SECONDS = 60.0
REQUESTS = 20_000
WARM_UP = 0.1
"""The share of the requests after which the memory is first read."""

CONCURRENT = 8
"""Requests that are in flight at the same time in the third part."""

QUERIES_PER_VISITOR = 3

PERCENTILES = {"median": "median", "p99": "99th percentile", "max": "slowest"}
"""What is reported of the latencies, with the heading of its column."""

PATIENCE = 120.0
"""Seconds after which a missing answer counts as an error."""

Send = Callable[[int], Awaitable[None]]
"""Sends request number n."""


@dataclass(frozen=True)
class FunctionIds:
    """The numbers of the server's functions that the page calls."""

    canvas: int
    classify: int


CLOSED = (False, False, False, None, None)
"""All views of the networks are closed; the visitor has no network and opened no unit."""


@dataclass(frozen=True)
class Query:
    """A drawing, a PNG as a data URL, with the expected answers.

    `controls`: the values of *Compare*, and whether to show saliency. `page`: the two pieces of
    HTML. `confidences`: those of the network `layers` and `regulariser`, by label.
    """

    url: str
    controls: tuple
    page: list[str]
    layers: int
    regulariser: str
    confidences: dict[str, float]


@dataclass(frozen=True)
class Visitor:
    """An open page: its session, and the drawings that are made on it in turn."""

    session: str
    queries: list[Query]


def make_queries(count: int, functions: FunctionIds, app) -> list[Query]:
    """`count` different drawings, with the answers of `app` in this process."""
    canvas, classify = app.fns[functions.canvas].fn, app.fns[functions.classify].fn
    pad, regularisers = DrawPad(), list(REGULARISERS)
    queries = []
    for number in tqdm(range(count), "expected answers"):
        url = encode(draw(number % len(CLASS_NAMES), np.random.default_rng((2, number))))
        layers, regulariser = LAYERS[number % 3], regularisers[number // 3 % 3]
        controls = (DEPTH if number % 2 else PENALTY, regulariser, layers, False)
        page = list(canvas(url, *controls, *CLOSED)[:2])
        confidences = classify(pad.preprocess(url), layers, regulariser)
        queries.append(Query(url, controls, page, layers, regulariser, confidences))
    return queries


class Crowd:
    """Sends the visitors' requests and checks the answers.

    `errors`: one text for each failed request. `wrong_answers`: how many answers belonged to
    another drawing.
    """

    def __init__(self, client: httpx.AsyncClient, functions: FunctionIds, visitors: list[Visitor]):
        self.client = client
        self.functions = functions
        self.visitors = visitors
        self.errors: list[str] = []
        self.wrong_answers = 0

    async def draw(self, number: int) -> None:
        """Request `number`: a drawing from the canvas."""
        visitor, query = self._query(number)
        data = [query.url, *query.controls, *CLOSED]
        answer = await self._run(visitor, self.functions.canvas, data)
        if answer is not None and answer[:2] != query.page:
            self.wrong_answers += 1

    async def classify(self, number: int) -> None:
        """Request `number`: upload a drawing as a unique file, and ask one network."""
        visitor, query = self._query(number)
        picture = base64.b64decode(query.url.partition(",")[2]) + secrets.token_bytes(8)
        try:
            upload = await self.client.post(UPLOAD, files={"files": ("drawing.png", picture)})
            (path,) = upload.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            self.errors.append(f"upload: {error!r}")
            return
        data = [file_data(path), query.layers, query.regulariser]
        answer = await self._run(visitor, self.functions.classify, data)
        if answer is not None:
            confidences = {c["label"]: c["confidence"] for c in answer[0]["confidences"]}
            self.wrong_answers += not _agree(confidences, query.confidences)

    async def draw_or_classify(self, number: int) -> None:
        """Request `number`: all visitors draw, then all visitors call `/classify`, and so on."""
        await (self.classify if number // len(self.visitors) % 2 else self.draw)(number)

    def _query(self, number: int) -> tuple[Visitor, Query]:
        round_, index = divmod(number, len(self.visitors))
        visitor = self.visitors[index]
        return visitor, visitor.queries[round_ % len(visitor.queries)]

    async def _run(self, visitor: Visitor, function: int, data: list) -> list | None:
        body = {"data": data, "fn_index": function, "session_hash": visitor.session}
        try:
            response = await self.client.post(RUN, json=body)
            return response.raise_for_status().json()["data"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self.errors.append(f"function {function}: {error!r}")
            return None


def _agree(confidences: dict[str, float], expected: dict[str, float]) -> bool:
    return confidences.keys() == expected.keys() and all(
        abs(confidences[label] - expected[label]) <= 1e-4 for label in expected
    )


async def send_at_rate(send: Send, count: int, rate: float, title: str) -> list[float]:
    """Send `count` requests, `rate` a second. Returns the latencies in seconds, sorted."""
    start, latencies = time.perf_counter(), []
    with tqdm(total=count, desc=title) as bar:

        async def send_on_time(number: int) -> None:
            scheduled = start + number / rate
            await asyncio.sleep(max(0, scheduled - time.perf_counter()))
            await send(number)
            latencies.append(time.perf_counter() - scheduled)
            bar.update()

        await asyncio.gather(*map(send_on_time, range(count)))
    return sorted(latencies)


async def send_all(send: Send, count: int, server: Server, title: str) -> list[tuple[int, float]]:
    """Send `count` requests, `CONCURRENT` at a time.

    Returns pairs: how many requests were answered, and the server's memory in MB.
    """
    numbers, memory = iter(range(count)), []
    step = max(1, count // 100)
    with tqdm(total=count, desc=title) as bar:

        async def work() -> None:
            for number in numbers:
                await send(number)
                bar.update()
                if bar.n % step == 0:
                    memory.append((bar.n, round(server.memory, 1)))

        await asyncio.gather(*(work() for _ in range(CONCURRENT)))
    return memory


async def open_visitors(
    pages: AsyncExitStack, client: httpx.AsyncClient, functions: FunctionIds, count: int
) -> list[Visitor]:
    """Open the page `count` times, each with its own drawings, until `pages` is closed."""
    queries = make_queries(count * QUERIES_PER_VISITOR, functions, layout.build(Collection()))
    visitors = [Visitor(secrets.token_hex(5), queries[start::count]) for start in range(count)]
    for visitor in tqdm(visitors, "pages"):
        (await client.get("")).raise_for_status()
        heartbeat = client.stream("GET", f"gradio_api/heartbeat/{visitor.session}")
        await pages.enter_async_context(heartbeat)
    return visitors


async def measure(server: Server, args: argparse.Namespace) -> dict:
    """Run all three parts. Returns the results as JSON holds them."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=args.visitors)
    async with AsyncExitStack() as pages:
        client = await pages.enter_async_context(
            httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, limits=limits)
        )
        config = (await client.get("config")).json()
        functions = FunctionIds(listener(config, "drawpad", "input"), endpoint(config, "classify"))
        visitors = await open_visitors(pages, client, functions, args.visitors)
        crowd = Crowd(client, functions, visitors)
        count = round(args.rate * args.seconds)
        latencies = {}
        for name, send in (("drawing", crowd.draw), ("/classify", crowd.classify)):
            await send(0)  # the first request also loads what later ones share
            latencies[name] = _summary(await send_at_rate(send, count, args.rate, name))
        memory = await send_all(crowd.draw_or_classify, args.requests, server, "memory")
    warm = next(megabytes for done, megabytes in memory if done >= args.requests * WARM_UP)
    files, files_megabytes = server.disk
    return {
        "machine": reliability.measured_on(),
        "load_average": round(os.getloadavg()[0], 1),
        "cores": CORES,
        "visitors": args.visitors,
        "rate": args.rate,
        "latencies": latencies,
        "requests": args.requests,
        "memory": memory,
        "memory_warm": warm,
        "memory_growth": max(megabytes for _, megabytes in memory) / warm - 1,
        "files": files,
        "files_megabytes": round(files_megabytes, 1),
        "errors": len(crowd.errors),
        "first_errors": crowd.errors[:5],
        "wrong_answers": crowd.wrong_answers,
        "tracebacks": server.log.count("Traceback"),
    }


def _summary(latencies: list[float]) -> dict:
    values = np.quantile(latencies, (0.5, 0.99, 1), method="higher").tolist()
    return {"n": len(latencies)} | dict(zip(PERCENTILES, values, strict=True))


def table(results: dict) -> str:
    """The results in Markdown."""
    rows = [
        [name, f"{times['n']:,}", *(f"{times[key] * 1000:,.0f} ms" for key in PERCENTILES)]
        for name, times in results["latencies"].items()
    ]
    return (
        f"{results['visitors']} visitors send {results['rate']:g} requests a second in total "
        f"to a server on {results['cores']} cores. Measured on {results['machine']}; the load "
        f"average at the end was {results['load_average']}.\n\n"
        f"{grid(['requests', 'n', *PERCENTILES.values()], rows)}\n\n"
        f"Then {results['requests']:,} requests of both kinds, {CONCURRENT} at a time: the "
        f"server used {results['memory_warm']:.0f} MB of memory after the first {WARM_UP:.0%} "
        f"and at most {results['memory_growth']:.1%} more after that. In total there were "
        f"{results['errors']} errors, {results['wrong_answers']} answers to somebody else's "
        f"drawing and {results['tracebacks']} tracebacks in the log. The uploads took "
        f"{results['files_megabytes']:g} MB in {results['files']:,} files, which are deleted "
        "after an hour."
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns 1 if a request failed or an answer was wrong."""
    parser = reliability.parser("load", __doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second (20)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of parts 1 and 2 (60)")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="in part 3 (20000)")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)

    def run() -> dict:
        with serving() as server:
            return asyncio.run(measure(server, args))

    return reliability.run(
        args,
        measure=run,
        table=table,
        problems=lambda results: results["first_errors"],
        failed=lambda results: (
            results["errors"] or results["wrong_answers"] or results["tracebacks"]
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
