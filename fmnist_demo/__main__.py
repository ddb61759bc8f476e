"""The command line: python -m fmnist_demo train | path | study | evaluate | classify."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import torch
from tqdm import tqdm

from fmnist_demo import (
    checkpoints,
    data,
    drawings,
    evaluation,
    files,
    findings,
    inference,
    study,
    sweep,
    synthetic,
)
from fmnist_demo.calibration import calibrate
from fmnist_demo.engines import ENGINES
from fmnist_demo.errors import UserError, exit_status
from fmnist_demo.model import MLP, MLPConfig, budget_width
from fmnist_demo.path import EPOCHS, STRENGTHS, summary, trainings
from fmnist_demo.pictures import open_image
from fmnist_demo.preprocessing import Prepared, from_drawing, prepare
from fmnist_demo.regularisation import REGULARISERS
from fmnist_demo.training import (
    PRECISIONS,
    EpochResult,
    TrainConfig,
    choose_device,
    fit,
    kept,
    own_end,
)

LAYERS = (3, 5, 7)

HELD_OUT = 5_000
"""Procedural drawings that are not trained on; the threshold of doubt is set on them."""


def parser() -> argparse.ArgumentParser:
    """The whole command line; its defaults are those of the dataclasses it fills."""
    top = argparse.ArgumentParser(prog="python -m fmnist_demo", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--threads", type=int, help="for torch to use (default: all cores)")
    shape, recipe = MLPConfig(), TrainConfig()
    precise = argparse.ArgumentParser(add_help=False)
    precise.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=recipe.precision,
        help="bfloat16 is twice as fast on CPUs with AVX-512 BF16 and on GPUs",
    )
    sweeps = argparse.ArgumentParser(add_help=False, parents=[precise])
    add = sweeps.add_argument
    add("--engine", choices=ENGINES, default=ENGINES[0], help="this machine, or a Ray cluster")
    add("--address", metavar="HOST[:PORT]", help="the Ray cluster's head (default: this one)")
    add("--jobs", type=int, help="trainings at a time (default: 1; on Ray, one a core)")
    add("--data", metavar="DIR", help="where Fashion-MNIST is (default: $FMNIST_DATA, the cache)")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    add = commands.add_parser(
        "train", parents=[common, precise], help="train networks and save them"
    ).add_argument
    commands.choices["train"].set_defaults(run=train)
    add("--layers", type=int, choices=LAYERS, help="hidden layers")
    add("--regulariser", choices=REGULARISERS, help="what keeps the weights small")
    add("--all", action="store_true", help="every depth under every regulariser")
    add("--strength", type=float, help="of the regulariser (default: its usual one)")
    add("--dropout", type=float, default=shape.dropout, metavar="P")
    add("--width", type=int, help="units a layer (default: about 2.1 M parameters at any depth)")
    add("--epochs", type=int, default=recipe.epochs)
    add("--patience", type=int, default=recipe.patience, help="epochs without improvement")
    add("--batch-size", type=int, default=recipe.batch_size)
    add("--learning-rate", type=float, default=recipe.learning_rate, help="its peak")
    add("--seed", type=int, default=recipe.seed)
    add(
        "--synthetic", type=int, default=recipe.synthetic, metavar="N", help="own pictures an epoch"
    )
    add(
        "--synthetic-sets",
        type=int,
        default=recipe.synthetic_sets,
        metavar="N",
        help="sets of own pictures that take turns",
    )
    add("--no-augment", dest="augment", action="store_false", help="pictures as they are")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto")
    add("--data", metavar="DIR", help="where Fashion-MNIST is (default: $FMNIST_DATA, the cache)")
    add("--out", metavar="DIR", default="runs", help="where checkpoints go (default: runs)")

    add = commands.add_parser(
        "path", parents=[common, sweeps], help="train along a range of strengths and sum it up"
    ).add_argument
    commands.choices["path"].set_defaults(run=path)
    add("--layers", type=int, choices=LAYERS, default=LAYERS[0], help="hidden layers")
    add("--regulariser", choices=STRENGTHS, help="only this one (default: each)")
    add("--strengths", type=float, nargs="+", metavar="S", help="default: its usual range")
    add("--seeds", type=int, default=3, metavar="N", help="networks a strength (default: 3)")
    add("--width", type=int, help="units a layer (default: about 2.1 M parameters at any depth)")
    add("--epochs", type=int, default=EPOCHS)
    add("--runs", metavar="DIR", default="runs/path", help="what is done (default: runs/path)")
    add(
        "--out",
        metavar="FILE",
        default=checkpoints.WEIGHTS / "path.json",
        help="the summary (default: weights/path.json)",
    )

    add = commands.add_parser(
        "study", parents=[common, sweeps], help="put textbook claims to the test"
    ).add_argument
    commands.choices["study"].set_defaults(run=run_study)
    add("--questions", nargs="+", choices=study.MEASURED, help="only these (default: each)")
    add("--seeds", type=int, default=5, metavar="N", help="networks a setting (default: 5)")
    add("--width", type=int, default=study.BASE.shape.width, help="units a layer")
    add("--epochs", type=int, default=study.BASE.config.epochs)
    add("--runs", metavar="DIR", default="runs/study", help="what is done (default: runs/study)")
    add(
        "--out",
        metavar="FILE",
        default=checkpoints.WEIGHTS / "study.json",
        help="the numbers (default: weights/study.json)",
    )
    add(
        "--markdown",
        metavar="FILE",
        default=checkpoints.WEIGHTS.parent / "docs" / "findings.md",
        help="the findings, with pictures beside it (default: docs/findings.md)",
    )

    add = commands.add_parser("evaluate", parents=[common], help="measure checkpoints").add_argument
    commands.choices["evaluate"].set_defaults(run=evaluate)
    add("--weights", metavar="DIR", default=checkpoints.WEIGHTS, help="default: weights")
    add("--data", metavar="DIR", help="where Fashion-MNIST is (default: $FMNIST_DATA, the cache)")
    add("--drawings", metavar="DIR", help="people's drawings: <class>.ndjson or <class>/ folders")
    add("--photos", metavar="DIR", help="photos: <class>/ folders")
    add("--json", metavar="FILE", help="write every figure there")

    add = commands.add_parser(
        "classify", parents=[common], help="name the garment in pictures"
    ).add_argument
    commands.choices["classify"].set_defaults(run=classify)
    add("files", nargs="+", metavar="FILE", help="photos, drawings, or Quick, Draw! .ndjson files")
    add("--layers", type=int, choices=LAYERS, help="only networks of this depth")
    add("--regulariser", choices=REGULARISERS, help="only networks under this regulariser")
    add("--weights", metavar="DIR", default=checkpoints.WEIGHTS, help="default: weights")
    add("--json", metavar="FILE", help="write all confidences there")
    return top


def train(args: argparse.Namespace) -> None:
    """Train one network, or all nine; finished ones with the same recipe are left as they are."""
    if args.all and (args.layers or args.regulariser):
        raise UserError("Choose either --all or --layers with --regulariser, not both.")
    if not args.all and not (args.layers and args.regulariser):
        raise UserError("Say which network with --layers and --regulariser, or train --all.")
    jobs = list(product(LAYERS, REGULARISERS)) if args.all else [(args.layers, args.regulariser)]
    device = choose_device(args.device)
    examples = data.load_training(args.data)
    own = held_out = None

    for number, (layers, regulariser) in enumerate(jobs, start=1):
        shape = MLPConfig(layers, args.width or budget_width(layers), args.dropout)
        strength = REGULARISERS[regulariser].strength if args.strength is None else args.strength
        config = TrainConfig(
            regulariser=regulariser,
            strength=strength,
            epochs=args.epochs,
            patience=args.patience,
            batch_size=args.batch_size,
            learning_rate=args.learning_rate,
            augment=args.augment,
            synthetic=args.synthetic,
            synthetic_sets=args.synthetic_sets,
            seed=args.seed,
            precision=args.precision,
        )
        recipe = checkpoints.Recipe(shape, asdict(config), examples.split_hash)
        path = Path(args.out) / f"{recipe.name}.safetensors"
        if _is_finished(path, recipe):
            print(f"{path} is trained already with these settings.")
            continue
        if held_out is None:
            held_out = _synthetic(HELD_OUT, args.seed + 1, {"drawing": 1})
            own = _synthetic(config.synthetic * config.synthetic_sets, args.seed)
        print(f"[{number}/{len(jobs)}] {recipe.name}, {shape.parameters:,} parameters, on {device}")
        model = MLP(shape, args.seed)
        history, ended = _watch(model, examples, config, own, device)
        if history:
            best = kept(history)
            recipe = replace(
                recipe,
                calibration=calibrate(model, examples.validation, held_out),
                history=[asdict(result) for result in history],
                validation={"loss": best.validation_loss, "accuracy": best.validation_accuracy},
                ended=ended,
            )
            checkpoints.save(path, model, recipe)
            print(
                f"{path}: epoch {best.epoch} kept, validation accuracy "
                f"{best.validation_accuracy:.2%} ({ended})"
            )
        if ended == "interrupted":
            raise KeyboardInterrupt


def _watch(model, examples, config, own, device) -> tuple[list[EpochResult], str]:
    """Run `fit` under a progress bar; the results so far, and why it ended."""
    history, ended = [], "interrupted"
    with tqdm(
        total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}"
    ) as bar:

        def advance(share):
            bar.update(round(share * 100, 1) - bar.n)

        with suppress(KeyboardInterrupt):
            for result in fit(
                model, examples.train, examples.validation, config, own, device, advance
            ):
                history.append(result)
                bar.write(
                    f"epoch {result.epoch:3d}  train {result.train_loss:.4f} "
                    f"{result.train_accuracy:.2%}  validation {result.validation_loss:.4f} "
                    f"{result.validation_accuracy:.2%}{' *' if result.best else '  '} "
                    f"zeros {result.total_zeros:.1%}  {result.seconds:.1f} s"
                )
            ended = own_end(history, config)
    return history, ended


def _is_finished(path: Path, recipe: checkpoints.Recipe) -> bool:
    try:
        found = checkpoints.load(path).recipe
    except checkpoints.CheckpointError:
        return False
    return found.ended != "interrupted" and (found.model, found.training, found.split_hash) == (
        recipe.model,
        recipe.training,
        recipe.split_hash,
    )


def _synthetic(size: int, seed: int, shares: dict[str, int] = synthetic.SHARES) -> data.Split:
    made = synthetic.dataset(
        size,
        seed,
        shares,
        jobs=torch.get_num_threads(),
        progress=lambda lots, total: tqdm(lots, "drawing", total, unit="lot"),
    )
    return data.Split.from_arrays(*made)


def path(args: argparse.Namespace) -> None:
    """Train along the strengths, several seeds each; the finished ones are kept and not repeated.

    The test set is measured on the way, but nothing is chosen by it.
    """
    if args.strengths and not args.regulariser:
        raise UserError("Say with --regulariser which penalty the strengths are of.")
    strengths = STRENGTHS
    if args.regulariser:
        strengths = {args.regulariser: args.strengths or STRENGTHS[args.regulariser]}
    shape = MLPConfig(args.layers, args.width or budget_width(args.layers))
    config = TrainConfig(
        epochs=args.epochs, patience=args.epochs, synthetic=0, precision=args.precision
    )
    planned = trainings(shape, config, strengths, args.seeds)
    examples, test = data.load_training(args.data), data.load_test(args.data)
    results = _sweep(planned, examples, test, args)
    files.write_json(args.out, summary(list(results.items())))
    print(f"{args.out}: {len(results)} networks")


def run_study(args: argparse.Namespace) -> None:
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
    examples, test = data.load_training(args.data), data.load_test(args.data)
    results = _sweep(planned, examples, test, args)
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


def _sweep(
    planned: Sequence[sweep.Training],
    examples: data.TrainingData,
    test: data.Split,
    args: argparse.Namespace,
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


def evaluate(args: argparse.Namespace) -> None:
    """Measure every checkpoint of a folder: on the test set and on people's own pictures."""
    chosen = _collection(args.weights).choose()
    test = data.load_test(args.data)
    cases = {}
    for kind in ("drawings", "photos"):
        if folder := getattr(args, kind):
            cases[kind] = evaluation.read_cases(folder, lambda it, kind=kind: tqdm(it, kind))
            for reason in cases[kind].unreadable.values():
                print(f"Counted as wrong: {reason}", file=sys.stderr)
    reports = [evaluation.evaluate(c, test, **cases) for c in tqdm(chosen, "networks")]
    if args.json:
        files.write_json(args.json, reports)
    print(evaluation.table(reports))


def classify(args: argparse.Namespace) -> None:
    """Name what is in each file, by every chosen network; a bad file does not stop the others."""
    chosen = _collection(args.weights).choose(args.layers, args.regulariser)
    answers, problems = [], []
    for file in tqdm(args.files, "pictures", disable=len(args.files) < 10):
        try:
            for name, picture in _pictures(file):
                predictions = inference.predict(chosen, picture.pixels)
                answers.append({"picture": name, "predictions": [p.as_dict() for p in predictions]})
                tqdm.write(name)
                for p in predictions:
                    best = ", ".join(f"{label} {share:.0%}" for label, share in p.ranked[:3])
                    tqdm.write(f"  {p.checkpoint.name:10} {best}{'' if p.sure else ' (not sure)'}")
        except UserError as error:
            problems.append(f"{file}: {error}")
    if args.json:
        files.write_json(args.json, answers)
    if problems:
        raise UserError("\n".join(problems))


def _collection(folder: str | Path) -> checkpoints.Collection:
    """The checkpoints of a folder, with a word on those that are out."""
    collection = checkpoints.Collection(folder)
    for problem in collection.problems:
        print(problem, file=sys.stderr)
    return collection


def _pictures(file: str) -> Iterator[tuple[str, Prepared]]:
    """The pictures in a file, prepared, with a name each: one, or as many as an ndjson has."""
    if file.endswith(".ndjson"):
        for number, strokes in enumerate(drawings.read_quickdraw(file), start=1):
            yield f"{file}:{number}", from_drawing(drawings.render(strokes))
    else:
        yield file, prepare(open_image(file))


def main(argv: list[str] | None = None) -> int:
    """Run a command. Returns the exit status: 0, 2 for a user's error, 130 for Ctrl-C."""
    args = parser().parse_args(argv)
    torch.set_num_threads(args.threads or os.cpu_count() or 1)
    return exit_status(lambda: args.run(args))


if __name__ == "__main__":
    sys.exit(main())
