"""Runs by updates that stand in for the gradient of a hidden layer, and how far these agree with it."""

from dataclasses import dataclass, replace

import numpy as np

from gdlab.activations import Activation, sigmoid
from gdlab.datasets import TOY_SETS, Dataset
from gdlab.explorers import style
from gdlab.explorers.runs import learn, random_networks, right
from gdlab.gradients import agreement, backward
from gdlab.layers import Layer
from gdlab.losses import LOSSES
from gdlab.network import forward, from_vector
from gdlab.rules import RULES, Rule, feedback_alignment
from gdlab.validation import Array

SAMPLES, HIDDEN, STEPS = 120, 8, 400
STARTS = 20
LOOKS = {
    "chain_rule": style.RULES["chain_rule"],
    **style.STAND_INS,
    "delta_rule": style.RULES["delta_rule"],
    "frozen": style.RULES["frozen"],
}

TWIN = Activation(
    "smooth twin",
    f=lambda z: sigmoid.f(4 * z),
    f_prime=lambda z: 4 * sigmoid.f_prime(4 * z),  # 1 at z = 0
    F=lambda z: sigmoid.F(4 * z) / 4,
    range=(0.0, 1.0),
)
"""What takes the place of a step where a gradient is to be compared with."""


def rules_for(activation: str) -> tuple[str, ...]:
    """Return the names of the rules that differ for these units: for steps the chain rule is the frozen one."""
    return tuple(rule for rule in LOOKS if (rule, activation) != ("chain_rule", "step"))


def stand_in(rule: str, activation: str, seeds: range) -> Rule:
    """Return a rule for runs with these seeds.

    Feedback alignment keeps the slope of each unit, and that of a step is 0, so there it takes the window's.
    """
    if rule != "feedback_alignment":
        return RULES[rule]
    own = feedback_alignment(seeds)
    return replace(own, factor=RULES["straight_through"].factor) if activation == "step" else own


def hidden_agreement(layers: list[Layer], data: Dataset, rule: Rule) -> Array:
    """Return the cosine, shape (...), between what a rule does to the hidden layer and the gradient there.

    For step units it is the gradient of the smooth twin: the network with the same weights and biases in which each
    step is replaced by ``σ(4 z)``, with a forward pass of its own.
    """
    twin = [_smooth(layers[0]), layers[1]]
    update, gradient = (
        backward.unchecked(one, forward.unchecked(one, data.X), data.y, loss=LOSSES["binary_cross_entropy"], rule=by)[
            :1
        ]
        for one, by in ((layers, rule), (twin, RULES["chain_rule"]))
    )
    return agreement(update, gradient)


def _smooth(layer: Layer) -> Layer:
    return Layer(layer.W, layer.b, TWIN) if layer.activation.name == "step" else layer


@dataclass(frozen=True)
class Course:
    """Runs by one rule, record by record: `shares` of points right and `cosines`, both of shape (records, runs)."""

    shares: Array
    cosines: Array

    def up_to(self, record: int) -> "Course":
        return Course(self.shares[: record + 1], self.cosines[: record + 1])

    @property
    def median_cosines(self) -> Array:
        """The median over the runs at each record, of those that have a direction; nan where none has."""
        return np.ma.median(np.ma.masked_invalid(self.cosines), axis=1).filled(np.nan)

    @property
    def mean_cosines(self) -> Array:
        """The mean over the records of each run, of those where update and gradient have a direction."""
        known = np.isfinite(self.cosines)
        return np.where(known, self.cosines, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def train_all(rule: str, problem: str, activation: str, learning_rate: float) -> Course:
    """Train all starts by a rule."""
    data, seeds = TOY_SETS[problem](SAMPLES), range(STARTS)
    by = stand_in(rule, activation, seeds)
    history = learn(random_networks(activation, HIDDEN, seeds), data, by, learning_rate, STEPS)
    layers = from_vector(history.theta, history.start)
    shares = right(forward.unchecked(layers, data.X).y_hat, data.y)
    return Course(shares, hidden_agreement(layers, data, by))
