"""Puts measured tables into Markdown pages, each between its marks."""

from pathlib import Path

from fmnist_demo.files import replacing


def put(page: Path, name: str, table: str) -> None:
    """Put the Markdown `table` between the marks of `name` in the file `page`."""
    changed = replaced(page.read_text(encoding="utf-8"), name, table)
    with replacing(page) as temporary:
        temporary.write_text(changed, encoding="utf-8")


def replaced(page: str, name: str, table: str) -> str:
    """The text `page` with `table` between the marks of `name`."""
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, rest = page.split(start)
    return before + start + table + end + rest.split(end)[1]
