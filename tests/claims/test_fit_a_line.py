"""What notebook 01 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.fit_a_line.line_fit import problem
from gdlab.rules import RULES


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
    from gdlab.lessons.fit_a_line.line_fit import LineFit

    fit = LineFit().compute("line", "single", 0.2, *problem("line").start, 1)
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


def test_01_along_an_eigenvector_the_gradient_points_straight_away_from_the_bottom():
    x = np.array([1.0, 2.0, 4.0])
    H = np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1]])
    for direction in np.linalg.eigh(H)[1].T:
        assert gdlab.agreement(H @ direction, -direction) == pytest.approx(-1)  # H d is the gradient at distance d


def test_01_at_first_the_walk_goes_mostly_down_and_near_the_bottom_up_about_as_often():
    from gdlab.lessons.fit_a_line.line_fit import LineFit

    p, explorer = problem("line"), LineFit()
    ends = [explorer.compute(**{**explorer.values, "step": step}).now for step in range(81)]
    up = np.diff([np.mean((w * p.x + b - p.y) ** 2) for w, b in ends]) > 0
    assert (up.sum(), up[:20].sum(), up[-40:].sum()) == (36, 4, 22)
    for order in range(8):
        up = np.diff(line_run("line", learning_rate=0.2, batch_size=1, steps=80, seed=order).loss) > 0
        assert up[:20].sum() <= 8
        assert 15 <= up[-40:].sum() <= 25


@pytest.mark.parametrize("order", range(6))
def test_01_one_penguin_at_a_time_diverges_at_seven_tenths_already(order):
    how = {"batch_size": 1, "steps": 20 * 342, "seed": order, "record_every": 342}
    assert not line_run("penguins", learning_rate=0.7, **how).loss[-1] < 1e20
    assert line_run("penguins", learning_rate=0.6, **how).loss[-1] < 1e4


def test_01_with_one_weight_a_step_shrinks_the_distance_below_two_over_the_mean_square():
    x = np.array([1.0, 2.0, 4.0])
    limit = 2 / np.mean(x**2)
    for share, nearer in ((0.99, True), (1.01, False)):
        assert (abs(1 - share * limit * np.mean(x**2)) < 1) == nearer
        after = gdlab.gradient_descent_update(1.0, share * limit, np.mean((1.0 * x) * x))  # y = 0, the bottom is at 0
        assert (abs(after) < 1) == nearer


@pytest.mark.parametrize("seed", range(5))
def test_01_no_inputs_have_a_limit_above_two_and_standardised_ones_have_two(seed):
    limit = EXERCISES["stable-rate"].solution
    rng = np.random.default_rng(seed)
    for x in rng.normal(rng.normal(), rng.uniform(0.1, 3), (20, 9)):
        assert limit(x) <= 2 + 1e-12
        assert limit((x - x.mean()) / x.std()) == pytest.approx(2)


def test_01_there_are_342_penguins():
    assert len(problem("penguins").x) == 342
