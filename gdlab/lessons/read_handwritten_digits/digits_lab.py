"""DigitsLab: real digits, read by networks that learn by each rule; and a look inside them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import Choice, Control, Explorer, Hand, IntSlider, LogSlider, Spot, Steps, Strip, style
from gdlab.lessons.read_handwritten_digits.digit_reading import (
    ALONE,
    Course,
    Reading,
    confusion,
    explained,
    in_cell,
    in_words,
    reading,
    share_even,
    surest_mistakes,
)
from gdlab.lessons.read_handwritten_digits.digit_runs import (
    DIGITS,
    EPOCHS,
    STARTS,
    WIDEST,
    WIDTH,
    Setting,
    Task,
    advance,
    task,
)
from gdlab.lessons.read_handwritten_digits.digit_views import LOWERS, RAISES, Pictures, Table, signed, tint
from gdlab.validation import Array

_NAME = 0.4, 1.72
"""Where the names begin behind the end of a curve, in epochs; and how far the axis goes, in whole runs."""


class DigitsLab(Explorer):
    """Train networks on handwritten digits by the chain rule, by the delta rule, or with frozen hidden layers.

    Four networks for each rule, from the same four starts, learn from mini-batches of 50 at once. One digit is read by
    a softmax output; whether a sum is even by a sigmoid. Both have cross-entropy as loss, so the error signal at the
    output is ŷ − y for every rule: they differ at the hidden layers only. Accuracies are those on digits that were
    kept for testing. Hidden layers above the first have 32 units at most.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "task": Choice(
            "Task",
            {"one": "which digit is it?", "binary": "0 or 1 twice: sum even?", "all": "0 to 9 twice: sum even?"},
            "one",
        ),
        "depth": IntSlider("Hidden layers", 1, 0, 3),
        "width": IntSlider("Hidden units", WIDTH, 8, WIDEST, 8),
        "learning_rate": LogSlider("Learning rate", 0.3, 0.02, 2.0),
        "inside": Choice("Look inside", {rule: look.label for rule, look in style.RULES.items()}, "chain_rule"),
        "below": Choice(
            "and see",
            {
                "mistakes": "its surest mistakes",
                "cell": "a cell of its table",
                "weights": "its first weights",
                "changes": "what layer 1 learned",
            },
            "mistakes",
        ),
        "activation": Choice("Activation", labels("tanh", "relu", "sigmoid"), "tanh", folded=True),
        "first_weights": Choice(
            "First weights", {"small": "small, biases 0", "large": "large, random biases"}, "small", folded=True
        ),
        "row": IntSlider("Row of the table", 2, 0, 9, folded=True),
        "column": IntSlider("Column of the table", 8, 0, 9, folded=True),
        "step": Steps("Epoch", EPOCHS, start=EPOCHS, interval=150),
    }
    width, height = 6.6, 5.2
    scenery = ("task",)
    long_work = "Training"
    stoppable = True

    def build(self, figure: Figure) -> None:
        self._accuracy = figure.add_axes((0.07, 0.515, 0.5, 0.415))
        self._accuracy.set(ylim=(0, 1.02), yticks=np.arange(6) / 5, yticklabels=[f"{20 * i}%" for i in range(6)])
        self._accuracy.set(xlim=(0, _NAME[1] * EPOCHS), xticks=range(0, EPOCHS + 1, 6), xlabel="epoch")
        self._accuracy.set_title("Right on the test")
        (self._chance,) = self._accuracy.plot([], [], color=style.FAINT, linewidth=1)
        self._curves = {}
        for rule, look in {**style.RULES, "none": ALONE}.items():
            thin = [self._accuracy.plot([], [], color=look.colour, linewidth=0.8, alpha=0.4)[0] for _ in range(STARTS)]
            median = self._accuracy.plot([], [], **look.stroke)[0]
            self._curves[rule] = thin, median, self._accuracy.text(0, 0, "", va="center", **look.name)
            self.moving(*thin, *self._curves[rule][1:])
        self._title = self.moving(figure.text(0.625, 0.962, "", fontsize=10.5, fontweight="bold"))
        self._key = self.moving(figure.text(0.625, 0.926, "", fontsize=9, color=style.MUTED))
        self._table = Table(figure.add_axes((0.66, 0.463, 0.327, 0.415)))
        self._under = self.moving(figure.text(0.02, 0.4, "", fontsize=10.5, fontweight="bold"))
        self._pictures = Pictures(figure.add_axes((0.02, 0.0, 0.955, 0.38)))
        self.moving(*self._table.artists, *self._pictures.artists)

    def stages(
        self, below: str, row: int, column: int, inside: str, step: int, **values: Any
    ) -> Iterator[tuple[float, Reading | None]]:
        setting, first = Setting(**values), True
        for share, level in advance(setting):
            yield share, reading(setting, below, (row, column), inside, step) if first or level else None
            first = False

    def set_scene(self, numbers: Reading) -> None:
        self._chance.set_data([0, EPOCHS], [task(numbers.task).chance] * 2)

    def draw(self, numbers: Reading) -> None:
        t, look = task(numbers.task), numbers.courses[numbers.inside].look
        heights = self._names(numbers)
        for rule, (thin, median, name) in self._curves.items():
            for artist in (*thin, median, name):
                artist.set_visible(rule in numbers.courses)
            if rule in numbers.courses:
                course = numbers.courses[rule]
                shown = np.where(np.isfinite(course.loss), course.accuracy, np.nan)  # a line ends where it diverges
                epochs = np.arange(len(shown))
                for curve, one in zip(thin, shown.T, strict=True):
                    curve.set_data(epochs, one)
                median.set_data(epochs, np.median(shown, axis=1))
                name.set(position=(epochs[-1] + _NAME[0], heights[rule]), text=course.told)
        for artist in (*self._pictures.artists, *self._table.artists):
            artist.set_visible(False)
        self._title.set(text=f"{look.label}: {_wrong(numbers, t)}", color=look.colour)
        self._key.set_text(
            "row: digit, column: read as" if numbers.task == "one" else "% called even, by left and right"
        )
        self._under.set(text=_headline(numbers, t), color=look.colour)
        if not numbers.diverged:
            self._draw_table(numbers, t, look.colour)
            self._draw_below(numbers, t)

    def _names(self, numbers: Reading) -> dict[str, float]:
        """Return at which height the name of each curve is written."""
        ends = [course.accuracy[-1] for course in numbers.courses.values()]
        spread = style.spread_out([float(np.median(end)) for end in ends], gap=0.1, low=0.03, high=0.97)
        return dict(zip(numbers.courses, spread, strict=True))

    def _draw_table(self, numbers: Reading, t: Task, colour: str) -> None:
        strong = numbers.below == "cell"
        if numbers.task == "one":
            counts = confusion(t, numbers.said)
            shade = np.where(np.eye(10), 0, 0.15 + counts / max(6, 1.2 * _most(counts))) * (counts > 0)
            words = [[str(n) if n else "" for n in row] for row in counts]
            self._table.show(shade, colour, words, numbers.cell, strong)
            return
        share = share_even(t, numbers.said)
        if len(share) > 2:  # no room for numbers, which pointing at a cell tells
            self._table.show(0.8 * share, colour, [[""] * 10] * 10, numbers.cell, strong)
        else:
            words = [[f"{100 * one:.0f}" for one in row] for row in share]
            of_each = [[t.X_test[(t.shown == pair).all(axis=1)][0] for pair in ((i, 0), (i, 1))] for i in (0, 1)]
            pictures = np.reshape(of_each, (2, 2, *t.shape))
            self._table.show_pictures(0.8 * share, colour, words, pictures, numbers.cell, strong)

    def _draw_below(self, numbers: Reading, t: Task) -> None:
        if numbers.below in ("mistakes", "cell"):
            columns = 8 if numbers.task == "one" else 6
            shown = _samples(numbers, t)[: 2 * columns]
            pictures = tint(t.X_test[shown].reshape(-1, *t.shape), style.INK)
            self._pictures.show(pictures, columns, 2, in_words(t, numbers.y_hat, shown))
            return
        pictures = (numbers.weights if numbers.below == "weights" else numbers.changes)[: Pictures.MOST]
        size = 0.7 * np.nan_to_num(np.abs(pictures)).max() or 1.0  # the few strongest may look alike
        n, wide = len(pictures), numbers.task != "one"
        columns = min(5, n) if n <= 10 else 8 if wide or n <= 24 else 11
        words = [f"for {name}" for name in DIGITS] if n == 10 else []
        self._pictures.show(signed(pictures / size), columns, -(-n // columns), words)

    def hands(self, numbers: Reading) -> Sequence[Hand]:
        t, end = task(numbers.task), numbers.epoch
        hands: list[Hand] = [Strip("epoch", self._accuracy, "step")]
        if len(numbers.courses) > 1:
            room = _NAME[1] * EPOCHS - end - _NAME[0]
            room = min(room, 0.68 * EPOCHS)
            hands += [
                Spot(
                    f"look inside: {numbers.courses[rule].look.label}",
                    self._accuracy,
                    (end + _NAME[0] + room / 2, height),
                    sets={"inside": rule},
                    size=(room, 0.09),
                )
                for rule, height in self._names(numbers).items()
            ]
        if numbers.diverged:
            return hands
        if numbers.task == "one":
            counts, words = confusion(t, numbers.said), "{} read as {}"
            says = [[style.count(int(n), "test digit") for n in row] for row in counts]
        else:
            words = "{} beside {}"
            says = [[f"{style.percent(share)} called even" for share in row] for row in share_even(t, numbers.said)]
        return hands + [
            Spot(
                words.format(i, j),
                self._table.axes,
                (j + 0.5, i + 0.5),
                says=f"{words.format(i, j)}: {says[i][j]}",
                sets={"below": "cell", "row": i, "column": j},
                size=(1, 1),
            )
            for i, j in np.ndindex(len(says), len(says))
        ]

    def caption(self, numbers: Reading) -> str:
        t, courses = task(numbers.task), numbers.courses
        after = f"After {style.count(numbers.epoch, 'epoch')}"
        if numbers.epoch < numbers.asked:
            after = f"So far, after {style.count(numbers.epoch, 'epoch')} of {numbers.asked}"
        things = "digits" if numbers.task == "one" else "pairs"
        told = ", ".join(course.told for course in courses.values())
        verdict = "" if numbers.below == "cell" else _verdict(courses, t)  # one looks at the digits, not at the rules
        below = "" if numbers.diverged else f" {_headline(numbers, t)}{_first(numbers, t)}."
        return (
            f"{after}, right on the {len(t.X_test):,} test {things}: {told} (medians of {STARTS}; a guess: "
            f"{style.percent(t.chance)}).{verdict}{below}"
        )


def _verdict(courses: Mapping[str, Course], t: Task) -> str:
    """Return what the comparison of the rules comes to."""
    if len(courses) == 1:
        return " With nothing hidden, there is one rule only."
    if any(course.diverged for course in courses.values()):
        return ""
    chain, delta, frozen = (courses[rule].now for rule in ("chain_rule", "delta_rule", "frozen"))
    if max(chain, delta) < t.chance + 0.1:
        return " None has learned much."
    if delta > chain + 0.03:
        return " Here the delta rule is ahead."
    if delta > chain - 0.03:
        return " It hardly matters what stands in the middle."
    if delta < t.chance + 0.1:
        return " The delta rule is hardly better than a guess."
    if delta < frozen - 0.02:
        return " The delta rule is behind the frozen layer."
    return " The delta rule stays behind."


def _wrong(numbers: Reading, t: Task) -> str:
    if numbers.diverged:
        return "diverged"
    count = int((numbers.said != t.answers(t.y_test)).sum())
    return f"{count} {'misread' if numbers.task == 'one' else 'wrong'}"


def _samples(numbers: Reading, t: Task) -> Array:
    if numbers.below == "cell":
        return in_cell(t, numbers.y_hat, numbers.cell)
    return surest_mistakes(t, numbers.y_hat)


def _most(counts: Array) -> int:
    """Return how often the most frequent misreading happens."""
    return int((counts * (1 - np.eye(10, dtype=int))).max())


def _headline(numbers: Reading, t: Task) -> str:
    """Return what the pictures below show in a few words."""
    if numbers.diverged:
        return "Its weights have grown beyond all numbers, and it answers nothing"
    shown, many = "", len(numbers.weights)
    if many > Pictures.MOST:
        shown = f" ({Pictures.MOST} of {many} units)"
    row, column = numbers.cell
    if numbers.below == "mistakes":
        return "Its surest mistakes" if len(_samples(numbers, t)) else "It makes no mistake"
    if numbers.below == "cell" and numbers.task == "one":
        return f"{row} read as {column}: {style.count(len(_samples(numbers, t)), 'test digit')}"
    if numbers.below == "cell":
        even = "even" if (row + column) % 2 == 0 else "odd"
        return f"{row} beside {column} ({even}): {style.count(len(_samples(numbers, t)), 'test pair')}"
    if numbers.below == "weights":
        return f"Its first weights{shown}: {RAISES} raises z, {LOWERS} lowers it"
    share = explained(numbers.changes, t.y.shape[1])
    if np.isnan(share):
        return "Its first layer has learned nothing"
    if many <= t.y.shape[1]:
        return f"What it learned: {RAISES} raises z, {LOWERS} lowers it"
    strongest = "multiples of one picture" if t.y.shape[1] == 1 else "mixtures of ten pictures"
    return f"What layer 1 learned{shown}: {style.percent(share)} is {strongest}"


def _first(numbers: Reading, t: Task) -> str:
    """Return the first of the pictures in words, and what the table shows, for those who do not see them."""
    if numbers.below not in ("mistakes", "cell"):
        return ""
    if numbers.task == "one" and numbers.below == "mistakes" and _most(counts := confusion(t, numbers.said)) > 1:
        often = np.argwhere(counts * (1 - np.eye(10, dtype=int)) == _most(counts))
        if len(often) <= 2:
            return "; most often " + " and ".join(f"{digit} is read as {read}" for digit, read in often)
    words = in_words(t, numbers.y_hat, _samples(numbers, t)[:1])
    return "; the first is " + words[0].replace("→", " read as ") if words else ""
