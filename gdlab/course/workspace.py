"""Where a submission runs: a folder of its own with the files that were handed in, and a home that is nobody's.

What a cell writes there goes with it, and what IPython, Jupyter and matplotlib would read in the instructor's home is
not there, so that no submission finds what another left.
"""

import os
import shutil
import site
from functools import cache
from pathlib import Path

from gdlab.course.handed_in import copy_file, look
from gdlab.course.scratch import scratch

_STARTUP = '''\
def _prepare():
    import os, sys

    os.environ.pop("PYTHONSAFEPATH", None)
    shell = get_ipython()
    try:
        import gdlab.lessons.catalogue  # before anything beside the notebook can take the place of what it needs
        import gdlab.exercises.attempt
    except Exception:
        pass
    if "" not in sys.path:  # the folder of the notebook comes before installed packages and after Python's own
        packages = [place for place, path in enumerate(sys.path) if path.endswith("-packages")]
        sys.path.insert(min(packages, default=len(sys.path)), "")
    choose = shell.find_line_magic("matplotlib")

    def matplotlib(line):
        """Choose how pictures are shown; if there is no such way here, as by default."""
        try:
            return choose(line)
        except Exception:
            return choose("inline")

    shell.register_magic_function(matplotlib, "line", "matplotlib")


_prepare()
del _prepare
'''
"""What a kernel does first. It has a home without settings, so that nothing else does."""


class Workspace:
    """Folders for one kernel; `close` lets them go.

    Parameters
    ----------
    files
        A folder whose files, but for notebooks, are there to read and to change.
    """

    def __init__(self, files: Path) -> None:
        self._folder = scratch("kernel")
        self.root = Path(self._folder.name).resolve()
        self.home, self.work = self.root / "home", self.root / "work"
        startup = self.home / ".ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "00-gdlab.py").write_text(_STARTUP, encoding="utf-8")
        self.work.mkdir()
        for path in _beside(files):
            copy_file(path, self.work / path.relative_to(files))
        if fonts := font_list():
            copy_file(fonts, self.home / ".matplotlib" / fonts.name)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that runs here."""
        here = {
            "HOME": self.home,
            "TMPDIR": self.root,
            "IPYTHONDIR": self.home / ".ipython",
            "MPLCONFIGDIR": self.home / ".matplotlib",
            "XDG_CACHE_HOME": self.home / ".cache",
            "XDG_CONFIG_HOME": self.home / ".config",
        }
        if site.ENABLE_USER_SITE:
            here["PYTHONUSERBASE"] = site.getuserbase()
        # a file `types.py` beside the notebook would be taken for Python's own while the kernel starts
        return os.environ | {name: str(path) for name, path in here.items()} | {"PYTHONSAFEPATH": "1"}

    def close(self) -> None:
        """Let the folders go."""
        self._folder.cleanup()
        shutil.rmtree(self.root, ignore_errors=True)


def _beside(files: Path) -> list[Path]:
    return [path for path in look(files).files if path.suffix != ".ipynb"]


@cache
def font_list() -> Path | None:
    """Return matplotlib's list of fonts, which takes seconds to make."""
    import matplotlib.font_manager  # makes the list if there is none yet

    return next(iter(Path(matplotlib.get_cachedir()).glob("fontlist-*.json")), None)
