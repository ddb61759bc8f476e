"""Active units, pixel use and filters of small networks whose weights are set by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.networks.inspection import (
    active_units,
    pixel_use,
    strongest_filters,
    weight_norm,
    weights,
)
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.regularisation import weight_matrices


def network(layers: int = 2, width: int = 3) -> MLP:
    """A network whose weights are all zero."""
    model = MLP(MLPConfig(layers, width, norm="none"))
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    return model


def connect(model: MLP, matrix: int, out: int, into: int, value: float = 1.0) -> None:
    with torch.no_grad():
        list(weight_matrices(model).values())[matrix][out, into] = value


def test_a_unit_is_active_if_it_connects_a_pixel_to_an_output():
    model = network()
    connect(model, 0, out=0, into=29)  # pixel in row 1, column 1
    connect(model, 1, out=2, into=0)
    connect(model, 2, out=9, into=2)
    connect(model, 0, out=1, into=100)  # has no output
    connect(model, 2, out=4, into=1)  # has no input
    active = active_units(model)
    assert [layer.tolist() for layer in active.units] == [
        [True, False, False],
        [False, False, True],
    ]
    assert np.argwhere(active.pixels).tolist() == [[1, 1]]
    assert active.dead_units == [2, 2]
    assert active.unused_pixels == 783


def test_a_broken_path_leaves_no_unit_active():
    model = network(layers=3)
    connect(model, 0, out=0, into=5)
    connect(model, 1, out=0, into=0)
    connect(model, 3, out=0, into=0)
    active = active_units(model)
    assert active.dead_units == [3, 3, 3]
    assert active.unused_pixels == 784


def test_every_unit_of_a_network_without_zeros_is_active():
    active = active_units(MLP(MLPConfig(3, 16)))
    assert active.dead_units == [0, 0, 0]
    assert active.unused_pixels == 0


@given(st.integers(0, 2**31), st.floats(0.5, 0.999))
@settings(max_examples=15, deadline=None)
def test_unused_pixels_do_not_influence_the_logits(seed, zeros):
    generator = torch.Generator().manual_seed(seed)
    model = MLP(MLPConfig(3, 12), seed % 1000).eval()
    with torch.no_grad():
        for matrix in weight_matrices(model).values():
            matrix.mul_(torch.rand(matrix.shape, generator=generator) >= zeros)
    active = active_units(model)
    pictures = torch.randn(5, 28, 28, generator=generator)
    with torch.no_grad():
        before = model(pictures)
        noise = torch.randn(5, 28, 28, generator=generator)
        assert torch.equal(before, model(torch.where(torch.tensor(active.pixels), pictures, noise)))


def test_weights_and_norm_cover_all_matrices():
    model = network()
    connect(model, 0, 0, 0, 3.0)
    connect(model, 2, 1, 1, -4.0)
    assert sorted(weights(model))[:: len(weights(model)) - 1] == [-4, 3]
    assert len(weights(model)) == 784 * 3 + 3 * 3 + 3 * 10
    assert weight_norm(model) == 5


def test_pixel_use_is_the_sum_of_weight_magnitudes():
    model = network()
    connect(model, 0, 0, 30, -2.0)
    connect(model, 0, 1, 30, 1.5)
    used = pixel_use(model)
    assert used.shape == (28, 28)
    assert used[1, 2] == pytest.approx(3.5)
    assert used.sum() == pytest.approx(3.5)


def test_the_strongest_filters_come_first_and_are_scaled_to_one():
    model = network(width=4)
    for unit, value in enumerate((0.1, -8.0, 2.0, 0.0)):
        connect(model, 0, unit, unit, value)
    filters = strongest_filters(model, 3)
    assert filters.shape == (3, 28, 28)
    assert filters[:, 0].argmax(1).tolist()[1:] == [2, 0]
    assert filters[0, 0, 1] == -1
    assert np.abs(filters).max((1, 2)).tolist() == [1, 1, 1]


def test_a_network_of_zeros_has_filters_of_zeros():
    assert (strongest_filters(network(), 2) == 0).all()
