"""ClosedLoop: walk around a square in the plane of two weights, add up field · step, and see whether it comes to 0."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, Slider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.gradients import backward, mean_loss
from gdlab.layers import Layer
from gdlab.network import forward
from gdlab.validation import Array

X = np.array([[-1.5], [-0.5], [0.5], [1.0], [2.0]])
Y = np.array([[-1.1], [-0.9], [0.7], [1.0], [1.3]])
W_RANGE, V_RANGE = (-0.6, 3.2), (-1.2, 3.2)
PER_SIDE = 20
STEPS = 4 * PER_SIDE
RULES = ("chain_rule", "delta_rule")
ROUNDING = 1e-6
"""A sum below this counts as 0: it is what the sums' rounding and the quadrature leave."""
_CORNERS = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]]) / 2
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


def network(activation: str, w: Array, v: Array) -> list[Layer]:
    """Return the networks ``ŷ = v f(w x)``, without biases, for weights of any common shape (...)."""
    w, v = (np.asarray(weight, float)[..., None, None] for weight in (w, v))
    return [Layer(w, np.zeros_like(w), activation), Layer(v, np.zeros_like(v))]


def field(activation: str, rule: str, points: Array) -> Array:
    """Return what a rule gives for w and v with the loss mean ½ (ŷ − y)²: points (..., 2) to vectors (..., 2)."""
    layers = network(activation, points[..., 0], points[..., 1])
    gradients = backward(layers, forward(layers, X), Y, rule=rule)
    return np.stack([gradient.W[..., 0, 0] for gradient in gradients], axis=-1)


@dataclass(frozen=True)
class Loop:
    """A walk around a square, once, and what each rule adds up on it.

    Attributes
    ----------
    path : array, shape (STEPS + 1, 2)
        Where the walk stands after each step; the last place is the first.
    climbed : dict of arrays, shape (STEPS + 1,)
        The sum of *field · step* so far, by each rule.
    """

    activation: str
    step: int
    path: Array
    climbed: Mapping[str, Array]

    def climb(self, rule: str, step: int = STEPS) -> float:
        """Return the sum after this many steps, without its rounding."""
        climbed = float(self.climbed[rule][step])
        return 0.0 if abs(climbed) < ROUNDING else climbed


@lru_cache(maxsize=64)
def walk(activation: str, w: float, v: float, side: float) -> tuple[Array, dict[str, Array]]:
    """Return path and sums, by Gauss's quadrature on each of the steps."""
    corners = np.array([w, v]) + side * _CORNERS
    share = np.arange(PER_SIDE)[:, None] / PER_SIDE
    path = np.concatenate([a + share * (b - a) for a, b in itertools.pairwise(corners)] + [corners[-1:]])
    steps = np.diff(path, axis=0)
    between = path[:-1, None] + (_NODES[:, None] + 1) / 2 * steps[:, None]
    climbed = {}
    for rule in RULES:
        along = (field(activation, rule, between) * steps[:, None]).sum(axis=-1) @ _WEIGHTS / 2
        climbed[rule] = np.concatenate([[0.0], np.cumsum(along)])
    return path, climbed


class ClosedLoop(Explorer):
    """Ask of a rule whether what it gives is the gradient of anything, by walking in a circle.

    The network has one tanh (or other) unit and a linear output, ``ŷ = v f(w x)``, so all its weights are one plane.
    On a hill, the climbs of a walk that ends where it began add up to 0.
    """

    # No square reaches below w = 0, where a ReLU’s field jumps and the quadrature would no longer be exact.
    controls: ClassVar[Mapping[str, Control]] = {
        "activation": Choice("Hidden unit", labels("tanh", "sigmoid", "relu", "identity"), "tanh"),
        "w": Slider("Centre w", 1.2, 1.0, 2.0, 0.1),
        "v": Slider("Centre v", 1.4, 0.0, 2.0, 0.1),
        "side": Slider("Side", 1.6, 0.2, 2.0, 0.1),
        "step": Steps("Step", STEPS, start=STEPS, interval=100),
    }
    height = 6.1
    scenery = ("activation",)

    def build(self, figure: Figure) -> None:
        planes = {
            "chain_rule": figure.add_axes((0.075, 0.435, 0.41, 0.51)),
            "delta_rule": figure.add_axes((0.575, 0.435, 0.41, 0.51)),
        }
        self._planes = planes
        self._ground: list[Artist] = []
        self._titles, self._rounds, self._here = {}, {}, {}
        for rule, axes in planes.items():
            axes.set(xlim=W_RANGE, ylim=V_RANGE, xlabel="hidden weight w", ylabel="output weight v")
            look = style.RULES[rule]
            self._titles[rule] = self.moving(axes.set_title("", color=look.colour))
            self._rounds[rule] = self.moving(
                axes.plot([], [], color=style.MUTED, linewidth=1.2)[0], axes.plot([], [], **look.stroke)[0]
            )
            self._here[rule] = self.moving(axes.plot([], [], "o", color=look.colour, mec="white", markersize=10)[0])
        self._build_sums(figure.add_axes((0.075, 0.09, 0.91, 0.2)))

    def _build_sums(self, axes: Axes) -> None:
        self._sums = axes
        axes.set(xlim=(0, STEPS * 1.24), ylim=(-1.1, 1.1), yticks=[], title="The climb so far: field · step, added up")
        axes.spines.left.set_visible(False)
        axes.set_xticks(range(0, STEPS + 1, PER_SIDE), ["start", "corner 1", "corner 2", "corner 3", "start again"])
        axes.axhline(0, color=style.FAINT, linewidth=1, zorder=0)
        self._curves = {rule: self.moving(axes.plot([], [], **style.RULES[rule].stroke)[0]) for rule in RULES}
        self._names = {rule: self.moving(axes.text(0, 0, "", va="center", **style.RULES[rule].name)) for rule in RULES}

    def compute(self, activation: str, w: float, v: float, side: float, step: int) -> Loop:
        path, climbed = walk(activation, w, v, side)
        return Loop(activation, step, path, climbed)

    def set_scene(self, numbers: Loop) -> None:
        for artist in self._ground:
            artist.remove()
        w, v = np.meshgrid(np.linspace(*W_RANGE, 90), np.linspace(*V_RANGE, 90))
        heights = np.sqrt(mean_loss(network(numbers.activation, w, v), X, Y))
        levels = np.linspace(0, heights.max() * 1.001, 16)
        chain = self._planes["chain_rule"]
        self._ground = [
            chain.contourf(w, v, heights, levels, cmap=style.LANDSCAPE, zorder=0),
            chain.contour(w, v, heights, levels[1:], colors="white", linewidths=0.7, zorder=0),
        ]
        points = np.stack(np.meshgrid(np.linspace(*W_RANGE, 14)[1:-1], np.linspace(*V_RANGE, 14)[1:-1]), axis=-1)
        for rule, axes in self._planes.items():
            F = field(numbers.activation, rule, points)
            F = F / np.sqrt(np.linalg.norm(F, axis=-1, keepdims=True) + 1e-12)  # or long ones would cross
            look = {"color": style.RULES[rule].colour, "alpha": 0.6, "scale": 28, "width": 0.006, "pivot": "middle"}
            self._ground.append(axes.quiver(*np.moveaxis(points, -1, 0), *np.moveaxis(F, -1, 0), **look))

    def draw(self, numbers: Loop) -> None:
        step = numbers.step
        scale = max(float(np.abs(climbed).max()) for climbed in numbers.climbed.values()) or 1.0
        last = [float(numbers.climbed[rule][step]) / scale for rule in RULES]
        heights = style.spread_out(last, gap=0.34, low=-1.0, high=1.0)
        for rule, height in zip(RULES, heights, strict=True):
            total = numbers.climb(rule)
            end = f"{'climbs' if total > 0 else 'falls'} {style.number(abs(total))} in a circle"
            end = end if total else "back at the same height"
            self._titles[rule].set_text(f"{style.RULES[rule].label}: {end}")
            ahead, walked = self._rounds[rule]
            ahead.set_data(*numbers.path[step:].T)
            walked.set_data(*numbers.path[: step + 1].T)
            self._here[rule].set_data(*numbers.path[step : step + 1].T)
            self._curves[rule].set_data(np.arange(step + 1), numbers.climbed[rule][: step + 1] / scale)
            words = f"{style.RULES[rule].label} {style.number(numbers.climb(rule, step))}"
            self._names[rule].set(position=(step + 0.012 * STEPS, height), text=words)

    def caption(self, numbers: Loop) -> str:
        way = style.percent(numbers.step / STEPS)
        so_far = [
            f"{style.number(numbers.climb(rule, numbers.step))} by the {style.RULES[rule].label}" for rule in RULES
        ]
        here = f"After {way} of the way around, the sum of field · step is {' and '.join(so_far)}."
        total = numbers.climb("delta_rule")
        if total:
            return f"{here} Back at the start, the delta rule’s is {style.number(total)}: no hill has such slopes."
        return f"{here} Back at the start, both are 0, as on a hill."
