"""Beside what holds of every exercise: answers written in other ways, and those that only fail far out."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.catalogue import FAMILIES
from tests.lessons.exercises import each, numbers_in

SLUGS = ("sigmoid-signal", "softmax-signal", "poisson-signal")


def sigma(z):
    return 1 / (1 + np.exp(-z))


def slope(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def shares(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("slug", "attempt"),
    [
        ("sigmoid-signal", lambda z, y: sigma(z) - y),
        ("sigmoid-signal", lambda z, y: np.clip(sigma(z), 1e-12, 1 - 1e-12) - y),
        ("sigmoid-signal", lambda z, y: -y * (1 - sigma(z)) + (1 - y) * sigma(z)),
        ("softmax-signal", lambda z, y: np.array([shares(row[None])[0] for row in z]) - y),
        ("softmax-signal", lambda z, y: shares(z) * y.sum(axis=1, keepdims=True) - y),
        ("poisson-signal", lambda z, y: -(y - np.exp(z))),
    ],
)
def test_a_right_answer_written_differently_passes(slug, attempt):
    feedback = gdlab.check(slug, attempt)
    assert (feedback.verdict, feedback.score) == ("right", gdlab.lessons.catalogue.EXERCISES[slug].points)


@pytest.mark.parametrize(
    ("slug", "attempt"),
    [
        ("sigmoid-signal", lambda z, y: (sigma(z) - y) / (sigma(z) * (1 - sigma(z))) * slope(z)),
        ("sigmoid-signal", lambda z, y: (-y / sigma(z) + (1 - y) / (1 - sigma(z))) * sigma(z) * (1 - sigma(z))),
        ("sigmoid-signal", lambda z, y: gdlab.LOSSES["binary_cross_entropy"].L_prime(sigma(z), y) * slope(z)),
        (
            "softmax-signal",
            lambda z, y: gdlab.ACTIVATIONS["softmax"].times_slope(-y / shares(z), z),
        ),
        ("poisson-signal", lambda z, y: gdlab.LOSSES["poisson"].L_prime(np.exp(z), y) * np.exp(z)),
    ],
)
def test_a_product_of_factors_is_right_on_paper_and_is_told_why_it_fails_far_out(slug, attempt):
    feedback = gdlab.check(slug, attempt)
    assert feedback.score == 0
    assert feedback.headline.startswith("0 × ∞")
    assert "not a number" in feedback.words[0]


def test_an_exponential_that_overflows_is_told_apart_from_a_wrong_formula():
    def unshifted(z, y):
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True) - y

    assert gdlab.check("softmax-signal", unshifted).headline == "the exponential overflows"
    assert gdlab.check("softmax-signal", lambda z, y: y - unshifted(z, y)).headline == "Not right yet"


@pytest.mark.parametrize("slug", SLUGS)
def test_a_nan_elsewhere_is_no_misconception(slug):
    feedback = gdlab.check(slug, lambda z, y: np.full(z.shape, np.nan))
    assert feedback.headline == "Not right yet"
    assert "wanted finite numbers" in feedback.words[0]


def test_a_wrong_number_far_out_is_not_taken_for_a_nan():
    feedback = gdlab.check("sigmoid-signal", lambda z, y: np.where(abs(z) > 700, 0.5, sigma(z) - y))
    assert (feedback.score, feedback.headline) == (0, "Not right yet")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_trial_goes_where_a_product_of_factors_breaks(slug):
    for z, _ in gdlab.lessons.catalogue.EXERCISES[slug].calls():
        assert z.min() == -800
        assert z.max() == 800 or slug == "poisson-signal"


@pytest.mark.parametrize(
    "exercise", FAMILIES["softmax-signal"].variants.values(), ids=lambda one: f"temperature {one.given['temperature']}"
)
def test_at_every_temperature_an_exponential_overflows_that_is_not_shifted(exercise):
    def unshifted(z, y):
        e = np.exp(z / exercise.given["temperature"])
        return (e / e.sum(axis=1, keepdims=True) - y) / exercise.given["temperature"]

    assert exercise.check(unshifted).headline == "the exponential overflows"


@each("softmax-signal")
def test_an_error_signal_is_the_measured_slope_of_minus_log_softmax_at_the_temperature_that_the_text_names(
    exercise, words
):
    (temperature,) = numbers_in(words, r"with T = ([\d.]+); the loss") if "temperature" in words else (1,)
    rng, h = np.random.default_rng(0), 1e-5
    z, y = rng.normal(0, 2, (4, 3)), np.eye(3)[[0, 2, 1, 1]]

    def loss(z):
        e = np.exp(z / temperature)
        return -np.sum(y * np.log(e / e.sum(axis=1, keepdims=True)))

    measured = [
        [(loss(z + one) - loss(z - one)) / (2 * h) for one in h * row] for row in np.eye(12).reshape(4, 3, 4, 3)
    ]
    np.testing.assert_allclose(exercise.reference(z, y), measured, atol=1e-8)
