"""A class hands in everything that can go wrong, and real nbgrader grades it: each mark is the one it should be."""

import csv
import json
import subprocess

import pytest
from nbgrader.api import Gradebook

from tests.course.nbgrader import hand_in, nbgrader, short_course
from tests.course.students import ASSIGNMENT, GRADIENT, MATCHING, OPPOSED, STUDENTS, WORDS, place

SETTINGS = """
c.RunCells.timeout = 4
c.RunCells.iopub_timeout = 2
c.RunCells.megabytes = 1500
"""
CELLS = (f"{GRADIENT}-check", f"{OPPOSED}-check", f"{MATCHING}-check", WORDS)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course after everything: handed in, graded, feedback written, exported."""
    course = short_course(tmp_path_factory.mktemp("course") / "monday", ASSIGNMENT, SETTINGS)
    for student in STUDENTS:
        hand_in(course, ASSIGNMENT, student)
    ids = [student.id for student in STUDENTS]
    roster = [f'{id},"{id}, the 1st",Doe,{id}@example.org' for id in [*ids, "absent"]]
    (course / "roster.csv").write_text("\n".join([(course / "roster.csv").read_text().strip(), *roster]))
    done = nbgrader(
        course,
        "db student import roster.csv",
        f"autograde {ASSIGNMENT}",
        f"generate_feedback {ASSIGNMENT}",
        "export",
    )
    assert done.returncode == 0, done.stdout
    (course / "log.txt").write_text(done.stdout)
    return course


@pytest.fixture(scope="module")
def marks(course):
    """The exported lines by student."""
    return {line["student_id"]: line for line in lines(course / "grades.csv")}


def test_what_is_released_is_the_notebook_as_it_is(course):
    source, released = (
        json.loads((course / step / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8"))["cells"]
        for step in ("source", "release")
    )
    assert ["".join(cell["source"]) for cell in released] == ["".join(cell["source"]) for cell in source]
    points = [cell["metadata"].get("nbgrader", {}).get("points") for cell in released]
    assert points == [cell["metadata"].get("nbgrader", {}).get("points") for cell in source]
    assert sum(filter(None, points)) == 12
    assert "(1 point)" in "".join(released[place({"cells": released}, WORDS) - 1]["source"])  # the rubric


@pytest.fixture(params=STUDENTS, ids=lambda student: student.id)
def student(request):
    return request.param


def test_each_exercise_has_the_points_it_should_have(course, student):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "monday") as gradebook:
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student.id)
        grades = {grade.name: grade for grade in submission.grades}
        assert tuple(grades[name].auto_score for name in CELLS) == student.points
        by_hand = [name for name, points in zip(CELLS, student.points, strict=True) if points is None]
        assert [name for name in CELLS if grades[name].needs_manual_grade] == by_hand


def test_the_exported_mark_is_the_sum_and_says_whether_a_person_has_to_look(marks, student):
    line = marks[student.id]
    assert float(line["score"]) == sum(points or 0 for points in student.points)
    assert float(line["max_score"]) == 12
    assert line["needs_manual_grade"] == str(None in student.points)
    assert line["last_name"] == "Doe"
    assert line["first_name"] == f"{student.id}, the 1st"


def test_a_mark_that_is_not_simply_earned_comes_with_its_reason(course, marks, student):
    assert student.remark in marks[student.id]["remarks"]
    assert bool(student.remark) <= bool(marks[student.id]["remarks"])
    if student.remark:
        assert f"{student.id}, {ASSIGNMENT}: {student.remark}" in (course / "log.txt").read_text()


def test_ordinary_work_needs_no_remark(marks):
    for name in ("all_right", "blank", "wrong", "partly_right", "raises", "noisy", "flood"):
        assert marks[name]["remarks"] == ""


def test_who_handed_in_nothing_is_listed(marks):
    assert marks["absent"]["remarks"] == "Nothing was handed in."
    assert float(marks["absent"]["score"]) == 0


def test_nothing_in_the_log_looks_like_a_fault_of_ours(course):
    assert "SAWarning" not in (course / "log.txt").read_text()


def test_feedback_is_there_for_everyone_and_small(course, student):
    page = course / "feedback" / student.id / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert page.stat().st_size < 1_500_000
    text = page.read_text(encoding="utf-8")
    assert sum(points or 0 for points in student.points) == float(text.split("(Score: ")[1].split(" ")[0])
    if student.remark.startswith("Nothing could be graded"):
        assert student.remark.split(":")[0] in text


def test_nothing_that_a_submission_started_is_left(course):
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "time.sleep(654321)" not in running


def test_a_crash_costs_the_submission_it_hit_and_no_other(course):
    graded = course / "autograded"
    before = {path: path.stat().st_mtime_ns for path in sorted(graded.rglob("*.ipynb"))}
    cut, sanitized = (graded / name / ASSIGNMENT / f"{ASSIGNMENT}.ipynb" for name in ("all_right", "blank"))
    for path, text in ((cut, cut.read_text()[:3000]), (sanitized, '{"cells": [], "metadata": {"gdlab": {}}}')):
        path.chmod(0o644)
        path.write_text(text)
    done = nbgrader(course, "export --to crashed.csv", f"autograde {ASSIGNMENT}", "export")
    assert done.returncode == 0, done.stdout
    after = {path: path.stat().st_mtime_ns for path in sorted(graded.rglob("*.ipynb"))}
    assert {path for path in after if after[path] != before[path]} == {cut, sanitized}
    assert done.stdout.count("was not finished: it begins again") == 2
    told, mended = (
        {line["student_id"]: line for line in lines(course / name)} for name in ("crashed.csv", "grades.csv")
    )
    for name, score in (("all_right", 9), ("blank", 0)):
        assert told[name]["remarks"] == f"Not graded yet: run nbgrader autograde {ASSIGNMENT}."
        assert (mended[name]["remarks"], float(mended[name]["score"])) == ("", score)


def test_who_is_not_in_the_roster_is_said_to_be_a_stranger(course):
    """The folder's name has a slip in it, say."""
    place = course / "submitted" / "al1_right" / ASSIGNMENT
    place.mkdir(parents=True)
    handed_in = course / "submitted" / "all_right" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    (place / handed_in.name).write_bytes(handed_in.read_bytes())
    done = nbgrader(course, f"autograde {ASSIGNMENT} --student=al1_right", "export --to strangers.csv")
    assert done.returncode == 0, done.stdout
    assert 'No student in the roster has the id "al1_right"' in done.stdout
    assert 'Near it is "all_right".' in done.stdout
    told = {line["student_id"]: line["remarks"] for line in lines(course / "strangers.csv")}
    assert [name for name, words in told.items() if "No student in the roster" in words] == ["al1_right"]


def test_feedback_made_again_has_the_marks_given_since(course):
    page = course / "feedback" / "wrong" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "monday") as gradebook:
        gradebook.find_grade(WORDS, ASSIGNMENT, ASSIGNMENT, "wrong").manual_score = 2
        gradebook.db.commit()
    assert "(Score: 0.0 " in page.read_text(encoding="utf-8")
    done = nbgrader(course, f"generate_feedback {ASSIGNMENT} --student=wrong")
    assert done.returncode == 0, done.stdout
    assert "(Score: 2.0 " in page.read_text(encoding="utf-8")


def lines(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
