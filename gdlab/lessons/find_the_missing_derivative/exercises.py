"""Exercises of notebook 04."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.kinds import FunctionExercise, Misconception
from gdlab.exercises.old_family import OldFamily as Family


def sigmoid_error(z, y):
    y_hat = (1 + np.tanh(z / 2)) / 2  # the sigmoid, without an exponential that could overflow
    return y_hat - y


def softmax_error(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) - y


def poisson_error(z, y):
    return np.exp(z) - y


def waiting_error(z, y):
    return 1 - y * np.exp(-z)


def misses_error(z, y):
    y_hat = (1 + np.tanh(z / 2)) / 2
    return (1 + y) * y_hat - 1


def eggs_error(z, y):
    y_hat = (1 + np.tanh(z / 2)) / 2
    return 10 * y_hat - y


def magnet_error(z, y):
    return np.tanh(z) - y


def _waits(rng):
    return np.concatenate([[800.0], rng.normal(0, 1.2, 5)]), rng.uniform(0.2, 3, 6)


def _up_to(most):
    return lambda rng: (
        np.concatenate([[800.0, -800.0], rng.normal(0, 2, 5)]),
        rng.integers(0, most + 1, 7).astype(float),
    )


def _magnets(rng):
    z, y = _classes(rng)
    return z, 2 * y - 1


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


@dataclass(frozen=True)
class _Pair:
    """An output and a loss that are new to the learner.

    `prediction` and `slope` are those of the activation, by z and by ŷ; `by_prediction` is ∂L/∂ŷ, `error` is ∂L/∂z by ŷ,
    `loss` is L by z; `far` says which z are far out and `rounded` what becomes of ŷ there; `own` are the wrong answers
    that only this pair suggests.
    """

    title: str
    question: str
    loss_name: str
    unit: str
    far: str
    rounded: str
    solution: Callable[..., Any]
    inputs: Callable[..., Any]
    prediction: Callable[..., Any]
    slope: Callable[..., Any]
    by_prediction: Callable[..., Any]
    error: Callable[..., Any]
    loss: Callable[..., Any]
    formula: str
    hints: tuple[str, ...]
    own: tuple[Misconception, ...]
    about: str


_PAIRS = (
    _Pair(
        title="Exponential and Poisson loss",
        question=(
            "How many birds come to a feeder in an hour? Counts are often modelled with the exponential, $\\hat y = e^z$, which "
            "is never negative, and with the *Poisson loss*\n\n$$L = \\hat y - y \\log \\hat y,$$\n\nwhich is minus the "
            "log-probability of the count $y$ if $\\hat y$ is its mean, up to a constant that no weight changes. The slope of the "
            "exponential does not vanish for large $z$. It explodes."
        ),
        loss_name="the Poisson loss behind an exponential",
        unit="the exponential",
        far="−800",
        rounded="rounds ŷ to 0",
        solution=poisson_error,
        inputs=_counts,
        prediction=np.exp,
        slope=lambda y_hat: y_hat,
        by_prediction=lambda y_hat, y: 1 - y / y_hat,
        error=lambda y_hat, y: y_hat - y,
        loss=lambda z, y: np.exp(z) - y * z,
        formula="ŷ − y log ŷ",
        hints=(
            "Two factors once more: derive ŷ − y log ŷ by ŷ, then find the slope of the exponential.",
            "The exponential is its own derivative, so its slope, too, can be written with ŷ.",
            "Multiply the two on paper until no division is left: at `z = -800` the machine takes ŷ for 0.",
        ),
        own=(
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
        about="counts: the Poisson loss",
    ),
    _Pair(
        title="Exponential and waiting times",
        question=(
            "How long does it take until the next bird comes to a feeder? Waiting times are often modelled with the exponential, "
            "$\\hat y = e^z$, which is never negative, and with the loss\n\n$$L = \\log \\hat y + \\frac{y}{\\hat y},$$\n\nwhich is "
            "minus the logarithm of the density of the time $y$ if $\\hat y$ is its mean. The slope of the exponential does not "
            "vanish for large $z$. It explodes."
        ),
        loss_name="the loss log ŷ + y / ŷ behind an exponential",
        unit="the exponential",
        far="800",
        rounded="takes ŷ for infinite",
        solution=waiting_error,
        inputs=_waits,
        prediction=np.exp,
        slope=lambda y_hat: y_hat,
        by_prediction=lambda y_hat, y: 1 / y_hat - y / y_hat**2,
        error=lambda y_hat, y: 1 - y / y_hat,
        loss=lambda z, y: z + y * np.exp(-z),
        formula="log ŷ + y / ŷ",
        hints=(
            "Two factors once more: derive log ŷ + y / ŷ by ŷ, then find the slope of the exponential.",
            "The derivative of log ŷ is 1/ŷ, that of 1/ŷ is −1/ŷ². The exponential is its own derivative.",
            "Multiply the two on paper until one power of ŷ is left below, and write that one as an exponential with a minus: at "
            "`z = 800` the machine takes ŷ for infinite.",
        ),
        own=(
            Misconception(
                "the sign of the second term",
                lambda z, y: 1 + y * np.exp(-z),
                "If the prediction grows, y / ŷ shrinks. Which sign has its derivative?",
            ),
        ),
        about="waiting times: log ŷ + y / ŷ behind an exponential",
    ),
    _Pair(
        title="Sigmoid and the first hit",
        question=(
            "How often does a player miss before the first hit? Let $\\hat y = \\sigma(z)$ be the probability of a hit, and $y$ the "
            "number of misses before it. The loss\n\n$$L = -\\log \\hat y - y \\log(1 - \\hat y)$$\n\nis minus the log-probability "
            "of that number. The slope of the sigmoid vanishes far out. Is ŷ − y left this time?"
        ),
        loss_name="the loss −log ŷ − y log(1 − ŷ) behind a sigmoid",
        unit="the sigmoid",
        far="800 or −800",
        rounded="rounds ŷ to a bare 0 or 1",
        solution=misses_error,
        inputs=_up_to(5),
        prediction=_rounded_sigmoid,
        slope=lambda y_hat: y_hat * (1 - y_hat),
        by_prediction=lambda y_hat, y: -1 / y_hat + y / (1 - y_hat),
        error=lambda y_hat, y: (1 + y) * y_hat - 1,
        loss=lambda z, y: (1 + y) * np.logaddexp(0, z) - z,
        formula="−log ŷ − y log(1 − ŷ)",
        hints=(
            "Two factors once more: derive −log ŷ − y log(1 − ŷ) by ŷ, then find the slope of the sigmoid.",
            "The derivative of log(1 − ŷ) is −1/(1 − ŷ), and the slope is ŷ(1 − ŷ).",
            "Multiply each of the two fractions by the slope on paper: one of its factors cancels, the other stays. Then collect "
            "what is multiplied by ŷ.",
        ),
        own=(
            Misconception(
                "ŷ − y",
                lambda z, y: _sigmoid(z) - y,
                "Not every loss leaves the short rule. Put in z = 0 and y = 0: what does your formula give, and what does the product "
                "of the two factors?",
            ),
            Misconception(
                "the inner derivative of 1 − ŷ is lost",
                lambda z, y: -(1 - _sigmoid(z)) - y * _sigmoid(z),
                "Take a large y: the player misses often, so a larger ŷ makes the loss larger. Is your derivative positive there?",
            ),
        ),
        about="misses before the first hit: −log ŷ − y log(1 − ŷ) behind a sigmoid",
    ),
    _Pair(
        title="Sigmoid and ten eggs",
        question=(
            "Ten eggs lie in a nest. How many will hatch? Let $\\hat y = \\sigma(z)$ be the probability for each of them, and $y$ the "
            "number that hatched. The loss\n\n$$L = -y \\log \\hat y - (10 - y) \\log(1 - \\hat y)$$\n\nis minus the "
            "log-probability of that number, up to a constant that no weight changes. The slope of the sigmoid vanishes far out. Is "
            "ŷ − y left this time?"
        ),
        loss_name="the loss −y log ŷ − (10 − y) log(1 − ŷ) behind a sigmoid",
        unit="the sigmoid",
        far="800 or −800",
        rounded="rounds ŷ to a bare 0 or 1",
        solution=eggs_error,
        inputs=_up_to(10),
        prediction=_rounded_sigmoid,
        slope=lambda y_hat: y_hat * (1 - y_hat),
        by_prediction=lambda y_hat, y: -y / y_hat + (10 - y) / (1 - y_hat),
        error=lambda y_hat, y: 10 * y_hat - y,
        loss=lambda z, y: 10 * np.logaddexp(0, z) - y * z,
        formula="−y log ŷ − (10 − y) log(1 − ŷ)",
        hints=(
            "Two factors once more: derive −y log ŷ − (10 − y) log(1 − ŷ) by ŷ, then find the slope of the sigmoid.",
            "The derivative of log(1 − ŷ) is −1/(1 − ŷ), and the slope is ŷ(1 − ŷ).",
            "Multiply each of the two fractions by the slope on paper: one of its factors cancels, the other stays. Then two terms "
            "with y ŷ cancel.",
        ),
        own=(
            Misconception(
                "ŷ − y",
                lambda z, y: _sigmoid(z) - y,
                "y counts up to 10, and ŷ is a probability. If all eggs hatch and ŷ is 1, nothing is left to learn; what does your "
                "formula give?",
            ),
            Misconception(
                "the inner derivative of 1 − ŷ is lost",
                lambda z, y: -y * (1 - _sigmoid(z)) - (10 - y) * _sigmoid(z),
                "Take y = 0: no egg hatched, so a larger ŷ makes the loss larger. Is your derivative positive there?",
            ),
        ),
        about="ten eggs: −y log ŷ − (10 − y) log(1 − ŷ) behind a sigmoid",
    ),
    _Pair(
        title="Tanh and a magnet",
        question=(
            "A small magnet points up or down, $y = 1$ or $y = -1$, and $\\hat y = \\tanh z$ is the mean of $y$: up has the "
            "probability $(1 + \\hat y)/2$. The loss\n\n$$L = -\\frac{1 + y}{2} \\log(1 + \\hat y) - \\frac{1 - y}{2} "
            "\\log(1 - \\hat y)$$\n\nis minus the log-probability of $y$, up to a constant that no weight changes. The slope of "
            "tanh, $1 - \\tanh^2$, vanishes far out. Does it cancel?"
        ),
        loss_name="the loss of a magnet behind tanh",
        unit="tanh",
        far="800 or −800",
        rounded="rounds ŷ to a bare −1 or 1",
        solution=magnet_error,
        inputs=_magnets,
        prediction=np.tanh,
        slope=lambda y_hat: 1 - y_hat**2,
        by_prediction=lambda y_hat, y: -(1 + y) / 2 / (1 + y_hat) + (1 - y) / 2 / (1 - y_hat),
        error=lambda y_hat, y: y_hat - y,
        loss=lambda z, y: np.logaddexp(z, -z) - np.log(2) - y * z,
        formula="L",
        hints=(
            "Two factors once more: derive L by ŷ, with log(1 + ŷ) and log(1 − ŷ) one after the other; then the slope of tanh.",
            "The slope is 1 − ŷ², which is (1 + ŷ)(1 − ŷ).",
            "Multiply each of the two fractions by that on paper: one factor cancels, the other stays. Then multiply out.",
        ),
        own=(
            Misconception(
                "the sigmoid’s prediction",
                lambda z, y: _sigmoid(z) - y,
                "Your prediction is never below 0. What comes out of tanh?",
            ),
            Misconception(
                "the inner derivative of 1 − ŷ is lost",
                lambda z, y: -(1 + y) / 2 * (1 - np.tanh(z)) - (1 - y) / 2 * (1 + np.tanh(z)),
                "Take y = −1: the magnet points down, so a larger ŷ makes the loss larger. Is your derivative positive there?",
            ),
        ),
        about="a magnet: its log-probability behind tanh",
    ),
)


def _new_pair(slug, pair):
    def by_factors(z, y):
        y_hat = pair.prediction(z)
        return pair.by_prediction(y_hat, y) * pair.slope(y_hat)

    def turned_round(z, y):
        return -pair.solution(z, y)

    matched = pair.error(0.5, 0.25) == 0.25
    of_another = Misconception(
        "the error signal of another pair",
        poisson_error,
        f"This belongs to a loss for counts. Which loss stands in this exercise? Derive {pair.formula} by ŷ.",
    )
    return FunctionExercise(
        slug=slug,
        title=pair.title,
        points=2,
        solution=pair.solution,
        inputs=pair.inputs,
        parts=("∂L/∂z",),
        hints=pair.hints,
        misconceptions=(
            Misconception("0 × ∞ far out", by_factors, _NO_NUMBER.replace("rounds ŷ to a bare 0 or 1", pair.rounded)),
            Misconception("the mean over samples", lambda z, y: pair.solution(z, y) / len(z), _MEAN),
            Misconception(
                "z stands where the prediction belongs",
                lambda z, y: pair.error(z, y),
                f"z can be {pair.far}; a prediction of this unit cannot. What comes out of {pair.unit}?",
            ),
            Misconception("the nan is papered over", lambda z, y: np.nan_to_num(by_factors(z, y)), _PATCHED),
            Misconception("the sign is turned round", turned_round, _SIGN if matched else _SIGN.partition(". ")[2]),
            Misconception(
                "a slope too many",
                lambda z, y: pair.solution(z, y) * pair.slope(pair.prediction(z)),
                f"That is the error signal of *squared* error. What is the derivative of {pair.formula} by ŷ?"
                if matched
                else "There is one slope more in yours than the chain rule asks for: multiply the two factors on paper once more.",
            ),
            Misconception(
                "the first factor alone", lambda z, y: pair.by_prediction(pair.prediction(z), y), _FIRST_FACTOR
            ),
            Misconception(
                "the loss itself",
                pair.loss,
                "This is L as a function of z: a good way to begin. It still has to be derived.",
            ),
            *pair.own,
            # behind an exponential it is the right answer, or one with a slope too many
            *(() if pair.prediction is np.exp else (of_another,)),
        ),
    )


NEW_PAIR = Family(
    name="new-pair",
    slug="poisson-error",
    members=_PAIRS,
    make=_new_pair,
    passages=lambda pair: (
        f"{pair.question} {'' if pair.question.endswith('?') else 'Does it cancel? '}Derive $\\partial L/\\partial z$, and "
        f"write it for arrays. Some `z` are {pair.far}.",
        f'def {pair.solution.__name__}(z, y):\n    """Return ∂L/∂z of {pair.loss_name}; z and y have shape (n,)."""',
        f", {pair.solution.__name__})",
        "Look at it, and compare with the same unit"
        if pair is _PAIRS[0]
        else "Look at another pair: the exponential with the *Poisson loss* for counts, ŷ − y log ŷ, whose error signal is "
        "ŷ − y. Compare it with the same unit",
    ),
    about=lambda pair: pair.about,
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
    NEW_PAIR.published,
)

FAMILIES = (NEW_PAIR,)
