"""One JupyterLab for all browser tests, on a copy of the notebooks, and one Chromium for a module of them.

Not one for the session: Playwright keeps an event loop running as long as it lives, and other tests would find it.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import lab
from tests.notebooks.refresh import FOLDER

VIEWPORT = {"width": 1280, "height": 1200}  # the tallest explorer and what JupyterLab has around it


@pytest.fixture(scope="module")
def chromium():
    if lab.CHROMIUM is None:
        pytest.skip("no Chromium is installed: `apt-get install chromium`, or set it up as `chromium` on the PATH")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """What is served: a copy of the notebooks, so that no test can change them, and what tests put there."""
    folder = tmp_path_factory.mktemp("notebooks") / "copy"
    shutil.copytree(FOLDER, folder)
    return folder


@pytest.fixture(scope="session")
def served(folder, tmp_path_factory):
    """The address of a server."""
    with lab.server(folder, tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture(scope="module")
def opened(chromium, served):
    """Open one notebook after the other in a page of JupyterLab that is loaded once."""
    with closing_pages() as pages:
        notebooks = []

        def open_in_its_place(name):
            if notebooks:
                notebooks[0].open(name)
            else:
                pages.append(chromium.new_page(viewport=VIEWPORT))
                notebooks.append(lab.Notebook(pages[0], served, name))
            return notebooks[0]

        yield open_in_its_place


@pytest.fixture(scope="module")
def ran(opened, folder):
    """Write a notebook of these cells, open it and run it."""

    def write_open_and_run(name, cells):
        lab.written(folder / name, cells)
        one = opened(name)
        one.run_all()
        one.wait_until_ready()
        return one

    return write_open_and_run


@contextmanager
def closing_pages():
    pages = []
    yield pages
    for page in pages:  # and the kernel with it: a server keeps those of closed pages
        page.evaluate("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()")
        page.close()


@pytest.fixture(scope="session")
def keep():
    """Take a picture of something on a page and keep it in `tests/artefacts/`, to be looked at afterwards."""
    folder = Path(__file__).parents[1] / "artefacts"
    folder.mkdir(exist_ok=True)

    def kept(locator, name):
        locator.screenshot(path=folder / f"{name}.png")

    return kept
