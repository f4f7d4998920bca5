"""WrongSigns: its numbers against training with reversed slopes written out with NumPy."""

import numpy as np
import pytest

import gdlab
from gdlab.datasets import TOY_SETS
from gdlab.explorers.runs import EVERY
from gdlab.lessons.learn_without_the_exact_slope import wrong_signs
from gdlab.lessons.learn_without_the_exact_slope.stand_in_runs import HIDDEN, SAMPLES, STARTS

VALUES = {"share": 0.3, "which": "anew", "problem": "circle", "learning_rate": 0.5, "step": 60}
START = 7
DRAWS = STARTS, SAMPLES, HIDDEN


def by_hand(share, which, steps):
    """Train one start; return the share of points right and the agreement before each step and after the last."""
    rng = np.random.default_rng(0)
    always = rng.random(DRAWS)[START] < share
    data = TOY_SETS["circle"](SAMPLES)
    X, y = data.X, data.y
    hidden, output = gdlab.initialise((2, HIDDEN, 1), "relu", "sigmoid", seed=START, scheme=1.0)
    W, b, V, c = hidden.W, hidden.b, output.W, output.b
    shares, cosines = [], []
    for _ in range(steps + 1):
        z = X @ W + b
        a = np.maximum(z, 0)
        signal = (1 / (1 + np.exp(-(a @ V + c))) - y) / len(X)
        exact = (signal @ V.T) * (z > 0)
        turned = rng.random(DRAWS)[START] < share if which == "anew" else always
        below = np.where(turned, -exact, exact)
        update, gradient = (np.concatenate([(X.T @ one).ravel(), one.sum(axis=0)]) for one in (below, exact))
        shares.append(np.mean((a @ V + c > 0) == (y == 1)))
        cosines.append(update @ gradient / np.linalg.norm(update) / np.linalg.norm(gradient))
        W, b = W - 0.5 * X.T @ below, b - 0.5 * below.sum(axis=0, keepdims=True)
        V, c = V - 0.5 * a.T @ signal, c - 0.5 * signal.sum(axis=0, keepdims=True)
    return np.array(shares), np.array(cosines)


@pytest.fixture(scope="module")
def explorer():
    return gdlab.WrongSigns()


def numbers_of(explorer, **changed):
    return explorer.compute(**VALUES | changed)


@pytest.mark.parametrize("which", ["anew", "same"])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_each_run_is_what_training_by_hand_gives(explorer, share, which):
    course = numbers_of(explorer, share=share, which=which).courses["wrong"]
    shares, cosines = by_hand(share, which, VALUES["step"])
    assert course.shares.shape == course.cosines.shape == (VALUES["step"] // EVERY + 1, STARTS)
    np.testing.assert_allclose(course.shares[:, START], shares[::EVERY])
    if which == "same" or not share:  # the draws that the agreement of the others is taken of are no step's
        np.testing.assert_allclose(course.cosines[:, START], cosines[::EVERY], atol=1e-9)


def test_with_no_sign_wrong_the_slopes_are_exact(explorer):
    courses = numbers_of(explorer, share=0.0).courses
    np.testing.assert_array_equal(courses["wrong"].shares, courses["exact"].shares)
    np.testing.assert_allclose(courses["wrong"].cosines, 1)


def test_a_share_of_the_signs_is_reversed_and_no_slope_changes_its_size():
    z = np.abs(np.random.default_rng(1).normal(size=DRAWS))
    relu = gdlab.ACTIVATIONS["relu"]
    for anew in (True, False):
        rule = wrong_signs.wrong_signs(0.3, anew)
        first, second = rule.factor(relu, z), rule.factor(relu, z)
        np.testing.assert_array_equal(np.abs(first), 1)
        assert (first < 0).mean() == pytest.approx(0.3, abs=0.02)
        assert np.array_equal(first, second) is not anew


def test_the_caption_counts_the_networks_that_have_learned(explorer):
    now = numbers_of(explorer)
    words = explorer.caption(now)
    learned = {name: int((course.shares[-1] > 0.9).sum()) for name, course in now.courses.items()}
    assert f"after 60 steps on a disc: exact slopes {learned['exact']}, frozen layer {learned['frozen']};" in words
    assert f"with 30% of the signs wrong, drawn anew at each step, {learned['wrong']}." in words
    assert f"is then {np.median(now.courses['wrong'].mean_cosines):.2f} (median)" in words


def test_what_is_compared_with_comes_first_and_what_was_trained_once_stays(explorer):
    wrong_signs._courses.cache_clear()
    stages = list(explorer.stages(**VALUES))
    assert [share for share, _ in stages] == pytest.approx([1 / 3, 2 / 3, 1])
    assert list(stages[-1][1].courses) == ["exact", "frozen", "wrong"]
    for _, now in stages:
        assert explorer.caption(now).endswith(".")
        explorer.draw(now)
    assert [share for share, _ in explorer.stages(**VALUES | {"step": 0})] == [1]
    assert [share for share, _ in explorer.stages(**VALUES | {"share": 0.6})] == pytest.approx([2 / 3, 1])
