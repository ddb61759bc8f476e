"""Train networks with a range of penalty strengths and summarise them."""

import argparse

from fmnist_demo import files
from fmnist_demo.commands.options import WIDTH_HELP, add_sweep, chosen_precision, run_sweep
from fmnist_demo.data import fashion_mnist
from fmnist_demo.errors import UserError
from fmnist_demo.experiments.path import PATH_EPOCHS, PATH_STRENGTHS, summary, trainings
from fmnist_demo.networks.checkpoints import LAYERS, WEIGHTS
from fmnist_demo.networks.mlp import MLPConfig, budget_width
from fmnist_demo.results import PATH_FILE
from fmnist_demo.training.config import TrainConfig


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `path`."""
    add = parser.add_argument
    add("--layers", type=int, choices=LAYERS, default=LAYERS[0], help="hidden layers")
    add("--regulariser", choices=PATH_STRENGTHS, help="only this one (default: all)")
    add("--strengths", type=float, nargs="+", metavar="S", help="default: the usual range")
    add("--width", type=int, help=WIDTH_HELP)
    add("--epochs", type=int, default=PATH_EPOCHS)
    add_sweep(parser, seeds=3, runs="runs/path")
    add(
        "--out",
        metavar="FILE",
        default=WEIGHTS / PATH_FILE,
        help=f"where the summary goes (default: weights/{PATH_FILE})",
    )


def run(args: argparse.Namespace) -> None:
    """Train every strength with several seeds; finished trainings are not repeated.

    The test accuracy is measured, but nothing is chosen by it.
    """
    if args.strengths and not args.regulariser:
        raise UserError("--strengths needs a penalty: add --regulariser l1 or --regulariser l2.")
    strengths = PATH_STRENGTHS
    if args.regulariser:
        strengths = {args.regulariser: args.strengths or PATH_STRENGTHS[args.regulariser]}
    shape = MLPConfig(args.layers, budget_width(args.layers) if args.width is None else args.width)
    config = TrainConfig(
        epochs=args.epochs, patience=args.epochs, synthetic=0, precision=chosen_precision(args)
    )
    planned = trainings(shape, config, strengths, args.seeds)
    examples, test = fashion_mnist.load_training(args.data), fashion_mnist.load_test(args.data)
    results = run_sweep(planned, examples, test, args)
    files.write_json(args.out, summary(list(results.items())))
    print(f"{args.out}: {len(results)} networks")
