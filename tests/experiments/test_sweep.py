"""A sweep runs each training once, saves its metrics, and ignores incomplete files."""

import json
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, replace

import pytest
from conftest import QUICK, TINY
from helpers import assert_one_sentence

from fmnist_demo.data.splits import Split, TrainingData
from fmnist_demo.errors import UserError
from fmnist_demo.experiments import robustness, sweep
from fmnist_demo.experiments.sweep import Metrics, Training
from fmnist_demo.networks.calibration import expected_calibration_error, fit_temperature
from fmnist_demo.networks.inspection import weight_norm
from fmnist_demo.networks.metrics import accuracy
from fmnist_demo.networks.mlp import MLP, predict_logits
from fmnist_demo.networks.regularisation import count_zeros, total_zeros
from fmnist_demo.training.loop import epochs, fit, validate

HASH = "0" * 12


def training(strength: float = 0.1, regulariser: str = "l1", **more) -> Training:
    return Training(TINY, replace(QUICK, regulariser=regulariser, strength=strength, **more))


THREE = [training(0.01), training(0.1), training(0.1, seed=1)]


@pytest.fixture(autouse=True)
def few_drawings(monkeypatch, validation):
    """A sweep measures on these in place of a thousand."""
    monkeypatch.setattr(sweep, "synthetic_drawings", lambda: validation)


@pytest.fixture
def sweep_in(tmp_path, train, validation):
    """Run trainings to the end, keeping the results in `tmp_path`."""
    examples = TrainingData(train, validation, HASH)
    return lambda trainings, jobs=1: dict(sweep.run(trainings, examples, train, tmp_path, jobs))


@pytest.fixture
def fits(monkeypatch) -> list:
    """The configurations that were trained, as they come."""
    configs = []

    def spy(model, train, validation, config):
        configs.append(config)
        return fit(model, train, validation, config)

    monkeypatch.setattr(sweep, "fit", spy)
    return configs


def first(split: Split, count: int) -> Split:
    return Split(split.images[:count], split.labels[:count])


def accuracy_of(model: MLP, split: Split) -> float:
    return accuracy(predict_logits(model, split.images).numpy(), split.labels.numpy())


def timeless(metrics: Metrics) -> Metrics:
    return replace(metrics, seconds=0)


def test_the_metrics_are_of_the_network_that_the_training_leaves(train, validation):
    """The right labels are learnt, but validation is told wrong ones, so an early epoch is kept."""
    misleading = replace(train, labels=(train.labels + 1) % 10)
    one = training(0.1, "l2", epochs=4, patience=2, seed=3)
    metrics = sweep.measure(one, train, misleading, validation, train)
    model = MLP(TINY, seed=3)
    history = list(epochs(fit(model, train, misleading, one.config)))
    kept = min(history, key=lambda result: result.validation_loss)
    assert metrics.measured_epoch == kept.epoch < metrics.epochs == len(history)
    assert metrics.validation_loss == kept.validation_loss == validate(model, misleading)[0]
    assert metrics.validation_accuracy == accuracy_of(model, misleading)
    assert metrics.train_accuracy == kept.train_accuracy
    assert metrics.test_accuracy == accuracy_of(model, validation)
    assert metrics.drawings_accuracy == accuracy_of(model, train)
    assert metrics.plain_train_accuracy == accuracy_of(model, first(train, 300))
    assert metrics.gap == metrics.plain_train_accuracy - metrics.validation_accuracy
    assert metrics.weight_norm == weight_norm(model)
    assert metrics.seconds > 0
    assert not metrics.diverged


def test_the_gap_is_over_as_many_training_pictures_as_validation_has(train, validation):
    """Not augmented, and by the network as it is when it is done."""
    one = training(0.1, "l2", augment=True)
    metrics = sweep.measure(one, train, validation, validation, validation)
    model = MLP(TINY)
    list(fit(model, train, validation, one.config))
    assert metrics.plain_train_accuracy == accuracy_of(model, first(train, 100))
    assert metrics.plain_train_accuracy != metrics.train_accuracy


def test_the_first_photographs_are_trained_on_and_no_others(train, validation):
    some = replace(training(), photographs=50)
    metrics = sweep.measure(some, train, validation, validation, validation)
    few = sweep.measure(training(), first(train, 50), validation, validation, validation)
    assert timeless(metrics) == timeless(few)


def test_the_last_network_is_measured_if_it_is_asked_for(train, validation):
    """The best epoch, by the wrong labels of validation, comes before the last."""
    misleading = replace(train, labels=(train.labels + 1) % 10)
    config = replace(QUICK, regulariser="none", strength=0.0, epochs=4, patience=4)
    last = sweep.measure(
        Training(TINY, config, keep_best=False), train, misleading, validation, validation
    )
    best = sweep.measure(Training(TINY, config), train, misleading, validation, validation)
    assert best.measured_epoch < last.measured_epoch == last.epochs == best.epochs == 4
    assert last.plain_train_accuracy > best.plain_train_accuracy
    model = MLP(TINY)
    for _ in epochs(fit(model, train, misleading, config)):
        test_accuracy = accuracy_of(model, validation)
    assert last.test_accuracy == test_accuracy != best.test_accuracy
    assert last.validation_loss > best.validation_loss


def test_harder_pictures_and_trust_are_measured_on_the_test_set(train, validation):
    metrics = sweep.measure(training(), train, validation, train, validation)
    model = MLP(TINY)
    list(fit(model, train, validation, training().config))
    assert metrics.noise_accuracy == accuracy_of(model, robustness.noisy(train))
    assert metrics.shift_accuracy == accuracy_of(model, robustness.shifted(train))
    logits = predict_logits(model, train.images)
    labels = train.labels.numpy()
    assert metrics.ece == expected_calibration_error(logits.softmax(1).numpy(), labels)
    fitted = fit_temperature(predict_logits(model, validation.images), validation.labels)
    shares = (logits / fitted).softmax(1).numpy()
    assert metrics.calibrated_ece == expected_calibration_error(shares, labels)


def test_zeros_are_counted_in_every_layer_and_in_all(train, validation):
    one = training(0.01)
    metrics = sweep.measure(one, train, validation, validation, validation)
    model = MLP(TINY)
    list(fit(model, train, validation, one.config))
    assert 0 < metrics.zeros == total_zeros(model) < 1
    assert metrics.zeros_per_layer == list(count_zeros(model).values())
    assert len(metrics.zeros_per_layer) == 4


@pytest.mark.parametrize(
    ("strength", "neurons", "pixels", "zeros"), [(0.0, 3 * 32, 784, 0), (1e30, 0, 0, 1)]
)
def test_without_a_penalty_all_lives_and_under_a_boundless_one_nothing(
    strength, neurons, pixels, zeros, train, validation
):
    metrics = sweep.measure(training(strength), train, *[validation] * 3)
    assert (metrics.active_units, metrics.active_pixels, metrics.zeros) == (neurons, pixels, zeros)
    one_answer = metrics.test_accuracy == pytest.approx(0.1)  # there are ten pictures a class
    assert one_answer == (zeros == 1)
    assert (metrics.weight_norm == 0) == (zeros == 1)
    assert not metrics.diverged


def test_a_loss_that_is_no_number_is_a_result_too(sweep_in, fits):
    one = training(0.1, learning_rate=1e30)
    metrics = sweep_in([one])[one]
    assert metrics.diverged
    measured = {name: value for name, value in asdict(metrics).items() if value is None}
    assert set(asdict(metrics)) - set(measured) == {"epochs", "seconds", "diverged"}
    assert sweep_in([one]) == {one: metrics}
    assert len(fits) == 1


def test_the_seed_decides_the_metrics(train, validation):
    def metrics(seed):
        return timeless(sweep.measure(training(seed=seed), train, *[validation] * 3))

    assert metrics(0) == metrics(0)
    assert metrics(0) != metrics(1)


def test_what_is_done_is_not_repeated(sweep_in, fits):
    first = sweep_in(THREE[:2])
    assert fits == [one.config for one in THREE[:2]]
    everything = sweep_in(THREE)
    assert fits == [one.config for one in THREE]
    assert {one: everything[one] for one in first} == first
    assert set(everything) == set(THREE)


def test_a_training_that_is_asked_for_twice_is_run_once(sweep_in, fits):
    assert len(sweep_in([THREE[0], training(0.01)])) == len(fits) == 1


def test_another_split_is_trained_anew(tmp_path, train, validation, fits):
    for split_hash in (HASH, "1" * 12):
        list(sweep.run(THREE[:1], TrainingData(train, validation, split_hash), train, tmp_path))
    assert len(fits) == 2


def without(name):
    def spoil(content):
        del content["metrics"][name]
        return json.dumps(content)

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: json.dumps(content)[:-2],
        lambda content: "",
        lambda content: "[1, 2]",
        lambda content: json.dumps({"settings": content["settings"]}),
        lambda content: json.dumps(content | {"metrics": None}),
        lambda content: json.dumps(content | {"settings": THREE[1].settings(HASH)}),
        without("zeros"),
        without("seconds"),
    ],
)
def test_a_file_that_is_not_the_whole_result_is_trained_again(spoil, sweep_in, fits, tmp_path):
    sweep_in(THREE[:1])
    (path,) = tmp_path.iterdir()
    good = json.loads(path.read_text())
    path.write_text(spoil(json.loads(path.read_text())))
    sweep_in(THREE[:1])
    assert len(fits) == 2
    (path,) = tmp_path.iterdir()
    again = json.loads(path.read_text())
    good["metrics"]["seconds"] = again["metrics"]["seconds"]
    assert again == good


def test_a_file_says_which_settings_its_metrics_are_of(sweep_in, tmp_path):
    metrics = sweep_in(THREE[:1])[THREE[0]]
    content = json.loads((tmp_path / f"{THREE[0].key(HASH)}.json").read_text())
    assert content == {"settings": THREE[0].settings(HASH), "metrics": asdict(metrics)}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_keeps_what_is_done(interruption, sweep_in, tmp_path, monkeypatch):
    def interrupted(model, train, validation, config):
        for event in fit(model, train, validation, config):
            yield event
            if config == THREE[2].config:
                raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "fit", interrupted)
        with pytest.raises(interruption):
            sweep_in(THREE)
    assert {path.stem for path in tmp_path.iterdir()} == {one.key(HASH) for one in THREE[:2]}


@pytest.mark.slow
def test_two_at_a_time_come_to_the_same_as_one(sweep_in, train, validation):
    together = sweep_in(THREE, jobs=2)
    assert set(together) == set(THREE)
    for one, metrics in together.items():
        alone = sweep.measure(one, train, validation, train, validation)
        # The sum of squares is added up in another order by another number of threads.
        assert metrics.weight_norm == pytest.approx(alone.weight_norm, rel=1e-12)
        assert timeless(metrics) == timeless(replace(alone, weight_norm=metrics.weight_norm))


def test_every_setting_has_a_part_in_the_key():
    shape, config = TINY, THREE[0].config
    others = [
        Training(replace(shape, width=33), config),
        Training(replace(shape, dropout=0.1), config),
        training(0.011),
        training(0.01, "l2"),
        training(0.01, seed=1),
        training(0.01, precision="bfloat16"),
        replace(training(0.01), photographs=20),
        replace(training(0.01), keep_best=False),
    ]
    keys = [one.key(HASH) for one in [THREE[0], *others]] + [THREE[0].key("1" * 12)]
    assert len(set(keys)) == len(keys)
    assert training(0.01).key(HASH) == keys[0]
    assert {len(key) for key in keys} == {16}


@pytest.mark.parametrize("wrong", [{"synthetic": 10}, {"strength": None}])
def test_a_sweep_is_on_photographs_and_of_named_strengths(wrong):
    with pytest.raises(ValueError, match="photographs alone"):
        Training(TINY, replace(QUICK, **({"strength": 0.1} | wrong)))


def test_no_jobs_are_refused(sweep_in):
    with pytest.raises(UserError) as error:
        sweep_in(THREE, jobs=0)
    assert_one_sentence(str(error.value))


def test_a_folder_that_cannot_be_written_is_told(tmp_path, train, validation):
    (tmp_path / "file").write_text("")
    examples = TrainingData(train, validation, HASH)
    with pytest.raises(UserError) as error:
        list(sweep.run(THREE[:1], examples, train, tmp_path / "file"))
    assert_one_sentence(str(error.value))


def test_a_process_that_the_system_stopped_is_told(sweep_in, monkeypatch):
    def stopped(*_):
        raise BrokenProcessPool

    monkeypatch.setattr(sweep, "fit", stopped)
    with pytest.raises(UserError, match="fewer jobs") as error:
        sweep_in(THREE)
    assert_one_sentence(str(error.value))
