"""Download official files from mirrors that may fail in every way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from fmnist_demo.data.official_files import SOURCE, OfficialFile
from fmnist_demo.errors import UserError
from fmnist_demo.files import replacing

TIMEOUT = 20.0
"""Seconds without a byte after which the next mirror is tried."""

ProgressCallback = Callable[[float, str], object]
"""Called with the fraction downloaded so far, 0 to 1, and a description, as `gr.Progress` is."""


def download(
    raw: Path,
    files: Sequence[OfficialFile],
    *,
    mirrors: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
    progress: ProgressCallback | None = None,
) -> None:
    """Download the `.gz` of all `files` into the folder `raw`, which is created if necessary.

    `mirrors` are URL prefixes, tried in turn; the default is torchvision's list. A mirror that
    sends nothing for `timeout` seconds is abandoned. Without `progress`, a progress bar is drawn on
    stderr. A file appears under its name only when its MD5 is right; after a failure or Ctrl-C, no
    part of it is left. Raises `UserError` if no mirror has the file or it cannot be written.
    """
    if mirrors is None:
        from torchvision.datasets import FashionMNIST  # slow to load

        mirrors = FashionMNIST.mirrors

    total = sum(file.size for file in files)
    start = 0
    with tqdm(total=total, unit="B", unit_scale=True, disable=progress is not None) as bar:
        for position, file in enumerate(files):

            def report(received: int, start: int = start, name: str = file.gz) -> None:
                bar.update(start + received - bar.n)
                if progress is not None:
                    progress((start + received) / total, f"Downloading {name}")

            bar.set_description(file.gz)
            try:
                _try_mirrors(file, raw, mirrors, timeout, report)
            except _DownloadError as error:
                missing = " and ".join(file.gz for file in files[position:])
                raise UserError(
                    f"{file.gz} could not be downloaded (mirrors tried: {error}): get {missing} "
                    f"from {SOURCE} and put them into {raw}."
                ) from error
            start += file.size


class _DownloadError(Exception):
    """Why a file could not be downloaded, in a few words."""


def _try_mirrors(
    file: OfficialFile,
    raw: Path,
    mirrors: Sequence[str],
    timeout: float,
    report: Callable[[int], None],
) -> None:
    """Download one file from the first mirror that has it."""
    failures = []
    advice = "choose a folder with enough space with --data or $FMNIST_DATA"
    with replacing(raw / file.gz, advice) as temporary:
        for mirror in mirrors:
            try:
                return _fetch(f"{mirror}{file.gz}", file, temporary, timeout, report)
            except _DownloadError as error:
                failures.append(f"{mirror}: {error}")
        raise _DownloadError(", ".join(failures) or "none")


def _fetch(
    url: str, file: OfficialFile, path: Path, timeout: float, report: Callable[[int], None]
) -> None:
    """Write the response to `path` and check that it is `file`."""
    import httpx  # slow to load

    digest = hashlib.md5(usedforsecurity=False)
    received = 0
    headers = {"Accept-Encoding": "identity"}  # the checksum is that of the bytes as they are
    try:
        with (
            open(path, "wb") as output,
            httpx.stream(
                "GET", url, headers=headers, timeout=timeout, follow_redirects=True
            ) as response,
        ):
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
        raise _DownloadError(f"no answer for {timeout:g} seconds") from error
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
