"""An exercise whose answer is judged by a property: every form of attempt gets words, and only the property counts."""

import numpy as np
import pytest

from gdlab.exercises.property_exercise import PropertyExercise

RISING = PropertyExercise(
    slug="rising",
    title="Rising numbers",
    points=2,
    hints=("Each is larger than the one before.",),
    shapes={"numbers": (None,), "top": ()},
    judge=lambda numbers, top: (
        ((np.diff(numbers) > 0).mean(), ("Some fall.",)) if numbers.max() < top else (0.0, ("Over the top.",))
    ),
    solution=lambda: {"numbers": [1, 2, 3], "top": 4},
)


@pytest.mark.parametrize(
    "attempt",
    [RISING.solution(), {"numbers": np.array([0.5, 9]), "top": np.float64(10)}, {"top": 2, "numbers": (0, 1)}],
)
def test_all_that_has_the_property_is_right(attempt):
    feedback = RISING.check(attempt)
    assert (feedback.verdict, feedback.score) == ("right", 2)


def test_what_has_it_in_part_earns_its_share():
    feedback = RISING.check({"numbers": [1, 3, 2], "top": 4})
    assert (feedback.verdict, feedback.score) == ("wrong", 1)
    assert feedback.words == ("Some fall.",)


@pytest.mark.parametrize(
    "attempt",
    [None, ..., {"numbers": ..., "top": 4}, {"numbers": [1, ...], "top": 4}, {"numbers": [[1], [...]], "top": ...}],
)
def test_what_still_has_gaps_is_not_attempted(attempt):
    feedback = RISING.check(attempt)
    assert (feedback.verdict, feedback.score) == ("untouched", 0)


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ([1, 2, 3], "a dict with 'numbers', 'top'"),
        (print, "a dict with"),
        ({}, "'numbers', 'top'"),
        ({"numbers": [1, 2]}, "wanted 'numbers', 'top'"),
        ({"numbers": [1, 2], "top": 3, "more": 1}, "'more'"),
        ({"numbers": 1, "top": 3}, "numbers: there is a single number"),
        ({"numbers": [1, 2], "top": [3, 4]}, "top: there is an array of shape (2,); wanted a single number"),
        ({"numbers": "many", "top": 3}, "numbers: there is"),
        ({"numbers": [[1, 2], [3]], "top": 3}, "numbers: there is"),
        ({"numbers": [1, np.nan], "top": 3}, "finite numbers"),
        ({"numbers": [1, None], "top": 3}, "numbers: there is"),
        ({"numbers": lambda: 1, "top": 3}, "numbers: there is"),
    ],
)
def test_whatever_else_it_is_gets_words_and_no_points(attempt, said):
    feedback = RISING.check(attempt)
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert said in str(feedback)
