"""repo2docker's plan for a repository: which Python, which base, and what it runs with the repository's files.

The plan is the Dockerfile that `jupyter-repo2docker --no-build --debug .` prints; it needs no Docker. Where it does not
see `binder/`, its steps are missing, and so is the rehearsal.
"""

import re
from dataclasses import dataclass
from pathlib import Path

REPO2DOCKER = "jupyter-repo2docker==2026.4.0"
CALLED = {
    "brotli-python": "brotli",
    "jupyterhub-base": "jupyterhub",
    "jupyterhub-singleuser": "jupyterhub",
    "nbconvert-core": "nbconvert",
    "python-fastjsonschema": "fastjsonschema",
}
"""What PyPI calls a package of conda-forge, where the names differ."""
NO_PACKAGES = {"python", "nodejs", "pip"}


@dataclass(frozen=True)
class Plan:
    """What repo2docker would do.

    Attributes
    ----------
    python
        The version it takes, as ``3.12``.
    install, post_build
        Commands run as the user, before and after the whole repository is copied to the image.
    base
        The frozen environment of the image before that, as pip has it: ``jupyterlab==4.4.9``.
    asked
        Which of these were asked for; the rest came with them.
    """

    python: str
    install: list[str]
    post_build: list[str]
    base: list[str]
    asked: list[str]


def read(text: str, environments: Path) -> Plan:
    """Read a plan.

    Parameters
    ----------
    text
        What repo2docker printed.
    environments
        Its folder with the frozen environments, one of which the plan copies.

    Raises
    ------
    ValueError
        If there is no Python, no environment, or no step that uses `binder/requirements.txt` or `binder/postBuild`.
    """
    python = re.search(r"Building conda environment for python=(\d+\.\d+)", text)
    if not python:
        raise ValueError(f"the plan names no Python; repo2docker said:\n{text[-2000:]}")
    install, post_build, user, copied = [], [], "root", False
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word == "USER":
            user = rest
        elif word == "COPY":
            copied = copied or rest.split()[-2:] == ["src/", "${REPO_DIR}/"]
        elif word == "RUN" and user == "${NB_USER}":
            (post_build if copied else install).append(rest)
    for steps, file in ((install, "binder/requirements.txt"), (post_build, "binder/postBuild")):
        if not any(file in step for step in steps):
            raise ValueError(f"repo2docker's plan does not use {file}; its steps are {install + post_build}")
    frozen = [path for path in environments.glob("*.lock") if escaped(path.name) in text]
    if len(frozen) != 1:
        raise ValueError(f"the plan copies {len(frozen)} of the environments in {environments}; wanted one")
    asked = Path(re.sub(r"-(linux|osx|win)-\w+\.lock$", ".yml", str(frozen[0])))
    return Plan(python[1], install, post_build, frozen_packages(frozen[0].read_text()), names(asked.read_text()))


def escaped(name: str) -> str:
    """Return a file's name as repo2docker writes it into its plan."""
    return "".join(sign if sign.isalnum() else f"-{ord(sign):02x}" for sign in name)


def frozen_packages(lock: str) -> list[str]:
    """Return the Python packages of conda's lock file, by the names that they have on PyPI."""
    found = re.findall(r"/([^/]+)-([^-/]+)-(py[^-/]*)\.(?:conda|tar\.bz2)(?:#|$)", lock, re.MULTILINE)
    return sorted(f"{CALLED.get(name, name)}=={version}" for name, version, _ in found if not name.startswith("_"))


def names(environment: str) -> list[str]:
    """Return what conda's environment file asks for, by the names on PyPI."""
    found = re.findall(r"^\s*- ([\w-]+)(?=[=<>\s]|$)", environment.partition("dependencies:")[2], re.MULTILINE)
    return [CALLED.get(name, name) for name in found if name not in NO_PACKAGES]
