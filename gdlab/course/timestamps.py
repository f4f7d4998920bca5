"""When work was handed in, from a ``timestamp.txt`` that may say anything, or be no file.

nbgrader has no setting for how this file is read, and ends at one that is no time: formgrader shows nobody's work then,
and collecting again collects nothing. So `configure` puts `stated_time` in its place. The file stays as it was sent.
"""

from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from gdlab.course.handed_in import opened
from gdlab.course.quoting import quoted
from gdlab.course.repair import decoded

NAME = "timestamp.txt"
_MOST = 1000


def configure() -> None:
    """Have nbgrader take a time that is none for no time."""
    CourseDirectory.get_existing_timestamp = lambda self, folder: stated_time(Path(folder, NAME))[0]
    NbGraderAPI.get_submitted_timestamp = _submitted


def _submitted(self: NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    course = self.coursedir
    return course.get_existing_timestamp(course.format_path(course.submitted_directory, student_id, assignment_id))


def stated_time(path: Path) -> tuple[datetime | None, str]:
    """Return the time that a file says, in UTC, and what is wrong with it, if anything is."""
    try:
        with opened(path, _MOST) as file:
            content = file.read(_MOST)
    except FileNotFoundError:
        return None, ""
    except OSError:
        return None, f"{path.name} cannot be read as a file"
    try:
        said = decoded(content).strip()
    except UnicodeDecodeError:
        said = "\0"
    if not said:
        return None, f"{path.name} is empty"
    if "\0" in said:
        return None, f"{path.name} is no text"
    try:
        time = parse_utc(said)
        _ = time - timedelta(days=2), time + timedelta(days=2)  # so that it is one in every place on Earth
    except Exception:  # it may say anything
        return None, f"{path.name} says {quoted(said)}, which is not a time"
    return time, ""
