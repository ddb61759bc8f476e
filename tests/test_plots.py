"""Figures show their values in the data, in the text alternative and in the drawing."""

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


MEANS = {
    name: [
        {"setting": setting, "gap": {"mean": gap, "std": 0.01}, "epochs": {"mean": 9, "std": 1.0}}
        for setting, gap in rows
    ]
    for name, rows in {
        "l1": [("never", 0.3), (10.0, 0.2)],
        "other": [(2, 0.1), (10.0, 0.4)],
    }.items()
}


RUNS = {
    "Run 1": {
        "train_loss": [0.9, 0.5, 0.3],
        "validation_loss": [0.8, 0.6, 0.7],
        "train_accuracy": [0.6, 0.8, 0.9],
        "validation_accuracy": [0.7, 0.8, 0.75],
        "best_epoch": 2,
        "stopped_early": True,
    },
    "Run 2": {
        "train_loss": [0.7],
        "validation_loss": [0.5],
        "train_accuracy": [0.75],
        "validation_accuracy": [0.85],
        "best_epoch": 1,
        "stopped_early": False,
    },
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
        "learning": plots.learning_curves(RUNS, 5),
        "path": plots.regularisation_path(POINTS, {"l1": 0.026, "l2": 0.1}),
        "means": plots.means(
            MEANS,
            {"l1": "L1", "other": "another"},
            {"gap": plots.Measure("gap", "points"), "epochs": plots.Measure("run", "epochs", 1)},
            "patience",
        ),
    }


@pytest.fixture(scope="module")
def all_plots() -> dict[str, plots.Plot]:
    return every_plot()


@pytest.fixture(scope="module")
def svgs(all_plots) -> dict[str, str]:
    return {name: plots.svg(plot) for name, plot in all_plots.items()}


@pytest.mark.parametrize("name", every_plot())
def test_an_svg_is_well_formed_and_scales_and_inherits_the_text_colour(name, all_plots, svgs):
    root = ElementTree.fromstring(svgs[name])
    assert root.tag.endswith("svg")
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert root.attrib["viewBox"].startswith("0 0 316.8 ")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == all_plots[name].alternative
    assert "currentColor" in svgs[name]
    assert plots.INK not in svgs[name]
    assert "<text" in svgs[name]  # text stays text, not outlines
    assert not re.search(r"#(000000|ffffff)\b", re.sub(r"<image.*?/>", "", svgs[name]))


@pytest.mark.parametrize("name", every_plot())
def test_the_data_can_be_read_as_csv(name, all_plots):
    rows = list(csv.reader(io.StringIO(all_plots[name].csv())))
    assert rows[0] == list(all_plots[name].data)
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell for row in rows for cell in row)


@pytest.mark.parametrize("name", every_plot())
def test_the_text_alternative_consists_of_sentences(name, all_plots):
    assert len(all_plots[name].alternative) > 30
    assert all_plots[name].alternative.endswith(".")


def test_the_histogram_counts_every_nonzero_weight(all_plots):
    data = all_plots["weights"].data
    assert sum(data["none_count"]) == 1000
    assert sum(data["l1_count"]) == 100
    filled = [start for start, count in zip(data["from"], data["l1_count"], strict=True) if count]
    assert 0.05 < min(filled) < max(filled) < 0.2
    assert "L1 90.0%" in all_plots["weights"].alternative
    assert "None 0.0%" in all_plots["weights"].alternative


def test_bars_state_their_layer_and_value(all_plots):
    texts = [spot.text for spot in all_plots["zeros"].spots]
    assert texts == [
        "None, layer 1: 0.0%",
        "None, output layer: 10.0%",
        "L1, layer 1: 96.0%",
        "L1, output layer: 50.0%",
    ]
    assert all_plots["dead"].data == {"layer": ["1", "2"], "none": [0, 0], "l1": [0, 7]}


def test_the_text_alternative_gives_the_number_of_unused_pixels(all_plots):
    assert "None 0, L2 1" in all_plots["pixels"].alternative


def test_the_text_on_pruning_gives_the_smallest_share_within_a_point_of_the_accuracy(all_plots):
    assert "None 100.00%, L1 10.00%" in all_plots["pruning"].alternative


def test_spots_and_marker_match_the_axes(all_plots, svgs):
    plot = all_plots["pruning"]
    (axes,) = plot.figure.axes
    spots = re.findall(r'class="spot" cx="([\d.]+)" cy="([\d.]+)"', svgs["pruning"])
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


def test_the_path_gives_mean_and_deviation_and_marks_the_shipped_strengths(all_plots):
    plot = all_plots["path"]
    assert "L1 of strength 0.1: 80.00% ± 1.00% test accuracy" in {s.text for s in plot.spots}
    assert plot.data["regulariser"] == ["l1", "l1", "l2", "l2"]
    assert plot.data["zeros_mean"] == [0.2, 0.97, 0.0, 0.0]
    dotted = {line.get_xdata()[0] for line in plot.figure.axes[0].lines if line.get_ls() == ":"}
    assert dotted == {0.026, 0.1}
    assert "L1 97.0%, L2 0.0%" in plot.alternative


def test_means_are_sorted_with_numbers_before_words(all_plots, svgs):
    plot = all_plots["means"]
    gap, epochs = plot.figure.axes
    assert [label.get_text() for label in epochs.get_xticklabels()] == ["2", "10", "never"]
    assert gap.get_title(loc="left") == "gap, points"
    spots = {spot.text: (spot.x, spot.y) for spot in plot.spots if spot.axes is gap}
    assert spots == {
        "L1, patience never: gap 30.00 points ± 1.00": (2, 0.3),
        "L1, patience 10: gap 20.00 points ± 1.00": (1, 0.2),
        "another, patience 2: gap 10.00 points ± 1.00": (0, 0.1),
        "another, patience 10: gap 40.00 points ± 1.00": (1, 0.4),
    }
    assert plot.data == {
        "series": ["L1", "L1", "another", "another"],
        "setting": ["never", 10.0, 2, 10.0],
        "gap_mean": [0.3, 0.2, 0.1, 0.4],
        "gap_std": [0.01] * 4,
        "epochs_mean": [9] * 4,
        "epochs_std": [1.0] * 4,
    }
    assert "Gap, L1: never: 30.00 points ± 1.00, 10: 20.00 points ± 1.00." in plot.alternative
    assert plots.COLOURS["l1"] in svgs["means"]


def test_an_error_bar_extends_one_standard_deviation_up_and_down(all_plots):
    gap = all_plots["means"].figure.axes[0]
    _, _, (bars,) = gap.containers[0]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([0.29, 0.31]), pytest.approx([0.19, 0.21])]


def test_the_same_values_give_the_same_svg():
    assert plots.svg(plots.pruning_curves(CURVES)) == plots.svg(plots.pruning_curves(CURVES))


def test_learning_curves_mark_the_best_epoch_and_the_early_stop(all_plots):
    plot = all_plots["learning"]
    assert (
        "Run 1: validation accuracy 80.0% at the best epoch, 2 of 3, stopped early; "
        "Run 2: validation accuracy 85.0% at the best epoch, 1 of 1."
    ) in plot.alternative
    assert plot.data["run"] == ["Run 1"] * 3 + ["Run 2"]
    assert plot.data["epoch"] == [1, 2, 3, 1]
    assert plot.data["validation_accuracy"] == [0.7, 0.8, 0.75, 0.85]
    loss, accuracy = plot.figure.axes
    for axes, key in ((loss, "loss"), (accuracy, "accuracy")):
        best = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
        heights = [run[f"validation_{key}"][run["best_epoch"] - 1] for run in RUNS.values()]
        assert np.allclose(best, list(zip((2, 1), heights, strict=True)))
        (stop,) = [line for line in axes.lines if line.get_linestyle() == ":"]
        assert stop.get_xdata()[0] == 3
    texts = [spot.text for spot in plot.spots]
    assert "Run 1, epoch 2: training loss 0.500, validation 0.600" in texts
    assert "Run 2, epoch 1: training accuracy 75.0%, validation 85.0%" in texts


def test_all_zero_weights_have_a_histogram():
    plot = plots.weight_histogram({"l2": np.zeros(10, np.float32)})
    assert "L2 100.0%" in plot.alternative
    assert "<svg" in plots.svg(plot)
