"""A figure on the page: it fits the width, shows the number of the mark that the pointer or the
arrow keys select, and can be saved as PNG and CSV.
"""

import base64
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from fmnist_demo.plots import Plot, svg
from fmnist_demo.ui.templates import render

NUMBERS_LABEL = "Numbers in this figure: use the arrow keys to move from one to the next."
"""The label, for screen readers, of a figure whose numbers can be read one by one."""


class Chart(gr.HTML):
    """A component that shows one figure; its value is what `chart_html` returns."""

    def __init__(self, **kwargs):
        super().__init__(
            value="",
            html_template="${value}",
            js_on_load=(Path(__file__).parent / "chart.js").read_text(encoding="utf-8"),
            **kwargs,
        )

    def get_block_name(self) -> str:
        """Drawn in the browser by Gradio's HTML component."""
        return "html"


def chart_html(plot: Plot, name: str) -> Markup:
    """A plot with its caption and two downloads; `name` is the name of their files."""
    return render(
        "chart/chart.html",
        name=name,
        svg=Markup(svg(plot)),
        numbers_label=NUMBERS_LABEL if plot.spots else "",
        caption=plot.caption,
        csv=base64.b64encode(plot.csv().encode()).decode(),
    )
