"""StandIns: its numbers against training and agreement written out with NumPy."""

import numpy as np
import pytest

from gdlab.datasets import TOY_SETS
from gdlab.explorers.runs import EVERY, random_networks
from gdlab.lessons.learn_without_the_exact_slope import stand_ins
from gdlab.lessons.learn_without_the_exact_slope.stand_in_runs import (
    HIDDEN,
    SAMPLES,
    STARTS,
    Course,
    rules_for,
    stand_in,
)
from gdlab.lessons.learn_without_the_exact_slope.stand_ins import StandIns

VALUES = {"problem": "circle", "activation": "step", "learning_rate": 0.5, "step": 60}
START = 13


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


FORWARD = {"step": lambda z: (z > 0) * 1.0, "tanh": np.tanh}
SMOOTH = {
    "step": (lambda z: sigmoid(4 * z), lambda z: 4 * sigmoid(4 * z) * (1 - sigmoid(4 * z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}
"""What the gradient is taken of: the units themselves, or the smooth twin's."""


def by_hand(activation, rule, seed, steps):
    """Train one start; return the share of points right and the agreement before each step and after the last."""
    data = TOY_SETS["circle"](SAMPLES)
    X, y = data.X, data.y
    hidden, output = random_networks(activation, HIDDEN, range(seed, seed + 1))
    W, b, V, c = hidden.W[0], hidden.b[0], output.W[0], output.b[0]
    B = stand_in("feedback_alignment", activation, [seed]).carry(np.eye(1), V[None], 1)[0].T
    twin, twin_slope = SMOOTH[activation]

    def hidden_update(a, error, slope, way):
        below = (error @ way.T) * slope
        return np.concatenate([(X.T @ below).ravel(), below.sum(axis=0)])

    shares, cosines = [], []
    for _ in range(steps + 1):
        z = X @ W + b
        a = FORWARD[activation](z)
        error = (sigmoid(a @ V + c) - y) / len(X)
        window = (np.abs(z) <= 1) * 1.0
        slope = {
            "chain_rule": twin_slope(z),
            "straight_through": window,
            "delta_rule": np.ones_like(z),
            "frozen": np.zeros_like(z),
            "feedback_alignment": window if activation == "step" else twin_slope(z),
        }[rule]
        update = hidden_update(a, error, slope, B if rule == "feedback_alignment" else V)
        twin_error = sigmoid(twin(z) @ V + c) - y
        gradient = hidden_update(a, twin_error, twin_slope(z), V)
        shares.append(np.mean((a @ V + c > 0) == (y == 1)))
        with np.errstate(invalid="ignore"):
            cosines.append(update @ gradient / np.linalg.norm(update) / np.linalg.norm(gradient))
        W, b = W - 0.5 * update[: 2 * HIDDEN].reshape(2, HIDDEN), b - 0.5 * update[2 * HIDDEN :]
        V, c = V - 0.5 * a.T @ error, c - 0.5 * error.sum(axis=0)
    return np.array(shares), np.array(cosines)


@pytest.fixture(scope="module")
def explorer():
    return StandIns()


@pytest.fixture(scope="module")
def numbers(explorer):
    return {activation: explorer.compute(**VALUES | {"activation": activation}) for activation in SMOOTH}


@pytest.mark.parametrize("activation", SMOOTH)
def test_each_run_is_what_training_by_hand_gives(numbers, activation):
    assert list(numbers[activation].courses) == list(rules_for(activation))
    for rule, course in numbers[activation].courses.items():
        shares, cosines = by_hand(activation, rule, START, VALUES["step"])
        assert course.shares.shape == course.cosines.shape == (VALUES["step"] // EVERY + 1, STARTS)
        np.testing.assert_allclose(course.shares[:, START], shares[::EVERY], err_msg=rule)
        np.testing.assert_allclose(course.cosines[:, START], cosines[::EVERY], atol=1e-9, err_msg=rule)


def test_only_for_steps_the_chain_rule_is_the_frozen_layer():
    assert "chain_rule" not in rules_for("step")
    for activation in ("tanh", "sigmoid", "relu"):
        assert rules_for(activation)[0] == "chain_rule"


def test_the_chain_rule_agrees_with_itself_and_a_frozen_layer_with_nothing(numbers):
    courses = numbers["tanh"].courses
    np.testing.assert_allclose(courses["chain_rule"].mean_cosines, 1)
    assert np.isnan(courses["frozen"].cosines).all()
    np.testing.assert_array_equal(courses["frozen"].mean_cosines, 0)


def test_a_record_without_a_direction_counts_neither_in_the_mean_nor_in_the_median():
    cosines = np.array([[0.5, np.nan, 1.0], [0.1, np.nan, np.nan]])
    course = Course(np.ones((2, 3)), cosines)
    np.testing.assert_allclose(course.mean_cosines, [0.3, 0, 1])
    np.testing.assert_allclose(course.median_cosines, [0.75, 0.1])


def test_the_bar(numbers):
    now = numbers["tanh"]
    assert now.bar == np.median(now.courses["frozen"].shares[-1])


def test_the_caption_counts_who_beats_the_frozen_layers_and_tells_the_agreements(explorer, numbers):
    words = explorer.caption(numbers["tanh"])
    for rule, name in (("chain_rule", "chain rule"), ("feedback_alignment", "feedback alignment")):
        ahead = int((numbers["tanh"].courses[rule].shares[-1] > numbers["tanh"].bar).sum())
        assert f"{name} {ahead}" in words
    median = np.median(numbers["tanh"].courses["feedback_alignment"].mean_cosines)
    ahead = int((numbers["tanh"].courses["feedback_alignment"].shares[-1] > numbers["tanh"].bar).sum())
    assert f"feedback alignment {ahead} ({median:.2f})".replace("-", "−") in words
    assert "chain rule" in words.split(" (")[0]


def test_the_rules_come_one_after_the_other_and_what_was_trained_counts(explorer, numbers, monkeypatch):
    trained = []

    def known(rule, *setting):
        trained.append(rule)
        return numbers["tanh"].courses[rule]

    monkeypatch.setattr(stand_ins, "train_all", known)
    values = VALUES | {"activation": "tanh", "learning_rate": 0.55}
    stages = list(explorer.stages(**values))
    assert trained == ["frozen", "chain_rule", "straight_through", "feedback_alignment", "delta_rule"]
    assert [share for share, _ in stages] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert [len(now.courses) for _, now in stages] == [1, 2, 3, 4, 5]
    for _, now in stages:
        assert explorer.caption(now).endswith(".")
        explorer.draw(now)
    assert [share for share, _ in explorer.stages(**values | {"step": 0})] == [1.0]
    assert len(trained) == 5
    stand_ins._courses.cache_clear()  # these were not its own


def test_the_goal_is_named_after_what_the_units_have(explorer):
    for activation, goal in (("step", "the twin"), ("tanh", "the gradient")):
        explorer.values = VALUES | {"activation": activation}
        assert explorer._cosines.axes.get_title(loc="left") == f"Agreement with {goal}"


def test_a_run_below_the_axis_is_drawn_on_it(explorer):
    explorer.values = VALUES | {"problem": "moons", "step": 0}
    assert explorer.compute(**explorer.values).courses["delta_rule"].shares.min() < stand_ins.LOWEST
    axes = explorer._bar.axes
    assert explorer._dots["delta_rule"].get_ydata().min() == stand_ins.LOWEST == axes.get_ylim()[0]
    assert not explorer._dots["delta_rule"].get_clip_on()
    assert axes.get_yticklabels()[0].get_text() == "≤30%"
