"""What fits together: layers with one another, data with layers, a loss with an output, and the sentence if not.

Functions of the mathematics that take a network are `checked`: their arguments are looked at before they are called,
so that what they hold is nothing but the formula. `gdlab.validation` knows what a single value is.
"""

import inspect
import itertools
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from gdlab import validation
from gdlab.layers import Layer, Trace
from gdlab.losses import LOSSES, Loss, MatchingLoss
from gdlab.rules import RULES, Rule
from gdlab.validation import Array, named

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Checked(Protocol[P, R_co]):
    """A function that looks at its arguments first; `unchecked` is the one for arguments that fit already."""

    unchecked: Callable[P, R_co]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


def checked(check: Callable[..., dict[str, Any]]) -> Callable[[Callable[P, R_co]], Checked[P, R_co]]:
    """Decorate a function so that `check` sees its arguments first, by their names, and returns those it made good.

    Signature, help and source are those of the function. It is there as ``unchecked`` for arguments that have been
    checked, e.g. at every step of a training run.

    Examples
    --------
    >>> @checked(lambda x: {"x": validation.positive(x, "x")})
    ... def square_root(x):
    ...     return x**0.5
    >>> square_root(-4)
    Traceback (most recent call last):
    ValueError: x is -4; wanted a finite number > 0
    >>> square_root.unchecked(4.0)
    2.0
    """

    def decorate(function: Callable[P, R_co]) -> Checked[P, R_co]:
        signature = inspect.signature(function)
        by_name = [name for name, one in signature.parameters.items() if one.kind is one.KEYWORD_ONLY]
        wanted = ", ".join(name for name in signature.parameters if name not in by_name)
        wanted += f", and by name {', '.join(by_name)}" if by_name else ""

        @wraps(function)
        def after_the_check(*args: P.args, **kwargs: P.kwargs) -> R_co:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{function.__name__}(): {error}; wanted {wanted}") from None
            bound.apply_defaults()
            bound.arguments.update(check(**bound.arguments))
            return function(*bound.args, **bound.kwargs)

        after_the_check.unchecked = function
        return after_the_check

    return decorate


def for_forward(layers: Sequence[Layer], X: ArrayLike) -> dict[str, Any]:
    """Check what `gdlab.forward` takes."""
    return {"X": inputs(layers, X)}


def for_backward(
    layers: Sequence[Layer], trace: Trace, y: ArrayLike, loss: str | Loss, rule: str | Rule
) -> dict[str, Any]:
    """Check what `gdlab.backward` takes."""
    rule = named(RULES, rule, "rule")
    traced(layers, trace)
    loss = suited(loss, layers)
    return {"y": targets(layers, trace.a[0], y, loss), "loss": loss, "rule": rule}


def for_loss(layers: Sequence[Layer], X: ArrayLike, y: ArrayLike, loss: str | Loss) -> dict[str, Any]:
    """Check what `gdlab.mean_loss` takes."""
    X = inputs(layers, X)
    loss = suited(loss, layers)
    return {"X": X, "y": targets(layers, X, y, loss), "loss": loss}


def for_training(
    layers: Sequence[Layer],
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    rule: str | Rule,
    learning_rate: float,
    steps: int,
    batch_size: int | None,
    momentum: float,
    seed: int,
    record_every: int,
    **_: Any,
) -> dict[str, Any]:
    """Check what `gdlab.train` takes."""
    good = for_loss(layers, X, y, loss)
    good["rule"] = named(RULES, rule, "rule")
    good["learning_rate"] = validation.positive(learning_rate, "learning_rate")
    good["momentum"] = validation.positive(momentum, "momentum", zero=True)
    if momentum >= 1:
        raise ValueError(f"momentum is {momentum}; wanted a number >= 0 and < 1")
    good["steps"] = validation.whole(steps, "steps", 0)
    good["record_every"] = validation.whole(record_every, "record_every", 1)
    good["seed"] = validation.whole(seed, "seed", 0)
    if batch_size is not None:
        good["batch_size"] = validation.whole(batch_size, "batch_size", 1)
    return good


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


def inputs(layers: Sequence[Layer], X: ArrayLike) -> Array:
    """Return `X` as an array that fits the first layer, or say what is wrong with it or with the layers."""
    connected(layers)
    X = validation.finite(validation.array(X, "X", "(n, d)", least_axes=0), "X")
    d = layers[0].W.shape[-2]
    if X.ndim != 2 or X.shape[1] != d:
        wants = f"({len(X)}, 1)" if X.ndim == d == 1 else f"(n, {d})"
        raise ValueError(f"X has shape {X.shape}; the first layer, with W {layers[0].W.shape}, wants {wants}")
    return X


def targets(layers: Sequence[Layer], X: Array, y: ArrayLike, loss: Loss) -> Array:
    """Return `y` as an array that fits the output layer and the loss, or say what is wrong with it."""
    y = validation.finite(validation.array(y, "y", "(n, k)", least_axes=0), "y")
    wanted = (len(X), layers[-1].W.shape[-1])
    if y.shape != wanted:
        raise ValueError(f"y has shape {y.shape}; wanted {wanted}: one row for each of X, one column for each output")
    if y.min() < loss.domain[0] or y.max() > loss.domain[1]:
        raise ValueError(f"y lies between {y.min()} and {y.max()}; {loss.name} wants it in {list(loss.domain)}")
    if loss.name == "softmax_cross_entropy" and not np.allclose(y.sum(axis=1), 1):
        raise ValueError(f"rows of y sum to {y.sum(axis=1).min()} and more; {loss.name} wants each to sum to 1")
    return y


def traced(layers: Sequence[Layer], trace: Trace) -> None:
    """Raise unless `trace` is what `forward` gives for layers of these shapes."""
    connected(layers)
    if not isinstance(trace, Trace):
        raise TypeError(f"trace came as {validation.describe(trace)}; wanted the Trace that forward gives")
    came = [z.shape for z in trace.z]
    wanted = [(*layer.W.shape[:-2], len(trace.a[0]), layer.W.shape[-1]) for layer in layers]
    if came != wanted:
        raise ValueError(f"trace has z of shapes {came}; wanted {wanted}, from forward through the same layers")


def suited(loss: str | Loss, layers: Sequence[Layer]) -> Loss:
    """Return the loss, or say why it does not go with the output activation of these layers."""
    loss = named(LOSSES, loss, "loss")
    activation = layers[-1].activation
    if isinstance(loss, MatchingLoss):
        if activation is not loss.matched:
            raise ValueError(f"{loss.name} came with output {activation.name}; wanted output {loss.matched.name}")
    elif activation.range[0] < loss.domain[0] or activation.range[1] > loss.domain[1]:
        raise ValueError(
            f"{loss.name} wants predictions in {list(loss.domain)}; "
            f"{activation.name} gives predictions in {list(activation.range)}"
        )
    return loss
