"""Your own digit: drawn in letters or read from a picture, and brought into the form of the 8×8 digits.

The digits of the data set were black and white bitmaps of 32×32 pixels, in which the ink was counted in blocks of
4×4. A digit of your own has to come the same way, or the network sees something that it has not learned from.
"""

import html
import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, UnidentifiedImageError

from gdlab import training
from gdlab.datasets import digits
from gdlab.explorers import private_style, style
from gdlab.explorers.static_picture import captioned
from gdlab.layers import Layer
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


class Picture(widgets.Image):
    """A PNG across the page, whose size is fixed: a new one moves nothing. Its tooltip becomes its accessible name."""

    description = traitlets.Unicode("").tag(sync=True)  # which the page's code for tooltips asks for, and `Image` lacks

    def __init__(self) -> None:
        size = {"width": f"{style.PAGE_WIDTH}px", "max_width": "calc(100% - 8px)", "height": "auto"}
        super().__init__(format="png", layout=size)


def paragraph(words: str, role: str) -> str:
    return f'<p role="{role}" aria-live="polite">{html.escape(words)}</p>'


class OwnDigit:
    """A digit of your own, as the network sees it, and what it reads.

    Parameters
    ----------
    drawing
        As for `ink_of`. On the page, a button takes a picture instead.
    shares
        What makes inputs (8, 8) of a bitmap (32, 32) of 0 and 1: `counts_in_blocks`, or a function of your own.

    Attributes
    ----------
    pixels : array, shape (8, 8)
    probabilities : array, shape (10,)
        For the digits 0 to 9.
    """

    def __init__(
        self, drawing: str | bytes | Path | Image.Image, shares: Callable[[Array], Array] = counts_in_blocks
    ) -> None:
        self._shares = shares
        self._upload = widgets.FileUpload(accept="image/*", description="Upload a picture", layout={"width": "170px"})
        self._upload.observe(self._on_upload, names="value")
        self._image = Picture()
        self._words = widgets.HTML()
        self.read(drawing)
        self.widget = widgets.VBox([self._upload, self._image, self._words])

    def read(self, drawing: str | bytes | Path | Image.Image) -> int:
        """Read another drawing, show it, and return the digit."""
        bitmap = bitmap_of(ink_of(drawing))
        given = self._shares(bitmap.astype(int))
        pixels = np.asarray(given)
        if pixels.shape != (8, 8) or pixels.dtype.kind not in "biuf" or not np.isfinite(pixels).all():
            raise ValueError(f"shares returned {describe(given)}; wanted finite numbers of shape (8, 8)")
        self.pixels = pixels.astype(float)
        self.probabilities = forward.unchecked(reader(), self.pixels.reshape(1, 64)).y_hat[0]
        self._image.value = _picture(bitmap, self.pixels, self.probabilities)
        self._image.tooltip = self._told  # becomes the accessible name of the <img>
        self._words.value = paragraph(self._told, role="status")
        return int(self.probabilities.argmax())

    @property
    def _told(self) -> str:
        first, second = np.argsort(-self.probabilities)[:2]
        sure, next_best = (style.percent(self.probabilities[digit]) for digit in (first, second))
        next_best = "under 1%" if next_best == "0%" else next_best
        return f"Read as {first} with a probability of {sure}; next comes {second} with {next_best}."

    def _on_upload(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        try:
            self.read(bytes(change["new"][0]["content"]))
        except Exception as error:  # ipywidgets would swallow it
            self._words.value = paragraph(f"This picture could not be read: {error}.", role="alert")

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        data = {
            "application/vnd.jupyter.widget-view+json": view,
            "image/png": captioned(self._image.value, self._told),
            "text/plain": f"OwnDigit: {self._told}",
        }
        return data, {"image/png": {"alt": self._told, "width": style.PAGE_WIDTH}}

    def __repr__(self) -> str:
        return f"OwnDigit: {self._told}"


def _picture(bitmap: Array, pixels: Array, probabilities: Array) -> bytes:
    """Draw the bitmap with its blocks, the 8×8 digit, and the probabilities: a PNG."""
    with private_style.applied():
        figure = Figure(figsize=(style.INCHES, 3.0), dpi=style.DPI)
        canvas = FigureCanvasAgg(figure)
        for left, grid, title in ((0.03, bitmap, "Your digit, 32×32"), (0.34, pixels, "Ink counted in blocks")):
            axes = figure.add_axes((left, 0.06, 0.27, 0.81))
            axes.imshow(grid, cmap="Greys", vmin=0, vmax=1, extent=(0, 8, 8, 0))
            axes.set_title(title)
            style.bare(axes)
            axes.hlines(range(9), 0, 8, color=style.FAINT, linewidth=0.6)
            axes.vlines(range(9), 0, 8, color=style.FAINT, linewidth=0.6)
        axes = figure.add_axes((0.68, 0.12, 0.29, 0.75))
        best = int(probabilities.argmax())
        colours = [style.INK if digit == best else style.MUTED for digit in range(10)]
        axes.barh(range(10), probabilities, color=colours)
        axes.set(yticks=range(10), ylim=(9.6, -0.6), xlim=(0, 1), xticks=(0, 0.5, 1), xticklabels=("0%", "50%", "100%"))
        axes.set_title(f"Read as {best}")
        canvas.draw()
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(canvas.buffer_rgba())).quantize(256).save(buffer, "PNG")
        return buffer.getvalue()
