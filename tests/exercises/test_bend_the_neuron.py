"""What the exercise on data that divide the rules says to whom; the general tests know nothing of angles."""

import numpy as np
import pytest

import gdlab
from gdlab.exercises import EXERCISES

EXERCISE = EXERCISES["opposed-updates"]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([3, 0], [0, 1]),
        ([0, 3], [1, 0]),
        ([-3, 0], [1, 0]),
        ([4, 0.1], [0, 0.95]),
        ([3, 0] * 50, [0, 1] * 50),
    ],
)
def test_all_data_with_more_than_90_degrees_are_right(x, y):
    feedback = EXERCISE.check({"x": np.array(x), "y": y})
    angle = float(feedback.words[0].split(": ")[1].split("°")[0])
    layers = [gdlab.Layer([[2.0]], [[0.0]], "sigmoid")]
    X, Y = np.array(x, float)[:, None], np.array(y, float)[:, None]
    one, other = (gdlab.backward(layers, gdlab.forward(layers, X), Y, rule=r) for r in ("chain_rule", "delta_rule"))
    assert angle == pytest.approx(np.degrees(np.arccos(gdlab.agreement(one, other))), abs=0.06)
    assert (feedback.verdict, feedback.score) == ("right", 3), feedback.words


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([3], [0], "One sample alone"),
        ([3, 3], [0, 0], "One sample alone"),
        ([1, -1], [1, 0], "the same at all your samples"),
        ([1, 2], [0, 0], "No two of your samples pull against each other"),
        ([1, 2, 0.3], [0, 1, 1], "one side has to win in one rule"),
        ([3, 0, 0], [0, 1, 1], "88.2° apart"),
        ([1, 2], [0], "x has 2 and y has 1"),
        ([], [], "no sample"),
        ([1, 2], [0, 2], "between 0 and 1"),
        ([0], [0.5], "no angle"),
        ([1e308, 0], [0, 1], "up to 1000"),
    ],
)
def test_others_hear_what_is_missing(x, y, said):
    feedback = EXERCISE.check({"x": x, "y": y})
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert said in " ".join(feedback.words)


def test_the_angle_is_written_for_readers():
    words = " ".join(EXERCISE.check({"x": [3, -3], "y": [0, 1]}).words)
    assert "-" not in words
    assert "e−1" not in words
