"""The kinds of exercise: write a function, work out numbers, choose statements, find numbers that have a property.

An attempt at a function is compared with the reference on inputs that are drawn from a seed. If it equals a known wrong
answer on all of them, and no other, the feedback speaks to the thought behind that answer.

Values are compared, not ways. So an answer that is right and was found in another way than the one asked for (a measured
gradient, a clipped product) earns its points; where its digits show it, `OTHER_WAY` is said.
"""

import functools
import inspect
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.attempt import Outcome, call
from gdlab.exercises.comparing import (
    as_numbers,
    decimal_comma,
    degenerate,
    described,
    different,
    misfit,
    near,
    number,
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
            given.append(values)
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
        right = [
            all(
                not misfit(g, w) and same(g, w, t)
                for g, w, t in zip(part.given, part.wanted, part.tolerances, strict=True)
            )
            for part in parts
        ]
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
        pairs = list(zip(part.calls, part.given, part.wanted, part.tolerances, strict=True))
        if complaint := next((c for _, given, want, _ in pairs if (c := misfit(given, want))), ""):
            return f"{complaint}."
        bad = [pair for pair in pairs if not same(pair[1], pair[2], pair[3])]
        truths = [self._in_parts(self.bound(self.truth)(*pair[0]))[0][place] if self.truth else pair[2] for pair in bad]
        nearer = [
            self.truth is not None and size(given - truth) < size(want - truth)
            for (_, given, want, _), truth in zip(bad, truths, strict=True)
        ]
        show = next(
            (i for i, pair in enumerate(bad) if not nearer[i] and short(pair[1]) != short(pair[2])),
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
    return not any(map(_in_single_precision, part.given)) and any(
        size(as_numbers(given) - want) > 1e-7 * tolerance
        for given, want, tolerance in zip(part.given, part.wanted, part.tolerances, strict=True)
    )


def _in_single_precision(value: Any) -> bool:
    return getattr(value, "dtype", None) in (np.float32, np.float16)


@dataclass(frozen=True, kw_only=True, eq=False)
class NumbersExercise(Exercise):
    """Work out some numbers by hand. Each that is right, to half a percent, earns its share of the points.

    Attributes
    ----------
    answer
        The numbers, or a function that returns them from what is given.
    explanation
        How one comes to them; shown when all are right.
    """

    answer: Any
    explanation: str

    @property
    def reference(self) -> list[float]:
        return [float(value) for value in self._numbers(self.answer)]

    @property
    def solution_text(self) -> str:
        comment = "\n".join(f"# {line}".rstrip() for line in self.explanation.splitlines())
        return f"{f'{self.name} = ' if self.name else ''}{self.reference}\n\n{comment}"

    def _numbers(self, values: Any) -> tuple[Any, ...]:
        return tuple(self.bound(values)() if callable(values) else values)

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        answer = self.reference
        several = isinstance(attempt, tuple | list) or (isinstance(attempt, np.ndarray) and attempt.ndim > 0)
        values = (
            list(np.asarray(attempt).flat if isinstance(attempt, np.ndarray) else attempt) if several else [attempt]
        )
        if comma := decimal_comma(values):
            return self.wrong_feedback("Not numbers", comma)
        if len(values) != len(answer):
            doubled = len(values) == 2 * len(answer) and all(isinstance(value, int) for value in values)
            meant = ("If these are decimal commas: in Python a decimal point is a point, 0.4.",) if doubled else ()
            return self.wrong_feedback(
                "Not as many numbers as asked for",
                f"It has {len(values)}; wanted {len(answer)} numbers in a list.",
                *meant,
            )
        values = [number(value) for value in values]
        for value in values:
            if value is not ... and (complaint := misfit(value, 0.0, verb="there is")):
                return self.wrong_feedback("Not numbers", f"{complaint[0].upper()}{complaint[1:]} in its place.")
        right = [value is not ... and near(value, want) for value, want in zip(values, answer, strict=True)]
        if all(right):
            return self.right_feedback(self.explanation)
        share = sum(right) / len(right)
        wrong = [place for place, ok in enumerate(right) if not ok and values[place] is not ...]
        behind: list[tuple[str, list[int]]] = []  # each thought, and the wrong numbers that it gives
        for misconception in self.misconceptions:
            triples = zip(values, self._numbers(misconception.wrong), answer, strict=True)
            met = [value is not ... and near(value, want if one is None else one) for value, one, want in triples]
            if all(met):
                return self.wrong_feedback(misconception.name, misconception.thought, share=share)
            behind.append((misconception.thought, [place for place in wrong if met[place]]))
        headline, words = "Not right yet", []
        if open_ones := [place for place, value in enumerate(values) if value is ...]:
            headline = "Not complete yet"
            words.append(f"Still open: {_places(open_ones)}.")
        alike = len(values) > 1 and len(set(values)) == 1  # one number everywhere is a guess, and no thought
        thoughts = {
            place: "" if alike else _thought_behind(place, values[place], answer[place], behind) for place in wrong
        }
        if unexplained := [place for place in wrong if not thoughts[place]]:
            words.append(f"Not right: {_places(unexplained)}.")
        for one in dict.fromkeys(filter(None, thoughts.values())):
            places = _places([place for place in wrong if thoughts[place] == one])
            words.append(f"{places.capitalize()}: {one}")
        return self.wrong_feedback(headline, *words, share=share)


def _thought_behind(place: int, value: float, want: float, behind: Sequence[tuple[str, list[int]]]) -> str:
    """Return the thought that gives this number, if there is one alone; of several, that which gives most."""
    found: dict[str, int] = {}
    for thought, places in behind:
        if place in places and (len(places) > 1 or value not in (0.0, 1.0, -1.0)):
            found[thought] = max(found.get(thought, 0), len(places))
    most = [thought for thought, count in found.items() if count == max(found.values())]
    if len(most) == 1:
        return most[0]
    return "The size is right, the sign is not." if not most and want and near(value, -want) else ""


def _places(places: Sequence[int]) -> str:
    """Return places in words, counted from 1: ``numbers 2, 5``."""
    return f"number{'s' * (len(places) > 1)} {', '.join(str(place + 1) for place in places)}"


@dataclass(frozen=True, kw_only=True, eq=False)
class ChoiceExercise(Exercise):
    """Say which of some statements hold: a set of letters.

    Attributes
    ----------
    statements
        The statements by letter.
    true
        The letters of those that hold.
    taken
        For each letter that does not hold, what to say to whoever chose it.

    What is missing is counted and not named, and of several wrong letters one is spoken to: otherwise a first try with
    any letter, or with all of them, would give the rest away.
    """

    statements: Mapping[str, str]
    true: frozenset[str]
    taken: Mapping[str, str]

    @property
    def reference(self) -> set[str]:
        return set(self.true)

    @property
    def solution_text(self) -> str:
        chosen = "{" + ", ".join(f'"{letter}"' for letter in sorted(self.true)) + "}"
        left = ", ".join(sorted(set(self.statements) - self.true))
        return f"{f'{self.name} = ' if self.name else ''}{chosen}\n\n# Leave {left}."

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        letters = ", ".join(self.statements)
        if isinstance(attempt, np.ndarray):
            attempt = attempt.ravel().tolist()
        if isinstance(attempt, str):
            attempt = [attempt]
        several = isinstance(attempt, set | frozenset | list | tuple)
        if not several or not all(isinstance(a, str) for a in attempt):
            return self.wrong_feedback(
                "Not letters", f"It came as {described(attempt)}; wanted some of {letters}, in quotes."
            )
        chosen = set()
        for word in itertools.chain.from_iterable(re.findall(r"[^\s,;]+", text.upper()) for text in attempt):
            word = word.strip(".'\"()")
            chosen |= set(word) if set(word) <= set(self.statements) else {word}  # "ACF" is A, C and F
        chosen -= {"AND"}
        if unknown := sorted(chosen - set(self.statements)):
            return self.wrong_feedback("Not letters", f"There is no {', '.join(unknown)}; wanted some of {letters}.")
        if not chosen:
            return self.check(...)
        if chosen == self.true:
            return self.right_feedback()
        wrong, missing = sorted(chosen - self.true), len(self.true - chosen)
        words = [self.taken[wrong[0]]] if wrong else []
        if len(wrong) > 1:
            words.append(f"{len(wrong)} of your letters do not belong here; look at this one first.")
        if missing:
            words.append(f"{missing} that {'belongs here is' if missing == 1 else 'belong here are'} missing.")
        count, misjudged = len(self.statements), len(chosen ^ self.true)
        share = max(0.0, (count - 2 * misjudged) / count)  # guessing earns nothing on average
        headline = ("Not these" if wrong else "Not all of them") if missing else "Too many"
        return self.wrong_feedback(headline, *words, share=share)


@dataclass(frozen=True, kw_only=True, eq=False)
class PropertyExercise(Exercise):
    """Find numbers that have a property. Many answers are right, so the property is judged and nothing is compared.

    Attributes
    ----------
    shapes
        What is to be found, by name, with the shape of each; None is any length. The attempt is a dict of these.
    judge
        Takes the numbers by name as arrays of these shapes; returns the share of the points that they earn and what to
        say about them. It must not raise for any finite numbers.
    solution
        Returns one right answer. Called without arguments.
    """

    shapes: Mapping[str, tuple[int | None, ...]]
    judge: Callable[..., tuple[float, tuple[str, ...]]]
    solution: Callable[[], Mapping[str, Any]]

    @property
    def reference(self) -> Mapping[str, Any]:
        return self.bound(self.solution)()

    @property
    def solution_text(self) -> str:
        text = self.source(self.solution).rstrip()
        return f"{text}\n\n\n{self.name} = {self.solution.__name__}()" if self.name else text

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        names = ", ".join(map(repr, self.shapes))
        if not isinstance(attempt, Mapping):
            return self.wrong_feedback(f"This is {described(attempt)}", f"Wanted a dict with {names}.")
        if set(attempt) != set(self.shapes):
            return self.wrong_feedback("Other names", f"There are {', '.join(map(repr, attempt))}; wanted {names}.")
        numbers = {}
        for name, shape in self.shapes.items():
            given = without_thin_axes(attempt[name], shape)
            came = np.shape(as_numbers(given))
            fits = len(came) == len(shape) and all(want in (None, have) for have, want in zip(came, shape, strict=True))
            wanted = np.zeros(came if fits else tuple(want or 1 for want in shape))
            kind = "a flat list of numbers" if shape == (None,) else ""
            if complaint := misfit(given, wanted, kind, verb="there is"):
                return self.wrong_feedback("Not what was asked for", f"{name}: {complaint}.")
            numbers[name] = np.array(given, float)
        share, words = self.bound(self.judge)(**numbers)
        return self.right_feedback(*words) if share >= 1 else self.wrong_feedback("Not right yet", *words, share=share)
