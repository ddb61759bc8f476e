"""Metrics are checked against values computed by hand; folders of images are read."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import CALIBRATION
from helpers import assert_one_sentence
from PIL import Image

from fmnist_demo import evaluation
from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.evaluation import (
    NON_GARMENTS,
    NON_GARMENTS_SEED,
    LabelledImages,
    below_threshold,
    evaluate,
    evaluate_all,
    non_garments,
    pruning_curve,
    read_labelled_images,
    recognition,
    table,
)
from fmnist_demo.images.preprocessing import from_drawing, prepare
from fmnist_demo.images.strokes import render
from fmnist_demo.networks.calibration import Calibration, expected_calibration_error
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import probabilities
from fmnist_demo.networks.inspection import active_units, weight_norm
from fmnist_demo.networks.metrics import accuracy
from fmnist_demo.networks.pruning import KEPT, pruned, threshold
from fmnist_demo.networks.regularisation import total_zeros, weight_matrices
from fmnist_demo.spec import NO_GARMENT
from fmnist_demo.synthetic.dataset import dataset
from fmnist_demo.synthetic.drawings import draw

OUTLINE = [[0, 200, 200, 0, 0], [0, 0, 150, 150, 0]]


@pytest.fixture
def network(weights):
    return Collection(weights).get(3, "l1")


@pytest.fixture
def rank_labels(monkeypatch):
    """Make every network rank the given labels of each image first, in this order."""

    def rank(*rankings: list[int]):
        shares = np.zeros((len(rankings), 10), np.float32)
        for row, ranking in zip(shares, rankings, strict=True):
            row[ranking] = np.linspace(0.9, 0.1, len(ranking))
        monkeypatch.setattr(evaluation, "probabilities", lambda *_: shares)

    return rank


def pictures(names: list[str], labels: list[tuple[int, ...]], unreadable=None) -> LabelledImages:
    return LabelledImages(names, labels, torch.zeros(len(names), 28, 28).byte(), unreadable or {})


def test_a_picture_with_a_problem_counts_as_unsure(rank_labels, network):
    rank_labels([7, 5, 9], [7, 5, 9])
    network = replace(
        network, metadata=replace(network.metadata, calibration=Calibration(1.0, 0.0))
    )
    both = replace(pictures(["sneaker"] * 2, [(7,)] * 2), problems={1: "No garment was found."})
    result = recognition(network, both)
    assert (result["top1"], result["below_threshold"]) == (1.0, 0.5)


def test_recognition_counts_the_first_guess_and_the_first_three(rank_labels, network):
    rank_labels([7, 5, 9], [5, 7, 9], [5, 9, 7], [5, 9, 8, 7])
    result = recognition(network, pictures(["sneaker"] * 4, [(7,)] * 4))
    assert (result["n"], result["top1"], result["top3"]) == (4, 0.25, 0.75)


def test_the_highest_ranked_of_several_right_labels_counts(rank_labels, network):
    rank_labels([9, 7], [7, 9], [5, 0, 9, 7], [5, 0, 8, 7])
    result = recognition(network, pictures(["sneaker+ankle-boot"] * 4, [(7, 9)] * 4))
    assert (result["top1"], result["top3"]) == (0.5, 0.75)


def test_an_unreadable_picture_counts_as_wrong_even_if_a_blank_one_would_be_right(
    rank_labels, network
):
    rank_labels([7], [7], [7], [7])
    result = recognition(
        network, pictures(["sneaker"] * 4, [(7,)] * 4, {1: "Broken.", 3: "Empty."})
    )
    assert (result["n"], result["top1"], result["top3"]) == (4, 0.5, 0.5)
    assert result["per_class"]["sneaker"]["named"] == {"sneaker": 2}


def test_the_metrics_of_a_class_cover_only_its_pictures(rank_labels, network):
    rank_labels([8, 1], [1, 8], [1, 8], [0, 2, 3, 8])
    result = recognition(
        network, pictures(["bag", "bag", "trouser", "bag"], [(8,), (8,), (1,), (8,)])
    )
    named = {"bag": 1, "trouser": 1, "t-shirt": 1}
    assert result["per_class"] == {
        "bag": {"n": 3, "top1": 1 / 3, "top3": 2 / 3, "below_threshold": 0.0, "named": named},
        "trouser": {
            "n": 1,
            "top1": 1.0,
            "top3": 1.0,
            "below_threshold": 0.0,
            "named": {"trouser": 1},
        },
    }
    assert result["top1"] == 0.5


@pytest.fixture
def confident(monkeypatch):
    """Make every network give bags the listed probabilities, one per picture."""

    def give(*bags: float):
        shares = np.array([[(1 - p) / 9] * 8 + [p, (1 - p) / 9] for p in bags], np.float32)
        monkeypatch.setattr(evaluation, "probabilities", lambda *_: shares)

    return give


def test_the_share_below_the_confidence_threshold_is_counted(confident, network):
    metadata = replace(network.metadata, calibration=Calibration(1.0, 0.5))
    confident(0.9, 0.5, 0.49, 0.2)
    confident_network = replace(network, metadata=metadata)
    assert below_threshold(confident_network, torch.zeros(4, 28, 28).byte()) == 0.5


def test_recognition_distinguishes_unconfident_from_wrong(confident, network):
    metadata = replace(network.metadata, calibration=Calibration(1.0, 0.5))
    confident(0.9, 0.4, 0.3, 0.8)
    names, labels = ["bag", "bag", "dress", "dress"], [(8,), (8,), (3,), (3,)]
    result = recognition(replace(network, metadata=metadata), pictures(names, labels))
    assert (result["top1"], result["below_threshold"]) == (0.5, 0.5)
    assert [result["per_class"][name]["top1"] for name in ("bag", "dress")] == [1, 0]
    assert [result["per_class"][name]["below_threshold"] for name in ("bag", "dress")] == [0.5, 0.5]


@pytest.mark.slow
def test_the_non_garments_are_always_the_same_and_never_blank():
    pictures = non_garments()
    assert (pictures.shape, pictures.dtype) == ((NON_GARMENTS, 28, 28), torch.uint8)
    assert (pictures.amax((1, 2)) > 128).all()
    first, labels = dataset(10, NON_GARMENTS_SEED, {"scribble": 1})
    assert np.array_equal(pictures[:10], first)
    assert set(labels) == {NO_GARMENT}


def accuracy_of(checkpoint, split: Split) -> float:
    return accuracy(probabilities(checkpoint, split.images), split.labels.numpy())


def test_accuracy_agrees_with_the_one_in_the_metadata(network, validation):
    assert accuracy_of(network, validation) == pytest.approx(
        network.metadata.validation["accuracy"], abs=0.02
    )


def test_a_report_is_complete_and_can_be_written_as_json(network, validation):
    bags = LabelledImages(["bag"] * 100, [(8,)] * 100, validation.images, {})
    report = json.loads(json.dumps(evaluate(network, validation, drawings=bags)))
    assert (report["name"], report["layers"], report["regulariser"]) == ("mlp3-l1", 3, "l1")
    assert report["strength"] == network.metadata.strength
    assert report["parameters"] == sum(p.numel() for p in network.model.parameters())
    assert report["zeros"] == total_zeros(network.model) > 0
    assert report["test_accuracy"] == accuracy_of(network, validation)
    assert report["validation_accuracy"] == network.metadata.validation["accuracy"]
    assert report["drawings"] == recognition(network, bags)
    shares = probabilities(network, validation.images)
    ece = expected_calibration_error(shares, validation.labels.numpy())
    assert report["ece"] == pytest.approx(ece, abs=1e-6)
    assert (report["temperature"], report["confidence_threshold"]) == (
        CALIBRATION.temperature,
        CALIBRATION.confidence_threshold,
    )
    assert report["non_garments_below_threshold"] == below_threshold(network, non_garments())
    sizes = [matrix.numel() for matrix in weight_matrices(network.model).values()]
    assert np.average(report["zeros_per_layer"], weights=sizes) == pytest.approx(report["zeros"])
    assert report["dead_units"] == active_units(network.model).dead_units
    assert report["unused_pixels"] == active_units(network.model).unused_pixels
    assert report["weight_norm"] == weight_norm(network.model)
    assert report["pruning"] == pruning_curve(network, validation, report["test_accuracy"])
    assert report["photos"] is None


def test_a_pruning_curve_has_the_accuracy_of_the_pruned_networks(network, validation):
    full = accuracy_of(network, validation)
    curve = pruning_curve(network, validation, full)
    assert curve["kept"] == list(KEPT)
    assert full > 0.12
    assert curve["test_accuracy"][-1] == pytest.approx(0.1, abs=0.02)
    for kept, measured in zip(KEPT, curve["test_accuracy"], strict=True):
        smaller = pruned(network.model, threshold(network.model, kept))
        assert measured == accuracy_of(replace(network, model=smaller), validation)


def test_shares_that_prune_nothing_need_no_measurement(network, validation):
    sparse = pruned(network.model, threshold(network.model, 0.1))
    curve = pruning_curve(replace(network, model=sparse), validation, 0.5)["test_accuracy"]
    assert [accuracy == 0.5 for accuracy in curve] == [kept > 0.1 for kept in KEPT]


def test_networks_are_measured_in_parallel_as_one_by_one(weights, validation):
    networks = Collection(weights).choose(layers=3)
    alone = [evaluate(network, validation) for network in networks]
    assert evaluate_all(networks, validation, jobs=2) == alone


def test_the_tables_have_a_row_per_network_and_a_column_per_metric():
    drawings = {"n": 250, "top1": 0.8, "top3": 0.95, "below_threshold": 0.06}
    report = {"name": "mlp3-l1", "zeros": 0.5, "test_accuracy": 0.9012, "ece": 0.0123}
    report |= {"non_garments_below_threshold": 0.873, "drawings": None, "photos": None}
    assert table([report | {"drawings": drawings}] * 2).splitlines() == [
        "| network | zeros | test | ECE | 250 drawings | drawings, top 3 |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *["| mlp3-l1 | 50.0% | 90.12% | 1.2% | 80.0% | 95.0% |"] * 2,
        "",
        "| below the threshold | 2,000 scribbles | 250 drawings |",
        "| --- | ---: | ---: |",
        *["| mlp3-l1 | 87.3% | 6.0% |"] * 2,
    ]
    assert "drawings" not in table([report])


@pytest.fixture
def folder(tmp_path):
    """Two drawings of a bag, a photo of a sneaker or ankle boot, and a broken one."""
    rows = [
        json.dumps({"drawing": [OUTLINE]}),
        json.dumps({"drawing": [OUTLINE, [[9, 99], [9, 9]]]}),
    ]
    (tmp_path / "bag.ndjson").write_text("\n".join(rows))
    shoes = tmp_path / "sneaker+ankle-boot"
    shoes.mkdir()
    Image.fromarray(draw(7, np.random.default_rng(0))).save(shoes / "a.png")
    (shoes / "b.png").write_text("not a picture")
    (shoes / ".DS_Store").write_text("written by the file manager")
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("where these pictures come from")
    return tmp_path


def test_a_folder_is_preprocessed_as_in_the_app(folder):
    labelled = read_labelled_images(folder)
    assert labelled.names == ["bag", "bag", "sneaker+ankle-boot", "sneaker+ankle-boot"]
    assert labelled.labels == [(8,), (8,), (7, 9), (7, 9)]
    expected = [
        from_drawing(render([np.array(OUTLINE, dtype=float).T])).pixels,
        prepare(Image.open(folder / "sneaker+ankle-boot" / "a.png")).pixels,
    ]
    assert np.array_equal(labelled.images[0], expected[0])
    assert np.array_equal(labelled.images[2], expected[1])
    assert labelled.images.shape == (4, 28, 28)
    assert labelled.images.dtype == torch.uint8


def test_pictures_are_prepared_in_parallel_as_one_by_one(folder):
    alone, parallel = (read_labelled_images(folder, jobs=jobs) for jobs in (1, 2))
    assert torch.equal(alone.images, parallel.images)
    assert (alone.names, alone.labels) == (parallel.names, parallel.labels)
    assert alone.unreadable == parallel.unreadable != {}


def test_an_unreadable_picture_is_included_with_its_error(folder):
    labelled = read_labelled_images(folder)
    assert list(labelled.unreadable) == [3]
    assert_one_sentence(labelled.unreadable[3])
    assert (labelled.images[3] == 0).all()


def test_progress_counts_every_picture(folder):
    items = []

    def watch(iterable, total):
        assert total == 4
        for item in iterable:
            items.append(item)
            yield item

    read_labelled_images(folder, watch)
    assert len(items) == 4


@pytest.mark.parametrize("name", ["hat.ndjson", "sneaker+hat/", "Bag/"])
def test_an_unknown_class_name_is_reported_before_any_picture_is_read(tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name.endswith("/") else path.write_text("not even a drawing")
    with pytest.raises(UserError, match="not a class name") as error:
        read_labelled_images(tmp_path)
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize("name", ["empty", "bag", "missing", "file"])
def test_a_folder_without_pictures_is_reported(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bag" / "bag").mkdir(parents=True)
    (tmp_path / "file").write_text("not a folder")
    folder = tmp_path / name / "bag" if name == "bag" else tmp_path / name
    with pytest.raises(UserError, match=r"no pictures|not a folder") as error:
        read_labelled_images(folder)
    assert_one_sentence(str(error.value))
    assert str(folder) in str(error.value)


def test_a_broken_drawing_file_is_reported(tmp_path):
    (tmp_path / "bag.ndjson").write_bytes(b"\xff\xfe\0")
    with pytest.raises(UserError, match=r"bag\.ndjson: .*: choose a file") as error:
        read_labelled_images(tmp_path)
    assert_one_sentence(str(error.value))
