"""How the tests are run: side by side, in which order, and on how many cores."""

import os
import re

import pytest
from xdist.scheduler import LoadFileScheduling

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""NumPy, not loaded yet, here and in every process to come: its threads wait for each other where cores are busy."""

LONG = ("tests/site/test_visit.py", "tests/browser/test_visits.py", "tests/browser/", "tests/course/")
LONG += ("tests/explorers/test_every_explorer.py", "tests/claims/", "tests/site/", "notebooks/")
"""What takes long must not come last; and what waits for a page goes well with what computes."""

DIVIDED = ("tests/browser/test_visits.py", "tests/explorers/test_every_explorer.py")
"""Files whose tests belong together only as far as they have the same first parameter."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((n for n, where in enumerate(LONG) if item.nodeid.startswith(where)), len(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers():
    """One more than there are cores: one always waits for a page or a kernel."""
    return (yield) + 1


class Scheduling(LoadFileScheduling):
    """A file to a worker, and of what is divided a part."""

    def _split_scope(self, nodeid):
        part = re.search(r"\[(\w+)", nodeid) if nodeid.startswith(DIVIDED) else None
        return part[1] if part else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)
