"""Measures checkpoints on the test set, on people's drawings, photos and other things.

These numbers influence neither training nor any choice.
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared, from_drawing, prepare
from fmnist_demo.images.reading import open_image
from fmnist_demo.images.strokes import read_quickdraw, render
from fmnist_demo.networks.calibration import expected_calibration_error
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import given_a_class, probabilities
from fmnist_demo.networks.metrics import accuracy, weight_metrics
from fmnist_demo.networks.pruning import KEPT, prune_, thresholds
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.networks.sparse_inference import sparse_logits
from fmnist_demo.spec import IMAGE_SIZE, SLUGS, parse_classes
from fmnist_demo.synthetic.dataset import dataset
from fmnist_demo.variants import CHANGES, Change

NON_GARMENTS, NON_GARMENTS_SEED = 2_000, 2**40
"""The number of scribbles to test the confidence threshold on, and their seed, which no training
uses."""


@dataclass(frozen=True)
class LabelledImages:
    """Images that people made, as the networks see them.

    `names` (N): the name of the file or folder of each image; `labels` (N): its correct labels.
    `images` (N, 28, 28) uint8. `unreadable`: by index, why an image could not be prepared; such an
    image counts as wrong, because the app would not recognise it either. `problems`: by index, the
    problem of an image that has one; no prediction for it is confident.
    """

    names: list[str]
    labels: list[tuple[int, ...]]
    images: torch.Tensor
    unreadable: dict[int, str]
    problems: dict[int, str] = field(default_factory=dict)


def read_labelled_images(
    folder: str | Path, progress: Callable[..., Iterable] | None = None, jobs: int = 1
) -> LabelledImages:
    """Read `<class>.ndjson` drawings and `<class>/` image folders and prepare them as the app does.

    The class is one of `spec.SLUGS`, or several joined by `+`. `jobs` processes prepare pictures;
    `progress(images, total=...)` wraps the iterator over them, as `tqdm` does. Raises `UserError`
    if there is nothing to read or a name is not a class.
    """
    return _read(_sources(Path(folder), parse_classes), progress, jobs)


def read_things(
    folder: str | Path, progress: Callable[..., Iterable] | None = None, jobs: int = 1
) -> LabelledImages:
    """Read `<thing>.ndjson` drawings and `<thing>/` image folders of what is no garment.

    No label is right for such an image. The arguments are those of `read_labelled_images`. Raises
    `UserError` if there is nothing to read.
    """
    return _read(_sources(Path(folder), lambda name: ()), progress, jobs)


def read_variants(
    folder: str | Path,
    kind: str,
    progress: Callable[..., Iterable] | None = None,
    jobs: int = 1,
) -> dict[str, LabelledImages]:
    """Read a folder once for each of the `variants.CHANGES` of its `kind`, `drawings` or `photos`.

    The pictures are changed at random, but always in the same way, and prepared as uploaded files
    are. `progress` wraps the iterator over the changes, as `tqdm` does. Raises the errors of
    `read_labelled_images`.
    """
    sources = list(_sources(Path(folder), parse_classes))
    changes = CHANGES[kind].items()
    return {
        name: _read([source.changed(change, i) for i, source in enumerate(sources)], None, jobs)
        for name, change in (progress(changes, total=len(changes)) if progress else changes)
    }


@dataclass(frozen=True)
class _Source:
    """A picture in a folder, not yet read."""

    name: str
    labels: tuple[int, ...]
    load: Callable[[], Image.Image | np.ndarray]
    prepare: Callable[[Image.Image | np.ndarray], Prepared] = prepare

    def changed(self, change: Change, seed: int) -> "_Source":
        """The same picture, changed, as an uploaded file."""
        return replace(self, load=partial(_change, self.load, change, seed), prepare=prepare)


def _change(load: Callable, change: Change, seed: int) -> Image.Image:
    picture = load()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    changed = change(picture, np.random.default_rng(seed))
    return open_image(changed) if isinstance(changed, bytes) else changed


def _read(
    sources: Iterable[_Source], progress: Callable[..., Iterable] | None, jobs: int
) -> LabelledImages:
    sources = list(sources)
    calls = [partial(_pixels, source) for source in sources]
    pixels, errors, problems = zip(*_in_parallel(calls, progress, jobs), strict=True)
    return LabelledImages(
        names=[source.name for source in sources],
        labels=[source.labels for source in sources],
        images=torch.from_numpy(np.stack(pixels)),
        unreadable={index: error for index, error in enumerate(errors) if error},
        problems={index: problem for index, problem in enumerate(problems) if problem},
    )


def _pixels(source: _Source) -> tuple[np.ndarray, str | None, str | None]:
    """The pixels of a picture, uint8 (28, 28), why it cannot be prepared, and its problem.

    The pixels are black if it cannot be prepared.
    """
    try:
        prepared = source.prepare(source.load())
        return prepared.pixels, None, prepared.problem
    except UserError as error:
        return np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8), str(error), None


def _sources(folder: Path, labels: Callable[[str], tuple[int, ...]]) -> Iterable[_Source]:
    """The pictures in `folder`; `labels` turns the name of a file or folder into labels.

    Raises `UserError` if there are none.
    """
    if not folder.is_dir():
        raise UserError(
            f"{folder} is not a folder: choose a folder with a file or subfolder for each class."
        )
    found = False
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            right = labels(path.name)
            for file in sorted(p for p in path.iterdir() if not p.name.startswith(".")):
                found = True
                yield _Source(path.name, right, partial(open_image, file))
        elif path.suffix == ".ndjson":
            right = labels(path.stem)
            try:
                drawings = read_quickdraw(path)
            except UserError as error:
                raise UserError(f"{path}: {error}") from error
            for strokes in drawings:
                found = True
                yield _Source(path.stem, right, partial(render, strokes), from_drawing)
    if not found:
        raise UserError(
            f"{folder} holds no pictures: put <class>.ndjson files or <class>/ folders there."
        )


def evaluate_all(
    checkpoints: Sequence[Checkpoint],
    test: Split,
    progress: Callable[..., Iterable] | None = None,
    jobs: int = 1,
    **pictures,
) -> list[dict]:
    """The report of `evaluate` on each checkpoint. `jobs` processes measure one network each.

    `progress` is that of `read_labelled_images`, and `pictures` are those of `evaluate`.
    """
    calls = [partial(evaluate, c, test, **pictures) for c in checkpoints]
    return list(_in_parallel(calls, progress, jobs))


def _in_parallel(
    calls: Sequence[Callable], progress: Callable[..., Iterable] | None, jobs: int
) -> Iterable:
    """The results of the calls, in their order."""
    from joblib import Parallel, delayed  # slow to load, and the app starts without it

    results = Parallel(jobs, return_as="generator")(delayed(call)() for call in calls)
    return progress(results, total=len(calls)) if progress else results


def evaluate(
    checkpoint: Checkpoint,
    test: Split,
    drawings: LabelledImages | None = None,
    photos: LabelledImages | None = None,
    others: LabelledImages | None = None,
    variants: dict[str, dict[str, LabelledImages]] | None = None,
) -> dict:
    """Everything that is measured on one checkpoint or read from its metadata, ready for JSON.

    The fields of `WeightMetrics`, and: `ece`, the expected calibration error on the test set, 0 to
    1; `non_garments_below_threshold`, the fraction of `non_garments` whose confidence is below the
    threshold; `pruning`, a `pruning_curve`; `drawings` and `photos`, a `recognition` each;
    `others`, the `refusals` of other things; `variants`, the `outcomes` of drawings and photos
    under each change, by kind and change. What there is no picture of is None.
    """
    metadata = checkpoint.metadata
    shares, labels = probabilities(checkpoint, test.images), test.labels.numpy()
    test_accuracy = accuracy(shares, labels)
    return {
        **asdict(weight_metrics(checkpoint.model)),
        "name": checkpoint.name,
        "layers": checkpoint.layers,
        "regulariser": checkpoint.regulariser,
        "strength": metadata.strength,
        "parameters": metadata.model.parameters,
        "validation_accuracy": metadata.validation["accuracy"],
        "test_accuracy": test_accuracy,
        "ece": expected_calibration_error(given_a_class(shares), labels),
        "temperature": metadata.calibration.temperature,
        "confidence_threshold": metadata.calibration.confidence_threshold,
        "non_garments_below_threshold": below_threshold(checkpoint, non_garments()),
        "pruning": pruning_curve(checkpoint, test, test_accuracy),
        "drawings": drawings and recognition(checkpoint, drawings),
        "photos": photos and recognition(checkpoint, photos),
        "others": others and refusals(checkpoint, others),
        "variants": variants
        and {
            kind: {name: outcomes(checkpoint, changed) for name, changed in by_name.items()}
            for kind, by_name in variants.items()
        },
    }


@cache
def non_garments() -> torch.Tensor:
    """`NON_GARMENTS` scribbles that no network was trained on: uint8 (N, 28, 28)."""
    images, _ = dataset(NON_GARMENTS, seed=NON_GARMENTS_SEED, shares={"scribble": 1})
    return torch.from_numpy(images)


def below_threshold(checkpoint: Checkpoint, images: torch.Tensor) -> float:
    """The fraction of images (N, 28, 28) with a confidence below the threshold, 0 to 1."""
    is_confident = checkpoint.metadata.calibration.is_confident(probabilities(checkpoint, images))
    return float((~is_confident).mean())


def pruning_curve(checkpoint: Checkpoint, test: Split, unpruned: float) -> dict[str, list[float]]:
    """The `test_accuracy`, 0 to 1, of the pruned network for each share in `KEPT`.

    `unpruned`: the accuracy of the whole network. The network is not trained after pruning.
    """
    labels = test.labels.numpy()
    lowest, *limits = thresholds(checkpoint.model, [1, *KEPT])
    accuracies = {lowest: unpruned}
    smaller = replace(checkpoint, model=copy.deepcopy(checkpoint.model))
    for limit in limits:  # they rise, so each adds zeros to those of the last
        if limit not in accuracies:
            prune_(smaller.model, limit)
            shares = probabilities(smaller, test.images, sparse_logits)
            accuracies[limit] = accuracy(shares, labels)
    return {"kept": list(KEPT), "test_accuracy": [accuracies[limit] for limit in limits]}


def recognition(checkpoint: Checkpoint, pictures: LabelledImages) -> dict:
    """How many of `n` pictures are recognised, as fractions 0 to 1.

    `top1`: the most probable class is correct; `top3`: one of the three most probable is. Where
    several labels are correct, the most probable of them counts. `below_threshold`: the confidence
    is below the threshold, or the picture has a problem. `per_class` has the same for each folder
    or file by name, and `named`, which counts its pictures by predicted class.
    """
    ranked, unsure, unreadable = _answers(checkpoint, pictures)
    ranks = _ranks(ranked, unreadable, pictures.labels)
    names = np.array(pictures.names)

    def fractions(chosen: np.ndarray) -> dict:
        return {
            "n": int(chosen.sum()),
            "top1": float((ranks[chosen] < 1).mean()),
            "top3": float((ranks[chosen] < 3).mean()),
            "below_threshold": float(unsure[chosen].mean()),
        }

    per_class = {}
    for name in np.unique(names):
        chosen = names == name
        named = Counter(SLUGS[label] for label in ranked[chosen & ~unreadable, 0])
        per_class[str(name)] = fractions(chosen) | {"named": dict(named.most_common())}
    return fractions(np.full(len(names), True)) | {"per_class": per_class}


def outcomes(checkpoint: Checkpoint, pictures: LabelledImages) -> dict:
    """What becomes of `n` pictures, as fractions 0 to 1.

    `top1` and `below_threshold` are those of `recognition`; `wrong_confident`: the most probable
    class is wrong, and the confidence reaches the threshold; `refused`: cannot be prepared.
    """
    ranked, unsure, unreadable = _answers(checkpoint, pictures)
    right = _ranks(ranked, unreadable, pictures.labels) < 1
    return {
        "n": len(right),
        "top1": float(right.mean()),
        "below_threshold": float(unsure.mean()),
        "wrong_confident": float((~right & ~unsure & ~unreadable).mean()),
        "refused": float(unreadable.mean()),
    }


def refusals(checkpoint: Checkpoint, things: LabelledImages) -> dict:
    """How many of `n` pictures of other things the network does not name with confidence.

    `below_threshold`: the fraction, 0 to 1; what cannot be prepared counts. `named`: how many of
    the others were taken for each class. `per_kind` has the same for each file or folder by name.
    """
    ranked, unsure, unreadable = _answers(checkpoint, things)
    unsure |= unreadable
    names = np.array(things.names)

    def counts(chosen: np.ndarray) -> dict:
        named = Counter(SLUGS[label] for label in ranked[chosen & ~unsure, 0])
        return {
            "n": int(chosen.sum()),
            "below_threshold": float(unsure[chosen].mean()),
            "named": dict(named.most_common()),
        }

    per_kind = {str(name): counts(names == name) for name in np.unique(names)}
    return counts(np.full(len(names), True)) | {"per_kind": per_kind}


def _answers(
    checkpoint: Checkpoint, pictures: LabelledImages
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The labels of each picture from the most to the least probable, (N, 10), and two masks (N).

    The masks say which pictures are below the threshold, or have a problem, and which cannot be
    prepared; of these, there is no answer.
    """
    shares = probabilities(checkpoint, pictures.images)
    unreadable = np.isin(np.arange(len(shares)), list(pictures.unreadable))
    with_problem = np.isin(np.arange(len(shares)), list(pictures.problems))
    is_confident = checkpoint.metadata.calibration.is_confident(shares)
    unsure = (~is_confident | with_problem) & ~unreadable
    return np.argsort(-shares, axis=1, kind="stable"), unsure, unreadable


def _ranks(ranked: np.ndarray, unreadable: np.ndarray, labels: list[tuple[int, ...]]) -> np.ndarray:
    """The rank of the most probable correct label: int (N), 0 for the most probable of all."""
    ranks_by_label = np.argsort(ranked, axis=1)
    pairs = zip(ranks_by_label, labels, strict=True)
    ranks = np.array([row[list(correct)].min() for row, correct in pairs])
    ranks[unreadable] = len(SLUGS)
    return ranks


def table(reports: list[dict]) -> str:
    """Two Markdown tables, one row per checkpoint, from the reports of `evaluate`.

    The first shows how accurate the networks are, the second how often their confidence is below
    the threshold.
    """
    recognised = {
        "network": lambda r: r["name"],
        "zeros": lambda r: f"{r['zeros']:.1%}",
        "test": lambda r: f"{r['test_accuracy']:.2%}",
        "ECE": lambda r: f"{r['ece']:.1%}",
    }
    unsure = {
        "below the threshold": lambda r: r["name"],
        f"{NON_GARMENTS:,} scribbles": lambda r: f"{r['non_garments_below_threshold']:.1%}",
    }
    for kind in _kinds(reports):
        n = reports[0][kind]["n"]
        recognised[f"{n} {kind}"] = lambda r, kind=kind: f"{r[kind]['top1']:.1%}"
        recognised[f"{kind}, top 3"] = lambda r, kind=kind: f"{r[kind]['top3']:.1%}"
        unsure[f"{n} {kind}"] = lambda r, kind=kind: f"{r[kind]['below_threshold']:.1%}"
    return f"{_markdown(recognised, reports)}\n\n{_markdown(unsure, reports)}"


def variants_table(reports: list[dict]) -> str:
    """A Markdown table, one row a change, from reports with `variants`: means of all networks."""
    rows = []
    for kind, by_name in reports[0]["variants"].items():
        for name in by_name:
            of_all = [report["variants"][kind][name] for report in reports]
            means = {key: float(np.mean([each[key] for each in of_all])) for key in of_all[0]}
            rows.append({"kind": kind, "change": name, **means})
    columns = {
        "change": lambda row: f"{row['kind']}: {row['change']}",
        "top 1": lambda row: f"{row['top1']:.1%}",
        "not sure": lambda row: f"{row['below_threshold']:.1%}",
        "wrong and confident": lambda row: f"{row['wrong_confident']:.1%}",
        "refused": lambda row: f"{row['refused']:.1%}",
    }
    return _markdown(columns, rows)


def others_table(reports: list[dict]) -> str:
    """A Markdown table, one row a kind of thing, from reports with `others`: all networks' answers.

    The kinds that are taken for garments most often come first.
    """
    every = [report["others"] for report in reports]
    rows = [("all", every)]
    rows += [(kind, [each["per_kind"][kind] for each in every]) for kind in every[0]["per_kind"]]

    def share(row: tuple[str, list[dict]]) -> float:
        return float(np.mean([each["below_threshold"] for each in row[1]]))

    def taken_for(row: tuple[str, list[dict]]) -> str:
        named = sum((Counter(each["named"]) for each in row[1]), Counter())
        total = sum(each["n"] for each in row[1])
        return ", ".join(f"{slug} {count / total:.0%}" for slug, count in named.most_common(3))

    columns = {
        f"{every[0]['n']} other things": lambda row: row[0],
        "not sure": lambda row: f"{share(row):.1%}",
        "taken for": taken_for,
    }
    return _markdown(columns, [rows[0], *sorted(rows[1:], key=share)])


def summary(reports: list[dict]) -> str:
    """A Markdown table, one row a regulariser, from the reports of `evaluate`.

    Each cell gives the range over the depths.
    """
    rows = {}
    for report in reports:
        rows.setdefault(report["regulariser"], []).append(report)

    def span(fractions: list[float]) -> str:
        low, high = f"{min(fractions):.1%}", f"{max(fractions):.1%}"
        return high if low == high else f"{low.removesuffix('%')}–{high}"

    columns = {
        "penalty": lambda row: REGULARISERS[row[0]["regulariser"]].label,
        "weights that are zero": lambda row: span([r["zeros"] for r in row]),
        "test": lambda row: span([r["test_accuracy"] for r in row]),
    }
    for kind in _kinds(reports):
        name = f"{reports[0][kind]['n']} {kind}"
        columns[name] = lambda row, kind=kind: span([r[kind]["top1"] for r in row])
    return _markdown(columns, list(rows.values()))


def _kinds(reports: list[dict]) -> list[str]:
    """The kinds of pictures that all networks were measured on."""
    return [kind for kind in ("drawings", "photos") if all(report[kind] for report in reports)]


def _markdown(columns: dict[str, Callable], entries: list) -> str:
    """A table with a row for each entry; `columns` map a heading to what an entry shows there."""
    rows = [list(columns), ["---", *["---:"] * (len(columns) - 1)]]
    rows += [[show(entry) for show in columns.values()] for entry in entries]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
