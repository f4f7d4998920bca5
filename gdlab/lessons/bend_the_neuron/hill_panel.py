"""A hill over (w, b) as shades of grey, with the walks of both rules on it."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdlab.explorers import style
from gdlab.lessons.bend_the_neuron import neuron
from gdlab.lessons.bend_the_neuron.neuron import (
    B_TICKS,
    TWO_RULES,
    W_TICKS,
    WIDEST,
    Hill,
    Walker,
    drawable,
    is_off_the_map,
)
from gdlab.lessons.bend_the_neuron.single_arrows import arrow, place_arrow
from gdlab.validation import Array

FORMULAS = {"chain_rule": "½ (ŷ − y)²", "delta_rule": "F(z) − y z"}
"""The loss that each rule descends, averaged over the samples."""


class HillPanel:
    """The hill of one rule with the walks of both; `artists` move, bottom first."""

    def __init__(self, axes: Axes, rule: str) -> None:
        self.axes, self.rule = axes, rule
        self._scene: list[Artist] = []
        axes.set(xlim=(-WIDEST[0], WIDEST[0]), ylim=(-WIDEST[1], WIDEST[1]), yticks=range(-4, 5, 2))
        axes.set_xlabel("weight w", loc="left")
        axes.set_title(f"The {style.RULES[rule].label}’s hill: {FORMULAS[rule]}", pad=20)
        self._bottomless = axes.text(0.015, 0.03, "no bottom", transform=axes.transAxes, path_effects=style.halo())
        (self._lowest,) = axes.plot([], [], "*", color=style.INK, mec="white", markersize=15, zorder=3)
        self._ghosts, self._walked, self._here, self._names, self._heights = {}, {}, {}, {}, {}
        for r, at in zip(TWO_RULES, ("left", "right"), strict=True):
            look = style.RULES[r]
            self._ghosts[r] = axes.plot([], [], color=look.colour, linewidth=1, alpha=0.6)[0]
            self._walked[r] = axes.plot([], [], **look.stroke)[0]
            self._here[r] = axes.plot([], [], look.marker, color=look.colour, mec="white", markersize=9)[0]
            self._names[r] = axes.text(0, 0, look.label, ha="center", va="center", **look.name)
            self._heights[r] = axes.text(
                float(at == "right"), 1.02, "", ha=at, color=look.colour, transform=axes.transAxes, fontsize=9.5
            )
        (self._start,) = axes.plot([], [], "o", color=style.INK, mec="white", markersize=7)
        self._start_name = axes.text(0, 0, "start", ha="center", va="center", path_effects=style.halo())
        self._updates = {r: arrow(axes, r) for r in TWO_RULES}
        self._angle = axes.text(0, 0, "", ha="right", transform=axes.transAxes, path_effects=style.halo())
        for patch in self._updates.values():
            patch.set_zorder(3)  # above the names of the walks, whose places do not know of the arrows

    @property
    def artists(self) -> list[Artist]:
        several = (self._ghosts, self._walked, self._updates, self._here, self._names, self._heights)
        return [a for group in several for a in group.values()] + [self._start, self._start_name, self._angle]

    def set_scene(self, hill: Hill, bottomless: bool) -> None:
        for old in self._scene:
            old.remove()
        heights = np.sqrt(hill.heights - hill.heights.min())
        levels = np.linspace(0, heights.max() * 1.001, 13)
        self._scene = [
            self.axes.contourf(W_TICKS, B_TICKS, heights, levels, cmap=style.LANDSCAPE),
            self.axes.contour(W_TICKS, B_TICKS, heights, levels[1:], colors="white", linewidths=0.7),
        ]
        self._lowest.set_data(*hill.lowest.T)
        self._bottomless.set_visible(bottomless)

    def show(
        self, walkers: Mapping[str, Walker], heights: Mapping[str, float], names: Mapping[str, Array | None]
    ) -> None:
        """Show both walks, how high each rule stands here, and their names where `name_places` found room."""
        for rule, walker in walkers.items():
            path = drawable(walker.path)
            self._ghosts[rule].set_data(*path.T)
            self._walked[rule].set_data(*path[: walker.step + 1].T)
            self._here[rule].set_data(*path[walker.step][:, None])
            words = f" at {style.number(heights[rule])}"
            if is_off_the_map(walker.here):
                known = abs(heights[rule]) < 1e5  # a walk that diverges is higher, and soon nowhere
                words = f": {style.number(heights[rule], 2)}, off map" if known else ": off map"
            self._heights[rule].set_text(f"{style.RULES[rule].label}{words}")
        own = walkers[self.rule]
        pointing = np.isfinite(own.angle) and not is_off_the_map(own.here)
        for rule, patch in self._updates.items():
            place_arrow(patch, own.here, own.sums[rule], 1.4, visible=pointing)
        self._angle.set_text(f"{own.angle:.0f}° apart" if pointing else "")
        w, b = own.path[0]
        at = _angle_corner(w, b)
        self._angle.set(position=(0.985, 0.03 if at[1] < 0 else 0.97), va="bottom" if at[1] < 0 else "top")
        self._start.set_data([w], [b])
        self._start_name.set_position(_by_the_start(w, b))
        for rule, place in names.items():
            self._names[rule].set_visible(place is not None)
            if place is not None:
                self._names[rule].set_position(place)


_ACROSS_A_NAME = np.column_stack([np.linspace(-1.15, 1.15, 9), np.zeros(9)])
_BESIDE = np.array([[x, y] for x in (-1.3, 0, 1.3) for y in (-0.5, 0.5)])
_WORD = np.array([2.65, 0.7])
"""How far apart the middles of two words have to be, across or up, not to touch: the width and height of a name."""
_NO_BOTTOM = (-4.8, -3.65)
"""The middle of these words."""


def _angle_corner(w: float, b: float) -> tuple[float, float]:
    """Return the middle of the angle: in the lower right corner, or the upper one if the walks start in the lower."""
    return 4.7, 3.65 if w > 2.4 and b < -2.2 else -3.65


def _by_the_start(w: float, b: float) -> tuple[float, float]:
    """Return the middle of the word *start*: towards the inside of the map, clear of its corners."""
    if b > -2.3:
        return w + (0.95 if w < 0 else -0.95), b - 0.55
    return (w + 0.95, max(b + 0.55, -2.9)) if w < 0 else (w - 0.95, max(b, -3.65))


@lru_cache(maxsize=64)
def name_places(
    data: str, activation: str, start: tuple[float, float], learning_rate: float, hill: str
) -> Mapping[str, Array | None]:
    """Return where on a hill the name of each walk has room beside it, whatever the step; None where there is none."""
    walks = [_evenly(neuron.run(data, activation, start, learning_rate, rule).theta) for rule in TWO_RULES]
    lowest = neuron.hill(data, activation, hill).lowest
    marks = np.array([start, *lowest])
    words = np.array([_by_the_start(*start), _NO_BOTTOM, _angle_corner(*start)])
    places: dict[str, Array | None] = {}
    for rule, walk, other in zip(TWO_RULES, walks, walks[::-1], strict=True):
        spots = (walk[:, None] + _BESIDE).reshape(-1, 2)
        inside = (np.abs(spots) < np.array(WIDEST) - (1.3, 0.4)).all(axis=1)
        spots = spots[inside & (np.abs(spots[:, None] - words) > _WORD).any(axis=2).all(axis=1)]
        room = np.minimum(_distance(spots, walk) + 0.3, _distance(spots, np.concatenate([other, marks])))
        places[rule] = spots[room.argmax()] if room.max(initial=0) > 0.4 else None
        if places[rule] is not None:
            words = np.concatenate([words, [places[rule]]])
    return places


def _distance(spots: Array, points: Array) -> Array:
    """Return how far a name at each of some spots is from the nearest of some points."""
    return np.linalg.norm(spots[:, None, None] + _ACROSS_A_NAME[:, None] - points, axis=-1).min(axis=(1, 2))


def _evenly(path: Array, count: int = 25) -> Array:
    """Return points of a walk at equal distances, as far as it is in the picture."""
    out = (~(np.abs(path) <= WIDEST)).any(axis=1)
    path = path[: out.argmax()] if out.any() else path
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    return np.column_stack([np.interp(np.linspace(0, along[-1], count), along, values) for values in path.T])
