"""A trained network as a checkpoint with its metadata."""

from collections.abc import Sequence
from dataclasses import asdict

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.networks.calibration import calibrate
from fmnist_demo.networks.checkpoints import Checkpoint, Metadata
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import EpochResult, best_epoch


def trained_checkpoint(
    model: MLP,
    config: TrainConfig,
    examples: TrainingData,
    held_out_drawings: Split,
    history: Sequence[EpochResult],
    stop_reason: str,
    pretraining: dict | None = None,
) -> Checkpoint:
    """The checkpoint of a model that `fit` has trained for at least one epoch.

    It is calibrated on the validation examples and on `held_out_drawings`, which set the
    confidence threshold. `stop_reason`, `pretraining`: as in `Metadata`.
    """
    best = best_epoch(history)
    metadata = Metadata(
        model.config,
        asdict(config),
        examples.split_hash,
        calibration=calibrate(model, examples.validation, held_out_drawings),
        history=[asdict(result) for result in history],
        validation={"loss": best.validation_loss, "accuracy": best.validation_accuracy},
        stop_reason=stop_reason,
        pretraining=pretraining or {},
    )
    return Checkpoint(model, metadata)
