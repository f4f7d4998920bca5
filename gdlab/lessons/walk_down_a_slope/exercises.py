"""Exercises of notebook 02."""

import numpy as np

from gdlab.exercises.kinds import ChoiceExercise, FunctionExercise, Misconception, NumbersExercise
from gdlab.exercises.old_family import OldFamily as Family


def descend(theta, learning_rate, slope, steps):
    for _ in range(steps):
        theta = theta - learning_rate * slope(theta)
    return theta


def _smooth_slope(rng):
    curvature, tilt, wave = rng.uniform(0.3, 1.5), rng.normal(), rng.uniform(0.2, 0.6)
    return lambda theta: curvature * theta + tilt + wave * np.sin(2 * theta)


def _walk(rng):
    return float(rng.normal(0, 2)), float(rng.uniform(0.05, 0.4)), _smooth_slope(rng), int(rng.integers(2, 9))


def _stale(theta, learning_rate, slope, steps):
    return theta - learning_rate * steps * slope(theta)


def _uphill(theta, learning_rate, slope, steps):
    return descend(theta, -learning_rate, slope, steps)


def _sign_only(theta, learning_rate, slope, steps):
    return descend(theta, learning_rate, lambda t: np.sign(slope(t)), steps)


def _forgetful(theta, learning_rate, slope, steps):
    for _ in range(steps):
        theta = -learning_rate * slope(theta)
    return theta


def _on_absolute_value(start, rate, steps):
    """Return where a walk on |θ| is after each of its steps."""
    return tuple(round(float(descend(start, rate, np.sign, k)), 12) for k in range(1, steps + 1))


def _absolute_steps(slug, walk):
    start, rate = walk
    answer = _on_absolute_value(start, rate, 4)
    return NumbersExercise(
        slug=slug,
        title="Four steps on |θ|",
        points=2,
        answer=answer,
        explanation=(
            f"The slope of |θ| is +1 or −1, so every step is {rate} long. The walk jumps over 0 and back, for ever: a slope "
            "of constant size cannot say that the bottom is near."
        ),
        hints=(
            "To the right of 0 the slope of |θ| is +1, to the left it is −1. How large is it far out? How large close to 0?",
            f"Each step is learning rate × slope: {rate} × 1 to the left, as long as θ is positive.",
            "When θ has become negative, the slope is −1, and minus times minus moves θ to the right again.",
        ),
        misconceptions=(
            Misconception(
                "the steps shrink",
                tuple(start * (1 - rate) ** k for k in range(1, 5)),
                "Your steps get smaller near the bottom, as they do on a parabola, whose slope there is small. How large is "
                "the slope of |θ| close to 0?",
            ),
            Misconception(
                "it stops at the bottom",
                tuple(max(0.0, start - rate * k) for k in range(1, 5)),
                "Nothing tells the step to end at 0. It is as long as learning rate × slope, wherever that leads.",
            ),
            Misconception(
                "the height, not the place",
                tuple(abs(theta) for theta in answer),
                "You wrote how high the walk stands, which is |θ|. Where is θ itself: left or right of 0?",
            ),
            Misconception(
                "always to the left",
                tuple(start - rate * k for k in range(1, 5)),
                "At the left of 0 the curve falls to the right. What is the sign of the slope there?",
            ),
            Misconception(
                "to the right",
                tuple(start + rate * k for k in range(1, 5)),
                "The slope is positive here, and the update subtracts it.",
            ),
            Misconception(
                "the start counted as a step",
                (start, *answer[:3]),
                "Your first number is the start. Wanted is where θ is *after* one, two, three and four steps.",
            ),
        ),
    )


_EXPLORED = (0.7, 0.3)
"""Start and learning rate of the published walk on |θ|, which the notebook shows after the exercise."""

ABSOLUTE_STEPS = Family(
    name="absolute-steps",
    slug="absolute-steps",
    # each jumps over 0 before its last step, and never lands on it
    members=(_EXPLORED, (0.8, 0.3), (1.1, 0.4), (1.2, 0.5), (0.5, 0.4), (0.9, 0.7), (1.3, 0.5), (1.4, 0.6)),
    make=_absolute_steps,
    passages=lambda walk: (
        rf"the start $\theta = {walk[0]}$, the learning rate ${walk[1]}$. Where is θ",
        "Now look. Play the walk to its end"
        if walk == _EXPLORED
        else "Now look at a walk like yours, from 0.7 with learning rate 0.3. Play it to its end",
    ),
    about=lambda walk: f"start {walk[0]}, learning rate {walk[1]}",
)

EXERCISES = (
    FunctionExercise(
        slug="descend",
        title="Walk downhill",
        points=2,
        solution=descend,
        inputs=_walk,
        parts=("θ after the last step",),
        hints=(
            "One step is one line: the new θ is the old one minus learning rate times slope.",
            "`slope` is a function. Call it at the place where you stand: `slope(theta)`.",
            "Repeat that line `steps` times in a loop, so that each step asks for the slope anew, and return θ after it.",
        ),
        misconceptions=(
            Misconception(
                "uphill",
                _uphill,
                "Your steps go where the loss grows. The slope is positive where the curve rises to the right; which way is "
                "down there?",
            ),
            Misconception(
                "one step only",
                lambda theta, learning_rate, slope, steps: theta - learning_rate * slope(theta),
                "The first step is right. It is to be repeated `steps` times, each from where the last one ended.",
            ),
            Misconception(
                "the slope is asked for once",
                _stale,
                "All your steps use the slope at the start. After a step you stand elsewhere, and the slope there is another.",
            ),
            Misconception(
                "only the sign of the slope",
                _sign_only,
                "Your steps are all as long as the learning rate. The size of the slope is to count, too.",
            ),
            Misconception(
                "the old place is forgotten",
                _forgetful,
                "Each of your steps starts from 0. The new place is the *old one* minus learning rate times slope.",
            ),
            Misconception(
                "always to the left",
                lambda theta, learning_rate, slope, steps: descend(
                    theta, learning_rate, lambda t: abs(slope(t)), steps
                ),
                "Where the slope is negative, down is to the right. Its sign is what tells.",
            ),
            Misconception(
                "one step too many",
                lambda theta, learning_rate, slope, steps: descend(theta, learning_rate, slope, steps + 1),
                "Count the steps: does your loop run `steps` times?",
            ),
            Misconception(
                "one step too few",
                lambda theta, learning_rate, slope, steps: descend(theta, learning_rate, slope, steps - 1),
                "Count the steps: does your loop run `steps` times?",
            ),
            Misconception(
                "the learning rate is missing",
                lambda theta, learning_rate, slope, steps: descend(theta, 1.0, slope, steps),
                "Your steps are as long as the slope itself. What decides which part of it is taken?",
            ),
        ),
    ),
    ABSOLUTE_STEPS.published,
    ChoiceExercise(
        slug="valley",
        title="Where the valley misleads",
        points=2,
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
            "Look at the rim of the saturated unit: how far is the minimum, how large is the slope?",
            "Look at |θ| close to 0: it has a minimum, and the steps do not know.",
        ),
        taken={
            "A": "A is true of every curve here: one step against the slope, if it is short enough, goes down.",
            "C": "C is true: at the minimum of a smooth curve the gradient is 0, and it changes gradually. |θ| has a corner "
            "there, so it is not smooth.",
        },
    ),
)

FAMILIES = (ABSOLUTE_STEPS,)
