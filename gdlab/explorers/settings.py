"""The values of an explorer's controls: how they are read, checked, documented and written as code."""

import inspect
from collections.abc import Mapping
from typing import Any, NoReturn

from gdlab.explorers.controls import Control
from gdlab.validation import near_miss


class Values(dict[str, Any]):
    """Where the controls stand: reads as any dictionary; what would change it says how the explorer is set."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("these values are a copy, to be read; set a control by explorer.values = {'name': value}")

    __setitem__ = __delitem__ = __ior__ = _refuse
    update = setdefault = pop = popitem = clear = _refuse


def checked(owner: str, controls: Mapping[str, Control], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as their controls keep them.

    Raises
    ------
    ValueError, TypeError
        If a control does not exist or a value is not good for it.
    """
    unknown = sorted(set(values) - set(controls))
    if unknown:
        came = ", ".join(map(repr, unknown)) + near_miss(unknown[0], controls)
        raise ValueError(f"{owner} has no control {came}; wanted one of {', '.join(map(repr, controls))}")
    return {name: controls[name].check(value, name) for name, value in values.items()}


def signature(controls: Mapping[str, Control]) -> inspect.Signature:
    """Return the signature of a class with these controls: each by name, with its start."""
    kind = inspect.Parameter.KEYWORD_ONLY
    starts = {name: control.start for name, control in controls.items()} | {"after": ""}
    return inspect.Signature([inspect.Parameter(name, kind, default=start) for name, start in starts.items()])


def parameters(controls: Mapping[str, Control]) -> str:
    """Return the section of a docstring that says what each control is, which values are good and where it starts."""
    lines = ["Parameters", "----------"]
    for name, control in controls.items():
        lines += [f"{name}", f"    {control.label}: {control.wanted}; at first {control.start!r}."]
    lines += ["after", "    The slug of a prediction to which the reader is to commit before the picture is seen."]
    return "\n".join(lines)
