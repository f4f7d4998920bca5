"""What the kinds of exercise say beside right and wrong: no clock, no point in a number, nearer to the truth."""

import threading

import numpy as np
import pytest

from gdlab.exercises import attempt
from gdlab.exercises.kinds import FunctionExercise, NumbersExercise

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


@pytest.mark.parametrize("given", [[0, 4, 0, 1], ["0,4", "0,1"], ["0.4", "0.1"]])
def test_numbers_that_were_meant_are_told_how_they_are_written(given):
    two = NumbersExercise(slug="n", title="N", points=1, hints=("a",), answer=(0.4, 0.1), explanation="")
    feedback = two.check(given)
    assert feedback.score == 0
    assert "0.4" in str(feedback)


def test_a_thought_is_told_of_the_one_number_that_it_gives():
    four = NumbersExercise(slug="n", title="N", points=4, hints=("a",), answer=(2.0, 3.0, 5.0, 7.0), explanation="")

    @four.wrong("the slope is left out")
    def _():
        """Where is the slope?"""
        return None, 6.0, None, 28.0

    feedback = four.check([2, 3, 5, 28])
    assert (feedback.score, feedback.words) == (3, ("Number 4: Where is the slope?",))
