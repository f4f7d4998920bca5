"""The gradient of a neuron: behind ½ squared error, and in the variants behind another loss."""

import numpy as np

from gdlab.activations import ACTIVATIONS
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.losses import absolute_error, huber, squared_error


def gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = (f(z) - y) * f_prime(z)  # ∂L/∂z of every sample
    return np.mean(signal * x), np.mean(signal)


def gradient_of(w, b, x, y, f, f_prime, *, loss, scale):
    z = w * x + b
    signal = scale * loss.L_prime(f(z), y) * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


def _neuron(rng):
    """Any neuron, with errors on both sides of 1 in size: there the losses differ."""
    n, f = int(rng.integers(4, 7)), ACTIVATIONS[str(rng.choice(["sigmoid", "tanh", "softplus"]))]
    w, b = (float(value) for value in rng.normal(0, 1, 2))
    return w, b, rng.normal(0.3, 1, n), rng.normal(0.5, 2, n), f.f, f.f_prime


NEURON_GRADIENT = FunctionExercise(
    slug="neuron-gradient",
    title="The gradient of a neuron",
    points=3,
    given={"loss": squared_error, "scale": 1},
    solution=gradient,
    inputs=_neuron,
    parts=("∂J/∂w", "∂J/∂b"),
    hints=(
        "Go from the outside in: differentiate `½ (ŷ − y)²` with respect to ŷ, then ŷ = f(z) with respect to z, then "
        "z = w x + b with respect to w. Multiply the three.",
        "The first is `ŷ − y`, the second `f_prime(z)`, the third `x`; for the bias the third is 1.",
        "Do this for all samples at once, with arrays, and take `np.mean` over the products, not over the factors.",
    ),
    consequence="Turn the sign and put 1 where `f_prime(z)` is, and you have the delta rule: what that changes is the "
    "subject of the rest.",
)


def _means(signal, x):
    """Return the gradient of w and b from the error signal of each sample."""
    return np.mean(signal * x), np.mean(signal)


def _with(loss, scale, w, b, x, y, f, slope, z=None):
    """Return the gradient with another slope, perhaps at another z."""
    return _means(scale * loss.L_prime(f(w * x + b if z is None else z), y) * slope, x)


@NEURON_GRADIENT.wrong("the slope is missing")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """The middle factor is missing, as in the delta rule. ŷ does not follow z one to one: how much does f(z) move when z
    moves a little?"""
    return _with(loss, scale, w, b, x, y, f, 1)


@NEURON_GRADIENT.wrong("the short rule as it stands")
def _(w, b, x, y, f, f_prime):
    """This is the short rule's update, (actual − predicted) × input. The gradient says how J grows, so look at the sign;
    and how much does f(z) move when z moves a little?"""
    return _means(y - f(w * x + b), x)


@NEURON_GRADIENT.wrong("the bias is missing in the slope")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """Your slope is taken at `w * x`. The bias moves the neuron to another place on its curve."""
    return _with(loss, scale, w, b, x, y, f, f_prime(w * x))


@NEURON_GRADIENT.wrong("the weight where the input belongs")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """The last factor is how much z moves when `w` does. That depends on what `w` is multiplied by, not on `w`."""
    return np.mean(scale * loss.L_prime(f(w * x + b), y) * f_prime(w * x + b) * w), None


@NEURON_GRADIENT.wrong("z where the input belongs")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """The last factor is how much z moves when `w` does. That is what `w` is multiplied by, not z itself."""
    z = w * x + b
    return np.mean(scale * loss.L_prime(f(z), y) * f_prime(z) * z), None


@NEURON_GRADIENT.wrong("f in place of f′")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """You multiplied by the value of the activation. What is wanted is how steep it is there."""
    return _with(loss, scale, w, b, x, y, f, f(w * x + b))


@NEURON_GRADIENT.wrong("the slope is taken at the output")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """`f_prime` takes the place on the curve where the neuron is. Is that what goes in or what comes out?"""
    return _with(loss, scale, w, b, x, y, f, f_prime(f(w * x + b)))


@NEURON_GRADIENT.wrong("the slope is taken at the input")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """The activation never sees `x` itself. What is it applied to?"""
    return _with(loss, scale, w, b, x, y, f, f_prime(x))


@NEURON_GRADIENT.wrong("the slope of the sigmoid, whatever f is")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """`f(z) * (1 - f(z))` belongs to the sigmoid. Which f was handed in, and what came with it?"""
    a = f(w * x + b)
    return _with(loss, scale, w, b, x, y, f, a * (1 - a))


@NEURON_GRADIENT.wrong("the slope of tanh, whatever f is")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """`1 - f(z)**2` belongs to tanh. Which f was handed in, and what came with it?"""
    return _with(loss, scale, w, b, x, y, f, 1 - f(w * x + b) ** 2)


@NEURON_GRADIENT.wrong("the bias is missing")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """Your z is `w * x`. What else does the neuron add before f bends it?"""
    return _with(loss, scale, w, b, x, y, f, f_prime(w * x), w * x)


@NEURON_GRADIENT.wrong("z in place of the prediction")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """You compare `z` with the target. But what this neuron predicts is not z."""
    return _means(scale * loss.L_prime(w * x + b, y) * f_prime(w * x + b), x)


@NEURON_GRADIENT.wrong("the loss is not differentiated")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """You multiplied by the loss itself. What is its derivative with respect to ŷ?"""
    return _means(scale * loss.L(f(w * x + b), y) * f_prime(w * x + b), x)


@NEURON_GRADIENT.wrong("the square is not differentiated")
def _(w, b, x, y, f, f_prime):
    """The difference is still squared. What is the derivative of a square?"""
    return _means((f(w * x + b) - y) ** 2 * f_prime(w * x + b), x)


@NEURON_GRADIENT.wrong("the input is missing")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """Your derivative with respect to `w` is the one with respect to `b`. How much does z move when w does, at x = 0 and
    at x = 5?"""
    return gradient_of(w, b, x, y, f, f_prime, loss=loss, scale=scale)[1], None


@NEURON_GRADIENT.wrong("the bias is given the input")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """Your derivative with respect to `b` is the one with respect to `w`. In z = w x + b, how much does z move when b
    does?"""
    return None, gradient_of(w, b, x, y, f, f_prime, loss=loss, scale=scale)[0]


@NEURON_GRADIENT.wrong("the slope is averaged first")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """You multiply by a mean of slopes. Each sample has a slope of its own, which belongs to its own difference ŷ − y."""
    return _with(loss, scale, w, b, x, y, f, np.mean(f_prime(w * x + b)))


@NEURON_GRADIENT.wrong("all factors are averaged first")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """You multiply means. Each sample has factors of its own, and these belong together."""
    both = np.mean(scale * loss.L_prime(f(w * x + b), y)) * np.mean(f_prime(w * x + b))
    return both * np.mean(x), both


@NEURON_GRADIENT.wrong("the input is averaged first")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """You multiply by the mean of `x`. Each sample has an input of its own, which belongs to its own difference ŷ − y."""
    return gradient_of(w, b, x, y, f, f_prime, loss=loss, scale=scale)[1] * np.mean(x), None


@NEURON_GRADIENT.wrong("one value for each sample")
def _(w, b, x, y, f, f_prime, *, loss, scale):
    """These are the derivatives of the single samples. J is their mean, so each derivative is one number."""
    signal = scale * loss.L_prime(f(w * x + b), y) * f_prime(w * x + b)
    return signal * x, signal


def _behind(loss, scale, outer):
    """Return the exercise for another loss."""
    other = NEURON_GRADIENT.but(
        title="The gradient of a neuron behind another loss",
        given={"loss": loss, "scale": scale},
        solution=gradient_of,
        consequence="",
        hints=(
            "Go from the outside in: differentiate ℓ(ŷ − y) with respect to ŷ, then ŷ = f(z) with respect to z, then "
            "z = w x + b with respect to w. Multiply the three.",
            f"The first is ℓ′(ŷ − y): {outer} The second is `f_prime(z)`, the third `x`; for the bias the third is 1.",
            NEURON_GRADIENT.hints[2],
        ),
    )

    @other.wrong("the gradient of ½ squared error")
    def _(w, b, x, y, f, f_prime):
        """This is the gradient of ½ squared error. The loss is another one here: which of the three factors does that
        change?"""
        return gradient(w, b, x, y, f, f_prime)

    return other


_TWO_CASES = "take the two cases apart. In the middle it is a parabola; how steep is a straight line, right and left?"

LOSSES = Family(
    NEURON_GRADIENT,
    {
        "Huber's loss": _behind(huber, 1, _TWO_CASES),
        "twice Huber's loss": _behind(huber, 2, _TWO_CASES),
        "the absolute error": _behind(
            absolute_error, 1, "a straight line on each side. How steep is it, right and left?"
        ),
        "the mean of 3 e²": _behind(squared_error, 6, "the exponent comes down. What does the 3 do?"),
    },
)
