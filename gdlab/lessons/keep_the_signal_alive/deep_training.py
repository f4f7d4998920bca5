"""DeepTraining: does a network of this depth learn, and which of its layers have moved?"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gdlab import training
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, LogSlider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.lessons.keep_the_signal_alive.layer_panels import mark_layers, mark_powers, sized
from gdlab.lessons.keep_the_signal_alive.signal_flow import DEPTHS, UNITS, WEIGHTS, data, networks
from gdlab.network import forward
from gdlab.validation import Array

STEPS, EVERY, MOMENTUM = 200, 10, 0.9
STARTS, GROUP = 6, 2
LEARNED = 0.9
"""Share of points right from which on a start counts as having learned; the best straight line has less."""
CEILING = 1.2
_LEAST, _MOST = 1e-12, 4e3
"""Least and greatest distance on the axis; an arrow at the top stands for a median that is further away."""


@dataclass(frozen=True)
class Runs:
    """Some starts, record by record.

    Attributes
    ----------
    loss, right : arrays, shape (records, starts)
        Mean cross-entropy, and the share of points on the right side of one half.
    moved : array, shape (records, depth + 1, starts)
        How far the weights of each layer, the output's last, are from where they began: the root of the sum of squares
        of all changes over that of all first weights.
    """

    loss: Array
    right: Array
    moved: Array


@lru_cache(maxsize=32)
def _runs(*setting: Any) -> list[Runs]:
    """Return the groups of starts that have been trained so far; `DeepTraining.stages` adds to them."""
    return []


@np.errstate(all="ignore")  # a start may diverge
def train_group(number: int, rule: str, activation: str, weights: str, depth: int, learning_rate: float) -> Runs:
    """Train one group of starts."""
    starts = range(number * GROUP, (number + 1) * GROUP)
    history = training.train(
        networks(depth, activation, weights, starts),
        data().X,
        data().y,
        loss="binary_cross_entropy",
        rule=rule,
        learning_rate=learning_rate,
        momentum=MOMENTUM,
        steps=STEPS,
        record_every=EVERY,
    )
    right, moved = [], []
    for record in range(len(history.steps)):
        layers = history.layers(record)
        right.append(((forward.unchecked(layers, data().X).y_hat > 0.5) == data().y).mean(axis=(-1, -2)))
        moved.append(
            [_norm(now.W - first.W) / _norm(first.W) for now, first in zip(layers, history.start, strict=True)]
        )
    return Runs(history.loss, np.array(right), np.array(moved))


def _norm(W: Array) -> Array:
    """Root of the sum of squares of each matrix, (..., d, k) to (...), also where the squares are too large."""
    scale = np.maximum(np.abs(W).max(axis=(-2, -1)), np.finfo(float).tiny)
    return scale * np.linalg.norm(W / scale[..., None, None], axis=(-2, -1))


@dataclass(frozen=True)
class Seen:
    """What is in the picture at a step; arrays as in `Runs`, up to this step."""

    rule: str
    depth: int
    step: int
    loss: Array
    right: Array
    moved: Array

    @property
    def starts(self) -> int:
        return self.loss.shape[1]

    @property
    def learned(self) -> int:
        return int((self.right[-1] > LEARNED).sum())

    @property
    def diverged(self) -> int:
        return int((~np.isfinite(self.loss[-1])).sum())

    @property
    def typical(self) -> Array:
        """Median over the starts of how far each layer has moved, shape (depth + 1,); nan if one diverged."""
        return np.median(self.moved[-1], axis=-1)


class DeepTraining(Explorer):
    """Train networks of up to twenty hidden layers, from six random starts at once, and see which layers move.

    The networks are those of `SignalFlow`: 16 units in each hidden layer and a sigmoid output with cross-entropy. All
    samples at each step, with momentum 0.9.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "activation": UNITS,
        "weights": WEIGHTS,
        "depth": DEPTHS,
        "rule": Choice("Rule", {"chain_rule": "chain rule", "delta_rule": "delta rule"}, "chain_rule"),
        "learning_rate": LogSlider("Learning rate", 0.02, 0.005, 0.5),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY, interval=120),
    }
    height = 4.2
    scenery = ("depth",)
    long_work = "Six starts"

    def build(self, figure: Figure) -> None:
        self._losses = figure.add_axes((0.06, 0.135, 0.41, 0.765), xlim=(0, STEPS), ylim=(0, CEILING))
        self._losses.set(xlabel="step", ylabel="loss (mean cross-entropy)", xticks=range(0, STEPS + 1, 50))
        self._losses.axhline(np.log(2), color=style.FAINT, linewidth=1, zorder=0)
        self._losses.text(STEPS, np.log(2) + 0.02, "a guess", ha="right", color=style.MUTED, fontsize=9.5)
        self._moves = figure.add_axes((0.585, 0.135, 0.405, 0.765), yscale="log", ylim=(_LEAST, _MOST))
        self._moves.set(xlabel="layer", ylabel="distance from the start")
        mark_powers(self._moves, range(-12, 4, 3))
        self._curves = self.moving(LineCollection([], linewidths=1.6, alpha=0.8))
        self._losses.add_collection(self._curves, autolim=False)
        self._dots = self.moving(self._moves.plot([], [], linestyle="none", markersize=4, alpha=0.4, mew=0)[0])
        self._line = self.moving(self._moves.plot([], [], linewidth=2.4)[0])
        self._beyond = self.moving(self._moves.plot([], [], linestyle="none", marker="^", markersize=8)[0])
        self._titles = self.moving(self._losses.set_title(""), self._moves.set_title(""))

    def stages(self, step: int, depth: float, **values: Any) -> Iterator[tuple[float, Seen]]:
        setting = values["rule"], values["activation"], values["weights"], int(depth), values["learning_rate"]
        records = round(step / EVERY) + 1
        groups = _runs(*setting)
        while True:
            if len(groups) * GROUP < STARTS:
                groups.append(train_group(len(groups), *setting))
            loss, right, moved = (
                np.concatenate([getattr(group, name)[:records] for group in groups], axis=-1)
                for name in ("loss", "right", "moved")
            )
            yield len(groups) * GROUP / STARTS, Seen(values["rule"], int(depth), step, loss, right, moved)
            if len(groups) * GROUP == STARTS:
                return

    def compute(self, **values: Any) -> Seen:
        return deque(self.stages(**values), maxlen=1)[0][1]

    def set_scene(self, numbers: Seen) -> None:
        self._moves.set_xlim(0.5, numbers.depth + 1.5)
        mark_layers(self._moves, numbers.depth, output=True)

    def draw(self, numbers: Seen) -> None:
        look = style.RULES[numbers.rule]
        steps = np.arange(len(numbers.loss)) * EVERY
        shown = np.clip(np.nan_to_num(numbers.loss, nan=1e6), 0, 1e6)
        self._curves.set_segments([np.column_stack([steps, one]) for one in shown.T])
        self._curves.set(color=look.colour, linestyle=look.line)
        now = np.where(numbers.moved[-1] > 0, numbers.moved[-1], np.nan)
        layers = np.arange(1, numbers.depth + 2)
        typical = np.median(now, axis=-1)
        self._dots.set_data(np.repeat(layers, numbers.starts), now.ravel())
        self._dots.set(color=look.colour, marker=look.marker)
        self._line.set_data(layers, typical)
        self._line.set(color=look.colour, linestyle=look.line)
        beyond = layers[typical > _MOST]
        self._beyond.set_data(beyond, np.full(len(beyond), 0.4 * _MOST))
        self._beyond.set(color=look.colour)
        self._titles[0].set_text(f"{numbers.learned} of {numbers.starts} starts have learned it")
        self._titles[1].set_text(_moved(numbers))

    def caption(self, numbers: Seen) -> str:
        steps = style.count(numbers.step, "step")
        layers = style.count(numbers.depth, "hidden layer")
        words = (
            f"After {steps} by the {style.RULES[numbers.rule].label} through {layers}, {numbers.learned} of "
            f"{numbers.starts} starts have over {style.percent(LEARNED)} of the points right"
        )
        if numbers.diverged:
            return f"{words}; {numbers.diverged} diverged."
        first, last = (sized(float(one), 2) for one in numbers.typical[[0, -1]])
        return (
            f"{words}. At the median, the weights of layer 1 have moved by {first} times their first size, those of "
            f"the output by {last}."
        )


def _moved(numbers: Seen) -> str:
    if numbers.diverged:
        return f"{numbers.diverged} of {numbers.starts} starts diverged"
    if numbers.step == 0:
        return "Nothing has moved yet"
    return f"Layer 1 moved {sized(float(numbers.typical[0]), 2)} times its size"
