"""Time several functions side by side: in turn, with the same number of threads."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress

import torch
from tqdm import tqdm


def in_turn(
    functions: Mapping[str, Callable[[], object]], n: int, title: str, warm_up: bool = True
) -> dict[str, list[float]]:
    """The seconds of `n` calls of each function, by name.

    The functions take turns, so that other work on the machine slows all of them alike. With
    `warm_up` each is called once before. `title` is that of the progress bar.
    """
    samples = {name: [] for name in functions}
    if warm_up:
        for function in functions.values():
            function()
    for _ in tqdm(range(n), title):
        for name, function in functions.items():
            samples[name].append(seconds_of(function))
    return samples


def seconds_of(function: Callable[[], object]) -> float:
    """The seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


@contextmanager
def threads(count: int | None = None) -> Iterator[None]:
    """Make PyTorch, OpenCV and, if threadpoolctl is installed, NumPy use `count` threads.

    All cores if None.
    """
    import cv2

    count = count or os.cpu_count() or 1
    before = torch.get_num_threads(), cv2.getNumThreads()
    blas = nullcontext()
    with suppress(ImportError):
        from threadpoolctl import threadpool_limits

        blas = threadpool_limits(count, user_api="blas")
    torch.set_num_threads(count)
    cv2.setNumThreads(count)
    try:
        with blas:
            yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])
