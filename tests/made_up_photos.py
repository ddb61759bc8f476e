"""Made-up photos of garments with the true outline, to measure how well garments are cut out.

`python tests/made_up_photos.py` measures the preprocessing on 300 of them (docs/experiments.md).
"""

import colorsys

import cv2
import numpy as np

from fmnist_demo.images.framing import frame, trim
from fmnist_demo.images.preprocessing import Prepared, prepare
from fmnist_demo.images.strokes import FRACTION_BITS, Line, paint_area, paint_line
from fmnist_demo.synthetic.cloth import SEWN, SHOES, TOPS
from fmnist_demo.synthetic.drawings import Hand
from fmnist_demo.synthetic.garments import GARMENTS, shoes_from_above

SHORT, LONG = 300, 400
"""Edges of a photo in pixels."""

LABELS = (0, 2, 6, 4, 3, 1, 0, 2, 6, 1, 3, 9, 7, 5, 8)
"""The classes in turn: mostly tops, dresses and trousers, as people photograph them."""


def photo(seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """A photo, uint8 (H, W, 3), and where the garment is in it, bool (H, W)."""
    rng = np.random.default_rng([seed, number])
    shape = (LONG, SHORT) if rng.random() < 0.7 else (SHORT, LONG)
    details, inside = _garment(LABELS[number % len(LABELS)], shape, rng)
    ground = _ground(shape, rng)
    cloth = _cloth(inside, ground, rng)
    for line in details:
        if rng.random() < 0.7:
            crease = np.zeros(shape, np.float32)
            paint_line(crease, line, 1.0, 2)
            cloth *= (1 - rng.uniform(0, 0.5) * crease)[..., None]
    soft = cv2.GaussianBlur(inside, (0, 0), 4)
    cloth *= (1 - 0.6 * rng.random() * (1 - soft))[..., None].clip(0.3, 1)
    shadow = np.roll(inside, rng.integers(-8, 9, 2), (0, 1))
    ground *= (1 - rng.uniform(0, 0.45) * cv2.GaussianBlur(shadow, (0, 0), 5))[..., None]
    picture = ground + (cloth - ground) * inside[..., None]
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2))
    picture += rng.normal(0, rng.uniform(1, 6), (*shape, 1))
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 95))]
    _, encoded = cv2.imencode(".jpg", picture.clip(0, 255).astype(np.uint8), quality)
    return np.ascontiguousarray(cv2.imdecode(encoded, 1)), inside > 0.5


def overlap(prepared: Prepared, inside: np.ndarray) -> float:
    """The intersection over the union of the framed garment and the true one, 0..1."""
    found = prepared.pixels > 20
    true = frame(trim((inside * 200).astype(np.uint8), 16)) > 60
    return float((found & true).sum() / max(1, (found | true).sum()))


def _garment(label: int, shape, rng) -> tuple[list[Line], np.ndarray]:
    """A garment's details in OpenCV's coordinates, and how much of each pixel it covers, 0..1."""
    if label in SEWN:
        garment = GARMENTS[label](rng, sewn=True)
    elif label in SHOES and rng.random() < 0.7:
        garment = shoes_from_above(rng, label)
    else:
        garment = GARMENTS[label](rng)
    hand = Hand(rng, tremor=0.4)
    outlines = [hand.trace(line, closed=True) for line in garment.outlines]
    details = [hand.trace(line, closed=False) for line in garment.details]
    points = np.concatenate(outlines + details)
    low, extent, size = points.min(axis=0), np.ptp(points, axis=0), np.array(shape[::-1])
    scale = (size / extent).min() * rng.uniform(0.55, 0.95)
    room = size - extent * scale
    offset = room * (0.5 + rng.uniform(-0.3, 0.3, 2)) - low * scale
    outlines, details = (
        [
            np.round((line * scale + offset) * (1 << FRACTION_BITS)).astype(np.int32)
            for line in lines
        ]
        for lines in (outlines, details)
    )
    covered = np.zeros(shape, np.uint8)
    for line in outlines:
        paint_area(covered, line, 255)
    for line in details:
        paint_line(covered, line, 255, int(rng.integers(3, 7)))
        if label in TOPS:
            paint_area(covered, line, 255)
    return details, (covered / 255).astype(np.float32)


def _colour(rng, saturation=(0.0, 0.9), value=(0.12, 0.95)) -> np.ndarray:
    hue, share = rng.random(2)
    chosen = saturation[0] + (saturation[1] - saturation[0]) * share**1.5
    return np.array(colorsys.hsv_to_rgb(hue, chosen, rng.uniform(*value))) * 255


def _noise(rng, shape, rows, columns=None) -> np.ndarray:
    """Noise of `shape` and standard deviation about 1, smooth between rows x columns cells."""
    cells = max(2, int(rows)), max(2, int(columns or rows))
    coarse = rng.normal(0, 1, cells).astype(np.float32)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)


def _ground(shape, rng) -> np.ndarray:
    """A floor, bed or wall, unevenly lit: float32 (H, W, 3)."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, along = (x, y) if rng.random() < 0.5 else (y, x)
    ground = np.ones((*shape, 3), np.float32) * _colour(rng, (0, 0.45), (0.35, 0.9))
    grain = 1 + rng.uniform(0.02, 0.1) * _noise(rng, shape, height / 2, width / 2)
    kind = rng.choice(["plain", "carpet", "boards", "tiles", "sheet", "rug", "two", "printed"])
    if kind == "boards":
        board = rng.uniform(40, 110)
        tones = rng.normal(1, 0.07, 20)[(across // board).astype(int)]
        ground *= (tones * (1 + 0.05 * _noise(rng, shape, height / 30, width / 3)))[..., None]
        ground[across % board < 2] *= 0.6
    elif kind == "tiles":
        tile, turn = rng.uniform(60, 200), rng.uniform(-0.3, 0.3)
        u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        ground[(u % tile < 4) | (v % tile < 4)] *= rng.uniform(0.6, 1.25)
    elif kind == "sheet":
        folds = _noise(rng, shape, rng.integers(3, 7), rng.integers(6, 16))
        ground *= (1 + rng.uniform(0.03, 0.14) * folds)[..., None]
    elif kind == "rug":
        stripe = rng.uniform(12, 60)
        ground[across % stripe < stripe / 2] = ground[0, 0] * 0.5 + _colour(rng) * 0.5
    elif kind == "two":
        ground[along < rng.uniform(0.1, 0.3) * along.max()] = _colour(rng, (0, 0.5))
    elif kind == "printed":
        printed = _noise(rng, shape, rng.integers(10, 30)) > rng.uniform(-0.3, 0.9)
        ground[printed] = ground[printed] * 0.6 + _colour(rng) * 0.4
    if kind != "plain":
        ground *= grain[..., None]
    return ground * (1 + rng.uniform(0, 0.15) * _noise(rng, shape, 2))[..., None]


def _cloth(inside: np.ndarray, ground: np.ndarray, rng) -> np.ndarray:
    """Cloth with folds, and perhaps a pattern or a print, as large as the photo."""
    shape = inside.shape
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    rows, columns = np.nonzero(inside > 0.5)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    top, middle = rows.min(), (columns.min() + columns.max()) / 2
    colour, other = _colour(rng), _colour(rng)
    if rng.random() < 0.15:  # hardly another colour than the ground
        colour = ground.mean(axis=(0, 1)) * rng.uniform(0.7, 1.2)
    cloth = np.ones((*shape, 3), np.float32) * colour
    kind = rng.choice(["plain", "stripes", "checks", "chest", "printed", "two"])
    if kind == "stripes":
        stripe = height / rng.uniform(4, 14)
        cloth[y % stripe < stripe * rng.uniform(0.3, 0.6)] = other
    elif kind == "checks":
        check = width / rng.uniform(4, 12)
        cloth[(x % check < check / 2) ^ (y % check < check / 2)] = colour * 0.4 + other * 0.6
    elif kind == "chest":
        chest = np.abs(x - middle) < width * 0.2
        chest &= np.abs(y - top - height * 0.4) < height * 0.15
        cloth[chest & (_noise(rng, shape, rng.integers(20, 60)) > rng.uniform(-1, 0.5))] = other
    elif kind == "printed":
        cloth[_noise(rng, shape, rng.integers(20, 60)) > rng.uniform(-0.5, 1)] = other
    elif kind == "two":
        cloth[y > top + height * rng.uniform(0.3, 0.7)] = other
    folds = rng.uniform(0.02, 0.16) * _noise(rng, shape, rng.integers(2, 5), rng.integers(6, 20))
    return cloth * (1 + folds + rng.uniform(0, 0.1) * _noise(rng, shape, 5))[..., None]


def main(seed: int = 1, count: int = 300) -> None:
    """Print how well the garments of `count` photos are cut out."""
    overlaps, kinds, problems = [], [], []
    for number in range(count):
        picture, inside = photo(seed, number)
        prepared = prepare(picture)
        overlaps.append(overlap(prepared, inside))
        kinds.append({stage.name for stage in prepared.stages} & {"Sheet", "Drawing"})
        problems.append(bool(prepared.problem))
    good = np.array(overlaps) > 0.85
    print(f"mean overlap {np.mean(overlaps):.3f}, above 0.85: {good.mean():.1%}")
    print(f"taken for a sheet or a drawing: {sum(map(bool, kinds))}")
    problems = np.array(problems)
    print(
        f"problem: {problems[good].mean():.1%} of these, {problems[~good].mean():.1%} of the others"
    )


if __name__ == "__main__":
    main()
