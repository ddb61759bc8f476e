"""Imitated photos depend only on the seed, fill the frame and show a recognisable class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.images.segmentation import DARKEST
from fmnist_demo.spec import CLASS_NAMES, SLUGS
from fmnist_demo.synthetic import cloth
from fmnist_demo.synthetic.cloth import PATTERN_SHARES, PATTERNS, SHOES, TROUSER, photograph
from fmnist_demo.synthetic.dataset import dataset

labels = st.sampled_from(range(10))
seeds = st.integers(0, 2**32)


@given(labels, seeds)
@settings(max_examples=60)
def test_a_garment_spans_the_frame_and_is_bright_on_black(label, seed):
    pixels = photograph(label, np.random.default_rng(seed))
    assert (pixels.shape, pixels.dtype) == ((28, 28), np.uint8)
    rows, columns = np.nonzero(pixels)
    assert 28 in (np.ptp(rows) + 1, np.ptp(columns) + 1)
    assert (pixels == 0).any()
    assert pixels.max() > DARKEST / 2


@given(labels, seeds)
@settings(max_examples=20)
def test_the_seed_decides_the_cloth(label, seed):
    one, again, other = (
        photograph(label, np.random.default_rng(s)) for s in (seed, seed, seed + 1)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("label", range(10))
def test_two_hundred_garments_of_a_class_all_cover_part_of_the_frame(label):
    rng = np.random.default_rng(label)
    covered = [(photograph(label, rng) >= DARKEST // 2).mean() for _ in range(200)]
    assert min(covered) > 0.02
    assert np.mean(covered) > 0.15


def test_cloth_covers_more_of_the_frame_than_the_lines_of_a_drawing():
    cloth, drawn = (dataset(100, 1, {kind: 1})[0] for kind in ("cloth", "drawing"))
    assert (cloth >= DARKEST // 2).mean() > 1.3 * (drawn >= DARKEST // 2).mean()


def test_only_shoes_appear_in_pairs_from_above(monkeypatch):
    real, pairs = cloth.shoes_from_above, []

    def spy(rng, label):
        pairs.append(label)
        return real(rng, label)

    monkeypatch.setattr(cloth, "shoes_from_above", spy)
    rng = np.random.default_rng(0)
    for label in range(10):
        for _ in range(20):
            photograph(label, rng)
    assert set(pairs) == set(SHOES)
    assert {SLUGS[label] for label in SHOES} == {"sandal", "sneaker", "ankle-boot"}
    assert len(pairs) < 20 * len(SHOES)


def test_cloth_has_the_tone_of_a_garment_in_a_photo():
    """The brightest part is nearly white, as the preprocessing of photos makes it."""
    rng = np.random.default_rng(1)
    brightest = [np.percentile(photograph(label, rng), 99) for label in range(10) for _ in range(8)]
    assert np.mean(np.array(brightest) > 200) > 0.9


def test_the_floor_between_the_legs_becomes_part_of_some_trousers(monkeypatch):
    def covered(share):
        monkeypatch.setattr(cloth, "BETWEEN", share)
        rng = np.random.default_rng(3)
        return np.mean([(photograph(TROUSER, rng) > 0).mean() for _ in range(60)])

    assert covered(1.0) > 1.05 * covered(0.0)


def test_every_class_has_shares_of_patterns_that_sum_to_one():
    assert sorted(PATTERN_SHARES) == list(range(len(CLASS_NAMES)))
    assert {len(shares) for shares in PATTERN_SHARES.values()} == {len(PATTERNS)}
    assert all(np.isclose(sum(shares), 1) for shares in PATTERN_SHARES.values())


@pytest.mark.slow
def test_the_nearest_mean_image_often_has_the_right_class():
    """Even this simple classifier does far better than chance, so the images show their class."""
    (images, labels), (others, theirs) = (dataset(n, n, {"cloth": 1}) for n in (600, 300))
    means = np.stack([images[labels == k].mean(0) for k in range(10)])
    distances = ((others[:, None] - means[None]) ** 2).sum((2, 3))
    assert (distances.argmin(1) == theirs).mean() > 0.3
