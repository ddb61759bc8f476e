"""The numbers of a forward pass against those of the model itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import TINY

from fmnist_demo.networks.forward_pass import ForwardPass
from fmnist_demo.networks.mlp import MLP, NORMS, predict_logits
from fmnist_demo.networks.single_image import SingleImageInference
from fmnist_demo.spec import normalise

CLOSE = 1e-4
"""How far the explained numbers may be from the model's."""


@pytest.fixture(scope="module", params=[(norm, extra) for norm in NORMS for extra in (False, True)])
def model(request, validation) -> MLP:
    """An untrained network whose normalisation has seen images, so that it is not the identity."""
    norm, none_of_these = request.param
    model = MLP(replace(TINY, norm=norm, none_of_these=none_of_these), seed=3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter += 0.2 * torch.arange(len(parameter)).sin() + 0.1 * ("bias" in name)
        model(normalise(validation.images[:64]))
    return model.eval()


@pytest.fixture(scope="module")
def image(validation) -> np.ndarray:
    return validation.images[7].numpy()


@pytest.fixture(scope="module")
def seen(model, image) -> dict:
    """What each module of the model computes for the image, by the module's name."""
    seen = {}
    hooks = [
        module.register_forward_hook(
            lambda module, inputs, output, name=name: seen.update({name: output[0].detach()})
        )
        for name, module in model.named_modules()
    ]
    with torch.no_grad():
        model(normalise(torch.from_numpy(image))[None])
    for hook in hooks:
        hook.remove()
    return seen


def test_every_layer_is_as_the_model_computes_it(model, image, seen):
    forward = ForwardPass(model, image)
    for i in range(TINY.layers):
        assert forward.sums[i] == pytest.approx(seen[f"hidden.{i}.0"].numpy(), abs=CLOSE)
        assert forward.normalised[i] == pytest.approx(seen[f"hidden.{i}.1"].numpy(), abs=CLOSE)
        assert forward.activations[i] == pytest.approx(seen[f"hidden.{i}.2"].numpy(), abs=CLOSE)
    logits = predict_logits(model, torch.from_numpy(image)[None])[0].numpy()
    assert forward.logits == pytest.approx(logits, abs=CLOSE)
    assert len(forward.logits) == model.config.sizes[-1]


def test_the_fast_way_computes_the_same(model, image):
    forward = ForwardPass(model, image)
    fast = SingleImageInference(model).outputs(image)
    for ours, theirs in zip([*forward.activations, forward.logits], fast, strict=True):
        assert ours == pytest.approx(theirs, abs=CLOSE)


def test_the_numbers_of_every_unit_add_up(model, image, seen):
    forward = ForwardPass(model, image)
    for layer in range(TINY.layers + 1):
        for index in range(model.config.sizes[layer + 1]):
            unit = forward.unit(layer, index)
            total = unit.terms.sum(dtype=np.float64) + unit.bias
            assert total == pytest.approx(unit.sum, abs=CLOSE)
            normalised = total
            if norm := unit.normalisation:
                normalised = (total - norm.mean) / norm.deviation * norm.scale + norm.shift
            assert normalised == pytest.approx(unit.normalised, abs=CLOSE)
            if layer < TINY.layers:
                assert max(normalised, 0) == pytest.approx(
                    seen[f"hidden.{layer}.2"][index].item(), abs=CLOSE
                )
            else:
                assert normalised == pytest.approx(seen["output"][index].item(), abs=CLOSE)


def test_outgoing_weights_lead_to_the_units_of_the_next_layer(model, image):
    forward = ForwardPass(model, image)
    for layer in range(TINY.layers):
        outgoing = forward.unit(layer, 5).outgoing
        assert len(outgoing) == model.config.sizes[layer + 2]
        for target, weight in enumerate(outgoing[:4]):
            assert forward.unit(layer + 1, target).weights[5] == weight
    assert forward.unit(TINY.layers, 0).outgoing.size == 0


@pytest.mark.parametrize(
    ("layer", "index"), [(-1, 0), (TINY.layers + 1, 0), (0, -1), (0, TINY.width), (TINY.layers, 11)]
)
def test_a_unit_that_does_not_exist_is_an_error(model, image, layer, index):
    with pytest.raises(IndexError):
        ForwardPass(model, image).unit(layer, index)
