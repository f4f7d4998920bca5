"""Rosters as spreadsheets write them: with a mark at the start, semicolons, other capitals and empty rows.

nbgrader has no setting for how ``nbgrader db student import`` reads its file, so `configure` wraps the command.
"""

import codecs
import csv
import difflib
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook, Student
from nbgrader.apps.dbapp import DbStudentImportApp

from gdlab.course.quoting import composed, quoted

_COLUMNS = ("id", "first_name", "last_name", "email")
_SAME = {"firstname": "first_name", "lastname": "last_name", "mail": "email", "student_id": "id", "e_mail": "email"}


def configure() -> None:
    """Have ``nbgrader db student import`` read what spreadsheets write."""
    if DbStudentImportApp.start is not _start:
        DbStudentImportApp.start = _start


_START = DbStudentImportApp.start


def _start(self: DbStudentImportApp) -> None:
    if len(self.extra_args) != 1 or not Path(self.extra_args[0]).is_file():
        _START(self)  # says what is wanted
        return
    try:
        rows = read(Path(self.extra_args[0]))
    except ValueError as problem:
        self.fail(str(problem))
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, Path(self.extra_args[0]).name)
        with plain.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(rows)
        self.extra_args = [str(plain)]
        _START(self)
    with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
        for row in rows:
            if not in_roster(student := gradebook.find_student(row["id"])):
                student.first_name = ""
        gradebook.db.commit()


def read(path: Path) -> list[dict[str, str]]:
    """Return the students of a roster: a row each, by the names of nbgrader's columns.

    Raises
    ------
    ValueError
        If it has no column of ids, a student has none, or an id cannot be a folder's name or is there twice.
    """
    lines = _text(path.read_bytes()).splitlines()
    if lines and lines[0].casefold().startswith("sep="):
        lines = lines[1:]
    head = next((line for line in lines if line.strip(" ,;\t")), "")
    separator = max(";,\t", key=head.count)
    table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    titles, students, seen = None, [], {}
    for number, row in enumerate(table, 1):
        cells = [cell.strip() for cell in row]
        if not "".join(cells).strip(" ,;\t"):
            continue
        if titles is None:
            titles = [_column(cell) for cell in cells]
            if "id" not in titles:
                came = ", ".join(cells)
                raise ValueError(
                    f"{path.name} has no column called id; its first row is {came!r}, wanted {','.join(_COLUMNS)}"
                )
            continue
        student = {name: cell for name, cell in zip(titles, cells, strict=False) if name in _COLUMNS}
        identity = student.get("id", "")
        if not identity:
            raise ValueError(f"row {number} of {path.name} has no id: {', '.join(filter(None, cells))!r}")
        if "/" in identity or "\\" in identity or identity.startswith(".") or not identity.isprintable():
            raise ValueError(f"row {number} of {path.name} has the id {identity!r}, which no folder can be called")
        if identity in seen:
            raise ValueError(f"rows {seen[identity]} and {number} of {path.name} have the same id, {identity!r}")
        seen[identity] = number
        students.append(student)
    if titles is None:
        raise ValueError(f"{path.name} is empty; wanted a first row {','.join(_COLUMNS)}")
    return students


def in_roster(student: Student) -> bool:
    """Tell whether a student came from a roster.

    One that grading finds and does not know has an id and no more; one of a roster of ids has a name without letters.
    """
    return any(one is not None for one in (student.first_name, student.last_name, student.email))


def stranger(student: str, roster: Iterable[str]) -> str:
    """Return what there is to be said of work whose owner is not known; ids of the roster that are near are named."""
    plain = {one: "".join(filter(str.isalnum, composed(one))).casefold() for one in (student, *sorted(roster))}
    wanted = plain.pop(student)
    like = [one for one, bare in plain.items() if bare == wanted] or [
        one for one, bare in plain.items() if difflib.SequenceMatcher(None, bare, wanted).ratio() > 0.85
    ]
    near = f" Near it is {' and '.join(map(quoted, like[:2]))}." if like else ""
    return f"No student in the roster has the id {quoted(student)}, the name of a folder under submitted/.{near}"


def _column(title: str) -> str:
    name = "_".join(title.casefold().replace("-", " ").replace("_", " ").split())
    return _SAME.get(name, name)


def _text(content: bytes) -> str:
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # as spreadsheets on Windows write
