"""TwoHills: one neuron, two rules, and the hill that each of them walks down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab.activations import ACTIVATIONS, Activation, labels
from gdlab.explorers import Choice, Control, Explorer, Handle, LogSlider, Slider, Steps, style
from gdlab.lessons.bend_the_neuron import neuron
from gdlab.lessons.bend_the_neuron.hill_panel import HillPanel
from gdlab.lessons.bend_the_neuron.neuron import (
    NOTHING,
    STEPS,
    TWO_RULES,
    WIDEST,
    Hill,
    Samples,
    Walker,
    is_off_the_map,
)


@dataclass(frozen=True)
class Hills:
    activation: Activation
    data: Samples
    step: int
    hills: Mapping[str, Hill]
    walkers: Mapping[str, Walker]
    heights: Mapping[str, Mapping[str, float]]
    """On the hill of a rule, how high each rule stands."""


class TwoHills(Explorer):
    """Train one neuron ``ŷ = f(w x + b)`` by both rules and watch which hill each of them walks down.

    Every point of a map is a neuron (w, b). On the left the height is the mean of ``½ (ŷ − y)²``, on the right the mean
    of ``F(z) − y z`` with ``F′ = f``. Both walks are drawn on both, and their start can be dragged on either.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "activation": Choice(
            "Activation",
            labels("identity", "sigmoid", "tanh", "relu", "softplus", "sine", "gaussian"),
            "sigmoid",
        ),
        "data": Choice(
            "Data",
            {
                "exact": "can be fitted exactly",
                "noisy": "noisy",
                "flipped": "classes, some flipped",
                "penguins": "Gentoo or Adelie?",
            },
            "flipped",
        ),
        "learning_rate": LogSlider("Learning rate", 3.0, 0.01, 10.0),
        "start_w": Slider("Start w", -4.5, -WIDEST[0], WIDEST[0], 0.1),
        "start_b": Slider("Start b", -1.0, -WIDEST[1], WIDEST[1], 0.1),
        "step": Steps("Step", STEPS, start=80, stride=5, interval=60),
    }
    width, height = 6.6, 4.7
    scenery = ("activation", "data")

    def build(self, figure: Figure) -> None:
        across = 0.425
        up = across * self.width / self.height * WIDEST[1] / WIDEST[0]  # one unit is as long up as across
        self._panels = {
            rule: HillPanel(figure.add_axes((left, 0.93 - up, across, up)), rule)
            for rule, left in zip(TWO_RULES, (0.08, 0.56), strict=True)
        }
        self._panels["chain_rule"].axes.set_ylabel("bias b")
        right = self._panels["delta_rule"].axes
        note = {"ha": "right", "va": "top", "fontsize": 9, "color": style.MUTED, "transform": right.transAxes}
        right.text(1, -0.13, "★ lowest, dark is low", **note)
        self._data = figure.add_axes((0.08, 0.1, 0.91, 0.265))
        (self._dots,) = self._data.plot([], [], **style.DATA)
        self._curves = {rule: self._data.plot([], [], **style.RULES[rule].stroke)[0] for rule in TWO_RULES}
        for rule, at in (("chain_rule", 0.79), ("delta_rule", 1.0)):
            name = style.RULES[rule].name | {"ha": "right", "transform": self._data.transAxes}
            self._data.text(at, 1.05, style.RULES[rule].label, **name)
        self._title = self._data.set_title("")
        for panel in self._panels.values():
            self.moving(*panel.artists)
        self.moving(*self._curves.values(), self._title)

    def compute(
        self, activation: str, data: str, learning_rate: float, start_w: float, start_b: float, step: int
    ) -> Hills:
        start, samples = (start_w, start_b), neuron.samples(data, activation)
        walkers = {rule: neuron.walker(data, activation, start, learning_rate, rule, step) for rule in TWO_RULES}
        heights = {
            hill: {r: float(neuron.height(hill, activation, samples, w.here)) for r, w in walkers.items()}
            for hill in TWO_RULES
        }
        hills = {rule: neuron.hill(data, activation, rule) for rule in TWO_RULES}
        return Hills(ACTIVATIONS[activation], samples, step, hills, walkers, heights)

    def set_scene(self, numbers: Hills) -> None:
        d = numbers.data
        self._dots.set_data(d.x, d.y)
        low, high = min(d.y.min(), 0.0), max(d.y.max(), 1.0)
        self._data.set(xlim=(d.x.min() - 0.15, d.x.max() + 0.15), xlabel=d.x_label, ylabel=d.y_label)
        self._data.set_ylim(low - 0.15 * (high - low), high + 0.15 * (high - low))
        for rule, panel in self._panels.items():
            panel.set_scene(numbers.hills[rule], rule == "delta_rule" and not numbers.activation.non_decreasing)

    def draw(self, numbers: Hills) -> None:
        for panel in self._panels.values():
            panel.show(numbers.walkers)
        x = np.linspace(*self._data.get_xlim(), 200)
        with np.errstate(all="ignore"):
            for rule, walker in numbers.walkers.items():
                w, b = walker.here
                self._curves[rule].set_data(x, style.drawable(numbers.activation.f(w * x + b)))
        self._title.set_text(f"The neuron after {style.count(numbers.step, 'step')}")

    def hands(self, numbers: Hills) -> list[Handle]:
        w, b = numbers.walkers["chain_rule"].path[0]
        return [
            Handle(f"start of both walks, {side} map", panel.axes, (float(w), float(b)), x="start_w", y="start_b")
            for side, panel in zip(("left", "right"), self._panels.values(), strict=True)
        ]

    def caption(self, numbers: Hills) -> str:
        steps = style.count(numbers.step, "step")
        if numbers.activation.name == "identity":
            chain = numbers.walkers["chain_rule"]
            error = float(chain.errors[numbers.step])
            told = style.number(error) if np.isfinite(error) else "larger than the computer’s numbers"
            grows = ", and grows: the walk diverges" if not error <= chain.errors[0] else ""
            return (
                "With the identity f′ is 1: the two rules are one, and the surfaces have one shape. "
                f"After {steps} the mean ½ squared error is {told}{grows}."
            )
        head, heights = _who_is_lower(numbers)
        if warnings := f"{_no_bottom(numbers)}{_off_the_map(numbers)}":
            return f"After {steps} {head}.{warnings}"  # and no more: three lines hold no more
        return f"After {steps} {head}{heights}"


def _who_is_lower(numbers: Hills) -> tuple[str, str]:
    """Say which rule is lower on which hill, and how the sentence goes on with the heights."""
    lower = {}
    for hill, at in numbers.heights.items():
        chain, delta = at.values()
        near = abs(chain - delta) <= 1e-3 * max(abs(chain), abs(delta), 0.01)
        lower[hill] = "" if near else "chain_rule" if chain < delta else "delta_rule"
    left, right = lower.values()
    if left == "chain_rule" and right == "delta_rule":
        head = "each rule is the lower one on its own loss surface"
    elif left == right:
        head = (
            f"the {style.RULES[left].label} is lower on both loss surfaces" if left else "both rules are equally high"
        )
    else:
        head = f"the {style.RULES[left or right].label} is lower on the {'left' if left else 'right'}"
    at = [[style.number(height) for height in each.values()] for each in numbers.heights.values()]
    if not left and not right:
        return head, f": {at[0][0]} on the left, {at[1][0]} on the right."
    left_heights, right_heights = (" and ".join(heights) for heights in at)
    return head, f". Chain rule and delta rule are at {left_heights} on the left, at {right_heights} on the right."


def _no_bottom(numbers: Hills) -> str:
    if numbers.activation.non_decreasing:
        return ""
    delta = numbers.walkers["delta_rule"]
    still = np.abs(delta.sums["delta_rule"]).max() < NOTHING
    how = "rests where its surface is level" if still else "walks downhill"
    return f" The delta rule {how}, but that surface has no bottom."


def _off_the_map(numbers: Hills) -> str:
    off = [style.RULES[rule].label for rule, walker in numbers.walkers.items() if is_off_the_map(walker.here)]
    return f" The {' and the '.join(off)} {'are' if len(off) > 1 else 'is'} off the map." if off else ""
