import numpy as np
import pytest

from gdlab.datasets import penguins
from gdlab.lessons.find_the_missing_derivative.slowdown import EVERY, GRIP, STEPS, Slowdown
from tests.explorers.steering import words


@pytest.fixture(scope="module")
def explorer():
    return Slowdown()


def by_hand(loss, weight, learning_rate, steps):
    """The unit's weight and bias by a loop over formulas, nothing of gdlab but the birds."""
    birds = penguins("flipper_length_mm", "species", ("Adelie", "Gentoo"))
    x, y = birds.X[:, 0], birds.y[:, 0]
    x = (x - x.mean()) / x.std()
    w, b = weight, 0.0
    for step in range(steps + 1):
        y_hat = 1 / (1 + np.exp(-(w * x + b)))
        signal = y_hat - y
        if loss == "squared error":
            signal = signal * y_hat * (1 - y_hat)
        if step < steps:
            w, b = w - learning_rate * np.mean(signal * x), b - learning_rate * np.mean(signal)
    return w, b, np.mean((y_hat > 0.5) == (y > 0.5)), np.mean(abs(signal)), np.mean((y_hat - y) ** 2) / 2


@pytest.mark.parametrize("steps", [0, EVERY, 100, STEPS])
@pytest.mark.parametrize(("weight", "learning_rate"), [(-8.0, 1.0), (-3.0, 10.0), (0.0, 0.1), (8.0, 1.0)])
def test_both_learners_are_where_the_formulas_lead(explorer, weight, learning_rate, steps):
    race = explorer.compute(weight, learning_rate, steps)
    assert race.steps[-1] == steps
    for learner in race.learners.values():
        wanted = by_hand(learner.name, weight, learning_rate, steps)
        came = (learner.weight, learner.bias, learner.accuracy, learner.signal, learner.errors[-1])
        assert came == pytest.approx(wanted, rel=1e-7)
        assert len(learner.errors) == steps // EVERY + 1


def test_the_pictures_curves_are_the_units(explorer):
    explorer.values = {"weight": -8.0, "learning_rate": 1.0, "step": 60}
    x = penguins("flipper_length_mm", "species", ("Adelie", "Gentoo")).X
    for loss, learner in explorer.compute(-8.0, 1.0, 60).learners.items():
        shown, y_hat = explorer._curves[loss].get_data()
        z = learner.weight * (shown - x.mean()) / x.std() + learner.bias
        np.testing.assert_allclose(y_hat, 1 / (1 + np.exp(-z)))
        assert explorer._titles[loss].get_text().lower().startswith(learner.name)


def test_the_caption_tells_both(explorer):
    explorer.values = {"weight": -8, "learning_rate": 1.0, "step": 0}
    assert words(explorer).startswith("At weight −8, before a step of rate 1, both have 1% of the birds right.")
    assert "is 0.012 by squared error, where f′(z) is a factor of it, and 0.97 by" in words(explorer)
    explorer.values = {"step": 400}
    assert words(explorer).startswith(
        "After 400 steps of rate 1 from weight −8, squared error has 55% of the birds right"
    )
    assert "cross-entropy 99%" in words(explorer)


def test_it_waits_at_step_0_and_the_step_is_dragged_on_the_errors(explorer):
    assert explorer.controls["step"].start == 0
    *_, strip = explorer.hands(explorer.compute(-8, 1.0, 60))
    assert (strip.control, strip.axes) == ("step", explorer._errors)


def test_the_start_is_dragged_on_either_curve_as_it_was_at_the_start(explorer):
    explorer.values = {"weight": -3, "step": 60}
    *starts, _ = explorer.hands(explorer.compute(**explorer.values))
    assert [hand.axes for hand in starts] == explorer._panels
    for hand, begin in zip(starts, explorer._begins, strict=True):
        assert hand.x == "weight"
        assert hand.path.shape == (17, 2)
        x, y = begin.get_data()
        assert hand.at == pytest.approx((GRIP, np.interp(GRIP, x, y)), abs=1e-3)
        assert (np.diff(hand.path[:, 1]) < 0).all()
