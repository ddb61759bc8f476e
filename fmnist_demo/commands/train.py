"""Train networks and save them."""

import argparse
import time
from contextlib import closing, suppress
from dataclasses import asdict, fields
from itertools import product
from pathlib import Path

import torch
from tqdm import tqdm

from fmnist_demo.commands.options import LAYERS, add_data, add_precision, chosen_precision
from fmnist_demo.data import fashion_mnist
from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.mlp import MLP, MLPConfig, budget_width
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.synthetic import dataset
from fmnist_demo.training import saved_state
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import (
    EpochResult,
    Trainer,
    best_epoch,
    choose_device,
    stop_reason,
)
from fmnist_demo.training.result import planned_metadata, trained_checkpoint
from fmnist_demo.training.settings import Settings, declarations

HELD_OUT = 5_000
"""Synthetic drawings that are not trained on; the confidence threshold is set on them."""

SAVE_INTERVAL = 60.0
"""Seconds after which the state of a training is saved, at the end of an epoch."""

SPECIAL = {
    "layers": {"default": None, "choices": LAYERS},
    "regulariser": {"default": None, "choices": REGULARISERS},
    "strength": {
        "default": None,
        "help": "strength of the penalty (default: the regulariser's own)",
    },
    "width": {
        "default": None,
        "help": "units in each hidden layer (default: about 2.1 M parameters at any depth)",
    },
}
"""What is different about some options: what is trained must be named, and a default depends on
it."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `train`."""
    config = TrainConfig()
    add = parser.add_argument
    add_setting_options(parser)
    add("--all", action="store_true", help="every depth with every regulariser")
    add("--seed", type=int, default=config.seed, help="random seed (default: %(default)s)")
    add(
        "--synthetic",
        type=int,
        default=config.synthetic,
        metavar="N",
        help="synthetic images in each epoch (default: %(default)s)",
    )
    add(
        "--synthetic-sets",
        type=int,
        default=config.synthetic_sets,
        metavar="N",
        help="sets of synthetic images that take turns (default: %(default)s)",
    )
    add(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where to train (default: on a GPU if there is one)",
    )
    add_precision(parser)
    add_data(parser)
    add("--out", metavar="DIR", default="runs", help="folder for checkpoints (default: runs)")


def add_setting_options(
    parser: argparse.ArgumentParser, settings_class: type[Settings] = Settings
) -> None:
    """An option for each setting of the lab, unless it is for the lab alone.

    Its default is that of `MLPConfig` or `TrainConfig`, which also check its range: the lab's
    bounds only keep its trainings short.
    """
    defaults = asdict(MLPConfig()) | asdict(TrainConfig())
    for name, setting in declarations(settings_class).items():
        if setting.lab_only:
            continue
        field = settings_class.model_fields[name]
        default = defaults.get(name, field.default)
        option = name.replace("_", "-")
        text = setting.label.lower()
        if field.annotation is bool and default:
            parser.add_argument(
                f"--no-{option}", dest=name, action="store_false", help=f"turn off {text}"
            )
        elif field.annotation is bool:
            parser.add_argument(f"--{option}", action="store_true", help=f"turn on {text}")
        else:
            if setting.help:
                text += f": {setting.help[0].lower()}{setting.help[1:].rstrip('.')}"
            keywords = {
                "type": field.annotation,
                "default": default,
                "help": f"{text} (default: %(default)s)",
            }
            if name in SPECIAL:
                keywords |= {"help": text} | SPECIAL[name]
            if "choices" not in keywords:
                keywords["metavar"] = "N" if field.annotation is int else "X"
            parser.add_argument(f"--{option}", **keywords)


def run(args: argparse.Namespace) -> None:
    """Train one network, or all nine; skip those that are finished with the same settings."""
    if args.all and (args.layers or args.regulariser):
        raise UserError("Choose either --all or --layers with --regulariser, not both.")
    if not args.all and not (args.layers and args.regulariser):
        raise UserError("Name the network with --layers and --regulariser, or train --all.")
    jobs = list(product(LAYERS, REGULARISERS)) if args.all else [(args.layers, args.regulariser)]
    device = choose_device(args.device)
    args.precision = chosen_precision(args, device)
    examples = fashion_mnist.load_training(args.data)
    synthetic = held_out = None

    for number, (layers, regulariser) in enumerate(jobs, start=1):
        shape, config = _shape(args, layers), _config(args, regulariser)
        planned = planned_metadata(shape, config, examples)
        path = Path(args.out) / f"{planned.name}.safetensors"
        if _is_finished(path, planned):
            print(f"{path} is trained already with these settings.")
            continue
        if held_out is None:
            held_out = _synthetic(HELD_OUT, args.seed + 1, {"drawing": 1})
            synthetic = _synthetic(config.synthetic * config.synthetic_sets, args.seed)
        print(f"[{number}/{len(jobs)}] {planned.name}, {shape.parameters:,} parameters")
        model = MLP(shape, args.seed)
        trainer = Trainer(model, examples.train, examples.validation, config, synthetic, device)
        unfinished = path.with_suffix(".unfinished")
        history, reason = _train(trainer, unfinished, planned)
        if history:
            checkpoint = trained_checkpoint(model, config, examples, held_out, history, reason)
            checkpoints.save(path, model, checkpoint.metadata)
            best = best_epoch(history)
            print(
                f"{path}: saved the weights of epoch {best.epoch}, validation accuracy "
                f"{best.validation_accuracy:.2%} ({reason})"
            )
        if reason == "interrupted":
            raise KeyboardInterrupt
        unfinished.unlink(missing_ok=True)


def _shape(args: argparse.Namespace, layers: int) -> MLPConfig:
    """What the options say, with the width of the parameter budget if there is none."""
    width = budget_width(layers) if args.width is None else args.width
    return MLPConfig(**_chosen(args, MLPConfig) | {"layers": layers, "width": width})


def _config(args: argparse.Namespace, regulariser: str) -> TrainConfig:
    """What the options say, with the default strength of the regulariser if there is none."""
    default = REGULARISERS[regulariser].strength
    strength = default if args.strength is None else args.strength
    return TrainConfig(
        **_chosen(args, TrainConfig) | {"regulariser": regulariser, "strength": strength}
    )


def _chosen(args: argparse.Namespace, config: type) -> dict:
    return {f.name: getattr(args, f.name) for f in fields(config) if hasattr(args, f.name)}


def _train(
    trainer: Trainer, state: Path, planned: checkpoints.Metadata
) -> tuple[list[EpochResult], str]:
    """Train under a progress bar, from `state` on if it belongs to this training.

    Returns all results and why it ended.
    """
    history, reason = saved_state.load(state, trainer, planned), "interrupted"
    if history:
        print(f"Going on from epoch {len(history)}, saved in {state}.")
    saved_at = time.monotonic()
    with (
        tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}") as bar,
        suppress(KeyboardInterrupt),
        closing(trainer.events()) as events,
    ):
        for event in events:
            if isinstance(event, EpochResult):
                history.append(event)
                bar.write(_line(event))
                if time.monotonic() - saved_at > SAVE_INTERVAL:
                    saved_state.save(state, trainer, planned, history)
                    saved_at = time.monotonic()
            else:
                bar.update(round(event.share * 100, 1) - bar.n)
        reason = stop_reason(history, trainer.config)
    return history, reason


def _line(result: EpochResult) -> str:
    """One epoch in one line."""
    return (
        f"epoch {result.epoch:3d}  train {result.train_loss:.4f} {result.train_accuracy:.2%}  "
        f"validation {result.validation_loss:.4f} {result.validation_accuracy:.2%}"
        f"{' *' if result.best else '  '} zeros {result.total_zeros:.1%}  {result.seconds:.1f} s"
    )


def _is_finished(path: Path, planned: checkpoints.Metadata) -> bool:
    try:
        saved = checkpoints.load(path).metadata
    except checkpoints.CheckpointError:
        return False
    return saved.stop_reason != "interrupted" and (
        (saved.model, saved.training, saved.split_hash)
        == (planned.model, planned.training, planned.split_hash)
    )


def _synthetic(size: int, seed: int, shares: dict[str, int] = dataset.SHARES) -> Split:
    images_and_labels = dataset.dataset(
        size,
        seed,
        shares,
        jobs=torch.get_num_threads(),
        progress=lambda chunks, total: tqdm(chunks, "drawing", total, unit="chunk"),
    )
    return Split.from_arrays(*images_and_labels)
