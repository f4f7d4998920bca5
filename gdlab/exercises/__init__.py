"""Exercises: `check` an attempt, get a `hint`, see the `solution`. One module for each notebook."""

from typing import Any

from gdlab.exercises import (
    bend_the_neuron,
    check_your_gradient,
    find_the_missing_derivative,
    fit_a_line,
    give_hidden_units_credit,
    keep_the_signal_alive,
    learn_without_the_exact_slope,
    read_handwritten_digits,
    stack_linear_layers,
    start_here,
    walk_down_a_slope,
)
from gdlab.exercises.exercise import Exercise
from gdlab.exercises.feedback import Feedback, Note
from gdlab.validation import named

EXERCISES: dict[str, Exercise] = {
    exercise.slug: exercise
    for module in (
        start_here,
        fit_a_line,
        walk_down_a_slope,
        bend_the_neuron,
        find_the_missing_derivative,
        stack_linear_layers,
        give_hidden_units_credit,
        check_your_gradient,
        keep_the_signal_alive,
        learn_without_the_exact_slope,
        read_handwritten_digits,
    )
    for exercise in module.EXERCISES
}
"""Every exercise by its slug."""

_hints_given: dict[str, int] = {}


def check(slug: str, attempt: Any) -> Feedback:
    """Judge an attempt at an exercise.

    Parameters
    ----------
    slug
        Which exercise.
    attempt
        What the exercise asks for: mostly a function, which is called with random inputs, never the result of a call.

    Returns
    -------
    Feedback
        Shown as a panel; its ``repr`` is the score.

    Raises
    ------
    ValueError
        If there is no such exercise. Nothing that is wrong with the attempt raises.
    """
    return named(EXERCISES, slug, "exercise").check(attempt)


def hint(slug: str) -> Note:
    """Return one hint more each time, from a nudge to nearly all of it."""
    exercise = named(EXERCISES, slug, "exercise")
    count = _hints_given[slug] = min(_hints_given.get(slug, 0) + 1, len(exercise.hints))
    more = len(exercise.hints) - count
    rest = (
        f"{more} more: run this again." if more else f'That was the last one. `gdlab.solution("{slug}")` shows it all.'
    )
    return Note("hint", f"{exercise.title}: hint {count} of {len(exercise.hints)}", (*exercise.hints[:count], rest))


def solution(slug: str) -> Note:
    """Return the reference solution."""
    exercise = named(EXERCISES, slug, "exercise")
    return Note("solution", f"{exercise.title}: one solution", (), exercise.solution_text)
