"""The engine of the explorers: pictures that answer when a control is moved, or the picture itself is taken hold of.

An explorer is a class over `Explorer`, with controls and hands from here and looks from `style`. Parts that several
have in common are in `plane`, `runs` and `landscape`. Inside, `stage` and the code beside it show it on the page;
`painting`, `text_cache`, `letters` and `png` make its pictures quickly.
"""


def _import_fonts_quietly() -> None:
    """Let matplotlib look for fonts, which it does once for each user, without its message about it on stderr."""
    import logging

    def is_no_news(record: logging.LogRecord) -> bool:
        return "font cache" not in record.getMessage()

    log = logging.getLogger("matplotlib.font_manager")
    log.addFilter(is_no_news)
    try:
        import matplotlib.font_manager  # noqa: F401
    finally:
        log.removeFilter(is_no_news)


_import_fonts_quietly()

from gdlab.explorers import style  # noqa: E402
from gdlab.explorers.controls import (  # noqa: E402
    Choice,
    Control,
    Drawing,
    IntSlider,
    LogSlider,
    Points,
    Slider,
    Steps,
)
from gdlab.explorers.explorer import Explorer  # noqa: E402
from gdlab.explorers.hands import Hand, Handle, Pad, Spot, Strip  # noqa: E402

__all__ = [
    "Choice",
    "Control",
    "Drawing",
    "Explorer",
    "Hand",
    "Handle",
    "IntSlider",
    "LogSlider",
    "Pad",
    "Points",
    "Slider",
    "Spot",
    "Steps",
    "Strip",
    "style",
]


def __dir__() -> list[str]:
    return __all__
