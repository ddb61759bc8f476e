"""Checkpoints: a network and its metadata in one safetensors file, and folders of them."""

import json
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open

from fmnist_demo.errors import UserError
from fmnist_demo.files import replacing
from fmnist_demo.networks.calibration import Calibration
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.single_image import SingleImageInference

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "weights"
WEIGHTS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "weights"
"""The folder of the checkpoints that come with the project, installed or in a checkout."""

FORMAT = 3
"""The format that is written."""

OLDER_NAMES = {2: {"doubt": "confidence_threshold", "ended": "stop_reason"}}
"""Formats that are read as well, and what they call by another name."""

MAX_BYTES = 32 * 2**20
_KEY = "fmnist_demo"
_TINIEST = torch.finfo(torch.float16).smallest_normal * torch.finfo(torch.float16).eps


NOT_CALIBRATED = Calibration()


class CheckpointError(UserError):
    """A checkpoint cannot be used; the message names the file and the problem."""


@dataclass(frozen=True)
class Metadata:
    """How a checkpoint was made: everything needed to make it again, and what came of it.

    `training`: the `TrainConfig` as a dict. `split_hash`: which examples were validation.
    `calibration`: when its answers can be trusted. `history`: one dict an epoch. `validation`:
    loss and accuracy of the best epoch. `stop_reason`: `all epochs`, `early stopping` or
    `interrupted`.
    """

    model: MLPConfig
    training: dict
    split_hash: str
    calibration: Calibration = NOT_CALIBRATED
    history: list[dict] = field(default_factory=list)
    validation: dict = field(default_factory=dict)
    stop_reason: str = ""

    @property
    def regulariser(self) -> str:
        return self.training["regulariser"]

    @property
    def strength(self) -> float:
        return self.training["strength"]

    @property
    def name(self) -> str:
        """`mlp3-l1` for three hidden layers under L1."""
        return f"mlp{self.model.layers}-{self.regulariser}"


@dataclass(frozen=True)
class Checkpoint:
    """A network ready to answer, float32, on the CPU, in evaluation mode."""

    model: MLP
    metadata: Metadata

    @cached_property
    def single_image(self) -> SingleImageInference:
        """Fast inference on single images, prepared on first use."""
        return SingleImageInference(self.model)

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
    """Write a checkpoint as float16, whole or not at all. Raises `UserError` if it cannot."""
    content = asdict(metadata) | {
        "format": FORMAT,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
    tensors = {name: _half(name, tensor) for name, tensor in _tensors(model).items()}
    with replacing(path) as temporary:
        try:
            safetensors.torch.save_file(tensors, temporary, {_KEY: json.dumps(content)})
        except SafetensorError as error:  # its way to say that the disk is full
            raise OSError(str(error)) from error


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint. Raises `CheckpointError`, naming the tensor and both shapes if need be."""
    path = Path(path)
    try:
        _check_file(path)
        with safe_open(path, framework="pt") as file:
            metadata = _read_metadata((file.metadata() or {}).get(_KEY), path)
            model = MLP(metadata.model)
            expected = _tensors(model)
            _check_names(set(file.keys()), set(expected), path)
            for name, parameter in expected.items():
                shape = tuple(file.get_slice(name).get_shape())
                if shape != tuple(parameter.shape):
                    raise CheckpointError(
                        f"{path.name}: {name} has shape {shape}, but {tuple(parameter.shape)} was "
                        "expected; train it again or download it again."
                    )
                stored = file.get_tensor(name).float()
                is_variance = name.endswith("running_var")
                if not stored.isfinite().all() or (is_variance and stored.min() < 0):
                    raise CheckpointError(
                        f"{path.name}: {name} holds values that are not finite numbers"
                        f"{' of 0 or more' if is_variance else ''}; train it again or download it "
                        "again."
                    )
                parameter.copy_(stored)
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{path.name} cannot be read as a safetensors file ({reason}); train it again or "
            "download it again."
        ) from error
    return Checkpoint(model.eval(), metadata)


class Collection:
    """The checkpoints in a folder, by depth and regulariser.

    `problems` says why files could not be loaded, one sentence each.
    """

    def __init__(self, folder: str | Path = WEIGHTS):
        self.folder = Path(folder)
        self.problems: list[str] = []
        found: dict[tuple[int, str], Checkpoint] = {}
        for path in sorted(self.folder.glob("*.safetensors")):
            try:
                checkpoint = load(path)
                if path.stem != checkpoint.name:
                    raise CheckpointError(
                        f"{path.name} says that it is {checkpoint.name}: rename it or delete it."
                    )
                found[checkpoint.layers, checkpoint.regulariser] = checkpoint
            except CheckpointError as error:
                self.problems.append(str(error))
        order = sorted(found, key=lambda kind: (kind[0], kind[1] != "none", kind[1]))
        self._found = {kind: found[kind] for kind in order}

    def __iter__(self) -> Iterator[Checkpoint]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def get(self, layers: int, regulariser: str) -> Checkpoint:
        """One network. Raises `UserError` if the folder has none of this kind."""
        try:
            return self._found[layers, regulariser]
        except (KeyError, TypeError):  # some kinds of JSON cannot be a key
            names = ", ".join(c.name for c in self) or "none at all"
            raise UserError(
                f"There is no network mlp{layers}-{regulariser} in {self.folder}; there are: "
                f"{names}."
            ) from None

    def choose(self, layers: int | None = None, regulariser: str | None = None) -> list[Checkpoint]:
        """All that match. Raises `UserError` if none does."""
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
    """What is stored: the weights and the running statistics, not the count of batches."""
    return {name: t for name, t in model.state_dict().items() if t.is_floating_point()}


def _half(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """To float16; what is not zero stays so, for zeros are counted in the file."""
    half = tensor.half()
    if not half.isfinite().all():
        raise UserError(
            f"The network is not saved, for {name} holds values too large for float16: train with "
            "a smaller learning rate."
        )
    vanished = (half == 0) & (tensor != 0)
    half[vanished] = torch.sign(tensor[vanished]).half() * _TINIEST
    return half.contiguous()


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
        content = _renamed(json.loads(text), path)
        metadata = Metadata(
            model=MLPConfig(**content["model"]),
            training=dict(content["training"]),
            split_hash=str(content["split_hash"]),
            calibration=Calibration(**content["calibration"]),
            history=list(content["history"]),
            validation=dict(content["validation"]),
            stop_reason=str(content["stop_reason"]),
        )
        if {type(metadata.model.layers), type(metadata.model.width)} != {int}:
            raise ValueError("layers and width are whole numbers")
        if not isinstance(metadata.regulariser, str) or not 0 <= metadata.strength < float("inf"):
            raise ValueError("regulariser and strength do not go together")
        if not all(0 <= metadata.validation[key] < float("inf") for key in ("loss", "accuracy")):
            raise ValueError("the validation figures are out of range")
        # float32 must be able to divide by the temperature.
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
            f"{path.name} does not say how it was made, or says something impossible ({reason}): "
            "it is not one of this project's checkpoints."
        ) from error


def _renamed(content: dict, path: Path) -> dict:
    """The metadata with the names of the current format."""
    if content["format"] == FORMAT:
        return content
    try:
        names = OLDER_NAMES[content["format"]]
    except (KeyError, TypeError):
        raise CheckpointError(
            f"{path.name} has format {content['format']}, and this version reads formats up to "
            f"{FORMAT}: train it again or update the project."
        ) from None

    def rename(part: dict) -> dict:
        return {names.get(key, key): value for key, value in dict(part).items()}

    return rename(content) | {"calibration": rename(content["calibration"])}


def _check_names(found: set[str], expected: set[str], path: Path) -> None:
    for what, names in (("lacks", expected - found), ("has an unexpected", found - expected)):
        if names:
            raise CheckpointError(
                f"{path.name} {what} tensor {min(names)}; train it again or download it again."
            )
