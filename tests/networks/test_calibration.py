"""Calibration: metrics checked against values computed by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import split_of_drawings
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.networks.calibration import (
    REJECTED,
    Calibration,
    calibrate,
    expected_calibration_error,
    fit_temperature,
)
from fmnist_demo.networks.mlp import predict_logits


def shares(*confidences: float) -> np.ndarray:
    """Probabilities (N, 10) with the given confidence in class 0, the rest spread evenly."""
    confidence = np.array(confidences)[:, None]
    return np.hstack([confidence, np.repeat((1 - confidence) / 9, 9, axis=1)])


@pytest.fixture(scope="module")
def answers() -> tuple[torch.Tensor, torch.Tensor]:
    """Logits, and labels drawn with exactly the probabilities that the logits imply."""
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(4000, 10, generator=generator)
    return logits, torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]


def test_the_calibration_error_matches_the_one_computed_by_hand():
    labels = np.array([0, 1, 0, 0])
    # 0.9 twice, right once: a gap of 0.4; 0.5 once, right: 0.5; 1.0 once, right: none
    error = expected_calibration_error(shares(0.9, 0.9, 0.5, 1.0), labels)
    assert error == pytest.approx(0.4 * 2 / 4 + 0.5 * 1 / 4)


@given(st.lists(st.integers(2, 10), min_size=1, max_size=5))
def test_confidence_equal_to_accuracy_is_no_error(correct_counts):
    confidences = [correct / 10 for correct in correct_counts for _ in range(10)]
    labels = [0 if i < correct else 1 for correct in correct_counts for i in range(10)]
    error = expected_calibration_error(shares(*confidences), np.array(labels))
    assert error == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("confidence", [0.2, 0.7, 1.0])
def test_if_every_prediction_is_wrong_the_error_is_the_confidence(confidence):
    error = expected_calibration_error(shares(*[confidence] * 6), np.ones(6, int))
    assert error == pytest.approx(confidence)


def test_errors_of_different_bins_do_not_cancel_out():
    error = expected_calibration_error(shares(0.9, 0.3), np.array([1, 0]))
    assert error == pytest.approx((0.9 + 0.7) / 2)


def test_calibrated_logits_have_a_temperature_of_one(answers):
    assert fit_temperature(*answers) == pytest.approx(1, abs=0.05)


@given(st.floats(0.02, 50))
@settings(max_examples=30)
def test_the_temperature_scales_with_the_logits(answers, factor):
    logits, labels = answers
    temperature = fit_temperature(logits * factor, labels)
    assert temperature == pytest.approx(factor * fit_temperature(logits, labels), rel=0.01)


def test_the_temperature_has_the_lowest_loss_among_its_neighbours(answers):
    logits, labels = answers
    best = fit_temperature(logits * 2.7, labels)
    losses = [F.cross_entropy(logits * 2.7 / (best * s), labels) for s in (0.95, 1, 1.05)]
    assert min(losses) == losses[1]


@pytest.mark.parametrize("scale", [0.0, 1.0, 1e4])
@pytest.mark.parametrize("offset", [0, 1])
def test_all_correct_all_wrong_or_uniform_predictions_have_a_finite_temperature(scale, offset):
    logits = torch.eye(10) * scale
    temperature = fit_temperature(logits, (torch.arange(10) + offset) % 10)
    assert 0 < temperature < float("inf")
    assert (logits / temperature).softmax(1).isfinite().all()


def test_the_documented_share_of_the_drawings_is_below_the_threshold(trained, validation):
    model, _ = trained
    drawings = split_of_drawings(500, seed=8)
    calibration = calibrate(model, validation, drawings)
    logits = predict_logits(model, drawings.images)
    confidence = (logits / calibration.temperature).softmax(1).amax(1)
    assert (confidence < calibration.confidence_threshold).float().mean() == pytest.approx(
        REJECTED, abs=1 / 500
    )


def test_calibration_lowers_the_loss_and_does_not_change_the_network(trained, validation):
    model, _ = trained
    before = predict_logits(model, validation.images)
    temperature = calibrate(model, validation, validation).temperature
    after = predict_logits(model, validation.images)
    assert torch.equal(before, after)
    labels = validation.labels
    assert F.cross_entropy(after / temperature, labels) < F.cross_entropy(after, labels)
    assert temperature == fit_temperature(after, labels)


def test_other_drawings_change_the_threshold_but_not_the_temperature(trained, validation):
    model, _ = trained
    first = calibrate(model, validation, validation)
    second = calibrate(model, validation, split_of_drawings(50, seed=9))
    assert first.temperature == second.temperature
    assert first.confidence_threshold != second.confidence_threshold


def test_the_default_calibration_changes_nothing():
    assert Calibration() == Calibration(temperature=1, confidence_threshold=0)
