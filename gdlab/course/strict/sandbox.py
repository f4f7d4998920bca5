"""The process that a submission runs in: what it finds there, what it cannot reach, and how one speaks with it."""

import atexit
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import gdlab
from gdlab.course import fence
from gdlab.course.handed_in import MOST_BYTES, MOST_FILES, digest
from gdlab.course.scratch import scratch
from gdlab.course.workspace import font_list

LARGEST = 4_000_000
"""The longest answer, in bytes, that is read."""
PATIENCE = 3.0
"""How much longer than it was given a process may take, in seconds, before it is ended."""
_GB = 2**30
_LIMITS = {
    "RLIMIT_FSIZE": 16 * 2**20,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
}
_HOME = "/tmp/home"
_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
)
"""Where a system keeps what Python needs beside its own folders."""


_COURSES: set[Path] = set()
"""Folders of courses and of the exchange, which are out of sight wherever they lie."""


def hide(*folders: Path) -> None:
    """Keep these folders from the submissions that are run from now on, wherever they lie."""
    _COURSES.update(folders)


class EndedError(Exception):
    """Says why no more can be had from a process."""


@cache
def library() -> Path:
    """Return the folder with the gdlab of submissions, in which no exercise is. It goes when the program ends.

    Copied is all but `gdlab.course`, the lessons' exercises and the mechanism of exercises; of the latter it has what
    predictions need, and what calls an attempt.
    """
    source, here = Path(gdlab.__file__).parent, Path(__file__).parent
    folder = scratch("strict")
    atexit.register(folder.cleanup)
    name = folder.name
    copy = Path(name, "gdlab")
    lessons = source / "lessons"
    left_out = {source / "course", source / "exercises", *lessons.glob("*/exercises*"), *lessons.glob("*/variants")}
    shutil.copytree(
        source,
        copy,
        ignore=lambda folder, names: [n for n in names if Path(folder, n) in left_out or n == "__pycache__"],
    )
    exercises = copy / "exercises"
    exercises.mkdir()
    predictions = ("prediction.py", "prediction_card.py", "card.py", "card.js", "card.css")
    for file in ("__init__.py", "attempt.py", "feedback.py", *predictions):
        shutil.copy(source / "exercises" / file, exercises / file)
    shutil.copy(here / "json_values.py", exercises / "json_values.py")
    shutil.copy(here / "no_exercises.py", copy / "lessons" / "catalogue.py")
    shutil.copy(here / "submission_process.py", Path(name, "submission_process.py"))
    if fonts := font_list():
        shutil.copy(fonts, Path(name, "fonts"))
        Path(name, "fonts.name").write_text(fonts.name, encoding="utf-8")
    return Path(name)


class Sandbox:
    """A process with a submission in it. Use it in a ``with``, so that it ends with the block.

    Parameters
    ----------
    library
        What `library` makes.
    walls
        Whether bubblewrap keeps the process in (see `bubblewrap_works`); otherwise a guard in the process refuses what
        it sees.
    files
        A folder whose files the submission may read as its own, as a notebook reads those beside it. Notebooks and
        links in it are left out, and so is what is beyond a hundred files or twenty megabytes.
    megabytes
        How much memory the process may take; 0 for any.
    ipython
        Whether it has IPython: magics, ``await`` outside of functions, ``Out``. It takes half a second to load.

    Raises
    ------
    OSError
        If the process does not start; where it starts and does not get ready, the ``with`` raises it.
    """

    def __init__(
        self, library: Path, walls: bool, files: Path | None = None, megabytes: int = 0, *, ipython: bool = True
    ) -> None:
        if sys.platform == "win32":
            raise OSError("grading outside the student's kernel needs Linux or macOS; on Windows, use WSL")
        self._home = scratch("strict-home")
        home = _HOME if walls else self._home.name
        for path in _own_files(files):
            copy = Path(self._home.name, path.relative_to(files))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        self.digest = digest(files, _own_files(files))
        if (library / "fonts").exists():
            fonts = Path(self._home.name, ".matplotlib")
            fonts.mkdir(exist_ok=True)
            shutil.copy(library / "fonts", fonts / (library / "fonts.name").read_text(encoding="utf-8"))
        python = [_python(), "-I", "-S", "-B", str(library / "submission_process.py")]
        environment = {
            name: value for name, value in os.environ.items() if name.startswith(("OPENBLAS_", "LC_", "LANG"))
        }
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment |= {"HOME": home, "TMPDIR": home, "MPLCONFIGDIR": f"{home}/.matplotlib", "MPLBACKEND": "agg"}
        environment |= {"PATH": "/usr/bin:/bin"}
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  `close` closes it
        self._process = subprocess.Popen(
            [*(_bubblewrap(library, Path(self._home.name)) if walls else fence.fenced(self._home.name)), *python],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,  # until it is ready; then it lets go of it
            env=environment,
            cwd=self._home.name,
            start_new_session=True,
            bufsize=0,
        )
        os.set_blocking(self._process.stdin.fileno(), False)
        self._read = bytearray()
        settings = {
            "library": str(library),
            "packages": _packages(),
            "limits": _LIMITS | ({"RLIMIT_AS": megabytes << 20} if megabytes else {}),
            "processes": 64 if walls else 0,
            "guard": not walls,
            "ipython": ipython,
            "home": home,
            "readable": [*_SYSTEM, *_prefixes(), *_packages()],
            "hidden": _hidden(),
        }
        with suppress(EndedError):  # `__enter__` says why
            self.send(settings)

    def __enter__(self) -> "Sandbox":
        try:
            self.receive(time.monotonic() + 60)
        except EndedError as ended:
            self._complaints.seek(0)
            said = self._complaints.read().decode(errors="replace").strip()[-500:]
            self.close()
            raise OSError(f"the process for a submission did not start: {ended}: {said}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and those that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._complaints.close()
        self._home.cleanup()

    def is_alive(self) -> bool:
        """Tell whether the process has not ended by itself."""
        return self._process.poll() is None

    def send(self, message: Any, seconds: float = 10.0) -> None:
        """Write one message.

        Raises
        ------
        EndedError
            If the process has ended, or does not read.
        """
        rest, descriptor = memoryview(json.dumps(message).encode() + b"\n"), self._process.stdin.fileno()
        until = time.monotonic() + seconds
        while rest:
            if not select.select([], [descriptor], [], max(0.0, until - time.monotonic()))[1]:
                raise EndedError("it did not listen any more")
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BrokenPipeError:
                raise EndedError("it ended Python") from None

    def receive(self, until: float) -> Any:
        """Return the next message, as JSON gives it: whatever a submission may have written.

        Raises
        ------
        EndedError
            If none comes before this time of ``time.monotonic``, the process has ended, or what comes is too long or no
            JSON.
        """
        searched = 0
        while (end := self._read.find(b"\n", searched)) < 0:
            searched = len(self._read)
            if searched > LARGEST:
                raise EndedError(f"more than {LARGEST // 1_000_000} MB came back")
            if not select.select([self._process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                raise EndedError("it did not end in time, and could not be stopped")
            if not (piece := os.read(self._process.stdout.fileno(), 1 << 16)):
                raise EndedError("it ended Python")
            self._read += piece
        line = bytes(self._read[:end])
        del self._read[: end + 1]
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            raise EndedError("what came back could not be read") from None


_ahead: dict[tuple[Path, bool, int], Sandbox] = {}


def start_ahead(library: Path, walls: bool, files: Path, megabytes: int) -> None:
    """Start a process for the next submission, which nbgrader takes a while to come to.

    It finds the files that lie beside this one, which mostly are the assignment's own.
    """
    with suppress(OSError):  # then the next one starts its own, or says why not
        _ahead[library, walls, megabytes] = Sandbox(library, walls, files, megabytes, ipython=False)


def sandbox_for(library: Path, walls: bool, files: Path | None, megabytes: int, *, ipython: bool) -> Sandbox:
    """Return the process that was started ahead, if it is as this submission needs it, or a new one.

    It takes what `Sandbox` takes. No process waits while a submission runs in another.
    """
    waiting = _ahead.pop((library, walls, megabytes), None)
    if waiting and not ipython and waiting.digest == digest(files, _own_files(files)) and waiting.is_alive():
        return waiting
    if waiting:
        waiting.close()
    return Sandbox(library, walls, files, megabytes, ipython=ipython)


@atexit.register
def _end_ahead() -> None:
    while _ahead:
        _ahead.popitem()[1].close()


def _own_files(source: Path | None) -> Iterator[Path]:
    """Yield each file that a submission may read."""
    left, room = MOST_FILES, MOST_BYTES
    for folder, _, names in os.walk(source) if source else ():
        for path in (Path(folder, name) for name in sorted(names)):
            if path.suffix == ".ipynb" or path.is_symlink() or not path.is_file():
                continue
            left, room = left - 1, room - path.stat().st_size
            if left < 0 or room < 0:
                return
            yield path


@cache
def bubblewrap_works() -> bool:
    """Tell whether this system has bubblewrap and lets it make a sandbox with Python in it."""
    if shutil.which("bwrap") is None:
        return False
    with scratch("strict") as name:
        command = [*_bubblewrap(Path(name), Path(name)), _python(), "-I", "-S", "-c", "import sys"]
        try:
            return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


def _bubblewrap(library: Path, home: Path) -> list[str]:
    """Return the start of a command that runs the rest in new namespaces, with these folders and the system's alone."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--size", str(_GB // 8), "--tmpfs", "/tmp"]
    places = list(dict.fromkeys([*_SYSTEM, *_prefixes(), *_packages()]))
    hidden = [path for path in _hidden() if path not in places and any(_is_in(path, place) for place in places)]
    for path in sorted([*places, *hidden], key=lambda path: len(Path(path).parts)):  # what holds another comes first
        if path in hidden:
            command += ["--size", "4096", "--tmpfs", path]
        elif path in _SYSTEM and os.path.islink(path):  # an environment may be one, and is bound as it is
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind-try", path, path]
    command += ["--ro-bind", str(library), str(library), "--size", str(_GB // 16), "--tmpfs", _HOME]
    for path in home.rglob("*"):
        if path.is_file():
            command += ["--ro-bind", str(path), f"{_HOME}/{path.relative_to(home)}"]
    # what has no size may not be written to: it would fill the memory
    command += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*command, "--chdir", _HOME, "--"]


def _python() -> str:
    """Return the path of Python, which may have been started as ``../env/bin/python``: there is no ``..`` inside."""
    return os.path.normpath(sys.executable)


def _prefixes() -> tuple[str, ...]:
    """Return Python's own folders."""
    return os.path.normpath(sys.prefix), os.path.normpath(sys.base_prefix)


@cache
def _packages() -> tuple[str, ...]:
    """Return the folders of installed packages."""
    found = (path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"})
    return tuple(map(os.path.normpath, found))


def _hidden() -> list[str]:
    """Return the folders with a gdlab that has exercises, here and among Python's, and what `hide` was told."""
    found = [_with_all_of_it(Path(gdlab.__file__).parent)]
    roots = {Path(path) for path in (*_prefixes(), "/usr", "/usr/local")}
    for root in roots:
        found += [*root.glob("lib*/python*/*-packages/gdlab"), *map(_with_all_of_it, root.glob("src/*/gdlab"))]
    found += [*(Path(folder, "gdlab") for folder in _packages()), *_COURSES]
    there = {os.path.realpath(path) for path in found if path.is_dir()} | {str(path) for path in found if path.is_dir()}
    return sorted(there)


def _with_all_of_it(package: Path) -> Path:
    """Return what holds a package: the whole checkout, with its history, if it is not installed among others."""
    return package if package.parent.name.endswith("-packages") else package.parent


def _is_in(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)
