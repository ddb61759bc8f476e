"""Where the figures of `load`, `fuzz` and `kills` are kept, and shown: docs/reliability.*

And what these three commands have in common.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks import pages
from benchmarks.machine import processor
from fmnist_demo.files import write_json

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
FIGURES = PAGE.with_suffix(".json")


def measured_on() -> str:
    """The machine and the versions that figures were measured with, in a line."""
    return (
        f"{os.cpu_count()} cores of {processor()}, {platform.system()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, Gradio {version('gradio')}"
    )


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """The command line of `benchmarks.<name>`, with where the figures go."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    parser.add_argument("--record", action="store_true", help="keep the figures in docs/")
    return parser


def run(
    name: str,
    args: argparse.Namespace,
    measure: Callable[[], dict],
    table: Callable[[dict], str],
    problems: Callable[[dict], Iterable[str]],
    failed: Callable[[dict], object],
) -> int:
    """Measure, keep the figures as `args` say, print the table and the problems.

    Returns the exit status: 0, 1 if the figures have `failed`, 130 for Ctrl-C.
    """
    try:
        figures = measure()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    if args.json:
        write_json(args.json, figures)
    if args.record:
        record(name, figures, table(figures))
    print(table(figures), *problems(figures), sep="\n")
    return int(bool(failed(figures)))


def record(name: str, figures: dict, table: str) -> None:
    """Keep `figures` under `name`, and put the Markdown `table` between its marks on the page."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    write_json(FIGURES, kept | {name: figures})
    pages.put(PAGE, name, table)
