"""A training that is interrupted after an epoch goes on as if it had not been."""

from dataclasses import replace

import pytest
import torch
from conftest import QUICK, TINY

from fmnist_demo.data.splits import Split
from fmnist_demo.networks.checkpoints import Metadata
from fmnist_demo.networks.mlp import MLP
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.synthetic.dataset import dataset
from fmnist_demo.training import saved_state
from fmnist_demo.training.loop import EpochResult, Trainer


@pytest.fixture
def planned() -> Metadata:
    return Metadata(TINY, {"epochs": 4}, "0")


def results(trainer: Trainer, count: int | None = None) -> list[EpochResult]:
    """The results of the next `count` epochs, without closing the training."""
    found = []
    for event in trainer.events():
        if isinstance(event, EpochResult):
            found.append(replace(event, seconds=0.0))
            if len(found) == count:
                break
    return found


def same(first: MLP, second: MLP) -> bool:
    weights, others = first.state_dict(), second.state_dict()
    return all(torch.equal(weights[name], others[name]) for name in weights)


@pytest.mark.parametrize("regulariser", REGULARISERS)
def test_every_bit_is_as_without_the_interruption(
    regulariser, train, validation, planned, tmp_path
):
    config = replace(
        QUICK, epochs=4, regulariser=regulariser, augment=True, synthetic=20, synthetic_sets=2
    )
    synthetic = Split.from_arrays(*dataset(40))
    shape = replace(TINY, dropout=0.3, none_of_these=True)

    def trainer() -> Trainer:
        return Trainer(MLP(shape), train, validation, config, synthetic)

    whole = trainer()
    expected = results(whole)

    history = []
    for event in (first := trainer()).events():
        if isinstance(event, EpochResult):
            history.append(replace(event, seconds=0.0))
            saved_state.save(tmp_path / "state", first, planned, history)
            if event.epoch == 2:
                break
    resumed = trainer()
    history = saved_state.load(tmp_path / "state", resumed, planned)
    assert history == expected[:2]
    assert history + results(resumed) == expected
    assert same(resumed.model, whole.model)


def test_a_training_that_had_no_patience_left_does_not_go_on(train, validation, planned, tmp_path):
    misleading = Split(train.images, (train.labels + 1) % 10)
    config = replace(QUICK, epochs=50, patience=2)
    trainer = Trainer(MLP(TINY), train, misleading, config)
    for event in trainer.events():
        if isinstance(event, EpochResult):
            saved_state.save(tmp_path / "state", trainer, planned, [event])
    resumed = Trainer(MLP(TINY), train, misleading, config)
    assert saved_state.load(tmp_path / "state", resumed, planned)
    assert results(resumed) == []
    assert same(resumed.model, trainer.model)


def test_a_missing_damaged_or_foreign_file_changes_nothing(train, validation, planned, tmp_path):
    path = tmp_path / "state"
    trainer = Trainer(MLP(TINY), train, validation, QUICK)
    (result,) = results(trainer, 1)
    saved_state.save(path, trainer, planned, [result])
    whole = path.read_bytes()
    fresh = Trainer(MLP(TINY, seed=1), train, validation, QUICK)

    assert saved_state.load(tmp_path / "missing", fresh, planned) == []
    assert saved_state.load(path, fresh, replace(planned, split_hash="1")) == []
    path.write_bytes(whole[: len(whole) // 2])
    assert saved_state.load(path, fresh, planned) == []
    assert same(fresh.model, MLP(TINY, seed=1))
