"""What follows from the records of all lessons: their tables, and each notebook's last line, the way to its neighbours.

A table stands between two comments, ``<!-- lessons -->`` and ``<!-- /lessons -->``, in notebook 00, the README and the
notes for instructors. `python -m tests.notebooks.refresh` writes them and the last lines; a test compares.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat

from gdlab.lessons import LESSONS, ONE_HOUR
from gdlab.lessons.lesson import Lesson

TOP = Path(__file__).parents[2]
NOTEBOOKS = TOP / "notebooks"
README, INSTRUCTORS = TOP / "README.md", NOTEBOOKS / "INSTRUCTORS.md"
MAP = NOTEBOOKS / f"{next(iter(LESSONS))}.ipynb"
_BETWEEN = re.compile(r"(?<=<!-- lessons -->\n).*?(?=<!-- /lessons -->)", re.DOTALL)


def written(text: str, table: Callable[[], str]) -> str:
    """Return the text with this table between its comments.

    Raises
    ------
    ValueError
        If the comments are not there exactly once.
    """
    text, count = _BETWEEN.subn(lambda _: f"\n{table()}\n", text)
    if count != 1:
        raise ValueError(f"{count} places between <!-- lessons --> and <!-- /lessons -->; wanted one")
    return text


def map_of_lessons() -> str:
    """Return the table of notebook 00, which does not link to itself."""
    rows = []
    for name, lesson in LESSONS.items():
        here = name == MAP.stem
        rows.append([_title(name) if here else _link(name), lesson.question, lesson.minutes, _short(lesson)])
    return _table(["notebook", "the question it answers", "minutes", "one hour"], rows)


def readme_table() -> str:
    rows = [
        [_link(name, "notebooks/"), lesson.question, lesson.minutes, _short(lesson), _code(lesson.explorers)]
        for name, lesson in LESSONS.items()
    ]
    return _table(["notebook", "the question it answers", "minutes", "one hour", "explorers"], rows)


def instructors_table() -> str:
    """Return the table with points, those by checks and those by hand, and their sums."""
    rows = [
        [_link(name), lesson.minutes, sum(e.points for e in lesson.exercises), by_hand(name), lesson.students_know]
        for name, lesson in LESSONS.items()
    ]
    total = ["all", *(sum(column) for column in list(zip(*rows, strict=True))[1:4]), "—"]
    head = ["notebook", "minutes", "points by checks", "points by hand", "students have to know"]
    return _table(head, [*rows, total])


TABLES = {README: readme_table, INSTRUCTORS: instructors_table}
"""The table of each page; that of notebook 00 stands in a cell."""


def by_hand(name: str) -> int:
    """Return the points of a notebook for its written answers, which only the notebook knows."""
    path = NOTEBOOKS / f"{name}.ipynb"
    if not path.exists():
        raise SystemExit(f"no tables written: gdlab/lessons/__init__.py names {name}, and there is no {path.name}")
    cells = nbformat.read(path, as_version=4).cells
    graded = [cell.metadata["nbgrader"] for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return sum(one["points"] for one in graded if one["solution"])


def map_in(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Write the table into the cell of notebook 00 that has a place for it, and return the notebook."""
    (cell,) = (cell for cell in notebook.cells if "<!-- lessons -->" in cell.source)
    cell.source = written(cell.source, map_of_lessons)
    return notebook


def way(name: str) -> str:
    """Return the last line of a notebook: where it goes on, and back."""
    names = list(LESSONS)
    place = names.index(name)
    steps = [("Next", place + 1, place + 1 < len(names)), ("Before", place - 1, place > 0), ("Map", 0, place > 1)]
    return " · ".join(f"**{word}:** {_link(names[other])}" for word, other, there in steps if there)


def written_into(name: str, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Write what follows from the records into the notebook of a lesson, and return it."""
    if name == MAP.stem:
        map_in(notebook)
    last = notebook.cells[-1]
    if last.cell_type == "markdown":
        others = re.sub(r"^\*\*(Next|Before):\*\* .*\Z", "", last.source.rstrip(), flags=re.MULTILINE)
        last.source = f"{others.rstrip()}\n\n{way(name)}"
    return notebook


def write() -> None:
    """Write the tables, and the last lines of the notebooks, anew."""
    pages = {page: written(page.read_text(encoding="utf-8"), table) for page, table in TABLES.items()}
    for path in (NOTEBOOKS / f"{name}.ipynb" for name in LESSONS):
        if path.exists():
            notebook = nbformat.read(path, as_version=4)
            before = nbformat.writes(notebook, version=4)
            after = nbformat.writes(written_into(path.stem, notebook), version=4)
            if after != before:
                path.write_text(after + "\n", encoding="utf-8")
    for page, text in pages.items():
        page.write_text(text, encoding="utf-8")


def _title(name: str) -> str:
    return name.replace("_", " ")


def _link(name: str, folder: str = "") -> str:
    return f"[{_title(name)}]({folder}{name}.ipynb)"


def _short(lesson: Lesson) -> str:
    return "●" if lesson.name in ONE_HOUR else ""


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)
