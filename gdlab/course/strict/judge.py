"""Marks for a submission whose cells run in a process of their own.

The process is asked for numbers, and the exercise itself judges them here: with its own solution, tolerance and words,
on inputs that it draws here, from a secret seed. So a mark is what `gdlab.check` gives, and the submission has no part
in it.
"""

import ast
import hashlib
import inspect
import itertools
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from gdlab.course.handed_in import printable
from gdlab.course.skipped_cells import OTHER_NOTEBOOKS, asks_for_notebook, called, why_missing
from gdlab.course.strict.json_values import decode, encode
from gdlab.course.strict.sandbox import PATIENCE, EndedError, sandbox_for
from gdlab.exercises.attempt import SECONDS, Outcome
from gdlab.exercises.exercise import Exercise
from gdlab.exercises.feedback import Feedback
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.lessons.catalogue import find_exercise

_WORDS = 1000
"""How many characters of what a submission says are kept."""
_QUESTIONS = 20_000
"""How often one call may call back a function that it was given."""
_NUMBERS = 10_000
"""How many numbers the arguments and the value of such a function may have: what is asked here is computed here."""
_PROGRAM = re.compile(r"\s*%%(?:!|(?:bash|sh|script|system|sx|python[23]?|pypy|perl|ruby)\b)")
_SHELL_LINE = re.compile(r"^\s*(?:\w+\s*=\s*)?(?:!|%sx\b|%system\b)", re.M)
_LEFT_OUT = "This cell was left out"
_NO_PROGRAMS = "strict grading starts no programs."
_IPYTHON = re.compile(
    r"^\s*[%!?]|\?\s*$|=\s*[%!]|[iI][pP]ython|\bawait\b|\basync\s+(?:for|with)\b|\b_+\d+\b|\b__\b|\b(?:Out|In)\[", re.M
)
"""What only IPython understands, or gives."""


@dataclass(frozen=True)
class Limits:
    """How long a cell and a whole submission may take, in seconds, and how much memory, in megabytes (0: any)."""

    cell: float = 30.0
    submission: float = 300.0
    megabytes: int = 4096


@dataclass
class Graded:
    """The marks by the names of the checks; what each cell said, by its place; and what a person should know."""

    marks: dict[str, Feedback] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Check:
    """A check cell: which exercise it is, and what the attempt is called."""

    exercise: Exercise
    attempt: str

    @classmethod
    def read(cls, source: str) -> "Check":
        """Return what the text of a check cell asks for.

        Raises
        ------
        ValueError
            If it is no ``gdlab.check("slug", name)``, or there is no such exercise.
        """
        try:
            tree: Any = ast.parse(source).body
        except SyntaxError:
            tree = None
        match tree:
            case [
                ast.Expr(ast.Call(ast.Attribute(ast.Name("gdlab"), "check"), [ast.Constant(slug), ast.Name(name)], []))
            ]:
                return cls(find_exercise(slug), name)
        raise ValueError(f'a check cell is {source[:80]!r}; strict grading wants gdlab.check("slug", name) alone')


def grade(
    cells: Sequence[NotebookNode],
    checks: Mapping[str, str],
    library: Path,
    *,
    walls: bool,
    files: Path | None = None,
    limits: Limits = Limits(),
    secret: bytes = b"",
) -> Graded:
    """Run the cells of a submission in a process of their own, and judge what comes back.

    Parameters
    ----------
    cells
        Of the submitted notebook, in their order. Checks are known by their ``grade_id``; what they say is not read.
    checks
        The assignment's check cells: what they say, by their ``grade_id``.
    library, walls, files
        As `Sandbox` takes them.
    limits
        Beyond these a cell is stopped, a submission is not asked any more, and memory is not given.
    secret
        What the inputs are drawn from: the same gives the same mark again, and a submission does not know it.

    Returns
    -------
    Graded
        With a mark for every check, whatever the submission does.

    Raises
    ------
    ValueError
        If a check of the assignment cannot be judged.
    """
    wanted = {grade_id: Check.read(source) for grade_id, source in checks.items()}
    graded = Graded()
    steps = list(_steps(cells, wanted))
    ipython = any(_IPYTHON.search(cell.source) for cell in cells if cell.cell_type == "code")
    until = time.monotonic() + limits.submission
    while open_checks := [grade_id for grade_id in wanted if grade_id not in graded.marks]:
        if time.monotonic() >= until:
            why = f"The {limits.submission:g} seconds were over that a submission may take in all."
            graded.marks |= {one: _no_mark(wanted[one].exercise, why) for one in open_checks}
            graded.remarks.append(f"{why} Not tried: {', '.join(open_checks)}.")
            break
        run = _Run(cells, wanted, graded, limits, until, secret)
        try:
            with sandbox_for(library, walls, files, limits.megabytes, ipython=ipython) as run.sandbox:
                for run.step in steps[: 1 + max(map(steps.index, open_checks))]:
                    run.take(run.step)
        except EndedError as ended:
            # Whoever brings the process down is left out, and the others are asked anew.
            _blame(run.step, str(ended), cells, wanted, graded)
            steps.remove(run.step)
        except _TiredError:
            continue
    if any(mark.verdict != "right" for mark in graded.marks.values()):  # else it made no difference
        graded.remarks += [
            _not_run(cells, one) for one in steps if one in graded.told and _PROGRAM.match(cells[one].source)
        ]
    return graded


def _steps(cells: Sequence[NotebookNode], wanted: Mapping[str, Check]) -> Iterator[int | str]:
    """Yield what is to be done: the place of a cell to run, or the name of a check. Each check comes once."""
    left = dict(wanted)
    for place, cell in enumerate(cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if left.pop(grade_id, None):
            yield grade_id
        elif cell.cell_type == "code" and cell.source.strip():
            yield place
    yield from left


def _blame(
    step: int | str, reason: str, cells: Sequence[NotebookNode], wanted: Mapping[str, Check], graded: Graded
) -> None:
    if step in wanted:
        graded.marks[step] = _no_mark(wanted[step].exercise, f"{reason[:1].upper()}{reason[1:]}.")
        graded.remarks.append(f"{step} got no points: {reason}.")
    else:
        graded.told[step] = f"{_LEFT_OUT}: {reason}."
        graded.remarks.append(f"{called(cells, step).capitalize()} was left out: {reason}.")


def _not_run(cells: Sequence[NotebookNode], step: int) -> str:
    return f"{called(cells, step).capitalize()} was not run: {_NO_PROGRAMS}"


def _no_mark(exercise: Exercise, *words: str) -> Feedback:
    return exercise.wrong_feedback("It did not finish", *words)


class _TiredError(Exception):
    """The process was stopped in the middle of something, so what is left is asked of a fresh one."""


@dataclass
class _Run:
    """One process's time with a submission."""

    cells: Sequence[NotebookNode]
    wanted: Mapping[str, Check]
    graded: Graded
    limits: Limits
    until: float
    secret: bytes
    sandbox: Any = None
    step: Any = None
    tired: bool = False

    def take(self, step: int | str) -> None:
        if step in self.graded.marks:
            return
        if step in self.wanted:
            self.graded.marks[step] = self._mark(step, self.wanted[step])
            if self.tired:
                raise _TiredError
        else:
            name = called(self.cells, step)
            cell = {"source": self.cells[step].source, "name": name, "seconds": self.limits.cell}
            outcome = self._outcome(self._ask({"cell": cell}, self.limits.cell))
            told = [outcome.problem, *outcome.remarks]
            if _PROGRAM.match(self.cells[step].source):
                told = [_not_run(self.cells, step)]
            elif _SHELL_LINE.search(self.cells[step].source):
                told.append(f"Lines with `!` were left out: {_NO_PROGRAMS}")
            if asks_for_notebook(outcome.problem):
                told.append(OTHER_NOTEBOOKS)
            self.graded.told[step] = "\n".join(told).strip()
            if outcome.problem.startswith("it was still running"):
                self.graded.remarks.append(f"{name.capitalize()} was stopped after {self.limits.cell:g} seconds.")

    def _ask(self, command: dict[str, Any], seconds: float, functions: Sequence[Callable[..., Any]] = ()) -> Any:
        """Send a command and return the answer; meanwhile, answer the submission's calls of these functions."""
        deadline = min(time.monotonic() + seconds + PATIENCE, self.until)
        self.sandbox.send(command)
        for _ in range(_QUESTIONS):
            answer = self.sandbox.receive(deadline)
            if time.monotonic() > deadline:  # it may have written many questions ahead
                raise EndedError("it did not end in time, and could not be stopped")
            if not isinstance(answer, dict):
                raise EndedError("what came back could not be read")
            if "apply" not in answer:
                return answer
            self.sandbox.send(_applied(answer["apply"], functions))
        raise EndedError(f"it called a function more than {_QUESTIONS} times")

    def _mark(self, grade_id: str, check: Check) -> Feedback:
        found = self._ask({"find": {"name": check.attempt, "seconds": SECONDS}}, SECONDS)
        if found.get("missing"):
            return self._missing(grade_id, check)
        seed = int.from_bytes(hashlib.sha256(self.secret + check.exercise.slug.encode()).digest()[:8])
        if not found.get("callable"):
            return check.exercise.check(self._value(found), seed)
        if found.get("untouched") or not isinstance(check.exercise, FunctionExercise):
            return check.exercise.check(... if found.get("untouched") else object(), seed)
        return check.exercise.try_out(self._call, seed)

    def _missing(self, grade_id: str, check: Check) -> Feedback:
        """Return a mark for nothing, with the reason: an error above, or a definition below."""
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in self.cells]
        place = ids.index(grade_id) if grade_id in ids else len(ids)
        why, remark = why_missing(check.attempt, self.cells, place)
        if remark:
            self.graded.remarks.append(f"{grade_id}: {remark}.")
        above = [
            f"In {called(self.cells, step)}: {told.partition(chr(10))[0]}"
            for step, told in self.graded.told.items()
            if told.startswith(("it ", _LEFT_OUT))
        ]
        above += [_not_run(self.cells, step) for step in self.graded.told if _PROGRAM.match(self.cells[step].source)]
        return check.exercise.wrong_feedback("There is nothing to check", f"{why[:1].upper()}{why[1:]}.", *above)

    def _call(self, arguments: tuple[Any, ...]) -> Outcome:
        functions: list[Callable[..., Any]] = []
        command = {"call": {"arguments": encode(arguments, functions), "seconds": SECONDS}}
        answer = self._ask(command, SECONDS, functions)
        self.tired = bool(answer.get("late"))
        return self._outcome(answer)

    def _outcome(self, answer: dict[str, Any]) -> Outcome:
        problem, remarks = answer.get("problem", ""), answer.get("remarks", [])
        if not isinstance(problem, str) or not isinstance(remarks, list):
            raise EndedError("what came back could not be read")
        remarks = tuple(printable(str(remark)[:_WORDS]) for remark in remarks[:3])
        return Outcome(None if problem else self._value(answer), printable(problem[:_WORDS]), remarks)

    def _value(self, answer: dict[str, Any]) -> Any:
        try:
            return decode(answer.get("value"))
        except (ValueError, RecursionError):
            raise EndedError("what came back could not be read") from None


def _applied(question: Any, functions: Sequence[Callable[..., Any]]) -> dict[str, Any]:
    """Call one of the functions that the submission was given, and return the answer for it.

    What is computed here has no more than a few thousand numbers on its way: arguments are counted as if they were
    broadcast against each other, and what a ufunc takes beside them (`out`, `where`) is refused.
    """
    try:
        place, given = question
        function = functions[place]
        arguments, named_ones = decode(given)
        formula = inspect.unwrap(function)  # an activation's, say: NumPy's own tanh
        if isinstance(formula, np.ufunc):
            if named_ones or len(arguments) != formula.nin:
                wanted = "1 argument" if formula.nin == 1 else f"{formula.nin} arguments"
                raise TypeError(f"this function takes {wanted}, by place and not by name")
        else:
            inspect.signature(formula).bind(*arguments, **named_ones)
        _count([*arguments, *named_ones.values()])
        with np.errstate(all="ignore"):
            value = function(*arguments, **named_ones)
        return {"value": encode(value)}
    except Exception as error:  # whatever the submission put in
        return {"raised": [type(error).__name__, printable(str(error)[:_WORDS])]}


def _count(arguments: Sequence[Any]) -> None:
    """Refuse arguments that are, or could become, more numbers than a function is ever asked for."""
    longest: list[int] = []
    for argument in arguments:
        shape = np.shape(argument)[::-1]
        longest = [max(pair) for pair in itertools.zip_longest(longest, shape, fillvalue=1)]
    if math.prod(max(1, one) for one in longest) > _NUMBERS:
        raise ValueError(f"strict grading lets a function be asked for at most {_NUMBERS:,} numbers at once")
