import numpy as np
import pytest

import gdlab
from gdlab.datasets import TOY_SETS
from gdlab.explorers import style
from gdlab.explorers.hands import Spot
from gdlab.explorers.runs import random_networks
from gdlab.lessons.give_hidden_units_credit import hidden_rules
from gdlab.lessons.give_hidden_units_credit.hidden_rules import EVERY, SAMPLES, STARTS, STEPS, HiddenRules, group_size
from tests.explorers.steering import words

RULES = ["chain_rule", "delta_rule", "frozen"]
VALUES = {"problem": "circle", "activation": "tanh", "width": 4, "learning_rate": 0.5, "start": 13, "points": ()}
VALUES |= {"step": 240}
GROUP = group_size(4)


@pytest.fixture(scope="module")
def explorer():
    return HiddenRules()


@pytest.fixture(scope="module")
def numbers(explorer):
    return explorer.compute(**VALUES)


def trained(seed, rule):
    """One start once more, alone, and what it predicts, written out."""
    data = TOY_SETS["circle"](SAMPLES)
    (hidden, output) = random_networks("tanh", 4, range(seed, seed + 1))
    layers = [gdlab.Layer(layer.W[0], layer.b[0], layer.activation) for layer in (hidden, output)]
    history = gdlab.train(
        layers, data.X, data.y, loss="binary_cross_entropy", rule=rule, learning_rate=0.5, steps=VALUES["step"]
    )
    first, last = history.layers()
    z = np.tanh(data.X @ first.W + first.b) @ last.W + last.b
    return history, np.mean((z > 0) == (data.y == 1))


@pytest.mark.parametrize("rule", RULES)
def test_the_picture_is_the_training_of_its_start(numbers, rule):
    history, share = trained(13, rule)
    np.testing.assert_allclose(numbers.runners[rule].loss, history.loss[::EVERY], rtol=1e-9)
    assert numbers.runners[rule].accuracy == share


@pytest.mark.parametrize("rule", RULES)
def test_each_dot_is_one_start(numbers, rule):
    assert numbers.shares[rule].shape == (STARTS,)
    for seed in (0, 13, 27, STARTS - 1):
        assert numbers.shares[rule][seed] == trained(seed, rule)[1]


def test_the_frozen_layer_stays_and_the_output_learns():
    history = hidden_rules._one(4, "frozen", "xor", (), "tanh", 5, 1.0)
    first, last = history.layers(0), history.layers()
    np.testing.assert_array_equal(first[0].W, last[0].W)
    np.testing.assert_array_equal(first[0].b, last[0].b)
    assert not np.allclose(first[1].W, last[1].W)


def test_each_seed_has_its_own_network_wherever_it_stands_in_a_group():
    alone, among = random_networks("tanh", 4, range(7, 8)), random_networks("tanh", 4, range(5, 10))
    for one, many in zip(alone, among, strict=True):
        np.testing.assert_array_equal(one.W[0], many.W[2])
        np.testing.assert_array_equal(one.b[0], many.b[2])
    assert not np.array_equal(among[0].b[0], among[0].b[1])


def test_the_angle_is_between_the_two_updates_of_the_hidden_layer(explorer, numbers):
    data = TOY_SETS["circle"](SAMPLES)
    first, last = trained(13, "delta_rule")[0].layers()
    H = np.tanh(data.X @ first.W + first.b)
    error = 1 / (1 + np.exp(-(H @ last.W + last.b))) - data.y
    delta = error @ last.W.T
    chain = delta * (1 - H**2)
    u, v = (np.concatenate([(data.X.T @ e).ravel(), e.sum(axis=0)]) for e in (delta, chain))
    cosine = u @ v / np.linalg.norm(u) / np.linalg.norm(v)
    assert numbers.cosine == pytest.approx(cosine)
    assert f"at {np.degrees(np.arccos(cosine)):.0f}° to the gradient’s" in explorer.caption(numbers)


def test_the_caption_counts_the_starts_that_solved_it(explorer, numbers):
    counts = [int((numbers.shares[rule] > 0.95).sum()) for rule in RULES]
    told = "of 50 starts: chain rule {}, delta rule {}, frozen layer {}.".format(*counts)
    assert told in explorer.caption(numbers)


def test_the_starts_come_in_groups_and_the_last_stage_is_the_whole(explorer):
    values = VALUES | {"learning_rate": 0.45, "step": STEPS}
    stages = list(explorer.stages(**values))
    assert [share for share, _ in stages] == [k * GROUP / STARTS for k in range(STARTS // GROUP + 1)]
    for share, numbers in stages:
        assert len(numbers.shares["frozen"]) == round(share * STARTS)
        assert explorer.caption(numbers).endswith(".")
    whole = explorer.compute(**values)
    for rule in RULES:
        np.testing.assert_array_equal(stages[-1][1].shares[rule], whole.shares[rule])
        np.testing.assert_array_equal(stages[2][1].shares[rule], whole.shares[rule][: 2 * GROUP])


def test_what_was_trained_counts_when_one_comes_back(explorer):
    values = VALUES | {"learning_rate": 0.55}
    stages = explorer.stages(**values)
    next(stages)
    next(stages)
    stages.close()  # a newer change ended it
    again = [share for share, _ in explorer.stages(**values | {"step": 0})]
    assert (again[0], again[-1]) == (GROUP / STARTS, 1.0)
    assert [share for share, _ in explorer.stages(**values)] == [1.0]


def test_a_picture_without_dots_tells_the_one_start(explorer):
    first = next(explorer.stages(**VALUES | {"learning_rate": 0.6}))[1]
    assert "Points right after 240 steps on a disc" in explorer.caption(first)
    explorer.draw(first)
    assert words(explorer)


def test_a_dot_says_its_share_and_shows_its_start(explorer, numbers):
    spots = [hand for hand in explorer.hands(numbers) if isinstance(hand, Spot)]
    assert [spot.sets["start"] for spot in spots] == 3 * list(range(STARTS))
    for spot in spots[13::STARTS]:
        rule = next(rule for rule in RULES if spot.name.endswith(style.RULES[rule].label))
        runner = numbers.runners[rule]
        assert spot.says == f"start 13: {style.percent(runner.accuracy)} right"
        assert spot.at[0] == runner.accuracy


@pytest.mark.parametrize("width", [2, 6, 16, 32, 100])
def test_wider_layers_are_trained_in_smaller_groups_that_make_up_all_starts(width):
    assert 1 <= group_size(width) <= 10
    assert group_size(width) * width <= 120 or group_size(width) == 1


def test_a_readers_own_points_are_learned(explorer):
    points = ((-1, -1, 0), (1, 1, 1), (1.5, 0.5, 1))
    first = next(explorer.stages(**VALUES | {"points": points, "step": STEPS}))[1]
    assert first.data.X.tolist() == [[-1, -1], [1, 1], [1.5, 0.5]]
    assert first.runners["chain_rule"].accuracy == 1
    assert "your own points" in explorer.caption(first)
