"""Figures say what their values say: in their data, in words, and where their marks lie."""

import csv
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from fmnist_demo import plots

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

WEIGHTS = {
    "none": np.linspace(-1, 1, 1000, dtype=np.float32),
    "l1": np.r_[np.zeros(900), np.linspace(0.1, 0.2, 100)].astype(np.float32),
}
CURVES = {
    name: {"kept": [1.0, 0.1, 0.01], "test_accuracy": accuracies}
    for name, accuracies in {"none": [0.9, 0.5, 0.1], "l1": [0.9, 0.895, 0.3]}.items()
}
POINTS = {
    name: [
        {
            "strength": strength,
            "test_accuracy": {"mean": accuracy, "std": 0.01},
            "zeros": {"mean": zeros, "std": 0.0},
        }
        for strength, accuracy, zeros in rows
    ]
    for name, rows in {
        "l1": [(0.01, 0.9, 0.2), (0.1, 0.8, 0.97)],
        "l2": [(0.1, 0.9, 0.0), (1.0, 0.7, 0.0)],
    }.items()
}


def every_plot() -> dict[str, plots.Plot]:
    maps = {name: np.arange(784, dtype=np.float32).reshape(28, 28) for name in ("none", "l2")}
    filters = {"none": np.ones((5, 28, 28)), "l1": np.zeros((5, 28, 28))}
    return {
        "weights": plots.weight_histogram(WEIGHTS),
        "zeros": plots.by_layer({"none": [0, 0.1], "l1": [0.96, 0.5]}, "exact zeros", share=True),
        "dead": plots.by_layer({"none": [0, 0], "l1": [0, 7]}, "dead units", share=False),
        "pixels": plots.pixel_maps(maps, {"none": 0, "l2": 1}),
        "filters": plots.filter_grids(filters),
        "pruning": plots.pruning_curves(CURVES),
        "path": plots.regularisation_path(POINTS, {"l1": 0.026, "l2": 0.1}),
    }


@pytest.fixture(scope="module")
def made() -> dict[str, plots.Plot]:
    return every_plot()


@pytest.fixture(scope="module")
def drawn(made) -> dict[str, str]:
    return {name: plots.svg(plot) for name, plot in made.items()}


@pytest.mark.parametrize("name", every_plot())
def test_an_svg_is_well_formed_fits_its_place_and_takes_the_colour_of_its_surroundings(
    name, made, drawn
):
    root = ElementTree.fromstring(drawn[name])
    assert root.tag.endswith("svg")
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert root.attrib["viewBox"].startswith("0 0 316.8 ")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == made[name].alternative
    assert "currentColor" in drawn[name]
    assert plots.INK not in drawn[name]
    assert "<text" in drawn[name]  # words are not outlines
    assert not re.search(r"#(000000|ffffff)\b", re.sub(r"<image.*?/>", "", drawn[name]))


@pytest.mark.parametrize("name", every_plot())
def test_the_data_can_be_read_back_as_a_table(name, made):
    rows = list(csv.reader(io.StringIO(made[name].csv())))
    assert rows[0] == list(made[name].data)
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell for row in rows for cell in row)


@pytest.mark.parametrize("name", every_plot())
def test_there_is_a_text_alternative_in_sentences(name, made):
    assert len(made[name].alternative) > 30
    assert made[name].alternative.endswith(".")


def test_the_histogram_counts_every_weight_but_the_zeros(made):
    data = made["weights"].data
    assert sum(data["none_count"]) == 1000
    assert sum(data["l1_count"]) == 100
    filled = [start for start, count in zip(data["from"], data["l1_count"], strict=True) if count]
    assert 0.05 < min(filled) < max(filled) < 0.2
    assert "L1 90.0 %" in made["weights"].alternative
    assert "None 0.0 %" in made["weights"].alternative


def test_bars_tell_their_layer_and_value(made):
    told = [spot.text for spot in made["zeros"].spots]
    assert told == [
        "None, layer 1: 0.0 %",
        "None, layer output: 10.0 %",
        "L1, layer 1: 96.0 %",
        "L1, layer output: 50.0 %",
    ]
    assert made["dead"].data == {"layer": ["1", "2"], "none": [0, 0], "l1": [0, 7]}


def test_unused_pixels_are_told(made):
    assert "None 0, L2 1" in made["pixels"].alternative


def test_the_words_on_pruning_give_the_least_share_that_loses_less_than_a_point(made):
    assert "None 100.00%, L1 10.00%" in made["pruning"].alternative


def test_spots_and_marker_lie_where_the_axes_put_their_values(made, drawn):
    plot = made["pruning"]
    (axes,) = plot.figure.axes
    spots = re.findall(r'class="spot" cx="([\d.]+)" cy="([\d.]+)"', drawn["pruning"])
    assert len(spots) == 6
    x, y = plots.position(axes, 0.1, 0.895)
    assert (float(spots[4][0]), float(spots[4][1])) == pytest.approx((x, y), abs=0.06)
    left, right = (plots.position(axes, kept, 0)[0] for kept in (1.0, 0.01))
    assert left < x < right
    assert x - left == pytest.approx(right - x)  # logarithmic
    marker = plots.marker(axes, 0.1, {"none": 0.5, "l1": 0.895})
    assert f'cx="{x:.1f}" cy="{y:.1f}"' in marker
    assert ElementTree.fromstring(marker).attrib["class"] == "marker"
    higher = plots.position(axes, 0.1, 0.9)[1]
    assert higher < y  # SVG's y grows downwards


def test_the_path_tells_mean_and_deviation_and_marks_what_is_shipped(made):
    plot = made["path"]
    assert "L1 of strength 0.1: 80.00% ± 1.00% test accuracy" in {s.text for s in plot.spots}
    assert plot.data["regulariser"] == ["l1", "l1", "l2", "l2"]
    assert plot.data["zeros_mean"] == [0.2, 0.97, 0.0, 0.0]
    dotted = {line.get_xdata()[0] for line in plot.figure.axes[0].lines if line.get_ls() == ":"}
    assert dotted == {0.026, 0.1}
    assert "L1 97.0 %, L2 0.0 %" in plot.alternative


def test_the_same_values_give_the_same_svg():
    assert plots.svg(plots.pruning_curves(CURVES)) == plots.svg(plots.pruning_curves(CURVES))
