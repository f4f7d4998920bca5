"""What notebook 04 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.lessons.find_the_missing_derivative import slowdown
from gdlab.lessons.find_the_missing_derivative.error_signal import PAIRS
from gdlab.losses import LOSSES

SIGMOID, CROSS_ENTROPY = gdlab.ACTIVATIONS["sigmoid"], LOSSES["binary_cross_entropy"]


def slowdown_end(loss, weight, learning_rate=1.0, steps=400):
    """Predictions for the birds, their targets, and the half mean square, after the steps of Slowdown."""
    theta = slowdown.run(loss, float(weight), learning_rate).theta[round(steps / slowdown.EVERY)]
    x, y = slowdown.scaled(slowdown.birds().X), slowdown.birds().y
    y_hat = SIGMOID(x * theta[0] + theta[1])
    return y_hat, y, ((y_hat - y) ** 2 / 2).mean()


def test_04_with_squared_error_a_sigmoid_unit_hears_most_at_one_third():
    y_hat = np.linspace(1e-3, 1 - 1e-3, 9999)
    z = np.log(y_hat / (1 - y_hat))[:, None]
    signal = np.abs(LOSSES["squared_error"].signal(gdlab.ACTIVATIONS["sigmoid"], z, np.ones_like(z)))[:, 0]
    np.testing.assert_allclose(signal, (1 - y_hat) ** 2 * y_hat, rtol=1e-6)
    assert y_hat[signal.argmax()] == pytest.approx(1 / 3, abs=1e-3)
    assert z[signal.argmax(), 0] == pytest.approx(-0.7, abs=0.05)


def test_04_the_slope_of_the_sigmoid_is_a_quarter_at_most_and_next_to_nothing_at_both_ends():
    z = np.linspace(-40, 40, 8001)
    assert SIGMOID.f_prime(z).max() == SIGMOID.f_prime(np.float64(0)) == 1 / 4
    assert (SIGMOID.f_prime(np.array([-8.0, 8.0])) < 4e-4).all()
    np.testing.assert_allclose(SIGMOID.f_prime(z), SIGMOID(z) * SIGMOID(-z))


def test_04_the_slope_cancels_for_the_matched_pairs_and_for_no_other_of_the_explorer():
    explorer = gdlab.ErrorSignal()
    cancels = {name for name in PAIRS if explorer.compute(name, "log", 1.0, 0.4).is_difference}
    matched = {"sigmoid_cross_entropy", "identity_squared", "tanh_matching", "exponential_poisson"}
    assert cancels == matched
    one = {name for name, pair in PAIRS.items() if (pair.activation.f_prime(np.linspace(-8, 8, 99)) == 1).all()}
    assert one == {"identity_squared", "identity_absolute", "identity_huber"}


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_04_where_the_sigmoid_gets_flatter_cross_entropy_gets_steeper_by_the_same_factor(y):
    z = np.linspace(-8, -5, 7) if y else np.linspace(5, 8, 7)  # wrong and sure
    steeper = np.abs(CROSS_ENTROPY.L_prime(SIGMOID(z), y))
    np.testing.assert_allclose(steeper[1:] / steeper[:-1], SIGMOID.f_prime(z)[:-1] / SIGMOID.f_prime(z)[1:], rtol=0.01)


def test_04_an_answer_of_one_thousandth_costs_about_seven_and_the_price_has_no_limit():
    assert CROSS_ENTROPY.L(0.001, 1.0) == pytest.approx(7, abs=0.1)
    assert CROSS_ENTROPY.L(1e-300, 1.0) > 600


@pytest.mark.parametrize("name", [name for name in gdlab.ACTIVATIONS if name != "softmax"])
def test_04_every_activation_has_a_loss_whose_error_signal_is_prediction_less_target(name):
    f, y = gdlab.ACTIVATIONS[name], 0.3
    for z in (-2.1, -0.4, 0.7, 1.9):
        slope = gdlab.numerical_gradient(lambda t: f.F(t) - y * t, z)
        assert slope == pytest.approx(float(f(np.float64(z))) - y, abs=1e-8)


def test_04_the_matching_loss_of_tanh_is_cross_entropy_for_classes_minus_one_and_one_less_log_two():
    z, y = np.random.default_rng(0).uniform(-1, 1, (2, 50, 1)) * [[[3.0]], [[1.0]]]
    y_hat = np.tanh(z)
    wanted = CROSS_ENTROPY.L((1 + y_hat) / 2, (1 + y) / 2) - np.log(2)
    np.testing.assert_allclose(gdlab.matching_loss("tanh").of_z(gdlab.ACTIVATIONS["tanh"], z, y), wanted[:, 0])


def test_04_at_the_wrong_start_cross_entropy_says_about_eighty_times_as_much():
    squared, cross = gdlab.Slowdown().compute(-8.0, 1.0, 0).learners.values()
    assert squared.accuracy == cross.accuracy < 0.02
    assert cross.signal / squared.signal == pytest.approx(80, abs=3)


@pytest.mark.parametrize("learning_rate", [1.0, 2.0, 5.0, 10.0])
def test_04_after_400_steps_squared_error_calls_every_bird_an_adelie_at_any_larger_rate(learning_rate):
    y_hat, y, _ = slowdown_end("squared_error", -8, learning_rate)
    assert (y_hat < 0.5).all()
    assert round((y == 0).mean(), 2) == 0.55
    assert np.median((y_hat * (1 - y_hat))[y == 1]) < 1e-3


def test_04_squared_error_sits_there_at_step_2000_and_is_out_at_step_20000():
    x, y = slowdown.scaled(slowdown.birds().X)[:, 0], slowdown.birds().y[:, 0]
    w, b, right = -8.0, 0.0, {}
    for step in range(20_001):
        y_hat = 1 / (1 + np.exp(-(w * x + b)))
        if step in (2000, 20_000):
            right[step] = round(((y_hat > 0.5) == y).mean(), 2)
        signal = (y_hat - y) * y_hat * (1 - y_hat)
        w, b = w - (signal * x).mean(), b - signal.mean()
    assert right == {2000: 0.55, 20_000: 0.99}


def test_04_at_a_learning_rate_of_ten_squared_error_leaves_its_second_flat_region_within_1000_steps():
    birds = datasets.penguins("flipper_length_mm", "species", ("Adelie", "Gentoo"))
    X = datasets.standardise(birds.X)
    start = [gdlab.Layer(np.array([[-8.0]]), np.zeros((1, 1)), "sigmoid")]
    run = gdlab.train(start, X, birds.y, learning_rate=10, steps=1000, record_every=200)
    right = [((gdlab.forward(run.layers(i), X).y_hat > 0.5) == birds.y).mean() for i in range(len(run.steps))]
    assert right[list(run.steps).index(400)] < 0.6
    assert right[-1] > 0.98


def test_04_a_rate_of_ten_only_gets_it_there_sooner():
    slow, fast = (slowdown_end("squared_error", -8, rate, steps=50)[2] for rate in (1.0, 10.0))
    assert slow > 0.4
    assert fast == pytest.approx(slowdown_end("squared_error", -8, 10.0)[2], abs=0.01)


@pytest.mark.parametrize("weight", [0, 4, 8])
@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_04_from_a_start_that_is_not_wrong_both_losses_get_ninety_nine_percent(loss, weight):
    y_hat, y, _ = slowdown_end(loss, weight)
    assert round(((y_hat > 0.5) == y).mean(), 2) == 0.99


@pytest.mark.parametrize("learning_rate", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("weight", range(-8, 9, 4))
def test_04_cross_entropy_is_ahead_by_the_measure_of_squared_error_as_well(weight, learning_rate):
    for steps in range(slowdown.EVERY, slowdown.STEPS + 1, slowdown.EVERY):
        squared, cross = (slowdown_end(loss, weight, learning_rate, steps)[2] for loss in slowdown.LOOKS)
        assert cross < squared


def test_04_with_cross_entropy_the_update_is_that_of_the_delta_rule():
    unit = [gdlab.Layer([[-8.0]], [[0.0]], "sigmoid")]
    x, y = slowdown.scaled(slowdown.birds().X), slowdown.birds().y
    delta = gdlab.train(unit, x, y, loss="squared_error", rule="delta_rule", learning_rate=1.0, steps=400)
    np.testing.assert_array_equal(delta.theta[-1], slowdown.run("binary_cross_entropy", -8.0, 1.0).theta[-1])


def test_04_all_of_the_matrix_of_softmax_cancels():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(20, 4)), np.eye(4)[rng.integers(4, size=20)]
    softmax, loss = gdlab.ACTIVATIONS["softmax"], LOSSES["softmax_cross_entropy"]
    np.testing.assert_allclose(softmax.times_slope(loss.L_prime(softmax(z), y), z), softmax(z) - y, atol=1e-14)


@pytest.mark.parametrize("learning_rate", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("order", range(5))
def test_04_the_short_rule_tells_three_species_apart_in_any_order_of_the_birds(order, learning_rate):
    birds = datasets.penguins(list(datasets.MEASUREMENTS), "species")
    X = datasets.standardise(birds.X)
    start = [gdlab.Layer(np.zeros((4, 3)), np.zeros((1, 3)), "softmax")]
    how = {"learning_rate": learning_rate, "steps": 6 * len(X), "batch_size": 1, "seed": order}
    how["loss"] = "softmax_cross_entropy"
    delta, chain = (gdlab.train(start, X, birds.y, rule=rule, **how) for rule in ("delta_rule", "chain_rule"))
    np.testing.assert_array_equal(delta.theta, chain.theta)
    layers = delta.layers()
    right = gdlab.forward(layers, X).y_hat.argmax(axis=1) == birds.y.argmax(axis=1)
    assert right.mean() > 0.97


def test_04_a_prediction_is_rounded_to_one_from_thirty_seven_on_and_its_digits_are_lost_before():
    predicted = 1 / (1 + np.exp(-np.array([36.0, 37.0])))
    assert predicted[0] < 1 == predicted[1]
    exact = np.exp(-36.0)
    assert abs((1 - predicted[0]) / exact - 1) > 0.04


def test_04_the_difference_is_rounded_where_it_does_no_harm():
    assert 1 / (1 + np.exp(-40.0)) - 1 == 0
    assert -SIGMOID(np.float64(-40)) == pytest.approx(-4e-18, rel=0.1)


def test_04_cross_entropy_goes_on_pulling_at_a_wrong_label_and_squared_error_lets_go():
    z, y = np.linspace(3, 8, 20), np.zeros(20)
    assert (CROSS_ENTROPY.signal(SIGMOID, z, y) > 0.95).all()
    squared = LOSSES["squared_error"].signal(SIGMOID, z, y)
    assert (np.diff(squared) < 0).all()
    assert squared[-1] < 1e-3


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh"])
@pytest.mark.parametrize("weight", [1.0, 3.0, 6.0])
def test_04_cross_entropy_takes_the_slope_of_the_output_from_every_gradient_and_no_other_slope(hidden, weight):
    chain = [gdlab.Layer([[w]], [[0.0]], f) for w, f in ((weight, hidden), (weight, hidden), (-weight, "sigmoid"))]
    trace = gdlab.forward(chain, [[1.0]])
    squared, cross = (gdlab.backward(chain, trace, [[1.0]], loss=loss) for loss in slowdown.LOOKS)
    slopes = [layer.activation.f_prime(z)[0, 0] for layer, z in zip(chain, trace.z, strict=True)]
    for one, other in zip(squared, cross, strict=True):
        assert one.W[0, 0] / other.W[0, 0] == pytest.approx(slopes[2])
    for i in (0, 1):  # error × slope × input, handed down one unit
        handed_down = cross[i + 1].W / trace.a[i + 1] * chain[i + 1].W * slopes[i] * trace.a[i]
        np.testing.assert_allclose(cross[i].W, handed_down)


def test_04_the_last_unit_of_the_chain_says_three_thousandths():
    chain = [gdlab.Layer([[w]], [[0.0]], "sigmoid") for w in (6.0, 6.0, -6.0)]
    trace = gdlab.forward(chain, [[1.0]])
    assert trace.y_hat[0, 0] == pytest.approx(0.003, abs=5e-4)
    assert all(layer.activation.f_prime(z)[0, 0] < 0.003 for layer, z in zip(chain, trace.z, strict=True))


FLIPPERS = slowdown.scaled(slowdown.birds().X)[:, 0]
GENTOO = slowdown.birds().y[:, 0]


def logistic(x, y):
    """The inputs (x, 1), and loss, gradient and second derivatives of the mean cross-entropy as functions of θ."""
    inputs = np.column_stack([x, np.ones_like(x)])
    return (
        inputs,
        lambda theta: (SIGMOID.F(inputs @ theta) - y * (inputs @ theta)).mean(),
        lambda theta: inputs.T @ (SIGMOID(inputs @ theta) - y) / len(y),
        lambda theta: (inputs * SIGMOID.f_prime(inputs @ theta)[:, None]).T @ inputs / len(y),
    )


def newton(x, y, start=(0.0, 0.0), steps=20):
    """The path of θ ← θ − H⁻¹ × gradient, one row a step."""
    _, _, gradient, H = logistic(x, y)
    path = [np.array(start)]
    for _ in range(steps):
        path.append(path[-1] - np.linalg.solve(H(path[-1]), gradient(path[-1])))
    return np.array(path)


def short_rule(x, y, learning_rate, steps, start=(0.0, 0.0)):
    """The path of the short rule with all samples at once."""
    unit = [gdlab.Layer([[start[0]]], [[start[1]]], "sigmoid")]
    how = {"loss": "binary_cross_entropy", "rule": "delta_rule", "learning_rate": learning_rate, "steps": steps}
    return gdlab.train(unit, x[:, None], y[:, None], **how)


def guaranteed_rate(x):
    """8/λmax of the mean of (x, 1)(x, 1)ᵀ."""
    inputs = np.column_stack([x, np.ones_like(x)])
    return 8 / np.linalg.eigvalsh(inputs.T @ inputs / len(x))[-1]


def test_04_the_slope_that_cancels_in_the_gradient_is_the_curvature():
    _, _, gradient, H = logistic(FLIPPERS, GENTOO)
    for theta in np.random.default_rng(0).normal(size=(5, 2)):
        np.testing.assert_allclose(gdlab.numerical_gradient(gradient, theta), H(theta), atol=1e-9)


def test_04_newton_takes_nine_steps_where_the_short_rule_takes_thousands():
    _, _, gradient, _ = logistic(FLIPPERS, GENTOO)
    path = newton(FLIPPERS, GENTOO)
    np.testing.assert_allclose(path[-1], (10.771, -2.259), atol=1e-3)
    norms = [np.linalg.norm(gradient(theta)) for theta in path]
    assert norms[8] > 1e-7 > norms[9]
    assert (np.abs(path - path[-1]).max(axis=1) < 0.01).argmax() == 9
    for rate, steps in ((8, 1498), (1, 12_036)):
        theta = short_rule(FLIPPERS, GENTOO, rate, steps).theta
        within = np.abs(theta - path[-1]).max(axis=1) < 0.01
        assert within.argmax() == steps


def test_04_newton_reaches_the_fit_of_five_points_in_five_steps():
    x, y = np.array([-2.0, -1, 0, 1, 2]), np.array([0.0, 0, 1, 0, 1])
    path = newton(x, y, steps=8)
    np.testing.assert_allclose(path[5], path[-1], atol=1e-10)
    np.testing.assert_allclose(path[-1], (1.0904, -0.6227), atol=1e-4)
    np.testing.assert_allclose(short_rule(x, y, 1, 6).theta[-1], (0.917, -0.375), atol=1e-3)


@pytest.mark.parametrize("weight", [-4.0, -8.0])
def test_04_from_a_wrong_and_sure_start_newton_overshoots_to_where_no_curvature_is_left(weight):
    end = newton(FLIPPERS, GENTOO, (weight, 0.0), steps=2)[-1]
    assert np.abs(end).max() > 1e3
    if weight == -4:
        np.testing.assert_allclose(
            [theta[0] for theta in newton(FLIPPERS, GENTOO, (-4.0, 0.0), steps=2)], (-4, 47, -1468), atol=0.5
        )
    assert np.abs(logistic(FLIPPERS, GENTOO)[3](end)).max() < 1e-20
    for start in (-2.0, -1.0, 1.0, 2.0, 4.0, 8.0):
        np.testing.assert_allclose(newton(FLIPPERS, GENTOO, (start, 0.0))[-1], (10.771, -2.259), atol=1e-3)


def test_04_eight_is_the_rate_that_is_sure_to_go_down_for_standardised_flippers_and_the_walk_stands_far_more():
    assert guaranteed_rate(FLIPPERS) == pytest.approx(8)
    _, _, _, H = logistic(FLIPPERS, GENTOO)
    limit = 2 / np.linalg.eigvalsh(H(newton(FLIPPERS, GENTOO)[-1]))[-1]
    assert limit == pytest.approx(182, abs=1)
    for rate, falls in ((7.9, True), (177, True), (188, False)):
        loss = short_rule(FLIPPERS, GENTOO, rate, 3000).loss
        assert (np.diff(loss) < 1e-12).all() == falls


@pytest.mark.parametrize("seeds", [range(25), range(1000, 1025)])
def test_04_below_eight_over_the_largest_eigenvalue_every_step_goes_down_from_every_start(seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        x, y = rng.normal(rng.normal(), rng.uniform(0.3, 3), 30), (rng.random(30) < 0.5).astype(float)
        loss = short_rule(x, y, 0.999 * guaranteed_rate(x), 100, start=rng.normal(0, 4, 2)).loss
        assert np.diff(loss).max() < 1e-12


def test_04_the_guaranteed_rate_is_sharp_where_the_bottom_lies_on_the_steepest_part_of_the_sigmoid():
    x, y = np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1])
    for share, settles in ((0.97, True), (1.03, False)):
        theta = short_rule(x, y, share * guaranteed_rate(x), 5000, start=(-4.0, 3.0)).theta
        assert (np.abs(theta[-1]).max() < 1e-6) == settles


def test_04_normalised_softplus_has_no_loss_with_this_signal_and_softmax_has_one():
    z = np.array([0.3, -1.0, 1.2])
    softplus, softmax = gdlab.ACTIVATIONS["softplus"], gdlab.ACTIVATIONS["softmax"]
    shares = gdlab.numerical_gradient(lambda z: softplus(z) / softplus(z).sum(), z)
    assert np.abs(shares - shares.T).max() == pytest.approx(0.027, abs=1e-3)
    slopes = gdlab.numerical_gradient(lambda z: softmax(z), z)
    np.testing.assert_allclose(slopes, slopes.T, atol=1e-9)


def test_04_hubers_slope_is_the_difference_up_to_an_error_of_one_and_not_beyond():
    huber = LOSSES["huber"]
    assert huber.L_prime(np.array([0.3]), 0.0) == pytest.approx(0.3)
    assert huber.L_prime(np.array([1.5]), 0.0) == pytest.approx(1.0)


def test_04_the_softmax_that_is_written_out():
    z, softmax = np.array([1.0, 0.0, -1.0]), gdlab.ACTIVATIONS["softmax"]
    np.testing.assert_allclose(np.exp(z), (2.718, 1, 0.368), atol=5e-4)
    assert np.exp(z).sum() == pytest.approx(4.086, abs=5e-4)
    before, after = softmax(z), softmax(z + np.array([0.01, 0, 0]))
    np.testing.assert_allclose(before, (0.665, 0.245, 0.090), atol=5e-4)
    assert -np.log(before[1]) == pytest.approx(1.408, abs=5e-4)
    assert np.log(before[1]) - np.log(after[1]) == pytest.approx(0.0067, abs=5e-5)
    assert (after > before).tolist() == [True, False, False]
