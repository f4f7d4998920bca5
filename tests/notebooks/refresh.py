"""Re-execute the stored notebooks and write them back clean: ``python -m tests.notebooks.refresh [name ...]``.

The `.ipynb` files are the source. Edit them in JupyterLab, save, then run this: it executes each from the top in a new
kernel and stores what it printed, without anything that changes from run to run or does not work without a kernel. It
also gives stubs and checks their metadata, and writes what follows from the records of all lessons, as `tables` says.
"""

import itertools
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from gdlab.lessons import LESSONS
from gdlab.lessons.catalogue import EXERCISES
from gdlab.validation import named
from tests.notebooks import tables
from tests.notebooks.minutes import minutes

FOLDER = Path(__file__).parents[2] / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CHECK = re.compile(r'gdlab\.check\("([\w-]+)", \w+\)')
KEPT_METADATA = {"nbgrader", "tags", "gdlab"}


def stored() -> list[Path]:
    """Return the stored notebooks in their order."""
    return sorted(FOLDER.glob("*.ipynb"))


def execute(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with the outputs of a run from the top; an error in a cell is raised."""
    NotebookClient(notebook, timeout=300, record_timing=False, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return notebook


def clean(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook in canonical form: no widget views, no metadata but what is meant to be there."""
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(display_name="Python 3 (ipykernel)", language="python", name="python3"),
        language_info=NotebookNode(name="python"),
    )
    for number, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key in KEPT_METADATA})
        cell.pop("attachments", None)
        cell.id = f"cell-{number:02d}"
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    for stub, check in itertools.pairwise(notebook.cells):
        if stub.cell_type == check.cell_type == "code" and (asked := CHECK.fullmatch(check.source)):
            slug = asked[1]
            points = named(EXERCISES, slug, "exercise").points
            stub.metadata["nbgrader"] = _nbgrader(slug, solution=True)
            check.metadata["nbgrader"] = _nbgrader(f"{slug}-check", grade=True, locked=True) | {"points": points}
    return notebook


def _nbgrader(grade_id: str, *, solution: bool = False, grade: bool = False, locked: bool = False) -> NotebookNode:
    facts = {"schema_version": 3, "grade_id": grade_id, "cell_type": "code", "task": False}
    return NotebookNode(facts, solution=solution, grade=grade, locked=locked)


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed in several pieces: where the kernel cuts it is chance."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else NotebookNode()
        if output.output_type == "stream" == last.get("output_type") and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def text(notebook: NotebookNode) -> str:
    """Return the notebook as it is stored in a file."""
    return nbformat.writes(notebook, version=4) + "\n"


def main(names: list[str]) -> None:
    wanted = [name.removesuffix(".ipynb") for name in names]
    if unknown := sorted({*wanted} - {path.stem for path in stored()}):
        raise SystemExit(f"no notebook is called {', '.join(unknown)}; there are {', '.join(p.stem for p in stored())}")
    for path in stored():
        if path.stem not in LESSONS:
            print(f"{path.name} is of no lesson: gdlab/lessons/__init__.py names none that comes to this file")
        if wanted and path.stem not in wanted:
            continue
        notebook = nbformat.read(path, as_version=4)
        path.write_text(text(clean(execute(notebook))), encoding="utf-8")
        print(f"refreshed {path.name}: {minutes(notebook)} minutes")
    tables.write()


if __name__ == "__main__":
    main(sys.argv[1:])
