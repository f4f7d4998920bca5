"""Run a submission's cells, whatever they do: endless loops, floods of output, kernels that die.

A cell that does not end is interrupted. If that does not help, or the kernel is dead, the cells after it get a new
kernel, in which the good cells before are run again: one bad cell costs its own points and no others.
"""

import ast
import contextlib
import copy
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Integer

from gdlab.course import forked_kernel
from gdlab.course.skipped_cells import called, is_shown
from gdlab.course.workspace import Workspace

try:
    import resource
except ImportError:  # Windows
    resource = None

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class RunCells(Execute):
    """nbgrader's `Execute` with limits that hold."""

    timeout = Integer(30, help="Seconds after which an answer or a check is stopped.").tag(config=True)
    given = Integer(90, help="Seconds after which any other cell is stopped.").tag(config=True)
    notebook_seconds = Integer(300, help="Seconds after which the rest of a notebook is not run.").tag(config=True)
    kernels = Integer(3, help="How many kernels a notebook may use up.").tag(config=True)
    megabytes = Integer(4096, help="The memory that a kernel may take (on Linux); 0 for any.").tag(config=True)
    characters = Integer(100_000, help="How much text of a cell's output is kept.").tag(config=True)
    picture_characters = Integer(3_000_000, help="How much of a cell's other output is kept.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, km: None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with the outputs of a run from the top.

        Raises
        ------
        RuntimeError
            If no kernel can be started. Nothing that the cells do raises.
        """
        self._prepare(nb, resources, km)
        codes = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()]
        waiting = [i for i in codes if not is_shown(nb.cells[i])]
        why_not = kernel_error("NotRun", "the cells above had used up the time or the kernels")
        if all(_is_check(nb.cells[index]) for index in waiting):
            why_not = copy.deepcopy(NOTHING_THERE)
        else:
            self._run_all(waiting)
        for index in waiting:
            nb.cells[index].outputs = [why_not]
            if why_not.ename == "NotRun":
                self._remark(index, why_not.evalue)
        for cell in nb.cells:
            for output in cell.get("outputs", []):
                output.get("data", {}).pop(_WIDGET_VIEW, None)  # shows nothing without a kernel; the picture does
        return nb, self.resources

    def _prepare(self, nb: NotebookNode, resources: dict[str, Any] | None, km: None) -> None:
        NotebookClient.__init__(self, nb, km)  # as nbconvert does: what it keeps of a notebook is set anew
        self._check_assign_resources(resources)
        self.store_widget_state = self.record_timing = False
        self.coalesce_streams = True
        self.shutdown_kernel = "immediate"
        self.extra_arguments = [
            "--log-level=ERROR",  # a warning for each kernel would hide those that matter
            "--HistoryManager.enabled=False",  # what students wrote does not belong into the instructor's own
        ]
        self._ends = time.monotonic() + self.notebook_seconds
        self.timeout_func = self._limit

    def _limit(self, cell: NotebookNode) -> int:
        """Return the seconds that a cell may take: a lesson's own may train for long on a slow machine."""
        most = self.timeout if cell.metadata.get("nbgrader") else max(self.timeout, self.given)
        return max(1, min(most, int(self._seconds_left())))

    def _seconds_left(self) -> float:
        return self._ends - time.monotonic()

    def _start(self) -> tuple[Workspace, KernelManager]:
        """Start a kernel with limited memory in a workspace of its own; do not wait until it is ready."""
        workspace = Workspace(Path(self.resources["metadata"]["path"]))
        self.km = self.create_kernel_manager()
        self.km.client_class = f"{forked_kernel.__name__}.{forked_kernel.PromptClient.__name__}"
        how = {"provisioner_name": forked_kernel.NAME, "config": {"folder": str(workspace.root)}}
        self.km.kernel_spec.metadata = {**self.km.kernel_spec.metadata, "kernel_provisioner": how}
        self.start_new_kernel(cwd=str(workspace.work), env=workspace.environment)
        process = getattr(self.km.provisioner, "pid", None)
        if self.megabytes and process and hasattr(resource, "prlimit"):
            limit = self.megabytes * 2**20
            with contextlib.suppress(OSError, ValueError):  # it died at once, or has a lower limit
                resource.prlimit(process, resource.RLIMIT_DATA, (limit, limit))
        return workspace, self.km

    @contextlib.contextmanager
    def _kernel(self):
        """Have a kernel, and leave no process of it behind."""
        with contextlib.ExitStack() as stack:
            for tries_left in (2, 1, 0):
                stack.callback(_end, *self._start())
                try:
                    stack.enter_context(self.setup_kernel())
                    break
                except RuntimeError:  # it ended at once: another program may have taken one of its ports
                    if not tries_left:
                        raise
            yield

    def _run_all(self, waiting: list[int]) -> None:
        """Run the cells that wait, in one kernel or, if it is used up, in a few; those not run are left waiting."""
        good: list[int] = []
        for _ in range(self.kernels):
            if waiting and self._seconds_left() > 0:
                with self._kernel():
                    self._run_on(waiting, good)

    def _run_on(self, waiting: list[int], good: list[int]) -> None:
        """Run the cells that wait until none does or the kernel is used up; what ran well becomes `good`."""
        if not all(self._run(index, again=True) for index in good):
            return
        while waiting and self._seconds_left() > 0:
            index = waiting.pop(0)
            if not self._run(index):
                return
            if not self._timed_out and not _is_check(self.nb.cells[index]):
                good.append(index)

    def _run(self, index: int, *, again: bool = False) -> bool:
        """Run a cell; return whether the kernel can still be used. `again`: only for what it does to the kernel."""
        cell = self.nb.cells[index]
        self._timed_out, self._spent, self._told, self._kept = False, "", [], {"text": 0, "other": 0}
        problem = ""
        if _is_too_deep(cell.source):  # a kernel would give no answer
            words = "its expressions are nested too deeply for Python to read"
            cell.outputs = [kernel_error("RecursionError", words)]
            return True
        try:
            self.execute_cell(copy.deepcopy(cell) if again else cell, index)
        except DeadKernelError:
            problem = "the kernel died in this cell"
        except CellTimeoutError:  # no word that it is idle: it runs on, or the word was lost in a flood of output
            if self._timed_out:
                problem, self._told = "the cell could not be stopped, so its kernel was ended", []
        except Exception:  # a reply that is none: cells can have their kernel say anything
            problem = "what its kernel answered could not be read"
        problem = problem or self._spent
        self.nb.cells[index] = cell
        if not again:
            for told in self._told:
                self._remark(index, told)
        if problem and not again:
            cell.outputs.append(kernel_error("KernelEnded", problem))
            self._remark(index, problem)
        return not problem

    def _remark(self, index: int, words: str) -> None:
        """Keep what there is to be said of a cell: an output that says so may be the submission's own."""
        cell = self.nb.cells[index]
        name = cell.metadata.get("nbgrader", {}).get("grade_id") or called(self.nb.cells, index).capitalize()
        self.nb.metadata.setdefault("gdlab", NotebookNode(remarks=[])).remarks.append(f"{name}: {words}.")

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> dict[str, Any] | None:
        self._timed_out = True
        reply = await super()._async_handle_timeout(timeout, cell)
        if reply:
            told = f"stopped after {timeout} seconds"
            self._told.append(told)
            reply["content"] |= {"ename": "TimeIsUp", "evalue": told, "traceback": [f"TimeIsUp: {told}"]}
        return reply

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Note that a kernel is of no more use: a cell asked it to end, as ``exit()`` does, or filled its memory."""
        super().on_cell_executed(**kwargs)
        reply = kwargs["execute_reply"]["content"]
        if any(item.get("source") == "ask_exit" for item in reply.get("payload", [])):
            self._spent = "this cell ended the kernel"
        elif reply.get("ename", "").endswith("MemoryError"):  # NumPy has one of its own
            self._spent = "this cell took more memory than there is"

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Let go what is too much, what is no output, and what widgets say to a page that is not there."""
        try:
            if msg["msg_type"].startswith("comm") or not self._cut(msg["content"]):
                return None
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:  # so nbclient knows that a cell has ended
            raise
        except Exception:  # what notebooks cannot hold: a number for a text, say
            told = "something that it showed could not be read"
            self._told += [] if told in self._told else [told]
            return None

    def _cut(self, content: dict[str, Any]) -> bool:
        """Shorten the content of a message to what its cell may still hold; return whether there is room for any."""
        kind = "other" if "data" in content else "text"
        room = (self.picture_characters if kind == "other" else self.characters) - self._kept[kind]
        if isinstance(content.get("data"), dict):
            size = sum(len(str(value)) for value in content["data"].values())
            if size > room:
                content["data"] = {"text/plain": "… (too large an output, left out)"}
        else:
            told = [name for name in ("text", "evalue") if isinstance(content.get(name), str)]
            size = sum(len(content[name]) for name in told)
            if told and room <= 0:
                return False
            for name in told:
                if len(content[name]) > room:
                    content[name] = content[name][:room] + "\n… (more output, left out)\n"
            if "traceback" in content:
                content["traceback"] = [line[: max(room, 1000)] for line in content["traceback"]]
        self._kept[kind] += size
        return True


def _end(workspace: Workspace, km: KernelManager) -> None:
    """End a kernel and all that it started; then its workspace goes."""
    group = getattr(km.provisioner, "pgid", None)
    if group and hasattr(os, "killpg") and group != os.getpgid(0):
        with contextlib.suppress(OSError):  # the usual case: nothing is left of it
            os.killpg(group, signal.SIGKILL)
    km.cleanup_connection_file()
    workspace.close()


def _is_too_deep(source: str) -> bool:
    """Tell whether Python gives up reading a cell, say a sum of thousands of terms."""
    found = []

    def read() -> None:
        try:
            ast.parse(source)
        except (RecursionError, MemoryError) as error:
            found.append(error)
        except (SyntaxError, ValueError):
            pass

    if len(source) > 2000:
        reader = threading.Thread(target=read)  # it has the whole depth, as a kernel has
        reader.start()
        reader.join()
    return bool(found)


def _is_check(cell: NotebookNode) -> bool:
    return is_grade(cell) and not is_solution(cell)


def kernel_error(name: str, words: str) -> NotebookNode:
    """Return an output that says, as a traceback would, why there is no other."""
    return new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}"])


NOTHING_THERE = kernel_error("NothingThere", "there is no code to check")
"""What the checks of a submission show in which nothing is to be run but checks."""
