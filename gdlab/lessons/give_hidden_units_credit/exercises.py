"""Exercises of notebook 06."""

from dataclasses import asdict, dataclass

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise


@dataclass(frozen=True)
class _Net:
    """A network for paper: inputs, weights into the two hidden units (z is 0 in both) and from them, target, rate."""

    x1: float
    x2: float
    w11: float
    w21: float
    w12: float
    w22: float
    v1: float
    v2: float
    bias: float
    y: float
    rate: float

    @property
    def y_hat(self) -> float:
        return (self.v1 + self.v2) / 2 + self.bias

    @property
    def signal(self) -> float:
        return self.y_hat - self.y


def _six(net, signal=None, slope=0.25, v1=None, v2=None, sign=1):
    """Return the six numbers, or those of a wrong thought: with another error signal, slope or way back."""
    signal = net.signal if signal is None else signal
    first = signal * (net.v1 if v1 is None else v1) * slope
    second = signal * (net.v2 if v2 is None else v2) * slope
    return signal, signal / 2, first, first * net.x1, second * net.x2, net.w11 - sign * net.rate * first * net.x1


def one_step(*, net):
    return tuple(round(number, 12) for number in _six(net))


def _explained(net):
    def n(number):
        return f"{round(number, 9):g}".replace("-", "−")

    def then(number):  # behind a sign of another operation
        return n(number) if number >= 0 else f"({n(number)})"

    signal, _, first, into_first, into_second, new = _six(net)
    to = [signal * net.v1, signal * net.v2]
    return (
        f"Forward: z = 0, so both hidden units give ½ and have the slope ¼; ŷ = ½ · {then(net.v1)} + ½ · {then(net.v2)} + "
        f"{then(net.bias)} = {n(net.y_hat)}. Backward: the error signal {n(net.y_hat)} − {then(net.y)} = {n(signal)} comes back to "
        f"unit 1 as {n(signal)} · {then(net.v1)} = {n(to[0])} and becomes {n(to[0])} · ¼ = {n(first)}; to unit 2 it comes as "
        f"{n(signal)} · {then(net.v2)} = {n(to[1])} and becomes {n(to[1] / 4)}. Times the inputs {n(net.x1)} and {n(net.x2)}, that "
        f"is {n(into_first)} and {n(into_second)}; and {n(net.w11)} − {n(net.rate)} · {then(into_first)} = {n(new)}."
    )


ONE_STEP = NumbersExercise(
    slug="one-step",
    title="One step by hand",
    points=3,
    name="one_step",
    given={"net": (net := _Net(2, -1, 0.5, 1, 1, 2, 2, -1, 0.5, 3, 0.1))},
    answer=one_step,
    explanation=_explained(net),
    hints=(
        "Go forward first, and write every number down: z, a, ŷ. For the sigmoid, σ(0) = ½ and σ′(0) = σ(0) (1 − σ(0)).",
        "The output unit is linear, so its slope is 1, and its inputs are what the hidden units give.",
        "To hidden unit 1 the signal comes back as ∂J/∂ŷ × v₁, to hidden unit 2 as ∂J/∂ŷ × v₂. Then comes the slope, then the "
        "input.",
    ),
    consequence="A gradient of a network with millions of weights is made of these same products.",
)


@ONE_STEP.wrong("the signal is turned round")
def _(*, net):
    """You started with actual − predicted, which is what a rule *adds*. A gradient starts with ∂J/∂ŷ of ½ (ŷ − y)²: does
    the loss grow or shrink as ŷ grows?"""
    return _six(net, signal=-net.signal)


@ONE_STEP.wrong("only the first number is turned round")
def _(*, net):
    """Your number 1 is actual − predicted. Asked for is ∂J/∂ŷ, how the loss changes as the prediction grows."""
    return -net.signal, *_six(net)[1:]


@ONE_STEP.wrong("the slope is missing")
def _(*, net):
    """The signal arrived at a hidden unit through its weight, and went on as it was. What does it pass before it reaches
    z?"""
    return _six(net, slope=1)


@ONE_STEP.wrong("what arrives before the slope")
def _(*, net):
    """Number 3 is what arrives at the *output* of hidden unit 1. What lies between that and its z?"""
    return None, None, net.signal * net.v1, None, None, None


@ONE_STEP.wrong("the slope of tanh")
def _(*, net):
    """You took 1 − a², which is the slope of tanh. These are sigmoid units."""
    return _six(net, slope=0.75)


@ONE_STEP.wrong("the output’s bias is forgotten")
def _(*, net):
    """One slip on the way forward, and all the rest follows from it: what is the bias of the output for?"""
    return _six(net, signal=net.signal - net.bias)


@ONE_STEP.wrong("the hidden units give 0")
def _(*, net):
    """Your prediction is what the network would give if both hidden units gave 0. Their z is 0; what is σ(0)?"""
    return net.bias - net.y, None, None, None, None, None


@ONE_STEP.wrong("twice too large")
def _(*, net):
    """The exponent 2 came down. What did the ½ in front of this loss do?"""
    return _six(net, signal=2 * net.signal)


@ONE_STEP.wrong("f in place of f′")
def _(*, net):
    """You multiplied by what the hidden unit *gives*, ½. How much does that change when z changes?"""
    return _six(net, slope=0.5)


@ONE_STEP.wrong("the signal does not pass the output weights")
def _(*, net):
    """A hidden unit got the output’s signal whole. A unit with a negative weight to the output lowers the prediction when it
    gives more: has that been taken into account?"""
    return _six(net, v1=1, v2=1)


@ONE_STEP.wrong("the input of the other weight")
def _(*, net):
    """Numbers 4 and 5 have each other’s input: the weight in 4 comes from x₁, the weight in 5 from x₂."""
    first, second = net.signal * net.v1 / 4, net.signal * net.v2 / 4
    return None, None, None, first * net.x2, second * net.x1, None


@ONE_STEP.wrong("the step, not the new weight")
def _(*, net):
    """Your number 6 is how far the weight moves. Where does it end?"""
    return None, None, None, None, None, _six(net)[5] - net.w11


@ONE_STEP.wrong("uphill")
def _(*, net):
    """Number 6 went along the gradient. The step goes against it."""
    return None, None, None, None, None, _six(net, sign=-1)[5]


@ONE_STEP.wrong("the learning rate is missing")
def _(*, net):
    """In number 6 the step is as long as the gradient. Only a part of it is taken; which?"""
    return None, None, None, None, None, net.w11 - _six(net)[3]


def _paper(net):
    return ONE_STEP.but(given={"net": net, **asdict(net)}, explanation=_explained(net))


PAPER = Family(
    ONE_STEP,
    {
        f"inputs {net.x1:g} and {net.x2:g}, target {net.y:g}, and other weights".replace("-", "−"): _paper(net)
        for net in (
            _Net(3, -1, 0.5, 1.5, 1, 3, -2, 1, 0.5, -2, 0.1),
            _Net(2, 1, -0.5, 1, -1, 2, 3, -2, 0.5, -3, 0.1),
            _Net(-2, 1, -0.5, -1, -1, -2, 3, -2, 2, 0.5, 0.2),
            _Net(4, -1, 0.5, 2, 1, 4, -1, 3, 1, 4, 0.1),
            _Net(3, 1, -1, 3, -0.5, 1.5, 4, -2, -1, -4, 0.05),
            _Net(2, -3, 1.5, 1, 3, 2, -2, 4, 0.5, 3.5, 0.1),
            _Net(-3, 2, -1, -1.5, -2, -3, 2, -1, 1.5, -2, 0.2),
        )
    },
)


def backprop(X, y, W1, b1, W2, b2):
    z = X @ W1 + b1
    H = np.tanh(z)
    signal = (H @ W2 + b2 - y) / len(X)
    below = (signal @ W2.T) * (1 - H**2)
    return X.T @ below, below.sum(axis=0, keepdims=True), H.T @ signal, signal.sum(axis=0, keepdims=True)


def _network(rng):
    d, k = (int(n) for n in rng.permutation([2, 3, 4])[:2])
    n = int(rng.integers(5, 9))
    X, y = rng.normal(0, 1, (n, d)), rng.normal(0, 1, (n, 1))
    hidden = rng.normal(0, 1, (d, k)), rng.normal(0, 0.5, (1, k))
    return X, y, *hidden, rng.normal(0, 1, (k, 1)), rng.normal(0, 0.5, (1, 1))


def _backward(X, y, W1, b1, W2, b2, slope, back=None):
    """Return the gradients with another slope, a function of z, or another way back through other weights."""
    z = X @ W1 + b1
    H = np.tanh(z)
    signal = (H @ W2 + b2 - y) / len(X)
    below = (signal @ (W2 if back is None else back).T) * slope(z)
    return X.T @ below, below.sum(axis=0, keepdims=True), H.T @ signal, signal.sum(axis=0, keepdims=True)


BACKPROP = FunctionExercise(
    slug="backprop",
    title="Backpropagate through one hidden layer",
    points=4,
    why_one="it is asked for any network",
    solution=backprop,
    inputs=_network,
    parts=("dW1", "db1", "dW2", "db2"),
    hints=(
        "Go forward first and keep `z`, `H` and the prediction. Each of the four results has the shape of its parameter: that "
        "alone tells much about where a transpose belongs.",
        "Output layer: the signal is predicted − actual, shape (n, 1), divided by n for the mean. A weight’s gradient adds up "
        "signal × input over the samples, which is a matrix product: `inputs.T @ signal`. A bias has the input 1.",
        "Hidden layer: the signal comes back through the weights it went out by, `signal @ W2.T`, shape (n, k). Multiply it, "
        "element by element, by the slope of tanh at `z`. From there it is as at the output, with `X` as input.",
    ),
    consequence="With more layers the two lines for the hidden layer are repeated, and nothing else is needed.",
)


@BACKPROP.wrong("the sign is turned round")
def _(X, y, W1, b1, W2, b2):
    """Yours is what a rule *adds*, and points downhill: it begins with actual − predicted. The gradient begins with ∂J/∂ŷ."""
    return tuple(-value for value in backprop(X, y, W1, b1, W2, b2))


@BACKPROP.wrong("the sum, not the mean")
def _(X, y, W1, b1, W2, b2):
    """Yours grows with the number of samples. `J` is a mean."""
    return tuple(len(X) * value for value in backprop(X, y, W1, b1, W2, b2))


@BACKPROP.wrong("twice too large")
def _(X, y, W1, b1, W2, b2):
    """The exponent 2 came down. What did the ½ in front of this loss do?"""
    return tuple(2 * value for value in backprop(X, y, W1, b1, W2, b2))


@BACKPROP.wrong("the mean is taken twice")
def _(X, y, W1, b1, W2, b2):
    """The signal was divided by n at the output already, and what comes back through the weights has that in it."""
    return *(value / len(X) for value in backprop(X, y, W1, b1, W2, b2)[:2]), None, None


@BACKPROP.wrong("the slope is missing")
def _(X, y, W1, b1, W2, b2):
    """This is what the delta rule does: the signal goes on to the inputs as it came out of `W2`. What does it pass on its
    way from what a hidden unit gives to its `z`?"""
    return *_backward(X, y, W1, b1, W2, b2, np.ones_like)[:2], None, None


@BACKPROP.wrong("the slope is taken at the activation")
def _(X, y, W1, b1, W2, b2):
    """You have tanh twice: the slope belongs to `z`, and you took it at `tanh(z)`. If `H` is tanh(z) already, its slope needs
    no further tanh."""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: 1 - np.tanh(np.tanh(z)) ** 2)[:2], None, None


@BACKPROP.wrong("f in place of f′")
def _(X, y, W1, b1, W2, b2):
    """You multiplied by what the hidden unit gives. How much does that change when `z` changes?"""
    return *_backward(X, y, W1, b1, W2, b2, np.tanh)[:2], None, None


@BACKPROP.wrong("the sigmoid’s slope")
def _(X, y, W1, b1, W2, b2):
    """`H * (1 - H)` is the slope of a sigmoid that gives H. These are tanh units: at z = 0 their slope is 1, and yours is 0."""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: np.tanh(z) * (1 - np.tanh(z)))[:2], None, None


@BACKPROP.wrong("the sigmoid’s slope, at z")
def _(X, y, W1, b1, W2, b2):
    """You took σ(z) (1 − σ(z)), which is at most ¼. These are tanh units: at z = 0 their slope is 1."""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: 1 / (2 + 2 * np.cosh(z)))[:2], None, None


@BACKPROP.wrong("the square of the whole")
def _(X, y, W1, b1, W2, b2):
    """Your square covers the 1 as well. The slope of tanh is the same at z and at −z; is yours?"""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: (1 - np.tanh(z)) ** 2)[:2], None, None


@BACKPROP.wrong("nothing is squared in the slope")
def _(X, y, W1, b1, W2, b2):
    """The slope of tanh is the same at z and at −z. Is yours? What is squared in its formula?"""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: 1 - np.tanh(z))[:2], None, None


@BACKPROP.wrong("the slope in place of H")
def _(X, y, W1, b1, W2, b2):
    """Slopes belong to the way through a unit. What are the inputs of the weights `W2`?"""
    H = np.tanh(X @ W1 + b1)
    return None, None, (1 - H**2).T @ (H @ W2 + b2 - y) / len(X), None


@BACKPROP.wrong("a tanh at the output, too")
def _(X, y, W1, b1, W2, b2):
    """Your output is a tanh unit. Here it is linear: it gives `z` as it is, and its slope is 1."""
    H = np.tanh(X @ W1 + b1)
    y_hat = np.tanh(H @ W2 + b2)
    signal = (y_hat - y) * (1 - y_hat**2) / len(X)
    below = (signal @ W2.T) * (1 - H**2)
    return X.T @ below, below.sum(axis=0, keepdims=True), H.T @ signal, signal.sum(axis=0, keepdims=True)


@BACKPROP.wrong("the slope without tanh")
def _(X, y, W1, b1, W2, b2):
    """For a large `z` your factor is negative, but tanh never falls. What is squared in its derivative?"""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: 1 - z**2)[:2], None, None


@BACKPROP.wrong("back through the updated weights")
def _(X, y, W1, b1, W2, b2):
    """The signal goes back through `W2` after a step. Both layers belong to the same forward pass: first all gradients, then
    the step."""
    dW2 = backprop(X, y, W1, b1, W2, b2)[2]
    return *_backward(X, y, W1, b1, W2, b2, lambda z: 1 - np.tanh(z) ** 2, back=W2 - dW2)[:2], None, None


@BACKPROP.wrong("the signal does not pass W2")
def _(X, y, W1, b1, W2, b2):
    """Every hidden unit got the output’s whole signal. A unit whose weight to the output is small has a small share in it,
    and one with a negative weight has the opposite sign."""
    return *_backward(X, y, W1, b1, W2, b2, lambda z: 1 - np.tanh(z) ** 2, back=np.ones_like(W2))[:2], None, None


@BACKPROP.wrong("H in place of X")
def _(X, y, W1, b1, W2, b2):
    """What is fed *into* the weights `W1`? Not what the hidden units give."""
    H = np.tanh(X @ W1 + b1)
    below = (H @ W2 + b2 - y) / len(X) @ W2.T * (1 - H**2)
    return H.T @ below, None, None, None


@BACKPROP.wrong("X in place of H")
def _(X, y, W1, b1, W2, b2):
    """What is fed *into* the weights `W2`? They never see the inputs of the network."""
    return None, None, X.T @ (np.tanh(X @ W1 + b1) @ W2 + b2 - y) / len(X), None


@BACKPROP.wrong("z in place of H")
def _(X, y, W1, b1, W2, b2):
    """The weights `W2` are fed with what the hidden units give, after tanh."""
    z = X @ W1 + b1
    return None, None, z.T @ (np.tanh(z) @ W2 + b2 - y) / len(X), None


@BACKPROP.wrong("means multiplied")
def _(X, y, W1, b1, W2, b2):
    """The mean of a product is not the product of the means. Multiply sample by sample first: a matrix product over the
    samples does both at once."""
    H = np.tanh(X @ W1 + b1)
    signal = np.mean(H @ W2 + b2 - y)
    below = np.mean(1 - H**2, axis=0, keepdims=True) * W2.T * signal
    return X.mean(axis=0)[:, None] @ below, below, H.mean(axis=0)[:, None] * signal, None


def cross_derivatives(w, v, x, y):
    f = np.tanh(w * x)
    slope = 1 - f**2
    signal = v * f - y
    dFw_dv = (f * v + signal) * x  # F_w = signal · v · x, and the signal changes with v, too
    dFv_dw = (v * slope * x) * f + signal * slope * x  # F_v = signal · f(w x)
    return dFw_dv, dFv_dw


CROSS_DERIVATIVES = FunctionExercise(
    slug="cross-derivatives",
    title="Is it the gradient of anything?",
    points=3,
    why_one="the notebook goes on with this field",
    solution=cross_derivatives,
    inputs=lambda rng: tuple(float(value) for value in rng.normal(0, 1.2, 4)),
    parts=("∂F_w/∂v", "∂F_v/∂w"),
    hints=(
        "Write both out with nothing hidden in them: put `v tanh(w x) − y` for ŷ − y.",
        "Both are products in which ŷ − y is one factor, and it changes with `v` and with `w`. So they take the product rule.",
        "ŷ − y changes by `tanh(w x)` with `v`, and by `v · tanh′(w x) · x` with `w`. Here, inside a derivative, the slope of "
        "tanh does appear, whatever rule made F.",
    ),
    consequence="They differ by (1 − tanh′(w x)) · x · (2 v tanh(w x) − y), so this F is no gradient: only a slope of 1 would "
    "make the difference vanish everywhere.",
)


@CROSS_DERIVATIVES.wrong("in the other order")
def _(w, v, x, y):
    """Both are right, in the other order: first how F_w changes with v, then how F_v changes with w."""
    return cross_derivatives(w, v, x, y)[::-1]


@CROSS_DERIVATIVES.wrong("ŷ − y was held fixed")
def _(w, v, x, y):
    """ŷ − y is not a constant: it holds the prediction, which changes with both weights. Use the product rule."""
    f = np.tanh(w * x)
    return (v * f - y) * x, (v * f - y) * (1 - f**2) * x


@CROSS_DERIVATIVES.wrong("half of the product rule")
def _(w, v, x, y):
    """You differentiated ŷ − y and left the other factor of the product as it is. That one changes, too."""
    f = np.tanh(w * x)
    return f * v * x, v * (1 - f**2) * x * f


@CROSS_DERIVATIVES.wrong("of the gradient, not of this F")
def _(w, v, x, y):
    """There is a slope in it. Is there one in `F_w` as the delta rule makes it?"""
    return cross_derivatives(w, v, x, y)[1], None


@CROSS_DERIVATIVES.wrong("the slope of tanh is missing")
def _(w, v, x, y):
    """F was made without f′. But how much `tanh(w x)` changes with `w` is a fact, whatever the rule."""
    f = np.tanh(w * x)
    return None, v * x * f + (v * f - y) * x


@CROSS_DERIVATIVES.wrong("the inner derivative is missing")
def _(w, v, x, y):
    """`tanh(w x)` changes with `w` by its slope times the inner derivative. What is the derivative of `w x` with respect to
    `w`?"""
    f = np.tanh(w * x)
    return None, (v * f + (v * f - y)) * (1 - f**2)


@CROSS_DERIVATIVES.wrong("with respect to its own weight")
def _(w, v, x, y):
    """You differentiated F_w with respect to w and F_v with respect to v. The question is how each changes with the *other*
    weight."""
    f = np.tanh(w * x)
    return v * (1 - f**2) * x * v * x, f**2


EXERCISES = (ONE_STEP, BACKPROP, CROSS_DERIVATIVES)
FAMILIES = (PAPER,)
