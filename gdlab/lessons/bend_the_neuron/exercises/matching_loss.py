"""The exercise of notebook 03 on the matching loss of a neuron, and its variants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.activations import LEAK, Activation, exponential, leaky_relu, relu, sine, tanh
from gdlab.exercises.kinds import FunctionExercise, Misconception
from gdlab.exercises.old_family import OldFamily as Family


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
