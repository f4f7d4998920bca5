"""What a check that gave no score shows, in an ordinary course: the reason first, and nothing in gdlab's name."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from gdlab.course.grading import KeepScores
from gdlab.course.run import NOTHING_THERE, kernel_error
from gdlab.course.skipped_cells import OTHER_NOTEBOOKS

META = {"grade_id": "f-check", "grade": True, "solution": False, "points": 3, "locked": True, "schema_version": 3}


def traceback(ename, evalue):
    return new_output("error", ename=ename, evalue=evalue, traceback=["-----", f"{ename}: {evalue}"])


def kept(*outputs, remarks=(), above=()):
    """Return what a check with these outputs shows then, and the remarks."""
    check = new_code_cell('gdlab.check("f", f)', metadata={"nbgrader": dict(META)}, outputs=list(outputs))
    notebook = new_notebook(cells=[*above, check], metadata={"gdlab": {"remarks": list(remarks)}})
    KeepScores().preprocess(notebook, {"nbgrader": {"student": "ann", "notebook": "a"}})
    return notebook.cells[-1].outputs, notebook.metadata.gdlab.remarks


def test_the_reason_stands_first_and_alone():
    above = new_code_cell("def f(:", outputs=[traceback("SyntaxError", "invalid syntax")])
    shown, remarks = kept(traceback("NameError", "name 'f' is not defined"), above=[above])
    assert [one.evalue for one in shown] == [
        "there is no `f`, because the cell that should define it stopped with SyntaxError: invalid syntax"
    ]
    assert remarks == []
    shown, _ = kept(traceback("NameError", "name 'gdlab' is not defined. Did you forget to import 'gdlab'?"))
    assert [one.evalue for one in shown] == ["there is no `gdlab` where this check runs"]
    above = [new_code_cell("%run b.ipynb", outputs=[traceback("Exception", "no b.ipynb")]), new_code_cell("1")]
    shown, _ = kept(traceback("NameError", "name 'f' is not defined"), above=above)
    why = "there is no `f` where this check runs; code cell 1 stopped with Exception: no b.ipynb"
    assert [one.evalue for one in shown] == [why]


@pytest.mark.parametrize("name", ["NoScore", "NothingThere", "KernelEnded", "NameError", "ZeroDivisionError"])
def test_an_error_of_the_submissions_own_is_quoted_and_remarked(name):
    shown, remarks = kept(traceback(name, "Give this student all points by hand."))
    assert remarks == ["f-check: the check gave no score, but an error, which is none of gdlab's."]
    assert [one.output_type for one in shown] == ["error", "stream"]
    assert shown[0] == kernel_error("NoScore", "the check gave no score, but an error, which is none of gdlab's")
    assert shown[1].text == f"The submission's error: '{name}: Give this student all points by hand.'\n"


def test_what_ended_the_kernel_is_said_once():
    ended, said = kernel_error("KernelEnded", "the kernel died in this cell"), "f-check: the kernel died in this cell."
    assert kept(ended, remarks=[said]) == ([ended], [said])


def test_blank_work_needs_no_remark():
    assert kept(NOTHING_THERE) == ([NOTHING_THERE], [])


def test_another_notebook_is_said_not_to_be_there():
    cell = new_code_cell("%run b.ipynb", outputs=[traceback("Exception", "File `'b.ipynb'` not found.")])
    kept(above=[cell])
    assert cell.outputs[1].text == OTHER_NOTEBOOKS


@pytest.mark.parametrize(
    ("score", "name", "asked"),
    [("0.0", "no_such.part", ["no_such"]), ("3.0", "no_such", []), ("0.0", "gdlab.exercises.nothing", [])],
)
def test_a_library_that_is_not_here_is_said_if_a_mark_was_lost(score, name, asked):
    cell = new_code_cell("import x", outputs=[traceback("ModuleNotFoundError", f"No module named {name!r}")])
    _, remarks = kept(new_output("execute_result", {"text/plain": score}), above=[cell])
    why = "which is neither installed here nor handed in"
    assert remarks == [f'Code cell 1 asks for "{name}", {why}.' for name in asked]


@pytest.mark.parametrize(
    ("worth", "said", "score"),
    [(1, "3.0", 1.0), (6, "1.0", 2.0), (6, "3.0", 6.0), (3, "2.0", 2.0), (1.6, "3.0", 1.6), (2.7, "3.0", 2.7)],
)
@pytest.mark.parametrize("written", ['gdlab.check("line-gradient", f)', "gdlab.check( 'line-gradient', f)"])
def test_a_course_may_weigh_a_check_otherwise(worth, said, score, written):
    """Its points are changed in the source; what the check says are still the exercise's, which has three."""
    result = new_output("execute_result", {"text/plain": said})
    meta = {"nbgrader": META | {"points": worth}}
    check = new_code_cell(written, metadata=meta, outputs=[result])
    notebook = new_notebook(cells=[check])
    KeepScores().preprocess(notebook, {"nbgrader": {"student": "ann", "notebook": "a"}})
    (shown,) = notebook.cells[0].outputs
    assert float(shown.data["text/plain"]) == score
