"""TwoHills: one neuron, two rules, and the hill that each of them walks down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from gdlab.activations import ACTIVATIONS, Activation, labels
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, LogSlider, Slider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.lessons.bend_the_neuron import neuron, single_arrows
from gdlab.lessons.bend_the_neuron.hill_panel import HillPanel, name_places
from gdlab.lessons.bend_the_neuron.neuron import (
    NOTHING,
    STEPS,
    TWO_RULES,
    WIDEST,
    Hill,
    Samples,
    Walker,
    drawable,
    is_off_the_map,
)
from gdlab.lessons.bend_the_neuron.single_arrows import SingleArrows
from gdlab.validation import Array

FLOOR, CEILING = 1e-2, 30.0
"""Ends of the axis of squared errors."""
LEFT, RIGHT, ACROSS = 0.068, 0.568, 0.42


@dataclass(frozen=True)
class Hills:
    activation: Activation
    data: Samples
    show: str
    step: int
    hills: Mapping[str, Hill]
    walkers: Mapping[str, Walker]
    heights: Mapping[str, Mapping[str, float]]
    """On the hill of a rule, how high each rule stands."""
    names: Mapping[str, Mapping[str, Array | None]]
    """On the hill of a rule, where the names of both walks have room."""


class TwoHills(Explorer):
    """Train one neuron ``ŷ = f(w x + b)`` by both rules and watch which hill each of them walks down.

    On the left the chain rule's hill, the mean of ``½ (ŷ − y)²``; on the right the delta rule's, the mean of
    ``F(z) − y z`` with ``F′ = f``. Both walks are drawn on both. *The single arrows* takes an update apart: into one
    arrow for each sample.
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
                "flipped": "two classes, some labels flipped",
                "penguins": "penguins: Gentoo or Adelie?",
            },
            "flipped",
        ),
        "show": Choice("Show", {"hills": "the two hills", "arrows": "the single arrows"}, "hills"),
        "start_w": Slider("Start w", -4.5, -WIDEST[0], WIDEST[0], 0.1),
        "start_b": Slider("Start b", -1.0, -WIDEST[1], WIDEST[1], 0.1),
        "learning_rate": LogSlider("Learning rate", 1.0, 0.01, 10.0),
        "step": Steps("Step", STEPS, start=80, stride=5, interval=60),
    }
    height = 6.0
    scenery = ("activation", "data", "show")

    def build(self, figure: Figure) -> None:
        places = [(LEFT, 0.485, ACROSS, 0.42), (RIGHT, 0.485, ACROSS, 0.42)]
        self._panels = {
            rule: HillPanel(figure.add_axes(place), rule) for rule, place in zip(TWO_RULES, places, strict=True)
        }
        self._panels["chain_rule"].axes.set_ylabel("bias b")
        note = {"ha": "right", "va": "top", "fontsize": 9, "color": style.MUTED}
        right = self._panels["delta_rule"].axes
        right.text(1, -0.11, "★ lowest;  dark is low (shade: √height)", transform=right.transAxes, **note)
        self._arrows = SingleArrows(
            *(figure.add_axes(place) for place in places), figure.add_axes((RIGHT, 0.085, ACROSS, 0.26))
        )
        self._errors = figure.add_axes((RIGHT, 0.085, ACROSS, 0.26))
        self._errors.set(xlim=(0, 1.3 * STEPS), ylim=(FLOOR, CEILING), yscale="log", xlabel="step")
        self._errors.set_xticks(range(0, STEPS + 1, 200))
        self._errors.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        self._errors.yaxis.set_minor_locator(NullLocator())  # minorticks_off is of matplotlib 3.9
        self._data = figure.add_axes((LEFT, 0.085, ACROSS, 0.26))
        (self._dots,) = self._data.plot([], [], **style.DATA)

        looks = {rule: style.RULES[rule] for rule in TWO_RULES}
        self._curves = {rule: self._data.plot([], [], **look.stroke)[0] for rule, look in looks.items()}
        self._residuals = LineCollection([], colors=style.FACTORS["error"], linewidths=1.2, alpha=0.7)
        self._data.add_collection(self._residuals, autolim=False)
        self._title = self._data.set_title("")
        self.moving(self._residuals, *self._curves.values(), self._title)
        self._ghosts = {
            rule: self._errors.plot([], [], color=look.colour, linewidth=1, alpha=0.5)[0]
            for rule, look in looks.items()
        }
        self._walked = {rule: self._errors.plot([], [], **look.stroke)[0] for rule, look in looks.items()}
        self._names = {
            rule: self._errors.text(0, 1, look.label, va="center", **look.name) for rule, look in looks.items()
        }
        self._verdict = self._errors.set_title("")
        trend = [*self._ghosts.values(), *self._walked.values(), *self._names.values(), self._verdict]
        self.moving(*trend, *(artist for panel in self._panels.values() for artist in panel.artists))
        self.moving(*self._arrows.artists)
        self._only: Mapping[str, list[Artist]] = {
            "hills": [self._errors, *trend, *(p.axes for p in self._panels.values()), self._curves["delta_rule"]]
            + [artist for panel in self._panels.values() for artist in panel.artists],
            "arrows": [*self._arrows.axes, *self._arrows.artists, self._residuals],
        }

    def compute(
        self,
        activation: str,
        data: str,
        show: str,
        start_w: float,
        start_b: float,
        learning_rate: float,
        step: int,
    ) -> Hills:
        start = (start_w, start_b)
        walkers = {rule: neuron.walker(data, activation, start, learning_rate, rule, step) for rule in TWO_RULES}
        samples = neuron.samples(data, activation)
        heights = {
            hill: {r: float(neuron.height(hill, activation, samples, w.here)) for r, w in walkers.items()}
            for hill in TWO_RULES
        }
        hills = {rule: neuron.hill(data, activation, rule) for rule in TWO_RULES}
        names = {rule: name_places(data, activation, start, learning_rate, rule) for rule in TWO_RULES}
        return Hills(ACTIVATIONS[activation], samples, show, step, hills, walkers, heights, names)

    def set_scene(self, numbers: Hills) -> None:
        for view, artists in self._only.items():
            for artist in artists:
                artist.set_visible(view == numbers.show)
        d = numbers.data
        self._dots.set_data(d.x, d.y)
        low, high = min(d.y.min(), 0.0), max(d.y.max(), 1.0)
        self._data.set(xlim=(d.x.min() - 0.15, d.x.max() + 0.15), xlabel=d.x_label, ylabel=d.y_label)
        self._data.set_ylim(low - 0.15 * (high - low), high + 0.15 * (high - low))
        for rule, panel in self._panels.items() if numbers.show == "hills" else ():
            panel.set_scene(numbers.hills[rule], rule == "delta_rule" and not numbers.activation.non_decreasing)
        self._arrows.set_scene(numbers.activation, numbers.data, self._data.get_xlim())

    def draw(self, numbers: Hills) -> None:
        d, x = numbers.data, np.linspace(*self._data.get_xlim(), 200)
        with np.errstate(all="ignore"):
            for rule, walker in numbers.walkers.items():
                w, b = walker.here
                self._curves[rule].set_data(x, drawable(numbers.activation.f(w * x + b)))
            w, b = numbers.walkers["chain_rule"].here
            predicted = drawable(numbers.activation.f(w * d.x + b))
        if numbers.show == "arrows":
            self._title.set_text("The errors, where the chain rule stands")
            self._residuals.set_segments(np.stack([np.column_stack([d.x, d.y]), np.column_stack([d.x, predicted])], 1))
            self._arrows.show(numbers.activation, numbers.data, numbers.walkers["chain_rule"])
            return
        self._title.set_text(f"The neuron after {style.count(numbers.step, 'step')}")
        for rule, panel in self._panels.items():
            panel.show(numbers.walkers, numbers.heights[rule], numbers.names[rule])
        last = []
        for rule, walker in numbers.walkers.items():
            errors = np.clip(np.nan_to_num(walker.errors, nan=CEILING), FLOOR, CEILING)
            self._ghosts[rule].set_data(np.arange(STEPS + 1), errors)
            self._walked[rule].set_data(np.arange(numbers.step + 1), errors[: numbers.step + 1])
            last.append(np.log(errors[-1]))
        gap = 0.13 * np.log(CEILING / FLOOR)
        places = style.spread_out(last, gap, np.log(FLOOR) + gap / 3, np.log(CEILING) - gap / 3)
        for name, place in zip(self._names.values(), places, strict=True):
            name.set_position((1.015 * STEPS, np.exp(place)))
        self._verdict.set_text(f"½ squared error: {_verdict(numbers)}")

    def caption(self, numbers: Hills) -> str:
        chain, delta = numbers.walkers.values()
        if numbers.show == "arrows":
            return single_arrows.caption(numbers.activation, numbers.data, chain)
        chain_error, delta_error = (style.number(float(walker.errors[numbers.step])) for walker in (chain, delta))
        errors = f"After {style.count(numbers.step, 'step')} the mean ½ squared error is {chain_error} by"
        if numbers.activation.name == "identity":
            grows = ", and growing: the walk diverges" if chain.errors[numbers.step] > chain.errors[0] else ""
            return f"{errors} both rules{grows}. With the identity f′ is 1: one rule, and two hills of one shape."
        words = f"{errors} the chain rule and {delta_error} by the delta rule"
        off = "".join(
            f" The {style.RULES[rule].label} is off the map."
            for rule, walker in numbers.walkers.items()
            if is_off_the_map(walker.here)
        )
        if not numbers.activation.non_decreasing:
            w, b = (style.number(value, 2) for value in delta.here)
            still = np.abs(delta.sums["delta_rule"]).max() < NOTHING
            how = "It rests where its hill is level" if still else "It walks downhill"
            return f"{words}, now at w = {w}, b = {b}. {how}, but that hill has no bottom.{off}"
        if np.isnan(chain.angle):
            return f"{words}. Where the chain rule stands, one of the two updates is as good as 0.{off}"
        return f"{words}. Where the chain rule stands, the two updates are {chain.angle:.0f}° apart.{off}"


def _verdict(numbers: Hills) -> str:
    chain, delta = (walker.errors[numbers.step] for walker in numbers.walkers.values())
    if not np.isfinite([chain, delta]).all():
        return "not every walk is stable"
    if abs(chain - delta) <= 1e-6 * max(chain, delta, FLOOR):
        return "equal"
    if abs(chain - delta) <= 0.01 * max(chain, delta, FLOOR):
        return "nearly equal"
    return f"the {style.RULES['chain_rule' if chain < delta else 'delta_rule'].label} is lower"
