"""The whole page with its tabs, and the options with which it is served."""

from contextlib import nullcontext
from pathlib import Path

import gradio as gr

from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import api, draw_tab, findings_tab, guard, photo_tab, regularisation_tab
from fmnist_demo.ui.lab_tab import LabTab
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.templates import render
from fmnist_demo.ui.your_network import YourNetwork

# Gradio loads Matplotlib at the first answer, which takes half a second, to keep pyplot from
# opening windows. The figures here do not use pyplot.
gr.utils.MatplotlibBackendMananger = nullcontext

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
        # From here on, contrast is at least 4.5:1 for white text on teal and 3:1 for controls.
        color_accent="*primary_700",
        slider_color="*primary_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        checkbox_label_background_fill_selected="*primary_700",
        checkbox_label_background_fill_selected_dark="*primary_700",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        input_border_width="1px",
        input_border_color="*neutral_500",
        input_border_color_dark="*neutral_400",
    ),
    "css_paths": [
        Path(__file__).parent / name
        for name in (
            *("page.css", "message/message.css", "answers/answers.css", "chart/chart.css"),
            *("pruning/pruning.css", "lab.css"),
        )
    ],
    "footer_links": ["api"],
    "run_history": False,
    "max_file_size": guard.MAX_UPLOAD,
    "app_kwargs": {"middleware": guard.MIDDLEWARE},
    "state_session_capacity": 1000,  # at up to 0.5 MB a visitor
    "ssr_mode": False,
}
"""Arguments of `launch()`: system fonts, and nothing from another host."""


def build(collection: Collection) -> gr.Blocks:
    """The app for a folder of checkpoints; a broken one is named on the page."""
    with guard.GuardedBlocks(
        title="Draw a garment",
        analytics_enabled=False,
        fill_width=False,
        delete_cache=(600, 3600),  # visitors' uploads and downloads, in seconds
    ) as app:
        gr.Markdown(
            "# Draw a garment\nThree neural networks with 3, 5 and 7 hidden layers say what it is.",
            elem_classes="title",
        )
        if collection.problems:
            gr.HTML(render("problems.html", problems=collection.problems))
        your_network = YourNetwork()
        with gr.Tabs() as tabs:
            with _tab("Draw", "draw"):
                pad, drawing = draw_tab.build(collection, your_network)
            with _tab("Photo", "photo"):
                photo = photo_tab.build(collection, your_network)
            with _tab("L1 and L2", "regularisation") as regularisation:
                regularisation_tab.build(collection, pad, regularisation)
            with _tab("Train", "train"):
                lab = LabTab(your_network)
            with _tab("Findings", "findings") as findings:
                findings_tab.build(collection.folder, findings)
        your_network.connect([drawing, photo])
        lab.connect(tabs)

        def open_link(request: gr.Request):
            query = dict(request.query_params)
            opened = lab.open_link(query)
            if query.get("tab") in {tab.id for tab in tabs.children}:
                opened[tabs] = gr.Tabs(selected=query["tab"])
            return opened or gr.skip()

        app.load(
            open_link,
            None,
            [tabs, *lab.settings.values(), lab.status],
            **AT_ONCE,
        )
        api.build(collection)
    return app


def _tab(label: str, name: str) -> gr.Tab:
    """A tab that a link opens by `name`, which also ties its button to its contents."""
    return gr.Tab(label, id=name, elem_id=name)
