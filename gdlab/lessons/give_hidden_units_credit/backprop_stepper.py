"""BackpropStepper: a small network with all its numbers on it, forward unit by unit and backward weight by weight."""

from collections.abc import Mapping
from typing import ClassVar

from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import Choice, Control, Explorer, Hand, Handle, Slider, Spot, Steps, style
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
    PLACES,
    STEPS,
    WEIGHTS,
    Pass,
    Place,
)
from gdlab.network import forward


def _name(place: Place) -> str:
    """Name a weight: input → unit, unit → output."""
    layer, source, unit = place
    return f"unit {source + 1} → output" if layer == OUTPUT else f"x{'₁₂'[source]} → unit {unit + 1}"


class BackpropStepper(Explorer):
    """Send one sample forward through two hidden units and one linear output, and its error back, in single steps.

    The loss is ``½ (y − ŷ)²``. Backward, each step is one weight: its *error × slope × input* stands below the network,
    always in the same places and colours. As everywhere the error is actual − predicted, so the product is what is
    added to the weight (times the learning rate), minus the gradient. `slope` puts 1 in place of every ``f′(z)`` and
    marks what that changes. A click on a unit or on a weight's number goes to the step that computes it; the bead on a
    line is the weight.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "activation": Choice("Activation", labels("tanh", "sigmoid", "relu"), "tanh"),
        "slope": Choice("Slope", {"f_prime": "f′(z) (chain rule)", "one": "1 (delta rule)"}, "f_prime"),
        "x1": Slider("Input x₁", 1.0, -2.0, 2.0, 0.1),
        "x2": Slider("Input x₂", -0.5, -2.0, 2.0, 0.1),
        "target": Slider("Target y", 1.0, -2.0, 2.0, 0.1),
        **{
            name: Slider(f"Weight {_name(place)}", WEIGHTS[name], -2.0, 2.0, 0.1, folded=True)
            for name, place in PLACES.items()
        },
        "step": Steps("Step", STEPS, start=ERROR_STEP + 4, interval=1500),
    }
    width, height = 6.6, 5.25

    def build(self, figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, self.width), ylim=(0, self.height))
        axes.set_axis_off()
        self._graph = Graph(axes)
        self.moving(*self._graph.artists)
        self._title = self.moving(figure.text(0.012, 0.958, "", fontsize=12.5, fontweight="bold"))
        self._product = Product(figure)
        self.moving(*self._product.artists)
        look = {"ha": "center", "va": "center", "fontsize": 13}
        self._lines = self.moving(*(figure.text(0.5, y, "", **look) for y in (0.19, 0.12)))

    def compute(self, activation: str, slope: str, x1: float, x2: float, target: float, step: int, **w: float) -> Pass:
        hidden = Layer([[w["w11"], w["w12"]], [w["w21"], w["w22"]]], B_HIDDEN, activation)
        layers = [hidden, Layer([[w["v1"]], [w["v2"]]], B_OUTPUT)]
        trace = forward(layers, [[x1, x2]])
        gradients = {rule: backward(layers, trace, [[target]], rule=rule) for rule in ("chain_rule", "delta_rule")}
        by_delta_rule = slope == "one"
        used = gradients["delta_rule" if by_delta_rule else "chain_rule"]
        return Pass(step, activation, by_delta_rule, layers, trace, target, used, gradients["chain_rule"])

    def draw(self, numbers: Pass) -> None:
        self._title.set_text(_title(numbers))
        beads = {place: self._bead(name, numbers) for name, place in PLACES.items()}
        self._graph.show(numbers, beads)
        self._product.show(numbers)
        for line, words in zip(self._lines, _sums(numbers), strict=True):
            line.set_text(words)

    def _bead(self, name: str, numbers: Pass) -> tuple[float, float]:
        control, place = self.controls[name], PLACES[name]
        low, high = self._graph.track(place, 2)
        x, y = low + (numbers.weight(place) - control.low) / (control.high - control.low) * (high - low)
        return float(x), float(y)

    def hands(self, numbers: Pass) -> list[Hand]:
        graph, n = self._graph, number_text
        beads, spots = [], []
        for name, place in PLACES.items():
            path, at = graph.track(place, len(self.controls[name].positions)), self._bead(name, numbers)
            beads.append(Handle(f"weight {_name(place)}", graph.axes, at, x=name, path=path))
        for step, unit in enumerate(FORWARD, 1):
            says = f"gives {n(numbers.a(*unit))}" if numbers.known(*unit) else "not computed yet: click"
            spots.append(Spot(unit_name(unit), graph.axes, graph.UNITS[unit], says, {"step": step}, (0.7, 0.7)))
        for step, place in enumerate(BACKWARD, ERROR_STEP + 1):
            at, size = graph.label_box(place)
            says = f"{n(numbers.weight(place))}, add {n(numbers.change(place))}" if numbers.done(place) else "click"
            spots.append(Spot(parameter_name(place), graph.axes, at, says, {"step": step}, size))
        return [*beads, *spots]

    def caption(self, numbers: Pass) -> str:
        n = number_text
        if numbers.step == 0:
            x1, x2 = numbers.trace.a[0][0]
            return f"The inputs are {n(x1)} and {n(x2)}, the target is {n(numbers.y)}. Nothing is computed yet."
        if numbers.unit:
            here = f"{unit_name(numbers.unit).capitalize()} adds up weight × input and its bias"
            given = n(numbers.a(*numbers.unit))
            if numbers.unit[0] == OUTPUT:
                return f"{here}, and predicts {given}."
            return (
                f"{here} to get z = {n(numbers.z(*numbers.unit))}, and gives {NAMES[numbers.activation]}(z) = {given}."
            )
        if numbers.place is None:
            way = "too much" if numbers.error < 0 else "too little" if numbers.error > 0 else "just right"
            return (
                f"Predicted is {n(numbers.a(OUTPUT, 0))}, wanted {n(numbers.y)}: {way}. From here the error goes back."
            )
        place = numbers.place
        product = " × ".join(
            f"{name} {signed(value)}"
            for name, value in (
                ("Error", numbers.error_before_slope(place)),
                ("slope", numbers.slope(place)),
                ("input", numbers.input(place)),
            )
        )
        here = f"{product} = {n(numbers.change(place))}"
        if numbers.differs(place):
            count = sum(numbers.differs(other) for other in BACKWARD if numbers.done(other))
            true = f"With f′(z) = {n(numbers.true_slope(place))} it would be {n(numbers.downhill(place))}"
            true += ", straight downhill" if numbers.downhill(place) else ""
            return f"{here}. {true}. Changed so far: {style.count(count, 'number')}."
        change, name = numbers.change(place), parameter_name(place)
        if change == 0:
            return f"{here}: nothing is added. A small change of {name} hardly changes the loss, if at all."
        way = "raising" if change > 0 else "lowering"
        return f"{here} is added, times the learning rate: {way} {name} lowers the loss."


def parameter_name(place: Place) -> str:
    layer, source, unit = place
    if source == BIAS:
        return "the output’s bias" if layer == OUTPUT else f"the bias of hidden unit {unit + 1}"
    if layer == OUTPUT:
        return f"the weight from hidden unit {source + 1} to the output"
    return f"the weight from input x{'₁₂'[source]} to hidden unit {unit + 1}"


def unit_name(unit: tuple[int, int]) -> str:
    return "the output" if unit[0] == OUTPUT else f"hidden unit {unit[1] + 1}"


def _title(numbers: Pass) -> str:
    if numbers.step == 0:
        return "Before the first step"
    if numbers.unit:
        return f"Forward, {numbers.step} of {len(FORWARD)}: {unit_name(numbers.unit)}"
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
        return (
            f"error y − ŷ = {n(numbers.y)} − {signed(numbers.a(OUTPUT, 0))} = {n(numbers.error)}",
            f"loss J = ½ (y − ŷ)² = {n(numbers.error**2 / 2)}",
        )
    return "", ""
