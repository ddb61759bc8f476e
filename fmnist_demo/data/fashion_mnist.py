"""Find, download and verify Fashion-MNIST; the fixed train/validation/test split; batches.

Knows nothing of networks, drawings or normalisation: images leave here as the bytes they came in.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import client
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import torch
from tqdm import tqdm

from fmnist_demo.data.splits import Split, TrainingData, split_hash, split_indices
from fmnist_demo.errors import UserError
from fmnist_demo.files import remove_stale
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE

SOURCE = "https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion"
"""The page of the dataset's authors where a person gets the official files by hand."""

TIMEOUT = 20.0
"""Seconds without a byte after which a mirror is given up."""

Progress = Callable[[float, str], object]
"""Told the fraction downloaded so far, 0 to 1, and what is being downloaded; `gr.Progress` fits."""


@dataclass(frozen=True)
class OfficialFile:
    """One of the four files of Fashion-MNIST.

    `name` is that of the decompressed idx file, `size` and `md5` belong to its `.gz`, and `shape`
    is that of the unsigned bytes inside.
    """

    name: str
    size: int
    md5: str
    shape: tuple[int, ...]

    @property
    def gz(self) -> str:
        return f"{self.name}.gz"


# The checksums are torchvision's, and a test holds them against it: reading the data should not
# take the second that importing torchvision takes.
TRAINING_FILES = (
    OfficialFile(
        "train-images-idx3-ubyte",
        26_421_880,
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        (60_000, IMAGE_SIZE, IMAGE_SIZE),
    ),
    OfficialFile("train-labels-idx1-ubyte", 29_515, "25c81989df183df01b3e8a0aad5dffbe", (60_000,)),
)
TEST_FILES = (
    OfficialFile(
        "t10k-images-idx3-ubyte",
        4_422_102,
        "bef4ecab320f06d8554ea6380940ec79",
        (10_000, IMAGE_SIZE, IMAGE_SIZE),
    ),
    OfficialFile("t10k-labels-idx1-ubyte", 5_148, "bb300cfdad3c16e7a12a480ee83cd310", (10_000,)),
)


def load_training(
    data_dir: str | os.PathLike | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> TrainingData:
    """Load the training and validation examples; never opens the test files.

    Looks where `find` says and downloads what is missing there, as `download` does. Raises
    `UserError` if a file can be neither read nor downloaded, or is not the official one.
    """
    images, labels = _load(TRAINING_FILES, data_dir, mirrors, timeout, progress)
    train, validation = split_indices(labels)
    return TrainingData(
        train=Split(images[train], labels[train]),
        validation=Split(images[validation], labels[validation]),
        split_hash=split_hash(validation),
    )


def load_test(
    data_dir: str | os.PathLike | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> Split:
    """Load the 10,000 test examples, and nothing else; for the final evaluation alone.

    Arguments and errors are those of `load_training`.
    """
    return Split(*_load(TEST_FILES, data_dir, mirrors, timeout, progress))


def find(data_dir: str | os.PathLike | None = None) -> Path:
    """The folder where the official files lie, or, if there are none, where they should go.

    The first of these that is given: `data_dir`, `$FMNIST_DATA`, the user's cache. Its
    `FashionMNIST/raw` (torchvision's layout), `raw`, or itself, is the answer, whichever has an
    official file, compressed or not. Opens and creates nothing. Raises `UserError` if the path
    starts with the `~` of an unknown user.
    """
    base = _given(data_dir) or _cache()
    try:
        base = base.expanduser()
    except RuntimeError as error:
        raise UserError(
            f"There is no home folder for “{base}”: name the data folder by its full path with "
            "--data or $FMNIST_DATA."
        ) from error
    candidates = (base / "FashionMNIST" / "raw", base / "raw", base)
    for raw in candidates:
        for file in (*TRAINING_FILES, *TEST_FILES):
            if os.path.isfile(raw / file.gz) or os.path.isfile(raw / file.name):
                return raw
    depth = {"FashionMNIST": 1, "raw": 2}.get(base.name, 0)
    return candidates[depth]


def download(
    raw: Path,
    files: Sequence[OfficialFile],
    *,
    mirrors: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> None:
    """Download the `.gz` of each of `files` into the folder `raw`, which is created.

    `mirrors` are the beginnings of URLs, tried in turn; torchvision's if not given. One that stays
    silent for `timeout` seconds is given up. `progress`, if given, is called throughout, and a
    progress bar is drawn on stderr if not. A file appears under its name once its size and MD5 are
    right; whatever else happens, Ctrl-C included, leaves nothing behind. Raises `UserError` if no
    mirror has the file or it cannot be written.
    """
    # torchvision's own downloader has no timeout and no progress hook, writes under the final
    # name, keeps what fails the checksum, and decompresses to disk. So only its mirrors are used.
    if mirrors is None:
        from torchvision.datasets import FashionMNIST

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
                _save(file, raw, mirrors, timeout, report)
            except _NotSaved as error:
                names = " and ".join(each.gz for each in files[position:])
                raise UserError(
                    f"{error}; get {names} from {SOURCE} and put {error.put}."
                ) from error
            start += file.size


class _Missing(UserError):
    """An official file that is not there."""


class _Broken(UserError):
    """A file with an official name that is not the official file."""


class _MirrorFailed(Exception):
    """Why a mirror did not give us a file, in a few words."""


class _NotSaved(Exception):
    """A file that could not be downloaded: what happened, and where to `put` it by hand."""

    def __init__(self, what: str, tried: list[str], put: str):
        super().__init__(f"{what} (mirrors tried: {', '.join(tried) or 'none yet'})")
        self.put = put


def _given(data_dir: str | os.PathLike | None) -> Path | None:
    path = data_dir or os.environ.get("FMNIST_DATA")
    return Path(path) if path else None


def _cache() -> Path:
    # The XDG specification has a relative path ignored.
    home = os.environ.get("XDG_CACHE_HOME", "")
    return Path(home if os.path.isabs(home) else "~/.cache", "fmnist-demo")


def _load(
    files: Sequence[OfficialFile],
    data_dir: str | os.PathLike | None,
    mirrors: Sequence[str] | None,
    timeout: float,
    progress: Progress | None,
) -> list[torch.Tensor]:
    """The contents of `files` in their order, what is missing having been downloaded."""
    raw = find(data_dir)
    # What lies in our cache is ours to replace; what lies in a person's folder is not.
    replaceable = (_Missing,) if _given(data_dir) else (_Missing, _Broken)
    contents = {}
    for file in files:
        with suppress(replaceable):
            contents[file] = _read(file, raw)
    missing = [file for file in files if file not in contents]
    if missing:
        download(raw, missing, mirrors=mirrors, timeout=timeout, progress=progress)
    contents |= {file: _read(file, raw) for file in missing}
    return [contents[file] for file in files]


def _read(file: OfficialFile, raw: Path) -> torch.Tensor:
    """The content of an official file, of `file.shape`: images as uint8, labels as int64."""
    header = bytes((0, 0, 8, len(file.shape)))  # idx: two zeros, unsigned bytes, dimensions
    header += b"".join(length.to_bytes(4, "big") for length in file.shape)

    path = raw / file.gz
    if os.path.isfile(path):
        content = _read_bytes(path, file.size)
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != file.md5:
            raise _broken(path, "its MD5 is not the official one")
        content = gzip.decompress(content)
    elif os.path.isfile(path := raw / file.name):
        content = _read_bytes(path, len(header) + math.prod(file.shape))
    else:
        raise _Missing(f"{file.gz} is not in {raw}: get it from {SOURCE}.")
    if not content.startswith(header):
        expected = "×".join(map(str, file.shape))
        raise _broken(path, f"it does not begin as an idx file of {expected} bytes")

    values = torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=len(header))
    if len(file.shape) > 1:
        return values.reshape(file.shape)
    if values.max() >= len(CLASS_NAMES):
        raise _broken(path, f"it holds the label {int(values.max())}, and they go from 0 to 9")
    return values.to(torch.int64)


def _read_bytes(path: Path, size: int) -> bytes:
    try:
        if path.stat().st_size != size:
            raise _broken(path, f"it has {path.stat().st_size:,} bytes and should have {size:,}")
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): make it readable, or name another folder "
            "with --data or $FMNIST_DATA."
        ) from error


def _broken(path: Path, why: str) -> _Broken:
    return _Broken(
        f"{path} is not the official Fashion-MNIST file, for {why}: delete it to have it "
        f"downloaded again, or replace it by the one from {SOURCE}."
    )


def _save(
    file: OfficialFile,
    raw: Path,
    mirrors: Sequence[str],
    timeout: float,
    report: Callable[[int], None],
) -> None:
    """Download one file from the first of `mirrors` that has it, whole or not at all."""
    # A new name each time: another process may be downloading too, and what a killed one left is
    # never taken up.
    part = raw / f".{file.gz}.{uuid4().hex}.part"
    tried = []
    try:
        raw.mkdir(parents=True, exist_ok=True)
        remove_stale(raw / file.gz)
        part.touch()
        for mirror in mirrors:
            tried.append(mirror)
            reason = _transfer(f"{mirror}{file.gz}", file, part, timeout, report)
            if reason is None:
                os.replace(part, raw / file.gz)
                return
            tried[-1] = f"{mirror}: {reason}"
    except OSError as error:
        raise _NotSaved(
            f"{file.gz} cannot be saved in {raw}: {error.strerror or error}",
            tried,
            "them into a folder of yours that you name with --data or $FMNIST_DATA",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()
    raise _NotSaved(f"{file.gz} could not be downloaded", tried, f"them into {raw} by hand")


def _transfer(
    url: str, file: OfficialFile, part: Path, timeout: float, report: Callable[[int], None]
) -> str | None:
    """Write what `url` sends to `part`: None if that is `file`, or else the reason in a few words.

    An `OSError` that leaves here is the disk's, never the network's.
    """
    received = 0
    try:
        with open(part, "wb") as out:
            for chunk in _receive(url, file, timeout):
                out.write(chunk)
                received += len(chunk)
                report(received)
    except _MirrorFailed as error:
        return str(error)
    return None


def _receive(url: str, file: OfficialFile, timeout: float) -> Iterator[bytes]:
    """The bytes of `url` as they come; raises `_MirrorFailed`, at the end at the latest, if they
    are not those of `file`."""
    digest = hashlib.md5(usedforsecurity=False)
    received = 0
    try:
        request = Request(url, headers={"User-Agent": "fmnist-demo"})
        with urlopen(request, timeout=timeout) as response:
            is_page = response.headers.get_content_type() == "text/html"
            while received <= file.size and (chunk := response.read(1 << 16)):
                digest.update(chunk)
                received += len(chunk)
                yield chunk
    # ValueError is how urllib answers a redirection to something that is no URL.
    except (OSError, client.HTTPException, ValueError) as error:
        raise _MirrorFailed(_network_reason(error, timeout)) from error
    if digest.hexdigest() == file.md5:
        return
    if is_page:
        raise _MirrorFailed("sent a web page in place of the file")
    if received > file.size:
        raise _MirrorFailed(f"sent more than the file's {file.size:,} bytes")
    if received < file.size:
        raise _MirrorFailed(f"sent only {received:,} of {file.size:,} bytes")
    raise _MirrorFailed("sent a file whose MD5 is wrong")


def _network_reason(error: Exception, timeout: float) -> str:
    if isinstance(error, HTTPError):
        return f"HTTP {error.code} {client.responses.get(error.code, '')}".strip()
    cause = getattr(error, "reason", error)  # what urllib wrapped
    if isinstance(cause, TimeoutError):
        return f"no answer for {timeout:g} seconds"
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return " ".join(text.split()).rstrip(".")
