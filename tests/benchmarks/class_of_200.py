"""Grade a class of 200 submissions of one notebook: ``python -m tests.benchmarks.class_of_200 [--students N]``.

Nine in ten hand in ordinary work (right, partly right, wrong, blank), one in ten something that goes wrong (see
`tests.course.students`), 100 MB of output among them. In the middle the grading is killed, as by a power cut, and begun
again. Every mark is compared with the one it should be. Prints submissions a minute, memory, and what the crash cost.
"""

import argparse
import csv
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from gdlab.course.make import make_course
from tests.course import students
from tests.course.nbgrader import hand_in, nbgrader
from tests.course.students import ASSIGNMENT, STUDENTS, Student

ORDINARY = [s for s in STUDENTS if s.hands_in.__name__ in ("all_right", "partly_right", "wrong", "blank", "noisy")]
SPECIAL = [s for s in STUDENTS if s not in ORDINARY and s.hands_in is not students.flood]
SPECIAL.append(Student(students.flood_of_100_megabytes, students.FULL))


class Watch(threading.Thread):
    """Measures the memory of a process and of those it started, until it ends."""

    def __init__(self, process: subprocess.Popen) -> None:
        super().__init__(daemon=True)
        self.process, self.grader, self.kernel = psutil.Process(process.pid), 0, 0
        self.start()

    def run(self) -> None:
        while self.process.is_running():
            try:
                self.grader = max(self.grader, self.process.memory_info().rss)
                for child in self.process.children(recursive=True):
                    self.kernel = max(self.kernel, child.memory_info().rss)
            except psutil.Error:
                pass  # it ended meanwhile
            time.sleep(0.1)


def graded(course: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in course.glob("autograded/*/*/*.ipynb")}


def cpu_seconds() -> float:
    """Processor time of the commands that have ended, with the kernels that they started."""
    spent = psutil.Process().cpu_times()
    return spent.children_user + spent.children_system


def autograde(course: Path, until: int | None = None) -> tuple[float, Watch]:
    """Grade, to the end or until so many are graded; return the seconds it took and the memory."""
    began = time.monotonic()
    with (course / "log.txt").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT], cwd=course, stdout=log, stderr=log
        )
        watch = Watch(process)
        while process.poll() is None:
            if until is not None and len(graded(course)) > until:
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.2)
    if until is None and process.returncode:
        raise SystemExit(f"grading ended with {process.returncode}; see {course / 'log.txt'}")
    return time.monotonic() - began, watch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=200)
    count = parser.parse_args().students
    course = Path(tempfile.mkdtemp(prefix="class_of_200_")) / "course"
    make_course(course, [ASSIGNMENT])
    nbgrader(course, f"generate_assignment {ASSIGNMENT}")
    who = {}
    for number in range(count):
        of = SPECIAL[number // 10 % len(SPECIAL)] if number % 10 == 9 else ORDINARY[number % 10 % len(ORDINARY)]
        who[f"{number:03d}_{of.id}"] = of
        hand_in(course, ASSIGNMENT, of, f"{number:03d}_{of.id}")

    half, watch = autograde(course, until=count // 2)
    before = graded(course)
    used = cpu_seconds()
    rest, second = autograde(course)
    used = (cpu_seconds() - used) / max(1, count - len(before))
    regraded = sum(graded(course)[path] != time for path, time in before.items())
    again, _ = autograde(course)
    nbgrader(course, "export")
    began = time.monotonic()
    nbgrader(course, f"generate_feedback {ASSIGNMENT}")
    feedback = time.monotonic() - began
    with (course / "grades.csv").open(newline="") as file:
        scores = {line["student_id"]: float(line["score"]) for line in csv.DictReader(file)}
    wrong = [name for name, of in who.items() if scores.get(name) != sum(points or 0 for points in of.points)]
    pages = [path.stat().st_size for path in course.glob("feedback/*/*/*.html")]

    seconds, grader, kernel = half + rest, max(watch.grader, second.grader), max(watch.kernel, second.kernel)
    for line in (
        f"{count} submissions of {ASSIGNMENT} in {course}",
        f"grading: {seconds:.0f} s, {60 * count / seconds:.0f} submissions a minute; {used:.1f} s of CPU time each",
        f"feedback: {feedback:.0f} s, {len(pages)} pages, the largest {max(pages) / 1e6:.1f} MB",
        f"memory: grader {grader / 1e6:.0f} MB, kernel {kernel / 1e6:.0f} MB at most",
        f"killed after {len(before)}: {regraded} graded again; with all graded, autograde takes {again:.0f} s",
        f"marks: {count - len(wrong)} of {count} as they should be",
        *(f"wrong: {name} has {scores.get(name)}" for name in wrong),
    ):
        print(line)


if __name__ == "__main__":
    main()
