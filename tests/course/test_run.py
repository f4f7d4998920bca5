"""A kernel starts ahead for the next submission; each submission still finds what lies beside its own notebook."""

import os
import sys
from pathlib import Path

import nbformat
import pytest

from gdlab.course import run
from gdlab.course.run import RunCells

SOURCE = "import os\nprint(os.getpid(), *sorted(os.listdir()))\nleft = open('left.txt', 'w')"


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Run a notebook beside these files; return its kernel's process, what lay beside it, and which one waits then."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))

    def grade(**files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.md").write_text(text)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)])
        done, _ = RunCells(kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(folder)}})
        process, *beside = done.cells[0].outputs[0].text.split()
        [(_, km)] = run._ahead
        return int(process), beside, km.provisioner.pid

    yield grade
    run._end_ahead()


def gone(process):
    """Tell whether a process has ended, though nobody may have asked after it yet."""
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_a_kernel_that_waits_is_taken_where_the_same_files_lie_beside_the_notebook(graded):
    first, beside, waiting = graded(glossary="words")
    assert (beside, gone(first), gone(waiting)) == (["glossary.md"], True, False)
    second, beside, next_one = graded(glossary="words")
    assert (second, beside, gone(second)) == (waiting, ["glossary.md"], True)  # and not what the one before left there
    third, beside, last = graded(glossary="words", notes="of one's own")
    assert third not in (first, second, next_one)
    assert (beside, gone(next_one)) == (["glossary.md", "notes.md"], True)
    fourth, beside, _ = graded(glossary="other words", notes="of one's own")
    assert (fourth != last, gone(last)) == (True, True)
    folder = run._ahead[0][0].root
    run._end_ahead()
    assert not folder.exists()
