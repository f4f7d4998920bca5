"""GradientCheck: a backward pass against gradients that were measured, with steps of any size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gdlab import training
from gdlab.activations import labels
from gdlab.datasets import moons
from gdlab.explorers import Choice, Control, Explorer, IntSlider, Strip, style
from gdlab.gradients import backward, gradient_vector, relative_error
from gdlab.network import forward, from_vector, initialise, to_vector
from gdlab.validation import Array

SIZES, SAMPLES = (2, 6, 6, 1), 40
EXPONENTS = np.arange(-30, -1) / 2
"""Powers of ten at which steps are tried."""
LARGEST = 15
"""Digits that a double holds; more agreement than that is luck."""
_AROUND = np.linspace(-1, 1, 241)
_TYPES = {"double": (np.float64, np.complex128), "single": (np.float32, np.complex64)}
_LOWEST, _FLOOR = 1e-17, 1e-19
Numbers = NDArray[Any]
"""An array of any kind of floating-point numbers, complex ones too."""

# A second forward pass, written without gdlab's: it takes complex and 32-bit parameters as they come.
HIDDEN: Mapping[str, Callable[[Numbers], Numbers]] = {
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "relu": lambda z: np.where(z.real > 0, z, 0),
}


def z_at(theta: Numbers, X: Numbers, activation: str) -> list[Numbers]:
    """Return z of each layer, shapes (..., n, k), of 2-6-6-1 networks with parameters (..., p)."""
    result, a, start = [], X, 0
    for layer, (d, k) in enumerate(pairwise(SIZES)):
        W = theta[..., start : start + d * k].reshape(*theta.shape[:-1], d, k)
        b = theta[..., None, start + d * k : start + d * k + k]
        start += d * k + k
        result.append(a @ W + b)
        a = HIDDEN[activation](result[-1]) if layer < 2 else a
    return result


def loss_at(theta: Numbers, X: Numbers, y: Numbers, activation: str) -> Numbers:
    """Return the mean cross-entropy, shape (...), of such networks with sigmoid outputs."""
    z = z_at(theta, X, activation)[-1]
    return (np.log1p(np.exp(z)) - y * z).sum(axis=-1).mean(axis=-1)


@dataclass(frozen=True)
class Setup:
    """A network at one place, with its gradient by `backward` and the relative errors of measured ones.

    Attributes
    ----------
    theta, gradient : arrays, shape (67,)
    X, y : arrays, shapes (40, 2) and (40, 1)
    J : callable
        The loss, from parameters (..., 67) of the setup's kind of numbers.
    errors : dict of arrays, shape (29,)
        ``"forward"``, ``"central"`` and ``"complex"``: relative error of the measured gradient for each step size.
    parameter : int
        The one to look at: the steepest climb, or with ReLU the climb that errs most at 10⁻², to see a corner.
    corners : array, shape (29, 67)
        Whether, within each step of each parameter, the z of a ReLU changes its sign.
    """

    theta: Numbers
    gradient: Array
    J: Callable[[Numbers], Numbers]
    errors: Mapping[str, Array]
    parameter: int
    corners: NDArray[np.bool_]


@lru_cache(maxsize=12)
def measure(activation: str, place: str, precision: str) -> Setup:
    """Measure the gradient of all 67 parameters with all step sizes, in numbers of 64 or 32 bits."""
    real, complex_ = _TYPES[precision]
    data = moons(SAMPLES)
    X, y = data.X.astype(real), data.y.astype(real)
    layers = initialise(SIZES, activation, "sigmoid", scheme="he")
    if place == "trained":
        how = {"loss": "binary_cross_entropy", "learning_rate": 0.3, "steps": 1000, "record_every": 1000}
        layers = training.train(layers, X, y, **how).layers()
    theta = to_vector(layers).astype(real)
    layers = from_vector(theta, layers)  # rounded as the numbers that are measured with
    gradient = gradient_vector(backward(layers, forward(layers, X), y, loss="binary_cross_entropy"))

    def J(theta: Numbers) -> Numbers:
        return loss_at(theta, X, y, activation)

    h = (10.0**EXPONENTS).astype(real)[:, None]
    steps = h[..., None] * np.eye(theta.size, dtype=real)
    here, there, back = J(theta), J(theta + steps), J(theta - steps)
    sideways = J(theta + complex_(1j) * steps).imag
    measured = {"forward": (there - here) / h, "central": (there - back) / (2 * h), "complex": sideways / h}
    errors = {name: relative_error(slopes.astype(float), gradient) for name, slopes in measured.items()}
    corners, parameter = np.zeros(steps.shape[:2], bool), int(gradient.argmax())
    if activation == "relu":
        ends = zip(*(z_at(theta + sign * steps, X, activation)[:-1] for sign in (1, -1)), strict=True)
        corners = np.any([((one > 0) != (other > 0)).any(axis=(-2, -1)) for one, other in ends], axis=0)
        off = np.abs(measured["central"][EXPONENTS == -2][0] - gradient)
        parameter = int(np.where(gradient > 0, off, 0).argmax())
    return Setup(theta, gradient, J, errors, parameter, corners)


@dataclass(frozen=True)
class Check:
    """The errors over all step sizes, those at the one chosen, and the loss along one parameter within that step.

    Attributes
    ----------
    climbs : array, shape (241,)
        ``J(θ + t) − J(θ)`` for t from −h to h, as the computer gives it, along the setup's parameter.
    slope : float
        ``∂J/∂θ`` of that parameter by `backward`.
    corner, corner_here : bool
        Whether a ReLU has its corner within the step of any parameter, and of that one.
    """

    exponent: int
    errors: Mapping[str, Array]
    climbs: Array
    slope: float
    corner: bool
    corner_here: bool
    activation: str

    @property
    def h(self) -> float:
        return 10.0**self.exponent

    def error(self, method: str) -> float:
        return float(self.errors[method][2 * (self.exponent + 15)])

    def digits(self, method: str) -> int:
        """Return to how many digits the measured gradient is the one of `backward`."""
        return min(LARGEST, int(-np.log10(max(self.error(method), 1e-16))))

    @property
    def best(self) -> int:
        """The power of ten that is the best step for central differences."""
        return int(EXPONENTS[::2][self.errors["central"][::2].argmin()])

    @property
    def seen(self) -> str:
        """What the loss looks like within the step, in two words."""
        left, here, right = self.climbs[[0, len(_AROUND) // 2, -1]]
        if (heights := len(np.unique(self.climbs))) < len(_AROUND) / 3:
            return "a staircase" if heights > 1 else "a flat step"
        ways = np.sign(np.diff(self.climbs))
        if np.count_nonzero(np.diff(ways[ways != 0])) > 8:  # a smooth loss turns round once or twice
            return "noise"
        bend = abs(left + right - 2 * here) / max(abs(right - left), abs(self.slope * self.h))
        if bend <= 0.02:
            return "a line"
        return "a corner" if self.corner_here else "a curve"


class GradientCheck(Explorer):
    """Measure a gradient with steps of any size and see to how many digits it is that of the backward pass.

    The network has two inputs, two hidden layers of six units, a sigmoid output and 67 parameters; the loss is the mean
    cross-entropy over 40 samples of two moons. Each parameter is moved by h: to one side (forward differences), to both
    (central differences) and, if asked for, by an imaginary h (complex step). On the right is the loss along one
    parameter, as far as the step goes. The step can be dragged on the picture.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "exponent": IntSlider("h = 10 to the power", -5, -15, -1),
        "activation": Choice("Activation", labels(*HIDDEN), "tanh"),
        "place": Choice("Where", {"start": "at a random start", "trained": "after 1,000 steps"}, "start"),
        "precision": Choice("Numbers", {"double": "64 bits (double)", "single": "32 bits (single)"}, "double"),
        "ways": Choice(
            "Measured by", {"two": "two real differences", "three": "… and the complex step"}, "two", folded=True
        ),
    }
    width, height = 6.6, 4.5
    scenery = ("activation", "place", "precision", "ways")

    def build(self, figure: Figure) -> None:
        self._errors = figure.add_axes((0.1, 0.125, 0.525, 0.79))
        self._errors.set(yscale="log", xlim=(-15.4, -0.6), ylim=(_FLOOR, 8))
        self._errors.set(xlabel="step size h", ylabel="relative error of the measured gradient")
        self._errors.set_xticks(range(-15, 0, 2), style.powers_of_ten(range(-15, 0, 2)))
        self._errors.set_yticks([10.0**e for e in range(-16, 1, 4)], style.powers_of_ten(range(-16, 1, 4)))
        self._errors.set_yticks([], minor=True)
        (self._short,) = self._errors.fill([], [], color=_SHORT, zorder=0)
        (self._long,) = self._errors.fill([], [], color=_LONG, zorder=0)
        sides = {"va": "bottom", "color": style.MUTED, "fontsize": 9.5}
        self._sides = [self._errors.text(0, 2 * _FLOOR, "", ha=ha, **sides) for ha in ("right", "left")]
        self._verdict = self.moving(self._errors.set_title(""))
        self._curves = {name: self._errors.plot([], [], **look)[0] for name, look in _LOOKS.items()}
        self._names = {
            name: self._errors.text(
                0, 0, words, color=_LOOKS[name]["color"], va="center", fontweight="bold", path_effects=style.halo()
            )
            for name, words in _NAMES.items()
        }
        for name in ("forward", "central"):
            self._names[name].set_ha("right")
        self._here = self.moving(self._errors.axvline(-5, color=style.INK, linewidth=1.2))
        self._points = {
            name: self.line(self._errors, marker, color=look["color"], mec="white", markersize=9)
            for (name, look), marker in zip(_LOOKS.items(), "sDo", strict=True)
        }
        self._build_loss(figure.add_axes((0.69, 0.125, 0.285, 0.79)))

    def _build_loss(self, axes: Axes) -> None:
        axes.set(xlim=(-1.12, 1.12), ylim=(-1.25, 1.25), yticks=[])
        axes.set_xticks([-1, 0, 1], ["θ − h", "θ", "θ + h"])
        self._seen = self.moving(axes.set_title(""))
        self._range = self.moving(axes.text(0.03, 0.02, "", transform=axes.transAxes, fontsize=9, color=style.MUTED))
        (self._tangent,) = axes.plot([], [], color=style.BLUE, linewidth=5, alpha=0.35)
        (self._loss,) = axes.plot([], [], color=style.INK, linewidth=1.6)
        for height, words, colour in (
            (0.97, "loss, as computed", style.INK),
            (0.9, "∂J/∂θ by backward", style.BLUE),
        ):
            axes.text(0.03, height, words, transform=axes.transAxes, va="top", fontweight="bold", color=colour)
        self.moving(self._tangent, self._loss)

    def compute(self, exponent: int, activation: str, place: str, precision: str, ways: str) -> Check:
        at = measure(activation, place, precision)
        parameter, corners = at.parameter, at.corners[2 * (exponent + 15)]
        shifts = np.zeros((len(_AROUND), at.theta.size), at.theta.dtype)
        shifts[:, parameter] = 10.0**exponent * _AROUND
        climbs = (at.J(at.theta + shifts) - at.J(at.theta)).astype(float)
        slope = float(at.gradient[parameter])
        errors = {name: at.errors[name] for name in _NAMES if name != "complex" or ways == "three"}
        return Check(exponent, errors, climbs, slope, bool(corners.any()), bool(corners[parameter]), activation)

    def set_scene(self, numbers: Check) -> None:
        for name, curve in self._curves.items():
            curve.set_data(EXPONENTS, np.maximum(numbers.errors.get(name, np.full(EXPONENTS.size, np.nan)), _LOWEST))
            self._names[name].set_visible(name in numbers.errors)
        middle = EXPONENTS[numbers.errors["central"].argmin()]
        for side, ends in ((self._short, (-15.4, middle)), (self._long, (middle, -0.6))):
            side.set_xy([(ends[0], _FLOOR), (ends[1], _FLOOR), (ends[1], 8), (ends[0], 8)])
        long = "corners" if numbers.activation == "relu" else "uneven bend"
        short, far = self._sides
        short.set(x=min(middle, -2.9) - 0.5, text="too short\nfor central:\nrounding")
        if middle > -4:  # then it is the words that are too long, and stand upright
            far.set(x=(middle - 0.6) / 2, text=f"too long: {long}", rotation=90, ha="center")
        else:
            far.set(x=middle + 0.25, text=f"too long\nfor central:\n{long}", rotation=0, ha="left")
        top = min(8 * numbers.errors["forward"][EXPONENTS == -1.5][0], 0.8)  # in the axes
        self._names["forward"].set_position((-1.9, top))
        self._names["central"].set_position((middle - 0.7, 0.1 * numbers.errors["central"].min()))
        if "complex" in numbers.errors:
            self._names["complex"].set_position((-15, 12 * numbers.errors["complex"][:9].max()))

    def hands(self, numbers: Check) -> list[Strip]:
        return [Strip("step h", self._errors, "exponent")]

    def draw(self, numbers: Check) -> None:
        power = style.power_of_ten(numbers.exponent)
        self._verdict.set_text(f"h = {power}: {style.count(numbers.digits('central'), 'digit')} right")
        self._here.set_xdata([numbers.exponent] * 2)
        for name, point in self._points.items():
            point.set_visible(name in numbers.errors)
            if name in numbers.errors:
                point.set_data([numbers.exponent], [max(numbers.error(name), _LOWEST)])
        rise = numbers.slope * numbers.h
        scale = max(abs(rise), np.abs(numbers.climbs).max())
        self._loss.set_data(_AROUND, numbers.climbs / scale)
        self._tangent.set_data([-1, 1], [-rise / scale, rise / scale])
        self._seen.set_text(f"Up close: {numbers.seen}")
        self._range.set_text(f"height: {style.in_powers(2.5 * scale)}")

    def caption(self, numbers: Check) -> str:
        best = style.power_of_ten(numbers.best)
        if numbers.exponent == numbers.best:
            place = "No other power of ten does better for central differences"
        elif numbers.exponent > numbers.best:
            along = "" if numbers.corner_here else " along another parameter"
            corner = f"a corner of the loss{along} lies within it"
            cause = corner if numbers.corner else "the loss bends unevenly within it"
            place = f"The step is too long, {cause}; the best for central differences is {best}"
        else:
            place = f"The step is too short, rounding takes the digits; the best for central differences is {best}"
        h = f"h\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{style.power_of_ten(numbers.exponent)}"
        others = f"forward differences to {numbers.digits('forward')}"
        if "complex" in numbers.errors:
            others += f" and the complex step to {numbers.digits('complex')}"
        return (
            f"{place}. With {h} they agree with the backward pass to "
            f"{style.count(numbers.digits('central'), 'digit')}, {others}."
        )


_LOOKS = {
    "forward": {"color": style.MUTED, "linestyle": (0, (4, 1.6)), "linewidth": 2.2},
    "complex": {"color": style.INK, "linestyle": (0, (6, 1.5, 1, 1.5)), "linewidth": 1.6},
    "central": {"color": style.INK, "linestyle": "-", "linewidth": 2.4},
}
_NAMES = {"forward": "forward", "complex": "complex step", "central": "central"}
_SHORT, _LONG = "#D3E0EA", "#F3E2C0"
"""What shades the steps on either side of the best one."""
