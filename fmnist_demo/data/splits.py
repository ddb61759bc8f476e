"""Examples in memory, the fixed train/validation split, and batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from fmnist_demo.spec import CLASS_NAMES

VALIDATION_PER_CLASS = 500
"""Training examples per class that are held out for validation."""


@dataclass(frozen=True, eq=False)
class Split:
    """Examples in memory: `images` (N, 28, 28) uint8, 0 black to 255 white, the garment bright on
    black; `labels` (N,) int64, 0 to 9 as in `spec.CLASS_NAMES`."""

    images: torch.Tensor
    labels: torch.Tensor

    @classmethod
    def from_arrays(cls, images: np.ndarray, labels: np.ndarray) -> Split:
        """A split that shares the memory of these arrays."""
        return cls(torch.from_numpy(images), torch.from_numpy(labels))

    def first(self, count: int | None) -> Split:
        """The first `count` examples, or as many as there are; all if None."""
        return Split(self.images[:count], self.labels[:count])


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The 60,000 official training examples: 55,000 for training and 5,000 for validation, 500 per
    class. `split_hash`, 12 hex digits, identifies the split in every checkpoint."""

    train: Split
    validation: Split
    split_hash: str


def split_indices(labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Indices of the training and of the validation examples, each (n,) int64 and ascending.

    `labels` is (N,). In each class, validation takes the `VALIDATION_PER_CLASS` examples whose
    index has the smallest SHA-256. The split does not depend on a library's random numbers, so it
    is the same on every machine and with every version.
    """
    by_hash = sorted(
        range(len(labels)), key=lambda index: hashlib.sha256(str(index).encode()).digest()
    )
    order = torch.tensor(by_hash, dtype=torch.int64)
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(len(CLASS_NAMES)):
        chosen[order[labels[order] == label][:VALIDATION_PER_CLASS]] = True
    return torch.nonzero(~chosen).flatten(), torch.nonzero(chosen).flatten()


def split_hash(validation: torch.Tensor) -> str:
    """12 hex digits that identify a split by its validation indices, (n,), ascending."""
    text = ",".join(map(str, validation.tolist()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def batches(n: int, batch_size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Yield all indices of `range(n)`, shuffled by `generator`, as int64 tensors (batch_size,).

    The last batch is shorter if `batch_size` does not divide `n`. Both are at least 1.
    """
    yield from torch.randperm(n, generator=generator).split(batch_size)
