"""Training: repeat *forward, backward, update*, and keep what happened along the way."""

from __future__ import annotations  # help shows the names of types, which are short

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gdlab.fitting import checked, for_training
from gdlab.gradients import Gradient, backward
from gdlab.layers import Layer, runs_of
from gdlab.losses import Loss
from gdlab.network import forward, from_vector, one_run, to_vector
from gdlab.rules import Rule
from gdlab.updates import gradient_descent_update, momentum_update
from gdlab.validation import Array


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """What a training run leaves behind. T is the number of records, the first taken before any update.

    Attributes
    ----------
    steps : array of int, shape (T,)
        After how many updates each record was taken.
    loss : array, shape (T, ...)
        Mean loss over *all* samples; infinite or nan where the run diverged.
    theta : array, shape (T, ..., p)
        All parameters, ordered as `gdlab.network.to_vector`.
    start : list of Layer
        The network before training.

    Examples
    --------
    >>> history = train([Layer([[0.0]], [[0.0]])], [[1.0]], [[1.0]], learning_rate=0.5, steps=20, record_every=5)
    >>> history
    <history: 5 records over 20 steps, loss 0.5 → 0>
    >>> history.steps
    array([ 0,  5, 10, 15, 20])
    >>> history.at(step=10)
    [Layer(1 → 1, identity)]
    """

    steps: Array
    loss: Array
    theta: Array
    start: list[Layer]

    def layers(self, record: int | slice = -1) -> list[Layer]:
        """Return the network as it was at a record; the last one unless told otherwise.

        A slice gives the network at several records, on a leading axis.

        Raises
        ------
        IndexError
            If there is no such record.
        """
        try:
            theta = self.theta[record]
        except IndexError:
            last = len(self.steps) - 1
            raise IndexError(f"record is {record}; this history has {last + 1}, from 0 to {last}") from None
        return from_vector(theta, self.start)

    def record_at(self, step: int) -> int:
        """Return which record was taken after this many updates: an index of `steps`, `loss` and `theta`.

        Raises
        ------
        ValueError
            If none was taken then.
        """
        record = int(np.searchsorted(self.steps, step))
        if record == len(self.steps) or self.steps[record] != step:
            near = self.steps[max(record - 1, 0) : record + 1]
            raise ValueError(f"no record was taken at step {step}; wanted one of steps, such as {near.tolist()}")
        return record

    def at(self, step: int) -> list[Layer]:
        """Return the network as it was after this many updates, if a record was taken then."""
        return self.layers(self.record_at(step))

    def one_run(self, run: int) -> History:
        """Return the history of one of the networks that stand on a leading axis."""
        start = one_run(self.start, run)
        return replace(self, loss=self.loss[:, run], theta=self.theta[:, run], start=start)

    def __repr__(self) -> str:
        runs = runs_of(self.loss.shape[1:])
        with np.errstate(all="ignore"):  # a run that diverged is shown like any other
            first, last = (float(np.median(self.loss[record])) for record in (0, -1))
        of_runs, median = (f" of {runs}", "median ") if runs else ("", "")
        return (
            f"<history: {len(self.steps)} record{'' if len(self.steps) == 1 else 's'} over {self.steps[-1]} "
            f"steps{of_runs}, {median}loss {first:.3g} → {last:.3g}>"
        )


@checked(for_training)
@np.errstate(all="ignore")
def train(
    layers: Sequence[Layer],
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss = "squared_error",
    rule: str | Rule = "chain_rule",
    learning_rate: float = 0.1,
    steps: int = 100,
    batch_size: int | None = None,
    shuffle: bool = True,
    momentum: float = 0.0,
    seed: int = 0,
    record_every: int = 1,
    backward: Callable[..., list[Gradient]] = backward.unchecked,
) -> History:
    """Train a network and return the whole story. `layers` itself is left as it was.

    Nothing is stopped and nothing hidden: a run that diverges goes on to infinity or nan, without a warning, and its
    history shows it.

    Parameters
    ----------
    layers, X, y, loss, rule
        As for `gdlab.backward`. Leading axes of the parameters are independent runs on the same data.
    learning_rate
        Factor of the gradient of the *mean* loss, > 0.
    steps
        Number of updates, >= 0.
    batch_size
        Samples for each update: None for all of them, 1 for sample by sample, anything between for mini-batches (the
        last of an epoch may be smaller).
    shuffle
        Whether each epoch takes the samples in a new random order. Without it they come as they stand in X.
    momentum
        Share of the last step that is added to the next, 0 <= momentum < 1.
    seed
        Decides the order of the samples.
    record_every
        Keep a record after this many updates. The start and the last update are always kept.
    backward
        The backward pass: takes what `gdlab.backward` takes. Another one in its place shows what training makes of
        another one, a broken one for instance.

    Raises
    ------
    ValueError, TypeError
        If anything does not fit; the message says what came and what was wanted.

    Examples
    --------
    >>> data = gdlab.datasets.xor(100)
    >>> layers = gdlab.initialise((2, 8, 1), "tanh", "sigmoid")
    >>> train(layers, data.X, data.y, loss="binary_cross_entropy", learning_rate=1.0, steps=500, record_every=50)
    <history: 11 records over 500 steps, loss 0.712 → 0.0425>
    """
    np.empty(2**21)  # large, and given back at once: after that, Linux keeps the memory of a step for the next one
    batches = _batches(len(X), batch_size, np.random.default_rng(seed) if shuffle else None)
    start, layers = list(layers), list(layers)
    velocity = [(0.0, 0.0)] * len(layers)
    records: list[tuple[int, Array, Array]] = []

    def due(step: int) -> bool:
        return step % record_every == 0 or step == steps

    def moved(theta: Array, velocity: Array | float, gradient: Array) -> tuple[Array, Array | float]:
        if not momentum:
            return gradient_descent_update(theta, learning_rate, gradient), velocity
        return momentum_update(theta, velocity, learning_rate, gradient, momentum)

    for step in range(steps + 1):
        trace = forward.unchecked(layers, X) if batch_size is None or due(step) else None
        if due(step):
            J = loss.of_z(layers[-1].activation, trace.z[-1], y).mean(axis=-1)
            records.append((step, J, to_vector(layers)))
        if step == steps:
            break
        rows = next(batches)
        if batch_size is not None:
            trace = forward.unchecked(layers, X[rows])
        gradients = backward(layers, trace, y[rows], loss=loss, rule=rule)
        for index, (layer, gradient) in enumerate(zip(layers, gradients, strict=True)):
            v_W, v_b = velocity[index]
            W, v_W = moved(layer.W, v_W, gradient.W)
            b, v_b = moved(layer.b, v_b, gradient.b)
            layers[index], velocity[index] = layer.with_parameters(W, b), (v_W, v_b)

    steps_kept, losses, thetas = zip(*records, strict=True)
    return History(np.array(steps_kept), np.array(losses), np.array(thetas), start)


def _batches(n: int, batch_size: int | None, rng: np.random.Generator | None) -> Iterator[Array | slice]:
    """Yield the rows of one update after another, epoch after epoch, for ever."""
    while True:
        if batch_size is None:
            yield slice(None)
            continue
        order = rng.permutation(n) if rng else np.arange(n)
        for first in range(0, n, batch_size):
            yield order[first : first + batch_size]
