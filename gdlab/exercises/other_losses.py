"""Losses that stand in for ½ squared error where an exercise has variants: each a function of e = predicted − actual."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class OtherLoss:
    """A loss ℓ(e) of one sample, with its derivative and the wrong ones.

    Attributes
    ----------
    name
        What it is called in a list.
    formula
        ℓ(e) in LaTeX.
    words
        A sentence or two for the learner: what this loss is good for.
    value, slope
        ℓ and ℓ′, of arrays.
    hint
        How one comes from ℓ to ℓ′, without saying it.
    wrong
        What else is taken for ℓ′, each with a name and a thought.
    """

    name: str
    formula: str
    words: str
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    hint: str
    wrong: tuple[tuple[str, Callable[[Any], Any], str], ...]


QUARTIC = OtherLoss(
    name="the mean of ¼ e⁴",
    formula=r"\tfrac14\,e^4",
    words="With this loss, an error twice as large costs sixteen times as much.",
    value=lambda e: e**4 / 4,
    slope=lambda e: e**3,
    hint="the exponent comes down, and one less stays above. What does the ¼ do?",
    wrong=(
        (
            "four times as large",
            lambda e: 4 * e**3,
            "The exponent 4 came down. What did the ¼ in front of this loss do?",
        ),
        ("a quarter of it", lambda e: e**3 / 4, "The ¼ is still there. What comes down from the exponent?"),
        ("the exponent fell by two", lambda e: e**2, "Which power is left when one of four has come down?"),
        (
            "a power without its sign",
            lambda e: np.abs(e) ** 3,
            "Your derivative is never negative. Where the prediction is too low, does the loss grow or shrink as it rises?",
        ),
    ),
)

LOG_COSH = OtherLoss(
    name="the mean of log cosh e",
    formula=r"\log\cosh e",
    words="Near 0 this loss is like $\\tfrac12 e^2$, and far out like $|e|$: a sample that is far off cannot pull much harder "
    "than others. (A reminder: the derivative of cosh is sinh, and $\\sinh/\\cosh = \\tanh$.)",
    value=lambda e: np.logaddexp(e, -e) - np.log(2),
    slope=np.tanh,
    hint="the derivative of log g is g′/g. Put cosh there.",
    wrong=(
        (
            "the logarithm is not derived",
            np.sinh,
            "You derived cosh. Around it is a logarithm, which has a derivative, too.",
        ),
        (
            "the inner derivative is missing",
            lambda e: 1 / np.cosh(e),
            "You derived the logarithm. Inside it is cosh e, which has a derivative, too.",
        ),
        (
            "derived twice",
            lambda e: 1 / np.cosh(e) ** 2,
            "Your derivative is largest at e = 0, where the loss is lowest. You went one derivative too far.",
        ),
    ),
)

HUBER = OtherLoss(
    name="Huber’s loss",
    formula=r"\begin{cases} \tfrac12 e^2 & |e| \le \tfrac12 \\ \tfrac12 |e| - \tfrac18 & |e| > \tfrac12 \end{cases}",
    words="This is *Huber's loss*. Beyond an error of ½ it goes on as a straight line: a sample that is far off pulls no harder "
    "than one that is off by ½.",
    value=lambda e: np.where(np.abs(e) <= 0.5, e**2 / 2, np.abs(e) / 2 - 1 / 8),
    slope=lambda e: np.clip(e, -0.5, 0.5),
    hint="take the two cases apart. In the middle it is as for ½ e². What is the slope of a straight line, right and left?",
    wrong=(
        (
            "nothing beyond ½",
            lambda e: e * (np.abs(e) <= 0.5),
            "Where the error is larger than ½ you have 0. The loss goes on rising there: how steeply?",
        ),
        (
            "the line everywhere",
            lambda e: np.sign(e) / 2,
            "That is the derivative of ½ |e|. Between −½ and ½ the loss is a parabola. How steep is that?",
        ),
        (
            "the same slope on both sides",
            lambda e: np.where(np.abs(e) <= 0.5, e, 0.5),
            "Beyond ½ you have ½ everywhere. Far on the left, does the loss grow or shrink as e rises?",
        ),
        (
            "too steep a line",
            lambda e: np.where(np.abs(e) <= 0.5, e, np.sign(e)),
            "At an error of ½ your derivative jumps from ½ to 1. What stands in front of |e|?",
        ),
        (
            "the line is not derived",
            lambda e: np.where(np.abs(e) <= 0.5, e, np.abs(e) / 2 - 1 / 8),
            "In the middle you have the slope, and beyond ½ the height. How steep is that line?",
        ),
    ),
)

ROUNDED = OtherLoss(
    name="the mean of √(1 + e²) − 1",
    formula=r"\sqrt{1 + e^2} - 1",
    words="Near 0 this loss is like $\\tfrac12 e^2$, and far out like $|e|$: it is $|e|$ with its corner rounded off.",
    value=lambda e: np.sqrt(1 + e**2) - 1,
    slope=lambda e: e / np.sqrt(1 + e**2),
    hint="the derivative of a root is 1 divided by twice the root, times what is inside, derived.",
    wrong=(
        (
            "the inner derivative is missing",
            lambda e: 1 / (2 * np.sqrt(1 + e**2)),
            "You derived the root. What stands under it has a derivative, too.",
        ),
        (
            "the root’s ½ is missing",
            lambda e: 2 * e / np.sqrt(1 + e**2),
            "Far out this loss rises by 1 for each unit of e. Yours says 2. What does a root bring along when it is derived?",
        ),
        (
            "half as large",
            lambda e: e / (2 * np.sqrt(1 + e**2)),
            "Far out this loss rises by 1 for each unit of e. Yours says ½. What does the square under the root bring along?",
        ),
        (
            "the root has gone",
            lambda e: e / (1 + e**2),
            "Far out your derivative falls back to 0, but the loss goes on rising. What stands below the line?",
        ),
    ),
)

LOPSIDED = OtherLoss(
    name="a loss that minds low predictions three times as much",
    formula=r"\begin{cases} \tfrac12 e^2 & e \ge 0 \\ \tfrac32 e^2 & e < 0 \end{cases}",
    words="Here a prediction that is too low costs three times as much as one that is too high. A baker may want that, to whom "
    "a customer sent away is worse than a loaf left over.",
    value=lambda e: np.where(e >= 0, e**2 / 2, 3 * e**2 / 2),
    slope=lambda e: np.where(e >= 0, e, 3 * e),
    hint="take the two cases apart. Each is a number times e²; `np.where` puts the two together.",
    wrong=(
        (
            "the two sides are exchanged",
            lambda e: np.where(e >= 0, 3 * e, e),
            "Yours minds high predictions more. Which sign has e = predicted − actual where a prediction is too low?",
        ),
        (
            "three times on both sides",
            lambda e: 3 * e,
            "You have the larger weight everywhere. It holds where the prediction is too low.",
        ),
        (
            "twice as large",
            lambda e: np.where(e >= 0, 2 * e, 6 * e),
            "The exponent came down. What happens to the number in front of e²?",
        ),
        (
            "half as large",
            lambda e: np.where(e >= 0, e / 2, 3 * e / 2),
            "The numbers in front of e² are still there. What comes down from the exponent?",
        ),
        (
            "a side without its sign",
            lambda e: np.where(e >= 0, e, -3 * e),
            "Your derivative is never negative. Where the prediction is too low, does the loss grow or shrink as it rises?",
        ),
    ),
)

HALF_SQUARE = OtherLoss(
    name="the mean of ½ e²",
    formula=r"\tfrac12\,e^2",
    words="",
    value=lambda e: e**2 / 2,
    slope=lambda e: e,
    hint="",
    wrong=(),
)
"""The published one, whose words stand in its exercises."""
