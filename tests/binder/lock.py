"""The complete lock of what Binder installs, `binder/requirements.txt`.

What Binder's image has already is taken in the version that it has: this is quick to install, weighs little, and leaves
no package of the image with another one that it does not go with. All else is the newest.
"""

from pathlib import Path

from tests.binder.plan import Plan
from tests.binder.workshop import TOP, Environment, run

COMMAND = "python -m tests.binder lock"
FILE = Path("binder", "requirements.txt")
BASE = "repo2docker"
"""How the lock calls the image's packages where it says what a version is due to."""


def locked(repository: Path, plan: Plan, place: Path, *, upgrade: bool) -> str:
    """Return the lock for a repository, made in it; without `upgrade` versions stay that are still good."""
    tools = Environment(place, plan.python)
    tools.install("pip-tools")
    (repository / BASE).write_text("\n".join(plan.base) + "\n")
    options = ["--quiet", "--extra=lab", "--strip-extras", f"--constraint={BASE}", f"--output-file={FILE}"]
    options += ["--no-emit-find-links", "--no-emit-index-url", "--no-emit-trusted-host"]
    options += ["--upgrade"] if upgrade else []
    variables = tools.variables | {"CUSTOM_COMPILE_COMMAND": COMMAND}
    run([tools.python, "-m", "piptools", "compile", *options, "pyproject.toml"], repository, variables)
    return (repository / FILE).read_text()


def write(repository: Path, plan: Plan, place: Path) -> None:
    """Make the lock anew in a clone, and put it into this checkout."""
    (TOP / FILE).write_text(locked(repository, plan, place, upgrade=True))
