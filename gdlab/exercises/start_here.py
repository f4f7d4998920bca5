"""Exercises of notebook 00."""

import numpy as np

from gdlab.exercises.exercise import FunctionExercise, Misconception


def both_rules(error, z, input):
    slope = 1 - np.tanh(z) ** 2
    return error * 1 * input, error * slope * input


def _inputs(rng):
    return float(rng.normal()), float(rng.normal(0, 0.8)), float(rng.normal())


EXERCISES = (
    FunctionExercise(
        slug="both-rules",
        title="Both rules for one tanh unit",
        points=1,
        solution=both_rules,
        inputs=_inputs,
        parts=("delta rule", "chain rule"),
        hints=(
            "Both are products of three factors: error, slope, input. Only the middle one differs.",
            "The delta rule's middle factor is 1, whatever `z` is.",
            "The chain rule's middle factor is the derivative of tanh at `z`: one minus the square of `np.tanh(z)`.",
        ),
        misconceptions=(
            Misconception(
                "the slope is missing",
                lambda error, z, input: (None, error * input),
                "With 1 in the middle this is the delta rule once more. The chain rule asks how much the unit's output "
                "moves when `z` moves a little.",
            ),
            Misconception(
                "f(z) stands where f′(z) belongs",
                lambda error, z, input: (error * np.tanh(z) * input,) * 2,
                "You multiplied by the value of tanh. What is wanted is its slope: at `z = 0`, where tanh is steepest, "
                "your factor is 0.",
            ),
            Misconception(
                "the slope is taken at the activation",
                lambda error, z, input: (None, error * (1 - np.tanh(np.tanh(z)) ** 2) * input),
                "tanh was applied twice. The slope belongs to the place on the curve where the unit is: that is `z`, not "
                "what comes out.",
            ),
            Misconception(
                "the slope is taken at the input",
                lambda error, z, input: (None, error * (1 - np.tanh(input) ** 2) * input),
                "The unit stands at `z` on its curve, where all its inputs together have put it; one input alone does not say where.",
            ),
            Misconception(
                "the square of the whole",
                lambda error, z, input: (None, error * (1 - np.tanh(z)) ** 2 * input),
                "Your square covers the 1 as well. Compare with the formula: what exactly is squared?",
            ),
            Misconception(
                "z stands where the input belongs",
                lambda error, z, input: (error * z, error * (1 - np.tanh(z) ** 2) * z),
                "`z` sums up all inputs with their weights. The last factor is the one input that this weight multiplies.",
            ),
            Misconception(
                "a square is missing",
                lambda error, z, input: (None, error * (1 - np.tanh(z)) * input),
                "The slope of tanh is the same at `z` and at `−z`, since the curve is symmetric about the origin. Is yours?",
            ),
            Misconception(
                "the slope is taken at z without tanh",
                lambda error, z, input: (None, error * (1 - z**2) * input),
                "For a large `z` your factor is negative, but tanh never falls. What is squared in its derivative?",
            ),
            Misconception(
                "the sign is turned round",
                lambda error, z, input: tuple(-part for part in both_rules(error, z, input)),
                "Here the error is actual minus predicted, and the update is added. A positive error means that the "
                "prediction is too low: with a positive input the weight has to grow.",
            ),
            Misconception(
                "the slope belongs to the other rule",
                lambda error, z, input: both_rules(error, z, input)[::-1],
                "The delta rule is the one that leaves the slope out; and the order asked for is delta rule, chain rule.",
            ),
            Misconception(
                "the input is missing",
                lambda error, z, input: (error, error * (1 - np.tanh(z) ** 2)),
                "A weight whose input was 0 had no part in the error. Does your update leave it alone?",
            ),
        ),
    ),
)
