"""Collapse: a trained stack of layers, whose weight matrices multiply to one matrix if the units are linear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.datasets import Dataset
from gdlab.explorers import Choice, Control, Explorer, Handle, IntSlider, Pad, Points, Slider, Spot, Steps, style
from gdlab.explorers.plane import EXTENT, GRID, Plane, boundary, z_on_grid
from gdlab.explorers.runs import EVERY, Placed, data_set, learn, problems
from gdlab.gradients import input_slopes
from gdlab.layers import Layer
from gdlab.lessons.stack_linear_layers.matrix_row import MatrixRow
from gdlab.network import forward, initialise, product
from gdlab.training import History
from gdlab.validation import Array

SAMPLES, STEPS = 160, 250
MARKS = {"A": (-1.5, 1.5), "B": (1.5, 1.5), "C": (1.5, -1.5)}
"""Where the three points of the plane stand at first whose derivatives are shown in numbers."""
_REACH = 1.9
_ASIDE = ((-0.3, 0.0), (0.3, 0.0), (0.0, -0.3))
"""Where the names stand beside them."""
_SPACING = 0.42
_LATTICE = np.stack(np.meshgrid(*[_SPACING * np.arange(-5, 6)] * 2), axis=-1).reshape(-1, 2)
_AFFINE = np.column_stack([GRID, np.ones(len(GRID))])
_TO_BEST = np.linalg.pinv(_AFFINE)
ROUNDING = 1e-12
"""Share of the largest |z| below which a difference counts as rounding."""


@lru_cache(maxsize=32)
def run(problem: str, activation: str, depth: int, width: int, start: int, points: Placed = ()) -> History:
    """Train ``depth`` hidden layers of ``width`` units and a sigmoid output by the chain rule, with momentum."""
    data = data_set(problem, points, SAMPLES)
    # Chosen by trying: He's larger weights get nonlinear stacks going, and throw deep linear ones off course.
    scheme = "glorot" if activation == "identity" else "he"
    layers = initialise((2, *[width] * depth, 1), activation, "sigmoid", seed=start, scheme=scheme)
    return learn(layers, data, "chain_rule", 0.1, STEPS, momentum=0.9)


@dataclass(frozen=True)
class Stack:
    """A trained stack, and the one matrix that comes nearest to it.

    Attributes
    ----------
    z : array
        Weighted input of the output unit on the plane's grid.
    slopes, marked : arrays, shape (n, 2)
        ``∂z/∂x`` where the arrows stand, and at the three points.
    places : dict
        Where these points are, by name.
    w, b : array of shape (2,), float
        One matrix and its bias: the product of all matrices if that is what the network is, else the least-squares fit.
    gap : float
        How far ``x w + b`` is from the network's z at most, on the grid.
    boundary : str
        What the line between the classes looks like, in words.
    """

    activation: str
    step: int
    data: Dataset
    layers: list[Layer]
    accuracy: float
    z: Array
    slopes: Array
    marked: Array
    places: Mapping[str, tuple[float, float]]
    w: Array
    b: float
    gap: float
    boundary: str

    @property
    def is_one_matrix(self) -> bool:
        return self.gap <= ROUNDING * max(1.0, np.abs(self.z).max())

    @property
    def weights(self) -> int:
        """How many weights there are, biases not counted."""
        return sum(layer.W.size for layer in self.layers)

    @property
    def lengths(self) -> Array:
        return np.linalg.norm(self.slopes, axis=1)


def _shape_of_boundary(layers: Sequence[Layer], z: Array) -> str:
    """Say whether the line where z is 0 is straight: whether the derivative points the same way all along it."""
    lines = [line for line in boundary(z) if len(line) > 2]
    if not lines:
        return "no boundary"
    normals = input_slopes(layers, np.concatenate(lines))
    normals = normals[np.linalg.norm(normals, axis=1) > 0]
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    straight = np.abs(normals @ normals[0]).min(initial=1.0) > np.cos(np.radians(2)) if len(normals) else True
    shape = "straight" if straight else "bent"
    return f"one {shape} line" if len(lines) == 1 else f"{len(lines) if len(lines) < 5 else 'many'} {shape} lines"


class Collapse(Explorer):
    """Stack layers, train them, and see whether the stack is more than one layer.

    The picture shows the boundary between two classes; the derivative ``∂z/∂x`` of the map from the input to the
    output's z, from place to place; and the weight matrices. With identity units their product is one matrix, which
    does all that the stack does. Trained by the chain rule on cross-entropy, 250 steps with momentum 0.9.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "problem": problems("clouds", "xor", "circle", "moons"),
        "activation": Choice(
            "Activation",
            {"identity": "linear (identity)", **labels("tanh", "relu", "sine")},
            "identity",
        ),
        "depth": IntSlider("Hidden layers", 2, 0, 5),
        "width": IntSlider("Units in each", 6, 1, 8),
        "start": IntSlider("Random start", 0, 0, 19),
        "points": Points("Your own data", folded=True),
        **{
            f"{name.lower()}{i + 1}": Slider(f"{name}: x{'₁₂'[i]}", at[i], -_REACH, _REACH, 0.1, folded=True)
            for name, at in MARKS.items()
            for i in (0, 1)
        },
        "step": Steps("Step", STEPS, stride=EVERY, interval=60),
    }
    width, height = 6.6, 5.2

    def build(self, figure: Figure) -> None:
        side, bottom = 0.44, 0.385
        height = side * self.width / self.height
        self._plane = Plane(figure.add_axes((0.015, bottom, side, height)), style.RULES["chain_rule"])
        self.moving(*self._plane.artists)

        self._field = figure.add_axes((0.535, bottom, side, height))
        self._field.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), xticks=[], yticks=[], aspect="equal")
        self._field.spines[:].set(visible=True, color=style.FAINT)
        green = style.FACTORS["slope"]
        self._arrows = self._field.quiver(
            *_LATTICE.T,
            *np.ones_like(_LATTICE).T,
            pivot="mid",
            color=green,
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.007,
        )
        self._field_title = self._field.set_title("", color=green)
        self.moving(self._arrows, self._field_title)
        self._dots = [
            self.line(axes, "o", color=style.INK, mec="white", markersize=7) for axes in (self._field, self._plane.axes)
        ]
        self._names = [
            [
                self.moving(
                    axes.text(
                        0, 0, name, path_effects=style.halo(), weight="bold", fontsize=11, va="center", ha="center"
                    )
                )
                for name in MARKS
            ]
            for axes in (self._field, self._plane.axes)
        ]
        self._matrices = MatrixRow(figure)
        self.moving(*self._matrices.artists)

    def compute(
        self,
        problem: str,
        activation: str,
        depth: int,
        width: int,
        start: int,
        points: Placed,
        step: int,
        **coordinates: float,
    ) -> Stack:
        data = data_set(problem, points, SAMPLES)
        layers = run(problem, activation, depth, width, start, points).at(step)
        places = {name: (coordinates[f"{name.lower()}1"], coordinates[f"{name.lower()}2"]) for name in MARKS}
        z = z_on_grid(layers)
        if activation == "identity" or depth == 0:
            one = product(layers)
            w, b = one.W[:, 0], float(one.b[0, 0])
        else:
            *w, b = _TO_BEST @ z.ravel()
        return Stack(
            activation=activation,
            step=step,
            data=data,
            layers=layers,
            accuracy=float(((forward.unchecked(layers, data.X).y_hat > 0.5) == data.y).mean()),
            z=z,
            slopes=input_slopes(layers, _LATTICE),
            marked=input_slopes(layers, np.array(list(places.values()))),
            places=places,
            w=np.array(w),
            b=float(b),
            gap=float(np.abs(_AFFINE @ [*w, b] - z.ravel()).max()),
            boundary=_shape_of_boundary(layers, z),
        )

    def draw(self, numbers: Stack) -> None:
        verdict = f"{style.percent(numbers.accuracy)} right: {numbers.boundary}"
        self._plane.show(numbers.data.X, numbers.data.y, numbers.z, verdict)
        longest = numbers.lengths.max()
        with np.errstate(all="ignore"):
            shown = numbers.slopes / np.sqrt(numbers.lengths * longest)[:, None]
        self._arrows.set_UVC(*(0.4 * np.nan_to_num(shown)).T)
        for dots, names, far in zip(self._dots, self._names, (1.5, 1.0), strict=True):  # on the field beside handles
            dots.set_data(*np.array(list(numbers.places.values())).T)
            for text, (x, y), (right, up) in zip(names, numbers.places.values(), _ASIDE, strict=True):
                text.set_position((x + far * right, y + far * up))
        low, high = (style.number(length, 2) for length in (numbers.lengths.min(), longest))
        self._field_title.set_text(
            "∂z/∂x: the same everywhere" if numbers.is_one_matrix else f"Size of ∂z/∂x: {low} to {high}"
        )
        matrices = [layer.W for layer in numbers.layers]
        linear = numbers.activation == "identity" or len(matrices) == 1
        if numbers.is_one_matrix:
            title = f"All {numbers.weights} weights together are one matrix of 2 numbers"
            if len(matrices) == 1:
                title = "There is one matrix only"
            elif not linear:
                title = "f′ is the same everywhere, so the matrices are one"
            results, words = {"one matrix": numbers.w}, "the same at every point"
        else:
            title = "No one matrix: the f′ between them depends on the place"
            results = {f"at {name}": slope for name, slope in zip(MARKS, numbers.marked, strict=True)}
            words = "∂z/∂x at A, B, C"
        self._matrices.show(matrices, "×" if linear else "f′", results, title, words)

    def hands(self, numbers: Stack) -> list[Handle | Pad | Spot]:
        handles = [
            Handle(f"point {name}", self._field, at, x=f"{name.lower()}1", y=f"{name.lower()}2")
            for name, at in numbers.places.items()
        ]
        spots = [
            Spot(f"arrow {index + 1}", self._field, (x, y), f"∂z/∂x = ({style.number(w1, 2)}, {style.number(w2, 2)})")
            for index, ((x, y), (w1, w2)) in enumerate(zip(_LATTICE, numbers.slopes, strict=True))
        ]
        return [self._plane.pad("your own data", numbers.data), *spots, *handles]

    def caption(self, numbers: Stack) -> str:
        steps = style.count(numbers.step, "step")
        right = f"After {steps}, {style.percent(numbers.accuracy)} of the points are right."
        if len(numbers.layers) == 1:
            return f"{right} Without hidden layers there is 1 matrix: 2 weights, which are ∂z/∂x at every point."
        all_of_them = f"what the {numbers.weights} weights do"
        if numbers.is_one_matrix:
            return (
                f"{right} ∂z/∂x is the same at every point, so one matrix of 2 numbers does {all_of_them}; the two "
                "differ by rounding only, less than 10⁻¹² of z."
            )
        return (
            f"{right} ∂z/∂x changes from place to place, so no one matrix does {all_of_them}: the nearest one "
            f"misses z by up to {style.number(numbers.gap, 2)}."
        )
