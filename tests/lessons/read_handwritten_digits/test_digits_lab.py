"""DigitsLab's numbers against calculations written a second time, and training that is stopped and goes on."""

import asyncio
import time

import numpy as np
import pytest

from gdlab.datasets import digits
from gdlab.lessons.read_handwritten_digits import digit_runs
from gdlab.lessons.read_handwritten_digits.digit_reading import explained, reading
from gdlab.lessons.read_handwritten_digits.digit_runs import BATCH, STARTS, advance, runs, side_by_side, split, task
from gdlab.lessons.read_handwritten_digits.digit_views import confusion, mosaic, share_even, surest_mistakes
from gdlab.lessons.read_handwritten_digits.digits_lab import DigitsLab
from gdlab.network import initialise

SHORT = 4


@pytest.fixture
def short(monkeypatch):
    """Training of a few epochs only, and nothing remembered from before or after."""
    monkeypatch.setattr(digit_runs, "EPOCHS", SHORT)
    runs.cache_clear()
    yield
    runs.cache_clear()


def finish(*setting):
    for _ in advance(*setting):
        pass
    return runs(*setting)


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
        if epoch % t.epochs_at_once == 0:
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
    run = finish("one", "tanh", 1, 0.5)[rule]
    assert np.shape(run.losses) == np.shape(run.accuracies) == (SHORT + 1, STARTS)
    for seed in (0, 2):
        W1, accuracy = learned_alone(rule, seed, SHORT)
        np.testing.assert_allclose(run.layers[0].W[seed], W1, rtol=1e-7, atol=1e-10)
        assert run.accuracies[-1][seed] == accuracy
    np.testing.assert_array_equal(run.first(SHORT)[0].W, run.layers[0].W[0])


def test_the_result_is_the_same_wherever_training_was_stopped(short):
    setting = "one", "sigmoid", 1, 0.4
    whole = [run.firsts[-1] for run in finish(*setting).values()]
    runs.cache_clear()
    for pieces in range(1, 8):  # stopped again and again, between epochs and between rules
        stages = advance(*setting)
        for _ in range(1 + pieces % 3):
            next(stages, None)
        stages.close()
    halfway = [run.epochs for run in runs(*setting).values()]
    assert min(halfway) > 0
    for one, other in zip(whole, finish(*setting).values(), strict=True):
        np.testing.assert_array_equal(one, other.firsts[-1])


def test_the_page_is_free_while_it_trains_and_a_stop_changes_no_result(short):
    async def story():
        explorer = DigitsLab(learning_rate=0.25, depth=2, step=0)
        started, ticks = time.monotonic(), 0
        while ticks < 3:
            assert explorer._under_way is not None
            await asyncio.sleep(0)
            ticks += 1
        explorer.stop()
        stopped = [run.epochs for run in runs("one", "tanh", 2, 0.25).values()]
        explorer.values = {"view": "weights"}
        await asyncio.sleep(0.05)
        assert [run.epochs for run in runs("one", "tanh", 2, 0.25).values()] == stopped
        assert max(stopped) < SHORT
        explorer.go_on()
        while explorer._under_way is not None:
            await asyncio.sleep(0)
            assert time.monotonic() - started < 60
        return [run.firsts[-1] for run in runs("one", "tanh", 2, 0.25).values()]

    with_a_stop = asyncio.run(story())
    runs.cache_clear()
    for one, other in zip(with_a_stop, finish("one", "tanh", 2, 0.25).values(), strict=True):
        np.testing.assert_array_equal(one, other.firsts[-1])


def test_while_it_trains_the_caption_says_how_far_it_has_come(short):
    stages = DigitsLab().stages("one", "tanh", 1.0, 0.22, "answers", "chain_rule", SHORT)
    explorer, told = DigitsLab(), []
    for _, numbers in stages:
        if numbers is not None:
            told.append(explorer.caption(numbers).split(",")[0:2])
    assert told[0] == ["So far", " after 0 epochs of 4"]
    assert told[1] == ["So far", " after 2 epochs of 4"]
    assert told[-1][0] == "After 4 epochs"


def test_without_a_hidden_layer_there_is_one_rule(short):
    numbers = DigitsLab().compute(
        task="one", activation="tanh", depth=0.0, learning_rate=0.3, view="weights", inside="frozen", step=SHORT
    )
    assert list(numbers.courses) == ["none"]
    assert numbers.weights.shape == (10, 8, 8)


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
    worst, words = surest_mistakes(t, y_hat, 5)
    wrong = [i for i in range(len(y_hat)) if y_hat[i].argmax() != t.shown[i, 0]]
    assert list(worst) == sorted(wrong, key=lambda i: -y_hat[i].max())[:5]
    i = worst[0]
    assert words[0].startswith(f"{t.shown[i, 0]}, read as {y_hat[i].argmax()}\n")


def test_a_network_that_gives_no_numbers_answers_nothing():
    t = task("binary")
    assert list(t.answers(np.array([[0.7], [0.2], [np.nan]]))) == [1, 0, -1]


def test_pictures_stand_in_rows_from_the_top_left():
    pictures = np.arange(12.0).reshape(3, 2, 2)
    laid = mosaic(pictures, columns=2, rows=2, cell=(3, 4))
    assert laid.shape == (6, 8)
    np.testing.assert_array_equal(laid[0:2, 1:3], pictures[0])
    np.testing.assert_array_equal(laid[0:2, 5:7], pictures[1])
    np.testing.assert_array_equal(laid[3:5, 1:3], pictures[2])
    assert np.isnan(laid).sum() == 6 * 8 - 12


def test_how_much_some_pictures_explain():
    rng = np.random.default_rng(0)
    one = np.outer(rng.normal(size=32), rng.normal(size=64)).reshape(32, 8, 8)
    assert explained(one, 1) == pytest.approx(1)
    two = np.zeros((32, 8, 8))
    two[0, 0, 0], two[1, 3, 3] = 1.0, 2.0
    assert explained(two, 1) == pytest.approx(0.8)
    assert np.isnan(explained(np.zeros((32, 8, 8)), 1))


def test_changes_are_weights_minus_weights_at_the_start(short):
    setting = "binary", "tanh", 1, 0.3
    run = finish(*setting)["delta_rule"]
    numbers = reading(setting, "changes", "delta_rule", SHORT)
    moved = (run.layers[0].W - initialise((128, 32, 1), "tanh", "sigmoid", seed=range(STARTS))[0].W)[0]
    np.testing.assert_allclose(numbers.changes[5], moved[:, 5].reshape(8, 16))
    assert not reading(setting, "changes", "frozen", SHORT).changes.any()


# --- what is told, and what has no place in the picture ---


def test_the_caption_says_what_stands_below(short):
    explorer = DigitsLab(inside="frozen")

    def numbers():
        return explorer.compute(**explorer.values)

    counts = confusion(task("one"), numbers().said) * (1 - np.eye(10, dtype=int))
    told = explorer.caption(numbers())
    assert f"Below, frozen layer: {counts.sum()} of 497 test digits misread" in told
    for digit, read in np.argwhere(counts == counts.max()):
        assert f"{digit} is read as {read}" in told
    explorer.values = {"view": "mistakes"}
    assert "; first " in explorer.caption(numbers())
    explorer.values = {"view": "changes"}
    assert explorer.caption(numbers()).endswith("Below, frozen layer: its first layer has learned nothing.")
    explorer.values = {"task": "binary", "view": "answers"}
    share = share_even(task("binary"), numbers().said)
    assert f"{share[0, 1]:.0%} of 0 + 1" in explorer.caption(numbers())


def test_a_rule_that_diverges_ends_its_line_and_has_no_table(short, monkeypatch):
    explorer = DigitsLab(learning_rate=0.22, inside="delta_rule")
    run = runs("one", "tanh", 1, 0.22)["delta_rule"]
    monkeypatch.setattr(run, "losses", [*run.losses[:-2], *[np.full(STARTS, np.nan)] * 2])
    monkeypatch.setattr(run, "firsts", [*run.firsts[:-1], np.full_like(run.firsts[0], np.nan)])
    explorer._refresh()
    assert "Below, delta rule: diverged." in explorer.caption(explorer.compute(**explorer.values))
    assert not any(artist.get_visible() for artist in explorer._table.artists)
    for axes in (explorer._accuracy, explorer._loss):
        heights = explorer._curves[axes]["delta_rule"][1].get_ydata()
        assert list(np.isfinite(heights)) == [True] * (SHORT - 1) + [False] * 2


def test_a_loss_above_the_frame_is_said_to_be_there(short, monkeypatch):
    explorer = DigitsLab(learning_rate=0.22)
    run = runs("one", "tanh", 1, 0.22)["chain_rule"]
    monkeypatch.setattr(run, "losses", [*run.losses[:-1], np.full(STARTS, 5.0)])
    explorer._refresh()
    names = {rule: artists[2].get_text() for rule, artists in explorer._curves[explorer._loss].items()}
    assert names["chain_rule"] == "chain rule\noff the scale"
    assert names["delta_rule"] == "delta rule"
