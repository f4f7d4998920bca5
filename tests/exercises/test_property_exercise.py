"""An exercise whose answer is judged by a property: every form of attempt gets words, and only the property counts."""

import numpy as np
import pytest

from gdlab.exercises.property_exercise import PropertyExercise
from gdlab.lessons.catalogue import EXERCISES

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


# --- XOR by hand ---

XOR = EXERCISES["xor-by-hand"]


def xor(W1, b1, W2, b2):
    return XOR.check({"W1": W1, "b1": b1, "W2": W2, "b2": b2})


@pytest.mark.parametrize(
    "attempt",
    [
        ([[1, 1], [1, 1]], [1, -1], [1, -2], -1),  # the textbook's, made for 0 and 1: not right here
        ([[1, -1], [-1, 1]], [0, 0], [0, 0], 0),
        ([[1, 0], [0, 1]], [0, 0], [1, 1], -1),
    ],
)
def test_wrong_weights_are_told_the_four_values_and_earn_nothing(attempt):
    feedback = xor(*attempt)
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert feedback.words[0].startswith("z is ")


@pytest.mark.parametrize(
    "attempt",
    [
        ([[1, -1], [-1, 1]], [0, 0], [1, 1], -1),
        ([[1, -1], [1, -1]], [0, 0], [-1, -1], 1),
        ([[-3, 3], [3, -3]], [-1, -1], [1, 1], -2),
        ([[1, 1], [1, 1]], [2, 0], [1, -2], -1),
    ],
)
def test_several_answers_are_right(attempt):
    assert xor(*attempt).verdict == "right"


def test_too_small_a_margin_earns_half():
    feedback = xor([[0.1, -0.1], [-0.1, 0.1]], [0, 0], [1, 1], -0.1)
    assert feedback.score == XOR.points / 2


def test_three_of_four_dead_units_and_units_without_a_bend_are_named():
    assert "straight line" in str(xor([[1, 0], [-1, 0]], [0, 0], [1, 0], -1))
    assert "Hidden unit 2 is 0 at all four" in str(xor([[1, 0], [-1, 0]], [0, 0], [1, 0], -1))
    assert "Hidden unit 1 has all four points on one side" in str(xor([[1, 0], [1, 1]], [5, 0], [1, 0], -1))


def test_numbers_that_overflow_are_only_wrong():
    assert xor([[1e308] * 2] * 2, [1e308] * 2, [1e308, -1e308], 0).verdict == "wrong"


def test_a_row_does_where_a_vector_is_wanted_and_a_vector_of_one_where_a_number_is():
    from gdlab.lessons.catalogue import EXERCISES

    exercise = EXERCISES["xor-by-hand"]
    found = {"W1": [[1, -1], [-1, 1]], "b1": [[0, 0]], "W2": [[1], [1]], "b2": [[-1]]}
    assert exercise.check(found).score == exercise.points
