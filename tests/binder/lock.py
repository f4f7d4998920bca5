"""The complete lock of what Binder installs, `binder/requirements.txt`.

What Binder's image has already is taken in the version that it has: this is quick to install, weighs little, and leaves
no package of the image with another one that it does not go with. Where gdlab excludes that version, and of all
else, it is the newest that goes with the rest.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from tests.binder.plan import Plan
from tests.binder.workshop import TOP, Environment, run

COMMAND = "python -m tests.binder lock"
FILE = Path("binder", "requirements.txt")
BASE = "repo2docker"
"""How the lock calls the image's packages where it says what a version is due to."""


def needs(repository: Path) -> list[Requirement]:
    """Return what learners need, from `pyproject.toml`."""
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["lab"]]


def kept(base: Iterable[str], needs: Iterable[Requirement]) -> list[str]:
    """Return those of the image's packages, as ``ipykernel==7.0.1``, that nothing which is needed excludes."""
    wanted = {need.name: need.specifier for need in needs}
    pairs = (line.split("==") for line in base)
    return [f"{name}=={version}" for name, version in pairs if name not in wanted or version in wanted[name]]


def locked(repository: Path, plan: Plan, place: Path, *, upgrade: bool) -> str:
    """Return the lock for a repository, made in it; without `upgrade` versions stay that are still good."""
    tools = Environment(place, plan.python)
    tools.install("pip-tools")
    (repository / BASE).write_text("\n".join(kept(plan.base, needs(repository))) + "\n")
    options = ["--quiet", "--extra=lab", "--strip-extras", f"--constraint={BASE}", f"--output-file={FILE}"]
    options += ["--no-emit-find-links", "--no-emit-index-url", "--no-emit-trusted-host"]
    options += ["--upgrade"] if upgrade else []
    variables = tools.variables | {"CUSTOM_COMPILE_COMMAND": COMMAND}
    run([tools.python, "-m", "piptools", "compile", *options, "pyproject.toml"], repository, variables)
    return (repository / FILE).read_text()


def write(repository: Path, plan: Plan, place: Path) -> None:
    """Make the lock anew in a clone, and put it into this checkout."""
    (TOP / FILE).write_text(locked(repository, plan, place, upgrade=True))
