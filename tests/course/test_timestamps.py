"""A time that is none costs nobody anything: formgrader shows the class, and collecting goes on."""

import os
import subprocess
import sys

import pytest

from gdlab.course import timestamps
from gdlab.course.make import make_course

ASSIGNMENT = "03_bend_the_neuron"
SHOWN = f"""
from nbgrader.apps import NbGraderAPI, NbGraderApp

app = NbGraderApp()
app.initialize([])
api = NbGraderAPI(app.coursedir)
for one in api.get_submissions("{ASSIGNMENT}"):
    place = f"submitted/{{one['student']}}/{ASSIGNMENT}"
    print(one["student"], one["timestamp"], app.coursedir.get_existing_timestamp(place))
    api.get_student_submissions(one["student"])
"""
"""What formgrader and ``nbgrader collect --update`` ask for."""


def test_formgrader_shows_a_class_with_times_that_are_none_and_keeps_what_was_sent(tmp_path):
    make_course(tmp_path / "course", ["03"])
    sent = {
        "ann": b"2026-11-01 10:00:00 UTC",
        "bea": b"yesterday evening",
        "cleo": b"\xff\xfe\x00",
        "dan": b"",
        "emil": b"2026-11-01 10:00:00 +0200".decode().encode("utf-16"),
        "fay": b"0001-01-01 00:00:00 UTC",
    }
    for student, content in sent.items():
        place = tmp_path / "course" / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        (place / "timestamp.txt").write_bytes(content)
    (tmp_path / "course" / "submitted" / "gus" / ASSIGNMENT).mkdir(parents=True)
    os.mkfifo(tmp_path / "course" / "submitted" / "gus" / ASSIGNMENT / "timestamp.txt")
    done = subprocess.run(
        [sys.executable, "-c", SHOWN], cwd=tmp_path / "course", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    times = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in done.stdout.splitlines()}
    assert times.pop("ann") == "2026-11-01T10:00:00 2026-11-01 10:00:00"
    assert times.pop("emil").startswith("2026-11-01T0")
    assert times == dict.fromkeys(["bea", "cleo", "dan", "fay", "gus"], "None None")
    for student, content in sent.items():
        assert (tmp_path / "course" / "submitted" / student / ASSIGNMENT / "timestamp.txt").read_bytes() == content


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"yesterday evening", 'timestamp.txt says "yesterday evening", which is not a time'),
        (b"\xff\xfe\x00", "timestamp.txt is no text"),
        (b"\0\1\2", "timestamp.txt is no text"),
        (b" \n", "timestamp.txt is empty"),
        (b"x" * 2000, "timestamp.txt cannot be read as a file"),
        (b'give "12"\npoints', "timestamp.txt says \"give '12' points\", which is not a time"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, wrong):
    (tmp_path / "timestamp.txt").write_bytes(content)
    assert timestamps.stated_time(tmp_path / "timestamp.txt") == (None, wrong)
