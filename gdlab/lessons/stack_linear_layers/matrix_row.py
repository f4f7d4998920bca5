"""A row of weight matrices as grids of cells, and what they come to: W₁ × W₂ × W₃ = one matrix."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from gdlab.explorers import style
from gdlab.validation import Array

_SUBSCRIPTS = "₁₂₃₄₅₆"


class MatrixRow:
    """The weight matrices in a row, as grids of cells; to the right of them what they come to."""

    _HEIGHT, _LEFT, _WIDTH, _MIDDLE, _TALL = 1.9, 0.1, 4.05, 0.74, 1.08
    """Inches: how high the strip is; where the row begins, how wide it is, where its middle is, how tall it is."""
    _GAP, _CELL, _RESULT = 0.24, 0.4, (0.66, 0.36)

    def __init__(self, figure: Figure) -> None:
        width, height = figure.get_size_inches()
        axes = figure.add_axes((0, 0, 1, self._HEIGHT / height))
        style.bare(axes)
        axes.set(xlim=(0, width), ylim=(0, self._HEIGHT))
        self._cells = PolyCollection([], edgecolors=style.FAINT, linewidths=0.6)
        axes.add_collection(self._cells, autolim=False)
        self._title = axes.text(self._LEFT, 1.68, "", fontsize=11.5, fontweight="bold")
        self._words = axes.text(0, 0.08, "", fontsize=9.5)
        self._pool = [axes.text(0, 0, "", ha="center", va="center") for _ in range(60)]

    @property
    def artists(self) -> list[Artist]:
        return [self._cells, self._title, self._words, *self._pool]

    def show(
        self, matrices: Sequence[Array], between: str, results: Mapping[str, Array], title: str, words: str
    ) -> None:
        """Show matrices with a sign between them and, beyond an equals sign, vectors by name with words below them."""
        self._unused, self._polygons, self._shares = iter(self._pool), [], []
        columns, rows = sum(W.shape[1] for W in matrices), max(2, *(W.shape[0] for W in matrices))
        side = min(self._CELL, (self._WIDTH - self._GAP * len(matrices)) / columns, self._TALL / rows)
        x = self._LEFT
        for index, W in enumerate(matrices):
            if index:
                x = self._sign(x, between)
            cell = self._RESULT if len(matrices) == 1 else (side, side)  # it is what it comes to
            x = self._grid(x, W, cell, f"W{_SUBSCRIPTS[index]}")
        x = self._sign(x, "=")
        self._title.set_text(title)
        self._words.set(position=(x, 0.08), text=words)
        for name, vector in results.items():
            x = self._grid(x, vector[:, None], self._RESULT, name) + 0.08
        self._cells.set_verts(self._polygons)
        self._cells.set_facecolor(_tint(np.array(self._shares)))
        for text in self._unused:
            text.set_visible(False)

    def _sign(self, x: float, sign: str) -> float:
        """Put a sign to the right of `x` and return where it ends."""
        self._text(x + self._GAP / 2, self._MIDDLE, sign, style.FACTORS["slope"], size=13)
        return x + self._GAP

    def _grid(self, left: float, W: Array, cell: tuple[float, float], name: str) -> float:
        """Put a matrix with its name above it to the right of `left` and return where it ends."""
        (rows, columns), (width, height) = W.shape, cell
        top = self._MIDDLE + rows * height / 2
        for (row, column), value in np.ndenumerate(W):
            x, y = left + column * width, top - row * height
            self._polygons.append([(x, y), (x + width, y), (x + width, y - height), (x, y - height)])
            self._shares.append(value / np.abs(W).max(initial=1e-300))
            if width >= 0.36:
                self._text(x + width / 2, y - height / 2, _short(value, 2 if width > 0.5 else 1), style.INK, size=9)
        self._text(left + columns * width / 2, top + 0.13, name, style.INK)
        return left + columns * width

    def _text(self, x: float, y: float, words: str, colour: str, size: float = 10.5) -> None:
        next(self._unused).set(position=(x, y), text=words, color=colour, fontsize=size, visible=True)


def _short(value: float, digits: int) -> str:
    """Write a number so that it fits into a cell: at most `digits` after the point, fewer before a long one."""
    text = f"{value:.{max(0, digits - (abs(value) >= 9.95) - (abs(value) >= 99.5))}f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _tint(shares: Array) -> Array:
    """Return colours (n, 3) for numbers from −1 to 1: brown below 0, white at 0, blue above, as on the map."""
    sides = np.array([to_rgb(look["light"]) for look in style.CLASSES])
    return 1 - np.abs(shares)[:, None] * (1 - sides[(shares > 0).astype(int)])
