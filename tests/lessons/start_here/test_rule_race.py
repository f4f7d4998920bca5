import itertools

import numpy as np
import pytest
from matplotlib.text import Text

import gdlab
from gdlab.datasets import TOY_SETS
from gdlab.explorers import style
from gdlab.lessons.start_here.rule_race import EVERY, HIDDEN, SAMPLES, STEPS, RuleRace
from tests.explorers.steering import lines, shows, words

RULES = ["chain_rule", "delta_rule", "frozen"]
SETTINGS = [("clouds", "tanh", 1.0, 0), ("xor", "sigmoid", 0.33, 7), ("moons", "relu", 3.0, 19)]

SLOPES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
}
F = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: z * (z > 0)}


@pytest.fixture(scope="module")
def explorer():
    return RuleRace()


def trained(problem, activation, rate, start, rule):
    """The run once more, from the words of the class: 2 inputs, hidden units, sigmoid with cross-entropy."""
    data = TOY_SETS[problem](SAMPLES)
    layers = gdlab.initialise((2, HIDDEN, 1), activation, "sigmoid", seed=start, scheme=1.0)
    history = gdlab.train(
        layers, data.X, data.y, loss="binary_cross_entropy", rule=rule, learning_rate=rate, steps=STEPS
    )
    return data, history


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("problem", "activation", "rate", "start"), SETTINGS)
def test_a_runner_is_the_training_of_its_rule(explorer, problem, activation, rate, start, rule):
    step = 240
    data, history = trained(problem, activation, rate, start, rule)
    race = explorer.compute(problem, "three", activation, rate, start, (), step)
    runner = race.runners[rule]
    assert race.record * EVERY == step
    assert race.steps.tolist() == list(range(0, step + 1, EVERY))
    np.testing.assert_allclose(runner.loss, history.loss[: step + 1 : EVERY], rtol=1e-9)

    first, last = history.layers(step)
    z = data.X @ first.W + first.b
    y_hat = F["sigmoid"](F[activation](z) @ last.W + last.b)
    assert runner.accuracy == np.mean((y_hat > 0.5) == (data.y == 1))
    if rule == "chain_rule":
        np.testing.assert_allclose(race.slopes, SLOPES[activation](z), rtol=1e-6, atol=1e-12)
        assert race.slopes.shape == (SAMPLES, HIDDEN)


def test_the_losses_at_the_start_are_the_same_for_all(explorer):
    race = explorer.compute("xor", "three", "tanh", 1.0, 3, (), 0)
    assert race.record == 0
    assert len({float(runner.loss[0]) for runner in race.runners.values()}) == 1
    assert len({runner.accuracy for runner in race.runners.values()}) == 1
    np.testing.assert_array_equal(race.runners["chain_rule"].z, race.runners["delta_rule"].z)


@pytest.mark.parametrize("start", [0, 5])
def test_a_frozen_hidden_layer_does_not_move_and_the_others_do(start):
    for rule in RULES:
        _, history = trained("xor", "tanh", 1.0, start, rule)
        moved = np.abs(history.layers()[0].W - history.layers(0)[0].W).max()
        assert (moved == 0) == (rule == "frozen")


def test_two_or_three_rules_run(explorer):
    assert list(explorer.compute("xor", "two", "tanh", 1.0, 0, (), 10).runners) == RULES[:2]
    assert list(explorer.compute("xor", "three", "tanh", 1.0, 0, (), 10).runners) == RULES


def test_a_change_trains_each_rule_once_and_the_steps_train_nothing(explorer, monkeypatch):
    trainings = []
    train = gdlab.training.train

    def counting(*arguments, **settings):
        trainings.append(settings["rule"])
        return train(*arguments, **settings)

    monkeypatch.setattr(gdlab.training, "train", counting)
    explorer.values = {"problem": "circle", "rules": "three", "activation": "relu", "start": 13, "step": STEPS}
    assert sorted(trainings) == sorted(RULES)
    for step in range(0, STEPS + 1, 10 * EVERY):
        explorer.values = {"step": step}
    explorer.values = {"rules": "two"}
    explorer.values = {"rules": "three"}
    assert sorted(trainings) == sorted(RULES)
    explorer.reset()


# --- the picture ---


def test_every_runner_has_its_plane_its_curve_and_its_name(explorer):
    for rules, shown in (("three", RULES), ("two", RULES[:2]), ("three", RULES)):
        explorer.values = {"rules": rules}
        for rule in RULES:
            visible = [artist.get_visible() for artist in explorer._planes[rule].artists]
            assert visible == [rule in shown] * len(visible), (rules, rule)
            assert bool(lines(explorer, style.RULES[rule].colour)) == (rule in shown)
            named = [text.get_text() for text in explorer._painting.figure.findobj(Text) if text.get_visible()]
            assert (style.RULES[rule].label in named) == (rule in shown)


def test_the_planes_stand_side_by_side_within_the_picture(explorer):
    for rules, count in (("two", 2), ("three", 3)):
        explorer.values = {"rules": rules}
        boxes = [explorer._planes[rule].axes.get_position() for rule in RULES[:count]]
        assert boxes[0].x0 > 0
        assert boxes[-1].x1 < 1
        assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
        assert boxes[0].x0 == pytest.approx(1 - boxes[-1].x1)


def test_the_curves_and_titles_are_the_numbers(explorer):
    explorer.values = {"problem": "xor", "rules": "three", "step": 300}
    race = explorer.compute(**explorer.values)
    for rule, runner in race.runners.items():
        assert shows(explorer, race.steps, runner.loss, style.RULES[rule].colour)
        title = explorer._planes[rule].title.get_text()
        assert style.RULES[rule].label in title
        assert style.percent(runner.accuracy) in title


def test_the_bars_count_the_chain_rules_slopes(explorer):
    explorer.values = {"problem": "xor", "rules": "two", "activation": "tanh", "step": 300}
    slopes = explorer.compute(**explorer.values).slopes.ravel()
    heights, edges, _ = explorer._bars.get_data()
    shares = [np.mean((slopes >= a) & (slopes < b)) for a, b in itertools.pairwise(edges)]
    assert sum(shares) == pytest.approx(1)
    np.testing.assert_allclose(heights / heights.sum(), shares, atol=1e-12)
    assert style.number(float(np.median(slopes)), 2) in words(explorer)


# --- the caption ---


def test_the_caption_tells_the_step_and_every_runner(explorer):
    explorer.values = {"problem": "xor", "rules": "three", "step": 600}
    race = explorer.compute(**explorer.values)
    assert "600" in words(explorer)
    for rule, runner in race.runners.items():
        assert style.RULES[rule].label in words(explorer)
        assert style.percent(runner.accuracy) in words(explorer)


def test_on_the_first_problem_both_rules_learn_and_on_xor_only_one(explorer):
    """What the first prediction asks and the first caption shows."""
    explorer.reset()
    clouds, xor = (
        {rule: runner.accuracy for rule, runner in explorer.compute(**explorer.values | {"problem": p}).runners.items()}
        for p in ("clouds", "xor")
    )
    assert min(clouds.values()) > 0.95
    assert xor["chain_rule"] > 0.95 > 0.9 > xor["delta_rule"]


def test_a_run_that_diverges_is_told_so(explorer, monkeypatch):
    """No setting reaches infinity here; a training that would is shown in words, too."""
    layers = gdlab.initialise((2, HIDDEN, 1), "tanh", "sigmoid", seed=0)
    endless = gdlab.train(layers, [[1.0, 2.0]], [[1.0]], loss="binary_cross_entropy", steps=STEPS, record_every=EVERY)
    broken = gdlab.History(endless.steps, np.where(endless.steps > 100, np.inf, endless.loss), endless.theta, layers)
    monkeypatch.setattr("gdlab.lessons.start_here.rule_race._run", lambda *_: broken)
    explorer.values = {"problem": "xor", "step": STEPS}
    assert explorer.error is None
    titles = [explorer._planes[rule].title for rule in RULES[:2]]
    assert all("diverged" in title.get_text() for title in titles)
    explorer.values = {"step": 100}
    assert not any("diverged" in title.get_text() for title in titles)
