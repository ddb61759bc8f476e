"""The tab on L1 against L2: the weights, layer by layer, pixel by pixel, pruned, along the path."""

from dataclasses import replace
from functools import cache

import gradio as gr

from fmnist_demo import plots
from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared, from_drawing
from fmnist_demo.networks import inspection
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.pruning import KEPT, pruned, threshold
from fmnist_demo.networks.regularisation import REGULARISERS, count_zeros
from fmnist_demo.results import read_path, read_reports
from fmnist_demo.ui.answers import card, hidden_layers, message
from fmnist_demo.ui.chart import Chart, chart_html
from fmnist_demo.ui.draw_tab import example
from fmnist_demo.ui.drawpad import DrawPad, encode
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.texts import texts

FILTERS = 12
"""How many first-layer units of each network are shown as pictures."""


def build(collection: Collection, pad: DrawPad, tab: gr.Tab) -> None:
    """Lay out the tab, and connect it to `tab`, which it stands in, and to the canvas."""
    depths = sorted({c.layers for c in collection})
    reports, path = read_reports(collection.folder), read_path(collection.folder)

    gr.Markdown(
        "The same networks, trained with no penalty on their weights, with **L1** and with **L2**. "
        "Everything on this page is worked out from the networks themselves, or read from what the "
        "project's own commands have measured."
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
                label="Prune: from all weights to one in a thousand",
                elem_id="prune",
            )
            kept = gr.HTML("", elem_id="kept")
            curve = Chart(elem_id="chart-pruning")
            answers = gr.HTML("", elem_classes="answers", elem_id="pruned-answers")
    for name in ("zeros", "dead", "pixels", "filters", "path"):
        charts[name] = _section(name)

    networks = cache(lambda layers: _networks(collection, layers))
    figures = cache(lambda layers: _figures(networks(layers)))
    curves = cache(lambda layers: _Curve(networks(layers), reports))
    thresholds = cache(
        lambda layers, share: {
            name: threshold(c.model, share) for name, c in networks(layers).items()
        }
    )
    walked = cache(lambda: _path(path, networks(path["layers"]) if path else {}))

    def show(layers):
        return [*figures(layers).values(), walked()]

    def prune(step, layers, picture):
        share = KEPT[int(step)]
        answers = _answers(networks(layers), thresholds(layers, share), picture)
        return _kept(share), curves(layers).at(int(step)), answers

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
        gr.Markdown(texts(__file__)[name])


def _networks(collection: Collection, layers: int) -> dict[str, Checkpoint]:
    """The checkpoints of one depth by regulariser, in the order of `REGULARISERS`."""
    found = {c.regulariser: c for c in collection if c.layers == layers}
    return {name: found[name] for name in REGULARISERS if name in found}


def _figures(networks: dict[str, Checkpoint]) -> dict[str, str]:
    """The charts of one depth, as HTML, in the order of the sections."""
    if not networks:
        return dict.fromkeys(("weights", "zeros", "dead", "pixels", "filters"), "")
    models = {name: c.model for name, c in networks.items()}
    layers = next(iter(networks.values())).layers

    def each(measure):
        return {name: measure(model) for name, model in models.items()}

    active = each(inspection.active_units)
    made = {
        "weights": plots.weight_histogram(each(inspection.weights)),
        "zeros": plots.by_layer(
            each(lambda model: list(count_zeros(model).values())), "exact zeros", share=True
        ),
        "dead": plots.by_layer(
            {name: alive.dead_units for name, alive in active.items()}, "dead units", share=False
        ),
        "pixels": plots.pixel_maps(
            each(inspection.pixel_use),
            {name: alive.unused_pixels for name, alive in active.items()},
        ),
        "filters": plots.filter_grids(
            each(lambda model: inspection.strongest_filters(model, FILTERS))
        ),
    }
    return {name: chart_html(plot, f"mlp{layers}-{name}") for name, plot in made.items()}


class _Curve:
    """The pruning curves of one depth, drawn once; only the marker moves."""

    def __init__(self, networks: dict[str, Checkpoint], reports: dict[str, dict]):
        self.curves = {
            name: reports[c.name]["pruning"]
            for name, c in networks.items()
            if "pruning" in reports.get(c.name, {})
        }
        self.html = _missing("evaluate")
        if self.curves:
            self.plot = plots.pruning_curves(self.curves)
            layers = next(iter(networks.values())).layers
            self.html = chart_html(self.plot, f"mlp{layers}-pruning")

    def at(self, step: int) -> str:
        """The chart with its marker at one of `KEPT`."""
        if not self.curves:
            return self.html
        heights = {name: curve["test_accuracy"][step] for name, curve in self.curves.items()}
        (axes,) = self.plot.figure.axes
        return self.html.replace("</svg>", plots.marker(axes, KEPT[step], heights) + "</svg>")


def _path(path: dict | None, networks: dict[str, Checkpoint]) -> str:
    """The chart of the path; `networks`, whose strengths are marked, are of the same depth."""
    if path is None:
        return _missing("path")
    points = {}
    for point in path["points"]:
        if point["diverged"] < point["n"]:
            points.setdefault(point["regulariser"], []).append(point)
    shipped = {name: networks[name].metadata.strength for name in points if name in networks}
    return chart_html(plots.regularisation_path(points, shipped), "path")


def _missing(command: str) -> str:
    return message(
        f"These figures have not been measured yet: run python -m fmnist_demo {command}."
    )


def _kept(share: float) -> str:
    return (
        f'<p role="status"><strong>{plots.percent(1 - share)}</strong> of the weights pruned, the '
        f"largest <strong>{share * 100:.3g} %</strong> kept.</p>"
    )


def _answers(networks: dict[str, Checkpoint], thresholds: dict[str, float], picture) -> str:
    """What the pruned networks say to the visitor's drawing, or to an example.

    `thresholds`: of each network, by regulariser.
    """
    try:
        prepared = _prepared(picture)
    except UserError as error:
        return message(str(error), "alert")
    smaller = [replace(c, model=pruned(c.model, thresholds[name])) for name, c in networks.items()]
    cards = "".join(
        card(prediction, f"{REGULARISERS[name].label}, pruned")
        for name, prediction in zip(networks, predict(smaller, prepared.pixels), strict=True)
    )
    whose = "Your drawing" if picture is not None else "An example: draw your own in the first tab"
    return (
        f'<figure class="pruned-for"><img src="{encode(prepared.pixels)}" alt="{whose}" />'
        f'<figcaption>{whose}</figcaption></figure><div class="cards">{cards}</div>'
    )


def _prepared(picture) -> Prepared:
    if picture is None:
        return from_drawing(example(0), stages=False)
    return from_drawing(picture, stages=False)
