"""The controls that choose networks, and the answers of these networks. Two tabs have a panel."""

from collections.abc import Callable

import gradio as gr
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
from fmnist_demo.ui.guard import preprocessed
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.message import message
from fmnist_demo.ui.network_store import GONE
from fmnist_demo.ui.your_network import YourNetwork


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
        answers = gr.HTML(self.blank(*self.compare.initial), elem_classes="answers")
        show_saliency = gr.Checkbox(label="Show which pixels mattered", container=False)
        stages = gr.HTML("", elem_classes="seen")

        inputs = [picture, *self.compare.inputs, show_saliency]

        def listen(*payloads):
            try:
                return self.answer(*preprocessed(inputs, payloads[:-1]), payloads[-1])
            except UserError as error:
                return message(str(error), "alert") + self.blank_cards(*payloads[1:4]), ""

        # One listener runs all networks, outside the queue. If several pictures wait while one is
        # answered, only the last is sent.
        gr.on(
            [event, *(each.change for each in (*inputs[1:], your_network.key))],
            listen,
            [*inputs, your_network.key],
            [answers, stages],
            trigger_mode="always_last",
            # Gradio would start a thread for each input and output: a millisecond out of twenty.
            preprocess=False,
            postprocess=False,
            **AT_ONCE,
        )

    def answer(
        self,
        picture: Image.Image | None,
        varied: str,
        regulariser: str | None,
        layers: int | None,
        show_saliency: bool,
        network_key: int | None = None,
    ) -> tuple[str, str]:
        """The answers and the stages, as HTML.

        `varied`, `regulariser`, `layers`: the values of the control *Compare*. `network_key`: of
        the visitor's network, or None. Raises `UserError` if the picture cannot be prepared or a
        network does not exist.
        """
        if picture is None:
            return self.blank(varied, regulariser, layers), ""
        prepared = self.prepare(picture)
        chosen = self.compare.choose(varied, regulariser, layers)
        predictions = predict(list(chosen.values()), prepared.pixels, prepared.problem)
        cards = self._cards(chosen, predictions)
        pixels = prepared.pixels if show_saliency else None
        note = ""
        if network := self.store.get(network_key):
            heading = f"Yours, {hidden_layers(network.layers)}"
            (own,) = predict([network], prepared.pixels, prepared.problem)
            yours = Card(heading, facts(network, None), network, own)
            if varied == ALL:
                note = cards_html([yours], pixels)
            else:
                cards.append(yours)
        elif network_key is not None:
            note = message(GONE, "alert")
        show = grid_html if varied == ALL else cards_html
        answers = show(cards, pixels, note)
        return verdict_html(predictions) + answers, stages_html(prepared)

    def blank(self, *compare) -> str:
        """The prompt above cards without an answer, so that the first one moves nothing."""
        return message(self.prompt) + self.blank_cards(*compare)

    def blank_cards(self, *compare) -> str:
        """Cards without an answer, or nothing if there are no such networks."""
        try:
            chosen = self.compare.choose(*compare)
        except UserError:
            return ""
        show = grid_html if compare[0] == ALL else cards_html
        return show(self._cards(chosen))

    def _cards(
        self, chosen: dict[str, Checkpoint], predictions: list[Prediction] | None = None
    ) -> list[Card]:
        answers = predictions or [None] * len(chosen)
        return [
            Card(heading, self.facts[checkpoint.name], checkpoint, prediction)
            for (heading, checkpoint), prediction in zip(chosen.items(), answers, strict=True)
        ]
