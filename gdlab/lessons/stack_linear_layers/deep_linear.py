"""DeepLinear: one linear map, learned by one, two or three linear layers, and when its two strengths are learned."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from gdlab import training
from gdlab.explorers import Control, Explorer, Handle, IntSlider, LogSlider, Slider, Steps, Strip, style
from gdlab.network import initialise
from gdlab.validation import Array

STRONG, HIDDEN, RATE, STEPS, EVERY = 3.0, 8, 0.02, 600, 5
X = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
"""Inputs whose coordinates have mean 0 and variance 1 and go their ways independently: XᵀX / n is the identity."""


LOOKS = (style.Look("stronger", style.GREEN, "-", "o"), style.Look("weaker", style.PURPLE, (0, (3, 1.5)), "D"))


def _turn(angle: float) -> Array:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def target(weak: float) -> Array:
    """Return the matrix (2, 2) that is to be learned; its singular values are `STRONG` and `weak`."""
    return _turn(0.6) @ np.diag([STRONG, weak]) @ _turn(-0.3)


@lru_cache(maxsize=48)
def strengths(depth: int, weak: float, scale: float, start: int) -> Array:
    """Train `depth` linear layers on ½ squared error; return the singular values of their product, shape (T, 2).

    The first weights are normal with standard deviation `scale`. Row t belongs to step ``t × EVERY``.
    """
    layers = initialise((2, *[HIDDEN] * (depth - 1), 2), "identity", "identity", seed=start, scheme=scale)
    history = training.train(layers, X, X @ target(weak), learning_rate=RATE, steps=STEPS, record_every=EVERY)
    product = np.eye(2)
    for layer in history.layers(slice(None)):
        product = product @ layer.W
    return np.linalg.svd(product, compute_uv=False)


def half_time(values: Array, goal: float) -> int | None:
    """Return the step from which on a strength (T,) is at least half of its goal, None if there is none."""
    below = np.flatnonzero(values < goal / 2)
    first = below[-1] + 1 if len(below) else 0
    return int(first) * EVERY if first < len(values) else None


@dataclass(frozen=True)
class Run:
    """What a stack of `depth` layers learns: strengths (T, 2), and when each was half learned if it is by now."""

    depth: int
    strengths: Array
    half: tuple[int | None, int | None]

    @property
    def verdict(self) -> str:
        layers = style.count(self.depth, "layer")
        strong, weak = self.half
        if strong is None and weak is None:
            return f"{layers}: nothing yet"
        if strong is None or weak is None:
            return f"{layers}: one so far"
        together = abs(strong - weak) < max(20, 0.5 * min(strong, weak))
        return f"{layers}: {'both at once' if together else 'one by one'}"

    @property
    def when(self) -> str:
        """The two times in words."""
        if self.half == (None, None):
            return "neither yet"
        return " and ".join("not yet" if time is None else str(time) for time in self.half)


@dataclass(frozen=True)
class Race:
    step: int
    goals: tuple[float, float]
    runs: list[Run]


class DeepLinear(Explorer):
    """Learn the same linear map with one, two and three layers of linear units, from small random weights.

    The map stretches one direction by 3 and another by less: its two strengths, or singular values. All three stacks
    can be that map exactly. The curves show the singular values of the product of each stack's weights, step by step,
    on ½ squared error with learning rate 0.02.

    References
    ----------
    Saxe, McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", arXiv:1312.6120.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "scale": LogSlider("Size of the first weights", 0.05, 0.01, 0.3),
        "weak": Slider("The weaker strength", 1.0, 0.5, 2.0, 0.1),
        "start": IntSlider("Random start", 0, 0, 19),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY, interval=60),
    }
    width, height = 6.6, 3.6
    scenery = ("weak",)

    def build(self, figure: Figure) -> None:
        self._panels = [Panel(figure, 0.06 + 0.323 * index) for index in range(3)]
        for panel in self._panels:
            self.moving(*panel.artists)
        self._panels[0].axes.set_ylabel("strength", labelpad=2)

    def compute(self, scale: float, weak: float, start: int, step: int) -> Race:
        goals = (STRONG, weak)
        runs = []
        for depth in (1, 2, 3):
            values = strengths(depth, weak, scale, start)
            half = [half_time(values[:, mode], goal) for mode, goal in enumerate(goals)]
            reached = tuple(None if time is None or time > step else time for time in half)
            runs.append(Run(depth, values, reached))
        return Race(step, goals, runs)

    def set_scene(self, numbers: Race) -> None:
        for panel in self._panels:
            panel.set_goals(numbers.goals)

    def draw(self, numbers: Race) -> None:
        for panel, run in zip(self._panels, numbers.runs, strict=True):
            panel.show(numbers.step, run, numbers.goals)

    def hands(self, numbers: Race) -> list[Handle | Strip]:
        panels = enumerate(self._panels, start=1)
        strips = [Strip(f"step, {style.count(depth, 'layer')}", panel.axes, "step") for depth, panel in panels]
        rings = [
            Handle(
                f"the weaker strength, {style.count(depth, 'layer')}", panel.axes, (_GRIP, numbers.goals[1]), y="weak"
            )
            for depth, panel in enumerate(self._panels, start=1)
        ]
        return [*strips, *rings]

    def caption(self, numbers: Race) -> str:
        steps = style.count(numbers.step, "step")
        weak = style.number(numbers.goals[1], 2)
        told = [f"{run.when} with {style.count(run.depth, 'layer')}" for run in numbers.runs]
        return (
            f"A strength is how much the map stretches one direction. After {steps}, 3 and {weak} were half learned at "
            f"step: {', '.join(told)}."
        )


_GRIP = 0.93 * STEPS
"""Where the line of the weaker strength is taken hold of."""


class Panel:
    """The two strengths of one stack over the steps."""

    _TOP = 3.6

    def __init__(self, figure: Figure, left: float) -> None:
        self.axes = figure.add_axes((left, 0.14, 0.265, 0.74))
        self.axes.set(
            xlim=(0, STEPS), ylim=(0, self._TOP), xticks=range(0, STEPS + 1, 200), yticks=range(4), xlabel="step"
        )
        self._title = self.axes.set_title("", fontsize=11)
        self._goals = [self.axes.axhline(0, color=look.colour, linewidth=0.8) for look in LOOKS]
        self._ahead = [self.axes.plot([], [], color=style.FAINT, linewidth=2, linestyle=look.line)[0] for look in LOOKS]
        self._curves = [self.axes.plot([], [], **look.stroke)[0] for look in LOOKS]
        self._dots = [
            self.axes.plot([], [], look.marker, color=look.colour, mec="white", markersize=8)[0] for look in LOOKS
        ]
        self._times = [self.axes.text(0, 0, "", va="center", **look.name) for look in LOOKS]

    @property
    def artists(self) -> list[Artist]:
        return [*self._ahead, *self._curves, *self._dots, *self._times, self._title]

    def set_goals(self, goals: tuple[float, float]) -> None:
        for line, goal in zip(self._goals, goals, strict=True):
            line.set_ydata([goal, goal])

    def show(self, step: int, run: Run, goals: tuple[float, float]) -> None:
        self._title.set_text(run.verdict)
        steps, now = EVERY * np.arange(len(run.strengths)), step // EVERY + 1
        for mode, goal in enumerate(goals):
            self._ahead[mode].set_data(steps, run.strengths[:, mode])
            self._curves[mode].set_data(steps[:now], run.strengths[:now, mode])
            time = run.half[mode]
            at = [] if time is None else [time]
            self._dots[mode].set_data(at, [goal / 2] * len(at))
            self._times[mode].set_text("" if time is None else f"half at {time}")
            if time is not None:
                left = time > 0.5 * STEPS  # else the words would run over the edge
                self._times[mode].set(x=time + (-26 if left else 26), y=goal / 2, ha="right" if left else "left")
