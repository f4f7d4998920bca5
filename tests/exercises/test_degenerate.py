"""No attempt is told another's thought, and the same answer earns the same mark in whatever form it comes.

Every exercise and every variant is tried: its misconceptions and degenerate answers (zeros, ones, nan, the inputs, a
constant) against each other, and its reference and misconceptions in many forms.
"""

from fractions import Fraction

import numpy as np
import pytest

from gdlab.exercises.attempt import Outcome
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise
from gdlab.lessons.catalogue import EXERCISES, FAMILIES

pytestmark = pytest.mark.filterwarnings("ignore")


ALL = EXERCISES | {
    f"{family.name} ({about})": variant for family in FAMILIES.values() for about, variant in family.variants.items()
}
FUNCTIONS = {name: one for name, one in ALL.items() if isinstance(one, FunctionExercise)}
NUMBERS = {name: one for name, one in ALL.items() if isinstance(one, NumbersExercise)}


def of(table):
    return pytest.mark.parametrize("exercise", table.values(), ids=table.keys())


def tried(exercise, attempt, seed=0):
    """Judge without the clock, which is not what is tested here."""

    def run(arguments):
        with np.errstate(all="ignore"):
            return Outcome(attempt(*arguments))

    return exercise.try_out(run, seed)


def joined(exercise, values):
    return values[0] if len(exercise.parts) == 1 else tuple(values)


def parts(exercise, value):
    return [value] if len(exercise.parts) == 1 else list(value)


def wrong(exercise, misconception):
    """The attempt of someone with this thought, and with no other."""

    def attempt(*arguments):
        mistaken = parts(exercise, exercise.bound(misconception.wrong)(*arguments))
        right = parts(exercise, exercise.reference(*arguments))
        return joined(exercise, [b if a is None else a for a, b in zip(mistaken, right, strict=True)])

    return attempt


def everywhere(exercise, change):
    """The attempt whose parts are all made from the right ones and the arguments."""
    return lambda *arguments: joined(
        exercise, [change(np.asarray(one, float), arguments) for one in parts(exercise, exercise.reference(*arguments))]
    )


def argument(place):
    return lambda one, arguments: np.asarray(arguments[place]) * 1.0 if not callable(arguments[place]) else one * 0


DEGENERATE = {
    "zeros": lambda one, _: one * 0,
    "ones": lambda one, _: one * 0 + 1,
    "nan": lambda one, _: one * np.nan,
    "infinity": lambda one, _: one * 0 + np.inf,
    "a constant": lambda one, _: one * 0 + 0.7310585786,
    "the first input": argument(0),
    "the last input": argument(-1),
}


def thoughts_in(exercise, feedback):
    return {one.thought for one in exercise.misconceptions if any(one.thought in words for words in feedback.words)}


@of(FUNCTIONS)
def test_a_misconception_is_told_its_own_thought_and_no_other_alone(exercise):
    for misconception in exercise.misconceptions:
        told = thoughts_in(exercise, tried(exercise, wrong(exercise, misconception)))
        assert not told or misconception.thought in told, misconception.name


@of(FUNCTIONS)
@pytest.mark.parametrize("change", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_a_degenerate_answer_is_told_no_thought(exercise, change):
    feedback = tried(exercise, everywhere(exercise, change))
    plain = {one.thought for one in exercise.misconceptions if one.plain}
    assert feedback.verdict != "right"
    assert thoughts_in(exercise, feedback) <= plain, feedback.headline


def in_single(argument):
    real = not callable(argument) and np.asarray(argument).dtype.kind == "f"
    return np.asarray(argument, np.float32)[()] if real else argument


def strided(one):
    wide = np.zeros([2 * n for n in one.shape])
    wide[tuple(slice(None, None, 2) for _ in one.shape)] = one
    return wide[tuple(slice(None, None, 2) for _ in one.shape)]


def fractions(one):
    exact = [Fraction(float(x)) if np.isfinite(x) else float(x) for x in one.flat]
    return np.array(exact, object).reshape(one.shape) if one.ndim else exact[0]


FORMS = {
    "single precision": in_single,
    "lists": lambda one: one.tolist(),
    "Fortran": np.asfortranarray,
    "strided": strided,
    "0-d": lambda one: np.array(one),
    "matrix": lambda one: np.matrix(one) if one.ndim in (1, 2) else one,
    "whole": lambda one: one.astype(int) if np.array_equal(one, np.round(one)) else one,
    "fractions": fractions,
}


def in_form(exercise, attempt, form):
    """The same attempt, whose values come in another form; in single precision it is computed from such inputs, too."""

    def formed(*arguments):
        if form is in_single:
            arguments = map(in_single, arguments)
        with np.errstate(all="ignore"):
            return joined(exercise, [form(np.asarray(one, float)) for one in parts(exercise, attempt(*arguments))])

    return formed


def half_right(exercise):
    """The attempt of which the first part is right, if there are several, and nothing else."""

    def attempt(*arguments):
        first, *others = parts(exercise, exercise.reference(*arguments))
        return joined(
            exercise, [first, *(np.asarray(one) * 0 + 0.731 for one in others)] if others else [first * 0 + 0.731]
        )

    return attempt


@of(FUNCTIONS)
def test_an_answer_earns_the_same_mark_in_every_form_and_on_every_draw(exercise):
    """A hundred checks of a right answer; of wrong ones, which take longer, a hundred of one exercise."""
    published = EXERCISES.get(exercise.slug) is exercise
    known = [one for one in exercise.misconceptions if "wanted" not in str(tried(exercise, wrong(exercise, one)))]
    marks = {one: tried(exercise, wrong(exercise, one)).score for one in known}
    half = exercise.points / len(exercise.parts) if len(exercise.parts) > 1 else 0
    for seed in range(100 if published else 8):
        name, form = list(FORMS.items())[seed % len(FORMS)]
        right = tried(exercise, in_form(exercise, exercise.reference, form), seed)
        assert right.verdict == "right", (seed, name, str(right))
        if seed < 8 or exercise is EXERCISES["line-gradient"]:
            assert tried(exercise, in_form(exercise, half_right(exercise), form), seed).score == half, (seed, name)
            one = known[seed % len(known)]
            told = tried(exercise, in_form(exercise, wrong(exercise, one), form), seed)
            assert told.score == marks[one], (seed, name, one.name, str(told))


@of(FUNCTIONS)
def test_what_is_a_thousandth_off_is_wrong_on_every_draw(exercise):
    for seed in range(2):
        assert tried(exercise, everywhere(exercise, lambda one, _: one * 1.001 + 1e-3), seed).score == 0


@of(FUNCTIONS)
def test_a_wrong_answer_earns_the_same_mark_on_another_draw_and_the_same_words_on_the_same(exercise):
    for misconception in exercise.misconceptions:
        attempt = wrong(exercise, misconception)
        first = tried(exercise, attempt)
        assert tried(exercise, attempt, 1).score == first.score
    FunctionExercise._trials.cache_clear()
    assert str(tried(exercise, attempt)) == str(first)


@of(NUMBERS)
def test_numbers_are_right_in_every_form(exercise):
    right = exercise.reference
    for attempt in (right, tuple(right), np.array(right), np.matrix(right), [Fraction(x) for x in right]):
        assert exercise.check(attempt).verdict == "right"
    assert exercise.check([np.array([x]) for x in right]).verdict == "right"


@of(NUMBERS)
def test_numbers_of_a_thought_are_told_no_other_alone(exercise):
    for misconception in exercise.misconceptions:
        values = [
            b if a is None else float(a)
            for a, b in zip(exercise._numbers(misconception.wrong), exercise.reference, strict=True)
        ]
        told = thoughts_in(exercise, exercise.check(values))
        assert not told or misconception.thought in told


@of(NUMBERS)
@pytest.mark.parametrize("value", [0.0, 1.0, -1.0])
def test_one_number_everywhere_is_told_no_thought(exercise, value):
    assert not thoughts_in(exercise, exercise.check([value] * len(exercise.reference)))
