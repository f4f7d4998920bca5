"""SignalFlow: how large the signal is on its way forward and the error signal on its way back, layer by layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from gdlab.activations import ACTIVATIONS, labels
from gdlab.datasets import Dataset, moons
from gdlab.explorers import Choice, Control, Explorer, IntSlider, Spot, style
from gdlab.layers import Layer
from gdlab.lessons.keep_the_signal_alive.layer_panels import Lines, mark_layers, mark_powers, sized
from gdlab.losses import LOSSES
from gdlab.network import forward, initialise
from gdlab.rules import RULES
from gdlab.validation import Array

SAMPLES, WIDTH, STARTS = 80, 16, 20
DEPTHS = IntSlider("Hidden layers", 10, 1, 20)
UNITS = Choice(
    "Activation",
    labels("sigmoid", "tanh", "relu", "leaky_relu", "identity"),
    "sigmoid",
)
SPREADS: Mapping[str, str | float] = {"small": 0.05, "glorot": "glorot", "he": "he", "large": 1.0, "very_large": 3.0}
"""The schemes on the page, as `initialise` takes them."""
WEIGHTS = Choice(
    "First weights",
    {
        "small": "small (0.05)",
        "glorot": "Glorot (0.25)",
        "he": "He (0.35)",
        "large": "large (1)",
        "very_large": "very large (3)",
    },
    "glorot",
)
"""Standard deviations in brackets: those of 16 inputs and 16 units."""
BINS = 20
ALIVE = 0.01
"""Least share of its size that a signal must keep to be called alive; and the inverse is the most."""
_LOWEST, _HIGHEST = 1e-12, 1e6
"""Of the bars' axis; what is smaller or larger stops there."""
_FADED = 8
"""Powers of ten over which a bar fades to almost nothing."""
_WEIGHTS = style.Look("weights", style.INK, (0, (1, 1.4)), "s")
_SLOPES = style.Look("slopes", style.FACTORS["slope"], "-", "^")


@lru_cache(maxsize=1)
def data() -> Dataset:
    return moons(SAMPLES)


def networks(depth: int, activation: str, weights: str, starts: range) -> list[Layer]:
    """Return networks of ``depth`` hidden layers of 16 units and a sigmoid output, one for each start."""
    sizes = (2, *[WIDTH] * depth, 1)
    return initialise(sizes, activation, "sigmoid", seed=starts, scheme=SPREADS[weights])


def _size(values: Array) -> Array:
    """Root mean square over samples and units: (..., n, k) to (...)."""
    return np.sqrt(np.mean(values**2, axis=(-2, -1)))


@dataclass(frozen=True)
class Flow:
    """Sizes at every layer; the first axis is layers 1, 2, …, and the output where it has one, the second is starts.

    Attributes
    ----------
    z, differences : arrays, shape (depth + 1, STARTS)
        Root mean square of z, and its standard deviation from sample to sample (root mean square over units).
    back : dict of arrays, shape (depth + 1, STARTS)
        Root mean square of the error signal by the chain rule and by the delta rule.
    through_weights, through_slopes : arrays, shape (depth, STARTS)
        By what the chain rule's error signal is multiplied on its way to each hidden layer, in two steps.
    shares : array, shape (BINS, depth)
        Share of slopes f′(z) of each hidden layer in bins from 0 to 1; all starts together, as in what follows.
    slopes : array, shape (depth,)
        Mean slope of each hidden layer.
    dead : array, shape (depth,)
        Share of units whose slope is 0 at every sample.
    """

    z: Array
    differences: Array
    back: Mapping[str, Array]
    through_weights: Array
    through_slopes: Array
    shares: Array
    slopes: Array
    dead: Array


@lru_cache(maxsize=32)
def flow(depth: int, activation: str, weights: str) -> Flow:
    """Send the moons forward, and back the error signal of cross-entropy, through twenty untrained networks."""
    layers = networks(depth, activation, weights, range(STARTS))
    trace = forward.unchecked(layers, data().X)
    hidden = trace.z[:-1]
    slopes = [ACTIVATIONS[activation].f_prime(z) for z in hidden]
    back, through = {}, []
    for name in ("chain_rule", "delta_rule"):
        rule = RULES[name]
        signal = rule.output_signal(LOSSES["binary_cross_entropy"], layers[-1].activation, trace.z[-1], data().y)
        sizes = [_size(signal)]
        for index in range(depth, 0, -1):
            carried = rule.carry(signal, layers[index].W, index)
            signal = carried * rule.factor(layers[index - 1].activation, hidden[index - 1])
            if name == "chain_rule":
                through.append((_size(carried) / sizes[-1], _size(signal) / _size(carried)))
            sizes.append(_size(signal))
        back[name] = np.array(sizes[::-1])
    by_weights, by_slopes = np.array(through[::-1]).swapaxes(0, 1)
    bins = np.minimum((np.array(slopes) * BINS).astype(int), BINS - 1)
    return Flow(
        z=np.array([_size(z) for z in trace.z]),
        differences=np.array([np.sqrt(z.var(axis=-2).mean(axis=-1)) for z in trace.z]),
        back=back,
        through_weights=by_weights,
        through_slopes=by_slopes,
        shares=np.array([(bins == one).mean(axis=(1, 2, 3)) for one in range(BINS)]),
        slopes=np.mean(slopes, axis=(1, 2, 3)),
        dead=np.array([(slope == 0).all(axis=-2).mean() for slope in slopes]),
    )


def mean(sizes: Array) -> Array:
    """Return the geometric mean over starts: (..., STARTS) to (...). It is a mean on a logarithmic axis."""
    return np.exp(np.log(sizes).mean(axis=-1))


@dataclass(frozen=True)
class Seen:
    """What is in the picture: of a flow, one way, and the slopes of one layer."""

    depth: int
    activation: str
    way: str
    layer: int
    flow: Flow

    @property
    def shares(self) -> Array:
        """Size at each layer and at the output over that where the way begins, shape (depth + 1, STARTS)."""
        if self.way == "back":
            return self.flow.back["chain_rule"] / self.flow.back["chain_rule"][-1]
        return self.flow.differences / self.flow.differences[0]

    @property
    def beside(self) -> Array:
        """What is compared with it: the delta rule's error signal, or the size of z."""
        if self.way == "back":
            return self.flow.back["delta_rule"] / self.flow.back["delta_rule"][-1]
        return self.flow.z / self.flow.z[0]

    @property
    def kept(self) -> Array:
        """The share that reaches the other end, for each start."""
        return self.shares[0 if self.way == "back" else -1]

    @property
    def per_layer(self) -> tuple[float, float]:
        """The two factors of one layer, weights and slopes; their product to the power of the depth is what arrives."""
        return float(mean(self.flow.through_weights.ravel())), float(mean(self.flow.through_slopes.ravel()))


class SignalFlow(Explorer):
    """Send the error signal back through up to twenty layers, or samples forward, before any learning.

    Each hidden layer has 16 units without biases; the output is a sigmoid with cross-entropy. A bar for each layer
    shows how large the error signal still is; the smaller, the paler. On its way to a layer the signal passes a weight
    matrix, which multiplies its size by one factor, and then the slopes, which multiply it by another. Sizes are
    geometric means of twenty random starts, the thin lines the range of these. Point at a layer for its numbers, and
    click it for its slopes. A bar with an arrowhead goes on beyond the axes.
    """

    controls: ClassVar[Mapping[str, Control]] = {
        "activation": UNITS,
        "weights": WEIGHTS,
        "depth": DEPTHS,
        "way": Choice("Look at", {"back": "← the error signal", "forward": "→ differences of samples"}, "back"),
        "layer": IntSlider("Slopes of layer", 1, 1, 20, folded=True),
    }
    width, height = 6.6, 5.0
    scenery = ("depth", "way")

    def build(self, figure: Figure) -> None:
        self._bars_axes = figure.add_axes((0.085, 0.5, 0.905, 0.42), yscale="log", ylim=(_LOWEST, _HIGHEST))
        mark_powers(self._bars_axes, range(-12, 6, 3))
        self._bars_axes.axhline(1, color=style.FAINT, linewidth=1, zorder=0)
        self._bars = self._bars_axes.bar(range(1, 22), 1.0, bottom=_LOWEST, width=0.66)
        self._ranges = LineCollection([], colors=style.INK, linewidths=1)
        self._bars_axes.add_collection(self._ranges, autolim=False)
        (self._other,) = self._bars_axes.plot([], [], markersize=5)
        (self._cut,) = self._bars_axes.plot([], [], "^", color=style.INK, mec=style.PAPER, markersize=6, clip_on=False)
        self._mark = self._bars_axes.text(0, 0, "", ha="center", fontweight="bold", bbox=style.patch())
        corner = {"transform": self._bars_axes.transAxes, "va": "top", "bbox": style.patch()}
        self._other_name = self._bars_axes.text(0, 0.97, "", fontweight="bold", **corner)
        self._factor_axes = figure.add_axes((0.085, 0.095, 0.555, 0.27), yscale="log", ylim=(0.02, 30), xlabel="layer")
        self._factor_axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        self._factor_axes.yaxis.set_minor_locator(NullLocator())
        self._factor_axes.axhline(1, color=style.FAINT, linewidth=1, zorder=0)
        self._factors = Lines(self._factor_axes, (_WEIGHTS, _SLOPES))
        slopes = figure.add_axes((0.73, 0.095, 0.26, 0.27), xlim=(-0.02, 1.05), ylim=(0, 1.08), yticks=[])
        slopes.set(xlabel="slope f′(z)", xticks=(0, 0.25, 0.5, 0.75, 1))
        slopes.set_xticklabels(["0", "¼", "½", "¾", "1"])
        slopes.spines.left.set_visible(False)
        self._alive = slopes.text(0.5, 1.04, "", ha="center", va="top", fontsize=9, path_effects=style.halo())
        self._shares = slopes.stairs(np.zeros(BINS), np.linspace(0, 1, BINS + 1), fill=True, color=_SLOPES.colour)
        self._titles = [axes.set_title("") for axes in (self._bars_axes, self._factor_axes, slopes)]
        self.moving(*self._bars, self._ranges, self._other, self._cut, self._other_name, self._mark)
        self.moving(*self._factors.artists, self._shares, self._alive, *self._titles)

    def compute(self, activation: str, weights: str, depth: int, way: str, layer: int) -> Seen:
        return Seen(depth, activation, way, min(layer, depth), flow(depth, activation, weights))

    def set_scene(self, numbers: Seen) -> None:
        for axes, right in ((self._bars_axes, 0.6), (self._factor_axes, 0.5 + 0.4 * numbers.depth)):
            axes.set_xlim(0.4, numbers.depth + 1 + right)
            mark_layers(axes, numbers.depth, output=axes is self._bars_axes)
        back = numbers.way == "back"
        self._bars_axes.set_xlabel("layer   (← the error signal comes)" if back else "layer   (the samples go →)")
        look = style.RULES["delta_rule"] if back else _Z
        self._other.set(color=look.colour, linestyle=look.line, marker=look.marker)
        self._other_name.set(text="delta rule: a 1 for each slope" if back else "size of z", color=look.colour)
        self._other_name.set(x=0.99 if back else 0.01, ha="right" if back else "left")

    def hands(self, numbers: Seen) -> list[Spot]:
        n = style.number
        weights, slopes = mean(numbers.flow.through_weights), mean(numbers.flow.through_slopes)
        spots = []
        for layer, share in enumerate(mean(numbers.shares), 1):
            name, says = "output", f"{sized(float(share), 2)} of the size"
            if layer <= numbers.depth:
                name = f"layer {layer}"
                says += f"; weights × {n(float(weights[layer - 1]), 2)}, slopes × {n(float(slopes[layer - 1]), 2)}"
            sets = {"layer": layer} if layer <= numbers.depth else {}
            spots.append(Spot(name, self._bars_axes, (layer, 1.0), says, sets, size=(0.9, 2 * _HIGHEST)))
        return spots

    def draw(self, numbers: Seen) -> None:
        f, n, depth = numbers.flow, style.number, numbers.depth
        back = numbers.way == "back"
        colour = style.RULES["chain_rule"].colour if back else style.INK
        shares = mean(numbers.shares)
        for layer, bar in enumerate(self._bars, 1):
            bar.set_visible(layer <= depth + 1)
            if layer <= depth + 1:
                share = float(np.clip(shares[layer - 1], _LOWEST, _HIGHEST))
                bar.set_height(share - _LOWEST)
                bar.set_facecolor((*to_rgb(colour), float(np.clip(1 + np.log10(share) / _FADED, 0.07, 1))))
                bar.set(edgecolor=colour, linewidth=2 if layer == numbers.layer else 0.6)
        layers = np.arange(1, depth + 2)
        ends = np.clip([numbers.shares.min(axis=-1), numbers.shares.max(axis=-1)], _LOWEST, _HIGHEST).T
        self._ranges.set_segments([[(x, low), (x, high)] for x, (low, high) in zip(layers, ends, strict=True)])
        self._other.set_data(layers, mean(numbers.beside))
        cut = layers[shares > _HIGHEST]
        self._cut.set_data(cut, np.full(cut.shape, _HIGHEST))
        kept = float(mean(numbers.kept))
        near = slice(0, 3) if back else slice(-3, None)
        top, beside = ends[near, 1].max(), mean(numbers.beside)[near].max()
        top = beside if top / 2 < beside < 300 * top else top
        first = 0.65 if back else depth + 1.35
        self._mark.set(text=sized(kept, 2), position=(first, 2.5 * min(top, 1e-2 * _HIGHEST)))
        self._mark.set_ha("left" if back else "right")
        self._mark.set_color(colour)
        weights, slopes = numbers.per_layer
        self._factors.show(layers, [mean(f.through_weights), mean(f.through_slopes)])
        share = f.shares[:, numbers.layer - 1]
        self._shares.set_data(share / share.max())
        dead = f"\n{style.percent(f.dead[numbers.layer - 1])} of units dead" if numbers.activation == "relu" else ""
        self._alive.set_text(f"mean {n(float(f.slopes[numbers.layer - 1]), 2)}{dead}")
        what = "Back: the error signal" if back else "Forward: what tells samples apart"
        factors = "Factors" if back else "Factors of the way back"
        words = (
            f"{what} is {_verdict(kept)}",
            f"{factors}: {n(weights, 2)} × {n(slopes, 2)} = {n(weights * slopes, 2)}",
            f"Slopes in layer {numbers.layer}",
        )
        for title, text in zip(self._titles, words, strict=True):
            title.set_text(text)

    def caption(self, numbers: Seen) -> str:
        n = style.number
        weights, slopes = numbers.per_layer
        layers = style.count(numbers.depth, f"{UNITS.options[numbers.activation]} layer")
        if numbers.way == "forward":
            return (
                f"Of the differences between samples in layer 1, {sized(float(mean(numbers.kept)), 2)} is left at the "
                f"output, after {layers}; the dotted line is the size of z itself."
            )
        kept, least, most = float(mean(numbers.kept)), numbers.kept.min(), numbers.kept.max()
        blame = "The weights cost more than the slopes" if weights < slopes else "The slopes cost more than the weights"
        if weights * slopes >= 1:
            blame = "The weights make up for the slopes"
        elif weights >= 1:
            blame = "The slopes cost more than the weights make up for"
        layer = f"{blame}: each layer multiplies it by {n(weights, 2)} and then by {n(slopes, 2)}."
        if numbers.activation == "identity":
            layer = f"Every slope is 1, so the weights alone decide: each layer multiplies it by {n(weights, 2)}."
        return (
            f"{sized(kept, 2)} of the error signal’s size arrives at the first of {layers} (single starts: "
            f"{sized(least, 1)} to {sized(most, 1)}). {layer}"
        )


def _verdict(share: float) -> str:
    return "vanishing" if share < ALIVE else "exploding" if share > 1 / ALIVE else "alive"


_Z = style.Look("size of z", style.MUTED, (0, (1, 1.4)), "")
