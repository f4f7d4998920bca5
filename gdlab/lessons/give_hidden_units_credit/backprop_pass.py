"""One forward and one backward pass through a small network, with a name for every number in it."""

from dataclasses import dataclass

import numpy as np

from gdlab.gradients import Gradient
from gdlab.layers import Layer, Trace

W_HIDDEN, B_HIDDEN = np.array([[0.8, -1.1], [0.6, 0.9]]), np.array([[0.1, -0.2]])
W_OUTPUT, B_OUTPUT = np.array([[1.2], [-0.7]]), np.array([[0.1]])
NAMES = {"tanh": "tanh", "sigmoid": "σ", "relu": "ReLU"}
"""Activations as they are written in a formula."""

Place = tuple[int, int, int]
"""Of a parameter: its layer, its input (counted from 0; the bias comes after the last) and its unit."""
HIDDEN, OUTPUT = 0, 1
BIAS = 2
FORWARD = ((HIDDEN, 0), (HIDDEN, 1), (OUTPUT, 0))
"""Layer and unit of each step forward."""
BACKWARD: tuple[Place, ...] = tuple(
    (layer, source, unit) for layer, unit in ((OUTPUT, 0), (HIDDEN, 0), (HIDDEN, 1)) for source in (0, 1, BIAS)
)
"""The parameter of each step backward."""
ERROR_STEP = len(FORWARD) + 1
STEPS = ERROR_STEP + len(BACKWARD)


@dataclass(frozen=True)
class Pass:
    """One forward and one backward pass, and the step they are looked at."""

    step: int
    activation: str
    by_delta_rule: bool
    layers: list[Layer]
    trace: Trace
    y: float
    gradients: list[Gradient]
    true_gradients: list[Gradient]

    @property
    def error(self) -> float:
        """``ŷ − y``: the slope of ½ (ŷ − y)²."""
        return float(self.trace.y_hat[0, 0]) - self.y

    @property
    def unit(self) -> tuple[int, int] | None:
        """Layer and unit of a step forward."""
        return FORWARD[self.step - 1] if 0 < self.step < ERROR_STEP else None

    @property
    def place(self) -> Place | None:
        """The parameter of a step backward."""
        return BACKWARD[self.step - ERROR_STEP - 1] if self.step > ERROR_STEP else None

    def known(self, layer: int, unit: int) -> bool:
        """Whether the forward pass has come to this unit."""
        return self.step > FORWARD.index((layer, unit))

    def done(self, place: Place) -> bool:
        """Whether the backward pass has come to this parameter."""
        return self.step > ERROR_STEP + BACKWARD.index(place)

    def reached(self, unit: int) -> bool:
        """Whether the error has come back to this hidden unit."""
        return self.done((HIDDEN, 0, unit))

    def z(self, layer: int, unit: int) -> float:
        return float(self.trace.z[layer][0, unit])

    def a(self, layer: int, unit: int) -> float:
        """What the unit gives."""
        return float(self.trace.a[layer + 1][0, unit])

    def input(self, place: Place) -> float:
        layer, source, _ = place
        return 1.0 if source == BIAS else float(self.trace.a[layer][0, source])

    def weight(self, place: Place) -> float:
        return _pick(self.layers, place)

    def error_before_slope(self, place: Place) -> float:
        """The error before the slope: ``ŷ − y`` at the output; below, the output's error times the weight to it."""
        layer, _, unit = place
        return self.error if layer == OUTPUT else self.error * float(W_OUTPUT[unit, 0])

    def slope(self, place: Place) -> float:
        """What stands between error and input."""
        return 1.0 if self.by_delta_rule else self.true_slope(place)

    def true_slope(self, place: Place) -> float:
        layer, _, unit = place
        return float(self.layers[layer].activation.f_prime(self.trace.z[layer])[0, unit])

    def gradient(self, place: Place) -> float:
        """What the rule chosen gives for this parameter."""
        return _pick(self.gradients, place)

    def true_gradient(self, place: Place) -> float:
        return _pick(self.true_gradients, place)

    def changed(self, place: Place) -> bool:
        """Whether the rule chosen gives something other than the gradient here."""
        return not np.isclose(self.gradient(place), self.true_gradient(place), rtol=1e-9, atol=1e-12)


def _pick(parameters: list[Layer] | list[Gradient], place: Place) -> float:
    layer, source, unit = place
    one = parameters[layer]
    return float(one.b[0, unit] if source == BIAS else one.W[source, unit])
