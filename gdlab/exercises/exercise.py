"""What an exercise is: a reference solution, inputs to try it on, and the wrong answers that a thought leads to.

An attempt is compared with the reference on fresh random inputs. If it equals a known wrong answer on all of them, the
feedback speaks to the thought behind that answer, and does not give the right one away.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gdlab.exercises.attempt import Outcome, call, is_untouched
from gdlab.exercises.feedback import Feedback
from gdlab.validation import describe

TRIALS = 12
RELATIVE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Misconception:
    """A wrong answer with a reason.

    Attributes
    ----------
    name
        What is wrong, in a few words: the headline of the feedback.
    wrong
        The wrong answer: a function of the exercise's arguments, or a value. Of several parts, those that this thought
        does not touch may be None.
    thought
        Which thought leads there, and where to look; never the answer.
    up_to
        ``"a constant"`` if the same number may be added to the wrong answer of a function everywhere, ``"a factor"`` if
        it may be multiplied by one.
    """

    name: str
    wrong: Any
    thought: str
    up_to: Literal["", "a constant", "a factor"] = ""


@dataclass(frozen=True, kw_only=True)
class Exercise(ABC):
    """What all exercises have; `check` turns an attempt into feedback with a score."""

    slug: str
    title: str
    points: float
    hints: tuple[str, ...]
    misconceptions: tuple[Misconception, ...] = ()

    @abstractmethod
    def check(self, attempt: Any) -> Feedback:
        """Judge an attempt. Never raises, whatever the attempt is or does."""

    @property
    @abstractmethod
    def solution_text(self) -> str:
        """The reference solution, for a reader."""

    def _untouched(self) -> Feedback:
        return Feedback(
            self, 0.0, "untouched", "Not attempted yet", (f'Stuck? `gdlab.hint("{self.slug}")` helps a little.',)
        )

    def _wrong(self, headline: str, *words: str, share: float = 0.0) -> Feedback:
        return Feedback(self, self.points * share, "wrong", headline, words)

    def _right(self, *words: str) -> Feedback:
        return Feedback(self, self.points, "right", "Right", words)


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """Write a function.

    Attributes
    ----------
    solution
        The reference. If it returns a tuple, each of its `parts` is judged, and earns its share of the points, alone.
    inputs
        Takes a random generator and returns one tuple of arguments.
    parts
        What the function returns, in words: one name, or as many as the tuple has elements.
    """

    solution: Callable[..., Any]
    inputs: Callable[[np.random.Generator], tuple[Any, ...]]
    parts: tuple[str, ...]

    @property
    def solution_text(self) -> str:
        return inspect.getsource(self.solution)

    def check(self, attempt: Any) -> Feedback:
        if attempt is None or attempt is ...:
            return self._untouched()
        if not callable(attempt):
            return self._wrong(f"This is {_described(attempt)}", "Hand over the function itself, without calling it.")
        if is_untouched(attempt):
            return self._untouched()

        return self.try_out(lambda arguments: call(attempt, arguments))

    def try_out(self, run: Callable[[tuple[Any, ...]], Outcome]) -> Feedback:
        """Judge an attempt by what it gives: `run` takes arguments and says what the attempt does with them."""
        rng = np.random.default_rng()
        trials = []
        for _ in range(TRIALS):
            arguments = self.inputs(rng)
            outcome = run(arguments)
            asked = self._asked(arguments)
            if outcome.problem:
                return self._wrong("It did not finish", f"Called with {asked}, {outcome.problem}.", *outcome.remarks)
            given, complaint = self._in_parts(outcome.value)
            if complaint:
                return self._wrong("It returns something else", f"Called with {asked}, {complaint}.", *outcome.remarks)
            trials.append((arguments, given, outcome.remarks))
        return self._judge(trials)

    def _judge(self, trials: list[tuple[tuple[Any, ...], list[Any], tuple[str, ...]]]) -> Feedback:
        wanted = [self._in_parts(self.solution(*arguments))[0] for arguments, _, _ in trials]
        trials = [
            (arguments, [_without_thin_axes(one, np.shape(want)) for one, want in zip(given, wants, strict=True)], more)
            for (arguments, given, more), wants in zip(trials, wanted, strict=True)
        ]
        remarks, thoughts = trials[0][2], self._thoughts_behind(trials)
        right, matches, words, told = [], [], [], set()
        for part, name in enumerate(self.parts):
            pairs = [(given[part], want[part]) for (_, given, _), want in zip(trials, wanted, strict=True)]
            complaint = next((c for given, want in pairs if (c := _misfit(given, want))), "")
            bad = next((i for i, (given, want) in enumerate(pairs) if complaint or not _equal(given, want)), None)
            right.append(bad is None)
            if bad is None:
                continue
            called = f"{name}: " if len(self.parts) > 1 else ""
            match = thoughts[part]
            matches.append((called, match))
            if match:
                words.append(f"{called}{match.thought}")
            elif complaint:
                words.append(f"{called}{complaint}.")
            else:
                (given, want), asked = pairs[bad], f"for {self._asked(trials[bad][0])} it gives"
                said = "there it gives" if asked in told else asked  # the inputs may be long: once is enough
                told.add(asked)
                words.append(f"{called}{said} {_different(given, want)} is right.")
        if all(right):
            return self._right(*remarks)
        headline = next((f"{called}{match.name}" for called, match in matches if match), "Not right yet")
        if not any(right) and all(match is matches[0][1] is not None for _, match in matches):
            headline, words = matches[0][1].name, [matches[0][1].thought]  # one thought behind all parts: say it once
        if any(right):
            words.append(f"Right already: {', '.join(n for n, ok in zip(self.parts, right, strict=True) if ok)}.")
        return self._wrong(headline, *words, *remarks, share=sum(right) / len(right))

    def _thoughts_behind(self, trials: list[Any]) -> list[Misconception | None]:
        """Return for each part the misconception that gives it; of several, the one that explains the whole best."""
        best: list[tuple[Any, Misconception | None]] = [((False, 0), None)] * len(self.parts)
        for misconception in self.misconceptions:
            with np.errstate(all="ignore"):
                wrong = [self._in_parts(misconception.wrong(*arguments))[0] for arguments, *_ in trials]
            touched = [part for part in range(len(self.parts)) if all(values[part] is not None for values in wrong)]
            met = [
                part
                for part in touched
                if _all_same([given[part] for _, given, _ in trials], [v[part] for v in wrong], misconception.up_to)
            ]
            for part in met:
                if (how_well := (met == touched, len(met))) > best[part][0]:
                    best[part] = how_well, misconception
        return [misconception for _, misconception in best]

    def _in_parts(self, value: Any) -> tuple[list[Any], str]:
        """Return the parts of what a function returned, or a complaint."""
        if value is None:
            return [], "it returned nothing; a `return` may be missing"
        if len(self.parts) == 1:
            return [value], ""
        wanted = f"{len(self.parts)} values: {', '.join(self.parts)}"
        several = isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim > 0)
        if not several or len(value) != len(self.parts):
            return [], f"it returned {_described(value)}; wanted {wanted}"
        return list(value), ""

    def _asked(self, arguments: tuple[Any, ...]) -> str:
        names = inspect.signature(self.solution).parameters
        return ", ".join(f"{name} = {_short(value)}" for name, value in zip(names, arguments, strict=True))


@dataclass(frozen=True, kw_only=True)
class NumbersExercise(Exercise):
    """Work out some numbers by hand. `answer` holds them; each that is right earns its share of the points."""

    answer: tuple[float, ...]
    explanation: str

    @property
    def solution_text(self) -> str:
        return f"{list(self.answer)}\n\n{self.explanation}"

    def check(self, attempt: Any) -> Feedback:
        if attempt is None or attempt is ...:
            return self._untouched()
        several = isinstance(attempt, tuple | list) or (isinstance(attempt, np.ndarray) and attempt.ndim > 0)
        values = list(attempt) if several else [attempt]
        if values and all(value is ... for value in values):
            return self._untouched()
        wanted = f"{len(self.answer)} numbers in a list"
        if len(values) != len(self.answer):
            return self._wrong("Not as many numbers as asked for", f"It has {len(values)}; wanted {wanted}.")
        for value in values:
            if value is not ... and (complaint := _misfit(value, 0.0)):
                return self._wrong("Not numbers", f"{complaint.replace('it returned', 'There is')} in its place.")
        right = [value is not ... and _near(value, want) for value, want in zip(values, self.answer, strict=True)]
        if all(right):
            return self._right(self.explanation)
        share = sum(right) / len(right)
        if open_ones := _listed(value is ... for value in values):
            wrong = _listed(value is not ... and not ok for value, ok in zip(values, right, strict=True))
            also = (f"Not right: number {wrong}.",) if wrong else ()
            return self._wrong("Not complete yet", f"Still open: number {open_ones}.", *also, share=share)
        for misconception in self.misconceptions:
            if all(_near(value, wrong) for value, wrong in zip(values, misconception.wrong, strict=True)):
                return self._wrong(misconception.name, misconception.thought, share=share)
        return self._wrong("Not right yet", f"Not right: number {_listed(not ok for ok in right)}.", share=share)


def _listed(marked: Iterable[bool]) -> str:
    """Return the places of what is true, from 1 on: ``2, 5``."""
    return ", ".join(str(place) for place, one in enumerate(marked, 1) if one)


@dataclass(frozen=True, kw_only=True)
class ChoiceExercise(Exercise):
    """Say which of some statements hold: a set of letters.

    Attributes
    ----------
    statements
        The statements by letter.
    true
        The letters of those that hold.
    taken
        For each letter that does not hold, what to say to who chose it.

    What is missing is counted and not named, and of several wrong letters one is spoken to: otherwise a first try with
    any letter, or with all of them, would give the rest away.
    """

    statements: Mapping[str, str]
    true: frozenset[str]
    taken: Mapping[str, str]

    @property
    def solution_text(self) -> str:
        return (
            f"Choose {', '.join(sorted(self.true))}, and leave {', '.join(sorted(set(self.statements) - self.true))}."
        )

    def check(self, attempt: Any) -> Feedback:
        letters = ", ".join(self.statements)
        if isinstance(attempt, np.ndarray):
            attempt = attempt.ravel().tolist()
        if isinstance(attempt, str):
            attempt = attempt.replace(",", " ").split()
        several = isinstance(attempt, set | frozenset | list | tuple)
        if attempt is None or attempt is ... or (several and all(a is ... for a in attempt)):
            return self._untouched()
        if not several or not all(isinstance(a, str) for a in attempt):
            return self._wrong("Not letters", f"It came as {_described(attempt)}; wanted some of {letters}, in quotes.")
        chosen = set()
        for word in (a.strip().upper() for a in attempt):
            chosen |= set(word) if set(word) <= set(self.statements) else {word}  # "ACF" is A, C and F
        if unknown := sorted(chosen - set(self.statements)):
            return self._wrong("Not letters", f"There is no {', '.join(unknown)}; wanted some of {letters}.")
        if not chosen:
            return self._untouched()
        if chosen == self.true:
            return self._right()
        wrong, missing = sorted(chosen - self.true), len(self.true - chosen)
        words = [self.taken[wrong[0]]] if wrong else []
        if len(wrong) > 1:
            words.append(f"{len(wrong)} of your letters do not belong here; look at this one first.")
        if missing:
            words.append(f"{missing} that {'belongs here is' if missing == 1 else 'belong here are'} missing.")
        count, misjudged = len(self.statements), len(chosen ^ self.true)
        share = max(0.0, (count - 2 * misjudged) / count)  # guessing earns nothing on average
        headline = ("Not these" if wrong else "Not all of them") if missing else "Too many"
        return self._wrong(headline, *words, share=share)


@dataclass(frozen=True, kw_only=True)
class PropertyExercise(Exercise):
    """Find numbers that have a property. Many answers are right, so the property is judged and nothing is compared.

    Attributes
    ----------
    shapes
        What is to be found, by name, with the shape of each; None stands for any length. The attempt is a dict of these.
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
    def solution_text(self) -> str:
        return inspect.getsource(self.solution)

    def check(self, attempt: Any) -> Feedback:
        if attempt is None or attempt is ...:
            return self._untouched()
        names = ", ".join(map(repr, self.shapes))
        if not isinstance(attempt, Mapping):
            return self._wrong(f"This is {_described(attempt)}", f"Wanted a dict with {names}.")
        if any(_has_gap(value) for value in attempt.values()):
            return self._untouched()
        if set(attempt) != set(self.shapes):
            return self._wrong("Other names", f"There are {', '.join(map(repr, attempt))}; wanted {names}.")
        numbers = {}
        for name, shape in self.shapes.items():
            given = _without_thin_axes(attempt[name], shape)
            came = np.shape(_as_numbers(given))
            fits = len(came) == len(shape) and all(want in (None, have) for have, want in zip(came, shape, strict=True))
            wanted = np.zeros(came if fits else tuple(want or 1 for want in shape))
            if complaint := _misfit(given, wanted, "a flat list of numbers" if shape == (None,) else ""):
                return self._wrong("Not what was asked for", f"{name}: {complaint.replace('it returned', 'there is')}.")
            numbers[name] = np.array(given, float)
        share, words = self.judge(**numbers)
        return self._right(*words) if share >= 1 else self._wrong("Not right yet", *words, share=share)


def _without_thin_axes(value: Any, shape: tuple[int | None, ...]) -> Any:
    """Return numbers in the shape that is wanted if it has more or fewer axes of length 1: a column for a vector, say.

    With as many axes as wanted they stay as they are: a row is not a column.
    """
    numbers = _as_numbers(value)
    came = np.shape(numbers)
    if len(came) == len(shape) or numbers is None or numbers.dtype.kind not in "biuf":
        return value
    thick = [n for n in came if n != 1]
    flat = shape == (None,) and len(came) > 1 and len(thick) < 2
    if flat or (None not in shape and thick == [n for n in shape if n != 1]):
        return numbers.reshape(-1 if flat else shape)
    return value


def _has_gap(value: Any) -> bool:
    """Tell whether a value, or something in it if it is a list, is still ``...``."""
    return value is ... or (isinstance(value, list | tuple) and any(map(_has_gap, value)))


def _as_numbers(value: Any) -> Any:
    try:
        return np.asarray(value)
    except Exception:
        return None


def _described(value: Any) -> str:
    try:
        return describe(value)
    except Exception:  # its repr may raise
        return f"a value of type {type(value).__name__}"


def _misfit(given: Any, want: Any, kind: str = "") -> str:
    """Say what is wrong with the type or the shape of a value, or with a number in it that is none.

    `kind` says what is wanted, if the shape of `want` does not say it well.
    """
    if complaint := _not_like(given, want, kind or _kind(want)):
        return complaint
    if not np.isfinite(np.asarray(given)).all():
        return f"it returned {_short(given)}; wanted finite numbers"
    return ""


def _not_like(given: Any, want: Any, kind: str = "") -> str:
    """Say what is wrong with the type or the shape of a value."""
    try:
        numbers = np.asarray(given)
    except Exception:
        return f"it returned {_described(given)}; wanted {kind}"
    if numbers.dtype.kind not in "biuf":
        return f"it returned {_described(given)}; wanted {kind}"
    if numbers.shape != np.shape(want):
        return f"it returned {_kind(numbers)}; wanted {kind}"
    return ""


def _kind(value: Any) -> str:
    shape = np.shape(value)
    return f"an array of shape {shape}" if shape else "a single number"


def _same(given: Any, wrong: Any) -> bool:
    """Tell whether an attempt gives a wrong answer: the same numbers, and none (infinity or nan) in the same places."""
    if _not_like(given, wrong):
        return False
    given, wrong = np.asarray(given, float), np.asarray(wrong, float)
    finite = np.isfinite(wrong)
    return np.array_equal(np.isfinite(given), finite) and _equal(given[finite], wrong[finite])


def _all_same(given: list[Any], wrong: list[Any], up_to: str) -> bool:
    """Tell whether an attempt gives a wrong answer in all trials, or one that is `up_to` something the same."""
    if up_to and not any(map(_misfit, given, wrong)):
        one, other = (np.concatenate([np.ravel(each) for each in values]).astype(float) for values in (given, wrong))
        if up_to == "a constant":
            wrong = [each + np.mean(one - other) for each in wrong]
        elif one @ other:  # nothing at all is no multiple of it
            wrong = [each * (one @ other) / (other @ other) for each in wrong]
    return all(map(_same, given, wrong))


def _equal(given: Any, want: Any) -> bool:
    size = np.max(np.abs(want), initial=0.0)
    with np.errstate(over="ignore"):
        return bool(np.all(np.abs(np.asarray(given, float) - want) <= RELATIVE_TOLERANCE * size + 1e-12))


def _different(given: Any, want: Any) -> str:
    """Write two values that are not equal so that one can see it."""
    if _short(given) != _short(want):
        return f"{_short(given)}; {_short(want)}"
    return f"{_short(given, 10)}; that is close, but it is not exact: {_short(want, 10)}"


def _near(given: Any, want: float) -> bool:
    """Compare numbers that a learner worked out by hand and may have rounded to three digits."""
    return abs(float(given) - want) <= 5e-3 * max(abs(want), 0.1)


def _short(value: Any, digits: int = 4) -> str:
    if callable(value):
        return "a function"
    text = np.array2string(np.asarray(value), precision=digits, threshold=12, edgeitems=2, suppress_small=True)
    return " ".join(text.split())
