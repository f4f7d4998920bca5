"""The exercise of notebook 09 on the perceptron rule, and its variants: other forms of the rule."""

from pathlib import Path

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise


def perceptron_pass(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        predicted = 1.0 if x @ w + b > 0 else 0.0
        w = w + (actual - predicted) * x
        b = b + (actual - predicted)
    return w, b


def pass_with_classes_minus_one_and_one(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        predicted = 1.0 if x @ w + b > 0 else -1.0
        w = w + (actual - predicted) * x
        b = b + (actual - predicted)
    return w, b


def pass_that_adds_mistakes(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        if actual * (x @ w + b) <= 0:
            w = w + actual * x
            b = b + actual
    return w, b


def pass_with_a_margin(X, y, w, b):
    for x, actual in zip(X, y, strict=True):
        if actual * (x @ w + b) < 1:
            w = w + actual * x
            b = b + actual
    return w, b


def averaged_pass(X, y, w, b):
    all_w, all_b = [], []
    for x, actual in zip(X, y, strict=True):
        predicted = 1.0 if x @ w + b > 0 else 0.0
        w = w + (actual - predicted) * x
        b = b + (actual - predicted)
        all_w.append(w)
        all_b.append(b)
    return np.mean(all_w, axis=0), np.mean(all_b)


def _samples(rng):
    """Samples, of which the first has z = 0: as in the notebook, where the weights begin at 0."""
    n = int(rng.integers(6, 10))
    X, w = rng.normal(0, 1, (n, 2)), rng.integers(-2, 3, 2).astype(float)
    X[0] = rng.integers(-3, 4, 2)  # whole numbers, so that z is 0 however it is worked out
    return X, rng.integers(0, 2, n).astype(float), w, 0.0 - float(X[0] @ w)


def _signed_samples(rng):
    X, y, w, b = _samples(rng)
    return X, 2 * y - 1, w, b


# By what a sample's input is multiplied, given actual and z.


def mistake(actual, z):
    return actual - (z > 0)


def signed_mistake(actual, z):
    return actual - np.where(z > 0, 1.0, -1.0)


def added_mistake(actual, z):
    return actual * (actual * z <= 0)


def within_the_margin(actual, z):
    return actual * (actual * z < 1)


# What is taken in the end of all w, or of all b, on the way: the first is the start.


def last(all_of_them):
    return all_of_them[-1]


def mean(all_of_them):
    return np.mean(all_of_them[1:], axis=0)


def walk(X, y, w, b, change, end, input_of_b=lambda b: 1, bias_in_z=True):
    """Return a pass by another rule."""
    all_w, all_b = [w], [b]
    for x, actual in zip(X, y, strict=True):
        step = float(change(actual, x @ w + b * bias_in_z))
        w, b = w + step * x, b + step * input_of_b(b)
        all_w.append(w)
        all_b.append(b)
    return end(all_w), end(all_b)


_THREE_LINES = "For a single sample this is three lines: predict, update `w`, update `b`. Then put a loop over the samples around them."
_ONE_IF = (
    "For a single sample this is three lines: ask whether it counts, update `w`, update `b`. Then put a loop over the samples "
    "around them."
)
_NOT_IN_PLACE = "write `w = w + …`, since `w += …` changes the array that you were given."

PERCEPTRON = FunctionExercise(
    slug="perceptron",
    title="The perceptron rule",
    points=3,
    given={"change": mistake, "end": last},
    solution=perceptron_pass,
    inputs=_samples,
    parts=("w", "b"),
    hints=(
        _THREE_LINES,
        "The prediction is a comparison: 1 where `x @ w + b` is above 0, and 0 otherwise. So actual − predicted is 1, 0 or −1. "
        "The bias has the input 1.",
        "`for x, actual in zip(X, y):`, and in the loop `predicted` is 1.0 where `x @ w + b > 0`. What then is added to `w` is "
        f"(actual − predicted) × `x`; {_NOT_IN_PLACE}",
    ),
    consequence="No slope occurs in it: the rule learns with a unit whose slope is 0 wherever it has one.",
)


@PERCEPTRON.wrong("all samples at once")
def _(X, y, w, b, *, change):
    """Every prediction was made with the first weights. Here each sample is to meet the weights that the one before it
    left."""
    steps = change(y, X @ w + b)
    return w + steps @ X, b + steps.sum()


@PERCEPTRON.wrong("the mean over all samples")
def _(X, y, w, b, *, change):
    """This is one step for the whole batch. Here each sample makes a step of its own, and the next one meets new weights."""
    steps = change(y, X @ w + b)
    return w + steps @ X / len(X), b + steps.mean()


@PERCEPTRON.wrong("no step in the prediction")
def _(X, y, w, b, *, end):
    """You compare with `z` itself, as the rule for a linear unit does. What does this rule ask about `z`?"""
    return walk(X, y, w, b, lambda actual, z: actual - z, end)


@PERCEPTRON.wrong("nothing moved", plain=True)
def _(X, y, w, b):
    """`w` and `b` are as they came. If you multiplied by the slope of the step: what is it, wherever a sample lies?"""
    return w, b


@PERCEPTRON.wrong("the sign is turned round")
def _(X, y, w, b, *, change, end):
    """Take a sample of class 1 whose `z` is below 0. Is its `z` larger after your update?"""
    return walk(X, y, w, b, lambda actual, z: -change(actual, z), end)


@PERCEPTRON.wrong("only samples of class 1 are corrected")
def _(X, y, w, b, *, change, end):
    """A sample of the other class moves nothing in yours, on whichever side it is. When should it?"""
    return walk(X, y, w, b, lambda actual, z: max(float(change(actual, z)), 0.0), end)


@PERCEPTRON.wrong("the bias times itself")
def _(X, y, w, b, *, change, end):
    """The error is multiplied by the *input* of the weight, not by the weight. What is the input of the bias?"""
    return walk(X, y, w, b, change, end, input_of_b=lambda b: b)


@PERCEPTRON.wrong("only w comes back")
def _(X, y, w, b, *, change, end):
    """The two numbers that you returned are those of `w`. Return `w` and `b`."""
    return walk(X, y, w, b, change, end)[0]


@PERCEPTRON.wrong("the bias stays")
def _(X, y, w, b, *, change, end):
    """The line can turn, but not move away from the origin. What is the input of the bias?"""
    return walk(X, y, w, b, change, end, input_of_b=lambda b: 0)


@PERCEPTRON.wrong("only the first sample")
def _(X, y, w, b, *, change, end):
    """It stops after one sample. Is the `return` inside the loop?"""
    return walk(X[:1], y[:1], w, b, change, end)


@PERCEPTRON.wrong("only the last sample")
def _(X, y, w, b, *, change, end):
    """What came before the last sample is forgotten. Does each turn of your loop start from the weights of the one before?"""
    return walk(X[-1:], y[-1:], w, b, change, end)


@PERCEPTRON.wrong("the bias is not in the prediction")
def _(X, y, w, b, *, change, end):
    """The bias is updated and then contributes nothing. What belongs to `z` besides `x @ w`?"""
    return walk(X, y, w, b, change, end, bias_in_z=False)


@PERCEPTRON.wrong("b is updated by a second prediction")
def _(X, y, w, b, *, change):
    """You predicted anew between the two updates, with the new `w`. One prediction serves both: keep it in a name."""
    for x, actual in zip(X, y, strict=True):
        w = w + change(actual, x @ w + b) * x
        b = b + change(actual, x @ w + b)
    return w, b


ANY_CLASSES = {one.name for one in PERCEPTRON.misconceptions}


@PERCEPTRON.wrong("a sigmoid in place of the step")
def _(X, y, w, b, *, end):
    """That is logistic regression, sample by sample. This unit gives no answer between 0 and 1."""
    return walk(X, y, w, b, lambda actual, z: actual - (1 + np.tanh(z / 2)) / 2, end)


@PERCEPTRON.wrong("classes −1 and 1")
def _(X, y, w, b, *, end):
    """Your errors are 2 and −2, as for classes called −1 and 1, a common way to write this rule. Here they are 0 and 1."""
    return walk(X, y, w, b, lambda actual, z: signed_mistake(2 * actual - 1, z), end)


@PERCEPTRON.wrong("the unit answers −1 or 1")
def _(X, y, w, b, *, end):
    """`np.sign` gives −1 or 1. What does this unit give where `z` is below 0, and what are the classes called?"""
    return walk(X, y, w, b, lambda actual, z: actual - np.sign(z), end)


@PERCEPTRON.wrong("a 1 where z is exactly 0")
def _(X, y, w, b, *, end):
    """Only samples with z = 0 are judged otherwise, such as the very first, if `w` and `b` begin at 0. Read the formula of
    the prediction once more: on which side is 0?"""
    return walk(X, y, w, b, lambda actual, z: actual - (z >= 0), end)


def _signed(change, solution, *hints):
    """Return the variant for a form of the rule with classes −1 and 1."""
    return PERCEPTRON.but(
        given={"change": change, "end": last},
        solution=solution,
        inputs=_signed_samples,
        hints=hints,
        without={one.name for one in PERCEPTRON.misconceptions} - ANY_CLASSES,
    )


SIGNED = _signed(
    signed_mistake,
    pass_with_classes_minus_one_and_one,
    _THREE_LINES,
    "The prediction is a comparison: 1 where `x @ w + b` is above 0, and −1 otherwise. So actual − predicted is 2, 0 or −2. The "
    "bias has the input 1.",
    "`for x, actual in zip(X, y):`, and in the loop `predicted` is one of two numbers, by the sign of `x @ w + b`. What then is "
    f"added to `w` is (actual − predicted) × `x`; {_NOT_IN_PLACE}",
)
_IN_THE_IF = (
    "`for x, actual in zip(X, y):`, and in the loop one `if`. What is added to `w` in it is `actual` × `x`; "
    + _NOT_IN_PLACE
)
ADDED = _signed(
    added_mistake,
    pass_that_adds_mistakes,
    _ONE_IF,
    "A mistake is told by a comparison: the product of `actual` and `x @ w + b` is not above 0. The bias has the input 1.",
    _IN_THE_IF,
)
MARGIN = _signed(
    within_the_margin,
    pass_with_a_margin,
    _ONE_IF,
    "Whether a sample counts is told by a comparison: the product of `actual` and `x @ w + b` is below 1. The bias has the "
    "input 1.",
    _IN_THE_IF,
)
AVERAGED = PERCEPTRON.but(
    given={"change": mistake, "end": mean},
    solution=averaged_pass,
    hints=(
        _THREE_LINES,
        "The prediction is a comparison: 1 where `x @ w + b` is above 0, and 0 otherwise. The rule goes on with the newest "
        "weights, as always; the averaging is done beside it.",
        "Keep two lists and append `w` and `b` at the end of the loop, whether they changed or not. `np.mean(…, axis=0)` is the "
        f"mean over a list of arrays. In the loop {_NOT_IN_PLACE}",
    ),
    without=("b is updated by a second prediction",),
)


@SIGNED.wrong("the unit answers 0 or 1")
def _(X, y, w, b):
    """Where `z` is not above 0 your unit answers 0. What are the two classes called here?"""
    return perceptron_pass(X, y, w, b)


@SIGNED.wrong("a step half as long")
def _(X, y, w, b):
    """Yours adds 1 or −1 times the input for a mistake. How much is actual − predicted, if one is 1 and the other −1?"""
    return walk(X, y, w, b, lambda actual, z: signed_mistake(actual, z) / 2, last)


@SIGNED.wrong("tanh in place of the step")
def _(X, y, w, b):
    """Your unit has answers between −1 and 1. This one gives only the two."""
    return walk(X, y, w, b, lambda actual, z: actual - np.tanh(z), last)


@SIGNED.wrong("a third answer where z is exactly 0")
def _(X, y, w, b):
    """`np.sign` gives 0 where z = 0, as at the very first sample, if `w` and `b` begin at 0. What does this unit answer
    there?"""
    return walk(X, y, w, b, lambda actual, z: actual - np.sign(z), last)


@SIGNED.wrong("a 1 where z is exactly 0")
def _(X, y, w, b):
    """Only samples with z = 0 are judged otherwise, such as the very first, if `w` and `b` begin at 0. On which side is
    0?"""
    return walk(X, y, w, b, lambda actual, z: actual - np.where(z >= 0, 1.0, -1.0), last)


for form in (ADDED, MARGIN):

    @form.wrong("actual − predicted is added, with predictions of 0 and 1")
    def _(X, y, w, b):
        """You add actual − predicted, with predictions of 0 and 1. This form has no prediction: what does it add?"""
        return perceptron_pass(X, y, w, b)

    @form.wrong("actual − predicted is added")
    def _(X, y, w, b):
        """You add actual − predicted, with predictions of −1 and 1. This form has no prediction: what does it add, and
        when?"""
        return pass_with_classes_minus_one_and_one(X, y, w, b)

    @form.wrong("a step twice as long")
    def _(X, y, w, b, *, change):
        """Your steps are twice as long as those asked for, as they are with actual − predicted. What does this form add?"""
        return walk(X, y, w, b, lambda actual, z: 2 * change(actual, z), last)

    @form.wrong("every sample is added")
    def _(X, y, w, b):
        """Yours adds every sample, the right ones too. When does nothing change?"""
        return walk(X, y, w, b, lambda actual, z: actual, last)


@ADDED.wrong("no mistake where z is exactly 0")
def _(X, y, w, b):
    """A sample with z = 0 changes nothing in yours, so from `w` and `b` at 0 it would never begin. Read the condition once
    more."""
    return walk(X, y, w, b, lambda actual, z: actual * (actual * z < 0), last)


@ADDED.wrong("what is right is added")
def _(X, y, w, b):
    """Yours changes something where actual and z have the same sign. Is that a mistake?"""
    return walk(X, y, w, b, lambda actual, z: actual * (actual * z > 0), last)


@MARGIN.wrong("mistakes only")
def _(X, y, w, b):
    """Yours minds only samples on the wrong side. This form minds some on the right side, too: which?"""
    return pass_that_adds_mistakes(X, y, w, b)


@MARGIN.wrong("the class is not in the condition")
def _(X, y, w, b):
    """You ask whether z itself is below 1. A sample of class −1 is right where z is far below 0."""
    return walk(X, y, w, b, lambda actual, z: actual * (z < 1), last)


@AVERAGED.wrong("the last weights, not their mean")
def _(X, y, w, b):
    """These are the weights after the last sample. What is asked for is the mean over all samples."""
    return perceptron_pass(X, y, w, b)


@AVERAGED.wrong("the start is in the mean")
def _(X, y, w, b):
    """You kept one more than there are samples: the weights before the first one."""
    return walk(X, y, w, b, mistake, lambda all_of_them: np.mean(all_of_them, axis=0))


@AVERAGED.wrong("the sum, not the mean")
def _(X, y, w, b):
    """Yours grows with the number of samples, even if nothing changes any more."""
    return walk(X, y, w, b, mistake, lambda all_of_them: np.sum(all_of_them[1:], axis=0))


@AVERAGED.wrong("the last sample is not in the mean")
def _(X, y, w, b):
    """You kept the weights *before* each sample. Asked for are those after it."""
    return walk(X, y, w, b, mistake, lambda all_of_them: np.mean(all_of_them[:-1], axis=0))


FAMILY = Family(
    PERCEPTRON,
    {
        "classes −1 and 1": SIGNED,
        "mistakes are added": ADDED,
        "a margin of 1": MARGIN,
        "averaged over a pass": AVERAGED,
    },
    Path(__file__).parent / "variants",
)
