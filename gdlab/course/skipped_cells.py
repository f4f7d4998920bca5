"""Which cells of a submission need not be run, since the assignment has stored what they show.

Two kinds do not: a cell that does no more than show an explorer or a prediction, and the cells after the last check, as
far as they are the assignment's and use nothing that the student wrote. No mark hangs on them, and they take longest:
they train networks, for the text below the exercises.
"""

import ast
import copy
import importlib.util
import re
import symtable
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade

OTHER_NOTEBOOKS = "When work is graded, no other notebooks lie beside it, only files of other kinds."


def asks_for_notebook(error: str) -> bool:
    """Tell whether an error says that a notebook is not there, as after ``%run other.ipynb``."""
    return ".ipynb" in error and ("not found" in error or "No such file" in error)


def asks_for_module(cell: NotebookNode) -> str:
    """Return the name of a module that a cell, or the check in it, asked for and that is not installed here."""
    for output in cell.get("outputs", []):
        told = [f"{output.get('ename')}: {output.get('evalue')}", output.get("text")]
        told.append(output.get("data", {}).get("text/html"))
        asked = r"ModuleNotFoundError: No module named (?:'|&#x27;)(\w+)"
        for name in re.findall(asked, "\n".join(map(str, told))):
            if importlib.util.find_spec(name) is None:
                return name
    return ""


def cells_of(source: Path) -> list[NotebookNode]:
    """Return the cells of the assignment's notebook; none if it is gone."""
    try:
        return nbformat.read(source, as_version=4).cells
    except (OSError, ValueError):
        return []  # then all cells are run


def with_stored_outputs(cells: Sequence[NotebookNode], assigned: Sequence[NotebookNode]) -> None:
    """Give the cells that say what the assignment's do its stored outputs, and take note that they are its own."""
    stored = {cell.source: cell.outputs for cell in assigned if cell.cell_type == "code"}
    for cell in cells:
        if cell.cell_type == "code" and cell.source in stored:
            cell.outputs = copy.deepcopy(stored[cell.source])
            cell.metadata["gdlab"] = NotebookNode(shown=True)


def leave_to_run(cells: Sequence[NotebookNode]) -> None:
    """Take the stored outputs and the note from all cells that have to be run."""
    codes = [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]
    shows = [is_shown(cell) and bool(cell.outputs) and _only_shows(cell) for cell in codes]
    run = [cell for cell, one in zip(codes, shows, strict=True) if not one]
    own = _of_own(run)
    last = max((place for place, cell in enumerate(run) if own[place] or is_grade(cell)), default=-1)
    for cell in run[: last + 1]:
        cell.outputs = []
        cell.metadata.pop("gdlab", None)


def is_shown(cell: NotebookNode) -> bool:
    """Tell whether a cell has the assignment's outputs, and need not be run."""
    return "gdlab" in cell.metadata


def called(cells: Sequence[NotebookNode], place: int) -> str:
    """Return what a cell is called: by its number among the code cells, which remarks at the top do not shift."""
    return f"code cell {sum(cell.cell_type == 'code' for cell in cells[: place + 1])}"


def why_missing(name: str, cells: Sequence[NotebookNode], place: int) -> tuple[str, str]:
    """Say to the student why there is nothing of this name at a check, and what a person should know, if anything."""
    for number, cell in enumerate(cells):
        if cell.cell_type != "code" or not re.search(rf"^\s*(?:def\s+)?{name}\s*[=(:]", cell.source, re.MULTILINE):
            continue
        if number > place:
            return f"`{name}` is defined only below this check; move its cell above", f"{name} is defined only below it"
        errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        if number < place and errors:
            why = f"there is no `{name}`, because the cell that should define it stopped with"
            return f"{why} {_stopped(errors[0])}", ""
    why = f"there is no `{name}` where this check runs"
    if name == "gdlab":
        return why, "gdlab is not there any more"
    for number in range(place - 1, -1, -1):  # a stub's cell, say, that stopped before it came to defining anything
        errors = [output for output in cells[number].get("outputs", []) if output.output_type == "error"]
        if errors and not is_grade(cells[number]):
            return f"{why}; {called(cells, number)} stopped with {_stopped(errors[0])}", ""
    return why, ""


def _stopped(error: NotebookNode) -> str:
    """Return what a cell stopped with, without IPython's number of the cell, which says nothing."""
    said = f"{error.get('ename', 'an error')}: {str(error.get('evalue', ''))[:200]}"
    return re.sub(r"\(\d+\.py, line ", "(line ", said)


def _only_shows(cell: NotebookNode) -> bool:
    """Tell whether all that a cell does is to show an explorer or a prediction: what is run after it cannot tell."""
    return re.fullmatch(r"gdlab\.(?:[A-Z]\w*|predict)\([^()]*\)", cell.source.strip()) is not None


def _of_own(cells: Sequence[NotebookNode]) -> list[bool]:
    """Tell of each cell whether it is the student's, or uses a name that comes from such a cell, if by detours."""
    found: list[bool] = []
    own: set[str] = set()
    imports: set[str] = set()
    clear = True
    for cell in cells:
        try:
            bound, used, imported = _names(cell.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            clear = clear and is_shown(cell)  # a magic, or no code that can be read: it may define anything
            bound, used, imported = set(), set(), {}
        found.append(not clear or not is_shown(cell) or bool(used & own))
        if found[-1]:
            own |= bound - {name for name, what in imported.items() if what in imports}
        else:
            imports |= set(imported.values())
    return found


def _names(source: str) -> tuple[set[str], set[str], dict[str, str]]:
    """Return the names that a cell binds, those that it uses, and what it imports under which name."""
    bound, used = set(), set()
    tables = [top := symtable.symtable(source, "cell", "exec")]
    for table in tables:
        tables += table.get_children()
        for symbol in table.get_symbols():
            if table is top or symbol.is_global():
                if symbol.is_assigned() or symbol.is_imported():
                    bound.add(symbol.get_name())
                if symbol.is_referenced():
                    used.add(symbol.get_name())
    imported = {
        alias.asname or alias.name.partition(".")[0]: ast.unparse(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return bound, used, imported
