"""The networks' answers to one picture, and what they saw, as HTML. Both tabs show them.

Nothing that a visitor sent is written into the HTML but pictures, as data URLs, and the name of a
network of their own, escaped.
"""

from collections import defaultdict
from collections.abc import Callable
from html import escape

import gradio as gr
import numpy as np

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import Prepared, Stage
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import Prediction, predict, saliency
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.guard import preprocessed
from fmnist_demo.ui.listeners import AT_ONCE
from fmnist_demo.ui.network_store import GONE, NetworkStore

BARS = 5
"""How many of the ten classes each network's ranking shows."""


class Panel:
    """The controls and the answers: which regularisation, which depths, what they say.

    `your_network`: a state that holds the key of the visitor's network in `store`, or None.
    """

    def __init__(
        self, collection: Collection, prompt: str, your_network: gr.State, store: NetworkStore
    ):
        self.collection = collection
        self.prompt = prompt
        self.your_network = your_network
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
        self.answers = gr.HTML(self._prompt(), elem_classes="answers")
        self.why = gr.Checkbox(label="Show what counted", value=False, container=False)
        self.seen = gr.HTML("", elem_classes="seen")

    def connect(self, drawn: Callable, picture: gr.components.Component, prepare: Callable) -> None:
        """Answer whenever the event `drawn` of the component `picture` or a control says so.

        One listener feeds all networks, outside the queue; of the pictures that wait while one is
        answered, only the last is sent.
        """
        controls = [self.regulariser, self.depths, self.why]

        def answer(*sent):
            *payloads, your_network = sent
            return self.answer(prepare, *preprocessed([picture, *controls], payloads), your_network)

        self.listener = {
            "fn": answer,
            "inputs": [picture, *controls, self.your_network],
            "outputs": [self.answers, self.seen],
            "trigger_mode": "always_last",
            # Gradio would take a thread for each input and each output, a millisecond of twenty.
            "preprocess": False,
            "postprocess": False,
            **AT_ONCE,
        }
        gr.on([drawn, *(control.change for control in controls)], **self.listener)

    def answer_after(self, event: gr.events.Dependency) -> None:
        """Answer again once `event` is over."""
        event.then(**self.listener)

    def answer(
        self,
        prepare,
        picture,
        regulariser: str,
        depths: list[int],
        why: bool,
        your_network: int | None = None,
    ) -> tuple[str, str]:
        """The answers and what was seen, as HTML; a user's error is shown in their place."""
        if picture is None:
            return self._prompt(), ""
        try:
            prepared = prepare(picture)
            chosen = [self.collection.get(n, regulariser) for n in sorted(set(depths))]
        except UserError as error:
            return message(str(error), "alert"), ""

        def reason(prediction):
            return why_html(prediction, prepared.pixels) if why else ""

        predictions, yours = predict(chosen, prepared.pixels), ""
        if network := self.store.get(your_network):
            (answer,) = predict([network], prepared.pixels)
            yours = card(answer, f"Yours, {hidden_layers(network.layers)}", reason(answer))
        elif your_network is not None:
            yours = message(GONE, "alert")
        html = answers_html(predictions, [reason(p) for p in predictions], yours)
        return html, seen_html(prepared)

    def _prompt(self) -> str:
        return message(self.prompt, "status")


def hidden_layers(count: int) -> str:
    """`1 hidden layer`, `3 hidden layers`."""
    return f"{count} hidden layer{'' if count == 1 else 's'}"


def agreement(predictions: list[Prediction]) -> tuple[str, bool]:
    """One sentence on where the networks agree and where not, and whether they do."""
    groups = defaultdict(list)
    for prediction in predictions:
        groups[prediction.label if prediction.confident else None].append(_depth(prediction))
    if list(groups) == [None]:
        return "Not sure: this looks like none of the ten kinds of clothing.", False
    if len(groups) == 1:
        (label, depths) = next(iter(groups.items()))
        how_many = {1: f"{depths[0]} layers", 2: "Both", 3: "All three"}
        who = how_many.get(len(depths), f"All {len(depths)}")
        return f"{who} say {label}.", True
    parts = [
        f"{' and '.join(depths)} layers {f'say {label}' if label else 'are not sure'}"
        for label, depths in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    return f"They disagree: {', '.join(parts)}.", False


def answers_html(predictions: list[Prediction], reasons: list[str], yours: str = "") -> str:
    """The sentence of agreement over one card a network: its ranking as bars, and its reason.

    `yours`: the card of the visitor's own network, which has no part in the sentence.
    """
    if not predictions:
        if yours:
            return f'<h2 class="unseen">Answer</h2><div class="cards">{yours}</div>'
        return message("Switch on at least one network to see its answer.", "status")
    sentence, agree = agreement(predictions)
    cards = "".join(
        card(p, hidden_layers(p.checkpoint.layers), reason)
        for p, reason in zip(predictions, reasons, strict=True)
    )
    mood = "agree" if agree else "disagree"
    return (
        f'<p class="verdict {mood}" role="status" aria-live="polite">{escape(sentence)}</p>'
        f'<h2 class="unseen">Answers</h2><div class="cards">{cards}{yours}</div>'
    )


def seen_html(prepared: Prepared) -> str:
    """The stages on the way, and at the end the 28 x 28 picture, enlarged."""
    stages = "".join(
        f'<figure><img src="{_stage_url(stage)}" alt="{escape(stage.name)}" />'
        f"<figcaption><strong>{escape(stage.name)}</strong> {escape(stage.note)}</figcaption>"
        "</figure>"
        for stage in prepared.stages
    )
    return f'<h2>What the networks see</h2><div class="stages">{stages}</div>'


def card(prediction: Prediction, heading: str, reason: str = "") -> str:
    """One network's answer: its heading, its first guess, its ranking as bars, its reason."""
    rows = "".join(
        f'<li style="--share:{share * 100:.1f}%">{escape(name)}<span>{share:.0%}</span></li>'
        for name, share in prediction.ranked[:BARS]
    )
    return (
        f'<section class="card" data-network="{escape(prediction.checkpoint.name)}" '
        f'aria-label="{escape(heading)}"><h3>{escape(heading)}</h3>'
        f'<p class="top">{escape(_said(prediction))}</p><ol>{rows}</ol>{reason}</section>'
    )


def why_html(prediction: Prediction, pixels: np.ndarray) -> str:
    """The picture with what spoke for the answer in teal and what spoke against it in orange."""
    weight = saliency(prediction.checkpoint, pixels)[..., None]
    tint = np.where(weight > 0, (20, 230, 200), (255, 140, 30))
    share = np.abs(weight) ** 0.5
    picture = pixels[..., None] * 0.35 * (1 - share) + tint * share
    url = encode(picture.astype(np.uint8))
    alt = f"What counted for {prediction.label}: teal pixels spoke for it, orange ones against"
    return f'<img class="why" src="{url}" alt="{escape(alt)}" />'


def _said(prediction: Prediction) -> str:
    return prediction.label if prediction.confident else f"Not sure ({prediction.label}?)"


def _depth(prediction: Prediction) -> str:
    return str(prediction.checkpoint.layers)


def _stage_url(stage: Stage) -> str:
    """Grey pictures are drawings and stay exact; colour ones are photos, small as JPEG."""
    return encode(stage.image, "PNG" if stage.image.ndim == 2 else "JPEG")


def message(text: str, role: str = "status") -> str:
    """A sentence on the page; `role` is `status`, or `alert` for what is wrong."""
    return f'<p class="message {role}" role="{role}">{escape(text)}</p>'
