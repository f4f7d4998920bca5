"""HiddenRules: the chain rule, the delta rule and no rule at all for the hidden layer; one start, and fifty."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.datasets import Dataset
from gdlab.explorers import Choice, Control, Explorer, Hand, IntSlider, LogSlider, Points, Spot, Steps, Strip, style
from gdlab.explorers.plane import in_a_row
from gdlab.explorers.runs import (
    EVERY,
    LossCurves,
    Placed,
    Runner,
    at_record,
    data_set,
    learn,
    problems,
    random_networks,
    right,
)
from gdlab.gradients import agreement, backward
from gdlab.layers import Layer
from gdlab.losses import LOSSES
from gdlab.network import forward
from gdlab.rules import RULES
from gdlab.training import History
from gdlab.validation import Array

SAMPLES, STEPS = 120, 400
STARTS = 50
SOLVED = 0.95
LOWEST = 0.3
"""Left end of the axis of shares; a guess gets 0.5."""
_TENTHS = np.arange(3, 11) / 10
_SCATTER = 0.72 * ((np.arange(STARTS) * 0.618034) % 1 - 0.5)
"""How far each start's dot stands off the middle of its row, so that equal ones can be told apart."""


def group_size(width: int) -> int:
    """Return how many starts are trained at once: about as much work for any width."""
    return max(1, min(10, 120 // width))


def _train(
    seeds: range, rule: str, problem: str, points: Placed, activation: str, width: int, learning_rate: float
) -> History:
    data = data_set(problem, points, SAMPLES)
    return learn(random_networks(activation, width, seeds), data, rule, learning_rate, STEPS)


@lru_cache(maxsize=24)
def _one(start: int, rule: str, *setting: Any) -> History:
    return _train(range(start, start + 1), rule, *setting).one_run(0)


Group = Mapping[str, Array]
"""For each rule the share of points right, shape (records, starts)."""


@lru_cache(maxsize=16)
def _groups(*setting: Any) -> list[Group]:
    """Return the groups of starts that have been trained so far; `HiddenRules.stages` adds to them."""
    return []


def _next_group(seeds: range, *setting: Any) -> Group:
    data = data_set(*setting[:2], SAMPLES)
    group = {}
    for rule in style.RULES:
        history = _train(seeds, rule, *setting)
        networks = (history.layers(record) for record in range(len(history.steps)))
        group[rule] = np.stack([right(forward.unchecked(layers, data.X).y_hat, data.y) for layers in networks])
    return group


@dataclass(frozen=True)
class Rules:
    """One start by each rule at the step shown, and how all the starts so far stand."""

    start: int
    problem: str
    units: str
    data: Dataset
    steps: Array
    runners: Mapping[str, Runner]
    shares: Mapping[str, Array]
    cosine: float
    """Of the angle between the delta rule's update and the gradient, at the delta rule's hidden layer."""


class HiddenRules(Explorer):
    """Train one hidden layer by the chain rule, by the delta rule, or not at all, and see whether the start matters.

    The output is a sigmoid with cross-entropy and learns in the same way in all three networks, from the same start:
    they differ in what reaches the hidden layer. There the chain rule multiplies the error by ``f′(z)``, the delta rule
    by 1, and a frozen layer by 0. Each of the fifty dots a rule is a random
    start, and a click on it shows that start above.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "problem": problems("xor", "circle", "moons", "spiral"),
        "activation": Choice("Activation", labels("tanh", "sigmoid", "relu"), "tanh"),
        "width": IntSlider("Hidden units", 6, 2, 100, 2),
        "learning_rate": LogSlider("Learning rate", 1.0, 0.02, 5.0),
        "start": IntSlider("Start in the picture", 0, 0, STARTS - 1),
        "points": Points("Your own data", folded=True),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY, interval=60),
    }
    width, height = 6.6, 5.2
    long_work = "Fifty starts"
    stoppable = True

    def build(self, figure: Figure) -> None:
        self._planes = in_a_row(figure, style.RULES, bottom=0.535, side=0.305)
        for plane in self._planes.values():
            plane.title.set_fontsize(10)
            self.moving(*plane.artists)
        self._losses = LossCurves(figure.add_axes((0.055, 0.1, 0.33, 0.31)), STEPS, room=0.62)
        self.moving(*self._losses.artists)
        self._build_starts(figure.add_axes((0.585, 0.1, 0.395, 0.31)))

    def _build_starts(self, axes: Axes) -> None:
        self._dots = axes
        axes.set(xlim=(LOWEST - 0.015, 1.02), ylim=(-0.6, 2.6), yticks=[], xlabel="share of points right")
        axes.set_xticks(_TENTHS, [f"≤{style.percent(LOWEST)}", "", *map(style.percent, _TENTHS[2:])])
        axes.spines.left.set_visible(False)
        axes.axvline(0.5, color=style.FAINT, linewidth=1, zorder=0)
        self._title = self.moving(axes.set_title(""))
        at_left = {"x": -0.03, "transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        self._rows = {}
        for row, (rule, look) in zip((2, 1, 0), style.RULES.items(), strict=True):
            marks = {"marker": look.marker, "color": look.colour, "linestyle": "none"}
            axes.text(y=row + 0.17, s=look.label, **at_left, **look.name)
            self._rows[rule] = (
                row,
                *self.moving(
                    axes.plot([], [], color=style.INK, linewidth=2.2, solid_capstyle="butt")[0],
                    axes.plot(
                        [], [], markersize=4, alpha=0.7, markeredgecolor=style.PAPER, markeredgewidth=0.4, **marks
                    )[0],
                    axes.plot([], [], markersize=6.5, markeredgecolor=style.INK, markeredgewidth=1.4, **marks)[0],
                    axes.text(y=row - 0.2, s="", fontsize=9, **at_left),
                ),
            )

    def stages(
        self,
        problem: str,
        activation: str,
        width: int,
        learning_rate: float,
        start: int,
        points: Placed,
        step: int,
    ) -> Iterator[tuple[float, Rules]]:
        setting = problem, points, activation, width, learning_rate
        data, record = data_set(problem, points, SAMPLES), round(step / EVERY)
        histories = {rule: _one(start, rule, *setting) for rule in style.RULES}
        numbers = Rules(
            start,
            "your own points" if points else self.controls["problem"].options[problem],
            f"{width} {self.controls['activation'].options[activation]} units",
            data,
            histories["chain_rule"].steps[: record + 1],
            {rule: at_record(rule, history, record, data) for rule, history in histories.items()},
            {rule: np.empty(0) for rule in style.RULES},
            _cosine(histories["delta_rule"].layers(record), data),
        )
        groups = _groups(*setting)
        while True:
            done = sum(group["frozen"].shape[1] for group in groups)
            if groups:
                shares = {rule: np.concatenate([group[rule][record] for group in groups]) for rule in style.RULES}
                numbers = replace(numbers, shares=shares)
            yield done / STARTS, numbers
            if done == STARTS:
                return
            groups.append(_next_group(range(done, min(done + group_size(width), STARTS)), *setting))

    def draw(self, numbers: Rules) -> None:
        for rule, runner in numbers.runners.items():
            self._planes[rule].show(numbers.data.X, numbers.data.y, runner.z, runner.verdict)
            shares = np.maximum(numbers.shares[rule], LOWEST)
            row, median, dots, here, name = self._rows[rule]
            dots.set_data(shares, row + _SCATTER[: len(shares)])
            here.set_data([max(runner.accuracy, LOWEST)], [row])
            for artist in (median, name):
                artist.set_visible(len(shares) > 0)
            if len(shares):
                median.set_data([np.median(shares)] * 2, [row - 0.46, row + 0.46])
                name.set_text(f"median {style.percent(_median(numbers, rule))}")
        self._losses.show(numbers.steps, numbers.runners)
        started = len(numbers.shares["chain_rule"])
        self._title.set_text(f"{started} random starts" if started else "Random starts")

    def hands(self, numbers: Rules) -> list[Hand]:
        pads = [plane.pad("your own data", numbers.data) for plane in self._planes.values()]
        dots = [
            Spot(
                style.RULES[rule].label,
                self._dots,
                (max(share, LOWEST), self._rows[rule][0] + _SCATTER[start]),
                f"start {start}: {style.percent(share)} right",
                {"start": start},
            )
            for rule, shares in numbers.shares.items()
            for start, share in enumerate(shares)
        ]
        return [*pads, Strip("step on the loss curves", self._losses.axes, "step"), *dots]

    def caption(self, numbers: Rules) -> str:
        where = f"{style.count(int(numbers.steps[-1]), 'step')} on {numbers.problem} with {numbers.units}"
        turned = ""
        if not np.isnan(numbers.cosine):
            angle = np.degrees(np.arccos(numbers.cosine))
            way = "uphill" if angle > 90.5 else "sideways" if angle > 80 else "downhill"
            next_change = f"the delta rule’s next change of the hidden layer is at {angle:.0f}° to the gradient’s"
            turned = f" From start {numbers.start}, {next_change}: {way}."
        started = len(numbers.shares["chain_rule"])
        if not started:
            shares = [f"{r.label} {style.percent(r.accuracy)}" for r in numbers.runners.values()]
            return f"Points right after {where}: {', '.join(shares)}.{turned}"
        # Counts and not medians: where the delta rule ends can hang on the last digit, and a stored caption must last.
        counts = [f"{look.label} {(numbers.shares[r] > SOLVED).sum()}" for r, look in style.RULES.items()]
        solved = style.percent(SOLVED)
        return f"Solved (over {solved} right) after {where}, of {started} starts: {', '.join(counts)}.{turned}"


def _median(numbers: Rules, rule: str) -> float:
    return float(np.median(numbers.shares[rule]))


def _cosine(layers: list[Layer], data: Dataset) -> float:
    """Return the cosine between what the delta rule and what the chain rule would do to this hidden layer."""
    trace = forward.unchecked(layers, data.X)
    loss = LOSSES["binary_cross_entropy"]
    updates = [
        backward.unchecked(layers, trace, data.y, loss=loss, rule=RULES[rule])[:1]
        for rule in ("delta_rule", "chain_rule")
    ]
    return float(agreement(*updates))
