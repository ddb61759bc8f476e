"""Measuring several ways side by side: in turn, with the same number of threads."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from tqdm import tqdm


def in_turn(
    ways: Mapping[str, Callable[[], object]], n: int, what: str, warm_up: bool = True
) -> dict[str, list[float]]:
    """The seconds of `n` calls of each way, by name.

    They take turns, so that whatever else the machine does meets all alike; to `warm_up`, each is
    called once before that. `what` names the progress bar.
    """
    samples = {name: [] for name in ways}
    if warm_up:
        for way in ways.values():
            way()
    for _ in tqdm(range(n), what):
        for name, way in ways.items():
            samples[name].append(clocked(way))
    return samples


def clocked(way: Callable[[], object]) -> float:
    """The seconds of one call."""
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


@contextmanager
def threads(count: int | None = None) -> Iterator[None]:
    """Let PyTorch, OpenCV and, where scikit-learn has brought it, NumPy use `count` threads.

    All cores if None.
    """
    import cv2

    count = count or os.cpu_count() or 1
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(count)
    cv2.setNumThreads(count)
    try:
        with _blas(count):
            yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


@contextmanager
def _blas(count: int) -> Iterator[None]:
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
    else:
        with threadpool_limits(count, user_api="blas"):
            yield
