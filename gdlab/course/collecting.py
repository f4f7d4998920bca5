"""Collecting: whose is what, in archives as platforms and students make them, and in the exchange.

``nbgrader zip_collect`` unpacks with an *extractor* and asks a *collector* for the owner of each file; the exchange has
a class that copies. All three are settings of nbgrader's, and `configure` sets them to the classes here.
"""

import hashlib
import json
import os
import re
import stat
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets.config import Config

from gdlab.course.handed_in import (
    MOST_FILES,
    Released,
    copy_file,
    is_archive,
    is_of_a_system,
    look,
    may_be_a_notebook,
    notebook_among,
    printable,
    unpack,
    without_ending,
)
from gdlab.course.repair import UnreadableError
from gdlab.course.roster import STRANGER, in_roster

PLATFORMS = (
    re.compile(r"(?P<student_id>[^/]+)_attempt_[\d-]+(?:_.*)?"),  # Blackboard; what comes before the id is cut below
    re.compile(r".*_(?P<student_id>\d+)_assignsubmission_.*"),  # Moodle
    re.compile(r"[^/_]+(?:_LATE)?_(?P<student_id>\d+)_\d+_.+"),  # Canvas
)
"""How platforms call the folder or file of a student in what one downloads."""
_NAMES_THE_ASSIGNMENT = re.compile(r"(?:^|[ _-])\d\d_[a-z]\w*.*$", re.IGNORECASE)
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


IN_ANOTHERS_FOLDER = "Handed in as {}; it counts for {}, who handed it in."
"""What there is to be said of work that lies in a folder called by another student, where there is no other."""


class Extractor(ExtractorPlugin):
    """Lays out what was downloaded in a folder for each student: the notebook, under its name, and the files beside it.

    A file belongs to the student whose id the outermost archive, folder or file around it has: as the roster has it, or
    as a platform writes it (see `PLATFORMS`). If `FileNameCollectorPlugin.named_regexp` is set, that says whose it is.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Lay out the archives, folders and files in a folder; log who was taken for whom and what was passed over."""
        course = self.parent.coursedir
        roster, notebooks = known(course)
        with tempfile.TemporaryDirectory(prefix="gdlab") as scratch:
            entries, passed_over = self._entries(Path(archive_path), Path(scratch))
            owned, without_owner = self._by_owner(entries, roster)
            passed_over += [f"{'/'.join(piece.names)}: whose it is cannot be told" for piece in without_owner]
            kept = {}
            for student, pieces in sorted(owned.items()):
                kept[student] = self._lay_out(student, pieces, notebooks, Path(extracted_path, student), roster)
        for student in sorted(kept.keys() - roster if roster else ()):
            self.log.warning("%s", STRANGER.format(student))
        for one in passed_over:
            self.log.warning("Passed over: %s.", one)
        place = _kept_file(course)
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(kept, indent=1), encoding="utf-8")

    def _entries(self, folder: Path, scratch: Path) -> tuple[list[list[_Piece]], list[str]]:
        """Return the files of each archive, folder and file that was downloaded."""
        entries, passed_over = [], []
        for number, entry in enumerate(sorted(folder.iterdir())):
            if is_of_a_system(entry.name):
                continue
            name = entry.name
            if entry.is_file() and not entry.is_symlink() and is_archive(name):
                entry, archive = scratch / str(number), entry
                passed_over += unpack(archive, entry)
                if not entry.exists():  # it cannot be read, which grading will say once more
                    entries.append([_Piece(archive, (name,))])
                    continue
            elif entry.is_file() and not entry.is_symlink():
                entries.append([_Piece(entry, (name,))])
                continue
            found = look(entry)
            passed_over += [f"{name}: {one}" for one in found.passed_over]
            pieces = []
            for path in found.files:
                inner = path.relative_to(entry)
                if is_archive(path.name) and not path.is_relative_to(scratch):  # in a folder that was downloaded
                    place = scratch / f"{number}.{len(pieces)}"
                    passed_over += unpack(path, place)
                    pieces += [
                        _Piece(one, (name, *inner.parts, *one.relative_to(place).parts))
                        for one in (look(place).files if place.exists() else [])
                    ]
                else:
                    pieces.append(_Piece(path, (name, *(part.removesuffix(".unpacked") for part in inner.parts))))
            entries.append(pieces)
        return entries, passed_over

    def _by_owner(
        self, entries: Sequence[Sequence[_Piece]], roster: Collection[str]
    ) -> tuple[dict[str, list[_Piece]], list[_Piece]]:
        owned, without_owner = defaultdict(list), []
        said = FileNameCollectorPlugin(parent=self.parent).named_regexp
        for pieces in entries:
            depth = 0 if said else _depth(pieces, roster, alone=len(entries) == 1)
            for piece in pieces:
                if said:
                    found = re.match(said, "/" + "/".join(map(without_ending, piece.names)))
                    student = found["student_id"] if found else ""
                else:
                    student = student_in(piece.names[depth], roster) if depth < len(piece.names) else ""
                if student:
                    owned[student].append(_Piece(piece.path, piece.names[depth:]))
                else:
                    without_owner.append(piece)
        return owned, without_owner

    def _lay_out(
        self,
        student: str,
        pieces: Sequence[_Piece],
        notebooks: Sequence[Released],
        target: Path,
        roster: Collection[str],
    ) -> dict:
        """Lay out a student's files; return the remarks on them, and the notebooks' digests by which they are known."""
        names = {piece.path: "/".join(piece.names) for piece in pieces}
        files, digests, taken = list(names), [], {}
        own, others, remarks = own_and_others(names, student, roster)
        for notebook in notebooks:
            try:
                found, said = notebook_among(own, notebook, f"{notebook.name}.ipynb")
            except UnreadableError as problem:
                self.log.warning("%s: %s.", student, problem)
                continue
            taken[found] = f"{notebook.name}.ipynb"
            remarks += said
            if found in others:
                remarks.append(IN_ANOTHERS_FOLDER.format(names[found], student))
            self.log.info("%s: took %s", student, names[found])
        base = next(iter(taken), files[0]).parent
        for path in files[:MOST_FILES]:
            if path in taken:
                within = Path(taken[path])
                digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
            elif (taken and may_be_a_notebook(path)) or path.name == "timestamp.txt":
                continue
            else:
                within = path.relative_to(base) if path.is_relative_to(base) else Path(_file_name(names[path]))
                if "/" not in names[path]:  # a platform puts the student in front of the name of each file
                    within = Path(_file_name(names[path]))
            with suppress(OSError):
                copy_file(path, target / within)
        for remark in remarks:
            self.log.warning("%s: %s", student, remark)
        return {"remarks": remarks, "digests": digests}


class Collector(FileNameCollectorPlugin):
    """Tells nbgrader whose each file is that `Extractor` laid out."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return the student's id and the file's name."""
        extracted = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        student, *names = Path(submitted_file).relative_to(extracted).parts
        return {"student_id": student, "file_id": "/".join(names)} if names else None


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collecting from the exchange, which follows no link that a student put there."""

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy the regular files of a submission; log what is passed over."""
        most = 1000 * self.coursedir.max_dir_size
        if os.path.islink(src):
            self.log.warning("Passed over: %s is a link, and links are not followed.", src)
            os.makedirs(dest)
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


def kept_remarks(course: CourseDirectory, student: str, files: Iterable[Path]) -> list[str]:
    """Return the remarks that collecting made on a student's work, if it is still the same."""
    try:
        kept = json.loads(_kept_file(course).read_text(encoding="utf-8"))[student]
    except (OSError, ValueError, KeyError):
        return []
    there = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.name.endswith(".ipynb")}
    return kept["remarks"] if there & set(kept["digests"]) else []


def _kept_file(course: CourseDirectory) -> Path:
    return Path(course.root, "collected", f"{course.assignment_id}.json")


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
    return student_in(name, roster) in roster or any(one.fullmatch(without_ending(name)) for one in PLATFORMS)


def student_in(name: str, roster: Collection[str]) -> str:
    """Return the id of the student that a file, folder or archive is called by, or nothing."""
    name = printable(without_ending(name))
    by_capitals = {student.casefold(): student for student in roster}
    shorter = _NUMBER.sub("", _NAMES_THE_ASSIGNMENT.sub("", re.sub(r"\.ipynb.*$", "", name, flags=re.IGNORECASE)))
    shortest = _COPY_OR_TRY.sub("", shorter)
    for one in (name, shorter, shortest):
        if one.casefold() in by_capitals:
            return by_capitals[one.casefold()]
    for platform in PLATFORMS:
        if found := platform.fullmatch(name):
            student = found["student_id"]
            ends = [one for one in roster if student.endswith(f"_{one}")]
            return max(ends, key=len) if ends else student.rpartition("_")[2]
    return shorter.strip(" ._-")


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
    return own, others, [f"Not graded: {name}, which lies in a folder called by another student." for name in left]


def _others(name: str, roster: Collection[str]) -> set[str]:
    """Return the students by whose ids the folders in a path are called, but for the outermost."""
    return {one for folder in name.split("/")[1:-1] if (one := student_in(folder, roster)) in roster}


def _file_name(name: str) -> str:
    """Return a file's own name: without what a platform puts in front of it."""
    own = name.rpartition("/")[2]
    found = re.fullmatch(r"[^/_]+(?:_LATE)?_\d+_\d+_(.+)|.*_attempt_[\d-]+_(.+)", own)
    return next(filter(None, found.groups())) if found else own
