"""The words of a tab, in the Markdown file beside its module."""

from functools import cache
from pathlib import Path


@cache
def texts(module: str) -> dict[str, str]:
    """The sections of the file beside `module`, a `__file__`, by name; `# name` begins one."""
    sections = Path(module).with_suffix(".md").read_text(encoding="utf-8").split("\n# ")[1:]
    return dict(section.split("\n", 1) for section in sections)
