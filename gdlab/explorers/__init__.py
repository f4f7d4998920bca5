"""The engine of the explorers: pictures that answer when a control is moved, or the picture itself is taken hold of.

`explorer` is the class that each explorer extends; `controls` and `hands` are what it can be steered with; `stage` and
`stage.js` show it on the page; `painting`, `text_cache` and `png` make its pictures quickly; `style` is their look.
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
