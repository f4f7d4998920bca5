"""A hill over (w, b), dark where it is low, with the walks of both rules on it."""

from collections.abc import Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdlab.explorers import style
from gdlab.explorers.landscape import Landscape
from gdlab.lessons.bend_the_neuron.neuron import (
    B_TICKS,
    TWO_RULES,
    W_TICKS,
    WIDEST,
    Hill,
    Walker,
    is_off_the_map,
)
from gdlab.lessons.bend_the_neuron.rule_arrow import arrow, place_arrow

FORMULAS = {"chain_rule": "½ (ŷ − y)²", "delta_rule": "F(z) − y z"}
"""The loss that each rule descends, averaged over the samples."""


class HillPanel:
    """The hill of one rule with the walks of both; `artists` move, bottom first."""

    def __init__(self, axes: Axes, rule: str) -> None:
        self.axes, self.rule = axes, rule
        look = style.RULES[rule]
        self._landscape = Landscape(axes)
        axes.set(xlim=(-WIDEST[0], WIDEST[0]), ylim=(-WIDEST[1], WIDEST[1]), yticks=range(-4, 5, 2))
        axes.set_xlabel("weight w", loc="left", labelpad=2)
        axes.set_title(f"{look.label.capitalize()}’s surface: {FORMULAS[rule]}", color=look.colour)
        self._bottomless = axes.text(0.02, 0.04, "no bottom", transform=axes.transAxes, path_effects=style.halo())
        (self._lowest,) = axes.plot([], [], "*", color=style.INK, mec="white", markersize=14, zorder=3)
        (self._start,) = axes.plot([], [], "o", color=style.INK, mec="white", markersize=7)
        self._walked, self._here, self._updates = {}, {}, {}
        for r in TWO_RULES:
            look = style.RULES[r]
            self._walked[r] = axes.plot([], [], **look.stroke)[0]
            self._here[r] = axes.plot([], [], look.marker, color=look.colour, mec="white", markersize=8)[0]
            self._updates[r] = arrow(axes, r)

    @property
    def artists(self) -> list[Artist]:
        return [self._start, *self._walked.values(), *self._updates.values(), *self._here.values()]

    def set_scene(self, hill: Hill, bottomless: bool) -> None:
        self._landscape.show(W_TICKS, B_TICKS, hill.heights, hill.heights.min())
        self._lowest.set_data(*hill.lowest.T)
        self._bottomless.set_visible(bottomless)

    def show(self, walkers: Mapping[str, Walker]) -> None:
        """Show both walks, and at the end of each where its own rule and the other would go from there."""
        for rule, walker in walkers.items():
            path = style.drawable(walker.path[: walker.step + 1])
            self._walked[rule].set_data(*path.T)
            self._here[rule].set_data(*path[-1:].T)
        own = walkers[self.rule]
        for rule, patch in self._updates.items():
            pointing = np.isfinite(own.angle) and not is_off_the_map(own.here)
            place_arrow(patch, own.here, own.sums[rule], 1.6, visible=pointing)
        self._start.set_data(*own.path[:1].T)
