"""What the stress commands share: their options, and docs/reliability.* where results are kept."""

import argparse
import os
import platform
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks import pages
from benchmarks.machine import processor
from fmnist_demo.errors import exit_status
from fmnist_demo.files import write_json
from fmnist_demo.results import read_json

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
RESULTS = PAGE.with_suffix(".json")


def measured_on() -> str:
    """The machine and the versions that results were measured with, in one line."""
    return (
        f"{os.cpu_count()} cores of {processor()}, {platform.system()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, Gradio {version('gradio')}"
    )


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """The command line of `benchmarks.stress.<name>`, with the options that all of them have."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.stress.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", metavar="FILE", help="write all results to this file")
    parser.add_argument(
        "--record", action="store_true", help="update docs/reliability.json and docs/reliability.md"
    )
    parser.set_defaults(name=name)
    return parser


def run(
    args: argparse.Namespace,
    measure: Callable[[], dict],
    table: Callable[[dict], str],
    problems: Callable[[dict], Iterable[str]],
    failed: Callable[[dict], object],
) -> int:
    """Measure, store the results as `args` say, and print the table and the problems.

    `measure` returns the results, a dict for JSON. `table` turns them into Markdown. `problems`:
    the lines to print below it. `failed`: whether the command fails. Returns the exit status: 0,
    1 for results that count as a failure, otherwise that of `exit_status`.
    """
    results = {}
    if status := exit_status(lambda: results.update(measure())):
        return status
    if args.json:
        write_json(args.json, results)
    text = table(results)
    if args.record:
        record(args.name, results, text)
    print(text, *problems(results), sep="\n")
    return int(bool(failed(results)))


def record(name: str, results: dict, table: str) -> None:
    """Store `results` under `name`, and put the Markdown `table` between its marks on the page."""
    write_json(RESULTS, read_json(RESULTS) | {name: results})
    pages.put(PAGE, name, table)
