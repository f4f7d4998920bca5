"""RuleRace: two or three rules train the same network on the same data, from the same start, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.datasets import Dataset
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, IntSlider, LogSlider, Points, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.explorers.hands import Pad, Strip
from gdlab.explorers.plane import Plane
from gdlab.explorers.runs import EVERY, LossCurves, Placed, Runner, at_record, data_set, learn
from gdlab.network import initialise
from gdlab.training import History
from gdlab.validation import Array

SAMPLES, HIDDEN, STEPS = 160, 6, 600
_BINS = np.linspace(0, 1, 26)


@dataclass(frozen=True)
class Race:
    problem: str
    data: Dataset
    steps: Array
    record: int
    runners: Mapping[str, Runner]
    slopes: Array
    """``f′(z)`` of every hidden unit at every sample, in the chain rule's network."""


@lru_cache(maxsize=24)
def _run(problem: str, points: Placed, activation: str, learning_rate: float, start: int, rule: str) -> History:
    layers = initialise((2, HIDDEN, 1), activation, "sigmoid", seed=start, scheme=1.0)
    return learn(layers, data_set(problem, points, SAMPLES), rule, learning_rate, STEPS)


class RuleRace(Explorer):
    """Train one small network by several rules at once and watch who learns what.

    The network has two inputs, six hidden units and a sigmoid output with cross-entropy, so the rules differ in one
    place only: what the error is multiplied by at the hidden units. The chain rule multiplies by ``f′(z)``, the delta
    rule by 1, and a frozen hidden layer gets 0. All start from the same weights and see all samples at each step.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "problem": Choice(
            "Problem",
            {"clouds": "two clouds", "xor": "XOR", "circle": "a disc", "moons": "two moons"},
            "clouds",
        ),
        "rules": Choice("Rules", {"two": "chain rule and delta rule", "three": "… and a frozen hidden layer"}, "two"),
        "activation": Choice("Hidden units", labels("tanh", "sigmoid", "relu"), "tanh"),
        "learning_rate": LogSlider("Learning rate", 1.0, 0.01, 10.0),
        "start": IntSlider("Random start", 0, 0, 19),
        "points": Points("Your own data", folded=True),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY),
    }
    width, height = 6.6, 5.2
    scenery = ("rules",)

    def build(self, figure: Figure) -> None:
        self._planes = {rule: Plane(figure.add_axes((0, 0, 0.1, 0.1)), style.RULES[rule]) for rule in style.RULES}
        for plane in self._planes.values():
            self.moving(*plane.artists)

        self._losses = LossCurves(figure.add_axes((0.06, 0.105, 0.46, 0.255)), STEPS, room=0.45)
        self.moving(*self._losses.artists)

        bars = figure.add_axes((0.6, 0.105, 0.38, 0.255))
        bars.set(xlim=(-0.04, 1.06), ylim=(0, 1.1), yticks=[], xlabel="factor")
        bars.set_ylabel("units and points", color=style.MUTED)
        bars.set_title("Error is multiplied by")
        bars.spines.left.set_visible(False)
        chain = style.RULES["chain_rule"]
        self._bars = self.moving(bars.stairs(np.zeros(_BINS.size - 1), _BINS, fill=True, color=chain.colour))
        self._slopes = self.moving(bars.text(0.5, 0.5, "", ha="center", va="bottom", **chain.name))
        self._marks = {
            "delta_rule": self._mark(bars, "delta_rule", 1, "delta rule: 1"),
            "frozen": self._mark(bars, "frozen", 0, "frozen: 0"),
        }

    def _mark(self, axes: Axes, rule: str, x: float, words: str) -> tuple[Artist, Artist]:
        look = style.RULES[rule]
        (line,) = axes.plot([x, x], [0, 0.85], **look.stroke)
        name = axes.text(x + 0.02, 0.9, words, ha="right" if x else "left", **look.name)
        return self.moving(line, name)

    def compute(
        self, problem: str, rules: str, activation: str, learning_rate: float, start: int, points: Placed, step: int
    ) -> Race:
        data = data_set(problem, points, SAMPLES)
        record = round(step / EVERY)
        runners = {
            rule: at_record(rule, _run(problem, points, activation, learning_rate, start, rule), record, data)
            for rule in list(style.RULES)[: 2 if rules == "two" else 3]
        }
        history = _run(problem, points, activation, learning_rate, start, "chain_rule")
        slopes = history.start[0].activation.f_prime(runners["chain_rule"].trace.z[0])
        return Race(problem, data, history.steps[: record + 1], record, runners, slopes)

    def set_scene(self, numbers: Race) -> None:
        count = len(numbers.runners)
        for index, plane in enumerate(self._planes.values()):
            plane.set_visible(index < count)
            plane.title.set_fontsize(11.5 if count == 2 else 10)
            width, gap = (0.375, 0.06) if count == 2 else (0.305, 0.03)
            left = 0.5 - (count * width + (count - 1) * gap) / 2 + index * (width + gap)
            plane.axes.set_position((left, 0.455, width, width * self.width / self.height))

    def draw(self, numbers: Race) -> None:
        for rule, runner in numbers.runners.items():
            self._planes[rule].show(numbers.data.X, numbers.data.y, runner.z, runner.verdict)
        self._losses.show(numbers.steps, numbers.runners)
        counts = np.histogram(numbers.slopes, _BINS)[0]
        self._bars.set_data(0.55 * counts / counts.max(), _BINS)
        self._slopes.set_text(f"chain rule: f′(z),\nmedian {style.number(float(np.median(numbers.slopes)), 2)}")
        for artist in self._marks["frozen"]:
            artist.set_visible("frozen" in numbers.runners)

    def hands(self, numbers: Race) -> list[Pad | Strip]:
        shown = [(x1, x2, y) for (x1, x2), (y,) in zip(numbers.data.X, numbers.data.y, strict=True)]
        pads = [Pad("your own data", self._planes[rule].axes, "points", shown) for rule in numbers.runners]
        return [*pads, Strip("step on the loss curves", self._losses.axes, "step")]

    def caption(self, numbers: Race) -> str:
        steps = style.count(int(numbers.steps[-1]), "step")
        own = numbers.data.source == "your own points"
        problem = "your own points" if own else self.controls["problem"].options[numbers.problem]
        shares = [f"the {r.label} has {style.percent(r.accuracy)}" for r in numbers.runners.values()]
        slope = style.number(float(np.median(numbers.slopes)), 2)
        return (
            f"Points classified right after {steps} on {problem}: {', '.join(shares)}. At the hidden units the delta "
            f"rule multiplies the error by 1; the chain rule by f′(z), whose median is {slope} now."
        )
