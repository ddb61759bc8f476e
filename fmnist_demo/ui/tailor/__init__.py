"""Tailor: a map of garments by the length of their sleeves and body, coloured by the answers.

The HTML, CSS and JavaScript lie beside this file.
"""

import base64
import json
from functools import cache
from pathlib import Path

import gradio as gr
import numpy as np
import torch
from PIL import Image

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import given_a_class, probabilities
from fmnist_demo.palette import SERIES
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE
from fmnist_demo.synthetic.tailored import BODIES, SLEEVES, tailor
from fmnist_demo.ui.drawpad import encode

SIDE = 24
"""How many lengths of the sleeves, and of the body, the map has."""


def tailor_map() -> gr.HTML:
    """The view; its value is what `frame` returns."""
    here = Path(__file__).parent
    return gr.HTML(
        "",
        html_template=(here / "tailor.html").read_text(encoding="utf-8"),
        js_on_load=(here / "tailor.js").read_text(encoding="utf-8"),
        elem_id="tailor",
    )


@cache
def drawings() -> np.ndarray:
    """The garments as the networks see them: uint8 (`SIDE`, `SIDE`, 28, 28), by body and sleeve."""
    return np.stack(
        [
            [
                from_drawing(Image.fromarray(tailor(sleeve, body)), stages=False).pixels
                for sleeve in np.linspace(*SLEEVES, SIDE)
            ]
            for body in np.linspace(*BODIES, SIDE)
        ]
    )


def frame(networks: dict[str, Checkpoint]) -> str:
    """What the page draws, as JSON: the drawings side by side, and each network's answers.

    Nothing if there are no networks.

    `networks`: by heading. `labels` and `confidences` (0 to 255) are bytes, (`SIDE`, `SIDE`), as
    base64. `colours`: of the labels that are an answer somewhere, the most frequent first. If
    there are more labels than colours, the rarest share one.
    """
    if not networks:
        return ""
    images = drawings()
    sheet = images.transpose(0, 2, 1, 3).reshape(SIDE * IMAGE_SIZE, SIDE * IMAGE_SIZE)
    flat = torch.from_numpy(images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE))
    shares = [given_a_class(probabilities(network, flat)) for network in networks.values()]
    labels = [each.argmax(axis=1) for each in shares]
    counts = np.bincount(np.concatenate(labels), minlength=len(CLASS_NAMES))
    frequent = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
    colours = {label: SERIES[min(i, len(SERIES) - 1)] for i, label in enumerate(frequent, 1)}
    return json.dumps(
        {
            "side": SIDE,
            "names": CLASS_NAMES,
            "sheet": encode(sheet),
            "colours": colours,
            "networks": [
                {
                    "heading": heading,
                    "labels": _text(named),
                    "confidences": _text(each.max(axis=1) * 255),
                }
                for heading, named, each in zip(networks, labels, shares, strict=True)
            ],
        }
    )


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.astype(np.uint8).tobytes()).decode()
