"""Files that hold an unfinished training, from which it goes on after an interruption."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from fmnist_demo.files import replacing
from fmnist_demo.networks.checkpoints import Metadata
from fmnist_demo.training.loop import EpochResult, Trainer


def save(
    path: str | Path, trainer: Trainer, planned: Metadata, history: Sequence[EpochResult]
) -> None:
    """Save a trainer after an epoch, with the results of all its epochs.

    `planned` identifies the training. Raises `UserError` if the file cannot be written.
    """
    content = {
        "planned": asdict(planned),
        "trainer": trainer.state(),
        "history": [asdict(result) for result in history],
    }
    with replacing(path) as temporary:
        torch.save(content, temporary)


def load(path: str | Path, trainer: Trainer, planned: Metadata) -> list[EpochResult]:
    """Give a trainer the state in a file, and return the results of the epochs so far.

    Changes nothing and returns an empty list if there is no such file, it is damaged, or it
    belongs to another training than `planned`.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content["planned"] != asdict(planned):
            return []
        history = [EpochResult(**result) for result in content["history"]]
    except Exception:  # whatever a damaged file raises: the training starts again
        return []
    trainer.load_state(content["trainer"])
    return history
