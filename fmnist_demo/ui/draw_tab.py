"""The first tab: draw a garment, and the networks classify it at every stroke."""

from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.drawpad import DrawPad, encode
from fmnist_demo.ui.your_network import YourNetwork

EXAMPLE_SEEDS = (14, 7, 2, 9, 27, 8, 31, 4, 3, 3)
"""One seed per class, chosen by eye so that each drawing clearly shows its class."""

EXAMPLES = Path(__file__).with_name("examples")
"""The drawings as files, because drawing them needs OpenCV, which would slow down the start."""


def example(label: int) -> np.ndarray:
    """The procedural drawing that stands for a class, as `drawings.draw` makes it."""
    return draw(label, np.random.default_rng((EXAMPLE_SEEDS[label], label)))


def save_examples(folder: Path = EXAMPLES) -> None:
    """Draw all examples again and save them."""
    for label in range(len(CLASS_NAMES)):
        Image.fromarray(example(label)).save(folder / f"{label}.png", optimize=True)


def examples() -> list[dict]:
    """One procedural drawing per class, for the canvas: its label and its picture as a data URL."""
    return [
        {"label": name, "src": encode(np.asarray(Image.open(EXAMPLES / f"{label}.png")))}
        for label, name in enumerate(CLASS_NAMES)
    ]


def build(collection: Collection, your_network: YourNetwork) -> tuple[DrawPad, Panel]:
    """Lay out the tab and connect it."""
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=2, min_width=300):
            pad = DrawPad(examples=examples(), elem_id="drawpad")
            your_network.build()
        with gr.Column(scale=3, min_width=300):
            prompt = "Draw a T-shirt, a shoe or a bag. The answer changes as you draw."
            panel = Panel(collection, prompt, your_network.key, your_network.store)
    panel.connect(pad.input, pad, from_drawing)
    return pad, panel
