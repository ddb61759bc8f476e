"""How good the checkpoints are: on the test set, on people's drawings and on photos.

Knows nothing of training; nothing here is read to make a choice.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared, from_drawing, prepare
from fmnist_demo.images.reading import open_image
from fmnist_demo.images.strokes import read_quickdraw, render
from fmnist_demo.networks.calibration import expected_calibration_error
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import probabilities
from fmnist_demo.networks.inspection import active_units, weight_norm
from fmnist_demo.networks.pruning import KEPT, pruned, threshold
from fmnist_demo.networks.regularisation import count_zeros, total_zeros
from fmnist_demo.spec import IMAGE_SIZE, SLUGS, parse_classes
from fmnist_demo.synthetic.dataset import dataset

NON_GARMENTS, NON_GARMENTS_SEED = 2_000, 2**40
"""How many scribbles the doubt is measured on, and their seed, which no training uses."""

Progress = Callable[[Iterable], Iterable]


@dataclass(frozen=True)
class LabelledImages:
    """Pictures that people made, as the networks see them.

    `names` (N): what their file or folder is called, `labels` (N): the labels that are right.
    `images` (N, 28, 28) uint8. `unreadable`: why some pictures could not be prepared, by index;
    these count as wrong, for the app would not have named them either.
    """

    names: list[str]
    labels: list[tuple[int, ...]]
    images: torch.Tensor
    unreadable: dict[int, str]


def read_labelled_images(folder: str | Path, progress: Progress = iter) -> LabelledImages:
    """Read `<class>.ndjson` drawings and `<class>/` image folders and prepare them as the app does.

    The class is one of `spec.SLUGS`, or several joined by `+`. `progress` wraps the iterable, as
    `tqdm` does. Raises `UserError` if there is nothing to read or a name is not a class.
    """
    sources = list(_sources(Path(folder)))
    if not sources:
        raise UserError(
            f"{folder} holds no pictures: put <class>.ndjson files or <class>/ folders there."
        )
    names, labels, images, unreadable = [], [], [], {}
    for name, read in progress(sources):
        pixels = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        try:
            pixels = read().pixels
        except UserError as error:
            unreadable[len(names)] = str(error)
        names.append(name)
        labels.append(parse_classes(name))
        images.append(pixels)
    return LabelledImages(names, labels, torch.from_numpy(np.stack(images)), unreadable)


def _sources(folder: Path) -> Iterable[tuple[str, Callable[[], Prepared]]]:
    """The class name of each picture in `folder`, and how to read it."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder: give one with a file or a folder per class.")
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            parse_classes(path.name)
            for file in sorted(p for p in path.iterdir() if not p.name.startswith(".")):
                yield path.name, lambda file=file: prepare(open_image(file))
        elif path.suffix == ".ndjson":
            parse_classes(path.stem)
            for strokes in read_quickdraw(path):
                yield path.stem, lambda strokes=strokes: from_drawing(render(strokes))


def evaluate(
    checkpoint: Checkpoint,
    test: Split,
    drawings: LabelledImages | None = None,
    photos: LabelledImages | None = None,
) -> dict:
    """Everything that is reported about one checkpoint, as JSON holds it."""
    metadata, model = checkpoint.metadata, checkpoint.model
    calibration, active = metadata.calibration, active_units(model)
    report = {
        "name": checkpoint.name,
        "layers": checkpoint.layers,
        "regulariser": checkpoint.regulariser,
        "strength": metadata.strength,
        "parameters": metadata.model.parameters,
        "zeros": total_zeros(model),
        "zeros_per_layer": list(count_zeros(model).values()),
        "dead_units": active.dead_units,
        "unused_pixels": active.unused_pixels,
        "weight_norm": weight_norm(model),
        "validation_accuracy": metadata.validation["accuracy"],
        "test_accuracy": accuracy(checkpoint, test),
        "ece": calibration_error(checkpoint, test),
        "temperature": calibration.temperature,
        "confidence_threshold": calibration.confidence_threshold,
        "non_garments_unsure": unsure(checkpoint, non_garments()),
        "pruning": pruning_curve(checkpoint, test),
    }
    for kind, cases in (("drawings", drawings), ("photos", photos)):
        if cases is not None:
            report[kind] = recognition(checkpoint, cases)
    return report


@cache
def non_garments() -> torch.Tensor:
    """`NON_GARMENTS` scribbles that no network was trained on: uint8 (N, 28, 28)."""
    images, _ = dataset(NON_GARMENTS, seed=NON_GARMENTS_SEED, shares={"scribble": 1})
    return torch.from_numpy(images)


def unsure(checkpoint: Checkpoint, images: torch.Tensor) -> float:
    """The fraction of pictures (N, 28, 28) about which the network is not sure, 0 to 1."""
    is_confident = checkpoint.metadata.calibration.is_confident(probabilities(checkpoint, images))
    return float((~is_confident).mean())


def accuracy(checkpoint: Checkpoint, split: Split) -> float:
    """The fraction of examples whose most probable class is right, 0 to 1."""
    guesses = probabilities(checkpoint, split.images).argmax(1)
    return float((guesses == split.labels.numpy()).mean())


def calibration_error(checkpoint: Checkpoint, split: Split) -> float:
    """The expected calibration error on a split, 0 to 1."""
    return expected_calibration_error(probabilities(checkpoint, split.images), split.labels.numpy())


def pruning_curve(checkpoint: Checkpoint, test: Split) -> dict[str, list[float]]:
    """The test accuracy when only a share of the weights is kept, the largest, for each of `KEPT`.

    The networks are pruned as they are, without any training afterwards.
    """
    model = checkpoint.model
    accuracies = [
        accuracy(replace(checkpoint, model=pruned(model, threshold(model, share))), test)
        for share in KEPT
    ]
    return {"kept": list(KEPT), "test_accuracy": accuracies}


def recognition(checkpoint: Checkpoint, cases: LabelledImages) -> dict:
    """How many pictures are named rightly at the first guess and within three, 0 to 1.

    Where several labels are right, the best placed one counts. `per_class` has the same figures by
    file or folder name, and how many pictures were given which name.
    """
    shares = probabilities(checkpoint, cases.images)
    guesses = np.argsort(-shares, axis=1, kind="stable")
    doubtful = ~checkpoint.metadata.calibration.is_confident(shares)
    doubtful[list(cases.unreadable)] = False  # there was no answer to be sure of
    places = np.array(
        [
            len(order) if i in cases.unreadable else min(list(order).index(k) for k in right)
            for i, (order, right) in enumerate(zip(guesses, cases.labels, strict=True))
        ]
    )
    names = np.array(cases.names)

    def figures(chosen):
        return {
            "n": int(chosen.sum()),
            "top1": float((places[chosen] < 1).mean()),
            "top3": float((places[chosen] < 3).mean()),
            "unsure": float(doubtful[chosen].mean()),
        }

    def named(chosen):
        readable = [i for i in np.flatnonzero(chosen) if i not in cases.unreadable]
        counts = Counter(SLUGS[label] for label in guesses[readable, 0])
        return {"named": dict(counts.most_common())}

    return figures(np.ones(len(names), bool)) | {
        "per_class": {
            str(name): figures(names == name) | named(names == name) for name in np.unique(names)
        }
    }


def table(reports: list[dict]) -> str:
    """The reports of `evaluate` as two Markdown tables, one row a checkpoint.

    The first tells how often the networks are right, the second how often they are not sure.
    """
    kinds = [kind for kind in ("drawings", "photos") if all(kind in r for r in reports)]
    right = {
        "network": lambda r: r["name"],
        "zeros": lambda r: f"{r['zeros']:.1%}",
        "test": lambda r: f"{r['test_accuracy']:.2%}",
        "ECE": lambda r: f"{r['ece']:.1%}",
    }
    doubt = {
        "not sure of": lambda r: r["name"],
        f"{NON_GARMENTS:,} scribbles": lambda r: f"{r['non_garments_unsure']:.1%}",
    }
    for kind in kinds:
        n = reports[0][kind]["n"]
        right[f"{n} {kind}"] = lambda r, kind=kind: f"{r[kind]['top1']:.1%}"
        right[f"{kind}, top 3"] = lambda r, kind=kind: f"{r[kind]['top3']:.1%}"
        doubt[f"{n} {kind}"] = lambda r, kind=kind: f"{r[kind]['unsure']:.1%}"
    return f"{_markdown(right, reports)}\n\n{_markdown(doubt, reports)}"


def _markdown(columns: dict[str, Callable[[dict], str]], reports: list[dict]) -> str:
    rows = [list(columns), ["---", *["---:"] * (len(columns) - 1)]]
    rows += [[show(report) for show in columns.values()] for report in reports]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
