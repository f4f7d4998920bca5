"""The exercise of notebook 09 on a way back through step units, and its variants."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdlab.activations import sigmoid
from gdlab.exercises.family import Family
from gdlab.exercises.kinds import FunctionExercise, Misconception


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


@dataclass(frozen=True)
class _StandIn:
    """What a step unit is taken for on the way back.

    Attributes
    ----------
    name
        For a list.
    told
        How the exercise puts it.
    solution, slope
        The reference, and the slope alone, of an array z.
    called, place
        How the feedback calls the curve, and a place on it.
    hints
        The second and the third.
    own
        The wrong answers that only it suggests: name, what the error is multiplied by, thought.
    """

    name: str
    told: str
    solution: Callable[..., Any]
    slope: Callable[[Any], Any]
    called: str
    place: str
    hints: tuple[str, str]
    own: tuple[tuple[str, Callable[[Any], Any], str], ...]


def _of_a_ramp(end, slope, half, far):
    """Return the wrong answers that a ramp from −end to end suggests; `half` and `far` are places on it and off it."""
    return (
        (
            "half of the ramp",
            lambda z: slope * ((z >= 0) & (z <= end)),
            f"A unit at z = −{half} stops the error. Is it on the ramp?",
        ),
        (
            "a tent",
            lambda z: slope * np.maximum(0, 1 - np.abs(z) / end),
            "Your slope falls off from the middle. How does the slope change along a straight piece?",
        ),
        (
            "no end on the left",
            lambda z: slope * (z <= end),
            f"A unit at z = −{far} lets the error through. Is it on the ramp?",
        ),
        (
            "no end on the right",
            lambda z: slope * (z >= -end),
            f"A unit at z = {far} lets the error through. Is it on the ramp?",
        ),
        (
            "outside instead of inside",
            lambda z: slope * (np.abs(z) > end),
            "Yours lets through where the ramp is level, and stops where it rises.",
        ),
        (
            "the height of the ramp",
            lambda z: slope * np.clip(z, -end, end),
            "You multiplied by how high the ramp is at `z`. How steep is it there?",
        ),
        (
            "the slope of the smooth twin",
            lambda z: 1 - np.tanh(2 * z) ** 2,
            "A slope of a smooth curve, 1 at z = 0. The ramp is made of straight pieces.",
        ),
    )


_DRAW_THE_RAMP = "Draw the ramp. It has two slopes only: one in the middle, another outside. Which z are in the middle?"
_WHICH_COMPARISON = "An array of True and False counts as 1 and 0 in a product. Which comparison of `np.abs(z)` says that z is on the ramp?"
_WITHOUT_ENDS = (
    "a ramp without ends",
    lambda z: np.ones_like(z),
    "You let every error through, as if the ramp went on for ever: the delta rule. Where does this ramp end?",
)
_ALL_THROUGH = (
    "every error comes through",
    lambda z: np.ones_like(z),
    "This is the delta rule, with a 1 for every slope. How steep is the curve that was asked for?",
)


def _is_a_ramp(thought):
    """The published answer, where something else is asked for."""
    return "a ramp from −1 to 1", lambda z: np.abs(z) <= 1, thought


_STAND_INS = (
    _StandIn(
        "a ramp from −1 to 1",
        "a ramp: level up to z = −1, then rising with slope 1, then level again from z = 1. (It rises by 2, not by 1 as the "
        "step does; only its slope is used.)",
        straight_through,
        lambda z: np.abs(z) <= 1,
        "the ramp",
        "on the ramp",
        (_DRAW_THE_RAMP, _WHICH_COMPARISON),
        (
            _WITHOUT_ENDS,
            (
                "half the slope",
                lambda z: (np.abs(z) <= 1) / 2,
                "Your ramp rises by 1 in all, as the step does, between −1 and 1. How steep is the one that was asked for?",
            ),
            *_of_a_ramp(1, 1, "½", "5"),
        ),
    ),
    _StandIn(
        "a ramp from −½ to ½",
        "a short ramp: level up to z = −½, then rising with slope 1, then level again from z = ½. (It rises by 1, as the step "
        "does.)",
        through_a_short_ramp,
        lambda z: np.abs(z) <= 0.5,
        "the ramp",
        "on the ramp",
        (_DRAW_THE_RAMP, _WHICH_COMPARISON),
        (
            _WITHOUT_ENDS,
            _is_a_ramp(
                "Your ramp has the right slope and is too long. Where does this one begin, and where does it end?"
            ),
            (
                "half the slope",
                lambda z: (np.abs(z) <= 0.5) / 2,
                "Your ramp rises by ½ in all. How steep is the one that was asked for?",
            ),
            *_of_a_ramp(0.5, 1, "¼", "5"),
        ),
    ),
    _StandIn(
        "a ramp from −2 to 2 with slope ½",
        "a gentle ramp: level up to z = −2, then rising with slope ½, then level again from z = 2. (It rises by 2, not by 1 as "
        "the step does; only its slope is used.)",
        through_a_gentle_ramp,
        lambda z: (np.abs(z) <= 2) / 2,
        "the ramp",
        "on the ramp",
        (_DRAW_THE_RAMP, f"{_WHICH_COMPARISON} And how steep is it there?"),
        (
            (
                "a ramp without ends",
                lambda z: np.full_like(z, 0.5),
                "You let half of every error through, as if the ramp went on for ever. Where does it end?",
            ),
            _ALL_THROUGH,
            _is_a_ramp("Your ramp is too short and too steep. Where does this one begin, and how steep is it?"),
            (
                "the slope is 1",
                lambda z: np.abs(z) <= 2,
                "Your ramp begins and ends where it should. How steep is the one that was asked for?",
            ),
            (
                "half the slope",
                lambda z: (np.abs(z) <= 2) / 4,
                "Your ramp rises by 1 in all, as the step does. How steep is the one that was asked for?",
            ),
            *_of_a_ramp(2, 0.5, "1", "5"),
        ),
    ),
    _StandIn(
        "a curve whose slope is a tent",
        "a smooth curve whose slope is a tent: 1 at z = 0, falling in straight lines to 0 at z = −1 and at z = 1, and 0 beyond. "
        "(The curve rises by 1 in all, as the step does.)",
        through_a_tent,
        lambda z: np.maximum(0, 1 - np.abs(z)),
        "the curve",
        "under the tent",
        (
            "Draw the tent. It is the same on both sides of 0, so `np.abs(z)` says all that is needed. How high is it at z = ½?",
            "Between −1 and 1 the tent's height is 1 minus the distance from 0. Beyond, that would be negative: `np.maximum` "
            "cuts it off.",
        ),
        (
            _ALL_THROUGH,
            _is_a_ramp("Your slope is 1 all the way from −1 to 1. A tent is 1 only in the middle."),
            (
                "the tent has no ends",
                lambda z: 1 - np.abs(z),
                "Far out your slope is negative. What was said of the tent beyond −1 and 1?",
            ),
            (
                "half of the tent",
                lambda z: np.maximum(0, 1 - np.abs(z)) * (z >= 0),
                "A unit at z = −½ stops the error. Is it under the tent?",
            ),
            (
                "the height of the curve",
                lambda z: np.where(z < 0, 0, 1) - np.sign(z) * np.maximum(0, 1 - np.abs(z)) ** 2 / 2,
                "You went from the tent to the curve. On the way back it is the slope that is asked for, and the tent is the slope.",
            ),
            (
                "the tent, upside down",
                lambda z: np.minimum(1, np.abs(z)),
                "Your slope is 0 in the middle and 1 outside. Where is a tent highest?",
            ),
            (
                "a bump in place of the tent",
                lambda z: np.maximum(0, 1 - z**2),
                "Your slope falls off in a curve. The tent has straight sides: how high is it at z = ½?",
            ),
        ),
    ),
    _StandIn(
        "a sigmoid",
        r"a sigmoid, $\sigma(z) = 1/(1 + e^{-z})$. (It rises by 1, as the step does, but it takes its time.)",
        through_a_sigmoid,
        sigmoid.f_prime,
        "the sigmoid",
        "on the sigmoid",
        (
            "What is the slope of the sigmoid? It can be told from what the sigmoid gives.",
            "Let a be what the sigmoid gives at z. How steep it is there is a times 1 − a.",
        ),
        (
            _ALL_THROUGH,
            _is_a_ramp("That is the slope of a ramp. The sigmoid has no straight pieces."),
            (
                "what the sigmoid gives",
                sigmoid.f,
                "You multiplied by how high the sigmoid is at `z`. How steep is it there?",
            ),
            (
                "the slope is taken at the output",
                lambda z: sigmoid.f_prime(sigmoid.f(z)),
                "You took the slope at what comes out. The place on the curve is what goes in: `z`.",
            ),
            (
                "one factor of the slope",
                lambda z: 1 - sigmoid.f(z),
                "Far to the left your slope is nearly 1. Is the sigmoid steep there?",
            ),
            (
                "z stands where the sigmoid belongs",
                lambda z: z * (1 - z),
                "For a large `z` your slope is negative, but the sigmoid never falls. Which two numbers are multiplied?",
            ),
            (
                "the slope of tanh",
                lambda z: 1 - np.tanh(z) ** 2,
                "At z = 0 your slope is 1. How steep is the sigmoid there?",
            ),
            (
                "the slope of a steeper sigmoid",
                lambda z: 1 - np.tanh(2 * z) ** 2,
                "At z = 0 your slope is 1, as for σ(4z). How steep is σ(z) there?",
            ),
        ),
    ),
    _StandIn(
        "z/(1 + |z|)",
        "the curve $s(z) = z/(1 + |z|)$, which rises from −1 to 1 and is level nowhere. (It rises by 2, not by 1 as the step "
        "does; only its slope is used.)",
        through_softsign,
        lambda z: 1 / (1 + np.abs(z)) ** 2,
        "the curve",
        "on the curve",
        (
            "Take the two sides apart: right of 0 the curve is z/(1 + z), left of 0 it is z/(1 − z). What does the quotient rule "
            "say?",
            "On both sides the slope is 1 divided by a square. With `np.abs(z)` one formula holds for both.",
        ),
        (
            _ALL_THROUGH,
            _is_a_ramp("That is the slope of a ramp. This curve has no straight pieces."),
            (
                "the height of the curve",
                lambda z: z / (1 + np.abs(z)),
                "You multiplied by how high the curve is at `z`. How steep is it there?",
            ),
            (
                "the numerator only",
                lambda z: 1 / (1 + np.abs(z)),
                "You derived what stands above the line. What stands below depends on z, too.",
            ),
            (
                "right of 0 only",
                lambda z: 1 / (1 + z) ** 2,
                "At z = ½ and at z = −½ the curve is equally steep. Is yours?",
            ),
            (
                "z is squared, not the sum",
                lambda z: 1 / (1 + z**2),
                "What exactly is squared below the line? Try z = 1.",
            ),
            (
                "the sign of z is in it",
                lambda z: np.sign(z) / (1 + np.abs(z)) ** 2,
                "Left of 0 your slope is negative. Does the curve fall there?",
            ),
        ),
    ),
)


def _way_back(slug, stand_in):
    slope = stand_in.slope
    ramp = stand_in.called == "the ramp"
    takes_error_for_z = (
        "You asked where the *error* is small. It is `z` that says where on the ramp a unit is."
        if ramp
        else f"You took the slope at the *error*. It is `z` that says where {stand_in.place} a unit is."
    )
    clipped = Misconception(
        "the error is clipped",
        lambda error, z: np.clip(error, -1, 1),
        f"It is `z` that has to be {stand_in.place}. The error may be as large as it likes.",
    )
    return FunctionExercise(
        slug=slug,
        title="A way back through a step",
        points=2,
        solution=stand_in.solution,
        inputs=_errors_at_steps,
        parts=("error at z",),
        hints=(
            "It is error × slope once more, element by element. Only the slope is not that of the step.",
            *stand_in.hints,
        ),
        misconceptions=(
            Misconception(
                "the true slope",
                lambda error, z: np.zeros_like(error),
                f"This is what the chain rule does, and nothing comes through. Take the slope of {stand_in.called}.",
            ),
            Misconception(
                "the slope alone",
                lambda error, z: slope(z) * 1.0,
                f"That is the slope of {stand_in.called}. Where is the error that arrives?",
            ),
            Misconception(
                "the sign is turned round",
                lambda error, z: -error * slope(z),
                f"{stand_in.called.capitalize()} rises. If a unit is to give less, should its `z` go up or down?",
            ),
            *(
                Misconception(name, lambda error, z, by=by: error * by(z), thought)
                for name, by, thought in stand_in.own
            ),
            Misconception(
                "what the step gives",
                lambda error, z: error * (z > 0),
                "You multiplied by what the unit *gives* on the way forward. On the way back it is a slope that is asked for.",
            ),
            *((clipped,) if ramp else ()),
            Misconception(
                "the wrong quantity is compared" if ramp else "the slope at the error",
                lambda error, z: error * slope(error),
                takes_error_for_z,
            ),
        ),
    )


STRAIGHT_THROUGH = Family(
    _way_back("straight-through", _STAND_INS[0]),
    {stand_in.name: _way_back("straight-through", stand_in) for stand_in in _STAND_INS[1:]},
    Path(__file__).parent / "variants",
)
