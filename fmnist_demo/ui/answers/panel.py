"""The controls that choose networks, and the answers of these networks. Two tabs have a panel."""

from collections.abc import Callable, Sequence

import gradio as gr
import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.inference import Prediction, predict
from fmnist_demo.results import read_reports
from fmnist_demo.ui.answers import (
    Card,
    cards_html,
    facts,
    grid_html,
    hidden_layers,
    stages_html,
    verdict_html,
)
from fmnist_demo.ui.answers.compare import ALL, Compare
from fmnist_demo.ui.asking import asked
from fmnist_demo.ui.change import ChangeView
from fmnist_demo.ui.connections import ConnectionsView
from fmnist_demo.ui.guard import preprocessed
from fmnist_demo.ui.inside import Inside, frame
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.message import message
from fmnist_demo.ui.network_store import GONE
from fmnist_demo.ui.your_network import YourNetwork

YOURS = "Yours"
"""The heading of the visitor's network begins with it."""


class Panel:
    """The controls and the answers.

    It answers at each `event` of the component `picture`, and when a control or the visitor's
    network changes. `prepare`: from the value of `picture` to a `Prepared`. `prompt`: the hint that
    is shown while there is no picture.
    """

    def __init__(
        self,
        collection: Collection,
        your_network: YourNetwork,
        prompt: str,
        picture: gr.components.Component,
        event: Callable,
        prepare: Callable[[Image.Image], Prepared],
    ):
        self.collection = collection
        self.store = your_network.store
        self.prompt = prompt
        self.prepare = prepare
        reports = read_reports(collection.folder)
        self.facts = {c.name: facts(c, reports.get(c.name)) for c in collection}
        self.compare = Compare(collection)
        varied, *_ = self.compare.initial
        answers = gr.HTML(self.blank(self._initial(), varied), elem_classes="answers")
        with gr.Row(elem_classes="views"):
            show_saliency = gr.Checkbox(label="Show which pixels mattered", container=False)
            look_inside = gr.Checkbox(label="Look inside the networks", container=False)
            show_connections = gr.Checkbox(
                label="Find the connections behind the answer", container=False
            )
            change_mind = gr.Checkbox(label="Change its mind", container=False)
        choices = [*self.compare.inputs, your_network.key]
        self.inside = Inside(self.networks, choices)
        connections = ConnectionsView(self.networks, choices, self.inside.pixels)
        change = ChangeView(self.networks, choices, self.inside.pixels)
        stages = gr.HTML("", elem_classes="seen")

        controls = [show_saliency, look_inside, show_connections, change_mind]
        inputs = [picture, *self.compare.inputs, *controls]

        def listen(*payloads):
            key, opened = payloads[-2:]
            prepared, networks, varied, looking, asking = None, {}, None, False, (False, False)
            try:
                picture, *values = preprocessed(inputs, payloads[:-2])
                *compared, show_saliency, looking = values[:-2]
                asking = values[-2:]
                varied = compared[0]
                networks = self.networks(*compared, key)
                prepared = None if picture is None else self.prepare(picture)
                answer = self.answer(prepared, networks, varied, show_saliency, key)
            except UserError as error:
                answer = message(str(error), "alert") + self._blank_cards(networks, varied), ""
            pixels = None if prepared is None else prepared.pixels
            return (
                *answer,
                frame(networks, pixels, opened) if looking else "",
                *(asked(networks, pixels) if each else "" for each in asking),
                pixels,
            )

        # One listener runs all networks, outside the queue. If several pictures wait while one is
        # answered, only the last is sent.
        gr.on(
            [event, *(each.change for each in (*inputs[1:], your_network.key))],
            listen,
            [*inputs, your_network.key, self.inside.opened],
            [answers, stages, self.inside.view, connections.view, change.view, self.inside.pixels],
            trigger_mode="always_last",
            # Gradio would start a thread for each input and output: a millisecond out of twenty.
            preprocess=False,
            postprocess=False,
            **AT_ONCE,
        )

    def networks(
        self,
        varied: str,
        regulariser: str | None,
        layers: int | None,
        network_key: int | None = None,
    ) -> dict[str, Checkpoint]:
        """The networks to compare by their headings, the visitor's own last.

        `varied`, `regulariser`, `layers`: the values of the control *Compare*. `network_key`: of
        the visitor's network, or None. Raises `UserError` if there is no such network.
        """
        yours = self.store.get(network_key)
        if yours and not self.collection:
            networks = {}
        else:
            networks = self.compare.choose(varied, regulariser, layers)
        if yours:
            networks[f"{YOURS}, {hidden_layers(yours.layers)}"] = yours
        return networks

    def answer(
        self,
        prepared: Prepared | None,
        networks: dict[str, Checkpoint],
        varied: str,
        show_saliency: bool,
        network_key: int | None = None,
    ) -> tuple[str, str]:
        """The answers of `networks` and the stages, as HTML; the prompt if there is no picture.

        `varied`: what the control *Compare* varies. `network_key`: of the visitor's network, which
        is named if the server no longer has it.
        """
        if prepared is None:
            return self.blank(networks, varied), ""
        predictions = predict(networks.values(), prepared.pixels, prepared.problem)
        gone = network_key is not None and self.store.get(network_key) is None
        note = message(GONE, "alert") if gone else ""
        pixels = prepared.pixels if show_saliency else None
        cards = self._cards(networks, predictions)
        shipped = [p for p in predictions if self._is_shipped(p.checkpoint)]
        answers = verdict_html(shipped) + _side_by_side(cards, varied, pixels, note)
        return answers, stages_html(prepared)

    def blank(self, networks: dict[str, Checkpoint], varied: str) -> str:
        """The prompt above cards without an answer, so that the first one moves nothing."""
        return message(self.prompt) + self._blank_cards(networks, varied)

    def _initial(self) -> dict[str, Checkpoint]:
        """The networks that the page compares at first; none if there are none."""
        try:
            return self.networks(*self.compare.initial)
        except UserError:
            return {}

    def _blank_cards(self, networks: dict[str, Checkpoint], varied: str) -> str:
        return _side_by_side(self._cards(networks, [None] * len(networks)), varied)

    def _cards(
        self, networks: dict[str, Checkpoint], predictions: Sequence[Prediction | None]
    ) -> list[Card]:
        return [
            Card(heading, self._facts(network), network, prediction)
            for (heading, network), prediction in zip(networks.items(), predictions, strict=True)
        ]

    def _facts(self, network: Checkpoint) -> str:
        return self.facts[network.name] if self._is_shipped(network) else facts(network, None)

    def _is_shipped(self, network: Checkpoint) -> bool:
        return any(network is shipped for shipped in self.collection)


def _side_by_side(
    cards: list[Card], varied: str, pixels: np.ndarray | None = None, note: str = ""
) -> str:
    """All nine networks in a grid, with the visitor's below; else a row of cards."""
    if varied != ALL:
        return cards_html(cards, pixels, note)
    yours = [card for card in cards if card.heading.startswith(YOURS)]
    if yours:
        note = cards_html(yours, pixels, note)
    return grid_html([card for card in cards if card not in yours], pixels, note)
