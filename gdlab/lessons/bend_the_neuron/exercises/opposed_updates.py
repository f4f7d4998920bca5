"""The exercise of notebook 03 on updates that point away from each other, and its variants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from gdlab.activations import Activation, sigmoid, tanh
from gdlab.exercises.kinds import PropertyExercise
from gdlab.exercises.old_family import OldFamily as Family
from gdlab.gradients import agreement


def opposed_updates():
    # The first sample has the larger error × input, and wins the delta rule; but its slope is 0.002. The second, where the
    # slope is ¼, wins the chain rule.
    return {"x": [3, 0], "y": [0, 1]}


def opposed_at_three():
    # The neuron is steep at x = 3. The sample at 6 wins the delta rule; its slope is 0.002. The one at 3 wins the chain rule.
    return {"x": [6, 3], "y": [0, 1]}


def opposed_with_tanh():
    # The neuron is steep at x = 0. The sample at 3 wins the delta rule; its slope is 0.01. The one at 0 wins the chain rule.
    return {"x": [3, 0], "y": [-1, 1]}


def opposed_where_it_falls():
    # The neuron is steep at x = 3. The sample at 9 wins the delta rule; its slope is 0.002. The one at 3 wins the chain rule.
    return {"x": [9, 3], "y": [1, 0]}


def opposed_at_minus_two():
    # The neuron is steep at x = -2. The sample at 6 wins the delta rule; its slope is 0.001. The one at -2 wins the chain rule.
    return {"x": [6, -2], "y": [-1, -1]}


@dataclass(frozen=True)
class _Neuron:
    """A neuron for which the learner looks for data."""

    activation: Activation
    w: float
    b: float
    solution: Callable[[], Mapping[str, Any]]

    @property
    def name(self) -> str:
        return "a sigmoid" if self.activation is sigmoid else "a tanh unit"

    @property
    def steepest(self) -> str:
        return "¼" if self.activation is sigmoid else "1"

    @property
    def middle(self) -> float:
        """The x at which z is 0."""
        return 0.0 - self.b / self.w

    def updates(self, x, y):
        """Return the updates of the delta rule and the chain rule, each an array (w, b), without the learning rate."""
        single, slopes = self.arrows(x, y)
        return single.mean(axis=0), (slopes[:, None] * single).mean(axis=0)

    def arrows(self, x, y):
        """Return the delta rule's update by each sample alone, shape (n, 2), and the slopes there."""
        z = self.w * x + self.b
        return (y - self.activation.f(z))[:, None] * np.column_stack([x, np.ones_like(x)]), self.activation.f_prime(z)


_NEURONS = (
    _Neuron(sigmoid, 2.0, 0.0, opposed_updates),
    _Neuron(sigmoid, 2.0, -6.0, opposed_at_three),
    _Neuron(tanh, 1.0, 0.0, opposed_with_tanh),
    _Neuron(sigmoid, -1.0, 3.0, opposed_where_it_falls),
    _Neuron(tanh, 0.5, 1.0, opposed_at_minus_two),
)


def _judge(neuron, x, y):
    low, high = neuron.activation.range
    with np.errstate(all="ignore"):
        if len(x) != len(y):
            return 0.0, (f"x has {len(x)} and y has {len(y)}: each sample needs an input and a target.",)
        if len(x) < 1:
            return 0.0, ("There is no sample in it.",)
        if np.abs(x).max() > 1000:
            return 0.0, ("Inputs up to 1000 are enough: beyond, the slope is 0 in all digits.",)
        if y.min() < low or y.max() > high:
            limits = f"{_signed(low)} and {_signed(high)}"
            return 0.0, (f"The targets have to lie between {limits}, where {neuron.name} can reach them.",)
        delta, chain = neuron.updates(x, y)
        cosine = agreement(delta, chain)
        if np.isnan(cosine):
            return 0.0, ("One of the two updates is 0, so there is no angle between them.",)
    degrees = np.degrees(np.arccos(cosine))
    told = (
        f"Your updates (w, b) are ({_written(delta)}) by the delta rule and ({_written(chain)}) by the chain rule: "
        f"{degrees:.1f}° apart."
    ).replace("-", "−")
    return (1.0, (told,)) if cosine < 0 else (0.0, (told, _why_not(neuron, x, y)))


def _signed(number):
    return f"{number:g}".replace("-", "−")


def _written(update):
    return ", ".join(f"{round(value, 12) + 0.0:.3g}" for value in update)


def _why_not(neuron, x, y):
    single, slopes = neuron.arrows(x, y)
    if len(np.unique(np.column_stack([x, y]), axis=0)) == 1:
        return "One sample alone: its slope makes the arrow shorter and leaves the direction as it is."
    if np.ptp(slopes) <= 0.01 * slopes.max():
        return "The slope is (nearly) the same at all your samples, so it shortens all their arrows alike, and the sum as well."
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


def _opposed_updates(slug, neuron):
    pulls = "pulls `b` the other way" if neuron.middle == 0 else "pulls the other way"
    middle = f"x = {_signed(neuron.middle)}"
    return PropertyExercise(
        slug=slug,
        title="Data that divide the rules",
        points=3,
        shapes={"x": (None,), "y": (None,)},
        judge=partial(_judge, neuron),
        solution=neuron.solution,
        hints=(
            "One sample alone cannot do it. Take two that pull against each other: which of them wins depends on the rule.",
            f"The slope f′(z) is {neuron.steepest} at {middle} and almost 0 far out, where the neuron is saturated. An arrow from "
            "far out counts fully for the delta rule and hardly at all for the chain rule.",
            "So put a sample far out whose target is the opposite of what the neuron says there, and near "
            f"{middle} another one that {pulls}.",
        ),
    )


def _told(neuron):
    w, b, low, high = map(_signed, (neuron.w, neuron.b, *neuron.activation.range))
    return (
        f"The neuron is {neuron.name} with w = {w} and b = {b}. Find samples",
        f"a list of targets `y`, from {low} to {high}, equally long.",
    )


OPPOSED_UPDATES = Family(
    name="opposed-updates",
    slug="opposed-updates",
    members=_NEURONS,
    make=_opposed_updates,
    passages=_told,
    about=lambda neuron: _told(neuron)[0].removeprefix("The neuron is ").removesuffix(". Find samples"),
)
