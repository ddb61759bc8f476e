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
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.training.config import TrainConfig

LAB_STRENGTHS = {"l1": 3e-4, "l2": 1.0}
"""Default strengths in the lab where they differ from the registry's. A short training has fewer
steps to shrink the weights; with the strengths of the shipped networks they would hardly change."""


@dataclass(frozen=True)
class Setting:
    """How a setting is presented and checked.

    `low` and `high` bound a number. `step`: what one press of an arrow adds. `logarithmic`: the
    range spans several powers of ten. `choices`: the allowed values, with labels if it is a
    mapping. `lab_only`: `train` has no such option.
    """

    label: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    logarithmic: bool = False
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

    layers: Annotated[int, Setting("Hidden layers", 1, 7, step=1)] = 3
    width: Annotated[int, Setting("Width", 16, 1024, 16, help="Units in each hidden layer.")] = 256
    dropout: Annotated[float, Setting("Dropout", 0.0, 0.8, 0.05)] = 0.0
    regulariser: Annotated[
        str, Setting("Regulariser", choices={name: r.label for name, r in REGULARISERS.items()})
    ] = "none"
    strength: Annotated[float, Setting("Strength", 0.0, 100.0, 1e-5, logarithmic=True)] = 0.0
    learning_rate: Annotated[
        float,
        Setting(
            *("Learning rate", 1e-5, 10.0, 0.001),
            logarithmic=True,
            help="The peak of a one-cycle schedule.",
        ),
    ] = 2e-3
    batch_size: Annotated[int, Setting("Batch size", choices=(32, 64, 128, 256, 512, 1024))] = 128
    epochs: Annotated[
        int,
        Setting(
            *("Epochs", 1, 60, 1),
            help="The epoch with the lowest validation loss is kept; under L1, only epochs after "
            "the penalty has ended count.",
        ),
    ] = 12
    patience: Annotated[
        int,
        Setting(
            *("Patience", 1, 60, 1),
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
            *("Examples", 5_000, 55_000, 1_000),
            help="There are at most 5,000 drawings.",
            lab_only=True,
        ),
    ] = 20_000

    @field_validator("*")
    @classmethod
    def _check_value(cls, value, info):
        if not declarations(cls)[info.field_name].allows(value):
            raise ValueError("not allowed")  # `requirement` has the words
        return value

    @model_validator(mode="after")
    def _check_parameters(self):
        _ = self.shape  # raises `UserError` if there are too many
        return self

    @property
    def shape(self) -> MLPConfig:
        """The shape of the network."""
        return MLPConfig(**self._shared_with(MLPConfig))

    @property
    def training_config(self) -> TrainConfig:
        """Without label smoothing, so that training and validation loss can be compared."""
        return TrainConfig(**self._shared_with(TrainConfig), label_smoothing=0.0, synthetic=0)

    def _shared_with(self, config: type) -> dict:
        values = self.model_dump()
        return {f.name: values[f.name] for f in fields(config) if f.name in values}


def declarations(settings_class: type[Settings] = Settings) -> dict[str, Setting]:
    """The declaration of each setting by name, in the order of the page."""
    return {
        name: next(item for item in field.metadata if isinstance(item, Setting))
        for name, field in settings_class.model_fields.items()
    }


def default_strength(regulariser: str) -> float:
    """The strength that the lab suggests for a regulariser."""
    return LAB_STRENGTHS.get(regulariser, REGULARISERS[regulariser].strength)


def requirement(name: str, settings_class: type[Settings] = Settings) -> str:
    """What a setting must be, as a sentence."""
    setting, kind = declarations(settings_class)[name], settings_class.model_fields[name].annotation
    if kind is bool:
        return f"{setting.label} must be true or false."
    if setting.choices is not None:
        return f"{setting.label} must be one of {', '.join(map(str, setting.choices))}."
    number = "a whole number " if kind is int else ""
    return f"{setting.label} must be {number}between {setting.low:g} and {setting.high:,g}."


def from_values(
    values: Mapping[str, object], settings_class: type[Settings] = Settings
) -> Settings:
    """Settings from the values of the page's controls. Raises `UserError` if one is not allowed."""
    try:
        return settings_class(**values)
    except ValidationError as error:
        name = error.errors()[0]["loc"][0]
        raise UserError(requirement(name, settings_class)) from error


def from_query(
    query: Mapping[str, str], settings_class: type[Settings] = Settings
) -> tuple[Settings, list[str]]:
    """Settings from a URL's query, and a sentence for each value that is not valid.

    A setting that is missing or not valid gets its default; other parameters are ignored.
    """
    chosen = {name: query[name] for name in settings_class.model_fields if name in query}
    invalid = {name: chosen.pop(name) for name in _invalid(chosen, settings_class)}
    defaults = settings_class().model_dump()
    regulariser = chosen.get("regulariser", defaults["regulariser"])
    defaults["strength"] = default_strength(regulariser)
    problems = [
        f"{declarations(settings_class)[name].label} “{text[:20]}” in the link is not valid; using "
        f"the default, {str(defaults[name]).lower()}."
        for name, text in invalid.items()
    ]
    try:
        return settings_class(**defaults | chosen), problems
    except UserError as error:
        return settings_class(), [*problems, f"The link's settings cannot be combined: {error}"]


def _invalid(values: Mapping[str, str], settings_class: type[Settings]) -> list[str]:
    """The names of the values that are not allowed, each for itself."""
    try:
        settings_class(**values)
    except ValidationError as error:
        return list(dict.fromkeys(detail["loc"][0] for detail in error.errors()))
    except UserError:  # about several settings together
        pass
    return []
