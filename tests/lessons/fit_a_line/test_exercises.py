"""Beside what holds of every exercise: answers to those of notebook 01 written in other ways."""

import numpy as np
import pytest

from tests.lessons.exercises import assert_right_on_every_draw

OTHERWISE = {
    "short-rule": [
        lambda w, b, rate, y, y_hat, x: (w - rate * (y_hat - y) * x, b - rate * (y_hat - y)),
        lambda w, b, rate, y, y_hat, x: np.array([w, b]) + rate * (y - y_hat) * np.array([x, 1]),
    ],
    "line-gradient": [
        lambda w, b, x, y: tuple(np.column_stack([x, np.ones_like(x)]).T @ (w * x + b - y) / len(x)),
        lambda w, b, x, y: (
            sum((w * i + b - j) * i for i, j in zip(x, y, strict=True)) / len(x),
            -(np.mean(y) - w * np.mean(x) - b),
        ),
    ],
    "stable-rate": [
        lambda x: 2 / np.linalg.norm(np.column_stack([x, np.ones_like(x)]), 2) ** 2 * len(x),
        lambda x: 4 / (np.mean(x**2) + 1 + np.sqrt((np.mean(x**2) - 1) ** 2 + 4 * np.mean(x) ** 2)),
    ],
}
"""Right answers that do not look like the reference, by slug."""


@pytest.mark.parametrize(("slug", "attempt"), [(slug, one) for slug, many in OTHERWISE.items() for one in many])
def test_a_right_answer_written_differently_is_right(slug, attempt):
    assert_right_on_every_draw(slug, attempt)
