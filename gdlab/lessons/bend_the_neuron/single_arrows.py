"""An update taken apart: one arrow for each sample, their sum, and what the chain rule multiplies each of them by."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch

from gdlab.activations import Activation
from gdlab.explorers import style
from gdlab.lessons.bend_the_neuron.neuron import TWO_RULES, Samples, Walker
from gdlab.validation import Array

_REACH = np.array([1.5, 1.0])
"""Half the width and half the height that arrows may fill."""


def arrow(axes: Axes, rule: str, width: float = 2.2) -> FancyArrowPatch:
    """Add an arrow in the colour of a rule, to be moved by `place_arrow`."""
    look = style.RULES[rule]
    patch = FancyArrowPatch(
        (0, 0), (0, 0), color=look.colour, arrowstyle="-|>", mutation_scale=13, linewidth=width, shrinkA=0, shrinkB=0
    )
    axes.add_patch(patch)
    return patch


def place_arrow(patch: FancyArrowPatch, tail: Array, way: Array, length: float, visible: bool = True) -> None:
    """Let an arrow start at `tail` and point along `way`, so long."""
    patch.set_visible(bool(visible))
    if visible:
        patch.set_positions(tail, tail + length * way / np.hypot(*way))


class SingleArrows:
    """The artists of this view; `artists` are for `Explorer.moving`, bottom first."""

    def __init__(self, fan: Axes, chain: Axes, slopes: Axes) -> None:
        self.axes = (fan, chain, slopes)
        looks = {rule: style.RULES[rule] for rule in TWO_RULES}
        self._fans, self._tips, self._walks, self._sums = {}, {}, {}, {}
        for axes in (fan, chain):
            axes.set(xlim=(-1.55, 1.55), ylim=(-1.04, 1.04), xticks=[], yticks=[])
            axes.set_xlabel("change of w →", loc="left")
            axes.set_ylabel("change of b →")
            axes.text(0.5, 1.02, "delta rule", transform=axes.transAxes, **looks["delta_rule"].name)
        for rule, look in looks.items():
            width = 1.3 if rule == "delta_rule" else 3.2
            lines = {"colors": look.colour, "linestyles": [look.line], "linewidths": width}
            self._fans[rule] = LineCollection([], **lines)
            self._walks[rule] = LineCollection([], alpha=0.45, **lines)
            fan.add_collection(self._fans[rule], autolim=False)
            chain.add_collection(self._walks[rule], autolim=False)
            (self._tips[rule],) = fan.plot([], [], look.marker, color=look.colour, mec="white", mew=0.5, markersize=5)
            self._sums[rule] = arrow(chain, rule, 3)
        self._origins = [axes.plot([], [], "o", color=style.INK, mec="white", markersize=7)[0] for axes in (fan, chain)]
        self._magnified = [
            axes.text(0, 1.02, "", transform=axes.transAxes, **looks["chain_rule"].name) for axes in (fan, chain)
        ]
        self._titles = [axes.set_title("", pad=20) for axes in (fan, chain)]
        slopes.set_title("What each error is multiplied by")
        slopes.axhline(0, color=style.FAINT, linewidth=1, zorder=0)
        for at, rule, words in ((0.02, "chain_rule", "chain rule: f′(z)"), (0.5, "delta_rule", "delta rule: 1")):
            slopes.text(at, 0.9, words, transform=slopes.transAxes, **looks[rule].name)
        slopes.axhline(1, **looks["delta_rule"].stroke)
        (self._dots,) = slopes.plot([], [], "o", color=looks["chain_rule"].colour, mec="white", mew=0.5, markersize=6)

    @property
    def artists(self) -> list[Artist]:
        groups = (self._fans, self._tips, self._walks, self._sums)
        return [a for group in groups for a in group.values()] + [
            *self._origins,
            *self._titles,
            *self._magnified,
            self._dots,
        ]

    def set_scene(self, activation: Activation, data: Samples, x_range: tuple[float, float]) -> None:
        low = -0.1 if activation.non_decreasing else -1.15
        self.axes[2].set(xlim=x_range, ylim=(low, 1.2 + 0.25 * (1 - low)), xlabel=data.x_label)

    def show(self, activation: Activation, data: Samples, walker: Walker) -> None:
        slopes = _slopes(activation, data, walker)
        self._dots.set_data(data.x, slopes)
        self._titles[0].set_text(_single(slopes))
        self._titles[1].set_text(f"Their sums: {_apart(walker)}")
        longest = {rule: np.hypot(*arrows.T).max() for rule, arrows in walker.arrows.items()}
        total = {rule: np.hypot(*arrows.T).sum() for rule, arrows in walker.arrows.items()}
        order = np.argsort(data.x, kind="stable")
        tips = _fitted({rule: arrows / (longest[rule] or 1) for rule, arrows in walker.arrows.items()})
        walks = _fitted({r: np.cumsum(arrows[order], axis=0) / (total[r] or 1) for r, arrows in walker.arrows.items()})
        for words, size in zip(self._magnified, (longest, total), strict=True):
            times = size["delta_rule"] / (size["chain_rule"] or np.inf)
            larger = f" × {style.number(times, 2)}" if 0 < times < 1e5 else ": none"
            words.set_text("chain rule: diverged" if walker.diverged else f"chain rule{larger}")
        for rule in TWO_RULES:
            self._fans[rule].set_segments([(tips[rule][0], tip) for tip in tips[rule][1:]])
            self._tips[rule].set_data(*tips[rule][1:].T)
            self._walks[rule].set_segments(np.stack([walks[rule][:-1], walks[rule][1:]], axis=1))
            self._sums[rule].set_positions(walks[rule][0], walks[rule][-1])
            self._sums[rule].set_visible(not np.isnan(walker.angle))
        for origin, points in zip(self._origins, (tips, walks), strict=True):
            origin.set_data(*points["chain_rule"][:1].T)


def _slopes(activation: Activation, data: Samples, walker: Walker) -> Array:
    w, b = walker.here
    return activation.f_prime(w * data.x + b)


def _single(slopes: Array) -> str:
    """Say how the two arrows of one sample lie to each other."""
    if (slopes < 0).any():
        return f"Opposite arrows at {(slopes < 0).sum()} of {len(slopes)} samples"
    if (slopes == 0).any():
        return f"No chain-rule arrow at {(slopes == 0).sum()} of {len(slopes)} samples"
    return "Each sample: both arrows one way"


def _apart(walker: Walker) -> str:
    if walker.diverged:
        return "the walk has diverged"
    return "one is as good as 0" if np.isnan(walker.angle) else f"{walker.angle:.0f}° apart"


def caption(activation: Activation, data: Samples, walker: Walker) -> str:
    """Say in words what the view shows."""
    slopes = _slopes(activation, data, walker)
    n, least, largest = len(slopes), style.number(slopes.min(), 2), style.number(slopes.max(), 2)
    w, b = (style.number(value, 2) for value in walker.here)
    place = f"At w = {w}, b = {b}, where the chain rule stands after {style.count(walker.step, 'step')}, "
    sums = f"The sums: {_apart(walker)}."
    if (slopes < 0).any():
        return f"{place}f′(z) is negative at {(slopes < 0).sum()} of {n} samples, and turns their arrows round. {sums}"
    if (slopes == 0).any():
        return f"{place}f′(z) is 0 at {(slopes == 0).sum()} of {n} samples, which give the chain rule nothing. {sums}"
    if least == largest:
        return f"{place}f′(z) is {least} at each of the {n} samples, so the arrows of both rules are the same. {sums}"
    return (
        f"{place}f′(z) lies between {least} and {largest}: it scales each sample’s arrow, and turns none round. {sums}"
    )


def _fitted(points: dict[str, Array]) -> dict[str, Array]:
    """Put the origin before points (n, 2), and shift and scale them, all alike, so that they fill the picture."""
    points = {name: np.concatenate([np.zeros((1, 2)), some]) for name, some in points.items()}
    every = np.concatenate(list(points.values()))
    low, high = every.min(axis=0), every.max(axis=0)
    scale = (2 * _REACH / np.maximum(high - low, 1e-12)).min()
    return {name: (some - (low + high) / 2) * scale for name, some in points.items()}
