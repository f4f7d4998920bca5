"""The exercise of notebook 09 on the perceptron rule, and its variants."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.kinds import FunctionExercise, Misconception


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


def _last(all_w, all_b):
    return all_w[-1], all_b[-1]


def _mean(all_w, all_b):
    return np.mean(all_w[1:], axis=0), np.mean(all_b[1:])


def _mean_with_the_start(all_w, all_b):
    return np.mean(all_w, axis=0), np.mean(all_b)


def _sum(all_w, all_b):
    return np.sum(all_w[1:], axis=0), np.sum(all_b[1:])


def _pass(change, end=_last, input_of_b=lambda b: 1, bias_in_z=True):
    """Return a pass that adds `change(actual, z)` × input, and of all weights on the way gives back what `end` takes."""

    def wrong(X, y, w, b):
        all_w, all_b = [w], [b]
        for x, actual in zip(X, y, strict=True):
            step = float(change(actual, x @ w + b * bias_in_z))
            w, b = w + step * x, b + step * input_of_b(b)
            all_w.append(w)
            all_b.append(b)
        return end(all_w, all_b)

    return wrong


def _at_once(change, take):
    """Return one step for all samples, each met with the first weights."""

    def wrong(X, y, w, b):
        steps = change(y, X @ w + b)
        return w + take(steps[:, None] * X, axis=0), b + take(steps)

    return wrong


def _mistake(actual, z):
    """actual − predicted, with classes 0 and 1."""
    return actual - (z > 0)


def _signed_mistake(actual, z):
    """actual − predicted, with classes −1 and 1."""
    return actual - np.where(z > 0, 1.0, -1.0)


@dataclass(frozen=True)
class _Rule:
    """A form of the rule.

    Attributes
    ----------
    name
        For a list.
    told
        How the exercise puts it.
    classes, returned
        What the stub says of y and of what comes back.
    solution
        The reference.
    change, end
        What a sample's input is multiplied by, given actual and z; and what is taken of all weights in the end.
    hints
        From a nudge to nearly all of it.
    linear, sign
        Two thoughts: what this unit answers, and a question whose answer shows the sign.
    one_side
        What to say if only class 1 is corrected.
    own
        The wrong answers that only this form suggests.
    """

    name: str
    told: str
    classes: str
    returned: str
    solution: Callable[..., Any]
    change: Callable[..., Any]
    end: Callable[..., Any]
    hints: tuple[str, str, str]
    linear: str
    sign: str
    one_side: str
    own: tuple[Misconception, ...]

    @property
    def signed(self) -> bool:
        return self.classes == "−1 and 1"


_PASS = "Write one pass through the samples, in the order in which they stand, with learning rate 1."
_THREE_LINES = "For a single sample this is three lines: predict, update `w`, update `b`. Then put a loop over the samples around them."
_ONE_IF = (
    "For a single sample this is three lines: ask whether it counts, update `w`, update `b`. Then put a loop over the samples "
    "around them."
)
_NOT_ADDED_IN_PLACE = "write `w = w + …`, since `w += …` changes the array that you were given."
_SIGN = "Take a sample of class 1 whose `z` is below 0. Is its `z` larger after your update?"
_ONE_SIDE = "A sample of class −1 moves nothing here, on whichever side it is. When should it?"


def _of_zero_and_one(end):
    """The wrong answers that classes called 0 and 1 suggest."""
    return (
        Misconception(
            "a sigmoid in place of the step",
            _pass(lambda actual, z: actual - (1 + np.tanh(z / 2)) / 2, end),
            "That is logistic regression, sample by sample. This unit knows no answer between 0 and 1.",
        ),
        Misconception(
            "classes −1 and 1",
            _pass(lambda actual, z: _signed_mistake(2 * actual - 1, z), end),
            "Your errors are 2 and −2, as for classes called −1 and 1, a common way to write this rule. Here they are 0 and 1.",
        ),
        Misconception(
            "the unit answers −1 or 1",
            _pass(lambda actual, z: actual - np.sign(z), end),
            "`np.sign` gives −1 or 1. What does this unit give where `z` is below 0, and what are the classes called?",
        ),
        Misconception(
            "a 1 where z is exactly 0",
            _pass(lambda actual, z: actual - (z >= 0), end),
            "Only samples with z = 0 are judged otherwise, such as the very first, if `w` and `b` begin at 0. Read the formula "
            "of the prediction once more: on which side is 0?",
        ),
    )


def _zero_or_one(thought):
    return Misconception("the unit answers 0 or 1", perceptron_pass, thought)


_RULES = (
    _Rule(
        "as Rosenblatt’s rule is mostly told",
        _PASS,
        "0 and 1",
        "w and b after one pass",
        perceptron_pass,
        _mistake,
        _last,
        (
            _THREE_LINES,
            "The prediction is a comparison: 1 where `x @ w + b` is above 0, and 0 otherwise. So actual − predicted is 1, 0 or −1. "
            "The bias has the input 1.",
            "`for x, actual in zip(X, y):`, and in the loop `predicted` is 1.0 where `x @ w + b > 0`. What then is added to `w` is "
            f"(actual − predicted) × `x`; {_NOT_ADDED_IN_PLACE}",
        ),
        "This unit answers 0 or 1.",
        "Take a sample of class 1 that was called 0. Is its `z` larger after your update?",
        "A sample of class 0 that was called 1 moves nothing here. What is actual − predicted for it?",
        _of_zero_and_one(_last),
    ),
    _Rule(
        "classes −1 and 1",
        "Many books call the two classes −1 and 1. The unit then answers 1 where $z > 0$ and −1 elsewhere; the update of the "
        f"weights stays as it stands above. Do the same: here `y` holds −1 and 1. {_PASS}",
        "−1 and 1",
        "w and b after one pass",
        pass_with_classes_minus_one_and_one,
        _signed_mistake,
        _last,
        (
            _THREE_LINES,
            "The prediction is a comparison: 1 where `x @ w + b` is above 0, and −1 otherwise. So actual − predicted is 2, 0 or "
            "−2. The bias has the input 1.",
            "`for x, actual in zip(X, y):`, and in the loop `predicted` is one of two numbers, by the sign of `x @ w + b`. What "
            f"then is added to `w` is (actual − predicted) × `x`; {_NOT_ADDED_IN_PLACE}",
        ),
        "This unit answers −1 or 1.",
        _SIGN,
        _ONE_SIDE,
        (
            _zero_or_one("Where `z` is not above 0 your unit answers 0. What are the two classes called here?"),
            Misconception(
                "a step half as long",
                _pass(lambda actual, z: _signed_mistake(actual, z) / 2),
                "Yours adds 1 or −1 times the input for a mistake. How much is actual − predicted, if one is 1 and the other −1?",
            ),
            Misconception(
                "tanh in place of the step",
                _pass(lambda actual, z: actual - np.tanh(z)),
                "Your unit has answers between −1 and 1. This one knows only the two.",
            ),
            Misconception(
                "a third answer where z is exactly 0",
                _pass(lambda actual, z: actual - np.sign(z)),
                "`np.sign` gives 0 where z = 0, as at the very first sample, if `w` and `b` begin at 0. What does this unit answer "
                "there?",
            ),
            Misconception(
                "a 1 where z is exactly 0",
                _pass(lambda actual, z: actual - np.where(z >= 0, 1.0, -1.0)),
                "Only samples with z = 0 are judged otherwise, such as the very first, if `w` and `b` begin at 0. On which side is "
                "0?",
            ),
        ),
    ),
    _Rule(
        "mistakes are added",
        "Many books call the two classes −1 and 1, and tell the rule without a prediction. A sample is a mistake if "
        "$\\text{actual} \\cdot z \\le 0$. Then $w \\leftarrow w + \\text{actual}\\;x$; otherwise nothing changes. Do it in this "
        f"form: here `y` holds −1 and 1. {_PASS}",
        "−1 and 1",
        "w and b after one pass",
        pass_that_adds_mistakes,
        lambda actual, z: actual * (actual * z <= 0),
        _last,
        (
            _ONE_IF,
            "A mistake is told by a comparison: the product of `actual` and `x @ w + b` is not above 0. The bias has the input 1.",
            "`for x, actual in zip(X, y):`, and in the loop one `if`. What is added to `w` in it is `actual` × `x`; "
            f"{_NOT_ADDED_IN_PLACE}",
        ),
        "This rule asks only on which side of 0 it is.",
        _SIGN,
        _ONE_SIDE,
        (
            _zero_or_one(
                "You add actual − predicted, with predictions of 0 and 1. This form has no prediction: what does it add?"
            ),
            Misconception(
                "actual − predicted is added",
                pass_with_classes_minus_one_and_one,
                "You add actual − predicted, with predictions of −1 and 1. This form has no prediction: what does it add, and when?",
            ),
            Misconception(
                "a step twice as long",
                _pass(lambda actual, z: 2 * actual * (actual * z <= 0)),
                "Your steps are twice as long as those asked for, as they are with actual − predicted. What does this form add?",
            ),
            Misconception(
                "no mistake where z is exactly 0",
                _pass(lambda actual, z: actual * (actual * z < 0)),
                "A sample with z = 0 changes nothing in yours, so from `w` and `b` at 0 it would never begin. Read the condition "
                "once more.",
            ),
            Misconception(
                "what is right is added",
                _pass(lambda actual, z: actual * (actual * z > 0)),
                "Yours changes something where actual and z have the same sign. Is that a mistake?",
            ),
            Misconception(
                "every sample is added",
                _pass(lambda actual, z: actual),
                "Yours adds every sample, the right ones too. When does nothing change?",
            ),
        ),
    ),
    _Rule(
        "a margin of 1",
        "A stricter form calls the two classes −1 and 1, and minds samples that are right by a hair. Where "
        "$\\text{actual} \\cdot z < 1$, take $w \\leftarrow w + \\text{actual}\\;x$; otherwise nothing changes. Do it in this form: "
        f"here `y` holds −1 and 1. {_PASS}",
        "−1 and 1",
        "w and b after one pass",
        pass_with_a_margin,
        lambda actual, z: actual * (actual * z < 1),
        _last,
        (
            _ONE_IF,
            "Whether a sample counts is told by a comparison: the product of `actual` and `x @ w + b` is below 1. The bias has the "
            "input 1.",
            "`for x, actual in zip(X, y):`, and in the loop one `if`. What is added to `w` in it is `actual` × `x`; "
            f"{_NOT_ADDED_IN_PLACE}",
        ),
        "This rule asks only whether it is far enough on the right side.",
        _SIGN,
        _ONE_SIDE,
        (
            _zero_or_one(
                "You add actual − predicted, with predictions of 0 and 1. This form has no prediction: what does it add?"
            ),
            Misconception(
                "mistakes only",
                pass_that_adds_mistakes,
                "Yours minds only samples on the wrong side. This form minds some on the right side, too: which?",
            ),
            Misconception(
                "a step twice as long",
                _pass(lambda actual, z: 2 * actual * (actual * z < 1)),
                "Your steps are twice as long as those asked for, as they are with actual − predicted. What does this form add?",
            ),
            Misconception(
                "the class is not in the condition",
                _pass(lambda actual, z: actual * (z < 1)),
                "You ask whether z itself is below 1. A sample of class −1 is right where z is far below 0.",
            ),
            Misconception(
                "every sample is added",
                _pass(lambda actual, z: actual),
                "Yours adds every sample, those that are well on the right side, too. When does nothing change?",
            ),
        ),
    ),
    _Rule(
        "averaged over a pass",
        "In the end the last samples have the last word. A remedy is to average. Write one pass through the samples by this rule, in "
        "the order in which they stand, with learning rate 1, and return the mean of all the $w$ and the mean of all the $b$ that "
        "were there after a sample, one for each sample.",
        "0 and 1",
        "the means of w and b over one pass",
        averaged_pass,
        _mistake,
        _mean,
        (
            _THREE_LINES,
            "The prediction is a comparison: 1 where `x @ w + b` is above 0, and 0 otherwise. The rule goes on with the newest "
            "weights, as always; the averaging is done beside it.",
            "Keep two lists and append `w` and `b` at the end of the loop, whether they changed or not. `np.mean(…, axis=0)` is the "
            f"mean over a list of arrays. In the loop {_NOT_ADDED_IN_PLACE}",
        ),
        "This unit answers 0 or 1.",
        "Take a sample of class 1 that was called 0. Is its `z` larger after your update?",
        "A sample of class 0 that was called 1 moves nothing here. What is actual − predicted for it?",
        (
            *_of_zero_and_one(_mean),
            Misconception(
                "the last weights, not their mean",
                perceptron_pass,
                "These are the weights after the last sample. What is asked for is the mean over all samples.",
            ),
            Misconception(
                "the start is in the mean",
                _pass(_mistake, _mean_with_the_start),
                "You kept one more than there are samples: the weights before the first one.",
            ),
            Misconception(
                "the sum, not the mean",
                _pass(_mistake, _sum),
                "Yours grows with the number of samples, even if nothing changes any more.",
            ),
        ),
    ),
)


def _perceptron(slug, rule):
    change, end = rule.change, rule.end
    return FunctionExercise(
        slug=slug,
        title="The perceptron rule",
        points=3,
        solution=rule.solution,
        inputs=_signed_samples if rule.signed else _samples,
        parts=("w", "b"),
        hints=rule.hints,
        misconceptions=(
            Misconception(
                "all samples at once",
                _at_once(change, np.sum),
                "Every prediction was made with the first weights. Here each sample is to meet the weights that the one before it left.",
            ),
            Misconception(
                "the mean over all samples",
                _at_once(change, np.mean),
                "This is one step for the whole batch. Here each sample makes a step of its own, and the next one meets new weights.",
            ),
            Misconception(
                "no step in the prediction",
                _pass(lambda actual, z: actual - z, end),
                f"You compare with `z`, which is the rule for a linear unit. {rule.linear}",
            ),
            Misconception(
                "the slope of the step is in it",
                lambda X, y, w, b: (w, b),
                "Nothing moved. If you multiplied by the slope of the step: what is it, wherever a sample lies?",
            ),
            Misconception(
                "the sign is turned round",
                _pass(lambda actual, z: -change(actual, z), end),
                rule.sign,
            ),
            *rule.own,
            Misconception(
                "only missed ones are corrected",
                _pass(lambda actual, z: max(float(change(actual, z)), 0.0), end),
                rule.one_side,
            ),
            Misconception(
                "the bias times itself",
                _pass(change, end, input_of_b=lambda b: b),
                "The error is multiplied by the *input* of the weight, not by the weight. What is the input of the bias?",
            ),
            Misconception(
                "only w comes back",
                lambda *arguments: rule.solution(*arguments)[0],
                "The two numbers that you returned are those of `w`. Return `w` and `b`.",
            ),
            Misconception(
                "the bias stays",
                _pass(change, end, input_of_b=lambda b: 0),
                "The line can turn, but not move away from the origin. What is the input of the bias?",
            ),
            Misconception(
                "only the first sample",
                lambda X, y, w, b: rule.solution(X[:1], y[:1], w, b),
                "It stops after one sample. Is the `return` inside the loop?",
            ),
            Misconception(
                "the bias is not in the prediction",
                _pass(change, end, bias_in_z=False),
                "The bias is updated and then has no say. What belongs to `z` besides `x @ w`?",
            ),
        ),
    )


PERCEPTRON = Family(
    _perceptron("perceptron", _RULES[0]),
    {rule.name: _perceptron("perceptron", rule) for rule in _RULES[1:]},
    Path(__file__).parent / "variants",
)
