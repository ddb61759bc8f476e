"""The fewest pixels that change an answer, against the model itself."""

import numpy as np
import pytest
import torch
from conftest import TINY

from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.counterfactual import MOST, fewest_pixels, switched
from fmnist_demo.networks.mlp import MLP, predict_logits
from fmnist_demo.spec import CLASS_NAMES


def label(model: MLP, image: np.ndarray) -> int:
    logits = predict_logits(model, torch.from_numpy(image)[None])[0]
    return int(logits[: len(CLASS_NAMES)].argmax())


def test_dark_pixels_become_white_and_light_ones_black():
    image = np.arange(784, dtype=np.uint16).reshape(28, 28).clip(0, 255).astype(np.uint8)
    changed = switched(image, [3, 200])
    assert changed[0, 3] == 255
    assert changed[200 // 28, 200 % 28] == 0
    assert (changed != image).sum() == 2
    assert switched(image, []).tolist() == image.tolist()


@pytest.mark.parametrize("layers", [3, 7])
@pytest.mark.parametrize("regulariser", ["none", "l1"])
def test_the_pixels_change_the_answer_of_a_shipped_network(layers, regulariser, validation):
    model = Collection().get(layers, regulariser).model
    for image in validation.images[:5].numpy():
        change = fewest_pixels(model, image)
        assert change.labels[0] == label(model, image)
        assert change.labels[-1] != change.labels[0]
        assert 1 <= len(change.pixels) <= MOST
        assert len(set(change.pixels)) == len(change.pixels)
        for count, expected in enumerate(change.labels):
            assert label(model, switched(image, change.pixels[:count])) == expected


def test_no_pixel_of_a_change_is_superfluous(validation):
    model = Collection().get(3, "none").model
    image = validation.images[3].numpy()
    change = fewest_pixels(model, image)
    for pixel in change.pixels:
        others = [other for other in change.pixels if other != pixel]
        assert label(model, switched(image, others)) != change.labels[-1]


def test_a_network_that_always_says_the_same_does_not_change_its_mind(validation):
    model = MLP(TINY).eval()
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.copy_(torch.arange(10.0))
    assert fewest_pixels(model, validation.images[0].numpy()) is None
