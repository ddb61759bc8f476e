"""The Markdown text of a tab, which lies in a file beside its module."""

from functools import cache
from pathlib import Path


@cache
def sections(module: str) -> dict[str, str]:
    """The sections of the Markdown file beside `module`, a `__file__`; `# name` starts a section.

    Returns the text of each section by name. What stands before the first section is a comment.
    """
    parts = Path(module).with_suffix(".md").read_text(encoding="utf-8").split("\n# ")[1:]
    return dict(part.split("\n", 1) for part in parts)
