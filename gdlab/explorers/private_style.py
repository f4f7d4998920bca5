"""The style of the pictures, for the thread that draws them and for no other.

Matplotlib reads ``rcParams`` in a hundred places, some of them only while it draws, and ``rc_context`` changes them for
the whole process: a cell that plots while a widget's thread draws would get our style, or keep it. So no value is ever
changed. While a picture is drawn, the one object ``rcParams`` looks things up in our style first, if the drawing thread
asks; every other thread reads and writes what it always did.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

from gdlab.explorers import style

_thread = threading.local()
_entering = threading.Lock()
_inside = 0
_usual_class = type(mpl.rcParams)


class _Layered(_usual_class):
    """`RcParams` with one layer above its values, which only the thread that is drawing sees."""

    def __getitem__(self, key: str) -> Any:
        layer = getattr(_thread, "layer", None)
        if layer is not None and key in layer:
            return layer[key]
        return _usual_class.__getitem__(self, key)  # `super()` fails where the class is the usual one again by now


@contextmanager
def applied() -> Iterator[None]:
    """Draw in the style of the explorers, in this thread, whatever the notebook has set for its own figures."""
    global _inside
    before = getattr(_thread, "layer", None)
    with _entering:
        _inside += 1
        mpl.rcParams.__class__ = _Layered
    _thread.layer = style.RC
    try:
        yield
    finally:
        _thread.layer = before
        with _entering:
            _inside -= 1
            if not _inside:
                mpl.rcParams.__class__ = _usual_class
