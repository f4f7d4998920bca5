"""TwoHills, UpdateArrows and their numbers, against calculations of their own; OneWeight, too."""

import numpy as np
import pytest

import gdlab
from gdlab.explorers.hands import Handle, Spot
from gdlab.lessons.bend_the_neuron import neuron, one_weight, update_arrows
from gdlab.lessons.bend_the_neuron.neuron import TWO_RULES, WIDEST
from gdlab.lessons.bend_the_neuron.two_hills import TwoHills
from gdlab.lessons.bend_the_neuron.update_arrows import UpdateArrows

ACTIVATIONS = list(TwoHills.controls["activation"].options)
DATA = list(TwoHills.controls["data"].options)
START = {name: control.start for name, control in TwoHills.controls.items()}
PLACE = {name: control.start for name, control in UpdateArrows.controls.items()}


@pytest.fixture(scope="module")
def explorer():
    return TwoHills()


@pytest.fixture(scope="module")
def apart():
    return UpdateArrows()


def by_hand(activation, x, y, w, b):
    """Updates (w, b) of both rules, sample by sample, in plain Python floats."""
    f = gdlab.ACTIVATIONS[activation]
    rows = {rule: [] for rule in TWO_RULES}
    for one, target in zip(x.tolist(), y.tolist(), strict=True):
        z = np.float64(w * one + b)
        error = target - f(z)
        rows["chain_rule"].append([error * f.f_prime(z) * one, error * f.f_prime(z)])
        rows["delta_rule"].append([error * one, error])
    return {rule: np.array(values) for rule, values in rows.items()}


# --- data ---


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_exact_data_are_fitted_by_the_neuron_that_made_them(activation):
    d = neuron.samples("exact", activation)
    for rule in TWO_RULES:
        assert np.abs(neuron.arrows(d, activation, rule, np.array(neuron.TRUTH))).max() < 1e-15


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", DATA)
def test_targets_lie_where_the_neuron_can_come_near(data, activation):
    low, high = gdlab.ACTIVATIONS[activation].range
    y = neuron.samples(data, activation).y
    assert low <= y.min() < y.max() <= high
    if data in ("flipped", "penguins"):
        assert set(y) == ({-1.0, 1.0} if activation in ("tanh", "sine") else {0.0, 1.0})


def test_some_labels_are_flipped():
    noisy, flipped = (neuron.samples(data, "sigmoid") for data in ("noisy", "flipped"))
    np.testing.assert_array_equal(noisy.x, flipped.x)
    assert ((noisy.y > 0.5) != (flipped.y > 0.5)).sum() == len(noisy.x) // 8


def test_penguins_are_all_the_birds_of_two_species():
    birds = gdlab.datasets.penguins("body_mass_g", "species", ("Adelie", "Gentoo"))
    d = neuron.samples("penguins", "tanh")
    np.testing.assert_allclose(4200 + 500 * d.x, birds.X[:, 0])
    np.testing.assert_array_equal(d.y == 1, birds.y[:, 0] == 1)
    x, y, share = d.distinct
    assert len(x) < len(d.x)
    assert np.mean(d.x * d.y) == pytest.approx((share * x * y).sum())


# --- hills ---


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", ["noisy", "penguins"])
def test_heights_are_the_mean_loss_of_the_package(data, activation):
    d = neuron.samples(data, activation)
    losses = {"chain_rule": "squared_error", "delta_rule": gdlab.matching_loss(activation)}
    for w, b in ((-3.0, 1.0), (0.5, -2.5)):
        layers = [gdlab.Layer([[w]], [[b]], activation)]
        for rule, loss in losses.items():
            wanted = gdlab.mean_loss(layers, d.x[:, None], d.y[:, None], loss=loss)
            assert neuron.height(rule, activation, d, np.array([w, b])) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", DATA)
def test_a_star_is_lower_than_all_the_map_and_flat(data, activation):
    d = neuron.samples(data, activation)
    for rule in TWO_RULES:
        hill = neuron.hill(data, activation, rule)
        if not len(hill.lowest):
            assert rule == "delta_rule"
            assert not gdlab.ACTIVATIONS[activation].non_decreasing
            continue
        assert (np.abs(hill.lowest) <= WIDEST).all()
        for star in hill.lowest:
            assert neuron.height(rule, activation, d, star) <= hill.heights.min() + 1e-8
            slope = by_hand(activation, d.x, d.y, *star)[rule].mean(axis=0)
            assert np.abs(slope).max() < 1e-4


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_of_several_equal_lowest_points_has_a_star(data, activation):
    """The sine has f(π − z) = f(z) and a period, the Gaussian f(−z) = f(z): equal points come from these alone."""
    stars = neuron.hill(data, activation, "chain_rule").lowest
    w, b = stars[0]
    equal = [(w, b)]
    if activation == "gaussian":
        equal.append((-w, -b))
    if activation == "sine":
        turns = 2 * np.pi * np.arange(-3, 4)
        equal = [(w, b + turn) for turn in turns] + [(-w, np.pi - b + turn) for turn in turns]
    equal = np.array([one for one in equal if (np.abs(one) <= WIDEST).all()])
    assert len(stars) == len(equal)
    assert (np.abs(stars[:, None] - equal).max(axis=-1).min(axis=1) < 1e-3).all()
    assert len(stars) > 1 or activation not in ("sine", "gaussian")


def test_the_map_is_read_with_w_across_and_b_up():
    hill = neuron.hill("flipped", "sigmoid", "chain_rule")
    d = neuron.samples("flipped", "sigmoid")
    at = np.array([neuron.W_TICKS[60], neuron.B_TICKS[7]])
    assert hill.heights[7, 60] == pytest.approx(float(neuron.height("chain_rule", "sigmoid", d, at)), rel=1e-12)


# --- arrows ---


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", ["flipped", "penguins"])
def test_arrows_are_error_times_slope_times_input(data, activation):
    d = neuron.samples(data, activation)
    wanted = by_hand(activation, d.x, d.y, -1.2, 0.7)
    for rule in TWO_RULES:
        given = neuron.arrows(d, activation, rule, np.array([-1.2, 0.7]))
        np.testing.assert_allclose(given, wanted[rule], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "sine"])
def test_a_walk_takes_the_mean_arrow_times_the_learning_rate(activation):
    d = neuron.samples("noisy", activation)
    for rule in TWO_RULES:
        walk = neuron.run("noisy", activation, (-2.0, 1.5), 0.4, rule)
        at = np.array([-2.0, 1.5])
        for step in range(5):
            np.testing.assert_allclose(walk.theta[step], at, rtol=1e-12)
            at = at + 0.4 * by_hand(activation, d.x, d.y, *at)[rule].mean(axis=0)
        f = gdlab.ACTIVATIONS[activation]
        w, b = walk.theta[7]
        assert walk.loss[7] == pytest.approx(np.mean((f(w * d.x + b) - d.y) ** 2) / 2)


def test_the_arrows_on_the_map_point_where_each_rule_would_go(explorer):
    for step in (0, 10):
        explorer.values = START | {"step": step}
        numbers = explorer.compute(**explorer.values)
        for own, panel in explorer._panels.items():
            here = numbers.walkers[own].here
            wanted = by_hand("sigmoid", numbers.data.x, numbers.data.y, *here)
            for rule, patch in panel._updates.items():
                tail, tip = patch._posA_posB
                assert patch.get_visible()
                np.testing.assert_allclose(tail, here)
                assert gdlab.agreement(np.subtract(tip, tail), wanted[rule].mean(axis=0)) == pytest.approx(1)
    explorer.reset()


def test_off_the_map_a_rule_has_no_arrows_and_is_said_to_be_there(explorer):
    for settings, away in (
        ({"activation": "gaussian", "data": "exact", "learning_rate": 1.0, "step": 30}, "delta_rule"),
        ({"start_w": -4.5, "start_b": 4.0, "learning_rate": 1.0, "step": 80}, "chain_rule"),
    ):
        explorer.values = START | settings
        assert not any(patch.get_visible() for patch in explorer._panels[away]._updates.values())
        name = away.replace("_", " ")
        assert explorer.caption(explorer.compute(**explorer.values)).endswith(f"The {name} is off the map.")
    assert "off the map" not in explorer.caption(explorer.compute(**START))
    explorer.reset()


# --- what is said ---


@pytest.mark.parametrize("step", [0, 80, 600])
def test_the_heights_in_the_caption_are_those_of_both_rules_on_both_hills(explorer, step):
    numbers = explorer.compute(**START | {"step": step})
    words = explorer.caption(numbers)
    for hill in TWO_RULES:
        for walker in numbers.walkers.values():
            wanted = neuron.height(hill, "sigmoid", numbers.data, walker.here)
            assert f"{float(wanted):.3g}" in words


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"step": 0}, "After 0 steps both rules are equally high"),
        ({}, "the delta rule is lower on both loss surfaces"),
        ({"step": 600}, "each rule is the lower one on its own loss surface"),
        ({"activation": "identity", "step": 80}, "the two rules are one"),
        ({"activation": "identity", "learning_rate": 10.0, "step": 80}, "grows: the walk diverges"),
        (
            {"activation": "identity", "learning_rate": 10.0, "step": 600},
            "is larger than the computer’s numbers, and grows: the walk diverges.",
        ),
        (
            {"activation": "identity", "data": "exact", "learning_rate": 1.0, "step": 100},
            "the two rules are one, and the surfaces have one shape. After 100 steps the mean ½ squared error is 0.",
        ),
        ({"activation": "gaussian", "step": 80}, "The delta rule walks downhill, but that surface has no bottom"),
        (
            {"activation": "sine", "data": "exact", "learning_rate": 1.0, "step": 80},
            "rests where its surface is level, but that surface has no bottom.",
        ),
    ],
)
def test_the_caption_speaks_to_what_is_seen(explorer, settings, words):
    assert words in explorer.caption(explorer.compute(**START | settings))


def test_the_start_can_be_taken_hold_of_on_both_maps(explorer):
    numbers = explorer.compute(**START | {"start_w": 2.5, "step": 80})
    hands = explorer.hands(numbers)
    assert [type(hand) for hand in hands] == [Handle, Handle]
    assert {hand.axes for hand in hands} == {panel.axes for panel in explorer._panels.values()}
    assert {(hand.at, hand.x, hand.y) for hand in hands} == {((2.5, -1.0), "start_w", "start_b")}


# --- an update taken apart ---


@pytest.mark.parametrize(("w", "b"), [(-4.5, -1.0), (2.0, 0.5)])
def test_the_angle_is_the_one_between_the_mean_arrows(apart, w, b):
    numbers = apart.compute(**PLACE | {"w": w, "b": b})
    one, other = (each.mean(axis=0) for each in by_hand("sigmoid", numbers.data.x, numbers.data.y, w, b).values())
    wanted = np.degrees(abs(np.arctan2(one[0] * other[1] - one[1] * other[0], one @ other)))
    assert numbers.angle == pytest.approx(wanted, abs=1e-6)
    assert f"the sums point {wanted:.0f}° apart" in apart.caption(numbers)


def test_an_update_that_is_0_has_no_angle(apart):
    numbers = apart.compute(**PLACE | {"data": "exact", "w": neuron.TRUTH[0], "b": neuron.TRUTH[1]})
    assert np.isnan(numbers.angle)
    assert "as good as 0" in apart.caption(numbers)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "At sample 18 the slope f′(z) is 0.25: the chain rule keeps 25% of its arrow"),
        ({"activation": "identity"}, "is the same by both rules"),
        ({}, "Shares differ: the sums point 56° apart."),
        ({"w": 0.0}, "keeps 20% of its arrow. The share is the same at every sample: the sums point 0° apart."),
    ],
)
def test_the_caption_says_what_the_chain_rule_keeps(apart, settings, words):
    numbers = apart.compute(**PLACE | settings)
    assert words in apart.caption(numbers)


def test_the_caption_counts_the_samples_whose_slope_is_negative_or_0(apart):
    for activation, counted, said in (
        ("sine", lambda z: np.cos(z) < 0, "turns its arrow round"),
        ("relu", lambda z: z <= 0, "has no arrow of it"),
    ):
        numbers = apart.compute(**PLACE | {"activation": activation})
        z = PLACE["w"] * numbers.data.x + PLACE["b"]
        chosen = int(np.flatnonzero(counted(z))[0]) + 1
        numbers = apart.compute(**PLACE | {"activation": activation, "sample": chosen})
        assert f"the chain rule {said}, as at {counted(z).sum()} of 40 samples" in apart.caption(numbers)


def test_the_product_that_is_written_is_that_of_the_sample(apart):
    apart.values = PLACE | {"sample": 35}
    d = neuron.samples("flipped", "sigmoid")
    arrows = by_hand("sigmoid", d.x, d.y, PLACE["w"], PLACE["b"])
    for rule, cells in apart._cells.items():
        words = [cell.get_text().replace("−", "-") for cell in cells]
        error, slope, x, change = (float(word.strip("×=≈ ")) for word in words)
        assert error == pytest.approx(arrows["delta_rule"][34, 1], abs=0.006)
        assert x == pytest.approx(d.x[34], abs=0.006)
        assert change == pytest.approx(arrows[rule][34, 0], abs=0.006)
        assert error * slope * x == pytest.approx(change, abs=0.02)
    apart.reset()


def test_arrows_laid_end_to_end_keep_their_directions_and_end_at_the_sum(apart):
    apart.values = PLACE | {"data": "noisy"}
    numbers = apart.compute(**apart.values)
    for rule in TWO_RULES:
        laid = np.array([segment[1] - segment[0] for segment in apart._walks[rule].get_segments()])
        arrows = numbers.arrows[rule]
        scale = np.hypot(*laid.T).sum() / np.hypot(*arrows.T).sum()
        np.testing.assert_allclose(laid, scale * arrows, atol=1e-9)
        tail, tip = apart._sums[rule]._posA_posB
        np.testing.assert_allclose(np.subtract(tip, tail), laid.sum(axis=0), atol=1e-12)
    apart.reset()


def test_in_the_fan_both_rules_are_drawn_to_one_scale(apart):
    numbers = apart.compute(**PLACE)
    fans = {rule: np.array(apart._fans[rule].get_segments()) for rule in TWO_RULES}
    ways = {rule: fan[:, 1] - fan[:, 0] for rule, fan in fans.items()}
    np.testing.assert_allclose(ways["chain_rule"], numbers.slopes[:, None] * ways["delta_rule"], atol=1e-12)


def test_each_sample_can_be_pointed_at(apart):
    _, *spots = apart.hands(apart.compute(**PLACE))
    assert [spot.sets for spot in spots] == [{"sample": i + 1} for i in range(neuron.SAMPLES)]
    assert all(spot.at_once for spot in spots)
    d = neuron.samples("flipped", "sigmoid")
    np.testing.assert_allclose([spot.at for spot in spots], np.column_stack([d.x, d.y]))


def test_the_curve_is_dragged_by_the_place_where_z_is_0(apart):
    numbers = apart.compute(**PLACE | {"w": 2.0, "b": -1.0})
    handle = apart.hands(numbers)[0]
    assert (handle.at, handle.x, handle.y) == ((0.5, 0.5), "b", "")
    x, y = handle.path.T
    low, high = apart._data.get_xlim()
    np.testing.assert_allclose(x, np.clip(-np.array(apart.controls["b"].positions) / 2, low, high))
    assert (y == 0.5).all()
    assert type(apart.hands(apart.compute(**PLACE | {"w": 0.0}))[0]) is Spot, "a level line is nowhere 0"


def test_points_fitted_to_the_picture_begin_with_the_origin_and_stay_inside():
    points = {"one": np.array([[3.0, -1], [8, 2]]), "other": np.array([[-2.0, 0.5]])}
    fitted = update_arrows._fitted(points)
    every = np.concatenate(list(fitted.values()))
    assert (np.abs(every) <= update_arrows._REACH + 1e-12).all()
    assert np.abs(every / update_arrows._REACH).max() == pytest.approx(1)
    np.testing.assert_allclose(fitted["one"][0], fitted["other"][0])
    np.testing.assert_allclose(
        (fitted["one"][2] - fitted["one"][0]) / (fitted["one"][1] - fitted["one"][0]), [8 / 3, -2]
    )


# --- one weight ---


@pytest.mark.parametrize("rule", TWO_RULES)
def test_one_weight_shows_the_mean_loss_of_two_samples(rule):
    loss = {"chain_rule": "squared_error", "delta_rule": gdlab.matching_loss("sigmoid")}[rule]
    for w in (-3.0, 0.2):
        layers = [gdlab.Layer([[w]], [[0.0]], "sigmoid")]
        wanted = gdlab.mean_loss(layers, [[10.0], [0.7]], [[0.55], [0.25]], loss=loss)
        assert float(one_weight.curve(rule, w)) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("rule", TWO_RULES)
@pytest.mark.parametrize("start", [-4.0, -1.0, -0.55, -0.5, 0.0, 0.013, 1.0])
def test_the_way_down_goes_down_from_the_start_to_a_valley(rule, start):
    way = one_weight.way_down(rule, start)
    assert way[0] == pytest.approx(start, abs=6e-4)
    assert (np.diff(one_weight.curve(rule, way)) < 0).all()
    valley = -1.569 if rule == "chain_rule" and start < -0.531 else 0.013
    assert way[-1] == pytest.approx(valley, abs=2e-3)


def test_one_weight_says_where_both_end():
    explorer = gdlab.OneWeight()
    assert "w = −1.57, with a mean ½ squared error of 0.0756" in explorer.caption(explorer.compute(start=-2.5))
    assert "both balls roll to w = 0.013" in explorer.caption(explorer.compute(start=0.5))
    for hand in explorer.hands(explorer.compute(start=0.5)):
        assert hand.path[explorer.controls["start"].positions.index(0.5)].tolist() == list(hand.at)
    explorer.close()


def test_a_slope_next_to_0_is_not_written_as_0(apart):
    apart.values = {"sample": 40, "b": -4.0}
    slope = apart.compute(**apart.values).slopes[39]
    assert 0 < slope < 5e-4
    assert apart._cells["chain_rule"][1].get_text() == "× ≈ 0"
    apart.reset()
