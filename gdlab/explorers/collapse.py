"""Collapse: a trained stack of layers, whose weight matrices multiply to one matrix if the units are linear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from gdlab import training
from gdlab.datasets import TOY_SETS, Dataset
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, Slider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.explorers.plane import EXTENT, GRID, Plane, boundary, z_on_grid
from gdlab.network import Layer, initialise, propagate
from gdlab.training import History
from gdlab.validation import Array

SAMPLES, STEPS, EVERY = 160, 250, 10
MARKS = {"A": (-1.5, 1.5), "B": (1.5, 1.5), "C": (1.5, -1.5)}
"""The three points of the plane whose slopes are shown in numbers."""
_LATTICE = np.stack(np.meshgrid(*[np.linspace(-2.1, 2.1, 11)] * 2), axis=-1).reshape(-1, 2)
_AFFINE = np.column_stack([GRID, np.ones(len(GRID))])
_TO_BEST = np.linalg.pinv(_AFFINE)
ROUNDING = 1e-12
"""Share of the largest |z| below which a difference counts as rounding."""


@lru_cache(maxsize=8)
def _data(problem: str) -> Dataset:
    return TOY_SETS[problem](SAMPLES)


@lru_cache(maxsize=32)
def run(problem: str, activation: str, depth: int, width: int, start: int) -> History:
    """Train ``depth`` hidden layers of ``width`` units and a sigmoid output by the chain rule, with momentum."""
    data = _data(problem)
    # Chosen by trying: He's larger weights get nonlinear stacks going, and throw deep linear ones off course.
    scheme = "glorot" if activation == "identity" else "he"
    layers = initialise((2, *[width] * depth, 1), activation, "sigmoid", seed=start, scheme=scheme)
    return training.train(
        layers,
        data.X,
        data.y,
        loss="binary_cross_entropy",
        learning_rate=0.1,
        momentum=0.9,
        steps=STEPS,
        record_every=EVERY,
    )


def input_slopes(layers: Sequence[Layer], X: Array) -> Array:
    """Return ``∂z/∂x``, shape (n, d), of a network's one output at inputs X (n, d): ``W₁ f′ W₂ f′ … W``.

    As an error goes back through a network, so does a slope: through the weights, times f′(z) of each hidden layer.
    """
    trace = propagate(layers, X)
    slope = np.broadcast_to(layers[-1].W[:, 0], (len(X), layers[-1].W.shape[0]))
    for layer, z in zip(layers[-2::-1], trace.z[-2::-1], strict=True):
        slope = (slope * layer.activation.f_prime(z)) @ layer.W.T
    return slope


def collapsed(layers: Sequence[Layer]) -> tuple[Array, float]:
    """Return the product of all weight matrices, shape (d,), and the bias that goes with it."""
    W, b = np.eye(layers[0].W.shape[0]), np.zeros((1, layers[0].W.shape[0]))
    for layer in layers:
        W, b = W @ layer.W, b @ layer.W + layer.b
    return W[:, 0], float(b[0, 0])


@dataclass(frozen=True)
class Stack:
    """A trained stack, and the one matrix that comes nearest to it.

    Attributes
    ----------
    z : array
        Weighted input of the output unit on the plane's grid.
    slopes, marked : arrays, shape (n, 2)
        ``∂z/∂x`` where the arrows stand, and at `MARKS`.
    w, b : array of shape (2,), float
        One matrix and its bias: the product of all matrices if that is what the network is, else the least-squares fit.
    gap : float
        How far ``x w + b`` is from the network's z at most, on the grid.
    boundary : str
        What the line between the classes looks like, in words.
    """

    problem: str
    activation: str
    step: int
    data: Dataset
    layers: list[Layer]
    accuracy: float
    z: Array
    slopes: Array
    marked: Array
    w: Array
    b: float
    gap: float
    boundary: str

    @property
    def is_one_matrix(self) -> bool:
        return self.gap <= ROUNDING * max(1.0, np.abs(self.z).max())

    @property
    def lengths(self) -> Array:
        return np.linalg.norm(self.slopes, axis=1)


def _shape_of_boundary(layers: Sequence[Layer], z: Array) -> str:
    """Say whether the line where z is 0 is straight: whether the slope points the same way all along it."""
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

    The picture shows the boundary between two classes; the slope ``∂z/∂x`` of the map from the input to the output's
    z, from place to place; and the weight matrices. With identity units their product is one matrix, which does all
    that the stack does. Trained by the chain rule on cross-entropy, 250 steps with momentum 0.9.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "problem": Choice(
            "Problem",
            {"clouds": "two clouds", "xor": "XOR", "circle": "a disc", "moons": "two moons"},
            "xor",
        ),
        "activation": Choice(
            "Hidden units",
            {"identity": "linear (identity)", "tanh": "tanh", "relu": "ReLU", "sine": "sine"},
            "identity",
        ),
        "depth": Slider("Hidden layers", 2, 0, 5, 1, format=".0f"),
        "width": Slider("Units in each", 6, 1, 8, 1, format=".0f"),
        "start": Slider("Random start", 0, 0, 19, 1, format=".0f"),
        "step": Steps("Step", STEPS, start=STEPS, stride=EVERY, interval=80),
    }
    height = 6.8

    def build(self, figure: Figure) -> None:
        side, bottom = 0.415, 0.4
        height = side * style.INCHES / self.height
        self._plane = Plane(figure.add_axes((0.04, bottom, side, height)), style.RULES["chain_rule"])
        self.moving(*self._plane.artists)

        field = figure.add_axes((0.545, bottom, side, height))
        field.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), xticks=[], yticks=[], aspect="equal")
        field.spines[:].set(visible=True, color=style.FAINT)
        green = style.FACTORS["slope"]
        self._arrows = field.quiver(
            *_LATTICE.T,
            *np.ones_like(_LATTICE).T,
            pivot="mid",
            color=green,
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.007,
        )
        field.set_xlabel("length of the arrows: square root of the slope", fontsize=9, color=style.MUTED)
        self._field_title = field.set_title("", color=green)
        self.moving(self._arrows, self._field_title)
        for axes in (self._plane.axes, field):
            for name, (x, y) in MARKS.items():
                dot = axes.plot([x], [y], "o", color=style.INK, mec="white", markersize=7)[0]
                halo = style.halo(3)
                label = axes.text(x + 0.12, y + 0.1, name, fontweight="bold", fontsize=11, path_effects=halo)
                self.moving(dot, label)

        strip = figure.add_axes((0, 0, 1, 2.45 / self.height))
        style.bare(strip)
        strip.set(xlim=(0, style.INCHES), ylim=(0, 2.45))
        self._matrices = Matrices(strip)
        self.moving(*self._matrices.artists)

    def compute(self, problem: str, activation: str, depth: float, width: float, start: float, step: int) -> Stack:
        data = _data(problem)
        layers = run(problem, activation, int(depth), int(width), int(start)).layers(round(step / EVERY))
        z = z_on_grid(layers)
        if activation == "identity" or depth == 0:
            w, b = collapsed(layers)
        else:
            *w, b = _TO_BEST @ z.ravel()
        return Stack(
            problem=problem,
            activation=activation,
            step=step,
            data=data,
            layers=layers,
            accuracy=float(((propagate(layers, data.X).y_hat > 0.5) == data.y).mean()),
            z=z,
            slopes=input_slopes(layers, _LATTICE),
            marked=input_slopes(layers, np.array(list(MARKS.values()))),
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
        low, high = (style.number(length, 2) for length in (numbers.lengths.min(), longest))
        self._field_title.set_text(
            "Slope ∂z/∂x: the same everywhere" if numbers.is_one_matrix else f"Slope ∂z/∂x: from {low} to {high}"
        )
        self._matrices.show(numbers)

    def caption(self, numbers: Stack) -> str:
        count = sum(layer.W.size for layer in numbers.layers)
        steps = style.count(numbers.step, "step")
        right = f"After {steps}, {style.percent(numbers.accuracy)} of the points are right."
        if len(numbers.layers) == 1:
            return f"{right} Without hidden layers there is 1 matrix: 2 weights, which are the slope at every point."
        if numbers.is_one_matrix:
            return (
                f"{right} The slope is the same at every point, so one matrix of 2 numbers does what all {count} "
                "weights do; the two differ by rounding only, less than 10⁻¹² of z."
            )
        return (
            f"{right} The slope changes from place to place, so no one matrix does what the {count} weights do: the "
            f"nearest one misses z by up to {style.number(numbers.gap, 2)}."
        )


class Matrices:
    """The weight matrices in a row, as grids of cells; to the right of them what they come to."""

    _LEFT, _WIDTH, _MIDDLE, _TALL = 0.36, 5.4, 0.9, 1.44
    """Where the row begins, how wide it may be, how high its middle is, how tall it may be, in inches."""
    _GAP, _CELL, _RESULT = 0.3, (0.42, 0.42), (0.66, 0.44)

    def __init__(self, axes: Axes) -> None:
        self._cells = PolyCollection([], edgecolors=style.FAINT, linewidths=0.6)
        axes.add_collection(self._cells, autolim=False)
        self._title = axes.text(self._LEFT, 2.2, "", fontsize=11.5, fontweight="bold")
        self._words = axes.text(0, 0.13, "")
        self._pool = [axes.text(0, 0, "", ha="center", va="center") for _ in range(60)]

    @property
    def artists(self) -> list[Artist]:
        return [self._cells, self._title, self._words, *self._pool]

    def show(self, stack: Stack) -> None:
        """Put W₁ W₂ … on the left; then the one matrix that they are, or the slopes at the marks if they are none."""
        self._unused, self._polygons, self._values = iter(self._pool), [], []
        matrices = [layer.W for layer in stack.layers]
        columns, rows = sum(W.shape[1] for W in matrices), max(2, *(W.shape[0] for W in matrices))
        side = min(self._CELL[0], (self._WIDTH - self._GAP * len(matrices)) / columns, self._TALL / rows)
        linear = stack.activation == "identity" or len(matrices) == 1
        x = self._LEFT
        for index, W in enumerate(matrices):
            if index:
                x = self._sign(x, "×" if linear else "f′")
            x = self._grid(x, W, (side, side), f"W{'₁₂₃₄₅₆'[index]}")
        x = self._sign(x, "=")
        if stack.is_one_matrix:
            count = sum(W.size for W in matrices)
            short = f"All {count} weights together are one matrix of 2 numbers" if index else "There is one matrix only"
            dead = "The slopes f′ between the matrices are the same everywhere, so together they are one"
            self._title.set_text(short if linear else dead)
            self._words.set(position=(x, 0.13), text="the same at every point")
            self._grid(x, stack.w[:, None], self._RESULT, "one matrix")
        else:
            self._title.set_text("No one matrix: between them stands f′, and f′ depends on the place")
            self._words.set(position=(x, 0.13), text="the slope ∂z/∂x at three points")
            for name, slope in zip(MARKS, stack.marked, strict=True):
                x = self._grid(x, slope[:, None], self._RESULT, f"at {name}") + 0.12
        self._cells.set_verts(self._polygons)
        self._cells.set_facecolor(_tint(np.array(self._values)))
        for text in self._unused:
            text.set_text("")

    def _sign(self, x: float, sign: str) -> float:
        """Put a sign to the right of `x` and return where it ends."""
        self._text(x + self._GAP / 2, self._MIDDLE, sign, style.FACTORS["slope"], size=13)
        return x + self._GAP

    def _grid(self, left: float, W: Array, cell: tuple[float, float], name: str) -> float:
        """Put a matrix with its name above it to the right of `left` and return where it ends."""
        (rows, columns), (width, height) = W.shape, cell
        top = self._MIDDLE + rows * height / 2
        for (row, column), value in np.ndenumerate(W):
            x, y = left + column * width, top - row * height
            self._polygons.append([(x, y), (x + width, y), (x + width, y - height), (x, y - height)])
            self._values.append(value / np.abs(W).max(initial=1e-300))
            if width >= 0.36:
                self._text(x + width / 2, y - height / 2, _short(value, 2 if width > 0.5 else 1), style.INK, size=9)
        self._text(left + columns * width / 2, top + 0.13, name, style.INK)
        return left + columns * width

    def _text(self, x: float, y: float, words: str, colour: str, size: float = 10.5) -> None:
        next(self._unused).set(position=(x, y), text=words, color=colour, fontsize=size)


def _short(value: float, digits: int) -> str:
    """Write a number so that it fits into a cell: at most `digits` after the point, fewer before a long one."""
    text = f"{value:.{max(0, digits - (abs(value) >= 9.95) - (abs(value) >= 99.5))}f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _tint(shares: Array) -> Array:
    """Return colours (n, 3) for numbers from −1 to 1: brown below 0, white at 0, blue above, as on the map."""
    sides = np.array([to_rgb(look["light"]) for look in style.CLASSES])
    return 1 - np.abs(shares)[:, None] * (1 - sides[(shares > 0).astype(int)])
