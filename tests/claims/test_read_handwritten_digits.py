"""What notebook 10 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab.datasets import digits, moons
from gdlab.lessons.read_handwritten_digits import digit_runs
from gdlab.lessons.read_handwritten_digits.digit_reading import explained, reading
from gdlab.lessons.read_handwritten_digits.digit_runs import EPOCHS, runs, task
from gdlab.lessons.read_handwritten_digits.digit_views import confusion

SETTINGS = [(activation, rate) for activation in ("tanh", "relu", "sigmoid") for rate in (0.1, 1.0)]


def medians(name, activation, depth, rate, *rules):
    """Median share of right answers on the test samples, by rule, at the end of DigitsLab's training."""
    under_way = runs(name, activation, depth, rate)
    for rule in rules:
        while under_way[rule].epochs < EPOCHS:
            digit_runs._train(under_way[rule], name, rule, rate, task(name).epochs_at_once)
    return [float(np.median(under_way[rule].accuracies[-1])) for rule in rules]


def test_10_an_epoch_has_26_steps():
    assert task("one").updates == 26


@pytest.mark.parametrize(("activation", "rate"), SETTINGS)
def test_10_on_one_digit_the_two_rules_are_less_than_3_points_apart(activation, rate):
    chain, delta = medians("one", activation, 1, rate, "chain_rule", "delta_rule")
    assert abs(chain - delta) < 0.03
    if (activation, rate) == ("sigmoid", 0.1):
        assert delta > chain


@pytest.mark.parametrize(("activation", "rate"), SETTINGS)
def test_10_on_pairs_the_delta_rule_stays_below_70_percent(activation, rate):
    chain, delta = medians("binary", activation, 1, rate, "chain_rule", "delta_rule")
    assert delta < 0.7
    assert (chain > 0.99) == ((activation, rate) != ("sigmoid", 0.1))


def test_10_on_pairs_with_relu_at_1_the_delta_rule_does_worse_than_a_frozen_layer():
    delta, frozen = medians("binary", "relu", 1, 1.0, "delta_rule", "frozen")
    assert 0.5 < delta < 0.57
    assert 0.68 < frozen < 0.74


@pytest.mark.parametrize("rate", [0.02, 2.0])
def test_10_on_pairs_with_one_hidden_layer_no_end_of_the_learning_rate_helps_the_delta_rule(rate):
    assert medians("binary", "tanh", 1, rate, "delta_rule")[0] < 0.6


def test_10_on_pairs_at_rate_03_depth_does_not_help_the_delta_rule():
    assert medians("binary", "tanh", 3, 0.3, "delta_rule")[0] < 0.6


def test_10_on_pairs_with_three_layers_and_large_steps_the_delta_rule_gets_far_and_the_chain_rule_does_not():
    chain, delta = medians("binary", "tanh", 3, 1.2, "chain_rule", "delta_rule")
    assert 0.8 < delta < 0.9
    assert chain < 0.6
    assert 0.8 < medians("binary", "tanh", 3, 2.0, "delta_rule")[0] < 0.9


def test_10_without_a_hidden_layer_single_digits_are_read_and_pairs_are_not():
    assert medians("one", "tanh", 0, 0.3, "chain_rule")[0] > 0.95
    for rate in (0.1, 0.3, 1.0):
        assert 0.45 < medians("binary", "tanh", 0, rate, "chain_rule")[0] < 0.55
    assert medians("binary", "tanh", 0, 0.3, "chain_rule")[0] == pytest.approx(0.51, abs=0.01)


def test_10_three_sigmoid_layers_learn_nothing_by_the_chain_rule_at_a_small_rate_and_more_than_the_delta_rule_at_1():
    chain, delta = medians("one", "sigmoid", 3, 0.1, "chain_rule", "delta_rule")
    assert chain == pytest.approx(0.08, abs=0.02)
    assert delta == pytest.approx(0.60, abs=0.02)
    chain, delta = medians("one", "sigmoid", 3, 1.0, "chain_rule", "delta_rule")
    assert chain == pytest.approx(0.86, abs=0.02)
    assert delta == pytest.approx(0.71, abs=0.02)


def test_10_on_the_moons_of_00_the_delta_rule_does_worse_than_a_line_and_than_a_frozen_layer():
    data, loss, medians_of_20 = moons(160), "binary_cross_entropy", {}
    for rule, sizes in {"line": (2, 1), "chain_rule": (2, 6, 1), "delta_rule": (2, 6, 1), "frozen": (2, 6, 1)}.items():
        layers = gdlab.initialise(sizes, "tanh", "sigmoid", seed=range(20), scheme=1.0)
        how = {"loss": loss, "learning_rate": 1.0, "steps": 600, "record_every": 600}
        history = gdlab.train(layers, data.X, data.y, rule="chain_rule" if rule == "line" else rule, **how)
        right = (gdlab.forward(history.layers(), data.X).y_hat > 0.5) == data.y
        medians_of_20[rule] = np.median(right.mean(axis=(1, 2)))
    wanted = {"line": 0.87, "chain_rule": 1.0, "delta_rule": 0.83, "frozen": 0.94}
    assert medians_of_20 == pytest.approx(wanted, abs=0.006)


def test_10_something_like_a_chessboard_of_all_ten_digits_appears_by_the_chain_rule_only():
    chain, delta, frozen = medians("all", "relu", 2, 0.2, "chain_rule", "delta_rule", "frozen")
    assert chain > 0.85
    assert max(delta, frozen) < 0.6


def test_10_a_frozen_layer_most_often_takes_a_2_for_an_8():
    medians("one", "tanh", 1, 0.3, "chain_rule", "delta_rule", "frozen")
    mistakes = {}
    for rule in ("chain_rule", "delta_rule", "frozen"):
        said = reading(("one", "tanh", 1, 0.3), "answers", rule, EPOCHS).said
        mistakes[rule] = confusion(task("one"), said) * (1 - np.eye(10, dtype=int))
    assert [tuple(pair) for pair in np.argwhere(mistakes["frozen"] == mistakes["frozen"].max())] == [(2, 8)]
    assert mistakes["chain_rule"].max() == mistakes["delta_rule"].max() == 2
    changes = reading(("one", "tanh", 1, 0.3), "changes", "delta_rule", EPOCHS).changes
    assert explained(changes, 10) > 0.99


def test_10_what_the_delta_rule_learned_on_pairs_is_mostly_one_picture_and_the_chain_rule_needs_more():
    setting, rules = ("binary", "tanh", 1, 0.3), ("chain_rule", "delta_rule")
    medians(*setting, *rules, "frozen")
    chain, delta = (explained(reading(setting, "changes", rule, EPOCHS).changes, 1) for rule in rules)
    assert delta == pytest.approx(0.8, abs=0.05)
    assert chain < 0.6


@pytest.mark.parametrize("name", ["one", "binary"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_10_the_delta_rule_tells_the_hidden_layer_what_a_network_without_one_would_be_told(name, activation):
    t = task(name)
    loss = "softmax_cross_entropy" if name == "one" else "binary_cross_entropy"
    output = "softmax" if name == "one" else "sigmoid"
    layers = gdlab.initialise((t.X.shape[1], 32, t.y.shape[1]), activation, output, seed=3)
    trace = gdlab.forward(layers, t.X)
    signal = trace.y_hat - t.y
    update = gdlab.backward(layers, trace, t.y, loss=loss, rule="delta_rule")[0].W
    np.testing.assert_allclose(update, t.X.T @ signal / len(t.X) @ layers[1].W.T, atol=1e-12)
    if name == "one":
        np.testing.assert_allclose(signal.sum(axis=1), 0, atol=1e-12)


def test_10_all_digits_are_as_high_as_the_picture_and_hardly_one_reaches_its_sides():
    ink = digits().X.reshape(-1, 8, 8) > 0
    assert ink.any(axis=2)[:, [0, 7]].all()
    assert (ink.any(axis=1)[:, [0, 7]].mean(axis=0) < 0.15).all()
