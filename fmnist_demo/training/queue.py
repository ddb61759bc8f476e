"""The queue of trainings: first come, first served, one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from fmnist_demo.errors import UserError

MAX_LENGTH = 8
"""Trainings that may be in the queue, including the one that runs."""


class TrainingQueue:
    """Who trains next. Threads may share it."""

    def __init__(self):
        self._entries: list[object] = []
        self._lock = Lock()

    def __len__(self) -> int:
        """How many wait or train."""
        return len(self._entries)

    @contextmanager
    def entry(self) -> Iterator[object]:
        """Join the end of the queue; leave it when the block ends.

        Raises `UserError` if the queue is full.
        """
        entry = object()
        with self._lock:
            if len(self._entries) >= MAX_LENGTH:
                raise UserError(
                    f"{MAX_LENGTH} trainings are already waiting or running: try again in a "
                    "few minutes."
                )
            self._entries.append(entry)
        try:
            yield entry
        finally:
            with self._lock:
                self._entries.remove(entry)

    def ahead(self, entry: object) -> int:
        """How many entries are ahead of this one; at 0 it is its turn."""
        with self._lock:
            return self._entries.index(entry)
