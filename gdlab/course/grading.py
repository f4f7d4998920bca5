"""What makes marks hold: the parts that a course's ``nbgrader_config.py`` puts into ``nbgrader autograde``.

nbgrader grades a submission in two steps. The first takes the submitted file and writes a sanitized copy; here that
copy is made by `repair`, from whatever there is, so that every submission becomes a notebook with all of the
assignment's checks in it. The second runs the copy and saves the scores; here it is run by `RunCells`, and a check
counts only if it gave a score. What had to be mended, or why there is nothing to mark, is kept as remarks in the graded
notebook's metadata, is said in the log, stands at the top of the feedback, and comes with the exported marks.
"""

import ast
import json
import os
import re
import sys
import warnings
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatch
from glob import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade, is_solution, rmtree
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from gdlab.course import collecting, roster, timestamps
from gdlab.course.collecting import kept_remarks
from gdlab.course.handed_in import (
    MOST_BYTES,
    MOST_FILES,
    MOST_NAMED,
    HandedIn,
    PassedOver,
    copy_file,
    is_archive,
    look,
    may_be_a_notebook,
    may_hold_words,
    notebook_among,
    other_notebooks,
    unpack,
    without_ending,
)
from gdlab.course.harmless_markdown import harmless_markdown
from gdlab.course.lost_imports import lost_imports
from gdlab.course.quoting import printable, quoted
from gdlab.course.repair import REMARKS, AssignedCell, UnreadableError, read_cells, repair
from gdlab.course.roster import in_roster, stranger
from gdlab.course.run import NOTHING_THERE, RunCells, kernel_error
from gdlab.course.scratch import remove_left, scratch
from gdlab.course.skipped_cells import (
    OTHER_NOTEBOOKS,
    asks_for_module,
    asks_for_notebook,
    called,
    cells_of,
    leave_to_run,
    why_missing,
    with_stored_outputs,
)
from gdlab.course.variants import texts_anywhere
from gdlab.lessons.catalogue import find_exercise

Resources = dict[str, Any]


def configure(c: Config) -> None:
    """Set nbgrader's configuration `c` so that marks hold."""
    # nbgrader starts `alembic` by its name, which is found only if the environment is activated
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    c.GenerateAssignment.preprocessors = [_RELEASED_AS.get(one, one) for one in _RELEASE]
    c.Autograde.exporter_class = SubmissionExporter
    c.Autograde.sanitize_preprocessors = [RepairCells, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
    c.Autograde.autograde_preprocessors = [
        RunCells,
        IgnorePattern,
        KeepScores,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    collecting.configure(c)
    roster.configure()
    timestamps.configure()
    Autograde.init_notebooks = _list_submissions
    c.HTMLExporter.filters = {"markdown2html": harmless_markdown}
    c.GenerateFeedback.force = True  # else a page that is there stays as it was before the marks given by hand
    c.ExportApp.plugin_class = "gdlab.course.marks.MarksPlugin"
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")  # of its own queries, at every start


_INIT_NOTEBOOKS = Autograde.init_notebooks


def _list_submissions(self: Autograde) -> None:
    """List all that was handed in: nbgrader leaves out folders without a file that ends in .ipynb."""
    folders = glob(self._format_source(self.coursedir.assignment_id, self.coursedir.student_id))
    self.notebooks, self.assignments = [], {folder: [] for folder in folders if os.path.isdir(folder)}
    course, assignment = self.coursedir, self.coursedir.assignment_id
    for student in filter(lambda one: fnmatch(one, course.student_id), collecting.students_there(course)):
        if collecting.elsewhere(course, student, assignment):
            self.assignments[self._format_source(assignment, student)] = []
    for said in collecting.nowhere(course):
        self.log.warning("%s.", said)
    if not self.assignments:
        _INIT_NOTEBOOKS(self)  # says what there is instead


class KeepStubs(ClearSolutions):
    """nbgrader's `ClearSolutions`, which leaves a stub with its signature as it is: there is no solution in it."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if is_solution(cell) and (_is_stub(cell.source) if cell.cell_type == "code" else _is_place(cell.source)):
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


def _is_stub(source: str) -> bool:
    """Tell whether something is left open in the code with ``...``, other than in an index."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    indices = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Subscript) for part in ast.walk(node.slice)}
    return any(isinstance(n, ast.Constant) and n.value is ... and id(n) not in indices for n in ast.walk(tree))


def _is_place(source: str) -> bool:
    return source.strip(" *._\n").casefold() == "your answer here"


class KeepPictures(ClearOutput):
    """nbgrader's `ClearOutput`, which leaves the pictures of gdlab's explorers: they show before anything has run."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if "gdlab." in cell.source and any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


_RELEASE = GenerateAssignment.preprocessors.default_args[0]
_RELEASED_AS = {ClearSolutions: KeepStubs, ClearOutput: KeepPictures}


class Desk(CourseDirectory):
    """nbgrader's folders, with each submission laid out anew in a temporary one, from which it is graded.

    nbgrader copies what was handed in through links, reads its time from a file that may say anything, and takes what
    is there for what is meant. Here regular files alone are laid out, only so many, and a time that is one.
    """

    @classmethod
    def of(cls, coursedir: CourseDirectory) -> "Desk":
        """Return a desk for a course. It goes when nobody has it any more."""
        kept = {
            name: getattr(coursedir, name)
            for name in coursedir.trait_names()
            if name not in ("config", "parent", "log")
        }
        desk = cls(parent=coursedir.parent, **kept)
        remove_left()
        desk.folder = scratch("submissions")
        desk.real = coursedir
        desk.chosen = {}
        desk.roster, released = collecting.known(coursedir)
        desk.released = {f"{one.name}.ipynb": one for one in released}
        desk.remarks = {}
        desk.papers = {}
        desk.submitted_directory = str(Path(desk.folder.name).resolve() / "submitted")
        return desk

    def lay_out(self, student: str, names: Sequence[str]) -> Path:
        """Lay out what a student handed in of these notebooks; return the folder."""
        target = Path(self.format_path(self.submitted_directory, student, self.assignment_id))
        target.mkdir(parents=True)
        folder, found, where = self._found(student)
        within = {path: path.relative_to(folder) for path in found.files}
        called = {path: f"{student}/{place}" for path, place in within.items()}
        for archive in [path for path in found.files if is_archive(path.name)]:
            found.files.remove(archive)
            place = Path(self.folder.name, "unpacked", student, without_ending(archive.name))
            found.passed_over += (said := unpack(archive, place))
            inner = look(place).files if place.exists() else []
            within |= {path: path.relative_to(place) for path in inner}
            called |= {path: f"{archive.name}/{within[path]}" for path in inner}
            found.files += inner
            if not inner and not said:
                found.passed_over.append(PassedOver((archive.name,), "holds no file"))
        kept = kept_remarks(self.real, student, self.assignment_id, found.files)
        remarks = list(dict.fromkeys([*where, *kept, *(f"{one}." for one in found.passed_over)]))
        called = {path: called[path] for path in found.files}
        own, others, said = collecting.own_and_others(called, student, self.roster)
        remarks += said
        for name in names:
            (target / name).touch()  # what nbgrader looks for; `SubmissionExporter` reads what was handed in
            try:
                notebook, said = notebook_among(own, self.released[name], name, called)
                remarks += said
                if notebook in others:
                    remarks.append(collecting.IN_ANOTHERS_FOLDER.format(quoted(called[notebook]), student))
                self.chosen[student, name] = notebook
                here = notebook.parent
                within |= {path: path.relative_to(here) for path in found.files if path.is_relative_to(here)}
            except UnreadableError as problem:
                self.chosen[student, name] = problem
        papers, said = self._papers(own, {self.chosen[student, name] for name in names})
        self.papers[student] = [quoted(path.name) for path in papers]
        remarks += said
        self.remarks[student] = [
            *remarks,
            *_files_beside(target, {path: within[path] for path in found.files if not may_be_a_notebook(path)}),
            *(self._time(folder / timestamps.NAME, target / timestamps.NAME) if found.files else []),
        ]
        return target

    def _found(self, student: str) -> tuple[Path, HandedIn, list[str]]:
        """Return a student's folder for the assignment, what is in it, and remarks; without one, the student's own."""
        folder = Path(self.real.format_path(self.real.submitted_directory, student, self.assignment_id))
        there = collecting.elsewhere(self.real, student, self.assignment_id)
        if not there:
            return folder, look(folder, Path(self.real.root, self.real.submitted_directory)), []
        found, names = look(folder.parent), {path.name for path in there}
        within = [path for path in found.files if path.relative_to(folder.parent).parts[0] in names]
        passed_over = [one for one in found.passed_over if one.names[:1] and one.names[0] in names]
        said = collecting.said_of(there, student, self.assignment_id)
        return folder.parent, HandedIn(within, passed_over), said

    def _papers(self, files: Sequence[Path], chosen: Collection[Any]) -> tuple[list[Path], list[str]]:
        """Return the files that may hold a written answer, and remarks on the notebooks among them."""
        handed_out = set(os.listdir(source)) if (source := self._source()).is_dir() else set()
        papers = [path for path in files if may_hold_words(path) and path.name not in {*handed_out, timestamps.NAME}]
        papers = [path for path in papers if not may_be_a_notebook(path)]
        others = other_notebooks([path for path in files if path not in chosen], self.released.values())
        return [*papers, *others], [f"Not graded: {quoted(path.name)}, which is another notebook." for path in others]

    def _source(self) -> Path:
        return Path(self.format_path(self.source_directory, ".", self.assignment_id))

    def _time(self, stated: Path, target: Path) -> list[str]:
        """Lay out the file that says when the work was handed in, if it does; or say what is wrong with it."""
        time, wrong = timestamps.stated_time(stated)
        if time:
            copy_file(stated, target)  # as it is: nbgrader finds feedback by it
        return [f"When it was handed in is unknown: {wrong}."] if wrong else []


def _files_beside(target: Path, within: Mapping[Path, Path]) -> list[str]:
    """Lay out the files beside the notebook, up to a limit; say which are left out."""
    room, most, left_out = MOST_BYTES, MOST_FILES, []
    for path, place in within.items():
        if place == Path(timestamps.NAME):
            continue
        if most == 0:
            left_out.append(f"{quoted(path.name)} was left out, and what comes after it: there are too many files.")
            break
        if path.lstat().st_size > room:
            left_out.append(f"{quoted(path.name)} was left out: it is too large, alone or with the others.")
            continue
        try:
            copy_file(path, target / place, most=room)
        except OSError as problem:
            left_out.append(f"{quoted(path.name)} was left out ({problem.strerror or problem}).")
            continue
        most, room = most - 1, room - path.lstat().st_size
    more = len(left_out) - MOST_NAMED
    return left_out if more < 2 else [*left_out[:MOST_NAMED], f"{more} more files were left out."]


class SubmissionExporter(NotebookExporter):
    """Reads submissions, readable or not, and sees to it that each one is graded to its end, and once.

    nbgrader makes one for each run of autograde, when it has listed the submissions and before it grades the first.
    """

    def __init__(self, config: Config | None = None, parent: Autograde | None = None, **kwargs: Any) -> None:
        super().__init__(config=config, parent=parent, **kwargs)
        self._course = parent.coursedir
        try:
            with Gradebook(self._course.db_url, self._course.course_id) as gradebook:
                assignment = gradebook.find_assignment(self._course.assignment_id)
                names = [f"{notebook.name}.ipynb" for notebook in assignment.notebooks]
                known = {student.id for student in gradebook.students if in_roster(student)}
        except MissingEntry:
            return  # nbgrader says that the assignment has not been generated
        names = [name for name in names if fnmatch(name, f"{self._course.notebook_id}.ipynb")]
        folders, parent.assignments = [*parent.assignments], {}
        parent.coursedir = self._desk = Desk.of(self._course)
        for folder in map(Path, folders):
            student = self._student(folder)
            self._forget_if_unfinished(student, names)
            # also those that were not handed in: they get a mark and a reason
            place = self._desk.lay_out(student, names)
            parent.assignments[str(place)] = [str(place / name) for name in names]
            if known and student not in known:
                self.log.warning("%s: %s", folder, stranger(student, known))

    def _student(self, folder: Path) -> str:
        """Return whose folder of submissions this is."""
        pattern = self._course.format_path(
            self._course.submitted_directory, "(?P<student>.*)", re.escape(self._course.assignment_id), escape=True
        )
        return re.fullmatch(pattern, str(folder), re.DOTALL)["student"]

    def _place(self, step: str, student: str) -> str:
        return self._course.format_path(step, student, self._course.assignment_id)

    def _forget_if_unfinished(self, student: str, names: list[str]) -> None:
        """Remove what an autograding that was ended in the middle left: nbgrader would take it for done."""
        graded = Path(self._place(self._course.autograded_directory, student))
        if graded.exists() and not all(is_graded(graded / name) for name in names):
            self.log.warning("Grading %s was not finished: it begins again", graded)
            rmtree(str(graded))

    def from_filename(self, filename: str, resources: Resources | None = None, **kwargs: Any) -> tuple[str, Resources]:
        """Return the text of the sanitized or the graded notebook."""
        path, student = Path(filename), resources["nbgrader"]["student"]
        if path.parent != Path(
            self._desk.format_path(self._desk.submitted_directory, student, self._desk.assignment_id)
        ):
            return super().from_filename(filename, resources, **kwargs)
        source = Path(self._place(self._course.source_directory, "."), path.name)
        cells, remarks, found = [], list(self._desk.remarks[student]), self._desk.chosen[student, path.name]
        try:
            if isinstance(found, UnreadableError):
                raise found
            cells = read_cells(found)
        except UnreadableError as problem:
            remarks = [f"Nothing could be graded: {problem}.", *remarks]
        with_stored_outputs(cells, cells_of(source))
        texts = [*(cell.source for cell in cells_of(source)), *texts_anywhere(source.stem)]
        kept = {"remarks": remarks, "texts": texts, "files": self._desk.papers[student]}
        return self.from_notebook_node(new_notebook(cells=cells, metadata={"gdlab": kept}), resources)


def is_graded(path: Path) -> bool:
    """Tell whether this is a notebook that was graded to its end."""
    return remarks_on(path) is not None


def remarks_on(path: Path) -> list[str] | None:
    """Return the remarks in a graded notebook; None if it is not there, or was not graded to its end."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["metadata"]["gdlab"]
    except (OSError, ValueError, KeyError):
        return None
    return kept["remarks"] if kept.get("graded") else None


class RepairCells(NbGraderPreprocessor):
    """Makes a submission's cells those of the assignment, with `repair`, and writes the remarks at the top."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            assigned = _assigned(gradebook, names["notebook"], names["assignment"])
        kept = nb.metadata.gdlab
        texts = kept.pop("texts", ())
        cells, remarks = repair(nb.cells, assigned, texts, kept.pop("files", ()))
        if imports := lost_imports(nb.cells, texts):
            cells.insert(0, new_code_cell(imports, metadata={"gdlab": {"shown": True}}))  # the assignment's own
            remarks.append(f"nothing imported what the assignment does, so this was put back: {quoted(imports)}")
        leave_to_run(cells)
        said = kept.remarks
        if not nb.cells and any(one.startswith("Nothing could be graded") for one in said):  # which says enough
            remarks = [remark for remark in remarks if not remark.endswith("was put back")]
        said += [f"{remark}." for remark in remarks]
        if said:
            cells = [
                new_markdown_cell("\n".join([f"**{REMARKS}**", "", *(f"- {one}" for one in said)])),
                *cells,
            ]
        nb.cells = cells
        return nb, resources


def _assigned(gradebook: Gradebook, notebook: str, assignment: str) -> list[AssignedCell]:
    """Return the assignment's cells as they were when it was generated."""
    stored = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: cell.max_score for cell in [*stored.grade_cells, *stored.task_cells]}
    solutions = {cell.name for cell in stored.solution_cells}
    tasks = {cell.name for cell in stored.task_cells}
    return [
        AssignedCell(
            grade_id=cell.name,
            cell_type=cell.cell_type,
            source=cell.source,
            locked=cell.locked,
            grade=cell.name in points and cell.name not in tasks,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name),
        )
        for cell in stored.source_cells
    ]


class KeepScores(NbGraderPreprocessor):
    """Lets a check count only if it gave a score.

    nbgrader gives full marks to a check that neither fails nor shows a number, and none to one beside which something
    was written to stderr. Here a check without a score earns nothing, and what was written beside it does not matter.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        kept = nb.metadata.setdefault("gdlab", NotebookNode(remarks=[]))
        for place, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs = [_plain(output) for output in cell.outputs]
            if any(asks_for_notebook(str(output.get("evalue"))) for output in cell.outputs):
                cell.outputs.append(new_output("stream", name="stdout", text=OTHER_NOTEBOOKS))
            is_check = is_grade(cell) and not is_solution(cell) and "gdlab.check(" in cell.source
            if not is_check:
                continue
            name = cell.metadata.nbgrader.grade_id
            explained = any(remark.startswith(f"{name}: ") for remark in kept.remarks)  # by `RunCells`
            if said := _keep_score(nb.cells, place, explained):
                kept.remarks.append(f"{name}: {said}.")
        if not all(map(_has_full_score, nb.cells)):
            kept.remarks += _missing_modules(nb.cells)
        kept.graded = True
        for remark in kept.remarks:
            self.log.warning("%s, %s: %s", resources["nbgrader"]["student"], resources["nbgrader"]["notebook"], remark)
        return nb, resources


def _keep_score(cells: Sequence[NotebookNode], place: int, explained: bool = False) -> str:
    """Leave of a check's outputs its score, or an error; return what there is to be said of it to a person.

    An error is one of the submission's making, except that a name is missing, or that it has been `explained`: checks
    raise none. So it is quoted, and does not speak in gdlab's name.
    """
    cell, scores, said = cells[place], [], ""
    cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    if errors := [output for output in cell.outputs if output.output_type == "error"]:
        others = [output for output in cell.outputs if output.output_type != "error"]
        ename, evalue = (str(errors[0].get(part)) for part in ("ename", "evalue"))
        missing = re.match(r"name '(\w+)' is not defined", evalue)
        if ename == "NameError" and missing and re.search(rf"\b{missing[1]}\b", cell.source):
            why, said = why_missing(missing[1], cells, place)
            cell.outputs = [kernel_error("NothingToCheck", why), *others]
        elif not explained and errors != [NOTHING_THERE]:
            said = "the check gave no score, but an error, which is none of gdlab's"
            quoted = f"The submission's error: {f'{ename}: {evalue}'[:500]!r}\n"
            cell.outputs = [kernel_error("NoScore", said), new_output("stream", name="stdout", text=quoted), *others]
    else:
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        worth, most = float(cell.metadata.nbgrader.points), _most(cell)
        scores = [one for one in results if _is_score(one.data.get("text/plain"), most)]
        for score in scores[-1:] if worth != most else ():  # a course may weigh its checks otherwise
            score.data["text/plain"] = repr(float(score.data["text/plain"]) / most * worth)  # all of it is exactly that
        if not scores:
            said = "the check gave no score"
            cell.outputs.append(kernel_error("NoScore", said))
    cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result" or o in scores[-1:]]
    return said


def _missing_modules(cells: Sequence[NotebookNode]) -> list[str]:
    """Return a remark for each module that is asked for and not there."""
    asking: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if cell.cell_type == "code" and (name := asks_for_module(cell)):
            asking.setdefault(name, place)
    why = "which is neither installed here nor handed in"
    return [f"{called(cells, place).capitalize()} asks for {quoted(name)}, {why}." for name, place in asking.items()]


def _has_full_score(cell: NotebookNode) -> bool:
    """Tell whether a cell is no check, or one with all of its points."""
    if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
        return True
    points = float(cell.metadata.nbgrader.points)
    return any(str(points) == o.data.get("text/plain") for o in cell.outputs if o.output_type == "execute_result")


def _plain(value: Any) -> Any:
    """Return an output with texts that can be written: a kernel may send half a character, or a number for a text."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        plain = NotebookNode({printable(str(name)): _plain(one) for name, one in value.items()})
        if isinstance(plain.get("data"), Mapping):
            plain["data"] = NotebookNode(
                {kind: one if _fits(kind, one) else str(one) for kind, one in plain["data"].items()}
            )
        return plain
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _fits(kind: str, content: Any) -> bool:
    return kind.endswith("json") or isinstance(content, str)


def _most(check: NotebookNode) -> float:
    """Return the highest score that a check gives: the points of its exercise, whatever its cell is worth here."""
    asked = re.search(r"""gdlab\.check\(\s*["']([\w@-]+)["']""", check.source)
    with suppress(ValueError):
        if asked:
            return float(find_exercise(asked[1]).points)
    return float(check.metadata.nbgrader.points)


def _is_score(text: Any, points: float) -> bool:
    try:
        return 0 <= float(text) <= points
    except (TypeError, ValueError):
        return False
