"""The controls that choose networks, and the answers of these networks. Two tabs have a panel."""

from collections.abc import Callable

import gradio as gr
from markupsafe import Markup
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import Prediction, predict
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui.answers import answers_html, card, hidden_layers, saliency_html, stages_html
from fmnist_demo.ui.guard import preprocessed
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.message import message
from fmnist_demo.ui.network_store import GONE, NetworkStore


class Panel:
    """The controls and the answers.

    `prompt`: the hint that is shown while there is no picture. `network_key`: a state with the key
    of the visitor's network in `store`, or None.
    """

    def __init__(
        self, collection: Collection, prompt: str, network_key: gr.State, store: NetworkStore
    ):
        self.collection = collection
        self.prompt = prompt
        self.network_key = network_key
        self.store = store
        regularisers = [r for r in REGULARISERS if any(c.regulariser == r for c in collection)]
        depths = sorted({c.layers for c in collection})
        with gr.Row():
            self.regulariser = gr.Radio(
                [(REGULARISERS[r].label, r) for r in regularisers],
                value=regularisers[0] if regularisers else None,
                label="Regularisation",
                min_width=220,
            )
            self.depths = gr.CheckboxGroup(
                [(str(n), n) for n in depths],
                value=depths,
                label="Networks by hidden layers",
                min_width=220,
            )
        self.answers = gr.HTML(message(prompt), elem_classes="answers")
        self.show_saliency = gr.Checkbox(
            label="Show which pixels mattered", value=False, container=False
        )
        self.stages = gr.HTML("", elem_classes="seen")

    def connect(self, event: Callable, picture: gr.components.Component, prepare: Callable) -> None:
        """Answer at each `event` of the component `picture`, and when a control changes.

        One listener runs all networks, outside the queue. If several pictures wait while one is
        answered, only the last is sent. `prepare`: from the picture to a `Prepared`.
        """
        controls = [self.regulariser, self.depths, self.show_saliency]

        def listen(*inputs):
            *payloads, network_key = inputs
            values = preprocessed([picture, *controls], payloads)
            return self.answer(prepare, *values, network_key)

        self.listener = {
            "fn": listen,
            "inputs": [picture, *controls, self.network_key],
            "outputs": [self.answers, self.stages],
            "trigger_mode": "always_last",
            # Gradio would start a thread for each input and output: a millisecond out of twenty.
            "preprocess": False,
            "postprocess": False,
            **AT_ONCE,
        }
        gr.on([event, *(control.change for control in controls)], **self.listener)

    def answer_after(self, event: gr.events.Dependency) -> None:
        """Answer again once `event` is over."""
        event.then(**self.listener)

    def answer(
        self,
        prepare: Callable[..., Prepared],
        picture: Image.Image | UserError | None,
        regulariser: str,
        depths: list[int],
        show_saliency: bool,
        network_key: int | None = None,
    ) -> tuple[Markup, Markup]:
        """The answers and the stages, as HTML. A `UserError` is shown in place of the answers."""
        if picture is None:
            return message(self.prompt), Markup()
        try:
            prepared = prepare(picture)
            selected = [self.collection.get(n, regulariser) for n in sorted(set(depths))]
        except UserError as error:
            return message(str(error), "alert"), Markup()

        def saliency_picture(prediction: Prediction) -> Markup:
            return saliency_html(prediction, prepared.pixels) if show_saliency else Markup()

        predictions, extra_card = predict(selected, prepared.pixels), Markup()
        if network := self.store.get(network_key):
            (prediction,) = predict([network], prepared.pixels)
            heading = f"Yours, {hidden_layers(network.layers)}"
            extra_card = card(prediction, heading, saliency_picture(prediction))
        elif network_key is not None:
            extra_card = message(GONE, "alert")
        pictures = [saliency_picture(prediction) for prediction in predictions]
        return answers_html(predictions, pictures, extra_card), stages_html(prepared)
