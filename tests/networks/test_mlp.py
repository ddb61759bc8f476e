"""The network computes what NumPy computes, and checks its configuration."""

import numpy as np
import pytest
import torch
from helpers import assert_one_sentence
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import (
    MAX_PARAMETERS,
    MLP,
    NORMS,
    PARAMETER_BUDGET,
    MLPConfig,
    budget_width,
    predict_logits,
)
from fmnist_demo.networks.pruning import pruned, threshold
from fmnist_demo.networks.single_image import SingleImageInference
from fmnist_demo.networks.sparse_inference import sparse_logits
from fmnist_demo.spec import normalise

DEPTHS = range(1, 8)


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return torch.randint(256, (9, 28, 28), generator=torch.Generator().manual_seed(0)).byte()


def numpy_logits(model: MLP, x: np.ndarray) -> np.ndarray:
    """Logits (N, 10) for normalised images (N, 784), without torch."""
    p = {name: t.double().numpy() for name, t in model.state_dict().items()}
    for i in range(model.config.layers):
        x = x @ p[f"hidden.{i}.0.weight"].T + p[f"hidden.{i}.0.bias"]
        if model.config.norm != "none":
            if model.config.norm == "batch":
                mean, var = p[f"hidden.{i}.1.running_mean"], p[f"hidden.{i}.1.running_var"]
            else:
                mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
            x = (x - mean) / np.sqrt(var + 1e-5)
            x = x * p[f"hidden.{i}.1.weight"] + p[f"hidden.{i}.1.bias"]
        x = np.maximum(x, 0)
    return x @ p["output.weight"].T + p["output.bias"]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("layers", [1, 3, 5, 7])
def test_the_logits_match_those_computed_with_numpy(layers, norm, pictures):
    model = MLP(MLPConfig(layers, 24, norm=norm), seed=layers)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for tensor in _tensors_of_norms(model):  # other values than 0 and 1, as after training
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    expected = numpy_logits(model, normalise(pictures.double().numpy()).reshape(9, 784))
    assert predict_logits(model, pictures).numpy() == pytest.approx(expected, abs=1e-4)


def _tensors_of_norms(model):
    return [t for name, t in model.state_dict().items() if ".1." in name and t.ndim == 1]


def test_a_channel_axis_changes_nothing(pictures):
    model, images = MLP(MLPConfig(width=16)).eval(), normalise(pictures.float())
    assert torch.equal(model(images), model(images[:, None]))


@given(st.sampled_from(DEPTHS), st.integers(1, 40), st.sampled_from(list(NORMS)), st.floats(0, 0.9))
@settings(max_examples=30)
def test_the_number_of_parameters_is_that_of_the_tensors(layers, width, norm, dropout):
    config = MLPConfig(layers, width, dropout, norm)
    assert config.parameters == sum(p.numel() for p in MLP(config).parameters())


@given(st.sampled_from(DEPTHS), st.integers(1, 4096), st.sampled_from(list(NORMS)))
def test_only_networks_that_are_too_large_are_rejected(layers, width, norm):
    units = 784 + (layers - 1) * width + layers * (1 if norm == "none" else 3) + 10
    count = width * units + 10
    if count <= MAX_PARAMETERS:
        assert MLPConfig(layers, width, norm=norm).parameters == count
        return
    with pytest.raises(UserError) as error:
        MLPConfig(layers, width, norm=norm)
    assert_one_sentence(str(error.value))
    assert f"{count:,}" in str(error.value)


@pytest.mark.parametrize(
    ("invalid", "message"),
    [
        ({"layers": 0}, "0 hidden layers"),
        ({"layers": 8}, "8 hidden layers"),
        ({"width": 0}, "width of 0"),
        ({"width": 4097}, "width of 4097"),
        ({"dropout": -0.1}, "dropout of -0.1"),
        ({"dropout": 1.0}, "dropout of 1.0"),
        ({"dropout": float("nan")}, "dropout of nan"),
        ({"norm": "group"}, "“group”"),
    ],
)
def test_a_value_out_of_range_is_reported(invalid, message):
    with pytest.raises(UserError, match=message) as error:
        MLPConfig(**invalid)
    assert_one_sentence(str(error.value))


@pytest.mark.parametrize("layers", DEPTHS)
def test_the_width_is_the_largest_within_the_budget(layers):
    width = budget_width(layers)
    assert width % 16 == 0
    assert MLPConfig(layers, width).parameters <= PARAMETER_BUDGET + 10  # the output's biases
    assert MLPConfig(layers, width + 16).parameters > PARAMETER_BUDGET


def test_shipped_depths_differ_by_less_than_three_percent_in_parameters():
    counts = [MLPConfig(layers, budget_width(layers)).parameters for layers in (3, 5, 7)]
    assert max(counts) < 1.03 * min(counts)


def test_the_initial_weights_depend_only_on_the_seed():
    def weights(seed):
        return torch.cat([p.flatten() for p in MLP(MLPConfig(width=16), seed).parameters()])

    before = torch.get_rng_state()
    first, second = weights(3), weights(4)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(1)
    assert torch.equal(weights(3), first)
    assert not torch.equal(first, second)


def test_a_network_takes_the_weights_of_one_without_the_eleventh_output(pictures):
    other = MLP(MLPConfig(width=16), seed=1).eval()
    model = MLP(MLPConfig(width=16, none_of_these=True), seed=2).eval()
    last = model.output.weight[10].clone()
    model.copy_weights(other)
    images = normalise(pictures)
    assert torch.allclose(model(images)[:, :10], other(images), atol=1e-5)
    assert torch.equal(model.output.weight[10], last)


@pytest.mark.parametrize("training", [True, False])
def test_prediction_is_without_dropout_and_restores_the_mode(training, pictures):
    model = MLP(MLPConfig(width=16, dropout=0.9)).train(training)
    statistics = model.hidden[0][1].running_mean.clone()
    assert torch.equal(predict_logits(model, pictures), predict_logits(model, pictures))
    assert model.training == training
    assert torch.equal(model.hidden[0][1].running_mean, statistics)


def test_the_batch_size_does_not_matter(pictures):
    model = MLP(MLPConfig(width=16))
    whole = predict_logits(model, pictures)
    assert whole.shape == (9, 10)
    assert torch.allclose(predict_logits(model, pictures, batch_size=2), whole, atol=1e-5)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("layers", [1, 3, 7])
def test_single_image_inference_matches_the_batch(layers, norm, pictures):
    model = MLP(MLPConfig(layers, 64, 0.3, norm), seed=1)
    for _ in range(3):
        model(
            normalise(pictures + 20 * torch.randn(9, 28, 28))
        )  # so that the running statistics are not 0 and 1
    pictures = torch.cat([pictures, pictures * (pictures > 128), torch.zeros(1, 28, 28).byte()])
    single = SingleImageInference(model)
    logits = np.stack([single.logits(picture) for picture in pictures.numpy()])
    assert logits.shape == (19, 10)
    assert logits == pytest.approx(predict_logits(model, pictures).numpy(), abs=2e-5)


def test_single_image_inference_copies_the_weights(pictures):
    model = MLP(MLPConfig(2, 16, 0.3))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    single = SingleImageInference(model)
    answer = single.logits(pictures[0].numpy())
    assert model.training
    assert all(torch.equal(before[name], now) for name, now in model.state_dict().items())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    assert np.array_equal(single.logits(pictures[0].numpy()), answer)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kept", [1.0, 0.1, 0.0])
def test_sparse_inference_matches_the_batch(norm, kept, pictures):
    model = MLP(MLPConfig(3, 64, 0.3, norm), seed=1)
    model(normalise(pictures + 20 * torch.randn(9, 28, 28)))  # changes the running statistics
    model = pruned(model, threshold(model, kept))
    logits = sparse_logits(model, pictures, batch_size=4)
    assert logits.shape == (9, 10)
    assert torch.allclose(logits, predict_logits(model, pictures), atol=2e-5)
    assert model.training
