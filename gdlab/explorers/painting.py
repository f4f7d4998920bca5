"""One canvas that is painted again and again: the background is kept, only what moves is drawn anew.

One painting at a time: with ipykernel 7 widgets' messages run in a thread of their own, and matplotlib is not made for
two. `LOCK` is taken by whoever computes, paints or sends for an explorer, in every thread.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from gdlab.explorers import hands, private_style, style, text_cache
from gdlab.explorers.png import Encoder

LOCK = threading.RLock()

AS_IT_IS = "colours as they are"
"""The gid of axes whose colours a dark page leaves alone; axes with an image or a filled map need not be marked."""


class Painting:
    """A figure of so many inches, its background and its moving artists."""

    pixels: int
    """The width of the pictures, at most `most`: a page asks for no more than it has room for."""

    def __init__(self, width: float, height: float) -> None:
        with private_style.applied():
            # 4.6 × 200 is 919.999…, which matplotlib 3.8 cuts to 919 pixels
            inches = [(round(size * style.DPI) + 1e-6) / style.DPI for size in (width, height)]
            self.figure = Figure(figsize=inches, dpi=style.DPI)
            self.canvas = FigureCanvasAgg(self.figure)
        self.pixels = self.most = round(width * style.DPI)
        self.moving: list[Artist] = []
        self.background: Any = None
        self._scene_key: tuple[Any, ...] | None = None
        self._encoder: Encoder | None = None

    def build(self, build: Callable[[Figure], None]) -> None:
        """Let an explorer make its axes and artists."""
        with private_style.applied():
            build(self.figure)

    def resize(self, pixels: int) -> bool:
        """Make the pictures so many pixels wide, from a tenth of `most` to all of it; tell whether that is new."""
        pixels = min(max(pixels, self.most // 10), self.most)
        if pixels == self.pixels:
            return False
        self.pixels, self.background = pixels, None
        with private_style.applied():
            self.figure.set_dpi(style.DPI * (pixels + 1e-6) / self.most)
        return True

    def paint(self, scene_key: tuple[Any, ...], set_scene: Callable[[], None], draw: Callable[[], None]) -> bytes:
        """Return the picture as a PNG: the scene is set only if its key is another one than before."""
        with private_style.applied():
            if self.background is None or scene_key != self._scene_key:
                self.background = None  # so that a scene that fails halfway is not taken for the old one
                set_scene()
                self._draw_all_that_stays()
                self.background = self.canvas.copy_from_bbox(self.figure.bbox)
                self._encoder = Encoder(self._pixels())
                self._scene_key = scene_key
            self.canvas.restore_region(self.background)
            draw()
            renderer = self.canvas.get_renderer()
            for artist in self.moving:
                if artist.get_visible():
                    text_cache.draw(artist, self.figure, renderer)
        return self._encoder.png(self._pixels())

    def _draw_all_that_stays(self) -> None:
        images = [one for one in self.moving if isinstance(one, AxesImage) and one.get_visible()]
        for image in images:  # matplotlib 3.8 draws images although they are animated
            image.set_visible(False)
        self.canvas.draw()
        for image in images:
            image.set_visible(True)

    def as_they_are(self) -> list[list[float]]:
        """Return the boxes of the axes whose colours say something by being dark or light, for a dark page."""
        return [
            hands.box(axes, self.figure) for axes in self.figure.axes if axes.get_visible() and _says_by_shade(axes)
        ]

    def titles(self) -> str:
        """Return the titles of all axes, for those who cannot see the picture."""
        titles = [axes.get_title(side) for axes in self.figure.axes for side in ("left", "center", "right")]
        return "; ".join(filter(None, titles)).replace("\n", ", ").removesuffix(":")

    def _pixels(self) -> np.ndarray:
        return np.asarray(self.canvas.buffer_rgba())


def _says_by_shade(axes: Axes) -> bool:
    if axes.get_gid() == AS_IT_IS:
        return True
    return any(
        isinstance(artist, AxesImage) or (isinstance(artist, ContourSet) and artist.filled)
        for artist in axes.get_children()
    )
