"""How a network that reads digits is drawn from the inside: a table of its answers, and pictures side by side."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from gdlab.explorers import style
from gdlab.lessons.read_handwritten_digits.digit_runs import DIGITS
from gdlab.validation import Array

RAISES, LOWERS = "green", "purple"
_RAISES, _LOWERS = "#1B7837", "#762A83"


def tint(shares: Array, colour: str) -> Array:
    """Mix paper with a colour: shares (...) from 0 to 1 to red, green and blue (..., 3)."""
    return 1 - np.clip(shares, 0, 1)[..., None] * (1 - np.array(to_rgb(colour)))


def luminance(colours: Array) -> Array:
    """Return the relative luminance of colours (..., 3), from 0 to 1, as the rules for contrast define it.

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2, "relative luminance".
    """
    share = np.asarray(colours, float)
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def signed(values: Array) -> Array:
    """Return values (...) from −1 to 1 as colours (..., 3): purple below 0, white at 0, green above."""
    return np.where((values > 0)[..., None], tint(values, _RAISES), tint(-values, _LOWERS))


def mosaic(pictures: Array, columns: int, rows: int, cell: tuple[int, int]) -> Array:
    """Put pictures (n, h, w, 3) in rows from the top left, each at the top middle of a cell, on paper."""
    n, h, w, _ = pictures.shape
    left = (cell[1] - w) // 2
    cells = np.ones((rows * columns, *cell, 3))
    cells[:n, :h, left : left + w] = pictures
    return cells.reshape(rows, columns, *cell, 3).swapaxes(1, 2).reshape(rows * cell[0], columns * cell[1], 3)


def _texts(axes: Axes, count: int, **look: Any) -> list[Text]:
    return [axes.text(0, 0, "", ha="center", visible=False, **look) for _ in range(count)]


def _write(texts: list[Text], placed: list[tuple[float, float, str, str]]) -> None:
    for text in texts:
        text.set_visible(False)
    for text, (x, y, words, colour) in zip(texts, placed, strict=False):
        text.set(position=(x, y), text=words, color=colour, visible=True)


class Tiles(Artist):
    """Colours (rows, columns, 3) as squares that fill a box of the axes from (0, 0) down and to the right.

    Much quicker than ``imshow``, whose resampling is general.
    """

    def __init__(self) -> None:
        super().__init__()
        self.colours, self.box = np.ones((1, 1, 3)), (1.0, 1.0)

    def show(self, colours: Array, box: tuple[float, float]) -> None:
        self.colours, self.box = colours, box
        self.set_visible(True)

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible():
            return
        wide, high = self.box
        (left, bottom), (right, top) = np.rint(self.axes.transData.transform([(0, high), (wide, 0)])).astype(int)
        image = Image.fromarray(np.rint(255 * self.colours).astype(np.uint8)).convert("RGBA")
        fine = np.asarray(image.resize((right - left, top - bottom), Image.Resampling.NEAREST))
        renderer.draw_image(renderer.new_gc(), left, bottom, np.ascontiguousarray(fine[::-1]))


class Table:
    """A square table of digits by digits: each cell has a colour and a number, and one of them a frame."""

    FINE = 24
    """Squares along a side of a cell in which a picture is shown."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self._tiles = axes.add_artist(Tiles())
        self._frame = axes.add_patch(Rectangle((0, 0), 1, 1, fill=False, edgecolor=style.INK))
        self._numbers = _texts(axes, 100, va="center_baseline", fontsize=9)
        style.bare(axes)
        self._names = _texts(axes, 20, va="center", fontsize=9)

    @property
    def artists(self) -> list[Artist]:
        return [self._tiles, self._frame, *self._numbers, *self._names]

    def show(self, shades: Array, colour: str, words: list[list[str]], cell: tuple[int, int], strong: bool) -> None:
        """Tint cells by ``shades`` (n, n) from 0 to 1, write ``words`` into them and frame one (row, column)."""
        self._lay(tint(shades, colour), len(shades), cell, strong)
        self._number(tint(shades, colour), words, 0.5)

    def show_pictures(
        self, shades: Array, colour: str, words: list[list[str]], pictures: Array, cell: tuple[int, int], strong: bool
    ) -> None:
        """The same for few cells, with a picture in each: ``pictures`` (n, n, h, w), from 0 to 1."""
        n, (h, w) = len(shades), pictures.shape[2:]
        cells = np.broadcast_to(tint(shades, colour)[:, :, None, None], (n, n, self.FINE, self.FINE, 3)).copy()
        ink = pictures[..., None]
        top, left = (self.FINE - h) // 2 - 3, (self.FINE - w) // 2
        cells[:, :, top : top + h, left : left + w] = 1 - ink * (1 - np.array(to_rgb(style.INK)))
        self._lay(cells.swapaxes(1, 2).reshape(n * self.FINE, n * self.FINE, 3), n, cell, strong)
        self._number(tint(shades, colour), words, 0.79)

    def _lay(self, colours: Array, n: int, cell: tuple[int, int], strong: bool) -> None:
        self.axes.set(xlim=(0, n), ylim=(n, 0))
        self._tiles.show(colours, (n, n))
        self._frame.set(xy=cell[::-1], linewidth=2 if strong else 0.7, visible=True)

    def _number(self, cells: Array, words: list[list[str]], down: float) -> None:
        """Write into cells of these colours (n, n, 3), in what is seen better on each: ink or paper."""
        n = len(cells)
        paper, ink, cell = (0.05 + luminance(colour) for colour in (to_rgb(style.PAPER), to_rgb(style.INK), cells))
        colours = np.where(paper / cell > cell / ink, style.PAPER, style.INK)
        _write(self._numbers, [(j + 0.5, i + down, words[i][j], colours[i, j]) for i, j in np.ndindex(n, n)])
        above = [(j + 0.5, -0.042 * n, name, style.MUTED) for j, name in enumerate(DIGITS[:n])]
        beside = [(-0.042 * n, i + 0.5, name, style.MUTED) for i, name in enumerate(DIGITS[:n])]
        _write(self._names, [*above, *beside])


class Pictures:
    """Pictures side by side, in rows, with a line of words below each."""

    MOST = 32

    def __init__(self, axes: Axes) -> None:
        style.bare(axes)
        self.axes = axes
        self._size = axes.get_window_extent().size / axes.figure.dpi
        self._tiles = axes.add_artist(Tiles())
        self._words = _texts(axes, 16, va="top", fontsize=9)

    @property
    def artists(self) -> list[Artist]:
        return [self._tiles, *self._words]

    def show(self, pictures: Array, columns: int, rows: int, words: list[str]) -> None:
        """Show ``pictures`` (n, h, w, 3) as large as they fit."""
        h, w = pictures.shape[1:3]
        wide, high = self._size / (columns, rows)  # of a cell, in inches
        pixel = min((high - (0.29 if words else 0.1)) / h, (wide - 0.1) / w)
        cell = round(high / pixel), round(wide / pixel)
        self._tiles.show(mosaic(pictures, columns, rows, cell), (columns * cell[1], rows * cell[0]))
        self.axes.set(xlim=(0, self._size[0] / pixel), ylim=(self._size[1] / pixel, 0))
        below = h + 0.05 / pixel
        middle = (cell[1] - w) // 2 + w / 2
        places = [(k % columns * cell[1] + middle, k // columns * cell[0] + below) for k in range(len(words))]
        _write(self._words, [(*place, text, style.INK) for place, text in zip(places, words, strict=True)])
