"""The mathematics a second time, as the formulas stand in a book, for the tests to compare with.

Nothing here imports gdlab. Slopes come from automatic differentiation (HIPS autograd), integrals from Gauss's
quadrature, sums over samples and units from loops. Slow, and naive on purpose: good where no number is extreme.
"""

import autograd.numpy as np
from autograd import elementwise_grad, grad
from numpy.polynomial.legendre import leggauss

ACTIVATIONS = {
    "identity": lambda z: 1.0 * z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "relu": lambda z: np.where(z > 0, z, 0 * z),
    "leaky_relu": lambda z: np.where(z > 0, z, z / 100),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "exponential": lambda z: np.exp(z),
    "step": lambda z: np.where(z > 0, 1 + 0 * z, 0 * z),
    "sine": lambda z: np.sin(z),
    "gaussian": lambda z: np.exp(-(z**2) / 2),
    "softmax": lambda z: np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True),
}

CORNERS = {"relu": (0,), "leaky_relu": (0,), "step": (0,)}
"""Where a formula has a corner or a jump: derivatives are compared elsewhere."""

LOSSES = {
    "squared_error": lambda y_hat, y: (y_hat - y) ** 2 / 2,
    "absolute_error": lambda y_hat, y: np.abs(y_hat - y),
    "huber": lambda y_hat, y: np.where(np.abs(y_hat - y) < 1, (y_hat - y) ** 2 / 2, np.abs(y_hat - y) - 1 / 2),
    "binary_cross_entropy": lambda y_hat, y: -y * np.log(y_hat) - (1 - y) * np.log(1 - y_hat),
    "softmax_cross_entropy": lambda y_hat, y: -y * np.log(y_hat),
    "poisson": lambda y_hat, y: y_hat - y * np.log(y_hat),
}

PREDICTS_PROBABILITIES = ("sigmoid", "gaussian", "softmax")
PREDICTS_COUNTS = (*PREDICTS_PROBABILITIES, "softplus", "exponential")

PAIRS = [
    *((loss, output) for loss in ("squared_error", "absolute_error", "huber") for output in ACTIVATIONS),
    *((loss, p) for loss in ("binary_cross_entropy", "softmax_cross_entropy") for p in PREDICTS_PROBABILITIES),
    *(("poisson", output) for output in PREDICTS_COUNTS),
    *(("matching_loss", output) for output in ACTIVATIONS),
]
"""Every loss with every output activation that it can be used with."""

_NODES, _WEIGHTS = leggauss(40)


def slope(name, z):
    """``f′(z)`` of an activation that acts on each unit alone."""
    return elementwise_grad(ACTIVATIONS[name])(z)


def integral(name, z):
    """``∫ f`` from 0 to z; for softmax, whose integral is over a vector, log-sum-exp."""
    if name == "softmax":
        return np.log(np.sum(np.exp(z), axis=-1, keepdims=True))

    def between(start, end):
        along = (_NODES.reshape(-1, *[1] * np.ndim(z)) + 1) / 2  # from 0 to 1
        return (end - start) * np.tensordot(_WEIGHTS / 2, ACTIVATIONS[name](start + along * (end - start)), 1)

    total, start = 0, 0 * z
    for corner in sorted(set(CORNERS.get(name, ())) - {0}, key=abs):  # to each corner between 0 and z, then on to z
        end = np.where(z / corner > 1, corner, start)
        total, start = total + between(start, end), end
    return total + between(start, z)


def sample_loss(loss, output, z, y):
    """The loss of each sample, summed over outputs, from the output layer's z."""
    if loss == "matching_loss":
        return np.sum(integral(output, z), axis=-1) - np.sum(y * z, axis=-1)
    return np.sum(LOSSES[loss](ACTIVATIONS[output](z), y), axis=-1)


def weighted_inputs(parameters, names, X):
    """The z of every layer; `parameters` is a list of (W, b)."""
    z, a = [], X
    for (W, b), name in zip(parameters, names, strict=True):
        z.append(np.dot(a, W) + b)
        a = ACTIVATIONS[name](z[-1])
    return z


def mean_loss(parameters, names, X, y, loss):
    return np.mean(sample_loss(loss, names[-1], weighted_inputs(parameters, names, X)[-1], y))


def gradient(parameters, names, X, y, loss):
    """``∂J/∂W`` and ``∂J/∂b`` of every layer, by automatic differentiation."""
    return grad(mean_loss)(parameters, names, X, y, loss)


def update(parameters, names, X, y, loss, rule, feedback=None):
    """What a rule gives for every layer, one sample after another and one weight after another."""
    total = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in parameters]
    for x, target in zip(X, y, strict=True):
        a, z = [x], []
        for (W, b), name in zip(parameters, names, strict=True):
            d, k = W.shape
            z.append(np.array([sum(a[-1][i] * W[i, j] for i in range(d)) + b[0, j] for j in range(k)]))
            a.append(ACTIVATIONS[name](z[-1]))
        if rule == "delta_rule":
            error = a[-1] - target
        else:
            error = grad(lambda last, target=target: sample_loss(loss, names[-1], last, target))(z[-1])
        for index in reversed(range(len(parameters))):
            d, k = parameters[index][0].shape
            for j in range(k):
                for i in range(d):
                    total[index][0][i, j] += error[j] * a[index][i] / len(X)
                total[index][1][0, j] += error[j] / len(X)
            if index:
                back = feedback[index] if rule == "feedback_alignment" else parameters[index][0]
                blame = [sum(back[i, j] * error[j] for j in range(k)) for i in range(d)]
                below = z[index - 1]
                middle = {
                    "chain_rule": slope(names[index - 1], below),
                    "feedback_alignment": slope(names[index - 1], below),
                    "delta_rule": [1.0] * d,
                    "frozen": [0.0] * d,
                    "straight_through": [1.0 if -1 <= value <= 1 else 0.0 for value in below],
                }[rule]
                error = np.array([blame[i] * middle[i] for i in range(d)])
    return total


def five_point(f, x, h=1e-3):
    """``f′(x)`` by a central difference of fourth order, element by element."""
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def relative_difference(came, wanted):
    """``‖came − wanted‖ / ‖wanted‖``, with no absolute part: where 0 is wanted, only 0 is near."""
    distance, size = np.linalg.norm(came - wanted), np.linalg.norm(wanted)
    return distance / size if size else (0.0 if distance == 0 else np.inf)
