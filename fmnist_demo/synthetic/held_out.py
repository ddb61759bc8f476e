"""Which things are never trained on, so that networks can be measured on them."""

from hashlib import sha256

HELD_OUT = 6
"""One name in so many is held out."""


def is_held_out(name: str) -> bool:
    """Whether a thing of this name is for measuring only: the same everywhere and always."""
    return sha256(name.encode()).digest()[0] % HELD_OUT == 0
