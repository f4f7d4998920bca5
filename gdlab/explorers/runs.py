"""One network trained by several rules: what explorers that compare rules have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdlab import training
from gdlab.datasets import TOY_SETS, Dataset
from gdlab.explorers import style
from gdlab.explorers.controls import Choice
from gdlab.explorers.plane import z_on_grid
from gdlab.layers import Layer, Trace
from gdlab.network import forward, initialise
from gdlab.rules import Rule
from gdlab.training import History
from gdlab.validation import Array

CEILING = 1.2
"""Top of the loss axis; the loss of a guess of one half is 0.69."""
EVERY = 10
"""Steps from one record to the next."""
_PROBLEMS = {"clouds": "two clouds", "xor": "XOR", "circle": "a disc", "moons": "two moons", "spiral": "a spiral"}
"""The toy sets of two classes, and what they are called on a page."""
Placed = tuple[tuple[float, float, int], ...]
"""A reader's own points (x, y, class); () where there are none."""


def problems(*names: str) -> Choice:
    """Return the control that chooses between these toy sets; it starts at XOR."""
    return Choice("Problem", {name: _PROBLEMS[name] for name in names}, "xor")


def data_set(problem: str, points: Placed, samples: int) -> Dataset:
    """Return the data set of a problem, or the reader's own points in its place."""
    if not points:
        return TOY_SETS[problem](samples)
    x1, x2, label = np.array(points).T
    return Dataset(np.column_stack([x1, x2]), label[:, None], ("x₁", "x₂"), ("class",), "your own points")


def learn(
    layers: list[Layer], data: Dataset, rule: str | Rule, learning_rate: float, steps: int, momentum: float = 0.0
) -> History:
    """Train networks with a sigmoid output on two classes, by cross-entropy, with all samples at each step."""
    return training.train(
        layers,
        data.X,
        data.y,
        loss="binary_cross_entropy",
        rule=rule,
        learning_rate=learning_rate,
        steps=steps,
        momentum=momentum,
        record_every=EVERY,
    )


def random_networks(activation: str, width: int, seeds: range) -> list[Layer]:
    """Return networks with hidden weights and biases and output weights from N(0, 1), one for each seed.

    The hidden biases are random, too. Were they 0, as `initialise` leaves them, then tanh units would be odd functions
    of the input, and a frozen layer of them could never tell XOR, which is even.
    """
    hidden, output = initialise((2, width, 1), activation, "sigmoid", seed=seeds, scheme=1.0)
    b = np.stack([np.random.default_rng([1, seed]).normal(size=(1, width)) for seed in seeds])
    return [hidden.with_parameters(hidden.W, b), output]


@dataclass(frozen=True)
class Runner:
    """How a network with a sigmoid output stands after some records of its history."""

    label: str
    loss: Array
    accuracy: float
    z: Array
    trace: Trace

    @property
    def verdict(self) -> str:
        if not np.isfinite(self.loss).all():
            return f"{self.label}: diverged"
        return f"{self.label}: {style.percent(self.accuracy)} right"


def at_record(rule: str, history: History, record: int, data: Dataset) -> Runner:
    """Look at the run of a rule at a record."""
    layers = history.layers(record)
    trace = forward.unchecked(layers, data.X)
    accuracy = float(right(trace.y_hat, data.y))
    return Runner(style.RULES[rule].label, history.loss[: record + 1], accuracy, z_on_grid(layers), trace)


def right(y_hat: Array, y: Array) -> Array:
    """Return the share of samples on the right side of one half: predictions (..., n, 1) to shares (...)."""
    return ((y_hat > 0.5) == y).mean(axis=(-1, -2))


class LossCurves:
    """The loss of each run up to the step shown, with the rule's name at its end, and an arrow where it is above."""

    def __init__(self, axes: Axes, steps: int, room: float) -> None:
        """Prepare `axes` for this many steps and, for the names, a further `room` of them."""
        self.axes = axes
        axes.set(
            xlim=(0, steps * (1 + room)),
            ylim=(0, CEILING),
            xticks=range(0, steps + 1, 200),
            xlabel="step",
            title="Loss (mean cross-entropy)",
        )
        self._gap = 0.015 * steps
        self._curves = {rule: axes.plot([], [], **look.stroke)[0] for rule, look in style.RULES.items()}
        self._names = {rule: axes.text(0, 0, look.label, **look.name) for rule, look in style.RULES.items()}

    @property
    def artists(self) -> list[Artist]:
        return [*self._curves.values(), *self._names.values()]

    def show(self, steps: Array, runners: Mapping[str, Runner]) -> None:
        last = [float(np.clip(np.nan_to_num(r.loss[-1], nan=CEILING), 0, CEILING)) for r in runners.values()]
        spread = style.spread_out(last, gap=0.12 * CEILING, low=0.04 * CEILING, high=0.9 * CEILING)
        heights = dict(zip(runners, spread, strict=True))
        for rule, curve in self._curves.items():
            curve.set_visible(rule in runners)
            self._names[rule].set_visible(rule in runners)
            if rule in runners:
                curve.set_data(steps, runners[rule].loss)
                above = not runners[rule].loss[-1] <= CEILING
                self._names[rule].set_text(style.RULES[rule].label + " ↑" * above)
                self._names[rule].set_position((steps[-1] + self._gap, heights[rule]))
