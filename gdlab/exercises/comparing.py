"""When two answers are the same, what does not fit, and how values are told. It knows no exercise.

Exact work in single precision is right, however much its terms cancel. So what may differ is measured: the reference is
computed in single precision as well, and from inputs that are moved by the last digit of single precision.
"""

import decimal
import numbers
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gdlab.validation import describe

RELATIVE = 1e-6
"""What may always differ, relative to the size of the whole answer."""
_SINGLE = 2.0**-23
_ROUNDINGS = 16
"""How often what one rounding does may have happened: the order of the terms is the learner's own."""
_AT_MOST = 1e-3
"""What may never differ, relative to the size of the answer in all trials, however badly its terms cancel."""


def as_numbers(value: Any) -> np.ndarray | None:
    """Return a value as an array of numbers, whatever it came as; None if it is something else."""
    try:
        array = np.asarray(value)
        if array.dtype == object and all(isinstance(one, numbers.Real | decimal.Decimal) for one in array.flat):
            array = array.astype(float)  # fractions, say
    except Exception:  # its own methods may raise anything
        return None
    return array if array.dtype.kind in "biuf" else None


def without_thin_axes(value: Any, shape: tuple[int | None, ...]) -> Any:
    """Return numbers in the shape that is wanted if it has more or fewer axes of length 1: a column for a vector, say.

    With as many axes as wanted they stay as they are: a row is not a column.
    """
    array = as_numbers(value)
    if array is None or len(array.shape) == len(shape):
        return value if array is None else array
    thick = [n for n in array.shape if n != 1]
    flat = shape == (None,) and len(array.shape) > 1 and len(thick) < 2
    if flat or (None not in shape and thick == [n for n in shape if n != 1]):
        return array.reshape(-1 if flat else shape)
    return array


def tolerances(
    reference: Callable[..., Sequence[Any]],
    trials: Sequence[tuple[Any, ...]],
    wanted: Sequence[Sequence[Any]],
    rng: Any,
) -> list[list[float]]:
    """Return how far each part of an answer may be off in each trial."""
    spreads = np.zeros((len(trials), len(wanted[0])))
    for row, arguments, wants in zip(spreads, trials, wanted, strict=True):
        for moved in (_in_single(arguments), *(_moved(arguments, rng) for _ in range(3))):
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                others = reference(*moved)
            for part, (other, want) in enumerate(zip(others, wants, strict=True)):
                off = np.max(np.abs(np.asarray(other, float) - want), initial=0.0)
                row[part] = max(row[part], off if np.isfinite(off) else np.inf)
    sizes = np.array([[size(want) for want in wants] for wants in wanted])
    loose = np.minimum(_ROUNDINGS * spreads, _AT_MOST * sizes.max(axis=0))
    return (np.maximum(RELATIVE * sizes, loose) + 1e-12).tolist()


def _in_single(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(np.asarray(a).astype(np.float32)[()] if _is_real(a) else a for a in arguments)


def _moved(arguments: tuple[Any, ...], rng: Any) -> tuple[Any, ...]:
    return tuple(a * (1 + _SINGLE * rng.choice([-1, 1], np.shape(a))) if _is_real(a) else a for a in arguments)


def _is_real(value: Any) -> bool:
    return isinstance(value, float | np.ndarray | np.floating) and np.asarray(value).dtype.kind == "f"


def size(value: Any) -> float:
    with np.errstate(over="ignore"):
        return float(np.max(np.abs(np.asarray(value, float)), initial=0.0))


def misfit(given: Any, want: Any, kind: str = "", verb: str = "it returned") -> str:
    """Say what is wrong with the type or the shape of a value, or with a number in it that is not finite.

    `kind` says what is wanted, if the shape of `want` does not say it well; `verb` how the value came.
    """
    wanted = kind or kind_of(want)
    array = as_numbers(given)
    if array is None:
        return f"{verb} {described(given)}; wanted {wanted}"
    if array.shape != np.shape(want):
        return f"{verb} {kind_of(array)}; wanted {wanted}"
    if not np.isfinite(array).all():
        return f"{verb} {short(array)}; wanted finite numbers"
    return ""


def same(given: Any, other: Any, tolerance: float) -> bool:
    """Tell whether two values are the same numbers, and not finite in the same places."""
    one, two = as_numbers(given), as_numbers(other)
    if one is None or two is None or one.shape != two.shape:
        return False
    finite = np.isfinite(two)
    if not np.array_equal(np.isfinite(one), finite):
        return False
    with np.errstate(over="ignore"):
        return bool(np.all(np.abs(one[finite].astype(float) - two[finite]) <= tolerance))


def up_to(what: str, given: Sequence[Any], wrong: Sequence[Any]) -> list[Any]:
    """Return wrong answers moved by the one constant, or times the one factor, that brings them nearest to those given."""
    if not what or any(map(misfit, given, wrong)):
        return list(wrong)
    one, other = (np.concatenate([np.ravel(each) for each in values]).astype(float) for values in (given, wrong))
    if what == "a constant":
        return [each + np.mean(one - other) for each in wrong]
    return [each * (one @ other) / (other @ other) for each in wrong] if one @ other else list(wrong)


def degenerate(given: Sequence[Any], trials: Sequence[tuple[Any, ...]], names: Sequence[str]) -> str:
    """Say what is seen in values that too many mistakes lead to: no numbers, always one number, or an argument."""
    arrays = [as_numbers(value) for value in given]
    if any(array is None or not array.size for array in arrays):
        return ""
    flat = np.concatenate([array.ravel() for array in arrays]).astype(float)
    if not np.isfinite(flat).any():
        return f"it is {short(flat[0])} each time"
    if np.ptp(flat) == 0:
        return f"it is {short(flat[0])} whatever the arguments are"
    for place, name in enumerate(names):
        if all(same(array, arguments[place], 1e-12) for array, arguments in zip(arrays, trials, strict=True)):
            return f"it is `{name}`, as it came"
    return ""


def near(given: Any, want: float) -> bool:
    """Compare numbers that a learner worked out by hand and may have rounded to three digits."""
    return abs(float(given) - want) <= 5e-3 * max(abs(want), 0.1)


def number(value: Any) -> Any:
    """Return a number as it was meant, from an array of one, a fraction, or text; text that is none stays."""
    array = as_numbers(value)
    if array is not None and array.size == 1:
        return array.reshape(())[()]
    return value


def decimal_comma(values: Sequence[Any]) -> str:
    """Say how a number is written, if these came with decimal commas."""
    texts = [value for value in values if isinstance(value, str)]
    if any(re.fullmatch(r"\s*[-−]?\d+,\d+\s*", text) for text in texts):
        return "In Python a decimal point is a point, and numbers are written without quotes: 0.4, not '0,4'."
    if any(re.fullmatch(r"\s*[-−]?\d+(\.\d+)?(/\d+)?\s*", text) for text in texts):
        return "Numbers are written without quotes: 0.4, not '0.4'."
    return ""


def kind_of(value: Any) -> str:
    shape = np.shape(value)
    return f"an array of shape {shape}" if shape else "a single number"


def described(value: Any) -> str:
    """Say what a value is, as it stands in a sentence: a list [1, 2], an int 3."""
    try:
        told = describe(value)
    except Exception:  # its repr may raise
        told = f"a value of type {type(value).__name__}"
    return told if told.startswith(("a ", "an ")) else f"{'an' if told[:1].lower() in 'aeiou' else 'a'} {told}"


def different(given: Any, want: Any) -> tuple[str, str, str]:
    """Write two values that are not equal so that one can see it; between them, a word if they are close."""
    if short(given) != short(want):
        return short(given), "", short(want)
    return short(given, 10), "that is close, but it is not exact", short(want, 10)


def short(value: Any, digits: int = 4) -> str:
    if callable(value):
        return "a function"
    text = np.array2string(np.asarray(value), precision=digits, threshold=12, edgeitems=2, suppress_small=True)
    return " ".join(text.split())
