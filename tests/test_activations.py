from decimal import Decimal, localcontext

import autograd
import numpy as np
import pytest

from gdlab import ACTIVATIONS, Activation
from gdlab.activations import LEAK, labels
from tests import naive

WRITTEN_TWICE = [name for name in ACTIVATIONS if name in naive.ACTIVATIONS]
NAMES = [name for name in WRITTEN_TWICE if name != "softmax"]
POINTS = np.concatenate([np.linspace(-4, 4, 42), np.random.default_rng(0).normal(0, 1.5, 40)])  # 0 is not among them
FAR = np.array([-1e150, -1e4, -1000.0, 1000.0, 1e4, 1e150])

each = pytest.mark.parametrize("f", [ACTIVATIONS[name] for name in NAMES], ids=NAMES)
each_and_softmax = pytest.mark.parametrize("f", [ACTIVATIONS[name] for name in WRITTEN_TWICE], ids=WRITTEN_TWICE)


def test_every_activation_is_named_and_has_an_independent_twin():
    once = sorted(set(ACTIVATIONS) ^ set(naive.ACTIVATIONS))
    assert not once, f"{once}: written once; until its formula is in tests/naive.py, too, no other test tries it"
    assert [f.name for f in ACTIVATIONS.values()] == list(ACTIVATIONS)


@each_and_softmax
def test_f_is_the_formula(f):
    z = POINTS.reshape(-1, 2)
    np.testing.assert_allclose(f.f(z), naive.ACTIVATIONS[f.name](z), rtol=1e-13)
    np.testing.assert_array_equal(f(z), f.f(z))


@each
def test_slope_is_the_derivative_of_f(f):
    assert naive.relative_difference(f.f_prime(POINTS), naive.five_point(f.f, POINTS)) < 1e-10


@each
def test_slope_is_what_automatic_differentiation_gives_at_every_point(f):
    np.testing.assert_allclose(f.f_prime(POINTS), naive.slope(f.name, POINTS), rtol=1e-11)


@each
def test_f_is_the_derivative_of_F(f):
    assert naive.relative_difference(naive.five_point(f.F, POINTS), f.f(POINTS)) < 1e-10


@each
def test_F_is_the_integral_of_f(f):
    came = f.F(POINTS) - f.F(np.zeros(1))
    np.testing.assert_allclose(came, naive.integral(f.name, POINTS), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_F_is_the_antiderivative_of_the_usual_name(name):
    """Log cosh, softplus and so on, and not these plus a constant: all are 0 at 0 but those that are 0 at −∞."""
    zero_at_minus_infinity = {"sigmoid": np.log(2), "softplus": np.pi**2 / 12, "exponential": 1.0}
    wanted = zero_at_minus_infinity.get(name, 0.0)
    told = f"F of {name} at 0: add a constant, or, if it has a name as it is, say so here"
    np.testing.assert_allclose(ACTIVATIONS[name].F(np.zeros(1)), wanted, rtol=1e-14, atol=1e-15, err_msg=told)


def test_softmax_slope_is_its_jacobian():
    softmax, z = ACTIVATIONS["softmax"], POINTS[:8].reshape(2, 4)
    for row, jacobian in zip(z, softmax.f_prime(z), strict=True):
        np.testing.assert_allclose(jacobian, autograd.jacobian(naive.ACTIVATIONS["softmax"])(row), rtol=1e-12)


def test_softmax_is_the_gradient_of_log_sum_exp():
    softmax, z = ACTIVATIONS["softmax"], POINTS[:12].reshape(3, 4)
    assert softmax.F(z).shape == (3, 1)
    np.testing.assert_allclose(softmax.F(z), naive.integral("softmax", z), rtol=1e-14)
    slopes = np.stack([naive.five_point(lambda t, e=e: softmax.F(z + t * e)[:, 0], 0.0) for e in np.eye(4)], axis=1)
    assert naive.relative_difference(slopes, softmax.f(z)) < 1e-10


def test_softmax_adds_up_to_one_and_does_not_mind_a_shift():
    f, z = ACTIVATIONS["softmax"].f, POINTS[:12].reshape(3, 4)
    np.testing.assert_allclose(f(z).sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_allclose(f(z + 1e4), f(z), rtol=1e-11)


@each
def test_times_slope_multiplies_unit_by_unit(f):
    error, z = np.random.default_rng(1).normal(size=(2, 3, 5, 4))
    np.testing.assert_array_equal(f.times_slope(error, z), error * f.f_prime(z))


def test_times_slope_of_softmax_multiplies_by_the_jacobian_of_each_sample():
    softmax = ACTIVATIONS["softmax"]
    error, z = np.random.default_rng(1).normal(size=(2, 3, 5, 4))
    came = softmax.times_slope(error, z)
    for index in np.ndindex(3, 5):
        y_hat = softmax.f(z[index])
        wanted = [
            sum(error[index][i] * y_hat[i] * ((i == j) - y_hat[j]) for i in range(4)) for j in range(4)
        ]  # Σᵢ ∂L/∂ŷᵢ ∂ŷᵢ/∂zⱼ
        np.testing.assert_allclose(came[index], wanted, rtol=1e-12)


def test_corners():
    for name in ("relu", "step"):
        assert ACTIVATIONS[name].f(np.zeros(1)) == 0
        assert ACTIVATIONS[name].f_prime(np.zeros(1)) == 0
    assert ACTIVATIONS["leaky_relu"].f_prime(np.zeros(1)) == LEAK
    assert not ACTIVATIONS["step"].f_prime(POINTS).any()


@each
@pytest.mark.parametrize("part", ["f", "f_prime", "F"])
def test_finite_and_silent_far_out(f, part):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        came = getattr(f, part)(FAR)
    if f.name == "exponential":
        np.testing.assert_array_equal(came, np.where(FAR > 0, np.inf, 0))
    else:
        assert np.isfinite(came).all()


def test_softmax_finite_and_silent_far_out():
    softmax = ACTIVATIONS["softmax"]
    z = np.array([[1000.0, 0.0, -1000.0], [-1e4, -1e4, 1e4]])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        np.testing.assert_array_equal(softmax.f(z), [[1, 0, 0], [0, 0, 1]])
        np.testing.assert_array_equal(softmax.F(z), z.max(axis=1, keepdims=True))
        assert not softmax.f_prime(z).any()


def decimal_sigmoid(z):
    return 1 / (1 + (-z).exp())


def decimal_softplus_integral(z):
    """``−Li₂(−eᶻ) = Σ (−1)ᵏ⁺¹ eᵏᶻ / k²``, for z < 0."""
    return sum((-1) ** (k + 1) * (k * z).exp() / k**2 for k in range(1, 300))


EXACT = {
    ("sigmoid", "f"): decimal_sigmoid,
    ("sigmoid", "f_prime"): lambda z: decimal_sigmoid(z) * decimal_sigmoid(-z),
    ("sigmoid", "F"): lambda z: (1 + z.exp()).ln(),
    ("tanh", "f"): lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()),
    ("tanh", "f_prime"): lambda z: 4 / (z.exp() + (-z).exp()) ** 2,
    ("softplus", "f"): lambda z: (1 + z.exp()).ln(),
    ("softplus", "f_prime"): decimal_sigmoid,
    ("exponential", "f"): lambda z: z.exp(),
    ("exponential", "f_prime"): lambda z: z.exp(),
    ("exponential", "F"): lambda z: z.exp(),
    ("gaussian", "f"): lambda z: (-z * z / 2).exp(),
    ("gaussian", "f_prime"): lambda z: -z * (-z * z / 2).exp(),
}


@pytest.mark.parametrize("z", [-300.0, -40.0, -15.0, -5.0, -0.5, -1e-3, 1e-3, 0.5, 5.0, 15.0, 40.0, 300.0])
@pytest.mark.parametrize(("name", "part"), EXACT)
def test_digits_are_kept_in_saturation(name, part, z):
    """Relative to the true value, computed to 320 digits, also where that is as small as 1e-260."""
    with localcontext() as context:
        context.prec = 320
        wanted = float(EXACT[name, part](Decimal(z)))
    np.testing.assert_allclose(getattr(ACTIVATIONS[name], part)(np.array([z])), wanted, rtol=1e-13)


@pytest.mark.parametrize("z", [-300.0, -40.0, -5.0, -0.5])
def test_digits_of_the_softplus_integral_are_kept_below_zero(z):
    with localcontext() as context:
        context.prec = 50
        wanted = float(decimal_softplus_integral(Decimal(z)))
    np.testing.assert_allclose(ACTIVATIONS["softplus"].F(np.array([z])), wanted, rtol=1e-14)


@each_and_softmax
def test_range_is_where_f_goes(f):
    low, high = f.range
    z = np.concatenate([np.linspace(-20, 20, 4001), FAR])
    values = f.f(np.stack([z, -z], axis=-1))
    assert low <= values.min()
    assert values.max() <= high
    for end, nearest in ((low, values.min()), (high, values.max())):
        if np.isfinite(end):
            assert nearest == pytest.approx(end, abs=1e-5)
        else:
            assert abs(nearest) > 100  # a logarithm comes to 346 here


@each
def test_non_decreasing_says_whether_f_ever_falls_and_whether_F_is_convex(f):
    z = np.linspace(-20, 20, 4001)
    rounding = 1e-12
    assert f.non_decreasing == (np.diff(f.f(z)) >= -rounding).all()
    assert f.non_decreasing == (f.f_prime(z) >= 0).all()
    assert f.non_decreasing == (np.diff(f.F(z), n=2) >= -rounding).all()


def test_softmax_is_non_decreasing_in_the_sense_of_matrices():
    softmax = ACTIVATIONS["softmax"]
    eigenvalues = np.linalg.eigvalsh(softmax.f_prime(POINTS[:40].reshape(10, 4)))
    assert softmax.non_decreasing
    assert eigenvalues.min() > -1e-15


@each
@pytest.mark.parametrize("part", ["f", "f_prime", "F"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (4, 2, 3)])
def test_shape_and_type_are_kept(f, part, shape):
    z = np.random.default_rng(2).normal(size=shape)
    before = np.copy(z)
    came = np.asarray(getattr(f, part)(z))
    assert came.shape == shape
    assert came.dtype == np.float64
    np.testing.assert_array_equal(z, before)


@each
@pytest.mark.parametrize("part", ["f", "f_prime", "F"])
def test_a_plain_number_will_do(f, part):
    function = getattr(f, part)
    assert function(0.75) == function(np.array([0.75]))[0]


def test_softmax_keeps_leading_axes():
    z = np.random.default_rng(2).normal(size=(2, 3, 5, 4))
    softmax = ACTIVATIONS["softmax"]
    assert softmax.f(z).shape == (2, 3, 5, 4)
    assert softmax.f_prime(z).shape == (2, 3, 5, 4, 4)
    assert softmax.F(z).shape == (2, 3, 5, 1)


def test_repr_says_the_name():
    assert repr(ACTIVATIONS["tanh"]) == "<activation tanh>"
    assert isinstance(ACTIVATIONS["softmax"], Activation)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("part", ["f", "f_prime", "F"])
@pytest.mark.parametrize("z", [[1, -2], [[1], [0], [-3]], [True, False], (0.5, 1), np.array([1, 2], np.uint8)])
def test_lists_and_whole_numbers_give_what_arrays_of_floats_give(name, part, z):
    function = getattr(ACTIVATIONS[name], part)
    came, wanted = function(z), function(np.array(z, float))
    assert came.dtype == np.float64
    np.testing.assert_array_equal(came, wanted)


def test_labels_are_what_a_page_calls_the_activations():
    assert labels("identity", "relu", "leaky_relu") == {
        "identity": "identity",
        "relu": "ReLU",
        "leaky_relu": "leaky ReLU",
    }
    assert all(activation.label for activation in ACTIVATIONS.values())
