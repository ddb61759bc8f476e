"""Training: one network, one generator of results an epoch, early stopping.

Knows nothing of files, of the test set or of how progress is shown.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch.optim.lr_scheduler import OneCycleLR

from fmnist_demo.data.augmentation import augment
from fmnist_demo.data.splits import Split, batches
from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLP, predict_logits
from fmnist_demo.networks.regularisation import Penalty, check_regulariser, count_zeros, total_zeros
from fmnist_demo.spec import CLASS_NAMES, NO_GARMENT, normalise

PRECISIONS = ("float32", "bfloat16")

LEAST = {"epochs": 1, "patience": 1, "batch_size": 2, "synthetic": 0, "synthetic_sets": 1}


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained.

    `strength`: of the regulariser; None means its usual one. `patience`: epochs without a better
    validation loss after which training stops. `learning_rate`: the peak of the one-cycle
    schedule. `label_smoothing`: in [0, 1). `synthetic`: how many of the project's own pictures
    stand beside the dataset's photographs in an epoch; `synthetic_sets`: how many such sets take
    turns. `precision`: one of `PRECISIONS`, of matrix products.

    Raises `UserError` for values out of range.
    """

    regulariser: str = "none"
    strength: float | None = None
    epochs: int = 80
    patience: int = 30
    batch_size: int = 512
    learning_rate: float = 2e-3
    label_smoothing: float = 0.1
    augment: bool = True
    synthetic: int = 90_000
    synthetic_sets: int = 6
    seed: int = 0
    precision: str = "float32"

    def __post_init__(self):
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise UserError(
                    f"{name.replace('_', ' ').capitalize()} must be {least} or more, "
                    f"not {getattr(self, name)}."
                )
        if not 0 < self.learning_rate < math.inf:
            raise UserError(f"The learning rate must be above 0, not {self.learning_rate}.")
        if not 0 <= self.label_smoothing < 1:
            raise UserError("Label smoothing must be 0 or more and below 1.")
        check_regulariser(self.regulariser, self.strength)
        if self.precision not in PRECISIONS:
            raise UserError(
                f"Unknown precision “{self.precision}”: choose {' or '.join(PRECISIONS)}."
            )


@dataclass(frozen=True)
class EpochResult:
    """What one epoch came to.

    `train_loss` and `train_accuracy` are over the (augmented) batches as they were learnt from,
    accuracy over those of garments alone;
    the validation figures are over the whole validation set, without dropout. `zeros`: fraction of
    exactly-zero weights by weight matrix, `total_zeros` over all of them. `best`: whether this is
    the best epoch so far; until an L1 penalty has done its work, that is the latest one.
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


def choose_device(name: str) -> torch.device:
    """`auto`, `cpu` or `cuda` -> a device. Raises `UserError` if it is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("No CUDA device was found: use --device cpu.")
    return torch.device(name)


def fit(
    model: MLP,
    train: Split,
    validation: Split,
    config: TrainConfig,
    synthetic: Split | None = None,
    device: torch.device | str = "cpu",
    on_step: Callable[[float], None] | None = None,
) -> Iterator[EpochResult]:
    """Train `model` in place and yield one result an epoch.

    However the generator ends (all epochs, no patience left, closed, Ctrl-C), the model holds the
    weights of its best epoch, on the CPU and in evaluation mode. `synthetic` has all sets of own
    pictures, one after another, which take turns by epoch. `on_step` is called after each batch
    with the share of training done, 0 to 1. The same arguments, seed and number of threads give the
    same weights.

    Raises `UserError` when the loss is no longer a number.
    """
    if len(train.labels) < 2:
        raise UserError("There must be at least two examples to train on.")
    model.to(device).train()
    generator = torch.Generator(device).manual_seed(config.seed)
    order = torch.Generator().manual_seed(config.seed)
    photographs = len(train.labels)
    own = 0
    if synthetic is not None:
        own = len(synthetic.labels) // config.synthetic_sets
        train = Split(
            torch.cat([train.images, synthetic.images]),
            torch.cat([train.labels, synthetic.labels]),
        )
    images, labels = train.images.to(device), train.labels.to(device)
    size = photographs + own
    steps = math.ceil(size / config.batch_size)
    total = steps * config.epochs

    optimiser = torch.optim.Adam(model.parameters(), config.learning_rate, fused=True)
    total_steps = max(total + 1, 5)  # with 4, and a quarter of them to warm up, it divides by zero
    schedule = OneCycleLR(optimiser, config.learning_rate, total_steps, pct_start=0.25)
    penalty = Penalty(model, config.regulariser, config.strength, partial(_scale, optimiser))
    autocast = torch.autocast(
        torch.device(device).type, torch.bfloat16, enabled=config.precision == "bfloat16"
    )

    def learn(chosen: torch.Tensor, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        batch = images[chosen] / 255
        if config.augment:
            batch = augment(batch, chosen < photographs, generator)
        target = labels[chosen]
        with autocast:
            logits = model(normalise(batch * 255)).float()
        loss = F.cross_entropy(logits, soft_targets(target, config.label_smoothing))
        optimiser.zero_grad()
        loss.backward()
        penalty.before_step(step / total)
        optimiser.step()
        penalty.after_step(schedule.get_last_lr()[0], step / total)
        schedule.step()
        hits, garments = (logits.argmax(1) == target).sum(), (target != NO_GARMENT).sum()
        return loss.detach() * len(chosen), hits, garments

    best, best_epoch, best_loss = None, 0, math.inf
    try:
        for epoch in range(1, config.epochs + 1):
            start, seen = time.perf_counter(), 0
            loss_sum = correct = seen_garments = torch.zeros((), device=device)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(config.seed * 100_003 + epoch)
                turn = (epoch - 1) % config.synthetic_sets
                for i, chosen in enumerate(batches(size, config.batch_size, order), start=1):
                    if len(chosen) > 1:  # batch normalisation needs two
                        chosen += (chosen >= photographs) * turn * own
                        step = (epoch - 1) * steps + i
                        loss, hits, garments = learn(chosen.to(device), step)
                        loss_sum, correct, seen, seen_garments = (
                            loss_sum + loss,
                            correct + hits,
                            seen + len(chosen),
                            seen_garments + garments,
                        )
                        if on_step:
                            on_step(step / total)
            loss, accuracy = validate(model, validation)
            if not math.isfinite(loss + loss_sum.item()):
                raise UserError(
                    "The loss is no longer a number: choose a smaller learning rate or strength."
                )
            settled = penalty.settled(epoch / config.epochs)
            is_best = loss < best_loss  # always, until it is settled
            if is_best:
                best, best_epoch = copy.deepcopy(model.state_dict()), epoch
                best_loss = loss if settled else math.inf
            yield EpochResult(
                epoch=epoch,
                train_loss=loss_sum.item() / seen,
                train_accuracy=correct.item() / max(seen_garments.item(), 1),
                validation_loss=loss,
                validation_accuracy=accuracy,
                learning_rate=schedule.get_last_lr()[0],
                zeros=count_zeros(model),
                total_zeros=total_zeros(model),
                seconds=time.perf_counter() - start,
                best=is_best,
            )
            if epoch - best_epoch >= config.patience:
                return
    finally:
        if best is not None:
            model.load_state_dict(best)
        model.to("cpu").eval()


def best_epoch(history: Sequence[EpochResult]) -> EpochResult:
    """The epoch whose weights `fit` keeps: the last one that was the best so far."""
    return [result for result in history if result.best][-1]


def stop_reason(history: Sequence[EpochResult], config: TrainConfig) -> str:
    """Why `fit` ended by itself: `all epochs` or `early stopping`."""
    return "all epochs" if len(history) == config.epochs else "early stopping"


def soft_targets(labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Target probabilities (N, 10) for labels (N,): smoothed, and even for `NO_GARMENT`.

    An even target for pictures of no class keeps the networks in doubt about such pictures
    (outlier exposure, arXiv 1812.04606).
    """
    classes = len(CLASS_NAMES)
    even = torch.full((len(labels), classes), 1 / classes, device=labels.device)
    sure = F.one_hot(labels.clamp_min(0), classes) * (1 - smoothing) + even * smoothing
    return torch.where(labels[:, None] == NO_GARMENT, even, sure)


def _scale(optimiser: torch.optim.Adam, parameter: torch.nn.Parameter) -> torch.Tensor:
    """What Adam divides the gradient's mean by: the root of its mean square (arXiv 1412.6980)."""
    state, group = optimiser.state[parameter], optimiser.param_groups[0]
    unbiased = 1 - group["betas"][1] ** state["step"].item()
    return (state["exp_avg_sq"] / unbiased).sqrt_().add_(group["eps"])


def validate(model: MLP, split: Split) -> tuple[float, float]:
    """Cross-entropy in nats and accuracy, 0 to 1, of a model on a split."""
    logits = predict_logits(model, split.images)
    labels = split.labels.to(logits.device)
    return (
        F.cross_entropy(logits, labels).item(),
        (logits.argmax(1) == labels).float().mean().item(),
    )
