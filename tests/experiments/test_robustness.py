"""Noisy, shifted and drawn images are as documented, and reproducible."""

import pytest
import torch

from fmnist_demo.data.splits import Split
from fmnist_demo.experiments import robustness

GREY = Split(torch.full((40, 28, 28), 128, dtype=torch.uint8), torch.arange(40) % 10)


def test_noise_has_the_documented_standard_deviation():
    noisy = robustness.noisy(GREY)
    difference = (noisy.images.float() - 128) / 255
    assert difference.mean() == pytest.approx(0, abs=0.005)
    assert difference.std() == pytest.approx(robustness.NOISE_STD, rel=0.02)
    assert noisy.images.dtype == torch.uint8
    assert torch.equal(noisy.images, robustness.noisy(GREY).images)
    assert torch.equal(noisy.labels, GREY.labels)


def test_noise_leaves_no_pixel_below_black_or_above_white():
    edges = torch.zeros(2, 28, 28, dtype=torch.uint8)
    edges[1] = 255
    noisy = robustness.noisy(Split(edges, torch.arange(2))).images
    assert noisy[0].float().mean() < 50  # with overflow, half of the pixels would be bright
    assert noisy[1].float().mean() > 205


def test_images_move_left_right_up_and_down_in_turn():
    dot = torch.zeros(8, 28, 28, dtype=torch.uint8)
    dot[:, 10, 20] = 255
    moved = robustness.shifted(Split(dot, torch.arange(8))).images
    positions = [tuple(picture.nonzero()[0].tolist()) for picture in moved]
    assert positions == [(10, 18), (10, 22), (8, 20), (12, 20)] * 2


def test_shifting_fills_with_black():
    moved = robustness.shifted(GREY).images
    assert moved.shape == GREY.images.shape
    for picture in moved:
        assert (picture == 0).sum() == robustness.SHIFT_PIXELS * 28


def test_the_synthetic_drawings_are_of_all_ten_classes(monkeypatch):
    monkeypatch.setattr(robustness, "SYNTHETIC_DRAWINGS", 20)
    drawings = robustness.synthetic_drawings.__wrapped__()
    assert drawings.labels.tolist() == [*range(10)] * 2
    assert drawings.images.shape == (20, 28, 28)
