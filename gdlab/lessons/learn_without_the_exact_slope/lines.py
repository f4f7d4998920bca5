"""Curves over the steps, one for each rule: what both explorers of lesson 09 draw."""

from collections.abc import Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdlab.explorers import style
from gdlab.lessons.learn_without_the_exact_slope.stand_in_runs import STEPS
from gdlab.validation import Array


class Lines:
    """Curves over the steps, one for each rule, each with its mark at its end."""

    def __init__(self, axes: Axes, looks: Mapping[str, style.Look], low: float, high: float) -> None:
        axes.set(xlim=(0, STEPS), ylim=(low, high), xticks=range(0, STEPS + 1, 100), xlabel="step")
        self.axes = axes
        self._curves = {rule: axes.plot([], [], **look.stroke)[0] for rule, look in looks.items()}
        self._ends = {
            rule: axes.plot([], [], marker=look.marker, color=look.colour, markersize=6, clip_on=False)[0]
            for rule, look in looks.items()
        }

    @property
    def artists(self) -> list[Artist]:
        return [*self._curves.values(), *self._ends.values()]

    def show(self, steps: Array, values: Mapping[str, Array]) -> None:
        for rule, curve in self._curves.items():
            for artist in (curve, self._ends[rule]):
                artist.set_visible(rule in values)
            if rule in values:
                curve.set_data(steps, values[rule])
                self._ends[rule].set_data(steps[-1:], np.maximum(values[rule][-1:], self.axes.get_ylim()[0]))
