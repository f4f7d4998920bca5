"""What notebook 00 and the README say and do not compute themselves."""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.explorers.plane import EXTENT
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


@pytest.mark.parametrize(("rule", "starts"), [("chain_rule", 40), ("delta_rule", 23), ("frozen", 23)])
def test_00_at_a_tenth_of_the_rate_the_delta_rule_solves_as_many_as_a_frozen_layer_and_the_chain_rule_all(rule, starts):
    assert solved(rule, 32, 0.1) == pytest.approx(starts, abs=1)


def test_00_from_the_first_start_eighteen_is_the_smallest_width_at_which_a_frozen_layer_is_good_enough():
    widths = gdlab.RuleRace.controls["width"].positions
    assert next(width for width in widths if race("frozen", width, starts=range(1))[0] > 0.95) == 18


@pytest.mark.parametrize("starts", SETS)
def test_00_the_delta_rule_shrinks_thirty_two_units_until_most_are_nearly_linear_unless_the_rate_is_small(starts):
    data = datasets.xor(160)
    before = random_networks("tanh", 32, starts)
    how = {"loss": "binary_cross_entropy", "rule": "delta_rule", "steps": 600, "record_every": 600}
    shrunk, slopes, moved = {}, {}, {}
    for rate in (1.0, 0.1):
        after = gdlab.train(before, data.X, data.y, learning_rate=rate, **how).layers()
        old, new = (np.sqrt((one[0].W ** 2).sum((1, 2)) + (one[0].b ** 2).sum((1, 2))) for one in (before, after))
        shrunk[rate] = new / old
        W, b = (getattr(after[0], name) - getattr(before[0], name) for name in ("W", "b"))
        moved[rate] = np.median(np.sqrt((W**2).sum((1, 2)) + (b**2).sum((1, 2))) / old)
        slopes[rate] = np.median(after[0].activation.f_prime(gdlab.forward(after, data.X).z[0]))
    assert shrunk[1.0].max() < 0.7 < 0.95 < shrunk[0.1].min() < shrunk[0.1].max() < 1.05
    assert slopes[1.0] == pytest.approx(0.93, abs=0.005)
    assert slopes[0.1] < 0.35
    assert moved[0.1] < 0.25 < 0.9 < moved[1.0]


def own_points(points, **setting):
    """Which shares the three rules of `RuleRace` have right of a reader's own points."""
    explorer = gdlab.RuleRace(width=2, activation="relu", start=12, step=600, points=points, **setting)
    return {rule: runner.accuracy for rule, runner in explorer.compute(**explorer.values).runners.items()}


@pytest.mark.parametrize("learning_rate", [0.1, 1.0, 10.0])
def test_00_below_the_middle_both_relus_are_dead_and_the_delta_rule_alone_separates_left_from_right(learning_rate):
    layers = random_networks("relu", 2, range(12, 13))
    below = [(x, y) for x in np.linspace(-EXTENT, EXTENT, 25) for y in np.linspace(-EXTENT, 0, 13)]
    assert (gdlab.forward(layers, below).z[0] < 0).all()
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x, y = rng.uniform(0.5, 2, (2, 4)) * [[1], [-1]]
        points = [(sign * left, low, int(sign > 0)) for left, low in zip(x, y, strict=True) for sign in (-1, 1)]
        assert (gdlab.forward(layers, [point[:2] for point in points]).z[0] < 0).all()
        assert own_points(points, learning_rate=learning_rate) == {"chain_rule": 0.5, "delta_rule": 1, "frozen": 0.5}


def test_00_the_readme_tells_what_its_picture_shows():
    explorer = gdlab.RuleRace(step=600)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = re.search(r"chain rule gets (\d+%) .+? delta rule (\d+%), .+? frozen (\d+%)", readme).groups()
    runners = explorer.compute(**explorer.values).runners.values()
    assert told == tuple(f"{runner.accuracy:.0%}" for runner in runners)


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


def test_00_weights_and_hidden_biases_start_with_standard_deviation_one_and_the_control_gets_random_biases():
    hidden, output = random_networks("tanh", 32, range(50))
    for numbers in (hidden.W, hidden.b, output.W):
        assert numbers.std() == pytest.approx(1, abs=0.05)
        assert numbers.mean() == pytest.approx(0, abs=0.05)
    assert (output.b == 0).all()
