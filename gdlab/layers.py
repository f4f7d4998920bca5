"""Layers: what a network is made of, and what a forward pass leaves behind in it.

A network is a list of layers. One neuron is a network of one layer with one unit. Leading axes of the parameters
are independent runs: fifty networks that differ in their start are one list of layers with 50 in front.
"""

from dataclasses import dataclass

from gdlab import validation
from gdlab.activations import ACTIVATIONS, Activation, identity
from gdlab.validation import Array, named


def runs_of(axes: tuple[int, ...]) -> str:
    """Say how many independent runs leading `axes` hold; nothing if there is one alone.

    Examples
    --------
    >>> runs_of((50,)), runs_of((3, 50)), runs_of(())
    ('50 runs', '3 × 50 runs', '')
    """
    return f"{' × '.join(map(str, axes))} runs" if axes else ""


@dataclass(frozen=True, eq=False, repr=False)
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

    Examples
    --------
    >>> Layer(W=[[1, 0, -1], [2, 1, 0]], b=[[0, 0, 1]], activation="tanh")
    Layer(2 → 3, tanh)
    """

    W: Array
    b: Array
    activation: Activation = identity

    def __post_init__(self) -> None:
        W = validation.array(self.W, "W", "(..., d, k)", least_axes=2)
        b = validation.array(self.b, "b", "(..., 1, k)", least_axes=0)
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

    def __repr__(self) -> str:
        *runs, d, k = self.W.shape
        words = f"{d} → {k}, {self.activation.name}"
        return f"Layer({words}; {runs_of(tuple(runs))})" if runs else f"Layer({words})"


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """What a forward pass leaves behind, for the way back.

    Attributes
    ----------
    a : list of arrays
        The activations: ``a[0]`` is X (n, d), ``a[i + 1]`` what layer i gives, shape (..., n, k).
    z : list of arrays
        The weighted inputs: ``z[i] = a[i] W + b`` of layer i, shape (..., n, k).

    Examples
    --------
    >>> gdlab.forward(gdlab.initialise((2, 3, 1)), [[0, 1], [1, 0]])
    <trace of 2 samples through 2-3-1>
    """

    a: list[Array]
    z: list[Array]

    @property
    def y_hat(self) -> Array:
        """The prediction, shape (..., n, k)."""
        return self.a[-1]

    def __repr__(self) -> str:
        *runs, n, _ = self.y_hat.shape
        sizes = "-".join(str(a.shape[-1]) for a in self.a)
        of_runs = f", {runs_of(tuple(runs))}" if runs else ""
        return f"<trace of {n} sample{'' if n == 1 else 's'} through {sizes}{of_runs}>"
