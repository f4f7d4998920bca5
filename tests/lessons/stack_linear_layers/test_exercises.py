"""Beside what holds of every exercise: four points by hand, right and wrong; measured derivatives of the map."""

import re

import numpy as np
import pytest

import gdlab
from gdlab.lessons.catalogue import EXERCISES
from tests.lessons.exercises import each, points_of


@pytest.mark.parametrize("b2", [0, -0.5])
def test_the_textbooks_xor_is_told_that_it_is_for_inputs_0_and_1(b2):
    textbook = {"W1": [[1, 1], [1, 1]], "b1": [0, -1], "W2": [1, -2], "b2": b2}
    words = " ".join(gdlab.check("xor-by-hand", textbook).words)
    assert "if the inputs are 0 and 1" in words
    assert "same direction" not in words


XOR = EXERCISES["xor-by-hand"]


def xor(W1, b1, W2, b2):
    return XOR.check({"W1": W1, "b1": b1, "W2": W2, "b2": b2})


def test_half_on_paper_is_half_also_where_a_computer_rounds():
    W1, b1 = [[1, -1], [-1, 1]], [0, 0]  # z = 2 × 0.7 − 0.9 at two of the points
    assert 2 * 0.7 - 0.9 < 0.5
    feedback = xor(W1, b1, [0.7, 0.7], -0.9)
    assert feedback.score == 3, feedback.words
    assert xor(W1, b1, [0.7, 0.7], -0.91).score == 1.5


@pytest.mark.parametrize(
    "attempt",
    [
        ([[1, 1], [1, 1]], [1, -1], [1, -2], -1),  # the textbook's, made for 0 and 1: not right here
        ([[1, -1], [-1, 1]], [0, 0], [0, 0], 0),
        ([[1, 0], [0, 1]], [0, 0], [1, 1], -1),
    ],
)
def test_wrong_weights_are_told_the_four_values_and_earn_nothing(attempt):
    feedback = xor(*attempt)
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert feedback.words[0].startswith("z is ")


@pytest.mark.parametrize(
    "attempt",
    [
        ([[1, -1], [-1, 1]], [0, 0], [1, 1], -1),
        ([[1, -1], [1, -1]], [0, 0], [-1, -1], 1),
        ([[-3, 3], [3, -3]], [-1, -1], [1, 1], -2),
        ([[1, 1], [1, 1]], [2, 0], [1, -2], -1),
    ],
)
def test_several_answers_are_right(attempt):
    assert xor(*attempt).verdict == "right"


def test_too_small_a_margin_earns_half():
    feedback = xor([[0.1, -0.1], [-0.1, 0.1]], [0, 0], [1, 1], -0.1)
    assert feedback.score == XOR.points / 2


def test_three_of_four_dead_units_and_units_without_a_bend_are_named():
    assert "straight line" in str(xor([[1, 0], [-1, 0]], [0, 0], [1, 0], -1))
    assert "Hidden unit 2 is 0 at all four" in str(xor([[1, 0], [-1, 0]], [0, 0], [1, 0], -1))
    assert "Hidden unit 1 has all four points on one side" in str(xor([[1, 0], [1, 1]], [5, 0], [1, 0], -1))


def test_numbers_that_overflow_are_only_wrong():
    assert xor([[1e308] * 2] * 2, [1e308] * 2, [1e308, -1e308], 0).verdict == "wrong"


def test_a_row_does_where_a_vector_is_wanted_and_a_vector_of_one_where_a_number_is():
    from gdlab.lessons.catalogue import EXERCISES

    exercise = EXERCISES["xor-by-hand"]
    found = {"W1": [[1, -1], [-1, 1]], "b1": [[0, 0]], "W2": [[1], [1]], "b2": [[-1]]}
    assert exercise.check(found).score == exercise.points


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


UNITS = {
    "tanh units": np.tanh,
    "sigmoid units": lambda z: 1 / (1 + np.exp(-z)),
    "sine units": np.sin,
    "Gaussian units": lambda z: np.exp(-(z**2) / 2),
    "softplus units": lambda z: np.log(1 + np.exp(z)),
}


@each("map-derivative")
def test_a_map_derivative_is_the_measured_slope_of_the_network_that_the_text_names(exercise, words):
    (f,) = [f for told, f in UNITS.items() if told in words]
    for X, W1, b1, W2 in exercise.calls(3)[:3]:
        at = [[f((X + h * one) @ W1 + b1) @ W2 for h in (1e-5, -1e-5)] for one in np.eye(2)]
        measured = np.hstack([(ahead - behind) / 2e-5 for ahead, behind in at])
        np.testing.assert_allclose(exercise.reference(X, W1, b1, W2), measured, atol=1e-8)
