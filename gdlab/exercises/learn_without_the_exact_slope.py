"""Exercises of notebook 09."""

import numpy as np

from gdlab.exercises.a_way_back import STRAIGHT_THROUGH
from gdlab.exercises.exercise import ChoiceExercise, FunctionExercise, Misconception


def perceptron_pass(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        predicted = 1.0 if x @ w + b > 0 else 0.0
        w = w + (actual - predicted) * x
        b = b + (actual - predicted)
    return w, b


def _samples(rng):
    """Samples, of which the first has z = 0: as in the notebook, where the weights begin at 0."""
    n = int(rng.integers(6, 10))
    X, w = rng.normal(0, 1, (n, 2)), rng.integers(-2, 3, 2).astype(float)
    X[0] = rng.integers(-3, 4, 2)  # whole numbers, so that z is 0 however it is worked out
    return X, rng.integers(0, 2, n).astype(float), w, 0.0 - float(X[0] @ w)


def _variant(
    predict=lambda z: float(z > 0), error_is=lambda error: error, input_of_b=lambda b: 1, wanted=lambda actual: actual
):
    """Make a pass with another prediction, another error, another input of the bias, or other targets."""

    def wrong(X, y, w, b):
        for x, actual in zip(X, y, strict=True):
            error = error_is(wanted(actual) - predict(x @ w + b))
            w, b = w + error * x, b + error * input_of_b(b)
        return w, b

    return wrong


def _all_at_once(X, y, w, b):
    errors = y - (X @ w + b > 0)
    return w + errors @ X, b + errors.sum()


def _mean_at_once(X, y, w, b):
    errors = y - (X @ w + b > 0)
    return w + errors @ X / len(X), b + errors.mean()


def _first_sample_only(X, y, w, b):
    return perceptron_pass(X[:1], y[:1], w, b)


def _bias_not_in_z(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        error = actual - float(x @ w > 0)
        w, b = w + error * x, b + error
    return w, b


EXERCISES = (
    FunctionExercise(
        slug="perceptron",
        title="The perceptron rule",
        points=3,
        solution=perceptron_pass,
        inputs=_samples,
        parts=("w", "b"),
        hints=(
            "For a single sample this is three lines: predict, update `w`, update `b`. Then put a loop over the samples around them.",
            "The prediction is a comparison: 1 where `x @ w + b` is above 0, and 0 otherwise. So actual − predicted is 1, 0 or −1. "
            "The bias has the input 1.",
            "`for x, actual in zip(X, y):`, and in the loop `predicted` is 1.0 where `x @ w + b > 0`. What then is added to `w` is "
            "(actual − predicted) × `x`; write `w = w + …`, since `w += …` changes the array that you were given.",
        ),
        misconceptions=(
            Misconception(
                "all samples at once",
                _all_at_once,
                "Every prediction was made with the first weights. Here each sample is to meet the weights that the one before it left.",
            ),
            Misconception(
                "the mean over all samples",
                _mean_at_once,
                "This is one step for the whole batch. Here each sample makes a step of its own, and the next one meets new weights.",
            ),
            Misconception(
                "no step in the prediction",
                _variant(predict=lambda z: z),
                "You compare with `z`, which is the rule for a linear unit. This unit answers 0 or 1.",
            ),
            Misconception(
                "a sigmoid in place of the step",
                _variant(predict=lambda z: (1 + np.tanh(z / 2)) / 2),
                "That is logistic regression, sample by sample. This unit knows no answer between 0 and 1.",
            ),
            Misconception(
                "the slope of the step is in it",
                lambda X, y, w, b: (w, b),
                "Nothing moved. If you multiplied by the slope of the step: what is it, wherever a sample lies?",
            ),
            Misconception(
                "the sign is turned round",
                _variant(error_is=lambda error: -error),
                "Take a sample of class 1 that was called 0. Is its `z` larger after your update?",
            ),
            Misconception(
                "classes −1 and 1",
                _variant(predict=lambda z: 1.0 if z > 0 else -1.0, wanted=lambda actual: 2 * actual - 1),
                "Your errors are 2 and −2, as for classes called −1 and 1, a common way to write this rule. Here they are 0 and 1.",
            ),
            Misconception(
                "the unit answers −1 or 1",
                _variant(predict=np.sign),
                "`np.sign` gives −1 or 1. What does this unit give where `z` is below 0, and what are the classes called?",
            ),
            Misconception(
                "a 1 where z is exactly 0",
                _variant(predict=lambda z: float(z >= 0)),
                "Only samples with z = 0 are judged otherwise, such as the very first, if `w` and `b` begin at 0. Read the formula "
                "of the prediction once more: on which side is 0?",
            ),
            Misconception(
                "only missed ones are corrected",
                _variant(error_is=lambda error: max(error, 0.0)),
                "A sample of class 0 that was called 1 moves nothing here. What is actual − predicted for it?",
            ),
            Misconception(
                "the bias times itself",
                _variant(input_of_b=lambda b: b),
                "The error is multiplied by the *input* of the weight, not by the weight. What is the input of the bias?",
            ),
            Misconception(
                "only w comes back",
                lambda *arguments: perceptron_pass(*arguments)[0],
                "The two numbers that you returned are those of `w`. Return `w` and `b`.",
            ),
            Misconception(
                "the bias stays",
                _variant(input_of_b=lambda b: 0),
                "The line can turn, but not move away from the origin. What is the input of the bias?",
            ),
            Misconception(
                "only the first sample",
                _first_sample_only,
                "It stops after one sample. Is the `return` inside the loop?",
            ),
            Misconception(
                "the bias is not in the prediction",
                _bias_not_in_z,
                "The bias is updated and then has no say. What belongs to `z` besides `x @ w`?",
            ),
        ),
    ),
    STRAIGHT_THROUGH.published,
    ChoiceExercise(
        slug="who-learns",
        title="The runs that learn",
        points=3,
        hints=(
            "What did you see of the first column? Feedback alignment began near 0.",
            "Look at the middle column: there most is learned. Which runs go uphill?",
            "A and B have much the same numbers. What cancels over many steps, and what adds up?",
        ),
        statements={
            "A": "0.67, 0.27, 0.19; 40% of the signs wrong, drawn anew",
            "B": "0.65, 0.23, 0.41; 40% of the signs wrong, always the same",
            "C": "−0.05, 0.39, 0.62",
            "D": "0.75, −0.30, 0.85",
            "E": "−0.49, −0.44, −0.42; 60% of the signs wrong, drawn anew",
            "F": "0.99, 0.65, 0.92",
        },
        true=frozenset("ACF"),
        taken={
            "B": "B: compare it with A. What do errors that are always the same do over 400 steps?",
            "D": "D agrees at both ends. What did it do in between, while most is learned?",
            "E": "E: errors that are drawn anew cancel on average. What is the average here, if more than half of the signs are wrong?",
        },
    ),
)
