"""The training loop: a generator of steps and epochs, with early stopping.

Knows nothing of files, the test set, or how progress is shown.
"""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch.optim.lr_scheduler import OneCycleLR

from fmnist_demo.data.augmentation import augment
from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLP, predict_logits
from fmnist_demo.networks.regularisation import Penalty, count_zeros, total_zeros
from fmnist_demo.spec import CLASS_NAMES, NO_GARMENT, standardise_
from fmnist_demo.training.best_weights import BestWeights
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.mixture import Batch, Mixture
from fmnist_demo.training.random_stream import RandomStream
from fmnist_demo.training.stop_reasons import ALL_EPOCHS, EARLY_STOPPING


@dataclass(frozen=True)
class Step:
    """One batch is done. `share`: of the whole training, 0 to 1."""

    share: float


@dataclass(frozen=True)
class EpochResult:
    """What one epoch achieved.

    `train_loss` and `train_accuracy` are averages over the batches as they were trained on,
    augmentation and dropout included; the accuracy counts garments only. The validation metrics
    are over the whole validation set, without dropout. Losses are in nats, accuracies 0 to 1.
    `zeros`: fraction of exactly-zero weights by weight matrix, `total_zeros` over all of them.
    `best`: whether this is the best epoch so far; until an L1 penalty has done its work, that is
    the latest one.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    zeros: dict[str, float]
    total_zeros: float
    seconds: float
    best: bool


class Trainer:
    """Trains `model` in place, on one device.

    `synthetic` holds all sets of synthetic images, one after another. The same arguments, seed and
    number of threads give the same weights, also if one trainer stops after an epoch and another
    one goes on from its `state`.

    Raises `UserError` if there are fewer than two examples.
    """

    def __init__(
        self,
        model: MLP,
        train: Split,
        validation: Split,
        config: TrainConfig,
        synthetic: Split | None = None,
        device: torch.device | str = "cpu",
    ):
        if len(train.labels) < 2:
            raise UserError("There must be at least two examples to train on.")
        self.model, self.validation, self.config = model.to(device), validation, config
        self.mixture = Mixture(train, synthetic, config.synthetic_sets, device)
        if self.mixture.labels.max() >= model.config.sizes[-1]:
            raise ValueError("only a network with `none_of_these` learns pictures of no garment")
        self.steps = math.ceil(len(self.mixture) / config.batch_size)
        self.optimisation = Optimisation(model, config, self.steps * config.epochs)
        self.shuffling = torch.Generator().manual_seed(config.seed)
        self.augmentation = torch.Generator(device).manual_seed(config.seed)
        self.best = BestWeights(model)
        self.finished_epochs = 0

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or patience is exhausted."""
        return (
            self.finished_epochs == self.config.epochs
            or self.finished_epochs - self.best.epoch >= self.config.patience
        )

    def events(self) -> Generator[Step | EpochResult, None, None]:
        """Yield a `Step` after every batch, an `EpochResult` after every epoch.

        To pause, ask for no more; to stop, close the generator. However it ends (all epochs,
        patience exhausted, closed, an error), the model then holds the weights of its best epoch,
        on the CPU and in evaluation mode.

        Raises `UserError` if the loss is no longer a number.
        """
        self.model.train()
        try:
            while not self.finished:
                yield from self._epoch(self.finished_epochs + 1)
        finally:
            self.best.restore()
            self.model.to("cpu").eval()

    def _epoch(self, epoch: int) -> Iterator[Step | EpochResult]:
        start, totals = time.perf_counter(), Totals(self.mixture.images.device)
        dropout = RandomStream(self.config.seed * 100_003 + epoch)
        batches = self.mixture.batches(epoch, self.config.batch_size, self.shuffling)
        for number, batch in enumerate(batches, start=1):
            images = batch.images
            if self.config.augment:
                images = augment(images, batch.photographs, self.augmentation)
            share = ((epoch - 1) * self.steps + number) / (self.steps * self.config.epochs)
            with dropout.active():
                logits, loss = self.optimisation.step(standardise_(images), batch.labels, share)
            totals.add(logits, loss, batch)
            yield Step(share)

        validation_loss, validation_accuracy = validate(self.model, self.validation)
        if not math.isfinite(validation_loss + totals.loss):
            raise UserError(
                "The loss is no longer a number: choose a smaller learning rate or strength."
            )
        settled = self.optimisation.penalty.settled(epoch / self.config.epochs)
        best = self.best.update(epoch, validation_loss, settled)
        self.finished_epochs = epoch
        yield EpochResult(
            epoch=epoch,
            train_loss=totals.loss,
            train_accuracy=totals.accuracy,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            learning_rate=self.optimisation.learning_rate,
            zeros=count_zeros(self.model),
            total_zeros=total_zeros(self.model),
            best=best,
            seconds=time.perf_counter() - start,
        )

    def state(self) -> dict:
        """All that the coming epochs depend on, as `torch.save` takes it."""
        return {
            "finished_epochs": self.finished_epochs,
            "model": self.model.state_dict(),
            "adam": self.optimisation.adam.state_dict(),
            "schedule": self.optimisation.schedule.state_dict(),
            "shuffling": self.shuffling.get_state(),
            "augmentation": self.augmentation.get_state(),
            "best": self.best.state(),
        }

    def load_state(self, state: dict) -> None:
        """Go on from the `state` of a trainer with the same arguments."""
        self.finished_epochs = state["finished_epochs"]
        self.model.load_state_dict(state["model"])
        self.optimisation.adam.load_state_dict(state["adam"])
        self.optimisation.schedule.load_state_dict(state["schedule"])
        self.shuffling.set_state(state["shuffling"])
        self.augmentation.set_state(state["augmentation"])
        self.best.load_state(state["best"])


def fit(
    model: MLP,
    train: Split,
    validation: Split,
    config: TrainConfig,
    synthetic: Split | None = None,
    device: torch.device | str = "cpu",
) -> Generator[Step | EpochResult, None, None]:
    """The events of a `Trainer` with these arguments; raises what it raises."""
    yield from Trainer(model, train, validation, config, synthetic, device).events()


def epochs(events: Generator[Step | EpochResult, None, None]) -> Iterator[EpochResult]:
    """The epoch results of `fit`, without the steps; closing it closes `events` too."""
    with closing(events):
        for event in events:
            if isinstance(event, EpochResult):
                yield event


class Optimisation:
    """Adam under a one-cycle schedule, with the penalty after each step.

    `total`: the steps of the whole training.
    """

    def __init__(self, model: MLP, config: TrainConfig, total: int):
        self.model, self.label_smoothing = model, config.label_smoothing
        self.adam = torch.optim.Adam(model.parameters(), config.learning_rate, fused=True)
        # With 4 steps, a quarter of them to warm up, the schedule divides by zero.
        total_steps = max(total + 1, 5)
        self.schedule = OneCycleLR(self.adam, config.learning_rate, total_steps, pct_start=0.25)
        self.penalty = Penalty(model, config.regulariser, config.strength, self.scale)
        self.autocast = torch.autocast(
            next(model.parameters()).device.type,
            torch.bfloat16,
            enabled=config.precision == "bfloat16",
        )

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return self.schedule.get_last_lr()[0]

    def step(
        self, images: torch.Tensor, labels: torch.Tensor, share: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from standardised images (N, 28, 28); `share` of training is done after it.

        Returns the logits (N, 10) and the mean loss in nats, before the step.
        """
        with self.autocast:
            logits = self.model(images).float()
        loss = F.cross_entropy(logits, labels, label_smoothing=self.label_smoothing)
        self.adam.zero_grad()
        loss.backward()
        self.penalty.before_step()
        self.adam.step()
        self.penalty.after_step(self.learning_rate, share)
        self.schedule.step()
        return logits.detach(), loss.detach()

    def scale(self, parameter: torch.nn.Parameter) -> torch.Tensor:
        """The root mean square by which Adam divides a parameter's step (arXiv 1412.6980)."""
        state, group = self.adam.state[parameter], self.adam.param_groups[0]
        unbiased = 1 - group["betas"][1] ** state["step"].item()
        return (state["exp_avg_sq"] / unbiased).sqrt_().add_(group["eps"])


class Totals:
    """Loss and accuracy over the batches of an epoch; stays on the device until it is read."""

    def __init__(self, device: torch.device | str):
        self._loss = self._correct = self._garments = torch.zeros((), device=device)
        self._examples = 0

    def add(self, logits: torch.Tensor, loss: torch.Tensor, batch: Batch) -> None:
        """Count one batch; `loss` is its mean."""
        self._examples += len(batch.labels)
        self._loss = self._loss + loss * len(batch.labels)
        self._correct = self._correct + count_correct(logits, batch.labels)
        self._garments = self._garments + (batch.labels != NO_GARMENT).sum()

    @property
    def loss(self) -> float:
        """The mean loss of an example, in nats."""
        return self._loss.item() / self._examples

    @property
    def accuracy(self) -> float:
        """The share of garments that were classified correctly, 0 to 1."""
        return self._correct.item() / max(self._garments.item(), 1)


def choose_device(name: str) -> torch.device:
    """`auto`, `cpu` or `cuda` -> a device. Raises `UserError` if it is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("No CUDA device was found: use --device cpu.")
    return torch.device(name)


def best_epoch(history: Sequence[EpochResult]) -> EpochResult:
    """The epoch whose weights `fit` keeps: the last one that was the best so far."""
    return [result for result in history if result.best][-1]


def stop_reason(history: Sequence[EpochResult], config: TrainConfig) -> str:
    """Why `fit` ended by itself: `ALL_EPOCHS` or `EARLY_STOPPING`."""
    return ALL_EPOCHS if len(history) == config.epochs else EARLY_STOPPING


def count_correct(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """How many garments (N,) have the highest logit (N, 10 or 11) of all classes."""
    return (logits[:, : len(CLASS_NAMES)].argmax(1) == labels).sum()


def validate(model: MLP, split: Split) -> tuple[float, float]:
    """Cross-entropy in nats and accuracy, 0 to 1, of a model on a split."""
    logits = predict_logits(model, split.images)
    labels = split.labels.to(logits.device)
    return (
        F.cross_entropy(logits, labels).item(),
        count_correct(logits, labels).item() / len(labels),
    )
