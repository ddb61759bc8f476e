"""Synthetic images depend only on the seed, come in turn and have the right labels."""

from itertools import islice

import numpy as np
import pytest

from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.spec import CLASS_NAMES, NO_GARMENT, SLUGS
from fmnist_demo.synthetic import dataset as module
from fmnist_demo.synthetic import glyphs, icons
from fmnist_demo.synthetic.cloth import photograph
from fmnist_demo.synthetic.dataset import CHUNK, SHARES, dataset, examples
from fmnist_demo.synthetic.drawings import draw, draw_glyph, draw_lines, scribble
from fmnist_demo.synthetic.things import kinds


@pytest.mark.parametrize("shares", [SHARES, *({kind: 1} for kind in SHARES)])
def test_a_larger_set_with_the_same_seed_starts_with_the_smaller_one(shares):
    few, labels = dataset(25, 3, shares)
    more, more_labels = dataset(40, 3, shares)
    assert np.array_equal(few, more[:25])
    assert np.array_equal(labels, more_labels[:25])
    assert not np.array_equal(few, dataset(25, 4, shares)[0])


@pytest.mark.parametrize("kind", ["drawing", "cloth"])
def test_the_classes_come_in_turn(kind):
    images, labels = dataset(20, shares={kind: 1})
    assert labels.tolist() == [*range(10), *range(10)]
    assert (images.shape, images.dtype, labels.dtype) == ((20, 28, 28), np.uint8, np.int64)


def test_each_kind_comes_from_its_own_function():
    rng = np.random.default_rng(7)
    makers = {
        "drawing": lambda label: from_drawing(draw(label, rng)).pixels,
        "cloth": lambda label: photograph(label, rng),
        "scribble": lambda label: from_drawing(scribble(rng)).pixels,
        "thing": lambda label: from_drawing(draw_lines(kinds.strokes(rng), rng)).pixels,
        "icon": lambda label: from_drawing(draw_lines(icons.strokes(rng), rng)).pixels,
        "glyph": lambda label: from_drawing(draw_glyph(glyphs.strokes(rng), rng)).pixels,
    }
    assert set(makers) == set(SHARES) - {"turned"}
    for kind, make in makers.items():
        rng = np.random.default_rng(7)
        expected = np.stack([make(label) for label in range(5)])
        assert np.array_equal(dataset(5, 7, {kind: 1})[0], expected)


def test_turned_garments_are_no_garment_and_have_no_shoes_or_bags(monkeypatch):
    seen = []
    lying = np.arange(784, dtype=np.uint8).reshape(28, 28)
    monkeypatch.setattr(module, "photograph", lambda label, rng: seen.append(label) or lying)
    images, labels = dataset(300, 5, {"turned": 1})
    assert set(labels.tolist()) == {NO_GARMENT}
    assert {SLUGS[label] for label in seen} == {
        "t-shirt",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "shirt",
    }
    turns = [[np.array_equal(image, np.rot90(lying, k)) for image in images] for k in range(4)]
    assert not any(turns[0])
    assert all(sum(turn) > 40 for turn in turns[1:])


def test_kinds_follow_their_shares_and_classes_are_equally_frequent():
    labels = [label for _, label in islice(examples(0, {"drawing": 2, "scribble": 1}), 9)]
    assert labels == [0, 1, NO_GARMENT, 2, 3, NO_GARMENT, 4, 5, NO_GARMENT]
    round_of_all = 10 * sum(SHARES.values())
    _, labels = dataset(round_of_all)
    counts = {label: (labels == label).sum() for label in set(labels.tolist())}
    garments = SHARES["drawing"] + SHARES["cloth"]
    others = sum(SHARES.values()) - garments
    assert counts == {NO_GARMENT: 10 * others} | dict.fromkeys(range(10), garments)


@pytest.mark.slow
def test_the_progress_bar_counts_every_chunk():
    seen = []

    def watch(chunks, total):
        for chunk in chunks:
            seen.append(total)
            yield chunk

    dataset(2 * CHUNK + 1, shares={"scribble": 1}, progress=watch)
    assert seen == [3] * 3


@pytest.mark.slow
def test_chunks_differ_but_do_not_depend_on_the_number_of_processes():
    images, labels = dataset(2 * CHUNK + 5, 3, {"scribble": 1})
    same_images, same_labels = dataset(2 * CHUNK + 5, 3, {"scribble": 1}, jobs=2)
    assert np.array_equal(images, same_images)
    assert np.array_equal(labels, same_labels)
    assert not np.array_equal(images[:CHUNK], images[CHUNK:-5])


def test_a_chunk_contains_whole_rounds_of_classes_and_kinds():
    for share in SHARES.values():
        assert CHUNK * share % (len(CLASS_NAMES) * sum(SHARES.values())) == 0
