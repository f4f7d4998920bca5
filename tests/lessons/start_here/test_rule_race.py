import itertools

import numpy as np
import pytest

import gdlab
from gdlab.datasets import TOY_SETS
from gdlab.explorers import style
from gdlab.explorers.hands import Pad, Strip
from gdlab.lessons.start_here.rule_race import EVERY, SAMPLES, STEPS, RuleRace, _moral
from tests.explorers.steering import hear, shows, words

RULES = ["chain_rule", "delta_rule", "frozen"]
SETTINGS = [("clouds", "tanh", 6, 1.0, 0), ("xor", "sigmoid", 32, 0.33, 7), ("moons", "relu", 2, 3.0, 19)]
OWN = ((-1.0, 1.0, 0), (1.0, -1.0, 0), (0.5, 0.5, 1))

SLOPES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
}
F = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: z * (z > 0)}


@pytest.fixture(scope="module")
def explorer():
    return RuleRace()


def trained(X, y, activation, width, rate, start, rule):
    """The run once more, from the words of the class: 2 inputs, random hidden units, sigmoid with cross-entropy."""
    hidden, output = gdlab.initialise((2, width, 1), activation, "sigmoid", seed=start, scheme=1.0)
    b = np.random.default_rng([1, start]).normal(size=(1, width))
    layers = [gdlab.Layer(hidden.W, b, activation), output]
    return gdlab.train(layers, X, y, loss="binary_cross_entropy", rule=rule, learning_rate=rate, steps=STEPS)


def race(explorer, **values):
    return explorer.compute(**{name: control.start for name, control in explorer.controls.items()} | values)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("problem", "activation", "width", "rate", "start"), SETTINGS)
def test_a_runner_is_the_training_of_its_rule(explorer, problem, activation, width, rate, start, rule):
    step, data = 240, TOY_SETS[problem](SAMPLES)
    history = trained(data.X, data.y, activation, width, rate, start, rule)
    setting = {"activation": activation, "width": width, "learning_rate": rate, "start": start}
    numbers = race(explorer, problem=problem, step=step, **setting)
    runner = numbers.runners[rule]
    assert numbers.record * EVERY == step
    assert numbers.steps.tolist() == list(range(0, step + 1, EVERY))
    np.testing.assert_allclose(runner.loss, history.loss[: step + 1 : EVERY], rtol=1e-9)

    first, last = history.layers(step)
    z = data.X @ first.W + first.b
    y_hat = F["sigmoid"](F[activation](z) @ last.W + last.b)
    assert runner.accuracy == np.mean((y_hat > 0.5) == (data.y == 1))
    if rule == "chain_rule":
        np.testing.assert_allclose(numbers.slopes, SLOPES[activation](z), rtol=1e-6, atol=1e-12)
        assert numbers.slopes.shape == (SAMPLES, width)


def test_points_of_ones_own_take_the_place_of_the_set(explorer):
    numbers = race(explorer, points=OWN, step=STEPS)
    X, y = np.array(OWN)[:, :2], np.array(OWN)[:, 2:]
    np.testing.assert_array_equal(numbers.data.X, X)
    np.testing.assert_array_equal(numbers.data.y, y)
    for rule in RULES:
        history = trained(X, y, "tanh", 6, 1.0, 0, rule)
        np.testing.assert_allclose(numbers.runners[rule].loss, history.loss[::EVERY], rtol=1e-9)


def test_the_losses_at_the_start_are_the_same_for_all(explorer):
    numbers = race(explorer, start=3)
    assert numbers.record == 0
    assert len({float(runner.loss[0]) for runner in numbers.runners.values()}) == 1
    assert len({runner.accuracy for runner in numbers.runners.values()}) == 1
    np.testing.assert_array_equal(numbers.runners["chain_rule"].z, numbers.runners["delta_rule"].z)


def test_a_change_trains_each_rule_once_and_the_steps_train_nothing(explorer, monkeypatch):
    trainings = []
    train = gdlab.training.train

    def counting(*arguments, **settings):
        trainings.append(settings["rule"])
        return train(*arguments, **settings)

    monkeypatch.setattr(gdlab.training, "train", counting)
    explorer.values = {"problem": "circle", "activation": "relu", "start": 13, "step": STEPS}
    assert sorted(trainings) == sorted(RULES)
    for step in range(0, STEPS + 1, 10 * EVERY):
        explorer.values = {"step": step}
    assert sorted(trainings) == sorted(RULES)
    explorer.reset()


# --- the picture ---


def test_the_planes_stand_side_by_side_within_the_picture(explorer):
    boxes = [explorer._planes[rule].axes.get_position() for rule in RULES]
    assert boxes[0].x0 > 0
    assert boxes[-1].x1 < 1
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
    assert boxes[0].x0 == pytest.approx(1 - boxes[-1].x1)


def test_the_curves_and_titles_are_the_numbers(explorer):
    explorer.values = {"problem": "xor", "step": 300}
    numbers = explorer.compute(**explorer.values)
    for rule, runner in numbers.runners.items():
        assert shows(explorer, numbers.steps, runner.loss, style.RULES[rule].colour)
        title = explorer._planes[rule].title.get_text()
        assert style.RULES[rule].label in title
        assert style.percent(runner.accuracy) in title


def test_the_bars_count_the_chain_rules_slopes(explorer):
    explorer.values = {"problem": "xor", "activation": "tanh", "step": 300}
    slopes = explorer.compute(**explorer.values).slopes.ravel()
    heights, edges, _ = explorer._bars.get_data()
    shares = [np.mean((slopes >= a) & (slopes < b)) for a, b in itertools.pairwise(edges)]
    assert sum(shares) == pytest.approx(1)
    np.testing.assert_allclose(heights / heights.sum(), shares, atol=1e-12)


# --- the hands ---


def test_points_can_be_put_on_each_plane_and_the_step_is_dragged_along_the_losses(explorer):
    explorer.values = {"points": OWN}
    *pads, strip = explorer.hands(explorer.compute(**explorer.values))
    assert [pad.axes for pad in pads] == [explorer._planes[rule].axes for rule in RULES]
    assert all(isinstance(pad, Pad) and pad.control == "points" and tuple(pad.shown) == OWN for pad in pads)
    assert isinstance(strip, Strip)
    assert (strip.control, strip.axes) == ("step", explorer._losses.axes)
    explorer.reset()


def test_a_point_put_down_on_the_page_joins_the_built_in_ones(explorer):
    explorer.reset()
    pad = explorer.hands(explorer.compute(**explorer.values))[0]
    assert len(pad.shown) == SAMPLES
    hear(explorer, do="set", values={"points": [*map(list, pad.shown), [0.25, -0.5, 1]]})
    assert explorer.error is None
    assert explorer.values["points"] == (*pad.shown, (0.25, -0.5, 1))
    assert "on your own points" in words_at_the_end(explorer)
    explorer.reset()


def words_at_the_end(explorer):
    explorer.values = {"step": STEPS}
    return words(explorer)


# --- the caption ---


def test_it_opens_on_xor_at_step_0_where_all_are_one_network():
    explorer = RuleRace()
    assert (explorer.values["problem"], explorer.values["step"]) == ("xor", 0)
    assert "the same random network" in words(explorer)
    assert "Play" in words(explorer)


def test_the_caption_tells_the_step_and_every_runner(explorer):
    explorer.values = {"problem": "xor", "step": 600}
    numbers = explorer.compute(**explorer.values)
    assert "600" in words(explorer)
    for rule, runner in numbers.runners.items():
        assert style.RULES[rule].label in words(explorer)
        assert style.percent(runner.accuracy) in words(explorer)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"problem": "clouds"}, "says nothing about the rules"),
        ({"problem": "xor"}, "worse than units that never learn"),
        ({"problem": "xor", "width": 32}, "the delta rule has spoiled them"),
        ({"problem": "xor", "learning_rate": 0.01}, "does not have 95% right"),
    ],
)
def test_the_caption_says_what_the_race_shows(explorer, setting, said):
    explorer.reset()
    explorer.values = {"step": STEPS, **setting}
    assert said in words(explorer)
    explorer.reset()


def test_the_moral_fits_whoever_wins():
    assert "hidden units do too little." in _moral(0.99, 0.8, 0.7)
    for frozen in (0.7, 0.9):  # the delta rule's hidden units learn, too
        assert _moral(0.99, 0.8, frozen).startswith("So far only the chain rule’s hidden units are good enough.")
    assert "by either rule" in _moral(0.99, 0.96, 0.7)
    assert "ahead of the chain rule" in _moral(0.7, 0.8, 0.7)
    assert "ahead of the chain rule" in _moral(0.7, 0.99, 0.99)
    assert "does not have 95% right" in _moral(0.7, 0.6, 0.7)


def test_a_run_that_diverges_is_told_so(explorer, monkeypatch):
    """No setting reaches infinity here; a training that would is shown in words, too."""
    layers = gdlab.initialise((2, 6, 1), "tanh", "sigmoid", seed=0)
    endless = gdlab.train(layers, [[1.0, 2.0]], [[1.0]], loss="binary_cross_entropy", steps=STEPS, record_every=EVERY)
    broken = gdlab.History(endless.steps, np.where(endless.steps > 100, np.inf, endless.loss), endless.theta, layers)
    monkeypatch.setattr("gdlab.lessons.start_here.rule_race._run", lambda *_: broken)
    explorer.values = {"problem": "xor", "step": STEPS}
    assert explorer.error is None
    titles = [explorer._planes[rule].title for rule in RULES]
    assert all("diverged" in title.get_text() for title in titles)
    explorer.values = {"step": 100}
    assert not any("diverged" in title.get_text() for title in titles)
