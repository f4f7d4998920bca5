import warnings
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from gdlab import ACTIVATIONS, Layer, Trace, forward, from_vector, initialise, one_run, product, to_vector
from gdlab.network import SCHEMES
from tests import naive

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 2))


def network(*runs, hidden="tanh", output="sine"):
    """A 2-4-3-2 network with random biases too, for independent runs on leading axes."""
    rng = np.random.default_rng(1)
    sizes, names = (2, 4, 3, 2), (hidden, hidden, output)
    return [
        Layer(rng.normal(size=(*runs, d, k)), rng.normal(size=(*runs, 1, k)), name)
        for d, k, name in zip(sizes[:-1], sizes[1:], names, strict=True)
    ]


def run_of(layers, run):
    return [Layer(layer.W[run], layer.b[run], layer.activation) for layer in layers]


@pytest.mark.parametrize("output", naive.ACTIVATIONS)
@pytest.mark.parametrize("hidden", [name for name in naive.ACTIVATIONS if name not in ("softmax", "exponential")])
def test_forward_is_the_formula_sample_by_sample_and_unit_by_unit(hidden, output):
    layers = network(hidden=hidden, output=output)
    trace = forward(layers, X)
    for s in range(len(X)):
        a = X[s]
        for index, layer in enumerate(layers):
            np.testing.assert_array_equal(trace.a[index].shape, (5, len(a)))
            d, k = layer.W.shape
            z = np.array([sum(a[i] * layer.W[i, j] for i in range(d)) + layer.b[0, j] for j in range(k)])
            np.testing.assert_allclose(trace.z[index][s], z, rtol=1e-9, atol=1e-12)
            a = naive.ACTIVATIONS[layer.activation.name](z)
            np.testing.assert_allclose(trace.a[index + 1][s], a, rtol=1e-9, atol=1e-12)


def test_trace_holds_inputs_every_layer_and_the_prediction():
    trace = forward(network(), X)
    assert isinstance(trace, Trace)
    np.testing.assert_array_equal(trace.a[0], X)
    assert [z.shape for z in trace.z] == [(5, 4), (5, 3), (5, 2)]
    assert [a.shape for a in trace.a] == [(5, 2), (5, 4), (5, 3), (5, 2)]
    assert trace.y_hat is trace.a[-1]


def test_one_neuron_is_a_network_of_one_layer():
    neuron = [Layer([[2.0], [-1.0]], [[0.5]], "relu")]
    np.testing.assert_array_equal(forward(neuron, [[1, 1], [0, 3]]).y_hat, [[1.5], [0]])


@pytest.mark.parametrize("runs", [(1,), (3,), (2, 3)])
def test_independent_runs_are_the_runs_one_by_one(runs):
    layers = network(*runs)
    together = forward(layers, X)
    for run in np.ndindex(runs):
        alone = forward(run_of(layers, run), X)
        for index in range(3):
            np.testing.assert_allclose(together.z[index][run], alone.z[index], rtol=1e-12)
            np.testing.assert_allclose(together.a[index + 1][run], alone.a[index + 1], rtol=1e-12)


def test_forward_through_a_network_that_has_diverged_is_silent():
    layers = [Layer(np.full((2, 2), 1e308), np.zeros((1, 2)), "softplus"), Layer([[np.inf], [-np.inf]], [[0]])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(forward(layers, [[5, 5]]).y_hat).any()


def test_layer_keeps_its_parameters_as_floats():
    layer = Layer([[1, 2]], [[3, 4]], "relu")
    assert layer.W.dtype == layer.b.dtype == np.float64
    assert layer.activation is ACTIVATIONS["relu"]
    assert Layer([[1]], [[0]]).activation is ACTIVATIONS["identity"]
    other = layer.with_parameters(layer.W + 1, layer.b - 1)
    np.testing.assert_array_equal(other.W, [[2, 3]])
    np.testing.assert_array_equal(other.b, [[2, 3]])
    np.testing.assert_array_equal(layer.W, [[1, 2]])
    assert other.activation is layer.activation


def test_a_layer_and_a_trace_cannot_be_changed_by_mistake():
    layer, trace = network()[0], forward(network(), X)
    for thing, name in ((layer, "W"), (layer, "activation"), (trace, "a")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, 0)


def test_initialise_makes_the_sizes_and_activations_asked_for():
    layers = initialise((2, 5, 4, 3), "relu", "softmax")
    assert [layer.W.shape for layer in layers] == [(2, 5), (5, 4), (4, 3)]
    assert [layer.b.shape for layer in layers] == [(1, 5), (1, 4), (1, 3)]
    assert [layer.activation.name for layer in layers] == ["relu", "relu", "softmax"]
    assert not any(layer.b.any() for layer in layers)
    assert [layer.activation.name for layer in initialise([2, 1])] == ["identity"]
    assert [layer.activation.name for layer in initialise((2, 2, 1))] == ["tanh", "identity"]


@pytest.mark.parametrize(
    ("scheme", "variance"), [("glorot", 2 / 500), ("he", 2 / 200), ("lecun", 1 / 200), (0.7, 0.49), (0, 0)]
)
def test_initial_weights_have_the_variance_of_the_scheme(scheme, variance):
    W = initialise((200, 300), scheme=scheme)[0].W
    assert W.var() == pytest.approx(variance, rel=0.03)
    assert abs(W.mean()) <= 5 * np.sqrt(variance / W.size)


def test_glorot_is_the_scheme_unless_told_otherwise():
    assert set(SCHEMES) == {"glorot", "he", "lecun"}
    np.testing.assert_array_equal(initialise((3, 2))[0].W, initialise((3, 2), scheme="glorot")[0].W)


def test_same_seed_same_weights():
    one, same, other = (to_vector(initialise((2, 3, 1), seed=seed)) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one, same)
    assert not np.isclose(one[one != 0], other[one != 0]).any()
    np.testing.assert_array_equal(to_vector(initialise((2, 3, 1))), to_vector(initialise((2, 3, 1), seed=0)))


@pytest.mark.parametrize("seeds", [[3], [3, 0, 8], range(4), np.array([5, 1]), (s for s in (1, 2))])
def test_run_i_of_several_seeds_is_the_network_of_that_seed_alone(seeds):
    known = [1, 2] if not hasattr(seeds, "__len__") else list(seeds)
    together = initialise((2, 4, 3, 1), "relu", "sigmoid", seed=seeds)
    for i, seed in enumerate(known):
        alone = initialise((2, 4, 3, 1), "relu", "sigmoid", seed=int(seed))
        np.testing.assert_array_equal(to_vector(run_of(together, i)), to_vector(alone))
    assert together[0].W.shape == (len(known), 2, 4)
    assert together[0].b.shape == (len(known), 1, 4)


def test_vector_holds_weights_then_biases_layer_by_layer():
    layers = [Layer([[1, 2], [3, 4]], [[5, 6]]), Layer([[7], [8]], [[9]])]
    np.testing.assert_array_equal(to_vector(layers), np.arange(1, 10))


@pytest.mark.parametrize("runs", [(), (3,), (2, 3)])
def test_vector_and_back(runs):
    layers = network(*runs)
    theta = to_vector(layers)
    assert theta.shape == (*runs, 2 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2)
    for layer, again in zip(layers, from_vector(theta, layers), strict=True):
        np.testing.assert_array_equal(again.W, layer.W)
        np.testing.assert_array_equal(again.b, layer.b)
        assert again.activation is layer.activation


def test_leading_axes_of_the_vector_become_independent_runs():
    layers = network()
    theta = np.random.default_rng(2).normal(size=(2, 3, to_vector(layers).size))
    many = from_vector(theta, layers)
    np.testing.assert_array_equal(to_vector(many), theta)
    for run in np.ndindex(2, 3):
        alone = from_vector(theta[run].tolist(), layers)
        np.testing.assert_allclose(forward(many, X).y_hat[run], forward(alone, X).y_hat, rtol=1e-12)


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
@pytest.mark.parametrize("seed", [0, range(3)])
def test_the_product_is_what_a_linear_network_does_with_its_biases(depth, seed):
    rng = np.random.default_rng(0)
    layers = initialise((2, *[5] * depth, 2), "identity", "sigmoid", seed=seed)
    layers = [Layer(layer.W, rng.normal(0, 0.5, layer.b.shape), layer.activation) for layer in layers]
    X = rng.normal(size=(30, 2))
    np.testing.assert_allclose(forward([product(layers)], X).y_hat, forward(layers, X).z[-1], rtol=1e-12, atol=1e-12)


def test_one_run_is_the_network_that_its_seed_alone_gives():
    many, alone = (
        initialise((2, 3, 1), "tanh", "sigmoid", seed=[4, 5, 6]),
        initialise((2, 3, 1), "tanh", "sigmoid", seed=5),
    )
    for came, wanted in zip(one_run(many, 1), alone, strict=True):
        assert came.activation is wanted.activation
        np.testing.assert_array_equal(came.W, wanted.W)
        np.testing.assert_array_equal(came.b, wanted.b)


def test_layers_and_traces_are_shown_in_short_and_told_apart_without_an_error():
    one, many = initialise((2, 3, 1)), initialise((2, 3, 1), seed=range(50))
    assert repr(one) == "[Layer(2 → 3, tanh), Layer(3 → 1, identity)]"
    assert repr(many[0]) == "Layer(2 → 3, tanh; 50 runs)"
    assert repr(forward(one, [[0, 0]])) == "<trace of 1 sample through 2-3-1>"
    assert repr(forward(many, np.zeros((20, 2)))) == "<trace of 20 samples through 2-3-1, 50 runs>"
    assert one[0] == one[0]
    assert one[0] != Layer(one[0].W, one[0].b, "tanh")
    assert len({*one, *many}) == 4
