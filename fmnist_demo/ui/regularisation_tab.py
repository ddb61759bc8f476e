"""The tab that compares L1 and L2: weights, zeros, units, pixels, pruning, regularisation path."""

from functools import cache

import gradio as gr

from fmnist_demo import plots
from fmnist_demo.networks import inspection
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.pruning import KEPT, threshold
from fmnist_demo.networks.regularisation import REGULARISERS, count_zeros
from fmnist_demo.results import read_path, read_reports
from fmnist_demo.ui.answers import hidden_layers
from fmnist_demo.ui.chart import Chart, chart_html
from fmnist_demo.ui.drawpad import DrawPad
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.markdown import sections
from fmnist_demo.ui.pruning import PruningCurve, kept_html, not_measured, pruned_answers_html

FILTERS = 12
"""How many first-layer units of each network are shown as pictures."""


def build(collection: Collection, pad: DrawPad, tab: gr.Tab) -> None:
    """Lay out the tab, and update it when `tab`, which contains it, opens; `pad`: the canvas."""
    depths = sorted({c.layers for c in collection})
    reports, path = read_reports(collection.folder), read_path(collection.folder)

    gr.Markdown(
        "The same networks, trained without a weight penalty, with **L1** and with **L2**. "
        "Every figure is computed from the networks themselves or from the measurements that come "
        "with the project."
    )
    depth = gr.Radio(
        [(hidden_layers(n), n) for n in depths],
        value=depths[0] if depths else None,
        label="Networks",
    )
    charts = {"weights": _section("weights")}
    with gr.Row(elem_classes="lesson"):
        _text("pruning")
        with gr.Column(scale=3, min_width=300):
            slider = gr.Slider(
                0,
                len(KEPT) - 1,
                value=0,
                step=1,
                label="Prune: keep from all weights to one in a thousand",
                elem_id="prune",
            )
            kept = gr.HTML("", elem_id="kept")
            curve = Chart(elem_id="chart-pruning")
            answers = gr.HTML("", elem_classes="answers", elem_id="pruned-answers")
    for name in ("zeros", "dead", "pixels", "filters", "path"):
        charts[name] = _section(name)

    networks = cache(lambda layers: networks_of_depth(collection, layers))
    charts_of_depth = cache(lambda layers: depth_charts(networks(layers)))
    curves = cache(lambda layers: PruningCurve(networks(layers), reports))
    thresholds = cache(
        lambda layers, share: {
            name: threshold(c.model, share) for name, c in networks(layers).items()
        }
    )
    path_html = cache(lambda: path_chart(path, networks(path["layers"]) if path else {}))

    def show(layers):
        return [*charts_of_depth(layers).values(), path_html()]

    def prune(step, layers, picture):
        share = KEPT[int(step)]
        answers = pruned_answers_html(networks(layers), thresholds(layers, share), picture)
        return kept_html(share), curves(layers).at(int(step)), answers

    gr.on([tab.select, depth.change], show, depth, list(charts.values()), **AT_ONCE)
    gr.on(
        [tab.select, depth.change, slider.change],
        prune,
        [slider, depth, pad],
        [kept, curve, answers],
        trigger_mode="always_last",
        **AT_ONCE,
    )


def _section(name: str) -> Chart:
    with gr.Row(elem_classes="lesson"):
        _text(name)
        with gr.Column(scale=3, min_width=300):
            return Chart(elem_id=f"chart-{name}")


def _text(name: str) -> None:
    with gr.Column(scale=2, min_width=300):
        gr.Markdown(sections(__file__)[name])


def networks_of_depth(collection: Collection, layers: int) -> dict[str, Checkpoint]:
    """The checkpoints of one depth by regulariser, in the order of `REGULARISERS`."""
    by_regulariser = {c.regulariser: c for c in collection if c.layers == layers}
    return {name: by_regulariser[name] for name in REGULARISERS if name in by_regulariser}


def depth_charts(networks: dict[str, Checkpoint]) -> dict[str, str]:
    """The charts of one depth, as HTML, in the order of the sections."""
    if not networks:
        return dict.fromkeys(("weights", "zeros", "dead", "pixels", "filters"), "")
    models = {name: c.model for name, c in networks.items()}
    layers = next(iter(networks.values())).layers

    def measure_all(measure):
        return {name: measure(model) for name, model in models.items()}

    active = measure_all(inspection.active_units)
    plots_by_name = {
        "weights": plots.weight_histogram(measure_all(inspection.weights)),
        "zeros": plots.by_layer(
            measure_all(lambda model: list(count_zeros(model).values())), "exact zeros", share=True
        ),
        "dead": plots.by_layer(
            {name: units.dead_units for name, units in active.items()}, "dead units", share=False
        ),
        "pixels": plots.pixel_maps(
            measure_all(inspection.pixel_use),
            {name: units.unused_pixels for name, units in active.items()},
        ),
        "filters": plots.filter_grids(
            measure_all(lambda model: inspection.strongest_filters(model, FILTERS))
        ),
    }
    return {name: chart_html(plot, f"mlp{layers}-{name}") for name, plot in plots_by_name.items()}


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
