"""What a visitor may choose in the lab: one declaration for each setting.

The control on the page, the link, the check and the option of `train` all follow from it. To add a
setting, add a field to `Settings`. If it is a field of `MLPConfig` or `TrainConfig` too, training
and the command `train` use it; otherwise mark it `lab_only`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated

from pydantic import BaseModel, ValidationError, field_validator, model_validator

from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MAX_LAYERS, MLPConfig
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.training.config import TrainConfig

LAB_STRENGTHS = {"l1": 3e-4, "l2": 1.0}
"""Default strengths in the lab where they differ from the registry's. A short training has fewer
steps to shrink the weights; with the strengths of the shipped networks they would hardly change."""


@dataclass(frozen=True)
class Setting:
    """How a setting is presented and checked.

    `low` and `high` bound a number. `step`: what one press of an arrow adds. `log`: the range spans
    several powers of ten. `choices`: the allowed values, with labels if it is a mapping.
    `lab_only`: `train` has no such option.
    """

    label: str
    low: float | None = None
    high: float | None = None
    step: float = 1
    log: bool = False
    choices: Mapping[object, str] | tuple | None = None
    help: str | None = None
    lab_only: bool = False

    def allows(self, value: object) -> bool:
        """Whether a value of the right type is one of the choices, or within the bounds."""
        if self.choices is not None:
            return value in self.choices
        return self.low is None or self.low <= value <= self.high


class Settings(BaseModel, frozen=True, extra="forbid"):
    """One training as a visitor has set it up.

    The names are those of `MLPConfig` and `TrainConfig`. Raises pydantic's `ValidationError` for
    values that are not allowed, `UserError` for too many parameters.
    """

    layers: Annotated[int, Setting("Hidden layers", 1, MAX_LAYERS)] = 3
    width: Annotated[int, Setting("Width", 16, 1024, 16, help="Units in each hidden layer.")] = 256
    dropout: Annotated[float, Setting("Dropout", 0.0, 0.8, 0.05)] = 0.0
    regulariser: Annotated[
        str, Setting("Regulariser", choices={name: r.label for name, r in REGULARISERS.items()})
    ] = "none"
    strength: Annotated[float, Setting("Strength", 0.0, 100.0, 1e-5, log=True)] = 0.0
    learning_rate: Annotated[
        float,
        Setting(
            "Learning rate", 1e-5, 10.0, 0.001, log=True, help="The peak of a one-cycle schedule."
        ),
    ] = 2e-3
    batch_size: Annotated[int, Setting("Batch size", choices=(32, 64, 128, 256, 512, 1024))] = 128
    epochs: Annotated[
        int,
        Setting(
            "Epochs",
            low=1,
            high=60,
            help="The epoch with the lowest validation loss is kept; under L1, only epochs after "
            "the penalty has ended count.",
        ),
    ] = 12
    patience: Annotated[
        int,
        Setting(
            "Patience",
            low=1,
            high=60,
            help="Training stops after this many epochs without a lower validation loss.",
        ),
    ] = 4
    augment: Annotated[
        bool,
        Setting(
            "Augmentation",
            help="Shift, flip and outline the images at random: harder to learn from, but closer "
            "to drawings.",
        ),
    ] = False
    source: Annotated[
        str,
        Setting(
            "Training images",
            choices={"fashion": "Fashion-MNIST", "drawings": "The project's own drawings"},
            lab_only=True,
        ),
    ] = "fashion"
    examples: Annotated[
        int,
        Setting(
            "Examples",
            low=5_000,
            high=55_000,
            step=1_000,
            help="There are at most 5,000 drawings.",
            lab_only=True,
        ),
    ] = 20_000

    @field_validator("*")
    @classmethod
    def _check_value(cls, value, info):
        if not declarations()[info.field_name].allows(value):
            raise ValueError("not allowed")  # `requirement` has the words
        return value

    @model_validator(mode="after")
    def _check_parameters(self):
        _ = self.shape  # raises `UserError` if there are too many
        return self

    @property
    def shape(self) -> MLPConfig:
        """The shape of the network."""
        return MLPConfig(**arguments(MLPConfig, self.model_dump()))

    @property
    def training_config(self) -> TrainConfig:
        """Without label smoothing, so that training and validation loss can be compared."""
        values = self.model_dump() | {"label_smoothing": 0.0, "synthetic": 0}
        return TrainConfig(**arguments(TrainConfig, values))


def arguments(config: type, values: Mapping[str, object]) -> dict[str, object]:
    """Those of `values` that are fields of the dataclass `config`."""
    return {field.name: values[field.name] for field in fields(config) if field.name in values}


def declarations() -> dict[str, Setting]:
    """The declaration of each setting by name, in the order of the page."""
    return {name: field.metadata[0] for name, field in Settings.model_fields.items()}


def default_strength(regulariser: str) -> float:
    """The strength that the lab suggests for a regulariser."""
    return LAB_STRENGTHS.get(regulariser, REGULARISERS[regulariser].strength)


def requirement(name: str) -> str:
    """What a setting must be, as a sentence."""
    setting, kind = declarations()[name], Settings.model_fields[name].annotation
    if kind is bool:
        return f"{setting.label} must be true or false."
    if setting.choices is not None:
        return f"{setting.label} must be one of {', '.join(map(str, setting.choices))}."
    number = "a whole number " if kind is int else ""
    return f"{setting.label} must be {number}between {setting.low:g} and {setting.high:,g}."


def from_values(values: Mapping[str, object]) -> Settings:
    """Settings from the values of the page's controls. Raises `UserError` if one is not allowed."""
    try:
        return Settings(**values)
    except ValidationError as error:
        raise UserError(requirement(error.errors()[0]["loc"][0])) from error


def from_query(query: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Settings from a URL's query, and a sentence for each value that is not valid.

    A setting that is missing or not valid gets its default; other parameters are ignored.
    """
    chosen = {name: query[name] for name in Settings.model_fields if name in query}
    invalid = {}
    try:
        Settings(**chosen)
    except ValidationError as error:
        invalid = {e["loc"][0]: chosen.pop(e["loc"][0]) for e in error.errors()}
    except UserError:  # about several settings together; it comes again below
        pass
    defaults = Settings().model_dump()
    defaults["strength"] = default_strength(chosen.get("regulariser", defaults["regulariser"]))
    problems = [
        f"{declarations()[name].label} “{text[:20]}” in the link is not valid; using the default, "
        f"{str(defaults[name]).lower()}."
        for name, text in invalid.items()
    ]
    try:
        return Settings(**defaults | chosen), problems
    except UserError as error:
        return Settings(), [*problems, f"The link's settings cannot be combined: {error}"]
