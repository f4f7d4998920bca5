"""ErrorSignal: the error signal behind an output unit as a product, and whether f′ is still in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from gdlab.activations import ACTIVATIONS, Activation
from gdlab.explorers import Choice, Control, Explorer, Handle, Slider, Strip, style
from gdlab.losses import LOSSES, Loss, matching_loss
from gdlab.validation import Array

REACH, _ROOM = 8.0, 8.6
GRIP = 7.0
"""Where on the line of the target one takes hold of it, on one side or the other: its ring stays off the next panel."""
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
    derivatives: Range
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


_SQUARED = "squared error"
_SHORT, _LONG = "∂L/∂z = ŷ − y", "∂L/∂z = (ŷ − y) × f′(z)"
_SIGN, _CUT = "∂L/∂z is the sign of ŷ − y", "∂L/∂z is ŷ − y, cut off at ±1"
_UNIT, _TWO, _LINE, _COUNT, _HIGH = (-0.1, 1.1), (-1.2, 1.2), (-9.5, 9.5), (-0.8, 9), (-0.8, 9.5)
_SMALL, _WIDE, _RISING = (-1.15, 1.15), (-2.4, 2.4), (-4, 9)

PAIRS = {
    "sigmoid_squared": _pair(_SQUARED, "sigmoid", "squared_error", _LONG, _UNIT, (-0.05, 0.6), _SMALL),
    "sigmoid_cross_entropy": _pair("cross-entropy", "sigmoid", "binary_cross_entropy", _SHORT, _UNIT, _COUNT, _WIDE),
    "identity_squared": _pair(_SQUARED, "identity", "squared_error", _SHORT, _LINE, (-3, 44), _LINE),
    "identity_absolute": _pair("absolute error", "identity", "absolute_error", _SIGN, _LINE, _HIGH, _WIDE),
    "identity_huber": _pair("Huber loss", "identity", "huber", _CUT, _LINE, _HIGH, _WIDE),
    "tanh_squared": _pair(_SQUARED, "tanh", "squared_error", _LONG, _TWO, (-0.2, 2.2), _WIDE, decades=8),
    "tanh_matching": _pair("matching loss", "tanh", "matching", _SHORT, _TWO, (-2, 17), _WIDE, decades=8),
    "exponential_squared": _pair(_SQUARED, "exponential", "squared_error", _LONG, _COUNT, _COUNT, _RISING, decades=8),
    "exponential_poisson": _pair("Poisson loss", "exponential", "poisson", _SHORT, _COUNT, _COUNT, _RISING),
}
"""Every pair by its name."""

_OPTIONS = {name: pair.words.replace("exponential", "exp") for name, pair in PAIRS.items()}


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

    On top the product in numbers. Below each number the curve whose derivative it is, with its tangent: the loss over
    the prediction, the prediction over z, the loss over z. At the bottom the three derivatives for every z. With some
    pairs the product is ``ŷ − y``, the delta rule's error with its sign turned round (drawn along, dashed).
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "pair": Choice("Output and loss", _OPTIONS, "sigmoid_squared"),
        "scale": Choice("Derivatives", {"plain": "as they are", "log": "their size, logarithmic"}, "plain"),
        "z": Slider("z", -5.0, -REACH, REACH, 0.2, format=".1f"),
        "y": Slider("Target y", 1.0, 0.0, 1.0, 0.1, format=".1f"),
    }
    width, height = 6.6, 5.2
    scenery = ("pair", "scale")

    def build(self, figure: Figure) -> None:
        self._verdict = self.moving(figure.text(0.5, 0.965, "", ha="center", va="center", fontsize=12.5, weight="bold"))
        colours = [style.FACTORS["error"], style.FACTORS["slope"], style.RULES["chain_rule"].colour]
        delta = style.RULES["delta_rule"]
        self._numbers = []
        for x, name, colour in zip(_CENTRES, _FACTORS, colours, strict=True):
            figure.text(x, 0.8, name, color=colour, fontsize=11, **_MIDDLE)
            self._numbers.append(
                self.moving(figure.text(x, 0.875, "", color=colour, fontsize=18, weight="bold", **_MIDDLE))
            )
        for x, sign in zip((_CENTRES[0] + _CENTRES[1], _CENTRES[1] + _CENTRES[2]), "×=", strict=True):
            figure.text(x / 2, 0.875, sign, fontsize=18, **_MIDDLE)

        self._tops = [figure.add_axes((x - 0.13, 0.545, 0.265, 0.195)) for x in _CENTRES]
        words = ("Loss over ŷ", "Prediction ŷ over z", "Loss over z")
        for axes, title in zip(self._tops, words, strict=True):
            axes.set_title(title, fontsize=10, color=style.MUTED, pad=3)
            axes.locator_params(axis="y", nbins=3)
            axes.yaxis.set_major_formatter(lambda y, _: style.number(y))
        for axes in self._tops[1:]:
            axes.set(xlim=(-_ROOM, _ROOM), xticks=range(-8, 9, 4))
        self._derivatives = figure.add_axes((0.085, 0.1, 0.895, 0.31))
        self._derivatives.set(xlim=(-_ROOM, _ROOM), xticks=range(-8, 9, 2), xlabel="z")
        self._derivatives.xaxis.labelpad = 1
        self._derivatives.axhline(0, color=style.FAINT, linewidth=0.8, zorder=0)
        self._kind = figure.text(0.085, 0.445, "", fontsize=11.5, weight="bold", va="center")
        for x, name, colour in zip((0.435, 0.545, 0.645), _FACTORS, colours, strict=True):
            figure.text(x, 0.445, name, color=colour, fontsize=10.5, weight="bold", va="center")
        figure.text(0.745, 0.445, "ŷ − y (delta rule)", color=delta.colour, fontsize=10.5, weight="bold", va="center")

        dotted = {"color": style.MUTED, "linewidth": 1, "linestyle": (0, (1, 1.5))}
        (self._target,) = self._tops[0].plot([], [], **dotted)
        (self._wanted,) = self._tops[1].plot([], [], **dotted, marker="D", markersize=5, markevery=[1], clip_on=False)
        self._guides = [axes.plot([], [], **dotted)[0] for axes in (*self._tops[1:], self._derivatives)]
        self.moving(self._target, self._wanted, *self._guides)
        self._curves = [self.line(axes, color=style.MUTED, linewidth=1.8) for axes in self._tops]
        self._tangents = [
            self.line(axes, color=colour, linewidth=3) for axes, colour in zip(self._tops, colours, strict=True)
        ]
        self._points = [self.moving(_point(axes, style.INK)) for axes in self._tops]
        self._lines = [
            self.line(self._derivatives, color=colour, linewidth=width)
            for colour, width in zip(colours, (4.5, 2.6, 2.6), strict=True)  # so that what lies on ∂L/∂ŷ leaves a rim
        ]
        (self._delta,) = self._derivatives.plot([], [], **{**delta.stroke, "linewidth": 1.8})
        self.moving(self._delta)
        self._marks = [self.moving(_point(self._derivatives, colour)) for colour in colours]

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
        axes = self._derivatives
        if numbers.scale == "plain":
            axes.set(yscale="linear", ylim=pair.derivatives)
            axes.locator_params(axis="y", nbins=5)
        else:
            exponents = np.array([-4, -2, 0, 2, 4]) * pair.decades // 4
            axes.set(ylim=(10.0 ** exponents[0], 10.0 ** exponents[-1]), yscale="log")
            axes.set_yticks(10.0**exponents, style.powers_of_ten(exponents))
            axes.yaxis.set_minor_locator(NullLocator())  # minorticks_off is of matplotlib 3.9
        self._kind.set_text("Derivatives for every z" if numbers.scale == "plain" else "Their sizes for every z")

    def draw(self, numbers: Signal) -> None:
        self._verdict.set_text(numbers.verdict)
        y_hat, z, L = numbers.prediction, numbers.z, numbers.height
        self._target.set_data([numbers.y] * 2, numbers.pair.height)
        self._wanted.set_data([-_ROOM, _grip(z), _ROOM], [numbers.y] * 3)
        for guide in self._guides:
            guide.set_data([z, z], guide.axes.get_ylim())
        over = ((numbers.predictions, numbers.heights), (_Z, numbers.predictions), (_Z, numbers.heights))
        for i, ((x, values), point) in enumerate(zip(over, ((y_hat, L), (z, y_hat), (z, L)), strict=True)):
            self._curves[i].set_data(x, values)
            self._tangents[i].set_data(*_tangent(self._tops[i], *point, numbers.here[i]))
            _put(self._points[i], *point)
        size = _size if numbers.scale == "log" else np.asarray
        for line, mark, curve, value in zip(self._lines, self._marks, numbers.curves, numbers.here, strict=True):
            line.set_data(_Z, size(curve))
            _put(mark, z, float(np.nan_to_num(size(value), nan=1e-30)))
        self._delta.set_data(_Z, size(numbers.predictions - numbers.y))
        for text, value in zip(self._numbers, numbers.here, strict=True):
            text.set_text(_number(value))

    def hands(self, numbers: Signal) -> list[Handle | Strip]:
        z = np.array(self.controls["z"].positions)
        curve = np.clip(numbers.pair.activation.f(z), *self._tops[1].get_ylim())
        height = np.clip(numbers.pair.height_at(z, numbers.y), *self._tops[2].get_ylim())
        left = np.clip(numbers.pair.activation.f(z), *self._tops[0].get_xlim())
        k = self.controls["z"].positions.index(numbers.z)
        target = [Handle("target", self._tops[1], (_grip(numbers.z), numbers.y), y="y")]
        if numbers.pair.prediction == _LINE:  # from 0 to 1 is a few pixels there
            target = []
        return [
            Strip("z on the derivatives", self._derivatives, "z"),
            _ball("z on the loss over ŷ", self._tops[0], left, height, k),
            _ball("z on the prediction's curve", self._tops[1], z, curve, k),
            _ball("z on the loss", self._tops[2], z, height, k),
            *target,
        ]

    def caption(self, numbers: Signal) -> str:
        outer, slope = (style.factor(value) for value in numbers.here[:2])
        product = f"= {_number(numbers.here[2])}".replace("= ≈", "≈")
        difference = style.number(numbers.prediction - numbers.y)
        same = np.isclose(numbers.here[2], numbers.prediction - numbers.y, rtol=1e-9, atol=0)
        compared = f"which is {_ERROR}" if same else f"while {_ERROR} is {difference}"
        return (
            f"At z = {style.number(numbers.z)} the prediction is {style.number(numbers.prediction)} and the target "
            f"{style.number(numbers.y)}. ∂L/∂ŷ × f′(z) is {outer} × {slope} {product}, {compared}."
        )


_CENTRES = (0.19, 0.52, 0.85)
"""Where the three columns of numbers and curves have their middle."""
_FACTORS = ("∂L/∂ŷ", "f′(z)", "∂L/∂z")
_ERROR = "ŷ\N{NO-BREAK SPACE}−\N{NO-BREAK SPACE}y"
_MIDDLE = {"ha": "center", "va": "center"}


def _number(value: float) -> str:
    """Write a number, and one next to 0 as such: the product of two numbers that are not 0 is none either."""
    return "≈ 0" if style.number(value) == "0" and value else style.number(value)


def _size(values: Array) -> Array:
    """Return absolute values that have a logarithm; of a single 0, as at a corner of the loss, there is none."""
    sizes = np.abs(values)
    return np.where(sizes > 0, np.maximum(sizes, 1e-30), np.nan)


def _ball(name: str, axes: Axes, x: Array, y: Array, k: int) -> Handle:
    """Return the handle by which z is dragged along a curve, at its point k."""
    return Handle(name, axes, (float(x[k]), float(y[k])), "z", path=np.column_stack([x, y]), graph=True)


def _grip(z: float) -> float:
    """Return where on the line of the target one takes hold of it: not where z is."""
    return GRIP if z < GRIP - 2 else -GRIP


def _point(axes: Axes, colour: str) -> Line2D:
    return axes.plot([], [], "o", color=colour, mec="white", markersize=8)[0]


def _put(point: Line2D, x: float, y: float) -> None:
    """Put a point where it belongs, or as an arrowhead at the edge beyond which it is."""
    (left, right), (low, high) = point.axes.get_xlim(), point.axes.get_ylim()
    at = min(max(x, left), right), min(max(y, low), high)
    marker = "o" if at == (x, y) else ">" if x > right else "^" if y > high else "v"
    point.set(data=([at[0]], [at[1]]), marker=marker, clip_on=False)


def _tangent(axes: Axes, x: float, y: float, slope: float) -> tuple[Array, Array]:
    """Return the ends of a piece of the tangent: as long on the page whatever the slope."""
    width, height = np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())
    reach = 0.2 * width / np.hypot(1, slope * width / height)
    ends = np.array([-reach, reach])
    return x + ends, y + slope * ends
