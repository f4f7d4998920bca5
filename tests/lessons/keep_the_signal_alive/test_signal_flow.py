import numpy as np
import pytest

import gdlab
from gdlab.lessons.keep_the_signal_alive.signal_flow import BINS, SPREADS, STARTS, WIDTH, SignalFlow, data, flow, mean
from tests.explorers.steering import words

DEPTH, START = 3, 7


def network(activation, weights):
    sizes = (2, *[WIDTH] * DEPTH, 1)
    return gdlab.initialise(sizes, activation, "sigmoid", seed=START, scheme=SPREADS[weights])


@pytest.fixture(scope="module")
def explorer():
    return SignalFlow()


@pytest.mark.parametrize("rule", ["chain_rule", "delta_rule"])
@pytest.mark.parametrize("weights", ["glorot", "large"])
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "leaky_relu"])
def test_the_error_signals_are_those_of_backward_sample_by_sample(activation, weights, rule):
    """For a single sample, the derivative by a bias is the error signal of its unit."""
    layers = network(activation, weights)
    squares = np.zeros(DEPTH + 1)
    for x, y in zip(data().X, data().y, strict=True):
        trace = gdlab.forward(layers, x[None])
        gradients = gdlab.backward(layers, trace, y[None], loss="binary_cross_entropy", rule=rule)
        squares += [np.mean(gradient.b**2) for gradient in gradients]
    shown = flow(DEPTH, activation, weights).back[rule][:, START]
    np.testing.assert_allclose(shown, np.sqrt(squares / len(data())), rtol=1e-10)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_sizes_and_differences_are_those_of_z(activation):
    layers = network(activation, "he")
    a, f = data().X, flow(DEPTH, activation, "he")
    for index, layer in enumerate(layers):
        z = a @ layer.W
        assert f.z[index, START] == pytest.approx(np.sqrt(np.mean(z**2)))
        assert f.differences[index, START] == pytest.approx(np.sqrt(np.mean((z - z.mean(axis=0)) ** 2)))
        a = layer.activation(z)


@pytest.mark.parametrize("weights", SPREADS)
@pytest.mark.parametrize("activation", SignalFlow.controls["activation"].options)
def test_weights_times_slopes_over_all_layers_is_what_arrives(explorer, activation, weights):
    numbers = explorer.compute(activation, weights, 20, "back", 1)
    one, other = numbers.per_layer
    assert (one * other) ** 20 == pytest.approx(float(mean(numbers.kept)), rel=1e-9)
    product = (numbers.flow.through_weights * numbers.flow.through_slopes).prod(axis=0)
    np.testing.assert_allclose(product, numbers.kept, rtol=1e-9)


def test_slopes_are_shared_out_to_their_bins():
    f = flow(2, "sigmoid", "large")
    layers = gdlab.initialise((2, 16, 16, 1), "sigmoid", "sigmoid", seed=range(STARTS), scheme=1.0)
    for index, z in enumerate(gdlab.forward(layers, data().X).z[:-1]):
        slopes = 1 / (2 + np.exp(z) + np.exp(-z))
        counts, _ = np.histogram(slopes, BINS, (0, 1))
        assert f.slopes[index] == pytest.approx(slopes.mean())
        np.testing.assert_allclose(f.shares[:, index], counts / slopes.size, atol=1e-3)


def test_a_unit_that_is_off_at_every_sample_is_dead():
    layers = gdlab.initialise((2, 16, 16, 16, 1), "relu", "sigmoid", seed=range(STARTS), scheme="he")
    trace = gdlab.forward(layers, data().X)
    dead = [sum((z[s, :, u] <= 0).all() for s in range(STARTS) for u in range(16)) for z in trace.z[:-1]]
    np.testing.assert_allclose(flow(3, "relu", "he").dead, np.array(dead) / (16 * STARTS))
    assert dead[-1] > 0


def test_each_bar_is_as_high_as_the_share_and_fades_with_it(explorer):
    explorer.values = {"activation": "sigmoid", "weights": "glorot", "depth": 10}
    back = flow(10, "sigmoid", "glorot").back
    shares = mean(back["chain_rule"] / back["chain_rule"][-1])
    bars = [bar for bar in explorer._bars if bar.get_visible()]
    np.testing.assert_allclose([bar.get_y() + bar.get_height() for bar in bars], shares, rtol=1e-6)
    strength = [bar.get_facecolor()[3] for bar in bars]
    assert strength == sorted(strength)
    assert strength[0] < 0.2 < strength[-1] == 1
    np.testing.assert_allclose(explorer._other.get_ydata(), mean(back["delta_rule"] / back["delta_rule"][-1]))


def test_forward_the_bars_are_the_differences_and_the_line_is_the_size_of_z(explorer):
    explorer.values = {"way": "forward"}
    f = flow(10, "sigmoid", "glorot")
    bars = [bar for bar in explorer._bars if bar.get_visible()]
    heights = [bar.get_y() + bar.get_height() for bar in bars]
    np.testing.assert_allclose(heights, mean(f.differences / f.differences[0]), rtol=1e-6)
    np.testing.assert_allclose(explorer._other.get_ydata(), mean(f.z / f.z[0]))
    assert words(explorer).startswith("Of the differences between samples in layer 1, ")
    explorer.reset()


def test_a_layer_says_its_numbers_and_shows_its_slopes_at_a_click(explorer):
    spots = explorer.hands(explorer.compute(**explorer.values))
    assert [spot.name for spot in spots] == [*(f"layer {k}" for k in range(1, 11)), "output"]
    assert spots[2].sets == {"layer": 3}
    assert spots[2].says.endswith("slopes × 0.24")
    assert not spots[-1].sets
    explorer.values = spots[2].sets
    shares = flow(10, "sigmoid", "glorot").shares[:, 2]
    np.testing.assert_allclose(explorer._shares.get_data().values, shares / shares.max())
    explorer.values = {"layer": 20}
    assert explorer._titles[2].get_text() == "Slopes in layer 10", "there are ten"
    explorer.reset()


@pytest.mark.parametrize(
    ("weights", "depth", "verdict"),
    [
        ("small", 20, "vanishing"),
        ("small", 4, "vanishing"),
        ("glorot", 5, "alive"),
        ("large", 20, "exploding"),
        ("he", 3, "alive"),
    ],
)
def test_the_title_says_what_becomes_of_the_error(explorer, weights, depth, verdict):
    explorer.values = {"activation": "identity", "weights": weights, "depth": depth}
    size = float(mean(explorer.compute(**explorer.values).kept))
    assert verdict == ("vanishing" if size < 0.01 else "exploding" if size > 100 else "alive")
    assert explorer._titles[0].get_text() == f"Back: the error signal is {verdict}"
    explorer.reset()


def test_the_caption_tells_the_product_and_what_is_to_blame(explorer):
    assert words(explorer).replace("\N{NO-BREAK SPACE}", " ") == (
        "1.2 × 10⁻⁷ of the error signal’s size arrives at the first of 10 sigmoid layers (single starts: 8 × 10⁻⁸ to "
        "3 × 10⁻⁷). The slopes cost more than the weights: each layer multiplies it by 0.86 and then by 0.24."
    )
    explorer.values = {"activation": "identity", "weights": "small"}
    assert words(explorer).endswith("Every slope is 1, so the weights alone decide: each layer multiplies it by 0.17.")
    explorer.values = {"activation": "tanh"}
    assert "The weights cost more than the slopes" in words(explorer)
    explorer.values = {"weights": "large"}
    assert "The weights make up for the slopes" in words(explorer)
    explorer.reset()


def test_what_is_far_too_small_is_still_a_number(explorer):
    explorer.values = {"activation": "tanh", "weights": "small", "depth": 20}
    size = float(mean(explorer.compute(**explorer.values).kept))
    assert 1e-15 < size < 1e-14
    assert explorer._mark.get_text().replace("\N{NO-BREAK SPACE}", " ") == f"{size * 1e15:.1f} × 10⁻¹⁵"


def test_bars_that_go_on_beyond_the_axes_have_an_arrowhead(explorer):
    explorer.values = {"activation": "identity", "weights": "large", "depth": 20}
    shares = mean(explorer.compute(**explorer.values).shares)
    top = explorer._bars_axes.get_ylim()[1]
    beyond = np.flatnonzero(shares > top) + 1
    assert 0 < len(beyond) < 21
    np.testing.assert_array_equal(explorer._cut.get_xdata(), beyond)
    assert set(explorer._cut.get_ydata()) == {top}
    explorer.reset()
    assert len(explorer._cut.get_xdata()) == 0
