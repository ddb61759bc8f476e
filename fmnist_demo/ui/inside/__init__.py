"""The networks at work on the visitor's picture: every layer as a grid of its units.

The HTML, CSS and JavaScript lie beside this file.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.ui.inside.explanation import Opened, explanation_html, output_names, shares
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.your_network import TIME_TO_LIVE

PEAK, HOLLOW = 254, 255
"""The byte of the brightest unit of a layer, and that of a unit without a path to an output."""


class Inside:
    """The view, and what is open in it.

    `choose` returns the networks to look into, by heading, from the values of the components
    `choices`. The listener of the panel gives `view` its value, so the view costs no request of its
    own while the pen moves, and stores the picture in `pixels`. `opened`: an `Opened` or None.
    """

    def __init__(self, choose: Callable[..., dict[str, Checkpoint]], choices: list):
        here = Path(__file__).parent
        self.view = gr.HTML(
            "",
            html_template=(here / "inside.html").read_text(encoding="utf-8"),
            js_on_load="\n".join(
                (here / name).read_text(encoding="utf-8") for name in ("grid.js", "inside.js")
            ),
            elem_classes="inside",
        )
        self.pixels = gr.State(None, time_to_live=TIME_TO_LIVE)
        self.opened = gr.State(None, time_to_live=TIME_TO_LIVE)

        def open_part(event: gr.EventData, pixels, *values):
            try:
                opened = Opened.parse(event._data)
                return frame(choose(*values), pixels, opened), opened
            except UserError as error:
                raise gr.Error(str(error), print_exception=False) from error

        self.view.input(
            open_part,
            [self.pixels, *choices],
            [self.view, self.opened],
            trigger_mode="always_last",
            **AT_ONCE,
        )


def frame(
    networks: dict[str, Checkpoint], pixels: np.ndarray | None, opened: Opened | None = None
) -> str:
    """What the page draws, as JSON: the picture, each network's units and the part that is open.

    A unit is a byte: its activation in units of the layer's largest, from 0 to `PEAK`, or `HOLLOW`.
    """
    return json.dumps(
        {
            "pixels": None if pixels is None else _text(pixels),
            "networks": [
                {"heading": heading, **_layers(network, pixels)}
                for heading, network in networks.items()
            ],
            "explanation": explanation_html(networks, pixels, opened),
        }
    )


def _layers(network: Checkpoint, pixels: np.ndarray | None) -> dict:
    paths = network.active_units.units
    if pixels is None:
        *hidden, logits = [*(np.zeros(len(path)) for path in paths), None]
    else:
        # A visitor's network may compute infinity, which JSON cannot hold.
        *hidden, logits = map(np.nan_to_num, network.single_image.outputs(pixels))
    layers = []
    for activations, path in zip(hidden, paths, strict=True):
        largest = float(activations.max(initial=0, where=path))
        levels = np.ceil(activations * (PEAK / (largest or 1)))  # not even the faintest looks off
        units = np.where(path, levels.clip(0, PEAK), HOLLOW).astype(np.uint8)
        layers.append({"units": _text(units), "largest": round(largest, 3)})
    return {
        "layers": layers,
        "outputs": output_names(network),
        "shares": None if logits is None else shares(network, logits).round(4).tolist(),
    }


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
