"""What an exercise that asks for a function says beside right and wrong: no clock, slips, nearer to the truth."""

import threading

import numpy as np
import pytest

from gdlab.exercises import attempt
from gdlab.exercises.function_exercise import OTHER_WAY, FunctionExercise

DOUBLE = FunctionExercise(
    slug="double",
    title="Double",
    points=1,
    hints=("a",),
    solution=lambda a: 2 * a,
    inputs=lambda rng: (float(rng.normal()),),
    parts=("double",),
)


def test_without_threads_a_right_function_is_right_and_the_lost_limit_is_said_once(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(attempt, "_said", [])
    first, second = DOUBLE.check(lambda a: 2 * a), DOUBLE.check(lambda a: 2 * a)
    assert (first.verdict, second.verdict) == ("right", "right")
    assert "No limit of time is kept here. If a check does not end, restart the kernel." in str(first)
    assert second.words == ()


def test_of_what_only_comes_near_the_truth_it_is_not_said_that_it_is_right():
    rough = FunctionExercise(
        slug="rough",
        title="Rough",
        points=1,
        hints=("a",),
        solution=lambda a: np.exp(a) + 0.01,
        truth=lambda a: np.exp(a),
        inputs=lambda rng: (float(rng.normal()),),
        parts=("e",),
    )
    words = str(rough.check(lambda a: np.exp(a) + 0.001))
    assert "is right" not in words
    assert "nearer to the truth" in words


LINE = FunctionExercise(
    slug="line",
    title="Line",
    points=2,
    hints=("a",),
    solution=lambda w, b, x, y: (np.mean((w * x + b - y) * x), w * x + b),
    inputs=lambda rng: (*rng.normal(size=2), *rng.normal(size=(2, rng.integers(3, 7)))),
    parts=("slope", "prediction"),
)


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda w, b, x, y: (np.mean((w * x - y) * x), w * x), "right if `b` is 0"),
        (lambda w, b, x, y: (np.mean((w * x + b - y) * x), x + b), "prediction: right if `w` is 1"),
        (lambda w, b, x, y: (np.mean((w * y + b - y) * y), w * y + b), "right if `x` is what is called `y` here"),
        (lambda w, b, x, y: (np.mean((w * x - b - y) * x), w * x - b), "right if `b` has the other sign"),
        (lambda w, b, x, y: (np.mean(((w * x + b - y) * x)[1:]), w * x + b), "slope: the first sample is left out"),
        (
            lambda w, b, x, y: (np.sum(((w * x + b - y) * x)[:-1]) / len(x), w * x + b),
            "slope: the last sample is left out",
        ),
        (lambda w, b, x, y: ((w * x + b - y) * x, w * x + b), "slope: not put together yet"),
        (lambda w, b, x, y: (np.mean((w * x + b - y) * x), np.mean(w * x + b)), "prediction: put together too much"),
    ],
)
def test_an_argument_a_sample_or_an_axis_too_few_is_named(attempt, said):
    feedback = LINE.check(attempt)
    assert feedback.headline == said
    assert feedback.score == (0 if said.startswith("right") else 1)


def test_if_two_slips_give_the_same_both_are_told():
    even = FunctionExercise(
        slug="even",
        title="Even",
        points=1,
        hints=("a",),
        solution=lambda a, b: (a + b) ** 2,
        inputs=lambda rng: tuple(rng.normal(size=2)),
        parts=("square",),
    )
    assert (
        even.check(lambda a, b: (a - b) ** 2).headline == "right if `a` has the other sign or if `b` has the other sign"
    )


@pytest.mark.parametrize("h", [1e-3, 1e-5])
def test_a_right_answer_found_in_another_way_earns_the_points_and_a_word(h):
    cube = FunctionExercise(
        slug="cube",
        title="Cube",
        points=1,
        hints=("a",),
        solution=lambda a: np.cos(a),
        inputs=lambda rng: (rng.normal(size=4),),
        parts=("slope",),
    )
    measured = cube.check(lambda a: (np.sin(a + h) - np.sin(a - h)) / (2 * h))
    assert (measured.verdict, measured.words) == ("right", (OTHER_WAY,))
    assert cube.check(lambda a: np.sin(a + np.pi / 2)).words == ()
    assert cube.check(lambda a: np.cos(a).astype(np.float32)).words == ()
    as_strict_grading_sends_it = cube.check(lambda a: np.cos(a).astype(np.float32).astype(float))
    assert as_strict_grading_sends_it.words == ()


@pytest.mark.parametrize("kept", [np.zeros(2), [0.0, 0.0]], ids=["an array", "a list"])
def test_what_an_attempt_fills_anew_at_each_call_is_taken_as_it_was(kept):
    def attempt(w, b, x, y):
        kept[0], kept[1] = w, b
        return kept

    assert LINE.but(parts=("both",), solution=lambda w, b, x, y: np.array([w, b])).check(attempt).verdict == "right"


def test_a_session_in_which_numpy_raises_is_none_of_the_exercises_business():
    small = FunctionExercise(
        slug="small",
        title="Small",
        points=1,
        hints=("a",),
        solution=lambda a: np.exp(-800 * np.abs(a)) / (np.exp(-800 * np.abs(a)) + 1),
        inputs=lambda rng: (rng.normal(size=4) + 5,),
        parts=("value",),
    )
    with np.errstate(all="raise"):
        assert small.check(lambda a: 0 * a).verdict == "right"


def test_one_thought_behind_several_parts_is_told_once():
    feedback = LINE.but(parts=("one", "two", "three"), solution=lambda w, b, x, y: (w, b, x)).check(
        lambda w, b, x, y: (2 * w, 2 * b, x)
    )
    assert feedback.words[0].startswith("one, two: Yours is twice as large")
