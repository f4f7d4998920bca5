"""Rules: what the error is multiplied by on its way back.

Every update here is *error × slope × input*. A rule decides what stands in the middle. The chain rule puts
``f′(z)`` there, the delta rule puts 1, and the others try something else. That is their whole difference, and it
can be read off below, line against line.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gdlab.activations import Activation
from gdlab.losses import Loss
from gdlab.validation import Array, seeds


def _through_the_weights(signal: Array, W: Array, index: int) -> Array:
    return signal @ np.swapaxes(W, -1, -2)


@dataclass(frozen=True)
class Rule:
    """A way to turn the error at the output into an update of every weight.

    Attributes
    ----------
    name : str
        Its key in `RULES`.
    output_signal : callable
        ``(loss, activation, z, y)`` to the error signal at the output layer's ``z``, shape (..., n, k).
    factor : callable
        ``(activation, z)`` to what the signal is multiplied by at a hidden layer: shape (..., n, k) or a number.
    carry : callable
        ``(signal, W, index)`` to the signal that reaches the units below layer `index`, shape (..., n, d).
        Through the transposed weights, for every rule but feedback alignment.

    Examples
    --------
    >>> tanh = gdlab.ACTIVATIONS["tanh"]
    >>> RULES["chain_rule"].factor(tanh, [[0.0, 20.0]]).round(3), RULES["delta_rule"].factor(tanh, [[0.0, 20.0]])
    (array([[1., 0.]]), 1.0)
    """

    name: str
    output_signal: Callable[[Loss, Activation, Array, Array], Array]
    factor: Callable[[Activation, Array], Array | float]
    carry: Callable[[Array, Array, int], Array] = _through_the_weights

    def __repr__(self) -> str:
        return f"<rule {self.name}>"


# The gradient of the loss: the slope of every activation that the signal passes.
chain_rule = Rule(
    "chain_rule",
    output_signal=lambda loss, activation, z, y: loss.signal(activation, z, y),
    factor=lambda activation, z: activation.f_prime(z),
)

# The learner's formula, at every layer: 1 in place of every slope, at the output and at hidden units.
delta_rule = Rule(
    "delta_rule",
    output_signal=lambda loss, activation, z, y: activation.f(z) - y,
    factor=lambda activation, z: 1.0,
)

# The chain rule for the output layer only; nothing reaches the hidden layers, so they stay as they were.
frozen = Rule(
    "frozen",
    output_signal=lambda loss, activation, z, y: loss.signal(activation, z, y),
    factor=lambda activation, z: 0.0,
)

# For step units, whose slope is 0: pretend that they were the identity near the step. Bengio, Léonard & Courville 2013
# pretend so everywhere, which is the delta rule; the window is that of Courbariaux et al. 2016, arXiv:1602.02830.
straight_through = Rule(
    "straight_through",
    output_signal=lambda loss, activation, z, y: loss.signal(activation, z, y),
    factor=lambda activation, z: (np.abs(z) <= 1).astype(float),
)


@lru_cache(maxsize=256)
def _feedback_weights(shape: tuple[int, int], seeds: tuple[int, ...], index: int) -> Array:
    d, k = shape
    return np.stack([np.random.default_rng([seed, index]).normal(0, np.sqrt(2 / (d + k)), shape) for seed in seeds])


def feedback_alignment(seed: int | Iterable[int] = 0) -> Rule:
    """Return the rule that keeps every slope but sends the signal back through fixed random weights.

    Parameters
    ----------
    seed
        Decides the fixed weights ``B`` (d, k), which stand in for each layer's weights ``W`` (..., d, k) in all
        independent runs alike. Their entries are normal, of mean 0 and variance 2/(d + k), and never learn. Several
        seeds are for as many runs on a leading axis, and run i goes back through the weights of ``seed[i]``.

    References
    ----------
    Lillicrap, Cownden, Tweed & Akerman 2016, "Random synaptic feedback weights support error backpropagation for
    deep learning", Nature Communications 7:13276.

    Examples
    --------
    >>> feedback_alignment(seed=7)
    <rule feedback_alignment>
    """
    each = tuple(seeds(seed))
    one = not isinstance(seed, Iterable)

    def carry(signal: Array, W: Array, index: int) -> Array:
        B = _feedback_weights(W.shape[-2:], each, index)
        return _through_the_weights(signal, B[0] if one else B, index)

    return Rule("feedback_alignment", output_signal=chain_rule.output_signal, factor=chain_rule.factor, carry=carry)


RULES = {rule.name: rule for rule in (chain_rule, delta_rule, frozen, straight_through, feedback_alignment())}
"""Every rule by its name."""
