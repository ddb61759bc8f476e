"""Write files completely or not at all."""

import glob
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fmnist_demo.errors import UserError

STALE = 24 * 3600
"""Seconds after which a temporary file counts as left behind by a killed process."""


@contextmanager
def replacing(
    path: str | Path, advice: str = "free some space or choose a folder that can be written to"
) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` on success.

    Creates the folder if necessary. A reader sees the old file or the new one, never a part of it.
    After a failure, the temporary file is deleted. Raises `UserError`, which ends in `advice`, if
    the file cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror or error}): {advice}."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def check_writable(folder: str | Path) -> None:
    """Create a folder if necessary. Raises `UserError` if no file can be written to it."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written to ({error.strerror}): choose another folder."
        ) from error


def _remove_stale(path: Path) -> None:
    """Delete temporary files of `path` that are older than `STALE` seconds."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()


def write_json(path: str | Path, content: object) -> None:
    """Write `content` as indented JSON; raises the errors of `replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
