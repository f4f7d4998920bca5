"""Make of whatever was handed in a notebook that can be graded.

A submission is read as data that anything may be wrong with: only what a cell says, and which cell of the assignment
it claims to be, is taken from it. What a cell of the assignment is (its kind, its points, whether it is a check) comes
from the assignment. So copied, split, deleted, edited and retyped cells all end up as one cell each, and no tag or flag
in a submission has a say.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

LARGEST = 200_000_000
"""The largest file, in bytes, that is read. Outputs count; a notebook's own text is a thousand times smaller."""
_CELLS = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


class UnreadableError(ValueError):
    """Says why a file cannot be read as a notebook."""


@dataclass(frozen=True)
class AssignedCell:
    """A cell of the assignment that nbgrader knows: a stub, a check or a place for a written answer."""

    grade_id: str
    cell_type: str
    source: str
    locked: bool
    grade: bool
    solution: bool
    task: bool = False
    points: float | None = None

    @property
    def written(self) -> bool:
        """Whether it is an answer in words, which a person marks."""
        return self.grade and self.solution

    def cell(self, source: str) -> NotebookNode:
        """Return a cell with this text and nbgrader's metadata, as the assignment has it."""
        flags = {name: getattr(self, name) for name in ("cell_type", "grade_id", "grade", "locked", "solution", "task")}
        points = {} if self.points is None else {"points": self.points}
        return _CELLS[self.cell_type](source, metadata={"nbgrader": {"schema_version": 3, **flags, **points}})


def read_cells(path: Path) -> list[NotebookNode]:
    """Return the cells of a submitted notebook, without outputs; the metadata is at most a `grade_id`.

    Raises
    ------
    UnreadableError
        If the file is not there, or not a notebook.
    """
    if not path.is_file():
        raise UnreadableError(f"no file {path.name} was handed in")
    if path.stat().st_size > LARGEST:
        raise UnreadableError(f"the file has {path.stat().st_size:,} bytes, more than the {LARGEST:,} that are read")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        if not text.strip():
            raise UnreadableError("the file is empty")
        content = json.loads(text)
    except UnicodeDecodeError:
        raise UnreadableError("the file is not text, so it is no notebook") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableError(f"the file is not JSON, so it is no notebook ({str(error)[:80]})") from None
    if isinstance(content, dict) and "worksheets" in content:
        try:
            content = nbformat.reads(text, as_version=4)
        except Exception as error:  # whatever an old notebook can have wrong
            raise UnreadableError(f"the notebook has an old format and cannot be converted ({error!r:.80})") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise UnreadableError("the file holds no list of cells, so it is no notebook")
    return [cell for given in content["cells"] if (cell := _clean(given)) is not None]


def _clean(given: Any) -> NotebookNode | None:
    """Return a submitted cell in good form, or None if it is none."""
    if not isinstance(given, Mapping) or given.get("cell_type") not in _CELLS:
        return None
    source = given.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    source = source.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair could not be written again
    cell = _CELLS[given["cell_type"]](source)
    if grade_id := _claim(given.get("metadata")):
        cell.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    pictures = given.get("attachments")
    if cell.cell_type != "code" and isinstance(pictures, Mapping) and all(map(_is_picture, pictures.values())):
        cell["attachments"] = NotebookNode({str(name): NotebookNode(data) for name, data in pictures.items()})
    return cell


def _claim(metadata: Any) -> str | None:
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


def _is_picture(data: Any) -> bool:
    return isinstance(data, Mapping) and all(isinstance(k, str) and isinstance(v, str) for k, v in data.items())


def repair(cells: Sequence[NotebookNode], assigned: Sequence[AssignedCell]) -> tuple[list[NotebookNode], list[str]]:
    """Return the cells with each cell of the assignment at most once and as assigned, and remarks on what was mended.

    Parameters
    ----------
    cells
        As `read_cells` gives them.
    assigned
        The assignment's cells, in their order.

    Returns
    -------
    cells
        Every check and every place for a written answer is there once, with the assignment's metadata. Of a copied
        stub or check the last is the one; the others stay as ordinary cells. The copies or halves of a written answer
        are joined. A missing check comes after its stub, a missing answer is blank. A stub that is missing stays so,
        for the function may have been moved elsewhere.
    remarks
        A sentence for each thing that was mended and that a person who marks may want to know.
    """
    known = {cell.grade_id: cell for cell in assigned}
    places: dict[str, list[int]] = {grade_id: [] for grade_id in known}
    for place, cell in enumerate(cells):
        grade_id = _claim(cell.metadata)
        cell.metadata.pop("nbgrader", None)
        if grade_id in known:
            places[grade_id].append(place)
    mended: list[NotebookNode | None] = list(cells)
    after: dict[int, list[NotebookNode]] = {}  # what comes after a place; -1 is the top
    remarks = []
    last = len(cells) - 1
    for want in assigned:
        found = places[want.grade_id]
        if not found:
            if want.grade or want.task:
                after.setdefault(last, []).append(want.cell(want.source))
                remarks.append(f"{want.grade_id} was missing and was put back")
            continue
        copies = [cells[place] for place in found]
        last = found[-1]
        if len(found) > 1:
            remarks.append(f"{want.grade_id} was there {len(found)} times")
        if want.written:
            mended[last] = _joined(copies, want)
            for place in found[:-1]:
                mended[place] = None
        elif want.locked or want.task:
            mended[last] = want.cell(want.source)
            if copies[-1].source != want.source:
                remarks.append(f"{want.grade_id} was changed and was put right")
        else:
            mended[last] = want.cell(copies[-1].source)
    result = after.get(-1, [])
    for place, cell in enumerate(mended):
        result += [*([] if cell is None else [cell]), *after.get(place, [])]
    return result, remarks


def _joined(copies: Sequence[NotebookNode], want: AssignedCell) -> NotebookNode:
    """Return the written answer that several cells hold; exactly the assignment's text if all of them are blank."""
    blank = {"", _squeezed(want.source)}
    answers = {_squeezed(cell.source): cell.source for cell in copies if _squeezed(cell.source) not in blank}
    answer = want.cell("\n\n".join(answers.values()) or want.source)
    pictures = {name: data for cell in copies for name, data in cell.get("attachments", {}).items()}
    if pictures:
        answer["attachments"] = NotebookNode(pictures)
    return answer


def _squeezed(text: str) -> str:
    return "".join(text.split())
