"""Two classes in the plane: the samples, the shade of a network's prediction, and its decision boundary."""

from collections.abc import Mapping

import contourpy
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from gdlab.activations import sigmoid
from gdlab.datasets import Dataset
from gdlab.explorers import style
from gdlab.explorers.hands import Pad
from gdlab.layers import Layer
from gdlab.network import forward
from gdlab.validation import Array

EXTENT = 2.4
"""Half the width of the square that is shown."""
_PIXELS = 96
_TICKS = np.linspace(-EXTENT, EXTENT, _PIXELS)
GRID = np.stack(np.meshgrid(_TICKS, _TICKS), axis=-1).reshape(-1, 2)
"""The points, shape (n, 2), where a network is asked for the shade."""


def z_on_grid(layers: list[Layer]) -> Array:
    """Return the weighted input z of a network's one output on `GRID`, as rows and columns of an image."""
    return np.nan_to_num(forward.unchecked(layers, GRID).z[-1]).reshape(_PIXELS, _PIXELS)


def boundary(z: Array) -> list[Array]:
    """Return the lines, each of shape (m, 2), along which z on the grid is 0."""
    return contourpy.contour_generator(_TICKS, _TICKS, z).lines(0)


def _bands() -> Array:
    """Colours (8, 4) for predictions from 0 to 1: the surer, the stronger; the two classes never share one."""
    strength = np.linspace(1.0, 0.42, 4)[:, None]
    sides = [255 * (1 - strength * (1 - np.array(to_rgb(look["light"])))) for look in style.CLASSES]
    colours = np.concatenate([sides[0], sides[1][::-1]])
    return np.column_stack([colours, np.full(len(colours), 255)]).round().astype(np.uint8)


class Shade(Artist):
    """Predictions in bands of colour that fill the axes. Much quicker than ``imshow``, whose resampling is general."""

    _OF_BYTES = np.repeat(_bands(), 32, axis=0).view(np.uint32).ravel()
    """The colour, as one number, of each prediction from 0 to 255."""

    def __init__(self) -> None:
        super().__init__()
        self.predictions = np.full((_PIXELS, _PIXELS), 0.5)

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible():
            return
        left, bottom, width, height = (round(edge) for edge in self.axes.bbox.bounds)
        coarse = (255.99 * self.predictions).astype(np.uint8)
        fine = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR))
        pixels = self._OF_BYTES.take(fine).view(np.uint8).reshape(height, width, 4)
        renderer.draw_image(renderer.new_gc(), left, bottom, pixels)


class Plane:
    """The artists that show one network with a sigmoid output; `artists` are for `Explorer.moving`, bottom first."""

    def __init__(self, axes: Axes, look: style.Look) -> None:
        style.bare(axes)
        axes.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), aspect="equal")
        self.axes = axes
        self._shade = Shade()
        axes.add_artist(self._shade)
        self._points = [
            axes.plot(
                [], [], linestyle="none", marker=c["marker"], color=c["color"], markersize=4.2, mec="white", mew=0.4
            )[0]
            for c in style.CLASSES
        ]
        self._boundary = LineCollection([], colors=[look.colour], linestyles=[look.line], linewidths=2.4)
        axes.add_collection(self._boundary, autolim=False)
        self.title = axes.set_title("", color=look.colour)

    @property
    def artists(self) -> list[Artist]:
        return [self._shade, *self._points, self._boundary, self.title]

    def show(self, X: Array, y: Array, z: Array, title: str) -> None:
        """Show samples (n, 2) of class 0 or 1 (n, 1) on what `z_on_grid` made, and the line where z is 0."""
        self._shade.predictions = sigmoid(z)
        for label, artist in enumerate(self._points):
            artist.set_data(*X[y[:, 0] == label].T)
        self._boundary.set_segments(boundary(z))
        self.title.set_text(title)

    def pad(self, name: str, data: Dataset) -> Pad:
        """Return the pad on which a reader puts down points of their own, for a control called `points`."""
        inside = np.clip(data.X, -EXTENT, EXTENT).tolist()  # what is shown becomes the reader's with the first click
        shown = [(x, y, int(label)) for (x, y), (label,) in zip(inside, data.y, strict=True)]
        return Pad(name, self.axes, "points", shown)


def in_a_row(figure: Figure, looks: Mapping[str, style.Look], bottom: float, side: float) -> dict[str, Plane]:
    """Return planes side by side in the middle of a figure, one for each look; `side` is a share of its width."""
    width, height = figure.get_size_inches()
    step = side + 0.03
    left = (1 - step * len(looks) + 0.03) / 2
    return {
        name: Plane(figure.add_axes((left + step * index, bottom, side, side * width / height)), look)
        for index, (name, look) in enumerate(looks.items())
    }
