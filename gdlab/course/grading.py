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
from fnmatch import fnmatch
from glob import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook, MissingEntry, Student
from nbgrader.converters import Autograde, GenerateAssignment
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

from gdlab.course.repair import AssignedCell, UnreadableError, read_cells, repair
from gdlab.course.run import RunCells, kernel_error
from gdlab.course.skipped_cells import leave_to_run, with_stored_outputs

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
    c.GenerateFeedback.force = True  # else a page that is there stays as it was before the marks given by hand
    c.ExportApp.plugin_class = "gdlab.course.marks.MarksPlugin"
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")  # of its own queries, at every start


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
                roster = {student.id for student in gradebook.students if in_roster(student)}
        except MissingEntry:
            return  # nbgrader says that the assignment has not been generated
        names = [name for name in names if fnmatch(name, f"{self._course.notebook_id}.ipynb")]
        for folder in map(Path, glob(self._place(self._course.submitted_directory, self._course.student_id))):
            if folder.is_dir():
                # also those that were not handed in: they get a mark and a reason
                parent.assignments[str(folder)] = [str(folder / name) for name in names]
                self._forget_if_unfinished(folder, names)
                if roster and (student := self._student(folder)) not in roster:
                    self.log.warning("%s: %s", folder, STRANGER.format(student))

    def _student(self, folder: Path) -> str:
        """Return whose folder of submissions this is."""
        pattern = self._course.format_path(
            self._course.submitted_directory, "(?P<student>.*)", re.escape(self._course.assignment_id), escape=True
        )
        return re.fullmatch(pattern, str(folder))["student"]

    def _place(self, step: str, student: str) -> str:
        return self._course.format_path(step, student, self._course.assignment_id)

    def _forget_if_unfinished(self, folder: Path, names: list[str]) -> None:
        """Remove what an autograding that was ended in the middle left: nbgrader would take it for done."""
        graded = Path(self._place(self._course.autograded_directory, self._student(folder)))
        if graded.exists() and not all(is_graded(graded / name) for name in names):
            self.log.warning("Grading %s was not finished: it begins again", graded)
            rmtree(str(graded))

    def from_filename(self, filename: str, resources: Resources | None = None, **kwargs: Any) -> tuple[str, Resources]:
        """Return the text of the sanitized or the graded notebook."""
        path, student = Path(filename), resources["nbgrader"]["student"]
        if path.parent != Path(self._place(self._course.submitted_directory, student)):
            return super().from_filename(filename, resources, **kwargs)
        try:
            found, remarks = _handed_in(path)
            cells = read_cells(found)
        except UnreadableError as problem:
            cells, remarks = [], [f"Nothing could be graded: {problem}."]
        source = Path(self._place(self._course.source_directory, "."), path.name)
        with_stored_outputs(cells, source)
        return self.from_notebook_node(new_notebook(cells=cells, metadata={"gdlab": {"remarks": remarks}}), resources)


def _handed_in(path: Path) -> tuple[Path, list[str]]:
    """Return the file that was handed in as this notebook: under another name, if it is the only one."""
    others = [] if path.exists() else sorted(path.parent.glob("*.ipynb"))
    if len(others) > 1:
        names = ", ".join(other.name for other in others)
        raise UnreadableError(f"no file {path.name} was handed in, and there are several others: {names}")
    return (others[0], [f"It was handed in as {others[0].name}."]) if others else (path, [])


STRANGER = "No student of the roster has the id {}: is the folder under submitted/ called rightly?"


def in_roster(student: Student) -> bool:
    """Tell whether a student came from a roster: one that grading finds and does not know has an id and no more."""
    return any((student.first_name, student.last_name, student.email))


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
        cells, remarks = repair(nb.cells, assigned)
        leave_to_run(cells)
        said = nb.metadata.gdlab.remarks
        if nb.cells or not said:  # else it has been said already why everything is missing
            said += [f"{remark}." for remark in remarks]
        if said:
            cells = [
                new_markdown_cell("\n".join(["**Remarks of the grading**", "", *(f"- {one}" for one in said)])),
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
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            if is_grade(cell) and not is_solution(cell) and "gdlab.check(" in cell.source:
                _keep_score(cell)
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "A cell")
            kept.remarks += [f"{name}: {o.evalue[:200]}." for o in cell.outputs if o.get("ename") in _OURS]
        kept.graded = True
        for remark in kept.remarks:
            self.log.warning("%s, %s: %s", resources["nbgrader"]["student"], resources["nbgrader"]["notebook"], remark)
        return nb, resources


_OURS = {"KernelEnded", "TimeIsUp", "NotRun", "NoScore"}
"""The names of the errors that `RunCells` and `KeepScores` write."""


def _keep_score(cell: NotebookNode) -> None:
    """Leave of a check's outputs its score, or an error."""
    cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    if any(output.output_type == "error" for output in cell.outputs):
        scores = []
    else:
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        scores = [o for o in results if _is_score(o.data.get("text/plain"), float(cell.metadata.nbgrader.points))]
        if not scores:
            cell.outputs.append(kernel_error("NoScore", "the check gave no score"))
    cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result" or o in scores[-1:]]


def _is_score(text: Any, points: float) -> bool:
    try:
        return 0 <= float(text) <= points
    except (TypeError, ValueError):
        return False
