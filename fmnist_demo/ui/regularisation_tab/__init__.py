"""The tab that compares L1 and L2: weights, zeros, units, pixels, pruning, regularisation path."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import gradio as gr

from fmnist_demo import plots
from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.inspection import (
    active_units,
    pixel_use,
    strongest_filters,
    weights,
)
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import REGULARISERS, count_zeros
from fmnist_demo.results import read_path, read_reports
from fmnist_demo.training.updates import FILTERS
from fmnist_demo.ui import tailor
from fmnist_demo.ui.answers import hidden_layers, penalty
from fmnist_demo.ui.chart import chart, chart_html, lesson
from fmnist_demo.ui.drawpad import DrawPad
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.regularisation_tab.overview import frame, overview, parse_step
from fmnist_demo.ui.regularisation_tab.pruning import PruningCurve, not_measured
from fmnist_demo.ui.tailor import tailor_map


def build(collection: Collection, pad: DrawPad, tab: gr.Tab) -> None:
    """Lay out the tab, and update it when `tab`, which contains it, opens; `pad`: the canvas."""
    depths = sorted({c.layers for c in collection})
    reports, path = read_reports(collection.folder), read_path(collection.folder)

    gr.Markdown(
        "The same network, trained without a weight penalty, with **L1** and with **L2**. "
        "Prune all three, and see which one still works."
    )
    depth = gr.Radio(
        [(hidden_layers(n), n) for n in depths],
        value=depths[0] if depths else None,
        label="Hidden layers",
        show_label=False,
        container=False,
    )
    view = overview()
    tailored = tailor_map()
    step = gr.State(0)
    charts = {}
    for name, text in texts().items():
        with lesson(text):
            charts[name] = chart(f"chart-{name}")
    curve = charts.pop("pruning")

    @cache
    def networks(layers):
        return networks_of_depth(collection, layers)

    @cache
    def curves(layers):
        return PruningCurve(networks(layers), reports)

    @cache
    def path_html():
        return path_chart(path, networks(path["layers"]) if path else {})

    @cache
    def show(layers):
        figures = depth_charts(networks(layers)) | {"path": path_html()}
        return [figures[name] for name in charts]

    def look(step, layers, picture):
        """The view and the curve, with what depends on the networks alone."""
        return frame(networks(layers), reports, step, picture, True), curves(layers).at(step)

    def prune(event: gr.EventData, layers, picture):
        try:
            step = parse_step(event._data)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error
        shown = frame(networks(layers), reports, step, picture, False)
        return shown, curves(layers).at(step), step

    @cache
    def maps(layers):
        return tailor.frame({penalty(name): c for name, c in networks(layers).items()})

    gr.on([tab.select, depth.change], show, depth, list(charts.values()), **AT_ONCE)
    gr.on([tab.select, depth.change], maps, depth, tailored, **AT_ONCE)
    gr.on([tab.select, depth.change], look, [step, depth, pad], [view, curve], **AT_ONCE)
    view.input(prune, [depth, pad], [view, curve, step], trigger_mode="always_last", **AT_ONCE)


@cache
def texts() -> dict[str, str]:
    """The Markdown text beside each figure, by the figure's name, in the order of the tab."""
    markdown = (Path(__file__).parent / "texts.md").read_text(encoding="utf-8")
    return dict(section.split("\n", 1) for section in markdown.split("\n# ")[1:])


def networks_of_depth(collection: Collection, layers: int) -> dict[str, Checkpoint]:
    """The checkpoints of one depth by regulariser, in the order of `REGULARISERS`."""
    by_regulariser = {c.regulariser: c for c in collection if c.layers == layers}
    return {name: by_regulariser[name] for name in REGULARISERS if name in by_regulariser}


def depth_charts(networks: dict[str, Checkpoint]) -> dict[str, str]:
    """The charts of the networks of one depth, as HTML; empty if there are no networks."""
    if not networks:
        return dict.fromkeys(FIGURES, "")
    models = {name: c.model for name, c in networks.items()}
    layers = next(iter(networks.values())).layers
    return {
        name: chart_html(figure(models), f"mlp{layers}-{name}") for name, figure in FIGURES.items()
    }


def _each(measure: Callable, models: dict[str, MLP]) -> dict:
    return {name: measure(model) for name, model in models.items()}


FIGURES: dict[str, Callable[[dict[str, MLP]], plots.Plot]] = {
    "weights": lambda models: plots.weight_histogram(_each(weights, models)),
    "zeros": lambda models: plots.by_layer(
        _each(lambda model: list(count_zeros(model).values()), models), "exact zeros", share=True
    ),
    "dead": lambda models: plots.by_layer(
        _each(lambda model: active_units(model).dead_units, models), "dead units", share=False
    ),
    "pixels": lambda models: plots.pixel_maps(
        _each(pixel_use, models),
        _each(lambda model: active_units(model).unused_pixels, models),
    ),
    "filters": lambda models: plots.filter_grids(
        _each(lambda model: strongest_filters(model, FILTERS), models)
    ),
}
"""The figures that are computed from the networks of one depth, by regulariser."""


def path_chart(path: dict | None, networks: dict[str, Checkpoint]) -> str:
    """The chart of the regularisation path; the strengths of `networks` are marked in it."""
    if path is None:
        return not_measured("path")
    points = {}
    for point in path["points"]:
        if point["diverged"] < point["n"]:
            points.setdefault(point["regulariser"], []).append(point)
    strengths = {name: networks[name].metadata.strength for name in points if name in networks}
    return chart_html(plots.regularisation_path(points, strengths), "path")
