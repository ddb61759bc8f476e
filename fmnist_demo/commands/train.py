"""Train networks and save them."""

import argparse
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import torch
from tqdm import tqdm

from fmnist_demo.commands.options import LAYERS, add_data, add_precision, add_width
from fmnist_demo.data import fashion_mnist
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.calibration import calibrate
from fmnist_demo.networks.mlp import MLP, MLPConfig, budget_width
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.synthetic import dataset
from fmnist_demo.training.loop import (
    EpochResult,
    TrainConfig,
    best_epoch,
    choose_device,
    fit,
    stop_reason,
)

HELD_OUT = 5_000
"""Procedural drawings that are not trained on; the confidence threshold is set on them."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The defaults are those of the dataclasses that they fill."""
    shape, config = MLPConfig(), TrainConfig()
    add = parser.add_argument
    add("--layers", type=int, choices=LAYERS, help="hidden layers")
    add("--regulariser", choices=REGULARISERS, help="what keeps the weights small")
    add("--all", action="store_true", help="every depth under every regulariser")
    add("--strength", type=float, help="of the regulariser (default: its usual one)")
    add("--dropout", type=float, default=shape.dropout, metavar="P")
    add_width(parser)
    add("--epochs", type=int, default=config.epochs)
    add("--patience", type=int, default=config.patience, help="epochs without improvement")
    add("--batch-size", type=int, default=config.batch_size)
    add("--learning-rate", type=float, default=config.learning_rate, help="its peak")
    add("--seed", type=int, default=config.seed)
    add(
        "--synthetic",
        type=int,
        default=config.synthetic,
        metavar="N",
        help="synthetic images an epoch",
    )
    add(
        "--synthetic-sets",
        type=int,
        default=config.synthetic_sets,
        metavar="N",
        help="sets of synthetic images that take turns",
    )
    add("--no-augment", dest="augment", action="store_false", help="pictures as they are")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto")
    add_precision(parser)
    add_data(parser)
    add("--out", metavar="DIR", default="runs", help="where checkpoints go (default: runs)")


def run(args: argparse.Namespace) -> None:
    """Train one network, or all nine; finished ones with the same settings are left as they are."""
    if args.all and (args.layers or args.regulariser):
        raise UserError("Choose either --all or --layers with --regulariser, not both.")
    if not args.all and not (args.layers and args.regulariser):
        raise UserError("Say which network with --layers and --regulariser, or train --all.")
    jobs = list(product(LAYERS, REGULARISERS)) if args.all else [(args.layers, args.regulariser)]
    device = choose_device(args.device)
    examples = fashion_mnist.load_training(args.data)
    synthetic = held_out = None

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
        metadata = checkpoints.Metadata(shape, asdict(config), examples.split_hash)
        path = Path(args.out) / f"{metadata.name}.safetensors"
        if _is_finished(path, metadata):
            print(f"{path} is trained already with these settings.")
            continue
        if held_out is None:
            held_out = _synthetic(HELD_OUT, args.seed + 1, {"drawing": 1})
            synthetic = _synthetic(config.synthetic * config.synthetic_sets, args.seed)
        print(
            f"[{number}/{len(jobs)}] {metadata.name}, {shape.parameters:,} parameters, on {device}"
        )
        model = MLP(shape, args.seed)
        history, ended = _watch(model, examples, config, synthetic, device)
        if history:
            best = best_epoch(history)
            metadata = replace(
                metadata,
                calibration=calibrate(model, examples.validation, held_out),
                history=[asdict(result) for result in history],
                validation={"loss": best.validation_loss, "accuracy": best.validation_accuracy},
                stop_reason=ended,
            )
            checkpoints.save(path, model, metadata)
            print(
                f"{path}: epoch {best.epoch} kept, validation accuracy "
                f"{best.validation_accuracy:.2%} ({ended})"
            )
        if ended == "interrupted":
            raise KeyboardInterrupt


def _watch(model, examples, config, synthetic, device) -> tuple[list[EpochResult], str]:
    """Run `fit` under a progress bar; the results so far, and why it ended."""
    history, ended = [], "interrupted"
    with tqdm(
        total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}"
    ) as bar:

        def advance(share):
            bar.update(round(share * 100, 1) - bar.n)

        with suppress(KeyboardInterrupt):
            for result in fit(
                model, examples.train, examples.validation, config, synthetic, device, advance
            ):
                history.append(result)
                bar.write(
                    f"epoch {result.epoch:3d}  train {result.train_loss:.4f} "
                    f"{result.train_accuracy:.2%}  validation {result.validation_loss:.4f} "
                    f"{result.validation_accuracy:.2%}{' *' if result.best else '  '} "
                    f"zeros {result.total_zeros:.1%}  {result.seconds:.1f} s"
                )
            ended = stop_reason(history, config)
    return history, ended


def _is_finished(path: Path, metadata: checkpoints.Metadata) -> bool:
    try:
        found = checkpoints.load(path).metadata
    except checkpoints.CheckpointError:
        return False
    return found.stop_reason != "interrupted" and (
        found.model,
        found.training,
        found.split_hash,
    ) == (
        metadata.model,
        metadata.training,
        metadata.split_hash,
    )


def _synthetic(
    size: int, seed: int, shares: dict[str, int] = dataset.SHARES
) -> fashion_mnist.Split:
    made = dataset.dataset(
        size,
        seed,
        shares,
        jobs=torch.get_num_threads(),
        progress=lambda chunks, total: tqdm(chunks, "drawing", total, unit="chunk"),
    )
    return fashion_mnist.Split.from_arrays(*made)
