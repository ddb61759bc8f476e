"""The second way in: upload, paste or take a picture of a garment."""

import gradio as gr

from fmnist_demo.checkpoints import Collection
from fmnist_demo.ui.answers import Panel
from fmnist_demo.ui.own import Own
from fmnist_demo.ui.picture import Picture, prepare_picture

ADVICE = (
    "One garment, whole, on a plain background that differs from it in colour works best. "
    "White garments were left out of Fashion-MNIST, so the networks have seen few of them."
)


def build(collection: Collection, own: Own) -> Panel:
    """Lay out the tab and connect it; `own` is the visitor's network."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=2, min_width=300):
            picture = Picture(
                label="Photo or drawing",
                sources=["upload", "clipboard", "webcam"],
                height=420,
                elem_id="picture",
            )
            gr.Markdown(ADVICE, elem_classes="advice")
        with gr.Column(scale=3, min_width=300):
            prompt = "Upload, paste or take a picture of one garment."
            panel = Panel(collection, prompt, own.ticket, own.shelf)
    panel.connect(picture.change, picture, prepare_picture)
    return panel
