"""Options that several commands share, and the functions that act on them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.experiments import sweep
from fmnist_demo.experiments.engines import ENGINES
from fmnist_demo.networks.checkpoints import WEIGHTS, Collection
from fmnist_demo.training.precision import AUTO, PRECISIONS, choose_precision

DEFAULT = "(default: %(default)s)"
WIDTH_HELP = "units in each hidden layer (default: about 2.1 M parameters at any depth)"


def add_data(parser: argparse.ArgumentParser) -> None:
    """`--data`."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="folder of Fashion-MNIST (default: $FMNIST_DATA, else the cache)",
    )


def add_precision(parser: argparse.ArgumentParser) -> None:
    """`--precision`."""
    parser.add_argument(
        "--precision",
        choices=(AUTO, *PRECISIONS),
        default=AUTO,
        help="of the matrix products (default: %(default)s, the faster one)",
    )


def chosen_precision(args: argparse.Namespace, device: torch.device | str = "cpu") -> str:
    """The precision that `--precision` names or that is faster on the device; prints which."""
    precision = choose_precision(args.precision, device)
    print(f"Training on {device} with {precision}.")
    return precision


def add_weights(parser: argparse.ArgumentParser) -> None:
    """`--weights`."""
    parser.add_argument(
        "--weights", metavar="DIR", default=WEIGHTS, help="folder of checkpoints (default: weights)"
    )


def add_sweep(parser: argparse.ArgumentParser, seeds: int, runs: str) -> None:
    """The options that `path` and `study` share; `seeds` and `runs` are defaults."""
    add = parser.add_argument
    add("--seeds", type=int, default=seeds, metavar="N", help=f"networks per setting {DEFAULT}")
    add("--runs", metavar="DIR", default=runs, help=f"folder of finished trainings {DEFAULT}")
    add("--engine", choices=ENGINES, default=ENGINES[0], help="this machine, or a Ray cluster")
    add("--address", metavar="HOST[:PORT]", help="head of the Ray cluster (default: this one)")
    add("--jobs", type=int, help="trainings at a time (default: 1; with Ray, one per core)")
    add_precision(parser)
    add_data(parser)


def read_checkpoints(folder: str | Path) -> Collection:
    """Load the checkpoints in a folder and print on stderr why others could not be loaded."""
    collection = Collection(folder)
    for problem in collection.problems:
        print(problem, file=sys.stderr)
    return collection


def run_sweep(
    planned: Sequence[sweep.Training], examples: TrainingData, test: Split, args: argparse.Namespace
) -> dict[sweep.Training, sweep.Metrics]:
    """Run trainings under a progress bar, as `--runs`, `--jobs`, `--engine` and `--address` say."""
    results = {}
    with tqdm(total=len(planned), unit="network") as bar:
        for training, metrics in sweep.run(
            planned, examples, test, args.runs, args.jobs, args.engine, args.address
        ):
            results[training] = metrics
            bar.write(_line(training, metrics))
            bar.update()
    return results


def _line(training: sweep.Training, metrics: sweep.Metrics) -> str:
    """One line about one training."""
    shape, config = training.shape, training.config
    name = (
        f"{shape.layers} layers  dropout {shape.dropout:<3g}  "
        f"{'augmented' if config.augment else 'plain':9}  patience {config.patience:<3d} "
        f"{config.regulariser} {config.strength:<8g} seed {config.seed}"
    )
    if metrics.diverged:
        return f"{name}  diverged  {metrics.seconds:.1f} s"
    return (
        f"{name}  validation {metrics.validation_accuracy:.2%}  zeros {metrics.zeros:.1%}  "
        f"{metrics.seconds:.1f} s"
    )
