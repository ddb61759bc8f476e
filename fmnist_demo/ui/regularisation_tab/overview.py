"""What a penalty did to the networks of one depth, on one screen, with a slider that prunes them.

The HTML, CSS and JavaScript lie beside this file.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.inspection import matrices, strongest_filters
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.pruning import KEPT, pruned, thresholds
from fmnist_demo.networks.sparse_storage import stored_bytes
from fmnist_demo.ui import examples
from fmnist_demo.ui.answers import penalty
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.inside.explanation import signed_url

FILTERS = 2
"""How many of the strongest filters are shown for each network."""


def overview() -> gr.HTML:
    """The view; its value is what `frame` returns. It fires `input` when its slider moves."""
    here = Path(__file__).parent
    return gr.HTML(
        "",
        html_template=(here / "overview.html").read_text(encoding="utf-8"),
        js_on_load="\n".join(
            (here / name).read_text(encoding="utf-8") for name in ("spy.js", "overview.js")
        ),
        elem_id="overview",
    )


def parse_step(data) -> int:
    """The index into `KEPT` that the page sends. Raises `UserError` for anything else."""
    match data:
        case {"step": int(step)} if 0 <= step < len(KEPT):
            return step
    raise UserError("There is no such share of weights: move the slider.")


def frame(
    networks: dict[str, Checkpoint],
    reports: dict[str, dict],
    step: int,
    drawing: Image.Image | None,
    spies: bool,
) -> str:
    """What the page draws, as JSON.

    `networks`: of one depth, by regulariser. `step`: the networks keep the share `KEPT[step]` of
    their weights. `drawing`: the visitor's, or None for an example. `spies`: send the weights of
    the first layer too, which depend on the networks alone.
    """
    problem, pixels = None, None
    try:
        pixels = from_drawing(drawing or Image.open(examples.FILES[0]), stages=False).pixels
    except UserError as error:
        problem = str(error)
    share = KEPT[step]
    columns = [
        _column(name, network, reports.get(network.name, {}), step, pixels, spies)
        for name, network in networks.items()
    ]
    return json.dumps(
        {
            "step": step,
            "layers": next((c.layers for c in networks.values()), None),
            "last": len(KEPT) - 1,
            "pruned": f"{1 - share:.1%}",
            "kept": f"{share * 100:.3g}%",
            "picture": None if pixels is None else encode(pixels),
            "caption": "Your drawing" if drawing else "An example. Draw your own on the Draw tab.",
            "problem": problem,
            "columns": columns,
        }
    )


def _column(
    name: str,
    network: Checkpoint,
    report: dict,
    step: int,
    pixels: np.ndarray | None,
    spies: bool,
) -> dict:
    model = pruned(network.model, _thresholds(network.model)[step])
    left = sum(int(matrix.count_nonzero()) for matrix in matrices(model))
    first = matrices(model)[0]
    column = {
        "name": penalty(name),
        "answer": None,
        "left": left,
        "total": sum(matrix.numel() for matrix in matrices(model)),
        "first": {"left": int(first.count_nonzero()), "units": len(first)},
        "kilobytes": round(sum(map(stored_bytes, model.state_dict().values())) / 1000),
        "accuracy": None,
        "filters": [signed_url(each.ravel()) for each in strongest_filters(model, FILTERS)],
    }
    if "pruning" in report:
        column["accuracy"] = f"{report['pruning']['test_accuracy'][step] * 100:.1f}%"
    if pixels is not None:
        (answer,) = predict([replace(network, model=model)], pixels)
        label, confidence = answer.ranked[0]
        column["answer"] = {
            "label": label,
            "confidence": f"{confidence * 100:.0f}%",
            "confident": answer.confident,
        }
    if spies:
        column["spy"] = _spy(network.model)
    return column


@cache
def _thresholds(model: MLP) -> list[float]:
    return thresholds(model, KEPT)


@cache
def _spy(model: MLP) -> str:
    """The first layer as a PNG, one grey pixel a weight, 784 rows: at how many steps it is kept."""
    magnitudes = matrices(model)[0].abs().numpy().T
    limits = np.array(_thresholds(model), np.float32)
    steps = np.searchsorted(limits, magnitudes, side="right")
    return encode(np.where(magnitudes > 0, steps, 0).astype(np.uint8))
