"""A page on which every explorer of a lesson is played through: what browser and kernel hold before and after.

The page keeps pictures of the steps around the one shown, at most 160 and 16 MB for each explorer.
"""

import os

import nbformat
import psutil
from playwright.sync_api import Page

from gdlab.lessons import LESSONS
from tests.benchmarks.browser import STAGE, server_and_chromium
from tests.benchmarks.report import Table, memory_of
from tests.browser import lab
from tests.notebooks.refresh import FOLDER

PLAY = """async stage => {
    const button = stage.querySelector('.play');
    if (!button) return;
    stage.scrollIntoView({block: 'center'});
    stage.querySelector('.picture').dispatchEvent(new PointerEvent('pointerenter'));
    stage.dispatchEvent(new PointerEvent('pointerenter'));
    button.click();
    const end = performance.now() + 6000;
    while (performance.now() < end && button.ariaLabel.startsWith('Pause'))
        await new Promise(done => setTimeout(done, 50));
    if (button.ariaLabel.startsWith('Pause')) button.click();
}"""


def measure(quick: bool) -> list[Table]:
    """Measure the lessons with the most explorers."""
    most = sorted(LESSONS, key=lambda name: -len(LESSONS[name].explorers))[: 1 if quick else 4]
    table = Table(
        ["MB", "explorers", "browser after Run All", "played once", "played twice", "JavaScript heap", "kernel"]
    )
    for name in sorted(most):
        table.add(name, len(LESSONS[name].explorers), *_played(name))
    table.notes.append(
        "The browser: the share of the memory (PSS) of all of Chromium's processes, JupyterLab's page among them. "
        "Played: each explorer to the end of its run, or for six seconds."
    )
    return [table]


def _played(name: str) -> list[float]:
    with server_and_chromium(nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)) as (browser, address):
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        notebook = lab.Notebook(page, address, "page.ipynb")
        notebook.run_all()
        notebook.wait_until_ready()
        sizes = [_browser()]
        for _ in range(2):
            for stage in page.locator(STAGE).all():
                stage.evaluate(PLAY)
            page.wait_for_timeout(1000)
            sizes.append(_browser())
        return [*sizes, _heap(page), max(memory_of(one.pid) for one in _started("ipykernel"))]


def _started(word: str) -> list[psutil.Process]:
    """Return the processes that this one has started, however far down, with a word in their command."""
    every = psutil.Process(os.getpid()).children(recursive=True)
    return [one for one in every if one.status() != psutil.STATUS_ZOMBIE and word in " ".join(one.cmdline())]


def _browser() -> float:
    return sum(memory_of(one.pid) for one in _started("chromium"))


def _heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
