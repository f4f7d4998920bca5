"""The exercise of notebook 09 on a way back through a step, and its variants: other curves that replace the step."""

import functools
from pathlib import Path

import numpy as np

from gdlab.activations import sigmoid
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def straight_through(error, z):
    return error * (np.abs(z) <= 1)


def through_a_short_ramp(error, z):
    return error * (np.abs(z) <= 0.5)


def through_a_gentle_ramp(error, z):
    return error * (np.abs(z) <= 2) / 2


def through_a_tent(error, z):
    return error * np.maximum(0, 1 - np.abs(z))


def through_a_sigmoid(error, z):
    a = 1 / (1 + np.exp(-z))
    return error * a * (1 - a)


def through_softsign(error, z):
    return error / (1 + np.abs(z)) ** 2


def _errors_at_steps(rng):
    shape = int(rng.integers(5, 9)), int(rng.integers(3, 5))
    return rng.normal(0, 1, shape), rng.normal(0, 1.5, shape)


_ONCE_MORE = "It is error × slope once more, element by element. Only the slope is not that of the step."
_DRAW = "Draw the ramp. It has two slopes only: one in the middle, another outside. Which z are in the middle?"
_COMPARE = "An array of True and False counts as 1 and 0 in a product. Which comparison of `np.abs(z)` says that z is on the ramp?"

STRAIGHT_THROUGH = FunctionExercise(
    slug="straight-through",
    title="A way back through a step",
    points=2,
    given={"through": straight_through, "end": 1, "rise": 1},  # the answer, where the ramp ends, how steep it is
    solution=straight_through,
    inputs=_errors_at_steps,
    parts=("error signal at z",),
    hints=(_ONCE_MORE, _DRAW, _COMPARE),
    consequence="What goes back is the gradient of another network, whose units are that curve; forward the steps remain.",
)


def slope(exercise, name, plain=False):
    """Decorate a wrong slope: a function of z whose docstring is the thought. The error is multiplied by it."""

    def add(function):
        @exercise.wrong(name, plain=plain)
        @functools.wraps(function)  # so that what is given reaches it
        def _(error, z, **given):
            return error * function(z, **given)

    return add


@slope(STRAIGHT_THROUGH, "the true slope", plain=True)
def _(z):
    """This is what the chain rule does, and nothing comes through. Take the slope of the curve that replaces the step."""
    return 0.0


@STRAIGHT_THROUGH.wrong("the slope alone")
def _(error, z, *, through):
    """That is the slope. Where is the error that arrives?"""
    return through(1.0, z)


@STRAIGHT_THROUGH.wrong("the sign is turned round")
def _(error, z, *, through):
    """The curve that replaces the step rises. If a unit is to give less, should its `z` go up or down?"""
    return -through(error, z)


@STRAIGHT_THROUGH.wrong("the error in place of z")
def _(error, z, *, through):
    """You took the slope at the *error*. It is `z` that says where on the curve a unit is."""
    return through(error, error)


@STRAIGHT_THROUGH.wrong("the error is added, not multiplied")
def _(error, z, *, through):
    """Your error and your slope are added. How does a slope act on what comes back?"""
    return error + through(1.0, z)


@slope(STRAIGHT_THROUGH, "what the step gives")
def _(z):
    """You multiplied by what the unit *gives* on the way forward. On the way back it is a slope that is asked for."""
    return z > 0


@slope(STRAIGHT_THROUGH, "every error comes through", plain=True)
def _(z):
    """You let every error through as it came: the delta rule, with a 1 for every slope. Which slope has the curve that
    replaces the step?"""
    return np.ones_like(z)


ANY_CURVE = {one.name for one in STRAIGHT_THROUGH.misconceptions}


@STRAIGHT_THROUGH.wrong("the error is clipped")
def _(error, z):
    """It is `z` that has to be on the ramp. The error may be as large as it likes."""
    return np.clip(error, -1, 1)


@slope(STRAIGHT_THROUGH, "half the slope")
def _(z, *, end, rise):
    """Your ramp begins and ends where it should, and is half as steep. How much does it rise, over which width?"""
    return rise * (np.abs(z) <= end) / 2


@slope(STRAIGHT_THROUGH, "half of the ramp")
def _(z, *, end, rise):
    """In yours a unit with a small negative z stops the error. Is it on the ramp?"""
    return rise * ((z >= 0) & (z <= end))


@slope(STRAIGHT_THROUGH, "a tent")
def _(z, *, end, rise):
    """Your slope falls off from the middle. How does the slope change along a straight piece?"""
    return rise * np.maximum(0, 1 - np.abs(z) / end)


@slope(STRAIGHT_THROUGH, "no end on the left")
def _(z, *, end, rise):
    """A unit at z = −5 lets the error through. Is it on the ramp?"""
    return rise * (z <= end)


@slope(STRAIGHT_THROUGH, "no end on the right")
def _(z, *, end, rise):
    """A unit at z = 5 lets the error through. Is it on the ramp?"""
    return rise * (z >= -end)


@slope(STRAIGHT_THROUGH, "outside instead of inside")
def _(z, *, end, rise):
    """Yours lets through where the ramp is level, and stops where it rises."""
    return rise * (np.abs(z) > end)


@slope(STRAIGHT_THROUGH, "the height of the ramp")
def _(z, *, end, rise):
    """You multiplied by how high the ramp is at `z`. How steep is it there?"""
    return rise * np.clip(z, -end, end)


@slope(STRAIGHT_THROUGH, "the slope of the smooth twin")
def _(z):
    """A slope of a smooth curve, 1 at z = 0. The ramp is made of straight pieces."""
    return 1 - np.tanh(2 * z) ** 2


ANY_RAMP = {one.name for one in STRAIGHT_THROUGH.misconceptions}


def _curve(solution, *hints, **ramp):
    """Return the variant for another curve, which is a ramp if its end and its slope are given."""
    exercise = STRAIGHT_THROUGH.but(
        given={"through": solution, **ramp},
        solution=solution,
        hints=(_ONCE_MORE, *hints),
        without=() if ramp else ANY_RAMP - ANY_CURVE,
    )

    @slope(exercise, "a ramp from −1 to 1")
    def _(z):
        """Your slope is 1 from z = −1 to z = 1, and 0 elsewhere. Another curve is asked for here."""
        return np.abs(z) <= 1

    return exercise


SHORT = _curve(through_a_short_ramp, _DRAW, _COMPARE, end=0.5, rise=1)
GENTLE = _curve(through_a_gentle_ramp, _DRAW, f"{_COMPARE} And how steep is it there?", end=2, rise=0.5)
TENT = _curve(
    through_a_tent,
    "Draw the tent. It is the same on both sides of 0, so `np.abs(z)` says all that is needed. How high is it at z = ½?",
    "Between −1 and 1 the tent's height is 1 minus the distance from 0. Beyond, that would be negative: `np.maximum` cuts "
    "it off.",
)
SIGMOID = _curve(
    through_a_sigmoid,
    "What is the slope of the sigmoid? It can be told from what the sigmoid gives.",
    "Let a be what the sigmoid gives at z. How steep it is there is a times 1 − a.",
)
SOFTSIGN = _curve(
    through_softsign,
    "Take the two sides apart: right of 0 the curve is z/(1 + z), left of 0 it is z/(1 − z). What does the quotient rule say?",
    "On both sides the slope is 1 divided by a square. With `np.abs(z)` one formula holds for both.",
)


@slope(GENTLE, "the slope is 1")
def _(z):
    """Your ramp begins and ends where it should. How steep is the one that was asked for?"""
    return np.abs(z) <= 2


@slope(GENTLE, "a ramp without ends")
def _(z):
    """You let half of every error through, as if the ramp went on for ever. Where does it end?"""
    return np.full_like(z, 0.5)


@slope(TENT, "the tent has no ends")
def _(z):
    """Far out your slope is negative. What was said of the tent beyond −1 and 1?"""
    return 1 - np.abs(z)


@slope(TENT, "half of the tent")
def _(z):
    """A unit at z = −½ stops the error. Is it under the tent?"""
    return np.maximum(0, 1 - np.abs(z)) * (z >= 0)


@slope(TENT, "the height of the curve")
def _(z):
    """You went from the tent to the curve. On the way back it is the slope that is asked for, and the tent is the slope."""
    return np.where(z < 0, 0, 1) - np.sign(z) * np.maximum(0, 1 - np.abs(z)) ** 2 / 2


@slope(TENT, "the tent, upside down")
def _(z):
    """Your slope is 0 in the middle and 1 outside. Where is a tent highest?"""
    return np.minimum(1, np.abs(z))


@slope(TENT, "a bump in place of the tent")
def _(z):
    """Your slope falls off in a curve. The tent has straight sides: how high is it at z = ½?"""
    return np.maximum(0, 1 - z**2)


@slope(SIGMOID, "what the sigmoid gives")
def _(z):
    """You multiplied by how high the sigmoid is at `z`. How steep is it there?"""
    return sigmoid.f(z)


@slope(SIGMOID, "the slope is taken at the output")
def _(z):
    """You took the slope at what comes out. The place on the curve is what goes in: `z`."""
    return sigmoid.f_prime(sigmoid.f(z))


@slope(SIGMOID, "one factor of the slope")
def _(z):
    """Far to the left your slope is nearly 1. Is the sigmoid steep there?"""
    return 1 - sigmoid.f(z)


@slope(SIGMOID, "z where the sigmoid belongs")
def _(z):
    """For a large `z` your slope is negative, but the sigmoid never falls. Which two numbers are multiplied?"""
    return z * (1 - z)


@slope(SIGMOID, "the slope of tanh")
def _(z):
    """At z = 0 your slope is 1. How steep is the sigmoid there?"""
    return 1 - np.tanh(z) ** 2


@slope(SIGMOID, "the slope of a steeper sigmoid")
def _(z):
    """At z = 0 your slope is 1, as for σ(4z). How steep is σ(z) there?"""
    return 1 - np.tanh(2 * z) ** 2


@slope(SOFTSIGN, "the height of the curve")
def _(z):
    """You multiplied by how high the curve is at `z`. How steep is it there?"""
    return z / (1 + np.abs(z))


@slope(SOFTSIGN, "the numerator only")
def _(z):
    """You differentiated the numerator. The denominator depends on z, too."""
    return 1 / (1 + np.abs(z))


@slope(SOFTSIGN, "right of 0 only")
def _(z):
    """At z = ½ and at z = −½ the curve is equally steep. Is yours?"""
    return 1 / (1 + z) ** 2


@slope(SOFTSIGN, "z is squared, not the sum")
def _(z):
    """What exactly is squared in the denominator? Try z = 1."""
    return 1 / (1 + z**2)


@slope(SOFTSIGN, "the sign of z is in it")
def _(z):
    """Left of 0 your slope is negative. Does the curve fall there?"""
    return np.sign(z) / (1 + np.abs(z)) ** 2


FAMILY = Family(
    STRAIGHT_THROUGH,
    {
        "a ramp from −½ to ½": SHORT,
        "a ramp from −2 to 2 with slope ½": GENTLE,
        "a curve whose slope is a tent": TENT,
        "a sigmoid": SIGMOID,
        "z/(1 + |z|)": SOFTSIGN,
    },
    Path(__file__).parent / "variants",
)
