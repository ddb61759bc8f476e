"""A picture and networks to ranked answers."""

import json

import numpy as np
import pytest
import torch

from fmnist_demo.checkpoints import Collection
from fmnist_demo.inference import Prediction, predict, probabilities
from fmnist_demo.model import predict_logits
from fmnist_demo.spec import CLASS_NAMES


@pytest.fixture(scope="module")
def networks(weights):
    return list(Collection(weights))


def test_probabilities_are_the_softmax_of_the_logits(networks, validation):
    logits = predict_logits(networks[0].model, validation.images).double().numpy()
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = probabilities(networks[0], validation.images)
    assert found == pytest.approx(expected, abs=1e-5)
    assert found.sum(axis=1) == pytest.approx(np.ones(100), abs=1e-5)


def test_every_network_answers_in_its_turn_as_it_would_alone(networks, validation):
    pixels = validation.images[3].numpy()
    answers = predict(networks, pixels)
    assert [answer.checkpoint for answer in answers] == networks
    for network, answer in zip(networks, answers, strict=True):
        alone = probabilities(network, validation.images)[3]
        assert answer.probabilities == pytest.approx(alone, abs=1e-5)


def test_a_read_only_picture_is_as_good_as_another(networks, validation, recwarn):
    pixels = validation.images[0].numpy().copy()
    pixels.flags.writeable = False
    predict(networks[:1], pixels)
    assert not recwarn.list


def test_answers_are_ranked_and_ties_stand_in_the_classes_order(networks):
    shares = np.array([0, 0.1, 0, 0.3, 0.1, 0, 0, 0.5, 0, 0], np.float32)
    answer = Prediction(networks[0], shares)
    names = [name for name, _ in answer.ranked]
    assert names[:4] == ["Sneaker", "Dress", "Trouser", "Coat"]
    assert names[4:] == ["T-shirt", "Pullover", "Sandal", "Shirt", "Bag", "Ankle boot"]
    assert [share for _, share in answer.ranked] == sorted(map(float, shares), reverse=True)
    assert answer.label == "Sneaker"


def test_an_answer_goes_into_json_and_names_its_network(networks):
    shares = torch.full((10,), 0.1).numpy()
    shares[8] = 0.2
    answer = json.loads(json.dumps(Prediction(networks[0], shares).as_dict()))
    assert answer["name"] == f"mlp{answer['layers']}-{answer['regulariser']}" == networks[0].name
    assert answer["label"] == answer["confidences"][0]["label"] == "Bag"
    assert {each["label"] for each in answer["confidences"]} == set(CLASS_NAMES)
