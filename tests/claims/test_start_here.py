"""What notebook 00 says and does not compute itself."""

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
