"""ErrorSignal: a loss behind an output activation, its two slopes, and whether their product still has f′ in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from gdlab.activations import ACTIVATIONS, Activation
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, Slider
from gdlab.explorers.explorer import Explorer
from gdlab.losses import LOSSES, Loss, matching_loss
from gdlab.validation import Array

REACH = 8.0
_Z = np.linspace(-REACH, REACH, 641)
Range = tuple[float, float]


@dataclass(frozen=True)
class Pair:
    """A loss and the output activation before it, what their ∂L/∂z is in words, and which part of it is shown."""

    words: str
    activation: Activation
    loss: Loss
    left: str
    prediction: Range
    height: Range
    by_prediction: Range
    slope: Range
    by_z: Range
    decades: int = 4

    def factors(self, z: Array, y: float) -> tuple[Array, Array, Array]:
        """Return ``∂L/∂ŷ``, ``f′(z)`` and ``∂L/∂z``, each shaped like z."""
        y_hat, slope = self.activation.f(z), self.activation.f_prime(z)
        if self.loss.name in LOSSES:
            return self.loss.L_prime(y_hat, y), slope, self.loss.signal(self.activation, z, np.float64(y))
        return (y_hat - y) / slope, slope, y_hat - y  # a matching loss is written over z

    def height_at(self, z: Array, y: float) -> Array:
        """Return the loss at z."""
        return self.loss.of_z(self.activation, np.asarray(z)[..., None], np.array([y]))


def _pair(words: str, activation: str, loss: str, left: str, *ranges: Range, decades: int = 4) -> Pair:
    f = ACTIVATIONS[activation]
    return Pair(f"{activation}, {words}", f, LOSSES.get(loss) or matching_loss(f), left, *ranges, decades=decades)


_SQUARED, _HUBER = "squared error ½ (ŷ − y)²", "Huber loss (½ (ŷ − y)² near, |ŷ − y| − ½ far)"
_SHORT, _LONG = "∂L/∂z = ŷ − y", "∂L/∂z = (ŷ − y) × f′(z)"
_SIGN, _CUT = "∂L/∂z is the sign of ŷ − y", "∂L/∂z is ŷ − y, cut off at ±1"
_UNIT, _TWO, _LINE, _COUNT, _HIGH = (-0.1, 1.1), (-1.2, 1.2), (-9.5, 9.5), (-0.8, 9), (-0.8, 9.5)
_SMALL, _WIDE, _STEEP, _RISING = (-1.2, 1.2), (-2.4, 2.4), (-20, 20), (-3, 9)
_BELL, _ONE, _GROWS = (-0.012, 0.3), (-0.05, 1.2), (-0.4, 9)

# fmt: off
PAIRS = {
    "sigmoid_squared": _pair(
        _SQUARED, "sigmoid", "squared_error", _LONG, _UNIT, (-0.05, 0.6), _SMALL, _BELL, _SMALL),
    "sigmoid_cross_entropy": _pair(
        "cross-entropy", "sigmoid", "binary_cross_entropy", _SHORT, _UNIT, _COUNT, _STEEP, _BELL, _SMALL),
    "identity_squared": _pair(
        _SQUARED, "identity", "squared_error", _SHORT, _LINE, (-3, 44), _LINE, _ONE, _LINE),
    "identity_absolute": _pair(
        "absolute error |ŷ − y|", "identity", "absolute_error", _SIGN, _LINE, _HIGH, _WIDE, _ONE, _WIDE),
    "identity_huber": _pair(
        _HUBER, "identity", "huber", _CUT, _LINE, _HIGH, _WIDE, _ONE, _WIDE),
    "tanh_squared": _pair(
        _SQUARED, "tanh", "squared_error", _LONG, _TWO, (-0.2, 2.2), _WIDE, _ONE, _WIDE, decades=8),
    "tanh_matching": _pair(
        "matching loss log cosh z − y z", "tanh", "matching", _SHORT, _TWO, (-2, 17), _STEEP, _ONE, _WIDE, decades=8),
    "exponential_squared": _pair(
        _SQUARED, "exponential", "squared_error", _LONG, _COUNT, _COUNT, _RISING, _GROWS, _RISING, decades=8),
    "exponential_poisson": _pair(
        "Poisson loss ŷ − y log ŷ", "exponential", "poisson", _SHORT, _COUNT, _COUNT, _STEEP, _GROWS, _RISING),
}
# fmt: on
"""Every pair by its name."""


@dataclass(frozen=True)
class Signal:
    """A pair over all z, shape (641,), and at one z.

    Attributes
    ----------
    curves, here : tuple of three
        ``∂L/∂ŷ``, ``f′(z)`` and ``∂L/∂z``.
    """

    pair: Pair
    scale: str
    z: float
    y: float
    predictions: Array
    heights: Array
    curves: tuple[Array, Array, Array]
    prediction: float
    height: float
    here: tuple[float, float, float]

    @property
    def is_difference(self) -> bool:
        """Whether ``∂L/∂z`` is ``ŷ − y``, wherever one looks."""
        return bool(np.allclose(self.curves[2], self.predictions - self.y, rtol=1e-9, atol=1e-12))

    @property
    def verdict(self) -> str:
        if (self.curves[1] == 1).all():
            return f"f′(z) is 1, nothing has to cancel: {self.pair.left}"
        return f"f′(z) {'cancels' if self.is_difference else 'stays'}: {self.pair.left}"


class ErrorSignal(Explorer):
    """See the error signal ``∂L/∂z`` of an output unit as a product, ``∂L/∂ŷ × f′(z)``.

    Above, the loss over the prediction, the prediction over z, and so the loss over z, each with its tangent at the
    z chosen. Below, the slopes of these tangents for every z: the chain rule says that the first times the second is
    the third. With some pairs the product is ``ŷ − y``, the error of the delta rule (which is drawn along, dashed).
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "pair": Choice("Output and loss", {name: pair.words for name, pair in PAIRS.items()}, "sigmoid_squared"),
        "scale": Choice("Slopes", {"plain": "as they are", "log": "their size, logarithmic"}, "plain"),
        "z": Slider("z", -5.0, -REACH, REACH, 0.2, format=".1f"),
        "y": Slider("Target y", 1.0, 0.0, 1.0, 0.1, format=".1f"),
    }
    height = 5.9
    scenery = ("pair", "scale")

    def build(self, figure: Figure) -> None:
        self._verdict = self.moving(figure.text(0.07, 0.955, "", fontsize=13, fontweight="bold"))
        colours = [style.FACTORS["error"], style.FACTORS["slope"], style.BLUE]
        self._tops = [figure.add_axes((left, 0.625, 0.25, 0.255)) for left in _COLUMNS]
        self._slopes = [figure.add_axes((left, 0.2, 0.25, 0.27)) for left in _COLUMNS]
        words = (("prediction ŷ", "Loss over ŷ"), ("z", "Prediction ŷ = f(z)"), ("z", "Loss over z"))
        for axes, (x, title) in zip(self._tops, words, strict=True):
            axes.set(xlabel=x, title=title)
        for axes in (*self._tops[1:], *self._slopes):
            axes.set(xlim=(-REACH, REACH), xticks=range(-8, 9, 4))
        for axes in self._slopes:
            axes.set_xlabel("z")
            axes.axhline(0, color=style.FAINT, linewidth=0.8, zorder=0)
        self._titles = [axes.set_title("", color=colour) for axes, colour in zip(self._slopes, colours, strict=True)]

        (self._target,) = self._tops[0].plot([], [], color=style.MUTED, linewidth=1, linestyle=(0, (1, 1.5)))
        (self._wanted,) = self._tops[1].plot([], [], color=style.MUTED, linewidth=1, linestyle=(0, (1, 1.5)))
        self.moving(self._target, self._wanted)
        self._curves = [self.moving(axes.plot([], [], color=style.MUTED, linewidth=2)[0]) for axes in self._tops]
        self._tangents = [
            self.moving(axes.plot([], [], color=colour, linewidth=2.6)[0])
            for axes, colour in zip(self._tops, colours, strict=True)
        ]
        self._points = [self.moving(_point(axes)) for axes in self._tops]

        self._lines = [
            self.moving(axes.plot([], [], color=colour, linewidth=2.4)[0])
            for axes, colour in zip(self._slopes, colours, strict=True)
        ]
        delta = style.RULES["delta_rule"]
        (self._delta,) = self._slopes[2].plot([], [], **delta.stroke)
        names = {"transform": self._slopes[2].transAxes, "va": "center", "fontsize": 9.5}
        self._names = [
            self._slopes[2].text(0.03, height, look.label, **names, **look.name)
            for height, look in ((0.95, delta), (0.84, style.RULES["chain_rule"]))
        ]
        self.moving(self._delta, *self._names)
        self._marks = [self.moving(_point(axes)) for axes in self._slopes]
        centres = [left + 0.125 for left in _COLUMNS]
        bold = {"ha": "center", "va": "center", "fontsize": 15, "fontweight": "bold"}
        self._numbers = [
            self.moving(figure.text(x, 0.055, "", color=c, **bold)) for x, c in zip(centres, colours, strict=True)
        ]
        for (one, other), sign in zip(pairwise(centres), "×=", strict=True):
            figure.text((one + other) / 2, 0.055, sign, ha="center", va="center", fontsize=15)

    def compute(self, pair: str, scale: str, z: float, y: float) -> Signal:
        chosen = PAIRS[pair]
        return Signal(
            pair=chosen,
            scale=scale,
            z=z,
            y=y,
            predictions=chosen.activation.f(_Z),
            heights=chosen.height_at(_Z, y),
            curves=chosen.factors(_Z, y),
            prediction=float(chosen.activation.f(np.float64(z))),
            height=float(chosen.height_at(np.float64(z), y)),
            here=tuple(float(factor) for factor in chosen.factors(np.float64(z), y)),
        )

    def set_scene(self, numbers: Signal) -> None:
        pair = numbers.pair
        self._tops[0].set(xlim=pair.prediction, ylim=pair.height)
        self._tops[1].set_ylim(pair.prediction)
        self._tops[2].set_ylim(pair.height)
        ranges = (pair.by_prediction, pair.slope, pair.by_z)
        exponents = np.array([-4, -2, 0, 2, 4]) * pair.decades // 4
        for axes, plain, title, name in zip(self._slopes, ranges, self._titles, _FACTORS, strict=True):
            title.set_text(name if numbers.scale == "plain" else f"Size of {name}")
            if numbers.scale == "plain":
                axes.set(yscale="linear", ylim=plain)
                axes.locator_params(axis="y", nbins=5)
            else:
                axes.set(ylim=(10.0 ** exponents[0], 10.0 ** exponents[-1]), yscale="log")
                axes.set_yticks(10.0**exponents, [_power(e) for e in exponents])
                axes.yaxis.set_minor_locator(NullLocator())  # minorticks_off is of matplotlib 3.9

    def draw(self, numbers: Signal) -> None:
        self._verdict.set_text(numbers.verdict)
        y_hat, z, L = numbers.prediction, numbers.z, numbers.height
        self._target.set_data([numbers.y] * 2, numbers.pair.height)
        self._wanted.set_data([-REACH, REACH], [numbers.y] * 2)
        over = ((numbers.predictions, numbers.heights), (_Z, numbers.predictions), (_Z, numbers.heights))
        for i, ((x, values), point) in enumerate(zip(over, ((y_hat, L), (z, y_hat), (z, L)), strict=True)):
            self._curves[i].set_data(x, values)
            self._tangents[i].set_data(*_tangent(self._tops[i], *point, numbers.here[i]))
            _put(self._points[i], self._tops[i], *point)
        size = _size if numbers.scale == "log" else np.asarray
        for axes, line, mark, curve, value in zip(
            self._slopes, self._lines, self._marks, numbers.curves, numbers.here, strict=True
        ):
            line.set_data(_Z, size(curve))
            _put(mark, axes, z, float(size(value)))
        self._delta.set_data(_Z, size(numbers.predictions - numbers.y))
        self._names[0].set_text("delta rule =" if numbers.is_difference else "delta rule")
        for text, value in zip(self._numbers, numbers.here, strict=True):
            text.set_text(style.number(value))

    def caption(self, numbers: Signal) -> str:
        outer, slope, product = (style.number(value) for value in numbers.here)
        difference = style.number(numbers.prediction - numbers.y)
        same = np.isclose(numbers.here[2], numbers.prediction - numbers.y, rtol=1e-9, atol=0)
        compared = "which is ŷ − y" if same else f"while ŷ − y is {difference}"
        return (
            f"At z = {style.number(numbers.z)} the prediction is {style.number(numbers.prediction)} and the target "
            f"{style.number(numbers.y)}. ∂L/∂ŷ × f′(z) is {outer} × {slope} = {product}, {compared}."
        )


_COLUMNS = (0.07, 0.4, 0.735)
"""Where the three columns of panels begin."""
_FACTORS = ("∂L/∂ŷ", "f′(z)", "∂L/∂z")


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else "10" + f"{exponent}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _size(values: Array) -> Array:
    """Return absolute values that have a logarithm."""
    return np.maximum(np.abs(values), 1e-30)


def _point(axes: Axes) -> Line2D:
    return axes.plot([], [], "o", color=style.INK, mec="white", markersize=9)[0]


def _put(point: Line2D, axes: Axes, x: float, y: float) -> None:
    """Put a point where it belongs, or as an arrowhead at the edge beyond which it is."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    at = min(max(x, left), right), min(max(y, low), high)
    marker = "o" if at == (x, y) else ">" if x > right else "^" if y > high else "v"
    point.set(data=([at[0]], [at[1]]), marker=marker, clip_on=False)


def _tangent(axes: Axes, x: float, y: float, slope: float) -> tuple[Array, Array]:
    """Return the ends of a piece of the tangent: as long on the page whatever the slope."""
    width, height = np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())
    reach = 0.2 * width / np.hypot(1, slope * width / height)
    ends = np.array([-reach, reach])
    return x + ends, y + slope * ends
