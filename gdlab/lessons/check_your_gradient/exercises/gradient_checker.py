"""The exercise of notebook 07 on checking a gradient, and its variants."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.kinds import FunctionExercise, Misconception


def check_gradient(J, theta, gradient, h):
    measured = np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        measured[i] = (J(theta + step) - J(theta - step)) / (2 * h)
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def check_by_forward_differences(J, theta, gradient, h):
    here, measured = J(theta), np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        measured[i] = (J(theta + step) - here) / h
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def check_by_five_points(J, theta, gradient, h):
    measured = np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        near, far = J(theta + step) - J(theta - step), J(theta + 2 * step) - J(theta - 2 * step)
        measured[i] = (8 * near - far) / (12 * h)
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def check_to_one_side(J, theta, gradient, h):
    here, measured = J(theta), np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        measured[i] = (4 * J(theta + step) - J(theta + 2 * step) - 3 * here) / (2 * h)
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def check_by_two_steps(J, theta, gradient, h):
    measured = np.zeros(theta.size)
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = h
        whole = (J(theta + step) - J(theta - step)) / (2 * h)
        half = (J(theta + step / 2) - J(theta - step / 2)) / h
        measured[i] = (4 * half - whole) / 3
    sizes = np.linalg.norm(gradient) + np.linalg.norm(measured)
    return measured, np.linalg.norm(gradient - measured) / sizes


def _function_and_wrong_gradient(rng, shortest=2e-3, longest=1e-2):
    p = int(rng.integers(3, 6))
    A, a, b = rng.normal(0, 1, (p, p)), rng.normal(0, 1, p), rng.uniform(0.5, 1.5, p)
    A = A + A.T

    def J(theta):
        return float(theta @ A @ theta / 2 + a @ np.sin(b * theta))

    theta = rng.normal(0, 1, p)
    gradient = A @ theta + a * b * np.cos(b * theta) + rng.normal(0, 0.5, p)
    return J, theta, gradient, float(rng.uniform(shortest, longest))


def _with_a_long_step(rng):
    """Draw the same with steps so long that no two quotients give the same."""
    return _function_and_wrong_gradient(rng, 0.05, 0.2)


def _relative(gradient, measured):
    return np.linalg.norm(gradient - measured) / (np.linalg.norm(gradient) + np.linalg.norm(measured))


def _measured_by(quotient):
    """Measure each slope by another quotient, given (J, θ, step, h); the relative error follows from it."""

    def wrong(J, theta, gradient, h):
        measured = np.array([quotient(J, theta, step, h) for step in h * np.eye(theta.size)])
        return measured, _relative(gradient, measured)

    return wrong


def _at_once(quotient):
    """Shift all parameters by h, and take the one number that this gives for the whole gradient."""

    def wrong(J, theta, gradient, h):
        slope = quotient(J, theta, np.full(theta.size, h), h)
        return slope, _relative(gradient, slope)

    return wrong


def _steps_kept(J, theta, gradient, h):
    theta, measured = theta.copy(), np.zeros(theta.size)
    for i in range(theta.size):
        theta[i] += h
        there = J(theta)
        theta[i] -= 2 * h
        measured[i] = (there - J(theta)) / (2 * h)
    return measured, _relative(gradient, measured)


def _compared_by(number, solution):
    """Compare gradient and measurement by another number than the relative error."""

    def wrong(J, theta, gradient, h):
        measured, _ = solution(J, theta, gradient, h)
        return None, number(gradient, measured)

    return wrong


def _central(J, theta, step, h):
    return (J(theta + step) - J(theta - step)) / (2 * h)


def _forward(J, theta, step, h):
    return (J(theta + step) - J(theta)) / h


def _half(J, theta, step, h):
    return _central(J, theta, step / 2, h / 2)


def _five_points(J, theta, step, h, near=8, far=-1):
    sums = near * (J(theta + step) - J(theta - step)) + far * (J(theta + 2 * step) - J(theta - 2 * step))
    return sums / (12 * h)


def _one_side(J, theta, step, h):
    return (-3 * J(theta) + 4 * J(theta + step) - J(theta + 2 * step)) / (2 * h)


def _two_steps(J, theta, step, h):
    return (4 * _half(J, theta, step, h) - _central(J, theta, step, h)) / 3


@dataclass(frozen=True)
class _Quotient:
    """A way to measure a slope: `own` are the wrong quotients that only it suggests, by name and with a thought."""

    name: str
    told: str
    solution: Callable[..., Any]
    quotient: Callable[..., Any]
    divisor: str
    last_hint: str
    own: tuple[tuple[str, Callable[..., Any], str], ...]
    to_one_side: bool = False


_QUOTIENTS = (
    _Quotient(
        "central differences",
        "Return the gradient measured by central differences, and",
        check_gradient,
        _central,
        "2",
        "The two places are 2h apart. For",
        (
            (
                "to one side only",
                _forward,
                "This is a forward difference. Its error shrinks with h, that of the central one with h².",
            ),
            (
                "twice too large",
                lambda *a: 2 * _central(*a),
                "How far apart are the two places at which you asked for the loss?",
            ),
        ),
    ),
    _Quotient(
        "forward differences",
        "Central differences ask for two losses for each parameter. If a loss takes long, one makes do with forward differences, "
        "which all begin at the same place. Return the gradient measured by forward differences, and",
        check_by_forward_differences,
        _forward,
        "",
        "The loss at `theta` itself is needed once, for all parameters. For",
        (
            (
                "to both sides",
                _central,
                "These are central differences. Forward differences go to one side only, and need fewer losses.",
            ),
            (
                "to the other side",
                lambda J, theta, step, h: (J(theta) - J(theta - step)) / h,
                "You stepped back. A forward difference takes the place *ahead*, at θ + h.",
            ),
            (
                "half as large",
                lambda *a: _forward(*a) / 2,
                "How far apart are the two places at which you asked for the loss?",
            ),
            (
                "two steps long",
                lambda J, theta, step, h: _forward(J, theta, 2 * step, 2 * h),
                "The places that you compare are 2h apart. A forward difference with step h takes two that are h apart.",
            ),
        ),
        to_one_side=True,
    ),
    _Quotient(
        "the five-point rule",
        "There are better quotients than the central one. The *five-point rule*, for each parameter,\n\n"
        r"$$\frac{J(\theta - 2h) - 8\,J(\theta - h) + 8\,J(\theta + h) - J(\theta + 2h)}{12\,h},$$"
        "\n\nhas an error that shrinks with $h^4$. Return the gradient measured by it, and",
        check_by_five_points,
        _five_points,
        "12",
        "Four losses are needed for each parameter, two on either side. For",
        (
            (
                "the central difference",
                _central,
                "This is the central difference. The rule that is asked for takes four losses for each parameter.",
            ),
            (
                "the weights are exchanged",
                lambda *a: _five_points(*a, near=-1, far=8),
                "Which losses count eightfold in the formula: the two near ones, or the two far ones?",
            ),
            (
                "all signs of one side are alike",
                lambda *a: _five_points(*a, far=1),
                "Look at the signs. The far losses have not the same sign as the near ones on the same side.",
            ),
            (
                "the 12 is missing",
                lambda *a: 12 * _five_points(*a),
                "Yours is too large by a whole number. What stands below the line, beside h?",
            ),
        ),
    ),
    _Quotient(
        "three points to one side",
        "Sometimes a parameter can be moved to one side only, since the loss does not exist on the other. Then\n\n"
        r"$$\frac{-3\,J(\theta) + 4\,J(\theta + h) - J(\theta + 2h)}{2\,h},$$"
        "\n\nfor each parameter, still has an error that shrinks with $h^2$. Return the gradient measured by it, and",
        check_to_one_side,
        _one_side,
        "2",
        "The loss at `theta` itself is needed once, and for each parameter two more, at steps h and 2h. For",
        (
            (
                "to both sides",
                _central,
                "This is the central difference, which goes to both sides. Here one side is not allowed.",
            ),
            (
                "two points only",
                _forward,
                "This is the forward difference, whose error shrinks with h. The formula takes a third place, at θ + 2h.",
            ),
            (
                "to the other side",
                lambda J, theta, step, h: -_one_side(J, theta, -step, h),
                "You stepped back, and turned the signs round. In the formula all places are at θ or ahead of it.",
            ),
            (
                "twice too large",
                lambda *a: 2 * _one_side(*a),
                "Yours is too large by a whole number. What stands below the line, beside h?",
            ),
        ),
        to_one_side=True,
    ),
    _Quotient(
        "two central differences",
        "Two central differences are better than one. If $C(h)$ is the central difference with the step $h$, then\n\n"
        r"$$\frac{4\,C(h/2) - C(h)}{3}$$"
        "\n\nhas an error that shrinks with $h^4$. Return the gradient measured in this way, and",
        check_by_two_steps,
        _two_steps,
        "2",
        "Two places are 2h apart, and the other two h: divide each difference by its own distance. For",
        (
            (
                "one central difference",
                _central,
                "This is C(h). The formula asks for a second one, with half the step.",
            ),
            (
                "only the short step",
                _half,
                "This is C(h/2). It is better than C(h), and the formula improves on it once more.",
            ),
            (
                "the weights are exchanged",
                lambda *a: (4 * _central(*a) - _half(*a)) / 3,
                "Which of the two is the better one, and which counts fourfold in the formula?",
            ),
            (
                "the mean of both",
                lambda *a: (_half(*a) + _central(*a)) / 2,
                "A mean lies between the two. The formula goes beyond the better one, away from the other.",
            ),
            (
                "the 3 is missing",
                lambda *a: 3 * _two_steps(*a),
                "If both central differences were exact, what would yours give? A number of times too much.",
            ),
            (
                "the same divisor for both",
                lambda *a: (2 * _half(*a) - _central(*a)) / 3,
                "C(h/2) is a central difference with another step. How far apart are its two places?",
            ),
        ),
    ),
)


def _check_gradient(slug, way):
    quotient, solution = way.quotient, way.solution
    published = way is _QUOTIENTS[0]
    backwards_too = "" if way.to_one_side else " and subtracted from it"
    backwards = Misconception(
        "turned round",
        _measured_by(lambda *a: -quotient(*a)),
        "Where the loss rises to the right, the slope is positive. Which of the two values do you subtract?"
        if published
        else "Where the loss rises to the right, the slope is positive. Which values do you subtract?",
    )
    off_by_h2 = Misconception(
        "off by h²",
        _measured_by(lambda J, theta, step, h: quotient(J, theta, step, h) * h**2),
        f"Off by h²: what does `/ {way.divisor} * h` compute?",
    )
    piled_up = Misconception(
        "the steps pile up",
        _steps_kept,
        "Parameter 0 is right, the others are a little off: when you came to them, those before had not been put back.",
    )
    return FunctionExercise(
        slug=slug,
        title="Write the checker",
        points=4,
        solution=solution,
        inputs=_function_and_wrong_gradient if published else _with_a_long_step,
        parts=("measured gradient", "relative error"),
        truth=lambda J, theta, gradient, h: check_by_five_points(J, theta, gradient, 1e-3),
        hints=(
            "One parameter after the other: move that one only, and leave all others where they are.",
            f"A vector of zeros with `h` in place `i` is such a step. It can be added to `theta`{backwards_too}, and `theta` "
            "stays as it was.",
            f"{way.last_hint} the second part, `np.linalg.norm` gives the length of a vector; it takes three of them: "
            "of the difference, and of each vector alone.",
        ),
        misconceptions=(
            *(Misconception(name, _measured_by(wrong), thought) for name, wrong, thought in way.own),
            backwards,
            Misconception(
                "all parameters moved at once",
                _measured_by(lambda J, theta, step, h: quotient(J, theta, np.full(theta.size, h), h)),
                "`theta + h` moves every parameter. You get the sum of all slopes, in every place. Move one at a time.",
            ),
            Misconception(
                "one number for all parameters",
                _at_once(quotient),
                "`theta + h` moves every parameter, and you get one number, the sum of all slopes. Move one parameter at a time.",
            ),
            *((off_by_h2,) if way.divisor else ()),
            Misconception(
                "returned in the other order",
                lambda *arguments: solution(*arguments)[::-1],
                "First the measured gradient, then the relative error: you return them the other way round.",
            ),
            *((piled_up,) if published else ()),
            Misconception(
                "all slopes are 0",
                _measured_by(lambda J, theta, step, h: 0.0),
                "All slopes are 0. Are the two places the same array? `there = theta` makes no copy, only a second name. Or did "
                "you use an imaginary step? This J turns its result into a float, which throws the imaginary part away without "
                "a word.",
                plain=True,
            ),
            *(
                Misconception(
                    "another step than the given h",
                    _measured_by(
                        lambda J, theta, step, h, other=other: quotient(J, theta, step / h * other(h), other(h))
                    ),
                    "This is the quotient for another step than the given h. Use h as it is, even if another would be more exact.",
                )
                for other in (lambda h: 1e-5, lambda h: 1e-6, lambda h: h / 2)
                if published
            ),
            Misconception(
                "not relative",
                _compared_by(lambda g, m: np.linalg.norm(g - m), solution),
                "This is the size of the difference. Is it large or small? That depends on how large the gradient is.",
            ),
            Misconception(
                "divided by one of the two",
                _compared_by(lambda g, m: np.linalg.norm(g - m) / np.linalg.norm(m), solution),
                "Relative to the measured gradient alone: that is a good number, too, but another one. In the formula both lengths "
                "stand below.",
            ),
            Misconception(
                "divided by the other one",
                _compared_by(lambda g, m: np.linalg.norm(g - m) / np.linalg.norm(g), solution),
                "Relative to the gradient that is to be checked: if that is much too large, the error looks harmless. In the formula "
                "both lengths stand below.",
            ),
            Misconception(
                "divided by the length of the sum",
                _compared_by(lambda g, m: np.linalg.norm(g - m) / np.linalg.norm(g + m), solution),
                "Below the line stand two lengths that are added, not the length of the sum. For a gradient that is turned round "
                "the sum is 0.",
            ),
            Misconception(
                "the largest error of one element",
                _compared_by(lambda g, m: np.max(np.abs(g - m) / (np.abs(g) + np.abs(m))), solution),
                "This is the error of each element, and then the largest. The formula takes lengths of whole vectors.",
            ),
            Misconception(
                "lengths that are squared",
                _compared_by(lambda g, m: ((g - m) ** 2).sum() / ((g**2).sum() + (m**2).sum()), solution),
                "The sum of the squares is the length squared. A root is missing, three times.",
            ),
            Misconception(
                "sums of absolute values",
                _compared_by(lambda g, m: np.abs(g - m).sum() / (np.abs(g).sum() + np.abs(m).sum()), solution),
                "You added absolute values. The length of a vector is the root of a sum of squares.",
            ),
            Misconception(
                "the difference of the lengths",
                _compared_by(
                    lambda g, m: abs(np.linalg.norm(g) - np.linalg.norm(m)) / (np.linalg.norm(g) + np.linalg.norm(m)),
                    solution,
                ),
                "Two vectors can have the same length and point in different directions. Subtract first, then take the length.",
            ),
        ),
    )


CHECK_GRADIENT = Family(
    _check_gradient("check-gradient", _QUOTIENTS[0]),
    {f"measured by {way.name}": _check_gradient("check-gradient", way) for way in _QUOTIENTS[1:]},
    Path(__file__).parent / "variants",
)
