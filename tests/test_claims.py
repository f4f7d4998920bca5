"""What the notebooks say, asserted. Each test names the notebook and the sentence that it stands for."""

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.exercises import EXERCISES
from gdlab.explorers.descent import CURVES, walk
from gdlab.explorers.line_fit import problem
from gdlab.losses import LOSSES
from gdlab.rules import RULES

# --- 00 start here ---


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
    chain, delta = (RULES[rule].output_error(loss, sigmoid, z, y) for rule in ("chain_rule", "delta_rule"))
    np.testing.assert_array_equal(chain, delta)
    np.testing.assert_allclose(chain, sigmoid(z) - y)


# --- 01 fit a line ---


def line_run(data, rule="delta_rule", start=None, **how):
    p = problem(data)
    w, b = start or p.start
    neuron = [gdlab.Layer(np.array([[w]]), np.array([[b]]))]
    return gdlab.train(neuron, p.x[:, None], p.y[:, None], rule=rule, **how)


@pytest.mark.parametrize("batch_size", [1, None])
@pytest.mark.parametrize("data", ["line", "penguins"])
def test_01_for_a_line_both_rules_walk_one_path(data, batch_size):
    chain, delta = (line_run(data, rule, learning_rate=0.2, batch_size=batch_size) for rule in RULES if "_rule" in rule)
    np.testing.assert_array_equal(chain.theta, delta.theta)


def test_01_with_all_penguins_the_walk_ends_at_the_least_squares_line():
    end = line_run("penguins", learning_rate=0.5, steps=100).theta[-1]
    np.testing.assert_allclose(end, problem("penguins").best, rtol=1e-9)
    np.testing.assert_allclose(end, (0.4969, 4.1563), atol=5e-5)


def test_01_the_limit_for_the_penguins_is_one_point_zero_zero_five_eight():
    limit = problem("penguins").rate_limit
    assert round(limit, 4) == 1.0058
    below, above = (line_run("penguins", learning_rate=rate * limit, steps=2000).loss for rate in (0.99, 1.01))
    assert below[-1] == pytest.approx(below.min())
    assert above[-1] > 1e6 * above[0]


def test_01_in_millimetres_the_bowl_bends_about_twenty_thousand_times_as_sharply():
    x = datasets.penguins().X[:, 0]
    limit = EXERCISES["stable-rate"].solution
    assert limit((x - 200) / 10) / limit(x) == pytest.approx(20_000, rel=0.05)


@pytest.mark.parametrize(("total", "factor"), [(lambda e: np.mean(e**2), 2), (lambda e: np.sum(e**2) / 2, 20)])
def test_01_without_the_half_or_with_a_sum_the_limit_shrinks_by_the_factor_of_the_loss(total, factor):
    p = problem("line")
    assert len(p.x) == 20

    def J(theta):
        return total(theta[0] * p.x + theta[1] - p.y)

    for share, grows in ((0.95, False), (1.05, True)):
        theta = np.array(p.start)
        for _ in range(200):
            theta = theta - share * p.rate_limit / factor * gdlab.numerical_gradient(J, theta)
        assert (J(theta) > J(np.array(p.start))) == grows


def test_01_sample_by_sample_the_walk_never_rests_and_smaller_rates_make_the_unrest_smaller():
    unrest = []
    for rate in (0.2, 0.02):
        theta = line_run("line", learning_rate=rate, batch_size=1, steps=6000).theta
        unrest.append(np.abs(np.diff(theta[-1000:], axis=0)).max())
    assert unrest[0] > unrest[1] > 1e-4
    settled = line_run("line", learning_rate=0.2, steps=6000).theta
    assert np.abs(np.diff(settled[-1000:], axis=0)).max() < 1e-12


def test_01_in_the_first_update_of_the_explorer_the_line_is_too_low_at_a_negative_input():
    from gdlab.explorers.line_fit import LineFit

    fit = LineFit().compute("line", "single", 0.2, 1)
    assert fit.problem.x[fit.sample] < 0 < fit.errors[fit.sample]
    assert fit.now[0] < fit.before[0]


def test_01_sample_by_sample_the_walk_goes_up_now_and_then_and_with_all_samples_never():
    single, batch = (line_run("line", learning_rate=0.2, batch_size=size, steps=80).loss for size in (1, None))
    assert 0 < (np.diff(single) > 0).mean() < 0.5
    assert (np.diff(batch) <= 0).all()


def test_01_one_penguin_at_a_time_diverges_at_a_learning_rate_below_the_limit_for_all():
    assert problem("penguins").rate_limit > 0.9
    loss = line_run("penguins", learning_rate=0.9, batch_size=1, steps=2000).loss
    assert not loss[-1] < 1000 * loss[0]


def test_01_in_millimetres_the_walk_would_take_millions_of_steps():
    x = datasets.penguins().X[:, 0]
    bends = np.linalg.eigvalsh([[np.mean(x**2), np.mean(x)], [np.mean(x), 1]])
    shrinks_by = 1 - 2 / bends[1] * bends[0]  # the distance in the flattest direction, at the largest stable rate
    assert np.log(0.1) / np.log(shrinks_by) > 1e6


# --- 02 walk down a slope ---

SMOOTH = [name for name in CURVES if name != "absolute"]
MINIMA = {name: (-2.0, 2.0) if name == "double_well" else (0.0,) for name in CURVES}


def slope(curve, theta):
    return abs(float(CURVES[curve].slope(np.float64(theta))))


@pytest.mark.parametrize("curve", CURVES)
def test_02_a_short_step_against_the_slope_goes_down(curve):  # statement A of the exercise
    theta = np.linspace(-4, 4, 160)  # not 0, where some have no slope to follow
    J = CURVES[curve].J
    after = gdlab.gradient_descent_update(theta, 0.001, CURVES[curve].slope(theta))
    assert (J(after) < J(theta)).all()


def test_02_far_from_the_minimum_the_slope_is_large_only_for_some():  # statement B
    assert slope("parabola", 4) > slope("parabola", 0.5)
    assert slope("quartic", 4) > slope("quartic", 0.5)
    assert slope("absolute", 4) == slope("absolute", 0.1) == 1
    assert 100 < slope("saturated", 0.5) / slope("saturated", 4) < 1000


@pytest.mark.parametrize("curve", SMOOTH)
def test_02_near_a_minimum_of_a_smooth_curve_the_slope_is_small(curve):  # statement C
    for minimum in MINIMA[curve]:
        assert slope(curve, minimum) == 0
        assert slope(curve, minimum + 1e-3) < 2e-3


def test_02_a_small_slope_does_not_mean_that_the_minimum_is_near():  # statement D
    assert slope("saturated", 4) < 1e-3
    assert slope("double_well", 0) == 0


def test_02_on_the_absolute_value_the_steps_do_not_get_smaller():  # statement E
    theta = walk("absolute", 0.7, 0.3)
    np.testing.assert_allclose(np.abs(np.diff(theta)), 0.3)
    assert (np.abs(theta[3:]) <= 0.3).all()


def test_02_the_exercise_has_the_same_statements_right():
    assert EXERCISES["valley"].true == {"B", "D", "E"}


def test_02_with_a_shrinking_rate_the_walk_on_the_absolute_value_gets_nearer():
    theta = 0.7
    for k in range(1, 1001):
        theta -= 0.3 / k * np.sign(theta)
    assert abs(theta) <= 0.3 / 1000 * 1.01


def test_02_the_parabola_diverges_beyond_two():
    assert abs(walk("parabola", 3.2, 1.9)[-1]) < 3.2 < abs(walk("parabola", 3.2, 2.2)[-1])


def test_02_on_the_rim_the_walk_hardly_moves_and_arrives_at_a_rate_of_seven_and_hops_at_ten():
    assert walk("saturated", 3.0, 1.0)[-1] > 2.8
    assert abs(walk("saturated", 3.0, 7.0)[-1]) < 0.05
    assert gdlab.numerical_gradient(CURVES["saturated"].slope, 0.0) == pytest.approx(1 / 4)
    hops = walk("saturated", 3.0, 10.0)[-6:]
    assert (np.abs(hops) > 0.3).all()
    assert (np.sign(hops[1:]) == -np.sign(hops[:-1])).all()


def test_02_the_unit_learns_slowest_where_its_error_is_largest():
    theta = np.linspace(0.5, 4, 50)
    sigma = gdlab.ACTIVATIONS["sigmoid"](2 * theta)
    assert (np.diff(np.abs(0.5 - sigma)) > 0).all()
    assert (np.diff(CURVES["saturated"].slope(theta)[5:]) < 0).all()
    np.testing.assert_allclose(CURVES["saturated"].slope(theta), -(0.5 - sigma) * sigma * (1 - sigma) * 2)


def test_02_a_walk_on_the_absolute_value_rests_only_if_it_lands_on_the_minimum():
    assert walk("absolute", 0.75, 0.25)[-1] == 0
    assert abs(walk("absolute", 0.7, 0.3)[-1]) == pytest.approx(abs(walk("absolute", 0.7, 0.3)[-3]))


def test_02_the_double_well_ends_left_or_right_and_stays_on_its_hump():
    assert walk("double_well", 0.5, 1.0)[-1] == pytest.approx(2, abs=1e-2)
    assert walk("double_well", -0.5, 1.0)[-1] == pytest.approx(-2, abs=1e-2)
    assert (walk("double_well", 0.0, 1.0) == 0).all()
