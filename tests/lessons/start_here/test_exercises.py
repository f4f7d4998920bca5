"""Beside what holds of every exercise: answers to those of notebook 00 written in other ways."""

import numpy as np
import pytest

from tests.lessons.exercises import assert_right_on_every_draw

OTHERWISE = {
    "both-rules": [
        lambda error, z, input: (input * error, input * error / np.cosh(z) ** 2),
        lambda error, z, input: [error * input * slope for slope in (1, 1 - np.square(np.tanh(z)))],
    ],
}
"""Right answers that do not look like the reference, by slug."""


@pytest.mark.parametrize(("slug", "attempt"), [(slug, one) for slug, many in OTHERWISE.items() for one in many])
def test_a_right_answer_written_differently_is_right(slug, attempt):
    assert_right_on_every_draw(slug, attempt)
