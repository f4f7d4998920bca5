"""Activation functions: each `f` beside its slope `f′` and its antiderivative `F`.

A unit computes ``f(z)`` from its weighted input ``z = X W + b``. The slope ``f′(z)`` is the factor that the
chain rule puts between error and input and that the delta rule leaves out. ``F``, with ``F′ = f``, is what the
delta rule needs to be a gradient after all: see `gdlab.losses.matching_loss`.

All of them take arrays of any shape and stay finite and free of warnings for any ``|z|`` up to 1e150; but the
exponential, which passes what a double can hold near z = 710, is infinite above.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdlab.validation import Array, of_numbers

LEAK = 0.01
"""Slope of `leaky_relu` below zero."""


@dataclass(frozen=True)
class Activation:
    """An activation function with what calculus says about it.

    Attributes
    ----------
    name : str
        Its key in `ACTIVATIONS`.
    f, f_prime, F : callable
        ``f(z)``, its derivative and an antiderivative; arrays of shape (...), or lists, to arrays of the same shape.
        ``F`` is the one that is 0 at 0, unless another has a name of its own (softplus, say).
    range : tuple of float
        Infimum and supremum of ``f``.
    non_decreasing : bool
        Whether ``f′ >= 0`` everywhere. Then, and only then, ``F`` is convex.
    label : str
        What it is called on a page; its name if nothing else is said.

    Examples
    --------
    >>> relu = ACTIVATIONS["relu"]
    >>> relu
    <activation relu>
    >>> relu.f([-1, 2]), relu.f_prime([-1, 2]), relu.F([-1, 2])
    (array([0., 2.]), array([0., 1.]), array([0., 2.]))
    >>> relu.label
    'ReLU'
    """

    name: str
    f: Callable[[ArrayLike], Array]
    f_prime: Callable[[ArrayLike], Array]
    F: Callable[[ArrayLike], Array]
    range: tuple[float, float]
    non_decreasing: bool = True
    label: str = ""

    def __post_init__(self) -> None:
        for name in ("f", "f_prime", "F"):
            object.__setattr__(self, name, of_numbers(getattr(self, name)))
        object.__setattr__(self, "label", self.label or self.name)

    def __call__(self, z: ArrayLike) -> Array:
        """Return ``f(z)``."""
        return self.f(z)

    def times_slope(self, signal: Array, z: Array) -> Array:
        """Return ``signal × f′(z)``: ``∂L/∂f(z)`` becomes ``∂L/∂z``."""
        return signal * self.f_prime(z)

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


class _Softmax(Activation):
    """Softmax ties the units of a layer together, so its slope is a matrix: ``∂ŷᵢ/∂zⱼ = ŷᵢ (δᵢⱼ − ŷⱼ)``."""

    def times_slope(self, signal: Array, z: Array) -> Array:
        return (signal[..., None, :] @ self.f_prime(z))[..., 0, :]


def _sigmoid(z: Array) -> Array:
    e = np.exp(-np.abs(z))  # never overflows, and keeps the digits of a tiny σ(z)
    return np.where(z >= 0, 1.0, e) / (1 + e)


def _sigmoid_prime(z: Array) -> Array:
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def _tanh_prime(z: Array) -> Array:
    e = np.exp(-2 * np.abs(z))
    return 4 * e / (1 + e) ** 2


def _softplus(z: Array) -> Array:
    return np.logaddexp(0.0, z)


_ONE_OVER_K_SQUARED = np.array([0.0] + [1 / k**2 for k in range(1, 48)])


def _softplus_integral(z: Array) -> Array:
    """``∫ softplus from −∞ to z = −Li₂(−eᶻ)``, by Landen's identity for ``z <= 0`` and reflection above."""
    below = -np.abs(z)
    dilogarithm = np.polynomial.polynomial.polyval(_sigmoid(below), _ONE_OVER_K_SQUARED)
    integral = dilogarithm + _softplus(below) ** 2 / 2
    return np.where(z <= 0, integral, z**2 / 2 + np.pi**2 / 6 - integral)


def _exponential(z: Array) -> Array:
    with np.errstate(over="ignore"):  # infinity is the nearest there is
        return np.exp(z)


_erf = np.vectorize(math.erf, otypes=[float])


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_jacobian(z: Array) -> Array:
    y_hat = _softmax(z)
    return y_hat[..., :, None] * (np.eye(z.shape[-1]) - y_hat[..., None, :])


def _log_sum_exp(z: Array) -> Array:
    top = z.max(axis=-1, keepdims=True)
    return top + np.log(np.exp(z - top).sum(axis=-1, keepdims=True))


identity = Activation(
    "identity",
    f=lambda z: z,
    f_prime=lambda z: np.ones_like(z),
    F=lambda z: z**2 / 2,
    range=(-np.inf, np.inf),
)

sigmoid = Activation(
    "sigmoid",
    f=_sigmoid,
    f_prime=_sigmoid_prime,  # = f(z) (1 − f(z)), at most 1/4
    F=_softplus,
    range=(0.0, 1.0),
)

tanh = Activation(
    "tanh",
    f=np.tanh,
    f_prime=_tanh_prime,  # = 4 σ′(2z) = 1 − tanh²(z), without losing its digits far out
    F=lambda z: np.logaddexp(z, -z) - np.log(2),  # = log cosh z
    range=(-1.0, 1.0),
)

# ReLU has a corner at 0, where any slope between 0 and 1 could be chosen. Here it is 0.
relu = Activation(
    "relu",
    f=lambda z: np.maximum(z, 0.0),
    f_prime=lambda z: np.where(z > 0, 1.0, 0.0),
    F=lambda z: np.maximum(z, 0.0) ** 2 / 2,
    range=(0.0, np.inf),
    label="ReLU",
)

leaky_relu = Activation(
    "leaky_relu",
    f=lambda z: np.where(z > 0, z, LEAK * z),
    f_prime=lambda z: np.where(z > 0, 1.0, LEAK),
    F=lambda z: np.where(z > 0, z, LEAK * z) * z / 2,
    range=(-np.inf, np.inf),
    label="leaky ReLU",
)

softplus = Activation(
    "softplus",
    f=_softplus,
    f_prime=_sigmoid,
    F=_softplus_integral,
    range=(0.0, np.inf),
)

# For the output layer, where a count is predicted. In a stack, exponentials of exponentials overflow at once.
exponential = Activation(
    "exponential",
    f=_exponential,
    f_prime=_exponential,
    F=_exponential,
    range=(0.0, np.inf),
)

# The true slope of a step is 0 wherever it exists: nothing travels back through it.
step = Activation(
    "step",
    f=lambda z: np.where(z > 0, 1.0, 0.0),
    f_prime=lambda z: np.zeros_like(z),
    F=lambda z: np.maximum(z, 0.0),
    range=(0.0, 1.0),
)

sine = Activation(
    "sine",
    f=np.sin,
    f_prime=np.cos,
    F=lambda z: 1 - np.cos(z),
    range=(-1.0, 1.0),
    non_decreasing=False,
)

gaussian = Activation(
    "gaussian",
    f=lambda z: np.exp(-(z**2) / 2),
    f_prime=lambda z: -z * np.exp(-(z**2) / 2),
    F=lambda z: np.sqrt(np.pi / 2) * _erf(z / np.sqrt(2)),
    range=(0.0, 1.0),
    non_decreasing=False,
)

# For the output layer: F is log-sum-exp, shape (..., n, 1), and softmax is its gradient.
softmax = _Softmax(
    "softmax",
    f=_softmax,
    f_prime=_softmax_jacobian,
    F=_log_sum_exp,
    range=(0.0, 1.0),
)

ACTIVATIONS = {a.name: a for a in tuple(vars().values()) if isinstance(a, Activation)}
"""Every activation by its name: all that are defined above."""


def labels(*names: str) -> dict[str, str]:
    """Return what these activations are called on a page, by their names: the options of a list to choose from.

    Examples
    --------
    >>> labels("tanh", "relu")
    {'tanh': 'tanh', 'relu': 'ReLU'}
    """
    return {name: ACTIVATIONS[name].label for name in names}
