"""Collapse: its slopes against differences, its one matrix against the network, its words against the picture."""

import re

import numpy as np
import pytest

import gdlab
from gdlab.datasets import TOY_SETS
from gdlab.explorers.plane import EXTENT
from gdlab.lessons.stack_linear_layers.collapse import MARKS, STEPS, Collapse, run
from tests.explorers.steering import words

PROBLEMS = ("clouds", "xor", "circle", "moons")


@pytest.fixture(scope="module")
def explorer():
    return Collapse()


def compute(explorer, **values):
    return explorer.compute(
        **{**{name: control.start for name, control in explorer.controls.items()}, "step": STEPS, **values}
    )


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("depth", [0, 1, 3, 5])
def test_linear_units_are_one_matrix_whatever_they_learned(explorer, problem, depth):
    stack = compute(explorer, problem=problem, depth=depth)
    assert stack.is_one_matrix
    assert stack.gap < 1e-12 * max(1, np.abs(stack.z).max())
    np.testing.assert_allclose(stack.slopes, np.broadcast_to(stack.w, stack.slopes.shape), rtol=1e-9)
    np.testing.assert_allclose(stack.marked, np.broadcast_to(stack.w, (3, 2)), rtol=1e-9)
    assert stack.boundary == "one straight line"


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("activation", ["tanh", "relu", "sine"])
def test_others_are_no_one_matrix(explorer, activation, problem):
    stack = compute(explorer, problem=problem, activation=activation)
    assert not stack.is_one_matrix
    assert stack.gap > 0.1
    assert np.ptp(stack.slopes, axis=0).max() > 0.1


def test_the_nearest_matrix_is_the_nearest_one(explorer):
    stack = compute(explorer, activation="tanh")
    ticks = np.linspace(-EXTENT, EXTENT, stack.z.shape[0])
    x1, x2 = np.meshgrid(ticks, ticks)

    def miss(w1, w2, b):
        return ((w1 * x1 + w2 * x2 + b - stack.z) ** 2).sum()

    least = miss(*stack.w, stack.b)
    for nudge in 0.01 * np.vstack([np.eye(3), -np.eye(3)]):
        assert miss(*(np.array([*stack.w, stack.b]) + nudge)) > least
    gap = np.abs(stack.w[0] * x1 + stack.w[1] * x2 + stack.b - stack.z).max()
    assert stack.gap == pytest.approx(gap)


def test_without_hidden_layers_the_kind_of_unit_does_not_matter(explorer):
    linear, tanh = (compute(explorer, depth=0, activation=activation) for activation in ("identity", "tanh"))
    assert linear.is_one_matrix
    assert tanh.is_one_matrix
    np.testing.assert_allclose(tanh.w, linear.w, atol=0.05)  # their random starts differ


def test_the_accuracy_is_that_of_the_network_at_the_step(explorer):
    data = TOY_SETS["xor"](160)
    for step in (0, 100, STEPS):
        stack = compute(explorer, activation="tanh", step=step)
        right = (gdlab.forward(stack.layers, data.X).z[-1] > 0) == (data.y == 1)
        assert stack.accuracy == right.mean()


def test_a_run_ends_at_the_last_step_and_learns_by_the_chain_rule():
    history = run("xor", "tanh", 2, 6, 0)
    assert history.steps[-1] == STEPS
    layers = history.layers(0)
    data = TOY_SETS["xor"](160)
    gradient = gdlab.backward(layers, gdlab.forward(layers, data.X), data.y, loss="binary_cross_entropy")
    ten_steps = history.theta[1] - history.theta[0]
    assert gdlab.agreement(ten_steps, -gdlab.gradient_vector(gradient)) > 0.5


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"problem": "xor"}, "one straight line"),
        ({"problem": "clouds", "activation": "tanh", "depth": 1, "width": 1}, "one straight line"),
        ({"problem": "circle", "activation": "tanh"}, "one bent line"),
        ({"problem": "xor", "activation": "tanh"}, "2 bent lines"),
        ({"problem": "xor", "activation": "relu", "width": 1, "depth": 5, "step": 0}, "no boundary"),
    ],
)
def test_the_boundary_is_told_as_it_looks(explorer, values, said):
    assert compute(explorer, **values).boundary == said


def test_the_numbers_on_the_picture_are_those_of_the_one_matrix(explorer):
    explorer.reset()
    explorer.values = {"step": STEPS}
    stack = compute(explorer)
    shown = [text.get_text() for text in explorer._matrices._pool if text.get_visible()]
    assert [float(text.replace("−", "-")) for text in shown[-3:-1]] == [round(value, 2) for value in stack.w]
    assert "All 54 weights" in explorer._matrices._title.get_text()
    assert "54 weights" in words(explorer)


def test_the_numbers_at_the_marks_are_the_slopes_there(explorer):
    explorer.values = {"activation": "tanh", "step": 100}
    slopes = gdlab.input_slopes(compute(explorer, activation="tanh", step=100).layers, np.array(list(MARKS.values())))
    shown = [text.get_text() for text in explorer._matrices._pool if text.get_visible()]
    for name, slope in zip(MARKS, slopes, strict=True):
        after = shown.index(f"at {name}")
        got = [float(text.replace("−", "-")) for text in shown[after - 2 : after]]
        np.testing.assert_allclose(got, slope, atol=0.051)
    assert re.search(r"nearest one misses z by up to [\d.]+", words(explorer))
    explorer.reset()


def test_units_that_are_all_dead_are_told_as_one_matrix(explorer):
    explorer.values = {"activation": "relu", "width": 1, "depth": 5, "step": 0}
    assert "everywhere" in explorer._matrices._title.get_text()
    explorer.reset()


def test_the_three_points_can_be_dragged_and_the_numbers_follow(explorer):
    explorer.values = {"activation": "tanh", "step": 100, "b1": -0.4, "b2": 1.8}
    stack = explorer.compute(**explorer.values)
    handles = {hand.name: hand for hand in explorer.hands(stack) if type(hand).__name__ == "Handle"}
    assert (handles["point B"].at, handles["point B"].x, handles["point B"].y) == ((-0.4, 1.8), "b1", "b2")
    np.testing.assert_allclose(stack.marked[1], gdlab.input_slopes(stack.layers, np.array([[-0.4, 1.8]]))[0])
    shown = [text.get_text() for text in explorer._matrices._pool if text.get_visible()]
    after = shown.index("at B")
    got = [float(text.replace("−", "-")) for text in shown[after - 2 : after]]
    np.testing.assert_allclose(got, stack.marked[1], atol=0.051)
    explorer.reset()


def test_each_arrow_says_its_slope(explorer):
    stack = compute(explorer, activation="tanh", step=10)
    spots = [hand for hand in explorer.hands(stack) if type(hand).__name__ == "Spot"]
    assert len(spots) == len(stack.slopes)
    for spot in spots[::17]:
        told = [float(word.replace("−", "-")) for word in re.findall(r"[−\d.]+", spot.says)]
        np.testing.assert_allclose(told, gdlab.input_slopes(stack.layers, np.array([spot.at]))[0], rtol=0.051)


def test_it_learns_the_readers_own_points(explorer):
    own = ((-1.0, -1.0, 0), (1.0, 1.0, 1), (0.5, 1.5, 1))
    stack = compute(explorer, points=own)
    np.testing.assert_array_equal(stack.data.X, [point[:2] for point in own])
    assert stack.accuracy == 1
