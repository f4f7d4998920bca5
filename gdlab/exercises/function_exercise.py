"""Write a function: it is tried on inputs that are drawn from a seed, and compared with the reference.

If an attempt equals a known wrong answer on all of them, and no other, the feedback speaks to the thought behind that
answer.

Values are compared, not ways. So an answer that is right and was found in another way than the one asked for (a measured
gradient, a clipped product) earns its points; where its digits show it, `OTHER_WAY` is said.
"""

import copy
import functools
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.attempt import Outcome, call
from gdlab.exercises.comparing import (
    as_numbers,
    degenerate,
    described,
    different,
    misfit,
    same,
    short,
    size,
    tolerances,
    up_to,
    without_thin_axes,
)
from gdlab.exercises.exercise import Exercise, Misconception
from gdlab.exercises.feedback import Feedback, Shown, tables
from gdlab.exercises.slips import Part, slip

TRIALS = 12
OTHER_WAY = (
    "It is right to fewer digits than a formula gives, as measured gradients (notebook 07) and clipped numbers are. That earns "
    "the points; can you also find the formula?"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class FunctionExercise(Exercise):
    """Write a function.

    Attributes
    ----------
    solution
        The reference. If it returns a tuple, each of its `parts` is judged, and earns its share of the points, alone.
    inputs
        Takes a random generator and returns one tuple of arguments, which can occur.
    parts
        What the function returns, in words: one name, or as many as the tuple has elements.
    edges
        Arguments that are tried first: those that tell apart what random ones seldom do.
    tolerance
        What an answer may be off, relative to its size; by default (0) it is measured.
    truth
        What the answer comes near to, where it is not exact itself.
    """

    solution: Callable[..., Any]
    inputs: Callable[..., tuple[Any, ...]]
    parts: tuple[str, ...]
    edges: tuple[tuple[Any, ...], ...] = ()
    tolerance: float = 0.0
    truth: Callable[..., Any] | None = None

    @property
    def called(self) -> str:
        return self.name or self.solution.__name__

    @property
    def reference(self) -> Callable[..., Any]:
        return self.bound(self.solution)

    @property
    def solution_text(self) -> str:
        return re.sub(rf"\b{re.escape(self.solution.__name__)}\b", self.called, self.source(self.solution))

    def calls(self, seed: int = 0) -> list[tuple[Any, ...]]:
        """Return the arguments that an attempt is tried with."""
        return self._trials(seed)[0]

    @functools.lru_cache(maxsize=256)  # noqa: B019 (exercises are there for as long as Python is)
    def _trials(self, seed: int) -> tuple[list[tuple[Any, ...]], list[list[Any]], list[list[float]]]:
        """Return the arguments of all trials; of each the parts that are wanted, and how far they may be off."""
        rng, inputs = self.random(seed), self.bound(self.inputs)
        calls = [*self.edges, *(inputs(rng) for _ in range(TRIALS))]
        with np.errstate(all="ignore"):
            wanted = [self._right_parts(*arguments) for arguments in calls]
        if self.tolerance:
            return calls, wanted, [[self.tolerance * size(want) + 1e-12 for want in wants] for wants in wanted]
        return calls, wanted, tolerances(self._right_parts, calls, wanted, self.random(seed))

    @functools.lru_cache(maxsize=4096)  # noqa: B019
    def _mistaken(self, misconception: Misconception, seed: int) -> dict[int, list[Any]]:
        """Return what a misconception gives in all trials, by the place of the part, for those parts that it touches."""
        function, (calls, wanted, allowed) = self.bound(misconception.wrong), self._trials(seed)
        with np.errstate(all="ignore"):
            rows = [self._in_parts(function(*arguments))[0] for arguments in calls]
        columns = zip(*(zip(*table, strict=True) for table in (rows, wanted, allowed)), strict=True)
        return {
            place: list(values)
            for place, (values, wants, offs) in enumerate(columns)
            if all(value is not None for value in values) and not all(map(same, wants, values, offs))
        }

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        if not callable(attempt):
            return self.wrong_feedback(
                f"This is {described(attempt)}", "Hand over the function itself, without calling it."
            )
        return self.try_out(lambda arguments: call(attempt, arguments), seed)

    def try_out(self, run: Callable[[tuple[Any, ...]], Outcome], seed: int = 0) -> Feedback:
        """Judge an attempt by what it gives: `run` takes arguments and says what the attempt does with them."""
        given, remarks = [], ()
        for arguments in self.calls(seed):
            outcome = run(arguments)
            remarks = remarks or outcome.remarks
            if outcome.problem:
                return self.wrong_feedback(
                    "It did not finish", f"Called with {self._asked(arguments)}, {outcome.problem}.", *outcome.remarks
                )
            values, complaint = self._in_parts(outcome.value)
            if complaint:
                return self.wrong_feedback(
                    "It returns something else", f"Called with {self._asked(arguments)}, {complaint}.", *outcome.remarks
                )
            given.append([_kept(value) for value in values])
        return self._compared(given, remarks, seed)

    def _right_parts(self, *arguments: Any) -> list[Any]:
        return self._in_parts(self.reference(*arguments))[0]

    def _compared(self, given: list[list[Any]], remarks: tuple[str, ...], seed: int) -> Feedback:
        calls, wanted, allowed = self._trials(seed)
        given = [
            [without_thin_axes(one, np.shape(want)) for one, want in zip(values, wants, strict=True)]
            for values, wants in zip(given, wanted, strict=True)
        ]
        names = tuple(inspect.signature(self.reference).parameters)[: len(calls[0])]
        parts = [
            Part(names, calls, *([row[place] for row in table] for table in (given, wanted, allowed)))
            for place in range(len(self.parts))
        ]
        right = [part.is_right for part in parts]
        if all(right):
            return self.right_feedback(*remarks, *([OTHER_WAY] if any(map(_in_another_way, parts)) else []))
        thoughts = self._thoughts_behind(parts, right, seed)
        wrong = [place for place, ok in enumerate(right) if not ok]
        named = [place for place in wrong if thoughts[place]]
        alike = not any(right) and named == wrong and all(thoughts[place] == thoughts[wrong[0]] for place in wrong)
        labelled = len(self.parts) > 1 and not alike  # one thought behind all parts: say it once
        headline = " or ".join(name for name, _ in thoughts[named[0]]) if named else "Not right yet"
        if named and labelled:
            headline = f"{self.parts[named[0]]}: {headline}"
        places: dict[str, list[str]] = {}  # of each thought, in the order of the parts; of what is only seen, too
        shown: set[str] = set()
        for place in wrong:
            said = [thought for _, thought in thoughts[place]] or [self._seen(place, parts[place], shown)]
            for words in said:
                places.setdefault(words, []).append(self.parts[place])
        words = [_labelled(", ".join(names), told) if labelled else told for told, names in places.items()]
        if any(right):
            words.append(f"Right already: {', '.join(n for n, ok in zip(self.parts, right, strict=True) if ok)}.")
        if any(_in_single_precision(value) for values in given for value in values):
            words.append("Your numbers come in single precision (float32), which keeps seven digits.")
        return self.wrong_feedback(headline, *words, *remarks, share=sum(right) / len(right))

    def _seen(self, place: int, part: Part, told: set[str]) -> str:
        """Say what is seen in a part that no thought explains: by an input where the difference shows."""
        if complaint := next((c for _, given, want, _ in part.trials if (c := misfit(given, want))), ""):
            return f"{complaint}."
        bad = [trial for trial in part.trials if not same(*trial[1:])]
        nearer = [self._is_nearer(place, *trial[:3]) for trial in bad]
        show = next(
            (i for i, (_, given, want, _) in enumerate(bad) if not nearer[i] and short(given) != short(want)),
            int(np.argmax([not one for one in nearer])),
        )
        arguments, given, want, tolerance = bad[show]
        asked = f"for {self._asked(arguments)} it gives"
        said = "there it gives" if asked in told else asked  # the inputs may be long: once is enough
        told.add(asked)
        one, close, other = different(given, want)
        if nearer[show]:
            words = f"{said} {one}; asked for is {other}. Yours is nearer to the truth, but found in another way than was asked for."
        else:
            words = f"{said} {one}; {close + ': ' if close else ''}{other} is right."
        always = degenerate(part.given, part.calls, part.names)
        text = f"{always + '; ' if always else ''}{words}"
        return Shown(text, tables(given, want, tolerance))

    def _is_nearer(self, place: int, arguments: tuple[Any, ...], given: Any, want: Any) -> bool:
        """Tell whether what came is nearer to the truth than what is asked for."""
        if self.truth is None:
            return False
        truth = self._in_parts(self.bound(self.truth)(*arguments))[0][place]
        return size(given - truth) < size(want - truth)

    def _thoughts_behind(self, parts: Sequence[Part], right: Sequence[bool], seed: int) -> list[list[tuple[str, str]]]:
        """Return for each part the misconceptions that give it; of several, those that explain the whole best."""
        best: list[tuple[Any, list[tuple[str, str]]]] = [((False, 0, False), []) for _ in parts]
        plain_only = [bool(degenerate(part.given, part.calls, part.names)) for part in parts]
        for misconception in self.misconceptions:
            wrong = self._mistaken(misconception, seed)
            met = [
                place
                for place, values in wrong.items()
                if parts[place].equals(up_to(misconception.up_to, parts[place].given, values))
            ]
            whole = len(met) == len(wrong)
            how_well = (whole, len(met), not misconception.up_to)
            told = (misconception.name, misconception.thought)
            singled_out = misconception.plain or (whole and not all(plain_only[place] for place in met))
            for place in met:
                if right[place] or (plain_only[place] and not singled_out):
                    continue
                if how_well > best[place][0]:
                    best[place] = how_well, [told]
                elif how_well == best[place][0] and told not in best[place][1]:
                    best[place][1].append(told)
        found = [thoughts if len(thoughts) < 3 else [] for _, thoughts in best]
        for place, part in enumerate(parts):
            if not (right[place] or found[place] or plain_only[place]):
                if other := self._another_part(place, parts):
                    found[place] = [other]
                elif generic := slip(part, lambda *a, place=place: self._right_parts(*a)[place]):
                    found[place] = [generic]
        return found

    def _another_part(self, place: int, parts: Sequence[Part]) -> tuple[str, str] | None:
        for other, part in enumerate(parts):
            if other != place and parts[place].equals([np.asarray(want) for want in part.wanted]):
                order = ", ".join(self.parts)
                return "in another order", f"This is what was asked for as {self.parts[other]}. The order is: {order}."
        return None

    def _in_parts(self, value: Any) -> tuple[list[Any], str]:
        """Return the parts of what a function returned, or a complaint."""
        if value is None:
            return [], "it returned nothing; a `return` may be missing"
        if len(self.parts) == 1:
            return [value], ""
        wanted = f"{len(self.parts)} values: {', '.join(self.parts)}"
        several = isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim > 0)
        if several and isinstance(value, np.matrix):
            value = np.asarray(value).reshape(-1) if 1 in value.shape else np.asarray(value)
        if not several or len(value) != len(self.parts):
            return [], f"it returned {described(value)}; wanted {wanted}"
        return list(value), ""

    def _asked(self, arguments: tuple[Any, ...]) -> str:
        names = inspect.signature(self.reference).parameters
        return ", ".join(f"{name} = {short(value)}" for name, value in zip(names, arguments, strict=False))


def _labelled(names: str, words: str) -> str:
    return Shown(f"{names}: {words}", getattr(words, "below", ""))


def _in_another_way(part: Part) -> bool:
    """Tell whether what came is right, and off by far more than a sum in another order is."""
    return not all(map(_fits_single_precision, part.given)) and any(
        size(as_numbers(given) - want) > 1e-7 * tolerance for _, given, want, tolerance in part.trials
    )


def _kept(value: Any) -> Any:
    """Return what an attempt gave as it is now: it may fill the same array at its next call."""
    if isinstance(value, np.ndarray):
        return value.copy()
    return copy.deepcopy(value) if isinstance(value, list) and as_numbers(value) is not None else value


def _fits_single_precision(value: Any) -> bool:
    """Tell whether numbers were worked out in single precision, whatever they are stored in now."""
    numbers = as_numbers(value)
    with np.errstate(all="ignore"):
        return np.array_equal(numbers, numbers.astype(np.float32))


def _in_single_precision(value: Any) -> bool:
    return getattr(value, "dtype", None) in (np.float32, np.float16)
