"""Variants against the package: what their texts ask for, worked out a second time by another way."""

import json
import re

import numpy as np
import pytest

import gdlab
from gdlab.lessons import LESSONS
from gdlab.lessons.catalogue import FAMILIES
from gdlab.lessons.check_your_gradient.exercises import gradient_checker
from gdlab.lessons.keep_the_signal_alive import exercises as units_in_a_row
from gdlab.lessons.learn_without_the_exact_slope.exercises import perceptron, straight_through
from gdlab.lessons.stack_linear_layers.exercises import xor_by_hand
from tests.notebooks.refresh import FOLDER

pytestmark = pytest.mark.filterwarnings("error")

MEMBERS = {
    "four-by-hand": xor_by_hand._FOURS,
    "straight-through": straight_through._STAND_INS,
    "units-in-a-row": (units_in_a_row._SIX, *units_in_a_row._OTHERS.values()),
    "check-gradient": gradient_checker._QUOTIENTS,
    "perceptron": perceptron._RULES,
}
"""What the exercises of a family are made of; the published one first."""


def members(name):
    return MEMBERS[name]


def place(name, member):
    return MEMBERS[name].index(member)


def made(name, member):
    """The exercise of a member."""
    family = FAMILIES[name]
    return [family.published, *family.variants.values()][place(name, member)]


def words_of(name, member):
    """The cells that tell a member."""
    family = FAMILIES[name]
    if number := place(name, member):
        return "\n".join(family.told(list(family.variants)[number - 1]))
    (lesson,) = [stem for stem, lesson in LESSONS.items() if family in lesson.families]
    cells = json.loads((FOLDER / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    return "\n".join(
        "".join(cell["source"]) for cell in cells if cell["metadata"].get("gdlab", {}).get("told_by") == family.slug
    )


def slope_of(function, z, h=1e-5):
    return (function(z + h) - function(z - h)) / (2 * h)


def points_of(words):
    return np.array([[float(n.replace("−", "-")) for n in pair] for pair in re.findall(r"\((\S+), (\S+)\)", words)])


fours = pytest.mark.parametrize("four", members("four-by-hand"), ids=lambda four: str(four.points))


@fours
def test_weights_are_right_if_and_only_if_the_packages_network_parts_the_points_that_the_text_names(four):
    rng = np.random.default_rng(0)
    exercise, points = made("four-by-hand", four), points_of(words_of("four-by-hand", four))
    assert points.shape == (4, 2)
    right = []
    for spread in (0, *[0.3] * 300):
        weights = {k: np.array(v, float) for k, v in exercise.solution().items()}
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
    assert 10 < sum(right) < 290


@fours
def test_no_line_parts_the_four_points(four):
    """The two of one class and the two of the other have the same middle, so a linear z has the same mean at both."""
    points = np.array(four.points, float)
    np.testing.assert_array_equal(points[:2].mean(axis=0), points[2:].mean(axis=0))


@fours
def test_the_hints_to_four_points_tell_the_direction_and_where_they_stand(four):
    exercise, points = made("four-by-hand", four), np.array(four.points, float)
    look, *told = re.search(
        r"Along (.+) class 0 stands at (\S+), class 1 at (\S+) and at (\S+)\. ", exercise.hints[1]
    ).groups()
    code = re.sub(r"(\d) x", r"\1 * x", look.replace("−", "-")).replace("₁", "1").replace("₂", "2")
    along = eval(code, {"x1": points[:, 0], "x2": points[:, 1]})
    zero, left, right = (float(n.replace("−", "-")) for n in told)
    assert left < zero < right
    assert along[:2].tolist() == [zero, zero]
    assert sorted(along[2:]) == [left, right]
    W1 = np.array(exercise.solution()["W1"], float)
    assert W1[:, 0].tolist() == (-W1[:, 1]).tolist() == list(four.along)
    assert ("biases" in exercise.hints[2]) == (zero != 0) == any(exercise.solution()["b1"])
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


@pytest.mark.parametrize("stand_in", members("straight-through"), ids=lambda stand_in: stand_in.name)
def test_a_way_back_is_the_error_times_the_slope_of_the_curve_that_the_text_names(stand_in):
    told = words_of("straight-through", stand_in)
    (curve,) = [curve for words, curve in CURVES.items() if f"is not a step but {words} (" in told]
    z, error = np.linspace(-4.03, 4.03, 101), np.random.default_rng(0).normal(size=101)
    np.testing.assert_allclose(stand_in.solution(error, z), error * slope_of(curve, z), atol=1e-4)
    np.testing.assert_allclose(stand_in.slope(z), slope_of(curve, z), atol=1e-4)
    rise = re.search(r"It rises by (\d)|curve rises by (\d)", told)
    assert float(rise[1] or rise[2]) == pytest.approx(np.ptp(curve(np.array([-1e6, 1e6]))), abs=1e-4)


@pytest.mark.parametrize("row", members("units-in-a-row"), ids=str)
def test_units_in_a_row_multiply_slopes_and_weights_one_by_one(row):
    def arrives(weight, slopes):
        error = 1.0
        for slope in slopes:
            error = error * weight * slope
        return error

    sigmoid, at = gdlab.ACTIVATIONS["sigmoid"], np.log(row.gives / (1 - row.gives))
    smaller, smaller_too, weight, smaller_still, larger = made("units-in-a-row", row).reference
    quarter, given = [sigmoid.f_prime(np.zeros(row.units)), sigmoid.f_prime(np.full(row.units, at))]
    assert 1 / arrives(1, quarter) == pytest.approx(smaller)
    assert 1 / arrives(row.weight, quarter) == pytest.approx(smaller_too)
    assert arrives(weight, quarter[:1]) == pytest.approx(row.stage)
    assert 1 / arrives(weight, given) == pytest.approx(smaller_still)
    assert (
        arrives(row.relu_weight, gdlab.ACTIVATIONS["relu"].f_prime(np.array([3.0] * (row.units - 1) + [-1.0])))
        == larger
    )


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


@pytest.mark.parametrize("way", members("check-gradient"), ids=lambda way: way.name)
def test_a_checker_measures_by_the_quotient_that_the_text_names_and_its_error_shrinks_as_told(way):
    ((quotient, power),) = [value for words, value in QUOTIENTS.items() if words in way.told]
    if "shrinks with" in way.told:
        assert f"shrinks with $h^{power}$" in way.told
    a, theta = np.array([0.7, 1.3, -0.9]), np.array([0.3, -0.8, 1.1])

    def J(at):
        return float(np.exp(a @ at) + np.sin(at).sum())

    true, errors = a * np.exp(a @ theta) + np.cos(theta), []
    claimed = true + np.array([0.5, 0, 0])
    for h in (0.1, 0.05):
        kept = theta.copy()
        measured, relative = way.solution(J, theta, claimed, h)
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
    "as Rosenblatt’s rule is mostly told": lambda X, y, w, b: each_step(X, y, w, b)[-1],
    # half the weights give half of each z, and so the same answers; each of their steps is half as long
    "classes −1 and 1": lambda X, y, w, b: 2 * each_step(X, (y + 1) / 2, w / 2, b / 2)[-1],
    "mistakes are added": lambda X, y, w, b: each_step_down(lambda right: max(0, -right), X, y, w, b)[-1],
    "a margin of 1": lambda X, y, w, b: each_step_down(lambda right: max(0, 1 - right), X, y, w, b)[-1],
    "averaged over a pass": lambda X, y, w, b: each_step(X, y, w, b)[1:].mean(axis=0),
}


@pytest.mark.parametrize("rule", members("perceptron"), ids=lambda rule: rule.name)
def test_a_perceptron_is_the_packages_delta_rule_or_goes_down_a_measured_slope(rule):
    exercise, rng = made("perceptron", rule), np.random.default_rng(0)
    labels = {"0 and 1": {0, 1}, "−1 and 1": {-1, 1}}[rule.classes]
    moved = 0
    for _ in range(50):
        X, y, w, b = exercise.inputs(rng)
        assert set(y) <= labels
        if rule.name == "mistakes are added":
            b += 0.01  # at z = 0 that loss has a corner
        one, other = exercise.solution(X, y, w, b)
        np.testing.assert_allclose([*one, other], FORMS[rule.name](X, y, w, b), atol=1e-6)
        moved += not np.array_equal(one, w)
    assert moved > 40


def test_a_sample_with_z_of_0_is_a_mistake_where_mistakes_are_added():
    (rule,) = [rule for rule in members("perceptron") if rule.name == "mistakes are added"]
    for actual in (-1, 1):
        w, b = rule.solution(np.array([[2.0, -3.0]]), np.array([actual]), np.zeros(2), 0.0)
        np.testing.assert_array_equal([*w, b], actual * np.array([2, -3, 1]))
