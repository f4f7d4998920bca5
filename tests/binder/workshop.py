"""Environments of the rehearsal's own: which Python they have, what is installed there, and what they weigh."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.binder import plan

TOP = Path(__file__).parents[2]


def run(
    command: Sequence[str | Path] | str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command, a line for the shell if it is a string, and return all that it printed.

    Raises
    ------
    RuntimeError
        If it fails; with the end of what it printed.
    """
    shell = isinstance(command, str)
    done = subprocess.run(
        ["bash", "-c", command] if shell else [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        said = command if shell else " ".join(map(str, command))
        raise RuntimeError(f"`{said}` failed with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def timed(*arguments, **named) -> tuple[float, str]:
    """Run a command; return the seconds it took and what it printed."""
    start = time.monotonic()
    said = run(*arguments, **named)
    return time.monotonic() - start, said


def clean_environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what would lead a Python or a Jupyter elsewhere."""
    stray = ("PYTHON", "JUPYTER", "MPL", "IPYTHON", "VIRTUAL_ENV", "CONDA", "XDG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(stray)} | more


def python_of(version: str) -> Path:
    """Return a Python of this version, as ``3.12``, that this machine has; if there is none, the one that runs this."""
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    if shutil.which("uv"):
        candidates += subprocess.run(
            ["uv", "python", "find", version], capture_output=True, text=True, check=False
        ).stdout.split()
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in filter(None, candidates):
        done = subprocess.run([candidate, "-c", ask], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return Path(candidate)
    return Path(sys.executable)


@dataclass
class Environment:
    """A virtual environment in a folder of its own."""

    place: Path
    version: str
    variables: dict[str, str] = field(default_factory=clean_environment)

    def __post_init__(self) -> None:
        run([python_of(self.version), "-m", "venv", self.place], environment=self.variables)
        self.variables["PATH"] = f"{self.place / 'bin'}:{os.environ['PATH']}"

    @property
    def python(self) -> Path:
        return self.place / "bin" / "python"

    def install(self, *what: str | Path) -> float:
        """Install packages, without a cache as Binder does; return the seconds it took."""
        command = [self.python, "-m", "pip", "install", "--quiet", "--no-cache-dir", *what]
        return timed(command, environment=self.variables)[0]

    def megabytes(self) -> float:
        return megabytes(self.place)

    def count(self) -> int:
        """Return how many packages there are, besides pip itself."""
        said = run([self.python, "-m", "pip", "list", "--format=freeze", "--exclude=pip"], environment=self.variables)
        return len([line for line in said.splitlines() if "==" in line])


def megabytes(folder: Path) -> float:
    """Return what a folder takes on the disk."""
    files = [path.lstat() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]
    return sum(file.st_blocks * 512 for file in files) / 1e6


def clone(place: Path) -> Path:
    """Return a fresh clone of this checkout's HEAD; what is not committed is not in it."""
    run(["git", "clone", "--quiet", "--no-hardlinks", TOP, place])
    return place


def plan_for(repository: Path, place: Path) -> plan.Plan:
    """Ask repo2docker, installed in `place`, what it would do with a repository."""
    variables = clean_environment()
    run([sys.executable, "-m", "venv", place], environment=variables)
    run([place / "bin" / "python", "-m", "pip", "install", "--quiet", plan.REPO2DOCKER], environment=variables)
    said = run(
        [place / "bin" / "jupyter-repo2docker", "--no-build", "--debug", "."], folder=repository, environment=variables
    )
    (environments,) = place.glob("lib/python*/site-packages/repo2docker/buildpacks/conda")
    return plan.read(said, environments)
