"""Whatever is sent, the app replies with an answer or an error message, and the server survives.

`python -m benchmarks.stress.fuzz --count 10000` starts the app in a separate process and sends
made-up inputs to `/classify` and `/compare`, to the listeners of the canvas and the photo, and to
the listener for uploaded networks: JSON of any form, images and networks that are damaged, cut off,
spliced or have false headers, and small files that unpack to huge images.

Hypothesis makes up the inputs; the same seed gives the same inputs. The tests send a few hundred.
"""

import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tqdm import tqdm

from benchmarks.stress import reliability
from benchmarks.stress.fuzz_client import OUTCOMES, Client
from benchmarks.stress.fuzz_inputs import BOMBS, SOUND, TARGETS, Case, bomb_cases, generate
from benchmarks.stress.server import Server, serving
from benchmarks.tables import grid

COUNT = 10_000
CONCURRENT_BOMBS = 16


@dataclass
class Tally:
    """Counts the outcomes of the cases that are sent, and collects the problems."""

    outcomes: dict[str, Counter] = field(
        default_factory=lambda: {target: Counter() for target in TARGETS}
    )
    problems: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    slowest: str = ""

    def send(self, client: Client, case: Case) -> None:
        """Send a case and count what comes back."""
        start = time.perf_counter()
        outcome, problem = client.send(case)
        seconds = time.perf_counter() - start
        if seconds > self.slowest_seconds:
            self.slowest_seconds, self.slowest = seconds, f"{case.target}: {case.content}"
        self.outcomes[case.target][outcome] += 1
        if problem:
            self.problems.append(f"{problem} — {case!r}"[:2000])

    def as_dict(self) -> dict:
        """The counts as JSON holds them."""
        return {
            "count": sum(counts.total() for counts in self.outcomes.values()),
            "outcomes": {
                target: dict(sorted(counts.items())) for target, counts in self.outcomes.items()
            },
            "problems": self.problems,
            "slowest_seconds": self.slowest_seconds,
            "slowest": self.slowest,
        }


def send_inputs(server: Server, client: Client, tally: Tally, count: int, seed: int) -> dict:
    """Send `count` made-up inputs. Returns three readings of the memory, in MB."""
    with tqdm(total=count, desc="inputs") as bar:

        def receive(case: Case) -> None:
            tally.send(client, case)
            bar.update()
            bar.set_postfix(problems=len(tally.problems))

        if warm_up := count // 10:
            generate(warm_up, seed + 1, receive)
        warm = server.memory
        generate(count - warm_up, seed, receive)
    return {"memory_warm": warm, "memory_after": server.memory, "peak": server.peak}


def send_bombs(server: Server, client: Client, tally: Tally) -> dict:
    """Send every bomb, then the worst many times at once. Returns the peaks of memory, in MB."""
    for case in tqdm(bomb_cases(), "bombs"):
        tally.send(client, case)
    peak = server.peak
    worst = Case("/classify", "bombs at once", SOUND["/classify"], BOMBS["PNG of 64 MP"]())
    with ThreadPoolExecutor(CONCURRENT_BOMBS) as pool:
        list(pool.map(lambda case: tally.send(client, case), [worst] * CONCURRENT_BOMBS))
    return {"peak_bombs": peak, "peak_bombs_at_once": server.peak}


def measure(count: int, seed: int) -> dict:
    """Send everything to a new server. Returns the results as JSON holds them."""
    with serving() as server:
        tally, client = Tally(), Client(server.url)
        memory = send_inputs(server, client, tally, count, seed)
        memory |= send_bombs(server, client, tally)
        return {
            "machine": reliability.measured_on(),
            "seed": seed,
            **tally.as_dict(),
            **memory,
            "alive": server.alive,
            "tracebacks": server.log.count("Traceback"),
            "log": server.log[-5000:] if "Traceback" in server.log else "",
        }


def table(results: dict) -> str:
    """The results in Markdown."""
    rows = [
        [target, f"{sum(counts.values()):,}", *(f"{counts.get(name, 0):,}" for name in OUTCOMES)]
        for target, counts in results["outcomes"].items()
    ]
    machine = results["machine"]
    head = ["sent to", "inputs", "answer", "error message", "rejected by HTTP", "no reply"]
    return (
        f"{results['count']:,} inputs, seed {results['seed']}. Measured on {machine}.\n\n"
        f"{grid(head, rows)}\n\n"
        f"{len(results['problems'])} of the replies were wrong, and the log has "
        f"{results['tracebacks']} tracebacks. The server "
        f"{'is still running' if results['alive'] else 'has died'}. It used "
        f"{results['memory_warm']:,.0f} MB of memory after a tenth of the inputs, "
        f"{results['memory_after']:,.0f} MB at the end and {results['peak']:,.0f} MB at most; "
        f"{results['peak_bombs']:,.0f} MB with one bomb at a time, and "
        f"{results['peak_bombs_at_once']:,.0f} MB with {CONCURRENT_BOMBS} of the worst at "
        f"once. The slowest reply took {results['slowest_seconds']:.1f} s "
        f"({results['slowest']})."
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns 1 if a reply was wrong or the server failed."""
    parser = reliability.parser("fuzz", __doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    return reliability.run(
        args,
        measure=lambda: measure(args.count, args.seed),
        table=table,
        problems=lambda results: [*results["problems"][:20], results["log"]],
        failed=lambda results: results["problems"] or results["tracebacks"] or not results["alive"],
    )


if __name__ == "__main__":
    sys.exit(main())
