import numpy as np
import pytest

from gdlab import ACTIVATIONS, LOSSES, RULES, feedback_alignment, initialise, matching_loss
from tests import naive

Z = np.random.default_rng(0).normal(0, 1.5, (6, 3))
ELEMENTWISE = [name for name in naive.ACTIVATIONS if name != "softmax"]
USES_THE_LOSS = ["chain_rule", "frozen", "straight_through", "feedback_alignment"]


def test_every_rule_is_named():
    assert list(RULES) == ["chain_rule", "delta_rule", *USES_THE_LOSS[1:]]
    assert {name: rule.name for name, rule in RULES.items()} == {name: name for name in RULES}
    assert repr(RULES["delta_rule"]) == "<rule delta_rule>"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_what_stands_in_the_middle(name):
    f = ACTIVATIONS[name]
    slope = naive.slope(name, Z)
    np.testing.assert_allclose(RULES["chain_rule"].factor(f, Z), slope, rtol=1e-11)
    np.testing.assert_allclose(RULES["feedback_alignment"].factor(f, Z), slope, rtol=1e-11)
    assert RULES["delta_rule"].factor(f, Z) == 1
    assert RULES["frozen"].factor(f, Z) == 0


def test_straight_through_pretends_a_slope_of_one_near_the_step_and_nowhere_else():
    z = np.array([-1.001, -1.0, -0.3, 0.0, 0.3, 1.0, 1.001])
    np.testing.assert_array_equal(RULES["straight_through"].factor(ACTIVATIONS["step"], z), [0, 1, 1, 1, 1, 1, 0])


@pytest.mark.parametrize(("name", "output"), naive.PAIRS)
def test_error_signal_at_the_output(name, output):
    f = ACTIVATIONS[output]
    loss = matching_loss(output) if name == "matching_loss" else LOSSES[name]
    y = np.random.default_rng(1).dirichlet(np.ones(3), 6)
    np.testing.assert_array_equal(RULES["delta_rule"].output_signal(loss, f, Z, y), f.f(Z) - y)
    for rule in USES_THE_LOSS:
        np.testing.assert_array_equal(RULES[rule].output_signal(loss, f, Z, y), loss.signal(f, Z, y))


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.name != "feedback_alignment"], ids=repr)
def test_error_is_carried_through_the_transposed_weights(rule):
    rng = np.random.default_rng(2)
    error, W = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 4, 3))
    came = rule.carry(error, W, 1)
    for r, s, i in np.ndindex(2, 6, 4):
        assert came[r, s, i] == pytest.approx(sum(W[r, i, j] * error[r, s, j] for j in range(3)), rel=1e-12)


def feedback_weights(rule, shape, index):
    """The B of a rule, read off from the errors that single units send back."""
    return rule.carry(np.eye(shape[1]), np.zeros(shape), index).T


def test_feedback_weights_are_fixed_random_and_take_no_notice_of_the_weights():
    rng = np.random.default_rng(3)
    rule, shape = feedback_alignment(7), (50, 60)
    B = feedback_weights(rule, shape, 1)
    error, W = rng.normal(size=(6, 60)), rng.normal(size=shape)
    np.testing.assert_allclose(rule.carry(error, W, 1), error @ B.T, rtol=1e-12)
    np.testing.assert_array_equal(rule.carry(error, W, 1), rule.carry(error, -3 * W, 1))
    np.testing.assert_array_equal(feedback_weights(feedback_alignment(7), shape, 1), B)
    named, unseeded, zero = RULES["feedback_alignment"], feedback_alignment(), feedback_alignment(0)
    np.testing.assert_array_equal(feedback_weights(named, shape, 1), feedback_weights(zero, shape, 1))
    np.testing.assert_array_equal(feedback_weights(unseeded, shape, 1), feedback_weights(zero, shape, 1))
    for other in (feedback_weights(feedback_alignment(8), shape, 1), feedback_weights(rule, shape, 2)):
        assert abs(np.corrcoef(B.ravel(), other.ravel())[0, 1]) < 0.1  # five standard errors


def test_feedback_weights_have_the_spread_that_is_documented():
    d, k = 200, 300
    B = feedback_weights(feedback_alignment(1), (d, k), 1)
    assert B.std() == pytest.approx(np.sqrt(2 / (d + k)), rel=0.02)
    assert abs(B.mean()) < 5 * B.std() / np.sqrt(d * k)


def test_feedback_weights_are_not_the_initial_weights():
    layers = initialise((4, 4, 4), seed=0)
    for layer in layers:
        assert not np.allclose(feedback_weights(RULES["feedback_alignment"], (4, 4), 1), layer.W)


def test_independent_runs_share_their_feedback_weights():
    rng = np.random.default_rng(4)
    rule, error, W = RULES["feedback_alignment"], rng.normal(size=(2, 5, 6, 3)), rng.normal(size=(2, 5, 4, 3))
    came = rule.carry(error, W, 1)
    for run in np.ndindex(2, 5):
        np.testing.assert_allclose(came[run], rule.carry(error[run], W[run], 1), rtol=1e-12)


def test_with_several_seeds_each_run_has_feedback_weights_of_its_own():
    rng = np.random.default_rng(5)
    error, W = rng.normal(size=(4, 3, 6, 3)), rng.normal(size=(4, 3, 5, 3))  # 4 records of 3 runs
    came = feedback_alignment(range(6, 9)).carry(error, W, 1)
    for run, seed in enumerate((6, 7, 8)):
        np.testing.assert_array_equal(came[:, run], feedback_alignment(seed).carry(error, W, 1)[:, run])
    with pytest.raises(ValueError, match="seed is empty"):
        feedback_alignment([])
