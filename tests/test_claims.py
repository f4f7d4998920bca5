"""What the notebooks say, asserted. Each test names the notebook and the sentence that it stands for."""

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.exercises import EXERCISES
from gdlab.explorers import collapse, deep_linear, neuron, one_weight, slowdown
from gdlab.explorers.backprop_pass import BACKWARD
from gdlab.explorers.backprop_stepper import BackpropStepper
from gdlab.explorers.closed_loop import walk as walk_around
from gdlab.explorers.descent import CURVES, walk
from gdlab.explorers.error_signal import PAIRS
from gdlab.explorers.hidden_rules import HiddenRules, random_networks
from gdlab.explorers.line_fit import problem
from gdlab.losses import LOSSES
from gdlab.rules import RULES

# --- 00 start here ---


def accuracies(data, rule, seeds=range(20), hidden="tanh", learning_rate=1.0):
    """Share of points right after the runs that RuleRace shows, one number for each seed."""
    layers = gdlab.initialise((2, 6, 1), hidden, "sigmoid", seed=seeds, scheme=1.0)
    history = gdlab.train(
        layers,
        data.X,
        data.y,
        loss="binary_cross_entropy",
        rule=rule,
        learning_rate=learning_rate,
        steps=600,
        record_every=600,
    )
    return ((gdlab.forward(history.layers(), data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule"])
def test_00_both_rules_solve_the_clouds_from_every_start(rule):
    assert (accuracies(datasets.clouds(160), rule) > 0.95).all()


def test_00_on_xor_the_chain_rule_succeeds_from_every_start_and_the_delta_rule_from_none():
    assert (accuracies(datasets.xor(160), "chain_rule") > 0.95).all()
    assert (accuracies(datasets.xor(160), "delta_rule") <= 0.95).all()


def test_00_the_clouds_do_not_need_hidden_units_that_learn():
    assert (accuracies(datasets.clouds(160), "frozen") > 0.95).all()


def test_00_on_xor_the_delta_rule_gets_fewer_points_right_on_average_than_a_frozen_hidden_layer():
    assert accuracies(datasets.xor(160), "delta_rule").mean() < accuracies(datasets.xor(160), "frozen").mean()


@pytest.mark.parametrize("learning_rate", [0.01, 0.03, 0.1, 0.3, 3, 10])
def test_00_no_learning_rate_lets_one_of_the_twenty_networks_succeed_on_xor(learning_rate):
    assert (accuracies(datasets.xor(160), "delta_rule", learning_rate=learning_rate) <= 0.95).all()


def test_00_the_error_at_the_output_is_the_same_for_both_rules():
    z, y = np.random.default_rng(0).normal(size=(2, 7, 1))
    y = (y > 0).astype(float)
    loss, sigmoid = LOSSES["binary_cross_entropy"], gdlab.ACTIVATIONS["sigmoid"]
    chain, delta = (RULES[rule].output_error(loss, sigmoid, z, y) for rule in ("chain_rule", "delta_rule"))
    np.testing.assert_array_equal(chain, delta)
    np.testing.assert_allclose(chain, sigmoid(z) - y)


# --- 01 fit a line ---


def line_run(data, rule="delta_rule", start=None, **how):
    p = problem(data)
    w, b = start or p.start
    neuron = [gdlab.Layer(np.array([[w]]), np.array([[b]]))]
    return gdlab.train(neuron, p.x[:, None], p.y[:, None], rule=rule, **how)


@pytest.mark.parametrize("batch_size", [1, None])
@pytest.mark.parametrize("data", ["line", "penguins"])
def test_01_for_a_line_both_rules_walk_one_path(data, batch_size):
    chain, delta = (line_run(data, rule, learning_rate=0.2, batch_size=batch_size) for rule in RULES if "_rule" in rule)
    np.testing.assert_array_equal(chain.theta, delta.theta)


def test_01_with_all_penguins_the_walk_ends_at_the_least_squares_line():
    end = line_run("penguins", learning_rate=0.5, steps=100).theta[-1]
    np.testing.assert_allclose(end, problem("penguins").best, rtol=1e-9)
    np.testing.assert_allclose(end, (0.4969, 4.1563), atol=5e-5)


def test_01_the_limit_for_the_penguins_is_one_point_zero_zero_five_eight():
    limit = problem("penguins").rate_limit
    assert round(limit, 4) == 1.0058
    below, above = (line_run("penguins", learning_rate=rate * limit, steps=2000).loss for rate in (0.99, 1.01))
    assert below[-1] == pytest.approx(below.min())
    assert above[-1] > 1e6 * above[0]


def test_01_in_millimetres_the_bowl_bends_about_twenty_thousand_times_as_sharply():
    x = datasets.penguins().X[:, 0]
    limit = EXERCISES["stable-rate"].solution
    assert limit((x - 200) / 10) / limit(x) == pytest.approx(20_000, rel=0.05)


@pytest.mark.parametrize(("total", "factor"), [(lambda e: np.mean(e**2), 2), (lambda e: np.sum(e**2) / 2, 20)])
def test_01_without_the_half_or_with_a_sum_the_limit_shrinks_by_the_factor_of_the_loss(total, factor):
    p = problem("line")
    assert len(p.x) == 20

    def J(theta):
        return total(theta[0] * p.x + theta[1] - p.y)

    for share, grows in ((0.95, False), (1.05, True)):
        theta = np.array(p.start)
        for _ in range(200):
            theta = theta - share * p.rate_limit / factor * gdlab.numerical_gradient(J, theta)
        assert (J(theta) > J(np.array(p.start))) == grows


def test_01_sample_by_sample_the_walk_never_rests_and_smaller_rates_make_the_unrest_smaller():
    unrest = []
    for rate in (0.2, 0.02):
        theta = line_run("line", learning_rate=rate, batch_size=1, steps=6000).theta
        unrest.append(np.abs(np.diff(theta[-1000:], axis=0)).max())
    assert unrest[0] > unrest[1] > 1e-4
    settled = line_run("line", learning_rate=0.2, steps=6000).theta
    assert np.abs(np.diff(settled[-1000:], axis=0)).max() < 1e-12


def test_01_in_the_first_update_of_the_explorer_the_line_is_too_low_at_a_negative_input():
    from gdlab.explorers.line_fit import LineFit

    fit = LineFit().compute("line", "single", 0.2, 1)
    assert fit.problem.x[fit.sample] < 0 < fit.errors[fit.sample]
    assert fit.now[0] < fit.before[0]


def test_01_sample_by_sample_the_walk_goes_up_now_and_then_and_with_all_samples_never():
    single, batch = (line_run("line", learning_rate=0.2, batch_size=size, steps=80).loss for size in (1, None))
    assert 0 < (np.diff(single) > 0).mean() < 0.5
    assert (np.diff(batch) <= 0).all()


def test_01_one_penguin_at_a_time_diverges_at_a_learning_rate_below_the_limit_for_all():
    assert problem("penguins").rate_limit > 0.9
    loss = line_run("penguins", learning_rate=0.9, batch_size=1, steps=2000).loss
    assert not loss[-1] < 1000 * loss[0]


def test_01_in_millimetres_the_walk_would_take_millions_of_steps():
    x = datasets.penguins().X[:, 0]
    bends = np.linalg.eigvalsh([[np.mean(x**2), np.mean(x)], [np.mean(x), 1]])
    shrinks_by = 1 - 2 / bends[1] * bends[0]  # the distance in the flattest direction, at the largest stable rate
    assert np.log(0.1) / np.log(shrinks_by) > 1e6


# --- 02 walk down a slope ---

SMOOTH = [name for name in CURVES if name != "absolute"]
MINIMA = {name: (-2.0, 2.0) if name == "double_well" else (0.0,) for name in CURVES}


def slope(curve, theta):
    return abs(float(CURVES[curve].slope(np.float64(theta))))


@pytest.mark.parametrize("curve", CURVES)
def test_02_a_short_step_against_the_slope_goes_down(curve):  # statement A of the exercise
    theta = np.linspace(-4, 4, 160)  # not 0, where some have no slope to follow
    J = CURVES[curve].J
    after = gdlab.gradient_descent_update(theta, 0.001, CURVES[curve].slope(theta))
    assert (J(after) < J(theta)).all()


def test_02_far_from_the_minimum_the_slope_is_large_only_for_some():  # statement B
    assert slope("parabola", 4) > slope("parabola", 0.5)
    assert slope("quartic", 4) > slope("quartic", 0.5)
    assert slope("absolute", 4) == slope("absolute", 0.1) == 1
    assert 100 < slope("saturated", 0.5) / slope("saturated", 4) < 1000


@pytest.mark.parametrize("curve", SMOOTH)
def test_02_near_a_minimum_of_a_smooth_curve_the_slope_is_small(curve):  # statement C
    for minimum in MINIMA[curve]:
        assert slope(curve, minimum) == 0
        assert slope(curve, minimum + 1e-3) < 2e-3


def test_02_a_small_slope_does_not_mean_that_the_minimum_is_near():  # statement D
    assert slope("saturated", 4) < 1e-3
    assert slope("double_well", 0) == 0


def test_02_on_the_absolute_value_the_steps_do_not_get_smaller():  # statement E
    theta = walk("absolute", 0.7, 0.3)
    np.testing.assert_allclose(np.abs(np.diff(theta)), 0.3)
    assert (np.abs(theta[3:]) <= 0.3).all()


def test_02_the_exercise_has_the_same_statements_right():
    assert EXERCISES["valley"].true == {"B", "D", "E"}


def test_02_with_a_shrinking_rate_the_walk_on_the_absolute_value_gets_nearer():
    theta = 0.7
    for k in range(1, 1001):
        theta -= 0.3 / k * np.sign(theta)
    assert abs(theta) <= 0.3 / 1000 * 1.01


def test_02_the_parabola_diverges_beyond_two():
    assert abs(walk("parabola", 3.2, 1.9)[-1]) < 3.2 < abs(walk("parabola", 3.2, 2.2)[-1])


def test_02_on_the_rim_the_walk_hardly_moves_and_arrives_at_a_rate_of_seven_and_hops_at_ten():
    assert walk("saturated", 3.0, 1.0)[-1] > 2.8
    assert abs(walk("saturated", 3.0, 7.0)[-1]) < 0.05
    assert gdlab.numerical_gradient(CURVES["saturated"].slope, 0.0) == pytest.approx(1 / 4)
    hops = walk("saturated", 3.0, 10.0)[-6:]
    assert (np.abs(hops) > 0.3).all()
    assert (np.sign(hops[1:]) == -np.sign(hops[:-1])).all()


def test_02_the_unit_learns_slowest_where_its_error_is_largest():
    theta = np.linspace(0.5, 4, 50)
    sigma = gdlab.ACTIVATIONS["sigmoid"](2 * theta)
    assert (np.diff(np.abs(0.5 - sigma)) > 0).all()
    assert (np.diff(CURVES["saturated"].slope(theta)[5:]) < 0).all()
    np.testing.assert_allclose(CURVES["saturated"].slope(theta), -(0.5 - sigma) * sigma * (1 - sigma) * 2)


def test_02_a_walk_on_the_absolute_value_rests_only_if_it_lands_on_the_minimum():
    assert walk("absolute", 0.75, 0.25)[-1] == 0
    assert abs(walk("absolute", 0.7, 0.3)[-1]) == pytest.approx(abs(walk("absolute", 0.7, 0.3)[-3]))


def test_02_the_double_well_ends_left_or_right_and_stays_on_its_hump():
    assert walk("double_well", 0.5, 1.0)[-1] == pytest.approx(2, abs=1e-2)
    assert walk("double_well", -0.5, 1.0)[-1] == pytest.approx(-2, abs=1e-2)
    assert (walk("double_well", 0.0, 1.0) == 0).all()


# --- 03 bend the neuron ---

NON_DECREASING = [name for name, f in gdlab.ACTIVATIONS.items() if f.non_decreasing and name not in ("step", "softmax")]
NON_MONOTONE = ["sine", "gaussian"]


def neurons(w, b, activation):
    """One neuron for each element of w and b, as independent runs."""
    w, b = np.broadcast_arrays(np.asarray(w, float), b)
    return [gdlab.Layer(w.reshape(-1, 1, 1), b.reshape(-1, 1, 1), activation)]


def neuron_update(activation, x, y, w, b, rule):
    """What a rule subtracts from (w, b), for one neuron on samples x and y of shape (n,)."""
    layers = [gdlab.Layer([[w]], [[b]], activation)]
    return gdlab.gradient_vector(gdlab.backward(layers, gdlab.forward(layers, x[:, None]), y[:, None], rule=rule))


@pytest.mark.parametrize("activation", [*NON_DECREASING, *NON_MONOTONE])
def test_03_for_one_neuron_the_delta_rule_is_the_gradient_of_the_matching_loss(activation):
    f = gdlab.ACTIVATIONS[activation]
    rng = np.random.default_rng(1)
    for _ in range(10):
        x, y, (w, b) = rng.normal(size=20), rng.uniform(-1, 1, 20), rng.normal(size=2)

        def J(theta, x=x, y=y):
            z = theta[0] * x + theta[1]
            return np.mean(f.F(z) - y * z)

        measured = gdlab.numerical_gradient(J, np.array([w, b]))
        np.testing.assert_allclose(neuron_update(activation, x, y, w, b, "delta_rule"), measured, atol=1e-8)


@pytest.mark.parametrize("activation", NON_DECREASING)
def test_03_the_matching_loss_is_convex_where_f_never_falls(activation):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=30), rng.uniform(-1, 1, 30)
    f = gdlab.ACTIVATIONS[activation]

    def J(theta):
        z = theta[..., :1] * x + theta[..., 1:]
        return (f.F(z) - y * z).mean(axis=-1)

    one, other, share = rng.normal(0, 4, (500, 2)), rng.normal(0, 4, (500, 2)), rng.uniform(0, 1, (500, 1))
    chord = share[:, 0] * J(one) + (1 - share[:, 0]) * J(other)
    assert (J(share * one + (1 - share) * other) <= chord + 1e-12).all()


def test_03_named_matching_losses():
    z, y = np.random.default_rng(3).normal(size=(2, 50, 1))
    target = 1 / (1 + np.exp(-y))
    identity, sigmoid = (gdlab.matching_loss(name) for name in ("identity", "sigmoid"))
    np.testing.assert_allclose(
        identity.at(gdlab.ACTIVATIONS["identity"], z, y), ((z - y) ** 2 / 2 - y**2 / 2)[:, 0], atol=1e-12
    )
    y_hat = 1 / (1 + np.exp(-z))
    cross_entropy = -target * np.log(y_hat) - (1 - target) * np.log(1 - y_hat)
    np.testing.assert_allclose(sigmoid.at(gdlab.ACTIVATIONS["sigmoid"], z, target), cross_entropy[:, 0], rtol=1e-12)
    np.testing.assert_allclose(
        EXERCISES["tanh-matching-loss"].solution(z, target)[:, 0],
        gdlab.matching_loss("tanh").at(gdlab.ACTIVATIONS["tanh"], z, target),
        atol=1e-12,
    )


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus", "leaky_relu"])
def test_03_a_single_sample_is_pulled_the_same_way_by_both_rules(activation):
    rng = np.random.default_rng(4)
    for x, y, w, b in rng.normal(size=(50, 4)):
        one, other = (
            neuron_update(activation, np.array([x]), np.array([y]), w, b, rule) for rule in ("chain_rule", "delta_rule")
        )
        assert gdlab.agreement(one, other) == pytest.approx(1)


def test_03_with_the_sine_a_single_sample_can_be_pulled_the_other_way():
    x, y = np.array([1.0]), np.array([0.2])
    one, other = (neuron_update("sine", x, y, 2.0, 0.0, rule) for rule in ("chain_rule", "delta_rule"))
    assert gdlab.agreement(one, other) == pytest.approx(-1)


def test_03_the_sums_of_two_rules_can_point_away_from_each_other():
    data = {name: np.array(values, float) for name, values in EXERCISES["opposed-updates"].solution().items()}
    assert (
        gdlab.agreement(*(neuron_update("sigmoid", **data, w=2.0, b=0.0, rule=r) for r in ("chain_rule", "delta_rule")))
        < 0
    )


def test_03_arrows_that_do_not_pull_against_each_other_sum_to_less_than_90_degrees():  # words of an exercise
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(2000):
        single = rng.normal(size=(3, 2))
        if (single @ single.T).min() >= 0:
            seen += 1
            assert gdlab.agreement(single.sum(axis=0), (rng.uniform(0.001, 1, (3, 1)) * single).sum(axis=0)) >= 0
    assert seen > 50


def neuron_end(data, activation, rule, learning_rate=1.0, steps=20000):
    d = neuron.samples(data, activation)
    start = [gdlab.Layer([[0.1]], [[0.1]], activation)]
    how = {"rule": rule, "learning_rate": learning_rate, "steps": steps, "record_every": steps}
    return gdlab.train(start, d.x[:, None], d.y[:, None], **how).theta[-1]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
@pytest.mark.parametrize("data", ["noisy", "flipped", "penguins"])
def test_03_where_data_cannot_be_fitted_each_rule_wins_on_its_own_hill(data, activation):
    rate = 0.5 if activation == "softplus" else 1.0
    ends = {rule: neuron_end(data, activation, rule, rate) for rule in neuron.TWO_RULES}
    d = neuron.samples(data, activation)
    for own, other in (neuron.TWO_RULES, neuron.TWO_RULES[::-1]):
        np.testing.assert_allclose(ends[own], neuron.hill(data, activation, own).lowest, atol=2e-3)
        assert neuron.height(own, activation, d, ends[own]) < neuron.height(own, activation, d, ends[other]) - 1e-5
    assert np.abs(ends["chain_rule"] - ends["delta_rule"]).max() > 0.01


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "softplus"])
def test_03_where_data_can_be_fitted_both_rules_end_at_the_fit(activation):
    for rule in neuron.TWO_RULES:
        np.testing.assert_allclose(neuron_end("exact", activation, rule, 0.5), neuron.TRUTH, atol=1e-6)


@pytest.mark.parametrize("data", ["exact", "noisy", "flipped"])
def test_03_with_the_identity_both_walks_coincide_and_the_hills_differ_by_a_constant(data):
    one, other = (neuron.run(data, "identity", (-4.5, -1.0), 1.0, rule).theta for rule in neuron.TWO_RULES)
    np.testing.assert_array_equal(one, other)
    heights = [neuron.hill(data, "identity", rule).heights for rule in neuron.TWO_RULES]
    assert np.ptp(heights[0] - heights[1]) < 1e-9


def test_03_the_first_picture_and_what_its_questions_lead_to():
    d = neuron.samples("flipped", "sigmoid")
    walks = {rule: neuron.run("flipped", "sigmoid", (-4.5, -1.0), 1.0, rule) for rule in neuron.TWO_RULES}
    for rule, walk_ in walks.items():
        assert np.linalg.norm(walk_.theta[-1] - neuron.hill("flipped", "sigmoid", rule).lowest) < 0.25
        assert (
            np.diff(neuron.height(rule, "sigmoid", d, walk_.theta)) <= 1e-15
        ).all()  # each goes downhill on its own hill
    stars = [neuron.hill("flipped", "sigmoid", rule).lowest for rule in neuron.TWO_RULES]
    assert np.linalg.norm(stars[0] - stars[1]) > 1
    far = neuron.run("flipped", "sigmoid", (-6.0, 3.0), 1.0, "chain_rule")
    assert neuron.height("delta_rule", "sigmoid", d, far.theta[-1]) > 1
    assert walks["delta_rule"].loss[40] < 0.075


def test_03_from_a_saturated_start_the_delta_rule_wins():
    for rate in (0.1, 1.0):
        x = np.linspace(-2, 2, 40)[:, None]
        y = gdlab.ACTIVATIONS["sigmoid"](1.5 * x + 0.5)
        start = [gdlab.Layer([[-8.0]], [[0.0]], "sigmoid")]
        chain, delta = (gdlab.train(start, x, y, rule=r, learning_rate=rate, steps=1000).loss for r in neuron.TWO_RULES)
        assert delta[int(100 / rate)] < 1e-3
        assert chain[int(100 / rate)] > 0.97 * chain[0]


def test_03_two_samples_and_one_weight_have_two_valleys_of_squared_error_and_one_of_the_matching_loss():
    valleys = {}
    w = np.linspace(-8, 5, 130_001)
    for rule in neuron.TWO_RULES:
        heights = one_weight.curve(rule, w)
        lower = (heights[1:-1] < heights[:-2]) & (heights[1:-1] < heights[2:])
        valleys[rule] = w[1:-1][lower]
    np.testing.assert_allclose(valleys["chain_rule"], [-1.569, 0.013], atol=1e-3)
    np.testing.assert_allclose(valleys["delta_rule"], [0.013], atol=1e-3)
    np.testing.assert_allclose(2 * one_weight.curve("chain_rule", valleys["chain_rule"]), [0.1512, 0.0320], atol=1e-4)


def test_03_a_sigmoid_neuron_that_is_badly_wrong_costs_half_at_most_and_without_limit():
    sigmoid = gdlab.ACTIVATIONS["sigmoid"]
    z = np.array([[0.0], [10.0], [1000.0]])
    assert (LOSSES["squared_error"].at(sigmoid, z, 0 * z) <= 0.5).all()
    assert gdlab.matching_loss("sigmoid").at(sigmoid, z, 0 * z)[-1] == pytest.approx(1000)


STARTS = np.meshgrid(np.linspace(-6, 6, 12), np.linspace(-4, 4, 8))


def arrivals(activation, rule, x, learning_rate=1.0, steps=2000):
    y = gdlab.ACTIVATIONS[activation](neuron.TRUTH[0] * x + neuron.TRUTH[1])
    how = {"rule": rule, "learning_rate": learning_rate, "steps": steps, "record_every": steps}
    return gdlab.train(neurons(*STARTS, activation), x, y, **how)


@pytest.mark.parametrize("learning_rate", [0.3, 1.0])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "softplus"])
def test_03_with_an_f_that_never_falls_the_delta_rule_reaches_an_exact_fit_from_everywhere(activation, learning_rate):
    for seed in range(3):
        x = np.random.default_rng(seed).uniform(-2, 2, (40, 1))
        assert (arrivals(activation, "delta_rule", x, learning_rate, steps=1000).loss[-1] < 1e-3).all()


@pytest.mark.parametrize("learning_rate", [0.3, 1.0])
@pytest.mark.parametrize("activation", NON_MONOTONE)
def test_03_with_an_f_that_falls_the_delta_rule_reaches_it_from_few_starts_if_any(activation, learning_rate):
    reached = {rule: [] for rule in neuron.TWO_RULES}
    for seed in range(4):
        x = np.random.default_rng(seed).uniform(-2, 2, (40, 1))
        for rule, counts in reached.items():
            counts.append((arrivals(activation, rule, x, learning_rate, steps=1000).loss[-1] < 1e-3).mean())
    chain, delta = (np.array(counts) for counts in reached.values())
    assert (delta < chain).all()
    assert delta.max() < 0.15
    assert (delta == 0).sum() >= 3
    assert (delta.max() > 0) == (activation == "sine")  # not always lost


def test_03_walks_of_the_chain_rule_that_do_not_arrive_are_on_a_flat_rim_or_stuck_with_relu():
    x = np.linspace(-2, 2, 40)[:, None]
    longer = arrivals("sigmoid", "chain_rule", x, steps=6000)
    assert (longer.loss[-1] < 1e-3).all()
    tanh = arrivals("tanh", "chain_rule", x)
    late = tanh.loss[-1] > 1e-3
    assert late.any()
    layers = tanh.layers()
    gradient = gdlab.gradient_vector(gdlab.backward(layers, gdlab.forward(layers, x), np.tanh(1.5 * x + 0.5)))
    assert np.abs(gradient[late]).max() < 0.01
    relu = arrivals("relu", "chain_rule", x)
    stuck = relu.loss[-1] > 1e-3
    active = (gdlab.forward(relu.layers(), x).z[-1] > 0).sum(axis=(1, 2))
    assert set(active[stuck]) == {0, 1}


@pytest.mark.parametrize("activation", NON_MONOTONE)
@pytest.mark.parametrize("data", ["exact", "noisy", "flipped", "penguins"])
def test_03_their_matching_loss_has_no_bottom(data, activation):
    d = neuron.samples(data, activation)
    way = np.array([np.mean(d.x * d.y), np.mean(d.y)])  # down the slope of the mean of −y z
    heights = neuron.height("delta_rule", activation, d, np.array([[10.0], [1e3], [1e5]]) * way)
    assert heights[2] < 50 * heights[1] < 0
    assert neuron.hill(data, activation, "delta_rule").lowest is None


def test_03_the_gaussian_runs_away_downhill_and_never_finds_the_star():
    d = neuron.samples("exact", "gaussian")
    walk_ = neuron.run("exact", "gaussian", (-4.5, -1.0), 1.0, "delta_rule")
    assert np.abs(walk_.theta[-1]).max() > 100
    assert (np.diff(neuron.height("delta_rule", "gaussian", d, walk_.theta)) < 1e-12).all()
    how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": 600, "record_every": 600}
    errors = gdlab.train(neurons(*STARTS, "gaussian"), d.x[:, None], d.y[:, None], **how).loss[-1]
    assert errors.min() > 0.05


def test_03_with_the_sine_the_delta_rule_rests_now_and_then_and_not_on_a_fit():
    d = neuron.samples("exact", "sine")
    how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": 3000}
    history = gdlab.train(neurons(*STARTS, "sine"), d.x[:, None], d.y[:, None], **how)
    rests = np.abs(history.theta[-1] - history.theta[-200]).max(axis=-1) < 1e-9
    assert 0.1 < rests.mean() < 0.9
    assert history.loss[-1][rests].min() > 0.01


def test_03_a_target_out_of_range_leaves_the_matching_loss_without_a_lowest_value():
    tanh, z = gdlab.ACTIVATIONS["tanh"], np.array([[10.0], [100.0], [1000.0]])
    assert (np.diff(gdlab.matching_loss("tanh").at(tanh, z, 0 * z + 2)) < -50).all()


def test_03_classes_that_a_threshold_parts_make_both_hills_fall_on_and_on():
    x, y = np.array([-1.0, -0.5, 0.4, 2.0]), np.array([0.0, 0.0, 1.0, 1.0])
    d = neuron.Samples(x, y, "", "")
    for rule in neuron.TWO_RULES:
        assert (np.diff(neuron.height(rule, "sigmoid", d, np.array([[1.0, 0], [5, 0], [25, 0], [60, 0]]))) < 0).all()


def test_03_with_relu_the_explorer_shows_a_chain_rule_that_is_stuck_and_a_delta_rule_that_gets_out():
    chain, delta = (neuron.run("flipped", "relu", (-4.5, -1.0), 1.0, rule) for rule in neuron.TWO_RULES)
    w, b = chain.theta[-1]
    assert (w * neuron.samples("flipped", "relu").x + b <= 1e-3).all()
    np.testing.assert_allclose(chain.theta[-1], chain.theta[-300], atol=1e-3)
    assert chain.loss[-1] > 3 * delta.loss[-1]
    np.testing.assert_allclose(delta.theta[-1], neuron.hill("flipped", "relu", "delta_rule").lowest, atol=1e-3)


def test_03_without_the_half_the_gradient_is_twice_as_large():
    rng = np.random.default_rng(6)
    x, y, (w, b) = rng.normal(size=9), rng.uniform(0, 1, 9), rng.normal(size=2)
    sigmoid = gdlab.ACTIVATIONS["sigmoid"]
    whole = gdlab.numerical_gradient(lambda t: np.mean((sigmoid(t[0] * x + t[1]) - y) ** 2), np.array([w, b]))
    np.testing.assert_allclose(whole, 2 * neuron_update("sigmoid", x, y, w, b, "chain_rule"), rtol=1e-6)


# --- 04 find the missing derivative ---

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
    signal = np.abs(LOSSES["squared_error"].error(gdlab.ACTIVATIONS["sigmoid"], z, np.ones_like(z)))[:, 0]
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
    np.testing.assert_allclose(gdlab.matching_loss("tanh").at(gdlab.ACTIVATIONS["tanh"], z, y), wanted[:, 0])


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
    squared, cross = (slowdown_end(loss, weight, learning_rate)[2] for loss in slowdown.LOOKS)
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
    assert (CROSS_ENTROPY.error(SIGMOID, z, y) > 0.95).all()
    squared = LOSSES["squared_error"].error(SIGMOID, z, y)
    assert (np.diff(squared) < 0).all()
    assert squared[-1] < 1e-3


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh"])
@pytest.mark.parametrize("weight", [1.0, 3.0, 6.0])
def test_04_cross_entropy_takes_the_slope_of_the_output_from_every_gradient_and_no_other_slope(hidden, weight):
    chain = [gdlab.Layer([[w]], [[0.0]], f) for w, f in ((weight, hidden), (weight, hidden), (-weight, "sigmoid"))]
    trace = gdlab.forward(chain, [[1.0]])
    squared, cross = (gdlab.backward(chain, trace, [[1.0]], loss) for loss in slowdown.LOOKS)
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


# --- 05 stack linear layers ---


def collapse_accuracies(problem, activation, depth, width, seeds=range(20)):
    """Share of points right at the end of the runs that Collapse shows, one number for each random start."""
    data = datasets.TOY_SETS[problem](160)
    ends = (collapse.run(problem, activation, depth, width, seed).layers() for seed in seeds)
    return np.array([((gdlab.forward(layers, data.X).z[-1] > 0) == data.y).mean() for layers in ends])


@pytest.mark.parametrize("width", [2, 4, 6, 8])
@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_05_a_linear_stack_on_xor_ends_at_the_line_of_no_hidden_layer_at_all(depth, width):
    w, b = collapse.collapsed(collapse.run("xor", "identity", 0, 1, 0).layers())
    for start in range(20):
        same_w, same_b = collapse.collapsed(collapse.run("xor", "identity", depth, width, start).layers())
        np.testing.assert_allclose([*same_w, same_b], [*w, b], atol=0.01 * abs(b))
    assert (collapse_accuracies("xor", "identity", depth, width) == 0.7).all()


def test_05_a_linear_stack_learns_and_is_good_enough_for_the_clouds():
    for depth in (0, 1, 2, 3, 5):
        assert (collapse_accuracies("clouds", "identity", depth, 6) > 0.95).all()
    history = collapse.run("xor", "identity", 2, 6, 0)
    assert history.loss[-1] < history.loss[0] - 0.05


def test_05_no_line_has_more_than_72_and_a_half_percent_of_xor_right():
    """The best line can be turned and shifted until it goes through two points, each of which may be on either side."""
    data = datasets.xor(160)
    X, label = data.X, data.y[:, 0] == 1
    i, j = np.triu_indices(len(X), 1)
    normal = (X[j] - X[i]) @ np.array([[0, 1], [-1, 0]])
    beyond = ((X[:, None] - X[i]) * normal).sum(axis=-1) > 0
    others = np.ones(beyond.shape, bool)
    others[[i, j], np.arange(len(i))] = False
    right = ((beyond == label[:, None]) & others).sum(axis=0)
    assert max(right.max(), len(X) - 2 - right.min()) + 2 == 0.725 * len(X)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sine"])
@pytest.mark.parametrize("problem", ["clouds", "xor", "circle", "moons"])
def test_05_with_two_layers_of_six_bent_units_all_twenty_starts_succeed(problem, activation):
    assert (collapse_accuracies(problem, activation, 2, 6) >= 0.95).all()


def test_05_on_the_whole_square_two_relu_units_get_ninety_percent_from_none_of_twenty_starts():
    assert (collapse_accuracies("xor", "relu", 1, 2) < 0.9).all()


def test_05_two_relu_units_solve_the_four_corners():
    weights = {name: np.array(value) for name, value in EXERCISES["xor-by-hand"].solution().items()}
    layers = [
        gdlab.Layer(weights["W1"], weights["b1"][None], "relu"),
        gdlab.Layer(weights["W2"][:, None], weights["b2"].reshape(1, 1)),
    ]
    corners = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]])
    z = gdlab.forward(layers, corners).z[-1][:, 0]
    assert (z[:2] <= -0.5).all()
    assert (z[2:] >= 0.5).all()


def test_05_the_stalled_linear_network_stays_at_54_percent_for_its_output_weight_is_small():
    history = collapse.run("xor", "identity", 1, 1, 3)
    data = datasets.xor(160)
    for record in range(len(history.steps)):
        z = gdlab.forward(history.layers(record), data.X).z[-1]
        assert ((z > 0) == data.y).mean() < 0.55
    hidden, output = history.layers()
    assert abs(output.W.item()) == pytest.approx(0.03, abs=0.01)
    assert np.linalg.norm(hidden.W) > 1
    along = data.X @ hidden.W / np.linalg.norm(hidden.W)
    assert abs(np.corrcoef(along[:, 0], data.y[:, 0])[0, 1]) < 0.05


@pytest.mark.parametrize("activation", ["identity", "tanh", "relu"])
def test_05_of_slope_gradient_and_map_only_the_slope_of_linear_units_is_the_same_from_step_to_step(activation):
    data = datasets.clouds(160)
    layers = gdlab.initialise((2, 3, 1), activation, seed=0)
    history = gdlab.train(layers, data.X, data.y, learning_rate=0.02, steps=60, record_every=20)
    slopes, maps, gradients = [], [], []
    for record in range(4):
        network = history.layers(record)
        slopes.append(network[0].activation.f_prime(gdlab.forward(network, data.X).z[0]))
        maps.append(collapse.input_slopes(network, data.X))
        gradients += [
            gdlab.gradient_vector(gdlab.backward(network, gdlab.forward(network, X), y))
            for X, y in ((data.X[:1], data.y[:1]), (data.X[1:2], data.y[1:2]))
        ]
    linear = activation == "identity"
    assert (np.ptp(slopes) == 0) == linear
    assert (np.ptp(maps, axis=1).max() < 1e-12) == linear  # from place to place
    assert np.ptp(maps, axis=0).min() > 0 or not linear  # from step to step
    norms = np.linalg.norm(gradients, axis=1)
    assert len(set(norms.round(6))) == len(norms)


def half_times(depth, scale, seeds=range(20)):
    """Steps until the strengths 3 and 1 are half learned, shape (seeds, 2); infinite if they are not by step 600."""
    runs = (deep_linear.strengths(depth, 1.0, scale, seed) for seed in seeds)
    times = [[deep_linear.half_time(run[:, mode], goal) for mode, goal in enumerate((3.0, 1.0))] for run in runs]
    return np.array([[np.inf if time is None else time for time in pair] for pair in times])


@pytest.mark.parametrize("scale", [0.01, 0.025, 0.05])
def test_05_one_layer_has_half_of_both_at_the_same_time_whatever_the_small_start(scale):
    times = half_times(1, scale)
    assert (abs(times - np.log(2) / deep_linear.RATE) <= 6).all()


@pytest.mark.parametrize("scale", [0.01, 0.025, 0.05])
def test_05_two_layers_wait_and_learn_the_stronger_first(scale):
    times = half_times(2, scale)
    assert (times[:, 1] >= 1.9 * times[:, 0]).all()
    assert (times[:, 0] > 35).all()


def test_05_three_layers_wait_longest_and_learn_the_stronger_first():
    times = half_times(3, 0.05)
    assert (times[:, 1] >= 1.9 * times[:, 0]).all()
    assert (times[:, 0] > half_times(2, 0.05)[:, 0]).all()


@pytest.mark.parametrize("depth", [2, 3])
def test_05_half_the_first_weights_make_the_wait_longer(depth):
    assert (half_times(depth, 0.025)[:, 0] > half_times(depth, 0.05)[:, 0]).all()


def test_05_the_weaker_strength_is_learned_the_later_the_weaker_it_is():
    runs = [(weak, deep_linear.strengths(2, weak, 0.05, 0)) for weak in (0.5, 1.0, 1.5, 2.0)]
    times = [deep_linear.half_time(run[:, 1], weak) for weak, run in runs]
    assert (np.diff(times) < 0).all()


@pytest.mark.parametrize("start", [1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("strength", [0.5, 1.0, 3.0])
def test_05_the_formula_gives_the_time_of_two_layers(strength, start):
    rate = 0.002  # the formula is for small steps
    w1 = w2 = np.sqrt(start)
    steps = 0
    while w1 * w2 < strength / 2:
        error = strength - w1 * w2
        w1, w2 = w1 + rate * error * w2, w2 + rate * error * w1
        steps += 1
    assert steps == pytest.approx(np.log(strength / start - 1) / (2 * rate * strength), rel=0.01)


def test_05_at_zero_weights_both_gradients_are_zero_and_the_loss_is_not_convex():
    def J(w):
        return (w[0] * w[1] - 1) ** 2 / 2

    np.testing.assert_allclose(gdlab.numerical_gradient(J, np.zeros(2)), 0, atol=1e-12)
    assert J([0, 0]) > (J([1, 1]) + J([-1, -1])) / 2


# --- 06 give hidden units credit ---

THREE = ("chain_rule", "delta_rule", "frozen")


def hidden_layers_trained(problem, activation, width, rate, rule, steps=1000, starts=20, change=lambda W, b: (W, b)):
    """Networks before and after training, begun as HiddenRules begins; `change` may alter the hidden layers' start."""
    data = datasets.TOY_SETS[problem](120)
    hidden, output = random_networks(activation, width, range(starts))
    start = [hidden.with_parameters(*change(hidden.W, hidden.b)), output]
    history = gdlab.train(
        start,
        data.X,
        data.y,
        loss="binary_cross_entropy",
        rule=rule,
        learning_rate=rate,
        steps=steps,
        record_every=max(steps, 1),
    )
    return data, history.layers()


def shares_right(*setting, **how):
    data, layers = hidden_layers_trained(*setting, **how)
    return ((gdlab.forward(layers, data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))


def hidden_cosine(*setting, **how):
    """Between the delta rule's update of the hidden layer and its gradient, for each start."""
    data, layers = hidden_layers_trained(*setting, **how)
    trace = gdlab.forward(layers, data.X)
    delta, chain = (
        gdlab.backward(layers, trace, data.y, "binary_cross_entropy", rule)[:1] for rule in ("delta_rule", "chain_rule")
    )
    return gdlab.agreement(delta, chain)


@pytest.mark.parametrize("rate", [0.1, 1.0])
@pytest.mark.parametrize("width", [4, 16])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("problem", ["xor", "circle"])
def test_06_the_chain_rule_is_first_in_24_settings_and_the_delta_rule_last_where_the_rate_is_1(
    problem, activation, width, rate
):
    chain, delta, frozen = (np.median(shares_right(problem, activation, width, rate, rule)) for rule in THREE)
    assert chain > max(delta, frozen)
    if rate == 1.0:
        assert delta < frozen


def test_06_with_rate_a_tenth_the_delta_rule_is_second_in_some_settings():
    delta, frozen = (np.median(shares_right("xor", "sigmoid", 4, 0.1, rule)) for rule in THREE[1:])
    assert delta > frozen


@pytest.mark.parametrize("problem", ["xor", "circle"])
def test_06_with_six_tanh_units_the_delta_rule_begins_downhill_and_goes_uphill_at_step_50(problem):
    setting = problem, "tanh", 6, 1.0, "delta_rule"
    assert 0.5 < np.median(hidden_cosine(*setting, steps=0, starts=50)) < 0.9
    assert (hidden_cosine(*setting, steps=50, starts=50) < 0).mean() > 2 / 3


def test_06_with_twelve_relu_units_the_gap_between_the_rules_is_smaller():
    gaps = []
    for activation, width in (("tanh", 6), ("relu", 12)):
        setting = "xor", activation, width, 1.0
        chain, delta = (np.median(shares_right(*setting, rule, steps=400, starts=50)) for rule in THREE[:2])
        gaps.append(chain - delta)
    assert gaps[0] > 0.3 > 0.2 > gaps[1] > 0


def test_06_with_six_sigmoid_units_and_the_smallest_rate_the_delta_rule_is_ahead_after_400_steps():
    rate = min(HiddenRules.controls["learning_rate"].scale)
    chain, delta = (np.median(shares_right("xor", "sigmoid", 6, rate, r, steps=400, starts=50)) for r in THREE[:2])
    assert delta > chain + 0.03


def test_06_without_hidden_biases_a_frozen_tanh_layer_does_worse_on_xor():
    how = {"steps": 400, "starts": 50}
    with_biases = shares_right("xor", "tanh", 6, 1.0, "frozen", **how)
    without = shares_right("xor", "tanh", 6, 1.0, "frozen", **how, change=lambda W, b: (W, 0 * b))
    assert np.median(without) < np.median(with_biases) - 0.1


def test_06_xor_has_the_same_class_at_x_and_minus_x():
    X = datasets.xor(120).X
    np.testing.assert_array_equal((X[:, 0] > 0) != (X[:, 1] > 0), (-X[:, 0] > 0) != (-X[:, 1] > 0))


def test_06_where_the_delta_rule_ends_hangs_on_the_last_digit():
    def nudged(W, b):
        return W * (1 + 1e-14 * np.random.default_rng(3).normal(size=W.shape)), b

    changed = {}
    for rule in THREE[:2]:
        setting = "xor", "tanh", 6, 1.0, rule
        one, other = (shares_right(*setting, steps=400, starts=50, **how) for how in ({}, {"change": nudged}))
        changed[rule] = (one != other).sum()
    assert changed["chain_rule"] == 0
    assert changed["delta_rule"] > 10


def test_06_the_first_explorer_changes_every_number_of_the_hidden_units_and_none_of_the_output():
    values = {name: control.start for name, control in BackpropStepper.controls.items()} | {"slope": "one"}
    numbers = BackpropStepper().compute(**values)
    assert [place for place in BACKWARD if numbers.changed(place)] == [p for p in BACKWARD if p[0] == 0]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_06_around_a_square_the_chain_rule_climbs_nothing_and_the_delta_rule_does(activation):
    for w, v, side in ((1.2, 1.4, 1.6), (1.0, 0.3, 0.4), (2.0, 1.0, 1.0)):
        _, climbed = walk_around(activation, w, v, side)
        assert abs(climbed["chain_rule"][-1]) < 1e-9
        assert abs(climbed["delta_rule"][-1]) > 1e-4


def test_06_around_a_square_the_identity_climbs_nothing_by_either_rule():
    _, climbed = walk_around("identity", 1.2, 1.4, 1.6)
    assert max(abs(climbed[rule][-1]) for rule in ("chain_rule", "delta_rule")) < 1e-9


def test_06_the_delta_rules_sum_changes_its_sign_on_the_way():
    sums = [walk_around("tanh", 1.2, v, 1.6)[1]["delta_rule"][-1] for v in (0.6, 0.7)]
    assert sums[0] < 0 < sums[1]


def test_06_at_step_50_the_whole_step_goes_uphill_from_some_starts_on_xor():
    data, layers = hidden_layers_trained("xor", "tanh", 6, 1.0, "delta_rule", steps=50, starts=50)
    trace = gdlab.forward(layers, data.X)
    delta, chain = (gdlab.backward(layers, trace, data.y, "binary_cross_entropy", rule) for rule in THREE[:2])
    assert 0.1 < (gdlab.agreement(delta, chain) < 0).mean() < 0.7


def test_06_with_six_sigmoid_units_and_the_smallest_rate_nobody_has_solved_xor_after_400_steps():
    rate = min(HiddenRules.controls["learning_rate"].scale)
    for rule in THREE:
        assert (shares_right("xor", "sigmoid", 6, rate, rule, steps=400, starts=50) < 0.95).all()


def test_06_the_delta_rules_sum_shrinks_with_the_area_of_the_square():
    sums = [walk_around("tanh", 1.2, 1.4, side)[1]["delta_rule"][-1] for side in (0.2, 0.1)]
    assert sums[0] / sums[1] == pytest.approx(4, rel=0.02)
    assert sums[1] > 0


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
def test_06_the_difference_of_the_cross_slopes_vanishes_with_1_minus_the_slope(activation):
    f = gdlab.ACTIVATIONS[activation]
    for w, v, x, y in np.random.default_rng(0).normal(size=(5, 4)):
        layers = [gdlab.Layer([[w]], [[0.0]], activation), gdlab.Layer([[v]], [[0.0]])]
        field = gdlab.update_field(layers, [[x]], [[y]], rule="delta_rule")
        A = gdlab.numerical_gradient(field, gdlab.to_vector(layers))  # parameters w, b, v, c
        a, slope = f(np.float64(w * x)), f.f_prime(np.float64(w * x))
        assert A[2, 0] - A[0, 2] == pytest.approx((1 - slope) * x * (2 * v * a - y), abs=1e-8)
