"""All exercises of all lessons: `check` an attempt, get a `hint`, see the `solution`."""

from typing import Any

from gdlab.exercises.exercise import Exercise
from gdlab.exercises.family import Family, variant
from gdlab.exercises.feedback import Feedback, Note
from gdlab.lessons import LESSONS
from gdlab.validation import named

EXERCISES: dict[str, Exercise] = {
    exercise.slug: exercise for lesson in LESSONS.values() for exercise in lesson.exercises
}
"""Every published exercise by its slug."""

FAMILIES: dict[str, Family] = {family.name: family for lesson in LESSONS.values() for family in lesson.families}
"""The exercises that have variants, by the name that these have in common."""

_hints_given: dict[str, int] = {}


def find_exercise(slug: str) -> Exercise:
    """Return a published exercise by its slug, or a variant by a family's name and a number: ``matching-loss@2027``.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    return variant(FAMILIES, slug) or named(EXERCISES, slug, "exercise")


def check(slug: str, attempt: Any) -> Feedback:
    """Judge an attempt at an exercise. In a terminal: ``print(gdlab.check(...))``, for the ``repr`` is the score.

    Parameters
    ----------
    slug
        Which exercise.
    attempt
        What the exercise asks for: mostly a function, never the result of a call: it is called with
        inputs drawn from a seed.

    Returns
    -------
    Feedback
        Shown as a panel; its ``repr`` is the score.

    Raises
    ------
    ValueError
        If there is no such exercise. Nothing that is wrong with the attempt raises.
    """
    return find_exercise(slug).check(attempt)


def hint(slug: str) -> Note:
    """Return one hint more each time, from a nudge to nearly all of it."""
    asked = find_exercise(slug)
    count = _hints_given[slug] = min(_hints_given.get(slug, 0) + 1, len(asked.hints))
    more = len(asked.hints) - count
    all_of_it = f' `gdlab.solution("{slug}")` shows it all.' if slug in EXERCISES else ""
    rest = f"{more} more: run this again." if more else f"That was the last one.{all_of_it}"
    return Note("hint", f"{asked.title}: hint {count} of {len(asked.hints)}", (*asked.hints[:count], rest))


def solution(slug: str) -> Note:
    """Return the reference solution; of a variant, which is an assignment, where to find that of its relative."""
    asked = find_exercise(slug)
    if slug in EXERCISES:
        return Note("solution", f"{asked.title}: one solution", (), asked.solution_text)
    relative = FAMILIES[slug.partition("@")[0]].slug
    words = (
        f'This is an assignment, so its solution is not shown. A relative is solved in `gdlab.solution("{relative}")`.'
    )
    return Note("solution", f"{asked.title}: not shown", (words,))
