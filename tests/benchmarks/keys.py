"""Which control to move: the cheapest, where only drawing changes, and the costliest, which may train a network."""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from gdlab import training
from gdlab.explorers.controls import Choice, Steps
from gdlab.explorers.explorer import Explorer
from tests.explorers.steering import positions


@dataclass(frozen=True)
class Key:
    """A control with at least ten places to go to, one key press each.

    Attributes
    ----------
    name, label : str
        The control's names in code and on the page; a list's label is that of the button beside it.
    slides : bool
        Whether it is a slider (right arrow) or a button (Enter).
    start : Any
        Where to begin, so that each press leads on.
    trains : bool
        Whether a move makes the explorer train a network.
    """

    name: str
    label: str
    slides: bool
    start: Any
    trains: bool = False


@cache
def keys(explorer_class: type) -> tuple[Key, Key | None]:
    """Return the key whose move costs least and, where another one trains or takes 20 ms more, the costliest."""
    measured = []
    explorer = explorer_class()
    explorer.finish()
    for name, control in explorer_class.controls.items():
        every = positions(explorer_class)[name]
        slides = not isinstance(control, Choice)
        start = every[len(every) // 3] if isinstance(control, Steps) else every[len(every) // 4] if slides else every[0]
        cost, trains = _cost(explorer, name, every[every.index(start) + 1 :][:3])
        measured.append((cost, Key(name, control.label, slides, start, trains)))
    explorer.close()
    sliding = [one for one in measured if one[1].slides] or measured
    steps = [one for one in measured if isinstance(explorer_class.controls[one[1].name], Steps)]
    cheap, key = min(steps or sliding, key=lambda one: one[0])
    cost, other = max(sliding, key=lambda one: (one[1].trains, one[0]))
    return key, other if other.name != key.name and (other.trains or cost > cheap + 0.02) else None


def _cost(explorer: Explorer, name: str, values: list[Any]) -> tuple[float, bool]:
    """Return seconds to the first picture's numbers at fresh settings, and whether a network was trained for them."""
    next(explorer.stages(**explorer.values))  # what is kept for these values does not count
    updates, seconds, unfinished = [0], [], False
    update = training.momentum_update

    def counted(*arguments: Any) -> Any:
        updates[0] += 1
        return update(*arguments)

    training.momentum_update = counted
    try:
        for value in values:
            began = time.process_time()
            share, _ = next(explorer.stages(**{**explorer.values, name: value}))
            seconds.append(time.process_time() - began)
            unfinished |= share < 1
    finally:
        training.momentum_update = update
    return min(seconds), unfinished or updates[0] >= 10 * len(values)
