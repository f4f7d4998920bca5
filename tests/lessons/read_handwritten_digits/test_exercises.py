"""Answers to the exercises of notebook 10: right ones in other words, and the thought that a wrong one is told."""

import numpy as np
import pytest

from gdlab.lessons.catalogue import check


def with_two_loops(bitmap):
    pixels = np.zeros((8, 8))
    for i in range(8):
        for j in range(8):
            pixels[i, j] = bitmap[4 * i : 4 * i + 4, 4 * j : 4 * j + 4].mean()
    return pixels


def added_up_slice_by_slice(bitmap):
    return sum(bitmap[i::4, j::4] for i in range(4) for j in range(4)) / 16


def one_from_the_other(X, signal, W2):
    alone = X.T @ signal / len(X)
    return alone, alone @ W2.T


def sample_by_sample(X, signal, W2):
    alone = np.mean([np.outer(x, e) for x, e in zip(X, signal, strict=True)], axis=0)
    hidden = np.mean([np.outer(x, W2 @ e) for x, e in zip(X, signal, strict=True)], axis=0)
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


@pytest.mark.parametrize(
    ("attempt", "headline"),
    [
        (lambda bitmap: with_two_loops(bitmap) * 16 / 255, "0.06275 times as large"),
        (lambda bitmap: with_two_loops(bitmap) * 16, "counts, not shares"),
        (lambda bitmap: 1 - with_two_loops(bitmap), "paper counted for ink"),
        (lambda bitmap: bitmap.reshape(4, 8, 4, 8).mean(axis=(0, 2)), "the axes are in another order"),
        (lambda bitmap: with_two_loops(bitmap).round(), "rounded"),
        (lambda bitmap: with_two_loops(bitmap) / with_two_loops(bitmap).max(), "divided by the largest"),
        (lambda bitmap: with_two_loops(bitmap) / with_two_loops(bitmap).sum(), "divided by all ink"),
    ],
)
def test_wrong_shares_are_named(attempt, headline):
    feedback = check("block-shares", attempt)
    assert (feedback.headline, feedback.score) == (headline, 0.0)


@pytest.mark.parametrize(
    ("attempt", "headline", "points"),
    [
        (
            lambda X, signal, W2: (X.T @ signal / len(X), X.T @ signal @ W2.T / len(X) * 0.25),
            "hidden layer: 0.25 times as large",
            1.5,
        ),
        (lambda X, signal, W2: (X.T @ signal / len(X),) * 2, "the signal did not pass W2", 1.5),
        (
            lambda X, signal, W2: (X.T @ signal / signal.size, X.T @ signal @ W2.T / signal.size),
            "divided by",
            0.0,
        ),
        (lambda *arguments: one_from_the_other(*arguments)[::-1], "in another order", 0.0),
        (
            lambda *arguments: [-update for update in one_from_the_other(*arguments)],
            "the sign of the error",
            0.0,
        ),
    ],
)
def test_wrong_updates_are_named(attempt, headline, points):
    feedback = check("first-updates", attempt)
    assert headline in feedback.headline
    assert feedback.score == points
