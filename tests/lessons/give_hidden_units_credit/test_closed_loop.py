import itertools

import numpy as np
import pytest

import gdlab
from gdlab.lessons.give_hidden_units_credit.closed_loop import PER_SIDE, STEPS, ClosedLoop, X, Y, field, walk
from tests.explorers.steering import words

F = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "identity": (lambda z: z, np.ones_like),
}
x, y = X[:, 0], Y[:, 0]


def J(activation, w, v):
    return np.mean((v * F[activation][0](w * x) - y) ** 2) / 2


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule"])
@pytest.mark.parametrize("activation", F)
def test_the_field_is_error_times_slope_times_input(activation, rule):
    f, slope = F[activation]
    for w, v in ((0.4, 1.1), (-0.7, 2.0), (1.9, -0.6)):
        error = v * f(w * x) - y
        between = slope(w * x) if rule == "chain_rule" else 1.0
        wanted = np.mean(error * v * between * x), np.mean(error * f(w * x))
        np.testing.assert_allclose(field(activation, rule, np.array([w, v])), wanted, rtol=1e-9)


@pytest.mark.parametrize("activation", F)
def test_the_chain_rules_climb_is_the_height_above_the_start(activation):
    path, climbed = walk(activation, 1.3, 0.7, 1.1)
    heights = np.array([J(activation, w, v) for w, v in path])
    np.testing.assert_allclose(climbed["chain_rule"], heights - heights[0], atol=1e-9)


@pytest.mark.parametrize("activation", F)
def test_the_delta_rules_sum_is_what_many_small_steps_add_up(activation):
    path, climbed = walk(activation, 1.3, 0.7, 1.1)
    share = (np.arange(400)[:, None] + 0.5) / 400
    corners = path[::PER_SIDE]
    total = 0.0
    for a, b in itertools.pairwise(corners):
        total += (field(activation, "delta_rule", a + share * (b - a)) @ (b - a)).sum() / 400
    assert climbed["delta_rule"][-1] == pytest.approx(total, abs=1e-5)


def test_the_sum_is_the_asymmetry_of_the_jacobian_over_the_square():
    """Stokes: for a small square, the sum clockwise is area × (∂F_w/∂v − ∂F_v/∂w) at its centre."""
    A = gdlab.numerical_gradient(lambda point: field("tanh", "delta_rule", point), np.array([1.2, 1.4]))
    _, climbed = walk("tanh", 1.2, 1.4, 0.01)
    assert climbed["delta_rule"][-1] == pytest.approx(0.01**2 * (A[1, 0] - A[0, 1]), rel=1e-3)


def test_the_walk_is_closed_and_has_equal_steps():
    path, _ = walk("tanh", 1.2, 1.4, 1.6)
    assert path.shape == (STEPS + 1, 2)
    np.testing.assert_array_equal(path[0], path[-1])
    np.testing.assert_allclose(np.linalg.norm(np.diff(path, axis=0), axis=1), 1.6 / PER_SIDE)


def test_the_caption_tells_both_sums_and_what_they_mean():
    explorer = ClosedLoop(step=STEPS)
    total = walk("tanh", 1.2, 1.4, 1.6)[1]["delta_rule"][-1]
    assert f"0 by the chain rule and {total:.3g} by the delta rule" in words(explorer)
    assert "No loss surface has this gradient" in words(explorer)
    explorer.values = {"activation": "identity"}
    assert "0 by the chain rule and 0 by the delta rule, as on a loss surface" in words(explorer)


def test_the_gap_in_the_stairs_shows_only_where_the_walk_ends_at_another_height():
    explorer = ClosedLoop(step=STEPS)
    assert explorer._gap.get_visible()
    assert explorer._gap_words.get_text() == "2.76"
    explorer.values = {"step": STEPS - 1}
    assert not explorer._gap.get_visible()
    explorer.values = {"step": STEPS, "activation": "identity"}
    assert not explorer._gap.get_visible()


def test_middle_corner_and_walker_can_be_taken_hold_of():
    explorer = ClosedLoop(step=30, w=1.5, v=1.0, side=1.0)
    numbers = explorer.compute(**explorer.values)
    middle, corner, walker, _ = explorer.hands(numbers)
    assert (middle.at, middle.x, middle.y) == ((1.5, 1.0), "w", "v")
    assert corner.at == (2.0, 1.5)
    np.testing.assert_allclose(corner.path[explorer.controls["side"].positions.index(1.0)], corner.at)
    np.testing.assert_allclose(walker.path[30], walker.at)
    np.testing.assert_allclose(walker.at, (1.5, 1.5))  # half of the second side


def test_the_arrows_are_what_the_rules_give_where_they_are_drawn():
    explorer = ClosedLoop()
    numbers = explorer.compute(**explorer.values)
    for rule, F in numbers.arrows.items():
        drawn = explorer._arrows[rule]
        np.testing.assert_allclose(field("tanh", rule, np.asarray(drawn.get_offsets())), F)
        assert np.corrcoef(drawn.U, F[:, 0])[0, 1] == pytest.approx(1)
