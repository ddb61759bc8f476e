"""The first tab: draw a garment, and the networks classify it at every stroke."""

import gradio as gr

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui import examples
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.drawpad import DrawPad
from fmnist_demo.ui.your_network import YourNetwork


def build(collection: Collection) -> tuple[DrawPad, YourNetwork]:
    """Lay out the tab and connect it."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=2, min_width=300):
            pad = DrawPad(examples.load(), elem_id="drawpad")
            your_network = YourNetwork()
        with gr.Column(scale=3, min_width=300):
            prompt = "Draw a T-shirt, a shoe or a bag. The answer changes as you draw."
            Panel(collection, your_network, prompt, pad, pad.input, from_drawing)
    return pad, your_network
