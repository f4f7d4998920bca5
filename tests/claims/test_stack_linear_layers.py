"""What notebook 05 says and does not compute itself."""

import numpy as np
import pytest

import gdlab
from gdlab import datasets
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.stack_linear_layers import collapse, deep_linear


def collapse_accuracies(problem, activation, depth, width, seeds=range(20)):
    """Share of points right at the end of the runs that Collapse shows, one number for each random start."""
    data = datasets.TOY_SETS[problem](160)
    ends = (collapse.run(problem, activation, depth, width, seed).layers() for seed in seeds)
    return np.array([((gdlab.forward(layers, data.X).z[-1] > 0) == data.y).mean() for layers in ends])


@pytest.mark.parametrize("width", [2, 4, 6, 8])
@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_05_a_linear_stack_on_xor_ends_at_the_line_of_no_hidden_layer_at_all(depth, width):
    alone = gdlab.product(collapse.run("xor", "identity", 0, 1, 0).layers())
    for start in range(20):
        same = gdlab.product(collapse.run("xor", "identity", depth, width, start).layers())
        for name in ("W", "b"):
            np.testing.assert_allclose(getattr(same, name), getattr(alone, name), atol=0.01 * abs(alone.b.item()))
    assert (collapse_accuracies("xor", "identity", depth, width) == 0.7).all()


def test_05_a_linear_stack_learns_and_is_good_enough_for_the_clouds():
    for depth in (0, 1, 2, 3, 5):
        assert (collapse_accuracies("clouds", "identity", depth, 6) > 0.95).all()
    history = collapse.run("xor", "identity", 2, 6, 0)
    assert history.loss[-1] < history.loss[0] - 0.05


def test_05_no_line_has_more_than_72_and_a_half_percent_of_xor_right():
    """The best line can be turned and shifted until it goes through two points, each of which may be on either side."""
    data = datasets.xor(160)
    X, label = data.X, data.y[:, 0] == 1
    i, j = np.triu_indices(len(X), 1)
    normal = (X[j] - X[i]) @ np.array([[0, 1], [-1, 0]])
    beyond = ((X[:, None] - X[i]) * normal).sum(axis=-1) > 0
    others = np.ones(beyond.shape, bool)
    others[[i, j], np.arange(len(i))] = False
    right = ((beyond == label[:, None]) & others).sum(axis=0)
    assert max(right.max(), len(X) - 2 - right.min()) + 2 == 0.725 * len(X)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sine"])
@pytest.mark.parametrize("problem", ["clouds", "xor", "circle", "moons"])
def test_05_with_two_layers_of_six_bent_units_all_twenty_starts_succeed(problem, activation):
    assert (collapse_accuracies(problem, activation, 2, 6) >= 0.95).all()


def test_05_with_two_layers_of_six_relu_units_96_of_a_hundred_other_starts_succeed():
    assert (collapse_accuracies("xor", "relu", 2, 6, range(1000, 1100)) >= 0.95).sum() == 96


def test_05_on_the_whole_square_two_relu_units_get_ninety_percent_from_none_of_twenty_starts():
    for starts in (range(20), range(1000, 1020)):
        assert (collapse_accuracies("xor", "relu", 1, 2, starts) < 0.9).all()


def test_05_two_relu_units_solve_the_four_corners():
    weights = {name: np.array(value) for name, value in EXERCISES["xor-by-hand"].solution().items()}
    layers = [
        gdlab.Layer(weights["W1"], weights["b1"][None], "relu"),
        gdlab.Layer(weights["W2"][:, None], weights["b2"].reshape(1, 1)),
    ]
    corners = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]])
    z = gdlab.forward(layers, corners).z[-1][:, 0]
    assert (z[:2] <= -0.5).all()
    assert (z[2:] >= 0.5).all()


def test_05_the_stalled_linear_network_stays_at_54_percent_for_its_output_weight_is_small():
    history = collapse.run("xor", "identity", 1, 1, 3)
    data = datasets.xor(160)
    for record in range(len(history.steps)):
        z = gdlab.forward(history.layers(record), data.X).z[-1]
        assert ((z > 0) == data.y).mean() < 0.55
    hidden, output = history.layers()
    assert abs(output.W.item()) == pytest.approx(0.03, abs=0.01)
    assert np.linalg.norm(hidden.W) > 1
    along = data.X @ hidden.W / np.linalg.norm(hidden.W)
    assert abs(np.corrcoef(along[:, 0], data.y[:, 0])[0, 1]) < 0.05


@pytest.mark.parametrize("activation", ["identity", "tanh", "relu"])
def test_05_of_slope_gradient_and_map_only_the_slope_of_linear_units_is_the_same_from_step_to_step(activation):
    data = datasets.clouds(160)
    layers = gdlab.initialise((2, 3, 1), activation, seed=0)
    history = gdlab.train(layers, data.X, data.y, learning_rate=0.02, steps=60, record_every=20)
    slopes, maps, gradients = [], [], []
    for record in range(4):
        network = history.layers(record)
        slopes.append(network[0].activation.f_prime(gdlab.forward(network, data.X).z[0]))
        maps.append(gdlab.input_slopes(network, data.X))
        gradients += [
            gdlab.gradient_vector(gdlab.backward(network, gdlab.forward(network, X), y))
            for X, y in ((data.X[:1], data.y[:1]), (data.X[1:2], data.y[1:2]))
        ]
    linear = activation == "identity"
    assert (np.ptp(slopes) == 0) == linear
    assert (np.ptp(maps, axis=1).max() < 1e-12) == linear  # from place to place
    assert np.ptp(maps, axis=0).min() > 0 or not linear  # from step to step
    norms = np.linalg.norm(gradients, axis=1)
    assert len(set(norms.round(6))) == len(norms)


def half_times(depth, scale, seeds=range(20)):
    """Steps until the strengths 3 and 1 are half learned, shape (seeds, 2); infinite if they are not by step 600."""
    runs = (deep_linear.strengths(depth, 1.0, scale, seed) for seed in seeds)
    times = [[deep_linear.half_time(run[:, mode], goal) for mode, goal in enumerate((3.0, 1.0))] for run in runs]
    return np.array([[np.inf if time is None else time for time in pair] for pair in times])


@pytest.mark.parametrize("scale", [0.01, 0.025, 0.05])
def test_05_one_layer_has_half_of_both_at_the_same_time_whatever_the_small_start(scale):
    times = half_times(1, scale)
    assert (abs(times - np.log(2) / deep_linear.RATE) <= 6).all()


@pytest.mark.parametrize("scale", [0.01, 0.025, 0.05])
def test_05_two_layers_wait_and_learn_the_stronger_first(scale):
    times = half_times(2, scale)
    assert (times[:, 1] >= 1.9 * times[:, 0]).all()
    assert (times[:, 0] > 35).all()


def test_05_three_layers_wait_longest_and_learn_the_stronger_first():
    times = half_times(3, 0.05)
    assert (times[:, 1] >= 1.9 * times[:, 0]).all()
    assert (times[:, 0] > half_times(2, 0.05)[:, 0]).all()


@pytest.mark.parametrize("depth", [2, 3])
def test_05_half_the_first_weights_make_the_wait_longer(depth):
    assert (half_times(depth, 0.025)[:, 0] > half_times(depth, 0.05)[:, 0]).all()


def test_05_with_the_largest_first_weights_three_layers_are_the_fastest_from_the_first_start():
    largest = max(deep_linear.DeepLinear.controls["scale"].positions)
    told = {depth: half_times(depth, largest, range(1)).tolist()[0] for depth in (1, 2, 3)}
    assert told == {1: [35, 35], 2: [35, 60], 3: [20, 30]}


def test_05_the_weaker_strength_is_learned_the_later_the_weaker_it_is():
    runs = [(weak, deep_linear.strengths(2, weak, 0.05, 0)) for weak in (0.5, 1.0, 1.5, 2.0)]
    times = [deep_linear.half_time(run[:, 1], weak) for weak, run in runs]
    assert (np.diff(times) < 0).all()


@pytest.mark.parametrize("start", [1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("strength", [0.5, 1.0, 3.0])
def test_05_the_formula_gives_the_time_of_two_layers(strength, start):
    rate = 0.002  # the formula is for small steps
    w1 = w2 = np.sqrt(start)
    steps = 0
    while w1 * w2 < strength / 2:
        error = strength - w1 * w2
        w1, w2 = w1 + rate * error * w2, w2 + rate * error * w1
        steps += 1
    assert steps == pytest.approx(np.log(strength / start - 1) / (2 * rate * strength), rel=0.01)


def test_05_at_zero_weights_both_gradients_are_zero_and_the_loss_is_not_convex():
    def J(w):
        return (w[0] * w[1] - 1) ** 2 / 2

    np.testing.assert_allclose(gdlab.numerical_gradient(J, np.zeros(2)), 0, atol=1e-12)
    assert J([0, 0]) > (J([1, 1]) + J([-1, -1])) / 2


def test_05_one_linear_hidden_unit_reaches_the_line_from_all_of_forty_starts_but_one():
    accuracies = collapse_accuracies("xor", "identity", 1, 1, range(40))
    assert list(np.flatnonzero(accuracies < 0.7)) == [3]


def saddle_walk(w1, w2):
    for _ in range(2000):
        error = 1 - w1 * w2
        w1, w2 = w1 + 0.1 * error * w2, w2 + 0.1 * error * w1
    return w1, w2


def test_05_zero_is_a_saddle_and_only_a_walk_that_starts_exactly_on_the_way_into_it_is_caught():
    def gradient(w):
        return (w[0] * w[1] - 1) * w[::-1]

    np.testing.assert_allclose(np.linalg.eigvalsh(gdlab.numerical_gradient(gradient, np.zeros(2))), [-1, 1], atol=1e-9)
    for start, end in (((0.01, 0.01), 1), ((-0.01, -0.01), -1), ((0.01, -0.01), 0), ((0.01, -0.0100001), -1)):
        np.testing.assert_allclose(saddle_walk(*start), end, atol=1e-9)


@pytest.mark.parametrize("first", [0, 1000])
@pytest.mark.parametrize("sizes", [(3, 1, 2), (3, 3, 2), (3, 3, 3, 2)])
def test_05_a_linear_stack_ends_at_the_lowest_loss_of_its_width_from_every_start(sizes, first):
    """The lowest loss with few hidden units is that of the best map of their rank (Baldi & Hornik)."""
    rng = np.random.default_rng(first)
    X = rng.normal(size=(40, 3))
    y = X @ rng.normal(size=(3, 2)) + 0.3 * rng.normal(size=(40, 2))
    X, y = X - X.mean(axis=0), y - y.mean(axis=0)  # so that no bias is needed
    least_squares = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    U, S, Vt = np.linalg.svd(least_squares, full_matrices=False)
    rank = min(sizes)
    lowest = (((U[:, :rank] * S[:rank]) @ Vt[:rank] - y) ** 2).sum(axis=1).mean() / 2
    layers = gdlab.initialise(sizes, "identity", seed=range(first, first + 30), scheme=0.5)
    loss = gdlab.train(layers, X, y, learning_rate=0.1, steps=3000, record_every=3000).loss[-1]
    np.testing.assert_allclose(loss, lowest, atol=1e-3)


def test_05_the_line_of_the_lowest_loss_is_about_parallel_to_the_best_one_and_nearer_to_the_middle():
    data = datasets.xor(160)
    alone = gdlab.product(collapse.run("xor", "identity", 0, 1, 0).layers())
    lowest = alone.W[:, 0] / np.linalg.norm(alone.W)
    best = -np.array([np.cos(np.radians(37.8)), np.sin(np.radians(37.8))])
    along = np.sort(data.X @ best)
    right = [((data.X @ best > cut) == (data.y[:, 0] == 1)).mean() for cut in along]
    assert max(right) == 0.725
    assert lowest @ best > np.cos(np.radians(10))
    assert -1.1 > along[np.argmax(right)] > -1.3
    assert -alone.b.item() / np.linalg.norm(alone.W) == pytest.approx(-0.83, abs=0.01)


@pytest.mark.parametrize(("depth", "width", "weights"), [(2, 6, 54), (5, 8, 280)])
def test_05_the_stacks_of_the_first_explorer_have_as_many_weights_as_it_says(depth, width, weights):
    assert sum(layer.W.size for layer in collapse.run("xor", "identity", depth, width, 0).layers()) == weights
