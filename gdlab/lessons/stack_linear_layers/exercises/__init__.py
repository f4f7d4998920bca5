"""Exercises of notebook 05."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.activations import Activation, gaussian, sigmoid, sine, softplus, tanh
from gdlab.exercises.kinds import FunctionExercise, Misconception
from gdlab.exercises.old_family import OldFamily as Family
from gdlab.lessons.stack_linear_layers.exercises.xor_by_hand import XOR_BY_HAND


def collapse(W1, b1, W2, b2, W3, b3):
    W = W1 @ W2 @ W3
    b = (b1 @ W2 + b2) @ W3 + b3
    return W, b


def slope_field(X, W1, b1, W2):
    slope = 1 - np.tanh(X @ W1 + b1) ** 2  # f′ of every hidden unit at every point, shape (n, k)
    return (slope * W2[:, 0]) @ W1.T


def sigmoid_slope_field(X, W1, b1, W2):
    a = 1 / (1 + np.exp(-(X @ W1 + b1)))
    return (a * (1 - a) * W2[:, 0]) @ W1.T


def sine_slope_field(X, W1, b1, W2):
    slope = np.cos(X @ W1 + b1)
    return (slope * W2[:, 0]) @ W1.T


def gaussian_slope_field(X, W1, b1, W2):
    z = X @ W1 + b1
    return (-z * np.exp(-(z**2) / 2) * W2[:, 0]) @ W1.T


def softplus_slope_field(X, W1, b1, W2):
    slope = 1 / (1 + np.exp(-(X @ W1 + b1)))
    return (slope * W2[:, 0]) @ W1.T


def _three_layers(rng):
    k = 2  # all layers alike, so that a wrong order is a wrong answer and not an error
    return tuple(rng.normal(0, 1, shape) for _ in range(3) for shape in ((k, k), (1, k)))


def _one_hidden_layer(rng):
    n, k = int(rng.integers(5, 9)), int(rng.integers(3, 5))
    return rng.normal(0, 1, (n, 2)), rng.normal(0, 1, (2, k)), rng.normal(0, 0.7, (1, k)), rng.normal(0, 1, (k, 1))


def _backwards(W1, b1, W2, b2, W3, b3):
    return W3 @ W2 @ W1, None


@dataclass(frozen=True)
class _Hidden:
    """Hidden units whose slopes can be asked for: `own` are the wrong answers that only their activation suggests."""

    activation: Activation
    name: str
    formula: str
    derivative: str
    slope: str
    solution: Callable[..., Any]
    own: tuple[Misconception, ...]


def _through(slope):
    """Return the slope field if the hidden units had these slopes: a function of what goes into them."""
    return lambda X, W1, b1, W2: (slope(X @ W1 + b1) * W2[:, 0]) @ W1.T


_HIDDEN = (
    _Hidden(
        tanh,
        "tanh",
        r"\tanh(x W_1 + b_1)",
        r"The derivative of tanh is $1 - \tanh^2$.",
        "one minus the square of its tanh",
        slope_field,
        (
            Misconception(
                "a square is missing",
                _through(lambda z: 1 - np.tanh(z)),
                "The slope of tanh is the same at z and at −z. Is yours?",
            ),
            Misconception(
                "the slope is taken at the output",
                lambda X, W1, b1, W2: (1 - (np.tanh(X @ W1 + b1) @ W2) ** 2) * (W1 @ W2)[:, 0],
                "The bend is in each hidden unit, not in z. Each has a slope of its own, at its own place on the curve.",
            ),
            Misconception(
                "tanh is missing in the slope",
                _through(lambda z: 1 - z**2),
                "For large weighted inputs your slope is negative, but tanh never falls. What is squared in its derivative?",
            ),
        ),
    ),
    _Hidden(
        sigmoid,
        "sigmoid",
        r"\sigma(x W_1 + b_1)",
        r"The sigmoid is $\sigma(z) = 1/(1 + e^{-z})$, and its derivative is $\sigma\,(1 - \sigma)$.",
        "what it gives, times one minus that",
        sigmoid_slope_field,
        (
            Misconception(
                "the sigmoid is missing in the slope",
                _through(lambda z: z * (1 - z)),
                "For large weighted inputs your slope is negative, but the sigmoid never falls. What is multiplied in its "
                "derivative?",
            ),
            Misconception(
                "one factor of the slope",
                _through(lambda z: 1 - sigmoid(z)),
                "The slope of the sigmoid is the same at z and at −z. Is yours?",
            ),
        ),
    ),
    _Hidden(
        sine,
        "sine",
        r"\sin(x W_1 + b_1)",
        r"The derivative of the sine is the cosine.",
        "the cosine of its weighted input",
        sine_slope_field,
        (
            Misconception(
                "the sign of the cosine",
                _through(lambda z: -np.cos(z)),
                "At 0 the sine rises. Is your slope positive there?",
            ),
        ),
    ),
    _Hidden(
        gaussian,
        "Gaussian",
        r"g(x W_1 + b_1)",
        r"The Gaussian is $g(z) = e^{-z^2/2}$, and its derivative is $-z\,e^{-z^2/2}$.",
        "minus its weighted input, times what it gives",
        gaussian_slope_field,
        (
            Misconception(
                "the minus is lost",
                _through(lambda z: z * np.exp(-(z**2) / 2)),
                "Right of 0 the Gaussian falls. Is your slope negative there?",
            ),
        ),
    ),
    _Hidden(
        softplus,
        "softplus",
        r"s(x W_1 + b_1)",
        r"Softplus is $s(z) = \log(1 + e^z)$, and its derivative is $1/(1 + e^{-z})$.",
        "the sigmoid of its weighted input",
        softplus_slope_field,
        (
            Misconception(
                "derived twice",
                _through(lambda z: sigmoid(z) * (1 - sigmoid(z))),
                "Far to the right softplus is nearly z, so its slope is nearly 1. Is yours?",
            ),
        ),
    ),
)


def _slope_field(slug, hidden):
    called = hidden.name if hidden in (_HIDDEN[0], _HIDDEN[-1]) else f"the {hidden.name}"
    name, f, f_prime = hidden.name, hidden.activation.f, hidden.activation.f_prime
    of_another = Misconception(
        "the slope of other units",
        slope_field,
        f"This is the slope field of units with another activation. The hidden units here are {name} units.",
    )
    return FunctionExercise(
        slug=slug,
        title="The slope field of a network",
        points=3,
        solution=hidden.solution,
        inputs=_one_hidden_layer,
        parts=("∂z/∂x",),
        hints=(
            "Take one point and one input first. z is a sum over the hidden units; how much does each of them move when x₁ "
            "moves a little? Three factors: into the unit, through its bend, out of the unit.",
            f"For hidden unit j: its weight from x₁, `W1[0, j]`; its slope, {hidden.slope}; its weight to "
            "the output, `W2[j, 0]`. The sum over j is the first column of the answer.",
            "With arrays: all slopes f′ are an array (n, k), one row for each point. Multiply each column by its unit's "
            "weight in `W2[:, 0]`, then sum over the units with `@ W1.T`.",
        ),
        misconceptions=(
            Misconception(
                "f′ is missing",
                lambda X, W1, b1, W2: np.ones((len(X), 1)) * (W1 @ W2)[:, 0],
                f"Your slope is the same at every point, as for linear units. What does {called} do on the way?",
            ),
            Misconception(
                "f(z) stands where f′(z) belongs",
                _through(f),
                f"You multiplied by the value of {called}. What is wanted is how much it moves: its slope.",
            ),
            Misconception(
                "the slope is taken at the activation",
                _through(lambda z: f_prime(f(z))),
                f"You applied {called} twice. The slope belongs to the place on the "
                "curve where the unit is: its weighted input.",
            ),
            *hidden.own,
            Misconception(
                "the bias is forgotten",
                lambda X, W1, b1, W2: hidden.solution(X, W1, np.zeros_like(b1), W2),
                "A bias adds nothing to the slope by itself. But it moves the unit to another place on its curve, and there "
                f"{called} is steeper or flatter.",
            ),
            Misconception(
                "the weights of the output are missing",
                lambda X, W1, b1, W2: f_prime(X @ W1 + b1) @ W1.T,
                "You have how much the hidden units move, all added up. z does not take all of them equally.",
            ),
            Misconception(
                "one slope for all points",
                lambda X, W1, b1, W2: np.ones((len(X), 1)) * ((f_prime(X @ W1 + b1).mean(axis=0) * W2[:, 0]) @ W1.T),
                "You averaged f′ over the points. The question is how z changes at each point.",
            ),
            Misconception(
                "the slope of the first input only",
                lambda X, W1, b1, W2: hidden.solution(X, W1, b1, W2)[:, [0, 0]],
                "Both of your columns are the slope along x₁. Which weights lead from x₂ into the hidden units?",
            ),
            Misconception(
                f"{name} at the output, too",
                lambda X, W1, b1, W2: hidden.solution(X, W1, b1, W2) * f_prime(f(X @ W1 + b1) @ W2),
                "The output z is linear in the hidden units. It is one f′ too many.",
            ),
            *(() if hidden is _HIDDEN[0] else (of_another,)),
        ),
    )


SLOPE_FIELD = Family(
    name="slope-field",
    slug="slope-field",
    members=_HIDDEN,
    make=_slope_field,
    passages=lambda hidden: (
        f"for one hidden layer of {hidden.name} units: $z = {hidden.formula}\\,W_2$ plus a bias that does not matter here. "
        f"{hidden.derivative}",
    ),
    about=lambda hidden: f"hidden units: {hidden.name}",
)

EXERCISES = (
    FunctionExercise(
        slug="collapse-three",
        title="Three layers in one",
        points=3,
        solution=collapse,
        inputs=_three_layers,
        parts=("W", "b"),
        hints=(
            "Begin with two layers: put `a = x @ W1 + b1` into `a @ W2 + b2` and multiply out. What stands at `x`? What is "
            "left without `x`?",
            "`(x @ W1 + b1) @ W2 + b2` is `x @ (W1 @ W2) + (b1 @ W2 + b2)`: again a matrix and a bias.",
            "Take that matrix and that bias as one layer, and put it before the third in the same way. In code the bias is "
            "what the three layers make of an input of zeros.",
        ),
        misconceptions=(
            Misconception(
                "the order is turned round",
                _backwards,
                "Matrices do not commute. The input is a row and meets `W1` first, from the left.",
            ),
            Misconception(
                "transposed",
                lambda W1, b1, W2, b2, W3, b3: ((W1 @ W2 @ W3).T, None),
                "This is the matrix for inputs that are columns. Here each input is a row, and a layer is `x @ W + b`.",
            ),
            Misconception(
                "multiplied element by element",
                lambda W1, b1, W2, b2, W3, b3: (W1 * W2 * W3, None),
                "`*` multiplies entry by entry. What sends the output of one layer into the next is the matrix product.",
            ),
            Misconception(
                "added instead of multiplied",
                lambda W1, b1, W2, b2, W3, b3: (W1 + W2 + W3, None),
                "The second layer does not see `x`; it sees what the first one made of it.",
            ),
            Misconception(
                "the biases are forgotten",
                lambda W1, b1, W2, b2, W3, b3: (None, np.zeros_like(b3)),
                "Send an input of zeros through the three layers. Does 0 come out?",
            ),
            Misconception(
                "only the last bias",
                lambda W1, b1, W2, b2, W3, b3: (None, b3),
                "The first two biases are added as well, and what is added early goes through the layers that follow.",
            ),
            Misconception(
                "the biases are added as they are",
                lambda W1, b1, W2, b2, W3, b3: (None, b1 + b2 + b3),
                "What the first layer adds is then an input of the second. What does the second layer do with its inputs?",
            ),
            Misconception(
                "the first bias stops halfway",
                lambda W1, b1, W2, b2, W3, b3: (None, b1 @ W2 + b2 @ W3 + b3),
                "`b1` has two layers in front of it. Yours goes through one of them.",
            ),
            Misconception(
                "the third layer is missing",
                lambda W1, b1, W2, b2, W3, b3: (W1 @ W2, b1 @ W2 + b2),
                "These are the first two layers in one. `W3` has not been used yet.",
            ),
            Misconception(
                "the first bias skips the second layer",
                lambda W1, b1, W2, b2, W3, b3: (None, (b1 + b2) @ W3 + b3),
                "Between `b1` and the third layer there is one more layer to go through.",
            ),
            Misconception(
                "the first bias is forgotten",
                lambda W1, b1, W2, b2, W3, b3: (None, b2 @ W3 + b3),
                "Send an input of zeros through the layers, one after the other. What does the first one give?",
            ),
            Misconception(
                "each bias goes through its own layer",
                lambda W1, b1, W2, b2, W3, b3: (None, b1 @ W1 @ W2 @ W3 + b2 @ W2 @ W3 + b3 @ W3),
                "A layer adds its bias *after* it has multiplied. Which matrices are still to come?",
            ),
        ),
    ),
    SLOPE_FIELD.published,
    XOR_BY_HAND.published,
)

FAMILIES = (SLOPE_FIELD, XOR_BY_HAND)
