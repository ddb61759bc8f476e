"""Change its mind: the fewest pixels that were found to change each network's answer.

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
from fmnist_demo.networks.counterfactual import fewest_pixels
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.ui.asking import asked, asking_view
from fmnist_demo.ui.listeners import AT_ONCE


class ChangeView:
    """The view. It looks for the pixels when the visitor's picture has stood still.

    `choose` returns the networks by heading, from the values of the components `choices`; `pixels`
    is the state that holds the picture. The listener of the panel gives `view` the value `asked`.
    """

    def __init__(
        self, choose: Callable[..., dict[str, Checkpoint]], choices: list, pixels: gr.State
    ):
        self.view = asking_view(Path(__file__).parent, ["change.js"], "change")

        def look(pixels, *values):
            try:
                networks = choose(*values)
            except UserError as error:
                raise gr.Error(str(error), print_exception=False) from error
            return frame(networks, pixels)

        self.view.input(look, [pixels, *choices], self.view, trigger_mode="always_last", **AT_ONCE)


def frame(networks: dict[str, Checkpoint], pixels: np.ndarray | None) -> str:
    """What the page draws, as JSON: the picture, and the pixels to switch for each network.

    `labels`: the network's answers before the first pixel and after each; empty if no change was
    found.
    """
    found = []
    if pixels is not None:
        for heading, network in networks.items():
            change = fewest_pixels(network.model, pixels)
            found.append(
                {
                    "heading": heading,
                    "pixels": change.pixels if change else [],
                    "labels": [CLASS_NAMES[label] for label in change.labels] if change else [],
                }
            )
    picture = None if pixels is None else base64.b64encode(pixels.tobytes()).decode()
    return json.dumps({"asked": asked(networks, pixels), "pixels": picture, "networks": found})
