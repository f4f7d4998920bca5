"""Temporary folders go, also those of a process that was killed; those of a process that lives stay."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from gdlab.course import scratch
from tests.course.nbgrader import PROGRAM, hand_in, nbgrader, short_course
from tests.course.students import ASSIGNMENT, Student, all_right, code

MAKES = """
import sys
from gdlab.course import scratch

folders = [scratch.scratch(kind) for kind in scratch._KINDS]
for folder in folders:
    open(folder.name + "/work", "w").close()
print(*[folder.name for folder in folders], flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(scratch.fcntl is None, reason="there are no locks")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_folders_of_a_killed_process_go_and_those_of_others_stay(temporary, monkeypatch):
    def process():
        started = subprocess.Popen([sys.executable, "-c", MAKES], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return started, {os.path.basename(name) for name in started.stdout.readline().decode().split()}

    (one, killed), (other, alive) = process(), process()
    own = scratch.scratch("kernel")
    kept = {os.path.basename(own.name), "gdlab-kernel-0000link", "gdlab-kernel-mine", "gdlab_abcdefgh", *alive}
    (temporary / "gdlab-kernel-0000link").symlink_to(temporary / sorted(killed)[0])
    (temporary / "gdlab-kernel-mine").mkdir()
    (temporary / "gdlab_abcdefgh").mkdir()
    with one, other:
        one.kill()
        one.wait()
        assert set(os.listdir(temporary)) == killed | kept
        with monkeypatch.context() as another:
            another.setattr(os, "getuid", lambda: 12345)
            scratch.remove_left()
        assert set(os.listdir(temporary)) == killed | kept
        scratch.remove_left()
        assert set(os.listdir(temporary)) == kept
        other.communicate(b"")
    assert set(os.listdir(temporary)) == kept - alive
    own.cleanup()
    assert set(os.listdir(temporary)) == kept - alive - {os.path.basename(own.name)}


def test_a_folder_that_was_taken_for_one_that_is_left_is_made_anew(temporary, monkeypatch):
    locks, taken = scratch._lock, []

    def late(folder):
        if not taken:
            taken.append(folder)
            os.rmdir(folder)
        return locks(folder)

    monkeypatch.setattr(scratch, "_lock", late)
    with scratch.scratch("kernel") as name:
        assert taken != [name]
        assert os.path.isdir(name)


def test_grading_removes_what_a_killed_one_left(temporary):
    course, waits = short_course(temporary / "course", ASSIGNMENT), temporary / "waits"

    def slow(notebook):
        notebook["cells"].insert(
            1, code(f"import os, time\nwhile os.path.exists({str(waits)!r}):\n    time.sleep(0.1)")
        )
        return all_right(notebook)

    hand_in(course, ASSIGNMENT, Student(slow, ()))
    waits.touch()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, f'[["autograde", "{ASSIGNMENT}"]]'], cwd=course, stderr=subprocess.DEVNULL
    ) as grading:
        until = time.monotonic() + 60
        while not list(temporary.glob("gdlab-kernel-*/work")) and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(2)
        grading.kill()
    left = {path.name.rpartition("-")[0] for path in temporary.glob("gdlab-*")}
    assert left == {"gdlab-kernel", "gdlab-submissions"}
    waits.unlink()
    done = nbgrader(course, f"autograde {ASSIGNMENT}")
    assert done.returncode == 0, done.stdout
    assert list(temporary.glob("gdlab-*")) == []
