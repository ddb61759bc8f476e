"""The command line, with drawings in place of the dataset."""

import json

import numpy as np
import pytest
import torch
from helpers import assert_one_sentence
from PIL import Image

from fmnist_demo import __main__ as cli
from fmnist_demo import evaluation
from fmnist_demo.commands import train as train_command
from fmnist_demo.data import fashion_mnist
from fmnist_demo.experiments import findings, study, sweep
from fmnist_demo.experiments.path import PATH_STRENGTHS
from fmnist_demo.networks import checkpoints
from fmnist_demo.synthetic.dataset import SHARES
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.training import result
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.training.loop import EpochResult, Trainer

QUICK = "--width 16 --epochs 2 --synthetic 20 --batch-size 50 --threads 1".split()
TRAIN_ONE = ["train", "--layers", "3", "--regulariser", "none", *QUICK]


@pytest.fixture
def no_download(monkeypatch, train, validation):
    """Give the commands drawings instead of Fashion-MNIST."""
    training = fashion_mnist.TrainingData(train, validation, "0" * 12)
    monkeypatch.setattr(fashion_mnist, "load_training", lambda *_: training)
    monkeypatch.setattr(fashion_mnist, "load_test", lambda *_: validation)
    monkeypatch.setattr(train_command, "HELD_OUT", 50)
    monkeypatch.setattr(sweep, "synthetic_drawings", lambda: validation)


def test_train_saves_a_checkpoint_with_its_settings(no_download, tmp_path, capsys):
    arguments = ["train", "--layers", "5", "--regulariser", "l1", "--strength", "0.5"]
    assert cli.main([*arguments, *QUICK, "--out", str(tmp_path), "--seed", "3"]) == 0
    metadata = checkpoints.load(tmp_path / "mlp5-l1.safetensors").metadata
    assert (metadata.model.layers, metadata.model.width) == (5, 16)
    assert metadata.training["seed"] == 3
    assert metadata.strength == 0.5
    assert len(metadata.history) == 2
    assert metadata.stop_reason == "all epochs"
    assert metadata.split_hash == "0" * 12
    assert metadata.training["synthetic"] == 20
    assert metadata.calibration.temperature not in (0, 1)
    assert 0 < metadata.calibration.confidence_threshold < 1
    assert "epoch   2" in capsys.readouterr().out


def test_train_starts_from_the_networks_in_a_folder(no_download, weights, tmp_path):
    out = tmp_path / "out"
    start = checkpoints.load(weights / "mlp3-none.safetensors")
    options = ["--from", str(weights), "--out", str(out), "--learning-rate", "1e-9"]
    width = ["--width", str(start.metadata.model.width)]
    assert cli.main([*TRAIN_ONE, *options, *width]) == 0
    trained = checkpoints.load(out / "mlp3-none.safetensors")
    assert trained.metadata.pretraining == start.metadata.training
    assert trained.metadata.model.none_of_these
    before, after = (c.model.hidden[0][0].weight for c in (start, trained))
    assert torch.allclose(before, after, atol=1e-3)


def test_train_refuses_to_start_from_what_does_not_fit(no_download, weights, tmp_path, capsys):
    for folder, shape in ((weights, ["--width", "9"]), (tmp_path, [])):
        command = [*TRAIN_ONE, "--from", str(folder), "--out", str(tmp_path), *shape]
        assert cli.main(command) == 2
        assert_one_sentence(capsys.readouterr().err.strip())


def test_the_confidence_threshold_is_set_on_held_out_drawings(no_download, tmp_path, monkeypatch):
    made, used = [], []
    dataset, calibrate = train_command.dataset.dataset, result.calibrate

    def spy_dataset(size, seed, shares, **more):
        made.append((size, seed, shares))
        return dataset(size, seed, shares, **more)

    def spy_calibrate(model, held_apart, drawings):
        used.append((held_apart, drawings))
        return calibrate(model, held_apart, drawings)

    monkeypatch.setattr(train_command.dataset, "dataset", spy_dataset)
    monkeypatch.setattr(result, "calibrate", spy_calibrate)
    command = [*TRAIN_ONE, "--out", str(tmp_path)]
    assert cli.main([*command, "--seed", "4"]) == 0
    held_out, own = sorted(made, key=lambda made: made[1] == 4)
    assert held_out == (50, 5, {"drawing": 1})
    assert own == (TrainConfig.synthetic_sets * 20, 4, SHARES)  # the sets that alternate
    ((held_apart, drawings),) = used
    assert held_apart is fashion_mnist.load_training().validation
    assert (len(drawings.labels), drawings.labels.min()) == (50, 0)


@pytest.mark.slow
def test_train_all_trains_nine_networks_and_skips_finished_ones(no_download, tmp_path, capsys):
    command = ["train", "--all", *QUICK, "--epochs", "1", "--out", str(tmp_path)]
    assert cli.main(command) == 0
    collection = checkpoints.Collection(tmp_path)
    assert len(collection) == 9
    assert not collection.problems
    capsys.readouterr()
    (tmp_path / "mlp7-none.safetensors").unlink()
    assert cli.main(command) == 0
    said = capsys.readouterr().out
    assert said.count("trained already") == 8
    assert (tmp_path / "mlp7-none.safetensors").exists()


def test_other_settings_are_trained_again(no_download, tmp_path, capsys):
    command = [*TRAIN_ONE, "--out", str(tmp_path)]
    assert cli.main(command) == 0
    assert cli.main([*command, "--seed", "1"]) == 0
    assert "trained already" not in capsys.readouterr().out


def test_an_interrupted_training_saves_its_best_epoch_and_does_not_count_as_finished(
    no_download, tmp_path, monkeypatch, capsys
):
    def interrupted(trainer):
        for event in real(trainer):
            yield event
            if isinstance(event, EpochResult):
                raise KeyboardInterrupt

    real = Trainer.events
    command = [*TRAIN_ONE, "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "events", interrupted)
        assert cli.main(command) == 130
    metadata = checkpoints.load(tmp_path / "mlp3-none.safetensors").metadata
    assert metadata.stop_reason == "interrupted"
    assert len(metadata.history) == 1
    assert cli.main(command) == 0
    metadata = checkpoints.load(tmp_path / "mlp3-none.safetensors").metadata
    assert metadata.stop_reason == "all epochs"


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(
    no_download, tmp_path, monkeypatch, capsys
):
    def killed(state, *arguments):
        real(state, *arguments)
        raise SystemExit  # what is saved from here on is lost

    real = train_command.saved_state.save
    monkeypatch.setattr(train_command, "SAVE_INTERVAL", 0.0)
    command = [*TRAIN_ONE, "--out"]
    with monkeypatch.context() as patch:
        patch.setattr(train_command.saved_state, "save", killed)
        with pytest.raises(SystemExit):
            cli.main([*command, str(tmp_path / "killed")])
    assert not list(tmp_path.glob("killed/*.safetensors"))
    assert cli.main([*command, str(tmp_path / "killed")]) == 0
    assert "Going on from epoch 1" in capsys.readouterr().out
    assert cli.main([*command, str(tmp_path / "whole")]) == 0
    killed_once, whole = (
        checkpoints.load(tmp_path / name / "mlp3-none.safetensors") for name in ("killed", "whole")
    )
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, killed_once.model.state_dict()[name])
    assert [path.name for path in (tmp_path / "killed").iterdir()] == ["mlp3-none.safetensors"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["train", "--layers", "3"],
        ["train", "--all", "--layers", "3"],
        ["train", "--layers", "3", "--regulariser", "l1", "--strength", "-1"],
        ["train", "--layers", "3", "--regulariser", "l1", "--width", "4000"],
        ["train", "--layers", "3", "--regulariser", "l1", "--dropout", "1"],
        ["train", "--layers", "3", "--regulariser", "l1", "--seed", "-1"],
        ["train", "--layers", "3", "--regulariser", "l1", "--width", "0"],
        ["train", "--layers", "3", "--regulariser", "l1", "--epochs", "0"],
        ["train", "--layers", "3", "--regulariser", "l1", "--synthetic", "-1"],
        ["evaluate", "--threads", "-1"],
        ["study", "--threads", "0"],
        ["evaluate", "--weights", "nowhere"],
        ["evaluate", "--drawings", "nowhere"],
        ["path", "--strengths", "0.1"],
        ["path", "--regulariser", "l1", "--strengths", "-1"],
        ["path", "--regulariser", "l2", "--strengths", "0.1", "nan"],
        ["path", "--regulariser", "l2", "--strengths", "0"],
        ["path", "--seeds", "0"],
        ["path", "--epochs", "0"],
        ["path", "--jobs", "0"],
        ["path", "--address", "127.0.0.1"],
        ["path", "--engine", "ray", "--jobs", "1"],
        ["study", "--seeds", "0"],
        ["study", "--epochs", "0"],
        ["study", "--width", "4000"],
        ["study", "--jobs", "0"],
        ["study", "--findings-only", "--out", "nowhere.json"],
        ["classify", "nowhere.png"],
        ["classify", "."],
    ],
)
def test_a_user_error_is_one_sentence_with_exit_status_2(no_download, arguments, capsys):
    assert cli.main(arguments) == 2
    assert_one_sentence(capsys.readouterr().err.strip().splitlines()[-1])


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_training(
    no_download, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(train_command, "Trainer", lambda *_: pytest.fail("trained"))
    monkeypatch.setattr(fashion_mnist, "load_training", lambda *_: pytest.fail("loaded"))
    (tmp_path / "file").write_text("no folder")
    for out in (tmp_path / "file", tmp_path / "file" / "folder", "/proc/folder"):
        assert cli.main([*TRAIN_ONE, "--out", str(out)]) == 2
        message = capsys.readouterr().err.strip()
        assert_one_sentence(message)
        assert message.startswith(f"{out} cannot be written to")


@pytest.fixture
def path_command(tmp_path) -> list[str]:
    """Two strengths of L1 with two seeds each; runs and summary are written to `tmp_path`."""
    options = "path --regulariser l1 --strengths 10 0.1 --seeds 2 --width 16 --epochs 1".split()
    kept = ["--runs", str(tmp_path / "runs"), "--out", str(tmp_path / "path.json")]
    return [*options, "--threads", "1", *kept]


def test_path_summarises_every_strength_and_seed(no_download, path_command, tmp_path, capsys):
    assert cli.main(path_command) == 0
    path = json.loads((tmp_path / "path.json").read_text())
    assert (path["layers"], path["width"], path["epochs"], path["seeds"]) == (3, 16, 1, 2)
    assert (path["training"]["synthetic"], path["training"]["patience"]) == (0, 1)
    assert [(p["regulariser"], p["strength"], p["n"]) for p in path["points"]] == [
        ("l1", 0.1, 2),
        ("l1", 10, 2),
    ]
    said = capsys.readouterr().out
    for point in path["points"]:
        for seed, accuracy in enumerate(point["validation_accuracy"]["values"]):
            line = f"l1 {point['strength']:<8g} seed {seed}  validation {accuracy:.2%}"
            assert line in said
    assert len(list((tmp_path / "runs").iterdir())) == 4


def test_path_trains_both_regularisers_at_every_strength_by_default(
    no_download, tmp_path, monkeypatch
):
    planned = []

    def stop(trainings, *_):
        planned.extend(trainings)
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep, "run", stop)
    assert cli.main(["path", "--out", str(tmp_path / "path.json"), "--threads", "1"]) == 130
    found = {(t.config.regulariser, t.config.strength, t.config.seed) for t in planned}
    assert found == {(n, s, i) for n in PATH_STRENGTHS for s in PATH_STRENGTHS[n] for i in range(3)}
    assert {t.config.epochs for t in planned} == {t.config.patience for t in planned} == {12}
    assert {t.shape.layers for t in planned} == {3}
    assert not (tmp_path / "path.json").exists()


def test_an_interrupted_path_resumes(no_download, path_command, tmp_path, monkeypatch):
    real, trained = sweep.fit, []

    def fit(model, train, validation, config):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(config)
        return real(model, train, validation, config)

    monkeypatch.setattr(sweep, "fit", fit)
    assert cli.main(path_command) == 130
    assert not (tmp_path / "path.json").exists()
    assert len(list((tmp_path / "runs").iterdir())) == 3
    monkeypatch.setattr(sweep, "fit", lambda *given: trained.append(given[3]) or real(*given))
    assert cli.main(path_command) == 0
    assert len(trained) == len(set(trained)) == 4
    assert len(json.loads((tmp_path / "path.json").read_text())["points"]) == 2


def test_study_writes_its_numbers_and_its_findings(no_download, tmp_path, capsys):
    options = "study --questions depth stopping --seeds 2 --width 8 --epochs 1 --threads 1".split()
    where = {name: str(tmp_path / name) for name in ("runs", "out.json", "findings.md")}
    files = ["--runs", where["runs"], "--out", where["out.json"]]
    assert cli.main([*options, *files, "--markdown", where["findings.md"]]) == 0
    made = json.loads((tmp_path / "out.json").read_text())
    assert list(made["questions"]) == ["depth", "stopping"]
    assert (made["seeds"], made["model"]["width"], made["training"]["epochs"]) == (2, 8, 1)
    text = (tmp_path / "findings.md").read_text()
    for name, points in made["questions"].items():
        assert findings.table(name, points) in text
        assert f"](findings-{name}.png)" in text
        with Image.open(tmp_path / f"findings-{name}.png") as picture:
            assert picture.width > 600
    assert len(list((tmp_path / "runs").iterdir())) == 2 * (7 + 5)
    assert capsys.readouterr().out.count("validation") == 2 * (7 + 5)


@pytest.mark.slow
def test_the_findings_of_a_summary_are_written_again_without_training(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep, "run", None)
    options = ["--findings-only", "--markdown", str(tmp_path / "findings.md"), "--threads", "1"]
    assert cli.main(["study", *options]) == 0
    docs = checkpoints.WEIGHTS.parent / "docs"
    assert (tmp_path / "findings.md").read_text() == (docs / "findings.md").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {p.name for p in docs.glob("findings*")}


def test_study_asks_every_question_with_five_seeds_by_default(no_download, tmp_path, monkeypatch):
    planned = []

    def stop(trainings, *_):
        planned.extend(trainings)
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep, "run", stop)
    options = ["--precision", "float32", "--threads", "1"]
    assert cli.main(["study", "--out", str(tmp_path / "study.json"), *options]) == 130
    assert planned == study.trainings(study.plan(), 5)
    assert not (tmp_path / "study.json").exists()


@pytest.mark.slow
def test_evaluate_writes_every_metric(no_download, weights, tmp_path, capsys):
    folder = tmp_path / "photos" / "bag+t-shirt"
    folder.mkdir(parents=True)
    Image.fromarray(draw(8, np.random.default_rng(1))).save(folder / "bag.png")
    drawings = tmp_path / "drawings"
    drawings.mkdir()
    row = {"drawing": [[[0, 100, 100, 0, 0], [0, 0, 120, 120, 0]]]}
    (drawings / "trouser.ndjson").write_text(json.dumps(row) + "\n")
    options = ["--drawings", str(drawings), "--photos", str(folder.parent)]
    out = tmp_path / "results.json"
    assert cli.main(["evaluate", "--weights", str(weights), *options, "--json", str(out)]) == 0
    reports = json.loads(out.read_text())
    assert len(reports) == 9
    assert evaluation.table(reports) in capsys.readouterr().out
    for report in reports:
        assert {"name", "layers", "regulariser", "strength", "parameters"} <= set(report)
        assert 0 <= report["zeros"] <= 1
        for name in (
            "test_accuracy",
            "ece",
            "confidence_threshold",
            "non_garments_below_threshold",
        ):
            assert 0 <= report[name] <= 1
        assert report["drawings"]["n"] == report["photos"]["n"] == 1
        assert set(report["photos"]["per_class"]) == {"bag+t-shirt"}


def test_classify_names_photos_and_drawings_and_continues_after_a_bad_file(
    weights, tmp_path, capsys
):
    Image.fromarray(draw(0, np.random.default_rng(1))).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    row = {"drawing": [[[0, 100, 100, 0, 0], [0, 0, 120, 120, 0]]]}
    (tmp_path / "c.ndjson").write_text(2 * (json.dumps(row) + "\n"))
    (tmp_path / "d.ndjson").write_text("no drawing")
    files = [str(tmp_path / name) for name in ("a.png", "b.png", "c.ndjson", "d.ndjson")]
    out = tmp_path / "out.json"
    options = ["--layers", "5", "--weights", str(weights), "--json", str(out)]
    assert cli.main(["classify", *files, *options]) == 2
    printed = capsys.readouterr()
    assert printed.err.count("b.png") == printed.err.count("d.ndjson") == 1
    answers = json.loads(out.read_text())
    assert [a["picture"] for a in answers] == [files[0], f"{files[2]}:1", f"{files[2]}:2"]
    for answer in answers:
        assert [p["name"] for p in answer["predictions"]] == ["mlp5-none", "mlp5-l1", "mlp5-l2"]
        for prediction in answer["predictions"]:
            assert prediction["label"] == prediction["confidences"][0]["label"]
            assert isinstance(prediction["sure"], bool)
            assert prediction["name"] in printed.out


@pytest.mark.parametrize("command", ["train", "path", "study", "evaluate", "classify"])
def test_each_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as done:
        cli.main([command, "--help"])
    assert done.value.code == 0
    assert "--" in capsys.readouterr().out
