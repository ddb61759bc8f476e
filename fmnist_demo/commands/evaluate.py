"""Measure checkpoints."""

import argparse
import sys
from functools import partial

import torch
from tqdm import tqdm

from fmnist_demo import evaluation, files
from fmnist_demo.commands.options import add_data, add_weights, read_checkpoints
from fmnist_demo.data import fashion_mnist
from fmnist_demo.errors import UserError
from fmnist_demo.variants import CHANGES


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `evaluate`."""
    add = parser.add_argument
    add_weights(parser)
    add_data(parser)
    add(
        "--drawings",
        metavar="DIR",
        help="drawings to test on: <class>.ndjson files or <class>/ folders",
    )
    add("--photos", metavar="DIR", help="photos to test on: <class>/ folders")
    add("--others", metavar="DIR", help="pictures of no garment: <thing>.ndjson or <thing>/")
    add(
        "--variants",
        action="store_true",
        help="also test on the drawings and photos with a dot, a frame, a tilt and more",
    )
    add("--json", metavar="FILE", help="also write all results to this file")


def run(args: argparse.Namespace) -> None:
    """Measure every checkpoint in a folder: on the test set, drawings, photos and other things."""
    chosen = read_checkpoints(args.weights).choose()
    test = fashion_mnist.load_test(args.data)
    pictures, jobs = {}, torch.get_num_threads()
    for kind in ("drawings", "photos", "others"):
        if folder := getattr(args, kind):
            garments = kind != "others"
            read = evaluation.read_labelled_images if garments else evaluation.read_things
            pictures[kind] = read(folder, partial(tqdm, desc=kind), jobs)
            verdict = "wrong" if garments else "not sure"
            for reason in pictures[kind].unreadable.values():
                print(f"Counted as {verdict}: {reason}", file=sys.stderr)
    if args.variants:
        pictures["variants"] = _variants(args, jobs)
    progress = partial(tqdm, desc="networks")
    reports = evaluation.evaluate_all(chosen, test, **pictures, progress=progress, jobs=jobs)
    if args.json:
        files.write_json(args.json, reports)
    print(evaluation.table(reports))
    if args.variants:
        print(f"\n{evaluation.variants_table(reports)}")
    if args.others:
        print(f"\n{evaluation.others_table(reports)}")


def _variants(args: argparse.Namespace, jobs: int) -> dict[str, dict]:
    """The changed pictures of each folder, by kind and change.

    Raises `UserError` if no folder is named.
    """
    folders = {kind: getattr(args, kind) for kind in CHANGES if getattr(args, kind)}
    if not folders:
        raise UserError("There is nothing to change: add --drawings DIR or --photos DIR.")
    return {
        kind: evaluation.read_variants(folder, kind, partial(tqdm, desc=f"changed {kind}"), jobs)
        for kind, folder in folders.items()
    }
