"""A widget whose page code stands beside its class: for `card.py` the files `card.js` and `card.css`.

Code that is long has parts, which come before it: `stage_hands.js`, say, before `stage.js`. Before all of them the page
reads `page.js` and `page.css`, with what every widget needs: keys that stay inside, the theme, a kernel that is heard
however late the page is.
"""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import traitlets


@cache
def _code(module: str, kind: str) -> str:
    """Return all that a page reads for a module, ``".js"`` or ``".css"``: one text, since the page makes one module."""
    whole = Path(module).with_suffix(kind)
    files = Path(__file__).with_name(f"page{kind}"), *sorted(whole.parent.glob(f"{whole.stem}_*{kind}")), whole
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _front_end() -> str:
    """The versions of anywidget's page code that speak with the one installed here."""
    major, minor, *_ = version("anywidget").split(".")
    return f"~{major}.{minor}.*"


class PageWidget(widgets.DOMWidget):
    """A page's view of something, written in a `module` that has page code beside it.

    It has the traits of `anywidget.AnyWidget` without being one: that makes a class of its own for each widget, and a
    cell that is run again and again would fill the memory with classes.
    """

    _model_name = traitlets.Unicode("AnyModel").tag(sync=True)
    _model_module = traitlets.Unicode("anywidget").tag(sync=True)
    _model_module_version = traitlets.Unicode(_front_end()).tag(sync=True)
    _view_name = traitlets.Unicode("AnyView").tag(sync=True)
    _view_module = traitlets.Unicode("anywidget").tag(sync=True)
    _view_module_version = traitlets.Unicode(_front_end()).tag(sync=True)
    _anywidget_id = traitlets.Unicode().tag(sync=True)
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, module: str, **state: Any) -> None:
        own = type(self)
        state |= {"_esm": _code(module, ".js"), "_css": _code(module, ".css")}
        super().__init__(_anywidget_id=f"{own.__module__}.{own.__qualname__}", **state)
