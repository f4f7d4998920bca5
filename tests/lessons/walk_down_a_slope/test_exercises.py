"""Beside what holds of every exercise: a walk written in other ways, and steps by the numbers of the text."""

import itertools

import numpy as np
import pytest

from tests.lessons.exercises import assert_right_on_every_draw, each, numbers_in

OTHERWISE = {
    "descend": [
        lambda theta, rate, slope, steps: (
            theta if steps == 0 else OTHERWISE["descend"][0](theta - rate * slope(theta), rate, slope, steps - 1)
        ),
        lambda theta, rate, slope, steps: [
            *itertools.accumulate(range(steps), lambda t, _: t - rate * slope(t), initial=theta)
        ][-1],
    ],
}
"""Right answers that do not look like the reference, by slug."""


@pytest.mark.parametrize(("slug", "attempt"), [(slug, one) for slug, many in OTHERWISE.items() for one in many])
def test_a_right_answer_written_differently_is_right(slug, attempt):
    assert_right_on_every_draw(slug, attempt)


@each("absolute-steps")
def test_steps_on_an_absolute_value_go_by_the_numbers_that_the_text_names(exercise, words):
    theta, rate = numbers_in(words, r"\\theta = (\S+?)\$, the learning rate \$?(\S+?)\$?\. ")
    walked = []
    for _ in range(4):
        theta -= rate if theta > 0 else -rate
        walked.append(theta)
    np.testing.assert_allclose(exercise.reference, walked, atol=1e-12)
