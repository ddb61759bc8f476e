"""Speed as ratios, measured side by side in one run: python -m benchmarks."""

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks import pages
from benchmarks.machine import machine, versions
from benchmarks.tables import Table, document
from fmnist_demo.errors import UserError, exit_status
from fmnist_demo.files import write_json

RESULTS = Path(__file__).parent / "results"
"""A file for each kind of processor."""

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def _measure(name: str, *arguments) -> list[Table]:
    # Imported only now, so that nobody needs what the others need.
    return import_module(f"benchmarks.{name}").measure(*arguments)


SUBJECTS = {
    "cold_start": lambda args: _measure("cold_start", 2 * args.repeats),
    "answer": lambda args: _measure("answer", args.repeats),
    "nine": lambda args: _measure("nine", args.repeats),
    "throughput": lambda args: _measure("throughput", args.repeats, args.data, args.photos),
    "training": lambda args: _measure("training", args.repeats, args.data),
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = top.add_argument
    add("--only", nargs="+", choices=SUBJECTS, metavar="NAME", help=", ".join(SUBJECTS))
    add("--repeats", type=_positive, default=3, help="rounds of each benchmark (default: 3)")
    add("--data", metavar="DIR", help="folder of Fashion-MNIST (default: $FMNIST_DATA, the cache)")
    add("--photos", metavar="DIR", help="folder of photos to preprocess (default: skip them)")
    add(
        "--json",
        metavar="FILE",
        help="write all results to this file (default, without --only: the file of this kind of "
        f"processor in {RESULTS.parent.name}/{RESULTS.name}/, with the tables in docs/{PAGE.name})",
    )
    return top


def measure(args: argparse.Namespace) -> dict:
    """Run the chosen benchmarks in turn. Returns the machine, the versions and all tables.

    A benchmark that cannot run on this machine is skipped, with the reason.
    """
    results = {
        "machine": machine(),
        "versions": versions(),
        "repeats": args.repeats,
        "subjects": {},
        "skipped": {},
    }
    for name in args.only or SUBJECTS:
        print(f"[{name}]", file=sys.stderr)
        start = time.perf_counter()
        try:
            tables = [table.as_dict() for table in SUBJECTS[name](args)]
        except UserError as error:
            results["skipped"][name] = str(error)
            print(error, file=sys.stderr)
        else:
            elapsed = time.perf_counter() - start
            results["subjects"][name] = {"seconds": elapsed, "tables": tables}
    return results


def all_documents() -> str:
    """The tables of every kind of processor that was measured, in Markdown."""
    files = sorted(RESULTS.glob("*.json"))
    return "\n\n".join(document(json.loads(file.read_text(encoding="utf-8"))) for file in files)


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0, 2 if nothing could be measured or written, 130
    for Ctrl-C."""
    args = parser().parse_args(argv)

    def run() -> None:
        results = measure(args)
        if not results["subjects"]:
            raise UserError(
                "No benchmark could run, so nothing was written: see the reasons above."
            )
        tables = document(results)
        print(tables)
        if args.json:
            write_json(args.json, results)
        elif not args.only:
            name = results["machine"]["instructions"].lower().replace(" ", "-")
            write_json(RESULTS / f"{name}.json", results)
            pages.put(PAGE, "benchmarks", all_documents())

    return exit_status(run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


if __name__ == "__main__":
    sys.exit(main())
