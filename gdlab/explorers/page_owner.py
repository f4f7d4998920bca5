"""Whose page an explorer is on: a cell that is run again puts new explorers in the place of its old ones.

The page does not tell the kernel that a picture has gone, and ipywidgets keeps every widget, so nobody would ever free
an old explorer. But with each run the page says which cell it is, and that is enough.
"""

import sys
from typing import Any, Protocol

VIEW = "application/vnd.jupyter.widget-view+json"


class Closable(Protocol):
    def close(self) -> None: ...


_last_run: dict[str, str] = {}
_explorers: dict[str, list[Closable]] = {}


def belongs_here(explorer: Closable) -> None:
    """Say that the cell being run has made or shows this explorer; close what its runs before have left.

    An explorer that another cell shows by now belongs there, and is left alone. Outside a notebook nothing happens.
    """
    cell, run = _running()
    if cell is None:
        return
    forget(explorer)
    if _last_run.get(cell) != run:
        _last_run[cell] = run
        for old in list(_explorers.get(cell, ())):
            old.close()
    _explorers.setdefault(cell, []).append(explorer)


def forget(explorer: Closable) -> None:
    """Say that an explorer is on no page any more."""
    for explorers in _explorers.values():
        if explorer in explorers:
            explorers.remove(explorer)


def drop_pictures(model_id: str) -> None:
    """Take the pictures of a view that is closed out of IPython's history, which keeps all that was ever shown."""
    for outputs in getattr(getattr(_shell(), "history_manager", None), "outputs", {}).values():
        for place, output in enumerate(outputs):
            if output.bundle.get(VIEW, {}).get("model_id") == model_id:
                in_one = "image/png" in output.bundle  # or in an output of its own, after words on what to do
                for one in outputs[place : place + 1 if in_one else place + 3]:
                    one.bundle.pop("image/png", None)


def is_jupyterlab() -> bool:
    """Tell whether the cell being run is on a page of JupyterLab or Notebook, which tell with each run what is gone."""
    return "deletedCells" in _request().get("metadata", {})


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _request() -> dict[str, Any]:
    shell = _shell()
    return shell.get_parent() if hasattr(shell, "get_parent") else {}


def _running() -> tuple[str | None, str]:
    """Return the id of the cell that is being run and of this run of it; None where the page does not tell."""
    request = _request()
    return request.get("metadata", {}).get("cellId"), request.get("header", {}).get("msg_id", "")
