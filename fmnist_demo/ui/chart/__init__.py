"""A figure on the page: it fits the width, shows the number of the mark that the pointer or the
arrow keys select, and can be saved as PNG and CSV.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from fmnist_demo.plots import Plot, svg
from fmnist_demo.ui.templates import render


def chart(elem_id: str) -> gr.HTML:
    """A component that shows one figure; its value is what `chart_html` returns."""
    js = (Path(__file__).parent / "chart.js").read_text(encoding="utf-8")
    return gr.HTML("", html_template="${value}", js_on_load=js, elem_id=elem_id)


def chart_html(plot: Plot, name: str) -> Markup:
    """A plot with its caption and two downloads; `name` is the name of their files."""
    csv = base64.b64encode(plot.csv().encode()).decode()
    return render("chart/chart.html", name=name, plot=plot, svg=svg(plot), csv=csv)


@contextmanager
def lesson(text: str) -> Iterator[None]:
    """A row with `text`, which is Markdown, on the left; what is built within goes to its right."""
    with gr.Row(elem_classes="lesson"):
        with gr.Column(scale=2, min_width=300):
            gr.Markdown(text)
        with gr.Column(scale=3, min_width=300):
            yield
