import numpy as np
import pytest

import gdlab
from gdlab.explorers.hands import Handle, Spot
from gdlab.lessons.give_hidden_units_credit.backprop_pass import BACKWARD, BIAS, ERROR_STEP, STEPS, WEIGHTS
from gdlab.lessons.give_hidden_units_credit.backprop_stepper import BackpropStepper
from tests.explorers.steering import texts_of, words

F = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: max(z, 0.0)}
START = {"activation": "tanh", "slope": "f_prime", "x1": 1.0, "x2": -0.5, "target": 1.0, "step": STEPS} | WEIGHTS
SETTINGS = [("tanh", 1.0, -0.5, 1.0), ("sigmoid", -2.0, 2.0, -1.3), ("relu", 0.7, 1.1, 2.0), ("relu", -2.0, -2.0, 0.0)]


@pytest.fixture(scope="module")
def explorer():
    return BackpropStepper()


def loss(theta, activation, x1, x2, y):
    """½ (ŷ − y)² written out; θ in the order of the steps backward: v₁ v₂ c, w₁₁ w₂₁ b₁, w₁₂ w₂₂ b₂."""
    v1, v2, c, w11, w21, b1, w12, w22, b2 = theta
    f = F[activation]
    y_hat = v1 * f(w11 * x1 + w21 * x2 + b1) + v2 * f(w12 * x1 + w22 * x2 + b2) + c
    return (y_hat - y) ** 2 / 2


THETA = np.array([1.2, -0.7, 0.1, 0.8, 0.6, 0.1, -1.1, 0.9, -0.2])


def passed(explorer, activation, x1, x2, target, **rest):
    values = START | {"activation": activation, "x1": x1, "x2": x2, "target": target}
    return explorer.compute(**values | rest)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_products_are_minus_the_measured_gradient(explorer, setting):
    numbers = passed(explorer, *setting)
    products = [numbers.error_before_slope(p) * numbers.slope(p) * numbers.input(p) for p in BACKWARD]
    measured = gdlab.numerical_gradient(lambda theta: loss(theta, *setting), THETA)
    np.testing.assert_allclose(products, -measured, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose([numbers.change(p) for p in BACKWARD], -measured, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose([numbers.weight(p) for p in BACKWARD], THETA)
    assert numbers.error**2 / 2 == pytest.approx(loss(THETA, *setting))


@pytest.mark.parametrize("setting", SETTINGS)
def test_with_1_for_the_slope_the_products_are_the_delta_rules(explorer, setting):
    numbers = passed(explorer, *setting, slope="one")
    for place in BACKWARD:
        product = numbers.error_before_slope(place) * numbers.input(place)
        assert numbers.slope(place) == 1
        assert numbers.change(place) == pytest.approx(product, abs=1e-12)
        true = product * numbers.true_slope(place)
        assert numbers.downhill(place) == pytest.approx(true, abs=1e-12)
        assert numbers.differs(place) == (abs(product - true) > 1e-9)


def test_every_step_backward_adds_one_number_and_keeps_the_others(explorer):
    for step in range(STEPS + 1):
        numbers = passed(explorer, "tanh", 1.0, -0.5, 1.0, step=step)
        assert [p for p in BACKWARD if numbers.done(p)] == list(BACKWARD[: max(0, step - ERROR_STEP)])
    assert len(set(BACKWARD)) == 9
    assert sum(source == BIAS for _, source, _ in BACKWARD) == 3


def test_the_picture_shows_the_three_factors_and_their_product(explorer):
    z = 0.8 * 1 + 0.6 * -0.5 + 0.1
    z2 = -1.1 * 1 + 0.9 * -0.5 - 0.2
    error = (1 - (1.2 * np.tanh(z) - 0.7 * np.tanh(z2) + 0.1)) * 1.2
    slope = 1 - np.tanh(z) ** 2
    with texts_of(explorer) as texts:
        explorer.values = START | {"step": ERROR_STEP + 4}
        shown = [text for text, _ in texts()]
    told = words(explorer)
    error, product = (f"{number:.3f}".replace("-", "−") for number in (error, error * slope))
    assert f"Error ({error}) × slope {slope:.3f} × input 1 = {product}" in told
    assert "lowering the weight from input x₁ to hidden unit 1 lowers the loss" in told
    assert {error, f"{slope:.3f}", product, f"add {product}"} <= set(shown)


def test_what_the_delta_rule_changes_is_marked(explorer):
    explorer.values = START | {"slope": "one"}
    marked = [text.get_text() for text in explorer._graph._changes.values() if "≠" in text.get_text()]
    assert len(marked) == 6
    explorer.values = START | {"slope": "f_prime"}
    assert not [text for text in explorer._graph._changes.values() if "≠" in text.get_text()]


def test_the_picture_holds_the_changes_that_were_reached_and_no_others(explorer):
    for step in (0, ERROR_STEP, ERROR_STEP + 1, ERROR_STEP + 5, STEPS):
        explorer.values = START | {"step": step}
        told = [text.get_text() for text in explorer._graph._changes.values()]
        assert sum(map(bool, told)) == max(0, step - ERROR_STEP)


def test_units_that_are_not_reached_yet_hold_a_question_mark(explorer):
    seen = []
    for step in range(4):
        explorer.values = START | {"step": step}
        seen.append(sum(text.get_text() == "?" for text in explorer._graph._a.values()))
    assert seen == [3, 2, 1, 0]


def test_a_click_on_a_unit_or_a_weight_goes_to_the_step_that_computes_it(explorer):
    spots = [hand for hand in explorer.hands(explorer.compute(**START)) if isinstance(hand, Spot)]
    steps = {spot.name: spot.sets["step"] for spot in spots}
    assert sorted(steps.values()) == [step for step in range(1, STEPS + 1) if step != ERROR_STEP]
    for name, step in steps.items():
        explorer.values = START | {"step": step}
        assert name in explorer._title.get_text()


def test_a_bead_is_where_its_weight_is_and_moves_it(explorer):
    for name in WEIGHTS:
        values = explorer.controls[name].positions
        for place, value in ((0, values[0]), (25, values[25]), (-1, values[-1])):
            numbers = explorer.compute(**START | {name: value})
            (bead,) = (hand for hand in explorer.hands(numbers) if isinstance(hand, Handle) and hand.x == name)
            np.testing.assert_allclose(bead.at, bead.path[place], atol=1e-9)
    higher, lower = (explorer.compute(**START | {"v1": v}) for v in (1.5, 1.2))
    assert lower.a(1, 0) + 0.3 * lower.a(0, 0) == pytest.approx(higher.a(1, 0))
    assert higher.error_before_slope((0, 0, 0)) == pytest.approx(1.5 * higher.error)
