"""What pruning does to the networks of one depth: the curve, the share kept and the answers."""

from dataclasses import replace

from markupsafe import Markup
from PIL import Image

from fmnist_demo import plots
from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.pruning import KEPT, pruned
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui.answers import card
from fmnist_demo.ui.chart import chart_html
from fmnist_demo.ui.draw_tab import example
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.message import message
from fmnist_demo.ui.templates import render


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
        marker = Markup(plots.marker(axes, KEPT[step], heights))
        return self.html.replace("</svg>", marker + Markup("</svg>"))


def kept_html(share: float) -> Markup:
    """A sentence on the share of the weights that is kept, 0 to 1."""
    return render("pruning/kept.html", pruned=f"{1 - share:.1%}", kept=f"{share * 100:.3g}")


def pruned_answers_html(
    networks: dict[str, Checkpoint],
    thresholds: dict[str, float],
    drawing: Image.Image | None,
) -> Markup:
    """The pruned networks' answers to the visitor's drawing, or to an example if it is None.

    `networks` and the pruning `thresholds`: by regulariser.
    """
    try:
        picture = example(0) if drawing is None else drawing
        prepared = from_drawing(picture, stages=False)
    except UserError as error:
        return message(str(error), "alert")
    smaller = [replace(c, model=pruned(c.model, thresholds[name])) for name, c in networks.items()]
    predictions = predict(smaller, prepared.pixels)
    return render(
        "pruning/answers.html",
        url=encode(prepared.pixels),
        caption="An example: draw your own on the Draw tab" if drawing is None else "Your drawing",
        cards=[
            card(prediction, f"{REGULARISERS[name].label}, pruned")
            for name, prediction in zip(networks, predictions, strict=True)
        ],
    )
