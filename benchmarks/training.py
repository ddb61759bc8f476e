"""The time to 89% on the test set and the time of one epoch, compared with other libraries.

All train the network of PyTorch's quickstart tutorial (784-512-512-10 with ReLU) on the same
55,000 photographs, which are in memory as bytes, with the same number of threads.
This project's own settings were chosen on the validation set.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from itertools import pairwise

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
from fmnist_demo.training.precision import AUTO, choose_precision

TARGET = 0.89
MAX_EPOCHS = 20
"""Epochs after which a training that has not reached the target stops."""

SHAPE = MLPConfig(layers=2, width=512, norm="none")
USUAL = {"batch_size": 64, "learning_rate": 1e-3}
"""The batch size of the quickstart tutorial and the usual learning rate of Adam."""

PROJECT = TrainConfig(
    epochs=6,
    patience=6,
    batch_size=256,
    learning_rate=4e-3,
    augment=False,
    synthetic=0,
    synthetic_sets=1,
)
"""How this project trains to the target: larger batches, one cycle of the learning rate, label
smoothing."""

FAST, EXACT = "this project, bfloat16", "this project, float32"
LOADER = "Dataset, DataLoader, Adam"
SCIKIT = "scikit-learn’s MLPClassifier"
QUICKSTART = "PyTorch’s quickstart tutorial"
LIMIT = "for comparison: the matrix products alone, float32"

Classifier = Callable[[torch.Tensor], torch.Tensor]
"""Images, uint8 (N, 28, 28) -> labels, int64 (N,)."""

Trainer = Callable[[TrainingData, int], Iterator[Classifier]]
"""Training data and a seed -> the classifier after every epoch. Asking for the next one trains."""


class Photographs(FashionMNIST):
    """torchvision's dataset with the images of a split."""

    def __init__(self, split: Split, transform: Callable):
        VisionDataset.__init__(self, root="", transform=transform)
        self.data, self.targets = split.images, split.labels


def tensors(
    examples: TrainingData, seed: int, config: TrainConfig = PROJECT
) -> Iterator[Classifier]:
    """This project's `fit`; the time includes the validation after every epoch."""
    model = MLP(SHAPE, seed)
    events = fit(model, examples.train, examples.validation, replace(config, seed=seed))
    for _ in epochs(events):
        yield lambda images: predict_logits(model, images).argmax(1)


def loader(
    examples: TrainingData, seed: int, batch_size: int = USUAL["batch_size"], workers: int = 0
) -> Iterator[Classifier]:
    """torchvision's Dataset, a shuffling DataLoader and Adam."""
    steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))])
    model = MLP(SHAPE, seed)
    optimiser = torch.optim.Adam(model.parameters(), USUAL["learning_rate"])
    batches = _batches(Photographs(examples.train, steps), batch_size, seed, workers)
    while True:
        _epoch(model, batches, optimiser)
        yield lambda images: predict_logits(model, images).argmax(1)


def quickstart(examples: TrainingData, seed: int) -> Iterator[Classifier]:
    """PyTorch's quickstart tutorial: plain stochastic gradient descent, learning rate 1e-3."""
    model = MLP(SHAPE, seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    photographs = Photographs(examples.train, transforms.ToTensor())
    batches = _batches(photographs, USUAL["batch_size"], seed)
    while True:
        _epoch(model, batches, optimiser)
        yield lambda images: torch.cat(
            [model(part / 255).argmax(1) for part in images.split(2_000)]
        )


def scikit_learn(examples: TrainingData, seed: int) -> Iterator[Classifier]:
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
    """The training loop of every tutorial."""
    model.train()
    for images, labels in batches:
        loss = nn.functional.cross_entropy(model(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@dataclass
class Run:
    """One training: the seconds of each epoch and the test accuracy after it.

    `reached`: whether the last accuracy is the target or more.
    """

    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    reached: bool = False


def run(
    epochs: Iterator[Classifier], test: Split, target: float = TARGET, max_epochs: int = MAX_EPOCHS
) -> Run:
    """Train until the test accuracy is `target` or more, for at most `max_epochs` epochs.

    The seconds do not include the test.
    """
    result = Run()
    while len(result.seconds) < max_epochs and not result.reached:
        start = time.perf_counter()
        classify = next(epochs, None)
        elapsed = time.perf_counter() - start
        if classify is None:
            break
        with torch.no_grad():
            right = classify(test.images) == test.labels
        result.seconds.append(elapsed)
        result.accuracies.append(right.float().mean().item())
        result.reached = result.accuracies[-1] >= target
    return result


def runs_in_turn(
    trainers: dict[str, Trainer], examples: TrainingData, test: Split, repeats: int
) -> dict[str, list[Run]]:
    """`repeats` runs of every trainer by name, in turn, each round with another seed.

    A trainer that has not reached the target does not run again.
    """
    runs = {name: [] for name in trainers}
    with tqdm(total=repeats * len(trainers), desc=f"trainings to {TARGET:.0%}") as bar:
        for seed in range(repeats):
            for name, trainer in trainers.items():
                if all(earlier.reached for earlier in runs[name]):
                    runs[name].append(run(trainer(examples, seed), test))
                bar.update()
    return runs


def row(name: str, runs: list[Run]) -> Row:
    """The runs of one trainer; the row has samples only if all of them reached the target."""
    details = {"runs": [asdict(result) for result in runs]}
    if not runs[-1].reached:  # then it did not run again
        last = runs[-1]
        note = f"{last.accuracies[-1]:.1%} after {len(last.seconds)} epochs"
        return Row(name, [], f"{note} and {sum(last.seconds):.0f} s", details)
    epochs = [len(result.seconds) for result in runs]
    ends = sorted({min(epochs), max(epochs)})
    note = f"{' to '.join(map(str, ends))} epochs"
    return Row(name, [sum(result.seconds) for result in runs], note, details)


def measure(repeats: int, data: str | None = None) -> list[Table]:
    """Measure the time to the target, then the time of single epochs, on all cores.

    Raises `UserError` if Fashion-MNIST or scikit-learn is missing.
    """
    if find_spec("sklearn") is None:
        raise UserError(
            "scikit-learn is not installed: run pip install -r requirements-benchmarks.txt."
        )
    examples, test = load_training(data), load_test(data)
    usual, cores = replace(PROJECT, **USUAL), os.cpu_count() or 1
    with threads():
        precisions = {EXACT: "float32"}
        if choose_precision(AUTO) == "bfloat16":
            precisions = {FAST: "bfloat16"} | precisions

        def project(config: TrainConfig) -> dict[str, Trainer]:
            return {
                name: partial(tensors, config=replace(config, precision=precision))
                for name, precision in precisions.items()
            }

        to_target = project(PROJECT) | {
            LOADER: loader,
            SCIKIT: scikit_learn,
            QUICKSTART: quickstart,
        }
        small_batches = project(usual) | {
            LOADER: loader,
            f"{LOADER}, {cores} workers": partial(loader, workers=cores),
            SCIKIT: scikit_learn,
        }
        large_batches = project(PROJECT) | {
            LOADER: partial(loader, batch_size=PROJECT.batch_size),
        }
        runs = runs_in_turn(to_target, examples, test, repeats)
        target = Table(
            f"Training to {TARGET:.0%} on the test set",
            [row(name, runs[name]) for name in runs],
            next(iter(precisions)),
            remark=f"This project uses batches of {PROJECT.batch_size} and one cycle of the "
            f"learning rate. The others use batches of {USUAL['batch_size']} and a constant "
            "learning rate until they reach the target.",
        )
        return [
            target,
            _one_epoch(small_batches, USUAL["batch_size"], examples, repeats),
            _one_epoch(large_batches, PROJECT.batch_size, examples, repeats),
        ]


def _one_epoch(
    trainers: dict[str, Trainer], batch_size: int, examples: TrainingData, repeats: int
) -> Table:
    """The time of the first epoch, and of its matrix products: no float32 training is faster."""
    title = f"One epoch with batches of {batch_size}"
    tasks = {
        name: lambda trainer=trainer: next(trainer(examples, 0))
        for name, trainer in trainers.items()
    }
    tasks[LIMIT] = lambda: _products(batch_size, len(examples.train.labels) // batch_size)
    samples = in_turn(tasks, repeats, title.lower(), warm_up=False)
    return Table(title, [Row(name, samples[name]) for name in tasks], EXACT)


@torch.no_grad()
def _products(batch_size: int, batches: int) -> None:
    """The matrix products of an epoch: forwards, and for the gradients of weights and inputs."""
    layers = [
        (
            torch.ones(batch_size, inputs),
            torch.ones(batch_size, outputs),
            torch.ones(outputs, inputs),
        )
        for inputs, outputs in pairwise(SHAPE.sizes)
    ]
    for _ in range(batches):
        for number, (x, gradient, weights) in enumerate(layers):
            x @ weights.T
            gradient.T @ x
            if number:
                gradient @ weights
