"""Predictions and saliency of networks for one image."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from fmnist_demo.networks.calibration import Calibration
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import Prediction, predict, probabilities, saliency
from fmnist_demo.networks.mlp import predict_logits
from fmnist_demo.spec import CLASS_NAMES, normalise


@pytest.fixture(scope="module")
def networks(weights):
    return list(Collection(weights))


def test_probabilities_are_the_softmax_of_logits_over_temperature(networks, validation):
    logits = predict_logits(networks[0].model, validation.images).double().numpy()
    logits /= networks[0].metadata.calibration.temperature
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    result = probabilities(networks[0], validation.images)
    assert result == pytest.approx(expected, abs=1e-5)
    assert result.sum(axis=1) == pytest.approx(np.ones(100), abs=1e-5)


def test_the_networks_predict_in_order_and_independently(networks, validation):
    pixels = validation.images[3].numpy()
    predictions = predict(networks, pixels)
    assert [prediction.checkpoint for prediction in predictions] == networks
    for network, prediction in zip(networks, predictions, strict=True):
        alone = probabilities(network, validation.images)[3]
        assert prediction.probabilities == pytest.approx(alone, abs=1e-5)


def test_a_read_only_image_causes_no_warning(networks, validation, recwarn):
    pixels = validation.images[0].numpy().copy()
    pixels.flags.writeable = False
    predict(networks[:1], pixels)
    assert not recwarn.list


def test_predictions_are_ranked_and_ties_keep_the_order_of_the_classes(networks):
    shares = np.array([0, 0.1, 0, 0.3, 0.1, 0, 0, 0.5, 0, 0], np.float32)
    answer = Prediction(networks[0], shares)
    names = [name for name, _ in answer.ranked]
    assert names[:4] == ["Sneaker", "Dress", "Trouser", "Coat"]
    assert names[4:] == ["T-shirt", "Pullover", "Sandal", "Shirt", "Bag", "Ankle boot"]
    assert [share for _, share in answer.ranked] == sorted(map(float, shares), reverse=True)
    assert answer.label == "Sneaker"


def test_a_prediction_is_json_and_names_its_network(networks):
    shares = torch.full((10,), 0.1).numpy()
    shares[8] = 0.2
    answer = json.loads(json.dumps(Prediction(networks[0], shares).as_dict()))
    assert answer["name"] == f"mlp{answer['layers']}-{answer['regulariser']}" == networks[0].name
    assert answer["label"] == answer["confidences"][0]["label"] == "Bag"
    assert answer["sure"] is True
    assert {row["label"] for row in answer["confidences"]} == set(CLASS_NAMES)


@pytest.mark.parametrize(
    ("confidence_threshold", "confident"), [(0.0, True), (0.5, True), (0.51, False), (1, False)]
)
def test_a_prediction_is_confident_from_the_threshold_on(networks, confidence_threshold, confident):
    metadata = replace(networks[0].metadata, calibration=Calibration(1.0, confidence_threshold))
    shares = np.array([0.5, 0.3, 0.2, *[0] * 7], np.float32)
    answer = Prediction(replace(networks[0], metadata=metadata), shares)
    assert answer.confident is confident
    assert answer.as_dict()["sure"] is confident
    assert answer.label == CLASS_NAMES[0]


def test_no_prediction_for_an_image_with_a_problem_is_confident(networks):
    pixels = np.zeros((28, 28), np.uint8)
    for answer in predict(networks, pixels, "No garment was found."):
        assert not answer.confident
        assert answer.as_dict()["problem"] == "No garment was found."
        assert answer.as_dict()["sure"] is False


def test_saliency_is_scaled_to_one_and_zero_on_black_pixels(networks, validation):
    for network in networks:
        for pixels in validation.images[:5].numpy():
            result = saliency(network, pixels)
            assert (result.shape, result.dtype) == ((28, 28), np.float32)
            assert np.abs(result).max() == pytest.approx(1)
            assert result.min() < 0 < result.max()
            assert (result[pixels == 0] == 0).all()


def test_saliency_matches_finite_differences_of_the_logit(networks, validation):
    for network in networks:
        model = copy.deepcopy(network.model).double()
        pixels = validation.images[4]
        label = predict_logits(model, pixels[None].double())[0].argmax()
        steps = torch.eye(784, dtype=torch.float64).reshape(784, 28, 28) * 1e-3
        up, down = (model(normalise(pixels.double() + s))[:, label] for s in (steps, -steps))
        expected = ((up - down).reshape(28, 28) * pixels).detach().numpy()
        expected /= np.abs(expected).max()
        assert saliency(network, pixels.numpy()) == pytest.approx(expected, abs=1e-3)


def test_a_black_image_has_no_saliency(networks):
    assert (saliency(networks[0], np.zeros((28, 28), np.uint8)) == 0).all()


def test_saliency_changes_neither_the_shared_network_nor_the_image(networks, validation):
    pixels = validation.images[0].numpy().copy()
    pixels.flags.writeable = False
    with torch.no_grad():  # a caller may disable gradients
        first, second = (saliency(networks[0], pixels) for _ in range(2))
    assert np.array_equal(first, second)
    assert all(p.grad is None for p in networks[0].model.parameters())
    assert np.array_equal(pixels, validation.images[0].numpy())
