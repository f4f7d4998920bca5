"""How long strict grading takes: ``python -m tests.benchmarks.strict [COUNT]`` solves each notebook and grades it.

It prints, for each notebook and with bubblewrap and without, the seconds of the clock and of the processor that one
submission takes, as a median over COUNT (10 by default), and the points that it got. What a process behind bubblewrap
takes of the processor is not known out here.
"""

import inspect
import itertools
import resource
import statistics
import sys
import time

import nbformat

from gdlab.course.strict import judge, sandbox
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.property_exercise import PropertyExercise
from tests.exercises.test_every_exercise import right
from tests.notebooks.refresh import stored


def solved(path):
    """The cells of a notebook with the reference in each stub, and its checks."""
    cells = nbformat.read(path, as_version=4).cells
    checks = {c.metadata["nbgrader"]["grade_id"]: c.source for c in cells if "gdlab.check(" in c.source}
    for stub, check in itertools.pairwise(cells):
        if "gdlab.check(" in check.source:
            exercise, name = vars(judge.Check.read(check.source)).values()
            stub.source = "import numpy as np\n"
            if isinstance(exercise, FunctionExercise | PropertyExercise):
                function = exercise.solution
                called = "()" if isinstance(exercise, PropertyExercise) else ""
                stub.source += f"{inspect.getsource(function)}\n{name} = {function.__name__}{called}"
            else:
                stub.source += f"{name} = {right(exercise)!r}"
    return cells, checks


def spent():
    """Seconds of the processor that this process and those it started have taken."""
    return sum(
        u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main(count=10):
    library = sandbox.library()
    print(f"{'notebook':<32}{'':<14}{'clock':>8}{'processor':>12}{'points':>9}")
    for path in stored():
        cells, checks = solved(path)
        for walls in (True, False) if sandbox.bubblewrap_works() else (False,):
            times = []
            for _ in range(count):
                start, before = time.perf_counter(), spent()
                graded = judge.grade(cells, checks, library, walls=walls)
                times.append((time.perf_counter() - start, spent() - before))
            clock, processor = (statistics.median(column) for column in zip(*times, strict=True))
            points = sum(mark.score for mark in graded.marks.values())
            most = sum(mark.exercise.points for mark in graded.marks.values())
            kind = "bubblewrap" if walls else "guard"
            taken = "" if walls else f"{processor:.2f}s"
            print(f"{path.stem:<32} {kind:<13}{clock:7.2f}s{taken:>12}{points:6g}/{most:g}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
