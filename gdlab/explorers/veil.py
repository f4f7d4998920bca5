"""Pictures that stay covered until the reader has committed to a prediction: a guess that is spoiled is none.

A prediction calls `lift` when it is committed to; an explorer made with ``after="slug"`` waits for it. One press on the
covered picture lifts the veil as well, for those who teach or have been here before.
"""

from typing import Any, Protocol
from weakref import WeakSet


class Veiled(Protocol):
    _after: str

    def _say_all(self) -> None: ...


_lifted: set[str] = set()
_waiting: WeakSet[Any] = WeakSet()


def wait(slug: str, explorer: Veiled) -> None:
    """Cover this explorer until the prediction has been committed to."""
    if slug not in _lifted:
        _waiting.add(explorer)


def covers(explorer: Veiled) -> bool:
    return explorer in _waiting


def forget(explorer: Veiled) -> None:
    _waiting.discard(explorer)


def lift(slug: str) -> None:
    """Uncover the explorers that wait for this prediction, and those that will be made for it later."""
    _lifted.add(slug)
    for explorer in [one for one in _waiting if one._after == slug]:
        _waiting.discard(explorer)
        explorer._say_all()
