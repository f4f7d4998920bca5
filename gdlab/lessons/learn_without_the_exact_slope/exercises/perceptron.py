"""The exercise of notebook 09 on the perceptron rule; its variants have classes −1 and 1, and learning rates."""

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def perceptron_pass(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        predicted = 1.0 if x @ w + b > 0 else 0.0
        w = w + (actual - predicted) * x
        b = b + (actual - predicted)
    return w, b


def pass_with(X, y, w, b, *, low, rate):
    for x, actual in zip(X, y, strict=True):
        predicted = 1.0 if x @ w + b > 0 else low
        w = w + rate * (actual - predicted) * x
        b = b + rate * (actual - predicted)
    return w, b


def _samples(rng, *, low):
    """Samples, of which the first has z = 0: as in the notebook, where the weights begin at 0."""
    n = int(rng.integers(6, 10))
    X, w = rng.normal(0, 1, (n, 2)), rng.integers(-2, 3, 2).astype(float)
    X[0] = rng.integers(-3, 4, 2)  # whole numbers, so that z is 0 however it is worked out
    return X, low + (1 - low) * rng.integers(0, 2, n), w, 0.0 - float(X[0] @ w)


PERCEPTRON = FunctionExercise(
    slug="perceptron",
    title="The perceptron rule",
    points=3,
    given={"low": 0.0, "rate": 1},
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
    consequence="No slope occurs in it: the rule learns with a unit whose slope is 0 wherever it has one.",
)


def mistake(low, rate):
    """Return the function of actual and z that says by what a sample's input is multiplied."""
    return lambda actual, z: rate * (actual - np.where(z > 0, 1.0, low))


def walk(X, y, w, b, step, input_of_b=lambda b: 1, bias_in_z=True):
    """Return a pass by another rule."""
    for x, actual in zip(X, y, strict=True):
        moved = float(step(actual, x @ w + b * bias_in_z))
        w, b = w + moved * x, b + moved * input_of_b(b)
    return w, b


@PERCEPTRON.wrong("all samples at once")
def _(X, y, w, b, *, low, rate):
    """Every prediction was made with the first weights. Here each sample is to meet the weights that the one before it
    left."""
    steps = mistake(low, rate)(y, X @ w + b)
    return w + steps @ X, b + steps.sum()


@PERCEPTRON.wrong("the mean over all samples")
def _(X, y, w, b, *, low, rate):
    """This is one step for the whole batch. Here each sample makes a step of its own, and the next one meets new weights."""
    steps = mistake(low, rate)(y, X @ w + b)
    return w + steps @ X / len(X), b + steps.mean()


@PERCEPTRON.wrong("no step in the prediction")
def _(X, y, w, b, *, rate):
    """You compare with `z` itself, as the rule for a linear unit does. What does this rule ask about `z`?"""
    return walk(X, y, w, b, lambda actual, z: rate * (actual - z))


@PERCEPTRON.wrong("nothing moved", plain=True)
def _(X, y, w, b):
    """`w` and `b` are as they came. If you multiplied by the slope of the step: what is it, wherever a sample lies?"""
    return w, b


@PERCEPTRON.wrong("the sign is turned round")
def _(X, y, w, b, *, low, rate):
    """Take a sample of class 1 whose `z` is below 0. Is its `z` larger after your update?"""
    return walk(X, y, w, b, mistake(low, -rate))


@PERCEPTRON.wrong("only samples of class 1 are corrected")
def _(X, y, w, b, *, low, rate):
    """A sample of the other class moves nothing in yours, on whichever side it is. When should it?"""
    return walk(X, y, w, b, lambda actual, z: max(float(mistake(low, rate)(actual, z)), 0.0))


@PERCEPTRON.wrong("the bias times itself")
def _(X, y, w, b, *, low, rate):
    """The error is multiplied by the *input* of the weight, not by the weight. What is the input of the bias?"""
    return walk(X, y, w, b, mistake(low, rate), input_of_b=lambda b: b)


@PERCEPTRON.wrong("only w comes back")
def _(X, y, w, b, *, low, rate):
    """The two numbers that you returned are those of `w`. Return `w` and `b`."""
    return pass_with(X, y, w, b, low=low, rate=rate)[0]


@PERCEPTRON.wrong("the bias stays")
def _(X, y, w, b, *, low, rate):
    """The line can turn, but not move away from the origin. What is the input of the bias?"""
    return walk(X, y, w, b, mistake(low, rate), input_of_b=lambda b: 0)


@PERCEPTRON.wrong("only the first sample")
def _(X, y, w, b, *, low, rate):
    """It stops after one sample. Is the `return` inside the loop?"""
    return pass_with(X[:1], y[:1], w, b, low=low, rate=rate)


@PERCEPTRON.wrong("only the last sample")
def _(X, y, w, b, *, low, rate):
    """What came before the last sample is forgotten. Does each turn of your loop start from the weights of the one before?"""
    return pass_with(X[-1:], y[-1:], w, b, low=low, rate=rate)


@PERCEPTRON.wrong("the bias is not in the prediction")
def _(X, y, w, b, *, low, rate):
    """The bias is updated and then contributes nothing. What belongs to `z` besides `x @ w`?"""
    return walk(X, y, w, b, mistake(low, rate), bias_in_z=False)


@PERCEPTRON.wrong("b is updated by a second prediction")
def _(X, y, w, b, *, low, rate):
    """You predicted anew between the two updates, with the new `w`. One prediction serves both: keep it in a name."""
    for x, actual in zip(X, y, strict=True):
        w = w + mistake(low, rate)(actual, x @ w + b) * x
        b = b + mistake(low, rate)(actual, x @ w + b)
    return w, b


@PERCEPTRON.wrong("a 1 where z is exactly 0")
def _(X, y, w, b, *, low, rate):
    """Only samples with z = 0 are judged otherwise, such as the very first, if `w` and `b` begin at 0. Read the formula of
    the prediction once more: on which side is 0?"""
    return walk(X, y, w, b, lambda actual, z: rate * (actual - np.where(z >= 0, 1.0, low)))


ANY_CLASSES = {one.name for one in PERCEPTRON.misconceptions}


@PERCEPTRON.wrong("a sigmoid in place of the step")
def _(X, y, w, b, *, rate):
    """That is logistic regression, sample by sample. This unit gives no answer between 0 and 1."""
    return walk(X, y, w, b, lambda actual, z: rate * (actual - (1 + np.tanh(z / 2)) / 2))


@PERCEPTRON.wrong("classes −1 and 1")
def _(X, y, w, b, *, rate):
    """Your errors are 2 and −2, as for classes called −1 and 1, a common way to write this rule. Here they are 0 and 1."""
    return pass_with(X, 2 * y - 1, w, b, low=-1.0, rate=rate)


@PERCEPTRON.wrong("the unit answers −1 or 1")
def _(X, y, w, b, *, rate):
    """`np.sign` gives −1 or 1. What does this unit give where `z` is below 0, and what are the classes called?"""
    return walk(X, y, w, b, lambda actual, z: rate * (actual - np.sign(z)))


def _signed(rate):
    """Return the variant for classes −1 and 1, at a learning rate."""
    exercise = PERCEPTRON.but(
        given={"low": -1.0, "rate": rate},
        solution=pass_with,
        hints=(
            PERCEPTRON.hints[0],
            "The prediction is a comparison: 1 where `x @ w + b` is above 0, and −1 otherwise. So actual − predicted is 2, 0 or "
            "−2. The bias has the input 1.",
            "`for x, actual in zip(X, y):`, and in the loop `predicted` is one of two numbers, by the sign of `x @ w + b`. What then "
            "is added to `w` is learning rate × (actual − predicted) × `x`; write `w = w + …`, since `w += …` changes the array "
            "that you were given.",
        ),
        without={one.name for one in PERCEPTRON.misconceptions} - ANY_CLASSES,
    )

    @exercise.wrong("the unit answers 0 or 1")
    def _(X, y, w, b, *, rate):
        """Where `z` is not above 0 your unit answers 0. What are the two classes called here?"""
        return pass_with(X, y, w, b, low=0.0, rate=rate)

    @exercise.wrong("a step half as long")
    def _(X, y, w, b, *, low, rate):
        """Your steps are half as long. How much is actual − predicted, if one is 1 and the other −1?"""
        return pass_with(X, y, w, b, low=low, rate=rate / 2)

    @exercise.wrong("tanh in place of the step")
    def _(X, y, w, b, *, rate):
        """Your unit has answers between −1 and 1. This one gives only the two."""
        return walk(X, y, w, b, lambda actual, z: rate * (actual - np.tanh(z)))

    @exercise.wrong("a third answer where z is exactly 0")
    def _(X, y, w, b, *, rate):
        """`np.sign` gives 0 where z = 0, as at the very first sample, if `w` and `b` begin at 0. What does this unit answer
        there?"""
        return walk(X, y, w, b, lambda actual, z: rate * (actual - np.sign(z)))

    if rate != 1:

        @exercise.wrong("the learning rate is missing")
        def _(X, y, w, b, *, low):
            """Your steps are as long as the whole mistake. The learning rate decides which part of it is taken."""
            return pass_with(X, y, w, b, low=low, rate=1)

    return exercise


FAMILY = Family(
    PERCEPTRON,
    {f"classes −1 and 1, learning rate {rate:g}": _signed(rate) for rate in (1, 0.1, 0.2, 0.4)},
)
