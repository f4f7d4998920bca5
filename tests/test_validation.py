"""Bad input, all in one table: what is called, and what the message must say came and was wanted."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from gdlab import (
    Gradient,
    Layer,
    Trace,
    agreement,
    asymmetry,
    backward,
    datasets,
    feedback_alignment,
    forward,
    from_vector,
    gradient_vector,
    initialise,
    matching_loss,
    mean_loss,
    numerical_gradient,
    one_run,
    to_vector,
    train,
    update_field,
    validation,
)

X, Y = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[1.0], [0.0], [1.0]])
NET = initialise((2, 3, 1), output="sigmoid")
DEEPER, MANY = initialise((2, 3, 3, 1)), initialise((2, 3, 1), seed=[0, 1])
CLASSES = initialise((2, 3), output="softmax")
TRACE = forward(NET, X)
NAN, INF = float("nan"), float("inf")
WEIGHT, BIAS = np.ones((2, 3)), np.zeros((1, 3))


def layer(d, k, activation="identity", runs=()):
    return Layer(np.ones((*runs, d, k)), np.zeros((*runs, 1, k)), activation)


def rows(*values):
    return [[value] for value in values]


NAMES_OF = {
    "activation": "'identity', 'sigmoid', 'tanh'",
    "loss": "'squared_error', 'absolute_error', 'huber'",
    "rule": "'chain_rule', 'delta_rule', 'frozen'",
}

# what is called, the error, what the message says of what came and of what was wanted
TABLE = [
    # Layer
    (lambda: Layer(np.ones(3), BIAS), ValueError, "W has shape (3,)", "wanted (..., d, k)"),
    (lambda: Layer(WEIGHT, np.zeros(3)), ValueError, "b has shape (3,)", "wanted (1, 3) beside W (2, 3)"),
    (lambda: Layer(WEIGHT, np.zeros((1, 2))), ValueError, "b has shape (1, 2)", "wanted (1, 3) beside W (2, 3)"),
    (lambda: Layer(np.ones((5, 2, 3)), BIAS), ValueError, "b has shape (1, 3)", "wanted (5, 1, 3)"),
    (lambda: Layer(np.ones((0, 3)), BIAS), ValueError, "W is empty (shape (0, 3))", "at least one number"),
    (lambda: Layer([[1, 2], [3]], BIAS), ValueError, "W has rows of different length", "(..., d, k)"),
    (lambda: Layer([["a", "b"]], BIAS), TypeError, "W came as list [['a', 'b']]", "wanted real numbers"),
    (lambda: Layer(None, BIAS), TypeError, "W came as NoneType None", "wanted real numbers of shape (..., d, k)"),
    (lambda: Layer(WEIGHT * 1j, BIAS), TypeError, "complex128", "wanted real numbers"),
    (lambda: Layer(WEIGHT, BIAS, "sigmoyd"), ValueError, "unknown activation 'sigmoyd'", NAMES_OF["activation"]),
    (lambda: Layer(WEIGHT, BIAS, np.tanh), TypeError, "activation came as ufunc", NAMES_OF["activation"]),
    (lambda: Layer(WEIGHT, BIAS, None), TypeError, "activation came as NoneType None", NAMES_OF["activation"]),
    # forward
    (lambda: forward(NET, X[0]), ValueError, "X has shape (2,)", "wants (n, 2)"),
    (lambda: forward(NET, X[:, :1]), ValueError, "X has shape (3, 1)", "wants (n, 2)"),
    (lambda: forward(NET, X[None]), ValueError, "X has shape (1, 3, 2)", "wants (n, 2)"),
    (lambda: forward(NET, np.ones((0, 2))), ValueError, "X is empty (shape (0, 2))", "at least one number"),
    (lambda: forward(NET, []), ValueError, "X is empty (shape (0,))", "at least one number"),
    (lambda: forward(NET, [[1, 2], [NAN, 3]]), ValueError, "X holds nan at index (1, 0)", "wanted finite numbers"),
    (lambda: forward(NET, [[1, 2], [3, -INF]]), ValueError, "X holds -inf at index (1, 1)", "wanted finite numbers"),
    (lambda: forward(NET, [[1, 2], [3]]), ValueError, "X has rows of different length", "wanted shape (n, d)"),
    (lambda: forward(NET, [["1", "2"]]), TypeError, "X came as", "wanted real numbers of shape (n, d)"),
    (lambda: forward(NET, [[None, 2]]), TypeError, "X came as", "wanted real numbers"),
    (lambda: forward(NET, {"x": 1}), TypeError, "X came as", "wanted real numbers"),
    (lambda: forward([], X), ValueError, "layers is empty", "at least one Layer"),
    (lambda: forward(NET[0], X), TypeError, "layers came as Layer", "wanted a list of Layer"),
    (lambda: forward("net", X), TypeError, "layers came as str 'net'", "wanted a list of Layer"),
    (lambda: forward([WEIGHT], X), TypeError, "layers came as list", "wanted a list of Layer"),
    (lambda: forward(None, X), TypeError, "layers came as NoneType None", "wanted a list of Layer"),
    (lambda: forward([layer(2, 3), layer(2, 1)], X), ValueError, "layer 0 has W (2, 3)", "(..., d, k) and then"),
    (lambda: forward([layer(2, 3), layer(3, 1, runs=(4,))], X), ValueError, "layer 1 has W (4, 3, 1)", "same leading"),
    (
        lambda: forward([layer(2, 3, "softmax"), layer(3, 1)], X),
        ValueError,
        "layer 0 is hidden and has softmax",
        "last",
    ),
    # initialise
    (lambda: initialise((2,)), ValueError, "sizes came as tuple (2,)", "at least two, e.g. (2, 8, 1)"),
    (lambda: initialise(3), TypeError, "sizes came as int 3", "a list of whole numbers, e.g. (2, 8, 1)"),
    (lambda: initialise("23"), TypeError, "sizes came as str '23'", "a list of whole numbers"),
    (lambda: initialise((2, 0, 1)), ValueError, "a size is 0", "wanted a whole number >= 1"),
    (lambda: initialise((2, -3, 1)), ValueError, "a size is -3", "wanted a whole number >= 1"),
    (lambda: initialise((2, 2.0)), TypeError, "a size came as float 2.0", "wanted a whole number >= 1"),
    (lambda: initialise((2, True)), TypeError, "a size came as bool True", "wanted a whole number >= 1"),
    (lambda: initialise((2, 1), "tan"), ValueError, "unknown activation 'tan'", NAMES_OF["activation"]),
    (lambda: initialise((2, 1), output="lin"), ValueError, "unknown activation 'lin'", NAMES_OF["activation"]),
    (lambda: initialise((2, 1), 7), TypeError, "activation came as int 7", NAMES_OF["activation"]),
    (lambda: initialise((2, 3, 1), "softmax"), ValueError, "layer 0 is hidden and has softmax", "last layer only"),
    (lambda: initialise((2, 1), seed=-1), ValueError, "seed is -1", "wanted a whole number >= 0"),
    (lambda: initialise((2, 1), seed=1.5), TypeError, "seed came as float 1.5", "wanted a whole number >= 0"),
    (lambda: initialise((2, 1), seed=None), TypeError, "seed came as NoneType None", "wanted a whole number >= 0"),
    (lambda: initialise((2, 1), seed=True), TypeError, "seed came as bool True", "wanted a whole number >= 0"),
    (lambda: initialise((2, 1), seed="ab"), TypeError, "seed came as str 'a", "wanted a whole number >= 0"),
    (lambda: initialise((2, 1), seed=[]), ValueError, "seed is empty", "wanted a whole number >= 0, or several"),
    (lambda: initialise((2, 1), seed=[0, -4]), ValueError, "seed is -4", "wanted a whole number >= 0"),
    (lambda: initialise((2, 1), seed=np.array(3)), TypeError, "seed came as an array of shape ()", "or several"),
    (lambda: initialise((2, 1), scheme="xavier"), ValueError, "unknown scheme 'xavier'", "'glorot', 'he', 'lecun'"),
    (lambda: initialise((2, 1), scheme=-0.1), ValueError, "scheme is -0.1", "wanted a finite number >= 0"),
    (lambda: initialise((2, 1), scheme=INF), ValueError, "scheme is inf", "wanted a finite number >= 0"),
    (lambda: initialise((2, 1), scheme=None), TypeError, "scheme came as NoneType None", "number >= 0"),
    # to_vector, from_vector
    (lambda: to_vector([]), ValueError, "layers is empty", "at least one Layer"),
    (lambda: to_vector(WEIGHT), TypeError, "layers came as an array of shape (2, 3)", "wanted a list of Layer"),
    (lambda: from_vector(np.ones(4), NET), ValueError, "theta has shape (4,)", "wanted (..., 13)"),
    (lambda: from_vector(np.ones(14), NET), ValueError, "theta has shape (14,)", "wanted (..., 13)"),
    (lambda: from_vector(1.0, NET), ValueError, "theta has shape ()", "wanted (..., p)"),
    (lambda: from_vector("theta", NET), TypeError, "theta came as", "wanted real numbers"),
    (lambda: from_vector(np.ones(4), []), ValueError, "layers is empty", "at least one Layer"),
    (lambda: from_vector(np.ones(4), [1]), TypeError, "layers came as list [1]", "wanted a list of Layer"),
    # backward
    (lambda: backward(NET, TRACE, Y[:2]), ValueError, "y has shape (2, 1)", "wanted (3, 1)"),
    (lambda: backward(NET, TRACE, Y[:, 0]), ValueError, "y has shape (3,)", "wanted (3, 1): one row for each of X"),
    (lambda: backward(NET, TRACE, X), ValueError, "y has shape (3, 2)", "wanted (3, 1)"),
    (lambda: backward(NET, TRACE, rows(1, NAN, 0)), ValueError, "y holds nan at index (1, 0)", "finite numbers"),
    (lambda: backward(NET, TRACE, rows("a", "b", "c")), TypeError, "y came as", "wanted real numbers"),
    (lambda: backward(NET, TRACE, Y, loss="mse"), ValueError, "unknown loss 'mse'", NAMES_OF["loss"]),
    (lambda: backward(NET, TRACE, Y, loss=2), TypeError, "loss came as int 2", NAMES_OF["loss"]),
    (lambda: backward(NET, TRACE, Y, rule="chain"), ValueError, "unknown rule 'chain'", NAMES_OF["rule"]),
    (lambda: backward(NET, TRACE, Y, rule=max), TypeError, "rule came as builtin", NAMES_OF["rule"]),
    (lambda: backward([], TRACE, Y), ValueError, "layers is empty", "at least one Layer"),
    (lambda: backward(NET[0], TRACE, Y), TypeError, "layers came as Layer", "wanted a list of Layer"),
    (lambda: backward(NET, X, Y), TypeError, "trace came as an array of shape (3, 2)", "Trace that forward gives"),
    (lambda: backward(DEEPER, TRACE, Y), ValueError, "[(3, 3), (3, 1)]", "wanted [(3, 3), (3, 3), (3, 1)]"),
    (lambda: backward(MANY, TRACE, Y), ValueError, "[(3, 3), (3, 1)]", "wanted [(2, 3, 3), (2, 3, 1)]"),
    (lambda: backward(NET, Trace([X], []), Y), ValueError, "shapes []", "wanted [(3, 3), (3, 1)]"),
    # loss and targets, here by mean_loss
    (lambda: mean_loss(NET, X[:2], Y), ValueError, "y has shape (3, 1)", "wanted (2, 1)"),
    (lambda: mean_loss(NET, X, Y + INF), ValueError, "y holds inf at index (0, 0)", "wanted finite numbers"),
    (lambda: mean_loss(NET, X, []), ValueError, "y is empty (shape (0,))", "at least one number"),
    (lambda: mean_loss([], X, Y), ValueError, "layers is empty", "at least one Layer"),
    (lambda: mean_loss(NET, X, Y, loss="log"), ValueError, "unknown loss 'log'", NAMES_OF["loss"]),
    (lambda: mean_loss(NET, X, Y, loss="chain_rule"), ValueError, "unknown loss 'chain_rule'", NAMES_OF["loss"]),
    (
        lambda: mean_loss(DEEPER, X, Y, loss="binary_cross_entropy"),
        ValueError,
        "identity gives predictions in [-inf, inf]",
        "binary_cross_entropy wants predictions in [0.0, 1.0]",
    ),
    (
        lambda: mean_loss([layer(2, 1, "tanh")], X, Y, loss="binary_cross_entropy"),
        ValueError,
        "tanh gives predictions in [-1.0, 1.0]",
        "wants predictions in [0.0, 1.0]",
    ),
    (
        lambda: mean_loss([layer(2, 1, "relu")], X, Y, loss="softmax_cross_entropy"),
        ValueError,
        "relu gives predictions in [0.0, inf]",
        "wants predictions in [0.0, 1.0]",
    ),
    (
        lambda: mean_loss(NET, X, 2 * Y - 1, loss="binary_cross_entropy"),
        ValueError,
        "y lies between -1.0 and 1.0",
        "binary_cross_entropy wants it in [0.0, 1.0]",
    ),
    (
        lambda: mean_loss(NET, X, 3 * Y, loss="binary_cross_entropy"),
        ValueError,
        "y lies between 0.0 and 3.0",
        "wants it in [0.0, 1.0]",
    ),
    (
        lambda: mean_loss(CLASSES, X, np.full((3, 3), 0.25), loss="softmax_cross_entropy"),
        ValueError,
        "rows of y sum to 0.75",
        "wants each to sum to 1",
    ),
    (
        lambda: mean_loss(NET, X, Y, loss=matching_loss("tanh")),
        ValueError,
        "matching_loss(tanh) came with output sigmoid",
        "wanted output tanh",
    ),
    (lambda: matching_loss("abs"), ValueError, "unknown activation 'abs'", NAMES_OF["activation"]),
    (lambda: matching_loss(3), TypeError, "activation came as int 3", NAMES_OF["activation"]),
    # numerical_gradient, asymmetry, update_field
    (lambda: numerical_gradient(np.sum, [1, NAN]), ValueError, "theta holds nan at index (1,)", "finite numbers"),
    (lambda: numerical_gradient(np.sum, []), ValueError, "theta is empty (shape (0,))", "at least one number"),
    (lambda: numerical_gradient(np.sum, "ab"), TypeError, "theta came as", "wanted real numbers"),
    (lambda: numerical_gradient(np.sum, [[1], [2, 3]]), ValueError, "theta has rows of different length", "wanted"),
    (lambda: numerical_gradient(np.sum, [1.0], h=0), ValueError, "h is 0", "wanted a finite number > 0"),
    (lambda: numerical_gradient(np.sum, [1.0], h=-1e-5), ValueError, "h is -1e-05", "wanted a finite number > 0"),
    (lambda: numerical_gradient(np.sum, [1.0], h="s"), TypeError, "h came as str 's'", "wanted a finite number > 0"),
    (lambda: numerical_gradient(lambda t: None, [1.0]), TypeError, "what the function returns came as", "real numbers"),
    (lambda: numerical_gradient(lambda t: 1j, 1.0), TypeError, "what the function returns came as", "real numbers"),
    (lambda: asymmetry(lambda t: t, np.ones((2, 2))), ValueError, "theta has shape (2, 2)", "wanted (p,)"),
    (lambda: asymmetry(lambda t: t, 1.0), ValueError, "theta has shape ()", "wanted (p,)"),
    (lambda: asymmetry(lambda t: t[:1], [1.0, 2.0]), ValueError, "field gives shape (1,)", "same shape (p,)"),
    (lambda: asymmetry(np.sum, [1.0, 2.0]), ValueError, "field gives shape ()", "same shape (p,)"),
    (lambda: asymmetry(lambda t: t, [INF, 1]), ValueError, "theta holds inf at index (0,)", "finite numbers"),
    (lambda: asymmetry(lambda t: t, [1.0], h=0.0), ValueError, "h is 0.0", "wanted a finite number > 0"),
    (lambda: update_field(NET, X, Y)(np.ones(5)), ValueError, "theta has shape (5,)", "wanted (..., 13)"),
    (lambda: update_field(NET, X, Y[:1])(to_vector(NET)), ValueError, "y has shape (1, 1)", "wanted (3, 1)"),
    # one_run
    (lambda: one_run(NET, 0), ValueError, "run is 0", "these layers hold no independent runs"),
    (lambda: one_run(MANY, 2), ValueError, "run is 2", "these layers hold 2 independent runs, from 0"),
    (lambda: one_run(MANY, -1), ValueError, "run is -1", "wanted a whole number >= 0"),
    # near misses
    (lambda: train(NET, X, Y, rule="chain"), ValueError, "'chain' (did you mean 'chain_rule'?)", NAMES_OF["rule"]),
    (lambda: initialise((2, 1), output="ReLU"), ValueError, "(did you mean 'relu'?)", NAMES_OF["activation"]),
    (
        lambda: backward(NET, TRACE),
        TypeError,
        "missing a required argument: 'y'",
        "wanted layers, trace, y, and by name",
    ),
    (lambda: train(NET, X, Y, "huber"), TypeError, "too many positional arguments", "wanted layers, X, y, and by name"),
    (lambda: forward(NET, x=X), TypeError, "forward(): missing a required argument: 'X'", "wanted layers, X"),
    (lambda: forward([layer(1, 2)], [1, 2, 3]), ValueError, "X has shape (3,)", "wants (3, 1)"),
    # agreement, gradient_vector
    (lambda: agreement([1, 2], [1, 2, 3]), ValueError, "have 2 and 3 parameters", "wanted the same number"),
    (lambda: agreement(np.ones((2, 3)), np.ones((4, 3))), ValueError, "(2, 3) and (4, 3)", "same leading axes"),
    (lambda: agreement(1, [1, 2]), ValueError, "an update has shape ()", "wanted (..., p)"),
    (lambda: agreement([], []), ValueError, "an update is empty", "at least one number"),
    (lambda: agreement("up", [1, 2]), TypeError, "an update came as", "wanted real numbers"),
    (lambda: agreement([1, 2], NET), TypeError, "an update came as list", "wanted real numbers"),
    (lambda: gradient_vector([]), TypeError, "gradients came as list []", "wanted a list of Gradient"),
    (lambda: gradient_vector(NET), TypeError, "gradients came as list", "wanted a list of Gradient"),
    (lambda: gradient_vector(Gradient(WEIGHT, BIAS)), TypeError, "gradients came as Gradient", "a list of Gradient"),
    # rules
    (lambda: feedback_alignment(-1), ValueError, "seed is -1", "wanted a whole number >= 0"),
    (lambda: feedback_alignment(0.5), TypeError, "seed came as float 0.5", "wanted a whole number >= 0"),
    # train
    (lambda: train([], X, Y), ValueError, "layers is empty", "at least one Layer"),
    (lambda: train(NET, X[:, :1], Y), ValueError, "X has shape (3, 1)", "wants (n, 2)"),
    (lambda: train(NET, X, Y[:2]), ValueError, "y has shape (2, 1)", "wanted (3, 1)"),
    (lambda: train(NET, X, Y, loss="mse"), ValueError, "unknown loss 'mse'", NAMES_OF["loss"]),
    (lambda: train(NET, X, 2 * Y, loss="binary_cross_entropy"), ValueError, "y lies between", "wants it in [0.0, 1.0]"),
    (lambda: train(NET, X, Y, rule="backprop"), ValueError, "unknown rule 'backprop'", NAMES_OF["rule"]),
    (lambda: train(NET, X, Y, learning_rate=0), ValueError, "learning_rate is 0", "wanted a finite number > 0"),
    (lambda: train(NET, X, Y, learning_rate=-0.1), ValueError, "learning_rate is -0.1", "wanted a finite number > 0"),
    (lambda: train(NET, X, Y, learning_rate=NAN), ValueError, "learning_rate is nan", "wanted a finite number > 0"),
    (lambda: train(NET, X, Y, learning_rate=INF), ValueError, "learning_rate is inf", "wanted a finite number > 0"),
    (lambda: train(NET, X, Y, learning_rate=True), TypeError, "learning_rate came as bool True", "finite number > 0"),
    (lambda: train(NET, X, Y, learning_rate="1"), TypeError, "learning_rate came as str '1'", "finite number > 0"),
    (lambda: train(NET, X, Y, learning_rate=[1]), TypeError, "learning_rate came as list [1]", "finite number > 0"),
    (lambda: train(NET, X, Y, steps=-1), ValueError, "steps is -1", "wanted a whole number >= 0"),
    (lambda: train(NET, X, Y, steps=2.0), TypeError, "steps came as float 2.0", "wanted a whole number >= 0"),
    (lambda: train(NET, X, Y, steps=True), TypeError, "steps came as bool True", "wanted a whole number >= 0"),
    (lambda: train(NET, X, Y, batch_size=0), ValueError, "batch_size is 0", "wanted a whole number >= 1"),
    (lambda: train(NET, X, Y, batch_size=1.5), TypeError, "batch_size came as float 1.5", "a whole number >= 1"),
    (lambda: train(NET, X, Y, momentum=1), ValueError, "momentum is 1", "wanted a number >= 0 and < 1"),
    (lambda: train(NET, X, Y, momentum=-0.1), ValueError, "momentum is -0.1", "wanted a finite number >= 0"),
    (lambda: train(NET, X, Y, seed=-1), ValueError, "seed is -1", "wanted a whole number >= 0"),
    (lambda: train(NET, X, Y, seed=[1, 2]), TypeError, "seed came as list [1, 2]", "wanted a whole number >= 0"),
    (lambda: train(NET, X, Y, record_every=0), ValueError, "record_every is 0", "wanted a whole number >= 1"),
    # datasets
    *(
        case
        for name, make in datasets.TOY_SETS.items()
        for case in [
            (lambda make=make: make(1), ValueError, "n is 1", "wanted a whole number >= 2"),
            (lambda make=make: make(2.5), TypeError, "n came as float 2.5", "wanted a whole number >= 2"),
            (lambda make=make: make(noise=-1), ValueError, "noise is -1", "wanted a finite number >= 0"),
            (lambda make=make: make(noise=NAN), ValueError, "noise is nan", "wanted a finite number >= 0"),
            (lambda make=make: make(noise="no"), TypeError, "noise came as str 'no'", "a finite number >= 0"),
            (lambda make=make: make(seed=-1), ValueError, "seed is -1", "wanted a whole number >= 0"),
            (lambda make=make: make(seed=None), TypeError, "seed came as NoneType", "wanted a whole number >= 0"),
        ]
    ),
    (lambda: datasets.line(slope=NAN), ValueError, "slope is nan", "wanted a finite number"),
    (lambda: datasets.line(intercept="up"), TypeError, "intercept came as str 'up'", "wanted a finite number"),
    (lambda: datasets.spiral(turns=0), ValueError, "turns is 0", "wanted a finite number > 0"),
    (lambda: datasets.penguins("beak"), ValueError, "unknown measurement 'beak'", "'bill_length_mm'"),
    (lambda: datasets.penguins(3), TypeError, "inputs came as int 3", "wanted a name or several"),
    (lambda: datasets.penguins([3]), TypeError, "measurement came as int 3", "'bill_length_mm'"),
    (lambda: datasets.penguins([]), ValueError, "inputs []", "at least one of each"),
    (lambda: datasets.penguins(output="sex"), ValueError, "unknown output 'sex'", "'body_mass_g', 'species'"),
    (lambda: datasets.penguins(species="Emperor"), ValueError, "'Emperor'", "'Adelie', 'Chinstrap', 'Gentoo'"),
    (lambda: datasets.penguins(species=None), TypeError, "species came as NoneType None", "a name or several"),
    (lambda: datasets.penguins(species=()), ValueError, "species []", "at least one of each"),
    (lambda: datasets.standardise([1, 2]), ValueError, "X has shape (2,)", "wanted (n, d)"),
    (lambda: datasets.standardise([[1, 2], [3, 2]]), ValueError, "column 1 of X is constant", "columns that vary"),
    (lambda: datasets.standardise([[1, NAN], [3, 2]]), ValueError, "X holds nan at index (0, 1)", "finite numbers"),
]


@pytest.mark.parametrize(("call", "error", "came", "wanted"), TABLE, ids=[f"{row[2]}" for row in TABLE])
def test_bad_input_is_told_what_came_and_what_was_wanted(call, error, came, wanted):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert came in str(caught.value)
    assert wanted in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "value", [[[1, 0]], ((1, 0),), [[True, False]], np.array([[1, 0]], dtype=np.int8), X[:1] > 0.5]
)
def test_good_input_of_any_kind_becomes_floats(value):
    came = validation.array(value, "X", "(n, d)")
    assert came.dtype == np.float64
    np.testing.assert_array_equal(came, np.asarray(value))


@pytest.mark.parametrize(
    ("axes", "least_axes", "shape", "good"),
    [
        ("(p,)", None, (3,), True),
        ("(p,)", None, (), False),
        ("(p,)", None, (3, 3), False),
        ("(n, d)", None, (3, 3), True),
        ("(n, d)", None, (3,), False),
        ("(..., d, k)", 2, (3,), False),
        ("(..., d, k)", 2, (3, 3), True),
        ("(..., d, k)", 2, (3, 3, 3, 3), True),
        ("(...)", 0, (), True),
        ("(...)", 0, (3, 3), True),
    ],
)
def test_number_of_axes(axes, least_axes, shape, good):
    value = np.ones(shape)
    if good:
        assert validation.array(value, "v", axes, least_axes=least_axes) is value
    else:
        with pytest.raises(ValueError, match="v has shape"):
            validation.array(value, "v", axes, least_axes=least_axes)


@pytest.mark.parametrize("value", [2, 0.5, np.float32(0.5), np.int64(3), Fraction(1, 3)])
def test_any_real_number_will_do(value):
    came = validation.positive(value, "v")
    assert type(came) is float
    assert came == float(value)


@pytest.mark.parametrize("value", [True, np.True_, "1", None, 1j, [1.0], np.array(1.0), Decimal(1)])
@pytest.mark.parametrize("check", [validation.number, validation.positive])
def test_what_is_no_real_number_will_not(check, value):
    with pytest.raises(TypeError, match=r"v came as .*; wanted a finite number"):
        check(value, "v")


def test_zero_is_positive_only_if_that_is_asked_for():
    assert validation.positive(0, "v", zero=True) == 0
    with pytest.raises(ValueError, match="v is 0; wanted a finite number > 0"):
        validation.positive(0, "v")


def test_whole_numbers():
    assert validation.whole(np.int32(3), "v", 3) == 3
    assert type(validation.whole(np.int32(3), "v", 3)) is int
    with pytest.raises(ValueError, match="v is 2; wanted a whole number >= 3"):
        validation.whole(2, "v", 3)


def test_a_long_value_is_described_in_short():
    text = validation.describe("x" * 1000)
    assert text.startswith("str 'xxx")
    assert text.endswith("...")
    assert len(text) < 50


def test_a_number_of_numpy_is_described_like_any_other():
    assert validation.describe(np.float64(0.5)) == validation.describe(0.5) == "float 0.5"
    assert validation.describe(np.ones((2, 3))) == "an array of shape (2, 3) and type float64"


def test_first_bad_number_is_pointed_at():
    values = np.ones((2, 3))
    values[0, 2], values[1, 0] = np.inf, np.nan
    with pytest.raises(ValueError, match=r"v holds inf at index \(0, 2\); wanted finite numbers"):
        validation.finite(values, "v")
