"""Exercises of notebook 04."""

import numpy as np

from gdlab.exercises.exercise import FunctionExercise, Misconception


def sigmoid_error(z, y):
    y_hat = (1 + np.tanh(z / 2)) / 2  # the sigmoid, without an exponential that could overflow
    return y_hat - y


def softmax_error(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) - y


def poisson_error(z, y):
    return np.exp(z) - y


def _classes(rng):
    z = np.concatenate([[800.0, -800.0], rng.normal(0, 2, 5)])
    return z, rng.permutation([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, rng.choice([0.0, 1.0])])


def _species(rng):
    n, k = 4, int(rng.integers(3, 5))
    z = rng.normal(0, 1.5, (n, k))
    z[rng.integers(n)] = rng.permutation([800.0, -800.0, *rng.normal(0, 1, k - 2)])
    return z, np.eye(k)[rng.integers(k, size=n)]


def _counts(rng):
    return np.concatenate([[-800.0], rng.normal(0, 1.2, 5)]), rng.integers(1, 9, 6).astype(float)


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


def _rounded_sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _by_factors(z, y):
    y_hat = _rounded_sigmoid(z)
    return (-y / y_hat + (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)


def _inner_sign_lost(z, y):
    y_hat = _rounded_sigmoid(z)
    return (-y / y_hat - (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)


def _softmax_by_factors(z, y):
    y_hat = _softmax(z)
    jacobian = y_hat[:, :, None] * (np.eye(z.shape[1]) - y_hat[:, None, :])
    return ((-y / y_hat)[:, None, :] @ jacobian)[:, 0]


def _overflowing_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def _one_largest(z, y):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True) - y


def _poisson_by_factors(z, y):
    return (1 - y / np.exp(z)) * np.exp(z)


_SIGN = (
    "This is what the short rule *adds*. The derivative points uphill: where the prediction is too low, a larger z makes "
    "the loss smaller, so ∂L/∂z is negative there."
)
_NO_NUMBER = (
    "On paper your product may be right, and for moderate z it is. Far out the machine rounds ŷ to a bare 0 or 1. Then one "
    "factor is infinite, the other 0, and 0 × ∞ is not a number. Multiply the factors on paper, simplify, and "
    "code what is left."
)
_PATCHED = (
    "The places that are not a number now hold 0, so a unit that is completely wrong and completely sure hears that "
    "nothing is to be learnt. The formula is what has to be mended: multiply the factors on paper, simplify, and code what "
    "is left."
)
_ONE_SUM = (
    "Each row is one sample, and its predictions add up to 1. Yours add up to 1 over all rows together: look for the `axis` of "
    "the sum, and for `keepdims=True`."
)
_MEAN = (
    "You divided by the number of samples. That is right for the gradient of a *mean* loss; asked for is the error signal of "
    "each sample."
)
_FIRST_FACTOR = (
    "This is the first factor, the slope of the loss over the prediction. On the way from the prediction to z the chain rule "
    "asks for one factor more."
)

EXERCISES = (
    FunctionExercise(
        slug="sigmoid-error",
        title="Sigmoid and cross-entropy",
        points=2,
        solution=sigmoid_error,
        inputs=_classes,
        parts=("∂L/∂z",),
        hints=(
            "Take it in two factors. First ∂L/∂ŷ: the derivative of log ŷ is 1/ŷ, and that of log(1 − ŷ) is −1/(1 − ŷ).",
            "The second factor is the slope of the sigmoid, σ(z)(1 − σ(z)), which is ŷ(1 − ŷ).",
            "Bring the two fractions of ∂L/∂ŷ to the common denominator ŷ(1 − ŷ), then multiply. Do it on paper: in the code "
            "no division by ŷ should remain, since ŷ is 0 at `z = -800`, to the last digit the machine has.",
        ),
        misconceptions=(
            Misconception("0 × ∞ at large z", _by_factors, _NO_NUMBER),
            Misconception("the nan is papered over", lambda z, y: np.nan_to_num(_by_factors(z, y)), _PATCHED),
            Misconception("the sign is turned round", lambda z, y: y - _sigmoid(z), _SIGN),
            Misconception(
                "the exponential overflows",
                lambda z, y: np.exp(z) / (1 + np.exp(z)) - y,
                "The formula is right, and the machine cannot follow it: `np.exp(800)` is infinite, and ∞/∞ is not a number. The "
                "text of the exercise has another way to write the sigmoid.",
            ),
            Misconception("the mean over samples", lambda z, y: sigmoid_error(z, y) / len(z), _MEAN),
            Misconception(
                "the loss itself",
                lambda z, y: np.logaddexp(0, z) - y * z,
                "This is L as a function of z: a good way to begin. It still has to be derived.",
            ),
            Misconception(
                "the sigmoid falls",
                lambda z, y: _sigmoid(-z) - y,
                "Your prediction gets smaller as z grows. Look at the sign in the exponent.",
            ),
            Misconception(
                "a slope too many",
                lambda z, y: (_sigmoid(z) - y) * _sigmoid(z) * (1 - _sigmoid(z)),
                "That is the error signal of *squared* error. Begin with the slope of this loss: what is the derivative of −log ŷ?",
            ),
            Misconception(
                "the first factor alone",
                lambda z, y: _by_factors(z, y) / (_rounded_sigmoid(z) * (1 - _rounded_sigmoid(z))),
                _FIRST_FACTOR,
            ),
            Misconception(
                "the inner derivative of 1 − ŷ is missing",
                _inner_sign_lost,
                "Try a sample with y = 0: the loss is −log(1 − ŷ), which grows with ŷ. Is your derivative positive there? (And "
                "at z = ±800 it is not a number: simplify on paper.)",
            ),
            Misconception(
                "the inner derivative of 1 − ŷ is lost",
                lambda z, y: -y * (1 - _sigmoid(z)) - (1 - y) * _sigmoid(z),
                "Try a sample with y = 0: the loss is −log(1 − ŷ), which grows with ŷ. Is your derivative positive there?",
            ),
            Misconception(
                "the second half of the loss is missing",
                lambda z, y: -y * (1 - _sigmoid(z)),
                "Where y is 0 your unit hears nothing. Which part of the loss is left there?",
            ),
            Misconception(
                "z stands where the prediction belongs",
                lambda z, y: z - y,
                "z can be 800; a prediction of this unit cannot. What comes out of the sigmoid?",
            ),
        ),
    ),
    FunctionExercise(
        slug="softmax-error",
        title="Softmax and cross-entropy",
        points=3,
        solution=softmax_error,
        inputs=_species,
        parts=("∂L/∂z",),
        hints=(
            "It is easiest with the logarithm first: log ŷᵢ = zᵢ − log Σⱼ exp(zⱼ). Put that into the loss and use that the yᵢ of "
            "a row add up to 1. No product of factors is left to take.",
            "Then derive the loss by one zᵢ. Of log Σⱼ exp(zⱼ), take outer times inner derivative: one over the sum, times the "
            "one term of the sum in which zᵢ stands. Have you seen that fraction before?",
            "For the code: subtract each row’s largest z before `np.exp`, with `z.max(axis=1, keepdims=True)`, and the "
            "exponentials cannot overflow.",
        ),
        misconceptions=(
            Misconception(
                "the exponential overflows",
                lambda z, y: _overflowing_softmax(z) - y,
                "The formula is right, and the machine cannot follow it: `np.exp(800)` is infinite, and ∞/∞ is not a number. "
                "Softmax does not change if the same number is subtracted from all z of a row. Which number keeps every "
                "exponential at 1 or below?",
            ),
            Misconception("0 × ∞ at large z", _softmax_by_factors, _NO_NUMBER),
            Misconception(
                "the nan is papered over",
                lambda z, y: np.nan_to_num(_overflowing_softmax(z) - y),
                _PATCHED.replace(
                    "multiply the factors on paper, simplify, and code what is left", "why did it overflow"
                ),
            ),
            Misconception("the sign is turned round", lambda z, y: y - _softmax(z), _SIGN),
            Misconception(
                "only a unit’s own prediction",
                lambda z, y: y * (_softmax(z) - 1),
                "Each z moves *all* predictions of its row, since they share the sum below the fraction. If the z of a wrong "
                "class grows, the right one’s share shrinks: that has to show in your result, and there you have 0.",
            ),
            Misconception(
                "a sigmoid for each",
                lambda z, y: _sigmoid(z) - y,
                "You treat each z on its own. The predictions of one row add up to 1.",
            ),
            Misconception(
                "the sum runs over the samples",
                lambda z, y: _softmax(z, axis=0) - y,
                "Each row is one sample, and its predictions add up to 1. In yours, the columns do.",
            ),
            Misconception("one sum for all rows", lambda z, y: np.exp(z) / np.exp(z).sum() - y, _ONE_SUM),
            Misconception(
                "one sum for all samples", lambda z, y: np.exp(z - z.max()) / np.exp(z - z.max()).sum() - y, _ONE_SUM
            ),
            Misconception("the mean over samples", lambda z, y: softmax_error(z, y) / len(z), _MEAN),
            Misconception(
                "a slope too many",
                lambda z, y: (_softmax(z) - y) * _softmax(z) * (1 - _softmax(z)),
                "What is left after multiplying by the slope needs no slope any more.",
            ),
            Misconception(
                "the sum is missing",
                lambda z, y: np.exp(z - z.max(axis=1, keepdims=True)) - y,
                "Your predictions do not add up to 1 in each row. What are the exponentials divided by?",
            ),
            Misconception(
                "one largest z for all rows",
                _one_largest,
                "You subtract the largest z of all rows from each. In a row of smaller z every exponential is then rounded to 0. Each "
                "row needs its own.",
            ),
            Misconception("the first factor alone", lambda z, y: -y / _softmax(z), _FIRST_FACTOR),
            Misconception(
                "the prediction itself",
                lambda z, y: _softmax(z),
                "These are the predictions. They do not depend on y; the error signal does.",
            ),
        ),
    ),
    FunctionExercise(
        slug="poisson-error",
        title="Exponential and Poisson loss",
        points=2,
        solution=poisson_error,
        inputs=_counts,
        parts=("∂L/∂z",),
        hints=(
            "Two factors once more: derive ŷ − y log ŷ by ŷ, then find the slope of the exponential.",
            "The exponential is its own derivative, so its slope, too, can be written with ŷ.",
            "Multiply the two on paper until no division is left: at `z = -800` the machine takes ŷ for 0.",
        ),
        misconceptions=(
            Misconception("0 × ∞ far out", _poisson_by_factors, _NO_NUMBER.replace("a bare 0 or 1", "0")),
            Misconception("the mean over samples", lambda z, y: poisson_error(z, y) / len(z), _MEAN),
            Misconception(
                "z stands where the prediction belongs",
                lambda z, y: z - y,
                "z can be −800; a prediction of this unit cannot. What comes out of the exponential?",
            ),
            Misconception("the nan is papered over", lambda z, y: np.nan_to_num(_poisson_by_factors(z, y)), _PATCHED),
            Misconception("the sign is turned round", lambda z, y: y - np.exp(z), _SIGN),
            Misconception(
                "a slope too many",
                lambda z, y: (np.exp(z) - y) * np.exp(z),
                "That is the error signal of *squared* error. What is the derivative of ŷ − y log ŷ by ŷ?",
            ),
            Misconception("the first factor alone", lambda z, y: 1 - y / np.exp(z), _FIRST_FACTOR),
            Misconception(
                "the loss itself",
                lambda z, y: np.exp(z) - y * z,
                "This is L as a function of z: a good way to begin. It still has to be derived.",
            ),
            Misconception(
                "the logarithm is not derived",
                lambda z, y: (1 - y) * np.exp(z),
                "You took the derivative of y log ŷ to be y. What is the derivative of log ŷ?",
            ),
            Misconception(
                "the sigmoid’s slope",
                lambda z, y: (1 - y / np.exp(z)) * np.exp(z) * (1 - np.exp(z)),
                "ŷ(1 − ŷ) is the slope of the sigmoid. What is the slope of the exponential? (And at z = −800 your product is "
                "not a number: simplify on paper.)",
            ),
        ),
    ),
)
