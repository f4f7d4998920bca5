"""Put a site together: JupyterLite's pages around the notebooks, with gdlab's wheels and its own first page."""

import importlib.util
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.resources import files
from pathlib import Path

from gdlab.notebooks import chosen_notebooks, without_dead_links
from gdlab.site import page
from gdlab.site.distribution import PACKAGES, copy_distribution
from gdlab.site.wheels import write_wheels

MARK = "gdlab-site.json"
"""A file of every site, which lists all the others: what else is in the folder, gdlab has not made."""
_EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
"""The extensions of JupyterLab that are in the site: what else is installed here has no use there."""
_KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
_FROM_KERNEL = "../../../.."
"""The way from the kernel's code, from where it asks for wheels, to the top of the site."""


def make_site(folder: Path, names: list[str] | None = None, pyodide: str | None = None) -> list[str]:
    """Write a site into a folder; return the names of its notebooks.

    Parameters
    ----------
    folder
        Is made, with the folders above it. A site that was made there before is replaced; anything else is left alone.
    names
        Which notebooks: names as in `gdlab.notebooks.chosen_notebooks`, or the one folder of a course that
        ``gdlab course`` made, whose released notebooks are taken. Without names, all lessons.
    pyodide
        Where to take Python for the browser from, as in `gdlab.site.distribution.copy_distribution`. By default it is
        not in the site: the reader's browser loads it from where Pyodide publishes it.

    Raises
    ------
    ValueError
        If there is no notebook of a name, or the Pyodide distribution is of no use.
    FileExistsError
        If the folder holds something that was not made here.
    FileNotFoundError
        If a course has released no notebook, or there is no Pyodide distribution.
    ModuleNotFoundError
        If JupyterLite is not installed.
    RuntimeError
        If JupyterLite fails.
    """
    notebooks = released_notebooks(names)
    names = [notebook.stem for notebook in notebooks]
    _refuse_strangers(folder)
    for module in ("jupyterlite_core", "jupyterlite_pyodide_kernel", "jupyter_server"):
        if importlib.util.find_spec(module) is None:
            raise ModuleNotFoundError(f"a site needs {module}, which is not installed: pip install 'gdlab[site]'")
    with tempfile.TemporaryDirectory() as place:
        source, built = Path(place, "source"), Path(place, "site")
        (source / "notebooks").mkdir(parents=True)
        for notebook in notebooks:
            content = without_dead_links(notebook.read_bytes(), names)
            (source / "notebooks" / notebook.name).write_bytes(content)
        if pyodide is not None:
            copy_distribution(pyodide, source / "static" / "pyodide")
        wheels = write_wheels(Path(place, "wheels"))
        _configure(source, built, wheels)
        _build(source)
        shutil.copytree(str(files("jupyter_server") / "static" / "favicons"), built / "static" / "favicons")
        shutil.copytree(Path(place, "wheels"), built / "wheels")
        page.write(built, names)
        (built / ".nojekyll").touch()  # GitHub Pages then serves the files as they are
        made = sorted(path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file())
        (built / MARK).write_text(json.dumps([*made, MARK], indent=1), encoding="utf-8")
        for old in folder.iterdir() if folder.exists() else ():  # and not the folder, which one may stand in
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        shutil.copytree(built, folder, dirs_exist_ok=True)
    return names


def released_notebooks(names: list[str] | None) -> list[Path]:
    """Return the paths of the lessons of these names, or of what a course has released, in their order."""
    if names is None or len(names) != 1 or not Path(names[0]).is_dir():
        return chosen_notebooks(names)
    course = Path(names[0])
    released = sorted((course / "release").glob("*/*.ipynb"))
    if not released:
        raise FileNotFoundError(
            f"{course} has no released notebooks; wanted a course with some: nbgrader generate_assignment --all"
        )
    return released


def _refuse_strangers(folder: Path) -> None:
    """Raise if there is anything in the folder that is not of a site made here."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; wanted a folder that does not exist yet, is empty, or holds a site")
    mark = folder / MARK
    made = set(json.loads(mark.read_text(encoding="utf-8"))) if mark.is_file() else set()
    there = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir())
    stranger = next((name for name in there if name not in made), None)
    if stranger is not None:
        raise FileExistsError(
            f"{folder} holds {stranger}, which gdlab site has not made; wanted a folder that is new, is empty "
            "or holds nothing but a site"
        )


def _configure(source: Path, built: Path, wheels: list[str]) -> None:
    """Write what JupyterLite is told: what to build, and what the pages do when they are opened."""
    here = Path(sysconfig.get_path("data"), "share", "jupyter", "labextensions")
    own = files("gdlab.site") / "page_code"
    build = {
        "apps": ["lab", "notebooks", "tree"],
        "contents": ["notebooks"],
        "federated_extensions": [*(str(here / name) for name in _EXTENSIONS if (here / name).is_dir()), str(own)],
        "ignore_sys_prefix": True,
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "output_dir": str(built),
    }
    packages = [*PACKAGES, *(f"{_FROM_KERNEL}/wheels/{wheel}" for wheel in wheels)]
    pages = {
        "appName": "gdlab",
        "litePluginSettings": {_KERNEL: {"loadPyodideOptions": {"packages": packages}}},
    }
    _write_json(source / "jupyter_lite_config.json", {"LiteBuildConfig": build})
    _write_json(source / "jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": pages})


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _build(source: Path) -> None:
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"JupyterLite failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
