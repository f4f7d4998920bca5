"""Exercises of notebook 09."""

from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.lessons.learn_without_the_exact_slope.exercises import perceptron, straight_through

EXERCISES = (
    perceptron.PERCEPTRON,
    straight_through.STRAIGHT_THROUGH,
    ChoiceExercise(
        slug="who-learns",
        name="who_learns",
        title="The runs that learn",
        points=3,
        why_one="the numbers are those of runs in the notebook",
        hints=(
            "The first column sorts out E, which begins uphill. Which column tells B and D from the rest?",
            "Look at the middle column: there most is learned. Which runs go uphill?",
            "A and B have the same units and much the same numbers at first. What cancels over many steps, and what need not?",
        ),
        statements={
            "A": "0.67, 0.25, 0.11; ReLU, 40% of the signs wrong, drawn anew",
            "B": "0.65, 0.23, ≈ 0.4; ReLU, 40% of the signs wrong, always the same",
            "C": "−0.05, 0.39, 0.62",
            "D": "0.75, −0.30, ≈ 0.75",
            "E": "−0.49, −0.44, −0.42; 60% of the signs wrong, drawn anew",
            "F": "0.99, 0.65, 0.92",
        },
        true=frozenset("ACF"),
        consequence="Agreement while most is learned tells more than at either end; and at these ReLU units wrong signs that are always the same did harm.",
        taken={
            "B": "B: compare it with A. What do wrong signs that are always the same do over 400 steps?",
            "D": "D agrees at both ends. What did it do in between, while most is learned?",
            "E": "E: what is drawn anew comes to its average over many steps. What is the average here, if more than half of the signs are wrong?",
        },
    ),
)

FAMILIES = (perceptron.FAMILY, straight_through.FAMILY)
