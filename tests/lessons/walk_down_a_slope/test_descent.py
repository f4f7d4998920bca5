import numpy as np
import pytest

from gdlab.explorers import style
from gdlab.lessons.walk_down_a_slope.descent import CURVES, REACH, STEPS, Descent, walk
from tests.explorers.steering import lines, shows, words

AWAY_FROM_THE_CORNER = np.array([-3.9, -2.3, -1.1, -0.4, 0.3, 0.9, 1.7, 3.3])

BY_HAND = {
    "parabola": lambda t: t,
    "absolute": lambda t: 1.0 * (t > 0) - (t < 0),
    "quartic": lambda t: t**3 / 8,
    "double_well": lambda t: (t**3 - 4 * t) / 8,
    "saturated": lambda t: (1 / (1 + np.exp(-2 * t)) - 0.5) * 2 * np.exp(-2 * t) / (1 + np.exp(-2 * t)) ** 2,
}
"""The slopes once more, derived on paper."""

MINIMA = {name: {0.0} for name in CURVES} | {"double_well": {-2.0, 2.0}}


@pytest.fixture(scope="module")
def explorer():
    return Descent()


@pytest.mark.parametrize("name", CURVES)
def test_every_slope_is_the_derivative_of_its_curve(name):
    J, gradient, h = CURVES[name].J, CURVES[name].gradient, 1e-5
    difference = (J(AWAY_FROM_THE_CORNER + h) - J(AWAY_FROM_THE_CORNER - h)) / (2 * h)
    np.testing.assert_allclose(gradient(AWAY_FROM_THE_CORNER), difference, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("name", CURVES)
def test_every_curve_is_lowest_where_it_says(name):
    J, gradient = CURVES[name].J, CURVES[name].gradient
    t = np.linspace(-REACH, REACH, 8000)  # none of them at a minimum
    falls = gradient(t) < 0
    assert set(np.round(t[1:][falls[:-1] & ~falls[1:]], 2)) == MINIMA[name]
    for minimum in MINIMA[name]:
        assert gradient(np.float64(minimum)) == 0
        assert J(np.float64(minimum)) < J(t).min()


@pytest.mark.parametrize("rate", [0.01, 0.3, 2.4, 10.0])
@pytest.mark.parametrize("start", [-4.0, 0.0, 0.7, 3.2])
@pytest.mark.parametrize("name", CURVES)
def test_a_walk_is_the_loop_that_one_would_write(name, start, rate):
    theta = start
    thetas = [theta]
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            theta = np.float64(theta) - rate * BY_HAND[name](np.float64(theta))
            thetas.append(theta)
    finite = np.isfinite(thetas) & (np.abs(thetas) < 1e3)
    assert finite[:2].all()
    walked = walk(name, start, rate)
    assert walked.shape == (STEPS + 1,)
    chaotic = name not in ("parabola", "absolute") and rate > 1  # there rounding grows from step to step
    until = 4 if chaotic else len(thetas)
    np.testing.assert_allclose(walked[:until][finite[:until]], np.array(thetas)[:until][finite[:until]], rtol=1e-8)


def test_on_the_parabola_every_step_is_the_same_share():
    np.testing.assert_allclose(walk("parabola", 2.0, 0.3), 2.0 * 0.7 ** np.arange(STEPS + 1), rtol=1e-12)


def test_on_the_absolute_value_every_step_is_as_long():
    sizes = Descent().compute("absolute", 3.2, 0.3, 5).sizes
    np.testing.assert_allclose(sizes, 0.3, rtol=1e-12)


def test_far_out_the_saturated_curve_is_flatter_than_close_by(explorer):
    far = explorer.compute("saturated", 4.0, 0.3, 0)
    near = explorer.compute("saturated", 1.0, 0.3, 0)
    assert abs(far.gradient) < abs(near.gradient) / 50


@pytest.mark.parametrize("step", [0, 1, 17, STEPS])
def test_the_numbers_belong_to_the_step(explorer, step):
    numbers = explorer.compute("quartic", -3.0, 0.5, step)
    thetas = walk("quartic", -3.0, 0.5)
    assert numbers.theta == thetas[step]
    assert numbers.gradient == pytest.approx(thetas[step] ** 3 / 8)
    np.testing.assert_allclose(numbers.J, thetas**4 / 32)
    np.testing.assert_allclose(numbers.sizes, np.abs(thetas[1:] - thetas[:-1]))


@pytest.mark.parametrize(("name", "start"), [("parabola", 3.2), ("quartic", -2.0), ("double_well", 3.5)])
def test_the_dot_stands_on_the_curve_and_the_tangent_touches_it(explorer, name, start):
    explorer.reset()
    explorer.values = {"curve": name, "start": start, "learning_rate": 0.1, "step": 3}
    numbers = explorer.compute(**explorer.values)
    here = numbers.theta, CURVES[name].J(numbers.theta)
    assert shows(explorer, *here)
    assert shows(explorer, numbers.thetas[:4], numbers.J[:4])
    (tangent,) = lines(explorer, style.GRADIENT)
    run, rise = tangent[1] - tangent[0]
    assert rise / run == pytest.approx(numbers.gradient)
    assert tangent.mean(axis=0) == pytest.approx(here)


def test_the_sizes_to_the_right_are_those_of_the_steps_so_far(explorer):
    explorer.reset()
    explorer.values = {"step": 5}
    sizes = explorer.compute(**explorer.values).sizes
    assert shows(explorer, range(1, 6), sizes[:5], style.INK)
    assert shows(explorer, 5, sizes[4], style.INK)
    assert shows(explorer, range(1, STEPS + 1), sizes, style.FAINT)
    explorer.values = {"step": 0}
    assert not shows(explorer, range(1, 6), sizes[:5])
    assert not shows(explorer, 5, sizes[4])


@pytest.mark.parametrize("rate", [2.2, 10.0])
def test_a_run_that_diverges_is_told_so(explorer, rate):
    explorer.reset()
    explorer.values = {"learning_rate": rate, "step": STEPS}
    assert explorer.error is None
    assert "diverges" in words(explorer)
    assert lines(explorer, style.GRADIENT) == []


def test_a_run_to_infinity_is_told_in_words(explorer):
    explorer.reset()
    explorer.values = {"curve": "quartic", "learning_rate": 10.0, "start": 4.0, "step": STEPS}
    assert explorer.error is None
    assert not np.isfinite(explorer.compute(**explorer.values).theta)
    assert "not a number" in words(explorer) or "infinity" in words(explorer)


def test_at_the_minimum_nothing_moves_and_the_caption_says_so(explorer):
    explorer.reset()
    explorer.values = {"start": 0.0}
    assert np.all(walk("parabola", 0.0, 0.3) == 0)
    assert "gradient is 0" in words(explorer)
    assert style.number(0.0) in words(explorer)


@pytest.mark.parametrize(("start", "way"), [(3.0, "left"), (-3.0, "right")])
def test_the_caption_says_the_way_and_the_length_of_the_next_step(explorer, start, way):
    explorer.reset()
    explorer.values = {"start": start, "step": 0, "learning_rate": 0.2}
    assert way in words(explorer)
    assert style.number(0.2 * 3.0) in words(explorer)


@pytest.mark.parametrize("curve", CURVES)
def test_the_start_is_grabbed_on_the_curve(explorer, curve):
    explorer.reset()
    explorer.values = {"curve": curve, "start": -1.5}
    handle, strip = explorer.hands(explorer.compute(**explorer.values))
    assert handle.at == (-1.5, pytest.approx(float(CURVES[curve].J(np.float64(-1.5)))))
    assert [theta for theta, _ in handle.path] == explorer.controls["start"].positions
    np.testing.assert_allclose(handle.path[:, 1], CURVES[curve].J(handle.path[:, 0]))
    assert (handle.x, strip.control) == ("start", "step")


def test_the_arrow_is_as_long_as_the_next_step(explorer):
    explorer.reset()
    explorer.values = {"start": 2.0, "learning_rate": 0.5}
    (arrow,) = [line for line in lines(explorer, style.INK) if len(line) == 2 and line[0][1] == line[1][1] < 0]
    assert arrow[:, 0] == pytest.approx([2.0, 1.0])
