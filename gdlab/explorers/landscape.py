"""A loss over two parameters as a map: dark where it is low, in both themes."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdlab.explorers import style
from gdlab.validation import Array


class Landscape:
    """Bands of heights on axes, with lines between them if wanted; they belong to the scene, and do not move."""

    def __init__(self, axes: Axes, *, lines: bool = True, **look: Any) -> None:
        self._axes, self._has_lines, self._look = axes, lines, look
        self._shown: list[Artist] = []

    def show(self, x: Array, y: Array, losses: Array, least: float = 0.0) -> None:
        """Show losses over x and y, as `contour` takes them; bands are even in the root of what is above `least`."""
        for old in self._shown:
            old.remove()
        heights = np.sqrt(losses - least)
        levels = np.linspace(0, heights.max() * 1.001, 13)
        self._shown = [self._axes.contourf(x, y, heights, levels, cmap=style.LANDSCAPE, **self._look)]
        if self._has_lines:
            self._shown.append(self._axes.contour(x, y, heights, levels[1:], colors="white", linewidths=0.7))
