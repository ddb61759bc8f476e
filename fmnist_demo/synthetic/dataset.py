"""Synthetic images with labels: garments drawn and of cloth, and pictures of other things."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, cycle, islice

import numpy as np

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.spec import CLASS_NAMES, IMAGE_SIZE, NO_GARMENT
from fmnist_demo.synthetic import glyphs, icons
from fmnist_demo.synthetic.cloth import photograph
from fmnist_demo.synthetic.drawings import draw, draw_glyph, draw_lines, scribble
from fmnist_demo.synthetic.things import kinds

SHARES = {
    "drawing": 9,
    "cloth": 7,
    "turned": 2,
    "scribble": 1,
    "thing": 4,
    "icon": 1,
    "glyph": 1,
}
"""How many images of each kind one round contains."""

UPRIGHT = (0, 1, 2, 3, 4, 6)
"""The labels of garments that nobody lays sideways or upside down: all but shoes and bags."""

DRAWN = 0.3
"""The share of drawings among the turned garments; the others are of cloth."""


def _thing(rng: np.random.Generator, held_out: bool = False) -> np.ndarray:
    return draw_lines(kinds.strokes(rng, held_out), rng)


def _icon(rng: np.random.Generator, held_out: bool = False) -> np.ndarray:
    return draw_lines(icons.strokes(rng, held_out), rng)


def _glyph(rng: np.random.Generator, held_out: bool = False) -> np.ndarray:
    return draw_glyph(glyphs.strokes(rng, held_out), rng)


def _garment(kind: str, label: int, rng: np.random.Generator) -> np.ndarray:
    """A garment of a class as a drawing or as cloth: uint8 (28, 28)."""
    if kind == "cloth":
        return photograph(label, rng)
    return from_drawing(draw(label, rng), stages=False).pixels


def _turned(rng: np.random.Generator) -> np.ndarray:
    """A garment that lies on a side or upside down, uint8 (28, 28): no network can name those."""
    label = UPRIGHT[rng.integers(len(UPRIGHT))]
    kind = "drawing" if rng.random() < DRAWN else "cloth"
    return np.rot90(_garment(kind, label, rng), rng.integers(1, 4))


NON_GARMENTS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "scribble": scribble,
    "thing": _thing,
    "icon": _icon,
    "glyph": _glyph,
    "thing_held_out": partial(_thing, held_out=True),
    "icon_held_out": partial(_icon, held_out=True),
    "glyph_held_out": partial(_glyph, held_out=True),
}
"""Makes a drawing of something that is no garment, by kind. What is held out is for measuring."""

CHUNK = 1_000
"""Images per chunk: a whole number of rounds of all kinds and classes."""


def examples(
    seed: int | Sequence[int] = 0, shares: dict[str, int] = SHARES
) -> Iterator[tuple[np.ndarray, int]]:
    """Yield synthetic images without end: uint8 (28, 28) and a label.

    The label of all `NON_GARMENTS` and of turned garments is `NO_GARMENT`. The classes take turns.
    The same seed and shares yield the same images. Raises `UserError` if a kind needs what is not
    installed.
    """
    rng = np.random.default_rng(seed)
    turns = {kind: count() for kind in shares}
    for kind in cycle([kind for kind, share in shares.items() for _ in range(share)]):
        label = next(turns[kind]) % len(CLASS_NAMES)
        if kind == "turned":
            yield _turned(rng), NO_GARMENT
        elif kind in NON_GARMENTS:
            picture = NON_GARMENTS[kind](rng)
            while picture.min() == 255:  # the pen may leave nothing of a thin character
                picture = NON_GARMENTS[kind](rng)
            yield from_drawing(picture, stages=False).pixels, NO_GARMENT
        else:
            yield _garment(kind, label, rng), label


def dataset(
    size: int, seed: int = 0, shares: dict[str, int] = SHARES, jobs: int = 1, progress=None
) -> tuple[np.ndarray, np.ndarray]:
    """Generate `size` synthetic images, uint8 (size, 28, 28), and labels, int64 (size,).

    `jobs` processes generate chunks of `CHUNK` images. Each chunk has its own seed, so the result
    does not depend on `jobs`. `progress(chunks, total=...)` wraps the iterator over the chunks, as
    `tqdm` does.
    """
    from joblib import Parallel, delayed  # slow to load, and the app starts without it

    starts = range(0, size, CHUNK)
    chunks = Parallel(jobs, return_as="generator")(
        delayed(_chunk)(min(CHUNK, size - start), (seed, start), shares) for start in starts
    )
    images = np.empty((size, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    labels = np.empty(size, np.int64)
    chunks = progress(chunks, total=len(starts)) if progress else chunks
    for start, chunk in zip(starts, chunks, strict=True):
        images[start : start + CHUNK], labels[start : start + CHUNK] = chunk
    return images, labels


def _chunk(size: int, seed: Sequence[int], shares: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    images, labels = zip(*islice(examples(seed, shares), size), strict=True)
    return np.stack(images), np.array(labels)
