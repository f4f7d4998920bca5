"""Slips that can happen in any exercise: seen in the values of an answer, whatever was asked for.

They are looked for only where none of the exercise's own wrong answers explains what came.
"""

import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.comparing import as_numbers, misfit, same, size


@dataclass(frozen=True)
class Part:
    """One part of an answer in all trials: what was called, what came, what was wanted, and how far it may be off."""

    names: Sequence[str]
    calls: Sequence[tuple[Any, ...]]
    given: Sequence[np.ndarray]
    wanted: Sequence[Any]
    tolerances: Sequence[float]

    @property
    def trials(self) -> list[tuple[Any, ...]]:
        """The arguments, what came, what was wanted and the tolerance of each."""
        return list(zip(self.calls, self.given, self.wanted, self.tolerances, strict=True))

    @property
    def is_right(self) -> bool:
        return all(
            not misfit(given, want) and same(given, want, tolerance) for _, given, want, tolerance in self.trials
        )

    def equals(self, others: Sequence[Any]) -> bool:
        """Tell whether what came is the same as these in all trials."""
        return len(others) == len(self.given) and all(map(self._same, self.given, others, self.tolerances))

    @staticmethod
    def _same(given: Any, other: Any, tolerance: float) -> bool:
        if other is None:
            return False
        numbers = np.asarray(other, float)
        return same(given, other, tolerance + 1e-6 * size(numbers[np.isfinite(numbers)]))


def slip(part: Part, reference: Callable[..., Any]) -> tuple[str, str] | None:
    """Return what went wrong in a few words and where to look; None if nothing is seen.

    `reference` returns this part of the right answer.
    """
    if any(as_numbers(value) is None for value in part.given):
        return None
    return next((told for look in _LOOKS for told in look(part, reference)), None)


def _apart(part: Part, _: Any) -> Iterator[tuple[str, str]]:
    """Nothing was summed or averaged over one axis, or too much was."""

    def fits(numbers: Sequence[Any], others: Sequence[Any]) -> bool:
        return all(
            np.size(one) == np.size(other) and same(np.reshape(one, np.shape(other)), other, tolerance)
            for one, other, tolerance in zip(numbers, others, part.tolerances, strict=True)
        )

    if list(map(np.shape, part.given)) == list(map(np.shape, part.wanted)):
        return
    for together, axis in itertools.product((np.mean, np.sum), range(np.ndim(part.given[0]))):
        if fits([together(given, axis=axis) for given in part.given], part.wanted):
            yield (
                "not put together yet",
                "You have these numbers one by one, along an axis that is not asked for. What is to be made of them?",
            )
            return
    for together in (np.mean, np.sum):
        if fits(part.given, [together(want) for want in part.wanted]):
            yield "put together too much", "You made one number of all. Which axis is to be left?"
            return


def _turned(part: Part, _: Any) -> Iterator[tuple[str, str]]:
    if np.ndim(part.wanted[0]) == 2 and part.equals([np.transpose(want) for want in part.wanted]):
        yield "rows and columns are exchanged", "The numbers are right, in a table that is transposed."
    elif not part.equals([-want for want in map(np.asarray, part.wanted)]) and part.equals(
        [np.copysign(want, given) for want, given in _alike(part)]
    ):
        yield (
            "the signs are not all right",
            "The sizes are right, and some signs are not. Where can your result be negative?",
        )


def _alike(part: Part) -> list[tuple[Any, Any]]:
    pairs = list(zip(map(np.asarray, part.wanted), part.given, strict=True))
    return pairs if all(want.shape == np.shape(given) for want, given in pairs) else []


def _scaled(part: Part, _: Any) -> Iterator[tuple[str, str]]:
    """A factor that is always the same, or that goes with a number of samples, units or inputs."""
    pairs = [(want.ravel().astype(float), np.ravel(given).astype(float)) for want, given in _alike(part)]
    if not pairs or not all(np.isfinite(given).all() for _, given in pairs):
        return
    told = [place for place, (want, _) in enumerate(pairs) if size(want) > 1e3 * part.tolerances[place]]
    if len(told) < 2:
        return
    ratios = np.array([pairs[place][1] @ pairs[place][0] / (pairs[place][0] @ pairs[place][0]) for place in told])

    def fits(factors: Any) -> bool:
        every = np.ones(len(pairs))
        every[told] = factors
        return bool(np.all(every)) and part.equals(
            [factor * np.asarray(want) for factor, want in zip(every, part.wanted, strict=True)]
        )

    factor = float(np.median(ratios))
    if fits(factor):
        sign = ", with the sign turned round" if factor < 0 else ""
        sizes = {1.0: "", 2.0: "twice as large", 0.5: "half as large"}
        nearest = min(sizes, key=lambda one: abs(one - abs(factor)))
        how = sizes[nearest] if abs(abs(factor) - nearest) < 1e-4 else f"{abs(factor):.4g} times as large"
        if how:
            yield how + sign, f"Yours is {how}{sign}, each time. Which factor is missing, or one too many?"
        elif factor < 0:
            yield (
                "the sign is turned round",
                "Yours has the opposite sign each time. Which way round is the difference that you take, and is it added or subtracted?",
            )
        return
    counts = {label: np.array([values[place] for place in told], float) for label, values in _counts(part).items()}
    for sign, also in ((1, ""), (-1, " The sign is turned round, too.")):
        for label, n in counts.items():
            if fits(sign * n):
                yield (
                    "a sum, not a mean",
                    f"Yours is {label} times too large: it grows with {label}. Is a sum asked for, or a mean?{also}",
                )
            if fits(sign / n):
                yield f"divided by {label} too often", f"Yours is as many times too small as {label} says.{also}"
            if np.all(n > 1) and fits(sign * n / (n - 1)):
                yield "divided by one less", f"You divided by {label} − 1.{also}"
            for other, k in counts.items():
                if other != label and fits(sign * n / k):
                    yield (
                        "divided by the wrong count",
                        f"You divided by {other}. What is it that is counted there?{also}",
                    )


def _counts(part: Part) -> dict[str, list[int]]:
    """Return the lengths of the arguments' axes in all trials, by how they are written; each once."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(part.names):
        arrays = [np.asarray(arguments[place]) for arguments in part.calls]
        for axis in range(arrays[0].ndim if arrays[0].dtype.kind in "biuf" else 0):
            lengths = [array.shape[axis] for array in arrays]
            if lengths not in found.values():
                found[f"`{name}.shape[{axis}]`" if axis else f"`len({name})`"] = lengths
    sizes = list(found.values())
    if len(sizes) > 1 and part.names and np.ndim(part.wanted[0]) == 0:
        found["`n × k`"] = [one * other for one, other in zip(sizes[0], sizes[1], strict=True)]
    return found


def _samples(part: Part, reference: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """Only the first or the last of the samples counts."""
    lengths = [[np.shape(one)[0] if np.ndim(one) else 0 for one in arguments] for arguments in part.calls]
    columns = list(zip(*lengths, strict=True))
    first = next((column for column in columns if min(column) > 1), None)
    if first is None:
        return
    shared = [column == first for column in columns]
    for chosen, name, words in (
        (
            slice(-1, None),
            "only the last sample counts",
            "Does each turn of your loop add to the result, or replace it?",
        ),
        (
            slice(0, 1),
            "only the first sample counts",
            "Is there a `return` inside your loop, so that the first turn ends it?",
        ),
        (slice(0, -1), "the last sample is left out", "Where does your loop, or your slice, end?"),
        (
            slice(1, None),
            "the first sample is left out",
            "Where does your loop, or your slice, begin? Python counts from 0.",
        ),
    ):
        cut = [
            tuple(one[chosen] if is_shared else one for one, is_shared in zip(arguments, shared, strict=True))
            for arguments in part.calls
        ]
        some = _tried(reference, cut)
        shares = [len(range(n)[chosen]) / n for n in first]
        if some and (part.equals(some) or part.equals([one * q for one, q in zip(some, shares, strict=True)])):
            yield name, words


def _arguments(part: Part, reference: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """An argument is left out, or another one is in its place."""
    columns = [list(column) for column in zip(*part.calls, strict=True)]
    numeric = [place for place, column in enumerate(columns) if all(as_numbers(one) is not None for one in column)]

    def with_in(place: int, column: Sequence[Any]) -> bool:
        calls = zip(*columns[:place], column, *columns[place + 1 :], strict=True)
        values = _tried(reference, list(calls))
        return bool(values) and part.equals(values)

    fitting = []
    for place in numeric:
        name, column = part.names[place], columns[place]
        fitting += [
            f"`{name}` is {number}" for number in (0, 1) if with_in(place, [0 * one + number for one in column])
        ]
        fitting += [
            f"`{name}` is what is called `{part.names[other]}` here"
            for other in numeric
            if other != place
            and list(map(np.shape, columns[other])) == list(map(np.shape, column))
            and with_in(place, columns[other])
        ]
        fitting += [f"`{name}` has the other sign"] * with_in(place, [-one for one in column])
    if 0 < len(fitting) < 3:
        when = " or if ".join(fitting)
        yield f"right if {when}", f"Yours is right if {when}. Where should that come into the calculation?"


def _broadcast(part: Part, reference: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """A column met a row, and NumPy made a table of them."""
    words = (
        "An array of shape (n,) and one of shape (n, 1) give n × n numbers, each of one with each of the other. Look at the "
        "shapes before you add, subtract or multiply."
    )
    for place in range(len(part.names)):
        turned = [_other_shape(arguments, place) for arguments in part.calls]
        if all(turned) and (tables := _tried(reference, turned)) and part.equals(tables):
            yield "each sample met every other one", words
            return
    tables = [
        np.ndim(given) == 2 and np.shape(given) == (np.size(want),) * 2 and np.size(want) > 1
        for given, want in zip(part.given, part.wanted, strict=True)
    ]
    if all(tables) and np.ndim(part.wanted[0]) == 1:
        yield "each sample met every other one", words


def _other_shape(arguments: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    """Return the arguments with a column for a vector or a vector for a column; nothing if there is neither."""
    array = arguments[place]
    if not isinstance(array, np.ndarray) or array.size < 2:
        return ()
    if array.ndim == 1:
        other = array[:, None]
    elif array.ndim == 2 and array.shape[1] == 1:
        other = array[:, 0]
    else:
        return ()
    return (*arguments[:place], other, *arguments[place + 1 :])


def _tried(reference: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return what the reference gives; nothing if it cannot be called so."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [np.asarray(reference(*arguments), float) for arguments in calls]
    except Exception:  # shapes that do not fit
        return []


_LOOKS = (_apart, _turned, _scaled, _samples, _broadcast, _arguments)
