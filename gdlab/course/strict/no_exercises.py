"""`gdlab.lessons.catalogue` as a submission finds it: the same names, and no exercise behind them.

A submission may ask for a check, a hint or a solution, as its author did while working. Here nothing is judged, so
there is nothing to find either.
"""

from typing import Any

from gdlab.exercises.feedback import Note

_LATER = "This runs outside the notebook, once it is handed in."


class _Unjudged(Note):
    score = 0.0
    verdict = "untouched"


EXERCISES: dict[str, Any] = {}


def check(slug: str, attempt: Any) -> Note:
    """Take an attempt and say nothing about it."""
    return _Unjudged("hint", "check", (_LATER,))


def hint(slug: str) -> Note:
    """Give no hint."""
    return Note("hint", "hint", (_LATER,))


def solution(slug: str) -> Note:
    """Show no solution."""
    return Note("solution", "solution", (_LATER,))
