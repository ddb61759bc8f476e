"""The examples that visitors train on: loaded when they are first needed, then shared by all."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import torch

from fmnist_demo.data import fashion_mnist
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.synthetic import dataset

TRAINING_DRAWINGS, VALIDATION_DRAWINGS = 5_000, 500
"""How many drawings there are to train and to validate on, where Fashion-MNIST is not used."""

HELD_OUT_DRAWINGS = 300
"""Further drawings, which set the confidence threshold."""

Report = Callable[[float, str], object]
"""Is told the share done, 0 to 1, and what is being done."""


class NoData(UserError):
    """Fashion-MNIST is not available."""


class Examples:
    """Training and validation examples by source, a choice of `Settings.source`."""

    def __init__(self):
        self._loaded: dict[str, TrainingData] = {}

    def get(self, source: str, report: Report) -> TrainingData:
        """The examples of a source, shuffled. Raises `NoData` if the dataset is not available."""
        if source not in self._loaded:
            load = {"fashion": _load_fashion_mnist, "drawings": _make_drawings}[source]
            self._loaded[source] = load(report)
        return self._loaded[source]

    @cached_property
    def held_out_drawings(self) -> Split:
        """Drawings of garments on which nothing is trained."""
        return _drawings(HELD_OUT_DRAWINGS, seed=2)


def _load_fashion_mnist(report: Report) -> TrainingData:
    try:
        examples = fashion_mnist.load_training(progress=report)
    except UserError as error:
        print(error, file=sys.stderr)  # for whoever runs the app; visitors cannot act on it
        raise NoData(
            "Fashion-MNIST is not available right now: train on the project's own drawings, or "
            "try again later."
        ) from error
    count = len(examples.train.labels)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    train = Split(examples.train.images[order], examples.train.labels[order])
    return TrainingData(train, examples.validation, examples.split_hash)


def _make_drawings(report: Report) -> TrainingData:
    def reporting(chunks: Iterable, total: int) -> Iterator:
        for number, chunk in enumerate(chunks):
            report(number / total, "Drawing the examples")
            yield chunk

    train = _drawings(TRAINING_DRAWINGS, seed=0, progress=reporting)
    return TrainingData(train, _drawings(VALIDATION_DRAWINGS, seed=1), "drawings")


def _drawings(count: int, seed: int, progress: Callable | None = None) -> Split:
    return Split.from_arrays(*dataset.dataset(count, seed, {"drawing": 1}, progress=progress))
