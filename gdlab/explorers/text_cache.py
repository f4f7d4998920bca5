"""Texts as stamps: most of the time of a redraw went into laying out and rasterising the same few words and numbers.

A text is rasterised once, with its halo, standing at a whole pixel; wherever it is wanted afterwards, the pixels are
put there. It may so stand half a pixel beside the place that it was given.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

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
        figure.draw_artist(artist)
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
