"""Descent: walk down a curve by its gradient, and see what the gradient's size does to the steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from gdlab.activations import sigmoid
from gdlab.explorers import Choice, Control, Explorer, Handle, LogSlider, Slider, Steps, Strip, style
from gdlab.updates import gradient_descent_update
from gdlab.validation import Array

STEPS = 40
REACH = 4.0
_TICKS = np.linspace(-REACH, REACH, 401)


@dataclass(frozen=True)
class Curve:
    """A loss of one parameter, with its derivative beside it."""

    name: str
    formula: str
    J: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


CURVES = {
    "parabola": Curve("parabola", "θ²/2", lambda t: t**2 / 2, lambda t: t),
    "absolute": Curve("absolute value", "|θ|", lambda t: np.abs(t), lambda t: np.sign(t)),
    "quartic": Curve("quartic", "θ⁴/32", lambda t: t**4 / 32, lambda t: t**3 / 8),
    "double_well": Curve("double well", "(θ² − 4)²/32", lambda t: (t**2 - 4) ** 2 / 32, lambda t: t * (t**2 - 4) / 8),
    "saturated": Curve(
        "a saturated unit’s loss",
        "½ (σ(2θ) − ½)²",
        lambda t: (sigmoid.f(2 * t) - 0.5) ** 2 / 2,
        lambda t: (sigmoid.f(2 * t) - 0.5) * 2 * sigmoid.f_prime(2 * t),
    ),
}
"""Every curve by its name; each has a minimum at 0 but the double well, whose minima are at −2 and 2."""


@lru_cache(maxsize=64)
def walk(curve: str, start: float, learning_rate: float) -> Array:
    """Return θ after 0, 1, …, `STEPS` steps of gradient descent."""
    thetas = [np.float64(start)]
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            gradient = CURVES[curve].gradient(thetas[-1])
            thetas.append(gradient_descent_update(thetas[-1], learning_rate, gradient))
    return np.array(thetas)


@dataclass(frozen=True)
class Walk:
    curve: Curve
    thetas: Array
    learning_rate: float
    step: int

    @property
    def theta(self) -> float:
        return float(self.thetas[self.step])

    @property
    def gradient(self) -> float:
        with np.errstate(all="ignore"):
            return float(self.curve.gradient(self.thetas[self.step]))

    @property
    def J(self) -> Array:
        with np.errstate(all="ignore"):
            return self.curve.J(self.thetas)

    @property
    def sizes(self) -> Array:
        """How far each step went; `sizes[i]` is the step from `thetas[i]` to `thetas[i + 1]`."""
        with np.errstate(all="ignore"):
            return np.abs(np.diff(self.thetas))


class Descent(Explorer):
    """Walk down a curve ``θ ↦ J(θ)`` by ``θ ← θ − α J′(θ)``.

    On the left the curve with its tangent at the current point, the steps so far and the next one; on the right the
    size of each step. The same learning rate behaves differently on each curve, because the size of the gradient does.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "curve": Choice("Curve", {name: c.name.removeprefix("a ") for name, c in CURVES.items()}, "parabola"),
        "start": Slider("Start θ", 3.2, -REACH, REACH, 0.1, format=".1f"),
        "learning_rate": LogSlider("Learning rate", 0.3, 0.01, 10.0),
        "step": Steps("Step", STEPS, interval=250),
    }
    width, height = 6.6, 4.6
    scenery = ("curve",)

    def build(self, figure: Figure) -> None:
        self._hill = figure.add_axes((0.112, 0.125, 0.495, 0.79))
        self._hill.set(xlim=(-REACH - 0.2, REACH + 0.2), xlabel="parameter θ")
        (self._line,) = self._hill.plot([], [], color=style.MUTED, linewidth=2)
        tangent, trail, start, here, step, landing = (
            self._hill.plot([], [], color=style.GRADIENT, linewidth=2.8)[0],
            self._hill.plot([], [], "-o", color=style.INK, linewidth=1.0, markersize=4, mec="white", mew=0.5)[0],
            self._hill.plot([], [], "o", color=style.INK, mfc=style.PAPER, markersize=8, mew=1.8)[0],
            self._hill.plot([], [], "o", color=style.INK, mec="white", markersize=11)[0],
            self._hill.plot([], [], color=style.INK, linewidth=2.2, solid_capstyle="butt")[0],
            self._hill.plot([], [], color=style.INK, marker=">", markersize=7, linestyle="none")[0],
        )
        teal = {"color": style.GRADIENT, "fontweight": "bold", "path_effects": style.halo()}
        words = self._hill.text(0.5, 0.94, "", ha="center", transform=self._hill.transAxes, **teal)
        next_step = self._hill.text(0, 0, "next step", ha="center", va="top", fontsize=9, path_effects=style.halo())
        title = self._hill.set_title("")
        self.moving(tangent, trail, start, here, step, landing, words, next_step, title)
        self._tangent, self._trail, self._began, self._here = tangent, trail, start, here
        self._move, self._landing, self._slope, self._next_step, self._title = step, landing, words, next_step, title
        self._sizes = sizes = figure.add_axes((0.715, 0.125, 0.275, 0.79))
        sizes.set(xlim=(0, STEPS + 0.5), ylim=(1e-4, 1e2), yscale="log", xlabel="step", title="Size of each step")
        sizes.set_yticks([1e-4, 1e-2, 1, 1e2], ["0.0001", "0.01", "1", "100"])
        sizes.yaxis.set_minor_locator(NullLocator())
        self._all, self._done, self._last = self.moving(
            sizes.plot([], [], "o", color=style.FAINT, markersize=4)[0],
            sizes.plot([], [], "-o", color=style.INK, markersize=4, linewidth=1.0)[0],
            sizes.plot([], [], "o", color=style.INK, mec="white", markersize=10)[0],
        )

    def compute(self, curve: str, start: float, learning_rate: float, step: int) -> Walk:
        return Walk(CURVES[curve], walk(curve, start, learning_rate), learning_rate, step)

    def set_scene(self, numbers: Walk) -> None:
        heights = numbers.curve.J(_TICKS)
        self._line.set_data(_TICKS, heights)
        self._hill.set(ylim=(-0.2 * heights.max(), 1.25 * heights.max()), ylabel=f"loss J = {numbers.curve.formula}")

    def hands(self, numbers: Walk) -> list[Handle | Strip]:
        starts = np.array(self.controls["start"].positions)
        on_curve = np.column_stack([starts, numbers.curve.J(starts)])
        first = (float(numbers.thetas[0]), float(numbers.J[0]))
        start = Handle("start", self._hill, first, x="start", path=on_curve, graph=True)
        return [start, Strip("step", self._sizes, "step")]

    def draw(self, numbers: Walk) -> None:
        low, top = self._hill.get_ylim()
        theta = style.drawable(numbers.thetas, 9 * REACH)
        height = style.drawable(numbers.J, 9 * top)
        inside = abs(theta[numbers.step]) <= REACH
        self._trail.set_data(theta[: numbers.step + 1], height[: numbers.step + 1])
        self._began.set_data(theta[:1], height[:1])
        here = theta[numbers.step], height[numbers.step]
        self._here.set_data([here[0]], [here[1]])
        self._tangent.set_visible(bool(inside))
        self._slope.set_text(f"gradient J′(θ) = {style.number(numbers.gradient)}")
        if inside:
            reach = 1.2 / np.hypot(
                1, numbers.gradient * 2 * REACH / top
            )  # the same length on the page whatever the gradient
            ends = np.array([-reach, reach])
            self._tangent.set_data(here[0] + ends, here[1] + numbers.gradient * ends)
        move = -numbers.learning_rate * numbers.gradient
        shown = inside and abs(move) > 0.02
        for artist in (self._move, self._landing, self._next_step):
            artist.set_visible(bool(shown))
        if shown:
            level, end = 0.6 * low, float(np.clip(here[0] + move, -9 * REACH, 9 * REACH))
            self._move.set_data([here[0], end], [level, level])
            self._landing.set_data([end], [level])
            self._landing.set_marker(">" if move > 0 else "<")
            middle = float(np.clip((here[0] + end) / 2, -REACH + 0.6, REACH - 0.6))
            self._next_step.set_position((middle, level - 0.02 * (top - low)))
        self._title.set_text(f"After {style.count(numbers.step, 'step')}: θ = {style.number(numbers.theta)}")
        sizes = style.drawable(numbers.sizes, 1e9)
        ticks = np.arange(1, STEPS + 1)
        self._all.set_data(ticks, sizes)
        self._done.set_data(ticks[: numbers.step], sizes[: numbers.step])
        self._last.set_data(ticks[numbers.step - 1 : numbers.step], sizes[numbers.step - 1 : numbers.step])

    def caption(self, numbers: Walk) -> str:
        theta, gradient = numbers.theta, numbers.gradient
        if not np.isfinite(theta) or abs(theta) > 1e3:
            steps = style.count(numbers.step, "step")
            return f"After {steps} θ is {style.number(theta)}: the steps grow and grow, the run diverges."
        move = numbers.learning_rate * abs(gradient)
        if move == 0:
            return f"At θ = {style.number(theta)} the gradient is 0, so θ stays where it is."
        way = "left" if gradient > 0 else "right"
        return (
            f"At θ = {style.number(theta)} the gradient is {style.number(gradient)}: downhill is to the {way}. The "
            f"next step is {style.number(numbers.learning_rate)} × {style.factor(abs(gradient))} = "
            f"{style.number(move)} long."
        )
