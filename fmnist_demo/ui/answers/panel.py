"""The controls that choose networks, and the answers of these networks. Two tabs have a panel."""

from collections.abc import Callable

import gradio as gr
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui.answers import cards_html, hidden_layers, stages_html, verdict_html
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
        regularisers = [r for r in REGULARISERS if any(c.regulariser == r for c in collection)]
        depths = sorted({c.layers for c in collection})
        with gr.Row():
            regulariser = gr.Radio(
                [(REGULARISERS[r].label, r) for r in regularisers],
                value=regularisers[0] if regularisers else None,
                label="Regularisation",
                min_width=220,
            )
            depth = gr.CheckboxGroup(
                [(str(n), n) for n in depths],
                value=depths,
                label="Networks by hidden layers",
                min_width=220,
            )
        answers = gr.HTML(message(prompt), elem_classes="answers")
        show_saliency = gr.Checkbox(label="Show which pixels mattered", container=False)
        stages = gr.HTML("", elem_classes="seen")

        inputs = [picture, regulariser, depth, show_saliency]

        def listen(*payloads):
            try:
                return self.answer(*preprocessed(inputs, payloads[:-1]), payloads[-1])
            except UserError as error:
                return message(str(error), "alert"), ""

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
        regulariser: str,
        depths: list[int],
        show_saliency: bool,
        network_key: int | None = None,
    ) -> tuple[str, str]:
        """The answers and the stages, as HTML.

        `network_key`: of the visitor's network, or None. Raises `UserError` if the picture cannot
        be prepared or a network does not exist.
        """
        if picture is None:
            return message(self.prompt), ""
        prepared = self.prepare(picture)
        selected = [self.collection.get(n, regulariser) for n in sorted(set(depths))]
        predictions = predict(selected, prepared.pixels, prepared.problem)
        cards = {hidden_layers(p.checkpoint.layers): p for p in predictions}
        note = ""
        if network := self.store.get(network_key):
            heading = f"Yours, {hidden_layers(network.layers)}"
            (cards[heading],) = predict([network], prepared.pixels, prepared.problem)
        elif network_key is not None:
            note = message(GONE, "alert")
        elif not cards:
            return message("Select at least one network."), stages_html(prepared)
        answers = cards_html(cards, prepared.pixels if show_saliency else None, note)
        return verdict_html(predictions) + answers, stages_html(prepared)
