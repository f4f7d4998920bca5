"""Right answers to the exercises of notebook 10 that are written in other ways than the reference."""

import numpy as np
import pytest

from gdlab.exercises import check


def with_two_loops(bitmap):
    pixels = np.zeros((8, 8))
    for i in range(8):
        for j in range(8):
            pixels[i, j] = bitmap[4 * i : 4 * i + 4, 4 * j : 4 * j + 4].mean()
    return pixels


def added_up_slice_by_slice(bitmap):
    return sum(bitmap[i::4, j::4] for i in range(4) for j in range(4)) / 16


def one_from_the_other(X, error, W2):
    alone = X.T @ error / len(X)
    return alone, alone @ W2.T


def sample_by_sample(X, error, W2):
    alone = np.mean([np.outer(x, e) for x, e in zip(X, error, strict=True)], axis=0)
    hidden = np.mean([np.outer(x, W2 @ e) for x, e in zip(X, error, strict=True)], axis=0)
    return alone, hidden


@pytest.mark.parametrize(
    ("slug", "attempt", "points"),
    [
        ("block-shares", with_two_loops, 2.0),
        ("block-shares", added_up_slice_by_slice, 2.0),
        ("first-updates", one_from_the_other, 3.0),
        ("first-updates", sample_by_sample, 3.0),
        ("digits-and-xor", "b, c, e", 3.0),
        ("digits-and-xor", ["E", "C", "B"], 3.0),
    ],
)
def test_a_right_answer_written_differently_is_right(slug, attempt, points):
    assert check(slug, attempt).score == points
