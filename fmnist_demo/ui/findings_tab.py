"""The Findings tab: each question with its verdicts, its figure and its numbers."""

from functools import cache
from pathlib import Path

import gradio as gr

from fmnist_demo.experiments import findings
from fmnist_demo.results import read_study
from fmnist_demo.ui.chart import chart, chart_html, lesson
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.message import message


def build(folder: str | Path, tab: gr.Tab) -> None:
    """Lay out the tab from the study in `folder`; the figures are drawn when `tab` is opened."""
    study = read_study(folder)
    if study is None:
        gr.HTML(message("There is no study yet: run python -m fmnist_demo study."))
        return
    gr.Markdown(findings.about(study))
    charts = []
    for name, points in study["questions"].items():
        with lesson(findings.section(name, points)):
            charts.append(chart(f"chart-{name}"))
        with gr.Accordion("All numbers", open=False):
            gr.Markdown(findings.table(name, points), elem_classes="numbers")
    tab.select(cache(lambda: figures(study)), None, charts, **AT_ONCE)


def figures(study: dict) -> list[str]:
    """The charts as HTML, in the order of the questions."""
    return [
        chart_html(findings.figure(name, points), f"study-{name}")
        for name, points in study["questions"].items()
    ]
