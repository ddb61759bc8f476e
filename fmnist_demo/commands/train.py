"""Train networks and save them."""

import argparse
import time
from contextlib import closing, suppress
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import torch
from tqdm import tqdm

from fmnist_demo import files
from fmnist_demo.commands.options import (
    DEFAULT,
    WIDTH_HELP,
    add_data,
    add_precision,
    chosen_precision,
)
from fmnist_demo.data import fashion_mnist
from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.checkpoints import LAYERS, Metadata
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
from fmnist_demo.training.result import trained_checkpoint
from fmnist_demo.training.settings import Settings, arguments, declarations
from fmnist_demo.training.stop_reasons import INTERRUPTED

HELD_OUT = 5_000
"""Synthetic drawings that are not trained on; the confidence threshold is set on them."""

SAVE_INTERVAL = 60.0
"""Seconds after which the state of a training is saved, at the end of an epoch."""

SPECIAL = {
    "layers": {"choices": LAYERS},
    "regulariser": {"choices": REGULARISERS},
    "strength": {"help": "strength of the penalty (default: the regulariser's own)"},
    "width": {"help": WIDTH_HELP},
}
"""The options without a default, and what is different about them: what is trained must be named,
and strength and width depend on it."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `train`."""
    add_setting_options(parser)
    add = parser.add_argument
    add("--all", action="store_true", help="every depth with every regulariser")
    add("--seed", type=int, help=f"random seed {DEFAULT}")
    add("--synthetic", type=int, metavar="N", help=f"synthetic images in each epoch {DEFAULT}")
    add(
        "--from",
        dest="start",
        metavar="DIR",
        help="start from the weights of the networks in this folder (default: random weights)",
    )
    text = f"sets of synthetic images that take turns {DEFAULT}"
    add("--synthetic-sets", type=int, metavar="N", help=text)
    add(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where to train (default: on a GPU if there is one)",
    )
    add_precision(parser)
    add_data(parser)
    add("--out", metavar="DIR", default="runs", help="folder for checkpoints (default: runs)")


def add_setting_options(parser: argparse.ArgumentParser) -> None:
    """An option for each setting of the lab, unless it is for the lab alone.

    Its default is that of `MLPConfig` or `TrainConfig`, which also check its range: the lab's
    bounds only keep its trainings short.
    """
    defaults = Settings().model_dump() | asdict(MLPConfig()) | asdict(TrainConfig())
    parser.set_defaults(**defaults | dict.fromkeys(SPECIAL))
    add = parser.add_argument
    for name, setting in declarations().items():
        if setting.lab_only:
            continue
        kind, text = Settings.model_fields[name].annotation, setting.label.lower()
        option = name.replace("_", "-")
        if kind is bool:
            prefix, switch = ("no-", "off") if defaults[name] else ("", "on")
            action = "store_false" if defaults[name] else "store_true"
            add(f"--{prefix}{option}", dest=name, action=action, help=f"turn {switch} {text}")
            continue
        if setting.help:
            text += f": {setting.help[0].lower()}{setting.help[1:].rstrip('.')}"
        special = SPECIAL.get(name, {"help": f"{text} {DEFAULT}"})
        if "choices" not in special:
            special = {"metavar": "N" if kind is int else "X"} | special
        add(f"--{option}", **{"type": kind, "help": text} | special)


def run(args: argparse.Namespace) -> None:
    """Train one network, or all nine; skip those that are finished with the same settings."""
    if args.all and (args.layers or args.regulariser):
        raise UserError("Choose either --all or --layers with --regulariser, not both.")
    if not args.all and not (args.layers and args.regulariser):
        raise UserError("Name the network with --layers and --regulariser, or train --all.")
    jobs = list(product(LAYERS, REGULARISERS)) if args.all else [(args.layers, args.regulariser)]
    device = choose_device(args.device)
    args.precision = chosen_precision(args, device)
    files.check_writable(args.out)
    examples = fashion_mnist.load_training(args.data)
    synthetic = held_out = None

    for number, (layers, regulariser) in enumerate(jobs, start=1):
        shape, config = _chosen(args, layers, regulariser)
        start = _start(args.start, shape, regulariser, examples.split_hash)
        pretraining = start.metadata.training if start else {}
        planned = Metadata(shape, asdict(config), examples.split_hash, pretraining=pretraining)
        path = Path(args.out) / planned.file_name
        if _is_finished(path, planned):
            print(f"{path} is trained already with these settings.")
            continue
        if held_out is None:
            held_out = _synthetic(HELD_OUT, args.seed + 1, {"drawing": 1})
            synthetic = _synthetic(config.synthetic * config.synthetic_sets, args.seed)
        print(f"[{number}/{len(jobs)}] {planned.name}, {shape.parameters:,} parameters")
        model = MLP(shape, args.seed)
        if start:
            model.copy_weights(start.model)
        trainer = Trainer(model, examples.train, examples.validation, config, synthetic, device)
        unfinished = path.with_suffix(".unfinished")
        history, reason = _train(trainer, unfinished, planned)
        if history:
            checkpoint = trained_checkpoint(
                model, config, examples, held_out, history, reason, pretraining
            )
            checkpoints.save(path, model, checkpoint.metadata)
            best = best_epoch(history)
            print(
                f"{path}: saved the weights of epoch {best.epoch}, validation accuracy "
                f"{best.validation_accuracy:.2%} ({reason})"
            )
        if reason == INTERRUPTED:
            raise KeyboardInterrupt
        unfinished.unlink(missing_ok=True)


def _chosen(
    args: argparse.Namespace, layers: int, regulariser: str
) -> tuple[MLPConfig, TrainConfig]:
    """What the options say; the defaults of width and strength depend on the network."""
    values = vars(args) | {"layers": layers, "regulariser": regulariser}
    values["none_of_these"] = args.synthetic > 0  # only synthetic images show what is no garment
    if args.width is None:
        values["width"] = budget_width(layers)
    if args.strength is None:
        values["strength"] = REGULARISERS[regulariser].strength
    return MLPConfig(**arguments(MLPConfig, values)), TrainConfig(**arguments(TrainConfig, values))


def _start(
    folder: str | None, shape: MLPConfig, regulariser: str, split_hash: str
) -> checkpoints.Checkpoint | None:
    """The network to start from, or None without a `folder`.

    Raises `UserError` if it is missing, has another shape or has seen the validation examples.
    """
    if folder is None:
        return None
    start = checkpoints.Collection(folder).get(shape.layers, regulariser)
    if replace(start.metadata.model, none_of_these=shape.none_of_these) != shape:
        raise UserError(
            f"{start.name} in {folder} has another shape ({start.metadata.model.width} units per "
            "layer): choose the same width, dropout and normalisation."
        )
    if start.metadata.split_hash != split_hash:
        raise UserError(
            f"{start.name} in {folder} was trained on other photographs, perhaps on those that are "
            "for validation here: start without --from."
        )
    return start


def _train(
    trainer: Trainer, state: Path, planned: checkpoints.Metadata
) -> tuple[list[EpochResult], str]:
    """Train under a progress bar, from `state` on if it belongs to this training.

    Returns all results and why it ended.
    """
    history, reason = saved_state.load(state, trainer, planned), INTERRUPTED
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


def _is_finished(path: Path, planned: Metadata) -> bool:
    try:
        saved = checkpoints.load(path).metadata
    except checkpoints.CheckpointError:
        return False
    same = planned == Metadata(
        saved.model, saved.training, saved.split_hash, pretraining=saved.pretraining
    )
    return same and saved.stop_reason != INTERRUPTED


def _synthetic(size: int, seed: int, shares: dict[str, int] = dataset.SHARES) -> Split:
    images_and_labels = dataset.dataset(
        size,
        seed,
        shares,
        jobs=torch.get_num_threads(),
        progress=lambda chunks, total: tqdm(chunks, "drawing", total, unit="chunk"),
    )
    return Split.from_arrays(*images_and_labels)
