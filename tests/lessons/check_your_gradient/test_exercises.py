"""Beside what holds of every exercise: answers written in other ways, and what each repair earns."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.check_your_gradient.exercises import mended
from tests.lessons.exercises import each


def in_place(J, theta, gradient, h):
    measured = []
    for i in range(len(theta)):
        there, back = theta.copy(), theta.copy()
        there[i] += h
        back[i] -= h
        measured.append((J(there) - J(back)) / (2 * h))
    difference = sum((g - m) ** 2 for g, m in zip(gradient, measured, strict=True)) ** 0.5
    return measured, difference / (np.sqrt((gradient**2).sum()) + np.sqrt(sum(m**2 for m in measured)))


def moved_and_put_back(J, theta, gradient, h):
    measured = np.empty_like(theta)
    for i, value in enumerate(theta):
        theta[i] = value + h
        there = J(theta)
        theta[i] = value - h
        measured[i] = (there - J(theta)) / h / 2
        theta[i] = value
    norm = np.linalg.norm
    return measured, norm(measured - gradient) / (norm(measured) + norm(gradient))


def by_gdlab(J, theta, gradient, h):
    measured = gdlab.numerical_gradient(J, theta, h)
    return measured, np.linalg.norm(gradient - measured) / (np.linalg.norm(gradient) + np.linalg.norm(measured))


def mended_at_the_end(X, y, W1, b1, W2, b2, W3, b3):
    H1 = np.tanh(X @ W1 + b1)
    z2 = H1 @ W2 + b2
    n, error = len(X), np.tanh(z2) @ W3 + b3 - y
    two = (error @ W3.T) / np.cosh(z2) ** 2
    one = (two @ W2.T) * (1 - H1**2)
    sums = X.T @ one, one.sum(0, keepdims=True), H1.T @ two, two.sum(0, keepdims=True)
    return [part / n for part in (*sums, np.tanh(z2).T @ error, error.sum(0, keepdims=True))]


@pytest.mark.parametrize(
    ("slug", "attempt"),
    [
        ("check-gradient", in_place),
        ("check-gradient", moved_and_put_back),
        ("check-gradient", by_gdlab),
        ("mend-backward", mended_at_the_end),
        ("relative-tolerance", "A, B, F"),
        ("relative-tolerance", ["b", "f", "a"]),
        ("relative-tolerance", np.array(["A", "B", "F"])),
    ],
)
def test_a_right_answer_written_differently_passes(slug, attempt):
    feedback = gdlab.check(slug, attempt)
    assert (feedback.verdict, feedback.score) == ("right", feedback.points), str(feedback)


def partly(mean, slope, transposed):
    """The notebook's broken pass with some of its three bugs mended."""

    def attempt(X, y, W1, b1, W2, b2, W3, b3):
        H1 = np.tanh(X @ W1 + b1)
        H2 = np.tanh(H1 @ W2 + b2)
        error = (H2 @ W3 + b3 - y) / (len(X) if mean else 1)
        dW3, db3 = H2.T @ error, error.sum(axis=0, keepdims=True)
        error = (error @ W3.T) * (1 - (H2 if slope else H1) ** 2)
        dW2, db2 = H1.T @ error, error.sum(axis=0, keepdims=True)
        error = (error @ (W2.T if transposed else W2)) * (1 - H1**2)
        return X.T @ error, error.sum(axis=0, keepdims=True), dW2, db2, dW3, db3

    return attempt


@pytest.mark.parametrize(
    ("repairs", "score", "headline", "place"),
    [
        ((False, False, False), 0, "nothing is mended yet", "output's gradients are wrong"),
        ((True, False, False), 2, "two bugs left, below the output", "the second layer does not"),
        ((True, True, False), 4, "one bug left, between the second layer and the first", "Only the first layer"),
        ((True, False, True), 2, "one bug left, between the output and the second layer", "the second layer does not"),
        ((False, True, True), 0, "one bug left, at the output", "output's gradients are wrong"),
        ((False, True, False), 0, "two bugs left, one of them at the output", "output's gradients are wrong"),
        ((False, False, True), 0, "two bugs left, the first at the output", "output's gradients are wrong"),
    ],
)
def test_each_repair_from_the_top_earns_two_points_and_the_words_are_on_the_topmost_bug_left(
    repairs, score, headline, place
):
    feedback = gdlab.check("mend-backward", partly(*repairs))
    assert headline in feedback.headline
    assert feedback.score == score
    assert place in " ".join(feedback.words)
    assert gdlab.check("mend-backward", partly(True, True, True)).verdict == "right"


def test_who_divides_at_the_output_only_is_told_that_the_error_goes_on_undivided():
    def attempt(X, y, W1, b1, W2, b2, W3, b3):
        H1 = np.tanh(X @ W1 + b1)
        H2 = np.tanh(H1 @ W2 + b2)
        error = H2 @ W3 + b3 - y
        dW3, db3 = H2.T @ error / len(X), error.mean(axis=0, keepdims=True)
        error = (error @ W3.T) * (1 - H1**2)
        dW2, db2 = H1.T @ error, error.sum(axis=0, keepdims=True)
        error = (error @ W2) * (1 - H1**2)
        return X.T @ error, error.sum(axis=0, keepdims=True), dW2, db2, dW3, db3

    feedback = gdlab.check("mend-backward", attempt)
    assert "that goes on down is not" in feedback.headline
    assert "output's gradients are wrong" not in str(feedback)
    assert "Right already: dW3, db3" in str(feedback)


def test_long_inputs_are_told_once():
    wrong = gdlab.check("mend-backward", lambda *a: [np.cos(part) for part in mended(*a)])
    assert str(wrong).count("for X = ") == 1
    assert str(wrong).count("there it gives") == 5


def test_the_reference_is_the_gradient_of_the_loss_that_is_stated():
    rng = np.random.default_rng(4)
    shapes = ((5, 2), (5, 1), (2, 4), (1, 4), (4, 4), (1, 4), (4, 1), (1, 1))
    X, y, *parameters = (rng.normal(size=shape) for shape in shapes)

    def J(W1, b1, W2, b2, W3, b3):
        return np.mean(((np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3 - y) ** 2) / 2)

    for i, gradient in enumerate(mended(X, y, *parameters)):
        measured = gdlab.numerical_gradient(lambda p, i=i: J(*parameters[:i], p, *parameters[i + 1 :]), parameters[i])
        np.testing.assert_allclose(gradient, measured, rtol=1e-6, atol=1e-9)


def test_what_the_sentences_on_tolerances_say_is_so():
    zeros, tiny = np.zeros(3), np.full(3, 3e-9)
    assert np.linalg.norm(zeros - tiny) < 1e-7  # A
    assert np.allclose(zeros, tiny)  # E
    layers = gdlab.initialise((2, 6, 6, 1), "tanh", "identity", scheme="he")
    rng = np.random.default_rng(0)
    X, y, theta = rng.normal(size=(40, 2)), rng.normal(size=(40, 1)), gdlab.to_vector(layers)
    gradient = gdlab.gradient_vector(gdlab.backward(layers, gdlab.forward(layers, X), y))
    absolute, relative = {}, {}
    for factor in (1.0, 1e6):
        measured = gdlab.numerical_gradient(
            lambda t, factor=factor: factor * gdlab.mean_loss(gdlab.from_vector(t, layers), X, y), theta
        )
        absolute[factor] = np.linalg.norm(factor * gradient - measured)
        relative[factor] = absolute[factor] / np.linalg.norm(measured)
    assert absolute[1.0] < 1e-7 < absolute[1e6]  # B
    assert relative[1e6] < 10 * relative[1.0]  # C
    assert np.linalg.norm(np.full(1, 1e-6) - np.full(1, 0.95e-6)) < 1e-7 < 0.05  # D


def test_another_step_than_the_given_one_is_told_and_not_called_inexact():
    feedback = gdlab.check("check-gradient", lambda J, theta, gradient, h: by_gdlab(J, theta, gradient, 1e-5))
    assert "another step than the given h" in feedback.headline
    assert "not exact" not in str(feedback)


def test_slopes_of_0_may_come_from_an_imaginary_step():
    feedback = gdlab.check("check-gradient", lambda J, theta, gradient, h: (0 * theta, 1.0))
    assert "imaginary" in str(feedback)


QUOTIENTS = {
    "by central differences": (lambda J, h: (J(h) - J(-h)) / (2 * h), 2),
    "by forward differences": (lambda J, h: (J(h) - J(0)) / h, 1),
    r"{J(\theta - 2h) - 8\,J(\theta - h) + 8\,J(\theta + h) - J(\theta + 2h)}{12\,h}": (
        lambda J, h: (J(-2 * h) - 8 * J(-h) + 8 * J(h) - J(2 * h)) / (12 * h),
        4,
    ),
    r"{-3\,J(\theta) + 4\,J(\theta + h) - J(\theta + 2h)}{2\,h}": (
        lambda J, h: (-3 * J(0) + 4 * J(h) - J(2 * h)) / (2 * h),
        2,
    ),
    r"{4\,C(h/2) - C(h)}{3}": (
        lambda J, h: (4 * (J(h / 2) - J(-h / 2)) / h - (J(h) - J(-h)) / (2 * h)) / 3,
        4,
    ),
}
"""The quotients, read from the exercise's text once more, and the power of h with which their error shrinks."""


@each("check-gradient")
def test_a_checker_measures_by_the_quotient_that_the_text_names_and_its_error_shrinks_as_told(exercise, words):
    ((quotient, power),) = [value for told, value in QUOTIENTS.items() if f"{told}" in words]
    if "shrinks with" in words:
        assert f"shrinks with $h^{power}$" in words
    a, theta = np.array([0.7, 1.3, -0.9]), np.array([0.3, -0.8, 1.1])

    def J(at):
        return float(np.exp(a @ at) + np.sin(at).sum())

    true, errors = a * np.exp(a @ theta) + np.cos(theta), []
    claimed = true + np.array([0.5, 0, 0])
    for h in (0.1, 0.05):
        kept = theta.copy()
        measured, relative = exercise.reference(J, theta, claimed, h)
        np.testing.assert_array_equal(theta, kept)
        wanted = [quotient(lambda t, i=i: J(theta + t * np.eye(3)[i]), h) for i in range(3)]
        np.testing.assert_allclose(measured, wanted, rtol=1e-10)
        sizes = np.linalg.norm(claimed) + np.linalg.norm(wanted)
        assert relative == pytest.approx(np.linalg.norm(claimed - wanted) / sizes)
        errors.append(measured - true)
    np.testing.assert_allclose(errors[0] / errors[1], 2.0**power, rtol=0.2)
