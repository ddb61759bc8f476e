"""What `fit` promises: repeatable, interruptible, and the best epoch in the end."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from conftest import QUICK, TINY
from helpers import assert_one_sentence

from fmnist_demo.data.splits import Split
from fmnist_demo.errors import UserError
from fmnist_demo.networks.mlp import MLP, MLPConfig, predict_logits
from fmnist_demo.networks.regularisation import FREEZE, REGULARISERS, count_zeros, total_zeros
from fmnist_demo.synthetic.dataset import dataset
from fmnist_demo.training import loop
from fmnist_demo.training.config import PRECISIONS, TrainConfig
from fmnist_demo.training.loop import (
    EpochResult,
    Optimisation,
    Step,
    choose_device,
    epochs,
    fit,
    validate,
)

WITH_NONE = replace(TINY, none_of_these=True)


def learn(train, validation, config=QUICK, **more) -> tuple[MLP, list[EpochResult]]:
    model = MLP(TINY)
    return model, list(epochs(fit(model, train, validation, config, **more)))


def state(model: MLP) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one | other)


@pytest.fixture(scope="module")
def misleading(train) -> Split:
    """A validation set that gets worse as the training set is learnt: every label is wrong."""
    return Split(train.images, (train.labels + 1) % 10)


@pytest.mark.parametrize("regulariser", REGULARISERS)
def test_there_is_one_true_result_an_epoch(train, validation, regulariser):
    config = replace(QUICK, epochs=3, regulariser=regulariser)
    model = MLP(TINY)
    for epoch, result in enumerate(epochs(fit(model, train, validation, config)), start=1):
        assert result.epoch == epoch
        assert (result.validation_loss, result.validation_accuracy) == validate(model, validation)
        assert result.zeros == count_zeros(model)
        assert result.total_zeros == total_zeros(model)
        assert math.isfinite(result.train_loss)
        assert 0 <= result.train_accuracy <= 1
    assert epoch == 3
    assert not model.training


def test_the_validation_figures_are_those_worked_out_by_hand(trained, validation):
    model, metadata = trained
    x = (validation.images.double() / 255 - 0.2860) / 0.3530
    shares = copy.deepcopy(model).double()(x).softmax(1)
    right = shares[torch.arange(100), validation.labels]
    loss, accuracy = validate(model, validation)
    assert loss == pytest.approx(-right.log().mean().item(), rel=1e-4)
    assert accuracy == pytest.approx((shares.argmax(1) == validation.labels).double().mean().item())
    assert (loss, accuracy) == (metadata.validation["loss"], metadata.validation["accuracy"])


def test_drawings_are_learnt_far_better_than_by_chance(train, validation):
    model, results = learn(train, validation, replace(QUICK, epochs=8))
    assert validate(model, validation)[1] > 0.35
    assert results[-1].train_loss < results[0].train_loss


def test_the_seed_decides_every_bit(train, validation):
    config = replace(QUICK, epochs=1, augment=True)
    one, again = (state(learn(train, validation, config)[0]) for _ in range(2))
    other = state(learn(train, validation, replace(config, seed=1))[0])
    assert same(one, again)
    assert not same(one, other)


def test_the_global_random_state_is_neither_changed_nor_read(train, validation):
    expected = state(learn(train, validation)[0])
    model = MLP(TINY)
    before = torch.get_rng_state()
    for _ in fit(model, train, validation, QUICK):  # after every step, too
        assert torch.equal(torch.get_rng_state(), before)
        torch.rand(5)  # as another visitor's training would
        before = torch.get_rng_state()
    assert torch.equal(torch.get_rng_state(), before)
    assert same(state(model), expected)


def test_early_stopping_restores_the_best_epoch(train, misleading):
    config = replace(QUICK, epochs=20, patience=3)
    model, results = learn(train, misleading, config)
    losses = [result.validation_loss for result in results]
    best = losses.index(min(losses))
    assert len(results) == best + 1 + 3 < 20
    assert losses[-1] > losses[best]
    assert validate(model, misleading)[0] == losses[best]


def test_best_marks_every_epoch_that_beats_all_before(train, misleading):
    _, results = learn(train, misleading, replace(QUICK, epochs=6, patience=6))
    losses = [result.validation_loss for result in results]
    expected = [loss < min(losses[:i], default=math.inf) for i, loss in enumerate(losses)]
    assert [result.best for result in results] == expected


def test_a_dense_epoch_is_not_the_best_of_a_network_that_is_to_be_sparse(train, misleading):
    """Validation is best at first, but only an epoch after the penalty has acted may be kept."""
    config = replace(QUICK, epochs=10, patience=1, regulariser="l1", strength=2e-3)
    model, results = learn(train, misleading, config)
    settled = [result for result in results if result.epoch > FREEZE * 10]
    assert results[0].validation_loss < min(result.validation_loss for result in settled)
    kept = [result for result in results if result.best][-1]
    assert kept in settled
    assert kept.validation_loss == min(result.validation_loss for result in settled)
    assert validate(model, misleading)[0] == kept.validation_loss
    assert total_zeros(model) == kept.total_zeros > 0.1


def test_the_scale_of_a_penalty_is_what_adam_divides_by():
    weight = torch.nn.Parameter(torch.tensor([[1.0, -2.0, 0.5]]))
    optimisation = Optimisation(torch.nn.ParameterList([weight]), TrainConfig(), total=3)
    optimiser = optimisation.adam
    optimiser.param_groups[0] |= {"lr": 0.1, "betas": (0.9, 0.999)}  # not those of the schedule
    for gradient in ([0.3, -0.1, 0.0], [0.1, 0.2, 0.0], [-0.2, 0.4, 0.0]):
        before = weight.detach().clone()
        weight.grad = torch.tensor([gradient])
        optimiser.step()
    mean = optimiser.state[weight]["exp_avg"] / (1 - 0.9**3)
    expected = before - 0.1 * mean / optimisation.scale(weight)
    assert torch.allclose(weight, expected, atol=1e-6)


def test_a_closed_generator_leaves_the_best_epoch_so_far(train, misleading):
    model = MLP(TINY)
    results = epochs(fit(model, train, misleading, replace(QUICK, epochs=9, patience=9)))
    first = next(results)
    best = state(model)
    assert first.validation_loss < next(results).validation_loss
    assert not same(state(model), best)
    results.close()
    assert same(state(model), best)
    assert not model.training


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_in_mid_epoch_leaves_the_best_epoch_so_far(
    train, validation, interruption, monkeypatch
):
    calls, real = [], Optimisation.step

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) > 36:  # of 30 in each epoch
            raise interruption
        return real(*arguments)

    monkeypatch.setattr(Optimisation, "step", interrupted)
    model, after_epochs = MLP(TINY), []
    before = torch.get_rng_state()
    results = epochs(fit(model, train, validation, QUICK))
    with pytest.raises(interruption):
        after_epochs.extend(state(model) for _ in results)
    assert len(after_epochs) == 1
    assert same(state(model), after_epochs[0])
    assert not model.training
    assert torch.equal(torch.get_rng_state(), before)


def test_closing_in_mid_epoch_leaves_the_best_epoch_so_far(train, validation):
    model = MLP(TINY)
    events = fit(model, train, validation, QUICK)
    next(event for event in events if isinstance(event, EpochResult))
    best = state(model)
    assert isinstance(next(events), Step)
    assert not same(state(model), best)
    events.close()
    assert same(state(model), best)
    assert not model.training


def test_closing_the_epochs_closes_the_training(train, validation):
    model = MLP(TINY)
    events = fit(model, train, validation, QUICK)
    results = epochs(events)
    next(results)
    results.close()
    assert next(events, None) is None
    assert not model.training


def test_progress_rises_to_one_step_by_step(train, validation):
    events = fit(MLP(TINY), train, validation, QUICK)
    shares = [event.share for event in events if isinstance(event, Step)]
    assert shares == pytest.approx([i / 60 for i in range(1, 61)])


def test_a_loss_that_is_no_number_ends_with_a_word_on_what_to_change(train, validation):
    with pytest.raises(UserError, match="smaller learning rate") as error:
        learn(train, validation, replace(QUICK, learning_rate=1e30))
    assert_one_sentence(str(error.value))


def test_too_strong_a_decay_ends_at_zero_and_not_beyond(train, validation):
    model, _ = learn(train, validation, replace(QUICK, regulariser="l2", strength=1e30))
    assert total_zeros(model) == 1


@pytest.mark.parametrize(("count", "batch_size"), [(21, 20), (3, 2), (2, 512)])
@pytest.mark.parametrize("augment", [True, False])
def test_a_last_batch_of_any_size_is_no_error(train, validation, count, batch_size, augment):
    few = Split(train.images[:count], train.labels[:count])
    _, results = learn(few, validation, replace(QUICK, batch_size=batch_size, augment=augment))
    assert len(results) == 2


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_examples_are_refused(train, validation, count):
    with pytest.raises(UserError) as error:
        learn(Split(train.images[:count], train.labels[:count]), validation)
    assert_one_sentence(str(error.value))


def test_synthetic_pictures_are_learnt_beside_the_photographs_and_told_apart(
    train, validation, monkeypatch
):
    flags = []

    def spy(images, photographs, generator):
        flags.append(photographs.clone())
        return images

    monkeypatch.setattr(loop, "augment", spy)
    config = replace(QUICK, epochs=1, augment=True)
    learn(train, validation, config, synthetic=validation)
    flags = torch.cat(flags)
    assert (flags.sum(), (~flags).sum()) == (300, 100)


def test_sets_of_synthetic_pictures_take_turns_by_epoch(train, validation, monkeypatch):
    seen = []

    def spy(images, photographs, generator):
        seen.extend((images[~photographs] * 255).round().to(torch.uint8).unbind())
        return images

    monkeypatch.setattr(loop, "augment", spy)
    config = replace(QUICK, epochs=3, augment=True, synthetic_sets=2)
    learn(train, validation, config, synthetic=validation)
    halves = validation.images.split(50)
    for turn, half in enumerate([*halves, halves[0]]):
        found = seen[50 * turn : 50 * (turn + 1)]
        assert sorted(map(torch.sum, found)) == sorted(map(torch.sum, half))
    assert len(seen) == 150


def test_only_networks_with_an_output_for_it_learn_what_is_no_garment(train, validation, scribbles):
    with pytest.raises(ValueError, match="none_of_these"):
        next(fit(MLP(TINY), train, validation, QUICK, scribbles))


@pytest.fixture(scope="module")
def scribbles() -> Split:
    """100 pictures that are of no class."""
    return Split.from_arrays(*dataset(100, seed=5, shares={"scribble": 1}))


@pytest.mark.slow
def test_networks_learn_what_is_no_garment(train, validation, scribbles):
    config = replace(QUICK, epochs=20)
    doubtful, naive = MLP(WITH_NONE), MLP(TINY)
    list(fit(doubtful, train, validation, config, scribbles))
    list(fit(naive, train, validation, config))
    unknown, _ = dataset(100, seed=6, shares={"scribble": 1})

    def confidence(model, images):
        return predict_logits(model, images).softmax(1)[:, :10].amax(1).mean().item()

    without, there = (confidence(m, torch.from_numpy(unknown)) for m in (naive, doubtful))
    assert there < 0.8 * without
    assert there < 0.8 * confidence(doubtful, validation.images)
    assert validate(doubtful, validation)[1] > 0.35


# So small a rate leaves the weights as they are, and nothing in this network is at random.
STILL = replace(QUICK, epochs=1, learning_rate=1e-12)
PLAIN = MLPConfig(3, 32, norm="none", none_of_these=True)


def test_what_is_no_garment_does_not_count_in_the_accuracy_of_training(
    train, validation, scribbles
):
    model = MLP(PLAIN)
    (result,) = epochs(fit(model, train, validation, STILL, scribbles))
    assert result.train_accuracy == pytest.approx(validate(model, train)[1])


@pytest.mark.parametrize("count", [3, 7])
def test_an_example_left_over_from_the_last_batch_counts_neither_as_right_nor_as_wrong(
    train, validation, count
):
    model = MLP(PLAIN)
    images = train.images[:count]
    known = Split(images, predict_logits(model, images)[:, :10].argmax(1))
    (result,) = epochs(fit(model, known, validation, replace(STILL, batch_size=2)))
    assert result.train_accuracy == 1


def test_training_without_augmentation_sees_the_pictures_as_they_are(
    train, validation, monkeypatch
):
    monkeypatch.setattr(loop, "augment", lambda *_: pytest.fail("augmented"))
    learn(train, validation, replace(QUICK, augment=False))


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_networks_without_batch_normalisation_learn_too(train, validation, norm):
    model = MLP(MLPConfig(3, 32, norm=norm))
    results = list(epochs(fit(model, train, validation, replace(QUICK, epochs=4))))
    assert results[-1].train_loss < results[0].train_loss


def test_bfloat16_learns_and_is_not_float32(train, validation):
    half, whole = (learn(train, validation, replace(QUICK, precision=p))[0] for p in PRECISIONS)
    assert not same(state(half), state(whole))
    assert {p.dtype for p in half.parameters()} == {torch.float32}
    assert validate(half, validation)[1] > 0.15


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"epochs": 0}, "Epochs"),
        ({"patience": 0}, "Patience"),
        ({"batch_size": 1}, "Batch size"),
        ({"synthetic": -1}, "Synthetic"),
        ({"synthetic_sets": 0}, "Synthetic sets"),
        ({"learning_rate": 0.0}, "learning rate"),
        ({"learning_rate": math.nan}, "learning rate"),
        ({"learning_rate": math.inf}, "learning rate"),
        ({"label_smoothing": 1.0}, "Label smoothing"),
        ({"precision": "float8"}, "float8"),
    ],
)
def test_a_value_out_of_range_is_named(wrong, named):
    with pytest.raises(UserError, match=named) as error:
        TrainConfig(**wrong)
    assert_one_sentence(str(error.value))


def test_a_device_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == torch.device("cpu")
    with pytest.raises(UserError) as error:
        choose_device("cuda")
    assert_one_sentence(str(error.value))
