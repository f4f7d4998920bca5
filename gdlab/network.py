"""Networks: the forward pass through a list of layers, how they start, and all their parameters in one vector."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from gdlab import validation
from gdlab.activations import ACTIVATIONS, Activation
from gdlab.fitting import checked, connected, for_forward
from gdlab.layers import Layer, Trace
from gdlab.validation import Array, named


@checked(for_forward)
@np.errstate(all="ignore")  # a network that has diverged is something to look at, not a page of warnings
def forward(layers: Sequence[Layer], X: ArrayLike) -> Trace:
    """Send `X` through the layers and keep every intermediate value: ``z = a W + b``, then ``a = f(z)``.

    Parameters
    ----------
    layers
        Parameters of shape (..., d, k) and (..., 1, k).
    X
        Inputs, shape (n, d), finite.

    Returns
    -------
    Trace
        With ``z`` and ``a`` of every layer, shape (..., n, k), and the prediction ``y_hat``.

    Raises
    ------
    ValueError
        If shapes do not fit or X is empty or not finite.
    TypeError
        If X does not hold numbers.
    """
    a, z = [X], []
    for layer in layers:
        z.append(a[-1] @ layer.W + layer.b)
        a.append(layer.activation.f(z[-1]))
    return Trace(a, z)


SCHEMES = {
    "glorot": lambda d, k: np.sqrt(2 / (d + k)),
    "he": lambda d, k: np.sqrt(2 / d),
    "lecun": lambda d, k: np.sqrt(1 / d),
}
"""Standard deviation of a layer's initial weights for d inputs and k units."""


def initialise(
    sizes: Sequence[int],
    hidden: str | Activation = "tanh",
    output: str | Activation = "identity",
    *,
    seed: int | Iterable[int] = 0,
    scheme: str | float = "glorot",
) -> list[Layer]:
    """Return a network with normally distributed random weights and zero biases.

    Parameters
    ----------
    sizes
        Number of units from the inputs to the outputs; ``(2, 8, 1)`` has one hidden layer of 8.
    hidden, output
        Activation of the hidden layers and of the last one.
    seed
        Same seed, same weights. Several seeds give as many independent runs on a leading axis, and run i is the
        network that ``seed[i]`` alone would give.
    scheme
        ``"glorot"`` (variance 2/(d + k)), ``"he"`` (2/d), ``"lecun"`` (1/d), or a standard deviation >= 0.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two sizes, one is not a whole number >= 1, or a name is unknown.

    References
    ----------
    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", AISTATS.
    """
    if not isinstance(sizes, Sequence) or isinstance(sizes, str):
        raise TypeError(f"sizes came as {validation.describe(sizes)}; wanted a list of whole numbers, e.g. (2, 8, 1)")
    if len(sizes) < 2:
        raise ValueError(f"sizes came as {validation.describe(sizes)}; wanted at least two, e.g. (2, 8, 1)")
    sizes = [validation.whole(size, "a size", 1) for size in sizes]
    if isinstance(scheme, str):
        spread = named(SCHEMES, scheme, "scheme")
    else:
        constant = validation.positive(scheme, "scheme", zero=True)
        spread = lambda d, k: constant  # noqa: E731
    hidden, output = (named(ACTIVATIONS, one, "activation") for one in (hidden, output))
    generators = [np.random.default_rng(one) for one in validation.seeds(seed)]
    layers = []
    for index, (d, k) in enumerate(itertools.pairwise(sizes)):
        W = np.stack([rng.normal(0, spread(d, k), (d, k)) for rng in generators])
        if not isinstance(seed, Iterable):
            W = W[0]
        b = np.zeros((*W.shape[:-2], 1, k))
        layers.append(Layer(W, b, output if index == len(sizes) - 2 else hidden))
    connected(layers)
    return layers


def to_vector(layers: Sequence[Layer]) -> Array:
    """Return all parameters in one vector θ, shape (..., p): W then b, layer by layer."""
    connected(layers)
    parts = [p.reshape(*p.shape[:-2], -1) for layer in layers for p in (layer.W, layer.b)]
    return np.concatenate(parts, axis=-1)


def from_vector(theta: ArrayLike, layers: Sequence[Layer]) -> list[Layer]:
    """Return layers like `layers` with the parameters θ (..., p); leading axes of θ become independent runs."""
    theta = validation.array(theta, "theta", "(..., p)", least_axes=1)
    p = to_vector(layers).shape[-1]
    if theta.shape[-1] != p:
        raise ValueError(f"theta has shape {theta.shape}; wanted (..., {p}) for these layers")
    result, start = [], 0
    for layer in layers:
        d, k = layer.W.shape[-2:]
        W = theta[..., start : start + d * k].reshape(*theta.shape[:-1], d, k)
        b = theta[..., start + d * k : start + d * k + k].reshape(*theta.shape[:-1], 1, k)
        result.append(replace(layer, W=W, b=b))
        start += d * k + k
    return result
