"""Honest work scores in strict grading what `gdlab.check` gives: right, wrong in every known way, or blank."""

import inspect
import itertools
import shutil
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

import gdlab
from gdlab import lessons
from gdlab.course.strict import json_values, judge, sandbox
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.lessons.catalogue import EXERCISES
from tests.exercises.test_every_exercise import blanks, right

ATTEMPT = """
def attempt(exercise, misconception):
    def parts(value):
        return [value] if len(exercise.parts) == 1 else list(value)

    def function(*arguments):
        wrong = parts(exercise.bound(misconception.wrong)(*arguments))
        filled = [b if a is None else a for a, b in zip(wrong, parts(exercise.reference(*arguments)))]
        return filled[0] if len(filled) == 1 else tuple(filled)

    return function
"""
"""A known wrong answer as an attempt, for a cell and for here."""
LOCAL = {}
exec(ATTEMPT, LOCAL)
LESSONS = [pytest.param(lesson, id=lesson.name) for lesson in lessons.LESSONS.values() if lesson.exercises]


def attempts(exercise):
    """Attempts at an exercise: each as code for a cell after `ATTEMPT`, and as what it is here."""
    if isinstance(exercise, FunctionExercise):
        mine = f"next(e for e in EXERCISES if e.slug == {exercise.slug!r})"
        yield f"{mine}.reference", exercise.reference
        names = list(inspect.signature(exercise.reference).parameters)[: len(exercise.calls()[0])]
        yield f"lambda {', '.join(names)}: None", lambda *_: None
        for place, misconception in enumerate(exercise.misconceptions):
            yield f"attempt({mine}, {mine}.misconceptions[{place}])", LOCAL["attempt"](exercise, misconception)
        return
    known = [exercise.bound(m.wrong)() for m in exercise.misconceptions]
    for value in (right(exercise), exact(right(exercise)), *blanks(exercise), *map(list, known), "A", [1, 2]):
        code = repr(value).replace("Ellipsis", "...").replace("frozenset", "set")
        yield code, value


def exact(answer):
    """Return an answer with its numbers as fractions."""
    if isinstance(answer, Mapping):
        return {name: exact(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [exact(value) for value in answer]
    return Fraction(answer) if isinstance(answer, int | float) else answer


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The library of submissions, and the exercises in it, so that cells can hand in what the tests know of them."""
    copy, source = tmp_path_factory.mktemp("strict") / "library", Path(gdlab.__file__).parent
    shutil.copytree(sandbox.library(), copy)
    for place in (source / "exercises", *source.glob("lessons/*/exercises*")):
        target = copy / "gdlab" / place.relative_to(source)
        if place.is_dir():
            shutil.copytree(place, target, dirs_exist_ok=True)
        else:
            shutil.copy(place, target)
    return copy


def test_every_exercise_is_in_a_lesson():
    assert sorted(e.slug for (lesson,) in (p.values for p in LESSONS) for e in lesson.exercises) == sorted(EXERCISES)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_attempt_has_the_mark_and_the_headline_of_the_notebook(lesson, library):
    start = "import numpy as np\nfrom fractions import Fraction\n"
    start += f"from {lesson.package}.exercises import EXERCISES\n{ATTEMPT}"
    cells, checks, local = [new_code_cell(start)], {}, {}
    for exercise in lesson.exercises:
        for code, attempt in attempts(exercise):
            name = f"a{len(checks)}"
            cells.append(new_code_cell(f"{name} = {code}"))
            checks[name] = f'gdlab.check("{exercise.slug}", {name})'
            local[name] = exercise, attempt
    graded = judge.grade(cells, checks, library, walls=sandbox.bubblewrap_works())
    assert set(filter(None, graded.told.values())) == set()
    assert graded.remarks == []
    for name, (exercise, attempt) in local.items():
        there, here = graded.marks[name], exercise.check(attempt)
        assert (there.score, there.headline, there.verdict) == (here.score, here.headline, here.verdict), checks[name]
    assert sum(mark.verdict == "right" for mark in graded.marks.values()) >= len(lesson.exercises)


@pytest.mark.parametrize(
    "exercise",
    [exercise for exercise in EXERCISES.values() if isinstance(exercise, FunctionExercise)],
    ids=lambda exercise: exercise.slug,
)
def test_the_inputs_of_every_exercise_can_be_sent(exercise):
    def kinds(data):
        if isinstance(data, list):
            return set().union(*map(kinds, data))
        return set(data) | kinds(list(data.values())) if isinstance(data, dict) else set()

    for seed in range(5):
        sent = json_values.encode(exercise.bound(exercise.inputs)(np.random.default_rng(seed)), [])
        assert "other" not in kinds(sent)


def same(one, other):
    if isinstance(other, np.ndarray | np.generic):
        return type(one) is type(other) and one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    return one == other and type(one) is type(other)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, -(2**70), 1.5, 1e-320, float("inf"), "text", [1, [2.0]], (1, "a"), {"A", "B"}, frozenset("C")),
        *({"W": [1, 2]}, np.float64(0.1), np.int64(3), np.bool_(True), np.zeros((0, 3)), np.eye(2, dtype=int)),
        *(np.array(2.5), np.array([np.nan, np.inf]), np.array([True]), np.uint64(2**63), ...),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_out_as_it_went_in(value):
    import json

    assert same(json_values.decode(json.loads(json.dumps(json_values.encode(value)))), value)


class Numbers:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0])


class Raises:
    def __repr__(self):
        raise RuntimeError


def test_what_is_no_number_and_no_word_becomes_a_description():
    for value in (1j, np.array(["a"]), object(), print, Raises(), 10**400, np.array([1j])):
        there = json_values.decode(json_values.encode(value))
        assert isinstance(there, json_values.Foreign)
        assert type(there).__name__ == type(value).__name__
    assert np.array_equal(np.asarray(json_values.decode(json_values.encode(Numbers()))), [1, 2])
    several = np.empty(2, object)
    several[:] = [np.ones(2), 3.0]
    there = json_values.decode(json_values.encode(several))
    assert (there.dtype, same(there[0], several[0]), there[1]) == (object, True, 3.0)


@pytest.mark.parametrize(
    "data",
    [
        {"array": ["f", [2], [1]]},
        {"array": ["f", [-5], [1]]},
        {"array": ["O", [1], [1]]},
        {"array": ["f", [1], ["x"]]},
        {"array": 5},
        {"number": ["i", [], [2**80]]},
        {"pickle": "x"},
        {"function": 0},
        {"tuple": 3},
        {"set": [[1]]},
        {"dict": [[1]]},
        {"dict": [[[1], 1]]},
        {"other": 1},
        {"gap": None, "other": 1},
        {},
    ],
    ids=str,
)
def test_what_no_one_wrote_is_refused(data):
    with pytest.raises(ValueError, match=r"wanted|written"):
        json_values.decode(data)


def test_every_kind_of_exercise_is_tried_here():
    assert len({type(exercise) for exercise in EXERCISES.values()}) == 4
    assert sum(1 for _ in itertools.chain.from_iterable(map(attempts, EXERCISES.values()))) > 100
