"""The exercise of notebook 03 on the gradient of a neuron, and its variants."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gdlab.activations import ACTIVATIONS
from gdlab.exercises import other_losses
from gdlab.exercises.kinds import FunctionExercise, Misconception
from gdlab.exercises.old_family import OldFamily as Family
from gdlab.exercises.other_losses import HALF_SQUARE, OtherLoss


def neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = (f(z) - y) * f_prime(z)  # ∂L/∂z of every sample
    return np.mean(signal * x), np.mean(signal)


def quartic_neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = (f(z) - y) ** 3 * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


def log_cosh_neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = np.tanh(f(z) - y) * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


def huber_neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = np.clip(f(z) - y, -0.5, 0.5) * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


def rounded_neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    e = f(z) - y
    signal = e / np.sqrt(1 + e**2) * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


def lopsided_neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    e = f(z) - y
    signal = np.where(e >= 0, e, 3 * e) * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


_LOSSES: tuple[tuple[OtherLoss, Callable[..., Any]], ...] = (
    (HALF_SQUARE, neuron_gradient),
    (other_losses.QUARTIC, quartic_neuron_gradient),
    (other_losses.LOG_COSH, log_cosh_neuron_gradient),
    (other_losses.HUBER, huber_neuron_gradient),
    (other_losses.ROUNDED, rounded_neuron_gradient),
    (other_losses.LOPSIDED, lopsided_neuron_gradient),
)
"""The losses whose gradient can be asked for, each with the solution."""


def _any_neuron(rng):
    n, f = int(rng.integers(4, 7)), ACTIVATIONS[str(rng.choice(["sigmoid", "tanh", "softplus"]))]
    w, b = (float(value) for value in rng.normal(0, 1, 2))
    return w, b, rng.normal(0.3, 1, n), rng.uniform(0, 1, n), f.f, f.f_prime


def _far_off(rng):
    """Any neuron, with errors far from 0 at some samples: there many losses differ."""
    w, b, x, y, f, f_prime = _any_neuron(rng)
    return w, b, x, rng.normal(0.5, 2, len(y)), f, f_prime


def _with(
    loss_slope,
    slope=lambda z, x, f, f_prime: f_prime(z),
    scale=1.0,
    average=np.mean,
    z_is=lambda w, b, x: w * x + b,
    predict=lambda f, z: f(z),
):
    """Return the gradient with another factor in the middle, another constant, average, z or prediction."""

    def wrong(w, b, x, y, f, f_prime):
        z = z_is(w, b, x)
        signal = scale * loss_slope(predict(f, z) - y) * slope(z, x, f, f_prime)
        return average(signal * x), average(signal)

    return wrong


def _averaged_first(loss_slope):
    def wrong(w, b, x, y, f, f_prime):
        z = w * x + b
        outer = loss_slope(f(z) - y)
        return np.mean(outer * x) * np.mean(f_prime(z)), np.mean(outer) * np.mean(f_prime(z))

    return wrong


def _three_means(loss_slope):
    def wrong(w, b, x, y, f, f_prime):
        z = w * x + b
        both = np.mean(loss_slope(f(z) - y)) * np.mean(f_prime(z))
        return both * np.mean(x), both

    return wrong


def _one_for_each_sample(loss_slope):
    def wrong(w, b, x, y, f, f_prime):
        z = w * x + b
        signal = loss_slope(f(z) - y) * f_prime(z)
        return signal * x, signal

    return wrong


def _of_half_square():
    """The wrong answers that only ½ e² suggests."""
    return (
        *(
            Misconception(
                "the square is not derived",
                _with(lambda e, half=half: half * e**2),
                "The error still stands there squared. What is the derivative of `½ (ŷ − y)²` by ŷ?",
            )
            for half in (0.5, 1.0)
        ),
        Misconception(
            "twice as large",
            _with(lambda e: e, scale=2.0),
            "The square gives a factor 2. What does the loss have in front of it?",
        ),
        Misconception(
            "half as large",
            _with(lambda e: e, scale=0.5),
            "The ½ of the loss is still there. What does the derivative of the square bring along?",
        ),
    )


def _of_another(loss):
    """The wrong answers that another loss suggests."""
    return (
        *(Misconception(name, _with(slope), thought) for name, slope, thought in loss.wrong),
        Misconception(
            "the gradient of another loss",
            neuron_gradient,
            "This is the gradient of ½ squared error. The loss is another one here: which of the three factors does that "
            "change?",
        ),
        Misconception(
            "the loss is not derived",
            _with(loss.value),
            "You multiplied by the loss itself. What is its derivative by ŷ?",
        ),
        Misconception(
            "both derivatives of another loss",
            _with(lambda e: e, lambda z, x, f, f_prime: 1),
            "Yours is (ŷ − y) × input. Two factors are not those of this neuron: what is the derivative of this loss, and how "
            "much does f(z) move when z moves a little?",
        ),
    )


def _words_that_differ(loss):
    """Return the words that are not the same for ½ e² and for another loss."""
    if loss is HALF_SQUARE:
        return {
            "outer": "`½ (ŷ − y)²`",
            "first": "`ŷ − y`, the second",
            "slope": "This is the delta rule, as for a line. But ŷ does not follow z one to one here:",
            "short": "twice: it says how J grows, so look at the sign; and how",
            "means": "a mean of errors",
            "own": "an error, a slope and an input",
            "error": "Your error is `z − y`.",
            "its own": "error",
        }
    return {
        "outer": "ℓ(ŷ − y)",
        "first": f"ℓ′(ŷ − y): {loss.hint} The second is",
        "slope": "The factor in the middle is missing. ŷ does not follow z one to one:",
        "short": "three times: it says how J grows, so look at the sign; this loss has a derivative of its own; and how",
        "means": "a mean of ℓ′",
        "own": "an ℓ′, a slope and an input",
        "error": "Your e is `z − y`.",
        "its own": "ℓ′",
    }


def _neuron_gradient(slug, member):
    loss, solution = member
    words = _words_that_differ(loss)
    return FunctionExercise(
        slug=slug,
        title="The gradient of a neuron",
        points=3,
        solution=solution,
        inputs=_any_neuron if loss is HALF_SQUARE else _far_off,
        parts=("∂J/∂w", "∂J/∂b"),
        hints=(
            f"Go from the outside in: {words['outer']} by ŷ, then ŷ = f(z) by z, then z = w x + b by w. Multiply the three.",
            f"The first is {words['first']} `f_prime(z)`, the third `x`; for the bias the third is 1.",
            "Do this for all samples at once, with arrays, and take `np.mean` over the products, not over the factors.",
        ),
        misconceptions=(
            Misconception(
                "the slope is missing",
                _with(loss.slope, lambda z, x, f, f_prime: 1),
                f"{words['slope']} how much does f(z) move when z moves a little?",
            ),
            Misconception(
                "the error is turned round",
                _with(loss.slope, scale=-1),
                "This points downhill. The derivative itself says how J grows: if ŷ is too high and grows further, does the "
                "loss grow or shrink?",
            ),
            Misconception(
                "the short rule as it stands",
                _with(lambda e: e, lambda z, x, f, f_prime: 1, scale=-1),
                f"This is the short rule’s update, (actual − predicted) × input. The derivative differs from it {words['short']} "
                "much does f(z) move when z moves a little?",
            ),
            Misconception(
                "f stands where f′ belongs",
                _with(loss.slope, lambda z, x, f, f_prime: f(z)),
                "You multiplied by the value of the activation. Wanted is how steep it is there.",
            ),
            Misconception(
                "the slope is taken at the output",
                _with(loss.slope, lambda z, x, f, f_prime: f_prime(f(z))),
                "`f_prime` takes the place on the curve where the unit stands. Is that what goes in or what comes out?",
            ),
            Misconception(
                "the slope is taken at the input",
                _with(loss.slope, lambda z, x, f, f_prime: f_prime(x)),
                "The activation never sees `x` itself. What is it applied to?",
            ),
            Misconception(
                "the slope of the sigmoid, whatever f is",
                _with(loss.slope, lambda z, x, f, f_prime: f(z) * (1 - f(z))),
                "`f(z) * (1 - f(z))` belongs to the sigmoid. Which f was handed in, and what came with it?",
            ),
            Misconception(
                "the slope of tanh, whatever f is",
                _with(loss.slope, lambda z, x, f, f_prime: 1 - f(z) ** 2),
                "`1 - f(z)**2` belongs to tanh. Which f was handed in, and what came with it?",
            ),
            Misconception(
                "the bias is missing",
                _with(loss.slope, z_is=lambda w, b, x: w * x),
                "Your z is `w * x`. What else does the neuron add before f bends it?",
            ),
            *(_of_half_square() if loss is HALF_SQUARE else _of_another(loss)),
            Misconception(
                "the sum, not the mean",
                _with(loss.slope, average=np.sum),
                "Yours grows with the number of samples. J is the mean over them.",
            ),
            Misconception(
                "the input is missing",
                lambda *a: (solution(*a)[1], None),
                "Your derivative by `w` is the one by `b`. How much does z move when w does, at x = 0 and at x = 5?",
            ),
            Misconception(
                "the bias is given the input",
                lambda *a: (None, solution(*a)[0]),
                "Your derivative by `b` is the one by `w`. In z = w x + b, how much does z move when b does?",
            ),
            Misconception(
                "the slope is averaged first",
                _averaged_first(loss.slope),
                f"You multiply {words['means']} by a mean of slopes. Each sample has a slope of its own, which belongs to its own "
                f"{words['its own']}.",
            ),
            Misconception(
                "all factors are averaged first",
                _three_means(loss.slope),
                f"You multiply means. Each sample has {words['own']} of its own, and these belong together.",
            ),
            Misconception(
                "the input is averaged first",
                lambda w, b, x, *rest: (solution(w, b, x, *rest)[1] * np.mean(x), None),
                "You multiply by the mean of `x`. Each sample has an input of its own, which belongs to its own error.",
            ),
            Misconception(
                "z stands where the prediction belongs",
                _with(loss.slope, predict=lambda f, z: z),
                f"{words['error']} But what this neuron predicts is not z.",
            ),
            Misconception(
                "one value for each sample",
                _one_for_each_sample(loss.slope),
                "These are the derivatives of the single samples. J is their mean, so each derivative is one number.",
            ),
            Misconception(
                "a factor too much",
                _with(loss.slope, scale=-0.1),
                "Yours is a fixed multiple of the derivative. A learning rate, say, belongs to the step that one takes along it.",
                up_to="a factor",
            ),
        ),
    )


def _neuron_gradient_told(member):
    loss, _ = member
    if loss is HALF_SQUARE:
        return (
            "Write the gradient of the mean over all samples,\n\n$$J(w, b) = \\frac1n \\sum_i \\tfrac12\\,"
            "\\big(f(w\\,x_i + b) - y_i\\big)^2,$$\n\nfor any activation. `f`",
        )
    return (
        "Now take another loss of one sample, with $e = \\hat y - y$:\n\n"
        rf"$$\ell(e) = {loss.formula}.$$"
        f"\n\n{loss.words} (After the exercise we go on with ½ squared error.) Write the gradient of the mean over all samples,"
        "\n\n$$J(w, b) = \\frac1n \\sum_i \\ell\\big(f(w\\,x_i + b) - y_i\\big),$$\n\nfor any activation. `f`",
    )


NEURON_GRADIENT = Family(
    name="neuron-gradient",
    slug="neuron-gradient",
    members=_LOSSES,
    make=_neuron_gradient,
    passages=_neuron_gradient_told,
    about=lambda member: member[0].name,
)
