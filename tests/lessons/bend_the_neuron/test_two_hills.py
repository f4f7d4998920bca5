"""TwoHills and its numbers, against calculations of their own; OneWeight, too."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.bend_the_neuron import neuron, one_weight, single_arrows
from gdlab.lessons.bend_the_neuron.neuron import TWO_RULES, WIDEST
from gdlab.lessons.bend_the_neuron.two_hills import TwoHills
from tests.explorers.steering import Stop, overlaps, texts_of

ACTIVATIONS = list(TwoHills.controls["activation"].options)
DATA = list(TwoHills.controls["data"].options)
START = {name: control.start for name, control in TwoHills.controls.items()}


@pytest.fixture(scope="module")
def explorer():
    return TwoHills()


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


def test_the_angle_is_the_one_between_the_mean_arrows(explorer):
    for step in (0, 80, 300):
        numbers = explorer.compute(**START | {"step": step})
        for walker in numbers.walkers.values():
            one, other = by_hand("sigmoid", numbers.data.x, numbers.data.y, *walker.here).values()
            one, other = one.mean(axis=0), other.mean(axis=0)
            if min(np.abs(one).max(), np.abs(other).max()) < neuron.NOTHING:
                assert np.isnan(walker.angle)
                continue
            wanted = np.degrees(abs(np.arctan2(one[0] * other[1] - one[1] * other[0], one @ other)))
            assert walker.angle == pytest.approx(wanted, abs=1e-6)
            assert f"{wanted:.0f}° apart" in explorer.caption(numbers) or walker.rule == "delta_rule"


def test_off_the_map_a_rule_has_no_arrows_and_no_angle_and_is_said_to_be_there(explorer):
    for settings, away in (
        ({"activation": "gaussian", "data": "exact", "step": 30}, "delta_rule"),
        ({"start_w": -4.5, "start_b": 4.0}, "chain_rule"),
    ):
        explorer.values = START | settings
        there = {"chain_rule": "delta_rule", "delta_rule": "chain_rule"}[away]
        gone, shown = explorer._panels[away], explorer._panels[there]
        assert gone._angle.get_text() == ""
        assert not any(patch.get_visible() for patch in gone._updates.values())
        for panel in (gone, shown):
            assert panel._heights[away].get_text().endswith(", off map")
            assert "off" not in panel._heights[there].get_text()
        name = away.replace("_", " ")
        assert explorer.caption(explorer.compute(**explorer.values)).endswith(f"The {name} is off the map.")
        walker = explorer.compute(**explorer.values).walkers[there]
        assert shown._angle.get_text() == ("" if np.isnan(walker.angle) else f"{walker.angle:.0f}° apart")
    explorer.values = START | {"activation": "identity", "learning_rate": 10.0, "step": 600}
    for panel in explorer._panels.values():
        assert [text.get_text() for text in panel._heights.values()] == ["chain rule: off map", "delta rule: off map"]
    assert "off the map" not in explorer.caption(explorer.compute(**START))
    explorer.reset()


def test_the_angle_makes_room_for_a_start_in_its_corner(explorer):
    for w, b, corner in ((5.0, -4.0, "top"), (-4.5, -1.0, "bottom"), (2.4, -4.0, "bottom"), (5.0, -2.2, "bottom")):
        explorer.values = START | {"start_w": w, "start_b": b, "step": 0}
        angle = explorer._panels["chain_rule"]._angle
        assert angle.get_text()
        assert angle.get_va() == corner
    explorer.reset()


def test_the_verdict_on_the_errors_says_nearly_where_it_is_nearly(explorer):
    for settings, verdict in (
        ({"data": "penguins", "step": 600}, "nearly equal"),
        ({"step": 0}, "equal"),
        ({"activation": "identity", "step": 600}, "equal"),
        ({}, "the delta rule is lower"),
        ({"activation": "gaussian", "data": "exact"}, "the chain rule is lower"),
    ):
        explorer.values = START | settings
        assert explorer._verdict.get_text() == f"½ squared error: {verdict}"
    explorer.reset()


def test_an_update_that_is_0_has_no_angle(explorer):
    truth = {"data": "exact", "start_w": neuron.TRUTH[0], "start_b": neuron.TRUTH[1], "step": 0}
    for show in ("hills", "arrows"):
        numbers = explorer.compute(**START | truth | {"show": show})
        assert np.isnan(numbers.walkers["chain_rule"].angle)
        assert "as good as 0" in explorer.caption(numbers)


# --- what is said ---


def test_heights_stand_for_each_rule_on_each_hill(explorer):
    numbers = explorer.compute(**START)
    for hill in TWO_RULES:
        for rule, walker in numbers.walkers.items():
            wanted = neuron.height(hill, "sigmoid", numbers.data, walker.here)
            assert numbers.heights[hill][rule] == pytest.approx(float(wanted))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activation": "identity"}, "by both rules. With the identity"),
        ({"activation": "identity", "learning_rate": 10.0}, "growing: the walk diverges"),
        ({"activation": "gaussian"}, "It walks downhill, but that hill has no bottom"),
        ({"activation": "sine", "data": "exact"}, "It rests where its hill is level, but that hill has no bottom."),
        ({"show": "arrows"}, "it scales each sample’s arrow, and turns none round"),
        ({"show": "arrows", "activation": "identity"}, "the arrows of both rules are the same"),
        ({"show": "arrows", "activation": "relu"}, "which give the chain rule nothing"),
        ({"show": "arrows", "activation": "sine"}, "and turns their arrows round"),
        ({"show": "arrows", "activation": "identity", "data": "penguins", "learning_rate": 10.0}, "has diverged"),
    ],
)
def test_the_caption_speaks_to_what_is_seen(explorer, settings, words):
    assert words in explorer.caption(explorer.compute(**START | settings))


def test_the_caption_counts_the_samples_whose_slope_is_negative(explorer):
    numbers = explorer.compute(**START | {"show": "arrows", "activation": "sine", "step": 0})
    z = START["start_w"] * numbers.data.x + START["start_b"]
    assert f"negative at {(np.cos(z) < 0).sum()} of 40 samples" in explorer.caption(numbers)


def test_arrows_laid_end_to_end_keep_their_directions_and_end_at_the_sum(explorer):
    explorer.values = START | {"show": "arrows", "step": 0, "data": "penguins"}  # which do not come in the order of x
    numbers = explorer.compute(**explorer.values)
    walker = numbers.walkers["chain_rule"]
    for rule in TWO_RULES:
        laid = np.array([segment[1] - segment[0] for segment in explorer._arrows._walks[rule].get_segments()])
        arrows = walker.arrows[rule][np.argsort(numbers.data.x, kind="stable")]
        scale = np.hypot(*laid.T).sum() / np.hypot(*arrows.T).sum()
        np.testing.assert_allclose(laid[1:], scale * arrows[1:], atol=1e-9)
        total = laid.sum(axis=0)
        assert gdlab.agreement(total, walker.sums[rule]) == pytest.approx(1)
    explorer.reset()


def test_points_fitted_to_the_picture_begin_with_the_origin_and_stay_inside():
    points = {"one": np.array([[3.0, -1], [8, 2]]), "other": np.array([[-2.0, 0.5]])}
    fitted = single_arrows._fitted(points)
    every = np.concatenate(list(fitted.values()))
    assert (np.abs(every) <= single_arrows._REACH + 1e-12).all()
    assert np.abs(every / single_arrows._REACH).max() == pytest.approx(1)
    np.testing.assert_allclose(fitted["one"][0], fitted["other"][0])
    np.testing.assert_allclose(
        (fitted["one"][2] - fitted["one"][0]) / (fitted["one"][1] - fitted["one"][0]), [8 / 3, -2]
    )


def test_wherever_the_walk_starts_no_name_touches_another_word(explorer):
    """The tests of all explorers try a few settings; here the start goes all over the map."""
    rng = np.random.default_rng(0)
    named = 0
    with texts_of(explorer) as texts:
        explorer.values = START | {"step": 0}
        texts()
        for _ in range(60):
            start = {"start_w": round(rng.uniform(-6, 6), 1), "start_b": round(rng.uniform(-4, 4), 1)}
            setting = {
                name: str(rng.choice(choices)) for name, choices in (("activation", ACTIVATIONS), ("data", DATA))
            }
            explorer.values = start | setting
            stop = Stop("", explorer.values, b"", "", explorer.error, texts())
            assert overlaps(stop) == []
            named += sum(text in ("chain rule", "delta rule") for text, _ in stop.texts)
    assert named > 60 * 4  # of six: each hill has room for most of the names, and the curves below are always named
    explorer.reset()


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
    assert "w = −1.57 with a mean ½ squared error of 0.0756" in explorer.caption(explorer.compute(start=-2.5))
    assert "both rules end at w = 0.013" in explorer.caption(explorer.compute(start=0.5))
    explorer.close()
