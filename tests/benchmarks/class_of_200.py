"""Grade a class of 200: ``python -m tests.benchmarks.class_of_200 [--students N] [--strict]``.

Nine in ten hand in ordinary work (right, partly right, wrong, blank), one in ten something that goes wrong (see
`tests.course.students`), 100 MB of output among them. In the middle the grading is killed, as by a power cut, and begun
again. Every mark is compared with the one it should be. Prints a table in Markdown; ends with an error, and keeps the
course, if a mark is wrong or a submission was graded twice.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from gdlab.course.make import make_course
from tests.benchmarks.report import Table, machine
from tests.course import students
from tests.course.nbgrader import hand_in, nbgrader
from tests.course.students import ASSIGNMENT, FULL, STUDENTS, Student

ORDINARY = [s for s in STUDENTS if s.hands_in.__name__ in ("all_right", "partly_right", "wrong", "blank", "noisy")]
SPECIAL = [
    Student(students.flood_of_100_megabytes, FULL),
    Student(students.answered_below, FULL),
    Student(students.with_magics, FULL),
    *(s for s in STUDENTS if s not in ORDINARY),
]


class Watch(threading.Thread):
    """Measures the memory of a process and of those it started, until it ends."""

    def __init__(self, process: subprocess.Popen) -> None:
        super().__init__(daemon=True)
        self.process, self.grader, self.submission = psutil.Process(process.pid), 0, 0
        self.start()

    def run(self) -> None:
        while self.process.is_running():
            try:
                self.grader = max(self.grader, self.process.memory_info().rss)
                for child in self.process.children(recursive=True):
                    self.submission = max(self.submission, child.memory_info().rss)
            except psutil.Error:
                pass  # it ended meanwhile
            time.sleep(0.1)


def graded(course: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in course.glob("autograded/*/*/*.ipynb")}


def autograde(course: Path, until: int | None = None) -> tuple[float, Watch]:
    """Grade, to the end or until so many are graded; return the seconds it took and the memory."""
    began = told = time.monotonic()
    with (course / "log.txt").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT], cwd=course, stdout=log, stderr=log
        )
        watch = Watch(process)
        while process.poll() is None:
            if until is not None and len(graded(course)) > until:
                process.kill()
            if time.monotonic() - told > 30:
                told = time.monotonic()
                print(f"{told - began:.0f} s: {len(graded(course))} graded", file=sys.stderr)
            time.sleep(0.2)
    if until is None and process.returncode:
        raise SystemExit(f"grading ended with {process.returncode}; see {course / 'log.txt'}")
    return time.monotonic() - began, watch


def the_class(course: Path, count: int) -> dict[str, Student]:
    """Hand in the work of so many students; return who is what."""
    who = {}
    for number in range(count):
        of = SPECIAL[number // 10 % len(SPECIAL)] if number % 10 == 9 else ORDINARY[number % 10 % len(ORDINARY)]
        name = f"{number:03d}_{of.id}"
        who[name] = of
        hand_in(course, ASSIGNMENT, of, name)
    return who


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--strict", action="store_true")
    arguments = parser.parse_args()
    count, before_all = arguments.students, machine()
    course = Path(tempfile.mkdtemp(prefix="class_of_200_")) / "course"
    make_course(course, [ASSIGNMENT], strict=arguments.strict)
    nbgrader(course, f"generate_assignment {ASSIGNMENT}")
    who = the_class(course, count)

    half, watch = autograde(course, until=count // 2)
    before = graded(course)
    rest, second = autograde(course)
    begun_again = (course / "log.txt").read_text().count("was not finished: it begins again")
    twice = sum(graded(course)[path] != time for path, time in before.items())
    again, _ = autograde(course)
    began = time.monotonic()
    nbgrader(course, f"generate_feedback {ASSIGNMENT}", "export")
    feedback = time.monotonic() - began
    pages = [path.stat().st_size for path in course.glob("feedback/*/*/*.html")]
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        scores = {line["student_id"]: float(line["score"]) for line in csv.DictReader(file)}
    should = {name: sum(points or 0 for points in of.points) for name, of in who.items()}
    wrong = [f"{name} has {scores.get(name)}, not {mark}" for name, mark in should.items() if scores.get(name) != mark]

    kind = "strict" if arguments.strict else "ordinary"
    table = Table([f"a class of {count}, {ASSIGNMENT}, {kind} grading", ""])
    table.add("grading, seconds", half + rest)
    table.add("submissions a minute", 60 * count / (half + rest))
    table.add("memory of the grader, at most, MB", max(watch.grader, second.grader) / 1e6)
    table.add("memory of a submission's process, at most, MB", max(watch.submission, second.submission) / 1e6)
    table.add(f"killed after {len(before)}: finished, and graded again all the same", twice - begun_again)
    table.add("with all graded, the command takes, seconds", again)
    table.add("feedback and export, seconds", feedback)
    table.add("pages of feedback; the largest, MB", f"{len(pages)}; {max(pages) / 1e6:.1f}")
    table.add("marks as they should be", f"{count - len(wrong)} of {count}")
    print(before_all, table, *wrong, sep="\n\n")
    if wrong or twice > begun_again:
        raise SystemExit(f"The course is kept in {course}.")
    shutil.rmtree(course.parent)


if __name__ == "__main__":
    main()
