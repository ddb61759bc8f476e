"""The examples of an epoch: all photographs, and one of several sets of synthetic images."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from fmnist_demo.data.splits import Split, batches


@dataclass(frozen=True)
class Batch:
    """Some examples of an epoch: `images` float (N, 28, 28), 0 black to 1 white; `labels` (N,);
    `photographs` bool (N,), false for the synthetic ones."""

    images: torch.Tensor
    labels: torch.Tensor
    photographs: torch.Tensor


class Mixture:
    """Photographs with sets of synthetic images that take turns by epoch, on one device.

    `synthetic` holds all `sets` of equal size, one after another; None means photographs alone.
    """

    def __init__(
        self, photographs: Split, synthetic: Split | None, sets: int, device: torch.device | str
    ):
        self.sets = sets
        self.photographs = len(photographs.labels)
        self.set_size = 0 if synthetic is None else len(synthetic.labels) // sets
        splits = [photographs] if synthetic is None else [photographs, synthetic]
        self.images = torch.cat([split.images for split in splits]).to(device)
        self.labels = torch.cat([split.labels for split in splits]).to(device)

    def __len__(self) -> int:
        """The number of examples in an epoch."""
        return self.photographs + self.set_size

    def batches(self, epoch: int, batch_size: int, generator: torch.Generator) -> Iterator[Batch]:
        """The examples of an epoch, counted from 1, shuffled by `generator`, which is on the CPU.

        The last batch may be smaller. One of a single example is left out, for batch
        normalisation needs two.
        """
        skipped = (epoch - 1) % self.sets * self.set_size
        for chosen in batches(len(self), batch_size, generator):
            if len(chosen) > 1:
                chosen = chosen.to(self.images.device)
                photographs = chosen < self.photographs
                chosen = torch.where(photographs, chosen, chosen + skipped)
                # For bytes, `index_select` takes a twentieth of the time of indexing.
                images = self.images.index_select(0, chosen).float().div_(255)
                yield Batch(images, self.labels[chosen], photographs)
