"""Weight matrices with few non-zero values, as compressed rows.

A matrix becomes three tensors, named by `PARTS`: its non-zero `values` row by row, float16 (n,),
their `columns`, int16 (n,), and the `counts` of values in each row, int16 (rows,).
"""

from collections.abc import Collection

import torch

PARTS = ("values", "columns", "counts")


def names(name: str, stored: Collection[str]) -> list[str]:
    """The names under which `stored` should hold a tensor: its own, or those of its parts."""
    parts = [f"{name}.{part}" for part in PARTS]
    return parts if name not in stored and any(part in stored for part in parts) else [name]


def smallest(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
    """What to store for a tensor, float16: itself, or its parts if it is a matrix and they need
    fewer bytes. The sign of a zero is lost.
    """
    if tensor.ndim != 2:
        return {name: tensor}
    rows, columns = tensor.nonzero(as_tuple=True)
    parts = {
        f"{name}.values": tensor[rows, columns],
        f"{name}.columns": columns.short(),
        f"{name}.counts": rows.bincount(minlength=len(tensor)).short(),
    }
    return parts if sum(part.nbytes for part in parts.values()) < tensor.nbytes else {name: tensor}


def expand(
    values: torch.Tensor, columns: torch.Tensor, counts: torch.Tensor, shape: tuple[int, int]
) -> torch.Tensor:
    """The matrix of this shape, float16. Raises `ValueError` if the parts do not describe one."""
    n_rows, n_columns = shape
    kinds = {part.dtype for part in (columns, counts)}
    if values.dtype != torch.float16 or kinds != {torch.int16}:
        raise ValueError("is not stored as float16 values with int16 columns and counts")
    if values.ndim != 1 or columns.shape != values.shape:
        raise ValueError(
            f"has values of shape {tuple(values.shape)}, but columns of shape "
            f"{tuple(columns.shape)}"
        )
    if tuple(counts.shape) != (n_rows,):
        raise ValueError(f"has counts of shape {tuple(counts.shape)}, but {n_rows} rows")
    if (counts < 0).any() or counts.sum() != len(values):
        raise ValueError(f"has {len(values)} values, but its counts do not add up to that")
    if ((columns < 0) | (columns >= n_columns)).any():
        raise ValueError(f"has columns outside 0 to {n_columns - 1}")
    positions = torch.arange(n_rows).repeat_interleave(counts.long()) * n_columns + columns
    if (positions.diff() <= 0).any():
        raise ValueError("has columns that do not increase along a row")
    matrix = torch.zeros(n_rows * n_columns, dtype=values.dtype)
    matrix[positions] = values
    return matrix.view(shape)


def stored_bytes(tensor: torch.Tensor) -> int:
    """How many bytes a tensor takes in a file: as float16, or as `smallest` stores it."""
    whole = 2 * tensor.numel()
    if tensor.ndim != 2:
        return whole
    return min(whole, 4 * int(tensor.count_nonzero()) + 2 * len(tensor))
