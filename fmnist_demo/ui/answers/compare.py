"""The control *Compare*: which networks answer side by side."""

import gradio as gr

from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui.answers import hidden_layers, penalty
from fmnist_demo.ui.listeners import AT_ONCE

DEPTH, PENALTY, ALL = "depth", "penalty", "all"
"""What a comparison varies."""

CHOICES = {"Depths": DEPTH, "Penalties": PENALTY, "All": ALL}


class Compare:
    """The controls, for the networks of `collection`.

    `inputs`: the components whose values `choose` takes: what varies, and what is fixed.
    `initial`: their values at first.
    """

    def __init__(self, collection: Collection):
        self.collection = collection
        regularisers = [r for r in REGULARISERS if any(c.regulariser == r for c in collection)]
        depths = sorted({c.layers for c in collection})
        with gr.Row(elem_classes="compare"):
            varied = gr.Radio(
                list(CHOICES.items()), value=DEPTH, label="Compare", scale=3, min_width=280
            )
            regulariser = gr.Radio(
                [(REGULARISERS[r].label, r) for r in regularisers],
                value=regularisers[0] if regularisers else None,
                label="Penalty",
                scale=2,
                min_width=180,
            )
            layers = gr.Radio(
                [(str(n), n) for n in depths],
                value=depths[0] if depths else None,
                label="Hidden layers",
                scale=2,
                min_width=180,
                visible=False,
            )
        self.inputs = [varied, regulariser, layers]
        self.initial = [control.value for control in self.inputs]
        varied.change(_shown, varied, [regulariser, layers], **AT_ONCE)

    def choose(
        self, varied: str | None, regulariser: str | None, layers: int | None
    ) -> dict[str, Checkpoint]:
        """The networks to compare, by heading. Raises `UserError` if there are none."""
        if varied == ALL:
            chosen = self.collection.choose()
            return {f"{_depth(c)}, {penalty(c.regulariser)}": c for c in chosen}
        if varied == PENALTY:
            chosen = self.collection.choose(layers=layers)
            return {penalty(c.regulariser): c for c in chosen}
        chosen = self.collection.choose(regulariser=regulariser)
        return {_depth(c): c for c in chosen}


def _depth(checkpoint: Checkpoint) -> str:
    return hidden_layers(checkpoint.layers)


def _shown(varied: str) -> tuple:
    """Show the control of what is fixed."""
    return gr.Radio(visible=varied == DEPTH), gr.Radio(visible=varied == PENALTY)
