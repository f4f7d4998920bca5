import numpy as np
import pytest

import gdlab
from gdlab.lessons.keep_the_signal_alive.deep_training import EVERY, GROUP, STARTS, STEPS, DeepTraining
from gdlab.lessons.keep_the_signal_alive.signal_flow import data
from tests.explorers.steering import words

SETTING = {"activation": "tanh", "weights": "he", "depth": 2, "learning_rate": 0.05}


@pytest.fixture(scope="module")
def explorer():
    return DeepTraining(**SETTING)


def by_hand(start, rule, steps):
    """Loss, share right and each layer's way, by a loop over formulas; only the first weights are gdlab's."""
    X, y = data().X, data().y
    layers = gdlab.initialise((2, 16, 16, 1), "tanh", seed=start, scheme="he")
    first = [layer.W for layer in layers]
    W, b = [w.copy() for w in first], [np.zeros((1, w.shape[1])) for w in first]
    speeds = [[np.zeros_like(p) for p in parameters] for parameters in (W, b)]
    for step in range(steps + 1):
        H1 = np.tanh(X @ W[0] + b[0])
        H2 = np.tanh(H1 @ W[1] + b[1])
        y_hat = 1 / (1 + np.exp(-(H2 @ W[2] + b[2])))
        if step == steps:
            break
        s3 = (y_hat - y) / len(X)
        s2 = s3 @ W[2].T * (1 - H2**2 if rule == "chain_rule" else 1)
        s1 = s2 @ W[1].T * (1 - H1**2 if rule == "chain_rule" else 1)
        for index, (a, s) in enumerate(((X, s1), (H1, s2), (H2, s3))):
            for parameters, speed, gradient in ((W, speeds[0], a.T @ s), (b, speeds[1], s.sum(axis=0))):
                speed[index] = 0.9 * speed[index] - 0.05 * gradient
                parameters[index] = parameters[index] + speed[index]
    loss = -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    moved = [np.sqrt(np.sum((w - w0) ** 2) / np.sum(w0**2)) for w, w0 in zip(W, first, strict=True)]
    return loss, np.mean((y_hat > 0.5) == (y == 1)), moved


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule"])
def test_every_start_goes_where_the_formulas_lead(explorer, rule):
    for step in (0, 3 * EVERY):
        numbers = explorer.compute(rule=rule, step=step, **SETTING)
        assert numbers.loss.shape == (step // EVERY + 1, STARTS)
        for start in range(STARTS):
            loss, right, moved = by_hand(start, rule, step)
            assert numbers.loss[-1, start] == pytest.approx(loss, rel=1e-8)
            assert numbers.right[-1, start] == right
            assert numbers.moved[-1, :, start] == pytest.approx(moved, rel=1e-8)


def test_the_starts_come_group_by_group(explorer):
    values = {**SETTING, "rule": "chain_rule", "step": STEPS, "learning_rate": 0.07}
    told = list(explorer.stages(**values))
    assert [share for share, _ in told] == pytest.approx([(n + 1) * GROUP / STARTS for n in range(STARTS // GROUP)])
    assert [numbers.starts for _, numbers in told] == list(range(GROUP, STARTS + 1, GROUP))
    assert len(list(explorer.stages(**values))) == 1, "the second time nothing is left to do"


@pytest.mark.parametrize(("step", "learned"), [(0, 0), (2 * EVERY, None), (STEPS, 6)])
def test_title_and_caption_count_who_has_learned(explorer, step, learned):
    explorer.values = {**SETTING, "rule": "chain_rule", "step": step}
    right = explorer.compute(**explorer.values).right[-1]
    if learned is None:
        assert ((right > 0.6) & (right < 0.9)).any(), "better than a guess, and not learned"
        learned = sum(right > 0.9)
    assert explorer._titles[0].get_text() == f"{learned} of 6 starts have learned it"
    assert words(explorer).startswith(f"After {step} steps by the chain rule through 2 hidden layers, {learned} of 6")


def test_the_strip_is_darker_the_further_a_layer_moved_start_by_start(explorer):
    explorer.values = {**SETTING, "rule": "chain_rule", "step": STEPS}
    moved = explorer.compute(**explorer.values).moved[-1]
    np.testing.assert_allclose(explorer._heat.get_array(), np.log10(moved.T))
    red_green_blue = explorer._heat.cmap(explorer._heat.norm(np.arange(-6.0, 4.0)))[:, :3].sum(axis=1)
    assert (np.diff(red_green_blue) < 0).all()


def test_layers_beyond_all_measure_are_as_dark_as_can_be_and_their_size_is_still_a_number(explorer):
    explorer.values = {"rule": "delta_rule", "activation": "sigmoid", "weights": "glorot", "depth": 10, "step": STEPS}
    explorer.values = {"learning_rate": 0.1}
    numbers = explorer.compute(**explorer.values)
    assert 1e160 < numbers.typical[0] < np.inf, "its square would be infinite"
    assert (explorer._heat.get_array()[:, 0] == 3).all()
    assert (explorer._heat.get_array()[:, -1] < 3).all()
    spot = explorer.hands(numbers)[1]
    assert spot.name == "layer 1"
    assert "×\N{NO-BREAK SPACE}10¹" in spot.says


def test_starts_that_diverge_are_counted(explorer):
    explorer.values = {"activation": "identity", "weights": "very_large", "depth": 20, "learning_rate": 0.5}
    assert explorer.error is None
    diverged = int((~np.isfinite(explorer.compute(**explorer.values).loss[-1])).sum())
    assert diverged > 0
    assert words(explorer).endswith(f"; {diverged} diverged.")
    assert explorer._titles[1].get_text() == f"{diverged} of 6 starts diverged"
