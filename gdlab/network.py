"""Networks: layers of weights and activations, and the forward pass through them.

A network is a list of layers. One neuron is a network of one layer with one unit. Leading axes of the parameters
are independent runs: fifty networks that differ in their start are one list of layers with 50 in front.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gdlab import validation
from gdlab.activations import ACTIVATIONS, Activation, identity
from gdlab.validation import Array, named


@dataclass(frozen=True)
class Layer:
    """One layer: ``a = f(X W + b)``.

    Parameters
    ----------
    W : array of shape (..., d, k)
        Weights from d inputs to k units.
    b : array of shape (..., 1, k)
        Biases.
    activation : Activation or str
        ``f``, or its name.

    Raises
    ------
    ValueError
        If the shapes do not fit each other. Values are not checked: a run that diverges is a run to look at.
    """

    W: Array
    b: Array
    activation: Activation = identity

    def __post_init__(self) -> None:
        W = validation.array(self.W, "W", "(..., d, k)", least_axes=2)
        b = validation.array(self.b, "b", "(..., 1, k)", least_axes=2)
        if b.shape != (*W.shape[:-2], 1, W.shape[-1]):
            raise ValueError(f"b has shape {b.shape}; wanted {(*W.shape[:-2], 1, W.shape[-1])} beside W {W.shape}")
        object.__setattr__(self, "W", W)
        object.__setattr__(self, "b", b)
        object.__setattr__(self, "activation", named(ACTIVATIONS, self.activation, "activation"))

    def with_parameters(self, W: Array, b: Array) -> "Layer":
        """Return a layer of the same activation with other parameters of the same shapes (not checked again)."""
        layer = object.__new__(Layer)
        layer.__dict__.update(W=W, b=b, activation=self.activation)
        return layer


@dataclass(frozen=True)
class Trace:
    """What a forward pass leaves behind, for the way back.

    Attributes
    ----------
    a : list of arrays
        The activations: ``a[0]`` is X (n, d), ``a[i + 1]`` what layer i gives, shape (..., n, k).
    z : list of arrays
        The weighted inputs: ``z[i] = a[i] W + b`` of layer i, shape (..., n, k).
    """

    a: list[Array]
    z: list[Array]

    @property
    def y_hat(self) -> Array:
        """The prediction, shape (..., n, k)."""
        return self.a[-1]


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
    return propagate(layers, inputs(layers, X))


def propagate(layers: Sequence[Layer], X: Array) -> Trace:
    """Do the forward pass for inputs that have been checked."""
    a, z = [X], []
    for layer in layers:
        z.append(a[-1] @ layer.W + layer.b)
        a.append(layer.activation.f(z[-1]))
    return Trace(a, z)


def inputs(layers: Sequence[Layer], X: ArrayLike) -> Array:
    """Return `X` as an array that fits the first layer, or say what is wrong with it or with the layers."""
    connected(layers)
    X = validation.finite(validation.array(X, "X", "(n, d)"), "X")
    d = layers[0].W.shape[-2]
    if X.shape[1] != d:
        raise ValueError(f"X has shape {X.shape}; the first layer, with W {layers[0].W.shape}, wants (n, {d})")
    return X


def connected(layers: Sequence[Layer]) -> None:
    """Raise unless `layers` are layers whose shapes fit one another."""
    if not isinstance(layers, Sequence) or not all(isinstance(layer, Layer) for layer in layers):
        raise TypeError(f"layers came as {validation.describe(layers)}; wanted a list of Layer")
    if not layers:
        raise ValueError("layers is empty; wanted at least one Layer")
    for index, (lower, upper) in enumerate(itertools.pairwise(layers)):
        if lower.W.shape[-1] != upper.W.shape[-2] or lower.W.shape[:-2] != upper.W.shape[:-2]:
            raise ValueError(
                f"layer {index} has W {lower.W.shape} and layer {index + 1} has W {upper.W.shape}; "
                "wanted (..., d, k) and then (..., k, m) with the same leading axes"
            )
        if lower.activation.name == "softmax":
            raise ValueError(f"layer {index} is hidden and has softmax; wanted softmax at the last layer only")


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
