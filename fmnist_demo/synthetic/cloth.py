"""Imitate photos of garments: fill, shade and pattern the outlines of `garments`.

Fashion-MNIST shows garments hanging straight with their sleeves down, and single shoes from the
side. People photograph garments on the floor with the sleeves spread, and pairs of shoes from
above. The networks learn these views from synthetic images.
"""

import numpy as np

from fmnist_demo.images.framing import frame, trim
from fmnist_demo.images.segmentation import stretch
from fmnist_demo.images.strokes import SIZE, fit_to_canvas, paint_area, paint_line
from fmnist_demo.synthetic.drawings import Hand
from fmnist_demo.synthetic.garments import GARMENTS, Garment, shoes_from_above

TOPS, SHOES, TROUSER = (0, 2, 4, 6), (5, 7, 9), 1
"""The labels of tops, of shoes and of trousers."""

SEWN = (*TOPS, 3)
"""The labels whose drawings have other proportions than real garments: tops and dresses."""

PATTERNS = ("plain", "striped", "checked", "printed on the chest", "printed all over")

PATTERN_SHARES = {
    0: (0.4, 0.15, 0.02, 0.35, 0.08),
    1: (0.75, 0.05, 0.05, 0.05, 0.1),
    2: (0.62, 0.17, 0.03, 0.1, 0.08),
    3: (0.4, 0.12, 0.05, 0.03, 0.4),
    4: (0.65, 0.08, 0.1, 0.05, 0.12),
    6: (0.4, 0.15, 0.25, 0.03, 0.17),
} | dict.fromkeys((5, 7, 8, 9), (0.5, 0.12, 0.08, 0.15, 0.15))
"""How often the cloth of each class has each of the `PATTERNS`: T-shirts have prints, shirts
checks, dresses flowers."""

BETWEEN = 0.12
"""The share of trousers whose cutout includes the floor between the legs."""


def photograph(label: int, rng: np.random.Generator) -> np.ndarray:
    """A garment of class `label` on the floor, cut out of a photo.

    Returns uint8 (28, 28), bright on black.
    """
    garment = _garment(label, rng)
    hand = Hand(rng, tremor=0.5)
    outlines = [hand.trace(line, closed=True) for line in garment.outlines]
    details = [hand.trace(line, closed=False) for line in garment.details]
    to_pixels = fit_to_canvas(outlines + details, margin=6)
    outlines, details = list(map(to_pixels, outlines)), list(map(to_pixels, details))
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for line in outlines:
        paint_area(mask, line, 255)
    for line in details:  # straps, handles and hoods extend beyond the outline
        paint_line(mask, line, 255, int(rng.integers(2, 5)))
        if label in TOPS:
            paint_area(mask, line, 255)

    cloth = _shading(rng) + _pattern(label, rng)
    inside, creases, hems = np.zeros((3, SIZE, SIZE), np.float32)
    for line, drawn in zip(garment.details, details, strict=True):
        if len(line) > 4 and np.allclose(line[0], line[-1]):  # a shoe's opening, a pocket, a print
            paint_area(inside, drawn, 1.0)
    for lines, shown in ((details, creases), (outlines, hems)):
        for line in lines:
            paint_line(shown, line, 1.0, int(rng.integers(1, 4)))
    cloth += inside * rng.uniform(-0.7, 0.7) + creases * rng.uniform(-0.4, 0.4)
    cloth += hems * rng.uniform(-0.1, 0.2)
    if label == TROUSER and rng.random() < BETWEEN:
        cloth, mask = _with_floor(cloth, mask, rng)
    cloth, mask = _miscut(cloth, np.where(_ragged(mask, rng), mask, 0), rng)
    return frame(trim(stretch(255 * cloth.clip(0, 1), mask > 127), 16))


def _garment(label: int, rng) -> Garment:
    """Tops and dresses in the proportions of real ones, shoes mostly in pairs from above."""
    if label in SEWN:
        return GARMENTS[label](rng, sewn=rng.random() < 0.85)
    if label in SHOES and rng.random() < 0.7:
        return shoes_from_above(rng, label)
    return GARMENTS[label](rng)


def _with_floor(cloth: np.ndarray, mask: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Imitate a cutout that includes the floor between the outermost points of each row.

    `cloth` (SIZE, SIZE) is brightness, 0 to 1; `mask` uint8 (SIZE, SIZE).
    """
    inside = mask > 127
    from_left, from_right = (np.logical_or.accumulate(m, axis=1) for m in (inside, inside[:, ::-1]))
    between = from_left & from_right[:, ::-1] & ~inside
    return np.where(between, rng.random(), cloth), np.where(between, 255, mask).astype(np.uint8)


def _miscut(cloth: np.ndarray, mask: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Imitate bad cutouts: some include a patch of floor, others miss a part of the garment.

    `cloth` (SIZE, SIZE) is brightness, 0 to 1; `mask` uint8 (SIZE, SIZE).
    """
    kind = rng.random()
    if kind > 0.25:
        return cloth, mask
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    centre, reach = rng.uniform(0.1, 0.9, 2) * SIZE, rng.uniform(0.06, 0.22, 2) * SIZE
    offset = np.abs([(y - centre[0]) / reach[0], (x - centre[1]) / reach[1]])
    patch = (offset.max(axis=0) if rng.random() < 0.5 else np.hypot(*offset)) < 1
    if kind < 0.1:
        return cloth, np.where(patch, 0, mask).astype(np.uint8)
    floor = patch & (mask == 0)
    return np.where(floor, rng.random(), cloth), np.where(floor, 255, mask).astype(np.uint8)


def _smooth_noise(rng, rows: int, columns: int | None = None) -> np.ndarray:
    """Noise (SIZE, SIZE) of standard deviation about 1, smooth between `rows` x `columns` cells."""
    import cv2

    coarse = rng.normal(0, 1, (rows, columns or rows)).astype(np.float32)
    return cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)


def _shading(rng) -> np.ndarray:
    """The brightness of the cloth, about 0 to 1, with mostly vertical folds and uneven light."""
    base = rng.uniform(0.15, 0.9)
    light = rng.uniform(0, 0.12) * _smooth_noise(rng, rng.integers(3, 7))
    cells, strength = (rng.integers(2, 5), rng.integers(6, 20)), rng.uniform(0.01, 0.12)
    folds = strength * _smooth_noise(rng, *(cells if rng.random() < 0.7 else cells[::-1]))
    grain = rng.uniform(0, 0.06) * _smooth_noise(rng, rng.integers(24, 80))
    return base + light + folds + grain


def _pattern(label: int, rng) -> np.ndarray:
    """The pattern of a garment's cloth, to be added to its brightness: (SIZE, SIZE)."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    kind = rng.choice(PATTERNS, p=PATTERN_SHARES[label])
    strength, count, phase = rng.uniform(-0.6, 0.6), rng.uniform(3, 12), rng.random()
    if kind == "plain":
        return np.zeros((SIZE, SIZE))
    if kind == "striped":
        across = y if rng.random() < 0.7 else x
        return strength * (((across * count + phase) % 1) < rng.uniform(0.3, 0.7))
    if kind == "checked":
        return strength * ((((x * count) % 1) < 0.5) ^ (((y * count) % 1) < 0.5))
    if kind == "printed on the chest":
        width, height = rng.uniform(0.08, 0.25, 2)
        chest = (np.abs(x - 0.5) < width) & (np.abs(y - rng.uniform(0.3, 0.6)) < height)
        return strength * chest * (_smooth_noise(rng, rng.integers(6, 24)) > -0.5)
    return strength * (_smooth_noise(rng, rng.integers(8, 30)) > rng.uniform(-0.5, 1))


def _ragged(mask: np.ndarray, rng) -> np.ndarray:
    """bool (SIZE, SIZE): the mask with inaccurate edges, as a segmentation has."""
    import cv2

    if rng.random() < 0.4:
        return mask > 0
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1, 4)) / 255
    return soft > 0.5 + rng.uniform(0, 0.3) * _smooth_noise(rng, rng.integers(5, 14))
