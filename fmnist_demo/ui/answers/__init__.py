"""The networks' answers to a picture, and the stages of its preprocessing, as HTML."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import Prediction, saliency
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import REGULARISERS, total_zeros, weight_matrices
from fmnist_demo.palette import tint
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.templates import render


def hidden_layers(count: int) -> str:
    """`1 hidden layer`, `3 hidden layers`."""
    return f"{count} hidden layer{'' if count == 1 else 's'}"


def penalty(regulariser: str) -> str:
    """The heading of a network among others with other penalties: `No penalty`, `L1`."""
    return "No penalty" if regulariser == "none" else REGULARISERS[regulariser].label


@dataclass(frozen=True)
class Card:
    """What is shown of one network: who it is, and its answer, if there is one already."""

    heading: str
    facts: str
    checkpoint: Checkpoint
    prediction: Prediction | None = None


AGREE, DISAGREE, NOT_SURE = "agree", "disagree", "not-sure"
"""The states of a verdict; also the names of their CSS classes."""


def agreement(predictions: list[Prediction]) -> tuple[str, str]:
    """One sentence that says whether the networks agree, and the state that it tells of."""
    if problem := predictions[0].problem:
        return f"Not sure. {problem}", NOT_SURE
    by_label = defaultdict(list)
    for prediction in predictions:
        by_label[prediction.label if prediction.confident else None].append(prediction.checkpoint)
    if list(by_label) == [None]:
        return "Not sure: this looks like none of the ten kinds of clothing.", NOT_SURE
    names = _namer([prediction.checkpoint for prediction in predictions])
    if len(by_label) > 1:
        largest_first = sorted(by_label.items(), key=lambda item: -len(item[1]))
        opinions = ", ".join(_opinion(label, names(group)) for label, group in largest_first)
        return f"They disagree: {opinions}.", DISAGREE
    ((label, group),) = by_label.items()
    if len(group) == 1:
        opinion = _opinion(label, names(group))
        return f"{opinion[0].upper()}{opinion[1:]}.", AGREE
    everyone = {2: "Both", 3: "All three"}.get(len(group), f"All {len(group)}")
    return f"{everyone} agree: {label}.", AGREE


def _namer(everyone: list[Checkpoint]) -> Callable[[list[Checkpoint]], tuple[str, bool]]:
    """Names some of the networks by what tells them apart; also says whether it is only one."""
    by_depth = len({c.regulariser for c in everyone}) == 1
    by_regulariser = len({c.layers for c in everyone}) == 1

    def name(group: list[Checkpoint]) -> tuple[str, bool]:
        one = len(group) == 1
        networks = "network" if one else "networks"
        if by_depth:
            return f"the {'- and '.join(str(c.layers) for c in group)}-layer {networks}", one
        if by_regulariser:
            labels = [REGULARISERS[c.regulariser].label for c in group]
            return f"{' and '.join(labels)}", one
        return str(len(group)), one

    return name


def _opinion(label: str | None, name: tuple[str, bool]) -> str:
    """`the 5- and 7-layer networks say Coat`, `L1 is not sure`, `4 say Bag`."""
    who, one = name
    says = f"{'says' if one else 'say'} {label}" if label else f"{'is' if one else 'are'} not sure"
    return f"{who} {says}"


def verdict_html(predictions: list[Prediction]) -> Markup:
    """The heading of the cards, below a sentence on whether the networks, if any, agree."""
    sentence, state = agreement(predictions) if predictions else ("", "")
    return render("answers/verdict.html", sentence=sentence, state=state)


def cards_html(cards: list[Card], pixels: np.ndarray | None = None, note: str = "") -> Markup:
    """The cards side by side: who each network is, its first guess, and the ranking as bars.

    `pixels`, uint8 (28, 28): shows which of these pixels mattered. `note`: HTML after the cards.
    """
    return render("answers/cards.html", cards=_with_saliency(cards, pixels), note=note)


def grid_html(cards: list[Card], pixels: np.ndarray | None = None, note: str = "") -> Markup:
    """The cards as a table with a row for each depth and a column for each regulariser.

    The arguments are those of `cards_html`.
    """
    cells = {
        (card.checkpoint.layers, card.checkpoint.regulariser): (card, url)
        for card, url in _with_saliency(cards, pixels)
    }
    used = {regulariser for _, regulariser in cells}
    return render(
        "answers/grid.html",
        cells=cells,
        rows=sorted({layers for layers, _ in cells}),
        columns={name: r.label for name, r in REGULARISERS.items() if name in used},
        hidden_layers=hidden_layers,
        note=note,
    )


def _with_saliency(cards: list[Card], pixels: np.ndarray | None) -> list[tuple[Card, str | None]]:
    return [
        (card, saliency_url(card.prediction, pixels) if pixels is not None else None)
        for card in cards
    ]


def facts(checkpoint: Checkpoint, report: dict | None) -> str:
    """What a network is: its accuracy, weights and zeros, in a few words.

    `report`: that of `evaluate`, or None; without one the accuracy is that on the validation set.
    """
    accuracy, on = checkpoint.metadata.validation["accuracy"], "validation"
    if report:
        accuracy, on = report["test_accuracy"], "test"
    weights, zeros = _weights_and_zeros(checkpoint.model)
    size = f"{weights / 1e6:.1f} M" if weights >= 1e6 else f"{weights / 1e3:.0f} k"
    return f"{accuracy:.1%} on {on}, {size} weights" + (f", {zeros:.1%} zero" if zeros else "")


@lru_cache(maxsize=32)
def _weights_and_zeros(model: MLP) -> tuple[int, float]:
    """The number of weights, and the share of them that is zero."""
    return sum(matrix.numel() for matrix in weight_matrices(model).values()), total_zeros(model)


def saliency_url(prediction: Prediction, pixels: np.ndarray) -> str:
    """The picture with pixels that speak for the answer in blue and those against it in orange.

    `pixels`: uint8 (28, 28). Returns a data URL.
    """
    weight = saliency(prediction.checkpoint, pixels)
    opacity = np.abs(weight[..., None]) ** 0.5
    picture = pixels[..., None] * 0.35 * (1 - opacity) + tint(weight > 0) * opacity
    return encode(picture.astype(np.uint8))


def stages_html(prepared: Prepared) -> Markup:
    """The stages of the preprocessing; the last one is the 28 x 28 picture, enlarged."""
    stages = [
        # Exact for grey pictures, which are drawings; small for photos.
        (stage, encode(stage.image, "PNG" if stage.image.ndim == 2 else "JPEG"))
        for stage in prepared.stages
    ]
    return render("answers/stages.html", stages=stages)
