"""One neuron, ŷ = f(w x + b): its data, its two hills over (w, b), the walks of both rules, their arrows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from gdlab import datasets, training
from gdlab.activations import ACTIVATIONS
from gdlab.gradients import agreement
from gdlab.layers import Layer
from gdlab.losses import LOSSES
from gdlab.rules import RULES
from gdlab.training import History
from gdlab.validation import Array

SEED = 11
SAMPLES, STEPS = 40, 600
WIDEST = (6.0, 4.0)
"""Half the width and half the height of the part of the (w, b) plane that is shown."""
TRUTH = (1.5, 0.5)
"""The (w, b) that made the targets, before any noise."""
W_TICKS, B_TICKS = np.linspace(-WIDEST[0], WIDEST[0], 73), np.linspace(-WIDEST[1], WIDEST[1], 49)
NOTHING = 3e-4
"""An update shorter than this is as good as none."""
_PLANE = np.stack(np.meshgrid(W_TICKS, B_TICKS), axis=-1)
_AROUND = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)
TWO_RULES = ("chain_rule", "delta_rule")


def is_off_the_map(at: Array) -> bool:
    """Tell whether (w, b) is beyond the part of the plane that is shown, or nowhere at all."""
    return not (np.abs(at) <= WIDEST).all()


@dataclass(frozen=True)
class Samples:
    """Inputs and targets, each of shape (n,), and what they are."""

    x: Array
    y: Array
    x_label: str
    y_label: str

    @cached_property
    def distinct(self) -> tuple[Array, Array, Array]:
        """The different samples, x and y, and which share of all each is: penguins come in steps of 25 g."""
        (x, y), counts = np.unique([self.x, self.y], axis=1, return_counts=True)
        return x, y, counts / len(self.x)


@lru_cache(maxsize=32)
def samples(data: str, activation: str) -> Samples:
    """Return data whose targets a neuron with this activation can at least come near to.

    ``"exact"``: made by the neuron `TRUTH`. ``"noisy"``: with noise of deviation 1 added to each z, so that targets
    stay in the range of f. ``"flipped"``: those cut in the middle into two classes (−1 and 1 where f reaches from −1
    to 1, else 0 and 1), and one label in eight flipped. ``"penguins"``: two classes, Adelie and Gentoo.
    """
    f = ACTIVATIONS[activation]
    low, high = (-1.0, 1.0) if f.range == (-1, 1) else (0.0, 1.0)
    if data == "penguins":
        birds = datasets.penguins("body_mass_g", "species", ("Adelie", "Gentoo"))
        x, gentoo = (birds.X[:, 0] - 4200) / 500, birds.y[:, 0]
        return Samples(
            x,
            low + (high - low) * gentoo,
            "body mass beyond 4.2 kg (in 500 g)",
            f"Gentoo {high:g}, Adelie {low:g}".replace("-", "−"),
        )
    rng = np.random.default_rng(SEED)
    x = np.sort(rng.uniform(-2, 2, SAMPLES))
    z = TRUTH[0] * x + TRUTH[1]
    if data == "exact":
        return Samples(x, f(z), "input x", "target y")
    z = z + rng.normal(0, 1, SAMPLES)
    if data == "noisy":
        return Samples(x, f(z), "input x", "target y")
    flipped = np.isin(np.arange(SAMPLES), rng.choice(SAMPLES, SAMPLES // 8, replace=False))
    return Samples(x, np.where((f(z) > (low + high) / 2) ^ flipped, high, low), "input x", "class")


def height(rule: str, activation: str, data: Samples, at: Array) -> Array:
    """Return the mean loss that a rule descends, at points (w, b) of shape (..., 2).

    For the chain rule that is ``½ (ŷ − y)²``, for the delta rule the matching loss ``F(z) − y z`` with ``F′ = f``.
    """
    f = ACTIVATIONS[activation]
    x, y, share = data.distinct
    with np.errstate(all="ignore"):
        z = at[..., :1] * x + at[..., 1:]
        each = (f.f(z) - y) ** 2 / 2 if rule == "chain_rule" else f.F(z) - y * z
        return each @ share


@dataclass(frozen=True)
class Hill:
    """Heights over `W_TICKS` and `B_TICKS`, and the lowest points, (k, 2): none if it goes on falling beyond the edge.

    A neuron whose f repeats itself or is even has several that are equal: ``(w, b)`` and ``(−w, −b)``, say.
    """

    heights: Array
    lowest: Array


@lru_cache(maxsize=32)
def hill(data: str, activation: str, rule: str) -> Hill:
    """Return the hill that a rule descends."""
    d = samples(data, activation)
    heights = height(rule, activation, d, _PLANE)
    lowest = [_valley(rule, activation, d, _PLANE.reshape(-1, 2)[heights.argmin()])]
    if lowest[0] is None:
        return Hill(heights, np.empty((0, 2)))
    bottom = height(rule, activation, d, lowest[0])
    inner = heights[1:-1, 1:-1]
    around = np.min([np.roll(heights, (i, j), (0, 1))[1:-1, 1:-1] for i, j in _AROUND if i or j], axis=0)
    low = (inner < around) & (inner < bottom + 0.15 * (heights.max() - bottom))
    for start in _PLANE[1:-1, 1:-1][low]:
        end = _valley(rule, activation, d, start)
        new = end is not None and np.abs(np.array(lowest) - end).max(axis=1).min() > 1e-3
        if new and height(rule, activation, d, end) < bottom + 1e-9:
            lowest.append(end)
    return Hill(heights, np.array(lowest))


def _valley(rule: str, activation: str, d: Samples, here: Array) -> Array | None:
    """Return the valley below a point, or None if the way down leaves the map."""
    reach = W_TICKS[1] - W_TICKS[0]
    while reach > 1e-6:  # a search by compass: go to the lowest neighbour, and look closer where there is none
        around = here + reach * _AROUND
        lowest = around[height(rule, activation, d, around).argmin()]
        here, reach = (here, reach / 2) if (lowest == here).all() else (lowest, reach)
        if is_off_the_map(here):
            return None
    return here


@lru_cache(maxsize=64)
def run(data: str, activation: str, start: tuple[float, float], learning_rate: float, rule: str) -> History:
    """Return the walk of one rule; its losses are ½ squared errors for both."""
    d, (w, b) = samples(data, activation), start
    neuron = [Layer(np.array([[w]]), np.array([[b]]), activation)]
    return training.train(neuron, d.x[:, None], d.y[:, None], rule=rule, learning_rate=learning_rate, steps=STEPS)


def arrows(data: Samples, activation: str, rule: str, at: Array) -> Array:
    """Return where each sample alone would push (w, b): ``error × slope × (x, 1)``, shape (n, 2), error = y − ŷ."""
    f, z, y = ACTIVATIONS[activation], (at[0] * data.x + at[1])[:, None], data.y[:, None]
    with np.errstate(all="ignore"):
        signal = RULES[rule].output_signal(LOSSES["squared_error"], f, z, y)
    return -signal * np.column_stack([data.x, np.ones_like(data.x)])


@dataclass(frozen=True)
class Walker:
    """One rule at the step shown: its whole walk, and at the place that it has reached the arrows of both rules."""

    rule: str
    path: Array
    errors: Array
    step: int
    arrows: Mapping[str, Array]

    @property
    def here(self) -> Array:
        return self.path[self.step]

    @property
    def diverged(self) -> bool:
        return not np.abs(self.here).max() < 1e6

    @property
    def sums(self) -> Mapping[str, Array]:
        """The update of each rule at this place, without the learning rate: the mean of its arrows."""
        return {rule: each.mean(axis=0) for rule, each in self.arrows.items()}

    @property
    def angle(self) -> float:
        """Degrees between both updates; nan where one of them is as good as 0 and points nowhere."""
        if self.diverged or min(np.abs(one).max() for one in self.sums.values()) < NOTHING:
            return float("nan")
        return float(np.degrees(np.arccos(agreement(*self.sums.values()))))


def walker(
    data: str, activation: str, start: tuple[float, float], learning_rate: float, rule: str, step: int
) -> Walker:
    """Return one rule at a step of its run."""
    history, d = run(data, activation, start, learning_rate, rule), samples(data, activation)
    both = {one: arrows(d, activation, one, history.theta[step]) for one in TWO_RULES}
    return Walker(rule, history.theta, history.loss, step, both)
