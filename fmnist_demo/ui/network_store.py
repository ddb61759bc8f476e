"""Where visitors' own networks are kept in memory: so many, and no more."""

from collections import OrderedDict
from itertools import count
from threading import Lock

from fmnist_demo.networks.checkpoints import Checkpoint

SIZE = 40
"""Networks that are kept at a time. One takes up to 20 MB, half of it for quick answers."""

GONE = "Your network had to make way for those of others: load it or train it again."
"""What a visitor is told whose network is no longer there."""


class NetworkStore:
    """The networks of all visitors, each of whom holds a key to their own.

    Of more than `size`, those used last are kept. Threads may share it.
    """

    def __init__(self, size: int = SIZE):
        self.size = size
        self._networks: OrderedDict[int, Checkpoint] = OrderedDict()
        self._tickets = count(1)
        self._lock = Lock()

    def put(self, network: Checkpoint) -> int:
        """Keep a network; the key to it."""
        with self._lock:
            key = next(self._tickets)
            self._networks[key] = network
            if len(self._networks) > self.size:
                self._networks.popitem(last=False)
            return key

    def get(self, key: int | None) -> Checkpoint | None:
        """The network of a key, or None if there is no key or the network is gone."""
        with self._lock:
            if key in self._networks:
                self._networks.move_to_end(key)
            return self._networks.get(key)
