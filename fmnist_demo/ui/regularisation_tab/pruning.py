"""What pruning does to the networks of one depth: the curve, the share kept and the answers."""

from dataclasses import replace
from functools import cache

from markupsafe import Markup
from PIL import Image

from fmnist_demo import plots
from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.pruning import KEPT, pruned, threshold
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui import examples
from fmnist_demo.ui.answers import Card, cards_html
from fmnist_demo.ui.chart import chart_html
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.message import message
from fmnist_demo.ui.templates import render

cached_threshold = cache(threshold)


def not_measured(command: str) -> Markup:
    """The message that replaces a chart until `command` has measured its numbers."""
    return message(f"These numbers are not measured yet: run python -m fmnist_demo {command}.")


class PruningCurve:
    """The pruning curves of one depth. They are drawn once; only the marker moves.

    `networks`: by regulariser. `reports`: what `evaluate` measured, by network name.
    """

    def __init__(self, networks: dict[str, Checkpoint], reports: dict[str, dict]):
        self.curves = {
            name: reports[c.name]["pruning"]
            for name, c in networks.items()
            if "pruning" in reports.get(c.name, {})
        }
        self.html = not_measured("evaluate")
        if self.curves:
            self.plot = plots.pruning_curves(self.curves)
            layers = next(iter(networks.values())).layers
            self.html = chart_html(self.plot, f"mlp{layers}-pruning")

    def at(self, step: int) -> Markup:
        """The chart with its marker at `KEPT[step]`."""
        if not self.curves:
            return self.html
        heights = {name: curve["test_accuracy"][step] for name, curve in self.curves.items()}
        (axes,) = self.plot.figure.axes
        marker = plots.marker(axes, KEPT[step], heights)
        return self.html.replace("</svg>", Markup(f"{marker}</svg>"))


def pruned_answers_html(
    networks: dict[str, Checkpoint], kept: float, drawing: Image.Image | None
) -> Markup:
    """The networks' answers to the visitor's drawing, or to an example if it is None.

    `networks`: by regulariser. `kept`: the share of their weights that is not pruned, 0 to 1.
    """
    try:
        prepared = from_drawing(drawing or Image.open(examples.FILES[0]), stages=False)
    except UserError as error:
        return message(str(error), "alert")
    smaller = [
        replace(c, model=pruned(c.model, cached_threshold(c.model, kept)))
        for c in networks.values()
    ]
    cards = [
        Card(
            f"{REGULARISERS[answer.checkpoint.regulariser].label}, pruned",
            "",
            answer.checkpoint,
            answer,
        )
        for answer in predict(smaller, prepared.pixels)
    ]
    caption = "Your drawing" if drawing else "An example: draw your own on the Draw tab"
    url = encode(prepared.pixels)
    return render("regularisation_tab/drawing.html", url=url, caption=caption) + cards_html(cards)
