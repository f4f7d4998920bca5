"""Exercises of notebook 07."""

from itertools import product

import numpy as np

from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.lessons.check_your_gradient.exercises import gradient_checker, other_quotients


def mended(X, y, W1, b1, W2, b2, W3, b3):
    H1 = np.tanh(X @ W1 + b1)
    H2 = np.tanh(H1 @ W2 + b2)
    signal = (H2 @ W3 + b3 - y) / len(X)
    dW3, db3 = H2.T @ signal, signal.sum(axis=0, keepdims=True)
    signal = (signal @ W3.T) * (1 - H2**2)
    dW2, db2 = H1.T @ signal, signal.sum(axis=0, keepdims=True)
    signal = (signal @ W2.T) * (1 - H1**2)
    dW1, db1 = X.T @ signal, signal.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3


def _deep_network(rng):
    n, d, k = int(rng.integers(5, 9)), int(rng.integers(2, 4)), int(rng.integers(4, 6))
    shapes = ((n, d), (n, 1), (d, k), (1, k), (k, k), (1, k), (k, 1), (1, 1))
    return tuple(rng.normal(0, 0.8, shape) for shape in shapes)


MEND_BACKWARD = FunctionExercise(
    slug="mend-backward",
    title="Find and mend three bugs",
    points=6,
    why_one="the bugs stand in the notebook",
    solution=mended,
    inputs=_deep_network,
    parts=("dW1", "db1", "dW2", "db2", "dW3", "db3"),
    hints=(
        "The error signal goes from the output down. So the topmost group that is wrong is wrong by itself; those below may only "
        "have inherited it. Mend from the top, and run the report after each repair.",
        "At the output there is one line. The loss is a mean over n samples; `gdlab.backward` takes care of it once, at the "
        "output, and then it is in everything that comes back.",
        "At the second layer, compare the slope with that of the first layer: whose is it there, and whose is it here?",
        "At the first layer, compare how the signal passes `W2` with how it passes `W3`.",
    ),
    consequence="All three ran without an error, with the right shapes and a loss that may fall: only the measurement told.",
)


def a_pass(divided, slope2, slope1, transposed, below, arguments):
    """Return the gradients of a backward pass with bugs, in the order of the exercise.

    `divided` takes the signal at the output, n and d; a slope takes the z of both hidden layers. Below the output the signal
    is n times too large if `below`.
    """
    X, y, W1, b1, W2, b2, W3, b3 = arguments
    z1 = X @ W1 + b1
    H1 = np.tanh(z1)
    z2 = H1 @ W2 + b2
    signal = divided(np.tanh(z2) @ W3 + b3 - y, *X.shape)
    result = [signal.sum(axis=0, keepdims=True), np.tanh(z2).T @ signal]
    signal = (signal @ W3.T) * slope2(z1, z2) * (len(X) if below else 1)
    result += [signal.sum(axis=0, keepdims=True), H1.T @ signal]
    signal = (signal @ (W2.T if transposed else W2)) * slope1(z1, z2)
    result += [signal.sum(axis=0, keepdims=True), X.T @ signal]
    return tuple(result[::-1])


RIGHT = {
    "divided": lambda signal, n, d: signal / n,
    "slope2": lambda z1, z2: 1 - np.tanh(z2) ** 2,
    "slope1": lambda z1, z2: 1 - np.tanh(z1) ** 2,
    "transposed": True,
    "below": False,
}
THE_MEAN = {"divided": lambda signal, n, d: signal}
THE_SLOPE = {"slope2": RIGHT["slope1"]}
THE_TRANSPOSE = {"transposed": False}

_BEGIN_AT_THE_OUTPUT = (
    "The output's gradients are wrong, so everything below them is, too: begin there. Divide a gradient by the measured one, "
    "number by number. What is the quotient, and what else is as large as that?"
)
_ONE_FACTOR = "Each number is the measured one times the same factor. Which one, and what do you divide the signal by?"
_WHOSE_SLOPE = (
    "The output fits, the second layer does not. On its way between the two the signal passes weights and a slope. The slope of "
    "which units is wanted there, and what do those units give?"
)
_SLOPE_OF_TANH = (
    "The output fits, so look at the slope of the second layer. The slope of tanh at z is 1 minus the square of what tanh gives "
    "there."
)
_ONLY_THE_FIRST = (
    "Only the first layer is off, so look at what the signal passes on its way down from the second. It passes `W3` a few lines "
    "above: compare the two. (As many units go in as come out, so the wrong product has the right shape.)"
)

AT_THE_OUTPUT = (
    ("", THE_MEAN, _BEGIN_AT_THE_OUTPUT),
    ("divided by the size of X", {"divided": lambda signal, n, d: signal / (n * d)}, _ONE_FACTOR),
    ("divided by 2n", {"divided": lambda signal, n, d: signal / (2 * n)}, _ONE_FACTOR),
    ("divided by n twice", {"divided": lambda signal, n, d: signal / n**2}, _ONE_FACTOR),
    (
        "all signs turned",
        {"divided": lambda signal, n, d: -signal / n},
        "Each number has the wrong sign. Here the signal is ŷ − y: a step subtracts the gradient.",
    ),
    (
        "the signal that goes on down is not divided",
        {"below": True},
        "W3 and b3 are divided by n now, but the signal that goes on down is not.",
    ),
)
AT_THE_SECOND_LAYER = (
    ("", THE_SLOPE, _WHOSE_SLOPE),
    ("slope left out", {"slope2": lambda z1, z2: 1.0}, _SLOPE_OF_TANH),
    ("f′ taken of the activation", {"slope2": lambda z1, z2: 1 - np.tanh(np.tanh(z2)) ** 2}, _SLOPE_OF_TANH),
    ("a slope of z itself", {"slope2": lambda z1, z2: 1 - z2**2}, _SLOPE_OF_TANH),
    ("nothing is squared in the slope", {"slope2": lambda z1, z2: 1 - np.tanh(z2)}, _SLOPE_OF_TANH),
    ("the slope of a sigmoid", {"slope2": lambda z1, z2: np.tanh(z2) * (1 - np.tanh(z2))}, _SLOPE_OF_TANH),
)
AT_THE_FIRST_LAYER = (
    ("", THE_TRANSPOSE, _ONLY_THE_FIRST),
    (
        "both slopes are the second layer's",
        {"slope1": RIGHT["slope2"]},
        "The slope of the second layer is mended, but that of the first was right before, and is changed now. Each layer has "
        "its own activations.",
    ),
    (
        "slope left out at the first layer",
        {"slope1": lambda z1, z2: 1.0},
        "Only the first layer is off: the signal goes through its units, too. By what is it multiplied there?",
    ),
)
PLANTED = {
    (True, True, True): "nothing is mended yet",
    (True, True, False): "two bugs left, the first at the output",
    (True, False, True): "two bugs left, one of them at the output",
    (True, False, False): "one bug left, at the output",
    (False, True, True): "two bugs left, below the output",
    (False, True, False): "one bug left, between the output and the second layer",
    (False, False, True): "one bug left, between the second layer and the first",
}
"""What is still wrong of the three that were planted: the mean, the slope, the transpose."""


def _wrong_repairs():
    """Yield what may be wrong, from the top down: what goes wrong first, alone or above bugs that were planted."""
    for (name, bug, thought), slope, transpose in product(AT_THE_OUTPUT, (False, True), (False, True)):
        yield name, bug, thought, slope, transpose
    for (name, bug, thought), transpose in product(AT_THE_SECOND_LAYER, (False, True)):
        yield name, bug, thought, False, transpose
    for name, bug, thought in AT_THE_FIRST_LAYER:
        yield name, bug, thought, False, False


def _add(name, bug, thought, slope, transpose):
    bugs = RIGHT | (THE_SLOPE if slope else {}) | (THE_TRANSPOSE if transpose else {}) | bug
    if name:
        left = ", ".join(["the slope"] * slope + ["the transpose"] * transpose)
        name += f"; left: {left}" if left else ""
    else:
        name = PLANTED[bug is THE_MEAN, slope or bug is THE_SLOPE, transpose or bug is THE_TRANSPOSE]

    @MEND_BACKWARD.wrong(name, thought=thought)
    def _(*arguments):
        return a_pass(**bugs, arguments=arguments)


for repair in _wrong_repairs():
    _add(*repair)


@MEND_BACKWARD.wrong("the mean is in the biases only")
def _(*arguments):
    """The biases are right, the weights n times too large: a sum over samples is hidden in each matrix product, too."""
    times_n = a_pass(**RIGHT | THE_MEAN, arguments=arguments)
    return tuple(None if place % 2 else value for place, value in enumerate(times_n))


EXERCISES = (
    gradient_checker.CHECK_GRADIENT,
    MEND_BACKWARD,
    ChoiceExercise(
        slug="relative-tolerance",
        name="true_sentences",
        title="Why a tolerance must be relative",
        points=2,
        why_one="the sentences are about this check",
        statements={
            "A": "Where the true gradient is smaller than 1e-7, a backward pass that returns nothing but zeros passes.",
            "B": "A right backward pass can fail after the loss has been multiplied by a million.",
            "C": "If the loss is multiplied by a million, the relative error of the measured gradient grows by a million.",
            "D": "What passes this check has a relative error below 1e-7.",
            "E": "`np.allclose(gradient, measured)` is no such check: it is relative, so zeros cannot pass it for a tiny gradient.",
            "F": "Where the true gradient is exactly 0 and the measured one is not, a relative error cannot tell rounding from a bug.",
        },
        true=frozenset("ABF"),
        consequence="So ask how large an error is beside the gradient, and look at the two where both are 0.",
        hints=(
            "Put numbers in. Let the true gradient be 3e-8 and the backward pass return 0: how large is the difference? Let the gradient "
            "be 4e6 and agree to 11 digits: how large is it then?",
            "The relative error is a quotient. What happens to a quotient if both of its parts are multiplied by a million, and what if "
            "what is below it is nothing but rounding?",
            "Look `np.allclose` up: `np.allclose?` shows two tolerances and their defaults.",
        ),
        taken={
            "C": "C: difference and lengths all grow by a million. What becomes of their quotient?",
            "D": "D: think of a gradient of length 1e-6 that is off by 5e-8.",
            "E": "E: look at the signature of `np.allclose`. Beside the relative tolerance there is an absolute one, and it is not 0.",
        },
    ),
)

FAMILIES = (other_quotients.FAMILY,)
