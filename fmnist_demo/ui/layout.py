"""The whole page with its tabs, and the options with which it is served."""

from contextlib import nullcontext
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware

from fmnist_demo import palette
from fmnist_demo.images.reading import MAX_BYTES
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import api, draw_tab, findings_tab, photo_tab, regularisation_tab
from fmnist_demo.ui.guard import GuardedBlocks, Limits
from fmnist_demo.ui.lab_tab import LabTab
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.templates import render

# Gradio loads Matplotlib at the first answer, which takes half a second, to keep pyplot from
# opening windows. The figures here do not use pyplot.
gr.utils.MatplotlibBackendMananger = nullcontext

SAME_IN_DARK = {
    "block_title_background_fill": "none",
    "block_title_text_color": "*body_text_color_subdued",
    "block_label_background_fill": "*background_fill_primary",
    "block_label_text_color": "*body_text_color",
    # White text on these has a contrast of at least 4.5:1.
    "button_primary_background_fill": "*primary_700",
    "button_primary_background_fill_hover": "*primary_800",
    "checkbox_label_background_fill_selected": "*primary_700",
}
"""Properties of the theme that have the same value in light and dark."""

LAUNCH = {
    "theme": gr.themes.Soft(
        primary_hue="teal",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        **SAME_IN_DARK,
        **{f"{name}_dark": value for name, value in SAME_IN_DARK.items()},
        block_title_padding="0",
        block_title_text_weight="500",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        # Like the primary colours above, these give controls a contrast of at least 3:1.
        color_accent="*primary_700",
        slider_color="*primary_700",
        button_secondary_background_fill_hover_dark="*neutral_700",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        input_border_width="1px",
        input_border_color="*neutral_500",
        input_border_color_dark="*neutral_400",
    ),
    "css": palette.css(),
    "css_paths": [
        Path(__file__).parent / name
        for name in (
            *("page.css", "message/message.css", "answers/answers.css", "chart/chart.css"),
            *("inside/inside.css", "connections/connections.css", "change/change.css"),
            *("regularisation_tab/overview.css", "tailor/tailor.css", "lab_tab/lab.css"),
        )
    ],
    "footer_links": ["api"],
    "run_history": False,
    "max_file_size": MAX_BYTES,
    "app_kwargs": {"middleware": [Middleware(Limits)]},
    "state_session_capacity": 1000,  # at up to 0.5 MB a visitor, more with connections open
    "ssr_mode": False,
}
"""Arguments of `launch()`: system fonts, and nothing from another host."""


def build(collection: Collection) -> gr.Blocks:
    """The app for a folder of checkpoints; a broken one is named on the page."""
    with GuardedBlocks(
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
        with gr.Tabs() as tabs:
            with _tab("Draw", "draw"):
                pad, your_network = draw_tab.build(collection)
            with _tab("Photo", "photo"):
                photo_tab.build(collection, your_network)
            with _tab("L1 and L2", "regularisation") as regularisation:
                regularisation_tab.build(collection, pad, regularisation)
            with _tab("Train", "train"):
                lab = LabTab(your_network, tabs)
            with _tab("Findings", "findings") as findings:
                findings_tab.build(collection.folder, findings)

        def open_link(request: gr.Request):
            query = dict(request.query_params)
            opened = lab.open_link(query)
            if query.get("tab") in {tab.id for tab in tabs.children}:
                opened[tabs] = gr.Tabs(selected=query["tab"])
            return opened or gr.skip()

        app.load(open_link, None, [tabs, *lab.settings.values(), lab.status], **AT_ONCE)
        api.build(collection)
    return app


def _tab(label: str, name: str) -> gr.Tab:
    """A tab that a link opens by `name`, which also ties its button to its contents."""
    return gr.Tab(label, id=name, elem_id=name)
