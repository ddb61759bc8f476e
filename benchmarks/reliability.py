"""Where the figures of `load`, `fuzz` and `kills` are kept, and shown: docs/reliability.*"""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks.machine import processor
from fmnist_demo.files import replacing, write_json

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
FIGURES = PAGE.with_suffix(".json")


def measured_on() -> str:
    """The machine and the versions that figures were measured with, in a line."""
    return (
        f"{os.cpu_count()} cores of {processor()}, {platform.system()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, Gradio {version('gradio')}"
    )


def record(name: str, figures: dict, table: str) -> None:
    """Keep `figures` under `name`, and put the Markdown `table` between its marks on the page."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    write_json(FIGURES, kept | {name: figures})
    page = PAGE.read_text(encoding="utf-8")
    with replacing(PAGE) as temporary:
        temporary.write_text(replaced(page, name, table), encoding="utf-8")


def replaced(page: str, name: str, table: str) -> str:
    """`page` with `table` between the marks of `name`."""
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, rest = page.split(start)
    return before + start + table + end + rest.split(end)[1]
