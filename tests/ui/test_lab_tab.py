"""The Train tab without a browser: progress, table, links, and the visitor's network."""

import argparse
from dataclasses import fields, replace
from typing import Annotated

import gradio as gr
import pytest
from helpers import assert_one_sentence

from fmnist_demo.commands import train
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.training import settings as training_settings
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.lab import Control
from fmnist_demo.training.loop import EpochResult
from fmnist_demo.training.settings import Setting, Settings, declarations, from_query, from_values
from fmnist_demo.training.updates import (
    Finished,
    Preparing,
    Run,
    Snapshot,
    Waiting,
    snapshot,
)
from fmnist_demo.ui import lab_tab
from fmnist_demo.ui.answers.compare import ALL, DEPTH
from fmnist_demo.ui.network_store import GONE, NetworkStore
from fmnist_demo.ui.your_network import YourNetwork


@pytest.fixture
def your_network():
    with gr.Blocks():
        return YourNetwork()


@pytest.fixture
def tab():
    with gr.Blocks():
        return lab_tab.LabTab(YourNetwork(), gr.Tabs())


HISTORY = [
    EpochResult(1, 0.9, 0.6, 0.7, 0.75, 1e-3, {}, 0.0, 1.0, True),
    EpochResult(2, 0.6, 0.8, 0.8, 0.7, 1e-3, {}, 0.5, 1.0, False),
]


@pytest.mark.parametrize(
    ("update", "paused", "words"),
    [
        (Waiting(1), False, "second in the queue: 1 training is ahead of yours."),
        (Waiting(4), False, "fifth in the queue: 4 trainings are ahead of yours."),
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
def test_the_progress_of_a_training_is_shown(update, paused, words):
    assert words in lab_tab.progress_html(update, Settings(), paused)


def test_the_table_shows_the_settings_and_results_of_each_run():
    runs = {
        3: Run(Settings(regulariser="l1", strength=0.1), HISTORY, "stopped", 0.8),
        4: Run(Settings(source="drawings", augment=True), HISTORY, "all epochs", 0.7),
    }
    table = lab_tab.runs_html(runs)
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


def test_a_link_with_a_setting_sets_every_control(tab):
    assert tab.open_link({"tab": "train", "__theme": "dark"}) == {}
    opened = tab.open_link({"layers": "5"})
    assert opened[tab.settings["layers"]] == 5
    assert len(opened) == len(tab.settings)
    assert "&lt;b&gt;" in tab.open_link({"layers": "<b>"})[tab.status]


def test_pausing_and_stopping_affect_only_ones_own_training(tab):
    control, other = Control(), Control()
    assert lab_tab.toggle_pause(control).value == "Resume"
    assert control.paused
    assert lab_tab.toggle_pause(control).value == "Pause"
    lab_tab.stop(control)
    assert (control, other) == (Control(stopped=True), Control())


class MoreSettings(Settings):
    """The settings of the lab and one more."""

    warm_up: Annotated[float, Setting("Warm-up", 0.0, 0.5, 0.05, help="A made-up share.")] = 0.25


def test_one_declaration_makes_a_control_a_link_parameter_a_check_and_an_option(monkeypatch):
    for module in (training_settings, lab_tab, train):
        monkeypatch.setattr(module, "Settings", MoreSettings)
    with gr.Blocks():
        control = lab_tab.control_for("warm_up")
    assert (control.label, control.info, control.value) == ("Warm-up", "A made-up share.", 0.25)
    assert (control.minimum, control.maximum, control.step) == (0.0, 0.5, 0.05)
    assert "'warm_up'" in lab_tab.write_address(MoreSettings.model_fields)

    settings, problems = from_query({"warm_up": "0.4"})
    assert (settings.warm_up, problems) == (0.4, [])
    settings, (problem,) = from_query({"warm_up": "0.6"})
    assert settings.warm_up == 0.25
    assert problem == "Warm-up “0.6” in the link is not valid; using the default, 0.25."
    with pytest.raises(UserError, match=r"^Warm-up must be between 0 and 0.5\.$"):
        from_values({"warm_up": 0.6})

    parser = argparse.ArgumentParser()
    train.add_setting_options(parser)
    assert parser.parse_args(["--warm-up", "0.1"]).warm_up == 0.1
    assert "a made-up share" in parser.format_help()


def test_every_setting_is_an_option_of_train_or_marked_lab_only():
    used = {field.name for config in (MLPConfig, TrainConfig) for field in fields(config)}
    unused = {name for name, setting in declarations().items() if name not in used}
    assert unused == {name for name, setting in declarations().items() if setting.lab_only}


def test_invalid_settings_give_a_one_sentence_error(tab):
    values = [getattr(Settings(), name) for name in Settings.model_fields]
    values[list(Settings.model_fields).index("learning_rate")] = None
    *_, last = tab.train_network({}, *values)
    assert "Learning rate must be between" in last[tab.status]


def test_only_the_latest_runs_are_kept(tab, trained, monkeypatch):
    model, metadata = trained
    run = Run(Settings(), HISTORY, "all epochs", 0.9)
    end = Finished(run, checkpoints.Checkpoint(model, metadata), snapshot(model, 1.0, HISTORY))
    past = dict.fromkeys(range(5, 14), run)
    first, second = tab.finish(end, past)
    assert list(first[tab.runs]) == list(range(6, 14))
    assert tab.store.get(second[tab.latest]) is end.checkpoint


def test_the_visitors_network_answers_beside_the_others_and_its_name_is_escaped(panel, validation):
    trained = panel.collection.get(3, "l1")
    metadata = replace(
        trained.metadata, training=trained.metadata.training | {"regulariser": '"><b>'}
    )
    mine = replace(trained, metadata=metadata)
    panel.store.size = 1
    key = panel.store.put(mine)
    prepared = panel.prepare("a picture")

    def answer(varied):
        networks = panel.networks(varied, "none", 3, key)
        return panel.answer(prepared, networks, varied, False, key)[0]

    html = answer(DEPTH)
    assert html.count('<section class="card"') == 4
    assert "Yours, 3 hidden layers" in html
    assert "<b>" not in html
    (own,) = predict([mine], validation.images[0].numpy())
    yours = html[html.index("Yours") :]
    assert f"{own.ranked[0][1]:.0%}" in yours
    below_the_grid = answer(ALL)
    assert below_the_grid.count("<td data-network") == 9
    assert (
        yours.splitlines()[2:] == below_the_grid[below_the_grid.index("Yours") :].splitlines()[2:]
    )

    panel.store.put(trained)
    html = answer(DEPTH)
    assert html.count('<section class="card"') == 3
    assert GONE in html


def test_the_store_drops_the_least_recently_used_network():
    store = NetworkStore(size=2)
    first, second = store.put("first"), store.put("second")
    assert store.get(first) == "first"
    third = store.put("third")
    assert [store.get(key) for key in (first, second, third)] == ["first", None, "third"]
    assert store.get(None) is None


def test_using_a_dropped_network_gives_an_error(your_network):
    key, note, remove = your_network.use(7)
    assert key is None
    assert GONE in note
    assert not remove.visible


def test_an_uploaded_network_is_loaded_and_its_file_deleted(your_network, weights, tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes((weights / "mlp3-l1.safetensors").read_bytes())
    key, note, remove = your_network.load(str(path))
    assert your_network.store.get(key).name == "mlp3-l1"
    assert "3 hidden layers" in note
    assert remove.visible
    assert not path.exists()


def test_a_broken_file_gives_a_one_sentence_error_and_is_deleted(your_network, tmp_path):
    path = tmp_path / "<i>.safetensors"
    path.write_bytes(b"nothing")
    key, note, remove = your_network.load(str(path))
    assert key is None
    assert "<i>" not in note
    assert_one_sentence(note.removesuffix("</p>"))
    assert not remove.visible
    assert not path.exists()
