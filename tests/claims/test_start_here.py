"""What notebook 00 says and does not compute itself."""

from functools import lru_cache

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.explorers.runs import random_networks, right
from gdlab.losses import LOSSES
from gdlab.rules import RULES

SETS = (range(20), range(100, 120))  # the second was not used to find anything


@lru_cache
def race(rule, width=6, learning_rate=1.0, starts=SETS[0], problem="xor"):
    """Share of points right after the races of `RuleRace`, one for each start."""
    data = datasets.TOY_SETS[problem](160)
    how = {"loss": "binary_cross_entropy", "rule": rule, "learning_rate": learning_rate, "steps": 600}
    history = gdlab.train(random_networks("tanh", width, starts), data.X, data.y, **how, record_every=600)
    return right(gdlab.forward(history.layers(), data.X).y_hat, data.y)


def solved(*race_of, **setting):
    """How many of the forty starts get over 95% right."""
    return sum((race(*race_of, **setting, starts=starts) > 0.95).sum() for starts in SETS)


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule", "frozen"])
def test_00_two_clouds_do_not_need_hidden_units_that_learn(rule):
    assert solved(rule, problem="clouds") == 40


def test_00_with_six_hidden_units_the_chain_rule_learns_xor_and_neither_the_delta_rule_nor_a_frozen_layer_does():
    assert [solved(rule) for rule in ("chain_rule", "delta_rule", "frozen")] == [38, 0, 0]


@pytest.mark.parametrize("starts", SETS)
def test_00_the_delta_rule_has_fewer_points_right_on_average_than_a_layer_that_never_learns(starts):
    assert race("delta_rule", starts=starts).mean() < race("frozen", starts=starts).mean() - 0.1


@pytest.mark.parametrize("learning_rate", [0.3, 3.0, 10.0])
def test_00_the_learning_rate_is_not_to_blame(learning_rate):
    assert 35 <= solved("chain_rule", 6, learning_rate) <= 39
    assert solved("delta_rule", 6, learning_rate) == 0


def test_00_with_thirty_two_hidden_units_a_frozen_layer_is_good_enough_and_the_delta_rule_spoils_it():
    assert [solved(rule, 32) for rule in ("chain_rule", "delta_rule", "frozen")] == [40, 0, 40]


@pytest.mark.parametrize("starts", SETS)
def test_00_at_a_tenth_of_the_rate_the_delta_rule_catches_up_with_thirty_two_hidden_units(starts):
    gentle, usual = (race("delta_rule", 32, rate, starts).mean() for rate in (0.1, 1.0))
    assert gentle > 0.9 > 0.7 > usual


def test_00_the_error_at_the_output_is_the_same_for_both_rules():
    z, y = np.random.default_rng(0).normal(size=(2, 7, 1))
    y = (y > 0).astype(float)
    loss, sigmoid = LOSSES["binary_cross_entropy"], gdlab.ACTIVATIONS["sigmoid"]
    chain, delta = (RULES[rule].output_signal(loss, sigmoid, z, y) for rule in ("chain_rule", "delta_rule"))
    np.testing.assert_array_equal(chain, delta)
    np.testing.assert_allclose(chain, sigmoid(z) - y)


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
