"""What of a picture can be taken hold of: handles, strips, spots and pads, in the data coordinates of its axes.

An explorer says what there is for the numbers it has just drawn; the page (`stage_hands.js`) lays it over the picture,
follows the pointer and the arrow keys, and sets the controls. Whatever a hand does, a control does, too::

    def hands(self, numbers):
        return [
            Handle("start of the walk", self._bowl, numbers.start, x="w", y="b"),
            Strip("step", self._losses, "step"),
            Spot("sample 3", self._data, (1.2, 0.4), says="x = 1.2, y = 0.4", sets={"sample": 3}),
        ]

Values snap to the positions of their controls. The functions here are pure: from artists to numbers for the page.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.validation import Array


@dataclass(frozen=True)
class Handle:
    """A point to grab: the control `x` gets its first coordinate, the control `y` its second; one may be left out.

    With a `path`, shape (n, 2), the handle keeps to these points, one for each position of the control `x`: a corner on
    a circle, or whatever is drawn elsewhere than at the control's own value. A ball on a curve has the `graph` of a
    function for its path: it stays above or below the pointer, however high that is, and does not lag behind in a
    valley that the pointer crosses.
    """

    name: str
    axes: Axes
    at: tuple[float, float]
    x: str = ""
    y: str = ""
    path: Array | None = None
    graph: bool = False


@dataclass(frozen=True)
class Strip:
    """Axes along whose x axis a control is dragged, wherever one takes hold: the step on a loss curve."""

    name: str
    axes: Axes
    control: str
    scale: float = 1.0
    """The x coordinate of a value is the value times this."""


@dataclass(frozen=True)
class Spot:
    """Something to point at, which `says` its numbers, and to click, if there are controls that it `sets`.

    It is a dot, or a box of the `size` (width, height) in data coordinates with its centre at `at`. With `at_once` the
    controls are set as soon as the pointer or the focus is on it.
    """

    name: str
    axes: Axes
    at: tuple[float, float]
    says: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict)
    size: tuple[float, float] | None = None
    at_once: bool = False


@dataclass(frozen=True)
class Pad:
    """Axes to put points of two classes down on, for a control of the kind `Points`; a click on a point takes it away.
    By keys, arrows move a cross and Enter is the click.

    `shown` are the points (x, y, class) that are to be seen now, the explorer's own data set, too: one starts from it.
    """

    name: str
    axes: Axes
    control: str
    shown: Sequence[tuple[float, float, int]] = ()


Hand = Handle | Strip | Spot | Pad


def for_the_page(hands: Iterable[Hand], figure: Figure) -> dict[str, Any]:
    """Return the hands and their axes as plain lists and numbers, places as shares of the picture from its top left."""
    hands = list(hands)
    axes = list(dict.fromkeys(hand.axes for hand in hands))
    frames = [_frame(one, figure) for one in axes]
    told = []
    for hand, places in zip(hands, _places(hands, figure), strict=True):
        number = axes.index(hand.axes)
        one = _told(hand, places, frames[number]["box"])
        if one is not None:
            told.append(one | {"kind": type(hand).__name__.lower(), "name": hand.name, "axes": number})
    return {"hands": told, "axes": frames}


def _told(hand: Hand, places: Sequence[tuple[float, float]], frame: Sequence[float]) -> dict[str, Any] | None:
    if isinstance(hand, Strip):
        return {"x": hand.control, "scale": hand.scale}
    if isinstance(hand, Pad):
        return {
            "control": hand.control,
            "shown": [[round(float(x), 3), round(float(y), 3), int(c)] for x, y, c in hand.shown],
        }
    at, *more = places
    if not all(map(math.isfinite, at)):
        return None
    if isinstance(hand, Handle):
        path = [[round(x, 4), round(y, 4)] for x, y in more]
        return {"at": at, "x": hand.x, "y": hand.y, "path": path, "graph": hand.graph}
    size = None
    if more:
        # A box ends where its axes do, also one that reaches down to 0 on a logarithmic scale.
        edges = [
            sorted(min(max(edge, low), low + room) for edge in (one, other))
            for one, other, low, room in zip(*more, frame[:2], frame[2:], strict=True)
        ]
        at, size = [(low + high) / 2 for low, high in edges], [high - low for low, high in edges]
    return {"at": at, "says": hand.says, "sets": dict(hand.sets), "size": size, "atOnce": hand.at_once}


def _points(hand: Hand) -> Array:
    """Return what is to be placed of a hand, shape (n, 2): where it is, and then its path or the corners of its box."""
    if isinstance(hand, Strip | Pad):
        return np.empty((0, 2))
    points = [hand.at]
    if isinstance(hand, Handle) and hand.path is not None:
        points.extend(np.nan_to_num(hand.path))
    elif isinstance(hand, Spot) and hand.size is not None:
        (x, y), (width, height) = hand.at, hand.size
        points += [(x - width / 2, y + height / 2), (x + width / 2, y - height / 2)]
    return np.array(points, float)


def _places(hands: Sequence[Hand], figure: Figure) -> list[list[tuple[float, float]]]:
    """Return each hand's points as shares of the picture from its top left: one transformation for each axes."""
    points = [_points(hand) for hand in hands]
    places: list[list[tuple[float, float]]] = [[] for _ in hands]
    for axes in {hand.axes for hand in hands}:
        here = [number for number, hand in enumerate(hands) if hand.axes is axes]
        with np.errstate(all="ignore"):
            share = axes.transData.transform(np.concatenate([points[number] for number in here]))
        share /= [figure.bbox.width, figure.bbox.height]
        each = iter(np.column_stack([share[:, 0], 1 - share[:, 1]]).tolist())
        for number in here:
            places[number] = [next(each) for _ in points[number]]
    return places


def box(axes: Axes, figure: Figure) -> list[float]:
    """Return where axes are on the picture: left, top, width and height as shares of it."""
    bounds = axes.bbox.bounds
    width, height = figure.bbox.width, figure.bbox.height
    left, bottom, wide, high = bounds[0] / width, bounds[1] / height, bounds[2] / width, bounds[3] / height
    return [round(float(edge), 5) for edge in (left, 1 - bottom - high, wide, high)]


def _frame(axes: Axes, figure: Figure) -> dict[str, Any]:
    x = [*map(float, axes.get_xlim()), axes.get_xscale() == "log"]
    y = [*map(float, axes.get_ylim()), axes.get_yscale() == "log"]
    return {"box": box(axes, figure), "x": x, "y": y}
