"""Values as JSON, so that between the grader and a submission's process only numbers and words travel.

Nothing that is read here can run code: there is no pickle, and no class of the other side comes along.
"""

import decimal
import math
import numbers
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_TYPES = {"b": np.bool_, "i": np.int64, "u": np.uint64, "f": np.float64}
"""What an array of each kind of numbers becomes."""
_KEYS, _LONGEST, _WORDS = 1000, 1_000_000, 1000
"""How many keys a dict or a set may have, since keys can be chosen so that each is compared with each; how long an
axis of an empty array may be, along which a sum would be as long; and how much of a text is read."""


class Foreign:
    """Stands for a value that is no numbers and no words: it can be described, and nothing else."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class Like:
    """Stands for a value that is no array, but of which NumPy can make one."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._array.astype(dtype or self._array.dtype)


def encode(value: Any, functions: list[Callable[..., Any]] | None = None) -> Any:
    """Return a value as what JSON can hold.

    Parameters
    ----------
    value
        Numbers, words, arrays, and what holds them; anything else becomes a description.
    functions
        Where to collect functions, which become their place in this list; without it, they become descriptions, too.
    """
    if functions is not None and callable(value):
        functions.append(value)
        return {"function": len(functions) - 1}
    if value is None or isinstance(value, bool):
        return value
    if value is ...:
        return {"gap": None}
    if isinstance(value, np.generic):
        return _described(value) if value.dtype.kind not in _TYPES else {"number": _numbers(value)}
    if isinstance(value, int):
        return int(value) if abs(value) < 2**1000 else _described(value)
    if isinstance(value, float | str):
        return float(value) if isinstance(value, float) else str(value)
    if isinstance(value, list):
        return [encode(one, functions) for one in value]
    for kind in (tuple, set, frozenset):
        if isinstance(value, kind):
            return {kind.__name__: [encode(one, functions) for one in value]}
    if isinstance(value, Mapping):
        return {"dict": [[encode(key), encode(one, functions)] for key, one in value.items()]}
    if isinstance(value, numbers.Real | decimal.Decimal):
        try:
            return float(value)  # a fraction, say, as the notebook takes it
        except Exception:  # it is too large, or its own method raises
            return _described(value)
    return _array(value)


def _array(value: Any) -> Any:
    try:
        array = np.asarray(value)
    except Exception:  # whatever an object may do when NumPy asks it for numbers
        return _described(value)
    if array.dtype.kind in _TYPES:
        return {"array" if isinstance(value, np.ndarray) else "like": _numbers(array)}
    if array.dtype.kind == "O" and isinstance(value, np.ndarray) and array.ndim == 1:
        return {"objects": [encode(one) for one in array]}
    return _described(value)


def _numbers(array: Any) -> list[Any]:
    kind = array.dtype.kind
    return [kind, list(array.shape), array.astype(_TYPES[kind]).ravel().tolist()]


def _described(value: Any) -> dict[str, Any]:
    try:
        text = repr(value)[:200]
    except Exception:
        text = "(it cannot be shown)"
    return {"other": [type(value).__name__, text]}


def decode(data: Any, function: Callable[[int], Callable[..., Any]] | None = None) -> Any:
    """Return the value that `encode` wrote.

    Parameters
    ----------
    data
        What JSON gave.
    function
        Takes a function's place and returns what stands for it here; without it there must be none.

    Raises
    ------
    ValueError
        If it is nothing that `encode` writes.
    """
    if isinstance(data, str):
        return data[:_WORDS]
    if data is None or isinstance(data, bool | int | float):
        return data
    if isinstance(data, list):
        return [decode(one, function) for one in data]
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError("wanted a value as `encode` writes it")
    [(kind, inner)] = data.items()
    try:
        return _decoded(kind, inner, function)
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise ValueError(f"wanted {kind} as `encode` writes it") from error


def _decoded(kind: str, inner: Any, function: Any) -> Any:
    match kind:
        case "gap":
            return ...
        case "number":
            return _from_numbers(inner)[()]
        case "array":
            return _from_numbers(inner)
        case "like":
            return Like(_from_numbers(inner))
        case "objects":
            array = np.empty(len(inner), object)
            for place, one in enumerate(inner):
                array[place] = decode(one)
            return array
        case "tuple" | "set" | "frozenset":
            if kind != "tuple" and len(inner) > _KEYS:
                raise ValueError(f"wanted at most {_KEYS} elements")
            return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](decode(one, function) for one in inner)
        case "dict":
            if len(inner) > _KEYS:
                raise ValueError(f"wanted at most {_KEYS} keys")
            return {decode(key): decode(one, function) for key, one in inner}
        case "function" if function:
            return function(inner)
        case "other":
            name, text = inner
            name = name if isinstance(name, str) and name.isidentifier() else "object"
            return type(name[:40], (Foreign,), {})(str(text)[:200])
    raise ValueError(f"no value is written as {kind[:20]!r}")


def _from_numbers(inner: Any) -> np.ndarray:
    kind, shape, values = inner
    if not values and math.prod(max(1, one) for one in shape) > _LONGEST:
        raise ValueError("wanted a shape that an array without numbers can have")
    array = np.array(values, _TYPES[kind]).reshape(shape)
    if list(array.shape) != shape:
        raise ValueError(f"wanted the shape {shape}")
    return array
