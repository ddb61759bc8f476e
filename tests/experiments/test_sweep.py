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
    """Measure on a few images instead of a thousand drawings."""
    monkeypatch.setattr(sweep, "synthetic_drawings", lambda: validation)


@pytest.fixture
def sweep_in(tmp_path, train, validation):
    """Run trainings and save their results in `tmp_path`."""
    examples = TrainingData(train, validation, HASH)
    return lambda trainings, jobs=1: dict(sweep.run(trainings, examples, train, tmp_path, jobs))


@pytest.fixture
def fits(monkeypatch) -> list:
    """The configurations that were trained, in order."""
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


def test_the_metrics_are_those_of_the_best_epoch(train, validation):
    """Wrong validation labels make an early epoch the best."""
    misleading = replace(train, labels=(train.labels + 1) % 10)
    plan = training(0.1, "l2", epochs=4, patience=2, seed=3)
    metrics = sweep.measure(plan, train, misleading, validation, train)
    model = MLP(TINY, seed=3)
    history = list(epochs(fit(model, train, misleading, plan.config)))
    best = min(history, key=lambda result: result.validation_loss)
    assert metrics.measured_epoch == best.epoch < metrics.epochs == len(history)
    assert metrics.validation_loss == best.validation_loss == validate(model, misleading)[0]
    assert metrics.validation_accuracy == accuracy_of(model, misleading)
    assert metrics.train_accuracy == best.train_accuracy
    assert metrics.test_accuracy == accuracy_of(model, validation)
    assert metrics.drawings_accuracy == accuracy_of(model, train)
    assert metrics.plain_train_accuracy == accuracy_of(model, first(train, 300))
    assert metrics.gap == metrics.plain_train_accuracy - metrics.validation_accuracy
    assert metrics.weight_norm == weight_norm(model)
    assert metrics.seconds > 0
    assert not metrics.diverged


def test_the_gap_uses_as_many_unaugmented_training_images_as_validation_images(train, validation):
    plan = training(0.1, "l2", augment=True)
    metrics = sweep.measure(plan, train, validation, validation, validation)
    model = MLP(TINY)
    list(fit(model, train, validation, plan.config))
    assert metrics.plain_train_accuracy == accuracy_of(model, first(train, 100))
    assert metrics.plain_train_accuracy != metrics.train_accuracy


def test_only_the_first_photographs_are_used_for_training(train, validation):
    some = replace(training(), photographs=50)
    metrics = sweep.measure(some, train, validation, validation, validation)
    few = sweep.measure(training(), first(train, 50), validation, validation, validation)
    assert timeless(metrics) == timeless(few)


def test_the_last_epoch_is_measured_on_request(train, validation):
    """Wrong validation labels make an early epoch the best."""
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


def test_robustness_and_calibration_are_measured_on_the_test_set(train, validation):
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


def test_zeros_are_counted_by_layer_and_in_total(train, validation):
    plan = training(0.01)
    metrics = sweep.measure(plan, train, validation, validation, validation)
    model = MLP(TINY)
    list(fit(model, train, validation, plan.config))
    assert 0 < metrics.zeros == total_zeros(model) < 1
    assert metrics.zeros_per_layer == list(count_zeros(model).values())
    assert len(metrics.zeros_per_layer) == 4


@pytest.mark.parametrize(
    ("strength", "neurons", "pixels", "zeros"), [(0.0, 3 * 32, 784, 0), (1e30, 0, 0, 1)]
)
def test_no_penalty_leaves_every_unit_active_and_a_huge_one_leaves_none(
    strength, neurons, pixels, zeros, train, validation
):
    metrics = sweep.measure(training(strength), train, *[validation] * 3)
    assert (metrics.active_units, metrics.active_pixels, metrics.zeros) == (neurons, pixels, zeros)
    is_constant = metrics.test_accuracy == pytest.approx(0.1)  # there are ten images per class
    assert is_constant == (zeros == 1)
    assert (metrics.weight_norm == 0) == (zeros == 1)
    assert not metrics.diverged


def test_a_diverged_training_is_a_result_too(sweep_in, fits):
    plan = training(0.1, learning_rate=1e30)
    metrics = sweep_in([plan])[plan]
    assert metrics.diverged
    missing = {name for name, value in asdict(metrics).items() if value is None}
    assert set(asdict(metrics)) - missing == {"epochs", "seconds", "diverged"}
    assert sweep_in([plan]) == {plan: metrics}
    assert len(fits) == 1


def test_the_metrics_depend_on_the_seed(train, validation):
    def metrics(seed):
        return timeless(sweep.measure(training(seed=seed), train, *[validation] * 3))

    assert metrics(0) == metrics(0)
    assert metrics(0) != metrics(1)


def test_finished_trainings_are_not_repeated(sweep_in, fits):
    first = sweep_in(THREE[:2])
    assert fits == [plan.config for plan in THREE[:2]]
    everything = sweep_in(THREE)
    assert fits == [plan.config for plan in THREE]
    assert {plan: everything[plan] for plan in first} == first
    assert set(everything) == set(THREE)


def test_a_duplicate_training_is_run_once(sweep_in, fits):
    assert len(sweep_in([THREE[0], training(0.01)])) == len(fits) == 1


def test_another_split_is_another_training(tmp_path, train, validation, fits):
    for split_hash in (HASH, "1" * 12):
        list(sweep.run(THREE[:1], TrainingData(train, validation, split_hash), train, tmp_path))
    assert len(fits) == 2


def without(name):
    def damage(content):
        del content["metrics"][name]
        return json.dumps(content)

    return damage


@pytest.mark.parametrize(
    "damage",
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
def test_a_training_with_an_incomplete_file_is_run_again(damage, sweep_in, fits, tmp_path):
    sweep_in(THREE[:1])
    (path,) = tmp_path.iterdir()
    good = json.loads(path.read_text())
    path.write_text(damage(json.loads(path.read_text())))
    sweep_in(THREE[:1])
    assert len(fits) == 2
    (path,) = tmp_path.iterdir()
    again = json.loads(path.read_text())
    good["metrics"]["seconds"] = again["metrics"]["seconds"]
    assert again == good


def test_a_file_has_settings_and_metrics(sweep_in, tmp_path):
    metrics = sweep_in(THREE[:1])[THREE[0]]
    content = json.loads((tmp_path / f"{THREE[0].key(HASH)}.json").read_text())
    assert content == {"settings": THREE[0].settings(HASH), "metrics": asdict(metrics)}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_keeps_finished_trainings(interruption, sweep_in, tmp_path, monkeypatch):
    def interrupted(model, train, validation, config):
        for event in fit(model, train, validation, config):
            yield event
            if config == THREE[2].config:
                raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "fit", interrupted)
        with pytest.raises(interruption):
            sweep_in(THREE)
    assert {path.stem for path in tmp_path.iterdir()} == {plan.key(HASH) for plan in THREE[:2]}


@pytest.mark.slow
def test_two_jobs_give_the_same_metrics_as_one(sweep_in, train, validation):
    parallel = sweep_in(THREE, jobs=2)
    assert set(parallel) == set(THREE)
    for plan, metrics in parallel.items():
        alone = sweep.measure(plan, train, validation, train, validation)
        # The number of threads changes the order in which squares are summed.
        assert metrics.weight_norm == pytest.approx(alone.weight_norm, rel=1e-12)
        assert timeless(metrics) == timeless(replace(alone, weight_norm=metrics.weight_norm))


def test_every_setting_changes_the_key():
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
    keys = [plan.key(HASH) for plan in [THREE[0], *others]] + [THREE[0].key("1" * 12)]
    assert len(set(keys)) == len(keys)
    assert training(0.01).key(HASH) == keys[0]
    assert {len(key) for key in keys} == {16}


@pytest.mark.parametrize("invalid", [{"synthetic": 10}, {"strength": None}])
def test_a_sweep_rejects_synthetic_images_and_default_strengths(invalid):
    with pytest.raises(ValueError, match="photographs alone"):
        Training(TINY, replace(QUICK, **({"strength": 0.1} | invalid)))


def test_zero_jobs_are_rejected(sweep_in):
    with pytest.raises(UserError) as error:
        sweep_in(THREE, jobs=0)
    assert_one_sentence(str(error.value))


def test_a_folder_that_cannot_be_written_is_reported(tmp_path, train, validation):
    (tmp_path / "file").write_text("")
    examples = TrainingData(train, validation, HASH)
    with pytest.raises(UserError) as error:
        list(sweep.run(THREE[:1], examples, train, tmp_path / "file"))
    assert_one_sentence(str(error.value))


def test_a_process_stopped_by_the_system_is_reported(sweep_in, monkeypatch):
    def stopped(*_):
        raise BrokenProcessPool

    monkeypatch.setattr(sweep, "fit", stopped)
    with pytest.raises(UserError, match="fewer jobs") as error:
        sweep_in(THREE)
    assert_one_sentence(str(error.value))
