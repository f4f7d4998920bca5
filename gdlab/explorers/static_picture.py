"""The picture that stands for an explorer where no kernel runs. The caption is on it: nothing else would show it."""

import io
import textwrap
from typing import Any

import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gdlab.explorers import page_owner, private_style, style

_CHARACTERS = 13.5
"""In an inch of the caption; 9.5 pt leaves a margin even where they are wide."""
_LINE = 0.19
"""Height of a line in inches."""
_HINT = "▶ A still picture: run the notebook to play with it."
_STILL = (
    "{}: its kernel has gone, or JupyterLab cannot show what moves. Run its cell to bring it to life; "
    "if that does not help, start JupyterLab in the environment in which gdlab is installed."
)


def shown_beside(model_id: str, still: dict[str, Any], called: str = "A still picture") -> dict[str, Any]:
    """Return the output of a cell: the widget with this id and, for where it cannot be shown, a still picture.

    JupyterLab puts "model not found" in the place of a widget without a kernel, whatever else is in the same output. So
    there what is still is an output of its own, with words on what to do; the style of the live one hides both.
    """
    view = {"application/vnd.jupyter.widget-view+json": {"version_major": 2, "version_minor": 0, "model_id": model_id}}
    if not page_owner.is_jupyterlab():
        return view | still
    display(view, raw=True)
    words = _STILL.format(called)
    display({"text/html": f'<p class="gdlab-still">{words}</p>', "text/plain": words}, raw=True)
    return still


def captioned(picture: bytes, words: str, *, hint: bool = False) -> bytes:
    """Return a picture (PNG) with words written under it, in the colours of the picture, which must have a palette.

    With a hint, if it is to stand for what moves, they say so.
    """
    above = Image.open(io.BytesIO(picture))
    width = above.width / style.DPI
    lines = [""] * hint + textwrap.wrap(words, round(_CHARACTERS * width))
    with private_style.applied():
        figure = Figure(figsize=(width, _LINE * len(lines) + 0.2), dpi=style.DPI)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.012, 1, "\n".join(lines), va="top", fontsize=9.5, linespacing=1.35, parse_math=False)
        if hint:
            figure.text(0.012, 1, _HINT, va="top", fontsize=9.5, fontweight="bold")
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
