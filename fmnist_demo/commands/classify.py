"""Classify the garment in each picture."""

import argparse
from collections.abc import Iterator

from tqdm import tqdm

from fmnist_demo import files
from fmnist_demo.commands.options import add_weights, read_checkpoints
from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared, from_drawing, prepare
from fmnist_demo.images.reading import open_image
from fmnist_demo.images.strokes import read_quickdraw, render
from fmnist_demo.networks import inference
from fmnist_demo.networks.checkpoints import LAYERS
from fmnist_demo.networks.regularisation import REGULARISERS


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `classify`."""
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="photos, drawings, or Quick, Draw! .ndjson files")
    add("--layers", type=int, choices=LAYERS, help="only networks with so many hidden layers")
    add("--regulariser", choices=REGULARISERS, help="only networks with this regulariser")
    add_weights(parser)
    add("--json", metavar="FILE", help="also write all confidences to this file")


def run(args: argparse.Namespace) -> None:
    """Classify each file with every chosen network; an unreadable file does not stop the others."""
    chosen = read_checkpoints(args.weights).choose(args.layers, args.regulariser)
    answers, problems = [], []
    for file in tqdm(args.files, "pictures", disable=len(args.files) < 10):
        try:
            for name, picture in _pictures(file):
                predictions = inference.predict(chosen, picture.pixels, picture.problem)
                answers.append({"picture": name, "predictions": [p.as_dict() for p in predictions]})
                tqdm.write(f"{name}: {picture.problem}" if picture.problem else name)
                for p in predictions:
                    best = ", ".join(f"{label} {share:.0%}" for label, share in p.ranked[:3])
                    tqdm.write(
                        f"  {p.checkpoint.name:10} {best}{'' if p.confident else ' (not sure)'}"
                    )
        except UserError as error:
            problems.append(f"{file}: {error}")
    if args.json:
        files.write_json(args.json, answers)
    if problems:
        raise UserError("\n".join(problems))


def _pictures(file: str) -> Iterator[tuple[str, Prepared]]:
    """The pictures in a file, each with a name: one, or several in an .ndjson file."""
    if file.endswith(".ndjson"):
        for number, strokes in enumerate(read_quickdraw(file), start=1):
            yield f"{file}:{number}", from_drawing(render(strokes))
    else:
        yield file, prepare(open_image(file))
