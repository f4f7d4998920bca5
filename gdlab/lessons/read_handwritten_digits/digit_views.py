"""Looks inside a network that reads digits: what it answers, where it is most surely wrong, and its first weights."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.text import Text
from PIL import Image

from gdlab.explorers import style
from gdlab.lessons.read_handwritten_digits.digit_runs import DIGITS, Task
from gdlab.validation import Array

SIGNED = LinearSegmentedColormap.from_list("signed", [style.CLASSES[0]["color"], "white", style.CLASSES[1]["color"]])
"""Brown below 0, white at 0, blue above, as for weights and classes elsewhere."""


def mosaic(pictures: Array, columns: int, rows: int, cell: tuple[int, int]) -> Array:
    """Put pictures (n, h, w) in rows from the top left, each at the top middle of a cell, with nothing (nan) around."""
    n, h, w = pictures.shape
    left = (cell[1] - w) // 2
    cells = np.full((rows * columns, *cell), np.nan)
    cells[:n, :h, left : left + w] = pictures
    return cells.reshape(rows, columns, *cell).swapaxes(1, 2).reshape(rows * cell[0], columns * cell[1])


def _texts(axes: Axes, count: int, **look: Any) -> list[Text]:
    return [axes.text(0, 0, "", ha="center", visible=False, **look) for _ in range(count)]


def _write(texts: list[Text], placed: list[tuple[float, float, str, str]]) -> None:
    for text in texts:
        text.set_visible(False)
    for text, (x, y, words, colour) in zip(texts, placed, strict=False):
        text.set(position=(x, y), text=words, color=colour, visible=True)


class Tiles(Artist):
    """Numbers from −1 to 1 as coloured squares, one to a unit of the axes, from (0, 0) down and to the right.

    Where a number is missing (nan), nothing is drawn. Much quicker than ``imshow``, whose resampling is general.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values = np.zeros((1, 1))

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible():
            return
        rows, columns = self.values.shape
        corners = self.axes.transData.transform([(0, rows), (columns, 0)])
        (left, bottom), (right, top) = np.rint(corners).astype(int)
        colours = Image.fromarray(SIGNED((self.values + 1) / 2, bytes=True))
        fine = np.asarray(colours.resize((right - left, top - bottom), Image.Resampling.NEAREST))
        renderer.draw_image(renderer.new_gc(), left, bottom, np.ascontiguousarray(fine[::-1]))


class Table:
    """Counts or shares in a square table, each cell shaded by its number."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self._tiles = axes.add_artist(Tiles())
        self._numbers = _texts(axes, 100, va="center_baseline", fontsize=9.5)
        style.bare(axes)
        self._names = _texts(axes, 20, va="center", fontsize=9)
        self._corner = axes.text(0, 0, "", ha="right", va="center", fontsize=9, visible=False)

    @property
    def artists(self) -> list[Artist]:
        return [self._tiles, *self._numbers, *self._names, self._corner]

    def show(self, shades: Array, words: list[list[str]], rows: str, columns: str) -> None:
        """Shade cells by ``shades`` (n, n) from −1 to 1 and write ``words`` into them; name rows and columns."""
        n = len(shades)
        self._tiles.values = shades
        self._tiles.set_visible(True)
        self.axes.set(xlim=(0, n), ylim=(n, 0))
        dark = np.abs(shades) > 0.6
        places = np.ndindex(n, n)
        _write(
            self._numbers, [(j + 0.5, i + 0.5, words[i][j], "white" if dark[i, j] else style.INK) for i, j in places]
        )
        above = [(j + 0.5, -0.045 * n, name, style.MUTED) for j, name in enumerate(DIGITS[:n])]
        left = [(-0.012 * n, i + 0.5, name, style.MUTED) for i, name in enumerate(DIGITS[:n])]
        corner = (-0.03 * n, -0.045 * n, f"{rows} ↓   {columns} →", style.MUTED)
        _write(self._names, [*above, *left])
        _write([self._corner], [corner])


class Pictures:
    """Pictures side by side, in rows, with up to two lines of words below each."""

    def __init__(self, axes: Axes) -> None:
        style.bare(axes)
        self.axes = axes
        self._size = axes.get_window_extent().size / axes.figure.dpi
        self._tiles = axes.add_artist(Tiles())
        self._words = _texts(axes, 16, va="top", fontsize=9, linespacing=1.2)

    @property
    def artists(self) -> list[Artist]:
        return [self._tiles, *self._words]

    def show(self, pictures: Array, columns: int, rows: int, words: list[str]) -> None:
        """Show ``pictures`` (n, h, w) with values from −1 to 1, as large as they fit."""
        h, w = pictures.shape[1:]
        lines = max((text.count("\n") + 1 for text in words), default=0)
        wide, high = self._size / (columns, rows)  # of a cell, in inches
        pixel = min((high - 0.12 - 0.17 * lines) / h, (wide - 0.12) / w)
        cell = round(high / pixel), round(wide / pixel)
        self._tiles.values = mosaic(pictures, columns, rows, cell)
        self._tiles.set_visible(True)
        self.axes.set(xlim=(0, self._size[0] / pixel), ylim=(self._size[1] / pixel, 0))
        below = h + 0.05 / pixel
        middle = (cell[1] - w) // 2 + w / 2
        places = [(k % columns * cell[1] + middle, k // columns * cell[0] + below) for k in range(len(words))]
        _write(self._words, [(*place, text, style.INK) for place, text in zip(places, words, strict=True)])


def confusion(task: Task, said: Array) -> Array:
    """Return how many test digits of each kind (rows) were read as what (columns), shape (10, 10)."""
    counts = np.zeros((10, 10), int)
    read = said >= 0
    np.add.at(counts, (task.shown[read, 0], said[read]), 1)
    return counts


def share_even(task: Task, said: Array) -> Array:
    """Return for each left digit (rows) and right digit (columns) the share of pairs called even, shape (n, n)."""
    n = task.shown.max() + 1
    called, all_of_them = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(called, tuple(task.shown.T), said == 1)
    np.add.at(all_of_them, tuple(task.shown.T), 1)
    return called / np.maximum(all_of_them, 1)


def surest_mistakes(task: Task, y_hat: Array, most: int) -> tuple[Array, list[str]]:
    """Return the test samples that are wrong with the highest probability, at most `most`, and words for each."""
    said, right = task.answers(y_hat), task.answers(task.y_test)
    sure = y_hat.max(axis=1) if y_hat.shape[1] > 1 else np.maximum(y_hat[:, 0], 1 - y_hat[:, 0])
    wrong = np.flatnonzero((said != right) & (said >= 0))
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:most]
    words = []
    for i in worst:
        shown = " + ".join(DIGITS[digit] for digit in task.shown[i])
        what = f"read as {said[i]}" if y_hat.shape[1] > 1 else ("“even”" if said[i] else "“odd”")
        words.append(f"{shown}, {what}\n{style.percent(sure[i])} sure")
    return worst, words
