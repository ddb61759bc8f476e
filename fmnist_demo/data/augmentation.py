"""Augment training batches, so that the networks also recognise drawings and photos.

All functions work on whole batches of tensors, and a seeded generator makes them repeatable.
"""

from functools import cache

import torch
import torch.nn.functional as F

from fmnist_demo.spec import IMAGE_SIZE

EDGES, SILHOUETTE, PHOTO, WARP, ERASE = 0.08, 0.03, 0.25, 0.2, 0.05
"""The probability of each change per image."""

SPREAD = 0.045
"""Standard deviation of the parameters of a random movement, in units of half the image."""

GAMMA = 0.3
"""The largest change of gamma, as a natural logarithm."""

KNOTS = 4
"""A smooth warp interpolates random displacements at KNOTS x KNOTS points."""


def augment(
    images: torch.Tensor, photographs: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Change images at random, in the ways that people's pictures differ from the data set.

    `images`: float (N, 28, 28), 0 black to 1 white. `photographs`: bool (N,), true where the
    image is a photograph from the data set, which may also become a line drawing, a silhouette or
    an imitation of a phone photo. Returns the same shape and range.
    """
    images = move(images, generator)
    images = tone(images, generator)
    chosen = torch.rand(len(images), generator=generator, device=images.device)
    chosen = torch.where(photographs, chosen, 1.0)
    start = 0.0
    for change, share in ((edges, EDGES), (silhouette, SILHOUETTE), (photo, PHOTO)):
        is_chosen = (chosen >= start) & (chosen < start + share)
        images[is_chosen] = change(images[is_chosen], generator)
        start += share
    return erase(images, generator)


def move(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Flip, shift, turn, shear and scale; some pictures are also bent by a smooth warp."""
    n, device = len(images), images.device
    numbers = torch.randn(n, 2, 3 + KNOTS**2, generator=generator, device=device) * SPREAD
    chances = torch.rand(2, n, generator=generator, device=device)
    numbers[:, 0, 0] += 1
    numbers[:, 1, 1] += 1
    numbers[:, 0, :2] *= torch.where(chances[0] < 0.5, -1.0, 1.0)[:, None]
    numbers[:, :, 3:] *= (chances[1] < WARP)[:, None, None]
    grid = (numbers @ _grid_basis().to(device)).permute(0, 2, 1)
    grid = grid.reshape(n, IMAGE_SIZE, IMAGE_SIZE, 2)
    return F.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


@cache
def _grid_basis() -> torch.Tensor:
    """The terms of a sampling grid: x, y, 1 and smooth bumps: (3 + KNOTS², 784)."""
    size = [1, 1, IMAGE_SIZE, IMAGE_SIZE]
    xy = F.affine_grid(torch.eye(2, 3)[None], size, align_corners=False)[0].permute(2, 0, 1)
    return torch.cat([xy.flatten(1), torch.ones(1, IMAGE_SIZE**2), _bumps(KNOTS, KNOTS)])


@cache
def _bumps(rows: int, columns: int) -> torch.Tensor:
    """Smooth bumps, one at each of `rows` x `columns` knots: (rows * columns, 784)."""
    knots = torch.eye(rows * columns).reshape(-1, 1, rows, columns)
    return F.interpolate(knots, IMAGE_SIZE, mode="bicubic", align_corners=True).flatten(1)


def tone(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Apply a random gamma: brighter or darker, with black and white unchanged."""
    n, device = len(images), images.device
    gamma = torch.exp(GAMMA * (2 * torch.rand(n, generator=generator, device=device) - 1))
    return images.clamp(0, 1) ** gamma[:, None, None]


def edges(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """The outline: the morphological gradient over 3 x 3 pixels, stretched to full white."""
    batch = images[:, None]  # max_pool2d does not accept an empty batch without a channel axis
    gradient = (F.max_pool2d(batch, 3, 1, 1) + F.max_pool2d(-batch, 3, 1, 1))[:, 0]
    strongest = gradient.amax((1, 2), keepdim=True).clamp_min(1e-3)
    return (gradient / strongest * 1.3).clamp_max(1)


def silhouette(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Make everything brighter than a tenth white."""
    return (images > 0.1).to(images.dtype)


def photo(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Imitate a garment cut out of a phone photo, with folds, shadows and prints."""
    n, device = len(images), images.device
    hanging = _bumps(3, 9).to(device)
    strength = 0.16 * torch.rand(n, 1, generator=generator, device=device)
    light = torch.randn(n, len(hanging), generator=generator, device=device) @ hanging
    return (stretch(images) + (images > 0.06) * (strength * light).view_as(images)).clamp(0, 1)


def stretch(images: torch.Tensor) -> torch.Tensor:
    """Stretch the range of the garment to 0.35 to 0.96, the tone of a garment cut out of a photo.

    Works like `segmentation`, with mean ± two standard deviations instead of percentiles.
    """
    garment = images > 0.06
    size = garment.sum((1, 2), keepdim=True).clamp_min(1)
    mean = (images * garment).sum((1, 2), keepdim=True) / size
    variance = ((images - mean) ** 2 * garment).sum((1, 2), keepdim=True) / size
    spread = 2 * variance.sqrt()
    scale = 0.61 / (2 * spread).clamp_min(0.235)
    return (0.96 - (mean + spread - images) * scale).clamp(0.35, 1) * garment


def erase(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Black out a rectangle with sides of 3 to 9 pixels in some images."""
    n, device = len(images), images.device

    def span():
        length = torch.randint(3, 10, (n, 1), generator=generator, device=device)
        start = torch.randint(0, IMAGE_SIZE - 3, (n, 1), generator=generator, device=device)
        at = torch.arange(IMAGE_SIZE, device=device)
        return (at >= start) & (at < start + length)

    hit = torch.rand(n, generator=generator, device=device) < ERASE
    hole = span()[:, :, None] & span()[:, None, :] & hit[:, None, None]
    return images.masked_fill(hole, 0)
