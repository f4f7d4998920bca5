"""GradientCheck: its numbers by gdlab's own loss and by formulas written a second time; what the picture says."""

import numpy as np
import pytest

import gdlab
from gdlab.datasets import moons
from gdlab.lessons.check_your_gradient.gradient_check import EXPONENTS, SIZES, loss_at, measure
from tests.explorers.steering import move, shows, words

PLACES = ("start", "trained")


@pytest.fixture(scope="module")
def explorer():
    return gdlab.GradientCheck()


def network(theta, activation):
    return gdlab.from_vector(theta, gdlab.initialise(SIZES, activation, "sigmoid"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_second_forward_pass_gives_gdlabs_loss_and_the_gradient_is_its_derivative(activation, place):
    data, at = moons(40), measure(activation, place, "double")
    layers = network(at.theta, activation)
    J = gdlab.mean_loss(layers, data.X, data.y, loss="binary_cross_entropy")
    assert loss_at(at.theta, data.X, data.y, activation) == pytest.approx(float(J), rel=1e-12)
    measured = gdlab.numerical_gradient(
        lambda theta: gdlab.mean_loss(network(theta, activation), data.X, data.y, loss="binary_cross_entropy"), at.theta
    )
    np.testing.assert_allclose(at.gradient, measured, rtol=1e-5, atol=1e-8)
    assert at.theta.shape == at.gradient.shape == (67,)


def test_the_errors_are_those_of_the_three_quotients_one_parameter_after_the_other():
    at, h = measure("tanh", "start", "double"), 1e-3
    quotients = {"forward": [], "central": [], "complex": []}
    for i in range(at.theta.size):
        step = np.where(np.arange(at.theta.size) == i, h, 0.0)
        here, there, back = (at.J(at.theta + s * step) for s in (0, 1, -1))
        quotients["forward"].append((there - here) / h)
        quotients["central"].append((there - back) / (2 * h))
        quotients["complex"].append(at.J(at.theta + 1j * step).imag / h)
    for name, slopes in quotients.items():
        m, g = np.array(slopes), at.gradient
        wanted = np.sqrt(((g - m) ** 2).sum()) / (np.sqrt((g**2).sum()) + np.sqrt((m**2).sum()))
        assert at.errors[name][list(EXPONENTS).index(-3)] == pytest.approx(wanted, rel=1e-6)


def test_32_bits_are_measured_in_32_bits_and_compared_at_the_same_parameters():
    at = measure("tanh", "start", "single")
    assert at.theta.dtype == np.float32
    assert at.J(at.theta).dtype == np.float32
    assert at.J(at.theta + np.complex64(1e-3j)).dtype == np.complex64
    data, layers = moons(40), network(at.theta, "tanh")
    X, y = data.X.astype(np.float32), data.y
    rounded = gdlab.backward(layers, gdlab.forward(layers, X), y, loss="binary_cross_entropy")
    np.testing.assert_allclose(at.gradient, gdlab.gradient_vector(rounded), rtol=1e-12)


@pytest.mark.parametrize(("exponent", "seen"), [(-1, "a curve"), (-5, "a line"), (-8, "a line"), (-15, "a staircase")])
def test_what_is_seen_up_close(explorer, exponent, seen):
    explorer.values = {"exponent": exponent}
    assert explorer._seen.get_text() == f"Up close: {seen}"
    explorer.reset()


def test_a_corner_within_the_step_is_seen_and_told(explorer):
    explorer.values = {"activation": "relu", "exponent": -2}
    assert explorer._seen.get_text() == "Up close: a corner"
    assert "a corner of the loss lies within it" in words(explorer)
    explorer.values = {"exponent": -4}
    assert explorer._seen.get_text() == "Up close: a line"
    assert "corner" not in words(explorer)
    explorer.reset()


def test_a_corner_of_another_parameter_is_not_to_be_seen_and_the_caption_says_so(explorer):
    explorer.values = {"activation": "relu", "place": "trained", "exponent": -3}
    assert explorer._seen.get_text() == "Up close: a line"
    assert "a corner of the loss along another parameter lies within it" in words(explorer)
    explorer.reset()


def test_where_rounding_shakes_the_loss_it_is_no_curve(explorer):
    explorer.values = {"place": "trained", "precision": "single", "exponent": -5}
    numbers = explorer.compute(**explorer.values)
    assert len(np.unique(numbers.climbs)) > 80, "many heights, as a curve has"
    assert (np.diff(numbers.climbs) < 0).sum() > 20, "though it climbs"
    assert numbers.digits("central") == 0
    assert explorer._seen.get_text() == "Up close: noise"
    explorer.reset()


def test_the_curve_up_close_is_the_loss_along_the_steepest_parameter(explorer):
    numbers = explorer.compute(**explorer.values | {"exponent": -2})
    at = measure("tanh", "start", "double")
    steepest = int(np.argmax(at.gradient))
    assert numbers.slope == at.gradient[steepest] > 0
    for place, t in ((0, -1e-2), (120, 0.0), (240, 1e-2)):
        theta = at.theta.copy()
        theta[steepest] += t
        assert numbers.climbs[place] == pytest.approx(at.J(theta) - at.J(at.theta), abs=1e-15)


def test_title_and_caption_tell_the_digits_that_agree(explorer):
    for exponent in (-1, -5, -9, -15):
        explorer.values = {"exponent": exponent, "ways": "three"}
        numbers = explorer.compute(**explorer.values)
        for name in ("forward", "central", "complex"):
            error = numbers.error(name)
            assert error == numbers.errors[name][list(EXPONENTS).index(exponent)]
            assert 10.0 ** -(numbers.digits(name) + 1) <= error or numbers.digits(name) == 15
            assert error <= 10.0 ** -numbers.digits(name)
        assert f"{numbers.digits('central')} digit" in explorer._verdict.get_text()
        assert f"forward differences to {numbers.digits('forward')} and the complex step to" in words(explorer)
    explorer.reset()


def test_the_caption_says_on_which_side_of_the_best_step_one_is(explorer):
    told = {}
    for exponent in (-4, -5, -6):
        move(explorer, "exponent", exponent)
        told[exponent] = words(explorer)
    assert "bends unevenly" in told[-4]
    assert told[-5].startswith("No other power of ten")
    assert "rounding" in told[-6]
    explorer.reset()


def test_the_picture_holds_the_three_curves_and_a_point_on_each(explorer):
    errors = measure("tanh", "start", "double").errors
    explorer.values = {"ways": "three"}
    for name, curve in explorer._curves.items():
        np.testing.assert_allclose(curve.get_xdata(), EXPONENTS)
        np.testing.assert_allclose(curve.get_ydata(), np.maximum(errors[name], 1e-17))
        assert shows(explorer, [-5], [errors[name][20]])
    explorer.reset()


def test_the_complex_step_is_shown_only_if_asked_for(explorer):
    assert "complex" not in words(explorer)
    assert not explorer._points["complex"].get_visible()
    assert np.isnan(explorer._curves["complex"].get_ydata()).all()


@pytest.mark.parametrize(("precision", "best"), [("double", -5), ("single", -2)])
def test_shades_meet_at_the_best_step_of_central_differences(explorer, precision, best):
    explorer.values = {"precision": precision}
    assert explorer._short.get_xy()[:, 0].max() == explorer._long.get_xy()[:, 0].min() == best
    explorer.reset()


def test_the_step_is_dragged_along_the_errors(explorer):
    (strip,) = explorer.hands(explorer.compute(**explorer.values))
    assert (strip.axes, strip.control) == (explorer._errors, "exponent")
    assert list(explorer._here.get_xdata()) == [-5, -5]
