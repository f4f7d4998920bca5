"""The exercise of notebook 07 on checking a gradient, and its variants: other difference quotients.

Each quotient is a sum of losses along one parameter, divided by h. So a quotient is written as a weight for each place,
counted in steps of h from θ.
"""

from pathlib import Path

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise

CENTRAL = {1: 1 / 2, -1: -1 / 2}
FORWARD = {1: 1, 0: -1}
FIVE_POINTS = {1: 8 / 12, -1: -8 / 12, 2: -1 / 12, -2: 1 / 12}
ONE_SIDE = {0: -3 / 2, 1: 2, 2: -1 / 2}
HALF_STEP = {0.5: 1, -0.5: -1}
TWO_STEPS = {0.5: 4 / 3, -0.5: -4 / 3, 1: -1 / 6, -1: 1 / 6}


def check_gradient(J, theta, gradient, h):
    measured = np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        measured[i] = (J(theta + step) - J(theta - step)) / (2 * h)
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def check_by(J, theta, gradient, h, *, weights):
    measured = np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        # each loss at θ + place × step counts with its weight
        measured[i] = sum(weight * J(theta + place * step) for place, weight in weights.items()) / h
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def _function_and_wrong_gradient(rng):
    p = int(rng.integers(3, 6))
    A, a, b = rng.normal(0, 1, (p, p)), rng.normal(0, 1, p), rng.uniform(0.5, 1.5, p)
    A = A + A.T

    def J(theta):
        return float(theta @ A @ theta / 2 + a @ np.sin(b * theta))

    theta = rng.normal(0, 1, p)
    gradient = A @ theta + a * b * np.cos(b * theta) + rng.normal(0, 0.5, p)
    return (
        J,
        theta,
        gradient,
        float(rng.uniform(0.05, 0.2)),
    )  # so long that no two quotients, and no two steps, give the same


_ONE_AFTER_THE_OTHER = "One parameter after the other: move that one only, and leave all others where they are."
_A_STEP = (
    "A vector of zeros with `h` in place `i` is such a step. It can be added to `theta`{}, and `theta` stays as it was."
)
_THREE_LENGTHS = (
    "{} For the second part, `np.linalg.norm` gives the length of a vector; it takes three of them: of the difference, and of "
    "each vector alone."
)

CHECK_GRADIENT = FunctionExercise(
    slug="check-gradient",
    title="Write the checker",
    points=4,
    given={"weights": CENTRAL},
    solution=check_gradient,
    inputs=_function_and_wrong_gradient,
    parts=("measured gradient", "relative error"),
    truth=lambda J, theta, gradient, h: check_by(J, theta, gradient, 1e-3, weights=FIVE_POINTS),
    hints=(
        _ONE_AFTER_THE_OTHER,
        _A_STEP.format(" and subtracted from it"),
        _THREE_LENGTHS.format("The two places are 2h apart."),
    ),
    consequence="It needs no derivative, only losses, and it takes two of them for each parameter: a check, not a way to train.",
)


def by(exercise, name, weights, thought):
    """Add another quotient as a wrong answer."""

    @exercise.wrong(name, thought=thought)
    def _(J, theta, gradient, h):
        return check_by(J, theta, gradient, h, weights=weights)


def relative(gradient, measured):
    return np.linalg.norm(gradient - measured) / (np.linalg.norm(gradient) + np.linalg.norm(measured))


def all_at_once(J, theta, h, weights):
    return sum(weight * J(theta + place * h) for place, weight in weights.items()) / h


@CHECK_GRADIENT.wrong("turned round")
def _(J, theta, gradient, h, *, weights):
    """Where the loss rises to the right, the slope is positive. Which values do you subtract?"""
    return check_by(J, theta, gradient, h, weights={place: -weight for place, weight in weights.items()})


@CHECK_GRADIENT.wrong("all parameters moved at once")
def _(J, theta, gradient, h, *, weights):
    """`theta + h` moves every parameter. You get the sum of all slopes, in every place. Move one at a time."""
    measured = np.full(theta.size, all_at_once(J, theta, h, weights))
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("one number for all parameters")
def _(J, theta, gradient, h, *, weights):
    """`theta + h` moves every parameter, and you get one number, the sum of all slopes. Move one parameter at a time."""
    slope = all_at_once(J, theta, h, weights)
    return slope, relative(gradient, slope)


@CHECK_GRADIENT.wrong("only the last parameter is measured")
def _(J, theta, gradient, h, *, weights):
    """Only one of your slopes is not 0. Is the array of zeros made anew in each turn of the loop?"""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * (np.arange(theta.size) == theta.size - 1)
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("only the first parameter is measured")
def _(J, theta, gradient, h, *, weights):
    """Only the first of your slopes is not 0. Is the `return` inside the loop?"""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * (np.arange(theta.size) == 0)
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("off by h²")
def _(J, theta, gradient, h, *, weights):
    """Each of your slopes is multiplied by h where it should be divided by it: what does `/ 2 * h` compute?"""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * h**2
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("not divided by h")
def _(J, theta, gradient, h, *, weights):
    """You have how much the loss changes. A slope is that for each unit of the way."""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * h
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("returned in the other order")
def _(J, theta, gradient, h, *, weights):
    """First the measured gradient, then the relative error: you return them the other way round."""
    return check_by(J, theta, gradient, h, weights=weights)[::-1]


@CHECK_GRADIENT.wrong("all slopes are 0", plain=True)
def _(J, theta, gradient, h):
    """All slopes are 0. Are the two places the same array? `there = theta` makes no copy, only a second name. Or did you
    use an imaginary step? This J turns its result into a float, which throws the imaginary part away without a word."""
    return np.zeros(theta.size), relative(gradient, np.zeros(theta.size))


def compared(name):
    """Decorate another number than the relative error, of gradient and measurement; its docstring is the thought."""

    def add(number):
        @CHECK_GRADIENT.wrong(name, thought=number.__doc__)
        def _(J, theta, gradient, h, *, weights):
            return None, number(gradient, check_by(J, theta, gradient, h, weights=weights)[0])

    return add


@compared("not relative")
def _(gradient, measured):
    """This is the size of the difference. Is it large or small? That depends on how large the gradient is."""
    return np.linalg.norm(gradient - measured)


@compared("divided by one of the two")
def _(gradient, measured):
    """Relative to the measured gradient alone: that is a good number, too, but another one. In the formula both lengths
    are in the denominator."""
    return np.linalg.norm(gradient - measured) / np.linalg.norm(measured)


@compared("divided by the other one")
def _(gradient, measured):
    """Relative to the gradient that is to be checked: if that is much too large, the error looks harmless. In the formula
    both lengths are in the denominator."""
    return np.linalg.norm(gradient - measured) / np.linalg.norm(gradient)


@compared("divided by the length of the sum")
def _(gradient, measured):
    """In the denominator two lengths are added. Yours is the length of the sum, which is 0 for a gradient that is turned
    round."""
    return np.linalg.norm(gradient - measured) / np.linalg.norm(gradient + measured)


@compared("the largest error of one element")
def _(gradient, measured):
    """This is the error of each element, and then the largest. The formula takes lengths of whole vectors."""
    return np.max(np.abs(gradient - measured) / (np.abs(gradient) + np.abs(measured)))


@compared("lengths that are squared")
def _(gradient, measured):
    """The sum of the squares is the length squared. A root is missing, three times."""
    return ((gradient - measured) ** 2).sum() / ((gradient**2).sum() + (measured**2).sum())


@compared("sums of absolute values")
def _(gradient, measured):
    """You added absolute values. The length of a vector is the root of a sum of squares."""
    return np.abs(gradient - measured).sum() / (np.abs(gradient).sum() + np.abs(measured).sum())


@compared("the difference of the lengths")
def _(gradient, measured):
    """Two vectors can have the same length and point in different directions. Subtract first, then take the length."""
    sizes = np.linalg.norm(gradient), np.linalg.norm(measured)
    return abs(sizes[0] - sizes[1]) / sum(sizes)


ANY_QUOTIENT = {one.name for one in CHECK_GRADIENT.misconceptions}

_TOO_MANY_TIMES = "Yours is too large by a whole number. What is in the denominator, beside h?"

by(
    CHECK_GRADIENT,
    "to one side only",
    FORWARD,
    "This is a forward difference. Its error shrinks with h, that of the central one with h².",
)
by(
    CHECK_GRADIENT,
    "to the other side only",
    {0: 1, -1: -1},
    "This is a backward difference. Its error shrinks with h, that of the central one with h².",
)
by(
    CHECK_GRADIENT,
    "twice too large",
    {1: 1, -1: -1},
    "How far apart are the two places at which you asked for the loss?",
)


@CHECK_GRADIENT.wrong("the steps pile up")
def _(J, theta, gradient, h):
    """Parameter 0 is right, the others are a little off: when you came to them, those before had not been put back."""
    theta, measured = theta.copy(), np.zeros(theta.size)
    for i in range(theta.size):
        theta[i] += h
        there = J(theta)
        theta[i] -= 2 * h
        measured[i] = (there - J(theta)) / (2 * h)
    return measured, relative(gradient, measured)


for other in (lambda h: 1e-5, lambda h: 1e-6, lambda h: h / 2, lambda h: 2 * h):

    @CHECK_GRADIENT.wrong("another step than the given h")
    def _(J, theta, gradient, h, other=other):
        """This is the quotient for another step than the given h. Use h as it is, even if another would be more exact."""
        return check_gradient(J, theta, gradient, other(h))


def _measured_by(weights, step, distances):
    """Return the variant that measures by another quotient."""
    return CHECK_GRADIENT.but(
        given={"weights": weights},
        solution=check_by,
        hints=(_ONE_AFTER_THE_OTHER, _A_STEP.format(step), _THREE_LENGTHS.format(distances)),
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
    Path(__file__).parent / "variants",
)
