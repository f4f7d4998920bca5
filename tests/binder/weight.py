"""What gdlab's environment weighs, beside those of other collections of interactive notebooks."""

from pathlib import Path

from tests.benchmarks.report import Table
from tests.binder.lock import FILE
from tests.binder.plan import Plan
from tests.binder.workshop import Environment

OTHERS = {
    "numpy/numpy-tutorials": "numpy scipy matplotlib pytest nbval statsmodels imageio gym jupytext",
    "jakevdp/PythonDataScienceHandbook": "numpy pandas scipy scikit-learn matplotlib jupyter notebook line_profiler "
    "memory_profiler numexpr seaborn pandas-datareader",
}
"""The packages in each one's `requirements.txt`, as read in November 2026, in their newest versions.

The second pins versions of 2016, which no Python of today takes, and calls scikit-learn sklearn. The first asks for
gym[atari], whose emulators are not made for Python 3.12: they are left out.
"""


def compared(repository: Path, plan: Plan, folder: Path) -> Table:
    """Install each from PyPI into an environment of its own; JupyterLab, which all need, is in each."""
    table = Table(["", "packages", "seconds to install", "MB on disk"])
    sets = {
        "JupyterLab alone": ["jupyterlab"],
        "gdlab": ["--requirement", repository / FILE, repository],
        **{name: ["jupyterlab", *packages.split()] for name, packages in OTHERS.items()},
    }
    for name, packages in sets.items():
        environment = Environment(folder / name.replace("/", "_"), plan.python)
        seconds = environment.install(*packages)
        table.add(name, environment.count(), seconds, environment.megabytes())
    return table
