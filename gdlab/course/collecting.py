"""Collecting: whose is what, in archives as platforms and students make them, and in the exchange.

``nbgrader zip_collect`` unpacks with an *extractor* and asks a *collector* for the owner of each file; the exchange has
a class that copies. All three are settings of nbgrader's, and `configure` sets them to the classes here.
"""

import hashlib
import json
import os
import re
import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets.config import Config

from gdlab.course.handed_in import (
    ALL_OF_IT,
    MOST_FILES,
    PassedOver,
    Released,
    copy_file,
    is_archive,
    is_of_a_system,
    look,
    may_be_a_notebook,
    notebook_among,
    other_notebooks,
    unpack,
    without_ending,
)
from gdlab.course.quoting import composed, printable, quoted
from gdlab.course.repair import UnreadableError
from gdlab.course.roster import in_roster, stranger
from gdlab.course.scratch import scratch
from gdlab.lessons import LESSONS

try:
    import pwd
except ImportError:  # on Windows nothing is known of a folder's owner
    pwd = None

PLATFORMS = (
    re.compile(r"(?P<student_id>[^/]+)_attempt_[\d-]+(?:_.*)?"),  # Blackboard; what comes before the id is cut below
    re.compile(r".*_(?P<student_id>\d+)_assignsubmission_.*"),  # Moodle
    re.compile(r"[^/_]+(?:_LATE)?_(?P<student_id>\d+)_\d+_.+"),  # Canvas
)
"""How platforms call the folder or file of a student in what one downloads."""
_NAMES_THE_ASSIGNMENT = re.compile(r"(?:^|[ _-])\d\d_[a-z]\w*.*$", re.IGNORECASE)
_LESSON_OR_COPY = re.compile(rf"\(\d{{1,2}}\)|(?<![^\W_])(?:{'|'.join(LESSONS)})(?:-\d{{1,2}}(?!\w))?")
"""What says nothing of whose a file is, though there may be numbers in it."""
_NUMBER = re.compile(r"[ _-]*\(\d+\)$")
_COPY_OR_TRY = re.compile(r"(?:[ _-]+(?:copy|try|attempt|version|v)[ _-]*\d*|-\d{1,2})$", re.IGNORECASE)


def configure(c: Config) -> None:
    """Set nbgrader's configuration `c` so that collecting survives the names and archives there are."""
    c.ZipCollectApp.extractor_plugin = Extractor
    c.ZipCollectApp.collector_plugin = Collector
    c.ExchangeFactory.collect = CollectWithoutLinks


@dataclass(frozen=True)
class _Piece:
    """A file of what was downloaded: where it lies, and the names of the archives and folders around it."""

    path: Path
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Pieces:
    """Files of one entry of what was downloaded, or of one student, and what was passed over of them."""

    files: list[_Piece] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


IN_ANOTHERS_FOLDER = "Handed in as {}; it counts for {}, who handed it in."
"""What there is to be said of work that lies in a folder called by another student, where there is no other."""
IN_THE_NAME = "{} counts for {}, whose id is in its name."
"""What there is to be said of work that is called by a student and by something else."""


class Extractor(ExtractorPlugin):
    """Lays out what was downloaded in a folder for each student: the notebook, under its name, and the files beside it.

    A file belongs to the student whose id the outermost archive, folder or file around it has: as the roster has it, or
    as a platform writes it (see `PLATFORMS`), or as the only one in its name. If
    `FileNameCollectorPlugin.named_regexp` is set, that says whose it is.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Lay out the archives, folders and files in a folder; log who was taken for whom and what was passed over."""
        course = self.parent.coursedir
        roster, notebooks = known(course)
        with scratch("collected") as folder:
            entries = self._entries(Path(archive_path), Path(folder))
            owned, without_owner = self._by_owner(entries, roster)
            passed_over = [one for entry in entries for one in entry.passed_over]
            passed_over += [
                PassedOver(piece.names, "is nobody's: whose it is cannot be told") for piece in without_owner
            ]
            kept = {}
            for student, pieces in sorted(owned.items()):
                kept[student] = self._lay_out(student, pieces, notebooks, Path(extracted_path, student), roster)
        for student in sorted(kept.keys() - roster if roster else ()):
            self.log.warning("%s", stranger(student, roster))
        for one in passed_over:
            self.log.warning("Passed over: %s.", one)
        place = _kept_file(course, course.assignment_id)
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(kept, indent=1), encoding="utf-8")

    def _entries(self, folder: Path, unpacked: Path) -> list[_Pieces]:
        """Return the files of each archive, folder and file that was downloaded."""
        entries = []
        for number, entry in enumerate(sorted(folder.iterdir())):
            if is_of_a_system(entry.name):
                continue
            name, pieces = entry.name, _Pieces()
            entries.append(pieces)
            if entry.is_file() and not entry.is_symlink() and is_archive(name):
                entry, archive = unpacked / str(number), entry
                pieces.passed_over.extend(unpack(archive, entry))
                if not entry.exists():  # it cannot be read, which grading will say once more
                    pieces.files.append(_Piece(archive, (name,)))
                    continue
            elif entry.is_file() and not entry.is_symlink():
                pieces.files.append(_Piece(entry, (name,)))
                continue
            found = look(entry)
            pieces.passed_over.extend(PassedOver((name, *one.names), one.why) for one in found.passed_over)
            for path in found.files:
                inner = path.relative_to(entry)
                if is_archive(path.name) and not path.is_relative_to(unpacked):  # in a folder that was downloaded
                    place = unpacked / f"{number}.{len(pieces.files)}"
                    pieces.passed_over.extend(unpack(path, place, (name, *inner.parts)))
                    pieces.files.extend(
                        _Piece(one, (name, *inner.parts, *one.relative_to(place).parts))
                        for one in (look(place).files if place.exists() else [])
                    )
                else:
                    names = (name, *(part.removesuffix(".unpacked") for part in inner.parts))
                    pieces.files.append(_Piece(path, names))
        return entries

    def _by_owner(self, entries: Sequence[_Pieces], roster: Collection[str]) -> tuple[dict[str, _Pieces], list[_Piece]]:
        owned, without_owner = defaultdict(_Pieces), []
        said = FileNameCollectorPlugin(parent=self.parent).named_regexp

        def owner(names: tuple[str, ...], depth: int) -> str:
            if said:
                found = re.match(said, "/" + "/".join(map(without_ending, names)))
                return found["student_id"] if found else ""
            return student_in(names[depth], roster) if depth < len(names) else ""

        for entry in entries:
            depth = 0 if said else _depth(entry.files, roster, alone=len(entries) == 1)
            for piece in entry.files:
                if student := owner(piece.names, depth):
                    owned[student].files.append(_Piece(piece.path, piece.names[depth:]))
                else:
                    without_owner.append(piece)
            for one in entry.passed_over:
                if student := owner(one.names, depth):
                    owned[student].passed_over.append(one)
        return owned, without_owner

    def _lay_out(
        self,
        student: str,
        pieces: _Pieces,
        notebooks: Sequence[Released],
        target: Path,
        roster: Collection[str],
    ) -> dict:
        """Lay out a student's files; return the remarks on them, and the notebooks' digests by which they are known."""
        names = {piece.path: "/".join(piece.names) for piece in pieces.files}
        files, digests, taken = list(names), {}, {}
        own, others, remarks = own_and_others(names, student, roster)
        for one in sorted({piece.names[0] for piece in pieces.files}):
            if not _called(one, roster) and _within(one, roster) == student:
                remarks.append(IN_THE_NAME.format(quoted(one), student))
        for notebook in notebooks if files else ():
            try:
                found, said = notebook_among(own, notebook, f"{notebook.name}.ipynb", names)
            except UnreadableError as problem:
                self.log.warning("%s: %s.", student, problem)
                continue
            taken[found] = f"{notebook.name}.ipynb"
            remarks += said
            if found in others:
                remarks.append(IN_ANOTHERS_FOLDER.format(quoted(names[found]), student))
            self.log.info("%s: took %s", student, quoted(names[found]))
        base = next(iter([*taken, *files]), target).parent
        essays = other_notebooks([path for path in own if path not in taken], notebooks)
        for path in [*taken, *(path for path in files if path not in taken)][:MOST_FILES]:
            if path in taken:
                within = Path(taken[path])
            elif (taken and may_be_a_notebook(path) and path not in essays) or path.name == "timestamp.txt":
                continue
            else:
                within = path.relative_to(base) if path.is_relative_to(base) else Path(_file_name(names[path]))
                if "/" not in names[path]:  # a platform puts the student in front of the name of each file
                    within = Path(_file_name(names[path]))
            with suppress(OSError):
                copy_file(path, target / within)
                digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        if len(files) > MOST_FILES:
            remarks.append(
                f"{len(files)} files were handed in; the first {MOST_FILES} were taken, notebooks before all."
            )
        for remark in remarks:
            self.log.warning("%s: %s", student, remark)
        remarks += [f"{one}." for one in pieces.passed_over]
        return {"remarks": remarks, "digests": [digests[path] for path in (taken or digests) if path in digests]}


class Collector(FileNameCollectorPlugin):
    """Tells nbgrader whose each file is that `Extractor` laid out."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return the student's id and the file's name."""
        extracted = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        student, *names = Path(submitted_file).relative_to(extracted).parts
        return {"student_id": student, "file_id": "/".join(names)} if names else None


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collecting from the exchange, which follows no link, and passes over what should not be there.

    Every student may make folders there, and call them as they like; nbgrader ends at a name that it cannot read.
    """

    def init_src(self) -> None:
        """List the submissions to collect."""
        self._left_out: set[str] = set()
        super().init_src()
        self.src_records = [record for record in self.src_records if record["filename"] not in self._left_out]

    def _path_to_record(self, path: str) -> dict:
        name = os.path.basename(path)
        try:
            if not os.path.isdir(path):
                raise ValueError("it is no folder")
            record = super()._path_to_record(path)
            _ = record["timestamp"] < datetime.now()  # so that it can be compared
            if not record["username"] or not record["username"].isprintable():
                raise ValueError("it names no student")
            if self.check_owner and _is_anothers(path, record["username"]):
                raise ValueError("somebody else put it there")
        except Exception as problem:  # whatever a name can have wrong
            self.log.warning("Passed over: %s in the exchange (%s).", quoted(name), quoted(str(problem)))
            self._left_out.add(name)
            return {"username": name, "filename": name, "timestamp": datetime.min}
        return record

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy the regular files of a submission; log what is passed over."""
        most = 1000 * self.coursedir.max_dir_size
        if os.path.islink(src):
            self.log.warning("Passed over: %s is a link, and links are not followed.", src)
            os.makedirs(dest)
            os.symlink("nowhere: links are not followed", Path(dest, ALL_OF_IT))  # grading will say so
            return
        os.makedirs(dest)
        for folder, folders, names, descriptor in os.fwalk(src, follow_symlinks=False):
            within = Path(folder).relative_to(src)
            for name in [*folders, *names]:
                if stat.S_ISLNK(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode):
                    self.log.warning("Passed over: %s is a link, and links are not followed.", Path(folder, name))
                    os.symlink("nowhere: links are not followed", Path(dest, within, name))  # grading will say so
                elif name in folders:
                    Path(dest, within, name).mkdir()
            for name in names:
                try:
                    copy_file(Path(name), Path(dest, within, name), most, descriptor)
                    most -= os.path.getsize(Path(dest, within, name))
                except OSError as problem:
                    if not os.path.islink(Path(dest, within, name)):
                        self.log.warning("Passed over: %s (%s).", Path(folder, name), problem)


def _is_anothers(path: str, user: str) -> bool:
    """Tell whether a folder is of another user of the system; where students are none, nothing is known."""
    try:
        return pwd is not None and pwd.getpwnam(user).pw_uid != os.lstat(path).st_uid
    except KeyError:
        return False


def kept_remarks(course: CourseDirectory, student: str, assignment: str, files: Iterable[Path] = ()) -> list[str]:
    """Return the remarks that collecting made on a student's work, if it is still the same."""
    try:
        kept = json.loads(_kept_file(course, assignment).read_text(encoding="utf-8"))[student]
    except (OSError, ValueError, KeyError):
        return []
    there = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return kept["remarks"] if there & set(kept["digests"]) or not (there or kept["digests"]) else []


def _kept_file(course: CourseDirectory, assignment: str) -> Path:
    return Path(course.root, "collected", f"{assignment}.json")


def students_there(course: CourseDirectory) -> list[str]:
    """Return the names of the folders in which submissions are."""
    folder = Path(course.root, course.submitted_directory)
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def elsewhere(course: CourseDirectory, student: str, assignment: str) -> list[Path]:
    """Return what lies in a student's folder that may be this assignment's, if nothing lies where it should."""
    place = Path(course.format_path(course.submitted_directory, student, assignment))
    folder = place.parent
    if os.path.lexists(place) or folder.name != student or folder.is_symlink() or not folder.is_dir():
        return []
    source = Path(course.format_path(course.source_directory, ".", assignment)).parent
    others = {path.name for path in source.iterdir()} - {assignment} if source.is_dir() else ()
    return [
        path
        for path in sorted(folder.iterdir())
        if not is_of_a_system(path.name) and not _is_called_by_another(path.name, assignment, others)
    ]


def _is_called_by_another(name: str, assignment: str, others: Collection[str]) -> bool:
    """Tell whether a file or folder is called by one of the other assignments, or has another lesson's number."""
    lesson = re.match(r"(\d\d)[ _-]*[^\W\d]", name)
    return any(_bare(one) in _bare(name) for one in others) or bool(lesson and not assignment.startswith(lesson[1]))


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def said_of(there: Sequence[Path], student: str, assignment: str) -> list[str]:
    """Say of what lies elsewhere that it is graded."""
    names = ", ".join(quoted(path.name) for path in there[:5])
    return [f"There is no folder {assignment} of {quoted(student)}; {names} was taken instead."] if there else []


def nowhere(course: CourseDirectory) -> list[str]:
    """Say of each file or broken link that lies where students' folders should that it is not graded."""
    folder = Path(course.root, course.submitted_directory)
    return [
        f"{quoted(path.name)} lies in {folder.name}/ itself and is not graded: put it into "
        f"downloaded/{course.assignment_id}/archive/ and collect it"
        for path in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if not path.is_dir() and not is_of_a_system(path.name)
    ]


def known(course: CourseDirectory) -> tuple[set[str], list[Released]]:
    """Return the ids of the roster, and the assignment's notebooks as they were made."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        students = gradebook.students
        roster = {student.id for student in students if in_roster(student)} or {student.id for student in students}
        try:
            names = [notebook.name for notebook in gradebook.find_assignment(course.assignment_id).notebooks]
        except MissingEntry:
            names = []
    source = Path(course.format_path(course.source_directory, ".", course.assignment_id))
    return roster, [Released.read(source / f"{name}.ipynb") for name in names or [course.assignment_id]]


def _depth(pieces: Sequence[_Piece], roster: Collection[str], *, alone: bool) -> int:
    """Return how many archives and folders stand around those that are called by a student."""
    deepest = max((len(piece.names) for piece in pieces), default=0)
    for depth in range(min(deepest, 5)):
        if any(_is_known(piece.names[depth], roster) for piece in pieces if depth < len(piece.names)):
            return depth
    with_notebooks = [piece.names for piece in pieces if may_be_a_notebook(piece.path)]
    inner = {names[1] for names in with_notebooks if len(names) > 1 and student_in(names[1], ())}
    in_folders = [names for names in with_notebooks if len(names) > 2 or student_in(names[-1], ())]
    return 1 if alone and not roster and len(inner) > 1 and len(in_folders) == len(with_notebooks) else 0


def _is_known(name: str, roster: Collection[str]) -> bool:
    return bool(_called(name, roster) or _within(name, roster, at_the_start=True))


def student_in(name: str, roster: Collection[str]) -> str:
    """Return the id of the student that a file, folder or archive is called by, or nothing."""
    return _called(name, roster) or _within(name, roster) or _shorter(printable(without_ending(name))).strip(" ._-")


def _shorter(name: str) -> str:
    """Return a name without its ending, the assignment's name and the number of a copy."""
    return _NUMBER.sub("", _NAMES_THE_ASSIGNMENT.sub("", re.sub(r"\.ipynb.*$", "", name, flags=re.IGNORECASE)))


def _called(name: str, roster: Collection[str]) -> str:
    """Return the id by which something is called: one of the roster alone, or any in the manner of a platform."""
    name = composed(without_ending(name))
    by_capitals = {composed(student).casefold(): student for student in roster}
    shorter = _shorter(name)
    for one in (name, shorter, _COPY_OR_TRY.sub("", shorter)):
        if one.casefold() in by_capitals:
            return by_capitals[one.casefold()]
    for platform in PLATFORMS:
        if found := platform.fullmatch(name):
            student = found["student_id"]
            ends = [one for one in roster if student.endswith(f"_{one}")]
            return max(ends, key=len) if ends else student.rpartition("_")[2]
    return ""


def _within(name: str, roster: Collection[str], *, at_the_start: bool = False) -> str:
    """Return the id of the roster with which a name begins, or the only one in it; letters and dots belong to an id.

    One or two digits count at the start alone: cameras and browsers number what they make.
    """
    text = re.sub(r"\.\w{1,10}$", "", composed(without_ending(name)).casefold())
    text = _LESSON_OR_COPY.sub(" ", text)
    by_text = {composed(one).casefold(): one for one in roster}
    found = [one for one in by_text if text.startswith(one) or (one in text and not re.fullmatch(r"\d{1,2}", one))]
    found = [one for one in found if re.search(rf"(?<![^\W_])(?<![.@+]){re.escape(one)}(?![^\W_])(?![.@+])", text)]
    if first := [one for one in found if text.startswith(one)]:
        return by_text[max(first, key=len)]
    longest = [one for one in found if not any(one != other and one in other for other in found)]
    return by_text[longest[0]] if len(longest) == 1 and not at_the_start else ""


def own_and_others(
    names: Mapping[Path, str], student: str, roster: Collection[str]
) -> tuple[list[Path], set[Path], list[str]]:
    """Tell what of a student's files may be graded, what lies in other students' folders, and what there is to be said.

    What is another's is left out, unless there is no other notebook. `names` says where each file lay, from the
    student's own folder or archive on.
    """
    others = {path for path, name in names.items() if _others(name, roster) - {student}}
    own = [path for path in names if path not in others]
    if not any(map(may_be_a_notebook, own)):
        return list(names), others, []
    left = [names[path] for path in sorted(others) if may_be_a_notebook(path)]
    return (
        own,
        others,
        [f"Not graded: {quoted(name)}, which lies in a folder called by another student." for name in left],
    )


def _others(name: str, roster: Collection[str]) -> set[str]:
    """Return the students by whose ids the folders in a path are called, but for the outermost."""
    return {one for folder in name.split("/")[1:-1] if (one := _called(folder, roster)) in roster}


def _file_name(name: str) -> str:
    """Return a file's own name: without what a platform puts in front of it."""
    own = name.rpartition("/")[2]
    found = re.fullmatch(r"[^/_]+(?:_LATE)?_\d+_\d+_(.+)|.*_attempt_[\d-]+_(.+)", own)
    return next(filter(None, found.groups())) if found else own
