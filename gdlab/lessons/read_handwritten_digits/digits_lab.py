"""DigitsLab: real digits, read by networks that learn by each rule; and a look inside them."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, LogSlider, Slider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.lessons.read_handwritten_digits.digit_reading import ALONE, Course, Reading, explained, reading
from gdlab.lessons.read_handwritten_digits.digit_runs import DIGITS, EPOCHS, STARTS, Task, advance, task
from gdlab.lessons.read_handwritten_digits.digit_views import Pictures, Table, confusion, share_even, surest_mistakes
from gdlab.validation import Array


class DigitsLab(Explorer):
    """Train networks on handwritten digits by the chain rule, by the delta rule, or with frozen hidden layers.

    Four networks for each rule, from the same four starts, learn from mini-batches of 50 at once; 32 units in each
    hidden layer. One digit is read by a softmax output; whether a sum is even by a sigmoid. Both have cross-entropy as
    loss, so the error signal at the output is ŷ − y for every rule: they differ at the hidden layers only. Accuracies
    are those on digits that were kept for testing.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "task": Choice(
            "Task",
            {
                "one": "one digit: which is it?",
                "binary": "two digits, 0 or 1: is the sum even?",
                "all": "two digits, 0 to 9: is the sum even?",
            },
            "one",
        ),
        "activation": Choice("Hidden units", labels("tanh", "relu", "sigmoid"), "tanh"),
        "depth": Slider("Hidden layers", 1, 0, 3, 1, format=".0f"),
        "learning_rate": LogSlider("Learning rate", 0.3, 0.02, 2.0),
        "view": Choice(
            "Below",
            {
                "answers": "what it answers",
                "mistakes": "its surest mistakes",
                "weights": "its first weights",
                "changes": "what its first layer learned",
            },
            "answers",
        ),
        "inside": Choice("of", {rule: look.label for rule, look in style.RULES.items()}, "chain_rule"),
        "step": Steps("Epoch", EPOCHS, start=EPOCHS, interval=200),
    }
    height = 7.0
    scenery = ("task",)
    long_work = "Training"
    stoppable = True

    def build(self, figure: Figure) -> None:
        self._accuracy = figure.add_axes((0.065, 0.595, 0.4, 0.35))
        self._accuracy.set(ylim=(0, 1.02), yticks=np.arange(6) / 5, yticklabels=[f"{20 * i}%" for i in range(6)])
        self._loss = figure.add_axes((0.575, 0.595, 0.4, 0.35))
        for axes in (self._accuracy, self._loss):
            axes.set(xlim=(0, 1.58 * EPOCHS), xticks=range(0, EPOCHS + 1, 6), xlabel="epoch")
        (self._chance,) = self._accuracy.plot([], [], color=style.FAINT, linewidth=1)
        self._accuracy.set_title("Right on the test, four starts each")
        self._loss.set_title("Training loss (mean cross-entropy)")
        self._curves = {axes: self._curves_in(axes) for axes in (self._accuracy, self._loss)}
        self._title = self.moving(figure.text(0.065, 0.475, "", fontsize=11.5, fontweight="bold", va="bottom"))
        self._under = self.moving(figure.text(0.065, 0.468, "", fontsize=9, color=style.MUTED, va="top"))
        self._table = Table(figure.add_axes((0.205, 0.02, 0.73, 0.375)))
        self._pictures = Pictures(figure.add_axes((0.065, 0.005, 0.87, 0.415)))
        self.moving(*self._table.artists, *self._pictures.artists)

    def _curves_in(self, axes: Axes) -> dict[str, tuple[Any, ...]]:
        curves = {}
        for rule, look in {**style.RULES, "none": ALONE}.items():
            thin = [axes.plot([], [], color=look.colour, linewidth=0.8, alpha=0.45)[0] for _ in range(STARTS)]
            median = axes.plot([], [], **look.stroke)[0]
            name = axes.text(0, 0, "", va="center", **look.name)
            self.moving(*thin, median, name)
            curves[rule] = thin, median, name
        return curves

    def stages(
        self, task: str, activation: str, depth: float, learning_rate: float, view: str, inside: str, step: int
    ) -> Iterator[tuple[float, Reading | None]]:
        setting = task, activation, int(depth), learning_rate
        first = True
        for share, level in advance(*setting):
            yield share, reading(setting, view, inside, step) if first or level else None
            first = False

    def compute(self, **values: Any) -> Reading:
        return deque(self.stages(**values), maxlen=1)[0][1]

    def set_scene(self, numbers: Reading) -> None:
        t = task(numbers.task)
        self._loss.set_ylim(0, 2.6 if t.y.shape[1] > 1 else 0.9)
        self._chance.set_data([0, EPOCHS], [t.chance] * 2)

    def draw(self, numbers: Reading) -> None:
        t, courses = task(numbers.task), numbers.courses
        percents = {
            rule: f"{course.look.label} {'diverged' if course.diverged else style.percent(course.now)}"
            for rule, course in courses.items()
        }
        self._draw_curves(self._accuracy, courses, {r: c.accuracy for r, c in courses.items()}, percents, 1.02)
        top = self._loss.get_ylim()[1]
        names = {
            rule: course.look.label + "\noff the scale" * bool(np.median(course.loss[-1]) > top)
            for rule, course in courses.items()
        }
        self._draw_curves(self._loss, courses, {r: c.loss for r, c in courses.items()}, names, top)
        self._draw_inside(numbers, t)

    def _draw_curves(
        self,
        axes: Axes,
        courses: Mapping[str, Course],
        values: Mapping[str, Array],
        names: Mapping[str, str],
        top: float,
    ) -> None:
        ended = {rule: ~np.isfinite(course.loss) for rule, course in courses.items()}  # where a line has diverged
        shown = {rule: np.where(ended[rule], np.nan, np.clip(v, 0, top)) for rule, v in values.items()}
        medians = {rule: np.median(v, axis=1) for rule, v in shown.items()}
        ends = [m[np.isfinite(m)][-1] for m in medians.values()]
        gap = (0.17 if any("\n" in name for name in names.values()) else 0.095) * top
        heights = dict(zip(courses, style.spread_out(ends, gap=gap, low=0.03 * top, high=0.95 * top), strict=True))
        for rule, (thin, median, name) in self._curves[axes].items():
            for artist in (*thin, median, name):
                artist.set_visible(rule in courses)
            if rule in courses:
                epochs = np.arange(len(medians[rule]))
                for curve, one in zip(thin, shown[rule].T, strict=True):
                    curve.set_data(epochs, one)
                median.set_data(epochs, medians[rule])
                name.set(position=(epochs[-1] + 0.5, heights[rule]), text=names[rule])

    def _draw_inside(self, numbers: Reading, t: Task) -> None:
        title, under = _headline(numbers, t)
        self._title.set(text=title, color=numbers.courses[numbers.inside].look.colour)
        self._under.set_text(under)
        for artist in (*self._pictures.artists, *self._table.artists):
            artist.set_visible(False)
        if (numbers.said < 0).any():
            return
        if numbers.view == "answers" and numbers.task == "one":
            counts = confusion(t, numbers.said)
            shade = np.where(np.eye(10), counts / 60, -np.minimum(counts / 6, 1))
            self._table.show(shade, [[str(n) if n else "" for n in row] for row in counts], "digit", "read as")
        elif numbers.view == "answers":
            share = share_even(t, numbers.said)
            words = [[f"{100 * one:.0f}" for one in row] for row in share]
            self._table.show(2 * share - 1, words, "left digit", "right digit")
        elif numbers.view == "mistakes":
            columns = 8 if numbers.task == "one" else 6
            worst, words = surest_mistakes(t, numbers.y_hat, 2 * columns)
            self._pictures.show(t.X_test[worst].reshape(-1, *t.shape), columns, 2, words)
        else:
            pictures = numbers.weights if numbers.view == "weights" else numbers.changes
            few = len(pictures) <= 10
            columns = min(5, len(pictures)) if few else 8
            size = np.nan_to_num(np.abs(pictures)).max() or 1.0
            words = [f"for {name}" for name in DIGITS] if len(pictures) == 10 else []
            self._pictures.show(pictures / size, columns, -(-len(pictures) // columns), words)

    def caption(self, numbers: Reading) -> str:
        t, courses = task(numbers.task), numbers.courses
        after = f"After {style.count(numbers.epoch, 'epoch')}"
        if numbers.epoch < numbers.asked:
            after = f"So far, after {style.count(numbers.epoch, 'epoch')} of {numbers.asked}"
        told = [
            f"{course.look.label} {'diverged' if course.diverged else style.percent(course.now)}"
            for course in courses.values()
        ]
        things = "digits" if numbers.task == "one" else "pairs"
        return (
            f"{after}, right on the {len(t.X_test):,} test {things} (median of {STARTS} starts): {', '.join(told)}. "
            f"Guessing gets {style.percent(t.chance)}. Below, {_headline(numbers, t)[0]}{_detail(numbers, t)}."
        )


def _headline(numbers: Reading, t: Task) -> tuple[str, str]:
    """Return what the lower part shows in a few words, and how to read it."""
    course = numbers.courses[numbers.inside]
    name, tests = course.look.label, len(t.X_test)
    things = "digits" if numbers.task == "one" else "pairs"
    wrong = int((numbers.said != t.answers(t.y_test)).sum())
    units = len(numbers.weights)
    sign = "Blue is positive, brown negative, all on one scale."
    if (numbers.said < 0).any():
        return f"{name}: diverged", "Its weights have grown beyond all numbers, and it answers nothing."
    if numbers.view == "answers" and numbers.task == "one":
        return (
            f"{name}: {wrong} of {tests} test digits misread",
            "How many of each digit were read as what. Network 1 of 4.",
        )
    if numbers.view == "answers":
        under = "Percent of each kind of pair that it calls even; always right is 100 or 0 everywhere. Network 1 of 4."
        return f"{name}: {wrong} of {tests:,} test pairs wrong", under
    if numbers.view == "mistakes":
        return f"{name}: the surest of its {wrong} mistakes on {tests:,} test {things}", "Network 1 of 4."
    if numbers.view == "weights":
        what = f"of its {units} first units" if units > 1 else "of its one unit"
        return f"{name}: the weights {what}", f"One picture for each unit. {sign} Network 1 of 4."
    strongest = "multiples of one picture" if t.y.shape[1] == 1 else "mixtures of ten pictures"
    share = explained(numbers.changes, t.y.shape[1])
    if np.isnan(share):
        return f"{name}: its first layer has learned nothing", "Its weights are where they were at the start."
    if units <= t.y.shape[1]:
        under = f"Weights minus weights at the start, one picture for each unit. {sign} Network 1 of 4."
        return f"{name}: what the first layer learned", under
    under = (
        "Weights minus weights at the start, squared and added up for the percentage. Blue +, brown −. Network 1 of 4."
    )
    return f"{name}: {strongest} make up {style.percent(share)} of what was learned", under


def _detail(numbers: Reading, t: Task) -> str:
    """Return what stands out in the table or among the mistakes, for who does not see them."""
    if (numbers.said < 0).any():
        return ""
    if numbers.view == "answers" and numbers.task == "one":
        mistakes = confusion(t, numbers.said) * (1 - np.eye(10, dtype=int))
        most = np.argwhere(mistakes == mistakes.max()) if mistakes.max() > 1 else []
        named = " and ".join(f"{digit} is read as {read}" for digit, read in most)
        return f"; most often {named}" if 0 < len(most) <= 3 else ""
    if numbers.view == "answers" and numbers.task == "binary":
        share = share_even(t, numbers.said)
        told = [f"{style.percent(share[pair])} of {pair[0]} + {pair[1]}" for pair in np.ndindex(2, 2)]
        return f"; it calls even {', '.join(told)}"
    if numbers.view == "mistakes":
        _, words = surest_mistakes(t, numbers.y_hat, 1)
        return "; first " + words[0].replace("\n", ", ") if words else ""
    return ""
