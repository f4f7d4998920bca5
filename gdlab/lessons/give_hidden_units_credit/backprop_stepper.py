"""BackpropStepper: a small network with all its numbers on it, forward unit by unit and backward weight by weight."""

from collections.abc import Mapping
from typing import ClassVar

from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, Slider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.gradients import backward
from gdlab.layers import Layer
from gdlab.lessons.give_hidden_units_credit.backprop_graph import Graph, Product, number_text, signed
from gdlab.lessons.give_hidden_units_credit.backprop_pass import (
    B_HIDDEN,
    B_OUTPUT,
    BACKWARD,
    BIAS,
    ERROR_STEP,
    FORWARD,
    NAMES,
    OUTPUT,
    STEPS,
    W_HIDDEN,
    W_OUTPUT,
    Pass,
    Place,
)
from gdlab.network import forward


class BackpropStepper(Explorer):
    """Send one sample forward through two hidden units and one linear output, and its error back, in single steps.

    The loss is ``½ (ŷ − y)²``. Backward, each step is one weight: its *error × slope × input* stands below the network,
    always in the same places and colours. `slope` puts 1 in place of every ``f′(z)`` and marks what that changes.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "activation": Choice("Hidden units", labels("tanh", "sigmoid", "relu"), "tanh"),
        "slope": Choice("Slope", {"f_prime": "f′(z) (chain rule)", "one": "1 (delta rule)"}, "f_prime"),
        "x1": Slider("Input x₁", 1.0, -2.0, 2.0, 0.1),
        "x2": Slider("Input x₂", -0.5, -2.0, 2.0, 0.1),
        "target": Slider("Target y", 1.0, -2.0, 2.0, 0.1),
        "step": Steps("Step", STEPS, start=ERROR_STEP + 4, interval=1500),
    }
    height = 6.3

    def build(self, figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.INCHES), ylim=(0, self.height))
        axes.set_axis_off()
        self._graph = Graph(axes)
        self.moving(*self._graph.artists)
        self._title = self.moving(figure.text(0.012, 0.958, "", fontsize=12.5, fontweight="bold"))
        self._product = Product(figure)
        self.moving(*self._product.artists)
        look = {"ha": "center", "va": "center", "fontsize": 13}
        self._lines = self.moving(*(figure.text(0.5, y, "", **look) for y in (0.165, 0.105)))

    def compute(self, activation: str, slope: str, x1: float, x2: float, target: float, step: int) -> Pass:
        layers = [Layer(W_HIDDEN, B_HIDDEN, activation), Layer(W_OUTPUT, B_OUTPUT)]
        trace = forward(layers, [[x1, x2]])
        gradients = {rule: backward(layers, trace, [[target]], rule=rule) for rule in ("chain_rule", "delta_rule")}
        by_delta_rule = slope == "one"
        used = gradients["delta_rule" if by_delta_rule else "chain_rule"]
        return Pass(step, activation, by_delta_rule, layers, trace, target, used, gradients["chain_rule"])

    def draw(self, numbers: Pass) -> None:
        self._title.set_text(_title(numbers))
        self._graph.show(numbers)
        self._product.show(numbers)
        for line, words in zip(self._lines, _sums(numbers), strict=True):
            line.set_text(words)

    def caption(self, numbers: Pass) -> str:
        n = number_text
        if numbers.place is None:
            if numbers.step == 0:
                x1, x2 = numbers.trace.a[0][0]
                return f"The inputs are {n(x1)} and {n(x2)}, the target is {n(numbers.y)}. Nothing is computed yet."
            return ": ".join((_title(numbers), "; ".join(words for words in _sums(numbers) if words))) + "."
        place = numbers.place
        product = " × ".join(
            f"{name} {n(value)}"
            for name, value in (
                ("error", numbers.error_before_slope(place)),
                ("slope", numbers.slope(place)),
                ("input", numbers.input(place)),
            )
        )
        here = f"{parameter_name(place).capitalize()}: {product} = {n(numbers.gradient(place))}"
        if numbers.changed(place):
            count = sum(numbers.changed(other) for other in BACKWARD if numbers.done(other))
            true = f"With f′(z) = {n(numbers.true_slope(place))} it would be {n(numbers.true_gradient(place))}"
            return f"{here}. {true}, the gradient. Changed so far: {style.count(count, 'number')}."
        gradient = numbers.gradient(place)
        if gradient == 0:
            return f"{here}, the gradient. A small change of this parameter does not change the loss."
        way = "lowers" if gradient < 0 else "raises"
        return f"{here}, the gradient. To raise this parameter a little {way} the loss."


def parameter_name(place: Place) -> str:
    layer, source, unit = place
    if source == BIAS:
        return "the output’s bias" if layer == OUTPUT else f"the bias of hidden unit {unit + 1}"
    if layer == OUTPUT:
        return f"the weight from hidden unit {source + 1} to the output"
    return f"the weight from input x{'₁₂'[source]} to hidden unit {unit + 1}"


def _title(numbers: Pass) -> str:
    if numbers.step == 0:
        return "Before the first step"
    if numbers.unit:
        return f"Forward, {numbers.step} of {len(FORWARD)}: " + (
            "the output" if numbers.unit[0] == OUTPUT else f"hidden unit {numbers.unit[1] + 1}"
        )
    if numbers.place is None:
        return "How wrong? The error at the output"
    return f"Backward, {numbers.step - ERROR_STEP} of {len(BACKWARD)}: {parameter_name(numbers.place)}"


def _sums(numbers: Pass) -> tuple[str, str]:
    """Return the arithmetic of a step that is not backward, in two lines."""
    n = number_text
    if numbers.unit:
        layer, unit = numbers.unit
        terms = [f"{n(numbers.weight(p))} × {signed(numbers.input(p))}" for p in ((layer, 0, unit), (layer, 1, unit))]
        total = " + ".join([*terms, n(numbers.weight((layer, BIAS, unit)))]).replace("+ −", "− ")
        z = n(numbers.z(layer, unit))
        if layer == OUTPUT:
            return f"ŷ = {total} = {z}", ""
        return f"z = {total} = {z}", f"{NAMES[numbers.activation]}({z}) = {n(numbers.a(layer, unit))}"
    if numbers.step == ERROR_STEP:
        error, y_hat = n(numbers.error), n(numbers.a(OUTPUT, 0))
        return f"ŷ − y = {y_hat} − {signed(numbers.y)} = {error}", f"loss J = ½ (ŷ − y)² = {n(numbers.error**2 / 2)}"
    return "", ""
