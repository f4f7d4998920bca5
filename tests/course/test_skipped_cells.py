"""What need not be run is not: explorers, and what comes after the last check, if it is the assignment's alone."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gdlab.course.repair import AssignedCell
from gdlab.course.skipped_cells import cells_of, is_shown, leave_to_run, with_stored_outputs
from gdlab.notebooks import chosen_notebooks

TABLE = "for k in range(3):\n    print(np.sqrt(k))"
ASSIGNED = [
    "import numpy as np",
    "gdlab.LineFit()",
    "def f():\n    ...",
    'gdlab.check("f", f)',
    "n = 3",
    TABLE,
    "n + 1",
]
CHECK = AssignedCell("f-check", "code", ASSIGNED[3], locked=True, grade=True, solution=False, points=2.0)
SOLVED = "def f():\n    n = 2\n    return n"


@pytest.fixture
def source(tmp_path):
    stored = [new_code_cell(text, outputs=[new_output("stream", text=f"stored: {text}")]) for text in ASSIGNED]
    stored[4].outputs = []  # shows nothing, and is none of the student's all the same
    nbformat.write(new_notebook(cells=stored), tmp_path / "a.ipynb")
    return tmp_path / "a.ipynb"


def run(source, *texts):
    """Say of each cell whether it is (r)un or (s)hown as stored, or no code (-)."""
    cells = [CHECK.cell(text) if "check" in text else new_code_cell(text) for text in texts if text]
    cells.insert(1, new_markdown_cell(TABLE))
    with_stored_outputs(cells, cells_of(source))
    cells = [CHECK.cell(cell.source) if "check" in cell.source else cell for cell in cells]  # as `repair` does
    leave_to_run(cells)
    for cell in cells:
        if cell.cell_type == "code" and not is_shown(cell):
            assert cell.outputs == []
        elif cell.cell_type == "code" and cell.source in ASSIGNED and cell.source != "n = 3":
            assert cell.outputs[0].text == f"stored: {cell.source}"
    return "".join("-" if cell.cell_type != "code" else "s" if is_shown(cell) else "r" for cell in cells)


def test_explorers_and_what_comes_after_the_last_check_are_shown_as_stored(source):
    assert run(source, *ASSIGNED) == "r-srrsss"


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        (SOLVED, "r-srrsss"),  # its n is its own
        (f"import numpy as np\n{SOLVED}", "r-srrsss"),  # the same np
        ("np = 3\ndef f(): ...", "r-srrrrs"),
        ("import math as np\ndef f(): ...", "r-srrrrs"),
        ("def f():\n    global np\n    np = 3", "r-srrrrs"),
        ("n = 8\ndef f(): ...", "r-srrrrr"),  # who knows the order in which cells were meant
        ("%load_ext autoreload\ndef f(): ...", "r-srrrrr"),
        ("def f(:", "r-srrrrr"),
    ],
)
def test_what_uses_names_of_the_students_is_run_and_all_before_it(source, own, shown):
    assert run(source, *ASSIGNED[:2], own, *ASSIGNED[3:]) == shown


def test_a_name_comes_from_the_students_by_detours_too(source):
    stored = nbformat.read(source, as_version=4)
    stored.cells += [new_code_cell("half = f() / 2"), new_code_cell("def g():\n    return half"), new_code_cell("g()")]
    nbformat.write(stored, source)
    texts = [cell.source for cell in stored.cells]
    assert run(source, *texts) == "r-srrssssss"
    assert run(source, *texts[:2], SOLVED, *texts[3:]) == "r-srrrrrrrr"


def test_a_cell_of_the_students_at_the_end_may_use_anything(source):
    assert run(source, *ASSIGNED, "print(f())") == "r-srrrrrr"
    assert run(source, *ASSIGNED, "  \n") == "r-srrsssr"  # nothing to run: it needs nothing


def test_what_was_changed_is_run(source):
    assert run(source, *ASSIGNED[:5], TABLE + "  # mine", ASSIGNED[6]) == "r-srrrrs"


def test_all_before_a_check_is_run_wherever_it_stands(source):
    assert run(source, *ASSIGNED[:3], *ASSIGNED[4:], ASSIGNED[3]) == "r-srrrrr"


def test_without_the_assignment_all_is_run(tmp_path):
    assert run(tmp_path / "none.ipynb", *ASSIGNED) == "r-rrrrrr"


@pytest.mark.parametrize("path", chosen_notebooks(), ids=lambda path: path.stem)
def test_in_every_notebook_the_checks_and_what_they_need_are_run(path):
    cells = nbformat.read(path, as_version=4).cells
    codes = [cell for cell in cells if cell.cell_type == "code"]
    wanted = [[output.output_type for output in cell.outputs] for cell in codes]
    with_stored_outputs(cells, cells_of(path))
    leave_to_run(cells)
    shown = [is_shown(cell) for cell in codes]
    last = max(place for place, cell in enumerate(codes) if "gdlab.check(" in cell.source)
    assert shown[last + 1 :] == [True] * (len(codes) - last - 1)  # nothing of a blank notebook is the student's
    for cell, one, outputs in zip(codes, shown, wanted, strict=True):
        assert [output.output_type for output in cell.outputs] == (outputs if one else [])
        assert not (one and "gdlab.check(" in cell.source)
