"""The site in a browser: from the first click to a live explorer, what is sent, and where a redraw's time goes."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Page, sync_playwright

from gdlab.site.make import make_site
from tests.benchmarks.report import Table, median
from tests.browser import lab

PATIENCE = 600_000
"""Milliseconds that Python may take to start."""
_PARTS = """
import json, time
def took(act, rounds):
    times = []
    for k in range(rounds + 1):
        start = time.perf_counter()
        act(k)
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times[1:])[rounds // 2]
e = gdlab.LineFit()
numbers = [e.compute(**{**e.values, "step": k}) for k in range(ROUNDS + 1)]
p = e._painting
whole = took(lambda k: p.paint(p._scene_key, lambda: None, lambda: e.draw(numbers[k])), ROUNDS)
pack = took(lambda k: p._encoder.png(p._pixels()), ROUNDS)
compute = took(lambda k: e.compute(**{**e.values, "step": k}), ROUNDS)
print(json.dumps([compute, whole - pack, pack]))
"""


class _Counting(SimpleHTTPRequestHandler):
    """Serves files and counts the bytes of them that go out."""

    sent = 0

    def copyfile(self, source, outputfile) -> None:
        _Counting.sent += os.fstat(source.fileno()).st_size
        super().copyfile(source, outputfile)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def measure(quick: bool) -> list[Table]:
    pyodide = os.environ.get("GDLAB_PYODIDE")
    if not pyodide:
        raise RuntimeError("GDLAB_PYODIDE names no Pyodide distribution: tests/site/README.md")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        make_site(Path(place, "site"), ["01"], pyodide)
        with _served(Path(place, "site")) as address:
            browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
            tables = _visits(browser, address, 5 if quick else 25)
            browser.close()
    return tables


@contextmanager
def _served(site: Path) -> Iterator[str]:
    settings = site / "jupyter-lite.json"
    told = json.loads(settings.read_text(encoding="utf-8"))
    told["jupyter-config-data"]["exposeAppInBrowser"] = True  # so that the page can be asked
    settings.write_text(json.dumps(told), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Counting, directory=site)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _visits(browser: Browser, address: str, rounds: int) -> list[Table]:
    starts = Table(["visit", "Python runs, s", "a live explorer, s", "MB sent", "load"], title="From the first click")
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    for visit in ("the first", "the second, some minutes later"):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        _Counting.sent = 0
        starts.add(visit, *_start(page, address), _Counting.sent / 1e6, os.getloadavg()[0])
        if visit == "the first":
            page.close()
    starts.notes.append(
        "Files on this machine; *Run all* is clicked as soon as it is there. Live: a picture stands on the page, to be "
        "moved. The load is that of the last minute: where it is more than the number of cores, the times are not "
        "this program's."
    )
    return [starts, _redraw(page, rounds)]


def _start(page: Page, address: str) -> tuple[float, float]:
    page.goto(address)
    start = time.monotonic()
    page.get_by_role("link", name="Open 01 fit a line").click()
    line = page.locator(".gdlab-line")
    line.get_by_role("button", name="Run all").click()
    line.get_by_text("Python runs in your browser.").wait_for()
    python = time.monotonic() - start
    page.locator(".gdlab-stage canvas.shown").first.wait_for(state="attached")
    return python, time.monotonic() - start


def _redraw(page: Page, rounds: int) -> Table:
    page.wait_for_function(
        """() => {
            const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
            const cells = [...content.model.cells].filter(cell => cell.type === 'code');
            return sessionContext.session.kernel.status === 'idle' && cells.every(cell => cell.executionCount);
        }"""
    )
    whole = median(page.evaluate(_MOVE, rounds))
    compute, draw, pack = json.loads(page.evaluate(_RUN, _PARTS.replace("ROUNDS", str(rounds))))
    table = Table(["LineFit, another step", "ms"], title="Where the time of a redraw goes")
    for part, took in (("computing", compute), ("drawing", draw), ("packing as PNG", pack)):
        table.add(part, took)
    table.add("the way there and back, decoding", whole - compute - draw - pack)
    table.add("from the slider to the picture", whole)
    table.notes.append(f"Medians of {rounds}. None of the pictures was made ahead.")
    return table


_RUN = """async code => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const future = kernel.requestExecute({ code });
    let said = '';
    future.onIOPub = ({ header, content }) => { if (header.msg_type === 'stream') said += content.text; };
    await future.done;
    return said;
}"""

_MOVE = """async rounds => {
    const stage = document.querySelector('.gdlab-stage');
    const [image, slider] = [stage.querySelector('canvas.shown'), stage.querySelector('.walk input[type=range]')];
    const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
    const times = [];
    for (let k = 0; k <= rounds; k++) {
        const [before, start] = [image.dataset.picture, performance.now()];
        slider.value = (7 * k + 3) % slider.max;
        slider.dispatchEvent(new Event('input'));
        while (image.dataset.picture === before && performance.now() - start < 60000) await pause(1);
        if (k) times.push(performance.now() - start);
        await pause(300);
    }
    return times;
}"""
