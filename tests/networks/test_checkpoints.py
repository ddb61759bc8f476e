"""Checkpoints are saved and loaded without loss, and invalid files are rejected."""

import json
import math
import os
import shutil
from dataclasses import asdict, replace

import pytest
import safetensors.torch
import torch
from conftest import TINY
from helpers import assert_one_sentence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.calibration import Calibration
from fmnist_demo.networks.checkpoints import MAX_BYTES, CheckpointError, Collection, load, save
from fmnist_demo.networks.mlp import MLP, predict_logits
from fmnist_demo.networks.pruning import pruned, threshold
from fmnist_demo.networks.regularisation import (
    REGULARISERS,
    count_zeros,
    total_zeros,
    weight_matrices,
)

KEY = "fmnist_demo"


@pytest.fixture(scope="module")
def good(weights) -> bytes:
    return (weights / "mlp3-l1.safetensors").read_bytes()


@pytest.fixture
def tensors(good) -> dict[str, torch.Tensor]:
    """Those of a sound checkpoint, for a test to change."""
    return parts(good)[0]


@pytest.fixture
def metadata(good) -> dict:
    return parts(good)[1]


@pytest.fixture(scope="module")
def sparse(trained) -> MLP:
    """A network in which 95 % of the weights are zero."""
    model, _ = trained
    return pruned(model, threshold(model, 0.05))


@pytest.fixture
def sparse_tensors(sparse, trained, path) -> dict[str, torch.Tensor]:
    """Those of its checkpoint, for a test to change."""
    save(path, sparse, trained[1])
    return parts(path.read_bytes())[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mlp3-l1.safetensors"


def parts(good: bytes) -> tuple[dict[str, torch.Tensor], dict]:
    length = int.from_bytes(good[:8], "little")
    metadata = json.loads(good[8 : 8 + length])["__metadata__"][KEY]
    return safetensors.torch.load(good), json.loads(metadata)


def write(path, tensors, metadata) -> None:
    text = metadata if isinstance(metadata, str) else json.dumps(metadata)
    safetensors.torch.save_file(tensors, path, {KEY: text})


def load_error(path) -> str:
    with pytest.raises(CheckpointError) as error:
        load(path)
    assert_one_sentence(str(error.value))
    assert path.name in str(error.value)
    return str(error.value)


def test_a_loaded_network_equals_the_saved_one_in_float16(trained, path, validation):
    model, metadata = trained
    save(path, model, metadata)
    loaded = load(path)
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            values = loaded.model.state_dict()[name]
            assert values.dtype == torch.float32
            no_underflow = (tensor == 0) | (tensor.half() != 0)
            assert torch.equal(values[no_underflow], tensor.half().float()[no_underflow])
    assert not loaded.model.training
    before, after = (predict_logits(m, validation.images) for m in (model, loaded.model))
    assert torch.allclose(before, after, atol=0.05)


def test_saving_a_loaded_checkpoint_writes_the_same_file(trained, path, tmp_path):
    save(path, *trained)
    loaded = load(path)
    again = tmp_path / "again.safetensors"
    save(again, loaded.model, loaded.metadata)
    assert again.read_bytes() == path.read_bytes()


def test_saving_keeps_zeros_and_adds_none(trained, path):
    model, metadata = trained
    assert 0.1 < total_zeros(model) < 1
    assert count_zeros(load_saved(path, model, metadata)) == count_zeros(model)


@pytest.mark.parametrize("tiny", [1e-8, -1e-8, 1e-38, 1e-45])
def test_a_weight_too_small_for_float16_keeps_its_sign(tiny, trained, path):
    model = MLP(TINY)
    with torch.no_grad():
        model.output.weight[0, 0] = tiny
    weight = load_saved(path, model, trained[1]).output.weight[0, 0].item()
    assert 0 < abs(weight) < 1e-7
    assert math.copysign(1, weight) == math.copysign(1, tiny)


def load_saved(path, model, metadata) -> MLP:
    save(path, model, metadata)
    return load(path).model


def test_a_checkpoint_stores_all_metadata(trained, path):
    _, metadata = trained
    save(path, *trained)
    _, stored = parts(path.read_bytes())
    assert stored["model"] == asdict(TINY)
    assert stored["training"]["seed"] == 0
    assert stored["split_hash"] == metadata.split_hash
    assert len(stored["history"]) == stored["training"]["epochs"]
    assert set(stored["versions"]) == {"python", "torch"}
    assert stored["format"] == 4
    assert stored["calibration"] == {"temperature": 1.5, "confidence_threshold": 0.15}
    loaded = load(path)
    assert loaded.metadata == metadata
    assert (loaded.name, loaded.layers, loaded.regulariser) == ("mlp3-l1", 3, "l1")


@given(temperature=st.floats(1e-6, 1e6), confidence_threshold=st.floats(0, 1))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_the_calibration_is_stored_exactly(temperature, confidence_threshold, trained, path):
    model, metadata = trained
    calibration = Calibration(temperature, confidence_threshold)
    save(path, model, replace(metadata, calibration=calibration))
    assert load(path).metadata.calibration == calibration


def test_tensors_are_stored_in_two_bytes_each(trained, path):
    save(path, *trained)
    tensors, _ = parts(path.read_bytes())
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}


def test_a_sparse_network_takes_fewer_bytes_and_loads_as_it_was(sparse, trained, path, good):
    model = load_saved(path, sparse, trained[1])
    stored = parts(path.read_bytes())[0]
    for name in ("values", "columns", "counts"):
        assert f"hidden.0.0.weight.{name}" in stored
    assert path.stat().st_size < len(good)
    for name, weights in weight_matrices(sparse).items():
        assert torch.equal(weight_matrices(model)[name] != 0, weights != 0)
        assert torch.equal(weight_matrices(model)[name], weights.half().float())


@pytest.mark.parametrize(
    "failure",
    [OSError(28, "No space left on device"), safetensors.SafetensorError("I/O error: disk full")],
)
def test_a_failed_save_leaves_only_the_old_file(trained, path, failure, monkeypatch):
    save(path, *trained)
    before = path.read_bytes()

    def write_half(tensors, file, metadata):
        file.write_bytes(before[:1000])
        raise failure

    monkeypatch.setattr(checkpoints.safetensors.torch, "save_file", write_half)
    with pytest.raises(UserError) as error:
        save(path, MLP(TINY, 9), trained[1])
    assert_one_sentence(str(error.value))
    assert str(path) in str(error.value)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e6])
def test_weights_that_float16_cannot_hold_are_not_saved(trained, path, value):
    """A file that `load` rejects must not replace a valid one."""
    save(path, *trained)
    model = MLP(TINY)
    with torch.no_grad():
        model.hidden[1][0].weight[0, 0] = value
    with pytest.raises(UserError, match=r"hidden\.1\.0\.weight") as error:
        save(path, model, trained[1])
    assert_one_sentence(str(error.value))
    load(path)


@pytest.mark.parametrize("share", [0.0, 1e-4, 0.001, 0.02, 0.5, 0.9, 0.9999])
def test_a_truncated_file_is_rejected(good, path, share):
    path.write_bytes(good[: int(len(good) * share)])
    load_error(path)


@pytest.mark.parametrize(
    "content", [b"x", b"\0" * 100, b"\xff" * 5000, b"PK\x03\x04" * 40, b"{}", bytes(range(256)) * 9]
)
def test_a_file_that_is_not_safetensors_is_rejected(content, path):
    path.write_bytes(content)
    assert "safetensors" in load_error(path)


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_damaged_header_causes_at_most_a_checkpoint_error(data, good, tmp_path):
    """The file is loaded, or rejected in one sentence."""
    path = tmp_path / "mlp3-l1.safetensors"
    damaged = bytearray(good)
    length = int.from_bytes(good[:8], "little")
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, length + 7))
        damaged[position] = data.draw(st.sampled_from(b'0123456789"{}[],:-.eE truefalsn\\\n\0\xff'))
    path.write_bytes(damaged)
    try:
        load(path)
    except CheckpointError as error:
        assert_one_sentence(str(error))


def test_a_missing_file_and_a_folder_are_rejected(path):
    assert "No such file" in load_error(path)
    path.mkdir()
    load_error(path)


def test_a_git_lfs_pointer_is_reported(path):
    path.write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 4325376\n"
    )
    assert "Git LFS pointer" in load_error(path)


def test_a_huge_file_is_rejected_unread(path):
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "larger than 32 MB" in load_error(path)


def test_a_wrong_shape_is_reported_with_the_tensor_and_both_shapes(tensors, metadata, path):
    tensors["hidden.1.0.weight"] = torch.zeros(32, 31)
    write(path, tensors, metadata)
    message = load_error(path)
    assert all(part in message for part in ("hidden.1.0.weight", "(32, 31)", "(32, 32)"))


def test_a_missing_tensor_is_named(tensors, metadata, path):
    del tensors["hidden.2.1.running_mean"]
    write(path, tensors, metadata)
    assert "is missing tensor hidden.2.1.running_mean" in load_error(path)


def test_an_extra_tensor_is_named(tensors, metadata, path):
    write(path, tensors | {"payload": torch.zeros(3)}, metadata)
    assert "unexpected tensor payload" in load_error(path)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_reported_with_its_tensor(tensors, metadata, path, value):
    tensors["output.bias"][3] = value
    write(path, tensors, metadata)
    message = load_error(path)
    assert "output.bias" in message
    assert "not finite" in message


SPARSE = "hidden.0.0.weight"


@pytest.mark.parametrize("part", ["values", "columns", "counts"])
def test_a_missing_part_of_a_sparse_matrix_is_named(sparse_tensors, metadata, path, part):
    del sparse_tensors[f"{SPARSE}.{part}"]
    write(path, sparse_tensors, metadata)
    assert f"is missing tensor {SPARSE}.{part}" in load_error(path)


def test_a_matrix_is_not_stored_twice(sparse_tensors, metadata, path):
    write(path, sparse_tensors | {SPARSE: torch.zeros(32, 784)}, metadata)
    assert f"unexpected tensor {SPARSE}.columns" in load_error(path)


@pytest.mark.parametrize(
    ("part", "value", "problem"),
    [
        ("values", math.nan, "not finite"),
        ("values", math.inf, "not finite"),
        ("columns", 784, "columns outside 0 to 783"),
        ("columns", -1, "columns outside 0 to 783"),
        ("counts", 99, "do not add up"),
    ],
)
def test_an_invalid_sparse_matrix_is_named(sparse_tensors, metadata, path, part, value, problem):
    sparse_tensors[f"{SPARSE}.{part}"][0] = value
    write(path, sparse_tensors, metadata)
    message = load_error(path)
    assert f"{SPARSE} " in message
    assert problem in message


@given(data=st.data())
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_damaged_values_cause_at_most_a_checkpoint_error(data, sparse, trained, path):
    """The file is loaded with finite weights, or rejected in one sentence."""
    save(path, sparse, trained[1])
    damaged = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(damaged[:8], "little")
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(start, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    try:
        loaded = load(path)
    except CheckpointError as error:
        assert_one_sentence(str(error))
    else:
        assert all(tensor.isfinite().all() for tensor in loaded.model.state_dict().values())


def test_missing_metadata_is_reported(tensors, path):
    safetensors.torch.save_file(tensors, path)
    assert "invalid metadata" in load_error(path)


@pytest.mark.parametrize("text", ["", "not json", "[]", "null", "3", "{}", "[" * 100_000])
def test_metadata_must_be_an_object(tensors, path, text):
    write(path, tensors, text)
    load_error(path)


@pytest.mark.parametrize(
    "field",
    [
        *["format", "model", "training", "split_hash", "calibration", "history", "validation"],
        "stop_reason",
    ],
)
def test_metadata_with_a_missing_part_is_rejected(tensors, metadata, path, field):
    write(path, tensors, {key: value for key, value in metadata.items() if key != field})
    load_error(path)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("model", {"width": 100_000}),
        ("model", {"width": -1}),
        ("model", {"width": 32.0}),
        ("model", {"width": 10**400}),
        ("model", {"width": True}),
        ("model", {"layers": "3"}),
        ("model", {"layers": 3.0}),
        ("model", {"layers": [3]}),
        ("model", {"dropout": 7}),
        ("model", {"dropout": math.nan}),
        ("model", {"norm": "group"}),
        ("model", {"norm": {}}),
        ("model", {"activation": "gelu"}),
        ("training", {"strength": -1}),
        ("training", {"strength": math.inf}),
        ("training", {"strength": math.nan}),
        ("training", {"strength": "strong"}),
        ("training", {"strength": None}),
        ("training", {"regulariser": None}),
        ("training", {"regulariser": ["l1"]}),
        ("calibration", {"temperature": 0}),
        ("calibration", {"temperature": -1.0}),
        ("calibration", {"temperature": math.nan}),
        ("calibration", {"temperature": math.inf}),
        ("calibration", {"temperature": 1e-40}),
        ("calibration", {"temperature": 10**400}),
        ("calibration", {"temperature": "hot"}),
        ("calibration", {"temperature": None}),
        ("calibration", {"confidence_threshold": -0.1}),
        ("calibration", {"confidence_threshold": 1.1}),
        ("calibration", {"confidence_threshold": math.nan}),
        ("calibration", {"confidence_threshold": [0.3]}),
        ("calibration", {"bias": 0.0}),
    ],
)
def test_metadata_with_an_invalid_value_is_rejected(tensors, metadata, path, part, change):
    metadata[part] |= change
    write(path, tensors, metadata)
    assert "invalid metadata" in load_error(path)


def test_metadata_of_another_depth_is_rejected(tensors, metadata, path):
    metadata["model"]["layers"] = 5
    write(path, tensors, metadata)
    assert "is missing tensor hidden.3" in load_error(path)


def test_a_newer_format_is_reported(tensors, metadata, path):
    write(path, tensors, metadata | {"format": 5})
    assert "format 5, but this version reads formats up to 4" in load_error(path)


def test_format_3_is_still_read(tensors, metadata, path):
    write(path, tensors, metadata | {"format": 3})
    loaded = load(path).model.state_dict()
    assert all(torch.equal(loaded[name], tensor.float()) for name, tensor in tensors.items())


def test_the_names_of_format_2_are_still_read(tensors, metadata, path):
    calibration = {"temperature": 1.5, "doubt": 0.15}
    old = metadata | {"format": 2, "ended": metadata["stop_reason"], "calibration": calibration}
    del old["stop_reason"]
    write(path, tensors, old)
    new = path.with_name("new.safetensors")
    write(new, tensors, metadata)
    assert load(path).metadata == load(new).metadata


@pytest.mark.parametrize("change", [{"calibration": None}, {"calibration": 3}])
def test_invalid_metadata_of_format_2_is_rejected(tensors, metadata, path, change):
    write(path, tensors, metadata | {"format": 2} | change)
    load_error(path)


def test_format_1_is_reported_as_too_old(tensors, metadata, path):
    del metadata["calibration"]
    write(path, tensors, metadata | {"format": 1})
    assert "format 1, but this version reads formats up to 4" in load_error(path)


def test_a_collection_is_sorted_by_depth_and_regulariser(weights):
    collection = Collection(weights)
    assert collection.problems == []
    kinds = [(c.layers, c.regulariser) for c in collection]
    assert kinds == [(n, r) for n in (3, 5, 7) for r in ("none", "l1", "l2")]
    assert len(collection) == 9
    for layers in (3, 5, 7):
        for regulariser in REGULARISERS:
            assert collection.get(layers, regulariser).name == f"mlp{layers}-{regulariser}"


def test_networks_are_chosen_by_depth_and_regulariser(weights):
    collection = Collection(weights)
    assert len(collection.choose()) == 9
    assert {c.regulariser for c in collection.choose(layers=5)} == set(REGULARISERS)
    assert [c.layers for c in collection.choose(regulariser="l2")] == [3, 5, 7]
    assert collection.choose(7, "none") == [collection.get(7, "none")]


def test_bad_files_are_reported_and_the_rest_is_loaded(weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "weights")
    (folder / "mlp3-l2.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    (folder / "mlp5-l1.safetensors").rename(folder / "mlp5-l9.safetensors")
    (folder / "notes.txt").write_text("not a checkpoint")
    collection = Collection(folder)
    assert [c.name for c in collection] == [
        *["mlp3-none", "mlp3-l1", "mlp5-none", "mlp5-l2", "mlp7-none", "mlp7-l1", "mlp7-l2"]
    ]
    lfs, renamed = collection.problems
    assert lfs.startswith("mlp3-l2.safetensors")
    assert "mlp5-l9.safetensors says that it is mlp5-l1" in renamed
    for problem in collection.problems:
        assert_one_sentence(problem)


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_networks_is_an_empty_collection(tmp_path, make):
    folder = tmp_path / "weights"
    if make:
        folder.mkdir()
    collection = Collection(folder)
    assert (list(collection), collection.problems) == ([], [])
    for access in (lambda: collection.get(3, "l1"), collection.choose):
        with pytest.raises(UserError) as error:
            access()
        assert_one_sentence(str(error.value))
        assert str(folder) in str(error.value)


def test_a_missing_network_is_reported_with_the_available_ones(weights):
    with pytest.raises(UserError) as error:
        Collection(weights).get(4, "l1")
    assert_one_sentence(str(error.value))
    assert "mlp4-l1" in str(error.value)
    assert "mlp7-none" in str(error.value)


def test_the_name_contains_depth_and_regulariser(trained):
    _, metadata = trained
    deeper = replace(metadata, model=replace(TINY, layers=7), training={"regulariser": "none"})
    assert deeper.name == "mlp7-none"
