"""What a visitor may choose in the lab, within which bounds, and as a link that opens it so.

Knows nothing of the page or of how training runs.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlencode

from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.training.loop import TrainConfig

RANGES = {
    "layers": (1, 7),
    "width": (16, 1024),
    "dropout": (0.0, 0.8),
    "strength": (0.0, 100.0),
    "learning_rate": (1e-5, 10.0),
    "epochs": (1, 60),
    "patience": (1, 60),
    "examples": (5_000, 55_000),
}
"""The least and the most of each setting that is a number."""

LABELS = {
    "layers": "Hidden layers",
    "width": "Width",
    "dropout": "Dropout",
    "regulariser": "Regulariser",
    "strength": "Strength",
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "epochs": "Epochs",
    "patience": "Patience",
    "augment": "Augmentation",
    "source": "Train on",
    "examples": "Examples",
}
"""What each setting is called, in the order of the page."""

BATCH_SIZES = (32, 64, 128, 256, 512, 1024)

SOURCES = {"fashion": "Fashion-MNIST", "drawings": "The project's own drawings"}

STRENGTHS = {"none": 0.0, "l1": 3e-4, "l2": 1.0}
"""Usual strengths in the lab: a short training has fewer steps to shrink the weights in than that
of the shipped networks, so that theirs would hardly show."""


@dataclass(frozen=True)
class Settings:
    """One training, as a visitor has set it up.

    `source`: a key of `SOURCES`. `examples`: how many are trained on. `augment`: whether the
    pictures are changed at random each time. The others are those of `MLPConfig` and
    `TrainConfig`. Raises `UserError` for what is missing, out of range or too large.
    """

    layers: int = 3
    width: int = 256
    dropout: float = 0.0
    regulariser: str = "none"
    strength: float = 0.0
    learning_rate: float = 2e-3
    batch_size: int = 128
    epochs: int = 12
    patience: int = 4
    augment: bool = False
    source: str = "fashion"
    examples: int = 20_000

    def __post_init__(self):
        for name in LABELS:
            _check(name, getattr(self, name))
        _ = self.shape  # says so if there are too many parameters

    @property
    def shape(self) -> MLPConfig:
        return MLPConfig(self.layers, self.width, self.dropout)

    @property
    def training_config(self) -> TrainConfig:
        """Without label smoothing, so that training and validation loss can be compared."""
        return TrainConfig(
            regulariser=self.regulariser,
            strength=self.strength,
            epochs=self.epochs,
            patience=self.patience,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            label_smoothing=0.0,
            augment=self.augment,
            synthetic=0,
        )

    def query(self) -> str:
        """As the query of a URL: `layers=3&width=256&...`."""
        return urlencode({name: _written(value) for name, value in asdict(self).items()})


def from_values(values: Mapping[str, object]) -> Settings:
    """Settings from what the page's controls hold; whole numbers may come as floats.

    Raises `UserError` as `Settings` does.
    """
    kinds = _kinds()
    whole = {
        name: int(value) if kinds[name] is int and _is_whole(value) else value
        for name, value in values.items()
    }
    return Settings(**whole)


def from_query(query: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Settings from a URL's query, and one sentence for each that it gets wrong.

    What is missing or wrong is as usual; other parameters are left alone.
    """
    found, problems = {}, []
    for name, kind in _kinds().items():
        if name in query:
            try:
                value = _read(query[name], kind)
                _check(name, value)
                found[name] = value
            except (ValueError, UserError):
                usual = _written(getattr(Settings, name))
                problems.append(
                    f"The link's {LABELS[name].lower()} “{query[name][:20]}” cannot be: "
                    f"it is {usual} here, as usual."
                )
    if "strength" not in found:
        found["strength"] = STRENGTHS[found.get("regulariser", Settings.regulariser)]
    try:
        return Settings(**found), problems
    except UserError as error:
        return Settings(), [*problems, f"The link's settings do not go together: {error}"]


def _kinds() -> dict[str, type]:
    return {field.name: field.type for field in fields(Settings)}


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()


def _read(text: str, kind: type) -> object:
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    return kind(text)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(name: str, value: object) -> None:
    label, choices = LABELS[name], _choices(name)
    if choices:
        if value not in choices:
            raise UserError(f"{label} must be one of {', '.join(map(_written, choices))}.")
        return
    low, high = RANGES[name]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and low <= value <= high):
        raise UserError(f"{label} must be from {low:,} to {high:,}.")
    if _kinds()[name] is int and not isinstance(value, int):
        raise UserError(f"{label} must be a whole number.")


def _choices(name: str) -> tuple:
    return {
        "regulariser": tuple(REGULARISERS),
        "batch_size": BATCH_SIZES,
        "augment": (False, True),
        "source": tuple(SOURCES),
    }.get(name, ())
