"""`gdlab course --strict`: real nbgrader grades a class of honest work and of tricks; every mark is the right one."""

import csv
import logging
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.server_extensions import formgrader
from traitlets.config import Config

from gdlab.command import main
from gdlab.course import grading
from gdlab.course.strict import run, sandbox
from tests.course.nbgrader import hand_in, nbgrader, short_course
from tests.course.students import (
    ASSIGNMENT,
    FULL,
    GRADIENT,
    MATCHING,
    OPPOSED,
    STUDENTS,
    WORDS,
    Student,
    all_right,
    answered_below,
    code,
    with_magics,
    wrong,
)

CHECKS = (f"{GRADIENT}-check", f"{OPPOSED}-check", f"{MATCHING}-check")
SAME = {"all_right", "partly_right", "not_numbers", "raises", "noisy", "copied", "edited_checks", "killed", "corrupt"}
SAME |= {"without_imports", "asks_for_a_library"}
"""Those of the class whose marks are compared here; the points are those of grading in a kernel."""
SCRIPT = "<script>fetch('/formgrader/api/grade/1', {method: 'PUT'})</script>"


def talks_up(*cells):
    """Wrong answers, and cells that make them look right."""

    def hands_in(notebook):
        wrong(notebook)
        notebook["cells"] += map(code, cells)
        checks = [c for c in notebook["cells"] if "gdlab.check(" in "".join(c["source"])]
        for check in checks:  # the tricks come before the checks, too
            notebook["cells"].insert(notebook["cells"].index(check), code("\n".join(cells)))
        return notebook

    return hands_in


def repr_of_ones_own(notebook):
    return talks_up(
        "import gdlab.exercises.feedback as f\nf.Feedback.__repr__ = lambda self: '3.0'",
        "get_ipython().display_formatter.format = lambda *_, **__: ({'text/plain': '3.0'}, {})",
    )(notebook)


PLACE = {}
"""Where the course is: who talks marks up may know."""


def writes_marks(notebook):
    return talks_up(
        f"import sqlite3\ndb = sqlite3.connect({str(PLACE['course'] / 'gradebook.db')!r})\n"
        "db.execute('update grade set auto_score = 3, manual_score = 3')\ndb.commit()"
    )(notebook)


def scripts_in_words(notebook):
    all_right(notebook, bent_in_words=f"Because.\n\n{SCRIPT}\n\n```mermaid\n</pre>{SCRIPT}\n```")
    notebook["cells"].append({"cell_type": "raw", "source": SCRIPT, "metadata": {}})
    notebook["cells"].append({"cell_type": "markdown", "source": "[x](javascript:alert(1))", "metadata": {}})
    return notebook


TRICKS = [
    Student(repr_of_ones_own, (0.0, 0.0, 0.0, None)),
    Student(writes_marks, (0.0, 0.0, 0.0, None)),
    Student(scripts_in_words, (3.0, 3.0, 3.0, None)),
    Student(answered_below, FULL, f"{WORDS} was left blank"),
    Student(with_magics, FULL),
]
CLASS = [*(student for student in STUDENTS if student.id in SAME), *TRICKS]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course after everything: handed in, graded, feedback written, exported."""
    settings = "\nfrom gdlab.course.strict import run\nrun.configure(c)\nc.RunCells.timeout = 4\n"
    course = short_course(tmp_path_factory.mktemp("course") / "strict", ASSIGNMENT, settings)
    PLACE["course"] = course
    for student in CLASS:
        hand_in(course, ASSIGNMENT, student)
    done = nbgrader(course, f"autograde {ASSIGNMENT}", f"generate_feedback {ASSIGNMENT}", "export")
    assert done.returncode == 0, done.stdout
    (course / "log.txt").write_text(done.stdout)
    return course


@pytest.mark.parametrize("student", CLASS, ids=lambda student: student.id)
def test_each_exercise_has_the_points_it_should_have(course, student):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "strict") as gradebook:
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student.id)
        grades = {grade.name: grade for grade in submission.grades}
    assert tuple(grades[name].auto_score for name in CHECKS) == student.points[:3]
    assert {grades[name].manual_score for name in CHECKS} == {None}
    assert not any(grades[name].needs_manual_grade for name in CHECKS)


def test_the_exported_marks_say_what_ended(course):
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        lines = {line["student_id"]: line for line in csv.DictReader(file)}
    assert "neuron-gradient-check got no points: it ended Python" in lines["killed"]["remarks"]
    assert lines["all_right"]["remarks"] == lines["repr_of_ones_own"]["remarks"] == ""
    assert float(lines["partly_right"]["score"]) == 1.5


def test_feedback_speaks_to_the_attempt_and_runs_no_script(course):
    pages = {
        student.id: (course / "feedback" / student.id / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
        for student in CLASS
    }
    assert "The gradient of a neuron: Right" in pages["all_right"]
    assert "SyntaxError" in pages["raises"]
    assert "it raised OperationalError" in pages["writes_marks"] or "it raised PermissionError" in pages["writes_marks"]
    assert SCRIPT not in pages["scripts_in_words"]
    assert 'href="javascript:' not in pages["scripts_in_words"]
    assert "Because." in pages["scripts_in_words"]


def test_the_log_says_when_there_are_no_walls(course):
    assert ("is no wall" in (course / "log.txt").read_text()) != sandbox.bubblewrap_works()


def test_that_there_are_no_walls_is_said_once(monkeypatch, caplog):
    monkeypatch.setattr(run.RunOutside, "_warned", False)
    log = logging.getLogger("gdlab-test")
    with caplog.at_level(logging.WARNING, "gdlab-test"):
        for _ in range(3):
            run.RunOutside(bubblewrap="never", log=log)._walls()
    assert len(caplog.records) == 1


def test_words_keep_their_form_and_formulas():
    c = Config()
    grading.configure(c)
    words = "## Why\n\n*Because* $f'(z) < 1$ and **so**:\n\n1. `a < b`\n\n| a |\n|---|\n| 1 |\n\n![p](attachment:p.png)"
    cell = new_markdown_cell(words, attachments={"p.png": {"image/png": "aGk="}})
    page, _ = HTMLExporter(config=c).from_notebook_node(new_notebook(cells=[cell]))
    for part in (
        "<h2",
        "<em>Because</em>",
        "$f'(z) &lt; 1$",
        "<li>",
        "<code>a &lt; b</code>",
        "<td>1</td>",
        "image/png;",
    ):
        assert part in page


def test_the_page_of_formgrader_runs_no_script():
    c = Config()
    c.HTMLExporter.extra_template_basedirs = [str(Path(formgrader.__file__).parent / "templates")]
    c.HTMLExporter.template_name = "formgrade"
    shown = dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url", "student"), "x")
    shown |= dict.fromkeys(("last_name", "first_name", "notebook_path", "mathjax_url"), "x") | {"index": 1, "total": 2}
    notebook = new_notebook(cells=[new_markdown_cell(f"Because. {SCRIPT}")])
    assert SCRIPT in HTMLExporter(config=c).from_notebook_node(notebook, resources=dict(shown))[0]
    grading.configure(c)
    page, _ = HTMLExporter(config=c).from_notebook_node(notebook, resources=dict(shown))
    assert SCRIPT not in page
    assert "Because." in page


def test_words_that_take_long_to_set_are_shown_as_they_are():
    c = Config()
    grading.configure(c)
    long = new_notebook(cells=[new_markdown_cell("[" * 200_000 + "<b>")])
    page, _ = HTMLExporter(config=c).from_notebook_node(long)
    assert "[" * 200_000 + "&lt;b&gt;</pre>" in page


def test_what_inputs_are_drawn_from_is_kept_and_nobody_elses(course, tmp_path):
    url = f"sqlite:///{course / 'gradebook.db'}"
    kept = (course / "strict_seed").read_bytes()
    assert (course / "strict_seed").stat().st_mode & 0o077 == 0
    assert run._secret(url) == kept
    assert run._secret(f"sqlite:///{tmp_path / 'gradebook.db'}") != kept


def test_a_course_is_strict_if_asked_for(tmp_path):
    assert main(["course", str(tmp_path / "strict"), "--notebooks", "01", "--strict"]) == 0
    assert main(["course", str(tmp_path / "plain"), "--notebooks", "01"]) == 0
    strict, plain = ((tmp_path / name / "nbgrader_config.py").read_text() for name in ("strict", "plain"))
    found = {"get_config": Config}
    exec(strict, found)
    assert run.RunOutside in found["c"].Autograde.autograde_preprocessors
    assert strict.startswith(plain.replace('"plain"', '"strict"'))
    assert "RunOutside" not in plain


def test_where_walls_are_wanted_and_there_are_none_nothing_is_graded(monkeypatch):
    monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: False)
    with pytest.raises(RuntimeError, match="bubblewrap does not work here"):
        run.RunOutside(bubblewrap="always")._walls()
    assert run.RunOutside(bubblewrap="auto")._walls() is False
