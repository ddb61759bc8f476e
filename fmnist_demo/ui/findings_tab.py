"""The Findings tab: each question with its verdicts, its figure and its numbers."""

from functools import cache
from pathlib import Path

import gradio as gr

from fmnist_demo.experiments import findings
from fmnist_demo.results import read_study
from fmnist_demo.ui.chart import Chart, chart_html
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.message import message


def build(folder: str | Path, tab: gr.Tab) -> None:
    """Lay out the tab from the study in `folder`; the figures are drawn when `tab` is opened."""
    study = read_study(folder)
    if study is None:
        gr.HTML(message("There is no study yet: run python -m fmnist_demo study."))
        return
    gr.Markdown(findings.about(study))
    charts = [_section(name, points) for name, points in study["questions"].items()]
    show = cache(lambda: figures(study))

    tab.select(show, None, charts, **AT_ONCE)


def _section(name: str, points: list[dict]) -> Chart:
    with gr.Row(elem_classes="lesson"):
        with gr.Column(scale=2, min_width=300):
            gr.Markdown(findings.section(name, points))
        with gr.Column(scale=3, min_width=300):
            chart = Chart(elem_id=f"chart-{name}")
    with gr.Accordion("All numbers", open=False):
        gr.Markdown(findings.table(name, points), elem_classes="numbers")
    return chart


def figures(study: dict) -> list[str]:
    """The charts as HTML, in the order of the questions."""
    plots = {n: findings.figure(n, points) for n, points in study["questions"].items()}
    return [chart_html(plot, f"study-{name}") for name, plot in plots.items()]
