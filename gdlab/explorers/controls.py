"""What an explorer can be steered with: each control knows its positions, their words, and which values are good.

The page makes a native HTML element of each (`stage_controls.js`). A slider there counts positions, so that what a
reader sets is exactly one of `positions`: no 10.000000000000002 comes back.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from typing import Any

from gdlab.validation import describe, named

_ROUND = (10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 25, 28, 30, 33, 36, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95)


def _between(value: Any, name: str, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} came as {describe(value)}; wanted a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; wanted a number from {low:g} to {high:g}")


def _whole(value: Any, name: str, low: int, high: int, step: int) -> int:
    _between(value, name, low, high)
    if (value - low) % step:
        steps = f" in steps of {step}" if step > 1 else ""
        raise ValueError(f"{name} is {value}; wanted a whole number from {low} to {high}{steps}")
    return int(value)


class _Sliding:
    """What all sliders have in common: the page is told of every position and of its words."""

    def spec(self) -> dict[str, Any]:
        """Return what the page needs to make the control."""
        texts = [self.text(value) for value in self.positions]
        return {"kind": "slider", "label": self.label, "folded": self.folded, "positions": self.positions} | {
            "texts": texts
        }

    def text(self, value: float) -> str:
        """Write a value as it stands beside the slider."""
        return f"{value:g}".replace("-", "−")


@dataclass(frozen=True)
class Slider(_Sliding):
    """A number from `low` to `high` in equal steps. What is seldom used can be `folded` away."""

    label: str
    start: float
    low: float
    high: float
    step: float
    format: str = ".1f"
    folded: bool = field(default=False, kw_only=True)

    @cached_property
    def positions(self) -> list[float]:
        """Every value that the slider on the page can have."""
        count = round((self.high - self.low) / self.step)
        return [float(round(self.low + k * self.step, 10)) for k in range(count + 1)]

    @property
    def wanted(self) -> str:
        return f"from {self.low:g} to {self.high:g}"

    def text(self, value: float) -> str:
        return f"{value:{self.format}}".replace("-", "−")

    def check(self, value: Any, name: str) -> float:
        _between(value, name, self.low, self.high)
        return float(value)


@dataclass(frozen=True)
class IntSlider(_Sliding):
    """A whole number from `low` to `high`, every `step`."""

    label: str
    start: int
    low: int
    high: int
    step: int = 1
    folded: bool = field(default=False, kw_only=True)

    @cached_property
    def positions(self) -> list[int]:
        return list(range(self.low, self.high + 1, self.step))

    @property
    def wanted(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def check(self, value: Any, name: str) -> int:
        return _whole(value, name, self.low, self.high, self.step)


@dataclass(frozen=True)
class LogSlider(_Sliding):
    """A positive number from `low` to `high` in steps of about a tenth of itself."""

    label: str
    start: float
    low: float
    high: float
    folded: bool = field(default=False, kw_only=True)

    @cached_property
    def positions(self) -> list[float]:
        """Round numbers of two digits, each about a tenth larger than the one before."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        values = [float(f"{digits}e{decade - 1}") for decade in decades for digits in _ROUND]
        return [value for value in values if self.low <= value <= self.high]

    @property
    def wanted(self) -> str:
        return f"a round number from {self.low:g} to {self.high:g}"

    def check(self, value: Any, name: str) -> float:
        _between(value, name, self.low, self.high)
        if value not in self.positions:
            near = sorted(sorted(self.positions, key=lambda good: abs(math.log(good / value)))[:2])
            raise ValueError(f"{name} is {value}; wanted a value of its slider, such as {near[0]:g} or {near[1]:g}")
        return float(value)


@dataclass(frozen=True)
class Steps(_Sliding):
    """A step of a run, from 0 to `last`, with a button that plays them, at most one each `interval` milliseconds.

    The page keeps the pictures of the steps beside the one shown, so there can be one such control in an explorer.
    """

    label: str
    last: int
    start: int = 0
    stride: int = 1
    interval: int = 33
    folded: bool = field(default=False, init=False)

    @cached_property
    def positions(self) -> list[int]:
        return list(range(0, self.last + 1, self.stride))

    @property
    def wanted(self) -> str:
        steps = f" in steps of {self.stride}" if self.stride > 1 else ""
        return f"a whole number from 0 to {self.last}{steps}"

    def spec(self) -> dict[str, Any]:
        return super().spec() | {"kind": "steps", "interval": self.interval}

    def check(self, value: Any, name: str) -> int:
        return _whole(value, name, 0, self.last, self.stride)


@dataclass(frozen=True)
class Choice:
    """One of several things by name; `options` maps the name used in code to the words on the page.

    What one tries one after the other can be `listed`: then all options are seen at once.
    """

    label: str
    options: Mapping[str, str]
    start: str
    listed: bool = field(default=False, kw_only=True)
    folded: bool = field(default=False, kw_only=True)

    @property
    def positions(self) -> list[str]:
        return list(self.options)

    @property
    def wanted(self) -> str:
        return "one of " + ", ".join(map(repr, self.options))

    def spec(self) -> dict[str, Any]:
        words = {"positions": self.positions, "texts": list(self.options.values()), "listed": self.listed}
        return {"kind": "choice", "label": self.label, "folded": self.folded} | words

    def check(self, value: Any, name: str) -> str:
        named(self.options, value, name)
        return value


@dataclass(frozen=True)
class Points:
    """Points of two classes that the reader puts down on a `Pad` (see `hands`): a tuple of (x, y, class), or ().

    With () the explorer shows a data set of its own.
    """

    label: str
    start: tuple[tuple[float, float, int], ...] = ()
    extent: float = 2.4
    """Coordinates are from −extent to extent."""
    most: int = 200
    folded: bool = field(default=False, kw_only=True)

    @property
    def positions(self) -> list[tuple[tuple[float, float, int], ...]]:
        """Some of its values, for whoever tries them all."""
        half = self.extent / 2
        return [(), ((-half, -half, 0), (half, half, 1)), ((-half, 0.0, 1), (0.0, 0.0, 0), (half, half, 1))]

    @property
    def wanted(self) -> str:
        return f"up to {self.most} points (x, y, class), coordinates from {-self.extent:g} to {self.extent:g}"

    def spec(self) -> dict[str, Any]:
        return {"kind": "points", "label": self.label, "folded": self.folded, "extent": self.extent, "most": self.most}

    def check(self, value: Any, name: str) -> tuple[tuple[float, float, int], ...]:
        wanted = f"wanted {self.wanted}, such as ((-1, -1, 0), (1, 1, 1))"
        if isinstance(value, str) or (not isinstance(value, Sequence) and not hasattr(value, "__array__")):
            raise TypeError(f"{name} came as {describe(value)}; {wanted}")
        points = []
        for point in value:
            try:
                x, y, label = (float(number) for number in point)
            except (TypeError, ValueError):
                raise ValueError(f"{name} has {point!r}; {wanted}") from None
            if not (abs(x) <= self.extent and abs(y) <= self.extent and label in (0, 1)):
                raise ValueError(f"{name} has {point!r}; {wanted}")
            points.append((x, y, int(label)))
        if len(points) > self.most:
            raise ValueError(f"{name} has {len(points)} points; {wanted}")
        return tuple(points)


@dataclass(frozen=True)
class Drawing:
    """A drawing by mouse, pen or finger: a tuple of rows, strings in which ``#`` is ink; () where there is none."""

    label: str
    start: tuple[str, ...] = ()
    size: int = 32
    """Rows, and columns in each."""
    folded: bool = field(default=False, kw_only=True)

    @property
    def positions(self) -> list[tuple[str, ...]]:
        """Some of its values, for whoever tries them all."""
        middle = self.size // 2
        return [
            self.start,
            (),
            tuple(
                ("##" if abs(row - middle) < middle // 2 else "..").center(self.size, ".") for row in range(self.size)
            ),
        ]

    @property
    def wanted(self) -> str:
        return f"{self.size} strings of {self.size} letters, '#' for ink and '.' for paper"

    def spec(self) -> dict[str, Any]:
        return {"kind": "drawing", "label": self.label, "folded": self.folded, "size": self.size}

    def check(self, value: Any, name: str) -> tuple[str, ...]:
        if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(row, str) for row in value):
            raise TypeError(f"{name} came as {describe(value)}; wanted {self.wanted}")
        if value and (len(value) != self.size or any(len(row) != self.size or set(row) - {"#", "."} for row in value)):
            raise ValueError(f"{name} has another size or other letters; wanted {self.wanted}")
        return tuple(value) if any("#" in row for row in value) else ()


Control = Slider | IntSlider | LogSlider | Steps | Choice | Points | Drawing
