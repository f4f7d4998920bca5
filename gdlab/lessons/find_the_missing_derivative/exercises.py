"""Exercises of notebook 04."""

import functools

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def sigmoid_signal(z, y):
    y_hat = (1 + np.tanh(z / 2)) / 2  # the sigmoid, without an exponential that could overflow
    return y_hat - y


def softmax_signal(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) - y


def tempered_error(z, y, *, temperature):
    e = np.exp((z - z.max(axis=1, keepdims=True)) / temperature)
    return (e / e.sum(axis=1, keepdims=True) - y) / temperature


def poisson_signal(z, y):
    return np.exp(z) - y


def _classes(rng):
    z = np.concatenate([[800.0, -800.0], rng.normal(0, 2, 5)])
    return z, rng.permutation([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, rng.choice([0.0, 1.0])])


def _species(rng, *, large):
    n, k = 4, int(rng.integers(3, 5))
    z = rng.normal(0, 1.5, (n, k))
    z[rng.integers(n)] = rng.permutation([large, -large, *rng.normal(0, 1, k - 2)])
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


SIGMOID_ERROR = FunctionExercise(
    slug="sigmoid-signal",
    title="Sigmoid and cross-entropy",
    points=2,
    why_one="the notebook is about this pair",
    given={"right": sigmoid_signal},
    solution=sigmoid_signal,
    inputs=_classes,
    parts=("∂L/∂z",),
    hints=(
        "Take it in two factors. First ∂L/∂ŷ: the derivative of log ŷ is 1/ŷ, and that of log(1 − ŷ) is −1/(1 − ŷ).",
        "The second factor is the slope of the sigmoid, σ(z)(1 − σ(z)), which is ŷ(1 − ŷ).",
        "Bring the two fractions of ∂L/∂ŷ to the common denominator ŷ(1 − ŷ), then multiply. Do it on paper: in the code "
        "no division by ŷ should remain, since ŷ is 0 at `z = -800`, to the last digit the machine has.",
    ),
    consequence="Subtract this times the input, and you have the short rule: logistic regression uses it exactly.",
)


@SIGMOID_ERROR.wrong("0 × ∞ at large z")
def _(z, y):
    """On paper your product may be right, and for moderate z it is. Far out the machine rounds ŷ to a bare 0 or 1. Then
    one factor is infinite, the other 0, and 0 × ∞ is not a number. Multiply the factors on paper, simplify, and code
    what is left."""
    return _by_factors(z, y)


@SIGMOID_ERROR.wrong("the nan is papered over")
def _(z, y):
    """The places that are not a number now hold 0, so a unit that is completely wrong and completely sure gets no error
    signal. The formula is what has to be mended: multiply the factors on paper, simplify, and code
    what is left."""
    return np.nan_to_num(_by_factors(z, y))


@SIGMOID_ERROR.wrong("the exponential overflows")
def _(z, y):
    """The formula is right, and the machine cannot follow it: `np.exp(800)` is infinite, and ∞/∞ is not a number. The
    text of the exercise has another way to write the sigmoid."""
    return np.exp(z) / (1 + np.exp(z)) - y


@SIGMOID_ERROR.wrong("the loss itself")
def _(z, y):
    """This is L as a function of z: a good way to begin. It still has to be differentiated."""
    return np.logaddexp(0, z) - y * z


@SIGMOID_ERROR.wrong("the sigmoid falls")
def _(z, y):
    """Your prediction gets smaller as z grows. Look at the sign in the exponent."""
    return _sigmoid(-z) - y


@SIGMOID_ERROR.wrong("a slope too many")
def _(z, y):
    """That is the error signal of *squared* error. Begin with the derivative of this loss: what is the derivative of −log ŷ?"""
    return (_sigmoid(z) - y) * _sigmoid(z) * (1 - _sigmoid(z))


@SIGMOID_ERROR.wrong("the first factor alone")
def _(z, y):
    """This is the first factor, the derivative of the loss with respect to the prediction. On the way from the prediction to z the chain
    rule asks for one factor more."""
    y_hat = _rounded_sigmoid(z)
    return -y / y_hat + (1 - y) / (1 - y_hat)


@SIGMOID_ERROR.wrong("the inner derivative of 1 − ŷ is missing")
def _(z, y):
    """Try a sample with y = 0: the loss is −log(1 − ŷ), which grows with ŷ. Is your derivative positive there? (And at
    z = ±800 it is not a number: simplify on paper.)"""
    y_hat = _rounded_sigmoid(z)
    return (-y / y_hat - (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)


@SIGMOID_ERROR.wrong("the inner derivative of 1 − ŷ is lost")
def _(z, y):
    """Try a sample with y = 0: the loss is −log(1 − ŷ), which grows with ŷ. Is your derivative positive there?"""
    return -y * (1 - _sigmoid(z)) - (1 - y) * _sigmoid(z)


@SIGMOID_ERROR.wrong("the second half of the loss is missing")
def _(z, y):
    """Where y is 0 your unit gets no error signal. Which part of the loss is left there?"""
    return -y * (1 - _sigmoid(z))


@SIGMOID_ERROR.wrong("z in the place of the prediction")
def _(z, y):
    """z can be 800; a prediction of this unit cannot. What comes out of the sigmoid?"""
    return z - y


SOFTMAX_ERROR = FunctionExercise(
    slug="softmax-signal",
    title="Softmax and cross-entropy",
    points=3,
    given={"right": softmax_signal, "temperature": 1, "large": 800},  # large enough for an exponential to overflow
    solution=softmax_signal,
    inputs=_species,
    parts=("∂L/∂z",),
    hints=(
        "It is easiest with the logarithm first: log ŷᵢ = zᵢ − log Σⱼ exp(zⱼ). Put that into the loss and use that the yᵢ of "
        "a row add up to 1. No product of factors is left to take.",
        "Then differentiate the loss with respect to one zᵢ. Of log Σⱼ exp(zⱼ), take outer times inner derivative: one over "
        "the sum, times the one term of the sum in which zᵢ is. Have you seen that fraction before?",
        "For the code: subtract each row’s largest z before `np.exp`, with `z.max(axis=1, keepdims=True)`, and the "
        "exponentials cannot overflow.",
    ),
    consequence="The delta rule on these three units is gradient descent on their cross-entropy.",
)


@SOFTMAX_ERROR.wrong("the exponential overflows")
def _(z, y, *, temperature):
    """The formula is right, and the machine cannot follow it: `np.exp(800)` is infinite, and ∞/∞ is not a number. Softmax
    does not change if the same number is subtracted from all z of a row. Which number keeps every exponential at 1 or
    below?"""
    e = np.exp(z / temperature)
    return (e / e.sum(axis=1, keepdims=True) - y) / temperature


@SOFTMAX_ERROR.wrong("0 × ∞ at large z")
def _(z, y, *, temperature):
    """On paper your product may be right, and for moderate z it is. Far out the machine rounds ŷ to a bare 0. Then one
    factor is infinite, the other 0, and 0 × ∞ is not a number. Multiply the factors on paper, simplify, and code what
    is left."""
    y_hat = _softmax(z / temperature)
    table = y_hat[:, :, None] * (np.eye(z.shape[1]) - y_hat[:, None, :])
    return ((-y / y_hat)[:, None, :] @ table)[:, 0] / temperature


@SOFTMAX_ERROR.wrong("the nan is papered over")
def _(z, y, *, temperature):
    """The places that are not a number now hold 0, so units that are completely wrong and completely sure get no error
    signal. The formula is what has to be mended: why did it overflow?"""
    e = np.exp(z / temperature)
    return np.nan_to_num((e / e.sum(axis=1, keepdims=True) - y) / temperature)


@SOFTMAX_ERROR.wrong("only a unit’s own prediction")
def _(z, y, *, temperature):
    """Each z moves *all* predictions of its row, since they share the sum below the fraction. If the z of a wrong class
    grows, the right one’s share shrinks: that has to show in your result, and there you have 0."""
    return y * (_softmax(z / temperature) - 1) / temperature


@SOFTMAX_ERROR.wrong("a sigmoid for each")
def _(z, y, *, temperature):
    """You treat each z on its own. The predictions of one row add up to 1."""
    return (_sigmoid(z / temperature) - y) / temperature


@SOFTMAX_ERROR.wrong("the sum runs over the samples")
def _(z, y, *, temperature):
    """Each row is one sample, and its predictions add up to 1. In yours, the columns do: look for the `axis` of the sum."""
    return (_softmax(z / temperature, axis=0) - y) / temperature


@SOFTMAX_ERROR.wrong("the sum runs over the samples, and overflows")
def _(z, y, *, temperature):
    """Two things: each row is one sample, and its predictions add up to 1, where in yours the columns do (look for the
    `axis` of the sum); and `np.exp(800)` is infinite."""
    e = np.exp(z / temperature)
    return (e / e.sum(axis=0) - y) / temperature


@SOFTMAX_ERROR.wrong("one sum for all rows")
def _(z, y, *, temperature):
    """Each row is one sample, and its predictions add up to 1. Yours add up to 1 over all rows together: look for the
    `axis` of the sum, and for `keepdims=True`."""
    e = np.exp(z / temperature)
    return (e / e.sum() - y) / temperature


@SOFTMAX_ERROR.wrong("one sum for all samples")
def _(z, y, *, temperature):
    """Each row is one sample, and its predictions add up to 1. Yours add up to 1 over all rows together: look for the
    `axis` of the sum, and for `keepdims=True`."""
    e = np.exp((z - z.max()) / temperature)
    return (e / e.sum() - y) / temperature


@SOFTMAX_ERROR.wrong("a slope too many")
def _(z, y, *, temperature):
    """What is left after multiplying by the slope needs no slope any more."""
    y_hat = _softmax(z / temperature)
    return (y_hat - y) * y_hat * (1 - y_hat) / temperature


@SOFTMAX_ERROR.wrong("the sum is missing")
def _(z, y, *, temperature):
    """Your predictions do not add up to 1 in each row. What are the exponentials divided by?"""
    return (np.exp((z - z.max(axis=1, keepdims=True)) / temperature) - y) / temperature


@SOFTMAX_ERROR.wrong("one largest z for all rows")
def _(z, y, *, temperature):
    """You subtract the largest z of all rows from each. In a row of smaller z every exponential is then rounded to 0. Each
    row needs its own."""
    e = np.exp((z - z.max()) / temperature)
    return (e / e.sum(axis=1, keepdims=True) - y) / temperature


@SOFTMAX_ERROR.wrong("the first factor alone")
def _(z, y, *, temperature):
    """This is the first factor, the derivative of the loss with respect to the prediction. On the way from the prediction to z the chain
    rule asks for one factor more."""
    return -y / _softmax(z / temperature)


@SOFTMAX_ERROR.wrong("the prediction itself")
def _(z, y, *, temperature):
    """These are the predictions. They do not depend on y; the error signal does."""
    return _softmax(z / temperature)


POISSON_ERROR = FunctionExercise(
    slug="poisson-signal",
    title="Exponential and Poisson loss",
    points=2,
    why_one="the notebook goes on with this pair",
    given={"right": poisson_signal},
    solution=poisson_signal,
    inputs=_counts,
    parts=("∂L/∂z",),
    hints=(
        "Two factors once more: differentiate ŷ − y log ŷ with respect to ŷ, then find the slope of the exponential.",
        "The exponential is its own derivative, so its slope, too, can be written with ŷ.",
        "Multiply the two on paper until no division is left: at `z = -800` the machine takes ŷ for 0.",
    ),
    consequence="Poisson regression is the short rule, too: one more matched pair that statistics had already.",
)


@POISSON_ERROR.wrong("0 × ∞ far out")
def _(z, y):
    """On paper your product may be right, and for moderate z it is. Far out the machine rounds ŷ to 0. Then one factor is
    infinite, the other 0, and 0 × ∞ is not a number. Multiply the factors on paper, simplify, and code what is left."""
    y_hat = np.exp(z)
    return (1 - y / y_hat) * y_hat


@POISSON_ERROR.wrong("the nan is papered over")
def _(z, y):
    """The place that is not a number now holds 0, so a unit that is completely wrong gets no error signal.
    The formula is what has to be mended: multiply the factors on paper, simplify, and code what is left."""
    y_hat = np.exp(z)
    return np.nan_to_num((1 - y / y_hat) * y_hat)


@POISSON_ERROR.wrong("z in the place of the prediction")
def _(z, y):
    """z can be −800; a prediction of this unit cannot. What comes out of the exponential?"""
    return z - y


@POISSON_ERROR.wrong("a slope too many")
def _(z, y):
    """That is the error signal of *squared* error. What is the derivative of ŷ − y log ŷ with respect to ŷ?"""
    return (np.exp(z) - y) * np.exp(z)


@POISSON_ERROR.wrong("the first factor alone")
def _(z, y):
    """This is the first factor, the derivative of the loss with respect to the prediction. On the way from the prediction to z the chain
    rule asks for one factor more."""
    return 1 - y / np.exp(z)


@POISSON_ERROR.wrong("the loss itself")
def _(z, y):
    """This is L as a function of z: a good way to begin. It still has to be differentiated."""
    return np.exp(z) - y * z


@POISSON_ERROR.wrong("the logarithm is not differentiated")
def _(z, y):
    """You took the derivative of y log ŷ to be y. What is the derivative of log ŷ?"""
    return (1 - y) * np.exp(z)


@POISSON_ERROR.wrong("the sigmoid’s slope")
def _(z, y):
    """ŷ(1 − ŷ) is the slope of the sigmoid. What is the slope of the exponential? (And at z = −800 your product is not a
    number: simplify on paper.)"""
    return (1 - y / np.exp(z)) * np.exp(z) * (1 - np.exp(z))


for exercise in (SIGMOID_ERROR, SOFTMAX_ERROR, POISSON_ERROR):

    @exercise.wrong("the sign is turned round")
    def _(z, y, *, right):
        """This is what the short rule *adds*. The derivative points uphill: where the prediction is too low, a larger z
        makes the loss smaller, so ∂L/∂z is negative there."""
        return -right(z, y)

    @exercise.wrong("the mean over samples")
    def _(z, y, *, right):
        """You divided by the number of samples. That is right for the gradient of a *mean* loss; asked for is the error
        signal of each sample."""
        return right(z, y) / len(z)


def _at(temperature):
    """Return the exercise for a softmax of z / temperature."""
    right = functools.partial(tempered_error, temperature=temperature)
    exercise = SOFTMAX_ERROR.but(
        title="Softmax with a temperature",
        given={"right": right, "temperature": temperature, "large": int(800 * temperature)},
        solution=tempered_error,
        consequence="The error signal is 1/T at most: the higher the temperature, the less a sample that is far wrong asks for.",
        hints=(
            "It is easiest with the logarithm first: log ŷᵢ = zᵢ/T − log Σⱼ exp(zⱼ/T). Put that into the loss and use that "
            "the yᵢ of a row add up to 1. No product of factors is left to take.",
            "Then differentiate the loss with respect to one zᵢ. Of log Σⱼ exp(zⱼ/T), take outer times inner derivative: one "
            "over the sum, times the one term of the sum in which zᵢ is, times the inner derivative of zᵢ/T.",
            SOFTMAX_ERROR.hints[2],
        ),
    )

    @exercise.wrong("the inner derivative is missing")
    def _(z, y, *, temperature):
        """If z grows by a little, how much does z/T grow? That factor belongs to the derivative."""
        return _softmax(z / temperature) - y

    @exercise.wrong("without the temperature")
    def _(z, y):
        """This is right for a softmax of z itself. Here z is divided by a temperature first."""
        return softmax_signal(z, y)

    return exercise


TEMPERATURES = Family(
    SOFTMAX_ERROR,
    {f"temperature {temperature:g}": _at(temperature) for temperature in (0.5, 2, 3, 4, 5)},
)

EXERCISES = (SIGMOID_ERROR, SOFTMAX_ERROR, POISSON_ERROR)
FAMILIES = (TEMPERATURES,)
