"""The benchmarks' arithmetic, their tables, and that every part measures what it says.

No test asserts a time.
"""

import json
import re
import threading
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from browser_helpers import DESKTOP, draw, verdict
from conftest import skip_or_fail
from helpers import assert_one_sentence, photo_of

from benchmarks import __main__ as command
from benchmarks import answer, machine, measuring, nine, tables, throughput, training
from benchmarks.tables import Row, Table
from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import study
from fmnist_demo.networks.inference import predict
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.ui.answers import panel

RATIOS = Table(
    "A race",
    [Row("a hare", [2.0, 1.0, 9.0]), Row("a tortoise", [30.0, 50.0], "slow"), Row("a snail", [])],
    baseline="a hare",
    remark="It rained.",
)
RATES = Table("A mill", [Row("sacks", [2.0, 4.0])], per="hour")
EMPTY_PAGE = "Before.\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nAfter.\n"


def test_a_ratio_is_that_of_the_medians():
    hare, tortoise, snail = RATIOS.rows
    assert RATIOS.ratio(hare) == 1
    assert RATIOS.ratio(tortoise) == 20
    assert RATIOS.ratio(snail) is None


def test_there_is_no_ratio_to_a_baseline_without_samples():
    table = replace(RATIOS, baseline="a snail")
    assert [table.ratio(row) for row in table.rows] == [None] * 3
    assert "| a tortoise (slow) | 40 s | – | 2 |" in tables.markdown(table.as_dict())


def test_a_rate_is_that_of_all_samples_together():
    (sacks,) = RATES.rows
    assert RATES.rate(sacks) == 1200
    assert replace(RATES, per="second").rate(sacks) == pytest.approx(1 / 3)


def test_a_table_in_markdown():
    assert tables.markdown(RATIOS.as_dict()).splitlines() == [
        "| A race | median | relative time | n |",
        "| --- | ---: | ---: | ---: |",
        "| a hare | 2 s | 1 | 3 |",
        "| a tortoise (slow) | 40 s | 20 | 2 |",
        "| a snail | not reached | – | 0 |",
        "",
        "It rained.",
    ]
    assert (
        tables.markdown(RATES.as_dict()).splitlines()[2]
        == "| sacks | 3 s | 4 s | 1,200 an hour | 2 |"
    )


def test_a_table_keeps_every_sample_and_detail_and_goes_through_json():
    table = replace(RATIOS, rows=[Row("a hare", [2.0, 1.0], details={"laps": [1, 2]})])
    (row,) = json.loads(json.dumps(table.as_dict()))["rows"]
    assert row["samples_s"] == [2.0, 1.0]
    assert (row["n"], row["median_s"], row["ratio"], row["laps"]) == (2, 1.5, 1, [1, 2])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00123, "1.23 ms"),
        (0.5, "500 ms"),
        (1.5, "1.5 s"),
        (1234.4, "1,234 s"),
        (2e-6, "0.0020 ms"),
    ],
)
def test_a_time_has_about_three_digits(value, text):
    assert tables.seconds(value) == text


def test_the_functions_take_turns():
    calls = []
    ways = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    samples = measuring.in_turn(ways, 3, "test")
    assert "".join(calls) == "ab" * 4  # the first time is not counted
    assert {name: len(taken) for name, taken in samples.items()} == {"a": 3, "b": 3}
    assert all(second >= 0 for taken in samples.values() for second in taken)
    calls.clear()
    measuring.in_turn(ways, 1, "test", warm_up=False)
    assert calls == ["a", "b"]


def test_the_number_of_threads_is_set_and_restored():
    with measuring.threads(2):
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == 1


def test_the_processor_is_named_as_the_system_names_it(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Abacus 3000\n")
    assert machine.processor(tmp_path / "cpuinfo") == "Abacus 3000"
    assert machine.processor(tmp_path / "nothing") != "Abacus 3000"


def test_versions_are_named_and_what_is_missing_is_none(monkeypatch):
    monkeypatch.setattr(machine, "PACKAGES", ("torch", "no-such-package"))
    monkeypatch.setattr(machine, "chromium", lambda: None)
    found = machine.versions()
    assert found["torch"].partition("+")[0] == torch.__version__.partition("+")[0]
    assert found["no-such-package"] is None
    assert found["chromium"] is None


@pytest.fixture
def subjects(monkeypatch):
    """One subject that is measured and one that cannot be."""

    def fails(args):
        raise UserError("There is no wind: wait for some.")

    found = {"race": lambda args: [RATIOS], "mill": fails}
    monkeypatch.setattr(command, "SUBJECTS", found)
    return found


def test_the_command_writes_what_was_measured_and_says_what_is_left_out(subjects, tmp_path, capsys):
    path = tmp_path / "new" / "results.json"
    assert command.main(["--repeats", "2", "--json", str(path)]) == 0
    results = json.loads(path.read_text())
    assert results["repeats"] == 2
    assert results["subjects"]["race"]["tables"] == [RATIOS.as_dict()]
    assert results["skipped"] == {"mill": "There is no wind: wait for some."}
    assert results["machine"]["cores"] >= 1
    printed = capsys.readouterr().out
    assert tables.markdown(RATIOS.as_dict()) in printed
    assert "Skipped: mill. There is no wind: wait for some." in printed
    assert printed.strip() == tables.document(results)


@pytest.fixture
def outputs(tmp_path, monkeypatch):
    """The command, with its results and its page in a folder of the test."""
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(command, "PAGE", tmp_path / "benchmarks.md")
    command.PAGE.write_text(EMPTY_PAGE)
    return command


def test_a_part_of_the_benchmarks_does_not_replace_the_results_of_all(subjects, outputs):
    assert outputs.main(["--only", "race"]) == 0
    assert not outputs.RESULTS.exists()
    assert outputs.PAGE.read_text() == EMPTY_PAGE
    assert outputs.main([]) == 0
    (file,) = outputs.RESULTS.iterdir()
    results = json.loads(file.read_text())
    assert outputs.PAGE.read_text() == EMPTY_PAGE.replace("old", tables.document(results))


def test_results_of_another_kind_of_processor_stay_on_the_page(subjects, outputs, monkeypatch):
    for kind in ("AVX2", "AVX-512 BF16"):
        monkeypatch.setattr(machine, "instructions", lambda kind=kind: kind)
        assert outputs.main([]) == 0
    assert {file.name for file in outputs.RESULTS.iterdir()} == {"avx2.json", "avx-512-bf16.json"}
    headings = re.findall(r"^## (.+)", outputs.PAGE.read_text(), re.MULTILINE)
    assert headings == ["AVX-512 BF16", "AVX2"]


def test_a_run_that_measures_nothing_fails_and_replaces_nothing(subjects, outputs, capsys):
    del subjects["race"]
    assert outputs.main([]) == 2
    assert not outputs.RESULTS.exists()
    assert outputs.PAGE.read_text() == EMPTY_PAGE
    assert_one_sentence(capsys.readouterr().err.splitlines()[-1])


@pytest.mark.parametrize("wrong", [["--repeats", "0"], ["--only", "nothing"]])
def test_wrong_options_are_refused(wrong, capsys):
    with pytest.raises(SystemExit):
        command.main(wrong)
    assert wrong[1] in capsys.readouterr().err


def test_every_subject_of_the_command_can_be_imported():
    assert set(command.SUBJECTS) == {"cold_start", "answer", "nine", "throughput", "training"}


def epochs(*shares):
    """A training whose guesses are right on these shares of ten pictures, epoch by epoch."""
    for share in shares:
        yield lambda images, share=share: torch.tensor([0] * round(10 * share) + [1] * 10)[:10]


TEN = Split(torch.zeros(10, 28, 28, dtype=torch.uint8), torch.zeros(10, dtype=torch.int64))


def test_a_run_ends_when_the_target_is_reached():
    done = training.run(epochs(0.5, 0.8, 0.9, 1.0), TEN, target=0.89)
    assert done.accuracies == pytest.approx([0.5, 0.8, 0.9])
    assert len(done.seconds) == 3
    assert done.reached


@pytest.mark.parametrize("max_epochs", [2, 9])
def test_a_run_that_does_not_get_there_is_given_up(max_epochs):
    done = training.run(epochs(0.5, 0.6), TEN, target=0.89, max_epochs=max_epochs)
    assert done.accuracies == pytest.approx([0.5, 0.6])
    assert not done.reached


def test_a_way_that_did_not_get_there_is_not_tried_again():
    ways = {"good": lambda examples, seed: epochs(0.9), "bad": lambda examples, seed: epochs(0.5)}
    runs = training.runs_in_turn(ways, None, TEN, repeats=3)
    assert [len(runs[name]) for name in ways] == [3, 1]


def test_the_row_of_a_way_tells_its_epochs_or_how_far_it_came():
    reached = [training.Run([1.0] * n, [0.9] * n, True) for n in (3, 5, 4)]
    row = training.row("good", reached)
    assert (row.samples, row.note) == ([3.0, 5.0, 4.0], "3 to 5 epochs")
    assert len(row.details["runs"]) == 3
    assert training.row("good", reached[:1]).note == "3 epochs"
    row = training.row("bad", [*reached, training.Run([10.0, 10.0], [0.5, 0.612])])
    assert (row.samples, row.note) == ([], "61.2% after 2 epochs and 20 s")


@pytest.fixture
def drawings(train, validation, monkeypatch):
    """Drawings to train on, and a network that is quick to train."""
    monkeypatch.setattr(training, "SHAPE", MLPConfig(layers=2, width=32, norm="none"))
    return TrainingData(train, validation, "0" * 12)


def need_scikit_learn() -> None:
    if find_spec("sklearn") is None:
        skip_or_fail("scikit-learn is missing: pip install -r requirements-benchmarks.txt")


@pytest.mark.parametrize("name", ["tensors", "loader", "quickstart", "scikit_learn"])
def test_every_way_learns_epoch_by_epoch(name, drawings):
    if name == "scikit_learn":
        need_scikit_learn()
    done = training.run(getattr(training, name)(drawings, 0), drawings.train, 1.1, max_epochs=5)
    assert len(done.seconds) == 5
    assert all(second > 0 for second in done.seconds)
    if name != "quickstart":  # it needs more than so few steps
        assert done.accuracies[-1] > done.accuracies[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("precision", "ours"),
    [("bfloat16", [training.FAST, training.EXACT]), ("float32", [training.EXACT])],
)
def test_all_of_training_is_measured_side_by_side(drawings, monkeypatch, precision, ours):
    need_scikit_learn()
    monkeypatch.setattr(training, "choose_precision", lambda name: precision)
    monkeypatch.setattr(training, "load_training", lambda data: drawings)
    monkeypatch.setattr(training, "load_test", lambda data: drawings.validation)
    monkeypatch.setattr(training, "MAX_EPOCHS", 2)
    whole, small, large = training.measure(2)
    assert [row.name for row in whole.rows] == [
        *(*ours, training.LOADER, training.SCIKIT, training.QUICKSTART)
    ]
    assert all(row.details["runs"] for row in whole.rows)
    assert small.baseline == large.baseline == training.EXACT
    assert {len(row.samples) for row in [*small.rows, *large.rows]} == {2}
    assert whole.baseline == ours[0]
    assert (len(small.rows), len(large.rows)) == (len(ours) + 4, len(ours) + 2)


def test_the_dataset_gives_the_same_pictures_that_fit_sees(train):
    from torchvision import transforms

    photographs = training.Photographs(train, transforms.ToTensor())
    assert len(photographs) == len(train.labels)
    picture, label = photographs[7]
    assert picture[0] == pytest.approx(train.images[7] / 255)
    assert label == train.labels[7]
    batches = training._batches(photographs, 64, seed=0)
    seen = torch.cat([labels for _, labels in batches])
    assert len(seen) == len(train.labels)
    assert not torch.equal(seen, train.labels)
    assert torch.equal(seen.sort()[0], train.labels.sort()[0])


def test_the_network_is_that_of_the_tutorial():
    assert training.SHAPE.sizes == [784, 512, 512, 10]
    assert training.SHAPE.norm == "none"
    assert training.SHAPE.dropout == 0


def test_missing_scikit_learn_is_one_sentence(monkeypatch):
    monkeypatch.setattr(training, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="scikit-learn is not installed") as caught:
        training.measure(1)
    assert_one_sentence(str(caught.value))


def test_nine_networks_are_measured_against_reading_their_weights(monkeypatch):
    monkeypatch.setattr(nine, "CALLS_PER_ROUND", 1)
    (table,) = nine.measure(2)
    assert table.baseline == nine.READ
    assert {row.name: len(row.samples) for row in table.rows} == dict.fromkeys(
        (nine.READ, nine.ANSWERS, nine.ANSWERS_LIT, nine.PRODUCTS, nine.BATCH), 2
    )
    assert re.match(r"9 networks, 7\d MB of weights", table.title)


def test_photos_are_prepared_one_after_another(tmp_path):
    for label in (0, 8):
        (tmp_path / str(label)).mkdir()
        photo_of(label).save(tmp_path / str(label) / "photo.jpg")
    assert len(throughput.photo_times(tmp_path)) == 2


def test_a_folder_without_photos_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="holds no photos") as caught:
        throughput.photo_times(tmp_path)
    assert_one_sentence(str(caught.value))


def test_drawings_are_made_one_after_another():
    assert len(list(throughput.drawing_times(12))) == 12


def test_the_trainings_are_spread_over_the_study():
    chosen = throughput.some_trainings(4)
    assert len(set(chosen)) == 4
    assert {one.config.precision for one in chosen} == {"bfloat16"}
    whole = study.trainings(study.plan(), seeds=1)
    plain = [replace(one, config=replace(one.config, precision="float32")) for one in chosen]
    places = [whole.index(one) for one in plain]
    assert places == sorted(places)
    assert places[-1] >= len(whole) / 2


@pytest.mark.slow
def test_all_of_throughput_is_measured(drawings, tmp_path, monkeypatch):
    monkeypatch.setattr(throughput, "load_training", lambda data: drawings)
    monkeypatch.setattr(throughput, "load_test", lambda data: drawings.validation)
    monkeypatch.setattr(throughput, "DRAWINGS_PER_ROUND", 3)
    short = replace(study.BASE, config=replace(study.BASE.config, epochs=1, batch_size=50))
    monkeypatch.setattr(throughput, "some_trainings", lambda count: [short] * count)
    photo_of(0).save(tmp_path / "photo.jpg")
    seconds, hours = throughput.measure(2, photos=tmp_path)
    assert [len(row.samples) for row in seconds.rows] == [1, 6]
    assert [len(row.samples) for row in hours.rows] == [4]
    assert (seconds.per, hours.per) == ("second", "hour")


@pytest.mark.browser
def test_pens_lifting_and_long_strokes_are_timed_in_both_apps():
    pytest.importorskip("playwright", reason="Playwright is not installed")
    if machine.chromium() is None:
        skip_or_fail("there is no Chromium on this machine: apt-get install chromium")
    points = np.array([(0.2, 0.2), (0.8, 0.3), (0.5, 0.5), (0.3, 0.8)])
    with answer.drawing_pages() as pages:
        assert list(pages) == [answer.PROJECT, answer.BASELINE]
        for page in pages.values():
            assert 0 < page.stroke(points) < 10
            longest = page.long_stroke(answer.spiral()[::10])
            assert longest["event"] > 0
            assert longest["frame"] > 0


def test_a_missing_browser_is_one_sentence(monkeypatch):
    pytest.importorskip("playwright", reason="Playwright is not installed")
    monkeypatch.setattr(answer, "chromium", lambda: None)
    with pytest.raises(UserError, match="no Chromium") as caught, answer.drawing_pages():
        pass
    assert_one_sentence(str(caught.value))


def test_a_stroke_does_not_wait_for_an_answer_and_only_the_last_drawing_is_asked_about(
    open_page, monkeypatch
):
    asked, released = [], threading.Event()

    def slow(networks, pixels, problem):
        if networks:  # and not a visitor's own, of which there is none
            asked.append(pixels)
            assert released.wait(60)
        return predict(networks, pixels, problem)

    monkeypatch.setattr(panel, "predict", slow)
    page = open_page(**DESKTOP)
    draw(page, [(0.1, 0.9), (0.9, 0.9)])
    for _ in range(1200):
        page.wait_for_timeout(50)
        if asked:
            break
    assert asked
    before = ink(page)
    page.get_by_role("button", name="Clear the drawing").click()
    draw(page)
    assert 0 < ink(page) != before  # drawn, while the first answer is still waited for
    assert len(asked) == 1
    assert verdict(page).count() == 0
    released.set()
    verdict(page).get_by_text("T-shirt").wait_for()
    page.wait_for_timeout(500)
    assert "T-shirt" in verdict(page).inner_text()
    assert len(asked) == 2  # of all that was sent meanwhile, the last


def ink(page) -> int:
    """How many of the canvas's pixels are dark."""
    return page.locator("canvas").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
            .filter((value, i) => i % 4 === 0 && value < 128).length"""
    )
