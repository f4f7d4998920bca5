"""Exercises of notebook 01."""

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.losses import absolute_error, huber, squared_error


def update(weight, bias, learning_rate, actual, predicted, input):
    error = actual - predicted
    return weight + learning_rate * error * input, bias + learning_rate * error


def _one_update(rng):
    weight, bias, actual, input = (float(v) for v in rng.normal(0, 2, 4))
    return weight, bias, float(rng.uniform(0.01, 0.5)), actual, weight * input + bias, input


SHORT_RULE = FunctionExercise(
    slug="short-rule",
    title="The short rule",
    points=2,
    why_one="the rule is the subject",
    solution=update,
    inputs=_one_update,
    parts=("new weight", "new bias"),
    hints=(
        "The formula is at the top of this notebook: weight + learning rate × (actual − predicted) × input.",
        "The bias is a weight like any other, whose input never changes. Which number is it always fed with?",
        "The bias is fed with 1, so its update is the same without the last factor.",
    ),
    consequence="These two lines are the whole rule. For a linear unit they are gradient descent.",
)


@SHORT_RULE.wrong("the error is turned round")
def _(weight, bias, learning_rate, actual, predicted, input):
    """You subtract actual from predicted. Try a prediction that is too low, with input 1: does your weight grow?"""
    error = predicted - actual
    return weight + learning_rate * error * input, bias + learning_rate * error


@SHORT_RULE.wrong("the change, not the new value")
def _(weight, bias, learning_rate, actual, predicted, input):
    """You return how much to add. What is asked for is the value after adding it."""
    return learning_rate * (actual - predicted) * input, learning_rate * (actual - predicted)


@SHORT_RULE.wrong("the learning rate is missing")
def _(weight, bias, learning_rate, actual, predicted, input):
    """Your step is as long as the whole error. The learning rate decides which part of it is taken."""
    return weight + (actual - predicted) * input, bias + (actual - predicted)


@SHORT_RULE.wrong("the input is missing")
def _(weight, bias, learning_rate, actual, predicted, input):
    """Your weight moves as far when its input is 0, and did not contribute, as when it is large. And which way does it
    move when the input is negative?"""
    return weight + learning_rate * (actual - predicted), None


@SHORT_RULE.wrong("the bias stays as it was", plain=True)
def _(weight, bias, learning_rate, actual, predicted, input):
    """The bias learns, too. It is a weight; which input is it always fed with?"""
    return None, bias


@SHORT_RULE.wrong("multiplied, not added")
def _(weight, bias, learning_rate, actual, predicted, input):
    """You multiply the old value by the step. A step is added: from where you are, so much further."""
    return weight * learning_rate * (actual - predicted) * input, bias * learning_rate * (actual - predicted)


for factor in (2, 1 / 2):

    @SHORT_RULE.wrong("steps of another length")
    def _(weight, bias, learning_rate, actual, predicted, input, factor=factor):
        """There is a factor 2 or ½ in your steps. It may come with the derivative of a square; the rule as it is written here
        has none."""
        return update(weight, bias, factor * learning_rate, actual, predicted, input)


@SHORT_RULE.wrong("weight and bias are swapped")
def _(weight, bias, learning_rate, actual, predicted, input):
    """Both values are right, in the other order: first the weight, then the bias."""
    return update(weight, bias, learning_rate, actual, predicted, input)[::-1]


@SHORT_RULE.wrong("the weight where the input belongs")
def _(weight, bias, learning_rate, actual, predicted, input):
    """The last factor says how much this weight had to do with the prediction: that is what it was multiplied by."""
    error = actual - predicted
    return weight + learning_rate * error * weight, bias + learning_rate * error * bias


@SHORT_RULE.wrong("the error is squared")
def _(weight, bias, learning_rate, actual, predicted, input):
    """A square has no sign, so your weight moves the same way whether the prediction was too low or too high."""
    error = (actual - predicted) ** 2
    return weight + learning_rate * error * input, bias + learning_rate * error


@SHORT_RULE.wrong("the bias is given the input")
def _(weight, bias, learning_rate, actual, predicted, input):
    """The bias adds the same amount to every prediction, whatever the input is. So which input does it have?"""
    return None, bias + learning_rate * (actual - predicted) * input


@SHORT_RULE.wrong("the prediction is made again, with the new weight")
def _(weight, bias, learning_rate, actual, predicted, input):
    """You updated the weight first and then predicted again for the bias. Both updates belong to the same prediction."""
    new = weight + learning_rate * (actual - predicted) * input
    return new, bias + learning_rate * (actual - (new * input + bias))


def gradient(w, b, x, y):
    residual = w * x + b - y
    return np.mean(residual * x), np.mean(residual)


def gradient_of(w, b, x, y, *, loss, scale):
    slope = scale * loss.L_prime(w * x + b, y)
    return np.mean(slope * x), np.mean(slope)


def _line(rng):
    n = int(rng.integers(3, 6))
    return float(rng.normal()), float(rng.normal()), rng.normal(0.5, 1.5, n), rng.normal(1, 2, n)


LINE_GRADIENT = FunctionExercise(
    slug="line-gradient",
    title="The gradient for a line",
    points=3,
    given={"loss": squared_error, "scale": 1},
    solution=gradient,
    inputs=_line,
    parts=("∂J/∂w", "∂J/∂b"),
    hints=(
        "One sample's loss is `½ (w x + b − y)²`. Differentiate it with respect to `w`. The chain rule says: outer derivative "
        "times inner derivative.",
        "The outer derivative of `½ e²` is `e`. The inner derivative of `w x + b − y` with respect to `w` is `x`, and with "
        "respect to `b` it is 1.",
        "The loss is the mean over the samples, so each derivative is a mean as well. `np.mean` works element by element: "
        "multiply first, then take the mean.",
    ),
    consequence="Turn its sign, multiply by a learning rate, and you have the short rule, averaged over the samples.",
)


def _means(slope, x):
    """Return the gradient of w and b from the slope of the loss at each sample."""
    return np.mean(slope * x), np.mean(slope)


@LINE_GRADIENT.wrong("the sign is turned round")
def _(w, b, x, y, *, loss, scale):
    """Your numbers belong to actual − predicted. The gradient points uphill: where the prediction is too high, raising `b`
    raises the loss."""
    return _means(-scale * loss.L_prime(w * x + b, y), x)


@LINE_GRADIENT.wrong("the two are swapped")
def _(w, b, x, y, *, loss, scale):
    """Both values are right, in the other order: first with respect to `w`, then with respect to `b`."""
    return gradient_of(w, b, x, y, loss=loss, scale=scale)[::-1]


@LINE_GRADIENT.wrong("twice too large")
def _(w, b, x, y, *, loss, scale):
    """The number in front of the loss has an effect on its derivative. Where is it in yours?"""
    return _means(2 * scale * loss.L_prime(w * x + b, y), x)


@LINE_GRADIENT.wrong("half as large")
def _(w, b, x, y, *, loss, scale):
    """Something comes down from the exponent of a square. Did you leave it out?"""
    return _means(0.5 * scale * loss.L_prime(w * x + b, y), x)


@LINE_GRADIENT.wrong("the loss is not differentiated")
def _(w, b, x, y, *, loss, scale):
    """You multiplied by the loss itself. Wanted is how steep it is."""
    return _means(scale * loss.L(w * x + b, y), x)


@LINE_GRADIENT.wrong("the sum, not the mean")
def _(w, b, x, y, *, loss, scale):
    """Yours grows with the number of samples. The loss is a mean, and so is its derivative."""
    return _means(len(x) * scale * loss.L_prime(w * x + b, y), x)


@LINE_GRADIENT.wrong("the sum, with the sign turned round")
def _(w, b, x, y, *, loss, scale):
    """Two things: the loss is a mean over the samples, not a sum; and the gradient points uphill."""
    return _means(-len(x) * scale * loss.L_prime(w * x + b, y), x)


@LINE_GRADIENT.wrong("the input is missing")
def _(w, b, x, y, *, loss, scale):
    """The inner derivative of `w x + b − y` with respect to `w` was left out. How much does a prediction move when `w`
    moves?"""
    return np.mean(scale * loss.L_prime(w * x + b, y)), None


@LINE_GRADIENT.wrong("the input does not belong here")
def _(w, b, x, y, *, loss, scale):
    """How much does a prediction `w x + b` move when `b` moves? Not by `x`."""
    return None, np.mean(scale * loss.L_prime(w * x + b, y) * x)


@LINE_GRADIENT.wrong("means multiplied")
def _(w, b, x, y, *, loss, scale):
    """The mean of a product is not the product of the means. Multiply sample by sample, then take the mean."""
    return np.mean(scale * loss.L_prime(w * x + b, y)) * np.mean(x), None


@LINE_GRADIENT.wrong("the weight where the input belongs")
def _(w, b, x, y, *, loss, scale):
    """The last factor is how much a prediction moves when `w` does. That depends on what `w` is multiplied by, not on `w`."""
    return np.mean(scale * loss.L_prime(w * x + b, y) * w), None


@LINE_GRADIENT.wrong("the bias times itself")
def _(w, b, x, y, *, loss, scale):
    """The last factor is how much a prediction moves when `b` does: by which number is `b` multiplied?"""
    return None, np.mean(scale * loss.L_prime(w * x + b, y) * b)


@LINE_GRADIENT.wrong("b after the step of w")
def _(w, b, x, y, *, loss, scale):
    """Your derivative with respect to `b` is taken after `w` has moved. Both belong to the same place: first both, then a
    step."""
    dw = np.mean(scale * loss.L_prime(w * x + b, y) * x)
    return None, np.mean(scale * loss.L_prime((w - dw) * x + b, y))


def _of(loss, scale, outer):
    """Return the exercise for another loss."""
    return LINE_GRADIENT.but(
        title="The gradient of another loss",
        given={"loss": loss, "scale": scale},
        solution=gradient_of,
        parts=("∂K/∂w", "∂K/∂b"),
        consequence="",
        hints=(
            "One sample's loss is ℓ(e), with `e = w x + b − y`. Differentiate it with respect to `w`. The chain rule says: "
            "outer derivative times inner derivative.",
            f"The outer derivative is ℓ′(e): {outer} The inner derivative of `w x + b − y` with respect to `w` is `x`, and "
            "with respect to `b` it is 1.",
            LINE_GRADIENT.hints[2],
        ),
    )


_HUBER = "take the two cases apart. In the middle it is a parabola; how steep is a straight line, right and left?"
HUBER = _of(huber, 1, _HUBER)
TWICE_HUBER = _of(huber, 2, _HUBER)
ABSOLUTE = _of(absolute_error, 1, "a straight line on each side. How steep is it, right and left?")
THREE_SQUARES = _of(squared_error, 6, "the exponent comes down. What does the 3 do?")
QUARTER_OF_SQUARES = _of(squared_error, 0.5, "the exponent comes down. What does the ¼ do?")

for other in (HUBER, TWICE_HUBER, ABSOLUTE, THREE_SQUARES, QUARTER_OF_SQUARES):

    @other.wrong("the gradient of J")
    def _(w, b, x, y):
        """This is the gradient of `J`, the mean of ½ e². `K` is made of another loss: how steep is that?"""
        return gradient(w, b, x, y)


for other in (HUBER, TWICE_HUBER):

    @other.wrong("nothing beyond the middle")
    def _(w, b, x, y, *, scale):
        """Where the error is larger than 1 you have 0. The loss goes on rising there: how steeply?"""
        e = w * x + b - y
        return _means(scale * e * (np.abs(e) <= 1), x)

    @other.wrong("the same slope on both sides")
    def _(w, b, x, y, *, scale):
        """Far on the left, does the loss grow or shrink as e rises?"""
        e = w * x + b - y
        return _means(scale * np.where(np.abs(e) <= 1, e, 1), x)


LOSSES = Family(
    LINE_GRADIENT,
    {
        "Huber's loss": HUBER,
        "twice Huber's loss": TWICE_HUBER,
        "the absolute error": ABSOLUTE,
        "the mean of 3 e²": THREE_SQUARES,
        "the mean of ¼ e²": QUARTER_OF_SQUARES,
    },
)


def largest_stable_rate(x):
    hessian = np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])
    return 2 / np.linalg.eigvalsh(hessian).max()


def _inputs_only(rng):
    near, spread = rng.choice([(0.4, 0.4), (1.2, 1.5)])  # the mean of the squares on both sides of 1
    return (rng.normal(near, spread, int(rng.integers(4, 7))),)


def _curvatures(x):
    return np.linalg.eigvalsh(np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]]))


STABLE_RATE = FunctionExercise(
    slug="stable-rate",
    title="The largest stable learning rate",
    points=3,
    why_one="it is asked for any inputs",
    solution=largest_stable_rate,
    inputs=_inputs_only,
    parts=("learning rate",),
    hints=(
        "The loss is a bowl, and how sharply it bends does not depend on where you are. Which matrix holds the second "
        "derivatives of `J` with respect to `w` and `b`?",
        "Differentiate `mean((w x + b − y) x)` and `mean(w x + b − y)` once more, with respect to `w` and to `b`: the four "
        "entries are `mean(x²)`, `mean(x)`, `mean(x)` and 1.",
        "Along the direction in which the bowl bends most, the curvature is the largest eigenvalue λ of this matrix "
        "(`np.linalg.eigvalsh`). A step multiplies the distance to the bottom by `1 − rate · λ`: when is that smaller "
        "than 1 in size?",
    ),
    consequence="Centre the inputs and divide them by their standard deviation, and the limit is 2. No inputs have a "
    "larger one.",
)


@STABLE_RATE.wrong("the determinant, not the largest eigenvalue")
def _(x):
    """You divided by the product of both curvatures, which is the variance of x. The sharpest direction alone
    sets the limit."""
    return 2 / np.var(x)


@STABLE_RATE.wrong("the longest input alone")
def _(x):
    """The loss is a mean: no single sample sets how sharply it bends."""
    return 2 / np.max(x**2)


@STABLE_RATE.wrong("half of it, and the bias was forgotten")
def _(x):
    """This is a step that arrives at once, for a line through the origin. Here `b` moves too; and how far may a step land on
    the other side and still be nearer than before?"""
    return 1 / np.mean(x**2)


@STABLE_RATE.wrong("singular values of the inputs, not squared")
def _(x):
    """The curvatures are the squares of these singular values, divided by how many samples the mean is taken over."""
    return 2 / np.linalg.norm(np.column_stack([x, np.ones_like(x)]), 2)


@STABLE_RATE.wrong("half of it")
def _(x):
    """With your rate the sharpest direction arrives in one step. A larger one jumps past the bottom; how far may it land
    on the other side and still be nearer than before?"""
    return 1 / _curvatures(x).max()


@STABLE_RATE.wrong("the loss without its ½")
def _(x):
    """This is the limit for the mean of `e²`. The loss here has a ½ in front, so it bends half as sharply."""
    return 2 / (2 * _curvatures(x)).max()


@STABLE_RATE.wrong("a quarter of it")
def _(x):
    """Two things: the ½ of this loss is missing, and how far a step may go past the bottom."""
    return 1 / (2 * _curvatures(x)).max()


@STABLE_RATE.wrong("the flattest direction")
def _(x):
    """You took the smallest curvature. The walk is only as stable as in the direction where the bowl bends most."""
    return 2 / _curvatures(x).min()


@STABLE_RATE.wrong("the sum, not the mean")
def _(x):
    """Yours shrinks as samples are added, even if they are copies of the same ones. The loss here is a mean."""
    return 2 / (len(x) * _curvatures(x)).max()


@STABLE_RATE.wrong("the bias was forgotten")
def _(x):
    """This is the limit for a line through the origin. Here `b` moves too, and when the inputs are not centred the two
    move the predictions together."""
    return 2 / np.mean(x**2)


@STABLE_RATE.wrong("the mixed derivative is missing")
def _(x):
    """You have the bend along `w` and the bend along `b`. But when `w` moves, the derivative along `b` changes, too: what is
    the derivative of ∂J/∂b with respect to `w`?"""
    return 2 / max(np.mean(x**2), 1.0)


@STABLE_RATE.wrong("the curvature itself")
def _(x):
    """This is how sharply the bowl bends. The sharper it bends, the smaller the learning rate has to be."""
    return _curvatures(x).max()


@STABLE_RATE.wrong("the penguins’ limit", plain=True)
def _(x):
    """That is the limit for the penguins. The function is to find it for any inputs `x`."""
    return 1.0058


@STABLE_RATE.wrong("the inputs were centred")
def _(x):
    """The covariance of `x` leaves out its mean. That is right for centred inputs; these are not, so the entries off the
    diagonal are not 0."""
    return 2 / max(np.var(x), 1.0)


@STABLE_RATE.wrong("both curvatures added")
def _(x):
    """The trace is the sum of both eigenvalues, so your rate is safe but not the largest."""
    return 2 / _curvatures(x).sum()


EXERCISES = (SHORT_RULE, LINE_GRADIENT, STABLE_RATE)
FAMILIES = (LOSSES,)
