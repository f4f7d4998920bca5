"""Exercises of lesson 02."""

import numpy as np

from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise

VALLEY = ChoiceExercise(
    slug="valley",
    name="misleading",
    title="Where the valley misleads",
    points=2,
    why_one="the sentences are about the explorer",
    statements={
        "A": "Where the gradient is not 0, its sign says which way is down.",
        "B": "Far from the minimum the gradient is large.",
        "C": "Near a minimum of a smooth curve the gradient is small.",
        "D": "Where the gradient is small, the minimum is near.",
        "E": "With a fixed learning rate the steps get smaller by themselves on the way to any minimum.",
    },
    true=frozenset("BDE"),
    hints=(
        "Try each sentence on every curve of the explorer. One curve that contradicts it is enough.",
        "Drag the start to the rim of the saturated unit's loss: how far is the minimum, how large is the gradient?",
        "Look at |θ| close to 0: it has a minimum, and the steps do not know.",
    ),
    taken={
        "A": "A is true of every curve here: one step against the gradient, if it is short enough, goes down.",
        "C": "C is true: at the minimum of a smooth curve the gradient is 0, and it changes gradually. |θ| has a corner "
        "there, so it is not smooth.",
    },
    consequence="At a small learning rate B and E hold for the parabola and the quartic, D for the parabola and, since its gradient is small at the minimum alone, for |θ|. The rule promises none of them.",
)


def descend(theta, learning_rate, gradient, steps):
    for _ in range(steps):
        theta = theta - learning_rate * gradient(theta)
    return theta


def _smooth(curvature, tilt, wave):
    return lambda theta: curvature * theta + tilt + wave * np.sin(2 * theta)


def _walk(rng):
    gradient = _smooth(rng.uniform(0.3, 1.5), rng.normal(), rng.uniform(0.2, 0.6))
    return float(rng.normal(0, 2)), float(rng.uniform(0.05, 0.4)), gradient, int(rng.integers(2, 9))


DESCEND = FunctionExercise(
    slug="descend",
    title="Walk downhill",
    points=2,
    why_one="it is asked for any gradient",
    solution=descend,
    inputs=_walk,
    # a long walk that comes to rest, a slow one that does not, and no step at all: they tell early stops apart
    edges=(
        (3.0, 0.3, _smooth(1.0, 0.5, 0.3), 300),
        (2.0, 1e-4, _smooth(0.7, -0.2, 0.3), 50),
        (-1.5, 0.2, _smooth(1.2, 0.4, 0.5), 0),
    ),
    parts=("θ after the last step",),
    hints=(
        "One step is one line: the new θ is the old one minus learning rate times gradient.",
        "`gradient` is a function. Call it at the place where you stand: `gradient(theta)`.",
        "Repeat that line `steps` times in a loop, so that each step asks for the gradient anew, and return θ after it.",
    ),
    consequence="This loop is all of gradient descent. What differs from one network to another is `gradient`.",
)


@DESCEND.wrong("uphill")
def _(theta, learning_rate, gradient, steps):
    """Your steps go where the loss grows. The gradient is positive where the curve rises to the right; which way is down
    there?"""
    for _ in range(steps):
        theta = theta + learning_rate * gradient(theta)
    return theta


@DESCEND.wrong("one step only")
def _(theta, learning_rate, gradient, steps):
    """The first step is right. It is to be repeated `steps` times, each from where the last one ended."""
    return theta - learning_rate * gradient(theta)


@DESCEND.wrong("the gradient is asked for once")
def _(theta, learning_rate, gradient, steps):
    """All your steps use the gradient at the start. After a step you are elsewhere, and the gradient there is another."""
    return theta - learning_rate * steps * gradient(theta)


@DESCEND.wrong("only the sign of the gradient")
def _(theta, learning_rate, gradient, steps):
    """Your steps are all as long as the learning rate. The size of the gradient is to count, too."""
    for _ in range(steps):
        theta = theta - learning_rate * np.sign(gradient(theta))
    return theta


@DESCEND.wrong("the old place is forgotten")
def _(theta, learning_rate, gradient, steps):
    """Each of your steps starts from 0. The new place is the *old one* minus learning rate times gradient."""
    for _ in range(steps):
        theta = -learning_rate * gradient(theta)
    return theta


@DESCEND.wrong("always to the left")
def _(theta, learning_rate, gradient, steps):
    """Where the gradient is negative, down is to the right. Its sign is what tells."""
    for _ in range(steps):
        theta = theta - learning_rate * abs(gradient(theta))
    return theta


@DESCEND.wrong("one step too many")
def _(theta, learning_rate, gradient, steps):
    """Count the steps: does your loop run `steps` times?"""
    return descend(theta, learning_rate, gradient, steps + 1)


@DESCEND.wrong("one step too few")
def _(theta, learning_rate, gradient, steps):
    """Count the steps: does your loop run `steps` times?"""
    return descend(theta, learning_rate, gradient, steps - 1)


@DESCEND.wrong("the learning rate is missing")
def _(theta, learning_rate, gradient, steps):
    """Your steps are as long as the gradient itself. What decides which part of it is taken?"""
    return descend(theta, 1.0, gradient, steps)


@DESCEND.wrong("it stops when the steps are short")
def _(theta, learning_rate, gradient, steps):
    """You end the walk as soon as a step is short. Asked for is θ after all `steps` steps, and short steps add up: with a
    small learning rate every step is short."""
    for _ in range(steps):
        step = learning_rate * gradient(theta)
        if abs(step) < 1e-3:
            break
        theta = theta - step
    return theta


def absolute_steps(*, start, rate):
    return [round(float(descend(start, rate, np.sign, k)), 12) for k in range(1, 5)]


ABSOLUTE_STEPS = NumbersExercise(
    slug="absolute-steps",
    name="steps_on_absolute_value",
    title="Four steps on |θ|",
    points=2,
    given={"start": 0.7, "rate": 0.3},
    answer=absolute_steps,
    explanation=(
        "The gradient of |θ| is +1 or −1, so every step is as long as the learning rate. The walk jumps over 0 and back, for "
        "ever: a gradient of constant size cannot say that the bottom is near."
    ),
    hints=(
        "To the right of 0 the gradient of |θ| is +1, to the left it is −1. How large is it far out? How large close to 0?",
        "Each step is learning rate × gradient: learning rate × 1 to the left, as long as θ is positive.",
        "When θ has become negative, the gradient is −1, and minus times minus moves θ to the right again.",
    ),
)


@ABSOLUTE_STEPS.wrong("the steps shrink")
def _(*, start, rate):
    """Your steps get smaller near the bottom, as they do on a parabola, whose gradient there is small. How large is the
    gradient of |θ| close to 0?"""
    return [start * (1 - rate) ** k for k in range(1, 5)]


@ABSOLUTE_STEPS.wrong("it stops at the bottom")
def _(*, start, rate):
    """Nothing tells the step to end at 0. It is as long as learning rate × gradient, wherever that leads."""
    return [max(0.0, start - rate * k) for k in range(1, 5)]


@ABSOLUTE_STEPS.wrong("the height, not the place")
def _(*, start, rate):
    """You wrote how high the walk is, which is |θ|. Where is θ itself: left or right of 0?"""
    return [abs(theta) for theta in absolute_steps(start=start, rate=rate)]


@ABSOLUTE_STEPS.wrong("always to the left")
def _(*, start, rate):
    """To the left of 0 the curve falls to the right. What is the sign of the gradient there?"""
    return [start - rate * k for k in range(1, 5)]


@ABSOLUTE_STEPS.wrong("to the right")
def _(*, start, rate):
    """The gradient is positive here, and the update subtracts it."""
    return [start + rate * k for k in range(1, 5)]


@ABSOLUTE_STEPS.wrong("the start counted as a step")
def _(*, start, rate):
    """Your first number is the start. Asked for is where θ is *after* one, two, three and four steps."""
    return [start, *absolute_steps(start=start, rate=rate)[:3]]


# each jumps over 0 before its last step, and never lands on it
_OTHERS = ((0.8, 0.3), (1.1, 0.4), (1.2, 0.5), (0.5, 0.4), (0.9, 0.7), (1.3, 0.5), (1.4, 0.6))

EXERCISES = (VALLEY, DESCEND, ABSOLUTE_STEPS)

FAMILIES = (
    Family(
        ABSOLUTE_STEPS,
        {
            f"start {start}, learning rate {rate}": ABSOLUTE_STEPS.but(given={"start": start, "rate": rate})
            for start, rate in _OTHERS
        },
    ),
)
