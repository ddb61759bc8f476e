"""What a training batch goes through, so that drawings and photos are in the domain.

Everything happens on whole batches of tensors; a seeded generator makes it repeatable. Knows
nothing of labels or networks.
"""

from functools import cache

import torch
import torch.nn.functional as F

EDGES, SILHOUETTE, PHOTO, WARP, ERASE = 0.08, 0.03, 0.25, 0.2, 0.05
"""How probable each change is for one picture."""

SPREAD = 0.045
"""Standard deviation of every number of a random movement, in units of half the picture."""

GAMMA = 0.3
"""The largest change of a picture's gamma, as a logarithm."""

KNOTS = 4
"""A smooth warp is given by its displacements at KNOTS x KNOTS points."""


def augment(
    images: torch.Tensor, photographs: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Change pictures at random, as people's own pictures differ from the dataset's.

    `images`: float (N, 28, 28), 0 black to 1 white. `photographs`: bool (N,), true where the
    picture is one of the dataset's photographs, which may also become line drawings,
    silhouettes or like people's photos. Returns the same shape and range.
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
    grid = (numbers @ _grid_basis(*images.shape[1:]).to(device)).permute(0, 2, 1)
    grid = grid.reshape(n, *images.shape[1:], 2)
    return F.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


@cache
def _grid_basis(height: int, width: int) -> torch.Tensor:
    """What a sampling grid is a sum of, (3 + KNOTS², height * width): x, y, 1 and smooth bumps."""
    identity = torch.eye(2, 3)[None]
    xy = F.affine_grid(identity, [1, 1, height, width], align_corners=False)[0].permute(2, 0, 1)
    bumps = _bumps(KNOTS, KNOTS, height, width)
    return torch.cat([xy.flatten(1), torch.ones(1, height * width), bumps])


@cache
def _bumps(rows: int, columns: int, height: int, width: int) -> torch.Tensor:
    """Smooth bumps, one at each of `rows` x `columns` knots: (rows * columns, height * width)."""
    knots = torch.eye(rows * columns).reshape(-1, 1, rows, columns)
    return F.interpolate(knots, (height, width), mode="bicubic", align_corners=True).flatten(1)


def tone(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A random gamma: brighter or darker, black and white kept."""
    n, device = len(images), images.device
    gamma = torch.exp(GAMMA * (2 * torch.rand(n, generator=generator, device=device) - 1))
    return images.clamp(0, 1) ** gamma[:, None, None]


def edges(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """The outline: the morphological gradient over 3 x 3 pixels, stretched to full white."""
    batch = images[:, None]  # without the axis, no pictures at all are an error
    gradient = (F.max_pool2d(batch, 3, 1, 1) + F.max_pool2d(-batch, 3, 1, 1))[:, 0]
    strongest = gradient.amax((1, 2), keepdim=True).clamp_min(1e-3)
    return (gradient / strongest * 1.3).clamp_max(1)


def silhouette(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Everything brighter than a tenth, in white."""
    return (images > 0.1).to(images.dtype)


def photo(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A photo as people take it: the tone of a cut-out one, with folds, shadows and prints."""
    n, device = len(images), images.device
    hanging = _bumps(3, 9, *images.shape[1:]).to(device)
    strength = 0.16 * torch.rand(n, 1, generator=generator, device=device)
    light = torch.randn(n, len(hanging), generator=generator, device=device) @ hanging
    return (stretch(images) + (images > 0.06) * (strength * light).view_as(images)).clamp(0, 1)


def stretch(images: torch.Tensor) -> torch.Tensor:
    """The tone of a cut-out photo: the garment's own range stretched to 0.35 to 0.96.

    As `segmentation` does, with mean and twice the standard deviation in place of percentiles.
    """
    garment = images > 0.06
    size = garment.sum((1, 2), keepdim=True).clamp_min(1)
    mean = (images * garment).sum((1, 2), keepdim=True) / size
    variance = ((images - mean) ** 2 * garment).sum((1, 2), keepdim=True) / size
    spread = 2 * variance.sqrt()
    scale = 0.61 / (2 * spread).clamp_min(0.235)
    return (0.96 - (mean + spread - images) * scale).clamp(0.35, 1) * garment


def erase(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Black out one rectangle of 3 to 9 pixels a side in some pictures."""
    n, height, width = images.shape
    device = images.device

    def span(size):
        length = torch.randint(3, 10, (n, 1), generator=generator, device=device)
        start = torch.randint(0, size - 3, (n, 1), generator=generator, device=device)
        at = torch.arange(size, device=device)
        return (at >= start) & (at < start + length)

    hit = torch.rand(n, generator=generator, device=device) < ERASE
    hole = span(height)[:, :, None] & span(width)[:, None, :] & hit[:, None, None]
    return images.masked_fill(hole, 0)
