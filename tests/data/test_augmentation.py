"""Augmented images stay valid and depend only on the seed; only photographs change their kind."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fmnist_demo.data import augmentation as module
from fmnist_demo.data.augmentation import (
    augment,
    edges,
    erase,
    move,
    photo,
    silhouette,
    stretch,
    tone,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def images(train) -> torch.Tensor:
    return train.images / 255


@given(st.integers(0, 2**32), st.integers(1, 40), st.booleans())
@settings(max_examples=25)
def test_shape_and_range_are_kept(seed, count, photograph):
    pictures = torch.rand(count, 28, 28, generator=seeded(seed)).round(decimals=1)
    changed = augment(pictures, torch.full((count,), photograph), seeded(seed))
    assert changed.shape == pictures.shape
    assert changed.dtype == torch.float32
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_the_seed_decides_the_changes(images):
    photographs = torch.arange(len(images)) % 2 == 0
    before = torch.get_rng_state()
    one, again, other = (augment(images, photographs, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_augmenting_does_not_modify_its_input(images):
    before = images.clone()
    changed = augment(images, torch.ones(len(images), dtype=torch.bool), seeded())
    assert torch.equal(images, before)
    assert (changed != images).flatten(1).any(1).all()


@pytest.mark.parametrize("change", ["EDGES", "SILHOUETTE", "PHOTO"])
def test_only_photographs_become_line_drawings_silhouettes_or_photos(change, images, monkeypatch):
    for name in ("EDGES", "SILHOUETTE", "PHOTO", "ERASE"):
        monkeypatch.setattr(module, name, 0)
    photographs = torch.arange(len(images)) % 3 == 0
    without = augment(images, photographs, seeded())
    monkeypatch.setattr(module, change, 1)
    changed = augment(images, photographs, seeded())
    differs = (changed != without).flatten(1).any(1)
    assert torch.equal(differs, photographs)


def test_each_change_is_as_frequent_as_its_probability(images, monkeypatch):
    monkeypatch.setattr(module, "edges", lambda x, _: torch.full_like(x, 0.25))
    monkeypatch.setattr(module, "silhouette", lambda x, _: torch.full_like(x, 0.75))
    monkeypatch.setattr(module, "photo", lambda x, _: torch.full_like(x, 0.5))
    monkeypatch.setattr(module, "erase", lambda x, generator: x)
    many = images[:1].expand(20_000, -1, -1)
    changed = augment(many, torch.ones(len(many), dtype=torch.bool), seeded())
    shares = {0.25: module.EDGES, 0.75: module.SILHOUETTE, 0.5: module.PHOTO}
    for value, share in shares.items():
        found = (changed == value).flatten(1).all(1).float().mean().item()
        assert found == pytest.approx(share, abs=0.01)


def test_the_outline_of_a_square_is_bright_and_its_inside_black():
    square = torch.zeros(1, 28, 28)
    square[0, 8:20, 8:20] = 0.4
    outline = edges(square, seeded())[0]
    assert (outline[8, 8:20] == 1).all()
    assert (outline[10:18, 10:18] == 0).all()
    assert (outline[:6] == 0).all()


def test_an_empty_batch_can_be_augmented():
    """In a small batch, a change often gets no image."""
    nothing = torch.zeros(0, 28, 28)
    assert augment(nothing, torch.zeros(0, dtype=torch.bool), seeded()).shape == (0, 28, 28)


def test_a_black_picture_has_no_outline():
    assert (edges(torch.zeros(2, 28, 28), seeded()) == 0).all()


def test_a_silhouette_is_black_and_white(images):
    assert torch.equal(silhouette(images, seeded()), (images > 0.1).float())


def test_stretching_raises_the_contrast_and_keeps_the_background_black(images):
    garment = images > 0.06
    stretched = stretch(images)
    assert (stretched[~garment] == 0).all()
    assert stretched[garment].min() >= 0.35
    assert stretched.max() <= 1
    dull = garment * (0.4 + 0.2 * images)
    contrast = [
        torch.stack([x[g].std() for x, g in zip(each, garment, strict=True)]).mean()
        for each in (dull, stretch(dull))
    ]
    assert contrast[1] > 1.3 * contrast[0]


def test_an_imitated_photo_is_a_stretched_garment_in_uneven_light(images):
    garment = images > 0.06
    taken = photo(images, seeded())
    assert (taken[~garment] == 0).all()
    assert 0 <= taken.min() <= taken.max() <= 1
    light = taken - stretch(images)
    assert light[garment].std() > 0.03
    across, down = (light.diff(dim=d).abs().mean() for d in (2, 1))
    assert across > 1.2 * down  # folds are vertical


@given(st.floats(0.1, 1), st.floats(0.1, 1))
@settings(max_examples=25)
def test_stretching_keeps_the_order_of_brightness(one, other):
    picture = torch.tensor([one, other, 0.2, 0.9]).repeat(196).reshape(1, 28, 28)
    first, second = stretch(picture)[0, 0, :2]
    assert (first - second) * (one - other) >= 0


def test_gamma_keeps_the_order_of_brightness_and_white():
    ramp = torch.linspace(0, 1, 784).reshape(1, 28, 28).repeat(50, 1, 1)
    toned = tone(ramp, seeded()).flatten(1)
    assert (toned.diff() >= 0).all()
    assert (toned[:, -1] == 1).all()
    assert (toned[:, 0] * 255).max() < 1
    middle = toned[:, 392]
    assert middle.min() < 0.45 < 0.55 < middle.max()


def test_a_moved_garment_stays_in_the_picture(images):
    moved = move(images, seeded())
    kept = moved.sum((1, 2)) / images.sum((1, 2))
    assert kept.min() > 0.5
    assert kept.median() > 0.8


def test_half_of_the_garments_are_flipped():
    left = torch.zeros(2000, 28, 28)
    left[:, 10:18, 2:10] = 1
    moved = move(left, seeded())
    flipped = moved[:, :, 14:].sum((1, 2)) > moved[:, :, :14].sum((1, 2))
    assert flipped.float().mean().item() == pytest.approx(0.5, abs=0.04)


def test_some_images_lose_a_rectangle_with_sides_of_three_to_nine_pixels():
    white = torch.ones(5000, 28, 28)
    holes = erase(white, seeded()) == 0
    rows, columns = holes.any(2).sum(1), holes.any(1).sum(1)
    assert torch.equal(rows * columns, holes.sum((1, 2)))  # a rectangle
    hit = rows > 0
    assert hit.float().mean().item() == pytest.approx(module.ERASE, abs=0.02)
    sides = torch.cat([rows[hit], columns[hit]])
    assert (sides.min(), sides.max()) == (3, 9)
