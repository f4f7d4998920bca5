"""What every part of the benchmarks returns: tables in Markdown, with a word on what was seen."""

import os
import platform
import timeit
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = ["numpy", "matplotlib", "ipywidgets", "pillow", "jupyterlab", "ipykernel"]
PACKAGES += ["torch", "autograd", "scikit-learn", "playwright"]


@dataclass
class Table:
    """Rows under a head; numbers are written with three significant digits, None as a dash."""

    head: Sequence[str]
    rows: list[Sequence[Any]] = field(default_factory=list)
    title: str = ""
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: Any) -> None:
        self.rows.append(cells)

    def __str__(self) -> str:
        lines = [self.head, ["---", *["--:"] * (len(self.head) - 1)], *self.rows]
        text = "\n".join(f"| {' | '.join(map(written, line))} |" for line in lines)
        return "\n\n".join(filter(None, [f"**{self.title}**" if self.title else "", text, *self.notes]))


def written(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and not np.isfinite(cell)):
        return "–"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return str(cell)


def median(values: Iterable[float]) -> float:
    values = list(values)
    return float(np.median(values)) if values else float("nan")


def p95(values: Iterable[float]) -> float:
    values = list(values)
    return float(np.percentile(values, 95)) if values else float("nan")


def machine() -> str:
    """Describe where it was measured, in one paragraph."""
    model, memory = platform.processor() or platform.machine(), ""
    if Path("/proc/cpuinfo").exists():
        found = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        model = found[0].split(":", 1)[1].strip() if found else model
        kilobytes = int(Path("/proc/meminfo").read_text().split(None, 2)[1])
        memory = f", {kilobytes / 2**20:.0f} GiB"
    packages = []
    for name in PACKAGES:
        try:
            packages.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            packages.append(f"no {name}")
    loop = min(timeit.repeat("for one in range(1_000_000): total += one", "total = 0", number=1, repeat=9))
    return (
        f"{os.cpu_count()} cores, {model}{memory}, Python adds up a million numbers in {1000 * loop:.0f} ms; "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}; {', '.join(packages)}; "
        "one thread a process."
    )


def memory_of(pid: int) -> float:
    """Return a process's share of the memory (PSS) in MB: pages that several share are split among them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no Pss for process {pid}")


def seconds_of(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
