"""The picture that stands for an explorer where no kernel runs. The caption is on it: nothing else would show it."""

import io
import textwrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gdlab.explorers import private_style, style

_CHARACTERS = 13.5
"""In an inch of the caption; 9.5 pt leaves a margin even where they are wide."""
_LINE = 0.19
"""Height of a line in inches."""


def captioned(picture: bytes, words: str) -> bytes:
    """Return a picture (PNG) with words written under it, in the colours of the picture, which must have a palette."""
    above = Image.open(io.BytesIO(picture))
    width = above.width / style.DPI
    lines = textwrap.wrap(words, round(_CHARACTERS * width))
    with private_style.applied():
        figure = Figure(figsize=(width, _LINE * len(lines) + 0.2), dpi=style.DPI)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.012, 1, "\n".join(lines), va="top", fontsize=9.5, linespacing=1.35, parse_math=False)
        canvas.draw()
    written = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    strip = written.quantize(palette=above, dither=Image.Dither.NONE)
    whole = Image.new("P", (above.width, above.height + strip.height))
    whole.putpalette(above.getpalette())
    whole.paste(above, (0, 0))
    whole.paste(strip, (0, above.height))
    buffer = io.BytesIO()
    whole.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()
