"""One forward and one backward pass through a small network, with a name for every number in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdlab.gradients import Gradient
from gdlab.layers import Layer, Trace

WEIGHTS = {"w11": 0.8, "w21": 0.6, "w12": -1.1, "w22": 0.9, "v1": 1.2, "v2": -0.7}
"""The weights at first: from input i to hidden unit k, and from hidden unit i to the output."""
B_HIDDEN, B_OUTPUT = np.array([[0.1, -0.2]]), np.array([[0.1]])
NAMES = {"tanh": "tanh", "sigmoid": "σ", "relu": "ReLU"}
"""Activations as they are written in a formula."""

Place = tuple[int, int, int]
"""Of a parameter: its layer, its input (counted from 0; the bias comes after the last) and its unit."""
HIDDEN, OUTPUT = 0, 1
BIAS = 2
PLACES: Mapping[str, Place] = {
    "w11": (HIDDEN, 0, 0),
    "w21": (HIDDEN, 1, 0),
    "w12": (HIDDEN, 0, 1),
    "w22": (HIDDEN, 1, 1),
    "v1": (OUTPUT, 0, 0),
    "v2": (OUTPUT, 1, 0),
}
"""Where each weight belongs."""
FORWARD = ((HIDDEN, 0), (HIDDEN, 1), (OUTPUT, 0))
"""Layer and unit of each step forward."""
BACKWARD: tuple[Place, ...] = tuple(
    (layer, source, unit) for layer, unit in ((OUTPUT, 0), (HIDDEN, 0), (HIDDEN, 1)) for source in (0, 1, BIAS)
)
"""The parameter of each step backward."""
ERROR_STEP = len(FORWARD) + 1
"""The step at which the error is seen; the steps backward come after it."""
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
        """``y − ŷ``, actual − predicted: minus the slope of ½ (y − ŷ)²."""
        return self.y - float(self.trace.y_hat[0, 0])

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
        """The error before the slope: ``y − ŷ`` at the output; below, the output's error times the weight to it."""
        layer, _, unit = place
        return self.error if layer == OUTPUT else self.error * self.weight((OUTPUT, unit, 0))

    def slope(self, place: Place) -> float:
        """What stands between error and input."""
        return 1.0 if self.by_delta_rule else self.true_slope(place)

    def true_slope(self, place: Place) -> float:
        layer, _, unit = place
        return float(self.layers[layer].activation.f_prime(self.trace.z[layer])[0, unit])

    def change(self, place: Place) -> float:
        """What the rule chosen adds to this parameter, but for the learning rate: *error × slope × input*."""
        return -_pick(self.gradients, place)

    def downhill(self, place: Place) -> float:
        """What the chain rule adds: minus the gradient."""
        return -_pick(self.true_gradients, place)

    def differs(self, place: Place) -> bool:
        """Whether the rule chosen adds something other than minus the gradient here."""
        return not np.isclose(self.change(place), self.downhill(place), rtol=1e-9, atol=1e-12)


def _pick(parameters: list[Layer] | list[Gradient], place: Place) -> float:
    layer, source, unit = place
    one = parameters[layer]
    return float(one.b[0, unit] if source == BIAS else one.W[source, unit])
