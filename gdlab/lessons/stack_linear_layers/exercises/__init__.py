"""Exercises of notebook 05."""

import numpy as np

from gdlab.activations import gaussian, sigmoid, sine, softplus, tanh
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.lessons.stack_linear_layers.exercises import xor_by_hand


def collapse(W1, b1, W2, b2, W3, b3):
    W = W1 @ W2 @ W3
    b = (b1 @ W2 + b2) @ W3 + b3
    return W, b


def map_derivative(X, W1, b1, W2):
    slope = 1 - np.tanh(X @ W1 + b1) ** 2  # f′ of every hidden unit at every point, shape (n, k)
    return (slope * W2[:, 0]) @ W1.T


def map_derivative_of(X, W1, b1, W2, *, unit):
    return (unit.f_prime(X @ W1 + b1) * W2[:, 0]) @ W1.T


def _three_layers(rng):
    k = 2  # all layers alike, so that a wrong order is a wrong answer and not an error
    return tuple(rng.normal(0, 1, shape) for _ in range(3) for shape in ((k, k), (1, k)))


def _one_hidden_layer(rng):
    n, k = int(rng.integers(5, 9)), int(rng.integers(3, 5))
    return rng.normal(0, 1, (n, 2)), rng.normal(0, 1, (2, k)), rng.normal(0, 0.7, (1, k)), rng.normal(0, 1, (k, 1))


def _through(slope, X, W1, b1, W2):
    """Return the derivative of the map if the hidden units had these slopes: a function of what goes into them."""
    return (slope(X @ W1 + b1) * W2[:, 0]) @ W1.T


COLLAPSE = FunctionExercise(
    slug="collapse-three",
    title="Three layers in one",
    points=3,
    why_one="it is asked for any layers",
    solution=collapse,
    inputs=_three_layers,
    parts=("W", "b"),
    hints=(
        "Begin with two layers: put `a = x @ W1 + b1` into `a @ W2 + b2` and multiply out. What multiplies `x`? What is "
        "left without `x`?",
        "`(x @ W1 + b1) @ W2 + b2` is `x @ (W1 @ W2) + (b1 @ W2 + b2)`: again a matrix and a bias.",
        "Take that matrix and that bias as one layer, and put it before the third in the same way. In code the bias is "
        "what the three layers make of an input of zeros.",
    ),
    consequence="However many linear layers: one matrix, one bias. They reach nothing that a single layer does not.",
)


@COLLAPSE.wrong("the order is turned round")
def _(W1, b1, W2, b2, W3, b3):
    """Matrices do not commute. The input is a row and meets `W1` first, from the left."""
    return W3 @ W2 @ W1, None


@COLLAPSE.wrong("transposed")
def _(W1, b1, W2, b2, W3, b3):
    """This is the matrix for inputs that are columns. Here each input is a row, and a layer is `x @ W + b`."""
    return (W1 @ W2 @ W3).T, None


@COLLAPSE.wrong("multiplied element by element")
def _(W1, b1, W2, b2, W3, b3):
    """`*` multiplies entry by entry. What sends the output of one layer into the next is the matrix product."""
    return W1 * W2 * W3, None


@COLLAPSE.wrong("added instead of multiplied")
def _(W1, b1, W2, b2, W3, b3):
    """The second layer does not see `x`; it sees what the first one made of it."""
    return W1 + W2 + W3, None


@COLLAPSE.wrong("the biases are forgotten")
def _(W1, b1, W2, b2, W3, b3):
    """Send an input of zeros through the three layers. Does 0 come out?"""
    return None, np.zeros_like(b3)


@COLLAPSE.wrong("only the last bias")
def _(W1, b1, W2, b2, W3, b3):
    """The first two biases are added as well, and what is added early goes through the layers that follow."""
    return None, b3


@COLLAPSE.wrong("the biases are added as they are")
def _(W1, b1, W2, b2, W3, b3):
    """What the first layer adds is then an input of the second. What does the second layer do with its inputs?"""
    return None, b1 + b2 + b3


@COLLAPSE.wrong("the first bias stops halfway")
def _(W1, b1, W2, b2, W3, b3):
    """`b1` has two layers in front of it. Yours goes through one of them."""
    return None, b1 @ W2 + b2 @ W3 + b3


@COLLAPSE.wrong("the third layer is missing")
def _(W1, b1, W2, b2, W3, b3):
    """These are the first two layers in one. `W3` has not been used yet."""
    return W1 @ W2, b1 @ W2 + b2


@COLLAPSE.wrong("the first bias skips the second layer")
def _(W1, b1, W2, b2, W3, b3):
    """Between `b1` and the third layer there is one more layer to go through."""
    return None, (b1 + b2) @ W3 + b3


@COLLAPSE.wrong("the first bias is forgotten")
def _(W1, b1, W2, b2, W3, b3):
    """Send an input of zeros through the layers, one after the other. What does the first one give?"""
    return None, b2 @ W3 + b3


@COLLAPSE.wrong("each bias goes through its own layer")
def _(W1, b1, W2, b2, W3, b3):
    """A layer adds its bias *after* it has multiplied. Which matrices are still to come?"""
    return None, b1 @ W1 @ W2 @ W3 + b2 @ W2 @ W3 + b3 @ W3


MAP_DERIVATIVE = FunctionExercise(
    slug="map-derivative",
    title="The derivative of the map",
    points=3,
    given={"unit": tanh},
    solution=map_derivative,
    inputs=_one_hidden_layer,
    parts=("∂z/∂x",),
    hints=(
        "Take one point and one input first. z is a sum over the hidden units; how much does each of them move when x₁ "
        "moves a little? Three factors: into the unit, through its bend, out of the unit.",
        "For hidden unit j: its weight from x₁, `W1[0, j]`; its slope f′ at its weighted input; its weight to the output, "
        "`W2[j, 0]`. The sum over j is the first column of the answer.",
        "With arrays: all slopes f′ are an array (n, k), one row for each point. Multiply each column by its unit's "
        "weight in `W2[:, 0]`, then sum over the units with `@ W1.T`.",
    ),
    consequence="With f′ = 1 everywhere this is W₁ W₂ at every point: the arrows of a linear stack are all alike.",
)


@MAP_DERIVATIVE.wrong("f′ is missing")
def _(X, W1, b1, W2):
    """Your ∂z/∂x is the same at every point, as for linear units. What does the activation do on the way?"""
    return np.ones((len(X), 1)) * (W1 @ W2)[:, 0]


@MAP_DERIVATIVE.wrong("f(z) where f′(z) belongs")
def _(X, W1, b1, W2, *, unit):
    """You multiplied by the value of the activation. What is wanted is how much it moves: its slope."""
    return _through(unit.f, X, W1, b1, W2)


@MAP_DERIVATIVE.wrong("the slope is taken at the activation")
def _(X, W1, b1, W2, *, unit):
    """You applied the activation twice. The slope belongs to the place on the curve where the unit is: its weighted
    input."""
    return _through(lambda z: unit.f_prime(unit.f(z)), X, W1, b1, W2)


@MAP_DERIVATIVE.wrong("the bias is forgotten")
def _(X, W1, b1, W2, *, unit):
    """A bias adds nothing to ∂z/∂x by itself. But it moves the unit to another place on its curve, where the curve is
    steeper or flatter."""
    return _through(unit.f_prime, X, W1, np.zeros_like(b1), W2)


@MAP_DERIVATIVE.wrong("the weights of the output are missing")
def _(X, W1, b1, W2, *, unit):
    """You have how much the hidden units move, all added up. z does not take all of them equally."""
    return unit.f_prime(X @ W1 + b1) @ W1.T


@MAP_DERIVATIVE.wrong("one slope for all points")
def _(X, W1, b1, W2, *, unit):
    """You averaged f′ over the points. The question is how z changes at each point."""
    return np.ones((len(X), 1)) * ((unit.f_prime(X @ W1 + b1).mean(axis=0) * W2[:, 0]) @ W1.T)


@MAP_DERIVATIVE.wrong("the derivative along the first input only")
def _(X, W1, b1, W2, *, unit):
    """Both of your columns are ∂z/∂x₁. Which weights lead from x₂ into the hidden units?"""
    return _through(unit.f_prime, X, W1, b1, W2)[:, [0, 0]]


@MAP_DERIVATIVE.wrong("a bend at the output, too")
def _(X, W1, b1, W2, *, unit):
    """The output z is linear in the hidden units. It is one f′ too many."""
    return _through(unit.f_prime, X, W1, b1, W2) * unit.f_prime(unit.f(X @ W1 + b1) @ W2)


ALL_UNITS = {misconception.name for misconception in MAP_DERIVATIVE.misconceptions}


@MAP_DERIVATIVE.wrong("a square is missing")
def _(X, W1, b1, W2):
    """The slope of tanh is the same at z and at −z. Is yours?"""
    return _through(lambda z: 1 - np.tanh(z), X, W1, b1, W2)


@MAP_DERIVATIVE.wrong("tanh is missing in the slope")
def _(X, W1, b1, W2):
    """For large weighted inputs your slope is negative, but tanh never falls. What is squared in its derivative?"""
    return _through(lambda z: 1 - z**2, X, W1, b1, W2)


@MAP_DERIVATIVE.wrong("the sigmoid's formula with tanh in it")
def _(X, W1, b1, W2):
    """a(1 − a) is how the slope of a sigmoid is written with its output a. That of tanh is written in another way."""
    return _through(lambda z: np.tanh(z) * (1 - np.tanh(z)), X, W1, b1, W2)


@MAP_DERIVATIVE.wrong("the slope is taken at the output")
def _(X, W1, b1, W2):
    """The bend is in each hidden unit, not in z. Each has a slope of its own, at its own place on the curve."""
    return (1 - (np.tanh(X @ W1 + b1) @ W2) ** 2) * (W1 @ W2)[:, 0]


def _of(unit):
    """Return the exercise for hidden units of another activation."""
    others = [each.name for each in MAP_DERIVATIVE.misconceptions if each.name not in ALL_UNITS]
    exercise = MAP_DERIVATIVE.but(given={"unit": unit}, solution=map_derivative_of, without=others)

    @exercise.wrong("the slope of tanh")
    def _(X, W1, b1, W2):
        """This is the derivative of the map of tanh units. The hidden units here have another activation."""
        return map_derivative(X, W1, b1, W2)

    return exercise


UNITS = Family(
    MAP_DERIVATIVE,
    {unit.name: _of(unit) for unit in (sigmoid, sine, gaussian, softplus)},
)

EXERCISES = (
    COLLAPSE,
    MAP_DERIVATIVE,
    xor_by_hand.XOR_BY_HAND,
)

FAMILIES = (UNITS, xor_by_hand.FAMILY)
