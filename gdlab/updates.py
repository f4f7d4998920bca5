"""Updates: the two formulas that this collection is about, each as one visible line, and momentum.

The question's formula adds, the answer's subtracts. They meet where the gradient is ``−(actual − predicted) ×
input``: for a linear unit, whose slope is 1, and the loss ``½ (predicted − actual)²``.
"""

from __future__ import annotations  # help shows the names of types, which are short

from functools import partial

from numpy.typing import ArrayLike

from gdlab.validation import Array, of_numbers

_of_lists = partial(of_numbers, those=(list, tuple))  # what is a number stays one


@_of_lists
def delta_rule_update(
    weight: ArrayLike,
    learning_rate: float,
    actual: ArrayLike,
    predicted: ArrayLike,
    input: ArrayLike,
) -> Array | float:
    """Return the new weight by the question's formula. All arguments broadcast.

    References
    ----------
    Widrow & Hoff 1960, "Adaptive switching circuits", IRE WESCON Convention Record, part 4, 96–104.

    Examples
    --------
    >>> delta_rule_update(weight=1.0, learning_rate=0.5, actual=3.0, predicted=2.0, input=4.0)
    3.0
    >>> delta_rule_update([1, 1], 0.5, 3, 2, input=[4, 0])
    array([3., 1.])
    """
    return weight + learning_rate * (actual - predicted) * input


@_of_lists
def gradient_descent_update(theta: ArrayLike, learning_rate: float, gradient: ArrayLike) -> Array | float:
    """Return the new parameters by the answer's formula: a step against the gradient, ``θ − α ∂J/∂θ``.

    All arguments broadcast.

    Examples
    --------
    >>> gradient_descent_update(theta=1.0, learning_rate=0.5, gradient=(2.0 - 3.0) * 4.0)  # of ½ (predicted − actual)²
    3.0
    """
    return theta - learning_rate * gradient


@_of_lists
def momentum_update(
    theta: ArrayLike,
    velocity: ArrayLike,
    learning_rate: float,
    gradient: ArrayLike,
    momentum: float = 0.9,
) -> tuple[Array | float, Array | float]:
    """Return new parameters and velocity: ``v ← μ v − α ∂J/∂θ``, then ``θ ← θ + v``.

    With ``momentum`` 0 it is `gradient_descent_update`.

    References
    ----------
    Polyak 1964, "Some methods of speeding up the convergence of iteration methods", USSR Computational Mathematics
    and Mathematical Physics 4(5), 1–17.

    Examples
    --------
    >>> momentum_update(theta=1.0, velocity=0.5, learning_rate=0.1, gradient=2.0, momentum=0.5)
    (1.05, 0.04999999999999999)
    """
    velocity = momentum * velocity - learning_rate * gradient
    return theta + velocity, velocity
