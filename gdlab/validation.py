"""What good input is, and the sentence that says so when it is not.

Every message names what came and what was wanted; for a name it lists what there is.
"""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def named(table: Mapping[str, Any], choice: Any, kind: str) -> Any:
    """Return the entry of `table` called `choice`, or `choice` itself if it is such an entry.

    Raises
    ------
    ValueError
        If there is no entry of that name; the message lists those there are, the nearest first.
    TypeError
        If `choice` is neither a name nor a value of the table's kind.

    Examples
    --------
    >>> named({"tanh": 1, "sine": 2}, "tahn", "activation")
    Traceback (most recent call last):
    ValueError: unknown activation 'tahn' (did you mean 'tanh'?); wanted one of 'tanh', 'sine'
    """
    wanted = f"one of {', '.join(map(repr, table))}"
    if isinstance(choice, str):
        if choice not in table:
            raise ValueError(f"unknown {kind} {choice!r}{near_miss(choice, table)}; wanted {wanted}")
        return table[choice]
    if not isinstance(choice, type(next(iter(table.values())))):
        raise TypeError(f"{kind} came as {describe(choice)}; wanted {wanted}")
    return choice


def near_miss(choice: str, names: Iterable[str]) -> str:
    """Ask whether a name was meant that is nearly `choice`, or begins like it; the empty text if there is none.

    Examples
    --------
    >>> near_miss("tahn", ["tanh", "sine"]), near_miss("si", ["tanh", "sine"]), near_miss("relu", ["tanh", "sine"])
    (" (did you mean 'tanh'?)", " (did you mean 'sine'?)", '')
    """
    names, choice = list(names), choice.lower()
    near = difflib.get_close_matches(choice, names, n=1) or [
        name for name in names if choice and name.startswith(choice)
    ]
    return f" (did you mean {near[0]!r}?)" if near else ""


def describe(value: Any) -> str:
    """Say in a few words what `value` is: its type, and its shape or (short) repr."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 40 else text[:37] + '...'}"


def floats(values: ArrayLike) -> Array:
    """Return `values` as floating-point numbers of NumPy; those that are, of whatever precision, stay what they are.

    Examples
    --------
    >>> floats([1, 2])
    array([1., 2.])
    """
    values = np.asarray(values)
    return (values if values.dtype.kind in "fc" else values.astype(float))[()]


def of_numbers(formula: Callable[..., Any], those: type | tuple[type, ...] = object) -> Callable[..., Any]:
    """Let a formula for arrays take lists and whole numbers, too: in Python, ``2 * [1, 2]`` has four elements.

    Only arguments of the types in `those` are turned into arrays of floats.

    Examples
    --------
    >>> of_numbers(lambda z: 2 * z)([1, 2])
    array([2., 4.])
    """

    def good(value: Any) -> Any:
        return floats(value) if isinstance(value, those) else value

    @wraps(formula)
    def with_arrays(*values: Any, **named: Any) -> Any:
        return formula(*map(good, values), **{name: good(value) for name, value in named.items()})

    return with_arrays


def array(value: ArrayLike, name: str, axes: str, *, least_axes: int | None = None) -> Array:
    """Return `value` as an array of floats with at least one element.

    Parameters
    ----------
    value
        Anything that NumPy turns into an array of real numbers.
    name
        What the message calls it.
    axes
        The wanted axes, written as the documentation writes them, e.g. ``"(n, d)"``.
    least_axes
        With this, any number of axes from this one on is good; without it, exactly those in `axes`.

    Raises
    ------
    TypeError
        If it does not hold real numbers.
    ValueError
        If it is empty or has another number of axes.
    """
    try:
        result = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different length; wanted shape {axes}") from None
    if result.dtype.kind not in "biuf":
        raise TypeError(f"{name} came as {describe(value)}; wanted real numbers of shape {axes}")
    good = result.ndim == axes.strip("(,)").count(",") + 1 if least_axes is None else result.ndim >= least_axes
    if not good:
        raise ValueError(f"{name} has shape {result.shape}; wanted {axes}")
    if result.size == 0:
        raise ValueError(f"{name} is empty (shape {result.shape}); wanted at least one number")
    return result.astype(float, copy=False)


def finite(values: Array, name: str) -> Array:
    """Return `values` unchanged; a ``ValueError`` says where the first nan or infinity stands."""
    if not np.isfinite(values).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{name} holds {values[where]} at index {where}; wanted finite numbers")
    return values


def number(value: float, name: str, wanted: str = "a finite number") -> float:
    """Return `value` as a float if it is a finite real number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} came as {describe(value)}; wanted {wanted}")
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; wanted {wanted}")
    return float(value)


def positive(value: float, name: str, *, zero: bool = False) -> float:
    """Return `value` as a float if it is a finite number > 0 (or >= 0 with `zero`)."""
    wanted = "a finite number >= 0" if zero else "a finite number > 0"
    result = number(value, name, wanted)
    if result < 0 or (result == 0 and not zero):
        raise ValueError(f"{name} is {value}; wanted {wanted}")
    return result


def whole(value: int, name: str, least: int) -> int:
    """Return `value` as an int if it is a whole number >= `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} came as {describe(value)}; wanted a whole number >= {least}")
    if value < least:
        raise ValueError(f"{name} is {value}; wanted a whole number >= {least}")
    return int(value)


def seeds(seed: int | Iterable[int]) -> list[int]:
    """Return the seeds as a list; a single one gives a list of length one."""
    many = [seed] if isinstance(seed, Integral) else list(seed) if np.iterable(seed) else None
    if many is None:
        raise TypeError(f"seed came as {describe(seed)}; wanted a whole number >= 0, or several")
    if not many:
        raise ValueError("seed is empty; wanted a whole number >= 0, or several")
    return [whole(one, "seed", 0) for one in many]
