"""The networks' answers to a picture, and the stages of its preprocessing, as HTML."""

from collections import defaultdict

import numpy as np
from markupsafe import Markup

from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks.inference import Prediction, saliency
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.templates import render


def hidden_layers(count: int) -> str:
    """`1 hidden layer`, `3 hidden layers`."""
    return f"{count} hidden layer{'' if count == 1 else 's'}"


def agreement(predictions: list[Prediction]) -> tuple[str, bool]:
    """One sentence that says whether the networks agree, and whether they do."""
    if problem := predictions[0].problem:
        return f"Not sure. {problem}", False
    depths_by_label = defaultdict(list)
    for prediction in predictions:
        label = prediction.label if prediction.confident else None
        depths_by_label[label].append(prediction.checkpoint.layers)
    if list(depths_by_label) == [None]:
        return "Not sure: this looks like none of the ten kinds of clothing.", False
    if len(depths_by_label) > 1:
        largest_first = sorted(depths_by_label.items(), key=lambda item: -len(item[1]))
        opinions = ", ".join(_opinion(label, depths) for label, depths in largest_first)
        return f"They disagree: {opinions}.", False
    ((label, depths),) = depths_by_label.items()
    everyone = {
        1: f"The {depths[0]}-layer network says",
        2: "Both say",
        3: "All three say",
    }
    return f"{everyone.get(len(depths), f'All {len(depths)} say')} {label}.", True


def _opinion(label: str | None, depths: list[int]) -> str:
    """`the 5- and 7-layer networks say Coat`, `the 3-layer network is not sure`."""
    one = len(depths) == 1
    networks = "network" if one else "networks"
    says = f"{'says' if one else 'say'} {label}" if label else f"{'is' if one else 'are'} not sure"
    return f"the {'- and '.join(map(str, depths))}-layer {networks} {says}"


def verdict_html(predictions: list[Prediction]) -> Markup:
    """The heading of the cards, below a sentence on whether the networks, if any, agree."""
    sentence, agree = agreement(predictions) if predictions else ("", False)
    return render("answers/verdict.html", sentence=sentence, agree=agree)


def cards_html(
    predictions: dict[str, Prediction], pixels: np.ndarray | None = None, note: str = ""
) -> Markup:
    """A card for each prediction, by its heading: the first guess, and the ranking as bars.

    `pixels`, uint8 (28, 28): shows which of these pixels mattered. `note`: HTML after the cards.
    """
    cards = [
        (heading, prediction, None if pixels is None else saliency_url(prediction, pixels))
        for heading, prediction in predictions.items()
    ]
    return render("answers/cards.html", cards=cards, note=note)


def saliency_url(prediction: Prediction, pixels: np.ndarray) -> str:
    """The picture with pixels that speak for the answer in teal and those against it in orange.

    `pixels`: uint8 (28, 28). Returns a data URL.
    """
    weight = saliency(prediction.checkpoint, pixels)[..., None]
    tint = np.where(weight > 0, (20, 230, 200), (255, 140, 30))
    opacity = np.abs(weight) ** 0.5
    picture = pixels[..., None] * 0.35 * (1 - opacity) + tint * opacity
    return encode(picture.astype(np.uint8))


def stages_html(prepared: Prepared) -> Markup:
    """The stages of the preprocessing; the last one is the 28 x 28 picture, enlarged."""
    stages = [
        # Exact for grey pictures, which are drawings; small for photos.
        (stage, encode(stage.image, "PNG" if stage.image.ndim == 2 else "JPEG"))
        for stage in prepared.stages
    ]
    return render("answers/stages.html", stages=stages)
