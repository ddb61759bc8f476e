"""What the commands `evaluate`, `path` and `study` have written, read back for the page."""

import json
from pathlib import Path

RESULTS, PATH, STUDY = "results.json", "path.json", "study.json"
"""The files beside the checkpoints."""


def read_reports(folder: str | Path) -> dict[str, dict]:
    """The reports of `evaluation.evaluate` by checkpoint name; empty if there are none."""
    reports = _read(Path(folder) / RESULTS) or []
    return {report["name"]: report for report in reports}


def read_path(folder: str | Path) -> dict | None:
    """The summary of `path.summary`, or None if there is none."""
    return _read(Path(folder) / PATH)


def read_study(folder: str | Path) -> dict | None:
    """The summary of `study.summary`, or None if there is none."""
    return _read(Path(folder) / STUDY)


def _read(file: Path):
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
