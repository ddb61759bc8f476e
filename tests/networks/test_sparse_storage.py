"""Matrices with few non-zero values take fewer bytes and come back as they were."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmnist_demo.networks.sparse_storage import expand, names, smallest, stored_bytes

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def sparse(shape: tuple[int, int], density: float, seed: int) -> torch.Tensor:
    """A random float16 matrix in which about the share `density` of values is not zero."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(shape, generator=generator) < density
    return (torch.randn(shape, generator=generator) * mask).half()


@given(SHAPES, st.sampled_from([0.0, 0.05, 0.3, 0.6, 1.0]), st.integers(0, 99))
def test_a_matrix_comes_back_as_it_was_from_the_fewest_bytes(shape, density, seed):
    matrix = sparse(shape, density, seed)
    stored = smallest("w", matrix)
    assert stored_bytes(matrix) == sum(part.nbytes for part in stored.values())
    needed = 4 * int(matrix.count_nonzero()) + 2 * shape[0]
    assert sum(part.nbytes for part in stored.values()) == min(needed, matrix.nbytes)
    assert list(stored) == names("w", stored)
    restored = stored["w"] if "w" in stored else expand(*stored.values(), shape)
    assert torch.equal(restored, matrix)
    assert restored.dtype == matrix.dtype


def test_vectors_are_stored_as_they_are():
    zeros = torch.zeros(100).half()
    assert smallest("b", zeros) == {"b": zeros}


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (set(), ["w"]),
        ({"w"}, ["w"]),
        ({"w.counts"}, ["w.values", "w.columns", "w.counts"]),
        ({"w", "w.values"}, ["w"]),
        ({"v.values", "w.other"}, ["w"]),
    ],
)
def test_the_names_of_the_parts_are_expected_where_one_of_them_is_stored(stored, expected):
    assert names("w", stored) == expected


def half(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float16)


def short(*values: int) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.int16)


SOUND = {"values": half(1, 2, 3), "columns": short(0, 3, 2), "counts": short(2, 0, 1)}
"""A matrix of 3 rows and 4 columns."""


def test_the_parts_describe_a_matrix():
    matrix = expand(**SOUND, shape=(3, 4))
    assert matrix.tolist() == [[1, 0, 0, 2], [0, 0, 0, 0], [0, 0, 3, 0]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"values": torch.ones(3)}, "not stored as float16 values"),
        ({"columns": torch.tensor([0, 3, 2])}, "int16 columns"),
        ({"counts": half(2, 0, 1)}, "int16 columns and counts"),
        ({"values": half(1, 2)}, r"values of shape \(2,\), but columns of shape \(3,\)"),
        ({"values": half(1, 2, 3)[None], "columns": short(0, 3, 2)[None]}, r"shape \(1, 3\)"),
        ({"values": half(1)[0], "columns": short(1)[0]}, r"shape \(\)"),
        ({"counts": short(2, 1)}, r"counts of shape \(2,\), but 3 rows"),
        ({"counts": short(2, 0, 1)[None]}, r"counts of shape \(1, 3\)"),
        ({"counts": short(2, 0, 2)}, "do not add up"),
        ({"counts": short(2, -1, 2)}, "do not add up"),
        ({"columns": short(0, 4, 2)}, "columns outside 0 to 3"),
        ({"columns": short(-1, 3, 2)}, "columns outside 0 to 3"),
        ({"columns": short(3, 0, 2)}, "do not increase along a row"),
        ({"columns": short(3, 3, 2)}, "do not increase along a row"),
    ],
)
def test_parts_that_describe_no_matrix_are_rejected(change, problem):
    with pytest.raises(ValueError, match=problem):
        expand(**SOUND | change, shape=(3, 4))


@given(
    st.lists(st.integers(-1, 4), max_size=6),
    st.lists(st.integers(-1, 3) | st.just(2**15 - 1), min_size=2, max_size=4),
)
def test_random_parts_are_rejected_or_place_every_value(columns, counts):
    values = torch.arange(1.0, len(columns) + 1).half()
    try:
        matrix = expand(values, short(*columns), short(*counts), (3, 4))
    except ValueError:
        return
    assert torch.equal(matrix[matrix != 0], values)
    assert matrix.count_nonzero(1).tolist() == counts
