"""Pictures as PNG in 256 colours: a quarter of the bytes of true colour, and fast where little has changed.

Half of the colours are the background's, found once; the other half are for the pixels that differ from it, so that
only these have to be looked at when something has moved.
"""

import io

import numpy as np
from PIL import Image

HALF = 128


class Encoder:
    """Turns pictures that share a background into PNG files.

    Parameters
    ----------
    background
        Shape (height, width, 4), RGBA as unsigned bytes, opaque.
    """

    def __init__(self, background: np.ndarray) -> None:
        self._background = _as_words(background).copy()
        self._indices, self._colours = _quantised(self._background.ravel())

    def png(self, picture: np.ndarray) -> bytes:
        """Return a picture of the background's shape as a PNG file."""
        words = _as_words(picture)
        changed = np.flatnonzero(words != self._background)
        indices, colours = self._indices.copy(), self._colours
        if changed.size:
            new_indices, new_colours = _quantised(words.ravel()[changed])
            indices[changed] = new_indices + HALF
            colours = np.vstack([colours, new_colours])
        height, width = words.shape
        image = Image.frombuffer("P", (width, height), indices, "raw", "P", 0, 1)
        image.putpalette(colours.tobytes())
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


def _as_words(picture: np.ndarray) -> np.ndarray:
    """Return a view of RGBA pixels with one number for each."""
    return np.ascontiguousarray(picture).view(np.uint32)[..., 0]


def _quantised(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pixel the number of its colour, and the colours, shape (HALF, 3)."""
    row = Image.frombuffer("RGBA", (words.size, 1), words.tobytes(), "raw", "RGBA", 0, 1)
    row = row.quantize(HALF, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    found = np.array(row.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
    found[found.min(axis=1) > 247] = 255  # the quantiser leaves the paper a shade off white
    colours = np.zeros((HALF, 3), dtype=np.uint8)
    colours[: len(found)] = found[:HALF]
    return np.asarray(row)[0].copy(), colours
