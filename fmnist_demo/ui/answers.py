"""The networks' answers to one picture, and what they saw, as HTML. Both tabs show them.

Every name in the HTML is the project's own; nothing that a visitor sent is written into it but
pictures, as data URLs.
"""

import base64
import io
from collections import defaultdict
from html import escape

import gradio as gr
import numpy as np
from PIL import Image

from fmnist_demo.checkpoints import Collection
from fmnist_demo.errors import UserError
from fmnist_demo.inference import Prediction, predict
from fmnist_demo.preprocessing import Prepared
from fmnist_demo.regularisation import REGULARISERS

BARS = 5
"""How many of the ten classes each network's ranking shows."""

SURE = 0.6
"""Least probability of an answer that is shown without a word of doubt."""


class Panel:
    """The controls and the answers: which regularisation, which depths, what they say.

    `inputs` go to `answer` after the picture; `outputs` are what it returns. `changes` are the
    events after which the picture should be answered again.
    """

    def __init__(self, collection: Collection, prompt: str):
        self.collection = collection
        self.prompt = prompt
        regularisers = [r for r in REGULARISERS if any(c.regulariser == r for c in collection)]
        depths = sorted({c.layers for c in collection})
        with gr.Row(elem_classes="controls"):
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
        self.seen = gr.HTML("", elem_classes="seen")

    @property
    def inputs(self) -> list:
        return [self.regulariser, self.depths]

    @property
    def outputs(self) -> list:
        return [self.answers, self.seen]

    @property
    def changes(self) -> list:
        return [self.regulariser.change, self.depths.change]

    def answer(self, prepare, picture, regulariser: str, depths: list[int]) -> tuple[str, str]:
        """The answers and what was seen, as HTML; a user's error is shown in their place."""
        if picture is None:
            return self._prompt(), ""
        try:
            prepared = prepare(picture)
            chosen = [self.collection.get(n, regulariser) for n in sorted(depths)]
        except UserError as error:
            return _message(str(error), "alert"), ""
        return answers_html(predict(chosen, prepared.pixels)), seen_html(prepared)

    def _prompt(self) -> str:
        return _message(self.prompt, "status")


def agreement(predictions: list[Prediction]) -> tuple[str, bool]:
    """One sentence on where the networks agree and where not, and whether they do."""
    groups = defaultdict(list)
    for prediction in predictions:
        groups[prediction.label].append(prediction)
    if len(predictions) == 1:
        only = predictions[0]
        return f"{_depth(only)} layers say {only.label}.", True
    if len(groups) == 1:
        label = predictions[0].label
        how_many = {2: "Both", 3: "All three"}.get(len(predictions), f"All {len(predictions)}")
        doubt = any(p.ranked[0][1] < SURE for p in predictions)
        return f"{how_many} say {label}{', but not all are sure' if doubt else ''}.", True
    parts = [
        f"{' and '.join(_depth(p) for p in group)} layers say {label}"
        for label, group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    return f"They disagree: {', '.join(parts)}.", False


def answers_html(predictions: list[Prediction]) -> str:
    """The sentence of agreement over one card a network: its ranking as bars."""
    if not predictions:
        return _message("Switch on at least one network to see its answer.", "status")
    sentence, agree = agreement(predictions)
    cards = "".join(_card(p) for p in predictions)
    mood = "agree" if agree else "disagree"
    return (
        f'<p class="verdict {mood}" role="status" aria-live="polite">{escape(sentence)}</p>'
        f'<div class="cards">{cards}</div>'
    )


def seen_html(prepared: Prepared) -> str:
    """The stages on the way, and at the end the 28 x 28 picture, enlarged."""
    stages = "".join(
        f'<figure><img src="{_data_url(stage.image)}" alt="{escape(stage.name)}" />'
        f"<figcaption><strong>{escape(stage.name)}</strong> {escape(stage.note)}</figcaption>"
        "</figure>"
        for stage in prepared.stages
    )
    return f'<h3>What the networks see</h3><div class="stages">{stages}</div>'


def _card(prediction: Prediction) -> str:
    rows = "".join(
        f'<li><span class="bar" style="width:{share * 100:.1f}%"></span>'
        f'<span class="name">{escape(name)}</span><span class="share">{share:.0%}</span></li>'
        for name, share in prediction.ranked[:BARS]
    )
    checkpoint = prediction.checkpoint
    return (
        f'<section class="card" data-network="{checkpoint.name}" '
        f'aria-label="{_depth(prediction)} hidden layers">'
        f"<h3>{_depth(prediction)} hidden layers</h3>"
        f'<p class="top">{escape(prediction.label)}</p><ol>{rows}</ol></section>'
    )


def _depth(prediction: Prediction) -> str:
    return str(prediction.checkpoint.layers)


def _message(text: str, role: str) -> str:
    return f'<p class="message {role}" role="{role}">{escape(text)}</p>'


def _data_url(image: np.ndarray) -> str:
    """Grey pictures are drawings and stay exact; colour ones are photos, small as JPEG."""
    kind = "PNG" if image.ndim == 2 else "JPEG"
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
