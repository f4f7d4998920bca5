"""Variants against the package: what their texts ask for, worked out a second time by another way."""

import json
import re

import numpy as np
import pytest

import gdlab
from gdlab.lessons import LESSONS
from gdlab.lessons.catalogue import FAMILIES
from tests.notebooks.refresh import FOLDER

pytestmark = pytest.mark.filterwarnings("error")


def each(name):
    """Every exercise of a family, the published one first, with the cells that tell it."""
    family = FAMILIES[name]
    (lesson,) = [stem for stem, lesson in LESSONS.items() if family in lesson.families]
    cells = json.loads((FOLDER / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    told = ["".join(c["source"]) for c in cells if c["metadata"].get("gdlab", {}).get("told_by") == family.slug]
    members = [("published", family.published, told)]
    members += [(about, exercise, family.told(about)) for about, exercise in family.variants.items()]
    return pytest.mark.parametrize(
        ("exercise", "words"),
        [pytest.param(exercise, "\n".join(words), id=about) for about, exercise, words in members],
    )


def numbers_in(words, pattern):
    """The numbers in a text where the pattern has its groups, which must be there once."""
    (found,) = re.findall(pattern, words.replace("−", "-"))
    return [float(number) for number in (found if isinstance(found, tuple) else (found,))]


def slope_of(function, z, h=1e-5):
    return (function(z + h) - function(z - h)) / (2 * h)


def points_of(words):
    return np.array([[float(n.replace("−", "-")) for n in pair] for pair in re.findall(r"\((\S+), (\S+)\)", words)])


fours = each("four-by-hand")


@fours
def test_weights_are_right_if_and_only_if_the_packages_network_parts_the_points_that_the_text_names(exercise, words):
    rng, points = np.random.default_rng(0), points_of(words)
    assert points.shape == (4, 2)
    right = []
    for spread in (0, *[0.3] * 100):
        weights = {k: np.array(v, float) for k, v in exercise.reference.items()}
        weights = {k: v + spread * rng.normal(size=v.shape) for k, v in weights.items()}
        layers = [
            gdlab.Layer(weights["W1"], weights["b1"][None], "relu"),
            gdlab.Layer(weights["W2"][:, None], weights["b2"].reshape(1, 1)),
        ]
        z = gdlab.forward(layers, points).z[-1][:, 0]
        parted = z[:2].max() <= -0.5 and z[2:].min() >= 0.5
        feedback = exercise.check(weights)
        assert (feedback.verdict == "right") == parted, feedback.words
        told = re.findall(r"(\S+) at (\(.+?\))", feedback.words[0])
        np.testing.assert_array_equal(points_of(" ".join(place for _, place in told)), points)
        np.testing.assert_allclose([float(value.replace("−", "-")) for value, _ in told], z, rtol=6e-3, atol=1e-6)
        right.append(parted)
    assert right[0]
    assert 3 < sum(right) < 97


@fours
def test_no_line_parts_the_four_points(exercise, words):
    """The two of one class and the two of the other have the same middle, so a linear z has the same mean at both."""
    points = points_of(words)
    np.testing.assert_array_equal(points[:2].mean(axis=0), points[2:].mean(axis=0))


@fours
def test_the_hints_to_four_points_tell_the_direction_and_where_they_are(exercise, words):
    points = points_of(words)
    look, *told = re.search(
        r"Along (.+) class 0 is at (\S+), class 1 at (\S+) and at (\S+)\. ", exercise.hints[1]
    ).groups()
    code = re.sub(r"(\d) x", r"\1 * x", look.replace("−", "-")).replace("₁", "1").replace("₂", "2")
    along = eval(code, {"x1": points[:, 0], "x2": points[:, 1]})
    zero, left, right = (float(n.replace("−", "-")) for n in told)
    assert left < zero < right
    assert along[:2].tolist() == [zero, zero]
    assert sorted(along[2:]) == [left, right]
    W1 = np.array(exercise.reference["W1"], float)
    np.testing.assert_array_equal(points @ W1[:, 0], along)
    np.testing.assert_array_equal(W1[:, 1], -W1[:, 0])
    assert ("biases" in exercise.hints[2]) == (zero != 0) == any(exercise.reference["b1"])
    if zero:
        assert f"make both 0 where {look} is {told[0]}." in exercise.hints[2]


CURVES = {
    "a ramp: level up to z = −1, then rising with slope 1, then level again from z = 1.": lambda z: np.clip(z, -1, 1),
    "a short ramp: level up to z = −½, then rising with slope 1, then level again from z = ½.": (
        lambda z: np.clip(z, -0.5, 0.5)
    ),
    "a gentle ramp: level up to z = −2, then rising with slope ½, then level again from z = 2.": (
        lambda z: np.clip(z, -2, 2) / 2
    ),
    "a smooth curve whose slope is a tent: 1 at z = 0, falling in straight lines to 0 at z = −1 and at z = 1, and 0 "
    "beyond.": (lambda z: np.where(z < 0, np.clip(1 + z, 0, 1) ** 2 / 2, 1 - np.clip(1 - z, 0, 1) ** 2 / 2)),
    r"a sigmoid, $\sigma(z) = 1/(1 + e^{-z})$.": lambda z: (1 + np.tanh(z / 2)) / 2,
    "the curve $s(z) = z/(1 + |z|)$, which rises from −1 to 1 and is level nowhere.": lambda z: z / (1 + np.abs(z)),
}
"""The curves, read from the exercise's text once more."""


@each("straight-through")
def test_a_way_back_is_the_error_times_the_slope_of_the_curve_that_the_text_names(exercise, words):
    (curve,) = [curve for told, curve in CURVES.items() if f"is not a step but {told} (" in words]
    z, error = np.linspace(-4.03, 4.03, 101), np.random.default_rng(0).normal(size=101)
    np.testing.assert_allclose(exercise.reference(error, z), error * slope_of(curve, z), atol=1e-4)
    np.testing.assert_allclose(exercise.given["through"](1.0, z), slope_of(curve, z), atol=1e-4)
    rise = re.search(r"It rises by (\d)|curve rises by (\d)", words)
    assert float(rise[1] or rise[2]) == pytest.approx(np.ptp(curve(np.array([-1e6, 1e6]))), abs=1e-4)


@each("units-in-a-row")
def test_units_in_a_row_multiply_slopes_and_weights_one_by_one(exercise, words):
    def arrives(weight, slopes):
        error = 1.0
        for slope in slopes:
            error = error * weight * slope
        return error

    words = words.replace("¾", "0.75").replace("six", "6").replace("keep its size", "multiplied by 1 at each stage")
    (units, gives) = numbers_in(words, r"all (\d) sigmoids give (\S+)\. ")
    (weight_2,) = numbers_in(words, r"all weights (\d) \(")
    (stage,) = numbers_in(words, r"error signal multiplied by (\S+) at each stage")
    (relu_weight,) = numbers_in(words, r"weights of (\d)\.")
    units, sigmoid, at = int(units), gdlab.ACTIVATIONS["sigmoid"], np.log(gives / (1 - gives))
    smaller, smaller_too, weight, smaller_still, larger = exercise.reference
    quarter, given = [sigmoid.f_prime(np.zeros(units)), sigmoid.f_prime(np.full(units, at))]
    assert 1 / arrives(1, quarter) == pytest.approx(smaller)
    assert 1 / arrives(weight_2, quarter) == pytest.approx(smaller_too)
    assert arrives(weight, quarter[:1]) == pytest.approx(stage)
    assert 1 / arrives(weight, given) == pytest.approx(smaller_still)
    assert arrives(relu_weight, gdlab.ACTIVATIONS["relu"].f_prime(np.array([3.0] * (units - 1) + [-1.0]))) == larger


QUOTIENTS = {
    "by central differences": (lambda J, h: (J(h) - J(-h)) / (2 * h), 2),
    "by forward differences": (lambda J, h: (J(h) - J(0)) / h, 1),
    r"{J(\theta - 2h) - 8\,J(\theta - h) + 8\,J(\theta + h) - J(\theta + 2h)}{12\,h}": (
        lambda J, h: (J(-2 * h) - 8 * J(-h) + 8 * J(h) - J(2 * h)) / (12 * h),
        4,
    ),
    r"{-3\,J(\theta) + 4\,J(\theta + h) - J(\theta + 2h)}{2\,h}": (
        lambda J, h: (-3 * J(0) + 4 * J(h) - J(2 * h)) / (2 * h),
        2,
    ),
    r"{4\,C(h/2) - C(h)}{3}": (
        lambda J, h: (4 * (J(h / 2) - J(-h / 2)) / h - (J(h) - J(-h)) / (2 * h)) / 3,
        4,
    ),
}
"""The quotients, read from the exercise's text once more, and the power of h with which their error shrinks."""


@each("check-gradient")
def test_a_checker_measures_by_the_quotient_that_the_text_names_and_its_error_shrinks_as_told(exercise, words):
    ((quotient, power),) = [value for told, value in QUOTIENTS.items() if f"{told}" in words]
    if "shrinks with" in words:
        assert f"shrinks with $h^{power}$" in words
    a, theta = np.array([0.7, 1.3, -0.9]), np.array([0.3, -0.8, 1.1])

    def J(at):
        return float(np.exp(a @ at) + np.sin(at).sum())

    true, errors = a * np.exp(a @ theta) + np.cos(theta), []
    claimed = true + np.array([0.5, 0, 0])
    for h in (0.1, 0.05):
        kept = theta.copy()
        measured, relative = exercise.reference(J, theta, claimed, h)
        np.testing.assert_array_equal(theta, kept)
        wanted = [quotient(lambda t, i=i: J(theta + t * np.eye(3)[i]), h) for i in range(3)]
        np.testing.assert_allclose(measured, wanted, rtol=1e-10)
        sizes = np.linalg.norm(claimed) + np.linalg.norm(wanted)
        assert relative == pytest.approx(np.linalg.norm(claimed - wanted) / sizes)
        errors.append(measured - true)
    np.testing.assert_allclose(errors[0] / errors[1], 2.0**power, rtol=0.2)


def each_step(X, y, w, b):
    """w and b before the first sample and after each, by gdlab's delta rule on a step unit: (samples + 1, 3)."""
    unit = gdlab.Layer(np.reshape(w, (2, 1)), [[b]], "step")
    how = {"rule": "delta_rule", "learning_rate": 1.0, "steps": len(X), "batch_size": 1, "shuffle": False}
    return gdlab.train([unit], X, y[:, None], **how).theta


def each_step_down(loss, X, y, w, b):
    """The same by the measured slope of a loss of actual × z, sample by sample."""
    theta = [np.array([*w, b])]
    for x, actual in zip(X, y, strict=True):
        slope = gdlab.numerical_gradient(lambda t, x=x, a=actual: loss(a * (t[:2] @ x + t[2])), theta[-1], 1e-7)
        theta.append(theta[-1] - slope)
    return np.array(theta)


FORMS = {
    "with learning rate 1. The bias": lambda X, y, w, b: each_step(X, y, w, b)[-1],
    # half the weights give half of each z, and so the same answers; each of their steps is half as long
    "answers 1 where $z > 0$ and −1 elsewhere": lambda X, y, w, b: 2 * each_step(X, (y + 1) / 2, w / 2, b / 2)[-1],
    r"\text{actual} \cdot z \le 0$": lambda X, y, w, b: each_step_down(lambda right: max(0, -right), X, y, w, b)[-1],
    r"\text{actual} \cdot z < 1$": lambda X, y, w, b: each_step_down(lambda right: max(0, 1 - right), X, y, w, b)[-1],
    "return the mean of all the $w$": lambda X, y, w, b: each_step(X, y, w, b)[1:].mean(axis=0),
}
"""The forms of the rule, by words of the text; the later ones first, since each text has the first one's."""


@each("perceptron")
def test_a_perceptron_is_the_packages_delta_rule_or_goes_down_a_measured_slope(exercise, words):
    form = [form for told, form in FORMS.items() if told in words][-1]
    labels = {-1, 1} if "`y` holds −1 and 1" in words else {0, 1}
    rng, moved = np.random.default_rng(0), 0
    for _ in range(20):
        X, y, w, b = exercise.inputs(rng)
        assert set(y) <= labels
        if r"\le 0" in words:
            b += 0.01  # at z = 0 that loss has a corner
        one, other = exercise.reference(X, y, w, b)
        np.testing.assert_allclose([*one, other], form(X, y, w, b), atol=1e-6)
        moved += not np.array_equal(one, w)
    assert moved > 15


def test_a_sample_with_z_of_0_is_a_mistake_where_mistakes_are_added():
    exercise = FAMILIES["perceptron"].variants["mistakes are added"]
    for actual in (-1, 1):
        w, b = exercise.reference(np.array([[2.0, -3.0]]), np.array([actual]), np.zeros(2), 0.0)
        np.testing.assert_array_equal([*w, b], actual * np.array([2, -3, 1]))


@each("softmax-error")
def test_an_error_signal_is_the_measured_slope_of_minus_log_softmax_at_the_temperature_that_the_text_names(
    exercise, words
):
    (temperature,) = numbers_in(words, r"with T = ([\d.]+); the loss") if "temperature" in words else (1,)
    rng, h = np.random.default_rng(0), 1e-5
    z, y = rng.normal(0, 2, (4, 3)), np.eye(3)[[0, 2, 1, 1]]

    def loss(z):
        e = np.exp(z / temperature)
        return -np.sum(y * np.log(e / e.sum(axis=1, keepdims=True)))

    measured = [
        [(loss(z + one) - loss(z - one)) / (2 * h) for one in h * row] for row in np.eye(12).reshape(4, 3, 4, 3)
    ]
    np.testing.assert_allclose(exercise.reference(z, y), measured, atol=1e-8)


UNITS = {
    "tanh units": np.tanh,
    "sigmoid units": lambda z: 1 / (1 + np.exp(-z)),
    "sine units": np.sin,
    "Gaussian units": lambda z: np.exp(-(z**2) / 2),
    "softplus units": lambda z: np.log(1 + np.exp(z)),
}


@each("slope-field")
def test_a_slope_field_is_the_measured_slope_of_the_network_that_the_text_names(exercise, words):
    (f,) = [f for told, f in UNITS.items() if told in words]
    for X, W1, b1, W2 in exercise.calls(3)[:3]:
        at = [[f((X + h * one) @ W1 + b1) @ W2 for h in (1e-5, -1e-5)] for one in np.eye(2)]
        measured = np.hstack([(ahead - behind) / 2e-5 for ahead, behind in at])
        np.testing.assert_allclose(exercise.reference(X, W1, b1, W2), measured, atol=1e-8)


PRIMITIVES = {
    "a tanh neuron": np.tanh,
    "a ReLU neuron": lambda z: np.maximum(z, 0),
    "a leaky ReLU neuron": lambda z: np.where(z > 0, z, 0.01 * z),
    "an exponential neuron": np.exp,
    "a sine neuron": np.sin,
}


@each("matching-loss")
def test_a_matching_loss_is_0_at_z_0_and_its_measured_slope_is_prediction_minus_actual(exercise, words):
    (f,) = [f for told, f in PRIMITIVES.items() if told in words]
    z, y = np.linspace(-2.03, 2.05, 9), np.linspace(0.05, 0.9, 9)
    np.testing.assert_allclose(exercise.reference(0 * z, y), 0, atol=1e-12)
    np.testing.assert_allclose(slope_of(lambda z: exercise.reference(z, y), z), f(z) - y, atol=1e-8)


@each("absolute-steps")
def test_steps_on_an_absolute_value_go_by_the_numbers_that_the_text_names(exercise, words):
    theta, rate = numbers_in(words, r"\\theta = (\S+?)\$, the learning rate \$?(\S+?)\$?\. ")
    walked = []
    for _ in range(4):
        theta -= rate if theta > 0 else -rate
        walked.append(theta)
    np.testing.assert_allclose(exercise.reference, walked, atol=1e-12)


@each("one-step")
def test_one_step_by_hand_is_one_step_of_the_package(exercise, words):
    (x1, x2) = numbers_in(words, r"x_1 = (\S+?)\$, \$x_2 = (\S+?)\$")
    (w11, w21, w12, w22) = numbers_in(
        words, r"weights \$(\S+?)\$ \(from \$x_1\$\) and \$(\S+?)\$ .*?has \$(\S+?)\$ and \$(\S+?)\$"
    )
    v1, v2, bias, y, rate = numbers_in(
        words,
        r"v_1 = (\S+?)\$, \$v_2 = (\S+?)\$ and bias \$(\S+?)\$.*?y = (\S+?)\$[^§]*learning rate \$?([\d.]+?)\$?$",
    )
    layers = [gdlab.Layer([[w11, w12], [w21, w22]], [[0.0, 0.0]], "sigmoid"), gdlab.Layer([[v1], [v2]], [[bias]])]
    hidden, output = gdlab.backward(layers, gdlab.forward(layers, [[x1, x2]]), [[y]])
    (new,) = gdlab.train(layers, [[x1, x2]], [[y]], learning_rate=rate, steps=1).theta[-1][:1]
    wanted = [output.b[0, 0], output.W[0, 0], hidden.b[0, 0], hidden.W[0, 0], hidden.W[1, 1], new]
    np.testing.assert_allclose(exercise.reference, wanted, atol=1e-9)
