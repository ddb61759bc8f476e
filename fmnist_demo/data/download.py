"""Download official files from mirrors that may fail in every way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from fmnist_demo.data.official_files import MIRRORS, SOURCE, OfficialFile
from fmnist_demo.errors import UserError
from fmnist_demo.files import replacing

TIMEOUT = 20.0
"""Seconds without a byte after which the next mirror is tried."""

ADVICE = "choose a folder with enough space with --data or $FMNIST_DATA"

ProgressCallback = Callable[[float, str], object]
"""Called with the fraction downloaded so far, 0 to 1, and a description, as `gr.Progress` is."""


def download(
    raw: Path, files: Sequence[OfficialFile], progress: ProgressCallback | None = None
) -> None:
    """Download the `.gz` of all `files` into the folder `raw`, which is created if necessary.

    Tries `MIRRORS` in turn, and abandons one that sends nothing for `TIMEOUT` seconds. Without
    `progress`, a progress bar is drawn on stderr. A file appears under its name only when its MD5
    is right; after a failure or Ctrl-C, no part of it is left. Raises `UserError` if no mirror has
    the file or it cannot be written.
    """
    total = sum(file.size for file in files)
    start = 0
    with tqdm(total=total, unit="B", unit_scale=True, disable=progress is not None) as bar:
        for position, file in enumerate(files):

            def report(received: int, start: int = start, name: str = file.gz) -> None:
                bar.update(start + received - bar.n)
                if progress is not None:
                    progress((start + received) / total, f"Downloading {name}")

            bar.set_description(file.gz)
            failures = []
            with replacing(raw / file.gz, ADVICE) as temporary:
                for mirror in MIRRORS:
                    try:
                        _fetch(f"{mirror}{file.gz}", file, temporary, report)
                        break
                    except _DownloadError as error:
                        failures.append(f"{mirror}: {error}")
                else:
                    tried = ", ".join(failures) or "none"
                    missing = " and ".join(file.gz for file in files[position:])
                    raise UserError(
                        f"{file.gz} could not be downloaded (mirrors tried: {tried}): get "
                        f"{missing} from {SOURCE} and put them into {raw}."
                    )
            start += file.size


class _DownloadError(Exception):
    """Why a file could not be downloaded, in a few words."""


def _fetch(url: str, file: OfficialFile, path: Path, report: Callable[[int], None]) -> None:
    """Write the response to `path` and check that it is `file`."""
    import httpx  # slow to load

    digest = hashlib.md5(usedforsecurity=False)
    received = 0
    headers = {"Accept-Encoding": "identity"}  # the checksum is that of the bytes as they are
    request = httpx.stream("GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True)
    try:
        with open(path, "wb") as output, request as response:
            response.raise_for_status()
            for chunk in response.iter_raw():
                output.write(chunk)
                digest.update(chunk)
                received += len(chunk)
                if received > file.size:
                    break
                report(received)
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise _DownloadError(f"HTTP {code} {httpx.codes.get_reason_phrase(code)}") from error
    except httpx.TimeoutException as error:
        raise _DownloadError(f"no answer for {TIMEOUT:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        text = " ".join(re.sub(r"^\[Errno -?\d+\]", "", str(error)).split()) or type(error).__name__
        raise _DownloadError(text.rstrip(".")) from error
    if digest.hexdigest() == file.md5:
        return
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise _DownloadError("sent a web page instead of the file")
    if received > file.size:
        raise _DownloadError(f"sent more than the file's {file.size:,} bytes")
    if received < file.size:
        raise _DownloadError(f"sent only {received:,} of {file.size:,} bytes")
    raise _DownloadError("sent a file with the wrong MD5")
