"""The lab's page without a browser: its words, its table, links, and a visitor's own network."""

from dataclasses import replace

import gradio as gr
import pytest
from helpers import assert_one_sentence

from fmnist_demo import checkpoints, lab
from fmnist_demo.inference import predict
from fmnist_demo.lab import Control, Preparing, Run, Snapshot, Waiting
from fmnist_demo.preprocessing import Prepared
from fmnist_demo.settings import Settings
from fmnist_demo.training import EpochResult
from fmnist_demo.ui import answers, lab_tab, own
from fmnist_demo.ui.shelf import GONE, Shelf


@pytest.fixture
def tab():
    with gr.Blocks():
        return lab_tab.LabTab(own.Own())


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
    model, recipe = trained
    run = Run(Settings(), HISTORY, "all epochs", 0.9)
    end = lab.Finished(
        run, checkpoints.Checkpoint(model, recipe), lab.snapshot(model, 1.0, HISTORY)
    )
    past = dict.fromkeys(range(5, 14), run)
    first, second = tab._finish(end, past)
    assert list(first[tab.runs]) == list(range(6, 14))
    assert tab.own.shelf.get(second[tab.latest]) is end.checkpoint


def test_a_network_of_ones_own_answers_beside_the_others_and_its_name_is_escaped(
    weights, validation
):
    (trained,) = checkpoints.Collection(weights).choose(3, "l1")
    recipe = replace(trained.recipe, training=trained.recipe.training | {"regulariser": '"><b>'})
    mine = replace(trained, recipe=recipe)
    with gr.Blocks():
        shelf = Shelf(size=1)
        panel = answers.Panel(checkpoints.Collection(weights), "Draw.", gr.State(), shelf)
    prepared, ticket = Prepared(validation.images[0].numpy(), ()), shelf.put(mine)
    html, _ = panel.answer(lambda picture: prepared, "a picture", "none", [3, 7], False, ticket)
    assert html.count('<section class="card"') == 3
    assert "Yours, 3 hidden layers" in html
    assert "<b>" not in html
    alone, _ = panel.answer(lambda picture: prepared, "a picture", "none", [], False, ticket)
    assert alone.count('<section class="card"') == 1
    (answer,) = predict([mine], prepared.pixels)
    assert f"{answer.ranked[0][1]:.0%}" in alone

    shelf.put(trained)
    html, _ = panel.answer(lambda picture: prepared, "a picture", "none", [3, 7], False, ticket)
    assert html.count('<section class="card"') == 2
    assert GONE in html


def test_of_too_many_networks_those_used_last_are_kept():
    shelf = Shelf(size=2)
    first, second = shelf.put("first"), shelf.put("second")
    assert shelf.get(first) == "first"
    third = shelf.put("third")
    assert [shelf.get(ticket) for ticket in (first, second, third)] == ["first", None, "third"]
    assert shelf.get(None) is None


def test_a_network_that_is_gone_is_not_drawn_for(tab):
    ticket, note, remove = tab.own.take(7)
    assert ticket is None
    assert GONE in note
    assert not remove.visible


def test_a_sent_file_is_loaded_and_not_kept(tab, weights, tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes((weights / "mlp3-l1.safetensors").read_bytes())
    ticket, note, remove = tab.own._load(str(path))
    assert tab.own.shelf.get(ticket).name == "mlp3-l1"
    assert "3 hidden layers" in note
    assert remove.visible
    assert not path.exists()


def test_a_broken_file_is_a_sentence_and_not_kept(tab, tmp_path):
    path = tmp_path / "<i>.safetensors"
    path.write_bytes(b"nothing")
    ticket, note, remove = tab.own._load(str(path))
    assert ticket is None
    assert "<i>" not in note
    assert_one_sentence(note.removesuffix("</p>"))
    assert not remove.visible
    assert not path.exists()
