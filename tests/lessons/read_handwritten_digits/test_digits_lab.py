"""DigitsLab's numbers against calculations written a second time, and training that is stopped and goes on."""

import asyncio
import dataclasses
import time

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import gdlab
from gdlab.datasets import digits
from gdlab.explorers import style
from gdlab.explorers.hands import Strip
from gdlab.lessons.read_handwritten_digits import digit_runs, digit_views
from gdlab.lessons.read_handwritten_digits.digit_reading import (
    confusion,
    explained,
    in_cell,
    in_words,
    reading,
    share_even,
    surest_mistakes,
)
from gdlab.lessons.read_handwritten_digits.digit_runs import (
    BATCH,
    STARTS,
    Setting,
    advance,
    runs,
    side_by_side,
    split,
    task,
)
from gdlab.lessons.read_handwritten_digits.digit_views import mosaic, signed, tint
from gdlab.lessons.read_handwritten_digits.digits_lab import DigitsLab
from gdlab.network import initialise
from tests.explorers.steering import words

SHORT = 4


@pytest.fixture
def short(monkeypatch):
    """Training of a few epochs only, and nothing remembered from before or after."""
    monkeypatch.setattr(digit_runs, "EPOCHS", SHORT)
    runs.cache_clear()
    yield
    runs.cache_clear()


def finish(setting):
    for _ in advance(setting):
        pass
    return runs(setting)


# --- the data ---


def test_no_digit_is_for_training_and_testing():
    train, test = split()
    assert (len(train), len(test)) == (1300, 497)
    assert sorted([*train, *test]) == list(range(1797))


def test_pairs_are_two_pictures_side_by_side_and_whether_their_sum_is_even():
    data = digits()
    digit = data.y.argmax(axis=1)
    pictures, even = side_by_side(data.X, digit, np.array([0, 1]), np.array([1, 11]))
    for i, (left, right) in enumerate(((0, 1), (1, 11))):
        both = np.hstack([data.X[left].reshape(8, 8), data.X[right].reshape(8, 8)])
        np.testing.assert_array_equal(pictures[i].reshape(8, 16), both)
        assert even[i, 0] == (digit[left] + digit[right] + 1) % 2


@pytest.mark.parametrize(("name", "kinds", "count"), [("binary", 2, 1300), ("all", 10, 2600)])
def test_pairs_for_testing_come_from_test_digits_only(name, kinds, count):
    t, (_, test) = task(name), split()
    allowed = {picture.tobytes() for picture in digits().X[test]}
    halves = t.X_test.reshape(-1, 8, 2, 8).swapaxes(1, 2).reshape(-1, 64)
    assert {half.tobytes() for half in halves} <= allowed
    assert not {half.tobytes() for half in t.X.reshape(-1, 8, 2, 8).swapaxes(1, 2).reshape(-1, 64)} & allowed
    assert len(t.X) == count
    assert set(t.shown.ravel()) == set(range(kinds))
    np.testing.assert_array_equal(t.y_test[:, 0], t.shown.sum(axis=1) % 2 == 0)


# --- the training ---


def learned_alone(rule, seed, epochs):
    """One network with one hidden layer of 32 tanh units on single digits, written out."""
    t = task("one")
    hidden, output = initialise((64, 32, 10), "tanh", "softmax", seed=seed)
    W1, b1, W2, b2 = hidden.W, hidden.b, output.W, output.b
    for epoch in range(epochs):
        if epoch % 2 == 0:  # two at once
            rng = np.random.default_rng(epoch)
        order = rng.permutation(len(t.X))
        for first in range(0, len(t.X), BATCH):
            rows = order[first : first + BATCH]
            H = np.tanh(t.X[rows] @ W1 + b1)
            z = H @ W2 + b2
            error = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - t.y[rows]
            slope = {"chain_rule": 1 - H**2, "delta_rule": 1, "frozen": 0}[rule]
            below = error @ W2.T * slope
            n = len(rows)
            W1, b1 = W1 - 0.5 * t.X[rows].T @ below / n, b1 - 0.5 * below.mean(axis=0) * np.ones((1, 32))
            W2, b2 = W2 - 0.5 * H.T @ error / n, b2 - 0.5 * error.mean(axis=0, keepdims=True)
    said = (np.tanh(t.X_test @ W1 + b1) @ W2 + b2).argmax(axis=1)
    return W1, (said == t.shown[:, 0]).mean()


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule", "frozen"])
def test_each_start_learns_as_it_would_alone(short, rule):
    run = finish(Setting("one", learning_rate=0.5))[rule]
    assert np.shape(run.losses) == np.shape(run.accuracies) == (SHORT + 1, STARTS)
    for seed in (0, 2):
        W1, accuracy = learned_alone(rule, seed, SHORT)
        np.testing.assert_allclose(run.layers[0].W[seed], W1, rtol=1e-7, atol=1e-10)
        assert run.accuracies[-1][seed] == accuracy
    np.testing.assert_array_equal(run.weights[SHORT], run.layers[0].W[0].astype(np.float32))
    np.testing.assert_array_equal(run.y_hats[SHORT], gdlab.forward(run.layers, task("one").X_test).y_hat[0])


def test_the_result_is_the_same_wherever_training_was_stopped(short):
    setting = Setting("one", "sigmoid", learning_rate=0.4)
    whole = [run.weights[-1] for run in finish(setting).values()]
    runs.cache_clear()
    for pieces in range(1, 8):  # stopped again and again, between epochs and between rules
        stages = advance(setting)
        for _ in range(1 + pieces % 3):
            next(stages, None)
        stages.close()
    halfway = [run.epochs for run in runs(setting).values()]
    assert min(halfway) > 0
    for one, other in zip(whole, finish(setting).values(), strict=True):
        np.testing.assert_array_equal(one, other.weights[-1])


def test_the_page_is_free_while_it_trains_and_a_stop_changes_no_result(short):
    async def story():
        explorer = DigitsLab(learning_rate=0.25, depth=2, step=0)
        started, ticks = time.monotonic(), 0
        while ticks < 3:
            assert explorer._under_way is not None
            await asyncio.sleep(0)
            ticks += 1
        explorer.stop()
        stopped = [run.epochs for run in runs(Setting("one", depth=2, learning_rate=0.25)).values()]
        explorer.values = {"below": "weights"}
        await asyncio.sleep(0.05)
        assert [run.epochs for run in runs(Setting("one", depth=2, learning_rate=0.25)).values()] == stopped
        assert max(stopped) < SHORT
        explorer.go_on()
        while explorer._under_way is not None:
            await asyncio.sleep(0)
            assert time.monotonic() - started < 60
        return [run.weights[-1] for run in runs(Setting("one", depth=2, learning_rate=0.25)).values()]

    with_a_stop = asyncio.run(story())
    runs.cache_clear()
    for one, other in zip(with_a_stop, finish(Setting("one", depth=2, learning_rate=0.25)).values(), strict=True):
        np.testing.assert_array_equal(one, other.weights[-1])


def test_while_it_trains_the_caption_says_how_far_it_has_come(short):
    explorer, told = DigitsLab(), []
    for _, numbers in explorer.stages(**(explorer.values | {"learning_rate": 0.22, "step": SHORT})):
        if numbers is not None:
            told.append(explorer.caption(numbers).split(",")[0:2])
    assert told[0] == ["So far", " after 0 epochs of 4"]
    assert told[1] == ["So far", " after 2 epochs of 4"]
    assert told[-1][0] == "After 4 epochs"


def test_without_a_hidden_layer_there_is_one_rule(short):
    explorer = DigitsLab(depth=0, below="weights", inside="frozen", step=SHORT)
    numbers = explorer.compute(**explorer.values)
    assert list(numbers.courses) == ["none"]
    assert numbers.weights.shape == (10, 8, 8)
    assert "there is one rule only" in explorer.caption(numbers)


def test_width_is_that_of_the_first_layer_and_at_most_32_above_it():
    def widths(width):
        return [layer.W.shape[-1] for layer in Setting("binary", depth=3, width=width).start()]

    assert widths(256) == [256, 32, 32, 1]
    assert widths(8) == [8, 8, 8, 1]


def test_networks_start_small_without_biases_or_large_with_different_ones():
    small, large = (Setting("binary", width=256, first_weights=name).start() for name in ("small", "large"))
    assert small[0].W.std() == pytest.approx(np.sqrt(2 / (128 + 256)), rel=0.01)
    assert not small[0].b.any()
    assert large[0].W.std() == pytest.approx(0.3, rel=0.01)
    assert large[0].b.std() == pytest.approx(1, rel=0.1)
    assert not large[1].b.any()
    one = initialise((128, 256, 1), "tanh", "sigmoid", seed=2, scheme=0.3)
    np.testing.assert_array_equal(large[0].W[2], one[0].W)
    np.testing.assert_array_equal(large[0].b[2], np.random.default_rng([1, 2]).normal(size=(1, 256)))


# --- the look inside ---


def test_a_table_counts_what_each_digit_was_read_as():
    t = task("one")
    said = np.random.default_rng(0).integers(-1, 10, len(t.shown))
    counts = confusion(t, said)
    for digit, read in np.ndindex(10, 10):
        assert counts[digit, read] == sum(d == digit and s == read for (d,), s in zip(t.shown, said, strict=True))


def test_a_table_of_pairs_has_the_share_called_even():
    t = task("binary")
    said = np.random.default_rng(0).integers(0, 2, len(t.shown))
    shares = share_even(t, said)
    for left, right in np.ndindex(2, 2):
        here = [s for (a, b), s in zip(t.shown, said, strict=True) if (a, b) == (left, right)]
        assert shares[left, right] == np.mean(here)


def test_the_surest_mistakes_come_first():
    t = task("one")
    y_hat = np.random.default_rng(1).dirichlet(np.ones(10), len(t.shown))
    wrong = [i for i in range(len(y_hat)) if y_hat[i].argmax() != t.shown[i, 0]]
    worst = surest_mistakes(t, y_hat)
    assert list(worst) == sorted(wrong, key=lambda i: -y_hat[i].max())
    i = worst[0]
    sure = f"{y_hat[i].max():.0%}"
    assert in_words(t, y_hat, worst[:1]) == [f"{t.shown[i, 0]}→{y_hat[i].argmax()}, {sure}"]


def test_a_cell_shows_its_digits_and_those_first_that_were_missed_most():
    t = task("one")
    y_hat = np.random.default_rng(1).dirichlet(np.ones(10), len(t.shown))
    here = [i for i in range(len(y_hat)) if (t.shown[i, 0], y_hat[i].argmax()) == (4, 7)]
    assert list(in_cell(t, y_hat, (4, 7))) == sorted(here, key=lambda i: y_hat[i, 4])
    assert len(in_cell(t, y_hat, (4, 7))) == confusion(t, t.answers(y_hat))[4, 7] > 0


def test_a_cell_of_pairs_shows_those_first_that_were_missed_most():
    t = task("binary")
    y_hat = np.random.default_rng(1).random((len(t.shown), 1))
    even, odd = in_cell(t, y_hat, (1, 1)), in_cell(t, y_hat, (0, 1))
    assert (np.diff(y_hat[even, 0]) >= 0).all()
    assert (np.diff(y_hat[odd, 0]) <= 0).all()
    assert {tuple(t.shown[i]) for i in even} == {(1, 1)}
    assert in_words(t, y_hat, odd[:1]) == [f"0+1: even {min(round(100 * y_hat[odd[0], 0]), 99)}%"]


def test_a_network_that_gives_no_numbers_answers_nothing():
    t = task("binary")
    assert list(t.answers(np.array([[0.7], [0.2], [np.nan]]))) == [1, 0, -1]


def test_pictures_stand_in_rows_from_the_top_left():
    pictures = np.arange(36.0).reshape(3, 2, 2, 3)
    laid = mosaic(pictures, columns=2, rows=2, cell=(3, 4))
    assert laid.shape == (6, 8, 3)
    np.testing.assert_array_equal(laid[0:2, 1:3], pictures[0])
    np.testing.assert_array_equal(laid[0:2, 5:7], pictures[1])
    np.testing.assert_array_equal(laid[3:5, 1:3], pictures[2])
    assert (laid == 1).all(axis=2).sum() == 6 * 8 - 12


def test_colours_go_from_paper_to_ink_and_tell_signs_apart():
    np.testing.assert_array_equal(tint(np.array([0, 1, 2]), "#000000"), [[1] * 3, [0] * 3, [0] * 3])
    (red, green, blue), nothing, minus = signed(np.array([1, 0, -1]))
    assert green > max(red, blue)
    np.testing.assert_array_equal(nothing, 1)
    assert minus[1] < min(minus[0], minus[2])


def test_how_much_some_pictures_explain():
    rng = np.random.default_rng(0)
    one = np.outer(rng.normal(size=32), rng.normal(size=64)).reshape(32, 8, 8)
    assert explained(one, 1) == pytest.approx(1)
    two = np.zeros((32, 8, 8))
    two[0, 0, 0], two[1, 3, 3] = 1.0, 2.0
    assert explained(two, 1) == pytest.approx(0.8)
    assert np.isnan(explained(np.zeros((32, 8, 8)), 1))


def test_changes_are_weights_minus_weights_at_the_start(short):
    setting = Setting("binary")
    run = finish(setting)["delta_rule"]
    numbers = reading(setting, "changes", (2, 8), "delta_rule", SHORT)
    moved = (run.layers[0].W - initialise((128, 32, 1), "tanh", "sigmoid", seed=range(STARTS))[0].W)[0]
    np.testing.assert_allclose(numbers.changes[5], moved[:, 5].reshape(8, 16), atol=1e-6)
    assert numbers.cell == (1, 1), "the table has two rows"
    assert not reading(setting, "changes", (0, 0), "frozen", SHORT).changes.any()


# --- what is told, and what has no place in the picture ---


def test_the_caption_says_what_is_below(short):
    explorer = DigitsLab(inside="frozen", below="cell", row=3, column=3)

    def numbers():
        return explorer.compute(**explorer.values)

    counts = confusion(task("one"), numbers().said)
    assert f" 3 read as 3: {counts[3, 3]} test digits; the first is 3 read as 3, " in explorer.caption(numbers())
    explorer.values = {"below": "mistakes"}
    often = np.argwhere(counts * (1 - np.eye(10)) == (counts * (1 - np.eye(10))).max())
    assert explorer.caption(numbers()).endswith(" and ".join(f"{d} is read as {r}" for d, r in often) + ".")
    explorer.values = {"below": "changes"}
    assert explorer.caption(numbers()).endswith(" Its first layer has learned nothing.")
    explorer.values = {"task": "binary", "below": "cell", "row": 0, "column": 1}
    assert " 0 beside 1 (odd): " in explorer.caption(numbers())


def test_the_caption_says_what_the_comparison_comes_to(short):
    explorer = DigitsLab()
    numbers = explorer.compute(**explorer.values)

    def verdict(**now):
        courses = {
            rule: dataclasses.replace(course, accuracy=np.full((1, STARTS), now[rule]))
            for rule, course in numbers.courses.items()
        }
        return explorer.caption(dataclasses.replace(numbers, courses=courses)).split("). ")[1].split(".")[0]

    assert verdict(chain_rule=0.98, delta_rule=0.97, frozen=0.9) == "It hardly matters what stands in the middle"
    assert verdict(chain_rule=0.98, delta_rule=0.15, frozen=0.1) == "The delta rule is hardly better than a guess"
    assert verdict(chain_rule=0.98, delta_rule=0.6, frozen=0.9).endswith("is behind the frozen layer")
    assert verdict(chain_rule=0.98, delta_rule=0.9, frozen=0.6) == "The delta rule stays behind"
    assert verdict(chain_rule=0.6, delta_rule=0.9, frozen=0.6) == "Here the delta rule is ahead"
    assert verdict(chain_rule=0.1, delta_rule=0.1, frozen=0.1) == "None has learned much"


def test_a_cell_of_the_table_shows_those_digits_and_a_name_its_network(short):
    explorer = DigitsLab()
    hands = {hand.name: hand for hand in explorer.hands(explorer.compute(**explorer.values))}
    counts = confusion(task("one"), explorer.compute(**explorer.values).said)
    assert hands["4 read as 4"].says == f"4 read as 4: {counts[4, 4]} test digits"
    explorer.values = hands["4 read as 4"].sets
    assert explorer.values["below"] == "cell"
    assert f" 4 read as 4: {counts[4, 4]} test digits" in words(explorer)
    explorer.values = hands["look inside: frozen layer"].sets
    assert explorer.values["inside"] == "frozen"
    assert {hand.control for hand in hands.values() if isinstance(hand, Strip)} == {"step"}
    explorer.values = {"task": "binary"}
    hands = {hand.name: hand for hand in explorer.hands(explorer.compute(**explorer.values))}
    assert hands["0 beside 1"].says.endswith("% called even")


def test_a_rule_that_diverges_ends_its_line_and_has_no_table(short, monkeypatch):
    explorer = DigitsLab(learning_rate=0.22, inside="delta_rule")
    explorer.finish()
    run = runs(Setting("one", learning_rate=0.22))["delta_rule"]
    monkeypatch.setattr(run, "losses", [*run.losses[:-2], *[np.full(STARTS, np.nan)] * 2])
    monkeypatch.setattr(run, "y_hats", [*run.y_hats[:-1], np.full_like(run.y_hats[0], np.nan)])
    explorer._refresh()
    assert "delta rule diverged" in words(explorer)
    assert not any(artist.get_visible() for artist in explorer._table.artists)
    heights = explorer._curves["delta_rule"][1].get_ydata()
    assert list(np.isfinite(heights)) == [True] * (SHORT - 1) + [False] * 2


def test_a_number_in_a_cell_is_written_in_what_is_seen_better():
    table = digit_views.Table(Figure().add_subplot())
    shades = np.linspace(0, 1, 100).reshape(10, 10)
    table.show(shades, style.INK, [["1"] * 10] * 10, (0, 0), strong=False)
    for number, shade in zip(table._numbers, shades.flat, strict=True):
        cell = digit_views.tint(np.array(shade), style.INK)
        light = [digit_views.luminance(to_rgb(colour)) + 0.05 for colour in (style.PAPER, style.INK)]
        contrasts = {
            colour: max(one, other) / min(one, other)
            for colour, one in zip((style.PAPER, style.INK), light, strict=True)
            for other in [digit_views.luminance(cell) + 0.05]
        }
        assert contrasts[number.get_color()] == max(contrasts.values()) > 3.9


def test_the_luminance_is_that_of_the_rules_for_contrast():
    colours = [[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 0, 1], [0.5, 0.5, 0.5]]
    np.testing.assert_allclose(digit_views.luminance(np.array(colours)), [0, 1, 0.2126, 0.0722, 0.2140], atol=5e-5)
