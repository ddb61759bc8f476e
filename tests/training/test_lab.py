"""The lab without its page: settings and links, the verdict, and how a training can end."""

import json
import math
import time
from contextlib import ExitStack
from threading import Event
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from helpers import assert_one_sentence
from hypothesis import given
from hypothesis import strategies as st

from fmnist_demo.data.splits import TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.regularisation import total_zeros
from fmnist_demo.training import examples, lab
from fmnist_demo.training import queue as training_queue
from fmnist_demo.training.lab import Control, Lab
from fmnist_demo.training.loop import EpochResult
from fmnist_demo.training.queue import TrainingQueue
from fmnist_demo.training.settings import (
    LAB_STRENGTHS,
    Settings,
    declarations,
    from_query,
    from_values,
)
from fmnist_demo.training.stop_reasons import VERDICTS
from fmnist_demo.training.updates import (
    FILTERS,
    Failed,
    Finished,
    Preparing,
    Run,
    Snapshot,
    Waiting,
)

SMALL = Settings(layers=1, width=16, batch_size=32, epochs=3, source="drawings", learning_rate=5e-3)


def changed(settings: Settings, **values) -> Settings:
    return Settings(**settings.model_dump() | values)


def any_value(name: str) -> st.SearchStrategy:
    setting, kind = declarations()[name], Settings.model_fields[name].annotation
    if kind is bool:
        return st.booleans()
    if setting.choices is not None:
        return st.sampled_from(list(setting.choices))
    numbers = st.integers if kind is int else st.floats
    return numbers(setting.low, min(setting.high, 512) if name == "width" else setting.high)


def any_settings() -> st.SearchStrategy[Settings]:
    return st.builds(Settings, **{name: any_value(name) for name in declarations()})


@given(any_settings())
def test_a_link_opens_the_settings_that_it_was_made_from(chosen):
    link = urlencode(chosen.model_dump())
    assert from_query(dict(parse_qsl(link))) == (chosen, [])
    as_browsers_write_it = {name: json.dumps(v).strip('"') for name, v in chosen}
    assert from_query(as_browsers_write_it) == (chosen, [])


@given(st.dictionaries(st.sampled_from(list(Settings.model_fields)), st.text()))
def test_whatever_a_link_says_it_opens_and_each_fault_is_a_sentence(query):
    found, problems = from_query(query)
    assert isinstance(found, Settings)
    for problem in problems:
        assert problem.endswith(".")
        assert "Traceback" not in problem


def test_what_a_link_leaves_out_is_as_usual_and_the_strength_follows_the_regulariser():
    assert from_query({}) == (Settings(), [])
    found, _ = from_query({"regulariser": "l1", "width": "64", "tab": "train"})
    assert found == Settings(width=64, regulariser="l1", strength=LAB_STRENGTHS["l1"])


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"layers": "8"}, "hidden layers"),
        ({"layers": "three"}, "hidden layers"),
        ({"learning_rate": "nan"}, "learning rate"),
        ({"strength": "inf"}, "strength"),
        ({"augment": "perhaps"}, "augmentation"),
        ({"regulariser": "l3"}, "regulariser"),
        ({"batch_size": "100"}, "batch size"),
        ({"layers": "7", "width": "1024"}, "parameters"),
    ],
)
def test_a_wrong_link_says_what_is_wrong_and_opens_as_usual(query, word):
    found, (problem,) = from_query(query)
    assert found == Settings()
    assert_one_sentence(problem)
    assert word in problem.lower()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"layers": 0}, "Hidden layers"),
        ({"dropout": 0.9}, "Dropout"),
        ({"learning_rate": None}, "Learning rate"),
        ({"learning_rate": math.nan}, "Learning rate"),
        ({"epochs": 2.5}, "Epochs"),
        ({"examples": 1}, "Examples"),
        ({"batch_size": None}, "Batch size"),
        ({"layers": 7, "width": 1024}, "parameters"),
    ],
)
def test_settings_out_of_bounds_earn_one_sentence(change, word):
    with pytest.raises(UserError, match=word) as error:
        from_values(Settings().model_dump() | change)
    assert_one_sentence(str(error.value))


def test_whole_numbers_of_the_page_may_come_as_floats():
    assert from_values(Settings().model_dump() | {"layers": 5.0, "epochs": 7.0}) == Settings(
        layers=5, epochs=7
    )


def result(epoch, loss, accuracy, best, zeros=0.0):
    return EpochResult(epoch, 0.5, 0.8, loss, accuracy, 1e-3, {}, zeros, 1.0, best)


HISTORY = [result(1, 0.9, 0.7, True), result(2, 0.6, 0.81, True, 0.25), result(3, 0.7, 0.8, False)]


@pytest.mark.parametrize(
    ("ended", "train_accuracy", "sentence"),
    [
        (
            "early stopping",
            0.85,
            "Stopped early at epoch 3. The best epoch is 2, with 81.0% validation accuracy and "
            "85.0% training accuracy (a gap of 4.0 points). 25.0% of the weights are exactly zero.",
        ),
        (
            "all epochs",
            0.8,
            "All 3 epochs trained. The best epoch is 2, with 81.0% validation accuracy and 80.0% "
            "training accuracy (no gap). 25.0% of the weights are exactly zero.",
        ),
    ],
)
def test_the_verdict_says_how_it_ended_the_gap_and_the_zeros(ended, train_accuracy, sentence):
    assert Run(Settings(), HISTORY, ended, train_accuracy).verdict == sentence


@pytest.mark.parametrize("ended", VERDICTS)
def test_every_end_makes_one_sentence(ended):
    assert_one_sentence(Run(Settings(), HISTORY, ended, 0.9).verdict)


def test_the_queue_is_first_come_first_served_and_bounded(monkeypatch):
    monkeypatch.setattr(training_queue, "MAX_LENGTH", 3)
    queue = TrainingQueue()
    with ExitStack() as first, ExitStack() as second, ExitStack() as third:
        entries = [stack.enter_context(queue.entry()) for stack in (first, second, third)]
        assert [queue.ahead(entry) for entry in entries] == [0, 1, 2]
        with pytest.raises(UserError) as error, queue.entry():
            pass
        assert_one_sentence(str(error.value))
        second.close()
        assert [queue.ahead(entry) for entry in (entries[0], entries[2])] == [0, 1]
        first.close()
        assert queue.ahead(entries[2]) == 0
        with queue.entry():
            assert len(queue) == 2
    assert len(queue) == 0


class Few:
    """A stand-in for `Examples`: the small splits of the tests."""

    def __init__(self, train, validation):
        self.examples, self.held_out_drawings = TrainingData(train, validation, "test"), validation

    def get(self, source, progress):
        progress(0.5, "Reading")
        return self.examples


@pytest.fixture
def small_lab(train, validation, monkeypatch) -> Lab:
    monkeypatch.setattr(lab, "INTERVAL", 0.01)
    made = Lab()
    made.examples = Few(train, validation)
    return made


def wait_until_empty(queue: TrainingQueue, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while len(queue) and time.monotonic() < end:
        time.sleep(0.01)
    assert len(queue) == 0


def test_a_training_ends_with_its_run_and_a_checkpoint_that_the_project_loads(small_lab, tmp_path):
    chosen = changed(SMALL, regulariser="l1", strength=5.0)
    *_, end = small_lab.train(chosen, Control())
    assert isinstance(end, Finished)
    run = end.run
    assert run.settings == chosen
    assert [r.epoch for r in run.history] == [1, 2, 3]
    assert run.stop_reason == "all epochs"
    assert end.snapshot.zeros == run.best_epoch.total_zeros == total_zeros(end.checkpoint.model) > 0
    path = tmp_path / f"{end.checkpoint.name}.safetensors"
    checkpoints.save(path, end.checkpoint.model, end.checkpoint.metadata)
    (again,) = checkpoints.Collection(tmp_path)
    assert again.metadata == end.checkpoint.metadata
    assert again.metadata.stop_reason == "all epochs"
    wait_until_empty(small_lab.queue)


@pytest.mark.parametrize(
    "change",
    [
        {"regulariser": "l1", "strength": 100.0, "learning_rate": 10.0},
        {"regulariser": "l2", "strength": 100.0, "learning_rate": 10.0},
        {"learning_rate": 10.0},
        {"dropout": 0.8, "layers": 7},
    ],
)
def test_what_the_bounds_allow_at_worst_still_makes_a_file_or_a_sentence(
    small_lab, tmp_path, change
):
    *_, end = small_lab.train(changed(SMALL, **change), Control())
    assert isinstance(end, Finished)
    path = tmp_path / "network.safetensors"
    try:
        checkpoints.save(path, end.checkpoint.model, end.checkpoint.metadata)
    except UserError as error:
        assert_one_sentence(str(error))
    else:
        assert checkpoints.load(path).metadata == end.checkpoint.metadata


def test_snapshots_show_the_weights_as_they_move_and_the_share_grows(small_lab):
    seen = list(small_lab.train(changed(SMALL, epochs=30), Control()))
    snapshots = [u for u in seen if isinstance(u, Snapshot)]
    assert snapshots
    shares = [s.share for s in snapshots]
    assert shares == sorted(shares)
    assert all(s.filters.shape == (FILTERS, 28, 28) for s in snapshots)
    assert not np.array_equal(snapshots[0].weights, snapshots[-1].weights)
    assert {type(u) for u in seen} <= {Preparing, Snapshot, Finished}


def test_no_patience_left_stops_early(small_lab):
    chosen = changed(SMALL, epochs=60, patience=1, learning_rate=0.5)
    *_, end = small_lab.train(chosen, Control())
    assert end.run.stop_reason == end.checkpoint.metadata.stop_reason == "early stopping"
    assert len(end.run.history) < 60


def until(updates, kind, condition=lambda update: True):
    return next(u for u in updates if isinstance(u, kind) and condition(u))


LONG = changed(SMALL, epochs=60, patience=60, width=256, layers=3)


def test_stopping_keeps_what_there_is(small_lab):
    control = Control()
    updates = small_lab.train(LONG, control)
    until(updates, Snapshot, lambda s: s.history)
    control.stopped = True
    end = until(updates, Finished)
    assert end.run.stop_reason == "stopped"
    assert end.checkpoint.metadata.stop_reason == "interrupted"
    assert 1 <= len(end.run.history) < 60


def test_stopping_before_the_first_epoch_is_over_leaves_nothing(small_lab):
    control = Control(stopped=True)
    *_, end = small_lab.train(LONG, control)
    assert isinstance(end, Failed)
    assert_one_sentence(end.reason)


def test_a_paused_training_stands_still_and_goes_on(small_lab):
    control = Control()
    updates = small_lab.train(LONG, control)
    until(updates, Snapshot, lambda s: s.history)
    control.paused = True
    time.sleep(0.3)
    next(updates)
    paused = [next(updates) for _ in range(20)]
    assert paused[0] is paused[-1]
    control.paused = False
    assert until(updates, Snapshot, lambda s: s.share > paused[-1].share)
    updates.close()
    wait_until_empty(small_lab.queue)


def test_a_pause_does_not_hold_the_place_for_ever(small_lab, monkeypatch):
    monkeypatch.setattr(lab, "PAUSE_LIMIT", 0.2)
    control = Control()
    updates = small_lab.train(LONG, control)
    until(updates, Snapshot, lambda s: s.history)
    control.paused = True
    assert until(updates, Finished).run.stop_reason == "pause limit"
    wait_until_empty(small_lab.queue)


def test_a_training_ends_at_its_time_limit(small_lab, monkeypatch):
    updates = small_lab.train(LONG, Control())
    until(updates, Snapshot, lambda s: s.history)
    # The lab's clock alone: with the whole process's, event loops would sleep for minutes.
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + lab.TIME_LIMIT, sleep=time.sleep)
    monkeypatch.setattr(lab, "time", later)
    assert until(updates, Finished).run.stop_reason == "time limit"
    wait_until_empty(small_lab.queue)


def test_a_closed_generator_stops_the_training_and_leaves_the_line(small_lab):
    updates = small_lab.train(LONG, Control())
    until(updates, Snapshot)
    updates.close()
    wait_until_empty(small_lab.queue)


def test_a_loss_that_is_no_number_ends_with_a_sentence(small_lab):
    beyond_bounds = SMALL.model_copy(update={"learning_rate": 1e30})
    *_, end = small_lab.train(beyond_bounds, Control())
    assert isinstance(end, Failed)
    assert "no longer a number" in end.reason
    assert_one_sentence(end.reason)
    wait_until_empty(small_lab.queue)


def test_the_second_of_two_waits_for_its_turn_and_each_gets_its_own(small_lab):
    first, second = Control(), Control()
    ones = small_lab.train(LONG, first)
    until(ones, Snapshot, lambda s: s.history)
    others = small_lab.train(changed(SMALL, width=32), second)
    assert next(others) == Waiting(1)
    first.stopped = True
    one, other = until(ones, Finished), until(others, Finished)
    assert (one.run.stop_reason, other.run.stop_reason) == ("stopped", "all epochs")
    assert one.checkpoint.model.config.width == 256
    assert other.checkpoint.model.config.width == 32
    assert len(other.run.history) == 3


def test_who_stops_waiting_leaves_the_line(small_lab):
    ones = small_lab.train(LONG, Control())
    next(ones)
    waiting = Control()
    others = small_lab.train(SMALL, waiting)
    next(others)
    waiting.stopped = True
    assert isinstance(until(others, Failed), Failed)
    ones.close()
    wait_until_empty(small_lab.queue)


def test_a_fault_is_told_and_does_not_block_the_line(small_lab, monkeypatch):
    def broken(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(lab, "validate", broken)
    *_, end = small_lab.train(SMALL, Control())
    assert_one_sentence(end.reason)
    wait_until_empty(small_lab.queue)


def test_where_the_dataset_cannot_be_had_it_is_said(monkeypatch, capsys):
    def offline(**kwargs):
        raise UserError("No mirror answered.")

    monkeypatch.setattr(examples.fashion_mnist, "load_training", offline)
    *_, end = Lab().train(Settings(), Control())
    assert end.no_data
    assert_one_sentence(end.reason)
    assert "No mirror answered." in capsys.readouterr().err


def test_drawings_are_made_once_and_kept(monkeypatch):
    monkeypatch.setattr(examples, "TRAINING_DRAWINGS", 20)
    monkeypatch.setattr(examples, "VALIDATION_DRAWINGS", 10)
    monkeypatch.setattr(examples.dataset, "CHUNK", 5)
    shared, shares = examples.Examples(), []
    loaded = shared.get("drawings", lambda share, what: shares.append(share))
    assert (len(loaded.train.labels), len(loaded.validation.labels)) == (20, 10)
    assert shares == pytest.approx([0, 0.25, 0.5, 0.75])
    assert shared.get("drawings", None) is loaded


def test_the_real_dataset_comes_mixed_and_whole(real_data, monkeypatch):
    monkeypatch.setenv("FMNIST_DATA", real_data)
    made = examples.Examples().get("fashion", lambda share, what: None)
    assert (len(made.train.labels), len(made.validation.labels)) == (55_000, 5_000)
    assert (made.train.labels[:5000].bincount() > 400).all()


def test_the_last_update_comes_once_even_if_its_source_takes_its_time_to_end(monkeypatch):
    monkeypatch.setattr(lab, "INTERVAL", 0.01)
    ended = Event()

    def updates():
        yield Waiting(1)
        yield Failed("It failed.")
        assert ended.wait(60)

    seen = list(lab.live(updates()))
    ended.set()
    assert sum(isinstance(update, Failed) for update in seen) == 1
    assert isinstance(seen[-1], Failed)
