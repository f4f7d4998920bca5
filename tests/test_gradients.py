"""The gradient, three times over: by the chain rule, by automatic differentiation, by differences.

Nearness is always relative to the gradient of one layer's weights or biases, never absolute, so that a small wrong
gradient is as wrong as a big one.
"""

import functools
import itertools
import warnings

import numpy as np
import pytest

from gdlab import (
    LOSSES,
    RULES,
    Gradient,
    Layer,
    agreement,
    asymmetry,
    backward,
    forward,
    from_vector,
    gradient_vector,
    initialise,
    input_slopes,
    matching_loss,
    mean_loss,
    numerical_gradient,
    relative_error,
    to_vector,
    update_field,
)
from tests import naive
from tests.test_rules import feedback_weights

HIDDEN = [name for name in naive.ACTIVATIONS if name != "softmax"]
NETWORKS = [("none", 0), *((hidden, depth) for hidden in HIDDEN for depth in (1, 2, 3))]
NOT_GRADIENTS = ["delta_rule", "frozen", "straight_through", "feedback_alignment"]


def loss_of(name, output):
    return matching_loss(output) if name == "matching_loss" else LOSSES[name]


def names_of(hidden, output, depth):
    return [hidden] * depth + [output]


def layers_of(parameters, names):
    return [Layer(W, b, name) for (W, b), name in zip(parameters, names, strict=True)]


def far_from_corners(parameters, names, X, y, loss):
    """Whether every derivative exists, with room for a step of differences on both sides."""
    z = naive.weighted_inputs(parameters, names, X)
    corners = [
        (values, corner) for values, name in zip(z, names, strict=True) for corner in naive.CORNERS.get(name, ())
    ]
    distances = [np.abs(values - corner).min() for values, corner in corners]
    error = np.abs(naive.ACTIVATIONS[names[-1]](z[-1]) - y)
    if loss == "absolute_error":
        distances.append(error.min())
    if loss == "huber":
        distances.append(np.abs(error - 1).min())
    if names[-1] == "gaussian":  # no corner, but log(1 − ŷ) is steep and inexact where ŷ is nearly 1
        distances.append(np.abs(z[-1]).min() / 4)
    return min(distances, default=1) > 0.03


def learning(hidden, output, depth, loss):
    """The layers that a gradient reaches: none behind a step at the output, only the last above hidden steps."""
    if output == "step" and loss != "matching_loss":
        return []
    return [depth] if hidden == "step" else list(range(depth + 1))


@functools.cache
def problem(hidden, output, depth, loss):
    """A random network with random data, drawn again until no number is near a corner and no gradient is tiny."""
    names = names_of(hidden, output, depth)
    sizes = [2, *[3] * depth, 2]
    spread = 0.3 if hidden == "exponential" else 0.9  # exponentials of exponentials grow too steep for differences
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        parameters = [(rng.normal(0, spread, (d, k)), rng.normal(0, 0.5, (1, k))) for d, k in itertools.pairwise(sizes)]
        X, y = rng.normal(0, 1, (4, 2)), rng.normal(0, 1.5, (4, 2))
        if loss in ("binary_cross_entropy", "poisson"):
            y = rng.uniform(0, 1, (4, 2))
        if loss == "softmax_cross_entropy":
            y = rng.dirichlet([1, 1], 4)
        if not far_from_corners(parameters, names, X, y, loss):
            continue
        wanted = naive.gradient(parameters, names, X, y, loss)
        if all(np.linalg.norm(g) > 1e-3 for index in learning(hidden, output, depth, loss) for g in wanted[index]):
            return parameters, names, X, y, wanted
    raise AssertionError(f"no good problem for {names} and {loss}")


def assert_same(came, wanted, tolerance):
    for index, (g, (W, b)) in enumerate(zip(came, wanted, strict=True)):
        for which, one, other in (("W", g.W, W), ("b", g.b, b)):
            assert one.shape == other.shape
            away = naive.relative_difference(one, other)
            assert away < tolerance, f"{which} of layer {index} is {away:.1e} away: {one} instead of {other}"


@pytest.mark.parametrize(("loss", "output"), naive.PAIRS)
@pytest.mark.parametrize(("hidden", "depth"), NETWORKS)
def test_chain_rule_is_the_gradient(hidden, depth, loss, output):
    parameters, names, X, y, wanted = problem(hidden, output, depth, loss)
    layers, J = layers_of(parameters, names), loss_of(loss, output)
    came = backward(layers, forward(layers, X), y, loss=J)
    assert_same(came, wanted, 1e-11)

    theta = to_vector(layers)
    directions = np.eye(theta.size)  # one independent run for each parameter
    differences = naive.five_point(lambda h: mean_loss(from_vector(theta + h * directions, layers), X, y, loss=J), 0.0)
    as_layers = [(layer.W, layer.b) for layer in from_vector(differences, layers)]
    assert_same(came, as_layers, 1e-7)


def test_a_step_lets_no_gradient_through():
    for loss, output, reached in (
        ("squared_error", "identity", [2]),
        ("squared_error", "step", []),
        ("matching_loss", "step", [2]),
    ):
        parameters, names, X, y, _ = problem("step", output, 2, loss)
        layers = layers_of(parameters, names)
        came = backward(layers, forward(layers, X), y, loss=loss_of(loss, output))
        assert [i for i, g in enumerate(came) if g.W.any() or g.b.any()] == reached


@pytest.mark.parametrize("rule", ["chain_rule", *NOT_GRADIENTS])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_rule_is_its_loop_over_samples_and_units(hidden, depth, rule):
    assert_loop("sigmoid", "squared_error", hidden, depth, rule)


@pytest.mark.parametrize("rule", ["chain_rule", *NOT_GRADIENTS])
@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize(("loss", "output"), naive.PAIRS)
def test_every_rule_behind_every_loss_is_its_loop(loss, output, depth, rule):
    assert_loop(output, loss, "tanh", depth, rule)


def assert_loop(output, loss, hidden, depth, rule):
    parameters, names, X, y, _ = problem(hidden, output, depth, loss)
    layers = layers_of(parameters, names)
    feedback = [feedback_weights(RULES["feedback_alignment"], W.shape, i) for i, (W, b) in enumerate(parameters)]
    wanted = naive.update(parameters, names, X, y, loss, rule, feedback)
    assert_same(backward(layers, forward(layers, X), y, loss=loss_of(loss, output), rule=rule), wanted, 1e-11)


@pytest.mark.parametrize("name", naive.ACTIVATIONS)
def test_delta_rule_on_one_layer_is_the_gradient_of_the_matching_loss(name):
    parameters, names, X, y, wanted = problem("none", name, 0, "matching_loss")
    layers = layers_of(parameters, names)
    trace = forward(layers, X)
    assert_same(backward(layers, trace, y, loss=matching_loss(name), rule="delta_rule"), wanted, 1e-12)
    assert_same(
        backward(layers, trace, y, loss="squared_error", rule="delta_rule"), wanted, 1e-12
    )  # whatever loss is named
    assert agreement(
        backward(layers, trace, y, rule="delta_rule"), backward(layers, trace, y, loss=matching_loss(name))
    ) > (1 - 1e-15)


def test_delta_rule_is_the_chain_rule_in_a_linear_network_and_is_not_in_a_bent_one():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 1))
    for hidden, same in (("identity", True), ("tanh", False)):
        layers = initialise((2, 3, 3, 1), hidden, seed=1)
        trace = forward(layers, X)
        chain, delta = (gradient_vector(backward(layers, trace, y, rule=r)) for r in ("chain_rule", "delta_rule"))
        assert np.array_equal(chain, delta) == same


def test_frozen_leaves_hidden_layers_alone_and_gives_the_output_layer_its_gradient():
    parameters, names, X, y, wanted = problem("tanh", "sigmoid", 2, "squared_error")
    layers = layers_of(parameters, names)
    came = backward(layers, forward(layers, X), y, rule="frozen")
    assert not gradient_vector(came[:2]).any()
    assert_same(came[2:], wanted[2:], 1e-11)


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy", "huber"])
@pytest.mark.parametrize("rule", ["chain_rule", *NOT_GRADIENTS])
@pytest.mark.parametrize("runs", [(1,), (3,), (2, 3)])
def test_independent_runs_are_the_runs_one_by_one(runs, rule, loss):
    rng = np.random.default_rng(1)
    layers = [
        Layer(rng.normal(size=(*runs, d, k)), rng.normal(size=(*runs, 1, k)), name)
        for d, k, name in [(2, 3, "tanh"), (3, 4, "softplus"), (4, 2, "sigmoid")]
    ]
    X, y = rng.normal(size=(5, 2)), rng.uniform(size=(5, 2))
    together = backward(layers, forward(layers, X), y, loss=loss, rule=rule)
    losses = mean_loss(layers, X, y, loss=loss)
    assert losses.shape == runs
    for run in np.ndindex(runs):
        alone = [Layer(layer.W[run], layer.b[run], layer.activation) for layer in layers]
        wanted = [(g.W, g.b) for g in backward(alone, forward(alone, X), y, loss=loss, rule=rule)]
        assert_same([Gradient(g.W[run], g.b[run]) for g in together], wanted, 1e-12)
        assert losses[run] == pytest.approx(mean_loss(alone, X, y, loss=loss), rel=1e-13)


def test_independent_runs_of_softmax():
    rng = np.random.default_rng(2)
    layers = initialise((2, 3, 3), "tanh", "softmax", seed=range(4))
    X, y = rng.normal(size=(5, 2)), np.eye(3)[[0, 1, 2, 1, 0]]
    for loss in ("softmax_cross_entropy", "squared_error"):
        together = backward(layers, forward(layers, X), y, loss=loss)
        for run in range(4):
            alone = initialise((2, 3, 3), "tanh", "softmax", seed=run)
            wanted = [(g.W, g.b) for g in backward(alone, forward(alone, X), y, loss=loss)]
            assert_same([Gradient(g.W[run], g.b[run]) for g in together], wanted, 1e-12)


def test_a_second_copy_of_the_data_changes_nothing():
    """The loss is a mean over samples, so twice the samples make no longer step."""
    parameters, names, X, y, wanted = problem("tanh", "sine", 1, "squared_error")
    layers = layers_of(parameters, names)
    twice_X, twice_y = np.concatenate([X, X]), np.concatenate([y, y])
    assert_same(backward(layers, forward(layers, twice_X), twice_y), wanted, 1e-12)
    assert mean_loss(layers, twice_X, twice_y) == pytest.approx(mean_loss(layers, X, y), rel=1e-13)


@pytest.mark.parametrize(
    ("output", "loss"), [("sigmoid", "binary_cross_entropy"), ("softmax", "softmax_cross_entropy")]
)
def test_matched_pairs_have_a_gradient_in_full_saturation(output, loss):
    layers = [Layer(np.array([[1000.0, -1000.0]]), np.zeros((1, 2)), output)]
    trace = forward(layers, [[1.0]])
    gradient = backward(layers, trace, [[0, 1]], loss=loss)[0]
    np.testing.assert_array_equal(gradient.W, [[1, -1]])
    assert np.isfinite(mean_loss(layers, [[1.0]], [[0, 1]], loss=loss))


def test_a_network_that_has_diverged_is_shown_without_a_warning():
    layers = [Layer([[1e308, -1e308]], [[0, 0]], "softplus"), Layer([[np.inf], [-np.inf]], [[0]])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(mean_loss(layers, [[5]], [[1]]))
        assert not np.isfinite(gradient_vector(backward(layers, forward(layers, [[5]]), [[1]]))).all()
        layers = [Layer([[1e200]], [[0]]), Layer([[1e200]], [[0]])]
        trace = forward(layers, [[1e-100]])
        assert np.isfinite(trace.y_hat).all()  # only the way back goes too far
        assert not np.isfinite(backward(layers, trace, [[1]])[0].W).any()


def test_backward_leaves_its_arguments_alone():
    parameters, names, X, y, _ = problem("relu", "identity", 2, "squared_error")
    layers = layers_of(parameters, names)
    trace = forward(layers, X)
    before = [np.copy(v) for v in (to_vector(layers), y, *trace.a, *trace.z)]
    backward(layers, trace, y)
    for one, other in zip(before, (to_vector(layers), y, *trace.a, *trace.z), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 2)])
def test_numerical_gradient_of_a_cubic(shape):
    theta = np.random.default_rng(3).normal(2, 1, shape)
    before = np.copy(theta)
    came = numerical_gradient(lambda t: (t**3).sum() / 3, theta)
    assert came.shape == shape
    np.testing.assert_allclose(came, theta**2, rtol=1e-9)
    np.testing.assert_array_equal(theta, before)


def test_numerical_gradient_at_a_plain_number_and_at_a_list():
    assert numerical_gradient(np.exp, 0) == pytest.approx(1, rel=1e-9)
    np.testing.assert_allclose(numerical_gradient(lambda t: t[0] * t[1], [3, 5]), [5, 3], rtol=1e-9)


def test_numerical_gradient_is_the_central_difference_with_the_step_asked_for():
    """Of θ³ it is wrong by h² exactly, a forward difference would be by about 3 h θ."""
    assert numerical_gradient(lambda t: t**3, 1.0, h=0.5) == pytest.approx(3 + 0.5**2, rel=1e-15)
    assert numerical_gradient(lambda t: t**3, 1.0) == pytest.approx(3, rel=1e-9)


def test_numerical_gradient_of_an_array_is_its_jacobian_transposed():
    A = np.random.default_rng(4).normal(size=(3, 2))
    came = numerical_gradient(lambda t: A @ t, np.ones(2))
    np.testing.assert_allclose(came, A.T, rtol=1e-9)
    assert numerical_gradient(lambda t: np.ones((4, 5)) * t.sum(), np.ones((2, 3))).shape == (2, 3, 4, 5)


def test_agreement_is_the_cosine():
    assert agreement([1.0, 0], [5, 0]) == 1
    assert agreement([1.0, 0], [-0.1, 0]) == -1
    assert agreement([1.0, 0], [0, 7]) == 0
    assert agreement([1.0, 0], [1, 1]) == pytest.approx(np.sqrt(0.5), rel=1e-15)
    assert agreement([3.0, 4], [4, -3]) == pytest.approx(0, abs=1e-16)


def test_agreement_never_leaves_its_bounds():
    u = np.random.default_rng(5).normal(size=(1000, 7))
    assert agreement(u, u).max() <= 1
    assert agreement(u, -3 * u).min() >= -1


def test_agreement_with_nothing_is_nan_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(agreement([0.0, 0], [1, 0]))
        assert np.isnan(agreement([1.0, 0], [0, 0]))
        np.testing.assert_array_equal(np.isnan(agreement([[0.0, 0], [1, 0]], [1, 0])), [True, False])


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e200, 1e300])
def test_agreement_of_very_small_and_very_large_updates(size):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert agreement([size, size], [1, 0]) == pytest.approx(np.sqrt(0.5), rel=1e-15)


def test_agreement_compares_leading_axes_one_by_one():
    u, v = np.random.default_rng(6).normal(size=(2, 2, 3, 5))
    came = agreement(u, v)
    assert came.shape == (2, 3)
    for run in np.ndindex(2, 3):
        wanted = u[run] @ v[run] / np.sqrt((u[run] @ u[run]) * (v[run] @ v[run]))
        assert came[run] == pytest.approx(wanted, rel=1e-12)
        assert agreement(u[run], v)[run] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("runs", [(), (4,)])
def test_agreement_takes_what_backward_gives(runs):
    rng = np.random.default_rng(7)
    one, other = ([Gradient(rng.normal(size=(*runs, 2, 3)), rng.normal(size=(*runs, 1, 3)))] * 2 for _ in range(2))
    assert np.shape(agreement(one, other)) == runs
    np.testing.assert_array_equal(agreement(one, other), agreement(gradient_vector(one), gradient_vector(other)))


def test_gradient_vector_is_ordered_as_the_vector_of_parameters():
    layers = initialise((2, 3, 1), seed=[0, 1])
    gradients = [Gradient(layer.W, layer.b) for layer in layers]
    np.testing.assert_array_equal(gradient_vector(gradients), to_vector(layers))


def test_asymmetry_of_a_gradient_is_nothing_but_rounding():
    A = np.random.default_rng(8).normal(size=(6, 6))
    symmetric = A + A.T
    assert asymmetry(lambda t: symmetric @ t, np.ones(6)) < 1e-9


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0, 4.0])
def test_asymmetry_of_a_growing_and_turning_field(size):
    """``Jac = 1 + s R`` with R a quarter turn: ‖Jac − Jacᵀ‖ / ‖Jac + Jacᵀ‖ = ‖2 s R‖ / ‖2‖ = s."""
    field = np.eye(2) + size * np.array([[0, -1], [1, 0]])
    assert asymmetry(lambda t: field @ t, [0.3, 0.2]) == pytest.approx(size, rel=1e-8, abs=1e-9)


def test_asymmetry_where_it_has_no_number():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asymmetry(lambda t: np.array([-t[1], t[0]]), np.zeros(2)) == np.inf
        assert np.isnan(asymmetry(lambda t: np.ones(3), np.zeros(3)))


def test_asymmetry_is_taken_at_theta():
    """The field (y, x²) has Jac = [[0, 1], [2x, 0]]: symmetric at x = ½ only."""
    for x in (0.5, 1.0, 3.0):
        came = asymmetry(lambda t: np.array([t[1], t[0] ** 2]), [x, 0.7])
        assert came == pytest.approx(abs(2 * x - 1) / abs(2 * x + 1), rel=1e-6, abs=1e-9)


def test_update_field_is_what_backward_gives_at_theta():
    parameters, names, X, y, _ = problem("tanh", "sigmoid", 1, "squared_error")
    layers = layers_of(parameters, names)
    for rule in ("chain_rule", *NOT_GRADIENTS):
        field = update_field(layers, X, y, loss="huber", rule=rule)
        for theta in (to_vector(layers), np.random.default_rng(9).normal(size=to_vector(layers).size)):
            there = from_vector(theta, layers)
            np.testing.assert_array_equal(
                field(theta), gradient_vector(backward(there, forward(there, X), y, loss="huber", rule=rule))
            )


def asymmetries(rule, points=200):
    """Fact: a 2-3-1 tanh network, 20 samples, squared error, 200 random points."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=(20, 1))
    layers = initialise((2, 3, 1), "tanh")
    field = update_field(layers, X, y, loss="squared_error", rule=rule)
    return np.array([asymmetry(field, rng.normal(size=to_vector(layers).size)) for _ in range(points)])


def test_without_the_slope_of_hidden_units_the_update_is_the_gradient_of_nothing():
    assert np.max(asymmetries("chain_rule")) < 1e-8
    without = asymmetries("delta_rule")
    assert 0.25 < np.median(without) < 0.45
    assert without.min() > 0.05


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "sine"])
def test_delta_rule_on_one_layer_is_the_gradient_of_something(name):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    field = update_field(initialise((3, 2), output=name), X, y, rule="delta_rule")
    assert max(asymmetry(field, rng.normal(size=8)) for _ in range(20)) < 1e-8


def test_the_relative_error_is_0_for_equal_1_for_opposite_or_zero_and_0_for_two_zeros():
    g = np.array([3.0, -4.0])
    assert relative_error(g, g) == 0
    assert relative_error(g, -g) == relative_error(g, 0 * g) == relative_error(0 * g, g) == 1
    assert relative_error(0 * g, 0 * g) == 0
    assert relative_error(g, 3 * g) == pytest.approx(1 / 2)
    assert relative_error(1e-9 * g, 3e-9 * g) == pytest.approx(1 / 2)


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
@pytest.mark.parametrize("activation", ["identity", "tanh", "relu", "sine", "softplus"])
@pytest.mark.parametrize("seed", [0, range(3)])
def test_input_slopes_are_the_differences_of_the_sum_of_z(activation, depth, seed):
    rng, h = np.random.default_rng(0), 1e-6
    layers = initialise((2, *[5] * depth, 2), activation, "sigmoid", seed=seed)
    layers = [Layer(layer.W, rng.normal(0, 0.5, layer.b.shape), layer.activation) for layer in layers]
    X = rng.uniform(-2.2, 2.2, (30, 2))
    slopes = input_slopes(layers, X)
    assert slopes.shape == (*layers[0].W.shape[:-2], 30, 2)
    for k, shift in enumerate(h * np.eye(2)):
        there, back = (forward(layers, X + sign * shift).z[-1].sum(axis=-1) for sign in (1, -1))
        np.testing.assert_allclose(slopes[..., k], (there - back) / (2 * h), rtol=1e-5, atol=1e-8)
