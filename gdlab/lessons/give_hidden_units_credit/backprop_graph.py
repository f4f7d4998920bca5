"""The picture of a backward pass: the network with its numbers, and the product that makes each gradient."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
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
    Pass,
    Place,
)
from gdlab.validation import Array


def number_text(value: float) -> str:
    """Write a number with three decimals, so that sums on the picture agree; a small one with two digits."""
    if 0 < abs(value) < 0.01:
        return style.number(value, 2)
    return style.number(round(value, 3), 6)


def signed(value: float) -> str:
    """Write a number that follows a sign."""
    return f"({number_text(value)})" if value < 0 else number_text(value)


class Graph:
    """The network: units as circles, weights as lines with a bead to move, all numbers beside what they belong to."""

    _RADIUS = 0.4
    _INPUTS, UNITS = ((0.6, 4.2), (0.6, 2.4)), {(0, 0): (3.2, 4.2), (0, 1): (3.2, 2.4), (1, 0): (5.75, 3.3)}
    # Where the value of each parameter and what is added to it stand: x, y, and which end of the text is there.
    _LABELS: ClassVar[dict[Place, tuple[tuple[float, float, str], tuple[float, float, str]]]] = {
        (0, 0, 0): ((1.9, 4.4, "center"), (1.9, 4.6, "center")),
        (0, 1, 1): ((1.9, 2.2, "center"), (1.9, 2.0, "center")),
        (0, 0, 1): ((1.25, 3.61, "right"), (0.08, 3.41, "left")),
        (0, 1, 0): ((1.25, 2.99, "right"), (0.08, 3.19, "left")),
        (0, 2, 0): ((3.2, 4.74, "right"), (3.27, 4.74, "left")),
        (0, 2, 1): ((3.2, 1.86, "right"), (3.27, 1.86, "left")),
        (1, 0, 0): ((3.92, 4.34, "left"), (3.92, 4.14, "left")),
        (1, 1, 0): ((3.92, 2.26, "left"), (3.92, 2.46, "left")),
        (1, 2, 0): ((5.75, 2.74, "center"), (5.75, 2.54, "center")),
    }
    # The part of its line on which a bead moves, from the lowest weight to the highest; not where two lines cross.
    _TRACKS: ClassVar[dict[Place, tuple[float, float]]] = {(0, 1, 0): (0.56, 0.83), (0, 0, 1): (0.56, 0.83)}
    _TRACK = (0.2, 0.8)

    def __init__(self, axes: Axes) -> None:
        """Draw on `axes` whose units are inches."""
        self.axes = axes
        self._edges = {p: self._edge(p) for p in BACKWARD if p[1] != BIAS}
        self._beads = {
            p: axes.plot([], [], "o", markersize=7, color=style.PAPER, markeredgecolor=style.INK, zorder=3)[0]
            for p in self._edges
        }
        self._input_rings = [self._ring(*at) for at in self._INPUTS]
        self._rings = {unit: self._ring(*at) for unit, at in self.UNITS.items()}
        big = {"fontsize": 12, "fontweight": "bold", "ha": "center"}
        small = {"fontsize": 9, "ha": "center"}
        self._x = [self._text(x, y + 0.09, **big) for x, y in self._INPUTS]
        self._a = {unit: self._text(x, y + 0.09, **big) for unit, (x, y) in self.UNITS.items()}
        self._z = {unit: self._text(x, y - 0.18, **small) for unit, (x, y) in self.UNITS.items()}
        names = [self._text(x, y - 0.18, f"x{'₁₂'[i]}", **small) for i, (x, y) in enumerate(self._INPUTS)]
        self._weights = {p: self._text(x, y, ha=ha) for p, ((x, y, ha), _) in self._LABELS.items()}
        self._changes = {p: self._text(x, y, ha=ha) for p, (_, (x, y, ha)) in self._LABELS.items()}
        error, slope = ({"color": style.FACTORS[name], "ha": "left"} for name in ("error", "slope"))
        self._errors = [self._text(2.86, 3.64, **error), self._text(2.86, 2.96, **error)]
        self._slopes = [self._text(2.86, 3.44, **slope), self._text(2.86, 3.16, **slope)]
        self._target = self._text(5.75, 4.06, ha="center")
        self._error = self._text(5.75, 3.84, color=style.FACTORS["error"], ha="center")
        self.artists: list[Artist] = [
            *self._edges.values(),
            *self._beads.values(),
            *self._input_rings,
            *self._rings.values(),
            *(*self._x, *names, *self._a.values(), *self._z.values()),
            *(*self._weights.values(), *self._changes.values()),
            *(*self._errors, *self._slopes, self._target, self._error),
        ]

    def _text(self, x: float, y: float, words: str = "", **look: object) -> Text:
        return self.axes.text(x, y, words, va="center", **{"fontsize": 10, **look})

    def _ring(self, x: float, y: float) -> Circle:
        return self.axes.add_patch(Circle((x, y), self._RADIUS, facecolor=style.PAPER, zorder=2))

    def _ends(self, place: Place) -> tuple[tuple[float, float], tuple[float, float]]:
        layer, source, unit = place
        return self._INPUTS[source] if layer == HIDDEN else self.UNITS[HIDDEN, source], self.UNITS[layer, unit]

    def _edge(self, place: Place) -> Line2D:
        (x0, y0), (x1, y1) = self._ends(place)
        return self.axes.plot([x0, x1], [y0, y1], solid_capstyle="butt")[0]

    def track(self, place: Place, count: int) -> Array:
        """Return the places, shape (count, 2), of the bead on a line, from the lowest weight to the highest."""
        start, end = np.array(self._ends(place))
        shares = np.linspace(*self._TRACKS.get(place, self._TRACK), count)[:, None]
        return start + shares * (end - start)

    def label_box(self, place: Place) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return centre and size of the box around what is written at a parameter."""
        (x, y, ha), (_, y2, ha2) = self._LABELS[place]
        if place[1] == BIAS and place[0] == HIDDEN:
            return (x, y), (1.3, 0.24)
        if ha == ha2:
            return (x + (0.45 if ha == "left" else 0), (y + y2) / 2), (0.95 if ha == "left" else 1.1, 0.42)
        return (0.67, (y + y2) / 2), (1.2, 0.4)

    def show(self, numbers: Pass, beads: Mapping[Place, tuple[float, float]]) -> None:
        n, place = number_text, numbers.place
        self._show_lines(numbers)
        for p, (x, y) in beads.items():
            self._beads[p].set_data([x], [y])
        for index, text in enumerate(self._x):
            text.set_text(n(float(numbers.trace.a[0][0, index])))
        for unit, text in self._a.items():
            known = numbers.known(*unit)
            text.set_text(n(numbers.a(*unit)) if known else "?")
            self._z[unit].set_text(f"z {n(numbers.z(*unit))}" if known and unit[0] == HIDDEN else "")
        self._z[OUTPUT, 0].set_text("ŷ")
        for p, text in self._weights.items():
            text.set_text(f"bias {n(numbers.weight(p))}" if p[1] == BIAS else n(numbers.weight(p)))
        for p, text in self._changes.items():
            words = f"add {n(numbers.change(p))}" + (f" ≠ {n(numbers.downhill(p))}" if numbers.differs(p) else "")
            text.set_text(words if numbers.done(p) else "")
            text.set(color=rule_look(numbers, p).colour, fontweight="bold" if p == place else "normal")
        for unit in (0, 1):
            reached, first = numbers.reached(unit), (HIDDEN, 0, unit)
            self._errors[unit].set_text(f"error {n(numbers.error_before_slope(first))}" if reached else "")
            slope, true = numbers.slope(first), numbers.true_slope(first)
            crossed = f", not {n(true)}" if numbers.by_delta_rule and slope != true else ""
            self._slopes[unit].set_text(f"slope {n(slope)}{crossed}" if reached else "")
        self._target.set_text(f"target y = {n(numbers.y)}")
        self._error.set_text(f"error y − ŷ = {n(numbers.error)}" if numbers.step >= ERROR_STEP else "")

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
    """*error × slope × input = what is added*: four numbers with what they are, always in the same places."""

    _COLUMNS = (0.14, 0.41, 0.64, 0.87)

    def __init__(self, figure: Figure) -> None:
        colours = (*style.FACTORS.values(), style.INK)
        centred = {"ha": "center", "va": "center"}
        self._numbers = [
            figure.text(x, 0.205, "", fontsize=17, fontweight="bold", color=colour, **centred)
            for x, colour in zip(self._COLUMNS, colours, strict=True)
        ]
        between = [(a + b) / 2 for a, b in zip(self._COLUMNS, self._COLUMNS[1:], strict=False)]
        self._signs = [
            figure.text(x, 0.205, sign, fontsize=17, **centred) for x, sign in zip(between, "××=", strict=True)
        ]
        self._labels, self._details = (
            [
                figure.text(x, y, "", fontsize=10, color=c, **centred)
                for x, c in zip(self._COLUMNS, colours, strict=True)
            ]
            for y in (0.13, 0.085)
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
        values = numbers.error_before_slope(place), numbers.slope(place), numbers.input(place), numbers.change(place)
        for artist, value in zip(self._numbers, values, strict=True):
            artist.set_text(n(value))
        look = rule_look(numbers, place)
        symbol = "−∂J/∂b" if source == BIAS else "−∂J/∂w"
        labels = ["error coming back", "slope f′(z)", "input", f"added: {symbol}"]
        details = ["", "", "", "times the learning rate"]
        if layer == OUTPUT:
            labels[0], details[0] = "error", f"y − ŷ = {n(numbers.y)} − {signed(numbers.a(OUTPUT, 0))}"
            details[1] = "linear output: f′ = 1"
        else:
            details[0] = f"{n(numbers.error)} × weight {n(numbers.weight((OUTPUT, unit, 0)))}"
            details[1] = f"{NAMES.get(numbers.activation, numbers.activation)}′({n(numbers.z(HIDDEN, unit))})"
            if numbers.by_delta_rule:
                labels[1] = "1 in place of"
                details[1] += f" = {n(numbers.true_slope(place))}"
        details[2] = "1 for a bias" if source == BIAS else ("x" if layer == HIDDEN else "a") + "₁₂"[source]
        if numbers.differs(place):
            labels[3], details[3] = f"added, not {symbol}", f"which is {n(numbers.downhill(place))}"
        for artists, words in ((self._labels, labels), (self._details, details)):
            for artist, word in zip(artists, words, strict=True):
                artist.set_text(word)
        for artist in (self._numbers[3], self._labels[3], self._details[3]):
            artist.set_color(look.colour)


def rule_look(numbers: Pass, place: Place) -> style.Look:
    """Return how to draw what the rule adds to a parameter: as the delta rule's where it is not downhill."""
    return style.RULES["delta_rule" if numbers.differs(place) else "chain_rule"]
