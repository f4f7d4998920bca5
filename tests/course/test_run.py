"""Each submission has a kernel of its own, forked from a process in which no submission runs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from gdlab.course import forked_kernel
from gdlab.course.run import RunCells

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="kernels are forked on Linux alone")
ALONE = """
import os, random, sys, threading
import numpy as np
print(os.getpid(), os.getppid(), os.getsid(0), threading.active_count(), *sorted(os.listdir()))
"""


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Run cells beside these files in a kernel; return what they printed."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))

    def grade(*sources, **files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.md").write_text(text)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        done, _ = RunCells(kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(folder)}})
        return ["".join(output.get("text", str(output)) for output in cell.outputs) for cell in done.cells]

    yield grade
    forked_kernel.end_template()


def gone(process):
    """Tell whether a process has ended, though nobody may have asked after it yet."""
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_each_submission_has_a_process_of_its_own_and_finds_its_own_files(graded):
    [first], [second] = graded(ALONE, glossary="words"), graded(ALONE, notes="of one's own")
    (one, template, session, *_, beside), (other, same, *_, own) = first.split(), second.split()
    assert (session, same, beside, own) == (one, template, "glossary.md", "notes.md")
    assert len({one, other, template, str(os.getpid())}) == 4
    assert [gone(int(process)) for process in (one, other, template)] == [True, True, False]
    assert len(os.listdir(f"/proc/{template}/task")) == 1  # to fork among threads may leave a lock closed for ever
    forked_kernel.end_template()
    assert gone(int(template))


def test_nothing_that_one_submission_changes_is_there_for_the_next(graded):
    [said] = graded(
        "import gdlab\ngdlab.check = print\ngdlab.lessons.catalogue.EXERCISES.clear()\nopen('left', 'w')\nprint(1)"
    )
    assert said == "1\n"
    [said] = graded(
        "import gdlab, os\nfrom gdlab.lessons.catalogue import EXERCISES\n"
        "print(gdlab.check is print, len(EXERCISES) > 20, os.listdir())"
    )
    assert said == "False True []\n"


def test_no_two_kernels_draw_the_same_numbers(graded):
    draw = (
        "import random\nimport numpy as np\nprint(random.random(), np.random.rand(), np.random.default_rng().random())"
    )
    one, other = (graded(draw)[0].split() for _ in range(2))
    assert len({*one, *other}) == 6


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSTOP])
def test_a_template_that_has_ended_or_stands_still_costs_the_next_submission_nothing(graded, monkeypatch, way):
    monkeypatch.setattr(forked_kernel, "_ANSWER", 2)
    template = int(graded(ALONE)[0].split()[1])
    os.kill(template, way)
    process, another, *_ = graded(ALONE)[0].split()
    assert int(another) not in (template, os.getpid())
    assert gone(template)
    assert gone(int(process))


def test_a_kernel_that_ends_before_it_is_ready_is_told_so(graded, monkeypatch):
    monkeypatch.setattr(forked_kernel, "_can_fork", lambda: False)
    monkeypatch.setattr(forked_kernel.fence, "fenced", lambda folder: [sys.executable, "-c", "raise SystemExit", "--"])
    with pytest.raises(RuntimeError, match="ended before it was ready"):
        graded(ALONE)


def test_a_cell_of_the_lesson_may_take_longer_than_an_answer(tmp_path):
    slow = nbformat.v4.new_code_cell("import time; time.sleep(2); print('done')")
    answer = nbformat.v4.new_code_cell(slow.source, metadata={"nbgrader": {"grade_id": "answer", "solution": True}})
    cells = (
        RunCells(timeout=1, given=60)
        .preprocess(nbformat.v4.new_notebook(cells=[slow, answer]), {"metadata": {"path": str(tmp_path)}})[0]
        .cells
    )
    assert [output.get("text") for output in cells[0].outputs] == ["done\n"]
    assert "stopped after 1 seconds" in [output.get("evalue") for output in cells[1].outputs]


def test_a_kernel_whose_port_is_taken_costs_the_submission_nothing(graded, monkeypatch):
    began, wait = [], forked_kernel.PromptClient.wait_for_ready

    async def fail_at_first(client, timeout=None):
        began.append(client)
        if len(began) < 3:
            raise RuntimeError("the kernel ended before it was ready")
        await wait(client, timeout)

    monkeypatch.setattr(forked_kernel.PromptClient, "wait_for_ready", fail_at_first)
    process = graded(ALONE)[0].split()[0]
    assert len(began) == 3
    assert gone(int(process))


def test_where_no_process_can_be_forked_a_kernel_starts_as_usual(graded, monkeypatch):
    monkeypatch.delattr(os, "pidfd_open")
    assert graded(ALONE)[0].split()[1] == str(os.getpid())


ENDLESS = """
import os, time
with open(os.environ["SAYS"], "w") as file:  # kernels may write there
    print(os.getpid(), os.getppid(), file=file)
time.sleep(60)
"""
GRADER = f"""
import nbformat
from gdlab.course.run import RunCells
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell({ENDLESS!r})])
RunCells(kernel_name="python3").preprocess(notebook, {{"metadata": {{"path": "."}}}})
"""


def test_a_grader_that_is_killed_leaves_no_process_behind(tmp_path):
    says = Path("/dev/shm") / f"gdlab-test-{os.getpid()}"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    try:
        environment = os.environ | {"SAYS": str(says), "PATH": path}
        grader = subprocess.Popen([sys.executable, "-c", GRADER], cwd=tmp_path, env=environment)
        _until(lambda: says.exists() and len(says.read_text().split()) == 2)
        grader.kill()
        grader.wait()
        _until(lambda: all(gone(int(process)) for process in says.read_text().split()))
    finally:
        says.unlink(missing_ok=True)


def _until(there):
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end
        time.sleep(0.1)
