"""Puts measured tables into Markdown pages, each between its marks.

`python -m benchmarks.pages` updates the results of the networks in README.md and docs/results.md
from weights/results.json.
"""

from pathlib import Path

from fmnist_demo import evaluation
from fmnist_demo.files import replacing
from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.results import read_reports

ROOT = Path(__file__).resolve().parent.parent
README, RESULTS = ROOT / "README.md", ROOT / "docs" / "results.md"


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


def main() -> None:
    """Update both pages."""
    reports = list(read_reports(WEIGHTS).values())
    put(README, "summary", evaluation.summary(reports))
    put(RESULTS, "results", evaluation.table(reports))
    put(RESULTS, "changes", evaluation.variants_table(reports))
    put(RESULTS, "others", evaluation.others_table(reports))


if __name__ == "__main__":
    main()
