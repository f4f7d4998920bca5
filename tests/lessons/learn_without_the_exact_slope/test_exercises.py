"""Beside what holds of every exercise: the texts of all variants against the package and measured slopes."""

import numpy as np
import pytest

import gdlab
from tests.lessons.exercises import each, numbers_in, slope_of


def curve_of(words):
    """The curve, read from the exercise's text once more."""
    if r"a sigmoid, $\sigma(z) = 1/(1 + e^{-z})$." in words:
        return lambda z: (1 + np.tanh(z / 2)) / 2
    words = words.replace("½", "0.5").replace("¼", "0.25")
    left, rise, right = numbers_in(
        words, r"level up to z = (\S+), then rising with slope (\S+), then .* z = ([\d.]+\d|\d)\. "
    )
    assert left == -right
    return lambda z: rise * np.clip(z, left, right)


@each("straight-through")
def test_a_way_back_is_what_comes_from_above_times_the_slope_of_the_curve_that_the_text_names(exercise, words):
    curve = curve_of(words)
    z, from_above = np.linspace(-4.03, 4.03, 101), np.random.default_rng(0).normal(size=101)
    np.testing.assert_allclose(exercise.reference(from_above, z), from_above * slope_of(curve, z), atol=1e-4)
    np.testing.assert_allclose(exercise.given["f_prime"](z), slope_of(curve, z), atol=1e-4)
    assert numbers_in(words, r"It rises by ([\d.]+\d|\d)")[0] == pytest.approx(
        np.ptp(curve(np.array([-1e6, 1e6]))), abs=1e-4
    )


@each("perceptron")
def test_a_perceptron_is_the_packages_delta_rule_with_the_classes_and_the_rate_that_the_text_names(exercise, words):
    (rate,) = numbers_in(words, r"with learning rate ([\d.]+\d|1)\.")
    low = -1 if "of −1 and 1" in words else 0
    assert f"y (n,) of {low} and 1".replace("-", "−") in words
    rng, moved = np.random.default_rng(0), 0
    for _ in range(20):
        X, y, w, b = exercise.inputs(rng, low=low)
        assert set(y) <= {low, 1}
        # the step unit has classes 0 and 1; −1 and 1 are twice as far apart, and so each step is twice as long
        unit, apart = gdlab.Layer(np.reshape(w, (2, 1)), [[b]], "step"), 1 - low
        how = {"rule": "delta_rule", "learning_rate": apart * rate, "steps": len(X), "batch_size": 1, "shuffle": False}
        wanted = gdlab.train([unit], X, ((y - low) / apart)[:, None], **how).theta[-1]
        one, other = exercise.reference(X, y, w, b)
        np.testing.assert_allclose([*one, other], wanted, atol=1e-12)
        moved += not np.array_equal(one, w)
    assert moved > 15


@each("straight-through")
@pytest.mark.parametrize("side", [-1, 1])
def test_a_ramp_that_goes_on_for_ever_to_one_side_is_wrong_whatever_was_drawn(exercise, words, side):
    for seed in range(300):
        assert any((side * z > 3).any() for _, z in exercise.calls(seed)), seed
