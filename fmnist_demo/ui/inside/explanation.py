"""One unit, or one step of the forward pass, in words, numbers and pictures."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from fmnist_demo.errors import UserError
from fmnist_demo.networks.checkpoints import Checkpoint
from fmnist_demo.networks.forward_pass import ForwardPass, Unit
from fmnist_demo.palette import tint
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE, MEAN, STD
from fmnist_demo.ui.drawpad import encode
from fmnist_demo.ui.templates import render

LARGEST, TARGETS = 10, 5
"""How many terms of a unit's sum, and how many units that read it, are listed."""


@dataclass(frozen=True)
class Opened:
    """What a visitor has opened: a unit, or a step of the forward pass.

    `network`: its heading. `layer`: 0 for the first hidden layer. `unit`: None if a step is open.
    `step`: 0 for the picture, then one for each hidden layer, the logits and the softmax.
    """

    network: str
    layer: int = 0
    unit: int | None = None
    step: int | None = None

    @classmethod
    def parse(cls, data) -> "Opened | None":
        """What the page sends; empty for nothing. Raises `UserError` for anything else."""
        if not data:
            return None
        match data:
            case {"network": str(network), "layer": int(layer), "unit": int(unit)}:
                return cls(network, layer, unit)
            case {"network": str(network), "step": int(step)}:
                return cls(network, step=step)
        raise UserError("This is no part of a network: open a unit or a step.")


def explanation_html(
    networks: dict[str, Checkpoint], pixels: np.ndarray | None, opened: Opened | None
) -> Markup | str:
    """The part of a network that is open, or nothing if it does not exist."""
    if pixels is None or opened is None or opened.network not in networks:
        return ""
    network = networks[opened.network]
    forward = ForwardPass(network.model, pixels)
    if opened.unit is None:
        return step_html(network, forward, pixels, opened.step)
    try:
        unit = forward.unit(opened.layer, opened.unit)
    except IndexError:
        return ""
    return unit_html(network, forward, pixels, opened, unit)


def output_names(network: Checkpoint) -> list[str]:
    """The names of the network's outputs: the classes, and for some networks none of these."""
    return [*CLASS_NAMES, "None of these"][: network.metadata.model.sizes[-1]]


def shares(network: Checkpoint, logits: np.ndarray) -> np.ndarray:
    """The probability of each output, (10,) or (11,): the softmax of logits over temperature."""
    scaled = np.nan_to_num(logits.astype(np.float64)) / network.metadata.calibration.temperature
    powers = np.exp(scaled - scaled.max())
    return powers / powers.sum()


def unit_html(
    network: Checkpoint, forward: ForwardPass, pixels: np.ndarray, opened: Opened, unit: Unit
) -> Markup:
    """How a unit comes about, from its inputs to where it goes."""
    layer, index = opened.layer, opened.unit
    is_output = layer == network.layers
    pictures, terms = [], []
    if layer == 0:
        # The picture from 0 to 1, so that black pixels add nothing to the products. But the network
        # reads standardised pixels: `base` is what an all-black picture adds up to.
        weights = unit.weights / STD
        products = weights * (pixels.ravel() / 255)
        base = -MEAN / STD * float(unit.weights.sum(dtype=np.float64))
        pictures = [
            ("weights", signed_url(weights)),
            ("your picture", encode(pixels)),
            ("products", signed_url(products)),
        ]
        terms = [("784 products", "", float(products.sum(dtype=np.float64)), None)]
        terms += [("an all-black picture", "", base, None)]
    else:
        largest = np.argsort(-np.abs(unit.terms), kind="stable")[:LARGEST]
        terms = [
            (
                f"unit {i + 1}",
                f"{number(unit.inputs[i])} × {number(unit.weights[i])}",
                float(unit.terms[i]),
                (layer - 1, int(i)),
            )
            for i in largest
        ]
        others = len(unit.terms) - len(terms)
        rest = float(np.delete(unit.terms, largest).sum(dtype=np.float64))
        if others:
            terms += [(f"{others} other units", "", rest, None)]
    terms += [("bias", "", unit.bias, None)]
    targets = []
    if unit.output and not is_output:
        names = output_names(network) if layer == network.layers - 1 else None
        strongest = np.argsort(-np.abs(unit.outgoing), kind="stable")[:TARGETS]
        targets = [
            (
                names[i] if names else f"unit {i + 1}",
                f"{number(unit.output)} × {number(unit.outgoing[i])}",
                unit.output * float(unit.outgoing[i]),
                (layer + 1, int(i)),
            )
            for i in strongest
            if unit.outgoing[i]
        ]
    return render(
        "inside/unit.html",
        title=name_of(network, layer, index),
        hollow=not is_output and not network.active_units.units[layer][index],
        is_output=is_output,
        pictures=pictures,
        terms=_bars(terms),
        targets=_bars(targets),
        next_layer="the answers" if layer == network.layers - 1 else f"layer {layer + 2}",
        unit=unit,
        norm=unit.normalisation,
        norm_name={"batch": "batch normalisation", "layer": "layer normalisation"}.get(
            network.metadata.model.norm
        ),
        share=float(shares(network, forward.logits)[index]) if is_output else None,
        temperature=network.metadata.calibration.temperature,
        number=number,
    )


def step_html(
    network: Checkpoint, forward: ForwardPass, pixels: np.ndarray, step: int
) -> Markup | str:
    """A step of the forward pass, or nothing if there is none of this number."""
    layers = network.layers
    if not 0 <= step < steps(network):
        return ""
    values = {"number": number, "layers": layers, "step": step, "steps": steps(network)}
    if step == 0:
        place = int(pixels.argmax())
        return render(
            "inside/step_picture.html",
            picture=encode(pixels),
            lit=int((pixels > 0).sum()),
            brightest=float(pixels.max() / 255),
            standardised=float(forward.inputs[0][place]),
            mean=MEAN,
            std=STD,
            **values,
        )
    if step <= layers:
        layer = step - 1
        activations = forward.activations[layer]
        index = int(activations.argmax())
        return render(
            "inside/step_layer.html",
            layer=layer,
            width=len(activations),
            inputs=len(forward.inputs[layer]),
            lit=int((activations > 0).sum()),
            index=index,
            unit=forward.unit(layer, index),
            rest=float(forward.sums[layer][index]) - forward.unit(layer, index).bias,
            **values,
        )
    temperature = network.metadata.calibration.temperature
    with np.errstate(over="ignore"):  # a visitor's network may have a tiny temperature
        powers = np.exp(forward.logits.astype(np.float64) / temperature)
    share = shares(network, forward.logits)
    order = np.argsort(-forward.logits, kind="stable")
    names = output_names(network)
    return render(
        "inside/step_logits.html" if step == layers + 1 else "inside/step_softmax.html",
        inputs=len(forward.inputs[-1]),
        rows=[
            (names[i], float(forward.logits[i]), float(powers[i]), float(share[i])) for i in order
        ],
        total=float(powers.sum()),
        temperature=temperature,
        power=power,
        **values,
    )


def steps(network: Checkpoint) -> int:
    """How many steps a forward pass has: the picture, the hidden layers, logits and softmax."""
    return network.layers + 3


def name_of(network: Checkpoint, layer: int, index: int) -> str:
    """`Layer 1, unit 18`, or `Output: Coat`."""
    if layer == network.layers:
        return f"Output: {output_names(network)[index]}"
    return f"Layer {layer + 1}, unit {index + 1}"


def number(value: float, signed: bool = False) -> str:
    """A number with three decimals and a true minus sign, `−0.25` for -0.25."""
    text = f"{abs(value):.3f}"
    if float(text) == 0:
        return text
    return f"−{text}" if value < 0 else f"+{text}" if signed else text


def power(value: float) -> str:
    """A positive number of any size in few digits: `1,194`, `0.031`, `2.1 × 10⁷`."""
    if not 0 < value < np.inf:
        return "∞" if value else "0"
    if value >= 1e7 or value < 1e-3:
        digits, exponent = f"{value:.1e}".split("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{digits} × 10{raised}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def signed_url(values: np.ndarray) -> str:
    """Values (784,) as a picture: blue above zero, orange below, black at zero. A data URL."""
    share = values / max(float(np.abs(values).max()), 1e-12)
    picture = (tint(share > 0) * np.abs(share[:, None]) ** 0.6).astype(np.uint8)
    return encode(picture.reshape(IMAGE_SIZE, IMAGE_SIZE, 3))


def _bars(rows: list[tuple]) -> list[dict]:
    """Rows of a table: name, factors, value, place of the unit, and the length of the bar."""
    largest = max((abs(value) for _, _, value, _ in rows), default=0) or 1
    return [
        {
            "name": name,
            "factors": factors,
            "value": number(value, signed=True),
            "sign": "against" if value < 0 else "for",
            "length": round(100 * abs(value) / largest, 1),
            "place": place,
        }
        for name, factors, value, place in rows
    ]
