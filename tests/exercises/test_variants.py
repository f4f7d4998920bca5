"""Variants of lessons that still have an `OldFamily`: each is an exercise as good as the published one, and another."""

import inspect
import itertools
import json
import re

import numpy as np
import pytest

import gdlab
from gdlab.exercises.attempt import Outcome
from gdlab.exercises.kinds import FunctionExercise, NumbersExercise, PropertyExercise
from gdlab.exercises.old_family import OldFamily
from gdlab.lessons import catalogue
from gdlab.lessons.catalogue import EXERCISES, find_exercise
from tests.exercises.test_every_exercise import bare, blanks, lines_of_the_solution, parts, right, text
from tests.notebooks.refresh import stored

pytestmark = pytest.mark.filterwarnings("error")

FAMILIES = {name: family for name, family in catalogue.FAMILIES.items() if isinstance(family, OldFamily)}


def members(name):
    return FAMILIES[name].members if name in FAMILIES else ()


MEMBERS = [
    pytest.param(family, family.make(f"{family.name}@0", member), member, id=f"{family.name} {place}")
    for family in FAMILIES.values()
    for place, member in enumerate(family.members[1:], 1)
]
each = pytest.mark.parametrize(("family", "exercise", "member"), MEMBERS)
each_with_thoughts = pytest.mark.parametrize(
    ("family", "exercise", "member"), [one for one in MEMBERS if not isinstance(one.values[1], PropertyExercise)]
)
families = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)

OF_THE_PUBLISHED = {
    "matching-loss": r"tanh|cosh",
    "absolute-steps": r"theta = 0\.7\$|Now look\. Play",
    "one-step": r"x_1 = 2\$, \$x_2 = -1",
    "units-in-a-row": r"six hidden|Six hidden|all six|six_in|the six\b",
    "neuron-gradient": r"tfrac12\\,\\big|½ \(ŷ",
    "opposed-updates": r"w = 2 and b = 0\b",
    "four-by-hand": r"XOR|x₁ − x₂|\(−1, −1\) and \(1, 1\) are of class 0",
    "check-gradient": r"measured by central differences, and",
    "perceptron": r"^Write one pass|Return w and b after one pass; .+ of 0 and 1|In gdlab this is",
    "straight-through": r"but a ramp: level up to z = −1|your ramp\b",
}
"""What tells the published exercise: no words of a variant may."""


def sources(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def notebook_of(family):
    (path,) = [path for path in stored() if any(f'gdlab.check("{family.slug}"' in s for s in sources(path))]
    return path


def called(misconception, exercise):
    """The wrong answer of a thought as an attempt, with the right one where the thought does not touch it."""

    def attempt(*arguments):
        with np.errstate(all="ignore"):
            wrong = parts(exercise, misconception.wrong(*arguments))
            want = parts(exercise, exercise.solution(*arguments))
        filled = [b if a is None else a for a, b in zip(wrong, want, strict=True)]
        return filled[0] if len(filled) == 1 else tuple(filled)

    return attempt


@pytest.fixture
def quick(monkeypatch):
    """Attempts are called as they are: without a clock."""
    monkeypatch.setattr("gdlab.exercises.kinds.call", lambda function, arguments: Outcome(function(*arguments)))


# --- which one it is ---


@families
def test_a_number_names_one_member_and_many_numbers_name_all_but_the_published(family):
    drawn = [family.members.index(family.member(seed)) for seed in range(300)]
    assert set(drawn) == set(range(1, len(family.members)))
    assert len(family.members) > 3


def test_the_members_that_numbers_name_stay():
    """What a slug says must not change: courses that run hold it."""
    named = {
        name: [family.members.index(family.member(seed)) for seed in (0, 2027)] for name, family in FAMILIES.items()
    }
    before = {
        "absolute-steps": [6, 7],
        "check-gradient": [2, 3],
        "four-by-hand": [1, 4],
        "matching-loss": [2, 2],
        "neuron-gradient": [2, 2],
        "one-step": [2, 4],
        "opposed-updates": [3, 4],
        "perceptron": [2, 1],
        "straight-through": [3, 2],
        "units-in-a-row": [4, 1],
    }
    assert named == {name: before[name] for name in FAMILIES}


@families
def test_the_slug_alone_says_it(family):
    for seed in (0, 7, 2027):
        exercise = find_exercise(f"{family.name}@{seed}")
        assert exercise.slug == f"{family.name}@{seed}"
        assert (exercise.title, exercise.hints) == (
            (same := family.make(exercise.slug, family.member(seed))).title,
            same.hints,
        )
    assert EXERCISES[family.slug].title == family.published.title


@pytest.mark.parametrize(
    "slug", ["one-step@", "one-step@x", "one-step@-1", "one-step@01", "one-step@1 ", "descend@3", "@3", "one-step@²", 3]
)
def test_what_is_no_variant_is_refused_as_any_unknown_exercise(slug):
    with pytest.raises((ValueError, TypeError), match=r"exercise .*wanted one of 'both-rules'"):
        gdlab.check(slug, 1)


# --- it is an exercise ---


@each
def test_its_reference_earns_all_and_the_published_one_does_not(family, exercise, member):
    for _ in range(3):
        feedback = exercise.check(right(exercise))
        assert (feedback.verdict, feedback.score) == ("right", exercise.points), text(feedback)
        published = exercise.check(right(family.published))
        assert published.verdict == "wrong"
        assert published.score < exercise.points
        assert EXERCISES[family.slug].check(right(exercise)).verdict == "wrong"


@each
def test_its_form_is_that_of_the_published(family, exercise, member):
    assert type(exercise) is type(family.published)
    assert exercise.points == family.published.points
    assert len(exercise.hints) == len(set(exercise.hints)) >= 2
    if isinstance(exercise, FunctionExercise):
        signatures = {inspect.signature(e.solution) for e in (exercise, family.published)}
        assert len(signatures) == 1
        assert len(exercise.parts) == len(family.published.parts)
    if isinstance(exercise, PropertyExercise):
        assert exercise.shapes == family.published.shapes


@each
def test_untouched_it_earns_nothing(family, exercise, member):
    for blank in blanks(exercise):
        feedback = exercise.check(blank)
        assert (feedback.verdict, repr(feedback)) == ("untouched", "0.0")
        assert f'gdlab.hint("{exercise.slug}")' in text(feedback)


@each_with_thoughts
def test_each_wrong_thought_is_named_every_time(family, exercise, member, quick):
    thoughts = {m.name: m.thought for m in exercise.misconceptions}
    assert len(thoughts) >= 3
    assert all(thoughts[m.name] == m.thought for m in exercise.misconceptions)
    for misconception in exercise.misconceptions:
        if isinstance(exercise, NumbersExercise):
            attempts = [[round(float(value), digits) for value in misconception.wrong] for digits in (3, 4, 12)]
        else:
            attempts = [called(misconception, exercise)] * 5
        for attempt in attempts:
            feedback = exercise.check(attempt)
            headline = re.sub(f"^({'|'.join(map(re.escape, getattr(exercise, 'parts', ())))}): ", "", feedback.headline)
            assert (feedback.verdict, headline) == ("wrong", misconception.name)
            assert any(misconception.thought in words for words in feedback.words)


@each
def test_no_words_give_the_solution_away_and_none_tell_the_published(family, exercise, member):
    words = [exercise.title, *exercise.hints, *(m.thought for m in exercise.misconceptions)]
    for one in words:
        if isinstance(exercise, FunctionExercise):
            assert [line for line in lines_of_the_solution(exercise) if bare(line) in bare(one)] == []
        elif isinstance(exercise, PropertyExercise):
            lists = [value for value in exercise.solution().values() if isinstance(value, list)]
            assert [value for value in lists if bare(str(value)).strip("[]") in bare(one)] == []
        else:
            assert bare(", ".join(f"{value:g}" for value in exercise.answer)) not in bare(one)
    for one in (*words, *family.passages(member)):
        assert not re.search(OF_THE_PUBLISHED[family.name], one), one


@each
def test_its_solution_runs_as_it_is_shown_to_an_instructor(family, exercise, member):
    if isinstance(exercise, FunctionExercise | PropertyExercise):
        made = {"np": np, "gdlab": gdlab}
        exec(exercise.solution_text, made)
        attempt = made[exercise.solution.__name__]
        assert exercise.check(attempt() if isinstance(exercise, PropertyExercise) else attempt).verdict == "right"
    else:
        assert exercise.check(eval(exercise.solution_text.splitlines()[0])).verdict == "right"


@families
def test_a_student_gets_its_hints_and_not_its_solution(family, monkeypatch):
    monkeypatch.setattr("gdlab.lessons.catalogue._hints_given", {})
    slug = f"{family.name}@2027"
    hints = [gdlab.hint(slug) for _ in find_exercise(slug).hints]
    assert hints[-1].words == (*find_exercise(slug).hints, "That was the last one.")
    note = gdlab.solution(slug)
    assert f'gdlab.solution("{family.slug}")' in note.words[0]
    assert note.code == ""


# --- it is right: asked of the package, or of a difference, and not of itself ---


def slope_of(function, z, h=1e-5):
    return (function(z + h) - function(z - h)) / (2 * h)


UNITS = {
    r"\tanh z": np.tanh,
    r"\sigma(z) = 1/(1 + e^{-z})": lambda z: 1 / (1 + np.exp(-z)),
    r"\sin z": np.sin,
    r"e^{-z^2/2}": lambda z: np.exp(-(z**2) / 2),
    r"\log(1 + e^z)": lambda z: np.log(1 + np.exp(z)),
}
"""The units, read from the exercise's text once more."""


def lopsided(e):
    return np.where(e < 0, 3, 1) * e**2 / 2


LOSSES = {
    r"\tfrac12\,e^2": lambda e: e**2 / 2,
    r"\tfrac14\,e^4": lambda e: e**4 / 4,
    r"\log\cosh e": lambda e: np.log(np.cosh(e)),
    r"\begin{cases} \tfrac12 e^2 & |e| \le \tfrac12 \\ \tfrac12 |e| - \tfrac18 & |e| > \tfrac12 \end{cases}": (
        lambda e: np.where(abs(e) <= 1 / 2, e**2 / 2, abs(e) / 2 - 1 / 8)
    ),
    r"\sqrt{1 + e^2} - 1": lambda e: np.sqrt(1 + e**2) - 1,
    r"\begin{cases} \tfrac12 e^2 & e \ge 0 \\ \tfrac32 e^2 & e < 0 \end{cases}": lopsided,
}
"""The losses of an error, read from the exercises' text once more."""
with_losses = pytest.mark.parametrize(
    ("family", "member"),
    [
        pytest.param(FAMILIES[name], member, id=f"{name}: {member[0].name}")
        for name in ("line-gradient", "neuron-gradient")
        for member in members(name)
    ],
)


@with_losses
def test_a_gradient_is_the_slope_of_the_mean_of_the_loss_that_the_text_names(family, member):
    told, rng = family.passages(member), np.random.default_rng(0)
    if member is not family.members[0]:
        assert rf"\ell(e) = {member[0].formula}" in told[0]
    loss, exercise = LOSSES[member[0].formula], family.make("x", member)
    for _ in range(20):
        w, b, x, y, *rest = exercise.inputs(rng)
        f = rest[0] if rest else lambda z: z
        measured = gdlab.numerical_gradient(
            lambda p, x=x, y=y, f=f: np.mean(loss(f(p[0] * x + p[1]) - y)), np.array([w, b])
        )
        np.testing.assert_allclose(exercise.solution(w, b, x, y, *rest), measured, rtol=1e-5, atol=1e-7)


@with_losses
def test_the_slope_that_wrong_answers_are_made_of_is_that_of_the_loss(family, member):
    e = np.linspace(-3, 3, 60)
    np.testing.assert_allclose(member[0].slope(e), slope_of(LOSSES[member[0].formula], e), atol=1e-4)
    np.testing.assert_allclose(member[0].value(e), LOSSES[member[0].formula](e), atol=1e-12)


@with_losses
def test_the_errors_that_are_tried_are_on_both_sides_of_every_case_of_a_loss(family, member):
    if member is not family.members[0]:
        tried, exercise = [], family.make("x", member)
        for seed in range(30):
            w, b, x, y, *rest = exercise.inputs(np.random.default_rng(seed))
            tried.extend((rest[0] if rest else lambda z: z)(w * x + b) - y)
        tried = np.array(tried)
        for case in (tried < -0.5, (tried > -0.5) & (tried < 0), (tried > 0) & (tried < 0.5), tried > 0.5):
            assert case.mean() > 0.05


@pytest.mark.parametrize("neuron", members("opposed-updates"), ids=lambda n: f"{n.activation.name} {n.w:g} {n.b:g}")
def test_data_are_right_if_and_only_if_the_packages_updates_point_away_from_each_other(neuron):
    family, rng = FAMILIES["opposed-updates"], np.random.default_rng(0)
    told = " ".join(family.passages(neuron)).replace("−", "-")
    name, w, b, low, high = re.search(
        r"is a (sigmoid|tanh)(?: unit)? with w = (\S+) and b = (\S+)\. .+ from (\S+) to (\S+),", told
    ).groups()
    layers, exercise = [gdlab.Layer([[float(w)]], [[float(b)]], name)], family.make("x", neuron)
    right = []
    solved = exercise.solution()
    tried = [(np.array(solved["x"], float), np.array(solved["y"], float))]
    tried += [(rng.normal(0, 5, 2), rng.uniform(float(low), float(high), 2)) for _ in range(300)]
    for x, y in tried:
        trace = gdlab.forward(layers, x[:, None])
        one, other = (gdlab.backward(layers, trace, y[:, None], rule=rule) for rule in ("chain_rule", "delta_rule"))
        opposed = gdlab.agreement(one, other) < 0
        feedback = exercise.check({"x": x, "y": y})
        assert (feedback.verdict == "right") == opposed, feedback.words
        right.append(opposed)
    assert right[0]
    assert 3 < sum(right) < 200
    beyond = exercise.check({"x": [1, 2], "y": [float(low), float(high) + 0.1]})
    assert f"between {low} and {high}," in beyond.words[0].replace("−", "-")


@pytest.mark.parametrize("neuron", members("opposed-updates"), ids=lambda n: f"{n.activation.name} {n.w:g} {n.b:g}")
def test_the_hints_to_opposed_updates_lead_there(neuron):
    exercise = FAMILIES["opposed-updates"].make("x", neuron)
    slope, middle = re.search(r"f′\(z\) is (\S+) at x = (\S+) and", exercise.hints[1]).groups()
    place = float(middle.replace("−", "-"))
    assert neuron.activation.f_prime(np.array(neuron.w * place + neuron.b)) == {"¼": 0.25, "1": 1}[slope]
    far, near = exercise.solution()["x"]
    assert f"near x = {middle} another" in exercise.hints[2]
    assert near == place
    assert neuron.activation.f_prime(np.array(neuron.w * far + neuron.b)) < 0.02
    says, target = neuron.activation(np.array(neuron.w * far + neuron.b)), exercise.solution()["y"][0]
    assert abs(says - target) > 0.9 * np.ptp(neuron.activation.range)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([6], [-1], "One sample alone"),
        ([0, -4], [-1, 1], "the same at all your samples"),
        ([1, 2], [-1, -1], "No two of your samples pull against each other"),
        ([-2, -2.5], [1, -1], "one side has to win in one rule"),
        ([], [], "no sample"),
        ([-2], [0], "no angle"),
    ],
)
def test_of_another_neuron_too_others_hear_what_is_missing(x, y, said):
    neuron = FAMILIES["opposed-updates"].members[-1]
    feedback = FAMILIES["opposed-updates"].make("x", neuron).check({"x": x, "y": y})
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert said in " ".join(feedback.words)


def points_of(words):
    return np.array([[float(n.replace("−", "-")) for n in pair] for pair in re.findall(r"\((\S+), (\S+)\)", words)])


fours = pytest.mark.parametrize("four", members("four-by-hand"), ids=lambda four: str(four.points))


@fours
def test_weights_are_right_if_and_only_if_the_packages_network_parts_the_points_that_the_text_names(four):
    family, rng = FAMILIES["four-by-hand"], np.random.default_rng(0)
    exercise, points = family.make("x", four), points_of(family.passages(four)[0])
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
    exercise, points = FAMILIES["four-by-hand"].make("x", four), np.array(four.points, float)
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
    told = FAMILIES["straight-through"].passages(stand_in)[0]
    (curve,) = [curve for words, curve in CURVES.items() if f"is not a step but {words} (" in told]
    z, error = np.linspace(-4.03, 4.03, 101), np.random.default_rng(0).normal(size=101)
    np.testing.assert_allclose(stand_in.solution(error, z), error * slope_of(curve, z), atol=1e-4)
    np.testing.assert_allclose(stand_in.slope(z), slope_of(curve, z), atol=1e-4)
    rise = re.search(r"It rises by (\d)|curve rises by (\d)", told)
    assert float(rise[1] or rise[2]) == pytest.approx(np.ptp(curve(np.array([-1e6, 1e6]))), abs=1e-4)


@pytest.mark.parametrize("bent", members("matching-loss"), ids=lambda bent: bent.name)
def test_a_matching_loss_has_the_delta_rules_error_as_its_slope_and_is_0_at_0(bent):
    z, y = np.linspace(-3.05, 3.05, 50), np.linspace(-1, 1, 50)
    np.testing.assert_allclose(slope_of(lambda z: bent.solution(z, y), z), bent.activation(z) - y, atol=1e-6)
    np.testing.assert_allclose(bent.solution(np.zeros(50), y), 0, atol=1e-12)


@pytest.mark.parametrize("net", members("one-step"), ids=str)
def test_one_step_by_hand_is_that_of_the_packages_backward_pass(net):
    W1 = np.transpose([net.weights(0), net.weights(1)])
    hidden, output = (
        gdlab.Layer(W1, np.zeros((1, 2)), "sigmoid"),
        gdlab.Layer(np.reshape(net.v, (2, 1)), [[net.bias]], "identity"),
    )
    trace = gdlab.forward([hidden, output], [net.x])
    first, second = gdlab.backward([hidden, output], trace, [[net.y]])
    made = FAMILIES["one-step"].make("x", net).answer
    wanted = (trace.y_hat[0, 0] - net.y, second.W[0, 0], first.b[0, 0], first.W[0, 0], first.W[1, 1])
    np.testing.assert_allclose(made, [*wanted, W1[0, 0] - net.rate * first.W[0, 0]], atol=1e-12)


@pytest.mark.parametrize("row", members("units-in-a-row"), ids=str)
def test_units_in_a_row_multiply_slopes_and_weights_one_by_one(row):
    def arrives(weight, slopes):
        error = 1.0
        for slope in slopes:
            error = error * weight * slope
        return error

    sigmoid, at = gdlab.ACTIVATIONS["sigmoid"], np.log(row.gives / (1 - row.gives))
    smaller, smaller_too, weight, smaller_still, larger = FAMILIES["units-in-a-row"].make("x", row).answer
    quarter, given = [sigmoid.f_prime(np.zeros(row.units)), sigmoid.f_prime(np.full(row.units, at))]
    assert 1 / arrives(1, quarter) == pytest.approx(smaller)
    assert 1 / arrives(row.weight, quarter) == pytest.approx(smaller_too)
    assert arrives(weight, quarter[:1]) == pytest.approx(row.stage)
    assert 1 / arrives(weight, given) == pytest.approx(smaller_still)
    assert (
        arrives(row.relu_weight, gdlab.ACTIVATIONS["relu"].f_prime(np.array([3.0] * (row.units - 1) + [-1.0])))
        == larger
    )


@pytest.mark.parametrize("walk", members("absolute-steps"), ids=str)
def test_steps_on_the_absolute_value_are_those_of_the_packages_update(walk):
    theta, rate = walk
    for want in FAMILIES["absolute-steps"].make("x", walk).answer:
        theta = gdlab.gradient_descent_update(theta, rate, np.sign(theta))
        assert theta == pytest.approx(want)


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
    exercise, rng = FAMILIES["perceptron"].make("x", rule), np.random.default_rng(0)
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


# --- the notebook's words ---


@families
def test_the_stored_notebook_says_what_the_published_member_says(family):
    texts = sources(notebook_of(family))
    for passage in family.passages(family.members[0]):
        assert sum(source.count(passage) for source in texts) == 1, passage
    assert re.search(OF_THE_PUBLISHED[family.name], "\n".join(family.passages(family.members[0])))


@families
def test_the_rewritten_notebook_says_what_the_variant_says_and_the_rest_as_before(family):
    before = sources(notebook_of(family))
    for seed in range(20):
        after = family.rewritten(before, seed)
        passages = family.passages(family.member(seed))
        assert all(sum(source.count(passage) for source in after) == 1 for passage in passages)
        assert sum(f'gdlab.check("{family.name}@{seed}", ' in source for source in after) == 1
        assert not any(f'("{family.slug}"' in source for source in after)
        changed = [new for old, new in zip(before, after, strict=True) if old != new]
        assert len(changed) <= 1 + len(passages)
        if isinstance(family.published, FunctionExercise):
            (stub,) = [
                source for source, check in itertools.pairwise(after) if f'gdlab.check("{family.name}@{seed}"' in check
            ]
            made = {"np": np}
            exec(stub, made)
            name = re.search(r"^def (\w+)", stub, re.MULTILINE)[1]
            assert find_exercise(f"{family.name}@{seed}").check(made[name]).verdict == "untouched"


@families
def test_a_notebook_that_was_changed_is_refused(family):
    texts = sources(notebook_of(family))
    changed = [source.replace(family.passages(family.members[0])[0], "") for source in texts]
    with pytest.raises(ValueError, match=f"no variant of {family.slug} can be made: its notebook has 0 passages"):
        family.rewritten(changed, 1)
