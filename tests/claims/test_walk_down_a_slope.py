"""What notebook 02 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.walk_down_a_slope.descent import CURVES, walk

SMOOTH = [name for name in CURVES if name != "absolute"]
MINIMA = {name: (-2.0, 2.0) if name == "double_well" else (0.0,) for name in CURVES}


def gradient(curve, theta):
    return abs(float(CURVES[curve].gradient(np.float64(theta))))


@pytest.mark.parametrize("curve", CURVES)
def test_02_a_short_step_against_the_slope_goes_down(curve):  # statement A of the exercise
    theta = np.linspace(-4, 4, 160)  # not 0, where some have no slope to follow
    J = CURVES[curve].J
    after = gdlab.gradient_descent_update(theta, 0.001, CURVES[curve].gradient(theta))
    assert (J(after) < J(theta)).all()


def test_02_far_from_the_minimum_the_slope_is_large_only_for_some():  # statement B
    assert gradient("parabola", 4) > gradient("parabola", 0.5)
    assert gradient("quartic", 4) > gradient("quartic", 0.5)
    assert gradient("absolute", 4) == gradient("absolute", 0.1) == 1
    assert 100 < gradient("saturated", 0.5) / gradient("saturated", 4) < 1000


@pytest.mark.parametrize("curve", SMOOTH)
def test_02_near_a_minimum_of_a_smooth_curve_the_slope_is_small(curve):  # statement C
    for minimum in MINIMA[curve]:
        assert gradient(curve, minimum) == 0
        assert gradient(curve, minimum + 1e-3) < 2e-3


def test_02_a_small_slope_does_not_mean_that_the_minimum_is_near():  # statement D
    assert gradient("saturated", 4) < 1e-3
    assert gradient("double_well", 0) == 0


def test_02_on_the_absolute_value_the_steps_do_not_get_smaller():  # statement E
    theta = walk("absolute", 0.7, 0.3)
    np.testing.assert_allclose(np.abs(np.diff(theta)), 0.3)
    assert (np.abs(theta[3:]) <= 0.3).all()


@pytest.mark.parametrize("curve", ["parabola", "quartic"])
def test_02_what_the_valley_says_holds_for_the_parabola_and_the_quartic(curve):  # consequence of the exercise
    slopes = [gradient(curve, theta) for theta in np.linspace(0, 4, 41)]
    assert (np.diff(slopes) > 0).all()  # larger farther out, and small only near 0
    assert (np.diff(np.abs(np.diff(walk(curve, 3.2, 0.3)))) < 0).all()


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
    assert gdlab.numerical_gradient(CURVES["saturated"].gradient, 0.0) == pytest.approx(1 / 4)
    theta = 3.0
    for _ in range(5000):
        theta = gdlab.gradient_descent_update(theta, 10.0, CURVES["saturated"].gradient(theta))
    assert abs(theta) == pytest.approx(abs(walk("saturated", 3.0, 10.0)[-1]))  # for ever
    hops = walk("saturated", 3.0, 10.0)[-6:]
    assert (np.abs(hops) > 0.3).all()
    assert (np.sign(hops[1:]) == -np.sign(hops[:-1])).all()


def test_02_the_unit_learns_slowest_where_its_error_is_largest():
    theta = np.linspace(0.5, 4, 50)
    sigma = gdlab.ACTIVATIONS["sigmoid"](2 * theta)
    assert (np.diff(np.abs(0.5 - sigma)) > 0).all()
    assert (np.diff(CURVES["saturated"].gradient(theta)[5:]) < 0).all()
    np.testing.assert_allclose(CURVES["saturated"].gradient(theta), -(0.5 - sigma) * sigma * (1 - sigma) * 2)


def test_02_a_walk_on_the_absolute_value_rests_only_if_it_lands_on_the_minimum():
    assert walk("absolute", 0.75, 0.25)[-1] == 0
    assert abs(walk("absolute", 0.7, 0.3)[-1]) == pytest.approx(abs(walk("absolute", 0.7, 0.3)[-3]))


def test_02_the_double_well_ends_left_or_right_and_stays_on_its_hump():
    assert walk("double_well", 0.5, 1.0)[-1] == pytest.approx(2, abs=1e-2)
    assert walk("double_well", -0.5, 1.0)[-1] == pytest.approx(-2, abs=1e-2)
    assert (walk("double_well", 0.0, 1.0) == 0).all()
    assert walk("double_well", 3.2, 1.0)[-1] == pytest.approx(2, abs=1e-2)
    assert walk("double_well", 3.2, 1.8)[-1] == pytest.approx(-2, abs=1e-2)


def test_02_rates_from_six_to_seven_bring_it_there_in_forty_steps_and_smaller_ones_do_not():
    for rate in (6.0, 6.5, 7.0):
        assert abs(walk("saturated", 3.0, rate)[40]) < 0.02
    for rate in (1.0, 2.0, 3.0, 4.0, 5.0):
        assert walk("saturated", 3.0, rate)[40] > 1.6
    assert f"{walk('saturated', 3.0, 5.0)[40]:.2f}" == "1.65"


def test_02_the_errors_of_a_line_need_not_fade_for_its_gradient_to_fade_and_behind_the_absolute_loss_no_step_does():
    x, y = np.array([[0.0], [1], [2], [3]]), np.array([[0.0], [2], [1], [4]])
    line = [gdlab.Layer([[0.0]], [[0.0]])]
    run = gdlab.train(line, x, y, learning_rate=0.1, steps=5000)
    error = y - gdlab.forward(run.layers(), x).y_hat
    assert np.abs(error).mean() == pytest.approx(0.7)
    assert max(abs(error.mean()), abs((error * x).mean())) < 1e-12
    steps = np.diff(gdlab.train(line, x, y, loss="absolute_error", learning_rate=0.1, steps=5000).theta, axis=0)
    assert np.linalg.norm(steps[-100:], axis=1).min() > 0.04


def test_02_the_size_of_a_gradient_is_no_distance_and_divided_by_the_curvature_it_is():
    gradients = [bend * 1.0 for bend in (0.1, 1.0, 10.0)]  # of ½ bend θ² at θ = 1, a distance of 1 from the bottom
    assert len(set(gradients)) == 3
    assert {gradient / bend for gradient, bend in zip(gradients, (0.1, 1.0, 10.0), strict=True)} == {1.0}


def test_02_momentum_can_take_a_step_uphill():
    theta, velocity, uphill = 1.0, 0.0, []
    for _ in range(20):
        after, velocity = gdlab.momentum_update(theta, velocity, 0.1, theta, 0.9)  # the parabola: its gradient is θ
        uphill.append((after - theta) * theta > 0)
        theta = after
    assert uphill.index(True) == 5


def test_02_on_the_absolute_value_the_walk_first_has_to_arrive():
    theta = np.abs(walk("absolute", 4.0, 0.3))
    arrived = int((theta <= 0.3).argmax())
    assert arrived == 13
    assert (theta[arrived:] <= 0.3).all()
