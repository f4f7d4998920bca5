import autograd
import numpy as np
import pytest

from gdlab import ACTIVATIONS, LOSSES, Layer, matching_loss, mean_loss
from gdlab.fitting import suited
from tests import naive

PROBABILITIES = ("binary_cross_entropy", "softmax_cross_entropy")
MATCHED = [("sigmoid", "binary_cross_entropy"), ("softmax", "softmax_cross_entropy"), ("exponential", "poisson")]

each = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


def loss_of(name, output):
    return matching_loss(output) if name == "matching_loss" else LOSSES[name]


def predictions_and_targets(loss):
    """Pairs in the loss's domain, none of them within 1e-2 of a corner of it."""
    rng = np.random.default_rng(3)
    if loss.domain[0] == 0:
        return rng.uniform(0.08, 0.92, (2, 50))
    error = np.concatenate([rng.uniform(0.01, 0.99, 25), rng.uniform(1.01, 3, 25)]) * rng.choice([-1, 1], 50)
    y = rng.normal(size=50)
    return y + error, y


def z_and_targets(name, output):
    rng = np.random.default_rng(4)
    z = rng.uniform(0.3, 2, (6, 3)) * rng.choice([-1, 1], (6, 3))
    y = rng.uniform(0, 1, (6, 3)) if name in (*PROBABILITIES, "poisson") else rng.normal(size=(6, 3))
    return z, y / y.sum(axis=1, keepdims=True) if name == "softmax_cross_entropy" else y


def test_every_loss_is_named_and_has_an_independent_twin():
    assert {name: loss.name for name, loss in LOSSES.items()} == {name: name for name in naive.LOSSES}


@each
def test_L_is_the_formula(loss):
    y_hat, y = predictions_and_targets(loss)
    np.testing.assert_allclose(loss.L(y_hat, y), naive.LOSSES[loss.name](y_hat, y), rtol=1e-14)


@each
def test_L_prime_is_the_derivative_of_L(loss):
    y_hat, y = predictions_and_targets(loss)
    differences = naive.five_point(lambda p: loss.L(p, y), y_hat)
    assert naive.relative_difference(loss.L_prime(y_hat, y), differences) < 1e-7
    slopes = autograd.elementwise_grad(naive.LOSSES[loss.name])(y_hat, y)
    np.testing.assert_allclose(loss.L_prime(y_hat, y), slopes, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "y_hat", "y", "wanted"),
    [
        ("squared_error", 5.0, 2.0, 3.0**2 / 2),
        ("absolute_error", 5.0, 2.0, 3.0),
        ("huber", 5.0, 2.0, 3.0 - 1 / 2),
        ("huber", 2.5, 2.0, 0.5**2 / 2),
        ("binary_cross_entropy", 0.25, 1.0, np.log(4)),
        ("binary_cross_entropy", 0.25, 0.0, np.log(4 / 3)),
        ("softmax_cross_entropy", 0.25, 1.0, np.log(4)),
        ("softmax_cross_entropy", 0.25, 0.0, 0.0),
        ("poisson", 2.0, 3.0, 2 - 3 * np.log(2)),
        ("poisson", 2.0, 0.0, 2.0),
    ],
)
def test_constants(name, y_hat, y, wanted):
    assert LOSSES[name].L(np.array([y_hat]), np.array([y])) == pytest.approx(wanted, rel=1e-15)


@each
def test_the_best_prediction_is_the_target(loss):
    y = np.array([0.3])
    there = loss.L(y, y)
    if loss.name != "softmax_cross_entropy":  # which needs its partners to know that more is not better
        assert loss.L(y - 0.1, y) > there
        assert loss.L_prime(y, y) == 0
    assert loss.L(y - 0.2, y) > loss.L(y - 0.1, y)


def test_corners():
    absolute, huber = LOSSES["absolute_error"], LOSSES["huber"]
    edge, zero = np.array([-1.0, 1.0]), np.zeros(2)
    np.testing.assert_array_equal(absolute.L_prime(zero, zero), 0)
    np.testing.assert_array_equal(huber.L(edge, zero), 0.5)
    np.testing.assert_array_equal(huber.L_prime(edge, zero), edge)


@pytest.mark.parametrize("name", PROBABILITIES)
def test_a_certain_and_right_prediction_costs_nothing_and_a_wrong_one_everything(name):
    loss, one = LOSSES[name], np.ones(1)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert loss.L(one, one) == 0
        assert loss.L(0 * one, one) == np.inf


@pytest.mark.parametrize(("name", "output"), naive.PAIRS)
def test_loss_of_a_sample_is_the_sum_over_outputs(name, output):
    loss, f = loss_of(name, output), ACTIVATIONS[output]
    z, y = z_and_targets(name, output)
    wanted = naive.sample_loss(name, output, z, y)
    came = loss.of_z(f, z, y)
    if name == "matching_loss" and output != "softmax":  # which leaves the constant of integration open
        wanted = wanted + f.F(np.zeros(3)).sum()
    assert came.shape == (6,)
    np.testing.assert_allclose(came, wanted, rtol=1e-12)


@pytest.mark.parametrize(("name", "output"), naive.PAIRS)
def test_error_is_the_derivative_of_the_loss_by_z(name, output):
    loss, f = loss_of(name, output), ACTIVATIONS[output]
    z, y = z_and_targets(name, output)
    came = loss.signal(f, z, y)
    wanted = autograd.elementwise_grad(lambda t: naive.sample_loss(name, output, t, y))(z)
    for j, e in enumerate(np.eye(3)):
        assert naive.relative_difference(came[:, j], wanted[:, j]) < 1e-12
        differences = naive.five_point(lambda t, e=e: loss.of_z(f, z + t * e, y), 0.0)
        assert naive.relative_difference(came[:, j], differences) < 1e-9


@pytest.mark.parametrize(("output", "name"), MATCHED)
@pytest.mark.parametrize("hard", [True, False])
def test_stable_form_equals_the_naive_form_where_both_are_finite(output, name, hard):
    rng = np.random.default_rng(5)
    z = rng.normal(0, 5, (200, 3))
    y = np.eye(3)[rng.integers(3, size=200)] if hard else rng.dirichlet(np.ones(3), 200)
    stable = LOSSES[name].of_z(ACTIVATIONS[output], z, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = naive.sample_loss(name, output, z, y)
    both = np.isfinite(wanted)
    assert both.mean() > 0.9
    np.testing.assert_allclose(stable[both], wanted[both], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("far", [1000.0, 1e4])
def test_matched_pairs_are_exact_where_the_naive_form_is_not_a_number(far):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        sigmoid, loss = ACTIVATIONS["sigmoid"], LOSSES["binary_cross_entropy"]
        z, y = np.array([[far], [-far], [far], [-far]]), np.array([[0.0], [1.0], [1.0], [0.0]])
        np.testing.assert_array_equal(loss.of_z(sigmoid, z, y), [far, far, 0, 0])
        np.testing.assert_array_equal(loss.signal(sigmoid, z, y), [[1], [-1], [0], [0]])

        softmax, loss = ACTIVATIONS["softmax"], LOSSES["softmax_cross_entropy"]
        z, y = np.array([[far, 0.0, -far]] * 3), np.eye(3)
        np.testing.assert_array_equal(loss.of_z(softmax, z, y), [0, far, 2 * far])
        np.testing.assert_array_equal(loss.signal(softmax, z, y), [[0, 0, 0], [1, -1, 0], [1, 0, -1]])

        exponential, loss = ACTIVATIONS["exponential"], LOSSES["poisson"]
        z, y = np.array([[-far], [-far]]), np.array([[0.0], [3.0]])
        np.testing.assert_array_equal(loss.of_z(exponential, z, y), [0, 3 * far])
        np.testing.assert_array_equal(loss.signal(exponential, z, y), [[0], [-3]])


@pytest.mark.parametrize(
    ("output", "name"), [("identity", "squared_error"), *MATCHED, *((name, "matching_loss") for name in ACTIVATIONS)]
)
def test_error_of_a_matched_pair_is_exactly_prediction_less_target(output, name):
    loss, f = loss_of(name, output), ACTIVATIONS[output]
    z, y = z_and_targets(name, output)
    assert loss.matched is f
    np.testing.assert_array_equal(loss.signal(f, z, y), f.f(z) - y)


def test_slope_that_cancels_is_missing_only_behind_the_matched_activation():
    """The learning slowdown: behind a saturated sigmoid, squared error sends back almost nothing."""
    sigmoid, z, y = ACTIVATIONS["sigmoid"], np.array([[-20.0]]), np.array([[1.0]])
    assert LOSSES["binary_cross_entropy"].signal(sigmoid, z, y) == pytest.approx(-1)
    assert LOSSES["squared_error"].signal(sigmoid, z, y) == pytest.approx(-np.exp(-20), rel=1e-8)


def test_matching_losses_that_have_another_name():
    rng = np.random.default_rng(6)
    z, y = rng.normal(size=(20, 3)), rng.dirichlet(np.ones(3), 20)
    for output, name in MATCHED:
        f = ACTIVATIONS[output]
        np.testing.assert_allclose(matching_loss(output).of_z(f, z, y), LOSSES[name].of_z(f, z, y), rtol=1e-13)
    identity = ACTIVATIONS["identity"]
    squared = LOSSES["squared_error"].of_z(identity, z, y)
    np.testing.assert_allclose(
        matching_loss(identity).of_z(identity, z, y), squared - (y**2 / 2).sum(axis=1), rtol=1e-9
    )


@every_activation
def test_matching_loss_is_convex_exactly_if_the_activation_is_non_decreasing(name):
    f, y = ACTIVATIONS[name], np.array([0.2, 0.8])
    z = np.random.default_rng(7).normal(0, 4, (2, 500, 2))
    ends = matching_loss(f).of_z(f, z, y)
    middle = matching_loss(f).of_z(f, z.mean(axis=0), y)
    assert (middle <= ends.mean(axis=0) + 1e-12).all() == f.non_decreasing


BOUNDED = [name for name, f in ACTIVATIONS.items() if f.non_decreasing and np.isfinite(f.range).any()]


@pytest.mark.parametrize("name", [name for name in BOUNDED if name != "softmax"])
def test_matching_loss_rises_far_out_for_a_target_inside_the_range_and_falls_for_one_outside(name):
    f = ACTIVATIONS[name]
    for end, outwards in zip(f.range, (-1, 1), strict=True):
        if np.isfinite(end):
            far = np.array([[outwards * 1e4]])
            assert matching_loss(f).of_z(f, far, np.array([end - outwards * 0.1])) > 900
            assert matching_loss(f).of_z(f, far, np.array([end + outwards * 0.1])) < -900


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "softplus", "exponential", "step"])
def test_matching_loss_of_a_target_at_the_end_of_these_ranges_is_bounded_below(name):
    """Not of every f: it has to come near to the end so fast that the area between the two is finite."""
    f = ACTIVATIONS[name]
    z = np.array([[-1e4], [-1e3], [-1.0], [0.0], [1.0], [1e3], [1e4]])
    for end in f.range:
        if np.isfinite(end):
            assert matching_loss(f).of_z(f, z, np.array([end])).min() >= -1


@pytest.mark.parametrize("part", ["L", "L_prime"])
def test_matching_loss_is_no_function_of_the_prediction(part):
    with pytest.raises(TypeError, match=r"function of z, not of ŷ: use .* of_z\(…\) and signal\(…\)"):
        getattr(matching_loss("tanh"), part)(np.zeros(1), np.zeros(1))


def test_losses_go_with_the_outputs_that_stay_in_their_domain():
    """And with no others; those that sit on the edge of the domain are let through: their loss may be infinite."""
    accepted = set()
    for output in naive.ACTIVATIONS:
        layers = [Layer(np.ones((2, 2)), np.zeros((1, 2)), output)]
        for loss in (*LOSSES, matching_loss(output)):
            try:
                accepted.add((suited(loss, layers).name.split("(")[0], output))
            except ValueError as error:
                assert f"wants predictions in {list(loss_of(loss, output).domain)}" in str(error)  # noqa: PT017
    assert accepted == {*naive.PAIRS, *((name, "step") for name in (*PROBABILITIES, "poisson")), ("poisson", "relu")}


@each
def test_mean_loss_is_the_mean_over_samples_of_the_sum_over_outputs(loss):
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(7, 2)), rng.dirichlet(np.ones(3), 7)
    layers = [Layer(rng.normal(size=(2, 3)), rng.normal(size=(1, 3)), "softmax")]
    z = X @ layers[0].W + layers[0].b
    wanted = sum(naive.sample_loss(loss.name, "softmax", z[i], y[i]) for i in range(7)) / 7
    assert mean_loss(layers, X, y, loss=loss) == pytest.approx(wanted, rel=1e-13)
    assert mean_loss(layers, X, y, loss=loss.name) == mean_loss(layers, X, y, loss=loss)


def test_repr_says_name_and_formula():
    assert repr(LOSSES["squared_error"]) == "<loss squared_error: ½ (ŷ − y)²>"
    assert repr(matching_loss("tanh")) == "<loss matching_loss(tanh): F(z) − y z, with F′ = f>"


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("part", ["L", "L_prime"])
def test_lists_and_whole_numbers_give_what_arrays_of_floats_give(name, part):
    function = getattr(LOSSES[name], part)
    came = function([[0.25, 0.5]], [[1, 0]])
    np.testing.assert_array_equal(came, function(np.array([[0.25, 0.5]]), np.array([[1.0, 0.0]])))
    assert came.shape == (1, 2)


def test_lists_are_taken_over_z_too():
    sigmoid, z, y = ACTIVATIONS["sigmoid"], [[1, -2]], [[1, 0]]
    for loss in (LOSSES["squared_error"], LOSSES["binary_cross_entropy"], matching_loss("sigmoid")):
        for method in (loss.of_z, loss.signal):
            np.testing.assert_array_equal(
                method(sigmoid, z, y), method(sigmoid, np.array(z, float), np.array(y, float))
            )
