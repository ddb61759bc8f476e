"""Remove the rules of lined and squared paper from under a drawing."""

import numpy as np

FEWEST = 5
"""Fewer lines across the picture are no ruled paper; they may be a ground line, or boards."""

EVEN, OFF_BEAT = 0.8, 0.15
"""At least this share of the distances between rules must be whole multiples of one distance, up to
this share of it. The threads of a carpet are not."""

THICKEST = 0.03
"""The greatest thickness of a rule, as a share of the picture."""

MOST = 0.4
"""The share of the paper's edge that is ink; the grain of wood is more."""

FAINTEST = 5
"""A rule differs from the paper by at least this, 0..255."""


def without_rules(ink: np.ndarray) -> np.ndarray:
    """`ink` without the rules of its paper, or `ink` itself if the paper is plain.

    `ink` is uint8 (H, W), bright on black. Rules are thin, straight, slightly tilted at most, and
    go from edge to edge. Where a pen crosses a rule, its ink stays.
    """
    cleared = ink.copy()
    rules = [(view, _rules(view)) for view in (cleared, cleared.T)]
    even = [(view, lines) for view, lines in rules if _are_even(lines)]
    for view, lines in even:
        for line in lines:
            _clear(view, *line)
    return cleared if even else ink


def _are_even(rules: list[tuple[np.ndarray, int]]) -> bool:
    """Whether there are enough rules, at even distances but for some that a drawing hides."""
    if len(rules) < FEWEST:
        return False
    gaps = np.diff(np.sort([line.mean() for line, _ in rules]))
    steps = gaps / np.median(gaps)
    off = np.abs(steps - np.maximum(1, np.round(steps)))
    return bool(np.mean(off <= OFF_BEAT) >= EVEN)


def _rules(ink: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """The rules that cross `ink` (H, W) from left to right: the row in each column, the thickness.

    A rule is found by its two ends: thin peaks of the median brightness beside the drawing, at
    about the same height on both sides.
    """
    width = ink.shape[1]
    strip = max(2, width // 16)
    profiles = [np.median(side, axis=1) for side in (ink[:, :strip], ink[:, -strip:])]
    if any(np.mean(profile > FAINTEST) > MOST for profile in profiles):
        return []
    (left, thick), (right, right_thick) = map(_peaks, profiles)
    shift, shared = _tilt(left, right, 0.06 * width)
    if not shared:
        return []
    apart = np.abs(right[:, None] - shift - left)
    if shared < FEWEST:
        rows, thick = left[apart.min(axis=0) <= 3], thick[apart.min(axis=0) <= 3]
    else:  # a drawing hides the ends of some rules, and one end is enough where the tilt is known
        single = apart.min(axis=1) > 3
        rows, thick = np.r_[left, right[single] - shift], np.r_[thick, right_thick[single]]
    climb = shift * (np.arange(width) - strip / 2) / (width - strip)
    return [(row + climb, int(pen)) for row, pen in zip(rows, thick, strict=True)]


def _peaks(profile: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The thin peaks of a profile (H): their centres and thicknesses, (n) each."""
    change = np.diff(np.r_[0, profile > FAINTEST, 0].astype(np.int8))
    starts, stops = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
    thin = stops - starts <= max(3, THICKEST * len(profile))
    return (starts + stops - 1)[thin] / 2, (stops - starts)[thin]


def _tilt(left: np.ndarray, right: np.ndarray, most: float) -> tuple[float, int]:
    """How far the right ends of the rules lie below the left ends, and how many rules agree."""
    shifts = (right[None] - left[:, None]).ravel()
    shifts = shifts[np.abs(shifts) <= most]
    if not len(shifts):
        return 0.0, 0
    votes = (np.abs(shifts[:, None] - shifts) <= 2).sum(axis=1)
    best = np.lexsort((np.abs(shifts), -votes))[0]
    return float(np.median(shifts[np.abs(shifts - shifts[best]) <= 2])), int(votes[best])


def _clear(ink: np.ndarray, line: np.ndarray, thick: int) -> None:
    """Replace a rule by the ink just above or below it, whichever is less."""
    height, width = ink.shape
    columns = np.arange(width)
    centre = np.round(line).astype(int)
    reach = thick // 2 + 1

    def row(offset: int) -> tuple[np.ndarray, np.ndarray]:
        return np.clip(centre + offset, 0, height - 1), columns

    between = np.minimum(ink[row(-reach - 1)], ink[row(reach + 1)])
    for offset in range(-reach, reach + 1):
        ink[row(offset)] = np.minimum(ink[row(offset)], between)
