"""Backward passes with one bug each: what they take for the gradient, and how a network trains by them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from gdlab import training
from gdlab.activations import relu
from gdlab.datasets import TOY_SETS, Dataset
from gdlab.gradients import Gradient, backward
from gdlab.layers import Layer, Trace
from gdlab.lessons.check_your_gradient.gradient_check import SIZES
from gdlab.losses import LOSSES
from gdlab.network import forward, from_vector, initialise, to_vector
from gdlab.rules import Rule, chain_rule
from gdlab.validation import Array

SAMPLES, STEPS, EVERY = 100, 300, 10
H = 1e-6
"""Step of the central differences: a little small, so that hardly a ReLU has its corner within it."""
LOSS = LOSSES["binary_cross_entropy"]


@dataclass(frozen=True)
class Bug:
    """One thing done wrong in the backward pass.

    Attributes
    ----------
    words
        What, on the page.
    rule
        The chain rule with the bug in it, if that is where it sits.
    without_bias
        The gradient of the first layer's biases is left at 0.
    stale
        The activations are those of the step before.
    """

    words: str
    rule: Rule = chain_rule
    without_bias: bool = False
    stale: bool = False


def _chain_rule_but(**changes: Any) -> Rule:
    return Rule("broken", **{"output_signal": chain_rule.output_signal, "factor": chain_rule.factor, **changes})


def _not_transposed(error: Array, W: Array, index: int) -> Array:
    """Carry the error back through W itself, which raises nothing where W is square."""
    square = W.shape[-2] == W.shape[-1]
    return error @ W if square else chain_rule.carry(error, W, index)


BUGS = {
    "none": Bug("none"),
    "sign": Bug("wrong sign: y − ŷ", _chain_rule_but(output_signal=lambda loss, f, z, y: y - f.f(z))),
    "transposed": Bug("W₂ not transposed", _chain_rule_but(carry=_not_transposed)),
    "slope": Bug("f′ taken of the activation", _chain_rule_but(factor=lambda f, z: f.f_prime(f.f(z)))),
    "mean": Bug("sum, not mean", _chain_rule_but(output_signal=lambda loss, f, z, y: (f.f(z) - y) * y.shape[-2])),
    "bias": Bug("biases b₁ forgotten", without_bias=True),
    "stale": Bug("stale activations", stale=True),
    "one": Bug("slope always 1", _chain_rule_but(factor=lambda f, z: 1.0)),
}
"""Every bug by its name."""


def backward_with(bug: Bug, layers: list[Layer], trace: Trace, y: Array) -> list[Gradient]:
    """Return what the broken backward pass takes for the gradient of the mean cross-entropy."""
    gradients = backward.unchecked(layers, trace, y, loss=LOSS, rule=bug.rule)
    if bug.without_bias:
        gradients[0] = Gradient(gradients[0].W, np.zeros_like(gradients[0].b))
    return gradients


@dataclass(frozen=True)
class Run:
    """A training run: what the broken pass gave at each record, beside the usual history.

    Attributes
    ----------
    loss : array, shape (records,)
    layers, taken : lists, one element for each record
        The network, and what was taken for its gradient.
    """

    loss: Array
    layers: list[list[Layer]]
    taken: list[list[Gradient]]


def data_of(problem: str) -> Dataset:
    """Return the samples of a problem."""
    return TOY_SETS[problem](SAMPLES)


@lru_cache(maxsize=48)
def run(name: str, problem: str, activation: str, learning_rate: float, start: int) -> Run:
    """Train a 2-6-6-1 network by gradient descent with a broken backward pass (or with the right one: ``"none"``)."""
    bug, data = BUGS[name], data_of(problem)
    before: Trace | None = None
    taken: list[list[Gradient]] = []

    def broken(layers: list[Layer], trace: Trace, y: Array, **_: Any) -> list[Gradient]:
        nonlocal before
        taken.append(backward_with(bug, layers, before if bug.stale and before else trace, y))
        before = trace
        return taken[-1]

    start = initialise(SIZES, activation, "sigmoid", seed=start, scheme="he")
    how = {"loss": LOSS, "learning_rate": learning_rate, "steps": STEPS, "record_every": EVERY, "backward": broken}
    history = training.train(start, data.X, data.y, **how)
    layers = [history.layers(record) for record in range(len(history.steps))]
    broken(layers[-1], forward(layers[-1], data.X), data.y)  # the update after the last one
    return Run(history.loss, layers, taken[::EVERY])


def measured_gradient(layers: list[Layer], data: Dataset) -> tuple[list[Gradient], bool]:
    """Return the gradient of the mean cross-entropy by central differences, and whether a step goes past a corner.

    That is so if the z of a ReLU changes its sign between the two places.
    """
    theta = to_vector(layers)
    steps = H * np.eye(theta.size)
    there, back = (forward.unchecked(from_vector(theta + sign * steps, layers), data.X).z for sign in (1, -1))
    J_there, J_back = (LOSS.of_z(layers[-1].activation, z[-1], data.y).mean(axis=-1) for z in (there, back))
    slopes = from_vector((J_there - J_back) / (2 * H), layers)
    corner = layers[0].activation is relu and any(
        ((one > 0) != (other > 0)).any() for one, other in zip(there[:-1], back[:-1], strict=True)
    )
    return [Gradient(layer.W, layer.b) for layer in slopes], bool(corner)
