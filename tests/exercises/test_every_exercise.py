"""What holds of every exercise, one that is added later too: all in `gdlab.lessons.catalogue.EXERCISES` are tried."""

import inspect
import io
import re
import tokenize
import warnings

import nbformat
import numpy as np
import pytest

import gdlab
from gdlab.exercises.attempt import Outcome
from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise
from gdlab.exercises.property_exercise import PropertyExercise
from gdlab.lessons import catalogue
from gdlab.lessons.catalogue import EXERCISES
from tests.notebooks.refresh import stored

pytestmark = pytest.mark.filterwarnings("error")


def of(kind):
    """All exercises of a kind, each a test's parameter of that name."""
    chosen = [exercise for exercise in EXERCISES.values() if isinstance(exercise, kind)]
    return pytest.mark.parametrize("exercise", chosen, ids=lambda exercise: exercise.slug)


every = of(object)


def right(exercise):
    """The reference answer as an attempt."""
    return exercise.reference


def stub(exercise):
    """The function of the exercise as its notebook gives it: signature, docstring and three dots."""
    source = f'def attempt{inspect.signature(exercise.solution)}:\n    """{exercise.title}."""\n    ...\n'
    made = {}
    exec(source, made)
    return made["attempt"]


def blanks(exercise):
    if isinstance(exercise, FunctionExercise):
        return [stub(exercise), None, ...]
    if isinstance(exercise, NumbersExercise):
        return [[...] * len(exercise.reference), ..., None]
    if isinstance(exercise, ChoiceExercise):
        return [set(), {...}, "", ..., None]
    return [dict.fromkeys(exercise.shapes, ...), ..., None]


def parts(exercise, value):
    return [value] if len(exercise.parts) == 1 else list(value)


def text(feedback):
    return "\n".join([feedback.headline, *feedback.words])


# --- what it says of itself ---


@every
def test_it_has_a_title_points_and_hints(exercise):
    assert EXERCISES[exercise.slug] is exercise
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", exercise.slug)
    assert exercise.title[0].isupper()
    assert exercise.points > 0
    assert len(exercise.hints) >= 2
    assert all(hint.strip() for hint in exercise.hints)
    assert len(set(exercise.hints)) == len(exercise.hints)


def test_no_two_exercises_have_the_same_title():
    titles = [exercise.title for exercise in EXERCISES.values()]
    assert len(set(titles)) == len(titles) >= 6


@every
def test_every_misconception_has_its_own_name_and_a_thought(exercise):
    thoughts = {misconception.name: misconception.thought for misconception in exercise.misconceptions}
    assert all(thoughts[misconception.name] == misconception.thought for misconception in exercise.misconceptions)
    assert all(len(misconception.thought) > 20 for misconception in exercise.misconceptions)


@of(FunctionExercise)
def test_a_function_exercise_knows_common_wrong_answers(exercise):
    assert len(exercise.misconceptions) >= 3


@of(ChoiceExercise)
def test_every_statement_that_does_not_hold_has_words_for_who_chooses_it(exercise):
    assert exercise.true < set(exercise.statements)
    assert exercise.true
    assert set(exercise.taken) == set(exercise.statements) - exercise.true


# --- right, untouched, wrong ---


@every
def test_the_reference_earns_all_points(exercise):
    for seed in range(3):
        feedback = exercise.check(right(exercise), seed)
        assert (feedback.verdict, feedback.score) == ("right", exercise.points), text(feedback)
        assert float(repr(feedback)) == exercise.points


@every
def test_what_is_untouched_earns_nothing_and_is_not_called_wrong(exercise):
    for blank in blanks(exercise):
        feedback = gdlab.check(exercise.slug, blank)
        assert (feedback.verdict, feedback.score, repr(feedback)) == ("untouched", 0, "0.0"), blank
        assert f'gdlab.hint("{exercise.slug}")' in text(feedback)


@every
def test_something_quite_different_is_wrong_and_raises_nothing(exercise, capfd):
    for attempt in (1.5, "text", [], {}, np.sin, lambda *_: "text", lambda: 1, lambda *_: 1 / 0, dict, object()):
        feedback = gdlab.check(exercise.slug, attempt)
        assert feedback.verdict in ("wrong", "untouched")
        assert feedback.score == 0
        assert feedback._repr_html_()
    assert capfd.readouterr() == ("", "")


@of(FunctionExercise)
def test_the_reference_is_a_function_of_its_inputs_alone(exercise):
    """Same inputs, same value, and the inputs stay: so it is no accident if an attempt agrees with it."""
    for seed in range(20):
        first, second, kept = (exercise.bound(exercise.inputs)(np.random.default_rng(seed)) for _ in range(3))
        one, two = exercise.solution(*first), exercise.solution(*second)
        for a, b in zip(parts(exercise, one), parts(exercise, two), strict=True):
            np.testing.assert_array_equal(a, b)
            assert np.isfinite(a).all()
        for argument, before in zip(first, kept, strict=True):
            if not callable(argument):
                assert repr(argument) == repr(before)


@of(FunctionExercise)
def test_a_right_answer_in_other_clothes_is_right(exercise):
    """Another container, other names and kinds of numbers, the last digits off: all as good."""

    def in_a_list(*arguments):
        value = exercise.solution(*arguments)
        return value if len(exercise.parts) == 1 else list(value)

    def rounded(*arguments):
        value = [np.asarray(part) * (1 + 1e-10) for part in parts(exercise, exercise.solution(*arguments))]
        return value[0] if len(exercise.parts) == 1 else tuple(value)

    def as_lists(*arguments):
        value = [np.asarray(part).tolist() for part in parts(exercise, exercise.solution(*arguments))]
        return value[0] if len(exercise.parts) == 1 else tuple(value)

    for attempt in (in_a_list, rounded, as_lists):
        feedback = gdlab.check(exercise.slug, attempt)
        assert feedback.verdict == "right", (attempt.__name__, text(feedback))


@of(FunctionExercise)
def test_a_part_that_is_a_little_off_is_not_right_and_costs_its_share(exercise):
    for off in range(len(exercise.parts)):

        def nearly(*arguments, off=off):
            value = parts(exercise, exercise.solution(*arguments))
            value[off] = np.asarray(value[off], float) * 1.001 + 1e-3
            return value[0] if len(exercise.parts) == 1 else tuple(value)

        feedback = gdlab.check(exercise.slug, nearly)
        share = 1 - 1 / len(exercise.parts)
        assert feedback.verdict == "wrong"
        assert feedback.score == pytest.approx(share * exercise.points)


# --- misconceptions ---

MISCONCEPTIONS = [
    (exercise, misconception)
    for exercise in EXERCISES.values()
    if isinstance(exercise, FunctionExercise)
    for misconception in exercise.misconceptions
]


@pytest.mark.parametrize(
    ("exercise", "misconception"), MISCONCEPTIONS, ids=[f"{e.slug}: {m.name}" for e, m in MISCONCEPTIONS]
)
def test_a_misconception_gets_its_own_headline(exercise, misconception, monkeypatch):
    """Or none, if its value is one that too many mistakes lead to; two with one value are told together."""
    monkeypatch.setattr(
        "gdlab.exercises.function_exercise.call", lambda function, arguments: Outcome(function(*arguments))
    )
    wrong = exercise.bound(misconception.wrong)

    def quiet(function, arguments):
        with np.errstate(all="ignore"):
            return parts(exercise, function(*arguments))

    def attempt(*arguments):
        filled = [b if a is None else a for a, b in zip(quiet(wrong, arguments), right_parts(arguments), strict=True)]
        return filled[0] if len(filled) == 1 else tuple(filled)

    def right_parts(arguments):
        return quiet(exercise.reference, arguments)

    feedback = exercise.check(attempt)
    assert feedback.verdict == "wrong"
    if misconception.name not in feedback.headline:
        assert not misconception.plain
        assert feedback.headline == "Not right yet"
        assert re.search(r"it is .*( each time|whatever the arguments are|as it came);", text(feedback))
    else:
        assert any(misconception.thought in words for words in feedback.words)
    if any(part is None for part in quiet(wrong, exercise.calls()[0])):
        assert feedback.score > 0


@of(NumbersExercise)
def test_a_misconception_about_numbers_gets_its_own_headline_rounded_or_not(exercise):
    for misconception in exercise.misconceptions:
        values = [
            want if value is None else float(value)
            for value, want in zip(exercise._numbers(misconception.wrong), exercise.reference, strict=True)
        ]
        for digits in (3, 4, 12):
            feedback = gdlab.check(exercise.slug, [round(value, digits) for value in values])
            alike = np.isclose(values, exercise.reference, rtol=5e-3)
            assert feedback.verdict == "wrong"
            assert feedback.score == pytest.approx(exercise.points * alike.mean())
            assert (feedback.headline, feedback.words) == (misconception.name, (misconception.thought,))


@of(NumbersExercise)
def test_numbers_rounded_as_by_hand_are_right(exercise):
    for digits in (3, 4):
        rounded = [round(value, digits) for value in exercise.reference]
        assert gdlab.check(exercise.slug, rounded).verdict == "right", f"{rounded} is not near enough; ask for others"


@of(ChoiceExercise)
def test_a_letter_too_many_is_spoken_to_and_one_that_is_missing_is_not_named(exercise):
    for letter in exercise.statements:
        if chosen := exercise.true ^ {letter}:
            feedback = gdlab.check(exercise.slug, chosen)
            assert feedback.verdict == "wrong"
            assert feedback.words == (exercise.taken.get(letter, "1 that belongs here is missing."),)
            assert feedback.score < exercise.points


@of(PropertyExercise)
def test_any_finite_numbers_can_be_judged(exercise):
    rng = np.random.default_rng(0)
    for scale in (0.0, 1e-300, 1e-3, 1.0, 30.0, 1e3, 1e150, 1e308):
        for _ in range(5):
            attempt = {
                name: scale * rng.uniform(-1, 1, [rng.integers(1, 5) if n is None else n for n in shape])
                for name, shape in exercise.shapes.items()
            }
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                feedback = gdlab.check(exercise.slug, attempt)
            assert 0 <= feedback.score <= exercise.points
            assert (feedback.verdict == "right") == (feedback.score == exercise.points)
            assert all(words.strip() for words in feedback.words)


# --- hints, thoughts and the solution ---


def bare(text):
    """Text without what does not matter when one asks whether it gives code away."""
    return re.sub(r"[\s`]", "", text.replace("−", "-").replace("×", "*"))


def lines_of_the_solution(exercise):
    """What the body of the reference does, line by line: without signature, docstring and comments."""
    source = inspect.getsource(exercise.solution)
    body = source[source.index(":\n") + 2 :]
    code = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.COMMENT]
    for comment in code:
        body = body.replace(comment.string, "")
    lines = [line.strip() for line in re.sub(r'""".*?"""', "", body, flags=re.DOTALL).splitlines()]
    values = [line.removeprefix("return").strip() for line in lines]
    return [line for line in {*lines, *values} if len(bare(line)) >= 12]


@of(FunctionExercise)
def test_no_hint_and_no_thought_contains_a_line_of_the_solution(exercise):
    lines = lines_of_the_solution(exercise)
    assert lines
    for words in (*exercise.hints, *(misconception.thought for misconception in exercise.misconceptions)):
        assert [line for line in lines if bare(line) in bare(words)] == [], words


@of(NumbersExercise)
def test_no_hint_and_no_thought_contains_the_numbers(exercise):
    wanted = bare(", ".join(f"{value:g}" for value in exercise.reference))
    for words in (*exercise.hints, *(misconception.thought for misconception in exercise.misconceptions)):
        assert wanted not in bare(words)


@every
def test_the_hints_come_one_by_one_in_their_order(exercise, monkeypatch):
    monkeypatch.setattr(catalogue, "_hints_given", {})
    for count in range(1, len(exercise.hints) + 3):
        note = gdlab.hint(exercise.slug)
        assert note.words[:-1] == exercise.hints[:count]
        assert exercise.title in note.headline


@every
def test_the_solution_is_shown(exercise):
    note = gdlab.solution(exercise.slug)
    assert exercise.title in note.headline
    assert note.code == exercise.solution_text
    assert note.code.strip()


def checks():
    """The check of every exercise in its notebook: the slug, and what the attempt is called there."""
    sources = "\n".join("".join(cell.source) + "\n" for path in stored() for cell in nbformat.read(path, 4).cells)
    for slug, name in re.findall(r'^gdlab\.check\("([\w-]+)", (\w+)\)', sources, re.MULTILINE):
        yield pytest.param(EXERCISES[slug], name, id=slug)


@pytest.mark.parametrize(("exercise", "name"), list(checks()))
def test_the_solution_that_is_shown_is_right_where_the_stub_was(exercise, name):
    """With NumPy and gdlab at hand, as in every notebook, it needs nothing else."""
    made = {"np": np, "gdlab": gdlab}
    exec(gdlab.solution(exercise.slug).code, made)
    feedback = gdlab.check(exercise.slug, made[name])
    assert feedback.verdict == "right", text(feedback)
