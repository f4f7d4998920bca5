"""What `check`, `hint` and `solution` show: a score for nbgrader, words for learners, never a learner's markup."""

import contextlib
import html.parser
import io

import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from nbgrader.utils import determine_grade

import gdlab
from gdlab.exercises.feedback import Feedback, Note, marked
from gdlab.exercises.numbers_exercise import NumbersExercise
from gdlab.lessons import catalogue

EXERCISE = NumbersExercise(slug="sums", title="Sums", points=3, hints=("a", "b", "c"), answer=(1.0,), explanation="")


def feedback(score=1.5, verdict="wrong", headline="No", words=("First.", "Second.")):
    return Feedback(EXERCISE.title, EXERCISE.points, score, verdict, headline, words)


# --- the score ---


@pytest.mark.parametrize(
    ("score", "written"),
    [(0, "0.0"), (3, "3.0"), (1.5, "1.5"), (1 / 3, "0.33"), (2 / 3, "0.67"), (3 * 0.2, "0.6"), (1e-9, "0.0")],
)
def test_the_repr_is_the_score_as_a_plain_float(score, written):
    assert repr(feedback(score)) == written
    assert float(repr(feedback(score))) == pytest.approx(score, abs=0.005)


def graded(result, points):
    """Let nbgrader read a cell as a notebook stores it once it has returned this."""
    data, metadata = DisplayFormatter().format(result, include={"text/plain", "text/html"})
    output = nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)
    cell = nbformat.v4.new_code_cell("gdlab.check('sums', answer)", outputs=[output])
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "locked": True,
        "points": points,
        "grade_id": "sums",
        "schema_version": 3,
        "task": False,
    }
    return determine_grade(cell)


@pytest.mark.parametrize("score", [0, 0.6, 1.5, 2.99, 3])
def test_nbgrader_reads_the_score(score):
    assert graded(feedback(score), 3) == (score, 3)


@pytest.mark.parametrize("attempt", [[1.0], [2.0], ..., "text"])
def test_nbgrader_reads_the_score_of_a_check(attempt, monkeypatch):
    monkeypatch.setitem(catalogue.EXERCISES, "sums", EXERCISE)
    assert graded(gdlab.check("sums", attempt), 3) == (3 if attempt == [1.0] else 0, 3)


# --- the words ---


class Page(html.parser.HTMLParser):
    """The tags, the text and the colours of a panel; complains about tags that are not closed in their order."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_panel_says_everything():
    page = Page(feedback(words=("First `x + 1`.", "Second."))._repr_html_())
    for piece in ("Sums", "No", "First ", "x + 1", "Second.", "1.5 of 3 points"):
        assert piece in page.text
    assert page.tags.count("code") == 1
    assert "`" not in page.text


def test_text_says_everything_too():
    assert str(feedback()) == "Sums: No (1.5 of 3 points)\nFirst.\nSecond."


def test_the_score_that_is_shown_is_the_one_that_counts():
    for score in (0, 1 / 3, 1.25, 2.25, 2.75, 3):
        assert f"({float(repr(feedback(score))):g} of 3 points)" in str(feedback(score))


def test_one_point_is_no_points():
    one = NumbersExercise(slug="s", title="t", points=1, hints=(), answer=(1.0,), explanation="")
    assert "1 of 1 point)" in str(Feedback(one.title, one.points, 1.0, "right", "Right", ()))


def test_verdicts_look_different_without_colour_too():
    texts = {Page(feedback(verdict=verdict)._repr_html_()).text for verdict in ("right", "wrong", "untouched")}
    assert len(texts) == 3


NASTY = "<script>alert('x')</script> & <img src=x onerror=\"y\">"


@pytest.mark.parametrize(
    "shown",
    [
        feedback(headline=NASTY, words=(NASTY, f"`{NASTY}`")),
        Note("hint", NASTY, (NASTY,)),
        Note("solution", NASTY, (), NASTY),
        catalogue.check("descend", NASTY),
        catalogue.check("descend", lambda *_: NASTY),
        catalogue.check("descend", lambda *_: print(NASTY)),
        catalogue.check("descend", lambda *_: exec("raise ValueError(NASTY)", {"NASTY": NASTY})),
        catalogue.check("descend", lambda *_: exec("import warnings; warnings.warn(NASTY)", {"NASTY": NASTY})),
        catalogue.check("absolute-steps", [NASTY] * 4),
        catalogue.check("valley", NASTY),
        catalogue.check("valley", {NASTY}),
    ],
)
def test_what_a_learner_writes_is_text_and_no_markup(shown):
    page = Page(shown._repr_html_())
    assert not {"script", "img"} & set(page.tags)
    assert "script" in page.text.lower()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Take *all* of **Hidden units**.", "Take <em>all</em> of <strong>Hidden units</strong>."),
        ("`y * z` and `a*b*c`", "<code>y * z</code> and <code>a*b*c</code>"),
        ("a*b*c, 2 * 3 * 4 and **kwargs", "a*b*c, 2 * 3 * 4 and **kwargs"),
        ("*signal × slope*: f′(z)", '<em>signal × slope</em>: <span style="white-space:nowrap">f′(z)</span>'),
    ],
)
def test_stars_stress_words_and_multiply_in_code(text, shown):
    assert marked(text) == shown


def test_code_keeps_its_lines():
    page = Page(Note("solution", "Sums", (), "def f(x):\n    return x < 1\n")._repr_html_())
    assert "def f(x):\n    return x < 1\n" in page.text
    assert "pre" in page.tags


# --- hints and solutions ---


@pytest.fixture
def sums(monkeypatch):
    monkeypatch.setitem(catalogue.EXERCISES, "sums", EXERCISE)
    monkeypatch.setattr(catalogue, "_hints_given", {})


@pytest.mark.usefixtures("sums")
def test_each_hint_comes_after_those_before_and_the_last_stays():
    shown = [gdlab.hint("sums").words[:-1] for _ in range(5)]
    assert shown == [("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c"), ("a", "b", "c")]


@pytest.mark.usefixtures("sums")
def test_a_hint_says_whether_there_are_more():
    rest = [gdlab.hint("sums").words[-1] for _ in range(3)]
    assert "2 more" in rest[0]
    assert "1 more" in rest[1]
    assert 'gdlab.solution("sums")' in rest[2]


@pytest.mark.usefixtures("sums")
def test_the_hints_of_one_exercise_do_not_count_for_another():
    gdlab.hint("sums")
    gdlab.hint("sums")
    assert "hint 1 of" in gdlab.hint("descend").headline


@pytest.mark.usefixtures("sums")
def test_hints_and_solutions_are_text_and_page():
    for note in (gdlab.hint("sums"), gdlab.solution("sums")):
        page = Page(note._repr_html_())
        for piece in (note.headline, *note.words):
            assert piece.replace("`", "") in page.text
            assert piece in repr(note)
        assert note.code.rstrip() in repr(note)
        assert note.code.rstrip() in page.text


@pytest.mark.parametrize("function", [gdlab.hint, gdlab.solution, lambda slug: gdlab.check(slug, None)])
def test_an_unknown_exercise_is_told_with_those_there_are(function):
    with pytest.raises(ValueError, match=r"unknown exercise 'nope'; wanted one of .*'descend'"):
        function("nope")


def test_a_check_prints_nothing():
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        gdlab.check("descend", lambda *_: print("x"))
    assert (out.getvalue(), err.getvalue()) == ("", "")
