"""Speed as ratios, measured side by side in one run: python -m benchmarks."""

import argparse
import sys
import time
from pathlib import Path

from benchmarks import pages
from benchmarks.machine import machine, versions
from benchmarks.tables import Table, document
from fmnist_demo.errors import UserError, exit_status
from fmnist_demo.files import write_json

RESULTS = Path(__file__).parent / "results.json"
README = Path(__file__).parent.parent / "README.md"

# Each is imported when its turn comes, so that what one of them needs is not asked of the others.


def cold_start(args: argparse.Namespace) -> list[Table]:
    from benchmarks import cold_start

    return cold_start.tables(2 * args.repeats)


def answer(args: argparse.Namespace) -> list[Table]:
    from benchmarks import answer

    return answer.measure(args.repeats)


def nine(args: argparse.Namespace) -> list[Table]:
    from benchmarks import nine

    return nine.measure(args.repeats)


def throughput(args: argparse.Namespace) -> list[Table]:
    from benchmarks import throughput

    return throughput.measure(args.repeats, args.data, args.photos)


def training(args: argparse.Namespace) -> list[Table]:
    from benchmarks import training

    return training.measure(args.repeats, args.data)


SUBJECTS = {each.__name__: each for each in (cold_start, answer, nine, throughput, training)}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = top.add_argument
    add("--only", nargs="+", choices=SUBJECTS, metavar="NAME", help=", ".join(SUBJECTS))
    add("--repeats", type=_positive, default=3, help="rounds of everything (default: 3)")
    add("--data", metavar="DIR", help="where Fashion-MNIST is (default: $FMNIST_DATA, the cache)")
    add("--photos", metavar="DIR", help="photos, to prepare (default: none are)")
    add(
        "--json",
        metavar="FILE",
        help=f"write every figure there (default, without --only: {RESULTS.parent.name}/"
        f"{RESULTS.name}, and the tables into {README.name})",
    )
    return top


def measure(args: argparse.Namespace) -> dict:
    """Run the chosen subjects one after another: the machine, the versions, and all tables.

    One that cannot run on this machine is left out, with a sentence.
    """
    results = {
        "machine": machine(),
        "versions": versions(),
        "repeats": args.repeats,
        "subjects": {},
        "left_out": {},
    }
    for name in args.only or SUBJECTS:
        print(f"[{name}]", file=sys.stderr)
        start = time.perf_counter()
        try:
            tables = [table.as_dict() for table in SUBJECTS[name](args)]
        except UserError as error:
            results["left_out"][name] = str(error)
            print(error, file=sys.stderr)
        else:
            elapsed = time.perf_counter() - start
            results["subjects"][name] = {"seconds": elapsed, "tables": tables}
    return results


def main(argv: list[str] | None = None) -> int:
    """Measure, print and write. Returns the exit status: 0, 2 if nothing could be measured or
    written, 130 for Ctrl-C."""
    args = parser().parse_args(argv)

    def run() -> None:
        results = measure(args)
        if not results["subjects"]:
            raise UserError("Nothing was measured, and nothing is written.")
        shown = document(results)
        print(shown)
        if args.json:
            write_json(args.json, results)
        elif not args.only:
            write_json(RESULTS, results)
            pages.put(README, "benchmarks", shown)

    return exit_status(run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


if __name__ == "__main__":
    sys.exit(main())
