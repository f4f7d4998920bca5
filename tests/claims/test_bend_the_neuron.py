"""What notebook 03 says and does not compute itself."""

import re
from pathlib import Path

import numpy as np
import pytest

import gdlab
from gdlab.lessons.bend_the_neuron import neuron, one_weight
from gdlab.lessons.catalogue import EXERCISES
from gdlab.losses import LOSSES

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
        identity.of_z(gdlab.ACTIVATIONS["identity"], z, y), ((z - y) ** 2 / 2 - y**2 / 2)[:, 0], atol=1e-12
    )
    y_hat = 1 / (1 + np.exp(-z))
    cross_entropy = -target * np.log(y_hat) - (1 - target) * np.log(1 - y_hat)
    np.testing.assert_allclose(sigmoid.of_z(gdlab.ACTIVATIONS["sigmoid"], z, target), cross_entropy[:, 0], rtol=1e-12)
    np.testing.assert_allclose(
        EXERCISES["tanh-matching-loss"].solution(z, target)[:, 0],
        gdlab.matching_loss("tanh").of_z(gdlab.ACTIVATIONS["tanh"], z, target),
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


def neuron_end(data, activation, rule, learning_rate=1.0, steps=8000):
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
        np.testing.assert_allclose(ends[own], neuron.hill(data, activation, own).lowest[0], atol=2e-3)
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
        assert np.linalg.norm(walk_.theta[-1] - neuron.hill("flipped", "sigmoid", rule).lowest[0]) < 0.25
        assert (
            np.diff(neuron.height(rule, "sigmoid", d, walk_.theta)) <= 1e-15
        ).all()  # each goes downhill on its own hill
    stars = [neuron.hill("flipped", "sigmoid", rule).lowest[0] for rule in neuron.TWO_RULES]
    assert np.linalg.norm(stars[0] - stars[1]) > 1
    far = neuron.run("flipped", "sigmoid", (-6.0, 3.0), 1.0, "chain_rule")
    assert neuron.height("delta_rule", "sigmoid", d, far.theta[-1]) > 1
    assert walks["delta_rule"].loss[40] < 0.075
    away = neuron.run("flipped", "sigmoid", (-4.5, 4.0), 1.0, "chain_rule")  # "or leaves the map"
    assert (away.theta[1:, 1] > neuron.WIDEST[1]).all()


def test_03_what_the_questions_on_the_single_arrows_lead_to():
    f, x = gdlab.ACTIVATIONS, neuron.samples("flipped", "sigmoid").x
    slopes = f["sigmoid"].f_prime(-4.5 * x - 1)
    assert slopes.max() > 0.2
    assert slopes.min() < 0.001
    assert np.ptp(f["sigmoid"].f_prime(0 * x - 1)) == 0
    one, other = (
        neuron.arrows(neuron.samples("flipped", "sigmoid"), "sigmoid", r, np.array([0.0, -1.0]))
        for r in neuron.TWO_RULES
    )
    assert gdlab.agreement(one.sum(axis=0), other.sum(axis=0)) == pytest.approx(1)
    for activation, seen in (("identity", {1}), ("relu", {0, 1}), ("sine", {-1, 1})):  # same, none, opposite arrows
        assert set(np.sign(f[activation].f_prime(-4.5 * x - 1))) == seen


def test_03_as_the_explorer_of_single_arrows_opens_the_sums_are_56_degrees_apart():
    explorer = gdlab.UpdateArrows()
    values, flipped = explorer.values, neuron.samples("flipped", "sigmoid")
    assert (values["data"], values["activation"]) == ("flipped", "sigmoid")
    place = np.array([values["w"], values["b"]])
    sums = (neuron.arrows(flipped, "sigmoid", rule, place).sum(axis=0) for rule in neuron.TWO_RULES)
    assert f"{np.degrees(np.arccos(gdlab.agreement(*sums))):.0f}" == "56"


def test_03_both_rules_put_the_border_between_the_penguins_at_the_same_mass():
    birds = gdlab.datasets.penguins("body_mass_g", "species", ("Adelie", "Gentoo"))
    x = (birds.X - 4200) / 500
    for rule in neuron.TWO_RULES:
        start = [gdlab.Layer([[0.0]], [[0.0]], "sigmoid")]
        w, b = gdlab.train(start, x, birds.y, rule=rule, learning_rate=3, steps=4000).theta[-1]
        assert f"{(4200 - 500 * b / w) / 1000:.2f}" == "4.41"
        assert f"{100 * np.mean((w * x + b > 0) == (birds.y == 1)):.1f}" == "90.9"


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


def test_03_with_one_weight_the_chain_rule_finds_the_lower_valley_from_minus_a_half_on_and_the_delta_rule_always():
    starts = one_weight.OneWeight.controls["start"].positions
    ends = {rule: np.array([one_weight.way_down(rule, w)[-1] for w in starts]) for rule in neuron.TWO_RULES}
    np.testing.assert_allclose(ends["delta_rule"], 0.013, atol=0.002)
    found = ends["chain_rule"] > -0.5
    np.testing.assert_array_equal(found, np.array(starts) > -0.5 - 1e-9)


def test_03_a_sigmoid_neuron_that_is_badly_wrong_costs_half_at_most_and_without_limit():
    sigmoid = gdlab.ACTIVATIONS["sigmoid"]
    z = np.array([[0.0], [10.0], [1000.0]])
    assert (LOSSES["squared_error"].of_z(sigmoid, z, 0 * z) <= 0.5).all()
    assert gdlab.matching_loss("sigmoid").of_z(sigmoid, z, 0 * z)[-1] == pytest.approx(1000)


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


def fits_of(activation, w, b):
    """All (w, b) that fit the same curve, up to turns of 2π, which change nothing here."""
    return {"sine": [(w, b), (-w, np.pi - b)], "gaussian": [(w, b), (-w, -b)]}.get(activation, [(w, b)])


def bends_of_the_matching_loss(activation, x, w, b):
    """Eigenvalues of the second derivatives of the mean of F(z) − y z: the mean of f′(z) (x, 1)(x, 1)ᵀ."""
    at = np.column_stack([x, np.ones_like(x)])
    return np.linalg.eigvalsh((gdlab.ACTIVATIONS[activation].f_prime(at @ [w, b])[:, None] * at).T @ at / len(x))


def test_03_the_second_derivatives_of_the_matching_loss_are_measured_too():
    x = np.linspace(-2, 2, 40)
    for activation in NON_MONOTONE:
        y, fit = gdlab.ACTIVATIONS[activation](1.5 * x + 0.5), np.array([1.5, 0.5])
        rows = []
        for step in 1e-5 * np.eye(2):
            up, down = (neuron_update(activation, x, y, *at, "delta_rule") for at in (fit + step, fit - step))
            rows.append((up - down) / 2e-5)
        measured = np.array(rows)
        wanted = bends_of_the_matching_loss(activation, x, 1.5, 0.5)
        np.testing.assert_allclose(np.linalg.eigvalsh((measured + measured.T) / 2), wanted, atol=1e-8)


def test_03_why_the_delta_rule_arrives_at_some_fits_and_slides_off_others():
    x = np.linspace(-2, 2, 40)
    for activation in NON_MONOTONE:
        for fit in fits_of(activation, 1.5, 0.5):
            y = gdlab.ACTIVATIONS[activation](1.5 * x + 0.5)
            np.testing.assert_allclose(gdlab.ACTIVATIONS[activation](fit[0] * x + fit[1]), y, atol=1e-12)
            low, high = bends_of_the_matching_loss(activation, x, *fit)
            assert low < -0.1 < 0.1 < high  # a saddle
    for activation in ("sigmoid", "tanh", "relu"):
        assert (bends_of_the_matching_loss(activation, x, 1.5, 0.5) > 0.05).all()
    assert (gdlab.ACTIVATIONS["sine"].f_prime(0.5 * x + 0.3) > 0).all()  # it rises at every sample
    assert (bends_of_the_matching_loss("sine", x, 0.5, 0.3) > 0.05).all()


def test_03_lost_is_not_always_worse():
    x = np.linspace(-2, 2, 40)[:, None]
    chain, delta = (arrivals("sine", rule, x).loss[-1] for rule in neuron.TWO_RULES)
    assert (delta < chain).mean() > 0.5
    assert delta.mean() < 0.5 * chain.mean()


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
    assert len(neuron.hill(data, activation, "delta_rule").lowest) == 0


def test_03_the_gaussian_runs_away_downhill_and_never_finds_the_star():
    d = neuron.samples("exact", "gaussian")
    walk_ = neuron.run("exact", "gaussian", (-4.5, -1.0), 1.0, "delta_rule")
    assert np.abs(walk_.theta[-1]).max() > 100
    assert (np.diff(neuron.height("delta_rule", "gaussian", d, walk_.theta)) < 1e-12).all()
    how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": 600, "record_every": 600}
    errors = gdlab.train(neurons(*STARTS, "gaussian"), d.x[:, None], d.y[:, None], **how).loss[-1]
    assert errors.min() > 0.05  # neither star: at both the error is 0


def test_03_with_the_sine_the_delta_rule_rests_now_and_then_and_not_on_a_fit():
    d = neuron.samples("exact", "sine")
    how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": 3000}
    history = gdlab.train(neurons(*STARTS, "sine"), d.x[:, None], d.y[:, None], **how)
    rests = np.abs(history.theta[-1] - history.theta[-200]).max(axis=-1) < 1e-9
    assert 0.1 < rests.mean() < 0.9
    assert history.loss[-1][rests].min() > 0.01


def test_03_with_the_sine_the_errors_of_the_neuron_at_rest_balance_and_are_not_small():
    d = neuron.samples("exact", "sine")
    chain, delta = (neuron.run("exact", "sine", (-4.5, -1.0), 1.0, rule) for rule in neuron.TWO_RULES)
    np.testing.assert_allclose(delta.theta[30], delta.theta[-1], atol=1e-3)  # at rest where the explorer opens
    w, b = delta.theta[-1]
    assert (round(w, 2), round(b, 2)) == (0.56, 0.01)
    error = d.y - np.sin(w * d.x + b)
    assert max(abs(error.mean()), abs((error * d.x).mean())) < 1e-9
    assert round(np.mean(error**2) / 2, 2) == 0.11
    assert (np.diff(np.sin(w * np.linspace(-2, 2, 50) + b)) > 0).all()  # it rises through the data
    assert (np.abs(error) < 0.1).mean() < 0.25  # and meets few of them
    assert (bends_of_the_matching_loss("sine", d.x, w, b) > 0).all()  # a dimple
    assert round(chain.loss[-1], 2) == 0.40
    np.testing.assert_allclose(chain.theta[-1], chain.theta[-100], atol=1e-6)
    assert (np.diff(neuron.height("delta_rule", "sine", d, delta.theta)) < 1e-12).all()


@pytest.mark.parametrize("activation", NON_MONOTONE)
def test_03_the_delta_rule_never_goes_uphill_on_its_own_hill_at_rate_1(activation):
    for data in ("exact", "noisy", "flipped"):
        d = neuron.samples(data, activation)
        how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": 300}
        theta = gdlab.train(neurons(*STARTS, activation), d.x[:, None], d.y[:, None], **how).theta
        heights = neuron.height("delta_rule", activation, d, theta)
        assert (np.diff(heights, axis=0) < 1e-9).all()


def test_03_a_learning_rate_that_is_too_large_for_a_sigmoid_does_not_blow_up():
    x = np.linspace(-2, 2, 40)[:, None]
    y = gdlab.ACTIVATIONS["sigmoid"](1.5 * x + 0.5)

    def walk(rule, rate):
        start = [gdlab.Layer([[0.0]], [[0.0]], "sigmoid")]
        return gdlab.train(start, x, y, rule=rule, learning_rate=rate, steps=2000)

    for rule in neuron.TWO_RULES:
        hops = walk(rule, 100.0)
        assert np.ptp(hops.loss[-200:]) > 1e-3  # it comes to no rest
        assert np.abs(hops.theta).max() < 1000
        steps = np.abs(np.diff(walk(rule, 1000.0).theta, axis=0)).max()
        assert steps <= 1000 * max(1.0, np.abs(x).mean())  # no error is larger than 1
    thrown = walk("chain_rule", 1000.0)
    assert np.abs(thrown.theta[-1]).max() > 50
    np.testing.assert_allclose(thrown.theta[-1], thrown.theta[-500], rtol=1e-2)  # it hardly moves
    assert thrown.loss[-1] > 0.01


def test_03_a_target_out_of_range_leaves_the_matching_loss_without_a_lowest_value():
    tanh, z = gdlab.ACTIVATIONS["tanh"], np.array([[10.0], [100.0], [1000.0]])
    assert (np.diff(gdlab.matching_loss("tanh").of_z(tanh, z, 0 * z + 2)) < -50).all()


def test_03_targets_out_of_range_can_give_a_mean_with_a_lowest_point():
    d = neuron.samples("flipped", "sigmoid")
    assert set(d.y) == {0.0, 1.0}
    assert len(neuron.hill("flipped", "sigmoid", "delta_rule").lowest) == 1
    z = np.array([[0.0], [10.0], [30.0]])
    one = gdlab.matching_loss("sigmoid").of_z(gdlab.ACTIVATIONS["sigmoid"], z, 0 * z + 1)  # a single one of them
    assert (np.diff(one) < 0).all()


def test_03_classes_that_a_threshold_parts_make_both_hills_fall_on_and_on():
    x, y = np.array([-1.0, -0.5, 0.4, 2.0]), np.array([0.0, 0.0, 1.0, 1.0])
    d = neuron.Samples(x, y, "", "")
    for rule in neuron.TWO_RULES:
        assert (np.diff(neuron.height(rule, "sigmoid", d, np.array([[1.0, 0], [5, 0], [25, 0], [60, 0]]))) < 0).all()


def test_03_with_relu_the_explorer_shows_a_chain_rule_that_is_stuck_and_a_delta_rule_that_gets_out():
    text = next((Path(__file__).parents[2] / "notebooks").glob("03_*.ipynb")).read_text(encoding="utf-8")
    rate = float(re.search(r"choose \*ReLU\* and set \*\*Learning rate\*\* to ([\d.]+):", text)[1])
    chain, delta = (neuron.run("flipped", "relu", (-4.5, -1.0), rate, rule) for rule in neuron.TWO_RULES)
    w, b = chain.theta[-1]
    assert (w * neuron.samples("flipped", "relu").x + b <= 1e-3).all()
    np.testing.assert_allclose(chain.theta[-1], chain.theta[-300], atol=1e-3)
    assert chain.loss[-1] > 3 * delta.loss[-1]
    np.testing.assert_allclose(delta.theta[-1], neuron.hill("flipped", "relu", "delta_rule").lowest[0], atol=1e-3)


def test_03_without_the_half_the_gradient_is_twice_as_large():
    rng = np.random.default_rng(6)
    x, y, (w, b) = rng.normal(size=9), rng.uniform(0, 1, 9), rng.normal(size=2)
    sigmoid = gdlab.ACTIVATIONS["sigmoid"]
    whole = gdlab.numerical_gradient(lambda t: np.mean((sigmoid(t[0] * x + t[1]) - y) ** 2), np.array([w, b]))
    np.testing.assert_allclose(whole, 2 * neuron_update("sigmoid", x, y, w, b, "chain_rule"), rtol=1e-6)


def one_neuron(x, y, start, rule, activation="sigmoid", learning_rate=3.0, steps=2000):
    """Where one neuron ends that begins at start = (w, b)."""
    neuron_ = [gdlab.Layer([[start[0]]], [[start[1]]], activation)]
    how = {"rule": rule, "learning_rate": learning_rate, "steps": steps, "record_every": steps}
    return gdlab.train(neuron_, x[:, None], y[:, None], **how).theta[-1]


def test_03_where_every_input_gets_its_mean_label_both_rules_end_there_though_nothing_is_fitted():
    x = np.array([-1.0] * 4 + [1.0] * 4)
    y = np.array([1, 0, 0, 0, 1, 1, 1, 0], float)  # means ¼ and ¾
    for start in ((0, 0.5), (3, -2)):
        for rule in neuron.TWO_RULES:
            np.testing.assert_allclose(one_neuron(x, y, start, rule), (np.log(3), 0), atol=1e-9)


def test_03_where_no_neuron_gives_every_input_its_mean_label_the_rules_end_at_different_weights():
    x = np.repeat([-1.0, 0.0, 1.0], 4)
    y = np.array([1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0], float)  # means ¼, ¾ and ¾
    chain, delta = (one_neuron(x, y, (0, 0), rule) for rule in neuron.TWO_RULES)
    assert np.abs(chain - delta).max() > 0.01


def lowest_points(w, n, seed, cross_entropy, repetitions=250):
    """Minimise a loss exactly for many samples drawn from σ(w x + ½), by damped Newton; returns the weights found."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1.5, (repetitions, n))
    f = gdlab.ACTIVATIONS["sigmoid"]
    y = (rng.random((repetitions, n)) < f(w * x + 0.5)).astype(float)
    inputs = np.stack([x, np.ones_like(x)], axis=-1)

    def loss(theta):
        z = (inputs @ theta[..., None])[..., 0]
        return (f.F(z) - y * z if cross_entropy else (f(z) - y) ** 2 / 2).mean(axis=1)

    theta, damping = np.tile([0.5, 0.0], (repetitions, 1)), np.full(repetitions, 1e-3)
    for _ in range(14):
        z = (inputs @ theta[..., None])[..., 0]
        slope = f.f_prime(z)
        signal, bend = (f(z) - y, slope) if cross_entropy else ((f(z) - y) * slope, slope**2)
        gradient = (signal[..., None] * inputs).mean(axis=1)
        H = np.swapaxes(inputs * bend[..., None], 1, 2) @ inputs / n
        H += damping[:, None, None] * np.trace(H, axis1=1, axis2=2)[:, None, None] * np.eye(2)
        after = theta - np.linalg.solve(H, gradient[..., None])[..., 0]
        lower = loss(after) <= loss(theta)
        theta = np.where(lower[:, None], after, theta)
        damping = np.where(lower, damping / 4, damping * 8)
    return theta[:, 0]


@pytest.mark.parametrize("seed", [0, 1])
def test_03_with_a_right_model_chance_moves_the_lowest_point_of_squared_error_further(seed):
    cross_entropy, squared = (lowest_points(1.5, 1000, seed, own) for own in (True, False))
    for weights in (cross_entropy, squared):
        assert weights.mean() == pytest.approx(1.5, abs=0.03)
    assert 1.2 < squared.var() / cross_entropy.var() < 1.6


@pytest.mark.parametrize(("w", "ratio"), [(1.5, 1.36), (3.0, 1.64)])
def test_03_in_the_limit_of_many_samples_the_variance_is_larger_by_these_factors(w, ratio):
    x = np.linspace(-12, 12, 20_001)
    weight = np.exp(-(x**2) / (2 * 1.5**2))
    slope = gdlab.ACTIVATIONS["sigmoid"].f_prime(w * x + 0.5)
    inputs = np.stack([x, np.ones_like(x)], axis=1)

    def mean(power):
        return (inputs * (weight / weight.sum() * slope**power)[:, None]).T @ inputs

    squared = np.linalg.inv(mean(2)) @ mean(3) @ np.linalg.inv(mean(2))
    assert squared[0, 0] / np.linalg.inv(mean(1))[0, 0] == pytest.approx(ratio, abs=0.01)


def test_03_the_delta_rule_wakes_a_dead_hidden_unit_and_the_chain_rule_does_not():
    x = np.linspace(-2, 2, 40)[:, None]
    start = [gdlab.Layer([[1.0]], [[-3.0]], "relu"), gdlab.Layer([[1.0]], [[0.0]])]
    ends = {}
    for rule in neuron.TWO_RULES:
        run = gdlab.train(start, x, np.maximum(x, 0), rule=rule, learning_rate=0.05, steps=3000, record_every=3000)
        ends[rule] = run.loss[-1], (gdlab.forward(run.layers(), x).z[0] > 0).sum()
    assert ends["chain_rule"] == (pytest.approx(0.219, abs=1e-3), 0)
    assert ends["delta_rule"] == (pytest.approx(0.0088, abs=1e-4), 16)


@pytest.mark.parametrize("seeds", [range(25), range(1000, 1025)])
def test_03_with_four_dead_hidden_units_it_wakes_some_from_every_start_but_its_loss_also_rises(seeds):
    x = np.linspace(-2, 2, 40)[:, None]
    W1, b1, W2 = [], [], []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        W1.append(rng.normal(size=(1, 4)))
        b1.append(-2 * np.abs(W1[-1]) - rng.uniform(0.1, 1, (1, 4)))
        W2.append(rng.normal(size=(4, 1)))
    start = [gdlab.Layer(W1, b1, "relu"), gdlab.Layer(W2, np.zeros((len(W2), 1, 1)))]
    assert (gdlab.forward(start, x).z[0] < 0).all()
    runs = [gdlab.train(start, x, np.maximum(x, 0), rule=r, learning_rate=0.05, steps=3000) for r in neuron.TWO_RULES]
    chain, delta = runs
    assert not (gdlab.forward(chain.layers(), x).z[0] > 0).any()
    assert (gdlab.forward(delta.layers(), x).z[0] > 0).any(axis=(1, 2)).all()
    assert (delta.loss[-1] < chain.loss[-1] / 2).all()
    assert (np.diff(delta.loss, axis=0) > 1e-9).any(axis=0).mean() > 0.6


def test_03_the_matching_loss_of_the_papers_is_ours_less_a_term_without_z():
    f, z, y = gdlab.ACTIVATIONS["tanh"], np.linspace(-3, 3, 31), 0.4
    zero = np.arctanh(y)
    areas = []
    for end in z:
        t = np.linspace(zero, end, 2001)
        heights = f(t) - y
        areas.append(((heights[1:] + heights[:-1]) / 2 * np.diff(t)).sum())
    np.testing.assert_allclose(areas, f.F(z) - y * z - (f.F(zero) - y * zero), atol=1e-5)
    assert min(areas) > -1e-12


def test_03_at_the_edge_of_the_range_a_matching_loss_may_fall_for_ever():
    z = np.array([10.0, 1e3, 1e6])
    np.testing.assert_allclose(np.log1p(z), [2.4, 6.9, 13.8], atol=0.05)  # softsign at y = 1: F(z) − z = −log(1 + z)
    sigmoid = gdlab.ACTIVATIONS["sigmoid"]
    assert (sigmoid.F(z) - z >= 0).all()


def test_03_with_a_learning_rate_of_three_both_walks_of_the_first_picture_end_at_their_stars():
    d = neuron.samples("flipped", "sigmoid")
    for rule in neuron.TWO_RULES:
        walk_ = neuron.run("flipped", "sigmoid", (-4.5, -1.0), 3.0, rule)
        assert np.linalg.norm(walk_.theta[-1] - neuron.hill("flipped", "sigmoid", rule).lowest[0]) < 0.05
        assert (np.diff(neuron.height(rule, "sigmoid", d, walk_.theta)) <= 1e-15).all()


def test_03_if_a_neuron_can_get_every_mean_right_each_step_of_the_delta_rule_brings_it_nearer():
    """The theorem behind GLM-tron: the distance shrinks by at least (8 α − α² R²) × mean squared error."""
    x = np.linspace(-2, 2, 40)
    mean = gdlab.ACTIVATIONS["sigmoid"](neuron.TRUTH[0] * x + neuron.TRUTH[1])
    starts = neurons(*STARTS, "sigmoid")
    worst, above = {}, {}
    for rule in neuron.TWO_RULES:
        run = gdlab.train(starts, x[:, None], mean[:, None], rule=rule, learning_rate=1.0, steps=1000)
        error = 2 * run.loss
        distance = ((run.theta - neuron.TRUTH) ** 2).sum(axis=-1)
        if rule == "delta_rule":
            assert (distance[:-1] - distance[1:] >= 3 * error[:-1] - 1e-12).all()
        worst[rule] = [error[:steps].min(axis=0).max() for steps in (10, 100, 1000)]
        above[rule] = [(error[:steps].min(axis=0) > distance[0] / (3 * steps)).sum() for steps in (100, 1000)]
    assert above["delta_rule"] == [0, 0]
    assert worst["delta_rule"][1] < 1e-6
    assert above["chain_rule"] == [34, 16]
    assert worst["chain_rule"][2] > 0.4


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_03_for_tanh_and_relu_the_promise_holds_below_two_fifths(activation):
    x, alpha = np.linspace(-2, 2, 40), 0.39
    promised = 2 * alpha - alpha**2 * (x**2 + 1).max()
    assert promised > 0 > 2 * 0.41 - 0.41**2 * (x**2 + 1).max()
    mean = gdlab.ACTIVATIONS[activation](neuron.TRUTH[0] * x + neuron.TRUTH[1])[:, None]
    how = {"rule": "delta_rule", "learning_rate": alpha, "steps": 300}
    run = gdlab.train(neurons(*STARTS, activation), x[:, None], mean, **how)
    distance = ((run.theta - neuron.TRUTH) ** 2).sum(axis=-1)
    assert (distance[:-1] - distance[1:] >= promised * 2 * run.loss[:-1] - 1e-12).all()


def test_03_squared_error_has_no_other_place_of_rest_where_a_neuron_gets_every_mean_right_and_f_rises():
    x = np.linspace(-2, 2, 40)
    mean = gdlab.ACTIVATIONS["sigmoid"](neuron.TRUTH[0] * x + neuron.TRUTH[1])
    theta = np.random.default_rng(0).normal(0, 6, (300, 2))
    gradients = np.array([neuron_update("sigmoid", x, mean, *one, "chain_rule") for one in theta])
    assert ((gradients * (theta - neuron.TRUTH)).sum(axis=1) > 0).all()


@pytest.mark.parametrize("seed", [0, 10])
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_03_with_noisy_labels_the_delta_rule_finds_a_small_squared_error_from_everywhere(activation, seed):
    rng = np.random.default_rng(seed)
    f, x = gdlab.ACTIVATIONS[activation], rng.uniform(-2, 2, 200)
    mean = f(neuron.TRUTH[0] * x + neuron.TRUTH[1])
    y = (rng.random(200) < mean) * 1.0 if activation == "sigmoid" else mean + rng.normal(0, 0.3, 200)
    small = {}
    for rule in neuron.TWO_RULES:
        how = {"rule": rule, "learning_rate": 0.5, "steps": 600, "record_every": 600}
        run = gdlab.train(neurons(*STARTS, activation), x[:, None], y[:, None], **how)
        y_hat = gdlab.forward(run.layers(), x[:, None]).y_hat[..., 0]
        small[rule] = (((y_hat - mean) ** 2).mean(axis=1) < 0.01).sum()
    assert small["delta_rule"] == 96
    assert small["chain_rule"] <= 85


def test_03_six_lines_of_numpy_show_that_the_delta_rule_goes_down_the_matching_loss():
    x, y = np.array([-1.0, 0.5, 2.0]), np.array([0.2, 0.9, 0.4])
    w, b, h = 0.8, -0.3, 1e-5

    def L(w, b):
        return np.mean(np.log(1 + np.exp(w * x + b)) - y * (w * x + b))

    error = y - 1 / (1 + np.exp(-(w * x + b)))
    rule = np.mean(error * x), np.mean(error)
    downhill = (L(w - h, b) - L(w + h, b)) / (2 * h), (L(w, b - h) - L(w, b + h)) / (2 * h)
    np.testing.assert_allclose(rule, downhill, atol=1e-9)
    np.testing.assert_allclose(rule, (-0.17814, -0.020185), atol=1e-6)


def test_03_from_minus_eight_the_chain_rule_hardly_lowers_the_error_and_the_delta_rule_soon():
    x = np.linspace(-2, 2, 40)[:, None]
    y = gdlab.ACTIVATIONS["sigmoid"](1.5 * x + 0.5)
    start = [gdlab.Layer([[-8.0]], [[0.0]], "sigmoid")]
    chain, delta = (gdlab.train(start, x, y, rule=r, learning_rate=1, steps=100).loss for r in neuron.TWO_RULES)
    assert (f"{chain[0]:.3f}", f"{chain[100]:.3f}") == ("0.300", "0.298")
    assert delta[30] < 0.001


def test_03_from_some_starts_the_chain_rule_leaves_the_map_at_the_rate_of_the_first_picture():
    for start in ((-4.5, 4.0), (-6.0, 3.0)):
        away = neuron.run("flipped", "sigmoid", start, 3.0, "chain_rule")
        assert (away.theta[1:, 1] > neuron.WIDEST[1]).mean() > 0.9


def test_03_antiderivatives_of_the_sine_and_the_gaussian_stay_within_limits():
    z = np.linspace(-50, 50, 1001)
    assert np.ptp(gdlab.ACTIVATIONS["sine"].F(z)) <= 2 + 1e-12
    assert 1.25 < np.abs(gdlab.ACTIVATIONS["gaussian"].F(z)).max() < 1.26
