import numpy as np
import pytest

from gdlab.lessons.find_the_missing_derivative.error_signal import GRIP, PAIRS, REACH, ErrorSignal
from tests import naive
from tests.explorers.steering import words

LOSS_OF_PREDICTION = {
    "squared": naive.LOSSES["squared_error"],
    "absolute": naive.LOSSES["absolute_error"],
    "huber": naive.LOSSES["huber"],
    "cross_entropy": naive.LOSSES["binary_cross_entropy"],
    "poisson": naive.LOSSES["poisson"],
    "matching": lambda y_hat, y: naive.LOSSES["binary_cross_entropy"]((1 + y_hat) / 2, (1 + y) / 2) - np.log(2),
}
"""The losses over ŷ, by the second part of a pair's name; that of tanh is the cross-entropy of classes −1 and 1."""
POINTS = [(z, y) for z in (-4.3, -1.7, 0.45, 2.6) for y in (0.0, 0.4, 1.0)]


@pytest.fixture(scope="module")
def explorer():
    return ErrorSignal()


def parts(name):
    output, loss = name.split("_", 1)
    return naive.ACTIVATIONS[output], LOSS_OF_PREDICTION[loss]


@pytest.mark.parametrize(("z", "y"), POINTS)
@pytest.mark.parametrize("name", PAIRS)
def test_the_three_numbers_are_the_slopes_of_the_three_curves(explorer, name, z, y):
    f, L = parts(name)
    numbers = explorer.compute(name, "plain", z, y)
    y_hat, h = f(z), 1e-5
    assert numbers.prediction == pytest.approx(y_hat)
    assert numbers.height == pytest.approx(L(y_hat, y), abs=1e-12)
    by_prediction = naive.five_point(lambda p: L(p, y), y_hat, h * y_hat * (1 - y_hat) if "cross" in name else 1e-4 * h)
    slope, by_z = naive.five_point(f, z), naive.five_point(lambda t: L(f(t), y), z)
    assert numbers.here[1:] == pytest.approx((slope, by_z), rel=1e-5, abs=1e-9)
    assert numbers.here[0] == pytest.approx(by_prediction, rel=1e-3, abs=1e-6)
    assert numbers.here[0] * numbers.here[1] == pytest.approx(numbers.here[2], rel=1e-9)


@pytest.mark.parametrize("name", PAIRS)
def test_the_curves_are_the_same_slopes_at_every_z(explorer, name):
    numbers = explorer.compute(name, "plain", 1.0, 0.3)
    z = np.linspace(-REACH, REACH, len(numbers.predictions))
    for index in (0, 100, 333, 640):
        there = explorer.compute(name, "plain", z[index], 0.3)
        assert [curve[index] for curve in numbers.curves] == pytest.approx(there.here)
        assert (numbers.predictions[index], numbers.heights[index]) == pytest.approx((there.prediction, there.height))


@pytest.mark.parametrize("name", PAIRS)
def test_the_verdict_says_what_is_left(explorer, name):
    z, y = 1.3, 0.2
    numbers = explorer.compute(name, "plain", z, y)
    f, _ = parts(name)
    difference, slope = f(z) - y, naive.five_point(f, z)
    left = {
        "∂L/∂z = ŷ − y": difference,
        "∂L/∂z = (ŷ − y) × f′(z)": difference * slope,
        "∂L/∂z is the sign of ŷ − y": np.sign(difference),
        "∂L/∂z is ŷ − y, cut off at ±1": np.clip(difference, -1, 1),
    }[numbers.pair.left]
    assert numbers.here[2] == pytest.approx(left, rel=1e-9)
    start = "f′(z) is 1" if name.startswith("identity") else "f′(z) cancels" if left == difference else "f′(z) stays"
    assert numbers.verdict.startswith(start)
    assert numbers.verdict.endswith(numbers.pair.left)


def test_the_caption_has_the_product_and_compares_it(explorer):
    explorer.values = {"pair": "sigmoid_squared", "z": -6.0, "y": 1.0}
    assert "−0.998 × 0.00247 = −0.00246, while ŷ − y is −0.998" in words(explorer).replace("\N{NO-BREAK SPACE}", " ")
    explorer.values = {"pair": "sigmoid_cross_entropy"}
    assert "−404 × 0.00247 = −0.998, which is ŷ − y" in words(explorer).replace("\N{NO-BREAK SPACE}", " ")


def test_a_product_of_two_small_numbers_is_next_to_0_and_not_0(explorer):
    explorer.values = {"pair": "tanh_squared", "z": 8.0, "y": 1.0}
    numbers = explorer.compute(**explorer.values)
    assert 0 < abs(numbers.here[2]) < 1e-12
    assert explorer._numbers[2].get_text() == "≈ 0"
    factors = [f"({text.get_text()})" for text in explorer._numbers[:2]]
    assert f"{' × '.join(factors)} ≈ 0, while" in words(explorer)
    explorer.values = {"pair": "identity_squared", "z": 1.0}
    assert explorer._numbers[2].get_text() == "0"
    explorer.reset()


def test_the_size_of_a_sign_does_not_fall_at_the_corner_where_it_has_none(explorer):
    explorer.values = {"pair": "identity_absolute", "scale": "log", "z": 1.0, "y": 1.0}
    assert set(explorer._lines[2].get_ydata()[~np.isnan(explorer._lines[2].get_ydata())]) == {1.0}
    assert np.isfinite(explorer._marks[2].get_ydata()).all()
    explorer.reset()


@pytest.mark.parametrize("scale", ["plain", "log"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_marks_stand_on_the_curves_or_at_the_edge_beyond_which_they_belong(explorer, name, scale):
    for z in (-REACH, 0.4, REACH):
        explorer.values = {"pair": name, "scale": scale, "z": z, "y": 0.7}
        numbers = explorer.compute(**explorer.values)
        low, high = explorer._derivatives.get_ylim()
        for mark, value in zip(explorer._marks, numbers.here, strict=True):
            value = abs(value) if scale == "log" else value
            ((x,), (y,)) = mark.get_data()
            assert (x, y) == (z, min(max(value, low), high))
            assert mark.get_marker() == ("v" if value < low else "^" if value > high else "o")


@pytest.mark.parametrize("name", PAIRS)
def test_the_tangents_have_the_slopes_that_are_named(explorer, name):
    explorer.values = {"pair": name, "scale": "plain", "z": 1.0, "y": 0.3}
    numbers = explorer.compute(**explorer.values)
    for line, slope in zip(explorer._tangents, numbers.here, strict=True):
        (x0, x1), (y0, y1) = line.get_data()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)


def test_the_dashed_line_is_the_delta_rules_error(explorer):
    explorer.values = {"pair": "sigmoid_squared", "scale": "plain", "y": 0.3}
    z, delta = explorer._delta.get_data()
    np.testing.assert_allclose(delta, 1 / (1 + np.exp(-z)) - 0.3)
    explorer.values = {"scale": "log"}
    np.testing.assert_allclose(explorer._delta.get_data()[1], np.abs(1 / (1 + np.exp(-z)) - 0.3))


@pytest.mark.parametrize("name", PAIRS)
def test_z_is_dragged_along_the_curves_and_the_target_near_the_edge(explorer, name):
    explorer.values = {"pair": name, "scale": "plain", "z": 1.0, "y": 0.3}
    numbers = explorer.compute(**explorer.values)
    strip, *along = explorer.hands(numbers)[:4]
    assert (strip.control, strip.axes) == ("z", explorer._derivatives)
    targets = explorer.hands(numbers)[4:]
    assert [(target.at, target.y) for target in targets] == [((GRIP, 0.3), "y")] * ("identity" not in name)
    over_prediction, *over_z = along
    assert over_prediction.at == pytest.approx((numbers.prediction, numbers.height))
    for hand, height in zip(over_z, (numbers.prediction, numbers.height), strict=True):
        assert hand.at == pytest.approx((1.0, height))
        np.testing.assert_array_equal(hand.path[:, 0], explorer.controls["z"].positions)
    explorer.values = {"z": 7.0}  # where the target's ring would lie on that of z
    targets = explorer.hands(explorer.compute(**explorer.values))[4:]
    assert [target.at for target in targets] == [(-GRIP, 0.3)] * ("identity" not in name)
    assert explorer._wanted.get_xdata()[1] == -GRIP


def test_the_product_is_on_top_in_numbers(explorer):
    explorer.values = {"pair": "sigmoid_squared", "scale": "plain", "z": -6.0, "y": 1.0}
    assert [text.get_text() for text in explorer._numbers] == ["−0.998", "0.00247", "−0.00246"]
