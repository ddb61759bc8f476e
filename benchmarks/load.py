"""A hundred visitors at once: does each get the answer to their own drawing, and how soon?

`python -m benchmarks.load` starts the app in a process of its own and

1. has the visitors draw, through the listener of the canvas, at a fixed rate in all;
2. has them ask `/classify` at the same rate, each time with an upload;
3. sends thousands of such requests as fast as they are answered, and watches the memory.

Every answer is compared with what the same networks say in this process. A visitor has a page: a
session and a heartbeat that stays open. A request is due at its time whether or not earlier ones
are answered, and is timed from when it was due.
"""

import argparse
import asyncio
import base64
import os
import secrets
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import numpy as np
import torch
from tqdm import tqdm

from benchmarks import reliability
from benchmarks.server import (
    CORES,
    RUN,
    UPLOAD,
    Server,
    endpoint,
    file_data,
    listener,
    serving,
)
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui import layout
from fmnist_demo.ui.drawpad import DrawPad, encode

VISITORS = 100
RATE = 20.0
"""Requests a second, of all visitors together."""

SECONDS = 60.0
REQUESTS = 20_000
WARM_UP = 0.1
"""The share of them after which the memory is read first."""

AT_ONCE = 8
"""How many of them are on their way at a time."""

QUESTIONS = 3
"""Different drawings of each visitor."""

PATIENCE = 120.0
"""Seconds after which an answer counts as an error."""


@dataclass(frozen=True)
class Question:
    """A drawing as a PNG data URL, and what is expected for it, as this process says.

    `controls`: the regulariser and the depths. `page`: the two pieces of HTML. `confidences`: of
    one network, `layers` and `regulariser`, by label.
    """

    url: str
    controls: tuple
    page: list[str]
    layers: int
    regulariser: str
    confidences: dict[str, float]


@dataclass(frozen=True)
class Visitor:
    """A page that is open: its session, and the drawings that will be made on it."""

    session: str
    questions: list[Question]


@dataclass(frozen=True)
class Wiring:
    """The numbers of the functions that the page calls."""

    canvas: int
    classify: int


def questions(count: int, wiring: Wiring, app) -> list[Question]:
    """Different drawings, with the answers of `app` to each."""
    pad, canvas, classify = DrawPad(), app.fns[wiring.canvas].fn, app.fns[wiring.classify].fn
    names = list(REGULARISERS)
    made = []
    for number in tqdm(range(count), "expected answers"):
        url = encode(draw(number % len(CLASS_NAMES), np.random.default_rng((2, number))))
        layers, regulariser = (3, 5, 7)[number % 3], names[number // 3 % 3]
        controls = (regulariser, [3, 5, 7] if number % 2 else [layers], False)
        answer = list(canvas(url, *controls, None))
        confidences = classify(pad.preprocess(url), layers, regulariser)
        made.append(Question(url, controls, answer, layers, regulariser, confidences))
    return made


class Crowd:
    """The visitors, and what became of their requests."""

    def __init__(self, client: httpx.AsyncClient, wiring: Wiring, visitors: list[Visitor]):
        self.client = client
        self.wiring = wiring
        self.visitors = visitors
        self.errors: list[str] = []
        self.crossed = 0

    async def draw(self, number: int) -> None:
        """Visitor `number` sends a drawing from the canvas."""
        visitor, question = self._turn(number)
        data = [question.url, *question.controls, None]
        answer = await self._run(visitor, self.wiring.canvas, data)
        if answer is not None and answer != question.page:
            self.crossed += 1

    async def classify(self, number: int) -> None:
        """Visitor `number` uploads a drawing, a file of its own, and asks one network."""
        visitor, question = self._turn(number)
        picture = _bytes(question.url) + secrets.token_bytes(8)
        try:
            sent = await self.client.post(UPLOAD, files={"files": ("drawing.png", picture)})
            (path,) = sent.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            self.errors.append(f"upload: {error!r}")
            return
        data = [file_data(path), question.layers, question.regulariser]
        answer = await self._run(visitor, self.wiring.classify, data)
        if answer is not None:
            given = {c["label"]: c["confidence"] for c in answer[0]["confidences"]}
            expected = question.confidences
            if given.keys() != expected.keys() or any(
                abs(given[name] - expected[name]) > 1e-4 for name in expected
            ):
                self.crossed += 1

    async def both(self, number: int) -> None:
        """By turns."""
        await (self.classify if number // len(self.visitors) % 2 else self.draw)(number)

    def _turn(self, number: int) -> tuple[Visitor, Question]:
        turn, which = divmod(number, len(self.visitors))
        visitor = self.visitors[which]
        return visitor, visitor.questions[turn % len(visitor.questions)]

    async def _run(self, visitor: Visitor, function: int, data: list) -> list | None:
        body = {"data": data, "fn_index": function, "session_hash": visitor.session}
        try:
            response = await self.client.post(RUN, json=body)
            return response.raise_for_status().json()["data"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self.errors.append(f"function {function}: {error!r}")
            return None


async def at_rate(ask, count: int, rate: float, what: str) -> list[float]:
    """Call `ask(number)` `rate` times a second; the seconds from when each was due, rising."""
    start, latencies = time.perf_counter(), []
    with tqdm(total=count, desc=what) as bar:

        async def one(number: int) -> None:
            due = start + number / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            await ask(number)
            latencies.append(time.perf_counter() - due)
            bar.update()

        await asyncio.gather(*map(one, range(count)))
    return sorted(latencies)


async def in_turn(ask, count: int, server: Server, what: str) -> list[tuple[int, float]]:
    """Call `ask(number)` `AT_ONCE` at a time; the memory in MB after so many requests."""
    numbers, memory = iter(range(count)), []
    step = max(1, count // 100)
    with tqdm(total=count, desc=what) as bar:

        async def work() -> None:
            for number in numbers:
                await ask(number)
                bar.update()
                if bar.n % step == 0:
                    memory.append((bar.n, round(server.memory, 1)))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return memory


async def measure(server: Server, args: argparse.Namespace) -> dict:
    """All three parts, and the figures that come of them."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=args.visitors)
    async with AsyncExitStack() as open_pages:
        client = await open_pages.enter_async_context(
            httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, limits=limits)
        )
        config = (await client.get("config")).json()
        wiring = Wiring(listener(config, "drawpad", "input"), endpoint(config, "classify"))
        made = questions(args.visitors * QUESTIONS, wiring, layout.build(Collection()))
        visitors = [
            Visitor(secrets.token_hex(5), made[number :: args.visitors])
            for number in range(args.visitors)
        ]
        for visitor in tqdm(visitors, "pages"):
            (await client.get("")).raise_for_status()
            heartbeat = client.stream("GET", f"gradio_api/heartbeat/{visitor.session}")
            await open_pages.enter_async_context(heartbeat)

        crowd = Crowd(client, wiring, visitors)
        count = round(args.rate * args.seconds)
        latencies = {}
        for name, ask in (("drawing", crowd.draw), ("/classify", crowd.classify)):
            await ask(0)  # what is made once is made before
            latencies[name] = _summary(await at_rate(ask, count, args.rate, name))
        memory = await in_turn(crowd.both, args.requests, server, "memory")
    warm = next(level for done, level in memory if done >= args.requests * WARM_UP)
    left, megabytes = server.disk
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
        "memory_growth": max(level for _, level in memory) / warm - 1,
        "files": left,
        "files_megabytes": round(megabytes, 1),
        "errors": len(crowd.errors),
        "first_errors": crowd.errors[:5],
        "crossed": crowd.crossed,
        "tracebacks": server.log.count("Traceback"),
    }


def table(figures: dict) -> str:
    """The figures as Markdown."""
    rows = [
        f"| {name} | {f['n']:,} | {f['median'] * 1000:,.0f} ms | {f['p99'] * 1000:,.0f} ms | "
        f"{f['most'] * 1000:,.0f} ms |"
        for name, f in figures["latencies"].items()
    ]
    return "\n".join(
        [
            f"{figures['visitors']} visitors, {figures['rate']:g} requests a second in all, the "
            f"server on {figures['cores']} of {figures['machine']}; load average at the end "
            f"{figures['load_average']}.",
            "",
            "| requests | n | median | 99 % within | slowest |",
            "| --- | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"Then {figures['requests']:,} requests of both kinds, {AT_ONCE} at a time: memory "
            f"{figures['memory_warm']:.0f} MB after the first {WARM_UP:.0%}, "
            f"{figures['memory_growth']:+.1%} at most after that. In all {figures['errors']} "
            f"errors, {figures['crossed']} answers to another's drawing, {figures['tracebacks']} "
            f"tracebacks in the log; {figures['files']:,} uploaded files of together "
            f"{figures['files_megabytes']:g} MB, which are deleted when an hour old.",
        ]
    )


def _summary(latencies: list[float]) -> dict:
    return {
        "n": len(latencies),
        "median": latencies[len(latencies) // 2],
        "p99": latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))],
        "most": latencies[-1],
    }


def _bytes(url: str) -> bytes:
    return base64.b64decode(url.partition(",")[2])


def main(argv: list[str] | None = None) -> int:
    """Measure, and print the table. Returns 1 if an answer failed or was another's."""
    parser = reliability.parser("load", __doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second (20)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each of 1 and 2 (60)")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of 3 (20000)")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)

    def measured() -> dict:
        with serving() as server:
            return asyncio.run(measure(server, args))

    return reliability.run(
        "load",
        args,
        measured,
        table,
        lambda figures: figures["first_errors"],
        lambda figures: figures["errors"] or figures["crossed"] or figures["tracebacks"],
    )


if __name__ == "__main__":
    sys.exit(main())
