"""``nbgrader export``: the marks as nbgrader's own export has them, with what there is to be said about each."""

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from gdlab.course.collecting import elsewhere, kept_remarks
from gdlab.course.grading import remarks_on
from gdlab.course.roster import in_roster, stranger

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "needs_manual_grade",
    "remarks",
)
"""nbgrader's columns, and two: whether a person has still to mark something, and why a mark is what it is."""


class MarksPlugin(ExportPlugin):
    """Writes a line for every student and assignment; commas and quotes in names are kept apart from the columns."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that ``--to`` names, by default ``grades.csv``."""
        to = self.to or "grades.csv"
        self.log.info("Exporting grades to %s", to)
        roster = {student.id for student in gradebook.students if in_roster(student)}
        with open(to, "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    if _chosen(assignment.name, self.assignment) and _chosen(student.id, self.student):
                        line = self._line(gradebook, assignment, student)
                        if roster and student.id not in roster:
                            line["remarks"] = f"{stranger(student.id, roster)} {line['remarks']}".strip()
                        table.writerow(line)

    def _line(self, gradebook: Gradebook, assignment: Assignment, student: Student) -> dict[str, Any]:
        line = {
            "assignment": assignment.name,
            "duedate": assignment.duedate,
            "student_id": student.id,
            "last_name": student.last_name,
            "first_name": student.first_name,
            "email": student.email,
            "max_score": assignment.max_score,
            "remarks": " ".join(self._remarks(assignment, student.id)),
        }
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:
            return line | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0, "needs_manual_grade": False}
        penalty = submission.late_submission_penalty
        return line | {
            "timestamp": submission.timestamp,
            "raw_score": submission.score,
            "late_submission_penalty": penalty,
            "score": max(0.0, submission.score - penalty),
            "needs_manual_grade": submission.needs_manual_grade,
        }

    def _remarks(self, assignment: Assignment, student: str) -> list[str]:
        course = self.parent.coursedir
        there = Path(course.format_path(course.submitted_directory, student, assignment.name)).exists()
        if not there and not elsewhere(course, student, assignment.name):
            return kept_remarks(course, student, assignment.name) or ["Nothing was handed in."]
        graded = Path(course.format_path(course.autograded_directory, student, assignment.name))
        remarks = [remarks_on(graded / f"{notebook.name}.ipynb") for notebook in assignment.notebooks]
        if None in remarks:
            return [f"Not graded yet: run nbgrader autograde {assignment.name}."]
        return [remark for some in remarks for remark in some]


def _chosen(name: str, wanted: list[Any]) -> bool:
    return not wanted or name in map(str, wanted)
