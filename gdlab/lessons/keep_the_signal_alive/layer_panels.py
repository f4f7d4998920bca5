"""Panels whose x axis counts the layers of a network: its marks, lines with their names, and very small sizes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from gdlab.explorers import style
from gdlab.validation import Array


def mark_layers(axes: Axes, depth: int, *, output: bool) -> None:
    """Mark the hidden layers on an x axis, where there are many only some, and the output after them."""
    every = 1 if depth < 8 else 2 if depth < 14 else 5
    layers = [layer for layer in range(every, depth + 1, every) if layer < depth or every == 1]
    axes.set_xticks([*layers, *[depth + 1] * output], [*map(str, layers), *["out"] * output])


def mark_powers(axes: Axes, powers: range) -> None:
    """Mark powers of ten on a logarithmic y axis."""
    axes.set_yticks([10.0**power for power in powers], style.powers_of_ten(powers))
    axes.yaxis.set_minor_locator(NullLocator())


def sized(share: float, digits: int) -> str:
    """Write a share that may be far too small for `style.number`, which takes it for 0."""
    if not 0 < share < 1e-12:
        return style.number(share, digits)
    return style.in_powers(share, digits)


class Lines:
    """Lines over the layers of a panel; the y axis may be logarithmic.

    Each has its name at its right end, `margin` layers away from it. A line that leaves the panel has it where it does.
    """

    def __init__(self, axes: Axes, looks: Sequence[style.Look], margin: float = 0.0) -> None:
        self._axes, self._margin = axes, margin
        self._lines, self._names = [], []
        for look in looks:
            (line,) = axes.plot([], [], **{**look.stroke, "linewidth": 2}, marker=look.marker, markersize=4)
            at_end = {"va": "center", "fontsize": 9.5, "transform": axes.get_xaxis_transform()}
            self._lines.append(line)
            self._names.append(axes.text(0, 0, look.label, **at_end, **look.name))

    @property
    def artists(self) -> list[Artist]:
        return [*self._lines, *self._names]

    def show(self, layers: Array, values: Sequence[Array]) -> None:
        """Show as many of the lines as there are values for."""
        low, high = self._on_paper(np.array(self._axes.get_ylim()))
        on_paper = [(self._on_paper(sizes) - low) / (high - low) for sizes in values]
        ends = [int(np.flatnonzero((heights >= 0) & (heights <= 1))[-1:].sum()) for heights in on_paper]
        names = style.spread_out(
            [float(heights[end]) for heights, end in zip(on_paper, ends, strict=True)], 0.11, low=0.05, high=0.95
        )
        for index, (line, name) in enumerate(zip(self._lines, self._names, strict=True)):
            for artist in (line, name):
                artist.set_visible(index < len(values))
            if index < len(values):
                line.set_data(layers[: len(values[index])], values[index])
                name.set_position((layers[ends[index]] + 0.03 * len(layers) + self._margin, names[index]))

    def _on_paper(self, values: Array) -> Array:
        return self._axes.yaxis.get_transform().transform(values)
