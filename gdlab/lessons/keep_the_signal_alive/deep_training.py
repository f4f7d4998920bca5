"""DeepTraining: does a network of this depth learn, and which of its layers have moved?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from gdlab.explorers import Choice, Control, Explorer, LogSlider, Spot, Steps, Strip, style
from gdlab.explorers.runs import CEILING, EVERY, learn, right
from gdlab.lessons.keep_the_signal_alive.layer_panels import mark_layers, sized
from gdlab.lessons.keep_the_signal_alive.signal_flow import DEPTHS, UNITS, WEIGHTS, data, networks
from gdlab.network import forward
from gdlab.validation import Array

STEPS, MOMENTUM = 200, 0.9
STARTS, GROUP = 6, 2
LEARNED = 0.9
"""Share of points right from which on a start counts as having learned; the best straight line has less."""
_COLD, _HOT = -6, 3
"""Powers of ten, of a layer's first size, between which the heat strip tells distances apart."""
_HEAT = LinearSegmentedColormap.from_list("heat", ["#FFFFFF", "#F5E3A8", "#E39A45", "#A4364B", "#3B0F3F"])


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
    history = learn(networks(depth, activation, weights, starts), data(), rule, learning_rate, STEPS, MOMENTUM)
    shares, moved = [], []
    for record in range(len(history.steps)):
        layers = history.layers(record)
        shares.append(right(forward.unchecked(layers, data().X).y_hat, data().y))
        moved.append(
            [_norm(now.W - first.W) / _norm(first.W) for now, first in zip(layers, history.start, strict=True)]
        )
    return Runs(history.loss, np.array(shares), np.array(moved))


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
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY),
    }
    width, height = 6.6, 4.9
    scenery = ("depth",)
    long_work = "Six starts"

    def build(self, figure: Figure) -> None:
        self._losses = figure.add_axes((0.09, 0.505, 0.88, 0.42), xlim=(0, STEPS), ylim=(0, CEILING))
        self._losses.set(xlabel="step", ylabel="loss (cross-entropy)", xticks=range(0, STEPS + 1, 50))
        self._losses.axhline(np.log(2), color=style.INK, linewidth=1, linestyle=(0, (1, 2)), zorder=0)
        self._losses.text(STEPS, np.log(2) + 0.02, "a guess", ha="right", va="bottom", color=style.INK)
        self._curves = self.moving(LineCollection([], linewidths=1.6, alpha=0.8))
        self._losses.add_collection(self._curves, autolim=False)
        self._moves = figure.add_axes((0.09, 0.1, 0.745, 0.27), ylim=(STARTS + 0.5, 0.5), xlabel="layer")
        self._moves.set(yticks=[1, STARTS], ylabel="start")
        self._heat = self._moves.imshow(np.zeros((STARTS, 1)), _HEAT, aspect="auto", vmin=_COLD, vmax=_HOT)
        key = figure.add_axes((0.87, 0.1, 0.02, 0.27))
        key.imshow(
            np.linspace(_COLD, _HOT, 64)[:, None], _HEAT, aspect="auto", origin="lower", extent=(0, 1, _COLD, _HOT)
        )
        key.set_xticks([])
        key.yaxis.tick_right()
        key.set_yticks(range(_COLD, _HOT + 1, 3), style.powers_of_ten(range(_COLD, _HOT + 1, 3)))
        self._titles = [self._losses.set_title(""), self._moves.set_title("")]
        self.moving(self._heat, *self._titles)

    def stages(self, step: int, depth: int, **values: Any) -> Iterator[tuple[float, Seen]]:
        setting = values["rule"], values["activation"], values["weights"], depth, values["learning_rate"]
        records = round(step / EVERY) + 1
        groups = _runs(*setting)
        while True:
            if len(groups) * GROUP < STARTS:
                groups.append(train_group(len(groups), *setting))
            loss, right, moved = (
                np.concatenate([getattr(group, name)[:records] for group in groups], axis=-1)
                for name in ("loss", "right", "moved")
            )
            yield len(groups) * GROUP / STARTS, Seen(values["rule"], depth, step, loss, right, moved)
            if len(groups) * GROUP == STARTS:
                return

    def set_scene(self, numbers: Seen) -> None:
        self._moves.set_xlim(0.5, numbers.depth + 1.5)
        self._heat.set_extent((0.5, numbers.depth + 1.5, STARTS + 0.5, 0.5))
        mark_layers(self._moves, numbers.depth, output=True)

    def hands(self, numbers: Seen) -> list[Spot | Strip]:
        middle, height = (STARTS + 1) / 2, STARTS
        spots = []
        for layer, starts in enumerate(numbers.moved[-1], 1):
            name = f"layer {layer}" if layer <= numbers.depth else "output"
            typical, least, most = (sized(float(one), 1) for one in (np.median(starts), starts.min(), starts.max()))
            says = f"moved by {typical} times its first size (from {least} to {most})"
            spots.append(Spot(name, self._moves, (layer, middle), says, size=(0.95, height)))
        return [Strip("step on the loss curves", self._losses, "step"), *spots]

    def draw(self, numbers: Seen) -> None:
        look = style.RULES[numbers.rule]
        steps = np.arange(len(numbers.loss)) * EVERY
        shown = style.drawable(numbers.loss, 1e6)
        self._curves.set_segments([np.column_stack([steps, one]) for one in shown.T])
        self._curves.set(color=look.colour, linestyle=look.line)
        heat = np.full((STARTS, numbers.depth + 1), np.nan)  # white: not trained yet
        with np.errstate(divide="ignore"):
            heat[: numbers.starts] = np.log10(np.nan_to_num(numbers.moved[-1].T, nan=np.inf))
        self._heat.set_data(np.clip(heat, _COLD, _HOT))
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
        if numbers.step == 0:
            return f"{words}. Press Play, or drag the step along the curves."
        first, last = (sized(float(one), 2) for one in numbers.typical[[0, -1]])
        return (
            f"{words}. The weights of layer 1 have moved by {first} times their first size, those of the output by "
            f"{last} (medians)."
        )


def _moved(numbers: Seen) -> str:
    if numbers.diverged:
        return f"{numbers.diverged} of {numbers.starts} starts diverged"
    if numbers.step == 0:
        return "Nothing has moved yet"
    return "How far each layer has moved: dark is far"
