"""A step of training: gdlab, PyTorch eager, HIPS autograd and scikit-learn, in turn, on one thread.

All train the same network on the same data in double precision, which is what the notebooks use; PyTorch in single
precision, too, its own default. Times are the processor's, so that other work on the machine matters less; on one
thread they are those of the clock. A step is forward, backward and update. Before the first and after the last, all but
scikit-learn tell the loss over all samples, which `gdlab.train` cannot leave out.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import gdlab
from gdlab.datasets import digits, xor
from tests.benchmarks.report import Table, median

Runner = Callable[[int], Any]
"""Does as many steps as it is told."""


@dataclass
class Task:
    name: str
    sizes: tuple[int, ...]
    output: str
    loss: str
    X: np.ndarray
    y: np.ndarray
    batch: int | None
    runs: int | None
    steps: int

    @property
    def rows(self) -> int:
        return self.batch or len(self.X)


def tasks() -> list[Task]:
    toy, real = xor(200), digits()
    small = (2, 8, 1), "sigmoid", "binary_cross_entropy", toy.X, toy.y, None
    large = (64, 32, 10), "softmax", "softmax_cross_entropy", real.X[:1300], real.y[:1300], 50
    return [
        Task("2-8-1, 200 samples at once", *small, runs=None, steps=1000),
        Task("2-8-1, fifty runs at once", *small, runs=50, steps=40),
        Task("64-32-10, mini-batches of 50", *large, runs=None, steps=520),
        Task("64-32-10, fifty runs at once", *large, runs=50, steps=104),
    ]


def start(task: Task) -> list[gdlab.Layer]:
    seed = 0 if task.runs is None else range(task.runs)
    return gdlab.initialise(task.sizes, "tanh", task.output, seed=seed)


def ours(task: Task) -> Runner:
    layers = start(task)

    def run(steps: int) -> None:
        options = {"loss": task.loss, "learning_rate": 0.3, "steps": steps, "record_every": steps}
        gdlab.train(layers, task.X, task.y, batch_size=task.batch, **options)

    return run


def pytorch(task: Task, precision: str) -> Runner:
    import torch

    torch.set_num_threads(1)
    kind = getattr(torch, precision)
    X, y = torch.tensor(task.X, dtype=kind), torch.tensor(task.y, dtype=kind)
    parameters = [torch.tensor(p, dtype=kind, requires_grad=True) for layer in start(task) for p in (layer.W, layer.b)]
    optimiser = torch.optim.SGD(parameters, lr=0.3)
    function = torch.nn.functional
    W1, b1, W2, b2 = parameters

    def loss(rows: Any) -> Any:
        z = torch.tanh(X[rows] @ W1 + b1) @ W2 + b2
        wanted = y[rows].expand_as(z)
        if task.output == "sigmoid":
            return function.binary_cross_entropy_with_logits(z, wanted, reduction="sum")
        return -(wanted * function.log_softmax(z, dim=-1)).sum()

    def run(steps: int) -> None:
        with torch.no_grad():
            loss(slice(None))
        for rows in batches(task, steps):
            optimiser.zero_grad()
            (loss(rows) / task.rows).backward()
            optimiser.step()
        with torch.no_grad():
            loss(slice(None))

    return run


def autograd(task: Task) -> Runner:
    import autograd.numpy as anp
    from autograd import grad

    def loss(parameters: list[np.ndarray], rows: Any) -> Any:
        W1, b1, W2, b2 = parameters
        z = anp.tanh(task.X[rows] @ W1 + b1) @ W2 + b2
        y = task.y[rows]
        if task.output == "sigmoid":
            return anp.sum(anp.logaddexp(0, z) - y * z) / task.rows
        top = anp.max(z, axis=-1, keepdims=True)
        total = top + anp.log(anp.sum(anp.exp(z - top), axis=-1, keepdims=True))
        return anp.sum(total * anp.sum(y, axis=-1, keepdims=True) - y * z) / task.rows

    slope = grad(loss)
    parameters = [p for layer in start(task) for p in (layer.W, layer.b)]

    def run(steps: int) -> None:
        nonlocal parameters
        loss(parameters, slice(None))
        for rows in batches(task, steps):
            parameters = [p - 0.3 * g for p, g in zip(parameters, slope(parameters, rows), strict=True)]
        loss(parameters, slice(None))

    return run


def sklearn(task: Task) -> Runner:
    from sklearn.neural_network import MLPClassifier

    label = task.y.argmax(axis=1) if task.y.shape[1] > 1 else task.y[:, 0].astype(int)
    each_epoch = -(-len(task.X) // task.rows)

    def run(steps: int) -> None:
        epochs = steps // each_epoch
        for _ in range(task.runs or 1):  # it knows one run at a time only
            machine = MLPClassifier(
                task.sizes[1:-1], activation="tanh", solver="sgd", alpha=0, batch_size=task.rows, momentum=0,
                learning_rate_init=0.3, max_iter=epochs, n_iter_no_change=epochs + 1, tol=0,
            )  # fmt: skip
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                machine.fit(task.X, label)

    return run


def batches(task: Task, steps: int) -> list[Any]:
    if task.batch is None:
        return [slice(None)] * steps
    rng = np.random.default_rng(0)
    order: list[np.ndarray] = []
    while len(order) < steps:
        rows = rng.permutation(len(task.X))
        order += [rows[first : first + task.batch] for first in range(0, len(rows), task.batch)]
    return order[:steps]


OTHERS: dict[str, Callable[[Task], Runner]] = {
    "PyTorch": lambda task: pytorch(task, "float64"),
    "PyTorch, single precision": lambda task: pytorch(task, "float32"),
    "autograd": autograd,
    "scikit-learn": sklearn,
}


def measure(quick: bool) -> list[Table]:
    rounds = 3 if quick else 9
    notes = [
        "Times gdlab's, medians over rounds in which all took turns: more than 1 is slower than gdlab. Fifty runs: "
        "PyTorch and autograd with the runs on a leading axis, as in gdlab; scikit-learn one after another. "
        "All but scikit-learn tell the loss over all samples before the first step and after the last."
    ]
    head = ["", "gdlab, µs a step", "NumPy calls alone", *[f"{name} ÷ gdlab" for name in OTHERS]]
    steps, profile = Table(head, notes=notes), Table(PARTS, title="Where gdlab's time goes, µs a step")
    for task in tasks():
        runners, missing = {"gdlab": ours(task)}, []
        for name, make in OTHERS.items():
            try:
                runners[name] = make(task)
                runners[name](26)
            except ImportError as error:
                missing.append(f"{name} is not installed ({error}).")
        times: dict[str, list[float]] = {name: [] for name in runners}
        count = task.steps // 5 // 26 * 26 or 26 if quick else task.steps
        for _ in range(rounds):
            for name, run in runners.items():
                began = time.process_time()
                run(count)
                times[name].append((time.process_time() - began) / count * 1e6)
        us = median(times["gdlab"])
        parts = split(task, rounds)
        ratios = [median(np.divide(times[name], times["gdlab"])) if name in times else None for name in OTHERS]
        steps.add(task.name, us, sum(parts), *ratios)
        profile.add(task.name, us, *parts, us - sum(parts), f"{parts[0] / us:.0%}", f"{parts[1] / us:.0%}")
        steps.notes += [line for line in missing if line not in steps.notes]
    profile.notes.append(
        "The calls on arrays of the task's shapes, timed alone; what is left is Python between them, the choice of a "
        "batch, and memory that is asked for anew."
    )
    return [steps, profile]


PARTS = ["", "whole", "transcendental", "matrix products", "other arithmetic", "the rest", "transc.", "products"]


def split(task: Task, rounds: int) -> list[float]:
    """Time the three kinds of array operations of one step, each alone: µs."""
    layers = start(task)
    X, y = task.X[: task.rows], task.y[: task.rows]
    trace = gdlab.forward(layers, X)
    hidden, output = trace.z
    a, y_hat = trace.a[1:]
    first, last = layers
    error = y_hat - y
    back = error @ np.swapaxes(last.W, -1, -2)

    def transcendental() -> None:
        np.tanh(hidden)
        np.exp(-np.abs(hidden))  # in the slope of tanh
        np.exp(output)
        np.exp(output)  # once in the forward pass and once in the error

    def products() -> None:
        X @ first.W
        a @ last.W
        np.swapaxes(a, -1, -2) @ error
        error @ np.swapaxes(last.W, -1, -2)
        np.swapaxes(X, -1, -2) @ back

    def arithmetic() -> None:
        hidden + first.b
        output + last.b
        slope = hidden / (1 + hidden) ** 2 * 4
        for _ in range(2):  # what a sigmoid or softmax does beside its exponential
            output / (1 + output)
            np.where(output >= 0, 1.0, output)
        (y_hat - y) / len(y)
        back * slope
        error.sum(axis=-2, keepdims=True)
        back.sum(axis=-2, keepdims=True)
        for layer in layers:
            layer.W + (0.0 - 0.3 * layer.W)
            layer.b + (0.0 - 0.3 * layer.b)

    result = []
    for work in (transcendental, products, arithmetic):
        times = []
        for _ in range(max(rounds, 5)):
            began = time.process_time()
            for _ in range(20):
                work()
            times.append((time.process_time() - began) / 20 * 1e6)
        result.append(median(times))
    return result
