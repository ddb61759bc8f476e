"""The connections behind an answer: the sub-network that still gives it, drawn as a graph.

The HTML, CSS and JavaScript lie beside this file.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr
import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.connections import CONNECTION, Connections
from fmnist_demo.networks.inference import given_a_class
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.ui.asking import asked, asking_view
from fmnist_demo.ui.inside.explanation import output_names, shares
from fmnist_demo.ui.listeners import AT_ONCE

DRAWN = 2500
"""The most connections that are drawn for one network."""

LABEL, CONFIDENCE, ALL = "label", "confidence", "all"
"""What a sub-network keeps: the answer, `KEPT_CONFIDENCE` of its confidence, or everything."""

KEPT_CONFIDENCE = 0.9

TIME_TO_LIVE = 600
"""Seconds for which a visitor's ranked connections are kept: up to 2 MB a network."""


@dataclass
class Ranked:
    """One network's connections for a picture, and its sub-networks' sizes by what they keep."""

    network: Checkpoint
    connections: Connections
    sizes: dict[str, int] = field(init=False)

    def __post_init__(self):
        found = self.connections

        def same_label(logits: np.ndarray) -> bool:
            return int(logits[: len(CLASS_NAMES)].argmax()) == found.label

        def as_confident(logits: np.ndarray) -> bool:
            return same_label(logits) and self.confidences(logits)[found.label] >= least

        least = KEPT_CONFIDENCE * self.confidences(found.logits(found.total))[found.label]
        self.sizes = {
            LABEL: found.fewest(same_label),
            CONFIDENCE: found.fewest(as_confident),
            ALL: found.total,
        }

    def confidences(self, logits: np.ndarray) -> np.ndarray:
        """The calibrated probability of each class, given that it is one of the classes: (10,)."""
        return given_a_class(shares(self.network, logits)[: len(CLASS_NAMES)])


class ConnectionsView:
    """The view. It looks for the connections when the visitor's picture has stood still.

    `choose` returns the networks by heading, from the values of the components `choices`; `pixels`
    is the state that holds the picture. The listener of the panel gives `view` the value `asked`.
    """

    def __init__(
        self, choose: Callable[..., dict[str, Checkpoint]], choices: list, pixels: gr.State
    ):
        self.view = asking_view(
            Path(__file__).parent, ["graph.js", "connections.js"], "connections"
        )
        ranked = gr.State(None, time_to_live=TIME_TO_LIVE)

        def look(event: gr.EventData, pixels, ranked, *values):
            try:
                size = parse_size(event._data)
                networks = choose(*values)
            except UserError as error:
                raise gr.Error(str(error), print_exception=False) from error
            asked_for = asked(networks, pixels)
            if ranked is None or ranked[0] != asked_for:
                ranked = asked_for, rank(networks, pixels)
            return frame(ranked[1], pixels, size, asked_for), ranked

        self.view.input(
            look,
            [pixels, ranked, *choices],
            [self.view, ranked],
            trigger_mode="always_last",
            **AT_ONCE,
        )


def parse_size(data) -> str | int:
    """What the page sends: what to keep, or the number of connections.

    Raises `UserError` for anything else.
    """
    match data:
        case {"keep": ("label" | "confidence" | "all") as kept}:
            return kept
        case {"count": int(count)} if count >= 0:
            return count
    raise UserError("This is no number of connections: move the slider.")


def rank(networks: dict[str, Checkpoint], pixels: np.ndarray | None) -> dict[str, Ranked]:
    """The ranked connections of each network, by heading; nothing without a picture."""
    if pixels is None:
        return {}
    with np.errstate(all="ignore"):  # a visitor's network may compute infinity
        return {h: Ranked(n, Connections(n.model, pixels)) for h, n in networks.items()}


def frame(
    ranked: dict[str, Ranked], pixels: np.ndarray | None, size: str | int, asked_for: str
) -> str:
    """What the page draws, as JSON: the picture, and each network's sub-network of that size.

    `lines`: an array of `CONNECTION`, as base64. `sizes`: of the sub-networks that keep something.
    """
    with np.errstate(all="ignore"):
        networks = [_sub_network(heading, each, size) for heading, each in ranked.items()]
    return json.dumps(
        {
            "asked": asked_for,
            "size": size,
            "pixels": None if pixels is None else _text(pixels),
            "networks": networks,
        }
    )


def _sub_network(heading: str, ranked: Ranked, size: str | int) -> dict:
    found = ranked.connections
    count = min(size, found.total) if isinstance(size, int) else ranked.sizes[size]
    confidences = ranked.confidences(found.logits(count))
    lines = found.strongest(count, DRAWN)
    lines["effect"] = np.nan_to_num(lines["effect"])
    label = int(confidences.argmax())
    whole = ranked.confidences(found.logits(found.total))
    return {
        "heading": heading,
        "layers": ranked.network.layers,
        "outputs": output_names(ranked.network),
        "count": count,
        "total": found.total,
        "sizes": ranked.sizes,
        "label": label,
        "confidence": round(float(confidences[label]), 4),
        "answer": found.label,
        "whole": round(float(whole[found.label]), 4),
        "lines": _text(lines.astype(CONNECTION)),
    }


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
