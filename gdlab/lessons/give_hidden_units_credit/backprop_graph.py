"""The picture of a backward pass: the network with its numbers, and the product that makes each gradient."""

from typing import ClassVar

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.text import Text

from gdlab.explorers import style
from gdlab.lessons.give_hidden_units_credit.backprop_pass import (
    BACKWARD,
    BIAS,
    ERROR_STEP,
    HIDDEN,
    NAMES,
    OUTPUT,
    W_OUTPUT,
    Pass,
    Place,
)


def number_text(value: float) -> str:
    """Write a number with three decimals, so that sums on the picture agree; a small one with two digits."""
    if 0 < abs(value) < 0.01:
        return style.number(value, 2)
    return style.number(round(value, 3), 6)


def signed(value: float) -> str:
    """Write a number that follows a sign."""
    return f"({number_text(value)})" if value < 0 else number_text(value)


class Graph:
    """The network: units as circles, weights as lines, and all numbers beside what they belong to."""

    _RADIUS = 0.45
    _INPUTS, _UNITS = ((1.0, 4.95), (1.0, 2.35)), {(0, 0): (4.1, 4.95), (0, 1): (4.1, 2.35), (1, 0): (7.2, 3.65)}
    # Where the value and the gradient of each parameter stand: x, y, and which end of the text is there.
    _LABELS: ClassVar[dict[Place, tuple[tuple[float, float, str], tuple[float, float, str]]]] = {
        (0, 0, 0): ((2.2, 5.1, "right"), (2.32, 5.1, "left")),
        (0, 1, 1): ((2.2, 2.2, "right"), (2.32, 2.2, "left")),
        (0, 0, 1): ((1.98, 4.0, "right"), (2.2, 3.8, "right")),
        (0, 1, 0): ((1.98, 3.3, "right"), (2.2, 3.5, "right")),
        (0, 2, 0): ((3.95, 5.56, "right"), (4.05, 5.56, "left")),
        (0, 2, 1): ((3.95, 1.74, "right"), (4.05, 1.74, "left")),
        (1, 0, 0): ((5.1, 4.72, "left"), (5.57, 4.5, "left")),
        (1, 1, 0): ((5.1, 2.58, "left"), (5.57, 2.8, "left")),
        (1, 2, 0): ((7.05, 3.02, "left"), (7.05, 2.8, "left")),
    }

    def __init__(self, axes: Axes) -> None:
        """Draw on `axes` whose units are inches."""
        self._axes = axes
        self._edges = {p: self._edge(p) for p in BACKWARD if p[1] != BIAS}
        self._input_rings = [self._ring(*at) for at in self._INPUTS]
        self._rings = {unit: self._ring(*at) for unit, at in self._UNITS.items()}
        big = {"fontsize": 12, "fontweight": "bold", "ha": "center"}
        small = {"fontsize": 9, "ha": "center"}
        self._x = [self._text(x, y + 0.1, **big) for x, y in self._INPUTS]
        self._a = {unit: self._text(x, y + 0.1, **big) for unit, (x, y) in self._UNITS.items()}
        self._z = {unit: self._text(x, y - 0.19, **small) for unit, (x, y) in self._UNITS.items()}
        names = [self._text(x, y - 0.19, f"x{'₁₂'[i]}", **small) for i, (x, y) in enumerate(self._INPUTS)]
        self._weights = {p: self._text(x, y, ha=ha) for p, ((x, y, ha), _) in self._LABELS.items()}
        self._gradients = {p: self._text(x, y, ha=ha) for p, (_, (x, y, ha)) in self._LABELS.items()}
        (_, top), (_, bottom) = self._UNITS[HIDDEN, 0], self._UNITS[HIDDEN, 1]
        error, slope = ({"color": style.FACTORS[name], "ha": "center"} for name in ("error", "slope"))
        self._errors = [self._text(4.3, top - 0.66, **error), self._text(4.3, bottom + 0.66, **error)]
        self._slopes = [self._text(4.3, top - 0.88, **slope), self._text(4.3, bottom + 0.88, **slope)]
        self._target = self._text(7.75, 3.76, ha="left")
        self._error = self._text(7.75, 3.52, color=style.FACTORS["error"], ha="left")
        self.artists: list[Artist] = [
            *self._edges.values(),
            *self._input_rings,
            *self._rings.values(),
            *(*self._x, *names, *self._a.values(), *self._z.values()),
            *(*self._weights.values(), *self._gradients.values()),
            *(*self._errors, *self._slopes, self._target, self._error),
        ]

    def _text(self, x: float, y: float, words: str = "", **look: object) -> Text:
        return self._axes.text(x, y, words, va="center", **{"fontsize": 10, **look})

    def _ring(self, x: float, y: float) -> Circle:
        return self._axes.add_patch(Circle((x, y), self._RADIUS, facecolor=style.PAPER, zorder=2))

    def _edge(self, place: Place) -> Line2D:
        layer, source, unit = place
        start = self._INPUTS[source] if layer == HIDDEN else self._UNITS[HIDDEN, source]
        end = self._UNITS[layer, unit]
        return self._axes.plot([start[0], end[0]], [start[1], end[1]], solid_capstyle="butt")[0]

    def show(self, numbers: Pass) -> None:
        n, place = number_text, numbers.place
        self._show_lines(numbers)
        for index, text in enumerate(self._x):
            text.set_text(n(float(numbers.trace.a[0][0, index])))
        for unit, text in self._a.items():
            known = numbers.known(*unit)
            text.set_text(n(numbers.a(*unit)) if known else "?")
            self._z[unit].set_text(f"z {n(numbers.z(*unit))}" if known and unit[0] == HIDDEN else "")
        self._z[OUTPUT, 0].set_text("ŷ")
        for p, text in self._weights.items():
            text.set_text(f"bias {n(numbers.weight(p))}" if p[1] == BIAS else n(numbers.weight(p)))
        for p, text in self._gradients.items():
            changed = numbers.changed(p)
            symbol = "∂J/∂b" if p[1] == BIAS else "∂J/∂w"
            words = f"{n(numbers.gradient(p))} ≠ {symbol}" if changed else f"{symbol} {n(numbers.gradient(p))}"
            text.set_text(words if numbers.done(p) else "")
            text.set(color=rule_look(numbers, p).colour, fontweight="bold" if p == place else "normal")
        for unit in (0, 1):
            reached, first = numbers.reached(unit), (HIDDEN, 0, unit)
            self._errors[unit].set_text(f"error {n(numbers.error_before_slope(first))}" if reached else "")
            slope, true = numbers.slope(first), numbers.true_slope(first)
            crossed = f", not {n(true)}" if numbers.by_delta_rule and slope != true else ""
            self._slopes[unit].set_text(f"slope {n(slope)}{crossed}" if reached else "")
        self._target.set_text(f"y = {n(numbers.y)}")
        self._error.set_text(f"ŷ − y = {n(numbers.error)}" if numbers.step >= ERROR_STEP else "")

    def _show_lines(self, numbers: Pass) -> None:
        place, unit = numbers.place, numbers.unit
        for p, edge in self._edges.items():
            look = {"color": style.FAINT, "linestyle": "-", "linewidth": 1.6}
            if unit and (p[0], p[2]) == unit:
                look |= {"color": style.INK, "linewidth": 2.6}
            if p == place:
                look = {**rule_look(numbers, p).stroke, "linewidth": 3.4}
            elif place and place[0] == HIDDEN and p == (OUTPUT, place[2], 0):
                look |= {"color": style.FACTORS["error"], "linewidth": 2.6}
            edge.set(**look)
        for ring in (*self._input_rings, *self._rings.values()):
            ring.set(edgecolor=style.MUTED, linewidth=1.4)
        if unit:
            self._rings[unit].set(edgecolor=style.INK, linewidth=2.6)
        elif numbers.step == ERROR_STEP:
            self._rings[OUTPUT, 0].set(edgecolor=style.FACTORS["error"], linewidth=3)
        elif place:
            layer, source, target = place
            self._rings[layer, target].set(edgecolor=style.FACTORS["slope"], linewidth=3)
            if source != BIAS:
                feeding = self._input_rings[source] if layer == HIDDEN else self._rings[HIDDEN, source]
                feeding.set(edgecolor=style.FACTORS["input"], linewidth=3)


class Product:
    """*error × slope × input = gradient*: four numbers with what they are, always in the same places."""

    _COLUMNS = (0.155, 0.42, 0.655, 0.87)

    def __init__(self, figure: Figure) -> None:
        colours = (*style.FACTORS.values(), style.INK)
        centred = {"ha": "center", "va": "center"}
        self._numbers = [
            figure.text(x, 0.165, "", fontsize=17, fontweight="bold", color=colour, **centred)
            for x, colour in zip(self._COLUMNS, colours, strict=True)
        ]
        between = [(a + b) / 2 for a, b in zip(self._COLUMNS, self._COLUMNS[1:], strict=False)]
        self._signs = [
            figure.text(x, 0.165, sign, fontsize=17, **centred) for x, sign in zip(between, "××=", strict=True)
        ]
        self._labels, self._details = (
            [
                figure.text(x, y, "", fontsize=10, color=c, **centred)
                for x, c in zip(self._COLUMNS, colours, strict=True)
            ]
            for y in (0.098, 0.055)
        )

    @property
    def artists(self) -> list[Text]:
        return [*self._numbers, *self._signs, *self._labels, *self._details]

    def show(self, numbers: Pass) -> None:
        place, n = numbers.place, number_text
        for artist in self.artists:
            artist.set_visible(place is not None)
        if place is None:
            return
        layer, source, unit = place
        values = numbers.error_before_slope(place), numbers.slope(place), numbers.input(place), numbers.gradient(place)
        for artist, value in zip(self._numbers, values, strict=True):
            artist.set_text(n(value))
        changed, look = numbers.changed(place), rule_look(numbers, place)
        symbol = "∂J/∂b" if source == BIAS else "∂J/∂w"
        labels = ["error coming back", "slope f′(z)", "input", f"gradient {symbol}"]
        details = ["", "", "", ""]
        if layer == OUTPUT:
            labels[0], details[0] = "error", f"ŷ − y = {n(numbers.a(OUTPUT, 0))} − {signed(numbers.y)}"
            details[1] = "linear output: f′ = 1"
        else:
            details[0] = f"{n(numbers.error)} × weight {n(float(W_OUTPUT[unit, 0]))}"
            details[1] = f"{NAMES[numbers.activation]}′({n(numbers.z(HIDDEN, unit))})"
            if numbers.by_delta_rule:
                labels[1] = "1 in place of"
                details[1] += f" = {n(numbers.true_slope(place))}"
        details[2] = "of a bias: always 1" if source == BIAS else ("x" if layer == HIDDEN else "a") + "₁₂"[source]
        if changed:
            labels[3], details[3] = f"not {symbol}", f"which is {n(numbers.true_gradient(place))}"
        for artists, words in ((self._labels, labels), (self._details, details)):
            for artist, word in zip(artists, words, strict=True):
                artist.set_text(word)
        for artist in (self._numbers[3], self._labels[3], self._details[3]):
            artist.set_color(look.colour)


def rule_look(numbers: Pass, place: Place) -> style.Look:
    """Return how to draw what the rule gives for a parameter: as the delta rule's where it is not the gradient."""
    return style.RULES["delta_rule" if numbers.changed(place) else "chain_rule"]
