"""The matching loss of a tanh neuron, and in the variants of another one."""

import numpy as np

from gdlab.activations import exponential, leaky_relu, relu, sine, tanh
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def matching_loss(z, y):
    return np.log(np.cosh(z)) - y * z


def matching_loss_of_relu(z, y):
    return np.maximum(z, 0) ** 2 / 2 - y * z


def matching_loss_of_leaky_relu(z, y):
    return np.where(z > 0, z, 0.01 * z) * z / 2 - y * z


def matching_loss_of_exponential(z, y):
    return np.exp(z) - 1 - y * z


def matching_loss_of_sine(z, y):
    return 1 - np.cos(z) - y * z


def _z_and_y(rng):
    n = int(rng.integers(4, 7))
    return rng.normal(0, 2, n), rng.uniform(-0.98, 0.98, n)


def _z_and_positive_y(rng):
    n = int(rng.integers(4, 7))
    return rng.normal(0, 2, n), rng.uniform(0.02, 2, n)


MATCHING_LOSS = FunctionExercise(
    slug="tanh-matching-loss",
    title="The loss surface of a tanh neuron",
    points=3,
    given={"unit": tanh},
    solution=matching_loss,
    inputs=_z_and_y,
    parts=("L",),
    hints=(
        "You need a function F whose derivative is tanh. Write tanh as sinh / cosh. What is the derivative of cosh?",
        "The numerator is the derivative of the denominator. What is the derivative of log g(z)?",
        "g′/g is the derivative of log g, so put the denominator there: `np.cosh`. Its log is 0 at z = 0, as wanted. "
        "Subtract `y * z`.",
    ),
    consequence="Differentiate it twice with respect to z and you get 1 − tanh²(z), which is never negative: the surface "
    "is convex.",
)


def _F(unit, z):
    return unit.F(z) - unit.F(np.zeros(1))


@MATCHING_LOSS.wrong("the constant", up_to="a constant")
def _(z, y, *, unit):
    """The shape is right. Now put in z = 0: the value there should be 0."""
    return _F(unit, z) + 1 - y * z


@MATCHING_LOSS.wrong("y z is missing")
def _(z, y, *, unit):
    """This is F. Differentiate it with respect to z: it gives f(z). What is wanted is a loss whose derivative is
    f(z) − y."""
    return _F(unit, z)


@MATCHING_LOSS.wrong("all is turned round")
def _(z, y, *, unit):
    """The derivative of yours with respect to z is y − f(z). It should be the other way round: the loss grows where the
    prediction is above y and z rises."""
    return y * z - _F(unit, z)


@MATCHING_LOSS.wrong("y in place of y z")
def _(z, y, *, unit):
    """Differentiate your second term with respect to z: y alone does not depend on z. It should give −y."""
    return _F(unit, z) - y


@MATCHING_LOSS.wrong("a term without z")
def _(z, y, *, unit):
    """The derivative with respect to z is right. But there is a term without z in yours; put in z = 0: the value there
    should be 0, whatever y is."""
    return _F(unit, z) - y * z + y**2 / 2


@MATCHING_LOSS.wrong("y times the prediction")
def _(z, y, *, unit):
    """Differentiate your second term with respect to z. It should give −y, whatever z is."""
    return _F(unit, z) - y * unit.f(z)


@MATCHING_LOSS.wrong("the sign of y")
def _(z, y, *, unit):
    """Differentiate your loss with respect to z: it gives f(z) + y. The delta rule's error is 0 where f(z) equals y."""
    return _F(unit, z) + y * z


@MATCHING_LOSS.wrong("the sign of F")
def _(z, y, *, unit):
    """Differentiate your first term: is it f(z), or minus f(z)?"""
    return -_F(unit, z) - y * z


@MATCHING_LOSS.wrong("f in place of F")
def _(z, y, *, unit):
    """Differentiate your loss with respect to z. The first term gives the slope f′(z); it should give f(z) itself."""
    return unit.f(z) - y * z


@MATCHING_LOSS.wrong("f′ in place of F")
def _(z, y, *, unit):
    """You went the wrong way: from f to its derivative. What is wanted is the function that has f as its derivative."""
    return unit.f_prime(z) - y * z


@MATCHING_LOSS.wrong("the derivative, not the loss")
def _(z, y, *, unit):
    """This is the derivative of what is wanted. The loss is the function that has it as its derivative."""
    return unit.f(z) - y


@MATCHING_LOSS.wrong("squared error")
def _(z, y, *, unit):
    """This is the chain rule's loss. Differentiate it with respect to z, and there is a factor that the delta rule does not
    have."""
    return (unit.f(z) - y) ** 2 / 2


@MATCHING_LOSS.wrong("the identity's loss")
def _(z, y):
    """Its derivative with respect to z is z − y, which belongs to a linear unit. Which function of z does this unit predict
    with?"""
    return z**2 / 2 - y * z


@MATCHING_LOSS.wrong("the mean over the samples")
def _(z, y, *, unit):
    """That is J. Here the loss of each sample is wanted: as many numbers as there are in `z`."""
    return np.mean(_F(unit, z) - y * z)


ALL_UNITS = [misconception.name for misconception in MATCHING_LOSS.misconceptions]


@MATCHING_LOSS.wrong("the definition of the papers")
def _(z, y):
    """That is the definition of the papers, which makes the loss 0 at the best z. Here the term without z is left out: the
    loss is 0 at z = 0, whatever y is."""
    best = np.arctanh(y)
    return np.log(np.cosh(z)) - y * z - (np.log(np.cosh(best)) - y * best)


@MATCHING_LOSS.wrong("the loss of the sigmoid", up_to="a constant")
def _(z, y):
    """This is the matching loss of the sigmoid. Its derivative with respect to z is σ(z) − y. Which one is wanted here?"""
    return np.logaddexp(0, z) - y * z


@MATCHING_LOSS.wrong("the logarithm is missing", up_to="a constant")
def _(z, y):
    """The derivative of cosh is sinh. It should be tanh, which is sinh / cosh."""
    return np.cosh(z) - y * z


@MATCHING_LOSS.wrong("1 too steep", up_to="a constant")
def _(z, y):
    """Differentiate your first term with respect to z: at z = 0 it gives 1. What is tanh there?"""
    return np.log1p(np.exp(2 * z)) - y * z


@MATCHING_LOSS.wrong("another base")
def _(z, y):
    """`np.log10` is the logarithm to base 10; the derivative of log g is g′/g only for the natural one."""
    return np.log10(np.cosh(z)) - y * z


OF_TANH = [each.name for each in MATCHING_LOSS.misconceptions if each.name not in ALL_UNITS]


def _of(unit, called, solution, hints, without=()):
    other = MATCHING_LOSS.but(
        title=f"The loss surface of {called}",
        given={"unit": unit},
        solution=solution,
        inputs=_z_and_y if unit.range[0] < 0 else _z_and_positive_y,
        hints=hints,
        consequence="",
        without=(*OF_TANH, *without),
    )

    @other.wrong("the loss of tanh", up_to="a constant")
    def _(z, y):
        """This is the matching loss of tanh. Differentiate it with respect to z, and add y: is that the activation asked
        for?"""
        return matching_loss(z, y)

    return other


RELU = _of(
    relu,
    "a ReLU neuron",
    matching_loss_of_relu,
    (
        "You need a function F whose derivative is ReLU. Take the two sides apart: what is ReLU left of 0, and right of 0?",
        "On the left F′ is 0, so F stays at the value that it has at z = 0. On the right F′ is z.",
        "So F is 0 on the left and half a square on the right; `np.maximum` puts the two together. Subtract `y * z`.",
    ),
)


@RELU.wrong("twice too steep")
def _(z, y):
    """Differentiate your first term right of 0. The exponent comes down; is there something to meet it?"""
    return np.maximum(z, 0) ** 2 - y * z


LEAKY_RELU = _of(
    leaky_relu,
    "a leaky ReLU neuron",
    matching_loss_of_leaky_relu,
    (
        "You need a function F whose derivative is leaky ReLU. Take the two sides apart: it is a line on each.",
        "The antiderivative of z is half of its square, and a factor stays a factor. Both sides are 0 at z = 0.",
        "`np.where(z > 0, …, …)` puts the sides together. On the left the factor is 0.01. Subtract `y * z`.",
    ),
)


@LEAKY_RELU.wrong("the leak is forgotten")
def _(z, y):
    """Differentiate your first term left of 0: it gives 0. What does a leaky ReLU give there?"""
    return matching_loss_of_relu(z, y)


@LEAKY_RELU.wrong("the leak is squared")
def _(z, y):
    """Differentiate your first term left of 0: the leak is in it twice. A factor stays as it is when one integrates."""
    return leaky_relu.f(z) ** 2 / 2 - y * z


EXPONENTIAL = _of(
    exponential,
    "an exponential neuron",
    matching_loss_of_exponential,
    (
        "You need a function F whose derivative is the exponential. Which function is its own derivative?",
        "Any constant may be added to F without changing its derivative. Put z = 0 into your loss: what is there?",
        "The exponential is 1 at z = 0, so that much has to go. Subtract `y * z`.",
    ),
    without=("f in place of F", "f′ in place of F"),  # right but for the constant
)


@EXPONENTIAL.wrong("differentiated as a power", up_to="a constant")
def _(z, y):
    """The rule for powers holds where z is below, as in z². Here z is the exponent."""
    return z * np.exp(z - 1) - y * z


SINE = _of(
    sine,
    "a sine neuron",
    matching_loss_of_sine,
    (
        "You need a function F whose derivative is the sine. Which function has the sine as its derivative, but for the sign?",
        "The derivative of the cosine is minus the sine.",
        "Turn the sign of `np.cos` round, and add the constant that makes it 0 at z = 0. Subtract `y * z`.",
    ),
    without=("f′ in place of F", "the sign of F"),  # the same but for the constant, and more likely the sign
)


@SINE.wrong("the sign of F", up_to="a constant")
def _(z, y):
    """Differentiate your first term with respect to z: it gives minus the sine. What is wanted is the sine."""
    return np.cos(z) - y * z


@SINE.wrong("the derivative of the cosine")
def _(z, y):
    """Differentiate your first term with respect to z: it gives minus the cosine. What is wanted is the sine."""
    return -np.sin(z) - y * z


ACTIVATIONS = Family(
    MATCHING_LOSS,
    {"ReLU": RELU, "leaky ReLU": LEAKY_RELU, "the exponential": EXPONENTIAL, "the sine": SINE},
    name="matching-loss",
)
