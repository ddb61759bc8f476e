"""Test textbook claims on many small networks."""

import argparse
from dataclasses import replace

from fmnist_demo import files
from fmnist_demo.commands.options import add_sweep, chosen_precision, run_sweep
from fmnist_demo.data import fashion_mnist
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import findings, study
from fmnist_demo.experiments.questions import QUESTIONS
from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.results import STUDY_FILE, read_json


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `study`."""
    add = parser.add_argument
    add("--questions", nargs="+", choices=QUESTIONS, help="only these (default: all)")
    add("--width", type=int, default=study.BASE.shape.width, help="units per layer")
    add("--epochs", type=int, default=study.BASE.config.epochs)
    add_sweep(parser, seeds=5, runs="runs/study")
    add(
        "--out",
        metavar="FILE",
        default=WEIGHTS / STUDY_FILE,
        help=f"where the summary goes (default: weights/{STUDY_FILE})",
    )
    add(
        "--markdown",
        metavar="FILE",
        default=WEIGHTS.parent / "docs" / "findings.md",
        help="where the findings go, with their figures (default: docs/findings.md)",
    )
    add(
        "--findings-only",
        action="store_true",
        help="train nothing: write the findings of an existing summary again",
    )


def run(args: argparse.Namespace) -> None:
    """Run the trainings of the study; finished trainings are not repeated.

    The test accuracy is measured, but nothing is chosen by it.
    """
    if args.findings_only:
        summary = read_json(args.out)
        if summary is None:
            raise UserError(f"{args.out} cannot be read: run the study without --findings-only.")
    else:
        summary = _run(args)
        files.write_json(args.out, summary)
    findings.write(summary, args.markdown)
    print(f"Wrote {args.markdown} from {args.out}.")


def _run(args: argparse.Namespace) -> dict:
    base = replace(
        study.BASE,
        shape=replace(study.BASE.shape, width=args.width),
        config=replace(
            study.BASE.config,
            epochs=args.epochs,
            patience=args.epochs,
            precision=chosen_precision(args),
        ),
    )
    points = study.plan(base, args.questions)
    planned = study.trainings(points, args.seeds)
    examples, test = fashion_mnist.load_training(args.data), fashion_mnist.load_test(args.data)
    results = run_sweep(planned, examples, test, args)
    return study.summary(base, points, results, args.seeds)
