"""nbgrader's part of strict grading: it takes the place of the preprocessor that runs a submission in a kernel."""

import html
import logging
import os
import secrets
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from sqlalchemy import make_url
from traitlets import Enum
from traitlets.config import Config

from gdlab.course.run import RunCells
from gdlab.course.strict import judge, sandbox


def configure(c: Config) -> None:
    """Have nbgrader run submissions outside, after `gdlab.course.grading.configure` has set the rest of `c`."""
    c.Autograde.autograde_preprocessors = [
        RunOutside if part is RunCells else part for part in c.Autograde.autograde_preprocessors
    ]


_LONGEST_FEEDBACK = 100_000


class RunOutside(RunCells):
    """Runs a submission in a process of its own, and writes into each check the score that it earns.

    The limits of `RunCells` hold here, too; a cell's output is its text alone.
    """

    bubblewrap = Enum(
        ["auto", "always", "never"],
        "auto",
        help="Whether bubblewrap keeps submissions in: where it works, or else nothing is graded, or not at all.",
    ).tag(config=True)

    _warned = False

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with scores and feedback in its checks, and what the other cells said.

        Raises
        ------
        RuntimeError
            If bubblewrap is wanted and does not work here.
        ValueError
            If the assignment has a check that is no ``gdlab.check``.
        """
        sandbox.hide(*self._out_of_sight(resources["nbgrader"]["db_url"]))
        library, walls, files = sandbox.library(), self._walls(), Path(resources["metadata"]["path"])
        graded = judge.grade(
            nb.cells,
            _checks(resources["nbgrader"]),
            library,
            walls=walls,
            files=files,
            limits=judge.Limits(self.timeout, self.notebook_seconds, self.megabytes),
            secret=_secret(resources["nbgrader"]["db_url"]),
        )
        sandbox.start_ahead(library, walls, files, self.megabytes)
        for place, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            mark = graded.marks.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if mark is not None:
                page = mark._repr_html_()
                if len(page) > _LONGEST_FEEDBACK:  # it tells what the submission answered
                    page = f"<pre>{html.escape(str(mark)[:1000])} …</pre>"
                shown = {"text/plain": repr(mark), "text/html": page}
                cell.outputs = [new_output("execute_result", shown, execution_count=1)]
            elif told := graded.told.get(place):
                cell.outputs = [new_output("stream", name="stdout", text=told)]
        nb.metadata.setdefault("gdlab", NotebookNode(remarks=[])).remarks += graded.remarks
        return nb, resources

    def _out_of_sight(self, db_url: str) -> tuple[Path, ...]:
        """Return the folders of course, gradebook and exchange, which may lie where the system or Python is."""
        course, exchange = CourseDirectory(config=self.config).root, Exchange(config=self.config).root
        return Path(course), _gradebook(db_url).parent, Path(exchange)

    def _walls(self) -> bool:
        works = self.bubblewrap != "never" and sandbox.bubblewrap_works()
        if not works and self.bubblewrap == "always":
            raise RuntimeError("bubblewrap does not work here; RunOutside.bubblewrap = 'auto' would grade without it")
        if works:
            self.log.info("Strict grading behind bubblewrap.")
        else:
            level = logging.INFO if RunOutside._warned else logging.WARNING  # it is asked for each submission
            said = "Strict grading without bubblewrap: a guard in the process stops tricks, but is no wall."
            self.log.log(level, said)
            RunOutside._warned = True
        return works


def _gradebook(db_url: str) -> Path:
    return Path(make_url(db_url).database or "gradebook.db")


def _secret(db_url: str) -> bytes:
    """Return what this course draws its inputs from: made once, kept beside the gradebook, so that marks repeat."""
    place = _gradebook(db_url).with_name("strict_seed")
    try:
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    return place.read_bytes()


def _checks(names: dict[str, Any]) -> dict[str, str]:
    """Return the assignment's check cells, as they were when it was generated: what they say, by their names."""
    with Gradebook(names["db_url"]) as gradebook:
        stored = gradebook.find_notebook(names["notebook"], names["assignment"])
        by_hand = {cell.name for cell in stored.solution_cells}
        checks = {cell.name for cell in stored.grade_cells if cell.cell_type == "code"} - by_hand
        return {cell.name: cell.source for cell in stored.source_cells if cell.name in checks}
