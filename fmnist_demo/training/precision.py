"""The precision of the matrix products in training."""

import time
from functools import cache

import torch

PRECISIONS = ("float32", "bfloat16")

AUTO = "auto"
"""In place of a precision: whichever is faster on the device."""

EXAMPLES, UNITS = 512, 1024
"""The size of the matrix product that is timed: that of a large layer and a batch."""


def choose_precision(name: str, device: torch.device | str = "cpu") -> str:
    """One of `PRECISIONS`: `name` itself, or for `AUTO` the faster one.

    Processors without bfloat16 instructions emulate them at a tenth of the speed or less, so
    PyTorch is asked for the instructions first. Only if there are some, a product is timed.
    """
    if name != AUTO:
        return name
    return fastest(torch.device(device).type)


@cache
def fastest(device_type: str) -> str:
    """The faster precision on a device type."""
    if device_type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return min(PRECISIONS, key=seconds) if has_bfloat16() else "float32"


def has_bfloat16() -> bool:
    """Whether PyTorch knows bfloat16 instructions of this processor."""
    available = torch.backends.mkldnn.is_available()
    return available and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def seconds(precision: str) -> float:
    """The shortest of five times that a matrix product takes on the CPU."""
    dtype = getattr(torch, precision)
    images, weights = (
        torch.ones(EXAMPLES, UNITS, dtype=dtype),
        torch.ones(UNITS, UNITS, dtype=dtype),
    )
    times = []
    for _ in range(5):
        start = time.perf_counter()
        images @ weights
        times.append(time.perf_counter() - start)
    return min(times)
