"""Variants: every member of every family is an exercise as good as the published one, and another one."""

import inspect
import itertools
import json
import re

import numpy as np
import pytest

import gdlab
from gdlab.exercises import EXERCISES, FAMILIES, find_exercise
from gdlab.exercises.attempt import Outcome
from gdlab.exercises.exercise import FunctionExercise, NumbersExercise
from tests.exercises.test_every_exercise import bare, blanks, lines_of_the_solution, parts, right, text
from tests.notebooks.refresh import stored

pytestmark = pytest.mark.filterwarnings("error")

MEMBERS = [
    pytest.param(family, family.make(f"{family.name}@0", member), member, id=f"{family.name} {place}")
    for family in FAMILIES.values()
    for place, member in enumerate(family.members[1:], 1)
]
each = pytest.mark.parametrize(("family", "exercise", "member"), MEMBERS)
families = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)

OF_THE_PUBLISHED = {
    "matching-loss": r"tanh|cosh",
    "absolute-steps": r"theta = 0\.7\$|Now look\. Play",
    "new-pair": r"poisson|the count |birds come to a feeder in",
    "slope-field": r"tanh",
    "one-step": r"x_1 = 2\$, \$x_2 = -1",
    "units-in-a-row": r"six hidden|Six hidden|all six|six_in|the six\b",
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
    monkeypatch.setattr("gdlab.exercises.exercise.call", lambda function, arguments: Outcome(function(*arguments)))


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
    assert named == {
        "absolute-steps": [6, 7],
        "matching-loss": [2, 2],
        "new-pair": [1, 2],
        "one-step": [2, 4],
        "slope-field": [1, 4],
        "units-in-a-row": [4, 1],
    }


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
        assert exercise.parts == family.published.parts


@each
def test_untouched_it_earns_nothing(family, exercise, member):
    for blank in blanks(exercise):
        feedback = exercise.check(blank)
        assert (feedback.verdict, repr(feedback)) == ("untouched", "0.0")
        assert f'gdlab.hint("{exercise.slug}")' in text(feedback)


@each
def test_each_wrong_thought_is_named_every_time(family, exercise, member, quick):
    thoughts = {m.name: m.thought for m in exercise.misconceptions}
    assert len(thoughts) >= 3
    assert all(thoughts[m.name] == m.thought for m in exercise.misconceptions)
    for misconception in exercise.misconceptions:
        if isinstance(exercise, NumbersExercise):
            attempts = [[round(float(value), digits) for value in misconception.wrong] for digits in (3, 4, 12)]
        else:
            attempts = [called(misconception, exercise)] * 10
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
        else:
            assert bare(", ".join(f"{value:g}" for value in exercise.answer)) not in bare(one)
    for one in (*words, *family.passages(member)):
        assert not re.search(OF_THE_PUBLISHED[family.name], one), one


@each
def test_its_solution_runs_as_it_is_shown_to_an_instructor(family, exercise, member):
    if isinstance(exercise, FunctionExercise):
        made = {"np": np, "gdlab": gdlab}
        exec(exercise.solution_text, made)
        assert exercise.check(made[exercise.solution.__name__]).verdict == "right"
    else:
        assert exercise.check(eval(exercise.solution_text.splitlines()[0])).verdict == "right"


@families
def test_a_student_gets_its_hints_and_not_its_solution(family, monkeypatch):
    monkeypatch.setattr("gdlab.exercises._hints_given", {})
    slug = f"{family.name}@2027"
    hints = [gdlab.hint(slug) for _ in find_exercise(slug).hints]
    assert hints[-1].words == (*find_exercise(slug).hints, "That was the last one.")
    note = gdlab.solution(slug)
    assert f'gdlab.solution("{family.slug}")' in note.words[0]
    assert note.code == ""


# --- it is right: asked of the package, or of a difference, and not of itself ---


def slope_of(function, z, h=1e-5):
    return (function(z + h) - function(z - h)) / (2 * h)


@pytest.mark.parametrize("bent", FAMILIES["matching-loss"].members, ids=lambda bent: bent.name)
def test_a_matching_loss_has_the_delta_rules_error_as_its_slope_and_is_0_at_0(bent):
    z, y = np.linspace(-3.05, 3.05, 50), np.linspace(-1, 1, 50)
    np.testing.assert_allclose(slope_of(lambda z: bent.solution(z, y), z), bent.activation(z) - y, atol=1e-6)
    np.testing.assert_allclose(bent.solution(np.zeros(50), y), 0, atol=1e-12)


NEW_LOSSES = {
    "poisson_error": lambda y_hat, y: y_hat - y * np.log(y_hat),
    "waiting_error": lambda y_hat, y: np.log(y_hat) + y / y_hat,
    "misses_error": lambda y_hat, y: -np.log(y_hat) - y * np.log(1 - y_hat),
    "eggs_error": lambda y_hat, y: -y * np.log(y_hat) - (10 - y) * np.log(1 - y_hat),
    "magnet_error": lambda y_hat, y: -(1 + y) / 2 * np.log(1 + y_hat) - (1 - y) / 2 * np.log(1 - y_hat),
}
"""The losses, read from the exercises' text once more."""


@pytest.mark.parametrize("pair", FAMILIES["new-pair"].members, ids=lambda pair: pair.title)
def test_an_error_signal_is_the_slope_of_the_loss_that_the_text_names(pair):
    loss, activation = NEW_LOSSES[pair.solution.__name__], {"the exponential": "exponential", "the sigmoid": "sigmoid"}
    f = gdlab.ACTIVATIONS[activation.get(pair.unit, "tanh")]
    z, y = np.linspace(-2, 2, 41), np.tile([1.0, -1.0] if f.name == "tanh" else [1.0, 4.0], 21)[:41]
    np.testing.assert_allclose(slope_of(lambda z: loss(f(z), y), z), pair.solution(z, y), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("hidden", FAMILIES["slope-field"].members, ids=lambda hidden: hidden.name)
def test_a_slope_field_is_that_of_the_packages_network(hidden):
    rng = np.random.default_rng(0)
    X, W1, b1, W2 = (rng.normal(size=shape) for shape in ((6, 2), (2, 4), (1, 4), (4, 1)))
    network = [gdlab.Layer(W1, b1, hidden.activation.name), gdlab.Layer(W2, np.zeros((1, 1)), "identity")]
    for i, step in enumerate(1e-5 * np.eye(2)):
        there, back = (gdlab.forward(network, X + way * step).y_hat[:, 0] for way in (1, -1))
        np.testing.assert_allclose(hidden.solution(X, W1, b1, W2)[:, i], (there - back) / 2e-5, atol=1e-8)


@pytest.mark.parametrize("net", FAMILIES["one-step"].members, ids=str)
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


@pytest.mark.parametrize("row", FAMILIES["units-in-a-row"].members, ids=str)
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


@pytest.mark.parametrize("walk", FAMILIES["absolute-steps"].members, ids=str)
def test_steps_on_the_absolute_value_are_those_of_the_packages_update(walk):
    theta, rate = walk
    for want in FAMILIES["absolute-steps"].make("x", walk).answer:
        theta = gdlab.gradient_descent_update(theta, rate, np.sign(theta))
        assert theta == pytest.approx(want)


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
