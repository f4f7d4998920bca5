"""ClosedLoop: walk around a square in the plane of two weights, and see whether one comes back at the same height."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gdlab.activations import labels
from gdlab.explorers import Choice, Control, Explorer, Hand, Handle, Slider, Steps, Strip, style
from gdlab.explorers.landscape import Landscape
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
_ARROWS = np.arange(0, STEPS, PER_SIDE // 4)
"""Steps at which the picture shows what each rule gives."""
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
    arrows : dict of arrays, shape (m, 2)
        What each rule gives at some places on the way.
    """

    activation: str
    step: int
    middle: tuple[float, float]
    side: float
    path: Array
    climbed: Mapping[str, Array]
    arrows: Mapping[str, Array]

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
    On a loss surface, the climbs of a walk that ends where it began add up to 0: its stairs close. The square can be
    dragged by its middle, made larger or smaller by its corner, and the walker moved along its sides.
    """

    # No square reaches below w = 0, where a ReLU’s field jumps and the quadrature would no longer be exact.
    controls: ClassVar[Mapping[str, Control]] = {
        "activation": Choice("Activation", labels("tanh", "sigmoid", "relu", "identity"), "tanh"),
        "w": Slider("Middle w", 1.2, 1.0, 2.0, 0.1),
        "v": Slider("Middle v", 1.4, 0.0, 2.0, 0.1),
        "side": Slider("Side", 1.6, 0.2, 2.0, 0.1),
        "step": Steps("Step", STEPS, start=STEPS, interval=60),
    }
    width, height = 6.6, 5.2
    scenery = ("activation",)

    def build(self, figure: Figure) -> None:
        self._build_map(figure.add_axes((0.1, 0.46, 0.385, 0.47)))
        self._build_stairs(figure.add_axes((0.53, 0.385, 0.46, 0.545)))
        self._build_sums(figure.add_axes((0.06, 0.1, 0.92, 0.2)))

    def _build_map(self, axes: Axes) -> None:
        self._map = axes
        self._ground = Landscape(axes, lines=False, zorder=0)
        axes.set(xlim=W_RANGE, ylim=V_RANGE, xlabel="hidden weight w", ylabel="output weight v", title="The weights")
        self._to_come = self.line(axes, color=style.INK, linewidth=1)
        self._walked = self.line(axes, color=style.INK, linewidth=2.4)
        self._arrows = {
            rule: self.moving(
                axes.quiver(
                    *np.zeros((4, _ARROWS.size)),
                    color=style.RULES[rule].colour,
                    angles="xy",
                    scale_units="xy",
                    scale=1,
                    width=0.009,
                    zorder=3,
                )
            )
            for rule in RULES
        }
        marks = {"color": style.INK, "markeredgecolor": style.PAPER, "markersize": 8, "zorder": 4}
        self._middle = self.line(axes, "P", **marks)
        self._corner = self.line(axes, "s", **marks)
        self._walker = self.line(axes, "o", **{**marks, "markersize": 10})

    def _build_stairs(self, axes: Axes) -> None:
        style.bare(axes)
        axes.set(xlim=(-1.75, 1.95), ylim=(-1.8, 1.8))
        base = _standing(_CORNERS, np.zeros(len(_CORNERS)))
        axes.fill(*base.T, color=style.FAINT, alpha=0.35, linewidth=0)
        axes.plot(*base.T, color=style.MUTED, linewidth=1)
        self._title = self.moving(axes.set_title(""))
        self._posts, self._stairs, self._ends = {}, {}, {}
        for rule in RULES:
            look = style.RULES[rule]
            self._posts[rule] = self.moving(LineCollection([], colors=[look.colour], linewidths=0.8, alpha=0.45))
            axes.add_collection(self._posts[rule], autolim=False)
            self._stairs[rule] = self.line(axes, **look.stroke)
            self._ends[rule] = self.line(axes, "o", color=look.colour, mec="white", markersize=9)
        self._gap = self.line(axes, color=style.INK, linewidth=1.4, marker="_", markersize=9)
        self._gap_words = self.moving(axes.text(0, 0, "", va="center", path_effects=style.halo(), fontweight="bold"))

    def _build_sums(self, axes: Axes) -> None:
        self._sums = axes
        axes.set(xlim=(0, STEPS * 1.34), ylim=(-1.1, 1.1), yticks=[], title="The climb so far: F · step, added up")
        axes.spines.left.set_visible(False)
        axes.set_xticks(range(0, STEPS + 1, PER_SIDE), ["start", "corner 1", "corner 2", "corner 3", "start again"])
        axes.axhline(0, color=style.FAINT, linewidth=1, zorder=0)
        self._curves = {rule: self.line(axes, **style.RULES[rule].stroke) for rule in RULES}
        self._names = {rule: self.moving(axes.text(0, 0, "", va="center", **style.RULES[rule].name)) for rule in RULES}

    def compute(self, activation: str, w: float, v: float, side: float, step: int) -> Loop:
        path, climbed = walk(activation, w, v, side)
        arrows = {rule: field(activation, rule, path[_ARROWS]) for rule in RULES}
        return Loop(activation, step, (w, v), side, path, climbed, arrows)

    def set_scene(self, numbers: Loop) -> None:
        w, v = np.meshgrid(np.linspace(*W_RANGE, 90), np.linspace(*V_RANGE, 90))
        self._ground.show(w, v, mean_loss(network(numbers.activation, w, v), X, Y))

    def draw(self, numbers: Loop) -> None:
        step, path = numbers.step, numbers.path
        self._to_come.set_data(*path[step:].T)
        self._walked.set_data(*path[: step + 1].T)
        self._walker.set_data(*path[step : step + 1].T)
        self._middle.set_data(*np.transpose([numbers.middle]))
        self._corner.set_data(*path[2 * PER_SIDE : 2 * PER_SIDE + 1].T)
        longest = max(float(np.linalg.norm(F, axis=-1).max()) for F in numbers.arrows.values()) or 1.0
        for rule, F in numbers.arrows.items():
            self._arrows[rule].set_offsets(path[_ARROWS])
            self._arrows[rule].set_UVC(*(0.75 * F / longest).T)
        scale = max(float(np.abs(climbed).max()) for climbed in numbers.climbed.values()) or 1.0
        self._draw_stairs(numbers, scale)
        last = [float(numbers.climbed[rule][step]) / scale for rule in RULES]
        heights = style.spread_out(last, gap=0.42, low=-1.0, high=1.0)
        for rule, height in zip(RULES, heights, strict=True):
            self._curves[rule].set_data(np.arange(step + 1), numbers.climbed[rule][: step + 1] / scale)
            words = f"{style.RULES[rule].label} {style.number(numbers.climb(rule, step))}"
            self._names[rule].set(position=(step + 0.012 * STEPS, height), text=words)

    def _draw_stairs(self, numbers: Loop, scale: float) -> None:
        step = numbers.step
        for rule in RULES:
            ground = (numbers.path[: step + 1] - numbers.middle) / numbers.side
            top = _standing(ground, numbers.climbed[rule][: step + 1] / scale)
            base = _standing(ground, np.zeros(step + 1))
            self._posts[rule].set_segments(np.stack([base, top], axis=1)[::4])
            self._stairs[rule].set_data(*top.T)
            self._ends[rule].set_data(*top[-1:].T)
        total = numbers.climb("delta_rule")
        whole = step == STEPS and total != 0
        (x, low), (_, high) = _standing(_CORNERS[:1], [0.0])[0], _standing(_CORNERS[:1], [total / scale])[0]
        self._gap.set_data([x + 0.22, x + 0.22], [low, high])
        self._gap_words.set(position=(x + 0.32, (low + high) / 2), text=style.number(total))
        for artist in (self._gap, self._gap_words):
            artist.set_visible(whole)
        title = "Both stairs close" if step == STEPS else "The heights walked through"
        if whole:
            title = f"{'Higher' if total > 0 else 'Lower'} by {style.number(abs(total))}, where it began"
        self._title.set_text(title)

    def hands(self, numbers: Loop) -> list[Hand]:
        sides = np.array(self.controls["side"].positions)[:, None]
        return [
            Handle("square", self._map, numbers.middle, x="w", y="v"),
            Handle(
                "corner",
                self._map,
                tuple(numbers.path[2 * PER_SIDE]),
                x="side",
                path=np.array(numbers.middle) + sides * _CORNERS[2],
            ),
            Handle("walker", self._map, tuple(numbers.path[numbers.step]), x="step", path=numbers.path),
            Strip("step on the climb", self._sums, "step"),
        ]

    def caption(self, numbers: Loop) -> str:
        so_far = [
            f"{style.number(numbers.climb(rule, numbers.step))} by the {style.RULES[rule].label}" for rule in RULES
        ]
        if numbers.step < STEPS:
            way = style.percent(numbers.step / STEPS)
            return f"After {way} of the way around, the walk has climbed {' and '.join(so_far)}."
        total = numbers.climb("delta_rule")
        if total:
            where = f"the same weights, {style.number(abs(total))} {'higher' if total > 0 else 'lower'}"
            return f"Once around, the climb is {' and '.join(so_far)}: {where}. No loss surface has this gradient."
        return f"Once around, the climb is {' and '.join(so_far)}, as on a loss surface."


def _standing(ground: Array, heights: Array) -> Array:
    """Return where points of the square, shape (n, 2) with sides of 1, stand on paper, seen from above a corner."""
    along, across = np.asarray(ground).T
    return np.column_stack([1.6 * (along - across), 0.75 * (along + across) + 0.95 * np.asarray(heights)])
