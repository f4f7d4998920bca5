"""What notebook 06 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.lessons.give_hidden_units_credit.backprop_pass import BACKWARD
from gdlab.lessons.give_hidden_units_credit.backprop_stepper import BackpropStepper
from gdlab.lessons.give_hidden_units_credit.closed_loop import walk as walk_around
from gdlab.lessons.give_hidden_units_credit.hidden_rules import HiddenRules, random_networks

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
        gdlab.backward(layers, trace, data.y, loss="binary_cross_entropy", rule=rule)[:1]
        for rule in ("delta_rule", "chain_rule")
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
    rate = min(HiddenRules.controls["learning_rate"].positions)
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
    delta, chain = (gdlab.backward(layers, trace, data.y, loss="binary_cross_entropy", rule=rule) for rule in THREE[:2])
    assert 0.1 < (gdlab.agreement(delta, chain) < 0).mean() < 0.7


def test_06_with_six_sigmoid_units_and_the_smallest_rate_nobody_has_solved_xor_after_400_steps():
    rate = min(HiddenRules.controls["learning_rate"].positions)
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
