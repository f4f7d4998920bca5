"""The exercise of notebook 09 on a way back through a step, and its variants: other ramps for the step, or a sigmoid."""

import functools

import numpy as np

from gdlab.activations import sigmoid
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def straight_through(from_above, z):
    return from_above * (np.abs(z) <= 1)


def through_a_ramp(from_above, z, *, end, rise):
    return from_above * rise * (np.abs(z) <= end)


def through_a_sigmoid(from_above, z):
    a = 1 / (1 + np.exp(-z))
    return from_above * a * (1 - a)


def _slopes_at_steps_and_z(rng):
    shape = int(rng.integers(5, 9)), int(rng.integers(3, 5))
    from_above, z = rng.normal(0, 1, shape), rng.normal(0, 1.5, shape)
    z[0, :2] = -3.5, 3.5  # beyond the ends of every ramp, on both sides
    return from_above, z


_ONCE_MORE = "It is ∂L/∂a × slope once more, element by element. Only the slope is not that of the step."
_DRAW = "Draw the ramp. It has two slopes only: one in the middle, another outside. Which z are in the middle?"
_COMPARE = "An array of True and False counts as 1 and 0 in a product. Which comparison of `np.abs(z)` says that z is on the ramp?"

STRAIGHT_THROUGH = FunctionExercise(
    slug="straight-through",
    title="A way back through a step",
    points=2,
    given={"f_prime": lambda z: 1.0 * (np.abs(z) <= 1), "end": 1, "rise": 1},  # where the ramp ends, how steep it is
    solution=straight_through,
    inputs=_slopes_at_steps_and_z,
    parts=("error signal at z",),
    hints=(_ONCE_MORE, _DRAW, _COMPARE),
    consequence="Only the slopes are those of another network, whose units are that curve. The error that comes back is that of the steps, so what goes back is in general the gradient of neither.",
)


def slope(exercise, name, plain=False):
    """Decorate a wrong slope: a function of z whose docstring is the thought. ∂L/∂a is multiplied by it."""

    def add(function):
        @exercise.wrong(name, plain=plain)
        @functools.wraps(function)  # so that what is given reaches it
        def _(from_above, z, **given):
            return from_above * function(z, **given)

    return add


@slope(STRAIGHT_THROUGH, "the true slope", plain=True)
def _(z):
    """This is what the chain rule does, and nothing comes through. Take the slope of the curve that replaces the step."""
    return 0.0


@STRAIGHT_THROUGH.wrong("the slope alone")
def _(from_above, z, *, f_prime):
    """That is the slope. Where is ∂L/∂a, which comes from above?"""
    return f_prime(z)


@STRAIGHT_THROUGH.wrong("the sign is turned round")
def _(from_above, z, *, f_prime):
    """The curve that replaces the step rises. If a unit is to give less, should its `z` go up or down?"""
    return -from_above * f_prime(z)


@STRAIGHT_THROUGH.wrong("∂L/∂a in place of z")
def _(from_above, z, *, f_prime):
    """You took the slope at ∂L/∂a. It is `z` that says where on the curve a unit is."""
    return from_above * f_prime(from_above)


@STRAIGHT_THROUGH.wrong("added, not multiplied")
def _(from_above, z, *, f_prime):
    """You added ∂L/∂a and the slope. How does a slope act on what comes back?"""
    return from_above + f_prime(z)


@slope(STRAIGHT_THROUGH, "what the step gives")
def _(z):
    """You multiplied by what the unit *gives* on the way forward. On the way back it is a slope that is asked for."""
    return z > 0


@slope(STRAIGHT_THROUGH, "all of it comes through", plain=True)
def _(z):
    """You let everything through as it came: the delta rule, with a 1 for every slope. Which slope has the curve that
    replaces the step?"""
    return np.ones_like(z)


ANY_CURVE = {one.name for one in STRAIGHT_THROUGH.misconceptions}


@STRAIGHT_THROUGH.wrong("∂L/∂a is clipped")
def _(from_above, z):
    """It is `z` that has to be on the ramp. What comes from above may be as large as it likes."""
    return np.clip(from_above, -1, 1)


@slope(STRAIGHT_THROUGH, "half the slope")
def _(z, *, end, rise):
    """Your ramp begins and ends where it should, and is half as steep. How much does it rise, over which width?"""
    return rise * (np.abs(z) <= end) / 2


@slope(STRAIGHT_THROUGH, "half of the ramp")
def _(z, *, end, rise):
    """In yours a unit with a small negative z lets nothing through. Is it on the ramp?"""
    return rise * ((z >= 0) & (z <= end))


@slope(STRAIGHT_THROUGH, "a tent")
def _(z, *, end, rise):
    """Your slope falls off from the middle. How does the slope change along a straight piece?"""
    return rise * np.maximum(0, 1 - np.abs(z) / end)


@slope(STRAIGHT_THROUGH, "no end on the left")
def _(z, *, end, rise):
    """A unit at z = −5 lets all of it through. Is it on the ramp?"""
    return rise * (z <= end)


@slope(STRAIGHT_THROUGH, "no end on the right")
def _(z, *, end, rise):
    """A unit at z = 5 lets all of it through. Is it on the ramp?"""
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


def _curve(solution, f_prime, hints, without=(), **ramp):
    """Return the variant for another curve."""
    exercise = STRAIGHT_THROUGH.but(
        given={"f_prime": f_prime, **ramp}, solution=solution, hints=(_ONCE_MORE, *hints), without=without
    )

    @slope(exercise, "a ramp from −1 to 1")
    def _(z):
        """Your slope is 1 from z = −1 to z = 1, and 0 elsewhere. Another curve is asked for here."""
        return np.abs(z) <= 1

    return exercise


def _ramp(end, rise):
    """Return the variant for a ramp that ends at −end and at end."""
    hints = (_DRAW, _COMPARE if rise == 1 else f"{_COMPARE} And how steep is it there?")
    height = f"{2 * end * rise:g}, {'as' if 2 * end * rise == 1 else 'not by 1 as'} the step does"
    words = {"ends": _fraction(end), "steep": _fraction(rise), "height": height}
    exercise = _curve(through_a_ramp, lambda z: rise * (np.abs(z) <= end), hints, end=end, rise=rise, **words)
    if rise != 1:

        @slope(exercise, "the slope is 1")
        def _(z, *, end):
            """Your ramp begins and ends where it should. How steep is the one that was asked for?"""
            return np.abs(z) <= end

        @slope(exercise, "a ramp without ends")
        def _(z, *, rise):
            """You let a share of everything through, as if the ramp went on for ever. Where does it end?"""
            return np.full_like(z, rise)

    return exercise


def _fraction(number):
    return {0.25: "¼", 0.5: "½"}.get(number, f"{number:g}")


SIGMOID = _curve(
    through_a_sigmoid,
    sigmoid.f_prime,
    (
        "What is the slope of the sigmoid? It can be told from what the sigmoid gives.",
        "Let a be what the sigmoid gives at z. How steep it is there is a times 1 − a.",
    ),
    without=ANY_RAMP - ANY_CURVE,
)


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


FAMILY = Family(
    STRAIGHT_THROUGH,
    {
        "a ramp from −½ to ½": _ramp(0.5, 1),
        "a ramp from −2 to 2 with slope ½": _ramp(2, 0.5),
        "a ramp from −3 to 3 with slope ¼": _ramp(3, 0.25),
        "a sigmoid": SIGMOID,
    },
)
