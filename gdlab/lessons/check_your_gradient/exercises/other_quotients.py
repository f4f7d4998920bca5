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


def _measured_by(weights, step, distances):
    """Return the variant that measures by another quotient."""
    return CHECK_GRADIENT.but(
        given={"weights": weights},
        solution=check_by,
        hints=(ONE_AFTER_THE_OTHER, A_STEP.format(step), THREE_LENGTHS.format(distances)),
        without={one.name for one in CHECK_GRADIENT.misconceptions} - ANY_QUOTIENT,
        consequence="It needs no derivative, only losses, but some for each parameter: a check, not a way to train.",
    )


_ADD_AND_SUBTRACT = " and subtracted from it"
AHEAD = _measured_by(FORWARD, "", "The loss at `theta` itself is needed once, for all parameters.")
FIVE = _measured_by(FIVE_POINTS, _ADD_AND_SUBTRACT, "Four losses are needed for each parameter, two on either side.")
ONE_SIDED = _measured_by(
    ONE_SIDE,
    "",
    "The loss at `theta` itself is needed once, and for each parameter two more, at steps h and 2h.",
)
TWO_CENTRAL = _measured_by(
    TWO_STEPS,
    _ADD_AND_SUBTRACT,
    "Two places are 2h apart, and the other two h: divide each difference by its own distance.",
)

by(
    AHEAD,
    "to both sides",
    CENTRAL,
    "These are central differences. Forward differences go to one side only, and need fewer losses.",
)
by(
    AHEAD,
    "to the other side",
    {0: 1, -1: -1},
    "You stepped back. A forward difference takes the place *ahead*, at θ + h.",
)
by(
    AHEAD,
    "half as large",
    {1: 1 / 2, 0: -1 / 2},
    "How far apart are the two places at which you asked for the loss?",
)
by(
    AHEAD,
    "two steps long",
    {2: 1 / 2, 0: -1 / 2},
    "The places that you compare are 2h apart. A forward difference with step h takes two that are h apart.",
)
by(
    FIVE,
    "the central difference",
    CENTRAL,
    "This is the central difference. The rule that is asked for takes four losses for each parameter.",
)
by(
    FIVE,
    "the weights are exchanged",
    {1: -1 / 12, -1: 1 / 12, 2: 8 / 12, -2: -8 / 12},
    "Which losses count eightfold in the formula: the two near ones, or the two far ones?",
)
by(
    FIVE,
    "all signs of one side are alike",
    {1: 8 / 12, -1: -8 / 12, 2: 1 / 12, -2: -1 / 12},
    "Look at the signs. The far losses do not have the same sign as the near ones on the same side.",
)
by(FIVE, "the 12 is missing", {place: 12 * weight for place, weight in FIVE_POINTS.items()}, _TOO_MANY_TIMES)
by(
    ONE_SIDED,
    "to both sides",
    CENTRAL,
    "This is the central difference, which goes to both sides. Here one side is not allowed.",
)
by(
    ONE_SIDED,
    "two points only",
    FORWARD,
    "This is the forward difference, whose error shrinks with h. The formula takes a third place, at θ + 2h.",
)
by(
    ONE_SIDED,
    "to the other side",
    {-place: -weight for place, weight in ONE_SIDE.items()},
    "You stepped back, and turned the signs round. In the formula all places are at θ or ahead of it.",
)
by(ONE_SIDED, "twice too large", {place: 2 * weight for place, weight in ONE_SIDE.items()}, _TOO_MANY_TIMES)
by(
    TWO_CENTRAL,
    "one central difference",
    CENTRAL,
    "This is C(h). The formula asks for a second one, with half the step.",
)
by(
    TWO_CENTRAL,
    "only the short step",
    HALF_STEP,
    "This is C(h/2). It is better than C(h), and the formula improves on it once more.",
)
by(
    TWO_CENTRAL,
    "the weights are exchanged",
    {1: 2 / 3, -1: -2 / 3, 0.5: -1 / 3, -0.5: 1 / 3},
    "Which of the two is the better one, and which counts fourfold in the formula?",
)
by(
    TWO_CENTRAL,
    "the mean of both",
    {0.5: 1 / 2, -0.5: -1 / 2, 1: 1 / 4, -1: -1 / 4},
    "A mean lies between the two. The formula goes beyond the better one, away from the other.",
)
by(
    TWO_CENTRAL,
    "the 3 is missing",
    {place: 3 * weight for place, weight in TWO_STEPS.items()},
    "If both central differences were exact, what would yours give? A number of times too much.",
)
by(
    TWO_CENTRAL,
    "the same divisor for both",
    {0.5: 2 / 3, -0.5: -2 / 3, 1: -1 / 6, -1: 1 / 6},
    "C(h/2) is a central difference with another step. How far apart are its two places?",
)


FAMILY = Family(
    CHECK_GRADIENT,
    {
        "measured by forward differences": AHEAD,
        "measured by the five-point rule": FIVE,
        "measured by three points to one side": ONE_SIDED,
        "measured by two central differences": TWO_CENTRAL,
    },
)
