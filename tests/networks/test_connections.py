"""The connections behind an answer, against the model with all other connections removed."""

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from conftest import TINY

from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.connections import Connections
from fmnist_demo.networks.mlp import MLP, NORMS, predict_logits
from fmnist_demo.spec import CLASS_NAMES, normalise

CLOSE = 1e-3


@pytest.fixture(scope="module")
def image(validation) -> np.ndarray:
    return validation.images[7].numpy()


def logits(model: MLP, image: np.ndarray) -> np.ndarray:
    return predict_logits(model, torch.from_numpy(image)[None])[0].numpy()


def label(values: np.ndarray) -> int:
    return int(values[: len(CLASS_NAMES)].argmax())


@torch.no_grad()
def removed(model: MLP, found: Connections, count: int) -> MLP:
    """A copy of a model without zeros, with only the listed connections."""
    model = copy.deepcopy(model)
    kept = found.strongest(count, count)
    black = normalise(0.0)
    for i, linear in enumerate([*(layer[0] for layer in model.hidden), model.output]):
        mask = torch.zeros_like(linear.weight)
        here = kept[kept["layer"] == i]
        mask[here["target"].astype(int), here["source"].astype(int)] = 1
        if i == 0:
            linear.bias += black * (linear.weight * (1 - mask)).sum(1)
            reached = torch.ones(mask.shape[1])
        linear.weight *= mask
        if i < len(model.hidden):
            reached = ((mask * reached).sum(1) > 0).float()
            norm = model.hidden[i][1]
            norm.weight *= reached
            norm.bias *= reached
    return model


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("none_of_these", [False, True])
def test_all_connections_give_the_answer_of_the_model(norm, none_of_these, validation, image):
    model = MLP(replace(TINY, norm=norm, none_of_these=none_of_these), seed=3)
    with torch.no_grad():
        model(normalise(validation.images[:64]))
    model.eval()
    found = Connections(model, image)
    assert found.logits(found.total) == pytest.approx(logits(model, image), abs=CLOSE)
    assert found.label == label(logits(model, image))


@pytest.mark.parametrize("regulariser", ["none", "l1", "l2"])
@pytest.mark.parametrize("layers", [3, 5, 7])
def test_all_connections_give_the_answer_of_a_shipped_network(layers, regulariser, image):
    model = Collection().get(layers, regulariser).model
    found = Connections(model, image)
    assert found.logits(found.total) == pytest.approx(logits(model, image), abs=CLOSE)


@pytest.mark.parametrize("regulariser", ["none", "l2"])
@pytest.mark.parametrize("layers", [3, 7])
def test_a_sub_network_is_the_model_without_the_rest(layers, regulariser, image):
    model = Collection().get(layers, regulariser).model
    found = Connections(model, image)
    for count in (found.total // 3, 3000, 200, 20, 0):
        expected = logits(removed(model, found, count), image)
        assert found.logits(count) == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("regulariser", ["none", "l1", "l2"])
def test_the_fewest_connections_keep_the_answer(regulariser, image):
    model = Collection().get(3, regulariser).model
    found = Connections(model, image)
    fewest = found.fewest(lambda values: label(values) == found.label)
    assert 0 < fewest < found.total / 100
    assert label(found.logits(fewest)) == label(logits(model, image))
    assert label(found.logits(fewest - 1)) != found.label


def test_sub_networks_are_nested_and_leave_out_what_is_dark(image):
    model = Collection().get(5, "l1").model
    found = Connections(model, image)
    assert found.steps[0] == found.total
    assert found.steps[-1] == 0
    assert found.steps == sorted(set(found.steps), reverse=True)

    def places(count):
        kept = found.strongest(count, count)
        assert len(kept) == count
        return {(int(c["layer"]), int(c["source"]), int(c["target"])) for c in kept}

    sizes = found.steps[:: len(found.steps) // 6]
    for larger, smaller in pairwise(sizes):
        assert places(smaller) < places(larger)
    assert all(image.ravel()[source] for layer, source, _ in places(found.total) if layer == 0)


def test_the_strongest_come_first_and_their_effects_are_gradients(image):
    model = Collection().get(3, "none").model
    found = Connections(model, image)
    listed = found.strongest(found.total, 50)
    assert len(listed) == 50
    assert (np.diff(np.abs(listed["effect"])) <= 0).all()
    linears = [layer[0] for layer in model.hidden] + [model.output]
    x = normalise(torch.from_numpy(image.copy()).float()).flatten()[None]
    values = model(x)[0, : len(CLASS_NAMES)]
    others = values[torch.arange(len(CLASS_NAMES)) != found.label]
    lead = values[found.label] - others.logsumexp(0)
    gradients = torch.autograd.grad(lead, [each.weight for each in linears])
    for layer, source, target, effect in listed:
        # The gradient of a weight is its input times the gradient of the sum. The input of a pixel
        # is measured from black.
        expected = (linears[layer].weight * gradients[layer])[target, source].item()
        if layer == 0:
            expected *= ((x[0, source] - normalise(0.0)) / x[0, source]).item()
        assert effect == pytest.approx(expected, rel=1e-2)


def test_a_black_picture_has_no_connections():
    found = Connections(Collection().get(3, "none").model, np.zeros((28, 28), np.uint8))
    assert found.total == 0
    assert found.steps == [0]
    assert found.fewest(lambda values: True) == 0
    assert len(found.strongest(0, 10)) == 0


def test_infinite_weights_end_too(image):
    with np.errstate(all="ignore"):
        model = MLP(TINY).eval()
        model.hidden[0][0].weight.data.fill_(3e38)
        found = Connections(model, image)
        assert found.steps[-1] == 0
