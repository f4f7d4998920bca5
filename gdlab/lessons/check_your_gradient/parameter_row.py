"""All parameters of a network as grids of cells, layer by layer, tinted where a gradient check finds them wrong."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from gdlab.explorers import style
from gdlab.validation import Array

COLOUR = style.INK
"""Of a bug: dark, as nothing else here is; purple is the error's and orange the delta rule's."""
_DECADES = 6
"""How many decades of relative error the tint spans, up to 1."""


class ParameterRow:
    """A grid of cells for the weights of each layer, its biases below; each with its name and its relative error."""

    _HEIGHT, _LEFT, _TOP, _CELL, _GAP, _LABEL = 2.35, 0.3, 1.72, 0.2, 0.1, 1.22
    """Inches: how high the strip is; where the grids begin and where their tops are; how large a cell is; how much is
    left between weights and biases, and for the labels beside a grid."""

    def __init__(self, figure: Figure, shapes: Sequence[tuple[int, int]], captions: Sequence[str]) -> None:
        """Prepare a strip at the bottom of the figure for layers with weights of these shapes (d, k)."""
        width, height = figure.get_size_inches()
        axes = figure.add_axes((0, 0, 1, self._HEIGHT / height))
        style.bare(axes)
        axes.set(xlim=(0, width), ylim=(0, self._HEIGHT))
        self._title = axes.text(self._LEFT, self._HEIGHT - 0.2, "", fontsize=11.5, fontweight="bold")
        polygons, self._labels = [], []
        left = self._LEFT
        for (d, k), caption in zip(shapes, captions, strict=True):
            right, below = left + k * self._CELL, self._TOP - d * self._CELL - self._GAP
            polygons += [*self._grid(left, self._TOP, d, k), *self._grid(left, below, 1, k)]
            axes.text(left, self._TOP + 0.1, caption, fontsize=9, color=style.MUTED)
            low = min(below - self._CELL / 2, self._TOP - d * self._CELL / 2 - 0.36)
            for middle in (self._TOP - d * self._CELL / 2, low):
                self._labels.append(axes.text(right + 0.08, middle, "", va="center", fontsize=9))
            left = right + self._LABEL
        self.names = [f"{letter}{'₁₂₃₄₅₆'[number]}" for number in range(len(shapes)) for letter in "Wb"]
        self._cells = PolyCollection(polygons, edgecolors=style.FAINT, linewidths=0.6)
        axes.add_collection(self._cells, autolim=False)
        words = "Beside each grid: its relative error"
        axes.text(self._LEFT, 0.1, words, fontsize=9, color=style.MUTED)

    @property
    def artists(self) -> list[Artist]:
        return [self._cells, self._title, *self._labels]

    def _grid(self, left: float, top: float, rows: int, columns: int) -> list[Array]:
        """Return the corners of the cells, row by row."""
        corners = np.array([(0, 0), (1, 0), (1, -1), (0, -1)])
        return [
            np.array([left, top]) + self._CELL * (corners + np.array([column, -row]))
            for row in range(rows)
            for column in range(columns)
        ]

    def show(self, errors: Sequence[float], cells: Sequence[Array], wrong: Sequence[bool], title: str) -> None:
        """Show the relative error of each group (W₁, b₁, W₂, …) and of each of its cells; not finite ones are grey."""
        self._title.set_text(title)
        for label, name, error, bad in zip(self._labels, self.names, errors, wrong, strict=True):
            amount = style.number(error, 2 if bad else 1)
            label.set_text(f"{name} {'wrong' if bad else 'fits'}\n{amount}")
            label.set(color=COLOUR if bad else style.MUTED, fontweight="bold" if bad else "normal")
        values = np.concatenate(
            [cell.ravel() if bad else np.zeros(cell.size) for cell, bad in zip(cells, wrong, strict=True)]
        )
        finite = np.isfinite(values)
        with np.errstate(divide="ignore"):
            strength = np.clip(1 + np.log10(np.where(finite, values, 0.0)) / _DECADES, 0, 1)[:, None]
        tints = 1 - strength * (1 - np.array(to_rgb(COLOUR)))
        self._cells.set_facecolor(np.where(finite[:, None], tints, to_rgb(style.FAINT)))
