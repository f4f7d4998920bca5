"""DeepLinear: its runs against a loop written by hand, its times against the curves."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.stack_linear_layers import deep_linear
from gdlab.lessons.stack_linear_layers.deep_linear import (
    EVERY,
    RATE,
    STEPS,
    DeepLinear,
    X,
    half_time,
    strengths,
    target,
)
from tests.explorers.steering import words


@pytest.fixture(scope="module")
def explorer():
    return DeepLinear()


def test_the_inputs_have_mean_zero_and_variance_one_and_do_not_depend_on_each_other():
    np.testing.assert_array_equal(X.mean(axis=0), 0)
    np.testing.assert_array_equal(X.T @ X / len(X), np.eye(2))


@pytest.mark.parametrize("weak", [0.5, 1.0, 2.0])
def test_the_map_to_learn_has_the_two_strengths(weak):
    np.testing.assert_allclose(np.linalg.svd(target(weak), compute_uv=False), (3, weak))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_run_is_the_loop_that_one_would_write(depth):
    """``∂J/∂Wᵢ`` of ½ squared error is (what comes before)ᵀ (P − M) (what comes after)ᵀ, as XᵀX / n is the identity."""
    layers = gdlab.initialise((2, *[deep_linear.HIDDEN] * (depth - 1), 2), "identity", seed=3, scheme=0.1)
    Ws, M = [layer.W for layer in layers], target(1.0)
    found = []
    for step in range(STEPS + 1):
        P = np.linalg.multi_dot([np.eye(2), *Ws])
        if step % EVERY == 0:
            found.append(np.linalg.svd(P, compute_uv=False))
        before = [np.linalg.multi_dot([np.eye(2), np.eye(2), *Ws[:i]]) for i in range(depth)]
        after = [np.linalg.multi_dot([*Ws[i + 1 :], np.eye(2), np.eye(2)]) for i in range(depth)]
        Ws = [W - RATE * before[i].T @ (P - M) @ after[i].T for i, W in enumerate(Ws)]
    np.testing.assert_allclose(strengths(depth, 1.0, 0.1, 3), found, rtol=1e-6, atol=1e-9)


def test_half_time_is_the_first_step_from_which_on_half_is_there():
    assert half_time(np.array([0.0, 0.4, 0.5, 0.9]), 1.0) == 2 * EVERY
    assert half_time(np.array([0.0, 0.6, 0.4, 0.9]), 1.0) == 3 * EVERY
    assert half_time(np.array([0.7, 0.8]), 1.0) == 0
    assert half_time(np.array([0.0, 0.4]), 1.0) is None


def test_the_times_shown_are_those_reached_by_the_step(explorer):
    start = {name: control.start for name, control in explorer.controls.items()}
    whole, early = (explorer.compute(**{**start, "step": step}) for step in (STEPS, 100))
    for run, so_far in zip(whole.runs, early.runs, strict=True):
        for mode, goal in enumerate(whole.goals):
            time = run.half[mode]
            assert run.strengths[time // EVERY, mode] >= goal / 2 > run.strengths[time // EVERY - 1, mode]
            assert so_far.half[mode] == (time if time <= 100 else None)


def test_titles_and_caption_say_what_happened(explorer):
    explorer.values = {"step": 100}
    titles = [panel._title.get_text() for panel in explorer._panels]
    assert titles == ["1 layer: both at once", "2 layers: one so far", "3 layers: nothing yet"]
    assert "35 and 35 with 1 layer, 65 and not yet with 2 layers, neither yet with 3 layers" in words(explorer)
    explorer.reset()
    titles = [panel._title.get_text() for panel in explorer._panels]
    assert titles == ["1 layer: both at once", "2 layers: one by one", "3 layers: one by one"]


def test_the_weaker_strength_can_be_dragged_and_the_step_on_each_panel(explorer):
    explorer.values = {"weak": 1.5}
    numbers = explorer.compute(**explorer.values)
    strips, rings = explorer.hands(numbers)[:3], explorer.hands(numbers)[3:]
    assert [strip.control for strip in strips] == ["step"] * 3
    assert [(ring.at[1], ring.y) for ring in rings] == [(1.5, "weak")] * 3
    assert [ring.axes for ring in rings] == [strip.axes for strip in strips]
    explorer.reset()
