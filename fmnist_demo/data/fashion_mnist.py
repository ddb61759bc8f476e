"""Find, verify and load Fashion-MNIST.

Images leave here as unscaled bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import torch

from fmnist_demo.data.download import ProgressCallback, download
from fmnist_demo.data.official_files import SOURCE, TEST_FILES, TRAINING_FILES, OfficialFile
from fmnist_demo.data.splits import Split, TrainingData, split_hash, split_indices
from fmnist_demo.errors import UserError


def load_training(
    data_dir: str | os.PathLike | None = None, progress: ProgressCallback | None = None
) -> TrainingData:
    """Load the training and validation examples; never opens the test files.

    Looks in the folder that `find` returns and downloads missing files into it; `progress` is that
    of `download`. Raises `UserError` if a file can be neither read nor downloaded, or is
    not the official one.
    """
    images, labels = _load(TRAINING_FILES, data_dir, progress)
    train, validation = split_indices(labels)
    return TrainingData(
        train=Split(images[train], labels[train]),
        validation=Split(images[validation], labels[validation]),
        split_hash=split_hash(validation),
    )


def load_test(data_dir: str | os.PathLike | None = None) -> Split:
    """Load the 10,000 test examples only, for the final evaluation.

    The folder and the errors are those of `load_training`.
    """
    return Split(*_load(TEST_FILES, data_dir))


def find(data_dir: str | os.PathLike | None = None) -> Path:
    """The folder that contains the official files, or into which they should be downloaded.

    Starts from `data_dir`, `$FMNIST_DATA` or the user's cache, in this order. Returns the
    `FashionMNIST/raw` (torchvision's layout) or `raw` below it, or the folder itself, whichever
    contains an official file, compressed or not. Opens and creates nothing. Raises `UserError` if
    the path starts with the `~` of an unknown user.
    """
    base = Path(_requested_folder(data_dir) or _cache())
    try:
        base = base.expanduser()
    except RuntimeError as error:
        raise UserError(
            f"There is no home folder for “{base}”: give the full path of the data folder with "
            "--data or $FMNIST_DATA."
        ) from error
    candidates = (base / "FashionMNIST" / "raw", base / "raw", base)
    names = [name for file in (*TRAINING_FILES, *TEST_FILES) for name in (file.gz, file.name)]
    for raw in candidates:
        if any(os.path.isfile(raw / name) for name in names):
            return raw
    depth = {"FashionMNIST": 1, "raw": 2}.get(base.name, 0)
    return candidates[depth]


class _Missing(UserError):
    """An official file is missing."""


class _Broken(UserError):
    """A file with an official name is not the official file."""


def _requested_folder(data_dir: str | os.PathLike | None) -> str | os.PathLike | None:
    return data_dir or os.environ.get("FMNIST_DATA")


def _cache() -> Path:
    # The XDG specification says to ignore a relative path.
    home = os.environ.get("XDG_CACHE_HOME", "")
    return Path(home if os.path.isabs(home) else "~/.cache", "fmnist-demo")


def _load(
    files: Sequence[OfficialFile],
    data_dir: str | os.PathLike | None,
    progress: ProgressCallback | None = None,
) -> list[torch.Tensor]:
    """The contents of `files` in order; downloads the missing ones first."""
    raw = find(data_dir)
    # Broken files are replaced in our own cache, but never in a folder that the user chose.
    replaceable = (_Missing,) if _requested_folder(data_dir) else (_Missing, _Broken)
    contents = {}
    for file in files:
        with suppress(replaceable):
            contents[file] = _read(file, raw)
    missing = [file for file in files if file not in contents]
    if missing:
        download(raw, missing, progress)
    contents |= {file: _read(file, raw) for file in missing}
    return [contents[file] for file in files]


def _read(file: OfficialFile, raw: Path) -> torch.Tensor:
    """The content of an official file, of `file.shape`: images as uint8, labels as int64."""
    path, md5 = raw / file.gz, file.md5
    if not os.path.isfile(path):
        path, md5 = raw / file.name, file.idx_md5
    if not os.path.isfile(path):
        raise _Missing(f"{file.gz} is not in {raw}: get it from {SOURCE}.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): make it readable, or choose another folder "
            "with --data or $FMNIST_DATA."
        ) from error
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise _Broken(
            f"{path} is not the official Fashion-MNIST file, because its MD5 is wrong (MNIST uses "
            "the same file names): delete it to download it again, or replace it with the file "
            f"from {SOURCE}."
        )
    content = gzip.decompress(content) if path.name == file.gz else content
    header_size = 4 + 4 * len(file.shape)  # idx: the type, then the length of each dimension
    values = torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=header_size)
    values = values.reshape(file.shape)
    return values if values.dim() > 1 else values.to(torch.int64)
