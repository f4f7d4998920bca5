"""What the exercises say to whom, where the general tests do not reach: angles, and answers as learners write them."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.catalogue import EXERCISES, FAMILIES
from tests.lessons.exercises import each, slope_of

EXERCISE = EXERCISES["opposed-updates"]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([3, 0], [0, 1]),
        ([0, 3], [1, 0]),
        ([-3, 0], [1, 0]),
        ([4, 0.1], [0, 0.95]),
        ([3, 0] * 50, [0, 1] * 50),
        ([[3], [0]], [[0], [1]]),
    ],
)
def test_all_data_with_more_than_90_degrees_are_right(x, y):
    feedback = EXERCISE.check({"x": np.array(x), "y": y})
    angle = float(feedback.words[0].split(": ")[1].split("°")[0])
    layers = [gdlab.Layer([[2.0]], [[0.0]], "sigmoid")]
    X, Y = np.reshape(x, (-1, 1)).astype(float), np.reshape(y, (-1, 1)).astype(float)
    one, other = (gdlab.backward(layers, gdlab.forward(layers, X), Y, rule=r) for r in ("chain_rule", "delta_rule"))
    assert angle == pytest.approx(np.degrees(np.arccos(gdlab.agreement(one, other))), abs=0.06)
    assert (feedback.verdict, feedback.score) == ("right", 3), feedback.words


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([3], [0], "One sample alone"),
        ([3, 3], [0, 0], "One sample alone"),
        ([1, -1], [1, 0], "the same at all your samples"),
        ([1, 2], [0, 0], "No two of your samples pull against each other"),
        ([1, 2, 0.3], [0, 1, 1], "one side has to win in one rule"),
        ([3, 0, 0], [0, 1, 1], "88.2° apart"),
        ([-0.5, -3], [1, 0], "nearly fitted already"),
        ([-0.5, -3, -3.5], [1, 0, 0], "nearly fitted already"),
        (["a"], [1], "wanted a flat list of numbers"),
        ([[1, 2], [3, 4]], [1, 0], "(2, 2); wanted a flat list of numbers"),
        ([1, 2], [0], "x has 2 and y has 1"),
        ([], [], "no sample"),
        ([1, 2], [0, 2], "between 0 and 1"),
        ([0], [0.5], "no angle"),
        ([1e308, 0], [0, 1], "up to 1000"),
    ],
)
def test_others_hear_what_is_missing(x, y, said):
    feedback = EXERCISE.check({"x": x, "y": y})
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert said in " ".join(feedback.words)


def test_the_angle_is_written_for_readers():
    words = " ".join(EXERCISE.check({"x": [3, -3], "y": [0, 1]}).words)
    assert "-" not in words
    assert "e−1" not in words


def gradient(signal, by_w=lambda signal, x: signal * x, take=np.mean):
    """An attempt: `signal` of z and the rest, times what it takes for w."""

    def attempt(w, b, x, y, f, f_prime):
        one = signal(w * x + b, w, x, y, f, f_prime)
        return take(by_w(one, x)), take(one)

    return attempt


def true_signal(z, w, x, y, f, p):
    return (f(z) - y) * p(z)


def by_matrices(w, b, x, y, f, f_prime):
    X = x[:, None]
    signal = (f(w * X + b) - y[:, None]) * f_prime(w * X + b)
    return X.T @ signal / len(X), signal.mean(axis=0, keepdims=True)


def test_a_right_gradient_may_keep_its_axes():
    for attempt in (by_matrices, gradient(true_signal, take=lambda values: values.mean(keepdims=True))):
        feedback = EXERCISES["neuron-gradient"].check(attempt)
        assert (feedback.verdict, feedback.score) == ("right", 3)


@pytest.mark.parametrize(
    ("attempt", "headline"),
    [
        (gradient(lambda z, w, x, y, f, p: y - f(z)), "the short rule as it stands"),
        (gradient(lambda z, w, x, y, f, p: true_signal(w * x, w, x, y, f, p)), "the bias is missing"),
        (gradient(lambda z, w, x, y, f, p: (f(z) - y) * f(z) * (1 - f(z))), "the slope of the sigmoid, whatever f is"),
        (gradient(lambda z, w, x, y, f, p: (f(z) - y) * (1 - f(z) ** 2)), "the slope of tanh, whatever f is"),
        (gradient(lambda z, w, x, y, f, p: (f(z) - y) ** 2 * p(z) / 2), "the loss is not differentiated"),
        (
            gradient(lambda z, w, x, y, f, p: -0.1 * true_signal(z, w, x, y, f, p)),
            "0.1 times as large, with the sign turned round",
        ),
        (gradient(lambda z, w, x, y, f, p: 0.03 * true_signal(z, w, x, y, f, p)), "0.03 times as large"),
        (gradient(true_signal, lambda s, x: s.mean() * x.mean()), "∂J/∂w: the input is averaged first"),
        (
            lambda w, b, x, y, f, p: [np.mean(f(w * x + b) - y) * np.mean(p(w * x + b)) * k for k in (np.mean(x), 1)],
            "all factors are averaged first",
        ),
    ],
)
def test_a_wrong_gradient_is_named(attempt, headline):
    feedback = EXERCISES["neuron-gradient"].check(attempt)
    assert (feedback.verdict, feedback.headline) == ("wrong", headline)


def area(z):
    return np.log(np.cosh(z))


@pytest.mark.parametrize(
    ("attempt", "headline"),
    [
        (lambda z, y: np.log(np.cosh(z)), "y z is missing"),
        (lambda z, y: y * z - np.log(np.cosh(z)), "all is turned round"),
        (lambda z, y: np.log(np.cosh(z)) - y, "y in place of y z"),
        (lambda z, y: np.cosh(z) - y * z, "the logarithm is missing"),
        (lambda z, y: np.log1p(np.exp(2 * z)) - y * z, "1 too steep"),
        (lambda z, y: np.log(np.exp(z) + np.exp(-z)) + np.log(2) - y * z, "the constant"),
        (lambda z, y: np.log(np.cosh(z)) - y * z - 3, "the constant"),
        (lambda z, y: np.log(np.cosh(z)) - y * z + y**2 / 2, "a term without z"),
        (lambda z, y: np.log(np.cosh(z))[:, None], "y z is missing"),
        (lambda z, y: area(z) - y * z - (area(np.arctanh(y)) - y * np.arctanh(y)), "the definition of the papers"),
    ],
)
def test_a_wrong_matching_loss_is_named(attempt, headline):
    feedback = EXERCISES["tanh-matching-loss"].check(attempt)
    assert (feedback.verdict, feedback.score, feedback.headline) == ("wrong", 0, headline)


def test_a_matching_loss_may_be_a_column_but_no_table():
    right = EXERCISES["tanh-matching-loss"].solution
    assert EXERCISES["tanh-matching-loss"].check(lambda z, y: right(z, y)[:, None]).score == 3
    assert EXERCISES["tanh-matching-loss"].check(lambda z, y: right(z[:, None], y)).score == 0


PRIMITIVES = {
    "a tanh neuron": np.tanh,
    "a ReLU neuron": lambda z: np.maximum(z, 0),
    "a leaky ReLU neuron": lambda z: np.where(z > 0, z, 0.01 * z),
    "an exponential neuron": np.exp,
    "a sine neuron": np.sin,
}


@each("matching-loss")
def test_a_matching_loss_is_0_at_z_0_and_its_measured_slope_is_prediction_minus_actual(exercise, words):
    (f,) = [f for told, f in PRIMITIVES.items() if told in words]
    z, y = np.linspace(-2.03, 2.05, 9), np.linspace(0.05, 0.9, 9)
    np.testing.assert_allclose(exercise.reference(0 * z, y), 0, atol=1e-12)
    np.testing.assert_allclose(slope_of(lambda z: exercise.reference(z, y), z), f(z) - y, atol=1e-8)


def test_of_the_sine_minus_the_antiderivative_is_told_its_sign_with_or_without_the_constant():
    sine = FAMILIES["matching-loss"].variants["the sine"]
    for constant in (0, -1):
        feedback = sine.check(lambda z, y, constant=constant: np.cos(z) + constant - y * z)
        assert feedback.headline == "the sign of F"
    assert sine.check(lambda z, y: -np.sin(z) - y * z).headline == "the derivative of the cosine"


def test_more_samples_than_are_any_use_are_refused_in_words():
    """Each is compared with each: of fifty thousand that would be a table of 20 GB."""
    x = np.linspace(-3, 3, 50_000)
    feedback = EXERCISE.check({"x": x, "y": np.full(len(x), 0.5)})
    assert feedback.score == 0
    assert "50000 samples; two or three are enough" in " ".join(feedback.words)
