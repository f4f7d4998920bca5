"""BrokenBackward: each bug by formulas written a second time, the runs, and what picture and caption say."""

import numpy as np
import pytest

import gdlab
from gdlab.lessons.check_your_gradient.bugs import BUGS, EVERY, STEPS, backward_with, data_of, measured_gradient, run
from gdlab.lessons.check_your_gradient.gradient_check import SIZES
from tests.explorers.steering import words


@pytest.fixture(scope="module")
def explorer():
    return gdlab.BrokenBackward()


SLOPES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
}


def by_hand(bug, layers, X, y):
    """Gradients of a 2-6-6-1 network with this bug, in one straight line of NumPy; None for ``"stale"``."""
    (W1, b1), (W2, b2), (W3, b3) = ((layer.W, layer.b) for layer in layers)
    f = layers[0].activation
    z1 = X @ W1 + b1
    z2 = f(z1) @ W2 + b2
    y_hat = 1 / (1 + np.exp(-(f(z2) @ W3 + b3)))
    error = (y - y_hat if bug == "sign" else y_hat - y) / (1 if bug == "mean" else len(X))
    where = f if bug == "slope" else np.asarray
    factor = (lambda z: 1.0) if bug == "one" else (lambda z: SLOPES[f.name](where(z)))
    second = error @ W3.T * factor(z2)
    first = second @ (W2 if bug == "transposed" else W2.T) * factor(z1)
    gradients = [X.T @ first, first.sum(axis=0), f(z1).T @ second, second.sum(axis=0), f(z2).T @ error]
    gradients.append(error.sum(axis=0))
    if bug == "bias":
        gradients[1] = 0 * gradients[1]
    return np.concatenate([gradient.ravel() for gradient in gradients])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("bug", [name for name in BUGS if name != "stale"])
def test_each_bug_does_what_its_name_says_and_nothing_else(bug, activation):
    data = data_of("moons")
    layers = gdlab.initialise(SIZES, activation, "sigmoid", seed=3, scheme="he")
    given = backward_with(BUGS[bug], layers, gdlab.forward(layers, data.X), data.y)
    np.testing.assert_allclose(
        gdlab.gradient_vector(given), by_hand(bug, layers, data.X, data.y), rtol=1e-9, atol=1e-14
    )


@pytest.mark.parametrize("bug", BUGS)
def test_a_run_is_gradient_descent_by_the_broken_pass(bug):
    data, rate, story = data_of("xor"), 0.01, run(bug, "xor", "tanh", 0.01, 2)
    layers, before = gdlab.initialise(SIZES, "tanh", "sigmoid", seed=2, scheme="he"), None
    for step in range(2 * EVERY + 1):
        seen = before if bug == "stale" and before is not None else layers
        if bug == "stale":
            # what came forward is of the step before, the weights on the way back are those of now
            gradients = backward_with(BUGS["none"], layers, gdlab.forward(seen, data.X), data.y)
            gradient = gdlab.gradient_vector(gradients)
        else:
            gradient = by_hand(bug, layers, data.X, data.y)
        theta = gdlab.to_vector(layers)
        if step % EVERY == 0:
            record = step // EVERY
            np.testing.assert_allclose(gdlab.to_vector(story.layers[record]), theta, rtol=1e-6, atol=1e-9)
            J = gdlab.mean_loss(layers, data.X, data.y, loss="binary_cross_entropy")
            assert story.loss[record] == pytest.approx(float(J), rel=1e-6)
        before, layers = layers, gdlab.from_vector(theta - rate * gradient, layers)
    assert len(story.layers) == len(story.taken) == len(story.loss) == STEPS // EVERY + 1


def test_without_a_bug_it_is_train():
    data = data_of("circle")
    start = gdlab.initialise(SIZES, "sigmoid", "sigmoid", seed=5, scheme="he")
    history = gdlab.train(
        start, data.X, data.y, loss="binary_cross_entropy", learning_rate=0.3, steps=STEPS, record_every=EVERY
    )
    np.testing.assert_allclose(run("none", "circle", "sigmoid", 0.3, 5).loss, history.loss, rtol=1e-9)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_what_is_measured_is_gdlabs_numerical_gradient(activation):
    data = data_of("moons")
    layers = gdlab.initialise(SIZES, activation, "sigmoid", seed=1, scheme="he")
    measured, corner = measured_gradient(layers, data)
    wanted = gdlab.numerical_gradient(
        lambda theta: gdlab.mean_loss(gdlab.from_vector(theta, layers), data.X, data.y, loss="binary_cross_entropy"),
        gdlab.to_vector(layers),
        h=1e-6,
    )
    np.testing.assert_allclose(gdlab.gradient_vector(measured), wanted, atol=1e-9)
    assert not corner


def test_a_relu_that_changes_its_side_within_the_step_is_told_and_a_tanh_is_not():
    data = data_of("moons")
    for activation, wanted in (("relu", True), ("tanh", False)):
        hidden, *rest = gdlab.initialise(SIZES, activation, "sigmoid", seed=1, scheme="he")
        b = hidden.b.copy()
        b[0, 2] = -(data.X[7] @ hidden.W)[2]  # so that z of this unit is 0 for sample 7
        assert measured_gradient([hidden.with_parameters(hidden.W, b), *rest], data)[1] is wanted


def test_errors_are_told_for_each_group_and_cells_for_each_parameter(explorer):
    numbers = explorer.compute(**explorer.values | {"bug": "bias"})
    assert [cell.shape for cell in numbers.cells] == [(2, 6), (1, 6), (6, 6), (1, 6), (6, 1), (1, 1)]
    assert numbers.wrong.tolist() == [False, True, False, False, False, False]
    assert numbers.errors[1] == 1
    assert (numbers.cells[1] > 0.9).all()
    assert max(cell.max() for i, cell in enumerate(numbers.cells) if i != 1) < 1e-4


@pytest.mark.parametrize(
    ("bug", "verdict"),
    [
        ("none", "everything fits"),
        ("sign", "everything is wrong"),
        ("bias", "b₁ is wrong, the rest fits"),
        ("transposed", "W₁ and b₁ are wrong, the rest fits"),
        ("one", "W₁, b₁, W₂ and b₂ are wrong, the rest fits"),
    ],
)
def test_the_verdict_stands_over_the_grids_and_in_the_caption(explorer, bug, verdict):
    explorer.values = {"bug": bug}
    assert explorer._row._title.get_text() == f"The check: {verdict}"
    assert words(explorer).endswith(f"The check says: {verdict}.")
    labels = [text.get_text() for text in explorer._row._labels]
    numbers = explorer.compute(**explorer.values)
    assert ["wrong" in label for label in labels] == numbers.wrong.tolist()
    explorer.reset()


def test_without_a_bug_the_second_network_is_a_copy(explorer):
    explorer.values = {"bug": "none"}
    assert explorer._planes[1].title.get_text().startswith("a copy:")
    assert explorer._names[1].get_text() == "a copy"
    assert "with this bug" not in words(explorer)
    explorer.values = {"bug": "sign"}
    assert explorer._names[1].get_text() == "this bug"
    assert "with this bug" in words(explorer)
    explorer.reset()


def test_cells_are_white_where_a_group_fits_and_dark_where_nothing_does(explorer):
    explorer.values = {"bug": "bias"}
    colours = explorer._row._cells.get_facecolor()[:, :3]
    assert (colours[:12] == 1).all()
    assert (colours[12:18] < 0.8).any(axis=1).all()
    assert (colours[18:] == 1).all()
    explorer.reset()


def test_training_that_diverges_is_said_in_words(explorer):
    explorer.values = {"bug": "sign", "activation": "relu", "learning_rate": 3.0}
    assert "training with this bug has diverged" in words(explorer)
    assert explorer._planes[1].title.get_text() == "this bug: diverged"
    assert "not a number" in "".join(text.get_text() for text in explorer._row._labels)
    explorer.reset()


def test_bugs_are_a_list_and_the_step_is_dragged_along_the_losses(explorer):
    assert explorer.controls["bug"].spec()["listed"] is True
    (strip,) = explorer.hands(explorer.compute(**explorer.values))
    assert (strip.axes, strip.control) == (explorer._losses, "step")


def test_cells_of_a_group_that_fits_are_white_even_if_rounding_is_all_that_one_of_them_holds(explorer):
    numbers = explorer.compute(**explorer.values | {"bug": "bias"})
    noisy = [cell + 0.5 for cell in numbers.cells]
    explorer._row.show(numbers.errors, noisy, numbers.wrong, "")
    colours = explorer._row._cells.get_facecolor()[:, :3]
    assert (colours < 0.8).any(axis=1).tolist() == [12 <= i < 18 for i in range(67)]
    explorer.reset()
