"""The lessons, one room for each notebook; `lesson` says what is in a room.

A new lesson is a folder, a notebook and its name at the end of `NAMES`: its place there is the notebook's number.
"""

from importlib import import_module

from gdlab.lessons.lesson import Lesson

NAMES = (
    "start_here",
    "fit_a_line",
    "walk_down_a_slope",
    "bend_the_neuron",
    "find_the_missing_derivative",
    "stack_linear_layers",
    "give_hidden_units_credit",
    "check_your_gradient",
    "keep_the_signal_alive",
    "learn_without_the_exact_slope",
    "read_handwritten_digits",
)
"""In their order: the first is notebook 00."""

ONE_HOUR = ("start_here", "fit_a_line", "stack_linear_layers", "give_hidden_units_credit")
"""The short path: both halves of the question."""

LESSONS: dict[str, Lesson] = {
    f"{number:02d}_{name}": import_module(f"gdlab.lessons.{name}").LESSON for number, name in enumerate(NAMES)
}
"""Every lesson by the name of its notebook, in their order."""
