"""Exercises of notebook 06."""

from dataclasses import dataclass

import numpy as np

from gdlab.exercises.kinds import FunctionExercise, Misconception, NumbersExercise
from gdlab.exercises.old_family import OldFamily as Family


def backprop(X, y, W1, b1, W2, b2):
    z = X @ W1 + b1
    H = np.tanh(z)
    n = len(X)
    error = (H @ W2 + b2 - y) / n
    error_below = (error @ W2.T) * (1 - H**2)
    return X.T @ error_below, error_below.sum(axis=0, keepdims=True), H.T @ error, error.sum(axis=0, keepdims=True)


def cross_slopes(w, v, x, y):
    f = np.tanh(w * x)
    slope = 1 - f**2
    error = v * f - y
    dFw_dv = (f * v + error) * x  # F_w = error · v · x, and the error changes with v, too
    dFv_dw = (v * slope * x) * f + error * slope * x  # F_v = error · f(w x)
    return dFw_dv, dFv_dw


def _network(rng):
    d, k = (int(n) for n in rng.permutation([2, 3, 4])[:2])
    n = int(rng.integers(5, 9))
    X, y = rng.normal(0, 1, (n, d)), rng.normal(0, 1, (n, 1))
    return (
        X,
        y,
        rng.normal(0, 1, (d, k)),
        rng.normal(0, 0.5, (1, k)),
        rng.normal(0, 1, (k, 1)),
        rng.normal(0, 0.5, (1, 1)),
    )


def _slope(z):
    return 1 - np.tanh(z) ** 2


def _variant(slope=_slope, back=lambda error, W2: error @ W2.T, lower=None, upper=None):
    """Make a backward pass with another slope, another way back, or other inputs of the two layers."""

    def wrong(X, y, W1, b1, W2, b2):
        z = X @ W1 + b1
        H = np.tanh(z)
        error = (H @ W2 + b2 - y) / len(X)
        below = back(error, W2) * slope(z)
        left, right = lower(X, H) if lower else X, upper(X, z) if upper else H
        return left.T @ below, below.sum(axis=0, keepdims=True), right.T @ error, error.sum(axis=0, keepdims=True)

    return wrong


def _only(parts, wrong):
    """Keep these parts of a wrong answer; the others are not touched by the thought."""
    return lambda *arguments: tuple(value if i in parts else None for i, value in enumerate(wrong(*arguments)))


def _times(factor):
    return lambda X, *rest: tuple(factor(len(X)) * value for value in backprop(X, *rest))


def _means_first(X, y, W1, b1, W2, b2):
    H = np.tanh(X @ W1 + b1)
    error = np.mean(H @ W2 + b2 - y)
    below = np.mean(_slope(X @ W1 + b1), axis=0, keepdims=True) * W2.T * error
    return X.mean(axis=0)[:, None] @ below, below, H.mean(axis=0)[:, None] * error, None


def _with_error_held(w, v, x, y):
    f = np.tanh(w * x)
    return (v * f - y) * x, (v * f - y) * (1 - f**2) * x


def _only_the_error_derived(w, v, x, y):
    f = np.tanh(w * x)
    return f * v * x, v * (1 - f**2) * x * f


def _of_the_gradient(w, v, x, y):
    f = np.tanh(w * x)
    slope = 1 - f**2
    return (v * f + (v * f - y)) * slope * x, None


def _slope_left_out(w, v, x, y):
    f = np.tanh(w * x)
    return None, v * x * f + (v * f - y) * x


def _inner_derivative_left_out(w, v, x, y):
    f = np.tanh(w * x)
    return None, (v * f + (v * f - y)) * (1 - f**2)


@dataclass(frozen=True)
class _Small:
    """A network for paper: inputs, the output's weights and bias, the target, the learning rate; each hidden unit looks
    across the input, so that its z is 0, with weights of length `looks`."""

    x: tuple[int, int]
    looks: tuple[float, float]
    v: tuple[int, int]
    bias: float
    y: float
    rate: float

    def weights(self, unit: int) -> tuple[float, float]:
        return -self.looks[unit] * self.x[1], self.looks[unit] * self.x[0]

    @property
    def y_hat(self) -> float:
        return sum(self.v) / 2 + self.bias


def _by_hand(net, error=None, slope=0.25, v=None):
    """Return the six numbers, or those of a wrong thought: with another error, slope, or way back."""
    error = net.y_hat - net.y if error is None else error
    below = [error * weight * slope for weight in v or net.v]
    into_first = below[0] * net.x[0]
    return error, error / 2, below[0], into_first, below[1] * net.x[1], net.weights(0)[0] - net.rate * into_first


def _one_step(slug, net):
    right = _by_hand(net)
    error, _, below, into_first, into_second, new = right
    first, negative = net.weights(0)[0], 1 if net.v[0] < 0 else 2
    to = [error * weight for weight in net.v]

    def w(number):
        return f"{round(number, 9):g}".replace("-", "−")

    def factor(number):
        return w(number) if number >= 0 else f"({w(number)})"

    return NumbersExercise(
        slug=slug,
        title="One step by hand",
        points=3,
        answer=tuple(round(number, 12) for number in right),
        explanation=(
            f"Forward: z = 0, so both hidden units give ½ and have the slope ¼; ŷ = ½ · {factor(net.v[0])} + ½ · "
            f"{factor(net.v[1])} + {factor(net.bias)} = {w(net.y_hat)}. Backward: the error {w(net.y_hat)} − {factor(net.y)} = "
            f"{w(error)} comes back to unit 1 as {w(error)} · {factor(net.v[0])} = {w(to[0])} and becomes {w(to[0])} · ¼ = "
            f"{w(below)}; to unit 2 it comes as {w(error)} · {factor(net.v[1])} = {w(to[1])} and becomes {w(to[1] / 4)}. Times the "
            f"inputs {w(net.x[0])} and {w(net.x[1])} that is {w(into_first)} and {w(into_second)}; and {w(first)} − "
            f"{w(net.rate)} · {factor(into_first)} = {w(new)}."
        ),
        hints=(
            "Go forward first, and write every number down: z, a, ŷ. For the sigmoid, σ(0) = ½ and σ′(0) = σ(0) (1 − σ(0)).",
            "The output unit is linear, so its slope is 1, and its inputs are what the hidden units give.",
            "To hidden unit 1 the error comes back as error × v₁, to hidden unit 2 as error × v₂. Then comes the slope, then the input.",
        ),
        misconceptions=(
            Misconception(
                "the error is turned round",
                _by_hand(net, error=-error),
                "You started with actual − predicted. The gradient of ½ (ŷ − y)² starts with ŷ − y; it points uphill, and the step "
                "subtracts it.",
            ),
            Misconception(
                "the slope is missing",
                _by_hand(net, slope=1),
                "The error arrived at the hidden units through their weights, and went on as it was. What does it pass before it "
                "reaches z?",
            ),
            Misconception(
                "what arrives before the slope",
                (*right[:2], to[0], *right[3:]),
                "Number 3 is what arrives at the *output* of hidden unit 1. What lies between that and its z?",
            ),
            Misconception(
                "the slope of tanh",
                _by_hand(net, slope=0.75),
                "You took 1 − a², which is the slope of tanh. These are sigmoid units.",
            ),
            Misconception(
                "the output’s bias is forgotten",
                _by_hand(net, error=error - net.bias),
                "One slip on the way forward, and all the rest follows from it: what is the bias of the output for?",
            ),
            Misconception(
                "twice too large",
                _by_hand(net, error=2 * error),
                "The exponent 2 came down. What did the ½ in front of this loss do?",
            ),
            Misconception(
                "the step, not the new weight",
                (*right[:5], new - first),
                "All gradients are right, and your number 6 is how far the weight moves. Where does it end?",
            ),
            Misconception(
                "f in place of f′",
                _by_hand(net, slope=0.5),
                "You multiplied by what the hidden unit *gives*, ½. How much does that change when z changes?",
            ),
            Misconception(
                "the error does not pass the output weights",
                _by_hand(net, v=(1, 1)),
                f"Both hidden units got the output’s error whole. Unit {negative} has a negative weight to the output: if it gives "
                "more, does the prediction rise?",
            ),
            Misconception(
                "uphill",
                (*right[:5], first + net.rate * into_first),
                "All gradients are right. The step goes against the gradient.",
            ),
            Misconception(
                "the learning rate is missing",
                (*right[:5], first - into_first),
                "All gradients are right. The step is only a part of the gradient; which part?",
            ),
        ),
    )


def _one_step_passages(net):
    (a, b), (c, d) = ([f"{weight:g}" for weight in net.weights(unit)] for unit in (0, 1))
    return (
        f"Inputs $x_1 = {net.x[0]}$, $x_2 = {net.x[1]}$. Both hidden units are sigmoid units without a bias: unit 1 has the weights "
        f"${a}$ (from $x_1$) and ${b}$ (from $x_2$), unit 2 has ${c}$ and ${d}$. The output is linear with weights "
        f"$v_1 = {net.v[0]}$, $v_2 = {net.v[1]}$ and bias ${net.bias:g}$. The target is $y = {net.y:g}$, the loss",
        f"after one step of gradient descent with learning rate ${net.rate:g}$",
    )


ONE_STEP = Family(
    name="one-step",
    slug="one-step",
    members=(
        _Small((2, -1), (0.5, 1), (2, -1), 0.5, 3, 0.1),
        _Small((3, -1), (0.5, 1), (-2, 1), 0.5, -2, 0.1),
        _Small((2, 1), (0.5, 1), (3, -2), 0.5, -3, 0.1),
        _Small((-2, 1), (0.5, 1), (3, -2), 2, 0.5, 0.2),
        _Small((4, -1), (0.5, 1), (-1, 3), 1, 4, 0.1),
        _Small((3, 1), (1, 0.5), (4, -2), -1, -4, 0.05),
        _Small((2, -3), (0.5, 1), (-2, 4), 0.5, 3.5, 0.1),
        _Small((-3, 2), (0.5, 1), (2, -1), 1.5, -2, 0.2),
    ),
    make=_one_step,
    passages=_one_step_passages,
    about=lambda net: f"inputs {net.x[0]} and {net.x[1]}, target {net.y:g}, and other weights".replace("-", "−"),
)

EXERCISES = (
    ONE_STEP.published,
    FunctionExercise(
        slug="backprop",
        title="Backpropagate through one hidden layer",
        points=4,
        solution=backprop,
        inputs=_network,
        parts=("dW1", "db1", "dW2", "db2"),
        hints=(
            "Go forward first and keep `z`, `H` and the prediction. Each of the four results has the shape of its parameter: that "
            "alone tells much about where a transpose belongs.",
            "Output layer: the error is predicted − actual, shape (n, 1), divided by n for the mean. A weight’s gradient adds up "
            "error × input over the samples, which is a matrix product: `inputs.T @ error`. A bias has the input 1.",
            "Hidden layer: the error comes back through the weights it went out by, `error @ W2.T`, shape (n, k). Multiply it, "
            "element by element, by the slope of tanh at `z`. From there it is as at the output, with `X` as input.",
        ),
        misconceptions=(
            Misconception(
                "the sign is turned round",
                _times(lambda n: -1),
                "Yours point downhill: the error is actual − predicted. The gradient of ½ (ŷ − y)² begins with ŷ − y.",
            ),
            Misconception(
                "the sum, not the mean",
                _times(lambda n: n),
                "Yours grows with the number of samples. `J` is a mean.",
            ),
            Misconception(
                "twice too large",
                _times(lambda n: 2),
                "The exponent 2 came down. What did the ½ in front of this loss do?",
            ),
            Misconception(
                "the mean is taken twice",
                _only((0, 1), lambda X, *rest: tuple(value / len(X) for value in backprop(X, *rest))),
                "The error was divided by n at the output already, and what comes back through the weights has that in it.",
            ),
            Misconception(
                "the slope is missing",
                _only((0, 1), _variant(slope=np.ones_like)),
                "This is what the delta rule does: the error goes on to the inputs as it came out of `W2`. What does it pass on its "
                "way from what a hidden unit gives to its `z`?",
            ),
            Misconception(
                "the slope is taken at the activation",
                _only((0, 1), _variant(slope=lambda z: _slope(np.tanh(z)))),
                "You have tanh twice: the slope belongs to `z`, and you took it at `tanh(z)`. If `H` is tanh(z) already, 1 − H² needs "
                "no further tanh.",
            ),
            Misconception(
                "f in place of f′",
                _only((0, 1), _variant(slope=np.tanh)),
                "You multiplied by what the hidden unit gives. How much does that change when `z` changes?",
            ),
            Misconception(
                "the error does not pass W2",
                _only((0, 1), _variant(back=lambda error, W2: error * np.ones_like(W2.T))),
                "Every hidden unit got the output’s whole error. A unit whose weight to the output is small has a small share in it, "
                "and one with a negative weight has the opposite sign.",
            ),
            Misconception(
                "H in place of X",
                _only((0,), _variant(lower=lambda X, H: H)),
                "What is fed *into* the weights `W1`? Not what the hidden units give.",
            ),
            Misconception(
                "X in place of H",
                _only((2,), _variant(upper=lambda X, z: X)),
                "What is fed *into* the weights `W2`? They never see the inputs of the network.",
            ),
            Misconception(
                "z in place of H",
                _only((2,), _variant(upper=lambda X, z: z)),
                "The weights `W2` are fed with what the hidden units give, after tanh.",
            ),
            Misconception(
                "transposed",
                _only((0, 2), lambda *arguments: tuple(value.T for value in backprop(*arguments))),
                "The numbers are right, but rows and columns are exchanged: each result has the shape of its parameter.",
            ),
            Misconception(
                "means multiplied",
                _means_first,
                "The mean of a product is not the product of the means. Multiply sample by sample first: a matrix product over the "
                "samples does both at once.",
            ),
        ),
    ),
    FunctionExercise(
        slug="cross-slopes",
        title="Is it the gradient of anything?",
        points=3,
        solution=cross_slopes,
        inputs=lambda rng: tuple(float(value) for value in rng.normal(0, 1.2, 4)),
        parts=("∂F_w/∂v", "∂F_v/∂w"),
        hints=(
            "Write both fields out with nothing hidden in them: put `v tanh(w x) − y` for the error.",
            "Both are products in which the error is one factor, and the error changes with `v` and with `w`. So it takes the "
            "product rule.",
            "The error changes by `tanh(w x)` with `v`, and by `v · tanh′(w x) · x` with `w`. Here, inside a derivative, the slope of "
            "tanh does appear, whatever rule made the field.",
        ),
        misconceptions=(
            Misconception(
                "the error was held fixed",
                _with_error_held,
                "The error is not a constant: it holds the prediction, which changes with both weights. Use the product rule.",
            ),
            Misconception(
                "half of the product rule",
                _only_the_error_derived,
                "You derived the error and left the other factor of the product as it is. That one changes, too.",
            ),
            Misconception(
                "of the gradient, not of this field",
                _of_the_gradient,
                "There is a slope in it. Is there one in `F_w` as the delta rule makes it?",
            ),
            Misconception(
                "the slope of tanh is missing",
                _slope_left_out,
                "The field was made without f′. But how much `tanh(w x)` changes with `w` is a fact, whatever the rule.",
            ),
            Misconception(
                "the inner derivative is missing",
                _inner_derivative_left_out,
                "`tanh(w x)` changes with `w` by its slope times the inner derivative. What is the derivative of `w x` by `w`?",
            ),
        ),
    ),
)

FAMILIES = (ONE_STEP,)
