"""Which precision a training uses."""

import pytest
import torch

from fmnist_demo.training import precision
from fmnist_demo.training.precision import AUTO, PRECISIONS, choose_precision


@pytest.fixture(autouse=True)
def fresh():
    precision.fastest.cache_clear()
    yield
    precision.fastest.cache_clear()


@pytest.fixture
def bfloat16_instructions(monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)


@pytest.mark.parametrize("name", PRECISIONS)
def test_a_named_precision_is_used(name):
    assert choose_precision(name) == name


def test_without_bfloat16_instructions_nothing_is_timed(monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    monkeypatch.setattr(precision, "seconds", lambda name: pytest.fail("a product was timed"))
    assert choose_precision(AUTO) == "float32"


@pytest.mark.parametrize("faster", PRECISIONS)
def test_with_bfloat16_instructions_the_faster_one_is_used(
    faster, bfloat16_instructions, monkeypatch
):
    monkeypatch.setattr(precision, "seconds", lambda name: 1.0 if name == faster else 2.0)
    assert choose_precision(AUTO) == faster


def test_products_are_timed_in_their_precision(monkeypatch):
    used = []
    real = torch.ones
    monkeypatch.setattr(torch, "ones", lambda *size, dtype: used.append(dtype) or real(*size))
    assert precision.seconds("bfloat16") > 0
    assert set(used) == {torch.bfloat16}
