"""Saves and loads checkpoints: safetensors files with a network and its metadata."""

import json
import platform
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open

from fmnist_demo.errors import UserError
from fmnist_demo.files import replacing
from fmnist_demo.networks import sparse_storage
from fmnist_demo.networks.calibration import Calibration
from fmnist_demo.networks.inspection import ActiveUnits, active_units
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.single_image import SingleImageInference

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "weights"
WEIGHTS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "weights"
"""The folder of the shipped checkpoints, in an installed package or in a checkout."""

LAYERS = (3, 5, 7)
"""Their depths: each with every regulariser."""

FORMAT = 4
"""The version that `save` writes. Since format 4, a matrix may be stored as `sparse_storage`."""

READABLE = (2, 3, FORMAT)
"""The formats that `load` reads."""

OLD_NAMES = {"doubt": "confidence_threshold", "ended": "stop_reason"}
"""What format 2 calls some fields."""

MAX_BYTES = 32 * 2**20
"""The largest file that `load` opens."""

_KEY = "fmnist_demo"
_TINIEST = torch.finfo(torch.float16).smallest_normal * torch.finfo(torch.float16).eps


class CheckpointError(UserError):
    """A checkpoint cannot be used; the message names the file and the problem."""


@dataclass(frozen=True)
class Metadata:
    """Everything needed to train a network again, and the results of its training.

    `training`: the `TrainConfig` as a dict. `split_hash`: identifies the validation examples.
    `history`: one dict per epoch. `validation`: `loss` and `accuracy` of the best epoch.
    `stop_reason`: `ALL_EPOCHS`, `EARLY_STOPPING` or `INTERRUPTED` of `training.stop_reasons`.
    `pretraining`: the `training` of the network whose weights it started from; empty if they were
    random.
    """

    model: MLPConfig
    training: dict
    split_hash: str
    calibration: Calibration = field(default_factory=Calibration)
    history: list[dict] = field(default_factory=list)
    validation: dict = field(default_factory=dict)
    stop_reason: str = ""
    pretraining: dict = field(default_factory=dict)

    @property
    def regulariser(self) -> str:
        return self.training["regulariser"]

    @property
    def strength(self) -> float:
        return self.training["strength"]

    @property
    def name(self) -> str:
        """`mlp3-l1` for three hidden layers and L1."""
        return f"mlp{self.model.layers}-{self.regulariser}"

    @property
    def file_name(self) -> str:
        return f"{self.name}.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """A network with its metadata: float32, on the CPU, in evaluation mode."""

    model: MLP
    metadata: Metadata

    @cached_property
    def single_image(self) -> SingleImageInference:
        """Fast inference on single images, prepared on first use."""
        return SingleImageInference(self.model)

    @cached_property
    def active_units(self) -> ActiveUnits:
        """Which pixels and hidden units have a path to an output, found on first use."""
        return active_units(self.model)

    @property
    def name(self) -> str:
        return self.metadata.name

    @property
    def layers(self) -> int:
        return self.metadata.model.layers

    @property
    def regulariser(self) -> str:
        return self.metadata.regulariser


def save(path: str | Path, model: MLP, metadata: Metadata) -> None:
    """Write a checkpoint as float16, as a whole file or not at all.

    A matrix with many zeros is stored sparsely, if that is smaller.
    Raises `UserError` if the file cannot be written or a value is too large for float16.
    """
    content = asdict(metadata) | {
        "format": FORMAT,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
    tensors = {}
    for name, tensor in _tensors(model).items():
        tensors |= sparse_storage.smallest(name, _half(name, tensor))
    with replacing(path) as temporary:
        try:
            safetensors.torch.save_file(tensors, temporary, {_KEY: json.dumps(content)})
        except SafetensorError as error:  # raised when the disk is full
            raise OSError(str(error)) from error


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint and check its metadata and the names, shapes and values of its tensors.

    Raises `CheckpointError`.
    """
    path = Path(path)
    try:
        _check_file(path)
        with safe_open(path, framework="pt") as file:
            metadata = _read_metadata((file.metadata() or {}).get(_KEY), path)
            model = MLP(metadata.model, seed=None)
            expected, stored = _tensors(model), set(file.keys())
            names = {part for name in expected for part in sparse_storage.names(name, stored)}
            _check_names(stored, names, path)
            for name, parameter in expected.items():
                try:
                    parameter.copy_(_read(file, name, stored, tuple(parameter.shape)))
                except ValueError as error:
                    raise CheckpointError(
                        f"{path.name}: {name} {error}; train it again or download it again."
                    ) from error
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{path.name} cannot be read as a safetensors file ({reason}); train it again or "
            "download it again."
        ) from error
    return Checkpoint(model.eval(), metadata)


class Collection(list[Checkpoint]):
    """The checkpoints in a folder, by depth and regulariser.

    `problems`: one sentence for each file that could not be loaded.
    """

    def __init__(self, folder: str | Path = WEIGHTS):
        super().__init__()
        self.folder = Path(folder)
        self.problems: list[str] = []
        for path in sorted(self.folder.glob("*.safetensors")):
            try:
                checkpoint = load(path)
                if path.stem != checkpoint.name:
                    raise CheckpointError(
                        f"{path.name} says that it is {checkpoint.name}: rename it or delete it."
                    )
                self.append(checkpoint)
            except CheckpointError as error:
                self.problems.append(str(error))
        self.sort(key=lambda c: (c.layers, c.regulariser != "none", c.regulariser))

    def get(self, layers: int, regulariser: str) -> Checkpoint:
        """The checkpoint of this depth and regulariser. Raises `UserError` if there is none."""
        for checkpoint in self:
            if (checkpoint.layers, checkpoint.regulariser) == (layers, regulariser):
                return checkpoint
        names = ", ".join(c.name for c in self) or "no networks"
        raise UserError(
            f"There is no network mlp{layers}-{regulariser} in {self.folder}: the folder contains "
            f"{names}."
        )

    def choose(self, layers: int | None = None, regulariser: str | None = None) -> list[Checkpoint]:
        """All checkpoints that match; None matches any. Raises `UserError` if there are none."""
        chosen = [
            c for c in self if layers in (None, c.layers) and regulariser in (None, c.regulariser)
        ]
        if not chosen:
            problems = f" ({' '.join(self.problems)})" if self.problems else ""
            raise UserError(
                f"No checkpoint in {self.folder} matches{problems}: train one with "
                "“python -m fmnist_demo train”."
            )
        return chosen


def _tensors(model: MLP) -> dict[str, torch.Tensor]:
    """The tensors to store: weights and running statistics, but not the count of batches."""
    return {name: t for name, t in model.state_dict().items() if t.is_floating_point()}


def _half(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Convert to float16. Non-zero values stay non-zero, because loading must not add zeros."""
    half = tensor.half()
    if not half.isfinite().all():
        raise UserError(
            f"The network cannot be saved because {name} contains values too large for float16: "
            "train it with a smaller learning rate."
        )
    underflow = (half == 0) & (tensor != 0)
    half[underflow] = torch.sign(tensor[underflow]).half() * _TINIEST
    return half.contiguous()


def _read(file: safe_open, name: str, stored: set[str], shape: tuple[int, ...]) -> torch.Tensor:
    """The values of a tensor. Raises `ValueError` if their shape or one of them is wrong."""
    if name in stored:
        found = tuple(file.get_slice(name).get_shape())
        if found != shape:
            raise ValueError(f"has shape {found}, but {shape} was expected")
        values = file.get_tensor(name).float()
    else:
        parts = [file.get_tensor(part) for part in sparse_storage.names(name, stored)]
        values = sparse_storage.expand(*parts, shape).float()
    is_variance = name.endswith("running_var")
    low, high = values.aminmax()  # NaN if one value is
    if not (low.isfinite() and high.isfinite()) or (is_variance and low < 0):
        raise ValueError(
            f"contains values that are {'negative or ' if is_variance else ''}not finite"
        )
    return values


def _check_file(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"version https://git-lfs"):
        raise CheckpointError(
            f"{path.name} is a Git LFS pointer, not the network itself: run “git lfs pull” or "
            "download the file."
        )
    if path.stat().st_size > MAX_BYTES:
        raise CheckpointError(
            f"{path.name} is larger than {MAX_BYTES >> 20} MB: choose a checkpoint of this project."
        )


def _read_metadata(text: str | None, path: Path) -> Metadata:
    try:
        content = json.loads(text, object_hook=_renamed)
        if content["format"] not in READABLE:
            raise CheckpointError(
                f"{path.name} has format {content['format']}, but this version reads formats up to "
                f"{FORMAT}: train it again or update the project."
            )
        metadata = Metadata(
            model=MLPConfig(**content["model"]),
            training=dict(content["training"]),
            split_hash=str(content["split_hash"]),
            calibration=Calibration(**content["calibration"]),
            history=list(content["history"]),
            validation=dict(content["validation"]),
            stop_reason=str(content["stop_reason"]),
            pretraining=dict(content.get("pretraining", {})),
        )
        if {type(metadata.model.layers), type(metadata.model.width)} != {int}:
            raise ValueError("layers and width must be whole numbers")
        if type(metadata.model.none_of_these) is not bool:
            raise ValueError("none_of_these must be true or false")
        if not isinstance(metadata.regulariser, str) or not 0 <= metadata.strength < float("inf"):
            raise ValueError("the regulariser or its strength is not valid")
        if not all(0 <= metadata.validation[key] < float("inf") for key in ("loss", "accuracy")):
            raise ValueError("the validation loss or accuracy is out of range")
        # Dividing by the temperature must stay within the range of float32.
        if not 1e-30 < metadata.calibration.temperature < 1e30:
            raise ValueError("the temperature is out of range")
        if not 0 <= metadata.calibration.confidence_threshold <= 1:
            raise ValueError("the confidence threshold is out of range")
        return metadata
    except CheckpointError:
        raise
    except (TypeError, ValueError, KeyError, UserError) as error:
        reason = str(error).rstrip(".")
        raise CheckpointError(
            f"{path.name} has invalid metadata ({reason}): it is not one of this project's "
            "checkpoints."
        ) from error


def _renamed(part: dict) -> dict:
    """A part of the metadata with today's names."""
    return {OLD_NAMES.get(name, name): value for name, value in part.items()}


def _check_names(names: set[str], expected: set[str], path: Path) -> None:
    for problem, wrong in (
        ("is missing", expected - names),
        ("has an unexpected", names - expected),
    ):
        if wrong:
            raise CheckpointError(
                f"{path.name} {problem} tensor {min(wrong)}; train it again or download it again."
            )
