"""Exercises: `check` an attempt, get a `hint`, see the `solution`.

One module for each notebook, which has some of its exercises from modules of their own.
"""

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
from gdlab.exercises.family import Family, variant
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
"""Every published exercise by its slug."""

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        start_here.BOTH_RULES,
        fit_a_line.LINE_GRADIENT,
        walk_down_a_slope.ABSOLUTE_STEPS,
        bend_the_neuron.NEURON_GRADIENT,
        bend_the_neuron.OPPOSED_UPDATES,
        bend_the_neuron.MATCHING_LOSS,
        find_the_missing_derivative.NEW_PAIR,
        stack_linear_layers.SLOPE_FIELD,
        stack_linear_layers.XOR_BY_HAND,
        give_hidden_units_credit.ONE_STEP,
        check_your_gradient.CHECK_GRADIENT,
        keep_the_signal_alive.UNITS_IN_A_ROW,
        learn_without_the_exact_slope.PERCEPTRON,
        learn_without_the_exact_slope.STRAIGHT_THROUGH,
    )
}
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
