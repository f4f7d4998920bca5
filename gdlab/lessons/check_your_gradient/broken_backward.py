"""BrokenBackward: a cabinet of backward passes with one bug each, how they train, and what a gradient check says."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.datasets import Dataset
from gdlab.explorers import Choice, Control, Explorer, IntSlider, LogSlider, Steps, Strip, style
from gdlab.explorers.plane import Plane, z_on_grid
from gdlab.explorers.runs import problems, right
from gdlab.gradients import relative_error
from gdlab.lessons.check_your_gradient.bugs import BUGS, EVERY, STEPS, data_of, measured_gradient, run
from gdlab.lessons.check_your_gradient.gradient_check import SIZES
from gdlab.lessons.check_your_gradient.parameter_row import COLOUR, ParameterRow
from gdlab.network import forward
from gdlab.validation import Array

TOLERANCE = 1e-5
"""Relative error from which on a group of parameters is called wrong."""
CEILING = 1.4
"""Top of the loss axis."""


@dataclass(frozen=True)
class Exhibit:
    """A broken backward pass at one step of its training, beside the right one, and what the check says.

    Attributes
    ----------
    losses, accuracies, z : of length two
        Without the bug and with it: losses so far, share of points right, z on the plane's grid.
    errors : arrays, shape (6,)
        Relative error of W₁, b₁, W₂, b₂, W₃, b₃ between what the broken pass gives and what is measured.
    cells : list of arrays
        The same for each single parameter, relative to its own size and a hundredth of the largest of its group.
    corner : bool
        Whether a measuring step goes past the corner of a ReLU, so that the measurement may be wrong, too.
    """

    name: str
    problem: str
    units: str
    step: int
    data: Dataset
    losses: tuple[Array, Array]
    accuracies: tuple[float, float]
    z: tuple[Array, Array]
    errors: Array
    cells: list[Array]
    corner: bool

    @property
    def wrong(self) -> Array:
        """Which of the six groups the check rejects."""
        return ~(self.errors < TOLERANCE)

    @property
    def diverged(self) -> bool:
        return not np.isfinite(self.losses[1]).all()


class BrokenBackward(Explorer):
    """Choose a bug in the backward pass, watch the network train with it, and ask a gradient check where it is.

    Two networks of two inputs, two hidden layers of six units and a sigmoid output start alike and learn by gradient
    descent on the mean cross-entropy: one with the bug, one without. Below, at each step, what the broken pass takes
    for the gradient is compared with central differences.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "bug": Choice("Bug", {name: bug.words for name, bug in BUGS.items()}, "transposed", listed=True),
        "problem": problems("clouds", "xor", "circle", "moons"),
        "activation": Choice("Activation", labels("tanh", "sigmoid", "relu"), "tanh"),
        "learning_rate": LogSlider("Learning rate", 0.3, 0.001, 3.0),
        "start": IntSlider("Random start", 0, 0, 19, folded=True),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY),
    }
    width, height = 6.6, 4.9

    def build(self, figure: Figure) -> None:
        side = 0.285
        self._planes = []
        for left, look in zip((0.02, 0.335), _LOOKS, strict=True):
            axes = figure.add_axes((left, 0.545, side, side * self.width / self.height))
            self._planes.append(Plane(axes, look))
            axes.title.set_fontsize(10.5)
            self.moving(*self._planes[-1].artists)
        self._build_losses(figure.add_axes((0.69, 0.6, 0.295, 0.329)))
        shapes = list(pairwise(SIZES))
        self._row = ParameterRow(figure, shapes, ("first layer", "second layer", "output"))
        self.moving(*self._row.artists)

    def _build_losses(self, axes: Axes) -> None:
        self._losses = axes
        axes.set(xlim=(0, 1.02 * STEPS), ylim=(0, CEILING), xticks=range(0, STEPS + 1, 100), xlabel="step")
        axes.set_title("Loss:", fontsize=10.5)
        self._curves = [self.line(axes, **look.stroke) for look in _LOOKS]
        self._names = [
            self.moving(axes.text(x, 1.05, look.label, transform=axes.transAxes, fontsize=10.5, **look.name))
            for x, look in zip((0.26, 0.65), _LOOKS, strict=True)
        ]

    def compute(self, bug: str, problem: str, activation: str, learning_rate: float, start: int, step: int) -> Exhibit:
        data, record = data_of(problem), round(step / EVERY)
        setting = problem, activation, learning_rate, start
        runs = [run(name, *setting) for name in ("none", bug)]
        with np.errstate(all="ignore"):
            layers = [one.layers[record] for one in runs]
            taken, (measured, corner) = runs[1].taken[record], measured_gradient(layers[1], data)
            pairs = [
                (getattr(one, part), getattr(other, part))
                for one, other in zip(taken, measured, strict=True)
                for part in ("W", "b")
            ]
            return Exhibit(
                name=bug,
                problem=problem,
                units=self.controls["activation"].options[activation],
                step=step,
                data=data,
                losses=tuple(one.loss[: record + 1] for one in runs),
                accuracies=tuple(float(right(forward.unchecked(net, data.X).y_hat, data.y)) for net in layers),
                z=tuple(z_on_grid(net) for net in layers),
                errors=np.array([relative_error(one.ravel(), other.ravel()) for one, other in pairs]),
                cells=[_cell_errors(one, other) for one, other in pairs],
                corner=corner,
            )

    def draw(self, numbers: Exhibit) -> None:
        steps = EVERY * np.arange(len(numbers.losses[0]))
        labels = (_LOOKS[0].label, "a copy" if numbers.name == "none" else _LOOKS[1].label)
        for index, label in enumerate(labels):
            verdict = f"{style.percent(numbers.accuracies[index])} right"
            if index and numbers.diverged:
                verdict = "diverged"
            self._planes[index].show(numbers.data.X, numbers.data.y, numbers.z[index], f"{label}: {verdict}")
            self._curves[index].set_data(steps, numbers.losses[index])
            self._names[index].set_text(label)
        self._row.show(numbers.errors, numbers.cells, numbers.wrong, f"The check: {self._verdict(numbers)}")

    def hands(self, numbers: Exhibit) -> list[Strip]:
        return [Strip("step on the loss curves", self._losses, "step")]

    def _verdict(self, numbers: Exhibit) -> str:
        names = [name for name, wrong in zip(self._row.names, numbers.wrong, strict=True) if wrong]
        if not names:
            return "everything fits"
        if len(names) == len(numbers.wrong):
            return "everything is wrong"
        listed = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
        return f"{listed} {'are' if len(names) > 1 else 'is'} wrong, the rest fits"

    def caption(self, numbers: Exhibit) -> str:
        without, with_bug = (style.percent(accuracy) for accuracy in numbers.accuracies)
        problem = self.controls["problem"].options[numbers.problem]
        setting = f"After {style.count(numbers.step, 'step')} on {problem} with {numbers.units} units"
        if numbers.diverged:
            outcome = f"training with this bug has diverged; without it {without} of the points are right"
        elif numbers.name == "none":
            outcome = f"{without} of the points are right"
        else:
            outcome = f"{with_bug} of the points are right with this bug, {without} without it"
        corner = ""
        if numbers.corner and numbers.wrong.any():
            corner = " A ReLU has its corner within the step, so it may be the measurement that is wrong."
        return f"{setting} {outcome}. The check says: {self._verdict(numbers)}.{corner}"


_LOOKS = (
    style.Look("no bug", style.BLUE, "-", "o"),
    style.Look("this bug", COLOUR, (0, (6, 1.5, 1, 1.5)), "D"),
)
"""The right pass is the chain rule, drawn as everywhere."""


def _cell_errors(one: Array, other: Array) -> Array:
    sizes = np.abs(one) + np.abs(other)
    return np.abs(one - other) / (sizes + 0.01 * sizes.max() + 1e-300)
