"""LineFit: a line, its data and its loss bowl; one sample at a time with its arithmetic, or all samples at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdlab import datasets, training
from gdlab.explorers import Choice, Control, Explorer, Handle, LogSlider, Slider, Steps, style
from gdlab.explorers.landscape import Landscape
from gdlab.layers import Layer
from gdlab.validation import Array

STEPS = 80


@dataclass(frozen=True)
class Problem:
    """Data for a line, where the line usually starts, and what part of the (w, b) plane is shown."""

    x: Array
    y: Array
    x_label: str
    y_label: str
    start: tuple[float, float]
    w_range: tuple[float, float]
    b_range: tuple[float, float]

    @property
    def hessian(self) -> Array:
        """Second derivatives of ``J = mean ½ (y − w x − b)²``, the same everywhere: [[mean x², mean x], [·, 1]]."""
        return np.array([[np.mean(self.x**2), np.mean(self.x)], [np.mean(self.x), 1.0]])

    @property
    def rate_limit(self) -> float:
        """The learning rate above which full-batch gradient descent diverges: 2 / λmax."""
        return float(2 / np.linalg.eigvalsh(self.hessian)[-1])

    @property
    def best(self) -> tuple[float, float]:
        """The least-squares line (w, b)."""
        w, b = np.polyfit(self.x, self.y, 1)
        return float(w), float(b)

    def loss(self, w: Array | float, b: Array | float) -> Array:
        """``J`` at w and b of any (common) shape, from its exact form as a quadratic about the minimum."""
        d = np.stack(np.broadcast_arrays(w - self.best[0], b - self.best[1]), axis=-1)
        least = np.mean((self.y - self.best[0] * self.x - self.best[1]) ** 2) / 2
        return least + np.einsum("...i,ij,...j", d, self.hessian, d) / 2


@lru_cache(maxsize=2)
def problem(data: str) -> Problem:
    """Return the made-up line, or the penguins with flipper length in cm beyond 20 cm and body mass in kg."""
    if data == "line":
        d = datasets.line()
        return Problem(d.X[:, 0], d.y[:, 0], "input x", "output y", (2.6, -0.5), (-0.7, 3.7), (-1.5, 2.5))
    d = datasets.penguins()
    x, y = (d.X[:, 0] - 200) / 10, d.y[:, 0] / 1000
    return Problem(x, y, "flipper length beyond 20 cm (in cm)", "body mass (kg)", (-0.8, 2.2), (-1.6, 2.8), (-1.5, 6.8))


@lru_cache(maxsize=16)
def _run(data: str, mode: str, learning_rate: float, start: tuple[float, float]) -> tuple[Array, Array]:
    """Return θ = (w, b) after each update, shape (STEPS + 1, 2), and which sample each single update took."""
    p = problem(data)
    order = np.random.default_rng(0).permutation(len(p.x))
    neuron = [Layer(np.array([[start[0]]]), np.array([[start[1]]]))]
    history = training.train(
        neuron,
        p.x[order, None],
        p.y[order, None],
        learning_rate=learning_rate,
        steps=STEPS,
        batch_size=1 if mode == "single" else None,
        shuffle=False,
    )
    return history.theta, order[np.arange(STEPS) % len(order)]


@dataclass(frozen=True)
class Fit:
    """Where the line stands after `step` updates, and what the last update was made of."""

    problem: Problem
    mode: str
    step: int
    learning_rate: float
    path: Array
    losses: Array
    sample: int | None

    @property
    def before(self) -> Array:
        return self.path[max(self.step - 1, 0)]

    @property
    def now(self) -> Array:
        return self.path[self.step]

    @property
    def errors(self) -> Array:
        """``y − ŷ`` of every sample on the line before the last update."""
        w, b = self.before
        return self.problem.y - (w * self.problem.x + b)


class LineFit(Explorer):
    """Fit a line by the question's formula and watch the same steps as a walk down the loss bowl.

    ``J(w, b)`` is the mean of ``½ (y − ŷ)²`` with ``ŷ = w x + b``. A linear unit has ``f′ = 1``, so the delta rule and
    the chain rule are one: the path is drawn in both their colours.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "data": Choice("Data", {"line": "20 made-up points", "penguins": "342 penguins"}, "line"),
        "mode": Choice("Update", {"single": "one sample at a time", "batch": "all samples at once"}, "single"),
        "learning_rate": LogSlider("Learning rate", 0.2, 0.01, 3.0),
        "start_w": Slider("Start: weight", 2.6, -1.6, 3.6, 0.1, folded=True),
        "start_b": Slider("Start: bias", -0.5, -1.4, 6.6, 0.1, folded=True),
        "step": Steps("Step", STEPS, start=1, interval=100),
    }
    width, height = 6.6, 5.2
    scenery = ("data",)

    def build(self, figure: Figure) -> None:
        self._data = figure.add_axes((0.085, 0.385, 0.385, 0.55))
        self._bowl = figure.add_axes((0.59, 0.385, 0.395, 0.55))
        self._bowl.set(xlabel="weight w", ylabel="bias b", title="Loss J(w, b): dark is low")
        (self._dots,) = self._data.plot([], [], **style.DATA)

        self._residuals = LineCollection([], colors=style.FACTORS["error"], linewidths=0.7, alpha=0.6)
        self._data.add_collection(self._residuals, autolim=False)
        (old,) = self._data.plot([], [], color=style.FAINT, linewidth=2)
        (line,) = self._data.plot([], [], color=style.INK, linewidth=2.4)
        (error,) = self._data.plot([], [], color=style.FACTORS["error"], linewidth=3)
        (chosen,) = self._data.plot([], [], "o", color=style.FACTORS["error"], markersize=8, mec="white")
        title = self._data.set_title("")
        self._old, self._line, self._error, self._chosen, self._title = self.moving(
            self._residuals, old, line, error, chosen, title
        )[1:]

        chain, delta = style.RULES["chain_rule"], style.RULES["delta_rule"]
        self._landscape = Landscape(self._bowl)
        star = {"ha": "center", "va": "center_baseline", "fontsize": 13, "path_effects": style.halo(2)}
        self._lowest = self._bowl.text(0, 0, "★", **star)
        self._paths = [
            self.line(self._bowl, color=chain.colour, linewidth=2.6),
            self.line(self._bowl, color=delta.colour, linestyle=(0, (2, 2)), linewidth=2.6),
            self.line(self._bowl, "o", color=style.INK, markersize=2.5),
        ]
        both = {"transform": self._bowl.transAxes, "fontweight": "bold", "path_effects": style.halo()}
        self._bowl.text(0.615, 0.04, "delta rule =", ha="right", color=delta.colour, **both)
        self._bowl.text(0.63, 0.04, "chain rule", ha="left", color=chain.colour, **both)
        ring = {"color": style.INK, "mfc": style.PAPER, "markersize": 7, "mew": 2}
        self._began = self.line(self._bowl, "o", **ring)
        self._here = self.line(self._bowl, "o", color=style.INK, mec="white", markersize=9)
        figure.text(0.006, 0.25, "The last update", fontsize=11.5, fontweight="bold")
        self._sums = Sums(figure)
        self.moving(*self._sums.artists)

    def compute(self, data: str, mode: str, learning_rate: float, start_w: float, start_b: float, step: int) -> Fit:
        path, samples = _run(data, mode, learning_rate, (start_w, start_b))
        p = problem(data)
        with np.errstate(all="ignore"):
            losses = p.loss(path[:, 0], path[:, 1])
        sample = int(samples[step - 1]) if mode == "single" and step else None
        return Fit(p, mode, step, learning_rate, path, losses, sample)

    def set_scene(self, numbers: Fit) -> None:
        p = numbers.problem
        margin = 0.08 * np.ptp(p.x)
        self._data.set(xlabel=p.x_label, ylabel=p.y_label, xlim=(p.x.min() - margin, p.x.max() + margin))
        self._data.set_ylim(p.y.min() - 0.3 * np.ptp(p.y), p.y.max() + 0.15 * np.ptp(p.y))
        self._dots.set_data(p.x, p.y)
        w, b = np.meshgrid(np.linspace(*p.w_range, 120), np.linspace(*p.b_range, 120))
        self._landscape.show(w, b, p.loss(w, b), p.loss(*p.best))
        self._lowest.set_position(p.best)
        self._bowl.set(xlim=p.w_range, ylim=p.b_range)

    def hands(self, numbers: Fit) -> list[Handle]:
        start = (float(numbers.path[0, 0]), float(numbers.path[0, 1]))
        return [Handle("start of the walk", self._bowl, start, x="start_w", y="start_b")]

    def draw(self, numbers: Fit) -> None:
        p, (w, b), (w_old, b_old) = numbers.problem, numbers.now, numbers.before
        ends = np.array(self._data.get_xlim())
        with np.errstate(all="ignore"):
            self._old.set_data(ends, style.drawable(w_old * ends + b_old))
            self._line.set_data(ends, style.drawable(w * ends + b))
            predicted = style.drawable(w_old * p.x + b_old)
        self._old.set_visible(numbers.step > 0)
        single = numbers.sample is not None
        i = numbers.sample or 0
        for artist in (self._error, self._chosen):
            artist.set_visible(single)
        self._residuals.set_visible(not single)
        self._error.set_data([p.x[i]] * 2, [p.y[i], predicted[i]])
        self._chosen.set_data([p.x[i]], [p.y[i]])
        self._residuals.set_segments(np.stack([np.column_stack([p.x, p.y]), np.column_stack([p.x, predicted])], axis=1))
        self._title.set_text(f"After {style.count(numbers.step, 'update')}: J = {_J(numbers)}")
        walked = style.drawable(numbers.path[: numbers.step + 1], 100)
        for path in self._paths:
            path.set_data(walked[:, 0], walked[:, 1])
        self._here.set_data(walked[-1:, 0], walked[-1:, 1])
        self._began.set_data(walked[:1, 0], walked[:1, 1])
        self._sums.show(numbers)

    def caption(self, numbers: Fit) -> str:
        p, (w, b) = numbers.problem, numbers.now
        limit = style.number(p.rate_limit)
        rate = style.number(numbers.learning_rate)
        updates = style.count(numbers.step, "update")
        loss, flat = numbers.losses[numbers.step], float(p.loss(0.0, p.y.mean()))
        if not np.isfinite(loss) or loss > 100 * flat:  # one sample at a time, a loss also jumps up and comes back
            here = f"After {updates} the loss is {_J(numbers)}: the run diverges."
        else:
            here = (
                f"After {updates} the line is ŷ = {style.number(w)} x + {style.number(b)} with loss {_J(numbers)}; the "
                f"least possible is {style.number(float(p.loss(*p.best)))}."
            ).replace("+ −", "− ")
        if numbers.mode == "batch":
            side = "below" if numbers.learning_rate < p.rate_limit else "above"
            return f"{here} The learning rate {rate} is {side} {limit}, the limit for all samples at once."
        return f"{here} Each update looks at one sample only, so the path is ragged."

    def description(self, numbers: Fit) -> str:
        p, (w, b), n = numbers.problem, numbers.now, style.number
        fit = f"{len(p.x)} points and the line ŷ = {n(w)} x + {n(b)}".replace("+ −", "− ")
        bowl = f"the loss over w and b, a bowl with its lowest point at w = {n(p.best[0])}, b = {n(p.best[1])}"
        sums = self._sums.in_words(numbers)
        return f"On the left {fit}. On the right {bowl}, with the steps from the start to here. {sums}"


class Sums:
    """The arithmetic of one update as two rows of numbers: *weight + rate × error × slope × input = new weight*."""

    _COLUMNS = (0.125, 0.29, 0.43, 0.60, 0.755, 0.915)
    _ROWS = (0.18, 0.11)
    _LABELS: ClassVar[dict[str, tuple[str, ...]]] = {
        "single": ("before", "rate", "error: y − ŷ", "slope f′", "input", "after"),
        "batch": ("before", "rate", "", "mean of error × slope × input", "", "after"),
    }

    def __init__(self, figure: Figure) -> None:
        colours = [style.INK, style.INK, style.FACTORS["error"], style.FACTORS["slope"], style.INK, style.INK]

        def text(x: float, y: float, **look: object) -> Text:
            return figure.text(x, y, "", ha="center", va="center", **look)

        self._heads = [figure.text(0.006, y, "", va="center", fontsize=13) for y in self._ROWS]
        self._none = figure.text(0.006, self._ROWS[0], "", va="center")
        self._numbers = [
            [text(x, y, fontsize=13, fontweight="bold", color=c) for x, c in zip(self._COLUMNS, colours, strict=True)]
            for y in self._ROWS
        ]
        between = [(a + b) / 2 for a, b in zip(self._COLUMNS, self._COLUMNS[1:], strict=False)]
        self._signs = [[text(x, y, fontsize=13) for x in between] for y in self._ROWS]
        self._labels = [text(x, 0.042, fontsize=9, color=c) for x, c in zip(self._COLUMNS, colours, strict=True)]

    @property
    def artists(self) -> list[Text]:
        rows = [self._heads, *self._numbers, *self._signs, self._labels, [self._none]]
        return [artist for row in rows for artist in row]

    def in_words(self, fit: Fit) -> str:
        """Return the two rows as sentences."""
        if fit.step == 0:
            return "There is no update yet."
        names = {"single": ("error", "slope", "input"), "batch": ("mean of error times slope times input",)}
        rows = []
        for name, row in zip("wb", self._values(fit), strict=True):
            before, rate, *middle, after = (style.number(float(value)) for value in row if value is not None)
            factors = (f"{word} {value}" for word, value in zip(names[fit.mode], middle, strict=True))
            rows.append(f"{name}: before {before}, plus rate {rate} times {' times '.join(factors)}, after {after}.")
        sums = " ".join(rows)
        if fit.mode == "batch":
            return f"The last update: {sums}"
        return f"The last update, by the sample at x = {style.number(float(fit.problem.x[fit.sample]))}: {sums}"

    def show(self, fit: Fit) -> None:
        if fit.step == 0:
            for artist in self.artists:
                artist.set_text("")
            self._none.set_text("None yet: move the step slider, or press play.")
            return
        self._none.set_text("")
        for name, head in zip("wb", self._heads, strict=True):
            head.set_text(f"{name} :")
        for words, artist in zip(self._LABELS[fit.mode], self._labels, strict=True):
            artist.set_text(words)
        self._labels[3].set_color(style.FACTORS["slope"] if fit.mode == "single" else style.INK)
        signs = ["+", "×", "×", "×", "="] if fit.mode == "single" else ["+", "×", "", "", "="]
        for row, values in enumerate(self._values(fit)):
            self._numbers[row][3].set_color(style.FACTORS["slope"] if fit.mode == "single" else style.INK)
            for value, artist in zip(values, self._numbers[row], strict=True):
                text = "" if value is None else style.number(float(value), 3 if abs(value) < 1e5 else 2)
                artist.set(text=text, fontsize=max(9, 13 * min(1, 5.5 / max(len(text), 1))))  # 1.23 × 10⁴⁵ is long
            for sign, artist in zip(signs, self._signs[row], strict=True):
                artist.set_text(sign)

    @staticmethod
    def _values(fit: Fit) -> list[list[float | None]]:
        """Return the numbers of the two rows; None where a column stays empty."""
        rows = []
        for row, inputs in enumerate((fit.problem.x, np.ones_like(fit.problem.x))):
            if fit.mode == "single":
                middle = [fit.errors[fit.sample], 1.0, inputs[fit.sample]]
            else:
                with np.errstate(all="ignore"):
                    middle = [None, np.mean(fit.errors * inputs), None]
            rows.append([fit.before[row], fit.learning_rate, *middle, fit.now[row]])
        return rows


def _J(numbers: Fit) -> str:
    return style.number(float(numbers.losses[numbers.step]))
