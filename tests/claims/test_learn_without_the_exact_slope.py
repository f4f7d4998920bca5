"""What notebook 09 says and does not compute itself."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.explorers.runs import random_networks
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.learn_without_the_exact_slope import stand_in_runs
from gdlab.lessons.learn_without_the_exact_slope.stand_in_runs import hidden_agreement, stand_in

STAND_INS = ("straight_through", "feedback_alignment", "delta_rule")
PROBLEMS, UNITS, RATES = ("xor", "circle", "moons", "spiral"), ("step", "tanh", "sigmoid", "relu"), (0.3, 1.0)
SETTINGS = list(itertools.product(PROBLEMS, UNITS, RATES))
TWICE = pytest.mark.parametrize("first", [0, 100])
"""First seeds of two sets of starts: the one in which the claims were found, and another to count them again."""


@cache
def data_of(problem):
    return datasets.TOY_SETS[problem](120)


def train(problem, units, rate, rule, starts, first=0):
    """400 steps from the starts of `StandIns`, or from others; a record every 10 steps."""
    data = data_of(problem)
    return gdlab.train(
        random_networks(units, 8, range(first, first + starts)),
        data.X,
        data.y,
        loss="binary_cross_entropy",
        rule=rule,
        learning_rate=rate,
        steps=400,
        record_every=10,
    )


def shares_right(layers, problem):
    data = data_of(problem)
    return ((gdlab.forward(layers, data.X).y_hat > 0.5) == data.y).mean(axis=(-1, -2))


def agreements(history, problem, rule):
    """Of every record and run; an update without a direction agrees with nothing and counts as 0."""
    layers = gdlab.from_vector(history.theta, history.start)
    return np.nan_to_num(hidden_agreement(layers, data_of(problem), rule))


@cache
def run(problem, units, rate, name, starts=10, first=0):
    """The history, the agreements (41, starts), and the shares of points right in the end (starts,)."""
    rule = stand_in(name, units, range(first, first + starts))
    history = train(problem, units, rate, rule, starts, first)
    return history, agreements(history, problem, rule), shares_right(history.layers(), problem)


def correlation(setting, of):
    """Over the runs of a setting, between what `of` makes of the agreements and the points right in the end."""
    runs = [run(*setting, name) for name in STAND_INS]
    values, shares = (
        np.concatenate(parts) for parts in zip(*((of(cos), right) for _, cos, right in runs), strict=True)
    )
    return np.corrcoef(values, shares)[0, 1]


def at_the_start(cosines):
    return cosines[0]


def along_the_way(cosines):
    return cosines.mean(axis=0)


# --- a single unit ---


def perceptron(points, rate=1.0, passes=20):
    unit = gdlab.Layer([[0.0], [0.0]], [[0.0]], "step")
    n = len(points)
    return gdlab.train(
        [unit],
        points.X,
        points.y,
        rule="delta_rule",
        learning_rate=rate,
        steps=passes * n,
        batch_size=1,
        shuffle=False,
        record_every=n,
    )


@pytest.mark.parametrize("seed", range(4))
def test_09_the_perceptron_rule_comes_to_rest_where_a_line_parts_the_classes(seed):
    history = perceptron(datasets.clouds(200, seed=seed), passes=8)
    assert history.loss[-1] == 0
    np.testing.assert_array_equal(history.theta[-1], history.theta[-2])


@pytest.mark.parametrize("points", [datasets.clouds(200, noise=1.0), datasets.xor(200)], ids=["overlapping", "xor"])
def test_09_the_perceptron_rule_changes_its_line_in_every_pass_where_no_line_parts_the_classes(points):
    history = perceptron(points)
    assert (history.loss > 0).all()
    assert (np.abs(np.diff(history.theta, axis=0)).max(axis=-1) > 0).all()


def test_09_the_twentieth_line_is_no_better_than_the_first():
    losses = perceptron(datasets.clouds(200, noise=1.0)).loss[1:]
    assert losses[-1] >= losses[0]


def test_09_from_weights_0_the_learning_rate_only_scales_the_weights():
    points = datasets.clouds(200, noise=1.0)
    one, other = (perceptron(points, rate, passes=3).theta for rate in (1.0, 0.25))
    np.testing.assert_allclose(other, 0.25 * one, rtol=1e-12, atol=1e-12)


def test_09_the_matching_loss_of_a_step_is_the_distance_of_z_from_the_right_side():
    z, y = np.array([[2.0], [-3.0], [2.5], [-0.5]]), np.array([[1.0], [1.0], [0.0], [0.0]])
    loss = gdlab.matching_loss("step").of_z(gdlab.ACTIVATIONS["step"], z, y)
    np.testing.assert_allclose(loss, [0, 3, 2.5, 0])


# --- agreement ---


def test_09_the_angles_at_the_start_are_about_20_60_and_90_degrees():
    cosines = [np.median(run("xor", "step", 0.3, name, 20)[1][0]) for name in STAND_INS]
    angles = dict(zip(STAND_INS, np.degrees(np.arccos(cosines)), strict=True))
    assert angles["straight_through"] == pytest.approx(20, abs=5)
    assert angles["delta_rule"] == pytest.approx(60, abs=5)
    assert angles["feedback_alignment"] == pytest.approx(90, abs=5)


@TWICE
def test_09_in_all_32_settings_the_delta_rule_starts_nearer_than_feedback_alignment_and_in_nearly_all_it_ends_behind(
    first,
):
    behind = 0
    for setting in SETTINGS:
        (_, alignment, shares), (_, delta, delta_shares) = (run(*setting, name, first=first) for name in STAND_INS[1:])
        assert np.median(delta[0]) > 0.5 > 0.4 > abs(np.median(alignment[0]))
        behind += np.median(delta_shares) < np.median(shares)
    assert behind >= 29


@TWICE
def test_09_straight_through_and_feedback_alignment_beat_the_frozen_layers_everywhere_the_delta_rule_in_a_few(first):
    ahead = dict.fromkeys(STAND_INS, 0)
    for setting, name in itertools.product(SETTINGS, STAND_INS):
        shares, frozen = (run(*setting, each, first=first)[2] for each in (name, "frozen"))
        ahead[name] += np.median(shares) > np.median(frozen)
    assert ahead["straight_through"] == ahead["feedback_alignment"] == 32
    assert 4 <= ahead["delta_rule"] <= 8


def test_09_the_delta_rule_mostly_went_uphill_or_jumped_to_and_fro():
    went_wrong = 0
    for problem, units, rate in SETTINGS:
        data, how = data_of(problem), {"loss": "binary_cross_entropy", "learning_rate": rate, "steps": 400}
        history = gdlab.train(random_networks(units, 8, range(10)), data.X, data.y, rule="delta_rule", **how)
        steps = np.diff(history.theta[300:], axis=0)
        uphill = np.median(along_the_way(run(problem, units, rate, "delta_rule")[1])) < 0
        went_wrong += uphill or np.median(gdlab.agreement(steps[1:], steps[:-1])) < -0.5
    assert went_wrong >= 26


def test_09_straight_through_has_learned_most_by_step_100_and_agrees_with_nothing_later():
    history, cosines, _ = run("xor", "step", 0.3, "straight_through", 20)
    start, early, last = (np.median(shares_right(history.layers(record), "xor")) for record in (0, 10, 40))
    assert early - start > 10 * (last - early)
    assert np.median(cosines[0]) > 0.9
    assert abs(np.median(cosines[30:])) < 0.15


def test_09_with_relu_at_rate_1_straight_through_does_well_at_an_agreement_near_0_and_one_chain_rule_run_does_not():
    _, cosines, shares = run("xor", "relu", 1.0, "straight_through", 20)
    assert np.median(along_the_way(cosines)) < 0.15
    frozen = np.median(run("xor", "relu", 1.0, "frozen", 20)[2])
    assert np.median(shares) > frozen + 0.03
    assert (run("xor", "relu", 1.0, "chain_rule", 20)[2] < frozen).sum() == 1


def test_09_among_these_three_stand_ins_the_agreement_at_the_start_does_not_tell_which_learns():
    correlations = [correlation(setting, at_the_start) for setting in SETTINGS]
    assert abs(np.median(correlations)) < 0.1
    assert np.mean(np.array(correlations) < 0) > 0.5


@TWICE
def test_09_of_the_runs_that_agree_along_the_way_nine_in_ten_learn_and_of_those_that_do_not_a_quarter_or_so(first):
    means, ahead = [], []
    for setting, name in itertools.product(SETTINGS, STAND_INS):
        _, cosines, shares = run(*setting, name, first=first)
        means.append(along_the_way(cosines))
        ahead.append(shares > np.median(run(*setting, "frozen", first=first)[2]))
    means, ahead = np.concatenate(means), np.concatenate(ahead)
    assert ahead[means > 0.2].mean() == pytest.approx(0.9, abs=0.04)
    assert 0.2 < ahead[means < 0].mean() < 1 / 3


def test_09_among_runs_by_the_same_rule_it_predicts_little():
    each = []
    for setting, name in itertools.product(SETTINGS, STAND_INS):
        _, cosines, shares = run(*setting, name)
        each.append(np.corrcoef(along_the_way(cosines), shares)[0, 1])
    assert np.median(each) == pytest.approx(0.3, abs=0.06)


def test_09_on_xor_with_steps_the_correlation_is_high_at_rate_03_and_low_at_1_and_the_order_stays():
    for rate, low, high in ((0.3, 0.7, 0.9), (1.0, 0.0, 0.4)):
        assert low < correlation(("xor", "step", rate), along_the_way) < high
        straight, alignment, delta = (np.median(run("xor", "step", rate, name)[2]) for name in STAND_INS)
        assert straight >= alignment > delta


def test_09_with_relu_at_rate_1_the_delta_rule_ends_in_agreement_and_last():
    ends = {name: np.median(run("xor", "relu", 1.0, name, 20)[1][-10:]) for name in STAND_INS}
    assert ends["delta_rule"] == pytest.approx(ends["feedback_alignment"], abs=0.1)
    shares = {name: np.median(run("xor", "relu", 1.0, name, 20)[2]) for name in STAND_INS}
    assert shares["delta_rule"] < min(shares["feedback_alignment"], shares["straight_through"]) - 0.05


def test_09_there_each_step_of_the_delta_rule_takes_back_the_one_before():
    data = data_of("xor")
    start, how = random_networks("relu", 8, range(20)), {"loss": "binary_cross_entropy", "learning_rate": 1.0}
    for name, sign in (("delta_rule", -1), ("feedback_alignment", 1)):
        rule = stand_in(name, "relu", range(20))
        steps = np.diff(gdlab.train(start, data.X, data.y, rule=rule, steps=400, **how).theta[300:], axis=0)
        cosines = np.median(gdlab.agreement(steps[1:], steps[:-1]), axis=0)  # of each start
        assert (sign * cosines > 0.9).mean() >= (0.8 if sign < 0 else 0.5)


@TWICE
def test_09_feedback_alignment_comes_to_agree_in_eight_or_nine_of_ten_runs_of_smooth_units(first):
    grown = {units: [] for units in UNITS}
    for setting in SETTINGS:
        _, cosines, _ = run(*setting, "feedback_alignment", first=first)
        grown[setting[1]].append(cosines[-10:].mean(axis=0) > cosines[0])
    assert 0.75 < np.mean([grown[units] for units in ("tanh", "sigmoid", "relu")]) < 0.92
    assert 0.4 < np.mean(grown["step"]) < 0.65


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_09_the_outputs_weights_turn_towards_the_random_ones(problem, units):
    history, _, _ = run(problem, units, 1.0, "feedback_alignment")
    B = stand_in("feedback_alignment", units, range(10)).carry(np.eye(1), np.zeros((10, 8, 1)), 1)[:, 0]
    first, last = (np.median(gdlab.agreement(history.layers(record)[1].W[..., 0], B)) for record in (0, -1))
    assert abs(first) < 0.2
    assert 0.45 < last < 0.85


@pytest.mark.parametrize("steepness", [2, 8])
def test_09_another_twin_keeps_the_order_at_the_start(steepness, monkeypatch):
    sigmoid = gdlab.ACTIVATIONS["sigmoid"]
    twin = replace(
        stand_in_runs.TWIN,
        f=lambda z: sigmoid.f(steepness * z),
        f_prime=lambda z: steepness * sigmoid.f_prime(steepness * z),
    )
    monkeypatch.setattr(stand_in_runs, "TWIN", twin)
    start = {}
    for name in STAND_INS:
        history, _, _ = run("xor", "step", 0.3, name)
        start[name] = np.median(agreements(history, "xor", stand_in(name, "step", range(10)))[0])
    assert start["straight_through"] > start["delta_rule"] > start["feedback_alignment"]


def test_09_straight_through_is_ahead_of_the_chain_rule_with_sigmoid_units_and_a_small_rate():
    straight, chain = (np.median(run("xor", "sigmoid", 0.1, name)[2]) for name in ("straight_through", "chain_rule"))
    assert straight > chain + 0.05


# --- errors at random ---


@TWICE
def test_09_through_the_ramp_comes_the_gradient_of_neither_network(first):
    """Neither of the steps, whose gradient is 0, nor of a network of ramps, whose outputs leave another error."""
    X, y = data_of("xor").X, data_of("xor").y
    starts = random_networks("step", 8, range(first, first + 20))
    hidden, output = starts

    def back(units):
        z = X @ hidden.W + hidden.b
        y_hat = output.activation.f(units(z) @ output.W + output.b)
        from_above = (y_hat - y) @ output.W.swapaxes(-1, -2)
        return X.T @ EXERCISES["straight-through"].solution(from_above, z) / len(X)

    steps, ramps = back(hidden.activation.f), back(lambda z: np.clip(z, -1, 1))
    gradients = gdlab.backward(starts, gdlab.forward(starts, X), y, loss="binary_cross_entropy")
    assert not gradients[0].W.any()
    apart = np.linalg.norm(steps - ramps, axis=(1, 2)) / np.linalg.norm(ramps, axis=(1, 2))
    assert np.median(apart) > 0.1


def wrong_signs(share, anew, starts=20):
    rng = np.random.default_rng(0)
    always = rng.random((starts, 120, 8)) < share

    def factor(activation, z):
        turned = rng.random(z.shape) < share if anew else always
        return activation.f_prime(z) * np.where(turned, -1, 1)

    return replace(gdlab.RULES["chain_rule"], factor=factor)


def test_09_drawn_anew_the_average_is_a_fifth_of_the_gradient():
    data, layers = data_of("circle"), random_networks("relu", 8, range(20))
    trace = gdlab.forward(layers, data.X)

    def hidden(rule):
        return gdlab.gradient_vector(gdlab.backward(layers, trace, data.y, loss="binary_cross_entropy", rule=rule)[:1])

    gradient, rule = hidden("chain_rule"), wrong_signs(0.4, anew=True)
    average = np.mean([hidden(rule) for _ in range(1000)], axis=0)
    scale = np.linalg.norm(gradient, axis=-1)
    assert (np.linalg.norm(average - 0.2 * gradient, axis=-1) < 0.05 * scale).all()


def relu_runs(rule, rate, problem="circle", first=0):
    """The notebook's twenty networks (from seed 0): agreements (20 records, 20 runs), shares right, losses."""
    start = gdlab.initialise((2, 8, 1), "relu", "sigmoid", seed=range(first, first + 20), scheme=1.0)
    data, how = data_of(problem), {"loss": "binary_cross_entropy", "learning_rate": rate, "steps": 400}
    history = gdlab.train(start, data.X, data.y, rule=rule, record_every=20, **how)
    rule = gdlab.RULES[rule] if isinstance(rule, str) else rule
    cosines = np.array([hidden_agreement(history.layers(record), data, rule) for record in range(20)])
    return cosines, shares_right(history.layers(), problem), history.loss


def test_09_two_fifths_wrong_drawn_anew_are_at_nearly_80_degrees():
    cosines, _, _ = relu_runs(wrong_signs(0.4, anew=True), 0.3)
    assert np.degrees(np.arccos(np.mean(cosines))) == pytest.approx(78.5, abs=3)


def test_09_two_fifths_wrong_begin_alike_and_help_only_if_drawn_anew():
    (anew, learned, _), (same, stuck, _) = (relu_runs(wrong_signs(0.4, anew), 0.3) for anew in (True, False))
    assert np.median(relu_runs(wrong_signs(0.4, False), 0.3, "moons")[1]) > np.median(
        relu_runs("frozen", 0.3, "moons")[1]
    )
    assert (np.median(anew[0]), np.median(same[0])) == pytest.approx((0.6, 0.6), abs=0.05)
    assert abs(same.mean()) < 0.1
    exact, frozen = (np.median(relu_runs(rule, 0.3)[1]) for rule in ("chain_rule", "frozen"))
    assert exact - 0.03 < np.median(learned) < exact
    assert np.median(stuck) == pytest.approx(frozen, abs=0.02)


@TWICE
@pytest.mark.parametrize(("rate", "above", "below"), [(0.3, 0.9, 0.1), (1.0, 0.65, 0.02)])
def test_09_among_updates_that_differ_in_wrong_signs_the_first_step_tells_a_lot(first, rate, above, below):
    bar = np.median(relu_runs("frozen", rate, first=first)[1])
    start, ahead = [], []
    for anew, share in itertools.product((True, False), np.arange(8) / 10):
        cosines, shares, _ = relu_runs(wrong_signs(share, anew), rate, first=first)
        start.append(cosines[0])
        ahead.append(shares > bar)
    assert np.median(start[0]) == pytest.approx(1)
    assert np.median(start[7]) == pytest.approx(-0.8, abs=0.05)
    start, ahead = np.concatenate(start), np.concatenate(ahead)
    assert ahead[start > 0.5].mean() == pytest.approx(above, abs=0.05)
    assert ahead[start < 0].mean() == pytest.approx(below, abs=0.05)


@TWICE
def test_09_five_layers_with_wrong_signs_learn_as_well_with_the_lower_four_frozen(first):
    moons, rng = datasets.moons(80), np.random.default_rng(0)
    start = gdlab.initialise((2, *[16] * 5, 1), "tanh", "sigmoid", seed=range(first, first + 10))
    at_random = replace(
        gdlab.RULES["chain_rule"],
        factor=lambda unit, z: unit.f_prime(z) * np.where(rng.random(z.shape) < 0.4, -1, 1),
    )

    def learned(rule, steps):
        how = {"loss": "binary_cross_entropy", "learning_rate": 0.02, "momentum": 0.9}
        history = gdlab.train(start, moons.X, moons.y, rule=rule, steps=steps, record_every=steps, **how)
        right = (gdlab.forward(history.layers(), moons.X).y_hat > 0.5) == moons.y
        moved = [(layer.W != before.W).any() for layer, before in zip(history.layers(), start, strict=True)]
        return (right.mean(axis=(-1, -2)) > 0.9).sum(), moved

    def top_alone(unit, z):
        nonlocal calls
        calls += 1
        return at_random.factor(unit, z) * (calls % 5 == 1)  # the way back begins at the top

    calls = 0
    assert learned("chain_rule", 600) == (10, [True] * 6)
    assert learned(at_random, 2500)[0] in (8, 9)
    count, moved = learned(replace(at_random, factor=top_alone), 2500)
    assert count in (8, 9, 10)
    assert moved == [False] * 4 + [True] * 2


def test_09_nearly_half_may_be_wrong_anew_and_with_half_the_layer_might_as_well_be_frozen():
    frozen = np.median(relu_runs("frozen", 0.3)[1])
    assert np.median(relu_runs(wrong_signs(0.45, anew=True), 0.3)[1]) > frozen + 0.03
    assert np.median(relu_runs(wrong_signs(0.5, anew=True), 0.3)[1]) == pytest.approx(frozen, abs=0.02)


@TWICE
def test_09_at_rate_1_a_fifth_wrong_all_the_time_agrees_well_and_does_harm(first):
    cosines, shares, loss = relu_runs(wrong_signs(0.2, anew=False), 1.0, first=first)
    assert cosines.mean() == pytest.approx(0.7, abs=0.07)
    assert (loss[-1] > 10 * loss[0]).sum() in range(3, 7)  # which ones hangs on the processor's rounding
    assert np.median(shares) < np.median(relu_runs("frozen", 1.0, first=first)[1]) - 0.03


TABLE = {
    "A": ("xor", "relu", (0.4, True), (0.67, 0.25, 0.11), True),
    "B": ("xor", "relu", (0.4, False), (0.65, 0.23, 0.43), False),
    "C": ("xor", "tanh", "feedback_alignment", (-0.05, 0.39, 0.62), True),
    "D": ("circle", "tanh", "delta_rule", (0.75, -0.30, 0.75), False),
    "E": ("xor", "tanh", (0.6, True), (-0.49, -0.44, -0.42), False),
    "F": ("circle", "tanh", "straight_through", (0.99, 0.65, 0.92), True),
}
"""Each run's problem, units, rule (or share of wrong signs, and whether drawn anew), agreements, whether it learns."""
ABOUT = {"B": 0.05, "D": 0.1}
"""How far the last agreement of two runs goes up and down with the way in which a processor rounds matrix products:
tried with OpenBLAS's kernels for Prescott, Nehalem, Sandy Bridge, Haswell and Skylake."""


@pytest.mark.parametrize("letter", TABLE)
def test_09_the_runs_of_the_table_are_as_it_says(letter):
    problem, units, how, told, learns = TABLE[letter]
    rule = stand_in(how, units, range(20)) if isinstance(how, str) else wrong_signs(*how)
    history = train(problem, units, 1.0, rule, 20)
    cosines = np.array([hidden_agreement(history.layers(record), data_of(problem), rule) for record in range(41)])
    found = [np.median(np.nanmean(part, axis=0)) for part in (cosines[:1], cosines[:11], cosines[30:])]
    assert found[:2] == pytest.approx(told[:2], abs=0.03)
    assert found[2] == pytest.approx(told[2], abs=ABOUT.get(letter, 0.03))
    frozen = np.median(run(problem, units, 1.0, "frozen", 20)[2])
    ahead = np.median(shares_right(history.layers(), problem)) - frozen
    assert ahead > 0.03 if learns else ahead < -0.03
    assert learns == (letter in EXERCISES["who-learns"].true)
    late = (np.median(shares_right(history.layers(record), problem)) for record in range(10, 41))
    assert max(late) < np.median(shares_right(history.layers(10), problem)) + 0.05
