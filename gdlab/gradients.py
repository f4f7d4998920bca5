"""Gradients: the one backward pass, and three ways to ask whether it is right.

`backward` is the only backward pass in gdlab. `numerical_gradient` needs no calculus and so can check it,
`agreement` compares the directions of two updates, and `asymmetry` asks whether an update is the gradient of
anything at all.
"""

from __future__ import annotations  # help shows the names of types, which are short

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdlab import validation
from gdlab.fitting import checked, for_backward, for_forward, for_loss
from gdlab.layers import Layer, Trace
from gdlab.losses import Loss
from gdlab.network import forward, from_vector
from gdlab.rules import Rule
from gdlab.validation import Array


@dataclass(frozen=True, eq=False, repr=False)
class Gradient:
    """What a rule gives for one layer: ``W`` (..., d, k) and ``b`` (..., 1, k), shaped like the layer's own.

    Examples
    --------
    >>> Gradient(W=np.zeros((2, 3)), b=np.zeros((1, 3)))
    Gradient(W (2, 3), b (1, 3))
    """

    W: Array
    b: Array

    def __repr__(self) -> str:
        return f"Gradient(W {self.W.shape}, b {self.b.shape})"


@checked(for_backward)
@np.errstate(all="ignore")  # as in forward: divergence is something to look at
def backward(
    layers: Sequence[Layer],
    trace: Trace,
    y: ArrayLike,
    *,
    loss: str | Loss = "squared_error",
    rule: str | Rule = "chain_rule",
) -> list[Gradient]:
    """Send the error signal back through the layers: *error × slope × input*, averaged over the samples.

    At the output the rule gives the signal (for the chain rule, ``∂L/∂z``). Going down, it is carried through the
    weights and multiplied by the rule's factor (for the chain rule ``f′(z)``, for the delta rule 1). At each
    layer, ``∂J/∂W = inputᵀ signal / n`` and ``∂J/∂b = mean of signal``. With the chain rule this is exactly the
    gradient of `mean_loss`; with other rules it is what one would subtract in its place.

    Parameters
    ----------
    layers
        The network, parameters of shape (..., d, k) and (..., 1, k).
    trace
        What `forward` gave for the inputs (n, d).
    y
        Targets, shape (n, k).
    loss
        A name from `LOSSES`, a `Loss`, or a `matching_loss`.
    rule
        A name from `RULES` or a `Rule`.

    Returns
    -------
    list of Gradient
        One for each layer, shaped like its parameters.

    Raises
    ------
    ValueError, TypeError
        If shapes or names do not fit, targets are not finite, or loss and output activation do not go together.

    References
    ----------
    Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors", Nature 323, 533–536.

    Examples
    --------
    >>> neuron = [Layer([[2.0]], [[0.0]], "relu")]
    >>> backward(neuron, forward(neuron, [[3.0]]), [[5.0]])
    [Gradient(W (1, 1), b (1, 1))]
    >>> backward(neuron, forward(neuron, [[3.0]]), [[5.0]])[0].W  # (6 − 5) × 1 × 3
    array([[3.]])
    """
    signal = rule.output_signal(loss, layers[-1].activation, trace.z[-1], y) / len(y)
    ones = np.ones((1, len(y)))  # a bias is the weight of an input that is always 1
    gradients = []
    for index in reversed(range(len(layers))):
        a = trace.a[index]
        gradients.append(Gradient(W=np.swapaxes(a, -1, -2) @ signal, b=ones @ signal))
        if index:
            factor = rule.factor(layers[index - 1].activation, trace.z[index - 1])
            signal = rule.carry(signal, layers[index].W, index) * factor
    return gradients[::-1]


@checked(for_loss)
@np.errstate(all="ignore")
def mean_loss(
    layers: Sequence[Layer], X: ArrayLike, y: ArrayLike, *, loss: str | Loss = "squared_error"
) -> Array | np.float64:
    """Return ``J``: the loss averaged over the samples; one number, or shape (...) for leading axes of the layers.

    Parameters and errors as for `forward` and `backward`.

    Examples
    --------
    >>> float(mean_loss([Layer([[2.0]], [[0.0]])], X=[[1], [2]], y=[[2], [3]]))  # the mean of ½ 0² and ½ 1²
    0.25
    """
    z = forward.unchecked(layers, X).z[-1]
    return loss.of_z(layers[-1].activation, z, y).mean(axis=-1)


@checked(for_forward)
@np.errstate(all="ignore")
def input_slopes(layers: Sequence[Layer], X: ArrayLike) -> Array:
    """Return ``∂z/∂x``, shape (..., n, d): how the sum of the output layer's z moves with each input of each sample.

    A slope goes back through a network as an error signal does, through the weights and times f′(z) of each hidden
    layer: ``W₁ f′ W₂ f′ … W``.

    Parameters and errors as for `forward`.

    Examples
    --------
    >>> stack = [Layer([[1.0], [2.0]], [[0.0]], "relu"), Layer([[3.0]], [[0.0]])]
    >>> input_slopes(stack, [[1.0, 1.0], [-1.0, 0.0]])
    array([[3., 6.],
           [0., 0.]])
    """
    trace = forward.unchecked(layers, X)
    W = layers[-1].W
    slope = np.broadcast_to(W.sum(axis=-1)[..., None, :], (*W.shape[:-2], len(X), W.shape[-2]))
    for layer, z in zip(layers[-2::-1], trace.z[-2::-1], strict=True):
        slope = (slope * layer.activation.f_prime(z)) @ np.swapaxes(layer.W, -1, -2)
    return slope


def numerical_gradient(J: Callable[[Array], float], theta: ArrayLike, h: float = 1e-5) -> Array:
    """Return the gradient of `J` at `theta` by central differences: ``(J(θ + h eᵢ) − J(θ − h eᵢ)) / 2h``.

    Parameters
    ----------
    J
        A function of an array shaped like `theta` that returns a number, or an array whose derivatives are wanted.
    theta
        Where; any shape.
    h
        Step. Truncation costs about h², rounding about 1e-16/h: something near 1e-5 is best in double precision.

    Returns
    -------
    array
        Shape of `theta`, followed by the shape of what `J` returns.

    Examples
    --------
    >>> numerical_gradient(lambda theta: (theta**2).sum(), [1.0, 3.0]).round(6)
    array([2., 6.])
    """
    theta = validation.finite(validation.array(theta, "theta", "(...)", least_axes=0), "theta")
    h = validation.positive(h, "h")

    def value(point: Array) -> Array:
        return validation.array(J(point), "what the function returns", "(...)", least_axes=0)

    slopes = []
    for index in np.ndindex(theta.shape):
        there, back = theta.copy(), theta.copy()
        there[index] += h
        back[index] -= h
        slopes.append((value(there) - value(back)) / (2 * h))
    return np.array(slopes).reshape((*theta.shape, *slopes[0].shape))


def gradient_vector(gradients: Sequence[Gradient]) -> Array:
    """Return the gradients of all layers in one vector, shape (..., p), ordered as `gdlab.network.to_vector`.

    Examples
    --------
    >>> gradient_vector([Gradient(W=np.array([[1.0], [2.0]]), b=np.array([[3.0]]))])
    array([1., 2., 3.])
    """
    if not (isinstance(gradients, Sequence) and gradients and all(isinstance(one, Gradient) for one in gradients)):
        raise TypeError(f"gradients came as {validation.describe(gradients)}; wanted a list of Gradient")
    parts = [g.reshape(*g.shape[:-2], -1) for gradient in gradients for g in (gradient.W, gradient.b)]
    return np.concatenate(parts, axis=-1)


def agreement(one: ArrayLike | Sequence[Gradient], other: ArrayLike | Sequence[Gradient]) -> Array | np.float64:
    """Return the cosine of the angle between two updates: 1 the same way, 0 at right angles, −1 opposite.

    Parameters
    ----------
    one, other
        Arrays of shape (..., p), or what `backward` gives. Leading axes are compared one by one.

    Returns
    -------
    number or array of shape (...)
        nan where one of the two is zero: it has no direction.

    Examples
    --------
    >>> agreement([1, 1], [[2, 2], [1, -1], [-3, -3]]).round(12)
    array([ 1.,  0., -1.])
    """
    u, v = (
        gradient_vector(update)
        if isinstance(update, Sequence) and len(update) and isinstance(update[0], Gradient)
        else validation.array(update, "an update", "(..., p)", least_axes=1)
        for update in (one, other)
    )
    if u.shape[-1] != v.shape[-1]:
        raise ValueError(f"the updates have {u.shape[-1]} and {v.shape[-1]} parameters; wanted the same number")
    try:
        np.broadcast_shapes(u.shape, v.shape)
    except ValueError:
        raise ValueError(f"the updates have shapes {u.shape} and {v.shape}; wanted the same leading axes") from None
    with np.errstate(invalid="ignore"):
        u, v = (x / np.abs(x).max(axis=-1, keepdims=True) for x in (u, v))  # now no square overflows or vanishes
        u, v = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (u, v))
    return np.clip((u * v).sum(axis=-1), -1.0, 1.0)


def relative_error(one: ArrayLike, other: ArrayLike) -> Array | np.float64:
    """Return ``‖one − other‖ / (‖one‖ + ‖other‖)`` over the last axis: 0 equal, 1 opposite or one of them zero.

    The usual measure of a gradient that was measured; unlike `agreement` it sees a wrong size, too. Where both are
    zero they are equal.

    Examples
    --------
    >>> relative_error([3.0, 4.0], [[3.0, 4.0], [-3.0, -4.0], [9.0, 12.0]])
    array([0. , 1. , 0.5])
    """
    one, other = (validation.array(each, "a gradient", "(..., p)", least_axes=1) for each in (one, other))
    sizes = np.linalg.norm(one, axis=-1) + np.linalg.norm(other, axis=-1)
    return np.linalg.norm(one - other, axis=-1) / np.where(sizes == 0, 1.0, sizes)


def asymmetry(field: Callable[[Array], Array], theta: ArrayLike, h: float = 1e-5) -> float:
    """Ask whether a vector field is the gradient of anything, by the symmetry of its Jacobian.

    If ``field = ∇J`` then its Jacobian is the matrix of second derivatives of J, and those do not care about the
    order: ``Jac = Jacᵀ``. So a field that fails the test is the gradient of nothing.

    Parameters
    ----------
    field
        Takes θ (p,) and returns an update (p,), e.g. what `update_field` makes.
    theta
        Where, shape (p,).
    h
        Step of the central differences.

    Returns
    -------
    float
        ``‖Jac − Jacᵀ‖ / ‖Jac + Jacᵀ‖`` in the Frobenius norm: 0 for a gradient (up to rounding, about 1e-10), 1 for
        a field that is half rotation, infinity for a pure rotation, nan if Jac is zero.

    Examples
    --------
    >>> round(asymmetry(lambda theta: 2 * theta, [1.0, 3.0]), 6)  # the gradient of ‖θ‖²
    0.0
    """
    theta = validation.array(theta, "theta", "(p,)")
    jacobian = numerical_gradient(field, theta, h)
    if jacobian.shape != (theta.size, theta.size):
        raise ValueError(f"field gives shape {jacobian.shape[1:]} at theta {theta.shape}; wanted the same shape (p,)")
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.linalg.norm(jacobian - jacobian.T) / np.linalg.norm(jacobian + jacobian.T))


def update_field(
    layers: Sequence[Layer],
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss = "squared_error",
    rule: str | Rule = "chain_rule",
) -> Callable[[Array], Array]:
    """Return the function θ ↦ what `backward` gives there, as a vector (p,), for networks shaped like `layers`.

    Parameters and errors as for `forward` and `backward`.

    Examples
    --------
    >>> field = update_field([Layer([[2.0]], [[0.0]])], X=[[1.0]], y=[[1.0]], rule="delta_rule")
    >>> field([3.0, 0.0])  # (3 − 1) × 1 × input
    array([2., 2.])
    """

    def field(theta: Array) -> Array:
        at_theta = from_vector(theta, layers)
        return gradient_vector(backward(at_theta, forward(at_theta, X), y, loss=loss, rule=rule))

    return field
