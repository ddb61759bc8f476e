"""Time to 89 % on the test set, and the time of one epoch: this project's way against others.

All train the same network, that of PyTorch's quickstart tutorial (784-512-512-10 with ReLU), on
the same 55,000 photographs, which they find as bytes in memory, with the same number of threads.
This project's own settings were chosen on the validation set.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.util import find_spec

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import FashionMNIST
from torchvision.datasets.vision import VisionDataset
from tqdm import tqdm

from benchmarks.measuring import in_turn, threads
from benchmarks.tables import Row, Table
from fmnist_demo.data.fashion_mnist import load_test, load_training
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLP, MLPConfig, predict_logits
from fmnist_demo.spec import MEAN, STD, normalise
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import epochs, fit

TARGET = 0.89
LONGEST = 20
"""Epochs after which a way that has not reached the target is given up."""

SHAPE = MLPConfig(layers=2, width=512, norm="none")
USUAL = {"batch_size": 64, "learning_rate": 1e-3}
"""The quickstart tutorial's batches, and Adam's usual learning rate."""

OWN = TrainConfig(
    epochs=6,
    patience=6,
    batch_size=256,
    learning_rate=4e-3,
    augment=False,
    synthetic=0,
    synthetic_sets=1,
)
"""This project's way to the target: larger batches, one cycle of the rate, smooth labels."""

FAST, EXACT = "this project, bfloat16", "this project, float32"
LOADER = "Dataset, DataLoader, Adam"
SCIKIT = "scikit-learn’s MLPClassifier"
QUICKSTART = "PyTorch’s quickstart tutorial"

Guess = Callable[[torch.Tensor], torch.Tensor]
Way = Callable[[TrainingData, int], Iterator[Guess]]
"""Training data and a seed -> after every epoch, what gives pictures, uint8 (N, 28, 28), their
labels (N,). All work is done while the next epoch is asked for."""


class Photographs(FashionMNIST):
    """torchvision's dataset, item by item as it comes, but for the pictures being a split's."""

    def __init__(self, split: Split, transform: Callable):
        VisionDataset.__init__(self, root="", transform=transform)
        self.data, self.targets = split.images, split.labels


def tensors(examples: TrainingData, seed: int, config: TrainConfig = OWN) -> Iterator[Guess]:
    """This project's `fit`; its time includes the validation after every epoch."""
    model = MLP(SHAPE, seed)
    events = fit(model, examples.train, examples.validation, replace(config, seed=seed))
    for _ in epochs(events):
        yield lambda images: predict_logits(model, images).argmax(1)


def loader(
    examples: TrainingData,
    seed: int,
    batch_size: int = USUAL["batch_size"],
    learning_rate: float = USUAL["learning_rate"],
    workers: int = 0,
) -> Iterator[Guess]:
    """torchvision's Dataset, a shuffling DataLoader and Adam."""
    steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))])
    model = MLP(SHAPE, seed)
    optimiser = torch.optim.Adam(model.parameters(), learning_rate)
    batches = _batches(Photographs(examples.train, steps), batch_size, seed, workers)
    while True:
        _epoch(model, batches, optimiser)
        yield lambda images: predict_logits(model, images).argmax(1)


def quickstart(examples: TrainingData, seed: int) -> Iterator[Guess]:
    """As PyTorch's quickstart tutorial does it: plain stochastic gradient descent, rate 1e-3."""
    model = MLP(SHAPE, seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    photographs = Photographs(examples.train, transforms.ToTensor())
    batches = _batches(photographs, USUAL["batch_size"], seed)
    while True:
        _epoch(model, batches, optimiser)
        yield lambda images: torch.cat(
            [model(part / 255).argmax(1) for part in images.split(2_000)]
        )


def scikit_learn(examples: TrainingData, seed: int) -> Iterator[Guess]:
    """scikit-learn's MLPClassifier: the same layers, batches and Adam, without its L2 penalty."""
    from sklearn.neural_network import MLPClassifier

    def rows(images: torch.Tensor) -> np.ndarray:
        return normalise(images.flatten(1).float()).numpy()

    network = MLPClassifier(
        hidden_layer_sizes=(SHAPE.width,) * SHAPE.layers,
        batch_size=USUAL["batch_size"],
        learning_rate_init=USUAL["learning_rate"],
        alpha=0.0,
        random_state=seed,
    )
    pictures, labels = rows(examples.train.images), examples.train.labels.numpy()
    while True:
        network.partial_fit(pictures, labels, classes=range(10))
        yield lambda images: torch.from_numpy(network.predict(rows(images)))


def _batches(photographs: Photographs, size: int, seed: int, workers: int = 0) -> DataLoader:
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(photographs, size, shuffle=True, num_workers=workers, generator=generator)


def _epoch(model: nn.Module, batches: DataLoader, optimiser: torch.optim.Optimizer) -> None:
    """One epoch as every tutorial has it."""
    model.train()
    for images, labels in batches:
        loss = nn.functional.cross_entropy(model(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@dataclass
class Run:
    """One training as far as it went: the seconds of each epoch, and the test accuracy after it.

    `reached`: whether the last accuracy is the target or more.
    """

    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    reached: bool = False


def run(
    epochs: Iterator[Guess], test: Split, target: float = TARGET, longest: int = LONGEST
) -> Run:
    """Train until the test accuracy is `target` or more, for `longest` epochs at most.

    The time of the test is not counted.
    """
    done = Run()
    while len(done.seconds) < longest and not done.reached:
        start = time.perf_counter()
        guess = next(epochs, None)
        elapsed = time.perf_counter() - start
        if guess is None:
            break
        with torch.no_grad():
            right = guess(test.images) == test.labels
        done.seconds.append(elapsed)
        done.accuracies.append(right.float().mean().item())
        done.reached = done.accuracies[-1] >= target
    return done


def runs_in_turn(
    ways: dict[str, Way], examples: TrainingData, test: Split, repeats: int
) -> dict[str, list[Run]]:
    """Runs of every way by name, in turn, each repetition with a seed of its own.

    A way that has not reached the target is not tried again.
    """
    runs = {name: [] for name in ways}
    with tqdm(total=repeats * len(ways), desc="trainings to 89 %") as bar:
        for seed in range(repeats):
            for name, way in ways.items():
                if all(done.reached for done in runs[name]):
                    runs[name].append(run(way(examples, seed), test))
                bar.update()
    return runs


def row(name: str, runs: list[Run]) -> Row:
    """The runs of one way; it has samples only if every one of them reached the target."""
    details = {"runs": [asdict(done) for done in runs]}
    for done in runs:
        if not done.reached:
            epochs, seconds = len(done.seconds), sum(done.seconds)
            note = f"{done.accuracies[-1]:.1%} after {epochs} epochs and {seconds:.0f} s"
            return Row(name, [], note, details)
    epochs = [len(done.seconds) for done in runs]
    ends = sorted({min(epochs), max(epochs)})
    note = f"{' to '.join(map(str, ends))} epochs"
    return Row(name, [sum(done.seconds) for done in runs], note, details)


def measure(repeats: int, data: str | None = None) -> list[Table]:
    """Time to the target, then the time of single epochs. All cores.

    Raises `UserError` if Fashion-MNIST or scikit-learn is not there.
    """
    if find_spec("sklearn") is None:
        raise UserError(
            "scikit-learn is not installed: run pip install -r requirements-benchmarks.txt."
        )
    examples, test = load_training(data), load_test(data)
    fast = replace(OWN, precision="bfloat16")
    with threads():
        runs = runs_in_turn(
            {
                FAST: partial(tensors, config=fast),
                EXACT: tensors,
                LOADER: loader,
                SCIKIT: scikit_learn,
                QUICKSTART: quickstart,
            },
            examples,
            test,
            repeats,
        )
        small = replace(OWN, **USUAL)
        cores = os.cpu_count() or 1
        return [
            Table(
                f"Training to {TARGET:.0%} on the test set",
                [row(name, runs[name]) for name in runs],
                FAST,
                remark=f"This project: its own way, batches of {OWN.batch_size} and one cycle of "
                f"the learning rate. The others: batches of {USUAL['batch_size']}, a constant "
                "rate, until they are there.",
            ),
            _one_epoch(
                f"One epoch, batches of {USUAL['batch_size']}",
                {
                    EXACT: partial(tensors, config=small),
                    FAST: partial(tensors, config=replace(small, precision="bfloat16")),
                    LOADER: loader,
                    f"{LOADER}, {cores} workers": partial(loader, workers=cores),
                    SCIKIT: scikit_learn,
                },
                examples,
                repeats,
            ),
            _one_epoch(
                f"One epoch, batches of {OWN.batch_size}",
                {
                    EXACT: tensors,
                    FAST: partial(tensors, config=fast),
                    LOADER: partial(loader, batch_size=OWN.batch_size),
                },
                examples,
                repeats,
            ),
        ]


def _one_epoch(title: str, ways: dict[str, Way], examples: TrainingData, repeats: int) -> Table:
    """The same work in every way: nothing differs but how it is done."""
    first = {name: lambda way=way: next(way(examples, 0)) for name, way in ways.items()}
    samples = in_turn(first, repeats, title.lower(), warm_up=False)
    return Table(title, [Row(name, samples[name]) for name in ways], EXACT)
