"""The exercise of notebook 07 on checking a gradient; `other_quotients` has its variants.

Each quotient is a sum of losses along one parameter, divided by h. So a quotient is written as a weight for each place,
counted in steps of h from θ.
"""

import numpy as np

from gdlab.exercises.function_exercise import FunctionExercise

CENTRAL = {1: 1 / 2, -1: -1 / 2}
FORWARD = {1: 1, 0: -1}
FIVE_POINTS = {1: 8 / 12, -1: -8 / 12, 2: -1 / 12, -2: 1 / 12}


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


ONE_AFTER_THE_OTHER = "One parameter after the other: move that one only, and leave all others where they are."
A_STEP = (
    "A vector of zeros with `h` in place `i` is such a step. It can be added to `theta`{}, and `theta` stays as it was."
)
THREE_LENGTHS = (
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
        ONE_AFTER_THE_OTHER,
        A_STEP.format(" and subtracted from it"),
        THREE_LENGTHS.format("The two places are 2h apart."),
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
    """Where the loss rises to the right, the derivative is positive. Which values do you subtract?"""
    return check_by(J, theta, gradient, h, weights={place: -weight for place, weight in weights.items()})


@CHECK_GRADIENT.wrong("all parameters moved at once")
def _(J, theta, gradient, h, *, weights):
    """`theta + h` moves every parameter. You get the sum of all derivatives, in every place. Move one at a time."""
    measured = np.full(theta.size, all_at_once(J, theta, h, weights))
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("one number for all parameters")
def _(J, theta, gradient, h, *, weights):
    """`theta + h` moves every parameter, and you get one number, the sum of all derivatives. Move one parameter at a time."""
    measured = all_at_once(J, theta, h, weights)
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("only the last parameter is measured")
def _(J, theta, gradient, h, *, weights):
    """Only one of your derivatives is not 0. Is the array of zeros made anew in each turn of the loop?"""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * (np.arange(theta.size) == theta.size - 1)
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("only the first parameter is measured")
def _(J, theta, gradient, h, *, weights):
    """Only the first of your derivatives is not 0. Is the `return` inside the loop?"""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * (np.arange(theta.size) == 0)
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("off by h²")
def _(J, theta, gradient, h, *, weights):
    """Each of your derivatives is multiplied by h where it should be divided by it: what does `/ 2 * h` compute?"""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * h**2
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("not divided by h")
def _(J, theta, gradient, h, *, weights):
    """You have how much the loss changes. A derivative is that for each unit of the way."""
    measured = check_by(J, theta, gradient, h, weights=weights)[0] * h
    return measured, relative(gradient, measured)


@CHECK_GRADIENT.wrong("returned in the other order")
def _(J, theta, gradient, h, *, weights):
    """First the measured gradient, then the relative error: you return them the other way round."""
    return check_by(J, theta, gradient, h, weights=weights)[::-1]


@CHECK_GRADIENT.wrong("all derivatives are 0", plain=True)
def _(J, theta, gradient, h):
    """All derivatives are 0. Are the two places the same array? `there = theta` makes no copy, only a second name. Or did you
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
