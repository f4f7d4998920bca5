"""What notebook 00 says and does not compute itself."""

from functools import lru_cache

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.losses import LOSSES
from gdlab.rules import RULES


def accuracies(data, rule, seeds=range(20), hidden="tanh", learning_rate=1.0):
    """Share of points right after the runs that RuleRace shows, one number for each seed."""
    layers = gdlab.initialise((2, 6, 1), hidden, "sigmoid", seed=seeds, scheme=1.0)
    history = gdlab.train(
        layers,
        data.X,
        data.y,
        loss="binary_cross_entropy",
        rule=rule,
        learning_rate=learning_rate,
        steps=600,
        record_every=600,
    )
    return ((gdlab.forward(history.layers(), data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule"])
def test_00_both_rules_solve_the_clouds_from_every_start(rule):
    assert (accuracies(datasets.clouds(160), rule) > 0.95).all()


def test_00_on_xor_the_chain_rule_succeeds_from_every_start_and_the_delta_rule_from_none():
    assert (accuracies(datasets.xor(160), "chain_rule") > 0.95).all()
    assert (accuracies(datasets.xor(160), "delta_rule") <= 0.95).all()


def test_00_the_clouds_do_not_need_hidden_units_that_learn():
    assert (accuracies(datasets.clouds(160), "frozen") > 0.95).all()


def test_00_on_xor_the_delta_rule_gets_fewer_points_right_on_average_than_a_frozen_hidden_layer():
    assert accuracies(datasets.xor(160), "delta_rule").mean() < accuracies(datasets.xor(160), "frozen").mean()


@pytest.mark.parametrize("learning_rate", [0.01, 0.03, 0.1, 0.3, 3, 10])
def test_00_no_learning_rate_lets_one_of_the_twenty_networks_succeed_on_xor(learning_rate):
    assert (accuracies(datasets.xor(160), "delta_rule", learning_rate=learning_rate) <= 0.95).all()


def test_00_the_error_at_the_output_is_the_same_for_both_rules():
    z, y = np.random.default_rng(0).normal(size=(2, 7, 1))
    y = (y > 0).astype(float)
    loss, sigmoid = LOSSES["binary_cross_entropy"], gdlab.ACTIVATIONS["sigmoid"]
    chain, delta = (RULES[rule].output_signal(loss, sigmoid, z, y) for rule in ("chain_rule", "delta_rule"))
    np.testing.assert_array_equal(chain, delta)
    np.testing.assert_allclose(chain, sigmoid(z) - y)


SETS = (range(20), range(100, 120))  # the second was not used to find anything


@lru_cache
def race(rule, width=6, learning_rate=1.0, starts=SETS[0], points=0, steps=600):
    """Share of points of XOR right after a race of tanh networks whose hidden biases are random, one for each start.

    A frozen layer of tanh units without biases gives odd features, and XOR is even: it could not win.
    """
    W1, b1, W2 = [], [], []
    for start in starts:
        rng = np.random.default_rng(start)
        W1.append(rng.normal(size=(2, width)))
        b1.append(rng.normal(size=(1, width)))
        W2.append(rng.normal(size=(width, 1)))
    layers = [gdlab.Layer(W1, b1, "tanh"), gdlab.Layer(W2, np.zeros((len(W2), 1, 1)), "sigmoid")]
    data = datasets.xor(160, seed=points)
    how = {"loss": "binary_cross_entropy", "rule": rule, "learning_rate": learning_rate, "steps": steps}
    history = gdlab.train(layers, data.X, data.y, **how, record_every=steps)
    return ((gdlab.forward(history.layers(), data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))


@pytest.mark.parametrize("starts", SETS)
def test_00_with_six_hidden_units_the_chain_rule_learns_xor_and_neither_the_delta_rule_nor_a_frozen_layer_does(starts):
    assert (race("chain_rule", starts=starts) > 0.95).all()
    for rule in ("delta_rule", "frozen"):
        assert (race(rule, starts=starts) <= 0.95).all()


@pytest.mark.parametrize(("starts", "points"), [(SETS[0], 0), (SETS[1], 0), (SETS[0], 1)])
def test_00_at_a_rate_of_one_the_delta_rule_does_worse_on_average_than_a_layer_that_never_learns(starts, points):
    delta, frozen = (race(rule, starts=starts, points=points) for rule in ("delta_rule", "frozen"))
    assert (delta <= 0.95).all()
    assert delta.mean() < frozen.mean() - 0.1


@pytest.mark.parametrize("starts", SETS)
def test_00_with_thirty_two_hidden_units_a_frozen_layer_is_good_enough_and_the_delta_rule_spoils_it(starts):
    assert (race("chain_rule", 32, starts=starts[:5]) > 0.95).all()
    assert (race("frozen", 32, starts=starts) > 0.95).all()
    assert (race("delta_rule", 32, starts=starts) <= 0.95).all()
    gentle = race("delta_rule", 32, 0.3, starts[:6])  # small steps hardly move the hidden units
    assert (gentle > 0.95).sum() >= 3


@pytest.mark.parametrize("learning_rate", [0.3, 3.0, 10.0])
@pytest.mark.parametrize("starts", SETS)
def test_00_at_every_rate_at_which_the_chain_rule_learns_xor_the_delta_rule_fails(starts, learning_rate):
    delta, frozen = (race(rule, 6, learning_rate, starts) for rule in ("delta_rule", "frozen"))
    assert (race("chain_rule", 6, learning_rate, starts[:10]) > 0.95).sum() >= 8
    assert (delta <= 0.95).all()
    assert delta.mean() < frozen.mean()


def test_00_at_a_rate_of_a_hundredth_the_chain_rule_is_too_slow_as_well():
    assert (race("chain_rule", learning_rate=0.01) <= 0.95).all()


def test_00_without_biases_tanh_units_give_odd_features_and_xor_is_even():
    X, W = np.random.default_rng(0).normal(size=(50, 2)), np.random.default_rng(1).normal(size=(2, 6))
    np.testing.assert_array_equal(np.tanh(-X @ W), -np.tanh(X @ W))
    np.testing.assert_array_equal((-X > 0)[:, 0] != (-X > 0)[:, 1], (X > 0)[:, 0] != (X > 0)[:, 1])


def test_00_where_the_slope_is_one_the_two_rules_are_one():
    X, y = np.random.default_rng(2).normal(size=(2, 30, 1))
    layers = gdlab.initialise((1, 3, 1), "identity", seed=0)
    trace = gdlab.forward(layers, X)
    chain, delta = (
        gdlab.gradient_vector(gdlab.backward(layers, trace, y, rule=rule)) for rule in ("chain_rule", "delta_rule")
    )
    np.testing.assert_array_equal(chain, delta)
