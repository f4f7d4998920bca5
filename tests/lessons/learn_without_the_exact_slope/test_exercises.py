"""Beside what holds of every exercise: the texts of all variants against the package and measured slopes."""

import re

import numpy as np
import pytest

import gdlab
from gdlab.lessons.catalogue import FAMILIES
from tests.lessons.exercises import each, slope_of

CURVES = {
    "a ramp: level up to z = −1, then rising with slope 1, then level again from z = 1.": lambda z: np.clip(z, -1, 1),
    "a short ramp: level up to z = −½, then rising with slope 1, then level again from z = ½.": (
        lambda z: np.clip(z, -0.5, 0.5)
    ),
    "a gentle ramp: level up to z = −2, then rising with slope ½, then level again from z = 2.": (
        lambda z: np.clip(z, -2, 2) / 2
    ),
    "a smooth curve whose slope is a tent: 1 at z = 0, falling in straight lines to 0 at z = −1 and at z = 1, and 0 "
    "beyond.": (lambda z: np.where(z < 0, np.clip(1 + z, 0, 1) ** 2 / 2, 1 - np.clip(1 - z, 0, 1) ** 2 / 2)),
    r"a sigmoid, $\sigma(z) = 1/(1 + e^{-z})$.": lambda z: (1 + np.tanh(z / 2)) / 2,
    "the curve $s(z) = z/(1 + |z|)$, which rises from −1 to 1 and is level nowhere.": lambda z: z / (1 + np.abs(z)),
}
"""The curves, read from the exercise's text once more."""


@each("straight-through")
def test_a_way_back_is_the_error_times_the_slope_of_the_curve_that_the_text_names(exercise, words):
    (curve,) = [curve for told, curve in CURVES.items() if f"is not a step but {told} (" in words]
    z, error = np.linspace(-4.03, 4.03, 101), np.random.default_rng(0).normal(size=101)
    np.testing.assert_allclose(exercise.reference(error, z), error * slope_of(curve, z), atol=1e-4)
    np.testing.assert_allclose(exercise.given["through"](1.0, z), slope_of(curve, z), atol=1e-4)
    rise = re.search(r"It rises by (\d)|curve rises by (\d)", words)
    assert float(rise[1] or rise[2]) == pytest.approx(np.ptp(curve(np.array([-1e6, 1e6]))), abs=1e-4)


def each_step(X, y, w, b):
    """w and b before the first sample and after each, by gdlab's delta rule on a step unit: (samples + 1, 3)."""
    unit = gdlab.Layer(np.reshape(w, (2, 1)), [[b]], "step")
    how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": len(X), "batch_size": 1, "shuffle": False}
    return gdlab.train([unit], X, y[:, None], **how).theta


def each_step_down(loss, X, y, w, b):
    """The same by the measured slope of a loss of actual × z, sample by sample."""
    theta = [np.array([*w, b])]
    for x, actual in zip(X, y, strict=True):
        slope = gdlab.numerical_gradient(lambda t, x=x, a=actual: loss(a * (t[:2] @ x + t[2])), theta[-1], 1e-7)
        theta.append(theta[-1] - slope)
    return np.array(theta)


FORMS = {
    "with learning rate 1. The bias": lambda X, y, w, b: each_step(X, y, w, b)[-1],
    # half the weights give half of each z, and so the same answers; each of their steps is half as long
    "answers 1 where $z > 0$ and −1 elsewhere": lambda X, y, w, b: 2 * each_step(X, (y + 1) / 2, w / 2, b / 2)[-1],
    r"\text{actual} \cdot z \le 0$": lambda X, y, w, b: each_step_down(lambda right: max(0, -right), X, y, w, b)[-1],
    r"\text{actual} \cdot z < 1$": lambda X, y, w, b: each_step_down(lambda right: max(0, 1 - right), X, y, w, b)[-1],
    "return the mean of all the $w$": lambda X, y, w, b: each_step(X, y, w, b)[1:].mean(axis=0),
}
"""The forms of the rule, by words of the text; the later ones first, since each text has the first one's."""


@each("perceptron")
def test_a_perceptron_is_the_packages_delta_rule_or_goes_down_a_measured_slope(exercise, words):
    form = [form for told, form in FORMS.items() if told in words][-1]
    labels = {-1, 1} if "`y` holds −1 and 1" in words else {0, 1}
    rng, moved = np.random.default_rng(0), 0
    for _ in range(20):
        X, y, w, b = exercise.inputs(rng)
        assert set(y) <= labels
        if r"\le 0" in words:
            b += 0.01  # at z = 0 that loss has a corner
        one, other = exercise.reference(X, y, w, b)
        np.testing.assert_allclose([*one, other], form(X, y, w, b), atol=1e-6)
        moved += not np.array_equal(one, w)
    assert moved > 15


def test_a_sample_with_z_of_0_is_a_mistake_where_mistakes_are_added():
    exercise = FAMILIES["perceptron"].variants["mistakes are added"]
    for actual in (-1, 1):
        w, b = exercise.reference(np.array([[2.0, -3.0]]), np.array([actual]), np.zeros(2), 0.0)
        np.testing.assert_array_equal([*w, b], actual * np.array([2, -3, 1]))
