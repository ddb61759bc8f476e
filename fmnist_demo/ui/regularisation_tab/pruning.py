"""The pruning curves of the networks of one depth."""

from markupsafe import Markup

from fmnist_demo import plots
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.pruning import KEPT
from fmnist_demo.ui.chart import chart_html
from fmnist_demo.ui.message import message


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
