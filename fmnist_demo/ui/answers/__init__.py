"""The networks' answers to a picture, and the stages of its preprocessing, as HTML."""

from collections import defaultdict

import numpy as np
from markupsafe import Markup

from fmnist_demo.images.preprocessing import Prepared, Stage
from fmnist_demo.networks.inference import Prediction, saliency
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.message import message
from fmnist_demo.ui.templates import render

BARS = 5
"""How many of the ten classes each network's ranking shows."""


def hidden_layers(count: int) -> str:
    """`1 hidden layer`, `3 hidden layers`."""
    return f"{count} hidden layer{'' if count == 1 else 's'}"


def agreement(predictions: list[Prediction]) -> tuple[str, bool]:
    """One sentence that says whether the networks agree, and whether they do."""
    depths_by_label = defaultdict(list)
    for prediction in predictions:
        label = prediction.label if prediction.confident else None
        depths_by_label[label].append(prediction.checkpoint.layers)
    if list(depths_by_label) == [None]:
        return "Not sure: this looks like none of the ten kinds of clothing.", False
    if len(depths_by_label) == 1:
        ((label, depths),) = depths_by_label.items()
        if len(depths) == 1:
            return f"The {depths[0]}-layer network says {label}.", True
        everyone = {2: "Both", 3: "All three"}.get(len(depths), f"All {len(depths)}")
        return f"{everyone} say {label}.", True
    largest_first = sorted(depths_by_label.items(), key=lambda item: -len(item[1]))
    opinions = [_opinion(label, depths) for label, depths in largest_first]
    return f"They disagree: {', '.join(opinions)}.", False


def _opinion(label: str | None, depths: list[int]) -> str:
    """`the 5- and 7-layer networks say Coat`, `the 3-layer network is not sure`."""
    if len(depths) == 1:
        verb = f"says {label}" if label else "is not sure"
        return f"the {depths[0]}-layer network {verb}"
    verb = f"say {label}" if label else "are not sure"
    return f"the {'- and '.join(map(str, depths))}-layer networks {verb}"


def answers_html(
    predictions: list[Prediction], pictures: list[Markup], extra_card: str = ""
) -> Markup:
    """A sentence on whether the networks agree, above one card for each network.

    `pictures`: the saliency picture of each network, or nothing. `extra_card`: the card of the
    visitor's network, which the sentence leaves out. Both are HTML, as `Markup`.
    """
    if not predictions and not extra_card:
        return message("Select at least one network.")
    sentence, agree = agreement(predictions) if predictions else ("", False)
    cards = [
        card(prediction, hidden_layers(prediction.checkpoint.layers), picture)
        for prediction, picture in zip(predictions, pictures, strict=True)
    ]
    return render(
        "answers/answers.html", sentence=sentence, agree=agree, cards=[*cards, extra_card]
    )


def card(prediction: Prediction, heading: str, picture: str = "") -> Markup:
    """One network's answer: heading, first guess, ranking as bars, saliency picture (HTML)."""
    return render(
        "answers/card.html",
        name=prediction.checkpoint.name,
        heading=heading,
        label=prediction.label,
        confident=prediction.confident,
        ranked=prediction.ranked[:BARS],
        picture=picture,
    )


def saliency_html(prediction: Prediction, pixels: np.ndarray) -> Markup:
    """The picture with pixels that speak for the answer in teal and those against it in orange.

    `pixels`: uint8 (28, 28).
    """
    weight = saliency(prediction.checkpoint, pixels)[..., None]
    tint = np.where(weight > 0, (20, 230, 200), (255, 140, 30))
    opacity = np.abs(weight) ** 0.5
    picture = pixels[..., None] * 0.35 * (1 - opacity) + tint * opacity
    url = Markup(encode(picture.astype(np.uint8)))
    return render("answers/saliency.html", label=prediction.label, url=url)


def stages_html(prepared: Prepared) -> Markup:
    """The stages of the preprocessing; the last one is the 28 x 28 picture, enlarged."""
    stages = [(stage.name, stage.note, _stage_url(stage)) for stage in prepared.stages]
    return render("answers/stages.html", stages=stages)


def _stage_url(stage: Stage) -> Markup:
    """A data URL: exact PNG for grey pictures, which are drawings; small JPEG for photos."""
    # A data URL needs no escaping, and `Markup` saves the search for characters to escape.
    return Markup(encode(stage.image, "PNG" if stage.image.ndim == 2 else "JPEG"))
