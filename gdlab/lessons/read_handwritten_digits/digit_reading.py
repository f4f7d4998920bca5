"""What DigitsLab shows as numbers: all rules through time, and one network of one rule from the inside."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdlab.explorers import style
from gdlab.lessons.read_handwritten_digits.digit_runs import DIGITS, Setting, Task, runs, task
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

    @property
    def told(self) -> str:
        """Its name and how it does now."""
        return f"{self.look.label} {'diverged' if self.diverged else style.percent(self.now)}"


@dataclass(frozen=True)
class Reading:
    """What the picture shows: all rules through time, and one network of one rule from the inside.

    Attributes
    ----------
    below : str
        What is to be seen of it: ``"mistakes"``, a ``"cell"`` of its table, its ``"weights"`` or their ``"changes"``.
    cell : (int, int)
        Row and column: the digit and what it was taken for, or the left and the right digit.
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
    below: str
    cell: tuple[int, int]
    epoch: int
    asked: int
    courses: Mapping[str, Course]
    inside: str
    y_hat: Array
    said: Array
    weights: Array
    changes: Array

    @property
    def diverged(self) -> bool:
        """Whether the network looked at answers nothing."""
        return bool((self.said < 0).any())


def reading(setting: Setting, below: str, cell: tuple[int, int], inside: str, asked: int) -> Reading:
    """Look at the runs of a setting after the epoch asked for, or as far as they have come."""
    under_way, looks = runs(setting), style.RULES
    epoch = min([asked, *(run.epochs for run in under_way.values())])
    if len(under_way) == 1:
        under_way, looks, inside = {"none": under_way["chain_rule"]}, {"none": ALONE}, "none"
    courses = {
        rule: Course(looks[rule], np.array(run.losses[: epoch + 1]), np.array(run.accuracies[: epoch + 1]))
        for rule, run in under_way.items()
    }
    t, run = task(setting.task), under_way[inside]
    y_hat = run.y_hats[epoch]
    W, W0 = (run.weights[at].T.reshape(-1, *t.shape) for at in (epoch, 0))
    with np.errstate(all="ignore"):
        changes = W - W0
    last = t.shown.max()  # pairs of 0 and 1 have a table of two rows
    cell = min(cell[0], last), min(cell[1], last)
    return Reading(setting.task, below, cell, epoch, asked, courses, inside, y_hat, t.answers(y_hat), W, changes)


def explained(changes: Array, count: int) -> float:
    """Return how much of ``changes`` (units, rows, columns) mixtures of the best `count` pictures can make up.

    In sums of squares: the share of the `count` largest squared singular values. nan if nothing has changed.
    """
    if not np.isfinite(changes).all() or not changes.any():
        return float("nan")
    squares = np.linalg.svd(changes.reshape(len(changes), -1), compute_uv=False) ** 2
    return float(squares[:count].sum() / squares.sum())


def confusion(task: Task, said: Array) -> Array:
    """Return how many test digits of each kind (rows) were read as what (columns), shape (10, 10)."""
    counts = np.zeros((10, 10), int)
    read = said >= 0
    np.add.at(counts, (task.shown[read, 0], said[read]), 1)
    return counts


def share_even(task: Task, said: Array) -> Array:
    """Return for each left digit (rows) and right digit (columns) the share of pairs called even, shape (n, n)."""
    n = task.shown.max() + 1
    called, all_of_them = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(called, tuple(task.shown.T), said == 1)
    np.add.at(all_of_them, tuple(task.shown.T), 1)
    return called / np.maximum(all_of_them, 1)


def _sure(y_hat: Array) -> Array:
    """Return the probability of each answer."""
    return y_hat.max(axis=1) if y_hat.shape[1] > 1 else np.maximum(y_hat[:, 0], 1 - y_hat[:, 0])


def surest_mistakes(task: Task, y_hat: Array) -> Array:
    """Return which test samples are wrong, those with the highest probability first."""
    said = task.answers(y_hat)
    wrong = np.flatnonzero((said != task.answers(task.y_test)) & (said >= 0))
    return wrong[np.argsort(-_sure(y_hat)[wrong], kind="stable")]


def in_cell(task: Task, y_hat: Array, cell: tuple[int, int]) -> Array:
    """Return which test samples a cell of the table counts, those first whose right answer seems least likely."""
    single = y_hat.shape[1] > 1
    both = np.column_stack([task.shown[:, 0], task.answers(y_hat)]) if single else task.shown
    here = np.flatnonzero((both == cell).all(axis=1))
    right = task.y_test == 1
    given = np.where(right, y_hat, 0 if single else 1 - y_hat).sum(axis=1)
    return here[np.argsort(given[here], kind="stable")]


def in_words(task: Task, y_hat: Array, samples: Array) -> list[str]:
    """Return what is on each sample, what it was taken for, and how surely."""
    sure, single = _sure(y_hat), y_hat.shape[1] > 1
    taken = [f"→{one}," if single else ": even" if one else ": odd" for one in task.answers(y_hat)]
    return [f"{'+'.join(DIGITS[digit] for digit in task.shown[i])}{taken[i]} {style.percent(sure[i])}" for i in samples]
