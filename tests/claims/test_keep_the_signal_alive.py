"""What notebook 08 says and does not compute itself."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import gdlab
from gdlab.activations import LEAK
from gdlab.lessons.keep_the_signal_alive import deep_training
from gdlab.lessons.keep_the_signal_alive.exercises import dead_units, weight_variance
from gdlab.lessons.keep_the_signal_alive.signal_flow import SPREADS, data, flow, mean

X, y = data().X, data().y
CE = "binary_cross_entropy"


def arrives(depth, activation, scheme, starts=20, width=16):
    """Size of the error signal at layer 1 over that at the output, for each start: the notebook's function."""
    sizes = (2, *[width] * depth, 1)
    layers = gdlab.initialise(sizes, activation, "sigmoid", seed=range(starts), scheme=scheme)
    trace = gdlab.forward(layers, X)
    error = at_output = trace.y_hat - y
    for layer, below, z in zip(layers[:0:-1], layers[-2::-1], trace.z[-2::-1], strict=True):
        error = error @ layer.W.swapaxes(1, 2) * below.activation.f_prime(z)
    return np.sqrt((error**2).mean(axis=(1, 2)) / (at_output**2).mean(axis=(1, 2)))


@cache
def trained(activation, weights, depth, learning_rate, rule="chain_rule"):
    """The six starts of DeepTraining after 200 steps: shares right, and how far each layer is at the median."""
    setting = rule, activation, weights, depth, learning_rate
    groups = [deep_training.train_group(n, *setting) for n in range(deep_training.STARTS // deep_training.GROUP)]
    right, moved = (np.concatenate([getattr(g, name)[-1] for g in groups], axis=-1) for name in ("right", "moved"))
    return right, np.median(moved, axis=-1)


def at_length(activation, weights, depth, learning_rate, steps, rule="chain_rule", starts=6):
    """The same starts after any number of steps: the trained layers and the shares right."""
    sizes = (2, *[16] * depth, 1)
    layers = gdlab.initialise(sizes, activation, "sigmoid", seed=range(starts), scheme=weights)
    history = gdlab.train(
        layers, X, y, loss=CE, rule=rule, learning_rate=learning_rate, momentum=0.9, steps=steps, record_every=steps
    )
    end = history.layers()
    return end, ((gdlab.forward(end, X).y_hat > 0.5) == y).mean(axis=(1, 2))


def learned(*setting):
    return (trained(*setting)[0] > 0.9).sum()


# --- the product ---


@pytest.mark.parametrize("spread", [0.25, 1.0, 3.0])
def test_08_sigmoid_errors_are_bounded_by_a_quarter_to_the_depth_times_the_stretch_factors(spread):
    layers = gdlab.initialise((2, *[16] * 10, 1), "sigmoid", "sigmoid", seed=3, scheme=spread)
    bound = 0.25**10 * np.prod([np.linalg.norm(layer.W, 2) for layer in layers[1:]])
    for one in range(0, 80, 8):
        trace = gdlab.forward(layers, X[[one]])
        gradients = gdlab.backward(layers, trace, y[[one]], loss=CE)
        first, last = (
            np.linalg.norm(gradients[index].b) for index in (0, -1)
        )  # one sample: b's gradient is the signal
        assert first <= bound * last
    assert 0.25**10 < 1e-6


def test_08_units_in_a_row_multiply_weights_and_slopes_and_shrink_where_weights_are_below_4():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        row = [
            gdlab.Layer([[w]], [[b]], "sigmoid") for w, b in zip(rng.uniform(-4, 4, 7), rng.normal(size=7), strict=True)
        ]
        trace = gdlab.forward(row, [[1.0]])
        signals = [gradient.b.item() for gradient in gdlab.backward(row, trace, [[1.0]], loss=CE)]
        stages = [row[i + 1].W.item() * row[i].activation.f_prime(trace.z[i]).item() for i in range(6)]
        assert signals[0] == pytest.approx(signals[-1] * np.prod(stages))
        assert (np.abs(signals[:-1]) < np.abs(signals[1:])).all()


def test_08_a_small_difference_is_carried_forward_by_the_same_product():
    layers = gdlab.initialise((2, 5, 5, 5, 1), "sigmoid", "sigmoid", seed=1, scheme=1.0)
    trace = gdlab.forward(layers, X[:1])
    gradients = gdlab.backward(layers, trace, y[:1], loss=CE)

    def z_out(z_1):
        return gdlab.forward(layers[1:], layers[0].activation(z_1)[None]).z[-1][0, 0]

    back = gradients[0].b[0] / gradients[-1].b.item()
    np.testing.assert_allclose(gdlab.numerical_gradient(z_out, trace.z[0][0]), back, rtol=1e-6)


def test_08_an_error_of_about_one_half_loses_all_but_a_millionth_through_ten_sigmoid_layers():
    f = flow(10, "sigmoid", "glorot")
    assert 0.45 < float(mean(f.back["chain_rule"][-1])) < 0.65
    assert (f.back["chain_rule"][0] < 1e-6 * f.back["chain_rule"][-1]).all()
    assert f.shares[5:].sum() == 0, "no slope above 1/4"
    assert 0.5 < float(mean(f.z[-2] / f.z[0])) < 2, "z keeps its size"
    assert (f.differences[-1] < 1e-5 * f.differences[0]).all(), "and the differences vanish"


def test_08_of_five_sizes_one_keeps_the_error_of_ten_sigmoid_layers_alive():
    left = {}
    for weights in SPREADS:
        back = flow(10, "sigmoid", weights).back["chain_rule"]
        left[weights] = float(mean(back[0] / back[-1]))
    assert [weights for weights, share in left.items() if share > 0.01] == ["very_large"]
    assert left["very_large"] < 100


def test_08_with_spread_3_half_arrives_through_ten_sigmoid_layers_by_slopes_of_about_6_hundredths():
    sigmoid = np.median(arrives(10, "sigmoid", 3.0))
    assert 0.35 < sigmoid < 0.75
    assert sigmoid > np.median(arrives(10, "tanh", "glorot"))
    assert np.median(arrives(10, "sigmoid", 30.0)) < 0.002, "saturated: INSTRUCTORS"
    assert 0.055 < flow(10, "sigmoid", "very_large").slopes.mean() < 0.065
    means = [flow(10, "sigmoid", weights).slopes.mean() for weights in SPREADS]
    assert min(means) == means[-1]
    assert flow(10, "sigmoid", "very_large").slopes.mean() < 0.5 * means[-2]
    f = flow(10, "sigmoid", "very_large")
    assert 0.9 < float(mean((f.through_weights * f.through_slopes).ravel())) < 0.95, "a layer: nearly all of it"


def test_08_slopes_of_relu_take_about_the_root_of_one_half_at_each_layer():
    f = flow(20, "relu", "glorot")
    assert f.slopes.mean() == pytest.approx(0.5, abs=0.03)
    assert float(mean(f.through_slopes.ravel())) == pytest.approx(np.sqrt(0.5), abs=0.03)
    assert np.sqrt(0.5) ** 20 == pytest.approx(1 / 1024)


def test_08_a_leak_of_a_hundredth_hardly_changes_what_arrives():
    relu, leaky = (np.median(arrives(20, activation, "he")) for activation in ("relu", "leaky_relu"))
    assert 0.5 < leaky / relu < 2


def test_08_the_last_hidden_layer_has_a_smaller_factor_than_the_others():
    for weights in SPREADS:
        factors = mean(flow(10, "sigmoid", weights).through_weights)
        assert factors[-1] < factors[:-1].min()


def test_08_a_single_sigmoid_keeps_the_error_only_for_inputs_in_a_range_of_at_most_45_hundredths():
    widest = 0.0
    for w in np.linspace(0.5, 60, 2400):
        u = np.linspace(-9, 9, 18001)  # u = w a + b
        kept = w * gdlab.ACTIVATIONS["sigmoid"].f_prime(u) >= 1
        assert kept.any() == (w >= 4)
        widest = max(widest, kept.sum() * 1e-3 / w)
    assert widest == pytest.approx(0.45, abs=0.005)


def test_08_cross_entropy_takes_one_factor_of_about_a_quarter_from_both_ends():
    layers = gdlab.initialise((2, *[16] * 10, 1), "sigmoid", "sigmoid", scheme="glorot")
    trace = gdlab.forward(layers, X)
    squared, crossed = (gdlab.backward(layers, trace, y, loss=loss) for loss in ("squared_error", CE))
    for one, other in zip(squared, crossed, strict=True):
        assert np.linalg.norm(one.W) / np.linalg.norm(other.W) == pytest.approx(0.25, abs=0.02)


# --- first weights ---


@pytest.mark.parametrize("leak", [0.0, LEAK, 1.0])
def test_08_the_variance_of_the_exercise_keeps_the_mean_square_of_z(leak):
    activation = {0.0: "relu", LEAK: "leaky_relu", 1.0: "identity"}[leak]
    spread = np.sqrt(weight_variance(200, leak))
    layers = gdlab.initialise([200] * 12, activation, seed=range(10), scheme=spread)
    trace = gdlab.forward(layers, np.random.default_rng(0).normal(size=(20, 200)))
    sizes = [np.mean(z**2) for z in trace.z]
    assert 0.7 < sizes[-1] / sizes[0] < 1.4
    assert 0.01 < np.median(arrives(20, activation, np.sqrt(weight_variance(16, leak)))) < 1


@pytest.mark.parametrize(("activation", "leak"), [("relu", 0.0), ("leaky_relu", LEAK)])
def test_08_about_a_tenth_arrives_and_the_last_hidden_layer_costs_about_a_factor_of_four(activation, leak):
    assert 0.05 < np.median(arrives(20, activation, np.sqrt(weight_variance(16, leak)))) < 0.2
    for depth in (1, 5, 20):
        f = flow(depth, activation, "he")
        assert 0.17 < float(mean((f.through_weights * f.through_slopes)[-1])) < 0.33


# --- dead units ---


def test_08_more_relus_are_dead_the_deeper_the_layer_and_the_size_of_the_weights_does_not_matter():
    shares = [flow(20, "relu", weights).dead for weights in SPREADS]
    assert shares[0][0] < 0.02
    assert 0.35 < shares[0][-1] < 0.45
    assert shares[0][15:].mean() > shares[0][5:15].mean() > shares[0][:5].mean()
    for other in shares[1:]:
        np.testing.assert_allclose(other, shares[0])


def test_08_samples_become_alike_through_relu_layers():
    f = flow(20, "relu", "he")
    alike = mean(f.differences / f.z)
    assert alike[0] > 0.9
    assert alike[-2] < 0.6


@pytest.mark.parametrize("learning_rate", [0.1, 5.0])
def test_08_a_dead_unit_of_the_first_layer_stays_as_it_is(learning_rate):
    hidden, output = gdlab.initialise((2, 16, 1), "relu", "sigmoid", scheme="he", seed=2)
    b = hidden.b.copy()
    b[0, :3] = -20.0
    start = [hidden.with_parameters(hidden.W, b), output]
    assert dead_units(X, hidden.W, b) >= 3
    history = gdlab.train(start, X, y, loss=CE, learning_rate=learning_rate, steps=100, record_every=100)
    end = history.layers()[0]
    np.testing.assert_array_equal(end.W[:, :3], hidden.W[:, :3])
    np.testing.assert_array_equal(end.b[:, :3], b[:, :3])
    assert not np.array_equal(end.W, hidden.W)


def test_08_about_a_third_of_narrow_deep_relu_networks_are_born_dead():
    layers = gdlab.initialise((2, *[5] * 20, 1), "relu", "sigmoid", seed=range(600), scheme="he")
    trace = gdlab.forward(layers, X)
    dead = np.array([(z <= 0).all(axis=(1, 2)) for z in trace.z[:-1]]).any(axis=0)
    assert 0.28 < dead.mean() < 0.38
    assert np.ptp(trace.y_hat[dead], axis=1).max() == 0, "the same output for every input"
    gradients = gdlab.backward(layers, trace, y, loss=CE)
    assert not gradients[0].W[dead].any()


# --- learning ---


def test_08_no_straight_line_gets_more_than_nine_tenths_of_the_moons():
    best = 0.0
    for angle in np.linspace(0, np.pi, 720):
        along = X @ [np.cos(angle), np.sin(angle)]
        share = ((along[:, None] > along) == (y == 1)).mean(axis=0)
        best = max(best, share.max(), 1 - share.min())
    assert best <= 0.9
    assert deep_training.LEARNED == 0.9


def test_08_ten_sigmoid_layers_stay_at_a_guess_and_their_first_layers_where_they_were():
    right, moved = trained("sigmoid", "glorot", 10, 0.02)
    assert np.median(right) < 0.6
    assert 1e-6 < moved[0] < 1e-5
    assert 0.05 < moved[-1] < 0.2
    right, moved = trained("sigmoid", "glorot", 10, 0.5)
    assert np.median(right) < 0.6, "a larger learning rate does not help"
    assert 5e-5 < moved[0] < 1e-4


def test_08_fewer_sigmoid_layers_get_further():
    shares = [np.median(trained("sigmoid", "glorot", depth, 0.02)[0]) for depth in (10, 5, 3, 1)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.8


@pytest.mark.parametrize("setting", [("tanh", "glorot", 10), ("relu", "he", 10), ("tanh", "glorot", 5)])
def test_08_tanh_and_relu_learn_from_all_six_starts(setting):
    assert learned(*setting, 0.02) == 6


@pytest.mark.parametrize("learning_rate", [0.02, 0.05, 0.1])
def test_08_with_very_large_weights_most_networks_of_ten_sigmoid_layers_learn(learning_rate):
    assert learned("sigmoid", "very_large", 10, learning_rate) >= 4


def test_08_at_twenty_layers_and_rate_a_tenth_none_does():
    assert learned("sigmoid", "very_large", 20, 0.1) == 0


def test_08_identity_gets_as_far_as_a_line_and_all_its_layers_move():
    right, moved = trained("identity", "glorot", 10, 0.02)
    assert (right <= 0.9).all()
    assert np.median(right) > 0.8
    assert moved.min() > 0.01


def test_08_the_title_does_not_change_with_fewer_sigmoid_layers_but_with_a_larger_rate_for_one():
    assert [learned("sigmoid", "glorot", depth, 0.02) for depth in (10, 5, 3, 1)] == [0, 0, 0, 0]
    assert learned("sigmoid", "glorot", 1, 0.5) >= 4


def test_08_after_a_thousand_steps_most_starts_of_three_sigmoid_layers_have_learned_none_of_five_and_ten_guess():
    assert (at_length("sigmoid", "glorot", 3, 0.1, 1000)[1] > 0.9).sum() >= 4
    assert (at_length("sigmoid", "glorot", 5, 0.1, 1000)[1] <= 0.9).all()
    end, _ = at_length("sigmoid", "glorot", 10, 0.1, 1000, starts=3)
    assert np.abs(gdlab.forward(end, X).y_hat - 0.5).max() < 0.01


def test_08_a_tanh_network_is_a_sigmoid_network_with_four_times_the_weights():
    layers = gdlab.initialise((2, *[16] * 10, 1), "tanh", "sigmoid", scheme="glorot")
    same = []
    for place, layer in enumerate(layers):
        W, b = (2 * layer.W, layer.b - layer.W.sum(axis=0)) if place else (layer.W, layer.b)  # of 2σ − 1 below
        last = place == len(layers) - 1
        same.append(gdlab.Layer(W, b, "sigmoid") if last else gdlab.Layer(2 * W, 2 * b, "sigmoid"))  # tanh z: σ(2z)
        np.testing.assert_array_equal(same[-1].W, (2 if last or not place else 4) * layer.W)
    np.testing.assert_allclose(gdlab.forward(same, X).y_hat, gdlab.forward(layers, X).y_hat, rtol=1e-12)


@pytest.mark.parametrize("learning_rate", [0.02, 0.1])
@pytest.mark.parametrize("depth", [5, 10])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_08_the_delta_rule_learns_from_no_start(activation, depth, learning_rate):
    _, moved = trained(activation, "glorot", depth, learning_rate, "delta_rule")
    assert learned(activation, "glorot", depth, learning_rate, "delta_rule") == 0
    assert moved.argmax() == 0
    assert moved[0] > 10


def test_08_through_ten_layers_its_first_layer_moves_a_thousandfold_with_tanh_and_beyond_measure_with_sigmoids():
    assert 1e3 < trained("tanh", "glorot", 10, 0.02, "delta_rule")[1][0] < 1e4
    assert trained("sigmoid", "glorot", 10, 0.02, "delta_rule")[1][0] > 1e50


def test_08_ten_tanh_layers_of_the_delta_rule_end_with_two_outputs_since_the_first_is_saturated():
    end, _ = at_length("tanh", "glorot", 10, 0.02, 200, "delta_rule")
    trace = gdlab.forward(end, X)
    assert (np.abs(np.tanh(trace.z[0])) > 0.99).mean() > 0.999
    assert [len(np.unique(one.round(3))) for one in trace.y_hat] == [2] * 6
    losses = -(y * np.log(trace.y_hat) + (1 - y) * np.log(1 - trace.y_hat)).mean(axis=(1, 2))
    np.testing.assert_allclose(losses, 0.44, atol=0.005)


def test_08_a_rate_forty_times_smaller_and_ten_times_the_steps_do_not_help_five_tanh_layers():
    assert (at_length("tanh", "glorot", 5, 0.02 / 40, 2000, "delta_rule")[1] <= 0.9).all()


@pytest.mark.parametrize("learning_rate", [0.02, 0.1])
def test_08_ten_relu_layers_of_the_delta_rule_overflow(learning_rate):
    setting = "delta_rule", "relu", "he", 10, learning_rate
    assert not np.isfinite(deep_training.train_group(0, *setting).loss[-1]).any()
    assert not np.isfinite(deep_training.train_group(1, *setting).loss[-1]).any()


def test_08_five_relu_layers_learn_from_most_starts_by_the_delta_rule_at_a_small_rate():
    assert (at_length("relu", "he", 5, 0.002, 2000, "delta_rule")[1] > 0.9).sum() >= 4


def test_08_at_ten_sigmoid_layers_the_delta_rule_is_ahead_and_below_a_straight_line():
    delta, chain = (trained("sigmoid", "glorot", 10, 0.02, rule)[0] for rule in ("delta_rule", "chain_rule"))
    assert np.median(chain) < 0.6 < 0.75 < np.median(delta) < 0.88
    assert (delta < 0.9).all()


def test_08_the_delta_rules_error_does_not_vanish_where_the_chain_rules_does():
    back = flow(10, "sigmoid", "glorot").back
    assert (back["delta_rule"][0] > 0.01).all()
    assert (back["chain_rule"][0] < 1e-6).all()


# --- saturated networks, and Fahlman's 0.1 ---

TWICE = pytest.mark.parametrize("first", [0, 100])


@TWICE
@pytest.mark.parametrize(("activation", "depth", "spread"), [("tanh", 10, 30.0), ("sigmoid", 3, 300.0)])
def test_08_with_large_weights_the_error_vanishes_and_samples_far_apart_still_differ(activation, depth, spread, first):
    seeds = range(first, first + 20)
    layers = gdlab.initialise((2, *[16] * depth, 1), activation, "sigmoid", seed=seeds, scheme=spread)
    trace = gdlab.forward(layers, X)
    error = at_output = trace.y_hat - y
    for layer, below, z in zip(layers[:0:-1], layers[-2::-1], trace.z[-2::-1], strict=True):
        error = error @ layer.W.swapaxes(1, 2) * below.activation.f_prime(z)
    assert np.median(np.linalg.norm(error, axis=(1, 2)) / np.linalg.norm(at_output, axis=(1, 2))) < 1e-4
    top = trace.a[-2]
    assert np.median(top.std(axis=1).mean(axis=-1)) > 0.25
    assert np.median([len(np.unique(one.round(3), axis=0)) for one in top]) > 10


A_TENTH_MORE = replace(gdlab.RULES["chain_rule"], factor=lambda activation, z: activation.f_prime(z) + 0.1)


def solved_with(rule, depth, first):
    """How many of twenty networks of sigmoid layers learn in 1,000 steps."""
    layers = gdlab.initialise((2, *[16] * depth, 1), "sigmoid", "sigmoid", seed=range(first, first + 20))
    how = {"learning_rate": 0.1, "momentum": 0.9, "steps": 1000, "record_every": 1000}
    history = gdlab.train(layers, X, y, loss=CE, rule=rule, **how)
    right = ((gdlab.forward(history.layers(), X).y_hat > 0.5) == y).mean(axis=(1, 2))
    return (right > 0.9).sum()


@TWICE
def test_08_through_five_sigmoid_layers_a_tenth_more_slope_learns_where_the_slope_alone_and_the_1_do_not(first):
    assert 3 <= solved_with("chain_rule", 5, first) <= 5
    assert solved_with(A_TENTH_MORE, 5, first) >= 15
    assert solved_with("delta_rule", 5, first) == 0


@pytest.mark.parametrize(("depth", "first"), [(1, 100), (3, 0)])
def test_08_through_one_or_three_sigmoid_layers_a_tenth_more_slope_makes_little_difference(depth, first):
    assert abs(solved_with(A_TENTH_MORE, depth, first) - solved_with("chain_rule", depth, first)) <= 3


@TWICE
def test_08_by_the_delta_rule_hardly_any_of_twenty_starts_of_five_tanh_layers_learns(first):
    layers = gdlab.initialise((2, *[16] * 5, 1), "tanh", "sigmoid", seed=range(first, first + 20))
    trace = gdlab.forward(layers, X)
    signal = at_output = trace.y_hat - y
    for layer in layers[:0:-1]:
        signal = signal @ layer.W.swapaxes(1, 2)  # by the delta rule: no slope in between
    assert 0.25 < np.median(np.linalg.norm(signal, axis=(1, 2)) / np.linalg.norm(at_output, axis=(1, 2)) / 4) < 0.35
    for rule, learn in (("chain_rule", 20), ("delta_rule", first // 100)):
        how = {"learning_rate": 0.02, "momentum": 0.9, "steps": 200, "record_every": 200}
        history = gdlab.train(layers, X, y, loss=CE, rule=rule, **how)
        right = ((gdlab.forward(history.layers(), X).y_hat > 0.5) == y).mean(axis=(1, 2))
        assert (right > 0.9).sum() == learn
