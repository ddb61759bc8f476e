"""The files beside the checkpoints: what `evaluate`, `path` and `study` measured."""

import json
from pathlib import Path

RESULTS_FILE, PATH_FILE, STUDY_FILE = "results.json", "path.json", "study.json"


def read_reports(folder: str | Path) -> dict[str, dict]:
    """The reports of `evaluate` as dicts, by checkpoint name; empty if there are none."""
    reports = read_json(Path(folder) / RESULTS_FILE) or []
    return {report["name"]: report for report in reports}


def read_path(folder: str | Path) -> dict | None:
    """The summary that `path` wrote, or None if there is none."""
    return read_json(Path(folder) / PATH_FILE)


def read_study(folder: str | Path) -> dict | None:
    """The summary that `study` wrote, or None if there is none."""
    return read_json(Path(folder) / STUDY_FILE)


def read_json(file: str | Path):
    """The content of a JSON file, or None if it cannot be read."""
    try:
        return json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
