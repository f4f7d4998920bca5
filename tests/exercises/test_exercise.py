"""How an attempt is judged, on small exercises: what is right, what is named, what misbehaves."""

import functools
import sys
import time
import warnings

import numpy as np
import pytest

from gdlab.exercises import attempt, comparing, function_exercise
from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.exercises.exercise import Misconception
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise
from gdlab.exercises.property_exercise import PropertyExercise


def scaled(a, x):
    return a * x


def double_and_square(a, x):
    return 2 * a, x**2


ONE = FunctionExercise(
    slug="one",
    title="One part",
    points=3,
    hints=("a",),
    solution=scaled,
    inputs=lambda rng: (float(rng.normal()), rng.normal(size=3)),
    parts=("product",),
    misconceptions=[
        Misconception("sign", lambda a, x: -a * x, "Which way?"),
        Misconception("only a", lambda a, x: a, "And x?", plain=True),
    ],
)

TWO = FunctionExercise(
    slug="two",
    title="Two parts",
    points=3,
    hints=("a",),
    solution=double_and_square,
    inputs=lambda rng: (float(rng.normal()), rng.normal(size=3)),
    parts=("double", "square"),
    misconceptions=[
        Misconception("half", lambda a, x: (a / 2, None), "Other way."),
        Misconception("cube", lambda a, x: (None, x**3), "One too many."),
        Misconception("sign", lambda a, x: (-2 * a, -(x**2)), "Which way?"),
    ],
)


def text(feedback):
    return "\n".join([feedback.headline, *feedback.words])


# --- right ---


@pytest.mark.parametrize(
    "attempt",
    [
        double_and_square,
        lambda a, x: [a + a, x * x],
        lambda first, second: (np.float64(2 * first), list(second**2)),
        lambda *arguments: double_and_square(*arguments),
        lambda a, x: (2 * a * (1 + 1e-9), x**2),
        functools.partial(lambda power, a, x: (2 * a, x**power), 2),
    ],
)
def test_a_right_answer_gets_all_points_however_it_is_written(attempt):
    feedback = TWO.check(attempt)
    assert (feedback.verdict, feedback.score) == ("right", 3)


def test_a_right_answer_of_equal_parts_may_be_an_array():
    both = FunctionExercise(
        slug="s",
        title="t",
        points=1,
        hints=(),
        solution=lambda a: (a, 2 * a),
        inputs=lambda rng: (rng.normal(),),
        parts="ab",
    )
    assert both.check(lambda a: np.array([a, 2 * a])).verdict == "right"
    assert both.check(lambda a: np.array(a)).verdict == "wrong"


@pytest.mark.parametrize("axes", [(3, 1), (1, 3), (1, 1, 3)])
def test_axes_of_length_1_more_or_fewer_make_no_difference(axes):
    assert ONE.check(lambda a, x: (a * x).reshape(axes)).score == 3
    assert ONE.check(lambda a, x: (-a * x).reshape(axes)).headline == "sign"
    assert ONE.check(lambda a, x: (a * x).reshape(axes) + 1).score == 0
    assert TWO.check(lambda a, x: (np.reshape(2 * a, (1, 1)), (x**2).reshape(axes))).score == 3
    row = FunctionExercise(
        slug="s",
        title="t",
        points=1,
        hints=(),
        solution=lambda x: x[None],
        inputs=lambda rng: (rng.normal(size=3),),
        parts=("row",),
    )
    assert row.check(lambda x: x).score == 1
    assert row.check(lambda x: x[None, None]).score == 1


def test_a_column_is_no_row_and_no_table():
    turned = FunctionExercise(
        slug="s",
        title="t",
        points=1,
        hints=(),
        solution=lambda row: row.T,
        inputs=lambda rng: (rng.normal(size=(1, 3)),),
        parts=("column",),
    )
    assert turned.check(lambda row: row.T).score == 1
    feedback = turned.check(lambda row: row)
    assert feedback.score == 0
    assert "(1, 3); wanted an array of shape (3, 1)" in text(feedback)
    assert ONE.check(lambda a, x: (a * x)[:, None] * np.ones(3)).score == 0


UP_TO = FunctionExercise(
    slug="s",
    title="t",
    points=2,
    hints=("a",),
    solution=double_and_square,
    inputs=lambda rng: (float(rng.normal()), rng.normal(size=3)),
    parts=("double", "square"),
    misconceptions=[
        Misconception("moved", lambda a, x: (None, x**2 + 1), "By how much?", up_to="a constant"),
        Misconception("scaled", lambda a, x: (-2 * a, -(x**2)), "How often?", up_to="a factor"),
    ],
)


@pytest.mark.parametrize("number", [-2.5, 1e-3, 40.0])
def test_a_wrong_answer_up_to_a_number_is_named_whatever_the_number(number):
    assert UP_TO.check(lambda a, x: (2 * a, x**2 + number)).headline == "square: moved"
    assert UP_TO.check(lambda a, x: (number * 2 * a, number * x**2)).headline == "scaled"


def test_up_to_a_number_means_the_same_number_each_time():
    assert UP_TO.check(lambda a, x: (2 * a, x**2 + a)).headline == "Not right yet"
    assert UP_TO.check(lambda a, x: (2 * a, x**2 + np.arange(3))).headline == "Not right yet"
    assert UP_TO.check(lambda a, x: (a * a, 2 * x**2 + 1)).headline == "Not right yet"
    assert UP_TO.check(lambda a, x: (0.0, 0 * x)).headline == "Not right yet"  # nothing is no multiple
    assert UP_TO.check(lambda a, x: (2 * a, np.full(3, np.nan))).headline == "Not right yet"
    assert UP_TO.check(double_and_square).score == 2


@pytest.mark.parametrize("factor", [1 + 1e-5, 1 - 1e-5, 0.99])
def test_a_nearly_right_answer_is_not_right(factor):
    feedback = ONE.check(lambda a, x: a * x * factor)
    assert (feedback.verdict, feedback.score) == ("wrong", 0)


def test_one_wrong_element_of_an_array_is_enough():
    def first_wrong(a, x):
        result = a * x
        result[0] += 1e-3
        return result

    assert ONE.check(first_wrong).score == 0


@pytest.mark.parametrize("when", [0, 5, function_exercise.TRIALS - 1])
def test_one_wrong_answer_among_right_ones_is_enough(when):
    calls = []

    def forgetful(a, x):
        calls.append(a)
        return a * x if len(calls) != when + 1 else 0 * x

    feedback = ONE.check(forgetful)
    assert (feedback.verdict, feedback.score) == ("wrong", 0)
    assert f"a = {comparing.short(calls[when])}" in text(feedback)


def test_the_inputs_come_from_a_seed_and_no_two_are_the_same():
    first, again, other = [], [], []
    for seen, seed in ((first, 0), (again, 0), (other, 1)):
        ONE.check(lambda a, x, seen=seen: seen.append(a) or a * x, seed)
    assert first == again
    assert len({*first, *other}) == 2 * function_exercise.TRIALS


def test_a_right_answer_with_remarks_is_right_and_remarked():
    def noisy(a, x):
        print("hello")
        x *= a
        return x

    feedback = ONE.check(noisy)
    assert (feedback.verdict, feedback.score) == ("right", 3)
    assert "hello" in text(feedback)
    assert "changed its arguments" in text(feedback)


# --- wrong, with a name ---


def test_a_known_wrong_answer_is_named():
    feedback = ONE.check(lambda a, x: -(x * a))
    assert (feedback.headline, feedback.words, feedback.score) == ("sign", ("Which way?",), 0)


def test_a_known_wrong_answer_of_another_shape_is_named_and_an_unknown_one_told_by_its_shape():
    assert ONE.check(lambda a, x: a).headline == "only a"
    feedback = ONE.check(lambda a, x: 2 * a)
    assert "a single number" in text(feedback)
    assert "an array of shape (3,)" in text(feedback)


def test_a_known_wrong_answer_that_is_no_number_is_named():
    some_infinite = FunctionExercise(
        slug="s",
        title="t",
        points=1,
        hints=(),
        solution=lambda x: x,
        inputs=lambda rng: (rng.integers(2, size=3) * 1.0,),
        parts=("x",),
        misconceptions=[Misconception("one over x", lambda x: 1 / x, "")],
    )

    def named(attempt):
        def quiet(x):
            with np.errstate(all="ignore"):
                return attempt(x)

        return some_infinite.check(quiet).headline

    assert named(lambda x: 1 / x) == "one over x"
    assert named(lambda x: np.where(x == 0, np.inf, 2.0)) == "Not right yet"
    assert named(lambda x: np.where(x == 1, np.inf, 1.0)) == "Not right yet"


def test_a_wrong_answer_that_is_known_only_at_some_inputs_is_not_named():
    feedback = ONE.check(lambda a, x: -a * x if a > 0 else 5 * a * x)
    assert feedback.headline == "Not right yet"


def test_each_part_is_judged_alone_and_earns_its_share():
    feedback = TWO.check(lambda a, x: (2 * a, x**3))
    assert (feedback.verdict, feedback.score, feedback.headline) == ("wrong", 1.5, "square: cube")
    assert feedback.words == ("square: One too many.", "Right already: double.")


def test_two_wrong_parts_are_both_told():
    feedback = TWO.check(lambda a, x: (a / 2, x**3))
    assert (feedback.score, feedback.headline) == (0, "double: half")
    assert feedback.words == ("double: Other way.", "square: One too many.")


SWAPPED = FunctionExercise(
    slug="swapped",
    title="Two numbers",
    points=2,
    hints=("a",),
    solution=lambda a, b: (a, 2 * b),
    inputs=lambda rng: (float(rng.normal()), float(rng.normal())),
    parts=("one", "two"),
    misconceptions=[
        Misconception("not doubled", lambda a, b: (None, b), "Twice.", plain=True),
        Misconception("swapped", lambda a, b: (2 * b, a), "In the other order."),
        Misconception("the other one", lambda a, b: (2 * b, None), "Look at the names."),
        Misconception("both the first", lambda a, b: (a + 1, a), "Read on."),
    ],
)


@pytest.mark.parametrize(
    ("attempt", "headlines"),
    [
        (lambda a, b: (a, b), ["two: not doubled"]),
        (lambda a, b: (2 * b, a), ["swapped"]),
        (lambda a, b: (2 * b, 2 * b), ["one: the other one"]),
        (lambda a, b: (2 * b, b), ["one: the other one", "two: not doubled"]),
        (lambda a, b: (a + 1, a), ["both the first"]),
    ],
)
def test_of_several_thoughts_the_one_that_explains_most_is_named(attempt, headlines):
    """A thought about both parts is not laid at the door of who got one of them right, if there is a better one."""
    feedback = SWAPPED.check(attempt)
    assert feedback.headline == headlines[0]
    thoughts = {misconception.name: misconception.thought for misconception in SWAPPED.misconceptions}
    told = [words.split(": ")[-1] for words in feedback.words if "Right already" not in words]
    assert told == [thoughts[headline.split(": ")[-1]] for headline in headlines]


def test_one_thought_behind_all_parts_is_told_once():
    feedback = TWO.check(lambda a, x: (-2 * a, -(x**2)))
    assert (feedback.score, feedback.headline, feedback.words) == (0, "sign", ("Which way?",))


def test_an_unknown_part_beside_a_known_one_gets_numbers():
    feedback = TWO.check(lambda a, x: (a + 1, x**3))
    assert feedback.headline == "square: cube"
    assert feedback.words[0].startswith("double: for a = ")
    assert "is right" in feedback.words[0]


def test_an_unknown_wrong_answer_is_told_with_inputs_and_both_values():
    given = []
    feedback = ONE.check(lambda a, x: given.append(a) or 3.25 * np.ones(3))
    assert feedback.headline == "Not right yet"
    assert f"a = {comparing.short(given[0])}" in text(feedback)
    assert "[3.25 3.25 3.25]" in text(feedback)


def test_values_that_look_alike_are_written_so_that_they_differ():
    constant = FunctionExercise(
        slug="s", title="t", points=1, hints=(), solution=lambda a: 0.5, inputs=lambda rng: (1.0,), parts=("half",)
    )
    assert "0.50000500" in text(constant.check(lambda a: 0.5000050001)).replace("0.5000050001", "0.50000500")


# --- untouched ---


@pytest.mark.parametrize("blank", [None, ..., lambda a, x: None], ids=["None", "...", "stub"])
def test_nothing_done_is_not_wrong(blank):
    feedback = ONE.check(blank)
    assert (feedback.verdict, feedback.score) == ("untouched", 0)


# --- misbehaving ---


class BadArray:
    def __array__(self, *_, **__):
        raise RuntimeError("no array")


class BadRepr:
    __array__ = BadArray.__array__

    def __repr__(self):
        raise RuntimeError("no repr")


def endless(a, x):
    while True:
        pass


def flood(a, x):
    for _ in range(1000):
        print("y" * 100_000)


def deep(a, x):
    return deep(a, x)


def interrupting(a, x):
    raise KeyboardInterrupt


def shouting(a, x):
    print("to stderr", file=sys.stderr)
    warnings.warn("mine", stacklevel=1)
    return np.log(-1.0)


def generating(a, x):
    yield a


RETURNED = {
    "nan": (np.full(3, np.nan), "finite"),
    "inf": (np.array([1.0, np.inf, 2.0]), "finite"),
    "None": (None, "nothing"),
    "str": ("text", "str 'text'"),
    "dict": ({"a": 1}, "dict"),
    "set": ({1.0}, "set"),
    "complex": (1j * np.ones(3), "complex"),
    "huge integer": (10**400, "int"),
    "too few": (np.ones(2), "(2,)"),
    "a column": (np.ones((3, 1)), "[1. 1. 1.]"),
    "a table": (np.ones((3, 2)), "(3, 2)"),
    "ragged": ([[1.0], [1.0, 2.0], 3.0], "list"),
    "ellipsis": (..., "ellipsis"),
    "a function": (np.sin, "ufunc"),
    "objects": (np.array([None] * 3), "object"),
    "no array": (BadArray(), "BadArray"),
    "no repr": (BadRepr(), "BadRepr"),
    "html": ("<script>", "<script>"),
}

CALLED = {
    "raises": (lambda a, x: 1 / 0, "ZeroDivisionError"),
    "exits": (lambda a, x: sys.exit(), "SystemExit"),
    "interrupts": (interrupting, "stopped"),
    "recurses": (deep, "RecursionError"),
    "floods": (flood, "nothing"),
    "shouts": (shouting, "mine"),
    "too many parameters": (lambda a, x, extra: a, "missing 1 required positional argument"),
    "too few parameters": (lambda a: a, "takes 1 positional argument but 2 were given"),
    "endless": (endless, "still running"),
    "a generator": (generating, "generator"),
    "a class": (dict, "TypeError"),
    "a class of one's own": (BadArray, "TypeError"),
    "a builtin": (abs, "TypeError"),
    "a partial": (functools.partial(scaled, 1.0, 2.0), "TypeError"),
}

HANDED_OVER = {
    "a number": (1.5, "float 1.5"),
    "a result": (np.ones(3), "an array of shape (3,)"),
    "text": ("scaled", "str 'scaled'"),
    "a list": ([scaled], "list"),
    "no repr": (BadRepr(), "BadRepr"),
}


def judged(capfd, monkeypatch, one, attempt):
    """Feedback on an attempt, after a look at what it must leave alone."""
    monkeypatch.setattr(function_exercise, "call", functools.partial(call, seconds=0.2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filters, streams = list(warnings.filters), (sys.stdout, sys.stderr)
        feedback = one.check(attempt)
        assert warnings.filters == filters
        assert (sys.stdout, sys.stderr) == streams
    assert capfd.readouterr() == ("", "")
    assert feedback.verdict == "wrong"
    assert feedback.score == 0
    assert repr(feedback) == "0.0"
    assert str(feedback)
    assert feedback._repr_html_()
    return text(feedback)


call = attempt.call


@pytest.mark.parametrize("case", RETURNED)
def test_whatever_is_returned_is_told_in_words(case, capfd, monkeypatch):
    value, said = RETURNED[case]
    assert said in judged(capfd, monkeypatch, ONE, lambda a, x: value)


@pytest.mark.parametrize("case", RETURNED)
def test_whatever_is_returned_as_one_of_two_parts_is_told_in_words(case, capfd, monkeypatch):
    value, said = RETURNED[case]
    if value is None:
        said = "NoneType"
    words = judged(capfd, monkeypatch, TWO, lambda a, x: (7 * a, value))
    assert said in words
    assert "square: " in words


@pytest.mark.parametrize("case", [case for case in RETURNED if case != "too few"])
def test_whatever_is_returned_in_place_of_two_parts_is_told_in_words(case, capfd, monkeypatch):
    words = judged(capfd, monkeypatch, TWO, lambda a, x: RETURNED[case][0])
    assert "nothing" in words or "double, square" in words


@pytest.mark.parametrize("case", CALLED)
def test_whatever_it_does_is_told_in_words(case, capfd, monkeypatch):
    function, said = CALLED[case]
    assert said in judged(capfd, monkeypatch, ONE, function)


@pytest.mark.parametrize("case", HANDED_OVER)
def test_what_is_not_a_function_is_told_in_words(case, capfd, monkeypatch):
    thing, said = HANDED_OVER[case]
    words = judged(capfd, monkeypatch, ONE, thing)
    assert said in words
    assert "without calling it" in words


def test_an_endless_attempt_is_called_once_only(monkeypatch):
    monkeypatch.setattr(function_exercise, "call", functools.partial(call, seconds=0.2))
    start = time.monotonic()
    assert ONE.check(endless).score == 0
    assert time.monotonic() - start < 0.2 * function_exercise.TRIALS


def test_what_it_printed_before_it_failed_is_told():
    def fail(a, x):
        print("so far so good")
        raise ValueError

    assert "so far so good" in text(ONE.check(fail))


def test_remarks_stand_beside_any_verdict():
    def wrong(a, x):
        print("checking")
        return -a * x

    def misfit(a, x):
        print("checking")
        return "text"

    def nothing(a, x):
        print("checking")

    for one in (wrong, misfit, nothing):
        assert "checking" in text(ONE.check(one)), one


# --- numbers worked out by hand ---

NUMBERS = NumbersExercise(
    slug="numbers",
    title="Four numbers",
    points=2,
    hints=("a",),
    answer=(0.4, -0.123456, 0.0, 1234.5),
    explanation="Because.",
    misconceptions=[
        Misconception("sign", lambda: (-0.4, 0.123456, 0.0, -1234.5), "Which way?"),
        Misconception("late", lambda: (0.4, 0.0, 1.0, 2.0), "Begin earlier."),
    ],
)


@pytest.mark.parametrize(
    "good",
    [
        [0.4, -0.123456, 0.0, 1234.5],
        (0.4, -0.123, 0, 1234.5),
        np.array([0.4, -0.1235, 0.0, 1230.0]),
        [np.float32(0.4), np.array(-0.1234), False, 1235],
    ],
)
def test_right_numbers_may_be_rounded_to_three_digits(good):
    feedback = NUMBERS.check(good)
    assert (feedback.verdict, feedback.score, feedback.words) == ("right", 2, ("Because.",))


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("off", [0.01, -0.01])
def test_a_number_off_by_a_hundredth_is_wrong_and_its_place_is_told(place, off):
    values = list(NUMBERS.answer)
    values[place] += off * max(abs(values[place]), 0.1)
    feedback = NUMBERS.check(values)
    assert (feedback.verdict, feedback.score) == ("wrong", 1.5)
    assert str(place + 1) in text(feedback)
    assert not {str(other + 1) for other in range(4) if other != place} & set(text(feedback))
    assert "Because." not in text(feedback)


def test_numbers_of_a_known_thought_are_named_and_those_that_are_right_all_the_same_earn_their_share():
    for wrong, name, thought in (
        ([-0.4, 0.123, 0, -1234], "sign", "Which way?"),
        ([0.4, 0, 1, 2], "late", "Begin earlier."),
    ):
        feedback = NUMBERS.check(wrong)
        assert (feedback.verdict, feedback.score, feedback.headline, feedback.words) == ("wrong", 0.5, name, (thought,))


@pytest.mark.parametrize("blank", [None, ..., [...], [..., ..., ..., ...]], ids=str)
def test_nothing_but_gaps_is_not_wrong(blank):
    assert (NUMBERS.check(blank).verdict, NUMBERS.check(blank).score) == ("untouched", 0)


@pytest.mark.parametrize(
    ("given", "score", "words"),
    [
        ((0.4, ..., 0.0, ...), 1.0, ("Still open: numbers 2, 4.",)),
        ([0.4, ..., 7, 1234.5], 1.0, ("Still open: number 2.", "Not right: number 3.")),
        ([-0.4, ..., ..., ...], 0.0, ("Still open: numbers 2, 3, 4.", "Number 1: Which way?")),
    ],
    ids=str,
)
def test_of_a_list_with_gaps_it_is_said_what_is_open_and_what_is_right_earns_its_share(given, score, words):
    feedback = NUMBERS.check(given)
    assert (feedback.verdict, feedback.score, feedback.words) == ("wrong", score, words)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([], "0"),
        ([1.0], "1"),
        ([1.0] * 5, "5"),
        (0.4, "1"),
        (np.array(0.4), "1"),
        ("0.4, 0.1", "1"),
        ({"a": 1}, "1"),
        (np.ones((2, 3)), "6"),
        (BadRepr(), "1"),
        (lambda: 0, "1"),
    ],
)
def test_another_count_is_told(bad, said, capfd, monkeypatch):
    words = judged(capfd, monkeypatch, NUMBERS, bad)
    assert said in words
    assert "4 numbers" in words


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("0.4", "0.4, not '0.4'"),
        ("1,5", "a decimal point is a point"),
        ("one", "str 'one'"),
        (None, "None"),
        (float("nan"), "nan"),
        (np.inf, "inf"),
        (1j, "complex"),
        ([1.0, 2.0], "(2,)"),
        (10**400, "int"),
        (BadArray(), "BadArray"),
        (BadRepr(), "BadRepr"),
        (np.sin, "ufunc"),
    ],
)
def test_what_is_no_number_is_told(bad, said, capfd, monkeypatch):
    words = judged(capfd, monkeypatch, NUMBERS, [0.4, bad, 0.0, 1.0])
    assert said in words
    assert "returned" not in words


# --- choices ---

CHOICE = ChoiceExercise(
    slug="choice",
    title="Which hold?",
    points=2,
    hints=("a",),
    statements={letter: f"statement {letter}" for letter in "ABCDE"},
    true=frozenset("BD"),
    taken={letter: f"{letter} was taken." for letter in "ACE"},
)


@pytest.mark.parametrize(
    "good",
    [
        {"B", "D"},
        ["D", "B"],
        ("b", "d"),
        "B, D",
        "b d",
        "D,B",
        "BD",
        "db",
        {"DB"},
        {" B ", "d"},
        frozenset("BD"),
        ["B", "B", "D"],
    ],
)
def test_the_right_letters_are_right_however_they_are_written(good):
    assert (CHOICE.check(good).verdict, CHOICE.check(good).score) == ("right", 2)


LACKS = "that belongs here is missing.", "that belong here are missing."
TOO_MANY = "of your letters do not belong here; look at this one first."


@pytest.mark.parametrize(
    ("chosen", "score", "words"),
    [
        ("B", 2 * (2 * 4 / 5 - 1), (f"1 {LACKS[0]}",)),
        ("BDE", 2 * (2 * 4 / 5 - 1), ("E was taken.",)),
        ("BE", 2 * (2 * 3 / 5 - 1), ("E was taken.", f"1 {LACKS[0]}")),
        ("A", 0, ("A was taken.", f"2 {LACKS[1]}")),
        ("ACE", 0, ("A was taken.", f"3 {TOO_MANY}", f"2 {LACKS[1]}")),
        ("ABCDE", 0, ("A was taken.", f"3 {TOO_MANY}")),
    ],
)
def test_one_wrong_letter_is_spoken_to_the_missing_are_counted_and_guessing_earns_nothing(chosen, score, words):
    feedback = CHOICE.check(set(chosen))
    assert feedback.verdict == "wrong"
    assert feedback.score == pytest.approx(score)
    assert feedback.words == words


def test_choosing_at_random_earns_little():
    rng = np.random.default_rng(0)
    chosen = [{letter for letter in "ABCDE" if rng.random() < 0.5} for _ in range(400)]
    right_only = np.mean([CHOICE.check(one).score for one in chosen if one != {"B", "D"}])
    assert right_only < 0.2 * CHOICE.points


@pytest.mark.parametrize(
    "blank", [None, ..., set(), [], (), frozenset(), "", " ", ", ", {""}, {...}, [..., ...]], ids=repr
)
def test_nothing_chosen_is_not_wrong_and_earns_nothing(blank):
    few = ChoiceExercise(
        slug="s", title="t", points=1, hints=(), statements=CHOICE.statements, true=frozenset("B"), taken={}
    )
    for one in (CHOICE, few):
        assert (one.check(blank).verdict, one.check(blank).score) == ("untouched", 0)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (1, "int 1"),
        (["B", 2], "list"),
        ({"B": True}, "dict"),
        (lambda: "B", "function"),
        (np.array([1.0, 2.0]), "list"),
        ({"B", "X", "Y"}, "X, Y"),
        ("<script>", "<SCRIPT>"),
        (BadRepr(), "BadRepr"),
        ([BadRepr()], "list"),
    ],
)
def test_what_is_no_letter_is_told_with_the_letters_there_are(bad, said, capfd, monkeypatch):
    words = judged(capfd, monkeypatch, CHOICE, bad)
    assert said in words
    assert "A, B, C, D, E" in words


def test_the_solution_names_what_to_choose_and_what_to_leave():
    choose, leave = CHOICE.solution_text.split("Leave")
    assert all(letter in choose for letter in "BD")
    assert all(letter in leave for letter in "ACE")


# --- a property ---


def sum_is_one(weights, offset):
    share = float(abs(weights.sum() - 1) < 1e-9) / 2 + float(offset > 0) / 2
    return share, (f"The sum is {weights.sum():g}.", f"The offset is {offset:g}.")


def some_weights():
    return {"weights": [0.25, 0.75], "offset": 1.0}


PROPERTY = PropertyExercise(
    slug="property",
    title="Weights of sum 1",
    points=4,
    hints=("a",),
    shapes={"weights": (None,), "offset": ()},
    judge=sum_is_one,
    solution=some_weights,
)


@pytest.mark.parametrize(
    ("attempt", "score"),
    [
        (some_weights(), 4),
        ({"offset": 2, "weights": (1,)}, 4),
        ({"weights": np.full(10, 0.1), "offset": np.float32(1)}, 4),
        ({"weights": [0.5, 0.6], "offset": 1.0}, 2),
        ({"weights": [0.5, 0.5], "offset": -1.0}, 2),
        ({"weights": [0.0], "offset": -1.0}, 0),
    ],
)
def test_a_property_is_judged_and_its_share_earned(attempt, score):
    feedback = PROPERTY.check(attempt)
    assert feedback.score == score
    assert feedback.verdict == ("right" if score == 4 else "wrong")
    assert feedback.words == sum_is_one(np.array(attempt["weights"], float), np.array(attempt["offset"], float))[1]


@pytest.mark.parametrize("axes", [(2, 1), (1, 2), (1, 2, 1)])
def test_a_list_of_any_length_may_come_with_axes_of_length_1(axes):
    assert PROPERTY.check({"weights": np.reshape([0.25, 0.75], axes), "offset": 1.0}).score == 4
    assert PROPERTY.check({"weights": np.reshape([0.25, 0.5], axes), "offset": 1.0}).score == 2


def test_a_single_number_may_come_in_a_list():
    assert PROPERTY.check({"weights": [0.25, 0.75], "offset": [1.0]}).score == 4


@pytest.mark.parametrize(
    "blank", [None, ..., {"weights": ..., "offset": 1.0}, {"weights": [1.0, ...], "offset": 1.0}], ids=repr
)
def test_a_gap_in_a_property_is_not_wrong(blank):
    assert (PROPERTY.check(blank).verdict, PROPERTY.check(blank).score) == ("untouched", 0)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([0.25, 0.75], "list"),
        (1.0, "float 1.0"),
        (some_weights, "function"),
        (BadRepr(), "BadRepr"),
        ({}, "'weights', 'offset'"),
        ({"weights": [1.0]}, "'weights', 'offset'"),
        ({"weights": [1.0], "offset": 1.0, "more": 1.0}, "'more'"),
        ({"weights": np.ones((2, 2)), "offset": 1.0}, "(2, 2); wanted a flat list of numbers"),
        ({"weights": 1.0, "offset": 1.0}, "a single number; wanted a flat list of numbers"),
        ({"weights": [["a"], ["b"]], "offset": 1.0}, "there is a list [['a'], ['b']]; wanted a flat list of numbers"),
        ({"weights": [1.0], "offset": [1.0, 2.0]}, "(2,)"),
        ({"weights": ["a"], "offset": 1.0}, "list ['a']"),
        ({"weights": [np.nan], "offset": 1.0}, "finite"),
        ({"weights": [None], "offset": 1.0}, "None"),
        ({"weights": [[1.0], [1.0, 2.0]], "offset": 1.0}, "list"),
        ({"weights": BadRepr(), "offset": 1.0}, "BadRepr"),
        ({"weights": BadArray(), "offset": 1.0}, "BadArray"),
    ],
)
def test_what_is_not_as_asked_for_is_told(bad, said, capfd, monkeypatch):
    words = judged(capfd, monkeypatch, PROPERTY, bad)
    assert said in words
    assert "returned" not in words
