"""The tab of findings: each question with its picture, its answer and its numbers."""

from functools import cache
from pathlib import Path

import gradio as gr

from fmnist_demo.experiments import findings
from fmnist_demo.results import read_study
from fmnist_demo.ui.chart import Chart, chart_html
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.markdown import sections
from fmnist_demo.ui.message import message


def build(folder: str | Path, tab: gr.Tab) -> None:
    """Lay out the tab from the study in `folder`, and connect it to `tab`, which it stands in."""
    study = read_study(folder)
    if study is None:
        gr.HTML(message("The study has not been made yet: run python -m fmnist_demo study."))
        return
    gr.Markdown(f"{sections(__file__)['study']}\n\n{findings.about(study)}")
    charts = [_section(name, points) for name, points in study["questions"].items()]
    show = cache(lambda: _figures(study))

    tab.select(show, None, charts, **AT_ONCE)


def _section(name: str, points: list[dict]) -> Chart:
    answers = "\n".join(f"- {answer}" for answer in findings.answers(name, points))
    with gr.Row(elem_classes="lesson"):
        with gr.Column(scale=2, min_width=300):
            title = findings.QUESTIONS[name].title
            gr.Markdown(f"## {title}\n{sections(__file__)[name]}\n{answers}")
        with gr.Column(scale=3, min_width=300):
            chart = Chart(elem_id=f"chart-{name}")
    with gr.Accordion("All numbers", open=False):
        gr.Markdown(findings.table(name, points), elem_classes="numbers")
    return chart


def _figures(study: dict) -> list[str]:
    """The charts as HTML, in the order of the questions."""
    figures = {n: findings.figure(n, points) for n, points in study["questions"].items()}
    return [chart_html(plot, f"study-{name}") for name, plot in figures.items()]
