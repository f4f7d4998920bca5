"""Training on the handwritten digits, a few epochs at a time, so that it can be stopped and go on as if it had not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gdlab import training
from gdlab.datasets import digits
from gdlab.layers import Layer
from gdlab.network import forward, from_vector, initialise
from gdlab.validation import Array

TRAINING_DIGITS = 1300
"""Of the 1,797; the others, 497, are for testing."""
WIDTH, WIDEST, BATCH, STARTS, EPOCHS = 32, 256, 50, 4, 24
LARGE = 0.3
"""Standard deviation of all weights at the start, where they are to be large."""
DIGITS = "0123456789"


@dataclass(frozen=True)
class Task:
    """What is to be read, and from which pictures.

    Attributes
    ----------
    X, y, X_test, y_test : arrays, shapes (n, d) and (n, k)
        Samples for training and samples that are kept for testing.
    shape : (int, int)
        Rows and columns of the picture in a row of X.
    shown : array of int, shape (tests, 1 or 2)
        Which digits are on each test picture.
    """

    X: Array
    y: Array
    X_test: Array
    y_test: Array
    shape: tuple[int, int]
    shown: Array

    @property
    def chance(self) -> float:
        """The share of right answers that guessing gets, about."""
        return 0.1 if self.y.shape[1] == 10 else 0.5

    @property
    def updates(self) -> int:
        """Updates in an epoch."""
        return -(-len(self.X) // BATCH)

    def answers(self, y_hat: Array) -> Array:
        """Return what predictions (..., n, k) say, as whole numbers (..., n): the digit, 0 or 1, or −1 if nothing."""
        said = y_hat.argmax(axis=-1) if self.y.shape[1] > 1 else (y_hat[..., 0] > 0.5).astype(int)
        return np.where(np.isfinite(y_hat).all(axis=-1), said, -1)


def split() -> tuple[Array, Array]:
    """Return which of the 1,797 digits are for training and which for testing."""
    order = np.random.default_rng(0).permutation(1797)
    return order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]


def side_by_side(X: Array, digit: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """Join pictures (n, 64) in pairs: (m, 128), and targets (m, 1) that are 1 where the two digits' sum is even."""
    pictures = np.concatenate([X[left].reshape(-1, 8, 8), X[right].reshape(-1, 8, 8)], axis=2)
    return pictures.reshape(-1, 128), ((digit[left] + digit[right]) % 2 == 0).astype(float)[:, None]


@lru_cache(maxsize=3)
def task(name: str) -> Task:
    """Return a task: ``"one"`` digit, or pairs of digits from 0 and 1 (``"binary"``) or from all ten (``"all"``)."""
    data = digits()
    digit = data.y.argmax(axis=1)
    train, test = split()
    if name == "one":
        shown = digit[test][:, None]
        return Task(data.X[train], data.y[train], data.X[test], data.y[test], (8, 8), shown)
    if name == "binary":
        train, test = train[digit[train] < 2], test[digit[test] < 2]
    rng = np.random.default_rng(1)
    pairs = rng.choice(train, (2, 1300 if name == "binary" else 2600))
    test_pairs = rng.choice(test, (2, 1000))
    return Task(
        *side_by_side(data.X, digit, *pairs),
        *side_by_side(data.X, digit, *test_pairs),
        shape=(8, 16),
        shown=digit[test_pairs].T,
    )


class Setting(NamedTuple):
    """What is trained: networks with `width` units in the first hidden layer, and 32 at most in those above it."""

    task: str
    activation: str = "tanh"
    depth: int = 1
    width: int = WIDTH
    first_weights: str = "small"
    learning_rate: float = 0.3

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that differ: without a hidden layer, all are one."""
        return ("chain_rule", "delta_rule", "frozen") if self.depth else ("chain_rule",)

    @property
    def epochs_at_once(self) -> int:
        """How many epochs make about a tenth of a second of training."""
        return 1 if self.task == "all" or self.width > 2 * WIDTH else 2

    def start(self) -> list[Layer]:
        """Return networks that have learned nothing, one for each seed.

        They start small, with Glorot's variance and biases of 0; or large, with weights from N(0, 0.3²) and hidden
        biases from N(0, 1).
        """
        (d, k), seeds = (task(self.task).X.shape[1], task(self.task).y.shape[1]), range(STARTS)
        hidden = [self.width, *[min(self.width, WIDTH)] * 2][: self.depth]
        small = self.first_weights == "small"
        output = "softmax" if k > 1 else "sigmoid"
        scheme = "glorot" if small else LARGE
        layers = initialise((d, *hidden, k), self.activation, output, seed=seeds, scheme=scheme)
        if small:
            return layers
        rngs = [np.random.default_rng([1, seed]) for seed in seeds]
        return [
            layer.with_parameters(layer.W, np.stack([rng.normal(size=(1, units)) for rng in rngs]))
            for layer, units in zip(layers, hidden, strict=False)
        ] + layers[-1:]


@dataclass
class Run:
    """`STARTS` networks that learn by one rule, and what was kept after each epoch.

    Attributes
    ----------
    layers : list of Layer
        The networks as far as they have come, parameters (STARTS, ...).
    losses : list of arrays, shape (STARTS,)
        Mean cross-entropy on the training samples.
    accuracies : list of arrays, shape (STARTS,)
        Share of the test samples that are answered rightly.
    y_hats : list of arrays, shape (tests, k)
        What the first network predicts for the test samples.
    weights : list of arrays, shape (d, units)
        Those of its first layer, in single precision: they are to be looked at.
    """

    layers: list[Layer]
    losses: list[Array] = field(default_factory=list)
    accuracies: list[Array] = field(default_factory=list)
    y_hats: list[Array] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        return len(self.losses) - 1


@lru_cache(maxsize=12)
def runs(setting: Setting) -> Mapping[str, Run]:
    """Return the runs for a setting as far as they have been trained: at first, not at all."""
    result = {rule: Run(setting.start()) for rule in setting.rules}
    for rule in result:
        train(result[rule], setting, rule, epochs=0)
    return result


def advance(setting: Setting) -> Iterator[tuple[float, bool]]:
    """Train what is not trained yet. Yield the share done, and whether all rules have come equally far.

    The samples come in an order that depends on the epoch alone, and nothing else is carried from one epoch to the
    next. So it makes no difference where training stopped in between.
    """
    under_way = runs(setting)
    while True:
        epochs = [run.epochs for run in under_way.values()]
        yield sum(epochs) / (EPOCHS * len(epochs)), len(set(epochs)) == 1
        if min(epochs) >= EPOCHS:
            return
        rule = min(under_way, key=lambda rule: under_way[rule].epochs)
        train(under_way[rule], setting, rule, setting.epochs_at_once)


def train(run: Run, setting: Setting, rule: str, epochs: int) -> None:
    """Let a run go on by a rule for so many epochs, and keep what is to be seen of them."""
    t = task(setting.task)
    history = training.train(
        run.layers,
        t.X,
        t.y,
        loss="softmax_cross_entropy" if t.y.shape[1] > 1 else "binary_cross_entropy",
        rule=rule,
        learning_rate=setting.learning_rate,
        steps=epochs * t.updates,
        batch_size=BATCH,
        seed=max(run.epochs, 0),
        record_every=t.updates,
    )
    new = slice(0 if epochs == 0 else 1, None)  # the first record is the last one of the epochs before
    networks = from_vector(history.theta[new], run.layers)
    with np.errstate(all="ignore"):
        y_hat = forward.unchecked(networks, t.X_test).y_hat
        right = t.answers(y_hat) == t.answers(t.y_test)
        run.weights.extend(networks[0].W[:, 0].astype(np.float32))
    run.layers = history.layers()
    run.losses.extend(history.loss[new])
    run.accuracies.extend(right.mean(axis=-1))
    run.y_hats.extend(y_hat[:, 0].copy())
