"""Exercises of notebook 00."""

import numpy as np

from gdlab.activations import gaussian, sigmoid, sine, softplus, tanh
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def both_rules(error, z, input):
    slope = 1 - np.tanh(z) ** 2
    return error * 1 * input, error * slope * input


def both_rules_for(error, z, input, *, unit):
    return error * 1 * input, error * unit.f_prime(z) * input


def _inputs(rng):
    return float(rng.normal()), float(rng.normal(0, 0.8)), float(rng.normal())


BOTH_RULES = FunctionExercise(
    slug="both-rules",
    title="Both rules for one tanh unit",
    points=1,
    given={"unit": tanh},
    solution=both_rules,
    inputs=_inputs,
    parts=("delta rule", "chain rule"),
    hints=(
        "Both are products of three factors: error, slope, input. Only the middle one differs.",
        "The delta rule's middle factor is 1, whatever `z` is.",
        "The chain rule's middle factor is the derivative of tanh at `z`: one minus the square of `np.tanh(z)`.",
    ),
    consequence="Where tanh is flat, the chain rule hardly moves the weight and the delta rule moves it as far as ever.",
)


@BOTH_RULES.wrong("the slope is missing")
def _(error, z, input):
    """With 1 in the middle this is the delta rule once more. The chain rule asks how much the unit's output moves when
    `z` moves a little."""
    return error * input, error * input


@BOTH_RULES.wrong("f(z) where f′(z) belongs")
def _(error, z, input, *, unit):
    """You multiplied by the value of the activation. What is wanted is its slope: how steep it is at `z`."""
    return error * unit.f(z) * input, error * unit.f(z) * input


@BOTH_RULES.wrong("the slope is taken at the activation")
def _(error, z, input, *, unit):
    """You took the slope at what comes out of the unit. The slope belongs to the place on the curve where the unit is:
    that is `z`."""
    return error * input, error * unit.f_prime(unit.f(z)) * input


@BOTH_RULES.wrong("the slope is taken at the input")
def _(error, z, input, *, unit):
    """The unit is at `z` on its curve, where all its inputs together have put it; one input alone does not say where."""
    return error * input, error * unit.f_prime(input) * input


@BOTH_RULES.wrong("z where the input belongs")
def _(error, z, input, *, unit):
    """`z` sums up all inputs with their weights. The last factor is the one input that this weight multiplies."""
    return error * z, error * unit.f_prime(z) * z


@BOTH_RULES.wrong("the sign is turned round")
def _(error, z, input, *, unit):
    """Here the error is actual minus predicted, and the update is added. A positive error means that the prediction is
    too low: with a positive input the weight has to grow."""
    return -error * input, -error * unit.f_prime(z) * input


@BOTH_RULES.wrong("the slope belongs to the other rule")
def _(error, z, input, *, unit):
    """The delta rule is the one that leaves the slope out; and the order asked for is delta rule, chain rule."""
    return error * unit.f_prime(z) * input, error * input


@BOTH_RULES.wrong("the input is missing", plain=True)
def _(error, z, input, *, unit):
    """A weight whose input was 0 had no part in the error. Does your update leave it alone?"""
    return error, error * unit.f_prime(z)


ALL_UNITS = {misconception.name for misconception in BOTH_RULES.misconceptions}


@BOTH_RULES.wrong("the sigmoid's slope")
def _(error, z, input):
    """σ(1 − σ) is the slope of another activation. This unit is a tanh, whose slope at `z = 0` is 1, not ¼."""
    a = 1 / (1 + np.exp(-z))
    return error * input, error * a * (1 - a) * input


@BOTH_RULES.wrong("the sigmoid's formula with tanh in it")
def _(error, z, input):
    """a(1 − a) is how the slope of a sigmoid is written with its output a. For tanh it is written in another way, and is
    never negative."""
    a = np.tanh(z)
    return error * input, error * a * (1 - a) * input


@BOTH_RULES.wrong("what is missing from the slope")
def _(error, z, input):
    """You multiplied by tanh². Compare with the formula: what is it subtracted from?"""
    return None, error * np.tanh(z) ** 2 * input


@BOTH_RULES.wrong("the square of the whole")
def _(error, z, input):
    """Your square covers the 1 as well. Compare with the formula: what exactly is squared?"""
    return error * input, error * (1 - np.tanh(z)) ** 2 * input


@BOTH_RULES.wrong("a square is missing")
def _(error, z, input):
    """The slope of tanh is the same at `z` and at `−z`, since the curve is symmetric about the origin. Is yours?"""
    return error * input, error * (1 - np.tanh(z)) * input


@BOTH_RULES.wrong("the slope is taken at z without tanh")
def _(error, z, input):
    """For a large `z` your factor is negative, but tanh never falls. What is squared in its derivative?"""
    return error * input, error * (1 - z**2) * input


def _for(unit, name, called, hint):
    """Return the exercise for another unit; what is wrong with tanh alone goes."""
    other = BOTH_RULES.but(
        title=f"Both rules for one {name} unit",
        given={"unit": unit},
        solution=both_rules_for,
        without={one.name for one in BOTH_RULES.misconceptions} - ALL_UNITS,
        hints=(*BOTH_RULES.hints[:2], f"The chain rule's middle factor is the derivative of {called} at `z`: {hint}."),
        consequence="",
    )

    @other.wrong("the slope of tanh")
    def _(error, z, input):
        """Your slope is that of tanh. This unit has another activation."""
        return error * input, error * (1 - np.tanh(z) ** 2) * input

    return other


SIGMOID = _for(sigmoid, "sigmoid", "the sigmoid", "what the unit gives, times one minus that")
SINE = _for(sine, "sine", "the sine", "`np.cos`, taken at `z`")
GAUSSIAN = _for(gaussian, "Gaussian", "the Gaussian", "minus `z`, times what the unit gives")
SOFTPLUS = _for(softplus, "softplus", "softplus", "one divided by the sum of 1 and `np.exp(-z)`")


@SIGMOID.wrong("one factor of the slope")
def _(error, z, input):
    """The slope of the sigmoid is the same at `z` and at `−z`. Is yours? Its formula has two factors."""
    return error * input, error * (1 - sigmoid.f(z)) * input


@SIGMOID.wrong("the slope is taken at z without the sigmoid")
def _(error, z, input):
    """For a large `z` your factor is negative, but the sigmoid never falls. Of what is the product taken?"""
    return error * input, error * z * (1 - z) * input


@SIGMOID.wrong("a square where a product belongs")
def _(error, z, input):
    """Far to the left, where the sigmoid is flat, your factor is nearly 1. Compare with the formula."""
    return error * input, error * (1 - sigmoid.f(z) ** 2) * input


@SINE.wrong("the sign of the cosine")
def _(error, z, input):
    """At `z = 0` the sine rises. Is your slope positive there?"""
    return error * input, -error * np.cos(z) * input


@GAUSSIAN.wrong("the minus is lost")
def _(error, z, input):
    """To the right of `z = 0` the Gaussian falls. Is your slope negative there?"""
    return error * input, error * z * np.exp(-(z**2) / 2) * input


@GAUSSIAN.wrong("the factor z is lost")
def _(error, z, input):
    """At its top, at `z = 0`, the Gaussian is level. Is your slope 0 there?"""
    return error * input, -error * np.exp(-(z**2) / 2) * input


@SOFTPLUS.wrong("the sign in the exponent")
def _(error, z, input):
    """Far to the right softplus is nearly `z`, so its slope is nearly 1. Is yours?"""
    return error * input, error / (1 + np.exp(z)) * input


@SOFTPLUS.wrong("differentiated twice")
def _(error, z, input):
    """Far to the right softplus is nearly `z`, so its slope is nearly 1. Yours falls to 0: it is the slope of the slope."""
    return error * input, error * sigmoid.f_prime(z) * input


UNITS = Family(
    BOTH_RULES,
    {
        "one sigmoid unit": SIGMOID,
        "one sine unit": SINE,
        "one Gaussian unit": GAUSSIAN,
        "one softplus unit": SOFTPLUS,
    },
)

EXERCISES = (BOTH_RULES,)
FAMILIES = (UNITS,)
