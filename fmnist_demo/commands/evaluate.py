"""Measure checkpoints."""

import argparse
import sys
from functools import partial

import torch
from tqdm import tqdm

from fmnist_demo import evaluation, files
from fmnist_demo.commands.options import add_data, add_weights, read_checkpoints
from fmnist_demo.data import fashion_mnist


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
    add("--json", metavar="FILE", help="also write all results to this file")


def run(args: argparse.Namespace) -> None:
    """Measure every checkpoint in a folder: on the test set, on drawings and on photos."""
    chosen = read_checkpoints(args.weights).choose()
    test = fashion_mnist.load_test(args.data)
    pictures, jobs = {}, torch.get_num_threads()
    for kind in ("drawings", "photos"):
        if folder := getattr(args, kind):
            pictures[kind] = evaluation.read_labelled_images(folder, partial(tqdm, desc=kind), jobs)
            for reason in pictures[kind].unreadable.values():
                print(f"Counted as wrong: {reason}", file=sys.stderr)
    progress = partial(tqdm, desc="networks")
    reports = evaluation.evaluate_all(chosen, test, **pictures, progress=progress, jobs=jobs)
    if args.json:
        files.write_json(args.json, reports)
    print(evaluation.table(reports))
