"""Words as outlines, put together from letters that are looked up once: matplotlib would lay out each text anew."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib import ft2font
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.path import Path

_EM = 1000
"""The size in which letters are looked up, in pixels: no hint moves a line of theirs by as much as can be seen."""
_KERNING = ft2font.Kerning.DEFAULT if hasattr(ft2font, "Kerning") else ft2font.KERNING_DEFAULT  # before matplotlib 3.10


def outline(lines: Sequence[str], properties: FontProperties, alignment: str, step: float) -> Path | None:
    """Return the outline of lines of plain words, in ems; None if a letter is missing in the font.

    Parameters
    ----------
    lines
        The words, without line breaks.
    properties
        The font; its size is of no account.
    alignment
        Whether 0 is where each line ends ("right"), its middle ("center"), or where it begins ("left").
    step
        How far each baseline is below the one before. The last one is at 0.
    """
    file = findfont(properties)
    vertices, codes = [np.empty((0, 2))], [np.empty(0, Path.code_type)]
    for number, words in enumerate(reversed(lines)):
        letters, at = [], 0.0
        for before, letter in zip(" " + words, words, strict=False):
            found = _letter(file, letter)
            if found is None:
                return None
            at += _kerning(file, before, letter)
            letters.append(np.add(found.outline.vertices, (at, 0)))
            codes.append(found.outline.codes)
            at += found.advance
        before = at * {"left": 0.0, "center": 0.5, "right": 1.0}[alignment]
        vertices.extend(np.add(one, (-before, number * step)) for one in letters)
    return Path(np.concatenate(vertices), np.concatenate(codes))


class _Letter(NamedTuple):
    outline: Path
    advance: float
    """How much further the next letter is."""


@cache
def _letter(file: str, letter: str) -> _Letter | None:
    font = get_font(file)
    if not font.get_char_index(ord(letter)):
        return None
    font.set_size(_EM, 72)
    advance = font.load_char(ord(letter)).linearHoriAdvance / 65536 / _EM
    vertices, codes = font.get_path()
    return _Letter(Path(vertices / _EM, codes), advance)


@cache
def _kerning(file: str, left: str, right: str) -> float:
    font = get_font(file)
    font.set_size(_EM, 72)
    return font.get_kerning(font.get_char_index(ord(left)), font.get_char_index(ord(right)), _KERNING) / 64 / _EM
