"""Your own digit: drawn on the page, in letters, or read from a picture; and brought into the form of the 8×8 digits.

The digits of the data set were black and white bitmaps of 32×32 pixels, in which the ink was counted in blocks of
4×4. A digit of your own has to come the same way, or the network sees something that it has not learned from.
"""

import inspect
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, UnidentifiedImageError

from gdlab import training
from gdlab.datasets import digits
from gdlab.explorers import Control, Drawing, Explorer, Hand, Spot, style
from gdlab.layers import Layer
from gdlab.lessons.read_handwritten_digits.digit_views import Tiles, tint
from gdlab.network import forward, initialise
from gdlab.validation import Array, describe

BACKGROUND = " .·"
"""Letters that are paper in a drawing; all others are ink."""
WIDEST = 27
"""Columns of 32: hardly a digit of the set reaches the rim."""
LARGEST = 4000
"""Pixels along a side of a picture that is taken."""


def ink_of(drawing: str | bytes | Path | Image.Image) -> Array:
    """Return where there is ink, as a Boolean array (rows, columns).

    Parameters
    ----------
    drawing
        A text of several lines, with dots or spaces for paper; or a picture, as a path, as the bytes of a file or as a
        Pillow image. What differs clearly from its rim is ink, darker or lighter.

    Raises
    ------
    ValueError, TypeError
        If it is no drawing, or there is no ink on it.
    """
    if isinstance(drawing, str) and "\n" in drawing:
        lines = drawing.strip("\n").split("\n")
        width = max(map(len, lines))
        ink = np.array([[letter not in BACKGROUND for letter in line.ljust(width)] for line in lines])
    else:
        grey = _grey(drawing)
        rim = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
        difference = np.abs(grey - rim)
        ink = difference > max(difference.max() / 2, 16)  # of 255: less is paper that is not quite even
    if not ink.any():
        raise ValueError("there is no ink on this drawing; wanted one digit on paper of one colour")
    return ink


def _grey(drawing: Any) -> Array:
    """Return a picture as an array of grey values from 0 to 255."""
    if isinstance(drawing, bytes):
        drawing = io.BytesIO(drawing)
    if isinstance(drawing, str | Path | io.BytesIO):
        if isinstance(drawing, str) and not os.path.isfile(drawing):
            raise ValueError(f"there is no file {drawing!r}; wanted a picture, or a drawing of several lines")
        try:
            drawing = Image.open(drawing)
        except UnidentifiedImageError:
            raise ValueError("this file is no picture that Pillow can read; wanted one such as PNG or JPEG") from None
    if not isinstance(drawing, Image.Image):
        raise TypeError(f"drawing came as {describe(drawing)}; wanted a text of several lines or a picture")
    if max(drawing.size) > LARGEST:
        raise ValueError(f"the picture has {drawing.size} pixels; wanted at most {LARGEST} along a side")
    picture = drawing.convert("RGBA")
    on_white = Image.new("RGBA", picture.size, "white")
    on_white.alpha_composite(picture)
    return np.asarray(on_white.convert("L"), float)


def bitmap_of(ink: Array) -> Array:
    """Cut ink (rows, columns) to what there is, make it 32 high as all digits of the set are: Boolean, (32, 32)."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = min(max(1, round(32 * ink.shape[1] / ink.shape[0])), WIDEST)
    scaled = Image.fromarray(255 * ink.astype(np.uint8)).resize((width, 32), Image.Resampling.BOX)
    bitmap = np.zeros((32, 32), bool)
    left = (32 - width) // 2
    bitmap[:, left : left + width] = np.asarray(scaled) > 96  # of 255: thin lines are to survive
    return bitmap


def counts_in_blocks(bitmap: Array) -> Array:
    """Count the ink of a bitmap (32, 32) in blocks of 4×4 and divide by 16: shape (8, 8), from 0 to 1."""
    return bitmap.reshape(8, 4, 8, 4).sum(axis=(1, 3)) / 16


@cache
def reader() -> list[Layer]:
    """Return a network with 32 tanh units, trained by the chain rule on all 1,797 digits."""
    data = digits()
    return training.train(
        initialise((64, 32, 10), "tanh", "softmax"),
        data.X,
        data.y,
        loss="softmax_cross_entropy",
        learning_rate=0.3,
        steps=40 * 36,
        batch_size=50,
        record_every=40 * 36,
    ).layers()


def rows_of(bitmap: Array) -> tuple[str, ...]:
    """Write a bitmap as the control on the page keeps it: a string for each row, with # for ink."""
    return tuple("".join("#" if ink else "." for ink in row) for row in bitmap)


EXAMPLE = """
......##....
.....##.....
....##......
....##......
...##...##..
..##...##...
..#########.
.......##...
......##....
......##....
"""


@dataclass(frozen=True)
class Sight:
    """What the network is given, and what it makes of it.

    Attributes
    ----------
    bitmap : array of bool, shape (32, 32)
    pixels : array, shape (8, 8)
        Its inputs.
    probabilities : array, shape (10,)
        For the digits 0 to 9.
    drawn : bool
        Whether there is any ink.
    """

    bitmap: Array
    pixels: Array
    probabilities: Array
    drawn: bool


class OwnDigit(Explorer):
    """A digit of your own, as the network sees it, and what it reads.

    Draw on the page. In code, `drawing` may also be a text of several lines, with dots or spaces for paper; or a
    picture as a path, as the bytes of a file or as a Pillow image. `shares` makes inputs (8, 8) of a bitmap (32, 32) of
    0 and 1: a function of your own, in place of `counts_in_blocks`.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "drawing": Drawing("Draw one digit", rows_of(bitmap_of(ink_of(EXAMPLE)))),
    }
    width, height = 6.6, 2.6

    def __init__(
        self,
        drawing: str | bytes | Path | Image.Image | Sequence[str] = EXAMPLE,
        *,
        shares: Callable[[Array], Array] = counts_in_blocks,
        after: str = "",
    ) -> None:
        self._shares = shares
        if not isinstance(drawing, tuple | list):
            drawing = rows_of(bitmap_of(ink_of(drawing)))
        super().__init__(drawing=drawing, after=after)

    def compute(self, drawing: Sequence[str]) -> Sight:
        bitmap = np.zeros((32, 32), bool)
        if drawing:
            bitmap = bitmap_of(np.array([[letter == "#" for letter in row] for row in drawing]))
        given = self._shares(bitmap.astype(int))
        pixels = np.asarray(given)
        if pixels.shape != (8, 8) or pixels.dtype.kind not in "biuf" or not np.isfinite(pixels).all():
            raise ValueError(f"shares returned {describe(given)}; wanted finite numbers of shape (8, 8)")
        pixels = pixels.astype(float)
        return Sight(bitmap, pixels, forward.unchecked(reader(), pixels.reshape(1, 64)).y_hat[0], bool(drawing))

    def build(self, figure: Figure) -> None:
        self._tiles = []
        for left, title in ((0.02, "32×32, cut to the ink"), (0.365, "What the network gets")):
            axes = figure.add_axes((left, 0.04, 0.31, 0.787))
            axes.set(xlim=(0, 8), ylim=(8, 0), title=title)
            style.bare(axes)
            self._tiles.append(self.moving(axes.add_artist(Tiles())))
            self.moving(axes.hlines(range(9), 0, 8, color=style.FAINT, linewidth=0.6))
            self.moving(axes.vlines(range(9), 0, 8, color=style.FAINT, linewidth=0.6))
        self._blocks = self._tiles[1].axes
        self._says = figure.add_axes((0.735, 0.04, 0.225, 0.787))
        self._says.set(ylim=(9.6, -0.6), xlim=(0, 1), yticks=range(10), xticks=())
        self._says.spines["bottom"].set_visible(False)
        self._bars = self._says.barh(range(10), np.zeros(10), color=style.MUTED)
        self.moving(*self._bars)
        self._title = self.moving(figure.text(0.735, 0.864, "", fontsize=11.5, fontweight="bold"))

    def draw(self, numbers: Sight) -> None:
        for tiles, grid in zip(self._tiles, (numbers.bitmap.astype(float), numbers.pixels), strict=True):
            tiles.show(tint(grid, style.INK), (8, 8))
        best = int(numbers.probabilities.argmax())
        for digit, (bar, share) in enumerate(zip(self._bars, numbers.probabilities, strict=True)):
            bar.set(width=share if numbers.drawn else 0, color=style.INK if digit == best else style.MUTED)
        self._title.set_text(f"It reads a {best}" if numbers.drawn else "Nothing to read")

    def hands(self, numbers: Sight) -> Sequence[Hand]:
        if not numbers.drawn:
            return []
        blocks = [
            Spot(f"row {i + 1}, column {j + 1}", self._blocks, (j + 0.5, i + 0.5), style.number(share), size=(1, 1))
            for (i, j), share in np.ndenumerate(numbers.pixels)
        ]
        return blocks + [
            Spot(f"probability of {digit}", self._says, (0.5, digit), f"{digit}: {_percent(share)}", size=(1, 0.9))
            for digit, share in enumerate(numbers.probabilities)
        ]

    def caption(self, numbers: Sight) -> str:
        if not numbers.drawn:
            return "There is no ink yet. Draw one digit from 0 to 9, as large as you like."
        first, second = np.argsort(-numbers.probabilities)[:2]
        sure, next_best = (_percent(numbers.probabilities[digit]) for digit in (first, second))
        return (
            f"Read as {first} with a probability of {sure}; next comes {second} with {next_best}. The drawing is cut "
            "to its ink, made as high as all digits of the set, and its ink counted in blocks of 4×4."
        )


def _percent(share: float) -> str:
    return "under 1%" if share < 0.005 else style.percent(share)


OwnDigit.__signature__ = inspect.signature(OwnDigit).replace(
    parameters=[
        *inspect.signature(OwnDigit).parameters.values(),
        inspect.Parameter("shares", inspect.Parameter.KEYWORD_ONLY, default=counts_in_blocks),
    ]
)
