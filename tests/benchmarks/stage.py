"""A JupyterLab page on which pictures stand side by side, and a stop-watch inside the page."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Page, TimeoutError, sync_playwright

from tests.browser import lab

ROOT = Path(__file__).parents[2]

WATCH = """
(() => {
    const painted = () => new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();  // its message comes after the frame has been painted
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
    }));
    const shown = [];  // what canvases have drawn, for ipympl
    const drawImage = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...all) {
        const result = drawImage.apply(this, all);
        if (this.canvas.isConnected) shown.forEach(tell => tell(this.canvas));
        return result;
    };
    const pictures = box => [...box.querySelectorAll('img')];
    const state = box => pictures(box).map(i => i.src).join() + (box.querySelector('.floor')?.innerText ?? '');
    window.control = (box, label) => {  // a slider's handle, or the button beside a list
        const sliders = [...box.querySelectorAll('.widget-slider')];
        const named = sliders.find(one => one.querySelector('label')?.textContent === label);
        return box.querySelector(`button[title='Next: ${label}']`)
            ?? (label && sliders.length > 1 ? named : sliders[0]).querySelector('[role=slider]');
    };
    window.watch = (box, seen) => {
        let before = state(box);
        const look = async () => {
            if (state(box) === before || state(box) === '') return;
            before = state(box);
            try { await Promise.all(pictures(box).map(i => i.decode())); } catch { return; }
            seen(await painted());
        };
        const observer = new MutationObserver(look);
        const all = {subtree: true, childList: true, characterData: true};
        observer.observe(box, {...all, attributes: true, attributeFilter: ['src']});
        const canvas = async one => { if (box.contains(one)) seen(await painted()); };
        shown.push(canvas);
        return () => { observer.disconnect(); shown.splice(shown.indexOf(canvas), 1); };
    };
    window.arm = box => {  // from the next key press to the first picture after it
        window.result = new Promise(done => {
            let pressed = null;
            const key = () => { pressed = performance.now(); };
            const stop = watch(box, at => pressed !== null && finish(at - pressed));
            const finish = value => {
                stop(); removeEventListener('keydown', key, true); clearTimeout(late); done(value);
            };
            const late = setTimeout(() => finish(null), 6000);
            addEventListener('keydown', key, true);
        });
    };
})()
"""

READY = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"""


class Stage:
    """One notebook with one cell, run again and again with other code."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.notebook = lab.Notebook(page, address, "stage.ipynb")
        page.evaluate(WATCH)

    def show(self, code: str) -> None:
        """Run code as the page's only cell and wait until the kernel and the page rest."""
        self.page.evaluate(
            """async code => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.model.cells.get(0).sharedModel.setSource(code);
                notebook.activeCellIndex = 0;
                await window.jupyterapp.commands.execute('notebook:run-cell');
                await window.jupyterapp.commands.execute('notebook:enter-command-mode');
            }""",
            code,
        )
        if errors := self.notebook.outputs("error"):
            raise RuntimeError(f"the page says {errors}")
        self.settle(400)

    def stand(self, explorer_class: type, control: str, start: Any, ways: list[str]) -> None:
        """Show one picture in several ways, each in a box of the class ``way-…``; see `tests.benchmarks.rivals`."""
        found = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
        call = f"show({explorer_class.__name__!r}, {control!r}, {start!r}, {ways!r})"
        self.show(f"{found}\nfrom tests.benchmarks.rivals import show\n{call}")

    def settle(self, milliseconds: int = 60) -> None:
        self.page.wait_for_function(READY, timeout=120_000)
        self.page.wait_for_timeout(milliseconds)
        self.page.wait_for_function(READY, timeout=120_000)

    def focus(self, box: str, label: str = "") -> None:
        """Bring a box (a CSS class) to the top of the window, the keyboard to its control, and start the watch."""
        self.page.evaluate(
            """async ([name, label]) => {
                const box = document.querySelector(name);
                box.scrollIntoView({block: 'start'});
                control(box, label).focus({preventScroll: true});
                await new Promise(done => setTimeout(done, 40));
                arm(box);
            }""",
            [f".{box}", label],
        )

    def press(self, box: str, label: str, key: str) -> float | None:
        """Press a key and return the milliseconds to the next picture; None if the picture stays as it is."""
        self.focus(box, label)
        self.page.keyboard.press(key)
        return self.page.evaluate("() => window.result")

    def rest(self) -> None:
        """Wait, at most five seconds, until long work that a key has set going is done."""
        with suppress(TimeoutError):
            self.page.wait_for_function(
                """() => [...document.querySelectorAll('.way-explorer .widget-hprogress')]
                    .every(bar => getComputedStyle(bar).visibility === 'hidden')""",
                timeout=5000,
            )


@contextmanager
def stage(prompt: bool = False) -> Iterator[Stage]:
    """Start a server and a page; `prompt`: a server that does not wait, see `tests.benchmarks.prompt_server`."""
    if lab.CHROMIUM is None:
        raise RuntimeError("no Chromium is installed: `apt-get install chromium`")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch) / "notebooks"
        folder.mkdir()
        cell = nbformat.v4.new_code_cell("")
        kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), folder / "stage.ipynb")
        start_by = (sys.executable, "-m", "tests.benchmarks.prompt_server") if prompt else ()
        with lab.server(folder, Path(scratch) / "jupyter", start_by=start_by) as address:
            browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
            try:
                yield Stage(browser.new_page(viewport={"width": 1280, "height": 1000}), address)
            finally:
                browser.close()
