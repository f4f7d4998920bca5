import warnings

import numpy as np
import pytest

from gdlab import (
    RULES,
    Gradient,
    Layer,
    backward,
    forward,
    from_vector,
    gradient_vector,
    initialise,
    mean_loss,
    to_vector,
    train,
)
from gdlab.datasets import xor

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(10, 2)), RNG.uniform(size=(10, 1))
RATE = 0.2


def network(seed=1):
    return initialise((2, 3, 1), "tanh", "sigmoid", seed=seed)


def order_of(history):
    """Which samples each update used, where sample i is the only one that sees weight i."""
    weights = history.theta[:, : len(history.theta[0]) - 1]
    return [list(np.flatnonzero(change)) for change in np.diff(weights, axis=0)]


def watch_samples(n, **how):
    """Train a linear unit on the rows of a unit matrix, so that the weights tell which samples came when."""
    layers = [Layer(np.zeros((n, 1)), np.zeros((1, 1)))]
    return order_of(train(layers, np.eye(n), np.arange(1.0, n + 1)[:, None], learning_rate=0.01, **how))


def test_history_holds_the_start_and_every_update():
    layers = network()
    history = train(layers, X, Y, steps=5)
    np.testing.assert_array_equal(history.steps, np.arange(6))
    assert history.loss.shape == (6,)
    assert history.theta.shape == (6, 13)
    np.testing.assert_array_equal(history.theta[0], to_vector(layers))


def test_what_is_not_said_is_a_hundred_full_batches_of_the_chain_rule():
    plain = train(network(), X, Y)
    said = train(network(), X, Y, loss="squared_error", rule="chain_rule", learning_rate=0.1, steps=100, momentum=0)
    np.testing.assert_array_equal(plain.theta, said.theta)
    np.testing.assert_array_equal(plain.loss, said.loss)
    shuffled = train(network(), X, Y, batch_size=3, shuffle=True, seed=0)
    np.testing.assert_array_equal(train(network(), X, Y, batch_size=3).theta, shuffled.theta)


@pytest.mark.parametrize("runs", [(4,), (2, 3)])
def test_history_of_independent_runs(runs):
    start = network()
    theta = np.random.default_rng(2).normal(size=(*runs, 13))
    history = train(from_vector(theta, start), X, Y, steps=5, record_every=2)
    assert history.loss.shape == (4, *runs)
    assert history.theta.shape == (4, *runs, 13)


@pytest.mark.parametrize(
    ("steps", "record_every", "wanted"),
    [
        (10, 1, range(11)),
        (10, 4, [0, 4, 8, 10]),
        (8, 4, [0, 4, 8]),
        (9, 4, [0, 4, 8, 9]),
        (3, 10, [0, 3]),
        (0, 1, [0]),
        (0, 7, [0]),
    ],
)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_start_and_end_are_always_kept(steps, record_every, wanted, batch_size):
    how = {"batch_size": batch_size, "momentum": 0.5}
    every = train(network(), X, Y, steps=steps, **how)
    history = train(network(), X, Y, steps=steps, record_every=record_every, **how)
    np.testing.assert_array_equal(history.steps, list(wanted))
    np.testing.assert_array_equal(history.theta, every.theta[list(wanted)])
    np.testing.assert_array_equal(history.loss, every.loss[list(wanted)])


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_full_batch_training_is_the_plain_loop(rule, loss, momentum):
    layers = network()
    history = train(layers, X, Y, loss=loss, rule=rule, learning_rate=RATE, steps=20, momentum=momentum)
    theta, velocity = to_vector(layers), np.zeros(13)
    for step in range(21):
        now = from_vector(theta, layers)
        np.testing.assert_allclose(history.theta[step], theta, rtol=1e-12, atol=1e-15)
        assert history.loss[step] == pytest.approx(mean_loss(now, X, Y, loss=loss), rel=1e-12)
        velocity = momentum * velocity - RATE * gradient_vector(backward(now, forward(now, X), Y, loss=loss, rule=rule))
        theta = theta + velocity


@pytest.mark.parametrize("batch_size", [1, 3, 5, 10, 99])
def test_mini_batches_in_order_are_the_plain_loop(batch_size):
    layers = network()
    history = train(layers, X, Y, learning_rate=RATE, steps=12, batch_size=batch_size, shuffle=False)
    theta, step = to_vector(layers), 0
    while step < 12:
        for first in range(0, len(X), batch_size):
            rows = slice(first, first + batch_size)
            now = from_vector(theta, layers)
            theta = theta - RATE * gradient_vector(backward(now, forward(now, X[rows]), Y[rows]))
            step += 1
            if step <= 12:
                np.testing.assert_allclose(history.theta[step], theta, rtol=1e-12)
                wanted = mean_loss(from_vector(theta, layers), X, Y)  # over all samples, whatever the batch
                assert history.loss[step] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 3, 4, 12, 50])
def test_mini_batches_take_each_sample_once_an_epoch(batch_size, shuffle):
    n, a_epoch = 12, int(np.ceil(12 / batch_size))
    batches = watch_samples(n, steps=3 * a_epoch, batch_size=batch_size, shuffle=shuffle)
    for epoch in range(3):
        of_epoch = batches[epoch * a_epoch : (epoch + 1) * a_epoch]
        assert sorted(sample for batch in of_epoch for sample in batch) == list(range(n))
        assert all(len(batch) == min(batch_size, n) for batch in of_epoch[:-1])


def test_without_batches_every_update_sees_every_sample():
    assert watch_samples(6, steps=3) == [list(range(6))] * 3


def test_samples_come_as_they_stand_or_in_a_new_order_each_epoch():
    in_order = watch_samples(12, steps=24, batch_size=1, shuffle=False)
    assert in_order == [[i] for i in range(12)] * 2
    shuffled = watch_samples(12, steps=24, batch_size=1)
    assert shuffled[:12] != in_order[:12]
    assert shuffled[:12] != shuffled[12:]


def test_same_seed_same_run_and_another_seed_another_order():
    how = {"steps": 24, "batch_size": 1}
    assert watch_samples(12, seed=3, **how) == watch_samples(12, seed=3, **how)
    assert watch_samples(12, seed=3, **how) != watch_samples(12, seed=4, **how)
    one, again = (train(network(), X, Y, batch_size=4, momentum=0.5, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.theta, again.theta)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("how", [{}, {"batch_size": 3, "momentum": 0.6, "seed": 5, "record_every": 4}])
def test_independent_runs_are_the_runs_one_by_one(rule, how):
    seeds = [3, 0, 7]
    together = train(network(seeds), X, Y, rule=rule, learning_rate=RATE, steps=30, **how)
    for run, seed in enumerate(seeds):
        alone = train(network(seed), X, Y, rule=rule, learning_rate=RATE, steps=30, **how)
        np.testing.assert_array_equal(together.steps, alone.steps)
        np.testing.assert_allclose(together.theta[:, run], alone.theta, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(together.loss[:, run], alone.loss, rtol=1e-10)


def test_several_leading_axes_are_the_runs_one_by_one():
    start = network()
    theta = np.random.default_rng(2).normal(size=(2, 3, 13))
    together = train(from_vector(theta, start), X, Y, learning_rate=RATE, steps=20)
    for run in np.ndindex(2, 3):
        alone = train(from_vector(theta[run], start), X, Y, learning_rate=RATE, steps=20)
        np.testing.assert_allclose(together.theta[(slice(None), *run)], alone.theta, rtol=1e-10, atol=1e-13)


def test_frozen_never_moves_the_hidden_layer():
    history = train(network(), X, Y, rule="frozen", steps=20)
    np.testing.assert_array_equal(history.theta[:, :9], np.broadcast_to(history.theta[0, :9], (21, 9)))
    assert (history.theta[-1, 9:] != history.theta[0, 9:]).all()


def test_the_layers_given_are_left_as_they_were():
    layers = network()
    before, objects = to_vector(layers), list(layers)
    history = train(layers, X, Y, steps=10)
    np.testing.assert_array_equal(to_vector(layers), before)
    assert all(one is other for one, other in zip(layers, objects, strict=True))
    assert (history.theta[-1] != before).all()


def test_history_gives_back_the_network_of_any_record():
    layers = network()
    history = train(layers, X, Y, steps=10, record_every=5)
    for record in (0, 1, 2):
        then = history.layers(record)
        np.testing.assert_array_equal(to_vector(then), history.theta[record])
        assert [layer.activation for layer in then] == [layer.activation for layer in layers]
        assert mean_loss(then, X, Y) == pytest.approx(history.loss[record], rel=1e-13)
    np.testing.assert_array_equal(to_vector(history.layers()), history.theta[-1])


@pytest.mark.parametrize(
    ("hidden", "loss", "rate"),
    [("identity", "squared_error", 50.0), ("softplus", "huber", 1e300), ("relu", "squared_error", 1e3)],
)
@pytest.mark.parametrize("batch_size", [None, 4])
def test_divergence_is_shown_to_the_end_and_without_a_warning(hidden, loss, rate, batch_size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start = initialise((2, 3, 1), hidden, seed=[0, 1])
        history = train(start, X, Y, loss=loss, learning_rate=rate, steps=300, batch_size=batch_size)
        assert history.loss.shape == (301, 2)
        assert np.isfinite(history.loss[0]).all()
        assert not np.isfinite(history.loss[-1]).any()
        assert not np.isfinite(mean_loss(history.layers(), X, Y)).any()


def test_a_run_that_diverges_leaves_its_neighbours_alone():
    wild = [Layer(np.stack([np.ones((2, 1)), np.full((2, 1), np.inf)]), np.zeros((2, 1, 1)))]
    history = train(wild, X, Y, steps=20)
    alone = train([Layer(np.ones((2, 1)), np.zeros((1, 1)))], X, Y, steps=20)
    np.testing.assert_allclose(history.theta[:, 0], alone.theta, rtol=1e-12)
    assert not np.isfinite(history.loss[:, 1]).any()


def test_training_solves_what_only_the_chain_rule_solves():
    """XOR in small: the loss of nearly every run falls by half at least; with the slope left out, of nearly none."""
    data = xor(100)
    start = initialise((2, 6, 1), "tanh", "sigmoid", seed=range(10))
    how = {"loss": "binary_cross_entropy", "learning_rate": 0.5, "steps": 1500, "record_every": 1500}
    chain = train(start, data.X, data.y, **how).loss
    delta = train(start, data.X, data.y, rule="delta_rule", **how).loss
    assert np.mean(chain[-1] < chain[0] / 2) >= 0.8
    assert np.mean(delta[-1] < delta[0] / 2) <= 0.2


def test_a_history_is_shown_in_short():
    layers, many = initialise((2, 3, 1), output="sigmoid"), initialise((2, 3, 1), seed=range(3))
    assert repr(train(layers, X, Y, steps=0)).startswith("<history: 1 record over 0 steps, loss 0.")
    assert repr(train(layers, X, Y, steps=7, record_every=5)).startswith("<history: 3 records over 7 steps, loss 0.")
    assert repr(train(many, X, Y, steps=2)).startswith("<history: 3 records over 2 steps of 3 runs, median loss ")
    assert repr(train(many, X, 1e200 * Y, steps=9, learning_rate=100.0)).endswith(("→ inf>", "→ nan>"))


def test_a_history_is_asked_by_step_or_by_record():
    history = train(initialise((2, 3, 1)), X, Y, steps=7, record_every=5)
    assert [history.record_at(step) for step in (0, 5, 7)] == [0, 1, 2]
    np.testing.assert_array_equal(history.at(5)[0].W, history.layers(1)[0].W)
    with pytest.raises(ValueError, match=r"no record was taken at step 6; wanted one of steps, such as \[5, 7\]"):
        history.at(6)
    for step in (-1, 8):
        with pytest.raises(ValueError, match="no record was taken at step"):
            history.at(step)
    for record in (3, -4):
        with pytest.raises(IndexError, match=f"record is {record}; this history has 3, from 0 to 2"):
            history.layers(record)


def test_the_history_of_one_run_is_that_of_its_network_alone():
    both = train(initialise((2, 3, 1), seed=[4, 5]), X, Y, steps=5)
    alone, one = train(initialise((2, 3, 1), seed=5), X, Y, steps=5), both.one_run(1)
    np.testing.assert_array_equal(one.loss, alone.loss)
    np.testing.assert_array_equal(one.theta, alone.theta)
    np.testing.assert_array_equal(one.layers()[1].W, alone.layers()[1].W)


def test_another_backward_pass_is_what_the_network_is_trained_by():
    def backwards(layers, trace, y, *, loss, rule):
        right = backward.unchecked(layers, trace, y, loss=loss, rule=rule)
        return [Gradient(-gradient.W, -gradient.b) for gradient in right]

    layers = initialise((2, 3, 1))
    wrong, right = train(layers, X, Y, steps=1, backward=backwards), train(layers, X, Y, steps=1)
    np.testing.assert_allclose(wrong.theta[1] - wrong.theta[0], right.theta[0] - right.theta[1], atol=1e-15)
