"""Slowdown: one sigmoid unit learns from a wrong start, by squared error and by cross-entropy, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab import training
from gdlab.activations import sigmoid
from gdlab.datasets import Dataset, penguins
from gdlab.explorers import Control, Explorer, Hand, Handle, IntSlider, LogSlider, Steps, Strip, style
from gdlab.layers import Layer
from gdlab.losses import LOSSES
from gdlab.training import History
from gdlab.validation import Array

STEPS, EVERY = 400, 5
CEILING = 0.55
"""Top of the axis of squared errors, which are ½ at most."""
GRIP = 195.0
"""The flipper length (mm) at which one takes hold of the curve at the start."""
LOOKS = {
    "squared_error": style.RULES["chain_rule"],
    "binary_cross_entropy": style.Look("cross-entropy", style.INK, (0, (7, 1.5, 1.2, 1.5)), "^"),
}
"""Squared error is in the colour that the chain rule has behind it everywhere; cross-entropy has one of its own."""
_NAMES = {"squared_error": "squared error", "binary_cross_entropy": "cross-entropy"}


@lru_cache(maxsize=1)
def birds() -> Dataset:
    """Return flipper lengths (mm) of Adelie and Gentoo penguins, and whether each is a Gentoo."""
    return penguins("flipper_length_mm", "species", ("Adelie", "Gentoo"))


def scaled(x: Array) -> Array:
    """Return flipper lengths (mm) as the unit's input: mean 0 and standard deviation 1 over the birds."""
    return (x - birds().X.mean()) / birds().X.std()


@lru_cache(maxsize=32)
def run(loss: str, weight: float, learning_rate: float) -> History:
    """Train one sigmoid unit on all birds at once, from this weight and bias 0."""
    unit = [Layer(np.array([[weight]]), np.zeros((1, 1)), sigmoid)]
    return training.train(
        unit,
        scaled(birds().X),
        birds().y,
        loss=loss,
        learning_rate=learning_rate,
        steps=STEPS,
        record_every=EVERY,
    )


@dataclass(frozen=True)
class Learner:
    """How the unit stands that learns by one loss.

    Attributes
    ----------
    weight, bias : float
    accuracy : float
        Share of birds on the right side of ½.
    signal : float
        Mean size of ``∂L/∂z`` over the birds.
    errors : array
        Mean of ``½ (ŷ − y)²`` at each record so far, whatever the loss.
    """

    name: str
    weight: float
    bias: float
    accuracy: float
    signal: float
    errors: Array


@dataclass(frozen=True)
class Race:
    start: float
    learning_rate: float
    steps: Array
    learners: Mapping[str, Learner]


class Slowdown(Explorer):
    """Start a sigmoid unit with a wrong weight, and see by which loss it learns.

    The unit is to tell Gentoo from Adelie penguins by the length of their flippers. A positive weight is right; a
    negative one says the opposite, and the more surely the larger it is. Both runs use the chain rule, from the same
    start, at the same learning rate.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "weight": IntSlider("Start weight", -8, -8, 8),
        "learning_rate": LogSlider("Learning rate", 1.0, 0.1, 10.0),
        "step": Steps("Step", STEPS, stride=EVERY, interval=40),
    }
    width, height = 6.6, 5.0

    def build(self, figure: Figure) -> None:
        x = birds().X[:, 0]
        self._x = np.linspace(x.min() - 2, x.max() + 2, 200)
        self._titles, self._curves, self._signals = {}, {}, {}
        self._panels, self._begins = [], []
        for left, (loss, look) in zip((0.075, 0.565), LOOKS.items(), strict=True):
            axes = figure.add_axes((left, 0.555, 0.415, 0.385))
            axes.set(xlim=self._x[[0, -1]], ylim=(-0.17, 1.17), xlabel="flipper length (mm)", yticks=[0, 0.5, 1])
            axes.axhline(0.5, color=style.FAINT, linewidth=0.8)
            for label, (name, shape) in enumerate(zip(("Adelie", "Gentoo"), style.CLASSES, strict=True)):
                here = x[birds().y[:, 0] == label]
                axes.text(here.mean(), 1.24 * label - 0.12, name, color=shape["color"], fontsize=9, **_MIDDLE)
                axes.plot(here, np.full(here.shape, float(label)), shape["marker"], color=shape["color"], **_DOTS)
            self._panels.append(axes)
            self._begins.append(self.line(axes, color=style.MUTED, linewidth=1))
            axes.set_ylabel("prediction ŷ" if left < 0.5 else "", labelpad=1)
            self._titles[loss] = self.moving(axes.set_title("", color=look.colour))
            self._curves[loss] = self.line(axes, **look.stroke)
            bold = {"fontsize": 13, "fontweight": "bold", "color": look.colour, "va": "center"}
            self._signals[loss] = self.moving(figure.text(left + 0.17, 0.43, "", ha="right", **bold))
            figure.text(left + 0.185, 0.43, "mean size of ∂L/∂z", fontsize=9.5, color=look.colour, va="center")

        self._errors = figure.add_axes((0.075, 0.095, 0.905, 0.24))
        self._errors.set(xlim=(-4, 1.3 * STEPS), ylim=(0, CEILING), xticks=range(0, STEPS + 1, 100), xlabel="step")
        self._errors.xaxis.labelpad = 1
        self._errors.set_title("Mean of ½ (ŷ − y)², for both")
        self._lines = {
            loss: self.line(self._errors, marker=look.marker, markevery=[-1], **look.stroke)
            for loss, look in LOOKS.items()
        }
        self._labels = {
            loss: self.moving(self._errors.text(0, 0, _NAMES[loss], va="center", fontsize=9.5, **look.name))
            for loss, look in LOOKS.items()
        }

    def compute(self, weight: int, learning_rate: float, step: int) -> Race:
        record = round(step / EVERY)
        x, y = scaled(birds().X), birds().y
        learners = {}
        for loss in LOOKS:
            history = run(loss, float(weight), learning_rate)
            so_far = history.theta[: record + 1]
            y_hat = sigmoid(x * so_far[:, 0] + so_far[:, 1])
            w, b = so_far[-1]
            learners[loss] = Learner(
                name=_NAMES[loss],
                weight=float(w),
                bias=float(b),
                accuracy=float(((y_hat[:, -1:] > 0.5) == y).mean()),
                signal=float(np.abs(LOSSES[loss].signal(sigmoid, x * w + b, y)).mean()),
                errors=((y_hat - y) ** 2 / 2).mean(axis=0),
            )
        return Race(weight, learning_rate, history.steps[: record + 1], learners)

    def draw(self, numbers: Race) -> None:
        for begin in self._begins:
            begin.set_data(self._x, sigmoid(numbers.start * scaled(self._x)))
        last = [float(learner.errors[-1]) for learner in numbers.learners.values()]
        heights = style.spread_out(last, gap=0.2 * CEILING, low=0.09 * CEILING, high=0.92 * CEILING)
        for (loss, learner), height in zip(numbers.learners.items(), heights, strict=True):
            self._titles[loss].set_text(f"{learner.name}: {style.percent(learner.accuracy)} right".capitalize())
            self._curves[loss].set_data(self._x, sigmoid(learner.weight * scaled(self._x) + learner.bias))
            self._signals[loss].set_text(style.number(learner.signal, 2))
            self._lines[loss].set_data(numbers.steps, learner.errors)
            self._labels[loss].set_position((numbers.steps[-1] + 0.03 * STEPS, height))

    def hands(self, numbers: Race) -> list[Hand]:
        weights = np.array(self.controls["weight"].positions)
        path = np.column_stack([np.full(weights.shape, GRIP), sigmoid(weights * scaled(np.array(GRIP)))])
        here = tuple(path[self.controls["weight"].positions.index(numbers.start)])
        starts = [
            Handle(f"curve at the start, {_NAMES[loss]}", axes, here, x="weight", path=path)
            for loss, axes in zip(LOOKS, self._panels, strict=True)
        ]
        return [*starts, Strip("step on the errors", self._errors, "step")]

    def caption(self, numbers: Race) -> str:
        squared, cross = numbers.learners.values()
        steps, rate = style.count(int(numbers.steps[-1]), "step"), style.number(numbers.learning_rate)
        right = [style.percent(learner.accuracy) for learner in (squared, cross)]
        signals = [style.number(learner.signal, 2) for learner in (squared, cross)]
        if len(numbers.steps) == 1:
            return (
                f"At weight {style.number(numbers.start)}, before a step of rate {rate}, both have {right[0]} of the "
                "birds right. "
                f"The mean size of ∂L/∂z is {signals[0]} by squared error, where f′(z) is a factor of it, and "
                f"{signals[1]} by cross-entropy, where it is not."
            )
        return (
            f"After {steps} of rate {rate} from weight {style.number(numbers.start)}, squared error has {right[0]} of "
            f"the birds right and cross-entropy {right[1]}. The weights are {style.number(squared.weight)} and "
            f"{style.number(cross.weight)}, the mean sizes of ∂L/∂z {signals[0]} and "
            f"{signals[1]}."
        )


_MIDDLE = {"ha": "center", "va": "center"}
_DOTS = {"linestyle": "none", "markersize": 5, "alpha": 0.35, "markeredgewidth": 0}
