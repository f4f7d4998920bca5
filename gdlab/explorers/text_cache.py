"""Texts as stamps: most of the time of a redraw went into laying out and rasterising the same few words and numbers.

A text is rasterised once, with its halo, standing at a whole pixel; wherever it is wanted afterwards, the pixels are
put there. It may so stand half a pixel beside the place that it was given. Most texts are a line of plain words, often
with a number that was not there before: `letters` puts these together, in an eighth of the time that matplotlib takes.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import PathEffectRenderer
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform

from gdlab.explorers import letters

MARGIN = 8
"""Pixels around a text's own box, for its halo and for what of a letter leans out."""
KEPT = 300
"""How many stamps are kept, in all; each is some 50 kB, and most of those with a number are wanted once."""


@dataclass(frozen=True)
class _Stamp:
    pixels: np.ndarray
    """Shape (height, width, 4), RGBA, the bottom row first."""
    left: int
    bottom: int
    """Pixels from the text's position to the lower left corner."""
    made_of: tuple[Any, ...]
    """What the key tells by identity, so that no other object can get the same."""


_stamps: OrderedDict[tuple[Any, ...], _Stamp] = OrderedDict()


def draw(artist: Artist, figure: Figure, renderer: RendererAgg) -> None:
    """Draw an artist that is visible: a text as a stamp, everything else as usual."""
    if type(artist) is not Text or artist.get_bbox_patch() is not None or _is_clipped(artist):
        artist.draw(renderer)
        return
    words = artist.get_text()
    place = artist.get_transform().transform(artist.get_unitless_position())
    if not words.strip() or not np.isfinite(place).all():
        return
    effects = artist.get_path_effects() or ()
    key = (
        renderer.dpi,
        words,
        to_rgba(artist.get_color()),
        artist.get_alpha(),
        hash(artist.get_fontproperties()),
        artist.get_horizontalalignment(),
        artist.get_verticalalignment(),
        artist.get_rotation(),
        *map(id, effects),
    )
    stamp = _stamps.get(key)
    if stamp is None:
        stamp = _stamps[key] = _made(artist, figure, renderer, tuple(effects))
        if len(_stamps) > KEPT:
            _stamps.popitem(last=False)
    else:
        _stamps.move_to_end(key)
    column, row = np.rint(place).astype(int)
    renderer.draw_image(renderer.new_gc(), column + stamp.left, row + stamp.bottom, stamp.pixels)


def _is_clipped(artist: Artist) -> bool:
    return artist.get_clip_on() and (artist.get_clip_box() is not None or artist.get_clip_path() is not None)


def _made(text: Text, figure: Figure, renderer: RendererAgg, effects: tuple[Any, ...]) -> _Stamp:
    return _put_together(text, renderer, effects) or _drawn_by_matplotlib(text, figure, renderer, effects)


def _put_together(text: Text, renderer: RendererAgg, effects: tuple[Any, ...]) -> _Stamp | None:
    """Return the stamp of level, plain words, made of outlines that are kept; None for any other text."""
    lines, font = text.get_text().split("\n"), text.get_fontproperties()
    if "$" in text.get_text() or text.get_rotation() or text.get_usetex() or text.get_wrap():
        return None
    em = renderer.points_to_pixels(font.get_size_in_points())
    rise, step = _rise_and_step(font.copy(), text.get_verticalalignment(), len(lines), renderer.dpi)
    outline = letters.outline(lines, font, text.get_horizontalalignment(), step / em)
    if outline is None:
        return None
    low, high = (edge(axis=0) * em + (0, rise) for edge in (outline.vertices.min, outline.vertices.max))
    left, bottom = np.floor(low).astype(int) - MARGIN
    width, height = np.ceil(high).astype(int) + MARGIN - (left, bottom)
    sheet = RendererAgg(width, height, renderer.dpi)
    colour = to_rgba(text.get_color())
    pen = sheet.new_gc()
    pen.set_foreground(colour, isRGBA=True)
    pen.set_alpha(text.get_alpha())
    pen.set_linewidth(0)
    place = Affine2D().scale(em).translate(-left, rise - bottom)
    (PathEffectRenderer(effects, sheet) if effects else sheet).draw_path(pen, outline, place, colour)
    return _Stamp(np.array(sheet.buffer_rgba())[::-1].copy(), left, bottom, effects)


@lru_cache(maxsize=100)
def _rise_and_step(font: FontProperties, alignment: str, lines: int, dpi: float) -> tuple[int, int]:
    """Return how many pixels the last of so many lines stands above the text's place, and the next one above it."""
    figure, sheet = Figure(dpi=dpi), RendererAgg(1, 1, dpi)

    def box(lines: int, alignment: str) -> Bbox:
        words = "\n".join(["lp"] * lines)
        return figure.text(0, 0, words, fontproperties=font, va=alignment).get_window_extent(sheet)

    rise = box(lines, alignment).y0 - box(lines, "baseline").y0
    return round(rise), round(box(3, "top").height - box(2, "top").height)  # one line alone has no gap beside it


def _drawn_by_matplotlib(text: Text, figure: Figure, renderer: RendererAgg, effects: tuple[Any, ...]) -> _Stamp:
    twin = Text(0, 0, text.get_text())
    twin.update_from(text)
    twin.set_figure(figure)
    twin.set_transform(IdentityTransform())
    box = twin.get_window_extent(renderer)
    left, bottom = (int(np.floor(edge)) - MARGIN for edge in (box.x0, box.y0))
    width, height = (int(np.ceil(edge)) + MARGIN for edge in (box.x1 - left, box.y1 - bottom))
    sheet = RendererAgg(width, height, renderer.dpi)
    twin.set_position((-left, -bottom))
    twin.draw(sheet)
    return _Stamp(np.array(sheet.buffer_rgba())[::-1].copy(), left, bottom, effects)
