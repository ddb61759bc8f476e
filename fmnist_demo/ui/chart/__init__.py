"""A figure on the page: it fits its place, tells its numbers when pointed at or gone through by
keyboard, and can be saved.

Knows nothing of what the figure shows.
"""

import base64
from html import escape
from pathlib import Path

import gradio as gr

from fmnist_demo.plots import Plot, svg

LONGEST_CAPTION = 400
"""Characters of the longest text alternative that is also printed under its figure."""

NUMBERS = "The numbers of this figure: the arrow keys go from one to the next."
"""What a screen reader says of a figure that tells its numbers."""


class Chart(gr.HTML):
    """A place for one figure; its value is what `chart_html` returns."""

    def __init__(self, **kwargs):
        super().__init__(
            value="",
            html_template="${value}",
            js_on_load=(Path(__file__).parent / "chart.js").read_text(encoding="utf-8"),
            **kwargs,
        )

    def get_block_name(self) -> str:
        """Drawn in the browser by Gradio's own HTML component."""
        return "html"


def chart_html(plot: Plot, name: str) -> str:
    """A plot with its two downloads; `name` becomes the name of the files."""
    drawn = svg(plot)
    if plot.spots:
        attributes = f'class="plot" tabindex="0" role="application" aria-label="{NUMBERS}"'
        drawn = f"<div {attributes}>{drawn}</div>"
    caption = escape(plot.alternative) if len(plot.alternative) <= LONGEST_CAPTION else ""
    file = escape(name)
    table = base64.b64encode(plot.csv().encode()).decode()
    return (
        f'<figure class="chart" data-name="{file}">{drawn}'
        f'<figcaption aria-hidden="true">{caption}</figcaption>'
        '<p class="downloads">'
        f'<button type="button" data-download="png" aria-label="PNG: {file}.png">PNG</button>'
        f'<a download="{file}.csv" href="data:text/csv;base64,{table}" '
        f'aria-label="CSV: {file}.csv">CSV</a>'
        '</p><p class="tip" role="status"></p></figure>'
    )
