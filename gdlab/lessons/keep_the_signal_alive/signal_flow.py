"""SignalFlow: how large the signal is on its way forward and the error signal on its way back, layer by layer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from gdlab.activations import ACTIVATIONS, labels
from gdlab.datasets import Dataset, moons
from gdlab.explorers import style
from gdlab.explorers.controls import Choice, Control, Slider
from gdlab.explorers.explorer import Explorer
from gdlab.layers import Layer
from gdlab.lessons.keep_the_signal_alive.layer_panels import Lines, mark_layers, mark_powers, sized
from gdlab.losses import LOSSES
from gdlab.network import forward, initialise
from gdlab.rules import RULES
from gdlab.validation import Array

SAMPLES, WIDTH, STARTS = 80, 16, 20
DEPTHS = Slider("Hidden layers", 10, 1, 20, 1, format=".0f")
UNITS = Choice(
    "Hidden units",
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
_LOWEST, _HIGHEST = 1e-15, 1e7
_DOTTED = (0, (1, 1.4))
_SIZE = style.Look("size of z", style.MUTED, _DOTTED, "")
_DIFFERENCES = style.Look("differences", style.INK, "-", "o")
_MEAN = style.Look("mean", style.INK, "none", "o")
_DEAD = style.Look("dead units", style.MUTED, "none", "X")
_WEIGHTS = style.Look("weights", style.INK, _DOTTED, "s")
_SLOPES = style.Look("slopes", style.FACTORS["slope"], "-", "^")
_SHADES = LinearSegmentedColormap.from_list("slopes", [style.PAPER, "#9AD1BE", style.FACTORS["slope"]])


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
    """What is in the picture."""

    depth: int
    activation: str
    flow: Flow

    @property
    def arrives(self) -> Array:
        """Size of the chain rule's error signal at layer 1 over that at the output, for each start."""
        return self.flow.back["chain_rule"][0] / self.flow.back["chain_rule"][-1]

    @property
    def left(self) -> float:
        """Size of the differences between samples at the output over that at layer 1."""
        return float(mean(self.flow.differences[-1] / self.flow.differences[0]))

    @property
    def per_layer(self) -> tuple[float, float]:
        """The two factors of one layer, weights and slopes; their product to the power of the depth is what arrives."""
        return float(mean(self.flow.through_weights.ravel())), float(mean(self.flow.through_slopes.ravel()))


class SignalFlow(Explorer):
    """Send a signal forward through up to twenty layers and its error back, before any learning.

    Each hidden layer has 16 units without biases; the output is a sigmoid with cross-entropy. On its way to a layer the
    error signal passes a weight matrix, which multiplies its size by one factor, and then the slopes, which multiply it
    by another. Lines are geometric means of twenty random starts; the thin ones are the single starts.
    """

    controls: ClassVar[Mapping[str, Control]] = {"activation": UNITS, "weights": WEIGHTS, "depth": DEPTHS}
    height = 6.6
    scenery = ("depth",)

    def build(self, figure: Figure) -> None:
        forward, back, slopes, factors = self._panels = [
            figure.add_axes((left, bottom, 0.405, height))
            for bottom, height in ((0.58, 0.36), (0.085, 0.31))
            for left in (0.075, 0.585)
        ]
        for axes, words in ((forward, "layer   (the signal goes →)"), (back, "layer   (← the error signal comes)")):
            axes.set(yscale="log", ylim=(_LOWEST, _HIGHEST), xlabel=words, ylabel="size")
            mark_powers(axes, range(-15, 6, 5))
        self._shades = slopes.imshow(np.zeros((BINS, 1)), cmap=_SHADES, vmin=0, vmax=1, origin="lower", aspect="auto")
        slopes.set(xlabel="layer", ylabel="slope f′(z)", ylim=(0, 1.05), yticks=(0, 0.25, 0.5, 0.75, 1))
        factors.set(yscale="log", ylim=(0.02, 30), xlabel="layer", ylabel="factor")
        factors.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        factors.yaxis.set_minor_locator(NullLocator())
        factors.axhline(1, color=style.FAINT, linewidth=1, zorder=0)

        chain, delta = style.RULES["chain_rule"], style.RULES["delta_rule"]
        self._starts = [LineCollection([], colors=c, linewidths=0.6, alpha=0.35) for c in (style.INK, chain.colour)]
        for axes, starts in zip((forward, back), self._starts, strict=True):
            axes.add_collection(starts, autolim=False)
        self._groups = [
            Lines(forward, (_DIFFERENCES, _SIZE)),
            Lines(back, (chain, delta)),
            Lines(slopes, (_MEAN, _DEAD), margin=0.4),
            Lines(factors, (_WEIGHTS, _SLOPES, replace(chain, label="both"))),
        ]
        self._titles = [axes.set_title("") for axes in self._panels]
        self.moving(self._shades, *self._starts, *self._titles)
        for group in self._groups:
            self.moving(*group.artists)

    def compute(self, activation: str, weights: str, depth: float) -> Seen:
        return Seen(int(depth), activation, flow(int(depth), activation, weights))

    def set_scene(self, numbers: Seen) -> None:
        for axes in self._panels:
            axes.set_xlim(0.4, 0.5 + (numbers.depth + 1) * 1.4)
            mark_layers(axes, numbers.depth, output=axes in self._panels[:2])
        self._shades.set_extent((0.5, numbers.depth + 0.5, 0, 1))

    def draw(self, numbers: Seen) -> None:
        f = numbers.flow
        layers = np.arange(1, numbers.depth + 2)
        for starts, sizes in zip(self._starts, (f.differences, f.back["chain_rule"]), strict=True):
            starts.set_segments([np.column_stack([layers, one]) for one in sizes.T])
        self._shades.set_data(np.sqrt(f.shares))
        dies = numbers.activation == "relu"
        shown = (
            [mean(f.differences), mean(f.z)],
            [mean(f.back["chain_rule"]), mean(f.back["delta_rule"])],
            [f.slopes, f.dead] if dies else [f.slopes],
            [mean(f.through_weights), mean(f.through_slopes), mean(f.through_weights * f.through_slopes)],
        )
        for group, values in zip(self._groups, shown, strict=True):
            group.show(layers, values)
        n = style.number
        weights, slopes = numbers.per_layer
        dead = f"; {style.percent(float(f.dead.mean()))} of units dead" if dies else ""
        words = (
            f"Forward: {_verdict(numbers.left)}",
            f"Back: {_verdict(float(mean(numbers.arrives)))}",
            f"Slopes: {n(float(f.slopes.mean()), 2)} on average{dead}",
            f"Weights {n(weights, 2)} × slopes {n(slopes, 2)} = {n(weights * slopes, 2)}",
        )
        for title, text in zip(self._titles, words, strict=True):
            title.set_text(text)

    def caption(self, numbers: Seen) -> str:
        n = style.number
        weights, slopes = numbers.per_layer
        arrives, least, most = float(mean(numbers.arrives)), numbers.arrives.min(), numbers.arrives.max()
        layers = style.count(numbers.depth, f"{UNITS.options[numbers.activation]} layer")
        return (
            f"Of the error signal’s size at the output, {sized(arrives, 2)} arrives at the first of {layers}; in the "
            f"single starts, from {sized(least, 1)} to {sized(most, 1)}. At each layer the weights multiply it by "
            f"{n(weights, 2)} and the slopes by {n(slopes, 2)}."
        )


def _verdict(share: float) -> str:
    how = "vanishing" if share < ALIVE else "exploding" if share > 1 / ALIVE else "alive"
    return f"{how}, {sized(share, 2)} {'left' if share < 1 else 'times'}"
