"""The lab's page without a browser: its words, its table, links, and a visitor's own network."""

from dataclasses import replace

import gradio as gr
import pytest
from helpers import assert_one_sentence

from fmnist_demo.images.preprocessing import Prepared
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.inference import predict
from fmnist_demo.training import lab
from fmnist_demo.training.lab import Control, Preparing, Run, Snapshot, Waiting
from fmnist_demo.training.loop import EpochResult
from fmnist_demo.training.settings import Settings
from fmnist_demo.ui import lab_tab, your_network
from fmnist_demo.ui.answers.panel import Panel
from fmnist_demo.ui.network_store import GONE, NetworkStore


@pytest.fixture
def tab():
    with gr.Blocks():
        return lab_tab.LabTab(your_network.YourNetwork())


HISTORY = [
    EpochResult(1, 0.9, 0.6, 0.7, 0.75, 1e-3, {}, 0.0, 1.0, True),
    EpochResult(2, 0.6, 0.8, 0.8, 0.7, 1e-3, {}, 0.5, 1.0, False),
]


@pytest.mark.parametrize(
    ("update", "paused", "words"),
    [
        (Waiting(1), False, "number 2 in the line: 1 training is before yours."),
        (Waiting(4), False, "number 5 in the line: 4 trainings are before yours."),
        (
            Preparing(0.25, "Drawing the examples"),
            False,
            'Drawing the examples.<progress value="0.250',
        ),
        (Snapshot(0.2, HISTORY, None, 0.125, None), False, "Epoch 3 of 12, 12.5% of the weights"),
        (Snapshot(0.2, HISTORY, None, 0.125, None), True, "Paused in epoch 3, for 60 seconds"),
        (Snapshot(1.0, HISTORY * 6, None, 0.0, None), False, "Epoch 12 of 12"),
    ],
)
def test_a_visitor_is_told_how_far_it_is(update, paused, words):
    assert words in lab_tab._progress(update, Settings(), paused)


def test_the_table_tells_each_runs_settings_and_figures():
    runs = {
        3: Run(Settings(regulariser="l1", strength=0.1), HISTORY, "stopped", 0.8),
        4: Run(Settings(source="drawings", augment=True), HISTORY, "all epochs", 0.7),
    }
    table = lab_tab._table(runs)
    assert table.count("<tr>") == 3
    for words in (
        "3 × 256",
        "L1 0.1",
        "1 of 2",
        "80.0%",
        "75.0%",
        "5.0",
        "5,000 drawings, augmented",
    ):
        assert f"<td>{words}</td>" in table


def test_a_link_sets_every_control_and_others_are_left_alone(tab):
    assert tab.open_link({"tab": "train", "__theme": "dark"}) == {}
    opened = tab.open_link({"layers": "5"})
    assert opened[tab.settings["layers"]] == 5
    assert len(opened) == len(tab.settings)
    assert "&lt;b&gt;" in tab.open_link({"layers": "<b>"})[tab.status]


def test_pausing_toggles_and_stopping_stops_only_ones_own(tab):
    control, other = Control(), Control()
    assert lab_tab._pause(control).value == "Go on"
    assert control.paused
    assert lab_tab._pause(control).value == "Pause"
    lab_tab._stop(control)
    assert (control, other) == (Control(stopped=True), Control())
    lab_tab._pause(None)
    lab_tab._stop(None)


def test_wrong_settings_end_with_a_sentence_and_train_nothing(tab):
    values = [getattr(Settings(), name) for name in lab_tab.LABELS]
    values[list(lab_tab.LABELS).index("learning_rate")] = None
    *_, last = tab._train({}, *values)
    assert "Learning rate must be from" in last[tab.status]


def test_only_the_latest_runs_are_remembered(tab, trained, monkeypatch):
    model, metadata = trained
    run = Run(Settings(), HISTORY, "all epochs", 0.9)
    end = lab.Finished(
        run, checkpoints.Checkpoint(model, metadata), lab.snapshot(model, 1.0, HISTORY)
    )
    past = dict.fromkeys(range(5, 14), run)
    first, second = tab._finish(end, past)
    assert list(first[tab.runs]) == list(range(6, 14))
    assert tab.your_network.store.get(second[tab.latest]) is end.checkpoint


def test_a_network_of_ones_own_answers_beside_the_others_and_its_name_is_escaped(
    weights, validation
):
    (trained,) = checkpoints.Collection(weights).choose(3, "l1")
    metadata = replace(
        trained.metadata, training=trained.metadata.training | {"regulariser": '"><b>'}
    )
    mine = replace(trained, metadata=metadata)
    with gr.Blocks():
        store = NetworkStore(size=1)
        panel = Panel(checkpoints.Collection(weights), "Draw.", gr.State(), store)
    prepared, key = Prepared(validation.images[0].numpy(), ()), store.put(mine)
    html, _ = panel.answer(lambda picture: prepared, "a picture", "none", [3, 7], False, key)
    assert html.count('<section class="card"') == 3
    assert "Yours, 3 hidden layers" in html
    assert "<b>" not in html
    alone, _ = panel.answer(lambda picture: prepared, "a picture", "none", [], False, key)
    assert alone.count('<section class="card"') == 1
    (answer,) = predict([mine], prepared.pixels)
    assert f"{answer.ranked[0][1]:.0%}" in alone

    store.put(trained)
    html, _ = panel.answer(lambda picture: prepared, "a picture", "none", [3, 7], False, key)
    assert html.count('<section class="card"') == 2
    assert GONE in html


def test_of_too_many_networks_those_used_last_are_kept():
    store = NetworkStore(size=2)
    first, second = store.put("first"), store.put("second")
    assert store.get(first) == "first"
    third = store.put("third")
    assert [store.get(key) for key in (first, second, third)] == ["first", None, "third"]
    assert store.get(None) is None


def test_a_network_that_is_gone_is_not_drawn_for(tab):
    key, note, remove = tab.your_network.use(7)
    assert key is None
    assert GONE in note
    assert not remove.visible


def test_a_sent_file_is_loaded_and_not_kept(tab, weights, tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes((weights / "mlp3-l1.safetensors").read_bytes())
    key, note, remove = tab.your_network.load(str(path))
    assert tab.your_network.store.get(key).name == "mlp3-l1"
    assert "3 hidden layers" in note
    assert remove.visible
    assert not path.exists()


def test_a_broken_file_is_a_sentence_and_not_kept(tab, tmp_path):
    path = tmp_path / "<i>.safetensors"
    path.write_bytes(b"nothing")
    key, note, remove = tab.your_network.load(str(path))
    assert key is None
    assert "<i>" not in note
    assert_one_sentence(note.removesuffix("</p>"))
    assert not remove.visible
    assert not path.exists()
