"""Temporary folders, and what is left of those whose process was killed before it could remove them.

Each is locked as long as its process lives: whoever can lock a folder knows that nobody uses it any more.
"""

import os
import re
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows nothing is known of the folders of others, and so they stay
    fcntl = None

_KINDS = ("collected", "submissions", "kernel", "strict", "strict-home")
_NAME = re.compile(rf"gdlab-(?:{'|'.join(_KINDS)})-\w{{8}}")


class Scratch(tempfile.TemporaryDirectory):
    """A temporary folder that is locked; `scratch` makes one."""

    def lock(self) -> bool:
        """Lock it; return whether it is still there, and was not taken for one that is left."""
        try:
            held = _lock(self.name)
        except OSError:
            return False
        if held is not None:
            self._unlock = weakref.finalize(self, os.close, held)
        return os.path.isdir(self.name)

    def cleanup(self) -> None:
        """Remove the folder and all that is in it."""
        super().cleanup()
        if hasattr(self, "_unlock"):
            self._unlock()


def scratch(kind: str) -> Scratch:
    """Make a folder ``gdlab-KIND-…``. It goes with `cleanup`, or when nobody has it any more.

    Raises
    ------
    ValueError
        If `remove_left` does not know this kind.
    """
    if kind not in _KINDS:
        raise ValueError(f"wanted a kind of folder out of {', '.join(_KINDS)}, not {kind}")
    while True:
        folder = Scratch(prefix=f"gdlab-{kind}-", ignore_cleanup_errors=True)
        if folder.lock():
            return folder
        folder.cleanup()


def remove_left() -> None:
    """Remove one's own folders that were left by processes which are no more."""
    for folder in Path(tempfile.gettempdir()).glob("gdlab-*"):
        if not _NAME.fullmatch(folder.name):
            continue
        with suppress(OSError):  # it is in use, or a link, or cannot be opened
            held = _lock(str(folder))
            if held is None:
                continue
            if os.fstat(held).st_uid == os.getuid():
                shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _lock(folder: str) -> int | None:
    """Lock a folder until what is returned is closed; return None where no locks are kept.

    Raises
    ------
    OSError
        If another process has locked it, or it is no folder.
    """
    if fcntl is None:
        return None
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(held)
        if isinstance(problem, BlockingIOError):
            raise
        return None  # some file systems have none
    return held
