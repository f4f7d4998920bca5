"""The variants of the exercise on checking a gradient: other difference quotients."""

from gdlab.exercises.family import Family
from gdlab.lessons.check_your_gradient.exercises.gradient_checker import (
    A_STEP,
    ANY_QUOTIENT,
    CENTRAL,
    CHECK_GRADIENT,
    FIVE_POINTS,
    FORWARD,
    ONE_AFTER_THE_OTHER,
    THREE_LENGTHS,
    by,
    check_by,
)

ONE_SIDE = {0: -3 / 2, 1: 2, 2: -1 / 2}
HALF_STEP = {0.5: 1, -0.5: -1}
TWO_STEPS = {0.5: 4 / 3, -0.5: -4 / 3, 1: -1 / 6, -1: 1 / 6}
_TOO_MANY_TIMES = "Yours is too large by a whole number. What is in the denominator, beside h?"


def _measured_by(weights, step, distances, others):
    """Return the variant that measures by another quotient; `others` are wrong ones, with the thought behind each."""
    exercise = CHECK_GRADIENT.but(
        given={"weights": weights},
        solution=check_by,
        hints=(ONE_AFTER_THE_OTHER, A_STEP.format(step), THREE_LENGTHS.format(distances)),
        without={one.name for one in CHECK_GRADIENT.misconceptions} - ANY_QUOTIENT,
        consequence="It needs no derivative, only losses, but some for each parameter: a check, not a way to train.",
    )
    for name, (other, thought) in others.items():
        by(exercise, name, other, thought)
    return exercise


_ADD_AND_SUBTRACT = " and subtracted from it"

FAMILY = Family(
    CHECK_GRADIENT,
    {
        "measured by forward differences": _measured_by(
            FORWARD,
            "",
            "The loss at `theta` itself is needed once, for all parameters.",
            {
                "to both sides": (
                    CENTRAL,
                    "These are central differences. Forward differences go to one side only, and need fewer losses.",
                ),
                "to the other side": (
                    {0: 1, -1: -1},
                    "You stepped back. A forward difference takes the place *ahead*, at θ + h.",
                ),
                "half as large": (
                    {1: 1 / 2, 0: -1 / 2},
                    "How far apart are the two places at which you asked for the loss?",
                ),
                "two steps long": (
                    {2: 1 / 2, 0: -1 / 2},
                    "The places that you compare are 2h apart. A forward difference with step h takes two that are h apart.",
                ),
            },
        ),
        "measured by the five-point rule": _measured_by(
            FIVE_POINTS,
            _ADD_AND_SUBTRACT,
            "Four losses are needed for each parameter, two on either side.",
            {
                "the central difference": (
                    CENTRAL,
                    "This is the central difference. The rule that is asked for takes four losses for each parameter.",
                ),
                "the weights are exchanged": (
                    {1: -1 / 12, -1: 1 / 12, 2: 8 / 12, -2: -8 / 12},
                    "Which losses count eightfold in the formula: the two near ones, or the two far ones?",
                ),
                "all signs of one side are alike": (
                    {1: 8 / 12, -1: -8 / 12, 2: 1 / 12, -2: -1 / 12},
                    "Look at the signs. The far losses do not have the same sign as the near ones on the same side.",
                ),
                "the 12 is missing": ({place: 12 * weight for place, weight in FIVE_POINTS.items()}, _TOO_MANY_TIMES),
            },
        ),
        "measured by three points to one side": _measured_by(
            ONE_SIDE,
            "",
            "The loss at `theta` itself is needed once, and for each parameter two more, at steps h and 2h.",
            {
                "to both sides": (
                    CENTRAL,
                    "This is the central difference, which goes to both sides. Here one side is not allowed.",
                ),
                "two points only": (
                    FORWARD,
                    "This is the forward difference, whose error shrinks with h. The formula takes a third place, at θ + 2h.",
                ),
                "to the other side": (
                    {-place: -weight for place, weight in ONE_SIDE.items()},
                    "You stepped back, and turned the signs round. In the formula all places are at θ or ahead of it.",
                ),
                "twice too large": ({place: 2 * weight for place, weight in ONE_SIDE.items()}, _TOO_MANY_TIMES),
            },
        ),
        "measured by two central differences": _measured_by(
            TWO_STEPS,
            _ADD_AND_SUBTRACT,
            "Two places are 2h apart, and the other two h: divide each difference by its own distance.",
            {
                "one central difference": (
                    CENTRAL,
                    "This is C(h). The formula asks for a second one, with half the step.",
                ),
                "only the short step": (
                    HALF_STEP,
                    "This is C(h/2). It is better than C(h), and the formula improves on it once more.",
                ),
                "the weights are exchanged": (
                    {1: 2 / 3, -1: -2 / 3, 0.5: -1 / 3, -0.5: 1 / 3},
                    "Which of the two is the better one, and which counts fourfold in the formula?",
                ),
                "the mean of both": (
                    {0.5: 1 / 2, -0.5: -1 / 2, 1: 1 / 4, -1: -1 / 4},
                    "A mean lies between the two. The formula goes beyond the better one, away from the other.",
                ),
                "the 3 is missing": (
                    {place: 3 * weight for place, weight in TWO_STEPS.items()},
                    "If both central differences were exact, what would yours give? A number of times too much.",
                ),
                "the same divisor for both": (
                    {0.5: 2 / 3, -0.5: -2 / 3, 1: -1 / 6, -1: 1 / 6},
                    "C(h/2) is a central difference with another step. How far apart are its two places?",
                ),
            },
        ),
    },
)
