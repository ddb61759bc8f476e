"""The second tab: upload, paste or take a picture of a garment."""

from functools import partial

import gradio as gr
from PIL import Image

from fmnist_demo.images.orientation import turned
from fmnist_demo.images.preprocessing import prepare
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.picture import Picture
from fmnist_demo.ui.your_network import YourNetwork

ADVICE = (
    "Show one whole garment on a plain background of a different colour. "
    "White garments were left out of Fashion-MNIST, so the networks have seen few of them."
)

TURNS = {"↶ Turn left": -1, "Turn right ↷": 1}
"""The buttons, and the quarter turns clockwise that each makes."""


def build(collection: Collection, your_network: YourNetwork) -> None:
    """Lay out the tab and connect it."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=2, min_width=300):
            picture = Picture(
                label="Photo or drawing",
                sources=["upload", "clipboard", "webcam"],
                height=420,
                format="png",  # each turn would lose some quality as WebP
                elem_id="picture",
            )
            with gr.Row():
                for label, quarter_turns in TURNS.items():
                    turn = partial(_turned, quarter_turns=quarter_turns)
                    gr.Button(label, size="sm").click(turn, picture, picture, **AT_ONCE)
            gr.Markdown(ADVICE, elem_classes="advice")
        with gr.Column(scale=3, min_width=300):
            prompt = "Upload, paste or take a picture of one garment."
            Panel(collection, your_network, prompt, picture, picture.change, prepare)


def _turned(picture: Image.Image | None, quarter_turns: int):
    """The picture turned clockwise, or nothing new where there is none."""
    return gr.skip() if picture is None else turned(picture, quarter_turns)
