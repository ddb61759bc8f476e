"""The whole page: a tab a subject, and how it is served."""

from html import escape
from pathlib import Path

import gradio as gr

from fmnist_demo.checkpoints import Collection
from fmnist_demo.ui import api, draw_tab, photo_tab, regularisation_tab

LAUNCH = {
    "theme": gr.themes.Soft(
        primary_hue="teal",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        block_title_background_fill="none",
        block_title_background_fill_dark="none",
        block_title_padding="0",
        block_title_text_color="*body_text_color_subdued",
        block_title_text_color_dark="*body_text_color_subdued",
        block_title_text_weight="500",
        block_label_background_fill="*background_fill_primary",
        block_label_background_fill_dark="*background_fill_primary",
        block_label_text_color="*body_text_color",
        block_label_text_color_dark="*body_text_color",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
    ),
    "css_paths": Path(__file__).parent / "style.css",
    "footer_links": ["api"],
    "run_history": False,
    "max_file_size": "20mb",
    "ssr_mode": False,
}
"""Arguments of `launch()`: fonts of the visitor's own machine, nothing from another host."""


def build(collection: Collection) -> gr.Blocks:
    """The app for a folder of checkpoints; a broken one is named on the page."""
    with gr.Blocks(title="Draw a garment", analytics_enabled=False, fill_width=False) as app:
        gr.Markdown(
            "# Draw a garment\nThree neural networks of 3, 5 and 7 hidden layers name it.",
            elem_classes="title",
        )
        if collection.problems:
            items = "".join(f"<li>{escape(problem)}</li>" for problem in collection.problems)
            gr.HTML(
                f'<div class="problems" role="alert"><p>Some networks are out:</p><ul>{items}</ul>'
                "</div>"
            )
        with gr.Tab("Draw", id="draw"):
            pad = draw_tab.build(collection)
        with gr.Tab("Photo", id="photo"):
            photo_tab.build(collection)
        with gr.Tab("L1 and L2", id="regularisation") as tab:
            connect = regularisation_tab.build(collection, pad)
        connect(tab)
        api.build(collection)
    return app
