"""Exercises of notebook 00."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.activations import Activation, gaussian, sigmoid, sine, softplus, tanh
from gdlab.exercises.kinds import FunctionExercise, Misconception
from gdlab.exercises.old_family import OldFamily as Family


def both_rules(error, z, input):
    slope = 1 - np.tanh(z) ** 2
    return error * 1 * input, error * slope * input


def sigmoid_both_rules(error, z, input):
    a = 1 / (1 + np.exp(-z))
    return error * 1 * input, error * a * (1 - a) * input


def sine_both_rules(error, z, input):
    slope = np.cos(z)
    return error * 1 * input, error * slope * input


def gaussian_both_rules(error, z, input):
    slope = -z * np.exp(-(z**2) / 2)
    return error * 1 * input, error * slope * input


def softplus_both_rules(error, z, input):
    slope = 1 / (1 + np.exp(-z))
    return error * 1 * input, error * slope * input


def _inputs(rng):
    return float(rng.normal()), float(rng.normal(0, 0.8)), float(rng.normal())


def _chain_rule_with(slope):
    """Return what one writes who takes this slope for the chain rule's; the delta rule is not touched."""
    return lambda error, z, input: (None, error * slope(z) * input)


@dataclass(frozen=True)
class _Unit:
    """A unit whose updates can be asked for: `own` are the wrong answers that only its activation suggests."""

    activation: Activation
    name: str
    called: str
    formula: str
    derivative: str
    numpy: str
    hint: str
    value_is_no_slope: str
    slope_of_output: str
    solution: Callable[..., Any]
    own: tuple[Misconception, ...]


_TWICE = "You took the slope at what comes out."

_UNITS = (
    _Unit(
        tanh,
        "tanh",
        "tanh",
        r"\tanh z",
        r"The slope of tanh is $f'(z) = 1 - \tanh^2 z$.",
        "`np.tanh` for tanh",
        "one minus the square of `np.tanh(z)`",
        "at `z = 0`, where tanh is steepest, your factor is 0",
        "tanh was applied twice.",
        both_rules,
        (
            Misconception(
                "the square of the whole",
                _chain_rule_with(lambda z: (1 - np.tanh(z)) ** 2),
                "Your square covers the 1 as well. Compare with the formula: what exactly is squared?",
            ),
            Misconception(
                "a square is missing",
                _chain_rule_with(lambda z: 1 - np.tanh(z)),
                "The slope of tanh is the same at `z` and at `−z`, since the curve is symmetric about the origin. Is yours?",
            ),
            Misconception(
                "the slope is taken at z without tanh",
                _chain_rule_with(lambda z: 1 - z**2),
                "For a large `z` your factor is negative, but tanh never falls. What is squared in its derivative?",
            ),
        ),
    ),
    _Unit(
        sigmoid,
        "sigmoid",
        "the sigmoid",
        r"\sigma(z) = 1/(1 + e^{-z})",
        r"The slope of this *sigmoid* is $f'(z) = \sigma(z)\,(1 - \sigma(z))$.",
        "`np.exp(-z)` for $e^{-z}$",
        "what the unit gives, times one minus that",
        "far to the right, where the sigmoid is flat, your factor is nearly 1",
        _TWICE,
        sigmoid_both_rules,
        (
            Misconception(
                "one factor of the slope",
                _chain_rule_with(lambda z: 1 - sigmoid(z)),
                "The slope of the sigmoid is the same at `z` and at `−z`. Is yours? Its formula has two factors.",
            ),
            Misconception(
                "the slope is taken at z without the sigmoid",
                _chain_rule_with(lambda z: z * (1 - z)),
                "For a large `z` your factor is negative, but the sigmoid never falls. Of what is the product taken?",
            ),
            Misconception(
                "a square where a product belongs",
                _chain_rule_with(lambda z: 1 - sigmoid(z) ** 2),
                "Far to the left, where the sigmoid is flat, your factor is nearly 1. Compare with the formula.",
            ),
        ),
    ),
    _Unit(
        sine,
        "sine",
        "the sine",
        r"\sin z",
        r"The slope of the sine is $f'(z) = \cos z$.",
        "`np.cos` for the cosine",
        "`np.cos`, taken at `z`",
        "at `z = 0`, where the sine is steepest, your factor is 0",
        _TWICE,
        sine_both_rules,
        (
            Misconception(
                "the sign of the cosine",
                _chain_rule_with(lambda z: -np.cos(z)),
                "At `z = 0` the sine rises. Is your slope positive there?",
            ),
        ),
    ),
    _Unit(
        gaussian,
        "Gaussian",
        "the Gaussian",
        r"e^{-z^2/2}",
        r"The slope of this *Gaussian* is $f'(z) = -z\,e^{-z^2/2}$.",
        "`np.exp` for the exponential",
        "minus `z`, times what the unit gives",
        "at `z = 0`, where the Gaussian is level, your factor is 1",
        _TWICE,
        gaussian_both_rules,
        (
            Misconception(
                "the minus is lost",
                _chain_rule_with(lambda z: z * np.exp(-(z**2) / 2)),
                "To the right of `z = 0` the Gaussian falls. Is your slope negative there?",
            ),
            Misconception(
                "the factor z is lost",
                _chain_rule_with(lambda z: -np.exp(-(z**2) / 2)),
                "At its top, at `z = 0`, the Gaussian is level. Is your slope 0 there?",
            ),
        ),
    ),
    _Unit(
        softplus,
        "softplus",
        "softplus",
        r"\log(1 + e^z)",
        r"The slope of this *softplus* is $f'(z) = 1/(1 + e^{-z})$.",
        "`np.exp(-z)` for $e^{-z}$",
        "one divided by the sum of 1 and `np.exp(-z)`",
        "far to the right, where softplus is nearly a line, your factor grows and grows",
        _TWICE,
        softplus_both_rules,
        (
            Misconception(
                "the sign in the exponent",
                _chain_rule_with(lambda z: 1 / (1 + np.exp(z))),
                "Far to the right softplus is nearly `z`, so its slope is nearly 1. Is yours?",
            ),
            Misconception(
                "derived twice",
                _chain_rule_with(sigmoid.f_prime),
                "Far to the right softplus is nearly `z`, so its slope is nearly 1. Yours falls to 0: it is the slope of the "
                "slope.",
            ),
        ),
    ),
)


def _both_rules(slug: str, unit: _Unit) -> FunctionExercise:
    f, f_prime = unit.activation.f, unit.activation.f_prime

    def by_chain_rule(error, z, input):
        return error * f_prime(z) * input

    of_another = Misconception(
        "the slope of another unit",
        _chain_rule_with(lambda z: 1 - np.tanh(z) ** 2),
        f"Your slope belongs to another activation. This unit's is {unit.called}.",
    )
    return FunctionExercise(
        slug=slug,
        title=f"Both rules for one {unit.name} unit",
        points=1,
        solution=unit.solution,
        inputs=_inputs,
        parts=("delta rule", "chain rule"),
        hints=(
            "Both are products of three factors: error, slope, input. Only the middle one differs.",
            "The delta rule's middle factor is 1, whatever `z` is.",
            f"The chain rule's middle factor is the derivative of {unit.called} at `z`: {unit.hint}.",
        ),
        misconceptions=(
            Misconception(
                "the slope is missing",
                lambda error, z, input: (None, error * input),
                "With 1 in the middle this is the delta rule once more. The chain rule asks how much the unit's output "
                "moves when `z` moves a little.",
            ),
            Misconception(
                "f(z) stands where f′(z) belongs",
                lambda error, z, input: (error * f(z) * input,) * 2,
                f"You multiplied by the value of {unit.called}. What is wanted is its slope: {unit.value_is_no_slope}.",
            ),
            Misconception(
                "the slope is taken at the activation",
                _chain_rule_with(lambda z: f_prime(f(z))),
                f"{unit.slope_of_output} The slope belongs to the place on the curve where the unit is: that is `z`, not "
                "what comes out.",
            ),
            Misconception(
                "the slope is taken at the input",
                lambda error, z, input: (None, error * f_prime(input) * input),
                "The unit stands at `z` on its curve, where all its inputs together have put it; one input alone does not say where.",
            ),
            *unit.own,
            Misconception(
                "z stands where the input belongs",
                lambda error, z, input: (error * z, by_chain_rule(error, z, z)),
                "`z` sums up all inputs with their weights. The last factor is the one input that this weight multiplies.",
            ),
            Misconception(
                "the sign is turned round",
                lambda error, z, input: (-error * input, -by_chain_rule(error, z, input)),
                "Here the error is actual minus predicted, and the update is added. A positive error means that the "
                "prediction is too low: with a positive input the weight has to grow.",
            ),
            Misconception(
                "the slope belongs to the other rule",
                lambda error, z, input: (by_chain_rule(error, z, input), error * input),
                "The delta rule is the one that leaves the slope out; and the order asked for is delta rule, chain rule.",
            ),
            Misconception(
                "the input is missing",
                lambda error, z, input: (error, by_chain_rule(error, z, 1)),
                "A weight whose input was 0 had no part in the error. Does your update leave it alone?",
            ),
            *(() if unit.activation is tanh else (of_another,)),
        ),
    )


BOTH_RULES = Family(
    name="both-rules",
    slug="both-rules",
    members=_UNITS,
    make=_both_rules,
    passages=lambda unit: (
        f"A unit computes $f(z) = {unit.formula}$. {unit.derivative}",
        f"Take 1 as the learning rate, and {unit.numpy}.",
    ),
    about=lambda unit: f"one {unit.name} unit",
)

EXERCISES = (BOTH_RULES.published,)

FAMILIES = (BOTH_RULES,)
