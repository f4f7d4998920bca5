"""Losses: how wrong a prediction is, and the slope ∂L/∂ŷ that starts the way back.

The loss of a data set is the *mean over samples* of the sum over outputs of ``L(ŷ, y)``. Each loss states its
constant: the squared error here is ``½ (ŷ − y)²``, so that its slope is ``ŷ − y`` and not twice that.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdlab.activations import ACTIVATIONS, Activation, exponential, identity, sigmoid, softmax
from gdlab.validation import Array, floats, named, of_numbers


@dataclass(frozen=True)
class Loss:
    """A loss for one prediction ``ŷ`` and its target ``y``.

    Attributes
    ----------
    name : str
        Its key in `LOSSES`.
    formula : str
        The formula, with its constant.
    L, L_prime : callable
        ``L(y_hat, y)`` and ``∂L/∂ŷ``, element by element.
    matched : Activation or None
        The output activation whose slope cancels against ``∂L/∂ŷ``, leaving ``∂L/∂z = ŷ − y``.
    domain : tuple of float
        Where predictions and targets must lie for ``L`` to be a finite number (targets may lie on its edge).

    Examples
    --------
    >>> loss = LOSSES["squared_error"]
    >>> loss
    <loss squared_error: ½ (ŷ − y)²>
    >>> loss.L([2, 0], [1, 1]), loss.L_prime([2, 0], [1, 1])
    (array([0.5, 0.5]), array([ 1., -1.]))
    """

    name: str
    formula: str
    L: Callable[[ArrayLike, ArrayLike], Array]
    L_prime: Callable[[ArrayLike, ArrayLike], Array]
    matched: Activation | None = None
    domain: tuple[float, float] = (-np.inf, np.inf)

    def __post_init__(self) -> None:
        for name in ("L", "L_prime"):
            object.__setattr__(self, name, of_numbers(getattr(self, name)))

    def of_z(self, activation: Activation, z: ArrayLike, y: ArrayLike) -> Array:
        """Return the loss of each sample, shape (..., n), as a function of the output layer's ``z`` (..., n, k).

        A cross-entropy behind its matched activation is written as ``F(z) − y z``: the same number, but finite
        where ``log(ŷ)`` would be ``log(0)``.

        Examples
        --------
        >>> LOSSES["binary_cross_entropy"].of_z(ACTIVATIONS["sigmoid"], z=[[-1000], [1000]], y=[[1], [1]])
        array([1000.,    0.])
        """
        z, y = floats(z), floats(y)
        if activation is self.matched and activation is not identity:
            return _matching(activation, z, y)
        return self.L(activation.f(z), y).sum(axis=-1)

    def signal(self, activation: Activation, z: ArrayLike, y: ArrayLike) -> Array:
        """Return ``∂L/∂z = ∂L/∂ŷ × f′(z)``, shape (..., n, k): the chain rule at the output layer.

        For a matched pair the product is ``ŷ − y``, and is computed so: exact where it would be ``∞ × 0``.

        Examples
        --------
        >>> LOSSES["squared_error"].signal(ACTIVATIONS["tanh"], z=[[0.0]], y=[[1.0]])  # (0 − 1) × tanh′(0)
        array([[-1.]])
        """
        z, y = floats(z), floats(y)
        y_hat = activation.f(z)
        if activation is self.matched:
            return y_hat - y
        return activation.times_slope(self.L_prime(y_hat, y), z)

    def __repr__(self) -> str:
        return f"<loss {self.name}: {self.formula}>"


def _matching(activation: Activation, z: Array, y: Array) -> Array:
    return activation.F(z).sum(axis=-1) - (y * z).sum(axis=-1)


class MatchingLoss(Loss):
    """A loss over ``z`` rather than ``ŷ``, so that it exists for an ``f`` that cannot be inverted, too.

    Examples
    --------
    >>> isinstance(matching_loss("step"), MatchingLoss)
    True
    """

    def of_z(self, activation: Activation, z: ArrayLike, y: ArrayLike) -> Array:
        return _matching(activation, floats(z), floats(y))


def _refuse(y_hat: Array, y: Array) -> Array:
    raise TypeError("a matching loss is a function of z, not of ŷ: use its methods of_z(…) and signal(…)")


def matching_loss(activation: str | Activation) -> Loss:
    """Return the loss whose gradient is the delta rule: ``L = F(z) − y z``, so ``∂L/∂z = f(z) − y``.

    It is convex in ``z`` exactly if ``f`` is non-decreasing. If the target lies strictly inside the range of such an
    ``f`` it has a lowest value; at the edge of the range it may fall for ever. For the identity it is ``½ (ŷ − y)²``
    less ``½ y²``, which no weight changes; for the sigmoid it is the binary cross-entropy, for softmax the
    cross-entropy, for the exponential the Poisson loss.

    Parameters
    ----------
    activation
        The output activation, or its name. The loss belongs to this activation and is refused with another.

    References
    ----------
    Auer, Herbster & Warmuth 1995, "Exponentially many local minima for single neurons", NIPS 8, 316–322.

    Examples
    --------
    >>> loss = matching_loss("tanh")
    >>> loss
    <loss matching_loss(tanh): F(z) − y z, with F′ = f>
    >>> loss.signal(ACTIVATIONS["tanh"], z=[[0.0]], y=[[1.0]])  # f(0) − 1
    array([[-1.]])
    """
    f = named(ACTIVATIONS, activation, "activation")
    return MatchingLoss(f"matching_loss({f.name})", "F(z) − y z, with F′ = f", _refuse, _refuse, matched=f)


def _times_log(x: Array, p: Array) -> Array:
    """``x log p``, and 0 where ``x`` is 0 whatever ``p`` is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x == 0, 0.0, x * np.log(p))


squared_error = Loss(
    "squared_error",
    "½ (ŷ − y)²",
    L=lambda y_hat, y: (y_hat - y) ** 2 / 2,
    L_prime=lambda y_hat, y: y_hat - y,
    matched=identity,
)

# The slope of |ŷ − y| at its corner is a choice, as for ReLU: it is 0 here.
absolute_error = Loss(
    "absolute_error",
    "|ŷ − y|",
    L=lambda y_hat, y: np.abs(y_hat - y),
    L_prime=lambda y_hat, y: np.sign(y_hat - y),
)

huber = Loss(
    "huber",
    "½ (ŷ − y)² where |ŷ − y| ≤ 1, else |ŷ − y| − ½",
    L=lambda y_hat, y: np.where(np.abs(y_hat - y) <= 1, (y_hat - y) ** 2 / 2, np.abs(y_hat - y) - 0.5),
    L_prime=lambda y_hat, y: np.clip(y_hat - y, -1.0, 1.0),
)

binary_cross_entropy = Loss(
    "binary_cross_entropy",
    "−y log ŷ − (1 − y) log(1 − ŷ)",
    L=lambda y_hat, y: -_times_log(y, y_hat) - _times_log(1 - y, 1 - y_hat),
    L_prime=lambda y_hat, y: (y_hat - y) / (y_hat * (1 - y_hat)),
    matched=sigmoid,
    domain=(0.0, 1.0),
)

softmax_cross_entropy = Loss(
    "softmax_cross_entropy",
    "−Σ y log ŷ, with Σ y = 1",
    L=lambda y_hat, y: -_times_log(y, y_hat),
    L_prime=lambda y_hat, y: -y / y_hat,
    matched=softmax,
    domain=(0.0, 1.0),
)

# Minus the logarithm of the Poisson distribution's probability of the count y, less log y!, which no weight changes.
poisson = Loss(
    "poisson",
    "ŷ − y log ŷ",
    L=lambda y_hat, y: y_hat - _times_log(y, y_hat),
    L_prime=lambda y_hat, y: 1 - y / y_hat,
    matched=exponential,
    domain=(0.0, np.inf),
)

LOSSES = {
    loss.name: loss
    for loss in (squared_error, absolute_error, huber, binary_cross_entropy, softmax_cross_entropy, poisson)
}
"""Every loss by its name; `matching_loss` makes one more for each activation."""
