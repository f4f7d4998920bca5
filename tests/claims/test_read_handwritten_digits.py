"""What notebook 10 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab.datasets import digits
from gdlab.explorers.digit_reading import explained, reading
from gdlab.explorers.digit_runs import EPOCHS, advance, runs, task

SETTINGS = [(activation, rate) for activation in ("tanh", "relu", "sigmoid") for rate in (0.1, 1.0)]


def medians(name, activation, depth, rate):
    """Median share of right answers on the test samples, by rule, at the end of DigitsLab's training."""
    for _ in advance(name, activation, depth, rate):
        pass
    return {rule: float(np.median(run.accuracies[-1])) for rule, run in runs(name, activation, depth, rate).items()}


def test_10_an_epoch_has_26_steps():
    assert task("one").updates == 26


@pytest.mark.parametrize(("activation", "rate"), SETTINGS)
def test_10_on_one_digit_the_two_rules_are_less_than_3_points_apart(activation, rate):
    share = medians("one", activation, 1, rate)
    assert abs(share["chain_rule"] - share["delta_rule"]) < 0.03
    assert share["frozen"] < share["delta_rule"]
    if (activation, rate) == ("sigmoid", 0.1):
        assert share["delta_rule"] > share["chain_rule"]


@pytest.mark.parametrize(("activation", "rate"), SETTINGS)
def test_10_on_pairs_the_delta_rule_stays_below_70_percent(activation, rate):
    share = medians("binary", activation, 1, rate)
    assert share["delta_rule"] < 0.7
    assert (share["chain_rule"] > 0.99) == ((activation, rate) != ("sigmoid", 0.1))


@pytest.mark.parametrize("rate", [0.02, 2.0])
def test_10_on_pairs_no_end_of_the_learning_rate_helps_the_delta_rule(rate):
    assert medians("binary", "tanh", 1, rate)["delta_rule"] < 0.7


def test_10_on_pairs_depth_does_not_help_the_delta_rule():
    share = medians("binary", "tanh", 3, 0.3)
    assert share["delta_rule"] < 0.6
    assert share["chain_rule"] > 0.99


def test_10_without_a_hidden_layer_single_digits_are_read_and_pairs_are_not():
    assert medians("one", "tanh", 0, 0.3)["chain_rule"] > 0.95
    for rate in (0.1, 0.3, 1.0):
        assert 0.45 < medians("binary", "tanh", 0, rate)["chain_rule"] < 0.55


def test_10_three_sigmoid_layers_learn_nothing_by_the_chain_rule_and_something_by_the_delta_rule():
    share = medians("one", "sigmoid", 3, 0.1)
    assert share["chain_rule"] < 0.15
    assert share["delta_rule"] > 0.5


def test_10_the_chessboard_of_all_ten_digits_appears_by_the_chain_rule_only():
    share = medians("all", "relu", 2, 0.2)
    assert share["chain_rule"] > 0.85
    assert max(share["delta_rule"], share["frozen"]) < 0.6


def test_10_what_the_delta_rule_learned_on_pairs_is_mostly_one_picture_and_the_chain_rule_needs_more():
    setting = "binary", "tanh", 1, 0.3
    medians(*setting)
    one = {r: explained(reading(setting, "changes", r, EPOCHS).changes, 1) for r in ("chain_rule", "delta_rule")}
    assert one["delta_rule"] > 0.75 > 0.6 > one["chain_rule"]


@pytest.mark.parametrize("name", ["one", "binary"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_10_the_delta_rule_tells_the_hidden_layer_what_a_network_without_one_would_be_told(name, activation):
    t = task(name)
    loss = "softmax_cross_entropy" if name == "one" else "binary_cross_entropy"
    output = "softmax" if name == "one" else "sigmoid"
    layers = gdlab.initialise((t.X.shape[1], 32, t.y.shape[1]), activation, output, seed=3)
    trace = gdlab.forward(layers, t.X)
    error = trace.y_hat - t.y
    update = gdlab.backward(layers, trace, t.y, loss, "delta_rule")[0].W
    np.testing.assert_allclose(update, t.X.T @ error / len(t.X) @ layers[1].W.T, atol=1e-12)
    if name == "one":
        np.testing.assert_allclose(error.sum(axis=1), 0, atol=1e-12)


def test_10_all_digits_are_as_high_as_the_picture_and_hardly_one_reaches_its_sides():
    ink = digits().X.reshape(-1, 8, 8) > 0
    assert ink.any(axis=2)[:, [0, 7]].all()
    assert (ink.any(axis=1)[:, [0, 7]].mean(axis=0) < 0.15).all()
