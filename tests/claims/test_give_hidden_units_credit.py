"""What notebook 06 says and does not compute itself."""

import itertools
from functools import cache

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.lessons.give_hidden_units_credit.backprop_pass import BACKWARD
from gdlab.lessons.give_hidden_units_credit.backprop_stepper import BackpropStepper
from gdlab.lessons.give_hidden_units_credit.closed_loop import walk as walk_around
from gdlab.lessons.give_hidden_units_credit.hidden_rules import HiddenRules, random_networks

THREE = ("chain_rule", "delta_rule", "frozen")


FOUND, AGAIN = 0, 100
"""First seeds of two sets of starts: the one in which the claims were found, and another to count them again."""
TWICE = pytest.mark.parametrize("first", [FOUND, AGAIN])


def unchanged(W, b):
    return W, b


@cache
def histories(problem, activation, width, rate, rule, steps, seeds, change=unchanged, record_every=None):
    """Training begun as HiddenRules begins; `change` may alter the hidden layers' start."""
    data = datasets.TOY_SETS[problem](120)
    hidden, output = random_networks(activation, width, seeds)
    start = [hidden.with_parameters(*change(hidden.W, hidden.b)), output]
    how = {"loss": "binary_cross_entropy", "rule": rule, "learning_rate": rate, "steps": steps}
    return data, gdlab.train(start, data.X, data.y, **how, record_every=record_every or max(steps, 1))


def hidden_layers_trained(problem, activation, width, rate, rule, steps=1000, starts=20, first=FOUND, change=unchanged):
    data, history = histories(problem, activation, width, rate, rule, steps, range(first, first + starts), change)
    return data, history.layers()


def shares_right(*setting, **how):
    data, layers = hidden_layers_trained(*setting, **how)
    return ((gdlab.forward(layers, data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))


@cache
def survey():
    """Medians of points right and of the loss, shape (sets of starts, 2, rules), in 24 settings."""
    found = {}
    for problem, activation, width, rate in itertools.product(
        ("xor", "circle"), ("tanh", "sigmoid", "relu"), (4, 16), (0.1, 1.0)
    ):
        both = (*range(FOUND, FOUND + 20), *range(AGAIN, AGAIN + 20))
        medians = []
        for rule in THREE:
            data, history = histories(problem, activation, width, rate, rule, 1000, both)
            right = ((gdlab.forward(history.layers(), data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))
            medians.append([[np.median(part) for part in np.split(of, 2)] for of in (right, history.loss[-1])])
        found[problem, activation, width, rate] = np.transpose(medians, (2, 1, 0))
    return found


def test_06_the_chain_rule_is_first_in_24_settings_by_points_and_by_loss_and_with_other_starts():
    for setting, medians in survey().items():
        for right, loss in medians:
            assert right[0] > max(right[1:]), setting
            assert loss[0] < min(loss[1:]), setting


def test_06_at_rate_1_the_delta_rule_is_last_in_all_twelve_settings_and_in_eleven_with_other_starts():
    last = [
        medians[:, 0, 1] < medians[:, 0].take((0, 2), axis=1).min(axis=1)
        for s, medians in survey().items()
        if s[3] == 1
    ]
    assert np.sum(last, axis=0)[0] == 12
    assert np.sum(last, axis=0)[1] in (10, 11)


def test_06_with_rate_a_tenth_the_delta_rule_is_second_in_some_settings():
    delta, frozen = (np.median(shares_right("xor", "sigmoid", 4, 0.1, rule)) for rule in THREE[1:])
    assert delta > frozen


def cosines_on_the_way(problem, first):
    """Between the delta rule's update of the hidden layer and its gradient: (41 records, 50 starts)."""
    data, history = histories(problem, "tanh", 6, 1.0, "delta_rule", 400, range(first, first + 50), record_every=10)
    layers = gdlab.from_vector(history.theta, history.start)
    trace = gdlab.forward(layers, data.X)
    delta, chain = (
        gdlab.backward(layers, trace, data.y, loss="binary_cross_entropy", rule=rule)[:1] for rule in THREE[1::-1]
    )
    return gdlab.agreement(delta, chain), history


@TWICE
@pytest.mark.parametrize(("problem", "at_first"), [("xor", 50), ("circle", 41)])
def test_06_with_six_tanh_units_the_delta_rule_passes_90_degrees_from_more_than_nine_starts_in_ten(
    problem, at_first, first
):
    cosines, history = cosines_on_the_way(problem, first)
    assert (cosines[0] > 0).all()
    assert np.degrees(np.arccos(np.median(cosines[0]))) == pytest.approx(at_first, abs=2)
    assert (cosines < 0).any(axis=0).mean() > 0.9
    beyond = (cosines < 0).mean(axis=1)
    assert beyond[5] > 2 / 3 > beyond[20]
    assert beyond[5] > 2 * beyond[40]
    assert 3 <= beyond.argmax() <= 8, "most often around step 50"
    assert 70 <= np.median(history.steps[history.loss.argmin(axis=0)]) <= 120, "the loss falls at first, then rises"


@TWICE
def test_06_by_the_delta_rule_the_hidden_weights_do_not_grow_and_by_the_chain_rule_they_do(first):
    growth = {}
    for rule in THREE[:2]:
        _, layers = hidden_layers_trained("xor", "tanh", 6, 1.0, rule, steps=400, starts=50, first=first)
        start = random_networks("tanh", 6, range(first, first + 50))
        last, before = (
            np.sqrt((n[0].W ** 2).sum(axis=(1, 2)) + (n[0].b ** 2).sum(axis=(1, 2))) for n in (layers, start)
        )
        growth[rule] = np.median(last / before)
    assert growth == pytest.approx({"chain_rule": 1.8, "delta_rule": 0.8}, abs=0.1)


@TWICE
@pytest.mark.parametrize(
    ("direction", "length", "solved"),
    [
        ("chain_rule", "chain_rule", (47, 46)),
        ("delta_rule", "delta_rule", (0, 1)),
        ("delta_rule", "chain_rule", (0, 0)),
        ("chain_rule", "delta_rule", (48, 48)),
    ],
)
def test_06_it_is_the_direction_of_the_delta_rules_steps_and_not_their_length(direction, length, solved, first):
    data, loss = datasets.xor(120), gdlab.LOSSES["binary_cross_entropy"]
    layers = random_networks("tanh", 6, range(first, first + 50))
    for _ in range(400):
        trace = gdlab.forward(layers, data.X)
        ways = {r: gdlab.backward(layers, trace, data.y, loss=loss, rule=r) for r in {direction, length, THREE[0]}}
        output = ways[THREE[0]][1]
        lengths = {r: np.linalg.norm(gdlab.gradient_vector(way[:1]), axis=-1)[:, None, None] for r, way in ways.items()}
        stretch = lengths[length] / lengths[direction]
        hidden = ways[direction][0]
        steps = ((stretch * hidden.W, stretch * hidden.b), (output.W, output.b))
        layers = [layer.with_parameters(layer.W - W, layer.b - b) for layer, (W, b) in zip(layers, steps, strict=True)]
    shares = ((gdlab.forward(layers, data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2))
    assert (shares > 0.95).sum() == pytest.approx(solved[first == AGAIN], abs=2)


def solved_xor(width, rule, rate=1.0, steps=400, starts=50, first=FOUND):
    return (shares_right("xor", "tanh", width, rate, rule, steps=steps, starts=starts, first=first) > 0.95).mean()


@TWICE
@pytest.mark.parametrize(
    ("width", "starts", "frozen"), [(6, 50, (0, 0.02)), (16, 50, (0.2, 0.6)), (32, 50, (0.95, 1)), (100, 6, (1, 1))]
)
def test_06_a_wide_hidden_layer_solves_xor_though_it_never_learns_and_the_delta_rule_at_rate_1_spoils_it(
    width, starts, frozen, first
):
    least, most = frozen
    assert least <= solved_xor(width, "frozen", starts=starts, first=first) <= most
    assert solved_xor(width, "chain_rule", starts=starts, first=first) >= 0.9
    assert solved_xor(width, "delta_rule", starts=starts, first=first) <= 0.1


@pytest.mark.parametrize(
    ("width", "solved"), [(6, (47, 0, 0)), (12, (50, 0, 14)), (16, (50, 0, 14)), (32, (50, 0, 50))]
)
def test_06_the_table_counts_the_starts_that_solve_xor(width, solved):
    assert [50 * solved_xor(width, rule) for rule in THREE] == pytest.approx(solved, abs=2)


@TWICE
def test_06_twelve_relus_solve_xor_more_often_than_six_by_the_delta_rule_and_if_frozen(first):
    solved = {
        rule: [
            (shares_right("xor", "relu", width, 1.0, rule, steps=400, starts=50, first=first) > 0.95).sum()
            for width in (6, 12)
        ]
        for rule in THREE[1:]
    }
    if first == FOUND:
        assert solved["delta_rule"] == pytest.approx([1, 6], abs=2)
        assert solved["frozen"] == pytest.approx([2, 20], abs=2)
    for six, twelve in solved.values():
        assert six <= 5 <= twelve - 1


@TWICE
def test_06_with_six_tanh_units_the_delta_rule_wins_from_no_start_and_is_mostly_last(first):
    chain, delta, frozen = (shares_right("xor", "tanh", 6, 1.0, r, steps=400, starts=50, first=first) for r in THREE)
    assert not (delta > chain).any()
    assert (delta < frozen).mean() > 0.8


@TWICE
def test_06_at_a_small_rate_the_delta_rule_solves_xor_with_32_units_from_most_starts_and_with_6_from_none(first):
    assert solved_xor(32, "delta_rule", 0.05, 4000, starts=8, first=first) > 0.5
    assert solved_xor(6, "delta_rule", 0.05, 4000, starts=8, first=first) == 0


@TWICE
def test_06_twice_the_units_help_the_delta_rule_with_relu_and_not_with_tanh(first):
    delta, frozen = (
        {
            (activation, width): np.median(
                shares_right("xor", activation, width, 1.0, rule, steps=400, starts=50, first=first)
            )
            for activation, width in itertools.product(("tanh", "relu"), (6, 12))
        }
        for rule in THREE[1:]
    )
    assert delta == pytest.approx(
        {("tanh", 6): 0.64, ("tanh", 12): 0.63, ("relu", 6): 0.77, ("relu", 12): 0.9}, abs=0.03
    )
    assert all(delta[setting] < frozen[setting] for setting in delta)
    assert frozen["tanh", 12] > frozen["tanh", 6] + 0.05


@TWICE
def test_06_with_six_sigmoid_units_and_the_smallest_rate_the_delta_rule_starts_faster(first):
    rate, seeds = min(HiddenRules.controls["learning_rate"].positions), range(first, first + 50)
    assert rate == 0.02
    (data, chain), (_, delta) = (
        histories("xor", "sigmoid", 6, rate, rule, 400, seeds, record_every=100) for rule in THREE[:2]
    )
    losses = np.array([np.median(history.loss, axis=1) for history in (chain, delta)])
    assert losses[1, 1] < losses[0, 1] - 0.01, "ahead at step 100"
    assert losses[1, 4] > losses[0, 4], "and behind at step 400"
    right = [
        np.median(((gdlab.forward(history.layers(), data.X).y_hat > 0.5) == data.y).mean(axis=(1, 2)))
        for history in (chain, delta)
    ]
    assert right[1] > right[0] + 0.03, "in points it is still ahead then"


def test_06_without_hidden_biases_a_frozen_tanh_layer_does_worse_on_xor():
    how = {"steps": 400, "starts": 50}
    with_biases = shares_right("xor", "tanh", 6, 1.0, "frozen", **how)
    without = shares_right("xor", "tanh", 6, 1.0, "frozen", **how, change=lambda W, b: (W, 0 * b))
    assert np.median(without) < np.median(with_biases) - 0.1


def test_06_xor_has_the_same_class_at_x_and_minus_x():
    X = datasets.xor(120).X
    np.testing.assert_array_equal((X[:, 0] > 0) != (X[:, 1] > 0), (-X[:, 0] > 0) != (-X[:, 1] > 0))


def nudged(W, b):
    return W * (1 + 1e-14 * np.random.default_rng(3).normal(size=W.shape)), b


@TWICE
def test_06_where_the_delta_rule_ends_hangs_on_the_last_digit(first):
    changed = {}
    for rule in THREE[:2]:
        setting = "xor", "tanh", 6, 1.0, rule
        one, other = (
            shares_right(*setting, steps=400, starts=50, first=first, change=change) for change in (unchanged, nudged)
        )
        changed[rule] = (one != other).sum()
    assert changed["chain_rule"] == 0
    assert changed["delta_rule"] > 5


def test_06_the_first_explorer_changes_every_number_of_the_hidden_units_and_none_of_the_output():
    values = {name: control.start for name, control in BackpropStepper.controls.items()} | {"slope": "one"}
    numbers = BackpropStepper().compute(**values)
    assert [place for place in BACKWARD if numbers.differs(place)] == [p for p in BACKWARD if p[0] == 0]


def test_06_in_the_first_explorer_the_error_signal_of_hidden_unit_1_is_minus_its_error_times_its_slope():
    numbers = BackpropStepper().compute(**{name: control.start for name, control in BackpropStepper.controls.items()})
    error = (numbers.y - numbers.trace.y_hat[0, 0]) * numbers.layers[1].W[0, 0]
    slope = 1 - np.tanh(numbers.trace.z[0][0, 0]) ** 2
    signal = numbers.gradients[0].b[0, 0]
    assert [f"{value:.3f}" for value in (error, slope, signal)] == ["-0.484", "0.712", "0.344"]
    assert signal == pytest.approx(-error * slope)


def test_06_from_the_start_in_the_picture_the_angle_passes_90_degrees_at_some_step():
    explorer = HiddenRules()
    first = {name: control.start for name, control in HiddenRules.controls.items()}
    told = [explorer.caption(next(explorer.stages(**first | {"step": step}))[1]) for step in (0, 50)]
    assert ["uphill" in words for words in told] == [False, True]


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


@TWICE
def test_06_at_step_50_the_whole_step_goes_uphill_from_a_fifth_to_a_half_of_the_starts_on_xor(first):
    data, layers = hidden_layers_trained("xor", "tanh", 6, 1.0, "delta_rule", steps=50, starts=50, first=first)
    trace = gdlab.forward(layers, data.X)
    delta, chain = (
        gdlab.backward(layers, trace, data.y, loss="binary_cross_entropy", rule=rule) for rule in THREE[1::-1]
    )
    assert 0.2 <= (gdlab.agreement(delta, chain) < 0).mean() <= 0.5


def test_06_with_six_sigmoid_units_and_the_smallest_rate_nobody_has_solved_xor_after_400_steps():
    rate = min(HiddenRules.controls["learning_rate"].positions)
    for rule in THREE:
        assert (shares_right("xor", "sigmoid", 6, rate, rule, steps=400, starts=50) < 0.95).all()


def test_06_the_delta_rules_sum_shrinks_with_the_area_of_the_square():
    sums = [walk_around("tanh", 1.2, 1.4, side)[1]["delta_rule"][-1] for side in (0.2, 0.1)]
    assert sums[0] / sums[1] == pytest.approx(4, rel=0.02)
    assert sums[1] > 0


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
def test_06_the_difference_of_the_cross_derivatives_vanishes_with_1_minus_the_slope(activation):
    f = gdlab.ACTIVATIONS[activation]
    for w, v, x, y in np.random.default_rng(0).normal(size=(5, 4)):
        layers = [gdlab.Layer([[w]], [[0.0]], activation), gdlab.Layer([[v]], [[0.0]])]
        field = gdlab.update_field(layers, [[x]], [[y]], rule="delta_rule")
        A = gdlab.numerical_gradient(field, gdlab.to_vector(layers))  # parameters w, b, v, c
        a, slope = f(np.float64(w * x)), f.f_prime(np.float64(w * x))
        assert A[2, 0] - A[0, 2] == pytest.approx((1 - slope) * x * (2 * v * a - y), abs=1e-8)


# --- what descent needs ---


def test_06_a_field_that_turns_is_no_gradient_and_goes_downhill_all_the_same():
    def field(p):
        return np.array([p[0] - 0.9 * p[1], p[1] + 0.9 * p[0]])

    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    loop = sum(field((one + other) / 2) @ (other - one) for one, other in itertools.pairwise(corners))  # F is linear
    assert loop == pytest.approx(1.8)
    assert gdlab.asymmetry(field, np.array([2.0, 1.0])) == pytest.approx(0.9)
    p, squares = np.array([2.0, 1.0]), []
    for _ in range(201):
        squares.append(p @ p)
        p = p - 0.1 * field(p)
    assert (np.diff(squares) < 0).all()
    assert np.sqrt(squares[-1]) < 1e-8


@pytest.mark.parametrize("seed", [0, 1])
def test_06_the_gradient_divided_by_its_size_is_less_a_gradient_than_the_delta_rule_and_always_goes_downhill(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=(20, 1))
    layers = gdlab.initialise((2, 3, 1), "tanh", "identity")
    points = rng.normal(size=(200, 13))
    gradient, delta = (gdlab.update_field(layers, X, y, loss="squared_error", rule=rule) for rule in THREE[:2])

    def scaled(theta):
        return gradient(theta) / (0.1 + np.abs(gradient(theta)))

    asymmetry = {f: np.median([gdlab.asymmetry(f, theta) for theta in points[:40]]) for f in (scaled, delta)}
    assert 0.55 < asymmetry[scaled] < 0.75
    assert 0.25 < asymmetry[delta] < 0.45
    for f in (scaled, delta):  # at these points the delta rule, too, goes downhill: asymmetry forbids no descent
        step = np.array([f(theta) for theta in points])
        assert ((step * np.array([gradient(theta) for theta in points])).sum(axis=1) > 0).all()
        before, after = (
            gdlab.mean_loss(gdlab.from_vector(place, layers), X, y) for place in (points, points - 1e-5 * step)
        )
        assert (after < before).all()
