"""WrongSigns: the chain rule with a share of its slopes turned round, drawn anew at each step or always the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab.activations import Activation
from gdlab.datasets import TOY_SETS
from gdlab.explorers import Choice, Control, Explorer, LogSlider, Slider, Steps, Strip, style
from gdlab.explorers.runs import EVERY, learn, problems, right
from gdlab.layers import Layer
from gdlab.lessons.learn_without_the_exact_slope.lines import Lines
from gdlab.lessons.learn_without_the_exact_slope.stand_in_runs import (
    HIDDEN,
    SAMPLES,
    STARTS,
    STEPS,
    Course,
    hidden_agreement,
)
from gdlab.network import forward, from_vector, initialise
from gdlab.rules import RULES, Rule
from gdlab.validation import Array

LOOKS = {
    "exact": replace(style.RULES["chain_rule"], label="exact slopes"),
    "frozen": style.RULES["frozen"],
    "wrong": style.Look("wrong signs", style.INK, (0, (7, 1.5, 1.2, 1.5)), "X"),
}
_COMPARED = {"exact": "chain_rule", "frozen": "frozen"}
"""The rules that the one with wrong signs is compared with."""
LEARNED = 0.9
"""The share of points right beyond which a network has learned the problem."""
LOWEST, GAP = 0.4, 0.09
"""The bottom of the axis of shares, where a guess gets 0.5, and the room for a name on it."""


def wrong_signs(share: float, anew: bool) -> Rule:
    """Return the chain rule with the sign of this share of the hidden slopes reversed, one for each sample and unit."""
    rng = np.random.default_rng(0)
    always = rng.random((STARTS, SAMPLES, HIDDEN)) < share

    def factor(activation: Activation, z: Array) -> Array:
        turned = rng.random(z.shape) < share if anew else always
        return activation.f_prime(z) * np.where(turned, -1, 1)

    return replace(RULES["chain_rule"], factor=factor)


def starts() -> list[Layer]:
    """Return the twenty networks: eight ReLU units with random weights and biases 0."""
    return initialise((2, HIDDEN, 1), "relu", "sigmoid", seed=range(STARTS), scheme=1.0)


def train_all(rule: Rule, problem: str, learning_rate: float) -> Course:
    """Train all starts by a rule."""
    data = TOY_SETS[problem](SAMPLES)
    history = learn(starts(), data, rule, learning_rate, STEPS)
    layers = from_vector(history.theta, history.start)
    return Course(right(forward.unchecked(layers, data.X).y_hat, data.y), hidden_agreement(layers, data, rule))


@lru_cache(maxsize=64)
def _courses(*setting: Any) -> dict[str, Course]:
    """Return the courses as far as they have been trained; `WrongSigns.stages` adds to them."""
    return {}


@dataclass(frozen=True)
class Spoiled:
    """The courses of all starts, up to the step shown."""

    share: float
    which: str
    problem: str
    steps: Array
    courses: Mapping[str, Course]


class WrongSigns(Explorer):
    """Reverse the sign of a share of the slopes at hidden units, and see how many may be wrong.

    Twenty networks of eight ReLU units and a sigmoid output with cross-entropy. Each slope belongs to one sample and
    one unit. Which of them are wrong is drawn anew at each step, or once, and then they are wrong all the time.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "share": Slider("Wrong signs", 0.4, 0.0, 0.7, 0.1, ".0%"),
        "which": Choice("Which ones", {"anew": "drawn anew at each step", "same": "always the same"}, "anew"),
        "problem": replace(problems("circle", "xor", "moons"), start="circle"),
        "learning_rate": LogSlider("Learning rate", 0.3, 0.1, 3.0),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY),
    }
    width, height = 6.6, 4.6
    long_work = "Twenty networks"

    def build(self, figure: Figure) -> None:
        self._shares = Lines(figure.add_axes((0.085, 0.51, 0.68, 0.42)), LOOKS, LOWEST, 1.02)
        self._shares.axes.set(xlabel="", title="Points right (thick: medians of twenty networks)")
        self._shares.axes.set_yticks(np.arange(4, 11, 2) / 10, [style.percent(tenth) for tenth in (0.4, 0.6, 0.8, 1)])
        thin = {"color": LOOKS["wrong"].colour, "linewidth": 0.7, "alpha": 0.3, "zorder": 1}
        self._runs = [self.line(self._shares.axes, **thin) for _ in range(STARTS)]
        self._names = {
            name: self.moving(self._shares.axes.text(0, 0, look.label, va="center", **look.name))
            for name, look in LOOKS.items()
        }
        self._cosines = Lines(figure.add_axes((0.085, 0.105, 0.68, 0.26)), {"wrong": LOOKS["wrong"]}, -1.0, 1.05)
        self._cosines.axes.set(yticks=(-1, 0, 1), title="Agreement with the gradient (median)")
        self._cosines.axes.axhline(0, color=style.FAINT, linewidth=1, zorder=0)
        beside = {"x": 1.02, "transform": self._cosines.axes.get_yaxis_transform(), "fontsize": 9, "color": style.MUTED}
        for y, words in ((0.5, "above 0: downhill"), (-0.5, "below 0: uphill")):
            self._cosines.axes.text(y=y, s=words, va="center", **beside)
        for lines in (self._shares, self._cosines):
            self.moving(*lines.artists)

    def stages(
        self, share: float, which: str, problem: str, learning_rate: float, step: int
    ) -> Iterator[tuple[float, Spoiled]]:
        record, setting = round(step / EVERY), (problem, learning_rate)
        compared, spoiled = _courses(*setting), _courses(*setting, share, which)
        while True:
            known = compared | spoiled
            if compared:
                shown = {name: course.up_to(record) for name, course in known.items()}
                yield len(known) / len(LOOKS), Spoiled(share, which, problem, EVERY * np.arange(record + 1), shown)
            missing = [name for name in LOOKS if name not in known]
            if not missing:
                return
            if missing[0] == "wrong":
                spoiled["wrong"] = train_all(wrong_signs(share, which == "anew"), *setting)
            else:
                compared[missing[0]] = train_all(RULES[_COMPARED[missing[0]]], *setting)

    def draw(self, numbers: Spoiled) -> None:
        medians = {name: np.median(course.shares, axis=1) for name, course in numbers.courses.items()}
        self._shares.show(numbers.steps, medians)
        ends = [max(float(median[-1]), LOWEST) for median in medians.values()]
        heights = dict(zip(medians, style.spread_out(ends, GAP, LOWEST + GAP / 2, 0.97), strict=True))
        for name, text in self._names.items():
            text.set_visible(name in medians)
            text.set_position((numbers.steps[-1] + 0.025 * STEPS, heights.get(name, 0)))
        spoiled_runs = numbers.courses.get("wrong")
        self._cosines.show(numbers.steps, {"wrong": spoiled_runs.median_cosines} if spoiled_runs else {})
        for run, line in enumerate(self._runs):
            line.set_visible(spoiled_runs is not None)
            if spoiled_runs:
                line.set_data(numbers.steps, spoiled_runs.shares[:, run])

    def hands(self, numbers: Spoiled) -> list[Strip]:
        return [
            Strip("step on the curves of points right", self._shares.axes, "step"),
            Strip("step on the curve of agreement", self._cosines.axes, "step"),
        ]

    def caption(self, numbers: Spoiled) -> str:
        steps, problem = style.count(int(numbers.steps[-1]), "step"), self.controls["problem"].options[numbers.problem]
        learned = {name: int((course.shares[-1] > LEARNED).sum()) for name, course in numbers.courses.items()}
        counts = ", ".join(f"{LOOKS[name].label} {count}" for name, count in learned.items() if name != "wrong")
        told = f"Networks out of {STARTS} with over {style.percent(LEARNED)} right after {steps} on {problem}: {counts}"
        if "wrong" not in learned:
            return f"{told}."
        which = self.controls["which"].options[numbers.which]
        agreement = style.fixed(float(np.median(numbers.courses["wrong"].mean_cosines)))
        return (
            f"{told}; with {style.percent(numbers.share)} of the signs wrong, {which}, {learned['wrong']}. "
            f"The mean agreement along the way is then {agreement} (median)."
        )
