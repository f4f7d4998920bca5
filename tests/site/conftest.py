"""One site for all tests, made by the command, served as files in a folder of its own; there is no network beyond."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gdlab.command import main
from tests.browser import lab

PYODIDE = os.environ.get("GDLAB_PYODIDE", "")
"""A Pyodide distribution: a folder, an archive or a URL, as `gdlab site --pyodide` takes it."""


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """The site with all lessons and Python inside."""
    if not PYODIDE:
        pytest.skip("GDLAB_PYODIDE names no Pyodide distribution (a folder, an archive or a URL): tests/site/README.md")
    site = tmp_path_factory.mktemp("served") / "some" / "folder"
    assert main(["site", str(site), "--pyodide", PYODIDE]) == 0
    return site


@pytest.fixture(scope="module")
def address(built) -> str:
    """Where the site is served by Python's own web server, below the server's top.

    The pages are told to offer JupyterLab's application to a script, by which the tests look into it.
    """
    settings = built / "jupyter-lite.json"
    told = json.loads(settings.read_text(encoding="utf-8"))
    told["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings.write_text(json.dumps(told), encoding="utf-8")
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", built.parents[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        port = server.stdout.readline().split(" port ")[1].split()[0]  # "Serving HTTP on 127.0.0.1 port 8000 (…"
        yield f"http://127.0.0.1:{port}/some/folder/{{}}"
        server.terminate()


@pytest.fixture(scope="module")
def chromium():
    """A browser that reaches this machine alone."""
    if lab.CHROMIUM is None:
        pytest.skip("no Chromium is installed: `apt-get install chromium`, or set it up as `chromium` on the PATH")
    sync_api = pytest.importorskip("playwright.sync_api")
    cut = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=[*lab.CHROMIUM_FLAGS, cut])
        yield browser
        browser.close()
