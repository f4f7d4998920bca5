"""Make of whatever was handed in a notebook that can be graded.

A submission is read as data that anything may be wrong with: only what a cell says, and which cell of the assignment
it claims to be, is taken from it. What a cell of the assignment is (its kind, its points, whether it is a check) comes
from the assignment. So copied, split, deleted, edited and retyped cells all end up as one cell each, and no tag or flag
in a submission has a say.
"""

import ast
import builtins
import codecs
import json
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from gdlab.course.quoting import printable, quoted
from gdlab.notebooks import as_anywhere

REMARKS = "Remarks of the grading"
"""How the cell is called that says what was mended."""
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
    if path.is_symlink():
        raise UnreadableError(f"{quoted(path.name)} is a link, and links are not followed")
    if not path.is_file():
        raise UnreadableError(f"no file {quoted(path.name)} was handed in")
    if path.stat().st_size > LARGEST:
        raise UnreadableError(f"the file has {path.stat().st_size:,} bytes, more than the {LARGEST:,} that are read")
    try:
        with path.open("rb") as file:
            text = decoded(file.read(LARGEST + 1))
        if not text.strip():
            raise UnreadableError("the file is empty")
        content = json.loads(text)
    except UnreadableError:
        raise
    except OSError as problem:
        raise UnreadableError(f"the file cannot be read ({problem.strerror or problem})") from None
    except UnicodeDecodeError:
        raise UnreadableError("the file is not text, so it is no notebook") from None
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise UnreadableError(f"the file is not JSON, so it is no notebook ({str(error)[:80]})") from None
    if isinstance(content, dict) and "worksheets" in content:
        try:
            content = nbformat.reads(text, as_version=4)
        except Exception as error:  # whatever an old notebook can have wrong
            raise UnreadableError(
                f"the notebook has an old format and cannot be converted ({quoted(repr(error))})"
            ) from None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise UnreadableError("the file holds no list of cells, so it is no notebook")
    return [cell for given in content["cells"] if (cell := _clean(given)) is not None]


def decoded(content: bytes) -> str:
    """Return the text of a file; some editors write UTF-16, or a mark before UTF-8."""
    return content.decode("utf-16" if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig")


def _clean(given: Any) -> NotebookNode | None:
    """Return a submitted cell in good form, or None if it is none."""
    kind = given.get("cell_type") if isinstance(given, Mapping) else None
    if not isinstance(kind, str) or kind not in _CELLS:
        return None
    source = given.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    source = printable(source)  # half a surrogate pair could not be written again
    cell = _CELLS[kind](source)
    if grade_id := _claim(given.get("metadata")):
        cell.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    pictures = given.get("attachments")
    if cell.cell_type != "code" and isinstance(pictures, Mapping) and all(map(_is_picture, pictures.values())):
        cell["attachments"] = NotebookNode(
            {
                printable(name): NotebookNode({printable(kind): printable(content) for kind, content in data.items()})
                for name, data in pictures.items()
            }
        )
    return cell


def _claim(metadata: Any) -> str | None:
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


def _is_picture(data: Any) -> bool:
    return isinstance(data, Mapping) and all(isinstance(k, str) and isinstance(v, str) for k, v in data.items())


def repair(
    cells: Sequence[NotebookNode],
    assigned: Sequence[AssignedCell],
    texts: Iterable[str] = (),
    files: Sequence[str] = (),
) -> tuple[list[NotebookNode], list[str]]:
    """Return the cells with each cell of the assignment at most once and as assigned, and remarks on what was mended.

    Parameters
    ----------
    cells
        As `read_cells` gives them.
    assigned
        The assignment's cells that nbgrader knows, in their order.
    texts
        What all of the assignment's cells say, so that a student's own words can be told from them.
    files
        The files beside the notebook that may hold an answer, as remarks call them.

    Returns
    -------
    cells
        Every check and every place for a written answer is there once, with the assignment's metadata. Of a copied
        stub or check the last is the one; the others stay as ordinary cells. The copies or halves of a written answer
        are joined; in a blank one comes what the student wrote near its place instead, or which files may hold it, so
        that a person sees it. A missing check comes after its stub. A stub that is missing stays so, for the function
        may have been moved elsewhere.
    remarks
        A sentence for each thing that was mended and that a person who marks may want to know.
    """
    known = {cell.grade_id: cell for cell in assigned}
    by_text = [(squeezed(cell.source), cell) for cell in assigned if cell.locked or cell.written]
    places: dict[str, list[int]] = {grade_id: [] for grade_id in known}
    for place, cell in enumerate(cells):
        grade_id = _claim(cell.metadata)
        cell.metadata.pop("nbgrader", None)
        if grade_id in known:
            places[grade_id].append(place)
    claimed = {place for found in places.values() for place in found}
    for place, cell in enumerate(cells):  # a platform or an editor may have taken the names away
        text = squeezed(cell.source)
        if place not in claimed and (
            same := [one for said, one in by_text if said == text and not places[one.grade_id]]
        ):
            places[same[0].grade_id].append(place)
    mended: list[NotebookNode | None] = list(cells)
    after: dict[int, list[NotebookNode]] = {}  # what comes after a place; -1 is the top
    remarks = []
    last = len(cells) - 1
    known_texts = [*texts, *(cell.source for cell in assigned)]
    own = _own_words(cells, {place for found in places.values() for place in found}, known_texts)

    def looked_for(want: AssignedCell, place: int) -> tuple[str, str] | None:
        """Return what may be the answer that is not in its place, and what there is to be said of it."""
        return (
            _near(want, place, assigned, places, own)
            or _elsewhere(cells, assigned, places, own, known_texts)
            or _in_files(files, cells)
        )

    for want in assigned:
        found = places[want.grade_id]
        if not found:
            if want.grade or want.task:
                answer = want.cell(want.source)
                if want.written and (instead := looked_for(want, last)):
                    answer.source, said = instead
                    remarks.append(f"{want.grade_id} was missing; {said}")
                else:
                    remarks.append(f"{want.grade_id} was missing and was put back")
                after.setdefault(last, []).append(answer)
            continue
        copies = [cells[place] for place in found]
        last = found[-1]
        if len(found) > 1:
            which = "all that they say is taken as the answer" if want.written else "the last counts"
            remarks.append(f"{want.grade_id} was there {len(found)} times; {which}")
        if want.written:
            mended[last] = _joined(copies, want)
            for place in found[:-1]:
                mended[place] = None
            if mended[last].source == want.source and (instead := looked_for(want, last)):
                mended[last].source, said = instead
                remarks.append(f"{want.grade_id} was left blank; {said}")
        elif want.locked or want.task:
            mended[last] = want.cell(want.source)
            if squeezed(copies[-1].source) != squeezed(want.source):
                remarks.append(f"{want.grade_id} was changed and was put right")
        else:
            mended[last] = want.cell(copies[-1].source)
    if any(_bare(cell.source).startswith(_bare(REMARKS)) for cell in cells):
        remarks.append(f"A cell of the student's own is called {quoted(REMARKS)}")
    result = after.get(-1, [])
    for place, cell in enumerate(mended):
        result += [*([] if cell is None else [cell]), *after.get(place, [])]
    return result, remarks


def _joined(copies: Sequence[NotebookNode], want: AssignedCell) -> NotebookNode:
    """Return the written answer that several cells hold; exactly the assignment's text if all of them are blank."""
    answers = {squeezed(cell.source): cell.source for cell in copies if not _is_blank(cell.source, want.source)}
    answer = want.cell("\n\n".join(answers.values()) or want.source)
    pictures = {name: data for cell in copies for name, data in cell.get("attachments", {}).items()}
    if pictures:
        answer["attachments"] = NotebookNode(pictures)
        if not answers:
            answer.source = "\n\n".join(f"![{name}](attachment:{name})" for name in pictures)
    return answer


def _is_blank(text: str, assigned: str) -> bool:
    """Tell whether a place for an answer is as assigned, but for its looks."""
    return _bare(text) in {"", _bare(assigned)}


def _is_place(text: str) -> bool:
    """Tell whether a text is a place for an answer, which says nothing."""
    return _bare(text) == "youranswerhere"


def _bare(text: str) -> str:
    return "".join(letter for letter in as_anywhere(text) if letter.isalnum()).casefold()


def _own_words(cells: Sequence[NotebookNode], known: Collection[int], texts: Sequence[str]) -> dict[int, str]:
    """Return what is the student's own in the words of cells that nbgrader does not know, by their places.

    What a text of the assignment says is nobody's own, but for what is quoted from a text that still stands elsewhere.
    """
    there = {squeezed(cell.source) for cell in cells}
    lines = {_bare(line) for text in texts for line in text.splitlines()}
    moved = {
        _bare(line) for text in texts if _is_place(text) or squeezed(text) not in there for line in text.splitlines()
    }
    whole = {squeezed(text) for text in texts}
    names = Counter(
        name for cell in cells if cell.cell_type == "code" for name in set(re.findall(r"[^\W\d]\w*", cell.source))
    )
    used = {name for name, cells_with_it in names.items() if cells_with_it > 1}.union(dir(builtins))
    own = {}
    for place, cell in enumerate(cells):
        if place in known or squeezed(cell.source) in whole:
            continue
        if cell.cell_type == "code" and _runs(cell.source, used):
            continue
        known_lines = lines if cell.cell_type == "code" else moved
        kept = [line for line in cell.source.splitlines() if _bare(line) not in known_lines or not line.strip()]
        if _bare("".join(kept)) or "![" in "".join(kept):
            own[place] = "\n".join(kept).strip()
    return own


def _runs(source: str, used: Collection[str]) -> bool:
    """Tell whether a code cell is code: whatever no kernel takes for Python, and what only says something, is words."""
    if re.match(r"\s*%%(?:markdown|latex|html)\b", source):
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(TransformerManager().transform_cell(source))
    except (RecursionError, MemoryError):  # a long sum
        return True
    except (SyntaxError, ValueError):
        return False
    says = [_says(node, used) for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return not (all(says) and (says or not tree.body))


def _says(node: ast.stmt, used: Collection[str]) -> bool:
    """Tell whether a statement is no more than words: texts, shown or named or as a docstring, or names of nothing."""
    if isinstance(node, ast.FunctionDef):
        return all(isinstance(part, ast.Expr) and _is_text(part.value) for part in node.body)
    value = getattr(node, "value", None)
    if _is_text(value):
        return isinstance(node, ast.Expr | ast.Assign)
    if isinstance(node, ast.Expr) or (isinstance(node, ast.AnnAssign) and value is None):
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return bool(names) and not names & set(used) and not any(isinstance(part, ast.Call) for part in ast.walk(node))
    return False


def _is_text(value: ast.expr | None) -> bool:
    """Tell whether an expression is a text, a list of sentences, or what shows one without computing anything."""
    match value:
        case ast.Constant(str()) | ast.JoinedStr():
            return True
        case ast.List(parts) | ast.Tuple(parts):
            texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            return len(texts) == len(parts) and any(map(_has_words, texts))
        case ast.Call(ast.Name("print" | "display" | "Markdown"), parts):
            return bool(parts) and all(map(_is_shown_text, parts))
    return False


def _is_shown_text(value: ast.expr) -> bool:
    return not isinstance(value, ast.JoinedStr) and _is_text(value)


def _near(
    want: AssignedCell,
    place: int,
    assigned: Sequence[AssignedCell],
    places: Mapping[str, Sequence[int]],
    own: Mapping[int, str],
) -> tuple[str, str] | None:
    """Return the student's own words between the assignment's cell before a written answer and that behind it.

    With them comes what there is to be said of it.
    """
    number = assigned.index(want)
    before = [at for cell in assigned[:number] for at in places[cell.grade_id]]
    behind = [at for cell in assigned[number + 1 :] for at in places[cell.grade_id] if at > place]
    first = max((at for at in before if at <= place), default=-1)
    end = min(behind, default=max(own, default=0) + 1)
    words = "\n\n".join(words for at, words in own.items() if first < at < end)
    return (words, "what the student wrote near its place is taken as the answer") if words else None


def _elsewhere(
    cells: Sequence[NotebookNode],
    assigned: Sequence[AssignedCell],
    places: Mapping[str, Sequence[int]],
    own: Mapping[int, str],
    texts: Iterable[str],
) -> tuple[str, str] | None:
    """Return sentences of the student's own anywhere: behind a stub's code, in a check's cell, or in Markdown."""
    known = {_bare(line) for text in texts for line in text.splitlines()}
    said = []
    for cell in assigned:
        for at in places[cell.grade_id][-1:] if cell.cell_type == "code" else ():
            lines = cells[at].source.splitlines()
            lines = _comments_behind(lines) if cell.solution else lines
            said += ["\n".join(line.strip() for line in lines if _bare(line) not in known and _is_prose(line))]
    said += [words for at, words in own.items() if cells[at].cell_type != "code" and _has_words(words)]
    words = "\n\n".join(filter(None, said))
    return (words, "what the student wrote far from its place may be the answer") if words else None


def _comments_behind(lines: Sequence[str]) -> list[str]:
    """Return the comments with which code ends."""
    code = [place for place, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    return list(lines[max(code, default=-1) + 1 :])


def _is_prose(line: str) -> bool:
    """Tell whether a line, or what it has behind a ``#``, is a sentence and no code."""
    text = line.lstrip(" \t#").rstrip()
    if re.match(r"(?:elif|else|except|finally|case)\b.*:$", text):
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(f"{text} pass" if text.endswith(":") else text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _has_words(text)
    return False


def _has_words(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]{2,}", text)) > 3


def _in_files(files: Sequence[str], cells: Sequence[NotebookNode]) -> tuple[str, str] | None:
    """Return what stands for an answer that may be in files, and what there is to be said of it.

    Files that code reads or writes hold none.
    """
    codes = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    left = [one for one in files if not re.search(rf"[\"'/]{re.escape(one[1:-1])}[\"']", codes)]
    said = f"the answer may be in {', '.join(left[:5])}" + (", beside the notebook" if cells else "")
    return (f"(Nothing is written here; {said}.)", said) if left else None


def squeezed(text: str) -> str:
    """Return a text without its white space, and without what each course has its own of."""
    return "".join(as_anywhere(text).split())
