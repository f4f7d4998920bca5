"""What notebook 07 says and does not compute itself."""

import itertools
from functools import cache

import numpy as np
import pytest

import gdlab
from gdlab.datasets import digits, moons, xor
from gdlab.explorers.runs import right
from gdlab.lessons.check_your_gradient.bugs import BUGS, SAMPLES, backward_with, data_of, measured_gradient, run
from gdlab.lessons.check_your_gradient.gradient_check import EXPONENTS, SIZES, measure
from gdlab.network import from_vector, to_vector

SURVIVORS, KILLERS = ("transposed", "slope", "bias", "stale"), ("sign", "mean", "one")
TWICE = pytest.mark.parametrize("first", [0, 100])
SMOOTH = pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
HIDDEN_WRONG = {"W1", "b1", "W2", "b2"}
GROUPS = ("W1", "b1", "W2", "b2", "W3", "b3")


def best(errors):
    """The power of ten with the smallest error, halves included, and that error."""
    return EXPONENTS[errors.argmin()], errors.min()


def error_at(errors, exponent):
    return errors[list(EXPONENTS).index(exponent)]


# --- how well a gradient can be measured ---


@SMOOTH
def test_07_a_step_ten_times_shorter_gains_two_digits_or_one_and_costs_one_where_it_is_too_short(activation):
    errors = measure(activation, "start", "double").errors
    for name, gain in (("central", 2), ("forward", 1)):
        gains = np.log10([error_at(errors[name], e) / error_at(errors[name], e - 1) for e in (-2, -3)])
        np.testing.assert_allclose(gains, gain, atol=0.1)
        assert np.log10(error_at(errors[name], -13) / error_at(errors[name], -9)) == pytest.approx(4, abs=0.7)


@SMOOTH
def test_07_the_best_steps_are_where_theory_puts_them_and_so_are_the_errors(activation):
    errors = measure(activation, "start", "double").errors
    epsilon = np.finfo(float).eps
    assert EXPONENTS[::2][errors["central"][::2].argmin()] == -5
    assert abs(np.log10(epsilon ** (1 / 3)) + 5) < 0.5
    assert epsilon ** (2 / 3) / 10 < errors["central"].min() < 10 * epsilon ** (2 / 3)
    exponent, least = best(errors["forward"])
    assert -8 <= exponent <= -7
    assert epsilon ** (1 / 2) / 10 < least < 10 * epsilon ** (1 / 2)


@SMOOTH
def test_07_with_32_bits_the_best_step_is_longer_and_gets_fewer_digits(activation):
    exponent, least = best(measure(activation, "start", "single").errors["central"])
    assert -3 <= exponent <= -1.5
    assert 1e-6 < least < 1e-3


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_07_the_complex_step_and_the_backward_pass_agree_to_15_digits_and_less_is_lost_at_the_start(activation):
    start, trained = (measure(activation, place, "double") for place in ("start", "trained"))
    assert start.errors["complex"][EXPONENTS <= -9].max() < 1e-15
    for exponent in (-8, -5):
        assert error_at(trained.errors["central"], exponent) > 3 * error_at(start.errors["central"], exponent)
    assert np.linalg.norm(trained.gradient) < np.linalg.norm(start.gradient) / 3


@pytest.mark.parametrize("h", [0.1, 10.0])
def test_07_on_a_parabola_a_central_difference_makes_no_error_and_a_forward_difference_does(h):
    def J(t):
        return 3 * t**2 + 2 * t + 1

    assert (J(1 + h) - J(1 - h)) / (2 * h) == pytest.approx(8, rel=1e-12)
    assert (J(1 + h) - J(1)) / h == pytest.approx(8 + 3 * h)


def test_07_a_long_step_takes_a_relu_past_its_corner_and_a_short_one_does_not():
    relu, tanh = (measure(name, "start", "double").errors["central"] for name in ("relu", "tanh"))
    assert error_at(relu, -2) > 1e-3 > error_at(tanh, -2)
    assert error_at(relu, -4) < 1e-8


# --- seven bugs ---


@cache
def shares_right(bug, problem="xor", activation="tanh", learning_rate=0.3, first=0, steps=300):
    """Shares of points right after training twenty networks with a bug, as BrokenBackward trains one."""
    data, trace = data_of(problem), None
    layers = gdlab.initialise(SIZES, activation, "sigmoid", seed=range(first, first + 20), scheme="he")
    with np.errstate(all="ignore"):
        for _ in range(steps):
            before, trace = trace, gdlab.forward(layers, data.X)
            used = before if BUGS[bug].stale and before else trace
            gradients = backward_with(BUGS[bug], layers, used, data.y)
            layers = [
                layer.with_parameters(layer.W - learning_rate * one.W, layer.b - learning_rate * one.b)
                for layer, one in zip(layers, gradients, strict=True)
            ]
        return right(gdlab.forward(layers, data.X).y_hat, data.y)


@TWICE
def test_07_four_bugs_survive_on_xor_and_three_do_not(first):
    assert (shares_right("none", first=first) > 0.95).all()
    for bug in SURVIVORS:
        assert (shares_right(bug, first=first) > 0.95).sum() >= 17, bug
    for bug in KILLERS:
        assert not (shares_right(bug, first=first) > 0.95).any(), bug
    assert set(BUGS) == {"none", *SURVIVORS, *KILLERS}


def test_07_a_sum_at_a_small_learning_rate_is_a_mean_at_a_larger_one_and_learns_faster():
    assert (shares_right("mean", learning_rate=0.003) > 0.95).all()
    assert not (shares_right("none", learning_rate=0.003) > 0.95).any()
    np.testing.assert_allclose(
        shares_right("mean", learning_rate=0.003, steps=50), shares_right("none", steps=50), atol=0.011
    )


def test_07_with_slope_1_two_clouds_are_learned_from_every_start():
    assert (shares_right("one", "clouds") > 0.95).all()


def groups_of(gradients):
    return [one for gradient in gradients for one in (gradient.W.ravel(), gradient.b.ravel())]


@cache
def checks():
    """Relative errors of the six groups for every bug at random starts where no ReLU has its corner in the step."""
    found = {bug: [] for bug in BUGS}
    for problem in ("clouds", "xor", "circle", "moons"):
        data = data_of(problem)
        for activation in ("tanh", "sigmoid", "relu"):
            for start in (*range(10), *range(100, 110)):
                layers = gdlab.initialise(SIZES, activation, "sigmoid", seed=start, scheme="he")
                measured, corner = measured_gradient(layers, data)
                if corner:
                    continue
                trace = gdlab.forward(layers, data.X)
                for name, bug in BUGS.items():
                    pairs = zip(groups_of(backward_with(bug, layers, trace, data.y)), groups_of(measured), strict=True)
                    found[name].append((activation, np.array([gdlab.relative_error(*pair) for pair in pairs])))
    return found


WRONG = {
    "none": set(),
    "stale": set(),  # at the start there is no step before
    "sign": set(GROUPS),
    "transposed": {"W1", "b1"},
    "slope": HIDDEN_WRONG,
    "mean": set(GROUPS),
    "bias": {"b1"},
    "one": HIDDEN_WRONG,
}


@pytest.mark.parametrize("bug", WRONG)
def test_07_a_bug_spoils_its_layer_and_those_below_and_nothing_lies_between_right_and_wrong(bug):
    assert len(checks()[bug]) > 160
    for activation, errors in checks()[bug]:
        wrong = set() if (bug, activation) == ("slope", "relu") else WRONG[bug]
        for group, error in zip(GROUPS, errors, strict=True):
            assert error > 1e-3 if group in wrong else error < 1e-6, (activation, group)


def test_07_a_wrong_sign_has_error_1_and_a_factor_c_has_c_minus_1_over_c_plus_1():
    assert SAMPLES == 100
    for _, errors in checks()["sign"]:
        np.testing.assert_allclose(errors, 1, rtol=1e-6)
    for _, errors in checks()["mean"]:
        np.testing.assert_allclose(errors, 99 / 101, rtol=1e-6)
    assert round(99 / 101, 2) == 0.98


@TWICE
def test_07_with_the_wrong_sign_on_two_clouds_every_point_ends_wrong_by_1_and_the_derivative_of_b3_is_0(first):
    data, seeds = data_of("clouds"), range(first, first + 20)
    layers = gdlab.initialise(SIZES, "tanh", "sigmoid", seed=seeds, scheme="he")
    for _ in range(300):
        gradients = backward_with(BUGS["sign"], layers, gdlab.forward(layers, data.X), data.y)
        layers = [
            layer.with_parameters(layer.W - 0.3 * one.W, layer.b - 0.3 * one.b)
            for layer, one in zip(layers, gradients, strict=True)
        ]
    errors = data.y - gdlab.forward(layers, data.X).y_hat
    wrong_by_1 = np.abs(errors).min(axis=(1, 2)) > 1 - 1e-9
    assert wrong_by_1.sum() >= 19
    assert wrong_by_1[0] or first
    np.testing.assert_allclose(errors.mean(axis=(1, 2))[wrong_by_1], 0, atol=1e-12)


def test_07_so_in_the_explorer_all_but_b3_are_wrong_as_it_opens_with_this_bug():
    explorer = gdlab.BrokenBackward(bug="sign", problem="clouds")
    assert explorer.values["step"] == 300
    assert "W₁, b₁, W₂, b₂ and W₃ are wrong, the rest fits" in explorer._words


def test_07_stale_activations_are_found_after_ten_steps():
    explorer = gdlab.BrokenBackward(bug="stale", step=0)
    assert "everything fits" in explorer._words
    explorer.values = {"step": 10}
    assert "everything is wrong" in explorer._words


def test_07_after_300_steps_stale_is_less_wrong_and_right_is_less_right():
    def errors(bug, activation, problem, start):
        story, data = run(bug, problem, activation, 0.3, start), data_of(problem)
        measured, _ = measured_gradient(story.layers[-1], data)
        return [
            gdlab.relative_error(*pair) for pair in zip(groups_of(story.taken[-1]), groups_of(measured), strict=True)
        ]

    assert 5e-5 < min(errors("stale", "sigmoid", "circle", 0) + errors("stale", "sigmoid", "circle", 1)) < 2e-4
    assert 1e-6 < errors("one", "tanh", "xor", 2)[-1] < 1e-5  # the output's biases are right


@pytest.mark.parametrize("bug", [name for name in BUGS if name != "none"])
def test_07_the_asymmetry_finds_four_of_the_bugs_and_lets_three_pass(bug):
    data = xor(20)
    layers = gdlab.initialise((2, 3, 3, 1), "tanh", "sigmoid", scheme="he")

    def field(theta):
        at_theta = from_vector(theta, layers)
        return gdlab.gradient_vector(backward_with(BUGS[bug], at_theta, gdlab.forward(at_theta, data.X), data.y))

    points = np.random.default_rng(0).normal(size=(4, to_vector(layers).size))
    found = [gdlab.asymmetry(field, theta) for theta in points]
    assert min(found) > 0.01 if bug in ("transposed", "slope", "bias", "one") else max(found) < 1e-7


def test_07_activations_that_stay_stale_while_the_parameters_move_do_not_pass_the_asymmetry():
    data = xor(20)
    layers = gdlab.initialise((2, 3, 3, 1), "tanh", "sigmoid", scheme="he")
    start = to_vector(layers)
    before = gdlab.forward(from_vector(start + 0.1, layers), data.X)

    def field(theta):
        return gdlab.gradient_vector(backward_with(BUGS["stale"], from_vector(theta, layers), before, data.y))

    assert gdlab.asymmetry(field, start) > 0.5


def test_07_without_a_bug_a_relu_at_its_corner_raises_a_false_alarm():
    explorer = gdlab.BrokenBackward(bug="none", activation="relu", start=1)
    numbers = explorer.compute(**explorer.values)
    assert [group for group, wrong in zip(GROUPS, numbers.wrong, strict=True) if wrong] == ["b2"]
    assert numbers.corner
    assert "corner" in explorer._words
    layers = run("none", "xor", "relu", 0.3, 1).layers[-1]
    trace = gdlab.forward(layers, numbers.data.X)
    off = (trace.a[1] == 0).all(axis=1)
    assert off.any()
    unit = int(np.flatnonzero(layers[1].b[0] == 0)[0])
    assert (trace.z[1][off, unit] == 0).all()

    def J(bias):
        b = layers[1].b.copy()
        b[0, unit] = bias
        moved = [layers[0], layers[1].with_parameters(layers[1].W, b), layers[2]]
        return gdlab.mean_loss(moved, numbers.data.X, numbers.data.y, loss="binary_cross_entropy")

    right_slope, left_slope = (J(1e-6) - J(0)) / 1e-6, (J(0) - J(-1e-6)) / 1e-6
    given = gdlab.backward(layers, trace, numbers.data.y, loss="binary_cross_entropy")[1].b[0, unit]
    assert given == pytest.approx(left_slope, abs=1e-6)
    assert abs(right_slope - left_slope) > 1e-4


# --- the update of the tutorial ---


@cache
def learned(slope, starts=5, rounds=20):
    """Weights of several networks that learn digits one by one, and their shares of the test digits."""
    data = digits()
    draws = [np.random.default_rng(seed) for seed in range(starts)]
    W1, W2 = (np.stack([rng.uniform(-0.1, 0.1, shape) for rng in draws]) for shape in ((64, 100), (100, 10)))
    for x, y in [*zip(data.X[:1000], data.y[:1000], strict=True)] * rounds:
        a = np.maximum(x @ W1, 0)
        error = (a[:, None] @ W2)[:, 0] - y
        below = (W2 @ error[..., None])[..., 0] * {"one": 1.0, "true": a > 0, "none": 0.0}[slope]
        W2 -= 0.02 * a[..., None] * error[:, None]
        if slope != "none":
            W1 -= 0.02 * x[:, None] * below[:, None]
    predicted = (np.maximum(data.X[1300:] @ W1, 0) @ W2).argmax(axis=-1)
    return W1, W2, (predicted == data.y[1300:].argmax(axis=1)).mean(axis=1)


def test_07_with_slope_1_a_hidden_layer_is_no_better_than_untrained_and_the_true_slope_gains_four_points():
    one, true, none = (learned(slope)[2] for slope in ("one", "true", "none"))
    assert 0.875 <= one.min() <= one.max() < 0.905
    assert 0.915 <= true.min() <= true.max() < 0.945
    assert 0.875 <= none.min() <= none.max() < 0.915
    assert (true > one + 0.02).all()
    assert (true > none + 0.015).all()
    assert abs(one.mean() - none.mean()) < 0.02
    assert (true - one).mean() == pytest.approx(0.04, abs=0.01)


def test_07_a_relus_output_greater_than_0_is_its_slope_and_not_below_0_is_always_1():
    z = np.array([-2.0, -1e-9, 0.0, 1e-9, 3.0])
    relu = gdlab.ACTIVATIONS["relu"]
    np.testing.assert_array_equal(relu(z) > 0, relu.f_prime(z))
    assert (relu(z) >= 0).all()


def test_07_the_update_with_slope_1_never_goes_uphill_on_its_sample_and_with_dropout_neither():
    data, rng = digits(), np.random.default_rng(0)
    medians = []
    for dropout in (False, True):
        for slope in ("one", "true"):
            W1, W2 = learned(slope)[0][0], learned(slope)[1][0]
            z = data.X[:1000] @ W1
            kept = rng.integers(0, 2, z.shape) if dropout else np.ones(z.shape)
            a = np.maximum(z, 0) * kept * (2 if dropout else 1)
            below = ((a @ W2 - data.y[:1000]) @ W2.T) * kept
            true = below * (z > 0)
            cosine = (below * true).sum(axis=1) / np.linalg.norm(below, axis=1) / np.linalg.norm(true, axis=1)
            assert cosine.min() > 0
            medians.append(np.median(cosine))
    assert max(medians[2:]) < min(medians[:2])


def test_07_a_factor_2_that_is_missing_from_the_dropout_on_the_way_back_is_a_relative_error_of_a_third():
    rng = np.random.default_rng(0)
    x, y, mask = rng.uniform(0, 1, 5), rng.normal(size=3), np.array([1, 0, 1, 1, 0, 1])
    W1, W2 = rng.normal(size=(5, 6)), rng.normal(size=(6, 3))

    def J(W1):
        return (((np.maximum(x @ W1, 0) * mask * 2) @ W2 - y) ** 2).sum() / 2

    a = np.maximum(x @ W1, 0) * mask * 2
    given = np.outer(x, (W2 @ (a @ W2 - y)) * (a > 0) * mask)
    measured = gdlab.numerical_gradient(J, W1)
    assert np.linalg.norm(given) > 0.1
    assert gdlab.relative_error(given.ravel(), measured.ravel()) == pytest.approx(1 / 3, abs=1e-6)


# --- in practice ---


def test_07_with_one_sample_a_sum_is_a_mean_and_with_weights_0_a_hidden_gradient_is_0_either_way():
    data = moons(1 + 1)
    layers = gdlab.initialise(SIZES, "tanh", "sigmoid")
    trace = gdlab.forward(layers, data.X[:1])
    one, other = (groups_of(backward_with(BUGS[bug], layers, trace, data.y[:1])) for bug in ("none", "mean"))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b)
    zeros = gdlab.initialise(SIZES, "tanh", "sigmoid", scheme=0.0)
    for bug in ("none", "one", "slope", "transposed"):
        gradients = backward_with(BUGS[bug], zeros, gdlab.forward(zeros, data.X), data.y)
        assert not np.concatenate(groups_of(gradients[:2])).any()


def test_07_a_random_direction_tells_a_wrong_gradient_from_a_right_one_by_two_evaluations():
    data = data_of("xor")
    layers = gdlab.initialise(SIZES, "tanh", "sigmoid", scheme="he")
    theta = to_vector(layers)
    v, h = np.random.default_rng(0).normal(size=theta.size), 1e-5
    ahead, behind = (
        gdlab.mean_loss(from_vector(theta + s * h * v, layers), data.X, data.y, loss="binary_cross_entropy")
        for s in (1, -1)
    )
    trace = gdlab.forward(layers, data.X)
    for bug in ("none", "transposed", "slope", "mean", "bias", "one", "sign"):
        g = gdlab.gradient_vector(backward_with(BUGS[bug], layers, trace, data.y))
        off = abs((ahead - behind) / (2 * h) - g @ v) / abs(g @ v)
        assert off < 1e-6 if bug == "none" else off > 1e-3, bug


# --- the complex step, and what a gradient costs ---


@TWICE
def test_07_the_complex_step_through_a_relu_by_np_maximum_is_exact_away_from_the_corner(first):
    np.testing.assert_array_equal(np.maximum(np.array([1 + 1e-20j, -1 + 1e-20j]), 0), [1 + 1e-20j, 0])
    data = moons(40)
    for seed in range(first, first + 5):
        layers = [
            layer.with_parameters(layer.W, np.random.default_rng([1, seed, place]).normal(size=layer.b.shape))
            for place, layer in enumerate(gdlab.initialise((2, 6, 6, 1), "relu", "sigmoid", seed=seed, scheme="he"))
        ]
        gradient = gdlab.gradient_vector(
            gdlab.backward(layers, gdlab.forward(layers, data.X), data.y, loss="binary_cross_entropy")
        )
        measured = []
        for place in range(len(gradient)):
            theta, at, a = to_vector(layers).astype(complex), 0, data.X.astype(complex)
            theta[place] += 1e-20j
            for layer in layers:
                d, k = layer.W.shape
                W, b = theta[at : at + d * k].reshape(d, k), theta[at + d * k : at + d * k + k]
                at += d * k + k
                z = a @ W + b
                a = np.maximum(z, 0)
            measured.append((np.log(1 + np.exp(z)) - data.y * z).mean().imag / 1e-20)
        np.testing.assert_allclose(measured, gradient, rtol=1e-11, atol=1e-15)


def test_07_the_complex_step_is_broken_silently_by_abs_and_conjugate_and_loudly_by_max():
    z = 2 + 1e-20j
    assert np.imag(np.abs(z) ** 2) == np.imag(z * np.conj(z)) == 0  # the slope of z² is 4
    assert np.imag(z * z) / 1e-20 == pytest.approx(4)
    with pytest.raises(TypeError):
        max(z, 0)


def test_07_a_backward_pass_multiplies_less_than_twice_as_much_as_a_forward_pass():
    sizes = (64, 256, 256, 10)
    products = [d * k for d, k in itertools.pairwise(sizes)]  # for each sample, in each matrix product
    forward, backward = sum(products), 2 * sum(products) - products[0]  # no signal goes down to the inputs
    p = sum(products) + sum(sizes[1:])
    assert backward / forward == pytest.approx(1.81, abs=0.005)
    assert p == 85_002
    assert 2 * p == 170_004
    assert 2 * p * forward / (forward + backward) > 60_000
