"""OneWeight: two samples and one weight, where squared error has two valleys and the matching loss has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab.activations import sigmoid
from gdlab.explorers import Control, Explorer, Handle, Slider, style
from gdlab.lessons.bend_the_neuron.hill_panel import FORMULAS
from gdlab.lessons.bend_the_neuron.neuron import TWO_RULES
from gdlab.validation import Array

X, Y = np.array([10.0, 0.7]), np.array([0.55, 0.25])
"""Inputs and targets of the two samples."""
LEFT, RIGHT = -4.0, 1.0
TICKS = np.linspace(LEFT, RIGHT, 5001)


def curve(rule: str, w: Array | float) -> Array:
    """Return the mean over both samples of the loss that a rule descends, for ``ŷ = σ(w x)``, at any weights."""
    z = np.asarray(w)[..., None] * X
    each = (sigmoid(z) - Y) ** 2 / 2 if rule == "chain_rule" else sigmoid.F(z) - Y * z
    return each.mean(axis=-1)


def way_down(rule: str, start: float) -> Array:
    """Return the weights that one passes going downhill from `start` in tiny steps, to where there is no lower one."""
    heights = curve(rule, TICKS)
    here = int(np.abs(TICKS - start).argmin())
    way = -1 if here and heights[here - 1] < heights[here] else 1
    end = here
    while 0 <= end + way < len(TICKS) and heights[end + way] < heights[end]:
        end += way
    return TICKS[here : end + way if end + way >= 0 else None : way]


@dataclass(frozen=True)
class Descents:
    start: float
    ways: Mapping[str, Array]


class OneWeight(Explorer):
    """Let both rules go downhill on their own curve, for a sigmoid neuron with one weight and no bias.

    There are two samples, (10, 0.55) and (0.7, 0.25). The chain rule goes down the mean of ``½ (ŷ − y)²``, the delta
    rule down the mean of ``F(z) − y z``, which for the sigmoid is the binary cross-entropy.
    """

    controls: ClassVar[Mapping[str, Control]] = {"start": Slider("Start w", -2.5, LEFT, RIGHT, 0.05, format=".2f")}
    width, height = 6.6, 3.1

    def build(self, figure: Figure) -> None:
        self._axes, self._ways, self._starts, self._ends, self._titles = {}, {}, {}, {}, {}
        for rule, left in zip(TWO_RULES, (0.085, 0.585), strict=True):
            look, heights = style.RULES[rule], curve(rule, TICKS)
            axes = figure.add_axes((left, 0.16, 0.405, 0.66))
            self._axes[rule] = axes
            axes.set(xlim=(LEFT - 0.1, RIGHT + 0.1), ylim=(0, 1.08 * heights.max()), xlabel="weight w")
            axes.text(0, 1.04, f"mean of {FORMULAS[rule]}", transform=axes.transAxes)
            axes.plot(TICKS, heights, color=style.MUTED, linewidth=1.6)
            self._ways[rule] = axes.plot([], [], **{**look.stroke, "linewidth": 4})[0]
            self._starts[rule] = axes.plot([], [], "o", color=style.INK, mec="white", markersize=8)[0]
            self._ends[rule] = axes.plot([], [], look.marker, color=look.colour, mec="white", markersize=10)[0]
            self._titles[rule] = axes.set_title("", color=look.colour, pad=20)
        for group in (self._ways, self._starts, self._ends, self._titles):
            self.moving(*group.values())

    def compute(self, start: float) -> Descents:
        return Descents(start, {rule: way_down(rule, start) for rule in TWO_RULES})

    def draw(self, numbers: Descents) -> None:
        for rule, way in numbers.ways.items():
            heights = curve(rule, way)
            self._ways[rule].set_data(way, heights)
            self._starts[rule].set_data(way[:1], heights[:1])
            self._ends[rule].set_data(way[-1:], heights[-1:])
            self._titles[rule].set_text(f"{style.RULES[rule].label.capitalize()} ends at {style.number(way[-1])}")

    def hands(self, numbers: Descents) -> list[Handle]:
        w = np.array(self.controls["start"].positions)
        return [
            Handle(
                f"ball on the {style.RULES[rule].label}’s curve",
                self._axes[rule],
                (numbers.start, float(curve(rule, numbers.start))),
                x="start",
                path=np.column_stack([w, curve(rule, w)]),
                graph=True,
            )
            for rule in TWO_RULES
        ]

    def caption(self, numbers: Descents) -> str:
        ends = {rule: way[-1] for rule, way in numbers.ways.items()}
        chain, delta = (style.number(float(end)) for end in ends.values())
        errors = {rule: style.number(float(curve("chain_rule", end))) for rule, end in ends.items()}
        start = f"From w = {style.number(numbers.start)}"
        if abs(ends["chain_rule"] - ends["delta_rule"]) < 0.01:
            return f"{start} both balls roll to w = {delta}, where the mean ½ squared error is {errors['delta_rule']}."
        return (
            f"{start} the chain rule is caught in a local minimum, w = {chain}, with a mean ½ squared error of "
            f"{errors['chain_rule']}. The delta rule rolls on to w = {delta}, where it is {errors['delta_rule']}."
        )
