"""UpdateArrows: an update taken apart into one arrow for each sample, of which the chain rule keeps the share f′(z)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gdlab.activations import ACTIVATIONS, Activation, labels
from gdlab.explorers import Choice, Control, Explorer, Handle, IntSlider, Slider, Spot, style
from gdlab.gradients import agreement
from gdlab.lessons.bend_the_neuron import neuron
from gdlab.lessons.bend_the_neuron.neuron import NOTHING, SAMPLES, TWO_RULES, WIDEST, Samples
from gdlab.lessons.bend_the_neuron.rule_arrow import arrow
from gdlab.validation import Array

_REACH = np.array([1.45, 0.92])
"""Half the width and half the height that arrows may fill."""


@dataclass(frozen=True)
class Update:
    activation: Activation
    data: Samples
    place: tuple[float, float]
    chosen: int
    slopes: Array
    arrows: Mapping[str, Array]
    """Of each rule, where each sample alone would push (w, b), shape (n, 2)."""

    @property
    def errors(self) -> Array:
        return self.arrows["delta_rule"][:, 1]

    @property
    def angle(self) -> float:
        """Degrees between the sums of both rules; nan where one of them is as good as 0 and points nowhere."""
        sums = [each.mean(axis=0) for each in self.arrows.values()]
        if min(np.abs(one).max() for one in sums) < NOTHING:
            return float("nan")
        return float(np.degrees(np.arccos(agreement(*sums))))


class UpdateArrows(Explorer):
    """Take an update of one neuron ``ŷ = f(w x + b)`` apart: one arrow for each sample, and their sums.

    The delta rule's arrow of a sample is ``error × (x, 1)``. The chain rule multiplies it by ``f′(z)``, so it keeps a
    share of each arrow, another one of each. Point at a sample to see its arrow.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "sample": IntSlider("Sample", 18, 1, SAMPLES),
        "w": Slider("w", -4.5, -WIDEST[0], WIDEST[0], 0.1),
        "b": Slider("b", -1.0, -WIDEST[1], WIDEST[1], 0.1),
        "activation": Choice("Activation", labels("identity", "sigmoid", "tanh", "relu", "sine"), "sigmoid"),
        "data": Choice(
            "Data",
            {"exact": "can be fitted exactly", "noisy": "noisy", "flipped": "classes, some flipped"},
            "flipped",
        ),
    }
    width, height = 6.6, 5.2
    scenery = ("activation", "data")

    def build(self, figure: Figure) -> None:
        looks = {rule: style.RULES[rule] for rule in TWO_RULES}
        chain = looks["chain_rule"]
        self._data = figure.add_axes((0.08, 0.715, 0.91, 0.225))
        self._data.set_title("The neuron")
        at_right = {"ha": "right", "transform": self._data.transAxes, "fontweight": "bold"}
        self._data.text(1, 1.04, "green area: the slope f′(z) there", color=style.FACTORS["slope"], **at_right)
        (self._dots,) = self._data.plot([], [], **style.DATA)
        self._shares = self._data.scatter([], [], color=style.FACTORS["slope"], alpha=0.45, linewidth=0)
        (self._curve,) = self._data.plot([], [], color=style.MUTED, linewidth=2)
        (self._grip,) = self._data.plot([], [], "o", color=style.MUTED, markersize=6, clip_on=False)
        (self._error,) = self._data.plot([], [], color=style.FACTORS["error"], linewidth=2.4)
        (self._chosen,) = self._data.plot([], [], "o", color="none", mec=style.INK, mew=2, markersize=11)

        self._fan = figure.add_axes((0.06, 0.055, 0.43, 0.34))
        self._chain = figure.add_axes((0.56, 0.055, 0.43, 0.34))
        for axes in (self._fan, self._chain):
            axes.set(xlim=(-1.55, 1.55), ylim=(-1.0, 1.0), xticks=[], yticks=[])
            axes.set_xlabel("change of w →", loc="left", labelpad=3)
            axes.set_ylabel("change of b →")
        self._fan.set_title("The arrow of each sample")
        self._sums_title = self._chain.set_title("")
        self._fans, self._walks, self._sums, self._one, self._one_on_the_walk = {}, {}, {}, {}, {}
        for rule in ("delta_rule", "chain_rule"):  # the share that the chain rule keeps lies on the whole
            look = looks[rule]
            kept = rule == "chain_rule"
            faint = {"colors": look.colour, "alpha": 0.35, "linewidths": 2.2 if kept else 1.0}
            self._fans[rule] = LineCollection([], **faint)
            self._walks[rule] = LineCollection([], **faint)
            self._fan.add_collection(self._fans[rule], autolim=False)
            self._chain.add_collection(self._walks[rule], autolim=False)
            self._sums[rule] = arrow(self._chain, rule)
            bold = {"color": look.colour, "linewidth": 5 if kept else 2.4}
            self._one[rule] = self._fan.plot([], [], "-", **bold)[0]
            self._one_on_the_walk[rule] = self._chain.plot([], [], **bold)[0]
        self._origins = [axes.plot([], [], "o", color=style.INK, markersize=4)[0] for axes in (self._fan, self._chain)]
        self._magnified = self._chain.text(
            1, -0.045, "", ha="right", va="top", color=chain.colour, fontsize=9, transform=self._chain.transAxes
        )

        table = figure.add_axes((0.06, 0.455, 0.9, 0.14))
        table.set(xlim=(0, 1), ylim=(0, 3))
        style.bare(table)
        self._of = table.text(0.0, 2.3, "", fontsize=11.5, fontweight="bold")
        columns = {"error": 0.38, "slope": 0.53, "input": 0.68, "change of w": 0.88}
        colours = {head: style.FACTORS.get(head, style.INK) for head in columns}
        for head, at in columns.items():
            table.text(at, 2.3, head, ha="right", color=colours[head], fontweight="bold")
        self._cells = {}
        for rule, row in (("delta_rule", 1.3), ("chain_rule", 0.3)):
            table.text(0.0, row, looks[rule].label, **looks[rule].name)
            self._cells[rule] = [table.text(at, row, "", ha="right", color=colours[h]) for h, at in columns.items()]
        self.moving(self._shares, self._curve, self._grip, self._error, self._chosen)
        groups = (self._fans, self._walks, self._sums, self._one, self._one_on_the_walk)
        self.moving(*(artist for group in groups for artist in group.values()), *self._origins)
        self.moving(self._magnified, self._sums_title, self._of, *(c for row in self._cells.values() for c in row))

    def compute(self, sample: int, w: float, b: float, activation: str, data: str) -> Update:
        d, f = neuron.samples(data, activation), ACTIVATIONS[activation]
        arrows = {rule: neuron.arrows(d, activation, rule, np.array([w, b])) for rule in TWO_RULES}
        return Update(f, d, (w, b), sample - 1, f.f_prime(w * d.x + b), arrows)

    def set_scene(self, numbers: Update) -> None:
        d = numbers.data
        self._dots.set_data(d.x, d.y)
        low, high = min(d.y.min(), 0.0), max(d.y.max(), 1.0)
        self._data.set(xlim=(-2.15, 2.15), xlabel=d.x_label, ylabel=d.y_label)
        self._data.set_ylim(low - 0.2 * (high - low), high + 0.2 * (high - low))

    def draw(self, numbers: Update) -> None:
        d, (w, b), i = numbers.data, numbers.place, numbers.chosen
        x = np.linspace(-2.15, 2.15, 200)
        self._curve.set_data(x, numbers.activation.f(w * x + b))
        self._grip.set_data(*np.transpose([self._middle(numbers, w, b)] if w else np.empty((0, 2))))
        self._shares.set_offsets(np.column_stack([d.x, d.y]))
        self._shares.set_sizes(400 * np.abs(numbers.slopes))
        self._error.set_data([d.x[i]] * 2, [d.y[i], numbers.activation.f(w * d.x[i] + b)])
        self._chosen.set_data([d.x[i]], [d.y[i]])

        total = {rule: np.hypot(*arrows.T).sum() or 1.0 for rule, arrows in numbers.arrows.items()}
        tips = _fitted(numbers.arrows)
        walks = _fitted({rule: np.cumsum(arrows, axis=0) / total[rule] for rule, arrows in numbers.arrows.items()})
        for rule in TWO_RULES:
            origin, walk = tips[rule][0], walks[rule]
            self._fans[rule].set_segments([(origin, tip) for tip in tips[rule][1:]])
            self._one[rule].set_data(*np.array([origin, tips[rule][i + 1]]).T)
            self._walks[rule].set_segments(np.stack([walk[:-1], walk[1:]], axis=1))
            self._one_on_the_walk[rule].set_data(*walk[i : i + 2].T)
            self._sums[rule].set_positions(walk[0], walk[-1])
            self._sums[rule].set_visible(not np.isnan(numbers.angle))
        for dot, points in zip(self._origins, (tips, walks), strict=True):
            dot.set_data(*points["chain_rule"][:1].T)
        times = total["delta_rule"] / total["chain_rule"]
        self._magnified.set_text(f"chain rule drawn × {style.number(times, 2)}" if 1.01 < times < 1e4 else "")
        self._sums_title.set_text("The sums: " + ("one is 0" if np.isnan(numbers.angle) else _apart(numbers)))

        self._of.set_text(f"Sample {i + 1}")
        for rule, slope in (("delta_rule", "1"), ("chain_rule", _slope(float(numbers.slopes[i])))):
            product = style.fixed(numbers.arrows[rule][i, 0])
            words = style.fixed(numbers.errors[i]), f"× {slope}", f"× {style.fixed(d.x[i])}", f"= {product}"
            for cell, told in zip(self._cells[rule], words, strict=True):
                cell.set_text(told)

    def hands(self, numbers: Update) -> list[Handle | Spot]:
        d, (w, b) = numbers.data, numbers.place
        curve = []
        if w:
            at = np.array([self._middle(numbers, w, here) for here in self.controls["b"].positions])
            name = "the curve, by the place where z = 0"
            curve = [Handle(name, self._data, self._middle(numbers, w, b), "b", path=at, graph=True)]
        size = (0.05, 0.3 * np.ptp(self._data.get_ylim()))
        return curve + [
            Spot(f"sample {i + 1}", self._data, at, f"x = {style.fixed(at[0])}", {"sample": i + 1}, size, at_once=True)
            for i, at in enumerate(zip(d.x.tolist(), d.y.tolist(), strict=True))
        ]

    def _middle(self, numbers: Update, w: float, b: float) -> tuple[float, float]:
        """Return the point of the curve at which z = w x + b is 0, or the edge beyond which it is."""
        return float(np.clip(-b / w, *self._data.get_xlim())), float(numbers.activation.f(np.float64(0.0)))

    def caption(self, numbers: Update) -> str:
        n, slope = len(numbers.slopes), numbers.slopes[numbers.chosen]
        if numbers.activation.name == "identity":
            return f"f′ is 1 at each of the {n} samples, so every arrow, and every sum, is the same by both rules."
        share = style.number(float(slope), 2)
        one = f"At sample {numbers.chosen + 1} the slope f′(z) is {share}: the chain rule "
        if slope < 0:
            one += "turns its arrow round"
        elif slope == 0:
            one += "has no arrow of it"
        else:
            one += f"keeps {style.number(100 * float(slope), 2)}% of its arrow"
        if slope <= 0:
            one += f", as at {((numbers.slopes < 0) if slope < 0 else (numbers.slopes == 0)).sum()} of {n} samples"
        sums = "one of the sums is as good as 0" if np.isnan(numbers.angle) else f"the sums point {_apart(numbers)}"
        shares = "The share is the same at every sample" if np.ptp(numbers.slopes) < 1e-12 else "Shares differ"
        return f"{one}. {shares}: {sums}."


def _slope(value: float) -> str:
    """Write a slope with three decimals, and one that would be 0.000 and is not 0 as next to it."""
    return style.fixed(value, 3) if abs(value) >= 0.0005 or value == 0 else "≈ 0"


def _apart(numbers: Update) -> str:
    return f"{numbers.angle:.0f}° apart"


def _fitted(points: Mapping[str, Array]) -> dict[str, Array]:
    """Put the origin before points (n, 2), and shift and scale them, all alike, so that they fill the picture."""
    points = {name: np.concatenate([np.zeros((1, 2)), some]) for name, some in points.items()}
    every = np.concatenate(list(points.values()))
    low, high = every.min(axis=0), every.max(axis=0)
    scale = (2 * _REACH / np.maximum(high - low, 1e-12)).min()
    return {name: (some - (low + high) / 2) * scale for name, some in points.items()}
