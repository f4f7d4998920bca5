"""What of a picture can be taken hold of: handles, strips, spots and pads, in the data coordinates of its axes.

An explorer says what there is for the numbers it has just drawn; the page lays it over the picture, follows the pointer
and the arrow keys, and sets the controls. Whatever a hand does, a control does, too::

    def hands(self, numbers):
        return [
            Handle("start of the walk", self._bowl, numbers.start, x="w", y="b"),
            Strip("step", self._losses, "step"),
            Spot("sample 3", self._data, (1.2, 0.4), says="x = 1.2, y = 0.4", sets={"sample": 3}),
        ]

Values snap to the positions of their controls. The functions here are pure: from artists to numbers for the page.
"""

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
    axes: list[Axes] = []
    told = []
    for hand in hands:
        if hand.axes not in axes:
            axes.append(hand.axes)
        one = _told(hand, figure)
        if one is not None:
            told.append(one | {"kind": type(hand).__name__.lower(), "name": hand.name, "axes": axes.index(hand.axes)})
    return {"hands": told, "axes": [_frame(one, figure) for one in axes]}


def _told(hand: Hand, figure: Figure) -> dict[str, Any] | None:
    if isinstance(hand, Strip):
        return {"x": hand.control, "scale": hand.scale}
    if isinstance(hand, Pad):
        return {
            "control": hand.control,
            "shown": [[round(float(x), 3), round(float(y), 3), int(c)] for x, y, c in hand.shown],
        }
    at = _place(hand.axes, figure, [hand.at])[0]
    if not np.isfinite(at).all():
        return None
    if isinstance(hand, Handle):
        path = [] if hand.path is None else _place(hand.axes, figure, np.nan_to_num(hand.path)).round(4).tolist()
        return {"at": at.tolist(), "x": hand.x, "y": hand.y, "path": path, "graph": hand.graph}
    size = None
    if hand.size is not None:
        corners = np.array(hand.at) + np.array([[-0.5, 0.5], [0.5, -0.5]]) * np.array(hand.size)
        left, top, width, height = box(hand.axes, figure)
        # A box ends where its axes do, also one that reaches down to 0 on a logarithmic scale.
        one, other = np.clip(_place(hand.axes, figure, corners), (left, top), (left + width, top + height))
        at, size = (one + other) / 2, np.abs(other - one).tolist()
    return {"at": at.tolist(), "says": hand.says, "sets": dict(hand.sets), "size": size, "atOnce": hand.at_once}


def _place(axes: Axes, figure: Figure, points: Any) -> Array:
    """Return points (n, 2) in data coordinates as shares of the picture from its top left."""
    with np.errstate(all="ignore"):
        share = axes.transData.transform(np.asarray(points, float)) / [figure.bbox.width, figure.bbox.height]
    return np.column_stack([share[:, 0], 1 - share[:, 1]])


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
