"""Exercises of notebook 01."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gdlab.exercises import other_losses
from gdlab.exercises.kinds import FunctionExercise, Misconception
from gdlab.exercises.old_family import OldFamily as Family
from gdlab.exercises.other_losses import HALF_SQUARE, OtherLoss


def update(weight, bias, learning_rate, actual, predicted, input):
    error = actual - predicted
    return weight + learning_rate * error * input, bias + learning_rate * error


def gradient(w, b, x, y):
    residual = w * x + b - y
    return np.mean(residual * x), np.mean(residual)


def quartic_gradient(w, b, x, y):
    e = w * x + b - y
    return np.mean(e**3 * x), np.mean(e**3)


def log_cosh_gradient(w, b, x, y):
    e = w * x + b - y
    return np.mean(np.tanh(e) * x), np.mean(np.tanh(e))


def huber_gradient(w, b, x, y):
    slope = np.clip(w * x + b - y, -0.5, 0.5)
    return np.mean(slope * x), np.mean(slope)


def rounded_gradient(w, b, x, y):
    e = w * x + b - y
    slope = e / np.sqrt(1 + e**2)
    return np.mean(slope * x), np.mean(slope)


def lopsided_gradient(w, b, x, y):
    e = w * x + b - y
    slope = np.where(e >= 0, e, 3 * e)
    return np.mean(slope * x), np.mean(slope)


def largest_stable_rate(x):
    hessian = np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])
    return 2 / np.linalg.eigvalsh(hessian).max()


def _one_update(rng):
    weight, bias, actual, predicted, input = (float(v) for v in rng.normal(0, 2, 5))
    return weight, bias, float(rng.uniform(0.01, 0.5)), actual, predicted, input


def _line(rng):
    n = int(rng.integers(3, 6))
    return float(rng.normal()), float(rng.normal()), rng.normal(0.5, 1.5, n), rng.normal(1, 2, n)


def _inputs_only(rng):
    near, spread = rng.choice([(0.4, 0.4), (1.2, 1.5)])  # the mean of the squares on both sides of 1
    return (rng.normal(near, spread, int(rng.integers(4, 7))),)


def _rate_for(hessian, pick=np.max, top=2.0):
    return top / pick(np.linalg.eigvalsh(hessian))


def _hessian(x):
    return np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])


_LOSSES: tuple[tuple[OtherLoss, Callable[..., Any]], ...] = (
    (HALF_SQUARE, gradient),
    (other_losses.QUARTIC, quartic_gradient),
    (other_losses.LOG_COSH, log_cosh_gradient),
    (other_losses.HUBER, huber_gradient),
    (other_losses.ROUNDED, rounded_gradient),
    (other_losses.LOPSIDED, lopsided_gradient),
)
"""The losses whose gradient can be asked for, each with the solution."""


def _with_slope(slope, scale=1.0, average=np.mean):
    """Return the gradient of a mean of losses with this derivative, times a number, or another average of them."""

    def wrong(w, b, x, y):
        one = scale * slope(w * x + b - y)
        return average(one * x), average(one)

    return wrong


def _of_half_square():
    """The wrong answers that only ½ e² suggests."""
    return (
        Misconception(
            "twice too large",
            _with_slope(lambda e: e, scale=2),
            "The exponent 2 came down. What did the ½ in front of this loss do?",
        ),
        Misconception(
            "half as large",
            _with_slope(lambda e: e, scale=0.5),
            "The ½ is still there. What comes down from the exponent of a square?",
        ),
    )


def _of_another(loss):
    """The wrong answers that another loss suggests."""
    return (
        *(Misconception(name, _with_slope(slope), thought) for name, slope, thought in loss.wrong),
        Misconception(
            "the gradient of J",
            gradient,
            "This is the gradient of `J`, the mean of ½ e². `K` is made of another loss: what is the derivative of that by e?",
        ),
        Misconception(
            "the loss is not derived",
            _with_slope(loss.value),
            "You multiplied by the loss itself. Wanted is how steep it is.",
        ),
        Misconception(
            "a factor too much",
            _with_slope(loss.slope, scale=-0.1),
            "Yours is a fixed multiple of the gradient. A learning rate, say, belongs to the step that one takes along it.",
            up_to="a factor",
        ),
    )


def _line_gradient(slug, member):
    loss, solution = member
    published = loss is HALF_SQUARE
    J = "J" if published else "K"
    first, second = (
        (
            "`½ (w x + b − y)²`. Derive it",
            "The outer derivative of `½ e²` is `e`.",
        )
        if published
        else ("ℓ(e), with e = w x + b − y. Derive it", f"The outer derivative is ℓ′(e): {loss.hint}")
    )
    return FunctionExercise(
        slug=slug,
        title="The gradient of the loss" if published else "The gradient of another loss",
        points=3,
        solution=solution,
        inputs=_line,
        parts=(f"∂{J}/∂w", f"∂{J}/∂b"),
        hints=(
            f"Begin with one sample: {first} by `w`, with the chain rule: outer times inner derivative.",
            f"{second} The inner derivative of `w x + b − y` by `w` is `x`, and by `b` it is 1.",
            f"`{J}` is the mean over the samples, so each derivative is the mean of what one sample gives: `np.mean`.",
        ),
        misconceptions=(
            Misconception(
                "the sign is turned round",
                _with_slope(loss.slope, scale=-1),
                "This is the direction of the *update*. The gradient points uphill, to a larger loss; gradient descent "
                "subtracts it. Where does the inner derivative of `y − (w x + b)` change the sign?",
            ),
            Misconception(
                "the two are swapped",
                lambda w, b, x, y: solution(w, b, x, y)[::-1],
                "Both values are right, in the other order: first by `w`, then by `b`.",
            ),
            *(_of_half_square() if published else _of_another(loss)),
            Misconception(
                "the sum, not the mean",
                _with_slope(loss.slope, average=np.sum),
                f"Yours grows with the number of samples. `{J}` is a mean, and so is its derivative.",
            ),
            Misconception(
                "the sum, with the sign turned round",
                _with_slope(loss.slope, scale=-1, average=np.sum),
                f"Two things: `{J}` is a mean over the samples, not a sum; and the gradient points uphill.",
            ),
            Misconception(
                "the input is missing",
                lambda w, b, x, y: (solution(w, b, x, y)[1], None),
                "The inner derivative of `w x + b − y` by `w` was left out. How much does a prediction move when `w` moves?",
            ),
            Misconception(
                "the input does not belong here",
                lambda w, b, x, y: (None, solution(w, b, x, y)[0]),
                "How much does a prediction `w x + b` move when `b` moves? Not by `x`.",
            ),
            Misconception(
                "means multiplied",
                lambda w, b, x, y: (solution(w, b, x, y)[1] * np.mean(x), None),
                "The mean of a product is not the product of the means. Multiply sample by sample, then take the mean.",
            ),
        ),
    )


def _line_gradient_told(member):
    loss, _ = member
    if loss is HALF_SQUARE:
        return (
            "## Exercise: derive the gradient\n\nDerive $J$ by $w$ and by $b$ on paper. Then write both",
            "Return ∂J/∂w and ∂J/∂b of J = mean of ½ (w x + b − y)²; x and y have",
            "Derive your gradient once more to get $H$;",
        )
    return (
        "## Exercise: derive the gradient of another loss\n\nThere are other losses than ½ squared error. Take\n\n"
        rf"$$K(w, b) = \frac1n \sum_{{i=1}}^{{n}} \ell(w\,x_i + b - y_i), \qquad \ell(e) = {loss.formula}.$$"
        f"\n\n{loss.words} (After the exercise we go on with $J$.)\n\nDerive $K$ by $w$ and by $b$ on paper. Then write both",
        "Return ∂K/∂w and ∂K/∂b of K, the mean of ℓ(w x + b − y); x and y have",
        "Derive $J$ twice to get $H$;",
    )


LINE_GRADIENT = Family(
    name="line-gradient",
    slug="line-gradient",
    members=_LOSSES,
    make=_line_gradient,
    passages=_line_gradient_told,
    about=lambda member: member[0].name,
)

EXERCISES = (
    FunctionExercise(
        slug="short-rule",
        title="The short rule",
        points=2,
        solution=update,
        inputs=_one_update,
        parts=("new weight", "new bias"),
        hints=(
            "The formula stands at the top of this notebook: weight + learning rate × (actual − predicted) × input.",
            "The bias is a weight like any other, whose input never changes. Which number is it always fed with?",
            "The bias is fed with 1, so its update is the same without the last factor.",
        ),
        misconceptions=(
            Misconception(
                "the error is turned round",
                lambda w, b, r, y, p, x: (w - r * (y - p) * x, b - r * (y - p)),
                "You subtract actual from predicted. Try a prediction that is too low, with input 1: does your weight "
                "grow?",
            ),
            Misconception(
                "the change, not the new value",
                lambda w, b, r, y, p, x: (r * (y - p) * x, r * (y - p)),
                "You return how much to add. What is asked for is the value after adding it.",
            ),
            Misconception(
                "the learning rate is missing",
                lambda w, b, r, y, p, x: (w + (y - p) * x, b + (y - p)),
                "Your step is as long as the whole error. The learning rate decides which part of it is taken.",
            ),
            Misconception(
                "the input is missing",
                lambda w, b, r, y, p, x: (w + r * (y - p), None),
                "Your weight moves as far when its input is 0, and had no say, as when it is large. And which way does it "
                "move when the input is negative?",
            ),
            Misconception(
                "the bias stays as it was",
                lambda w, b, r, y, p, x: (None, b),
                "The bias learns, too. It is a weight; which input is it always fed with?",
            ),
            Misconception(
                "weight and bias are swapped",
                lambda w, b, r, y, p, x: update(w, b, r, y, p, x)[::-1],
                "Both values are right, in the other order: first the weight, then the bias.",
            ),
            Misconception(
                "the weight stands where the input belongs",
                lambda w, b, r, y, p, x: (w + r * (y - p) * w, b + r * (y - p) * b),
                "The last factor says how much this weight had to do with the prediction: that is what it was multiplied by.",
            ),
            Misconception(
                "the error is squared",
                lambda w, b, r, y, p, x: (w + r * (y - p) ** 2 * x, b + r * (y - p) ** 2),
                "A square has no sign, so your weight moves the same way whether the prediction was too low or too high.",
            ),
            Misconception(
                "the bias is given the input",
                lambda w, b, r, y, p, x: (None, b + r * (y - p) * x),
                "The bias adds the same amount to every prediction, whatever the input is. So which input does it have?",
            ),
        ),
    ),
    LINE_GRADIENT.published,
    FunctionExercise(
        slug="stable-rate",
        title="The largest stable learning rate",
        points=3,
        solution=largest_stable_rate,
        inputs=_inputs_only,
        parts=("learning rate",),
        hints=(
            "The loss is a bowl, and how sharply it bends does not depend on where you stand. Which matrix holds the second "
            "derivatives of `J` by `w` and `b`?",
            "Derive `mean((w x + b − y) x)` and `mean(w x + b − y)` once more, by `w` and by `b`: the four entries are "
            "`mean(x²)`, `mean(x)`, `mean(x)` and 1.",
            "Along the direction in which the bowl bends most, the curvature is the largest eigenvalue λ of this matrix "
            "(`np.linalg.eigvalsh`). A step multiplies the distance to the bottom by `1 − rate · λ`: when is that smaller "
            "than 1 in size?",
        ),
        misconceptions=(
            Misconception(
                "half of it",
                lambda x: _rate_for(_hessian(x), top=1.0),
                "With your rate the sharpest direction arrives in one step. A larger one jumps past the bottom; how far may "
                "it land on the other side and still be nearer than before?",
            ),
            Misconception(
                "the flattest direction",
                lambda x: _rate_for(_hessian(x), pick=np.min),
                "You took the smallest curvature. The walk is only as stable as in the direction where the bowl bends most.",
            ),
            Misconception(
                "the sum, not the mean",
                lambda x: _rate_for(len(x) * _hessian(x)),
                "Yours shrinks as samples are added, even if they are copies of the same ones. The loss here is a mean.",
            ),
            Misconception(
                "the bias was forgotten",
                lambda x: 2 / np.mean(x**2),
                "This is the limit for a line through the origin. Here `b` moves too, and when the inputs are not centred the "
                "two move the predictions together.",
            ),
            Misconception(
                "the mixed derivative is missing",
                lambda x: 2 / max(np.mean(x**2), 1.0),
                "You have the bend along `w` and the bend along `b`. But when `w` moves, the slope by `b` changes, too: what "
                "is the derivative of ∂J/∂b by `w`?",
            ),
            Misconception(
                "the curvature itself",
                lambda x: np.linalg.eigvalsh(_hessian(x)).max(),
                "This is how sharply the bowl bends. The sharper it bends, the smaller the learning rate has to be.",
            ),
            Misconception(
                "the penguins’ limit",
                lambda x: 1.0058,
                "That is the limit for the penguins. The function is to find it for any inputs `x`.",
            ),
            Misconception(
                "the inputs were centred",
                lambda x: 2 / max(np.var(x), 1.0),
                "The covariance of `x` leaves out its mean. That is right for centred inputs; these are not, so the entries "
                "off the diagonal are not 0.",
            ),
            Misconception(
                "the loss without its ½",
                lambda x: 1 / np.linalg.eigvalsh(2 * _hessian(x)).max(),
                "This is a quarter of what is right: once the ½ of this loss is missing, and once the 2 of the limit.",
            ),
            Misconception(
                "both curvatures added",
                lambda x: 2 / np.trace(_hessian(x)),
                "The trace is the sum of both eigenvalues, so your rate is safe but not the largest.",
            ),
        ),
    ),
)

FAMILIES = (LINE_GRADIENT,)
