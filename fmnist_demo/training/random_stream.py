"""Random numbers for dropout that nothing else in the program sees or changes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


class RandomStream:
    """A state of torch's global generator of its own; dropout can draw from no other generator."""

    def __init__(self, seed: int):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._state = torch.get_rng_state()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Draw from this stream within the block, then go back to the program's own state."""
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._state)
            yield
            self._state = torch.get_rng_state()
