"""Exercises of notebook 03."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.activations import ACTIVATIONS, LEAK, Activation, exponential, leaky_relu, relu, sigmoid, sine, tanh
from gdlab.exercises.exercise import FunctionExercise, Misconception, PropertyExercise
from gdlab.exercises.family import Family
from gdlab.gradients import agreement


def neuron_gradient(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = (f(z) - y) * f_prime(z)  # ∂L/∂z of every sample
    return np.mean(signal * x), np.mean(signal)


def tanh_matching_loss(z, y):
    return np.log(np.cosh(z)) - y * z


def relu_matching_loss(z, y):
    return np.maximum(z, 0) ** 2 / 2 - y * z


def leaky_relu_matching_loss(z, y):
    return np.where(z > 0, z, 0.01 * z) * z / 2 - y * z


def exponential_matching_loss(z, y):
    return np.exp(z) - 1 - y * z


def sine_matching_loss(z, y):
    return 1 - np.cos(z) - y * z


def opposed_updates():
    # The first sample has the larger error × input, and wins the delta rule; but its slope is 0.002. The second, where the
    # slope is ¼, wins the chain rule.
    return {"x": [3, 0], "y": [0, 1]}


W, B = 2.0, 0.0
"""The sigmoid neuron for which the learner looks for data."""


def _updates(x, y):
    """Return the updates of the delta rule and the chain rule, each an array (w, b), without the learning rate."""
    z = W * x + B
    error = (y - sigmoid(z))[:, None] * np.column_stack([x, np.ones_like(x)])
    return error.mean(axis=0), (sigmoid.f_prime(z)[:, None] * error).mean(axis=0)


def _judge_opposed(x, y):
    with np.errstate(all="ignore"):
        if len(x) != len(y):
            return 0.0, (f"x has {len(x)} and y has {len(y)}: each sample needs an input and a target.",)
        if len(x) < 1:
            return 0.0, ("There is no sample in it.",)
        if np.abs(x).max() > 1000:
            return 0.0, ("Inputs up to 1000 are enough: beyond, the slope is 0 in all digits.",)
        if y.min() < 0 or y.max() > 1:
            return 0.0, ("The targets have to lie between 0 and 1, where a sigmoid can reach them.",)
        delta, chain = _updates(x, y)
        cosine = agreement(delta, chain)
        if np.isnan(cosine):
            return 0.0, ("One of the two updates is 0, so there is no angle between them.",)
    degrees = np.degrees(np.arccos(cosine))
    told = (
        f"Your updates (w, b) are ({_written(delta)}) by the delta rule and ({_written(chain)}) by the chain rule: "
        f"{degrees:.1f}° apart."
    ).replace("-", "−")
    return (1.0, (told,)) if cosine < 0 else (0.0, (told, _why_not(x, y)))


def _written(update):
    return ", ".join(f"{round(value, 12) + 0.0:.3g}" for value in update)


def _why_not(x, y):
    slopes = sigmoid.f_prime(W * x + B)
    single = (y - sigmoid(W * x + B))[:, None] * np.column_stack([x, np.ones_like(x)])
    if len(np.unique(np.column_stack([x, y]), axis=0)) == 1:
        return "One sample alone: its slope makes the arrow shorter and leaves the direction as it is."
    if np.ptp(slopes) <= 0.01 * slopes.max():
        return "The slope is (nearly) the same at all your samples, so it shortens all their arrows alike, and the sum as well."
    length = np.hypot(*single.T)
    loud = single[length > 0.02 * length.max()]
    if (single @ single.T).min() < 0 <= (loud @ loud.T).min():
        return (
            "Those of your samples that pull against the others are nearly fitted already, so they hardly pull. "
            "Only an error makes an arrow long."
        )
    if (single @ single.T).min() >= 0:
        return "No two of your samples pull against each other. However they are shortened, their sum stays in between."
    return (
        "Some of your samples pull against each other; that is needed. Now one side has to win in one rule and the other "
        "side in the other rule."
    )


def _any_neuron(rng):
    n, f = int(rng.integers(4, 7)), ACTIVATIONS[str(rng.choice(["sigmoid", "tanh", "softplus"]))]
    w, b = (float(value) for value in rng.normal(0, 1, 2))
    return w, b, rng.normal(0.3, 1, n), rng.uniform(0, 1, n), f.f, f.f_prime


def _variant(slope=lambda z, x, f, f_prime: f_prime(z), scale=1.0, average=np.mean):
    """Return the gradient with another factor in the middle, another constant or another average."""

    def wrong(w, b, x, y, f, f_prime):
        z = w * x + b
        signal = scale * (f(z) - y) * slope(z, x, f, f_prime)
        return average(signal * x), average(signal)

    return wrong


def _averaged_first(w, b, x, y, f, f_prime):
    z = w * x + b
    return np.mean((f(z) - y) * x) * np.mean(f_prime(z)), np.mean(f(z) - y) * np.mean(f_prime(z))


def _z_for_prediction(w, b, x, y, f, f_prime):
    z = w * x + b
    signal = (z - y) * f_prime(z)
    return np.mean(signal * x), np.mean(signal)


def _with_z(z):
    """Return the gradient with another z."""

    def wrong(w, b, x, y, f, f_prime):
        signal = (f(z(w, b, x)) - y) * f_prime(z(w, b, x))
        return np.mean(signal * x), np.mean(signal)

    return wrong


def _square_not_derived(half):
    """Return the gradient of the prediction, weighted by the loss: ``half`` is what stands before the square."""

    def wrong(w, b, x, y, f, f_prime):
        z = w * x + b
        signal = half * (f(z) - y) ** 2 * f_prime(z)
        return np.mean(signal * x), np.mean(signal)

    return wrong


def _three_means(w, b, x, y, f, f_prime):
    z = w * x + b
    return np.mean(f(z) - y) * np.mean(f_prime(z)) * np.mean(x), np.mean(f(z) - y) * np.mean(f_prime(z))


def _z_and_y(rng):
    n = int(rng.integers(4, 7))
    return rng.normal(0, 2, n), rng.uniform(-1, 1, n)


@dataclass(frozen=True)
class _Bent:
    """A neuron whose matching loss can be asked for: `own` are the wrong answers that only its activation suggests."""

    activation: Activation
    neuron: str
    name: str
    formula: str
    reminder: str
    solution: Callable[..., Any]
    hints: tuple[str, ...]
    own: tuple[Misconception, ...]


_BENT = (
    _Bent(
        tanh,
        "a tanh neuron",
        "tanh",
        "tanh(z)",
        r"A reminder: $\tanh z = \sinh z / \cosh z$, where $\cosh z = (e^z + e^{-z})/2$ and $\sinh z = (e^z - e^{-z})/2$.",
        tanh_matching_loss,
        (
            "You need a function F whose derivative is tanh. Write tanh as sinh / cosh. What is the derivative of cosh?",
            "The numerator is the derivative of the denominator. What is the derivative of log g(z)?",
            "g′/g is the derivative of log g, so put the denominator there: `np.cosh`. Its log is 0 at z = 0, as wanted. "
            "Subtract `y * z`.",
        ),
        (
            Misconception(
                "the loss of the sigmoid",
                lambda z, y: np.logaddexp(0, z) - y * z,
                "This is the hill of the sigmoid. Its derivative by z is σ(z) − y. Which one is wanted here?",
                up_to="a constant",
            ),
            Misconception(
                "the logarithm is missing",
                lambda z, y: np.cosh(z) - y * z,
                "The derivative of cosh is sinh. It should be tanh, which is sinh / cosh.",
                up_to="a constant",
            ),
            Misconception(
                "1 too steep",
                lambda z, y: np.log1p(np.exp(2 * z)) - y * z,
                "Derive your first term by z: at z = 0 it gives 1. What is tanh there?",
                up_to="a constant",
            ),
            Misconception(
                "another base",
                lambda z, y: np.log10(np.cosh(z)) - y * z,
                "`np.log10` is the logarithm to base 10; the derivative of log g is g′/g only for the natural one.",
            ),
        ),
    ),
    _Bent(
        relu,
        "a ReLU neuron",
        "ReLU",
        "max(z, 0)",
        r"A reminder: ReLU is $\max(z, 0)$, which is 0 to the left of 0 and $z$ to the right.",
        relu_matching_loss,
        (
            "You need a function F whose derivative is ReLU. Take the two sides apart: what is ReLU left of 0, and right of 0?",
            "On the left F′ is 0, so F stays at the value that it has at z = 0. On the right F′ is z.",
            "So F is 0 on the left and half a square on the right; `np.maximum` puts the two together. Subtract `y * z`.",
        ),
        (
            Misconception(
                "twice too steep",
                lambda z, y: np.maximum(z, 0) ** 2 - y * z,
                "Derive your first term by z, right of 0. The exponent comes down; is there something to meet it?",
            ),
            Misconception(
                "no half on either side",
                lambda z, y: z**2 - y * z,
                "Derive your first term by z, left of 0 and right of 0. What is ReLU on each side?",
            ),
        ),
    ),
    _Bent(
        leaky_relu,
        "a leaky ReLU neuron",
        "leaky ReLU",
        "f(z)",
        rf"A reminder: leaky ReLU is $z$ for positive $z$ and ${LEAK}\,z$ for negative $z$.",
        leaky_relu_matching_loss,
        (
            "You need a function F whose derivative is leaky ReLU. Take the two sides apart: it is a line on each.",
            "The antiderivative of z is half of its square, and a factor stays a factor. Both sides are 0 at z = 0, so they meet.",
            f"`np.where(z > 0, …, …)` puts the sides together. On the left the factor is {LEAK}. Subtract `y * z`.",
        ),
        (
            Misconception(
                "the leak is forgotten",
                relu_matching_loss,
                "Derive your first term by z, left of 0: it gives 0. What does a leaky ReLU give there?",
            ),
            Misconception(
                "the leak is squared",
                lambda z, y: leaky_relu(z) ** 2 / 2 - y * z,
                "Derive your first term by z, left of 0: the leak is in it twice. A factor stays as it is when one integrates.",
            ),
            Misconception(
                "twice too steep",
                lambda z, y: leaky_relu(z) * z - y * z,
                "Derive your first term by z, right of 0. The exponent comes down; is there something to meet it?",
            ),
        ),
    ),
    _Bent(
        exponential,
        "an exponential neuron",
        "the exponential",
        "exp(z)",
        "Such a neuron predicts $e^z$, which is never negative.",
        exponential_matching_loss,
        (
            "You need a function F whose derivative is the exponential. Which function is its own derivative?",
            "Any constant may be added to F without changing its derivative. Put z = 0 into your loss: what is there?",
            "The exponential is 1 at z = 0, so that much has to go. Subtract `y * z`.",
        ),
        (
            Misconception(
                "derived as a power",
                lambda z, y: z * np.exp(z - 1) - y * z,
                "The rule for powers holds where z is below, as in z². Here z is the exponent.",
                up_to="a constant",
            ),
        ),
    ),
    _Bent(
        sine,
        "a sine neuron",
        "the sine",
        "sin(z)",
        r"Such a neuron predicts $\sin z$. It rises and falls, so do not expect a convex hill.",
        sine_matching_loss,
        (
            "You need a function F whose derivative is the sine. Which function has the sine as its derivative, but for the sign?",
            "The derivative of the cosine is minus the sine.",
            "Turn the sign of `np.cos` round, and add the constant that makes it 0 at z = 0. Subtract `y * z`.",
        ),
        (
            Misconception(
                "the antiderivative of the cosine",
                lambda z, y: -np.sin(z) - y * z,
                "Derive your first term by z: it gives minus the cosine. Wanted is the sine.",
            ),
        ),
    ),
)


def _matching_loss(slug: str, bent: _Bent) -> FunctionExercise:
    name, formula, f, f_prime = bent.name, bent.formula, bent.activation.f, bent.activation.f_prime

    def F(z):
        return bent.activation.F(z) - bent.activation.F(np.zeros(1))

    of_f_alone = (
        Misconception(
            "f stands where F belongs",
            lambda z, y: f(z) - y * z,
            f"Derive your loss by z. The first term gives the slope of {name}; it should give {name} itself.",
        ),
        Misconception(
            "f′ stands where F belongs",
            lambda z, y: f_prime(z) - y * z,
            f"You went the wrong way: from {name} to its derivative. Wanted is the function that has {name} as its derivative.",
        ),
    )
    of_another = Misconception(
        "the hill of another neuron",
        tanh_matching_loss,
        f"Derive your loss by z, and add y: {formula} should come out. This is the hill of another activation.",
        up_to="a constant",
    )
    return FunctionExercise(
        slug=slug,
        title=f"The hill of {bent.neuron}",
        points=3,
        solution=bent.solution,
        inputs=_z_and_y,
        parts=("L",),
        hints=bent.hints,
        misconceptions=(
            *bent.own,
            Misconception(
                "the constant",
                lambda z, y: F(z) + 1 - y * z,
                "The shape is right. Now put in z = 0: the value there should be 0.",
                up_to="a constant",
            ),
            Misconception(
                "y z is missing",
                lambda z, y: F(z),
                f"This is F. Derive it by z: it gives {formula}. Wanted is a loss whose derivative is {formula} − y.",
            ),
            Misconception(
                "all is turned round",
                lambda z, y: y * z - F(z),
                f"The derivative of yours by z is y − {formula}. The other way round is wanted: a loss grows where the "
                "prediction is above y and z rises.",
            ),
            Misconception(
                "y stands where y z belongs",
                lambda z, y: F(z) - y,
                "Derive your second term by z: y alone does not depend on z. It should give −y.",
            ),
            Misconception(
                "a term without z",
                lambda z, y: F(z) - y * z + y**2 / 2,
                "The derivative by z is right. But a term without z stands in yours; put in z = 0: the value there should be 0, "
                "whatever y is.",
            ),
            Misconception(
                "y times the prediction",
                lambda z, y: F(z) - y * f(z),
                "Derive your second term by z. It should give −y, whatever z is.",
            ),
            Misconception(
                "the sign of y",
                lambda z, y: F(z) + y * z,
                f"Derive your loss by z: it gives {formula} + y. The delta rule's error vanishes where {formula} equals y.",
            ),
            # the exponential is its own derivative, so there these two are right but for the constant
            *(() if bent.activation is exponential else of_f_alone),
            *(() if bent.activation is tanh else (of_another,)),
            Misconception(
                "the slope, not the loss",
                lambda z, y: f(z) - y,
                "This is the derivative of what is wanted. The hill is the function that has it as its slope.",
            ),
            Misconception(
                "squared error",
                lambda z, y: (f(z) - y) ** 2 / 2,
                "This is the chain rule's hill. Derive it by z, and there is a factor that the delta rule does not have.",
            ),
            Misconception(
                "the identity’s loss",
                lambda z, y: z**2 / 2 - y * z,
                "Its derivative by z is z − y: the error of a linear unit. Which function of z does this unit predict with?",
            ),
            Misconception(
                "the sign of F",
                lambda z, y: -F(z) - y * z,
                f"Derive your first term: is it {name}, or minus {name}?",
            ),
            Misconception(
                "the mean over the samples",
                lambda z, y: np.mean(F(z) - y * z),
                "That is J. Here the loss of each sample is wanted: as many numbers as there are in `z`.",
            ),
        ),
    )


MATCHING_LOSS = Family(
    name="matching-loss",
    slug="tanh-matching-loss",
    members=_BENT,
    make=_matching_loss,
    passages=lambda bent: (
        f"the hill of {bent.neuron}\n\nWhat does the delta rule descend when $f$ is {bent.name}? Write its matching loss, with "
        f"the constant of $F$ chosen so that the loss is 0 at $z = 0$. ({bent.reminder})",
        f"Return the matching loss of {bent.name} for each sample",
    ),
    about=lambda bent: f"the matching loss of {bent.name}",
)


EXERCISES = (
    FunctionExercise(
        slug="neuron-gradient",
        title="The gradient of a neuron",
        points=3,
        solution=neuron_gradient,
        inputs=_any_neuron,
        parts=("∂J/∂w", "∂J/∂b"),
        hints=(
            "Go from the outside in: `½ (ŷ − y)²` by ŷ, then ŷ = f(z) by z, then z = w x + b by w. Multiply the three.",
            "The first is `ŷ − y`, the second `f_prime(z)`, the third `x`; for the bias the third is 1.",
            "Do this for all samples at once, with arrays, and take `np.mean` over the products, not over the factors.",
        ),
        misconceptions=(
            Misconception(
                "the slope is missing",
                _variant(lambda z, x, f, f_prime: 1),
                "This is the delta rule, as for a line. But ŷ does not follow z one to one here: how much does f(z) move when "
                "z moves a little?",
            ),
            Misconception(
                "the error is turned round",
                _variant(scale=-1),
                "This points downhill. The derivative itself says how J grows: if ŷ is too high and grows further, does the "
                "loss grow or shrink?",
            ),
            Misconception(
                "the short rule as it stands",
                _variant(lambda z, x, f, f_prime: 1, scale=-1),
                "This is the short rule’s update, (actual − predicted) × input. The derivative differs from it twice: it says "
                "how J grows, so look at the sign; and how much does f(z) move when z moves a little?",
            ),
            Misconception(
                "f stands where f′ belongs",
                _variant(lambda z, x, f, f_prime: f(z)),
                "You multiplied by the value of the activation. Wanted is how steep it is there.",
            ),
            Misconception(
                "the slope is taken at the output",
                _variant(lambda z, x, f, f_prime: f_prime(f(z))),
                "`f_prime` takes the place on the curve where the unit stands. Is that what goes in or what comes out?",
            ),
            Misconception(
                "the slope is taken at the input",
                _variant(lambda z, x, f, f_prime: f_prime(x)),
                "The activation never sees `x` itself. What is it applied to?",
            ),
            Misconception(
                "the slope of the sigmoid, whatever f is",
                _variant(lambda z, x, f, f_prime: f(z) * (1 - f(z))),
                "`f(z) * (1 - f(z))` belongs to the sigmoid. Which f was handed in, and what came with it?",
            ),
            Misconception(
                "the slope of tanh, whatever f is",
                _variant(lambda z, x, f, f_prime: 1 - f(z) ** 2),
                "`1 - f(z)**2` belongs to tanh. Which f was handed in, and what came with it?",
            ),
            Misconception(
                "the bias is missing",
                _with_z(lambda w, b, x: w * x),
                "Your z is `w * x`. What else does the neuron add before f bends it?",
            ),
            *(
                Misconception(
                    "the square is not derived",
                    _square_not_derived(half),
                    "The error still stands there squared. What is the derivative of `½ (ŷ − y)²` by ŷ?",
                )
                for half in (0.5, 1.0)
            ),
            Misconception(
                "the sum, not the mean",
                _variant(average=np.sum),
                "Yours grows with the number of samples. J is the mean over them.",
            ),
            Misconception(
                "twice as large",
                _variant(scale=2.0),
                "The square gives a factor 2. What does the loss have in front of it?",
            ),
            Misconception(
                "half as large",
                _variant(scale=0.5),
                "The ½ of the loss is still there. What does the derivative of the square bring along?",
            ),
            Misconception(
                "the input is missing",
                lambda *a: (neuron_gradient(*a)[1], None),
                "Your derivative by `w` is the one by `b`. How much does z move when w does, at x = 0 and at x = 5?",
            ),
            Misconception(
                "the bias is given the input",
                lambda *a: (None, neuron_gradient(*a)[0]),
                "Your derivative by `b` is the one by `w`. In z = w x + b, how much does z move when b does?",
            ),
            Misconception(
                "the slope is averaged first",
                _averaged_first,
                "You multiply a mean of errors by a mean of slopes. Each sample has a slope of its own, which belongs to its own "
                "error.",
            ),
            Misconception(
                "all factors are averaged first",
                _three_means,
                "You multiply means. Each sample has an error, a slope and an input of its own, and these belong together.",
            ),
            Misconception(
                "the input is averaged first",
                lambda w, b, x, y, f, f_prime: (neuron_gradient(w, b, x, y, f, f_prime)[1] * np.mean(x), None),
                "You multiply by the mean of `x`. Each sample has an input of its own, which belongs to its own error.",
            ),
            Misconception(
                "z stands where the prediction belongs",
                _z_for_prediction,
                "Your error is `z − y`. But what this neuron predicts is not z.",
            ),
            Misconception(
                "one value for each sample",
                lambda w, b, x, y, f, f_prime: (
                    (f(w * x + b) - y) * f_prime(w * x + b) * x,
                    (f(w * x + b) - y) * f_prime(w * x + b),
                ),
                "These are the derivatives of the single samples. J is their mean, so each derivative is one number.",
            ),
            Misconception(
                "a factor too much",
                _variant(scale=-0.1),
                "Yours is a fixed multiple of the derivative. A learning rate, say, belongs to the step that one takes along it.",
                up_to="a factor",
            ),
        ),
    ),
    PropertyExercise(
        slug="opposed-updates",
        title="Data that divide the rules",
        points=3,
        shapes={"x": (None,), "y": (None,)},
        judge=_judge_opposed,
        solution=opposed_updates,
        hints=(
            "One sample alone cannot do it. Take two that pull against each other: which of them wins depends on the rule.",
            "The slope f′(z) is ¼ at x = 0 and almost 0 far out, where the neuron is saturated. An arrow from far out counts "
            "fully for the delta rule and hardly at all for the chain rule.",
            "So put a sample far out whose target is the opposite of what the neuron says there, and near x = 0 another one that "
            "pulls `b` the other way.",
        ),
    ),
    MATCHING_LOSS.published,
)
