"""Networks: the forward pass through a list of layers, how they start, and all their parameters in one vector."""

from __future__ import annotations  # help shows the names of types, which are short

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

    Examples
    --------
    >>> layers = [Layer([[1.0], [2.0]], [[0.5]], "relu")]
    >>> forward(layers, [[1, 1], [0, -1]]).y_hat
    array([[3.5],
           [0. ]])
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

    Examples
    --------
    >>> initialise((2, 8, 1), "tanh", "sigmoid")
    [Layer(2 → 8, tanh), Layer(8 → 1, sigmoid)]
    >>> initialise((2, 8, 1), seed=range(50))
    [Layer(2 → 8, tanh; 50 runs), Layer(8 → 1, identity; 50 runs)]
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
    """Return all parameters in one vector θ, shape (..., p): W then b, layer by layer.

    Examples
    --------
    >>> to_vector([Layer([[1, 2]], [[3, 4]]), Layer([[5], [6]], [[7]])])
    array([1., 2., 3., 4., 5., 6., 7.])
    """
    connected(layers)
    parts = [p.reshape(*p.shape[:-2], -1) for layer in layers for p in (layer.W, layer.b)]
    return np.concatenate(parts, axis=-1)


def from_vector(theta: ArrayLike, layers: Sequence[Layer]) -> list[Layer]:
    """Return layers like `layers` with the parameters θ (..., p); leading axes of θ become independent runs.

    Raises
    ------
    ValueError
        If θ has another number of parameters than the layers.

    Examples
    --------
    >>> layers = initialise((2, 3, 1))
    >>> from_vector(np.zeros(13), layers)
    [Layer(2 → 3, tanh), Layer(3 → 1, identity)]
    """
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


def one_run(layers: Sequence[Layer], run: int) -> list[Layer]:
    """Return one of the networks that stand on a leading axis: parameters (runs, d, k) to (d, k).

    Raises
    ------
    ValueError, TypeError
        If the layers have no leading axis, or not that many runs.

    Examples
    --------
    >>> one_run(initialise((2, 8, 1), seed=range(50)), 7)
    [Layer(2 → 8, tanh), Layer(8 → 1, identity)]
    """
    connected(layers)
    axes = layers[0].W.shape[:-2]
    run = validation.whole(run, "run", 0)
    if not axes or run >= axes[0]:
        raise ValueError(f"run is {run}; these layers hold {axes[0] if axes else 'no'} independent runs, from 0")
    return [layer.with_parameters(layer.W[run], layer.b[run]) for layer in layers]


def product(layers: Sequence[Layer]) -> Layer:
    """Return the one linear layer that the weights and biases of `layers` make, leaving out what the units do to z.

    ``W = W₁ W₂ … W``, shape (..., d, k), and ``b = (b₁ W₂ + b₂) W₃ + …``. With identity units this layer does all
    that the stack does.

    Examples
    --------
    >>> stack = [Layer([[1, 2]], [[3, 4]]), Layer([[5], [6]], [[7]])]
    >>> one = product(stack)
    >>> one.W, one.b
    (array([[17.]]), array([[46.]]))
    """
    connected(layers)
    W, b = layers[0].W, layers[0].b
    for layer in layers[1:]:
        W, b = W @ layer.W, b @ layer.W + layer.b
    return Layer(W, b)
