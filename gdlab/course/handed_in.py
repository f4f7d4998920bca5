"""What a student handed in, as files: read through no link, out of archives, and only so much of it.

Platforms put work into archives and folders, systems add hidden files, browsers number copies and change endings. Which
of the files is the notebook is decided here, in the same way for archives, for folders and for the exchange.
"""

import hashlib
import lzma
import os
import re
import shutil
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from nbformat import NotebookNode

from gdlab.course.quoting import printable, quoted
from gdlab.course.repair import LARGEST, UnreadableError, read_cells, squeezed
from gdlab.course.variants import texts_anywhere

MOST_FILES, MOST_BYTES = 100, 20_000_000
"""How many files beside the notebook are taken, and how large they may be together."""
MOST_NAMED = 5
"""How many of those that are not taken a remark names."""
_LARGEST_ARCHIVE = 4_000_000_000
"""How many bytes are unpacked of one archive, with those in it."""
_MOST_MEMBERS, _DEPTH = 20_000, 4
_ARCHIVE = re.compile(r"\.(?:zip|tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz)$", re.IGNORECASE)
_BROKEN = (OSError, ValueError, OverflowError, RuntimeError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)
"""What reading an archive may raise."""
_LESSON = re.compile(r"(?<![^\W_])\d\d_[a-z]")
"""In the name of a lesson's notebook, this one's or another's."""
_OF_SYSTEMS = {"__macosx", "thumbs.db", "desktop.ini", "__pycache__"}
_CODE_AND_DATA = re.compile(
    r"\.(?:py[a-z]*|m?js|css|c|h|cpp|r|m|sh|bat|csv|tsv|dat|np[yz]|pkl|pickle|h5|json|ya?ml|toml|ini|cfg|lock|log)",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"(?:[ _-]*\((\d+)\)|[ _-]+copy[ _-]?(\d*)|-(\d{1,2})|[ _-]+(?:try|attempt|version|v)[ _-]*(\d+))", re.I
)


_IS_A_LINK = "is a link, and links are not followed"
ALL_OF_IT = "what was handed in"
"""How a link is called that stands for a whole folder that was one."""


@dataclass(frozen=True)
class PassedOver:
    """What is left out, by its name behind those of the archives and folders around it, and why: a sentence as text."""

    names: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return f"{quoted('/'.join(self.names)) if self.names else 'The folder'} {self.why}"


@dataclass
class HandedIn:
    """The files that lie in a folder, and what was passed over."""

    files: list[Path] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


def is_of_a_system(name: str) -> bool:
    """Tell whether a file or folder is one that a system adds, or is hidden."""
    return name.startswith((".", "~$")) or name.casefold() in _OF_SYSTEMS


def is_archive(name: str) -> bool:
    """Tell whether a file of this name is an archive that `unpack` reads."""
    return _ARCHIVE.search(name) is not None


def without_ending(name: str) -> str:
    """Return an archive's name without its ending."""
    return _ARCHIVE.sub("", name)


def look(folder: Path, below: Path | None = None) -> HandedIn:
    """Return the files in a folder and those below it, in order.

    No link is followed, also not if the folder is one, or one of the folders around it that are `below` another.
    """
    found = HandedIn()
    around = [] if below is None or not folder.is_relative_to(below) else folder.relative_to(below).parents[:-1]
    if any(Path(below, one).is_symlink() for one in around):
        found.passed_over.append(PassedOver((), _IS_A_LINK))
    else:
        _look(folder, folder, found, _DEPTH * 3)
    return found


def digest(folder: Path, paths: Iterable[Path]) -> str:
    """Return what is the same for the same files at the same places in a folder."""
    known = hashlib.sha256()
    for path in paths:
        for part in (bytes(path.relative_to(folder)), path.read_bytes()):
            known.update(b"%d " % len(part) + part)
    return known.hexdigest()


def _look(folder: Path, top: Path, found: HandedIn, depth: int) -> None:
    here = folder.relative_to(top).parts
    if folder.is_symlink():
        found.passed_over.append(PassedOver(here, _IS_A_LINK))
        return
    if depth == 0 or len(found.files) > _MOST_MEMBERS:
        found.passed_over.append(PassedOver(here, "was not looked into: there are too many files or folders"))
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as problem:
        found.passed_over.append(PassedOver(here, f"cannot be read ({problem.strerror})"))
        return
    for entry in entries:
        path = folder / entry.name
        names = path.relative_to(top).parts
        if is_of_a_system(entry.name):
            continue
        if entry.is_symlink():
            found.passed_over.append(PassedOver(() if entry.name == ALL_OF_IT else names, _IS_A_LINK))
        elif entry.is_dir(follow_symlinks=False):
            _look(path, top, found, depth - 1)
        elif not entry.is_file(follow_symlinks=False):
            found.passed_over.append(PassedOver(names, "is no file"))
        elif entry.name != printable(entry.name):
            found.passed_over.append(PassedOver(names, "has a name that is no text"))
        else:
            found.files.append(path)


@contextmanager
def opened(path: Path, most: int = LARGEST, directory: int | None = None) -> Iterator[BinaryIO]:
    """Open a regular file to be read, and not through a link; `directory` as `os.open` takes it.

    Raises
    ------
    OSError
        If it is a link or no file, is larger than `most` bytes, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags, dir_fd=directory), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > most:
            raise OSError(f"{path} is no file, or larger than {most:,} bytes")
        yield file


def copy_file(path: Path, target: Path, most: int = LARGEST, directory: int | None = None) -> None:
    """Copy a regular file, with its time, and not through a link; `directory` as `os.open` takes it.

    Raises
    ------
    OSError
        If it is a link or no file, is larger than `most` bytes, or cannot be read or written.
    """
    with opened(path, most, directory) as source:
        about = os.fstat(source.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb") as copy:
            shutil.copyfileobj(source, copy)
    os.utime(target, (about.st_mtime, about.st_mtime))


def unpack(
    archive: Path, target: Path, names: tuple[str, ...] = (), left: list[int] | None = None, depth: int = _DEPTH
) -> list[PassedOver]:
    """Unpack the files of an archive, and of archives in it, into folders; return what was passed over.

    Links, devices and what systems add are left out, and so is what is too large, too deep or would lie elsewhere. For
    an archive in another: its `names`, with those around it, how many bytes are `left` to unpack, and how many levels.
    """
    passed_over, names, left = [], names or (archive.name,), left or [_LARGEST_ARCHIVE]
    try:
        for count, (name, kind, when, size, source) in enumerate(_members(archive)):
            parts = PurePosixPath(printable(name).replace("\\", "/").replace("\0", "")).parts
            if not parts or any(map(is_of_a_system, parts)):  # "..", too
                continue
            inside = (*names, *parts)
            if count > _MOST_MEMBERS:
                why = f"was not read to its end: it holds more than {_MOST_MEMBERS:,} files"
                passed_over.append(PassedOver(names, why))
                break
            if kind == "link":
                passed_over.append(PassedOver(inside, _IS_A_LINK))
                continue
            if parts[0] == "/" or re.match("[A-Za-z]:", parts[0]):
                parts = parts[1:]
            path = target.joinpath(*parts)
            if size > min(LARGEST, left[0]):
                passed_over.append(PassedOver(inside, "is too large"))
                continue
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with source() as stream, open(path, "wb") as file:
                    left[0] -= _copy_at_most(stream, file, size)
                os.utime(path, (when, when))
            except _BROKEN as problem:
                if path.is_file():
                    path.unlink()
                passed_over.append(PassedOver(inside, f"cannot be read ({quoted(str(problem))})"))
                continue
            if is_archive(path.name) and depth > 1:
                inner = path.with_name(without_ending(path.name) + ".unpacked")
                passed_over += unpack(path, inner, inside, left, depth - 1)
                if inner.exists():
                    path.unlink()
    except (*_BROKEN, tarfile.TarError) as problem:
        passed_over.append(PassedOver(names, f"cannot be read as an archive ({quoted(str(problem))})"))
    return passed_over


def _copy_at_most(stream, file, size: int) -> int:
    """Copy what an archive says that a file of it has; an archive that says too little is cut off."""
    copied = 0
    while piece := stream.read(min(1 << 20, size + 1 - copied)):
        copied += len(piece)
        if copied > size:
            raise ValueError("it is larger than it says")
        file.write(piece)
    return copied


def _members(archive: Path) -> Iterator[tuple]:
    """Yield what is in an archive: name, kind, time, size, and how to open it."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as content:
            for one in content.infolist():
                if not one.is_dir():
                    kind = "link" if stat.S_ISLNK(one.external_attr >> 16) else "file"
                    try:
                        when = time.mktime((*one.date_time, 0, 0, -1))
                    except (ValueError, OverflowError):
                        when = 0.0
                    yield one.filename, kind, when, one.file_size, lambda one=one: content.open(one)
        return
    with tarfile.open(archive) as content:
        for one in content:
            if one.issym() or one.islnk():
                yield one.name, "link", 0.0, 0, None
            elif one.isfile():
                yield one.name, "file", float(one.mtime), one.size, lambda one=one: content.extractfile(one)


@dataclass(frozen=True)
class Released:
    """What tells whether a file is this notebook, and whether it was worked on: the texts and names of its cells."""

    name: str
    sources: Collection[str] = frozenset()
    grade_ids: Collection[str] = frozenset()

    @classmethod
    def read(cls, path: Path) -> "Released":
        """Return what is known of the notebook at this place and of gdlab's own; without the first, the name alone."""
        try:
            cells = read_cells(path)
        except UnreadableError:
            return cls(path.stem)
        ids = {cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata}
        texts = [*(cell.source for cell in cells), *texts_anywhere(path.stem)]
        return cls(path.stem, frozenset(map(squeezed, texts)), frozenset(ids))

    def is_shown_by(self, path: Path, cells: Sequence[NotebookNode]) -> bool:
        """Tell whether a file with these cells is this notebook."""
        return self.is_named_by(path) or self.is_in(cells)

    def is_in(self, cells: Sequence[NotebookNode]) -> bool:
        """Tell whether cells of this notebook are among others."""
        ids = {cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata}
        common = self.sources & {squeezed(cell.source) for cell in cells} - {""}
        return bool(ids & set(self.grade_ids)) or len(common) > 2

    def doubts(self, path: Path) -> list[str]:
        """Return a remark if a file can be read, says something, and is another notebook."""
        with suppress(UnreadableError):
            cells = [cell for cell in read_cells(path) if cell.source.strip()]
            if cells and self.grade_ids and not self.is_in(cells):
                return [f"This looks like another notebook than {self.name}: hardly a cell of it is there."]
        return []

    def is_named_by(self, path: Path) -> bool:
        """Tell whether a file's name is this notebook's, maybe with more before or behind it."""
        return squeezed(self.name).casefold() in squeezed(path.name).casefold()

    def was_worked_on(self, cells: Sequence[NotebookNode]) -> bool:
        """Tell whether there is any cell that the assignment does not have."""
        return any(squeezed(cell.source) not in self.sources for cell in cells if cell.source.strip())


def may_be_a_notebook(path: Path) -> bool:
    """Tell from a file's name, or from its first characters if it is another's, whether it may be a notebook."""
    name = path.name.casefold()
    if ".ipynb" in name:
        return True
    if path.suffix.casefold() not in {".json", ".txt", "", ".download"}:
        return False
    try:
        with path.open("rb") as file:
            start = file.read(100_000)
    except OSError:
        return False
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"cells"' in start


def may_hold_words(path: Path) -> bool:
    """Tell from a file's name whether it may hold an answer, written, drawn or spoken: any but code and numbers."""
    return _CODE_AND_DATA.fullmatch(path.suffix) is None and path.stat().st_size > 0


def other_notebooks(files: Iterable[Path], released: Collection[Released]) -> list[Path]:
    """Return the notebooks that are none of a course's, such as one with the written answer."""
    found = []
    for path in [path for path in files if may_be_a_notebook(path) and not _LESSON.search(path.name)][:20]:
        with suppress(UnreadableError):
            if (cells := read_cells(path)) and not any(one.is_shown_by(path, cells) for one in released):
                found.append(path)
    return found


def notebook_among(
    files: Sequence[Path], released: Released, called: str, names: Mapping[Path, str]
) -> tuple[Path, list[str]]:
    """Return the file that is this notebook, and remarks on the choice.

    Of several, one that somebody worked on goes before one that is as it was released, and a later one before an
    earlier; at the same time, the name that comes last, by the numbers in it.

    Parameters
    ----------
    files
        All that was handed in.
    released
        The notebook as it was handed out.
    called
        The name that the file should have. That a student or a platform puts something in front is no remark's worth.
    names
        The names of the files, with those of the archives and folders around them.

    Raises
    ------
    UnreadableError
        If there is none, or several of which none is this notebook.
    """
    maybe = [path for path in files if may_be_a_notebook(path)]
    if [path.name for path in maybe] == [called]:
        return maybe[0], released.doubts(maybe[0])
    maybe.sort(key=lambda path: (released.is_named_by(path), path.stat().st_mtime), reverse=True)
    ranks = []
    for path in maybe[:20]:
        try:
            cells = read_cells(path)
        except UnreadableError:
            ranks.append(((released.is_named_by(path), False, False), path))
            continue
        ranks.append(((released.is_shown_by(path, cells), True, released.was_worked_on(cells)), path))
    if not ranks:
        there = ", ".join(sorted(quoted(path.name) for path in files if path.name != "timestamp.txt")[:5])  # nbgrader's
        raise UnreadableError(f"no file {called} was handed in" + (f"; there is only {there}" if there else ""))
    ranks.sort(key=lambda ranked: (ranked[0], _age(ranked[1], names[ranked[1]], called)), reverse=True)
    (is_this, readable, worked_on), best = ranks[0]
    if not is_this and len(ranks) > 1:
        there = ", ".join(sorted(quoted(path.name) for path in maybe)[:5])
        raise UnreadableError(f"no file {called} was handed in, and there are several others: {there}")
    usual = re.fullmatch(rf"(?:.*[_ -])?{re.escape(released.name)}(?:-\d{{1,2}})?\.ipynb", best.name, re.DOTALL)
    remarks = [*([] if usual else [f"Handed in as {quoted(best.name)}."]), *released.doubts(best)]
    others = [path for rank, path in ranks[1:] if rank[0] and is_this]
    if others and readable:
        why = "no other is newer" if ranks[1][0][2] else "the others are blank" if worked_on else "all are blank"
        apart = any(path.parent != best.parent for path in others)
        taken, *left = (quoted(names[path] if apart else path.name) for path in (best, *others))
        left = ", ".join(sorted(left)[:5])
        remarks.append(f"Handed in {len(others) + 1} times; {taken} was graded, because {why}. Not graded: {left}.")
    return best, remarks


def _age(path: Path, name: str, called: str) -> tuple:
    """Return what grows with the time of a try: the time in its name or of its last change, the copy's number, a name.

    As a file's name has it, 10 comes after 9.
    """
    stated = re.search(r"_attempt_([\d-]{8,})", name)
    numbers = tuple(int(next(filter(None, found.groups()), "1")) for found in _COPY.finditer(name))
    natural = [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name.casefold())]
    return stated[1] if stated else "", int(path.stat().st_mtime) // 2, numbers, path.name == called, natural
