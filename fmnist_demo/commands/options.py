"""Options that several commands share, and what follows from them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.experiments import sweep
from fmnist_demo.experiments.engines import ENGINES
from fmnist_demo.networks.checkpoints import WEIGHTS, Collection
from fmnist_demo.training.config import PRECISIONS, TrainConfig

LAYERS = (3, 5, 7)
"""The depths of the networks that come with the project."""


def add_threads(parser: argparse.ArgumentParser) -> None:
    """`--threads`, which `__main__` sets before the command runs."""
    parser.add_argument("--threads", type=int, help="for torch to use (default: all cores)")


def add_data(parser: argparse.ArgumentParser) -> None:
    """`--data`."""
    parser.add_argument(
        "--data", metavar="DIR", help="where Fashion-MNIST is (default: $FMNIST_DATA, the cache)"
    )


def add_precision(parser: argparse.ArgumentParser) -> None:
    """`--precision`."""
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=TrainConfig.precision,
        help="bfloat16 is twice as fast on CPUs with AVX-512 BF16 and on GPUs",
    )


def add_width(parser: argparse.ArgumentParser) -> None:
    """`--width`."""
    parser.add_argument(
        "--width", type=int, help="units a layer (default: about 2.1 M parameters at any depth)"
    )


def add_weights(parser: argparse.ArgumentParser) -> None:
    """`--weights`."""
    parser.add_argument("--weights", metavar="DIR", default=WEIGHTS, help="default: weights")


def add_sweep(parser: argparse.ArgumentParser, seeds: int, runs: str) -> None:
    """What `path` and `study` have in common; `seeds` and `runs` are defaults."""
    add = parser.add_argument
    add("--seeds", type=int, default=seeds, metavar="N", help="networks a setting (%(default)s)")
    add("--runs", metavar="DIR", default=runs, help="what is done (default: %(default)s)")
    add("--engine", choices=ENGINES, default=ENGINES[0], help="this machine, or a Ray cluster")
    add("--address", metavar="HOST[:PORT]", help="the Ray cluster's head (default: this one)")
    add("--jobs", type=int, help="trainings at a time (default: 1; on Ray, one a core)")
    add_precision(parser)
    add_data(parser)


def read_checkpoints(folder: str | Path) -> Collection:
    """The checkpoints of a folder; what is wrong with others goes to stderr."""
    collection = Collection(folder)
    for problem in collection.problems:
        print(problem, file=sys.stderr)
    return collection


def run_sweep(
    planned: Sequence[sweep.Training], examples: TrainingData, test: Split, args: argparse.Namespace
) -> dict[sweep.Training, sweep.Figures]:
    """Run trainings under a progress bar, as `--runs`, `--jobs`, `--engine` and `--address` say."""
    results = {}
    with tqdm(total=len(planned), unit="network") as bar:
        for training, figures in sweep.run(
            planned, examples, test, args.runs, args.jobs, args.engine, args.address
        ):
            results[training] = figures
            bar.write(_line(training, figures))
            bar.update()
    return results


def _line(training: sweep.Training, figures: sweep.Figures) -> str:
    """One training in one line."""
    shape, config = training.shape, training.config
    name = (
        f"{shape.layers} layers  dropout {shape.dropout:<3g}  "
        f"{'augmented' if config.augment else 'plain':9}  patience {config.patience:<3d} "
        f"{config.regulariser} {config.strength:<8g} seed {config.seed}"
    )
    if figures.diverged:
        return f"{name}  the loss is no longer a number  {figures.seconds:.1f} s"
    return (
        f"{name}  validation {figures.validation_accuracy:.2%}  zeros {figures.zeros:.1%}  "
        f"{figures.seconds:.1f} s"
    )
