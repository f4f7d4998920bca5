"""Write an nbgrader course: notebooks, maybe with variants, glossary, configuration, roster, and what to do when."""

import json
from importlib.resources import files
from pathlib import Path
from string import Template

from gdlab.course import variants
from gdlab.notebooks import GLOSSARY, chosen_notebooks, glossary, without_dead_links

_WRITTEN = {"nbgrader_config.txt": "nbgrader_config.py", "roster.csv": "roster.csv", "README.md": "README.md"}
"""The files of a course beside the notebooks, by the name of their template."""


def make_course(
    folder: Path, names: list[str] | None = None, *, strict: bool = False, seed: int | None = None
) -> list[str]:
    """Write a course into a folder; return the names of its assignments, one for each notebook.

    Parameters
    ----------
    folder
        Is made, with the folders above it. If it exists, it must be empty: nothing is overwritten.
    names
        Which notebooks, as in `gdlab.notebooks.chosen_notebooks`.
    strict
        Whether submissions are to be graded outside the student's kernel, as `gdlab.course.strict` says.
    seed
        From 0 on: puts variants in place of the published exercises, where there are some. By default there are none.

    Raises
    ------
    ValueError
        If there is no notebook of a name, the folder's name cannot be that of a course, or the seed is negative.
    FileExistsError
        If the folder is not empty.
    """
    notebooks = chosen_notebooks(names)
    if seed is not None and not 0 <= seed < 10**18:
        raise ValueError(f"a seed cannot be {seed}; wanted a whole number from 0 on, of at most 18 digits")
    files_of = {path: path.read_bytes() if seed is None else variants.varied(path, seed) for path in notebooks}
    course = folder.resolve().name
    if not course or course != course.strip() or "+" in course:
        raise ValueError(f"a course cannot be called {course!r}; wanted a folder's name without '+' and outer spaces")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            f"{folder} is there already and not empty; wanted a new folder, for nothing is overwritten"
        )
    names = [path.stem for path in notebooks]
    words = {
        "course": course,
        "quoted_course": json.dumps(course),
        "first": notebooks[0].stem,
        "assignments": "\n".join(f"- `{path.stem}`: {_points(path)}" for path in notebooks),
        "all": " ".join(names),
        "variants": "" if seed is None else f"\n{variants.listed(notebooks, seed)}\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path in notebooks:
        place = folder / "source" / path.stem
        place.mkdir(parents=True)
        (place / path.name).write_bytes(without_dead_links(files_of[path], names))
        (place / GLOSSARY).write_bytes(glossary(names))
    for template, name in _WRITTEN.items():
        text = (files("gdlab.course") / "templates" / template).read_text(encoding="utf-8")
        (folder / name).write_text(Template(text).substitute(words), encoding="utf-8")
    if seed is not None:
        (folder / "solutions.md").write_bytes(variants.solutions(notebooks, seed).encode())
    if strict:
        with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write((files("gdlab.course") / "templates" / "strict.txt").read_text(encoding="utf-8"))
    return names


def _points(path: Path) -> str:
    """Say what a notebook's points are given for."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    graded = [c["metadata"]["nbgrader"] for c in cells if c["metadata"].get("nbgrader", {}).get("grade")]
    checked = sum(cell["points"] for cell in graded if not cell["solution"])
    by_hand = sum(cell["points"] for cell in graded if cell["solution"])
    return f"{checked} points by its checks" + (f", {by_hand} by hand" if by_hand else "")
