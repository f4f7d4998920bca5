"""Run nbgrader's own commands, several in one process, since each takes seconds to start."""

import json
import subprocess
import sys
from pathlib import Path

from gdlab.course.make import make_course
from tests.course.students import Student

PROGRAM = """
import json, sys
from nbgrader.apps.nbgraderapp import NbGraderApp

for arguments in json.loads(sys.argv[1]):
    for app in (NbGraderApp, *(app for app, _ in NbGraderApp.subcommands.values())):
        app.clear_instance()
    try:
        NbGraderApp.launch_instance(arguments)
    except SystemExit as end:
        if end.code:
            sys.exit(f"nbgrader {' '.join(arguments)} ended with {end.code}")
"""


def nbgrader(course: Path, *commands: str, **options) -> subprocess.CompletedProcess:
    """Run these commands in the course's folder; what they print is in `stdout`."""
    program = [sys.executable, "-c", PROGRAM, json.dumps([command.split() for command in commands])]
    return subprocess.run(
        program, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=3600, **options
    )


def short_course(folder: Path, assignment: str, settings: str = "") -> Path:
    """Make a course of one notebook of which only imports, stubs, checks and words are left, and release it."""
    make_course(folder, [assignment])
    source = folder / "source" / assignment / f"{assignment}.ipynb"
    notebook = json.loads(source.read_text(encoding="utf-8"))
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        or "nbgrader" in cell["metadata"]
        or "import gdlab" in "".join(cell["source"])
    ]
    source.write_text(json.dumps(notebook), encoding="utf-8")
    with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(settings)
    done = nbgrader(folder, f"generate_assignment {assignment}")
    assert done.returncode == 0, done.stdout
    return folder


def hand_in(course: Path, assignment: str, student: Student, name: str = "") -> None:
    """Put what a student hands in where nbgrader's collecting would put it."""
    released = json.loads((course / "release" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8"))
    for cell in released["cells"]:
        cell["source"] = "".join(cell["source"])
    place = course / "submitted" / (name or student.id) / assignment
    place.mkdir(parents=True)
    handed_in = student.hands_in(released)
    if handed_in is not None:
        as_bytes = handed_in if isinstance(handed_in, bytes) else json.dumps(handed_in).encode()
        (place / student.file).write_bytes(as_bytes)
