"""StandIns: updates that take the gradient's place at hidden units, and how far they agree with it on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import Choice, Control, Explorer, LogSlider, Spot, Steps, Strip, style
from gdlab.explorers.runs import EVERY, problems
from gdlab.lessons.learn_without_the_exact_slope.lines import Lines
from gdlab.lessons.learn_without_the_exact_slope.stand_in_runs import (
    HIDDEN,
    LOOKS,
    STARTS,
    STEPS,
    Course,
    rules_for,
    train_all,
)
from gdlab.validation import Array

LOWEST_MEDIAN, LOWEST = 0.4, 0.3
"""Bottom of the axes of shares, of medians and of single runs; a guess gets 0.5. A run below is drawn on the axis."""


@lru_cache(maxsize=16)
def _courses(*setting: Any) -> dict[str, Course]:
    """Return the courses by rule, as far as they have been trained; `StandIns.stages` adds to them."""
    return {}


@dataclass(frozen=True)
class Comparison:
    """The courses so far of all starts, up to the step shown."""

    problem: str
    units: str
    steps: Array
    courses: Mapping[str, Course]

    @property
    def learning(self) -> dict[str, Course]:
        """The courses of all rules that move the hidden layer."""
        return {rule: course for rule, course in self.courses.items() if rule != "frozen"}

    @property
    def bar(self) -> float:
        """The median share right of the frozen layers: what an update has to beat to be of any use."""
        return float(np.median(self.courses["frozen"].shares[-1]))

    @property
    def stand_ins(self) -> dict[str, Course]:
        return {rule: course for rule, course in self.learning.items() if rule != "chain_rule"}


class StandIns(Explorer):
    """Train a hidden layer by updates that are not its gradient, and see whether agreement with it is what counts.

    The output is a sigmoid with cross-entropy and learns by the chain rule in all networks, from the same starts: they
    differ in what reaches the hidden layer. The agreement is the cosine between that update and the gradient; for step
    units, which have none, it is the gradient of a smooth twin: see `hidden_agreement`.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "problem": problems("xor", "circle", "moons", "spiral"),
        "activation": Choice("Activation", labels("step", "tanh", "sigmoid", "relu"), "step"),
        "learning_rate": LogSlider("Learning rate", 0.3, 0.1, 3.0),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY),
    }
    width, height = 6.6, 5.1
    scenery = ("activation",)
    long_work = "Twenty starts"

    def build(self, figure: Figure) -> None:
        self._build_runs(figure.add_axes((0.115, 0.46, 0.575, 0.485)))
        self._shares = Lines(figure.add_axes((0.08, 0.095, 0.38, 0.225)), LOOKS, LOWEST_MEDIAN, 1.02)
        self._shares.axes.set_title("Points right (medians)")
        self._shares.axes.set_yticks(np.arange(4, 11, 2) / 10, [style.percent(tenth) for tenth in (0.4, 0.6, 0.8, 1)])
        agreeing = {rule: look for rule, look in LOOKS.items() if rule != "frozen"}
        self._cosines = Lines(figure.add_axes((0.55, 0.095, 0.41, 0.225)), agreeing, -1.0, 1.05)
        self._cosines.axes.set(yticks=(-1, 0, 1))
        self._cosines.axes.axhline(0, color=style.FAINT, linewidth=1, zorder=0)
        self._cosines.axes.text(8, -0.93, "below 0: uphill", fontsize=9, color=style.MUTED)
        for lines in (self._shares, self._cosines):
            self.moving(*lines.artists)

    def _build_runs(self, axes: Axes) -> None:
        axes.set(xlim=(-1.05, 1.05), ylim=(LOWEST, 1.02), xticks=(-1, 0, 1))
        axes.set(xlabel="mean agreement along the way, 0 = sideways", ylabel="points right")
        marks = [style.percent(tenth / 10) for tenth in range(4, 11)]
        axes.set_yticks(np.arange(3, 11) / 10, [f"≤{style.percent(LOWEST)}", *marks])
        axes.axvline(0, color=style.FAINT, linewidth=1, zorder=0)
        axes.set_title(f"Each mark is a run, of {STARTS} by each rule")
        frozen = LOOKS["frozen"]
        self._bar = self.moving(axes.plot([-1.05, 1.05], [0, 0], **frozen.stroke)[0])
        self._bar_name = self.moving(axes.text(-1.03, 0, "frozen", va="bottom", **frozen.name))
        self._dots = {
            rule: self.line(
                axes,
                color=look.colour,
                marker=look.marker,
                linestyle="none",
                markersize=6,
                alpha=0.7,
                mew=0,
                clip_on=False,
            )
            for rule, look in LOOKS.items()
            if rule != "frozen"
        }
        self._key = {rule: self._key_of(axes, rule, 0.9 - 0.13 * row) for row, rule in enumerate(self._dots)}

    def _key_of(self, axes: Axes, rule: str, height: float) -> tuple[Artist, ...]:
        look, inside = LOOKS[rule], axes.transAxes
        (line,) = axes.plot(
            [1.03, 1.1], [height] * 2, transform=inside, clip_on=False, marker=look.marker, **look.stroke
        )
        words = axes.text(1.12, height, look.label, va="center", transform=inside, **look.name)
        return self.moving(line, words)

    def stages(
        self, problem: str, activation: str, learning_rate: float, step: int
    ) -> Iterator[tuple[float, Comparison]]:
        setting = problem, activation, learning_rate
        record, courses = round(step / EVERY), _courses(*setting)
        rules = rules_for(activation)
        units = f"{HIDDEN} {self.controls['activation'].options[activation]} units"
        while True:
            missing = [rule for rule in ("frozen", *rules) if rule not in courses]  # all compare to the frozen layers
            if courses:
                shown = {rule: courses[rule].up_to(record) for rule in rules if rule in courses}
                steps = EVERY * np.arange(record + 1)
                yield len(courses) / len(rules), Comparison(problem, units, steps, shown)
            if not missing:
                return
            courses[missing[0]] = train_all(missing[0], *setting)

    def set_scene(self, numbers: Comparison) -> None:
        goal = "the twin" if "step" in numbers.units else "the gradient"
        self._cosines.axes.set_title(f"Agreement with {goal}")

    def draw(self, numbers: Comparison) -> None:
        shares = {rule: np.median(course.shares, axis=1) for rule, course in numbers.courses.items()}
        self._shares.show(numbers.steps, shares)
        self._cosines.show(numbers.steps, {rule: c.median_cosines for rule, c in numbers.learning.items()})
        self._bar.set_ydata([numbers.bar] * 2)
        self._bar_name.set_y(numbers.bar + 0.004)
        for rule, dots in self._dots.items():
            for artist in (dots, *self._key[rule]):
                artist.set_visible(rule in numbers.learning)
            if rule in numbers.learning:
                course = numbers.learning[rule]
                dots.set_data(course.mean_cosines, np.maximum(course.shares[-1], LOWEST))

    def hands(self, numbers: Comparison) -> list[Spot | Strip]:
        runs = [
            Spot(
                f"{LOOKS[rule].label}, start {start}",
                self._bar.axes,
                (float(mean), max(float(share), LOWEST)),
                says=f"agreement {style.fixed(mean)}, {style.percent(share)} right",
            )
            for rule, course in numbers.learning.items()
            for start, (mean, share) in enumerate(zip(course.mean_cosines, course.shares[-1], strict=True))
        ]
        strips = [
            Strip("step on the curves of points right", self._shares.axes, "step"),
            Strip("step on the curves of agreement", self._cosines.axes, "step"),
        ]
        return [*runs, *strips]

    def caption(self, numbers: Comparison) -> str:
        steps = style.count(int(numbers.steps[-1]), "step")
        problem = self.controls["problem"].options[numbers.problem]
        where = f"after {steps} on {problem} with {numbers.units}"
        if not numbers.learning:
            return f"Points right {where}: the median of the frozen layers is {style.percent(numbers.bar)}."
        agreeing = {
            rule: f" ({style.fixed(np.median(course.mean_cosines))})" for rule, course in numbers.stand_ins.items()
        }
        ahead = [
            f"{LOOKS[rule].label} {(course.shares[-1] > numbers.bar).sum()}{agreeing.get(rule, '')}"
            for rule, course in numbers.learning.items()
        ]
        told = ", with their median agreement along the way" if agreeing else ""
        return f"Starts out of {STARTS} that beat the median of the frozen layers {where}{told}: {', '.join(ahead)}."
