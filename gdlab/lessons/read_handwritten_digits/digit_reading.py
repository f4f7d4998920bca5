"""What DigitsLab shows as numbers: all rules through time, and one network of one rule from the inside."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdlab.explorers import style
from gdlab.lessons.read_handwritten_digits.digit_runs import runs, task
from gdlab.network import forward
from gdlab.validation import Array

ALONE = style.Look("no hidden layer", style.INK, "-", "o")
"""Without hidden layers there is one rule."""


@dataclass(frozen=True)
class Course:
    """How the networks of one rule have done, after each epoch up to the one shown; shapes (epochs + 1, STARTS)."""

    look: style.Look
    loss: Array
    accuracy: Array

    @property
    def now(self) -> float:
        """Median share of right answers."""
        return float(np.median(self.accuracy[-1]))

    @property
    def diverged(self) -> bool:
        return not np.isfinite(self.loss[-1]).all()


@dataclass(frozen=True)
class Reading:
    """What the picture shows: all rules through time, and one network of one rule from the inside.

    Attributes
    ----------
    epoch, asked : int
        How many epochs are shown, and how many were asked for; fewer are shown while they are being trained.
    y_hat : array, shape (tests, k)
        What the first network of the rule looked at predicts.
    said : array of int, shape (tests,)
        Its answers; −1 where it gives no number.
    weights, changes : arrays, shape (units, rows, columns)
        The weights of its first layer as pictures, and how far they are from where they started.
    """

    task: str
    view: str
    epoch: int
    asked: int
    courses: Mapping[str, Course]
    inside: str
    y_hat: Array
    said: Array
    weights: Array
    changes: Array


def reading(setting: tuple[str, str, int, float], view: str, inside: str, asked: int) -> Reading:
    """Look at the runs of a setting after the epoch asked for, or as far as they have come."""
    under_way, looks = runs(*setting), style.RULES
    epoch = min([asked, *(run.epochs for run in under_way.values())])
    if len(under_way) == 1:
        under_way, looks, inside = {"none": under_way["chain_rule"]}, {"none": ALONE}, "none"
    courses = {
        rule: Course(looks[rule], np.array(run.losses[: epoch + 1]), np.array(run.accuracies[: epoch + 1]))
        for rule, run in under_way.items()
    }
    t, start, now = task(setting[0]), under_way[inside].first(0), under_way[inside].first(epoch)
    with np.errstate(all="ignore"):
        y_hat = forward.unchecked(now, t.X_test).y_hat
        W, W0 = (layers[0].W.T.reshape(-1, *t.shape) for layers in (now, start))
        changes = W - W0
    return Reading(setting[0], view, epoch, asked, courses, inside, y_hat, t.answers(y_hat), W, changes)


def explained(changes: Array, count: int) -> float:
    """Return how much of ``changes`` (units, rows, columns) mixtures of the best `count` pictures can make up.

    In sums of squares: the share of the `count` largest squared singular values. nan if nothing has changed.
    """
    if not np.isfinite(changes).all() or not changes.any():
        return float("nan")
    squares = np.linalg.svd(changes.reshape(len(changes), -1), compute_uv=False) ** 2
    return float(squares[:count].sum() / squares.sum())
