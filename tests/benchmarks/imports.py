"""``import gdlab`` beside ``import numpy``; each notebook's Run All; what a kernel weighs after it."""

import asyncio
import subprocess
import sys
import time

import nbformat
from nbclient import NotebookClient

from tests.benchmarks.report import Table, median, memory_of
from tests.notebooks.refresh import FOLDER, stored

LINES = {
    "nothing": "pass",
    "import numpy": "import numpy",
    "import gdlab": "import gdlab",
    "import matplotlib.pyplot, ipywidgets": "import matplotlib.pyplot, ipywidgets",
    "the first explorer": "import gdlab; gdlab.RuleRace()",
}
PLAIN = "import numpy, matplotlib.pyplot as plt, ipywidgets\nplt.plot([1, 2])\nplt.show()"


def measure(quick: bool) -> list[Table]:
    return [lines(3 if quick else 9), notebooks(stored()[:2] if quick else stored())]


def lines(rounds: int) -> Table:
    times: dict[str, list[float]] = {name: [] for name in LINES}
    for turn in range(rounds + 1):
        for name, code in LINES.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parent)
            if turn:
                times[name].append(1000 * (time.perf_counter() - began))
    base, numpy = median(times["nothing"]), median(times["import numpy"])
    table = Table(["a new Python does", "ms", "more than nothing", "÷ import numpy"])
    for name, each in times.items():
        more = median(each) - base
        table.add(name, median(each), more if more else None, more / (numpy - base) if more else None)
    return table


def notebooks(paths: list) -> Table:
    plain_seconds, plain_mb = run_all(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PLAIN)]))
    table = Table(["Run All", "seconds", "kernel after it, MB", "MB ÷ a kernel with one pyplot figure"])
    table.add("*one pyplot figure*", plain_seconds, plain_mb, 1.0)
    for path in paths:
        seconds, mb = run_all(nbformat.read(path, as_version=4))
        table.add(path.stem, seconds, mb, mb / plain_mb)
    table.notes.append(
        "In the kernel (nbclient), from the first cell to the last, without the start of the kernel and without the "
        "page; memory is the kernel's share (PSS)."
    )
    return table


def run_all(notebook: nbformat.NotebookNode) -> tuple[float, float]:
    """Return seconds from the first cell to the last, and the kernel's megabytes then."""

    async def whole() -> tuple[float, float]:
        client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
        async with client.async_setup_kernel():
            began = time.perf_counter()
            for index, cell in enumerate(notebook.cells):
                await client.async_execute_cell(cell, index)
            return time.perf_counter() - began, memory_of(client.km.provisioner.pid)

    return asyncio.run(whole())
