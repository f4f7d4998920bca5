"""The one visual language: a thing has the same colour, line, marker and name in every picture.

Colours are those of Okabe and Ito, which the common forms of colour blindness keep apart; nothing is told by colour
alone. Sizes are in points on a page that is 9 inches (900 CSS pixels) wide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patheffects import Stroke, withStroke

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#007A5A", "#A8508A"
INK, MUTED, FAINT, PAPER = "#20252B", "#5B636B", "#C9CED3", "#FFFFFF"

INCHES = 9.0
DPI = 200
"""Twice the page's 100 pixels an inch: crisp on a HiDPI screen."""

_KINDS = {"axes", "contour", "figure", "font", "grid", "hatch", "image", "legend", "lines", "markers", "mathtext"}
_KINDS |= {"patch", "path", "scatter", "text", "xtick", "ytick"}

# Matplotlib's own defaults first: a style that a notebook has chosen for its figures is not for these.
RC: Mapping[str, Any] = {
    **{name: value for name, value in mpl.rcParamsDefault.items() if name.split(".")[0] in _KINDS},
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 10.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "lines.solid_capstyle": "round",
}


@dataclass(frozen=True)
class Look:
    """How one thing is drawn, and what it is called."""

    label: str
    colour: str
    line: Any
    marker: str

    @property
    def stroke(self) -> dict[str, Any]:
        """Keywords for a line."""
        return {"color": self.colour, "linestyle": self.line, "linewidth": 2.4}

    @property
    def name(self) -> dict[str, Any]:
        """Keywords for its name, set on or beside it."""
        return {"color": self.colour, "fontweight": "bold", "path_effects": halo()}


RULES = {
    "chain_rule": Look("chain rule", BLUE, "-", "o"),
    "delta_rule": Look("delta rule", VERMILLION, (0, (4, 1.6)), "D"),
    "frozen": Look("frozen layer", MUTED, (0, (1, 1.4)), "s"),
}
"""How each rule is drawn, everywhere."""

STAND_INS = {
    "straight_through": Look("straight-through", GREEN, (0, (7, 1.5, 1.2, 1.5)), "^"),
    "feedback_alignment": Look("feedback alignment", PURPLE, (0, (2.4, 1.2)), "v"),
}
"""Two more rules; apart from `RULES`, which most explorers show as a whole."""

FACTORS = {"error": PURPLE, "slope": GREEN, "input": INK}
"""The colours of *error × slope × input* where the three stand as numbers."""

CLASSES = (
    {"color": "#8A6A14", "marker": "o", "light": "#EBD9A6"},
    {"color": "#1F5A99", "marker": "^", "light": "#BFD3E8"},
)
"""How the samples of class 0 and class 1 are drawn; `light` shades the region that a network gives to the class."""

DATA = {"color": INK, "marker": "o", "markersize": 4.0, "linestyle": "none", "alpha": 0.55, "markeredgewidth": 0}
"""How samples are drawn where there are no classes."""


GRADIENT = "#1F7A7A"
"""The gradient of a loss, where it is shown beside the curve: the teal of `LANDSCAPE`, and no factor's colour."""

LANDSCAPE = LinearSegmentedColormap.from_list(
    "landscape",
    ["#349090", "#539E92", "#6FAA97", "#8AB79D", "#A3C3A6", "#BBCFB2", "#D2DBC1", "#E6E8D3", "#F8F6E7"],
)
"""Heights of a loss: dark is low, in both themes. Even steps of lightness from teal to ivory, made in OKLab: blue and
orange lines are read on all of it."""


@cache
def halo(width: float = 2.5) -> tuple[Stroke]:
    """Return the path effect that keeps a label readable on a line or on contours: always the same object."""
    return (withStroke(linewidth=width, foreground=PAPER),)


def patch() -> dict[str, Any]:
    """Return the box of paper that keeps words readable on bars."""
    return {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}


def number(value: float, digits: int = 3) -> str:
    """Write a number for a reader: `digits` significant ones, a true minus sign, words where it is none."""
    if value != value:
        return "not a number"
    if value in (float("inf"), float("-inf")):
        return "infinity" if value > 0 else "−infinity"
    size = abs(value)
    if size < 1e-12:
        return "0"
    if not 1e-4 <= size < 1e5:
        return in_powers(value, digits).replace("-", "−")
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{value:.0f}"
    return text.replace("-", "−")


def factor(value: float, digits: int = 3) -> str:
    """Write a number that stands in a product: in brackets, if it is one itself, as 2.5 × 10⁻⁷ is."""
    text = number(value, digits)
    return f"({text})" if "×" in text else text


def fixed(value: float, digits: int = 2) -> str:
    """Write a number with so many digits after the point, and no −0."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """Write ``10⁻⁵``."""
    return "10" + f"{exponent}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def powers_of_ten(exponents: Iterable[int]) -> list[str]:
    """Return the marks of a logarithmic axis: ``10⁻², 10⁻¹, 1, 10¹``."""
    return [power_of_ten(exponent) if exponent else "1" for exponent in exponents]


def in_powers(value: float, digits: int = 1) -> str:
    """Write a number with so many digits times a power of ten, ``2.5 × 10⁻⁷``, which no line break divides."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{power_of_ten(int(exponent))}"


def percent(share: float) -> str:
    """Write a share of 1 in whole percent, and 100% only if it is all."""
    return f"{min(round(100 * share), 100 if share == 1 else 99)}%"


def count(n: int, thing: str) -> str:
    """Write ``1 step``, ``2 steps``."""
    return f"{n} {thing}{'s' * (n != 1)}"


def spread_out(positions: Sequence[float], gap: float, low: float, high: float = float("inf")) -> list[float]:
    """Move labels apart, as little as possible and in their order: `gap` apart, none below `low` or above `high`."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    groups: list[list[float]] = []  # of labels that touch: [centre, count]
    for i in order:
        groups.append([min(max(positions[i], low), high), 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < gap * (groups[-1][1] + groups[-2][1]) / 2:
            (c2, n2), (c1, n1) = groups.pop(), groups.pop()
            centre, count = (c1 * n1 + c2 * n2) / (n1 + n2), n1 + n2
            reach = gap * (count - 1) / 2
            groups.append([min(max(centre, low + reach), high - reach), count])
    spread = [centre + gap * (k - (count - 1) / 2) for centre, count in groups for k in range(int(count))]
    result = [0.0] * len(positions)
    for i, position in zip(order, spread, strict=True):
        result[i] = position
    return result


def drawable(values: np.ndarray, most: float = 1e4) -> np.ndarray:
    """Keep coordinates of a run that diverges within what a canvas can draw: from −`most` to `most`."""
    return np.clip(np.nan_to_num(values, nan=most), -most, most)


def bare(axes: Axes) -> None:
    """Take the frame and the ticks from axes whose positions say nothing in numbers."""
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
