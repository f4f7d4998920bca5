"""RuleRace: three rules train the same network on the same points, from the same start, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.datasets import Dataset
from gdlab.explorers import Choice, Control, Explorer, Hand, IntSlider, LogSlider, Points, Steps, Strip, style
from gdlab.explorers.plane import EXTENT, in_a_row
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
)
from gdlab.training import History
from gdlab.validation import Array

SAMPLES, STEPS = 160, 600
SOLVED = 0.95
_BINS = np.linspace(0, 1, 26)


@dataclass(frozen=True)
class Race:
    problem: str
    learning_rate: float
    data: Dataset
    steps: Array
    record: int
    runners: Mapping[str, Runner]
    slopes: Array
    """``f′(z)`` of every hidden unit at every sample, in the chain rule's network."""


@lru_cache(maxsize=24)
def _run(
    rule: str, problem: str, points: Placed, activation: str, width: int, learning_rate: float, start: int
) -> History:
    networks = random_networks(activation, width, range(start, start + 1))
    return learn(networks, data_set(problem, points, SAMPLES), rule, learning_rate, STEPS).one_run(0)


class RuleRace(Explorer):
    """Train one small network by three rules at once and watch who learns what.

    The network has two inputs, one hidden layer and a sigmoid output with cross-entropy, so the rules differ in one
    place only: what the error is multiplied by at the hidden units. The chain rule multiplies by ``f′(z)``, the delta
    rule by 1, and a frozen hidden layer gets 0. All start from the same weights and see all samples at each step. With
    units enough the frozen layer, whose units are random, can win.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "problem": problems("xor", "clouds", "circle", "moons"),
        "width": IntSlider("Hidden units", 6, 2, 32, 2),
        "learning_rate": LogSlider("Learning rate", 1.0, 0.01, 10.0),
        "start": IntSlider("Random start", 0, 0, 19),
        "activation": Choice("Activation", labels("tanh", "sigmoid", "relu"), "tanh", folded=True),
        "points": Points("Points of your own", extent=EXTENT),
        "step": Steps("Step", STEPS, stride=EVERY),
    }
    width, height = 6.6, 5.0

    def build(self, figure: Figure) -> None:
        self._planes = in_a_row(figure, style.RULES, bottom=0.475, side=0.306)
        for plane in self._planes.values():
            self.moving(*plane.artists)
        self._losses = LossCurves(figure.add_axes((0.075, 0.105, 0.475, 0.265)), STEPS, room=0.5)
        self.moving(*self._losses.artists)

        bars = figure.add_axes((0.625, 0.105, 0.35, 0.265))
        bars.set(xlim=(-0.06, 1.08), ylim=(0, 1.16), yticks=[], xticks=[0, 0.5, 1])
        bars.set_title("Error times what?")
        bars.set_xlabel("factor at the hidden units")
        bars.spines.left.set_visible(False)
        chain = style.RULES["chain_rule"]
        self._bars = self.moving(bars.stairs(np.zeros(_BINS.size - 1), _BINS, fill=True, color=chain.colour))
        bars.text(0.5, 0.66, "chain rule: f′(z)", ha="center", va="bottom", **chain.name)
        for rule, x, words in (("delta_rule", 1, "delta rule: 1"), ("frozen", 0, "frozen: 0")):
            look = style.RULES[rule]
            bars.plot([x, x], [0, 0.9], **look.stroke)
            bars.text(x + 0.04 * (2 * x - 1), 0.95, words, ha="right" if x else "left", **look.name)

    def compute(
        self, problem: str, width: int, learning_rate: float, start: int, activation: str, points: Placed, step: int
    ) -> Race:
        data = data_set(problem, points, SAMPLES)
        record = step // EVERY
        histories = {rule: _run(rule, problem, points, activation, width, learning_rate, start) for rule in style.RULES}
        runners = {rule: at_record(rule, history, record, data) for rule, history in histories.items()}
        history = histories["chain_rule"]
        slopes = history.start[0].activation.f_prime(runners["chain_rule"].trace.z[0])
        name = "your own points" if points else self.controls["problem"].options[problem]
        return Race(name, learning_rate, data, history.steps[: record + 1], record, runners, slopes)

    def hands(self, numbers: Race) -> list[Hand]:
        pads = [plane.pad("points of your own", numbers.data) for plane in self._planes.values()]
        return [*pads, Strip("step on the loss curves", self._losses.axes, "step")]

    def draw(self, numbers: Race) -> None:
        for rule, runner in numbers.runners.items():
            title = runner.verdict.replace(": ", "\n")
            self._planes[rule].show(numbers.data.X, numbers.data.y, runner.z, title)
        self._losses.show(numbers.steps, numbers.runners)
        counts = np.histogram(numbers.slopes, _BINS)[0]
        self._bars.set_data(0.6 * counts / counts.max(), _BINS)

    def caption(self, numbers: Race) -> str:
        chain, delta, frozen = (runner.accuracy for runner in numbers.runners.values())
        if not numbers.record:
            same = "Before the first step all three are the same random network"
            rate = f"Play trains each by its rule, at a learning rate of {numbers.learning_rate:g}."
            return f"{same}, with {style.percent(chain)} of the points right by chance. {rate}"
        first, *others = numbers.runners.values()
        after = f"after {style.count(int(numbers.steps[-1]), 'step')} on {numbers.problem}"
        shares = ", ".join(f"the {one.label} {style.percent(one.accuracy)}" for one in others)
        led = f"The {first.label} has {style.percent(first.accuracy)} of the points right {after}, {shares}."
        return f"{led} {_moral(chain, delta, frozen)}"


def _moral(chain: float, delta: float, frozen: float) -> str:
    """Say what the shares of points that each has right tell about the rules."""
    if min(chain, delta, frozen) > SOLVED:
        return "Even hidden units that never learn are good enough here, so this says nothing about the rules."
    if chain > SOLVED >= max(delta, frozen):
        worse = "worse than units that never learn" if delta < frozen else "too little"
        alone = "So far only the chain rule’s hidden units are good enough."
        return f"{alone} With 1 in place of the slope f′(z), hidden units do {worse}."
    if min(chain, frozen) > SOLVED:
        return "Random hidden units are good enough here, and the delta rule has spoiled them."
    if min(chain, delta) > SOLVED:
        return "In this run hidden units that learn do better than random ones, by either rule."
    if delta > chain:
        return "Here the delta rule is ahead of the chain rule."
    return f"The chain rule does not have {style.percent(SOLVED)} right (yet)."
