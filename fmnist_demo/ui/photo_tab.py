"""The second tab: upload, paste or take a picture of a garment."""

import gradio as gr

from fmnist_demo.images.preprocessing import prepare
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.picture import Picture
from fmnist_demo.ui.your_network import YourNetwork

ADVICE = (
    "Show one whole garment on a plain background of a different colour. "
    "White garments were left out of Fashion-MNIST, so the networks have seen few of them."
)


def build(collection: Collection, your_network: YourNetwork) -> None:
    """Lay out the tab and connect it."""
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
            Panel(collection, your_network, prompt, picture, picture.change, prepare)
