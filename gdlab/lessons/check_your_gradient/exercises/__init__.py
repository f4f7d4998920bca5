"""Exercises of notebook 07."""

from itertools import product

import numpy as np

from gdlab.exercises.kinds import ChoiceExercise, FunctionExercise, Misconception
from gdlab.lessons.check_your_gradient.exercises.gradient_checker import CHECK_GRADIENT


def mended(X, y, W1, b1, W2, b2, W3, b3):
    H1 = np.tanh(X @ W1 + b1)
    H2 = np.tanh(H1 @ W2 + b2)
    error = (H2 @ W3 + b3 - y) / len(X)
    dW3, db3 = H2.T @ error, error.sum(axis=0, keepdims=True)
    error = (error @ W3.T) * (1 - H2**2)
    dW2, db2 = H1.T @ error, error.sum(axis=0, keepdims=True)
    error = (error @ W2.T) * (1 - H1**2)
    dW1, db1 = X.T @ error, error.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3


def _deep_network(rng):
    n, d, k = int(rng.integers(5, 9)), int(rng.integers(2, 4)), int(rng.integers(4, 6))
    shapes = ((n, d), (n, 1), (d, k), (1, k), (k, k), (1, k), (k, 1), (1, 1))
    return tuple(rng.normal(0, 0.8, shape) for shape in shapes)


def _tanh_prime(z1, z2):
    return 1 - np.tanh(z2) ** 2


def _of_the_first_layer(z1, z2):
    return 1 - np.tanh(z1) ** 2


def _by_n(error, n, d):
    return error / n


def _pass_with(divided=_by_n, slope=_tanh_prime, transposed=True, below=1):
    """Make the backward pass of the exercise with some of its bugs left in, or with others put in.

    `divided` takes the error at the output, n and d; `slope` the z of both hidden layers. Below the output the error is
    n times too large if `below` is ``"n"``.
    """

    def wrong(X, y, W1, b1, W2, b2, W3, b3):
        H1 = np.tanh(X @ W1 + b1)
        z2 = H1 @ W2 + b2
        error = divided(np.tanh(z2) @ W3 + b3 - y, *X.shape)
        result = [error.sum(axis=0, keepdims=True), np.tanh(z2).T @ error]
        error = (error @ W3.T) * slope(X @ W1 + b1, z2) * (len(X) if below == "n" else 1)
        result += [error.sum(axis=0, keepdims=True), H1.T @ error]
        error = (error @ (W2.T if transposed else W2)) * (1 - H1**2)
        result += [error.sum(axis=0, keepdims=True), X.T @ error]
        return tuple(result[::-1])

    return wrong


def _only(parts, wrong):
    """Keep these parts of a wrong answer; the others are not touched by the thought."""
    return lambda *arguments: tuple(value if i in parts else None for i, value in enumerate(wrong(*arguments)))


_LEFT = {
    (True, True, True): "nothing is mended yet",
    (True, True, False): "two bugs left, the first at the output",
    (True, False, True): "two bugs left, one of them at the output",
    (True, False, False): "one bug left, at the output",
    (False, True, True): "two bugs left, below the output",
    (False, True, False): "one bug left, between the output and the second layer",
    (False, False, True): "one bug left, between the second layer and the first",
}
"""What is still wrong: the mean, the slope, the transpose."""

_AT_THE_OUTPUT = (
    "The output's gradients are wrong, so everything below them is, too: begin there. Divide a gradient by the measured one, "
    "number by number. What is the quotient, and what else is as large as that?"
)
_AT_THE_SECOND_LAYER = (
    "The output fits, the second layer does not. On its way between the two the error passes weights and a slope. The slope of "
    "which units is wanted there, and what do those units give?"
)
_AT_THE_FIRST_LAYER = (
    "Only the first layer is off, so look at what the error passes on its way down from the second. It passes `W3` a few lines "
    "above: compare the two. (As many units go in as come out, so the wrong product has the right shape.)"
)


def _what_is_left():
    for left in product((True, False), repeat=3):
        if not any(left):
            continue
        mean, slope, transpose = left
        options = {"slope": _of_the_first_layer} if slope else {}
        if mean:
            options["divided"] = lambda error, n, d: error
        wrong = _pass_with(transposed=not transpose, **options)
        parts = range(6) if mean else range(4) if slope else range(2)
        thought = _AT_THE_OUTPUT if mean else _AT_THE_SECOND_LAYER if slope else _AT_THE_FIRST_LAYER
        yield Misconception(_LEFT[left], _only(parts, wrong), thought)


_SLOPES = {
    "slope left out": lambda z1, z2: 1.0,
    "f′ taken of the activation": lambda z1, z2: 1 - np.tanh(np.tanh(z2)) ** 2,
    "a slope of z itself": lambda z1, z2: 1 - z2**2,
    "nothing is squared in the slope": lambda z1, z2: 1 - np.tanh(z2),
    "the slope of a sigmoid": lambda z1, z2: np.tanh(z2) * (1 - np.tanh(z2)),
}
_DIVIDED = {
    "all signs turned": lambda error, n, d: -error / n,
    "divided by the size of X": lambda error, n, d: error / (n * d),
    "divided by 2n": lambda error, n, d: error / (2 * n),
    "divided by n twice": lambda error, n, d: error / n**2,
}


def _other_repairs():
    """What else one writes in the three places, with the bugs below mended or still there."""
    for slope, transposed in product((_tanh_prime, _of_the_first_layer), (True, False)):
        left = [] if slope is _tanh_prime else ["the slope"]
        left += [] if transposed else ["the transpose"]
        more = f"; left: {', '.join(left)}" if left else ""
        yield Misconception(
            f"the error that goes on down is not divided{more}",
            _only(range(4), _pass_with(slope=slope, transposed=transposed, below="n")),
            "W3 and b3 are divided by n now, but the error that goes on down is not.",
        )
        for name, divided in _DIVIDED.items():
            thought = (
                "Each number is the measured one times the same factor. Which one, and what do you divide the error by?"
            )
            if divided(1, 1, 1) < 0:
                thought = "Each number has the wrong sign. Here the error is ŷ − y: a step subtracts the gradient."
            yield Misconception(
                f"{name}{more}", _pass_with(divided=divided, slope=slope, transposed=transposed), thought
            )
    for (name, slope), transposed in product(_SLOPES.items(), (True, False)):
        yield Misconception(
            name if transposed else f"{name}; left: the transpose",
            _only(range(4), _pass_with(slope=slope, transposed=transposed)),
            "The output fits, so look at the slope of the second layer. The slope of tanh at z is 1 minus the square of what "
            "tanh gives there.",
        )


EXERCISES = (
    CHECK_GRADIENT.published,
    FunctionExercise(
        slug="mend-backward",
        title="Find and mend three bugs",
        points=6,
        solution=mended,
        inputs=_deep_network,
        parts=("dW1", "db1", "dW2", "db2", "dW3", "db3"),
        hints=(
            "The error goes from the output down. So the topmost group that is wrong is wrong by itself; those below may only "
            "have inherited it. Mend from the top, and run the report after each repair.",
            "At the output there is one line. The loss is a mean over n samples; `gdlab.backward` takes care of it once, at the output, and "
            "then it is in everything that comes back.",
            "At the second layer, compare the slope with that of the first layer: whose is it there, and whose is it here?",
            "At the first layer, compare how the error passes `W2` with how it passes `W3`.",
        ),
        misconceptions=(
            *_what_is_left(),
            Misconception(
                "the mean is in the biases only",
                _only((0, 2, 4), _pass_with(lambda error, n, d: error)),
                "The biases are right, the weights n times too large: a sum over samples is hidden in each matrix product, too.",
            ),
            *_other_repairs(),
        ),
    ),
    ChoiceExercise(
        slug="relative-tolerance",
        name="true_sentences",
        title="Why a tolerance must be relative",
        points=2,
        statements={
            "A": "Where the true gradient is smaller than 1e-7, a backward pass that returns nothing but zeros passes.",
            "B": "A right backward pass can fail after the loss has been multiplied by a million.",
            "C": "If the loss is multiplied by a million, the relative error of the measured gradient grows by a million.",
            "D": "What passes this check has a relative error below 1e-7.",
            "E": "`np.allclose(gradient, measured)` is no such check: it is relative, so zeros cannot pass it for a tiny gradient.",
            "F": "Where the true gradient is exactly 0 and the measured one is not, a relative error cannot tell rounding from a bug.",
        },
        true=frozenset("ABF"),
        hints=(
            "Put numbers in. Let the true gradient be 3e-8 and the backward pass return 0: how large is the difference? Let the gradient "
            "be 4e6 and agree to 11 digits: how large is it then?",
            "The relative error is a quotient. What happens to a quotient if both of its parts are multiplied by a million, and what if "
            "what stands below is nothing but rounding?",
            "Look `np.allclose` up: `np.allclose?` shows two tolerances and their defaults.",
        ),
        taken={
            "C": "C: difference and lengths all grow by a million. What becomes of their quotient?",
            "D": "D: think of a gradient of length 1e-6 that is off by 5e-8.",
            "E": "E: look at the signature of `np.allclose`. Beside the relative tolerance there is an absolute one, and it is not 0.",
        },
    ),
)

FAMILIES = (CHECK_GRADIENT,)
