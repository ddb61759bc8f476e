"""Visitors' networks, kept in memory up to a fixed number."""

from collections import OrderedDict
from itertools import count
from threading import Lock

from fmnist_demo.networks.checkpoints import Checkpoint

SIZE = 40
"""How many networks fit. Each takes up to 20 MB, half of it for fast single-image inference."""

GONE = "The server no longer has your network: load the file or train it again."
"""The message to a visitor whose network was dropped."""


class NetworkStore:
    """The networks of all visitors by key; each visitor holds the key of their network.

    When there are more than `size`, the least recently used one is dropped. Thread-safe.
    """

    def __init__(self, size: int = SIZE):
        self.size = size
        self._networks: OrderedDict[int, Checkpoint] = OrderedDict()
        self._keys = count(1)
        self._lock = Lock()

    def put(self, network: Checkpoint) -> int:
        """Store a network. Returns its key."""
        with self._lock:
            key = next(self._keys)
            self._networks[key] = network
            if len(self._networks) > self.size:
                self._networks.popitem(last=False)
            return key

    def get(self, key: int | None) -> Checkpoint | None:
        """The network with this key; None if `key` is None or the network was dropped."""
        with self._lock:
            if key in self._networks:
                self._networks.move_to_end(key)
            return self._networks.get(key)
