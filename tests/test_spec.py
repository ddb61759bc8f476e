"""Class names, and pixels as the networks expect them."""

import numpy as np
import pytest
import torch
from conftest import skip_or_fail
from helpers import assert_one_sentence
from hypothesis import given
from hypothesis import strategies as st

from fmnist_demo.data.fashion_mnist import load_training
from fmnist_demo.errors import UserError
from fmnist_demo.spec import CLASS_NAMES, MEAN, SLUGS, STD, normalise, parse_classes


def test_the_classes_match_the_dataset_and_its_order():
    from torchvision.datasets import FashionMNIST

    assert [name.removesuffix("/top") for name in FashionMNIST.classes] == list(CLASS_NAMES)


def test_normalising_maps_the_mean_to_0_and_one_deviation_above_it_to_1():
    pixels = np.array([255 * MEAN, 255 * (MEAN + STD)])
    assert normalise(pixels) == pytest.approx([0, 1])


def test_bytes_are_normalised_without_overflow():
    pixels = np.arange(256, dtype=np.uint8)
    expected = [(x / 255 - MEAN) / STD for x in range(256)]
    assert normalise(pixels) == pytest.approx(expected)
    assert normalise(torch.from_numpy(pixels)).numpy() == pytest.approx(expected, abs=1e-6)


def test_mean_and_deviation_match_the_training_images(real_data):
    data = load_training(real_data)
    pixels = torch.cat([data.train.images, data.validation.images])
    counts = torch.bincount(pixels.flatten(), minlength=256).double()
    values = torch.arange(256) / 255
    mean = (counts * values).sum() / counts.sum()
    std = ((counts * (values - mean) ** 2).sum() / counts.sum()).sqrt()
    assert (round(mean.item(), 4), round(std.item(), 4)) == (MEAN, STD)


@given(st.lists(st.sampled_from(range(10)), min_size=1))
def test_joined_class_names_are_parsed_into_their_labels(labels):
    assert parse_classes("+".join(SLUGS[label] for label in labels)) == tuple(labels)


@pytest.mark.parametrize(
    "name", ["", "+", "sneaker+", "Sneaker", "T-shirt", "ankle boot", "hat", "sneaker,sandal"]
)
def test_the_error_for_a_wrong_class_name_lists_the_valid_ones(name):
    with pytest.raises(UserError) as error:
        parse_classes(name)
    assert_one_sentence(str(error.value))
    assert f"“{name}”" in str(error.value)
    assert all(slug in str(error.value) for slug in SLUGS)


def test_on_ci_a_test_that_cannot_run_fails(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        skip_or_fail("no browser")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        skip_or_fail("no browser")
