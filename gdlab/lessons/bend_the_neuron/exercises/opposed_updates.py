"""Data that divide the rules: samples for which the updates of both point away from each other."""

import numpy as np

from gdlab.activations import sigmoid, tanh
from gdlab.exercises.family import Family
from gdlab.exercises.property_exercise import PropertyExercise
from gdlab.gradients import agreement


def opposed_updates():
    # The first sample has the larger error × input, and wins the delta rule; but its slope is 0.002. The second, where
    # the slope is ¼, wins the chain rule.
    return {"x": [3, 0], "y": [0, 1]}


def opposed(*, x, y):
    # The first sample is far out, where the slope is almost 0, and wins the delta rule; the second wins the chain rule.
    return {"x": x, "y": y}


def _judge(x, y, *, unit, w, b):
    low, high = unit.range
    with np.errstate(all="ignore"):
        if len(x) != len(y):
            return 0.0, (f"x has {len(x)} and y has {len(y)}: each sample needs an input and a target.",)
        if len(x) < 1:
            return 0.0, ("There is no sample in it.",)
        if len(x) > 1000:
            return 0.0, (f"There are {len(x)} samples; two or three are enough, and 1000 are the most.",)
        if np.abs(x).max() > 1000:
            return 0.0, ("Inputs up to 1000 are enough: beyond, the slope is 0 in all digits.",)
        if y.min() < low or y.max() > high:
            return 0.0, (
                f"The targets have to lie between {_signed(low)} and {_signed(high)}, which the neuron can reach.",
            )
        z = w * x + b
        slopes = unit.f_prime(z)
        single = (y - unit.f(z))[:, None] * np.column_stack([x, np.ones_like(x)])  # the delta rule's update by each
        delta, chain = single.mean(axis=0), (slopes[:, None] * single).mean(axis=0)
        cosine = agreement(delta, chain)
        if np.isnan(cosine):
            return 0.0, ("One of the two updates is 0, so there is no angle between them.",)
    degrees = np.degrees(np.arccos(cosine))
    told = (
        f"Your updates (w, b) are ({_written(delta)}) by the delta rule and ({_written(chain)}) by the chain rule: "
        f"{degrees:.1f}° apart."
    ).replace("-", "−")
    return (1.0, (told,)) if cosine < 0 else (0.0, (told, _why_not(x, y, single, slopes)))


def _signed(number):
    return f"{number:g}".replace("-", "−")


def _written(update):
    return ", ".join(f"{round(value, 12) + 0.0:.3g}" for value in update)


def _why_not(x, y, single, slopes):
    if len(np.unique(np.column_stack([x, y]), axis=0)) == 1:
        return "One sample alone: its slope makes the arrow shorter and leaves the direction as it is."
    if np.ptp(slopes) <= 0.01 * slopes.max():
        return "The slope is (nearly) the same at all your samples, so it shortens all arrows alike, and so their sum."
    length = np.hypot(*single.T)
    loud = single[length > 0.02 * length.max()]
    if (single @ single.T).min() < 0 <= (loud @ loud.T).min():
        return (
            "Those of your samples that pull against the others are nearly fitted already, so they hardly pull. "
            "Only an error makes an arrow long."
        )
    if (single @ single.T).min() >= 0:
        return "No two of your samples pull against each other. However they are shortened, their sum stays in between."
    return (
        "Some of your samples pull against each other; that is needed. Now one side has to win in one rule and the other "
        "side in the other rule."
    )


def _hints(steepest, middle, pulls):
    return (
        "One sample alone cannot do it. Take two that pull against each other: which of them wins depends on the rule.",
        f"The slope f′(z) is {steepest} at x = {middle} and almost 0 far out, where the neuron is saturated. An arrow from "
        "far out counts fully for the delta rule and hardly at all for the chain rule.",
        "So put a sample far out whose target is the opposite of what the neuron says there, and near "
        f"x = {middle} another one that {pulls}.",
    )


OPPOSED_UPDATES = PropertyExercise(
    slug="opposed-updates",
    title="Data that divide the rules",
    name="samples",
    points=3,
    given={"unit": sigmoid, "w": 2.0, "b": 0.0},
    shapes={"x": (None,), "y": (None,)},
    judge=_judge,
    solution=opposed_updates,
    hints=_hints("¼", "0", "pulls `b` the other way"),
    consequence="More than 90° from downhill is uphill: a small enough step of the delta rule raises the squared error of "
    "your data.",
)


def _for(neuron, unit, w, b, x, y, middle):
    return OPPOSED_UPDATES.but(
        given={"neuron": neuron, "unit": unit, "w": w, "b": b, "low": unit.range[0], "x": x, "y": y},
        solution=opposed,
        hints=_hints("¼" if unit is sigmoid else "1", middle, "pulls the other way"),
    )


NEURONS = Family(
    OPPOSED_UPDATES,
    {
        "a sigmoid with w = 2 and b = −6": _for("a sigmoid", sigmoid, 2.0, -6.0, [6, 3], [0, 1], "3"),
        "a tanh neuron with w = 1 and b = 0": _for("a tanh neuron", tanh, 1.0, 0.0, [3, 0], [-1, 1], "0"),
        "a sigmoid with w = −1 and b = 3": _for("a sigmoid", sigmoid, -1.0, 3.0, [9, 3], [1, 0], "3"),
        "a tanh neuron with w = 0.5 and b = 1": _for("a tanh neuron", tanh, 0.5, 1.0, [6, -2], [-1, -1], "−2"),
    },
)
