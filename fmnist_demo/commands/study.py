"""Put textbook claims to the test."""

import argparse
from dataclasses import replace
from pathlib import Path

from fmnist_demo import files
from fmnist_demo.commands.options import add_sweep, run_sweep
from fmnist_demo.data import fashion_mnist
from fmnist_demo.experiments import findings, study
from fmnist_demo.networks.checkpoints import WEIGHTS


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `study`."""
    add = parser.add_argument
    add("--questions", nargs="+", choices=study.MEASURED, help="only these (default: each)")
    add("--width", type=int, default=study.BASE.shape.width, help="units a layer")
    add("--epochs", type=int, default=study.BASE.config.epochs)
    add_sweep(parser, seeds=5, runs="runs/study")
    add(
        "--out",
        metavar="FILE",
        default=WEIGHTS / "study.json",
        help="the numbers (default: weights/study.json)",
    )
    add(
        "--markdown",
        metavar="FILE",
        default=WEIGHTS.parent / "docs" / "findings.md",
        help="the findings, with pictures beside it (default: docs/findings.md)",
    )


def run(args: argparse.Namespace) -> None:
    """Run the trainings of the study; the finished ones are kept and not repeated.

    The test set is measured on the way, but nothing is chosen by it.
    """
    base = replace(
        study.BASE,
        shape=replace(study.BASE.shape, width=args.width),
        config=replace(
            study.BASE.config, epochs=args.epochs, patience=args.epochs, precision=args.precision
        ),
    )
    points = {
        name: several
        for name, several in study.plan(base).items()
        if name in (args.questions or study.MEASURED)
    }
    planned = study.trainings(points, args.seeds)
    examples, test = fashion_mnist.load_training(args.data), fashion_mnist.load_test(args.data)
    results = run_sweep(planned, examples, test, args)
    made = study.summary(base, points, results, args.seeds)
    files.write_json(args.out, made)
    _write_findings(made, Path(args.markdown))
    print(f"{args.out} and {args.markdown}: {len(results)} networks")


def _write_findings(made: dict, path: Path) -> None:
    """The findings as Markdown, with a picture beside it for each question."""
    pictures = {}
    for name, points in made["questions"].items():
        plot = findings.figure(name, points)
        picture = path.with_name(f"{path.stem}-{name}.png")
        with files.replacing(picture) as temporary:
            plot.figure.savefig(temporary, format="png", dpi=144, facecolor="white")
        pictures[name] = f"![{plot.alternative}]({picture.name})"
    with files.replacing(path) as temporary:
        temporary.write_text(findings.markdown(made, pictures), encoding="utf-8")
